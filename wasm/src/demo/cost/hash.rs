//! A set and a dict of ints that are their own hash, filled and searched along the paths of the dict and set labs.
//!
//! The probes and the growth are those of [`set::model`](crate::demo::set::model) and [`dict::model`](crate::demo::dict::model);
//! here stand only the numbers, not the operations that brought them, so that a hundred thousand fit into a moment. Nothing is
//! ever deleted, so there are no dummies. Only look-ups are counted: one operation for each slot inspected, the empty one that
//! ends a search included.

use super::data::Meter;
use super::memory::dict_slots;
use crate::demo::set::model::{MIN_SIZE, Path, grown, is_full};
use crate::demo::table::Jumps;

/// A set of numbers other than 0.
#[derive(Debug, Clone)]
pub struct Set {
    table: Vec<u32>,
    used: u32,
}

impl Default for Set {
    fn default() -> Self {
        Self { table: vec![0; MIN_SIZE as usize], used: 0 }
    }
}

/// Walks the slots that a search in a set inspects to the first whose content `ends` it.
#[inline]
fn set_walk(hash: u32, table: &[u32], mut ends: impl FnMut(u32) -> bool) -> usize {
    let mut path = Path::new(hash.into(), table.len() as u32);
    loop {
        let slot = path.slot() as usize;
        if ends(table[slot]) {
            return slot;
        }
        path.advance();
    }
}

impl Set {
    /// Adds a number that is not there yet.
    pub fn insert(&mut self, key: u32) {
        place(&mut self.table, key);
        self.used += 1;
        if is_full(self.used, self.table.len() as u32) {
            let mut larger = vec![0; grown(self.used) as usize];
            for key in self.table.iter().copied().filter(|&key| key != 0) {
                place(&mut larger, key);
            }
            self.table = larger;
        }
    }

    /// Looks a number up.
    pub fn contains(&self, key: u32, meter: &mut impl Meter) -> bool {
        let slot = set_walk(key, &self.table, |there| {
            meter.add(1);
            there == 0 || there == key
        });
        self.table[slot] == key
    }

    /// The slots, 0 where one is empty: the order in which the set is iterated.
    pub fn slots(&self) -> &[u32] {
        &self.table
    }
}

fn place(table: &mut [u32], key: u32) {
    let slot = set_walk(key, table, |there| there == 0);
    table[slot] = key;
}

/// A dict whose keys are numbers; its values are of no interest.
#[derive(Debug, Clone)]
pub struct Dict {
    /// For each slot 1 + the place of its entry, 0 where it is empty.
    indices: Vec<u32>,
    entries: Vec<u32>,
}

/// Walks the slots that a search in a dict inspects to the first whose content `ends` it.
#[inline]
fn dict_walk(hash: u32, indices: &[u32], mut ends: impl FnMut(u32) -> bool) -> usize {
    let mut at = Jumps::new(hash.into(), indices.len() as u32);
    while !ends(indices[at.slot as usize]) {
        at.jump();
    }
    at.slot as usize
}

impl Dict {
    /// A dict that got these numbers, all different, one after the other. Each time it grows, its entries keep their order and
    /// are placed anew in that order: so its last table is as if all had been placed there from the beginning.
    pub fn new(entries: Vec<u32>) -> Self {
        let mut indices = vec![0; dict_slots(entries.len() as u64) as usize];
        for (number, &key) in (1..).zip(&entries) {
            let slot = dict_walk(key, &indices, |there| there == 0);
            indices[slot] = number;
        }
        Self { indices, entries }
    }

    /// Looks a number up.
    pub fn contains(&self, key: u32, meter: &mut impl Meter) -> bool {
        let slot = dict_walk(key, &self.indices, |there| {
            meter.add(1);
            there == 0 || self.entries[there as usize - 1] == key
        });
        self.indices[slot] != 0
    }

    /// The index table: 1 + the place of the entry, 0 where a slot is empty.
    pub fn slots(&self) -> &[u32] {
        &self.indices
    }
}

/// `key in list`: one operation for each element compared.
pub fn scan(list: &[u32], key: u32, meter: &mut impl Meter) -> bool {
    let found = list.iter().position(|&element| element == key);
    meter.add(found.map_or(list.len(), |at| at + 1) as u64);
    found.is_some()
}
