//! Changes on disk → rebuilds, once for a burst of changes.

use std::sync::mpsc;
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher};

use crate::source::Disk;

/// A burst of changes is over when nothing has changed for this long.
const QUIET: Duration = Duration::from_millis(30);

/// Calls `rebuild` once the watch is set, with `true`, and after every burst of changes to the book's files; returns only on
/// an error.
///
/// # Errors
/// What the system says against watching the book's folder.
pub(super) fn run(disk: &Disk, mut rebuild: impl FnMut(bool)) -> notify::Result<()> {
    let (send, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is no change; an error may hide one.
        if !matches!(&event, Ok(event) if matches!(event.kind, EventKind::Access(_))) {
            drop(send.send(event));
        }
    })?;
    watcher.watch(disk.root(), RecursiveMode::NonRecursive)?;
    let mut first = true;
    loop {
        // Before the rebuild, also those that came with the last burst: what changes from here on is another event.
        for part in disk.watched().filter(|part| part.is_dir()) {
            watcher.watch(&part, RecursiveMode::Recursive)?;
        }
        rebuild(first);
        first = false;
        loop {
            let Ok(event) = changes.recv() else { return Ok(()) };
            let mut burst = vec![event];
            while let Ok(more) = changes.recv_timeout(QUIET) {
                burst.push(more);
            }
            if burst.iter().any(|event| concerns(disk, event)) {
                break;
            }
        }
    }
}

/// Whether a change is to a part of the book: the site may be written into the same folder.
fn concerns(disk: &Disk, event: &notify::Result<notify::Event>) -> bool {
    let Ok(event) = event else { return true };
    let root = disk.root().canonicalize().unwrap_or_else(|_| disk.root().to_path_buf());
    let part = |path: &std::path::Path| {
        disk.watched().any(|part| path.starts_with(&part) || path.starts_with(root.join(part)))
    };
    event.need_rescan() || event.paths.iter().any(|path| part(path))
}
