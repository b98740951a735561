//! Keys as one writes them in Python: literals, tuples, `float("nan")`, names, and a little arithmetic on ints.

use super::number::{Int, parse_float};
use super::{MAX_DEPTH, Value};

/// The names that a text has given to keys, and the count of its nan objects.
#[derive(Debug, Default)]
pub struct Names {
    bound: Vec<(String, Value)>,
    nans: u32,
}

impl Names {
    /// A nan object that was not there before.
    fn new_nan(&mut self) -> u32 {
        self.nans += 1;
        self.nans - 1
    }

    /// Binds a name, as `x = float("nan")` does.
    pub fn bind(&mut self, name: &str, value: Value) {
        self.bound.retain(|(bound, _)| bound != name);
        self.bound.push((name.to_string(), value));
    }

    /// The key of a name. `nan`, `math.nan` and `np.nan` are one object each, however often they are written.
    fn get(&mut self, name: &str) -> Option<Value> {
        if let Some((_, value)) = self.bound.iter().find(|(bound, _)| bound == name) {
            return Some(value.clone());
        }
        let value = match name {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "None" => Value::None,
            "inf" | "math.inf" | "np.inf" | "numpy.inf" => Value::Float(f64::INFINITY),
            "nan" | "math.nan" | "np.nan" | "numpy.nan" => Value::Nan(self.new_nan()),
            _ => return None,
        };
        if matches!(value, Value::Nan(_)) {
            self.bind(name, value.clone());
        }
        Some(value)
    }
}

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The start of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What is still to be read.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What was read since `start`, a cursor of the same text.
    pub fn since(&self, start: Self) -> &'a str {
        self.text.get(start.at..self.at).unwrap_or_default().trim()
    }

    /// The line of this place, from 1.
    pub fn line(&self) -> usize {
        1 + self.text.get(..self.at).unwrap_or_default().bytes().filter(|byte| *byte == b'\n').count()
    }

    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Goes past the next character.
    pub fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Goes past blanks within a line.
    pub fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|c| c != '\n' && c.is_whitespace()) {
            self.bump();
        }
    }

    /// Goes past `token`, and blanks before it, if it is what comes.
    pub fn take(&mut self, token: &str) -> bool {
        let mut ahead = *self;
        ahead.skip_blanks();
        let found = ahead.rest().starts_with(token);
        if found {
            ahead.at += token.len();
            *self = ahead;
        }
        found
    }

    /// Goes past `word`, and blanks before it, if it is the whole word that comes.
    pub fn take_word(&mut self, word: &str) -> bool {
        let mut ahead = *self;
        ahead.skip_blanks();
        let found = ahead.name() == Some(word);
        if found {
            *self = ahead;
        }
        found
    }

    /// Reads a name, without dots.
    pub fn name(&mut self) -> Option<&'a str> {
        let start = *self;
        if !self.peek().is_some_and(is_letter) {
            return None;
        }
        while self.peek().is_some_and(|c| is_letter(c) || c.is_ascii_digit()) {
            self.bump();
        }
        Some(self.since(start))
    }

    /// What stands here, for a message.
    pub fn excerpt(&self) -> String {
        let line = self.rest().lines().next().unwrap_or_default().trim();
        match line.char_indices().nth(24) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line.to_string(),
        }
    }
}

/// What a name may begin with; past ASCII anything goes.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// Reads one key.
///
/// # Errors
/// Half a sentence on what is wrong, to follow "Line 3:".
pub fn key(cursor: &mut Cursor<'_>, names: &mut Names) -> Result<Value, String> {
    sum(cursor, names, MAX_DEPTH)
}

/// Reads what stands within brackets: one key, or several with commas between them, which are a tuple; then the second is
/// true.
///
/// # Errors
/// As [`key`].
pub fn subscript(cursor: &mut Cursor<'_>, names: &mut Names) -> Result<(Value, bool), String> {
    items(cursor, names, ']', MAX_DEPTH)
}

fn deeper(depth: u32) -> Result<u32, String> {
    depth.checked_sub(1).ok_or_else(|| format!("this nests more than {MAX_DEPTH} deep"))
}

