//! The TOML between `+++` lines.

pub mod shape;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::keys::{Keys, TomlText};
use crate::page::Kind;
use crate::source::{Source, Span};

/// What the front matter of any page may say; which keys are allowed depends on the page's kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The page's title: one line of Markdown with inline code at most.
    pub title: String,
    /// One sentence that stands wherever the title is listed.
    pub summary: String,
    /// Entry points to the topic, in order.
    pub tags: Vec<String>,
    /// A stable id that outlives address and title, and its place.
    pub id: Option<(String, Span)>,
    /// Slugs of topics to know first, each with its place.
    pub requires: Vec<(String, Span)>,
    /// Addresses the page stood at before, as site paths, each with its place.
    pub aliases: Vec<(String, Span)>,
    /// Shown by `serve` only.
    pub draft: bool,
    /// When the page last changed, where its author says so rather than its history: RFC 3339, a date or an instant.
    pub updated: Option<String>,
    /// Stage: what the reader will be able to do.
    pub objectives: Vec<(String, Span)>,
    /// Stage: what to remember.
    pub takeaway: Option<(String, Span)>,
    /// Stage: common slips.
    pub slips: Vec<(String, Span)>,
}

/// Splits a source into the range of its front matter (without the `+++` lines) and the offset of its body.
pub fn split(source: &Source, diagnostics: &mut Vec<Diagnostic>) -> Option<(Range<usize>, usize)> {
    let text: &str = &source.text;
    let first_line_end = text.find('\n').unwrap_or(text.len());
    if text.get(..first_line_end).map(str::trim_end) != Some("+++") {
        let end = text.get(..first_line_end).map_or(0, |line| line.trim_end().len());
        let mut diagnostic = Diagnostic::error(source.span(0..end), "front matter is missing")
            .help("start the file with `+++`, `title = \"…\"`, `+++`, each on a line of its own");
        if text.starts_with("---") {
            diagnostic = diagnostic.label("YAML front matter is not read: use TOML between `+++` lines");
        }
        diagnostics.push(diagnostic);
        return None;
    }
    let start = (first_line_end + 1).min(text.len());
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        if line.trim_end() == "+++" {
            return Some((start..at, at + line.len()));
        }
        at += line.len();
    }
    diagnostics.push(
        Diagnostic::error(source.span(0..3), "front matter is not closed")
            .label("opened here")
            .help("end it with a line that holds nothing but `+++`"),
    );
    None
}

/// Reads the front matter of a page of that kind.
pub fn parse(source: &Source, range: Range<usize>, kind: Kind, diagnostics: &mut Vec<Diagnostic>) -> FrontMatter {
    let text = source.text.get(range.clone()).unwrap_or_default();
    let toml = TomlText { file: source.id, offset: range.start, text };
    let Some(table) = toml.parse(diagnostics) else { return FrontMatter::default() };
    let opening = source.span(0..3);
    let shape = shape::of(kind);
    let mut keys = Keys::new(toml, table, &shape, diagnostics);
    let mut front = FrontMatter { title: keys.said("title"), ..FrontMatter::default() };
    front.summary = match kind {
        Kind::Home => keys.string("summary").map(|(text, _)| text).unwrap_or_default(),
        _ => keys.said("summary"),
    };
    front.updated = keys.date("updated");
    if kind != Kind::Home {
        front.draft = keys.flag("draft").unwrap_or(false);
        front.aliases = aliases(&mut keys);
        front.id = id(&mut keys);
        front.tags = tags(&mut keys);
    }
    if kind == Kind::Topic {
        front.requires = keys.strings("requires");
    }
    if kind == Kind::Stage {
        front.objectives = keys.strings("objectives");
        front.takeaway = keys.string("takeaway");
        front.slips = keys.strings("slips");
    }
    keys.finish(&opening);
    front
}

fn tags(keys: &mut Keys<'_, '_>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for (tag, span) in keys.strings("tags") {
        if super::markdown::slug(&tag).is_empty() {
            let message = format!("the tag `{tag}` has no letter or digit");
            keys.diagnostics().push(Diagnostic::error(span, message).help("a tag is part of an address: use letters"));
        } else if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn id(keys: &mut Keys<'_, '_>) -> Option<(String, Span)> {
    let (id, span) = keys.string("id")?;
    if id.is_empty() || super::markdown::slug(&id) != id {
        let message = format!("`{id}` is not an id");
        keys.diagnostics().push(
            Diagnostic::error(span, message).help("use lower-case letters, digits and hyphens, such as `float-sums`"),
        );
        return None;
    }
    Some((id, span))
}

fn aliases(keys: &mut Keys<'_, '_>) -> Vec<(String, Span)> {
    let mut aliases = Vec::new();
    for (written, span) in keys.strings("aliases") {
        let path = written.trim_start_matches('/');
        let path = if path.ends_with('/') { format!("{path}index.html") } else { path.to_string() };
        let odd = |c: char| c.is_control() || c.is_whitespace() || "\\?#%:\"<>|*".contains(c);
        let plain = path.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(odd));
        if !plain || !path.ends_with(".html") {
            keys.diagnostics().push(
                Diagnostic::error(span, format!("`{written}` is not an address of a page"))
                    .help("write the old path from the site's root, such as `old/page.html`"),
            );
        } else {
            aliases.push((path, span));
        }
    }
    aliases
}
