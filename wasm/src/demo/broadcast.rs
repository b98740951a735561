//! Broadcasting: how shapes line up, which axes stretch, what the result costs, and NumPy's own words where it refuses.
//!
//! [`shape`] reads and writes shapes; [`model`], [`product`] and [`layout`] hold NumPy's rules; [`fix`] proposes what
//! makes a clash fit; [`query`] reads a state, [`view`] and [`picture`] draw it, [`json`] answers the command line.

pub mod fix;
#[cfg(feature = "json")]
pub mod json;
pub mod layout;
pub mod model;
pub mod picture;
pub mod product;
pub mod query;
pub mod shape;
pub mod text;
pub mod view;

use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::state::State;
use layout::Axes;
use query::{NAMES, Op, Query};
use shape::Shape;

/// The lab.
pub static LAB: Lab = Lab {
    name: "broadcast",
    title: "Broadcasting",
    summary: "How NumPy lines up shapes, which axes stretch, and what the result costs.",
    fields: &[
        Field { name: "shapes", kind: FieldKind::List },
        Field {
            name: "op",
            kind: FieldKind::Choice(&[
                "ufunc",
                "inplace",
                "assign",
                "broadcast_to",
                "broadcast_shapes",
                "reduce",
                "reshape",
                "matmul",
                "dot",
            ]),
        },
        Field {
            name: "dtype",
            kind: FieldKind::Choice(&[
                "bool",
                "int8",
                "int16",
                "int32",
                "int64",
                "float16",
                "float32",
                "float64",
                "complex64",
                "complex128",
            ]),
        },
        Field { name: "newshape", kind: FieldKind::Text },
        Field { name: "axis", kind: FieldKind::Text },
        Field { name: "keepdims", kind: FieldKind::Flag },
        Field { name: "at", kind: FieldKind::Integer(0, 999_999) },
    ],
    draw,
    #[cfg(feature = "json")]
    answer: json::answer,
};

/// What is asked, with every text read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A loop over these operands.
    Loop(Vec<Shape>),
    /// A product of two.
    Product(Shape, Shape),
    /// A shape, and the one it is to get.
    Reshape(Shape, Vec<i64>),
    /// A shape, and the axes that are summed over.
    Reduce(Shape, Axes),
}

impl Asked {
    /// Reads the texts.
    ///
    /// # Errors
    /// A sentence on the first that makes no sense.
    pub fn read(query: &Query) -> Result<Self, String> {
        let mut shapes = Vec::new();
        for (text, name) in query.used().iter().zip(NAMES) {
            let what = match (query.op, shapes.len()) {
                (Op::BroadcastTo, 1) => String::from("The shape to broadcast to"),
                _ => format!("The shape of {name}"),
            };
            shapes.push(shape::parse(text, &what)?);
        }
        Ok(match (query.op, shapes.as_slice()) {
            (Op::Matmul | Op::Dot, [a, b]) => Self::Product(a.clone(), b.clone()),
            (Op::Reshape, [a]) => {
                let wanted = shape::integers(&query.newshape, "The new shape")?;
                if wanted.len() > shape::VIEW_AXES {
                    return Err(format!(
                        "The new shape has {} axes; this lab draws {} at most.",
                        wanted.len(),
                        shape::VIEW_AXES
                    ));
                }
                Self::Reshape(a.clone(), wanted)
            }
            (Op::Reduce, [a]) => Self::Reduce(a.clone(), query::axes(&query.axis)?),
            _ => Self::Loop(shapes),
        })
    }
}

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    let query = Query::read(state);
    let state = query.state();
    if query.texts.len() > NAMES.len() {
        let (most, given) = (NAMES.len(), query.texts.len());
        return Drawing::problem(&state, format!("This lab lines up at most {most} shapes; these are {given}."));
    }
    match Asked::read(&query) {
        Ok(asked) => {
            let seen = view::draw(ids, &query, &asked);
            Drawing::finished(state, seen.html, seen.announce, seen.steps)
        }
        Err(why) => Drawing::problem(&state, why),
    }
}
