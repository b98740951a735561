//! The Markdown files, each parsed when its text, or something else that parsing reads, has changed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::known::Known;
use super::{Touched, is_error, text};
use crate::cache::{Cache, Key, key};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::page::include::Library;
use crate::page::terms::Glossary;
use crate::page::{self, Kind, Page, Term, With};
use crate::source::{FileId, Files, Listing, Source, Sources};

/// The page whose terms are linked from all others.
const GLOSSARY: &str = "content/glossary.md";

/// What became of a file.
enum Entry {
    Parsed(Parsed),
    /// It is no page, or can't be read.
    Wrong(Diagnostic),
}

/// A file that was parsed.
struct Parsed {
    /// The page as its file is now.
    now: Arc<Page>,
    /// The page as it was when it last had no mistake; as it is now where it never was without.
    good: Arc<Page>,
    diagnostics: Vec<Diagnostic>,
}

/// Tells what all pages share, but for the files that some include.
fn shared_key(with: &With, terms: &[Term]) -> Key {
    let terms = terms.iter().flat_map(|term| [&*term.text, &*term.anchor]);
    let flags = [u8::from(with.config.raw_html), u8::from(with.glossary.is_some())];
    key(std::iter::once(&flags[..]).chain(terms.map(str::as_bytes)))
}

/// All Markdown files by their paths.
#[derive(Default)]
pub(super) struct Pages {
    entries: BTreeMap<String, Entry>,
    /// What all pages are parsed with.
    with: Arc<With>,
    /// The terms of the glossary.
    terms: Vec<Term>,
    /// What each page may mean to include, by the page's path.
    wanted: BTreeMap<String, Vec<String>>,
    /// What an earlier build knew of pages; none where nothing is kept.
    known: Option<Known>,
}

/// What reading made of the files that changed.
#[derive(Default)]
pub(super) struct Read {
    /// How many files were parsed.
    pub(super) parsed: usize,
    /// How many bytes of text were read.
    pub(super) bytes: usize,
    /// Files that have another text, or are gone, by their paths.
    pub(super) changed: Vec<String>,
    /// Pages that are other than before, as they are shown.
    pub(super) good: Vec<Arc<Page>>,
    /// Whether there is a page that was not there, or one less.
    pub(super) moved: bool,
}

impl Pages {
    /// Reads and parses what has to be.
    pub(super) fn read(
        &mut self,
        files: &dyn Files,
        listing: &Listing,
        listed_anew: bool,
        touched: &Touched,
        config: &Arc<Config>,
        sources: &mut Sources,
    ) -> Read {
        let mut read = Read::default();
        let is_page = |path: &str| path.starts_with("content/") && path.ends_with(".md");
        let paths: Vec<&String> = match listed_anew || touched.everything {
            true => {
                let listed = listing.paths.iter().filter(|path| is_page(path));
                listed.filter(|path| touched.has(path) || !self.entries.contains_key(*path)).collect()
            }
            false => {
                let mut paths: Vec<_> =
                    touched.paths.iter().filter(|path| is_page(path) && listing.has(path)).collect();
                paths.sort();
                paths
            }
        };
        if listed_anew {
            let gone: Vec<String> = self.entries.keys().filter(|path| !listing.has(path)).cloned().collect();
            for path in gone {
                self.entries.remove(&path);
                self.wanted.remove(&path);
                sources.remove(&path);
                read.changed.push(path);
                read.moved = true;
            }
        }
        let mut todo = Vec::new();
        let text = |path: &&String| text::read(files, path).map(Arc::<str>::from);
        let texts: Vec<_> = paths.par_iter().map(text).collect();
        read.bytes = texts.iter().flatten().map(|text| text.len()).sum();
        for (path, text) in paths.into_iter().zip(texts) {
            self.take(path, text, sources, &mut todo, &mut read);
        }
        self.include(files, listing, listed_anew, touched, sources, &mut todo, &mut read);
        self.parse(todo, config, sources, &mut read);
        read
    }

