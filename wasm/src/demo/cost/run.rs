//! The same loops in earnest, for a clock: nothing here reads one. The page's script measures, on request only, and hands what
//! it measured back as the text of a field.

use super::count::{Case, Job, MAX_K, MAX_N};
use super::data::{Off, Order, numbers, wanted};
use super::hash::{Dict, Set, scan};
use super::heap::{nsmallest, sorted};
use super::moves;
use std::cell::RefCell;
use std::hint::black_box;

/// The most measurements that are read back, and so the most that are asked for.
pub const MAX_MEASURED: usize = 32;

/// The longest time of one run that is believed: a minute, in nanoseconds.
const MAX_TIME: u64 = 60_000_000_000;

/// What a loop is timed on: prepared once, then run as often as asked.
#[derive(Debug)]
enum Prepared {
    /// Nothing: there is no such loop.
    Nothing,
    /// A list and the numbers that are looked up in it.
    List(Vec<u32>, Vec<u32>),
    /// The same for a set.
    Set(Set, Vec<u32>),
    /// The same for a dict.
    Dict(Dict, Vec<u32>),
    /// The number of items of a queue or of pieces of a string, and the loop, which makes them itself.
    Moves(u32, fn(u32) -> u64),
    /// Numbers to sort.
    Sorted(Vec<u32>),
    /// k, and the numbers of which the k smallest are wanted.
    Smallest(u32, Vec<u32>),
}

impl Prepared {
    /// Makes what the loop `name` needs for `n`.
    fn new(name: &str, n: u32) -> Self {
        if n > MAX_N {
            return Self::Nothing;
        }
        let keys = || wanted(n).collect();
        let shuffled = || numbers(Order::Shuffled, n);
        match name {
            "list" => Self::List(shuffled().collect(), keys()),
            "set" => {
                let mut set = Set::default();
                shuffled().for_each(|number| set.insert(number));
                Self::Set(set, keys())
            }
            "dict" => Self::Dict(Dict::new(shuffled().collect()), keys()),
            "pop0" => Self::Moves(n, |n| moves::pop_front(n, &mut Off).check),
            "popleft" => Self::Moves(n, |n| moves::pop_left(n, &mut Off).check),
            "concat" => Self::Moves(n, |n| moves::concat(n, &mut Off)),
            "join" => Self::Moves(n, |n| moves::join(n, &mut Off)),
            _ => match parameters(name) {
                Some((None, order)) => Self::Sorted(numbers(order, n).collect()),
                Some((Some(k), order)) => Self::Smallest(k, numbers(order, n).collect()),
                None => Self::Nothing,
            },
        }
    }

    /// Does the job once, without counting. The sum has no meaning; it keeps the work from being left out.
    fn run(&self) -> u64 {
        fn look_up(keys: &[u32], contains: impl Fn(u32) -> bool) -> u64 {
            keys.iter().map(|&key| u64::from(contains(black_box(key)))).sum()
        }
        fn sort(numbers: &[u32]) -> u64 {
            let (sorted, _) = sorted::<Off>(numbers.iter().copied());
            sorted.first().copied().unwrap_or_default()
        }
        match self {
            Self::Nothing => 0,
            Self::List(list, keys) => look_up(keys, |key| scan(list, key, &mut Off)),
            Self::Set(set, keys) => look_up(keys, |key| set.contains(key, &mut Off)),
            Self::Dict(dict, keys) => look_up(keys, |key| dict.contains(key, &mut Off)),
            Self::Moves(n, run) => run(black_box(*n)),
            Self::Sorted(numbers) => sort(numbers),
            Self::Smallest(k, numbers) if numbers.len() <= *k as usize => sort(numbers),
            Self::Smallest(k, numbers) => {
                let mut check: u64 = 0;
                nsmallest::<Off>(*k, numbers.iter().copied(), &[numbers.len() as u32], |_, _, kept| {
                    check = kept.iter().fold(0, |sum, pair| sum.wrapping_add(*pair));
                });
                check
            }
        }
    }
}

/// `sorted-ORDER` or `nsmallest-K-ORDER`: k where there is one, and the order.
fn parameters(name: &str) -> Option<(Option<u32>, Order)> {
    if let Some(order) = name.strip_prefix("sorted-") {
        return Some((None, Order::named(order)?));
    }
    let (k, order) = name.strip_prefix("nsmallest-")?.split_once('-')?;
    let k = k.parse().ok().filter(|k| (1..=MAX_K).contains(k))?;
    Some((Some(k), Order::named(order)?))
}

