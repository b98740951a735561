//! The two tables: shapes lined up axis by axis, and what is stored and stepped over.

use crate::demo::broadcast::model::{Axis, Role};
use crate::demo::broadcast::query::Query;
use crate::demo::broadcast::shape::Shape;
use crate::demo::broadcast::text::{bytes, grouped, list, tuple};
use crate::html::Html;

/// One cell of the aligned table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    class: &'static str,
    text: String,
}

impl Cell {
    /// A size as it is stored.
    pub(super) fn size(size: u64) -> Self {
        Self { class: "broadcast-size", text: grouped(size) }
    }

    /// Nothing to see: the array has nothing to do with this column.
    pub(super) fn blank() -> Self {
        Self { class: "broadcast-blank", text: String::new() }
    }

    /// An axis that is summed over.
    pub(super) fn summed(size: u64) -> Self {
        Self { class: "broadcast-size broadcast-is-summed", text: format!("Σ {}", grouped(size)) }
    }

    /// An axis of size 1 that is dropped.
    pub(super) fn dropped() -> Self {
        Self { class: "broadcast-size broadcast-is-missing", text: String::from("1") }
    }

    /// A size that disagrees.
    pub(super) fn clash(size: Option<u64>) -> Self {
        let text = size.map_or_else(|| String::from("–"), grouped);
        Self { class: "broadcast-size broadcast-is-clash", text }
    }

    /// The size of the result, or a cross.
    pub(super) fn result(size: Option<u64>) -> Self {
        match size {
            Some(size) => Self::size(size),
            None => Self { class: "broadcast-size broadcast-is-clash", text: String::from("✗") },
        }
    }

    /// What an operand does on an axis.
    pub(super) fn of(own: Option<u64>, role: Role, size: Option<u64>) -> Self {
        let stretched = |text: String| Self { class: "broadcast-size broadcast-is-stretched", text };
        let missing = |text: String| Self { class: "broadcast-size broadcast-is-missing", text };
        match (own, role, size) {
            (own, Role::Clash, _) => Self::clash(own),
            (Some(own), Role::Stretched, Some(size)) => stretched(format!("{own} → {}", grouped(size))),
            (Some(own), _, _) => Self::size(own),
            (None, _, None) => missing(String::from("–")),
            (None, _, Some(1)) => missing(String::from("1")),
            (None, _, Some(size)) => missing(format!("→ {}", grouped(size))),
        }
    }
}

/// The aligned table: one row an array, one column an axis, then the result and the rule.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// What stands above the columns.
    pub(super) head: Vec<String>,
    /// Name and cells of each array.
    pub(super) rows: Vec<(String, Vec<Cell>)>,
    /// Cells of the result.
    pub(super) result: Vec<Cell>,
    /// The rule of each column in a word or two.
    pub(super) rule: Vec<&'static str>,
    /// What the table is, for those who do not see it.
    pub(super) label: String,
}

impl Grid {
    /// The columns of axes that broadcast.
    pub(super) fn axes(&mut self, names: &[&str], axes: &[Axis]) {
        for (back, axis) in (1..=axes.len()).rev().zip(axes) {
            self.head.push(format!("−{back}"));
            self.result.push(Cell::result(axis.size));
            self.rule.push(rule(axis));
        }
        for (operand, name) in names.iter().enumerate() {
            let cells = axes.iter().filter_map(|axis| {
                let &(own, role) = axis.operands.get(operand)?;
                Some(Cell::of(own, role, axis.size))
            });
            self.rows.push((String::from(*name), cells.collect()));
        }
    }

    /// Marks a column as one that an assignment drops.
    pub(super) fn drop_column(&mut self, column: usize) {
        let cells = self.rows.iter_mut().map(|(_, cells)| cells).chain([&mut self.result]);
        for (at, cells) in cells.enumerate() {
            if let Some(cell) = cells.get_mut(column) {
                *cell = if at == 1 { Cell::dropped() } else { Cell::blank() };
            }
        }
        if let Some(rule) = self.rule.get_mut(column) {
            *rule = "dropped";
        }
    }

