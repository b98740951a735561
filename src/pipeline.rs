//! The stages in order: files → pages → book → checks → site; and the memo around them.
//!
//! A [`Pipeline`] keeps what each stage made of its input. An edit goes through the stages again and stops wherever what comes
//! in is what came in before: a file with the same text is not parsed, a page with the same front matter moves nobody else.
//! A build is a pipeline that has nothing in its memo.

mod checks;
mod known;
mod links;
mod look;
mod media;
mod pages;
mod snapshot;
mod text;
mod whole;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use crate::book::{self, Book};
use crate::cache::Cache;
use crate::cards::Deck;
use crate::check::Targets;
use crate::config::{self, Config};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::ids::{self, Lock, Moved};
use crate::page::Page;
use crate::render::{Has, Routes, book_view};
use crate::site::{Sink, Site};
use crate::source::{Files, Listing, Sources};
use crate::timings::stage;
use links::Links;
use look::Look;
use media::MediaStore;
use pages::{Pages, Read};
pub use snapshot::Snapshot;
use snapshot::{Before, Renders};

/// What a build is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether drafts are part of the book.
    pub drafts: bool,
    /// Whether the site is for the root of this machine's own address, whatever `base_url` says.
    pub local: bool,
    /// Whether the cards for other programs are made.
    pub cards: bool,
    /// The address that the site will stand at, in place of the `base_url` of book.toml.
    pub base_url: Option<String>,
    /// Whether the site will stand on a host: then what [`publish`] makes is part of it.
    pub hosted: bool,
    /// What earlier builds left.
    pub cache: Arc<Cache>,
}

/// What a build made.
#[derive(Debug, Default)]
pub struct Build {
    /// Whether the site is whole: no mistake stands in the way.
    pub whole: bool,
    /// The site, where it was collected and is whole.
    pub site: Option<Site>,
    /// The texts that diagnostics refer to.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// How many pages the site has.
    pub pages: usize,
    /// Site paths of the files that scripts read.
    pub read: BTreeSet<String>,
    /// What stands in front of the site's script in the export that is one file.
    pub single_js: String,
    /// The book, as far as it could be put together.
    pub book: Arc<Book>,
    /// What its links and images lead to.
    pub targets: Targets,
    /// The cards for other programs, where they were asked for.
    pub deck: Option<Deck>,
    /// The ids that were published before; none where the book keeps no list of them.
    pub lock: Option<Lock>,
}

impl Build {
    /// How many diagnostics of that severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        diagnostic::count(&self.diagnostics, severity)
    }
}

/// Builds the book in memory; the same files give the same bytes.
pub fn build(files: &dyn Files, options: Options) -> Build {
    let mut pipeline = Pipeline::new(options);
    pipeline.update(files, &Changes::Everything);
    pipeline.complete(files)
}

/// Builds the book and hands each file to `sink` as it is made. What was handed over is a site only where [`Build::whole`] says
/// so.
pub fn build_to(files: &dyn Files, options: Options, sink: &dyn Sink) -> Build {
    let mut pipeline = Pipeline::new(options);
    pipeline.read(files);
    pipeline.complete_to(files, sink)
}

/// Which files may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// Any of them.
    Everything,
    /// Those at and below these paths of the book.
    At(BTreeSet<String>),
}

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Whether the site may be another than before.
    pub changed: bool,
    /// How many files were parsed.
    pub parsed: usize,
    /// The site paths of the pages whose files have another text, in the order of their files.
    pub saved: Vec<String>,
}

/// The files that may have changed, as the stages ask for them.
struct Touched {
    everything: bool,
    paths: HashSet<String>,
}

impl Touched {
    fn has(&self, path: &str) -> bool {
        self.everything || self.paths.contains(path)
    }
}

/// The stages with what they made last.
pub struct Pipeline {
    options: Options,
    sources: Sources,
    listing: Option<Arc<Listing>>,
    config: Option<Arc<Config>>,
    pages: Pages,
    /// The book as it is shown: a page whose file has mistakes stands in it as it was before them.
    book: Arc<Book>,
    routes: Arc<Routes>,
    look: Option<Look>,
    /// Whether the look has what it takes to run snippets.
    runs: bool,
    media: Arc<MediaStore>,
    renders: Arc<Renders>,
    links: Links,
    /// The ids that were published before; none where the book keeps no list of them.
    lock: Option<Lock>,
    /// What each stage had to say.
    said: Said,
    /// The templates that were tried on all kinds of pages.
    tried: Option<[u8; 32]>,
    /// The site paths of the pages that were saved since the last check.
    saved: Vec<String>,
    number: u64,
    snapshot: Option<Arc<Snapshot>>,
}

