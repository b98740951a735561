//! The float lab: a literal or an expression, rounded to a binary format, with its bits, its exact value, its neighbours and its errors.
//!
//! All of it is exact integer arithmetic ([`big`], [`exact`]): a decimal text is rounded once, to the nearest number of the format and to the
//! even one half-way ([`literal`], [`format`]); + - * / are worked out exactly and rounded once ([`arithmetic`]); text is the shortest that
//! reads back ([`mod@text`]). The processor's floats only place things in pictures and compare in [`closeness`], where they are the subject.
//!
//! Bounds: a literal may have [`literal::MAX_LITERAL`] bytes; an expression [`expression::MAX_EXPRESSION`] bytes, [`expression::MAX_STEPS`]
//! steps and [`expression::MAX_DEPTH`] levels; the exact value of an expression is known up to [`exact::MAX_EXACT_BITS`] bits. The page reads
//! at most [`MAX_TYPED`] bytes.

pub mod arithmetic;
pub mod big;
pub mod closeness;
pub mod exact;
pub mod expression;
pub mod facts;
pub mod format;
#[cfg(feature = "json")]
pub mod json;
pub mod literal;
pub mod text;

mod extras;
pub(crate) mod picture;
mod stack;
mod view;
mod words;

use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::state::State;
use closeness::Tolerances;
use facts::{Reading, typed};
use format::{FLOAT64, Format, by_name};

/// The lab.
pub static LAB: Lab = Lab {
    name: "float",
    title: "Float anatomy",
    summary: "What a float really holds: its bits, its exact value, its neighbours, and where each rounding error comes from.",
    fields: &[
        Field { name: "value", kind: FieldKind::Text },
        Field {
            name: "format",
            kind: FieldKind::Choice(&["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"]),
        },
        Field { name: "zoom", kind: FieldKind::Integer(0, 3) },
        Field { name: "compare", kind: FieldKind::Text },
        Field { name: "rel_tol", kind: FieldKind::Number },
        Field { name: "abs_tol", kind: FieldKind::Number },
    ],
    draw,
    #[cfg(feature = "json")]
    answer: json::answer,
};

/// The longest text that the page reads, in bytes: longer ones are for the command line.
pub const MAX_TYPED: usize = 4_000;

/// A state that was read.
struct Input {
    value: String,
    zoom: u8,
    compare: String,
    rel_tol: String,
    abs_tol: String,
    reading: Reading,
}

impl Input {
    fn read(state: &State) -> Result<Self, String> {
        let name = state.get("format").unwrap_or("float64");
        let format = by_name(name).ok_or_else(|| format!("There is no format called {name}."))?;
        let field = |name: &str| state.get(name).unwrap_or_default().to_string();
        let mut value = state.get("value").unwrap_or("0.1 + 0.2").to_string();
        let act = state.get("act").unwrap_or_default();
        if let Some(preset) = act.strip_prefix("set ") {
            value = match preset {
                "largest" => typed(format, format.max()),
                "tiniest" => typed(format, 1),
                other => other.to_string(),
            };
        }
        let mut reading = read_value(&value, format)?;
        let bits = match act {
            "prev" => format.neighbour(reading.bits, false),
            "next" => format.neighbour(reading.bits, true),
            _ => match act.strip_prefix("bit ").and_then(|bit| bit.parse::<u32>().ok()) {
                Some(bit) if bit < format.width() => reading.bits ^ 1 << bit,
                _ => reading.bits,
            },
        };
        if bits != reading.bits {
            value = typed(format, bits);
            reading = read_value(&value, format)?;
        }
        let zoom = state.get("zoom").and_then(|zoom| zoom.parse().ok()).unwrap_or(0).min(3);
        Ok(Self {
            value,
            zoom,
            compare: field("compare"),
            rel_tol: field("rel_tol"),
            abs_tol: field("abs_tol"),
            reading,
        })
    }

    fn state(&self) -> State {
        let mut state = State::new();
        state.push("value", &self.value).push("format", self.format().name);
        if self.zoom > 0 {
            state.push("zoom", self.zoom);
        }
        for (name, value) in [("compare", &self.compare), ("rel_tol", &self.rel_tol), ("abs_tol", &self.abs_tol)] {
            if !value.is_empty() {
                state.push(name, value);
            }
        }
        state
    }

    fn format(&self) -> &'static Format {
        self.reading.format
    }

    fn bits(&self) -> u64 {
        self.reading.bits
    }

    /// Is there more to the text than one literal?
    fn has_steps(&self) -> bool {
        self.reading.steps.len() > 1
    }

    /// Has anything been typed about closeness?
    fn compares(&self) -> bool {
        [&self.compare, &self.rel_tol, &self.abs_tol].iter().any(|field| !field.is_empty())
    }

    /// The tolerances typed, or else a library's own.
    fn tolerances(&self, defaults: Tolerances) -> Result<Tolerances, String> {
        Ok(Tolerances {
            relative: tolerance(&self.rel_tol, defaults.relative)?,
            absolute: tolerance(&self.abs_tol, defaults.absolute)?,
        })
    }
}

fn tolerance(typed: &str, default: f64) -> Result<f64, String> {
    if typed.trim().is_empty() {
        return Ok(default);
    }
    let value = match literal::read(typed) {
        Ok(literal) => f64::from_bits(literal.round(&FLOAT64).0),
        Err(_) => return Err(format!("A tolerance must be a number, not “{typed}”.")),
    };
    if value >= 0.0 { Ok(value) } else { Err("ValueError: tolerances must be non-negative".into()) }
}

fn read_value(value: &str, format: &'static Format) -> Result<Reading, String> {
    if value.trim().is_empty() {
        return Err("Type a number, such as 0.1, or an expression, such as 0.1 + 0.2.".into());
    }
    if value.len() > MAX_TYPED {
        return Err(format!("That is longer than {MAX_TYPED} characters, the most that this page reads."));
    }
    Reading::any(value, format)
}

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    let drawn = Input::read(state).and_then(|input| {
        let html = view::draw(&input, ids)?;
        Ok(Drawing::finished(input.state(), html, words::announce(&input), words::steps(&input)))
    });
    drawn.unwrap_or_else(|problem| {
        let mut kept = State::new();
        for (name, value) in state.pairs().iter().filter(|(name, _)| name != "act") {
            kept.push(name, value);
        }
        Drawing::problem(&kept, problem)
    })
}
