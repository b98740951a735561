//! The lab's inside: the numbers, the five results beside the exact one, how the errors grow, and the first steps of the loop.

use super::model::{self, ExactSum};
use crate::demo::float::exact::Exact;
use crate::demo::float::facts::ulp;
use crate::demo::float::format::FLOAT64;
use crate::demo::float::picture::{bar, digits, label, number, put, signed, svg};
use crate::demo::float::text::{repr_f64, rounded};
use crate::demo::{Drawing, Ids, furniture};
use crate::html::Html;
use crate::state::State;

/// What the buttons fill in, and what they say.
const PRESETS: [(&str, &str); 6] = [
    ("set 0.1, 0.2, 0.3", "0.1, 0.2, 0.3"),
    ("set 0.1*10", "ten tenths"),
    ("set 0.1*1000", "a thousand tenths"),
    ("set 1e16, 1, 1, -1e16", "small beside large"),
    ("set 1, 1e100, 1, -1e100", "Kahan fails"),
    ("set 1e308, 1e308, -1e308", "overflow"),
];

/// Lists as long as this and longer get a chart.
const CHART_FROM: usize = 16;

/// The most places where the chart looks at the sums.
const SAMPLES: usize = 100;

/// The steps that are written out.
const STEPS: usize = 10;

/// One way of adding.
struct Way {
    name: &'static str,
    call: &'static str,
    result: Result<f64, &'static str>,
}

impl Way {
    /// The result as Python prints it, or what it raises.
    fn shown(&self) -> String {
        self.result.map_or_else(String::from, repr_f64)
    }
}

fn ways(values: &[f64]) -> [Way; 5] {
    [
        Way { name: "one after the other", call: "sum() up to 3.11", result: Ok(model::naive(values)) },
        Way { name: "in pairs", call: "np.sum()", result: Ok(model::pairwise(values)) },
        Way { name: "the textbook loop", call: "Kahan", result: Ok(model::kahan(values)) },
        Way { name: "compensated", call: "sum() from 3.12", result: Ok(model::neumaier(values)) },
        Way {
            name: "exact, rounded once",
            call: "math.fsum()",

            result: model::fsum(values).map_err(|error| error.message()),
        },
    ]
}

/// Draws the lab.
pub(super) fn draw(state: State, typed: &str, values: &[f64], ids: Ids<'_>) -> Drawing {
    let finite = values.iter().all(|value| value.is_finite());
    let exact = finite.then(|| exact(values));
    let ways = ways(values);
    let mut html = Html::new();
    controls(&mut html, typed, values.len(), ids);
    answer(&mut html, exact.as_ref(), ids);
    results(&mut html, &ways, exact.as_ref());
    if let Some(exact) = exact.as_ref().filter(|_| values.len() >= CHART_FROM) {
        chart(&mut html, values, exact);
    }
    table(&mut html, values);
    let steps = words(values, &ways, exact.as_ref());
    Drawing::finished(state, html, announce(&ways, exact.as_ref()), steps)
}

fn exact(values: &[f64]) -> Exact {
    let mut sum = ExactSum::default();
    for value in values {
        sum.add(*value);
    }
    sum.value()
}

/// The float nearest to a number.
fn nearest(exact: &Exact) -> f64 {
    f64::from_bits(FLOAT64.round(exact).0)
}

/// How far a result is from the exact sum: itself, and in ulp of the float nearest to that, where there is a sum and it is not 0.
fn error(result: f64, exact: &Exact) -> Option<(f64, Option<f64>)> {
    let difference = nearest(&FLOAT64.exact(result.to_bits())?.sub(exact));
    let near = FLOAT64.round(exact).0;
    let unit = if exact.is_zero() { None } else { FLOAT64.exact(near).map(|_| FLOAT64.ulp_exponent(near)) };
    let scaled = unit.and_then(|unit| {
        let error = FLOAT64.exact(result.to_bits())?.sub(exact).scaled(unit.saturating_neg());
        Some(nearest(&error))
    });
    Some((difference, scaled))
}

fn controls(html: &mut Html, typed: &str, count: usize, ids: Ids<'_>) {
    let id = ids.of("values");
    let markup = [
        "<div class=\"field sum-values\"><label for=\"",
        "\">Numbers to add; 0.1*1000 is a thousand of them</label><textarea id=\"",
        "\" name=\"values\" rows=\"2\" autocomplete=\"off\" spellcheck=\"false\">",
        "</textarea></div><fieldset class=\"sum-presets\"><legend>Try</legend>",
    ];
    put(html, &markup, &[&id, &id, typed]);
    for (act, text) in PRESETS {
        furniture::act(html, act, text);
    }
    let values = if count == 1 { " value" } else { " values" };
    put(html, &["</fieldset><p class=\"lab-note\">", "", "</p>"], &[&count.to_string(), values]);
}

