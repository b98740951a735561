//! `check --run`: every Python block of the book in real CPython, held against what is recorded.
//!
//! Snippets that go on in each other's namespace form a chain; a chain runs in one fresh process, once for each version
//! of Python that the book names. Results are kept on disk, keyed by everything they depend on.

mod compare;
mod python;
mod record;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::page::{Markup, Page, Piece, Section, Snippet};
use crate::source::{FileId, Sources};
use python::Interpreter;
use run::{Chain, Code, Ran};

/// A snippet may take this long where it doesn't say otherwise.
const LIMIT: Duration = Duration::from_secs(10);

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

/// A snippet by its page and its index there.
type Key = (usize, usize);

/// Snippets that run in one process, in order.
struct Link<'a> {
    page: usize,
    snippets: Vec<(usize, &'a Snippet)>,
    /// The hidden preamble in front of them, if they name one.
    setup: Option<String>,
}

/// Major and minor, such as 3 and 12.
type Version = (u16, u16);

/// What each snippet did on each version: none where its chain was cut short before it.
type Results = BTreeMap<(Key, Version), Result<Ran, String>>;

/// Runs the book. With `write`, outputs that differ are recorded in the files below `root`.
///
/// # Errors
/// A sentence where nothing could be run.
pub fn check(
    pages: &[Page],
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
    let chains = chains(pages, config, &mut summary, sources, &mut diagnostics);
    let results = run_all(&chains, &interpreters, sources, pages, &mut summary)?;
    let mut recordings = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        for (index, snippet) in page.snippets.iter().enumerate() {
            let of_snippet: Vec<_> = interpreters
                .iter()
                .filter_map(|found| Some((found.version, results.get(&((at, index), found.version))?)))
                .collect();
            if of_snippet.is_empty() {
                continue;
            }
            summary.snippets += 1;
            judge(snippet, &of_snippet, sources, page, write, &mut summary, &mut recordings, &mut diagnostics);
        }
        pitfalls(at, page, &results, sources, &mut summary, &mut diagnostics);
    }
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

/// Sorts the book's Python blocks into chains.
fn chains<'a>(
    pages: &'a [Page],
    config: &Config,
    summary: &mut Summary,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Link<'a>> {
    let mut chains: Vec<Link<'a>> = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let mut on_page: Vec<Link<'a>> = Vec::new();
        for (index, snippet) in page.snippets.iter().enumerate() {
            if !matches!(snippet.language.as_str(), "python" | "pycon") {
                continue;
            }
            if let Some(why) = &snippet.attributes.norun {
                summary.kept_out.push(format!("{}: {why}", place(sources, snippet)));
                continue;
            }
            if snippet.attributes.continues {
                match on_page.last_mut() {
                    Some(chain) => chain.snippets.push((index, snippet)),
                    None => diagnostics.push(
                        Diagnostic::error(
                            snippet.span.clone(),
                            "there is no snippet above that this one could go on from",
                        )
                        .help("take `continue` off, or put the snippet it needs above it"),
                    ),
                }
                continue;
            }
            let setup = snippet.attributes.setup.as_ref().map(|name| {
                let on_page = page.snippets.iter().find(|other| other.attributes.name.as_ref() == Some(name));
                on_page.map(|snippet| snippet.text.clone()).or_else(|| config.python.setup.get(name).cloned())
            });
            match setup {
                Some(None) => {
                    let name = snippet.attributes.setup.as_deref().unwrap_or_default();
                    diagnostics.push(
                        Diagnostic::error(snippet.span.clone(), format!("there is no setup called `{name}`"))
                            .help("declare it in book.toml below `[python.setup]`, or on this page as ```python {name=…, hidden}"),
                    );
                }
                setup => on_page.push(Link { page: at, snippets: vec![(index, snippet)], setup: setup.flatten() }),
            }
        }
        chains.append(&mut on_page);
    }
    chains
}

/// `content/a.md:12` of a snippet's fence.
fn place(sources: &Sources, snippet: &Snippet) -> String {
    match sources.get(snippet.span.file) {
        Some(source) => format!("{}:{}", source.path, source.line_column(snippet.span.bytes().start).0),
        None => String::new(),
    }
}

