//! An SVG file → a drawing that stands in the page itself: it takes the page's ink and fonts, and can do nothing else.
//!
//! What could run, load or leak (scripts, handlers, style, references to elsewhere) is a diagnostic at its place. Ids get a
//! prefix when the drawing is written, so that two drawings on a page never share one.

use std::ops::Range;

use fieldguide_wasm::html::escape;
use roxmltree::{Attribute, Document, Node, ParsingOptions};

use crate::diagnostic::{Diagnostic, Outcome};
use crate::source::Source;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Elements nested deeper than this are refused.
const MAX_DEPTH: usize = 64;

/// A drawing wider than this many pixels is not shrunk below its `drawing-wide` width on a narrow screen.
const WIDE: f64 = 440.0;

/// The elements of a still picture.
const ELEMENTS: [&str; 27] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "title",
    "desc",
    "marker",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "a",
    "switch",
    "metadata",
];

/// A drawing, ready to be written into a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawing {
    /// Markup, and between two pieces the place where the prefix of an id belongs.
    pieces: Vec<String>,
    /// Whether it is too wide to be shrunk to a phone.
    wide: bool,
}

impl Drawing {
    /// Writes the drawing with `prefix` in front of its ids and `label` as its text alternative.
    pub fn write(&self, prefix: &str, label: &str, out: &mut String) {
        let (prefix, label) = (escape(prefix), escape(label));
        // One that scrolls on a narrow screen must be reachable by keyboard.
        out.push_str(match self.wide {
            true => "<span class=\"drawing drawing-wide\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing\">",
            false => "<span class=\"drawing\">",
        });
        out.push_str(&format!("<svg role=\"img\" aria-label=\"{label}\""));
        out.push_str(&self.pieces.join(&prefix));
        out.push_str("</svg></span>");
    }
}

/// Reads an SVG file.
pub fn read(source: &Source) -> Outcome<Drawing> {
    let mut reader = Reader { source, pieces: vec![String::new()], diagnostics: Vec::new() };
    // Programs that draw write a DOCTYPE that says nothing; one that declares entities is a language of its own.
    let options = ParsingOptions { allow_dtd: !source.text.contains("<!ENTITY"), ..ParsingOptions::default() };
    let wide = match Document::parse_with_options(&source.text, options) {
        Ok(document) => reader.root(document.root_element()),
        Err(error) => {
            let at = offset(&source.text, error.pos());
            let help = "write the drawing as well-formed XML, without entities of its own";
            reader.wrong(at..at, format!("the drawing can't be read: {error}"), help);
            false
        }
    };
    Outcome { value: Drawing { pieces: reader.pieces, wide }, diagnostics: reader.diagnostics }
}

