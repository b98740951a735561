//! The index's files, as they are done. No more of the book's text is held at once than some runs of pages have.

use std::ops::Range;

use fieldguide_wasm::demo::LABS;
use fieldguide_wasm::search::batch::Batch;
use fieldguide_wasm::search::encode::{File, Sealed, next_texts, texts};
use fieldguide_wasm::search::merge::Merged;
use fieldguide_wasm::search::{Section, Stage};
use rayon::prelude::*;

use super::{FOLDER, PageSections, lab_section};
use crate::book::{Book, PageId};
use crate::page::{Kind, markdown};

/// Pages that are cut and turned round at once, at least and at most: where they are few, all threads have some.
const RUN: Range<usize> = 16..64;

/// Gives the files of a book's index to `take`, each with its site path, as they are done, from all threads.
pub fn write(book: &Book, take: &(dyn Fn(String, Vec<u8>) + Sync)) {
    let threads = rayon::current_num_threads();
    let run = (book.order.len() / threads / 4).clamp(RUN.start, RUN.end);
    let out = Out { take };
    let (mut batches, mut shown, mut stages) = (Vec::new(), Texts::default(), Stages::default());
    let runs: Vec<&[PageId]> = book.order.chunks(run).collect();
    for runs in runs.chunks(threads) {
        let made: Vec<_> = runs.par_iter().map(|pages| Run::read(book, pages)).collect();
        for (pages, run) in runs.iter().zip(made) {
            for (id, count) in pages.iter().zip(run.counts) {
                stages.page(book, *id, count);
            }
            batches.push(run.batch);
            shown.sections.extend(run.sections);
        }
        shown.write(&out);
    }
    let labs: Vec<Section> = LABS.iter().map(|lab| lab_section(lab)).collect();
    batches.push(Batch::new(&labs));
    shown.sections.extend(labs);
    shown.write(&out);
    shown.rest(&out);

    let merged = Merged::new(&batches);
    let terms: Vec<Sealed> = (0..merged.files()).into_par_iter().map(|number| out.file(merged.file(number))).collect();
    let words = out.file(merged.words());
    let (name, bytes) = merged.core(&stages.finish(), &terms, &shown.done, words);
    out.named(&name, bytes);
}

struct Out<'a> {
    take: &'a (dyn Fn(String, Vec<u8>) + Sync),
}

impl Out<'_> {
    fn file(&self, file: File) -> Sealed {
        self.named(&file.name, file.bytes);
        file.sum
    }

    fn named(&self, name: &str, bytes: Vec<u8>) {
        (self.take)(format!("{FOLDER}/{name}"), bytes);
    }
}

/// Some pages one after the other.
struct Run {
    sections: Vec<Section>,
    /// How many sections each page has.
    counts: Vec<usize>,
    batch: Batch,
}

impl Run {
    fn read(book: &Book, pages: &[PageId]) -> Self {
        let (mut sections, mut counts) = (Vec::new(), Vec::new());
        for id in pages {
            let found = PageSections::read(book, *id);
            counts.push(found.len());
            sections.extend(found);
        }
        let batch = Batch::new(&sections);
        Self { sections, counts, batch }
    }
}

/// The files of texts.
#[derive(Default)]
struct Texts {
    /// The sections that stand in no file yet.
    sections: Vec<Section>,
    /// How many sections each file holds, and its checksum.
    done: Vec<(usize, Sealed)>,
}

impl Texts {
    /// Writes the files that are full.
    fn write(&mut self, out: &Out<'_>) {
        let (mut groups, mut rest) = (Vec::new(), self.sections.as_slice());
        while let Some((group, later)) = next_texts(rest).and_then(|count| rest.split_at_checked(count)) {
            groups.push(group);
            rest = later;
        }
        let first = self.done.len();
        let write = |(number, group): (usize, &&[Section])| (group.len(), out.file(texts(first + number, group)));
        let done: Vec<_> = groups.par_iter().enumerate().map(write).collect();
        let written = self.sections.len() - rest.len();
        self.done.extend(done);
        self.sections.drain(..written);
    }

    /// Writes what fills no file.
    fn rest(&mut self, out: &Out<'_>) {
        if !self.sections.is_empty() {
            let file = texts(self.done.len(), &self.sections);
            self.done.push((self.sections.len(), out.file(file)));
        }
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
