//! `list.sort` of CPython 3.11 and 3.12, with its comparisons counted: natural runs, binary insertion up to minrun, merges in
//! the order of powersort, galloping.
//!
//! Source: `Objects/listobject.c` of CPython 3.11 (`count_run`, `binarysort`, `gallop_left`, `gallop_right`, `merge_lo`,
//! `merge_hi`, `merge_at`, `powerloop`, `found_new_run`, `merge_force_collapse`, `merge_compute_minrun`). CPython 3.13 looks for
//! runs of equal and of descending items in another way and needs a few comparisons more or fewer.

use super::data::Meter;
use std::hint::select_unpredictable;

/// A tuple `(item, order)`: the item in the upper half, the order in the lower. A number alone has order 0. Two tuples compare
/// as these numbers do.
pub type Pair = u64;

/// The tuple of an item and its order.
pub const fn pair(item: u32, order: u32) -> Pair {
    ((item as u64) << 32) | order as u64
}

/// Compares two of what is sorted or held in a heap, and counts.
#[derive(Debug, Default, Clone, Copy)]
pub struct Compare<M, T = M> {
    /// The comparisons.
    pub asked: M,
    /// Those of two equal items: of tuples, CPython compares the orders of these, and not the items, with `<`.
    pub ties: T,
}

impl<M: Meter, T: Meter> Compare<M, T> {
    /// `a < b`. A module that is built to be small would call it a million times.
    #[inline(always)]
    pub fn less(&mut self, a: Pair, b: Pair) -> bool {
        self.asked.add(1);
        self.ties.add(u64::from(a >> 32 == b >> 32));
        a < b
    }
}

/// Where the comparisons of one sort went.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SortTrace {
    /// The least length of a run.
    pub minrun: u64,
    /// The runs found, those that were lengthened to minrun included.
    pub runs: u64,
    /// Comparisons that found natural runs.
    pub finding: u64,
    /// Comparisons of binary insertion, which lengthens short runs.
    pub inserting: u64,
    /// How often two runs were merged.
    pub merges: u64,
    /// Comparisons of the merges.
    pub merging: u64,
}

impl SortTrace {
    /// All comparisons.
    pub fn total(&self) -> u64 {
        self.finding + self.inserting + self.merging
    }
}

const MIN_GALLOP: usize = 7;

#[derive(Clone, Copy)]
struct Run {
    start: usize,
    len: usize,
    power: u32,
}

struct Sorter<'a, M, T> {
    list: &'a mut [Pair],
    compare: &'a mut Compare<M, T>,
    /// What a merge sets aside.
    aside: Vec<Pair>,
    min_gallop: usize,
    pending: Vec<Run>,
    trace: SortTrace,
}

/// Sorts `list` and says where the comparisons went.
pub fn sort<M: Meter, T: Meter>(list: &mut [Pair], compare: &mut Compare<M, T>) -> SortTrace {
    let mut sorter = Sorter {
        list,
        compare,
        aside: Vec::new(),
        min_gallop: MIN_GALLOP,
        pending: Vec::new(),
        trace: SortTrace::default(),
    };
    sorter.run();
    sorter.trace
}

/// `merge_compute_minrun`: `n` itself below 64, else 32 to 64 so that `n / minrun` is at or just below a power of two.
pub fn minrun(mut n: usize) -> usize {
    let mut rest = 0;
    while n >= 64 {
        rest |= n & 1;
        n >>= 1;
    }
    n + rest
}

/// The depth at which the node between two neighbouring runs stands in powersort's tree.
fn power(start: usize, left: usize, right: usize, n: usize) -> u32 {
    let (mut a, mut b) = (2 * start + left, 2 * start + 2 * left + right);
    let mut result = 1;
    while a >= n || b < n {
        if a >= n {
            a -= n;
            b -= n;
        }
        a *= 2;
        b *= 2;
        result += 1;
    }
    result
}

