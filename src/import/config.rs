//! The mdBook's book.toml.

use toml::de::{DeTable, DeValue};

use super::Note;
use crate::scaffold::Refused;
use crate::source::{Disk, Files};

/// What an mdBook's book.toml says that a book of ours can say too.
#[derive(Debug, Clone, Default)]
pub(super) struct Old {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) language: String,
    /// The folder of its chapters, without a slash at its end.
    pub(super) source: String,
    /// Whether `\\( … \\)` and `$$ … $$` are mathematics.
    pub(super) math: bool,
    /// Old addresses and where they lead, as site paths.
    pub(super) redirects: Vec<(String, String)>,
}

impl Old {
    /// The path of a file of the source folder.
    pub(super) fn in_source(&self, path: &str) -> String {
        super::join(&format!("{}/x", self.source), path)
    }

    /// The path below the source folder.
    pub(super) fn below_source<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&self.source).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
    }
}

/// Reads book.toml; an mdBook needs none.
pub(super) fn read(disk: &Disk, notes: &mut Vec<Note>) -> Result<Old, Refused> {
    let mut old = Old { title: "Imported book".into(), language: "en".into(), source: "src".into(), ..Old::default() };
    let Ok(text) = disk.read("book.toml").map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) else {
        return Ok(old);
    };
    let (table, errors) = DeTable::parse_recoverable(&text);
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        notes.push(note(line(at), format!("not TOML: {}", error.message().replace('\n', ", "))));
    }
    let mut walk = Walk { old: &mut old, notes, line: &line };
    walk.table("", table.get_ref());
    Ok(old)
}

fn note(line: usize, text: String) -> Note {
    Note { file: "book.toml".to_string(), line, text }
}

struct Walk<'a> {
    old: &'a mut Old,
    notes: &'a mut Vec<Note>,
    line: &'a dyn Fn(usize) -> usize,
}

impl Walk<'_> {
    fn table(&mut self, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let full = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            let text = value.get_ref().as_str().unwrap_or_default().to_string();
            match (full.as_str(), value.get_ref()) {
                ("book.title", _) => self.old.title = text,
                ("book.description", _) => self.old.summary = text,
                ("book.language", _) => self.old.language = text,
                ("book.src", _) => self.old.source = text.trim_matches('/').trim_start_matches("./").to_string(),
                ("output.html.mathjax-support", DeValue::Boolean(on)) => self.old.math = *on,
                ("output.html.redirect", DeValue::Table(redirects)) => {
                    for (from, to) in redirects {
                        let to = to.get_ref().as_str().unwrap_or_default();
                        self.old.redirects.push((from.get_ref().to_string(), to.to_string()));
                    }
                }
                // Done by every book, or of no consequence for one.
                ("book.multilingual" | "output.html.search" | "output.html.hash-files" | "output.html.print", _) => {}
                (_, DeValue::Table(inner)) => self.table(&full, inner),
                _ => {
                    let line = (self.line)(key.span().start);
                    self.notes.push(note(line, format!("`{full}` has no counterpart")));
                }
            }
        }
    }
}
