//! What is written for whoever serves the site, finds it or reads it by program: nothing of it is needed to read the site, and
//! the site on `localhost` or on a disk goes without it.
//!
//! A file that the book brings itself, in `static/`, stands in place of the one made here.

pub mod compress;
pub mod feed;
mod guide;
mod headers;
mod markdown;
pub mod model;
mod sitemap;
pub mod social;
pub mod structured;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::assets::Assets;
use crate::book::{Book, PageId};
use crate::cache::{Cache, Key, key};
use crate::check::Targets;
use crate::history::History;
use crate::render::Media;
use crate::render::meta::updated;
use crate::site::{Sink, put_made};
use crate::source::Sources;

/// What the files of this module are made from.
pub struct Published<'a> {
    /// The book.
    pub book: &'a Book,
    /// Where style, script and modules stand, and the policy.
    pub assets: &'a Assets,
    /// The site paths of the files that are no pages, but for those of the index: nothing made here stands in their folder.
    pub others: &'a BTreeSet<String>,
    /// What its links and images lead to.
    pub targets: &'a Targets,
    /// Where its files stand in the site.
    pub media: &'a BTreeMap<String, Arc<Media>>,
    /// The texts of its files.
    pub sources: &'a Sources,
    /// When its files changed.
    pub history: &'a History,
    /// The site paths of all pages.
    pub pages: BTreeSet<&'a str>,
    /// What an earlier build may have made a part of these files with.
    pub cache: &'a Cache,
}

impl Published<'_> {
    /// The absolute address of a site path; the path itself where the site's address is not known.
    fn address(&self, path: &str) -> String {
        self.book.config.absolute(path).unwrap_or_else(|| path.to_string())
    }

    /// By page: tells what is made of it here, at any place of the site. None where no later build will ask for it.
    fn keys(&self) -> Option<Vec<Key>> {
        if !self.cache.keeps() {
            return None;
        }
        let config = format!("{:?}", self.book.config);
        let shared = [&self.cache.program()[..], config.as_bytes()];
        let routes = self.book.routes.iter().map(String::as_bytes);
        let shared = key(shared.into_iter().chain(routes));
        Some((0..self.book.pages.len()).into_par_iter().map(|id| self.key_of(&shared, id)).collect())
    }

    fn key_of(&self, shared: &Key, id: PageId) -> Key {
        let file = |path: &str| self.media.get(path).map(|media| media.site_path.clone()).unwrap_or_default();
        let targets = self.targets.of(id).map(|targets| targets.told(file)).unwrap_or_default();
        let required: Vec<&str> = self.required(id).collect();
        let more = format!("{} {:?} {required:?}", self.book.route(id), self.updated(id));
        key([&shared[..], &self.book.page(id).key, &targets, more.as_bytes()])
    }

    /// The site paths of the topics to know before a page.
    fn required(&self, id: PageId) -> impl Iterator<Item = &str> {
        let slugs = self.book.page(id).front.requires.iter();
        slugs.filter_map(|(slug, _)| self.book.topic(slug)).map(|id| self.book.route(id))
    }

    /// When a page last changed: RFC 3339, a date or an instant.
    fn updated(&self, id: PageId) -> Option<&str> {
        let page = self.book.page(id);
        updated(page.front.updated.as_deref(), self.history.files.get(&page.path))
    }
}

/// Hands the files to `sink`, but for [`headers`]; a page of the book, or a file that it brings itself, stands in place of one
/// made here.
pub fn files(published: &Published<'_>, sink: &dyn Sink) {
    let taken = |path: &str| published.others.contains(path) || published.pages.contains(path);
    let add = |path: &str, text: Option<String>| {
        if let Some(text) = text.filter(|_| !taken(path)) {
            sink.put(path, text.into_bytes());
        }
    };
    add("sitemap.xml", sitemap::sitemap(published));
    add("robots.txt", sitemap::robots(published));
    add(feed::PATH, feed::feed(published));
    add("llms.txt", Some(markdown::llms(published)));
    add(model::SCHEMA, serde_json::to_string_pretty(&model::schema()).ok());
    let keys = published.keys();
    let keys = keys.as_deref();
    let guide = || guide::write(published, keys, sink);
    let full = || markdown::llms_full(published, keys, sink);
    let page = |id: PageId| {
        let path = markdown_path(published.book.route(id));
        let key = keys.and_then(|keys| keys.get(id));
        if taken(&path) || key.is_some_and(|key| sink.keep(&path, key)) {
            return;
        }
        if let Some(text) = markdown::Text::new(published, id, &path) {
            put_made(sink, &path, key, text.document().into_bytes());
        }
    };
    let pages = || (0..published.book.pages.len()).into_par_iter().for_each(page);
    let large: [(&str, &(dyn Fn() + Sync)); 2] = [(model::GUIDE, &guide), (markdown::FULL, &full)];
    rayon::join(pages, || large.par_iter().filter(|(path, _)| !taken(path)).for_each(|(_, write)| write()));
}

/// Hands over what tells hosts how to send the files that are no pages: `others` are the site paths of all of them.
pub fn headers(assets: &Assets, others: &BTreeSet<String>, sink: &dyn Sink) {
    const PATH: &str = "_headers";
    if !others.contains(PATH) {
        sink.put(PATH, headers::headers(assets, others).into_bytes());
    }
}

/// The site path of a page's Markdown.
pub fn markdown_path(route: &str) -> String {
    format!("{}.md", route.strip_suffix(".html").unwrap_or(route))
}

/// Text as XML holds it; a character that XML has no place for is left out.
fn xml(text: &str) -> String {
    let allowed =
        |c: &char| matches!(*c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(*c, '\u{fffe}' | '\u{ffff}'));
    fieldguide_wasm::html::escape(&text.chars().filter(allowed).collect::<String>())
}
