//! Text → tokens: words as prose has them, and symbols as they stand in code. The builder and the browser cut alike.
//!
//! A text says where its code is with two marks that stand in pairs: [`INLINE`] around inline code, [`BLOCK`] around a
//! block. A line feed outside of code ends a paragraph.

use super::words::{fold, folded, stands_alone, stem};

/// Opens and closes inline code.
pub const INLINE: char = '\u{1}';

/// Opens and closes a block of code.
pub const BLOCK: char = '\u{2}';

/// How far apart two paragraphs stand, in places: no phrase reaches across.
const PARAGRAPH: u32 = 12;

/// The longest inline code that is found as a whole, in bytes.
pub(super) const LONGEST_WHOLE: usize = 32;

/// A longer run of letters and digits is no word: nobody types it.
const LONGEST_WORD: usize = 64;

/// Operators of more than one character, the longest first.
const OPERATORS: [&str; 26] = [
    "**=", "//=", ">>=", "<<=", "...", ":=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=",
    "^=", "->", "**", "//", "<<", ">>", "::", "=>",
];

/// Two words of which Python makes one operator or one statement.
const PAIRS: [(&str, &str); 6] =
    [("is", "not"), ("not", "in"), ("yield", "from"), ("async", "def"), ("async", "with"), ("async", "for")];

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

/// Cuts a marked text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(text, Mode::Prose);
    lexer.run();
    lexer.out
}

/// Cuts what a reader types.
pub(super) fn query_tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(text, Mode::Query);
    lexer.run();
    lexer.out
}

