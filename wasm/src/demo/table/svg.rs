//! Pictures in whole units: what the labs' tables need of SVG.

use crate::html::Html;

/// A picture that is being written.
#[derive(Debug)]
pub struct Svg<'a> {
    html: &'a mut Html,
}

impl<'a> Svg<'a> {
    /// `<svg>` of that many units, with a name for those who do not see it.
    pub fn open(html: &'a mut Html, class: &str, width: i32, height: i32, label: &str) -> Self {
        Self::open_with(html, class, width, height, label, "xMidYMid meet")
    }

    /// As [`Svg::open`], but stretched to the room there is.
    pub fn open_stretched(html: &'a mut Html, class: &str, width: i32, height: i32, label: &str) -> Self {
        Self::open_with(html, class, width, height, label, "none")
    }

    fn open_with(html: &'a mut Html, class: &str, width: i32, height: i32, label: &str, fit: &str) -> Self {
        let view = format!("0 0 {width} {height}");
        let attributes = [
            ("aria-label", label),
            ("class", class),
            ("preserveAspectRatio", fit),
            ("role", "img"),
            ("viewBox", &view),
        ];
        html.open("svg", &attributes);
        Self { html }
    }

    /// Many shapes, those of a class as one path: a picture of few elements is quickly made and quickly compared.
    pub fn shapes(&mut self, shapes: &Shapes) {
        for (class, d) in &shapes.groups {
            self.path(class, d);
        }
    }

    /// A rectangle with round corners.
    pub fn pill(&mut self, class: &str, x: i32, y: i32, width: i32, height: i32) {
        let radius = (height / 2).to_string();
        let [x, y, width, height] = [x, y, width, height].map(|n| n.to_string());
        let attributes =
            [("class", class), ("height", &height), ("rx", &radius), ("width", &width), ("x", &x), ("y", &y)];
        self.html.open("rect", &attributes).close("rect");
    }

    /// Text; its class says how it is anchored.
    pub fn text(&mut self, class: &str, x: i32, y: i32, text: &str) {
        let [x, y] = [x, y].map(|n| n.to_string());
        self.html.element("text", &[("class", class), ("x", &x), ("y", &y)], text);
    }

    /// A line, straight or bent.
    pub fn path(&mut self, class: &str, d: &str) {
        self.html.open("path", &[("class", class), ("d", d)]).close("path");
    }

    /// `</svg>`.
    pub fn close(self) {
        self.html.close("svg");
    }
}

/// Shapes that are drawn together.
#[derive(Debug, Default)]
pub struct Shapes {
    groups: Vec<(&'static str, String)>,
}

impl Shapes {
    /// One more line, as a path writes it.
    pub fn add(&mut self, class: &'static str, d: &str) {
        match self.groups.iter_mut().find(|(name, _)| *name == class) {
            Some((_, all)) => all.push_str(d),
            None => self.groups.push((class, d.to_string())),
        }
    }

    /// One more rectangle.
    pub fn add_box(&mut self, class: &'static str, x: i32, y: i32, width: i32, height: i32) {
        self.add(class, &format!("M{x} {y}h{width}v{height}h-{width}z"));
    }
}
