//! `[theme]` of book.toml: the book's own colours and fonts in place of the theme's, and whether text in them can be read.

use std::collections::BTreeMap;

use csscolorparser::Color;

use crate::config::{Theme, Token};
use crate::diagnostic::{Diagnostic, suggestion};
use crate::theme::ThemeFile;

/// Where the theme's tokens stand, and where the book's go: right behind them.
const TOKENS: &str = "static/css/tokens.css";
const OWN: &str = "static/css/tokens-of-the-book.css";

/// Text and its ground, as pages combine them.
const PAIRS: [(&str, &str); 24] = [
    ("ink", "paper"),
    ("ink", "paper-2"),
    ("ink", "accent-soft"),
    ("ink", "pitfall-soft"),
    ("ink", "fix-soft"),
    ("ink", "question-soft"),
    ("ink", "lab-soft"),
    ("ink", "code-paper"),
    ("ink-2", "paper"),
    ("ink-2", "paper-2"),
    ("accent", "paper"),
    ("accent", "paper-2"),
    ("pitfall", "paper"),
    ("pitfall", "pitfall-soft"),
    ("fix", "paper"),
    ("fix", "fix-soft"),
    ("question", "paper"),
    ("lab", "paper"),
    ("lab", "lab-soft"),
    ("code-k", "code-paper"),
    ("code-s", "code-paper"),
    ("code-n", "code-paper"),
    ("code-c", "code-paper"),
    ("code-f", "code-paper"),
];

/// The least ratio of text to its ground: WCAG 2, level AA.
const LEAST: f64 = 4.5;

/// A token's colours in light and in dark, as CSS writes them.
type Tokens = BTreeMap<String, [String; 2]>;

/// Puts the book's tokens behind the theme's and says what is wrong with them.
pub fn apply(own: &Theme, theme: &mut BTreeMap<String, ThemeFile>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let css = theme.get(TOKENS).map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let mut tokens = tokens(&css);
    let mut changed: BTreeMap<String, [Option<&Token>; 2]> = BTreeMap::new();
    for (mode, list) in [&own.light, &own.dark].into_iter().enumerate() {
        for token in list {
            if let Some(color) = checked(token, &tokens, &mut diagnostics) {
                if let Some(known) = tokens.get_mut(&token.name).and_then(|known| known.get_mut(mode)) {
                    *known = color;
                }
                if let Some(place) = changed.entry(token.name.clone()).or_default().get_mut(mode) {
                    *place = Some(token);
                }
            }
        }
    }
    contrast(&tokens, &changed, &mut diagnostics);
    let mut lines = String::new();
    for name in changed.keys() {
        if let Some([light, dark]) = tokens.get(name) {
            lines += &format!("  --{name}: light-dark({light}, {dark});\n");
        }
    }
    for (name, font) in [("font-text", &own.font_text), ("font-code", &own.font_code)] {
        let Some((families, span)) = font else { continue };
        let odd = |c: char| c.is_control() || ";{}<>\\()@/".contains(c);
        if families.trim().is_empty() || families.contains(odd) || families.matches('"').count() % 2 == 1 {
            let message = format!("`{families}` is not a list of font families");
            let help = "write it as CSS does, such as `\"Source Serif 4\", Georgia, serif`";
            diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
        } else {
            lines += &format!("  --{name}: {families};\n");
        }
    }
    if !lines.is_empty() {
        let bytes = format!(":root {{\n{lines}}}\n").into_bytes();
        theme.insert(OWN.to_string(), ThemeFile { bytes, own: true });
    }
    diagnostics
}

/// The names of the colors that the default theme has.
pub fn names() -> Vec<String> {
    let css = crate::theme::default(TOKENS).map(String::from_utf8_lossy).unwrap_or_default();
    tokens(&css).into_keys().collect()
}

/// Says where book.toml names a logo that isn't there or is no image.
pub fn missing_logo(own: &Theme, listed: &[String]) -> Option<Diagnostic> {
    let (path, span) = own.logo.as_ref()?;
    let image = mime_guess::from_path(path).first().is_some_and(|mime| mime.type_() == "image");
    let there = path.starts_with("static/") && listed.contains(path);
    let message = match (there, image) {
        (true, true) => return None,
        (true, false) => format!("the logo `{path}` is no image"),
        (false, _) => format!("there is no logo `{path}`"),
    };
    Some(Diagnostic::error(span.clone(), message).help("put an image into `static` and name it: `static/logo.svg`"))
}

