//! What a state of the dict and set labs asks for: from a fence, a link or the figure's own form.

use super::ops::{self, Op};
use super::scenario::{Scenario, Scenarios};
use super::{MAX_FIGURE_OPS, MAX_FIGURE_TEXT};
use crate::demo::pyhash::Seed;
use crate::state::State;

/// What a state asks for.
#[derive(Debug)]
pub struct Request {
    /// The operations as they are written.
    pub text: String,
    /// The scenario whose text that is.
    pub scenario: Option<&'static Scenario>,
    /// As PYTHONHASHSEED.
    pub seed: u32,
    /// The operations.
    pub ops: Vec<Op>,
    /// How many of them are played.
    pub at: usize,
}

impl Request {
    /// Reads a state.
    ///
    /// # Errors
    /// A sentence on what makes no sense.
    pub fn read(state: &State, scenarios: &Scenarios) -> Result<Self, String> {
        let seed = match state.get("hash_seed").map(str::trim) {
            None => 0,
            Some(seed) => seed.parse().map_err(|_| "The hash seed is a whole number from 0 to 4294967295.")?,
        };
        let (shown, shown_count) = state.get("shown").and_then(|shown| shown.split_once(' ')).unwrap_or_default();
        let chosen = state.get("scenario").filter(|name| !name.is_empty());
        let named = |name: &str| scenarios.find(name).ok_or_else(|| format!("There is no scenario {name}."));
        let mut text = state.get("ops").map(|ops| ops.replace('\r', ""));
        let mut fresh = text.is_none();
        // The form always sends the text; where the list's choice is not what was shown, the choice is what changed.
        if let (Some(name), Some(_)) = (chosen, state.get("shown"))
            && name != shown
        {
            text = None;
            fresh = true;
        }
        let text = match (text, chosen) {
            (Some(text), _) => text,
            (None, Some("own")) => scenarios.start.to_string(),
            (None, Some(name)) => named(name)?.text.to_string(),
            (None, None) => {
                let keys = state.all("keys").collect::<Vec<_>>().join("\n");
                let first = scenarios.all.first().map_or("", |scenario| scenario.text);
                if keys.is_empty() { first.to_string() } else { keys }
            }
        };
        if text.len() > MAX_FIGURE_TEXT {
            return Err(format!(
                "The operations take at most {MAX_FIGURE_TEXT} characters here; these are {}.",
                text.len()
            ));
        }
        let ops = ops::parse(&text, Seed::new(seed))?;
        if ops.len() > MAX_FIGURE_OPS {
            return Err(format!("This figure plays at most {MAX_FIGURE_OPS} operations; these are {}.", ops.len()));
        }
        let scenario = scenarios.of_text(&text);
        let default = scenario.map_or(ops.len(), |scenario| scenario.step);
        let asked = state.get("step").filter(|_| !fresh || state.get("shown").is_none());
        let mut at = match asked {
            Some(step) => step.trim().parse().map_err(|_| "The step is a whole number.".to_string())?,
            None => default,
        };
        // Who stands at the end and types on goes along.
        if scenario.is_none() && asked == Some(shown_count) {
            at = ops.len();
        }
        at = match state.get("act") {
            Some("back") => at.saturating_sub(1),
            Some("next") => at.saturating_add(1),
            _ => at,
        };
        Ok(Self { text, scenario, seed, at: at.min(ops.len()), ops })
    }

    /// The state in canonical form: a scenario by its name, and nothing that goes without saying.
    pub fn canonical(&self) -> State {
        let mut state = State::new();
        match self.scenario {
            Some(scenario) => state.push("scenario", scenario.name),
            None => state.push("ops", &self.text),
        };
        if self.seed != 0 {
            state.push("hash_seed", self.seed);
        }
        if self.at != self.scenario.map_or(self.ops.len(), |scenario| scenario.step) {
            state.push("step", self.at);
        }
        state
    }
}
