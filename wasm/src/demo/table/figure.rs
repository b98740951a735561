//! The figure of the dict and set labs: the controls, the answer, the table's picture, the probes in words.

use super::ops::{self, Kind, Op};
use super::scenario::{Scenario, Scenarios};
use super::svg::Svg;
use super::words::{self, count, shorten};
use super::{MAX_FIGURE_OPS, MAX_FIGURE_TEXT, Probe, Step, Table, play};
use crate::demo::pyhash::Seed;
use crate::demo::{Drawing, Ids, furniture};
use crate::html::Html;
use crate::state::State;

/// A part of what `sys.getsizeof` counts.
#[derive(Debug)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// Bytes.
    pub bytes: u32,
    /// How the bytes come about, where that says more.
    pub product: String,
}

/// What the figure is drawn from.
#[derive(Debug)]
pub struct Scene<'a> {
    /// All operations.
    pub ops: &'a [Op],
    /// How many of them are played.
    pub at: usize,
    /// What the last one played did.
    pub step: Option<&'a Step>,
}

impl<'a> Scene<'a> {
    /// The operation played last.
    pub fn op(&self) -> Option<&'a Op> {
        self.ops.get(self.at.checked_sub(1)?)
    }
}

/// A table that can be shown.
pub trait View: Table {
    /// The table as it is after the scene's step.
    fn picture(&self, html: &mut Html, ids: Ids<'_>, scene: &Scene<'_>);

    /// What its slots hold, in a few characters each; an empty one nothing, a dummy `×`.
    fn slots(&self, ops: &[Op]) -> Vec<String>;

    /// The parts of its bytes.
    fn parts(&self) -> Vec<Part>;

    /// How many neighbors a stop has inspected with it.
    fn run(&self) -> u32;
}

/// An operation as Python writes it.
pub fn code(op: &Op, table: &str) -> String {
    let key = shorten(&op.label, 40);
    match (op.kind, table) {
        (Kind::Insert, "dict") => {
            let value = if op.value.is_empty() { "None" } else { &op.value };
            format!("d[{key}] = {}", shorten(value, 24))
        }
        (Kind::Insert, _) => format!("s.add({key})"),
        (Kind::Lookup, "dict") => format!("{key} in d"),
        (Kind::Lookup, _) => format!("{key} in s"),
        (Kind::Delete, "dict") => format!("del d[{key}]"),
        (Kind::Delete, _) => format!("s.discard({key})"),
    }
}

/// What the state asks for.
struct Request {
    text: String,
    scenario: Option<&'static Scenario>,
    seed: u32,
    ops: Vec<Op>,
    at: usize,
}

impl Request {
    fn read(state: &State, scenarios: &Scenarios) -> Result<Self, String> {
        let seed = match state.get("hash_seed").map(str::trim) {
            None => 0,
            Some(seed) => seed.parse().map_err(|_| "The hash seed is a whole number from 0 to 4294967295.")?,
        };
        let (shown, shown_count) = state.get("shown").and_then(|shown| shown.split_once(' ')).unwrap_or_default();
        let chosen = state.get("scenario").filter(|name| !name.is_empty());
        let named = |name: &str| scenarios.find(name).ok_or_else(|| format!("There is no scenario {name}."));
        let mut text = state.get("ops").map(|ops| ops.replace('\r', ""));
        let mut fresh = text.is_none();
        // The form always sends the text; where the list's choice is not what was shown, the choice is what changed.
        if let (Some(name), Some(_)) = (chosen, state.get("shown"))
            && name != shown
        {
            text = None;
            fresh = true;
        }
        let text = match (text, chosen) {
            (Some(text), _) => text,
            (None, Some("own")) => scenarios.start.to_string(),
            (None, Some(name)) => named(name)?.text.to_string(),
            (None, None) => {
                let keys = state.all("keys").collect::<Vec<_>>().join("\n");
                let first = scenarios.all.first().map_or("", |scenario| scenario.text);
                if keys.is_empty() { first.to_string() } else { keys }
            }
        };
        if text.len() > MAX_FIGURE_TEXT {
            return Err(format!(
                "The operations take at most {MAX_FIGURE_TEXT} characters here; these are {}.",
                text.len()
            ));
        }
        let ops = ops::parse(&text, Seed::new(seed))?;
        if ops.len() > MAX_FIGURE_OPS {
            return Err(format!("This figure plays at most {MAX_FIGURE_OPS} operations; these are {}.", ops.len()));
        }
        let scenario = scenarios.of_text(&text);
        let default = scenario.map_or(ops.len(), |scenario| scenario.step);
        let asked = state.get("step").filter(|_| !fresh || state.get("shown").is_none());
        let mut at = match asked {
            Some(step) => step.trim().parse().map_err(|_| "The step is a whole number.".to_string())?,
            None => default,
        };
        // Who stands at the end and types on goes along.
        if scenario.is_none() && asked == Some(shown_count) {
            at = ops.len();
        }
        at = match state.get("act") {
            Some("back") => at.saturating_sub(1),
            Some("next") => at.saturating_add(1),
            _ => at,
        };
        Ok(Self { text, scenario, seed, at: at.min(ops.len()), ops })
    }

