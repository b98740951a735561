//! Holds the cost lab against CPython: `tests/vectors/getsizeof.jsonl` and `tests/vectors/cost.jsonl`, made by the scripts
//! beside them. `FIELDGUIDE_COST_VECTORS` names another file of the second kind, for a longer comparison.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::panic)]

use fieldguide_wasm::demo::cost::count::{Case, Job, MAX_HALVED};
use fieldguide_wasm::demo::cost::data::{LOOKUPS, Meter, Off, Order, Tally, numbers, scattered, wanted};
use fieldguide_wasm::demo::cost::hash::{Dict, Set, scan};
use fieldguide_wasm::demo::cost::heap::{nsmallest, sorted};
use fieldguide_wasm::demo::cost::memory::{Container, exact_list_bytes, list_capacity};
use fieldguide_wasm::demo::cost::moves::{concat, join, pop_front, pop_left};
use fieldguide_wasm::demo::cost::{LAB, run};
use fieldguide_wasm::demo::{Drawing, Ids};
use fieldguide_wasm::state::State;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn pairs(value: &Value) -> Vec<(u64, u64)> {
    value.as_array().unwrap().iter().map(|pair| (whole(&pair[0]), whole(&pair[1]))).collect()
}

#[test]
fn bytes_are_those_of_getsizeof() {
    let lines = lines(include_str!("../../tests/vectors/getsizeof.jsonl"));
    let most = whole(&lines[0]["most"]);
    let (mut growth, mut sizes, mut shrinking) = (0, 0, 0);
    for line in &lines[1..] {
        let kind = line["kind"].as_str().unwrap();
        let container = match kind {
            "list" => Container::List,
            "set" => Container::Set,
            "dict" => Container::Dict,
            "strdict" => Container::StrDict,
            "exact" => {
                for (n, bytes) in pairs(&line["growth"]) {
                    assert_eq!(exact_list_bytes(n), bytes, "list(range({n}))");
                }
                continue;
            }
            "pop" => {
                assert_eq!(shrinking_list(whole(&line["n"])), pairs(&line["falling"]), "{line}");
                shrinking += 1;
                continue;
            }
            "popleft" => {
                assert_eq!(shrinking_deque(whole(&line["n"])), pairs(&line["falling"]), "{line}");
                shrinking += 1;
                continue;
            }
            _ => panic!("{kind}"),
        };
        let points = pairs(&line["growth"]);
        growth += points.len();
        assert_eq!(container.growth(most), points, "{kind}");
        // Not only the numbers of items at which something changes: all of them to the lab's bound and beyond, then every 7th.
        let mut at = 0;
        for n in (0..=most).filter(|n| *n <= 110_000 || n % 7 == 0) {
            while points.get(at + 1).is_some_and(|point| point.0 <= n) {
                at += 1;
            }
            assert_eq!(container.bytes(n), points[at].1, "{kind} of {n}");
            sizes += 1;
        }
    }
    assert!(growth >= 150 && sizes > 1_000_000 && shrinking >= 100, "{growth} {sizes} {shrinking}");
}

/// The rule by which `pop_front` counts what is given back, spelled out as bytes.
fn shrinking_list(n: u64) -> Vec<(u64, u64)> {
    let mut room = n + n % 2;
    let mut points = vec![(n, 56 + 8 * room)];
    for len in (0..n).rev() {
        let wanted = if len < room / 2 { list_capacity(len) } else { room };
        if wanted != room {
            room = wanted;
            points.push((len, 56 + 8 * room));
        }
    }
    let given_back = pop_front(n as u32, &mut Tally::default()).resized;
    assert_eq!(given_back, points.len() as u64 - 1, "list of {n}");
    points
}

