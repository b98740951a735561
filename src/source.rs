//! Files and places in them: the only reader of the disk.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::history::{self, History};

/// A file of the book, by its index in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of a file's text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// Byte offsets into its text.
    pub range: Range<u32>,
}

impl Span {
    /// A span from byte offsets; offsets past 4 GiB are clamped.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, range: clamp(range.start)..clamp(range.end.max(range.start)) }
    }

    /// The range as `usize`.
    pub fn bytes(&self) -> Range<usize> {
        self.range.start as usize..self.range.end as usize
    }
}

/// A text file of the book.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its index.
    pub id: FileId,
    /// Its path in the book, with forward slashes.
    pub path: String,
    /// Its text, without a byte order mark.
    pub text: Arc<str>,
}

impl Source {
    /// A span of this file.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.id, range)
    }

    /// The line (1-based) and column (1-based, in characters) of a byte offset.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = self.text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
    }
}

/// The text files of a book.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Takes a text in and gives it an index.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source { id, path: path.into(), text: text.into() });
        id
    }

    /// The file of that index; every [`FileId`] comes from [`Sources::add`].
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }
}

/// The files of a book, wherever they are.
pub trait Files: Sync {
    /// All files below the book's folder that a build may look at, by their path in the book; folders too, with a slash
    /// at their end.
    ///
    /// # Errors
    /// A folder that cannot be read, with its path in the book.
    fn list(&self) -> Result<Vec<String>, (String, io::Error)>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// What the disk says.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// When the files last changed, as far as that is known; `authors` asks for everyone who changed them too.
    fn history(&self, files: &[String], authors: bool) -> History {
        let _ = (files, authors);
        History::default()
    }
}

/// A book on disk.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
}

/// The parts of a book's folder that a build looks at.
const PARTS: [&str; 4] = ["book.toml", "content", "static", "templates"];

impl Disk {
    /// The book in that folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The book's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The parts of the folder whose change can change the site.
    pub fn watched(&self) -> impl Iterator<Item = PathBuf> {
        PARTS.iter().map(|part| self.root.join(part))
    }
}

impl Files for Disk {
    fn list(&self) -> Result<Vec<String>, (String, io::Error)> {
        let root = self.root.canonicalize().map_err(|error| (self.root.display().to_string(), error))?;
        let mut found = Vec::new();
        for part in PARTS {
            walk(&root, &self.root.join(part), part.to_string(), 0, &mut found)?;
        }
        found.sort();
        Ok(found)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }

    fn history(&self, files: &[String], authors: bool) -> History {
        history::read(&self.root, files, authors)
    }
}

/// Folders nested deeper than this are taken for a loop of symbolic links.
const MAX_DEPTH: usize = 64;

/// Collects the files at or below `at`. Hidden files are left out, and so is a symbolic link that leads out of the book.
fn walk(
    root: &Path,
    at: &Path,
    path: String,
    depth: usize,
    found: &mut Vec<String>,
) -> Result<(), (String, io::Error)> {
    let Ok(real) = at.canonicalize() else {
        // A link that leads nowhere: whoever reads it says so.
        if std::fs::symlink_metadata(at).is_ok() {
            found.push(path);
        }
        return Ok(());
    };
    if !real.starts_with(root) || depth > MAX_DEPTH {
        return Ok(());
    }
    if !real.is_dir() {
        found.push(path);
        return Ok(());
    }
    found.push(format!("{path}/"));
    for entry in std::fs::read_dir(at).map_err(|error| (path.clone(), error))? {
        let entry = entry.map_err(|error| (path.clone(), error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            walk(root, &entry.path(), format!("{path}/{name}"), depth + 1, found)?;
        }
    }
    Ok(())
}

/// A book in memory, for tests.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn list(&self) -> Result<Vec<String>, (String, io::Error)> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_never_split_one() {
        let mut sources = Sources::default();
        let id = sources.add("a.md", "é\nnaïve x");
        let source = sources.get(id).unwrap();
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(1), (1, 1));
        assert_eq!(source.line_column(3), (2, 1));
        assert_eq!(source.line_column(10), (2, 7));
        assert_eq!(source.line_column(999), (2, 8));
    }
}
