//! Each page's Markdown beside its HTML, `llms.txt` and `llms-full.txt`: for whoever reads by program.

use std::ops::Range;

use super::{Published, markdown_path};
use crate::book::{PageId, Stage};
use crate::cache::{Key, key};
use crate::check::{Target, relative};
use crate::page::{Kind, Page, front_matter, markdown};
use crate::search::plain_text;
use crate::site::{Sink, assemble};
use crate::source::{Source, Span};

/// The site path of all pages in one file.
pub(super) const FULL: &str = "llms-full.txt";

/// The text of a page as its author wrote it, with links that hold where it will be read.
pub(super) struct Text<'a> {
    pub(super) page: &'a Page,
    source: &'a Source,
    /// Where the body starts in the file, in bytes.
    start: usize,
    /// What is written otherwise, in order.
    edits: Vec<(Range<usize>, String)>,
}

impl<'a> Text<'a> {
    /// The text of a page for a file at the site path `from`.
    pub(super) fn new(published: &Published<'a>, id: PageId, from: &str) -> Option<Self> {
        let page = published.book.page(id);
        let source = published.sources.get(page.file)?;
        let start = front_matter::split(source, &mut Vec::new()).map_or(0, |(_, body)| body);
        let links = page.links.iter().filter(|link| !link.made).map(|link| (&link.target, &link.span));
        let images = page.images.iter().map(|image| (&image.target, &image.span));
        let targets = published.targets.of(id)?;
        let link_targets = targets.links.iter();
        // A link that the builder made stands in no source.
        let link_targets = link_targets.zip(&page.links).filter(|(_, link)| !link.made).map(|(target, _)| target);
        let image_targets = targets.images.iter();
        let places = Places { published, page: published.book.route(id), from };
        let linked = links
            .zip(link_targets)
            .filter_map(|((written, span), target)| edit(source, written, span, places.address(target)?));
        let shown = images
            .zip(image_targets)
            .filter_map(|((written, span), target)| edit(source, written, span, places.address(target)?));
        let mut edits: Vec<_> = linked.chain(shown).collect();
        edits.sort_by_key(|(range, _)| range.start);
        Some(Self { page, source, start, edits })
    }

    /// The Markdown of a part of the file.
    pub(super) fn part(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        let mut at = range.start;
        for (place, text) in &self.edits {
            if place.start >= at && place.end <= range.end {
                out.push_str(self.source.text.get(at..place.start).unwrap_or_default());
                out.push_str(text);
                at = place.end;
            }
        }
        out.push_str(self.source.text.get(at..range.end).unwrap_or_default());
        out.replace("\r\n", "\n").trim().to_string()
    }

    /// The whole body.
    pub(super) fn body(&self) -> Range<usize> {
        self.start..self.source.text.len()
    }

    /// Where the line behind a span starts.
    pub(super) fn below(&self, span: &Span) -> usize {
        let end = span.bytes().end;
        let rest = self.source.text.get(end..).unwrap_or_default();
        rest.find('\n').map_or(self.source.text.len(), |line| end + line + 1)
    }

    /// The page as a document: title, summary, what a stage says of itself, body.
    pub(super) fn document(&self) -> String {
        let page = self.page;
        let mut out = format!("# {}\n", page.front.title.trim());
        if !page.front.summary.is_empty() {
            out.push_str(&format!("\n> {}\n", page.front.summary.trim().replace('\n', " ")));
        }
        if page.kind == Kind::Stage {
            let list = |title: &str, texts: &[crate::page::Markup]| match texts {
                [] => String::new(),
                texts => {
                    let items: String = texts.iter().map(|text| format!("- {}\n", line(page, text))).collect();
                    format!("\n{title}:\n\n{items}")
                }
            };
            out.push_str(&list("After this stage you can", &page.body().stage.objectives));
            out.push_str(&format!("\nTakeaway: {}\n", line(page, &page.body().stage.takeaway)));
            out.push_str(&list("Common slips", &page.body().stage.slips));
        }
        let body = self.part(self.body());
        if !body.is_empty() {
            out.push_str(&format!("\n{body}\n"));
        }
        out
    }
}

fn line(page: &Page, markup: &crate::page::Markup) -> String {
    plain_text(page, markup).replace('\n', " ")
}

/// Where links of a page lead, seen from another file.
struct Places<'p, 'a> {
    published: &'p Published<'a>,
    page: &'p str,
    from: &'p str,
}

