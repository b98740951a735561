//! A line chart as SVG, with linear and logarithmic axes and its lines labelled where they end.
//!
//! The picture is as wide as its place and of a fixed height: what lies across is in percent and what stands upright in pixels, so
//! that text keeps its size on any screen. The lines live in an inner `svg` of 1000 by 1000 that is stretched; their strokes are
//! not. All arithmetic is IEEE or libm's, so that the builder and the browser draw the same bytes.

use crate::html::Html;

/// How values are laid along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps are equally long.
    Linear,
    /// Equal factors are equally long.
    Log,
}

/// One axis.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
}

/// The smallest of 1, 2, 5, 10, 20, 50 … that is not below `value`.
fn round_up(value: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 < value {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power).find(|&step| step >= value).unwrap_or(power * 10.0)
}

impl Axis {
    /// An axis that holds all values from `least` (for a logarithmic axis, which begins at a power of ten; a linear one begins
    /// at 0) to `most`. Both are at least 1.
    pub fn new(scale: Scale, least: f64, most: f64) -> Self {
        match scale {
            Scale::Linear => {
                let step = round_up(most / 5.0);
                Self { scale, low: 0.0, high: step * libm::ceil(most / step).max(1.0) }
            }
            Scale::Log => {
                let (mut low, mut high) = (1.0, 10.0);
                while low * 10.0 <= least {
                    low *= 10.0;
                }
                while high < most {
                    high *= 10.0;
                }
                Self { scale, low, high: high.max(low * 10.0) }
            }
        }
    }

    /// Where a value lies: from 0 at the beginning of the axis to 1 at its end; what is outside lies at the edge.
    pub fn place(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => value / self.high,
            Scale::Log if value <= self.low => 0.0,
            Scale::Log => libm::log10(value / self.low) / libm::log10(self.high / self.low),
        };
        part.clamp(0.0, 1.0)
    }

    /// Whether the axis has a place for the value at all.
    fn holds(&self, value: f64) -> bool {
        self.scale == Scale::Linear || value >= self.low
    }

    /// The values to be marked, at most seven.
    pub fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => {
                let step = round_up(self.high / 5.0);
                (0..7).map(|i| step * f64::from(i)).take_while(|&tick| tick <= self.high).collect()
            }
            Scale::Log => {
                // Every power of ten, every second, every third … as long as there are no more than seven.
                let mut stride = 10.0;
                loop {
                    let (mut ticks, mut tick) = (Vec::new(), self.low);
                    while tick <= self.high && ticks.len() < 8 {
                        ticks.push(tick);
                        tick *= stride;
                    }
                    if ticks.len() < 8 {
                        return ticks;
                    }
                    stride *= 10.0;
                }
            }
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// The class that gives it a colour and a dash.
    pub class: &'a str,
    /// What stands at its end.
    pub label: &'a str,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Whether it keeps its height up to the next point and jumps there.
    pub steps: bool,
    /// Whether its points are marked.
    pub dots: bool,
}

/// The reader's own x, as a vertical rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where it stands.
    pub at: f64,
    /// What is written above it; it may be nothing.
    pub label: String,
    /// The heights of the lines there, in the order of the lines.
    pub values: Vec<f64>,
}

/// A chart.
#[derive(Debug)]
pub struct Chart<'a> {
    /// What it shows, in one sentence, for those who do not see it.
    pub title: &'a str,
    /// What the y axis counts.
    pub unit: &'a str,
    /// The name of the x axis.
    pub name: &'a str,
    /// The axis across.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// How a value of the x axis is written.
    pub x_text: fn(u64) -> String,
    /// How a value of the y axis is written.
    pub y_text: fn(u64) -> String,
    /// The lines; where they lie on one another, the first is on top.
    pub lines: &'a [Line<'a>],
    /// The reader's own x.
    pub rule: Option<Rule>,
    /// The height of the space between the axes, in pixels.
    pub height: u32,
}

/// The left edge of the space between the axes, and its width, in percent of the picture.
pub const LEFT: f64 = 14.0;
/// See [`LEFT`].
pub const WIDTH: f64 = 62.0;
const TOP: f64 = 40.0;
const BELOW: f64 = 26.0;
/// The least distance of two labels at the ends of lines, in pixels.
const GAP: f64 = 18.0;

/// A coordinate with up to two decimals.
fn short(value: f64) -> String {
    let hundredths = libm::round(value * 100.0) as i64;
    let (sign, whole, rest) = (if hundredths < 0 { "-" } else { "" }, hundredths.abs() / 100, hundredths.abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        rest if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        rest => format!("{sign}{whole}.{rest:02}"),
    }
}

