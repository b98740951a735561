//! A plot as HTML: SVG as wide as its place and of a fixed height, a legend, and the data as a table. What lies across is in percent
//! and what stands upright in pixels, so that text keeps its size on any screen; the lines live in an inner `svg` that is stretched.

use fieldguide_wasm::html::escape;

use super::scale::Scale;
use super::{Plot, Series};

/// The space between the axes: left edge and width in percent, top and height in pixels.
const LEFT: f64 = 13.0;
const WIDTH: f64 = 84.0;
const TOP: f64 = 34.0;
const HEIGHT: f64 = 230.0;
/// For the marks of the x axis and its label.
const BELOW: f64 = 52.0;

/// The whole figure.
pub(super) fn figure(plot: &Plot) -> String {
    let values = plot.series.iter().flat_map(|series| series.values.iter().flatten().copied());
    let y = Scale::new(values, plot.log_y, plot.bars);
    let x = plot.places.as_ref().map(|places| Scale::new(places.iter().copied(), plot.log_x, false));
    let mut out = format!("<figure class=\"plot\"><figcaption>{}</figcaption>\n", escape(&plot.title));
    picture(plot, x.as_ref(), &y, &mut out);
    if plot.series.len() > 1 {
        legend(plot, &mut out);
    }
    table(plot, &mut out);
    out + "</figure>\n"
}

fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn percent(part: f64) -> String {
    short(LEFT + WIDTH * part) + "%"
}

fn up(part: f64) -> f64 {
    TOP + HEIGHT * (1.0 - part)
}

/// Where the `i`th place lies, from 0 to 1.
fn across(plot: &Plot, x: Option<&Scale>, i: usize) -> f64 {
    match (x, plot.places.as_ref().and_then(|places| places.get(i))) {
        (Some(scale), Some(value)) => scale.place(*value),
        // Names stand in the middle of their share.
        _ => (i as f64 + 0.5) / plot.names.len().max(1) as f64,
    }
}

fn picture(plot: &Plot, x: Option<&Scale>, y: &Scale, out: &mut String) {
    let kind = if plot.bars { "Bar chart" } else { "Line chart" };
    let names: Vec<&str> = plot.series.iter().map(|series| series.name.as_str()).collect();
    let label = format!(
        "{kind}: {}. {} by {}, for {}. The data stands below.",
        plot.title,
        plot.y_label,
        plot.x_label,
        names.join(", ")
    );
    let height = TOP + HEIGHT + BELOW;
    out.push_str(&format!(
        "<svg class=\"plot-picture\" role=\"img\" aria-label=\"{}\" width=\"100%\" height=\"{height}\">",
        escape(&label)
    ));
    text(out, "plot-label", "0", 14.0, "start", &plot.y_label);
    for (value, label) in &y.ticks {
        let height = up(y.place(*value));
        line(out, "plot-grid", [&percent(0.0), &percent(1.0)], [height, height]);
        out.push_str(&format!(
            "<text class=\"plot-tick\" x=\"{}\" dx=\"-8\" y=\"{}\" text-anchor=\"end\">{}</text>",
            percent(0.0),
            short(height + 4.5),
            escape(label)
        ));
    }
    let bottom = up(0.0);
    for (part, label) in x_ticks(plot, x) {
        let at = percent(part);
        line(out, "plot-mark", [&at, &at], [bottom, bottom + 5.0]);
        text(out, "plot-tick", &at, bottom + 20.0, "middle", &label);
    }
    line(out, "plot-axis", [&percent(0.0), &percent(1.0)], [up(y.ground()), up(y.ground())]);
    text(out, "plot-label", &percent(0.5), bottom + 44.0, "middle", &plot.x_label);
    match plot.bars {
        true => bars(plot, y, out),
        false => lines(plot, x, y, out),
    }
    out.push_str("</svg>\n");
}

/// The marks of the x axis: those of its scale, or names, as many as have room.
fn x_ticks(plot: &Plot, x: Option<&Scale>) -> Vec<(f64, String)> {
    if let Some(scale) = x {
        return scale.ticks.iter().map(|(value, label)| (scale.place(*value), label.clone())).collect();
    }
    let longest = plot.names.iter().map(|name| name.chars().count()).max().unwrap_or(1).max(1);
    // On a phone some 38 characters have room side by side.
    let stride = (plot.names.len() * (longest + 1)).div_ceil(38).max(1);
    let names = plot.names.iter().enumerate().step_by(stride);
    names.map(|(i, name)| (across(plot, None, i), shortened(name))).collect()
}

fn shortened(name: &str) -> String {
    const LONGEST: usize = 14;
    if name.chars().count() <= LONGEST {
        return name.to_string();
    }
    name.chars().take(LONGEST - 1).collect::<String>() + "…"
}

fn line(out: &mut String, class: &str, x: [&str; 2], y: [f64; 2]) {
    out.push_str(&format!(
        "<line class=\"{class}\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"></line>",
        x[0],
        x[1],
        short(y[0]),
        short(y[1])
    ));
}