impl Places<'_, '_> {
    /// What to write in place of an address; nothing where it can stay.
    fn address(&self, target: &Target) -> Option<String> {
        match target {
            Target::External(_) | Target::Broken => None,
            Target::Page(route, anchor) => {
                let anchor = anchor.as_ref().map(|anchor| format!("#{anchor}")).unwrap_or_default();
                let ours = self.published.book.page_of_route(route).is_some();
                let path = if ours { markdown_path(route) } else { route.clone() };
                let here = path == self.from && !anchor.is_empty();
                Some(if here { anchor } else { relative(self.from, &path) + &anchor })
            }
            Target::File(path) => {
                let place = self.published.media.get(path).map(|media| media.site_path.as_str());
                // A drawing that stands in the page has no file of its own.
                let place = place.filter(|path| !path.is_empty()).unwrap_or(self.page);
                Some(relative(self.from, place))
            }
        }
    }
}

/// Writes an address in place of the one that was written; a link by reference becomes one with its address in it.
fn edit(source: &Source, written: &str, span: &Span, address: String) -> Option<(Range<usize>, String)> {
    let range = span.bytes();
    let there = source.text.get(range.clone())?;
    let address = address.replace(' ', "%20").replace('(', "%28").replace(')', "%29");
    if there == written {
        return Some((range, address));
    }
    let label = label_end(there)?;
    let label = there.get(..label)?;
    Some((range, format!("{label}({address})")))
}

/// Where the label of `[label][reference]` or `![label]` ends.
fn label_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => depth += 1,
            ']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            '!' if at == 0 => {}
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// What an agent reads first: what the book is, and a line for each page's Markdown.
pub(super) fn llms(published: &Published<'_>) -> String {
    let book = published.book;
    let mut out = head(published);
    let home = book.config.absolute("index.html").unwrap_or_else(|| "this file's folder".to_string());
    out.push_str(&format!(
        "\nEach page stands as HTML and, with the ending `.md`, as Markdown; relative links start at {home}. \
         Recorded outputs follow their code in `output` blocks.\n"
    ));
    let entry = |id: PageId| {
        let front = &book.page(id).front;
        let address = published.address(&markdown_path(book.route(id)));
        let (title, summary) = (markdown::title_text(&front.title), markdown::title_text(&front.summary));
        format!("- [{}]({address}): {summary}\n", title.replace(['[', ']'], ""))
    };
    let stage = |stage: &Stage| {
        let title = markdown::title_text(&book.page(stage.page).front.title);
        let topics: String = stage.topics.iter().map(|id| entry(*id)).collect();
        format!("\n## {} {title}\n\n{}{topics}", stage.number, entry(stage.page))
    };
    out.extend(book.parts.iter().flat_map(|part| &part.stages).filter_map(|at| book.stages.get(*at)).map(stage));
    if !book.plain.is_empty() {
        out.push_str("\n## More pages\n\n");
        out.extend(book.plain.iter().map(|id| entry(*id)));
    }
    let more = [
        ("The whole book in one file", FULL),
        ("The whole book as typed JSON", super::model::GUIDE),
        ("The JSON Schema of that", super::model::SCHEMA),
    ];
    out.push_str("\n## Optional\n\n");
    out.extend(more.map(|(what, path)| format!("- [{what}]({})\n", published.address(path))));
    out
}

fn head(published: &Published<'_>) -> String {
    let config = &published.book.config;
    let mut out = format!("# {}\n", config.title);
    let home = published.book.home.map(|home| published.book.page(home).front.summary.as_str()).unwrap_or_default();
    let summary = if config.summary.is_empty() { home } else { &config.summary };
    if !summary.is_empty() {
        out.push_str(&format!("\n> {}\n", markdown::title_text(summary).replace('\n', " ")));
    }
    out
}

/// All pages in the order in which they are read, in one file.
pub(super) fn llms_full(published: &Published<'_>, keys: Option<&[Key]>, sink: &dyn Sink) {
    let head = head(published);
    let order = &published.book.order;
    let page = |id: PageId| {
        let text = Text::new(published, id, FULL).map(|text| text.document()).unwrap_or_default();
        format!("\n---\n\nSource: {}\n\n{text}", published.address(published.book.route(id)))
    };
    let id = |part: usize| order.get(part.checked_sub(1)?).copied();
    let key = |part: usize| match id(part) {
        Some(id) => keys?.get(id).copied(),
        None => keys.map(|_| key([&head])),
    };
    assemble(sink, FULL, order.len() + 1, key, &|part| id(part).map_or_else(|| head.clone(), page));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_end_where_their_bracket_closes() {
        assert_eq!(label_end("[a [b] c][ref]"), Some(9));
        assert_eq!(label_end("![a\\] b]"), Some(8));
        assert_eq!(label_end("<https://a.org>"), None);
        assert_eq!(label_end("[a"), None);
    }
}
