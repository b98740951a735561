//! The index as it is read: its first file at once, the others as queries need them.

use super::bytes::{DAMAGED, Reader, unseal};
use super::encode::{CORE, TERMS, TEXTS, WORDS, class_length, file_name};
use super::postings::Postings;
use super::tokenize::Space;
use super::{Kind, Reply, Request, Stage, rank};

/// An index, as far as it was read.
#[derive(Debug)]
pub struct Index {
    pub(super) kinds: Vec<Kind>,
    /// Of each section: its title's words, up to 15, and the class of its text's length.
    lengths: Vec<u8>,
    /// The average number of words of titles and of texts.
    pub(super) averages: (f32, f32),
    /// The stages, by their first section.
    pub(super) stages: Vec<Stage>,
    terms: Vec<TermFile>,
    texts: Vec<TextFile>,
    words: (u32, Option<Vec<(String, u32)>>),
}

#[derive(Debug)]
struct TermFile {
    first: Vec<u8>,
    sum: u32,
    loaded: Option<Terms>,
}

#[derive(Debug)]
struct Terms {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// A term, and for symbol and word how many sections hold it and where its postings stand.
#[derive(Debug)]
struct Entry {
    term: String,
    lists: [(usize, usize, usize); 2],
}

#[derive(Debug)]
struct TextFile {
    /// The number in its name.
    number: u32,
    first: usize,
    count: usize,
    sum: u32,
    loaded: Option<Vec<Text>>,
}

/// What is shown of a section.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) url: String,
    pub(super) title: String,
    pub(super) breadcrumb: Vec<String>,
    pub(super) text: String,
}

/// What is read of the index, or the name of the file that must be read first.
pub(super) type Read<T> = Result<T, String>;

impl Index {
    /// Reads the first file of an index.
    ///
    /// # Errors
    /// A sentence that says why it can't be read.
    pub fn open(core: &[u8]) -> Result<Self, &'static str> {
        let (bytes, _) = unseal(core, CORE)?;
        read_core(bytes).ok_or(DAMAGED)
    }

    /// Takes one of the files that a [`Reply::Need`] named.
    ///
    /// # Errors
    /// A sentence that says why it can't be read.
    pub fn give(&mut self, name: &str, file: &[u8]) -> Result<(), &'static str> {
        let kind = name.bytes().next().unwrap_or_default();
        let number = name.get(1..).and_then(|rest| rest.split_once('-')).and_then(|(number, _)| number.parse().ok());
        let (bytes, sum) = unseal(file, kind)?;
        let number: u32 = number.ok_or(DAMAGED)?;
        let sections = self.kinds.len();
        match kind {
            TERMS => {
                let slot = self.terms.get_mut(number as usize).filter(|slot| slot.sum == sum).ok_or(DAMAGED)?;
                slot.loaded = Some(read_terms(bytes, sections).ok_or(DAMAGED)?);
            }
            TEXTS => {
                let named = |slot: &&mut TextFile| (slot.number, slot.sum) == (number, sum);
                let slot = self.texts.iter_mut().find(named).ok_or(DAMAGED)?;
                slot.loaded = Some(read_texts(bytes, slot.count).ok_or(DAMAGED)?);
            }
            WORDS if self.words.0 == sum => self.words.1 = Some(read_words(bytes).ok_or(DAMAGED)?),
            _ => return Err(DAMAGED),
        }
        Ok(())
    }

    /// Answers a query, or names the files to read first. Any text is a query.
    pub fn ask(&self, request: &Request<'_>) -> Reply {
        rank::ask(self, request)
    }

    /// The stages, for a filter; some have no title.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// How many sections there are.
    pub fn sections(&self) -> usize {
        self.kinds.len()
    }

    /// The words of a section's title, up to 15, and of its text, about.
    pub(super) fn lengths(&self, section: usize) -> (f32, f32) {
        let byte = self.lengths.get(section).copied().unwrap_or_default();
        (f32::from(byte >> 4), class_length(byte & 15) as f32)
    }

    /// The file in which a term stands, if it stands anywhere.
    fn term_file(&self, term: &str) -> Option<usize> {
        self.terms.partition_point(|file| file.first.as_slice() <= term.as_bytes()).checked_sub(1)
    }

    fn loaded(&self, file: usize) -> Read<Option<&Terms>> {
        match self.terms.get(file) {
            None => Ok(None),
            Some(TermFile { loaded: Some(terms), .. }) => Ok(Some(terms)),
            Some(TermFile { sum, .. }) => Err(file_name(TERMS, file as u32, *sum)),
        }
    }

    /// Where a term stands, as a symbol or as a word.
    pub(super) fn postings(&self, space: Space, term: &str) -> Read<Option<Postings>> {
        let Some(file) = self.term_file(term) else { return Ok(None) };
        let Some(terms) = self.loaded(file)? else { return Ok(None) };
        let entry = terms.entries.binary_search_by(|entry| entry.term.as_str().cmp(term)).ok();
        Ok(entry.and_then(|at| terms.entries.get(at)).and_then(|entry| terms.read(entry, space, self.kinds.len())))
    }

    /// The terms that start with `prefix`, symbols and words, with the number of sections that hold them; of the first
    /// `most` files only.
    pub(super) fn starting(&self, prefix: &str, most: usize) -> Read<Vec<(Space, &str, usize)>> {
        let first = self.term_file(prefix).unwrap_or(0);
        let mut found = Vec::new();
        for file in first..first.saturating_add(most) {
            let begins = |file: &TermFile| {
                file.first.as_slice() <= prefix.as_bytes() || file.first.starts_with(prefix.as_bytes())
            };
            if !self.terms.get(file).is_some_and(begins) {
                break;
            }
            let Some(terms) = self.loaded(file)? else { break };
            for entry in terms.entries.iter().filter(|entry| entry.term.starts_with(prefix)) {
                for (space, (count, _, _)) in [Space::Symbol, Space::Word].into_iter().zip(entry.lists) {
                    if count > 0 {
                        found.push((space, entry.term.as_str(), count));
                    }
                }
            }
        }
        Ok(found)
    }

    /// What is shown of a section.
    pub(super) fn text(&self, section: usize) -> Read<Option<&Text>> {
        let at = self.texts.partition_point(|file| file.first <= section).checked_sub(1);
        let Some(file) = at.and_then(|at| self.texts.get(at)) else { return Ok(None) };
        match &file.loaded {
            Some(texts) => Ok(texts.get(section - file.first)),
            None => Err(file_name(TEXTS, file.number, file.sum)),
        }
    }

    /// The words of the book, with how frequent they are, as a power of two.
    pub(super) fn words(&self) -> Read<&[(String, u32)]> {
        self.words.1.as_deref().ok_or_else(|| file_name(WORDS, 0, self.words.0))
    }
}

