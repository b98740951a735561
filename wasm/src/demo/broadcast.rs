//! Broadcasting: how shapes line up, which axes stretch, what the result costs, and NumPy's own words where it refuses.
//!
//! [`shape`] reads and writes shapes, [`model`] holds the rules, [`fix`] proposes what makes a clash fit, [`view`] and
//! [`picture`] draw.

pub mod fix;
pub mod model;
pub mod picture;
pub mod shape;
pub mod text;
pub mod view;

use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::state::State;
use shape::Shape;

/// The lab.
pub static LAB: Lab = Lab {
    name: "broadcast",
    title: "Broadcasting",
    summary: "How NumPy lines up shapes, which axes stretch, and what the result costs.",
    fields: &[
        Field { name: "shapes", kind: FieldKind::List },
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
        Field { name: "op", kind: FieldKind::Choice(&["ufunc"]) },
        Field { name: "at", kind: FieldKind::Integer(0, 999_999) },
    ],
    draw,
    #[cfg(feature = "json")]
    answer: |_| serde_json::Value::Null,
};

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

const FLOAT64: Dtype = Dtype { name: "float64", size: 8 };

/// What the form, the link or the fence asks, with a pressed button's effect applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The shapes as they were typed, one to six.
    pub texts: Vec<String>,
    /// Chosen dtype.
    pub dtype: Dtype,
    /// The element looked at, in C order of the result.
    pub at: Option<u64>,
}

impl Query {
    fn read(state: &State) -> Self {
        let mut texts: Vec<String> = state.all("shapes").map(String::from).collect();
        if texts.is_empty() {
            texts = vec![String::from("8, 1, 6, 1"), String::from("7, 1, 5")];
        }
        texts.truncate(NAMES.len());
        let dtype = state.get("dtype").and_then(|name| DTYPES.iter().find(|dtype| dtype.name == name));
        let mut query = Self {
            texts,
            dtype: dtype.copied().unwrap_or(FLOAT64),
            at: state.get("at").and_then(|text| text.trim().parse().ok()),
        };
        query.press(state.get("act").unwrap_or(""));
        query
    }

    /// Applies a pressed button.
    fn press(&mut self, act: &str) {
        if act == "add" && self.texts.len() < NAMES.len() {
            self.texts.push(String::from("()"));
        }
        let gone = act.strip_prefix("remove ").and_then(|at| at.parse::<usize>().ok());
        if let Some(gone) = gone.filter(|&at| at < self.texts.len() && self.texts.len() > 1) {
            self.texts.remove(gone);
        }
    }

    fn state(&self) -> State {
        let mut state = State::new();
        for text in &self.texts {
            state.push("shapes", text);
        }
        state.push("dtype", self.dtype.name);
        if let Some(at) = self.at {
            state.push("at", at);
        }
        state
    }
}

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    let query = Query::read(state);
    let state = query.state();
    let parsed: Result<Vec<Shape>, String> =
        query.texts.iter().zip(NAMES).map(|(text, name)| shape::parse(text, &format!("The shape of {name}"))).collect();
    let shapes = match parsed {
        Ok(shapes) => shapes,
        Err(why) => return Drawing::problem(&state, why),
    };
    let seen = view::loops(ids, &query, &shapes);
    let mut html = crate::html::Html::new();
    view::controls(&mut html, ids, &query);
    html.html(&seen.html);
    Drawing { state, html: html.finish(), announce: seen.announce, problem: None }
}
