//! Mistyped words: the words of the book that are an edit or two away.

use super::order;
use super::query::Unit;

/// Longer words are not corrected.
const LONGEST: usize = 24;

/// How many corrections a word gets at most.
const MOST: usize = 3;

/// Whether a word is long enough to be told from what it was meant to be.
pub(super) fn may_be_mistyped(word: &str) -> bool {
    edits_of(word) > 0
}

/// How many edits a word of that length may be away: one from 4 letters on, two from 8.
fn edits_of(word: &str) -> usize {
    match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        8..=LONGEST => 2,
        _ => 0,
    }
}

/// The nearest of the book's words, with how many edits they are away: the fewest edits first, then the most frequent.
pub(super) fn nearest(words: &[(String, u32)], typed: &str) -> Vec<(String, usize)> {
    let mut found = near(words, typed, edits_of(typed));
    let fewest = found.first().map_or(0, |(edits, _, _)| *edits);
    found.retain(|(edits, _, _)| *edits == fewest);
    found.truncate(MOST);
    found.into_iter().map(|(edits, _, word)| (word.to_string(), edits)).collect()
}

fn near<'a>(words: &'a [(String, u32)], typed: &str, most: usize) -> Vec<(usize, u32, &'a str)> {
    let letters: Vec<char> = typed.chars().take(LONGEST + 1).collect();
    let mut found = Vec::new();
    if letters.is_empty() || letters.len() > LONGEST || most == 0 {
        return found;
    }
    let mut rows = Rows::default();
    for (word, frequency) in words {
        // A word of other length is too far away before any letter is compared.
        if word.len() + most < letters.len() || word.len() > typed.len() + most {
            continue;
        }
        if let Some(edits) = rows.distance(&letters, word, most) {
            found.push((edits, u32::MAX - frequency, word.as_str()));
        }
    }
    order::sort(&mut found, |a, b| a.cmp(b));
    found
}

/// For a query that found nothing: words of the book that are near to its own, or start as they do.
pub(super) fn suggest(words: &[(String, u32)], units: &[Unit]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for unit in units {
        let typed = unit.typed.trim_start_matches(|c: char| !c.is_alphanumeric());
        let mut near = near(words, typed, 3.min(typed.chars().count() / 2));
        if near.is_empty() {
            let start: String = typed.chars().take(4).collect();
            let begins = |(word, frequency): &'_ (String, u32)| {
                (start.chars().count() >= 3 && word.starts_with(&start)).then_some(u32::MAX - frequency)
            };
            near = words.iter().filter_map(|word| Some((4, begins(word)?, word.0.as_str()))).collect();
            order::sort(&mut near, |a, b| a.cmp(b));
        }
        found.extend(near.into_iter().take(4).map(|(_, _, word)| word.to_string()));
    }
    found.dedup();
    found.truncate(6);
    found
}

/// The rows of the table of distances, used again for every word.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// How many insertions, deletions, replacements and swaps of neighbours lead from one to the other, if at most `most`.
    fn distance(&mut self, from: &[char], to: &str, most: usize) -> Option<usize> {
        self.last.clear();
        self.last.extend(0..=from.len());
        self.before.clear();
        let mut letter_before = '\0';
        for (i, letter) in to.chars().enumerate() {
            self.row.clear();
            self.row.push(i + 1);
            let mut least = i + 1;
            for (j, own) in from.iter().enumerate() {
                let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
                let replaced = cell(&self.last, j) + usize::from(*own != letter);
                let mut edits = replaced.min(cell(&self.last, j + 1) + 1).min(cell(&self.row, j) + 1);
                let swapped = j > 0 && *own == letter_before && from.get(j - 1) == Some(&letter);
                if swapped && i > 0 {
                    edits = edits.min(cell(&self.before, j - 1) + 1);
                }
                least = least.min(edits);
                self.row.push(edits);
            }
            if least > most {
                return None;
            }
            std::mem::swap(&mut self.before, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.row);
            letter_before = letter;
        }
        self.last.last().copied().filter(|edits| *edits <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> Option<usize> {
        Rows::default().distance(&a.chars().collect::<Vec<_>>(), b, 3)
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(distance("nunpy", "numpy"), Some(1));
        assert_eq!(distance("boradcast", "broadcast"), Some(1), "two letters swapped are one edit");
        assert_eq!(distance("genratr", "generator"), Some(2));
        assert_eq!(distance("same", "same"), Some(0));
        assert_eq!(distance("abc", "xyzw"), None);
        assert_eq!(distance("ab", ""), Some(2));
    }

    #[test]
    fn short_words_are_taken_as_they_are() {
        let words = [("cat".to_string(), 9), ("cart".to_string(), 2), ("generator".to_string(), 5)];
        assert!(!may_be_mistyped("cet"));
        assert_eq!(
            nearest(&words, "crat"),
            [("cat".to_string(), 1), ("cart".to_string(), 1)],
            "the most frequent first"
        );
        assert_eq!(nearest(&words, "genratr"), []);
        assert_eq!(nearest(&words, "genertaro"), [("generator".to_string(), 2)]);
    }
}
