//! The EPUB: what is in it and in which order, that its links lead somewhere, and that the same book gives the same bytes. Whether it is
//! a valid one is asked by `cargo xtask test`, of EPUBCheck.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

mod support;
use support::{Folder, copy, fieldguide, stderr};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn export(book: &Path, arguments: &[&str], to: &Path) -> Vec<u8> {
    let mut command = fieldguide("export", book);
    let output = command.args(arguments).arg("--to").arg(to).env("SOURCE_DATE_EPOCH", "1700000000").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    fs::read(to).unwrap()
}

/// The files of an archive, and their names in its order.
fn unpack(archive: &[u8]) -> (BTreeMap<String, String>, Vec<String>) {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let names: Vec<String> = (0..zip.len()).map(|at| zip.by_index(at).unwrap().name().unwrap().to_string()).collect();
    let mut files = BTreeMap::new();
    for name in &names {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        files.insert(name.clone(), String::from_utf8_lossy(&bytes).into_owned());
    }
    (files, names)
}

/// The XML files of an archive, parsed: each must be well-formed.
fn parsed(files: &BTreeMap<String, String>) -> BTreeMap<&str, roxmltree::Document<'_>> {
    let xml = files.iter().filter(|(name, _)| [".xhtml", ".opf", ".xml"].iter().any(|end| name.ends_with(end)));
    xml.map(|(name, text)| {
        let document = roxmltree::Document::parse_with_options(
            text,
            roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() },
        );
        (name.strip_prefix("EPUB/").unwrap_or(name), document.unwrap_or_else(|error| panic!("{name}: {error}")))
    })
    .collect()
}

/// Every link leads to a file of the archive, to a place that is there, or out of the book; how many lead into it.
fn follow_links(documents: &BTreeMap<&str, roxmltree::Document<'_>>, files: &BTreeMap<String, String>) -> usize {
    let ids: BTreeMap<&str, Vec<&str>> = documents
        .iter()
        .map(|(name, document)| (*name, document.descendants().filter_map(|node| node.attribute("id")).collect()))
        .collect();
    for (name, ids) in &ids {
        let set: BTreeSet<_> = ids.iter().collect();
        assert_eq!(set.len(), ids.len(), "{name}: an id stands twice");
    }
    let mut inside = 0;
    for (name, document) in documents.iter().filter(|(name, _)| name.ends_with(".xhtml")) {
        for node in document.descendants() {
            for address in ["href", "src"].iter().filter_map(|attribute| node.attribute(*attribute)) {
                if address.contains(':') {
                    assert!(node.has_tag_name(("http://www.w3.org/1999/xhtml", "a")), "{name}: {address} is fetched");
                    continue;
                }
                let (file, fragment) = address.split_once('#').unwrap_or((address, ""));
                let file = if file.is_empty() { name } else { file };
                assert!(files.contains_key(&format!("EPUB/{file}")), "{name}: {address}");
                let fragment = fieldguide_wasm::state::decode_percent(fragment);
                assert!(fragment.is_empty() || ids[file].contains(&fragment.as_str()), "{name}: {address}");
                inside += 1;
            }
        }
    }
    inside
}

/// The files of the spine in its order, without the contents.
fn spine(documents: &BTreeMap<&str, roxmltree::Document<'_>>) -> Vec<String> {
    let package = &documents["package.opf"];
    let item = |id: &str| package.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
    let references = package.descendants().filter_map(|node| node.attribute("idref"));
    references.filter(|id| *id != "nav").map(|id| item(id).attribute("href").unwrap().to_string()).collect()
}

#[test]
fn the_book_is_complete_and_in_order() {
    let folder = Folder::new();
    let book = Path::new(ROOT).join("tests/books/syntax");
    let archive = export(&book, &[], &folder.at("a.epub"));
    // The switch says it whatever the name says.
    assert!(archive == export(&book, &["--epub"], &folder.at("b.zip")), "the same book gives the same bytes");
    let (files, names) = unpack(&archive);
    assert_eq!(names[0], "mimetype");
    assert_eq!(archive.get(30..58), Some(b"mimetypeapplication/epub+zip".as_slice()), "stored, without extra fields");
    let documents = parsed(&files);
    assert_eq!(
        spine(&documents),
        [
            "index.xhtml",
            "syntax-index.xhtml",
            "syntax-all.xhtml",
            "syntax-other.xhtml",
            "second-index.xhtml",
            "second-third.xhtml",
            "glossary.xhtml"
        ]
    );
    assert!(follow_links(&documents, &files) > 30);
    let nav: Vec<_> = documents["nav.xhtml"].descendants().filter_map(|node| node.attribute("href")).collect();
    let order = spine(&documents);
    assert!(order.iter().all(|file| nav.contains(&file.as_str())), "the contents lead to each page: {nav:?}");
    let package = &files["EPUB/package.opf"];
    assert!(package.contains("<meta property=\"dcterms:modified\">2023-11-14T22:13:20Z</meta>"), "{package}");
    assert!(
        package.contains("href=\"syntax-all.xhtml\" media-type=\"application/xhtml+xml\" properties=\"mathml svg\"")
    );
    assert!(package.contains("href=\"glossary.xhtml\" media-type=\"application/xhtml+xml\"/>"), "{package}");
}

