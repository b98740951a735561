//! The stages in order: files → pages → book → checks → site.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::assets::{self, Assets};
use crate::book::{self, Book};
use crate::check::{self, Target, Targets};
use crate::config::{self, Config};
use crate::diagnostic::{Diagnostic, Outcome, Severity};
use crate::engine;
use crate::history::History;
use crate::page::terms::Glossary;
use crate::page::{self, Kind, Page};
use crate::publish;
use crate::render::templates::Templates;
use crate::render::{self, Media, Renderer};
use crate::search;
use crate::site::Site;
use crate::source::{FileId, Files, Sources};
use crate::svg::{self, Drawing};
use crate::theme;

/// What a build is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether drafts are part of the book.
    pub drafts: bool,
    /// Whether the site is for the root of this machine's own address, whatever `base_url` says.
    pub local: bool,
    /// The address that the site will stand at, in place of the `base_url` of book.toml.
    pub base_url: Option<String>,
    /// Whether the site will stand on a host: then what [`publish`] makes is part of it.
    pub hosted: bool,
}

/// What a build made.
#[derive(Debug, Default)]
pub struct Build {
    /// The site; none where a mistake stands in the way.
    pub site: Option<Site>,
    /// The texts that diagnostics refer to.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// How many pages the site has.
    pub pages: usize,
    /// The book, as far as it could be put together.
    pub book: Book,
    /// What its links and images lead to.
    pub targets: Targets,
}

impl Build {
    /// How many diagnostics of that severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// Builds the book. Nothing is written; the same files give the same bytes.
pub fn build(files: &dyn Files, options: Options) -> Build {
    let mut build = Build::default();
    let listed = match files.list() {
        Ok(listed) => listed,
        Err((path, error)) => {
            build.diagnostics.push(Diagnostic::file(path, format!("can't be read: {error}")));
            return build;
        }
    };
    let Some(mut config) = read_config(files, &listed, &mut build) else { return build };
    match options.local {
        true => config.base_url = None,
        false => config.base_url = options.base_url.clone().or(config.base_url),
    }
    let authors = config.publish.contributors;
    let (history, pages) = rayon::join(
        || options.hosted.then(|| files.history(&listed, authors)),
        || read_pages(files, &listed, &config, &mut build),
    );
    let book = build.keep(book::assemble(config, pages, &stage_folders(&listed), options.drafts));
    let targets = build.keep(check::check(&book, &listed, &render::made_routes(&book)));
    match render_book(files, &listed, &book, &targets, history.as_ref(), &mut build) {
        Ok(site) => build.site = site.filter(|_| build.count(Severity::Error) == 0),
        Err(diagnostic) => build.diagnostics.push(diagnostic),
    }
    build.book = book;
    build.targets = targets;
    build
}

/// Theme, media and templates, and the site that comes of them; none where there is no home page.
fn render_book(
    files: &dyn Files,
    listed: &[String],
    book: &Book,
    targets: &Targets,
    history: Option<&History>,
    build: &mut Build,
) -> Result<Option<Site>, Diagnostic> {
    let unread = |(path, error)| Diagnostic::file(path, format!("can't be read: {error}"));
    let mut theme = theme::load(files, listed).map_err(unread)?;
    for path in engine::taken(&book.config, listed) {
        theme.remove(&path);
    }
    let mut assets = assets::bundle(&theme);
    let engine = build.keep(engine::read(&book.config, files, listed).map_err(unread)?);
    if runs(book) {
        assets.add_run(&theme, engine);
    }
    let media = read_media(files, targets, &mut assets, build);
    let index = search::index(book);
    assets.search_index = index.core;
    assets.files.extend(index.files);
    let templates = Templates::load(&theme, &mut build.sources)?;
    if book.home.is_none() {
        return Ok(None);
    }
    let rendered = build.keep(Renderer::new(book, targets, &assets, &media, &templates, history).render());
    build.pages = rendered.len();
    let published = history.map(|history| {
        let pages = rendered.keys().map(String::as_str).collect();
        let (assets, media, sources) = (&assets, &media, &build.sources);
        publish::files(&publish::Published { book, assets, targets, media, sources, history, pages })
    });
    let mut site = site(assets, rendered, &mut build.diagnostics);
    // A book's own file, from `static/`, stands for the one that would be made.
    for (path, bytes) in published.unwrap_or_default() {
        site.files.entry(path).or_insert(bytes);
    }
    Ok(Some(site))
}

/// Whether a reader can run something.
fn runs(book: &Book) -> bool {
    let mut snippets = book.pages.iter().flat_map(|page| &page.snippets);
    snippets.any(|snippet| snippet.attributes.run && !snippet.attributes.hidden)
}

impl Build {
    fn keep<T>(&mut self, outcome: Outcome<T>) -> T {
        self.diagnostics.extend(outcome.diagnostics);
        outcome.value
    }
}

fn site(assets: Assets, rendered: BTreeMap<String, String>, diagnostics: &mut Vec<Diagnostic>) -> Site {
    let mut files = assets.files;
    for (path, html) in rendered {
        if files.insert(path.clone(), html.into_bytes()).is_some() {
            let message = format!("`static/{path}` is replaced by the page of that address");
            diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                ..Diagnostic::file(format!("static/{path}"), message).help("give the file another name")
            });
        }
    }
    Site { files }
}

