//! A shape: how it is read from what a person types, and the two ways in which NumPy writes it.

use super::text::{list, numbers};
use std::fmt;

/// The largest size of an axis that the lab reads: nothing in it overflows below that.
pub const MAX_SIZE: u64 = 1 << 62;
/// NumPy 2's `NPY_MAXDIMS`: no array has more axes.
pub const MAX_AXES: usize = 64;
/// As many axes the page draws.
pub const VIEW_AXES: usize = 32;

/// Sizes of the axes, first axis first; empty for a scalar. Written as NumPy's C code does: `()`, `(3,)`, `(4,3)`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape(pub Vec<u64>);

impl Shape {
    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.0.len()
    }

    /// Size of the axis `back` places from the end (0 is the last); `None` where the shape has no such axis.
    pub fn from_end(&self, back: usize) -> Option<u64> {
        self.0.len().checked_sub(back + 1).and_then(|at| self.0.get(at)).copied()
    }

    /// The shape of these sizes.
    pub fn of(mut sizes: impl Iterator<Item = u64>) -> Self {
        // What is behind `dyn` is compiled once, and not for each iterator: the browser has to load it.
        fn collect(next: &mut dyn FnMut() -> Option<u64>) -> Vec<u64> {
            std::iter::from_fn(next).collect()
        }
        Self(collect(&mut || sizes.next()))
    }

    /// Number of elements; `u64::MAX` where there are even more, which no array has.
    pub fn elements(&self) -> u64 {
        if self.0.contains(&0) {
            return 0;
        }
        self.0.iter().fold(1, |product: u64, &size| product.saturating_mul(size))
    }

    /// Bytes between neighbours along each axis of a C-contiguous array; all 0 where there are no elements.
    pub fn strides(&self, itemsize: u64) -> Vec<u64> {
        let mut strides = vec![0; self.0.len()];
        if self.0.contains(&0) {
            return strides;
        }
        let mut step = itemsize;
        for (stride, &size) in strides.iter_mut().zip(&self.0).rev() {
            *stride = step;
            step = step.saturating_mul(size);
        }
        strides
    }

    /// As Python writes the tuple: `()`, `(3,)`, `(4, 3)`.
    pub fn python(&self) -> String {
        let comma = if self.0.len() == 1 { "," } else { "" };
        format!("({}{comma})", numbers(&self.0))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if self.0.len() == 1 { "," } else { "" };
        write!(f, "({}{comma})", list(self.0.iter().map(u64::to_string), ","))
    }
}

/// Sizes some of which are not there, as NumPy's C code writes them (`convert_shape_to_string` in `common.c`):
/// `(2,newaxis,3)`. Leading missing ones are left out, and then a single size has no comma: `(3)`.
pub fn newaxis_text(sizes: &[Option<u64>]) -> String {
    let first = sizes.iter().take_while(|size| size.is_none()).count();
    let text = |size: &Option<u64>| size.map_or_else(|| String::from("newaxis"), |size| size.to_string());
    let comma = if first == 0 && sizes.len() == 1 { "," } else { "" };
    format!("({}{comma})", list(sizes.iter().skip(first).map(text), ","))
}

/// Reads whole numbers, perhaps negative, as a tuple is typed: `(8, 1, 6, 1)`, `8,1,6,1`, `8 1 6 1`, `[3]`, `()`, `1_000`.
///
/// # Errors
/// A sentence that says what is wrong with the text called `what`.
pub fn integers(text: &str, what: &str) -> Result<Vec<i64>, String> {
    let text = text.trim();
    let inner = match (text.chars().next(), text.chars().next_back()) {
        (None, _) => return Err(format!("{what} is empty: type sizes such as (3, 4), or () for a scalar.")),
        (Some('('), Some(')')) | (Some('['), Some(']')) if text.len() > 1 => text.get(1..text.len() - 1).unwrap_or(""),
        _ => text,
    };
    let mut out = Vec::new();
    let mut pieces = inner.split(',').peekable();
    while let Some(piece) = pieces.next() {
        let mut words = piece.split_whitespace().peekable();
        let nothing_at_all = out.is_empty() && !inner.contains(',');
        if words.peek().is_none() && !nothing_at_all && (pieces.peek().is_some() || out.is_empty()) {
            return Err(format!("{what} has a comma with no number before it."));
        }
        for word in words {
            out.push(integer(word, what)?);
        }
    }
    Ok(out)
}

fn integer(word: &str, what: &str) -> Result<i64, String> {
    let digits: String = word.chars().filter(|&c| c != '_').collect();
    let shown = word.char_indices().nth(20).and_then(|(end, _)| word.get(..end)).unwrap_or(word);
    let unsigned = digits.strip_prefix('-').unwrap_or(&digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{what} holds “{shown}”, which is not a whole number."));
    }
    match digits.parse::<i64>() {
        Ok(value) if value.unsigned_abs() <= MAX_SIZE => Ok(value),
        _ => Err(format!("{what} holds a size past 2**62; this lab stops there.")),
    }
}

/// Reads a shape of at most [`VIEW_AXES`] axes.
///
/// # Errors
/// A sentence that says what is wrong with the text called `what`.
pub fn parse(text: &str, what: &str) -> Result<Shape, String> {
    let sizes = integers(text, what)?;
    if sizes.len() > VIEW_AXES {
        return Err(format!("{what} has {} axes; this lab draws {VIEW_AXES} at most.", sizes.len()));
    }
    if sizes.iter().any(|&size| size < 0) {
        return Err(format!("{what} has a negative size; an axis has 0 elements or more."));
    }
    Ok(Shape::of(sizes.iter().map(|size| size.unsigned_abs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (text, sizes) in [
            ("(8, 1, 6, 1)", vec![8, 1, 6, 1]),
            ("8,1,6,1", vec![8, 1, 6, 1]),
            ("8 1 6 1", vec![8, 1, 6, 1]),
            ("()", vec![]),
            ("( )", vec![]),
            ("(3,)", vec![3]),
            ("3,", vec![3]),
            ("[0]", vec![0]),
            (" 1_000 ", vec![1000]),
        ] {
            assert_eq!(parse(text, "a"), Ok(Shape(sizes)), "{text}");
        }
        for text in
            ["", ",", "(", "3,,4", ",3", "-1", "x", "1.5", "é", "(,)", "9223372036854775807", "99999999999999999999"]
        {
            assert!(parse(text, "a").is_err(), "{text}");
        }
        assert!(parse(&"1,".repeat(33), "a").is_err());
    }

    #[test]
    fn writes_as_numpy_does() {
        for (sizes, c, python) in [(vec![], "()", "()"), (vec![3], "(3,)", "(3,)"), (vec![4, 3], "(4,3)", "(4, 3)")] {
            assert_eq!(Shape(sizes.clone()).to_string(), c);
            assert_eq!(Shape(sizes).python(), python);
        }
    }
}
