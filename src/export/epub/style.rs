//! The style sheet of the book: its own, short one, in the hues of the book's theme.
//!
//! A reader chooses the ground: white, sepia, grey or black. So text keeps the reader's own colour, and what is coloured has the
//! lightness that contrasts as much with white as with black.

use csscolorparser::Color;

use crate::export::tags;
use crate::palette::luminance;
use crate::site::Site;

/// The sheet, in which a token stands for its colour.
const SHEET: &str = include_str!("style.css");

/// The tokens that it names and the default theme's colours in light mode.
const TOKENS: [(&str, &str); 10] = [
    ("accent", "oklch(44% 0.09 212)"),
    ("pitfall", "oklch(49% 0.155 36)"),
    ("fix", "oklch(43% 0.095 156)"),
    ("question", "oklch(45% 0.14 318)"),
    ("lab", "oklch(47% 0.13 256)"),
    ("code-k", "oklch(43% 0.135 290)"),
    ("code-s", "oklch(43% 0.09 150)"),
    ("code-n", "oklch(46% 0.125 50)"),
    ("code-c", "oklch(48% 0.02 70)"),
    ("code-f", "oklch(43% 0.11 240)"),
];

/// The luminance whose contrast with white is that with black: 4.58 to 1, above what WCAG AA asks for.
const BETWEEN: f64 = 0.1791;

/// The sheet in the colours of the site's own.
pub(super) fn sheet(site: &Site) -> String {
    let css = own(site).unwrap_or_default();
    TOKENS.iter().fold(SHEET.to_string(), |sheet, (name, default)| {
        let colour = token(css, name).or_else(|| default.parse().ok()).unwrap_or_default();
        sheet.replace(&format!("var(--{name})"), &between(&colour).to_css_hex().to_string())
    })
}

/// The stylesheet that the home page names.
fn own(site: &Site) -> Option<&str> {
    let home = std::str::from_utf8(site.files.get("index.html")?).ok()?;
    let link = tags::tags(home).find(|tag| tag.name == "link" && tag.value("rel").as_deref() == Some("stylesheet"))?;
    std::str::from_utf8(site.files.get(&link.value("href")?)?).ok()
}

/// A token's colour in light mode, as it is set last.
fn token(css: &str, name: &str) -> Option<Color> {
    let set = css.rsplit(&format!("--{name}:")).next().filter(|rest| rest.len() < css.len())?;
    let value = set.split([';', '}']).next()?.trim();
    let light = value.strip_prefix("light-dark(").unwrap_or(value);
    let mut depth = 0_i32;
    let end = light.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        *c == ',' && depth == 0
    });
    light.get(..end.map_or(light.len(), |(at, _)| at))?.trim().parse().ok()
}

/// The colour with a lightness between white and black.
fn between(colour: &Color) -> Color {
    let [_, a, b, _] = colour.to_oklaba();
    let (mut dark, mut light) = (0.0_f32, 1.0_f32);
    let at = |lightness: f32| Color::from_oklaba(lightness, a, b, 1.0).clamp();
    for _ in 0..20 {
        let middle = f32::midpoint(dark, light);
        match luminance(&at(middle)) < BETWEEN {
            true => dark = middle,
            false => light = middle,
        }
    }
    at(f32::midpoint(dark, light))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_can_be_read_on_white_and_on_black() {
        for text in TOKENS.map(|(_, text)| text).into_iter().chain(["yellow", "#000", "#fff", "blue"]) {
            let colour: Color = between(&text.parse().unwrap()).to_css_hex().to_string().parse().unwrap();
            let ratios = [1.05 / (luminance(&colour) + 0.05), (luminance(&colour) + 0.05) / 0.05];
            assert!(ratios.iter().all(|ratio| *ratio >= 4.5), "{text}: {ratios:?}");
        }
    }

    #[test]
    fn a_token_is_what_was_set_last() {
        let css =
            ":root{--accent:light-dark(oklch(44% 0.09 212),#fff);--x:1}:root{--accent: light-dark(#ff0000, #fff)}";
        assert_eq!(token(css, "accent").unwrap().to_css_hex().to_string(), "#ff0000");
        assert!(token(css, "fix").is_none());
    }

    #[test]
    fn the_sheet_names_no_token_but_these() {
        assert!(!sheet(&Site::default()).contains("var("));
    }
}
