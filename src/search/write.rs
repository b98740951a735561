//! The index's files, as they are done. What the last build stored of a run of pages is not made again, and no more of the
//! book's text is held at once than some runs have.

use fieldguide_wasm::demo::LABS;
use fieldguide_wasm::search::batch::Batch;
use fieldguide_wasm::search::encode::{File, Sealed, Texts, in_files, texts};
use fieldguide_wasm::search::merge::{Merged, Runs};
use fieldguide_wasm::search::stored::Stored;
use fieldguide_wasm::search::{Section, Stage};
use rayon::prelude::*;

use super::{FOLDER, PageSections, lab_section, stage_title};
use crate::book::{Book, PageId};
use crate::cache::{Cache, Key, hex, key};
use crate::page::{Kind, markdown};
use crate::site::Sink;

/// Pages of a run, about, at least and at most: of a large book fewer runs are to be joined, of a small one less is cut anew.
const RUN: (usize, usize) = (16, 64);

/// Runs that are stored joined as well, about: a build that finds them so joins few things.
const GROUP: usize = 8;

/// Gives the files of a book's index to `sink` as they are done, from all threads.
pub fn write(book: &Book, sink: &dyn Sink, cache: &Cache) {
    let out = Out { book, sink, cache };
    let size = (book.order.len() / 128).next_power_of_two().clamp(RUN.0, RUN.1);
    let runs = cut(&book.order, size, |id| number(&book.page(*id).path));
    let runs: Vec<Run<'_>> = runs.into_par_iter().map(|pages| Run::new(book, pages)).collect();
    let groups = cut(&runs, GROUP, |run| run.first);
    let mut stored: Vec<Stored> = groups.into_par_iter().map(|runs| out.group(runs)).collect();
    let mut stages = Stages::default();
    for (id, count) in book.order.iter().zip(stored.iter().flat_map(|group| &group.counts)) {
        stages.page(book, *id, *count);
    }
    stored.push(out.labs());

    let joined = Runs::new(stored.iter().map(|group| &group.batch).collect());
    let part = |number| joined.part(number);
    let (words, parts) =
        rayon::join(|| out.file(joined.words()), || (0..joined.parts()).into_par_iter().map(part).collect());
    let merged = Merged::new(&joined, parts);
    let terms: Vec<Sealed> = (0..merged.files()).into_par_iter().map(|number| out.file(merged.file(number))).collect();
    let texts: Vec<&Texts> = stored.iter().flat_map(|group| &group.texts).collect();
    let (name, bytes) = merged.core(&stages.finish(), &terms, &texts, words);
    out.put(&name, bytes);
}

/// Cuts a row into about so many things each, at places that the things themselves tell by their numbers: one that comes or
/// goes leaves nearly all other pieces as they are.
fn cut<T>(mut rest: &[T], size: usize, number: impl Fn(&T) -> u32) -> Vec<&[T]> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let last = |one: &T| (number(one) as usize).is_multiple_of(size / 2);
        let found = rest.iter().take(size * 2).skip(size / 2).position(last).map(|at| size / 2 + at + 1);
        let (piece, others) = rest.split_at(found.unwrap_or(size * 2).min(rest.len()));
        pieces.push(piece);
        rest = others;
    }
    pieces
}

/// A number that a name alone tells.
fn number(name: &str) -> u32 {
    let [a, b, c, d, ..] = key([name]);
    u32::from_le_bytes([a, b, c, d])
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// Pages that come one after the other.
struct Run<'a> {
    pages: &'a [PageId],
    /// The number in the name of its first file of texts.
    first: u32,
    /// Tells all that its sections are made of.
    made_of: Key,
}

impl<'a> Run<'a> {
    fn new(book: &Book, pages: &'a [PageId]) -> Self {
        let page = |id: &PageId| {
            let stage = stage_title(book, *id).map_or(["", ""], |title| ["stage", title]);
            let [kind, title] = stage.map(str::as_bytes);
            [&book.page(*id).key, book.route(*id).as_bytes(), kind, title]
        };
        let first = pages.first().map_or(0, |id| number(&book.page(*id).path));
        Self { pages, first, made_of: key(pages.iter().flat_map(page)) }
    }

    fn blob(&self) -> String {
        format!("index-{}", hex(self.made_of))
    }

    fn sections(&self, book: &Book) -> Vec<Vec<Section>> {
        self.pages.iter().map(|id| PageSections::read(book, *id)).collect()
    }
}

struct Out<'a> {
    book: &'a Book,
    sink: &'a dyn Sink,
    cache: &'a Cache,
}

