//! What the form, the link or the fence asks: the state's text, read, with a pressed button's effect applied.

use super::layout::Axes;
use super::shape::integers;
use crate::state::State;

/// The names of the operands: as many as the page takes.
pub const NAMES: &[&str] = &["a", "b", "c", "d", "e", "f"];

/// A dtype and the bytes of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dtype {
    /// NumPy's name.
    pub name: &'static str,
    /// Bytes of one item.
    pub size: u64,
}

const FLOAT64: Dtype = Dtype { name: "float64", size: 8 };

/// The dtypes that can be chosen.
pub const DTYPES: &[Dtype] = &[
    Dtype { name: "bool", size: 1 },
    Dtype { name: "int8", size: 1 },
    Dtype { name: "int16", size: 2 },
    Dtype { name: "int32", size: 4 },
    Dtype { name: "int64", size: 8 },
    Dtype { name: "float16", size: 2 },
    Dtype { name: "float32", size: 4 },
    FLOAT64,
    Dtype { name: "complex64", size: 8 },
    Dtype { name: "complex128", size: 16 },
];

/// The operations that the lab knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// One loop over all operands: `a + b`.
    Ufunc,
    /// `a += b`.
    Inplace,
    /// `a[...] = b`.
    Assign,
    /// `np.broadcast_to(a, shape)`.
    BroadcastTo,
    /// `np.broadcast_shapes(a, b)`.
    BroadcastShapes,
    /// `a @ b`.
    Matmul,
    /// `np.dot(a, b)`.
    Dot,
    /// `a.reshape(…)`.
    Reshape,
    /// `a.sum(axis=…)`.
    Reduce,
}

/// All of them: what a state calls them, and what the page does.
pub const OPS: &[(Op, &str, &str)] = &[
    (Op::Ufunc, "ufunc", "a + b"),
    (Op::Inplace, "inplace", "a += b"),
    (Op::Assign, "assign", "a[...] = b"),
    (Op::BroadcastTo, "broadcast_to", "np.broadcast_to(a, …)"),
    (Op::BroadcastShapes, "broadcast_shapes", "np.broadcast_shapes(…)"),
    (Op::Reduce, "reduce", "a.sum(axis=…)"),
    (Op::Reshape, "reshape", "a.reshape(…)"),
    (Op::Matmul, "matmul", "a @ b"),
    (Op::Dot, "dot", "np.dot(a, b)"),
];

impl Op {
    /// The operation that a state calls by that name.
    pub fn named(name: &str) -> Option<Self> {
        OPS.iter().find(|(_, known, _)| *known == name).map(|(op, _, _)| *op)
    }

    /// What a state calls it.
    pub fn name(self) -> &'static str {
        OPS.iter().find(|(op, _, _)| *op == self).map_or("", |(_, name, _)| name)
    }

    /// Fewest and most operands on the page.
    pub fn operands(self) -> (usize, usize) {
        match self {
            Self::Ufunc | Self::BroadcastShapes => (1, NAMES.len()),
            Self::Reshape | Self::Reduce => (1, 1),
            _ => (2, 2),
        }
    }
}

/// Shapes to try: what the button says, the operation, the shapes.
pub const EXAMPLES: &[(&str, Op, &[&str])] = &[
    ("row and column", Op::Ufunc, &["4, 1", "6"]),
    ("image and channels", Op::Ufunc, &["256, 256, 3", "3"]),
    ("every pair", Op::Ufunc, &["10000, 1, 768", "1, 10000, 768"]),
    ("a clash", Op::Ufunc, &["4, 3", "4"]),
    ("keepdims", Op::Reduce, &["4, 3"]),
    ("a stack of matrices", Op::Matmul, &["5, 1, 2, 3", "4, 3, 6"]),
];

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The shapes as they were typed, at least as many as the operation needs; more than have names are refused.
    pub texts: Vec<String>,
    /// Chosen dtype.
    pub dtype: Dtype,
    /// Chosen operation.
    pub op: Op,
    /// The shape to reshape to, as it was typed.
    pub newshape: String,
    /// The axes to reduce, as they were typed.
    pub axis: String,
    /// Whether a reduction keeps its axes.
    pub keepdims: bool,
    /// The element looked at, in C order of the result.
    pub at: Option<u64>,
}

impl Query {
    /// Reads a state. What is missing or unknown becomes the lab's own choice.
    pub fn read(state: &State) -> Self {
        let mut texts: Vec<String> = state.all("shapes").map(String::from).collect();
        if texts.is_empty() {
            texts = vec![String::from("8, 1, 6, 1"), String::from("7, 1, 5")];
        }
        let dtype = state.get("dtype").and_then(|name| DTYPES.iter().find(|dtype| dtype.name == name));
        let mut query = Self {
            texts,
            dtype: dtype.copied().unwrap_or(FLOAT64),
            op: state.get("op").and_then(Op::named).unwrap_or(Op::Ufunc),
            newshape: state.get("newshape").unwrap_or("-1").to_string(),
            axis: state.get("axis").unwrap_or("-1").to_string(),
            keepdims: matches!(state.get("keepdims"), Some("1" | "true" | "on")),
            at: state.get("at").and_then(|text| text.trim().parse().ok()),
        };
        query.press(state.get("act").unwrap_or(""));
        while query.texts.len() < query.op.operands().0 {
            query.texts.push(query.texts.first().cloned().unwrap_or_default());
        }
        query
    }

    /// The shapes that the operation reads; further ones wait until an operation wants them again.
    pub fn used(&self) -> &[String] {
        self.texts.get(..self.op.operands().1).unwrap_or(&self.texts)
    }

    /// Applies a pressed button.
    fn press(&mut self, act: &str) {
        if act == "add" && self.texts.len() < NAMES.len() {
            self.texts.push(String::from("()"));
        }
        let number = |prefix: &str| act.strip_prefix(prefix).and_then(|at| at.parse::<usize>().ok());
        if let Some(gone) = number("remove ").filter(|&at| at < self.texts.len() && self.texts.len() > 1) {
            self.texts.remove(gone);
        }
        if let Some((_, op, shapes)) = number("example ").and_then(|at| EXAMPLES.get(at)) {
            self.op = *op;
            self.texts = shapes.iter().map(|shape| String::from(*shape)).collect();
            self.at = None;
            self.axis = String::from("1");
            self.keepdims = false;
        }
        if act == "keepdims" {
            self.keepdims = true;
        }
    }

    /// The state in canonical form.
    pub fn state(&self) -> State {
        let mut state = State::new();
        for text in &self.texts {
            state.push("shapes", text);
        }
        state.push("op", self.op.name()).push("dtype", self.dtype.name);
        if self.op == Op::Reshape {
            state.push("newshape", &self.newshape);
        }
        if self.op == Op::Reduce {
            state.push("axis", &self.axis).push("keepdims", u8::from(self.keepdims));
        }
        if let Some(at) = self.at {
            state.push("at", at);
        }
        state
    }
}

/// Reads `None`, `1` or `(0, 2)`; an empty text is `None`.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn axes(text: &str) -> Result<Axes, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(Axes::All);
    }
    let axes = integers(text, "The axis")?;
    match axes.as_slice() {
        [one] if !text.contains(['(', '[', ',']) => Ok(Axes::One(*one)),
        _ => Ok(Axes::Several(axes)),
    }
}
