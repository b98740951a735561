//! A run of consecutive sections, turned round: from its terms to where they stand. Runs are independent of each other.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::Section;
use super::bytes::{Reader, Writer};
use super::encode::{body_length, length_class};
use super::names::{Bounds, Joined, Link, Names};
use super::postings::{BLOCK, CONTEXT, FIELDS, INLINE, List, ListWriter, PROSE, TITLE, Written};
use super::tokenize::{At, Mode, Space, Terms, cut};
use super::words::{folded, stands_alone};

/// Words of prose that are in nearly every section and in no Python program: not worth their place.
const EVERYWHERE: [&str; 9] = ["the", "of", "to", "a", "an", "that", "thi", "this", "it"];

/// How far behind the title the text starts, in places.
const TITLE_GAP: u32 = 16;

/// The terms of consecutive sections and where they stand.
#[derive(Debug, Default)]
pub struct Batch {
    /// The terms, in order.
    pub(super) terms: Names,
    /// Of each term, as a symbol and as a word.
    lists: Vec<[List; 2]>,
    /// What the lists' postings are slices of, and their places.
    bytes: Vec<u8>,
    /// Kind and length of each section, as they stand in the core.
    pub(super) kinds: Vec<u8>,
    pub(super) lengths: Vec<u8>,
    /// The sums of these lengths.
    pub(super) title_words: usize,
    pub(super) words: usize,
    /// The words as they are written, in lower case and in order, and how often.
    pub(super) spelt: Names,
    pub(super) times: Vec<u32>,
}

impl Batch {
    /// Cuts the sections into their terms.
    pub fn new(sections: &[Section]) -> Self {
        let mut collector = Collector::default();
        for (number, section) in (0u32..).zip(sections) {
            collector.section(number, section);
        }
        collector.finish()
    }

    /// One batch of batches that come one after the other.
    pub(super) fn join(batches: &[&Self]) -> Self {
        let mut joined = Self::default();
        let mut before = Vec::new();
        for batch in batches {
            before.push(u32::try_from(joined.kinds.len()).unwrap_or(u32::MAX));
            joined.kinds.extend_from_slice(&batch.kinds);
            joined.lengths.extend_from_slice(&batch.lengths);
            joined.title_words += batch.title_words;
            joined.words += batch.words;
        }
        let words = Joined::new(batches.iter().map(|batch| &batch.spelt), Bounds::default());
        for (word, of) in words.names {
            let times = |link: &Link| batches.get(link.row as usize)?.times.get(link.at as usize);
            joined.spelt.push(word);
            joined.times.push(words.links.get(of).unwrap_or_default().iter().filter_map(times).sum());
        }
        let terms = Joined::new(batches.iter().map(|batch| &batch.terms), Bounds::default());
        let mut writer = ListWriter::default();
        for (term, of) in terms.names {
            joined.terms.push(term);
            let links = terms.links.get(of).unwrap_or_default();
            joined.lists.push([Space::Symbol, Space::Word].map(|space| {
                let list = |link: &Link| {
                    let row = link.row as usize;
                    batches.get(row)?.list(link.at as usize, space, *before.get(row)?)
                };
                writer.join(links.iter().filter_map(list))
            }));
        }
        joined.take(writer);
        joined
    }

    /// Takes the bytes of the lists.
    fn take(&mut self, writer: ListWriter) {
        let postings = u32::try_from(writer.out.out.len()).unwrap_or(u32::MAX);
        self.lists.iter_mut().flatten().for_each(|list| list.place_start += postings);
        self.bytes = [writer.out.out, writer.placed.out].concat();
    }

