//! `matmul` and `dot`, as NumPy 2.4 checks their shapes (`PyUFunc_GeneralizedFunctionInternal` in `ufunc_object.c`,
//! `PyArray_MatrixProduct2` in `multiarraymodule.c`).

use super::model::{
    Answer, Refusal, agreed, align, axes_allowed, broadcast_strides, fits_in_memory, legacy_axes, ufunc,
};
use super::shape::{Shape, newaxis_text};

/// The signature that NumPy names in its refusals.
const SIGNATURE: &str = "(n?,k),(k,m?)->(n?,m?)";

/// An operand of `matmul`, split: the axes that broadcast, and the one or two that are multiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The axes in front, which broadcast.
    pub batch: Shape,
    /// Rows and columns of a matrix, or the length of a vector.
    pub core: Shape,
}

/// Splits an operand of `matmul`: the last two axes are the matrix, the only one of a vector.
pub fn split(shape: &Shape) -> Split {
    let (batch, core) = shape.0.split_at(shape.ndim().saturating_sub(2));
    Split { batch: Shape(batch.to_vec()), core: Shape(core.to_vec()) }
}

/// The axis of each operand that is summed over and vanishes: the last of the first, the last but one of the second (the
/// only one of a vector). `None` for a scalar.
pub fn summed(a: &Shape, b: &Shape) -> Option<(u64, u64)> {
    let rows = if b.ndim() == 1 { b.from_end(0) } else { b.from_end(1) };
    a.from_end(0).zip(rows)
}

/// `a @ b`.
///
/// # Errors
/// NumPy's refusal: a scalar, sizes that differ where they are summed, batch axes that clash, a result too big.
pub fn matmul(a: &Shape, b: &Shape, itemsize: u64) -> Result<Answer, Refusal> {
    for (at, shape) in [a, b].into_iter().enumerate() {
        if shape.ndim() == 0 {
            return Err(Refusal::value(format!(
                "matmul: Input operand {at} does not have enough dimensions (has 0, gufunc core with signature {SIGNATURE} requires 1)"
            )));
        }
    }
    if let Some((columns, rows)) = summed(a, b).filter(|(columns, rows)| columns != rows) {
        return Err(Refusal::value(format!(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature {SIGNATURE} (size {rows} is different from {columns})"
        )));
    }
    let (left, right) = (split(a), split(b));
    let rows = (a.ndim() > 1).then(|| a.from_end(1)).flatten();
    let columns = (b.ndim() > 1).then(|| b.from_end(0)).flatten();
    let kept: Vec<u64> = rows.into_iter().chain(columns).collect();
    let axes = align(&[left.batch.clone(), right.batch.clone()]);
    let Some(batch) = agreed(&axes) else {
        let remapped = |split: &Split| {
            let own = split.batch.0.iter().map(|&size| Some(size));
            newaxis_text(&own.chain(kept.iter().map(|_| None)).collect::<Vec<_>>())
        };
        return Err(Refusal::value(format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: {a}->{} {b}->{}  and requested shape {}",
            remapped(&left),
            remapped(&right),
            Shape(kept.clone())
        )));
    };
    let shape = Shape::of(batch.0.iter().copied().chain(kept));
    fits_in_memory(&shape, itemsize)?;
    let strides = [(a, &left), (b, &right)]
        .map(|(operand, split)| broadcast_strides(operand, batch.ndim() + split.core.ndim(), itemsize));
    Ok(Answer::of(shape, strides.to_vec(), itemsize))
}

/// `np.dot(a, b)`: a scalar multiplies; else the last axis of the first is summed with the last but one of the second,
/// and all other axes of both are kept.
///
/// # Errors
/// NumPy's refusal: sizes that differ where they are summed, too many axes, a result too big.
pub fn dot(a: &Shape, b: &Shape, itemsize: u64) -> Result<Answer, Refusal> {
    let Some((columns, rows)) = summed(a, b).filter(|_| b.ndim() > 0) else {
        return ufunc(&[a.clone(), b.clone()], itemsize);
    };
    let at = b.ndim().saturating_sub(2);
    if columns != rows {
        return Err(Refusal::value(format!(
            "shapes {a} and {b} not aligned: {columns} (dim {}) != {rows} (dim {at})",
            a.ndim() - 1
        )));
    }
    let kept_b = b.0.iter().enumerate().filter(|&(axis, _)| axis != at).map(|(_, &size)| size);
    let shape = Shape::of(a.0.iter().take(a.ndim() - 1).copied().chain(kept_b));
    if axes_allowed(shape.ndim()).is_err() {
        return Err(Refusal::value("dot: too many dimensions in result"));
    }
    fits_in_memory(&shape, itemsize)?;
    if a.ndim() > 2 || b.ndim() > 2 {
        legacy_axes(a)?;
        legacy_axes(b)?;
    }
    Ok(Answer::of(shape, vec![a.strides(itemsize), b.strides(itemsize)], itemsize))
}
