//! The five jobs and the work each way of doing them takes, counted.

use super::data::{Order, Tally, numbers, wanted};
use super::hash::{Dict, Set, scan};
use super::heap::{self, HeapTrace, nsmallest};
use super::memory::Container;
use super::moves::{self, Drained};
use super::recorded::{CURVE, MEMBERSHIP, SMALLEST, SORTED};
use super::sort::SortTrace;

/// The largest n of any job.
pub const MAX_N: u32 = 100_000;

/// The largest n for which the top-k job also sorts half of its numbers: beyond it the two sorts take too long for one frame.
pub const MAX_HALVED: u32 = 20_000;

/// The largest n of the top-k job in a figure: sorting more numbers takes too long for one frame.
pub const MAX_SORTED: u32 = 50_000;

/// The largest k of the top-k job.
pub const MAX_K: u32 = 1_000;

/// A job that can be done in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Look up 50 numbers among n.
    Membership,
    /// Take n items from the front, one by one.
    Queue,
    /// Build a string of n pieces.
    String,
    /// Find the k smallest of n numbers.
    TopK,
    /// Hold n items.
    Memory,
}

/// One way to do a job.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// The name in a list of measurements and in CSS classes.
    pub key: &'static str,
    /// The expression, as in Python.
    pub name: &'static str,
    /// The same, short enough for the end of a line.
    pub short: &'static str,
}

const fn way(key: &'static str, name: &'static str, short: &'static str) -> Way {
    Way { key, name, short }
}

impl Case {
    /// All jobs, in the order of the pictures.
    pub const ALL: [Case; 5] = [Case::Membership, Case::Queue, Case::String, Case::TopK, Case::Memory];

    /// The job that a state calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|case| case.name() == name)
    }

    /// The name in a state.
    pub fn name(self) -> &'static str {
        match self {
            Case::Membership => "membership",
            Case::Queue => "queue",
            Case::String => "string",
            Case::TopK => "topk",
            Case::Memory => "memory",
        }
    }

    /// The largest n that a figure counts.
    pub fn most(self) -> u32 {
        if self == Case::TopK { MAX_SORTED } else { MAX_N }
    }

    /// What is counted.
    pub fn unit(self) -> &'static str {
        match self {
            Case::Membership => "places looked at",
            Case::Queue => "pointers moved",
            Case::String => "bytes copied",
            Case::TopK => "comparisons",
            Case::Memory => "bytes",
        }
    }

    /// The ways to do it, the dear one first.
    pub fn ways(self) -> &'static [Way] {
        const MEMBERSHIP: [Way; 3] =
            [way("list", "x in list", "list"), way("set", "x in set", "set"), way("dict", "x in dict", "dict")];
        const QUEUE: [Way; 2] =
            [way("pop0", "list.pop(0)", "list.pop(0)"), way("popleft", "deque.popleft()", "popleft()")];
        const STRING: [Way; 2] =
            [way("concat", "self.s += piece", "s += piece"), way("join", "\"\".join(pieces)", "join")];
        const TOPK: [Way; 2] =
            [way("sorted", "sorted(xs)[:k]", "sorted"), way("nsmallest", "heapq.nsmallest(k, xs)", "nsmallest")];
        const MEMORY: [Way; 4] = [
            way("list", "list, by append", "list"),
            way("set", "set", "set"),
            way("dict", "dict, int keys", "dict, int"),
            way("strdict", "dict, str keys", "dict, str"),
        ];
        match self {
            Case::Membership => &MEMBERSHIP,
            Case::Queue => &QUEUE,
            Case::String => &STRING,
            Case::TopK => &TOPK,
            Case::Memory => &MEMORY,
        }
    }
}

/// A job with what else it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// The job.
    pub case: Case,
    /// How many are wanted: only the top-k job depends on it.
    pub k: u32,
    /// The order of the numbers: only the top-k job depends on it.
    pub order: Order,
}

/// The operations of each way of a job, in the order of [`Case::ways`]; 0 beyond the last.
pub type Counts = [u64; 4];

/// The work of a job for one n, and where it went.
#[derive(Debug, Default, Clone)]
pub struct Work {
    /// n.
    pub n: u32,
    /// The operations.
    pub counts: Counts,
    /// The same for half of n, rounded down; zeros for the top-k job above [`MAX_HALVED`].
    pub half: Counts,
    /// The sort of the top-k job.
    pub sort: SortTrace,
    /// The heap of the top-k job.
    pub heap: HeapTrace,
    /// What a list and a deque gave back while they were emptied.
    pub drained: [Drained; 2],
}

/// The work of a job as n grows: n, rising, and the operations.
pub type Curve = Vec<(u32, Counts)>;

/// The curve of a job, of the 10 smallest of numbers in no order for [`Case::TopK`]. What takes long to count is recorded.
pub fn curve(case: Case) -> Curve {
    let mut curve = Curve::new();
    for (at, n) in CURVE.into_iter().enumerate() {
        let recorded = |way: &[u32; CURVE.len()]| way.get(at).map_or(0, |&count| count.into());
        let counts = match case {
            Case::Membership => {
                let [list, set, dict] = &MEMBERSHIP;
                [recorded(list), recorded(set), recorded(dict), 0]
            }
            Case::TopK => [recorded(&SORTED), recorded(&SMALLEST), 0, 0],
            case => closed(case, n),
        };
        curve.push((n, counts));
    }
    curve
}

