//! `ids.lock`: the ids that the book has published. One that vanishes is a warning, one that has moved leads on.
//!
//! One id a line, sorted; `old -> new` says where an item went; `#` starts a comment. A committed file that
//! `fieldguide check --lock` writes: new ids are added, none is ever taken out but by hand.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::Book;
use crate::diagnostic::{Diagnostic, Outcome, did_you_mean};
use crate::items;
use crate::source::{Source, Span};

/// Its path in the book.
pub const LOCK: &str = "ids.lock";

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    lines: Vec<Line>,
}

impl Lock {
    /// Whether an id has moved.
    pub fn moves(&self) -> bool {
        self.lines.iter().any(|line| line.moved_to.is_some())
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    id: String,
    span: Span,
    moved_to: Option<(String, Span)>,
}

/// Old ids of items that are now elsewhere: old → new, both as in the file.
pub type Moved = BTreeMap<String, String>;

/// Reads the file.
pub fn read(source: &Source) -> Outcome<Lock> {
    let mut diagnostics = Vec::new();
    let mut lock = Lock::default();
    let mut seen = BTreeSet::new();
    let mut at = 0;
    for whole in source.text.split_inclusive('\n') {
        let start = at;
        at += whole.len();
        let line = whole.trim();
        // An id holds `#` between two words, a comment starts with it.
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let span_of = |part: &str| {
            let from = start + whole.find(part).unwrap_or_default();
            source.span(from..from + part.len())
        };
        let (id, new) = match line.split_once("->") {
            Some((old, new)) => (old.trim(), Some(new.trim())),
            None => (line, None),
        };
        if let Some(odd) = [Some(id), new].into_iter().flatten().find(|id| !is_id(id)) {
            let message = if odd.is_empty() { "an id is missing".to_string() } else { format!("`{odd}` is not an id") };
            let span = if odd.is_empty() { span_of(line) } else { span_of(odd) };
            diagnostics.push(
                Diagnostic::error(span, message)
                    .help("a line is `page#item` or `page#old -> page#new`; `fieldguide check --lock` writes new ids"),
            );
        } else if !seen.insert(id.to_string()) {
            let message = format!("the id `{id}` stands twice in {LOCK}");
            diagnostics.push(Diagnostic::error(span_of(id), message).help("keep one of the lines"));
        } else {
            // The new id stands behind the arrow even where it holds the same words.
            let moved_to = new.map(|new| {
                let from = start + whole.rfind(new).unwrap_or_default();
                (new.to_string(), source.span(from..from + new.len()))
            });
            lock.lines.push(Line { id: id.to_string(), span: span_of(id), moved_to });
        }
    }
    Outcome { value: lock, diagnostics }
}

fn is_id(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.split_once('#').is_some_and(|(page, anchor)| plain(page) && plain(anchor) && !anchor.contains('#'))
}

/// Holds the book against the file: what moved, and warnings for what vanished.
pub fn check(book: &Book, lock: &Lock) -> Outcome<Moved> {
    let present = published(book);
    let named: BTreeSet<&str> = lock.lines.iter().map(|line| line.id.as_str()).collect();
    let targets: BTreeMap<&str, &str> =
        lock.lines.iter().filter_map(|line| Some((line.id.as_str(), line.moved_to.as_ref()?.0.as_str()))).collect();
    let fresh = || present.iter().map(String::as_str).filter(|id| !named.contains(id));
    let mut diagnostics = Vec::new();
    let mut moved = Moved::new();
    for line in &lock.lines {
        match &line.moved_to {
            None if present.contains(&line.id) => {}
            None => diagnostics.push(vanished(line, fresh())),
            Some(_) if present.contains(&line.id) => {
                let message = format!("`{}` has not moved: it is on its page", line.id);
                diagnostics.push(Diagnostic::error(line.span.clone(), message).help("leave only the id on this line"));
            }
            Some((new, span)) => match last(new, &targets) {
                Some(end) if present.contains(end) => {
                    moved.insert(line.id.clone(), end.to_string());
                }
                _ => {
                    let message = format!("there is no item `{new}`");
                    let near = did_you_mean(new, present.iter().map(String::as_str));
                    diagnostics.push(Diagnostic::error(span.clone(), message).help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "name an id that the book holds now: page, `#`, the item's anchor".to_string(),
                    }));
                }
            },
        }
    }
    Outcome { value: moved, diagnostics }
}

