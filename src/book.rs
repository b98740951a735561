//! Pages → [`Book`]: order, routes, anchors, neighbours.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Outcome, suggestion};
use crate::page::{Kind, Page, markdown};
use crate::source::Span;

/// Index of a page in [`Book::pages`].
pub type PageId = usize;

/// All pages of a book in their places. What depends on the places alone can be read from the book itself.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// What book.toml says.
    pub config: Arc<Config>,
    /// All pages, by path.
    pub pages: Vec<Arc<Page>>,
    /// Where they stand.
    pub places: Arc<Places>,
}

/// What follows from the pages' paths and front matter: no edit of a body changes it.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The site path of each page, such as `data-types/float-precision.html`.
    pub routes: Vec<String>,
    /// `content/index.md`.
    pub home: Option<PageId>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// Groups of stages, by index in `stages`; one without a title where the book has no parts.
    pub parts: Vec<Part>,
    /// Plain pages, in order.
    pub plain: Vec<PageId>,
    /// Stages and topics, then plain pages, as they are read: what previous and next mean.
    pub order: Vec<PageId>,
    /// Tags by their slug.
    pub tags: BTreeMap<String, Tag>,
    /// Moved addresses: old site path and the page that stands for it.
    pub aliases: Vec<(String, PageId)>,
    by_path: HashMap<String, PageId>,
    by_route: HashMap<String, PageId>,
    /// Each page's stage, by index in `stages`, and its place among the stage's topics.
    in_stage: Vec<Option<(usize, Option<usize>)>>,
    /// Each page's place in `order`.
    in_order: Vec<Option<usize>>,
}

impl std::ops::Deref for Book {
    type Target = Places;

    fn deref(&self) -> &Places {
        &self.places
    }
}

/// A stage and its topics.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its index page.
    pub page: PageId,
    /// Its folder's name without the number.
    pub slug: String,
    /// Its number as written in the folder's name, without leading zeros; its place where there is none.
    pub number: String,
    /// Its topics, in order.
    pub topics: Vec<PageId>,
}

/// A group of stages.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its title.
    pub title: Option<String>,
    /// Indices into [`Book::stages`].
    pub stages: Vec<usize>,
}

/// A tag and the pages that carry it.
#[derive(Debug, Clone)]
pub struct Tag {
    /// As first written.
    pub name: String,
    /// Pages in reading order.
    pub pages: Vec<PageId>,
}

/// Site paths that the builder makes itself.
pub(crate) const RESERVED: [&str; 12] =
    ["404", "assets", "index", "labs", "map", "myths", "pitfalls", "practice", "print", "questions", "search", "tags"];

/// `01-data-types` → (1, `data-types`). A name without a number comes behind those with one.
pub(crate) fn numbered(name: &str) -> (u64, &str) {
    let digits = name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = name.split_at(digits);
    match (number.parse(), rest.strip_prefix('-')) {
        (Ok(number), Some(rest)) if !rest.is_empty() => (number, rest),
        _ => (u64::MAX, name),
    }
}

/// The order of two paths: by number, then by name, folder by folder.
fn path_key(path: &str) -> Vec<(u64, &str)> {
    path.split('/').map(numbered).collect()
}

impl Book {
    /// The page at a path of the book, such as `content/01-a/02-b.md`.
    pub fn page_at(&self, path: &str) -> Option<PageId> {
        self.by_path.get(path).copied()
    }

    /// The page at a site path, such as `a/b.html`.
    pub fn page_of_route(&self, route: &str) -> Option<PageId> {
        self.by_route.get(route).copied()
    }

    /// The page.
    pub fn page(&self, id: PageId) -> &Page {
        &self.pages[id]
    }

    /// The page's site path.
    pub fn route(&self, id: PageId) -> &str {
        &self.routes[id]
    }

    /// The stage that a stage's or topic's page belongs to.
    pub fn stage_of(&self, id: PageId) -> Option<&Stage> {
        self.stages.get(self.stage_index(id)?)
    }

    /// The index in [`Places::stages`] of the stage that a stage's or topic's page belongs to.
    pub fn stage_index(&self, id: PageId) -> Option<usize> {
        self.in_stage.get(id).copied().flatten().map(|(stage, _)| stage)
    }

    /// A topic's place among those of its stage, from 0.
    pub fn topic_index(&self, id: PageId) -> Option<usize> {
        self.in_stage.get(id).copied().flatten().and_then(|(_, topic)| topic)
    }

    /// A page's place in [`Places::order`].
    pub fn order_index(&self, id: PageId) -> Option<usize> {
        self.in_order.get(id).copied().flatten()
    }

