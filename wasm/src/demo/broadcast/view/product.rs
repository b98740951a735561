//! `a @ b` and `np.dot(a, b)`.

use super::element::{Reading, looked_at, scrubber};
use super::table::{Cell, Grid, Stored, against, memory, rule};
use super::{Cost, Proposal, Seen, accepted, bytes_of, proposals, refused};
use crate::demo::Ids;
use crate::demo::broadcast::model::{self, Answer, Refusal, align};
use crate::demo::broadcast::picture::corner::{self, Corner};
use crate::demo::broadcast::product::{dot, matmul, split, summed};
use crate::demo::broadcast::query::{Op, Query};
use crate::demo::broadcast::shape::Shape;
use crate::demo::broadcast::text::{elements, grouped, list};
use crate::html::Html;

/// What is multiplied.
struct Product<'a> {
    query: &'a Query,
    a: &'a Shape,
    b: &'a Shape,
}

pub(super) fn see(ids: Ids<'_>, query: &Query, a: &Shape, b: &Shape) -> Seen {
    let product = Product { query, a, b };
    let outcome = product.multiplied(a, b);
    let mut seen = Seen::default();
    match &outcome {
        Ok(answer) => accepted(&mut seen, query, &product.expression("a", "b"), &[a, b], answer, Cost::Result),
        Err(refusal) => {
            refused(&mut seen, refusal, product.why());
            proposals(&mut seen.html, "What makes it fit", &product.ways());
        }
    }
    let Some(sizes) = summed(a, b).filter(|_| b.ndim() > 0) else {
        let text = match query.op {
            Op::Dot => "A scalar has no axis to sum over: np.dot multiplies every element by it.",
            _ => "A scalar has no axis to sum over.",
        };
        seen.html.element("p", &[("class", "lab-note")], text);
        seen.steps.push(String::from(text));
        return seen;
    };
    product.grid(sizes).draw(&mut seen.html);
    let at = outcome.as_ref().ok().and_then(|answer| looked_at(query, &answer.shape));
    product.picture(&mut seen.html, sizes, at.as_deref());
    if let Ok(answer) = &outcome {
        if let Some(at) = &at {
            scrubber(&mut seen.html, ids, &answer.shape, at, &product.reading(at));
        }
        product.memory(&mut seen.html, answer);
    }
    seen.steps = product.steps(sizes, &outcome);
    seen
}

