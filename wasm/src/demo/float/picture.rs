//! Small things that both labs' pictures are made of. Positions across are percentages, so that a picture fits any width and its text stays
//! as large as text.

use crate::html::Html;

/// A percentage (or any number) with two decimals, as an attribute.
pub(crate) fn percent(value: f64) -> String {
    let mut out = number(value);
    out.push('%');
    out
}

/// A number with at most two decimals; nan is 0.
pub(crate) fn number(value: f64) -> String {
    let hundredths = libm::round(value.clamp(-1e6, 1e6) * 100.0) as i64;
    let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
    match size % 100 {
        0 => format!("{sign}{}", size / 100),
        rest => format!("{sign}{}.{rest:02}", size / 100),
    }
}

/// A straight line.
pub(crate) fn line(html: &mut Html, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let (x1, y1, x2, y2) = (percent(x1), number(y1), percent(x2), number(y2));
    html.open("line", &[("class", class), ("x1", &x1), ("y1", &y1), ("x2", &x2), ("y2", &y2)]).close("line");
}

/// A rectangle; none where it has no width.
pub(crate) fn rect(html: &mut Html, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
    if width > 0.0 {
        let (x, y, width, height) = (percent(x), number(y), percent(width), number(height));
        html.open("rect", &[("class", class), ("x", &x), ("y", &y), ("width", &width), ("height", &height)])
            .close("rect");
    }
}

/// A dot.
pub(crate) fn dot(html: &mut Html, class: &str, (x, y): (f64, f64), radius: f64) {
    let (x, y, radius) = (percent(x), number(y), number(radius));
    html.open("circle", &[("class", class), ("cx", &x), ("cy", &y), ("r", &radius)]).close("circle");
}

/// Text at a point: `anchor` is start, middle or end.
pub(crate) fn label(html: &mut Html, class: &str, (x, y): (f64, f64), anchor: &str, text: &str) {
    let (x, y) = (percent(x), number(y));
    html.element("text", &[("class", class), ("x", &x), ("y", &y), ("text-anchor", anchor)], text);
}

/// Where the text at `x` percent should be anchored to stay inside.
pub(crate) fn anchor(x: f64) -> &'static str {
    match x {
        ..25.0 => "start",
        75.0.. => "end",
        _ => "middle",
    }
}

/// `-3` with a minus sign of its own width.
pub(crate) fn minus(text: impl ToString) -> String {
    text.to_string().replace('-', "−")
}

/// `2` with an exponent above it.
pub(crate) fn power_of_two(html: &mut Html, exponent: i32) {
    html.text("2").element("sup", &[], minus(exponent));
}

/// `2⁻⁵³`, for where there is no markup.
pub(crate) fn power_text(exponent: i32) -> String {
    let raised = |c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    let mut out = String::from("2");
    out.extend(exponent.to_string().chars().map(raised));
    out
}

/// Digits in groups of five, counted from the point; the first `strong` characters stand out.
pub(crate) fn digits(html: &mut Html, text: &str, strong: usize) {
    let point = text.find('.').unwrap_or(text.len());
    let mut start = 0;
    while start < text.len() {
        // Up to the point groups are counted from the right, past it from the left.
        let end = if start < point {
            let ahead = point - start;
            start + if ahead.is_multiple_of(5) { 5 } else { ahead % 5 }
        } else {
            start + 5
        };
        let end = if end == point { point + 1 } else { end + usize::from(start == point) };
        let end = end.min(text.len());
        html.raw(if end > point && start < point { "<span class=\"lab-whole\">" } else { "<span>" });
        let cut = strong.clamp(start, end);
        if cut > start {
            html.element("b", &[], text.get(start..cut).unwrap_or_default());
        }
        html.text(text.get(cut..end).unwrap_or_default()).raw("</span><wbr>");
        start = end;
    }
}
