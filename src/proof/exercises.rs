//! The checks of an exercise must pass with its solution and fail with its starting code.

use std::sync::Arc;

use rayon::prelude::*;

use super::chains::{LIMIT, place, run_codes, setup};
use super::python::Interpreter;
use super::run::{Chain, Code};
use super::{CouldNotRun, Summary};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::page::{Page, Part, Snippet};
use crate::source::{Sources, Span};

/// One exercise on one version.
struct Job<'a> {
    page: &'a Page,
    snippet: &'a Snippet,
    checks: &'a Part,
    python: &'a Interpreter,
    /// The starting code and the solution, with the preamble in front of them.
    attempts: [String; 2],
}

/// Runs the exercises of the book.
pub(super) fn exercises(
    pages: &[Arc<Page>],
    config: &Config,
    interpreters: &[Interpreter],
    sources: &Sources,
    summary: &mut Summary,
) -> Result<Vec<Diagnostic>, CouldNotRun> {
    let jobs: Vec<_> = pages
        .iter()
        .flat_map(|page| page.body().snippets.iter().map(move |snippet| (page, snippet)))
        .flat_map(|(page, snippet)| interpreters.iter().filter_map(move |python| job(page, snippet, python, config)))
        .collect();
    summary.exercises = pages.iter().flat_map(|page| &page.body().snippets).filter(|it| it.attributes.exercise).count();
    let run = |job: &Job<'_>| judge(job, sources);
    let judged: Vec<_> = jobs.par_iter().map(run).collect::<Result<_, _>>().map_err(CouldNotRun)?;
    let mut diagnostics = Vec::new();
    for (mut found, ran) in judged {
        summary.ran += ran;
        diagnostics.append(&mut found);
    }
    Ok(diagnostics)
}

fn job<'a>(page: &'a Page, snippet: &'a Snippet, python: &'a Interpreter, config: &Config) -> Option<Job<'a>> {
    let range = snippet.attributes.python.as_deref();
    if range.is_some_and(|range| !super::python::in_range(python.version, range)) {
        return None;
    }
    let (solution, checks) = (snippet.exercise.solution.as_ref()?, snippet.exercise.checks.as_ref()?);
    let preamble = setup(page, snippet, config).flatten().map(|text| text + "\n").unwrap_or_default();
    let attempts = [&snippet.text, &solution.text].map(|text| format!("{preamble}{text}"));
    Some(Job { page, snippet, checks, python, attempts })
}

/// What is wrong with an exercise on one version, and how many processes ran to know it.
fn judge(job: &Job<'_>, sources: &Sources) -> Result<(Vec<Diagnostic>, usize), String> {
    let (version, mut ran) = (job.python.version, 0);
    let version = format!("{}.{}", version.0, version.1);
    let limit = 2 * job.snippet.attributes.timeout.map_or(LIMIT, std::time::Duration::from_secs_f64);
    let mut run = |source: &str| {
        let code = |source: &str, name: &str, kind| Code { source: source.to_string(), name: name.to_string(), kind };
        let codes = [code(source, "exercise.py", "python"), code(&job.checks.text, "checks.py", "checks")];
        let (chain, fresh) = run_codes(job.python, &codes, limit, &place(sources, job.snippet))?;
        ran += usize::from(fresh);
        Ok::<Chain, String>(chain)
    };
    let (start, solved) = (run(&job.attempts[0])?, run(&job.attempts[1])?);
    let mut diagnostics = Vec::new();
    let mut wrong =
        |span: Span, message: String, help: &str| diagnostics.push(Diagnostic::error(span, message).help(help));
    let solution = job.snippet.exercise.solution.as_ref().map_or(&job.snippet.span, |solution| &solution.span);
    match failure(&solved) {
        Some(Failure::NoHint(line)) => {
            let span = line.and_then(|line| line_of(job.checks, line, job.page, sources));
            let span = span.unwrap_or_else(|| job.checks.span.clone());
            wrong(
                span,
                "the check gives no hint".to_string(),
                "write what to look at behind it: `assert …, \"the hint\"`",
            );
        }
        Some(Failure::InCode(why)) => {
            wrong(
                solution.clone(),
                format!("on Python {version} the solution does not run: {why}"),
                "mend the solution",
            );
        }
        Some(Failure::InChecks(why, line)) => {
            let span = line.and_then(|line| line_of(job.checks, line, job.page, sources));
            let message = format!("on Python {version} the solution does not pass the checks: {why}");
            wrong(span.unwrap_or_else(|| job.checks.span.clone()), message, "mend the solution or the check");
        }
        None if failure(&start).is_none() => {
            let message = format!("on Python {version} the starting code passes the checks: there is nothing to solve");
            wrong(job.snippet.span.clone(), message, "leave something out of it, or check more");
        }
        None => {}
    }
    Ok((diagnostics, ran))
}

/// How an attempt failed.
enum Failure {
    NoHint(Option<usize>),
    InCode(String),
    InChecks(String, Option<usize>),
}

fn failure(chain: &Chain) -> Option<Failure> {
    let stopped = || chain.stopped.clone().unwrap_or_else(|| "it did not come to its end".to_string());
    match chain.ran.as_slice() {
        [code, ..] if !code.raised.is_empty() => Some(Failure::InCode(code.last.clone())),
        [_, checks, ..] => match checks.raised.first().map(String::as_str) {
            None => None,
            Some("NoHint") => Some(Failure::NoHint(checks.line)),
            Some(_) => Some(Failure::InChecks(checks.last.clone(), checks.line)),
        },
        [_] => Some(Failure::InChecks(stopped(), None)),
        [] => Some(Failure::InCode(stopped())),
    }
}

/// The line of a part, as a place in its file.
fn line_of(part: &Part, line: usize, page: &Page, sources: &Sources) -> Option<Span> {
    super::judge::line_below(&part.span, line, page, sources)
}
