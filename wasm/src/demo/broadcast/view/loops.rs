//! Operations that loop over their operands: `a + b`, `a += b`, `a[...] = b`, `broadcast_to`, `broadcast_shapes`.

use super::element::{Reading, address, looked_at, named, read_from, scrubber};
use super::table::{Grid, Stored, against, memory, rule};
use super::{Cost, Proposal, Seen, accepted, bytes_of, proposals, refused};
use crate::demo::Ids;
use crate::demo::broadcast::fix::fixes;
use crate::demo::broadcast::model::{
    self, Answer, Axis, Refusal, Role, agreed, align, assign, broadcast_shapes, broadcast_strides, broadcast_to,
    inplace, ufunc,
};
use crate::demo::broadcast::picture::{self, Block, Edge};
use crate::demo::broadcast::query::{NAMES, Op, Query};
use crate::demo::broadcast::shape::Shape;
use crate::demo::broadcast::text::{elements, grouped, list};
use crate::html::Html;

/// From this many bytes on, a result is said to be large.
const LARGE: u64 = 8_000_000_000;

/// What is looped over, and what NumPy makes of it.
struct Loop<'a> {
    query: &'a Query,
    names: Vec<&'static str>,
    shapes: &'a [Shape],
    /// The operand that cannot stretch, if one is written to.
    target: Option<usize>,
    axes: Vec<Axis>,
    /// Axes in front that an assignment drops.
    dropped: usize,
    outcome: Result<Answer, Refusal>,
}

pub(super) fn see(ids: Ids<'_>, query: &Query, shapes: &[Shape]) -> Seen {
    let looped = Loop::new(query, shapes);
    let mut seen = Seen::default();
    match &looped.outcome {
        Ok(answer) => {
            let stored = shapes.get(looped.read()).unwrap_or_default();
            let cost = if query.op == Op::BroadcastTo { Cost::View } else { Cost::Result };
            accepted(&mut seen, query, &looped.expression(None), stored, answer, cost);
            if cost == Cost::Result && answer.bytes >= LARGE {
                let text = "Few machines hold that: work in blocks, or reduce before it is made (a matrix product, np.einsum).";
                seen.html.element("p", &[("class", "broadcast-why")], text);
            }
        }
        Err(refusal) => {
            refused(&mut seen, refusal, looped.why());
            let ways = looped.ways();
            proposals(&mut seen.html, "What makes it fit", &ways);
            if ways.is_empty() && agreed(looped.looped()).is_none() {
                let text = "No new axis and no transpose makes these fit: look at where the sizes come from.";
                seen.html.element("p", &[("class", "broadcast-why")], text);
            }
        }
    }
    let texts = list(shapes.iter().map(Shape::python), ", ");
    let mut grid = Grid {
        label: format!("{}: {} lined up at their last axis", looped.expression(None), texts),
        ..Grid::default()
    };
    grid.axes(&looped.names, &looped.axes);
    for column in 0..looped.dropped {
        grid.drop_column(column);
    }
    grid.draw(&mut seen.html);
    let at = looped.outcome.as_ref().ok().and_then(|answer| looked_at(query, &answer.shape));
    looped.pictures(&mut seen.html, ids, at.as_deref());
    if let Ok(answer) = &looped.outcome {
        if let Some(at) = &at {
            scrubber(&mut seen.html, ids, &answer.shape, at, &looped.reading(at));
        }
        looped.memory(&mut seen.html, answer);
    }
    seen.steps = looped.steps();
    seen
}

impl<'a> Loop<'a> {
    fn new(query: &'a Query, shapes: &'a [Shape]) -> Self {
        let itemsize = query.dtype.size;
        let mut names: Vec<&'static str> = NAMES.get(..shapes.len()).unwrap_or(NAMES).to_vec();
        let mut target = None;
        let outcome = match shapes.iter().find_map(|shape| model::creatable(shape, itemsize).err()) {
            Some(refusal) => Err(refusal),
            None => computed(query.op, shapes, itemsize),
        };
        let mut axes = align(shapes);
        match query.op {
            Op::Inplace | Op::Assign => target = Some(0),
            Op::BroadcastTo => {
                target = Some(1);
                names.truncate(1);
                names.push("shape");
            }
            _ => {}
        }
        if let Some(target) = target {
            for axis in &mut axes {
                hold(axis, target, query.op == Op::Assign);
            }
        }
        let drops = |axis: &Axis| axis.size.is_some() && matches!(axis.operands.first(), Some((None, _)));
        let dropped = if query.op == Op::Assign { axes.iter().take_while(|axis| drops(axis)).count() } else { 0 };
        Self { query, names, shapes, target, axes, dropped, outcome }
    }

    /// The axes that are looped over.
    fn looped(&self) -> &[Axis] {
        self.axes.get(self.dropped..).unwrap_or_default()
    }

    /// The operands that are read and drawn.
    fn read(&self) -> std::ops::Range<usize> {
        0..if self.query.op == Op::BroadcastTo { 1 } else { self.shapes.len() }
    }