#[test]
fn a_page_keeps_what_a_reader_can_use() {
    let folder = Folder::new();
    let book = Path::new(ROOT).join("tests/books/syntax");
    let (files, _) = unpack(&export(&book, &[], &folder.at("a.epub")));
    let all = &files["EPUB/syntax-all.xhtml"];
    for kept in [
        // Answers and follow-ups stand open, under the names that links use.
        "<div class=\"summary\"><span class=\"question-mark\" aria-hidden=\"true\">?</span><h2>Why is <code>0.1 + 0.2</code> not 0.3?</h2></div>",
        "<p>Because.</p>",
        "<p>Also.</p>",
        // A lab as it is drawn first: its answer, and its controls as the values that they show.
        "<span class=\"value\">8,1,6,1</span>",
        "<code>(8, 7, 6, 5)</code>",
        // What stands in the site alone is asked of the site.
        "href=\"https://example.org/docs/guide/pitfalls.html\"",
        "href=\"https://example.org/docs/guide/labs/broadcast.html\"",
        "href=\"syntax-other.xhtml#a-section\"",
        "xmlns=\"http://www.w3.org/1998/Math/MathML\"",
        "<span class=\"k\">import </span>",
        "epub:type=\"noteref\"",
        "☑ done",
        "ValueError: invalid literal",
    ] {
        assert!(all.contains(kept), "{kept}");
    }
    let quiz = &files["EPUB/syntax-index.xhtml"];
    assert!(quiz.contains("<p>It prints two lines.</p>"), "{quiz}");
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".xhtml")) {
        for out in
            ["<script", "<form", "<button", "<input", "<fg-", "<details", "style=", "tabindex", "class=\"permalink"]
        {
            assert!(!text.contains(out), "{name}: {out}");
        }
    }
}

#[test]
fn html_of_an_authors_own_becomes_xml() {
    let folder = Folder::new();
    let book = folder.at("book");
    copy(&Path::new(ROOT).join("tests/books/syntax"), &book);
    let toml = fs::read_to_string(book.join("book.toml")).unwrap();
    // No address: what isn't in the book is text.
    let toml = toml.lines().filter(|line| !line.starts_with("base_url")).collect::<Vec<_>>().join("\n");
    fs::write(book.join("book.toml"), toml.replacen("language", "raw_html = true\nlanguage", 1)).unwrap();
    let page = "+++\ntitle = \"Soup & <salad>\"\nsummary = \"s\"\n+++\n\n<p>one<p>two <b>bold <i>both</b> rest</i>&nbsp;&copy; \u{1}\n\
         <table><tr><td onclick=x()>cell<td><img src=https://example.org/a.png alt='an <image>'></table>\n\
         <script>alert(1)</script><iframe src='https://example.org/'></iframe><blink id=a>x</blink><p id=a>again\n\
         <svg viewBox='0 0 1 1'><foreignObject><p>out</p></foreignObject><script>x</script><path d='M0 0' onload=x></svg>\n\
         <a href='javascript:x()'>no</a> <a href='pitfalls.html'>list</a> <a href='syntax/all.html#nowhere'>page</a>\n\
         <video src=a.mp4>film</video><input value='typed'><a href='https://example.org/a b|c'>odd</a>\n";
    fs::write(book.join("content/soup.md"), page).unwrap();
    let (files, _) = unpack(&export(&book, &[], &folder.at("a.epub")));
    let documents = parsed(&files);
    follow_links(&documents, &files);
    let soup = &files["EPUB/soup.xhtml"];
    for kept in [
        "<b>bold <i>both</i></b><i> rest</i>\u{a0}©",
        "<span class=\"missing\">an &lt;image&gt;</span>",
        "<path d=\"M0 0\"></path>",
        "no list <a href=\"syntax-all.xhtml\">page</a>",
        "href=\"https://example.org/a%20b%7Cc\"",
        "<span class=\"value\">typed</span>",
    ] {
        assert!(soup.contains(kept), "{kept}\n{soup}");
    }
    for out in ["alert", "iframe", "onclick", "onload", "foreignObject", "javascript:", "<blink"] {
        assert!(!soup.contains(out), "{out}\n{soup}");
    }
}
