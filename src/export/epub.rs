//! The book as an EPUB 3.3: a page a file in reading order, for readers of books on paper-like screens, phones and desks.
//!
//! Pages are made of the site's finished ones. Labs stand as the site draws them first: their figures are HTML and SVG already, so
//! text in them can be searched, scaled and read aloud, as no picture's could.

mod package;
mod style;
mod xhtml;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fieldguide_wasm::html::escape;
use fieldguide_wasm::state::decode_percent;
use rayon::prelude::*;

use super::{archive, tags};
use crate::book::{Book, PageId};
use crate::page::{Kind, markdown};
use crate::site::Site;
use xhtml::Page;

/// The type of an EPUB, which its first file says.
const TYPE: &str = "application/epub+zip";

/// The folder of the archive that holds the book.
const FOLDER: &str = "EPUB";

/// A page in the archive.
struct Chapter {
    id: PageId,
    /// Its name in the folder.
    file: String,
    page: Page,
}

/// An image in the archive.
struct Image {
    file: String,
    media: &'static str,
    path: String,
}

/// Where pages and images of the site stand in the archive.
struct Places<'a> {
    book: &'a Book,
    site: &'a Site,
    files: BTreeMap<String, String>,
    images: BTreeMap<String, String>,
}

/// Makes the archive. `modified` is when the book changed last, in seconds since 1970; `done` is told of each page.
///
/// # Errors
/// A sentence that says what the site lacks or what the archive can't hold.
pub fn archive(site: &Site, book: &Book, modified: i64, done: &(dyn Fn(usize) + Sync)) -> Result<Vec<u8>, String> {
    let places = Places::new(site, book);
    let mut chapters: Vec<Chapter> = book
        .order
        .par_iter()
        .map(|id| {
            let route = book.route(*id);
            let html = site.files.get(route).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(tags::main);
            let html = html.ok_or_else(|| format!("the page {route} has no <main>: its template must write one"))?;
            done(1);
            let file = places.file(route).unwrap_or_default().to_string();
            Ok(Chapter { id: *id, file, page: xhtml::convert(html, route, &places) })
        })
        .collect::<Result<_, String>>()?;
    let ids: BTreeMap<String, BTreeSet<String>> =
        chapters.iter().map(|chapter| (chapter.file.clone(), chapter.page.ids.clone())).collect();
    for chapter in &mut chapters {
        chapter.page.mend(|file, id| ids.get(file).is_some_and(|ids| ids.contains(id)));
    }
    let shown: BTreeSet<&String> = chapters.iter().flat_map(|chapter| &chapter.page.images).collect();
    let images: Vec<Image> = shown.into_iter().filter_map(|path| places.kept(path)).collect();
    let mut files = vec![
        // First and as it is: so that the archive is known by its first bytes.
        ("mimetype".to_string(), TYPE.as_bytes().to_vec()),
        ("META-INF/container.xml".to_string(), package::container().into_bytes()),
        (format!("{FOLDER}/package.opf"), package::package(book, &chapters, &images, modified).into_bytes()),
        (format!("{FOLDER}/nav.xhtml"), package::nav(book, &chapters)),
        (format!("{FOLDER}/style.css"), style::sheet(site).into_bytes()),
    ];
    files.extend(chapters.iter().map(|chapter| (format!("{FOLDER}/{}", chapter.file), chapter.document(book))));
    files.extend(
        images
            .iter()
            .filter_map(|image| Some((format!("{FOLDER}/{}", image.file), site.files.get(&image.path)?.clone()))),
    );
    let files: Vec<_> = files.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect();
    archive::pack(&files, &|_| {}).map_err(|error| format!("the archive could not be made: {error}"))
}

impl Chapter {
    /// The page as a file.
    fn document(&self, book: &Book) -> Vec<u8> {
        let page = book.page(self.id);
        let kind = match page.kind {
            Kind::Home => "titlepage",
            Kind::Stage => "part",
            _ => "chapter",
        };
        let title = markdown::title_text(&page.front.title);
        document(book, &title, &format!("<section class=\"page\" epub:type=\"{kind}\">{}</section>", self.page.body))
    }
}

