//! Text → tokens: words as prose has them, and symbols as they stand in code. The builder and the browser cut alike.
//!
//! A text says where its code is with two marks that stand in pairs: [`INLINE`] around inline code, [`BLOCK`] around a
//! block. A line feed outside of code ends a paragraph.

use super::parts::{fits, in_pair, pair, terms_of};
use super::words::{fold, folded, stands_alone};

/// Opens and closes inline code.
pub const INLINE: char = '\u{1}';

/// Opens and closes a block of code.
pub const BLOCK: char = '\u{2}';

/// How far apart two paragraphs stand, in places: no phrase reaches across.
const PARAGRAPH: u32 = 12;

/// The longest inline code that is found as a whole, in bytes.
pub(super) const LONGEST_WHOLE: usize = 32;

/// Operators of more than one character, the longest first.
const OPERATORS: [&str; 26] = [
    "**=", "//=", ">>=", "<<=", "...", ":=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=",
    "^=", "->", "**", "//", "<<", ">>", "::", "=>",
];

/// Where in a text a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Running text.
    Prose,
    /// Inline code.
    Inline,
    /// A block of code.
    Block,
    /// What a reader types: words and code without marks.
    Query,
}

/// What a term names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// A symbol as it stands in code, in lower case: `np.nan`, `+=`, `o(n^2)`. With a backtick before it: the whole of a
    /// span of inline code, without blanks.
    Symbol,
    /// The stem of a word, or of a part of an identifier.
    Word,
}

/// A term at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it names.
    pub space: Space,
    /// The term.
    pub term: String,
    /// The bytes of the text that it was read from.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// Its place in the row of words.
    pub place: u32,
    /// In what it stands.
    pub mode: Mode,
    /// Whether it is only a part of what stands there.
    pub part: bool,
}

/// Where a term stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    /// The bytes of the text that it was read from.
    pub(super) start: usize,
    /// Where they end.
    pub(super) end: usize,
    /// Its place in the row of words.
    pub(super) place: u32,
    /// In what it stands.
    pub(super) mode: Mode,
    /// Whether it is only a part of what stands there.
    pub(super) part: bool,
}

/// Takes the terms of texts that live as long as `'a`.
pub(super) trait Terms<'a> {
    /// Takes a term.
    fn term(&mut self, space: Space, term: &str, at: At);

    /// Takes the terms of a word that stands there, and tells how many places it has.
    fn word(&mut self, word: &'a str, at: At) -> u32 {
        terms_of(word, at.mode != Mode::Prose, &mut |space, term, part| {
            let (start, end) = (at.start + part.start, at.start + part.end);
            self.term(space, term, At { start, end, place: at.place + part.place, part: part.part, ..at });
        })
    }

    /// Words that stand there and are no terms of their own.
    fn passed(&mut self, _text: &'a str) {}

    /// How many terms it has taken.
    fn count(&self) -> usize;

    /// Whether one of the terms behind the first `from` is this.
    fn has(&self, from: usize, term: &str) -> bool;
}

impl Terms<'_> for Vec<Token> {
    fn term(&mut self, space: Space, term: &str, at: At) {
        let At { start, end, place, mode, part } = at;
        self.push(Token { space, term: term.to_string(), start, end, place, mode, part });
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn has(&self, from: usize, term: &str) -> bool {
        self.get(from..).unwrap_or_default().iter().any(|token| token.term == term)
    }
}

/// Cuts a marked text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    cut(text, Mode::Prose, &mut found);
    found
}

/// Cuts what a reader types.
pub(super) fn query_tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    cut(text, Mode::Query, &mut found);
    found
}

/// Cuts a text: a marked one where the mode is that of prose.
pub(super) fn cut<'a, T: Terms<'a>>(text: &'a str, mode: Mode, terms: &mut T) {
    Lexer { text, at: 0, mode, place: 0, span: (0, 0), last: None, terms }.run();
}

/// A span of code without blanks and quotes, in lower case, as a term.
pub(super) fn whole(code: &str) -> String {
    let mut term = String::with_capacity(code.len() + 1);
    term.push('`');
    code.chars().filter(|c| !c.is_whitespace() && *c != '"').for_each(|c| fold(c, &mut term));
    term
}

