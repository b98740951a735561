//! How the new files of a site take the place of the old ones: in place where few have changed, otherwise tree for tree.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::journal::{self, JOURNAL, Step};
use super::record::{MANIFEST, Records, Stamp, list};
use super::staging::{Files, LOCK, Staging, Written, lock};
use super::way::{files_below, is_free, site_path};
use super::{WriteError, at, create_parent, replace};

/// In place is faster, but for a moment the site is of both builds: so only where fewer than one file in so many changes.
const FEW: usize = 10;

/// Files of the last build that are no longer made.
struct Gone<'a> {
    /// Those where this build has a folder, or below a file of this build, or that differ from one in case only. They can't
    /// stand beside the new files.
    obstacles: Vec<&'a str>,
    others: Vec<&'a str>,
}

impl Gone<'_> {
    fn len(&self) -> usize {
        self.obstacles.len() + self.others.len()
    }
}

impl Staging {
    /// Makes the folder hold the new site.
    ///
    /// # Errors
    /// The disk's, whenever it said so, and a file that no build wrote in the way; then the folder is as it was. Where an update
    /// in place stops half-way, the next build completes it.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        let mut state = std::mem::take(&mut *self.state());
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        let files = state.files;
        is_free(&self.folder, &self.earlier, &files)?;
        let changed = files.values().filter(|staged| staged.changed).count();
        let bytes = files.values().filter_map(|staged| Some(staged.record.stamp?.length)).sum();
        let earlier = std::mem::take(&mut self.earlier);
        let gone = gone(&self.folder, &earlier, &files);
        let written = Written { changed, unchanged: files.len() - changed, removed: gone.len(), bytes };
        let listed = earlier.iter().map(|(path, record)| (path, record.hash));
        let same_list = listed.eq(files.iter().map(|(path, staged)| (path, staged.record.hash)));
        if changed + gone.len() > 0 || !same_list || !self.folder.join(MANIFEST).exists() {
            let few = (changed + gone.len()) * FEW < earlier.len() && gone.obstacles.is_empty();
            // In a folder without a list nothing would tell a build that goes on for an interrupted one what is whose.
            let unlisted = earlier.is_empty() && self.folder.exists();
            self.take_place(&files, &gone, few || unlisted, &earlier)?;
        }
        self.earlier = earlier;
        self.remember(files);
        Ok(written)
    }

    fn take_place(
        &mut self,
        files: &Files,
        gone: &Gone<'_>,
        in_place: bool,
        earlier: &Records,
    ) -> Result<(), WriteError> {
        let manifest = self.beside.join(MANIFEST);
        let text = list(files.iter().map(|(path, staged)| (path, &staged.record)));
        // In one step: half a list would not know the files beside it.
        replace(&manifest, text.as_bytes()).map_err(at(&manifest))?;
        match !in_place && self.exchange(files, earlier)? {
            true => Ok(()),
            false => self.update(files, gone),
        }
    }

    /// Puts the new tree in the place of the old one, in one step. False where the system can't.
    fn exchange(&mut self, files: &Files, earlier: &Records) -> Result<bool, WriteError> {
        if self.folder.exists() && (!CAN_EXCHANGE || !self.link_unchanged(files)?) {
            return Ok(false);
        }
        drop(self.lock.take());
        let held = self.beside.join(LOCK);
        fs::remove_file(&held).map_err(at(&held))?;
        if !self.folder.exists() {
            return fs::rename(&self.beside, &self.folder).map(|()| true).map_err(at(&self.folder));
        }
        if exchange(&self.beside, &self.folder).is_err() {
            self.lock = Some(lock(&self.beside)?);
            return Ok(false);
        }
        rescue(&self.beside, &self.folder, earlier)?;
        fs::remove_dir_all(&self.beside).map_err(at(&self.beside))?;
        Ok(true)
    }

    /// Gives the files that stay a second name in the new tree. False where a file can't have two.
    fn link_unchanged(&self, files: &Files) -> Result<bool, WriteError> {
        let unchanged: Vec<&String> =
            files.iter().filter(|(_, staged)| !staged.changed).map(|(path, _)| path).collect();
        let link = |path: &String| {
            let place = self.place(path)?;
            Ok(fs::hard_link(self.folder.join(path), place).is_ok())
        };
        unchanged.into_par_iter().map(link).try_reduce(|| true, |one, other| Ok(one && other))
    }

    /// Updates the site in its place: pages behind what they refer to, then what is no longer made, at last the list.
    fn update(&mut self, files: &Files, gone: &Gone<'_>) -> Result<(), WriteError> {
        let mut moved: Vec<_> = files.iter().filter(|(_, staged)| staged.changed).collect();
        moved.sort_by_key(|(path, _)| (is_page(path), *path));
        let remove = |paths: &[&str]| paths.iter().map(|path| Step::Remove(path.to_string())).collect::<Vec<_>>();
        let mut steps = remove(&gone.obstacles);
        steps.extend(
            moved.into_iter().filter_map(|(path, staged)| Some(Step::Move(path.clone(), staged.record.stamp?))),
        );
        steps.extend(remove(&gone.others));
        let list = self.beside.join(MANIFEST);
        steps.push(Step::Move(MANIFEST.to_string(), Stamp::at(&list).map_err(at(&list))?));
        journal::write(&self.beside, &steps)?;
        // From here on the tree beside is not given up: what is left to do is done by the next build if not by this.
        let held = self.lock.take();
        journal::apply(&self.beside, &self.folder, &steps)?;
        clear(&self.beside)?;
        drop(held);
        fs::remove_dir_all(&self.beside).map_err(at(&self.beside))
    }
}

