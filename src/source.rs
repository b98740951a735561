//! Files and places in them: the only reader of the disk.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::history::{self, History};

/// A file of the book, by its index in [`Sources`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of a file's text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Which file; it is not kept from one build to the next.
    #[serde(skip)]
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

/// The text files of a book. A path keeps its index for as long as the file is there, whatever becomes of its text.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Arc<Source>>,
    by_path: Arc<HashMap<String, FileId>>,
    /// Indices whose file is gone.
    free: Vec<FileId>,
}

impl Sources {
    /// Takes a text in, in place of the one that its path had before.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let path = path.into();
        let next = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let id = match self.by_path.get(&path) {
            Some(id) => *id,
            None => {
                let id = self.free.pop().unwrap_or(next);
                Arc::make_mut(&mut self.by_path).insert(path.clone(), id);
                id
            }
        };
        let source = Arc::new(Source { id, path, text: text.into() });
        match self.files.get_mut(id.0 as usize) {
            Some(slot) => *slot = source,
            None => self.files.push(source),
        }
        id
    }

    /// Forgets a file that is gone; its index may become another's.
    pub fn remove(&mut self, path: &str) {
        if !self.by_path.contains_key(path) {
            return;
        }
        if let Some(id) = Arc::make_mut(&mut self.by_path).remove(path) {
            if let Some(slot) = self.files.get_mut(id.0 as usize) {
                *slot = Arc::new(Source { id, path: String::new(), text: Arc::from("") });
            }
            self.free.push(id);
        }
    }

    /// The file of that index; every [`FileId`] comes from [`Sources::add`].
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize).map(AsRef::as_ref)
    }

    /// The file at that path.
    pub fn at(&self, path: &str) -> Option<&Source> {
        self.get(*self.by_path.get(path)?)
    }
}

/// What there is in a book's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The paths of all files that a build may look at, and of all folders, those with a slash at their end; sorted.
    pub paths: Vec<String>,
    /// Those of them that are symbolic links: what they lead to may change without them.
    pub links: Vec<String>,
    /// Symbolic links that lead out of the book and so are not followed.
    pub outside: Vec<String>,
}

impl Listing {
    /// Whether there is a file, or with a slash at its end a folder, at that path.
    pub fn has(&self, path: &str) -> bool {
        self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    fn sort(&mut self) {
        for list in [&mut self.paths, &mut self.links, &mut self.outside] {
            list.sort();
            list.dedup();
        }
    }

    /// This listing with `part` in the place of what it holds at and below `path`.
    pub fn with(&self, path: &str, part: &Listing) -> Listing {
        let folder = format!("{path}/");
        let merge = |old: &[String], new: &[String]| -> Vec<String> {
            let kept = old.iter().filter(|known| *known != path && !known.starts_with(&folder));
            kept.chain(new).cloned().collect()
        };
        let mut all = Listing {
            paths: merge(&self.paths, &part.paths),
            links: merge(&self.links, &part.links),
            outside: merge(&self.outside, &part.outside),
        };
        all.sort();
        all
    }

    /// Whether it holds at and below `path` what `part` holds.
    pub fn agrees(&self, path: &str, part: &Listing) -> bool {
        let folder = format!("{path}/");
        let below = |old: &[String], new: &[String]| {
            // The file itself, and behind it in any distance its folder's own: both are runs of the sorted list.
            let file = old.binary_search_by(|known| known.as_str().cmp(path)).is_ok();
            let start = old.partition_point(|known| known.as_str() < folder.as_str());
            let run = old.get(start..).unwrap_or_default().iter().take_while(|known| known.starts_with(&folder));
            let mine = file.then_some(path).into_iter().chain(run.map(String::as_str));
            mine.eq(new.iter().map(String::as_str))
        };
        below(&self.paths, &part.paths) && below(&self.links, &part.links) && below(&self.outside, &part.outside)
    }
}

/// The files of a book, wherever they are.
pub trait Files: Send + Sync {
    /// What there is below the book's folder.
    ///
    /// # Errors
    /// A folder that cannot be read, with its path in the book.
    fn list(&self) -> Result<Listing, (String, io::Error)>;

