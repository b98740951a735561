//! The grammars' regular expressions: compiled when the grammars are made, matched here at one place of a line by backtracking.
//!
//! A general engine searches the whole line for each of a context's patterns. Here each program knows which bytes it can start
//! at, so that at most places nothing is tried at all.

use std::collections::HashSet;
use std::ops::Range;

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// The end, of the program or of a look-around.
    Match,
    /// These bytes.
    Bytes(Vec<u8>),
    /// A character of a class.
    Class(u32),
    /// Characters of a class, at least and at most so many: as many as possible first.
    Repeat {
        /// The class.
        class: u32,
        /// How many at least.
        least: u32,
        /// How many at most.
        most: u32,
    },
    /// Goes on at the first instruction, then at the second.
    Split(u32, u32),
    /// Goes on there.
    Jump(u32),
    /// The place is kept: the start or the end of a group, or where a round of a loop began.
    Save(u32),
    /// Fails where a round of a loop that began at the kept place has matched nothing.
    Progress(u32),
    /// The start of the line.
    Start,
    /// The end of the text, behind the line's end.
    End,
    /// Before the line's end, or at the end of the text.
    LineEnd,
    /// Between a word and something else; or not there.
    Boundary(bool),
    /// What follows until `Match` must match, or must not, so many characters back; then it goes on at the last.
    Look {
        /// Whether it must not match.
        not: bool,
        /// Characters back.
        back: u32,
        /// Where it goes on.
        then: u32,
    },
    /// What follows until `Match` is matched as it first can be; then it goes on there.
    Atomic(u32),
    /// The text of a group of the match that opened the context; whether capitals count.
    Outer(u32, bool),
    /// The text of an earlier group of this match; whether capitals count.
    Same(u32, bool),
}

/// A class of characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Class {
    /// The ASCII characters of it, a bit each.
    pub ascii: u128,
    /// The others, in order.
    pub ranges: Vec<(u32, u32)>,
}

impl Class {
    /// Whether the character is in it.
    pub fn has(&self, c: char) -> bool {
        let code = u32::from(c);
        if code < 128 {
            return self.ascii >> code & 1 == 1;
        }
        self.ranges
            .binary_search_by(|(low, high)| match code {
                _ if code < *low => std::cmp::Ordering::Greater,
                _ if code > *high => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Equal,
            })
            .is_ok()
    }
}

/// The bytes that a match can start at, a bit each; the last one stands for the end of the text.
pub type Starts = [u64; 5];

/// The index of the end of the text in [`Starts`].
pub const END: usize = 256;

/// A compiled expression.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// What can start a match.
    pub starts: Starts,
    /// Places that are kept: two for each group, the whole match first, then one for each loop.
    pub slots: usize,
    /// The instructions.
    pub ops: Vec<Op>,
}

/// No place.
pub const NONE: usize = usize::MAX;

/// What a match of another line captured.
#[derive(Debug, Clone)]
pub struct Captured {
    /// That line.
    pub line: String,
    /// Start and end of each group.
    pub slots: Vec<usize>,
}

impl Captured {
    fn group(&self, number: u32) -> &str {
        range(&self.slots, number as usize).and_then(|range| self.line.get(range)).unwrap_or_default()
    }
}

/// The place of a group, if it took part in the match.
pub fn range(slots: &[usize], group: usize) -> Option<Range<usize>> {
    match slots.get(group * 2..group * 2 + 2) {
        Some(&[start, end]) if start != NONE && end != NONE => Some(start..end),
        _ => None,
    }
}

enum Back {
    /// Goes on at this instruction and place.
    Branch(u32, usize),
    /// A repetition gives one character back: instruction behind it, least and present place.
    Shorter(u32, usize, usize),
    /// A kept place becomes what it was.
    Restore(u32, usize),
    /// Both ways on from this instruction and place have failed.
    Failed(u32, usize),
}

/// Steps of a match from which on it keeps where it failed.
const PLENTY: u32 = 1000;

