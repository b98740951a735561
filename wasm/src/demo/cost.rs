//! The cost lab: five jobs, each done in two or more ways, and the work that each way really takes, counted.
//!
//! The algorithms are those of CPython 3.11, written once over a meter ([`data::Meter`]): with a counter they give the exact
//! numbers of the tables and curves, without one they are what the page's clock times ([`run::run`]). Sources are named at
//! each: [`hash`] (set and dict), [`sort`] (list.sort), [`heap`] (heapq.nsmallest), [`moves`] (list, deque and string),
//! [`memory`] (`sys.getsizeof`). `tests/vectors/cost.py` and `tests/vectors/getsizeof.py` count the same in a real CPython.

pub mod count;
pub mod data;
pub mod hash;
pub mod heap;
#[cfg(feature = "json")]
pub mod json;
pub mod memory;
pub mod moves;
pub mod recorded;
pub mod run;
pub mod sort;
pub mod text;
pub mod trace;
mod view;

use super::chart::Scale;
use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::state::State;
use count::{Case, Job, MAX_K, MAX_N};
use data::Order;

/// The lab.
pub static LAB: Lab = Lab {
    name: "cost",
    title: "What it costs",
    summary: "How the work of a list, a set, a deque, a string or a heap grows with n: counted, not guessed.",
    fields: &[
        Field { name: "case", kind: FieldKind::Choice(&["membership", "queue", "string", "topk", "memory"]) },
        Field { name: "n", kind: FieldKind::Integer(0, MAX_N as i64) },
        Field { name: "k", kind: FieldKind::Integer(1, MAX_K as i64) },
        Field { name: "order", kind: FieldKind::Choice(&["shuffled", "ascending", "descending"]) },
        Field { name: "x", kind: FieldKind::Choice(&["linear", "log"]) },
        Field { name: "y", kind: FieldKind::Choice(&["linear", "log"]) },
    ],
    draw,
    #[cfg(feature = "json")]
    answer: json::answer,
};

/// What a state asks for. The form holds more than a link does: where its slider stands and what was measured.
#[derive(Debug)]
struct Request {
    job: Job,
    n: u32,
    x: Scale,
    y: Scale,
    /// n and k as they were typed.
    n_text: String,
    k_text: String,
    /// Where the slider stands.
    slide: u32,
    /// The measurements as they stand in the form.
    measured: Vec<run::Measured>,
}

/// The value in a state and the words of each scale.
const SCALES: [(Scale, &str); 2] = [(Scale::Linear, "linear"), (Scale::Log, "log")];

/// The last position of the slider; the first is 0.
const LAST_SLIDE: u32 = 100;

/// The n at a position of the slider: in steps of a thousand, or twenty to a power of ten.
fn slid(scale: Scale, position: u32) -> u32 {
    const STEPS: [u32; 20] = [10, 11, 13, 14, 16, 18, 20, 22, 25, 28, 32, 35, 40, 45, 50, 56, 63, 71, 79, 89];
    match scale {
        Scale::Linear => (position * (MAX_N / LAST_SLIDE)).max(1),
        Scale::Log => {
            let step = STEPS.get(position as usize % STEPS.len()).copied().unwrap_or(10);
            (step * 10u32.pow(position / 20) + 5) / 10
        }
    }
    .min(MAX_N)
}

impl Request {
    fn read(state: &State) -> Result<Self, String> {
        let case = match state.get("case") {
            None => Case::Membership,
            Some(name) => Case::named(name).ok_or_else(|| {
                format!("There is no job “{}”: the jobs are membership, queue, string, topk and memory.", brief(name))
            })?,
        };
        let order = match state.get("order") {
            None => Order::Shuffled,
            Some(name) => Order::named(name).ok_or_else(|| {
                format!("There is no order “{}”: the orders are shuffled, ascending and descending.", brief(name))
            })?,
        };
        let axis = |name: &str| match state.get(name) {
            None => Ok(Scale::Log),
            Some(text) => SCALES
                .iter()
                .find(|scale| scale.1 == text)
                .map(|scale| scale.0)
                .ok_or_else(|| format!("The {name} axis is linear or log, not “{}”.", brief(text))),
        };
        let (x, y) = (axis("x")?, axis("y")?);

        // The slider counts only once it has been moved from where it was drawn.
        let position = |name: &str| state.get(name).and_then(text::whole).filter(|&at| at <= LAST_SLIDE);
        let moved = position("slide").filter(|_| position("at") != position("slide"));
        let (mut n, mut n_text) = match (moved, state.get("n")) {
            (Some(position), _) => (slid(x, position).min(case.most()), None),
            (None, None) => (1_000, None),
            (None, Some(typed)) => {
                let n = text::whole(typed).filter(|&n| n <= MAX_N);
                (n.ok_or("n is a whole number from 0 to 100,000.")?, Some(typed))
            }
        };
        let step = match state.get("act") {
            Some("half") => Some(n / 2),
            Some("double") => Some((n * 2).clamp(1, case.most())),
            _ => None,
        };
        if let Some(step) = step {
            (n, n_text) = (step, None);
        }
        if n > case.most() {
            return Err("The top-k job goes up to n = 50,000: sorting more takes longer than a frame.".to_string());
        }
        let k_text = state.get("k").unwrap_or("10");
        let k =
            text::whole(k_text).filter(|k| (1..=MAX_K).contains(k)).ok_or("k is a whole number from 1 to 1,000.")?;

        let stays = position("slide").filter(|&at| slid(x, at).min(case.most()) == n);
        let nearest = || (0..=LAST_SLIDE).min_by_key(|&at| slid(x, at).abs_diff(n)).unwrap_or(0);
        Ok(Self {
            job: Job { case, k, order },
            n,
            x,
            y,
            n_text: n_text.map_or_else(|| n.to_string(), str::to_string),
            k_text: k_text.to_string(),
            slide: stays.unwrap_or_else(nearest),
            measured: run::measured(state.get("measured").unwrap_or_default()),
        })
    }

