//! What stands in the way of a new site: files that no build wrote.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::record::Records;
use super::staging::Files;
use super::{WriteError, at};

/// Sees to it that no file that no build wrote is where this site has another file, or a folder. Only the places of files that
/// do not stand there already can be taken, and the folders.
///
/// # Errors
/// Such a file, and the disk's.
pub(super) fn is_free(folder: &Path, earlier: &Records, files: &Files) -> Result<(), WriteError> {
    if !folder.exists() {
        return Ok(());
    }
    let no_folder = |path: &&&str| fs::symlink_metadata(folder.join(path)).is_ok_and(|there| !there.is_dir());
    if let Some(taken) = folders(files).iter().filter(no_folder).find(|path| !earlier.contains_key(**path)) {
        return Err(in_the_way(folder.join(taken)));
    }
    let changed: Vec<&String> = files.iter().filter(|(_, staged)| staged.changed).map(|(path, _)| path).collect();
    let wrong = changed.into_par_iter().find_map_first(|path| place_is_free(folder, earlier, path).err());
    wrong.map_or(Ok(()), Err)
}

/// The folders that the files stand in.
fn folders(files: &Files) -> BTreeSet<&str> {
    let mut folders = BTreeSet::new();
    for path in files.keys() {
        let mut path = path.as_str();
        // Where a folder is known, those above it are.
        while let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| folders.insert(*folder)) {
            path = folder;
        }
    }
    folders
}

fn place_is_free(folder: &Path, earlier: &Records, path: &str) -> Result<(), WriteError> {
    let place = folder.join(path);
    match fs::symlink_metadata(&place) {
        Ok(there) if there.is_dir() => {
            let ours = |below: &PathBuf| earlier.contains_key(&format!("{path}/{}", site_path(below)));
            let other = files_below(&place)?.into_iter().find(|below| !ours(below));
            other.map_or(Ok(()), |below| Err(in_the_way(place.join(below))))
        }
        Ok(_) if !earlier.contains_key(path) => Err(in_the_way(place)),
        _ => Ok(()),
    }
}

fn in_the_way(path: PathBuf) -> WriteError {
    let why = "no build of this book wrote this file, so it is not overwritten: move it away or choose another folder";
    WriteError { path, error: io::Error::new(io::ErrorKind::AlreadyExists, why) }
}

/// A path in a folder as the site writes it.
pub(super) fn site_path(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// All files below a folder, by their path in it; links are not followed.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, WriteError> {
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
