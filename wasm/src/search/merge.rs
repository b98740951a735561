//! The runs of sections → the files of terms, and the core.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::Stage;
use super::batch::Batch;
use super::bytes::Writer;
use super::encode::{CORE, CORE_NAME, File, MOST_WORDS, Sealed, TERMS, WORDS, sealed};
use super::postings::{List, Lists};
use super::tokenize::Space;

/// Bytes of a file of terms, at least: below it a request costs more than what it brings.
const TERMS_FILE: usize = 7 * 1024;

/// How a term is written: as a symbol and as a word.
const SPACES: [Space; 2] = [Space::Symbol, Space::Word];

/// All terms of a book, in order, and where their postings are.
#[derive(Debug)]
pub struct Merged<'a> {
    batches: &'a [Batch],
    /// How many sections stand before each batch.
    before: Vec<u32>,
    terms: Vec<Term<'a>>,
    /// The batches that hold the terms; those of one term are a chain.
    links: Vec<Link>,
    /// The terms of each file.
    groups: Vec<Range<usize>>,
}

#[derive(Debug)]
struct Term<'a> {
    name: &'a str,
    /// Its links.
    first: u32,
    last: u32,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    batch: u32,
    /// The term's number there.
    term: u32,
    /// The next link of the same term, or that link itself.
    next: u32,
}

impl<'a> Merged<'a> {
    /// Puts the batches together; they come in the order of the book.
    pub fn new(batches: &'a [Batch]) -> Self {
        let mut merged = Self { batches, before: Vec::new(), terms: Vec::new(), links: Vec::new(), groups: Vec::new() };
        let mut known: HashMap<&str, u32, RandomState> = HashMap::default();
        let mut before = 0;
        for (number, batch) in (0u32..).zip(batches) {
            merged.before.push(before);
            before += u32::try_from(batch.kinds.len()).unwrap_or(u32::MAX);
            for (at, name) in batch.terms() {
                merged.link(&mut known, name, number, at);
            }
        }
        drop(known);
        merged.terms.sort_unstable_by(|a, b| a.name.cmp(b.name));
        merged.groups = merged.group();
        merged
    }

    fn link(&mut self, known: &mut HashMap<&'a str, u32, RandomState>, name: &'a str, batch: u32, term: usize) {
        let link = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        let next = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        self.links.push(Link { batch, term: u32::try_from(term).unwrap_or(u32::MAX), next: link });
        let at = *known.entry(name).or_insert(next);
        match self.terms.get_mut(at as usize) {
            Some(term) => {
                if let Some(before) = self.links.get_mut(term.last as usize) {
                    before.next = link;
                }
                term.last = link;
            }
            None => self.terms.push(Term { name, first: link, last: link }),
        }
    }

    /// The lists of a term.
    fn lists(&self, term: &Term<'_>, space: Space) -> impl Iterator<Item = (List, u32, &'a [u8])> + Clone {
        let first = self.links.get(term.first as usize);
        let links = std::iter::successors(first, |link| {
            self.links.get(link.next as usize).filter(|next| !std::ptr::eq(*next, *link))
        });
        links.filter_map(move |link| {
            let batch = link.batch as usize;
            let (list, bytes) = self.batches.get(batch)?.list(link.term as usize, space)?;
            Some((list, *self.before.get(batch)?, bytes))
        })
    }

    /// Consecutive terms, in files of about the same size.
    fn group(&mut self) -> Vec<Range<usize>> {
        let size = |term: &Term<'_>| SPACES.map(|space| self.lists(term, space).size().1).iter().sum::<usize>();
        let mut sizes: Vec<usize> = self.terms.iter().map(size).collect();
        // What is in nearly every section has a number, but no postings.
        let mut postings = sizes.iter();
        self.terms.retain(|_| postings.next().is_some_and(|size| *size > 0));
        sizes.retain(|size| *size > 0);
        sizes.iter_mut().zip(&self.terms).for_each(|(size, term)| *size += term.name.len());
        // In a large book more is read at once, so that there are not too many files.
        let total: usize = sizes.iter().sum();
        groups(&sizes, TERMS_FILE.max(total / 400).min(4 * TERMS_FILE))
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
            for space in SPACES {
                let found = self.lists(term, space);
                let (count, size) = found.clone().size();
                file.size(count);
                if count > 0 {
                    file.size(size);
                    found.write(&mut lists);
                }
            }
        }
        file.out.append(&mut lists.out);
        sealed(file, TERMS, number)
    }

    /// The words as they are written: what a mistyped word is held against.
    pub fn words(&self) -> File {
        let mut counts: HashMap<&str, u32, RandomState> = HashMap::default();
        for (word, count) in self.batches.iter().flat_map(|batch| &batch.spelt) {
            *counts.entry(word).or_default() += count;
        }
        let mut words: Vec<(&str, u32)> = counts.into_iter().collect();
        if words.len() > MOST_WORDS {
            words.select_nth_unstable_by(MOST_WORDS, |(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
            words.truncate(MOST_WORDS);
        }
        words.sort_unstable();
        let mut file = Writer::default();
        file.size(words.len());
        let mut last = "";
        for (word, count) in &words {
            file.next_text(last, word);
            file.number(count.ilog2());
            last = word;
        }
        sealed(file, WORDS, 0)
    }

    /// The file that is read first. It names all others: `terms` and `texts` in their order, of the texts each with how many
    /// sections it holds.
    pub fn core(
        &self,
        stages: &[Stage],
        terms: &[Sealed],
        texts: &[(usize, Sealed)],
        words: Sealed,
    ) -> (String, Vec<u8>) {
        let mut core = Writer::default();
        let sections: usize = self.batches.iter().map(|batch| batch.kinds.len()).sum();
        let average = |sum: usize| sum * 16 / sections.max(1);
        core.size(sections);
        core.size(average(self.batches.iter().map(|batch| batch.title_words).sum()));
        core.size(average(self.batches.iter().map(|batch| batch.words).sum()));
        self.batches.iter().for_each(|batch| core.out.extend_from_slice(&batch.kinds));
        self.batches.iter().for_each(|batch| core.out.extend_from_slice(&batch.lengths));
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
        for (sections, sum) in texts {
            core.size(*sections);
            core.fixed(sum.0);
        }
        core.fixed(words.0);
        // Every page names it: a name that changes with its bytes would change every page at each edit.
        (CORE_NAME.to_string(), core.seal(CORE).0)
    }
}

/// Consecutive things in groups of at least `least` bytes each, the last one perhaps less.
fn groups(sizes: &[usize], least: usize) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, size) in sizes.iter().enumerate() {
        bytes += size;
        if bytes >= least {
            groups.push(start..at + 1);
            (start, bytes) = (at + 1, 0);
        }
    }
    groups.extend((start < sizes.len()).then_some(start..sizes.len()));
    groups
}