impl Out<'_> {
    fn file(&self, file: File) -> Sealed {
        self.put(&file.name, file.bytes);
        file.sum
    }

    /// Hands over a file that is made at each build, whatever the last one left: its bytes tell what it is made from.
    fn put(&self, name: &str, bytes: Vec<u8>) {
        let (path, key) = (path(name), key([&bytes]));
        if !self.sink.keep(&path, &key) {
            self.sink.put_made(&path, &key, bytes);
        }
    }

    /// Runs, joined. Where the last build stored them and their files are there, none of the pages is looked into.
    fn group(&self, runs: &[Run<'_>]) -> Stored {
        let name = format!("index-joined-{}", hex(key(runs.iter().map(|run| run.made_of))));
        if let Some(stored) = self.stored(&name, runs) {
            runs.iter().for_each(|run| self.cache.keep(&run.blob()));
            return stored;
        }
        let joined = Stored::join(runs.par_iter().map(|run| self.run(run)).collect());
        self.store(&name, &joined);
        joined
    }

    fn run(&self, run: &Run<'_>) -> Stored {
        self.stored(&run.blob(), std::slice::from_ref(run)).unwrap_or_else(|| {
            let sections = run.sections(self.book);
            let counts = sections.iter().map(Vec::len).collect();
            let sections: Vec<Section> = sections.into_iter().flatten().collect();
            let made = Stored { counts, ..self.made(run.first, &run.made_of, &sections) };
            self.store(&run.blob(), &made);
            made
        })
    }

    /// What is stored of these runs; their files of texts are then handed over.
    fn stored(&self, name: &str, runs: &[Run<'_>]) -> Option<Stored> {
        let stored = self.cache.get(name).and_then(Stored::read)?;
        let pages: usize = runs.iter().map(|run| run.pages.len()).sum();
        if stored.counts.len() != pages || stored.texts.len() != runs.len() {
            return None;
        }
        for (run, texts) in runs.iter().zip(&stored.texts) {
            let kept = |(at, name): (u32, String)| self.sink.keep(&path(&name), &self.text_key(&run.made_of, at));
            if !(0..).zip(texts.names()).all(kept) {
                let sections: Vec<Section> = run.sections(self.book).into_iter().flatten().collect();
                self.texts(run.first, &run.made_of, &sections);
            }
        }
        Some(stored)
    }

    fn store(&self, name: &str, made: &Stored) {
        if self.cache.keeps() {
            self.cache.put(name, &made.write());
        }
    }

    /// The labs are few, and the program's own.
    fn labs(&self) -> Stored {
        let labs: Vec<Section> = LABS.iter().map(|lab| lab_section(lab)).collect();
        self.made(number("labs"), &key(["labs"]), &labs)
    }

    fn made(&self, first: u32, made_of: &Key, sections: &[Section]) -> Stored {
        let texts = vec![self.texts(first, made_of, sections)];
        Stored { counts: Vec::new(), texts, batch: Batch::new(sections) }
    }

    /// Writes the files with the texts of a run.
    fn texts(&self, first: u32, made_of: &Key, sections: &[Section]) -> Texts {
        let write = |(at, group): (u32, &[Section])| {
            let File { name, bytes, sum } = texts(first.wrapping_add(at), group);
            self.sink.put_made(&path(&name), &self.text_key(made_of, at), bytes);
            (group.len(), sum)
        };
        Texts { first, files: (0..).zip(in_files(sections)).map(write).collect() }
    }

    fn text_key(&self, made_of: &Key, at: u32) -> Key {
        key([&self.cache.program()[..], made_of, &at.to_le_bytes()])
    }
}

/// Where each stage starts, and what stands in none.
#[derive(Default)]
struct Stages {
    stages: Vec<Stage>,
    /// How many sections there were.
    sections: usize,
}

impl Stages {
    fn page(&mut self, book: &Book, id: PageId, sections: usize) {
        let page = book.page(id);
        if page.kind == Kind::Stage {
            let number = book.stage_of(id).map(|stage| stage.number.as_str()).unwrap_or_default();
            self.start(format!("{number} {}", markdown::title_text(&page.front.title)));
        } else if page.kind == Kind::Page && self.stages.last().is_none_or(|last| !last.title.is_empty()) {
            self.start(String::new());
        }
        self.sections += sections;
    }

    fn start(&mut self, title: String) {
        self.stages.push(Stage { title, first: self.sections });
    }

    fn finish(mut self) -> Vec<Stage> {
        if self.stages.last().is_some_and(|last| !last.title.is_empty()) {
            self.start(String::new());
        }
        self.stages
    }
}