    fn canonical(&self) -> State {
        let mut state = State::new();
        match self.scenario {
            Some(scenario) => state.push("scenario", scenario.name),
            None => state.push("ops", &self.text),
        };
        if self.seed != 0 {
            state.push("hash_seed", self.seed);
        }
        if self.at != self.scenario.map_or(self.ops.len(), |scenario| scenario.step) {
            state.push("step", self.at);
        }
        state
    }
}

/// Draws a state; `fresh` makes an empty table.
pub fn draw(state: &State, ids: Ids<'_>, scenarios: &Scenarios, fresh: fn() -> Box<dyn View>) -> Drawing {
    let request = match Request::read(state, scenarios) {
        Ok(request) => request,
        Err(why) => return Drawing::problem(state, why),
    };
    let (ops, at) = (request.ops.as_slice(), request.at);
    let played = ops.get(..at).unwrap_or_default();
    // Three plays: all steps for their trace, the first ones for the table as it is then, one less for what a resize began with.
    let [mut whole, mut table, mut before] = [fresh(), fresh(), fresh()];
    let steps = match play(whole.as_mut(), ops)
        .and_then(|steps| play(table.as_mut(), played).map(|_| steps))
        .and_then(|steps| play(before.as_mut(), played.get(..at.saturating_sub(1)).unwrap_or_default()).map(|_| steps))
    {
        Ok(steps) => steps,
        Err(why) => return Drawing::problem(state, why),
    };
    let step = at.checked_sub(1).and_then(|last| steps.get(last));
    let scene = Scene { ops, at, step };

    let mut html = Html::new();
    controls(&mut html, ids, &request, state, scenarios);
    scrubber(&mut html, ids, &request, &steps, scenarios.table);
    let answer = match (scene.op(), step) {
        (Some(op), Some(step)) => {
            let outcome = words::outcome(step, ops, scenarios.table);
            html.open("p", &[("class", "lab-answer dict-answer")]);
            html.element("code", &[], code(op, scenarios.table)).text(" ");
            html.element("output", &[], &outcome).close("p");
            words::hash(
                &mut html,
                op,
                step.resized.map_or(step.table_size, |[old, new]| if old == 0 || step.converted { new } else { old }),
            );
            format!("Step {at} of {}: {}. {outcome}", ops.len(), code(op, scenarios.table))
        }
        _ => {
            let empty = format!("The empty {}: nothing is played yet.", scenarios.table);
            html.open("p", &[("class", "lab-answer dict-answer")]).element("output", &[], &empty).close("p");
            empty
        }
    };
    html.open("div", &[("class", "dict-frame")]);
    html.open("div", &[("class", "dict-stage")]).open("div", &[("class", "dict-side dict-shown")]);
    if let Some(step) = step {
        resize(&mut html, before.as_ref(), table.as_ref(), step, ops);
    }
    html.open("div", &[("class", "lab-picture dict-picture")]);
    table.picture(&mut html, ids, &scene);
    html.close("div").close("div").open("div", &[("class", "dict-side dict-told")]);
    if let (Some(op), Some(step)) = (scene.op(), step) {
        paths(&mut html, ids, table.as_ref(), op, step, ops);
    }
    html.close("div").open("div", &[("class", "dict-side")]);
    bytes(&mut html, table.as_ref(), before.as_ref(), scenarios.table);
    order(&mut html, table.as_ref(), ops, scenarios.table);
    html.close("div").close("div").close("div");
    let trace =
        ops.iter().zip(&steps).map(|(op, step)| words::trace(step, &code(op, scenarios.table), ops, scenarios.table));
    furniture::steps(&mut html, &trace.collect::<Vec<_>>());
    let announce = match step {
        Some(step) => format!("{answer} {}, {} bytes.", count(step.used as usize, "key"), step.sizeof),
        None => answer,
    };
    Drawing { state: request.canonical(), html: html.finish(), announce, problem: None }
}

