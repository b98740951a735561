//! Markup → marked text, cut at its anchors. What is read is the markup that our own writer made, and what an author of raw
//! HTML added to it: a tag that isn't known is no text.

use std::borrow::Cow;

use fieldguide_wasm::html::unescape;
use fieldguide_wasm::search::tokenize::INLINE;

use super::block;
use crate::page::{Markup, Page, Piece, Snippet};

/// What stands below an anchor.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    /// The anchor; none before the first.
    pub(super) anchor: Option<String>,
    /// The text of the heading or of the term that has the anchor.
    pub(super) title: String,
    /// The text.
    pub(super) text: String,
    /// The blocks of code in it, where they are not part of the text.
    pub(super) snippets: Vec<usize>,
}

/// Cuts a markup at its headings and at the terms of its lists; with `code`, blocks of code are part of the text.
pub(super) fn cut(page: &Page, markup: &Markup, code: bool) -> Vec<Part> {
    let mut scan = Scan { parts: vec![Part::default()], ..Scan::default() };
    for piece in markup {
        match piece {
            Piece::Html(html) => scan.html(html),
            Piece::Href(_) => {}
            Piece::Image(at) => {
                if let Some(image) = page.images.get(*at) {
                    scan.text(&format!(" {} ", plain(&image.alt)));
                }
            }
            Piece::Code(at) => {
                let Some(snippet) = page.body().snippets.get(*at).filter(|snippet| !snippet.attributes.hidden) else {
                    continue;
                };
                match code {
                    true => scan.text(&self::snippet(snippet)),
                    false => scan.part(|part| part.snippets.push(*at)),
                }
            }
            Piece::Demo(at) => {
                if let Some(demo) = page.demos.get(*at) {
                    scan.text(&format!("\n{}\n", plain(&demo.caption)));
                }
            }
        }
    }
    scan.parts.retain(|part| part.anchor.is_some() || !part.text.trim().is_empty() || !part.snippets.is_empty());
    for part in &mut scan.parts {
        part.text = part.text.trim().to_string();
    }
    scan.parts
}

/// A piece of finished HTML, such as a heading's, as marked text.
pub(super) fn marked(html: &str) -> String {
    let mut scan = Scan { parts: vec![Part::default()], ..Scan::default() };
    scan.html(html);
    scan.parts.into_iter().map(|part| part.text).collect::<String>().trim().to_string()
}

/// Text without control characters, of which some are marks.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let left_out = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    match text.contains(left_out) {
        true => Cow::Owned(text.replace(left_out, "")),
        false => Cow::Borrowed(text),
    }
}

/// A snippet with what it prints.
pub(super) fn snippet(snippet: &Snippet) -> String {
    let outputs = snippet.outputs.iter().filter(|_| !snippet.outputs_hidden).map(|output| block(&output.text));
    std::iter::once(block(&snippet.text)).chain(outputs).collect()
}

#[derive(Default)]
struct Scan {
    parts: Vec<Part>,
    /// The tag that is open: a hole may stand in the middle of it.
    tag: Option<String>,
    /// What ends the text that is left out, such as `</sup>`.
    skip: Option<&'static str>,
    /// What ends the title that is read.
    title: Option<&'static str>,
}

impl Scan {
    fn part(&mut self, act: impl FnOnce(&mut Part)) {
        if let Some(last) = self.parts.last_mut() {
            act(last);
        }
    }

    fn html(&mut self, html: &str) {
        let mut rest = html;
        while !rest.is_empty() {
            if let Some(open) = self.tag.take() {
                let end = tag_end(&open, rest);
                let (inside, behind) = rest.split_at(end.unwrap_or(rest.len()));
                let tag = open + inside;
                match end {
                    Some(_) => self.close_tag(&tag),
                    None => self.tag = Some(tag),
                }
                rest = behind.strip_prefix('>').unwrap_or(behind);
            } else {
                let (text, behind) = rest.split_once('<').map_or((rest, None), |(text, behind)| (text, Some(behind)));
                self.text(&plain(&unescape(text)));
                self.tag = behind.map(|_| String::new());
                rest = behind.unwrap_or_default();
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.skip.is_some() {
            return;
        }
        let titled = self.title.is_some();
        self.part(|part| if titled { part.title.push_str(text) } else { part.text.push_str(text) });
    }

    fn close_tag(&mut self, tag: &str) {
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if self.skip == Some(name) {
            self.skip = None;
            return;
        }
        if self.title == Some(name) {
            self.title = None;
            return;
        }
        match name {
            // The formula as its author wrote it: what a reader could type.
            "math" => {
                let latex = attribute(tag, "alttext").unwrap_or_default();
                self.text(&format!("{INLINE}{}{INLINE}", plain(&latex)));
                self.skip = Some("/math");
            }
            "code" | "/code" => self.text(&INLINE.to_string()),
            "h2" | "h3" | "h4" | "h5" | "h6" | "dt" => self.anchor(name, tag),
            "sup" if tag.contains("fn-ref") => self.skip = Some("/sup"),
            "a" if tag.contains("permalink") || tag.contains("fn-back") => self.skip = Some("/a"),
            "script" => self.skip = Some("/script"),
            "style" => self.skip = Some("/style"),
            "img" => {
                let alt = format!(" {} ", attribute(tag, "alt").unwrap_or_default());
                self.text(&plain(&alt));
            }
            // Marks of axes; what the picture shows stands in its table.
            "svg" if tag.contains("plot-picture") => self.skip = Some("/svg"),
            "br" | "/td" | "/th" => self.text(" "),
            "/p" | "/li" | "/tr" | "/dd" | "/blockquote" | "/div" | "/ul" | "/ol" | "/table" => self.text("\n"),
            _ => {}
        }
    }

    fn anchor(&mut self, name: &str, tag: &str) {
        let Some(id) = attribute(tag, "id") else { return };
        self.title = match name {
            "h2" => Some("/h2"),
            "h3" => Some("/h3"),
            "h4" => Some("/h4"),
            "h5" => Some("/h5"),
            "h6" => Some("/h6"),
            _ => Some("/dt"),
        };
        self.parts.push(Part { anchor: Some(id), ..Part::default() });
    }
}

/// Where the tag ends that starts with `open` and goes on with `rest`: behind a `>` that stands in no attribute's value.
fn tag_end(open: &str, rest: &str) -> Option<usize> {
    let mut quoted = open.matches('"').count() % 2 == 1;
    rest.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescape(value.split_once('"')?.0).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_text_with_marked_code() {
        assert_eq!(marked("Why is <code>a &lt; b</code> &amp;amp; <em>not</em>?"), "Why is \u{1}a < b\u{1} &amp; not?");
        assert_eq!(marked("\u{1}x\u{2} <a title=\"a > b\">y</a>"), "x y");
    }

    #[test]
    fn tags_go_on_behind_a_hole() {
        let mut scan = Scan { parts: vec![Part::default()], ..Scan::default() };
        scan.html("<p>See <a href=\"");
        scan.html("\" title=\"t\">this</a>.</p>\n<h2 id=\"a-b\">A <code>b</code> <a class=\"permalink\" href=\"#a-b\">#</a></h2>\nBelow");
        assert_eq!(scan.parts[0].text.trim(), "See this.");
        assert_eq!(scan.parts[1].anchor.as_deref(), Some("a-b"));
        assert_eq!(scan.parts[1].title.trim(), "A \u{1}b\u{1}");
        assert_eq!(scan.parts[1].text.trim(), "Below");
    }
}