    /// How long the loop `name` took for `n` items, in words, where that was measured.
    fn measured_at(&self, name: &str, n: u32) -> Option<String> {
        let found = self.measured.iter().find(|measured| measured.name == name && measured.n == n);
        found.map(|measured| text::time(measured.time))
    }

    /// What a link holds: neither the slider nor what was measured on one machine.
    fn canonical(&self) -> State {
        let mut state = State::new();
        state.push("case", self.job.case.name()).push("n", self.n);
        if self.job.case == Case::TopK {
            state.push("k", self.job.k).push("order", self.job.order.name());
        }
        for (name, scale) in [("x", self.x), ("y", self.y)] {
            state.push(name, SCALES.iter().find(|(s, _)| *s == scale).map_or("", |(_, word)| word));
        }
        state
    }
}

/// What is quoted back from a state: not more than a few characters of it.
fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    match Request::read(state) {
        Err(why) => Drawing::problem(state, why),
        Ok(request) => view::draw(&request, ids),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(state: &str) -> Drawing {
        draw(&State::parse(state), Ids("cost"))
    }

    #[test]
    fn an_empty_state_draws_and_its_link_draws_the_same() {
        let first = drawn("");
        assert_eq!(first.problem, None);
        assert_eq!(first.state.to_string(), "case=membership&n=1000&x=log&y=log");
        assert_eq!(drawn(&first.state.to_string()).html, first.html);
    }

    #[test]
    fn the_slider_counts_once_it_is_moved() {
        let n = |state: &str| drawn(state).state.get("n").map(str::to_string);
        assert_eq!(n("n=1234&slide=60&at=60").as_deref(), Some("1234"));
        assert_eq!(n("n=1234&slide=80&at=60").as_deref(), Some("10000"));
        assert_eq!(n("n=1234&slide=80&at=60&x=linear").as_deref(), Some("80000"));
        assert_eq!(n("n=7&slide=0&at=1&x=linear").as_deref(), Some("1"));
        assert_eq!(n("n=1234&act=double").as_deref(), Some("2468"));
        assert_eq!(n("n=60000&act=double").as_deref(), Some("100000"));
        assert_eq!(n("case=topk&n=90000&act=double").as_deref(), Some("50000"));
        assert_eq!(n("case=topk&n=90000&act=half").as_deref(), Some("45000"));
        assert_eq!(n("case=topk&n=9&slide=100&at=9").as_deref(), Some("50000"));
        assert_eq!(n("n=1&act=half").as_deref(), Some("0"));
        assert_eq!(n("n=0&act=double").as_deref(), Some("1"));
        for position in 1..=LAST_SLIDE {
            for scale in [Scale::Linear, Scale::Log] {
                assert!(slid(scale, position) >= slid(scale, position - 1) && slid(scale, position) <= MAX_N);
            }
        }
        assert_eq!((slid(Scale::Log, 0), slid(Scale::Log, LAST_SLIDE)), (1, MAX_N));
    }

    #[test]
    fn nonsense_gets_a_sentence() {
        for state in [
            "case=sorting",
            "case=topk&n=50001",
            "n=",
            "n=-1",
            "n=100001",
            "n=1e3",
            "case=topk&k=0",
            "k=1001",
            "order=up",
            "x=sqrt",
            "y=",
        ] {
            let drawing = drawn(state);
            assert!(drawing.problem.is_some_and(|why| why.ends_with('.')), "{state}");
            assert!(drawing.html.is_empty());
        }
    }

    #[test]
    fn the_fields_hold_what_the_state_reads() {
        for field in LAB.fields {
            if let FieldKind::Choice(values) = field.kind {
                for value in values {
                    assert_eq!(drawn(&format!("{}={value}", field.name)).problem, None, "{}={value}", field.name);
                }
            }
        }
    }
}
