//! Diagnostics for the page that is being written: the terminal's own text, cut where its colour changes.

use super::{Diagnostic, Place, Severity, count, terminal};
use crate::source::Sources;

/// More diagnostics than this are counted, not shown.
const MOST: usize = 50;

/// What is wrong with a book, for a page to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// Errors, then warnings, each by file and place; the first fifty.
    pub shown: Vec<Shown>,
}

/// One diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Error or warning.
    pub severity: Severity,
    /// The text, as the terminal has it.
    pub text: Vec<(Role, String)>,
    /// Where it points; none where that is no file.
    pub place: Option<At>,
}

/// A place in a file of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The path in the book.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// What a run of text is, by its colour in the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The source's text, and all that has no colour.
    Plain,
    /// What is said most loudly: the message.
    Strong,
    /// An error and its underline.
    Error,
    /// A warning and its underline.
    Warning,
    /// Line numbers and the frame around the source.
    Frame,
}

impl Role {
    /// Its name in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Strong => "strong",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Frame => "frame",
        }
    }
}

/// What a build found wrong.
pub fn report(sources: &Sources, diagnostics: &[Diagnostic]) -> Report {
    let mut sorted = terminal::sorted(sources, diagnostics);
    let of = |severity| count(sorted.iter().copied(), severity);
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    sorted.sort_by_key(|diagnostic| diagnostic.severity);
    let shown = sorted.into_iter().take(MOST).map(|diagnostic| Shown {
        severity: diagnostic.severity,
        text: runs(&terminal::one(sources, diagnostic)),
        place: at(sources, &diagnostic.place),
    });
    Report { errors, warnings, shown: shown.collect() }
}

/// That the program itself failed, which no diagnostic says.
pub fn failure(message: &str) -> Report {
    let text = vec![
        (Role::Error, "error".to_string()),
        (Role::Strong, format!(": fieldguide itself failed on this book: {message}")),
        (Role::Plain, "\n\nThe last good site is still served, and the next edit is built again.".to_string()),
    ];
    Report { errors: 1, warnings: 0, shown: vec![Shown { severity: Severity::Error, text, place: None }] }
}

fn at(sources: &Sources, place: &Place) -> Option<At> {
    match place {
        Place::File(path) => Some(At { path: path.clone(), line: 1, column: 1 }),
        Place::Text(span) => {
            let source = sources.get(span.file)?;
            let (line, column) = source.line_column(span.bytes().start);
            Some(At { path: source.path.clone(), line, column })
        }
    }
}

/// Cuts the renderer's text at its colour codes. The renderer shows control characters of the source as signs, so that a
/// code is always its own.
fn runs(text: &str) -> Vec<(Role, String)> {
    let mut runs: Vec<(Role, String)> = Vec::new();
    let mut role = Role::Plain;
    for (i, part) in text.split('\u{1b}').enumerate() {
        let mut rest = part;
        if i > 0
            && let Some((code, after)) = part.strip_prefix('[').and_then(|part| part.split_once('m'))
        {
            role = code.split(';').fold(role, coloured);
            rest = after;
        }
        match runs.last_mut() {
            _ if rest.is_empty() => {}
            Some((last, run)) if *last == role => run.push_str(rest),
            _ => runs.push((role, rest.to_string())),
        }
    }
    runs
}

/// The role after a code; bold says something only where no colour does.
fn coloured(before: Role, code: &str) -> Role {
    match code {
        "0" | "" => Role::Plain,
        "1" if before == Role::Plain => Role::Strong,
        "31" | "91" => Role::Error,
        "33" | "93" => Role::Warning,
        "34" | "94" => Role::Frame,
        _ => before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn text(shown: &Shown) -> String {
        shown.text.iter().map(|(_, run)| run.as_str()).collect()
    }

    #[test]
    fn the_text_is_the_terminals() {
        let mut sources = Sources::default();
        let id = sources.add("content/a.md", "one\nsee [x](no.md)\n");
        let diagnostics = [
            Diagnostic::warning(Span::new(id, 0..3), "a warning"),
            Diagnostic::error(Span::new(id, 12..17), "there is no such page").label("not here").help("write it"),
        ];
        let report = report(&sources, &diagnostics);
        assert_eq!((report.errors, report.warnings, report.shown.len()), (1, 1, 2));
        let error = &report.shown[0];
        assert_eq!(error.place, Some(At { path: "content/a.md".into(), line: 2, column: 9 }));
        let plain = anstream::adapter::strip_str(&terminal::report(&sources, &diagnostics[1..])).to_string();
        assert_eq!(text(error), plain.trim_end());
        let of =
            |role: Role| error.text.iter().filter(|(r, _)| *r == role).map(|(_, run)| run.as_str()).collect::<String>();
        assert!(of(Role::Error).contains("error") && of(Role::Error).contains("not here"), "{:?}", error.text);
        assert!(of(Role::Frame).contains('2') && of(Role::Strong).contains("help"), "{:?}", error.text);
        assert!(of(Role::Strong).contains("there is no such page"), "{:?}", error.text);
        assert!(of(Role::Plain).contains("see [x](no.md)"), "{:?}", error.text);
    }

    #[test]
    fn codes_in_the_source_have_no_power() {
        let mut sources = Sources::default();
        let id = sources.add("a.md", "\u{1b}[31mred\u{1b}[0m \u{9b}31m <b>x</b> \u{0} \u{8}");
        let report = report(&sources, &[Diagnostic::error(Span::new(id, 5..8), "\u{1b}[1mloud").label("\u{1b}[32m")]);
        let all = text(&report.shown[0]);
        assert!(!all.contains(|c: char| c.is_control() && c != '\n'), "{all:?}");
        assert!(all.contains("<b>x</b>") && all.contains("[31mred"), "{all:?}");
    }

    #[test]
    fn thousands_are_counted() {
        let mut sources = Sources::default();
        let id = sources.add("a.md", "x".repeat(5000));
        let many: Vec<_> = (0..5000).map(|at| Diagnostic::warning(Span::new(id, at..at + 1), "w")).collect();
        let report = report(&sources, &many);
        assert_eq!((report.errors, report.warnings, report.shown.len()), (0, 5000, MOST));
    }
}
