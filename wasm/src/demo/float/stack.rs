//! The same number in every format, the bits under one another by what they are worth.

use super::Input;
use super::exact::Exact;
use super::facts::{elsewhere, ulp};
use super::format::{FORMATS, Format, Rounding};
use super::picture::power_text;
use super::text::{repr, rounded};
use super::view::strip;
use crate::html::Html;

/// Columns of the picture: the 53 bits of a float64 and three more.
const COLUMNS: usize = 56;

/// The number in one format.
struct Row {
    format: &'static Format,
    bits: u64,
    error_ulp: Option<f64>,
}

/// Draws the list.
pub(super) fn formats(html: &mut Html, input: &Input) {
    html.raw("<div class=\"float-stack\"><p class=\"float-head\">The same in every format</p>");
    let rows: Vec<Row> = FORMATS
        .iter()
        .filter_map(|format| {
            let (bits, error_ulp) = elsewhere(&input.reading, &input.value, format)?;
            Some(Row { format, bits, error_ulp })
        })
        .collect();
    let exact = input.reading.exact.as_ref().filter(|exact| !exact.is_zero());
    // The highest column: that of the exact value, or of what it is rounded up to.
    let top = exact.map(|exact| {
        let stored = rows.iter().filter_map(|row| row.format.exact(row.bits));
        stored.filter(|stored| !stored.is_zero()).map(|stored| stored.exponent()).fold(exact.exponent(), i32::max)
    });
    let top = top.zip(exact).map(|(top, exact)| (top.min(exact.exponent() + 8), exact));
    html.raw("<ul class=\"float-formats\">");
    if let Some((top, exact)) = top {
        html.raw("<li class=\"float-format float-binary\"><p class=\"float-format-head\"><span class=\"float-format-name\">in binary</span>");
        html.element(
            "span",
            &[("class", "float-columns")],
            format_args!("{} … {}", power_text(top), power_text(top - COLUMNS as i32 + 1)),
        );
        html.raw("</p>");
        let cells = columns(exact, top);
        strip(
            html,
            "float-strip",
            &cells.iter().enumerate().filter_map(|(at, bit)| bit.map(|bit| (at, bit, false))).collect::<Vec<_>>(),
            COLUMNS,
        );
        html.raw("</li>");
    }
    for row in &rows {
        draw_row(html, input, row, top);
    }
    html.raw("</ul>");
    if top.is_some() {
        html.raw("<p class=\"lab-note\">A block is a 1, a dash a 0; a bit that rounding changed is marked.</p>");
    }
    html.raw("</div>");
}

fn draw_row(html: &mut Html, input: &Input, row: &Row, top: Option<(i32, &Exact)>) {
    let format = row.format;
    let current = format == input.format();
    html.open("li", &[("class", if current { "float-format float-current" } else { "float-format" })]);
    html.raw("<p class=\"float-format-head\">");
    html.element("span", &[("class", "float-format-name")], format.name);
    html.element("code", &[("class", "float-format-value")], repr(format, row.bits));
    html.element("span", &[("class", "float-format-error")], off_by(row, input)).raw("</p>");
    if let Some((top, exact)) = top
        && format.finite(row.bits)
    {
        let truth = columns(exact, top);
        let cells: Vec<(usize, bool, bool)> = stored(format, row.bits, top)
            .map(|(column, bit)| (column, bit, truth.get(column).copied().flatten().unwrap_or(false) != bit))
            .collect();
        strip(html, "float-strip", &cells, COLUMNS);
    }
    html.raw("</li>");
}

/// How far the stored number is from the exact one.
fn off_by(row: &Row, input: &Input) -> String {
    match row.error_ulp {
        Some(0.0) => "exact".into(),
        Some(error) => {
            let size = rounded(error.abs() * ulp(row.format, row.bits));
            super::picture::minus(format!("off by {size}"))
        }
        None if input.reading.exact.is_some() || input.reading.rounding == Rounding::Overflow => "overflow".into(),
        None => String::new(),
    }
}

/// The bits of an exact number from 2^top down; `None` above the first 1 and past the last.
fn columns(exact: &Exact, top: i32) -> [Option<bool>; COLUMNS] {
    let (quotient, exponent, complete) = exact.leading();
    let lowest = exponent.saturating_add(quotient.trailing_zeros() as i32);
    let highest = exponent.saturating_add(63 - quotient.leading_zeros() as i32);
    let mut cells = [None; COLUMNS];
    for (at, cell) in cells.iter_mut().enumerate() {
        let place = top.saturating_sub(at as i32);
        if place <= highest && (place >= lowest || !complete) {
            let shift = place.saturating_sub(exponent);
            *cell = Some(u32::try_from(shift).ok().and_then(|shift| quotient.checked_shr(shift)).unwrap_or(0) & 1 == 1);
        }
    }
    cells
}

/// The significant bits that a format stores, with their columns.
fn stored(format: &Format, bits: u64, top: i32) -> impl Iterator<Item = (usize, bool)> {
    let (mantissa, place) = format.parts(bits);
    let length = 64 - mantissa.leading_zeros() as i32;
    (0..length).rev().filter_map(move |bit| {
        let column = usize::try_from(top.saturating_sub(place.saturating_add(bit))).ok()?;
        (column < COLUMNS).then_some((column, mantissa >> bit & 1 == 1))
    })
}
