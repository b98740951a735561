//! The lab's inside: controls, answer, bits, number line; then the pictures of [`super::stack`] and the folded parts of [`super::extras`].

use super::closeness::{MATH, NUMPY};
use super::format::{FORMATS, Format, Kind};
use super::picture::{anchor, digits, dot, label, line, minus, power_of_two, rect};
use super::text::{exact, repr, repr_f64};
use super::{Input, exact::Exact, extras, facts, stack, words};
use crate::demo::{Ids, furniture};
use crate::html::Html;

/// Digits of the exact value that are shown at once; the rest is folded.
const DIGITS_SHOWN: usize = 160;

/// More zeros than these after the point are counted instead of shown.
const ZEROS_SHOWN: usize = 30;

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
    html.open("div", &[("class", "lab-row float-controls")]);
    furniture::text_field(html, ids, "value", "value", "A number or a sum", &input.value);
    let options: Vec<(&str, &str)> = FORMATS.iter().map(|format| (format.name, format.name)).collect();
    furniture::choice(html, ids, "format", "Format", &options, input.format().name);
    html.close("div");
    html.open("fieldset", &[("class", "float-presets")]).element("legend", &[], "Try");
    for (act, text) in PRESETS {
        furniture::act(html, act, text);
    }
    html.close("fieldset");
}

fn answer(html: &mut Html, input: &Input, ids: Ids<'_>) {
    let (format, bits) = (input.format(), input.bits());
    let shown = repr(format, bits);
    let of = [ids.of("value"), ids.of("format")].join(" ");
    html.open("div", &[("class", "float-answer")]);
    html.element("output", &[("class", "lab-answer float-repr"), ("for", &of), ("id", &ids.of("repr"))], &shown);
    let whole = exact(format, bits);
    if format.finite(bits) {
        html.open("p", &[("class", "float-exactly")]).raw("exactly ").open("span", &[("class", "lab-digits")]);
        let strong = common(&whole, &shown);
        let zeros = leading_zeros(&whole);
        let start = if zeros > ZEROS_SHOWN { whole.find('.').map_or(0, |point| point + 1) + zeros } else { 0 };
        if start > 0 {
            html.text(whole.get(..start - zeros).unwrap_or_default());
            html.element("i", &[("class", "float-zeros")], format_args!("{zeros} zeros")).raw(" ");
        }
        let rest = whole.get(start..).unwrap_or_default();
        digits(html, rest.get(..DIGITS_SHOWN).unwrap_or(rest), strong);
        html.raw(if rest.len() > DIGITS_SHOWN { "…" } else { "" }).close("span").close("p");
        if start > 0 || rest.len() > DIGITS_SHOWN {
            html.open("details", &[("class", "float-more")]);
            html.open("summary", &[]).text(format_args!("All {} digits", count_digits(&whole))).close("summary");
            html.open("p", &[("class", "lab-digits")]);
            digits(html, &whole, strong);
            html.close("p").close("details");
        }
    }
    html.element("p", &[("class", "lab-note")], words::error(input)).close("div");
}

/// The zeros right after the point of a number below 1.
fn leading_zeros(text: &str) -> usize {
    let fraction = text.trim_start_matches('-').strip_prefix("0.").unwrap_or_default();
    fraction.len() - fraction.trim_start_matches('0').len()
}

fn count_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
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
    html.open(
        "div",
        &[("class", "lab-scroll"), ("role", "region"), ("aria-label", "Each step with its error"), ("tabindex", "0")],
    );
    html.open("table", &[("class", "lab-table float-trace")]).element("caption", &[], "Where the error comes from");
    html.raw(
        "<thead><tr><th scope=\"col\">step</th><th scope=\"col\">becomes</th><th scope=\"col\">off by, in ulp</th>",
    );
    html.raw("<th scope=\"col\">added here</th></tr></thead><tbody>");
    for step in steps.iter().take(60) {
        let class = if step.literal { "float-leaf" } else { "float-node" };
        html.open("tr", &[("class", class)])
            .open("th", &[("scope", "row")])
            .element("code", &[], &step.text)
            .close("th");
        html.open("td", &[]).element("code", &[], repr(input.format(), step.bits)).close("td");
        html.raw("<td class=\"float-off\"><div class=\"float-off-by\">");
        html.element("span", &[("class", "float-number")], step.error_ulp.map_or("—".into(), signed));
        if let Some(error) = step.error_ulp {
            let half = 48.0 * (error.abs() / largest).min(1.0);
            html.open("svg", &[("class", "float-bar"), ("width", "100%"), ("height", "14"), ("aria-hidden", "true")]);
            rect(html, "float-error", (if error < 0.0 { 50.0 - half } else { 50.0 }, 3.0), (half, 8.0));
            line(html, "float-axis", (50.0, 0.0), (50.0, 14.0));
            html.close("svg");
        }
        html.raw("</div></td>");
        html.element("td", &[("class", "float-number")], step.rounding_ulp.map_or("—".into(), signed)).close("tr");
    }
    html.close("tbody").close("table").close("div");
    if steps.len() > 60 {
        html.open("p", &[("class", "lab-note")])
            .text(format_args!("The first 60 of {} steps.", steps.len()))
            .close("p");
    }
}

