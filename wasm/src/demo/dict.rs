//! The dict lab: CPython's compact hash table, one operation at a time.

pub mod model;
mod view;

use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::demo::table::figure;
use crate::demo::table::scenario::DICT;
use crate::state::State;

/// The lab.
///
/// Its state: `ops`, the operations as [`crate::demo::table::ops::parse`] reads them; or `keys`, literals to insert; or a
/// `scenario` of [`DICT`]; `hash_seed`, as PYTHONHASHSEED; `step`, how many operations have been played. The
/// figure's own form also sends `shown`: what it showed when it was sent.
pub static LAB: Lab = Lab {
    name: "dict",
    title: "Dict",
    summary: "How a dict finds a key: hash, slot, probes, dummies and resizes, and the bytes they take.",
    fields: &[
        Field { name: "ops", kind: FieldKind::Text },
        Field { name: "keys", kind: FieldKind::List },
        Field { name: "scenario", kind: FieldKind::Choice(DICT.names) },
        Field { name: "hash_seed", kind: FieldKind::Integer(0, 4_294_967_295) },
        Field { name: "step", kind: FieldKind::Integer(0, 200) },
    ],
    draw,
    #[cfg(feature = "json")]
    answer: |state| crate::demo::table::json::answer(state, &DICT, model::Dict::default()),
};

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    figure::draw(state, ids, &DICT, || Box::new(model::Dict::default()))
}