/// The end of a chain of moves; none where it leads back to itself.
fn last<'a>(start: &'a str, targets: &BTreeMap<&'a str, &'a str>) -> Option<&'a str> {
    let mut at = start;
    for _ in 0..=targets.len() {
        match targets.get(at) {
            Some(next) => at = next,
            None => return Some(at),
        }
    }
    None
}

/// What each item that has moved was called first, by its id now.
pub fn first_ids(lock: &Lock, moved: &Moved) -> BTreeMap<String, String> {
    let old: BTreeSet<&str> =
        lock.lines.iter().filter_map(|line| line.moved_to.as_ref()).map(|(new, _)| new.as_str()).collect();
    let first = moved.iter().filter(|(id, _)| !old.contains(id.as_str()));
    // Where two became one, the name that comes first stays.
    first.rev().map(|(old, new)| (new.clone(), old.clone())).collect()
}

fn vanished<'a>(line: &Line, fresh: impl Iterator<Item = &'a str>) -> Diagnostic {
    let (page, anchor) = line.id.split_once('#').unwrap_or((&line.id, ""));
    let near = did_you_mean(&line.id, fresh.filter(|id| id.starts_with(&format!("{page}#"))));
    let help = match near {
        Some(near) => {
            let new = near.split_once('#').map_or(near, |(_, anchor)| anchor);
            format!(
                "if `{new}` is the same item, end its heading with `{{#{anchor}}}`, or write `{} -> {near}` here",
                line.id
            )
        }
        None => format!(
            "give its heading the id back, `{{#{anchor}}}`, or write `{} -> the new id` here; delete the line to give it up",
            line.id
        ),
    };
    Diagnostic::warning(line.span.clone(), format!("the published id `{}` has vanished", line.id)).help(help)
}

/// The ids of all items but those of drafts.
fn published(book: &Book) -> BTreeSet<String> {
    let draft = |id| {
        let stage = book.stage_of(id).is_some_and(|stage| book.page(stage.page).front.draft);
        stage || book.page(id).front.draft
    };
    items::items(book).filter(|item| !draft(item.page)).map(|item| item.id).collect()
}

const HEAD: &str = "# The ids that this book has published, one a line; written by `fieldguide check --lock`.\n\
    # Readers' links and their progress hang on them. `old -> new` leads on from an id that moved.\n";

/// The text of the file with all ids of the book added, and how many are new. Lines that are there stay.
pub fn text(book: &Book, lock: &Lock) -> (String, usize) {
    let mut lines: BTreeMap<String, String> = lock
        .lines
        .iter()
        .map(|line| {
            let moved = line.moved_to.as_ref().map(|(new, _)| format!(" -> {new}")).unwrap_or_default();
            (line.id.clone(), format!("{}{moved}\n", line.id))
        })
        .collect();
    let before = lines.len();
    for id in published(book) {
        lines.entry(id.clone()).or_insert_with(|| format!("{id}\n"));
    }
    let added = lines.len() - before;
    (HEAD.to_string() + &lines.into_values().collect::<String>(), added)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn lock(text: &str) -> Outcome<Lock> {
        let mut sources = Sources::default();
        let id = sources.add(LOCK, text);
        read(sources.get(id).unwrap())
    }

    #[test]
    fn lines_are_ids_moves_or_mistakes() {
        let read = lock("# head\na#b\na#c -> d#e\n\nno id\na#b\n-> x#y\n");
        assert_eq!(read.value.lines.len(), 2);
        assert_eq!(read.diagnostics.len(), 3);
        assert_eq!(read.value.lines[1].moved_to.as_ref().unwrap().0, "d#e");
    }

    #[test]
    fn chains_of_moves_end_or_are_refused() {
        let targets = BTreeMap::from([("a", "b"), ("b", "c"), ("x", "y"), ("y", "x")]);
        assert_eq!(last("a", &targets), Some("c"));
        assert_eq!(last("x", &targets), None);
    }
}
