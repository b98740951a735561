//! Broadcasting (placeholder until the lab lands).

use super::{Drawing, Field, FieldKind, Ids, Lab};
use crate::state::State;

/// The lab.
pub static LAB: Lab = Lab {
    name: "broadcast",
    title: "Broadcasting",
    summary: "How NumPy lines up shapes, which axes stretch, and what the result costs.",
    fields: &[Field { name: "shapes", kind: FieldKind::List }],
    draw,
    #[cfg(feature = "json")]
    answer: |_| serde_json::Value::Null,
};

fn draw(state: &State, _ids: Ids<'_>) -> Drawing {
    Drawing { state: state.clone(), html: String::new(), announce: String::new(), problem: None }
}
