//! Snippets that go on in each other's namespace form a chain; a chain runs in one fresh process for each version.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::python::{self, Interpreter};
use super::run::{self, Chain, Code, Ran};
use super::{CouldNotRun, Summary};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::page::{Page, Snippet};
use crate::source::Sources;

/// A snippet may take this long where it doesn't say otherwise.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// A snippet by its page and its index there.
pub(super) type Key = (usize, usize);

/// Snippets that run in one process, in order.
pub(super) struct Link<'a> {
    /// The page, by its index.
    pub page: usize,
    /// Each with its index on the page.
    pub snippets: Vec<(usize, &'a Snippet)>,
    /// The hidden preamble in front of them, if they name one.
    pub setup: Option<String>,
}

/// Major and minor, such as 3 and 12.
pub(super) type Version = (u16, u16);

/// What each snippet did on each version: none where its chain was cut short before it.
pub(super) type Results = BTreeMap<(Key, Version), Result<Ran, String>>;

/// Sorts the book's Python blocks into chains.
pub(super) fn chains<'a>(
    pages: &'a [Arc<Page>],
    config: &Config,
    summary: &mut Summary,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Link<'a>> {
    let mut chains: Vec<Link<'a>> = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let mut on_page: Vec<Link<'a>> = Vec::new();
        for (index, snippet) in page.body().snippets.iter().enumerate() {
            // An exercise is proven with its solution and its checks.
            if !matches!(snippet.language.as_str(), "python" | "pycon") || snippet.attributes.exercise {
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
            let setup = setup(page, snippet, config);
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

/// The preamble that a snippet names; nothing inside where there is none of that name.
pub(super) fn setup(page: &Page, snippet: &Snippet, config: &Config) -> Option<Option<String>> {
    let name = snippet.attributes.setup.as_ref()?;
    let on_page = page.body().snippets.iter().find(|other| other.attributes.name.as_ref() == Some(name));
    Some(on_page.map(|snippet| snippet.text.clone()).or_else(|| config.python.setup.get(name).cloned()))
}

/// `content/a.md:12` of a snippet's fence.
pub(super) fn place(sources: &Sources, snippet: &Snippet) -> String {
    match sources.get(snippet.span.file) {
        Some(source) => format!("{}:{}", source.path, source.line_column(snippet.span.bytes().start).0),
        None => String::new(),
    }
}

pub(super) fn run_all<'a>(
    chains: &'a [Link<'a>],
    interpreters: &'a [Interpreter],
    sources: &Sources,
    pages: &[Arc<Page>],
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
    pages: &[Arc<Page>],
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
    let place = chain.snippets.first().map(|(_, snippet)| place(sources, snippet)).unwrap_or_default();
    let (outcome, fresh) = run_codes(python, &codes, limit, &place)?;
    Ok((indices, outcome, fresh))
}

/// Runs a chain, unless what it does is known; says whether it ran now.
pub(super) fn run_codes(
    python: &Interpreter,
    codes: &[Code],
    limit: Duration,
    place: &str,
) -> Result<(Chain, bool), String> {
    let file = cache_file(python, codes, limit);
    if let Some(known) = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        return Ok((known, false));
    }
    let outcome =
        run::run(python, codes, limit).map_err(|error| format!("{place}: the snippet can't be run: {error}"))?;
    // A chain that was cut short may have been short of time on a busy machine: it runs again next time.
    if outcome.stopped.is_none()
        && let Ok(bytes) = serde_json::to_vec(&outcome)
    {
        drop(file.parent().map(std::fs::create_dir_all));
        drop(std::fs::write(&file, bytes));
    }
    Ok((outcome, true))
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
