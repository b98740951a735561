//! A page's HTML → the XHTML of a book for readers: parsed as browsers do, and written anew of what such a reader knows.
//!
//! Controls become the values that they show, folds stand open, scripts and what leads around the site are left out.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use ego_tree::iter::Edge;
use fieldguide_wasm::html::escape;
use scraper::{ElementRef, Html, Node, Selector};

use super::Places;

/// What has no use in a reader of books: ways around the site, permalinks, sprites, what asks for a script.
const LEFT_OUT: &str = "[hidden], nav.crumbs, nav.neighbours, fg-folds, fg-surprise, fg-progress, fg-filter, .home-actions, \
     .home-map, .permalink, .answer-link, .facts, .topics-facts, .lab-status, .lab-tools, svg.icon, .cost-measure, .cost-slide, \
     .versions > legend, .versions > .output-label";

/// What a fieldset holds apart from its legend and its buttons.
const CONTENT: &str =
    "input:not([type=hidden]), select, textarea, button[aria-pressed], output, p, table, svg, img, div > *:not(button)";

/// What a list of choices offers, a choice that is not taken, and a slider.
const OPTIONS_OF: &str = "option";
const NOT_TAKEN: &str = "input[type=radio]:not([checked])";
const SLIDER: &str = "input[type=range]";

/// Elements that are written as they are.
const KEPT: [&str; 70] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
    "main",
    "summary",
];

const VOID: [&str; 6] = ["br", "col", "hr", "img", "wbr", "input"];

/// Elements that are left out with all that they hold.
const SCRIPTS: [&str; 14] = [
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "base", "source", "track", "param",
    "datalist", "frameset",
];

/// A link to a place on a page of the book: the fragment stays only where the place does.
pub(super) struct Fragment {
    /// Where it stands in the body, `#` included.
    at: Range<usize>,
    file: String,
    id: String,
}

/// A page as XHTML.
#[derive(Default)]
pub(super) struct Page {
    /// What stands in its `<body>`.
    pub(super) body: String,
    /// The names of places on it.
    pub(super) ids: BTreeSet<String>,
    /// Site paths of its images.
    pub(super) images: BTreeSet<String>,
    /// Whether it holds drawings.
    pub(super) svg: bool,
    /// Whether it holds formulas.
    pub(super) mathml: bool,
    fragments: Vec<Fragment>,
}

impl Page {
    /// Takes the fragments out that lead to no place; `there` tells whether a file has one.
    pub(super) fn mend(&mut self, there: impl Fn(&str, &str) -> bool) {
        for fragment in std::mem::take(&mut self.fragments).into_iter().rev() {
            if !there(&fragment.file, &fragment.id) {
                self.body.replace_range(fragment.at, "");
            }
        }
    }
}

/// What becomes of an element.
enum Written {
    /// Neither it nor what it holds.
    Left,
    /// This in its place.
    Instead(String),
    /// This around what it holds.
    Around(String, String),
    /// What it holds.
    Inside,
}

/// The page's HTML as XHTML; `route` is the page's site path.
pub(super) fn convert(html: &str, route: &str, places: &Places<'_>) -> Page {
    let tree = Html::parse_fragment(html);
    let mut writer = Writer { page: Page::default(), route, places };
    let mut closing = Vec::new();
    let mut left = None;
    for edge in tree.tree.root().traverse() {
        match edge {
            Edge::Open(node) if left.is_none() => match node.value() {
                Node::Text(text) => writer.text(text),
                Node::Element(_) => {
                    let Some(element) = ElementRef::wrap(node) else { continue };
                    match writer.element(element) {
                        Written::Left => left = Some(node.id()),
                        Written::Instead(text) => {
                            writer.page.body.push_str(&text);
                            left = Some(node.id());
                        }
                        Written::Around(start, end) => {
                            writer.page.body.push_str(&start);
                            closing.push(end);
                        }
                        Written::Inside => closing.push(String::new()),
                    }
                }
                _ => {}
            },
            Edge::Close(node) if left == Some(node.id()) => left = None,
            Edge::Close(node) if left.is_none() && node.value().is_element() => {
                writer.page.body.push_str(&closing.pop().unwrap_or_default());
            }
            _ => {}
        }
    }
    writer.page
}

/// A selector of this file; the tests parse them all.
fn selector(text: &str) -> Option<Selector> {
    Selector::parse(text).ok()
}

