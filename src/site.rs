//! The finished site: path → bytes; the only writer of the disk.
//!
//! A site on disk is replaced as a whole. The new tree is built beside the old one (what has not changed is linked, not
//! written again), then the two change places in one step. Whatever interrupts a build, the last good site stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// The list of the files that a build wrote, in the site's folder: a line a file, its hash and its path.
const MANIFEST: &str = ".fieldguide";

/// Files by their site path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a write did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have new bytes.
    pub changed: usize,
    /// Files that stayed as they were.
    pub unchanged: usize,
    /// Files of an earlier build that are no longer made.
    pub removed: usize,
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
    /// Makes `folder` hold this site. Files that no build wrote stay; a file of theirs in the way is an error.
    ///
    /// # Errors
    /// The disk's; then the folder is as it was.
    pub fn write(&self, folder: &Path) -> Result<Written, WriteError> {
        // A site's folder that is a link is replaced where it really stands.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(at(parent))?;
        let beside = parent.join(format!(".{name}.fieldguide-new"));
        rescue(&beside, &folder)?;
        let earlier = manifest(&folder);
        let written = self.stage(&folder, &beside, &earlier).inspect_err(|_| drop(fs::remove_dir_all(&beside)))?;
        if written.changed == 0 && written.removed == 0 && folder.join(MANIFEST).exists() {
            fs::remove_dir_all(&beside).map_err(at(&beside))?;
            return Ok(written);
        }
        exchange(&beside, &folder)?;
        rescue(&beside, &folder)?;
        Ok(written)
    }

    /// Builds the whole new tree in `beside`.
    fn stage(&self, folder: &Path, beside: &Path, earlier: &BTreeMap<String, String>) -> Result<Written, WriteError> {
        self.nothing_in_the_way(folder, earlier)?;
        fs::create_dir_all(beside).map_err(at(beside))?;
        let parents: BTreeSet<PathBuf> =
            self.files.keys().filter_map(|path| beside.join(path).parent().map(Path::to_path_buf)).collect();
        for parent in &parents {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        let staged: Result<Vec<(bool, String)>, WriteError> = self
            .files
            .par_iter()
            .map(|(path, bytes)| stage_file(&folder.join(path), &beside.join(path), bytes))
            .collect();
        let mut written = Written::default();
        let mut list = String::new();
        for (path, (changed, hash)) in self.files.keys().zip(staged?) {
            written.changed += usize::from(changed);
            written.unchanged += usize::from(!changed);
            list.push_str(&format!("{hash} {path}\n"));
        }
        written.removed =
            earlier.keys().filter(|path| !self.files.contains_key(*path) && folder.join(path).exists()).count();
        let new_manifest = beside.join(MANIFEST);
        fs::write(&new_manifest, list).map_err(at(&new_manifest))?;
        Ok(written)
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

impl Site {
    /// A file that no build wrote must not be where this site has another file, or a folder.
    fn nothing_in_the_way(&self, folder: &Path, earlier: &BTreeMap<String, String>) -> Result<(), WriteError> {
        if !folder.exists() {
            return Ok(());
        }
        for path in files_below(folder)? {
            let name = path.to_string_lossy().replace('\\', "/");
            if earlier.contains_key(&name) || name == MANIFEST {
                continue;
            }
            let same =
                self.files.get(&name).map(|bytes| fs::read(folder.join(&path)).is_ok_and(|there| there == *bytes));
            let folder_here = format!("{name}/");
            let below =
                self.files.range(folder_here.clone()..).next().is_some_and(|(path, _)| path.starts_with(&folder_here));
            let above = path.ancestors().skip(1).any(|ancestor| self.files.contains_key(&*ancestor.to_string_lossy()));
            if same == Some(false) || below || above {
                let why = "no build of this book wrote this file, so it is not overwritten: move it away or choose another folder";
                let error = io::Error::new(io::ErrorKind::AlreadyExists, why);
                return Err(WriteError { path: folder.join(&path), error });
            }
        }
        Ok(())
    }
}

/// Puts a file into the new tree, as one more name of the old one where that has the same bytes; says whether it hadn't, and the
/// hash of the bytes.
fn stage_file(old: &Path, new: &Path, bytes: &[u8]) -> Result<(bool, String), WriteError> {
    let same = fs::metadata(old).is_ok_and(|old| old.len() == bytes.len() as u64)
        && fs::read(old).is_ok_and(|old| old == bytes);
    let changed = !(same && link(old, new).is_ok());
    if changed {
        fs::write(new, bytes).map_err(at(new))?;
    }
    Ok((changed, hash(bytes)))
}

fn hash(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The files that an earlier build wrote, with their hashes.
fn manifest(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(hash, path)| (path.to_string(), hash.to_string())).collect()
}

fn create_parent(path: &Path) -> Result<(), WriteError> {
    match path.parent() {
        Some(parent) => fs::create_dir_all(parent).map_err(at(parent)),
        None => Ok(()),
    }
}

/// One more name for the file; a copy where the file system has no such thing.
fn link(old: &Path, new: &Path) -> io::Result<()> {
    fs::hard_link(old, new).or_else(|_| fs::copy(old, new).map(drop))
}

/// Puts the new tree in the place of the old one, in one step where the system has it.
fn exchange(beside: &Path, folder: &Path) -> Result<(), WriteError> {
    if !folder.exists() {
        return fs::rename(beside, folder).map_err(at(folder));
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, beside, CWD, folder, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    // A mount point or a system without exchange: file by file, pages behind what they refer to.
    let mut paths = files_below(beside)?;
    paths.sort_by_key(|path| (path.extension().is_some_and(|extension| extension == "html"), path.clone()));
    let earlier = manifest(folder);
    let kept: BTreeSet<String> = manifest(beside).into_keys().collect();
    for path in paths {
        let target = folder.join(&path);
        create_parent(&target)?;
        fs::rename(beside.join(&path), &target).map_err(at(&target))?;
    }
    for (path, _) in earlier.iter().filter(|(path, _)| !kept.contains(*path)) {
        drop(fs::remove_file(folder.join(path)));
    }
    Ok(())
}

/// Clears a tree that stands beside the site: what a build wrote is removed, what it did not write moves into the site.
///
/// After an exchange that tree is the old site; before one it is what an interrupted build left.
fn rescue(beside: &Path, folder: &Path) -> Result<(), WriteError> {
    if !beside.exists() {
        return Ok(());
    }
    let ours = manifest(beside);
    for path in files_below(beside)? {
        let name = path.to_string_lossy().replace('\\', "/");
        let here = beside.join(&path);
        let there = folder.join(&path);
        let unchanged = || fs::read(&here).is_ok_and(|bytes| ours.get(&name) == Some(&hash(&bytes)));
        // Without a list the tree is half of a new site, none of it anyone else's.
        let foreign = || !ours.is_empty() && name != MANIFEST && !unchanged();
        if fs::symlink_metadata(&there).is_err() && foreign() {
            create_parent(&there)?;
            fs::rename(&here, &there).map_err(at(&there))?;
        }
    }
    fs::remove_dir_all(beside).map_err(at(beside))
}

/// All files below a folder, by their path in it; links are not followed.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, WriteError> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        for entry in fs::read_dir(&path).map_err(at(&path))? {
            let entry = entry.map_err(at(&path))?;
            let below = below.join(entry.file_name());
            if entry.file_type().map_err(at(&path))?.is_dir() {
                folders.push(below);
            } else {
                found.push(below);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of a test's own, removed at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("fieldguide-site-{name}-{}", std::process::id()));
            drop(fs::remove_dir_all(&path));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn read(&self, path: &str) -> Option<String> {
            fs::read_to_string(self.0.join("site").join(path)).ok()
        }

        fn write(&self, files: &[(&str, &str)]) -> Result<Written, WriteError> {
            let files = files.iter().map(|(path, text)| (path.to_string(), text.as_bytes().to_vec())).collect();
            Site { files }.write(&self.0.join("site"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn only_what_changed_is_written_and_only_what_was_written_is_removed() {
        let folder = Folder::new("changes");
        folder.write(&[("a.html", "1"), ("b/c.html", "2"), ("d.html", "3")]).unwrap();
        let before = fs::metadata(folder.0.join("site/a.html")).unwrap().modified().unwrap();
        fs::write(folder.0.join("site/b/own.txt"), "mine").unwrap();
        let written = folder.write(&[("a.html", "1"), ("d.html", "4")]).unwrap();
        assert_eq!(written, Written { changed: 1, unchanged: 1, removed: 1 });
        assert_eq!(fs::metadata(folder.0.join("site/a.html")).unwrap().modified().unwrap(), before);
        assert_eq!(folder.read("b/c.html"), None);
        assert_eq!(folder.read("b/own.txt").as_deref(), Some("mine"));
        assert_eq!(folder.read("d.html").as_deref(), Some("4"));
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside the site");
    }

    #[test]
    fn files_of_others_are_in_the_way_and_stay() {
        let folder = Folder::new("foreign");
        fs::create_dir_all(folder.0.join("site")).unwrap();
        fs::write(folder.0.join("site/a.html"), "mine").unwrap();
        assert!(folder.write(&[("a.html", "1")]).is_err());
        assert!(folder.write(&[("a.html/b", "1")]).is_err());
        assert_eq!(folder.read("a.html").as_deref(), Some("mine"));
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn what_an_interrupted_build_left_is_cleared() {
        let folder = Folder::new("interrupted");
        folder.write(&[("a.html", "1")]).unwrap();
        let beside = folder.0.join(".site.fieldguide-new");
        // Killed while it built the new tree …
        fs::create_dir_all(&beside).unwrap();
        fs::write(beside.join("a.html"), "half").unwrap();
        folder.write(&[("a.html", "2")]).unwrap();
        assert_eq!(folder.read("a.html").as_deref(), Some("2"));
        // … and right behind the exchange: the old tree still holds a file that nobody built.
        fs::create_dir_all(&beside).unwrap();
        fs::write(beside.join("own.txt"), "mine").unwrap();
        fs::write(beside.join(MANIFEST), format!("{} a.html\n", hash(b"1"))).unwrap();
        folder.write(&[("a.html", "2")]).unwrap();
        assert_eq!(folder.read("own.txt").as_deref(), Some("mine"));
        assert!(!beside.exists());
    }
}