fn text(out: &mut String, class: &str, x: &str, y: f64, anchor: &str, text: &str) {
    out.push_str(&format!(
        "<text class=\"{class}\" x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
        short(y),
        escape(text)
    ));
}

fn bars(plot: &Plot, y: &Scale, out: &mut String) {
    let count = plot.names.len().max(1) as f64;
    let width = 0.72 / count / plot.series.len().max(1) as f64;
    for (number, series) in plot.series.iter().enumerate() {
        for (i, value) in series.values.iter().enumerate() {
            let Some(value) = value else { continue };
            let left = (i as f64 + 0.14) / count + width * number as f64;
            let (a, b) = (up(y.place(*value)), up(y.ground()));
            out.push_str(&format!(
                "<rect class=\"plot-bar plot-{}\" x=\"{}\" width=\"{}%\" y=\"{}\" height=\"{}\"></rect>",
                number + 1,
                percent(left),
                short(WIDTH * width * 0.94),
                short(a.min(b)),
                short((a - b).abs().max(1.0))
            ));
        }
    }
}

fn lines(plot: &Plot, x: Option<&Scale>, y: &Scale, out: &mut String) {
    // Many points run together: only their line is drawn.
    if plot.names.len() <= 40 {
        for (number, series) in plot.series.iter().enumerate() {
            for (i, value) in series.values.iter().enumerate() {
                let Some(value) = value else { continue };
                let (cx, cy) = (percent(across(plot, x, i)), short(up(y.place(*value))));
                out.push_str(&format!("<svg x=\"{cx}\" y=\"{cy}\" overflow=\"visible\">{}</svg>", mark(number)));
            }
        }
    }
    out.push_str(&format!(
        "<svg class=\"plot-lines\" x=\"{}\" y=\"{TOP}\" width=\"{WIDTH}%\" height=\"{HEIGHT}\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" overflow=\"visible\">",
        percent(0.0)
    ));
    for (number, series) in plot.series.iter().enumerate() {
        for points in runs(plot, series, x, y) {
            out.push_str(&format!("<polyline class=\"plot-line plot-{}\" points=\"{points}\"></polyline>", number + 1));
        }
    }
    out.push_str("</svg>");
}

/// The points of a line in a space of 1000 by 1000, cut at its gaps.
fn runs(plot: &Plot, series: &Series, x: Option<&Scale>, y: &Scale) -> Vec<String> {
    let mut runs = vec![String::new()];
    for (i, value) in series.values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => {
                let (at, height) = (across(plot, x, i) * 1000.0, (1.0 - y.place(*value)) * 1000.0);
                run.push_str(&format!("{}{},{}", if run.is_empty() { "" } else { " " }, short(at), short(height)));
            }
            _ => runs.push(String::new()),
        }
    }
    runs.retain(|run| run.contains(' '));
    runs
}

/// A line's mark, by shape before colour, around the origin.
fn mark(number: usize) -> String {
    let shape = match number {
        0 => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
        1 => "M-3.6-3.6h7.2v7.2h-7.2z",
        2 => "M0-4.6l4.6 8h-9.2z",
        3 => "M0-5l5 5l-5 5l-5-5z",
        _ => "M-4-4l8 8m0-8l-8 8",
    };
    format!("<path class=\"plot-point plot-{}\" d=\"{shape}\"></path>", number + 1)
}

fn legend(plot: &Plot, out: &mut String) {
    out.push_str("<ul class=\"plot-legend\">");
    for (number, series) in plot.series.iter().enumerate() {
        let class = number + 1;
        let sample = match plot.bars {
            true => {
                format!("<rect class=\"plot-bar plot-{class}\" x=\"-8\" y=\"-6\" width=\"16\" height=\"12\"></rect>")
            }
            false => format!("<path class=\"plot-line plot-{class}\" d=\"M-16 0h32\"></path>{}", mark(number)),
        };
        out.push_str(&format!(
            "<li><svg aria-hidden=\"true\" width=\"34\" height=\"14\" viewBox=\"-17 -7 34 14\">{sample}</svg> {}</li>",
            escape(&series.name)
        ));
    }
    out.push_str("</ul>\n");
}

fn table(plot: &Plot, out: &mut String) {
    let label = escape(&format!("Table: {}", plot.title));
    out.push_str(&format!(
        "<details class=\"plot-data\"><summary>Data</summary><div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\"><table>\n<thead>\n<tr><th scope=\"col\">{}</th>",
        escape(&plot.x_label)
    ));
    for series in &plot.series {
        out.push_str(&format!("<th scope=\"col\" class=\"align-right\">{}</th>", escape(&series.name)));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for (i, name) in plot.names.iter().enumerate() {
        out.push_str(&format!("<tr><th scope=\"row\">{}</th>", escape(name)));
        for series in &plot.series {
            let value = series.values.get(i).copied().flatten().map(|value| value.to_string()).unwrap_or_default();
            out.push_str(&format!("<td class=\"align-right\">{value}</td>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div></details>\n");
}
