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
            let stored: Vec<&Shape> = looped.read().filter_map(|at| shapes.get(at)).collect();
            let cost = if query.op == Op::BroadcastTo { Cost::View } else { Cost::Result };
            accepted(&mut seen, query, &looped.expression(None), &stored, answer, cost);
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
        let mut names: Vec<&'static str> = NAMES.iter().take(shapes.len()).copied().collect();
        let mut target = None;
        let outcome = shapes.iter().try_for_each(|shape| model::creatable(shape, itemsize));
        let outcome = outcome.and_then(|()| match (query.op, shapes) {
            (Op::Inplace, _) => inplace(shapes, itemsize),
            (Op::Assign, [to, value]) => assign(to, value, itemsize),
            (Op::BroadcastTo, [source, to]) => {
                broadcast_to(source, &to.0.iter().map(|&size| size as i64).collect::<Vec<_>>(), itemsize)
            }
            (Op::BroadcastShapes, _) => broadcast_shapes(shapes, itemsize),
            _ => ufunc(shapes, itemsize),
        });
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
            axes.iter_mut().for_each(|axis| hold(axis, target, query.op == Op::Assign));
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
        let parts: Vec<&str> = self
            .names
            .iter()
            .enumerate()
            .map(|(at, name)| match replaced {
                Some((place, with)) if place == at => with,
                _ => name,
            })
            .collect();
        match (self.query.op, parts.as_slice(), self.shapes) {
            (Op::Inplace, [a, b], _) => format!("{a} += {b}"),
            (Op::Assign, [a, b], _) => format!("{a}[...] = {b}"),
            (Op::BroadcastTo, [a, _], [_, to]) => format!("np.broadcast_to({a}, {})", to.python()),
            (Op::BroadcastShapes, _, _) => {
                let shapes = list(parts.iter().map(|part| format!("{part}.shape")), ", ");
                format!("np.broadcast_shapes({shapes})")
            }
            _ => list(parts.into_iter().map(String::from), " + "),
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
        let clashing: Vec<(&str, Option<u64>)> = axis
            .operands
            .iter()
            .zip(&self.names)
            .filter(|((_, role), _)| *role == Role::Clash)
            .map(|((own, _), name)| (*name, *own))
            .collect();
        if let [(name, own)] = clashing.as_slice() {
            let own = own.map_or_else(|| String::from("does not have it"), |own| format!("has {}", grouped(own)));
            return Some(format!("{which} does not fit: {name} {own}, and what is written to is never stretched."));
        }
        let sizes = |(name, own): &(&str, Option<u64>)| Some(format!("{name} has {}", grouped((*own)?)));
        let sizes = list(clashing.iter().filter_map(sizes), ", ");
        Some(format!("{which} disagrees: {}. Sizes must be equal, or 1.", sizes))
    }

    /// What one could write instead.
    fn ways(&self) -> Vec<Proposal> {
        let mut ways: Vec<Proposal> = fixes(self.shapes, &self.names, self.target)
            .into_iter()
            .map(|fix| Proposal {
                expression: self.expression(Some((fix.operand, &fix.expression))),
                result: fix.result.python(),
                why: fix.why,
            })
            .collect();
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
        let looked: Option<Vec<Option<u64>>> =
            at.map(|at| picture::last_three(at).iter().map(|&index| Some(index)).collect());
        let (between, equals) = match self.query.op {
            Op::Inplace => ("+=", ""),
            Op::Assign => ("=", ""),
            Op::BroadcastTo => ("", "→"),
            Op::BroadcastShapes => (",", "→"),
            _ => ("+", "="),
        };
        for operand in self.read() {
            let edges: Vec<Edge> = self
                .looped()
                .iter()
                .filter_map(|axis| {
                    let &(stored, role) = axis.operands.get(operand)?;
                    let size = axis.size.or(stored).unwrap_or(1);
                    Some(Edge { size, stored, clash: role == Role::Clash })
                })
                .collect();
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
                let edges: Vec<Edge> = shape.0.iter().map(|&size| Edge::whole(size)).collect();
                let label = format!("The result, shape {}.", shape.python());
                let block = Block { edges: &edges, at: looked.as_deref(), result: true, label: &label };
                picture::figure(html, ids, equals, "result", &block);
            }
            Some(_) => {}
            None => picture::sign(html, "✗"),
        }
        html.close("div");
        picture::legend(html, "the same bytes read again", at);
    }

    /// Where the element that is looked at comes from.
    fn reading(&self, at: &[u64]) -> Reading {
        let read: Vec<(&str, &Shape)> = self.names.iter().copied().zip(self.shapes).collect();
        let read = read.get(self.read()).unwrap_or_default();
        let (written, equals, read) = match (self.query.op, read) {
            (Op::Inplace, [(target, _), rest @ ..]) => (*target, " += ", rest),
            (Op::Assign, [(target, _), rest @ ..]) => (*target, " = ", rest),
            _ => ("result", " = ", read),
        };
        let itemsize = self.query.dtype.size;
        Reading {
            left: named(written, at),
            equals,
            right: read.iter().map(|(name, shape)| named(name, &read_from(shape, at))).collect(),
            sign: if self.query.op == Op::BroadcastShapes { ", " } else { " + " },
            around: ("", ""),
            addresses: read
                .iter()
                .map(|(name, shape)| address(name, at, &tail(broadcast_strides(shape, at.len(), itemsize), at.len())))
                .collect(),
        }
    }

    fn memory(&self, html: &mut Html, answer: &Answer) {
        let itemsize = self.query.dtype.size;
        let result = &answer.shape;
        let mut rows: Vec<Stored<'_>> = Vec::new();
        for at in self.read() {
            let (Some(shape), Some(name)) = (self.shapes.get(at), self.names.get(at)) else { continue };
            let strides = tail(broadcast_strides(shape, result.ndim(), itemsize), result.ndim());
            rows.push(Stored { name, shape, like: (shape != result).then_some(result), strides });
        }
        let temporary = (self.query.op == Op::Ufunc).then(|| largest_temporary(self.shapes)).flatten();
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
            let is = if *name == "shape" { "The target is" } else { "has shape" };
            steps.push(match *name {
                "shape" => format!("{is} {}{put}", shape.python()),
                name => format!("{name} {is} {}{put}", shape.python()),
            });
        }
        if self.dropped > 0 {
            steps.push(String::from("Axes of size 1 that b has more than a are dropped."));
        }
        for (back, axis) in (1..).zip(self.looped().iter().rev()) {
            let stretched: Vec<&str> = axis
                .operands
                .iter()
                .zip(&self.names)
                .filter(|((own, _), _)| axis.size.is_some_and(|size| own.unwrap_or(1) != size))
                .map(|(_, name)| *name)
                .collect();
            let outcome = match (axis.size, stretched.as_slice()) {
                (None, _) if self.target.is_some() => String::from("no fit, so NumPy refuses"),
                (None, _) => String::from("no size: two that are not 1 disagree, so NumPy refuses"),
                (Some(size), []) => grouped(size),
                (Some(size), [one]) => format!("{}; {one} is read with stride 0", grouped(size)),
                (Some(size), more) => {
                    let more = list(more.iter().copied().map(String::from), ", ");
                    format!("{}; {more} are read with stride 0", grouped(size))
                }
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

/// The last `ndim` strides: an assignment's value may have had more axes.
fn tail(strides: Vec<u64>, ndim: usize) -> Vec<u64> {
    let more = strides.len().saturating_sub(ndim);
    strides.into_iter().skip(more).collect()
}

/// What `a + b + c` makes on its way, from the left: the largest of the results that are not the last.
fn largest_temporary(shapes: &[Shape]) -> Option<Shape> {
    let made = (2..shapes.len()).filter_map(|count| agreed(&align(shapes.get(..count)?)));
    made.max_by_key(Shape::elements)
}

fn in_words(name: &str, edges: &[Edge]) -> String {
    let stored = Shape::of(edges.iter().filter_map(|edge| edge.stored));
    let seen = Shape::of(edges.iter().map(|edge| edge.size));
    match stored == seen {
        true => format!("{name}, shape {}, as it is stored.", stored.python()),
        false => format!("{name}, stored as {} and read as {}.", stored.python(), seen.python()),
    }
}