impl<M: Meter, T: Meter> Sorter<'_, M, T> {
    fn run(&mut self) {
        let n = self.list.len();
        let minrun = minrun(n);
        self.trace.minrun = minrun as u64;
        self.trace.runs = u64::from(n == 1);
        if n < 2 {
            return;
        }
        let mut start = 0;
        while start < n {
            let before = self.compare.asked.total();
            let natural = self.count_run(start);
            let found = self.compare.asked.total();
            let len = natural.max(minrun.min(n - start));
            self.insert(start, natural, len);
            let inserted = self.compare.asked.total();
            self.trace.finding += found - before;
            self.trace.inserting += inserted - found;
            self.trace.runs += 1;
            self.found(start, len);
            self.pending.push(Run { start, len, power: 0 });
            start += len;
        }
        while let Some(last) = self.pending.len().checked_sub(2) {
            let shorter = last > 0 && self.pending[last - 1].len < self.pending[last + 1].len;
            self.merge_at(if shorter { last - 1 } else { last });
        }
    }

    /// The length of the run that begins at `start`; a descending one is reversed.
    fn count_run(&mut self, start: usize) -> usize {
        let slice = &mut self.list[start..];
        if slice.len() == 1 {
            return 1;
        }
        let descending = self.compare.less(slice[1], slice[0]);
        let mut len = 2;
        while len < slice.len() && self.compare.less(slice[len], slice[len - 1]) == descending {
            len += 1;
        }
        if descending {
            slice[..len].reverse();
        }
        len
    }

    /// Binary insertion: `len` items from `start` on, of which the first `sorted` are in order.
    fn insert(&mut self, start: usize, sorted: usize, len: usize) {
        let slice = &mut self.list[start..start + len];
        for at in sorted..len {
            let pivot = slice[at];
            let (mut left, mut right) = (0, at);
            while left < right {
                let middle = left + (right - left) / 2;
                let less = self.compare.less(pivot, slice[middle]);
                right = select_unpredictable(less, middle, right);
                left = select_unpredictable(less, left, middle + 1);
            }
            // Some ten places: in WebAssembly a loop over them takes less time than a copy takes to begin.
            let mut carried = pivot;
            for place in &mut slice[left..=at] {
                std::mem::swap(place, &mut carried);
            }
        }
    }

    /// A new run follows: runs that stand deeper in the tree are merged first.
    fn found(&mut self, start: usize, len: usize) {
        let Some(&top) = self.pending.last() else { return };
        debug_assert_eq!(top.start + top.len, start);
        let power = power(top.start, top.len, len, self.list.len());
        while self.pending.len() > 1 && self.pending[self.pending.len() - 2].power > power {
            self.merge_at(self.pending.len() - 2);
        }
        if let Some(top) = self.pending.last_mut() {
            top.power = power;
        }
    }

    /// Merges the pending runs `i` and `i + 1`.
    fn merge_at(&mut self, i: usize) {
        let before = self.compare.asked.total();
        let (a, b) = (self.pending[i], self.pending[i + 1]);
        self.pending[i].len += b.len;
        self.pending.remove(i + 1);
        // What of a comes before all of b, and what of b comes after all of a, is in place already.
        let skip = gallop_right(self.compare, self.list[b.start], &self.list[a.start..b.start], 0);
        let (start, na) = (a.start + skip, a.len - skip);
        if na > 0 {
            let last = self.list[b.start - 1];
            let nb = gallop_left(self.compare, last, &self.list[b.start..b.start + b.len], b.len - 1);
            if nb > 0 {
                if na <= nb {
                    self.merge_low(start, na, nb);
                } else {
                    self.merge_high(start, na, nb);
                }
            }
        }
        self.trace.merges += 1;
        self.trace.merging += self.compare.asked.total() - before;
    }

    /// Merges from the left; the shorter run a, which stands first, is set aside.
    fn merge_low(&mut self, start: usize, na: usize, nb: usize) {
        let Self { list, aside, min_gallop, .. } = self;
        let compare = &mut *self.compare;
        let list = &mut list[start..start + na + nb];
        aside.clear();
        aside.extend_from_slice(&list[..na]);
        // The next of a (set aside), the next of b (in the list), the next place to fill; a's last item is the largest of all.
        let (mut a, mut b, mut to) = (0, na + 1, 1);
        list[0] = list[na];
        'merge: {
            if b == list.len() || na == 1 {
                break 'merge;
            }
            loop {
                let (mut a_won, mut b_won) = (0, 0);
                while a_won < *min_gallop && b_won < *min_gallop {
                    // Without a branch on who wins: for numbers in no order nothing could foretell it.
                    let (of_a, of_b) = (aside[a], list[b]);
                    let b_wins = compare.less(of_b, of_a);
                    list[to] = select_unpredictable(b_wins, of_b, of_a);
                    let b_wins = usize::from(b_wins);
                    (a, b, to) = (a + 1 - b_wins, b + b_wins, to + 1);
                    (a_won, b_won) = ((a_won + 1) * (1 - b_wins), (b_won + 1) * b_wins);
                    if b == list.len() || a + 1 == na {
                        break 'merge;
                    }
                }
                *min_gallop += 1;
                loop {
                    *min_gallop -= usize::from(*min_gallop > 1);
                    a_won = gallop_right(compare, list[b], &aside[a..], 0);
                    list[to..to + a_won].copy_from_slice(&aside[a..a + a_won]);
                    (a, to) = (a + a_won, to + a_won);
                    if a_won > 0 && a + 1 >= na {
                        break 'merge;
                    }
                    list[to] = list[b];
                    (b, to) = (b + 1, to + 1);
                    if b == list.len() {
                        break 'merge;
                    }
                    b_won = gallop_left(compare, aside[a], &list[b..], 0);
                    list.copy_within(b..b + b_won, to);
                    (b, to) = (b + b_won, to + b_won);
                    if b_won > 0 && b == list.len() {
                        break 'merge;
                    }
                    list[to] = aside[a];
                    (a, to) = (a + 1, to + 1);
                    if a + 1 == na {
                        break 'merge;
                    }
                    if a_won < MIN_GALLOP && b_won < MIN_GALLOP {
                        break;
                    }
                }
                // Leaving the gallop makes the next one harder to begin.
                *min_gallop += 1;
            }
        }
        // Whatever is left of b stands before what is left of a.
        let left = list.len() - b;
        list.copy_within(b.., to);
        list[to + left..].copy_from_slice(&aside[a..]);
    }

    /// Merges from the right; the shorter run b, which stands last, is set aside.
    fn merge_high(&mut self, start: usize, na: usize, nb: usize) {
        let Self { list, aside, min_gallop, .. } = self;
        let compare = &mut *self.compare;
        let list = &mut list[start..start + na + nb];
        aside.clear();
        aside.extend_from_slice(&list[na..]);
        // How much is left of a (in the list) and of b (set aside); they fill the list up to `a + b`. b's first is the smallest.
        let (mut a, mut b) = (na - 1, nb);
        list[na + nb - 1] = list[na - 1];
        'merge: {
            if a == 0 || b == 1 {
                break 'merge;
            }
            loop {
                let (mut a_won, mut b_won) = (0, 0);
                while a_won < *min_gallop && b_won < *min_gallop {
                    let (of_a, of_b) = (list[a - 1], aside[b - 1]);
                    let a_wins = compare.less(of_b, of_a);
                    list[a + b - 1] = select_unpredictable(a_wins, of_a, of_b);
                    let a_wins = usize::from(a_wins);
                    (a, b) = (a - a_wins, b + a_wins - 1);
                    (a_won, b_won) = ((a_won + 1) * a_wins, (b_won + 1) * (1 - a_wins));
                    if a == 0 || b == 1 {
                        break 'merge;
                    }
                }
                *min_gallop += 1;
                loop {
                    *min_gallop -= usize::from(*min_gallop > 1);
                    a_won = a - gallop_right(compare, aside[b - 1], &list[..a], a - 1);
                    list.copy_within(a - a_won..a, a + b - a_won);
                    a -= a_won;
                    if a_won > 0 && a == 0 {
                        break 'merge;
                    }
                    list[a + b - 1] = aside[b - 1];
                    b -= 1;
                    if b == 1 {
                        break 'merge;
                    }
                    b_won = b - gallop_left(compare, list[a - 1], &aside[..b], b - 1);
                    list[a + b - b_won..a + b].copy_from_slice(&aside[b - b_won..b]);
                    b -= b_won;
                    if b_won > 0 && b <= 1 {
                        break 'merge;
                    }
                    list[a + b - 1] = list[a - 1];
                    a -= 1;
                    if a == 0 {
                        break 'merge;
                    }
                    if a_won < MIN_GALLOP && b_won < MIN_GALLOP {
                        break;
                    }
                }
                *min_gallop += 1;
            }
        }
        // Whatever is left of b stands before what is left of a.
        list.copy_within(..a, b);
        list[..b].copy_from_slice(&aside[..b]);
    }
}

