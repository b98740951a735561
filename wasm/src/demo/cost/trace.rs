//! Where the work went, in words.

use super::count::{Case, Counts, Job, Work};
use super::data::{LOOKUPS, Order};
use super::memory::{Container, exact_list_bytes};
use super::moves::PIECE;
use super::text::say;

/// The steps behind the numbers, one sentence or two each.
pub fn steps(job: &Job, work: &Work) -> Vec<String> {
    let n = u64::from(work.n);
    let counts = work.counts;
    match job.case {
        Case::Membership => membership(n, counts),
        Case::Queue => queue(n, work, counts),
        Case::String => string(n, counts),
        Case::TopK => top_k(job, n, work, counts),
        Case::Memory => Container::ALL.map(|container| growth(container, n)).to_vec(),
    }
}

fn membership(n: u64, counts: Counts) -> Vec<String> {
    let (all, half) = (u64::from(LOOKUPS), u64::from(LOOKUPS / 2));
    let missed = half * n;
    let more = |looked: u64| looked.saturating_sub(all);
    vec![
        say(
            "# numbers in no order go into a list, a set and a dict. Then # look-ups for numbers that are there, evenly spread, and # for numbers that are not.",
            &[n, half, half],
        ),
        say(
            "The list compares from the front. The # that fail go through all of it, # comparisons; the # that succeed stop where they find their number, after # together.",
            &[half, missed, half, counts[0].saturating_sub(missed)],
        ),
        say(
            "The set goes straight to the slot that the hash names, one of #: # slots for # look-ups, # more than one each, where another number had taken the slot.",
            &[Container::Set.slots(n), counts[1], all, more(counts[1])],
        ),
        say(
            "The dict does the same in its table of # indices: # slots, # more than one each.",
            &[Container::Dict.slots(n).max(1), counts[2], more(counts[2])],
        ),
    ]
}

fn queue(n: u64, work: &Work, counts: Counts) -> Vec<String> {
    let [list, deque] = work.drained;
    vec![
        say(
            "list.pop(0) hands the first of # pointers out and moves all others up by one place; the next pop has one less to move. # + … + 2 + 1 = #.",
            &[n, n, counts[0]],
        ),
        say(
            "On the way the list falls below half of its room and is resized # times; where that moves the block, it is not counted.",
            &[list.resized],
        ),
        say(
            "The deque holds the same pointers in blocks of 64. popleft() hands one out and steps to the next: # in all, nothing else moves; # blocks are freed on the way.",
            &[counts[1], deque.resized],
        ),
    ]
}

fn string(n: u64, counts: Counts) -> Vec<String> {
    let piece = u64::from(PIECE);
    vec![
        say(
            "# pieces of # characters, one byte each. Adding the first to the empty string gives the piece itself: nothing is copied.",
            &[n, piece],
        ),
        say(
            "Each further step makes a new string and copies both parts into it: # bytes, then #, at last #. Together #.",
            &[2 * piece, 3 * piece, n * piece, counts[0]],
        ),
        say(
            "join adds the lengths up, makes one string of # bytes and copies each piece once: #.",
            &[n * piece, counts[1]],
        ),
    ]
}

fn top_k(job: &Job, n: u64, work: &Work, counts: Counts) -> Vec<String> {
    let (sort, heap, k) = (work.sort, work.heap, u64::from(job.k));
    let numbers = match job.order {
        Order::Shuffled => "# numbers in no order; the # smallest are wanted.",
        Order::Ascending => "# numbers, smallest first; the # smallest are wanted.",
        Order::Descending => "# numbers, largest first; the # smallest are wanted.",
    };
    let smallest = if heap.sorted {
        say("nsmallest sorts as well, as all # numbers are wanted: #.", &[n, counts[1]])
    } else if k == 1 {
        say("For k = 1 nsmallest is min: each of # numbers but the first is compared once, #.", &[n, counts[1]])
    } else {
        say("nsmallest keeps the # smallest so far in a heap, the largest of them on top. Together #.", &[k, counts[1]])
    };
    let mut steps = vec![
        say(numbers, &[n, k]),
        say(
            "sorted looks for runs that are in order already (# comparisons), lengthens those shorter than # by binary insertion (#) and gets # runs; # merges make one of them (#). Together #.",
            &[sort.finding, sort.minrun, sort.inserting, sort.runs, sort.merges, sort.merging, counts[0]],
        ),
        smallest,
    ];
    if !heap.sorted && k > 1 {
        steps.push(say(
            "Making the heap of the first # takes # comparisons. Each of the other # numbers is compared with the top; # are smaller and take its place, # comparisons to settle. The sort at the end takes #.",
            &[k, heap.heapify, heap.scan, heap.replaced, heap.sift, heap.sort],
        ));
        steps.push(say(
            "The heap holds tuples (number, order): before each < of two of them CPython asks ==. These # are not in the count.",
            &[heap.equal],
        ));
    }
    steps
}

fn growth(container: Container, n: u64) -> String {
    let (bytes, slots, full) = (container.bytes(n), container.slots(n), container.full(n));
    let next = container.bytes(full + 1);
    let grown = container.growth(n).len() as u64 - 1;
    match container {
        Container::List => say(
            "The list has grown # times, by about an eighth each. Its # bytes are 56 and 8 for each of # pointers; item # is the last that fits, then #. Made at once, list(range(n)) takes #.",
            &[grown, bytes, slots, full, next, exact_list_bytes(n)],
        ),
        Container::Set => say(
            "The set has grown # times. It has # slots of 16 bytes, for a hash and a pointer: # bytes. Two fifths of them stay empty; item # is the last that fits, then #.",
            &[grown, slots, bytes, full, next],
        ),
        Container::Dict => say(
            "The dict of ints has grown # times. It has # slots for indices and room for # entries of 24 bytes, hash, key and value: # bytes, then #.",
            &[grown, slots, full, bytes, next],
        ),
        Container::StrDict => say(
            "A dict of strings alone does without the hash in each entry, 16 bytes instead of 24: # bytes, then #.",
            &[bytes, next],
        ),
    }
}
