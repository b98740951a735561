//! Sections → the files of an index. Only the builder runs this; the same sections give the same bytes.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::bytes::Writer;
use super::postings::{BLOCK, CONTEXT, INLINE, PROSE, Postings, TITLE};
use super::tokenize::{Mode, Space, Token, tokens};
use super::words::folded;
use super::{Section, Stage};

/// Words of prose that are in nearly every section and in no Python program: not worth their place.
const EVERYWHERE: [&str; 9] = ["the", "of", "to", "a", "an", "that", "thi", "this", "it"];

/// How far behind the title the text starts, in places.
const TITLE_GAP: u32 = 16;

/// Bytes of a file of terms, at least: below it a request costs more than what it brings.
const TERMS_FILE: usize = 7 * 1024;

/// Bytes of a file of texts, at least.
const TEXTS_FILE: usize = 3 * 1024;

/// At most so many words are kept for mistyped ones; where there are more, the rarest go.
const MOST_WORDS: usize = 60_000;

/// The kinds of files, in their names and behind their seals.
pub(super) const CORE: u8 = b'i';
pub(super) const TERMS: u8 = b'p';
pub(super) const TEXTS: u8 = b't';
pub(super) const WORDS: u8 = b'w';

/// The tokens of a section, ready to be put into an index: independent of all other sections.
#[derive(Debug)]
pub struct Analyzed {
    tokens: Vec<(Token, usize)>,
    title_words: usize,
    words: usize,
}

/// Cuts a section into its tokens.
pub fn analyze(section: &Section) -> Analyzed {
    let title = tokens(&section.title);
    let start = title.last().map_or(0, |token| token.place) + TITLE_GAP;
    let title_words = count_places(&title);
    let mut all: Vec<(Token, usize)> = title.into_iter().map(|token| (token, TITLE)).collect();
    let mut place = start;
    let mut words = 0;
    for text in [&section.text, &section.hidden] {
        let found = tokens(text);
        words += count_places(&found);
        let end = found.last().map_or(0, |token| token.place);
        all.extend(found.into_iter().map(|token| {
            let field = match token.mode {
                Mode::Inline => INLINE,
                Mode::Block => BLOCK,
                Mode::Prose | Mode::Query => PROSE,
            };
            (Token { place: token.place + place, ..token }, field)
        }));
        place += end + TITLE_GAP;
    }
    all.extend(tokens(&section.context).into_iter().map(|token| (token, CONTEXT)));
    all.retain(|(token, field)| {
        let short = token.term.len() <= 4 && token.space == Space::Word;
        !(short && matches!(*field, PROSE | CONTEXT) && EVERYWHERE.contains(&token.term.as_str()))
    });
    Analyzed { tokens: all, title_words, words }
}

/// How many words a text has: tokens at one place are one.
fn count_places(tokens: &[Token]) -> usize {
    let mut count = 0;
    let mut last = None;
    for token in tokens {
        count += usize::from(last != Some(token.place));
        last = Some(token.place);
    }
    count
}

/// The files of an index by their names; `core` is the one to read first.
#[derive(Debug, Default)]
pub struct Files {
    /// The name of the file to read first.
    pub core: String,
    /// All files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// `p12-1a2b3c4d.bin`: the name of a file, from its kind, its number and its checksum.
pub(super) fn file_name(kind: u8, number: usize, sum: u32) -> String {
    let mut name = String::from(char::from(kind));
    for digit in number.to_string().chars() {
        name.push(digit);
    }
    name.push('-');
    for shift in (0..8).rev() {
        name.push(char::from_digit(sum >> (shift * 4) & 15, 16).unwrap_or('0'));
    }
    name + ".bin"
}

/// The postings of a term as a symbol and as a word.
#[derive(Default)]
struct Entry {
    symbol: Postings,
    word: Postings,
}

/// Writes the index of these sections, in their order; `analyzed` holds the tokens of each.
pub fn encode(sections: &[Section], analyzed: &[Analyzed], stages: &[Stage]) -> Files {
    let mut terms: HashMap<&str, Entry, RandomState> = HashMap::default();
    for (number, section) in (0u32..).zip(analyzed) {
        for (token, field) in &section.tokens {
            let entry = terms.entry(token.term.as_str()).or_default();
            let list = if token.space == Space::Symbol { &mut entry.symbol } else { &mut entry.word };
            list.add(number, *field, (*field != CONTEXT).then_some(token.place));
        }
    }
    let mut terms: Vec<(&str, Entry)> = terms.into_iter().collect();
    terms.sort_unstable_by_key(|(term, _)| *term);

    let mut files = Files::default();
    let mut core = Writer::default();
    lengths(sections, analyzed, &mut core);
    core.size(stages.len());
    for stage in stages {
        core.text(&stage.title);
        core.size(stage.first);
    }
    term_files(&terms, &mut core, &mut files);
    text_files(sections, &mut core, &mut files);
    words_file(sections, &mut core, &mut files);
    let (bytes, _) = core.seal(CORE);
    // Every page names it: a name that changes with its bytes would change every page at each edit.
    files.core = "index.bin".to_string();
    files.files.push((files.core.clone(), bytes));
    files
}

fn lengths(sections: &[Section], analyzed: &[Analyzed], core: &mut Writer) {
    core.size(sections.len());
    let average = |sum: usize| sum * 16 / sections.len().max(1);
    core.size(average(analyzed.iter().map(|section| section.title_words.min(15)).sum()));
    core.size(average(analyzed.iter().map(|section| body_length(section.words)).sum()));
    core.out.extend(sections.iter().map(|section| section.kind as u8));
    core.out.extend(analyzed.iter().map(|section| {
        let title = u8::try_from(section.title_words.min(15)).unwrap_or(15);
        title << 4 | length_class(section.words)
    }));
}

/// The length of a text in sixteen steps, each √2 times as long as the one before.
fn length_class(words: usize) -> u8 {
    (0..15).find(|class| words <= class_length(*class)).unwrap_or(15)
}

/// How many words a text of that class has, about.
pub(super) fn class_length(class: u8) -> usize {
    let (double, half) = (class / 2, class % 2);
    let base = 8usize << double;
    if half == 1 { base * 181 / 128 } else { base }
}

fn body_length(words: usize) -> usize {
    class_length(length_class(words))
}

/// A term, and as a symbol and as a word: how many sections hold it, and its postings.
type Encoded<'a> = (&'a str, [(usize, Vec<u8>); 2]);

