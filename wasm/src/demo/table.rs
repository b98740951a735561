//! What the dict lab and the set lab share: operations, the trace of playing them on a table, and the figure around it.

pub mod controls;
pub mod figure;
#[cfg(feature = "json")]
pub mod json;
pub mod ops;
pub mod request;
pub mod scenario;
pub mod stage;
pub mod svg;
pub mod words;

use ops::{Kind, Op};

/// The most operations of one state on the command line.
pub const MAX_OPS: usize = 200_000;

/// The most slots that are inspected for one state, resizes included: keys that all collide come here first.
pub const MAX_WORK: u64 = 8_000_000;

/// The most operations that a figure plays.
pub const MAX_FIGURE_OPS: usize = 200;

/// The most characters of a figure's operations.
pub const MAX_FIGURE_TEXT: usize = 12_000;

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Outcome {
    /// An insertion brought a new key.
    New,
    /// An insertion into a dict found its key: the value is replaced, the key object stays.
    Replaced,
    /// An insertion into a set found its key.
    Present,
    /// A deletion found its key.
    Deleted,
    /// A deletion or a look-up did not find its key.
    Missing,
    /// A look-up found its key.
    Found,
}

/// What a probe saw in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saw {
    /// Nothing: the end of every path.
    Empty,
    /// What a deleted key left: passed by.
    Dummy,
    /// A key with another hash: passed by without a comparison.
    Other(u32),
    /// A key with the same hash that is not equal: passed by after a comparison.
    Unequal(u32),
    /// The key itself.
    Match(u32),
}

/// One slot that was inspected.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    /// The number of the slot, from 0.
    pub slot: u32,
    /// What was there; a key is named by the number of the operation that brought it.
    pub saw: Saw,
}

#[cfg(feature = "json")]
impl serde::Serialize for Probe {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.slot)
    }
}

/// What one operation did, and the table after it.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub struct Step {
    /// The kind of the operation.
    pub op: Kind,
    /// How it ended.
    pub result: Outcome,
    /// The slots inspected to find the key, in order.
    #[cfg_attr(feature = "json", serde(rename = "lookup_slots"))]
    pub lookup: Vec<Probe>,
    /// The table's slots before and after a rebuild, if there was one.
    pub resized: Option<[u32; 2]>,
    /// The slots inspected to place a new key, after a resize if there was one (dict).
    #[cfg_attr(feature = "json", serde(rename = "insert_slots"))]
    pub insert: Vec<Probe>,
    /// Where the key ended up or was found; of a set, before a resize.
    pub slot: Option<u32>,
    /// Where a set's new key is after the resize that it brought about.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub slot_after_resize: Option<u32>,
    /// Whether a new key took the slot of a dummy.
    pub reused_dummy: bool,
    /// Whether a dict's table of str keys became a general one: the resize came before the look-up then.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub converted: bool,
    /// Slots of the table; 0 of a dict that has none yet.
    pub table_size: u32,
    /// Keys in the table.
    pub used: u32,
    /// `sys.getsizeof`, in bytes.
    pub sizeof: u32,
}

impl Step {
    /// A step that has yet to happen.
    pub fn new(op: Kind) -> Self {
        Self {
            op,
            result: Outcome::Missing,
            lookup: Vec::new(),
            resized: None,
            insert: Vec::new(),
            slot: None,
            slot_after_resize: None,
            reused_dummy: false,
            converted: false,
            table_size: 0,
            used: 0,
            sizeof: 0,
        }
    }

    /// Whether the table of the look-up is not that after the step.
    pub fn grew(&self) -> bool {
        self.resized.is_some() && !self.converted
    }

    /// The slots to number in a picture of the table after the step: of a new table those of the placing.
    pub fn path(&self) -> &[Probe] {
        if self.grew() { &self.insert } else { &self.lookup }
    }

    /// How many slots were inspected in all. A dict places a key by walking the slots of its look-up again, as far as the
    /// first that is free: they count once, unless the look-up was in another table.
    pub fn inspected(&self) -> usize {
        if self.grew() { self.lookup.len() + self.insert.len() } else { self.lookup.len() }
    }
}

/// A table that operations are played on.
pub trait Table {
    /// Plays the operation of that number.
    fn apply(&mut self, ops: &[Op], number: usize) -> Step;

    /// The operations that brought the keys, in the order of iteration.
    fn order(&self) -> Vec<u32>;

    /// Slots inspected so far, by look-ups and by resizes.
    fn work(&self) -> u64;
}

/// Plays operations until `until` of them are played, from where `steps` ends.
///
/// # Errors
/// A sentence, where there are more of them than [`MAX_OPS`] or they take more than [`MAX_WORK`].
pub fn play(table: &mut dyn Table, ops: &[Op], steps: &mut Vec<Step>, until: usize) -> Result<(), String> {
    if ops.len() > MAX_OPS {
        return Err(format!("At most {MAX_OPS} operations; these are {}.", ops.len()));
    }
    for number in steps.len()..until.min(ops.len()) {
        steps.push(table.apply(ops, number));
        if table.work() > MAX_WORK {
            return Err(format!("These keys collide so much that more than {MAX_WORK} slots were inspected."));
        }
    }
    Ok(())
}

/// The hash's low bits, the first slot to inspect in a table of `size` slots, a power of two.
pub fn home(hash: i64, size: u32) -> u32 {
    hash as u32 & size.saturating_sub(1)
}

/// The jumps of a probe that both tables make: `slot = slot * 5 + 1 + perturb`, and before each the hash gives
/// another five bits to `perturb`.
#[derive(Debug, Clone, Copy)]
pub struct Jumps {
    /// The bits of the hash that are still to come.
    pub perturb: u64,
    /// The slot.
    pub slot: u32,
    mask: u64,
}

impl Jumps {
    /// The first stop of a hash in a table of `size` slots.
    pub fn new(hash: i64, size: u32) -> Self {
        Self { perturb: hash as u64, slot: home(hash, size), mask: u64::from(size.saturating_sub(1)) }
    }

    /// Goes on to the next stop.
    pub fn jump(&mut self) {
        self.perturb >>= 5;
        let slot = (u64::from(self.slot) * 5 + 1).wrapping_add(self.perturb) & self.mask;
        self.slot = slot as u32;
    }
}
