//! What a page is made from, as a key: a build that knows the key of the last build's page need not make it again.
//!
//! A page of the book is told by what surrounds its body, as its template is given it, and by all that the body is made from; so the
//! body itself need not be made, or even parsed. Any other page is told by what its template is given.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::view::{Common, LinkView, PartView, TagLink, TopicLink};
use super::{Fill, Plain, Renderer};
use crate::book::PageId;
use crate::cache::{Cache, Key, key};
use crate::diagnostic::Diagnostic;
use crate::page::Kind;
use crate::site::Sink;

/// What all pages of a site are made from.
pub(super) struct Made {
    /// Tells program, templates, book.toml and what runs snippets.
    shared: Key,
    /// The keys of the pages that were handed over.
    pages: Mutex<HashMap<PageId, Key>>,
}

/// What stands around a page's body.
#[derive(Serialize)]
struct Surroundings<'a> {
    common: Common<'a>,
    parts: Vec<PartView>,
    first: Option<LinkView>,
    surprise: Vec<LinkView>,
    tags: Vec<TagLink>,
    topics: Vec<TopicLink>,
    requires: Vec<LinkView>,
    leads_to: Vec<LinkView>,
}

impl<'a> Renderer<'a> {
    /// For a site of which an earlier build may have made a part; `cache` tells the program.
    pub fn again(mut self, cache: &Cache) -> Self {
        if cache.keeps() {
            let config = format!("{:?}", self.book.config);
            let python = self.assets.run.as_ref().map(|run| format!("{:?}", run.python)).unwrap_or_default();
            let hosted = [u8::from(self.hosted.is_some())];
            let parts: [&[u8]; 5] =
                [cache.program(), &self.templates.key(), config.as_bytes(), python.as_bytes(), &hosted];
            self.made = Some(Made { shared: key(parts), pages: Mutex::default() });
        }
        self
    }

    /// The key of a page of the book; none where no later build will ask for it.
    pub(super) fn key_of_page(&self, id: PageId) -> Option<Key> {
        let made = self.made.as_ref()?;
        let page = self.book.page(id);
        let around = hash_of(&self.surroundings(id))?;
        let file = |path: &str| format!("{:?}", self.media.get(path));
        let targets = self.targets.of(id).map(|targets| targets.told(file)).unwrap_or_default();
        let key = key([&made.shared[..], &around, &page.key, &targets]);
        made.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(id, key);
        Some(key)
    }

    /// The key of what the page `id` is in the whole, where `places` tells what its links depend on.
    pub(super) fn key_in_whole(&self, id: PageId, places: &[u8]) -> Option<Key> {
        let pages = &self.made.as_ref()?.pages;
        let page = *pages.lock().unwrap_or_else(PoisonError::into_inner).get(&id)?;
        Some(key([&page[..], places]))
    }

    /// The key of what stands on these pages, wherever it is shown; none where no later build will ask for it.
    pub(super) fn key_of_bodies(&self, pages: &[PageId]) -> Option<Key> {
        let made = self.made.as_ref()?;
        let parts = pages.iter().flat_map(|id| {
            let file = |path: &str| format!("{:?}", self.media.get(path));
            let targets = self.targets.of(*id).map(|targets| targets.told(file)).unwrap_or_default();
            [self.book.page(*id).key.to_vec(), self.book.key(*id).as_bytes().to_vec(), targets]
        });
        Some(key(std::iter::once(made.shared.to_vec()).chain(parts)))
    }

    fn surroundings(&self, id: PageId) -> Surroundings<'_> {
        let kind = self.book.page(id).kind;
        let of = |wanted: Kind| kind == wanted;
        let at = self.book.stage_index(id).filter(|_| of(Kind::Stage));
        let page = self.page_around(id);
        let root = self.root(&page);
        let contents = self.contents_key(Some(id), &root, &page.url);
        Surroundings {
            common: self.common_with(page, Some(id), root, contents),
            parts: if of(Kind::Home) { self.nav(None, None, true) } else { Vec::new() },
            first: if of(Kind::Home) { self.first() } else { None },
            surprise: if of(Kind::Home) { self.surprise() } else { Vec::new() },
            tags: if of(Kind::Home) { self.all_tags() } else { Vec::new() },
            topics: at.map(|at| self.topics(at, None)).unwrap_or_default(),
            requires: self.required(id),
            leads_to: self.leads_to(id),
        }
    }
}

/// Hands a page over unless the sink has it already.
pub(super) struct Handing<'a> {
    pub(super) renderer: &'a Renderer<'a>,
    pub(super) route: &'a str,
    pub(super) sink: &'a dyn Sink,
}

impl Fill for Handing<'_> {
    type Filled = ();

    fn fill(&self, template: &str, view: &impl Serialize) -> Result<(), Diagnostic> {
        let Self { renderer, route, sink } = self;
        let made =
            renderer.made.as_ref().and_then(|made| Some(key([&made.shared[..], template.as_bytes(), &hash_of(view)?])));
        if made.is_some_and(|key| sink.keep(route, &key)) {
            return Ok(());
        }
        let html = Plain(renderer.templates).fill(template, view)?.into_bytes();
        match made {
            Some(key) => sink.put_made(route, &key, html),
            None => sink.put(route, html),
        }
        Ok(())
    }

    fn whole(&self, html: String) {
        self.sink.put(self.route, html.into_bytes());
    }
}

/// A hash that is written to.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The hash of what a template is given; none where that can't be written as text.
pub(super) fn hash_of(view: &impl Serialize) -> Option<Key> {
    let mut out = BufWriter::new(Hashing(Sha256::new()));
    serde_json::to_writer(&mut out, view).ok()?;
    Some(out.into_inner().ok()?.0.finalize().into())
}
