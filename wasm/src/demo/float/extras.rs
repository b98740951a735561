//! The folded parts: closeness, whole numbers, ranges, all numbers.

use super::Input;
use super::big::Big;
use super::closeness::{self, Tolerances, Verdict};
use super::exact::Exact;
use super::facts::{Facts, ulp};
use super::format::{FORMATS, Kind, Rounding};
use super::picture::{dot, label, line, minus, rect};
use super::text::{brief, hex_float, repr, repr_f64, rounded};
use super::words::whole_numbers;
use crate::demo::{Ids, furniture};
use crate::html::Html;

/// Opens `<details>`.
fn fold(html: &mut Html, open: bool, summary: &str) {
    html.raw(if open { "<details class=\"float-fold\" open>" } else { "<details class=\"float-fold\">" });
    html.element("summary", &[], summary);
}

/// `math.isclose` and `numpy.isclose` beside one another.
pub(super) fn closeness(
    html: &mut Html,
    input: &Input,
    ids: Ids<'_>,
    math: Tolerances,
    numpy: Tolerances,
) -> Result<(), String> {
    let format = input.format();
    let a = format.to_f64(input.bits());
    let typed = input.compare.trim();
    let other = if typed.is_empty() { None } else { Some(super::read_value(typed, format)?) };
    fold(html, input.compares(), "Is it close? math.isclose and numpy.isclose");
    html.raw("<div class=\"lab-row\">");
    furniture::text_field(html, ids, "compare", "compare", "Compare with", &input.compare);
    furniture::text_field(html, ids, "rel_tol", "rel_tol", "Relative tolerance", &input.rel_tol);
    furniture::text_field(html, ids, "abs_tol", "abs_tol", "Absolute tolerance", &input.abs_tol);
    html.raw("</div><p class=\"lab-note\">Left empty, each function keeps its own: ");
    html.raw("<code>rel_tol=1e-09, abs_tol=0</code> in math, <code>rtol=1e-05, atol=1e-08</code> in NumPy.</p>");
    let b = other.map_or(a, |reading| format.to_f64(reading.bits));
    let calls: [(&str, &str, Verdict); 3] = [
        ("math.isclose(a, b)", "max(rel × |a|, rel × |b|, abs)", closeness::math(a, b, math)),
        ("np.isclose(a, b)", "atol + rtol × |b|", closeness::numpy(a, b, numpy)),
        ("np.isclose(b, a)", "atol + rtol × |a|", closeness::numpy(b, a, numpy)),
    ];
    let difference = (b - a).abs();
    if typed.is_empty() {
        html.raw(
            "<p class=\"lab-note\">With nothing to compare with, this is how far a neighbour of a may be away.</p>",
        );
    } else {
        html.raw("<p class=\"float-difference\">|a − b| = ").element("output", &[], repr_f64(difference));
        if a.is_finite() && b.is_finite() && difference > 0.0 {
            html.text(format_args!(", {} ulp of a", rounded(difference / ulp(format, input.bits()))));
        }
        html.raw("</p>");
    }
    reach(html, &calls, difference, !typed.is_empty());
    html.raw("<div class=\"lab-scroll\" role=\"region\" aria-label=\"What the functions allow and answer\" tabindex=\"0\"><table class=\"lab-table\">");
    html.raw("<thead><tr><th scope=\"col\">call</th><th scope=\"col\">allows</th><th scope=\"col\">which is</th>");
    html.raw(if typed.is_empty() { "" } else { "<th scope=\"col\">answer</th>" }).raw("</tr></thead><tbody>");
    for (call, rule, verdict) in calls {
        html.raw("<tr><th scope=\"row\">").element("code", &[], call).raw("</th>").element("td", &[], rule);
        html.element("td", &[("class", "float-number")], minus(rounded(verdict.allowed)));
        if !typed.is_empty() {
            let (class, says) = if verdict.close { ("float-yes", "True") } else { ("float-no", "False") };
            html.open("td", &[("class", class)]).element("output", &[], says).close("td");
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div></details>");
    Ok(())
}

/// How far each call reaches, and where |a - b| lies: distances on a logarithmic axis.
fn reach(html: &mut Html, calls: &[(&str, &str, Verdict); 3], difference: f64, compared: bool) {
    let distances = calls.iter().map(|call| call.2.allowed).chain([difference]).filter(|d| *d > 0.0 && d.is_finite());
    let (low, high) = distances.fold((f64::INFINITY, 0.0f64), |(low, high), d| (low.min(d), high.max(d)));
    if high == 0.0 {
        return;
    }
    let (low, high) = (libm::floor(libm::log10(low)) - 1.0, libm::ceil(libm::log10(high)) + 0.5);
    let x = |distance: f64| match distance {
        d if d <= 0.0 || d.is_nan() => 0.0,
        d if d.is_infinite() => 100.0,
        d => (100.0 * (libm::log10(d) - low) / (high - low)).clamp(0.0, 100.0),
    };
    let says =
        format!("Distances that count as close, on a logarithmic axis; the difference is {}.", repr_f64(difference));
    html.open(
        "svg",
        &[
            ("class", "lab-picture float-reach"),
            ("width", "100%"),
            ("height", "104"),
            ("role", "img"),
            ("aria-label", &says),
        ],
    );
    for (at, (call, _, verdict)) in calls.iter().enumerate() {
        let y = 8.0 + 26.0 * at as f64;
        rect(
            html,
            if verdict.close || !compared { "float-reach-yes" } else { "float-reach-no" },
            (0.0, y),
            (x(verdict.allowed), 18.0),
        );
        label(html, "float-svg-call", (1.0, y + 13.0), "start", call);
    }
    line(html, "float-axis", (0.0, 86.0), (100.0, 86.0));
    let step = libm::ceil((high - low) / 6.0).max(1.0);
    let mut decade = low + 1.0;
    while decade < high {
        let at = 100.0 * (decade - low) / (high - low);
        line(html, "float-tick", (at, 83.0), (at, 89.0));
        let text = ["1e", &minus(super::picture::number(decade))].concat();
        label(html, "float-svg-note", (at, 101.0), "middle", &text);
        decade += step;
    }
    if compared {
        let at = x(difference);
        line(html, "float-self", (at, 2.0), (at, 90.0));
        dot(html, "float-stored", (at, 86.0), 4.0);
    }
    html.close("svg");
}

/// Where whole numbers stop being exact: nine of them and the floats they become.
pub(super) fn integers(html: &mut Html, input: &Input) {
    let (format, bits) = (input.format(), input.bits());
    let limit = 1i128 << format.precision();
    // Around the number itself if it is a whole one of int64 past the limit, else around the limit. e4m3fn ends soon after its limit.
    let own = input
        .reading
        .exact
        .as_ref()
        .or(format.exact(bits).as_ref())
        .and_then(whole)
        .filter(|own| own.unsigned_abs() >= limit as u128);
    let centre = own.unwrap_or(limit).clamp(i128::from(i64::MIN) + 4, i128::from(i64::MAX) - 4);
    fold(html, own.is_some(), "Where whole numbers get lost");
    html.raw("<p class=\"lab-note\">").text(format_args!(
        "A {} has {} significant bits: it holds every whole number up to {}. Past that only every 2nd, past twice that only every 4th. \
         NumPy rounds like this wherever int64 meets {}, without a word.",
        format.name,
        format.precision(),
        whole_numbers(format.precision()),
        format.name
    ));
    html.raw("</p>");
    let numbers: Vec<(i128, u64, Rounding)> = (centre - 4..=centre + 4)
        .map(|number| {
            let value = Exact::new(number < 0, Big::new(number.unsigned_abs() as u64), 0);
            let (bits, rounding) = format.round(&value);
            (number, bits, rounding)
        })
        .collect();
    let x = |number: f64| 50.0 + 11.5 * number;
    let says = format!("Nine whole numbers around {centre}, each with a line to the {} it becomes.", format.name);
    html.open(
        "svg",
        &[
            ("class", "lab-picture float-integers"),
            ("width", "100%"),
            ("height", "118"),
            ("role", "img"),
            ("aria-label", &says),
        ],
    );
    for (number, bits, rounding) in &numbers {
        let from = x((number - centre) as f64);
        if let Some(stored) = format.exact(*bits).as_ref().and_then(whole) {
            let to = x((stored - centre) as f64);
            let kept = *rounding == Rounding::Exact;
            line(html, if kept { "float-kept" } else { "float-lost" }, (from, 38.0), (to, 78.0));
            dot(html, if kept { "float-kept-dot" } else { "float-lost-dot" }, (from, 38.0), 4.5);
            if (0.0..=100.0).contains(&to) {
                dot(html, "float-stored", (to, 78.0), 5.0);
            }
        }
        let offset = number - centre;
        let text = match offset {
            0 => String::from("0"),
            _ => minus(format!("{}{offset}", if offset > 0 { "+" } else { "" })),
        };
        label(html, "float-svg-note", (from, 26.0), "middle", &text);
    }
    let text = [&centre.to_string(), " + …"].concat();
    label(html, "float-svg-text", (50.0, 12.0), "middle", &text);
    label(html, "float-svg-text", (50.0, 108.0), "middle", &["the ", format.name, " it becomes"].concat());
    html.close("svg");
    html.raw("<div class=\"lab-scroll\" role=\"region\" aria-label=\"Whole numbers and what they become\" tabindex=\"0\"><table class=\"lab-table\">");
    html.raw("<thead><tr><th scope=\"col\">int64</th><th scope=\"col\">becomes</th><th scope=\"col\">off by</th></tr></thead><tbody>");
    for (number, bits, _) in &numbers {
        html.raw("<tr><th scope=\"row\">").text(minus(number)).raw("</th>");
        match format.exact(*bits).as_ref().and_then(Exact::to_decimal) {
            Some(stored) => {
                html.element("td", &[("class", "float-number")], minus(&stored));
                let off = stored.parse::<i128>().map_or(0, |stored| stored - number);
                let off = if off > 0 { format!("+{off}") } else { minus(off) };
                html.element(
                    "td",
                    &[("class", if off == "0" { "float-number" } else { "float-number float-no" })],
                    off,
                );
            }
            None => {
                html.element("td", &[("class", "float-number")], repr(format, *bits)).raw("<td>—</td>");
            }
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div></details>");
}

/// The whole number it is, if it is one of int64's size.
fn whole(exact: &Exact) -> Option<i128> {
    let text = exact.to_decimal()?;
    if text.len() > 20 {
        return None;
    }
    text.parse::<i128>().ok().filter(|number| i64::try_from(*number).is_ok())
}

/// How far each format reaches.
pub(super) fn ranges(html: &mut Html, input: &Input) {
    fold(html, false, "How far each format reaches");
    let (low, high) = (-1090.0, 1040.0);
    let across = |exponent: f64| (100.0 * (exponent - low) / (high - low)).clamp(0.0, 100.0);
    let x = |exponent: i32| across(f64::from(exponent));
    let says = "The range of each format on a logarithmic axis, from the smallest subnormal to the largest number.";
    html.open(
        "svg",
        &[
            ("class", "lab-picture float-ranges"),
            ("width", "100%"),
            ("height", "166"),
            ("role", "img"),
            ("aria-label", says),
        ],
    );
    for (at, format) in FORMATS.iter().enumerate() {
        let y = 6.0 + 24.0 * at as f64;
        let (tiny, normal) = (x(format.ulp_exponent(1)), x(format.min_exponent()));
        let largest = x(format.ulp_exponent(format.max()) + format.precision() as i32);
        rect(html, "float-range-subnormal", (tiny, y), (normal - tiny, 16.0));
        rect(html, "float-range", (normal, y), (largest - normal, 16.0));
        label(html, "float-svg-call", (1.0, y + 12.0), "start", format.name);
    }
    line(html, "float-axis", (0.0, 150.0), (100.0, 150.0));
    for (decade, text) in [(-300, "1e−300"), (-150, "1e−150"), (0, "1"), (150, "1e150"), (300, "1e300")] {
        let at = across(f64::from(decade) * std::f64::consts::LOG2_10);
        line(html, "float-tick", (at, 147.0), (at, 153.0));
        label(html, "float-svg-note", (at, 165.0), "middle", text);
    }
    if let Some(value) = input.format().exact(input.bits()).filter(|value| !value.is_zero()) {
        let at = x(value.exponent());
        line(html, "float-self", (at, 2.0), (at, 150.0));
    }
    html.close("svg");
    html.raw("<div class=\"lab-scroll\" role=\"region\" aria-label=\"The formats\" tabindex=\"0\"><table class=\"lab-table\">");
    html.raw("<thead><tr><th scope=\"col\">format</th><th scope=\"col\">exponent, fraction bits</th><th scope=\"col\">largest</th>");
    html.raw("<th scope=\"col\">smallest normal</th><th scope=\"col\">smallest</th><th scope=\"col\">1 ulp at 1</th></tr></thead><tbody>");
    for format in FORMATS {
        let one = format.round(&Exact::new(false, Big::new(1), 0)).0;
        html.raw("<tr>").element("th", &[("scope", "row")], format.name);
        html.element(
            "td",
            &[("class", "float-number")],
            format_args!("{}, {}", format.exponent_bits, format.fraction_bits),
        );
        for text in [
            brief(format, format.max()),
            brief(format, format.min_normal()),
            brief(format, 1),
            rounded(ulp(format, one)),
        ] {
            html.element("td", &[("class", "float-number")], minus(text));
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div></details>");
}

/// Everything about the number in a table.
pub(super) fn numbers(html: &mut Html, input: &Input) {
    let (format, bits) = (input.format(), input.bits());
    let facts = Facts::new(format, bits);
    let shown = |bits: u64| format!("{} (0x{})", repr(format, bits), format.hex(bits));
    fold(html, false, "All about this number");
    html.raw("<div class=\"lab-scroll\" role=\"region\" aria-label=\"All about this number\" tabindex=\"0\">");
    html.raw("<table class=\"lab-table float-facts\"><tbody>");
    let fraction = format!("0x{:x} of {} bits", format.fraction_field(bits), format.fraction_bits);
    let exponent = format!("{} of {} bits, bias {}", facts.exponent_field, format.exponent_bits, format.bias());
    let mut rows = vec![
        ("bits", ["0x", &facts.bits].concat()),
        ("float.hex()", hex_float(format, bits)),
        ("kind", facts.kind.name().to_string()),
        ("sign bit", facts.sign.to_string()),
        ("exponent field", exponent),
        (if facts.kind == Kind::Nan { "payload" } else { "fraction field" }, fraction),
        ("ulp", facts.ulp),
        ("next below", shown(format.neighbour(bits, false))),
        ("next above", shown(format.neighbour(bits, true))),
    ];
    // Python reads a literal as float64, whatever it is made into.
    if let Ok(twice) = super::facts::Reading::literal(&input.value, format, true)
        && twice.bits != bits
    {
        rows.push(("through float64", format!("{}: rounded twice, it ends up elsewhere", shown(twice.bits))));
    }
    for (name, value) in rows {
        html.raw("<tr>")
            .element("th", &[("scope", "row")], name)
            .raw("<td>")
            .element("code", &[], value)
            .raw("</td></tr>");
    }
    html.raw("</tbody></table></div></details>");
}
