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

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::assets::Assets;
use crate::book::{Book, PageId};
use crate::check::Targets;
use crate::history::History;
use crate::render::Media;
use crate::render::meta::updated;
use crate::site::Site;
use crate::source::Sources;

/// What the files of this module are made from.
pub struct Published<'a> {
    /// The book.
    pub book: &'a Book,
    /// Where style, script and modules stand, and the policy.
    pub assets: &'a Assets,
    /// The site so far.
    pub site: &'a Site,
    /// What its links and images lead to.
    pub targets: &'a Targets,
    /// Where its files stand in the site.
    pub media: &'a BTreeMap<String, Arc<Media>>,
    /// The texts of its files.
    pub sources: &'a Sources,
    /// When its files changed.
    pub history: &'a History,
    /// The site paths of all pages.
    pub pages: Vec<&'a str>,
}

impl Published<'_> {
    /// The absolute address of a site path; the path itself where the site's address is not known.
    fn address(&self, path: &str) -> String {
        self.book.config.absolute(path).unwrap_or_else(|| path.to_string())
    }

    /// When a page last changed: RFC 3339, a date or an instant.
    fn updated(&self, id: PageId) -> Option<&str> {
        let page = self.book.page(id);
        updated(page.front.updated.as_deref(), self.history.files.get(&page.path))
    }
}

/// The files by their site path.
pub fn files(published: &Published<'_>) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut add = |path: &str, text: Option<String>| {
        if let Some(text) = text {
            files.insert(path.to_string(), text.into_bytes());
        }
    };
    add("_headers", Some(headers::headers(published.assets, published.site)));
    add("sitemap.xml", sitemap::sitemap(published));
    add("robots.txt", sitemap::robots(published));
    add(feed::PATH, feed::feed(published));
    add("llms.txt", Some(markdown::llms(published)));
    add("llms-full.txt", Some(markdown::llms_full(published)));
    add(model::GUIDE, serde_json::to_string(&guide::guide(published)).ok());
    add(model::SCHEMA, serde_json::to_string_pretty(&model::schema()).ok());
    let pages = (0..published.book.pages.len()).into_par_iter().filter_map(|id| {
        let path = markdown_path(published.book.route(id));
        let text = markdown::Text::new(published, id, &path)?.document();
        Some((path, text.into_bytes()))
    });
    files.par_extend(pages);
    files
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