fn matches(element: ElementRef<'_>, selector: Option<&Selector>) -> bool {
    selector.is_some_and(|selector| selector.matches(&element))
}

fn holds(element: ElementRef<'_>, selector: Option<&Selector>) -> bool {
    selector.is_some_and(|selector| element.select(selector).next().is_some())
}

struct Writer<'a> {
    page: Page,
    route: &'a str,
    places: &'a Places<'a>,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        self.page.body.push_str(&escape(&xml(text)));
    }

    fn element(&mut self, element: ElementRef<'_>) -> Written {
        static DROPPED: LazyLock<Option<Selector>> = LazyLock::new(|| selector(LEFT_OUT));
        let value = element.value();
        if matches(element, DROPPED.as_ref()) {
            return Written::Left;
        }
        match &*value.name.ns {
            "http://www.w3.org/2000/svg" => self.drawing(element),
            "http://www.w3.org/1998/Math/MathML" => self.formula(element),
            _ => self.html(element),
        }
    }

    fn html(&mut self, element: ElementRef<'_>) -> Written {
        let name = element.value().name();
        let value = |text: String| Written::Instead(format!("<span class=\"value\">{}</span>", escape(&xml(&text))));
        match name {
            _ if SCRIPTS.contains(&name) => Written::Left,
            "input" => match element.attr("type").unwrap_or("text") {
                "checkbox" if element.attr("checked").is_some() => Written::Instead("☑".to_string()),
                "checkbox" => Written::Instead("☐".to_string()),
                "hidden" | "radio" | "range" | "submit" | "button" | "image" | "reset" => Written::Left,
                _ => value(element.attr("value").unwrap_or_default().to_string()),
            },
            "select" => value(chosen(element)),
            "textarea" => {
                let text: String = element.text().collect();
                Written::Instead(format!("<span class=\"value lines\">{}</span>", escape(&xml(text.trim()))))
            }
            "button" if element.attr("aria-pressed").is_none() => Written::Left,
            // Of several choices the one that is taken.
            "label" if refused(element) => Written::Left,
            "fieldset" if only_buttons(element) => Written::Left,
            // Where a slider stands says nothing beside what it leads to.
            "div" if element.attr("class") == Some("field") && is_slider(element) => Written::Left,
            "label" => self.around("span", name, element),
            "button" | "output" | "font" => self.around("span", "", element),
            "legend" => self.around("p", name, element),
            "summary" => self.around("div", name, element),
            "menu" => self.around("ul", "", element),
            "form" | "fieldset" | "details" | "nav" | "main" | "center" | "dialog" => self.around("div", name, element),
            "a" => self.anchor(element),
            "img" => self.image(element),
            _ if name.starts_with("fg-") => self.around("div", "", element),
            _ if KEPT.contains(&name) => self.around(name, "", element),
            _ => Written::Inside,
        }
    }

    /// An element under a name that readers know, with what may stand on any element, and a class that says what it was.
    fn around(&mut self, name: &str, class: &str, element: ElementRef<'_>) -> Written {
        let mut start = format!("<{name}");
        self.common(element, class, &mut start);
        for (attribute, value) in kept_attributes(name).iter().filter_map(|at| Some((*at, element.attr(at)?))) {
            // Numbers and words: whatever else stands there is no use to a reader.
            if !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "-+.:".contains(c)) {
                attribute_of(&mut start, attribute, value);
            }
        }
        if name == "section" && element.value().classes().any(|class| class == "footnotes") {
            start.push_str(" epub:type=\"footnotes\"");
        }
        if VOID.contains(&name) {
            return Written::Instead(start + "/>");
        }
        start.push('>');
        Written::Around(start, format!("</{name}>"))
    }

    /// Class, name, title and language.
    fn common(&mut self, element: ElementRef<'_>, class: &str, start: &mut String) {
        let classes = [class, element.attr("class").unwrap_or_default()].join(" ");
        if !classes.trim().is_empty() {
            attribute_of(start, "class", classes.trim());
        }
        if let Some(id) = element.attr("id").filter(|id| self.is_new(id)) {
            attribute_of(start, "id", id);
        }
        for name in ["title", "dir"] {
            let known = |value: &&str| name != "dir" || ["ltr", "rtl", "auto"].contains(value);
            if let Some(value) = element.attr(name).filter(known) {
                attribute_of(start, name, value);
            }
        }
        if let Some(language) = element.attr("lang").filter(|language| is_language(language)) {
            attribute_of(start, "lang", language);
            attribute_of(start, "xml:lang", language);
        }
        if element.attr("aria-hidden") == Some("true") {
            attribute_of(start, "aria-hidden", "true");
        }
    }

    /// Whether the page has no such place yet; then it has.
    fn is_new(&mut self, id: &str) -> bool {
        let fine = !id.is_empty() && !id.contains(char::is_whitespace) && xml(id) == id;
        fine && self.page.ids.insert(id.to_string())
    }

    fn anchor(&mut self, element: ElementRef<'_>) -> Written {
        let mut start = "<a".to_string();
        self.common(element, "", &mut start);
        let note = element.parent().and_then(ElementRef::wrap).is_some_and(|it| it.attr("class") == Some("fn-ref"));
        match element.attr("href").map(|href| self.places.link(self.route, href)) {
            Some(Some((address, fragment))) => {
                start.push_str(" href=\"");
                start.push_str(&escape(&address));
                if let Some(id) = fragment {
                    let from = self.page.body.len() + start.len();
                    start.push('#');
                    start.push_str(&escape(&encode(&id)));
                    let at = from..self.page.body.len() + start.len();
                    self.page.fragments.push(Fragment { at, file: address, id });
                }
                start.push('"');
                if note {
                    start.push_str(" epub:type=\"noteref\"");
                }
            }
            // Leads nowhere from here: text, but a place if it is one.
            Some(None) if start == "<a" => return Written::Inside,
            _ => {}
        }
        Written::Around(start + ">", "</a>".to_string())
    }

    fn image(&mut self, element: ElementRef<'_>) -> Written {
        let alt = element.attr("alt").unwrap_or_default();
        let source = element.attr("src").unwrap_or_default();
        let Some((path, file)) = self.places.image(self.route, source) else {
            return Written::Instead(format!("<span class=\"missing\">{}</span>", escape(&xml(alt))));
        };
        let mut start = "<img".to_string();
        self.common(element, "", &mut start);
        attribute_of(&mut start, "src", &file);
        attribute_of(&mut start, "alt", alt);
        for name in ["width", "height"] {
            let number = |value: &&str| !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
            if let Some(value) = element.attr(name).filter(number) {
                attribute_of(&mut start, name, value);
            }
        }
        self.page.images.insert(path);
        Written::Instead(start + "/>")
    }

    fn drawing(&mut self, element: ElementRef<'_>) -> Written {
        let name = element.value().name();
        // What moves, runs, or brings something from elsewhere.
        const OUT: [&str; 10] = [
            "script",
            "style",
            "foreignObject",
            "image",
            "animate",
            "animateMotion",
            "animateTransform",
            "set",
            "feImage",
            "handler",
        ];
        if OUT.contains(&name) || !is_name(name) {
            return Written::Left;
        }
        if name == "a" {
            return Written::Inside;
        }
        self.page.svg = true;
        let mut start = format!("<{name}");
        if name == "svg" && !inside(element, "svg") {
            start.push_str(" xmlns=\"http://www.w3.org/2000/svg\"");
        }
        for (attribute, value) in element.value().attrs.iter() {
            let local = &*attribute.local;
            match local {
                "href" => {
                    // Only to a place on this page.
                    let here = value.strip_prefix('#').is_some();
                    if here {
                        start.push_str(" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
                        attribute_of(&mut start, "xlink:href", value);
                    }
                }
                "id" if !self.is_new(value) => {}
                "focusable" | "tabindex" | "style" | "xmlns" | "space" | "base" => {}
                _ if local.starts_with("on") || local.starts_with("data-") || !is_name(local) => {}
                _ if value.contains("url(") && !value.contains("url(#") => {}
                _ => attribute_of(&mut start, local, value),
            }
        }
        Written::Around(start + ">", format!("</{name}>"))
    }

    fn formula(&mut self, element: ElementRef<'_>) -> Written {
        let name = element.value().name();
        if name == "annotation-xml" || name == "maction" || !is_name(name) {
            return Written::Left;
        }
        self.page.mathml = true;
        let mut start = format!("<{name}");
        if name == "math" {
            start.push_str(" xmlns=\"http://www.w3.org/1998/Math/MathML\"");
        }
        for (attribute, value) in element.value().attrs.iter() {
            let local = &*attribute.local;
            let out = ["href", "style", "xmlns", "tabindex"].contains(&local) || local.starts_with("on");
            if out || !is_name(local) || (local == "id" && !self.is_new(value)) {
                continue;
            }
            attribute_of(&mut start, local, value);
        }
        Written::Around(start + ">", format!("</{name}>"))
    }
}