/// A span of code without blanks and quotes, in lower case, as a term.
pub(super) fn whole(code: &str) -> String {
    let mut term = String::from("`");
    code.chars().filter(|c| !c.is_whitespace() && *c != '"').for_each(|c| fold(c, &mut term));
    term
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    mode: Mode,
    place: u32,
    /// Where the open span of inline code starts, and how many tokens there were.
    span: (usize, usize),
    /// The last word, where nothing but blanks stands behind it: its term and its place in `out`.
    last: Option<(String, usize)>,
    out: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, mode: Mode) -> Self {
        Self { text, at: 0, mode, place: 0, span: (0, 0), last: None, out: Vec::new() }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The character that stands `bytes` behind the current place.
    fn ahead(&self, bytes: usize) -> Option<char> {
        self.text.get(self.at + bytes..)?.chars().next()
    }

    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let before = self.at;
            match c {
                INLINE if self.mode == Mode::Prose => {
                    self.mode = Mode::Inline;
                    self.at += 1;
                    self.span = (self.at, self.out.len());
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

    fn push(&mut self, space: Space, term: String, range: (usize, usize), part: bool) {
        if term.is_empty() || term.len() > LONGEST_WORD {
            return;
        }
        let (start, end) = range;
        self.out.push(Token { space, term, start, end, place: self.place, mode: self.mode, part });
    }

    fn alone(&mut self, c: char) {
        let mut term = String::new();
        fold(c, &mut term);
        let end = self.at + c.len_utf8();
        self.push(Space::Word, term, (self.at, end), false);
        self.place += 1;
        self.at = end;
    }

    /// A span of inline code as a whole, where it is more than one symbol.
    fn close_span(&mut self) {
        let (start, first) = self.span;
        let code = self.text.get(start..self.at).unwrap_or_default();
        let term = whole(code);
        let alone = self.out.get(first..).unwrap_or_default().iter().any(|token| term.get(1..) == Some(&token.term));
        if !alone && (2..=LONGEST_WHOLE).contains(&term.len()) {
            self.push(Space::Symbol, term, (start, self.at), false);
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
                self.push(Space::Symbol, term, (self.at, end), false);
                self.place += 1;
                self.at = end;
                return true;
            }
        }
        false
    }

    /// The tokens of the word that starts there and ends here.
    fn emit(&mut self, start: usize) {
        let (end, mode) = (self.at, self.mode);
        let text = self.text.get(start..end).unwrap_or_default();
        let lower = folded(text);
        let plain = !text.contains(['_', '.']) && !inner_capital(text) && !digits_and_letters(text);
        if mode == Mode::Prose && plain {
            self.push(Space::Word, stem(&lower), (start, end), false);
            self.place += 1;
            return;
        }
        self.prefixed(start, &lower);
        self.pair(start, &lower);
        self.push(Space::Symbol, lower.clone(), (start, end), false);
        let name = text.rfind('.').map_or(0, |dot| dot + 1);
        let is_name = name > 0 && !text.starts_with(|c: char| c.is_ascii_digit());
        if is_name {
            self.push(Space::Symbol, folded(text.get(name..).unwrap_or_default()), (start + name, end), true);
        }
        if plain {
            self.push(Space::Word, stem(&lower), (start, end), false);
            self.place += 1;
        } else {
            self.parts(start, text);
        }
    }

    /// What an identifier is made of, as words: `lru_cache`, `DataFrame`, `float64`.
    fn parts(&mut self, start: usize, text: &str) {
        let mut from = 0;
        let mut last = ' ';
        let mut found: Vec<(usize, usize)> = Vec::new();
        let ends = text.char_indices().chain([(text.len(), '_')]);
        for (at, c) in ends {
            let camel = c.is_uppercase() && (last.is_lowercase() || last.is_ascii_digit());
            if matches!(c, '_' | '.') || camel {
                if from < at {
                    found.push((from, at));
                }
                from = if camel { at } else { at + 1 };
            }
            last = c;
        }
        for (from, to) in found {
            let part = text.get(from..to).unwrap_or_default();
            let lower = folded(part);
            let letters = part.len() - part.trim_start_matches(char::is_alphabetic).len();
            self.push(Space::Word, stem(&lower), (start + from, start + to), true);
            if (3..part.len()).contains(&letters) {
                let word = stem(&folded(part.get(..letters).unwrap_or_default()));
                self.push(Space::Word, word, (start + from, start + from + letters), true);
            }
            self.place += 1;
        }
    }

    /// A decorator, or arguments with their stars.
    fn prefixed(&mut self, start: usize, name: &str) {
        if self.mode == Mode::Prose {
            return;
        }
        let before = self.text.get(..start).unwrap_or_default();
        let prefix = ["@", "**", "*"].into_iter().find(|prefix| before.ends_with(prefix));
        let Some(prefix) = prefix else { return };
        let outside = before.strip_suffix(prefix).unwrap_or_default();
        let opens = |c: char| matches!(c, '(' | ',' | '[' | '{' | '=' | INLINE | BLOCK | '\n');
        let free = match self.mode {
            Mode::Query => outside.is_empty() || outside.ends_with(|c: char| c.is_whitespace() || opens(c)),
            _ => outside.trim_end_matches(' ').ends_with(opens) || outside.trim_end_matches(' ').is_empty(),
        };
        if free && name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.push(Space::Symbol, format!("{prefix}{name}"), (start - prefix.len(), self.at), false);
        }
    }

    /// `is not` and its like, as one symbol at the place of its first word.
    fn pair(&mut self, start: usize, name: &str) {
        let last = self.last.take();
        self.last = Some((name.to_string(), start));
        let Some((first, from)) = last else { return };
        if self.mode != Mode::Prose && PAIRS.contains(&(first.as_str(), name)) {
            self.push(Space::Symbol, format!("{first} {name}"), (from, self.at), false);
        }
    }

    fn operator(&mut self, c: char) {
        if self.mode == Mode::Prose || !c.is_ascii_punctuation() {
            return;
        }
        let longer = self.ahead(1).is_some_and(|next| next.is_ascii_punctuation());
        if let Some(operator) = OPERATORS.into_iter().find(|operator| longer && self.rest().starts_with(operator)) {
            let end = self.at + operator.len();
            // The stars of `**kwargs` are no power.
            let prefix = operator == "**"
                && self.text.get(end..).is_some_and(|rest| rest.starts_with(starts_word))
                && self.opened();
            if !prefix {
                self.push(Space::Symbol, operator.to_string(), (self.at, end), false);
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
            self.push(Space::Symbol, c.to_string(), (self.at, self.at + 1), false);
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

fn inner_capital(text: &str) -> bool {
    let mut last_small = false;
    text.chars().any(|c| {
        let camel = last_small && c.is_uppercase();
        last_small = c.is_lowercase();
        camel
    })
}

fn digits_and_letters(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.contains(char::is_alphabetic)
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
