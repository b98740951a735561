//! The broadcasting lab against NumPy, and against nonsense.
#![cfg(feature = "json")]

use fieldguide_wasm::demo::{Ids, broadcast::LAB};
use fieldguide_wasm::state::State;
use serde_json::{Value, json};

/// What the vectors hold of an answer: `[shape, strides]`, or the text of NumPy's refusal.
fn short(answer: &Value) -> Value {
    match answer.get("ok") {
        Some(Value::Bool(true)) => json!([plain(&answer["shape"]), plain(&answer["strides"])]),
        _ => answer["error"].clone(),
    }
}

/// Numbers that are written as text, as numbers.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::String(digits) => digits.parse::<u64>().map_or(Value::Null, Value::from),
        other => other.clone(),
    }
}

#[test]
fn agrees_with_numpy_on_every_vector() {
    let path = std::env::var("BROADCAST_VECTORS")
        .unwrap_or_else(|_| String::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/broadcast.jsonl")));
    let text = std::fs::read_to_string(path).unwrap();
    let mut differences = Vec::new();
    let mut lines = 0;
    for line in text.lines() {
        lines += 1;
        let [state, expected]: [Value; 2] = serde_json::from_str(line).unwrap();
        let answer = (LAB.answer)(&state);
        if short(&answer) != expected {
            differences.push(format!("{state}\n  NumPy {expected}\n  lab   {}", short(&answer)));
        }
        if answer["ok"] == true {
            let product = |values: &Value| {
                values.as_array().unwrap().iter().fold(1u128, |all, size| all * u128::from(size.as_u64().unwrap()))
            };
            let elements = product(&plain(&answer["shape"]));
            let itemsize = state.get("itemsize").and_then(Value::as_u64).unwrap_or(8);
            let number = |name: &str| answer[name].to_string().trim_matches('"').parse::<u128>().unwrap();
            assert_eq!(number("elements"), elements, "{state}");
            assert_eq!(number("bytes"), elements * u128::from(itemsize), "{state}");
        }
    }
    assert!(lines >= 2000, "{lines} vectors");
    assert!(
        differences.is_empty(),
        "{} of {lines} differ:\n{}",
        differences.len(),
        differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_contract_to_the_letter() {
    assert_eq!(
        (LAB.answer)(&json!({"shapes": [[8, 1, 6, 1], [7, 1, 5]], "itemsize": 8})),
        json!({"ok": true, "shape": [8, 7, 6, 5], "strides": [[48, 0, 8, 0], [0, 40, 0, 8]], "elements": 1680,
               "bytes": 13440, "error": null})
    );
    let refused = (LAB.answer)(&json!({"shapes": [[3], [2]]}));
    assert_eq!(refused["error"], "operands could not be broadcast together with shapes (3,) (2,) ");
    for field in ["shape", "strides", "elements", "bytes"] {
        assert_eq!(refused.get(field), Some(&Value::Null));
    }
    // The text form of the same states.
    assert_eq!((LAB.answer)(&json!({"shapes": ["8,1,6,1", "(7, 1, 5)"], "dtype": "float64"}))["bytes"], 13440);
    // A double does not hold every number of that size.
    let large = (LAB.answer)(&json!({"shapes": [[4_611_686_018_427_387_904u64], [1]], "op": "broadcast_shapes"}));
    assert_eq!(large["elements"], "4611686018427387904");
}

#[test]
fn nonsense_is_said_to_be_nonsense() {
    for state in [
        json!(null),
        json!([]),
        json!("shapes"),
        json!({}),
        json!({"shapes": 3}),
        json!({"shapes": []}),
        json!({"shapes": [[1.5]]}),
        json!({"shapes": [[true]]}),
        json!({"shapes": [["x"]]}),
        json!({"shapes": [null]}),
        json!({"shapes": [[[1]]]}),
        json!({"shapes": [[-1]]}),
        json!({"shapes": [[1], [-3, 2]]}),
        json!({"shapes": ["1,,2"]}),
        json!({"shapes": [[1]], "op": "nothing"}),
        json!({"shapes": [[1]], "op": 3}),
        json!({"shapes": [[1]], "op": "matmul"}),
        json!({"shapes": [[1], [1], [1]], "op": "dot"}),
        json!({"shapes": [[1]], "op": "reshape"}),
        json!({"shapes": [[1]], "op": "reduce", "keepdims": 1}),
        json!({"shapes": [[1]], "op": "reduce", "axis": "x"}),
        json!({"shapes": [[1]], "itemsize": -8}),
        json!({"shapes": [[1]], "itemsize": 1.5}),
        json!({"shapes": [[1]], "itemsize": "8"}),
        json!({"shapes": [[1]], "dtype": "float65"}),
    ] {
        let answer = (LAB.answer)(&state);
        assert_eq!(answer["invalid"], true, "{state}: {answer}");
        assert!(answer["error"].is_string(), "{state}");
    }
}

#[test]
fn the_first_state_is_drawn() {
    let drawing = (LAB.draw)(&State::new(), Ids("lab"));
    assert_eq!(drawing.problem, None);
    assert_eq!(drawing.announce, "a + b has shape (8, 7, 6, 5), 1,680 elements.");
}
