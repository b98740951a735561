//! The scheduler against the reference implementation: `tests/vectors/practice.py` wrote what is read here.
#![cfg(all(feature = "json", feature = "practice"))]

use fieldguide_wasm::practice::fsrs::{Card, DAY, Rating, retrievability, review};

/// Python's `**` and `libm::pow` may differ in the last bit, and a long history carries that on.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn agrees_with_the_reference_on_every_review() {
    let text = include_str!("../../tests/vectors/practice.jsonl");
    let mut reviews = 0;
    for line in text.lines() {
        let history: Vec<[f64; 8]> = serde_json::from_str(line).unwrap();
        let mut card: Option<Card> = None;
        for (at, [rating, now, state, step, stability, difficulty, due, known]) in history.into_iter().enumerate() {
            let next = review(card.as_ref(), Rating::ALL[rating as usize - 1], now);
            let place = format!("review {at} of {line}\n{next:?}");
            assert_eq!((next.phase as u8 as f64, next.step as f64), (state, step), "{place}");
            assert!(near(next.stability, stability) && near(next.difficulty, difficulty), "{place}");
            assert_eq!((next.due, next.last), (due, now), "{place}");
            assert!(near(retrievability(&next, due + 1.5 * DAY), known), "{place}");
            // What a browser keeps is what it had.
            assert_eq!(Card::from_numbers(&next.numbers()), Some(next));
            card = Some(next);
            reviews += 1;
        }
    }
    assert!(reviews > 2500, "{reviews} reviews");
}

#[test]
fn numbers_that_are_no_card_are_a_new_one() {
    let fine = review(None, Rating::Good, 0.0).numbers();
    assert!(Card::from_numbers(&fine).is_some());
    for (at, wrong) in [(0, 0.0), (0, 4.0), (0, f64::NAN), (1, -1.0), (2, 0.0), (2, f64::INFINITY), (4, f64::NAN)] {
        let mut numbers = fine;
        numbers[at] = wrong;
        assert_eq!(Card::from_numbers(&numbers), None, "{numbers:?}");
    }
    assert_eq!(Card::from_numbers(&fine[..5]), None);
}

#[test]
fn a_clock_that_went_back_does_no_harm() {
    let card = review(None, Rating::Easy, 100.0 * DAY);
    let next = review(Some(&card), Rating::Good, 3.0 * DAY);
    assert!(next.stability.is_finite() && next.stability >= card.stability && next.due > next.last);
}
