//! What is moved when a queue is emptied from its front, and what is copied when a string is built.
//!
//! Sources, CPython 3.11: `list_pop` and `list_ass_slice` in `Objects/listobject.c`; `deque_popleft` in
//! `Modules/_collectionsmodule.c`; `PyUnicode_Append`, `PyUnicode_Concat` and `_PyUnicode_JoinArray` in
//! `Objects/unicodeobject.c`.

use super::count::Counts;
use super::data::Meter;
use super::memory::list_capacity;

/// The characters of one piece of the string that is built; each takes one byte.
pub const PIECE: u32 = 10;

/// The pointers of one block of a deque.
const BLOCK: usize = 64;

/// What happened while a queue was emptied.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// A sum of what came out, in order, so that a timed loop does something.
    pub check: u64,
    /// How often the list got other room for its pointers, or a block of the deque was freed.
    pub resized: u64,
}

/// `while xs: xs.pop(0)` for a list of `n`: one operation for the pointer handed out and one for each that moves up by one
/// place. A list that is less than half full is resized; the realloc of that is not counted as a move.
pub fn pop_front<M: Meter>(n: u32, meter: &mut M) -> Drained {
    let mut items: Vec<u64> = if M::REAL { (0..u64::from(n)).collect() } else { Vec::new() };
    let mut drained = Drained::default();
    // `list(range(n))` has room for an even number of pointers.
    let (mut len, mut room) = (n as usize, u64::from(n) + u64::from(n) % 2);
    while len > 0 {
        if M::REAL {
            drained.check = drained.check.wrapping_mul(31).wrapping_add(items.first().copied().unwrap_or_default());
            items.copy_within(1..len, 0);
        }
        meter.add(len as u64);
        len -= 1;
        let wanted = if (len as u64) < room / 2 { list_capacity(len as u64) } else { room };
        if wanted != room {
            room = wanted;
            drained.resized += 1;
            if M::REAL {
                items.truncate(len);
                items.shrink_to(room as usize);
            }
        }
    }
    drained
}

/// `while d: d.popleft()` for a deque of `n`: one operation for the pointer handed out; nothing else moves.
pub fn pop_left<M: Meter>(n: u32, meter: &mut M) -> Drained {
    // `deque(iterable)` begins to fill its first block at place 1.
    let mut blocks: std::collections::VecDeque<Box<[u64; BLOCK]>> = Default::default();
    if M::REAL {
        let mut next = 0;
        for block in 0..(n as usize + 1).div_ceil(BLOCK) {
            let mut fresh = Box::new([0; BLOCK]);
            for place in fresh.iter_mut().skip(usize::from(block == 0)) {
                *place = next;
                next += 1;
            }
            blocks.push_back(fresh);
        }
    }
    let mut drained = Drained::default();
    let (mut left, mut at) = (n, 1);
    while left > 0 {
        if M::REAL {
            let item = blocks.front().map_or(0, |block| block[at]);
            drained.check = drained.check.wrapping_mul(31).wrapping_add(item);
        }
        meter.add(1);
        left -= 1;
        at += 1;
        if at == BLOCK {
            at = 0;
            // The last block is kept, and begun anew from its middle.
            if left > 0 {
                drained.resized += 1;
                blocks.pop_front();
            }
        }
    }
    drained
}

/// `self.s += piece` for `n` pieces, where something else can see the string: each step makes a new string and copies both
/// parts into it, byte by byte. The first step adds to the empty string: it takes the piece itself, and nothing is copied.
/// Returns the bytes of the string.
pub fn concat<M: Meter>(n: u32, meter: &mut M) -> u64 {
    let piece = [b'x'; PIECE as usize];
    let (mut string, mut len) = (Vec::new(), 0);
    for step in 0..n {
        let longer = len + u64::from(PIECE);
        if step > 0 {
            meter.add(longer);
        }
        if M::REAL {
            let mut fresh: Vec<u8> = Vec::with_capacity(longer as usize);
            fresh.extend_from_slice(&string);
            fresh.extend_from_slice(&piece);
            string = fresh;
        }
        len = longer;
    }
    if M::REAL { string.iter().map(|&byte| u64::from(byte)).sum() } else { len }
}

/// `"".join(pieces)`: measures, makes one string, copies each piece once. One piece alone is the result itself.
/// Returns the bytes of the string.
pub fn join<M: Meter>(n: u32, meter: &mut M) -> u64 {
    let piece = [b'x'; PIECE as usize];
    let len = u64::from(n) * u64::from(PIECE);
    let mut string: Vec<u8> = Vec::with_capacity(if M::REAL { len as usize } else { 0 });
    for _ in 0..n {
        if n > 1 {
            meter.add(u64::from(PIECE));
        }
        if M::REAL {
            string.extend_from_slice(&piece);
        }
    }
    if M::REAL { string.iter().map(|&byte| u64::from(byte)).sum() } else { len }
}

/// What [`pop_front`] and [`pop_left`] count, in closed form: for the many points of a curve.
pub fn queue(n: u64) -> Counts {
    [n * (n + 1) / 2, n, 0, 0]
}

/// What [`concat`] and [`join`] count, in closed form.
pub fn string(n: u64) -> Counts {
    let piece = u64::from(PIECE);
    if n < 2 { [0; 4] } else { [piece * (n * (n + 1) / 2 - 1), piece * n, 0, 0] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cost::data::Tally;

    #[test]
    fn the_closed_forms_are_what_the_loops_count() {
        let count = |run: &dyn Fn(&mut Tally)| {
            let mut tally = Tally::default();
            run(&mut tally);
            tally.0
        };
        for n in (0..2_000).chain([4_000, 50_000, 99_999, 100_000]) {
            let front = count(&|tally| {
                pop_front(n, tally);
            });
            let left = count(&|tally| {
                pop_left(n, tally);
            });
            assert_eq!(queue(n.into()), [front, left, 0, 0], "{n}");
            let added = count(&|tally| {
                concat(n, tally);
            });
            let joined = count(&|tally| {
                join(n, tally);
            });
            assert_eq!(string(n.into()), [added, joined, 0, 0], "{n}");
        }
    }
}
