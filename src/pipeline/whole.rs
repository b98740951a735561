//! The whole site at once: every file goes to a sink as soon as it is made.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::look::Look;
use super::{Build, Pipeline, is_error, media, stage_folders};
use crate::book::{self, Book, PageId};
use crate::cache::{Cache, Key};
use crate::cards::Deck;
use crate::check::Targets;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::ids;
use crate::publish;
use crate::render::view::BookView;
use crate::render::{Has, Hosted, Media, PRINT, Renderer, Routes, book_view};
use crate::search;
use crate::site::{Collected, Make, Nowhere, Sink};
use crate::source::Files;
use crate::timings::{self, stage};

/// A book of more pages has no page with all of them: browsers don't open what it weighs.
const MOST_PRINTED: usize = 2000;

/// What a site is made of.
struct Parts<'a> {
    book: &'a Book,
    routes: &'a Routes,
    look: &'a Look,
    targets: &'a Targets,
    media: BTreeMap<String, Arc<Media>>,
}

impl Pipeline {
    /// The whole site in memory, and everything that is wrong with the book.
    pub fn complete(&mut self, files: &dyn Files) -> Build {
        let collected = Collected::default();
        let mut build = self.complete_to(files, &collected);
        build.site = build.whole.then(|| collected.site());
        build
    }

    /// Hands the files of the whole site to `sink` as they are made, and says everything that is wrong with the book. What was
    /// handed over is a site only where [`Build::whole`] says so.
    pub fn complete_to(&mut self, files: &dyn Files, sink: &dyn Sink) -> Build {
        let mut build = Build::default();
        let (Some(listing), Some(config)) = (self.listing.clone(), self.config.clone()) else {
            build.diagnostics = self.said.listing.iter().chain(&self.said.config).cloned().collect();
            build.sources = self.sources.clone();
            return build;
        };
        // Whoever sees the whole is told what each file says now, not what it said before its mistakes.
        let (mut book, mut routes, mut of_book) = (self.book.clone(), self.routes.clone(), self.said.book.clone());
        if !self.pages.all_good() {
            let pages = self.pages.now().cloned().collect();
            let outcome = book::assemble(config, pages, &stage_folders(&listing), self.options.drafts);
            (book, of_book) = (Arc::new(outcome.value), outcome.diagnostics);
            of_book.extend(self.pages.empty());
            routes = Arc::new(Routes::new(&book, Has::of(&book)));
        }
        stage("links", |()| 0, || self.check_links(&book, &routes));
        build.targets = self.links.targets();
        let mut diagnostics: Vec<Diagnostic> = of_book;
        diagnostics.extend(
            self.said.listing.iter().chain(&self.said.config).chain(&self.said.lock).chain(&self.said.look).cloned(),
        );
        diagnostics.extend(self.pages.diagnostics().cloned());
        diagnostics.extend(self.links.diagnostics());
        diagnostics.extend(self.check_ids(&book));
        if self.look.is_some() {
            diagnostics.extend(stage("media", |_| 0, || self.read_media(files)));
        }
        if let Some(look) = self.look.as_ref().filter(|look| look.templates.is_some() && book.home.is_some()) {
            let media = self.media.of_pages(files, self.links.each());
            let parts = Parts { book: &book, routes: &routes, look, targets: &build.targets, media };
            // What is wrong with the templates is said even where nothing will be written.
            let sink = if diagnostics.iter().any(is_error) { &Nowhere } else { sink };
            let (read, deck) = self.make(files, &parts, sink, &mut diagnostics);
            (build.read, build.deck) = (read, deck);
            build.pages = routes.jobs.len();
            diagnostics.extend(self.hidden(&routes));
            build.whole = !diagnostics.iter().any(is_error);
        }
        build.lock = self.lock.clone();
        build.single_js = self.look.as_ref().map(|look| look.assets.single_js.clone()).unwrap_or_default();
        build.book = book;
        build.diagnostics = diagnostics;
        build.sources = self.sources.clone();
        build
    }

