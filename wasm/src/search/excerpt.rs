//! What is shown of a hit: its title and the part of its text that matches best, cut into runs, never as markup.

use super::tokenize::{BLOCK, INLINE, Space, Token, tokens};
use super::{Run, order};

/// How long an excerpt is, in bytes, and how much of it may stand before the first match.
const LONG: usize = 230;
const BEFORE: usize = 70;

/// Lines of code in an excerpt.
const LINES: usize = 3;

/// Different matches that are marked on the page.
const MOST_MARKS: usize = 6;

pub(super) struct Shown {
    pub(super) title: Vec<Run>,
    pub(super) excerpt: Vec<Run>,
    pub(super) find: Vec<String>,
}

/// A term that is looked for in the text of a hit.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    pub(super) space: Space,
    pub(super) term: String,
    /// Whether it is marked only where its unit matches in no better way.
    pub(super) weak: bool,
}

impl Sought {
    pub(super) fn is(&self, space: Space, term: &str) -> bool {
        self.space == space && self.term == term
    }
}

/// A piece of text that matches a unit.
#[derive(Debug, Clone, Copy)]
struct Mark {
    start: usize,
    end: usize,
    unit: usize,
    weak: bool,
}

/// Cuts title and text; `terms` holds the terms of each unit of the query. Of code, whole lines are kept.
pub(super) fn cut(title: &str, text: &str, terms: &[Vec<Sought>], code: bool) -> Shown {
    let in_title = marks(tokens(title), terms);
    let in_text = marks(tokens(text), terms);
    let (start, end) = if code { lines(text, &in_text) } else { window(text, &in_text) };
    let mut find: Vec<String> = Vec::new();
    // First what the excerpt shows, for that is what the reader is looking for.
    let shown = in_text.iter().filter(|mark| mark.start >= start && mark.end <= end);
    for (text, mark) in shown.chain(&in_text).map(|mark| (text, mark)).chain(in_title.iter().map(|mark| (title, mark)))
    {
        let word = text.get(mark.start..mark.end).unwrap_or_default();
        if find.len() < MOST_MARKS && !find.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            find.push(word.to_string());
        }
    }
    let mut excerpt = runs(text, (start, end), &in_text, code);
    ellipses(text, (start, end), &mut excerpt);
    Shown { title: runs(title, (0, title.len()), &in_title, false), excerpt, find }
}

/// The matches in a text, in order, none within another.
fn marks(tokens: Vec<Token>, terms: &[Vec<Sought>]) -> Vec<Mark> {
    let mut found: Vec<Mark> = Vec::new();
    for token in tokens {
        let sought = |terms: &Vec<Sought>| {
            terms.iter().find(|sought| sought.is(token.space, &token.term)).map(|sought| sought.weak)
        };
        if let Some((unit, weak)) = terms.iter().enumerate().find_map(|(unit, terms)| Some((unit, sought(terms)?))) {
            found.push(Mark { start: token.start, end: token.end, unit, weak });
        }
    }
    let strong: Vec<usize> = found.iter().filter(|mark| !mark.weak).map(|mark| mark.unit).collect();
    found.retain(|mark| !mark.weak || !strong.contains(&mark.unit));
    order::sort(&mut found, |a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let mut end = 0;
    found.retain(|mark| {
        let outside = mark.start >= end;
        if outside {
            end = mark.end;
        }
        outside
    });
    found
}

/// The part of the text with the most different matches.
fn window(text: &str, marks: &[Mark]) -> (usize, usize) {
    let mut best = (0, 0);
    for (at, mark) in marks.iter().enumerate() {
        let mut units = 0u32;
        let mut many = 0;
        for other in marks.iter().skip(at).take_while(|other| other.end <= mark.start + LONG - BEFORE) {
            units |= 1 << other.unit.min(31);
            many += 1;
        }
        let worth = units.count_ones() * 8 + many.min(6);
        if worth > best.0 {
            best = (worth, mark.start);
        }
    }
    let start = starts(text, best.1);
    let end = boundary(text, (start + LONG).max(best.1 + 40).min(text.len()));
    (start, end)
}

/// The start of the sentence, or of a word, not far before a place.
fn starts(text: &str, place: usize) -> usize {
    let earliest = boundary(text, place.saturating_sub(BEFORE));
    let before = text.get(earliest..place).unwrap_or_default();
    if earliest == 0 {
        return 0;
    }
    let ends = ["\n", ". ", "? ", "! ", ": "].iter().filter_map(|end| Some(before.rfind(end)? + end.len())).max();
    let word = || before.find(' ').map_or(0, |at| at + 1);
    earliest + ends.unwrap_or_else(word)
}

/// A place at or before that one at which a word ends and that does not cut a character.
fn boundary(text: &str, place: usize) -> usize {
    if place >= text.len() {
        return text.len();
    }
    let mut at = place;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text.get(..at).unwrap_or_default();
    let blank = before.rfind(char::is_whitespace);
    blank.filter(|blank| at - blank < 32).unwrap_or(at)
}

/// The lines of code from the one with the first match.
fn lines(text: &str, marks: &[Mark]) -> (usize, usize) {
    // The line from which on the most different matches stand in the lines that are shown.
    let worth = |place: usize| {
        let rest = text.get(place..).unwrap_or_default();
        let end = place + rest.match_indices('\n').nth(LINES - 1).map_or(rest.len(), |(at, _)| at);
        let units =
            marks.iter().filter(|mark| mark.start >= place && mark.end <= end).map(|mark| 1u32 << mark.unit.min(31));
        units.fold(0, |all, unit| all | unit).count_ones()
    };
    let place = marks.iter().rev().max_by_key(|mark| worth(mark.start)).map_or(0, |mark| mark.start);
    let before = text.get(..place).unwrap_or_default();
    let start = before.rfind(['\n', BLOCK]).map_or(0, |at| at + 1);
    let rest = text.get(start..).unwrap_or_default();
    let end =
        rest.match_indices(['\n', BLOCK]).map(|(at, _)| at).filter(|at| *at > 0).nth(LINES - 1).unwrap_or(rest.len());
    let end = start + end;
    if end - start > 3 * LONG { (start, boundary(text, start + 3 * LONG)) } else { (start, end) }
}

fn runs(text: &str, (start, end): (usize, usize), marks: &[Mark], keep_lines: bool) -> Vec<Run> {
    let before = text.get(..start).unwrap_or_default();
    let mut inline = before.matches(INLINE).count() % 2 == 1;
    let mut block = before.matches(BLOCK).count() % 2 == 1;
    let mut marks = marks.iter().skip_while(|mark| mark.end <= start).peekable();
    let mut out: Vec<Run> = Vec::new();
    for (at, c) in text.get(start..end).unwrap_or_default().char_indices() {
        let at = start + at;
        while marks.peek().is_some_and(|mark| mark.end <= at) {
            marks.next();
        }
        let hit = marks.peek().is_some_and(|mark| mark.start <= at);
        match c {
            INLINE => inline = !inline,
            BLOCK => {
                block = !block;
                blank(&mut out, (false, false));
            }
            '\n' if keep_lines && block => push(&mut out, '\n', (true, false)),
            c if c.is_whitespace() && !(keep_lines && block) => blank(&mut out, (inline || block, hit)),
            c if c.is_control() => {}
            c => push(&mut out, c, (inline || block, hit)),
        }
    }
    trim(&mut out);
    out
}

/// Adds a blank where none stands.
fn blank(out: &mut Vec<Run>, kind: (bool, bool)) {
    if out.last().is_some_and(|run| !run.text.ends_with([' ', '\n'])) {
        push(out, ' ', kind);
    }
}

fn push(out: &mut Vec<Run>, c: char, (code, hit): (bool, bool)) {
    match out.last_mut() {
        Some(run) if run.code == code && run.hit == hit => run.text.push(c),
        _ => out.push(Run { text: c.to_string(), code, hit }),
    }
}

/// Takes blanks off both ends.
fn trim(out: &mut Vec<Run>) {
    while let Some(last) = out.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        out.pop();
    }
    while let Some(first) = out.first_mut() {
        first.text = first.text.trim_start().to_string();
        if !first.text.is_empty() {
            break;
        }
        out.remove(0);
    }
}