/// The colour tokens of a stylesheet: `--name: light-dark(light, dark);`.
fn tokens(css: &str) -> Tokens {
    let mut tokens = Tokens::new();
    for line in css.lines() {
        let Some((name, value)) = line.trim().strip_prefix("--").and_then(|line| line.split_once(':')) else {
            continue;
        };
        let value = value.trim().trim_end_matches(';');
        let Some(pair) = value.strip_prefix("light-dark(").and_then(|value| value.strip_suffix(')')) else { continue };
        // The comma between the two stands outside of their parentheses.
        let mut depth = 0_i32;
        let comma = pair.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            *c == ',' && depth == 0
        });
        if let Some((light, dark)) = comma.map(|(at, _)| pair.split_at(at)) {
            let dark = dark.trim_start_matches(',');
            tokens.insert(name.trim().to_string(), [light.trim().to_string(), dark.trim().to_string()]);
        }
    }
    tokens
}

/// The token's colour, where there is such a token and it is one.
fn checked(token: &Token, known: &Tokens, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    if !known.contains_key(&token.name) {
        let message = format!("the theme has no color `{}`", token.name);
        let help = suggestion(&token.name, known.keys().map(String::as_str));
        diagnostics.push(Diagnostic::error(token.name_span.clone(), message).help(help));
        return None;
    }
    let text = token.value.trim();
    let message = match text.parse::<Color>() {
        Ok(color) if color.a >= 1.0 => return Some(text.to_string()),
        Ok(_) => format!("`{text}` lets through what is below it"),
        Err(_) => format!("`{text}` is not a color"),
    };
    let help = "write it as CSS does: `#0a5c73`, `oklch(44% 0.09 212)`, `rgb(10 92 115)`";
    diagnostics.push(Diagnostic::error(token.value_span.clone(), message).help(help));
    None
}

/// A pair below WCAG AA of which the book has changed a colour is a warning at that colour.
fn contrast(tokens: &Tokens, changed: &BTreeMap<String, [Option<&Token>; 2]>, diagnostics: &mut Vec<Diagnostic>) {
    for (text, ground) in PAIRS {
        for (mode, name) in ["light", "dark"].into_iter().enumerate() {
            let place = |token: &str| changed.get(token).and_then(|modes| modes.get(mode).copied().flatten());
            let Some(place) = place(text).or(place(ground)) else { continue };
            let color = |token: &str| tokens.get(token)?.get(mode)?.parse::<Color>().ok();
            let (Some(front), Some(back)) = (color(text), color(ground)) else { continue };
            let ratio = ratio(&front, &back);
            if ratio < LEAST {
                let message = format!("`{text}` on `{ground}` can hardly be read in {name} mode: {ratio:.2} to 1");
                diagnostics.push(
                    Diagnostic::warning(place.value_span.clone(), message)
                        .label(format!("WCAG AA asks for {LEAST} to 1"))
                        .help("make the two differ more in lightness"),
                );
            }
        }
    }
}

/// WCAG's contrast of two colours, from 1 to 21.
fn ratio(a: &Color, b: &Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG's relative luminance, from 0 to 1.
pub(crate) fn luminance(color: &Color) -> f64 {
    let linear = |part: f32| {
        let part = f64::from(part.clamp(0.0, 1.0));
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_own_colors_can_be_read() {
        let tokens = tokens(include_str!("../static/css/tokens.css"));
        assert!(tokens.len() >= 20, "{tokens:?}");
        for (text, ground) in PAIRS {
            for mode in [0, 1] {
                let color = |name: &str| tokens[name][mode].parse::<Color>().unwrap();
                let ratio = ratio(&color(text), &color(ground));
                assert!(ratio >= LEAST, "{text} on {ground}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn the_books_tokens_stand_behind_the_themes() {
        let span = crate::source::Span::new(crate::source::FileId(0), 0..0);
        let token = |name: &str, value: &str| Token {
            name: name.to_string(),
            name_span: span.clone(),
            value: value.to_string(),
            value_span: span.clone(),
        };
        let own = Theme {
            light: vec![token("accent", "#003355")],
            font_code: Some(("Menlo, monospace".to_string(), span.clone())),
            ..Theme::default()
        };
        let css = include_bytes!("../static/css/tokens.css").to_vec();
        let mut theme = BTreeMap::from([(TOKENS.to_string(), ThemeFile { bytes: css, own: false })]);
        assert!(apply(&own, &mut theme).is_empty());
        let made = String::from_utf8(theme[OWN].bytes.clone()).unwrap();
        let dark = "oklch(80% 0.085 205)";
        let expected =
            format!(":root {{\n  --accent: light-dark(#003355, {dark});\n  --font-code: Menlo, monospace;\n}}\n");
        assert_eq!(made, expected);
        assert_eq!(apply(&Theme { light: vec![token("ink", "#777")], ..Theme::default() }, &mut theme).len(), 8);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let color = |text: &str| text.parse::<Color>().unwrap();
        assert!((ratio(&color("#000"), &color("white")) - 21.0).abs() < 1e-6);
        assert!((ratio(&color("#767676"), &color("#fff")) - 4.54).abs() < 0.01);
    }
}