    /// The same book with a page read anew. None where the page's own facts may move others: it is not in the book yet, or
    /// its front matter has changed.
    pub fn with_page(&mut self, page: &Arc<Page>) -> Option<PageId> {
        let id = self.page_at(&page.path)?;
        let slot = self.pages.get_mut(id)?;
        if slot.kind != page.kind || slot.file != page.file || slot.front != page.front {
            return None;
        }
        *slot = page.clone();
        Some(id)
    }

    /// The topic with that slug or id.
    pub fn topic(&self, slug: &str) -> Option<PageId> {
        let topics = || self.stages.iter().flat_map(|stage| stage.topics.iter().copied());
        topics()
            .find(|id| self.page(*id).front.id.as_ref().is_some_and(|(id, _)| id == slug))
            .or_else(|| topics().find(|id| self.slug(*id) == slug))
    }

    /// By topic: the topics that name it among what to know first, in reading order.
    pub fn leads_to(&self) -> BTreeMap<PageId, Vec<PageId>> {
        let mut found: BTreeMap<PageId, Vec<PageId>> = BTreeMap::new();
        for id in &self.order {
            let named: BTreeSet<PageId> =
                self.page(*id).front.requires.iter().filter_map(|(slug, _)| self.topic(slug)).collect();
            named.into_iter().for_each(|first| found.entry(first).or_default().push(*id));
        }
        found
    }

    /// What a page is called wherever it must be found again after it moved: the id of its front matter, or its address
    /// without the ending.
    pub fn key(&self, id: PageId) -> &str {
        match &self.pages[id].front.id {
            Some((id, _)) => id,
            None => key_of_route(&self.routes[id]),
        }
    }

    /// The last part of a page's path without number and ending.
    pub fn slug(&self, id: PageId) -> &str {
        slug_of_path(&self.pages[id].path)
    }
}

fn key_of_route(route: &str) -> &str {
    route.strip_suffix("/index.html").or_else(|| route.strip_suffix(".html")).unwrap_or(route)
}

fn slug_of_path(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    numbered(name.strip_suffix(".md").unwrap_or(name)).1
}

/// Puts pages in their places. `folders` are the folders directly below `content/`; `drafts` tells whether to keep drafts.
pub fn assemble(config: Arc<Config>, mut pages: Vec<Arc<Page>>, folders: &[String], drafts: bool) -> Outcome<Book> {
    let mut diagnostics = Vec::new();
    missing_indexes(&pages, folders, &mut diagnostics);
    let hidden: HashSet<String> = stage_drafts(&pages);
    pages.retain(|page| drafts || !(page.front.draft || hidden.contains(folder_of(&page.path))));
    pages.sort_by_cached_key(|page| {
        path_key(&page.path).into_iter().map(|(number, name)| (number, name.to_string())).collect::<Vec<_>>()
    });
    let mut places = Places {
        routes: pages.iter().map(|page| route(page.kind, &page.path, &mut diagnostics)).collect(),
        by_path: pages.iter().enumerate().map(|(id, page)| (page.path.clone(), id)).collect(),
        home: pages.iter().position(|page| page.kind == Kind::Home),
        stages: stages(&pages),
        plain: (0..pages.len()).filter(|id| pages[*id].kind == Kind::Page).collect(),
        ..Places::default()
    };
    places.by_route = places.routes.iter().enumerate().map(|(id, route)| (route.clone(), id)).collect();
    if places.home.is_none() {
        let help = "make it: `+++`, `title = \"…\"`, `+++`, and what the book is about";
        diagnostics.push(Diagnostic::file("content/index.md", "the home page is missing").help(help));
    }
    places.parts = parts(&config, &places.stages, &mut diagnostics);
    let staged = places.parts.iter().flat_map(|part| &part.stages).flat_map(|stage| {
        let stage = &places.stages[*stage];
        std::iter::once(stage.page).chain(stage.topics.iter().copied())
    });
    places.order = places.home.into_iter().chain(staged).chain(places.plain.iter().copied()).collect();
    places.in_order = inverse(pages.len(), places.order.iter().copied().enumerate().map(|(at, id)| (id, at)));
    let in_stages = places.stages.iter().enumerate().flat_map(|(at, stage)| {
        let topics = stage.topics.iter().enumerate().map(move |(place, id)| (*id, (at, Some(place))));
        std::iter::once((stage.page, (at, None))).chain(topics)
    });
    places.in_stage = inverse(pages.len(), in_stages);
    places.tags = tags(&places.order, &pages);
    let mut book = Book { config, pages, places: Arc::new(places) };
    duplicates(&book, &mut diagnostics);
    duplicate_ids(&book, &mut diagnostics);
    let aliases = aliases(&book, &mut diagnostics);
    Arc::make_mut(&mut book.places).aliases = aliases;
    requirements(&book, &mut diagnostics);
    circles(&book, &mut diagnostics);
    Outcome { value: book, diagnostics }
}

