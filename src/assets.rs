//! Style, script, fonts and images → fingerprinted files of the site.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::theme::{self, ThemeFile};

/// Asks the browser to fetch a page of this site when its link is pointed at. Browsers leave that alone on metered and slow
/// lines and where memory or battery is short.
pub const SPECULATION: &str = "{\"prefetch\":[{\"where\":{\"and\":[{\"href_matches\":\"/*\"},{\"selector_matches\":\"a[href*='.html']\"},\
    {\"not\":{\"selector_matches\":\"a[href^='#']\"}}]},\"eagerness\":\"moderate\"}]}";

/// Where the theme's files stand in the site, and what stands inline.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Assets {
    /// Site path of the stylesheet.
    pub css: String,
    /// Site path of the script.
    pub js: String,
    /// Site path of the favicon; empty where there is none.
    pub favicon: String,
    /// Site path of the labs' glue.
    pub labs_js: String,
    /// Site path of the labs' module.
    pub labs_wasm: String,
    /// Site path of the search's glue.
    pub search_js: String,
    /// Site path of the search's module.
    pub search_wasm: String,
    /// Site path of the file of the search's index that is read first.
    pub search_index: String,
    /// Site path of the practice page's script.
    pub practice_js: String,
    /// Site path of the practice's glue.
    pub practice_glue: String,
    /// Site path of the practice's module.
    pub practice_wasm: String,
    /// Site path of the list of cards; empty where there is none.
    pub practice_cards: String,
    /// Site path of the map's script.
    pub map_js: String,
    /// Site paths of the fonts to be loaded early: that of the text, then that of code.
    pub preload_fonts: Vec<String>,
    /// What Run needs; none where the book has nothing to run.
    pub run: Option<Run>,
    /// The script that sets the colour mode before the first paint.
    pub inline_js: String,
    /// The stylesheet without fonts, for the 404 page, whose depth nobody knows.
    pub inline_css: String,
    /// The policy of every page but the 404's.
    pub csp: String,
    /// The policy of the 404 page.
    pub csp_404: String,
    /// The files themselves by site path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Site paths of the files that scripts read (`readFile` of `static/js/files.js`).
    pub read: BTreeSet<String>,
    /// What stands in front of the script in the export that is one file.
    pub single_js: String,
}

/// What a page with a snippet to run refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Site path of the script that is loaded when Run is first pressed.
    pub js: String,
    /// The version of the engine's Python.
    pub python: (u16, u16),
}

/// Twelve hexadecimal digits that change with the bytes.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// `assets/name-1a2b3c.ext` for a file's name and bytes.
pub fn fingerprinted(name: &str, bytes: &[u8]) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    format!("assets/{stem}-{}.{extension}", fingerprint(bytes))
}

/// Bundles the theme.
pub fn bundle(theme: &BTreeMap<String, ThemeFile>) -> Assets {
    let mut assets = Assets::default();
    let mut fonts = BTreeMap::new();
    for (path, file) in theme {
        let Some(path) = path.strip_prefix("static/") else { continue };
        if let Some(name) = path.strip_prefix("fonts/") {
            if name.ends_with(".woff2") {
                fonts.insert(name.to_string(), assets.add(name, file.bytes.clone()));
            }
        } else if path == "favicon.svg" {
            assets.favicon = assets.add("favicon.svg", file.bytes.clone());
        } else if !path.starts_with("css/") && !path.starts_with("js/") {
            assets.files.insert(path.to_string(), file.bytes.clone());
        }
    }
    let faces = ["text", "code"].iter();
    assets.preload_fonts =
        faces.filter_map(|face| Some(fonts.iter().find(|(name, _)| name.starts_with(face))?.1.clone())).collect();
    let css = compact_css(&concatenate(theme, "static/css/", ".css", "tokens.css", &[]));
    assets.inline_css = without_fonts(&css);
    assets.css = assets.add("style.css", with_font_paths(&css, &fonts).into_bytes());
    let inline = theme.get("static/js/theme.js").map(|file| String::from_utf8_lossy(&file.bytes).trim().to_string());
    assets.inline_js = inline.unwrap_or_default();
    let script = concatenate(theme, "static/js/", ".js", "", &APART);
    assets.js = assets.add("app.js", script.into_bytes());
    assets.labs_js = assets.add("labs.js", theme::LABS_JS.to_vec());
    assets.single_js = concatenate(theme, "static/js/single/", ".js", "", &[]);
    assets.labs_wasm = assets.add_read("labs.wasm", theme::LABS_WASM.to_vec());
    assets.search_js = assets.add("search.js", theme::SEARCH_JS.to_vec());
    assets.practice_js =
        assets.add("practice.js", concatenate(theme, "static/js/practice/", ".js", "", &[]).into_bytes());
    assets.practice_glue = assets.add("cards.js", theme::PRACTICE_JS.to_vec());
    assets.practice_wasm = assets.add_read("cards.wasm", theme::PRACTICE_WASM.to_vec());
    assets.map_js = assets.add("map.js", concatenate(theme, "static/js/map/", ".js", "", &[]).into_bytes());
    assets.search_wasm = assets.add_read("search.wasm", theme::SEARCH_WASM.to_vec());
    assets.csp = policy(&assets.inline_js, None);
    assets.csp_404 = policy(&assets.inline_js, Some(&assets.inline_css));
    assets
}

