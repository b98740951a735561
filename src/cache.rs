//! What one build leaves for the next: blobs by name, in a folder of the book that can be deleted at any time.
//!
//! A name must tell everything that its blob was made from. The program itself is told by the folder: what another program left is
//! never read, and is removed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use crate::site;

/// The folder, in that of the book.
pub const FOLDER: &str = ".fieldguide-cache";

/// Tells what something was made from: a SHA-256.
pub type Key = [u8; 32];

/// The key of some parts, each of which counts with its length.
pub fn key<T: AsRef<[u8]>>(parts: impl IntoIterator<Item = T>) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A key, or any other digest, as hexadecimal digits.
pub fn hex(digest: impl AsRef<[u8]>) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    digest.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The blobs. One without a folder keeps nothing.
#[derive(Debug, Default)]
pub struct Cache {
    /// Where the blobs of this program stand.
    folder: Option<PathBuf>,
    program: Key,
    /// The blobs that this build read or wrote.
    used: Mutex<HashSet<String>>,
}

impl Cache {
    /// The cache of the book in that folder. Where there can be none, it keeps nothing: a build then starts from nothing.
    pub fn open(book: &Path) -> Self {
        let Some(program) = program() else { return Self::default() };
        let folder = book.join(FOLDER);
        let own = folder.join(hex(&program[..8]));
        let made = fs::create_dir_all(&own).and_then(|()| match folder.join(".gitignore") {
            ignore if ignore.exists() => Ok(()),
            ignore => fs::write(ignore, "*\n"),
        });
        Self { folder: made.is_ok().then_some(own), program, used: Mutex::default() }
    }

    /// Tells this program apart from others: part of every key that outlives it.
    pub fn program(&self) -> &Key {
        &self.program
    }

    /// Whether anything is kept.
    pub fn keeps(&self) -> bool {
        self.folder.is_some()
    }

    /// The blob of that name.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.folder.as_ref()?.join(name)).ok()?;
        self.use_up(name);
        Some(bytes)
    }

    /// Keeps a blob, if there is one of that name, for a later build: this one has no need of it.
    pub fn keep(&self, name: &str) {
        self.use_up(name);
    }

    /// Keeps a blob. A disk that can't take it is no mistake: the next build makes it again.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let Some(folder) = &self.folder else { return };
        if site::replace(&folder.join(name), bytes).is_ok() {
            self.use_up(name);
        }
    }

    fn use_up(&self, name: &str) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_string());
    }

    /// Removes the blobs that this build had no use for, and those of other programs.
    pub fn sweep(&self) {
        let Some(own) = &self.folder else { return };
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries(own).filter(|entry| !entry.file_name().to_str().is_some_and(|name| used.contains(name))) {
            drop(fs::remove_file(entry.path()));
        }
        let others = entries(own.parent().unwrap_or(own)).filter(|entry| entry.path() != *own && entry.path().is_dir());
        for entry in others {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// The program that runs: its version, and length and time of its file, which tell two builds of one version apart.
fn program() -> Option<Key> {
    let file = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let written = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(key([env!("CARGO_PKG_VERSION").as_bytes(), &file.len().to_le_bytes(), &written.to_le_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_parts_apart() {
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_eq!(hex([0x0f, 0xa0]), "0fa0");
    }

    #[test]
    fn blobs_stay_as_long_as_they_are_used() {
        let book = std::env::temp_dir().join(format!("fieldguide-cache-{}", std::process::id()));
        fs::create_dir_all(&book).unwrap();
        let cache = Cache::open(&book);
        cache.put("a", b"1");
        cache.put("b", b"2");
        cache.sweep();
        let other = book.join(FOLDER).join("another-program");
        fs::create_dir_all(&other).unwrap();
        let cache = Cache::open(&book);
        assert_eq!(cache.get("a").as_deref(), Some(&b"1"[..]));
        cache.sweep();
        assert_eq!(cache.get("b"), None);
        assert!(!other.exists());
        assert_eq!(fs::read_to_string(book.join(FOLDER).join(".gitignore")).unwrap(), "*\n");
        assert_eq!(Cache::default().get("a"), None);
        fs::remove_dir_all(&book).unwrap();
    }
}