struct Lexer<'a, 't, T> {
    text: &'a str,
    at: usize,
    mode: Mode,
    place: u32,
    /// Where the open span of inline code starts, and how many terms there were.
    span: (usize, usize),
    /// The last word, where nothing but blanks stands behind it and it may be the first of two that are one symbol.
    last: Option<(&'static str, usize)>,
    terms: &'t mut T,
}

impl<'a, T: Terms<'a>> Lexer<'a, '_, T> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The character that stands `bytes` behind the current place.
    fn ahead(&self, bytes: usize) -> Option<char> {
        self.text.get(self.at + bytes..)?.chars().next()
    }

    fn run(&mut self) {
        loop {
            // Between most words there is one blank and nothing else.
            if self.text.as_bytes().get(self.at) == Some(&b' ') {
                self.at += 1;
            }
            let Some(c) = self.rest().chars().next() else { return };
            let before = self.at;
            match c {
                INLINE if self.mode == Mode::Prose => {
                    self.mode = Mode::Inline;
                    self.at += 1;
                    self.span = (self.at, self.terms.count());
                }
                INLINE if self.mode == Mode::Inline => {
                    self.close_span();
                    self.mode = Mode::Prose;
                }
                BLOCK if matches!(self.mode, Mode::Prose | Mode::Block) => {
                    self.mode = if self.mode == Mode::Block { Mode::Prose } else { Mode::Block };
                    self.place += PARAGRAPH;
                }
                '\n' if self.mode == Mode::Prose => self.place += PARAGRAPH,
                c if stands_alone(c) => self.alone(c),
                c if starts_word(c) => self.word(),
                _ => self.operator(c),
            }
            if self.at == before {
                self.at += c.len_utf8();
            }
            if !c.is_whitespace() && !starts_word(c) {
                self.last = None;
            }
        }
    }

    fn push(&mut self, space: Space, term: &str, start: usize, end: usize) {
        if fits(term) {
            self.terms.term(space, term, At { start, end, place: self.place, mode: self.mode, part: false });
        }
    }

    fn alone(&mut self, c: char) {
        let mut term = String::new();
        fold(c, &mut term);
        let end = self.at + c.len_utf8();
        self.push(Space::Word, &term, self.at, end);
        self.place += 1;
        self.at = end;
    }

    /// A span of inline code as a whole, where it is more than one symbol.
    fn close_span(&mut self) {
        let (start, first) = self.span;
        let code = self.text.get(start..self.at).unwrap_or_default();
        let term = whole(code);
        let alone = term.get(1..).is_some_and(|code| self.terms.has(first, code));
        if !alone && (2..=LONGEST_WHOLE).contains(&term.len()) {
            self.push(Space::Symbol, &term, start, self.at);
        }
    }

    /// A word, a number or an identifier with its dots.
    fn word(&mut self) {
        let start = self.at;
        if self.landau() {
            return;
        }
        self.letters();
        let number = self.text.get(start..).is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        loop {
            let next = self.ahead(1);
            let dotted = self.rest().starts_with('.')
                && next.is_some_and(|c| if number { c.is_ascii_digit() } else { starts_word(c) && !c.is_numeric() });
            let exponent = number
                && self.text.get(start..self.at).is_some_and(|text| text.ends_with(['e', 'E']))
                && self.rest().starts_with(['+', '-'])
                && next.is_some_and(|c| c.is_ascii_digit());
            if !dotted && !exponent {
                break;
            }
            self.at += 1;
            self.letters();
        }
        self.emit(start);
    }

    /// Goes behind the letters, digits and underscores that stand here.
    fn letters(&mut self) {
        let text = matches!(self.mode, Mode::Prose | Mode::Query);
        let plain = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        loop {
            self.at += self.rest().as_bytes().iter().take_while(plain).count();
            let Some(c) = self.ahead(0) else { return };
            let apostrophe =
                text && matches!(c, '\'' | '’') && self.ahead(c.len_utf8()).is_some_and(char::is_alphabetic);
            let inside = (starts_word(c) || matches!(c, '\u{300}'..='\u{36f}')) && !stands_alone(c);
            if !inside && !apostrophe {
                return;
            }
            self.at += c.len_utf8();
        }
    }

