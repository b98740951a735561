//! What happened, in words.

use super::ops::{Kind, Op};
use super::{Jumps, Outcome, Probe, Saw, Step};
use crate::html::Html;

/// A text cut to `width` columns, an ellipsis at its end; characters of East Asian scripts and pictures count twice.
pub fn shorten(text: &str, width: usize) -> String {
    let columns = |c: char| if (c as u32) < 0x1100 { 1 } else { 2 };
    if text.chars().map(columns).sum::<usize>() <= width {
        return text.to_string();
    }
    let mut left = width.saturating_sub(1);
    let mut cut = String::new();
    for c in text.chars() {
        let Some(rest) = left.checked_sub(columns(c)) else { break };
        left = rest;
        cut.push(c);
    }
    cut.push('…');
    cut
}

/// The key that an operation brought, as it was written.
pub fn label(ops: &[Op], number: u32) -> &str {
    ops.get(number as usize).map_or("", |op| op.label.as_str())
}

/// `1 slot`, `2 slots`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// How an operation ended, in a sentence or two.
pub fn outcome(step: &Step, ops: &[Op], table: &str) -> String {
    let inspected = count(step.inspected(), "slot");
    let slot = step.slot.unwrap_or_default();
    let stored = step.lookup.last().and_then(|probe| if let Saw::Match(key) = probe.saw { Some(key) } else { None });
    let stored = shorten(stored.map_or("", |key| label(ops, key)), 24);
    match step.result {
        Outcome::New => {
            let reused = if step.reused_dummy { ", where a dummy was" } else { "" };
            match step.resized {
                None => format!("A new key: {inspected} inspected, stored in slot {slot}{reused}."),
                Some([0, size]) => format!("The first key brings a table of {size} slots; stored in slot {slot}."),
                Some([old, new]) if step.converted => format!(
                    "The first key that is no str: the table is rebuilt as a general one, {old} → {new} slots; stored in slot {slot}."
                ),
                Some([old, new]) => match step.slot_after_resize {
                    Some(after) => format!(
                        "A new key in slot {slot}; now too many slots are taken, and the set is rebuilt: {old} → {new} slots. There the key is in slot {after}."
                    ),
                    None => format!(
                        "A new key, but no entry is free: the table is rebuilt, {old} → {new} slots; stored in slot {slot}."
                    ),
                },
            }
        }
        Outcome::Replaced => {
            format!(
                "There already, as {stored} in slot {slot}: the key stays, its value is replaced. {inspected} inspected."
            )
        }
        Outcome::Present => {
            format!("There already, as {stored} in slot {slot}: nothing changes. {inspected} inspected.")
        }
        Outcome::Found => format!("Found, as {stored} in slot {slot}: {inspected} inspected."),
        Outcome::Deleted => format!("Deleted from slot {slot}, which keeps a dummy: {inspected} inspected."),
        Outcome::Missing if step.table_size == 0 => format!("Not there: the {table} has no table yet."),
        Outcome::Missing if step.lookup.len() == 1 => "Not there: the first slot inspected is empty.".into(),
        Outcome::Missing => format!("Not there: {inspected} inspected, the last one is empty."),
    }
}

/// One line of the trace.
pub fn trace(step: &Step, code: &str, ops: &[Op], table: &str) -> String {
    let mut line = code.to_string();
    line += ": ";
    line += &outcome(step, ops, table);
    let mut slots = |before: &str, probes: &[Probe]| {
        for (at, probe) in probes.iter().take(MAX_ROWS).enumerate() {
            line += if at == 0 { before } else { ", " };
            line += &probe.slot.to_string();
        }
        line += match probes.len() {
            0 => "",
            1..=MAX_ROWS => ".",
            _ => " and more.",
        };
    };
    slots(" Looked in ", &step.lookup);
    slots(" Placed by way of ", if step.grew() { &step.insert } else { &[] });
    line + &format!(" {}, {} bytes.", count(step.used as usize, "key"), step.sizeof)
}

