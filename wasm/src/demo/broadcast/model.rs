//! The rules of broadcasting as NumPy 2.4 applies them (`numpy/_core/src/multiarray/nditer_constr.c`, `iterators.c`,
//! `ctors.c`, `numpy/lib/_stride_tricks_impl.py`): which axis is equal, stretched, missing or a clash, and what an
//! operation answers or refuses.

use super::shape::{MAX_AXES, Shape};

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
    /// Strides in bytes, one list an operand; `None` where there are no operands of that itemsize, but only shapes.
    pub strides: Option<Vec<Vec<u64>>>,
    /// Number of elements of the result.
    pub elements: u64,
    /// Bytes of the result, stored whole; `u64::MAX` where there are even more, which only shapes can ask for.
    pub bytes: u64,
}

impl Answer {
    /// A result stored whole, and the operands' strides. Its elements are known to be countable.
    pub(super) fn of(shape: Shape, strides: impl Into<Option<Vec<Vec<u64>>>>, itemsize: u64) -> Self {
        let elements = shape.elements();
        Self { shape, strides: strides.into(), elements, bytes: elements.saturating_mul(itemsize) }
    }
}

/// The largest number that NumPy counts elements and bytes with: `NPY_MAX_INTP` on a 64-bit machine.
pub const MAX_INTP: u64 = i64::MAX.unsigned_abs();

/// What NumPy says of an array whose bytes do not fit in a signed 64-bit number.
pub const TOO_BIG: &str = "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";

/// What `nditer` says of more elements than fit in a signed 64-bit number.
const ITERATOR: &str = "iterator is too large";

/// Whether NumPy could make a C-contiguous array of that shape, memory aside (`PyArray_NewFromDescr_int` in `ctors.c`).
/// Sizes of 0 count as 1 there, so that an empty array can be too big.
///
/// # Errors
/// NumPy's refusal: too many axes, or a number of bytes past [`MAX_INTP`].
pub fn creatable(shape: &Shape, itemsize: u64) -> Result<(), Refusal> {
    axes_allowed(shape.ndim())?;
    fits_in_memory(shape, itemsize)
}

/// # Errors
/// NumPy's refusal of more than 64 axes.
pub fn axes_allowed(ndim: usize) -> Result<(), Refusal> {
    match ndim {
        0..=MAX_AXES => Ok(()),
        _ => {
            let text = format!("maximum supported dimension for an ndarray is currently {MAX_AXES}, found {ndim}");
            Err(Refusal::value(text))
        }
    }
}

/// # Errors
/// [`TOO_BIG`], sizes of 0 counted as 1.
pub fn fits_in_memory(shape: &Shape, itemsize: u64) -> Result<(), Refusal> {
    let bytes = shape.0.iter().filter(|&&size| size != 0).fold(itemsize, |bytes, &size| bytes.saturating_mul(size));
    if bytes > MAX_INTP { Err(Refusal::value(TOO_BIG)) } else { Ok(()) }
}

/// Whether the elements, counted from the first axis on, stay below the limit; after a size of 0 they do.
fn countable(shape: &Shape) -> bool {
    let mut count = 1u64;
    shape.0.iter().all(|&size| {
        count = count.saturating_mul(size);
        count <= MAX_INTP
    })
}

fn all_strides(shapes: &[Shape], ndim: usize, itemsize: u64) -> Vec<Vec<u64>> {
    shapes.iter().map(|operand| broadcast_strides(operand, ndim, itemsize)).collect()
}

/// `operands could not be broadcast together with shapes (3,) (2,) `, the trailing space included.
fn could_not<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Refusal {
    let mut text = String::from("operands could not be broadcast together with shapes ");
    for shape in shapes {
        text.push_str(&shape.to_string());
        text.push(' ');
    }
    Refusal::value(text)
}

/// One loop over all operands, as a ufunc with that many inputs makes it; the operands are [`creatable`].
///
/// # Errors
/// NumPy's refusal: more operands than a ufunc takes, a clash, or a result past what it can count.
pub fn ufunc(shapes: &[Shape], itemsize: u64) -> Result<Answer, Refusal> {
    if shapes.len() + 1 > MAX_OPERANDS {
        return Err(Refusal::value(format!(
            "Cannot construct a ufunc with more than {MAX_OPERANDS} operands (requested number were: inputs = {} and outputs = 1)",
            shapes.len()
        )));
    }
    let shape = agreed(&align(shapes)).ok_or_else(|| could_not(shapes.iter()))?;
    if !countable(&shape) {
        return Err(Refusal::value(ITERATOR));
    }
    fits_in_memory(&shape, itemsize)?;
    let strides = all_strides(shapes, shape.ndim(), itemsize);
    Ok(Answer::of(shape, strides, itemsize))
}

/// `target += other`: the target is read as the first operand and written as the last one. It comes first.
///
/// # Errors
/// NumPy's refusal: a clash, which lists the target last once more, or a target that would have to stretch.
pub fn inplace(shapes: &[Shape], itemsize: u64) -> Result<Answer, Refusal> {
    let target = shapes.first().cloned().unwrap_or_default();
    let shape = agreed(&align(shapes)).ok_or_else(|| could_not(shapes.iter().chain(shapes.first())))?;
    if shape != target {
        return Err(Refusal::value(format!(
            "non-broadcastable output operand with shape {target} doesn't match the broadcast shape {shape}"
        )));
    }
    Ok(Answer::of(target, all_strides(shapes, shape.ndim(), itemsize), itemsize))
}

