//! The picture: each operand as the block it looks like, what is stored solid and what is repeated hatched, and the
//! result. Last axis to the right, the one before it down, the one before that away from the reader.

pub mod corner;

use super::text::{grouped, numbers};
use crate::demo::Ids;
use crate::html::Html;
use std::fmt::Write;

/// Cells drawn along the axis away from the reader, down, and to the right; of more than one more, the first ones and
/// the last.
const DRAWN: [u64; 3] = [6, 5, 5];
/// As [`DRAWN`], where there is no third axis.
const DRAWN_FLAT: [u64; 3] = [1, 7, 8];
/// Side of a cell, in units of the drawing.
const CELL: u64 = 22;
/// How far one step away from the reader moves a cell to the right and up.
const AWAY: (u64, u64) = (10, 8);
/// Room left where cells are not drawn.
const GAP: u64 = 14;
/// Width of a character of the labels.
const CHARACTER: u64 = 8;

/// One axis of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// What it looks like: the size of the result there.
    pub size: u64,
    /// Size stored, `None` where the operand has no such axis.
    pub stored: Option<u64>,
    /// Whether the operands clash there, this one among them.
    pub clash: bool,
}

impl Edge {
    /// An axis that is what it looks like.
    pub fn whole(size: u64) -> Self {
        Self { size, stored: Some(size), clash: false }
    }

    fn repeats(&self) -> bool {
        self.stored.unwrap_or(1) != self.size
    }

    fn label(&self) -> String {
        match self.stored {
            Some(own) if own == self.size => grouped(own),
            Some(own) => format!("{own} → {}", grouped(self.size)),
            None if self.size == 1 => String::from("1"),
            None => format!("→ {}", grouped(self.size)),
        }
    }
}

/// A block to draw.
#[derive(Debug)]
pub struct Block<'a> {
    /// The axes, first axis first; the last three are drawn.
    pub edges: &'a [Edge],
    /// The element that is looked at, in the last of the axes; `None` among them is a whole axis.
    pub at: Option<&'a [Option<u64>]>,
    /// Whether this is the result.
    pub result: bool,
    /// What is seen, for those who do not see it.
    pub label: &'a str,
}

/// Cells along one axis and where they stand.
#[derive(Debug, Clone, Copy)]
struct Run {
    edge: Edge,
    drawn: u64,
    cut: bool,
}

impl Run {
    fn new(edge: Edge, most: u64) -> Self {
        let cut = edge.size > most + 1;
        Self { edge, drawn: if cut { most } else { edge.size }, cut }
    }

    /// Cells are left out between cell `cell - 1` and this one.
    fn gap_before(&self, cell: u64) -> bool {
        self.cut && cell > 0 && cell + 1 == self.drawn
    }

    /// Distance of a cell from the start, with `step` a cell and `gap` for those left out.
    fn place(&self, cell: u64, step: u64, gap: u64) -> u64 {
        cell * step + if self.gap_before(cell) { gap } else { 0 }
    }

    fn length(&self, step: u64, gap: u64) -> u64 {
        self.place(self.drawn.saturating_sub(1), step, gap) + step
    }

    /// The cell drawn for this index, if it is.
    fn cell(&self, index: u64) -> Option<u64> {
        match index {
            index if index >= self.edge.size => None,
            index if !self.cut || index + 1 < self.drawn => Some(index),
            index if index + 1 == self.edge.size => Some(self.drawn - 1),
            _ => None,
        }
    }

    /// Whether what stands at this cell is stored there, and not seen there once more.
    fn stored(&self, cell: u64) -> bool {
        cell == 0 || !self.edge.repeats()
    }
}

/// The cells of one axis that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lit {
    Nothing,
    One(u64),
    All,
}

impl Lit {
    fn has(self, cell: u64) -> bool {
        self == Self::All || self == Self::One(cell)
    }
}

/// What a cell is, in the order in which they are drawn: what matters more lies over what matters less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stored elsewhere and seen here once more.
    Again,
    /// Part of the result.
    Result,
    /// Stored here.
    Stored,
    /// Seen here once more, and looked at.
    Looked,
    /// Stored here, and what is looked at is read from here.
    Source,
}

/// A side of a cell that can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Top,
    Side,
    Front,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Again, "again"),
    (Kind::Result, "result"),
    (Kind::Stored, "stored"),
    (Kind::Looked, "looked"),
    (Kind::Source, "source"),
];
const FACES: [(Face, &str); 3] = [(Face::Top, "top"), (Face::Side, "side"), (Face::Front, "front")];

/// The faces of cells that do not cover each other: one path for each kind and face.
#[derive(Debug, Default)]
struct Slice {
    paths: [[String; 3]; 5],
}

impl Slice {
    fn add(&mut self, kind: Kind, face: Face, d: std::fmt::Arguments<'_>) {
        if let Some(path) = self.paths.get_mut(kind as usize).and_then(|faces| faces.get_mut(face as usize)) {
            // Writing to a String cannot fail.
            let _ = path.write_fmt(d);
        }
    }

