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

/// Gives the files of a book's index to `sink` as they are done, from all threads.
pub fn write(book: &Book, sink: &dyn Sink, cache: &Cache) {
    let out = Out { sink, cache };
    let runs = runs(book);
    let mut stored: Vec<Stored> = runs.par_iter().map(|pages| out.run(book, pages)).collect();
    let mut stages = Stages::default();
    for (pages, run) in runs.iter().zip(&stored) {
        for (id, count) in pages.iter().zip(&run.counts) {
            stages.page(book, *id, *count);
        }
    }
    stored.push(out.labs());

    let joined = Runs::new(stored.iter().map(|run| &run.batch).collect());
    let part = |number| joined.part(number);
    let (words, parts) =
        rayon::join(|| out.file(joined.words()), || (0..joined.parts()).into_par_iter().map(part).collect());
    let merged = Merged::new(&joined, parts);
    let terms: Vec<Sealed> = (0..merged.files()).into_par_iter().map(|number| out.file(merged.file(number))).collect();
    let texts: Vec<&Texts> = stored.iter().map(|run| &run.texts).collect();
    let (name, bytes) = merged.core(&stages.finish(), &terms, &texts, words);
    out.put(&name, bytes);
}

/// Pages of a run, about, at least and at most: of a large book fewer runs are to be joined, of a small one less is cut anew.
const RUN: (usize, usize) = (16, 64);

/// The book in runs of consecutive pages. A run ends with a stage, and with pages that their paths alone tell: a page that
/// comes or goes leaves nearly all other runs as they are.
fn runs(book: &Book) -> Vec<&[PageId]> {
    let size = (book.order.len() / 128).next_power_of_two().clamp(RUN.0, RUN.1);
    let (mut runs, mut rest) = (Vec::new(), book.order.as_slice());
    while let Some(first) = rest.first() {
        let stage = book.stage_index(*first);
        let same = rest.iter().take(size * 2).take_while(|id| book.stage_index(**id) == stage).count();
        let last = |id: &PageId| number(&book.page(*id).path) as usize % (size / 2) == 0;
        let end = rest.iter().take(same).skip(size / 2).position(last).map_or(same, |at| size / 2 + at + 1);
        let (run, others) = rest.split_at(end);
        runs.push(run);
        rest = others;
    }
    runs
}

/// A number that a name alone tells.
fn number(name: &str) -> u32 {
    let [a, b, c, d, ..] = key([name]);
    u32::from_le_bytes([a, b, c, d])
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

struct Out<'a> {
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

    /// A run of pages. Where the last build stored it and its files are there, none of the pages is looked into.
    fn run(&self, book: &Book, pages: &[PageId]) -> Stored {
        let sections = || -> Vec<Vec<Section>> { pages.iter().map(|id| PageSections::read(book, *id)).collect() };
        let first = pages.first().map_or(0, |id| number(&book.page(*id).path));
        let made_of = made_of(book, pages);
        let name = format!("index-{}", hex(made_of));
        let stored = self.cache.get(&name).and_then(Stored::read);
        if let Some(stored) = stored.filter(|run| run.counts.len() == pages.len() && run.texts.first == first) {
            let kept = |(at, name): (u32, String)| self.sink.keep(&path(&name), &self.text_key(&made_of, at));
            if !(0..).zip(stored.texts.names()).all(kept) {
                self.texts(&made_of, first, &sections().into_iter().flatten().collect::<Vec<_>>());
            }
            return stored;
        }
        let sections = sections();
        let counts = sections.iter().map(Vec::len).collect();
        let sections: Vec<Section> = sections.into_iter().flatten().collect();
        let stored = self.new_run(&made_of, first, counts, &sections);
        if self.cache.keeps() {
            self.cache.put(&name, &stored.write());
        }
        stored
    }

    /// The labs are few, and the program's own.
    fn labs(&self) -> Stored {
        let labs: Vec<Section> = LABS.iter().map(|lab| lab_section(lab)).collect();
        self.new_run(&key(["labs"]), number("labs"), Vec::new(), &labs)
    }

    fn new_run(&self, made_of: &Key, first: u32, counts: Vec<usize>, sections: &[Section]) -> Stored {
        Stored { counts, texts: self.texts(made_of, first, sections), batch: Batch::new(sections) }
    }

    /// Writes the files with the texts of a run.
    fn texts(&self, made_of: &Key, first: u32, sections: &[Section]) -> Texts {
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

/// Tells all that the sections of these pages are made of.
fn made_of(book: &Book, pages: &[PageId]) -> Key {
    let page = |id: &PageId| {
        let stage = stage_title(book, *id).map_or(["", ""], |title| ["stage", title]);
        let [kind, title] = stage.map(str::as_bytes);
        [&book.page(*id).key, book.route(*id).as_bytes(), kind, title]
    };
    key(pages.iter().flat_map(page))
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