/// The scenarios, the seed, the operations.
fn controls(html: &mut Html, ids: Ids<'_>, request: &Request, state: &State, scenarios: &Scenarios) {
    // Enter in a field presses a form's first button: this one, which changes nothing.
    html.open("button", &[("hidden", ""), ("type", "submit")]).text("Redraw").close("button");
    let name = request.scenario.map_or("own", |scenario| scenario.name);
    furniture::hidden(html, "shown", &format!("{name} {}", request.ops.len()));
    html.open("div", &[("class", "lab-row dict-frame")]).open("div", &[("class", "dict-top")]);
    let mut options = scenarios.all.iter().map(|scenario| (scenario.name, scenario.title)).collect::<Vec<_>>();
    options.push(("own", "Your own"));
    furniture::choice(html, ids, "scenario", "Scenario", &options, name);
    let seed = ids.of("hash_seed");
    html.open("div", &[("class", "field")]).element("label", &[("for", &seed)], "Hash seed");
    let seed_text = state.get("hash_seed").map_or_else(|| request.seed.to_string(), str::to_string);
    html.open(
        "input",
        &[
            ("id", &seed),
            ("max", "4294967295"),
            ("min", "0"),
            ("name", "hash_seed"),
            ("type", "number"),
            ("value", &seed_text),
        ],
    );
    html.close("div");
    let id = ids.of("ops");
    html.open("div", &[("class", "field dict-ops")]);
    html.element("label", &[("for", &id)], "Operations: type your own");
    html.open(
        "textarea",
        &[
            ("autocapitalize", "off"),
            ("autocomplete", "off"),
            ("id", &id),
            ("name", "ops"),
            ("rows", "3"),
            ("spellcheck", "false"),
        ],
    );
    // A newline right after the tag would be dropped, the text's own first one too.
    html.text(format_args!("\n{}", request.text)).close("textarea").close("div");
    let note = request.scenario.map_or(scenarios.own, |scenario| scenario.note);
    html.element("p", &[("class", "lab-note")], note).close("div").close("div");
}

