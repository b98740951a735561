//! The book → its search index: what can be found, cut from the typed model, and the files that the browser reads.

pub mod terminal;
mod text;
mod write;

use fieldguide_wasm::demo::{LABS, Lab};
use fieldguide_wasm::search::tokenize::{BLOCK, INLINE};
use fieldguide_wasm::search::{Kind as Found, Section};

use crate::book::{Book, PageId};
use crate::cache::Cache;
use crate::page::{Heading, Kind, Markup, Page, Section as Body, markdown};
use crate::render::lab_url;
use crate::site::Collected;
use text::{Part, cut, marked};
pub use write::write;

/// The folder of the index in the site.
pub const FOLDER: &str = "search";

/// The site path of the file to read first. Every page names it, so it stays the same whatever the book holds.
pub const CORE: &str = "search/index.bin";

/// Bytes of a block of code, or of what it prints, that can be found; a longer one is data.
const LONGEST_CODE: usize = 6000;

/// The files of a book's index.
#[derive(Debug, Default)]
pub struct Index {
    /// The site path of the file to read first.
    pub core: String,
    /// All files with their site paths.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Makes the index of a book.
pub fn index(book: &Book) -> Index {
    let files = Collected::default();
    write(book, &files, &Cache::default());
    Index { core: CORE.to_string(), files: files.site().files.into_iter().collect() }
}

/// Everything that can be found, in the order of the book.
pub fn sections(book: &Book) -> Vec<Section> {
    let pages = book.order.iter().flat_map(|id| PageSections::read(book, *id));
    pages.chain(LABS.iter().map(|lab| lab_section(lab))).collect()
}

fn lab_section(lab: &Lab) -> Section {
    Section {
        kind: Found::Lab,
        url: lab_url(lab.name),
        title: lab.title.to_string(),
        breadcrumb: vec!["Labs".to_string()],
        text: lab.summary.to_string(),
        hidden: String::new(),
        context: lab.name.to_string(),
    }
}

/// The title of the stage that a topic stands in. Beside the page's own file and its address, nothing else of the book is in
/// its sections.
fn stage_title(book: &Book, id: PageId) -> Option<&str> {
    let stage = book.stage_of(id).filter(|_| book.page(id).kind == Kind::Topic)?;
    Some(&book.page(stage.page).front.title)
}

/// The sections of one page, as they are collected.
struct PageSections<'a> {
    page: &'a Page,
    route: &'a str,
    /// The page's title, marked.
    title: String,
    breadcrumb: Vec<String>,
    context: String,
    found: Vec<Section>,
}

impl<'a> PageSections<'a> {
    fn read(book: &'a Book, id: PageId) -> Vec<Section> {
        let page = book.page(id);
        let breadcrumb: Vec<String> = stage_title(book, id).map(markdown::title_text).into_iter().collect();
        let title = marked(&markdown::title_html(&page.front.title));
        let context = [page.front.tags.join(" "), breadcrumb.join(" "), title.clone()].join("\n");
        let mut sections = Self { page, route: book.route(id), title, breadcrumb, context, found: Vec::new() };
        sections.all();
        sections.found
    }

    fn all(&mut self) {
        let page = self.page;
        let mut head = vec![marked(&markdown::title_html(&page.front.summary))];
        if page.kind == Kind::Stage {
            let texts = page
                .body()
                .stage
                .objectives
                .iter()
                .chain([&page.body().stage.takeaway])
                .chain(&page.body().stage.slips);
            head.extend(texts.map(|text| self.whole(text)));
        }
        let kind = if page.kind == Kind::Stage { Found::Stage } else { Found::Explanation };
        let (title, url) = (self.title.clone(), self.route.to_string());
        // The words of its address are the author's own short name for it.
        let slug = url.trim_end_matches(".html").replace(['-', '/'], " ");
        let context = [page.front.tags.join(" "), self.breadcrumb.join(" "), slug].join("\n");
        let breadcrumb = self.breadcrumb.clone();
        let text = head.join("\n");
        self.found.push(Section { kind, url, title, breadcrumb, text, hidden: String::new(), context });
        self.breadcrumb.push(markdown::title_text(&page.front.title));
        let mut above: Vec<&Heading> = Vec::new();
        for section in &page.body().sections {
            match section {
                Body::Prose(markup) => self.prose(markup, &mut above),
                Body::Pitfall(pitfall) => {
                    let text = self.whole(&pitfall.symptom) + "\n" + &self.whole(&pitfall.fix);
                    self.headed(Found::Pitfall, &pitfall.heading, text);
                }
                Body::Question(question) => {
                    self.headed(Found::Question, &question.heading, self.whole(&question.answer));
                    for (heading, answer) in &question.follow_ups {
                        self.headed(Found::Question, heading, self.whole(answer));
                    }
                }
            }
        }
        self.quiz();
    }

