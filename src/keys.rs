//! Reading a TOML table with known keys: what is unknown, missing or of a wrong type is a diagnostic at its place. Which keys
//! there are stands in a [`Shape`], from which [`crate::schema`] makes what editors read.

pub mod shape;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, suggestion};
use crate::source::{FileId, Span};
use shape::{Key, Shape, Value};

/// TOML somewhere in a file: maps the parser's ranges to the file's.
#[derive(Debug, Clone, Copy)]
pub struct TomlText<'a> {
    /// The file it stands in.
    pub file: FileId,
    /// Where it starts in the file, in bytes.
    pub offset: usize,
    /// The TOML itself.
    pub text: &'a str,
}

impl<'a> TomlText<'a> {
    /// The span of a range of the TOML.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, self.offset + range.start..self.offset + range.end)
    }

    /// Parses; each of TOML's own errors is a diagnostic at its place, and then there is no table: what is missing or
    /// unknown in half a table would only distract.
    pub fn parse(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        let fine = errors.is_empty();
        for error in errors {
            let span = self.span(error.span().unwrap_or(0..0));
            diagnostics.push(Diagnostic::error(span, format!("not TOML: {}", error.message().replace('\n', ", "))));
        }
        fine.then(|| table.into_inner())
    }
}

/// A table being read. Each getter takes its key out; [`Keys::finish`] reports what is left.
///
/// The shape is what the schema is made of, so debug builds hold that exactly its keys are asked for, each as what it is.
pub struct Keys<'a, 'd> {
    toml: TomlText<'a>,
    table: DeTable<'a>,
    shape: &'d Shape<'d>,
    /// The keys that were asked for, and whether each was there.
    asked: Vec<(&'static str, bool)>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'a, 'd> Keys<'a, 'd> {
    /// Starts on a table of that shape.
    pub fn new(
        toml: TomlText<'a>,
        table: DeTable<'a>,
        shape: &'d Shape<'d>,
        diagnostics: &'d mut Vec<Diagnostic>,
    ) -> Self {
        Self { toml, table, shape, asked: Vec::new(), diagnostics }
    }

    /// Where messages go.
    pub fn diagnostics(&mut self) -> &mut Vec<Diagnostic> {
        self.diagnostics
    }

    fn take(&mut self, key: &'static str, fits: impl Fn(&Value) -> bool) -> Option<Spanned<DeValue<'a>>> {
        let fitting = self.shape.keys.iter().any(|known| known.name == key && fits(&known.value));
        debug_assert!(fitting, "`{key}` is not a key of {}, or is another kind of value", self.shape.name);
        let value = self.table.remove(key);
        self.asked.push((key, value.is_some()));
        value
    }

    fn wrong_type(&mut self, key: &str, value: &Spanned<DeValue<'a>>, wanted: &str) {
        let found = value.get_ref().type_str();
        let message = format!("`{key}` in {} must be {wanted}", self.shape.name);
        self.diagnostics.push(
            Diagnostic::error(self.toml.span(value.span()), message).label(format!("this is {}", article(found))),
        );
    }

    /// A text without control characters: no page, address or terminal has a use for one.
    fn printable(&mut self, key: &str, text: &str, value: &Spanned<DeValue<'a>>) -> String {
        let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t' && c != '\r';
        if text.contains(forbidden) {
            let message = format!("`{key}` in {} holds a control character", self.shape.name);
            self.diagnostics
                .push(Diagnostic::error(self.toml.span(value.span()), message).help("take it out of the text"));
        }
        text.replace(forbidden, "\u{fffd}")
    }

    /// A string and its place.
    pub fn string(&mut self, key: &'static str) -> Option<(String, Span)> {
        let value = self.take(key, |value| matches!(value, Value::Text | Value::Choice(_)))?;
        match value.get_ref().as_str() {
            Some(text) => Some((self.printable(key, text, &value), self.toml.span(value.span()))),
            None => {
                self.wrong_type(key, &value, "a string");
                None
            }
        }
    }

    /// A string that must say something; empty where it doesn't, or where there is none.
    pub fn said(&mut self, key: &'static str) -> String {
        match self.string(key) {
            Some((text, span)) if text.trim().is_empty() => {
                self.diagnostics.push(Diagnostic::error(span, format!("`{key}` in {} is empty", self.shape.name)));
                String::new()
            }
            text => text.map(|(text, _)| text).unwrap_or_default(),
        }
    }

    /// A list of strings with their places; empty where the key is absent.
    pub fn strings(&mut self, key: &'static str) -> Vec<(String, Span)> {
        let Some(value) = self.take(key, |value| matches!(value, Value::Texts { .. })) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(key, &value, "a list of strings");
            return Vec::new();
        };
        let shape = self.shape.keys.iter().find(|known| known.name == key);
        if let Some(Key { value: Value::Texts { least }, required, .. }) = shape
            && list.len() < *least
        {
            let message = format!("`{key}` in {} is empty", self.shape.name);
            let help = format!("write `{key} = {}`", required.unwrap_or("[\"…\"]"));
            self.diagnostics.push(Diagnostic::error(self.toml.span(value.span()), message).help(help));
        }
        let mut out = Vec::new();
        for item in list.iter() {
            match item.get_ref().as_str() {
                Some(text) => out.push((self.printable(key, text, item), self.toml.span(item.span()))),
                None => self.wrong_type(key, item, "a list of strings"),
            }
        }
        out
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key, |value| matches!(value, Value::Flag))?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, &value, "`true` or `false`");
        }
        flag
    }

    /// A date, `2026-11-21`, or an instant, `2026-11-21T18:00:00Z`, as RFC 3339 writes it; a time of day without an offset
    /// is no instant and is left off.
    pub fn date(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key, |value| matches!(value, Value::Date))?;
        let written = match value.get_ref() {
            DeValue::Datetime(written) => Some(written),
            _ => None,
        };
        let date = written.and_then(|written| {
            let whole = written.time.is_some() && written.offset.is_some();
            let date = written.date?;
            Some(if whole { written.to_string() } else { date.to_string() })
        });
        if date.is_none() {
            self.wrong_type(key, &value, "a date without quotes, such as `2026-11-21`");
        }
        date
    }

    /// A whole number and its place.
    pub fn integer(&mut self, key: &'static str) -> Option<(i64, Span)> {
        let value = self.take(key, |value| matches!(value, Value::Integer(..)))?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok());
        if number.is_none() {
            self.wrong_type(key, &value, "a whole number");
        }
        number.map(|number| (number, self.toml.span(value.span())))
    }

    /// A number as it is written (integer or float).
    pub fn number(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key, |value| matches!(value, Value::Number))?;
        match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_string()),
            DeValue::Float(number) => Some(number.as_str().to_string()),
            _ => {
                self.wrong_type(key, &value, "a number");
                None
            }
        }
    }

    /// The tables of `[[key]]`.
    pub fn tables(&mut self, key: &'static str) -> Vec<(DeTable<'a>, Span)> {
        let Some(value) = self.take(key, |value| matches!(value, Value::Tables(_))) else { return Vec::new() };
        let place = self.toml.span(value.span());
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong_type(key, &value, &format!("a list of tables, `[[{key}]]`"));
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in list.iter() {
            match item.get_ref() {
                DeValue::Table(table) => {
                    let own = self.toml.span(item.span());
                    out.push((table.clone(), if own.range.is_empty() { place.clone() } else { own }));
                }
                _ => self.wrong_type(key, item, &format!("a list of tables, `[[{key}]]`")),
            }
        }
        out
    }

    /// The table of `[key]`.
    pub fn table(&mut self, key: &'static str) -> Option<DeTable<'a>> {
        let value = self.take(key, |value| matches!(value, Value::Table(_) | Value::Names | Value::Colors))?;
        match value.get_ref() {
            DeValue::Table(table) => Some(table.clone()),
            _ => {
                self.wrong_type(key, &value, &format!("a table, `[{key}]`"));
                None
            }
        }
    }

    /// Reports every key that the shape doesn't have; and at `at` those that must be there and aren't.
    pub fn finish(self, at: &Span) {
        let name = self.shape.name;
        for key in self.shape.keys {
            let asked = self.asked.iter().find(|(asked, _)| *asked == key.name);
            debug_assert!(asked.is_some(), "nobody reads `{}` in {name}", key.name);
            if let (Some(example), Some((_, false))) = (key.required, asked) {
                let message = format!("`{}` is missing in {name}", key.name);
                let help = format!("add `{} = {example}`", key.name);
                self.diagnostics.push(Diagnostic::error(at.clone(), message).help(help));
            }
        }
        for key in self.table.keys() {
            let (found, span) = (key.get_ref().as_ref(), self.toml.span(key.span()));
            self.diagnostics.push(
                Diagnostic::error(span, format!("unknown key `{found}` in {name}"))
                    .help(suggestion(found, self.shape.keys.iter().map(|key| key.name))),
            );
        }
    }
}

/// All keys of a table whose keys are names and whose values are strings, each with the places of both; `what` is the table's
/// name in messages.
pub fn entries(
    toml: TomlText<'_>,
    table: &DeTable<'_>,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<((String, Span), (String, Span))> {
    let mut out = Vec::new();
    for (key, value) in table {
        let (name, place) = (key.get_ref().to_string(), toml.span(key.span()));
        match value.get_ref().as_str() {
            Some(text) => out.push(((name, place), (text.to_string(), toml.span(value.span())))),
            None => {
                let message = format!("`{name}` in {what} must be a string");
                diagnostics.push(Diagnostic::error(toml.span(value.span()), message));
            }
        }
    }
    out
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}
