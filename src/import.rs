//! An mdBook → a book: chapters become stages and topics, what has a counterpart is rewritten, and what has none is listed with
//! its place. Nothing is left behind.

mod config;
mod expand;
mod page;
mod plan;
mod quiz;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::page::Kind;
use crate::scaffold::{Refused, quoted};
use crate::source::{Disk, Files};
use config::Old;
use plan::{Place, Plan};

/// Something without a counterpart, or that an author should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The file in the mdBook.
    pub file: String,
    /// The line there, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What became of it.
    pub text: String,
}

/// A book made of an mdBook, not written yet.
#[derive(Debug, Default)]
pub struct Import {
    /// Its files by their path in the new book.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What has no counterpart, in the order of files and lines.
    pub notes: Vec<Note>,
    /// How many chapters were read.
    pub chapters: usize,
}

/// What the conversion of all pages shares.
struct Importer<'a> {
    disk: &'a Disk,
    old: Old,
    plan: Plan,
    files: BTreeMap<String, Vec<u8>>,
    notes: Vec<Note>,
    /// Files that code blocks include: their path in the mdBook, and in the new book.
    code: BTreeMap<String, String>,
    /// Chapters and pieces of text that were read into a page.
    used: BTreeSet<String>,
    /// Questions that stand at the end of a stage, by the stage's new path.
    quizzes: BTreeMap<String, String>,
    raw_html: bool,
}

/// Reads the mdBook in that folder and makes a book of it.
///
/// # Errors
/// No mdBook there, or a file that can't be read.
pub fn mdbook(root: &Path) -> Result<Import, Refused> {
    let disk = Disk::new(root);
    let mut notes = Vec::new();
    let old = config::read(&disk, &mut notes)?;
    let summary_path = old.in_source("SUMMARY.md");
    let Ok(text) = disk.read(&summary_path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) else {
        let message = format!("there is no mdBook here: `{summary_path}` is missing");
        let help = "name the folder that holds the mdBook's book.toml";
        return Err(Refused::because(Diagnostic::file(root.display().to_string(), message).help(help)));
    };
    let summary = summary::read(&text);
    let plan = plan::plan(&summary, &old, &mut notes);
    let all = disk.below(&old.source)?;
    let mut importer = Importer {
        disk: &disk,
        old,
        plan,
        files: BTreeMap::new(),
        notes,
        code: BTreeMap::new(),
        used: BTreeSet::new(),
        quizzes: BTreeMap::new(),
        raw_html: false,
    };
    let places = importer.plan.places.clone();
    let mut pages = Vec::new();
    for place in &places {
        pages.push(importer.page(place));
    }
    for (place, text) in places.iter().zip(pages) {
        let quiz = importer.quizzes.get(&place.path).map(|quiz| format!("\n## Quiz\n{quiz}")).unwrap_or_default();
        importer.files.insert(place.path.clone(), (text + &quiz).into_bytes());
    }
    importer.rest(&all)?;
    let toml = importer.book_toml();
    importer.files.insert("book.toml".to_string(), toml.into_bytes());
    importer.notes.sort();
    importer.notes.dedup();
    Ok(Import {
        files: importer.files,
        notes: importer.notes,
        chapters: places.iter().filter(|place| place.from.is_some()).count(),
    })
}

