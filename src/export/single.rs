//! The site as one HTML file: pages compressed, each asset once, and in front of the site's own script the one that shows a
//! page at a time (`static/js/single/`).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use fieldguide_wasm::html::escape;
use flate2::{Compress, Compression, FlushCompress};
use rayon::prelude::*;

use super::archive::packed;
use super::tags::{self, Tag};
use super::{Book, Part};
use crate::assets::hash;
use crate::publish::compress::gzip;
use crate::site::Site;

/// Bytes of text that the compressor looks back.
const WINDOW: usize = 32 * 1024;

/// A block of the file: something of the site, compressed, as base64 in a script that is none.
struct Block {
    path: String,
    /// Attributes behind its path.
    attributes: String,
    text: String,
    raw: usize,
}

/// The one file and what it is made of.
pub struct Single {
    /// The HTML.
    pub html: String,
    /// Its parts with their sizes.
    pub parts: Vec<Part>,
}

/// Makes the file; `done` is told of each page and each asset.
///
/// # Errors
/// A sentence that says what the site lacks.
pub fn page(site: &Site, book: &Book<'_>, done: &(dyn Fn(usize) + Sync)) -> Result<Single, String> {
    let home = text(site, "index.html").ok_or("the site has no home page")?;
    let mut head = Head::read(site, home, book.single_js)?;
    let frame = frame(site, home);
    let pages: Vec<(&String, &str)> = site
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .filter_map(|(path, bytes)| Some((path, std::str::from_utf8(bytes).ok()?)))
        .collect();
    let own: BTreeSet<String> = pages.par_iter().flat_map_iter(|(path, html)| scripts_of(path, html)).collect();
    head.lazy.extend(own.iter().filter_map(|path| text(site, path)).map(str::to_string));
    let primed = deflate(&frame, &[]);
    let page_blocks: Vec<Block> = pages
        .par_iter()
        .map(|(path, html)| {
            let html = if *path == "print.html" { without_pages(html) } else { without_styles(html) };
            let packed = deflate(&frame, html.as_bytes());
            done(1);
            let text = BASE64.encode(packed.get(primed.len()..).unwrap_or_default());
            Block { path: (*path).clone(), attributes: String::new(), text, raw: html.len() }
        })
        .collect();
    let assets: Vec<Block> = assets(site, &pages, book.read, &head)
        .par_iter()
        .filter_map(|path| {
            done(1);
            asset(path, site.files.get(*path)?)
        })
        .collect();
    let scripts: Vec<String> = [head.theme_js.as_str(), head.js.as_str()]
        .into_iter()
        .map(hash)
        .chain(head.lazy.iter().map(|text| hash(text)))
        .collect();
    let mut html = head.open(book, &scripts);
    shell(book, &mut html);
    let frame_block = Block {
        path: "frame".to_string(),
        attributes: format!(" data-skip=\"{}\"", frame.len()),
        text: BASE64.encode(&primed),
        raw: frame.len(),
    };
    for block in std::iter::once(&frame_block).chain(&page_blocks) {
        block.write(&mut html);
    }
    html.push_str("</div>\n<script>");
    html.push_str(&head.js);
    html.push_str("</script>\n");
    for block in &assets {
        block.write(&mut html);
    }
    html.push_str("</body>\n</html>\n");
    let mut parts = vec![
        Part {
            name: format!("{} pages", page_blocks.len()),
            raw: page_blocks.iter().map(|block| block.raw).sum(),
            kept: page_blocks.iter().map(|block| block.text.len()).sum(),
        },
        Part {
            name: "style, fonts and scripts".to_string(),
            raw: head.css.len() + head.js.len(),
            kept: head.css.len() + head.js.len(),
        },
    ];
    parts.extend(assets.into_iter().map(|block| Part { name: block.path, raw: block.raw, kept: block.text.len() }));
    Ok(Single { html, parts })
}

fn text<'a>(site: &'a Site, path: &str) -> Option<&'a str> {
    site.files.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok())
}

/// What the home page's head names, brought into the file itself.
struct Head {
    /// The attributes of `<html>`.
    html: String,
    title: String,
    description: String,
    icon: String,
    css: String,
    /// Inline scripts of the head: they set the colour mode before the first paint.
    theme_js: String,
    /// The file's own script and the site's.
    js: String,
    /// The scripts that are run when they are first needed.
    lazy: Vec<String>,
    /// Site paths of what is in the head already.
    taken: BTreeSet<String>,
}

