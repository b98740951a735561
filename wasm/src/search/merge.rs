//! The runs of sections → the files of terms, and the core.

use std::ops::Range;

use super::Stage;
use super::batch::Batch;
use super::bytes::Writer;
use super::encode::{CORE, CORE_NAME, File, MOST_WORDS, Sealed, TERMS, Texts, WORDS, sealed};
use super::names::{Bounds, Joined, Link, ranges};
use super::postings::{Lists, Written};
use super::tokenize::Space;

/// Bytes of a file of terms, at least: below it a request costs more than what it brings.
const TERMS_FILE: usize = 7 * 1024;

/// How a term is written: as a symbol and as a word.
const SPACES: [Space; 2] = [Space::Symbol, Space::Word];

/// How many parts of the terms are joined each by itself, about.
const PARTS: usize = 32;

/// The runs of a book, in its order.
#[derive(Debug)]
pub struct Runs<'a> {
    batches: Vec<&'a Batch>,
    /// How many sections stand before each batch.
    before: Vec<u32>,
    /// Of which terms each part is.
    bounds: Vec<Bounds<'a>>,
}

/// Some of the terms of a book, in order. Parts can be made at the same time.
#[derive(Debug)]
pub struct Part<'a> {
    terms: Vec<Term<'a>>,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Term<'a> {
    name: &'a str,
    /// Its links.
    links: Range<usize>,
    /// The bytes that it takes.
    size: usize,
}

/// All terms of a book, in order, and where their postings are.
#[derive(Debug)]
pub struct Merged<'a> {
    runs: &'a Runs<'a>,
    terms: Vec<Term<'a>>,
    /// The batches that hold the terms.
    links: Vec<Link>,
    /// The terms of each file.
    groups: Vec<Range<usize>>,
}

impl<'a> Runs<'a> {
    /// The batches come in the order of the book.
    pub fn new(batches: Vec<&'a Batch>) -> Self {
        let mut sections = 0;
        let count = |batch: &&Batch| {
            let before = sections;
            sections += u32::try_from(batch.kinds.len()).unwrap_or(u32::MAX);
            before
        };
        let before = batches.iter().map(count).collect();
        let bounds = ranges(batches.iter().map(|batch| &batch.terms), PARTS);
        Self { batches, before, bounds }
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.bounds.len()
    }