/// The byte of a line and a column, both counted from 1, the column in characters.
fn offset(text: &str, position: roxmltree::TextPos) -> usize {
    let before: usize = text.split_inclusive('\n').take(position.row.saturating_sub(1) as usize).map(str::len).sum();
    let line = text.get(before..).unwrap_or_default();
    let column = position.col.saturating_sub(1) as usize;
    before + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

struct Reader<'a> {
    source: &'a Source,
    pieces: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn wrong(&mut self, range: Range<usize>, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::error(self.source.span(range), message).help(help));
    }

    fn push(&mut self, text: &str) {
        if let Some(last) = self.pieces.last_mut() {
            last.push_str(text);
        }
    }

    /// Leaves room for the prefix of an id.
    fn prefix(&mut self) {
        self.pieces.push(String::new());
    }

    /// Writes what follows `<svg role=… aria-label=…`; says whether the drawing is wide.
    fn root(&mut self, root: Node<'_, '_>) -> bool {
        let tag = root.range().start..root.range().start + "<svg".len();
        if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
            let help = "start it with `<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 300\">`";
            self.wrong(tag, "this is not an SVG drawing".to_string(), help);
            return false;
        }
        let Some((width, height)) = size(root) else {
            let help = "add `viewBox=\"0 0 WIDTH HEIGHT\"`: without it the drawing can't fit a narrow screen";
            self.wrong(tag, "the drawing has no `viewBox` of four numbers".to_string(), help);
            return false;
        };
        self.push(&format!(" width=\"{width}\" height=\"{height}\""));
        if root.attribute("viewBox").is_none() {
            self.push(&format!(" viewBox=\"0 0 {width} {height}\""));
        }
        let written = root.attributes().filter(|attribute| {
            let own = ["width", "height", "role", "aria-label", "aria-labelledby", "class", "x", "y", "color"];
            attribute.namespace().is_some() || !own.contains(&attribute.name())
        });
        for attribute in written {
            self.attribute(attribute);
        }
        self.push(">");
        // The text alternative is the page's: a title would be said twice, and shown where the mouse rests.
        for child in root.children().filter(|child| !matches!(child.tag_name().name(), "title" | "desc")) {
            self.node(child, 1);
        }
        width > WIDE
    }

    fn node(&mut self, node: Node<'_, '_>, depth: usize) {
        if let Some(text) = node.text().filter(|_| node.is_text()) {
            return self.push(&escape(text));
        }
        // Editors keep notes of their own in other namespaces.
        if !node.is_element() || node.tag_name().namespace() != Some(SVG) {
            return;
        }
        let name = node.tag_name().name();
        let tag = node.range().start..node.range().start + 1 + name.len();
        if depth > MAX_DEPTH {
            return self.wrong(tag, format!("elements are nested deeper than {MAX_DEPTH}"), "flatten the drawing");
        }
        if name == "metadata" {
            return;
        }
        if !ELEMENTS.contains(&name) {
            let help = match name {
                "script" => "a drawing can't run anything: take the script out, or use a lab",
                "style" => "write colors and strokes as attributes, such as `fill=\"currentColor\"`",
                "image" | "feImage" => "a drawing loads nothing: draw it, or show the picture as an image of its own",
                _ => "draw with shapes, text, gradients, markers, masks and patterns",
            };
            return self.wrong(tag, format!("`<{name}>` can't stand in a drawing"), help);
        }
        self.push(&format!("<{name}"));
        for attribute in node.attributes() {
            self.attribute(attribute);
        }
        self.push(">");
        for child in node.children() {
            self.node(child, depth + 1);
        }
        self.push(&format!("</{name}>"));
    }

    fn attribute(&mut self, attribute: Attribute<'_, '_>) {
        let (name, value) = (attribute.name(), attribute.value());
        let place = attribute.range();
        match attribute.namespace() {
            None => {}
            Some(XLINK) if name == "href" => {}
            // Notes of editors, and what HTML has no use for.
            Some(_) => return,
        }
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("on") {
            return self.wrong(place, format!("the handler `{name}` can't stand in a drawing"), "take it out");
        }
        match lower.as_str() {
            "style" => {
                let help = "write each property as an attribute, such as `stroke-width=\"2\"`";
                self.wrong(place, "a `style` attribute can't stand in a drawing".to_string(), help);
            }
            "id" => self.with_ids(name, value, &[0]),
            "href" => match value.strip_prefix('#') {
                Some(_) => self.with_ids(name, value, &[1]),
                None => self.elsewhere(place, value),
            },
            "aria-labelledby" | "aria-describedby" => {
                let starts: Vec<_> = words(value).collect();
                self.with_ids(name, value, &starts);
            }
            _ => self.value(name, value, place),
        }
    }

    /// A value that may refer to a part of the drawing with `url(#id)`.
    fn value(&mut self, name: &str, value: &str, place: Range<usize>) {
        let mut starts = Vec::new();
        for (at, _) in value.to_ascii_lowercase().match_indices("url(") {
            let inside = value.get(at + 4..).unwrap_or_default();
            let quoted = inside.trim_start_matches([' ', '"', '\'']);
            if !quoted.starts_with('#') {
                return self.elsewhere(place, value);
            }
            let start = at + 4 + (inside.len() - quoted.len()) + 1;
            starts.push(start);
        }
        self.with_ids(name, value, &starts);
    }

    fn elsewhere(&mut self, place: Range<usize>, value: &str) {
        let message = format!("the drawing refers to `{value}`, outside of itself");
        self.wrong(place, message, "refer to a part of the same drawing, such as `#arrow`");
    }

    /// Writes an attribute with room for the prefix at each of these places of its value.
    fn with_ids(&mut self, name: &str, value: &str, starts: &[usize]) {
        self.push(&format!(" {name}=\""));
        let mut written = 0;
        for start in starts {
            self.push(&escape(value.get(written..*start).unwrap_or_default()));
            self.prefix();
            written = *start;
        }
        self.push(&escape(value.get(written..).unwrap_or_default()));
        self.push("\"");
    }
}