/// The text of a file, without a byte order mark; what cannot be read is a diagnostic.
fn read_text(files: &dyn Files, path: &str) -> Result<String, Diagnostic> {
    let bytes = files.read(path).map_err(|error| Diagnostic::file(path, format!("can't be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            Err(Diagnostic::file(path, format!("not UTF-8: line {line}, byte {valid} of the file"))
                .help("save the file as UTF-8"))
        }
    }
}

fn read_config(files: &dyn Files, listed: &[String], build: &mut Build) -> Option<Config> {
    if !listed.iter().any(|path| path == "book.toml") {
        let help = "make it with `title = \"…\"` in it, or name the book's folder with `--book`";
        build.diagnostics.push(Diagnostic::file("book.toml", "there is no book here: book.toml is missing").help(help));
        return None;
    }
    match read_text(files, "book.toml") {
        Ok(text) => {
            let id = build.sources.add("book.toml", text);
            let source = build.sources.get(id)?.clone();
            Some(build.keep(config::parse(&source)))
        }
        Err(diagnostic) => {
            build.diagnostics.push(diagnostic);
            None
        }
    }
}

/// The page whose terms are linked from all others.
const GLOSSARY: &str = "content/glossary.md";

fn read_pages(files: &dyn Files, listed: &[String], config: &Config, build: &mut Build) -> Vec<Page> {
    let paths: Vec<_> = listed.iter().filter(|path| path.starts_with("content/") && path.ends_with(".md")).collect();
    if paths.is_empty() {
        let help = "start with `content/index.md`: `+++`, `title = \"…\"`, `+++`";
        build.diagnostics.push(Diagnostic::file("content", "the book is empty").help(help));
    }
    let mut known: Vec<(FileId, Kind)> = Vec::new();
    let texts: Vec<_> = paths.par_iter().map(|path| read_text(files, path)).collect();
    for (path, text) in paths.into_iter().zip(texts) {
        match (page::kind(path), text) {
            (None, _) => build.diagnostics.push(
                Diagnostic::file(path.clone(), "a page can stand at most one folder below `content`")
                    .help("a stage's folder holds its topics as files: move the file up"),
            ),
            (_, Err(diagnostic)) => build.diagnostics.push(diagnostic),
            (Some(kind), Ok(text)) => known.push((build.sources.add(path.clone(), text), kind)),
        }
    }
    let sources = &build.sources;
    let glossary = known.iter().find_map(|(id, kind)| {
        let source = sources.get(*id).filter(|source| source.path == GLOSSARY)?;
        Some(Glossary::new(GLOSSARY, &page::parse(source, *kind, config, None).value.terms))
    });
    let read = |(id, kind): &(FileId, Kind)| {
        let source = sources.get(*id)?;
        let glossary = glossary.as_ref().filter(|_| source.path != GLOSSARY);
        Some(page::parse(source, *kind, config, glossary))
    };
    let outcomes: Vec<_> = known.par_iter().filter_map(read).collect();
    outcomes.into_iter().map(|outcome| build.keep(outcome)).collect()
}