/// Runs the loop `name` on `n` items `times` times over and returns a checksum: the entry for the page's clock.
///
/// The loops are the counted ones without their counters. `name` is one of `list set dict` (50 look-ups each), `pop0 popleft`,
/// `concat join`, `sorted-ORDER`, `nsmallest-K-ORDER` (with `ORDER` one of `shuffled ascending descending`, `K` 1 to 1,000);
/// anything else, or an `n` above [`MAX_N`], does nothing and returns 0. What a loop needs is made when its name and `n` differ
/// from those of the call before, so a first call with `times` 0 prepares and is not to be timed. The queue loops fill their
/// list or deque themselves, in linear time, and `sorted` copies its numbers: this is part of what is timed.
///
/// In the browser `static/js/measure.js` calls it, in slices, when the button with `data-measure` is pressed.
///
/// From one n of the plan to the next a loop takes at most some twenty times as long: the quadratic ones have four steps where
/// the others have three, and end early. So no call lasts longer than 16 ms if the one before it took no more than 0.8 ms.
/// `draw` reads `measured` back: at most [`MAX_MEASURED`] entries `name:n:nanoseconds`; what is not of the job that is shown
/// is passed over.
pub fn run(name: &str, n: u32, times: u32) -> u64 {
    thread_local! {
        static LAST: RefCell<(String, u32, Prepared)> = const { RefCell::new((String::new(), 0, Prepared::Nothing)) };
    }
    LAST.with_borrow_mut(|(last, last_n, prepared)| {
        if last != name || *last_n != n {
            *prepared = Prepared::new(name, n);
            (*last, *last_n) = (name.chars().take(40).collect(), n);
        }
        (0..times).fold(0, |sum: u64, _| sum.wrapping_mul(31).wrapping_add(black_box(prepared.run())))
    })
}

/// The names of a job's loops, in the order of its ways; none for a job that is not timed.
pub fn names(job: &Job) -> Vec<String> {
    let order = job.order.name();
    match job.case {
        Case::Memory => Vec::new(),
        Case::TopK => vec![format!("sorted-{order}"), format!("nsmallest-{}-{order}", job.k)],
        case => case.ways().iter().map(|way| way.key.to_string()).collect(),
    }
}

/// What is to be measured, as the page's script reads it: `name:n`, separated by commas, rising, with the reader's own n.
pub fn plan(job: &Job, own: u32) -> String {
    let mut sizes = vec![16, 256, 1_024, 4_096, 65_536];
    let place = sizes.partition_point(|&n| n < own);
    if own > 0 && sizes.get(place) != Some(&own) {
        sizes.insert(place, own);
    }
    let mut plan = String::new();
    for n in sizes {
        for name in names(job) {
            let quadratic = matches!(name.as_str(), "pop0" | "concat");
            // Beyond this a single run takes longer than a slice.
            let most = match name.as_bytes().first() {
                _ if quadratic => 4_096,
                Some(b's') if job.case == Case::TopK => 16_384,
                _ => u32::MAX,
            };
            if n <= most && (n != 1_024 || quadratic || n == own) {
                let comma = if plan.is_empty() { "" } else { "," };
                plan.push_str(&format!("{comma}{name}:{n}"));
            }
        }
    }
    plan
}

/// One measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The loop.
    pub name: String,
    /// How many items.
    pub n: u32,
    /// Nanoseconds for one run.
    pub time: u64,
}

/// Reads `name:n:nanoseconds,…` as the script writes it: what is not of this form, and all beyond [`MAX_MEASURED`], is left out.
pub fn measured(text: &str) -> Vec<Measured> {
    let entry = |entry: &str| {
        let mut parts = entry.split(':');
        let (name, n, time) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let fits =
            parts.next().is_none() && name.len() <= 40 && (1..=MAX_N).contains(&n) && (1..=MAX_TIME).contains(&time);
        fits.then(|| Measured { name: name.to_string(), n, time })
    };
    text.split(',').take(MAX_MEASURED).filter_map(entry).collect()
}

/// Writes measurements as [`measured`] reads them.
pub fn write(measured: &[Measured]) -> String {
    let mut out = String::new();
    for Measured { name, n, time } in measured {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&format!("{name}:{n}:{time}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cost::data::Order;

    fn jobs() -> impl Iterator<Item = Job> {
        Case::ALL.into_iter().map(|case| Job { case, k: 1_000, order: Order::Descending })
    }

    #[test]
    fn the_plan_is_of_loops_that_run_and_fits_into_what_is_read_back() {
        for job in jobs() {
            let plan = plan(&job, 5_000);
            let back: Vec<String> = plan.split(',').map(|entry| format!("{entry}:5")).collect();
            let planned = if plan.is_empty() { 0 } else { back.len() };
            assert_eq!(measured(&back.join(",")).len(), planned, "{plan}");
            for name in names(&job) {
                assert_eq!(run(&name, 100, 0), 0);
                assert_eq!(run(&name, 100, 1), run(&name, 100, 1));
                assert_ne!(run(&name, 100, 3), 0, "{name}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_runs_nothing_and_measures_nothing() {
        for name in ["", "nsmallest", "nsmallest-0-shuffled", "nsmallest-3-", "sorted-x", "list:1"] {
            assert_eq!(run(name, 10, 10), 0, "{name}");
        }
        assert_eq!(run("list", MAX_N + 1, 1), 0);
        assert_eq!(
            measured("list:10:5,list:10,list:10:0,list:10:5:5,:::,list:999999999:1,list:-1:1"),
            measured("list:10:5")
        );
        assert_eq!(measured(&"list:1:1,".repeat(1_000)).len(), MAX_MEASURED);
    }
}
