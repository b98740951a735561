//! Holds the float lab against CPython, NumPy, ml_dtypes and exact fractions (`tests/vectors/float.py` made the lines), and against nonsense.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it finds something wrong")]

use fieldguide_wasm::demo::{Ids, lab};
use fieldguide_wasm::state::State;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;

const VECTORS: &str = include_str!("../../tests/vectors/float.jsonl");

fn answer(state: &Value) -> Value {
    (lab("float").unwrap().answer)(state)
}

fn lines(kind: &str) -> Vec<Vec<Value>> {
    let lines = VECTORS.lines().map(|line| serde_json::from_str::<Vec<Value>>(line).unwrap());
    lines.filter(|line| line[0] == kind).collect()
}

#[test]
fn literals_are_rounded_and_printed_as_python_does() {
    let lines = lines("l");
    assert!(lines.len() >= 2000);
    for line in lines {
        let mut state = json!({"literal": line[1], "format": line[2]});
        if line[3] == 1 {
            state["via"] = json!("float64");
        }
        let ours = answer(&state);
        for (at, key) in ["bits", "repr", "exact", "kind", "ulp", "prev", "next"].into_iter().enumerate() {
            if let Some(expected) = line.get(4 + at).filter(|expected| !expected.is_null()) {
                assert_eq!(&ours[key], expected, "{key} of {state}");
            }
        }
        let bits = u64::from_str_radix(line[4].as_str().unwrap(), 16).unwrap();
        let fraction = ours["fraction_field"].as_str().unwrap();
        let width = line[4].as_str().unwrap().len() * 4;
        let again = (ours["sign"].as_u64().unwrap() << (width - 1))
            | (ours["exponent_field"].as_u64().unwrap() << fraction.len())
            | u64::from_str_radix(fraction, 2).unwrap();
        assert_eq!(again, bits, "fields of {state}");
    }
}

#[test]
fn expressions_are_right_at_every_step() {
    let lines = lines("e");
    assert!(lines.len() >= 200);
    for line in lines {
        let ours = answer(&json!({"expression": line[1], "format": line[2]}));
        let steps = ours["steps"].as_array().unwrap();
        let steps: Vec<Value> = steps
            .iter()
            .map(|step| json!([step["text"], step["bits"], step["repr"], step["error_ulp"], step["rounding_ulp"]]))
            .collect();
        assert_eq!(&Value::Array(steps), &line[3], "{line:?}");
        assert_eq!(ours["bits"], line[3].as_array().unwrap().last().unwrap()[1]);
    }
}

#[test]
fn what_python_refuses_is_refused() {
    for line in lines("x") {
        let ours = answer(&json!({"literal": line[1]}));
        assert_eq!(ours["invalid"], true, "{line:?}");
        assert!(ours["error"].as_str().unwrap().starts_with("ValueError: could not convert string to float: "));
    }
}

#[test]
fn both_libraries_say_what_is_close() {
    for line in lines("c") {
        let state = json!({"literal": line[1], "compare": line[2], "rel_tol": line[3], "abs_tol": line[4]});
        let close = &answer(&state)["isclose"];
        assert_eq!(json!([close["math"], close["numpy"], close["numpy_swapped"]]), json!(line[5..]), "{state}");
    }
}

#[test]
fn nonsense_is_invalid() {
    for state in [
        json!(null),
        json!([]),
        json!({}),
        json!({"literal": 0.1}),
        json!({"literal": "0.1", "format": "float128"}),
        json!({"literal": "0.1", "format": 64}),
        json!({"literal": "0.1", "via": "float32"}),
        json!({"literal": "0.1", "expression": "0.1"}),
        json!({"literal": "nan(0x1)"}),
        json!({"expression": "1/0"}),
        json!({"expression": "((((1"}),
        json!({"literal": "1", "compare": "x"}),
        json!({"literal": "1", "compare": "1", "rel_tol": -1}),
    ] {
        let ours = answer(&state);
        assert_eq!(ours["invalid"], true, "{state}");
        assert!(ours["error"].as_str().is_some_and(|error| error.len() > 10), "{state}");
    }
    assert_eq!(answer(&json!({"expression": "1/0"}))["error"], "ZeroDivisionError: float division by zero");
}

fn draw(state: &str) -> fieldguide_wasm::demo::Drawing {
    (lab("float").unwrap().draw)(&State::parse(state), Ids("a"))
}

fn value_after(state: &str) -> String {
    let drawing = draw(state);
    assert_eq!(drawing.problem, None, "{state}");
    drawing.state.get("value").unwrap().to_string()
}

#[test]
fn buttons_change_the_number() {
    assert_eq!(value_after("value=1&act=next"), "1.0000000000000002");
    assert_eq!(value_after("value=1&act=prev"), "0.9999999999999999");
    assert_eq!(value_after("value=1&act=bit+63"), "-1.0");
    assert_eq!(value_after("value=1&act=bit+62"), "inf");
    assert_eq!(value_after("value=inf&act=bit+0"), "nan(0x1)");
    assert_eq!(value_after("value=nan(0x1)&act=bit+63"), "-nan(0x1)");
    assert_eq!(value_after("value=-nan(0x1)&act=bit+0"), "-inf");
    assert_eq!(value_after("value=nan&act=next"), "nan");
    assert_eq!(value_after("value=448&format=float8_e4m3fn&act=next"), "nan");
    assert_eq!(value_after("value=0&act=prev"), "-5e-324");
    assert_eq!(value_after("value=0.1+%2B+0.2&act=bit+99"), "0.1 + 0.2");
    assert_eq!(value_after("value=rubbish&act=set+1/3"), "1/3");
    assert_eq!(value_after("format=float16&act=set+largest"), "65500.0");
    // Every bit can be toggled and toggled back.
    for bit in 0..16 {
        let there = value_after(&format!("value=0.1&format=bfloat16&act=bit+{bit}")).replace('+', "%2B");
        let back = value_after(&format!("value={there}&format=bfloat16&act=bit+{bit}"));
        assert_eq!(back, "0.1", "bit {bit}: {there}");
    }
}