/// The folders directly below `content/`, by name.
fn stage_folders(listed: &[String]) -> Vec<String> {
    let mut folders: Vec<String> = listed
        .iter()
        .filter_map(|path| path.strip_prefix("content/")?.split_once('/'))
        .map(|(folder, _)| folder.to_string())
        .collect();
    folders.sort();
    folders.dedup();
    folders
}

/// Reads what pages show or link to, and gives it its place in the site.
fn read_media(files: &dyn Files, targets: &Targets, assets: &mut Assets, build: &mut Build) -> BTreeMap<String, Media> {
    let paths = |targets: &[Vec<Target>]| -> BTreeSet<String> {
        let files = targets.iter().flatten().filter_map(|target| match target {
            Target::File(path) => Some(path.clone()),
            _ => None,
        });
        files.collect()
    };
    let (linked, shown) = (paths(&targets.links), paths(&targets.images));
    let mut media = BTreeMap::new();
    for path in linked.union(&shown) {
        let bytes = match files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                build.diagnostics.push(Diagnostic::file(path.clone(), format!("can't be read: {error}")));
                continue;
            }
        };
        let drawing = match shown.contains(path) && path.ends_with(".svg") && bytes.len() <= LARGEST_DRAWING {
            true => read_drawing(files, path, build),
            false => None,
        };
        let size = image_size(path, &bytes);
        let site_path = match path.strip_prefix("static/") {
            Some(below) => below.to_string(),
            None if drawing.is_some() && !linked.contains(path) => String::new(),
            None => assets.add(path.rsplit('/').next().unwrap_or(path), bytes),
        };
        media.insert(path.clone(), Media { site_path, size, drawing });
    }
    media
}

/// An SVG of more bytes stays an image of its own: it would weigh on every visit to its page.
const LARGEST_DRAWING: usize = 64 * 1024;

fn read_drawing(files: &dyn Files, path: &str, build: &mut Build) -> Option<Drawing> {
    match read_text(files, path) {
        Ok(text) => {
            let id = build.sources.add(path, text);
            let source = build.sources.get(id)?.clone();
            Some(build.keep(svg::read(&source)))
        }
        Err(diagnostic) => {
            build.diagnostics.push(diagnostic);
            None
        }
    }
}

/// Width and height in CSS pixels, so that the page keeps room for the image.
fn image_size(path: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    if path.ends_with(".svg") {
        return svg_size(&String::from_utf8_lossy(bytes));
    }
    let size = imagesize::blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
}

/// The size that an SVG's first tag tells: `width` and `height`, or else its `viewBox`.
fn svg_size(text: &str) -> Option<(u32, u32)> {
    let tag = text.get(text.find("<svg")?..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let attribute = |name: &str| {
        let after = tag.split_once(&format!(" {name}=\""))?.1;
        after.split_once('"').map(|(value, _)| value)
    };
    let pixels =
        |value: &str| value.trim_end_matches("px").trim().parse::<f64>().ok().filter(|n| *n >= 1.0 && *n < 1e6);
    let given = attribute("width").and_then(pixels).zip(attribute("height").and_then(pixels));
    let from_box = || {
        let numbers: Vec<f64> = attribute("viewBox")?.split([' ', ',']).filter_map(|n| n.parse().ok()).collect();
        numbers.get(2).copied().zip(numbers.get(3).copied())
    };
    given.or_else(from_box).map(|(width, height)| (width.round() as u32, height.round() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_sizes_are_read() {
        assert_eq!(svg_size("<?xml?><svg xmlns=\"x\" viewBox=\"0 0 40.4 30\">"), Some((40, 30)));
        assert_eq!(svg_size("<svg width=\"12px\" height=\"9\" viewBox=\"0 0 1 1\">"), Some((12, 9)));
        assert_eq!(svg_size("<svg width=\"100%\">"), None);
        assert_eq!(svg_size("no picture"), None);
    }
}
