//! The Python of the page: the program's own engine or the book's, and the book's wheels → files of the site.
//!
//! An engine is a folder. Its scripts (`*.js`) are joined in the order of their names into one worker; all other files are
//! handed to that worker. `static/python/README.md` describes the protocol between page and worker.

use serde::{Deserialize, Serialize};
use std::io;

use crate::assets::Assets;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Outcome};
use crate::page::fence::python_version;
use crate::source::{Files, Span};
use crate::theme;

/// What the page needs to know of an engine's files. Paths are beside the script that reads this.
#[derive(Debug, Clone, Default, Serialize)]
struct Manifest {
    /// Its version of Python, such as `3.14`.
    python: String,
    /// What it is.
    name: String,
    /// The scripts of the worker, in order.
    scripts: Vec<Entry>,
    /// What the worker is handed.
    files: Vec<Entry>,
    /// Wheels to unpack.
    wheels: Vec<Entry>,
    /// Under which terms the engine may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<String>,
}

/// A file of an engine.
#[derive(Debug, Clone, Serialize)]
struct Entry {
    /// Its name, without `.gz`.
    name: String,
    /// Its name in the site.
    path: String,
    /// Bytes to transfer.
    size: usize,
    /// Whether it is compressed.
    gz: bool,
}

/// What stands in an engine's `engine.json`.
#[derive(Debug, Default, Deserialize)]
struct Described {
    python: String,
    name: String,
}

/// Files by their names.
type Named = Vec<(String, Vec<u8>)>;

/// An engine and its wheels, before they have their places in the site.
#[derive(Debug, Default)]
pub struct Engine {
    /// Its version of Python.
    pub python: (u16, u16),
    described: Described,
    files: Named,
    wheels: Named,
}

/// Paths of the book that are not published as they are: they go with the engine.
pub fn taken(config: &Config, listed: &[String]) -> Vec<String> {
    let python = &config.python;
    let of_folder = |path: &str| python.engine.as_ref().is_some_and(|(folder, _)| below(folder, path).is_some());
    let of_wheels = |path: &str| python.wheels.iter().any(|(pattern, _)| matches(pattern, path));
    listed.iter().filter(|path| of_folder(path) || of_wheels(path)).cloned().collect()
}

/// Reads the engine that book.toml asks for; what it asks for in vain is a diagnostic.
///
/// # Errors
/// The path of a file that cannot be read, and why.
pub fn read(config: &Config, files: &dyn Files, listed: &[String]) -> Result<Outcome<Engine>, (String, io::Error)> {
    let mut diagnostics = Vec::new();
    let found = match &config.python.engine {
        Some((folder, span)) => of_book(folder, span, files, listed, &mut diagnostics)?,
        None => theme::engine().map(|(name, bytes)| (name.to_string(), bytes.to_vec())).collect(),
    };
    let described = describe(&found, config.python.engine.as_ref(), &mut diagnostics);
    let mut wheels = Vec::new();
    for (pattern, span) in &config.python.wheels {
        let before = wheels.len();
        for path in listed.iter().filter(|path| matches(pattern, path)) {
            let name = path.rsplit('/').next().unwrap_or(path);
            if !wheel_for_the_page(name) {
                let message = format!("`{path}` is not a wheel that runs in a page");
                let help = "give pure-Python wheels (`…-none-any.whl`) or wheels built for Pyodide";
                diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
            } else if !wheels.iter().any(|(known, _): &(String, _)| known == name) {
                wheels.push((name.to_string(), files.read(path).map_err(|error| (path.clone(), error))?));
            }
        }
        if wheels.len() == before && !listed.iter().any(|path| matches(pattern, path)) {
            let message = format!("no file of the book is called `{pattern}`");
            let help = "put the wheels below `static/` and name them from the book's folder, such as `static/py/*.whl`";
            diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
        }
    }
    let python = python_version(&described.python).unwrap_or_default();
    Ok(Outcome { value: Engine { python, described, files: found, wheels }, diagnostics })
}

