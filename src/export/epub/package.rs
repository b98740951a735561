//! What tells a reader of the book what is in it: container.xml, the package document, the table of contents.

use std::fmt::Write as _;

use fieldguide_wasm::html::escape;
use sha1::{Digest, Sha1};

use super::{Chapter, FOLDER, Image, document, xhtml::xml};
use crate::book::{Book, PageId};
use crate::page::markdown;

/// The namespace of addresses among those of named UUIDs.
const ADDRESSES: [u8; 16] =
    [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

/// What can be said of every book of ours for those who choose by what they can perceive.
const ACCESS: [(&str, &str); 9] = [
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual,visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "displayTransformability"),
];

/// `META-INF/container.xml`: where the package document stands.
pub(super) fn container() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n\
         <rootfiles>\n<rootfile full-path=\"{FOLDER}/package.opf\" media-type=\"application/oebps-package+xml\"/>\n</rootfiles>\n</container>\n"
    )
}

/// The package document: what the book is, its files, and their order.
pub(super) fn package(book: &Book, chapters: &[Chapter], images: &[Image], modified: i64) -> String {
    let config = &book.config;
    let text = |text: &str| escape(xml(text).trim());
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" \
         unique-identifier=\"id\" xml:lang=\"{0}\">\n<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
         <dc:identifier id=\"id\">urn:uuid:{1}</dc:identifier>\n<dc:title>{2}</dc:title>\n<dc:language>{0}</dc:language>\n",
        escape(&config.language),
        identifier(book),
        text(&config.title),
    );
    if let Some(author) = &config.publish.author {
        let _ = writeln!(out, "<dc:creator>{}</dc:creator>", text(author));
    }
    if !config.summary.trim().is_empty() {
        let _ = writeln!(out, "<dc:description>{}</dc:description>", text(&config.summary));
    }
    if let Some(address) = &config.base_url {
        let _ = writeln!(out, "<dc:source>{}</dc:source>", text(address));
    }
    let _ = writeln!(out, "<meta property=\"dcterms:modified\">{}</meta>", instant(modified));
    let formulas = chapters.iter().any(|chapter| chapter.page.mathml).then_some(("accessibilityFeature", "MathML"));
    for (name, value) in ACCESS.into_iter().chain(formulas) {
        let _ = writeln!(out, "<meta property=\"schema:{name}\">{value}</meta>");
    }
    out.push_str(
        "</metadata>\n<manifest>\n<item id=\"nav\" href=\"nav.xhtml\" media-type=\"application/xhtml+xml\" properties=\"nav\"/>\n\
         <item id=\"style\" href=\"style.css\" media-type=\"text/css\"/>\n",
    );
    for (at, chapter) in chapters.iter().enumerate() {
        let properties: Vec<&str> = [(chapter.page.mathml, "mathml"), (chapter.page.svg, "svg")]
            .into_iter()
            .filter_map(|(is, name)| is.then_some(name))
            .collect();
        let properties = match properties.is_empty() {
            true => String::new(),
            false => format!(" properties=\"{}\"", properties.join(" ")),
        };
        let _ = writeln!(
            out,
            "<item id=\"page-{at}\" href=\"{}\" media-type=\"application/xhtml+xml\"{properties}/>",
            chapter.file
        );
    }
    for (at, image) in images.iter().enumerate() {
        let _ = writeln!(out, "<item id=\"image-{at}\" href=\"{}\" media-type=\"{}\"/>", image.file, image.media);
    }
    out.push_str("</manifest>\n<spine>\n");
    // The contents stand where a printed book has them: behind the title page.
    let contents = chapters.iter().position(|chapter| Some(chapter.id) != book.home).unwrap_or(chapters.len());
    for at in 0..=chapters.len() {
        if at == contents {
            out.push_str("<itemref idref=\"nav\"/>\n");
        }
        if at < chapters.len() {
            let _ = writeln!(out, "<itemref idref=\"page-{at}\"/>");
        }
    }
    out + "</spine>\n</package>\n"
}

