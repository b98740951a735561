//! Pictures of pages for previews of links to them, drawn in the theme's colours and text face.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use crate::assets::{Assets, fingerprinted};
use crate::book::{Book, PageId};
use crate::cache::{Cache, key};
use crate::page::{Kind, markdown};
use crate::site::{Places, Sink, put_made};
use fieldguide_wasm::html::escape;

/// Width and height in pixels: what the services that show previews ask for.
const SIZE: (u32, u32) = (1200, 630);

/// What stands where the stylesheet names no colour that can be read: the default theme's.
const COLOURS: [(&str, &str); 4] =
    [("--paper", "#fcfaf6"), ("--ink", "#251f1b"), ("--ink-2", "#5b534d"), ("--accent", "#005a6b")];

/// The blob that tells where the pictures stand.
const BLOB: &str = "social";

/// Hands over a PNG for each page of the book, as far as an earlier build's do not stand there; the site path of each. None where
/// the font of the text can't be read.
pub fn put(book: &Book, assets: &Assets, cache: &Cache, sink: &dyn Sink) -> Option<BTreeMap<PageId, String>> {
    let font = assets.files.get(assets.preload_fonts.first()?)?;
    let options = options(font)?;
    let css = assets.files.get(&assets.css).map(|css| String::from_utf8_lossy(css)).unwrap_or_default();
    let colours = colours(&css);
    let known = Places::read(cache, BLOB);
    let picture = |id: PageId| {
        let svg = svg(book, id, &colours);
        let key = cache.keeps().then(|| key([&cache.program()[..], font, svg.as_bytes()]));
        if let Some(path) = known.kept(key.as_ref(), sink) {
            return Some((key, path.to_string(), None));
        }
        let png = png(&svg, &options)?;
        Some((key, fingerprinted("social.png", &png), Some(png)))
    };
    let pages = (0..book.pages.len()).into_par_iter();
    let pictures: Vec<_> = pages.filter_map(|id| Some((id, picture(id)?))).collect();
    Places::write(cache, BLOB, pictures.iter().map(|(_, (key, path, _))| (*key, path.as_str())));
    let mut places = BTreeMap::new();
    // One after the other: two pages may have the same picture.
    for (id, (key, path, png)) in pictures {
        if let Some(png) = png {
            put_made(sink, &path, key.as_ref(), png);
        }
        places.insert(id, path);
    }
    Some(places)
}

/// The theme's own face and no font of this machine: the same bytes everywhere.
fn options(font: &[u8]) -> Option<usvg::Options<'static>> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(wuff::decompress_woff2(font).ok()?);
    let font_family = fonts.faces().next()?.families.first()?.0.clone();
    Some(usvg::Options { font_family, fontdb: Arc::new(fonts), ..usvg::Options::default() })
}

fn png(svg: &str, options: &usvg::Options<'_>) -> Option<Vec<u8>> {
    let tree = usvg::Tree::from_str(svg, options).ok()?;
    let mut pixels = Pixmap::new(SIZE.0, SIZE.1)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().ok()
}

/// The picture: where the page stands, its title, what it says, and the book.
fn svg(book: &Book, id: PageId, colours: &BTreeMap<&str, String>) -> String {
    let page = book.page(id);
    let colour = |name: &str| colours.get(name).map(String::as_str).unwrap_or_default();
    let stage = book.stage_of(id).map(|stage| match page.kind {
        Kind::Stage => format!("Stage {}", stage.number),
        _ => format!("{} {}", stage.number, markdown::title_text(&book.page(stage.page).front.title)),
    });
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\"><rect width=\"{0}\" height=\"{1}\" fill=\"{2}\"/>\
         <rect width=\"18\" height=\"{1}\" fill=\"{3}\"/>",
        SIZE.0,
        SIZE.1,
        colour("--paper"),
        colour("--accent"),
    );
    let mut text = |x: u32, y: u32, size: u32, weight: u32, fill: &str, line: &str| {
        out.push_str(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{fill}\">{}</text>",
            escape(line)
        ));
    };
    text(90, 110, 30, 600, colour("--accent"), &first_line(stage.as_deref().unwrap_or_default(), 30, 1020));
    let (size, title) = fitted(&markdown::title_text(&page.front.title));
    let mut y = 150;
    for line in &title {
        y += size * 112 / 100;
        text(90, y, size, 700, colour("--ink"), line);
    }
    y += 34;
    for line in lines(&markdown::title_text(&page.front.summary), 34, 1020).iter().take(3) {
        y += 48;
        if y < 530 {
            text(90, y, 34, 400, colour("--ink-2"), line);
        }
    }
    text(90, 580, 28, 600, colour("--ink-2"), &first_line(&book.config.title, 28, 1020));
    out + "</svg>"
}