/// `hash(key) = …`, its low bits, and the slot that they choose in a table of `size` slots.
pub fn hash(html: &mut Html, op: &Op, size: u32) {
    let bits = size.trailing_zeros();
    html.open("p", &[("class", "dict-hash")]);
    html.element("code", &[], format_args!("hash({})", shorten(&op.label, 28))).text(" = ");
    html.element("code", &[], op.hash);
    if size > 1 {
        let shown = (bits + 5).min(16);
        let text: String = (0..shown).rev().map(|bit| if op.hash >> bit & 1 == 1 { '1' } else { '0' }).collect();
        let (high, low) = text.split_at_checked((shown - bits) as usize).unwrap_or(("", &text));
        html.raw("<br>").text(format_args!("its last {bits} bits, "));
        html.open("code", &[("class", "dict-bits")]).text("…").text(high).element("b", &[], low).close("code");
        html.text(format_args!(", choose slot {} of {size}", super::home(op.hash, size)));
    }
    html.close("p");
}

/// One path to show.
#[derive(Debug)]
pub struct Path<'a> {
    /// What it is.
    pub title: &'a str,
    /// The slots inspected.
    pub probes: &'a [Probe],
    /// Slots of the table.
    pub size: u32,
    /// How many neighbors a stop has inspected with it, where it has that many.
    pub run: u32,
}

/// The slots of a path that are shown; the others are counted.
const MAX_ROWS: usize = 24;

/// A path as a table: which slot, why it, what was there. Whether there was a jump, for the sentence on jumps.
pub fn path(html: &mut Html, path: &Path<'_>, op: &Op, ops: &[Op]) -> bool {
    let mask = path.size.saturating_sub(1);
    html.open("table", &[("class", "lab-table dict-probes")]).element("caption", &[], path.title);
    html.raw("<thead><tr>");
    html.open("th", &[("scope", "col")]).element("span", &[("class", "visually-hidden")], "Probe").close("th");
    for head in ["Slot", "Because", "What is there"] {
        html.element("th", &[("scope", "col")], head);
    }
    html.raw("</tr></thead><tbody>");
    let mut jumps = Jumps::new(op.hash, path.size);
    let (mut neighbor, mut jumped) = (0, false);
    for (at, probe) in path.probes.iter().enumerate().take(MAX_ROWS) {
        let because = if at == 0 {
            format!("hash & {mask}")
        } else if neighbor < path.run && jumps.slot + path.run < path.size {
            neighbor += 1;
            format!("neighbor {neighbor} of {}", path.run)
        } else {
            let from = jumps.slot;
            jumps.jump();
            (neighbor, jumped) = (0, true);
            format!("(5·{from} + 1 + {}) & {mask}", jumps.perturb & u64::from(mask))
        };
        html.open("tr", &[]).open("th", &[("scope", "row")]);
        html.element("span", &[("class", "dict-badge")], at + 1).close("th");
        html.element("td", &[("class", "dict-number")], probe.slot);
        html.element("td", &[("class", "dict-because")], because).open("td", &[]);
        let (key, what) = match probe.saw {
            Saw::Empty if op.kind == Kind::Insert => (None, "empty: free"),
            Saw::Empty => (None, "empty: not here"),
            Saw::Dummy => (None, "a dummy: go on"),
            Saw::Other(key) => (Some(key), "other hash"),
            Saw::Unequal(key) => (Some(key), "same hash, unequal"),
            Saw::Match(key) => (Some(key), "same hash, equal"),
        };
        if let Some(key) = key {
            html.element("code", &[], shorten(label(ops, key), 16)).text(", ");
        }
        html.text(what).close("td").close("tr");
    }
    html.raw("</tbody></table>");
    if path.probes.len() > MAX_ROWS {
        html.element("p", &[("class", "lab-note")], format_args!("… and {} more.", path.probes.len() - MAX_ROWS));
    }
    jumped
}

/// What the last number of a jump is.
pub const ON_JUMPS: &str = "The last number in the brackets comes from the hash: it is shifted right by 5 bits more at every jump, so that its higher bits have their say.";
