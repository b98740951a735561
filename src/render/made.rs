//! What a page is made from, as a key: a build that knows the key of the last build's page need not make it again.
//!
//! A page of the book is told by what surrounds its body, as its template is given it, and by all that the body is made from; so the
//! body itself need not be made, or even parsed. A list is told by what lists show of pages: no word of their text.

use std::collections::{BTreeMap, HashMap};
use std::io::BufWriter;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::view::{Common, LinkView, PartView, TagLink, TopicLink};
use super::{Job, Renderer};
use crate::book::PageId;
use crate::cache::{Cache, Key, key};
use crate::page::{Heading, Kind};

/// What all pages of a site are made from.
pub(super) struct Made {
    /// Tells program, templates, book.toml and what runs snippets.
    shared: Key,
    /// By page: tells what lists may show of it.
    listed: Vec<Key>,
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
            let assets = self.assets;
            let python = assets.run.as_ref().map(|run| run.python);
            let practice = [&assets.practice_js, &assets.practice_glue, &assets.practice_wasm, &assets.practice_cards];
            let told = format!("{:?} {python:?} {practice:?} {}", self.book.config, self.hosted.is_some());
            let shared = key([&cache.program()[..], &self.templates.key(), told.as_bytes()]);
            let listed = (0..self.book.pages.len()).into_par_iter().map(|id| self.key_in_lists(id)).collect();
            self.made = Some(Made { shared, listed, pages: Mutex::default() });
        }
        self
    }

    /// The key of a page of the site; none where no later build will ask for it.
    pub(super) fn key_of(&self, route: &str, job: &Job) -> Option<Key> {
        match job {
            Job::Page(id) => self.key_of_page(*id),
            Job::Alias(..) => None,
            Job::Tag(slug) => self.key_of_list(route, &self.book.tags.get(slug)?.pages),
            _ => self.key_of_list(route, &self.book.order),
        }
    }

    /// Tells what lists may show of a page: its facts, but for places in its file and for what it links to.
    fn key_in_lists(&self, id: PageId) -> Key {
        let page = self.book.page(id);
        let front = &page.front;
        let heading = |heading: &Heading| {
            let Heading { level, kind, anchor, html, text, span: _ } = heading;
            format!("{level} {kind:?} {anchor:?} {html:?} {text:?}")
        };
        let headings: String = page.headings.iter().map(heading).collect();
        let requires: Vec<&String> = front.requires.iter().map(|(slug, _)| slug).collect();
        let own = (&front.title, &front.summary, &front.tags, requires, front.draft, page.kind, page.minutes());
        let demos: Vec<_> = page.demos.iter().map(|demo| (demo.lab.name, &demo.id, &demo.caption)).collect();
        let stage = self.book.stage_of(id).map(|stage| &self.book.page(stage.page).front.title);
        let place = (self.book.route(id), self.book.key(id), self.number(id), stage, &page.myths, demos);
        key([headings, format!("{own:?} {place:?}")])
    }

    /// The key of a page that lists these, or things on them.
    fn key_of_list(&self, route: &str, pages: &[PageId]) -> Option<Key> {
        let made = self.made.as_ref()?;
        let page = self.made_page("", route, "", "");
        let root = self.root(&page);
        let contents = self.contents_key(None, &root, route);
        let around = hash_of(&self.common_with(page, None, root, contents))?;
        let listed = pages.iter().filter_map(|id| made.listed.get(*id).copied());
        Some(key([made.shared, around].into_iter().chain(listed)))
    }

    /// The key of a page of the book.
    fn key_of_page(&self, id: PageId) -> Option<Key> {
        let made = self.made.as_ref()?;
        let page = self.book.page(id);
        let around = hash_of(&self.surroundings(id))?;
        let key = key([&made.shared[..], &around, &page.key, &self.targets_told(id)]);
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
            [self.book.page(*id).key.to_vec(), self.book.key(*id).as_bytes().to_vec(), self.targets_told(*id)]
        });
        Some(key(std::iter::once(made.shared.to_vec()).chain(parts)))
    }

    /// The key of the list of all cards, whose bodies stand in `files`.
    pub(super) fn key_of_cards<'b>(
        &'b self,
        moved: &'b BTreeMap<String, String>,
        files: impl Iterator<Item = &'b str>,
    ) -> Option<Key> {
        let made = self.made.as_ref()?;
        let listed = self.book.order.iter().filter_map(|id| made.listed.get(*id));
        let moved = moved.iter().flat_map(|(from, to)| [from.as_bytes(), to.as_bytes()]);
        let parts = [&made.shared[..]].into_iter().chain(files.map(str::as_bytes)).chain(listed.map(|key| &key[..]));
        Some(key(parts.chain([&b"moved"[..]]).chain(moved)))
    }

    /// Where a page's links and images lead, and what is shown of the files among them.
    fn targets_told(&self, id: PageId) -> Vec<u8> {
        let file = |path: &str| format!("{:?}", self.media.get(path));
        self.targets.of(id).map(|targets| targets.told(file)).unwrap_or_default()
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

/// The hash of what a template is given; none where that can't be written as text.
pub(super) fn hash_of(view: &impl Serialize) -> Option<Key> {
    let mut out = BufWriter::new(Sha256::new());
    serde_json::to_writer(&mut out, view).ok()?;
    Some(out.into_inner().ok()?.finalize().into())
}