fn run_all<'a>(
    chains: &'a [Link<'a>],
    interpreters: &'a [Interpreter],
    sources: &Sources,
    pages: &[Page],
    summary: &mut Summary,
) -> Result<Results, CouldNotRun> {
    let jobs: Vec<_> = chains.iter().flat_map(|chain| interpreters.iter().map(move |python| (chain, python))).collect();
    let run = |(chain, python): &(&'a Link<'_>, &'a Interpreter)| {
        run_chain(chain, python, sources, pages).map(|done| (*chain, *python, done))
    };
    let mut outcomes: Vec<_> = jobs.par_iter().map(run).collect::<Result<_, _>>().map_err(CouldNotRun)?;
    // What ran out of time beside others on a busy machine gets the machine to itself once.
    for outcome in &mut outcomes {
        if outcome.2.1.late {
            *outcome = run(&(outcome.0, outcome.1)).map_err(CouldNotRun)?;
        }
    }
    let mut results = Results::new();
    for (chain, python, (snippets, outcome, fresh)) in outcomes {
        summary.ran += usize::from(fresh);
        for (at, index) in snippets.into_iter().enumerate() {
            let result = match outcome.ran.get(at) {
                Some(ran) => Ok(ran.clone()),
                None if at == outcome.ran.len() => Err(outcome.stopped.clone().unwrap_or_default()),
                None => continue,
            };
            results.insert(((chain.page, index), python.version), result);
        }
    }
    Ok(results)
}

/// The snippets of a chain that are for this version, what they did, and whether they ran now.
fn run_chain(
    chain: &Link<'_>,
    python: &Interpreter,
    sources: &Sources,
    pages: &[Page],
) -> Result<(Vec<usize>, Chain, bool), String> {
    let fits = |snippet: &Snippet| {
        let range = snippet.attributes.python.as_deref();
        range.is_none_or(|range| python::in_range(python.version, range))
    };
    let mut indices = Vec::new();
    let mut codes = Vec::new();
    let mut limit = Duration::ZERO;
    for (index, snippet) in chain.snippets.iter().filter(|(_, snippet)| fits(snippet)) {
        let path = pages.get(chain.page).map(|page| page.path.as_str()).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default().replace(".md", ".py");
        let source = match (codes.is_empty(), &chain.setup) {
            (true, Some(setup)) => format!("{setup}\n{}", snippet.text),
            _ => snippet.text.clone(),
        };
        indices.push(*index);
        codes.push(Code { source, name, kind: if snippet.language == "pycon" { "pycon" } else { "python" } });
        limit += snippet.attributes.timeout.map_or(LIMIT, Duration::from_secs_f64);
    }
    if codes.is_empty() {
        return Ok((indices, Chain::default(), false));
    }
    let file = cache_file(python, &codes, limit);
    if let Some(known) = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        return Ok((indices, known, false));
    }
    let snippet = chain.snippets.first().map(|(_, snippet)| place(sources, snippet)).unwrap_or_default();
    let outcome =
        run::run(python, &codes, limit).map_err(|error| format!("{snippet}: the snippet can't be run: {error}"))?;
    // A chain that was cut short may have been short of time on a busy machine: it runs again next time.
    if outcome.stopped.is_none()
        && let Ok(bytes) = serde_json::to_vec(&outcome)
    {
        drop(file.parent().map(std::fs::create_dir_all));
        drop(std::fs::write(&file, bytes));
    }
    Ok((indices, outcome, true))
}

fn cache_file(python: &Interpreter, codes: &[Code], limit: Duration) -> std::path::PathBuf {
    let mut hash = Sha256::new();
    for part in [run::DRIVER, &python.identity, &format!("{limit:?}")] {
        hash.update(part);
        hash.update([0]);
    }
    for code in codes {
        for part in [&code.source, &code.name, code.kind] {
            hash.update(part);
            hash.update([0]);
        }
    }
    let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    python::cache_folder().join("runs").join(name)
}

/// What a reader sees of a run: what it printed, and the last line of the traceback of a snippet that must fail.
fn shown(snippet: &Snippet, ran: &Ran) -> String {
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
fn judge<'a>(
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
fn line_span(snippet: &Snippet, line: usize, sources: &Sources, page: &Page) -> Option<crate::source::Span> {
    let source = sources.get(page.file)?;
    // A preamble in front of it shifts the lines; then the fence is the better place.
    if snippet.attributes.setup.is_some() {
        return None;
    }
    let body = snippet.span.bytes().start + source.text.get(snippet.span.bytes().start..)?.find('\n')? + 1;
    let before: usize = source.text.get(body..)?.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let text = source.text.get(body + before..)?.lines().next()?;
    let start = body + before + (text.len() - text.trim_start().len());
    Some(source.span(start..body + before + text.trim_end().len()))
}

/// A pitfall's first snippet must show the symptom, its fix's snippet must run and print something else.
fn pitfalls(
    at: usize,
    page: &Page,
    results: &Results,
    sources: &Sources,
    summary: &mut Summary,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for section in &page.sections {
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
        codes.filter(|index| page.snippets.get(*index).is_some_and(|snippet| snippet.language == "python")).collect()
    };
    let Some(wrong) = python(symptom).first().copied() else { return Some("no snippet shows the symptom".to_string()) };
    let fixes = python(fix);
    let Some(mended) = fixes.last().copied() else { return Some("no snippet shows the fix".to_string()) };
    let snippet = page.snippets.get(wrong)?;
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
    let mended_snippet = page.snippets.get(mended)?;
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
