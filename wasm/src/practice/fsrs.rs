//! FSRS-6, the Free Spaced Repetition Scheduler, with its default parameters, learning steps of 1 and 10 minutes and one
//! relearning step of 10 minutes, as in the reference implementation `fsrs` 6 for Python, without its random fuzz.
//!
//! Times are milliseconds since 1970, whole numbers in `f64`; stability is in days. All powers go through `libm`, so that
//! every machine schedules alike.

use libm::{floor, pow, rint};
use std::f64::consts::E;

/// The default parameters of FSRS-6.
pub const PARAMETERS: [f64; 21] = [
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629,
    1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
];

/// The share of cards that the reader should still know when they come.
pub const RETENTION: f64 = 0.9;

/// A minute in milliseconds.
pub const MINUTE: f64 = 60_000.0;

/// A day in milliseconds.
pub const DAY: f64 = 24.0 * 60.0 * MINUTE;

const LEARNING_STEPS: [f64; 2] = [MINUTE, 10.0 * MINUTE];
const RELEARNING_STEPS: [f64; 1] = [10.0 * MINUTE];
const LONGEST_INTERVAL: f64 = 36_500.0;
const SMALLEST_STABILITY: f64 = 0.001;

/// How well the reader knew the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    /// Not at all.
    Again = 1,
    /// With effort.
    Hard = 2,
    /// After a moment.
    Good = 3,
    /// At once.
    Easy = 4,
}

impl Rating {
    /// All, from worst to best.
    pub const ALL: [Rating; 4] = [Rating::Again, Rating::Hard, Rating::Good, Rating::Easy];
}

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// In its first steps.
    Learning = 1,
    /// Known, with an interval of days.
    Review = 2,
    /// Forgotten, in a short step.
    Relearning = 3,
}

/// What is known of the reader's memory of a card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Card {
    /// Where it stands.
    pub phase: Phase,
    /// Which short step it is in; 0 in review.
    pub step: usize,
    /// Days after which nine of ten such cards are still known.
    pub stability: f64,
    /// 1 to 10.
    pub difficulty: f64,
    /// When it comes again.
    pub due: f64,
    /// When it was graded last.
    pub last: f64,
}

/// How many numbers [`Card::numbers`] gives.
pub const NUMBERS: usize = 6;

impl Card {
    /// Phase, step, stability, difficulty, due, last: what crosses the browser's border.
    pub fn numbers(&self) -> [f64; NUMBERS] {
        [f64::from(self.phase as u8), self.step as f64, self.stability, self.difficulty, self.due, self.last]
    }

    /// The card of those numbers; none where they are no card's, as those of one that was never graded.
    pub fn from_numbers(numbers: &[f64]) -> Option<Card> {
        let [phase, step, stability, difficulty, due, last] = *numbers.first_chunk()?;
        let phase = [Phase::Learning, Phase::Review, Phase::Relearning]
            .into_iter()
            .find(|known| f64::from(*known as u8) == phase)?;
        let finite = [step, stability, difficulty, due, last].into_iter().all(f64::is_finite);
        (finite && stability > 0.0 && (0.0..=9.0).contains(&step)).then(|| Card {
            phase,
            step: step as usize,
            stability: stability.max(SMALLEST_STABILITY),
            difficulty: difficulty.clamp(1.0, 10.0),
            due,
            last,
        })
    }
}

/// What becomes of a card that is graded at `now`; none is a new one.
pub fn review(card: Option<&Card>, rating: Rating, now: f64) -> Card {
    let (phase, step) = card.map_or((Phase::Learning, 0), |card| (card.phase, card.step));
    let (stability, difficulty) = match card {
        None => (first_stability(rating), first_difficulty(rating).clamp(1.0, 10.0)),
        Some(card) => (next_stability(card, rating, now), next_difficulty(card.difficulty, rating)),
    };
    let (phase, step, wait) = match phase {
        Phase::Review if rating == Rating::Again => (Phase::Relearning, 0, RELEARNING_STEPS[0]),
        Phase::Review => (Phase::Review, 0, days(stability)),
        Phase::Learning => steps(phase, step, &LEARNING_STEPS, rating, stability),
        Phase::Relearning => steps(phase, step, &RELEARNING_STEPS, rating, stability),
    };
    Card { phase, step, stability, difficulty, due: now + wait, last: now }
}

