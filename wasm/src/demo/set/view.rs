//! The set's picture: its slots in rows, so that a run of neighbors is seen as one.

use super::model::{LINEAR_PROBES, MIN_SIZE, OBJECT_BYTES, SLOT_BYTES, Set, Slot};
use crate::demo::Ids;
use crate::demo::table::figure::{Part, Scene, View};
use crate::demo::table::home;
use crate::demo::table::ops::Op;
use crate::demo::table::stage::badge;
use crate::demo::table::svg::{Shapes, Svg};
use crate::demo::table::words::{label, shorten};
use crate::html::Html;

/// The largest table whose slots are drawn with room for a key.
const MAX_ROOMY: u32 = 64;

impl View for Set {
    fn picture(&self, html: &mut Html, _ids: Ids<'_>, scene: &Scene<'_>) {
        let roomy = self.size() <= MAX_ROOMY;
        let (columns, width, height) = if roomy { (8, 44, 46) } else { (16, 22, 20) };
        let rows = (self.size() as i32 + columns - 1) / columns;
        let current = scene.step.and_then(|step| step.slot_after_resize.or(step.slot));
        let path = scene.step.map(|step| step.path()).unwrap_or_default();
        let label_text = format!(
            "A table of {} slots, {} of them taken by keys and {} by dummies.",
            self.size(),
            self.used,
            self.fill.saturating_sub(self.used)
        );
        let mut svg = Svg::open(html, "dict-set", columns * width + 2, rows * height + 2, &label_text);
        let place = |slot: usize| (slot as i32 % columns * width + 1, slot as i32 / columns * height + 1);
        let mut shapes = Shapes::default();
        for (at, slot) in self.slots.iter().enumerate() {
            let (x, y) = place(at);
            let on_path = path.iter().any(|probe| probe.slot as usize == at);
            let class = match slot {
                _ if current == Some(at as u32) => "dict-slot dict-now",
                _ if on_path => "dict-slot dict-path",
                Slot::Empty => "dict-slot dict-empty",
                Slot::Dummy => "dict-slot dict-dummy",
                Slot::Key(..) => "dict-slot dict-taken",
            };
            shapes.add_box(class, x, y, width - 2, height - 2);
        }
        svg.shapes(&shapes);
        for (at, slot) in self.slots.iter().enumerate() {
            let (x, y) = place(at);
            let middle = x + width / 2 - 1;
            if roomy {
                svg.text("dict-corner", x + 4, y + 12, &at.to_string());
            }
            match slot {
                Slot::Empty => {}
                Slot::Dummy => svg.text("dict-mini", middle, y + height / 2 + 3, if roomy { "dummy" } else { "×" }),
                Slot::Key(key, hash) if roomy => {
                    svg.text("dict-cell", middle, y + 28, &shorten(label(scene.ops, *key), 6));
                    let home = home(*hash, self.size());
                    if home as usize != at {
                        svg.text("dict-home", middle, y + 40, &format!("from {home}"));
                    }
                }
                Slot::Key(key, _) => svg.text("dict-mini", middle, y + 13, &shorten(label(scene.ops, *key), 3)),
            }
            if roomy {
                badge(&mut svg, path, at as u32, x + width - 4, y + 10);
            }
        }
        svg.close();
        let note = if roomy {
            "A slot says where its key would rather be: “from 3” was pushed out of slot 3."
        } else {
            "Above 64 slots a key has room for three characters."
        };
        html.element("p", &[("class", "lab-note")], note);
    }

    fn slots(&self, ops: &[Op]) -> Vec<String> {
        let text = |slot: &Slot| match slot {
            Slot::Empty => String::new(),
            Slot::Dummy => "×".to_string(),
            Slot::Key(key, _) => label(ops, *key).to_string(),
        };
        self.slots.iter().map(text).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let size = self.size();
        let object = Part { name: "object, 8 slots in it", bytes: OBJECT_BYTES, product: String::new() };
        if size <= MIN_SIZE {
            return vec![object];
        }
        vec![object, Part { name: "slots", bytes: size * SLOT_BYTES, product: format!("{size} × {SLOT_BYTES}") }]
    }

    fn run(&self) -> u32 {
        LINEAR_PROBES
    }
}
