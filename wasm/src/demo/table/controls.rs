//! The controls of the dict and set labs: what is played, and how far.

use super::Step;
use super::figure::code;
use super::request::Request;
use super::scenario::Scenarios;
use super::svg::{Shapes, Svg};
use crate::demo::{Ids, furniture};
use crate::html::Html;
use crate::state::State;

/// The scenarios, the seed, the operations.
pub fn fields(html: &mut Html, ids: Ids<'_>, request: &Request, state: &State, scenarios: &Scenarios) {
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
pub fn scrubber(html: &mut Html, ids: Ids<'_>, request: &Request, steps: &[Step], table: &str) {
    let (count, at) = (steps.len(), request.at);
    html.open("div", &[("class", "dict-scrubber")]);
    if count > 0 {
        let most = steps.iter().map(Step::inspected).max().unwrap_or(1).max(3);
        let resized = steps.iter().filter(|step| step.resized.is_some()).count();
        let label = format!(
            "Slots inspected by each of {count} operations, {most} at most; {resized} of them rebuilt the table."
        );
        let mut shapes = Shapes::default();
        for (number, _) in steps.iter().enumerate().filter(|(_, step)| step.resized.is_some()) {
            shapes.add_box("dict-resize", 10 * number as i32 + 6, 0, 8, 40);
        }
        for (number, step) in steps.iter().enumerate() {
            let height = (36 * step.inspected().min(most) / most).max(1) as i32;
            let class = if number + 1 == at { "dict-bar dict-now" } else { "dict-bar" };
            shapes.add_box(class, 10 * number as i32 + 7, 40 - height, 6, height);
        }
        let mut svg = Svg::open_stretched(html, "dict-bars", 10 * count as i32, 40, &label);
        svg.shapes(&shapes);
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
