//! Expressions that make operands fit which do not: a new axis in the right place, a transpose.

use super::model::{agreed, align};
use super::shape::Shape;
use super::text::list;

/// No more axes than this are tried with new ones put in: 2**8 places.
const TRIED_AXES: usize = 8;
/// No more proposals than this.
const PROPOSALS: usize = 3;

/// A change of one operand that makes all of them fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The operand to change.
    pub operand: usize,
    /// What to put in its place: `b[:, None]`.
    pub expression: String,
    /// Its shape then.
    pub becomes: Shape,
    /// Shape of the result.
    pub result: Shape,
    /// Why one would want that, in a sentence.
    pub why: String,
}

/// Proposals for shapes that clash, the likeliest first; empty where no axis and no transpose helps. The operand called
/// `target` is written to: it is not changed, and the result must have its shape.
pub fn fixes(shapes: &[Shape], names: &[&str], target: Option<usize>) -> Vec<Fix> {
    let mut found = search(shapes, names);
    if let Some(target) = target {
        found.retain(|fix| fix.operand != target && shapes.get(target) == Some(&fix.result));
    }
    found.truncate(PROPOSALS);
    found
}

fn search(shapes: &[Shape], names: &[&str]) -> Vec<Fix> {
    let ndim = shapes.iter().map(Shape::ndim).max().unwrap_or(0);
    let mut found = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        if shape.ndim() < ndim {
            insertions(shapes, names, at, ndim, &mut found);
        }
    }
    for (at, shape) in shapes.iter().enumerate() {
        if shape.ndim() == 2 && shape.ndim() == ndim {
            transpose(shapes, names, at, &mut found);
        }
    }
    let mut wider = ndim + 1;
    while found.is_empty() && wider <= TRIED_AXES.min(2 * ndim) {
        for at in 0..shapes.len() {
            insertions(shapes, names, at, wider, &mut found);
        }
        wider += 1;
    }
    found
}

fn fits(shapes: &[Shape], at: usize, becomes: &Shape) -> Option<Shape> {
    let mut changed = shapes.to_vec();
    if let Some(place) = changed.get_mut(at) {
        *place = becomes.clone();
    }
    agreed(&align(&changed))
}

/// The first way to spread the axes of operand `at` over `ndim` places, in order, that fits all others.
fn insertions(shapes: &[Shape], names: &[&str], at: usize, ndim: usize, found: &mut Vec<Fix>) {
    let (Some(shape), Some(name)) = (shapes.get(at), names.get(at)) else { return };
    if shape.ndim() == 0 || shape.ndim() >= ndim || ndim > TRIED_AXES {
        return;
    }
    // Bit `i` of `places`: place `i` holds an axis of the operand. A leading new axis would change nothing.
    for places in (0u32..1 << ndim).filter(|p| p & 1 == 1 && p.count_ones() as usize == shape.ndim()) {
        let mut own = shape.0.iter().copied();
        let size = |place: usize| if places >> place & 1 == 1 { own.next().unwrap_or(1) } else { 1 };
        let becomes = Shape::of((0..ndim).map(size));
        let Some(result) = fits(shapes, at, &becomes) else { continue };
        let last_new = (0..ndim).rev().find(|place| places >> place & 1 == 0).unwrap_or(0);
        let index = |place: usize| String::from(if places >> place & 1 == 1 { ":" } else { "None" });
        let expression = format!("{name}[{}]", list((0..=last_new).map(index), ", "));
        let whole = shapes.iter().position(|other| other.ndim() == ndim && kept(other, places, shape));
        let why = match whole.and_then(|whole| names.get(whole)) {
            Some(whole) => {
                let axes = (0..ndim).filter(|place| places >> place & 1 == 0).map(|place| place.to_string());
                let axes = list(axes, ", ");
                let axis = if axes.contains(',') { format!("({axes})") } else { axes };
                format!(
                    "If {name} came from {whole} by a reduction, keep the axis: {whole}.mean(axis={axis}, keepdims=True)."
                )
            }
            None if ndim > shapes.iter().map(Shape::ndim).max().unwrap_or(0) => {
                String::from("Pairs every element with every other: the result gains an axis.")
            }
            None => format!("Says which axis of the others {name} runs along."),
        };
        found.push(Fix { operand: at, expression, becomes, result, why });
        return;
    }
}

/// Whether `shape` is what a reduction of `whole` leaves over at `places`.
fn kept(whole: &Shape, places: u32, shape: &Shape) -> bool {
    let left = whole.0.iter().enumerate().filter(|(place, _)| places >> place & 1 == 1).map(|(_, size)| size);
    left.eq(shape.0.iter())
}

fn transpose(shapes: &[Shape], names: &[&str], at: usize, found: &mut Vec<Fix>) {
    let (Some(shape), Some(name)) = (shapes.get(at), names.get(at)) else { return };
    let becomes = Shape::of(shape.0.iter().rev().copied());
    if let Some(result) = fits(shapes, at, &becomes) {
        let why = format!("Swaps the two axes of {name}; only right if rows and columns were mixed up.");
        found.push(Fix { operand: at, expression: format!("{name}.T"), becomes, result, why });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(shapes: &[&[u64]]) -> Option<(String, String)> {
        let shapes: Vec<Shape> = shapes.iter().map(|sizes| Shape(sizes.to_vec())).collect();
        let names = ["a", "b", "c", "d", "e", "f"];
        fixes(&shapes, &names, None).into_iter().next().map(|fix| (fix.expression, fix.result.to_string()))
    }

    #[test]
    fn proposes_what_one_would_write() {
        let pair = |a: &str, b: &str| Some((a.to_string(), b.to_string()));
        assert_eq!(first(&[&[4, 3], &[4]]), pair("b[:, None]", "(4,3)"));
        assert_eq!(first(&[&[2, 3, 4], &[2, 3]]), pair("b[:, :, None]", "(2,3,4)"));
        assert_eq!(first(&[&[2, 3, 4], &[2, 4]]), pair("b[:, None]", "(2,3,4)"));
        assert_eq!(first(&[&[3, 4], &[4, 3]]), pair("a.T", "(4,3)"));
        assert_eq!(first(&[&[3], &[2]]), pair("a[:, None]", "(3,2)"));
        assert_eq!(first(&[&[5, 3], &[4, 3]]), pair("a[:, None]", "(5,4,3)"));
    }
}