fn signed(error: f64) -> String {
    minus(if error > 0.0 { format!("+{}", super::text::rounded(error)) } else { super::text::rounded(error) })
}

/// The bits as buttons, in three groups, each with what it says.
fn bits(html: &mut Html, input: &Input, ids: Ids<'_>) {
    let (format, bits) = (input.format(), input.bits());
    let field = format.exponent_field(bits);
    let kind = format.kind(bits);
    html.open("div", &[("class", "float-bits")]);
    group(html, ids, format, bits, ("sign", "Sign"), format.width() - 1..format.width());
    html.open("p", &[("class", "float-says")])
        .raw(if format.negative(bits) { "−" } else { "+" })
        .close("p")
        .close("fieldset");

    group(html, ids, format, bits, ("exponent", "Exponent"), format.fraction_bits..format.width() - 1);
    html.open("p", &[("class", "float-says")]);
    match kind {
        Kind::Normal => {
            html.text(format_args!("{field} − {} = ", format.bias()));
            html.text(minus(field as i64 - i64::from(format.bias())));
        }
        Kind::Subnormal | Kind::Zero => {
            html.text(format_args!("0: no leading 1, 1 − {} = {}", format.bias(), minus(format.min_exponent())));
        }
        Kind::Inf | Kind::Nan => {
            html.raw("all ones");
        }
    }
    html.close("p").close("fieldset");

    group(html, ids, format, bits, ("fraction", "Fraction"), 0..format.fraction_bits);
    html.open("p", &[("class", "float-says")]);
    match kind {
        Kind::Inf => html.raw("zero: infinity"),
        Kind::Nan if !format.infinite => html.raw("all ones: nan"),
        Kind::Nan => html.raw("not zero: nan"),
        _ => html.text(significand(format, bits)),
    };
    html.close("p").close("fieldset").close("div");

    if format.finite(bits) {
        let exponent = format.ulp_exponent(bits) + format.fraction_bits as i32;
        html.open("p", &[("class", "float-equation")]).text(repr(format, bits)).raw(" = ");
        html.raw(if format.negative(bits) { "−1 × " } else { "" });
        power_of_two(html, exponent);
        html.text(format_args!(" × {}", significand(format, bits))).close("p");
    }
}

/// `1.fraction` (or `0.fraction`) in decimal.
fn significand(format: &Format, bits: u64) -> String {
    let (mantissa, _) = format.parts(bits);
    let value = Exact::new(false, super::big::Big::new(mantissa), -(format.fraction_bits as i32));
    let text = repr_f64(f64::from_bits(super::format::FLOAT64.round(&value).0));
    text.strip_suffix(".0").map(str::to_string).unwrap_or(text)
}

fn group(
    html: &mut Html,
    ids: Ids<'_>,
    format: &Format,
    bits: u64,
    (name, title): (&str, &str),
    range: std::ops::Range<u32>,
) {
    let class = ["float-group float-", name].concat();
    html.open("fieldset", &[("class", &class)]).open("legend", &[]).text(title);
    html.element("span", &[("class", "float-count")], format_args!(" {}", range.len())).close("legend");
    html.raw("<div class=\"float-cells\">");
    for bit in range.rev() {
        let set = bits >> bit & 1 == 1;
        let act = format!("bit {bit}");
        let says = format!("bit {bit} of {}: {}", format.width(), u8::from(set));
        html.open(
            "button",
            &[
                ("class", "float-bit"),
                ("type", "submit"),
                ("name", "act"),
                ("value", &act),
                ("id", &ids.of(&["bit-", &bit.to_string()].concat())),
                ("aria-label", &says),
                ("aria-pressed", if set { "true" } else { "false" }),
            ],
        );
        html.raw(if set { "1" } else { "0" }).close("button");
    }
    html.raw("</div>");
}