/// Says where something was left out.
fn ellipses(text: &str, (start, end): (usize, usize), runs: &mut Vec<Run>) {
    let before = text.get(..start).unwrap_or_default().trim_end_matches(' ');
    if !before.is_empty() && !before.ends_with(['\n', '.', '?', '!', ':', BLOCK]) {
        runs.insert(0, Run { text: "… ".to_string(), code: false, hit: false });
    }
    let after = text.get(end..).unwrap_or_default();
    if !after.trim_matches([INLINE, BLOCK, '\n', ' ']).is_empty() {
        runs.push(Run { text: " …".to_string(), code: false, hit: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(term: &str) -> Vec<Sought> {
        [Space::Word, Space::Symbol].map(|space| Sought { space, term: term.to_string(), weak: false }).to_vec()
    }

    fn shown(runs: &[Run]) -> String {
        let run = |run: &Run| match (run.code, run.hit) {
            (true, true) => format!("`[{}]`", run.text),
            (true, false) => format!("`{}`", run.text),
            (false, true) => format!("[{}]", run.text),
            (false, false) => run.text.clone(),
        };
        runs.iter().map(run).collect()
    }

    #[test]
    fn matches_are_marked_in_text_and_code() {
        let cut = cut("On \u{1}np.nan\u{1}", "A nan is\nnot equal to \u{1}nan\u{1}.", &[word("nan")], false);
        assert_eq!(shown(&cut.title), "On `np.``[nan]`");
        assert_eq!(shown(&cut.excerpt), "A [nan] is not equal to `[nan]`.");
        assert_eq!(cut.find, ["nan"]);
    }

    #[test]
    fn the_best_part_of_a_long_text_is_shown() {
        let text = format!(
            "cache. {} And then a cache evicts the oldest entry. {}",
            "filler words ".repeat(40),
            "more of it ".repeat(40)
        );
        let cut = cut("", &text, &[word("cach"), word("evict")], false);
        let excerpt = shown(&cut.excerpt);
        assert!(excerpt.contains("a [cache] [evicts] the"), "{excerpt}");
        assert!(excerpt.ends_with(" …") && excerpt.len() < 300, "{excerpt}");
    }

    #[test]
    fn code_keeps_its_lines() {
        let text = "\u{2}import math\nfor x in xs:\n    print(math.isclose(x, 1))\n    x\n    y\n\u{2}";
        let cut = cut("", text, &[word("math.isclose")], true);
        assert_eq!(shown(&cut.excerpt), "`print(``[math.isclose]``(x, 1))\n    x\n    y`");
    }

    #[test]
    fn text_without_a_match_is_shown_from_its_start() {
        assert_eq!(shown(&cut("t", "Just text.", &[word("nan")], false).excerpt), "Just text.");
        assert_eq!(shown(&cut("t", "", &[], true).excerpt), "");
    }
}