/// What may stand on an element of that name, apart from what may stand on all.
fn kept_attributes(name: &str) -> &'static [&'static str] {
    match name {
        "td" => &["colspan", "rowspan"],
        "th" => &["colspan", "rowspan", "scope"],
        "ol" => &["start", "reversed", "type"],
        "li" => &["value"],
        "col" | "colgroup" => &["span"],
        "time" | "del" | "ins" => &["datetime"],
        "data" => &["value"],
        _ => &[],
    }
}

fn attribute_of(start: &mut String, name: &str, value: &str) {
    start.push(' ');
    start.push_str(name);
    start.push_str("=\"");
    start.push_str(&escape(&xml(value)));
    start.push('"');
}

/// The text of the option that is chosen.
fn chosen(element: ElementRef<'_>) -> String {
    static OPTIONS: LazyLock<Option<Selector>> = LazyLock::new(|| selector(OPTIONS_OF));
    let options: Vec<_> = OPTIONS.iter().flat_map(|options| element.select(options)).collect();
    let taken = options.iter().find(|option| option.attr("selected").is_some()).or(options.first());
    taken.map(|option| option.text().collect()).unwrap_or_default()
}

/// Whether a label is that of a choice that is not taken.
fn refused(element: ElementRef<'_>) -> bool {
    static RADIO: LazyLock<Option<Selector>> = LazyLock::new(|| selector(NOT_TAKEN));
    holds(element, RADIO.as_ref())
}