    fn draw(&self, html: &mut Html, hatch: &str) {
        for ((kind, name), faces) in KINDS.iter().zip(&self.paths) {
            let fill = matches!(kind, Kind::Again | Kind::Looked).then_some(hatch);
            for ((_, face), d) in FACES.iter().zip(faces).filter(|(_, d)| !d.is_empty()) {
                path(html, &format!("broadcast-cell broadcast-{name} broadcast-{face}"), fill, d);
            }
        }
    }
}

/// The hatching that all blocks of a figure share.
pub fn hatching(html: &mut Html, ids: Ids<'_>) {
    let id = ids.of("hatch");
    html.raw("<svg class=\"broadcast-defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>");
    html.open("pattern", &[("id", &id), ("width", "6"), ("height", "6"), ("patternUnits", "userSpaceOnUse")]);
    html.raw("<rect class=\"broadcast-hatch-ground\" width=\"6\" height=\"6\"/>");
    html.raw("<path class=\"broadcast-hatch-line\" d=\"M-1 1l2-2M0 6l6-6M5 7l2-2\"/>");
    html.raw("</pattern></defs></svg>");
}

/// A block with its name above it and a sign in front.
pub fn figure(html: &mut Html, ids: Ids<'_>, before: &str, name: &str, drawn: &Block<'_>) {
    html.open("div", &[("class", "broadcast-term")]);
    if !before.is_empty() {
        sign(html, before);
    }
    html.open("div", &[("class", "broadcast-figure")]).element("p", &[("class", "broadcast-name")], name);
    block(html, ids, drawn);
    html.close("div").close("div");
}

/// A sign between blocks.
pub fn sign(html: &mut Html, sign: &str) {
    html.element("span", &[("class", "broadcast-sign"), ("aria-hidden", "true")], sign);
}

/// What solid and hatched mean, and which part of more than three axes is drawn.
pub fn legend(html: &mut Html, again: &str, at: Option<&[u64]>) {
    html.open("p", &[("class", "lab-note broadcast-legend")]);
    html.raw("<span class=\"broadcast-key broadcast-key-stored\"></span> stored");
    if !again.is_empty() {
        html.raw(" <span class=\"broadcast-key broadcast-key-again\"></span> ").text(again);
    }
    if at.is_some() {
        html.raw(" <span class=\"broadcast-key broadcast-key-source\"></span> read now");
    }
    html.close("p");
    if let Some((at, extra @ 1..)) = at.map(|at| (at, at.len().saturating_sub(3))) {
        let others = if extra == 1 { "axis" } else { "axes" };
        let text = format!(
            "Drawn: the last three axes, at [{}] of the {others} before.",
            numbers(at.get(..extra).unwrap_or_default())
        );
        html.element("p", &[("class", "lab-note broadcast-legend")], text);
    }
}

/// Draws a block as an SVG of its own.
pub fn block(html: &mut Html, ids: Ids<'_>, block: &Block<'_>) {
    let block = &Block { edges: last_three(block.edges), ..*block };
    let solid = block.edges.len() == 3;
    let most = if solid { DRAWN } else { DRAWN_FLAT };
    let run = |back: usize| {
        let edge = block.edges.len().checked_sub(back + 1).and_then(|at| block.edges.get(at));
        Run::new(edge.copied().unwrap_or(Edge::whole(1)), most.get(2 - back).copied().unwrap_or(1))
    };
    let runs = [run(2), run(1), run(0)];
    let [deep, down, right] = runs;
    let has = |back: usize| block.edges.len() > back;

    let (width, height) = (right.length(CELL, GAP), down.length(CELL, GAP));
    let beneath = if has(0) { right.edge.label().chars().count() as u64 * CHARACTER } else { 0 };
    let beside = if has(1) { down.edge.label().chars().count() as u64 * CHARACTER + 10 } else { 2 };
    let left = beside.max((beneath / 2 + 2).saturating_sub(width / 2));
    let steps = deep.length(1, 1).saturating_sub(u64::from(!solid));
    let away = if solid { (steps * AWAY.0, steps * AWAY.1) } else { (0, 0) };
    let top = away.1 + 3;
    let label_room = if solid { deep.edge.label().chars().count() as u64 * CHARACTER + 8 } else { 2 };
    let full = (left + width + (away.0 / 2 + label_room).max(away.0 + 3)).max(left + width / 2 + beneath / 2 + 2);
    let tall = top + height + if has(0) { 24 } else { 3 };

    let view = format!("0 0 {full} {tall}");
    let attributes = [
        ("class", "broadcast-block"),
        ("viewBox", view.as_str()),
        ("width", &full.to_string()),
        ("height", &tall.to_string()),
        ("role", "img"),
        ("aria-label", block.label),
    ];
    html.open("svg", &attributes);
    if runs.iter().any(|run| run.drawn == 0) {
        let (x, y) = (left + 1, top);
        path(html, "broadcast-empty", None, &format!("M{x} {y}h{width}v{height}h-{width}z"));
    } else {
        cells(html, ids, block, runs, (left, top));
    }
    if has(0) {
        label(html, right.edge, "middle", left + width / 2, top + height + 17);
    }
    if has(1) {
        label(html, down.edge, "end", left - 8, top + height / 2 + 4);
    }
    if has(2) {
        label(html, deep.edge, "start", left + width + away.0 / 2 + 7, top + height - away.1 / 2 + 9);
    }
    html.close("svg");
}

