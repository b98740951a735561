//! The crate that runs twice: natively in the builder (rlib) and in the browser (cdylib, wasm32).
//!
//! A lab is a pure model and a view in [`demo`]; [`html`] is the one writer; [`state`] is the text that a form, a URL
//! fragment and a `demo` fence share; [`compare`] holds what a snippet printed against its recording. The browser's entry points are at the end, only for wasm32.

pub mod compare;
pub mod demo;
pub mod html;
pub mod state;

/// The browser's entry points: nothing but types crossing the border.
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser {
    use crate::{compare, demo, state::State};
    use wasm_bindgen::prelude::*;

    /// What a state looks like: `[canonical state, html, announcement, problem]`, the last empty where there is none.
    #[wasm_bindgen]
    pub fn draw(lab: &str, id: &str, state: &str) -> Vec<String> {
        match demo::lab(lab) {
            Some(lab) => {
                let drawing = (lab.draw)(&State::parse(state), demo::Ids(id));
                vec![drawing.state.to_string(), drawing.html, drawing.announce, drawing.problem.unwrap_or_default()]
            }
            None => vec![String::new(), String::new(), String::new(), format!("There is no lab called {lab}.")],
        }
    }

    /// Whether a run printed what is recorded; `approx` is zero where numbers must be the same.
    #[wasm_bindgen]
    pub fn agrees(recorded: &str, printed: &str, unordered: bool, approx: f64) -> bool {
        let approx = (approx > 0.0).then_some(approx);
        compare::agrees(&compare::Recorded { text: recorded, unordered, approx }, printed)
    }

    /// Runs one of the cost lab's loops, for the page's clock: see [`demo::cost::run::run`], which says what the script does.
    #[wasm_bindgen]
    pub fn cost_run(name: &str, n: u32, times: u32) -> u64 {
        demo::cost::run::run(name, n, times)
    }
}
