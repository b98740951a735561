//! What stands behind the backticks: ```` ```python {run, title="a.py"} ````.

use std::ops::{Range, RangeInclusive};

use super::{Output, SnippetAttributes};
use crate::diagnostic::{Diagnostic, suggestion};
use crate::source::{Source, Span};

/// An info string, taken apart.
#[derive(Debug, Clone)]
pub struct Info {
    /// Its first word, lower-cased.
    pub language: String,
    /// What stands in the braces, in order.
    pub attributes: Vec<Attribute>,
    /// The opening fence's line.
    pub span: Span,
}

/// `key` or `key=value`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The key.
    pub key: String,
    /// Where the whole attribute stands.
    pub span: Span,
    /// The value, without its quotes.
    pub value: Option<String>,
}

/// Takes the opening fence at `line` (a byte range of the source) apart.
pub fn parse(source: &Source, line: Range<usize>, diagnostics: &mut Vec<Diagnostic>) -> Info {
    let text = source.text.get(line.clone()).unwrap_or_default();
    let fence = text.find(['`', '~']).unwrap_or(0);
    let info_start =
        text.get(fence..).and_then(|rest| rest.find(|c| c != '`' && c != '~')).map_or(text.len(), |at| fence + at);
    let info = text.get(info_start..).unwrap_or_default();
    let word_end = info.find('{').unwrap_or(info.len());
    let words = info.get(..word_end).unwrap_or_default().trim();
    let language = words.split_whitespace().next().unwrap_or_default().to_lowercase();
    let span = source.span(line.start + fence..line.start + text.trim_end().len());
    let mut reader = Reader { source, text, at: info_start + word_end, start: line.start, diagnostics };
    let attributes = if word_end < info.len() { reader.braces() } else { Vec::new() };
    if words.split_whitespace().nth(1).is_some() {
        diagnostics.push(
            Diagnostic::error(span.clone(), "only one word may stand before the braces of a code block")
                .help(format!("write attributes in braces, such as ```{language} {{title=\"…\"}}")),
        );
    }
    Info { language, attributes, span }
}

/// Reads `{…}`.
struct Reader<'a, 'd> {
    source: &'a Source,
    text: &'a str,
    at: usize,
    start: usize,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&mut self, range: Range<usize>, message: &str) {
        let span = self.source.span(self.start + range.start..self.start + range.end);
        self.diagnostics.push(
            Diagnostic::error(span, message).help("attributes look like `{run, raises=ValueError, title=\"a.py\"}`"),
        );
    }

    fn braces(&mut self) -> Vec<Attribute> {
        let open = self.at;
        let mut attributes = Vec::new();
        self.at += 1;
        loop {
            let skipped = self.rest().len() - self.rest().trim_start_matches([' ', '\t', ',']).len();
            self.at += skipped;
            match self.rest().chars().next() {
                Some('}') => {
                    let end = self.at + 1;
                    let after = self.text.get(end..).unwrap_or_default().trim_end();
                    if !after.trim().is_empty() {
                        self.wrong(end..end + after.len(), "nothing may stand behind the braces of a code block");
                    }
                    return attributes;
                }
                None | Some('\r' | '\n') => {
                    self.wrong(open..self.text.trim_end().len(), "the braces of the code block are not closed");
                    return attributes;
                }
                Some(_) => match self.attribute() {
                    Some(attribute) => attributes.push(attribute),
                    None => return attributes,
                },
            }
        }
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let start = self.at;
        let key_length =
            self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(self.rest().len());
        if key_length == 0 {
            let length = self.rest().chars().next().map_or(1, char::len_utf8);
            self.wrong(start..start + length, "an attribute of the code block starts with a letter");
            return None;
        }
        let key = self.rest().get(..key_length).unwrap_or_default().to_string();
        self.at += key_length;
        let value = if self.rest().starts_with('=') {
            self.at += 1;
            Some(self.value(start)?)
        } else {
            None
        };
        let span = self.source.span(self.start + start..self.start + self.at);
        Some(Attribute { key, span, value })
    }

    fn value(&mut self, attribute_start: usize) -> Option<String> {
        if self.rest().starts_with('"') {
            return self.quoted(attribute_start);
        }
        let length = self.rest().find([' ', '\t', ',', '}', '\r', '\n']).unwrap_or(self.rest().len());
        let value = self.rest().get(..length).unwrap_or_default().to_string();
        if value.is_empty() || value.contains('"') {
            let end = self.at + length;
            self.wrong(attribute_start..end, "the attribute has no value that can be read");
            return None;
        }
        self.at += length;
        Some(value)
    }

    fn quoted(&mut self, attribute_start: usize) -> Option<String> {
        let mut value = String::new();
        let mut escaped = false;
        for (i, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' | '\r' => break,
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.at += i + 1;
                    return Some(value);
                }
                c => value.push(c),
            }
        }
        let end = self.text.trim_end().len();
        self.wrong(attribute_start..end, "the attribute's quotes are not closed");
        None
    }
}