/// The rule by which `pop_left` counts freed blocks, spelled out as bytes.
fn shrinking_deque(n: u64) -> Vec<(u64, u64)> {
    const OBJECT: u64 = 232;
    const BLOCK: u64 = 64 * 8 + 16;
    let last = if n == 0 { 1 } else { (1 + n).div_ceil(64) };
    let mut points = vec![(n, OBJECT + BLOCK * last)];
    let mut freed = 0;
    for popped in 1..n {
        if (1 + popped) % 64 == 0 {
            freed += 1;
            points.push((n - popped, OBJECT + BLOCK * (last - freed)));
        }
    }
    assert_eq!(pop_left(n as u32, &mut Tally::default()).resized, freed, "deque of {n}");
    points
}

#[test]
fn counts_are_those_of_cpython() {
    let long = std::env::var("FIELDGUIDE_COST_VECTORS").map(|path| std::fs::read_to_string(path).unwrap());
    let lines = lines(long.as_deref().unwrap_or(include_str!("../../tests/vectors/cost.jsonl")));
    let mut seen = BTreeMap::<String, usize>::new();
    for line in &lines[1..] {
        let case = line["case"].as_str().unwrap();
        *seen.entry(case.to_string()).or_default() += line["rows"].as_array().map_or(1, Vec::len);
        match case {
            "membership" => membership(line),
            "string" => string(line),
            "topk" => top_k(line),
            "sort" => sort_rows(line),
            _ => panic!("{case}"),
        }
    }
    if long.is_err() {
        assert!(seen["membership"] >= 150 && seen["topk"] >= 400 && seen["sort"] >= 500, "{seen:?}");
    }
    println!("{seen:?}");
}

fn membership(line: &Value) {
    let n = whole(&line["n"]) as u32;
    let list: Vec<u32> = numbers(Order::Shuffled, n).collect();
    let (mut set, dict) = (Set::default(), Dict::new(list.clone()));
    list.iter().for_each(|&number| set.insert(number));
    let (mut compared, mut set_slots, mut dict_slots) = (Tally::default(), Tally::default(), Tally::default());
    let mut found = [0; 3];
    for key in wanted(n) {
        found[0] += u64::from(scan(&list, key, &mut compared));
        found[1] += u64::from(set.contains(key, &mut set_slots));
        found[2] += u64::from(dict.contains(key, &mut dict_slots));
    }
    assert_eq!(found, [u64::from(if n == 0 { 0 } else { LOOKUPS / 2 }); 3], "{line}");
    assert_eq!(compared.0, whole(&line["eq"][0]), "{line}");
    // A table compares only where the whole hash agrees: once for a key that is there, never for one that is not.
    assert_eq!([found[1], found[2]], [whole(&line["eq"][1]), whole(&line["eq"][2])], "{line}");
    assert_eq!([set_slots.0, dict_slots.0], [whole(&line["slots"][0]), whole(&line["slots"][1])], "{line}");
    let job = Job { case: Case::Membership, k: 1, order: Order::Shuffled };
    let work = job.work(n);
    assert_eq!((work.counts, work.half), (job.counts(n), job.counts(n / 2)), "{line}");
    assert_eq!(work.counts, [compared.0, set_slots.0, dict_slots.0, 0], "{line}");
}

fn string(line: &Value) {
    let n = whole(&line["n"]) as u32;
    let (mut copied, mut joined) = (Tally::default(), Tally::default());
    concat(n, &mut copied);
    join(n, &mut joined);
    assert_eq!((copied.0, joined.0), (whole(&line["concat"]), whole(&line["join"])), "{line}");
    assert_eq!(whole(&line["new"]), u64::from(n.saturating_sub(1)), "a new string in each step but the first");
}

