//! What a build wrote, file by file.
//!
//! The site itself holds a list of hashes and paths, the same on every machine. What only this machine knows (when it wrote a
//! file, and from what) stands in the book's cache: without it a build compares bytes.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use crate::cache::{Key, hex};

/// The list of the files that a build wrote, in the site's folder: a line a file, its hash and its path.
pub(super) const MANIFEST: &str = ".fieldguide";

/// In the place of a hash: the file was put together of parts, and nobody read it as a whole.
const OF_PARTS: &str = "-";

/// A SHA-256 of bytes.
pub(super) type Hash = [u8; 32];

/// Files by their site path.
pub(super) type Records = BTreeMap<String, Record>;

/// A file that a build wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// None where the file was put together of parts.
    pub hash: Option<Hash>,
    /// None where only the site's own list names the file.
    pub stamp: Option<Stamp>,
    /// What it was made from.
    pub key: Option<Key>,
    /// The parts that it was put together of, one after the other.
    pub parts: Vec<Part>,
}

impl Record {
    /// Whether the file at `place` is the one that the build wrote, not one that somebody edited since.
    pub(super) fn is_at(&self, place: &Path) -> bool {
        let Ok(now) = Stamp::at(place) else { return false };
        match (self.stamp, self.hash) {
            (Some(stamp), _) if stamp == now => true,
            (_, Some(hash)) => hash_of(place).is_ok_and(|it| it == hash),
            // Of parts, and nothing tells when it was written: most likely as it was.
            (stamp, None) => stamp.is_none(),
        }
    }
}

/// A part of a file: what it was made from, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub key: Key,
    pub length: u64,
}

/// Tells without reading it whether a file is still the one that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub length: u64,
    /// When it was written, in nanoseconds since 1970.
    pub written: u64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> io::Result<Self> {
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let written = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self { length: metadata.len(), written: u64::try_from(written.as_nanos()).unwrap_or_default() })
    }

    /// That of the file at `place`; a link is none.
    pub(super) fn at(place: &Path) -> io::Result<Self> {
        Self::of(&fs::symlink_metadata(place)?)
    }
}

/// The files that the site's own list names. A line that tells no hash makes a file that may be replaced, but is nobody's copy.
pub(super) fn listed(folder: &Path) -> Records {
    let text = fs::read(folder.join(MANIFEST)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    let record = |hash: &str| {
        let hash = (hash != OF_PARTS).then(|| from_hex(hash).unwrap_or_default());
        Record { hash, stamp: None, key: None, parts: Vec::new() }
    };
    lines.filter(|(_, path)| is_below(path)).map(|(hash, path)| (path.to_string(), record(hash))).collect()
}

/// The list of some files.
pub(super) fn list<'a>(files: impl Iterator<Item = (&'a String, &'a Record)>) -> String {
    let mut list = String::new();
    for (path, record) in files {
        list.push_str(&record.hash.map_or_else(|| OF_PARTS.to_string(), hex));
        list.push(' ');
        list.push_str(path);
        list.push('\n');
    }
    list
}

/// Whether a path leads to a file in the site, not out of it.
pub(super) fn is_below(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn from_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    if text.len() != 2 * hash.len() {
        return None;
    }
    for (byte, [high, low]) in hash.iter_mut().zip(text.as_bytes().as_chunks().0) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(hash)
}

/// The hash of a file of any size.
pub(super) fn hash_of(path: &Path) -> io::Result<Hash> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written_and_leads_nowhere_else() {
        let folder = std::env::temp_dir().join(format!("fieldguide-record-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let record = |hash| Record { hash, stamp: None, key: None, parts: Vec::new() };
        let files = Records::from([
            ("a b.html".to_string(), record(Some([0xa7; 32]))),
            ("whole.txt".to_string(), record(None)),
        ]);
        let text = list(files.iter());
        fs::write(folder.join(MANIFEST), &text).unwrap();
        assert_eq!(listed(&folder), files);
        let damaged = [text.as_bytes(), b"\xff\xff\nword\nshort c.html\n- ../up\n- /etc/passwd\n- \n"].concat();
        fs::write(folder.join(MANIFEST), damaged).unwrap();
        let now = listed(&folder);
        assert_eq!(now.keys().collect::<Vec<_>>(), ["a b.html", "c.html", "whole.txt"]);
        fs::write(folder.join("c.html"), "").unwrap();
        assert!(!now["c.html"].is_at(&folder.join("c.html")), "no hash tells that it is ours");
        fs::remove_dir_all(&folder).unwrap();
    }
}