/// The steps: how many slots each inspected, which ones rebuilt the table; a slider and buttons to go to one.
fn scrubber(html: &mut Html, ids: Ids<'_>, request: &Request, steps: &[Step], table: &str) {
    let (count, at) = (steps.len(), request.at);
    html.open("div", &[("class", "dict-scrubber")]);
    if count > 0 {
        let most = steps.iter().map(Step::inspected).max().unwrap_or(1).max(3);
        let resized = steps.iter().filter(|step| step.resized.is_some()).count();
        let label = format!(
            "Slots inspected by each of {count} operations, {most} at most; {resized} of them rebuilt the table."
        );
        let mut svg = Svg::open_stretched(html, "dict-bars", 10 * count as i32, 40, &label);
        for (number, step) in steps.iter().enumerate() {
            let x = 10 * (number as i32 + 1);
            let height = (36 * step.inspected().min(most) / most) as i32;
            if step.resized.is_some() {
                svg.rect("dict-resize", x - 4, 0, 8, 40);
            }
            let class = if number + 1 == at { "dict-bar dict-now" } else { "dict-bar" };
            svg.rect(class, x - 3, 40 - height.max(1), 6, height.max(1));
        }
        svg.close();
    }
    let id = ids.of("step");
    let now = match request.ops.get(at.wrapping_sub(1)) {
        Some(op) => format!("{at} of {count}: {}", code(op, table)),
        None => format!("{at} of {count}"),
    };
    furniture::act(html, "back", "Back");
    html.open(
        "input",
        &[
            ("aria-valuetext", &now),
            ("id", &id),
            ("max", &count.to_string()),
            ("min", "0"),
            ("name", "step"),
            ("step", "1"),
            ("type", "range"),
            ("value", &at.to_string()),
        ],
    );
    furniture::act(html, "next", "Next");
    html.open("p", &[("class", "dict-legend")]).element("label", &[("for", &id)], format_args!("Step {at} of {count}"));
    html.element("span", &[("class", "dict-key-bar")], "slots inspected");
    html.element("span", &[("class", "dict-key-resize")], "table rebuilt").close("p").close("div");
}

/// A resize: the slots before and after.
fn resize(html: &mut Html, before: &dyn View, after: &dyn View, step: &Step, ops: &[Op]) {
    let Some([old, new]) = step.resized.filter(|[old, _]| *old > 0) else { return };
    let (before, after) = (before.slots(ops), after.slots(ops));
    html.open("figure", &[("class", "dict-before")]);
    html.element("figcaption", &[], format_args!("Rebuilt: {old} slots before, {new} after"));
    for (slots, class) in [(before, "dict-strip"), (after, "dict-strip dict-strip-new")] {
        let taken = slots.iter().filter(|slot| !slot.is_empty()).count();
        let columns = (slots.len() as i32).clamp(1, 32);
        let rows = (slots.len() as i32 + columns - 1) / columns;
        let side = 360 / columns;
        let height = side.min(24);
        let label = format!("{} of {} slots taken", taken, slots.len());
        let mut svg = Svg::open(html, class, 361, rows * height + 1, &label);
        for (at, slot) in slots.iter().enumerate() {
            let (x, y) = (at as i32 % columns * side, at as i32 / columns * height);
            let class = match slot.as_str() {
                "" => "dict-slot dict-empty",
                "×" => "dict-slot dict-dummy",
                _ => "dict-slot dict-taken",
            };
            svg.rect(class, x, y, side, height);
            if side >= 20 && !slot.is_empty() {
                svg.text("dict-mini", x + side / 2, y + height / 2 + 4, &shorten(slot, side as usize / 7));
            }
        }
        svg.close();
    }
    html.close("figure");
}

/// The probes: of the look-up and, where the table was rebuilt after it, of the placing.
fn paths(html: &mut Html, ids: Ids<'_>, table: &dyn View, op: &Op, step: &Step, ops: &[Op]) {
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
        jumped |= words::path(html, ids, &words::Path { title, probes: &step.lookup, size, run }, op, ops);
    }
    if step.grew() && !step.insert.is_empty() {
        let title = "The placing, in the new table";
        jumped |= words::path(html, ids, &words::Path { title, probes: &step.insert, size: new, run }, op, ops);
    }
    if jumped {
        html.element("p", &[("class", "lab-note")], words::ON_JUMPS);
    }
}

/// What `sys.getsizeof` says, what it said before, and what it is made of.
fn bytes(html: &mut Html, table: &dyn View, before: &dyn View, name: &str) {
    let total = |table: &dyn View| table.parts().iter().map(|part| part.bytes).sum::<u32>();
    let (now, then) = (total(table), total(before));
    html.open("table", &[("class", "lab-table dict-bytes")]).open("caption", &[]);
    html.element("code", &[], if name == "dict" { "sys.getsizeof(d)" } else { "sys.getsizeof(s)" }).text(" → ");
    html.element("output", &[], now).text(" bytes");
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
