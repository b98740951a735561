//! The rules, as NumPy 2 applies them (`numpy/_core/src/multiarray/nditer_constr.c`, `iterators.c`, `shape.c`): which
//! axis is equal, stretched, missing or a clash, and what an operation answers or refuses.

use super::shape::Shape;

/// Why NumPy refuses: the exception and its text to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The name of the exception.
    pub exception: &'static str,
    /// Its text, a trailing space included.
    pub text: String,
}

impl Refusal {
    /// A `ValueError` with that text.
    pub fn value(text: impl Into<String>) -> Self {
        Self { exception: "ValueError", text: text.into() }
    }
}

/// What one operand does on one axis of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The operand has the axis with the size of the result.
    Own,
    /// The operand has size 1 there and the result more (or 0).
    Stretched,
    /// The operand has no such axis: a 1 is put in front of its shape.
    Missing,
    /// The operand is one of those whose sizes disagree.
    Clash,
}

/// One axis of the result, over all operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// The size that the operands agree on; `None` where they clash.
    pub size: Option<u64>,
    /// Size of each operand there, `None` where it has no such axis, and what it does.
    pub operands: Vec<(Option<u64>, Role)>,
}

/// Lines the shapes up at their last axis. Axes of the result in order, first axis first.
pub fn align(shapes: &[Shape]) -> Vec<Axis> {
    let ndim = shapes.iter().map(Shape::ndim).max().unwrap_or(0);
    (0..ndim).rev().map(|back| axis(shapes.iter().map(|shape| shape.from_end(back)).collect())).collect()
}

/// The rule of one axis: all sizes that are not 1 must be the same; that one is the result's, or 1 where there is none.
fn axis(sizes: Vec<Option<u64>>) -> Axis {
    let mut size = Some(1);
    for &own in sizes.iter().flatten().filter(|&&own| own != 1) {
        match size {
            Some(1) => size = Some(own),
            Some(agreed) if agreed == own => {}
            _ => size = None,
        }
        if size.is_none() {
            break;
        }
    }
    let role = |own: Option<u64>| match (own, size) {
        (None, _) => Role::Missing,
        (Some(1), None) => Role::Own,
        (Some(_), None) => Role::Clash,
        (Some(own), Some(agreed)) if own == agreed => Role::Own,
        _ => Role::Stretched,
    };
    let operands = sizes.into_iter().map(|own| (own, role(own))).collect();
    Axis { size, operands }
}

/// The shape that the axes agree on, if they all do.
pub fn agreed(axes: &[Axis]) -> Option<Shape> {
    axes.iter().map(|axis| axis.size).collect::<Option<Vec<_>>>().map(Shape)
}

/// Bytes between neighbours of a C-contiguous operand seen through the result's axes: 0 where it has no axis or size 1.
pub fn broadcast_strides(shape: &Shape, ndim: usize, itemsize: u64) -> Vec<u64> {
    let own = shape.strides(itemsize);
    let missing = ndim.saturating_sub(own.len());
    let kept = shape.0.iter().zip(own).map(|(&size, stride)| if size == 1 { 0 } else { stride });
    std::iter::repeat_n(0, missing).chain(kept).collect()
}

/// What came of an operation that NumPy accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Shape of the result.
    pub shape: Shape,
    /// Strides in bytes, one list an operand.
    pub strides: Vec<Vec<u64>>,
    /// Number of elements of the result.
    pub elements: u64,
    /// Bytes of the result, stored whole.
    pub bytes: u64,
}

/// `operands could not be broadcast together with shapes (3,) (2,) `, the trailing space included.
pub fn could_not(shapes: &[Shape]) -> Refusal {
    let mut text = String::from("operands could not be broadcast together with shapes ");
    for shape in shapes {
        text.push_str(&shape.to_string());
        text.push(' ');
    }
    Refusal::value(text)
}

/// One loop over all operands, as a ufunc makes it.
///
/// # Errors
/// NumPy's refusal: a clash, or a result past what it can address.
pub fn ufunc(shapes: &[Shape], itemsize: u64) -> Result<Answer, Refusal> {
    let axes = align(shapes);
    let shape = agreed(&axes).ok_or_else(|| could_not(shapes))?;
    let limit = i64::MAX.unsigned_abs();
    let nonzero = Shape(shape.0.iter().copied().filter(|&size| size != 0).collect()).elements();
    if nonzero > u128::from(limit) {
        return Err(Refusal::value("iterator is too large"));
    }
    if nonzero.saturating_mul(itemsize.into()) > u128::from(limit) {
        return Err(Refusal::value(TOO_BIG));
    }
    let strides = shapes.iter().map(|operand| broadcast_strides(operand, shape.ndim(), itemsize)).collect();
    let elements = u64::try_from(shape.elements()).unwrap_or(u64::MAX);
    Ok(Answer { shape, strides, elements, bytes: elements.saturating_mul(itemsize) })
}

/// What NumPy says of an array whose bytes do not fit in a signed 64-bit number.
pub const TOO_BIG: &str = "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";