/// The operations of a job that have a closed form.
fn closed(case: Case, n: u32) -> Counts {
    match case {
        Case::Queue => moves::queue(n.into()),
        Case::String => moves::string(n.into()),
        _ => Container::ALL.map(|container| container.bytes(n.into())),
    }
}

impl Job {
    /// The operations of each way for `n`, which is not above [`MAX_N`].
    pub fn counts(&self, n: u32) -> Counts {
        let mut tallies = [Tally::default(); 2];
        let [first, second] = &mut tallies;
        match self.case {
            Case::Membership => return membership(&[n])[0],
            Case::Memory => return closed(self.case, n),
            Case::TopK => {
                let sorted = sorted(self.order, n);
                first.0 = sorted;
                second.0 = self.heap(&[n]).first().map_or(0, |trace| smallest(trace, sorted));
            }
            Case::Queue => {
                moves::pop_front(n, first);
                moves::pop_left(n, second);
            }
            Case::String => {
                moves::concat(n, first);
                moves::join(n, second);
            }
        }
        [tallies[0].0, tallies[1].0, 0, 0]
    }

    /// The operations of each way for `n`, which is not above [`MAX_N`], and where they went.
    pub fn work(&self, n: u32) -> Work {
        let mut work = Work { n, ..Work::default() };
        match self.case {
            Case::Membership => [work.half, work.counts] = membership(&[n / 2, n]),
            Case::TopK => return self.top_k(n, &[]).0,
            _ => (work.half, work.counts) = (self.counts(n / 2), self.counts(n)),
        }
        if self.case == Case::Queue {
            work.drained = [moves::pop_front(n, &mut Tally::default()), moves::pop_left(n, &mut Tally::default())];
        }
        work
    }

    /// The same, and the operations as n grows to [`MAX_N`].
    pub fn survey(&self, n: u32) -> (Work, Curve) {
        match self.case {
            Case::TopK => {
                // Where the heap takes over from the sort the line bends: more points there.
                let mut sizes = CURVE.to_vec();
                for n in [self.k, self.k + 1, self.k + self.k / 2] {
                    let place = sizes.partition_point(|&size| size < n);
                    if sizes.get(place) != Some(&n) {
                        sizes.insert(place, n);
                    }
                }
                self.top_k(n, &sizes)
            }
            case => {
                let mut curve = curve(case);
                if matches!(case, Case::Queue | Case::String) {
                    // A square bends on linear axes: more points there.
                    const STEP: u32 = MAX_N / 25;
                    curve.retain(|point| point.0 < STEP);
                    curve.extend((1..=25).map(|i| (i * STEP, closed(case, i * STEP))));
                }
                (self.work(n), curve)
            }
        }
    }

    /// The work for `n`, and a curve of `sizes`: one scan for all of them.
    fn top_k(&self, n: u32, sizes: &[u32]) -> (Work, Curve) {
        let mut all = sizes.to_vec();
        for n in [n / 2, n] {
            all.insert(all.partition_point(|&size| size <= n), n);
        }
        let traces = self.heap(&all);
        let trace =
            |n| all.iter().position(|&size| size == n).and_then(|at| traces.get(at)).copied().unwrap_or_default();
        let counts = |n: u32, sorted: u64| [sorted, smallest(&trace(n), sorted), 0, 0];

        let sort = heap::sorted::<Tally>(numbers(self.order, n)).1;
        let mut work = Work { n, counts: counts(n, sort.total()), sort, heap: trace(n), ..Work::default() };
        if n <= MAX_HALVED {
            work.half = counts(n / 2, sorted(self.order, n / 2));
        }
        (work, sizes.iter().map(|&n| (n, counts(n, sorted(self.order, n)))).collect())
    }

    /// The heap's traces for each of `sizes`, which rise.
    fn heap(&self, sizes: &[u32]) -> Vec<HeapTrace> {
        let most = sizes.last().copied().unwrap_or_default();
        let mut traces = Vec::with_capacity(sizes.len());
        nsmallest::<Tally>(self.k, numbers(self.order, most), sizes, |_, trace, _| traces.push(trace));
        traces
    }
}

/// The comparisons of `nsmallest`, given those of `sorted` for the same numbers: it sorts where k is not below n.
fn smallest(trace: &HeapTrace, sorted: u64) -> u64 {
    if trace.sorted { sorted } else { trace.total() }
}

/// The comparisons of `sorted` on the first `n` numbers of an order.
fn sorted(order: Order, n: u32) -> u64 {
    let recorded = CURVE.iter().position(|&size| size == n).filter(|_| order == Order::Shuffled);
    match recorded.and_then(|at| SORTED.get(at)) {
        Some(&count) => count.into(),
        None => heap::sorted::<Tally>(numbers(order, n)).1.total(),
    }
}

/// The places looked at in a list, a set and a dict that grow, for each of `sizes`, which rise.
pub fn membership<const N: usize>(sizes: &[u32; N]) -> [Counts; N] {
    let (mut list, mut set) = (Vec::new(), Set::default());
    let most = sizes.last().copied().unwrap_or_default();
    let mut numbers = numbers(Order::Shuffled, most);
    sizes.map(|size| {
        for number in numbers.by_ref().take((size as usize).saturating_sub(list.len())) {
            list.push(number);
            set.insert(number);
        }
        let dict = Dict::new(list.clone());
        let mut tallies = [Tally::default(); 3];
        for key in wanted(size) {
            scan(&list, key, &mut tallies[0]);
            set.contains(key, &mut tallies[1]);
            dict.contains(key, &mut tallies[2]);
        }
        [tallies[0].0, tallies[1].0, tallies[2].0, 0]
    })
}
