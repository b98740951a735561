//! The default theme and the modules of labs and search, inside the binary; a book's own files override the theme's one by one.

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
    let mut theme: BTreeMap<_, _> =
        THEME.iter().map(|(path, bytes)| (path.to_string(), ThemeFile { bytes: bytes.to_vec(), own: false })).collect();
    for path in listed.iter().filter(|path| !path.ends_with('/')) {
        if path.starts_with("templates/") || path.starts_with("static/") {
            let bytes = files.read(path).map_err(|error| (path.clone(), error))?;
            theme.insert(path.clone(), ThemeFile { bytes, own: true });
        }
    }
    Ok(theme)
}
