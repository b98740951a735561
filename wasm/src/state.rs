//! A lab's state as text: what a form sends, what a URL fragment holds, what the builder makes of a `demo` fence.

use std::fmt;

/// Ordered `name=value` pairs; a list is a name that stands several times.
#[derive(Default, Debug, Clone, PartialEq, Eq)]
pub struct State {
    pairs: Vec<(String, String)>,
}

impl State {
    /// No pairs: a lab draws its own first state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `a=1&b=x+y%2C`, as a form or a fragment writes it. Any text is a state; a bad escape stands for itself.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self { pairs: pairs.collect() }
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, name: &str, value: impl fmt::Display) -> &mut Self {
        self.pairs.push((name.to_string(), value.to_string()));
        self
    }

    /// The last value of `name` (a pressed button stands after the fields), if it is there at all.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All values of `name`, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The pairs, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
}

/// The canonical text: only characters that a URL fragment may hold, and neither `~` nor `#`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.pairs.iter().enumerate() {
            if i > 0 {
                f.write_str("&")?;
            }
            encode(name, f)?;
            f.write_str("=")?;
            encode(value, f)?;
        }
        Ok(())
    }
}

fn encode(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'!'
            | b'*'
            | b'('
            | b')'
            | b','
            | b':'
            | b'/'
            | b'@' => write!(f, "{}", byte as char)?,
            b' ' => f.write_str("+")?,
            _ => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}

fn decode(text: &str) -> String {
    decode_percent(&text.replace('+', " "))
}

/// Undoes percent escapes; a bad escape stands for itself.
pub fn decode_percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        // The standard library's reader also takes a sign for a part of a number.
        let hex = hex.filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (byte, hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut state = State::new();
        state.push("shapes", "8,1,6,1").push("shapes", "(7, 1, 5)").push("text", "50 % ~ #é&=+");
        assert_eq!(State::parse(&state.to_string()), state);
        assert!(!state.to_string().contains(['~', '#', ' ']));
    }

    #[test]
    fn a_bad_escape_stands_for_itself() {
        assert_eq!(decode_percent("%41%2B%+5%-1%zz%é%4"), "A+%+5%-1%zz%é%4");
    }

    #[test]
    fn any_text_is_a_state() {
        for text in ["", "&&", "=", "%", "%zz", "%f", "a=%ff", "a", "é=%C3"] {
            let state = State::parse(text);
            assert_eq!(State::parse(&state.to_string()), state, "{text:?}");
        }
    }
}
