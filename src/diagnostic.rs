//! What is wrong with a book: collected, each with its place and a way out.

pub mod overlay;
pub mod terminal;

use crate::source::Span;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The book is wrong: nothing is written, exit code 1.
    Error,
    /// The book can be built; `--strict` makes it an error.
    Warning,
}

/// Where a diagnostic points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A range of a file's text.
    Text(Span),
    /// A file or folder as a whole, by its path in the book.
    File(String),
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in a short sentence without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What the underline says; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

/// How many of these have that severity.
pub fn count<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, severity: Severity) -> usize {
    diagnostics.into_iter().filter(|diagnostic| diagnostic.severity == severity).count()
}

impl Diagnostic {
    /// An error at a range of text.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            place: Place::Text(span),
            label: String::new(),
            help: None,
        }
    }

    /// A warning at a range of text.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// An error about a whole file or folder.
    pub fn file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            place: Place::File(path.into()),
            label: String::new(),
            help: None,
        }
    }

    /// Says what the underlined text is.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// `help`, where there is one.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// A value and what was found wrong while making it.
#[derive(Debug, Clone)]
pub struct Outcome<T> {
    /// The value, as good as it could be made.
    pub value: T,
    /// What was wrong, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
}

/// The candidate that `word` was most likely meant to be.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A help line: the likely candidate, or all of them where none is near.
pub fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match did_you_mean(word, candidates.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => {
            let all: Vec<_> = candidates.into_iter().map(|candidate| format!("`{candidate}`")).collect();
            format!("known: {}", all.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        assert_eq!(did_you_mean("summry", ["title", "summary"]), Some("summary"));
        assert_eq!(did_you_mean("colour", ["title", "summary"]), None);
        assert_eq!(suggestion("zzz", ["a-long-one", "b-long-one"]), "known: `a-long-one`, `b-long-one`");
    }
}