    /// `O(n²)`: how the cost of something is written, in any of its spellings.
    fn landau(&mut self) -> bool {
        let Some(inside) = self.rest().strip_prefix("O(") else { return false };
        let mut depth = 1;
        for (at, c) in inside.char_indices().take(24) {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                '\n' | INLINE | BLOCK => return false,
                _ => {}
            }
            if depth == 0 {
                let mut term = String::from("o(");
                let inner = inside.get(..at).unwrap_or_default().replace("**", "^");
                inner
                    .chars()
                    .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '·' | '×'))
                    .for_each(|c| fold(c, &mut term));
                term.push(')');
                let end = self.at + 2 + at + 1;
                self.push(Space::Symbol, &term, self.at, end);
                self.terms.passed(inside.get(..at).unwrap_or_default());
                self.place += 1;
                self.at = end;
                return true;
            }
        }
        false
    }

    /// The terms of the word that starts there and ends here.
    fn emit(&mut self, start: usize) {
        let (end, mode) = (self.at, self.mode);
        let text = self.text.get(start..end).unwrap_or_default();
        if mode != Mode::Prose {
            self.prefixed(start, text);
            self.pair(start, text);
        }
        self.place += self.terms.word(text, At { start, end, place: self.place, mode, part: false });
    }

    /// A decorator, or arguments with their stars.
    fn prefixed(&mut self, start: usize, name: &str) {
        let before = self.text.get(..start).unwrap_or_default();
        let prefix = ["@", "**", "*"].into_iter().find(|prefix| before.ends_with(prefix));
        let Some(prefix) = prefix else { return };
        let outside = before.strip_suffix(prefix).unwrap_or_default();
        let opens = |c: char| matches!(c, '(' | ',' | '[' | '{' | '=' | INLINE | BLOCK | '\n');
        let free = match self.mode {
            Mode::Query => outside.is_empty() || outside.ends_with(|c: char| c.is_whitespace() || opens(c)),
            _ => outside.trim_end_matches(' ').ends_with(opens) || outside.trim_end_matches(' ').is_empty(),
        };
        let name = folded(name);
        if free && name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.push(Space::Symbol, &format!("{prefix}{name}"), start - prefix.len(), self.at);
        }
    }

    /// `is not` and its like, as one symbol at the place of its first word.
    fn pair(&mut self, start: usize, word: &str) {
        let word = in_pair(word);
        let last = std::mem::replace(&mut self.last, word.map(|word| (word, start)));
        if let (Some((first, from)), Some(second)) = (last, word)
            && let Some(pair) = pair(first, second)
        {
            self.push(Space::Symbol, pair, from, self.at);
        }
    }

    fn operator(&mut self, c: char) {
        if self.mode == Mode::Prose || !c.is_ascii_punctuation() {
            return;
        }
        let longer = matches!(self.ahead(1), Some('*' | '/' | '<' | '>' | '=' | '.' | ':'));
        if let Some(operator) = OPERATORS.into_iter().find(|operator| longer && self.rest().starts_with(operator)) {
            let end = self.at + operator.len();
            // The stars of `**kwargs` are no power.
            let prefix = operator == "**"
                && self.text.get(end..).is_some_and(|rest| rest.starts_with(starts_word))
                && self.opened();
            if !prefix {
                self.push(Space::Symbol, operator, self.at, end);
                self.place += 1;
            }
            self.at = end;
            return;
        }
        let single = match self.mode {
            Mode::Inline => matches!(c, '+' | '-' | '*' | '/' | '%' | '@' | '&' | '|' | '^' | '~' | '<' | '>'),
            Mode::Query => c != '?' && c != '`' && self.stands_free(),
            _ => matches!(c, '%' | '@' | '&' | '|' | '^' | '~'),
        };
        let prefix = matches!(c, '@' | '*') && self.ahead(1).is_some_and(starts_word);
        if single && !prefix {
            self.push(Space::Symbol, c.encode_utf8(&mut [0; 4]), self.at, self.at + 1);
            self.place += 1;
        }
    }

    /// Whether nothing, a blank or an opening bracket stands before here.
    fn opened(&self) -> bool {
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ',' | INLINE | BLOCK))
    }

    /// Whether the character here has blanks, or nothing, on both sides.
    fn stands_free(&self) -> bool {
        let before = self.text.get(..self.at).and_then(|text| text.chars().next_back());
        before.is_none_or(char::is_whitespace) && self.ahead(1).is_none_or(char::is_whitespace)
    }
}