/// Width and height in CSS pixels: those of the `viewBox`, or the drawing's own where it has none.
fn size(root: Node<'_, '_>) -> Option<(f64, f64)> {
    let (width, height) = match root.attribute("viewBox") {
        Some(text) => {
            let numbers = text.split([' ', ',']).filter(|part| !part.is_empty()).map(|part| part.parse::<f64>().ok());
            let [_, _, width, height] = numbers.collect::<Option<Vec<_>>>()?[..] else { return None };
            (width, height)
        }
        None => {
            let pixels = |name| root.attribute(name)?.trim().trim_end_matches("px").parse::<f64>().ok();
            (pixels("width")?, pixels("height")?)
        }
    };
    let sensible = |length: f64| length > 0.0 && length < 1e6;
    (sensible(width) && sensible(height)).then_some((width, height))
}

/// Where the words of a text start.
fn words(text: &str) -> impl Iterator<Item = usize> + '_ {
    let starts = |(at, c): &(usize, char)| {
        let before = text.get(..*at).unwrap_or_default();
        !c.is_whitespace() && before.chars().next_back().is_none_or(char::is_whitespace)
    };
    text.char_indices().filter(starts).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn drawing(inside: &str) -> Outcome<Drawing> {
        file(&format!("<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" viewBox=\"0 0 40 30\">{inside}</svg>"))
    }

    fn file(text: &str) -> Outcome<Drawing> {
        let mut sources = Sources::default();
        let id = sources.add("a.svg", text);
        read(sources.get(id).unwrap())
    }

    #[test]
    fn ids_get_a_prefix_wherever_they_are_named() {
        let read = drawing(
            "<!-- c --><title>t</title><defs><marker id=\"m\"/></defs><path marker-end=\"url( '#m')\" d=\"M0 0\"/><use xlink:href=\"#m\"/><text aria-labelledby=\"a b\">1 &lt; 2</text>",
        );
        assert_eq!(read.diagnostics.len(), 0, "{:?}", read.diagnostics);
        let mut out = String::new();
        read.value.write("d1-", "a \"label\"", &mut out);
        assert_eq!(
            out,
            "<span class=\"drawing\"><svg role=\"img\" aria-label=\"a &quot;label&quot;\" width=\"40\" height=\"30\" viewBox=\"0 0 40 30\"><defs><marker id=\"d1-m\"></marker></defs><path marker-end=\"url( &#39;#d1-m&#39;)\" d=\"M0 0\"></path><use href=\"#d1-m\"></use><text aria-labelledby=\"d1-a d1-b\">1 &lt; 2</text></svg></span>"
        );
    }

    #[test]
    fn what_could_run_or_load_is_said() {
        for inside in [
            "<script>alert(1)</script>",
            "<path onclick=\"a()\"/>",
            "<path ONLOAD=\"a()\"/>",
            "<path style=\"fill:red\"/>",
            "<style>a{}</style>",
            "<image href=\"a.png\"/>",
            "<use xlink:href=\"b.svg#x\"/>",
            "<a href=\"javascript:alert(1)\"><text>x</text></a>",
            "<path fill=\"URL(https://a.org/x)\"/>",
            "<foreignObject/>",
            "<animate attributeName=\"href\"/>",
            "<set/>",
        ] {
            let read = drawing(inside);
            assert_eq!(read.diagnostics.len(), 1, "{inside}: {:?}", read.diagnostics);
        }
        for text in ["", "<svg", "<p/>", "<svg viewBox=\"0 0 1 1\"/>", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>"] {
            assert_eq!(file(text).diagnostics.len(), 1, "{text}");
        }
        for size in
            ["viewBox=\"0 0 1\"", "viewBox=\"0 0 1 0\"", "viewBox=\"0 0 x 1 1\"", "width=\"100%\" height=\"2\"", ""]
        {
            assert_eq!(file(&format!("<svg xmlns=\"{SVG}\" {size}/>")).diagnostics.len(), 1, "{size}");
        }
        assert_eq!(file(&format!("<svg xmlns=\"{SVG}\" width=\"4px\" height=\"3\"/>")).diagnostics.len(), 0);
        let deep = "<g>".repeat(200) + &"</g>".repeat(200);
        assert_eq!(drawing(&deep).diagnostics.len(), 1);
    }
}
