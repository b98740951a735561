//! The book → pages of HTML: views are built, templates are run, holes are filled; in parallel over pages.

pub mod body;
pub mod highlight;
mod lists;
pub mod meta;
mod pages;
mod run;
pub mod templates;
pub mod view;

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use tera::Context;

use crate::assets::{self, Assets};
use crate::book::{Book, PageId};
use crate::check::Targets;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::history::History;
use crate::page::{Kind, Section, markdown};
use crate::publish;
use crate::svg::Drawing;
use templates::Templates;
use view::{
    AssetPaths, BookView, Common, Counts, LinkView, PageLink, PageView, PartView, SearchPaths, StageLink, TopicLink,
    WasmPaths,
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

/// Everything that rendering reads.
pub struct Renderer<'a> {
    book: &'a Book,
    targets: &'a Targets,
    assets: &'a Assets,
    media: &'a BTreeMap<String, Media>,
    templates: &'a Templates,
    hosted: Option<&'a History>,
    view: BookView,
}

/// A page to render.
enum Job<'a> {
    Page(PageId),
    Pitfalls,
    Questions,
    Myths,
    Search,
    Tags,
    Tag(&'a str),
    Labs,
    Lab(&'static fieldguide_wasm::demo::Lab),
    NotFound,
    Alias(&'a str, PageId),
}

impl<'a> Renderer<'a> {
    /// Prepares what all pages share. `hosted` is the book's history where the site will stand on a host.
    pub fn new(
        book: &'a Book,
        targets: &'a Targets,
        assets: &'a Assets,
        media: &'a BTreeMap<String, Media>,
        templates: &'a Templates,
        hosted: Option<&'a History>,
    ) -> Self {
        let feed_url =
            hosted.is_some_and(|history| publish::feed::is_made(book, history)).then_some(publish::feed::PATH);
        let view = BookView { feed_url, ..book_view(book) };
        Self { book, targets, assets, media, templates, hosted, view }
    }

    /// Renders every page; a template's error is a diagnostic at its place.
    pub fn render(&self) -> Outcome<BTreeMap<String, String>> {
        let rendered: Vec<_> = self.jobs().par_iter().map(|job| (self.route(job), self.run(job))).collect();
        let mut pages = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for (route, result) in rendered {
            match result {
                Ok(html) => {
                    pages.insert(route, html);
                }
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        diagnostics.dedup();
        Outcome { value: pages, diagnostics }
    }

    fn jobs(&self) -> Vec<Job<'a>> {
        let mut jobs: Vec<_> = (0..self.book.pages.len()).map(Job::Page).collect();
        jobs.extend([Job::Pitfalls, Job::Questions, Job::Search, Job::Labs, Job::NotFound]);
        jobs.extend(fieldguide_wasm::demo::LABS.iter().map(|lab| Job::Lab(lab)));
        if self.view.myths_url.is_some() {
            jobs.push(Job::Myths);
        }
        if !self.book.tags.is_empty() {
            jobs.push(Job::Tags);
        }
        jobs.extend(self.book.tags.keys().map(|slug| Job::Tag(slug)));
        jobs.extend(self.book.aliases.iter().map(|(path, id)| Job::Alias(path, *id)));
        jobs
    }

    fn route(&self, job: &Job<'_>) -> String {
        match job {
            Job::Page(id) => self.book.route(*id).to_string(),
            Job::Pitfalls => "pitfalls.html".to_string(),
            Job::Questions => "questions.html".to_string(),
            Job::Myths => MYTHS.to_string(),
            Job::Search => "search.html".to_string(),
            Job::Tags => "tags/index.html".to_string(),
            Job::Tag(slug) => tag_url(slug),
            Job::Labs => "labs/index.html".to_string(),
            Job::Lab(lab) => lab_url(lab.name),
            Job::NotFound => "404.html".to_string(),
            Job::Alias(path, _) => path.to_string(),
        }
    }

    fn run(&self, job: &Job<'_>) -> Result<String, Diagnostic> {
        match job {
            Job::Page(id) => match self.book.page(*id).kind {
                Kind::Home => self.fill("home.html", &self.home(*id)),
                Kind::Stage => self.fill("stage.html", &self.stage(*id)),
                Kind::Topic => self.fill("topic.html", &self.topic(*id)),
                Kind::Page => self.fill("page.html", &self.topic(*id)),
            },
            Job::Pitfalls => self.fill("pitfalls.html", &self.pitfalls()),
            Job::Questions => self.fill("questions.html", &self.questions()),
            Job::Myths => self.fill("myths.html", &self.myths()),
            Job::Search => self.fill("search.html", &self.search()),
            Job::Tags => self.fill("tags.html", &self.tags()),
            Job::Tag(slug) => self.fill("tag.html", &self.tag(slug)),
            Job::Labs => self.fill("page.html", &self.labs()),
            Job::Lab(lab) => self.fill("lab.html", &self.lab(lab)),
            Job::NotFound => self.fill("404.html", &self.not_found()),
            Job::Alias(path, id) => Ok(self.alias(path, *id)),
        }
    }

    fn fill(&self, template: &str, view: &impl Serialize) -> Result<String, Diagnostic> {
        let context = Context::from_serialize(view).map_err(|error| self.templates.diagnostic(template, &error))?;
        self.templates.render(template, &context)
    }

    /// What every template receives, for the page at that site path.
    fn common(&self, page: PageView, current: Option<PageId>) -> Common<'_> {
        let not_found = page.kind == "404";
        let root = match not_found {
            true => self.book.config.base_path().to_string(),
            false => "../".repeat(page.url.matches('/').count()),
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
                preload_font: &self.assets.preload_font,
                run: self.assets.run.as_ref().map(|run| run.js.as_str()),
            },
            wasm: WasmPaths { js: &self.assets.labs_js, wasm: &self.assets.labs_wasm },
            search: SearchPaths {
                js: &self.assets.search_js,
                wasm: &self.assets.search_wasm,
                index: &self.assets.search_index,
            },
            book: &self.view,
            nav: self.nav(current, false),
            pages: self.book.plain.iter().map(|id| self.page_link(*id, current)).collect(),
            page,
        }
    }

    fn page_link(&self, id: PageId, current: Option<PageId>) -> PageLink {
        let link = self.link(id);
        PageLink { title: link.title, summary: link.summary, url: link.url, current: current == Some(id) }
    }

    fn nav(&self, current: Option<PageId>, everything: bool) -> Vec<PartView> {
        let stage = |at: &usize| {
            let stage = &self.book.stages[*at];
            let open = current.is_some_and(|id| stage.page == id || stage.topics.contains(&id));
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
            pitfalls: page.sections.iter().filter(|section| matches!(section, Section::Pitfall(_))).count(),
            questions: page.sections.iter().filter(|section| matches!(section, Section::Question(_))).count(),
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
        let page = self.book.page(id);
        let link = self.link(id);
        let place = self.book.order.iter().position(|other| *other == id);
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
            meta: self.meta(id, &breadcrumbs),
            breadcrumbs,
            prev: neighbour(-1),
            next: neighbour(1),
            toc: lists::toc(page),
            tags: page.front.tags.iter().map(|name| self.tag_link(name)).collect(),
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
        let none: &[crate::check::Target] = &[];
        body::Holes {
            page: self.book.page(id),
            route: self.book.route(id),
            links: self.targets.links.get(id).map_or(none, Vec::as_slice),
            images: self.targets.images.get(id).map_or(none, Vec::as_slice),
            media: self.media,
            runs: run::Runs { run: self.assets.run.as_ref(), setups: &self.book.config.python.setup },
        }
    }
}

/// The site path of the page that lists all myths.
const MYTHS: &str = "myths.html";

/// The site path of a tag's page.
pub fn tag_url(slug: &str) -> String {
    format!("tags/{slug}.html")
}

/// The site path of a lab's own page.
pub fn lab_url(name: &str) -> String {
    format!("labs/{name}.html")
}

/// The site paths of the pages that the builder makes, as far as links may lead there.
pub fn made_routes(book: &Book) -> std::collections::BTreeSet<String> {
    let fixed = ["pitfalls.html", "questions.html", "search.html", "labs/index.html"];
    let labs = fieldguide_wasm::demo::LABS.iter().map(|lab| lab_url(lab.name));
    let tags = book.tags.keys().map(|slug| tag_url(slug));
    let tag_list = (!book.tags.is_empty()).then(|| "tags/index.html".to_string());
    let myths = book.pages.iter().any(|page| !page.myths.is_empty()).then(|| MYTHS.to_string());
    fixed.into_iter().map(str::to_string).chain(labs).chain(tags).chain(tag_list).chain(myths).collect()
}

fn book_view(book: &Book) -> BookView {
    let mut counts = Counts { stages: book.stages.len(), labs: fieldguide_wasm::demo::LABS.len(), ..Counts::default() };
    for page in &book.pages {
        counts.topics += usize::from(page.kind == Kind::Topic);
        counts.myths += page.myths.len();
        counts.words += page.words;
        counts.quiz += page.quiz.as_ref().map_or(0, |quiz| quiz.questions.len());
        for section in &page.sections {
            match section {
                Section::Pitfall(_) => counts.pitfalls += 1,
                Section::Question(question) => counts.questions += 1 + question.follow_ups.len(),
                Section::Prose(_) => {}
            }
        }
    }
    let home_summary = book.home.map(|home| book.page(home).front.summary.as_str()).unwrap_or_default();
    let summary = if book.config.summary.is_empty() { home_summary } else { &book.config.summary };
    BookView {
        title: book.config.title.clone(),
        summary: markdown::title_text(summary),
        language: book.config.language.clone(),
        search_url: "search.html",
        pitfalls_url: "pitfalls.html",
        questions_url: "questions.html",
        tags_url: (!book.tags.is_empty()).then_some("tags/index.html"),
        myths_url: (counts.myths > 0).then_some(MYTHS),
        labs_url: "labs/index.html",
        feed_url: None,
        counts,
    }
}
