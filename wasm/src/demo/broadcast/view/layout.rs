//! `a.reshape(…)` and `a.sum(axis=…)`.

use super::element::{Reading, looked_at, named, ravel, scrubber, unravel};
use super::table::{Cell, Grid, Stored, memory};
use super::{Cost, Proposal, Seen, accepted, proposals, refused, subscript};
use crate::demo::Ids;
use crate::demo::broadcast::layout::{Axes, reduce, reshape};
use crate::demo::broadcast::model::{Answer, align, creatable, ufunc};
use crate::demo::broadcast::picture::{self, Block, Edge};
use crate::demo::broadcast::query::Query;
use crate::demo::broadcast::shape::Shape;
use crate::demo::broadcast::text::{elements, grouped, list};
use crate::html::Html;

/// `a.reshape(wanted)`.
pub(super) fn reshaped(ids: Ids<'_>, query: &Query, shape: &Shape, wanted: &[i64]) -> Seen {
    let itemsize = query.dtype.size;
    let call = |wanted: &[i64]| match wanted {
        [] => String::from("a.reshape(())"),
        wanted => format!("a.reshape({})", list(wanted.iter().map(i64::to_string), ", ")),
    };
    let mut seen = Seen::default();
    let outcome = creatable(shape, itemsize).and_then(|()| reshape(shape, wanted, itemsize));
    let have = shape.elements();
    seen.steps.push(format!("a has shape {}: {}.", shape.python(), elements(have)));
    match &outcome {
        Ok(answer) => {
            accepted(&mut seen, query, &call(wanted), &[shape], answer, Cost::Same);
            if let Some(size) = unknown(wanted, answer) {
                let known = wanted.iter().filter(|&&size| size >= 0).map(|&size| size.unsigned_abs());
                let known = known.fold(1, u64::saturating_mul);
                let text = format!("−1 becomes {}: {} over {}.", grouped(size), elements(have), grouped(known));
                seen.html.element("p", &[("class", "broadcast-why")], &text);
                seen.steps.push(text);
            }
            seen.steps.push(String::from(
                "The elements keep their order, last axis fastest: a contiguous array is looked at anew and nothing is copied.",
            ));
        }
        Err(refusal) => {
            let why = format!("The sizes must multiply to {}.", grouped(have));
            refused(&mut seen, refusal, Some(why));
            let ways = (0..wanted.len()).rev().filter_map(|at| {
                let changed: Vec<i64> =
                    wanted.iter().enumerate().map(|(place, &size)| if place == at { -1 } else { size }).collect();
                let answer = reshape(shape, &changed, itemsize).ok()?;
                let why = String::from("A −1 takes what is left over.");
                Some(Proposal { expression: call(&changed), result: answer.shape.python(), why })
            });
            proposals(&mut seen.html, "What makes it fit", &ways.take(2).collect::<Vec<_>>());
            seen.steps.push(format!("{}: {}", refusal.exception, refusal.text));
        }
    }
    let at = outcome.as_ref().ok().and_then(|answer| looked_at(query, &answer.shape));
    let from = outcome.as_ref().ok().zip(at.as_ref());
    let from = from.and_then(|(answer, at)| unravel(shape, ravel(&answer.shape, at)));
    picture::hatching(&mut seen.html, ids);
    seen.html.open("div", &[("class", "lab-picture broadcast-pictures broadcast-in-a-row")]);
    whole(&mut seen.html, ids, "", "a", shape, from.as_deref().map(some));
    if let Ok(answer) = &outcome {
        whole(&mut seen.html, ids, "→", "result", &answer.shape, at.as_deref().map(some));
    } else {
        picture::sign(&mut seen.html, "✗");
    }
    seen.html.close("div");
    if let (Ok(answer), Some(at), Some(from)) = (&outcome, &at, &from) {
        let place = grouped(ravel(&answer.shape, at));
        let reading = Reading {
            left: named("result", at),
            equals: " = ",
            right: vec![named("a", from)],
            sign: "",
            around: ("", ""),
            addresses: vec![format!("element {place} of both, counted with the last axis fastest")],
        };
        scrubber(&mut seen.html, ids, &answer.shape, at, &reading);
    }
    if let Ok(answer) = &outcome {
        let rows = [
            Stored { name: "a", shape, like: None, strides: shape.strides(itemsize) },
            Stored { name: "result", shape: &answer.shape, like: None, strides: answer.shape.strides(itemsize) },
        ];
        memory(&mut seen.html, query, &rows);
    }
    seen
}

