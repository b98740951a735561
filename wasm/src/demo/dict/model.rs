//! CPython's dict: a table of indices, probed by hash, into entries kept in the order of insertion.
//!
//! Modelled after `Objects/dictobject.c` of 64-bit CPython 3.11–3.13, whose steps are the same there: a combined table
//! (that of a plain dict; instances share the keys of theirs and are not shown), 8 slots at first, two thirds of them
//! usable, growth to three times the keys in use, probes perturbed by the hash's higher bits, a dummy where a key was
//! deleted. A table of nothing but str keys keeps entries of 16 bytes, without the hash that each str knows itself; the first
//! other key turns it into a general one of 24 bytes an entry.

use crate::demo::table::ops::{Kind, Op};
use crate::demo::table::{Jumps, Outcome, Probe, Saw, Step, Table};

/// A slot that never led anywhere.
pub const EMPTY: i32 = -1;

/// A slot whose entry was deleted.
pub const DUMMY: i32 = -2;

/// Bytes of the dict object itself, with the 16 before it that the garbage collector takes.
pub const OBJECT_BYTES: u32 = 64;

/// Bytes of a table before its indices.
pub const HEADER_BYTES: u32 = 32;

/// The slots that growth gives to a table with `used` keys: three times as many, rounded up to a power of two by CPython's bit
/// trick, which gives at least 16 slots to one key or more.
pub fn grown(used: u32) -> u32 {
    let wanted = (((used * 3) | 8) - 1) | 7;
    1 << (32 - wanted.leading_zeros())
}

/// One key and its value.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The number of the operation that brought the key.
    pub key: u32,
    /// The number of the operation that brought the value.
    pub value: u32,
    /// The key's hash.
    pub hash: i64,
}

/// A dict.
#[derive(Debug, Clone, Default)]
pub struct Dict {
    /// For each slot the number of an entry, or [`EMPTY`] or [`DUMMY`]. A dict that never held a key has no slots of its own.
    pub indices: Vec<i32>,
    /// The entries, in the order of insertion; a deleted one leaves its place.
    pub entries: Vec<Option<Entry>>,
    /// Whether there is a key that is no str.
    pub general: bool,
    /// How many keys there are.
    pub used: u32,
    work: u64,
}

impl Dict {
    /// Slots of the table, a power of two; 0 where there is none yet.
    pub fn size(&self) -> u32 {
        self.indices.len() as u32
    }

    /// How many entries the table has room for: two thirds of its slots.
    pub fn capacity(&self) -> u32 {
        self.size() * 2 / 3
    }

    /// Bytes that one index takes.
    pub fn index_bytes(&self) -> u32 {
        match self.size() {
            0..256 => 1,
            256..65536 => 2,
            _ => 4,
        }
    }

    /// Bytes that one entry takes.
    pub fn entry_bytes(&self) -> u32 {
        if self.general { 24 } else { 16 }
    }

    /// `sys.getsizeof`.
    pub fn sizeof(&self) -> u32 {
        if self.indices.is_empty() {
            return OBJECT_BYTES;
        }
        OBJECT_BYTES + HEADER_BYTES + self.size() * self.index_bytes() + self.capacity() * self.entry_bytes()
    }

    fn index(&self, slot: u32) -> i32 {
        self.indices.get(slot as usize).copied().unwrap_or(EMPTY)
    }

    fn set_index(&mut self, slot: u32, index: i32) {
        if let Some(place) = self.indices.get_mut(slot as usize) {
            *place = index;
        }
    }

    /// The entry that an index leads to.
    pub fn entry(&self, index: i32) -> Option<&Entry> {
        self.entries.get(usize::try_from(index).ok()?)?.as_ref()
    }

    /// Inspects slots until the key or an empty slot; the entry's number, if the key is there.
    fn look_up(&mut self, ops: &[Op], op: &Op, probes: &mut Vec<Probe>) -> Option<usize> {
        if self.indices.is_empty() {
            return None;
        }
        let mut at = Jumps::new(op.hash, self.size());
        loop {
            self.work += 1;
            let index = self.index(at.slot);
            let saw = match self.entry(index) {
                None if index == DUMMY => Saw::Dummy,
                None => Saw::Empty,
                Some(entry) if entry.hash != op.hash => Saw::Other(entry.key),
                Some(entry) if ops.get(entry.key as usize).is_some_and(|stored| stored.key.same(&op.key)) => {
                    Saw::Match(entry.key)
                }
                Some(entry) => Saw::Unequal(entry.key),
            };
            probes.push(Probe { slot: at.slot, saw });
            match saw {
                Saw::Empty => return None,
                Saw::Match(_) => return usize::try_from(index).ok(),
                _ => at.jump(),
            }
        }
    }

