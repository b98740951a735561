//! The drawing: controls, answer, table, picture, memory, steps. One file a family of operations, and what they share.

mod element;
mod layout;
mod loops;
mod product;
mod table;

use super::query::{DTYPES, EXAMPLES, NAMES, OPS, Op, Query};
use super::shape::Shape;
use super::text::{bytes, elements, numbers};
use super::{Asked, model};
use crate::demo::{Ids, furniture};
use crate::html::Html;

/// What a view has to say.
#[derive(Debug, Default)]
pub struct Seen {
    /// The answer, the picture and the tables: what stands between the controls and the steps.
    pub html: Html,
    /// The steps in words.
    pub steps: Vec<String>,
    /// The answer in one sentence.
    pub announce: String,
}

/// Draws what is asked: the inside of the figure's form without the steps.
pub fn draw(ids: Ids<'_>, query: &Query, asked: &Asked) -> Seen {
    let seen = match asked {
        Asked::Loop(shapes) => loops::see(ids, query, shapes),
        Asked::Product(a, b) => product::see(ids, query, a, b),
        Asked::Reshape(shape, wanted) => layout::reshaped(ids, query, shape, wanted),
        Asked::Reduce(shape, axes) => layout::reduced(ids, query, shape, axes),
    };
    let mut html = Html::new();
    controls(&mut html, ids, query);
    html.html(&seen.html);
    examples(&mut html);
    Seen { html, ..seen }
}

/// The controls, with what the reader typed as it was typed.
fn controls(html: &mut Html, ids: Ids<'_>, query: &Query) {
    let (fewest, most) = query.op.operands();
    html.open("div", &[("class", "lab-row broadcast-controls")]);
    html.open("fieldset", &[("class", "broadcast-operands")]).element("legend", &[], "Shapes, up to 6");
    for (at, text) in query.texts.iter().enumerate() {
        if at >= most {
            furniture::hidden(html, "shapes", text);
            continue;
        }
        let name = NAMES.get(at).copied().unwrap_or("?");
        html.open("div", &[("class", "broadcast-operand")]);
        let label = match (query.op, at) {
            (Op::BroadcastTo, 1) => String::from("shape"),
            _ => format!("{name}.shape"),
        };
        furniture::text_field(html, ids, "shapes", &format!("shape-{at}"), &label, text);
        if query.texts.len() > fewest && most > fewest {
            let attributes = [
                ("class", "lab-button broadcast-remove"),
                ("name", "act"),
                ("type", "submit"),
                ("value", &format!("remove {at}")),
                ("aria-label", &format!("Remove {name}")),
            ];
            html.element("button", &attributes, "×");
        }
        html.close("div");
    }
    if query.texts.len() < most {
        furniture::act(html, "add", "+ operand");
    } else if most > fewest {
        html.element("p", &[("class", "lab-note")], format_args!("{most} operands at most"));
    }
    if query.op == Op::Reshape {
        html.open("div", &[("class", "broadcast-operand")]);
        furniture::text_field(html, ids, "newshape", "newshape", "new shape", &query.newshape);
        html.close("div");
    }
    if query.op == Op::Reduce {
        html.open("div", &[("class", "broadcast-operand broadcast-axis")]);
        furniture::text_field(html, ids, "axis", "axis", "axis", &query.axis);
        html.close("div");
        let id = ids.of("keepdims");
        html.open("div", &[("class", "broadcast-check")]);
        let mut attributes = vec![("id", id.as_str()), ("name", "keepdims"), ("type", "checkbox"), ("value", "1")];
        if query.keepdims {
            attributes.push(("checked", ""));
        }
        html.open("input", &attributes).element("label", &[("for", &id)], "keepdims").close("div");
    }
    html.close("fieldset").open("div", &[("class", "lab-row")]);
    let ops: Vec<(&str, &str)> = OPS.iter().map(|(_, name, text)| (*name, *text)).collect();
    furniture::choice(html, ids, "op", "operation", &ops, query.op.name());
    let dtypes: Vec<(&str, &str)> = DTYPES.iter().map(|dtype| (dtype.name, dtype.name)).collect();
    furniture::choice(html, ids, "dtype", "dtype", &dtypes, query.dtype.name);
    html.close("div").close("div");
}

fn examples(html: &mut Html) {
    html.open("fieldset", &[("class", "broadcast-examples")]).element("legend", &[], "Try");
    for (at, (label, _, _)) in EXAMPLES.iter().enumerate() {
        furniture::act(html, &format!("example {at}"), label);
    }
    html.close("fieldset");
}

/// What the bytes of a result are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// An array of its own.
    Result,
    /// A view that looks larger than what is stored.
    View,
    /// A view of all that is stored.
    Same,
}

/// The answer where NumPy gives one, and what it costs.
fn accepted(seen: &mut Seen, query: &Query, expression: &str, stored: &[Shape], answer: &model::Answer, cost: Cost) {
    let shape = answer.shape.python();
    let stored = stored.iter().fold(0u64, |sum, shape| sum.saturating_add(bytes_of(shape, query)));
    let html = &mut seen.html;
    html.open("p", &[("class", "lab-answer")]).element("code", &[], expression).text(" has shape ");
    html.open("output", &[("aria-live", "off")]).element("code", &[], &shape).close("output").close("p");
    html.open("p", &[("class", "broadcast-cost")]).text("stored ").element("strong", &[], bytes(stored));
    match cost {
        Cost::Result => html.text(", result ").element("strong", &[], bytes(answer.bytes)).text(" in "),
        Cost::View => html.text(", looks like ").element("strong", &[], bytes(answer.bytes)).text(" in "),
        Cost::Same => html.text(", nothing copied: "),
    };
    html.text(elements(answer.elements)).close("p");
    seen.announce = format!("{expression} has shape {shape}, {}.", elements(answer.elements));
}

/// NumPy's own words where it refuses, and `why` in ours.
fn refused(seen: &mut Seen, refusal: &model::Refusal, why: Option<String>) {
    let html = &mut seen.html;
    html.open("p", &[("class", "lab-answer broadcast-refused")]).element("strong", &[], refusal.exception);
    html.text(": ").open("output", &[("aria-live", "off")]).text(&refusal.text).close("output").close("p");
    seen.announce = format!("{}: {}", refusal.exception, refusal.text.trim_end());
    if let Some(why) = why {
        html.element("p", &[("class", "broadcast-why")], &why);
        seen.announce.push_str(". ");
        seen.announce.push_str(&why);
    }
}

/// One proposal: what to write, what comes of it, and why one would want it.
struct Proposal {
    expression: String,
    result: String,
    why: String,
}

fn proposals(html: &mut Html, title: &str, proposals: &[Proposal]) {
    if proposals.is_empty() {
        return;
    }
    html.open("div", &[("class", "broadcast-fixes")]).element("p", &[("class", "broadcast-fixes-title")], title);
    html.open("ul", &[]);
    for proposal in proposals {
        html.open("li", &[]).element("code", &[("class", "broadcast-fix")], &proposal.expression);
        html.text(" has shape ").element("code", &[], &proposal.result).text(". ");
        html.element("span", &[], &proposal.why).close("li");
    }
    html.close("ul").close("div");
}

/// Bytes of an array of that shape, stored whole.
fn bytes_of(shape: &Shape, query: &Query) -> u64 {
    shape.elements().saturating_mul(query.dtype.size)
}

/// `[2, 0, 1]`, or `[()]` of a scalar.
fn subscript(index: &[u64]) -> String {
    match index {
        [] => String::from("[()]"),
        index => format!("[{}]", numbers(index)),
    }
}