    /// What stands below each heading, and each block of code.
    fn prose(&mut self, markup: &Markup, above: &mut Vec<&'a Heading>) {
        let page = self.page;
        let heading_of = |anchor: &str| page.headings.iter().find(|heading| heading.anchor == anchor);
        for part in cut(page, markup, false) {
            let heading = part.anchor.as_deref().and_then(heading_of);
            if let Some(heading) = heading {
                above.retain(|other| other.level < heading.level);
            }
            let titles: Vec<&str> = above.iter().map(|heading| heading.text.as_str()).collect();
            let breadcrumb: Vec<String> =
                self.breadcrumb.iter().map(String::as_str).chain(titles).map(str::to_string).collect();
            match (&part.anchor, self.found.first_mut()) {
                (None, Some(first)) => first.text = format!("{}\n{}", first.text, part.text),
                _ => {
                    let title = heading.map_or(part.title.clone(), |heading| marked(&heading.html));
                    let url = self.url(part.anchor.as_deref());
                    let context = format!("{}\n{}", self.context, breadcrumb.join(" "));
                    let text = part.text.clone();
                    let hidden = String::new();
                    self.found.push(Section {
                        kind: Found::Explanation,
                        url,
                        title,
                        breadcrumb: breadcrumb.clone(),
                        text,
                        hidden,
                        context,
                    });
                }
            }
            self.code(&part, heading, &breadcrumb);
            above.extend(heading);
        }
    }

    fn code(&mut self, part: &Part, heading: Option<&Heading>, breadcrumb: &[String]) {
        for snippet in part.snippets.iter().filter_map(|at| self.page.body().snippets.get(*at)) {
            let above = heading.map_or_else(|| self.title.clone(), |heading| marked(&heading.html));
            let title = snippet
                .attributes
                .title
                .clone()
                .map_or_else(|| above.clone(), |title| text::plain(&title).into_owned());
            let place =
                if snippet.attributes.title.is_some() { heading.map(|heading| heading.text.clone()) } else { None };
            self.found.push(Section {
                kind: Found::Code,
                url: self.url(part.anchor.as_deref()),
                title,
                breadcrumb: breadcrumb.iter().cloned().chain(place).collect(),
                text: text::snippet(snippet),
                hidden: String::new(),
                context: format!("{}\n{above}", self.context),
            });
        }
    }

    fn headed(&mut self, kind: Found, heading: &Heading, text: String) {
        self.found.push(Section {
            kind,
            url: self.url(Some(&heading.anchor)),
            title: marked(&heading.html),
            breadcrumb: self.breadcrumb.clone(),
            text,
            hidden: String::new(),
            context: self.context.clone(),
        });
    }

    /// The questions of the quiz; no excerpt shows an answer before the reader has given one.
    fn quiz(&mut self) {
        let Some(quiz) = &self.page.body().quiz else { return };
        for question in &quiz.questions {
            let options: Vec<String> = question.options.iter().map(|option| self.whole(&option.markup)).collect();
            let text = self.whole(&question.body) + "\n" + &options.join("\n");
            let hidden = self.whole(&question.explanation);
            self.headed(Found::Quiz, &question.heading, text);
            if let Some(last) = self.found.last_mut() {
                last.hidden = hidden;
            }
        }
    }

    /// A markup's text with its code.
    fn whole(&self, markup: &Markup) -> String {
        cut(self.page, markup, true).into_iter().map(|part| part.text).collect::<Vec<_>>().join("\n")
    }

    fn url(&self, anchor: Option<&str>) -> String {
        anchor.map_or_else(|| self.route.to_string(), |anchor| format!("{}#{anchor}", self.route))
    }
}

/// A markup as plain text, its code and what that prints included.
pub fn plain_text(page: &Page, markup: &Markup) -> String {
    let lines: Vec<String> = cut(page, markup, true)
        .into_iter()
        .flat_map(|part| [part.title, part.text])
        .map(|text| text.replace(INLINE, "").replace(BLOCK, "\n").trim().to_string())
        .filter(|text| !text.is_empty())
        .collect();
    lines.join("\n")
}

/// A block of code as marked text.
fn block(code: &str) -> String {
    let end = (0..=LONGEST_CODE.min(code.len())).rev().find(|at| code.is_char_boundary(*at)).unwrap_or_default();
    format!("{BLOCK}{}{BLOCK}", text::plain(code.get(..end).unwrap_or_default().trim_end()))
}
