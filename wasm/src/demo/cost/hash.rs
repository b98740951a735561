//! A set and a dict of ints that are their own hash, as CPython fills and searches them.
//!
//! Sources: `Objects/setobject.c` (`set_lookkey`, `set_add_entry`, `set_insert_clean`, `set_table_resize`) and
//! `Objects/dictobject.c` (`unicodekeys_lookup_generic` and its kin, `find_empty_slot`, `insertion_resize`, `dictresize`) of
//! CPython 3.11. Nothing is ever deleted here, so there are no dummies. Only look-ups are counted: one operation for each slot
//! inspected, the empty one that ends a search included.

use super::data::Meter;
use super::memory::{dict_slots, set_grows};

const PERTURB_SHIFT: u32 = 5;
const LINEAR_PROBES: usize = 9;

/// A set of numbers other than 0.
#[derive(Debug, Clone)]
pub struct Set {
    table: Vec<u32>,
    used: u64,
}

impl Default for Set {
    fn default() -> Self {
        Self { table: vec![0; 8], used: 0 }
    }
}

/// Walks the slots that a search in a set inspects, ten neighbours where they fit and then a jump, to the first that `ends` it.
#[inline]
fn set_walk(hash: u32, table: &[u32], mut ends: impl FnMut(u32) -> bool) -> usize {
    let mask = table.len() - 1;
    let (mut i, mut perturb) = (hash as usize & mask, hash);
    loop {
        let last = if i + LINEAR_PROBES <= mask { i + LINEAR_PROBES } else { i };
        let mut slot = i;
        while slot <= last {
            if ends(table[slot]) {
                return slot;
            }
            slot += 1;
        }
        perturb >>= PERTURB_SHIFT;
        i = i.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
    }
}

impl Set {
    /// Adds a number that is not there yet.
    pub fn insert(&mut self, key: u32) {
        place(&mut self.table, key);
        self.used += 1;
        if let Some(slots) = set_grows(self.used, self.table.len() as u64) {
            let mut larger = vec![0; slots as usize];
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
    let mask = indices.len() - 1;
    let (mut i, mut perturb) = (hash as usize & mask, hash);
    while !ends(indices[i]) {
        perturb >>= PERTURB_SHIFT;
        i = i.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1) & mask;
    }
    i
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
