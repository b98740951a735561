//! The contents that stand on every page: drawn once for each stage and way to the root, and marked for each page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tera::Context;

use super::Renderer;
use super::view::{BookView, PageLink, PartView};
use crate::book::PageId;
use crate::cache::{hex, key};

/// The index of the open stage, and the way to the site's root.
type Place = (Option<usize>, String);

/// The theme's contents without a mark.
#[derive(Default)]
pub(super) struct Drawn(Mutex<HashMap<Place, Option<Contents>>>);

#[derive(Clone)]
struct Contents {
    html: Arc<str>,
    key: String,
}

/// What contents.html receives.
#[derive(Serialize)]
struct ContentsView<'a> {
    root: &'a str,
    book: &'a BookView,
    nav: Vec<PartView>,
    pages: Vec<PageLink>,
}

impl Renderer<'_> {
    /// The contents as they stand on the page at `url`. None where the book brings a template: that may make of the nav what it
    /// likes, and is given all of it.
    pub(super) fn contents(&self, current: Option<PageId>, root: &str, url: &str) -> Option<String> {
        let drawn = self.drawn(current, root, url)?.html;
        let link = format!("<a href=\"{root}{url}\"");
        Some(match drawn.split_once(&link) {
            Some((before, behind)) => [before, &link, " aria-current=\"page\"", behind].concat(),
            None => drawn.to_string(),
        })
    }

    /// Tells the contents, in their place, where all that differs is the page that is marked.
    pub(super) fn contents_key(&self, current: Option<PageId>, root: &str, url: &str) -> Option<String> {
        Some(self.drawn(current, root, url)?.key)
    }

    fn drawn(&self, current: Option<PageId>, root: &str, url: &str) -> Option<Contents> {
        // In such an address there is nothing to escape, so that it stands in the markup as it is.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
        if self.templates.own() || !url.chars().all(plain) || !root.chars().all(plain) {
            return None;
        }
        let open = current.and_then(|id| self.book.stage_index(id));
        let place = (open, root.to_string());
        let known = self.contents.0.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        known.unwrap_or_else(|| {
            let drawn = self.draw(open, root).map(|html| Contents { key: hex(key([&html])), html: html.into() });
            self.contents.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place, drawn.clone());
            drawn
        })
    }

    fn draw(&self, open: Option<usize>, root: &str) -> Option<String> {
        let pages = self.book.plain.iter().map(|id| self.page_link(*id, None)).collect();
        let view = ContentsView { root, book: self.view, nav: self.nav(open, None, false), pages };
        self.templates.render("contents.html", &Context::from_serialize(&view).ok()?).ok()
    }
}