fn answer(html: &mut Html, exact: Option<&Exact>, ids: Ids<'_>) {
    let Some(exact) = exact else { return };
    let text = exact.to_decimal().unwrap_or_default();
    let shown = text.get(..72).unwrap_or(&text);
    let markup = [
        "<div class=\"sum-answer\"><p class=\"sum-exactly\">These floats add up to exactly</p>\
         <output aria-live=\"off\" class=\"lab-answer sum-exact\" for=\"",
        "\"><span class=\"lab-digits\">",
    ];
    put(html, &markup, &[&ids.of("values")]);
    digits(html, shown, 0);
    html.raw(if text.len() > shown.len() { "…" } else { "" });
    let near = FLOAT64.round(exact).0;
    let step = if FLOAT64.finite(near) && !exact.is_zero() {
        ["; one ulp there is ", &rounded(ulp(&FLOAT64, near))].concat()
    } else {
        String::new()
    };
    let markup = ["</span></output><p class=\"lab-note\">The nearest float is <code>", "</code>", ".</p></div>"];
    put(html, &markup, &[&repr_f64(nearest(exact)), &step]);
}

/// The five results, each with its error and a bar for it; the bars grow with the logarithm.
fn results(html: &mut Html, ways: &[Way; 5], exact: Option<&Exact>) {
    let error = |way: &Way| way.result.ok().zip(exact).and_then(|(result, exact)| error(result, exact));
    let errors: Vec<_> = ways.iter().map(error).collect();
    let size = |ulps: f64| libm::log2(1.0 + ulps.abs());
    let largest = errors.iter().flatten().filter_map(|error| error.1).map(size).fold(1.0, f64::max);
    html.raw(
        "<div role=\"group\" class=\"lab-scroll\" aria-label=\"Five ways to add\" tabindex=\"0\"><table class=\"lab-table sum-results\">\
         <thead><tr><th scope=\"col\">way</th><th scope=\"col\">result</th><th scope=\"col\">off by, ulp</th></tr></thead><tbody>",
    );
    for (way, error) in ways.iter().zip(&errors) {
        let markup = [
            "<tr><th scope=\"row\"><code>",
            "</code> <span class=\"sum-way\">",
            "</span></th><td><output aria-live=\"off\" class=\"sum-result",
            "\">",
            "</output></td><td class=\"sum-off\"><div class=\"sum-off-by\"><div class=\"sum-number\">",
            "<span class=\"sum-absolute\">",
            "</span></div>",
        ];
        let class = if way.result.is_err() { " sum-no" } else { "" };
        let (first, second) = match error {
            None => ("—".into(), String::new()),
            Some((absolute, None)) => (signed(*absolute), String::new()),
            Some((0.0, _)) => ("0".into(), String::new()),
            Some((absolute, Some(ulps))) => (signed(*ulps), signed(*absolute)),
        };
        put(html, &markup, &[way.call, way.name, class, &way.shown(), &first, &second]);
        if let Some(ulps) = error.and_then(|error| error.1) {
            bar(html, ulps < 0.0, size(ulps) / largest);
        }
        html.raw("</div></td></tr>");
    }
    html.raw("</tbody></table></div>");
}

/// A line of the chart: its class, its name, the way of adding.
type Curve = (&'static str, &'static str, fn(&[f64]) -> f64);