/// What the unknown size became.
fn unknown(wanted: &[i64], answer: &Answer) -> Option<u64> {
    let at = wanted.iter().position(|&size| size < 0)?;
    answer.shape.0.get(at).copied()
}

fn some(index: &[u64]) -> Vec<Option<u64>> {
    picture::last_three(index).iter().map(|&index| Some(index)).collect()
}

/// An array drawn as it is stored.
fn whole(html: &mut Html, ids: Ids<'_>, before: &str, name: &str, shape: &Shape, at: Option<Vec<Option<u64>>>) {
    let edges: Vec<Edge> = shape.0.iter().map(|&size| Edge::whole(size)).collect();
    let label = format!("{name}, shape {}.", shape.python());
    let block = Block { edges: &edges, at: at.as_deref(), result: name == "result", label: &label };
    picture::figure(html, ids, before, name, &block);
}

/// `a.sum(axis=…, keepdims=…)`, and what becomes of `a - result`.
pub(super) fn reduced(ids: Ids<'_>, query: &Query, shape: &Shape, axes: &Axes) -> Seen {
    let itemsize = query.dtype.size;
    let call = |keep: bool| match keep {
        true => format!("a.sum(axis={}, keepdims=True)", axes.python()),
        false => format!("a.sum(axis={})", axes.python()),
    };
    let mut seen = Seen::default();
    let outcome = creatable(shape, itemsize).and_then(|()| reduce(shape, axes, query.keepdims, itemsize));
    let flags = axes.flags(shape.ndim()).unwrap_or_else(|_| vec![false; shape.ndim()]);
    seen.steps.push(format!("a has shape {}.", shape.python()));
    let answer = match outcome {
        Ok(answer) => answer,
        Err(refusal) => {
            let last = shape.ndim();
            let why = match last {
                0 => String::from("A scalar has no axes."),
                _ => format!("a has {last} axes: 0 to {} from the front, −1 to −{last} from the back.", last - 1),
            };
            refused(&mut seen, &refusal, Some(why));
            seen.steps.push(format!("{}: {}", refusal.exception, refusal.text));
            return seen;
        }
    };
    accepted(&mut seen, query, &call(query.keepdims), &[shape], &answer, Cost::Result);
    for (at, (&size, gone)) in shape.0.iter().zip(&flags).enumerate() {
        seen.steps.push(match (gone, query.keepdims) {
            (false, _) => format!("Axis {at} of size {} stays.", grouped(size)),
            (true, true) => format!("Axis {at} of size {} is summed over and stays with size 1.", grouped(size)),
            (true, false) => format!("Axis {at} of size {} is summed over and vanishes.", grouped(size)),
        });
    }
    grid(shape, &flags, query.keepdims).draw(&mut seen.html);
    let at = looked_at(query, &answer.shape);
    let full: Option<Vec<Option<u64>>> = at.as_ref().map(|at| back(at, &flags, query.keepdims));
    picture::hatching(&mut seen.html, ids);
    seen.html.open("div", &[("class", "lab-picture broadcast-pictures broadcast-in-a-row")]);
    let lit = full.as_ref().map(|full| picture::last_three(full).to_vec());
    whole(&mut seen.html, ids, "", "a", shape, lit);
    whole(&mut seen.html, ids, "→", "result", &answer.shape, at.as_deref().map(some));
    seen.html.close("div");
    if let (Some(at), Some(full)) = (&at, &full) {
        let text = |index: &Option<u64>| index.map_or_else(|| String::from(":"), |index| index.to_string());
        let read = match full.as_slice() {
            [] => subscript(&[]),
            full => format!("[{}]", list(full.iter().map(text), ", ")),
        };
        let reading = Reading {
            left: named("result", at),
            equals: " = ",
            right: vec![format!("a{read}")],
            sign: "",
            around: ("Σ ", ""),
            addresses: Vec::new(),
        };
        scrubber(&mut seen.html, ids, &answer.shape, at, &reading);
    }
    subtracted(&mut seen, shape, &answer.shape, query, &flags, &call);
    let rows = [
        Stored { name: "a", shape, like: None, strides: shape.strides(itemsize) },
        Stored { name: "result", shape: &answer.shape, like: None, strides: answer.shape.strides(itemsize) },
    ];
    memory(&mut seen.html, query, &rows);
    seen
}

