//! Keys in JSON: an int (`{"int": "…"}` past 2**53), a string, `{"float": "1.5"}`, true, false, null, `{"tuple": […]}`.

use super::number::{Int, float_repr, parse_float};
use super::{MAX_DEPTH, Value};
use serde_json::{Value as Json, json};

/// Reads a key; `nans` counts the nan objects so far: each written nan is a new one.
///
/// # Errors
/// A sentence, where it is no key.
pub fn read(json: &Json, nans: &mut u32) -> Result<Value, String> {
    read_within(json, nans, MAX_DEPTH)
}

fn read_within(json: &Json, nans: &mut u32, depth: u32) -> Result<Value, String> {
    let no_key = || Err(format!("{} is no key.", excerpt(json)));
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::String(text) => Value::Str(text.clone()),
        Json::Number(number) => {
            let int = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            let Some(int) = int else {
                return Err(format!(
                    "{number} is no int that JSON can hold; write {{\"float\": \"…\"}} or {{\"int\": \"…\"}}."
                ));
            };
            Value::Int(Int::from_i128(int))
        }
        Json::Object(object) if object.len() == 1 => match object.iter().next() {
            Some((kind, Json::String(text))) if kind == "int" => match Int::parse(text) {
                Some(int) => Value::Int(int),
                None => return no_key(),
            },
            Some((kind, Json::String(text))) if kind == "float" => match parse_float(text) {
                Some(float) => Value::float(float, || {
                    *nans += 1;
                    *nans - 1
                }),
                None => return no_key(),
            },
            Some((kind, Json::Array(items))) if kind == "tuple" => {
                let Some(depth) = depth.checked_sub(1) else {
                    return Err(format!("Tuples nest at most {MAX_DEPTH} deep here."));
                };
                Value::Tuple(items.iter().map(|item| read_within(item, nans, depth)).collect::<Result<_, _>>()?)
            }
            _ => return no_key(),
        },
        Json::Object(_) | Json::Array(_) => return no_key(),
    })
}

/// A key as JSON.
pub fn write(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Int(Int::Small(int)) if int.unsigned_abs() <= 1 << 53 => json!(int),
        Value::Int(int) => json!({ "int": int.to_string() }),
        Value::Float(float) => json!({ "float": float_repr(*float) }),
        Value::Nan(_) => json!({ "float": "nan" }),
        Value::Str(text) => json!(text),
        Value::Tuple(items) => json!({ "tuple": items.iter().map(write).collect::<Vec<_>>() }),
    }
}

/// The first characters of a JSON value, for a message.
pub fn excerpt(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
