//! A snippet that can be run → the attributes that tell the page's script how.

use std::collections::BTreeMap;

use fieldguide_wasm::html::escape;
use serde_json::Value;

use crate::page::fence::in_range;
use crate::page::{Page, Snippet};

/// What all snippets of a page share.
pub struct Runs<'a> {
    /// The script and the engine behind Run; none where the book has nothing to run.
    pub run: Option<&'a crate::assets::Run>,
    /// The book's hidden preambles by their names.
    pub setups: &'a BTreeMap<String, String>,
}

impl Runs<'_> {
    /// The attributes of a snippet's element, each with a blank in front.
    pub fn attributes(&self, page: &Page, at: usize) -> String {
        let (Some(run), Some(snippet)) = (self.run, page.body().snippets.get(at)) else { return String::new() };
        let mut out = String::new();
        let mut add = |name: &str, value: &str| match value {
            "" => out.push_str(&format!(" data-{name}")),
            value => out.push_str(&format!(" data-{name}=\"{}\"", escape(value))),
        };
        if needed(page, at) {
            add("snippet", &at.to_string());
        }
        if !snippet.attributes.run {
            return out;
        }
        add("run", "");
        add("file", &file_name(page));
        if let Some(seconds) = snippet.attributes.timeout {
            add("timeout", &seconds.to_string());
        }
        if let Some(why) = &snippet.attributes.differs {
            add("differs", why);
        }
        let before = self.before(page, at, run.python);
        if !before.is_empty() {
            add("before", &Value::from(before).to_string());
        }
        let fits = |range: &Option<String>| range.as_deref().is_none_or(|range| in_range(run.python, range));
        let shown = !snippet.outputs_hidden;
        let recorded = snippet.outputs.iter().position(|output| shown && fits(&output.python));
        if let Some((index, output)) = recorded.and_then(|index| Some((index, snippet.outputs.get(index)?))) {
            add("recorded", &index.to_string());
            if output.unordered {
                add("unordered", "");
            }
            if let Some(tolerance) = output.approx {
                add("approx", &tolerance.to_string());
            }
        }
        out
    }

    /// What runs before a snippet: texts that the page doesn't show, and the numbers of snippets that it does.
    fn before(&self, page: &Page, at: usize, python: (u16, u16)) -> Vec<Value> {
        let chain = chain(page, at);
        let mut before = Vec::new();
        let first = chain.first().and_then(|first| page.body().snippets.get(*first));
        if let Some(name) = first.and_then(|first| first.attributes.setup.as_ref()) {
            let on_page = page.body().snippets.iter().find(|other| other.attributes.name.as_ref() == Some(name));
            let text = on_page.map(|other| &other.text).or_else(|| self.setups.get(name));
            before.extend(text.map(|text| Value::from(text.as_str())));
        }
        for index in chain.into_iter().filter(|index| *index != at) {
            let Some(other) = page.body().snippets.get(index) else { continue };
            match &other.attributes.python {
                Some(range) if !in_range(python, range) => {}
                _ if other.attributes.hidden => before.push(Value::from(other.text.as_str())),
                _ => before.push(Value::from(index)),
            }
        }
        before
    }
}

/// The snippets of a page that share a namespace with the one at `at` and come before it, and itself at the end: the chain
/// in which the proof runs it.
fn chain(page: &Page, at: usize) -> Vec<usize> {
    let mut chain = Vec::new();
    for (index, snippet) in page.body().snippets.iter().enumerate().take(at) {
        if !is_python(snippet) || snippet.attributes.norun.is_some() || snippet.attributes.exercise {
            continue;
        }
        if !snippet.attributes.continues {
            chain.clear();
        }
        chain.push(index);
    }
    if page.body().snippets.get(at).is_none_or(|snippet| !snippet.attributes.continues) {
        chain.clear();
    }
    chain.push(at);
    chain
}

/// Whether a snippet that the reader can run needs this one first.
fn needed(page: &Page, at: usize) -> bool {
    let is_needed = |(later, snippet): (usize, &Snippet)| {
        let runs = snippet.attributes.run && !snippet.attributes.hidden && snippet.attributes.continues;
        runs && later > at && chain(page, later).contains(&at)
    };
    page.body().snippets.get(at).is_some_and(is_python) && page.body().snippets.iter().enumerate().any(is_needed)
}

fn is_python(snippet: &Snippet) -> bool {
    matches!(snippet.language.as_str(), "python" | "pycon")
}

/// The name that the proof gives to the snippets of a page.
fn file_name(page: &Page) -> String {
    page.path.rsplit('/').next().unwrap_or_default().replace(".md", ".py")
}