impl Product<'_> {
    fn multiplied(&self, a: &Shape, b: &Shape) -> Result<Answer, Refusal> {
        let itemsize = self.query.dtype.size;
        model::creatable(a, itemsize)?;
        model::creatable(b, itemsize)?;
        match self.query.op {
            Op::Dot => dot(a, b, itemsize),
            _ => matmul(a, b, itemsize),
        }
    }

    fn expression(&self, a: &str, b: &str) -> String {
        match self.query.op {
            Op::Dot => format!("np.dot({a}, {b})"),
            _ => format!("{a} @ {b}"),
        }
    }

    fn why(&self) -> Option<String> {
        match summed(self.a, self.b)? {
            (columns, rows) if columns != rows => {
                let (columns, rows) = (grouped(columns), grouped(rows));
                let place = if self.b.ndim() == 1 { "its only" } else { "its last but one" };
                Some(format!(
                    "The summed axis disagrees: a has {columns} along its last axis, b has {rows} along {place}. A 1 does not stretch here."
                ))
            }
            _ if self.query.op == Op::Matmul => {
                Some(String::from("The matrices fit; the axes in front of them do not broadcast."))
            }
            _ => None,
        }
    }

    fn ways(&self) -> Vec<Proposal> {
        let (a, b) = (self.a, self.b);
        let flip = |shape: &Shape| -> Option<(Shape, &'static str)> {
            let mut sizes = shape.0.clone();
            let last = sizes.len().checked_sub(2)?;
            sizes.get_mut(last..)?.reverse();
            Some((Shape(sizes), if last == 0 { ".T" } else { ".mT" }))
        };
        let mut tried: Vec<(String, Shape, Shape, &'static str)> = Vec::new();
        if let Some((flipped, suffix)) = flip(b) {
            tried.push((
                self.expression("a", &format!("b{suffix}")),
                a.clone(),
                flipped,
                "Sums over b's columns, as a weight matrix of shape (out, in) wants it.",
            ));
        }
        if let Some((flipped, suffix)) = flip(a) {
            tried.push((self.expression(&format!("a{suffix}"), "b"), flipped, b.clone(), "Sums over a's rows."));
        }
        tried.push((
            self.expression("b", "a"),
            b.clone(),
            a.clone(),
            "The factors in the other order: another product.",
        ));
        let batches = (split(a).batch, split(b).batch);
        if self.query.op == Op::Matmul && batches.0.ndim() > 0 && batches.1.ndim() > 0 {
            let ndim = batches.0.ndim();
            let place = |at: usize| String::from(if at < ndim { ":" } else { "None" });
            let index = list((0..ndim + batches.1.ndim()).map(place), ", ");
            let ones = std::iter::repeat_n(1, batches.1.ndim());
            let sizes = batches.0.0.iter().copied().chain(ones).chain(split(a).core.0);
            let expression = self.expression(&format!("a[{index}]"), "b");
            tried.push((expression, Shape::of(sizes), b.clone(), "Multiplies every matrix of a with every one of b."));
        }
        let ways = tried.into_iter().filter_map(|(expression, a, b, why)| {
            let answer = self.multiplied(&a, &b).ok()?;
            Some(Proposal { expression, result: answer.shape.python(), why: String::from(why) })
        });
        ways.take(3).collect()
    }

    /// One column for every axis of the result and one for the axis that is summed over.
    fn grid(&self, (columns, rows): (u64, u64)) -> Grid {
        let label = format!("Axes of {} and {} that are kept and summed over", self.a.python(), self.b.python());
        let mut grid = Grid { label, ..Grid::default() };
        let (left, right) = (split(self.a), split(self.b));
        let kept_a = if self.query.op == Op::Dot { self.a.ndim().saturating_sub(1) } else { left.core.ndim() - 1 };
        let kept_b = if self.query.op == Op::Dot { self.b.ndim().saturating_sub(1) } else { right.core.ndim() - 1 };
        if self.query.op == Op::Dot {
            grid.rows = vec![(String::from("a"), Vec::new()), (String::from("b"), Vec::new())];
        } else {
            grid.axes(&["a", "b"], &align(&[left.batch, right.batch]));
            grid.head.iter_mut().for_each(|head| *head = String::from("stack"));
        }
        let before_a = self.a.ndim() - 1 - kept_a;
        let a: Vec<u64> = self.a.0.iter().skip(before_a).take(kept_a).copied().collect();
        let summed_at = self.b.ndim().saturating_sub(2);
        let others = self.b.0.iter().enumerate().filter(|&(axis, _)| axis != summed_at).map(|(_, &size)| size);
        let b: Vec<u64> = others.skip(self.b.ndim() - 1 - kept_b).collect();
        let mut column = |head: &str, rule: &'static str, cells: [Cell; 3]| {
            grid.head.push(String::from(head));
            grid.rule.push(rule);
            let [first, second, result] = cells;
            grid.result.push(result);
            for ((_, row), cell) in grid.rows.iter_mut().zip([first, second]) {
                row.push(cell);
            }
        };
        for size in a {
            column("of a", "kept", [Cell::size(size), Cell::blank(), Cell::size(size)]);
        }
        if columns == rows {
            column("summed", "equal, vanishes", [Cell::summed(columns), Cell::summed(rows), Cell::blank()]);
        } else {
            column("summed", "clash", [Cell::clash(Some(columns)), Cell::clash(Some(rows)), Cell::result(None)]);
        }
        for size in b {
            column("of b", "kept", [Cell::blank(), Cell::size(size), Cell::size(size)]);
        }
        grid
    }

    /// Row and column of the element in the matrices that are drawn.
    fn place(&self, at: &[u64]) -> (u64, u64) {
        let column = (self.b.ndim() > 1).then(|| at.last().copied()).flatten();
        let row = match self.query.op {
            Op::Dot => (self.a.ndim() > 1).then(|| at.get(self.a.ndim() - 2)),
            _ => (self.a.ndim() > 1).then(|| at.get(at.len().saturating_sub(if column.is_some() { 2 } else { 1 }))),
        };
        (row.flatten().copied().unwrap_or(0), column.unwrap_or(0))
    }

    fn picture(&self, html: &mut Html, summed: (u64, u64), at: Option<&[u64]>) {
        let rows = self.a.from_end(1);
        let columns = (self.b.ndim() > 1).then(|| self.b.from_end(0)).flatten();
        let text = |size: Option<u64>| size.map_or_else(String::new, |size| format!("{} by ", grouped(size)));
        let label = format!(
            "a, {}{}, to the left; b, {}{}, above; the result where they meet.",
            text(rows),
            grouped(summed.0),
            grouped(summed.1),
            columns.map_or_else(String::new, |size| format!(" by {}", grouped(size))),
        );
        let at = at.map(|at| self.place(at));
        html.open("div", &[("class", "lab-picture broadcast-pictures")]);
        corner::draw(html, &Corner { rows, summed, columns, at, label: &label });
        html.close("div");
        if self.a.ndim() > 2 || self.b.ndim() > 2 {
            html.element("p", &[("class", "lab-note broadcast-legend")], "Drawn is one pair of the stacked matrices.");
        }
    }

    fn reading(&self, at: &[u64]) -> Reading {
        let text = |index: &[u64]| index.iter().map(u64::to_string).collect::<Vec<_>>();
        let (mut a, mut b) = match self.query.op {
            Op::Dot => {
                let (a, b) = at.split_at(at.len().min(self.a.ndim() - 1));
                (text(a), text(b))
            }
            _ => {
                let (row, column) = self.place(at);
                let core = usize::from(self.a.ndim() > 1) + usize::from(self.b.ndim() > 1);
                let stack = at.get(..at.len().saturating_sub(core)).unwrap_or_default();
                let mut a = text(&super::element::read_from(&split(self.a).batch, stack));
                let mut b = text(&super::element::read_from(&split(self.b).batch, stack));
                if self.a.ndim() > 1 {
                    a.push(row.to_string());
                }
                if self.b.ndim() > 1 {
                    b.push(column.to_string());
                }
                (a, b)
            }
        };
        a.push(String::from(":"));
        b.insert(b.len().saturating_sub(1).min(self.b.ndim().saturating_sub(2)), String::from(":"));
        Reading {
            left: super::element::named("result", at),
            equals: " = ",
            right: vec![format!("a[{}]", list(a.into_iter(), ", ")), format!("b[{}]", list(b.into_iter(), ", "))],
            sign: " · ",
            around: ("Σ ", ""),
            addresses: Vec::new(),
        }
    }

    fn memory(&self, html: &mut Html, answer: &Answer) {
        let itemsize = self.query.dtype.size;
        let mut rows: Vec<Stored<'_>> = Vec::new();
        // What the stacks look like once their axes in front are broadcast.
        let core = usize::from(self.a.ndim() > 1) + usize::from(self.b.ndim() > 1);
        let stack = answer.shape.0.get(..answer.shape.ndim().saturating_sub(core)).unwrap_or_default();
        let like = [self.a, self.b].map(|shape| Shape::of(stack.iter().copied().chain(split(shape).core.0)));
        let operands = [("a", self.a), ("b", self.b)].into_iter().zip(&like);
        for (((name, shape), like), strides) in operands.zip(answer.strides.iter().flatten()) {
            let like = (self.query.op == Op::Matmul && bytes_of(like, self.query) != bytes_of(shape, self.query))
                .then_some(like);
            rows.push(Stored { name, shape, like, strides: strides.clone() });
        }
        let strides = answer.shape.strides(itemsize);
        rows.push(Stored { name: "result", shape: &answer.shape, like: None, strides });
        memory(html, self.query, &rows);
    }

    fn steps(&self, (columns, rows): (u64, u64), outcome: &Result<Answer, Refusal>) -> Vec<String> {
        let mut steps = Vec::new();
        for (name, shape) in [("a", self.a), ("b", self.b)] {
            let is = match shape.ndim() {
                1 => String::from("a vector"),
                2 => String::from("a matrix"),
                more => format!("a stack of matrices with {} axes in front", more - 2),
            };
            steps.push(format!("{name} has shape {}: {is}.", shape.python()));
        }
        let verdict = if columns == rows { "they are summed over and vanish" } else { "NumPy refuses" };
        steps.push(format!("a's last axis has {}, b's summed axis {}: {verdict}.", grouped(columns), grouped(rows)));
        match self.query.op {
            Op::Dot => steps.push(String::from("All other axes are kept: first those of a, then those of b.")),
            _ => {
                for axis in align(&[split(self.a).batch, split(self.b).batch]) {
                    steps.push(format!("An axis of the stacks: {}: {}.", against(&axis), rule(&axis)));
                }
            }
        }
        if let Ok(answer) = outcome {
            steps.push(format!("The result has shape {}: {}.", answer.shape.python(), elements(answer.elements)));
        }
        steps
    }
}