    /// Renders every page and hands it over, beside style, script, index and media. The site paths of the files that scripts
    /// read, and the cards for other programs.
    fn make(
        &self,
        files: &dyn Files,
        parts: &Parts<'_>,
        sink: &dyn Sink,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (BTreeSet<String>, Option<Deck>) {
        let Parts { book, routes, look, targets, media } = parts;
        let Some(templates) = &look.templates else { return Default::default() };
        let sink = &Counted { sink, bytes: AtomicUsize::new(0) };
        let put_files = || stage("files", |_| sink.take(), || self.put_files(files, parts, sink));
        let history = || {
            let paths: Vec<String> = book.pages.iter().map(|page| page.path.clone()).collect();
            files.history(&paths, book.config.publish.contributors)
        };
        let history = || self.options.hosted.then(|| stage("history", |_| 0, history));
        let remember = || stage("remember", |()| 0, || self.pages.remember(&self.options.cache));
        let (others, (history, ())) = timings::join(put_files, || (history(), remember()));
        // Whoever writes is shown pages, not the whole book: it would be made anew at each edit.
        let print = !self.options.local && book.pages.len() <= MOST_PRINTED;
        let view = BookView {
            print_url: print.then_some(PRINT),
            feed_url: history.as_ref().and_then(|it| publish::feed::url(book, it)),
            ..book_view(book, templates.own())
        };
        let social = match history.is_some() {
            true => social(book, look, &self.options.cache, sink, diagnostics),
            false => BTreeMap::new(),
        };
        let hosted = history.as_ref().map(|history| Hosted { history, social: &social });
        let moved = self.moved(book);
        let renderer = Renderer::new(book, &view, targets, &moved, &look.assets, media, templates)
            .hosted(hosted)
            .again(&self.options.cache);
        let pages = || {
            let mut wrong = stage("render", |_| sink.take(), || renderer.render(routes, sink));
            let cards = stage("cards", |_| sink.take(), || renderer.put_cards(&moved, &self.options.cache, sink));
            if print {
                wrong.extend(stage("print", |_| sink.take(), || renderer.print(sink)).err());
            }
            let mut others = others;
            others.extend(cards.iter().cloned());
            if let Some(history) = &history {
                stage("publish", |()| sink.take(), || publish::files(&self.published(parts, &others, history), sink));
            }
            (others, cards, wrong)
        };
        let listed = Listed { sink, paths: Mutex::default() };
        let index = || stage("search", |()| sink.take(), || search::write(book, &listed, &self.options.cache));
        let ((), (mut others, cards, wrong)) = timings::join(index, pages);
        let mut fetched = listed.paths.into_inner().unwrap_or_else(PoisonError::into_inner);
        diagnostics.extend(wrong);
        fetched.extend(cards);
        let deck = self.options.cards.then(|| {
            let first_ids = self.lock.as_ref().map(|lock| ids::first_ids(lock, &moved)).unwrap_or_default();
            Deck { first_ids, ..renderer.deck(&|path| self.media.at(path)) }
        });
        others.extend(fetched.iter().cloned());
        if history.is_some() {
            publish::headers(&look.assets, &others, sink);
        }
        let read = look.assets.read.iter().cloned().chain(fetched).collect();
        (read, deck)
    }

    /// What is made for hosts, search engines and programs, of which `others` are the files that are there already.
    fn published<'a>(
        &'a self,
        parts: &'a Parts<'_>,
        others: &'a BTreeSet<String>,
        history: &'a History,
    ) -> publish::Published<'a> {
        let Parts { book, routes, look, targets, media } = parts;
        publish::Published {
            book,
            assets: &look.assets,
            others,
            targets,
            media,
            sources: &self.sources,
            history,
            pages: routes.jobs.keys().map(String::as_str).collect(),
            cache: &self.options.cache,
        }
    }

    /// Hands over what is no page: style, script, the files of `static/`, images. Their site paths.
    fn put_files(&self, files: &dyn Files, parts: &Parts<'_>, sink: &dyn Sink) -> BTreeSet<String> {
        let taken = |path: &str| parts.routes.jobs.contains_key(path) || path == PRINT;
        let assets = parts.look.assets.files.iter().filter(|(path, _)| !taken(path));
        // What a book compresses itself goes first: nobody compresses it again.
        let (small, large): (Vec<_>, Vec<_>) =
            assets.partition(|(path, _)| path.ends_with(".br") || path.ends_with(".gz"));
        let mut paths = BTreeSet::new();
        for some in [small, large] {
            some.par_iter().for_each(|(path, bytes)| sink.put(path, (*bytes).clone()));
            paths.extend(some.into_iter().map(|(path, _)| path.clone()));
        }
        for (path, shown) in media::needed(self.links.each()) {
            let entry = self.media.get(files, &path, shown);
            let place = entry.media.as_ref().map(|media| &media.site_path).filter(|place| place.starts_with("assets/"));
            if let Some(place) = place.filter(|place| paths.insert(place.to_string())) {
                sink.put(place, entry.bytes.clone());
            }
        }
        paths
    }
}