    /// A term's list as a symbol, or as a word; none where there is none.
    pub(super) fn list(&self, at: usize, space: Space, before: u32) -> Option<Written<'_>> {
        let list = *self.lists.get(at)?.get(space as usize).filter(|list| list.sections > 0)?;
        let part = |start: u32, count: u32| self.bytes.get(start as usize..start as usize + count as usize);
        let (postings, places) = (part(list.start, list.bytes)?, part(list.place_start, list.place_bytes)?);
        Some(Written { list, before, postings, places })
    }

    /// Writes what [`Batch::read`] reads.
    pub(super) fn write(&self, out: &mut Writer) {
        out.size(self.kinds.len());
        out.out.extend_from_slice(&self.kinds);
        out.out.extend_from_slice(&self.lengths);
        out.size(self.title_words);
        out.size(self.words);
        self.spelt.write(out);
        self.times.iter().for_each(|times| out.number(*times));
        self.terms.write(out);
        for list in self.lists.iter().flatten() {
            out.number(list.sections);
            if list.sections > 0 {
                let List { first, last, places, bytes, place_bytes, .. } = *list;
                [first, last - first, places, bytes, place_bytes].into_iter().for_each(|number| out.number(number));
            }
        }
        // Before the lists may stand what the batch was read from.
        let first = self.lists.iter().flatten().find(|list| list.sections > 0);
        let lists = first.and_then(|first| self.bytes.get(first.start as usize..));
        out.out.extend_from_slice(lists.unwrap_or_default());
    }

    /// Reads a batch that stands at the end of `bytes`, behind what comes `before` it, and keeps these bytes.
    pub(super) fn read(bytes: Vec<u8>, before: usize) -> Option<Self> {
        let mut reader = Reader::new(bytes.get(before..)?);
        let sections = reader.count()?;
        let mut batch = Self {
            kinds: reader.bytes(sections)?.to_vec(),
            lengths: reader.bytes(sections)?.to_vec(),
            title_words: reader.size()?,
            words: reader.size()?,
            spelt: Names::read(&mut reader)?,
            ..Self::default()
        };
        batch.times = (0..batch.spelt.len()).map(|_| reader.number()).collect::<Option<_>>()?;
        batch.terms = Names::read(&mut reader)?;
        batch.lists = vec![[List::default(); 2]; batch.terms.len()];
        batch.lists.iter_mut().flatten().try_for_each(|list| read_list(&mut reader, list, sections))?;
        let postings = batch.lists.iter().flatten().map(|list| list.bytes as usize).sum::<usize>();
        let start = bytes.len() - reader.left();
        let (mut start, mut place_start) = (u32::try_from(start).ok()?, u32::try_from(start + postings).ok()?);
        for list in batch.lists.iter_mut().flatten() {
            (list.start, list.place_start) = (start, place_start);
            start = start.checked_add(list.bytes)?;
            place_start = place_start.checked_add(list.place_bytes)?;
        }
        let whole = place_start as usize == bytes.len();
        batch.bytes = bytes;
        whole.then_some(batch)
    }
}

/// Reads all of a list but where its bytes are.
fn read_list(reader: &mut Reader<'_>, list: &mut List, sections: usize) -> Option<()> {
    list.sections = reader.number()?;
    if list.sections > 0 {
        list.first = reader.number()?;
        list.last = list.first.checked_add(reader.number()?).filter(|last| (*last as usize) < sections)?;
        list.places = reader.number()?;
        list.bytes = reader.number()?;
        list.place_bytes = reader.number()?;
    }
    Some(())
}

/// A term where it stands. Terms are numbered twice: as a symbol and as a word.
#[derive(Clone, Copy, Default)]
struct Occurrence {
    term: u32,
    place: u32,
    /// The section, and in which of its fields.
    section: u32,
    field: u8,
}

/// A word that was met before: which terms it has, and how often it stands in what is shown.
struct Known {
    terms: Range<usize>,
    places: u32,
    seen: u32,
}

/// The words as they are written, and how often.
type Spelt = HashMap<String, u32, RandomState>;

/// What stands in a text that is being cut.
#[derive(Default)]
struct Text {
    section: u32,
    /// The field, where it does not depend on what the term stands in.
    field: Option<usize>,
    /// The place that the text starts at.
    base: u32,
    /// The last place that holds a term, and how many do.
    last: Option<u32>,
    places: usize,
    /// Whether words are counted as they are met.
    counts: bool,
}

