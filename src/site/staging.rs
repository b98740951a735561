//! The files of a site on their way to the disk. What is new is written beside the old site while it is made; what has not
//! changed is only noted down.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::assembly::{self, Source, same_bytes};
use super::record::{self, Hash, MANIFEST, Record, Records, Stamp, hash_of};
use super::{Make, Sink, WriteError, at, finish, journal, memory};
use crate::cache::{self, Cache, Key, hex};

/// In the new tree while a build writes it: held by that build, and gone once the tree is whole.
pub(super) const LOCK: &str = ".fieldguide-lock";

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
    pub(super) folder: PathBuf,
    pub(super) beside: PathBuf,
    /// The files of the last build.
    pub(super) earlier: Records,
    state: Mutex<State>,
    pub(super) lock: Option<File>,
    cache: Option<Arc<Cache>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub files: Files,
    /// Folders of the new tree that are there.
    folders: HashSet<PathBuf>,
    /// The first thing that went wrong.
    pub error: Option<WriteError>,
}

/// The files of this build by their site path.
pub(super) type Files = BTreeMap<String, Staged>;

/// A file of this build.
#[derive(Debug)]
pub(super) struct Staged {
    pub record: Record,
    /// Where it stands: in the new tree if so, otherwise where the last build left it.
    pub changed: bool,
}

impl Staging {
    /// Starts a new tree beside `folder`.
    ///
    /// # Errors
    /// The disk's, and another build that writes there now; then the folder is as it was.
    pub fn open(folder: &Path) -> Result<Self, WriteError> {
        Self::start(folder, None)
    }

    /// The same, with what the last build left in the book's cache of when and from what it made each file. Without it nothing
    /// is kept unseen.
    ///
    /// # Errors
    /// Those of [`Staging::open`].
    pub fn remembering(folder: &Path, cache: Arc<Cache>) -> Result<Self, WriteError> {
        Self::start(folder, Some(cache))
    }

    fn start(folder: &Path, cache: Option<Arc<Cache>>) -> Result<Self, WriteError> {
        // A site's folder that is a link is replaced where it really stands.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = parent.join(format!(".{name}.fieldguide-new"));
        fs::create_dir_all(&beside).map_err(at(&beside))?;
        let lock = lock(&beside)?;
        match journal::pending(&beside) {
            Some(steps) => journal::apply(&beside, &folder, &steps)?,
            None => finish::rescue(&beside, &folder, &record::listed(&beside))?,
        }
        finish::clear(&beside)?;
        let remembered = cache.as_ref().and_then(|cache| {
            let list = Stamp::at(&folder.join(MANIFEST)).ok()?;
            memory::read(&cache.get(&memory_of(&folder))?, list)
        });
        let earlier = remembered.unwrap_or_else(|| record::listed(&folder));
        Ok(Self { folder, beside, earlier, state: Mutex::default(), lock: Some(lock), cache })
    }

    /// Keeps for the next build what this one wrote.
    pub(super) fn remember(&self, files: Files) {
        let Some(cache) = &self.cache else { return };
        let records: Records = files.into_iter().map(|(path, staged)| (path, staged.record)).collect();
        if let Some(list) = Stamp::at(&self.folder.join(MANIFEST)).ok().filter(|_| records != self.earlier) {
            cache.put(&memory_of(&self.folder), &memory::write(list, &records));
        }
    }

