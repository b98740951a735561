//! The grammars: contexts with patterns, read from one file of ours, each when it is first needed.
//!
//! `grammars.bin` is made of the grammars that syntect brings (those of Sublime Text): `UPDATE=1 cargo test --test highlight`. Its
//! numbers are LEB128; a table of places stands before each kind of thing. Of a scope only the class that it gives is kept.

use std::sync::OnceLock;

use super::pattern::{Class, Op, Program, Starts};

/// The file.
static FILE: &[u8] = include_bytes!("grammars.bin");

/// What a scope says of the class: nothing, that there is none, or which of [`super::CLASSES`].
pub type Code = u8;

/// What a match does to the stack of contexts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    None,
    /// The context ends.
    Pop,
    /// These contexts open.
    Push(Vec<u32>),
    /// These contexts take the place of this one.
    Set(Vec<u32>),
}

/// What is looked for in a context.
#[derive(Debug)]
pub struct Pattern {
    /// The expression.
    pub program: &'static Program,
    /// The scopes of the match.
    pub scopes: Vec<Code>,
    /// The scopes of its groups.
    pub captures: Vec<(u32, Vec<Code>)>,
    /// What happens to the stack.
    pub action: Action,
    /// The context whose patterns come first while what this pattern opens is open.
    pub with_prototype: Option<u32>,
}

/// How many scopes below a context count for nothing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clear {
    /// So many.
    Top(u32),
    /// All.
    All,
}

/// A state of a grammar.
#[derive(Debug)]
pub struct Context {
    /// Its number.
    pub number: u32,
    /// The scopes of all of it, with what opens and closes it.
    pub meta: Vec<Code>,
    /// The scopes of what stands between.
    pub content: Vec<Code>,
    /// What it clears.
    pub clear: Option<Clear>,
    /// The context whose patterns come first.
    pub prototype: Option<u32>,
    /// Whether its patterns refer to the match that opened it.
    pub refers: bool,
    /// The patterns.
    pub patterns: Vec<&'static Pattern>,
    /// Which of the patterns can match, by the byte at the place; the end of the text last.
    by_byte: Vec<(u32, u32)>,
    fitting: Vec<u16>,
}

impl Context {
    /// Whether any pattern can match before that byte, or before the end of the text.
    pub fn any_fits(&self, byte: usize) -> bool {
        self.by_byte.get(byte).is_some_and(|(start, end)| start < end)
    }

    /// The patterns that can match before that byte, or before the end of the text, in their order.
    pub fn fitting(&self, byte: usize) -> impl Iterator<Item = &'static Pattern> + '_ {
        let (start, end) = self.by_byte.get(byte).copied().unwrap_or_default();
        let numbers = self.fitting.get(start as usize..end as usize).unwrap_or_default();
        numbers.iter().filter_map(|number| self.patterns.get(usize::from(*number)).copied())
    }
}

/// All grammars.
pub struct Grammars {
    /// The names and file extensions of languages in lower case, sorted, each with the context that its text starts in.
    starts: Vec<(&'static str, u32)>,
    classes: Table<Class>,
    programs: Table<Program>,
    patterns: Table<Pattern>,
    contexts: Table<Context>,
}

/// Things of a kind, each read when it is first asked for.
struct Table<T> {
    /// Where each stands in the file.
    places: Vec<u32>,
    things: Vec<OnceLock<Box<T>>>,
}

impl<T> Table<T> {
    fn read(reader: &mut Reader) -> Self {
        let count = reader.number();
        let mut at = 0;
        let places: Vec<u32> = (0..count)
            .map(|_| {
                at += reader.number();
                at
            })
            .collect();
        Self { things: places.iter().map(|_| OnceLock::new()).collect(), places }
    }

    fn get(&self, number: u32, read: impl FnOnce(Reader) -> T) -> Option<&T> {
        let thing = self.things.get(number as usize)?;
        let place = self.places.get(number as usize)?;
        Some(thing.get_or_init(|| Box::new(read(Reader { at: *place as usize }))))
    }
}

/// The grammars of the builder.
pub fn grammars() -> &'static Grammars {
    static GRAMMARS: OnceLock<Grammars> = OnceLock::new();
    GRAMMARS.get_or_init(|| {
        // Places are counted from the start of the things, which stand behind the tables.
        let mut reader = Reader { at: 0 };
        let count = reader.number();
        let starts = (0..count).map(|_| (reader.text(), reader.number())).collect();
        let mut grammars = Grammars {
            starts,
            classes: Table::read(&mut reader),
            programs: Table::read(&mut reader),
            patterns: Table::read(&mut reader),
            contexts: Table::read(&mut reader),
        };
        let base = u32::try_from(reader.at).unwrap_or_default();
        let tables = [
            &mut grammars.classes.places,
            &mut grammars.programs.places,
            &mut grammars.patterns.places,
            &mut grammars.contexts.places,
        ];
        tables.into_iter().flatten().for_each(|place| *place += base);
        grammars
    })
}

