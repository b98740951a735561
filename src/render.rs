//! The book → pages of HTML: views are built, templates are run, holes are filled; in parallel over pages.

pub mod body;
pub mod cards;
mod contents;
pub mod highlight;
mod lists;
mod made;
mod map;
pub mod meta;
mod pages;
mod run;
pub mod templates;
pub mod view;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use tera::Context;

use crate::assets::{self, Assets};
use crate::book::{Book, PageId};
use crate::cache::{Key, key};
use crate::check::Targets;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::ids::Moved;
use crate::page::{HeadingKind, Kind, markdown};
use crate::site::{Sink, put_made};
use crate::svg::Drawing;
use templates::Templates;
use view::{
    AssetPaths, BookView, Common, Counts, LinkView, Meta, MovedView, PageLink, PageView, PartView, SearchPaths,
    StageLink, TopicLink, WasmPaths,
};

/// A file of the book that a page shows or links to.
#[derive(Debug, Clone)]
pub struct Media {
    /// Where it stands in the site.
    pub site_path: String,
    /// Width and height in pixels, of an image whose format tells them.
    pub size: Option<(u32, u32)>,
    /// What stands in the page in place of an image.
    pub drawing: Option<Drawing>,
}

/// What is known of a site that will stand on a host.
#[derive(Debug, Clone, Copy)]
pub struct Hosted<'a> {
    /// When the book's files changed.
    pub history: &'a History,
    /// Site paths of the pictures for previews, by page.
    pub social: &'a BTreeMap<PageId, String>,
}

/// Everything that rendering reads.
pub struct Renderer<'a> {
    book: &'a Book,
    targets: &'a Targets,
    /// Old ids of a page's items, with the addresses they lead on to, by the page.
    moved: BTreeMap<PageId, Vec<MovedView>>,
    assets: &'a Assets,
    media: &'a BTreeMap<String, Arc<Media>>,
    templates: &'a Templates,
    view: &'a BookView,
    hosted: Option<Hosted<'a>>,
    contents: contents::Drawn,
    /// The topics that name a topic among what to know first, in reading order.
    leads_to: BTreeMap<PageId, Vec<PageId>>,
    made: Option<made::Made>,
}

/// A page to render.
#[derive(Debug, Clone)]
pub enum Job {
    /// A page of the book.
    Page(PageId),
    /// The list of all pitfalls.
    Pitfalls,
    /// The list of all questions.
    Questions,
    /// The list of all myths.
    Myths,
    /// The search page.
    Search,
    /// The practice page.
    Practice,
    /// The map of what builds on what.
    Map,
    /// The list of all tags.
    Tags,
    /// A tag's page, by the tag's slug.
    Tag(String),
    /// The list of all labs.
    Labs,
    /// A lab's page.
    Lab(&'static fieldguide_wasm::demo::Lab),
    /// The page for what is not there.
    NotFound,
    /// A moved address, by its site path, and the page that it leads to.
    Alias(String, PageId),
}

/// What the texts of a book hold at all: for each there is a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Has {
    /// Myths.
    pub myths: bool,
    /// Pitfalls or questions.
    pub cards: bool,
}

impl Has {
    /// What that book holds.
    pub fn of(book: &Book) -> Self {
        Self {
            myths: book.pages.iter().any(|page| !page.myths.is_empty()),
            cards: book.pages.iter().any(|page| page.tally.pitfalls + page.tally.questions > 0),
        }
    }
}

/// All pages of a site by their site paths.
#[derive(Debug, Default)]
pub struct Routes {
    /// What they were made for.
    pub has: Has,
    /// How each is rendered.
    pub jobs: BTreeMap<String, Job>,
    /// The site paths of the pages that the builder makes, as far as links may lead there.
    pub made: BTreeSet<String>,
}