fn grid(shape: &Shape, flags: &[bool], keepdims: bool) -> Grid {
    let label = format!("Axes of {} that stay and that are summed over", shape.python());
    let mut grid = Grid { label, ..Grid::default() };
    let mut cells = Vec::new();
    for (at, (&size, &gone)) in shape.0.iter().zip(flags).enumerate() {
        grid.head.push(at.to_string());
        cells.push(if gone { Cell::summed(size) } else { Cell::size(size) });
        grid.result.push(match (gone, keepdims) {
            (false, _) => Cell::size(size),
            (true, true) => Cell::size(1),
            (true, false) => Cell::blank(),
        });
        grid.rule.push(match (gone, keepdims) {
            (false, _) => "stays",
            (true, true) => "summed, kept as 1",
            (true, false) => "summed, vanishes",
        });
    }
    grid.rows.push((String::from("a"), cells));
    grid
}

/// The index in `a` of an element of the result: `None` along the axes that were summed over.
fn back(at: &[u64], flags: &[bool], keepdims: bool) -> Vec<Option<u64>> {
    let mut own = at.iter();
    let place = |&gone: &bool| match (gone, keepdims) {
        (false, _) => own.next().copied(),
        (true, true) => {
            own.next();
            None
        }
        (true, false) => None,
    };
    flags.iter().map(place).collect()
}

/// Whether the result goes back onto `a`, as one wants when a mean is taken away: not at all, along the wrong axis, or well.
fn subtracted(
    seen: &mut Seen,
    shape: &Shape,
    result: &Shape,
    query: &Query,
    flags: &[bool],
    call: &dyn Fn(bool) -> String,
) {
    let together = ufunc(&[shape.clone(), result.clone()], query.dtype.size);
    let kept = Shape::of(shape.0.iter().zip(flags).map(|(&size, &gone)| if gone { 1 } else { size }));
    // The result lines up with other axes than those it came from.
    let straight = align(&[kept.clone(), result.clone()]).iter().all(|axis| {
        let sizes: Vec<u64> = axis.operands.iter().map(|(own, _)| own.unwrap_or(1)).collect();
        sizes.windows(2).all(|pair| pair.first() == pair.last())
    });
    let aligned = query.keepdims || straight && !misplaced(shape, flags);
    let html = &mut seen.html;
    let text = match (&together, aligned) {
        (Ok(answer), true) => {
            html.open("p", &[("class", "broadcast-back")]).element("code", &[], "a - result").text(" has shape ");
            html.element("code", &[], answer.shape.python()).text(": each element meets its own sum.").close("p");
            return;
        }
        (Ok(_), false) => String::from(
            "a - result is no error, and wrong: the result lines up with another axis than the one it came from.",
        ),
        (Err(refusal), _) => format!("a - result raises {}: {}", refusal.exception, refusal.text),
    };
    html.element("p", &[("class", "broadcast-back broadcast-back-wrong")], &text);
    let why = String::from("Keeps the axis with size 1, so that the result stretches back along it.");
    let way = Proposal { expression: format!("a - {}", call(true)), result: shape.python(), why };
    proposals(html, "What makes it fit", &[way]);
    seen.steps.push(text);
}

/// Whether an axis that stays stands before one that vanishes: without its 1, it moves.
fn misplaced(shape: &Shape, flags: &[bool]) -> bool {
    let stays = shape.0.iter().zip(flags).position(|(&size, &gone)| !gone && size != 1);
    let last_gone = flags.iter().rposition(|&gone| gone);
    stays.zip(last_gone).is_some_and(|(stays, gone)| stays < gone)
}
