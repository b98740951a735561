//! The set lab: against CPython's set, and against whatever one may type.
#![cfg(feature = "json")]

mod tables;

use fieldguide_wasm::demo::set::LAB;
use serde_json::json;
use tables::{bears, draw, hold};

#[test]
fn agrees_with_cpython() {
    let (sequences, operations) = hold(&LAB, include_str!("../../tests/vectors/set.jsonl"));
    assert!(sequences >= 1150 && operations >= 12_000, "{sequences} sequences, {operations} operations");
}

#[test]
fn a_resize_says_both_slots() {
    let ops = (0..5).map(|n| json!(["i", n * 8])).collect::<Vec<_>>();
    let answer = (LAB.answer)(&json!({ "ops": ops }));
    assert_eq!(
        answer["steps"][4],
        json!({ "op": "insert", "result": "new", "lookup_slots": [0, 2], "resized": [8, 32], "insert_slots": [], "slot": 2, "slot_after_resize": 1,
                "reused_dummy": false, "table_size": 32, "used": 5, "sizeof": 728 })
    );
    assert_eq!(answer["order"], json!([0, 32, 8, 16, 24]));
}

#[test]
fn bears_whatever_is_typed() {
    bears(&LAB);
}

#[test]
fn draws_its_first_state_and_its_scenarios() {
    assert_eq!(draw(&LAB, "").problem, None);
    for scenario in fieldguide_wasm::demo::table::scenario::SET.all {
        for step in 0..=20 {
            let drawing = draw(&LAB, &format!("scenario={}&step={step}&hash_seed={}", scenario.name, step % 3));
            assert_eq!(drawing.problem, None, "{}", scenario.name);
        }
    }
}