/// An XHTML file.
fn document(book: &Book, title: &str, body: &str) -> Vec<u8> {
    let language = escape(&book.config.language);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" \
         xmlns:epub=\"http://www.idpf.org/2007/ops\" lang=\"{language}\" xml:lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <title>{}</title>\n<link rel=\"stylesheet\" type=\"text/css\" href=\"style.css\"/>\n</head>\n<body>\n{body}\n</body>\n</html>\n",
        escape(&xhtml::xml(title))
    )
    .into_bytes()
}

impl<'a> Places<'a> {
    fn new(site: &'a Site, book: &'a Book) -> Self {
        let mut taken: BTreeSet<String> = ["nav.xhtml".to_string()].into();
        let routes = book.order.iter().map(|id| book.route(*id));
        let files = routes
            .map(|route| (route.to_string(), name(route.trim_end_matches(".html"), "xhtml", &mut taken)))
            .collect();
        let images = site.files.keys().filter(|path| media(path).is_some());
        let images = images
            .map(|path| {
                let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
                let stem = stem.strip_prefix("assets/").unwrap_or(stem);
                (path.clone(), name(&format!("image-{stem}"), &extension.to_ascii_lowercase(), &mut taken))
            })
            .collect();
        Self { book, site, files, images }
    }

    /// The name of a page's file.
    fn file(&self, route: &str) -> Option<&str> {
        self.files.get(route).map(String::as_str)
    }

    /// Where a link of a page leads: into the book, with the place on that page, or out of it. Nothing where it leads nowhere.
    fn link(&self, route: &str, href: &str) -> Option<(String, Option<String>)> {
        let href = href.trim();
        match tags::resolve(route, href) {
            Some((path, fragment)) => {
                let fragment = fragment.filter(|fragment| !fragment.is_empty());
                match self.file(&path) {
                    Some(file) => Some((file.to_string(), fragment.map(|it| decode_percent(&it)))),
                    None => {
                        let fragment = fragment.map(|it| format!("#{it}")).unwrap_or_default();
                        let address = self.book.config.absolute(&path)?;
                        Some((xhtml::encode(&(address + &fragment)), None))
                    }
                }
            }
            None => {
                let known = ["https:", "http:", "mailto:", "tel:"];
                let lower = href.to_ascii_lowercase();
                known.iter().any(|scheme| lower.starts_with(scheme)).then(|| (xhtml::encode(href), None))
            }
        }
    }

    /// An image of the site that readers must be able to show: its site path and its file.
    fn image(&self, route: &str, source: &str) -> Option<(String, String)> {
        let (path, _) = tags::resolve(route, source)?;
        let file = self.images.get(&path)?.clone();
        // A drawing that is no XML would be refused with the whole book.
        let drawing = path.ends_with(".svg");
        let text = self.site.files.get(&path).and_then(|bytes| std::str::from_utf8(bytes).ok());
        (!drawing || text.is_some_and(|text| roxmltree::Document::parse(text).is_ok())).then_some((path, file))
    }

    fn kept(&self, path: &str) -> Option<Image> {
        Some(Image { file: self.images.get(path)?.clone(), media: media(path)?, path: path.to_string() })
    }
}

/// The type of an image that every reader shows.
fn media(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "gif" => Some("image/gif"),
        "webp" => Some("image/webp"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// A file's name of the characters that every system and every reader takes, which no other has, however case is folded.
fn name(stem: &str, extension: &str, taken: &mut BTreeSet<String>) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c.to_ascii_lowercase() } else { '-' };
    let stem: String = stem.chars().map(plain).collect();
    let mut name = format!("{stem}.{extension}");
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name.clear();
        let _ = write!(name, "{stem}-{number}.{extension}");
        number += 1;
    }
    name
}