fn percent(part: f64) -> String {
    short(part) + "%"
}

/// The points of a line in a space of 1000 by 1000, to the `fine`th part of one.
fn path(line: &Line<'_>, x: &Axis, y: &Axis, fine: f64) -> String {
    let mut out = String::new();
    let mut before: Option<String> = None;
    for &(at, value) in line.points.iter().filter(|point| x.holds(point.0) && y.holds(point.1)) {
        let across = short(libm::round(x.place(at) * 1000.0 * fine) / fine);
        let up = short(libm::round((1.0 - y.place(value)) * 1000.0 * fine) / fine);
        if let Some(before) = before.as_deref().filter(|_| line.steps) {
            out.push_str(&across);
            out.push(',');
            out.push_str(before);
            out.push(' ');
        }
        out.push_str(&across);
        out.push(',');
        out.push_str(&up);
        out.push(' ');
        before = Some(up);
    }
    out.pop();
    out
}

/// Writes markup of this program with each `#` in it replaced by the next of `values`, escaped.
pub fn fill(html: &mut Html, markup: &'static str, values: &[&str]) {
    let mut values = values.iter();
    for (i, part) in markup.split('#').enumerate() {
        if i > 0 {
            html.text(values.next().copied().unwrap_or_default());
        }
        html.raw(part);
    }
}