fn cells(html: &mut Html, ids: Ids<'_>, block: &Block<'_>, runs: [Run; 3], (left, top): (u64, u64)) {
    let [deep, down, right] = runs;
    let hatch = format!("url(#{})", ids.of("hatch"));
    let solid = block.edges.len() == 3;
    // The element looked at, and where in memory it is read from; `None` is every cell of an axis, and no cell at all
    // where nothing is looked at or what is looked at is not drawn.
    let index = |back: usize| match block.at {
        Some(at) => at.len().checked_sub(back + 1).and_then(|place| at.get(place)).copied().unwrap_or(Some(0)),
        None => None,
    };
    let seen = [index(2), index(1), index(0)];
    let cells = |run: &Run, index: Option<u64>, source: bool| match index {
        None => Lit::All,
        Some(index) => match run.cell(index) {
            None => Lit::Nothing,
            Some(_) if source && run.edge.repeats() => Lit::One(0),
            Some(cell) => Lit::One(cell),
        },
    };
    let lit = |source: bool| -> Vec<Lit> { runs.iter().zip(seen).map(|(run, at)| cells(run, at, source)).collect() };
    let (looked, source) = match block.at {
        Some(_) => (lit(false), lit(true)),
        None => (vec![Lit::Nothing], vec![Lit::Nothing]),
    };
    let is = |lit: &[Lit], cell: [u64; 3]| lit.iter().zip(cell).all(|(lit, cell)| lit.has(cell));
    // What stands before the element looked at is cut away, so that it is seen.
    let first = match looked.first() {
        Some(&Lit::One(cell)) if !deep.edge.repeats() => cell,
        _ => 0,
    };
    let corner = |k: u64, i: u64, j: u64| {
        let k = deep.place(k, 1, 1);
        (left + right.place(j, CELL, GAP) + k * AWAY.0, top + down.place(i, CELL, GAP) - k * AWAY.1)
    };
    let (dx, dy) = AWAY;
    // Far to near, so that the near ones are drawn over the far ones.
    for k in (first..deep.drawn).rev() {
        let mut slice = Slice::default();
        for i in 0..down.drawn {
            for j in 0..right.drawn {
                let cell = [k, i, j];
                let (x, y) = corner(k, i, j);
                let kind = match () {
                    () if is(&source, cell) => Kind::Source,
                    () if is(&looked, cell) => Kind::Looked,
                    () if block.result => Kind::Result,
                    () if deep.stored(k) && down.stored(i) && right.stored(j) => Kind::Stored,
                    () => Kind::Again,
                };
                if solid && (i == 0 || down.gap_before(i)) {
                    slice.add(kind, Face::Top, format_args!("M{x} {y}l{dx}-{dy}h{CELL}l-{dx} {dy}z"));
                }
                if solid && (j + 1 == right.drawn || right.gap_before(j + 1)) {
                    slice.add(kind, Face::Side, format_args!("M{} {y}l{dx}-{dy}v{CELL}l-{dx} {dy}z", x + CELL));
                }
                if k == first || deep.gap_before(k) {
                    slice.add(kind, Face::Front, format_args!("M{x} {y}h{CELL}v{CELL}h-{CELL}z"));
                }
            }
        }
        slice.draw(html, &hatch);
    }
    if first > 0 {
        // The outline of what was cut away.
        let (w, h) = (right.length(CELL, GAP), down.length(CELL, GAP));
        let (x, y) = corner(0, 0, 0);
        let k = deep.place(first, 1, 1);
        let (ax, ay) = (k * dx, k * dy);
        path(
            html,
            "broadcast-ghost",
            None,
            &format!(
                "M{x} {y}h{w}v{h}h-{w}zl{ax}-{ay}M{} {y}l{ax}-{ay}M{} {}l{ax}-{ay}M{x} {}l{ax}-{ay}",
                x + w,
                x + w,
                y + h,
                y + h
            ),
        );
    }
}

fn path(html: &mut Html, class: &str, fill: Option<&str>, d: &str) {
    match fill {
        Some(fill) => html.open("path", &[("class", class), ("fill", fill), ("d", d)]),
        None => html.open("path", &[("class", class), ("d", d)]),
    };
    html.close("path");
}

fn label(html: &mut Html, edge: Edge, anchor: &str, x: u64, y: u64) {
    let class = match () {
        () if edge.clash => "broadcast-edge broadcast-edge-clash",
        () if edge.repeats() => "broadcast-edge broadcast-edge-again",
        () => "broadcast-edge",
    };
    let (x, y) = (x.to_string(), y.to_string());
    html.element("text", &[("class", class), ("text-anchor", anchor), ("x", &x), ("y", &y)], edge.label());
}

/// The last three axes of a shape, or fewer.
pub fn last_three<T>(axes: &[T]) -> &[T] {
    axes.get(axes.len().saturating_sub(3)..).unwrap_or(axes)
}
