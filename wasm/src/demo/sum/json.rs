//! The JSON of the command line.

use super::model::{self, MAX_VALUES};
use super::{read, split};
use crate::demo::float::text::repr_f64;
use serde::Serialize;
use serde_json::{Value, json};

/// Each sum as Python prints it, or `Type: message` where Python raises.
#[derive(Serialize)]
struct Answer {
    naive: String,
    pairwise: String,
    kahan: String,
    neumaier: String,
    fsum: String,
}

/// Answers `{"values": […]}`: texts that Python's `float()` takes, or JSON numbers; or one text of several values, as in a form.
pub fn answer(state: &Value) -> Value {
    match try_answer(state) {
        Ok(answer) => serde_json::to_value(answer).unwrap_or(Value::Null),
        Err(error) => json!({"error": error, "invalid": true}),
    }
}

fn try_answer(state: &Value) -> Result<Answer, String> {
    let values = match state.get("values") {
        Some(Value::Array(list)) if list.len() > MAX_VALUES => {
            return Err(format!("There are more than {MAX_VALUES} values."));
        }
        Some(Value::Array(list)) => list.iter().map(number).collect::<Result<Vec<f64>, String>>()?,
        Some(Value::String(text)) => split(&[text], MAX_VALUES)?,
        _ => return Err("`values` must be a list of numbers, each in a string.".into()),
    };
    Ok(Answer {
        naive: repr_f64(model::naive(&values)),
        pairwise: repr_f64(model::pairwise(&values)),
        kahan: repr_f64(model::kahan(&values)),
        neumaier: repr_f64(model::neumaier(&values)),
        fsum: model::fsum(&values).map_or_else(|error| error.message().into(), repr_f64),
    })
}

fn number(value: &Value) -> Result<f64, String> {
    match value {
        Value::String(text) => read(text),
        // The text of a JSON number is JSON's shortest, which reads back as the same number.
        Value::Number(number) => read(&number.to_string()),
        _ => Err("A value must be a number, best in a string.".into()),
    }
}