/// The number line around the number.
fn neighbours(html: &mut Html, input: &Input, ids: Ids<'_>) {
    let (format, bits) = (input.format(), input.bits());
    if !format.finite(bits) {
        return;
    }
    html.raw("<div class=\"float-line\"><p class=\"float-head\">Its neighbours on the number line</p>");
    let reach = REACH.get(usize::from(input.zoom)).copied().unwrap_or(1.6);
    let (down, up) = (format.neighbour(bits, false), format.neighbour(bits, true));
    let gap = repr_f64(facts::ulp(format, bits));
    let says = format!(
        "{} on the number line, between {} and {}; the step up is {gap}.",
        repr(format, bits),
        repr(format, down),
        repr(format, up)
    );
    html.open(
        "svg",
        &[
            ("class", "lab-picture float-number-line"),
            ("width", "100%"),
            ("height", "108"),
            ("role", "img"),
            ("aria-label", &says),
        ],
    );
    let x = |ulps: f64| 50.0 + 50.0 * ulps / reach;
    let here = format.to_f64(bits);
    let ulp = facts::ulp(format, bits);
    let offset = |other: u64| (format.to_f64(other) - here) / ulp;
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
        let name = match error {
            _ if x(-error) < 0.0 => format!("← {name}"),
            _ if x(-error) > 100.0 => format!("{name} →"),
            0.0 => format!("{name}, exactly"),
            _ => name.to_string(),
        };
        label(html, "float-svg-note", (at, 18.0), anchor(at), &name);
    }
    if input.zoom == 0 {
        for (text, other, edge, anchor) in
            [(repr(format, down), down, 0.0, "start"), (repr(format, up), up, 100.0, "end")]
        {
            // A short text stands below its tick, a long one begins or ends at the edge.
            let (at, anchor) =
                if text.len() <= 16 && format.finite(other) { (x(offset(other)), "middle") } else { (edge, anchor) };
            label(html, "float-svg-text", (at, 84.0), anchor, &text);
        }
        label(html, "float-svg-text float-svg-self", (50.0, 103.0), "middle", &repr(format, bits));
    } else {
        let ulps = super::text::rounded(reach);
        label(html, "float-svg-text", (0.0, 84.0), "start", &["−", &ulps, " ulp"].concat());
        label(html, "float-svg-text", (100.0, 84.0), "end", &["+", &ulps, " ulp"].concat());
        label(html, "float-svg-text float-svg-self", (50.0, 84.0), "middle", &repr(format, bits));
    }
    html.close("svg");
    html.raw("<div class=\"lab-row float-zoom\">");
    furniture::act(html, "prev", "← previous");
    let id = ids.of("zoom");
    html.raw("<div class=\"field\">").element("label", &[("for", &id)], "Zoom out");
    let value = input.zoom.to_string();
    html.open(
        "input",
        &[
            ("id", &id),
            ("name", "zoom"),
            ("type", "range"),
            ("min", "0"),
            ("max", "3"),
            ("step", "1"),
            ("value", &value),
        ],
    );
    html.raw("</div>");
    furniture::act(html, "next", "next →");
    html.raw("</div><p class=\"lab-note\">");
    html.raw("Every number in the shaded part is stored as this one. One ulp here is ")
        .element("output", &[], gap)
        .raw(".</p></div>");
}

/// A strip of bits over the columns of [`stack`]: ones as blocks, zeros as dashes.
pub(super) fn strip(html: &mut Html, class: &'static str, cells: &[(usize, bool, bool)], columns: usize) {
    let width = columns.to_string();
    let view = ["0 0 ", &width, " 10"].concat();
    html.open(
        "svg",
        &[
            ("class", class),
            ("viewBox", &view),
            ("preserveAspectRatio", "none"),
            ("width", "100%"),
            ("height", "14"),
            ("aria-hidden", "true"),
        ],
    );
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
            html.open("path", &[("class", class), ("d", &path)]).close("path");
        }
    }
    html.close("svg");
}
