//! The new tree of a site, built beside the old one while its files are made.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::{Make, Sink, WriteError, at, create_parent};
use crate::cache::hex;

/// The list of the files that a build wrote, in the site's folder: a line a file, its hash and its path.
const MANIFEST: &str = ".fieldguide";

/// In the new tree while a build writes it: held by that build, and gone once the tree is whole.
const LOCK: &str = ".fieldguide-lock";

/// What a write did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have new bytes.
    pub changed: usize,
    /// Files that stayed as they were.
    pub unchanged: usize,
    /// Files of an earlier build that are no longer made.
    pub removed: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// A site that takes the place of the one in its folder once it is whole. Files that no build wrote stay; a file of theirs in
/// the way is an error. Dropped before [`Staging::finish`], it leaves the folder as it was.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    beside: PathBuf,
    /// The files of the last build with their hashes.
    earlier: BTreeMap<String, String>,
    state: Mutex<State>,
    lock: Option<File>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Staged>,
    /// Folders of the new tree that are there.
    folders: HashSet<PathBuf>,
    /// The first thing that went wrong.
    error: Option<WriteError>,
}

/// A file of the new tree.
#[derive(Debug)]
struct Staged {
    hash: String,
    changed: bool,
    bytes: u64,
}

impl Staging {
    /// Starts a new tree beside `folder`.
    ///
    /// # Errors
    /// The disk's, and another build that writes there now; then the folder is as it was.
    pub fn open(folder: &Path) -> Result<Self, WriteError> {
        // A site's folder that is a link is replaced where it really stands.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = parent.join(format!(".{name}.fieldguide-new"));
        fs::create_dir_all(&beside).map_err(at(&beside))?;
        let lock = lock(&beside)?;
        rescue(&beside, &folder)?;
        clear(&beside)?;
        let earlier = manifest(&folder);
        Ok(Self { folder, beside, earlier, state: Mutex::default(), lock: Some(lock) })
    }

