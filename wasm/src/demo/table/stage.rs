//! The middle of the figure: the answer, the table before and after, the probes in words, the bytes, the order.

use super::figure::{Before, Scene, View, code};
use super::ops::Op;
use super::svg::{Shapes, Svg};
use super::words::{self, shorten};
use super::{Probe, Step};
use crate::demo::Ids;
use crate::html::Html;

/// What `sys.getsizeof` says of a table.
pub fn total(table: &dyn View) -> u32 {
    table.parts().iter().map(|part| part.bytes).sum()
}

/// What was done, how it ended, and the hash that it began with. The answer in words, to be announced.
pub fn answer(html: &mut Html, scene: &Scene<'_>, table: &str) -> String {
    match (scene.op(), scene.step) {
        (Some(op), Some(step)) => {
            let outcome = words::outcome(step, scene.ops, table);
            html.open("p", &[("class", "lab-answer dict-answer")]);
            html.element("code", &[], code(op, table)).text(" ");
            html.element("output", &[("aria-live", "off")], &outcome).close("p");
            words::hash(
                html,
                op,
                step.resized.map_or(step.table_size, |[old, new]| if old == 0 || step.converted { new } else { old }),
            );
            format!("Step {} of {}: {}. {outcome}", scene.at, scene.ops.len(), code(op, table))
        }
        _ => {
            let empty = format!("The empty {}: nothing is played yet.", table);
            html.open("p", &[("class", "lab-answer dict-answer")])
                .element("output", &[("aria-live", "off")], &empty)
                .close("p");
            empty
        }
    }
}

/// The picture, the probes beside it, what else there is to say of the table.
pub fn stage(html: &mut Html, ids: Ids<'_>, table: &dyn View, before: &Before, scene: &Scene<'_>, name: &str) {
    html.open("div", &[("class", "dict-frame")]);
    html.open("div", &[("class", "dict-stage")]).open("div", &[("class", "dict-side dict-shown")]);
    if let Some(step) = scene.step {
        resize(html, before, &table.slots(scene.ops), step);
    }
    html.open("div", &[("class", "lab-picture dict-picture")]);
    table.picture(html, ids, scene);
    html.close("div").close("div").open("div", &[("class", "dict-side dict-told")]);
    if let (Some(op), Some(step)) = (scene.op(), scene.step) {
        paths(html, table, op, step, scene.ops);
    }
    html.close("div").open("div", &[("class", "dict-side")]);
    bytes(html, table, before, name);
    order(html, table, scene.ops, name);
    html.close("div").close("div").close("div");
}

/// A resize: the slots before and after.
fn resize(html: &mut Html, before: &Before, after: &[String], step: &Step) {
    let Some([old, new]) = step.resized.filter(|[old, _]| *old > 0) else { return };
    html.open("figure", &[("class", "dict-before")]);
    html.element("figcaption", &[], format_args!("Rebuilt: {old} slots before, {new} after"));
    for (slots, class) in [(before.slots.as_slice(), "dict-strip"), (after, "dict-strip dict-strip-new")] {
        let taken = slots.iter().filter(|slot| !slot.is_empty()).count();
        let columns = (slots.len() as i32).clamp(1, 32);
        let rows = (slots.len() as i32 + columns - 1) / columns;
        let side = 360 / columns;
        let height = side.min(24);
        let label = format!("{} of {} slots taken", taken, slots.len());
        let mut svg = Svg::open(html, class, 361, rows * height + 1, &label);
        let mut shapes = Shapes::default();
        let place = |at: usize| (at as i32 % columns * side, at as i32 / columns * height);
        for (at, slot) in slots.iter().enumerate() {
            let class = match slot.as_str() {
                "" => "dict-slot dict-empty",
                "×" => "dict-slot dict-dummy",
                _ => "dict-slot dict-taken",
            };
            let (x, y) = place(at);
            shapes.add_box(class, x, y, side, height);
        }
        svg.shapes(&shapes);
        for (at, slot) in slots.iter().enumerate().filter(|(_, slot)| side >= 20 && !slot.is_empty()) {
            let (x, y) = place(at);
            svg.text("dict-mini", x + side / 2, y + height / 2 + 4, &shorten(slot, side as usize / 7));
        }
        svg.close();
    }
    html.close("figure");
}

/// The probes: of the look-up and, where the table was rebuilt after it, of the placing.
fn paths(html: &mut Html, table: &dyn View, op: &Op, step: &Step, ops: &[Op]) {
    let run = table.run();
    let [old, new] = step.resized.unwrap_or([step.table_size; 2]);
    let mut jumped = false;
    if !step.lookup.is_empty() {
        let size = if step.grew() { old } else { new };
        let title = match (step.grew(), step.converted) {
            (true, _) => "The look-up, in the old table",
            (_, true) => "The look-up, after the rebuilding",
            _ => "The look-up",
        };
        jumped |= words::path(html, &words::Path { title, probes: &step.lookup, size, run }, op, ops);
    }
    if step.grew() && !step.insert.is_empty() {
        let title = "The placing, in the new table";
        jumped |= words::path(html, &words::Path { title, probes: &step.insert, size: new, run }, op, ops);
    }
    if jumped {
        html.element("p", &[("class", "lab-note")], words::ON_JUMPS);
    }
}

/// What `sys.getsizeof` says, what it said before, and what it is made of.
fn bytes(html: &mut Html, table: &dyn View, before: &Before, name: &str) {
    let (now, then) = (total(table), before.bytes);
    html.open("table", &[("class", "lab-table dict-bytes")]).open("caption", &[]);
    html.element("code", &[], if name == "dict" { "sys.getsizeof(d)" } else { "sys.getsizeof(s)" }).text(" → ");
    html.element("output", &[("aria-live", "off")], now).text(" bytes");
    if now != then {
        html.text(format_args!(", {then} before"));
    }
    html.close("caption").raw("<tbody>");
    for part in &table.parts() {
        html.open("tr", &[]).element("th", &[("scope", "row")], part.name);
        html.element("td", &[("class", "dict-number")], &part.product);
        html.element("td", &[("class", "dict-number")], part.bytes).close("tr");
    }
    html.raw("</tbody></table>");
}

/// The numbers of the probes that met a slot, in a pill that ends at `right`.
pub fn badge(svg: &mut Svg<'_>, path: &[Probe], slot: u32, right: i32, middle: i32) {
    let mut text = String::new();
    for (at, _) in path.iter().enumerate().filter(|(_, probe)| probe.slot == slot) {
        if !text.is_empty() {
            text.push('·');
        }
        text += &(at + 1).to_string();
    }
    if text.is_empty() {
        return;
    }
    let text = shorten(&text, 5);
    let width = 9 + 7 * text.chars().count() as i32;
    svg.pill("dict-pill", right - width, middle - 8, width, 16);
    svg.text("dict-pill-text", right - width / 2, middle + 4, &text);
}

/// The keys as iteration gives them.
fn order(html: &mut Html, table: &dyn View, ops: &[Op], name: &str) {
    const MOST: usize = 40;
    let order = table.order();
    let mut text = String::from("[");
    for (at, number) in order.iter().take(MOST).enumerate() {
        text += if at == 0 { "" } else { ", " };
        text += &shorten(words::label(ops, *number), 24);
    }
    text += if order.len() > MOST { ", …]" } else { "]" };
    html.open("p", &[("class", "dict-order")]);
    html.element("code", &[], if name == "dict" { "list(d)" } else { "list(s)" }).text(" → ").element(
        "code",
        &[],
        text,
    );
    html.close("p");
}