/// The short steps before a card is (again) one that comes after days: phase, step and milliseconds to wait.
fn steps(phase: Phase, step: usize, steps: &[f64], rating: Rating, stability: f64) -> (Phase, usize, f64) {
    let wait = |step: usize| steps.get(step).copied();
    match (rating, wait(step)) {
        (Rating::Again, _) => (phase, 0, wait(0).unwrap_or(MINUTE)),
        (Rating::Hard, Some(same)) => match (step, wait(1)) {
            (0, None) => (phase, 0, same * 1.5),
            (0, Some(second)) => (phase, 0, (same + second) / 2.0),
            _ => (phase, step, same),
        },
        (Rating::Good, Some(_)) => match wait(step + 1) {
            Some(next) => (phase, step + 1, next),
            None => (Phase::Review, 0, days(stability)),
        },
        _ => (Phase::Review, 0, days(stability)),
    }
}

/// The chance that the card is still known, whole days after it was last graded.
pub fn retrievability(card: &Card, now: f64) -> f64 {
    let elapsed = floor((now - card.last) / DAY).max(0.0);
    pow(1.0 + factor() * elapsed / card.stability, -PARAMETERS[20])
}

fn factor() -> f64 {
    pow(0.9, 1.0 / -PARAMETERS[20]) - 1.0
}

/// Milliseconds until as many are known as should be, in whole days.
fn days(stability: f64) -> f64 {
    let days = stability / factor() * (pow(RETENTION, 1.0 / -PARAMETERS[20]) - 1.0);
    rint(days).clamp(1.0, LONGEST_INTERVAL) * DAY
}

fn number(rating: Rating) -> f64 {
    f64::from(rating as u8)
}

fn first_stability(rating: Rating) -> f64 {
    PARAMETERS[rating as usize - 1].max(SMALLEST_STABILITY)
}

fn first_difficulty(rating: Rating) -> f64 {
    PARAMETERS[4] - pow(E, PARAMETERS[5] * (number(rating) - 1.0)) + 1.0
}

fn next_difficulty(difficulty: f64, rating: Rating) -> f64 {
    let delta = -(PARAMETERS[6] * (number(rating) - 3.0));
    let damped = difficulty + (10.0 - difficulty) * delta / 9.0;
    let reverted = PARAMETERS[7] * first_difficulty(Rating::Easy) + (1.0 - PARAMETERS[7]) * damped;
    reverted.clamp(1.0, 10.0)
}

fn next_stability(card: &Card, rating: Rating, now: f64) -> f64 {
    let stability = match (floor((now - card.last) / DAY) < 1.0, rating) {
        (true, _) => short_term(card.stability, rating),
        (false, Rating::Again) => forgotten(card, retrievability(card, now)),
        (false, _) => recalled(card, retrievability(card, now), rating),
    };
    stability.max(SMALLEST_STABILITY)
}

/// Graded again within a day.
fn short_term(stability: f64, rating: Rating) -> f64 {
    let w = &PARAMETERS;
    let increase = pow(E, w[17] * (number(rating) - 3.0 + w[18])) * pow(stability, -w[19]);
    stability * if rating == Rating::Again { increase } else { increase.max(1.0) }
}

fn forgotten(card: &Card, retrievability: f64) -> f64 {
    let w = &PARAMETERS;
    let long = w[11]
        * pow(card.difficulty, -w[12])
        * (pow(card.stability + 1.0, w[13]) - 1.0)
        * pow(E, (1.0 - retrievability) * w[14]);
    long.min(card.stability / pow(E, w[17] * w[18]))
}

fn recalled(card: &Card, retrievability: f64, rating: Rating) -> f64 {
    let w = &PARAMETERS;
    let hard = if rating == Rating::Hard { w[15] } else { 1.0 };
    let easy = if rating == Rating::Easy { w[16] } else { 1.0 };
    card.stability
        * (1.0
            + pow(E, w[8])
                * (11.0 - card.difficulty)
                * pow(card.stability, -w[9])
                * (pow(E, (1.0 - retrievability) * w[10]) - 1.0)
                * hard
                * easy)
}