/// The diagnostics of the stages that look at the whole book.
#[derive(Default)]
struct Said {
    listing: Vec<Diagnostic>,
    config: Vec<Diagnostic>,
    lock: Vec<Diagnostic>,
    book: Vec<Diagnostic>,
    look: Vec<Diagnostic>,
    samples: Vec<Diagnostic>,
    /// Pages that the book's own templates fail on, by their site paths.
    failed: BTreeMap<String, Diagnostic>,
}

impl Said {
    fn all(&self) -> impl Iterator<Item = &Diagnostic> {
        let parts = [&self.listing, &self.config, &self.lock, &self.book, &self.look, &self.samples];
        parts.into_iter().flatten().chain(self.failed.values())
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

impl Pipeline {
    /// A pipeline that has seen nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            sources: Sources::default(),
            listing: None,
            config: None,
            pages: Pages::default(),
            book: Arc::default(),
            routes: Arc::default(),
            look: None,
            runs: false,
            media: Arc::default(),
            renders: Arc::default(),
            links: Links::default(),
            lock: None,
            said: Said::default(),
            tried: None,
            saved: Vec::new(),
            number: 0,
            snapshot: None,
        }
    }

    /// Reads the whole book, but for what an earlier build knew of it. What follows is [`Pipeline::complete_to`].
    pub fn read(&mut self, files: &dyn Files) {
        stage("recall", |()| 0, || self.pages.recall(&self.options.cache));
        self.update(files, &Changes::Everything);
    }

