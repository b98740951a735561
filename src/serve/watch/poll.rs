//! The disk looked through every so often, where it doesn't tell of changes.
//!
//! Our own, because notify's tells times apart by the second: of two edits in one, the second would never be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use crate::source::{Disk, Listing, Stamp};

/// A disk may keep times no finer than this: a file that was written so shortly before it was looked at may have been
/// written again since, at the same time by its stamp.
const COARSE: Duration = Duration::from_secs(2);

/// What there was when the disk was last looked at.
#[derive(Debug)]
pub(super) struct Poll {
    stamps: BTreeMap<String, Stamp>,
    looked: SystemTime,
}

impl Poll {
    /// Looks at the disk for the first time.
    pub(super) fn new(disk: &Disk) -> Self {
        let looked = SystemTime::now();
        Self { stamps: disk.stamps().unwrap_or_default(), looked }
    }

    /// The paths that may have changed since the last look. `read` is what the book was read from since then: it may hold
    /// what came behind that look and went before this one. A disk that can't be read just now has not changed.
    pub(super) fn look(&mut self, disk: &Disk, read: &Listing) -> BTreeSet<String> {
        let now = SystemTime::now();
        match disk.stamps() {
            Ok(stamps) => self.take(stamps, read, now),
            Err(_) => BTreeSet::new(),
        }
    }

    fn take(&mut self, stamps: BTreeMap<String, Stamp>, read: &Listing, now: SystemTime) -> BTreeSet<String> {
        let looked = self.looked;
        let fresh = |stamp: &Stamp| stamp.modified.is_some_and(|modified| modified + COARSE > looked);
        let differs = |path: &&String| match (self.stamps.get(*path), stamps.get(*path)) {
            (Some(before), Some(now)) => before != now || fresh(now),
            (before, now) => before.is_some() != now.is_some(),
        };
        let gone = read.paths.iter().filter(|path| !stamps.contains_key(*path));
        let changed = self.stamps.keys().chain(stamps.keys()).filter(differs).chain(gone).cloned().collect();
        self.stamps = stamps;
        self.looked = now;
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_tell_what_changed_and_fresh_ones_are_not_trusted() {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let stamp = |seconds: u64, length: u64| Stamp {
            length,
            modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
        };
        let stamps =
            |list: &[(&str, Stamp)]| list.iter().map(|(path, stamp)| (path.to_string(), stamp.clone())).collect();
        let mut poll = Poll {
            stamps: stamps(&[("a", stamp(10, 1)), ("b", stamp(10, 1)), ("c", stamp(999, 1)), ("d", stamp(10, 1))]),
            looked: start,
        };
        let now = stamps(&[("a", stamp(10, 1)), ("b", stamp(10, 2)), ("c", stamp(999, 1)), ("e", stamp(10, 1))]);
        let none = Listing::default();
        let changed = poll.take(now.clone(), &none, start + Duration::from_secs(5));
        assert_eq!(changed, ["b", "c", "d", "e"].map(str::to_string).into());
        assert_eq!(poll.take(now.clone(), &none, start + Duration::from_secs(6)), BTreeSet::new());
        // Read between two looks that both did not see it.
        let read = Listing { paths: vec!["a".to_string(), "short-lived".to_string()], ..Listing::default() };
        assert_eq!(poll.take(now, &read, start + Duration::from_secs(7)), ["short-lived".to_string()].into());
    }
}
