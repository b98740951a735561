//! The sum lab: the same floats added in five ways, each held against the exact sum.
//!
//! The ways are those of [`model`]: a plain loop, NumPy's pairwise sum, Kahan's loop, the compensated `sum()` of CPython 3.12 and later, and
//! `math.fsum`. Values are read as Python's `float()` reads them, so whole numbers are floats too. The exact sum is that of the floats, not of
//! the decimals that were typed.
//!
//! Bounds: the page adds at most [`MAX_SHOWN`] values, the command line [`model::MAX_VALUES`].

#[cfg(feature = "json")]
pub mod json;
pub mod model;

mod view;

use super::float::facts::not_a_number;
use super::float::format::FLOAT64;
use super::float::literal;
use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::state::State;

/// The lab.
pub static LAB: Lab = Lab {
    name: "sum",
    title: "Adding many floats",
    summary: "The same floats added by a loop, by NumPy, by Kahan, by today's sum() and by fsum: which one is how far off.",
    fields: &[Field { name: "values", kind: FieldKind::List }],
    draw,
    #[cfg(feature = "json")]
    answer: json::answer,
};

/// The most values that the page adds.
pub const MAX_SHOWN: usize = 2_000;

/// The longest text of values that the page reads, in bytes.
pub const MAX_TYPED: usize = 50_000;

/// Reads one value as Python's `float()` does.
pub fn read(text: &str) -> Result<f64, String> {
    match literal::read(text) {
        Ok(literal) => Ok(f64::from_bits(literal.round(&FLOAT64).0)),
        Err(_) => Err(not_a_number(text)),
    }
}

/// Reads texts of values with commas, semicolons, brackets or white space between them; `0.1*1000` stands for a thousand of them.
pub fn split(texts: &[&str], most: usize) -> Result<Vec<f64>, String> {
    let mut values = Vec::new();
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']');
    for word in texts.iter().flat_map(|text| text.split(separator)).filter(|word| !word.is_empty()) {
        let (number, times) = match word.split_once(['*', '×']) {
            Some((number, times)) => (number, times.parse().map_err(|_| how_many(word))?),
            None => (word, 1usize),
        };
        let value = read(number)?;
        if times > most.saturating_sub(values.len()) {
            return Err(format!("These are more than {most} values, the most that are added here."));
        }
        values.extend(std::iter::repeat_n(value, times));
    }
    Ok(values)
}

fn how_many(word: &str) -> String {
    let word: String = word.chars().take(40).collect();
    format!("“{word}” should be a number, a * and how many of it, as in 0.1*1000.")
}

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    let mut typed = state.all("values").collect::<Vec<_>>().join(", ");
    if state.get("values").is_none() {
        typed = "0.1*1000".into();
    }
    if let Some(preset) = state.get("act").and_then(|act| act.strip_prefix("set ")) {
        typed = preset.into();
    }
    let mut canonical = State::new();
    canonical.push("values", &typed);
    if typed.len() > MAX_TYPED {
        return Drawing::problem(
            &canonical,
            format!("That is longer than {MAX_TYPED} characters, the most that this page reads."),
        );
    }
    match split(&[&typed], MAX_SHOWN) {
        Ok(values) => view::draw(canonical, &typed, &values, ids),
        Err(problem) => Drawing::problem(&canonical, problem),
    }
}
