//! `reshape` and reductions, as NumPy 2.4 checks them (`_fix_unknown_dimension` in `shape.c`,
//! `PyArray_ConvertMultiAxis` in `conversion_utils.c`).

use super::model::{Answer, MAX_INTP, Refusal, axes_allowed, fits_in_memory};
use super::shape::{Shape, newaxis_text};
use super::text::list;

/// `a.reshape(wanted)`: one size may be negative, and is what is left over. `strides` holds those of `a`.
///
/// # Errors
/// NumPy's refusal: another number of elements, two unknown sizes, too many axes.
pub fn reshape(shape: &Shape, wanted: &[i64], itemsize: u64) -> Result<Answer, Refusal> {
    axes_allowed(wanted.len())?;
    let sizes: Vec<Option<u64>> = wanted.iter().map(|&size| u64::try_from(size).ok()).collect();
    let have = shape.elements();
    let mismatch =
        || Refusal::value(format!("cannot reshape array of size {have} into shape {}", newaxis_text(&sizes)));
    let mut known = 1u64;
    let mut unknown = 0;
    for size in &sizes {
        match size {
            Some(size) => {
                known = known.saturating_mul(*size);
                if known > MAX_INTP {
                    return Err(mismatch());
                }
            }
            None if unknown > 0 => return Err(Refusal::value("can only specify one unknown dimension")),
            None => unknown += 1,
        }
    }
    let left = match unknown {
        0 if have == known => 1,
        0 => return Err(mismatch()),
        _ => match (have.checked_rem(known), have.checked_div(known)) {
            (Some(0), Some(left)) => left,
            _ => return Err(mismatch()),
        },
    };
    let result = Shape::of(sizes.iter().map(|size| size.unwrap_or(left)));
    fits_in_memory(&result, itemsize)?;
    Ok(Answer::of(result, vec![shape.strides(itemsize)], itemsize))
}

/// The axes that a reduction goes over, as they are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Axes {
    /// `axis=None`: all.
    All,
    /// `axis=1`, which also takes the 0 and the -1 of a scalar.
    One(i64),
    /// `axis=(0, 2)`.
    Several(Vec<i64>),
}

impl Axes {
    /// As Python writes the argument.
    pub fn python(&self) -> String {
        match self {
            Self::All => String::from("None"),
            Self::One(axis) => axis.to_string(),
            Self::Several(axes) => {
                let comma = if axes.len() == 1 { "," } else { "" };
                format!("({}{comma})", list(axes.iter().map(i64::to_string), ", "))
            }
        }
    }

    /// Which axes of an array with `ndim` of them are gone over.
    ///
    /// # Errors
    /// NumPy's refusal: `axis 2 is out of bounds for array of dimension 2`, `duplicate value in 'axis'`.
    pub fn flags(&self, ndim: usize) -> Result<Vec<bool>, Refusal> {
        let mut flags = vec![matches!(self, Self::All); ndim];
        let axes = match self {
            Self::All => return Ok(flags),
            // NumPy keeps letting these through for scalars, where they stand alone.
            Self::One(-1 | 0) if ndim == 0 => return Ok(flags),
            Self::One(axis) => std::slice::from_ref(axis),
            Self::Several(axes) => axes.as_slice(),
        };
        let mut places = Vec::with_capacity(axes.len());
        for &axis in axes {
            let from_start = if axis < 0 { axis.saturating_add(ndim as i64) } else { axis };
            match usize::try_from(from_start) {
                Ok(place) if place < ndim => places.push(place),
                _ => {
                    let text = format!("axis {axis} is out of bounds for array of dimension {ndim}");
                    return Err(Refusal { exception: "AxisError", text });
                }
            }
        }
        // Only when all of them are there does NumPy look for doubles.
        for place in places {
            match flags.get_mut(place) {
                Some(flag) if !*flag => *flag = true,
                _ => return Err(Refusal::value("duplicate value in 'axis'")),
            }
        }
        Ok(flags)
    }
}

/// `a.sum(axis=…, keepdims=…)`: the axes gone over vanish, or stay with size 1. `strides` holds those of `a`.
///
/// # Errors
/// NumPy's refusal: an axis that is not there, or is named twice.
pub fn reduce(shape: &Shape, axes: &Axes, keepdims: bool, itemsize: u64) -> Result<Answer, Refusal> {
    let flags = axes.flags(shape.ndim())?;
    let sizes = shape.0.iter().zip(&flags).filter_map(|(&size, &gone)| match (gone, keepdims) {
        (false, _) => Some(size),
        (true, true) => Some(1),
        (true, false) => None,
    });
    Ok(Answer::of(Shape::of(sizes), vec![shape.strides(itemsize)], itemsize))
}