/// A matcher with its memory, which is used again and again.
#[derive(Default)]
pub struct Matcher {
    /// What the last match kept.
    pub slots: Vec<usize>,
    back: Vec<Back>,
    /// Instructions and places from which this match is known to fail: without them the time can double with each character.
    failed: HashSet<(u32, usize)>,
    /// The steps left at which this match begins to keep them, and whether it then does.
    plenty: u32,
    keeps: Option<bool>,
    /// Steps that are left for this line: a grammar that backtracks without end gives up.
    pub steps: u32,
}

/// What a match reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The line, with its end.
    pub line: &'a str,
    /// The classes by their numbers.
    pub classes: &'a dyn Fn(u32) -> &'static Class,
    /// What the match that opened the context captured.
    pub outer: Option<&'a Captured>,
}

impl Input<'_> {
    fn char_at(&self, at: usize) -> Option<char> {
        match self.line.as_bytes().get(at) {
            Some(byte) if *byte < 128 => Some(char::from(*byte)),
            _ => self.line.get(at..)?.chars().next(),
        }
    }

    fn before(&self, at: usize) -> Option<char> {
        self.line.get(..at)?.chars().next_back()
    }

    /// Whether that text stands here; then the place is behind it.
    fn same(&self, text: &str, exact: bool, at: &mut usize) -> bool {
        let here = self.line.get(*at..*at + text.len());
        *at += text.len();
        here.is_some_and(|here| here == text || !exact && here.to_lowercase() == text.to_lowercase())
    }

    fn boundary(&self, at: usize) -> bool {
        // The first class is that of the characters of words.
        let word = |c: Option<char>| c.is_some_and(|c| (self.classes)(0).has(c));
        word(self.before(at)) != word(self.char_at(at))
    }
}

impl Matcher {
    /// The end of the match that starts at this place, if there is one; `slots` then holds its groups.
    pub fn at(&mut self, program: &Program, input: Input<'_>, start: usize) -> Option<usize> {
        self.slots.clear();
        self.slots.resize(program.slots.max(2), NONE);
        self.back.clear();
        self.failed.clear();
        self.plenty = self.steps.saturating_sub(PLENTY);
        self.keeps = None;
        let end = self.run(program, input, 0, start)?;
        if let Some(whole) = self.slots.get_mut(..2) {
            whole.copy_from_slice(&[start, end]);
        }
        Some(end)
    }

    /// What comes after a place is the same whichever way led there, but for the text of an earlier group.
    fn keeps(&mut self, program: &Program) -> bool {
        let groups = || program.ops.iter().any(|op| matches!(op, Op::Same(..)));
        self.steps < self.plenty && *self.keeps.get_or_insert_with(|| !groups())
    }

    fn save(&mut self, slot: u32, at: usize) {
        if let Some(kept) = self.slots.get_mut(slot as usize) {
            self.back.push(Back::Restore(slot, *kept));
            *kept = at;
        }
    }

    /// The next place to go on at.
    fn backtrack(&mut self, base: usize, line: &str) -> Option<(u32, usize)> {
        while self.back.len() > base {
            match self.back.pop()? {
                Back::Branch(pc, at) => return Some((pc, at)),
                Back::Shorter(pc, least, at) => {
                    let shorter = at - line.get(..at)?.chars().next_back().map_or(1, char::len_utf8);
                    if shorter > least {
                        self.back.push(Back::Shorter(pc, least, shorter));
                    }
                    return Some((pc, shorter));
                }
                Back::Failed(pc, at) => drop(self.failed.insert((pc, at))),
                Back::Restore(slot, old) => {
                    if let Some(kept) = self.slots.get_mut(slot as usize) {
                        *kept = old;
                    }
                }
            }
        }
        None
    }

    fn run(&mut self, program: &Program, input: Input<'_>, pc: u32, at: usize) -> Option<usize> {
        let base = self.back.len();
        let (mut pc, mut at) = (pc, at);
        loop {
            if self.steps == 0 {
                return None;
            }
            self.steps -= 1;
            match self.step(program, input, &mut pc, &mut at) {
                Step::On => {}
                Step::Done => return Some(at),
                Step::Fail => (pc, at) = self.backtrack(base, input.line)?,
            }
        }
    }