/// The files of an engine's folder by their names.
fn of_book(
    folder: &str,
    span: &Span,
    files: &dyn Files,
    listed: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Named, (String, io::Error)> {
    let mut found = Vec::new();
    for path in listed.iter().filter(|path| !path.ends_with('/')) {
        if let Some(name) = below(folder, path) {
            found.push((name.to_string(), files.read(path).map_err(|error| (path.clone(), error))?));
        }
    }
    if !found.iter().any(|(name, _)| is_script(name)) {
        let message = format!("`{folder}` is not the folder of an engine: there is no script in it");
        let help =
            "name a folder below `static/` that holds `engine.json` and the scripts of a worker, or leave `engine` out";
        diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
    }
    Ok(found)
}

fn describe(
    found: &[(String, Vec<u8>)],
    asked: Option<&(String, Span)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Described {
    let bytes = found.iter().find(|(name, _)| name == "engine.json").map(|(_, bytes)| bytes.as_slice());
    let described = bytes.and_then(|bytes| serde_json::from_slice::<Described>(bytes).ok());
    match (described, asked) {
        (Some(described), _) if python_version(&described.python).is_some() => described,
        (_, Some((folder, span))) if found.iter().any(|(name, _)| is_script(name)) => {
            let message = format!("`{folder}/engine.json` does not say which Python the engine is");
            let help = "write it as `{\"python\": \"3.14\", \"name\": \"…\"}`";
            diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
            Described::default()
        }
        _ => Described::default(),
    }
}

impl Engine {
    /// Gives the files their places in the site; the manifest that the page's script starts with, as a line of JavaScript.
    pub fn place(self, assets: &mut Assets) -> String {
        let mut manifest = Manifest { python: self.described.python, name: self.described.name, ..Manifest::default() };
        for (name, bytes) in self.files {
            if name == "LICENSE" {
                manifest.licence = Some(beside(&assets.add("python-licences.txt", bytes)));
            } else if is_script(&name) {
                manifest.scripts.push(entry(&name, bytes, assets));
            } else if !is_about(&name) {
                manifest.files.push(entry(&name, bytes, assets));
            }
        }
        manifest.scripts.sort_by(|a, b| a.name.cmp(&b.name));
        manifest.wheels = self.wheels.into_iter().map(|(name, bytes)| entry(&name, bytes, assets)).collect();
        // A book's strings are in it: JSON is JavaScript.
        let json = serde_json::to_string(&manifest).unwrap_or_else(|_| "null".to_string());
        format!("const engineManifest = {json};\n")
    }
}

fn entry(name: &str, bytes: Vec<u8>, assets: &mut Assets) -> Entry {
    let size = bytes.len();
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    Entry { name: plain.to_string(), size, gz: plain != name, path: beside(&assets.add_read(name, bytes)) }
}

/// A site path of `assets/` as seen from there.
fn beside(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_string()
}

fn is_script(name: &str) -> bool {
    name.ends_with(".js") || name.ends_with(".js.gz")
}

/// Files that are about the engine, not of it.
fn is_about(name: &str) -> bool {
    matches!(name, "engine.json" | "README.md" | "SHA256SUMS") || name.ends_with(".mjs")
}

/// Pure Python, or built for Pyodide.
fn wheel_for_the_page(name: &str) -> bool {
    let platform = name.strip_suffix(".whl").and_then(|stem| stem.rsplit('-').next());
    platform.is_some_and(|platform| platform == "any" || platform.ends_with("wasm32"))
}

/// The name of a file directly in a folder.
fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    let name = path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// Whether a path is the pattern; `*` stands for anything but a slash.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, rest)) => path.strip_prefix(start).is_some_and(|path| {
            let segment = path.find('/').unwrap_or(path.len());
            let ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
            ends.take_while(|end| *end <= segment)
                .any(|end| path.get(end..).is_some_and(|behind| matches(rest, behind)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::collections::BTreeMap;

    #[test]
    fn the_engine_is_what_its_manifest_says() {
        let files: BTreeMap<_, _> = theme::engine().collect();
        let sums = String::from_utf8(files["SHA256SUMS"].to_vec()).unwrap();
        let mut listed: Vec<&str> = Vec::new();
        for line in sums.lines() {
            let (sum, name) = line.split_once("  ").unwrap();
            let real: String = Sha256::digest(files[name]).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(real, sum, "{name} is not what SHA256SUMS says: run `node static/python/make.mjs`");
            listed.push(name);
        }
        let blobs: Vec<&str> = files.keys().copied().filter(|name| name.ends_with(".gz")).collect();
        assert_eq!(listed, blobs);
        assert!(files.contains_key("LICENSE") && files.contains_key("README.md"));
    }

    #[test]
    fn patterns_match_within_a_folder() {
        assert!(matches("static/py/*.whl", "static/py/a-1-py3-none-any.whl") && matches("a/*b*", "a/xbx"));
        assert!(!matches("static/*.whl", "static/py/a.whl") && !matches("a*", "b") && !matches("a", "ab"));
        assert!(matches("é*", "éü") && matches("*", ""));
    }

    #[test]
    fn wheels_are_for_the_page_or_not() {
        assert!(
            wheel_for_the_page("a-1-py3-none-any.whl")
                && wheel_for_the_page("n-2-cp314-cp314-pyodide_2026_0_wasm32.whl")
        );
        assert!(!wheel_for_the_page("n-2-cp314-cp314-manylinux_2_28_x86_64.whl") && !wheel_for_the_page("any"));
    }
}
