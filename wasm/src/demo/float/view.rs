//! The lab's inside: controls, answer, bits, number line; then the pictures of [`super::stack`] and the folded parts of [`super::extras`].

use super::closeness::{MATH, NUMPY};
use super::format::{FORMATS, Format, Kind};
use super::picture::{anchor, bar, digits, dot, label, line, minus, put, rect, signed, svg};
use super::text::{exact, repr, repr_f64};
use super::{Input, exact::Exact, extras, facts, stack, words};
use crate::demo::{Ids, furniture};
use crate::html::Html;

/// Digits of the exact value that are shown at once; the rest is folded.
const DIGITS_SHOWN: usize = 160;

/// More zeros than these after the point are counted instead of shown.
const ZEROS_SHOWN: usize = 30;

/// The most steps of an expression in the table.
const STEPS_SHOWN: usize = 60;

/// How far the number line reaches to each side, in ulp, for each zoom.
const REACH: [f64; 4] = [1.6, 6.0, 24.0, 80.0];

/// The most ticks on each side of the number.
const MAX_TICKS: usize = 200;

/// Texts to try: what the button sends, and what it says.
const PRESETS: [(&str, &str); 8] = [
    ("set 0.1 + 0.2", "0.1 + 0.2"),
    ("set 1/3", "1/3"),
    ("set 2**53 + 1", "2**53 + 1"),
    ("set 1e23", "1e23"),
    ("set largest", "largest"),
    ("set tiniest", "tiniest"),
    ("set inf", "inf"),
    ("set nan", "nan"),
];

/// Draws the inside of the form; a tolerance that makes no sense is a problem.
pub(super) fn draw(input: &Input, ids: Ids<'_>) -> Result<Html, String> {
    let (math, numpy) = (input.tolerances(MATH)?, input.tolerances(NUMPY)?);
    let mut html = Html::new();
    controls(&mut html, input, ids);
    answer(&mut html, input, ids);
    if input.has_steps() {
        trace(&mut html, input);
    }
    bits(&mut html, input, ids);
    neighbours(&mut html, input, ids);
    stack::formats(&mut html, input);
    extras::closeness(&mut html, input, ids, math, numpy)?;
    extras::integers(&mut html, input);
    extras::ranges(&mut html, input);
    extras::numbers(&mut html, input);
    Ok(html)
}

fn controls(html: &mut Html, input: &Input, ids: Ids<'_>) {
    html.raw("<div class=\"lab-row float-controls\">");
    furniture::text_field(html, ids, "value", "value", "A number or a sum", &input.value);
    let options: Vec<(&str, &str)> = FORMATS.iter().map(|format| (format.name, format.name)).collect();
    furniture::choice(html, ids, "format", "Format", &options, input.format().name);
    html.raw("</div><fieldset class=\"float-presets\"><legend>Try</legend>");
    for (act, text) in PRESETS {
        furniture::act(html, act, text);
    }
    html.raw("</fieldset>");
}

fn answer(html: &mut Html, input: &Input, ids: Ids<'_>) {
    let (format, bits) = (input.format(), input.bits());
    let shown = repr(format, bits);
    let markup = [
        "<div class=\"float-answer\"><output aria-live=\"off\" class=\"lab-answer float-repr\" for=\"",
        " ",
        "\" id=\"",
        "\">",
        "</output>",
    ];
    put(html, &markup, &[&ids.of("value"), &ids.of("format"), &ids.of("repr"), &shown]);
    if format.finite(bits) {
        exactly(html, &exact(format, bits), &shown);
    }
    put(html, &["<p class=\"lab-note\">", "</p></div>"], &[&words::error(input)]);
}