    /// The expression in code, one operand perhaps replaced.
    fn expression(&self, replaced: Option<(usize, &str)>) -> String {
        let part = |at: usize| match replaced {
            Some((place, with)) if place == at => with,
            _ => self.names.get(at).copied().unwrap_or_default(),
        };
        let all = |suffix: &str, separator: &str| {
            let mut out = String::new();
            for at in 0..self.names.len() {
                if at > 0 {
                    out.push_str(separator);
                }
                out.push_str(part(at));
                out.push_str(suffix);
            }
            out
        };
        match (self.query.op, self.shapes) {
            (Op::Inplace, _) => all("", " += "),
            (Op::Assign, _) => format!("{}[...] = {}", part(0), part(1)),
            (Op::BroadcastTo, [_, to]) => format!("np.broadcast_to({}, {})", part(0), to.python()),
            (Op::BroadcastShapes, _) => format!("np.broadcast_shapes({})", all(".shape", ", ")),
            _ => all("", " + "),
        }
    }

    /// Which axis is at fault, and how.
    fn why(&self) -> Option<String> {
        let Some(at) = self.axes.iter().rposition(|axis| axis.size.is_none()) else {
            return Some(String::from("The sizes fit; the array would have more bytes than NumPy counts, 2**63 − 1."));
        };
        let axis = self.axes.get(at)?;
        let which = match self.axes.len() - at {
            1 => String::from("The last axis"),
            back => format!("Axis −{back}"),
        };
        // Who clashes: `a has 3, b has 4`; a target that cannot stretch stands alone.
        let mut sizes = String::new();
        let mut clashing = 0;
        for (&(own, role), name) in axis.operands.iter().zip(&self.names) {
            if role == Role::Clash {
                clashing += 1;
                let separator = if clashing > 1 { ", " } else { "" };
                sizes.push_str(&match own {
                    Some(own) => format!("{separator}{name} has {}", grouped(own)),
                    None => format!("{separator}{name} does not have it"),
                });
            }
        }
        Some(match clashing {
            1 => format!("{which} does not fit: {sizes}, and what is written to is never stretched."),
            _ => format!("{which} disagrees: {sizes}. Sizes must be equal, or 1."),
        })
    }

    /// What one could write instead.
    fn ways(&self) -> Vec<Proposal> {
        let mut ways = Vec::new();
        for fix in fixes(self.shapes, &self.names, self.target) {
            let expression = self.expression(Some((fix.operand, &fix.expression)));
            ways.push(Proposal { expression, result: fix.result.python(), why: fix.why });
        }
        if let (Op::Inplace, Some(shape)) = (self.query.op, agreed(&align(self.shapes))) {
            let why =
                String::from("Makes a new array of the larger shape, and leaves the old one to whoever holds it.");
            ways.push(Proposal { expression: String::from("a = a + b"), result: shape.python(), why });
        }
        ways
    }

    fn pictures(&self, html: &mut Html, ids: Ids<'_>, at: Option<&[u64]>) {
        picture::hatching(html, ids);
        let class = match self.shapes.len() {
            0..=2 => "lab-picture broadcast-pictures broadcast-in-a-row",
            _ => "lab-picture broadcast-pictures",
        };
        html.open("div", &[("class", class)]);
        let looked = at.map(super::layout::some);
        let (between, equals) = match self.query.op {
            Op::Inplace => ("+=", ""),
            Op::Assign => ("=", ""),
            Op::BroadcastTo => ("", "→"),
            Op::BroadcastShapes => (",", "→"),
            _ => ("+", "="),
        };
        for operand in self.read() {
            let mut edges = Vec::new();
            for axis in self.looped() {
                let Some(&(stored, role)) = axis.operands.get(operand) else { continue };
                let size = axis.size.or(stored).unwrap_or(1);
                edges.push(Edge { size, stored, clash: role == Role::Clash });
            }
            let name = self.names.get(operand).copied().unwrap_or("?");
            picture::figure(
                html,
                ids,
                if operand > 0 { between } else { "" },
                name,
                &Block { edges: &edges, at: looked.as_deref(), result: false, label: &in_words(name, &edges) },
            );
        }
        match agreed(self.looped()) {
            Some(shape) if !equals.is_empty() => {
                super::layout::whole(html, ids, equals, "result", &shape, looked.clone());
            }
            Some(_) => {}
            None => picture::sign(html, "✗"),
        }
        html.close("div");
        picture::legend(html, "the same bytes read again", at);
    }

    /// Where the element that is looked at comes from.
    fn reading(&self, at: &[u64]) -> Reading {
        let (written, equals) = match self.query.op {
            Op::Inplace => ("a", " += "),
            Op::Assign => ("a", " = "),
            _ => ("result", " = "),
        };
        let mut reading = Reading {
            left: named(written, at),
            equals,
            right: Vec::new(),
            sign: if self.query.op == Op::BroadcastShapes { ", " } else { " + " },
            around: ("", ""),
            addresses: Vec::new(),
        };
        // What is written to is not read again.
        let first = usize::from(written == "a");
        let read = self.names.iter().zip(self.shapes).take(self.read().end);
        for (name, shape) in read.skip(first) {
            reading.right.push(named(name, &read_from(shape, at)));
            let strides = broadcast_strides(shape, at.len(), self.query.dtype.size);
            reading.addresses.push(address(name, at, &strides));
        }
        reading
    }

