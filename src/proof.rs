//! `check --run`: every Python block of the book in real CPython, held against what is recorded.
//!
//! Snippets that go on in each other's namespace form a chain; a chain runs in one fresh process, once for each version
//! of Python that the book names. Results are kept on disk, keyed by everything they depend on.

mod chains;
mod compare;
mod exercises;
mod judge;
mod pitfalls;
mod python;
mod record;
mod run;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::page::Page;
use crate::source::{FileId, Sources};
use python::Interpreter;

/// What was proven.
#[derive(Debug, Default)]
pub struct Summary {
    /// The versions that were found.
    pub versions: Vec<String>,
    /// Blocks that ran on every version they are for.
    pub snippets: usize,
    /// Chains that ran now; the others were known.
    pub ran: usize,
    /// Outputs that were compared.
    pub outputs: usize,
    /// Outputs that were written.
    pub written: usize,
    /// Blocks that are kept out, with their reasons.
    pub kept_out: Vec<String>,
    /// Exercises, each with checks that its solution passes and its starting code does not.
    pub exercises: usize,
    /// Pitfalls whose symptom and fix are proven, and all of them.
    pub pitfalls: (usize, usize),
    /// Pitfalls that are not, each with its place and the reason.
    pub unproven: Vec<String>,
    /// Whether snippets were cut off from the network.
    pub isolated: bool,
}

/// What can't be checked at all: no interpreter, no packages.
#[derive(Debug)]
pub struct CouldNotRun(pub String);

/// Runs the book. With `write`, outputs that differ are recorded in the files below `root`.
///
/// # Errors
/// A sentence where nothing could be run.
pub fn check(
    pages: &[Arc<Page>],
    config: &Config,
    sources: &Sources,
    root: &Path,
    write: bool,
) -> Result<(Summary, Vec<Diagnostic>), CouldNotRun> {
    let mut diagnostics = Vec::new();
    let interpreters = interpreters(config, root, &mut diagnostics)?;
    let mut summary = Summary {
        versions: interpreters.iter().map(|found| format!("{}.{}", found.version.0, found.version.1)).collect(),
        isolated: run::isolated(),
        ..Summary::default()
    };
    let chains = chains::chains(pages, config, &mut summary, sources, &mut diagnostics);
    let results = chains::run_all(&chains, &interpreters, sources, pages, &mut summary)?;
    let mut recordings = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        for (index, snippet) in page.body().snippets.iter().enumerate() {
            let of_snippet: Vec<_> = interpreters
                .iter()
                .filter_map(|found| Some((found.version, results.get(&((at, index), found.version))?)))
                .collect();
            if of_snippet.is_empty() {
                continue;
            }
            summary.snippets += 1;
            judge::judge(snippet, &of_snippet, sources, page, write, &mut summary, &mut recordings, &mut diagnostics);
        }
        pitfalls::pitfalls(at, page, &results, sources, &mut summary, &mut diagnostics);
    }
    diagnostics.extend(exercises::exercises(pages, config, &interpreters, sources, &mut summary)?);
    shares(pages, config, &summary, &mut diagnostics);
    if write {
        summary.written = record::write(root, sources, recordings)
            .map_err(|(path, error)| CouldNotRun(format!("{path}: {error}")))?;
    }
    Ok((summary, diagnostics))
}

fn interpreters(
    config: &Config,
    root: &Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Interpreter>, CouldNotRun> {
    let requirements = std::fs::read_to_string(root.join("content/requirements.txt")).unwrap_or_default();
    let mut found = Vec::new();
    let any = [("python3".to_string(), None)];
    let asked = &config.python.versions;
    let asked = if asked.is_empty() { &any[..] } else { asked };
    // A shim on PATH may take half a second to say that it does not work.
    let looked_up: Vec<_> = asked.par_iter().map(|(wanted, span)| (wanted, span, python::find(wanted))).collect();
    for (wanted, span, interpreter) in looked_up {
        match interpreter {
            Some(interpreter) => found.push(python::environment(&interpreter, &requirements).map_err(CouldNotRun)?),
            None => {
                let message = format!("no Python {wanted} was found that runs: its outputs are not checked");
                let help = "install it with pyenv or uv, put it on PATH, or give its path in `versions`";
                let span = span.clone().unwrap_or_else(|| crate::source::Span::new(FileId(0), 0..0));
                diagnostics.push(Diagnostic::warning(span, message).help(help));
            }
        }
    }
    if found.is_empty() {
        let wanted: Vec<_> = asked.iter().map(|(wanted, _)| wanted.as_str()).collect();
        let wanted = if wanted.is_empty() { "python3".to_string() } else { wanted.join(", ") };
        return Err(CouldNotRun(format!("no Python was found that runs (looked for {wanted})")));
    }
    found.sort_by_key(|interpreter| interpreter.version);
    Ok(found)
}

/// Holds what is proven and what is kept out against the shares that the book sets itself.
fn shares(pages: &[Arc<Page>], config: &Config, summary: &Summary, diagnostics: &mut Vec<Diagnostic>) {
    let (proven, pitfalls) = summary.pitfalls;
    if let Some((least, span)) = &config.python.least_proven
        && proven * 100 < pitfalls * least
    {
        let message = format!("{proven} of {pitfalls} pitfalls are proven, but the book asks for {least} %");
        let help = "record what the symptom and the fix of those listed below print";
        diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
    }
    let python = pages.iter().flat_map(|page| &page.body().snippets).filter(|snippet| snippet.language == "python");
    let (mut blocks, mut out) = (0, 0);
    for snippet in python {
        blocks += 1;
        out += usize::from(snippet.attributes.norun.is_some() || snippet.attributes.differs.is_some());
    }
    if let Some((most, span)) = &config.python.most_kept_out
        && out * 100 > blocks * most
    {
        let message = format!("{out} of {blocks} Python blocks say `norun` or `differs`, but the book allows {most} %");
        diagnostics.push(Diagnostic::error(span.clone(), message).help("find a form of them that runs everywhere"));
    }
}
