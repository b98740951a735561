//! What the tests of the dict lab and the set lab share: the vectors, and the strings that a figure must bear.
#![allow(clippy::unwrap_used)]

use fieldguide_wasm::demo::{Drawing, Ids, Lab};
use fieldguide_wasm::state::State;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Slots as the vectors write them: `1.6.0`.
fn slots(slots: &Value) -> String {
    let slots = slots.as_array().unwrap().iter().map(|slot| slot.as_u64().unwrap().to_string());
    slots.collect::<Vec<_>>().join(".")
}

/// A step of an answer as the vectors write it; `compact` of tests/vectors/hashtables.py says how.
fn compact(step: &Value) -> String {
    let result = step["result"].as_str().unwrap();
    let (lookup, insert) = (slots(&step["lookup_slots"]), slots(&step["insert_slots"]));
    let mut text = format!("{}{lookup}", &result[..1]);
    if !insert.is_empty() {
        text += "/";
        text += if insert == lookup { "" } else { &insert };
    }
    if let [old, new] = step["resized"].as_array().map_or(&[] as &[Value], Vec::as_slice) {
        text += &format!("^{old}-{new}");
    }
    let path = if insert.is_empty() { &lookup } else { &insert };
    let last = path.rsplit('.').next().filter(|slot| !slot.is_empty() && result != "missing");
    if step["slot"].as_u64().map(|slot| slot.to_string()).as_deref() != last {
        text += &format!("@{}", step["slot"]);
    }
    if let Some(slot) = step.get("slot_after_resize").filter(|slot| !slot.is_null()) {
        text += &format!(">{slot}");
    }
    if step["reused_dummy"] == true {
        text += "*";
    }
    if !step["resized"].is_null() {
        text += &format!("={}", step["sizeof"]);
    }
    text
}

/// Holds a lab's answers to every line of its vectors; the numbers of sequences and of operations.
pub(crate) fn hold(lab: &Lab, vectors: &str) -> (usize, usize) {
    let mut operations = 0;
    for (number, line) in vectors.lines().enumerate() {
        let row: Value = serde_json::from_str(line).unwrap();
        let ops = row["ops"].as_str().unwrap().split_whitespace().map(|op| {
            let (kind, key) = op.split_at(1);
            json!([kind, row["keys"][key.parse::<usize>().unwrap()]])
        });
        let ops = ops.collect::<Vec<_>>();
        operations += ops.len();
        let state = json!({ "ops": ops, "hash_seed": row.get("hash_seed").unwrap_or(&json!(0)) });
        let answer = (lab.answer)(&state);
        let place = format!("line {}: {line}\n{answer}", number + 1);
        let steps = answer["steps"].as_array().unwrap();
        let trace = steps.iter().map(compact).collect::<Vec<_>>().join(" ");
        assert_eq!(trace, row["trace"].as_str().unwrap(), "{place}");
        let brought = row["order"].as_array().unwrap().iter().map(|at| &state["ops"][at.as_u64().unwrap() as usize][1]);
        assert_eq!(answer["order"], json!(brought.collect::<Vec<_>>()), "{place}");
        if let Some(last) = steps.last() {
            assert_eq!(json!([last["table_size"], last["used"], last["sizeof"]]), row["end"], "{place}");
        }
    }
    (vectors.lines().count(), operations)
}

/// Draws a state's text, twice: the second time from the state that the first drawing says it is. Both are the same.
pub(crate) fn draw(lab: &Lab, state: &str) -> Drawing {
    let drawing = (lab.draw)(&State::parse(state), Ids("fig"));
    match &drawing.problem {
        Some(why) => assert!(why.ends_with('.') && drawing.html.is_empty(), "{why}"),
        None => {
            let again = (lab.draw)(&State::parse(&drawing.state.to_string()), Ids("fig"));
            assert_eq!((again.html, again.state), (drawing.html.clone(), drawing.state.clone()), "{state}");
            well_formed(&drawing.html);
        }
    }
    drawing
}

/// Every element is closed in order, no id stands twice, nothing is styled inline.
fn well_formed(html: &str) {
    let (mut open, mut ids) = (Vec::new(), Vec::new());
    for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        assert!(!tag.contains("style="), "{tag}");
        if let Some(id) = tag.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            assert!(!ids.contains(&id), "{id} twice");
            ids.push(id);
        }
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if matches!(name, "input" | "br") => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

/// Keys in JSON, colliding and equal ones among them, and some that are none.
fn key() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0_i64..40).prop_map(|n| json!(n * 8)),
        any::<i64>().prop_map(|n| json!(n)),
        "[0-9_-]{0,25}".prop_map(|n| json!({ "int": n })),
        any::<f64>().prop_map(|x| json!({ "float": x.to_string() })),
        "\\PC{0,12}".prop_map(|text| json!(text)),
        Just(json!(null)),
        Just(json!(true)),
        Just(json!({ "float": "nan" })),
        Just(json!({ "nonsense": [] })),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        proptest::collection::vec(inner, 0..4).prop_map(|items| json!({ "tuple": items }))
    })
}

/// States as JSON, some of which make no sense.
pub(crate) fn json_state() -> impl Strategy<Value = Value> {
    let op = (prop_oneof![Just("i"), Just("i"), Just("l"), Just("d"), Just("x")], key())
        .prop_map(|(op, key)| json!([op, key]));
    (proptest::collection::vec(op, 0..30), any::<i64>())
        .prop_map(|(ops, seed)| json!({ "ops": ops, "hash_seed": seed >> 31 }))
}

/// Pieces of what one may type, put together at random.
pub(crate) fn typed() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "d[",
        "]",
        " = ",
        "1",
        "8",
        "-",
        "\"a\"",
        "'",
        "\"",
        " in d",
        "not",
        "del ",
        "s.add(",
        ")",
        "(",
        ",",
        ";",
        "\n",
        "#",
        "nan",
        "float(\"nan\")",
        "x = ",
        "x",
        "None",
        "True",
        "1.5",
        "1e999",
        "0x1f",
        "2**61 - 1",
        "**",
        "*",
        "\\",
        "\\x41",
        "{}",
        "[",
        "é",
        "🐍",
        "discard",
        "find ",
        "_",
        "0",
        ".",
        "inf",
    ]);
    prop_oneof![proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat()), "\\PC{0,60}"]
}

/// Holds a lab to its bounds on any state, typed or sent.
pub(crate) fn bears(lab: &'static Lab) {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&json_state(), |state| {
            let answer = (lab.answer)(&state);
            prop_assert!(
                answer["invalid"] == true
                    || answer["steps"].as_array().map(Vec::len) == state["ops"].as_array().map(Vec::len)
            );
            Ok(())
        })
        .unwrap();
    let states = (typed(), "\\PC{0,4}", -3_i64..50, prop::sample::select(vec!["", "back", "next", "?"]));
    runner
        .run(&states, |(ops, seed, step, act)| {
            let mut state = State::new();
            state.push("ops", &ops).push("step", step);
            if !seed.is_empty() {
                state.push("hash_seed", &seed);
            }
            state.push("act", act);
            let drawing = draw(lab, &state.to_string());
            prop_assert!(drawing.html.len() < 400_000);
            (lab.answer)(&json!({ "ops": ops }));
            draw(lab, &seed);
            Ok(())
        })
        .unwrap();
}
