//! What the files of an index are called, and those with the texts. Only the builder runs this, [`super::batch`] and
//! [`super::merge`]; the same sections give the same bytes.

use super::Section;
use super::bytes::Writer;

/// Bytes of a file of texts, at least.
const TEXTS_FILE: usize = 3 * 1024;

/// At most so many words are kept for mistyped ones; where there are more, the rarest go.
pub(super) const MOST_WORDS: usize = 60_000;

/// The kinds of files, in their names and behind their seals.
pub(super) const CORE: u8 = b'i';
pub(super) const TERMS: u8 = b'p';
pub(super) const TEXTS: u8 = b't';
pub(super) const WORDS: u8 = b'w';

/// The name of the file to read first.
pub const CORE_NAME: &str = "index.bin";

/// The checksum of a file: what the core knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed(pub(super) u32);

/// A file of an index.
#[derive(Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Its checksum.
    pub sum: Sealed,
}

/// The files with the texts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// The number in the name of the first; those of the others follow. It is the run's own, so that no file is called
    /// otherwise where there are more files before it.
    pub first: u32,
    /// How many sections each holds, and its checksum.
    pub files: Vec<(usize, Sealed)>,
}

impl Texts {
    /// The names of the files.
    pub fn names(&self) -> impl Iterator<Item = String> {
        (0..).zip(&self.files).map(|(at, (_, sum))| file_name(TEXTS, self.first.wrapping_add(at), sum.0))
    }
}

pub(super) fn sealed(file: Writer, kind: u8, number: u32) -> File {
    let (bytes, sum) = file.seal(kind);
    File { name: file_name(kind, number, sum), bytes, sum: Sealed(sum) }
}

/// `p12-1a2b3c4d.bin`: the name of a file, from its kind, its number and its checksum.
pub(super) fn file_name(kind: u8, number: u32, sum: u32) -> String {
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

/// The length of a text in sixteen steps, each √2 times as long as the one before.
pub(super) fn length_class(words: usize) -> u8 {
    (0..15).find(|class| words <= class_length(*class)).unwrap_or(15)
}

/// How many words a text of that class has, about.
pub(super) fn class_length(class: u8) -> usize {
    let (double, half) = (class / 2, class % 2);
    let base = 8usize << double;
    if half == 1 { base * 181 / 128 } else { base }
}

pub(super) fn body_length(words: usize) -> usize {
    class_length(length_class(words))
}

/// The sections of a run, file by file.
pub fn in_files(mut sections: &[Section]) -> Vec<&[Section]> {
    let mut files = Vec::new();
    while !sections.is_empty() {
        let mut bytes = 0;
        let full = |section: &Section| {
            bytes += section.title.len() + section.text.len() + 40;
            bytes >= TEXTS_FILE
        };
        let count = sections.iter().position(full).map_or(sections.len(), |last| last + 1);
        let (file, rest) = sections.split_at(count.min(sections.len()));
        files.push(file);
        sections = rest;
    }
    files
}

/// The file with the texts of these sections.
pub fn texts(number: u32, sections: &[Section]) -> File {
    let mut file = Writer::default();
    file.size(sections.len());
    let mut url = "";
    for section in sections {
        file.next_text(url, &section.url);
        url = &section.url;
        file.text(&section.title);
        file.text(&section.breadcrumb.join("\n"));
        file.text(&section.text);
    }
    sealed(file, TEXTS, number)
}
