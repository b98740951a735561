//! The one writer of HTML: text and attribute values are escaped by default.

use std::borrow::Cow;
use std::fmt::{Display, Write};

/// A growing piece of HTML. Everything that is not a literal of this program goes through [`Html::text`] or an attribute.
#[derive(Default, Debug, Clone)]
pub struct Html {
    out: String,
}

impl Html {
    /// An empty piece.
    pub fn new() -> Self {
        Self::default()
    }

    /// Markup written by this program itself; never text from outside.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.out.push_str(markup);
        self
    }

    /// HTML that this writer made before.
    pub fn html(&mut self, piece: &Html) -> &mut Self {
        self.out.push_str(&piece.out);
        self
    }

    /// Text, escaped.
    pub fn text(&mut self, text: impl Display) -> &mut Self {
        let start = self.out.len();
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{text}");
        self.escape_from(start);
        self
    }

    /// `<tag a="…">`; attribute values are escaped, and those that are only there or not stand without one.
    pub fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            if value.is_empty() && matches!(*name, "checked" | "disabled" | "hidden" | "open" | "selected") {
                continue;
            }
            self.out.push_str("=\"");
            let start = self.out.len();
            self.out.push_str(value);
            self.escape_from(start);
            self.out.push('"');
        }
        self.out.push('>');
        self
    }

    /// `</tag>`.
    pub fn close(&mut self, tag: &'static str) -> &mut Self {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
        self
    }

    /// `<tag a="…">text</tag>`.
    pub fn element(&mut self, tag: &'static str, attributes: &[(&'static str, &str)], text: impl Display) -> &mut Self {
        self.open(tag, attributes).text(text).close(tag)
    }

    /// What was written so far.
    pub fn as_str(&self) -> &str {
        &self.out
    }

    /// The finished piece.
    pub fn finish(self) -> String {
        self.out
    }

    fn escape_from(&mut self, start: usize) {
        let Some(tail) = self.out.get(start..) else { return };
        if !tail.contains(['&', '<', '>', '"', '\'']) {
            return;
        }
        let escaped = escape(tail);
        self.out.truncate(start);
        self.out.push_str(&escaped);
    }
}

/// The text behind the character references that a writer of HTML makes.
pub fn unescape(text: &str) -> Cow<'_, str> {
    const REFERENCES: [(&str, char); 7] =
        [("lt;", '<'), ("gt;", '>'), ("amp;", '&'), ("quot;", '"'), ("#39;", '\''), ("#x27;", '\''), ("#x2F;", '/')];
    let Some((before, mut rest)) = text.split_once('&') else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(before);
    loop {
        let found = REFERENCES.iter().find_map(|(reference, c)| Some((*c, rest.strip_prefix(reference)?)));
        let (c, behind) = found.unwrap_or(('&', rest));
        out.push(c);
        let Some((text, later)) = behind.split_once('&') else {
            out.push_str(behind);
            return Cow::Owned(out);
        };
        out.push_str(text);
        rest = later;
    }
}

/// `text` with the five characters that mean something in HTML replaced, for text and for quoted attributes. A control
/// character, which HTML doesn't allow, becomes U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((run, tail)) = rest.bytes().position(is_special).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(run);
        let mut chars = tail.chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\'') => out.push_str("&#39;"),
            Some(c) if c.is_control() => out.push('\u{fffd}'),
            c => out.extend(c),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// Whether a character that starts with this byte may have to be replaced; it is the first byte of a character.
fn is_special(byte: u8) -> bool {
    match byte {
        b'\n' | b'\t' | b'\r' => false,
        b'&' | b'<' | b'>' | b'"' | b'\'' | 0x7f => true,
        // The controls beyond ASCII, and a few letters.
        0xc2 => true,
        byte => byte < b' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_boolean_attributes_without_a_value() {
        let mut html = Html::new();
        html.open("option", &[("value", ""), ("selected", "")]);
        assert_eq!(html.as_str(), "<option value=\"\" selected>");
    }

    #[test]
    fn what_was_escaped_is_read_again() {
        for text in ["", "a", "&", "&&lt;", "a < b & 'c' > \"d\"", "&amp;lt;", "&é&"] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(unescape("&#x27;&#x2F;&copy;&lt"), "'/&copy;&lt");
    }

    #[test]
    fn escapes_text_and_attributes() {
        let mut html = Html::new();
        html.element("p", &[("title", "\"><script>")], "a < b & 'c'");
        assert_eq!(html.as_str(), "<p title=\"&quot;&gt;&lt;script&gt;\">a &lt; b &amp; &#39;c&#39;</p>");
    }
}
