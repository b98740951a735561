//! What a TOML table may hold. One list of keys serves the parser, which reports what isn't in it, and the schema.

/// A table: its name in messages, what it is for, and its keys.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'k> {
    /// Its name in messages, such as "book.toml".
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Its keys, in the order in which messages name them.
    pub keys: &'k [Key],
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub value: Value,
    /// What it says, in a sentence.
    pub about: &'static str,
    /// Where the key must be there: a value as an example, as TOML writes it.
    pub required: Option<&'static str>,
    /// A regular expression that the text, or each text of the list, matches; empty where any does. It says to an editor what the
    /// parser's own code holds a value to, in the part of the language that all engines share: no look-around.
    pub pattern: &'static str,
}

/// What a key may hold.
#[derive(Debug, Clone, Copy)]
pub enum Value {
    /// A string.
    Text,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A list of strings, at least so many.
    Texts {
        /// The least number.
        least: usize,
    },
    /// `true` or `false`.
    Flag,
    /// A date or an instant, without quotes.
    Date,
    /// A whole number within the two bounds.
    Integer(i64, i64),
    /// A number, integer or float.
    Number,
    /// A table of its own.
    Table(&'static Shape<'static>),
    /// A list of tables.
    Tables(&'static Shape<'static>),
    /// A table of strings whose keys are the author's own names.
    Names,
    /// A table of CSS colors whose keys are the theme's tokens.
    Colors,
}

impl Key {
    /// A key that may be left out.
    pub const fn new(name: &'static str, value: Value, about: &'static str) -> Self {
        Self { name, value, about, required: None, pattern: "" }
    }

    /// The key must be there; `example` is a value as TOML writes it.
    pub const fn required(mut self, example: &'static str) -> Self {
        self.required = Some(example);
        self
    }

    /// The text, or each text of the list, matches the expression.
    pub const fn matching(mut self, pattern: &'static str) -> Self {
        self.pattern = pattern;
        self
    }
}
