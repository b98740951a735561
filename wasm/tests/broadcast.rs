//! The broadcasting lab against NumPy, and against nonsense.
#![cfg(feature = "json")]

use fieldguide_wasm::demo::{Ids, broadcast::LAB};
use fieldguide_wasm::state::State;
use proptest::prelude::*;
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
    // Another file of the same kind may be named, for a longer comparison.
    let long = std::env::var("BROADCAST_VECTORS").map(|path| std::fs::read_to_string(path).unwrap());
    let text = long.as_deref().unwrap_or(include_str!("../../tests/vectors/broadcast.jsonl"));
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

/// No drawing is longer than this, whatever is asked.
const LONGEST: usize = 200_000;

/// A state as a form sends it: mostly sense, with some nonsense in it.
fn form() -> impl Strategy<Value = State> {
    let size = prop_oneof![4 => (0u64..9).prop_map(|size| size.to_string()), 1 => "[0-9]{1,20}|-1|1e3|x| "];
    let shape = prop_oneof![
        8 => (prop::collection::vec(size, 0..6), prop::bool::ANY).prop_map(|(sizes, tuple)| match tuple {
            true => format!("({})", sizes.join(", ")),
            false => sizes.join(","),
        }),
        1 => (0usize..40, 0u64..4).prop_map(|(ndim, size)| vec![size.to_string(); ndim].join(" ")),
        1 => "\\PC{0,12}",
    ];
    let op = prop::sample::select(vec![
        "ufunc",
        "inplace",
        "assign",
        "broadcast_to",
        "broadcast_shapes",
        "reduce",
        "reshape",
        "matmul",
        "dot",
        "",
        "?",
    ]);
    let act =
        prop::sample::select(vec!["", "", "", "add", "remove 0", "remove 9", "example 1", "example 5", "example 99"]);
    let texts = (shape.clone(), "\\PC{0,6}|-?[0-9]|None|\\(0, 1\\)", prop::option::of(any::<u64>()), prop::bool::ANY);
    (prop::collection::vec(shape, 0..8), op, texts, act).prop_map(|(shapes, op, (newshape, axis, at, keep), act)| {
        let mut state = State::new();
        for shape in shapes {
            state.push("shapes", shape);
        }
        state.push("op", op).push("newshape", newshape).push("axis", axis).push("keepdims", u8::from(keep));
        if let Some(at) = at {
            state.push("at", at);
        }
        state.push("act", act);
        state
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-3i64..9).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}|[0-9, ()]{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 40, 8, |inner| {
        let key = "shapes|op|itemsize|dtype|newshape|axis|keepdims";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Every `id="…"` stands once.
fn ids_are_unique(html: &str) -> bool {
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    ids.len() == count
}

fn check(state: &State) -> Result<(), TestCaseError> {
    let drawing = (LAB.draw)(state, Ids("lab"));
    prop_assert!(drawing.html.len() <= LONGEST, "{} bytes", drawing.html.len());
    prop_assert!(ids_are_unique(&drawing.html));
    prop_assert_eq!(drawing.problem.is_some(), drawing.html.is_empty());
    prop_assert!(drawing.state.get("act").is_none());
    // What a link holds draws the same once more.
    let again = (LAB.draw)(&State::parse(&drawing.state.to_string()), Ids("lab"));
    prop_assert_eq!(again.state, drawing.state);
    prop_assert_eq!(again.html, drawing.html);
    prop_assert_eq!(again.problem, drawing.problem);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_drawn_or_refused(text in "\\PC{0,60}") {
        check(&State::parse(&text))?;
    }

    #[test]
    fn any_form_is_drawn_or_refused(state in form()) {
        check(&state)?;
    }

    #[test]
    fn the_page_and_the_command_line_agree(shapes in prop::collection::vec(prop::collection::vec(0u64..4, 0..4), 2..3),
                                           op in prop::sample::select(vec!["ufunc", "inplace", "assign", "broadcast_to", "broadcast_shapes", "matmul", "dot"])) {
        let answer = (LAB.answer)(&json!({"shapes": shapes, "op": op}));
        let mut state = State::new();
        for shape in &shapes {
            state.push("shapes", format!("({})", shape.iter().map(u64::to_string).collect::<Vec<_>>().join(",")));
        }
        let drawing = (LAB.draw)(state.push("op", op), Ids("lab"));
        match answer["error"].as_str() {
            Some(error) => prop_assert!(drawing.announce.contains(error.trim_end()), "{}", drawing.announce),
            None => {
                let sizes: Vec<String> = answer["shape"].as_array().unwrap().iter().map(Value::to_string).collect();
                let comma = if sizes.len() == 1 { "," } else { "" };
                let text = format!("has shape ({}{comma}), ", sizes.join(", "));
                prop_assert!(drawing.announce.contains(&text), "{}", drawing.announce);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_answered(state in any_json()) {
        let answer = (LAB.answer)(&state);
        prop_assert!(answer["ok"].is_boolean() || answer["invalid"] == true);
        prop_assert!(answer["ok"] == true || answer["error"].is_string());
    }
}
