//! The JSON contract of `fieldguide lab broadcast --json`.

use super::layout::{Axes, reduce, reshape};
use super::model::{
    Answer, MAX_INTP, Refusal, assign, axes_allowed, broadcast_shapes, broadcast_to, creatable, inplace, ufunc,
};
use super::product::{dot, matmul};
use super::query::{DTYPES, Op};
use super::shape::{Shape, integers};
use serde_json::{Map, Value, json};

/// More operands than this are not read; NumPy's own limits are far below.
const OPERANDS_READ: usize = 4096;
/// More axes than this are not read; NumPy's limit is 64.
const AXES_READ: usize = 4096;
/// The largest itemsize, as NumPy stores it.
const ITEMSIZES: u64 = i32::MAX as u64;

/// Why there is no answer.
enum No {
    /// The state makes no sense.
    Sense(String),
    /// The state makes sense and NumPy refuses.
    Numpy(Refusal),
    /// No array is like that: NumPy refuses to make it, and the state makes no sense.
    Both(Refusal),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Numpy(refusal)
    }
}

/// Answers one state.
pub fn answer(state: &Value) -> Value {
    match ask(state) {
        Ok((answer, itemsize)) => json!({
            "ok": true,
            "shape": numbers(&answer.shape.0),
            "strides": answer.strides.map(|all| all.iter().map(|strides| numbers(strides)).collect::<Vec<_>>()),
            "elements": number(answer.elements.into()),
            "bytes": number(u128::from(answer.elements) * u128::from(itemsize)),
            "error": null,
        }),
        Err(No::Numpy(refusal)) => refused(refusal, false),
        Err(No::Both(refusal)) => refused(refusal, true),
        Err(No::Sense(why)) => json!({"error": why, "invalid": true}),
    }
}

fn refused(refusal: Refusal, invalid: bool) -> Value {
    let mut answer = json!({
        "ok": false,
        "shape": null,
        "strides": null,
        "elements": null,
        "bytes": null,
        "error": refusal.text,
        "exception": refusal.exception,
    });
    if let (true, Some(fields)) = (invalid, answer.as_object_mut()) {
        fields.insert(String::from("invalid"), Value::Bool(true));
    }
    answer
}

/// A number, or its decimal digits where a double does not hold every one of that size.
fn number(value: u128) -> Value {
    match u64::try_from(value) {
        Ok(value) if value <= 1 << 53 => Value::from(value),
        _ => Value::String(value.to_string()),
    }
}

fn numbers(values: &[u64]) -> Value {
    values.iter().map(|&value| number(value.into())).collect()
}

fn ask(state: &Value) -> Result<(Answer, u64), No> {
    let state = state.as_object().ok_or_else(|| sense("a state is a JSON object"))?;
    let op = match state.get("op") {
        None | Some(Value::Null) => Op::Ufunc,
        Some(name) => name.as_str().and_then(Op::named).ok_or_else(|| sense("`op` is not one of this lab's"))?,
    };
    let itemsize = itemsize(state)?;
    let shapes = state.get("shapes").and_then(Value::as_array).ok_or_else(|| sense("`shapes` is a list of shapes"))?;
    if shapes.len() > OPERANDS_READ {
        return Err(No::Sense(format!("`shapes` holds more than {OPERANDS_READ}")));
    }
    let wanted = match op {
        Op::Ufunc | Op::Inplace => shapes.len().max(1),
        Op::BroadcastShapes => shapes.len(),
        Op::Assign | Op::BroadcastTo | Op::Matmul | Op::Dot => 2,
        Op::Reshape | Op::Reduce => 1,
    };
    if shapes.len() != wanted {
        return Err(No::Sense(format!("`{}` takes {wanted} in `shapes`, not {}", op.name(), shapes.len())));
    }
    let mut given = Vec::with_capacity(shapes.len());
    for shape in shapes {
        given.push(list(shape, "a shape")?);
    }
    let of = |at: usize| given.get(at).map_or(&[][..], Vec::as_slice);
    let array = |at: usize| operand(of(at), itemsize);
    let answer = match op {
        Op::Ufunc => ufunc(&operands(&given, itemsize)?, itemsize)?,
        Op::Inplace => inplace(&operands(&given, itemsize)?, itemsize)?,
        Op::BroadcastShapes => broadcast_shapes(&operands(&given, 0)?, itemsize)?,
        Op::Assign => assign(&array(0)?, &array(1)?, itemsize)?,
        Op::BroadcastTo => broadcast_to(&array(0)?, &target(of(1))?, itemsize)?,
        Op::Matmul => matmul(&array(0)?, &array(1)?, itemsize)?,
        Op::Dot => dot(&array(0)?, &array(1)?, itemsize)?,
        Op::Reshape => {
            let shape = array(0)?;
            let wanted = state.get("newshape").ok_or_else(|| sense("`reshape` takes a `newshape`"))?;
            reshape(&shape, &sizes(&list(wanted, "`newshape`")?)?, itemsize)?
        }
        Op::Reduce => {
            let keepdims = match state.get("keepdims") {
                None | Some(Value::Null) => false,
                Some(Value::Bool(keep)) => *keep,
                Some(_) => return Err(sense("`keepdims` is true or false")),
            };
            reduce(&array(0)?, &axes(state.get("axis"))?, keepdims, itemsize)?
        }
    };
    Ok((answer, itemsize))
}