    /// Takes a file as [`Sink::put`] does.
    pub fn put_bytes(&self, path: &str, bytes: &[u8]) {
        let place = self.place(path);
        self.keep(path, place.and_then(|place| self.stage(path, &place, bytes)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a file of the new tree stands; its folder is made.
    fn place(&self, path: &str) -> Result<PathBuf, WriteError> {
        let place = self.beside.join(path);
        let parent = place.parent().unwrap_or(&self.beside);
        if !self.state().folders.contains(parent) {
            fs::create_dir_all(parent).map_err(at(parent))?;
            self.state().folders.insert(parent.to_path_buf());
        }
        Ok(place)
    }

    fn keep(&self, path: &str, staged: Result<Staged, WriteError>) {
        let mut state = self.state();
        match staged {
            Ok(staged) => drop(state.files.insert(path.to_string(), staged)),
            Err(error) => drop(state.error.get_or_insert(error)),
        }
    }

    /// Puts a file into the new tree, as one more name of the old one where that has the same bytes.
    fn stage(&self, path: &str, place: &Path, bytes: &[u8]) -> Result<Staged, WriteError> {
        let old = self.folder.join(path);
        let same = fs::metadata(&old).is_ok_and(|old| old.len() == bytes.len() as u64)
            && fs::read(&old).is_ok_and(|old| old == bytes);
        let changed = !(same && link(&old, place).is_ok());
        if changed {
            fs::write(place, bytes).map_err(at(place))?;
        }
        Ok(Staged { hash: hex(Sha256::digest(bytes)), changed, bytes: bytes.len() as u64 })
    }

    /// The same of a file that is written piece by piece.
    fn stage_stream(&self, path: &str, place: &Path, make: Make<'_>) -> Result<Staged, WriteError> {
        let file = File::create(place).map_err(at(place))?;
        let mut out = BufWriter::with_capacity(1 << 18, Hashing { out: file, hash: Sha256::new(), bytes: 0 });
        make(&mut out).and_then(|()| out.flush()).map_err(at(place))?;
        let Hashing { hash, bytes, .. } = out.into_inner().map_err(|error| at(place)(error.into_error()))?;
        let hash = hex(hash.finalize());
        let old = self.folder.join(path);
        let same = fs::metadata(&old).is_ok_and(|old| old.len() == bytes) && hash_of(&old).is_ok_and(|old| old == hash);
        let linked = || fs::remove_file(place).and_then(|()| link(&old, place));
        if same {
            linked().map_err(at(place))?;
        }
        Ok(Staged { hash, changed: !same, bytes })
    }

    /// Puts the new tree in the place of the old one.
    ///
    /// # Errors
    /// The disk's, whenever it said so, and a file that no build wrote in the way; then the folder is as it was.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        let mut state = std::mem::take(&mut *self.state());
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        self.nothing_in_the_way(&state.files)?;
        let mut written = Written::default();
        let mut list = String::new();
        for (path, staged) in &state.files {
            written.changed += usize::from(staged.changed);
            written.unchanged += usize::from(!staged.changed);
            written.bytes += staged.bytes;
            list.push_str(&format!("{} {path}\n", staged.hash));
        }
        let gone = |path: &&String| !state.files.contains_key(*path) && self.folder.join(path).exists();
        written.removed = self.earlier.keys().filter(gone).count();
        if written.changed == 0 && written.removed == 0 && self.folder.join(MANIFEST).exists() {
            return Ok(written);
        }
        let new_manifest = self.beside.join(MANIFEST);
        fs::write(&new_manifest, list).map_err(at(&new_manifest))?;
        drop(self.lock.take());
        let lock = self.beside.join(LOCK);
        fs::remove_file(&lock).map_err(at(&lock))?;
        exchange(&self.beside, &self.folder)?;
        if self.beside.exists() {
            rescue(&self.beside, &self.folder)?;
            fs::remove_dir_all(&self.beside).map_err(at(&self.beside))?;
        }
        Ok(written)
    }

    /// A file that no build wrote must not be where this site has another file, or a folder.
    fn nothing_in_the_way(&self, files: &BTreeMap<String, Staged>) -> Result<(), WriteError> {
        if !self.folder.exists() {
            return Ok(());
        }
        for path in files_below(&self.folder)? {
            let name = path.to_string_lossy().replace('\\', "/");
            if self.earlier.contains_key(&name) || name == MANIFEST {
                continue;
            }
            let there = self.folder.join(&path);
            let same = files.get(&name).map(|staged| hash_of(&there).is_ok_and(|hash| hash == staged.hash));
            let folder_here = format!("{name}/");
            let below =
                files.range(folder_here.clone()..).next().is_some_and(|(path, _)| path.starts_with(&folder_here));
            let above = path.ancestors().skip(1).any(|ancestor| files.contains_key(&*ancestor.to_string_lossy()));
            if same == Some(false) || below || above {
                let why = "no build of this book wrote this file, so it is not overwritten: move it away or choose another folder";
                return Err(WriteError { path: there, error: io::Error::new(io::ErrorKind::AlreadyExists, why) });
            }
        }
        Ok(())
    }
}

impl Sink for Staging {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.put_bytes(path, &bytes);
    }

    fn stream(&self, path: &str, make: Make<'_>) {
        let place = self.place(path);
        self.keep(path, place.and_then(|place| self.stage_stream(path, &place, make)));
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.beside.join(path)).ok()
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.lock.take().is_some() {
            drop(fs::remove_dir_all(&self.beside));
        }
    }
}

