//! The finished site: path → bytes; the only writer of the disk.
//!
//! What is new is written beside the site while the pages are made; what the last build made from the same, and nobody touched
//! since, is not even read. Then the site changes in one step, or, where few files have changed, file by file along a journal
//! that the next build completes. Whatever interrupts a build before that, the last good site stays.

mod assembly;
mod finish;
mod journal;
mod memory;
mod places;
mod record;
mod staging;
#[cfg(test)]
mod tests;
mod way;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::cache::Key;
pub use places::Places;
pub use staging::{Staging, Written};

/// Files by their site path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What makes a file, piece by piece.
pub type Make<'a> = &'a mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

/// Where the files of a site go as they are made, from several threads at once. What goes wrong is kept for whoever made it.
pub trait Sink: Sync {
    /// Takes a file.
    fn put(&self, path: &str, bytes: Vec<u8>);

    /// Takes a file that is too large to stand in memory as a whole.
    fn stream(&self, path: &str, make: Make<'_>) {
        let mut bytes = Vec::new();
        if make(&mut bytes).is_ok() {
            self.put(path, bytes);
        }
    }

    /// Whether the file that the last build made at `path`, from what `key` tells, is still there. It then stays as it is and
    /// need not be made again.
    fn keep(&self, path: &str, key: &Key) -> bool {
        let _ = (path, key);
        false
    }

    /// Takes a file with a key that tells what it was made from, for a later build's [`Sink::keep`].
    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        let _ = key;
        self.put(path, bytes);
    }

    /// Takes a file of parts that stand one after the other, each with a key that tells what it is made from: those that the last
    /// build made from the same need not be made again.
    fn assemble(&self, path: &str, parts: &[Key], make: &(dyn Fn(usize) -> String + Sync)) {
        let all: Vec<usize> = (0..parts.len()).collect();
        self.stream(path, &mut |out| write_parts(out, &all, |part| Some(make(*part))));
    }

    /// A file that was put.
    fn get(&self, path: &str) -> Option<Vec<u8>>;
}

/// Writes what `make` makes of each of `items`, in their order; some at a time, so that all threads work and little is held.
///
/// # Errors
/// The writer's.
pub fn write_parts<T: Sync>(
    out: &mut dyn Write,
    items: &[T],
    make: impl Fn(&T) -> Option<String> + Sync,
) -> io::Result<()> {
    const AT_ONCE: usize = 64;
    for some in items.chunks(AT_ONCE) {
        let parts: Vec<_> = some.par_iter().filter_map(&make).collect();
        parts.iter().try_for_each(|part| out.write_all(part.as_bytes()))?;
    }
    Ok(())
}

/// Hands over a file, with the key of what it was made from where there is one.
pub fn put_made(sink: &dyn Sink, path: &str, key: Option<&Key>, bytes: Vec<u8>) {
    match key {
        Some(key) => sink.put_made(path, key, bytes),
        None => sink.put(path, bytes),
    }
}

/// Hands over a file of `count` parts; with keys, those that an earlier build made are taken from there.
pub fn assemble(
    sink: &dyn Sink,
    path: &str,
    count: usize,
    key: impl Fn(usize) -> Option<Key> + Sync + Send,
    make: &(dyn Fn(usize) -> String + Sync),
) {
    let parts: Vec<usize> = (0..count).collect();
    match parts.par_iter().map(|part| key(*part)).collect::<Option<Vec<Key>>>() {
        Some(keys) => sink.assemble(path, &keys, make),
        None => sink.stream(path, &mut |out| write_parts(out, &parts, |part| Some(make(*part)))),
    }
}

/// Keeps the files in memory.
#[derive(Debug, Default)]
pub struct Collected(Mutex<Site>);

impl Collected {
    /// What was put.
    pub fn site(self) -> Site {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Collected {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.insert(path.to_string(), bytes);
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.get(path).cloned()
    }
}

/// Keeps nothing: for whoever asks only whether a site can be made.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

impl Sink for Nowhere {
    fn put(&self, _: &str, _: Vec<u8>) {}

    fn stream(&self, _: &str, _: Make<'_>) {}

    fn get(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

/// Why a site could not be written: the path and what the disk said.
#[derive(Debug)]
pub struct WriteError {
    /// The file or folder.
    pub path: PathBuf,
    /// What went wrong.
    pub error: io::Error,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for WriteError {}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_path_buf();
    move |error| WriteError { path, error }
}

impl Site {
    /// Makes `folder` hold this site, as [`Staging`] does.
    ///
    /// # Errors
    /// The disk's; then the folder is as it was.
    pub fn write(&self, folder: &Path) -> Result<Written, WriteError> {
        let staging = Staging::open(folder)?;
        self.files.par_iter().for_each(|(path, bytes)| staging.put_bytes(path, bytes));
        staging.finish()
    }
}

/// Writes one file: the whole of it takes its place in one step.
///
/// # Errors
/// The disk's; then the file is as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    create_parent(path)?;
    replace(path, bytes).map_err(at(path))
}

/// Puts a file in its place in one step; its folder must be there.
///
/// # Errors
/// What the disk says; what stood there is then still there.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = path.with_file_name(format!(".{name}.fieldguide-new"));
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)).inspect_err(|_| drop(fs::remove_file(&beside)))
}

fn create_parent(path: &Path) -> Result<(), WriteError> {
    match path.parent() {
        Some(parent) => fs::create_dir_all(parent).map_err(at(parent)),
        None => Ok(()),
    }
}