impl Terms {
    fn read(&self, entry: &Entry, space: Space, sections: usize) -> Option<Postings> {
        let [symbol, word] = entry.lists;
        let (count, start, length) = if space == Space::Symbol { symbol } else { word };
        let bytes = self.bytes.get(start..start.checked_add(length)?)?;
        Postings::decode(bytes, count, sections).filter(|postings| !postings.list.is_empty())
    }
}

fn read_core(bytes: &[u8]) -> Option<Index> {
    let mut reader = Reader::new(bytes);
    let sections = reader.count()?;
    let averages = (reader.number()? as f32 / 16.0, reader.number()? as f32 / 16.0);
    let kinds = reader.bytes(sections)?.iter().map(|kind| Kind::from_number(*kind)).collect::<Option<Vec<_>>>()?;
    let lengths = reader.bytes(sections)?.to_vec();
    let mut stages = Vec::new();
    for _ in 0..reader.count()? {
        stages.push(Stage { title: reader.text()?.to_string(), first: reader.size()? });
    }
    let mut terms = Vec::new();
    let mut last = Vec::new();
    for _ in 0..reader.count()? {
        reader.next_text(&mut last)?;
        terms.push(TermFile { first: last.clone(), sum: reader.fixed()?, loaded: None });
    }
    let mut texts = Vec::new();
    let mut first = 0usize;
    for _ in 0..reader.count()? {
        let number = reader.fixed()?;
        for at in (0..reader.count()?).map(|at| at as u32) {
            let count = reader.size()?;
            texts.push(TextFile { number: number.wrapping_add(at), first, count, sum: reader.fixed()?, loaded: None });
            first = first.checked_add(count)?;
        }
    }
    let words = (reader.fixed()?, None);
    (first == sections && reader.left() == 0).then_some(Index { kinds, lengths, averages, stages, terms, texts, words })
}

fn read_terms(bytes: &[u8], sections: usize) -> Option<Terms> {
    let mut reader = Reader::new(bytes);
    let mut entries = Vec::new();
    let mut last = Vec::new();
    let mut at = 0usize;
    for _ in 0..reader.count()? {
        reader.next_text(&mut last)?;
        let term = std::str::from_utf8(&last).ok()?.to_string();
        let mut lists = [(0, 0, 0); 2];
        for list in &mut lists {
            let count = reader.size()?;
            if count > sections {
                return None;
            }
            let length = if count > 0 { reader.size()? } else { 0 };
            *list = (count, at, length);
            at = at.checked_add(length)?;
        }
        entries.push(Entry { term, lists });
    }
    let blob = reader.bytes(reader.left())?;
    let sorted = entries.windows(2).all(|pair| matches!(pair, [a, b] if a.term < b.term));
    (at == blob.len() && sorted).then(|| Terms { bytes: blob.to_vec(), entries })
}

fn read_texts(bytes: &[u8], expected: usize) -> Option<Vec<Text>> {
    let mut reader = Reader::new(bytes);
    let count = reader.count().filter(|count| *count == expected)?;
    let mut url = Vec::new();
    let mut texts = Vec::new();
    for _ in 0..count {
        reader.next_text(&mut url)?;
        let url = std::str::from_utf8(&url).ok()?.to_string();
        let title = reader.text()?.to_string();
        let breadcrumb = reader.text()?.split('\n').filter(|title| !title.is_empty()).map(str::to_string).collect();
        texts.push(Text { url, title, breadcrumb, text: reader.text()?.to_string() });
    }
    Some(texts)
}

fn read_words(bytes: &[u8]) -> Option<Vec<(String, u32)>> {
    let mut reader = Reader::new(bytes);
    let mut words = Vec::new();
    let mut last = Vec::new();
    for _ in 0..reader.count()? {
        reader.next_text(&mut last)?;
        words.push((std::str::from_utf8(&last).ok()?.to_string(), reader.number()?.min(31)));
    }
    Some(words)
}
