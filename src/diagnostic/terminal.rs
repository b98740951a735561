//! Diagnostics as a compiler prints them.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Place, Severity};
use crate::source::Sources;

/// All diagnostics as text with ANSI colours, by file and place, a blank line between two.
pub fn report(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in sorted(sources, diagnostics) {
        out.push_str(&one(sources, diagnostic));
        out.push_str("\n\n");
    }
    out
}

/// The diagnostics by file and place, each once.
pub(super) fn sorted<'a>(sources: &Sources, diagnostics: &'a [Diagnostic]) -> Vec<&'a Diagnostic> {
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_cached_key(|diagnostic| match &diagnostic.place {
        Place::Text(span) => {
            (sources.get(span.file).map(|s| s.path.clone()), Some(span.range.start), diagnostic.severity)
        }
        Place::File(path) => (Some(path.clone()), None, diagnostic.severity),
    });
    sorted.dedup();
    sorted
}

/// One diagnostic, without a line break at its end.
pub(super) fn one(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = visible(&diagnostic.message);
    let label = visible(&diagnostic.label);
    let help = diagnostic.help.as_deref().map(visible);
    let title = level.primary_title(message.as_str());
    let mut group = match &diagnostic.place {
        Place::File(path) => Group::with_title(title).element(Origin::path(path.as_str())),
        Place::Text(span) => match sources.get(span.file) {
            Some(source) => {
                let mut annotation = AnnotationKind::Primary.span(shown(&source.text, span.bytes()));
                if !label.is_empty() {
                    annotation = annotation.label(label.as_str());
                }
                Group::with_title(title)
                    .element(Snippet::source(source.text.as_ref()).path(source.path.as_str()).annotation(annotation))
            }
            None => Group::with_title(title),
        },
    };
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let text = Renderer::styled().decor_style(DecorStyle::Unicode).render(&[group]);
    // The renderer shows the first 32 control characters of a source as signs, but not the second.
    text.replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}")
}

/// The part of a span that is worth an underline: its first line, on whole characters.
fn shown(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let first_line = text.get(start..end).and_then(|part| part.find('\n')).map_or(end, |at| start + at);
    start..first_line
}

/// Text of an author in a terminal: control characters lose their power.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn places_off_the_text_do_not_panic() {
        let mut sources = Sources::default();
        let id = sources.add("a.md", "é\nö");
        for range in [0..0, 1..2, 0..99, 98..99, 2..5, 5..5] {
            report(&sources, &[Diagnostic::error(Span::new(id, range), "x\u{1b}[31m").label("l").help("h")]);
        }
    }
}
