//! `heapq.nsmallest(k, xs)` of CPython 3.11 and 3.12, with its comparisons counted.
//!
//! Sources: `Lib/heapq.py` (`nsmallest`) and `Modules/_heapqmodule.c` (`siftdown_max`, `siftup_max`, `heapify_internal`,
//! `heapreplace_internal`). The heap holds tuples `(item, order)`: to compare two of them CPython first asks whether the
//! items are equal and then, if they are not, which is less. Both questions are counted, apart.

use super::data::{Meter, Off, Tally};
use super::sort::{Compare, Pair, SortTrace, pair, sort};

/// Where the comparisons of one `nsmallest` went: all are `<`, but for `equal`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct HeapTrace {
    /// Whether k is not below n, so that the call is left to `sorted`: nothing else is counted here then.
    pub sorted: bool,
    /// Comparisons that made a heap of the first k items.
    pub heapify: u64,
    /// Comparisons of a further item with the largest one kept.
    pub scan: u64,
    /// How often an item replaced the largest one kept.
    pub replaced: u64,
    /// Comparisons that put the replacements in their place.
    pub sift: u64,
    /// Comparisons of the sort of the k items at the end.
    pub sort: u64,
    /// `==` asked by all these comparisons of tuples.
    pub equal: u64,
}

impl HeapTrace {
    /// All `<`.
    pub fn total(&self) -> u64 {
        self.heapify + self.scan + self.sift + self.sort
    }
}

/// `nsmallest(k, xs)` for the beginnings of `xs` that have the lengths `sizes`, which rise: the work for all of them is the
/// work for the longest, as the scan of a longer one begins like that of a shorter one. Calls `each` with the trace for each
/// size and the numbers kept, in order; nothing is kept for a size up to k, which is left to `sorted`. k is at least 1.
pub fn nsmallest<M: Meter + Default>(
    k: u32,
    xs: impl Iterator<Item = u32>,
    sizes: &[u32],
    mut each: impl FnMut(u32, HeapTrace, &[Pair]),
) {
    let (mut heap, mut compare) = (Vec::<Pair>::new(), Compare::<M>::default());
    let mut trace = HeapTrace::default();
    let mut sizes = sizes.iter().copied().peekable();
    while let Some(size) = sizes.next_if(|&size| size <= k) {
        each(size, HeapTrace { sorted: true, ..trace }, &[]);
    }
    let less = |compare: &Compare<M>| compare.asked.total() - compare.ties.total();
    let mut order = k;
    for (i, x) in (0..).zip(xs) {
        if i < k {
            heap.push(pair(x, i));
            if i + 1 == k {
                heapify(&mut heap, &mut compare);
                trace.heapify = less(&compare);
            }
            continue;
        }
        // For k = 1 this loop is `min`: one comparison an item, and nothing to sift.
        let Some(top) = heap.first_mut() else { return };
        if x < (*top >> 32) as u32 {
            let before = less(&compare);
            *top = pair(x, order);
            sift_up(&mut heap, 0, &mut compare);
            order += 1;
            trace.sift += less(&compare) - before;
            trace.replaced += 1;
        }
        trace.scan += 1;
        while let Some(size) = sizes.next_if_eq(&(i + 1)) {
            let (mut kept, mut last) = (heap.clone(), Compare::<Tally>::default());
            sort(&mut kept, &mut last);
            let equal = compare.asked.total() + last.asked.0;
            each(size, HeapTrace { sort: last.asked.0 - last.ties.0, equal, ..trace }, &kept);
        }
        if sizes.peek().is_none() {
            return;
        }
    }
}

fn heapify<M: Meter>(heap: &mut [Pair], compare: &mut Compare<M>) {
    // CPython visits the nodes of a heap of more than 2,500 in another order, for the cache; ours are smaller.
    for at in (0..heap.len() / 2).rev() {
        sift_up(heap, at, compare);
    }
}

/// Moves the larger child up until a leaf is reached, and then what stood at `start` back up to where it fits.
fn sift_up<M: Meter>(heap: &mut [Pair], start: usize, compare: &mut Compare<M>) {
    let mut at = start;
    while at < heap.len() / 2 {
        let mut child = 2 * at + 1;
        if child + 1 < heap.len() && !compare.less(heap[child + 1], heap[child]) {
            child += 1;
        }
        heap.swap(at, child);
        at = child;
    }
    while at > start {
        let parent = (at - 1) / 2;
        if !compare.less(heap[parent], heap[at]) {
            break;
        }
        heap.swap(at, parent);
        at = parent;
    }
}

/// `sorted(xs)`: the numbers in order, as tuples of order 0, and where the comparisons went.
pub fn sorted<M: Meter + Default>(xs: impl Iterator<Item = u32>) -> (Vec<Pair>, SortTrace) {
    let mut list: Vec<Pair> = xs.map(|x| pair(x, 0)).collect();
    let trace = sort(&mut list, &mut Compare::<M, Off>::default());
    (list, trace)
}
