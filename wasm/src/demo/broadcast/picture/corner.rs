//! The picture of a matrix product: the first factor to the left, the second above, the result where they meet.

use super::{CELL, CHARACTER, Edge, Face, GAP, Kind, Run, Slice, label, path};
use crate::html::Html;

/// Rows, summed places and columns drawn; of more, the first ones and the last.
const DRAWN: (u64, u64, u64) = (6, 5, 7);
/// Room between the factors and the result, for the labels.
const BETWEEN: u64 = 34;

/// What is multiplied: one matrix or vector of each side.
#[derive(Debug, Clone, Copy)]
pub struct Corner<'a> {
    /// Rows of the first factor; `None` where it is a vector.
    pub rows: Option<u64>,
    /// Sizes that are summed over: of the first factor, and of the second.
    pub summed: (u64, u64),
    /// Columns of the second factor; `None` where it is a vector.
    pub columns: Option<u64>,
    /// Row and column of the element that is looked at.
    pub at: Option<(u64, u64)>,
    /// What is seen, for those who do not see it.
    pub label: &'a str,
}

/// One of the three grids: how it runs down and to the right, where it stands, and what is lit in it.
struct Part {
    down: Run,
    right: Run,
    x: u64,
    y: u64,
    /// `None` where there is nothing to draw.
    kind: Option<Kind>,
    lit: (Option<u64>, Option<u64>),
}

/// Draws the three as one SVG.
pub fn draw(html: &mut Html, corner: &Corner<'_>) {
    let (left_summed, right_summed) = corner.summed;
    let fits = left_summed == right_summed;
    let edge = |size: u64, clash: bool| Edge { clash, ..Edge::whole(size) };
    let rows = Run::new(edge(corner.rows.unwrap_or(1), false), DRAWN.0);
    let across = Run::new(edge(left_summed, !fits), DRAWN.1);
    let down = Run::new(edge(right_summed, !fits), DRAWN.1);
    let columns = Run::new(edge(corner.columns.unwrap_or(1), false), DRAWN.2);
    let room = |run: &Run| run.edge.label().chars().count() as u64 * CHARACTER + 10;

    let left = corner.rows.map_or(4, |_| room(&rows));
    let x = left + across.length(CELL, GAP) + BETWEEN.max(room(&down) + 8);
    let top = 22;
    let y = top + down.length(CELL, GAP) + BETWEEN;
    let width = x + columns.length(CELL, GAP) + 24;
    let height = y + rows.length(CELL, GAP) + 24;
    let view = format!("0 0 {width} {height}");
    let attributes = [
        ("class", "broadcast-block"),
        ("viewBox", view.as_str()),
        ("width", &width.to_string()),
        ("height", &height.to_string()),
        ("role", "img"),
        ("aria-label", corner.label),
    ];
    html.open("svg", &attributes);
    let row = corner.at.and_then(|(row, _)| rows.cell(row));
    let column = corner.at.and_then(|(_, column)| columns.cell(column));
    let kind = fits.then_some(Kind::Result);
    for part in [
        Part { down: rows, right: across, x: left, y, kind: Some(Kind::Stored), lit: (row, None) },
        Part { down, right: columns, x, y: top, kind: Some(Kind::Stored), lit: (None, column) },
        Part { down: rows, right: columns, x, y, kind, lit: (row, column) },
    ] {
        cells(html, &part);
    }
    if corner.rows.is_some() {
        label(html, rows.edge, "end", left - 8, y + rows.length(CELL, GAP) / 2 + 4);
    }
    label(html, across.edge, "middle", left + across.length(CELL, GAP) / 2, y + rows.length(CELL, GAP) + 17);
    label(html, down.edge, "end", x - 8, top + down.length(CELL, GAP) / 2 + 4);
    if corner.columns.is_some() {
        label(html, columns.edge, "middle", x + columns.length(CELL, GAP) / 2, top - 8);
    }
    name(html, "a", left + across.length(CELL, GAP) / 2, y - 10);
    name(html, "b", x + columns.length(CELL, GAP) + 14, top + down.length(CELL, GAP) / 2 + 4);
    html.close("svg");
}

fn cells(html: &mut Html, part: &Part) {
    let (width, height) = (part.right.length(CELL, GAP), part.down.length(CELL, GAP));
    let kind = part.kind.filter(|_| part.down.drawn > 0 && part.right.drawn > 0);
    let Some(kind) = kind else {
        let (x, y) = (part.x, part.y);
        path(html, "broadcast-empty", None, &format!("M{x} {y}h{width}v{height}h-{width}z"));
        return;
    };
    let mut slice = Slice::default();
    for i in 0..part.down.drawn {
        for j in 0..part.right.drawn {
            let (x, y) = (part.x + part.right.place(j, CELL, GAP), part.y + part.down.place(i, CELL, GAP));
            let lit = match part.lit {
                (None, None) => false,
                (row, column) => row.is_none_or(|row| row == i) && column.is_none_or(|column| column == j),
            };
            // Of the result only the one cell is lit, and only where both its row and its column are drawn.
            let lit = lit && (part.kind == Some(Kind::Stored) || (part.lit.0.is_some() && part.lit.1.is_some()));
            let kind = if lit { Kind::Source } else { kind };
            slice.add(kind, Face::Front, format_args!("M{x} {y}h{CELL}v{CELL}h-{CELL}z"));
        }
    }
    slice.draw(html, "");
}

fn name(html: &mut Html, name: &str, x: u64, y: u64) {
    let (x, y) = (x.to_string(), y.to_string());
    html.element("text", &[("class", "broadcast-part"), ("text-anchor", "middle"), ("x", &x), ("y", &y)], name);
}
