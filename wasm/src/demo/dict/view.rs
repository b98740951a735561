//! The dict's picture: the table of indices, the table of entries, and the lines between them.

use super::model::{DUMMY, Dict, EMPTY, HEADER_BYTES, OBJECT_BYTES};
use crate::demo::Ids;
use crate::demo::table::figure::{Part, Scene, View};
use crate::demo::table::ops::Op;
use crate::demo::table::stage::badge;
use crate::demo::table::svg::{Shapes, Svg};
use crate::demo::table::words::{label, shorten};
use crate::html::Html;

/// The largest table that is drawn with its entries and the lines to them.
const MAX_LINES: u32 = 32;

/// Where the columns of the picture begin.
const SLOT_X: i32 = 66;
const SLOT_WIDTH: i32 = 42;
const ENTRY_X: i32 = 168;
const ENTRY_WIDTH: i32 = 191;
const TOP: i32 = 34;

impl View for Dict {
    fn picture(&self, html: &mut Html, ids: Ids<'_>, scene: &Scene<'_>) {
        match self.size() {
            0 => {
                html.element(
                    "p",
                    &[("class", "lab-note")],
                    "No table yet: all empty dicts share one, and the first key brings a table of 8 slots.",
                );
            }
            1..=MAX_LINES => self.lines(html, scene),
            _ => self.grid(html, ids, scene),
        }
    }

    fn slots(&self, _ops: &[Op]) -> Vec<String> {
        let text = |index: &i32| match *index {
            DUMMY => "×".to_string(),
            index if index < 0 => String::new(),
            index => index.to_string(),
        };
        self.indices.iter().map(text).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts = vec![Part { name: "object", bytes: OBJECT_BYTES, product: String::new() }];
        if self.size() > 0 {
            let (size, each) = (self.size(), self.index_bytes());
            parts.push(Part { name: "table header", bytes: HEADER_BYTES, product: String::new() });
            parts.push(Part { name: "indices", bytes: size * each, product: format!("{size} × {each}") });
            let (capacity, each) = (self.capacity(), self.entry_bytes());
            let name = if self.general { "entries" } else { "entries without hash" };
            parts.push(Part { name, bytes: capacity * each, product: format!("{capacity} × {each}") });
        }
        parts
    }

    fn run(&self) -> u32 {
        0
    }
}

/// A hash in a few characters: itself if short, otherwise its last 16 bits.
fn short_hash(hash: i64) -> String {
    if hash.unsigned_abs() < 100_000 { hash.to_string() } else { format!("…{:04x}", hash as u16) }
}

impl Dict {
    /// The slot that the scene's operation ended at, and the entry there.
    fn current(&self, scene: &Scene<'_>) -> (Option<u32>, Option<i32>) {
        let slot = scene.step.and_then(|step| step.slot);
        let index = slot.and_then(|slot| self.indices.get(slot as usize)).copied().filter(|index| *index >= 0);
        (slot, index)
    }

    fn summary(&self) -> String {
        format!(
            "A table of {} slots and {} of {} entries in use, {} of them deleted.",
            self.size(),
            self.entries.len(),
            self.capacity(),
            self.entries.iter().filter(|entry| entry.is_none()).count(),
        )
    }

    fn lines(&self, html: &mut Html, scene: &Scene<'_>) {
        let size = self.size() as i32;
        let row = match size {
            8 => 32,
            16 => 26,
            _ => 21,
        };
        let middle = |at: i32| TOP + at * row + row / 2;
        let (current, current_index) = self.current(scene);
        let mut svg = Svg::open(html, "dict-dict", 360, TOP + size * row + 2, &self.summary());
        svg.text("dict-head", SLOT_X, 12, "indices");
        svg.text("dict-sub", SLOT_X, 26, &format!("{size} × {} byte", self.index_bytes()));
        svg.text("dict-head", ENTRY_X, 12, "entries");
        let kind = if self.general { "hash, key, value" } else { "key, value" };
        svg.text("dict-sub", ENTRY_X, 26, &format!("{} × {} bytes: {kind}", self.capacity(), self.entry_bytes()));

        let path = scene.step.map(|step| step.path()).unwrap_or_default();
        let mut shapes = Shapes::default();
        for (slot, index) in self.indices.iter().enumerate().filter(|(_, index)| **index >= 0) {
            let (from, to) = (middle(slot as i32), middle(*index));
            let (start, end) = (SLOT_X + SLOT_WIDTH, ENTRY_X);
            let bend = (start + end) / 2;
            let class = if current == Some(slot as u32) { "dict-line dict-now" } else { "dict-line" };
            shapes.add(class, &format!("M{start} {from}C{bend} {from} {bend} {to} {end} {to}"));
        }
        for pair in path.windows(2) {
            let [from, to] =
                [pair.first(), pair.last()].map(|probe| probe.map_or(0, |probe| middle(probe.slot as i32)));
            shapes.add("dict-hop", &format!("M22 {from}C-2 {from} -2 {to} 22 {to}"));
        }
        for slot in 0..size {
            shapes.add_box(self.slot_class(slot, scene), SLOT_X, TOP + slot * row + 2, SLOT_WIDTH, row - 4);
        }
        for at in 0..self.capacity() as i32 {
            let class = match self.entries.get(at as usize) {
                Some(Some(_)) if current_index == Some(at) => "dict-entry dict-now",
                Some(Some(_)) => "dict-entry",
                Some(None) => "dict-entry dict-dummy",
                None => "dict-entry dict-ghost",
            };
            shapes.add_box(class, ENTRY_X, TOP + at * row + 2, ENTRY_WIDTH, row - 4);
        }
        svg.shapes(&shapes);
        for (slot, index) in self.indices.iter().enumerate() {
            let base = middle(slot as i32) + 4;
            svg.text("dict-slot-number", SLOT_X - 6, base, &slot.to_string());
            match *index {
                DUMMY => svg.text("dict-mini", SLOT_X + SLOT_WIDTH / 2, base, "dummy"),
                index if index >= 0 => svg.text("dict-index", SLOT_X + SLOT_WIDTH / 2, base, &index.to_string()),
                _ => {}
            }
            badge(&mut svg, path, slot as u32, 40, middle(slot as i32));
        }
        for (at, entry) in self.entries.iter().enumerate() {
            let base = middle(at as i32) + 4;
            svg.text("dict-entry-number", ENTRY_X + 6, base, &at.to_string());
            let Some(entry) = entry else {
                svg.text("dict-gone", ENTRY_X + 26, base, "deleted");
                continue;
            };
            let (key, value) = (label(scene.ops, entry.key), scene.ops.get(entry.value as usize));
            let value = value.map_or("", |op| if op.value.is_empty() { "None" } else { op.value.as_str() });
            let (key_x, key_width, value_width) = if self.general { (72, 9, 6) } else { (26, 14, 9) };
            if self.general {
                svg.text("dict-hash-column", ENTRY_X + 26, base, &short_hash(entry.hash));
            }
            svg.text("dict-key", ENTRY_X + key_x, base, &shorten(key, key_width));
            svg.text("dict-value", ENTRY_X + ENTRY_WIDTH - 6, base, &shorten(value, value_width));
        }
        svg.close();
    }