fn top_k(line: &Value) {
    let (n, k) = (whole(&line["n"]) as u32, whole(&line["k"]) as u32);
    let order = Order::named(line["order"].as_str().unwrap()).unwrap();
    let job = Job { case: Case::TopK, k, order };
    assert_eq!(job.counts(n), [whole(&line["sorted"]), whole(&line["nsmallest"][0]), 0, 0], "{line}");
    let work = job.work(n);
    assert_eq!(work.counts, job.counts(n), "{line}");
    if n <= MAX_HALVED {
        assert_eq!(work.half, job.counts(n / 2), "{line}");
    }
    let mut smallest: Vec<u32> = numbers(order, n).collect();
    smallest.sort_unstable();
    smallest.truncate(k as usize);
    nsmallest::<Tally>(k, numbers(order, n), &[n], |size, trace, kept| {
        if size > k {
            assert!(kept.iter().map(|pair| (pair >> 32) as u32).eq(smallest.iter().copied()), "{line}");
            assert_eq!(trace.equal, whole(&line["nsmallest"][1]), "{line}");
        }
    });
}

/// The same numbers as `pattern` of tests/vectors/cost.py.
fn pattern(name: &str, n: u32, seed: u32) -> Vec<u32> {
    let s: Vec<u32> = (0..n).map(|i| scattered(seed * 1_009 + i)).collect();
    let numbered = || (0..n).zip(s.iter().copied());
    match name {
        "random" => s,
        "few" => s.iter().map(|v| v % (seed % 7 + 1)).collect(),
        "runs" => (0..n)
            .map(|i| i % (seed % 90 + 2))
            .map(|v| if seed % 2 == 1 { (1 << 20) + v } else { (1 << 20) - v })
            .collect(),
        "nearly" => numbered().map(|(i, v)| if v % 20 == 0 { v % (1 << 23) } else { i * 1000 }).collect(),
        "organ" => (0..n).map(|i| i.min(n - i) / (seed % 3 + 1)).collect(),
        "blocks" => {
            let mut s = s;
            let (third, half) = (n as usize / 3, n as usize / 2);
            s[..third].sort_unstable();
            s[third..half].sort_unstable_by(|a, b| b.cmp(a));
            s[half..].sort_unstable();
            s
        }
        "interleaved" => numbered().map(|(i, v)| (v >> 22) + i / (seed % 50 + 1) * 300).collect(),
        _ => panic!("{name}"),
    }
}

fn sort_rows(line: &Value) {
    let name = line["pattern"].as_str().unwrap();
    for row in line["rows"].as_array().unwrap() {
        let (n, seed) = (whole(&row[0]) as u32, whole(&row[1]) as u32);
        let mut expected = pattern(name, n, seed);
        let (in_order, trace) = sorted::<Tally>(expected.iter().copied());
        expected.sort_unstable();
        assert!(in_order.iter().map(|pair| (pair >> 32) as u32).eq(expected), "{name} {row}");
        assert_eq!(trace.total(), whole(&row[2]), "{name} {row}");
    }
}

/// The blocks that a counting meter does not move are moved by a real one, and are as long as counted.
#[test]
fn what_is_counted_is_what_is_done() {
    struct Both(u64);
    impl Meter for Both {
        const REAL: bool = true;
        fn add(&mut self, n: u64) {
            self.0 += n;
        }
        fn total(&self) -> u64 {
            self.0
        }
    }
    for n in [0, 1, 2, 3, 62, 63, 64, 65, 127, 128, 500, 1_000] {
        let (mut real, mut counted) = (Both(0), Tally::default());
        let popped = pop_front(n, &mut real);
        pop_front(n, &mut counted);
        assert_eq!((real.0, u64::from(n) * (u64::from(n) + 1) / 2), (counted.0, counted.0));
        let (mut real, mut counted) = (Both(0), Tally::default());
        let left = pop_left(n, &mut real);
        pop_left(n, &mut counted);
        assert_eq!((real.0, popped.check), (counted.0, left.check), "both hand out the same items in the same order");
        let text = concat(n, &mut Off);
        assert_eq!(text, join(n, &mut Off));
        assert_eq!(text, u64::from(n) * 10 * u64::from(b'x'));
    }
}

fn draw(state: &State) -> Drawing {
    (LAB.draw)(state, Ids("cost"))
}

