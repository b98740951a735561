//! The search from a terminal: `fieldguide search QUERY`.

use std::io::{self, BufRead, Write};

use fieldguide_wasm::search::index::Index;
use fieldguide_wasm::search::{Found, Hit, Reply, Request, Run};
use serde_json::{Value, json};

use super::FOLDER;
use crate::site::Site;
use crate::source::Files;

/// Where the files of an index are.
pub enum Place<'a> {
    /// A site that was just built.
    Built(&'a Site),
    /// A folder with a site.
    Folder(&'a dyn Files),
}

/// An index and the place that its files are read from.
pub struct Searcher<'a> {
    place: Place<'a>,
    index: Index,
}

impl<'a> Searcher<'a> {
    /// Opens the index of a site.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub fn open(place: Place<'a>) -> Result<Self, String> {
        let page = place.read("search.html").map_err(|error| {
            format!("there is no site here: search.html can't be read ({error}); build it with `fieldguide build`")
        })?;
        let page = String::from_utf8_lossy(&page);
        let named = page.split_once("data-search-index=\"").and_then(|(_, rest)| rest.split_once('"'));
        let Some((core, _)) = named else {
            return Err("search.html names no search index: build the site again".to_string());
        };
        let bytes = place.read(core).map_err(|error| format!("{core} can't be read: {error}"))?;
        let index = Index::open(&bytes).map_err(str::to_string)?;
        Ok(Self { place, index })
    }

    /// Answers a query.
    ///
    /// # Errors
    /// A sentence that names the file of the index that can't be read.
    pub fn ask(&mut self, request: &Request<'_>) -> Result<Found, String> {
        // Each round reads files that were not there before; three rounds are enough for any query.
        for _ in 0..8 {
            match self.index.ask(request) {
                Reply::Found(found) => return Ok(found),
                Reply::Need(files) => {
                    for name in files {
                        let path = format!("{FOLDER}/{name}");
                        let bytes = self.place.read(&path).map_err(|error| format!("{path} can't be read: {error}"))?;
                        self.index.give(&name, &bytes).map_err(|problem| format!("{path}: {problem}"))?;
                    }
                }
            }
        }
        Err("the search index asks for more than it holds: build the site again".to_string())
    }
}

impl Place<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Built(site) => site.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into()),
            Self::Folder(files) => files.read(path),
        }
    }
}

/// The hits as JSON: `[{"url", "title", "kind", "breadcrumb", "excerpt", "score"}, …]`, the best first.
pub fn json(found: &Found) -> Value {
    let hit = |hit: &Hit| {
        json!({
            "url": hit.url,
            "title": text(&hit.title),
            "kind": hit.kind.name(),
            "breadcrumb": hit.breadcrumb.join(" › "),
            "excerpt": text(&hit.excerpt),
            "score": (f64::from(hit.score) * 1000.0).round() / 1000.0,
        })
    };
    found.hits.iter().map(hit).collect()
}

/// Reads a query a line and writes a line of JSON for each: a list of hits.
///
/// # Errors
/// What reading or writing says, or a sentence that names the file of the index that can't be read.
pub fn batch(
    searcher: &mut Searcher<'_>,
    limit: usize,
    input: impl BufRead,
    mut out: impl Write,
) -> Result<(), String> {
    for line in input.split(b'\n') {
        let line = line.map_err(|error| error.to_string())?;
        let line = String::from_utf8_lossy(&line);
        let found = searcher.ask(&Request { query: line.trim_end_matches('\r'), limit, ..Request::default() })?;
        writeln!(out, "{}", json(&found)).and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The hits in words: title, kind and place, address, excerpt. `mark` marks what matches.
pub fn words(found: &Found, mark: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for (typed, word) in &found.corrected {
        out.push_str(&format!("nothing holds “{typed}”: searched for “{word}”\n"));
    }
    let line = |runs: &[Run]| {
        runs.iter().map(|run| if run.hit { mark(&run.text) } else { run.text.clone() }).collect::<String>()
    };
    for hit in &found.hits {
        let place =
            if hit.breadcrumb.is_empty() { String::new() } else { format!(" · {}", hit.breadcrumb.join(" › ")) };
        out.push_str(&format!("{}\n  {}{place}\n  {}\n", line(&hit.title), hit.kind.name(), hit.url));
        for excerpt in line(&hit.excerpt).lines() {
            out.push_str(&format!("    {excerpt}\n"));
        }
    }
    if found.hits.is_empty() {
        out.push_str("nothing matches");
        if !found.suggestions.is_empty() {
            out.push_str(&format!("; the book has: {}", found.suggestions.join(", ")));
        }
        out.push('\n');
    }
    out
}

fn text(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}