/// The exact value: all digits, or as many as can be taken in and the rest folded.
fn exactly(html: &mut Html, whole: &str, shown: &str) {
    let strong = common(whole, shown);
    let zeros = leading_zeros(whole);
    let start = if zeros > ZEROS_SHOWN { whole.len() - whole.trim_start_matches(['-', '0', '.']).len() } else { 0 };
    html.raw("<p class=\"float-exactly\">exactly <span class=\"lab-digits\">");
    if start > 0 {
        let before = whole.get(..start - zeros).unwrap_or_default();
        put(html, &["", "<i class=\"float-zeros\">", " zeros</i> "], &[before, &zeros.to_string()]);
    }
    let rest = whole.get(start..).unwrap_or_default();
    digits(html, rest.get(..DIGITS_SHOWN).unwrap_or(rest), strong);
    html.raw(if rest.len() > DIGITS_SHOWN { "…</span></p>" } else { "</span></p>" });
    if start > 0 || rest.len() > DIGITS_SHOWN {
        let count = whole.bytes().filter(u8::is_ascii_digit).count();
        let markup = ["<details class=\"float-more\"><summary>All ", " digits</summary><p class=\"lab-digits\">"];
        put(html, &markup, &[&count.to_string()]);
        digits(html, whole, strong);
        html.raw("</p></details>");
    }
}

/// The zeros right after the point of a number below 1.
fn leading_zeros(text: &str) -> usize {
    let fraction = text.trim_start_matches('-').strip_prefix("0.").unwrap_or_default();
    fraction.len() - fraction.trim_start_matches('0').len()
}

/// The length of the printed digits where they are the beginning of the exact ones.
fn common(whole: &str, shown: &str) -> usize {
    let shown = shown.strip_suffix(".0").unwrap_or(shown);
    if whole.starts_with(shown) { shown.len() } else { 0 }
}

/// Each step of an expression with its error.
fn trace(html: &mut Html, input: &Input) {
    let steps = &input.reading.steps;
    let largest = steps.iter().filter_map(|step| step.error_ulp).fold(0.5, |most: f64, error| most.max(error.abs()));
    html.raw(
        "<div role=\"group\" class=\"lab-scroll\" aria-label=\"Each step with its error\" tabindex=\"0\"><table class=\"lab-table float-trace\">\
         <caption>Where the error comes from</caption><thead><tr><th scope=\"col\">step</th><th scope=\"col\">becomes</th>\
         <th scope=\"col\">off by, in ulp</th><th scope=\"col\">added here</th></tr></thead><tbody>",
    );
    for step in steps.iter().take(STEPS_SHOWN) {
        let markup = [
            "<tr class=\"",
            "\"><th scope=\"row\"><code>",
            "</code></th><td><code>",
            "</code></td><td class=\"float-off\"><div class=\"float-off-by\"><span class=\"float-number\">",
            "</span>",
        ];
        let class = if step.literal { "float-leaf" } else { "float-node" };
        put(html, &markup, &[class, &step.text, &repr(input.format(), step.bits), &known(step.error_ulp)]);
        if let Some(error) = step.error_ulp {
            bar(html, error < 0.0, error.abs() / largest);
        }
        put(html, &["</div></td><td class=\"float-number\">", "</td></tr>"], &[&known(step.rounding_ulp)]);
    }
    html.raw("</tbody></table></div>");
    if steps.len() > STEPS_SHOWN {
        put(html, &["<p class=\"lab-note\">The first 60 of ", " steps.</p>"], &[&steps.len().to_string()]);
    }
}

fn known(error: Option<f64>) -> String {
    error.map_or("—".into(), signed)
}

/// The bits as buttons, in three groups, each with what it says.
fn bits(html: &mut Html, input: &Input, ids: Ids<'_>) {
    let (format, bits) = (input.format(), input.bits());
    let field = format.exponent_field(bits) as i32;
    let kind = format.kind(bits);
    html.raw("<div class=\"float-bits\">");
    let says = if format.negative(bits) { "−" } else { "+" };
    group(html, input, ids, ("sign", "Sign"), format.width() - 1..format.width(), says);
    let bias = format.bias().to_string();
    let exponent = minus((field.max(1) - format.bias()).to_string());
    let says = match kind {
        Kind::Normal => [&field.to_string(), " − ", &bias, " = ", &exponent].concat(),
        Kind::Subnormal | Kind::Zero => ["0: no leading 1, 1 − ", &bias, " = ", &exponent].concat(),
        Kind::Inf | Kind::Nan => "all ones".into(),
    };
    group(html, input, ids, ("exponent", "Exponent"), format.fraction_bits..format.width() - 1, &says);
    let significand = significand(format, bits);
    let says = match kind {
        Kind::Inf => "zero: infinity",
        Kind::Nan if !format.infinite => "all ones: nan",
        Kind::Nan => "not zero: nan",
        _ => &significand,
    };
    group(html, input, ids, ("fraction", "Fraction"), 0..format.fraction_bits, says);
    html.raw("</div>");
    if format.finite(bits) {
        let markup = ["<p class=\"float-equation\">", " = ", "2<sup>", "</sup> × ", "</p>"];
        let sign = if format.negative(bits) { "−1 × " } else { "" };
        put(html, &markup, &[&repr(format, bits), sign, &exponent, &significand]);
    }
}