#[derive(Default)]
struct Collector<'a> {
    /// The terms as they were met.
    names: Names,
    /// The numbers of the terms by their hash.
    numbers: HashTable<u32>,
    hasher: RandomState,
    /// Words of prose, and of code.
    known: [HashMap<&'a str, Known, RandomState>; 2],
    /// The terms of known words, each with its place behind the word's.
    known_terms: Vec<(u32, u32)>,
    found: Vec<Occurrence>,
    text: Text,
    spelt: Spelt,
    batch: Batch,
}

impl<'a> Collector<'a> {
    fn section(&mut self, number: u32, section: &'a Section) {
        let (title_words, last) = self.text(number, &section.title, Some(TITLE), 0, true);
        let mut place = last + TITLE_GAP;
        let mut words = 0;
        for (text, shown) in [(&section.text, true), (&section.hidden, false)] {
            let (found, last) = self.text(number, text, None, place, shown);
            words += found;
            place += last + TITLE_GAP;
        }
        self.text(number, &section.context, Some(CONTEXT), 0, false);
        let title = u8::try_from(title_words.min(15)).unwrap_or(15);
        self.batch.kinds.push(section.kind as u8);
        self.batch.lengths.push(title << 4 | length_class(words));
        self.batch.title_words += usize::from(title);
        self.batch.words += body_length(words);
    }

    /// Cuts a text; tells how many words it has (terms at one place are one), and the place of the last.
    fn text(&mut self, section: u32, text: &'a str, field: Option<usize>, base: u32, shown: bool) -> (usize, u32) {
        // Where words stand without blanks between them, what a reader may mistype is longer than what is found.
        let together = text.bytes().any(|byte| byte >= 0xe0) && text.chars().any(stands_alone);
        self.text = Text { section, field, base, counts: shown && !together, ..Text::default() };
        cut(text, Mode::Prose, self);
        if shown && together {
            spell(text, 1, &mut self.spelt);
        }
        (self.text.places, self.text.last.unwrap_or_default())
    }

    fn number(&mut self, space: Space, term: &str) -> u32 {
        use std::hash::BuildHasher;
        let (names, hasher) = (&mut self.names, &self.hasher);
        let hash = |term: &str| hasher.hash_one(term);
        let number = match self.numbers.find(hash(term), |number| names.get(*number as usize) == term) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(names.len()).unwrap_or(u32::MAX);
                names.push(term);
                let hash_of = |number: &u32| hash(names.get(*number as usize));
                *self.numbers.insert_unique(hash(term), number, hash_of).get()
            }
        };
        number * 2 + space as u32
    }

    fn found(&mut self, term: u32, place: u32, mode: Mode) {
        let text = &mut self.text;
        let field = text.field.unwrap_or(match mode {
            Mode::Inline => INLINE,
            Mode::Block => BLOCK,
            Mode::Prose | Mode::Query => PROSE,
        });
        text.places += usize::from(text.last != Some(place));
        text.last = Some(place);
        let field = u8::try_from(field).unwrap_or_default();
        self.found.push(Occurrence { term, place: text.base + place, section: text.section, field });
    }

    /// Sorts what was found by terms, and writes their lists.
    fn finish(mut self) -> Batch {
        let everywhere = EVERYWHERE.map(|word| self.number(Space::Word, word));
        self.found.retain(|one| {
            let prose = [PROSE, CONTEXT].contains(&usize::from(one.field));
            !(prose && everywhere.contains(&one.term))
        });
        for known in std::mem::take(&mut self.known) {
            for (word, known) in known {
                spell(word, known.seen, &mut self.spelt);
            }
        }
        self.order();
        let sorted = by_term(&self.found, self.names.len() * 2);
        let mut batch = self.batch;
        let mut writer = ListWriter::default();
        batch.lists = vec![[List::default(); 2]; batch.terms.len()];
        for same in sorted.chunk_by(|a, b| a.term == b.term) {
            for one in same {
                writer.add(one.section, usize::from(one.field).min(FIELDS - 1), one.place);
            }
            let list = writer.finish();
            let term = same.first().map_or(0, |one| one.term as usize);
            if let Some(place) = batch.lists.get_mut(term / 2).and_then(|lists| lists.get_mut(term % 2)) {
                *place = list;
            }
        }
        batch.take(writer);
        batch
    }

    /// Puts terms and words in their order, and gives the terms that were found the numbers that they have there.
    fn order(&mut self) {
        let mut words: Vec<(String, u32)> = std::mem::take(&mut self.spelt).into_iter().collect();
        words.sort_unstable();
        words.iter().for_each(|(word, _)| self.batch.spelt.push(word));
        self.batch.times = words.into_iter().map(|(_, times)| times).collect();
        let mut terms: Vec<(&str, usize)> = (0..self.names.len()).map(|at| (self.names.get(at), at)).collect();
        terms.sort_unstable();
        let mut places = vec![0; terms.len()];
        for (place, (name, number)) in (0u32..).zip(terms) {
            self.batch.terms.push(name);
            if let Some(new) = places.get_mut(number) {
                *new = place;
            }
        }
        for one in &mut self.found {
            let place = places.get(one.term as usize / 2).copied().unwrap_or_default();
            one.term = place * 2 + one.term % 2;
        }
    }
}