/// The lines alone, stretched over their `svg`.
fn lines(html: &mut Html, lines: &[Line<'_>], x: &Axis, y: &Axis, fine: f64) {
    for line in lines.iter().rev() {
        let points = path(line, x, y, fine);
        fill(html, "<polyline class=\"lab-chart-line #\" points=\"#\"></polyline>", &[line.class, &points]);
    }
}

/// A straight line.
fn straight(html: &mut Html, class: &str, x: [&str; 2], y: [&str; 2]) {
    fill(html, "<line class=\"#\" x1=\"#\" x2=\"#\" y1=\"#\" y2=\"#\"></line>", &[class, x[0], x[1], y[0], y[1]]);
}

/// Text, `dx` pixels away from `x`; `y` is its baseline.
fn text(html: &mut Html, class: &str, x: &str, dx: &str, y: f64, anchor: &str, text: &str) {
    let y = short(y);
    fill(
        html,
        "<text class=\"#\" x=\"#\" dx=\"#\" y=\"#\" text-anchor=\"#\">#</text>",
        &[class, x, dx, &y, anchor, text],
    );
}

/// The lines without axes, small: for the eye only.
pub fn sketch(html: &mut Html, all: &[Line<'_>], x: &Axis, y: &Axis, rule: f64) {
    html.raw(
        "<svg class=\"lab-chart-sketch\" aria-hidden=\"true\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\">",
    );
    let at = short(x.place(rule) * 1000.0);
    straight(html, "lab-chart-rule", [&at, &at], ["0", "1000"]);
    lines(html, all, x, y, 1.0);
    html.raw("</svg>");
}

/// Moves labels apart: `places` are the heights where they would like to stand; none leaves the space down to `most`.
fn apart(places: &mut [f64], most: f64) {
    let mut order: Vec<usize> = Vec::new();
    for at in 0..places.len() {
        order.insert(order.partition_point(|&other| places[other] <= places[at]), at);
    }
    let mut least = f64::MIN;
    for &at in &order {
        places[at] = places[at].max(least);
        least = places[at] + GAP;
    }
    let mut most = most;
    for &at in order.iter().rev() {
        places[at] = places[at].min(most);
        most = places[at] - GAP;
    }
}

impl Chart<'_> {
    /// Where a value of the x axis lies, in percent of the picture.
    fn across(&self, value: f64) -> String {
        percent(LEFT + WIDTH * self.x.place(value))
    }

    /// Where a value of the y axis lies, in pixels from the top.
    fn up(&self, value: f64) -> f64 {
        TOP + f64::from(self.height) * (1.0 - self.y.place(value))
    }

    /// Writes the picture.
    pub fn draw(&self, html: &mut Html) {
        let bottom = TOP + f64::from(self.height);
        let height = short(bottom + BELOW);
        let title = [self.title, &*height];
        fill(html, "<svg class=\"lab-chart\" role=\"img\" aria-label=\"#\" width=\"100%\" height=\"#\">", &title);
        self.axes(html, bottom);
        if let Some(rule) = &self.rule {
            let x = self.across(rule.at);
            straight(html, "lab-chart-rule", [&x, &x], [&short(TOP - 4.0), &short(bottom)]);
            let anchor = match self.x.place(rule.at) {
                part if part < 0.2 => "start",
                part if part > 0.9 => "end",
                _ => "middle",
            };
            if !rule.label.is_empty() {
                text(html, "lab-chart-own", &x, "0", TOP - 10.0, anchor, &rule.label);
            }
        }
        fill(
            html,
            "<svg x=\"#\" y=\"#\" width=\"#\" height=\"#\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" overflow=\"visible\">",
            &[&percent(LEFT), &short(TOP), &percent(WIDTH), &short(bottom - TOP)],
        );
        lines(html, self.lines, &self.x, &self.y, 10.0);
        html.raw("</svg>");
        for line in self.lines.iter().rev().filter(|line| line.dots) {
            for &(at, value) in &line.points {
                self.dot(html, line.class, at, value, "3");
            }
        }
        if let Some(rule) = &self.rule {
            for (line, &value) in self.lines.iter().zip(&rule.values).rev() {
                self.dot(html, line.class, rule.at, value, "5");
            }
        }
        self.labels(html);
        html.raw("</svg>");
    }

    fn axes(&self, html: &mut Html, bottom: f64) {
        let (left, right) = (percent(LEFT), percent(LEFT + WIDTH));
        text(html, "lab-chart-unit", "0", "0", 14.0, "start", self.unit);
        for tick in self.y.ticks() {
            let y = self.up(tick);
            straight(html, "lab-chart-grid", [&left, &right], [&short(y), &short(y)]);
            text(html, "lab-chart-tick", &left, "-8", y + 4.5, "end", &(self.y_text)(tick as u64));
        }
        for tick in self.x.ticks() {
            let x = self.across(tick);
            straight(html, "lab-chart-grid", [&x, &x], [&short(bottom), &short(bottom + 5.0)]);
            text(html, "lab-chart-tick", &x, "0", bottom + 19.0, "middle", &(self.x_text)(tick as u64));
        }
        text(html, "lab-chart-unit", &right, "26", bottom + 19.0, "start", self.name);
    }

    fn dot(&self, html: &mut Html, class: &str, at: f64, value: f64, radius: &str) {
        if self.x.holds(at) && self.y.holds(value) {
            let values = [class, &*self.across(at), &*short(self.up(value)), radius];
            fill(html, "<circle class=\"lab-chart-dot #\" cx=\"#\" cy=\"#\" r=\"#\"></circle>", &values);
        }
    }

    /// The labels at the ends of the lines.
    fn labels(&self, html: &mut Html) {
        let ends: Vec<(&Line<'_>, f64, f64)> =
            self.lines.iter().filter_map(|line| line.points.last().map(|&(x, y)| (line, x, self.up(y)))).collect();
        let mut places: Vec<f64> = ends.iter().map(|end| end.2).collect();
        apart(&mut places, TOP + f64::from(self.height) - 2.0);
        for ((line, x, _), y) in ends.into_iter().zip(places) {
            let class = format!("lab-chart-end {}", line.class);
            text(html, &class, &self.across(x), "8", y + 4.5, "start", line.label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_hold_what_they_are_made_for() {
        let axis = Axis::new(Scale::Log, 20.0, 1_500_010.0);
        assert_eq!((axis.place(10.0), axis.place(10_000_000.0), axis.place(0.0)), (0.0, 1.0, 0.0));
        assert_eq!(axis.ticks(), [10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7]);
        let axis = Axis::new(Scale::Linear, 1.0, 100_000.0);
        assert_eq!(axis.ticks(), [0.0, 20e3, 40e3, 60e3, 80e3, 100e3]);
        assert_eq!(axis.place(50_000.0), 0.5);
        for most in [1.0, 3.0, 7.0, 99.0, 5_000_050_000.0, 1e12] {
            for scale in [Scale::Linear, Scale::Log] {
                let axis = Axis::new(scale, 1.0, most);
                let ticks = axis.ticks();
                assert!((2..=7).contains(&ticks.len()), "{scale:?} {most}: {ticks:?}");
                assert!(axis.high >= most && axis.high <= most.max(1.0) * 10.0, "{axis:?}");
            }
        }
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([0.0, 12.0, 0.5, 33.333, 0.005, -1.25].map(short), ["0", "12", "0.5", "33.33", "0.01", "-1.25"]);
    }

    #[test]
    fn labels_keep_apart_and_inside() {
        let mut places = [100.0, 101.0, 99.0];
        apart(&mut places, 110.0);
        assert_eq!(places, [92.0, 110.0, 74.0]);
    }
}