    fn memory(&self, html: &mut Html, answer: &Answer) {
        let itemsize = self.query.dtype.size;
        let result = &answer.shape;
        let mut rows: Vec<Stored<'_>> = Vec::new();
        for at in self.read() {
            let (Some(shape), Some(name)) = (self.shapes.get(at), self.names.get(at)) else { continue };
            let strides = broadcast_strides(shape, result.ndim(), itemsize);
            rows.push(Stored { name, shape, like: (shape != result).then_some(result), strides });
        }
        let temporary = if self.query.op == Op::Ufunc { largest_temporary(self.shapes) } else { None };
        if let Some(shape) = &temporary {
            rows.push(Stored { name: "largest temporary", shape, like: None, strides: shape.strides(itemsize) });
        }
        if self.query.op == Op::Ufunc {
            rows.push(Stored { name: "result", shape: result, like: None, strides: result.strides(itemsize) });
        }
        memory(html, self.query, &rows);
    }

    fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        for (name, shape) in self.names.iter().zip(self.shapes) {
            let put = match self.looped().len().saturating_sub(shape.ndim()) {
                0 => String::from("."),
                1 => String::from(": a 1 is put in front."),
                more => format!(": {more} ones are put in front."),
            };
            steps.push(match *name {
                "shape" => format!("The target is {}{put}", shape.python()),
                name => format!("{name} has shape {}{put}", shape.python()),
            });
        }
        if self.dropped > 0 {
            steps.push(String::from("Axes of size 1 that b has more than a are dropped."));
        }
        for (back, axis) in (1..).zip(self.looped().iter().rev()) {
            let mut stretched = String::new();
            for ((own, _), name) in axis.operands.iter().zip(&self.names) {
                if own.unwrap_or(1) != axis.size.unwrap_or(1) && *name != "shape" {
                    stretched.push_str(if stretched.is_empty() { "; with stride 0: " } else { ", " });
                    stretched.push_str(name);
                }
            }
            let outcome = match axis.size {
                None if self.target.is_some() => String::from("no fit, so NumPy refuses"),
                None => String::from("no size: two that are not 1 disagree, so NumPy refuses"),
                Some(size) => grouped(size) + &stretched,
            };
            steps.push(format!("Axis −{back}: {} gives {outcome} ({}).", against(axis), rule(axis)));
        }
        if let Ok(answer) = &self.outcome {
            let (shape, dtype) = (&answer.shape, self.query.dtype.name);
            let bytes = grouped(bytes_of(shape, self.query));
            steps.push(format!(
                "The result has shape {}: {}, {bytes} bytes of {dtype}.",
                shape.python(),
                elements(answer.elements)
            ));
        }
        steps
    }
}

/// What NumPy makes of it.
fn computed(op: Op, shapes: &[Shape], itemsize: u64) -> Result<Answer, Refusal> {
    match (op, shapes) {
        (Op::Inplace, _) => inplace(shapes, itemsize),
        (Op::Assign, [to, value]) => assign(to, value, itemsize),
        (Op::BroadcastTo, [source, to]) => {
            let sizes: Vec<i64> = to.0.iter().map(|&size| size as i64).collect();
            broadcast_to(source, &sizes, itemsize)
        }
        (Op::BroadcastShapes, _) => broadcast_shapes(shapes, itemsize),
        _ => ufunc(shapes, itemsize),
    }
}

/// Keeps the axis at the size that the operand written to has: it clashes where it would have to stretch. An assignment
/// drops axes of size 1 that the target does not have.
fn hold(axis: &mut Axis, target: usize, drops: bool) {
    let agreed = axis.size;
    let others_are_one =
        axis.operands.iter().enumerate().all(|(at, (own, _))| at == target || matches!(own, Some(1) | None));
    let Some((own, role)) = axis.operands.get_mut(target) else { return };
    let fits = match own {
        Some(own) => agreed == Some(*own),
        None => drops && others_are_one,
    };
    if !fits {
        *role = Role::Clash;
        axis.size = None;
    }
}

/// What `a + b + c` makes on its way, from the left: the largest of the results that are not the last.
fn largest_temporary(shapes: &[Shape]) -> Option<Shape> {
    let mut largest: Option<Shape> = None;
    for count in 2..shapes.len() {
        let made = agreed(&align(shapes.get(..count)?))?;
        if largest.as_ref().is_none_or(|largest| made.elements() > largest.elements()) {
            largest = Some(made);
        }
    }
    largest
}

fn in_words(name: &str, edges: &[Edge]) -> String {
    let stored = Shape::of(edges.iter().filter_map(|edge| edge.stored));
    let seen = Shape::of(edges.iter().map(|edge| edge.size));
    match stored == seen {
        true => format!("{name}, shape {}, as it is stored.", stored.python()),
        false => format!("{name}, stored as {} and read as {}.", stored.python(), seen.python()),
    }
}
