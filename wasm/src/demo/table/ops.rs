//! Operations on a table, and the text that one types them as.

use crate::demo::pyhash::literal::{self, Cursor, Names};
use crate::demo::pyhash::{Seed, Value};

/// The kinds of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Kind {
    /// `d[key] = value`, `s.add(key)`.
    Insert,
    /// `key in d`, `key in s`.
    Lookup,
    /// `del d[key]`, `s.discard(key)`.
    Delete,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Op {
    /// What is done.
    pub kind: Kind,
    /// The key.
    pub key: Value,
    /// Its hash.
    pub hash: i64,
    /// The key as it was written.
    pub label: String,
    /// The value as it was written, where there is one.
    pub value: String,
}

/// Reads operations as Python writes them, each on a line or after a `;`:
///
/// - insert: `d["a"] = 1`, `s.add("a")`, `add "a"`, or nothing but keys: `"a", "b"`;
/// - look up: `"a" in d`, `d["a"]`, `d.get("a")`, `find "a"`;
/// - delete: `del d["a"]`, `d.pop("a")`, `s.discard("a")`, `s.remove("a")`, `del "a"`;
/// - name a key: `x = float("nan")`.
///
/// Any name may stand for the table. A `#` starts a comment. `d = {}` and `s = set()` do nothing.
///
/// # Errors
/// A sentence that names the line.
pub fn parse(text: &str, seed: Seed) -> Result<Vec<Op>, String> {
    let mut reader = Reader { names: Names::default(), ops: Vec::new(), seed };
    let mut cursor = Cursor::new(text);
    loop {
        while cursor.peek().is_some_and(|c| c.is_whitespace() || c == ';') {
            cursor.bump();
        }
        let Some(c) = cursor.peek() else { return Ok(reader.ops) };
        let start = cursor;
        let mut read = Ok(());
        if c != '#' {
            read = reader.statement(&mut cursor).and_then(|()| {
                cursor.skip_blanks();
                match cursor.peek() {
                    None | Some('\n' | ';' | '#') => Ok(()),
                    Some(_) => Err(format!("“{}” is too much", cursor.excerpt())),
                }
            });
        }
        if let Err(why) = read {
            return Err(format!("Line {}: {why}.", start.line()));
        }
        if cursor.peek() == Some('#') {
            while cursor.peek().is_some_and(|c| c != '\n') {
                cursor.bump();
            }
        }
    }
}

struct Reader {
    names: Names,
    ops: Vec<Op>,
    seed: Seed,
}

impl Reader {
    fn push(&mut self, kind: Kind, key: Value, label: &str, value: &str) {
        let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
        let hash = key.hash(self.seed);
        self.ops.push(Op { kind, key, hash, label, value: value.to_string() });
    }

    fn statement(&mut self, cursor: &mut Cursor<'_>) -> Result<(), String> {
        let start = *cursor;
        if let Some(name) = cursor.name() {
            let after_name = *cursor;
            if cursor.take("[") {
                return self.subscripted(cursor, start);
            }
            if name != "math" && name != "np" && name != "numpy" && cursor.take(".") {
                return self.method(cursor);
            }
            if !cursor.take("==") && cursor.take("=") {
                return self.assignment(cursor, name);
            }
            *cursor = after_name;
            let kind = match name {
                "add" | "insert" => Some(Kind::Insert),
                "find" | "get" => Some(Kind::Lookup),
                "del" | "delete" | "discard" | "remove" | "pop" => Some(Kind::Delete),
                _ => None,
            };
            cursor.skip_blanks();
            if let Some(kind) = kind {
                return self.worded(cursor, kind);
            }
        }
        *cursor = start;
        let key = literal::key(cursor, &mut self.names)?;
        let label = cursor.since(start);
        let mut ahead = *cursor;
        let not = ahead.take_word("not");
        if ahead.take_word("in") {
            *cursor = ahead;
            cursor.skip_blanks();
            let Some(_) = cursor.name() else { return Err("after “in” a name is missing".into()) };
            self.push(Kind::Lookup, key, label, "");
            return Ok(());
        }
        if not {
            return Err("after “not” an “in” is missing".into());
        }
        self.push(Kind::Insert, key, label, "");
        self.more(cursor, Kind::Insert)
    }

    /// Further keys after commas.
    fn more(&mut self, cursor: &mut Cursor<'_>, kind: Kind) -> Result<(), String> {
        while cursor.take(",") {
            cursor.skip_blanks();
            if matches!(cursor.peek(), None | Some('\n' | ';' | '#')) {
                break;
            }
            let start = *cursor;
            let key = literal::key(cursor, &mut self.names)?;
            self.push(kind, key, cursor.since(start), "");
        }
        Ok(())
    }

    /// After a word such as `add`: keys, or for `del` an item of the table.
    fn worded(&mut self, cursor: &mut Cursor<'_>, kind: Kind) -> Result<(), String> {
        let start = *cursor;
        if kind == Kind::Delete && cursor.name().is_some() && cursor.take("[") {
            let (key, label) = self.brackets(cursor)?;
            self.push(Kind::Delete, key, &label, "");
            return Ok(());
        }
        *cursor = start;
        let key = literal::key(cursor, &mut self.names)?;
        self.push(kind, key, cursor.since(start), "");
        self.more(cursor, kind)
    }

    /// The key of `d[key]` and how it was written; a tuple without its parentheses gets them.
    fn brackets(&mut self, cursor: &mut Cursor<'_>) -> Result<(Value, String), String> {
        let start = *cursor;
        let (key, bare) = literal::subscript(cursor, &mut self.names)?;
        let inside = cursor.since(start);
        let inside = inside.strip_suffix(']').unwrap_or(inside).trim();
        Ok((key, if bare { format!("({inside})") } else { inside.to_string() }))
    }

