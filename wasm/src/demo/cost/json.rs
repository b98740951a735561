//! `fieldguide lab cost --json`: `{"case": "topk", "n": 1000, "k": 10, "order": "shuffled"}`, of which only `case` must be there.
//!
//! The answer has `case`, `n` and, for the top-k job, `k` and `order`; `lines`, a list of `{"name", "count", "unit"}`, the dear
//! way first; `steps`, the same in words. Numbers may also be given as strings.

use super::count::{Case, Job, MAX_K, MAX_N};
use super::data::Order;
use super::{brief, text, trace};
use serde::Serialize;
use serde_json::{Value, json};

/// The work of one way.
#[derive(Debug, Serialize)]
struct Line {
    name: &'static str,
    count: u64,
    unit: &'static str,
}

/// Answers one JSON state.
pub fn answer(state: &Value) -> Value {
    match read(state) {
        Err(error) => json!({ "error": error, "invalid": true }),
        Ok((job, n)) => {
            let work = job.work(n);
            let ways = job.case.ways().iter().zip(&work.counts);
            let lines: Vec<Line> =
                ways.map(|(way, &count)| Line { name: way.name, count, unit: job.case.unit() }).collect();
            let mut answer = json!({ "case": job.case.name(), "n": n });
            if let (Case::TopK, Some(fields)) = (job.case, answer.as_object_mut()) {
                fields.insert("k".to_string(), job.k.into());
                fields.insert("order".to_string(), job.order.name().into());
            }
            if let Some(fields) = answer.as_object_mut() {
                fields.insert("lines".to_string(), json!(lines));
                fields.insert("steps".to_string(), trace::steps(&job, &work).into());
            }
            answer
        }
    }
}

fn read(state: &Value) -> Result<(Job, u32), String> {
    let fields = state.as_object().ok_or("A state is an object, as in {\"case\": \"queue\", \"n\": 1000}.")?;
    let word = |name: &str, default: &'static str| match fields.get(name) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::String(word)) => Ok(word.as_str()),
        Some(_) => Err(format!("{name} is a string.")),
    };
    let whole = |name: &str, default: u32, least: u32, most: u32| {
        let value = match fields.get(name) {
            None | Some(Value::Null) => Some(default),
            Some(Value::Number(number)) => number.as_u64().and_then(|n| n.try_into().ok()),
            Some(Value::String(typed)) => text::whole(typed),
            Some(_) => None,
        };
        value
            .filter(|value| (least..=most).contains(value))
            .ok_or_else(|| format!("{name} is a whole number from {least} to {}.", text::grouped(most.into())))
    };
    let case = word("case", "")?;
    let case = Case::named(case).ok_or_else(|| {
        format!("There is no job “{}”: the jobs are membership, queue, string, topk and memory.", brief(case))
    })?;
    let order = word("order", "shuffled")?;
    let order = Order::named(order).ok_or_else(|| {
        format!("There is no order “{}”: the orders are shuffled, ascending and descending.", brief(order))
    })?;
    let (n, k) = (whole("n", 1_000, 0, MAX_N)?, whole("k", 10, 1, MAX_K)?);
    Ok((Job { case, k, order }, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_with_counts() {
        let answer = answer(&json!({ "case": "queue", "n": 1000 }));
        assert_eq!(answer["n"], 1000);
        assert_eq!(
            answer["lines"],
            json!([
                { "name": "list.pop(0)", "count": 500_500, "unit": "pointers moved" },
                { "name": "deque.popleft()", "count": 1_000, "unit": "pointers moved" },
            ])
        );
    }

    #[test]
    fn nonsense_is_invalid() {
        for state in [
            json!(null),
            json!([]),
            json!({}),
            json!({ "case": 1 }),
            json!({ "case": "queue", "n": -1 }),
            json!({ "case": "queue", "n": 1.5 }),
            json!({ "case": "queue", "n": u64::MAX }),
            json!({ "case": "topk", "k": [] }),
            json!({ "case": "topk", "order": "up" }),
        ] {
            assert_eq!(answer(&state)["invalid"], true, "{state}");
        }
    }
}
