//! The glossary's terms, and where they first stand in a page's text.

use std::collections::HashMap;
use std::ops::Range;

use super::Term;

/// The terms of `content/glossary.md`, ready to be found in a text.
#[derive(Debug, Clone, Default)]
pub struct Glossary {
    path: String,
    entries: Vec<Entry>,
    /// Entries by their first word, the longest first.
    by_first: HashMap<String, Vec<usize>>,
    /// Entries by their whole text, for code.
    by_text: HashMap<String, usize>,
}

#[derive(Debug, Clone)]
struct Entry {
    anchor: String,
    /// Each with what stands before it.
    words: Vec<(String, String)>,
    /// What stands behind the last.
    tail: String,
    /// `GIL` is not `gil`, `Hash table` is `hash table`.
    exact: bool,
}

/// A term in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// Which term.
    pub term: usize,
}

impl Glossary {
    /// The terms that the page at `path` defines.
    pub fn new(path: &str, terms: &[Term]) -> Self {
        let mut glossary = Self { path: path.to_string(), ..Self::default() };
        for Term { text, anchor } in terms {
            let mut end = 0;
            let mut words = Vec::new();
            for range in Words(text, 0) {
                let between = text.get(end..range.start).unwrap_or_default().to_string();
                end = range.end;
                words.push((between, text.get(range).unwrap_or_default().to_string()));
            }
            let tail = text.get(end..).unwrap_or_default().to_string();
            let Some((_, first)) = words.first() else { continue };
            let at = glossary.entries.len();
            glossary.by_first.entry(first.to_lowercase()).or_default().push(at);
            glossary.by_text.entry(text.clone()).or_insert(at);
            let exact = text.chars().skip(1).any(char::is_uppercase);
            glossary.entries.push(Entry { anchor: anchor.clone(), words, tail, exact });
        }
        for entries in glossary.by_first.values_mut() {
            entries.sort_by_key(|at| std::cmp::Reverse(glossary.entries[*at].words.len()));
        }
        glossary
    }

    /// What a link from the page at `from` to the term is written as.
    pub fn link(&self, term: usize, from: &str) -> String {
        let anchor = self.entries.get(term).map(|entry| entry.anchor.as_str()).unwrap_or_default();
        let up = "../".repeat(from.matches('/').count().saturating_sub(1));
        let below = self.path.strip_prefix("content/").unwrap_or(&self.path);
        format!("{up}{below}#{anchor}")
    }

    /// The term that a piece of code is, to the letter.
    pub fn code(&self, code: &str) -> Option<usize> {
        self.by_text.get(code).copied()
    }

    /// The terms in a text, in order, none inside another.
    pub fn find(&self, text: &str) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let words: Vec<_> = Words(text, 0).collect();
        let mut at = 0;
        while let Some(first) = words.get(at) {
            let word = text.get(first.clone()).unwrap_or_default().to_lowercase();
            // The plural of a term of one word stands under another first word.
            let singulars =
                [word.as_str(), word.strip_suffix('s').unwrap_or(""), word.strip_suffix("es").unwrap_or("")];
            let entries = singulars.iter().filter_map(|word| self.by_first.get(*word)).flatten();
            let here = words.get(at..).unwrap_or_default();
            let hit = entries.copied().find_map(|term| Some((term, self.stands(term, text, here)?)));
            match hit {
                Some((term, range)) => {
                    at += self.entries[term].words.len();
                    found.push(Found { range, term });
                }
                None => at += 1,
            }
        }
        found
    }

    /// The place of the term, if it stands where these words start.
    fn stands(&self, term: usize, text: &str, words: &[Range<usize>]) -> Option<Range<usize>> {
        let entry = &self.entries[term];
        let last = entry.words.len() - 1;
        let (first, mut end) = (words.first()?.start, None);
        for (i, (between, wanted)) in entry.words.iter().enumerate() {
            let range = words.get(i)?;
            let word = text.get(range.clone())?;
            let joined = end.is_none_or(|end: usize| joins(between, text.get(end..range.start).unwrap_or_default()));
            let fits = same(wanted, word, entry.exact) || i == last && plural(wanted, word, entry.exact);
            if !(joined && fits) {
                return None;
            }
            end = Some(range.end);
        }
        let head = entry.words.first().map(|(head, _)| head.as_str()).unwrap_or_default();
        let (before, behind) = (text.get(..first)?, text.get(end?..)?);
        let whole = before.ends_with(head) && behind.starts_with(entry.tail.as_str());
        if whole { Some(first - head.len()..end? + entry.tail.len()) } else { None }
    }
}

fn same(wanted: &str, word: &str, exact: bool) -> bool {
    wanted == word || !exact && wanted.to_lowercase() == word.to_lowercase()
}

fn plural(wanted: &str, word: &str, exact: bool) -> bool {
    ["s", "es"].iter().filter_map(|ending| word.strip_suffix(ending)).any(|word| same(wanted, word, exact))
}

/// Whether two words stand together in the text as they do in the term; blanks, line ends and hyphens are the same.
fn joins(wanted: &str, found: &str) -> bool {
    let loose = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_whitespace() || c == '-');
    wanted == found || loose(wanted) && loose(found)
}

/// The places of the words of a text, from a byte on.
struct Words<'a>(&'a str, usize);

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        let rest = self.0.get(self.1..)?;
        let start = self.1 + rest.find(inside)?;
        let word = self.0.get(start..)?;
        let end = start + word.find(|c| !inside(c)).unwrap_or(word.len());
        self.1 = end;
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary(terms: &[&str]) -> Glossary {
        let terms = terms.iter().map(|text| Term { text: text.to_string(), anchor: format!("a-{text}") });
        Glossary::new("content/glossary.md", &terms.collect::<Vec<_>>())
    }

    fn found<'a>(glossary: &Glossary, text: &'a str) -> Vec<&'a str> {
        glossary.find(text).into_iter().map(|found| &text[found.range]).collect()
    }

    #[test]
    fn terms_are_found_whole_in_any_case_and_in_the_plural() {
        let terms = glossary(&["Hash table", "Hash", "Copy-on-write", "GIL", "Axis", "O(n)", "Batch", "*args"]);
        assert_eq!(
            found(&terms, "A hash\ntable, hashes; rehash. Hash-tables"),
            ["hash\ntable", "hashes", "Hash-tables"]
        );
        assert_eq!(found(&terms, "copy on write; Copy-On-Write, copy and write"), ["copy on write", "Copy-On-Write"]);
        assert_eq!(found(&terms, "The GIL, a gil, GILs"), ["GIL", "GILs"]);
        assert_eq!(found(&terms, "axis taxis O(n) o n batches é"), ["axis", "O(n)", "batches"]);
        assert_eq!(found(&terms, "args, then *args and **args"), ["*args", "*args"]);
        assert_eq!(found(&terms, ""), [""; 0]);
        let link = |from| terms.code("GIL").map(|term| terms.link(term, from));
        assert_eq!(link("content/a.md").as_deref(), Some("glossary.md#a-GIL"));
        assert_eq!(link("content/01-a/02-b.md").as_deref(), Some("../glossary.md#a-GIL"));
        assert_eq!(terms.code("gil"), None);
    }
}