    /// Inspects slots until one that is free: empty or a dummy.
    fn place(&mut self, hash: i64, index: i32, mut see: impl FnMut(Probe)) -> u32 {
        let mut at = Jumps::new(hash, self.size());
        loop {
            self.work += 1;
            let there = self.index(at.slot);
            let saw = match self.entry(there) {
                Some(entry) => Saw::Other(entry.key),
                None if there == DUMMY => Saw::Dummy,
                None => Saw::Empty,
            };
            see(Probe { slot: at.slot, saw });
            if there < 0 {
                self.set_index(at.slot, index);
                return at.slot;
            }
            at.jump();
        }
    }

    /// Makes a table of `size` slots and enters what is there, without the deleted entries.
    fn rebuild(&mut self, size: u32) {
        self.entries.retain(Option::is_some);
        self.indices = vec![EMPTY; size as usize];
        for index in 0..self.entries.len() {
            let hash = self.entries.get(index).copied().flatten().map_or(0, |entry| entry.hash);
            self.place(hash, index as i32, |_| {});
        }
    }

    /// Grows, and says how many slots there were and are.
    fn grow(&mut self) -> [u32; 2] {
        let old = self.size();
        self.rebuild(grown(self.used));
        [old, self.size()]
    }

    fn insert(&mut self, ops: &[Op], op: &Op, number: u32, step: &mut Step) {
        let is_str = op.key.is_str();
        if self.indices.is_empty() {
            self.general = !is_str;
            self.rebuild(8);
            step.resized = Some([0, 8]);
        } else {
            if !self.general && !is_str {
                self.general = true;
                step.converted = true;
                step.resized = Some(self.grow());
            }
            if let Some(index) = self.look_up(ops, op, &mut step.lookup) {
                if let Some(Some(entry)) = self.entries.get_mut(index) {
                    entry.value = number;
                }
                step.result = Outcome::Replaced;
                step.slot = step.lookup.last().map(|probe| probe.slot);
                return;
            }
            if self.entries.len() as u32 >= self.capacity() {
                step.resized = Some(self.grow());
            }
        }
        let index = self.entries.len() as i32;
        let slot = self.place(op.hash, index, |probe| step.insert.push(probe));
        self.entries.push(Some(Entry { key: number, value: number, hash: op.hash }));
        self.used += 1;
        step.result = Outcome::New;
        step.slot = Some(slot);
        step.reused_dummy = step.insert.last().is_some_and(|probe| probe.saw == Saw::Dummy);
    }

    fn find(&mut self, ops: &[Op], op: &Op, step: &mut Step) {
        let Some(index) = self.look_up(ops, op, &mut step.lookup) else { return };
        step.slot = step.lookup.last().map(|probe| probe.slot);
        step.result = Outcome::Found;
        if op.kind == Kind::Delete {
            if let (Some(slot), Some(entry)) = (step.slot, self.entries.get_mut(index)) {
                *entry = None;
                self.set_index(slot, DUMMY);
            }
            self.used -= 1;
            step.result = Outcome::Deleted;
        }
    }
}

impl Table for Dict {
    fn apply(&mut self, ops: &[Op], number: usize) -> Step {
        let Some(op) = ops.get(number) else { return Step::new(Kind::Lookup) };
        let mut step = Step::new(op.kind);
        match op.kind {
            Kind::Insert => self.insert(ops, op, number as u32, &mut step),
            Kind::Lookup | Kind::Delete => self.find(ops, op, &mut step),
        }
        step.table_size = self.size();
        step.used = self.used;
        step.sizeof = self.sizeof();
        step
    }

    fn order(&self) -> Vec<u32> {
        self.entries.iter().flatten().map(|entry| entry.key).collect()
    }

    fn work(&self) -> u64 {
        self.work
    }
}