fn sum(cursor: &mut Cursor<'_>, names: &mut Names, depth: u32) -> Result<Value, String> {
    let depth = deeper(depth)?;
    let mut value = product(cursor, names, depth)?;
    loop {
        value = if cursor.take("+") {
            arithmetic(value, product(cursor, names, depth)?, i128::checked_add)?
        } else if cursor.take("-") {
            arithmetic(value, product(cursor, names, depth)?, i128::checked_sub)?
        } else {
            return Ok(value);
        };
    }
}

fn product(cursor: &mut Cursor<'_>, names: &mut Names, depth: u32) -> Result<Value, String> {
    let mut value = signed(cursor, names, depth)?;
    while cursor.take("*") {
        value = arithmetic(value, signed(cursor, names, depth)?, i128::checked_mul)?;
    }
    Ok(value)
}

fn signed(cursor: &mut Cursor<'_>, names: &mut Names, depth: u32) -> Result<Value, String> {
    let depth = deeper(depth)?;
    if cursor.take("-") {
        return Ok(match signed(cursor, names, depth)? {
            Value::Int(int) => Value::Int(int.negated()),
            Value::Bool(bool) => Value::Int(Int::Small(-i64::from(bool))),
            Value::Float(float) => Value::Float(-float),
            Value::Nan(_) => Value::Nan(names.new_nan()),
            _ => return Err("a minus stands before numbers only".into()),
        });
    }
    if cursor.take("+") {
        return signed(cursor, names, depth);
    }
    let base = atom(cursor, names, depth)?;
    if !cursor.take("**") {
        return Ok(base);
    }
    let exponent = signed(cursor, names, depth)?;
    arithmetic(base, exponent, |base, exponent| base.checked_pow(u32::try_from(exponent).ok()?))
}

fn arithmetic(a: Value, b: Value, operation: impl Fn(i128, i128) -> Option<i128>) -> Result<Value, String> {
    let int = |value: Value| if let Value::Int(int) = value { int.to_i128() } else { None };
    match int(a).zip(int(b)).and_then(|(a, b)| operation(a, b)) {
        Some(value) => Ok(Value::Int(Int::from_i128(value))),
        None => Err("arithmetic here takes ints and stays within 127 bits; write the number itself".into()),
    }
}

fn items(cursor: &mut Cursor<'_>, names: &mut Names, close: char, depth: u32) -> Result<(Value, bool), String> {
    let (mut items, mut comma) = (Vec::new(), false);
    loop {
        skip_space(cursor);
        if cursor.peek() == Some(close) {
            cursor.bump();
            break;
        }
        if !items.is_empty() && !comma {
            return Err(format!("a {close} is missing before {}", quoted(cursor)));
        }
        items.push(sum(cursor, names, depth)?);
        skip_space(cursor);
        comma = cursor.peek() == Some(',');
        if comma {
            cursor.bump();
        }
    }
    match (items.len(), comma, items.pop()) {
        (1, false, Some(only)) => Ok((only, false)),
        (0, ..) if close == ']' => Err("a key is missing between the brackets".into()),
        (_, _, last) => {
            items.extend(last);
            Ok((Value::Tuple(items), true))
        }
    }
}

/// Within brackets a line may end.
fn skip_space(cursor: &mut Cursor<'_>) {
    while cursor.peek().is_some_and(char::is_whitespace) {
        cursor.bump();
    }
}

fn atom(cursor: &mut Cursor<'_>, names: &mut Names, depth: u32) -> Result<Value, String> {
    cursor.skip_blanks();
    match cursor.peek() {
        Some('"' | '\'') => Ok(Value::Str(string(cursor)?)),
        Some('(') => {
            cursor.bump();
            items(cursor, names, ')', depth).map(|(value, _)| value)
        }
        Some('[') => Err("a list is unhashable, so it is no key; a tuple is one".into()),
        Some('{') => Err("a dict or a set is unhashable, so it is no key".into()),
        Some(c) if c.is_ascii_digit() || c == '.' => number(cursor),
        Some(c) if is_letter(c) => named(cursor, names),
        None | Some('\n' | ';' | '#') => Err("a key is missing".into()),
        Some(_) => Err(format!("{} is no key", quoted(cursor))),
    }
}

