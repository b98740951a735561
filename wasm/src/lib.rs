//! The crate that runs twice: natively in the builder (rlib) and in the browser (cdylib, wasm32).
//!
//! A lab is a pure model and a view in [`demo`]; [`html`] is the one writer; [`state`] is the text that a form, a URL
//! fragment and a `demo` fence share; [`compare`] holds what a snippet printed against its recording. [`search`] writes the
//! book's index and answers from it; [`practice`] schedules a reader's cards. The browser's entry points are at the end, only for
//! wasm32: a module is built for each feature, because a reader who searches should not wait for the labs.

#[cfg(feature = "labs")]
pub mod compare;
#[cfg(feature = "labs")]
pub mod demo;
#[cfg(feature = "labs")]
pub mod html;
#[cfg(feature = "practice")]
pub mod practice;
#[cfg(feature = "search")]
pub mod search;
#[cfg(feature = "labs")]
pub mod state;

/// The labs' entry points: nothing but types crossing the border.
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "labs"))]
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

/// The search's entry points: one index, all that crosses the border is bytes and JSON.
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "search"))]
mod browser_search {
    use std::cell::RefCell;

    use crate::search::index::Index;
    use crate::search::{Kind, Request, json};
    use wasm_bindgen::prelude::*;

    thread_local! {
        static INDEX: RefCell<Option<Index>> = const { RefCell::new(None) };
    }

    /// Reads the first file of the index: the stages as JSON, or `{"problem": …}`.
    #[wasm_bindgen]
    pub fn open(core: &[u8]) -> String {
        match Index::open(core) {
            Ok(index) => {
                let stages = json::stages(index.stages());
                INDEX.set(Some(index));
                stages
            }
            Err(problem) => json::problem(problem),
        }
    }

    /// Takes a file that [`ask`] needed: empty, or the sentence that says what is wrong with it.
    #[wasm_bindgen]
    pub fn give(name: &str, file: &[u8]) -> String {
        let given = INDEX.with_borrow_mut(|index| index.as_mut().map(|index| index.give(name, file)));
        given.and_then(Result::err).unwrap_or_default().to_string()
    }

    /// Answers a query, as JSON; `kind` may be empty and `stage` negative, for all.
    #[wasm_bindgen]
    pub fn ask(query: &str, kind: &str, stage: i32, limit: usize) -> String {
        let kinds = Kind::from_name(kind).into_iter().collect();
        let request = Request { query, kinds, stage: usize::try_from(stage).ok(), limit };
        INDEX.with_borrow(|index| match index {
            Some(index) => json::reply(&index.ask(&request)),
            None => json::problem("The search index is not there yet."),
        })
    }
}

/// The practice's entry points: a card is the numbers of [`practice::fsrs::Card::numbers`].
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "practice"))]
mod browser_practice {
    use crate::practice::deck::{self, Entry};
    use crate::practice::fsrs::{Card, NUMBERS, Rating, review};
    use crate::practice::words;
    use wasm_bindgen::prelude::*;

    /// What a card becomes with each of the four grades, one behind the other; numbers that are no card's are a new one.
    #[wasm_bindgen]
    pub fn grades(card: &[f64], now: f64) -> Vec<f64> {
        let card = Card::from_numbers(card);
        Rating::ALL.into_iter().flat_map(|rating| review(card.as_ref(), rating, now).numbers()).collect()
    }

    /// `[next, due, soon, new]` for cards that stand one behind the other; `next` and `last` are -1 where there is none.
    #[wasm_bindgen]
    pub fn choose(cards: &[f64], now: f64, fresh: usize, last: i32) -> Vec<i32> {
        let known = |numbers: &[f64]| Card::from_numbers(numbers).map(|card| (card.due, card.phase));
        let entries: Vec<_> = cards.chunks(NUMBERS).map(|numbers| Entry { known: known(numbers) }).collect();
        let choice = deck::choose(&entries, now, fresh, usize::try_from(last).ok());
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        vec![choice.next.map_or(-1, number), number(choice.due), number(choice.soon), number(choice.new)]
    }

    /// An interval as it stands on a button.
    #[wasm_bindgen]
    pub fn interval(milliseconds: f64) -> String {
        words::interval(milliseconds)
    }
}