    /// The texts that diagnostics refer to.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The book to serve: the last one without a mistake that concerns it as a whole. None before the first such.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot.as_ref()
    }

    /// What there was in the book's folder when it was last read.
    pub fn listing(&self) -> Arc<Listing> {
        self.listing.clone().unwrap_or_default()
    }

    /// Reads what changed and takes it through the stages, as far as any page depends on it. [`Pipeline::snapshot`] is then
    /// of now. What takes longer is left for [`Pipeline::check`].
    pub fn update(&mut self, files: &dyn Files, changes: &Changes) -> Update {
        let mut update = Update::default();
        let before = self.listing.clone();
        let touched = match stage("list", |_| 0, || self.list(files, changes)) {
            Ok(touched) => touched,
            Err((path, error)) => {
                self.listing = None;
                self.said.listing = vec![Diagnostic::file(path, format!("can't be read: {error}"))];
                return Update { changed: true, ..update };
            }
        };
        let Some(listing) = self.listing.clone() else { return update };
        let listed_anew = before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, &listing));
        let old_config = self.config.clone();
        if touched.has("book.toml") || old_config.is_none() {
            self.read_config(files, &listing);
        }
        let Some(config) = self.config.clone() else {
            // What changes while there is no book is read when there is one again.
            self.listing = None;
            return Update { changed: true, ..update };
        };
        let new_config = old_config.is_none_or(|old| !Arc::ptr_eq(&old, &config));

        let read = stage(
            "pages",
            |read: &Read| read.bytes,
            || self.pages.read(files, &listing, listed_anew, &touched, &config, &mut self.sources),
        );
        update.parsed = read.parsed;
        let moved = new_config || listed_anew || read.moved;
        stage("book", |()| 0, || self.place(&config, &listing, &read.good, moved));
        let new_look = stage("theme", |_| 0, || self.dress(files, &config, &listing, &touched, new_config));
        let new_media = self.keep_media(files, &listing, &touched, listed_anew);
        let new_lock = (listed_anew || touched.has(ids::LOCK)) && self.read_lock(files, &listing);

        update.changed = moved || new_look || new_media || new_lock || !read.changed.is_empty();
        update.saved = read
            .changed
            .iter()
            .filter_map(|path| Some(self.book.route(self.book.page_at(path)?).to_string()))
            .collect();
        self.saved.extend(update.saved.iter().cloned());
        if update.changed || self.snapshot.is_none() {
            stage("view", |()| 0, || self.publish(files));
        }
        update
    }

    /// What there is now, and what of it may have changed.
    fn list(&mut self, files: &dyn Files, changes: &Changes) -> Result<Touched, (String, std::io::Error)> {
        /// For more paths than these the whole book is listed again.
        const FEW: usize = 32;
        let known = self.listing.clone();
        let (old, paths) = match (known, changes) {
            (Some(old), Changes::At(paths)) => (old, paths),
            (old, _) => {
                let listing = files.list()?;
                if old.is_none_or(|old| *old != listing) {
                    self.set_listing(listing);
                }
                return Ok(Touched { everything: true, paths: HashSet::new() });
            }
        };
        // What a link leads to may have changed under another name.
        let paths: BTreeSet<&str> = paths.iter().chain(&old.links).map(String::as_str).collect();
        let mut touched = Touched { everything: false, paths: paths.iter().map(|path| path.to_string()).collect() };
        let mut listing = None;
        if paths.len() > FEW {
            let whole = files.list()?;
            let below =
                |path: &&String| paths.iter().any(|at| path.strip_prefix(at).is_some_and(|it| it.starts_with('/')));
            touched.paths.extend(whole.paths.iter().filter(below).cloned());
            listing = (whole != *old).then_some(whole);
        } else {
            for path in paths {
                let part = files.list_at(path)?;
                let current = listing.as_ref().unwrap_or(&*old);
                if !current.agrees(path, &part) {
                    listing = Some(current.with(path, &part));
                }
                touched.paths.extend(part.paths);
            }
        }
        if let Some(listing) = listing {
            // What is gone has changed too.
            touched.paths.extend(old.paths.iter().filter(|path| !listing.has(path)).cloned());
            self.set_listing(listing);
        }
        Ok(touched)
    }

    fn set_listing(&mut self, listing: Listing) {
        let outside = |path: &String| {
            let message = format!("`{path}` leads out of the book and is not followed");
            Diagnostic { severity: Severity::Warning, ..Diagnostic::file(path.clone(), message) }
                .help("put the file itself into the book, or let the link lead to a file of the book")
        };
        self.said.listing = listing.outside.iter().map(outside).collect();
        self.listing = Some(Arc::new(listing));
    }

    fn read_config(&mut self, files: &dyn Files, listing: &Listing) {
        if !listing.has("book.toml") {
            let help = "make it with `title = \"…\"` in it, or name the book's folder with `--book`";
            let missing = Diagnostic::file("book.toml", "there is no book here: book.toml is missing").help(help);
            (self.config, self.said.config) = (None, vec![missing]);
            return;
        }
        let text = match text::read(files, "book.toml") {
            Ok(text) => text,
            Err(diagnostic) => {
                (self.config, self.said.config) = (None, vec![diagnostic]);
                return;
            }
        };
        let id = self.sources.add("book.toml", text);
        let Some(source) = self.sources.get(id) else { return };
        let mut read = config::parse(source);
        match self.options.local {
            true => read.value.base_url = None,
            false => read.value.base_url = self.options.base_url.clone().or(read.value.base_url),
        }
        self.said.config = read.diagnostics;
        if self.config.as_ref().is_none_or(|known| **known != read.value) {
            self.config = Some(Arc::new(read.value));
        }
    }

    /// Reads ids.lock; says whether it is another than before.
    fn read_lock(&mut self, files: &dyn Files, listing: &Listing) -> bool {
        let before = self.lock.take();
        self.said.lock.clear();
        if !listing.has(ids::LOCK) {
            self.sources.remove(ids::LOCK);
            return before.is_some();
        }
        match text::read(files, ids::LOCK) {
            Ok(text) => {
                let id = self.sources.add(ids::LOCK, text);
                let Some(source) = self.sources.get(id) else { return before.is_some() };
                let read = ids::read(source);
                self.said.lock = read.diagnostics;
                self.lock = Some(read.value);
            }
            Err(diagnostic) => self.said.lock.push(diagnostic),
        }
        before != self.lock
    }

    /// What of that book has moved since it was published, and what is wrong with that.
    fn check_ids(&self, book: &Book) -> Vec<Diagnostic> {
        self.lock.as_ref().map(|lock| ids::check(book, lock).diagnostics).unwrap_or_default()
    }

    fn moved(&self, book: &Book) -> Moved {
        self.lock.as_ref().filter(|lock| lock.moves()).map(|lock| ids::check(book, lock).value).unwrap_or_default()
    }

    /// Puts the pages in their places, all of them only where one may have moved.
    fn place(&mut self, config: &Arc<Config>, listing: &Listing, good: &[Arc<Page>], moved: bool) {
        let mut book = Book::clone(&self.book);
        let stay =
            !moved && good.iter().all(|page| book.page_at(&page.path).is_none() || book.with_page(page).is_some());
        if !stay {
            let all = self.pages.good().cloned().collect();
            let outcome = book::assemble(config.clone(), all, &stage_folders(listing), self.options.drafts);
            self.said.book = outcome.diagnostics;
            self.said.book.extend(self.pages.empty());
            book = outcome.value;
        }
        self.book = Arc::new(book);
        let has = Has::of(&self.book);
        if !stay || self.routes.has != has {
            self.routes = Arc::new(Routes::new(&self.book, has));
        }
    }

    /// Reads theme, templates and engine where they may have changed; says whether they were.
    fn dress(
        &mut self,
        files: &dyn Files,
        config: &Config,
        listing: &Listing,
        touched: &Touched,
        new_config: bool,
    ) -> bool {
        let runs = self.book.pages.iter().any(|page| page.tally.runs);
        let concerned = touched.everything || touched.paths.iter().any(|path| Look::concerns(path, config));
        if self.look.is_some() && runs == self.runs && !new_config && !concerned {
            return false;
        }
        self.runs = runs;
        match Look::read(files, listing, config, runs, &mut self.sources) {
            Ok(look) if self.look.as_ref().is_some_and(|known| *known == look) => return false,
            Ok(look) => {
                self.said.look = look.diagnostics.clone();
                self.look = Some(look);
            }
            Err(diagnostic) => {
                self.said.look = vec![diagnostic];
                self.look = None;
            }
        }
        true
    }

    /// Puts a store without the files that have changed in the place of the last; says whether one of them has.
    fn keep_media(&mut self, files: &dyn Files, listing: &Listing, touched: &Touched, listed_anew: bool) -> bool {
        if !listed_anew && !touched.everything && touched.paths.iter().all(|path| path.ends_with(".md")) {
            return false;
        }
        let drawings = listing.paths.iter().filter(|path| path.ends_with(".svg"));
        let drawings: HashMap<_, _> = drawings
            .map(|path| {
                let known = self.sources.at(path).map(|source| source.id);
                (path.clone(), known.unwrap_or_else(|| self.sources.add(path.clone(), "")))
            })
            .collect();
        for gone in self.media.drawings().filter(|path| !drawings.contains_key(*path)) {
            self.sources.remove(gone);
        }
        let (store, changed) = self.media.next(files, drawings, |path| touched.has(path));
        if changed || listed_anew {
            self.media = Arc::new(store);
        }
        changed
    }

    /// Puts a new snapshot in the place of the last, unless a mistake concerns the book as a whole.
    fn publish(&mut self, files: &dyn Files) {
        let wrong = self.said.listing.iter().chain(&self.said.config).chain(&self.said.book).any(is_error);
        let (Some(listing), Some(look)) = (&self.listing, &self.look) else { return };
        let Some(templates) = look.fit().filter(|_| !wrong && !self.pages.any_unread()) else { return };
        self.number += 1;
        let mut snapshot = Snapshot {
            number: self.number,
            book: self.book.clone(),
            listing: listing.clone(),
            routes: self.routes.clone(),
            view: book_view(&self.book, templates.own()),
            assets: look.assets.clone(),
            templates: templates.clone(),
            media: self.media.clone(),
            renders: self.renders.clone(),
            index: OnceLock::new(),
            moved: Arc::new(self.moved(&self.book)),
            cards: OnceLock::new(),
            before: Before::default(),
        };
        let last = self.snapshot.as_ref();
        if let Some(last) = last {
            snapshot.follows(last);
        }
        // Templates that fail leave the last site as it is. Those of the theme itself need no trial.
        let tried = last.is_some_and(|last| last.templates.key() == templates.key());
        self.said.samples = match tried || !templates.own() {
            true => Vec::new(),
            false => snapshot.samples().filter_map(|job| snapshot.render(files, job, None).err()).collect(),
        };
        if !self.said.samples.is_empty() {
            return;
        }
        if last.is_none_or(|last| !Arc::ptr_eq(&last.routes, &snapshot.routes)) {
            self.renders.retain(&snapshot.routes);
        }
        self.snapshot = Some(Arc::new(snapshot));
    }
}

/// The folders directly below `content/`, by name.
fn stage_folders(listing: &Listing) -> Vec<String> {
    let below = listing.paths.iter().filter_map(|path| path.strip_prefix("content/")?.split_once('/'));
    let mut folders: Vec<String> = below.map(|(folder, _)| folder.to_string()).collect();
    folders.sort();
    folders.dedup();
    folders
}