/// `1.fraction` (or `0.fraction`) in decimal.
fn significand(format: &Format, bits: u64) -> String {
    let (mantissa, _) = format.parts(bits);
    let value = Exact::new(false, super::big::Big::new(mantissa), -(format.fraction_bits as i32));
    let text = repr_f64(f64::from_bits(super::format::FLOAT64.round(&value).0));
    text.strip_suffix(".0").unwrap_or(&text).to_string()
}

#[inline(never)]
fn group(
    html: &mut Html,
    input: &Input,
    ids: Ids<'_>,
    (name, title): (&str, &str),
    range: std::ops::Range<u32>,
    says: &str,
) {
    let markup = [
        "<fieldset class=\"float-group float-",
        "\"><legend>",
        "<span class=\"float-count\"> ",
        "</span></legend><div class=\"float-cells\">",
    ];
    put(html, &markup, &[name, title, &range.len().to_string()]);
    let width = input.format().width().to_string();
    for bit in range.rev() {
        let set = input.bits() >> bit & 1 == 1;
        let (value, pressed) = if set { ("1", "true") } else { ("0", "false") };
        let bit = bit.to_string();
        let markup = [
            "<button class=\"float-bit\" type=\"submit\" name=\"act\" value=\"bit ",
            "\" id=\"",
            "\" aria-label=\"bit ",
            " of ",
            ": ",
            "\" aria-pressed=\"",
            "\">",
            "</button>",
        ];
        put(html, &markup, &[&bit, &ids.of(&["bit-", &bit].concat()), &bit, &width, value, pressed, value]);
    }
    put(html, &["</div><p class=\"float-says\">", "</p></fieldset>"], &[says]);
}

