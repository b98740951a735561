//! book.toml → [`Config`].

mod publish;
pub mod shape;

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, Outcome};
use crate::keys::{Keys, TomlText, entries};
use crate::source::{Source, Span};
pub use publish::{LinkTemplate, Publish};

/// What book.toml says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The book's title.
    pub title: String,
    /// One sentence on the book, for search engines and previews; empty where none is given.
    pub summary: String,
    /// A BCP 47 language tag, for `<html lang>`.
    pub language: String,
    /// The address the site will stand at, with a slash at its end.
    pub base_url: Option<String>,
    /// Whether HTML in the Markdown is passed on rather than escaped.
    pub raw_html: bool,
    /// Titled groups of stages; empty where the book has none.
    pub parts: Vec<Part>,
    /// The Pythons that prove the book's snippets.
    pub python: Python,
    /// The book's own colours, fonts and logo.
    pub theme: Theme,
    /// What hosts, search engines and readers who write back are told.
    pub publish: Publish,
}

/// `[theme]`: what a book changes of the theme's tokens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Theme {
    /// The file of the logo, below `static/`.
    pub logo: Option<(String, Span)>,
    /// Font families of text, as CSS lists them.
    pub font_text: Option<(String, Span)>,
    /// Font families of code.
    pub font_code: Option<(String, Span)>,
    /// Colours of the light mode.
    pub light: Vec<Token>,
    /// Colours of the dark mode.
    pub dark: Vec<Token>,
}

/// A colour of the theme in a value of the book's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its name, such as `accent`.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The colour, as CSS writes it.
    pub value: String,
    /// Where the colour stands.
    pub value_span: Span,
}

/// `[python]`: what `check --run` and the pages run with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Python {
    /// Versions such as `3.12`, or paths of interpreters, each with its place; any Python where the book names none.
    pub versions: Vec<(String, Option<Span>)>,
    /// Hidden preambles by their name.
    pub setup: BTreeMap<String, String>,
    /// The folder of the engine that runs snippets in the page; the program's own where there is none.
    pub engine: Option<(String, Span)>,
    /// Wheels that the page's Python is given: paths in which `*` stands for anything but a slash.
    pub wheels: Vec<(String, Span)>,
    /// The least share of pitfalls that must be proven, in percent, with its place.
    pub least_proven: Option<(usize, Span)>,
    /// The greatest share of Python blocks that may say `norun` or `differs`, in percent, with its place.
    pub most_kept_out: Option<(usize, Span)>,
}

/// A titled group of stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its title.
    pub title: String,
    /// The slugs of its stages, each with its place in book.toml.
    pub stages: Vec<(String, Span)>,
}

impl Config {
    /// The absolute address of a page or file of the site, by its site path; none without a `base_url`.
    pub fn absolute(&self, path: &str) -> Option<String> {
        let path = match path.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => path,
        };
        let encoded = publish::encode(path, "-._~/#");
        self.base_url.as_ref().map(|base| format!("{base}{encoded}"))
    }

    /// The path part of `base_url`, with a slash at both ends.
    pub fn base_path(&self) -> &str {
        let after_scheme = self.base_url.as_deref().and_then(|url| url.split_once("://"));
        after_scheme.and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or("/")
    }
}

/// Reads book.toml.
pub fn parse(source: &Source) -> Outcome<Config> {
    let mut diagnostics = Vec::new();
    let toml = TomlText { file: source.id, offset: 0, text: &source.text };
    let Some(table) = toml.parse(&mut diagnostics) else {
        return Outcome { value: Config::default(), diagnostics };
    };
    let whole = source.span(0..0);
    let mut keys = Keys::new(toml, table, &shape::BOOK, &mut diagnostics);
    let title = keys.said("title");
    let summary = keys.string("summary").map(|(text, _)| text).unwrap_or_default();
    let language = language(&mut keys);
    let base_url = base_url(&mut keys);
    let raw_html = keys.flag("raw_html").unwrap_or(false);
    let part_tables = keys.tables("parts");
    let python_table = keys.table("python");
    let theme_table = keys.table("theme");
    let publish_table = keys.table("publish");
    keys.finish(&whole);
    let theme = theme_table.map(|table| theme(toml, table, &mut diagnostics)).unwrap_or_default();
    let python = python_table.map(|table| python(toml, table, &mut diagnostics)).unwrap_or_default();
    let publish = publish_table.map(|table| publish::read(source, toml, table, &mut diagnostics)).unwrap_or_default();
    let mut parts = Vec::new();
    for (table, span) in part_tables {
        let mut keys = Keys::new(toml, table, &shape::PART, &mut diagnostics);
        let title = keys.said("title");
        let stages = keys.strings("stages");
        keys.finish(&span);
        parts.push(Part { title, stages });
    }
    let config = Config { title, summary, language, base_url, raw_html, parts, python, theme, publish };
    Outcome { value: config, diagnostics }
}