/// Holds a new tree for this build alone. What an interrupted build left is free again.
fn lock(beside: &Path) -> Result<File, WriteError> {
    let place = beside.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&place).map_err(at(&place))?;
    file.try_lock().map_err(|error| match error {
        fs::TryLockError::Error(error) => at(&place)(error),
        fs::TryLockError::WouldBlock => {
            let why = "another build writes this site now: wait for its end, or choose another folder";
            WriteError { path: beside.to_path_buf(), error: io::Error::new(io::ErrorKind::ResourceBusy, why) }
        }
    })?;
    Ok(file)
}

/// Bytes on their way to a file, hashed and counted.
struct Hashing {
    out: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The hash of a file of any size.
fn hash_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(hash.finalize())),
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// The files that an earlier build wrote, with their hashes.
fn manifest(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(hash, path)| (path.to_string(), hash.to_string())).collect()
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

/// Moves what no build wrote out of a tree that stands beside the site into the site.
///
/// After an exchange that tree is the old site; before one it is what an interrupted build left.
fn rescue(beside: &Path, folder: &Path) -> Result<(), WriteError> {
    let ours = manifest(beside);
    // Without a list the tree is half of a new site, none of it anyone else's.
    if ours.is_empty() {
        return Ok(());
    }
    for path in files_below(beside)? {
        let name = path.to_string_lossy().replace('\\', "/");
        let here = beside.join(&path);
        let there = folder.join(&path);
        let unchanged = || hash_of(&here).is_ok_and(|hash| ours.get(&name) == Some(&hash));
        let foreign = || ![MANIFEST, LOCK].contains(&name.as_str()) && !unchanged();
        if fs::symlink_metadata(&there).is_err() && foreign() {
            create_parent(&there)?;
            fs::rename(&here, &there).map_err(at(&there))?;
        }
    }
    Ok(())
}

/// Removes all that is in a new tree but for its lock.
fn clear(beside: &Path) -> Result<(), WriteError> {
    for entry in fs::read_dir(beside).map_err(at(beside))? {
        let entry = entry.map_err(at(beside))?;
        let path = entry.path();
        let removed = match entry.file_type().map_err(at(&path))?.is_dir() {
            true => fs::remove_dir_all(&path),
            false if entry.file_name() == LOCK => Ok(()),
            false => fs::remove_file(&path),
        };
        removed.map_err(at(&path))?;
    }
    Ok(())
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
            super::super::Site { files }.write(&self.0.join("site"))
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
        assert_eq!(written, Written { changed: 1, unchanged: 1, removed: 1, bytes: 2 });
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
        fs::write(beside.join(MANIFEST), format!("{} a.html\n", hex(Sha256::digest(b"1")))).unwrap();
        folder.write(&[("a.html", "2")]).unwrap();
        assert_eq!(folder.read("own.txt").as_deref(), Some("mine"));
        assert!(!beside.exists());
    }

    #[test]
    fn one_build_at_a_time_writes_a_site() {
        let folder = Folder::new("two");
        folder.write(&[("a.html", "1")]).unwrap();
        let site = folder.0.join("site");
        let first = Staging::open(&site).unwrap();
        first.put("a.html", b"2".to_vec());
        assert!(Staging::open(&site).unwrap_err().to_string().contains("another build"));
        first.stream("large", &mut |out| out.write_all(b"3"));
        assert_eq!(first.get("large").as_deref(), Some(&b"3"[..]));
        assert_eq!(first.finish().unwrap(), Written { changed: 2, unchanged: 0, removed: 0, bytes: 2 });
        assert_eq!(folder.read("large").as_deref(), Some("3"));
        // A file that was written piece by piece and is the same stays the file that it was.
        let again = Staging::open(&site).unwrap();
        again.put("a.html", b"4".to_vec());
        again.stream("large", &mut |out| out.write_all(b"3"));
        assert_eq!(again.finish().unwrap(), Written { changed: 1, unchanged: 1, removed: 0, bytes: 2 });
        // A build that gives up leaves nothing.
        drop(Staging::open(&site).unwrap());
        assert_eq!(folder.read("a.html").as_deref(), Some("4"));
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }
}