fn is_slider(element: ElementRef<'_>) -> bool {
    static RANGE: LazyLock<Option<Selector>> = LazyLock::new(|| selector(SLIDER));
    holds(element, RANGE.as_ref())
}

/// Whether a fieldset holds nothing but buttons, which do nothing here.
fn only_buttons(element: ElementRef<'_>) -> bool {
    static REST: LazyLock<Option<Selector>> = LazyLock::new(|| selector(CONTENT));
    !holds(element, REST.as_ref())
}

fn inside(element: ElementRef<'_>, name: &str) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == name)
}

/// A name that XML takes, without a prefix.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn is_language(tag: &str) -> bool {
    !tag.is_empty()
        && tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A text without the characters that XML can't hold.
pub(super) fn xml(text: &str) -> String {
    let fine =
        |c: &char| matches!(c, '\t' | '\n' | ' '..) && !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    text.chars().filter(fine).collect()
}

/// A fragment or an address with what a URL can't hold as percent codes.
pub(super) fn encode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        let code = || bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b':'
            | b'/'
            | b'?'
            | b'@'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b'#' => out.push(char::from(*byte)),
            b'%' if code() => out.push('%'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Book;
    use crate::site::Site;

    fn body(html: &str) -> String {
        let (site, book) = (Site::default(), Book::default());
        convert(html, "a.html", &Places::new(&site, &book)).body
    }

    #[test]
    fn the_selectors_are_selectors() {
        for text in [LEFT_OUT, CONTENT, OPTIONS_OF, NOT_TAKEN, SLIDER] {
            assert!(selector(text).is_some(), "{text}");
        }
    }

    #[test]
    fn controls_become_what_they_show() {
        for (html, xhtml) in [
            ("<select><option>a<option selected>b</select>", "<span class=\"value\">b</span>"),
            ("<textarea>\na\nb</textarea>", "<span class=\"value lines\">a\nb</span>"),
            (
                "<label><input type=radio>a</label><label><input type=radio checked>b</label>",
                "<span class=\"label\">b</span>",
            ),
            ("<fieldset><legend>Try</legend><button>a</button></fieldset>", ""),
            ("<button aria-pressed=true>1</button><button>x</button>", "<span>1</span>"),
            ("<div class=field><label>n</label><input type=range value=60></div>", ""),
            (
                "<details><summary>a</summary>b</details>",
                "<div class=\"details\"><div class=\"summary\">a</div>b</div>",
            ),
            ("a<br>b &amp; &lt;<p hidden>c", "a<br/>b &amp; &lt;"),
            ("<p id=x>a<p id=x>b<p id='y z'>c", "<p id=\"x\">a</p><p>b</p><p>c</p>"),
        ] {
            assert_eq!(body(html), xhtml, "{html}");
        }
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = 20_000;
        assert_eq!(body(&"<b>".repeat(deep)).len(), 7 * deep);
    }
}