/// A title as large as fits three lines; what is longer still ends in an ellipsis.
fn fitted(title: &str) -> (u32, Vec<String>) {
    for size in [92, 78, 64] {
        let lines = lines(title, size, 1020);
        let widest = lines.iter().map(|line| width(line, size)).max().unwrap_or_default();
        if lines.len() <= 2 && widest <= 1020 {
            return (size, lines);
        }
    }
    let mut lines = lines(title, 56, 1020);
    if lines.len() > 3 {
        lines.truncate(3);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    (56, lines)
}

fn first_line(text: &str, size: u32, most: u32) -> String {
    lines(text, size, most).into_iter().next().unwrap_or_default()
}

/// Text cut between words into lines of at most so many pixels; a word that is longer is cut too.
fn lines(text: &str, size: u32, most: u32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => {
                let mut line = String::new();
                for c in word.chars() {
                    if width(&line, size) + width(&c.to_string(), size) > most {
                        lines.push(std::mem::take(&mut line));
                    }
                    line.push(c);
                }
                lines.push(line);
            }
        }
    }
    lines
}

/// The width of a text in pixels, by kinds of characters of a serif face, rather too much than too little.
fn width(text: &str, size: u32) -> u32 {
    let thousandths = |c: char| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | ' ' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '(' | ')' | '-' => 370,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 960,
        c if c.is_ascii_uppercase() => 700,
        c if c >= '\u{2e80}' => 1000,
        _ => 560,
    };
    text.chars().map(thousandths).sum::<u32>() * size / 1000
}

/// The light mode's colours as the theme's stylesheet says them.
fn colours(css: &str) -> BTreeMap<&'static str, String> {
    let read = |name: &str| {
        let value = css.split_once(&format!("{name}:"))?.1.split(';').next()?.trim();
        let light = value.strip_prefix("light-dark(").unwrap_or(value);
        match light.strip_prefix("oklch(") {
            Some(rest) => srgb(rest.split(')').next()?),
            None => {
                light.split([',', ')']).next().map(str::trim).filter(|text| text.starts_with('#')).map(str::to_string)
            }
        }
    };
    COLOURS.into_iter().map(|(name, otherwise)| (name, read(name).unwrap_or_else(|| otherwise.to_string()))).collect()
}

/// `98.7% 0.006 85` of oklch as `#rrggbb`, by Björn Ottosson's matrices; what sRGB can't show is cut off.
fn srgb(oklch: &str) -> Option<String> {
    let mut parts = oklch.split_whitespace();
    let lightness = parts.next()?.strip_suffix('%')?.parse::<f64>().ok()? / 100.0;
    let chroma: f64 = parts.next()?.parse().ok()?;
    let hue = parts.next()?.trim_end_matches("deg").parse::<f64>().ok()?.to_radians();
    let (a, b) = (chroma * hue.cos(), chroma * hue.sin());
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    let byte = |x: f64| {
        let x = x.clamp(0.0, 1.0);
        let encoded = if x <= 0.003_130_8 { 12.92 * x } else { 1.055 * x.powf(1.0 / 2.4) - 0.055 };
        format!("{:02x}", (encoded * 255.0).round() as u8)
    };
    Some(format!("#{}", linear.map(byte).concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_stylesheet() {
        assert_eq!(srgb("100% 0 0").as_deref(), Some("#ffffff"));
        assert_eq!(srgb("62.796% 0.25768 29.234").as_deref(), Some("#ff0000"));
        assert_eq!(srgb("50%"), None);
        let css = ":root { --paper: light-dark(#abc, #123); --ink: light-dark(oklch(100% 0 0), oklch(0% 0 0)); }";
        let found = colours(css);
        assert_eq!(
            (found["--paper"].as_str(), found["--ink"].as_str(), found["--accent"].as_str()),
            ("#abc", "#ffffff", "#005a6b")
        );
    }

    #[test]
    fn no_line_is_too_long() {
        for text in ["", "a", &"word ".repeat(60), &"x".repeat(300), "短い 題".repeat(40).as_str()] {
            let (size, lines) = fitted(text);
            assert!(lines.len() <= 3 && lines.iter().all(|line| width(line, size) <= 1020 + size), "{text}: {lines:?}");
        }
    }
}
