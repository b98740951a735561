//! The set lab: CPython's hash table with linear probes, one operation at a time.

pub mod model;
mod view;

use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::demo::table::figure;
use crate::demo::table::scenario::SET;
use crate::state::State;

/// The lab. Its state is that of the dict lab ([`crate::demo::dict::LAB`]), with the scenarios of [`SET`].
pub static LAB: Lab = Lab {
    name: "set",
    title: "Set",
    summary: "How a set finds a key: runs of neighboring slots, jumps, dummies, and why its order is what it is.",
    fields: &[
        Field { name: "ops", kind: FieldKind::Text },
        Field { name: "keys", kind: FieldKind::List },
        Field { name: "scenario", kind: FieldKind::Choice(SET.names) },
        Field { name: "hash_seed", kind: FieldKind::Integer(0, 4_294_967_295) },
        Field { name: "step", kind: FieldKind::Integer(0, 200) },
    ],
    draw,
    #[cfg(feature = "json")]
    answer: |state| crate::demo::table::json::answer(state, &SET, model::Set::default()),
};

fn draw(state: &State, ids: Ids<'_>) -> Drawing {
    figure::draw(state, ids, &SET, || Box::new(model::Set::default()))
}
