//! Whether a pitfall's snippets show what it says.

use std::collections::BTreeSet;

use super::Summary;
use super::chains::{Results, Version};
use super::judge::shown;
use crate::diagnostic::Diagnostic;
use crate::page::{Markup, Page, Piece, Section};
use crate::source::Sources;

/// A pitfall's first snippet must show the symptom, its fix's snippet must run and print something else.
pub(super) fn pitfalls(
    at: usize,
    page: &Page,
    results: &Results,
    sources: &Sources,
    summary: &mut Summary,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for section in &page.body().sections {
        let Section::Pitfall(pitfall) = section else { continue };
        summary.pitfalls.1 += 1;
        let reason = unproven(at, page, &pitfall.symptom, &pitfall.fix, results);
        match reason {
            None => summary.pitfalls.0 += 1,
            Some(reason) => {
                let line =
                    sources.get(page.file).map_or(0, |source| source.line_column(pitfall.heading.span.bytes().start).0);
                summary.unproven.push(format!("{}:{line}: {} ({reason})", page.path, pitfall.heading.text));
                if reason == SAME {
                    let message = "the pitfall's fix prints what its symptom prints";
                    let help = "the first snippet must show what goes wrong, the fix's snippet that it no longer does";
                    diagnostics.push(Diagnostic::error(pitfall.heading.span.clone(), message).help(help));
                }
            }
        }
    }
}

const SAME: &str = "symptom and fix print the same";

fn unproven(at: usize, page: &Page, symptom: &Markup, fix: &Markup, results: &Results) -> Option<String> {
    let python = |markup: &Markup| -> Vec<usize> {
        let codes = markup.iter().filter_map(|piece| match piece {
            Piece::Code(index) => Some(*index),
            _ => None,
        });
        codes
            .filter(|index| page.body().snippets.get(*index).is_some_and(|snippet| snippet.language == "python"))
            .collect()
    };
    let Some(wrong) = python(symptom).first().copied() else { return Some("no snippet shows the symptom".to_string()) };
    let fixes = python(fix);
    let Some(mended) = fixes.last().copied() else { return Some("no snippet shows the fix".to_string()) };
    let snippet = page.body().snippets.get(wrong)?;
    if let Some(why) = &snippet.attributes.norun {
        return Some(format!("not run: {why}"));
    }
    if snippet.outputs.is_empty() && snippet.attributes.raises.is_none() {
        return Some("the symptom has no recorded output".to_string());
    }
    let of = |index: usize| -> BTreeSet<Version> {
        results.keys().filter(|(key, _)| *key == (at, index)).map(|(_, version)| *version).collect()
    };
    let versions: Vec<_> = of(wrong).intersection(&of(mended)).copied().collect();
    if versions.is_empty() {
        return Some("symptom or fix was not run".to_string());
    }
    let mended_snippet = page.body().snippets.get(mended)?;
    for version in versions {
        match (results.get(&((at, wrong), version)), results.get(&((at, mended), version))) {
            (Some(Ok(before)), Some(Ok(after))) => {
                if shown(snippet, before) == shown(mended_snippet, after) {
                    return Some(SAME.to_string());
                }
            }
            _ => return Some("symptom or fix did not come to its end".to_string()),
        }
    }
    None
}