#[test]
fn a_drawing_is_the_same_from_its_own_state() {
    for state in [
        "",
        "value=0.1",
        "value=1e400",
        "value=-0&zoom=3&format=float8_e5m2",
        "value=nan(0x7)&act=bit+3",
        "value=9007199254740993&compare=1&rel_tol=1e-3",
        "value=5e-324",
        "value=1/3/7*(2-0.1)&format=bfloat16&abs_tol=0",
        "value=1e-99999&format=float16",
        "value=inf-inf",
    ] {
        let drawing = draw(state);
        assert_eq!(drawing.problem, None, "{state}");
        let again = draw(&drawing.state.to_string());
        assert_eq!((again.state, again.html), (drawing.state, drawing.html), "{state}");
    }
}

/// Every id once, every tag closed: what a browser would silently repair.
fn well_formed(html: &str) {
    let mut ids = HashSet::new();
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "in {html}");
            continue;
        }
        if let Some((_, id)) = tag.split_once(" id=\"") {
            assert!(ids.insert(id.split('"').next().unwrap().to_string()), "{tag}");
        }
        let name = tag.split(' ').next().unwrap();
        if !["input", "wbr"].contains(&name) {
            open.push(name.to_string());
        }
        assert!(!tag.contains(" style="), "{tag}");
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn the_html_is_well_formed() {
    for state in ["", "value=nan", "value=1e300&compare=2&zoom=2", "value=-0", "value=5e-324&format=float8_e4m3fn"] {
        well_formed(&draw(state).html);
    }
}

#[test]
fn the_largest_input_is_bounded() {
    let chain = "1/3.123456789e-30*".repeat(60) + "7";
    let deep = "(".repeat(64) + "1" + &")".repeat(64);
    for value in [chain, deep, "1".repeat(4000), format!("0.{}1", "0".repeat(3900)), "9".repeat(3999) + "/7"] {
        let mut state = State::new();
        state.push("value", &value);
        let drawing = (lab("float").unwrap().draw)(&state, Ids("a"));
        assert!(drawing.problem.is_some() || drawing.html.len() < 400_000, "{} bytes", drawing.html.len());
    }
    assert!(draw(&format!("value={}", "1".repeat(4001))).problem.is_some());
}

fn any_state() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[-+]?[0-9]{0,20}(\\.[0-9]{0,30})?([eE][-+]?[0-9]{1,9})?",
        "([-+(]{0,3}[0-9.]{1,6}(e-?[0-9]{1,3})?[)]?[-+*/ ]{1,2}){0,8}[0-9.]{1,5}",
        "-?(nan|inf|NAN|nan\\(0x[0-9a-f]{0,17}\\)|[0-9]{1,3}\\*\\*-?[0-9]{1,4})",
        ".{0,20}",
    ];
    let format = prop_oneof!["float64|float32|float16|bfloat16|float8_e4m3fn|float8_e5m2", "[a-z0-9]{0,8}"];
    let act = prop_oneof!["", "bit [0-9]{1,3}", "(next|prev|set (1|largest|tiniest))", ".{0,6}"];
    let other = prop_oneof!["", "[0-9.]{1,5}e?-?[0-9]{0,3}", ".{0,8}"];
    (value, format, act, other.clone(), other.clone(), other, "[0-9a-z-]{0,2}").prop_map(
        |(value, format, act, compare, rel, abs, zoom)| {
            let mut state = State::new();
            for (name, text) in [
                ("value", value),
                ("format", format),
                ("compare", compare),
                ("rel_tol", rel),
                ("abs_tol", abs),
                ("zoom", zoom),
                ("act", act),
            ] {
                state.push(name, text);
            }
            state.to_string()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_state_panics(state in any_state()) {
        let drawing = draw(&state);
        prop_assert!(drawing.html.len() < 400_000);
        prop_assert_eq!(drawing.problem.is_some(), drawing.html.is_empty());
        prop_assert!(drawing.state.get("act").is_none());
        if drawing.problem.is_none() {
            well_formed(&drawing.html);
            let again = draw(&drawing.state.to_string());
            prop_assert_eq!(again.state, drawing.state);
            prop_assert_eq!(again.html, drawing.html);
        }
    }

    #[test]
    fn no_json_panics(text in ".{0,40}", number in any::<f64>(), format in "float(64|32|16|8_e5m2|8_e4m3fn)|b?float16") {
        for key in ["literal", "expression", "value"] {
            let ours = answer(&json!({key: text, "format": format, "compare": text, "rel_tol": number}));
            prop_assert!(ours.is_object());
        }
        answer(&json!({"literal": number.to_string(), "format": number, "via": text}));
    }

    #[test]
    fn what_is_printed_reads_back(bits in any::<u64>(), format in "float(64|32|16|8_e5m2|8_e4m3fn)|bfloat16") {
        let text = f64::from_bits(bits).to_string();
        let ours = answer(&json!({"literal": text, "format": format}));
        let again = answer(&json!({"literal": ours["repr"], "format": format}));
        if ours["kind"] != "nan" {
            prop_assert_eq!(&again["bits"], &ours["bits"]);
            let exact = answer(&json!({"literal": ours["exact"], "format": format}));
            prop_assert_eq!(&exact["bits"], &ours["bits"]);
        }
    }
}
