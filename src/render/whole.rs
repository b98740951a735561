//! print.html: the whole book on one page, for paper and PDF, made of the pages that were rendered.
//!
//! The one place where rendered HTML is read again: names are made unique, and links lead to places on this page.

use std::collections::BTreeMap;

use super::view::{WholeLine, WholeView};
use super::{Fill, PRINT, Plain, Renderer};
use crate::book::PageId;
use crate::cache::key;
use crate::diagnostic::Diagnostic;
use crate::export::WHOLE_END;
use crate::export::tags::{self, Tag, quoted};
use crate::page::{Kind, markdown};
use crate::site::{Sink, assemble};

/// The pages of the whole book and their numbers: a topic's such as `1.2`, nothing for a plain page.
type Places<'a> = BTreeMap<&'a str, String>;

impl Renderer<'_> {
    /// The whole book, of the pages that were rendered into `sink`.
    ///
    /// # Errors
    /// A template's, at its place.
    pub fn print(&self, sink: &dyn Sink) -> Result<(), Diagnostic> {
        let order: Vec<_> = self.book.order.iter().copied().filter(|id| Some(*id) != self.book.home).collect();
        let places: Places<'_> = order.iter().map(|id| (self.book.route(*id), self.number(*id))).collect();
        let line = |id: &usize| {
            let (page, route) = (self.book.page(*id), self.book.route(*id));
            let number = places.get(route).cloned().unwrap_or_default();
            let kind = if page.kind == Kind::Topic { "topic" } else { "stage" };
            WholeLine { kind, number, title_html: markdown::title_html(&page.front.title), anchor: anchor(route) }
        };
        let intro = self.book.home.map(|home| in_whole(&self.prose(home), self.book.route(home), &places));
        const HERE: &str = "<!-- pages -->";
        let summary = "The whole guide on one page.";
        let view = WholeView {
            common: self.common(self.made_page("print", PRINT, &self.view.title, summary), None),
            contents: order.iter().map(line).collect(),
            intro_html: intro.unwrap_or_default(),
            pages_html: HERE,
        };
        let frame = Plain(self.templates).fill("print.html", &view)?;
        let (head, tail) = frame.split_once(HERE).unwrap_or((&frame, ""));
        let told = key(order
            .iter()
            .filter_map(|id| places.get_key_value(self.book.route(*id)))
            .flat_map(|(route, number)| [*route, number]));
        let frame = |text: &str| self.made.as_ref().map(|_| key([text]));
        let part_key = |part: usize| match part.checked_sub(1) {
            None => frame(head),
            Some(at) => order.get(at).map_or_else(|| frame(tail), |id| self.key_in_whole(*id, &told)),
        };
        let part = |part: usize| match part.checked_sub(1) {
            None => head.to_string(),
            Some(at) => match order.get(at) {
                Some(id) => self.part_of_whole(*id, &places, sink).unwrap_or_default(),
                None => tail.to_string(),
            },
        };
        assemble(sink, PRINT, order.len() + 2, part_key, &part);
        Ok(())
    }

    /// A page as a part of the whole.
    fn part_of_whole(&self, id: PageId, places: &Places<'_>, sink: &dyn Sink) -> Option<String> {
        let route = self.book.route(id);
        let html = String::from_utf8(sink.get(route)?).ok()?;
        // The theme's templates have the element once; what a book's own may have before it, in a comment, is not known.
        let from = html.find("<main ").filter(|_| !self.templates.own()).unwrap_or_default();
        let main = tags::main(html.get(from..)?)?;
        let topic = self.book.page(id).kind == Kind::Topic;
        let number = places.get(route).filter(|_| topic);
        let number = number.map(|number| format!("<p class=\"whole-number\">{number}</p>\n"));
        Some(format!(
            "<div class=\"whole-page\" id={} data-whole={}>\n{}{}\n{WHOLE_END}</div>\n",
            quoted(&anchor(route)),
            quoted(route),
            number.unwrap_or_default(),
            in_whole(main.trim(), route, places)
        ))
    }
}

/// The name of a page's place.
fn anchor(route: &str) -> String {
    format!("p-{}", route.trim_end_matches(".html").replace('/', "--"))
}