/// Either a drawing or a sentence, of a bounded length; and the state that a link holds draws the same.
fn drawn_or_said(state: &State) {
    let drawing = draw(state);
    match &drawing.problem {
        Some(why) => assert!(drawing.html.is_empty() && why.ends_with('.') && why.len() < 400, "{why}"),
        None => {
            assert!((4_000..40_000).contains(&drawing.html.len()), "{state}: {}", drawing.html.len());
            assert!(!drawing.announce.is_empty() && !drawing.html.contains("NaN") && !drawing.html.contains("inf\""));
            let linked = draw(&drawing.state);
            assert_eq!((linked.problem, linked.announce), (None, drawing.announce), "{state}");
            assert_eq!(linked.state, drawing.state);
        }
    }
}

const NAMES: [&str; 10] = ["case", "n", "k", "order", "x", "y", "slide", "at", "measured", "act"];
const VALUES: [&str; 26] = [
    "membership",
    "queue",
    "string",
    "topk",
    "memory",
    "shuffled",
    "ascending",
    "descending",
    "linear",
    "log",
    "half",
    "double",
    "measure",
    "0",
    "1",
    "2",
    "7",
    "10",
    "99",
    "100",
    "101",
    "1000",
    "4095",
    "",
    "list:16:40,pop0:16:40,x",
    "sorted-shuffled:5000:9999999,nsmallest-10-shuffled:1:1,concat:9:99999999999999999999",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_text_is_drawn_or_said(text in ".{0,60}") {
        drawn_or_said(&State::parse(&text));
    }

    #[test]
    fn any_form_is_drawn_or_said(pairs in prop::collection::vec((0..NAMES.len(), 0..VALUES.len()), 0..8)) {
        let mut state = State::new();
        for (name, value) in pairs {
            state.push(NAMES[name], VALUES[value]);
        }
        drawn_or_said(&state);
    }

    #[test]
    fn a_form_that_makes_sense_is_drawn(
        case in 0..5usize, n in 0..=3_000u32, k in 1..=1_000u32, order in 0..3usize, x in 0..2usize, y in 0..2usize, slide in 0..=100u32,
        measured in "[a-z0-9:,-]{0,40}",
    ) {
        let mut state = State::new();
        state.push("case", VALUES[case]).push("n", n).push("k", k).push("order", VALUES[5 + order]);
        state.push("x", VALUES[8 + x]).push("y", VALUES[8 + y]).push("slide", slide).push("at", slide).push("measured", measured);
        prop_assert_eq!(draw(&state).problem.clone(), None);
        drawn_or_said(&state);
    }

    #[test]
    fn any_json_is_answered(case in 0..8usize, n in prop::num::i64::ANY, small in 0..2_000u32, k in 0..1_200u32, text in ".{0,20}") {
        for state in [
            json!({ "case": VALUES[case], "n": small, "k": k, "order": VALUES[5 + k as usize % 4] }),
            json!({ "case": VALUES[case], "n": n, "k": text }),
            json!({ "case": text, "n": [n] }),
            json!([text]),
        ] {
            let answer = (LAB.answer)(&state);
            prop_assert!(answer["lines"].is_array() != (answer["invalid"] == true), "{} -> {}", state, answer);
        }
    }

    #[test]
    fn any_loop_runs_or_does_nothing(name in "(list|set|dict|pop0|popleft|concat|join|sorted-|nsmallest-)?[0-9a-z-]{0,14}", n in 0..300u32) {
        let _ = run::run(&name, n, 2);
    }
}

/// The largest n of each job, with the dearest of everything else.
#[test]
fn the_largest_states_are_drawn() {
    for text in [
        "case=membership",
        "case=queue",
        "case=string",
        "case=memory",
        "case=topk&k=1000",
        "case=topk&k=1000&order=descending",
    ] {
        for n in [0, 1, 2, 99_999, 100_000] {
            drawn_or_said(&State::parse(&format!("{text}&n={n}")));
            drawn_or_said(&State::parse(&format!("{text}&n={n}&x=linear&y=linear")));
        }
    }
}