/// How the error grows while values are added: three ways, at up to a hundred places, in ulp of the whole sum.
fn chart(html: &mut Html, values: &[f64], exact_sum: &Exact) {
    let near = FLOAT64.round(exact_sum).0;
    if !FLOAT64.finite(near) || exact_sum.is_zero() {
        return;
    }
    let unit = FLOAT64.ulp_exponent(near).saturating_neg();
    let count = values.len();
    let places = count.min(SAMPLES);
    let curves: [Curve; 3] = [
        ("sum-naive", "loop", model::naive),
        ("sum-pairwise", "np.sum", model::pairwise),
        ("sum-neumaier", "sum() 3.12+", model::neumaier),
    ];
    let mut lines: [Vec<f64>; 3] = Default::default();
    let mut exact_part = ExactSum::default();
    let mut done = 0;
    for place in 1..=places {
        let upto = count * place / places;
        for value in values.get(done..upto).unwrap_or_default() {
            exact_part.add(*value);
        }
        done = upto;
        let (part, exact) = (values.get(..upto).unwrap_or_default(), exact_part.value());
        for (points, (_, _, way)) in lines.iter_mut().zip(&curves) {
            let Some(result) = FLOAT64.exact(way(part).to_bits()) else { return };
            points.push(nearest(&result.sub(&exact).scaled(unit)));
        }
    }
    let all = || lines.iter().flatten().copied();
    let (mut low, mut high) = (all().fold(-1.0, f64::min), all().fold(1.0, f64::max));
    if !low.is_finite() || !high.is_finite() {
        return;
    }
    let room = (high - low) / 12.0;
    (low, high) = (low - room, high + room);
    let y = |error: f64| 100.0 * (high - error) / (high - low);
    html.raw("<div class=\"sum-chart\"><p class=\"sum-head\">How the error grows, value by value</p>");
    let says = [
        "Error after each value, in ulp of the whole sum: at the end the loop is off by ",
        &last(&lines[0]),
        ", np.sum by ",
        &last(&lines[1]),
        ", sum() of 3.12 by ",
        &last(&lines[2]),
        ".",
    ]
    .concat();
    svg(html, "sum-curves", "190", &says);
    let zero = number(y(0.0));
    let markup = [
        "<svg x=\"0\" y=\"0\" width=\"75%\" height=\"160\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\">\
         <line class=\"lab-bar-axis\" x1=\"0\" x2=\"100\" vector-effect=\"non-scaling-stroke\" y1=\"",
        "\" y2=\"",
        "\"></line>",
    ];
    put(html, &markup, &[&zero, &zero]);
    for (points, (class, _, _)) in lines.iter().zip(&curves) {
        let mut path = ["0,", &zero].concat();
        for (at, error) in points.iter().enumerate() {
            let x = 100.0 * (at + 1) as f64 / places as f64;
            path.push_str(&[" ", &number(x), ",", &number(y(*error))].concat());
        }
        let markup = [
            "<polyline class=\"sum-curve ",
            "\" fill=\"none\" vector-effect=\"non-scaling-stroke\" points=\"",
            "\"></polyline>",
        ];
        put(html, &markup, &[class, &path]);
    }
    html.raw("</svg>");
    // Labels at the end of each line from the top down, none nearer to the next than a line of text.
    let mut lowest = 0.0f64;
    let mut labelled = [false; 3];
    for _ in 0..curves.len() {
        let end = |at: usize| lines.get(at).and_then(|points| points.last()).map_or(0.0, |error| 1.6 * y(*error));
        let open = (0..curves.len()).filter(|at| labelled.get(*at) == Some(&false));
        let Some(at) = open.reduce(|best, at| if end(at) < end(best) { at } else { best }) else { break };
        if let (Some((class, name, _)), Some(mark)) = (curves.get(at), labelled.get_mut(at)) {
            *mark = true;
            let height = (end(at) + 4.0).max(lowest).max(10.0);
            lowest = height + 15.0;
            let class = ["sum-label ", class].concat();
            label(html, &class, (76.5, height), "start", name);
        }
    }
    for error in [high - room, low + room] {
        label(html, "sum-svg-note", (0.0, 1.6 * y(error) + 4.0), "start", &[&signed(error), " ulp"].concat());
    }
    label(html, "sum-svg-note", (75.0, 180.0), "end", &[&count.to_string(), " values"].concat());
    html.raw("</svg></div>");
}

fn last(points: &[f64]) -> String {
    points.last().map_or(String::new(), |error| signed(*error))
}

/// One step of the plain loop: the total, what the rounding lost (exactly), and all that was lost so far as Neumaier adds it up.
struct Added {
    value: f64,
    total: f64,
    lost: f64,
    kept: f64,
}

fn additions(values: &[f64]) -> Vec<Added> {
    let (mut total, mut kept) = (0.0f64, 0.0);
    let step = |value: &f64| {
        let next = total + value;
        let lost = if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        kept += lost;
        total = next;
        Added { value: *value, total, lost, kept }
    };
    values.iter().take(STEPS).map(step).collect()
}

