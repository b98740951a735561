//! The update of a site in its place: a list of steps that can be gone through again from the start, whatever interrupted it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::finish::exchange;
use super::record::{Stamp, is_below};
use super::{WriteError, at, create_parent};

/// In the new tree, once every new file of the site is written.
pub(super) const JOURNAL: &str = ".fieldguide-journal";

/// What is done with a site path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The file of the new tree with that stamp takes its place.
    Move(String, Stamp),
    /// The file of the site goes.
    Remove(String),
}

/// Writes the steps beside the site. From then on the update is done, if not by this build then by the next.
///
/// Only the steps are brought to the disk for sure, which takes no time; the files need as long as the disk is slow. Where the
/// power fails, a file that the disk never got is known by its stamp, and made again by the build that goes on.
///
/// # Errors
/// The disk's.
pub(super) fn write(beside: &Path, steps: &[Step]) -> Result<(), WriteError> {
    let line = |step: &Step| match step {
        Step::Move(path, Stamp { length, written }) => format!("+{length}@{written} {path}\0"),
        Step::Remove(path) => format!("- {path}\0"),
    };
    let text: String = steps.iter().map(line).collect();
    let half = beside.join(format!("{JOURNAL}.fieldguide-new"));
    let written =
        File::create(&half).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_data()));
    written.map_err(at(&half))?;
    let journal = beside.join(JOURNAL);
    fs::rename(&half, &journal).map_err(at(&journal))
}

/// The steps of an update that was interrupted.
pub(super) fn pending(beside: &Path) -> Option<Vec<Step>> {
    let text = fs::read_to_string(beside.join(JOURNAL)).ok()?;
    let step = |line: &str| {
        let (what, path) = line.split_once(' ').filter(|(_, path)| is_below(path))?;
        match what.strip_prefix('+') {
            Some(stamp) => {
                let (length, written) = stamp.split_once('@')?;
                let stamp = Stamp { length: length.parse().ok()?, written: written.parse().ok()? };
                Some(Step::Move(path.to_string(), stamp))
            }
            None => (what == "-").then(|| Step::Remove(path.to_string())),
        }
    };
    Some(text.split_terminator('\0').filter_map(step).collect())
}

/// Goes through the steps and forgets them. What is done already stays done.
///
/// # Errors
/// The disk's; then the rest is still to be done.
pub(super) fn apply(beside: &Path, folder: &Path, steps: &[Step]) -> Result<(), WriteError> {
    for step in steps {
        match step {
            Step::Move(path, stamp) => put_in_place(&beside.join(path), *stamp, &folder.join(path))?,
            Step::Remove(path) => remove(folder, path)?,
        }
    }
    let journal = beside.join(JOURNAL);
    fs::remove_file(&journal).map_err(at(&journal))
}

/// Moves a file to its place, unless it is there already or the disk never got all of it.
///
/// It changes places with the one that stands there, where the system can: a file system that renames a file over another brings
/// all of it to the disk first. The old file then has the new one's name in the tree beside, and is known by its stamp.
fn put_in_place(new: &Path, stamp: Stamp, place: &Path) -> Result<(), WriteError> {
    if Stamp::at(new).ok() != Some(stamp) {
        return Ok(());
    }
    if fs::symlink_metadata(place).is_ok_and(|there| there.is_file()) && exchange(new, place).is_ok() {
        return Ok(());
    }
    create_parent(place)?;
    if fs::symlink_metadata(place).is_ok_and(|there| there.is_dir()) {
        remove_empty(place).map_err(at(place))?;
    }
    let moved = match fs::rename(new, place) {
        // The site's folder is a mount point.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => carry(new, place),
        moved => moved,
    };
    moved.map_err(at(place))
}

/// Moves a file to another file system, with the time at which it was written; the whole of it takes its place in one step.
fn carry(new: &Path, place: &Path) -> io::Result<()> {
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let half = place.with_file_name(format!(".{name}.fieldguide-new"));
    let written = fs::metadata(new)?.modified()?;
    fs::copy(new, &half)?;
    File::options().write(true).open(&half)?.set_modified(written)?;
    fs::rename(&half, place)
}

/// Removes a file, and the folders that it leaves empty.
fn remove(folder: &Path, path: &str) -> Result<(), WriteError> {
    let place = folder.join(path);
    match fs::remove_file(&place) {
        Err(error) if !is_gone(&error) => return Err(at(&place)(error)),
        _ => {}
    }
    let parents = Path::new(path).ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    parents.map(|parent| fs::remove_dir(folder.join(parent))).take_while(Result::is_ok).for_each(drop);
    Ok(())
}

/// Whether there is nothing to remove any more: the file, or a folder above it, is gone.
fn is_gone(error: &io::Error) -> bool {
    [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind())
}

/// Removes a folder that holds nothing but folders.
fn remove_empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_empty(&entry.path())?;
        }
    }
    fs::remove_dir(folder)
}
