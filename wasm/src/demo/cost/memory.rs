//! Bytes as `sys.getsizeof` reports them on 64-bit CPython 3.11, for containers that only ever grew, one item at a time.
//!
//! Sources, CPython 3.11: `list_resize` and `list_preallocate_exact` in `Objects/listobject.c`; `set_add_entry` and
//! `set_table_resize` in `Objects/setobject.c`; `USABLE_FRACTION`, `GROWTH_RATE`, `calculate_log2_keysize` and
//! `_PyDict_KeysSize` in `Objects/dictobject.c`. Each figure includes the 16 bytes that the collector keeps before the object,
//! as `getsizeof` does, and leaves out the items themselves. CPython 3.12 and 3.13 report the same.

use crate::demo::dict::model as dict;
use crate::demo::set::model as set;

/// A container whose bytes are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// `list`, filled by `append`.
    List,
    /// `set`, filled by `add`.
    Set,
    /// `dict` with at least one key that is not a string: 24 bytes an entry, for hash, key and value.
    Dict,
    /// `dict` of string keys only: 16 bytes an entry, as a string keeps its own hash.
    StrDict,
}

impl Container {
    /// All containers, as their lines are drawn.
    pub const ALL: [Container; 4] = [Container::List, Container::Set, Container::Dict, Container::StrDict];

    /// The places there are for items once `n` are in: pointers of a list, slots of a table; a dict holds no more than two
    /// thirds of its slots.
    pub fn slots(self, n: u64) -> u64 {
        match self {
            Container::List => list_slots(n),
            Container::Set => set_slots(n),
            Container::Dict | Container::StrDict if n == 0 => 0,
            Container::Dict | Container::StrDict => dict_slots(n),
        }
    }

    /// `sys.getsizeof`, in bytes, once `n` items are in.
    pub fn bytes(self, n: u64) -> u64 {
        let slots = self.slots(n);
        match self {
            Container::List => 56 + 8 * slots,
            // The first eight slots are part of the object.
            Container::Set if slots == 8 => 216,
            Container::Set => 216 + 16 * slots,
            Container::Dict => dict_bytes(slots, 24),
            Container::StrDict => dict_bytes(slots, 16),
        }
    }

    /// The numbers of items up to `most` at which the bytes change, in order, and the bytes from there on. It begins with 0.
    pub fn growth(self, most: u64) -> Vec<(u64, u64)> {
        let mut points = vec![(0, self.bytes(0))];
        let mut full = self.full(0);
        while full < most {
            points.push((full + 1, self.bytes(full + 1)));
            full = self.full(full + 1);
        }
        points
    }

    /// The largest number of items that needs no more bytes than `n` do.
    pub fn full(self, n: u64) -> u64 {
        let slots = self.slots(n);
        match self {
            Container::List => slots,
            Container::Set => set_usable(slots),
            Container::Dict | Container::StrDict => slots * 2 / 3,
        }
    }
}

/// `sys.getsizeof(list(range(n)))`: made at once from something that knows its length, rounded up to an even number of pointers.
pub fn exact_list_bytes(n: u64) -> u64 {
    56 + 8 * (n + n % 2)
}

fn list_slots(n: u64) -> u64 {
    let mut slots = 0;
    while slots < n {
        slots = list_capacity(slots + 1);
    }
    slots
}

/// What `list_resize` allocates when a list that has grown or shrunk by one needs room for `n`.
pub fn list_capacity(n: u64) -> u64 {
    if n == 0 { 0 } else { (n + (n >> 3) + 6) & !3 }
}

/// The most items in a set of that many slots: the next one makes it grow.
fn set_usable(slots: u64) -> u64 {
    // See `set::is_full`.
    ((slots - 1) * 3 - 1) / 5
}

fn set_slots(n: u64) -> u64 {
    let mut slots = u64::from(set::MIN_SIZE);
    while set_usable(slots) < n {
        slots = set::grown(set_usable(slots) as u32 + 1).into();
    }
    slots
}

/// The slots of a dict that got `n` keys one after the other; 8 for none, where CPython 3.11 shares an empty table of its own.
pub fn dict_slots(n: u64) -> u64 {
    let mut slots: u64 = 8;
    while slots * 2 / 3 < n {
        slots = dict::grown((slots * 2 / 3) as u32).into();
    }
    slots
}

fn dict_bytes(slots: u64, entry: u64) -> u64 {
    let index = match slots {
        0 => return 64,
        1..=128 => 1,
        129..=32_768 => 2,
        _ => 4,
    };
    64 + 32 + slots * index + slots * 2 / 3 * entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sizes() {
        assert_eq!([0, 1, 5, 9, 17, 1000].map(|n| Container::List.bytes(n)), [56, 88, 120, 184, 248, 8856]);
        assert_eq!([0, 4, 5, 19, 1000].map(|n| Container::Set.bytes(n)), [216, 216, 728, 2264, 32984]);
        assert_eq!([0, 1, 6, 11].map(|n| Container::Dict.bytes(n)), [64, 224, 352, 632]);
        assert_eq!([0, 1, 6, 11].map(|n| Container::StrDict.bytes(n)), [64, 184, 272, 464]);
        assert_eq!([0, 1, 10].map(exact_list_bytes), [56, 72, 136]);
    }

    #[test]
    fn growth_holds_each_change_and_nothing_else() {
        for container in Container::ALL {
            let growth = container.growth(3_000);
            let mut changes = vec![(0, container.bytes(0))];
            for n in 1..=3_000 {
                if container.bytes(n) != container.bytes(n - 1) {
                    changes.push((n, container.bytes(n)));
                }
            }
            assert_eq!(growth, changes, "{container:?}");
        }
    }
}