/// A page, or a page compressed.
fn is_page(path: &str) -> bool {
    path.trim_end_matches(".br").trim_end_matches(".gz").ends_with(".html")
}

/// What the last build made and this one did not. What somebody edited since is not ours to remove, unless it is in the way.
fn gone<'a>(folder: &Path, earlier: &'a Records, files: &Files) -> Gone<'a> {
    let gone: Vec<_> = earlier.iter().filter(|(path, _)| !files.contains_key(*path)).collect();
    let mut found = Gone { obstacles: Vec::new(), others: Vec::new() };
    if gone.is_empty() {
        return found;
    }
    let fresh = files.iter().filter(|(path, _)| !earlier.contains_key(*path));
    let fresh: BTreeMap<String, bool> = fresh.map(|(path, staged)| (path.to_lowercase(), staged.changed)).collect();
    for (path, record) in gone {
        let place = folder.join(path);
        let twin = fresh.get(&path.to_lowercase());
        let below = format!("{path}/");
        let has_folder = files.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below));
        let above = || Path::new(path).ancestors().skip(1).any(|above| files.contains_key(&*above.to_string_lossy()));
        match fs::symlink_metadata(&place) {
            Ok(there) if there.is_dir() => {}
            Err(_) => {}
            // On some systems the very same file, under the name that it has now.
            Ok(_) if twin == Some(&false) => {}
            Ok(_) if twin.is_some() || has_folder || above() => found.obstacles.push(path.as_str()),
            Ok(_) if record.is_at(&place) => found.others.push(path.as_str()),
            Ok(_) => {}
        }
    }
    found
}

/// Whether two folders can change places at all.
const CAN_EXCHANGE: bool = cfg!(any(target_os = "linux", target_os = "macos"));

/// Lets two files, or two folders, change places in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Moves what no build wrote out of a tree that stands beside the site into the site.
///
/// After an exchange that tree is the old site; before one it is what an interrupted build left.
pub(super) fn rescue(beside: &Path, folder: &Path, ours: &Records) -> Result<(), WriteError> {
    // Without a list the tree is half of a new site, none of it anyone else's.
    if ours.is_empty() || !beside.join(MANIFEST).exists() {
        return Ok(());
    }
    for path in files_below(beside)? {
        let name = site_path(&path);
        let here = beside.join(&path);
        let there = folder.join(&path);
        let unchanged = || ours.get(&name).is_some_and(|record| record.is_at(&here));
        let helps = [MANIFEST, LOCK, JOURNAL].contains(&name.as_str()) || name.ends_with(".fieldguide-new");
        if !helps && fs::symlink_metadata(&there).is_err() && !unchanged() {
            create_parent(&there)?;
            fs::rename(&here, &there).map_err(at(&there))?;
        }
    }
    Ok(())
}

/// Removes all that is in a new tree but for its lock.
pub(super) fn clear(beside: &Path) -> Result<(), WriteError> {
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