    fn step(&mut self, program: &Program, input: Input<'_>, pc: &mut u32, at: &mut usize) -> Step {
        let Some(op) = program.ops.get(*pc as usize) else { return Step::Fail };
        *pc += 1;
        let fits = match op {
            Op::Match => return Step::Done,
            Op::Bytes(bytes) => {
                let here = input.line.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(bytes));
                *at += bytes.len();
                here
            }
            Op::Class(class) => match input.char_at(*at).filter(|c| (input.classes)(*class).has(*c)) {
                Some(c) => {
                    *at += c.len_utf8();
                    true
                }
                None => false,
            },
            Op::Repeat { class, least, most } => {
                let end = self.repeat(input, (*class, *least, *most), *pc, *at);
                *at = end.unwrap_or(*at);
                end.is_some()
            }
            Op::Split(first, second) => {
                let here = (*pc - 1, *at);
                let fails = self.failed.contains(&here);
                if !fails {
                    if self.keeps(program) {
                        self.back.push(Back::Failed(here.0, here.1));
                    }
                    self.back.push(Back::Branch(*second, *at));
                    *pc = *first;
                }
                !fails
            }
            Op::Jump(to) => {
                *pc = *to;
                true
            }
            Op::Save(slot) => {
                self.save(*slot, *at);
                true
            }
            Op::Progress(slot) => self.slots.get(*slot as usize) != Some(&*at),
            Op::Start => *at == 0,
            Op::End => *at == input.line.len(),
            Op::LineEnd => input.line.as_bytes().get(*at).is_none_or(|byte| *byte == b'\n'),
            Op::Boundary(there) => input.boundary(*at) == *there,
            Op::Look { not, back, then } => {
                let found = self.look(program, input, *back, *pc, *at);
                *pc = *then;
                found != *not
            }
            Op::Atomic(then) => {
                let base = self.back.len();
                let end = self.run(program, input, *pc, *at);
                self.forget(base);
                *pc = *then;
                *at = end.unwrap_or(*at);
                end.is_some()
            }
            Op::Outer(group, exact) => {
                let text = input.outer.map(|outer| outer.group(*group)).unwrap_or_default();
                input.same(text, *exact, at)
            }
            Op::Same(group, exact) => {
                let text = range(&self.slots, *group as usize).and_then(|range| input.line.get(range));
                text.is_some_and(|text| input.same(text, *exact, at))
            }
        };
        if fits { Step::On } else { Step::Fail }
    }

    fn repeat(
        &mut self,
        input: Input<'_>,
        (class, least, most): (u32, u32, u32),
        pc: u32,
        start: usize,
    ) -> Option<usize> {
        let class = (input.classes)(class);
        let (mut at, mut count, mut enough) = (start, 0, start);
        while count < most {
            let Some(c) = input.char_at(at).filter(|c| class.has(*c)) else { break };
            at += c.len_utf8();
            count += 1;
            if count == least {
                enough = at;
            }
        }
        if count < least {
            return None;
        }
        if at > enough {
            self.back.push(Back::Shorter(pc, enough, at));
        }
        Some(at)
    }

    fn look(&mut self, program: &Program, input: Input<'_>, back: u32, pc: u32, at: usize) -> bool {
        let mut from = at;
        for _ in 0..back {
            match input.before(from) {
                Some(c) => from -= c.len_utf8(),
                None => return false,
            }
        }
        let base = self.back.len();
        let found = self.run(program, input, pc, from).is_some();
        self.forget(base);
        found
    }

    /// What was found is not tried in another way; but kept places go back to what they were where this way fails.
    fn forget(&mut self, base: usize) {
        let mut kept = base;
        for at in base..self.back.len() {
            if matches!(self.back.get(at), Some(Back::Restore(..))) {
                self.back.swap(kept, at);
                kept += 1;
            }
        }
        self.back.truncate(kept);
    }
}

enum Step {
    On,
    Done,
    Fail,
}
