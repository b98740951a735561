//! Files of parts: what the last build made from the same key is copied out of its file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use super::record::Part;
use crate::cache::Key;

/// So many parts are made before they are written.
const AT_ONCE: usize = 64;

/// The file of the last build, to copy from.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    /// Where in the file each part is, and its length.
    ranges: HashMap<Key, (u64, u64)>,
}

impl Source {
    /// The parts of a file, as they stand one after the other.
    pub(super) fn new(file: File, parts: &[Part]) -> Self {
        let mut from = 0;
        let range = |part: &Part| {
            from += part.length;
            (part.key, (from - part.length, part.length))
        };
        let ranges = parts.iter().map(range).collect();
        Self { file, ranges }
    }
}

/// Writes the parts to a new file at `place`: those that `old` has are copied, the others made.
///
/// # Errors
/// The disk's.
pub(super) fn write(
    place: &Path,
    old: Option<&Source>,
    keys: &[Key],
    make: &(dyn Fn(usize) -> String + Sync),
) -> io::Result<(File, Vec<Part>)> {
    let found = |key: &Key| old.and_then(|old| old.ranges.get(key).copied());
    let found: Vec<Option<(u64, u64)>> = keys.iter().map(found).collect();
    let mut out = Out { file: BufWriter::with_capacity(1 << 18, File::create(place)?), old, copy: None };
    let mut parts = Vec::with_capacity(keys.len());
    let mut next = 0;
    while next < keys.len() {
        let missing = (next..).zip(found.iter().skip(next)).filter(|(_, found)| found.is_none()).map(|(at, _)| at);
        // Up to the last that is made now; all that is left where no more has to be made.
        let now: Vec<usize> = missing.take(AT_ONCE).collect();
        let end = now.last().filter(|_| now.len() == AT_ONCE).map_or(keys.len(), |last| last + 1);
        let mut made = now.par_iter().map(|at| make(*at)).collect::<Vec<_>>().into_iter();
        for (key, found) in keys.iter().zip(&found).take(end).skip(next) {
            let length = match found {
                Some(range) => out.copy(*range)?,
                None => out.text(&made.next().unwrap_or_default())?,
            };
            parts.push(Part { key: *key, length });
        }
        next = end;
    }
    out.flush()?;
    Ok((out.file.into_inner().map_err(io::IntoInnerError::into_error)?, parts))
}

/// A file that is put together. Ranges that stand one after the other in the old file too are copied as one.
struct Out<'a> {
    file: BufWriter<File>,
    old: Option<&'a Source>,
    /// What is still to be copied: where it begins in the old file, and its length.
    copy: Option<(u64, u64)>,
}

impl Out<'_> {
    fn text(&mut self, text: &str) -> io::Result<u64> {
        self.flush()?;
        self.file.write_all(text.as_bytes())?;
        Ok(text.len() as u64)
    }

    fn copy(&mut self, (from, length): (u64, u64)) -> io::Result<u64> {
        match &mut self.copy {
            Some((start, so_far)) if *start + *so_far == from => *so_far += length,
            _ => {
                self.flush()?;
                self.copy = Some((from, length));
            }
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        let (Some((from, length)), Some(old)) = (self.copy.take(), self.old) else { return Ok(()) };
        let mut file = &old.file;
        file.seek(SeekFrom::Start(from))?;
        self.file.flush()?;
        // Between two files the system copies by itself where it can.
        match io::copy(&mut file.take(length), self.file.get_mut())? {
            copied if copied == length => Ok(()),
            _ => {
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, "another program changes the site while it is built"))
            }
        }
    }
}

/// Whether two files hold the same bytes.
pub(super) fn same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    const SOME: u64 = 1 << 18;
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut some, mut others) = (Vec::new(), Vec::new());
    loop {
        some.clear();
        others.clear();
        (&mut one).take(SOME).read_to_end(&mut some)?;
        (&mut other).take(SOME).read_to_end(&mut others)?;
        if some != others || some.is_empty() {
            return Ok(some == others);
        }
    }
}
