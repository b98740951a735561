//! The JSON of the command line.

use super::closeness::{self, MATH, NUMPY, Tolerances};
use super::facts::{Facts, Reading, not_a_number};
use super::format::{FLOAT64, Format, by_name};
use super::{literal, text};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    facts: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepAnswer>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    isclose: Option<Closeness>,
}

/// A step of an expression; `error_ulp` and `rounding_ulp` are those of [`super::expression::Step`], `null` where not known.
#[derive(Serialize)]
struct StepAnswer {
    text: String,
    bits: String,
    repr: String,
    error_ulp: Option<f64>,
    rounding_ulp: Option<f64>,
}

/// What `math.isclose(x, compare)`, `numpy.isclose(x, compare)` and `numpy.isclose(compare, x)` answer.
#[derive(Serialize)]
struct Closeness {
    math: bool,
    numpy: bool,
    numpy_swapped: bool,
}

/// Answers `{"literal": …}` or `{"expression": …}` (or `{"value": …}`, either of them, as a fence has it) with an optional `format`, `via`,
/// and `compare`, `rel_tol`, `abs_tol`.
pub fn answer(state: &Value) -> Value {
    match try_answer(state) {
        Ok(answer) => serde_json::to_value(answer).unwrap_or(Value::Null),
        Err(error) => json!({"error": error, "invalid": true}),
    }
}

/// The text of a key; numbers are not texts: a JSON number has been rounded already.
fn string<'a>(state: &'a Value, key: &str) -> Result<Option<&'a str>, String> {
    match state.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` must be a string.")),
    }
}

fn try_answer(state: &Value) -> Result<Answer, String> {
    if !state.is_object() {
        return Err("The state must be an object.".into());
    }
    let name = string(state, "format")?.unwrap_or("float64");
    let format = by_name(name).ok_or_else(|| format!("There is no format called {name}."))?;
    let via = match string(state, "via")? {
        None | Some("") => false,
        Some("float64") => true,
        Some(_) => return Err("`via` can only be \"float64\".".into()),
    };
    let reading = match (string(state, "literal")?, string(state, "expression")?, string(state, "value")?) {
        (Some(literal), None, None) => Reading::literal(literal, format, via)?,
        (None, Some(expression), None) => Reading::expression(expression, format, via)?,
        (None, None, Some(value)) if !via => Reading::any(value, format)?,
        (None, None, Some(value)) => {
            Reading::literal(value, format, via).or_else(|_| Reading::expression(value, format, via))?
        }
        _ => return Err("Give one of `literal`, `expression` or `value`.".into()),
    };
    let steps = reading.steps.iter().map(|step| StepAnswer {
        text: step.text.clone(),
        bits: format.hex(step.bits),
        repr: text::repr(format, step.bits),
        error_ulp: step.error_ulp,
        rounding_ulp: step.rounding_ulp,
    });
    Ok(Answer {
        facts: Facts::new(format, reading.bits),
        steps: (!reading.steps.is_empty()).then(|| steps.collect()),
        isclose: isclose(state, format, reading.bits)?,
    })
}

fn isclose(state: &Value, format: &'static Format, bits: u64) -> Result<Option<Closeness>, String> {
    let Some(compare) = string(state, "compare")?.filter(|compare| !compare.is_empty()) else { return Ok(None) };
    let a = format.to_f64(bits);
    let b = format.to_f64(Reading::any(compare, format)?.bits);
    let tolerance = |key: &str| match state.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => match literal::read(text) {
            Ok(literal) => Ok(Some(f64::from_bits(literal.round(&FLOAT64).0))),
            Err(_) => Err(not_a_number(text)),
        },
        Some(_) => Err(format!("`{key}` must be a number.")),
    };
    let (relative, absolute) = (tolerance("rel_tol")?, tolerance("abs_tol")?);
    let with = |defaults: Tolerances| Tolerances {
        relative: relative.unwrap_or(defaults.relative),
        absolute: absolute.unwrap_or(defaults.absolute),
    };
    if with(MATH).relative < 0.0 || with(MATH).absolute < 0.0 {
        return Err("ValueError: tolerances must be non-negative".into());
    }
    Ok(Some(Closeness {
        math: closeness::math(a, b, with(MATH)).close,
        numpy: closeness::numpy(a, b, with(NUMPY)).close,
        numpy_swapped: closeness::numpy(b, a, with(NUMPY)).close,
    }))
}