impl Head {
    fn read(site: &Site, home: &str, single_js: &str) -> Result<Self, String> {
        let mut head = Self {
            html: String::new(),
            title: String::new(),
            description: String::new(),
            icon: String::new(),
            css: String::new(),
            theme_js: String::new(),
            js: single_js.to_string(),
            lazy: Vec::new(),
            taken: BTreeSet::new(),
        };
        for tag in tags::tags(home) {
            let inside = || home.get(tag.end..).and_then(|rest| rest.split("</").next()).unwrap_or_default();
            match tag.name {
                "html" => head.attributes(&tag, site),
                "title" => head.title = inside().to_string(),
                "meta" if tag.value("name").as_deref() == Some("description") => {
                    head.description = tag.value("content").unwrap_or_default()
                }
                "link" => head.link(&tag, site)?,
                // What tells search engines about the page is data, not a script.
                "script" if tag.value("type").is_some_and(|kind| kind != "text/javascript" && kind != "module") => {}
                "script" => match tag.value("src") {
                    Some(src) => {
                        head.js.push_str(
                            text(site, &src)
                                .ok_or_else(|| format!("the home page's script {src} is no file of the site"))?,
                        );
                        head.taken.insert(src);
                    }
                    None => head.theme_js.push_str(inside()),
                },
                "body" => break,
                _ => {}
            }
        }
        // What would end the script early can stand in its strings only.
        head.js = head.js.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--");
        head.css = head.css.replace("\r\n", "\n").replace("</style", "<\\/style");
        Ok(head)
    }

    /// The home page is at the root, so that its paths are site paths; links are made from another root.
    fn attributes(&mut self, tag: &Tag<'_>, site: &Site) {
        for attribute in &tag.attributes {
            let value = match attribute.name {
                "data-root" => "#/".to_string(),
                "data-search" => "#/search".to_string(),
                "data-fonts" => continue,
                name => tag.value(name).unwrap_or_default(),
            };
            if let Some(script) = text(site, &value).filter(|_| value.ends_with(".js")) {
                self.lazy.push(script.to_string());
            }
            let _ = write!(self.html, " {}=\"{}\"", attribute.name, escape(&value));
        }
    }

    fn link(&mut self, tag: &Tag<'_>, site: &Site) -> Result<(), String> {
        let (rel, href) = (tag.value("rel").unwrap_or_default(), tag.value("href").unwrap_or_default());
        match rel.as_str() {
            "stylesheet" => {
                let css = text(site, &href)
                    .ok_or_else(|| format!("the home page's stylesheet {href} is no file of the site"))?;
                self.css = std::mem::take(&mut self.css) + &with_data(css, &href, site, &mut self.taken);
                self.taken.insert(href);
            }
            "icon" => {
                self.icon = site.files.get(&href).map(|bytes| data(&href, bytes)).unwrap_or_default();
                self.taken.insert(href);
            }
            _ => {}
        }
        Ok(())
    }

    /// Up to the start of the body.
    fn open(&self, book: &Book<'_>, scripts: &[String]) -> String {
        let quoted: Vec<String> = scripts.iter().map(|hash| format!("'{hash}'")).collect();
        let policy = format!(
            "default-src 'none'; script-src 'wasm-unsafe-eval' {}; style-src '{}'; img-src data: blob:; media-src blob:; font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'",
            quoted.join(" "),
            hash(&self.css)
        );
        format!(
            "<!DOCTYPE html>\n<html{}>\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<meta name=\"description\" content=\"{}\">\n\
             <meta name=\"generator\" content=\"fieldguide export\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <script>{}</script>\n<style>{}</style>\n<link rel=\"icon\" href=\"{}\">\n</head>\n<body>\n",
            self.html,
            escape(&policy),
            if self.title.is_empty() { escape(book.title) } else { self.title.clone() },
            escape(&self.description),
            self.theme_js,
            self.css,
            self.icon
        )
    }
}