    /// Reads what code blocks include, where it may have changed; pages that include what has changed are parsed again.
    #[allow(clippy::too_many_arguments, reason = "what reading knows of the edit")]
    fn include(
        &mut self,
        files: &dyn Files,
        listing: &Listing,
        listed_anew: bool,
        touched: &Touched,
        sources: &mut Sources,
        todo: &mut Vec<(FileId, Kind)>,
        read: &mut Read,
    ) {
        let new: Vec<&Source> = todo.iter().filter_map(|(id, _)| sources.get(*id)).collect();
        let wanted: Vec<_> = new.par_iter().map(|source| Library::wanted(source)).collect();
        for (source, wanted) in new.into_iter().zip(wanted) {
            match wanted.is_empty() {
                true => self.wanted.remove(&source.path),
                false => self.wanted.insert(source.path.clone(), wanted),
            };
        }
        if listed_anew {
            self.library().set_names(&listing.paths);
        }
        let wanted: BTreeSet<String> = self.wanted.values().flatten().cloned().collect();
        let mut changed = HashSet::new();
        for path in wanted {
            let known = self.with.library.get(&path).map(|source| source.text.clone());
            if known.is_some() && !touched.has(&path) && !listed_anew {
                continue;
            }
            // What can't be read is said where it is included.
            let text = if self.with.library.has(&path) { text::read(files, &path).ok() } else { None };
            match (text, known) {
                (Some(text), Some(known)) if *known == *text => {}
                (Some(text), _) => {
                    let id = sources.add(path.clone(), text);
                    sources.get(id).cloned().into_iter().for_each(|source| self.library().add(source));
                    changed.insert(path);
                }
                (None, Some(_)) => {
                    self.library().remove(&path);
                    if !self.entries.contains_key(&path) {
                        sources.remove(&path);
                    }
                    changed.insert(path);
                }
                // What is said about it depends on what there is instead.
                (None, None) if listed_anew => {
                    changed.insert(path);
                }
                (None, None) => {}
            }
        }
        let new: HashSet<_> = todo.iter().map(|(id, _)| *id).collect();
        for (page, _) in self.wanted.iter().filter(|(_, wanted)| wanted.iter().any(|path| changed.contains(path))) {
            if let Some(again) = self.again(page).filter(|(id, _)| !new.contains(id)) {
                read.changed.push(page.clone());
                todo.push(again);
            }
        }
    }

    /// Takes a file's text in; what has to be parsed goes to `todo`.
    fn take(
        &mut self,
        path: &str,
        text: Result<Arc<str>, Diagnostic>,
        sources: &mut Sources,
        todo: &mut Vec<(FileId, Kind)>,
        read: &mut Read,
    ) {
        let misplaced = || {
            Diagnostic::file(path, "a page can stand at most one folder below `content`")
                .help("a stage's folder holds its topics as files: move the file up")
        };
        let (kind, text) = match (page::kind(path), text) {
            (Some(kind), Ok(text)) => (kind, text),
            (kind, text) => {
                let wrong = if kind.is_none() { misplaced() } else { text.err().unwrap_or_else(misplaced) };
                let same = matches!(self.entries.get(path), Some(Entry::Wrong(known)) if *known == wrong);
                if !same {
                    self.entries.insert(path.to_string(), Entry::Wrong(wrong));
                    read.changed.push(path.to_string());
                    read.moved = true;
                }
                return;
            }
        };
        let known = matches!(self.entries.get(path), Some(Entry::Parsed(_)));
        if known && sources.at(path).is_some_and(|source| source.text == text) {
            return;
        }
        read.moved |= !known;
        read.changed.push(path.to_string());
        todo.push((sources.add(path, text), kind));
    }

    /// Parses files, and all others too where what is shared has changed.
    fn parse(&mut self, mut todo: Vec<(FileId, Kind)>, config: &Arc<Config>, sources: &Sources, read: &mut Read) {
        let mut everything = self.with.config.raw_html != config.raw_html;
        if !Arc::ptr_eq(&self.with.config, config) {
            Arc::make_mut(&mut self.with).config = config.clone();
        }
        let at = |id: &FileId| sources.get(*id).map(|source| source.path.as_str());
        let glossary = todo.iter().position(|(id, _)| at(id) == Some(GLOSSARY));
        let glossary = glossary.map(|at| todo.remove(at)).or_else(|| self.again(GLOSSARY).filter(|_| everything));
        if let Some((id, kind)) = glossary
            && let Some(source) = sources.get(id)
        {
            let alone = Arc::new(With { glossary: None, ..With::clone(&self.with) });
            let parsed = self.page(source, kind, &alone, &shared_key(&alone, &[]));
            self.put(parsed, read);
        }
        let terms = match self.entries.get(GLOSSARY) {
            Some(Entry::Parsed(parsed)) => Some(&parsed.now.terms),
            _ => None,
        };
        if self.with.glossary.is_some() != terms.is_some() || terms.is_some_and(|terms| *terms != self.terms) {
            let terms = terms.cloned();
            let glossary = terms.as_ref().map(|terms| Glossary::new(GLOSSARY, terms));
            Arc::make_mut(&mut self.with).glossary = glossary;
            self.terms = terms.unwrap_or_default();
            everything = true;
        }
        if everything {
            let all = self.entries.keys().filter(|path| *path != GLOSSARY);
            let new: HashSet<_> = todo.iter().map(|(id, _)| *id).collect();
            let again = all.filter_map(|path| self.again(path)).filter(|(id, _)| !new.contains(id));
            todo.extend(again.collect::<Vec<_>>());
        }
        let shared = shared_key(&self.with, &self.terms);
        let parse = |(id, kind): &(FileId, Kind)| Some(self.page(sources.get(*id)?, *kind, &self.with, &shared));
        let parsed: Vec<_> = todo.par_iter().filter_map(parse).collect();
        for outcome in parsed {
            self.put(outcome, read);
        }
    }