impl Routes {
    /// The pages of a book.
    pub fn new(book: &Book, has: Has) -> Self {
        let page = |(id, route): (PageId, &String)| (route.clone(), Job::Page(id));
        let mut jobs: BTreeMap<String, Job> = book.routes.iter().enumerate().map(page).collect();
        let fixed = [
            ("pitfalls.html", Job::Pitfalls),
            ("questions.html", Job::Questions),
            ("search.html", Job::Search),
            ("labs/index.html", Job::Labs),
        ];
        let mut made: Vec<(String, Job)> = fixed.map(|(route, job)| (route.to_string(), job)).into();
        made.extend(fieldguide_wasm::demo::LABS.iter().map(|lab| (lab_url(lab.name), Job::Lab(lab))));
        if has.myths {
            made.push((MYTHS.to_string(), Job::Myths));
        }
        if has.cards {
            made.push((cards::PRACTICE.to_string(), Job::Practice));
        }
        if map::has_map(book) {
            made.push((map::MAP.to_string(), Job::Map));
        }
        if !book.tags.is_empty() {
            made.push(("tags/index.html".to_string(), Job::Tags));
        }
        made.extend(book.tags.keys().map(|slug| (tag_url(slug), Job::Tag(slug.clone()))));
        let routes = made.iter().map(|(route, _)| route.clone()).collect();
        jobs.extend(made);
        jobs.insert("404.html".to_string(), Job::NotFound);
        jobs.extend(book.aliases.iter().map(|(path, id)| (path.clone(), Job::Alias(path.clone(), *id))));
        Self { has, jobs, made: routes }
    }
}

/// A page as it was rendered, and what it was rendered from.
#[derive(Debug, Clone)]
pub struct Kept {
    /// A hash of the templates, the template's name and all that it was given; none where there was no template.
    key: Option<Key>,
    /// The page.
    pub html: Arc<str>,
}

/// What becomes of a view.
trait Fill {
    type Filled;

    /// A template with what it is given.
    fn fill(&self, template: &str, view: &impl Serialize) -> Result<Self::Filled, Diagnostic>;

    /// A page that needs no template.
    fn whole(&self, html: String) -> Self::Filled;
}

/// A template is run.
struct Plain<'a>(&'a Templates);

impl Fill for Plain<'_> {
    type Filled = String;

    fn fill(&self, template: &str, view: &impl Serialize) -> Result<String, Diagnostic> {
        let context = Context::from_serialize(view).map_err(|error| self.0.diagnostic(template, &error))?;
        self.0.render(template, &context)
    }

    fn whole(&self, html: String) -> String {
        html
    }
}

/// A template is run unless it was given the same the last time. So what a page depends on is what its template is given:
/// there is no list of dependencies that could be wrong.
struct Keyed<'a>(&'a Templates, Option<&'a Kept>);

impl Fill for Keyed<'_> {
    type Filled = Kept;

    fn fill(&self, template: &str, view: &impl Serialize) -> Result<Kept, Diagnostic> {
        let key = made::hash_of(view).map(|view| key([&self.0.key()[..], template.as_bytes(), &view]));
        match self.1.filter(|kept| kept.key == key) {
            Some(kept) if key.is_some() => Ok(kept.clone()),
            _ => Ok(Kept { key, html: Plain(self.0).fill(template, view)?.into() }),
        }
    }

    fn whole(&self, html: String) -> Kept {
        Kept { key: None, html: html.into() }
    }
}

impl<'a> Renderer<'a> {
    /// Prepares what all pages share.
    pub fn new(
        book: &'a Book,
        view: &'a BookView,
        targets: &'a Targets,
        moved: &Moved,
        assets: &'a Assets,
        media: &'a BTreeMap<String, Arc<Media>>,
        templates: &'a Templates,
    ) -> Self {
        Self {
            book,
            targets,
            moved: lists::moved(book, moved),
            assets,
            media,
            templates,
            view,
            hosted: None,
            contents: contents::Drawn::default(),
            leads_to: book.leads_to(),
            made: None,
        }
    }

    /// For a site that will stand on a host: its pages then say what only a host makes use of.
    pub fn hosted(self, hosted: Option<Hosted<'a>>) -> Self {
        Self { hosted, ..self }
    }