    /// The part of [`Files::list`] at and below one path; empty where nothing is.
    ///
    /// # Errors
    /// A folder that cannot be read, with its path in the book.
    fn list_at(&self, path: &str) -> Result<Listing, (String, io::Error)>;

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
const PARTS: [&str; 6] = ["book.toml", "code", "content", "ids.lock", "static", "templates"];

impl Disk {
    /// The book in that folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The book's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// When one of the files that a build looks at was edited last; none where the disk doesn't say.
    pub fn edited(&self) -> Option<std::time::SystemTime> {
        let files = self.list().ok()?;
        let paths = files.paths.iter().filter(|path| !path.ends_with('/')).map(|path| self.root.join(path));
        paths.filter_map(|path| std::fs::metadata(path).ok()?.modified().ok()).max()
    }

    /// All files and folders below a folder of the book's, by their path; folders with a slash at their end.
    ///
    /// # Errors
    /// A folder that cannot be read, with its path.
    pub fn below(&self, folder: &str) -> Result<Vec<String>, (String, io::Error)> {
        let root = self.root.canonicalize().map_err(|error| (self.root.display().to_string(), error))?;
        let mut found = Listing::default();
        self.walk(&root, folder.to_string(), None, 0, &mut found)?;
        found.sort();
        Ok(found.paths)
    }

    /// The parts of the folder whose change can change the site.
    pub fn watched(&self) -> impl Iterator<Item = PathBuf> {
        PARTS.iter().map(|part| self.root.join(part))
    }
}

/// What tells a file's versions apart without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Its length in bytes.
    pub length: u64,
    /// When it was last written, as far as the disk keeps it.
    pub modified: Option<SystemTime>,
}

impl Disk {
    /// The stamps of all files of the book.
    ///
    /// # Errors
    /// A folder that cannot be read, with its path in the book.
    pub fn stamps(&self) -> Result<BTreeMap<String, Stamp>, (String, io::Error)> {
        let stamp = |path: String| {
            let metadata = std::fs::metadata(self.root.join(&path)).ok().filter(|metadata| !metadata.is_dir());
            let stamp = metadata.map(|metadata| Stamp { length: metadata.len(), modified: metadata.modified().ok() });
            // A folder, or what can't be looked at: that it is there is all that is known.
            (path, stamp.unwrap_or(Stamp { length: 0, modified: None }))
        };
        Ok(self.list()?.paths.into_iter().map(stamp).collect())
    }
}

impl Files for Disk {
    fn list(&self) -> Result<Listing, (String, io::Error)> {
        let root = self.root.canonicalize().map_err(|error| (self.root.display().to_string(), error))?;
        let mut found = Listing::default();
        for part in PARTS {
            self.walk(&root, part.to_string(), None, 0, &mut found)?;
        }
        found.sort();
        Ok(found)
    }

    fn list_at(&self, path: &str) -> Result<Listing, (String, io::Error)> {
        let root = self.root.canonicalize().map_err(|error| (self.root.display().to_string(), error))?;
        let mut found = Listing::default();
        let at = self.root.join(path);
        // A folder on the way may be a link that leads out of the book.
        let inside = at.parent().and_then(|parent| parent.canonicalize().ok()).is_some_and(|it| it.starts_with(&root));
        if inside && is_part(path) {
            self.walk(&root, path.to_string(), None, path.matches('/').count(), &mut found)?;
            found.sort();
        }
        Ok(found)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }

    fn history(&self, files: &[String], authors: bool) -> History {
        history::read(&self.root, files, authors)
    }
}

/// Whether a build may look at a path of the book's folder: hidden files are no part of it.
pub fn is_part(path: &str) -> bool {
    let mut names = path.split('/');
    names.next().is_some_and(|first| PARTS.contains(&first))
        && names.all(|name| !name.is_empty() && !name.starts_with('.'))
}

/// Folders nested deeper than this are taken for a loop of symbolic links.
const MAX_DEPTH: usize = 64;

impl Disk {
    /// Collects what is at and below `path`. Hidden files are left out, and so is a symbolic link that leads out of the
    /// book. `kind` is what the folder around says of it.
    fn walk(
        &self,
        root: &Path,
        path: String,
        kind: Option<std::fs::FileType>,
        depth: usize,
        found: &mut Listing,
    ) -> Result<(), (String, io::Error)> {
        let at = self.root.join(&path);
        let kind = match kind {
            Some(kind) => kind,
            None => match std::fs::symlink_metadata(&at) {
                Ok(metadata) => metadata.file_type(),
                Err(_) => return Ok(()),
            },
        };
        let mut folder = kind.is_dir();
        if kind.is_symlink() {
            match at.canonicalize() {
                Ok(real) if !real.starts_with(root) => {
                    found.outside.push(path);
                    return Ok(());
                }
                Ok(real) => folder = real.is_dir(),
                // A link that leads nowhere: whoever reads it says so.
                Err(_) => folder = false,
            }
            found.links.push(path.clone());
        }
        if depth > MAX_DEPTH {
            return Ok(());
        }
        if !folder {
            found.paths.push(path);
            return Ok(());
        }
        found.paths.push(format!("{path}/"));
        let entries = match std::fs::read_dir(&at) {
            Ok(entries) => entries,
            // Gone since the folder around was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err((path, error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| (path.clone(), error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                self.walk(root, format!("{path}/{name}"), entry.file_type().ok(), depth + 1, found)?;
            }
        }
        Ok(())
    }
}

