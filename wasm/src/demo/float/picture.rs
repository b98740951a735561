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

/// Markup and text by turns, the text escaped: `put(html, &["<b>", "</b>"], &["1 < 2"])`. One call for many pieces keeps the module small.
#[inline(never)]
pub(crate) fn put(html: &mut Html, markup: &[&'static str], texts: &[&str]) {
    let mut texts = texts.iter();
    for markup in markup {
        html.raw(markup);
        if let Some(text) = texts.next() {
            html.text(text);
        }
    }
}

/// Opens a picture: as wide as there is room, `height` px high; `says` is what it shows.
pub(crate) fn svg(html: &mut Html, class: &str, height: &str, says: &str) {
    let markup = ["<svg class=\"lab-picture ", "\" width=\"100%\" height=\"", "\" role=\"img\" aria-label=\"", "\">"];
    put(html, &markup, &[class, height, says]);
}

/// A straight line.
#[inline(never)]
pub(crate) fn line(html: &mut Html, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let markup = ["<line class=\"", "\" x1=\"", "\" y1=\"", "\" x2=\"", "\" y2=\"", "\"></line>"];
    put(html, &markup, &[class, &percent(x1), &number(y1), &percent(x2), &number(y2)]);
}

/// A rectangle; none where it has no width.
#[inline(never)]
pub(crate) fn rect(html: &mut Html, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
    if width > 0.0 {
        let markup = ["<rect class=\"", "\" x=\"", "\" y=\"", "\" width=\"", "\" height=\"", "\"></rect>"];
        put(html, &markup, &[class, &percent(x), &number(y), &percent(width), &number(height)]);
    }
}

/// A dot.
#[inline(never)]
pub(crate) fn dot(html: &mut Html, class: &str, (x, y): (f64, f64), radius: f64) {
    let markup = ["<circle class=\"", "\" cx=\"", "\" cy=\"", "\" r=\"", "\"></circle>"];
    put(html, &markup, &[class, &percent(x), &number(y), &number(radius)]);
}

/// Text at a point: `anchor` is start, middle or end.
#[inline(never)]
pub(crate) fn label(html: &mut Html, class: &str, (x, y): (f64, f64), anchor: &str, text: &str) {
    let markup = ["<text class=\"", "\" x=\"", "\" y=\"", "\" text-anchor=\"", "\">", "</text>"];
    put(html, &markup, &[class, &percent(x), &number(y), anchor, text]);
}

/// A bar from the middle of a cell to the left for an error below 0, to the right for one above; `share` of the largest, 0 to 1.
pub(crate) fn bar(html: &mut Html, below: bool, share: f64) {
    let half = 48.0 * share.clamp(0.0, 1.0);
    html.raw("<svg class=\"lab-bar\" width=\"100%\" height=\"14\" aria-hidden=\"true\">");
    rect(html, "lab-bar-error", (if below { 50.0 - half } else { 50.0 }, 3.0), (half, 8.0));
    line(html, "lab-bar-axis", (50.0, 0.0), (50.0, 14.0));
    html.raw("</svg>");
}

/// An error with its sign, to three digits.
pub(crate) fn signed(error: f64) -> String {
    let size = super::text::rounded(error.abs());
    match error {
        0.0 => size,
        e if e < 0.0 => ["−", &minus(size)].concat(),
        _ => ["+", &minus(size)].concat(),
    }
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
#[inline(never)]
pub(crate) fn minus(text: String) -> String {
    text.replace('-', "−")
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
            put(html, &["<b>", "</b>"], &[text.get(start..cut).unwrap_or_default()]);
        }
        put(html, &["", "</span><wbr>"], &[text.get(cut..end).unwrap_or_default()]);
        start = end;
    }
}
