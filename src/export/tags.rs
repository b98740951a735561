//! Finished HTML, tag by tag: what the forms of the book that are made of its pages read and change in them.
//!
//! Only start tags and their attributes are looked at. Text, comments and what stands in scripts and styles pass as they are.

use std::borrow::Cow;

use fieldguide_wasm::html::unescape;
use fieldguide_wasm::state::decode_percent;

/// A start tag of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its name as it is written.
    pub name: &'a str,
    /// Where its `<` stands.
    pub start: usize,
    /// Behind its `>`.
    pub end: usize,
    /// Its attributes in their order.
    pub attributes: Vec<Attribute<'a>>,
}

/// An attribute of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its name as it is written.
    pub name: &'a str,
    /// Its value as it is written, without quotes; empty where there is none.
    pub raw: &'a str,
    /// Where that value stands, quotes included.
    start: usize,
    end: usize,
}

impl Tag<'_> {
    /// The value of an attribute, its character references resolved.
    pub fn value(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| unescape(attribute.raw).into_owned())
    }
}

/// The start tags of a text.
pub fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + html.get(at..)?.find('<')?;
            let rest = html.get(start..)?;
            if rest.starts_with("<!--") {
                at = rest.find("-->").map_or(html.len(), |end| start + end + 3);
            } else if rest.get(1..)?.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let tag = read(html, start);
                at = tag.end;
                if matches!(tag.name, "script" | "style" | "textarea" | "title") {
                    let close = format!("</{}", tag.name);
                    at = html.get(at..)?.find(&close).map_or(html.len(), |end| at + end);
                }
                return Some(tag);
            } else {
                at = start + 1;
            }
        }
    })
}

/// Reads the tag that starts at `start`.
fn read(html: &str, start: usize) -> Tag<'_> {
    let bytes = html.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b'>');
    let skip = |mut at: usize, stop: &dyn Fn(u8) -> bool| {
        while at < bytes.len() && !stop(byte(at)) {
            at += 1;
        }
        at
    };
    let space = |b: u8| b.is_ascii_whitespace();
    let mut at = skip(start + 1, &|b| space(b) || b == b'>' || b == b'/');
    let name = html.get(start + 1..at).unwrap_or_default();
    let mut attributes = Vec::new();
    loop {
        at = skip(at, &|b| !space(b) && b != b'/');
        if byte(at) == b'>' {
            break;
        }
        let name_end = skip(at + 1, &|b| space(b) || matches!(b, b'=' | b'>' | b'/'));
        let attribute = html.get(at..name_end).unwrap_or_default();
        let equals = skip(name_end, &|b| !space(b));
        let (mut raw, mut from, mut to) = ("", name_end, name_end);
        if byte(equals) == b'=' {
            from = skip(equals + 1, &|b| !space(b));
            (raw, to) = match byte(from) {
                quote @ (b'"' | b'\'') => {
                    let end = skip(from + 1, &|b| b == quote);
                    (html.get(from + 1..end).unwrap_or_default(), (end + 1).min(bytes.len()))
                }
                _ => {
                    let end = skip(from, &|b| space(b) || b == b'>');
                    (html.get(from..end).unwrap_or_default(), end)
                }
            };
        }
        attributes.push(Attribute { name: attribute, raw, start: from, end: to });
        at = to;
    }
    Tag { name, start, end: (at + 1).min(bytes.len()), attributes }
}

/// A value as it is written in a tag.
pub fn quoted(value: &str) -> String {
    format!("\"{}\"", fieldguide_wasm::html::escape(value))
}

/// The text with changed attributes: of an attribute that changes, `change` gives what stands behind its `=`.
pub fn rewrite(html: &str, mut change: impl FnMut(&Tag<'_>, &str, Cow<'_, str>) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut done = 0;
    for tag in tags(html) {
        for attribute in tag.attributes.iter().filter(|attribute| attribute.end > attribute.start) {
            if let Some(value) = change(&tag, attribute.name, unescape(attribute.raw)) {
                out.push_str(html.get(done..attribute.start).unwrap_or_default());
                out.push_str(&value);
                done = attribute.end;
            }
        }
    }
    out.push_str(html.get(done..).unwrap_or_default());
    out
}

/// What stands in a page's `<main>`.
pub fn main(html: &str) -> Option<&str> {
    let tag = tags(html).find(|tag| tag.name == "main")?;
    let rest = html.get(tag.end..)?;
    rest.get(..rest.rfind("</main>")?)
}

/// Resolves an address against the site path of the page that it stands on: the site path that it leads to, and its fragment.
/// Nothing where it leads out of the site.
pub fn resolve(page: &str, address: &str) -> Option<(String, Option<String>)> {
    let (path, fragment) = match address.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment.to_string())),
        None => (address, None),
    };
    let path = join(page, path.split('?').next().unwrap_or_default())?;
    Some((decode_percent(&path), fragment))
}

/// An address without a fragment as it is written from the site's root; nothing where it leads out of the site.
pub fn join(page: &str, address: &str) -> Option<String> {
    let scheme = address.find(':').is_some_and(|colon| !address.get(..colon).unwrap_or_default().contains('/'));
    if scheme || address.starts_with('/') {
        return None;
    }
    if address.is_empty() {
        return Some(page.to_string());
    }
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in address.split('/') {
        match part {
            ".." => drop(folders.pop()?),
            "." => {}
            part => folders.push(part),
        }
    }
    Some(folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_attributes_change() {
        let html = "<!-- <a id=\"c\"> --><p id=x data-a='1 &amp; 2' hidden>id=\"t\" &lt;a id=\"u\"</p><script>\"<a id='s'>\"</script><br/><a id=\"\">";
        let names: Vec<_> = tags(html).map(|tag| tag.name).collect();
        assert_eq!(names, ["p", "script", "br", "a"]);
        let changed = rewrite(html, |_, name, value| (name != "hidden").then(|| quoted(&(value + "!"))));
        assert_eq!(
            changed,
            "<!-- <a id=\"c\"> --><p id=\"x!\" data-a=\"1 &amp; 2!\" hidden>id=\"t\" &lt;a id=\"u\"</p><script>\"<a id='s'>\"</script><br/><a id=\"!\">"
        );
    }

    #[test]
    fn broken_tags_end_somewhere() {
        for html in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "<a b=\"c",
            "<a =>",
            "< a>",
            "<!--",
            "<script",
            "<a/b/>",
            "<é>",
            "<a é='ü",
        ] {
            for tag in tags(html) {
                assert!(tag.end <= html.len() && tag.end > tag.start, "{html}");
            }
            assert_eq!(rewrite(html, |_, _, _| None), html);
        }
    }

    #[test]
    fn addresses_are_resolved() {
        let resolved = |address: &str| resolve("a/b.html", address);
        assert_eq!(resolved("../c/d.html#e"), Some(("c/d.html".to_string(), Some("e".to_string()))));
        assert_eq!(resolved("#e"), Some(("a/b.html".to_string(), Some("e".to_string()))));
        assert_eq!(resolved("x%20%231.svg?y"), Some(("a/x #1.svg".to_string(), None)));
        for out in ["https://a.org/", "mailto:a", "//a.org", "/a", "../../c"] {
            assert_eq!(resolved(out), None, "{out}");
        }
    }
}