fn quoted(cursor: &Cursor<'_>) -> String {
    match cursor.peek() {
        None => "the end".into(),
        Some('\n') => "the end of the line".into(),
        Some(_) => format!("“{}”", cursor.excerpt()),
    }
}

fn named(cursor: &mut Cursor<'_>, names: &mut Names) -> Result<Value, String> {
    let start = *cursor;
    cursor.name();
    if matches!(cursor.since(start), "math" | "np" | "numpy") && cursor.take(".") {
        cursor.name();
    }
    let name = cursor.since(start);
    if name == "float" && cursor.take("(") {
        cursor.skip_blanks();
        let inside = if cursor.peek().is_some_and(|c| c == '"' || c == '\'') { string(cursor).ok() } else { None };
        let float = inside.and_then(|text| parse_float(&text));
        return match float {
            Some(float) if cursor.take(")") => Ok(Value::float(float, || names.new_nan())),
            _ => Err("float() takes a text here, as in float(\"nan\")".into()),
        };
    }
    if matches!(name, "b" | "f" | "r" | "u" | "B" | "F" | "R" | "U")
        && cursor.peek().is_some_and(|c| c == '"' || c == '\'')
    {
        return Err(format!("strings stand here without a prefix like {name}"));
    }
    names.get(name).ok_or_else(|| format!("“{name}” is no name that has a key; a string needs quotes"))
}

fn number(cursor: &mut Cursor<'_>) -> Result<Value, String> {
    let start = *cursor;
    let mut last = ' ';
    while let Some(c) = cursor.peek() {
        let exponent_sign = matches!(c, '+' | '-') && matches!(last, 'e' | 'E') && !is_radix(cursor.since(start));
        if !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || exponent_sign) {
            break;
        }
        last = c;
        cursor.bump();
    }
    let text = cursor.since(start);
    let wrong = || format!("“{text}” is no number that Python reads");
    if is_radix(text) {
        let (prefix, digits) = text.split_at_checked(2).unwrap_or((text, ""));
        let radix = match prefix {
            "0x" | "0X" => 16,
            "0o" | "0O" => 8,
            _ => 2,
        };
        let digits = digits.replace('_', "");
        let value = i128::from_str_radix(&digits, radix).map_err(|_| wrong())?;
        return Ok(Value::Int(Int::from_i128(value)));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        if text.len() > 1 && text.starts_with('0') && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
            return Err(format!("“{text}”: an int has no leading zeros"));
        }
        return Int::parse(text).map(Value::Int).ok_or_else(wrong);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b"._eE+-".contains(&byte)) {
        return Err(wrong());
    }
    parse_float(text).map(Value::Float).ok_or_else(wrong)
}

fn is_radix(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'0') && bytes.next().is_some_and(|byte| b"xXoObB".contains(&byte))
}

fn string(cursor: &mut Cursor<'_>) -> Result<String, String> {
    let quote = cursor.bump();
    let mut text = String::new();
    loop {
        match cursor.bump() {
            c if c == quote => return Ok(text),
            None | Some('\n') => return Err("a string is not closed on its line".into()),
            Some('\\') => text.push(escaped(cursor)?),
            Some(c) => text.push(c),
        }
    }
}

fn escaped(cursor: &mut Cursor<'_>) -> Result<char, String> {
    let digits = match cursor.bump() {
        Some('n') => return Ok('\n'),
        Some('t') => return Ok('\t'),
        Some('r') => return Ok('\r'),
        Some('0') => return Ok('\0'),
        Some(c @ ('\\' | '\'' | '"')) => return Ok(c),
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        _ => return Err("after a backslash this lab reads n, t, r, 0, x, u, U, a quote or a backslash".into()),
    };
    let code = (0..digits).try_fold(0_u32, |code, _| Some(code << 4 | cursor.bump()?.to_digit(16)?));
    code.and_then(char::from_u32).ok_or_else(|| "a \\x, \\u or \\U names no character".to_string())
}