fn sense(why: &str) -> No {
    No::Sense(why.to_string())
}

fn itemsize(state: &Map<String, Value>) -> Result<u64, No> {
    match (state.get("itemsize"), state.get("dtype")) {
        (None | Some(Value::Null), None | Some(Value::Null)) => Ok(8),
        (None | Some(Value::Null), Some(dtype)) => {
            let dtype = dtype.as_str().and_then(|name| DTYPES.iter().find(|dtype| dtype.name == name));
            dtype.map(|dtype| dtype.size).ok_or_else(|| sense("`dtype` is not one of this lab's"))
        }
        (Some(size), _) => {
            let size = size.as_u64().filter(|&size| size <= ITEMSIZES);
            size.ok_or_else(|| No::Sense(format!("`itemsize` is a whole number of bytes, at most {ITEMSIZES}")))
        }
    }
}

/// A list of whole numbers, a single one, or either as text.
fn list(value: &Value, what: &str) -> Result<Vec<i128>, No> {
    match value {
        Value::Array(sizes) if sizes.len() > AXES_READ => {
            Err(No::Sense(format!("{what} has more than {AXES_READ} axes")))
        }
        Value::Array(sizes) => sizes.iter().map(|size| whole(size, what)).collect(),
        Value::String(text) => {
            let sizes = integers(text, what).map_err(No::Sense)?;
            Ok(sizes.into_iter().map(i128::from).collect())
        }
        single => Ok(vec![whole(single, what)?]),
    }
}

/// A whole number, as itself or as decimal text.
fn whole(value: &Value, what: &str) -> Result<i128, No> {
    let number = match value {
        Value::Number(number) => number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)),
        Value::String(text) if text.len() <= 20 => text.parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| No::Sense(format!("{what} holds something that is not a whole number")))
}

/// Sizes as NumPy reads them (`PyArray_IntpConverter` in `conversion_utils.c`).
///
/// # Errors
/// NumPy's refusal: too many of them, or one past [`MAX_INTP`].
fn sizes(wanted: &[i128]) -> Result<Vec<i64>, Refusal> {
    axes_allowed(wanted.len())?;
    if wanted.iter().any(|&size| size > MAX_INTP.into()) {
        return Err(Refusal::value("Maximum allowed dimension exceeded"));
    }
    Ok(wanted.iter().map(|&size| i64::try_from(size).unwrap_or(i64::MIN)).collect())
}

/// The sizes to broadcast to. A negative one is refused before the others are read.
fn target(wanted: &[i128]) -> Result<Vec<i64>, Refusal> {
    match wanted.iter().any(|&size| size < 0) {
        true => Ok(vec![-1]),
        false => sizes(wanted),
    }
}

/// The shape of an array that is there: NumPy could make it.
fn operand(wanted: &[i128], itemsize: u64) -> Result<Shape, No> {
    let shape = sizes(wanted)?.into_iter().map(|size| u64::try_from(size).ok()).collect::<Option<Vec<u64>>>();
    let Some(shape) = shape.map(Shape) else {
        return Err(No::Both(Refusal::value("negative dimensions are not allowed")));
    };
    creatable(&shape, itemsize)?;
    Ok(shape)
}

fn operands(sizes: &[Vec<i128>], itemsize: u64) -> Result<Vec<Shape>, No> {
    sizes.iter().map(|sizes| operand(sizes, itemsize)).collect()
}

/// `null`, a whole number, a list of them, or the text of one of the three.
fn axes(value: Option<&Value>) -> Result<Axes, No> {
    match value {
        None | Some(Value::Null) => Ok(Axes::All),
        Some(Value::String(text)) => super::query::axes(text).map_err(No::Sense),
        Some(Value::Array(_)) => {
            let axes = list(value.unwrap_or(&Value::Null), "`axis`")?;
            let axes: Option<Vec<i64>> = axes.into_iter().map(|axis| i64::try_from(axis).ok()).collect();
            axes.map(Axes::Several).ok_or_else(|| sense("`axis` is out of all bounds"))
        }
        Some(single) => {
            let axis = whole(single, "`axis`")?;
            i64::try_from(axis).map(Axes::One).map_err(|_| sense("`axis` is out of all bounds"))
        }
    }
}
