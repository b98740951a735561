//! Words and identifiers → the terms that they are found by.

use super::tokenize::Space;
use super::words::{folded, stem};

/// A longer run of letters and digits is no word: nobody types it.
const LONGEST_WORD: usize = 64;

/// Two words of which Python makes one operator or one statement, and both as one symbol.
const PAIRS: [(&str, &str, &str); 6] = [
    ("is", "not", "is not"),
    ("not", "in", "not in"),
    ("yield", "from", "yield from"),
    ("async", "def", "async def"),
    ("async", "with", "async with"),
    ("async", "for", "async for"),
];

/// The longest word of a pair, in bytes.
const LONGEST_OF_PAIR: usize = 5;

/// Where in a word a term stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The bytes of the word that it was read from.
    pub(super) start: usize,
    /// Where they end.
    pub(super) end: usize,
    /// How many places behind that of the word.
    pub(super) place: u32,
    /// Whether it is only a part of the word.
    pub(super) part: bool,
}

/// Whether a term is one that somebody may type.
pub(super) fn fits(term: &str) -> bool {
    !term.is_empty() && term.len() <= LONGEST_WORD
}

/// Gives the terms of a word to `take`, in code or in prose, and tells how many places it has. They depend on the word alone.
pub(super) fn terms_of(word: &str, code: bool, take: &mut dyn FnMut(Space, &str, Place)) -> u32 {
    let mut push = |space, term: &str, start, end, place, part| {
        if fits(term) {
            take(space, term, Place { start, end, place, part });
        }
    };
    let lower = folded(word);
    let plain = !word.contains(['_', '.']) && !inner_capital(word) && !digits_and_letters(word);
    if plain && !code {
        push(Space::Word, &stem(&lower), 0, word.len(), 0, false);
        return 1;
    }
    push(Space::Symbol, &lower, 0, word.len(), 0, false);
    let name = word.rfind('.').map_or(0, |dot| dot + 1);
    if name > 0 && !word.starts_with(|c: char| c.is_ascii_digit()) {
        push(Space::Symbol, &folded(word.get(name..).unwrap_or_default()), name, word.len(), 0, true);
    }
    if plain {
        push(Space::Word, &stem(&lower), 0, word.len(), 0, false);
        return 1;
    }
    let mut place = 0;
    for (from, to) in parts(word) {
        let part = word.get(from..to).unwrap_or_default();
        let letters = part.len() - part.trim_start_matches(char::is_alphabetic).len();
        push(Space::Word, &stem(&folded(part)), from, to, place, true);
        if (3..part.len()).contains(&letters) {
            let letters = from + letters;
            push(Space::Word, &stem(&folded(word.get(from..letters).unwrap_or_default())), from, letters, place, true);
        }
        place += 1;
    }
    place
}

/// What an identifier is made of: `lru_cache`, `DataFrame`, `float64`.
fn parts(word: &str) -> Vec<(usize, usize)> {
    let mut from = 0;
    let mut last = ' ';
    let mut found = Vec::new();
    for (at, c) in word.char_indices().chain([(word.len(), '_')]) {
        let camel = c.is_uppercase() && (last.is_lowercase() || last.is_ascii_digit());
        if matches!(c, '_' | '.') || camel {
            if from < at {
                found.push((from, at));
            }
            from = if camel { at } else { at + 1 };
        }
        last = c;
    }
    found
}

fn inner_capital(text: &str) -> bool {
    let mut last_small = false;
    text.chars().any(|c| {
        let camel = last_small && c.is_uppercase();
        last_small = c.is_lowercase();
        camel
    })
}

fn digits_and_letters(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(char::is_alphabetic)
}

/// The word as it stands in a pair, where it may be in one.
pub(super) fn in_pair(word: &str) -> Option<&'static str> {
    let simple = word.is_ascii() && !word.contains('\'');
    if simple && word.len() > LONGEST_OF_PAIR {
        return None;
    }
    let lower = if simple { None } else { Some(folded(word)) };
    let word = lower.as_deref().unwrap_or(word);
    let mut words = PAIRS.into_iter().flat_map(|(first, second, _)| [first, second]);
    words.find(|other| other.eq_ignore_ascii_case(word))
}

/// Two words as one symbol.
pub(super) fn pair(first: &str, second: &str) -> Option<&'static str> {
    PAIRS.into_iter().find(|pair| pair.0 == first && pair.1 == second).map(|pair| pair.2)
}