impl Grammars {
    /// The context in which a text of that language starts.
    pub fn start(&self, language: &str) -> Option<u32> {
        let language = language.to_ascii_lowercase();
        let at = self.starts.binary_search_by_key(&language.as_str(), |(name, _)| name).ok()?;
        self.starts.get(at).map(|(_, context)| *context)
    }

    /// A class of characters.
    pub fn class(&'static self, number: u32) -> &'static Class {
        static EMPTY: Class = Class { ascii: 0, ranges: Vec::new() };
        self.classes.get(number, |mut reader| reader.class()).unwrap_or(&EMPTY)
    }

    /// A context.
    pub fn context(&'static self, number: u32) -> Option<&'static Context> {
        self.contexts.get(number, |mut reader| {
            let (meta, content) = (reader.codes(), reader.codes());
            let clear = match reader.number() {
                0 => None,
                1 => Some(Clear::All),
                n => Some(Clear::Top(n - 2)),
            };
            let prototype = reader.number().checked_sub(1);
            let refers = reader.number() == 1;
            let patterns = reader.numbers();
            let patterns: Vec<_> = patterns.into_iter().filter_map(|number| self.pattern(number)).collect();
            let (by_byte, fitting) = by_byte(&patterns);
            Context { number, meta, content, clear, prototype, refers, patterns, by_byte, fitting }
        })
    }

    fn pattern(&'static self, number: u32) -> Option<&'static Pattern> {
        static NEVER: Program = Program { starts: [0; 5], slots: 2, ops: Vec::new() };
        self.patterns.get(number, |mut reader| {
            let program = self.programs.get(reader.number(), |mut reader| reader.program()).unwrap_or(&NEVER);
            let scopes = reader.codes();
            let captures = (0..reader.number()).map(|_| (reader.number(), reader.codes())).collect();
            let action = match reader.number() {
                1 => Action::Pop,
                2 => Action::Push(reader.numbers()),
                3 => Action::Set(reader.numbers()),
                _ => Action::None,
            };
            let with_prototype = reader.number().checked_sub(1);
            Pattern { program, scopes, captures, action, with_prototype }
        })
    }
}

/// For each byte, and for the end of the text, which patterns can match there.
fn by_byte(patterns: &[&Pattern]) -> (Vec<(u32, u32)>, Vec<u16>) {
    let mut fitting = Vec::new();
    let mut end = 0;
    let ranges = (0..=super::pattern::END).map(|byte| {
        let start = end;
        for (number, pattern) in (0u16..).zip(patterns) {
            if pattern.program.starts.get(byte / 64).is_some_and(|bits| bits >> (byte % 64) & 1 == 1) {
                fitting.push(number);
                end += 1;
            }
        }
        (start, end)
    });
    (ranges.collect(), fitting)
}

struct Reader {
    at: usize,
}

impl Reader {
    fn byte(&mut self) -> u8 {
        self.at += 1;
        FILE.get(self.at - 1).copied().unwrap_or_default()
    }

    fn number(&mut self) -> u32 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u32::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 || shift > 28 {
                return number;
            }
        }
    }

    fn numbers(&mut self) -> Vec<u32> {
        (0..self.number()).map(|_| self.number()).collect()
    }

    fn bytes(&mut self) -> &'static [u8] {
        let length = self.number() as usize;
        self.at += length;
        FILE.get(self.at - length..self.at).unwrap_or_default()
    }

    fn text(&mut self) -> &'static str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    fn codes(&mut self) -> Vec<Code> {
        self.bytes().to_vec()
    }

    fn class(&mut self) -> Class {
        let ascii = (0..16).fold(0, |bits, at| bits | u128::from(self.byte()) << (at * 8));
        let mut last = 0;
        let mut next = |reader: &mut Self| {
            last += reader.number();
            last
        };
        let count = self.number();
        Class { ascii, ranges: (0..count).map(|_| (next(self), next(self))).collect() }
    }

    fn program(&mut self) -> Program {
        let mut starts = Starts::default();
        for at in 0..33 {
            let byte = u64::from(self.byte());
            if let Some(bits) = starts.get_mut(at / 8) {
                *bits |= byte << (at % 8 * 8);
            }
        }
        let slots = self.number() as usize;
        Program { starts, slots, ops: (0..self.number()).map(|_| self.op()).collect() }
    }

    fn op(&mut self) -> Op {
        match self.byte() {
            1 => Op::Bytes(self.bytes().to_vec()),
            2 => Op::Class(self.number()),
            3 => Op::Repeat { class: self.number(), least: self.number(), most: self.number() },
            4 => Op::Split(self.number(), self.number()),
            5 => Op::Jump(self.number()),
            6 => Op::Save(self.number()),
            7 => Op::Progress(self.number()),
            8 => Op::Start,
            9 => Op::End,
            10 => Op::LineEnd,
            11 => Op::Boundary(self.number() == 1),
            12 => Op::Look { not: self.number() == 1, back: self.number(), then: self.number() },
            13 => Op::Atomic(self.number()),
            14 => Op::Outer(self.number(), self.number() == 1),
            15 => Op::Same(self.number(), self.number() == 1),
            _ => Op::Match,
        }
    }
}