    /// Renders every page into `sink`; what is wrong with the templates, each at its place.
    pub fn render(&self, routes: &Routes, sink: &dyn Sink) -> Vec<Diagnostic> {
        let jobs: Vec<_> = routes.jobs.iter().collect();
        let mut diagnostics: Vec<_> =
            jobs.par_iter().filter_map(|(route, job)| self.hand_over(route, job, sink).err()).collect();
        diagnostics.dedup();
        diagnostics
    }

    /// Hands a page over, rendered where the sink doesn't have it from an earlier build.
    fn hand_over(&self, route: &str, job: &Job, sink: &dyn Sink) -> Result<(), Diagnostic> {
        let key = self.key_of(route, job);
        if key.is_some_and(|key| sink.keep(route, &key)) {
            return Ok(());
        }
        let html = self.with_view(job, &Plain(self.templates))?.into_bytes();
        put_made(sink, route, key.as_ref(), html);
        Ok(())
    }

    /// Renders one page; `kept` is given back where nothing that the page is made of has changed since.
    ///
    /// # Errors
    /// A diagnostic at the template's line.
    pub fn one(&self, job: &Job, kept: Option<&Kept>) -> Result<Kept, Diagnostic> {
        self.with_view(job, &Keyed(self.templates, kept))
    }

    /// Makes the page's view and hands it to `fill`.
    fn with_view<F: Fill>(&self, job: &Job, fill: &F) -> Result<F::Filled, Diagnostic> {
        match job {
            Job::Page(id) => match self.book.page(*id).kind {
                Kind::Home => fill.fill("home.html", &self.home(*id)),
                Kind::Stage => fill.fill("stage.html", &self.stage(*id)),
                Kind::Topic => fill.fill("topic.html", &self.topic(*id)),
                Kind::Page => fill.fill("page.html", &self.topic(*id)),
            },
            Job::Pitfalls => fill.fill("pitfalls.html", &self.pitfalls()),
            Job::Questions => fill.fill("questions.html", &self.questions()),
            Job::Myths => fill.fill("myths.html", &self.myths()),
            Job::Search => fill.fill("search.html", &self.search()),
            Job::Practice => fill.fill("practice.html", &self.practice()),
            Job::Map => fill.fill("map.html", &self.map()),
            Job::Tags => fill.fill("tags.html", &self.tags()),
            Job::Tag(slug) => fill.fill("tag.html", &self.tag(slug)),
            Job::Labs => fill.fill("labs.html", &self.labs()),
            Job::Lab(lab) => fill.fill("lab.html", &self.lab(lab)),
            Job::NotFound => fill.fill("404.html", &self.not_found()),
            Job::Alias(path, id) => Ok(fill.whole(self.alias(path, *id))),
        }
    }

