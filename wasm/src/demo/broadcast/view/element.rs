//! One element of the result: the slider that chooses it, and where in memory it is read from.

use super::subscript;
use crate::demo::Ids;
use crate::demo::broadcast::query::Query;
use crate::demo::broadcast::shape::Shape;
use crate::demo::broadcast::text::list;
use crate::html::Html;

/// The slider goes over no more elements than this, from the first.
pub(super) const SCRUBBED: u64 = 1_000_000;

/// The element that the slider stands on, as an index of an array of that shape.
pub(super) fn looked_at(query: &Query, shape: &Shape) -> Option<Vec<u64>> {
    let last = count(shape).checked_sub(1)?;
    // Without a choice: the last row and column of the first slice, where stretched axes show; of a large one the
    // second row's end, which is drawn too.
    let corner = |rows: u64| shape.from_end(0).unwrap_or(1).saturating_mul(shape.from_end(1).unwrap_or(1).min(rows));
    let default = match corner(u64::MAX).saturating_sub(1) {
        inside if inside <= last => inside,
        _ => corner(2).saturating_sub(1),
    };
    unravel(shape, query.at.unwrap_or(default).min(last))
}

/// How many elements the slider goes over.
fn count(shape: &Shape) -> u64 {
    shape.elements().min(SCRUBBED)
}

/// The index of the element that stands at `flat` in C order; nothing where there is none.
pub(super) fn unravel(shape: &Shape, flat: u64) -> Option<Vec<u64>> {
    let mut rest = flat;
    let mut index = vec![0; shape.ndim()];
    for (place, &size) in index.iter_mut().zip(&shape.0).rev() {
        *place = rest.checked_rem(size)?;
        rest /= size;
    }
    (rest == 0).then_some(index)
}

/// The place of an element in C order.
pub(super) fn ravel(shape: &Shape, index: &[u64]) -> u64 {
    index.iter().zip(&shape.0).fold(0, |flat: u64, (&at, &size)| flat.saturating_mul(size).saturating_add(at))
}

/// The operand's own index for an index of the result: 0 where it is stretched, and along axes that it has more.
pub(super) fn read_from(shape: &Shape, at: &[u64]) -> Vec<u64> {
    let mut own = Vec::with_capacity(shape.ndim());
    for (&size, back) in shape.0.iter().zip((0..shape.ndim()).rev()) {
        let index = at.len().checked_sub(back + 1).and_then(|place| at.get(place)).copied();
        own.push(if size == 1 { 0 } else { index.unwrap_or(0) });
    }
    own
}

/// How one element comes about, in code: what is written, a sign, and what is read, with signs between.
pub(super) struct Reading {
    /// `result[2, 0]`.
    pub(super) left: String,
    /// ` = `, ` += `.
    pub(super) equals: &'static str,
    /// `a[2, 0]`, `b[0]`.
    pub(super) right: Vec<String>,
    /// Between those.
    pub(super) sign: &'static str,
    /// Before and after all of those.
    pub(super) around: (&'static str, &'static str),
    /// Further lines: how each address is counted.
    pub(super) addresses: Vec<String>,
}

/// The slider and the reading.
pub(super) fn scrubber(html: &mut Html, ids: Ids<'_>, shape: &Shape, at: &[u64], reading: &Reading) {
    let id = ids.of("at");
    let most = count(shape).saturating_sub(1).to_string();
    let value = ravel(shape, at).to_string();
    html.open("div", &[("class", "broadcast-scrub field")]);
    html.element("label", &[("for", &id)], "Where one element comes from");
    let attributes = [
        ("id", id.as_str()),
        ("name", "at"),
        ("type", "range"),
        ("min", "0"),
        ("max", &most),
        ("step", "1"),
        ("value", &value),
    ];
    html.open("input", &attributes).close("div");
    html.open("div", &[("class", "broadcast-read")]);
    html.open("output", &[("aria-live", "off"), ("class", "broadcast-element"), ("for", &id)]).open("code", &[]);
    html.text(&reading.left).text(reading.equals).text(reading.around.0);
    for (at, read) in reading.right.iter().enumerate() {
        if at > 0 {
            html.text(reading.sign);
        }
        html.element("b", &[], read);
    }
    html.text(reading.around.1).close("code").close("output");
    if !reading.addresses.is_empty() {
        html.open("ul", &[("class", "broadcast-offsets")]);
        for address in &reading.addresses {
            html.open("li", &[]).element("code", &[], address).close("li");
        }
        html.close("ul");
    }
    html.close("div");
}

/// `a + 40 bytes = 0·48 + 5·8`: the index times the strides.
pub(super) fn address(name: &str, at: &[u64], strides: &[u64]) -> String {
    let offset =
        at.iter().zip(strides).fold(0u64, |sum, (&index, &stride)| sum.saturating_add(index.saturating_mul(stride)));
    // Of many terms those that are 0 say little.
    let few = at.len() <= 6;
    let terms = at.iter().zip(strides).filter(|&(&index, &stride)| few || (index > 0 && stride > 0));
    let terms = list(terms.map(|(index, stride)| format!("{index}·{stride}")), " + ");
    let unit = if offset == 1 { "byte" } else { "bytes" };
    match terms.is_empty() {
        true => format!("{name} + {offset} {unit}"),
        false => format!("{name} + {offset} {unit} = {}", terms),
    }
}

/// `a[2, 0]`.
pub(super) fn named(name: &str, index: &[u64]) -> String {
    format!("{name}{}", subscript(index))
}
