//! The dict lab: against CPython's dict, and against whatever one may type.
#![cfg(feature = "json")]

mod tables;

use fieldguide_wasm::demo::dict::LAB;
use serde_json::json;
use tables::{bears, draw, hold};

#[test]
fn agrees_with_cpython() {
    let (sequences, operations) = hold(&LAB, include_str!("../../tests/vectors/dict.jsonl"));
    assert!(sequences >= 1150 && operations >= 12_000, "{sequences} sequences, {operations} operations");
}

#[test]
fn answers_as_the_contract_says() {
    let answer = (LAB.answer)(&json!({ "ops": [["i", 1], ["i", "spam"], ["l", 1], ["d", 1]], "hash_seed": 0 }));
    assert_eq!(
        answer["steps"][0],
        json!({ "op": "insert", "result": "new", "lookup_slots": [], "resized": [0, 8], "insert_slots": [1], "slot": 1,
                "reused_dummy": false, "table_size": 8, "used": 1, "sizeof": 224 })
    );
    assert_eq!(answer["order"], json!(["spam"]));
    // A str first: entries of 16 bytes. Then an int: a general table, of the size that CPython's rounding gives.
    let answer = (LAB.answer)(&json!({ "ops": [["i", "a"], ["i", 1]] }));
    assert_eq!([&answer["steps"][0]["sizeof"], &answer["steps"][1]["sizeof"]], [184, 352]);
    assert_eq!((&answer["steps"][1]["resized"], &answer["steps"][1]["converted"]), (&json!([8, 16]), &json!(true)));
    // The first of equal keys stays, as it was.
    let answer = (LAB.answer)(
        &json!({ "ops": [["i", {"float": "1"}], ["i", true], ["i", {"int": "9007199254740993"}], ["i", {"float": "9007199254740992"}]] }),
    );
    assert_eq!(
        answer["order"],
        json!([{"float": "1.0"}, {"int": "9007199254740993"}, {"float": "9007199254740992.0"}])
    );
}

#[test]
fn says_what_makes_no_sense() {
    for state in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "ops": 1 }),
        json!({ "ops": [["i"]] }),
        json!({ "ops": [["x", 1]] }),
        json!({ "ops": [["i", 1, 2]] }),
        json!({ "ops": [["i", [1]]] }),
        json!({ "ops": [["i", {"a": 1}]] }),
        json!({ "ops": [["i", {"int": "1.5"}]] }),
        json!({ "ops": [["i", 1.5]] }),
        json!({ "ops": [["i", {"float": "1_"}]] }),
        json!({ "ops": [], "hash_seed": -1 }),
        json!({ "ops": [], "hash_seed": 4294967296_u64 }),
        json!({ "ops": [], "hash_seed": "1" }),
        json!({ "ops": "spam" }),
        json!({ "scenario": "spam" }),
        json!({ "keys": [1] }),
    ] {
        let answer = (LAB.answer)(&state);
        assert!(answer["invalid"] == true && answer["error"].is_string(), "{state} {answer}");
    }
    let nested = (0..100).fold(json!(1), |key, _| json!({ "tuple": [key] }));
    assert_eq!((LAB.answer)(&json!({ "ops": [["i", nested]] }))["invalid"], true);
    // Keys of one hash, more of them than the lab is willing to inspect.
    let keys = (0..10_000_i64)
        .map(|n| json!(["i", {"int": (i128::from(n) * ((1 << 61) - 1)).to_string()}]))
        .collect::<Vec<_>>();
    assert_eq!((LAB.answer)(&json!({ "ops": keys }))["invalid"], true);
}

#[test]
fn takes_what_a_fence_holds() {
    let python = (LAB.answer)(&json!({ "ops": "d[1] = 'a'; d['x'] = 2\ndel d[1]; 'x' in d", "hash_seed": 0 }));
    let pairs = (LAB.answer)(&json!({ "ops": [["i", 1], ["i", "x"], ["d", 1], ["l", "x"]] }));
    assert_eq!(python, pairs);
    assert_eq!((LAB.answer)(&json!({ "keys": ["1", "'x'", "(1, 2)"] }))["order"], json!([1, "x", {"tuple": [1, 2]}]));
    assert_eq!((LAB.answer)(&json!({ "scenario": "nan" }))["steps"].as_array().unwrap().len(), 6);
}

#[test]
fn bears_whatever_is_typed() {
    bears(&LAB);
}

#[test]
fn draws_its_first_state_and_its_scenarios() {
    let first = draw(&LAB, "");
    assert_eq!(first.problem, None);
    assert!(first.announce.contains("Found"), "{}", first.announce);
    for scenario in fieldguide_wasm::demo::table::scenario::DICT.all {
        for step in 0..=20 {
            let drawing = draw(&LAB, &format!("scenario={}&step={step}&hash_seed={}", scenario.name, step % 3));
            assert_eq!(drawing.problem, None, "{}", scenario.name);
        }
    }
}

/// What a form sends, and what becomes of it.
#[test]
fn a_form_goes_where_one_expects() {
    let state = |text: &str| draw(&LAB, text).state.to_string();
    assert_eq!(state(""), "scenario=metrics");
    assert_eq!(state("keys=1&keys='a'"), "ops=1%0A%27a%27");
    assert_eq!(state("shown=own+1&scenario=own&hash_seed=0&ops=1&step=1&act=back"), "ops=1&step=0");
    // At the end, typing on goes along; elsewhere it stays.
    assert_eq!(state("shown=own+1&scenario=own&hash_seed=0&ops=1%0A2&step=1"), "ops=1%0A2");
    assert_eq!(state("shown=own+2&scenario=own&hash_seed=0&ops=1%0A2%0A3&step=1"), "ops=1%0A2%0A3&step=1");
    // Choosing from the list brings that scenario, whatever the text was; changing a scenario's text makes it one's own.
    assert_eq!(state("shown=own+1&scenario=letters&hash_seed=7&ops=1&step=1"), "scenario=letters&hash_seed=7");
    assert_eq!(state("shown=letters+12&scenario=letters&hash_seed=7&ops=1&step=5"), "ops=1&hash_seed=7");
    assert_eq!(
        state("shown=letters+12&scenario=own&hash_seed=0&ops=1&step=5"),
        "ops=d%5B%22spam%22%5D+%3D+1%0A%22spam%22+in+d"
    );
    for (text, why) in [
        ("hash_seed=", "The hash seed is a whole number from 0 to 4294967295."),
        ("hash_seed=4294967296", "The hash seed is a whole number from 0 to 4294967295."),
        ("scenario=spam", "There is no scenario spam."),
        ("ops=d%5B", "Line 1: a key is missing."),
        ("step=x", "The step is a whole number."),
    ] {
        assert_eq!(draw(&LAB, text).problem.as_deref(), Some(why));
    }
    let many = "1%0A".repeat(201);
    assert_eq!(
        draw(&LAB, &format!("ops={many}")).problem.as_deref(),
        Some("This figure plays at most 200 operations; these are 201.")
    );
}