    /// Joins the terms of a part.
    pub fn part(&self, number: usize) -> Part<'a> {
        let bounds = self.bounds.get(number).copied().unwrap_or_default();
        let Joined { names, links } = Joined::new(self.batches.iter().map(|batch| &batch.terms), bounds);
        let term = |(name, of): (&'a str, Range<usize>)| {
            let links = links.get(of.clone()).unwrap_or_default();
            let postings: usize = SPACES.map(|space| self.lists(links, space).size().1).iter().sum();
            // What is in nearly every section has a number, but no postings.
            (postings > 0).then_some(Term { name, links: of, size: name.len() + postings })
        };
        let terms = names.into_iter().filter_map(term).collect();
        Part { terms, links }
    }

    /// The lists of a term.
    fn lists(&self, links: &[Link], space: Space) -> impl Iterator<Item = Written<'a>> + Clone {
        links.iter().filter_map(move |link| {
            let row = link.row as usize;
            self.batches.get(row)?.list(link.at as usize, space, *self.before.get(row)?)
        })
    }

    /// The words as they are written: what a mistyped word is held against.
    pub fn words(&self) -> File {
        let Joined { names, links } = Joined::new(self.batches.iter().map(|batch| &batch.spelt), Bounds::default());
        let times = |link: &Link| self.batches.get(link.row as usize)?.times.get(link.at as usize);
        let count = |of: Range<usize>| links.get(of).unwrap_or_default().iter().filter_map(times).sum();
        let mut words: Vec<(&str, u32)> = names.into_iter().map(|(word, of)| (word, count(of))).collect();
        if words.len() > MOST_WORDS {
            words.select_nth_unstable_by(MOST_WORDS, |(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
            words.truncate(MOST_WORDS);
            words.sort_unstable();
        }
        let mut file = Writer::default();
        file.size(words.len());
        let mut last = "";
        for (word, count) in &words {
            file.next_text(last, word);
            file.number(count.max(&1).ilog2());
            last = word;
        }
        sealed(file, WORDS, 0)
    }
}

impl<'a> Merged<'a> {
    /// Puts all the parts together, in their order.
    pub fn new(runs: &'a Runs<'a>, parts: Vec<Part<'a>>) -> Self {
        let (mut terms, mut links) = (Vec::new(), Vec::new());
        for part in parts {
            let start = links.len();
            let moved = |term: Term<'a>| Term { links: term.links.start + start..term.links.end + start, ..term };
            terms.extend(part.terms.into_iter().map(moved));
            links.extend(part.links);
        }
        // In a large book more is read at once, so that there are not too many files.
        let total: usize = terms.iter().map(|term| term.size).sum();
        let groups = groups(&terms, TERMS_FILE.max(total / 400).min(4 * TERMS_FILE));
        Self { runs, terms, links, groups }
    }

    /// How many files of terms there are.
    pub fn files(&self) -> usize {
        self.groups.len()
    }

    /// One of the files of terms.
    pub fn file(&self, number: usize) -> File {
        let group = self.groups.get(number).and_then(|group| self.terms.get(group.clone())).unwrap_or_default();
        let (mut file, mut lists) = (Writer::default(), Writer::default());
        file.size(group.len());
        let mut last = "";
        for term in group {
            file.next_text(last, term.name);
            last = term.name;
            let links = self.links.get(term.links.clone()).unwrap_or_default();
            for space in SPACES {
                let found = self.runs.lists(links, space);
                let (count, size) = found.clone().size();
                file.size(count);
                if count > 0 {
                    file.size(size);
                    found.write(&mut lists);
                }
            }
        }
        file.out.append(&mut lists.out);
        sealed(file, TERMS, u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// The file that is read first. It names all others: `terms` and `texts` in their order.
    pub fn core(&self, stages: &[Stage], terms: &[Sealed], texts: &[&Texts], words: Sealed) -> (String, Vec<u8>) {
        let mut core = Writer::default();
        let batches = &self.runs.batches;
        let sections: usize = batches.iter().map(|batch| batch.kinds.len()).sum();
        let average = |sum: usize| sum * 16 / sections.max(1);
        core.size(sections);
        core.size(average(batches.iter().map(|batch| batch.title_words).sum()));
        core.size(average(batches.iter().map(|batch| batch.words).sum()));
        batches.iter().for_each(|batch| core.out.extend_from_slice(&batch.kinds));
        batches.iter().for_each(|batch| core.out.extend_from_slice(&batch.lengths));
        core.size(stages.len());
        for stage in stages {
            core.text(&stage.title);
            core.size(stage.first);
        }
        core.size(self.groups.len());
        let mut last = "";
        for (group, sum) in self.groups.iter().zip(terms) {
            let first = self.terms.get(group.start).map_or("", |term| term.name);
            core.next_text(last, first);
            core.fixed(sum.0);
            last = first;
        }
        core.size(texts.len());
        for texts in texts {
            core.fixed(texts.first);
            core.size(texts.files.len());
            for (sections, sum) in &texts.files {
                core.size(*sections);
                core.fixed(sum.0);
            }
        }
        core.fixed(words.0);
        // Every page names it: a name that changes with its bytes would change every page at each edit.
        (CORE_NAME.to_string(), core.seal(CORE).0)
    }
}

/// Consecutive terms in groups of at least `least` bytes each, the last one perhaps less.
fn groups(terms: &[Term<'_>], least: usize) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, term) in terms.iter().enumerate() {
        bytes += term.size;
        if bytes >= least {
            groups.push(start..at + 1);
            (start, bytes) = (at + 1, 0);
        }
    }
    groups.extend((start < terms.len()).then_some(start..terms.len()));
    groups
}