    /// How a slot looks: the one that the operation ended at, one that it passed, a dummy, a taken one, an empty one.
    fn slot_class(&self, slot: i32, scene: &Scene<'_>) -> &'static str {
        let path = scene.step.map(|step| step.path()).unwrap_or_default();
        let index = self.indices.get(slot as usize).copied().unwrap_or(EMPTY);
        if scene.step.and_then(|step| step.slot) == Some(slot as u32) {
            "dict-slot dict-now"
        } else if path.iter().any(|probe| probe.slot == slot as u32) {
            "dict-slot dict-path"
        } else if index == DUMMY {
            "dict-slot dict-dummy"
        } else if index >= 0 {
            "dict-slot dict-taken"
        } else {
            "dict-slot dict-empty"
        }
    }

    /// A large table: its indices as a grid, its entries as rows below.
    fn grid(&self, html: &mut Html, ids: Ids<'_>, scene: &Scene<'_>) {
        let (_, current_index) = self.current(scene);
        let rows = (self.size() as i32 + 15) / 16;
        let mut svg = Svg::open(html, "dict-dict", 360, rows * 20 + 20, &self.summary());
        svg.text("dict-head", 0, 12, "indices");
        svg.text("dict-sub", 56, 12, &format!("{} × {} byte", self.size(), self.index_bytes()));
        let mut shapes = Shapes::default();
        let place = |slot: i32| (slot % 16 * 22 + 4, slot / 16 * 20 + 20);
        for slot in 0..self.size() as i32 {
            let (x, y) = place(slot);
            shapes.add_box(self.slot_class(slot, scene), x, y, 21, 18);
        }
        svg.shapes(&shapes);
        for (slot, index) in self.indices.iter().enumerate() {
            let (x, y) = place(slot as i32);
            match *index {
                DUMMY => svg.text("dict-mini", x + 10, y + 13, "×"),
                index if index >= 0 => svg.text("dict-mini", x + 10, y + 13, &index.to_string()),
                _ => {}
            }
        }
        svg.close();
        html.element(
            "p",
            &[("class", "lab-note")],
            "Above 32 slots the lines are left out: each slot names its entry by number.",
        );
        let name = ids.of("entries");
        html.open(
            "div",
            &[("role", "group"), ("aria-labelledby", &name), ("class", "lab-scroll dict-tall"), ("tabindex", "0")],
        );
        html.open("table", &[("class", "lab-table")]).element(
            "caption",
            &[("id", &name)],
            format_args!("entries, {} × {} bytes", self.capacity(), self.entry_bytes()),
        );
        html.raw("<thead><tr>");
        for head in ["Entry", "Hash", "Key", "Value"] {
            html.element("th", &[("scope", "col")], head);
        }
        html.raw("</tr></thead><tbody>");
        for (at, entry) in self.entries.iter().enumerate() {
            let class = if current_index == Some(at as i32) { "dict-now" } else { "dict-row" };
            html.open("tr", &[("class", class)]).element("th", &[("scope", "row")], at);
            match entry {
                Some(entry) => {
                    let value = scene.ops.get(entry.value as usize).map_or("", |op| op.value.as_str());
                    html.element("td", &[("class", "dict-number")], short_hash(entry.hash));
                    html.open("td", &[]).element("code", &[], shorten(label(scene.ops, entry.key), 20)).close("td");
                    html.open("td", &[]).element("code", &[], shorten(value, 12)).close("td");
                }
                None => {
                    html.element("td", &[], "").element("td", &[], "deleted").element("td", &[], "");
                }
            }
            html.close("tr");
        }
        html.raw("</tbody></table></div>");
    }
}