/// What stands in the body until the script shows a page: what this file is and, where no script runs, what is in it.
fn shell(book: &Book<'_>, html: &mut String) {
    let title = escape(book.title);
    let _ = write!(
        html,
        "<div class=\"single-shell\">\n<main><article class=\"article\">\n<header class=\"masthead\"><h1>{title}</h1><p class=\"lede\">{}</p></header>\n",
        escape(book.summary)
    );
    html.push_str("<noscript><p>This one file holds the whole guide, packed. Your browser unpacks it with JavaScript, which is off: turn it on for this file, or take the guide as a folder, which can be read without. In it are:</p>\n<ol>\n");
    for (title, topics) in book.contents {
        let _ = write!(html, "<li>{}", escape(title));
        if !topics.is_empty() {
            html.push_str("<ol>");
            for topic in topics {
                let _ = write!(html, "<li>{}</li>", escape(topic));
            }
            html.push_str("</ol>");
        }
        html.push_str("</li>\n");
    }
    html.push_str("</ol></noscript>\n<p class=\"single-opening\"></p>\n</article></main>\n</div>\n<div hidden>\n");
}

impl Block {
    fn write(&self, html: &mut String) {
        let _ = writeln!(
            html,
            "<script type=\"text/plain\" data-kept=\"{}\"{}>{}</script>",
            escape(&self.path),
            self.attributes,
            self.text
        );
    }
}

/// A file as a block: compressed where that helps.
fn asset(path: &str, bytes: &[u8]) -> Option<Block> {
    let mime = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    let mut attributes = format!(" data-type=\"{}\"", escape(mime));
    let gzipped = if packed(path) { None } else { Some(gzip(bytes)).filter(|small| small.len() < bytes.len()) };
    if gzipped.is_some() {
        attributes.push_str(" data-pack=\"gzip\"");
    }
    let text = BASE64.encode(gzipped.as_deref().unwrap_or(bytes));
    Some(Block { path: path.to_string(), attributes, text, raw: bytes.len() })
}

/// The site paths of what goes along: what scripts read, what pages show or link to, and all else of `assets/` that the head
/// does not hold already.
fn assets<'a>(site: &'a Site, pages: &[(&String, &str)], read: &BTreeSet<String>, head: &Head) -> Vec<&'a String> {
    let named: BTreeSet<String> = pages.par_iter().flat_map_iter(|(path, html)| named_in(path, html)).collect();
    let wanted = |path: &&String| {
        let asset = path.starts_with("assets/") || read.contains(*path) || named.contains(*path);
        asset && !path.ends_with(".html") && !head.taken.contains(*path)
    };
    site.files.keys().filter(wanted).collect()
}

/// The files of the site that a page shows or links to.
fn named_in(page: &str, html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for tag in tags::tags(html) {
        let attribute = match tag.name {
            "a" | "area" => "href",
            "img" | "source" | "video" | "audio" | "track" => "src",
            _ => continue,
        };
        let path = tag.value(attribute).and_then(|address| tags::resolve(page, &address));
        found.extend(path.map(|(path, _)| path).filter(|path| !path.ends_with(".html")));
    }
    found
}

/// The scripts that elements of a page load when they come to stand on it: `data-js` and `data-glue`.
fn scripts_of(page: &str, html: &str) -> BTreeSet<String> {
    let addresses = tags::tags(html).filter(|tag| tag.name.starts_with("fg-")).flat_map(|tag| {
        ["data-js", "data-glue"].into_iter().filter_map(move |name| tag.value(name)).collect::<Vec<_>>()
    });
    addresses.filter_map(|address| Some(tags::resolve(page, &address)?.0)).collect()
}

/// A stylesheet whose `url(…)` of files of the site are data.
fn with_data(css: &str, path: &str, site: &Site, taken: &mut BTreeSet<String>) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("url(") {
        let (before, after) = rest.split_at(at + 4);
        out.push_str(before);
        let end = after.find(')').unwrap_or(after.len());
        let address = after.get(..end).unwrap_or_default();
        let file = tags::resolve(path, address.trim().trim_matches(['"', '\'']))
            .and_then(|(file, _)| Some((site.files.get(&file)?, file)));
        match file {
            Some((bytes, file)) => {
                out.push_str(&data(&file, bytes));
                taken.insert(file);
            }
            None => out.push_str(address),
        }
        rest = after.get(end..).unwrap_or_default();
    }
    out + rest
}

fn data(path: &str, bytes: &[u8]) -> String {
    let mime = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    format!("data:{mime};base64,{}", BASE64.encode(bytes))
}