fn starts_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(tokens: &[Token], space: Space) -> Vec<&str> {
        tokens.iter().filter(|token| token.space == space).map(|token| token.term.as_str()).collect()
    }

    #[test]
    fn symbols_are_found_as_they_stand_in_code() {
        for (code, expected) in [
            ("np.nan", &["np.nan", "nan"][..]),
            ("__slots__", &["__slots__"]),
            ("pd.NA", &["pd.na", "na"]),
            ("x += 1", &["x", "+=", "1", "`x+=1"]),
            ("(n := 3)", &["n", ":=", "3", "`(n:=3)"]),
            ("7 // 2", &["7", "//", "2", "`7//2"]),
            ("x is not None", &["x", "is", "is not", "not", "none", "`xisnotnone"]),
            ("O(n²)", &["o(n^2)"]),
            ("float64", &["float64"]),
            ("1e-9", &["1e-9"]),
            ("lambda", &["lambda"]),
            ("@property", &["@property", "property"]),
            ("f(*args, **kwargs)", &["f", "*args", "args", "**kwargs", "kwargs", "`f(*args,**kwargs)"]),
            ("a ** b", &["a", "**", "b", "`a**b"]),
            ("math.isclose", &["math.isclose", "isclose"]),
            ("[::-1]", &["::", "-", "1", "`[::-1]"]),
        ] {
            let marked = format!("{INLINE}{code}{INLINE}");
            assert_eq!(terms(&tokens(&marked), Space::Symbol), expected, "{code}");
        }
    }

    #[test]
    fn parts_of_identifiers_are_words() {
        let marked = format!("{INLINE}functools.lru_cache DataFrame float64 __slots__{INLINE}");
        let expected = ["functool", "lru", "cach", "data", "fram", "float64", "float", "slot"];
        assert_eq!(terms(&tokens(&marked), Space::Word), expected);
    }

    #[test]
    fn a_cost_is_one_symbol_in_any_spelling() {
        for text in ["O(n²)", "O(n^2)", "O(n**2)", "O( n ^ 2 )"] {
            assert_eq!(terms(&tokens(text), Space::Symbol), ["o(n^2)"], "{text}");
        }
        assert_eq!(terms(&tokens("O(n log n)"), Space::Symbol), ["o(nlogn)"]);
        assert_eq!(terms(&tokens("O("), Space::Symbol), Vec::<&str>::new());
    }

    #[test]
    fn prose_is_words_with_their_places() {
        let found = tokens("Don't copy-on-write.\nÉcole 数据");
        assert_eq!(terms(&found, Space::Word), ["dont", "copi", "on", "writ", "ecol", "数", "据"]);
        let places: Vec<u32> = found.iter().map(|token| token.place).collect();
        assert_eq!(places, [0, 1, 2, 3, 4 + PARAGRAPH, 5 + PARAGRAPH, 6 + PARAGRAPH]);
    }

    #[test]
    fn what_is_typed_is_words_and_code() {
        let typed = |text: &str| query_tokens(text).into_iter().map(|token| token.term).collect::<Vec<_>>();
        assert_eq!(typed("+="), ["+="]);
        assert_eq!(typed("copy-on-write"), ["copy", "copi", "on", "on", "write", "writ"]);
        assert_eq!(typed("why's"), ["whys", "why"]);
        assert_eq!(typed("%"), ["%"]);
        assert_eq!(typed("is it?"), ["is", "is", "it", "it"]);
    }
}