/// The terms in files of about the same size.
fn term_files(terms: &[(&str, Entry)], core: &mut Writer, files: &mut Files) {
    let encoded: Vec<Encoded<'_>> = terms
        .iter()
        .map(|(term, entry)| {
            let bytes =
                |list: &Postings| (list.list.len(), if list.list.is_empty() { Vec::new() } else { list.encode() });
            (*term, [bytes(&entry.symbol), bytes(&entry.word)])
        })
        .collect();
    let size = |(term, [symbol, word]): &Encoded<'_>| term.len() + symbol.1.len() + word.1.len();
    let total: usize = encoded.iter().map(size).sum();
    // In a large book more is read at once, so that there are not too many files.
    let most = TERMS_FILE.max(total / 400).min(4 * TERMS_FILE);
    let groups = grouped(&encoded, size, most);
    core.size(groups.len());
    let mut last = "";
    for (number, group) in groups.iter().enumerate() {
        let first = group.first().map_or("", |(term, _)| *term);
        let mut file = Writer::default();
        file.size(group.len());
        let mut before = "";
        for (term, lists) in group.iter() {
            file.next_text(before, term);
            before = term;
            for (count, bytes) in lists {
                file.size(*count);
                if *count > 0 {
                    file.size(bytes.len());
                }
            }
        }
        group.iter().flat_map(|(_, lists)| lists).for_each(|(_, bytes)| file.out.extend_from_slice(bytes));
        let (bytes, sum) = file.seal(TERMS);
        core.next_text(last, first);
        core.fixed(sum);
        last = first;
        files.files.push((file_name(TERMS, number, sum), bytes));
    }
}

/// Consecutive things in groups of at least `least` bytes each, the last one perhaps less.
fn grouped<T>(things: &[T], size: impl Fn(&T) -> usize, least: usize) -> Vec<&[T]> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, thing) in things.iter().enumerate() {
        bytes += size(thing);
        if bytes >= least {
            groups.extend(things.get(start..=at));
            (start, bytes) = (at + 1, 0);
        }
    }
    groups.extend(things.get(start..).filter(|rest| !rest.is_empty()));
    groups
}

fn text_files(sections: &[Section], core: &mut Writer, files: &mut Files) {
    let groups = grouped(sections, |section| section.title.len() + section.text.len() + 40, TEXTS_FILE);
    core.size(groups.len());
    for (number, group) in groups.iter().enumerate() {
        let mut file = Writer::default();
        file.size(group.len());
        let mut url = "";
        for section in group.iter() {
            file.next_text(url, &section.url);
            url = &section.url;
            file.text(&section.title);
            file.text(&section.breadcrumb.join("\n"));
            file.text(&section.text);
        }
        let (bytes, sum) = file.seal(TEXTS);
        core.size(group.len());
        core.fixed(sum);
        files.files.push((file_name(TEXTS, number, sum), bytes));
    }
}

/// The words as they are written, in lower case: what a mistyped word is held against.
fn words_file(sections: &[Section], core: &mut Writer, files: &mut Files) {
    let mut spelt: HashMap<&str, u32, RandomState> = HashMap::default();
    for section in sections {
        for text in [&section.title, &section.text] {
            for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                if (4..=24).contains(&word.len()) {
                    *spelt.entry(word).or_default() += 1;
                }
            }
        }
    }
    let mut counts: HashMap<String, u32, RandomState> = HashMap::default();
    for (word, count) in spelt {
        if word.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
            *counts.entry(folded(word)).or_default() += count;
        }
    }
    let mut words: Vec<(String, u32)> = counts.into_iter().collect();
    words.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    words.truncate(MOST_WORDS);
    words.sort();
    let mut file = Writer::default();
    file.size(words.len());
    let mut last = "";
    for (word, count) in &words {
        file.next_text(last, word);
        file.number(count.ilog2());
        last = word;
    }
    let (bytes, sum) = file.seal(WORDS);
    core.fixed(sum);
    files.files.push((file_name(WORDS, 0, sum), bytes));
}