    /// What every template receives, for the page at that site path.
    fn common(&self, page: PageView, current: Option<PageId>) -> Common<'_> {
        let root = self.root(&page);
        let contents_html = self.contents(current, &root, &page.url);
        self.common_with(page, current, root, contents_html)
    }

    /// The way from a page to the site's root.
    fn root(&self, page: &PageView) -> String {
        match page.kind {
            "404" => self.book.config.base_path().to_string(),
            _ => "../".repeat(page.url.matches('/').count()),
        }
    }

    fn common_with(
        &self,
        page: PageView,
        current: Option<PageId>,
        root: String,
        contents_html: Option<String>,
    ) -> Common<'_> {
        let not_found = page.kind == "404";
        let (nav, pages) = match contents_html {
            Some(_) => (Vec::new(), Vec::new()),
            None => {
                let open = current.and_then(|id| self.book.stage_index(id));
                let pages = self.book.plain.iter().map(|id| self.page_link(*id, current)).collect();
                (self.nav(open, current, false), pages)
            }
        };
        Common {
            root,
            csp: if not_found { &self.assets.csp_404 } else { &self.assets.csp },
            inline_theme_js: &self.assets.inline_js,
            speculation_rules: self.hosted.map(|_| assets::SPECULATION),
            inline_css: not_found.then_some(self.assets.inline_css.as_str()),
            assets: AssetPaths {
                css: &self.assets.css,
                js: &self.assets.js,
                favicon: &self.assets.favicon,
                preload_fonts: &self.assets.preload_fonts,
                run: self.assets.run.as_ref().map(|run| run.js.as_str()),
            },
            wasm: WasmPaths { js: &self.assets.labs_js, wasm: &self.assets.labs_wasm },
            search: SearchPaths {
                js: &self.assets.search_js,
                wasm: &self.assets.search_wasm,
                index: &self.assets.search_index,
            },
            book: self.view,
            contents_html,
            nav,
            pages,
            page,
        }
    }

    fn page_link(&self, id: PageId, current: Option<PageId>) -> PageLink {
        let link = self.link(id);
        PageLink { title: link.title, summary: link.summary, url: link.url, current: current == Some(id) }
    }

    /// The stages in their parts; with their topics the open one, by its index, or all.
    fn nav(&self, open: Option<usize>, current: Option<PageId>, everything: bool) -> Vec<PartView> {
        let stage = |at: &usize| {
            let stage = &self.book.stages[*at];
            let open = open == Some(*at);
            let link = self.link(stage.page);
            StageLink {
                number: stage.number.clone(),
                title: link.title,
                title_html: link.title_html,
                summary: link.summary,
                url: link.url,
                open,
                current: current == Some(stage.page),
                topics: if open || everything { self.topics(*at, current) } else { Vec::new() },
            }
        };
        let part = |part: &crate::book::Part| PartView {
            title: part.title.clone(),
            stages: part.stages.iter().map(stage).collect(),
        };
        self.book.parts.iter().map(part).collect()
    }

    /// The topics of a stage, by its index.
    fn topics(&self, stage: usize, current: Option<PageId>) -> Vec<TopicLink> {
        let stage = &self.book.stages[stage];
        stage
            .topics
            .iter()
            .enumerate()
            .map(|(i, id)| self.topic_link(*id, format!("{}.{}", stage.number, i + 1), current))
            .collect()
    }

    fn topic_link(&self, id: PageId, number: String, current: Option<PageId>) -> TopicLink {
        let page = self.book.page(id);
        let link = self.link(id);
        TopicLink {
            number,
            title: link.title,
            title_html: link.title_html,
            summary: link.summary,
            url: link.url,
            stage: self.book.stage_of(id).map(|stage| self.link(stage.page).title).unwrap_or_default(),
            current: current == Some(id),
            labs: page.demos.len(),
            pitfalls: lists::headings(page, HeadingKind::Pitfall).count(),
            questions: lists::headings(page, HeadingKind::Question).count(),
            minutes: page.minutes(),
            draft: page.front.draft,
        }
    }

    fn link(&self, id: PageId) -> LinkView {
        let page = self.book.page(id);
        LinkView {
            title: markdown::title_text(&page.front.title),
            title_html: markdown::title_html(&page.front.title),
            url: self.book.route(id).to_string(),
            summary: markdown::title_text(&page.front.summary),
        }
    }

    /// The page's own view; neighbours, contents and tags of a page of the book.
    fn page_view(&self, id: PageId) -> PageView {
        let view = self.page_around(id);
        let structured = self.structured(id, &view);
        PageView { meta: Meta { structured, ..view.meta }, ..view }
    }

    /// The same without what is made from the page's body.
    fn page_around(&self, id: PageId) -> PageView {
        let page = self.book.page(id);
        let link = self.link(id);
        let place = self.book.order_index(id);
        let neighbour = |step: isize| {
            let at = place.and_then(|place| place.checked_add_signed(step))?;
            self.book.order.get(at).map(|other| self.link(*other))
        };
        let mut breadcrumbs: Vec<_> =
            self.book.home.filter(|home| *home != id).map(|home| self.link(home)).into_iter().collect();
        if page.kind == Kind::Topic {
            breadcrumbs.extend(self.book.stage_of(id).map(|stage| self.link(stage.page)));
        }
        PageView {
            kind: match page.kind {
                Kind::Home => "home",
                Kind::Stage => "stage",
                Kind::Topic => "topic",
                Kind::Page => "page",
            },
            title_html: link.title_html,
            summary_html: markdown::title_html(&page.front.summary),
            draft: page.front.draft,
            minutes: page.minutes(),
            words: page.words,
            meta: self.meta(id),
            breadcrumbs,
            prev: neighbour(-1),
            next: neighbour(1),
            toc: lists::toc(page),
            tags: page.front.tags.iter().map(|name| self.tag_link(name)).collect(),
            moved: self.moved.get(&id).cloned().unwrap_or_default(),
            ..self.made_page("", &link.url, &link.title, &link.summary)
        }
    }

    /// The view of a page that the builder makes.
    fn made_page(&self, kind: &'static str, url: &str, title: &str, summary: &str) -> PageView {
        let description = if summary.is_empty() { &self.view.summary } else { summary };
        PageView {
            kind,
            title: title.to_string(),
            title_html: fieldguide_wasm::html::escape(title),
            summary: summary.to_string(),
            summary_html: fieldguide_wasm::html::escape(summary),
            url: url.to_string(),
            description: description.to_string(),
            canonical: self.book.config.absolute(url),
            breadcrumbs: self.book.home.map(|home| self.link(home)).into_iter().collect(),
            ..PageView::default()
        }
    }

    fn holes(&self, id: PageId) -> body::Holes<'_> {
        let targets = self.targets.of(id);
        body::Holes {
            page: self.book.page(id),
            route: self.book.route(id),
            links: targets.map(|targets| targets.links.as_slice()).unwrap_or_default(),
            images: targets.map(|targets| targets.images.as_slice()).unwrap_or_default(),
            media: self.media,
            runs: run::Runs { run: self.assets.run.as_ref(), setups: &self.book.config.python.setup },
            elsewhere: None,
        }
    }
}