/// What pages share: the text of one of them around its `<main>`, as far as a compressor looks back. Each page is
/// compressed as if this stood in front of it.
fn frame(site: &Site, home: &str) -> Vec<u8> {
    let deep = site
        .files
        .iter()
        .find(|(path, _)| path.ends_with(".html") && path.contains('/') && !path.ends_with("index.html"));
    let page = deep.and_then(|(path, _)| text(site, path)).unwrap_or(home);
    let main = page.find("<main").unwrap_or(page.len());
    let behind = page.rfind("</main>").unwrap_or(page.len());
    let foot = page.get(behind..).unwrap_or_default();
    let head = page.get(..main).unwrap_or_default();
    let shared = format!("{foot}{head}").into_bytes();
    shared.get(shared.len().saturating_sub(WINDOW)..).map(<[u8]>::to_vec).unwrap_or_default()
}

/// A raw deflate stream: the frame, flushed, then the text. What the frame alone gives is how every such stream starts, so
/// that it is kept once.
fn deflate(frame: &[u8], text: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(frame.len() + text.len() / 3 + 1024);
    feed(&mut compress, frame, &mut out, FlushCompress::Sync);
    if !text.is_empty() {
        feed(&mut compress, text, &mut out, FlushCompress::Finish);
    }
    out
}

fn feed(compress: &mut Compress, text: &[u8], out: &mut Vec<u8>, flush: FlushCompress) {
    let start = compress.total_in();
    loop {
        out.reserve(8 * 1024);
        let room = out.capacity();
        let done = usize::try_from(compress.total_in() - start).unwrap_or(text.len());
        let status = compress.compress_vec(text.get(done..).unwrap_or_default(), out, flush);
        let all = usize::try_from(compress.total_in() - start).unwrap_or(text.len()) == text.len();
        let ended = match flush {
            FlushCompress::Finish => !matches!(status, Ok(flate2::Status::Ok)),
            // Room that is left says that nothing more is to come.
            _ => all && out.len() < room,
        };
        if ended {
            return;
        }
    }
}

/// The page of the whole book with its places empty: they are filled from the pages when it is shown.
fn without_pages(html: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for tag in tags::tags(html).filter(|tag| tag.value("data-whole").is_some()) {
        let end =
            html.get(tag.end..).and_then(|rest| rest.find(super::WHOLE_END)).map_or(html.len(), |end| tag.end + end);
        out.push_str(html.get(done..tag.end).unwrap_or_default());
        done = end.max(tag.end);
    }
    out.push_str(html.get(done..).unwrap_or_default());
    out
}

/// A page without the styles in it: they are those of the file, whose policy knows no others.
fn without_styles(html: &str) -> String {
    let Some((before, rest)) = html.split_once("<style>") else { return html.to_string() };
    rest.split_once("</style>").map_or_else(|| html.to_string(), |(_, behind)| before.to_string() + behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::DeflateDecoder;
    use std::io::Read;

    #[test]
    fn a_page_is_inflated_behind_the_shared_frame() {
        let frame = "<nav>frame</nav>".repeat(900).into_bytes();
        let primed = deflate(&frame, &[]);
        for length in [1, 10, 5000, 300_000] {
            let page: String = (0..length).map(|i: u64| char::from(b'a' + (i * i % 26) as u8)).collect();
            let packed = deflate(&frame, page.as_bytes());
            assert_eq!(packed.get(..primed.len()), Some(primed.as_slice()), "the start is that of every page");
            let mut back = String::new();
            DeflateDecoder::new(packed.as_slice()).read_to_string(&mut back).unwrap();
            assert_eq!(back.get(frame.len()..), Some(page.as_str()));
        }
    }

    #[test]
    fn urls_of_a_stylesheet_become_data() {
        let site = Site { files: [("assets/a.woff2".to_string(), vec![1])].into() };
        let mut taken = BTreeSet::new();
        let css = with_data(
            "a{src:url(a.woff2)}b{c:url(data:x)}d{e:url(\"../none.png\")}",
            "assets/s.css",
            &site,
            &mut taken,
        );
        assert_eq!(css, "a{src:url(data:font/woff2;base64,AQ==)}b{c:url(data:x)}d{e:url(\"../none.png\")}");
        assert!(taken.contains("assets/a.woff2"));
    }
}