fn python<'a>(toml: TomlText<'a>, table: DeTable<'a>, diagnostics: &mut Vec<Diagnostic>) -> Python {
    let mut keys = Keys::new(toml, table, &shape::PYTHON, diagnostics);
    let versions = keys.strings("versions").into_iter().map(|(version, span)| (version, Some(span))).collect();
    let engine = keys.string("engine");
    let wheels = keys.strings("wheels");
    let setups = keys.table("setup");
    let least_proven = percent(&mut keys, "least_proven");
    let most_kept_out = percent(&mut keys, "most_kept_out");
    keys.finish(&toml.span(0..0));
    let setups = setups.map(|table| entries(toml, &table, "`[python.setup]`", diagnostics)).unwrap_or_default();
    let setup = setups.into_iter().map(|((name, _), (code, _))| (name, code)).collect();
    Python { versions, setup, least_proven, most_kept_out, engine, wheels }
}

fn theme<'a>(toml: TomlText<'a>, table: DeTable<'a>, diagnostics: &mut Vec<Diagnostic>) -> Theme {
    let mut keys = Keys::new(toml, table, &shape::THEME, diagnostics);
    let logo = keys.string("logo");
    let font_text = keys.string("font_text");
    let font_code = keys.string("font_code");
    let (light, dark) = (keys.table("light"), keys.table("dark"));
    keys.finish(&toml.span(0..0));
    let mut tokens = |table: Option<DeTable<'a>>, what: &'static str| {
        let entries = table.map(|table| entries(toml, &table, what, diagnostics)).unwrap_or_default();
        let token = |((name, name_span), (value, value_span))| Token { name, name_span, value, value_span };
        entries.into_iter().map(token).collect()
    };
    let (light, dark) = (tokens(light, "`[theme.light]`"), tokens(dark, "`[theme.dark]`"));
    Theme { logo, font_text, font_code, light, dark }
}

fn percent(keys: &mut Keys<'_, '_>, key: &'static str) -> Option<(usize, Span)> {
    let (number, span) = keys.integer(key)?;
    match usize::try_from(number) {
        Ok(percent) if percent <= 100 => Some((percent, span)),
        _ => {
            let message = format!("`{key}` is a share in percent, {number} is none");
            keys.diagnostics().push(Diagnostic::error(span, message).help("write a whole number from 0 to 100"));
            None
        }
    }
}

fn language(keys: &mut Keys<'_, '_>) -> String {
    let Some((tag, span)) = keys.string("language") else { return "en".to_string() };
    let well_formed = tag.split('-').enumerate().all(|(i, part)| {
        let letters = part.chars().all(|c| if i == 0 { c.is_ascii_alphabetic() } else { c.is_ascii_alphanumeric() });
        letters && (if i == 0 { 2..=8 } else { 1..=8 }).contains(&part.len())
    });
    if !well_formed {
        keys.diagnostics().push(
            Diagnostic::error(span, format!("`{tag}` is not a language tag"))
                .help("write a tag such as `en` or `pt-BR`"),
        );
    }
    tag
}

fn base_url(keys: &mut Keys<'_, '_>) -> Option<String> {
    let (url, span) = keys.string("base_url")?;
    let address = address(&url);
    if address.is_none() {
        keys.diagnostics().push(
            Diagnostic::error(span, format!("`{url}` is not the address of a site"))
                .help("write it whole, such as `https://example.org/guide/`"),
        );
    }
    address
}

/// The address of a site, whole and with a slash at its end; none where the text is no such address.
pub fn address(url: &str) -> Option<String> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}?#".contains(c);
    if host.is_empty() || host.starts_with('/') || url.contains(odd) {
        return None;
    }
    Some(if url.ends_with('/') { url.to_string() } else { format!("{url}/") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read(text: &str) -> Outcome<Config> {
        let mut sources = Sources::default();
        let id = sources.add("book.toml", text);
        parse(sources.get(id).unwrap())
    }

    #[test]
    fn the_base_path_ends_with_a_slash() {
        for (url, path) in [("https://a.org", "/"), ("https://a.org/g", "/g/"), ("http://a.org/g/h/", "/g/h/")] {
            assert_eq!(read(&format!("title = 'T'\nbase_url = '{url}'")).value.base_path(), path);
        }
        assert_eq!(read("title = 'T'").value.base_path(), "/");
    }

    #[test]
    fn wrong_values_are_said() {
        for text in ["", "title = 1", "title = ''", "title = 'T'\nlanguage = 'e n'", "title = 'T'\nbase_url = 'a.org'"]
        {
            assert_eq!(read(text).diagnostics.len(), 1, "{text}");
        }
        for text in ["least_proven = 101", "most_kept_out = -1", "most_kept_out = '5'"] {
            assert_eq!(read(&format!("title = 'T'\n[python]\n{text}")).diagnostics.len(), 1, "{text}");
        }
        assert_eq!(read("titel = 'T'\nparts = 3").diagnostics.len(), 3);
        assert_eq!(read("title = 'T'\n[[parts]]\nname = 'x'").diagnostics.len(), 3);
    }
}