/// The number line around the number.
fn neighbours(html: &mut Html, input: &Input, ids: Ids<'_>) {
    let (format, bits) = (input.format(), input.bits());
    if !format.finite(bits) {
        return;
    }
    html.raw("<div class=\"float-line\"><p class=\"float-head\">Its neighbors on the number line</p>");
    let reach = REACH.get(usize::from(input.zoom)).copied().unwrap_or(1.6);
    let (down, up) = (format.neighbour(bits, false), format.neighbour(bits, true));
    let gap = repr_f64(facts::ulp(format, bits));
    let (below, here, above) = (repr(format, down), repr(format, bits), repr(format, up));
    let says =
        [&here, " on the number line, between ", &below, " and ", &above, "; the step up is ", &gap, "."].concat();
    svg(html, "float-number-line", "108", &says);
    let x = |ulps: f64| 50.0 + 50.0 * ulps / reach;
    let value = format.to_f64(bits);
    let ulp = facts::ulp(format, bits);
    let offset = |other: u64| (format.to_f64(other) - value) / ulp;
    // All that rounds to this number.
    let catch = |other: u64, side: f64| if format.finite(other) { offset(other) / 2.0 } else { side };
    let (left, right) = (x(catch(down, -0.5)).max(0.0), x(catch(up, 0.5)).min(100.0));
    rect(html, "float-catch", (left, 32.0), (right - left, 32.0));
    line(html, "float-axis", (0.0, 48.0), (100.0, 48.0));
    for upward in [false, true] {
        let mut other = bits;
        for _ in 0..MAX_TICKS {
            other = format.neighbour(other, upward);
            if !format.finite(other) {
                break;
            }
            let at = x(offset(other));
            if !(0.0..=100.0).contains(&at) {
                break;
            }
            let binade = format.fraction_field(other) == 0;
            line(html, if binade { "float-tick float-binade" } else { "float-tick" }, (at, 40.0), (at, 56.0));
        }
    }
    line(html, "float-self", (50.0, 30.0), (50.0, 66.0));
    dot(html, "float-stored", (50.0, 48.0), 6.0);
    if let Some(error) = input.reading.error_ulp {
        let at = x(-error).clamp(1.0, 99.0);
        line(html, "float-typed-line", (at, 24.0), (at, 42.0));
        dot(html, "float-typed", (at, 48.0), 4.0);
        let name = if input.has_steps() { "exact result" } else { "as typed" };
        let (before, after) = match error {
            _ if x(-error) < 0.0 => ("← ", ""),
            _ if x(-error) > 100.0 => ("", " →"),
            0.0 => ("", ", exactly"),
            _ => ("", ""),
        };
        let name = [before, name, after].concat();
        label(html, "float-svg-note", (at, 18.0), anchor(at), &name);
    }
    if input.zoom == 0 {
        for (text, other, edge, anchor) in [(&below, down, 0.0, "start"), (&above, up, 100.0, "end")] {
            // A short text stands below its tick, a long one begins or ends at the edge.
            let (at, anchor) =
                if text.len() <= 16 && format.finite(other) { (x(offset(other)), "middle") } else { (edge, anchor) };
            label(html, "float-svg-text", (at, 84.0), anchor, text);
        }
        label(html, "float-svg-text float-svg-self", (50.0, 103.0), "middle", &here);
    } else {
        let ulps = super::text::rounded(reach);
        label(html, "float-svg-text", (0.0, 84.0), "start", &["−", &ulps, " ulp"].concat());
        label(html, "float-svg-text", (100.0, 84.0), "end", &["+", &ulps, " ulp"].concat());
        label(html, "float-svg-text float-svg-self", (50.0, 84.0), "middle", &here);
    }
    html.raw("</svg><div class=\"lab-row float-zoom\">");
    furniture::act(html, "prev", "← previous");
    let markup = [
        "<div class=\"field\"><label for=\"",
        "\">Zoom out</label><input id=\"",
        "\" name=\"zoom\" type=\"range\" min=\"0\" max=\"3\" step=\"1\" value=\"",
        "\"></div>",
    ];
    let id = ids.of("zoom");
    put(html, &markup, &[&id, &id, &input.zoom.to_string()]);
    furniture::act(html, "next", "next →");
    let markup = [
        "</div><p class=\"lab-note\">Every number in the shaded part is stored as this one. One ulp here is <output aria-live=\"off\">",
        "</output>.</p></div>",
    ];
    put(html, &markup, &[&gap]);
}

/// A strip of bits over the columns of [`stack`]: ones as blocks, zeros as dashes. A cell is its column, its bit, and whether rounding
/// changed it.
#[inline(never)]
pub(super) fn strip(html: &mut Html, cells: &[(usize, bool, bool)]) {
    html.raw("<svg class=\"float-strip\" viewBox=\"0 0 56 10\" preserveAspectRatio=\"none\" width=\"100%\" height=\"14\" aria-hidden=\"true\">");
    for (class, one, changed) in [
        ("float-one", true, false),
        ("float-none", false, false),
        ("float-one float-changed", true, true),
        ("float-none float-changed", false, true),
    ] {
        let mut path = String::new();
        for (column, _, _) in cells.iter().filter(|(_, set, differs)| (*set, *differs) == (one, changed)) {
            path.push('M');
            path.push_str(&column.to_string());
            path.push_str(if one { ".08 0h.84v10h-.84z" } else { ".08 4h.84v2h-.84z" });
        }
        if !path.is_empty() {
            put(html, &["<path class=\"", "\" d=\"", "\"></path>"], &[class, &path]);
        }
    }
    html.raw("</svg>");
}
