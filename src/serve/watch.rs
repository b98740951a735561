//! Changes on disk → rebuilds, once for a burst of changes.

mod burst;
mod poll;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::pipeline::Changes;
use crate::source::{Disk, Listing, is_part};
use burst::Burst;
use poll::Poll;

/// How often a folder is looked through where the disk doesn't tell of changes.
const POLL: Duration = Duration::from_millis(500);

/// A file that was emptied this recently is about to be written.
const EMPTIED: Duration = Duration::from_millis(300);

/// Calls `rebuild` once the watch is set, and after every burst of changes with what changed, which tells what the book was
/// read from; returns only on an error.
/// With `poll`, or where the disk can't be watched, the folder is looked through every so often: then `instead` is told why.
///
/// # Errors
/// What the system says against watching the book's folder.
pub(super) fn run(
    disk: &Disk,
    poll: bool,
    instead: impl Fn(String),
    mut rebuild: impl FnMut(Changes) -> Arc<Listing>,
) -> notify::Result<()> {
    if poll {
        return look_through(disk, rebuild);
    }
    let mut watching = match Watching::start(disk) {
        Ok(watching) => watching,
        Err(error) => {
            instead(error.to_string());
            return look_through(disk, rebuild);
        }
    };
    // Something may have changed since the book was read.
    rebuild(Changes::Everything);
    let mut burst = Burst::default();
    loop {
        if burst.is_empty() {
            let Ok(event) = watching.events.recv() else { return Ok(()) };
            burst.add(event, Instant::now());
        }
        loop {
            while let Ok(event) = watching.events.try_recv() {
                burst.add(event, Instant::now());
            }
            let Some(wait) = burst.wait(Instant::now()) else { break };
            if let Ok(event) = watching.events.recv_timeout(wait) {
                burst.add(event, Instant::now());
            }
        }
        let (paths, everything) = burst.take();
        let mut changed = BTreeSet::new();
        for path in paths {
            match in_book(disk, &path) {
                Some(_) if is_being_written(&path) => burst.wait_for(path, Instant::now()),
                Some(path) => {
                    changed.insert(path);
                }
                None => {}
            }
        }
        if everything || changed.iter().any(|path| !path.contains('/')) {
            // A whole part of the book may have come or gone.
            watching.add_parts(disk)?;
        }
        if everything {
            rebuild(Changes::Everything);
        } else if !changed.is_empty() {
            rebuild(Changes::At(changed));
        }
    }
}

/// Looks through the folder for as long as the process lives.
fn look_through(disk: &Disk, mut rebuild: impl FnMut(Changes) -> Arc<Listing>) -> notify::Result<()> {
    let mut poll = Poll::new(disk);
    let mut read = rebuild(Changes::Everything);
    loop {
        std::thread::sleep(POLL);
        let mut changed = poll.look(disk, &read);
        // One that was emptied a moment ago has a fresh stamp: the next look sees it again.
        changed.retain(|path| !is_being_written(&disk.root().join(path)));
        if !changed.is_empty() {
            let paths = changed.into_iter().map(|path| path.trim_end_matches('/').to_string());
            read = rebuild(Changes::At(paths.collect()));
        }
    }
}

/// A watch on a book's folder.
struct Watching {
    watcher: RecommendedWatcher,
    events: mpsc::Receiver<notify::Result<notify::Event>>,
}

impl Watching {
    fn start(disk: &Disk) -> notify::Result<Self> {
        let (send, events) = mpsc::channel();
        let mut watching = Self { watcher: notify::recommended_watcher(send)?, events };
        // Hears of parts that are not there yet.
        watching.watcher.watch(disk.root(), RecursiveMode::NonRecursive)?;
        watching.add_parts(disk)?;
        Ok(watching)
    }

    /// Watches the parts of the book that are there now.
    fn add_parts(&mut self, disk: &Disk) -> notify::Result<()> {
        for part in disk.watched().filter(|part| part.is_dir()) {
            self.watcher.watch(&part, RecursiveMode::Recursive)?;
        }
        Ok(())
    }
}

/// The path in the book; none for what is no part of it: the site may be written into the same folder.
fn in_book(disk: &Disk, path: &Path) -> Option<String> {
    let real = || disk.root().canonicalize().ok().and_then(|root| path.strip_prefix(root).ok().map(Path::to_path_buf));
    let below = path.strip_prefix(disk.root()).ok().map(Path::to_path_buf).or_else(real)?;
    let names: Vec<String> = below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    Some(names.join("/")).filter(|path| is_part(path))
}

/// Whether a file was emptied a moment ago: whoever did that is about to write it.
fn is_being_written(path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else { return false };
    let age = metadata.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
    metadata.is_file() && metadata.len() == 0 && age.is_some_and(|age| age < EMPTIED)
}
