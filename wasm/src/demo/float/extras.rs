//! The folded parts: closeness, whole numbers, ranges, all numbers.

use super::Input;
use super::big::Big;
use super::closeness::{self, Tolerances, Verdict};
use super::exact::Exact;
use super::facts::{Facts, ulp};
use super::format::{FORMATS, Kind, Rounding};
use super::picture::{dot, label, line, minus, number, put, rect, svg};
use super::text::{brief, hex_float, repr, repr_f64, rounded};
use super::words::whole_numbers;
use crate::demo::{Ids, furniture};
use crate::html::Html;

/// Opens `<details>`.
fn fold(html: &mut Html, open: bool, summary: &str) {
    html.raw(if open { "<details class=\"float-fold\" open>" } else { "<details class=\"float-fold\">" });
    put(html, &["<summary>", "</summary>"], &[summary]);
}

/// Opens a table that scrolls in its own box; `head` is the inside of its head.
fn table(html: &mut Html, says: &str, head: &'static str) {
    let markup = [
        "<div role=\"group\" class=\"lab-scroll\" aria-label=\"",
        "\" tabindex=\"0\"><table class=\"lab-table\"><thead><tr>",
    ];
    put(html, &markup, &[says]);
    html.raw(head).raw("</tr></thead><tbody>");
}

const TABLE_END: &str = "</tbody></table></div></details>";

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
    let compared = !typed.is_empty();
    if compared {
        let off = match difference / ulp(format, input.bits()) {
            ulps if ulps > 0.0 && ulps.is_finite() => [", ", &rounded(ulps), " ulp of a"].concat(),
            _ => String::new(),
        };
        let markup = ["<p class=\"float-difference\">|a − b| = <output aria-live=\"off\">", "</output>", "</p>"];
        put(html, &markup, &[&repr_f64(difference), &off]);
    } else {
        html.raw(
            "<p class=\"lab-note\">With nothing to compare with, this is how far a neighbor of a may be away.</p>",
        );
    }
    reach(html, &calls, difference, compared);
    let head = "<th scope=\"col\">call</th><th scope=\"col\">allows</th><th scope=\"col\">which is</th><th scope=\"col\">answer</th>";
    table(html, "What the functions allow and answer", head);
    for (call, rule, verdict) in calls {
        let markup = [
            "<tr><th scope=\"row\"><code>",
            "</code></th><td>",
            "</td><td class=\"float-number\">",
            "</td><td class=\"",
            "\"><output aria-live=\"off\">",
            "</output></td></tr>",
        ];
        let (class, says) = match verdict.close {
            _ if !compared => ("float-number", "—"),
            true => ("float-yes", "True"),
            false => ("float-no", "False"),
        };
        put(html, &markup, &[call, rule, &minus(rounded(verdict.allowed)), class, says]);
    }
    html.raw(TABLE_END);
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
    let difference_text = repr_f64(difference);
    let says =
        ["Distances that count as close, on a logarithmic axis; the difference is ", &difference_text, "."].concat();
    svg(html, "float-reach", "104", &says);
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
        let text = ["1e", &minus(number(decade))].concat();
        label(html, "float-svg-note", (at, 101.0), "middle", &text);
        decade += step;
    }
    if compared {
        let at = x(difference);
        line(html, "float-self", (at, 2.0), (at, 90.0));
        dot(html, "float-stored", (at, 86.0), 4.0);
    }
    html.raw("</svg>");
}

/// Where whole numbers stop being exact: nine of them and the floats they become.
pub(super) fn integers(html: &mut Html, input: &Input) {
    let (format, bits) = (input.format(), input.bits());
    let limit = 1i64 << format.precision();
    // Around the number itself if it is a whole one of int64 past the limit, else around the limit.
    let own = input.reading.exact.as_ref().or(format.exact(bits).as_ref()).and_then(Exact::to_i64);
    let own = own.filter(|own| own.unsigned_abs() >= limit.unsigned_abs());
    let centre = own.unwrap_or(limit).clamp(i64::MIN + 4, i64::MAX - 4);
    fold(html, own.is_some(), "Where whole numbers get lost");
    let markup = [
        "<p class=\"lab-note\">A ",
        " has ",
        " significant bits: it holds every whole number up to ",
        ". Past that only every 2nd, past twice that only every 4th. NumPy rounds like this wherever int64 meets ",
        ", without a word.</p>",
    ];
    let precision = format.precision();
    put(html, &markup, &[format.name, &precision.to_string(), &whole_numbers(precision), format.name]);
    // Where the step between floats is large, nine numbers a quarter of it apart.
    let step = match format.round(&Exact::new(false, Big::new(centre.unsigned_abs()), 0)).0 {
        near if format.finite(near) => {
            1i64.checked_shl((format.ulp_exponent(near) - 2).max(0).unsigned_abs()).unwrap_or(1)
        }
        _ => 1,
    };
    let shown = minus(centre.to_string());
    let says = ["Whole numbers around ", &shown, ", each with a line to the ", format.name, " it becomes."].concat();
    svg(html, "float-integers", "118", &says);
    let x = |offset: i64| 50.0 + 11.5 * offset as f64 / step as f64;
    let mut rows = Html::new();
    for place in -4..=4 {
        let offset = step.saturating_mul(place);
        let number = centre.saturating_add(offset);
        let value = Exact::new(number < 0, Big::new(number.unsigned_abs()), 0);
        let (bits, rounding) = format.round(&value);
        let (kept, from) = (rounding == Rounding::Exact, x(offset));
        let error = format.exact(bits).and_then(|stored| stored.sub(&value).to_i64());
        if let Some(error) = error {
            let to = x(offset.saturating_add(error));
            let (class, dot_class) =
                if kept { ("float-kept", "float-kept-dot") } else { ("float-lost", "float-lost-dot") };
            line(html, class, (from, 38.0), (to, 78.0));
            dot(html, dot_class, (from, 38.0), 4.5);
            if (0.0..=100.0).contains(&to) {
                dot(html, "float-stored", (to, 78.0), 5.0);
            }
        }
        label(html, "float-svg-note", (from, 26.0), "middle", &signed(offset));
        let markup = [
            "<tr><th scope=\"row\">",
            "</th><td class=\"float-number\">",
            "</td><td class=\"float-number",
            "\">",
            "</td></tr>",
        ];
        let stored = format.exact(bits).and_then(|stored| stored.to_decimal()).unwrap_or_else(|| repr(format, bits));
        let off = error.map_or("—".into(), signed);
        put(
            &mut rows,
            &markup,
            &[&minus(number.to_string()), &minus(stored), if kept { "" } else { " float-no" }, &off],
        );
    }
    label(html, "float-svg-text", (50.0, 12.0), "middle", &[&shown, " + …"].concat());
    label(html, "float-svg-text", (50.0, 108.0), "middle", &["the ", format.name, " it becomes"].concat());
    html.raw("</svg>");
    let head = "<th scope=\"col\">int64</th><th scope=\"col\">becomes</th><th scope=\"col\">off by</th>";
    table(html, "Whole numbers and what they become", head);
    html.html(&rows).raw(TABLE_END);
}