    /// `d[key] = value`, or `d[key]` alone.
    fn subscripted(&mut self, cursor: &mut Cursor<'_>, start: Cursor<'_>) -> Result<(), String> {
        let (key, label) = self.brackets(cursor)?;
        if cursor.take("==") || !cursor.take("=") {
            let written = cursor.since(start);
            if written.ends_with("==") {
                return Err("a comparison is no operation on a table".into());
            }
            self.push(Kind::Lookup, key, &label, "");
            return Ok(());
        }
        cursor.skip_blanks();
        let value = *cursor;
        let mut quote = None;
        while let Some(c) = cursor.peek() {
            match quote {
                None if matches!(c, '\n' | ';' | '#') => break,
                None if matches!(c, '"' | '\'') => quote = Some(c),
                Some(_) if c == '\n' => break,
                Some(open) if c == open => quote = None,
                _ => {}
            }
            cursor.bump();
        }
        let value = cursor.since(value);
        if value.is_empty() {
            return Err("a value is missing after =".into());
        }
        self.push(Kind::Insert, key, &label, value);
        Ok(())
    }

    /// `s.add(key)` and its like.
    fn method(&mut self, cursor: &mut Cursor<'_>) -> Result<(), String> {
        let name = cursor.name().unwrap_or_default();
        let kind = match name {
            "add" => Kind::Insert,
            "get" => Kind::Lookup,
            "discard" | "remove" | "pop" => Kind::Delete,
            _ => return Err(format!("this lab knows add, discard, remove, pop and get, not “.{name}”")),
        };
        if !cursor.take("(") {
            return Err(format!("after .{name} a ( is missing"));
        }
        cursor.skip_blanks();
        let start = *cursor;
        let key = literal::key(cursor, &mut self.names)?;
        let label = cursor.since(start);
        if !cursor.take(")") {
            return Err(format!("a ) is missing after .{name}({label}"));
        }
        self.push(kind, key, label, "");
        Ok(())
    }

    /// `x = key`, or the empty table that there is from the start.
    fn assignment(&mut self, cursor: &mut Cursor<'_>, name: &str) -> Result<(), String> {
        let mut ahead = *cursor;
        let empty = ahead.take("{") && ahead.take("}")
            || (ahead.take_word("set") || ahead.take_word("dict")) && ahead.take("(") && ahead.take(")");
        if empty && self.ops.is_empty() {
            *cursor = ahead;
            return Ok(());
        }
        let value = literal::key(cursor, &mut self.names)?;
        self.names.bind(name, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse(text, Seed::new(0)) {
            Ok(ops) => {
                let letter = |kind| match kind {
                    Kind::Insert => '+',
                    Kind::Lookup => '?',
                    Kind::Delete => '-',
                };
                ops.iter()
                    .map(|op| format!("{}{}={}", letter(op.kind), op.label, op.value))
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            Err(why) => why,
        }
    }

    #[test]
    fn python_and_words() {
        assert_eq!(
            read("d = {}\nd['a'] = 1; d[1, 2] = 'x;y' # why\n\n'a' in d;d[1]"),
            "+'a'=1 +(1, 2)='x;y' ?'a'= ?1="
        );
        assert_eq!(read("d[(1, 2), (3, 4)]; d[()]; d[(1,)]; d[1,]"), "?((1, 2), (3, 4))= ?()= ?(1,)= ?(1,)=");
        assert_eq!(read("del d['a']; del 'b'; s.discard(1); s.remove( 2 ); d.pop(3)"), "-'a'= -'b'= -1= -2= -3=");
        assert_eq!(read("add \"spam\"; add 1, 2; find 42; del 1"), "+\"spam\"= +1= +2= ?42= -1=");
        assert_eq!(read("1, -2, (3, 4), 'x',"), "+1= +-2= +(3, 4)= +'x'=");
        assert_eq!(read("x = float('nan'); d[x] = 1; x in d; nan not in d"), "+x=1 ?x= ?nan=");
        assert_eq!(read("add (1, 2)\nadd(1)"), "+(1, 2)= +(1)=");
        assert_eq!(read("d[((1))] = 2; 2**61 - 1"), "+((1))=2 +2**61 - 1=");
        assert_eq!(read("True; None; 1.0 in d"), "+True= +None= ?1.0=");
        assert_eq!(read(""), "");
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(read("1\n\nspam"), "Line 3: “spam” is no name that has a key; a string needs quotes.");
        assert_eq!(read("d[[1]] = 2"), "Line 1: a list is unhashable, so it is no key; a tuple is one.");
        assert_eq!(read("d['a"), "Line 1: a string is not closed on its line.");
        assert_eq!(read("d[1] ="), "Line 1: a value is missing after =.");
        assert_eq!(read("d[1] += 2"), "Line 1: “+= 2” is too much.");
        assert_eq!(read("1 2"), "Line 1: “2” is too much.");
        assert_eq!(read("s.add("), "Line 1: a key is missing.");
        assert_eq!(read("s.update([1])"), "Line 1: this lab knows add, discard, remove, pop and get, not “.update”.");
        assert_eq!(read("1_"), "Line 1: “1_” is no number that Python reads.");
        assert_eq!(
            read("2**1000"),
            "Line 1: arithmetic here takes ints and stays within 127 bits; write the number itself."
        );
        assert_eq!(read(&"(".repeat(100)), "Line 1: this nests more than 64 deep.");
        assert_eq!(read(&"-".repeat(100)), "Line 1: this nests more than 64 deep.");
    }
}