/// What belongs to each of `count` pages; the first one counts.
fn inverse<T: Clone>(count: usize, pairs: impl Iterator<Item = (PageId, T)>) -> Vec<Option<T>> {
    let mut all = vec![None; count];
    for (id, what) in pairs {
        if let Some(slot @ None) = all.get_mut(id) {
            *slot = Some(what);
        }
    }
    all
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn stage_drafts(pages: &[Arc<Page>]) -> HashSet<String> {
    let drafts = pages.iter().filter(|page| page.kind == Kind::Stage && page.front.draft);
    drafts.map(|page| folder_of(&page.path).to_string()).collect()
}

fn missing_indexes(pages: &[Arc<Page>], folders: &[String], diagnostics: &mut Vec<Diagnostic>) {
    let indexes: HashSet<&str> =
        pages.iter().filter(|page| page.kind == Kind::Stage).map(|page| page.path.as_str()).collect();
    for folder in folders {
        let index = format!("content/{folder}/index.md");
        if !indexes.contains(index.as_str()) {
            let message = format!("the stage folder `content/{folder}` has no `index.md`");
            diagnostics.push(Diagnostic::file(format!("content/{folder}"), message).help(
                "add one with `title`, `summary`, `objectives` and `takeaway`; images belong into a stage's folder",
            ));
        }
    }
}

fn route(kind: Kind, path: &str, diagnostics: &mut Vec<Diagnostic>) -> String {
    let slug = slug_of_path(path);
    let folder = numbered(folder_of(path).rsplit('/').next().unwrap_or_default()).1;
    let own = if kind == Kind::Stage { folder } else { slug };
    if !own.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        let message = format!("`{own}` can't be part of an address");
        diagnostics
            .push(Diagnostic::file(path, message).help("name files and folders with letters, digits, `-` and `_`"));
    }
    if matches!(kind, Kind::Stage | Kind::Page) && RESERVED.contains(&own) {
        let message = format!("the address `{own}` is taken by a page that the builder makes");
        diagnostics.push(Diagnostic::file(path, message).help("choose another name for the file or folder"));
    }
    match kind {
        Kind::Home => "index.html".to_string(),
        Kind::Stage => format!("{folder}/index.html"),
        Kind::Topic => format!("{folder}/{slug}.html"),
        Kind::Page => format!("{slug}.html"),
    }
}

fn stages(pages: &[Arc<Page>]) -> Vec<Stage> {
    let mut topics: HashMap<&str, Vec<PageId>> = HashMap::new();
    for (id, page) in pages.iter().enumerate().filter(|(_, page)| page.kind == Kind::Topic) {
        topics.entry(folder_of(&page.path)).or_default().push(id);
    }
    let mut stages: Vec<Stage> = Vec::new();
    for (id, page) in pages.iter().enumerate().filter(|(_, page)| page.kind == Kind::Stage) {
        let folder = folder_of(&page.path);
        let (number, slug) = numbered(folder.rsplit('/').next().unwrap_or_default());
        let number = if number == u64::MAX { stages.len() as u64 + 1 } else { number };
        let topics = topics.get(folder).cloned().unwrap_or_default();
        stages.push(Stage { page: id, slug: slug.to_string(), number: number.to_string(), topics });
    }
    stages
}

/// The parts of book.toml; stages that none of them names come last, in a part without a title.
fn parts(config: &Config, all: &[Stage], diagnostics: &mut Vec<Diagnostic>) -> Vec<Part> {
    let mut placed = HashSet::new();
    let mut parts = Vec::new();
    for part in &config.parts {
        let mut stages = Vec::new();
        for (slug, span) in &part.stages {
            match all.iter().position(|stage| stage.slug == *slug) {
                Some(at) if placed.insert(at) => stages.push(at),
                Some(_) => diagnostics.push(
                    Diagnostic::error(span.clone(), format!("the stage `{slug}` stands in two parts"))
                        .help("name it once"),
                ),
                None => diagnostics.push(
                    Diagnostic::error(span.clone(), format!("there is no stage `{slug}`"))
                        .help(suggestion(slug, all.iter().map(|stage| stage.slug.as_str()))),
                ),
            }
        }
        parts.push(Part { title: Some(part.title.clone()), stages });
    }
    let rest: Vec<_> = (0..all.len()).filter(|at| !placed.contains(at)).collect();
    if !rest.is_empty() {
        parts.push(Part { title: None, stages: rest });
    }
    parts
}

fn tags(order: &[PageId], pages: &[Arc<Page>]) -> BTreeMap<String, Tag> {
    let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
    for id in order {
        for name in &pages[*id].front.tags {
            let tag = tags.entry(markdown::slug(name)).or_insert_with(|| Tag { name: name.clone(), pages: Vec::new() });
            tag.pages.push(*id);
        }
    }
    tags
}