    /// A page: what an earlier build knew of it, or else parsed.
    fn page(&self, source: &Source, kind: Kind, with: &Arc<With>, shared: &Key) -> Outcome<Page> {
        let Some(known) = &self.known else { return page::parse(source, kind, with) };
        let included = self.wanted.get(&source.path).into_iter().flatten();
        let included = included.map(|path| with.library.get(path).map_or("", |file| &*file.text));
        let parts = [&shared[..], source.path.as_bytes(), source.text.as_bytes()];
        let key = key(parts.into_iter().chain(included.map(str::as_bytes)));
        let mut outcome = match known.facts(&key) {
            Some(facts) => Outcome { value: Page::known(source, kind, facts, with.clone()), diagnostics: Vec::new() },
            None => page::parse(source, kind, with),
        };
        outcome.value.key = key;
        outcome
    }

    fn library(&mut self) -> &mut Library {
        &mut Arc::make_mut(&mut self.with).library
    }

    /// Takes over what an earlier build left.
    pub(super) fn recall(&mut self, cache: &Cache) {
        self.known = cache.keeps().then(|| Known::read(cache));
    }

    /// Leaves what is known of the pages that nothing is said about for a later build.
    pub(super) fn remember(&self, cache: &Cache) {
        let fine = self.parsed().filter(|parsed| parsed.diagnostics.is_empty());
        if let Some(known) = &self.known {
            known.write(fine.map(|parsed| &*parsed.now), cache);
        }
    }

    /// What it takes to parse a file again.
    fn again(&self, path: &str) -> Option<(FileId, Kind)> {
        match self.entries.get(path)? {
            Entry::Parsed(parsed) => Some((parsed.now.file, parsed.now.kind)),
            Entry::Wrong(_) => None,
        }
    }

    fn put(&mut self, outcome: Outcome<Page>, read: &mut Read) {
        read.parsed += 1;
        let now = Arc::new(outcome.value);
        let path = now.path.clone();
        let wrong = outcome.diagnostics.iter().any(is_error);
        let before = match self.entries.remove(&path) {
            Some(Entry::Parsed(before)) => Some(before.good),
            _ => None,
        };
        let good = match &before {
            Some(before) if wrong && before.file == now.file => before.clone(),
            _ => now.clone(),
        };
        read.moved |= before.is_none_or(|before| before.front != good.front);
        read.good.push(good.clone());
        self.entries.insert(path, Entry::Parsed(Parsed { now, good, diagnostics: outcome.diagnostics }));
    }

    fn parsed(&self) -> impl Iterator<Item = &Parsed> {
        self.entries.values().filter_map(|entry| match entry {
            Entry::Parsed(parsed) => Some(parsed),
            Entry::Wrong(_) => None,
        })
    }

    /// All pages as their files are now.
    pub(super) fn now(&self) -> impl Iterator<Item = &Arc<Page>> {
        self.parsed().map(|parsed| &parsed.now)
    }

    /// All pages as they are shown: before their mistakes, where they have some.
    pub(super) fn good(&self) -> impl Iterator<Item = &Arc<Page>> {
        self.parsed().map(|parsed| &parsed.good)
    }

    /// Whether all pages are shown as their files are.
    pub(super) fn all_good(&self) -> bool {
        self.parsed().all(|parsed| Arc::ptr_eq(&parsed.now, &parsed.good))
    }

    /// Whether there is a file that is no page or can't be read.
    pub(super) fn any_unread(&self) -> bool {
        self.entries.values().any(|entry| matches!(entry, Entry::Wrong(_)))
    }

    /// What is wrong with the files, each on its own.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.entries.values().flat_map(|entry| match entry {
            Entry::Parsed(parsed) => parsed.diagnostics.as_slice(),
            Entry::Wrong(wrong) => std::slice::from_ref(wrong),
        })
    }

    /// What is wrong where there is no file at all.
    pub(super) fn empty(&self) -> Option<Diagnostic> {
        let help = "start with `content/index.md`: `+++`, `title = \"…\"`, `+++`";
        self.entries.is_empty().then(|| Diagnostic::file("content", "the book is empty").help(help))
    }
}
