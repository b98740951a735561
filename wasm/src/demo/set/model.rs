//! CPython's set: keys and their hashes in the slots themselves, probed in runs of neighbors.
//!
//! Modelled after `Objects/setobject.c` of 64-bit CPython 3.11–3.13, whose steps are the same there: 8 slots within the
//! object at first; from a slot that has nine more after it the nine are inspected too (`LINEAR_PROBES`) before the hash's
//! higher bits choose the next stop; rebuilt when three fifths of the slots are taken, by dummies too, to more than four times the
//! keys (twice, above 50,000 keys). A new key whose path passes dummies takes the place of the last of them.

use crate::demo::table::ops::{Kind, Op};
use crate::demo::table::{Jumps, Outcome, Probe, Saw, Step, Table};

/// How many slots after a stop are inspected with it.
pub const LINEAR_PROBES: u32 = 9;

/// Slots of a new set.
pub const MIN_SIZE: u32 = 8;

/// Bytes of the set object itself: with its 8 slots, and the 16 bytes before it that the garbage collector takes.
pub const OBJECT_BYTES: u32 = 216;

/// Bytes of a slot: the key's address and its hash.
pub const SLOT_BYTES: u32 = 16;

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Nothing, ever.
    Empty,
    /// What a deleted key left.
    Dummy,
    /// The key that the operation of that number brought, and its hash.
    Key(u32, i64),
}

/// A set.
#[derive(Debug, Clone)]
pub struct Set {
    /// The slots.
    pub slots: Vec<Slot>,
    /// How many slots are taken, by keys and by dummies.
    pub fill: u32,
    /// How many keys there are.
    pub used: u32,
    work: u64,
}

impl Default for Set {
    fn default() -> Self {
        Self { slots: vec![Slot::Empty; MIN_SIZE as usize], fill: 0, used: 0, work: 0 }
    }
}

/// Whether a table of `size` slots is rebuilt once `fill` of them are taken.
pub fn is_full(fill: u32, size: u32) -> bool {
    fill * 5 >= (size - 1) * 3
}

/// The slots that a rebuild gives to `used` keys: more than four times as many, twice above 50,000.
pub fn grown(used: u32) -> u32 {
    let wanted = if used > 50_000 { used * 2 } else { used * 4 };
    (wanted + 1).next_power_of_two().max(MIN_SIZE)
}

/// The slots to inspect for a hash, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    jumps: Jumps,
    size: u32,
    run: u32,
}

impl Path {
    /// The path of a hash in a table of `size` slots.
    pub fn new(hash: i64, size: u32) -> Self {
        Self { jumps: Jumps::new(hash, size), size, run: 0 }
    }

    /// The slot to inspect.
    pub fn slot(&self) -> u32 {
        self.jumps.slot + self.run
    }

    /// How many slots this one is after the stop of its run, and the jumps that led to that stop.
    pub fn place(&self) -> (u32, Jumps) {
        (self.run, self.jumps)
    }

    /// Goes on: to the neighbor, or at a run's end to the next stop.
    pub fn advance(&mut self) {
        if self.run < LINEAR_PROBES && self.jumps.slot + LINEAR_PROBES < self.size {
            self.run += 1;
        } else {
            self.run = 0;
            self.jumps.jump();
        }
    }
}

impl Set {
    /// Slots of the table, a power of two.
    pub fn size(&self) -> u32 {
        self.slots.len() as u32
    }

    /// `sys.getsizeof`.
    pub fn sizeof(&self) -> u32 {
        if self.size() > MIN_SIZE { OBJECT_BYTES + self.size() * SLOT_BYTES } else { OBJECT_BYTES }
    }

    fn slot(&self, at: u32) -> Slot {
        self.slots.get(at as usize).copied().unwrap_or(Slot::Empty)
    }

    fn put(&mut self, at: u32, slot: Slot) {
        if let Some(place) = self.slots.get_mut(at as usize) {
            *place = slot;
        }
    }

    /// Inspects slots until the key or an empty slot.
    fn look_up(&mut self, ops: &[Op], op: &Op, probes: &mut Vec<Probe>) {
        let mut path = Path::new(op.hash, self.size());
        loop {
            self.work += 1;
            let saw = match self.slot(path.slot()) {
                Slot::Empty => Saw::Empty,
                Slot::Dummy => Saw::Dummy,
                Slot::Key(key, hash) if hash != op.hash => Saw::Other(key),
                Slot::Key(key, _) if ops.get(key as usize).is_some_and(|stored| stored.key.same(&op.key)) => {
                    Saw::Match(key)
                }
                Slot::Key(key, _) => Saw::Unequal(key),
            };
            probes.push(Probe { slot: path.slot(), saw });
            if matches!(saw, Saw::Empty | Saw::Match(_)) {
                return;
            }
            path.advance();
        }
    }

    /// Rebuilds the table without its dummies, with more than four times (above 50,000 keys: twice) as many slots as keys.
    fn rebuild(&mut self) -> [u32; 2] {
        let old_size = self.size();
        let size = grown(self.used);
        let old = std::mem::replace(&mut self.slots, vec![Slot::Empty; size as usize]);
        self.fill = self.used;
        for slot in old {
            if let Slot::Key(_, hash) = slot {
                let mut path = Path::new(hash, size);
                self.work += 1;
                while self.slot(path.slot()) != Slot::Empty {
                    self.work += 1;
                    path.advance();
                }
                self.put(path.slot(), slot);
            }
        }
        [old_size, size]
    }

    fn insert(&mut self, op: &Op, number: u32, step: &mut Step) {
        let dummy = step.lookup.iter().rev().find(|probe| probe.saw == Saw::Dummy).map(|probe| probe.slot);
        let Some(slot) = dummy.or(step.lookup.last().map(|probe| probe.slot)) else { return };
        let key = Slot::Key(number, op.hash);
        self.put(slot, key);
        self.used += 1;
        step.result = Outcome::New;
        step.slot = Some(slot);
        step.reused_dummy = dummy.is_some();
        if dummy.is_none() {
            self.fill += 1;
            if is_full(self.fill, self.size()) {
                step.resized = Some(self.rebuild());
                step.slot_after_resize = self.slots.iter().position(|slot| *slot == key).map(|at| at as u32);
            }
        }
    }
}

impl Table for Set {
    fn apply(&mut self, ops: &[Op], number: usize) -> Step {
        let Some(op) = ops.get(number) else { return Step::new(Kind::Lookup) };
        let mut step = Step::new(op.kind);
        self.look_up(ops, op, &mut step.lookup);
        let last = step.lookup.last().copied();
        match (op.kind, last) {
            (kind, Some(Probe { slot, saw: Saw::Match(_) })) => {
                step.slot = Some(slot);
                step.result = match kind {
                    Kind::Insert => Outcome::Present,
                    Kind::Lookup => Outcome::Found,
                    Kind::Delete => Outcome::Deleted,
                };
                if kind == Kind::Delete {
                    self.put(slot, Slot::Dummy);
                    self.used -= 1;
                }
            }
            (Kind::Insert, _) => self.insert(op, number as u32, &mut step),
            _ => {}
        }
        step.table_size = self.size();
        step.used = self.used;
        step.sizeof = self.sizeof();
        step
    }

    fn order(&self) -> Vec<u32> {
        let key = |slot: &Slot| if let Slot::Key(key, _) = slot { Some(*key) } else { None };
        self.slots.iter().filter_map(key).collect()
    }

    fn work(&self) -> u64 {
        self.work
    }
}
