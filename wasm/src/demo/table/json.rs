//! The dict and set labs on the command line: one JSON state in, one answer out.
//!
//! `{"ops": [["i", 1], ["l", "spam"], ["d", 1]], "hash_seed": 0}`; a fence's fields are taken as well: `ops` as text, `keys`
//! (texts of literals to insert), `scenario`.

use super::ops::{self, Kind, Op};
use super::scenario::Scenarios;
use super::{Table, play};
use crate::demo::pyhash::{Seed, json};
use serde_json::{Value as Json, json};

/// Answers a state: `{"steps": […], "order": […]}`, or `{"error": "…", "invalid": true}`.
pub fn answer(state: &Json, scenarios: &Scenarios, table: impl Table) -> Json {
    match played(state, scenarios, table) {
        Ok(answer) => answer,
        Err(why) => json!({ "error": why, "invalid": true }),
    }
}

fn played(state: &Json, scenarios: &Scenarios, mut table: impl Table) -> Result<Json, String> {
    if !state.is_object() {
        return Err("A state is an object with “ops”.".into());
    }
    let seed = match state.get("hash_seed") {
        None | Some(Json::Null) => 0,
        Some(seed) => {
            let number = seed.as_u64().and_then(|seed| u32::try_from(seed).ok());
            number.ok_or_else(|| "“hash_seed” is a whole number from 0 to 4294967295.".to_string())?
        }
    };
    let seed = Seed::new(seed);
    let ops = match (state.get("ops"), state.get("keys"), state.get("scenario")) {
        (Some(Json::Array(rows)), ..) => {
            let mut nans = 0;
            rows.iter().map(|row| operation(row, seed, &mut nans)).collect::<Result<Vec<_>, _>>()?
        }
        (Some(Json::String(text)), ..) => ops::parse(text, seed)?,
        (None, Some(Json::Array(keys)), _) => {
            let keys = keys.iter().map(|key| key.as_str().ok_or("“keys” holds literals, each a string."));
            ops::parse(&keys.collect::<Result<Vec<_>, _>>()?.join("\n"), seed)?
        }
        (None, None, Some(Json::String(name))) => {
            let scenario = scenarios.find(name).ok_or_else(|| format!("There is no scenario {name}."))?;
            ops::parse(scenario.text, seed)?
        }
        _ => return Err("“ops” is a list of [\"i\", key], [\"l\", key] and [\"d\", key].".into()),
    };
    let mut steps = Vec::with_capacity(ops.len());
    play(&mut table, &ops, &mut steps, ops.len())?;
    let order = table.order();
    let keys = order.iter().filter_map(|number| ops.get(*number as usize)).map(|op| json::write(&op.key));
    let order = keys.collect::<Vec<_>>();
    let steps = serde_json::to_value(steps).map_err(|why| why.to_string())?;
    Ok(json!({ "steps": steps, "order": order }))
}

fn operation(row: &Json, seed: Seed, nans: &mut u32) -> Result<Op, String> {
    let unknown =
        || format!("{} is no operation; one is [\"i\", key], [\"l\", key] or [\"d\", key].", json::excerpt(row));
    let [kind, key] = row.as_array().map(Vec::as_slice).unwrap_or_default() else { return Err(unknown()) };
    let kind = match kind.as_str() {
        Some("i") => Kind::Insert,
        Some("l") => Kind::Lookup,
        Some("d") => Kind::Delete,
        _ => return Err(unknown()),
    };
    let key = json::read(key, nans)?;
    let hash = key.hash(seed);
    Ok(Op { kind, key, hash, label: String::new(), value: String::new() })
}
