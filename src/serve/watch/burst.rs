//! Events of the disk → paths to read, at once where a file is complete, a little later where it may not be.
//!
//! Editors save in many ways: they truncate and write, they write beside and move into place, they move the old file away
//! first. A file that was closed after writing, or moved into place, is complete. One that was written may be written on, and
//! one that is gone may be about to come back: for these the burst waits.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use notify::EventKind;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};

/// A file that was written but not closed is read when nothing came for this long.
const WRITING: Duration = Duration::from_millis(30);

/// A file that is gone is believed to be when it has not come back for this long.
const GONE: Duration = Duration::from_millis(60);

/// More paths than these are the work of a program, such as a checkout: it is let finish.
const FEW: usize = 8;

/// Such a program has finished when nothing came for this long.
const MANY: Duration = Duration::from_millis(40);

/// Whatever goes on, what has come is read after this long.
const LONGEST: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Complete,
    Writing,
    Gone,
}

/// The changes since the last rebuild.
#[derive(Debug, Default)]
pub(super) struct Burst {
    paths: HashMap<PathBuf, (State, Instant)>,
    everything: bool,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Burst {
    /// Takes an event in.
    pub(super) fn add(&mut self, event: notify::Result<notify::Event>, now: Instant) {
        let event = match event {
            Ok(event) if !event.need_rescan() => event,
            // What the event would have told is anyone's guess.
            _ => {
                self.everything = true;
                self.note(now);
                return;
            }
        };
        let states: &[State] = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => &[State::Complete],
            // Reading is no change.
            EventKind::Access(_) => return,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => &[State::Gone],
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => &[State::Complete],
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => &[State::Gone, State::Complete],
            _ => &[State::Writing],
        };
        for (at, path) in event.paths.into_iter().enumerate() {
            // A folder's own time changes with its files, which have events of their own.
            if matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_))) && path.is_dir() {
                continue;
            }
            let state = states.get(at).or(states.last()).copied().unwrap_or(State::Writing);
            self.paths.insert(path, (state, now));
            self.note(now);
        }
    }

    /// Takes a path that turned out not to be complete back in.
    pub(super) fn wait_for(&mut self, path: PathBuf, now: Instant) {
        self.paths.insert(path, (State::Writing, now));
        self.note(now);
    }

    fn note(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// Whether nothing came.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// How long to wait for more; none when it is time to read.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let (first, last) = (self.first?, self.last?);
        let each = self.paths.values().map(|(state, since)| match state {
            State::Complete => *since,
            State::Writing => *since + WRITING,
            State::Gone => *since + GONE,
        });
        let many = if self.paths.len() > FEW || self.everything { last + MANY } else { first };
        let until = each.chain([many]).max().unwrap_or(first).min(first + LONGEST);
        until.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    /// The paths, and whether others may have changed too; the burst is empty then.
    pub(super) fn take(&mut self) -> (BTreeSet<PathBuf>, bool) {
        let taken = std::mem::take(self);
        (taken.paths.into_keys().collect(), taken.everything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::Event;
    use notify::event::{CreateKind, DataChange, RemoveKind};

    const WRITE: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    const CLOSE: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    const CREATE: EventKind = EventKind::Create(CreateKind::File);
    const REMOVE: EventKind = EventKind::Remove(RemoveKind::File);
    const FROM: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::From));
    const TO: EventKind = EventKind::Modify(ModifyKind::Name(RenameMode::To));

    /// Milliseconds to wait after events, each at its millisecond.
    fn wait_after(events: &[(u64, EventKind, &str)], now: u64) -> Option<u128> {
        let start = Instant::now();
        let mut burst = Burst::default();
        for (at, kind, path) in events {
            burst.add(Ok(Event::new(*kind).add_path(path.into())), start + Duration::from_millis(*at));
        }
        burst.wait(start + Duration::from_millis(now)).map(|wait| wait.as_millis())
    }

    #[test]
    fn a_file_that_was_closed_is_read_at_once() {
        assert_eq!(wait_after(&[(0, WRITE, "a"), (1, WRITE, "a"), (1, CLOSE, "a")], 1), None);
        assert_eq!(wait_after(&[(0, CREATE, "t"), (0, CLOSE, "t"), (1, TO, "a")], 1), None);
        assert_eq!(wait_after(&[(0, WRITE, "a")], 10), Some(20));
        assert_eq!(wait_after(&[(0, WRITE, "a")], 30), None);
        assert_eq!(wait_after(&[(0, WRITE, "a"), (20, WRITE, "a")], 30), Some(20));
        assert_eq!(wait_after(&[(0, EventKind::Access(AccessKind::Read), "a")], 0), None);
    }

    #[test]
    fn a_file_that_an_editor_moves_away_may_come_back() {
        // As vim saves: the old file becomes a backup, then there is a new one.
        let vim = [(0, FROM, "a"), (0, TO, "a~"), (2, CREATE, "a"), (2, WRITE, "a"), (3, CLOSE, "a")];
        assert_eq!(wait_after(&vim[..2], 1), Some(59));
        assert_eq!(wait_after(&vim, 3), None);
        assert_eq!(wait_after(&[(0, REMOVE, "a")], 59), Some(1));
        assert_eq!(wait_after(&[(0, REMOVE, "a")], 60), None);
    }

    #[test]
    fn a_checkout_is_let_finish_but_not_for_ever() {
        let names: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let files: Vec<_> = names.iter().enumerate().map(|(n, name)| (n as u64 * 10, CLOSE, name.as_str())).collect();
        assert_eq!(wait_after(&files[..8], 70), None);
        assert_eq!(wait_after(&files[..9], 80), Some(40));
        assert_eq!(wait_after(&files[..90], 890), Some(40));
        assert_eq!(wait_after(&files, 1990), None);
    }

    #[test]
    fn what_was_missed_may_be_anything() {
        let mut burst = Burst::default();
        let now = Instant::now();
        burst.add(Err(notify::Error::generic("x")), now);
        assert_eq!(burst.wait(now), Some(MANY));
        assert_eq!(burst.take(), (BTreeSet::new(), true));
        assert!(burst.is_empty() && burst.wait(now).is_none());
    }
}