/// A page's HTML as a part of the whole: open, its names its own, its links leading to places of the whole.
fn in_whole(html: &str, route: &str, places: &Places<'_>) -> String {
    let place = anchor(route);
    let own = |name: &str| format!("{place}--{name}");
    let changed = tags::rewrite(html, |tag, attribute, value| match attribute {
        "id" => Some(quoted(&own(&value))),
        "for" | "aria-labelledby" | "aria-describedby" | "aria-controls" | "headers" | "list" | "popovertarget" => {
            let names: Vec<_> = value.split_whitespace().map(own).collect();
            Some(quoted(&names.join(" ")))
        }
        "name" if tag.name == "input" => Some(quoted(&own(&value))),
        "href" | "xlink:href" => link(tag, route, &value, places),
        "src" | "poster" => tags::join(route, &value).map(|path| quoted(&path)),
        _ if value.contains("url(#") => Some(quoted(&value.replace("url(#", &format!("url(#{place}--")))),
        _ => None,
    });
    opened(&changed)
}

/// A page without its crumbs and its neighbours, all its folds open. A section with a name is a landmark, and of all pages
/// together they are hundreds of the same names: they become groups.
fn opened(html: &str) -> String {
    const CHANGES: [(&str, &str); 4] = [
        ("<section ", "<div role=\"group\" "),
        ("</section>", "</div>"),
        ("<details ", "<details open "),
        ("<details>", "<details open>"),
    ];
    let mut navs = vec!["<nav class=\"crumbs\"", "<nav class=\"neighbours\""];
    let mut out = String::with_capacity(html.len() + html.len() / 32);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        rest = if let Some((from, to)) = CHANGES.iter().find(|(from, _)| tag.starts_with(from)) {
            out.push_str(to);
            tag.get(from.len()..).unwrap_or_default()
        } else if let Some(known) = navs.iter().position(|nav| tag.starts_with(nav))
            && let Some((_, behind)) = tag.split_once("</nav>")
        {
            navs.remove(known);
            behind
        } else {
            out.push('<');
            tag.get(1..).unwrap_or_default()
        };
    }
    out.push_str(rest);
    out
}

/// Where a link of a page leads in the whole; to another page of the book with that page's number, for paper.
fn link(tag: &Tag<'_>, route: &str, address: &str, places: &Places<'_>) -> Option<String> {
    if tag.name == "use" && address.starts_with("#i-") {
        return None;
    }
    let (path, fragment) = tags::resolve(route, address)?;
    let Some(number) = places.get(path.as_str()) else {
        let (written, fragment) =
            address.split_once('#').map_or((address, String::new()), |(path, name)| (path, format!("#{name}")));
        return tags::join(route, written).map(|path| quoted(&(path + &fragment)));
    };
    let there = anchor(&path);
    let target = quoted(&fragment.map_or_else(|| format!("#{there}"), |name| format!("#{there}--{name}")));
    match path == route || number.is_empty() || tag.name != "a" {
        true => Some(target),
        false => Some(format!("{target} data-number={}", quoted(number))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_links_are_those_of_the_whole() {
        let places: Places<'_> =
            [("a/b.html", "1.1".to_string()), ("a/c.html", "1.2".to_string()), ("g.html", String::new())].into();
        for (html, whole) in [
            ("<h2 id=\"x\">", "<h2 id=\"p-a--b--x\">"),
            ("<a href=\"#x\">", "<a href=\"#p-a--b--x\">"),
            ("<a href=\"c.html#y\">", "<a href=\"#p-a--c--y\" data-number=\"1.2\">"),
            ("<a href=\"../g.html\">", "<a href=\"#p-g\">"),
            ("<a href=\"../labs/cost.html#z\">", "<a href=\"labs/cost.html#z\">"),
            ("<a href=\"https://a.org/#b\">", "<a href=\"https://a.org/#b\">"),
            ("<use href=\"#i-lab\">", "<use href=\"#i-lab\">"),
            ("<rect fill=\"url(#g)\">", "<rect fill=\"url(#p-a--b--g)\">"),
            ("<img src=\"../x%20y.png\">", "<img src=\"x%20y.png\">"),
            (
                "<details class=\"q\"><p aria-labelledby=\"a b\">",
                "<details open class=\"q\"><p aria-labelledby=\"p-a--b--a p-a--b--b\">",
            ),
            (
                "<nav class=\"crumbs\" id=\"n\"><a>b</a></nav><section aria-labelledby=\"h\"></section>",
                "<div role=\"group\" aria-labelledby=\"p-a--b--h\"></div>",
            ),
            ("<code>id=&quot;x&quot;</code>", "<code>id=&quot;x&quot;</code>"),
        ] {
            assert_eq!(in_whole(html, "a/b.html", &places), whole);
        }
    }
}