/// A book in memory, for tests.
#[derive(Debug, Clone, Default)]
pub struct Memory(pub BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn list(&self) -> Result<Listing, (String, io::Error)> {
        Ok(Listing { paths: self.0.keys().cloned().collect(), ..Listing::default() })
    }

    fn list_at(&self, path: &str) -> Result<Listing, (String, io::Error)> {
        let folder = format!("{path}/");
        let here = self.0.keys().filter(|known| *known == path || known.starts_with(&folder));
        Ok(Listing { paths: here.cloned().collect(), ..Listing::default() })
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

    #[test]
    fn a_path_keeps_its_index_until_it_is_gone() {
        let mut sources = Sources::default();
        let (a, b) = (sources.add("a.md", "1"), sources.add("b.md", "2"));
        let before = sources.clone();
        assert_eq!(sources.add("a.md", "3"), a);
        assert_eq!(sources.at("a.md").map(|source| source.text.to_string()).as_deref(), Some("3"));
        assert_eq!(before.get(a).map(|source| source.text.to_string()).as_deref(), Some("1"));
        sources.remove("a.md");
        assert!(sources.at("a.md").is_none());
        assert_eq!((sources.add("c.md", "4"), sources.add("b.md", "5")), (a, b));
    }

    #[test]
    fn a_listing_is_mended_in_one_place() {
        let list = |paths: &[&str]| Listing {
            paths: paths.iter().map(|path| path.to_string()).collect(),
            ..Listing::default()
        };
        let whole =
            list(&["content/", "content/a-b.md", "content/a.md", "content/a/", "content/a/x.md", "content/b.md"]);
        let part = list(&["content/a/", "content/a/x.md"]);
        assert!(whole.agrees("content/a", &part) && !whole.agrees("content/a", &list(&[])));
        assert!(whole.agrees("content/c.md", &list(&[])) && !whole.agrees("content/b.md", &list(&[])));
        assert_eq!(whole.with("content/a", &part), whole);
        let without = whole.with("content/a", &list(&[]));
        assert_eq!(without.paths, ["content/", "content/a-b.md", "content/a.md", "content/b.md"]);
        assert_eq!(without.with("content/a", &part), whole);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_book_is_not_followed() {
        let folder = std::env::temp_dir().join(format!("fieldguide-source-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        let book = folder.join("book");
        std::fs::create_dir_all(book.join("content/real")).unwrap();
        std::fs::write(book.join("content/real/a.md"), "x").unwrap();
        std::fs::write(folder.join("secret.md"), "x").unwrap();
        std::os::unix::fs::symlink("../../secret.md", book.join("content/out.md")).unwrap();
        std::os::unix::fs::symlink("../..", book.join("content/up")).unwrap();
        std::os::unix::fs::symlink("real", book.join("content/in")).unwrap();
        let disk = Disk::new(&book);
        let found = disk.list().unwrap();
        assert_eq!(found.outside, ["content/out.md", "content/up"]);
        assert_eq!(found.links, ["content/in"]);
        let paths = ["content/", "content/in/", "content/in/a.md", "content/real/", "content/real/a.md"];
        assert_eq!(found.paths, paths);
        assert_eq!(disk.list_at("content/up").unwrap().outside, ["content/up"]);
        assert_eq!(disk.list_at("content/up/secret.md").unwrap(), Listing::default());
        assert_eq!(disk.list_at("content/in/a.md").unwrap().paths, ["content/in/a.md"]);
        assert_eq!(disk.list_at("../secret.md").unwrap(), Listing::default());
        assert_eq!(disk.list_at("content/.hidden").unwrap(), Listing::default());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