/// The number of items of `a`, which is in order and not empty, that are less than `key`, looking first near `hint`.
fn gallop_left<M: Meter, T: Meter>(compare: &mut Compare<M, T>, key: Pair, a: &[Pair], hint: usize) -> usize {
    gallop(a.len(), hint, |at| compare.less(a[at], key))
}

/// The number of items of `a`, which is in order and not empty, that are not greater than `key`, looking first near `hint`.
fn gallop_right<M: Meter, T: Meter>(compare: &mut Compare<M, T>, key: Pair, a: &[Pair], hint: usize) -> usize {
    gallop(a.len(), hint, |at| !compare.less(key, a[at]))
}

/// The first of `n` places that is not `before`, where all that are come first: in steps of 1, 3, 7, 15 … away from `hint`,
/// then by halves.
fn gallop(n: usize, hint: usize, mut before: impl FnMut(usize) -> bool) -> usize {
    let (mut near, mut step) = (0, 1);
    let (mut left, mut right);
    if before(hint) {
        let most = n - hint;
        while step < most && before(hint + step) {
            near = step;
            step = step * 2 + 1;
        }
        (left, right) = (hint + near + 1, hint + step.min(most));
    } else {
        let most = hint + 1;
        while step < most && !before(hint - step) {
            near = step;
            step = step * 2 + 1;
        }
        (left, right) = (hint + 1 - step.min(most), hint - near);
    }
    while left < right {
        let middle = left + (right - left) / 2;
        if before(middle) {
            left = middle + 1;
        } else {
            right = middle;
        }
    }
    left
}