/// Reads attributes into typed fields; what is unknown or malformed is a diagnostic.
struct Fields<'d> {
    attributes: Vec<Attribute>,
    known: Vec<&'static str>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'d> Fields<'d> {
    fn new(info: &Info, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        let mut attributes: Vec<Attribute> = Vec::new();
        for attribute in &info.attributes {
            if attributes.iter().any(|other| other.key == attribute.key) {
                let message = format!("the attribute `{}` stands twice", attribute.key);
                diagnostics.push(Diagnostic::error(attribute.span.clone(), message).help("keep one of them"));
            } else {
                attributes.push(attribute.clone());
            }
        }
        Self { attributes, known: Vec::new(), diagnostics }
    }

    fn take(&mut self, key: &'static str) -> Option<Attribute> {
        self.known.push(key);
        let at = self.attributes.iter().position(|attribute| attribute.key == key)?;
        Some(self.attributes.remove(at))
    }

    fn wrong(&mut self, attribute: &Attribute, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::error(attribute.span.clone(), message).help(help));
    }

    fn flag(&mut self, key: &'static str) -> bool {
        let Some(attribute) = self.take(key) else { return false };
        if attribute.value.is_some() {
            self.wrong(&attribute, format!("`{key}` takes no value"), &format!("write `{key}` alone"));
        }
        true
    }

    fn value(&mut self, key: &'static str, example: &str) -> Option<(String, Attribute)> {
        let attribute = self.take(key)?;
        match &attribute.value {
            Some(value) if !value.trim().is_empty() => Some((value.clone(), attribute)),
            _ => {
                self.wrong(&attribute, format!("`{key}` needs a value"), &format!("write it as `{example}`"));
                None
            }
        }
    }

    fn text(&mut self, key: &'static str, example: &str) -> Option<String> {
        self.value(key, example).map(|(value, _)| value)
    }

    /// A finite number above zero.
    fn positive(&mut self, key: &'static str, example: &str) -> Option<f64> {
        let (value, attribute) = self.value(key, example)?;
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
        if number.is_none() {
            self.wrong(
                &attribute,
                format!("`{value}` is not a number above zero"),
                &format!("write it as `{example}`"),
            );
        }
        number
    }

    fn matching(&mut self, key: &'static str, example: &str, fits: fn(&str) -> bool) -> Option<String> {
        let (value, attribute) = self.value(key, example)?;
        if fits(&value) {
            return Some(value);
        }
        self.wrong(&attribute, format!("`{value}` can't be the value of `{key}`"), &format!("write it as `{example}`"));
        None
    }

    fn finish(self, what: &str) {
        for attribute in &self.attributes {
            let message = format!("unknown attribute `{}` of {what}", attribute.key);
            self.diagnostics.push(
                Diagnostic::error(attribute.span.clone(), message)
                    .help(suggestion(&attribute.key, self.known.iter().copied())),
            );
        }
    }
}

/// `>=3.12`, `<3.12`, `>=3.11,<3.13`, `==3.12`.
fn version_range(text: &str) -> bool {
    text.split(',').all(|part| {
        let part = part.trim();
        let version = [">=", "<=", "==", "!=", ">", "<"].iter().find_map(|operator| part.strip_prefix(operator));
        version.is_some_and(|version| {
            let mut numbers = version.trim().split('.');
            let number = |part: Option<&str>| part.is_some_and(|n| n.parse::<u16>().is_ok());
            number(numbers.next()) && number(numbers.next()) && numbers.next().is_none()
        })
    })
}

