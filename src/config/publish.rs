//! `[publish]` of book.toml.

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, suggestion};
use crate::keys::{Keys, TomlText};
use crate::source::{Source, Span};

/// What hosts, search engines and readers who write back are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publish {
    /// Who wrote the book, for its feed and for search engines; the book's title stands in where nobody is named.
    pub author: Option<String>,
    /// Where a page can be edited.
    pub edit: Option<LinkTemplate>,
    /// Where a mistake on a page can be reported.
    pub report: Option<LinkTemplate>,
    /// Whether pages name those who changed them.
    pub contributors: bool,
    /// Whether each page gets a picture for previews of links to it.
    pub social_images: bool,
}

/// An address with `{path}`, `{title}` and `{url}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTemplate(String);

/// What may stand in the braces of a link template.
const PLACEHOLDERS: [&str; 3] = ["path", "title", "url"];

impl LinkTemplate {
    /// The address for a page: its path in the book, its title, its address. Each is percent-encoded; slashes of the path stay.
    pub fn fill(&self, path: &str, title: &str, url: &str) -> String {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, name, behind)) = placeholder(rest) {
            out.push_str(before);
            out.push_str(&match name {
                "path" => encode(path, "-._~/"),
                "title" => encode(title, "-._~"),
                _ => encode(url, "-._~"),
            });
            rest = behind;
        }
        out + rest
    }
}

/// The text before the first placeholder, its name, and the text behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, behind) = rest.split_once('}')?;
    Some((before, name, behind))
}

/// Percent-encodes all but letters and digits of ASCII and those in `kept`.
pub(super) fn encode(text: &str, kept: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Reads the table.
pub(super) fn read<'a>(
    source: &Source,
    toml: TomlText<'a>,
    table: DeTable<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Publish {
    let mut keys = Keys::new(toml, table, &super::shape::PUBLISH, diagnostics);
    let author = keys.string("author").map(|(name, _)| name).filter(|name| !name.trim().is_empty());
    let edit = template(source, &mut keys, "edit");
    let report = template(source, &mut keys, "report");
    let contributors = keys.flag("contributors").unwrap_or(false);
    let social_images = keys.flag("social_images").unwrap_or(false);
    keys.finish(&toml.span(0..0));
    Publish { author, edit, report, contributors, social_images }
}

fn template(source: &Source, keys: &mut Keys<'_, '_>, key: &'static str) -> Option<LinkTemplate> {
    let (text, span) = keys.string(key)?;
    let mut rest = text.as_str();
    let mut fine = true;
    while let Some((_, name, behind)) = placeholder(rest) {
        if !PLACEHOLDERS.contains(&name) {
            let message = format!("`{{{name}}}` stands for nothing in an address");
            let help = suggestion(name, PLACEHOLDERS);
            keys.diagnostics()
                .push(Diagnostic::error(within(source, &span, &format!("{{{name}}}")), message).help(help));
            fine = false;
        }
        rest = behind;
    }
    let scheme = ["https://", "http://", "mailto:"].iter().any(|scheme| text.starts_with(scheme));
    if !scheme || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let message = format!("`{key}` is not an address");
        let help = "write it whole, such as `https://example.org/edit/main/{path}`";
        keys.diagnostics().push(Diagnostic::error(span, message).help(help));
        return None;
    }
    fine.then_some(LinkTemplate(text))
}

/// Where a part of a value stands; the whole value where it is written otherwise.
fn within(source: &Source, span: &Span, part: &str) -> Span {
    let at = source.text.get(span.bytes()).and_then(|text| text.find(part)).map(|at| span.bytes().start + at);
    at.map_or_else(|| span.clone(), |at| source.span(at..at + part.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_with_encoded_text() {
        let template = LinkTemplate("https://a.org/{path}?t={title}&u={url}#x".to_string());
        let filled = template.fill("content/01-é/a b.md", "`a` & b?", "https://b.org/g/");
        assert_eq!(
            filled,
            "https://a.org/content/01-%C3%A9/a%20b.md?t=%60a%60%20%26%20b%3F&u=https%3A%2F%2Fb.org%2Fg%2F#x"
        );
        assert_eq!(LinkTemplate("https://a.org/}{".to_string()).fill("p", "t", "u"), "https://a.org/}{");
    }
}