/// In the order of the terms' numbers; what is of one term stays in the order that it was found in.
fn by_term(found: &[Occurrence], terms: usize) -> Vec<Occurrence> {
    let mut starts = vec![0usize; terms + 1];
    for one in found {
        if let Some(count) = starts.get_mut(one.term as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut sorted = vec![Occurrence::default(); found.len()];
    for one in found {
        let Some(next) = starts.get_mut(one.term as usize) else { continue };
        if let Some(place) = sorted.get_mut(*next) {
            *place = *one;
        }
        *next += 1;
    }
    sorted
}

/// Counts the words that a reader may mistype.
fn spell(text: &str, times: u32, spelt: &mut Spelt) {
    if times == 0 {
        return;
    }
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
        if (4..=24).contains(&word.len()) && word.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
            *spelt.entry(folded(word)).or_default() += times;
        }
    }
}

impl<'a> Terms<'a> for Collector<'a> {
    fn term(&mut self, space: Space, term: &str, at: At) {
        let term = self.number(space, term);
        self.found(term, at.place, at.mode);
    }

    fn word(&mut self, word: &'a str, at: At) -> u32 {
        let code = at.mode != Mode::Prose;
        let seen = u32::from(self.text.counts);
        let known = self.known.get_mut(usize::from(code)).and_then(|known| known.get_mut(word));
        let (terms, places) = match known {
            Some(known) => {
                known.seen += seen;
                (known.terms.clone(), known.places)
            }
            None => {
                let start = self.known_terms.len();
                let places = super::parts::terms_of(word, code, &mut |space, term, part| {
                    let term = self.number(space, term);
                    self.known_terms.push((term, part.place));
                });
                let terms = start..self.known_terms.len();
                if let Some(known) = self.known.get_mut(usize::from(code)) {
                    known.insert(word, Known { terms: terms.clone(), places, seen });
                }
                (terms, places)
            }
        };
        for at_term in terms {
            let Some((term, place)) = self.known_terms.get(at_term).copied() else { continue };
            self.found(term, at.place + place, at.mode);
        }
        places
    }

    fn passed(&mut self, text: &'a str) {
        if self.text.counts {
            spell(text, 1, &mut self.spelt);
        }
    }

    fn count(&self) -> usize {
        self.found.len()
    }

    fn has(&self, from: usize, term: &str) -> bool {
        let found = self.found.get(from..).unwrap_or_default();
        found.iter().any(|one| self.names.get(one.term as usize / 2) == term)
    }
}