fn table(html: &mut Html, values: &[f64]) {
    if values.is_empty() {
        return;
    }
    let open = values.len() <= STEPS;
    html.raw(if open { "<details class=\"sum-fold\" open>" } else { "<details class=\"sum-fold\">" });
    html.raw(
        "<summary>What each addition loses</summary>\
         <div role=\"group\" class=\"lab-scroll\" aria-label=\"What each addition loses\" tabindex=\"0\"><table class=\"lab-table\">\
         <thead><tr><th scope=\"col\">add</th><th scope=\"col\">total, rounded</th><th scope=\"col\">lost here</th>\
         <th scope=\"col\">kept aside by sum() 3.12+</th></tr></thead><tbody>",
    );
    for step in additions(values) {
        let markup = ["<tr><th scope=\"row\"><code>", "</code></th><td><code>", "</code></td>"];
        put(html, &markup, &[&repr_f64(step.value), &repr_f64(step.total)]);
        for amount in [step.lost, step.kept] {
            let class = if amount == 0.0 || !amount.is_finite() { "" } else { " sum-no" };
            let text = if amount.is_finite() { signed(amount) } else { "—".into() };
            put(html, &["<td class=\"sum-number", "\">", "</td>"], &[class, &text]);
        }
        html.raw("</tr>");
    }
    html.raw("</tbody></table></div>");
    if !open {
        put(html, &["<p class=\"lab-note\">The first 10 of ", ".</p>"], &[&values.len().to_string()]);
    }
    html.raw("</details>");
}

fn announce(ways: &[Way; 5], exact: Option<&Exact>) -> String {
    let mut out = String::new();
    for way in ways {
        let result = way.shown();
        let ulps =
            way.result.ok().zip(exact).and_then(|(result, exact)| error(result, exact)).and_then(|error| error.1);
        let off = match ulps {
            Some(0.0) | None => String::new(),
            Some(ulps) => format!(", {} ulp off", signed(ulps)),
        };
        out.push_str(&[way.call, ": ", &result, &off, ". "].concat());
    }
    out.trim_end().to_string()
}

fn words(values: &[f64], ways: &[Way; 5], exact: Option<&Exact>) -> Vec<String> {
    let mut steps = Vec::new();
    for step in additions(values) {
        let total = repr_f64(step.total);
        steps.push(match step.lost {
            0.0 => format!("Adding {} gives {total}, exactly.", repr_f64(step.value)),
            lost if lost.is_finite() => {
                format!("Adding {} gives {total}, rounded; {} is lost.", repr_f64(step.value), signed(lost))
            }
            _ => format!("Adding {} gives {total}.", repr_f64(step.value)),
        });
    }
    if values.len() > STEPS {
        steps.push(format!("So it goes on to value {}.", values.len()));
    }
    let shape = match values.len() {
        0..8 => "np.sum adds fewer than 8 values one after the other, as a loop does.".to_string(),
        8..=128 => "np.sum keeps eight running sums, of every eighth value, and adds those up in pairs.".to_string(),
        n => format!(
            "np.sum halves the {n} values until at most 128 are left, and keeps eight running sums of each part."
        ),
    };
    steps.push(shape);
    steps.push("Every value is a float here, whole ones too; Python's sum() adds ints exactly as long as it meets nothing else.".into());
    steps.push("sum() from Python 3.12 on adds up what each rounding loses and adds that in at the end.".into());
    if let Err(message) = ways[4].result {
        steps.push(format!("math.fsum raises {message}."));
    } else if exact.is_some() {
        steps.push(
            "math.fsum keeps partial sums that lose nothing and rounds once: it is the float nearest to the exact sum."
                .into(),
        );
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_exact() {
        let tenths = [0.1; 10];
        let exact = exact(&tenths);
        assert_eq!(nearest(&exact), 1.0);
        let (difference, ulps) = error(model::naive(&tenths), &exact).unwrap();
        assert!(difference < -1.1e-16 && difference > -2.3e-16);
        assert!((ulps.unwrap() + 0.75).abs() < 1e-12, "{ulps:?}");
        assert_eq!(error(1.0, &exact).and_then(|error| error.1), Some(-0.25));
    }

    #[test]
    fn what_was_lost_is_what_is_missing() {
        let steps = additions(&[1e16, 1.0, 1.0, -1e16]);
        let totals: Vec<_> = steps.iter().map(|step| step.total).collect();
        assert_eq!(totals, [1e16, 1e16, 1e16, 0.0]);
        assert_eq!(steps.last().map(|step| step.kept), Some(2.0));
    }
}
