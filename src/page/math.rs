//! LaTeX → MathML by `math-core`, which says where a mistake is. The style attributes that it writes become classes of
//! `static/css/math.css`: the page's policy lets no style stand inline.

use std::ops::Range;
use std::sync::OnceLock;

use fieldguide_wasm::html::escape;
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// What is wrong with a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Where, in bytes of the formula.
    pub(super) range: Range<usize>,
    /// What, without a full stop.
    pub(super) message: String,
    /// What the underlined text is.
    pub(super) label: &'static str,
}

/// A longer formula is refused: nobody could read it, and what it nests could exhaust the stack.
const LONGEST: usize = 8000;

/// Braces nested deeper than this are refused, for the same reason.
const DEEPEST: usize = 60;

fn converter() -> Option<&'static LatexToMathML> {
    static CONVERTER: OnceLock<Option<LatexToMathML>> = OnceLock::new();
    CONVERTER.get_or_init(|| LatexToMathML::new(MathCoreConfig::default()).ok()).as_ref()
}

/// A formula as a `<math>` element, its LaTeX kept in `alttext` for the search.
pub(super) fn mathml(latex: &str, display: bool) -> Result<String, Mistake> {
    let whole = |message: &str| Mistake { range: 0..latex.len(), message: message.to_string(), label: "" };
    if latex.trim().is_empty() {
        return Err(whole("the formula is empty"));
    }
    if latex.len() > LONGEST {
        return Err(whole("the formula is longer than 8000 bytes"));
    }
    if let Some(at) = too_deep(latex) {
        let message = "the formula is nested too deeply".to_string();
        return Err(Mistake { range: at..at + 1, message, label: "the sixty-first level opens here" });
    }
    if let Some(at) = latex.find('`') {
        let message = "a formula holds no backtick: is this a dollar sign before code?".to_string();
        return Err(Mistake { range: at..at + 1, message, label: "" });
    }
    for command in ["\\label", "\\ref", "\\eqref", "\\tag"] {
        if let Some(at) = latex.find(command) {
            let message = format!("`{command}` has no counterpart in a page: link to a heading instead");
            return Err(Mistake { range: at..at + command.len(), message, label: "" });
        }
    }
    let mode = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let Some(converter) = converter() else { return Err(whole("formulas can't be converted")) };
    match converter.convert_with_local_state(latex, mode) {
        Ok(result) => {
            let attributes =
                format!("<math alttext=\"{}\"", escape(&latex.split_whitespace().collect::<Vec<_>>().join(" ")));
            Ok(without_styles(&result.mathml).replacen("<math", &attributes, 1))
        }
        Err(error) => {
            let range = error.0.start.min(latex.len())..error.0.end.min(latex.len());
            let message = error.error_message().trim_end_matches('.').to_string();
            Err(Mistake { range, message: lower_first(&message), label: error.label() })
        }
    }
}

/// Where the formula is nested deeper than [`DEEPEST`]. Scripts that follow one another are taken for nested: `x^x^x` is a
/// mistake anyway.
fn too_deep(latex: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut scripts = 0_usize;
    let mut escaped = false;
    for (at, byte) in latex.bytes().enumerate() {
        let rest = latex.get(at..).unwrap_or_default();
        match byte {
            _ if escaped => escaped = false,
            b'\\' => {
                escaped = true;
                let opens = ["\\left", "\\begin", "\\sqrt", "\\frac"].iter().any(|word| rest.starts_with(word));
                depth += usize::from(opens && scripts > 0);
                scripts += usize::from(opens);
            }
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'^' | b'_' => scripts += 1,
            b' ' | b'+' | b'-' | b'=' | b',' | b'&' | b'0'..=b'9' => scripts = 0,
            _ => {}
        }
        if depth + scripts > DEEPEST {
            return Some(at);
        }
    }
    None
}

