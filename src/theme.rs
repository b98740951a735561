//! The default theme and the modules of labs, search and practice, inside the binary; a book's own files override the theme's one by one.

use std::collections::BTreeMap;
use std::io;

use crate::source::Files;

/// The theme's files by their path in the book, sorted.
static THEME: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/theme.rs"));

/// The labs' glue: a classic script that defines `wasm_bindgen`.
pub static LABS_JS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bound/labs.js"));

/// The labs' WebAssembly module.
pub static LABS_WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bound/labs_bg.wasm"));

/// The search's glue: a classic script that defines `wasm_search`.
pub static SEARCH_JS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bound/search.js"));

/// The search's WebAssembly module.
pub static SEARCH_WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bound/search_bg.wasm"));

/// The practice's glue: a classic script that defines `wasm_practice`.
pub static PRACTICE_JS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bound/practice.js"));

/// The practice's WebAssembly module.
pub static PRACTICE_WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bound/practice_bg.wasm"));

/// Where the engine behind Run stands among the theme's files.
const ENGINE: &str = "static/python/";

/// The program's own engine behind Run: its files by their names, sorted.
pub fn engine() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    THEME.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(ENGINE)?, *bytes)))
}

/// A file of the default theme.
pub fn default(path: &str) -> Option<&'static [u8]> {
    THEME.iter().find(|(known, _)| *known == path).map(|(_, bytes)| *bytes)
}

/// Whether a path is that of a file of the program's own engine: such a file is no part of the theme.
fn of_engine(path: &str) -> bool {
    path.strip_prefix(ENGINE).is_some_and(|name| engine().any(|(known, _)| known == name))
}

/// A file of the theme or of the book.
#[derive(Debug, Clone)]
pub struct ThemeFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether the book brought it.
    pub own: bool,
}

/// All files below `templates/` and `static/`: the book's own where it has them, else the default's.
///
/// # Errors
/// The path of a file of the book that cannot be read, and why.
pub fn load(files: &dyn Files, listed: &[String]) -> Result<BTreeMap<String, ThemeFile>, (String, io::Error)> {
    let shared = THEME.iter().filter(|(path, _)| !path.starts_with(ENGINE));
    let mut theme: BTreeMap<_, _> =
        shared.map(|(path, bytes)| (path.to_string(), ThemeFile { bytes: bytes.to_vec(), own: false })).collect();
    for path in listed.iter().filter(|path| !path.ends_with('/') && !of_engine(path)) {
        if path.starts_with("templates/") || path.starts_with("static/") {
            let bytes = files.read(path).map_err(|error| (path.clone(), error))?;
            theme.insert(path.clone(), ThemeFile { bytes, own: true });
        }
    }
    Ok(theme)
}
