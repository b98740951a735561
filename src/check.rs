//! Links, anchors and images: each target resolved, or a diagnostic with a way out.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::book::{Book, PageId};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::page::{Image, Link, Page};
use crate::source::Listing;

/// What an address in the Markdown leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another site.
    External(String),
    /// A page of this site, by its site path, and an anchor on it.
    Page(String, Option<String>),
    /// A file of the book, by its path in the book.
    File(String),
    /// Nothing that was found.
    Broken,
}

/// What the links and images of a page lead to, by their index there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageTargets {
    /// For [`Page::links`].
    pub links: Vec<Target>,
    /// For [`Page::images`].
    pub images: Vec<Target>,
}

impl PageTargets {
    /// All of it as bytes, with what `file` tells of each file: part of the key of what is made from them.
    pub fn told(&self, file: impl Fn(&str) -> String) -> Vec<u8> {
        let files = self.links.iter().chain(&self.images).filter_map(|target| match target {
            Target::File(path) => Some(file(path)),
            _ => None,
        });
        std::iter::once(format!("{self:?}")).chain(files).collect::<Vec<_>>().concat().into_bytes()
    }
}

/// What the links and images of pages lead to.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    by_page: HashMap<PageId, Arc<PageTargets>>,
}

impl Targets {
    /// Those of a page.
    pub fn of(&self, page: PageId) -> Option<&PageTargets> {
        self.by_page.get(&page).map(AsRef::as_ref)
    }

    /// Those of all pages that are known, in no particular order.
    pub fn all(&self) -> impl Iterator<Item = &PageTargets> {
        self.by_page.values().map(AsRef::as_ref)
    }
}

impl FromIterator<(PageId, Arc<PageTargets>)> for Targets {
    fn from_iter<I: IntoIterator<Item = (PageId, Arc<PageTargets>)>>(pages: I) -> Self {
        Self { by_page: pages.into_iter().collect() }
    }
}

/// What is known of one page's links and images.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What they lead to.
    pub targets: Arc<PageTargets>,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
    /// The pages whose anchors were looked at, as they were then.
    pub seen: Vec<(PageId, Arc<Page>)>,
}

/// What can be linked to.
pub struct Checker<'a> {
    book: &'a Book,
    listing: &'a Listing,
    /// Site paths of pages that the builder makes.
    made: &'a BTreeSet<String>,
    /// The anchors of the pages that were linked to so far.
    anchors: RefCell<HashMap<PageId, HashSet<&'a str>>>,
}

impl<'a> Checker<'a> {
    /// Links may lead to the pages of `book`, to the files of `listing`, and to `made`: the site paths that the builder makes
    /// besides those of the book's pages.
    pub fn new(book: &'a Book, listing: &'a Listing, made: &'a BTreeSet<String>) -> Self {
        Self { book, listing, made, anchors: RefCell::default() }
    }

    /// Resolves every link and image of a page.
    pub fn page(&self, page: &Page) -> Checked {
        let mut diagnostics = Vec::new();
        let mut seen = Vec::new();
        let links = page.links.iter().map(|link| self.link(page, link, &mut seen, &mut diagnostics)).collect();
        let image = |image: &Image| {
            let link = Link { target: image.target.clone(), made: false, span: image.span.clone() };
            self.image(page, &link, &mut diagnostics)
        };
        let images = page.images.iter().map(image).collect();
        seen.sort_unstable();
        seen.dedup();
        let seen = seen.into_iter().filter_map(|id| Some((id, self.book.pages.get(id)?.clone()))).collect();
        Checked { targets: Arc::new(PageTargets { links, images }), diagnostics, seen }
    }
}

fn anchors(page: &Page) -> impl Iterator<Item = &str> {
    page.headings.iter().map(|heading| heading.anchor.as_str()).chain(page.anchors.iter().map(String::as_str))
}

/// The scheme of an address, lower-cased.
fn scheme(target: &str) -> Option<String> {
    let (scheme, _) = target.split_once(':')?;
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)))
        .then(|| scheme.to_ascii_lowercase())
}