/// A whole number with its sign.
fn signed(number: i64) -> String {
    let text = minus(number.to_string());
    if number > 0 { ["+", &text].concat() } else { text }
}

/// How far each format reaches.
pub(super) fn ranges(html: &mut Html, input: &Input) {
    fold(html, false, "How far each format reaches");
    let (low, high) = (-1090.0, 1040.0);
    let across = |exponent: f64| (100.0 * (exponent - low) / (high - low)).clamp(0.0, 100.0);
    let x = |exponent: i32| across(f64::from(exponent));
    let says = "The range of each format on a logarithmic axis, from the smallest subnormal to the largest number.";
    svg(html, "float-ranges", "166", says);
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
    html.raw("</svg>");
    let head = "<th scope=\"col\">format</th><th scope=\"col\">exponent, fraction bits</th><th scope=\"col\">largest</th>\
                <th scope=\"col\">smallest normal</th><th scope=\"col\">smallest</th><th scope=\"col\">1 ulp at 1</th>";
    table(html, "The formats", head);
    for format in FORMATS {
        let one = format.round(&Exact::new(false, Big::new(1), 0)).0;
        let markup = [
            "<tr><th scope=\"row\">",
            "</th><td class=\"float-number\">",
            ", ",
            "</td><td class=\"float-number\">",
            "</td><td class=\"float-number\">",
            "</td><td class=\"float-number\">",
            "</td><td class=\"float-number\">",
            "</td></tr>",
        ];
        let [largest, normal, tiniest] = [format.max(), format.min_normal(), 1].map(|bits| minus(brief(format, bits)));
        let step = minus(rounded(ulp(format, one)));
        let (exponent, fraction) = (format.exponent_bits.to_string(), format.fraction_bits.to_string());
        put(html, &markup, &[format.name, &exponent, &fraction, &largest, &normal, &tiniest, &step]);
    }
    html.raw(TABLE_END);
}

/// Everything about the number in a table.
pub(super) fn numbers(html: &mut Html, input: &Input) {
    let (format, bits) = (input.format(), input.bits());
    let facts = Facts::new(format, bits);
    let shown = |bits: u64| [&repr(format, bits), " (0x", &format.hex(bits), ")"].concat();
    fold(html, false, "All about this number");
    html.raw("<div role=\"group\" class=\"lab-scroll\" aria-label=\"All about this number\" tabindex=\"0\">");
    html.raw("<table class=\"lab-table float-facts\"><tbody>");
    let of = |value: &str, count: u32| [value, " of ", &count.to_string(), " bits"].concat();
    let fraction = format!("{:#x}", format.fraction_field(bits));
    let exponent = of(&facts.exponent_field.to_string(), format.exponent_bits);
    row(html, "bits", &["0x", &facts.bits].concat());
    row(html, "float.hex()", &hex_float(format, bits));
    row(html, "kind", facts.kind.name());
    row(html, "sign bit", if facts.sign == 1 { "1" } else { "0" });
    row(html, "exponent field", &[&exponent, ", bias ", &format.bias().to_string()].concat());
    let name = if facts.kind == Kind::Nan { "payload" } else { "fraction field" };
    row(html, name, &of(&fraction, format.fraction_bits));
    row(html, "ulp", &facts.ulp);
    row(html, "next below", &shown(format.neighbour(bits, false)));
    row(html, "next above", &shown(format.neighbour(bits, true)));
    // Python reads a literal as float64, whatever it is made into.
    if let Ok(twice) = super::facts::Reading::literal(&input.value, format, true)
        && twice.bits != bits
    {
        row(html, "through float64", &[&shown(twice.bits), ": rounded twice, it ends up elsewhere"].concat());
    }
    html.raw(TABLE_END);
}

fn row(html: &mut Html, name: &str, value: &str) {
    put(html, &["<tr><th scope=\"row\">", "</th><td><code>", "</code></td></tr>"], &[name, value]);
}