/// Two pages at one address. Addresses that differ in case only would be one file on some disks.
fn duplicates(book: &Book, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, PageId> = HashMap::new();
    for (id, route) in book.routes.iter().enumerate() {
        if let Some(first) = seen.insert(route.to_lowercase(), id) {
            let other = &book.page(first).path;
            let message = format!("this page and `{other}` have the same address, `{route}`");
            diagnostics.push(
                Diagnostic::file(book.page(id).path.clone(), message)
                    .help("numbers are not part of an address: rename one of the two"),
            );
        }
    }
}

/// Two pages with one id, or one whose id is the address of another: their items could not be told apart.
fn duplicate_ids(book: &Book, diagnostics: &mut Vec<Diagnostic>) {
    let mut keys: HashMap<&str, PageId> = HashMap::new();
    let named = |id: &PageId| book.page(*id).front.id.is_some();
    let (with, without): (Vec<PageId>, Vec<PageId>) = (0..book.pages.len()).partition(named);
    for id in without.into_iter().chain(with) {
        let Some(first) = keys.insert(book.key(id), id) else { continue };
        if let Some((name, span)) = &book.page(id).front.id {
            let message = format!("the id `{name}` is that of `{}` too", book.page(first).path);
            diagnostics.push(Diagnostic::error(span.clone(), message).help("give each page an id of its own"));
        }
    }
}

fn aliases(book: &Book, diagnostics: &mut Vec<Diagnostic>) -> Vec<(String, PageId)> {
    let mut taken: HashMap<String, String> =
        book.routes.iter().zip(&book.pages).map(|(route, page)| (route.to_lowercase(), page.path.clone())).collect();
    for name in RESERVED {
        taken.entry(format!("{name}.html")).or_insert_with(|| "the builder".to_string());
    }
    let mut aliases = Vec::new();
    for (id, page) in book.pages.iter().enumerate() {
        for (alias, span) in &page.front.aliases {
            match taken.insert(alias.to_lowercase(), page.path.clone()) {
                None => aliases.push((alias.clone(), id)),
                Some(owner) => diagnostics.push(
                    Diagnostic::error(span.clone(), format!("the address `{alias}` is taken by {owner}"))
                        .help("an old address can lead to one page only"),
                ),
            }
        }
    }
    aliases
}

fn requirements(book: &Book, diagnostics: &mut Vec<Diagnostic>) {
    let slugs: Vec<&str> = book.stages.iter().flat_map(|stage| &stage.topics).map(|id| book.slug(*id)).collect();
    for (id, page) in book.pages.iter().enumerate() {
        for (slug, span) in &page.front.requires {
            let mut report = |span: &Span, message: String, help: String| {
                diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
            };
            match book.topic(slug) {
                Some(other) if other == id => {
                    report(span, "a topic can't require itself".to_string(), "take it off the list".to_string());
                }
                Some(_) => {}
                None => {
                    report(span, format!("there is no topic `{slug}`"), suggestion(slug, slugs.iter().copied()));
                }
            }
        }
    }
}

/// Topics that require each other in a circle: each circle is said once, where its first topic in reading order steps into it.
fn circles(book: &Book, diagnostics: &mut Vec<Diagnostic>) {
    let mut done: HashSet<PageId> = HashSet::new();
    for start in &book.order {
        let mut path: Vec<(PageId, usize)> = vec![(*start, 0)];
        while let Some((id, next)) = path.last().copied() {
            let requires = &book.page(id).front.requires;
            let Some((slug, span)) = requires.get(next).filter(|_| !done.contains(&id)) else {
                done.insert(id);
                path.pop();
                continue;
            };
            if let Some((_, next)) = path.last_mut() {
                *next += 1;
            }
            let Some(other) = book.topic(slug).filter(|other| *other != id) else { continue };
            match path.iter().position(|(id, _)| *id == other) {
                Some(at) => {
                    let circle = path.iter().skip(at).map(|(id, _)| *id).chain([other]);
                    let names: Vec<_> = circle.map(|id| format!("`{}`", book.slug(id))).collect();
                    let message = format!("the topics require each other: {}", names.join(" → "));
                    let diagnostic = Diagnostic::error(span.clone(), message).label("this closes the circle");
                    diagnostics
                        .push(diagnostic.help("take one of the requirements out: readers must be able to start"));
                }
                None => path.push((other, 0)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_give_the_order_and_never_show() {
        assert_eq!(numbered("01-data-types"), (1, "data-types"));
        assert_eq!(numbered("data-types"), (u64::MAX, "data-types"));
        assert_eq!(numbered("2024"), (u64::MAX, "2024"));
        assert!(path_key("content/2-a/index.md") < path_key("content/10-b/index.md"));
        assert_eq!(slug_of_path("content/01-a/02-b.md"), "b");
    }
}