/// Whether a version, such as (3, 12), lies in a range such as `>=3.12,<3.14`.
pub fn in_range(version: (u16, u16), range: &str) -> bool {
    range.split(',').all(|part| {
        let part = part.trim();
        let Some(at) = part.find(|c: char| c.is_ascii_digit()) else { return false };
        let (operator, number) = part.split_at(at);
        let Some(bound) = python_version(number.trim()) else { return false };
        match operator.trim() {
            ">=" => version >= bound,
            "<=" => version <= bound,
            ">" => version > bound,
            "<" => version < bound,
            "==" => version == bound,
            "!=" => version != bound,
            _ => false,
        }
    })
}

/// `3.12` → (3, 12).
pub fn python_version(text: &str) -> Option<(u16, u16)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A name as Python writes it, dots allowed.
fn dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The attributes of a snippet. Languages other than Python know only how a block looks.
pub fn snippet(info: &Info, line_count: usize, diagnostics: &mut Vec<Diagnostic>) -> SnippetAttributes {
    let mut fields = Fields::new(info, diagnostics);
    let mut attributes = SnippetAttributes {
        title: fields.text("title", "title=\"a.py\""),
        lines: fields.flag("lines"),
        ..SnippetAttributes::default()
    };
    attributes.hl = marked_lines(&mut fields, line_count);
    // Read before, by `include`.
    fields.text("include", "include=\"/code/a.py\"");
    fields.text("region", "region=\"name\"");
    if matches!(info.language.as_str(), "python" | "pycon") {
        attributes.run = fields.flag("run");
        attributes.continues = fields.flag("continue");
        attributes.hidden = fields.flag("hidden");
        attributes.exercise = fields.flag("exercise");
        // Who solves it wants to know whether the checks pass.
        attributes.run |= attributes.exercise;
        attributes.solution = fields.flag("solution");
        attributes.checks = fields.flag("checks");
        attributes.setup = fields.text("setup", "setup=\"name\"");
        attributes.name = fields.text("name", "name=\"…\"");
        attributes.raises = fields.matching("raises", "raises=ValueError", dotted_name);
        attributes.norun = fields.text("norun", "norun=\"why\"");
        attributes.differs = fields.text("differs", "differs=\"why\"");
        attributes.timeout = fields.positive("timeout", "timeout=20");
        attributes.python = fields.matching("python", "python=\">=3.12\"", version_range);
    }
    let what = match info.language.as_str() {
        "" => "a code block".to_string(),
        language => format!("a `{language}` block"),
    };
    fields.finish(&what);
    attributes
}

fn marked_lines(fields: &mut Fields<'_>, line_count: usize) -> Vec<RangeInclusive<usize>> {
    let Some((value, attribute)) = fields.value("hl", "hl=\"2,4-6\"") else { return Vec::new() };
    let mut ranges = Vec::new();
    for part in value.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        match (from.trim().parse::<usize>(), to.trim().parse::<usize>()) {
            (Ok(from), Ok(to)) if 1 <= from && from <= to && to <= line_count => ranges.push(from..=to),
            (Ok(_), Ok(_)) => {
                let message = format!("the lines `{}` are not in the block, which has {line_count}", part.trim());
                fields.wrong(&attribute, message, "count the block's lines from 1");
            }
            _ => fields.wrong(
                &attribute,
                format!("`{}` is not a line or a range of lines", part.trim()),
                "write it as `hl=\"2,4-6\"`",
            ),
        }
    }
    ranges
}

/// The attributes of an `output` block.
pub fn output(info: &Info, text: String, block: Range<usize>, diagnostics: &mut Vec<Diagnostic>) -> Output {
    let mut fields = Fields::new(info, diagnostics);
    let output = Output {
        text,
        python: fields.matching("python", "python=\">=3.12\"", version_range),
        unordered: fields.flag("unordered"),
        approx: fields.positive("approx", "approx=1e-9"),
        span: info.span.clone(),
        block,
    };
    fields.finish("an `output` block");
    output
}