/// `target[...] = value` (`PyArray_AssignArray` in `array_assign_array.c`): leading axes of size 1 that the value has
/// more than the target are dropped.
///
/// # Errors
/// NumPy's refusal, with the value's shape as it is after the dropping.
pub fn assign(target: &Shape, value: &Shape, itemsize: u64) -> Result<Answer, Refusal> {
    let more = value.ndim().saturating_sub(target.ndim());
    let dropped = value.0.iter().take(more).take_while(|&&size| size == 1).count();
    let value = Shape::of(value.0.iter().skip(dropped).copied());
    let back = |axis: usize| value.from_end(axis).zip(target.from_end(axis));
    let fits = (0..value.ndim()).all(|axis| back(axis).is_some_and(|(own, size)| own == size || own == 1));
    if !fits {
        return Err(Refusal::value(format!("could not broadcast input array from shape {value} into shape {target}")));
    }
    let shapes = [target.clone(), value];
    Ok(Answer::of(target.clone(), all_strides(&shapes, target.ndim(), itemsize), itemsize))
}

/// `np.broadcast_to(source, target)` (`_stride_tricks_impl.py`, `nditer_constr.c`): a view, whose bytes are those that it
/// looks like. Sizes of the target may be negative, which NumPy refuses.
///
/// # Errors
/// NumPy's refusal.
pub fn broadcast_to(source: &Shape, target: &[i64], itemsize: u64) -> Result<Answer, Refusal> {
    if target.is_empty() && source.ndim() > 0 {
        return Err(Refusal::value("cannot broadcast a non-scalar to a scalar array"));
    }
    if target.iter().any(|&size| size < 0) {
        return Err(Refusal::value("all elements of broadcast shape must be non-negative"));
    }
    axes_allowed(target.len())?;
    let target = Shape::of(target.iter().map(|size| size.unsigned_abs()));
    if source.ndim() > target.ndim() {
        return Err(Refusal::value("input operand has more dimensions than allowed by the axis remapping"));
    }
    let back = |axis: usize| source.from_end(axis).zip(target.from_end(axis));
    if !(0..source.ndim()).all(|axis| back(axis).is_some_and(|(own, size)| own == size || own == 1)) {
        return Err(Refusal::value(format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: {source}  and requested shape {target}"
        )));
    }
    if !countable(&target) {
        return Err(Refusal::value(ITERATOR));
    }
    fits_in_memory(&target, itemsize)?;
    let strides = vec![broadcast_strides(source, target.ndim(), itemsize)];
    Ok(Answer::of(target, strides, itemsize))
}

/// As many arrays as `np.broadcast` and a ufunc take: `NPY_MAXARGS`.
pub const MAX_OPERANDS: usize = 64;

/// `np.broadcast_shapes`: arrays of no bytes in turns of 64, then of 63 with what came of the last turn in front, so that
/// the numbers in the refusal are those of the turn.
///
/// # Errors
/// NumPy's refusal.
pub fn broadcast_shapes(shapes: &[Shape], itemsize: u64) -> Result<Answer, Refusal> {
    for shape in shapes {
        creatable(shape, 0)?;
    }
    let (first, more) = shapes.split_at(shapes.len().min(MAX_OPERANDS));
    let mut shape = multi_iterator(&first.iter().collect::<Vec<_>>())?;
    for turn in more.chunks(MAX_OPERANDS - 1) {
        // `broadcast_to(0, shape)`, an int64.
        fits_in_memory(&shape, 8)?;
        shape = multi_iterator(&std::iter::once(&shape).chain(turn).collect::<Vec<_>>())?;
    }
    let there = shapes.iter().all(|shape| creatable(shape, itemsize).is_ok());
    let strides = there.then(|| all_strides(shapes, shape.ndim(), itemsize));
    Ok(Answer::of(shape, strides, itemsize))
}

/// Axes that NumPy's older iterators take: `NPY_MAXDIMS_LEGACY_ITERS`.
const LEGACY_AXES: usize = 32;

/// # Errors
/// The older iterators' refusal of more than 32 axes.
pub(super) fn legacy_axes(shape: &Shape) -> Result<(), Refusal> {
    match shape.ndim() {
        0..=LEGACY_AXES => Ok(()),
        ndim => Err(Refusal {
            exception: "RuntimeError",
            text: format!("this function only supports up to {LEGACY_AXES} dimensions but the array has {ndim}."),
        }),
    }
}

/// `np.broadcast` (`PyArray_Broadcast` in `iterators.c`).
fn multi_iterator(shapes: &[&Shape]) -> Result<Shape, Refusal> {
    for shape in shapes {
        legacy_axes(shape)?;
    }
    let ndim = shapes.iter().map(|shape| shape.ndim()).max().unwrap_or(0);
    let mut result = Vec::with_capacity(ndim);
    for back in (0..ndim).rev() {
        let mut agreed = 1;
        let mut source = 0;
        for (arg, shape) in shapes.iter().enumerate() {
            match shape.from_end(back) {
                None | Some(1) => {}
                Some(size) if agreed == 1 => {
                    agreed = size;
                    source = arg;
                }
                Some(size) if size == agreed => {}
                Some(_) => {
                    let python = |arg: usize| shapes.get(arg).map(|shape| shape.python()).unwrap_or_default();
                    return Err(Refusal::value(format!(
                        "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between arg {source} with shape {} and arg {arg} with shape {}.",
                        python(source),
                        python(arg)
                    )));
                }
            }
        }
        result.push(agreed);
    }
    let shape = Shape(result);
    if !countable(&shape) {
        return Err(Refusal::value("broadcast dimensions too large."));
    }
    Ok(shape)
}