    /// Draws it; nothing where there are no columns.
    pub(super) fn draw(&self, html: &mut Html) {
        if self.head.is_empty() {
            return;
        }
        scroll(html, "lab-scroll broadcast-aligned", &self.label);
        html.open("table", &[("class", "broadcast-grid")]).open("thead", &[]).open("tr", &[]);
        html.element("th", &[("scope", "col")], "axis");
        for head in &self.head {
            html.element("th", &[("scope", "col")], head);
        }
        html.close("tr").close("thead").open("tbody", &[]);
        for (name, cells) in &self.rows {
            html.open("tr", &[]);
            line(html, name, cells);
        }
        html.close("tbody").open("tfoot", &[]);
        if !self.result.is_empty() {
            html.open("tr", &[("class", "broadcast-result-row")]);
            line(html, "result", &self.result);
        }
        html.open("tr", &[("class", "broadcast-rule-row")]).element("th", &[("scope", "row")], "rule");
        for rule in &self.rule {
            html.element("td", &[], rule);
        }
        html.close("tr").close("tfoot").close("table").close("div");
    }
}

fn line(html: &mut Html, name: &str, cells: &[Cell]) {
    html.element("th", &[("scope", "row")], name);
    for cell in cells {
        html.open("td", &[]).element("span", &[("class", cell.class)], &cell.text).close("td");
    }
    html.close("tr");
}

/// Opens a box that wide things scroll in: a group, not a landmark, whose names would have to differ on a page of several labs.
pub(super) fn scroll(html: &mut Html, class: &str, label: &str) {
    html.open("div", &[("role", "group"), ("class", class), ("tabindex", "0"), ("aria-label", label)]);
}

/// The rule of one axis in a word or two.
pub(super) fn rule(axis: &Axis) -> &'static str {
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

/// `8 against 1`: the sizes that meet on an axis.
pub(super) fn against(axis: &Axis) -> String {
    list(axis.operands.iter().map(|(own, _)| grouped(own.unwrap_or(1))), " against ")
}

/// One line of the memory table.
pub(super) struct Stored<'a> {
    /// What the array is called.
    pub(super) name: &'a str,
    /// Its own shape.
    pub(super) shape: &'a Shape,
    /// The shape it looks like, where that is another.
    pub(super) like: Option<&'a Shape>,
    /// Bytes from one element to the next, along each axis of the loop.
    pub(super) strides: Vec<u64>,
}

/// What is stored, what it looks like, and the strides.
pub(super) fn memory(html: &mut Html, query: &Query, rows: &[Stored<'_>]) {
    let size = |shape: &Shape| bytes(super::bytes_of(shape, query));
    let broadcast = rows.iter().any(|row| row.like.is_some());
    let shapes = list(rows.iter().map(|row| row.shape.python()), ", ");
    scroll(html, "lab-scroll", &format!("Strides and bytes of {shapes}"));
    html.open("table", &[("class", "lab-table broadcast-memory")]);
    html.raw("<thead><tr><th scope=\"col\">array</th><th scope=\"col\">strides</th><th scope=\"col\">stored</th>");
    if broadcast {
        html.raw("<th scope=\"col\">looks like</th>");
    }
    html.raw("</tr></thead><tbody>");
    for row in rows {
        html.open("tr", &[]).open("th", &[("scope", "row")]).element("b", &[], row.name).text(" ");
        html.element("code", &[], row.shape.python()).close("th");
        html.open("td", &[]).element("code", &[], tuple(&row.strides)).close("td");
        html.element("td", &[], size(row.shape));
        if broadcast {
            html.element("td", &[], row.like.map_or_else(|| String::from("the same"), size));
        }
        html.close("tr");
    }
    html.close("tbody").close("table").close("div");
}
