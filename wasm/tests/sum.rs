//! Holds the sum lab against CPython and NumPy (`tests/vectors/sum.py` made the lines), and against nonsense.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it finds something wrong")]

use fieldguide_wasm::demo::{Drawing, Ids, lab};
use fieldguide_wasm::state::State;
use proptest::prelude::*;
use serde_json::{Value, json};

const VECTORS: &str = include_str!("../../tests/vectors/sum.jsonl");
const WAYS: [&str; 5] = ["naive", "pairwise", "kahan", "neumaier", "fsum"];

fn answer(state: &Value) -> Value {
    (lab("sum").unwrap().answer)(state)
}

fn draw(state: &str) -> Drawing {
    (lab("sum").unwrap().draw)(&State::parse(state), Ids("a"))
}

/// The generator of `sum.py`.
fn generated(n: u64, mut seed: u64, scale: i32) -> Vec<String> {
    let mut value = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let whole = (seed >> 11) as i64 - (1 << 52);
        format!("{:e}", whole as f64 / 2f64.powi(scale))
    };
    (0..n).map(|_| value()).collect()
}

#[test]
fn every_way_agrees_with_python_and_numpy() {
    let mut count = 0;
    for line in VECTORS.lines() {
        let line: Vec<Value> = serde_json::from_str(line).unwrap();
        let values = match line[0].get(0).and_then(Value::as_u64) {
            Some(n) => {
                let seed = line[0][1].as_str().unwrap().parse().unwrap();
                json!(generated(n, seed, line[0][2].as_i64().unwrap() as i32))
            }
            None => line[0].clone(),
        };
        let ours = answer(&json!({ "values": values }));
        for (way, expected) in WAYS.iter().zip(&line[1..]) {
            assert_eq!(&ours[way], expected, "{way} of {}", line[0]);
        }
        count += 1;
    }
    assert!(count > 1000);
}

#[test]
fn nonsense_is_invalid() {
    for state in [
        json!(null),
        json!({}),
        json!({"values": null}),
        json!({"values": 1}),
        json!({"values": ["0.1", "x"]}),
        json!({"values": [null]}),
        json!({"values": ["0.1*10"]}),
        json!({"values": "0.1*99999999999999999999999"}),
        json!({"values": "1*9999999 1"}),
    ] {
        let ours = answer(&state);
        assert_eq!(ours["invalid"], true, "{state}");
        assert!(ours["error"].as_str().is_some_and(|error| error.len() > 10), "{state}");
    }
}

#[test]
fn numbers_and_a_text_of_values_are_values_too() {
    let expected = answer(&json!({"values": ["0.1", "0.1", "0.1", "2"]}));
    assert_eq!(expected["naive"], "2.3");
    assert_eq!(answer(&json!({"values": [0.1, 0.1, 0.1, 2]})), expected);
    assert_eq!(answer(&json!({"values": "[0.1*3, 2]"})), expected);
}

#[test]
fn states_are_drawn() {
    for (state, canonical) in [
        ("", "values=0.1*1000"),
        ("values=", "values="),
        ("values=1&values=2", "values=1,+2"),
        ("values=1&act=set+0.1*10", "values=0.1*10"),
        ("values=inf+nan+-inf", "values=inf+nan+-inf"),
        ("values=1e308*3", "values=1e308*3"),
        ("values=5e-324*2000", "values=5e-324*2000"),
        ("values=0.1*40+-0.1*40", "values=0.1*40+-0.1*40"),
    ] {
        let drawing = draw(state);
        assert_eq!(drawing.problem, None, "{state}");
        assert_eq!(drawing.state.to_string(), canonical);
        assert!(drawing.html.contains("math.fsum()") && !drawing.announce.is_empty(), "{state}");
        assert_eq!(draw(canonical).html, drawing.html);
    }
    for state in ["values=x", "values=1*", "values=1*x", "values=1*2001", "values=1e5*2*3"] {
        assert!(draw(state).problem.is_some_and(|problem| problem.ends_with(['.', '\''])), "{state}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_state_panics(values in prop_oneof!["([-+]?[0-9]{1,3}(e-?[0-9]{1,3})?(\\*[0-9]{1,3})?[ ,;\n]){0,12}", ".{0,30}"], act in "(set .{0,10})?") {
        let mut state = State::new();
        state.push("values", values).push("act", act);
        let drawing = draw(&state.to_string());
        prop_assert!(drawing.html.len() < 100_000);
        prop_assert_eq!(drawing.problem.is_some(), drawing.html.is_empty());
        prop_assert!(drawing.state.get("act").is_none());
    }

    #[test]
    fn no_json_panics(values in prop::collection::vec(prop_oneof!["-?[0-9]{1,5}e-?[0-9]{1,3}", "inf|-inf|nan", ".{0,8}"], 0..20)) {
        let ours = answer(&json!({"values": values}));
        prop_assert!(ours.is_object());
    }

    /// What fsum answers does not depend on the order.
    #[test]
    fn fsum_is_exact(values in prop::collection::vec(-1e30f64..1e30, 0..40)) {
        let texts = |values: &[f64]| json!({"values": values.iter().map(|value| format!("{value:e}")).collect::<Vec<_>>()});
        let mut reversed = values.clone();
        reversed.reverse();
        let (there, back) = (answer(&texts(&values)), answer(&texts(&reversed)));
        prop_assert_eq!(&there["fsum"], &back["fsum"]);
    }
}