/// The name and the title of a `demo` block.
pub fn demo(info: &Info, diagnostics: &mut Vec<Diagnostic>) -> (Option<Attribute>, Option<String>) {
    let name = info.attributes.first().filter(|first| first.value.is_none()).cloned();
    let rest = Info {
        attributes: info.attributes.iter().skip(usize::from(name.is_some())).cloned().collect(),
        ..info.clone()
    };
    let mut fields = Fields::new(&rest, diagnostics);
    let title = fields.text("title", "title=\"what to look at\"");
    fields.finish("a `demo` block");
    (name, title)
}

/// What stands in the braces of a `plot` block.
#[derive(Debug, Default)]
pub struct PlotAttributes {
    /// What it shows.
    pub title: Option<String>,
    /// The label of the x axis; the first column's name where there is none.
    pub x: Option<String>,
    /// The label of the y axis.
    pub y: Option<String>,
    /// Bars rather than lines.
    pub bar: bool,
    /// A logarithmic x axis.
    pub log_x: bool,
    /// A logarithmic y axis.
    pub log_y: bool,
    /// TOML rather than CSV.
    pub toml: bool,
}

/// The attributes of a `plot` block.
pub fn plot(info: &Info, diagnostics: &mut Vec<Diagnostic>) -> PlotAttributes {
    let mut fields = Fields::new(info, diagnostics);
    let attributes = PlotAttributes {
        title: fields.text("title", "title=\"what it shows\""),
        x: fields.text("x", "x=\"elements\""),
        y: fields.text("y", "y=\"seconds (s)\""),
        bar: fields.flag("bar"),
        toml: fields.flag("toml"),
        ..PlotAttributes::default()
    };
    let log = fields.matching("log", "log=\"y\"", |axes| matches!(axes, "x" | "y" | "xy")).unwrap_or_default();
    // Read before, by `include`.
    fields.text("include", "include=\"/code/a.csv\"");
    fields.text("region", "region=\"name\"");
    fields.finish("a `plot` block");
    PlotAttributes { log_x: log.contains('x'), log_y: log.contains('y'), ..attributes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn info(line: &str) -> (Info, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let id = sources.add("a.md", line);
        let mut diagnostics = Vec::new();
        (parse(sources.get(id).unwrap(), 0..line.len(), &mut diagnostics), diagnostics)
    }

    #[test]
    fn attributes_are_read() {
        let (info, wrong) = info("```Python {run, raises=ValueError title=\"a \\\"b\\\", c\" hl=\"1,2-3\"}");
        assert!(wrong.is_empty(), "{wrong:?}");
        let mut diagnostics = Vec::new();
        let attributes = snippet(&info, 3, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert!(attributes.run && attributes.raises.as_deref() == Some("ValueError"));
        assert_eq!(attributes.title.as_deref(), Some("a \"b\", c"));
        assert_eq!(attributes.hl, [1..=1, 2..=3]);
    }

    #[test]
    fn ranges_hold_versions() {
        assert!(in_range((3, 12), ">=3.12") && in_range((3, 12), ">=3.11,<3.13") && in_range((3, 9), "<3.12"));
        assert!(!in_range((3, 12), "<3.12") && !in_range((3, 12), "") && !in_range((3, 12), "3.12"));
    }

    #[test]
    fn malformed_attributes_are_said() {
        for line in [
            "```python {run",
            "```python {=}",
            "```python {a=}",
            "```python {a=\"x}",
            "```python {run} x",
            "``` a b {x}",
            "```p {é=\u{1F600}",
        ] {
            let (_, wrong) = info(line);
            assert_eq!(wrong.len(), 1, "{line}: {wrong:?}");
        }
        for line in [
            "{ru}",
            "{run=1}",
            "{hl=\"9\"}",
            "{hl=x}",
            "{timeout=-1}",
            "{timeout=nan}",
            "{python=3}",
            "{raises=1}",
            "{run run}",
            "{title=\"\"}",
        ] {
            let (info, wrong) = info(&format!("```python {line}"));
            let mut diagnostics = wrong;
            snippet(&info, 3, &mut diagnostics);
            assert_eq!(diagnostics.len(), 1, "{line}: {diagnostics:?}");
        }
    }
}
