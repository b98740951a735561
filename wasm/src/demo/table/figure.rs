//! The figure of the dict and set labs: the controls, the answer, the table's picture, the probes in words.

use super::ops::{Kind, Op};
use super::request::Request;
use super::scenario::Scenarios;
use super::words::{self, count, shorten};
use super::{Step, Table, controls, play, stage};
use crate::demo::{Drawing, Ids};
use crate::html::Html;
use crate::state::State;

/// A part of what `sys.getsizeof` counts.
#[derive(Debug)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// Bytes.
    pub bytes: u32,
    /// How the bytes come about, where that says more.
    pub product: String,
}

/// What the figure is drawn from.
#[derive(Debug)]
pub struct Scene<'a> {
    /// All operations.
    pub ops: &'a [Op],
    /// How many of them are played.
    pub at: usize,
    /// What the last one played did.
    pub step: Option<&'a Step>,
}

impl<'a> Scene<'a> {
    /// The operation played last.
    pub fn op(&self) -> Option<&'a Op> {
        self.ops.get(self.at.checked_sub(1)?)
    }
}

/// What is kept of the table before the scene's step.
#[derive(Debug)]
pub struct Before {
    /// What its slots held.
    pub slots: Vec<String>,
    /// Its bytes.
    pub bytes: u32,
}

/// A table that can be shown.
pub trait View: Table {
    /// The table as it is after the scene's step.
    fn picture(&self, html: &mut Html, ids: Ids<'_>, scene: &Scene<'_>);

    /// What its slots hold, in a few characters each; an empty one nothing, a dummy `×`.
    fn slots(&self, ops: &[Op]) -> Vec<String>;

    /// The parts of its bytes.
    fn parts(&self) -> Vec<Part>;

    /// How many neighbors a stop has inspected with it.
    fn run(&self) -> u32;
}

/// An operation as Python writes it.
pub fn code(op: &Op, table: &str) -> String {
    let key = shorten(&op.label, 40);
    match (op.kind, table) {
        (Kind::Insert, "dict") => {
            let value = if op.value.is_empty() { "None" } else { &op.value };
            format!("d[{key}] = {}", shorten(value, 24))
        }
        (Kind::Insert, _) => format!("s.add({key})"),
        (Kind::Lookup, "dict") => format!("{key} in d"),
        (Kind::Lookup, _) => format!("{key} in s"),
        (Kind::Delete, "dict") => format!("del d[{key}]"),
        (Kind::Delete, _) => format!("s.discard({key})"),
    }
}

/// Draws a state; `fresh` makes an empty table.
pub fn draw(state: &State, ids: Ids<'_>, scenarios: &Scenarios, fresh: fn() -> Box<dyn View>) -> Drawing {
    match drawn(state, ids, scenarios, fresh().as_mut()) {
        Ok(drawing) => drawing,
        Err(why) => Drawing::problem(state, why),
    }
}

fn drawn(state: &State, ids: Ids<'_>, scenarios: &Scenarios, table: &mut dyn View) -> Result<Drawing, String> {
    let request = Request::read(state, scenarios)?;
    let (ops, at, name) = (request.ops.as_slice(), request.at, scenarios.table);
    let mut steps = Vec::with_capacity(ops.len());
    play(table, ops, &mut steps, at.saturating_sub(1))?;
    let before = Before { slots: table.slots(ops), bytes: stage::total(table) };
    play(table, ops, &mut steps, at)?;
    let scene = Scene { ops, at, step: at.checked_sub(1).and_then(|last| steps.get(last)) };
    let mut picture = Html::new();
    let answer = stage::answer(&mut picture, &scene, name);
    stage::stage(&mut picture, ids, table, &before, &scene, name);
    let announce = match scene.step {
        Some(step) => format!("{answer} {}, {} bytes.", count(step.used as usize, "key"), step.sizeof),
        None => answer,
    };
    // The table goes on to its end, for the bars and the trace.
    play(table, ops, &mut steps, ops.len())?;

    let mut html = Html::new();
    controls::fields(&mut html, ids, &request, state, scenarios);
    controls::scrubber(&mut html, ids, &request, &steps, name);
    html.html(&picture);
    let trace = ops.iter().zip(&steps).map(|(op, step)| words::trace(step, &code(op, name), ops, name));
    Ok(Drawing::finished(request.canonical(), html, announce, trace.collect()))
}