/// `nav.xhtml`: parts, stages and topics, and where the book begins.
pub(super) fn nav(book: &Book, chapters: &[Chapter]) -> Vec<u8> {
    let line = |id: PageId, number: Option<String>| {
        let chapter = chapters.get(book.order_index(id)?)?;
        let number = number.map(|number| format!("{} ", escape(&number))).unwrap_or_default();
        let title = markdown::title_html(&book.page(id).front.title);
        Some(format!("<a href=\"{}\">{number}{}</a>", chapter.file, xml(&title)))
    };
    let mut toc = String::new();
    let entry = |out: &mut String, id: PageId, number: Option<String>, below: &str| {
        if let Some(line) = line(id, number) {
            let _ = writeln!(out, "<li>{line}{below}</li>");
        }
    };
    if let Some(home) = book.home {
        entry(&mut toc, home, None, "");
    }
    for part in &book.parts {
        let mut stages = String::new();
        for stage in part.stages.iter().filter_map(|at| book.stages.get(*at)) {
            let mut topics = String::new();
            for (at, id) in stage.topics.iter().enumerate() {
                entry(&mut topics, *id, Some(format!("{}.{}", stage.number, at + 1)), "");
            }
            let topics = if topics.is_empty() { topics } else { format!("\n<ol>\n{topics}</ol>\n") };
            entry(&mut stages, stage.page, Some(stage.number.clone()), &topics);
        }
        match &part.title {
            Some(title) if !stages.is_empty() => {
                let _ = write!(toc, "<li><span>{}</span>\n<ol>\n{stages}</ol>\n</li>\n", escape(&xml(title)));
            }
            _ => toc.push_str(&stages),
        }
    }
    for id in &book.plain {
        entry(&mut toc, *id, None, "");
    }
    let mut marks = String::new();
    let mut mark = |kind: &str, chapter: Option<&Chapter>| {
        if let Some(chapter) = chapter {
            let title = escape(&xml(&markdown::title_text(&book.page(chapter.id).front.title)));
            let _ = writeln!(marks, "<li><a epub:type=\"{kind}\" href=\"{}\">{title}</a></li>", chapter.file);
        }
    };
    mark("titlepage", chapters.iter().find(|chapter| Some(chapter.id) == book.home));
    mark("bodymatter", chapters.iter().find(|chapter| Some(chapter.id) != book.home));
    let title = &book.config.title;
    let body = format!(
        "<nav epub:type=\"toc\" id=\"toc\" role=\"doc-toc\">\n<h1>{0}</h1>\n<ol>\n{toc}</ol>\n</nav>\n\
         <nav epub:type=\"landmarks\" hidden=\"hidden\">\n<ol>\n<li><a epub:type=\"toc\" href=\"#toc\">{0}</a></li>\n{marks}</ol>\n</nav>",
        escape(&xml(title))
    );
    document(book, title, &body)
}

/// A name of the book that stays the same while its address does, or its title and language where it has none: a UUID of
/// version 5.
fn identifier(book: &Book) -> String {
    let name =
        book.config.base_url.clone().unwrap_or_else(|| format!("{} {}", book.config.language, book.config.title));
    let hash = Sha1::new().chain_update(ADDRESSES).chain_update(name).finalize();
    let mut bytes: Vec<u8> = hash.iter().copied().take(16).collect();
    for (at, keep, set) in [(6, 0x0f, 0x50), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = (*byte & keep) | set;
        }
    }
    let groups = [0..4, 4..6, 6..8, 8..10, 10..16];
    let hex = |range| {
        bytes.get::<std::ops::Range<usize>>(range).into_iter().flatten().map(|byte| format!("{byte:02x}")).collect()
    };
    groups.map(hex).into_iter().collect::<Vec<String>>().join("-")
}

/// Seconds since 1970 as EPUB writes an instant, in the years that it can write.
fn instant(seconds: i64) -> String {
    let seconds = seconds.clamp(0, 253_402_300_799);
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March, so that a leap day is a year's last; 400 of them have 146,097 days.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + carry;
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", time / 3600, time / 60 % 60, time % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-5, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(seconds), text);
        }
    }

    #[test]
    fn a_book_is_named_by_its_address() {
        let mut book = Book::default();
        let config = std::sync::Arc::make_mut(&mut book.config);
        config.base_url = Some("https://www.example.org/".to_string());
        // As Python's `uuid.uuid5(uuid.NAMESPACE_URL, …)` has it.
        assert_eq!(identifier(&book), "84f5ec25-93a7-5271-bfbb-77d0e0a15d7b");
    }
}