    /// Takes a file as [`Sink::put`] does.
    pub fn put_bytes(&self, path: &str, bytes: &[u8]) {
        self.note(path, self.stage(path, None, bytes));
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a file of the new tree stands; its folder is made.
    pub(super) fn place(&self, path: &str) -> Result<PathBuf, WriteError> {
        let place = self.beside.join(path);
        let parent = place.parent().unwrap_or(&self.beside);
        if !self.state().folders.contains(parent) {
            fs::create_dir_all(parent).map_err(at(parent))?;
            self.state().folders.insert(parent.to_path_buf());
        }
        Ok(place)
    }

    fn note(&self, path: &str, staged: Result<Staged, WriteError>) {
        let mut state = self.state();
        match staged {
            Ok(staged) => drop(state.files.insert(path.to_string(), staged)),
            Err(error) => drop(state.error.get_or_insert(error)),
        }
    }

    /// The file of the last build at `path`, if it still is what that build wrote, to the byte.
    fn untouched(&self, path: &str) -> Option<&Record> {
        let record = self.earlier.get(path)?;
        let now = Stamp::at(&self.folder.join(path)).ok()?;
        (record.stamp == Some(now)).then_some(record)
    }

    /// The stamp of the file that stands at `path`, if it has these bytes. Only where nothing else tells it are they compared.
    fn same(&self, path: &str, length: u64, hash: Option<&Hash>, compare: impl FnOnce(&Path) -> bool) -> Option<Stamp> {
        let old = self.folder.join(path);
        let now = Stamp::at(&old).ok().filter(|now| now.length == length)?;
        let known = self.earlier.get(path).filter(|record| record.stamp == Some(now)).and_then(|record| record.hash);
        let same = match (known, hash) {
            (Some(known), Some(hash)) => known == *hash,
            _ => compare(&old),
        };
        same.then_some(now)
    }

    /// Writes a file into the new tree, unless the old one has the same bytes.
    fn stage(&self, path: &str, key: Option<&Key>, bytes: &[u8]) -> Result<Staged, WriteError> {
        let hash: Hash = Sha256::digest(bytes).into();
        let compare = |old: &Path| fs::read(old).is_ok_and(|old| old == bytes);
        let same = self.same(path, bytes.len() as u64, Some(&hash), compare);
        let stamp = match same {
            Some(stamp) => stamp,
            None => {
                let place = self.place(path)?;
                let written = File::create(&place).and_then(|mut file| file.write_all(bytes).map(|()| file));
                written.and_then(|file| Stamp::of(&file.metadata()?)).map_err(at(&place))?
            }
        };
        let record = Record { hash: Some(hash), stamp: Some(stamp), key: key.copied(), parts: Vec::new() };
        Ok(Staged { record, changed: same.is_none() })
    }

    /// The same of a file that is written piece by piece.
    fn stage_stream(&self, path: &str, make: Make<'_>) -> Result<Staged, WriteError> {
        let place = self.place(path)?;
        let file = File::create(&place).map_err(at(&place))?;
        let mut out = BufWriter::with_capacity(1 << 18, Hashing { out: file, hash: Sha256::new() });
        make(&mut out).and_then(|()| out.flush()).map_err(at(&place))?;
        let Hashing { hash, out } = out.into_inner().map_err(|error| at(&place)(error.into_error()))?;
        let hash: Hash = hash.finalize().into();
        let new = out.metadata().and_then(|metadata| Stamp::of(&metadata)).map_err(at(&place))?;
        let compare = |old: &Path| hash_of(old).is_ok_and(|old| old == hash);
        let same = self.same(path, new.length, Some(&hash), compare);
        let record = Record { hash: Some(hash), stamp: same.or(Some(new)), key: None, parts: Vec::new() };
        staged(&place, record, same.is_none())
    }

    /// The same of a file of parts: what the old one has of them is copied.
    fn stage_parts(
        &self,
        path: &str,
        keys: &[Key],
        make: &(dyn Fn(usize) -> String + Sync),
    ) -> Result<Staged, WriteError> {
        let old = self.untouched(path).filter(|old| !old.parts.is_empty());
        if let Some(old) = old.filter(|old| old.parts.iter().map(|part| &part.key).eq(keys)) {
            return Ok(Staged { record: old.clone(), changed: false });
        }
        let source = old.and_then(|old| Some(Source::new(File::open(self.folder.join(path)).ok()?, &old.parts)));
        let place = self.place(path)?;
        let write = || {
            let (file, parts) = assembly::write(&place, source.as_ref(), keys, make)?;
            Ok((Stamp::of(&file.metadata()?)?, parts))
        };
        let (new, parts) = write().map_err(at(&place))?;
        let same = self.same(path, new.length, None, |old| same_bytes(old, &place).unwrap_or(false));
        let record = Record { hash: None, stamp: same.or(Some(new)), key: None, parts };
        staged(&place, record, same.is_none())
    }
}

/// A file that stands at `place` in the new tree: it goes where the old one has the same bytes.
fn staged(place: &Path, record: Record, changed: bool) -> Result<Staged, WriteError> {
    if !changed {
        fs::remove_file(place).map_err(at(place))?;
    }
    Ok(Staged { record, changed })
}

/// The name of what the cache holds of the site in that folder.
fn memory_of(folder: &Path) -> String {
    format!("site-{}", hex(cache::key([folder.as_os_str().as_encoded_bytes()])))
}

impl Sink for Staging {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.put_bytes(path, &bytes);
    }

    fn stream(&self, path: &str, make: Make<'_>) {
        self.note(path, self.stage_stream(path, make));
    }

    fn keep(&self, path: &str, key: &Key) -> bool {
        let known = self.earlier.get(path).is_some_and(|record| record.key.as_ref() == Some(key));
        let kept = known.then(|| self.untouched(path)).flatten();
        if let Some(record) = kept {
            self.note(path, Ok(Staged { record: record.clone(), changed: false }));
        }
        kept.is_some()
    }

    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        self.note(path, self.stage(path, Some(key), &bytes));
    }

    fn assemble(&self, path: &str, parts: &[Key], make: &(dyn Fn(usize) -> String + Sync)) {
        self.note(path, self.stage_parts(path, parts, make));
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        let changed = self.state().files.get(path)?.changed;
        let tree = if changed { &self.beside } else { &self.folder };
        fs::read(tree.join(path)).ok()
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
pub(super) fn lock(beside: &Path) -> Result<File, WriteError> {
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

/// Bytes on their way to a file, hashed.
struct Hashing {
    out: File,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