fn lower_first(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// `style="text-align: left;"` → `class="fm-text-align-left"`, `color` → `mathcolor`.
fn without_styles(mathml: &str) -> String {
    let mut out = String::with_capacity(mathml.len());
    let mut rest = mathml;
    while let Some((before, after)) = rest.split_once(" style=\"") {
        let (styles, behind) = after.split_once('"').unwrap_or((after, ""));
        out.push_str(before);
        let mut classes = Vec::new();
        for style in styles.split(';').map(str::trim).filter(|style| !style.is_empty()) {
            let (name, value) = style.split_once(':').unwrap_or((style, ""));
            match (name.trim(), value.trim()) {
                ("color", color) => out.push_str(&format!(" mathcolor=\"{color}\"")),
                ("margin-left", length) => classes.extend(back(length)),
                (name, value) => classes.push(class(name, value)),
            }
        }
        if !classes.is_empty() {
            out.push_str(&format!(" class=\"{}\"", classes.join(" ")));
        }
        rest = behind;
    }
    out + rest
}

fn class(name: &str, value: &str) -> String {
    let words = format!("{name} {value}");
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("fm-{}", words.collect::<Vec<_>>().join("-"))
}

/// A step back, in eighteenths of an em, at most one em.
fn back(length: &str) -> Option<String> {
    let em = length.strip_suffix("em")?.trim_end_matches('r').parse::<f64>().ok()?;
    let steps = (-em * 18.0).round().clamp(1.0, 18.0);
    Some(format!("fm-back-{steps}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORMULAS: [&str; 21] = [
        "x < y \\land a \\& b",
        "\\frac{1}{2} \\sqrt[3]{x^2_i}",
        "\\sum_{i=0}^n i = \\frac{n(n+1)}{2}",
        "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
        "\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
        "\\begin{aligned} a &= b \\\\ &= c \\end{aligned}",
        "\\begin{align} a &= b \\\\ c &= d \\end{align}",
        "\\begin{gather} a \\\\ b \\end{gather}",
        "\\begin{array}{|l:cr|} \\hline 1 & 2 & 3 \\\\ \\hdashline 4 & 5 & 6 \\end{array}",
        "\\begin{multline} a \\\\ b \\\\ c \\end{multline}",
        "{\\color{red} x} y",
        "a \\! b \\, c \\; d \\quad e \\hspace{-3em} f",
        "\\left( \\frac{a}{b} \\right] \\bigl\\{ \\Bigg|",
        "\\text{plain } \\textbf{bold} \\textit{it} \\texttt{code} \\textsf{sans} \\textsc{Caps}",
        "\\mathbb{R} \\mathcal{L} \\mathfrak{g} \\boldsymbol{\\beta}",
        "\\hat{x} \\vec{v} \\overline{ab} \\underbrace{a+b}_{c} \\overset{!}{=}",
        "\\int_0^\\infty e^{-x^2} \\, dx \\operatorname{argmax}_\\theta",
        "\\operatorname*{arg\\,min}_x \\lim_{x \\to 0}",
        "\\binom{n}{k} \\dfrac{a}{b} \\tfrac{a}{b} \\cfrac{a}{b}",
        "\\cancel{x} \\not= \\phantom{z}",
        "\\lVert x \\rVert_2 \\le \\lfloor y \\rfloor \\ne \\emptyset",
    ];

    #[test]
    fn common_formulas_are_mathml_without_styles() {
        let css = include_str!("../../static/css/math.css");
        let mut lacking = Vec::new();
        for latex in FORMULAS {
            for display in [false, true] {
                match mathml(latex, display) {
                    Ok(made) => {
                        assert!(made.starts_with("<math alttext=\"") && made.ends_with("</math>"), "{made}");
                        assert!(!made.contains(" style="), "{made}");
                        for class in made.split("fm-").skip(1) {
                            let class = class.split([' ', '"']).next().unwrap();
                            if !css.contains(&format!(".fm-{class} ")) {
                                lacking.push(format!("{latex}: fm-{class}"));
                            }
                        }
                    }
                    Err(mistake) => lacking.push(format!("{latex}: {mistake:?}")),
                }
            }
        }
        lacking.dedup();
        assert!(lacking.is_empty(), "{}", lacking.join("\n"));
    }

    #[test]
    fn mistakes_have_their_place() {
        let place = |latex: &str| mathml(latex, false).map_err(|mistake| latex[mistake.range].to_string());
        assert_eq!(place("a + \\fraq{1}{2}"), Err("\\fraq".to_string()));
        assert_eq!(place("\\eqref{a}"), Err("\\eqref".to_string()));
        assert!(place(" ").is_err() && place(&"x".repeat(9000)).is_err());
        assert!(place(&"{".repeat(5000)).is_err() && place(&"x^".repeat(3000)).is_err());
    }

    proptest! {
        #[test]
        fn any_formula_is_converted_or_refused(
            parts in proptest::collection::vec(
                prop_oneof![
                    "[a-z0-9{}^_&\\\\$ #%~'|()<>\\[\\]]{1,6}",
                    proptest::sample::select(FORMULAS.to_vec()).prop_map(str::to_string),
                    proptest::sample::select(vec![
                        "\\begin{matrix}", "\\end{matrix}", "\\frac", "\\left", "\\right", "\\\\", "\\sqrt[", "\\text{", "\\color", "é", "\u{1F600}", "\\hspace{", "\\limits", "\\middle",
                    ]).prop_map(str::to_string),
                ],
                0..8,
            ),
            display in any::<bool>(),
        ) {
            let latex = parts.concat();
            if let Err(mistake) = mathml(&latex, display) {
                prop_assert!(mistake.range.end <= latex.len() && mistake.range.start <= mistake.range.end);
            }
        }
    }
}
