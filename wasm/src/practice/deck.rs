//! Which of a reader's cards comes next.

use super::fsrs::{MINUTE, Phase};

/// One card, as far as the choice needs it.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// When it comes again, and where it stands; none is a new one.
    pub known: Option<(f64, Phase)>,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The card to show, by its place; none where nothing is left for now.
    pub next: Option<usize>,
    /// Cards that are due.
    pub due: usize,
    /// Cards in short steps that come within [`AHEAD`], but are not due yet.
    pub soon: usize,
    /// New cards that may still come today.
    pub new: usize,
}

/// A card in a short step that comes within this time is shown where nothing else is left.
pub const AHEAD: f64 = 20.0 * MINUTE;

/// Chooses: what is due longest, then what is new, in the order given, then what is nearly due. `fresh` is how many new
/// cards may still come today; `last`, the card that was shown before, comes only where there is no other.
pub fn choose(cards: &[Entry], now: f64, fresh: usize, last: Option<usize>) -> Choice {
    let other = |at: usize| Some(at) != last;
    let known = || cards.iter().enumerate().filter_map(|(at, card)| card.known.map(|(due, phase)| (at, due, phase)));
    let due: Vec<_> = known().filter(|(_, due, _)| *due <= now).collect();
    let soon: Vec<_> =
        known().filter(|(_, due, phase)| *due > now && *due <= now + AHEAD && *phase != Phase::Review).collect();
    let new: Vec<_> =
        cards.iter().enumerate().filter(|(_, card)| card.known.is_none()).map(|(at, _)| at).take(fresh).collect();
    let earliest = |cards: &[(usize, f64, Phase)]| {
        let first = |a: &&(usize, f64, Phase), b: &&(usize, f64, Phase)| a.1.total_cmp(&b.1);
        let others = cards.iter().filter(|card| other(card.0)).min_by(first);
        others.map(|card| card.0)
    };
    let next = earliest(&due)
        .or_else(|| new.iter().copied().find(|at| other(*at)))
        .or_else(|| earliest(&soon))
        .or_else(|| last.filter(|last| due.iter().chain(&soon).any(|card| card.0 == *last) || new.contains(last)));
    Choice { next, due: due.len(), soon: soon.len(), new: new.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(due: f64, phase: Phase) -> Entry {
        Entry { known: Some((due, phase)) }
    }
    const NEW: Entry = Entry { known: None };

    #[test]
    fn due_comes_before_new_before_soon() {
        let cards = [NEW, entry(90.0, Phase::Review), entry(50.0, Phase::Learning), entry(MINUTE, Phase::Learning)];
        let chosen = choose(&cards, 100.0, 5, None);
        assert_eq!(chosen, Choice { next: Some(2), due: 2, soon: 1, new: 1 });
        assert_eq!(choose(&cards, 100.0, 5, Some(2)).next, Some(1));
        assert_eq!(choose(&[NEW, cards[3]], 100.0, 5, None).next, Some(0));
        assert_eq!(choose(&[NEW, cards[3]], 100.0, 0, None), Choice { next: Some(1), due: 0, soon: 1, new: 0 });
    }

    #[test]
    fn what_is_days_away_is_left_alone() {
        assert_eq!(choose(&[entry(MINUTE, Phase::Review)], 0.0, 5, None).next, None);
        assert_eq!(choose(&[], 0.0, 5, Some(3)).next, None);
    }

    #[test]
    fn the_only_card_may_come_twice_in_a_row() {
        assert_eq!(choose(&[entry(MINUTE, Phase::Learning)], 0.0, 5, Some(0)).next, Some(0));
    }
}