/// The site path of the page that lists all myths.
pub const MYTHS: &str = "myths.html";

/// The site path of the whole book on one page.
pub const PRINT: &str = "print.html";

/// The site path of a tag's page.
pub fn tag_url(slug: &str) -> String {
    format!("tags/{slug}.html")
}

/// The site path of a lab's own page.
pub fn lab_url(name: &str) -> String {
    format!("labs/{name}.html")
}

/// What templates are told of the book as a whole. The theme shows its words nowhere, and each edit changes them, so only a book's
/// own templates are told.
pub fn book_view(book: &Book, own_templates: bool) -> BookView {
    let mut counts = Counts { stages: book.stages.len(), labs: fieldguide_wasm::demo::LABS.len(), ..Counts::default() };
    for page in &book.pages {
        counts.topics += usize::from(page.kind == Kind::Topic);
        counts.myths += page.myths.len();
        counts.words += if own_templates { page.words } else { 0 };
        counts.quiz += lists::headings(page, HeadingKind::Quiz).filter(|heading| heading.level == 3).count();
        counts.pitfalls += page.tally.pitfalls;
        counts.questions += page.tally.questions;
    }
    let home_summary = book.home.map(|home| book.page(home).front.summary.as_str()).unwrap_or_default();
    let summary = if book.config.summary.is_empty() { home_summary } else { &book.config.summary };
    BookView {
        title: book.config.title.clone(),
        summary: markdown::title_text(summary),
        language: book.config.language.clone(),
        logo: book.config.theme.logo.as_ref().and_then(|(path, _)| path.strip_prefix("static/")).map(str::to_string),
        search_url: "search.html",
        pitfalls_url: "pitfalls.html",
        questions_url: "questions.html",
        tags_url: (!book.tags.is_empty()).then_some("tags/index.html"),
        myths_url: (counts.myths > 0).then_some(MYTHS),
        practice_url: (counts.pitfalls + counts.questions > 0).then_some(cards::PRACTICE),
        map_url: map::has_map(book).then_some(map::MAP),
        key: markdown::slug(&markdown::title_text(&book.config.title)),
        labs_url: "labs/index.html",
        print_url: None,
        feed_url: None,
        counts,
    }
}