/// Hands files on and counts their bytes: those that are made now.
struct Counted<'a> {
    sink: &'a dyn Sink,
    bytes: AtomicUsize,
}

impl Counted<'_> {
    /// The bytes since the last call.
    fn take(&self) -> usize {
        self.bytes.swap(0, Ordering::Relaxed)
    }
}

impl Sink for Counted<'_> {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.bytes.fetch_add(bytes.len(), Ordering::Relaxed);
        self.sink.put(path, bytes);
    }

    fn stream(&self, path: &str, make: Make<'_>) {
        self.sink.stream(path, &mut |out| make(&mut CountedWrite { out, bytes: &self.bytes }));
    }

    fn keep(&self, path: &str, key: &Key) -> bool {
        self.sink.keep(path, key)
    }

    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        self.bytes.fetch_add(bytes.len(), Ordering::Relaxed);
        self.sink.put_made(path, key, bytes);
    }

    fn assemble(&self, path: &str, parts: &[Key], make: &(dyn Fn(usize) -> String + Sync)) {
        let counted = |part| {
            let text = make(part);
            self.bytes.fetch_add(text.len(), Ordering::Relaxed);
            text
        };
        self.sink.assemble(path, parts, &counted);
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.sink.get(path)
    }
}

/// Hands files on and lists their paths.
struct Listed<'a> {
    sink: &'a dyn Sink,
    paths: Mutex<Vec<String>>,
}

impl Listed<'_> {
    fn list(&self, path: &str) {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_string());
    }
}

impl Sink for Listed<'_> {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.list(path);
        self.sink.put(path, bytes);
    }

    fn keep(&self, path: &str, key: &Key) -> bool {
        let kept = self.sink.keep(path, key);
        if kept {
            self.list(path);
        }
        kept
    }

    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        self.list(path);
        self.sink.put_made(path, key, bytes);
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.sink.get(path)
    }
}

/// Counts what is written.
struct CountedWrite<'a> {
    out: &'a mut dyn Write,
    bytes: &'a AtomicUsize,
}

impl Write for CountedWrite<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes.fetch_add(written, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Draws the pages' pictures for previews, where the book asks for them, and gives each its place in the site.
fn social(
    book: &Book,
    look: &Look,
    cache: &Cache,
    sink: &dyn Sink,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<PageId, String> {
    if !book.config.publish.social_images || book.config.base_url.is_none() {
        return BTreeMap::new();
    }
    publish::social::put(book, &look.assets, cache, sink).unwrap_or_else(|| {
        let message = "the pictures of the pages can't be drawn: there is no font that can be read";
        let help = "bring `static/fonts/text.woff2`, or take `social_images` out of book.toml";
        diagnostics.push(Diagnostic::file("book.toml", message).help(help));
        BTreeMap::new()
    })
}