impl Checker<'_> {
    fn link(&self, from: &Page, link: &Link, seen: &mut Vec<PageId>, diagnostics: &mut Vec<Diagnostic>) -> Target {
        let target = link.target.trim();
        match scheme(target).as_deref() {
            Some("http" | "https" | "mailto") => return Target::External(target.to_string()),
            Some(scheme) => {
                let message = format!("a link can't use the scheme `{scheme}:`");
                diagnostics.push(Diagnostic::error(link.span.clone(), message).help("use https, http or mailto"));
                return Target::Broken;
            }
            None if target.starts_with("//") => {
                let message = "the link has no scheme";
                diagnostics.push(Diagnostic::error(link.span.clone(), message).help("write it with `https:`"));
                return Target::Broken;
            }
            None => {}
        }
        let (path, anchor) =
            target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(decode(anchor))));
        let path = decode(path);
        if path.is_empty() {
            return match anchor.filter(|anchor| !anchor.is_empty()) {
                Some(anchor) => match self.book.page_at(&from.path) {
                    Some(here) => self.anchor(here, link, anchor, seen, diagnostics),
                    None => Target::Broken,
                },
                None => {
                    diagnostics.push(
                        Diagnostic::error(link.span.clone(), "the link leads nowhere").help("give it an address"),
                    );
                    Target::Broken
                }
            };
        }
        let in_book = join(&from.path, &path);
        if let Some(id) = in_book.as_deref().and_then(|path| self.book.page_at(path)) {
            return match anchor.filter(|anchor| !anchor.is_empty()) {
                Some(anchor) => self.anchor(id, link, anchor, seen, diagnostics),
                None => Target::Page(self.book.route(id).to_string(), None),
            };
        }
        if let Some(route) = path.strip_prefix('/').filter(|route| self.made.contains(*route)) {
            return Target::Page(route.to_string(), anchor);
        }
        let in_static = path.strip_prefix('/').filter(|path| !is_theme(path)).map(|path| format!("static/{path}"));
        match in_static.or(in_book).filter(|path| self.listing.has(path) && !path.ends_with(".md")) {
            Some(file) => Target::File(file),
            None => self.broken(from, link, &path, diagnostics),
        }
    }

    fn anchor(
        &self,
        to: PageId,
        link: &Link,
        anchor: String,
        seen: &mut Vec<PageId>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Target {
        seen.push(to);
        let mut known = self.anchors.borrow_mut();
        let there = known.entry(to).or_insert_with(|| anchors(self.book.page(to)).collect());
        if there.contains(anchor.as_str()) {
            return Target::Page(self.book.route(to).to_string(), Some(anchor));
        }
        let mut candidates: Vec<&str> = there.iter().copied().collect();
        candidates.sort_unstable();
        let near = did_you_mean(&anchor, candidates.iter().copied())
            .or_else(|| candidates.iter().copied().find(|candidate| candidate.contains(anchor.as_str())));
        let message = format!("there is no anchor `#{anchor}` on {}", self.book.page(to).path);
        let help = match near {
            Some(near) => format!("did you mean `#{near}`?"),
            None => {
                "anchors are the headings in lower case, with hyphens for blanks; a heading sets its own with `{#id}`"
                    .to_string()
            }
        };
        diagnostics.push(Diagnostic::error(link.span.clone(), message).help(help));
        Target::Broken
    }

    fn broken(&self, from: &Page, link: &Link, path: &str, diagnostics: &mut Vec<Diagnostic>) -> Target {
        let folder = &from.path;
        let pages = self.book.pages.iter().map(|page| relative(folder, &page.path));
        let candidates: Vec<String> = pages.chain(self.made.iter().map(|route| format!("/{route}"))).collect();
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_string();
        let same_name = || candidates.iter().find(|candidate| name(candidate) == name(path)).map(String::as_str);
        let help = match did_you_mean(path, candidates.iter().map(String::as_str)).or_else(same_name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "link to another page by its file, from this file's folder: `../01-stage/02-topic.md`".to_string(),
        };
        let message = format!("the link leads nowhere: there is no `{path}`");
        diagnostics.push(Diagnostic::error(link.span.clone(), message).help(help));
        Target::Broken
    }

    fn image(&self, from: &Page, link: &Link, diagnostics: &mut Vec<Diagnostic>) -> Target {
        let path = decode(link.target.trim());
        if scheme(&path).is_some() || path.starts_with("//") {
            let message = "an image from another site would not be there offline";
            diagnostics
                .push(Diagnostic::error(link.span.clone(), message).help("put the file beside the page and name it"));
            return Target::Broken;
        }
        let in_static = path.strip_prefix('/').map(|path| format!("static/{path}"));
        let found = in_static.or_else(|| join(&from.path, &path));
        match found.filter(|path| self.listing.has(path)) {
            Some(file) if is_image(&file) => Target::File(file),
            Some(_) => {
                let message = format!("`{path}` is not an image");
                diagnostics.push(Diagnostic::error(link.span.clone(), message).help("link to it, without the `!`"));
                Target::Broken
            }
            None => {
                let here = &from.path;
                let mut images: Vec<String> =
                    self.listing.paths.iter().filter(|path| is_image(path)).map(|path| relative(here, path)).collect();
                images.sort();
                let help = match did_you_mean(&path, images.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "put the file beside the page and name it from the page's folder".to_string(),
                };
                diagnostics
                    .push(Diagnostic::error(link.span.clone(), format!("there is no image `{path}`")).help(help));
                Target::Broken
            }
        }
    }
}

/// Whether a path below `static/` is a part of the theme that the builder bundles.
fn is_theme(path: &str) -> bool {
    ["css/", "js/", "fonts/"].iter().any(|folder| path.starts_with(folder)) || path == "favicon.svg"
}

/// Told by the file's name, as a browser will be.
fn is_image(path: &str) -> bool {
    mime_guess::from_path(path).first().is_some_and(|mime| mime.type_() == "image")
}

/// Percent escapes undone.
fn decode(text: &str) -> String {
    fieldguide_wasm::state::decode_percent(text)
}

/// A relative path from a file's folder; none where it leads out of the book's content.
fn join(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    (!path.starts_with('/') && joined.starts_with("content/")).then_some(joined)
}

/// The path of `to` as seen from the folder of `from`; also of two site paths.
pub fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len() - 1;
    let common = from.iter().take(folders).zip(to.iter().take(to.len() - 1)).take_while(|(a, b)| a == b).count();
    let mut out = "../".repeat(folders - common);
    out.push_str(&to.get(common..).unwrap_or_default().join("/"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_told_apart() {
        assert_eq!(join("content/a/b.md", "../c/d.md").as_deref(), Some("content/c/d.md"));
        assert_eq!(join("content/a/b.md", "../../x.md"), None);
        assert_eq!(join("content/b.md", "../../../etc/passwd"), None);
        assert_eq!(relative("a/b.html", "a/c.html"), "c.html");
        assert_eq!(relative("a/b.html", "index.html"), "../index.html");
        assert_eq!(relative("index.html", "a/b.html"), "a/b.html");
        assert_eq!(scheme("JavaScript:alert(1)").as_deref(), Some("javascript"));
        assert_eq!(scheme("01-a:b/c"), None);
    }
}