/// The folders of the scripts that are not for every page: one is loaded when Run is first pressed, two by their page, and
/// one is for the export that is one file.
const APART: [&str; 4] = ["run/", "practice/", "map/", "single/"];

impl Assets {
    /// Places the engine and the script that drives it.
    pub fn add_run(&mut self, theme: &BTreeMap<String, ThemeFile>, engine: Engine) {
        let python = engine.python;
        let script = engine.place(self) + &concatenate(theme, "static/js/run/", ".js", "", &[]);
        let js = self.add("run.js", script.into_bytes());
        self.run = Some(Run { js, python });
    }

    /// Puts a file that scripts read at a fingerprinted path of that name.
    pub fn add_read(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let path = self.add(name, bytes);
        self.read.insert(path.clone());
        path
    }

    /// Puts bytes at a fingerprinted path of that name.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let path = fingerprinted(name, &bytes);
        self.files.insert(path.clone(), bytes);
        path
    }
}

/// All files of a folder with that ending, in the order of their names, `first` first; the inline script stays out, and so
/// does what lies in the folders `without`.
fn concatenate(
    theme: &BTreeMap<String, ThemeFile>,
    folder: &str,
    ending: &str,
    first: &str,
    without: &[&str],
) -> String {
    let mut files: Vec<_> = theme
        .iter()
        .filter_map(|(path, file)| path.strip_prefix(folder).map(|name| (name, file)))
        .filter(|(name, _)| name.ends_with(ending) && *name != "theme.js")
        .filter(|(name, _)| !without.iter().any(|folder| name.starts_with(folder)))
        .collect();
    files.sort_by_key(|(name, _)| (*name != first, *name));
    let texts = files.iter().map(|(_, file)| String::from_utf8_lossy(&file.bytes).trim_end().to_string() + "\n");
    texts.collect()
}

/// Drops comments, blanks at the start of lines and empty lines; strings stay as they are.
fn compact_css(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    let mut quote = None;
    while let Some(c) = rest.chars().next() {
        match quote {
            None if rest.starts_with("/*") => {
                rest = rest.find("*/").and_then(|end| rest.get(end + 2..)).unwrap_or_default();
                continue;
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open && !out.ends_with('\\') => quote = None,
            _ => {}
        }
        let blank_line_start = quote.is_none() && c.is_whitespace() && (out.ends_with('\n') || out.is_empty());
        if !blank_line_start {
            if c == '\n' {
                out.truncate(out.trim_end_matches([' ', '\t']).len());
            }
            out.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// `url(name.woff2)` → the font's fingerprinted name beside the stylesheet.
fn with_font_paths(css: &str, fonts: &BTreeMap<String, String>) -> String {
    let mut css = css.to_string();
    for (name, path) in fonts {
        let beside = path.rsplit('/').next().unwrap_or_default();
        for written in [format!("url({name})"), format!("url(\"{name}\")"), format!("url('{name}')")] {
            css = css.replace(&written, &format!("url({beside})"));
        }
    }
    css
}

/// The stylesheet without the `@font-face` rules that load a file.
fn without_fonts(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("@font-face") {
        let end = rest.get(at..).and_then(|rule| rule.find('}')).map_or(rest.len(), |end| at + end + 1);
        let rule = rest.get(at..end).unwrap_or_default();
        out.push_str(rest.get(..at).unwrap_or_default());
        if !rule.contains("url(") {
            out.push_str(rule);
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    out + rest
}

/// The Content-Security-Policy: nothing inline but what is hashed here, nothing from elsewhere.
fn policy(inline_js: &str, inline_css: Option<&str>) -> String {
    let style = inline_css.map(|css| format!(" '{}'", hash(css))).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' '{}' '{}'; style-src 'self'{style}; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'",
        hash(inline_js),
        hash(SPECULATION)
    )
}

/// `sha256-…` as a policy names it.
pub fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_base64_of_sha256() {
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn css_is_compacted_outside_strings() {
        assert_eq!(
            compact_css("/* x */\na {\n  content: \"/* y */  \";\n\n  b: c; \n}\n"),
            "a {\ncontent: \"/* y */  \";\nb: c;\n}\n"
        );
    }

    #[test]
    fn fonts_that_load_are_left_out_inline() {
        assert_eq!(without_fonts("@font-face{src:url(a)}@font-face{src:local(b)}c{}"), "@font-face{src:local(b)}c{}");
    }
}
