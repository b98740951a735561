//! One snippet's runs against its attributes and its recorded outputs.

use super::chains::Version;
use super::run::Ran;
use super::{Summary, compare, python, record};
use crate::diagnostic::Diagnostic;
use crate::page::{Page, Snippet};
use crate::source::{Sources, Span};

/// What a reader sees of a run: what it printed, and the last line of the traceback of a snippet that must fail.
pub(super) fn shown(snippet: &Snippet, ran: &Ran) -> String {
    let mut text = ran.printed.clone();
    if snippet.attributes.raises.is_some() && !ran.raised.is_empty() {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&ran.last);
        text.push('\n');
    }
    text
}

/// Holds one snippet's runs against its attributes and its recorded outputs.
#[allow(clippy::too_many_arguments)]
pub(super) fn judge<'a>(
    snippet: &'a Snippet,
    results: &[(Version, &Result<Ran, String>)],
    sources: &Sources,
    page: &Page,
    write: bool,
    summary: &mut Summary,
    recordings: &mut Vec<record::Recording<'a>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut texts = Vec::new();
    for (version, result) in results {
        let name = format!("{}.{}", version.0, version.1);
        match result {
            Ok(ran) => {
                ended_as_it_must(snippet, ran, &name, sources, page, diagnostics);
                texts.push((*version, shown(snippet, ran)));
            }
            Err(why) => {
                let message = format!("on Python {name} the snippet did not come to its end: {why}");
                diagnostics.push(
                    Diagnostic::error(snippet.span.clone(), message)
                        .help("mend it, give it more time with `timeout=s`, or keep it out with `norun=\"why\"`"),
                );
            }
        }
    }
    for output in snippet.outputs.iter().filter(|output| compare::proves_nothing(output)) {
        diagnostics.push(
            Diagnostic::error(output.span.clone(), "a recording of nothing but `…` proves nothing")
                .help("keep at least a word of it"),
        );
    }
    if snippet.outputs.is_empty() {
        if let Some((version, text)) = texts.iter().rev().find(|(_, text)| !text.trim().is_empty()) {
            let first: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
            let message =
                format!("the snippet prints something on Python {}.{}, but nothing is recorded", version.0, version.1);
            diagnostics.push(
                Diagnostic::warning(snippet.span.clone(), message)
                    .label(format!("prints `{first}`"))
                    .help("put an empty ```output block below it and run `fieldguide check --run --write`"),
            );
        }
        return;
    }
    let mut wrong = Vec::new();
    for (version, text) in &texts {
        let fits = |output: &&crate::page::Output| {
            output.python.as_deref().is_none_or(|range| python::in_range(*version, range))
        };
        match snippet.outputs.iter().find(fits) {
            Some(output) if compare::agrees(output, text) => summary.outputs += 1,
            recorded => wrong.push((*version, text, recorded)),
        }
    }
    if wrong.is_empty() {
        return;
    }
    if write {
        recordings.push(record::Recording { snippet, texts });
        return;
    }
    for (version, text, recorded) in wrong {
        let name = format!("{}.{}", version.0, version.1);
        let diagnostic = match recorded {
            Some(output) => Diagnostic::error(
                output.span.clone(),
                format!("Python {name} prints something else{}", compare::difference(output, text)),
            ),
            None => Diagnostic::error(snippet.span.clone(), format!("nothing is recorded for Python {name}")),
        };
        diagnostics.push(diagnostic.help("run `fieldguide check --run --write` if the new output is right"));
    }
}

/// An exception where none is wanted, none or another where one is.
fn ended_as_it_must(
    snippet: &Snippet,
    ran: &Ran,
    version: &str,
    sources: &Sources,
    page: &Page,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let class = ran.raised.first();
    match (&snippet.attributes.raises, class) {
        (None, Some(class)) => {
            let line = ran.line.and_then(|line| line_span(snippet, line, sources, page));
            let message = match class.as_str() {
                "DocTestFailure" => format!("on Python {version} the session goes differently\n{}", ran.last.trim()),
                _ => format!("on Python {version} the snippet fails: {}", ran.last),
            };
            diagnostics.push(
                Diagnostic::error(line.unwrap_or_else(|| snippet.span.clone()), message)
                    .help("mend it, or say that it must fail with `raises=Type`"),
            );
        }
        (Some(wanted), None) => diagnostics.push(
            Diagnostic::error(snippet.span.clone(), format!("on Python {version} the snippet does not raise {wanted}"))
                .help("take `raises` off, or make it fail"),
        ),
        (Some(wanted), Some(class)) => {
            let short = wanted.rsplit('.').next().unwrap_or(wanted);
            if !ran.raised.iter().any(|name| name == short) {
                let message = format!("on Python {version} the snippet raises {class}, not {wanted}: {}", ran.last);
                diagnostics.push(
                    Diagnostic::error(snippet.span.clone(), message)
                        .help(format!("write `raises={class}` if that is meant")),
                );
            }
        }
        (None, None) => {}
    }
}

/// The line of a snippet, as a place in its file.
fn line_span(snippet: &Snippet, line: usize, sources: &Sources, page: &Page) -> Option<Span> {
    // A preamble in front of it shifts the lines; then the fence is the better place.
    if snippet.attributes.setup.is_some() {
        return None;
    }
    if let Some(origin) = &snippet.origin {
        return Some(Span::new(origin.file, origin.lines.get(line.checked_sub(1)?)?.clone()));
    }
    line_below(&snippet.span, line, page, sources)
}

/// The text of the `line`th line below a fence, counted from 1.
pub(super) fn line_below(fence: &Span, line: usize, page: &Page, sources: &Sources) -> Option<Span> {
    let source = sources.get(page.file)?;
    let body = fence.bytes().start + source.text.get(fence.bytes().start..)?.find('\n')? + 1;
    let before: usize = source.text.get(body..)?.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let text = source.text.get(body + before..)?.lines().next()?;
    let start = body + before + (text.len() - text.trim_start().len());
    Some(source.span(start..body + before + text.trim_end().len()))
}
