//! The drawing of operations that loop over their operands: controls, answer, aligned table, picture, memory, steps.

use super::fix::{Fix, fixes};
use super::model::{Axis, Role, agreed, align, broadcast_strides, ufunc};
use super::picture::{self, Block, Edge};
use super::shape::Shape;
use super::text::{bytes, elements, grouped, tuple};
use super::{DTYPES, NAMES, Query};
use crate::demo::{Ids, furniture};
use crate::html::Html;

/// The slider goes over no more elements than this, from the first.
const SCRUBBED: u64 = 1_000_000;

/// What a view has to say: the inside of the form, and the sentence to announce.
#[derive(Debug)]
pub struct Seen {
    /// The answer, the picture, the tables and the steps.
    pub html: Html,
    /// The answer in one sentence.
    pub announce: String,
}

/// The controls, with what the reader typed as it was typed.
pub fn controls(html: &mut Html, ids: Ids<'_>, query: &Query) {
    html.open("div", &[("class", "broadcast-controls")]);
    html.open("fieldset", &[("class", "broadcast-operands")]).element("legend", &[], "Shapes");
    let alone = query.texts.len() == 1;
    for (at, text) in query.texts.iter().enumerate() {
        let name = NAMES.get(at).copied().unwrap_or("?");
        html.open("div", &[("class", "broadcast-operand")]);
        furniture::text_field(html, ids, "shapes", &format!("shape-{at}"), &format!("{name}.shape"), text);
        if !alone {
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
    if query.texts.len() < NAMES.len() {
        furniture::act(html, "add", "+ operand");
    }
    html.close("fieldset");
    let dtypes: Vec<(&str, &str)> = DTYPES.iter().map(|dtype| (dtype.name, dtype.name)).collect();
    furniture::choice(html, ids, "dtype", "dtype", &dtypes, query.dtype.name);
    html.close("div");
}

/// The view of one loop over all operands: `a + b`.
pub fn loops(ids: Ids<'_>, query: &Query, shapes: &[Shape]) -> Seen {
    let names = NAMES.get(..shapes.len()).unwrap_or(NAMES);
    let axes = align(shapes);
    let outcome = ufunc(shapes, query.dtype.size);
    let expression = names.join(" + ");
    let mut html = Html::new();
    let announce = match &outcome {
        Ok(answer) => {
            html.open("p", &[("class", "lab-answer")]).element("code", &[], &expression).text(" has shape ");
            html.open("output", &[]).element("code", &[], answer.shape.python()).close("output").close("p");
            let stored: u128 = shapes.iter().map(|shape| size_of(shape, query.dtype.size)).sum();
            html.open("p", &[("class", "broadcast-cost")]).element("span", &[], "stored ");
            html.element("strong", &[], bytes(stored)).text(", result ");
            html.element("strong", &[], bytes(answer.bytes));
            html.text(format_args!(" in {}", elements(answer.elements))).close("p");
            format!("{expression} has shape {}, {}.", answer.shape.python(), elements(answer.elements))
        }
        Err(refusal) => {
            html.open("p", &[("class", "lab-answer broadcast-refused")]).element("strong", &[], refusal.exception);
            html.text(": ").open("output", &[]).text(&refusal.text).close("output").close("p");
            match clash_in_words(&axes, names) {
                Some(words) => {
                    html.element("p", &[("class", "broadcast-why")], &words);
                    format!("{}: {} {words}", refusal.exception, refusal.text)
                }
                None => format!("{}: {}", refusal.exception, refusal.text),
            }
        }
    };
    if agreed(&axes).is_none() {
        proposals(&mut html, names, &fixes(shapes, names));
    }
    aligned(&mut html, names, &axes);
    let at = agreed(&axes).and_then(|shape| looked_at(query, &shape));
    pictures(&mut html, ids, names, &axes, at.as_deref(), " + ");
    if let (Ok(answer), Some(at)) = (&outcome, &at) {
        scrubber(&mut html, ids, names, shapes, query, answer.elements, at, &answer.shape);
    }
    if let Ok(answer) = &outcome {
        memory(&mut html, names, shapes, &answer.shape, query);
    }
    furniture::steps(&mut html, &steps(names, shapes, &axes, query));
    Seen { html, announce }
}

fn size_of(shape: &Shape, itemsize: u64) -> u128 {
    shape.elements().saturating_mul(itemsize.into())
}

/// Which axes clash, first axis first, and how.
fn clash_in_words(axes: &[Axis], names: &[&str]) -> Option<String> {
    let at = axes.iter().rposition(|axis| axis.size.is_none())?;
    let axis = axes.get(at)?;
    let mut sizes = String::new();
    for (&(own, role), name) in axis.operands.iter().zip(names) {
        if let (Some(own), Role::Clash) = (own, role) {
            if !sizes.is_empty() {
                sizes.push_str(", ");
            }
            sizes.push_str(&format!("{name} has {}", grouped(own)));
        }
    }
    let which = match axes.len() - at {
        1 => String::from("The last axis"),
        back => format!("Axis -{back}"),
    };
    Some(format!("{which} disagrees: {sizes}. Sizes must be equal, or 1."))
}

fn proposals(html: &mut Html, names: &[&str], fixes: &[Fix]) {
    if fixes.is_empty() {
        html.element(
            "p",
            &[("class", "broadcast-why")],
            "No new axis and no transpose makes these fit: look at where the sizes come from.",
        );
        return;
    }
    html.open("div", &[("class", "broadcast-fixes")]).element(
        "p",
        &[("class", "broadcast-fixes-title")],
        "What makes it fit",
    );
    html.open("ul", &[]);
    for fix in fixes {
        let expression: Vec<&str> = names
            .iter()
            .enumerate()
            .map(|(at, name)| if at == fix.operand { fix.expression.as_str() } else { name })
            .collect();
        html.open("li", &[]).element("code", &[("class", "broadcast-fix")], expression.join(" + "));
        html.text(" has shape ").element("code", &[], fix.result.python()).text(". ");
        html.element("span", &[], &fix.why).close("li");
    }
    html.close("ul").close("div");
}

/// The aligned table: one row an operand, one column an axis of the result, then the result and the rule.
fn aligned(html: &mut Html, names: &[&str], axes: &[Axis]) {
    if axes.is_empty() {
        html.element("p", &[("class", "lab-note")], "Scalars have no axes: there is nothing to line up.");
        return;
    }
    html.open(
        "div",
        &[
            ("class", "lab-scroll broadcast-aligned"),
            ("tabindex", "0"),
            ("role", "region"),
            ("aria-label", "Shapes lined up at their last axis"),
        ],
    );
    html.open("table", &[("class", "broadcast-grid")]).open("thead", &[]).open("tr", &[]);
    html.element("th", &[("scope", "col")], "axis");
    for back in (1..=axes.len()).rev() {
        html.element("th", &[("scope", "col")], format_args!("−{back}"));
    }
    html.close("tr").close("thead").open("tbody", &[]);
    for (at, name) in names.iter().enumerate() {
        html.open("tr", &[]).element("th", &[("scope", "row")], name);
        for axis in axes {
            let Some(&(own, role)) = axis.operands.get(at) else { continue };
            let (class, text) = cell(own, role, axis.size);
            html.open("td", &[]).element("span", &[("class", class)], text).close("td");
        }
        html.close("tr");
    }
    html.close("tbody").open("tfoot", &[]).open("tr", &[("class", "broadcast-result-row")]);
    html.element("th", &[("scope", "row")], "result");
    for axis in axes {
        html.open("td", &[]);
        match axis.size {
            Some(size) => html.element("span", &[("class", "broadcast-size")], grouped(size)),
            None => html.element("span", &[("class", "broadcast-size broadcast-is-clash")], "✗"),
        };
        html.close("td");
    }
    html.close("tr").open("tr", &[("class", "broadcast-rule-row")]).element("th", &[("scope", "row")], "rule");
    for axis in axes {
        html.element("td", &[], rule(axis));
    }
    html.close("tr").close("tfoot").close("table").close("div");
}

fn cell(own: Option<u64>, role: Role, size: Option<u64>) -> (&'static str, String) {
    let agreed = size.unwrap_or(1);
    match (own, role) {
        (Some(own), Role::Clash) => ("broadcast-size broadcast-is-clash", grouped(own)),
        (Some(own), Role::Stretched) => {
            ("broadcast-size broadcast-is-stretched", format!("{own} → {}", grouped(agreed)))
        }
        (Some(own), _) => ("broadcast-size", grouped(own)),
        (None, _) if size.is_none() => ("broadcast-size broadcast-is-missing", String::from("–")),
        (None, _) if agreed == 1 => ("broadcast-size broadcast-is-missing", String::from("1")),
        (None, _) => ("broadcast-size broadcast-is-missing", format!("→ {}", grouped(agreed))),
    }
}

/// The rule of one axis in a word or two.
fn rule(axis: &Axis) -> &'static str {
    let any = |wanted: Role| axis.operands.iter().any(|&(_, role)| role == wanted);
    match (any(Role::Clash), any(Role::Stretched), any(Role::Missing)) {
        (true, _, _) => "clash",
        (_, true, true) => "stretched, missing",
        (_, true, _) => "stretched",
        (_, _, true) => "missing",
        _ if axis.operands.len() == 1 => "as it is",
        _ => "equal",
    }
}

/// The element that the slider stands on, as an index of the result.
fn looked_at(query: &Query, shape: &Shape) -> Option<Vec<u64>> {
    let count = u64::try_from(shape.elements()).unwrap_or(u64::MAX).min(SCRUBBED);
    let last = count.checked_sub(1)?;
    // Without a choice: the last row and column of the first slice, where stretched axes show; of a large one the
    // second row's end, which is drawn too.
    let corner = |rows: u64| shape.from_end(0).unwrap_or(1).saturating_mul(shape.from_end(1).unwrap_or(1).min(rows));
    let default = match corner(u64::MAX).saturating_sub(1) {
        inside if inside <= last => inside,
        _ => corner(2).saturating_sub(1),
    };
    picture::unravel(shape, query.at.unwrap_or(default).min(last))
}

fn pictures(html: &mut Html, ids: Ids<'_>, names: &[&str], axes: &[Axis], at: Option<&[u64]>, sign: &'static str) {
    picture::hatching(html, ids);
    let class = match names.len() {
        0..=2 => "lab-picture broadcast-pictures broadcast-in-a-row",
        _ => "lab-picture broadcast-pictures",
    };
    html.open("div", &[("class", class)]);
    let last = at.map(picture::last_three);
    for (operand, name) in names.iter().enumerate() {
        let edges: Vec<Edge> = axes
            .iter()
            .filter_map(|axis| {
                let &(stored, role) = axis.operands.get(operand)?;
                let size = axis.size.or(stored).unwrap_or(1);
                Some(Edge { size, stored, clash: role == Role::Clash })
            })
            .collect();
        if operand > 0 {
            html.element("span", &[("class", "broadcast-sign"), ("aria-hidden", "true")], sign.trim());
        }
        html.open("div", &[("class", "broadcast-figure")]).element("p", &[("class", "broadcast-name")], name);
        let label = in_words(name, &edges);
        picture::block(
            html,
            ids,
            &Block { edges: picture::last_three(&edges), at: last, result: false, label: &label },
        );
        html.close("div");
    }
    let equals = if agreed(axes).is_some() { "=" } else { "✗" };
    html.element("span", &[("class", "broadcast-sign"), ("aria-hidden", "true")], equals);
    if let Some(shape) = agreed(axes) {
        let edges: Vec<Edge> = shape.0.iter().map(|&size| Edge::whole(size)).collect();
        html.open("div", &[("class", "broadcast-figure")]).element("p", &[("class", "broadcast-name")], "result");
        let label = format!("The result, shape {}.", shape.python());
        picture::block(html, ids, &Block { edges: picture::last_three(&edges), at: last, result: true, label: &label });
        html.close("div");
    }
    html.close("div");
    html.open("p", &[("class", "lab-note broadcast-legend")]);
    html.raw("<span class=\"broadcast-key broadcast-key-stored\"></span> stored <span class=\"broadcast-key broadcast-key-again\"></span> the same bytes read again");
    if let (Some(at), Some(extra @ 1..)) = (at, axes.len().checked_sub(3)) {
        let index: Vec<String> = at.iter().take(extra).map(u64::to_string).collect();
        html.text(format_args!(". Drawn are the last three axes, at [{}] of the others.", index.join(", ")));
    }
    html.close("p");
}

fn in_words(name: &str, edges: &[Edge]) -> String {
    let stored = Shape(edges.iter().filter_map(|edge| edge.stored).collect());
    let seen = Shape(edges.iter().map(|edge| edge.size).collect());
    if stored == seen {
        format!("{name}, shape {}, as it is stored.", stored.python())
    } else {
        format!("{name}, stored as {} and read as {}.", stored.python(), seen.python())
    }
}

#[expect(clippy::too_many_arguments, reason = "one caller; a struct would only name the same things twice")]
fn scrubber(
    html: &mut Html,
    ids: Ids<'_>,
    names: &[&str],
    shapes: &[Shape],
    query: &Query,
    count: u64,
    at: &[u64],
    result: &Shape,
) {
    let most = count.min(SCRUBBED).saturating_sub(1);
    let flat =
        at.iter().zip(&result.0).fold(0u64, |flat, (&index, &size)| flat.saturating_mul(size).saturating_add(index));
    html.open("div", &[("class", "broadcast-scrub field")]);
    let id = ids.of("at");
    html.element("label", &[("for", &id)], "One element of the result");
    let attributes = [
        ("id", id.as_str()),
        ("name", "at"),
        ("type", "range"),
        ("min", "0"),
        ("max", &most.to_string()),
        ("step", "1"),
        ("value", &flat.to_string()),
    ];
    html.open("input", &attributes).close("div");
    html.open(
        "div",
        &[
            ("class", "lab-scroll broadcast-read"),
            ("tabindex", "0"),
            ("role", "region"),
            ("aria-label", "Where this element is read from"),
        ],
    );
    html.open("output", &[("class", "broadcast-element"), ("for", &id)]);
    html.open("code", &[]).text(format_args!("result{}", subscript(at))).text(" = ");
    for (operand, (name, shape)) in names.iter().zip(shapes).enumerate() {
        if operand > 0 {
            html.text(" + ");
        }
        html.element("b", &[], format_args!("{name}{}", subscript(&read_from(shape, at))));
    }
    html.close("code").close("output");
    html.open("ul", &[("class", "broadcast-offsets")]);
    for (name, shape) in names.iter().zip(shapes) {
        let strides = broadcast_strides(shape, at.len(), query.dtype.size);
        let terms: Vec<String> = at.iter().zip(&strides).map(|(index, stride)| format!("{index}·{stride}")).collect();
        let offset = at
            .iter()
            .zip(&strides)
            .fold(0u64, |sum, (&index, &stride)| sum.saturating_add(index.saturating_mul(stride)));
        html.open("li", &[]).open("code", &[]).text(format_args!("{name} + {offset} bytes"));
        if !terms.is_empty() {
            html.text(format_args!(" = {}", terms.join(" + ")));
        }
        html.close("code").close("li");
    }
    html.close("ul").close("div");
}

/// The operand's own index for an index of the result: 0 where it is stretched.
fn read_from(shape: &Shape, at: &[u64]) -> Vec<u64> {
    let skip = at.len().saturating_sub(shape.ndim());
    at.iter().skip(skip).zip(&shape.0).map(|(&index, &size)| if size == 1 { 0 } else { index }).collect()
}

fn subscript(index: &[u64]) -> String {
    if index.is_empty() {
        return String::from("[()]");
    }
    let index: Vec<String> = index.iter().map(u64::to_string).collect();
    format!("[{}]", index.join(", "))
}

fn memory(html: &mut Html, names: &[&str], shapes: &[Shape], result: &Shape, query: &Query) {
    let itemsize = query.dtype.size;
    let whole = bytes(size_of(result, itemsize));
    html.open(
        "div",
        &[("class", "lab-scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Strides and bytes")],
    );
    html.open("table", &[("class", "lab-table broadcast-memory")]);
    html.raw("<thead><tr><th scope=\"col\">array</th><th scope=\"col\">stored</th>");
    html.raw("<th scope=\"col\">looks like</th><th scope=\"col\">strides in the loop</th></tr></thead>");
    html.open("tbody", &[]);
    let mut row = |name: &str, shape: &Shape, like: &str, strides: &str| {
        html.open("tr", &[]).open("th", &[("scope", "row")]).element("b", &[], name).text(" ");
        html.element("code", &[], shape.python()).close("th");
        html.element("td", &[], bytes(size_of(shape, itemsize))).element("td", &[], like);
        html.open("td", &[]).element("code", &[], strides).close("td").close("tr");
    };
    for (name, shape) in names.iter().zip(shapes) {
        row(name, shape, &whole, &tuple(&broadcast_strides(shape, result.ndim(), itemsize)));
    }
    if let Some(temporary) = largest_temporary(shapes) {
        row("largest temporary", &temporary, "–", &tuple(&temporary.strides(itemsize)));
    }
    row("result", result, &whole, &tuple(&result.strides(itemsize)));
    html.close("tbody").close("table").close("div");
}

/// What `a + b + c` makes on its way, from the left: the largest of the results that are not the last.
fn largest_temporary(shapes: &[Shape]) -> Option<Shape> {
    let made = (2..shapes.len()).filter_map(|count| agreed(&align(shapes.get(..count)?)));
    made.max_by_key(Shape::elements)
}

fn steps(names: &[&str], shapes: &[Shape], axes: &[Axis], query: &Query) -> Vec<String> {
    let mut steps = Vec::new();
    for (name, shape) in names.iter().zip(shapes) {
        let missing = axes.len() - shape.ndim().min(axes.len());
        steps.push(match missing {
            0 => format!("{name} has shape {}.", shape.python()),
            1 => format!("{name} has shape {}: a 1 is put in front.", shape.python()),
            more => format!("{name} has shape {}: {more} ones are put in front.", shape.python()),
        });
    }
    for (back, axis) in axes.iter().rev().enumerate() {
        let sizes: Vec<String> = axis.operands.iter().map(|(own, _)| grouped(own.unwrap_or(1))).collect();
        let against = sizes.join(" against ");
        let outcome = match (axis.size, rule(axis)) {
            (None, _) => String::from("two sizes that are not 1 disagree, so NumPy refuses"),
            (Some(size), "equal" | "as it is") => grouped(size),
            (Some(1), _) => String::from("1"),
            (Some(size), _) => {
                let stretched: Vec<&str> = axis
                    .operands
                    .iter()
                    .zip(names)
                    .filter(|((own, _), _)| own.unwrap_or(1) != size)
                    .map(|(_, name)| *name)
                    .collect();
                format!(
                    "{}; {} read with stride 0",
                    grouped(size),
                    if stretched.len() == 1 {
                        format!("{} is", stretched.concat())
                    } else {
                        format!("{} are", stretched.join(", "))
                    }
                )
            }
        };
        steps.push(format!("Axis −{}: {against} gives {outcome}.", back + 1));
    }
    if let Some(shape) = agreed(axes) {
        steps.push(format!(
            "The result has shape {}: {}, {} bytes of {}.",
            shape.python(),
            elements(shape.elements()),
            grouped(size_of(&shape, query.dtype.size)),
            query.dtype.name
        ));
    }
    steps
}