impl Importer<'_> {
    fn note(&mut self, file: &str, line: usize, text: impl Into<String>) {
        self.notes.push(Note { file: file.to_string(), line, text: text.into() });
    }

    fn read_text(&self, path: &str) -> Option<String> {
        let text = String::from_utf8(self.disk.read(path).ok()?).ok()?;
        Some(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text).replace("\r\n", "\n"))
    }

    /// One page of the new book: front matter and body.
    fn page(&mut self, place: &Place) -> String {
        let Some(from) = place.from.clone() else { return self.front(place, &place.title.clone(), "", "") };
        let Some(text) = self.read_text(&from) else {
            self.note(&from, 0, "the chapter can't be read; its page is a draft");
            return self.front(&Place { draft: true, ..place.clone() }, &place.title.clone(), "", "");
        };
        self.used.insert(from.clone());
        let expanded = expand::expand(self, place, &from, &text);
        let converted = page::convert(self, place, &from, expanded);
        let mut title = place.title.clone();
        if let Some(own) = converted.title.as_ref().filter(|own| place.kind == Kind::Home && **own != self.old.title) {
            self.note(&from, 1, format!("the home page is called after the book, not “{own}”"));
        }
        if let Some(own) = converted.title.filter(|own| *own != title && place.kind != Kind::Home) {
            self.note(&from, 1, format!("SUMMARY.md calls it “{title}”; its own title is kept"));
            title = own;
        }
        self.front(place, &title, &converted.summary, &converted.body)
    }

    fn front(&mut self, place: &Place, title: &str, summary: &str, body: &str) -> String {
        let summary = match (summary.is_empty(), place.draft) {
            (false, _) => summary.to_string(),
            (true, true) => "To be written.".to_string(),
            (true, false) => format!("{}.", title.trim_end_matches(['.', '?', '!'])),
        };
        let title = if place.kind == Kind::Home { &self.old.title } else { title };
        let mut front = format!("+++\ntitle = {}\nsummary = {}\n", quoted(title), quoted(&summary));
        let list = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        if place.kind == Kind::Stage {
            let objectives = if place.topics.is_empty() { vec![title.to_string()] } else { place.topics.clone() };
            front += &format!("objectives = [{}]\ntakeaway = {}\n", list(&objectives), quoted(&summary));
            let file = place.from.clone().unwrap_or_else(|| self.old.in_source("SUMMARY.md"));
            self.note(
                &file,
                0,
                format!(
                    "{}: objectives and takeaway are the titles of its topics and its first sentence: write them",
                    place.path
                ),
            );
        }
        // The home page has one address.
        for alias in place.aliases.iter().filter(|_| place.kind == Kind::Home) {
            self.note("book.toml", 0, format!("the old address `{alias}` can't lead to the home page"));
        }
        if !place.aliases.is_empty() && place.kind != Kind::Home {
            front += &format!("aliases = [{}]\n", list(&place.aliases));
        }
        if place.draft {
            front += "draft = true\n";
        }
        format!("{front}+++\n\n{body}")
    }

    /// What no page is made of: files that pages show go into `static/`, text that SUMMARY.md doesn't name into `unlisted/`.
    fn rest(&mut self, all: &[String]) -> Result<(), Refused> {
        for path in all.iter().filter(|path| !path.ends_with('/')) {
            let below = self.old.below_source(path);
            if below == "SUMMARY.md" || self.used.contains(path) {
                continue;
            }
            let to = match path.ends_with(".md") {
                true => {
                    self.note(
                        path,
                        0,
                        format!("SUMMARY.md doesn't name it: kept as unlisted/{below}, outside of the book"),
                    );
                    format!("unlisted/{below}")
                }
                false if self.code.contains_key(path) => continue,
                false => format!("static/{}", static_path(below)),
            };
            let bytes = self.disk.read(path).map_err(|error| Refused::Disk(path.clone(), error))?;
            self.files.insert(to, bytes);
        }
        Ok(())
    }

    fn book_toml(&self) -> String {
        let mut toml = format!("title = {}\n", quoted(&self.old.title));
        if !self.old.summary.is_empty() {
            toml += &format!("summary = {}\n", quoted(&self.old.summary));
        }
        toml += &format!("language = {}\n", quoted(&self.old.language));
        if self.raw_html {
            toml += "raw_html = true\n";
        }
        for (title, stages) in self.plan.parts.iter().filter(|(_, stages)| !stages.is_empty()) {
            let stages: Vec<String> = stages.iter().map(|stage| quoted(stage)).collect();
            toml += &format!("\n[[parts]]\ntitle = {}\nstages = [{}]\n", quoted(title), stages.join(", "));
        }
        toml
    }
}

/// Where a file of the mdBook stands below `static/`: some names are the theme's.
fn static_path(below: &str) -> String {
    let theme = ["css/", "js/", "fonts/", "python/"].iter().any(|folder| below.starts_with(folder));
    if theme || below == "favicon.svg" { format!("book/{below}") } else { below.to_string() }
}

/// A path joined to the folder of a file and made plain; `..` may lead above the start, and stays then.
fn join(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            (part, _) => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_lead_above_the_book() {
        assert_eq!(join("src/a/b.md", "../c.md"), "src/c.md");
        assert_eq!(join("src/a.md", "../../x/y.rs"), "../x/y.rs");
        assert_eq!(static_path("js/a.js"), "book/js/a.js");
    }
}
