//! Which patterns of a context may match at a place of a line, told by reading a few bytes once for all of them.
//!
//! The patterns' programs are run side by side as an automaton, whose states are made when they are first met. What an automaton
//! can't tell (look-behinds, text of groups, characters beyond ASCII) counts as fitting: a pattern that is left out can't match, one
//! that is not left out is tried by the matcher. So the sieve changes no result.

use std::cell::RefCell;
use std::collections::HashMap;

use super::grammar::{Context, Grammars, Pattern};
use super::pattern::{END, Op, Program};

/// Bytes that are read at most.
const MOST: usize = 24;

/// States of a context at most: one that needs more is tried pattern by pattern.
const STATES: usize = 4096;

/// Transitions of a state.
const WIDTH: usize = END + 1;

/// The transition is not known yet.
const UNKNOWN: u32 = u32::MAX;

/// What stands before a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Before {
    /// Nothing: the line starts.
    Start,
    /// A character of a word.
    Word,
    /// Another character.
    Other,
    /// A part of a character beyond ASCII.
    Unknown,
}

/// A place in a program: the pattern's number in the context, the instruction, and how far the instruction is done.
type Thread = (u16, u32, u16);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    before: Before,
    threads: Vec<Thread>,
    /// The patterns that may match, whatever comes.
    fits: Vec<u16>,
}

struct State {
    key: Key,
    /// The patterns that may match as far as is known here, in their order.
    fitting: Vec<&'static Pattern>,
}

/// The automaton of a context.
struct Sieve {
    context: &'static Context,
    states: Vec<State>,
    /// Where each state goes on from each byte and the end of the text; doubled, and odd where no pattern is still open.
    next: Vec<u32>,
    known: HashMap<Key, u32>,
}

impl Sieve {
    fn new(context: &'static Context) -> Self {
        let mut sieve = Self { context, states: Vec::new(), next: Vec::new(), known: HashMap::new() };
        let threads: Vec<Thread> = (0u16..).zip(&context.patterns).map(|(number, _)| (number, 0, 0)).collect();
        // In the order of `Before`.
        for before in [Before::Start, Before::Word, Before::Other] {
            sieve.state(Key { before, threads: threads.clone(), fits: Vec::new() });
        }
        sieve
    }

    fn state(&mut self, key: Key) -> u32 {
        if let Some(number) = self.known.get(&key) {
            return *number;
        }
        let mut numbers: Vec<u16> = key.threads.iter().map(|(pattern, ..)| *pattern).chain(key.fits.clone()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let pattern = |number: &u16| self.context.patterns.get(usize::from(*number)).copied();
        let fitting = numbers.iter().filter_map(pattern).collect();
        let number = u32::try_from(self.states.len() * 2).unwrap_or(UNKNOWN) | u32::from(key.threads.is_empty());
        self.known.insert(key.clone(), number);
        self.states.push(State { key, fitting });
        self.next.resize(self.states.len() * WIDTH, UNKNOWN);
        number
    }

    /// The patterns that may match; none where that takes too many states.
    fn sift(
        &mut self,
        grammars: &'static Grammars,
        line: &[u8],
        at: usize,
        before: Before,
    ) -> Option<&[&'static Pattern]> {
        let mut state = before as usize;
        for at in at..at + MOST {
            let symbol = line.get(at).map_or(END, |byte| usize::from(*byte));
            let mut next = *self.next.get(state * WIDTH + symbol)?;
            if next == UNKNOWN {
                if self.states.len() >= STATES {
                    return None;
                }
                next = self.step(grammars, state, symbol)?;
            }
            state = next as usize / 2;
            if next % 2 == 1 {
                break;
            }
        }
        self.states.get(state).map(|state| state.fitting.as_slice())
    }

    fn step(&mut self, grammars: &'static Grammars, state: usize, symbol: usize) -> Option<u32> {
        let key = &self.states.get(state)?.key;
        let word =
            |symbol| u32::try_from(symbol).ok().and_then(char::from_u32).is_some_and(|c| grammars.class(0).has(c));
        let before = match symbol {
            0..128 if word(symbol) => Before::Word,
            128..END => Before::Unknown,
            _ => Before::Other,
        };
        let mut step =
            Step { grammars, symbol, from: key.before, to: before, fits: key.fits.clone(), next: Vec::new() };
        for thread in &key.threads {
            if let Some(pattern) = self.context.patterns.get(usize::from(thread.0)) {
                step.follow(pattern.program, *thread);
            }
        }
        let Step { mut fits, mut next, .. } = step;
        fits.sort_unstable();
        next.retain(|(pattern, ..)| fits.binary_search(pattern).is_err());
        next.sort_unstable();
        next.dedup();
        let number = self.state(Key { before, threads: next, fits });
        *self.next.get_mut(state * WIDTH + symbol)? = number;
        Some(number)
    }
}

/// A byte, or the end of the text, that is read.
struct Step {
    grammars: &'static Grammars,
    symbol: usize,
    from: Before,
    to: Before,
    fits: Vec<u16>,
    next: Vec<Thread>,
}

impl Step {
    fn fit(&mut self, pattern: u16) {
        if !self.fits.contains(&pattern) {
            self.fits.push(pattern);
        }
    }

    /// Goes on from a place to all places behind the byte.
    fn follow(&mut self, program: &Program, (pattern, pc, done): Thread) {
        let mut todo = vec![(pc, done)];
        let mut seen = todo.clone();
        while let Some((pc, done)) = todo.pop() {
            let mut go = |pc: u32| {
                if !seen.contains(&(pc, 0)) {
                    seen.push((pc, 0));
                    todo.push((pc, 0));
                }
            };
            let Some(op) = program.ops.get(pc as usize) else { continue };
            match op {
                Op::Match if ends_atomic(program, pc) => go(pc + 1),
                Op::Match | Op::Outer(..) | Op::Same(..) => self.fit(pattern),
                Op::Bytes(bytes) => match bytes.get(usize::from(done)) {
                    Some(byte) if usize::from(*byte) == self.symbol => {
                        let more = usize::from(done) + 1 < bytes.len();
                        self.next.push(if more { (pattern, pc, done + 1) } else { (pattern, pc + 1, 0) });
                    }
                    Some(_) => {}
                    None => go(pc + 1),
                },
                Op::Class(class) => {
                    if self.reads(pattern, *class) {
                        self.next.push((pattern, pc + 1, 0));
                    }
                }
                Op::Repeat { class, least, most } => {
                    // Rounds are not counted: at least one, or none.
                    if done > 0 || *least == 0 {
                        go(pc + 1);
                    }
                    if *most > 0 && self.reads(pattern, *class) {
                        self.next.push((pattern, pc, 1));
                    }
                }
                Op::Split(first, second) => {
                    go(*first);
                    go(*second);
                }
                Op::Jump(to) => go(*to),
                Op::Save(_) | Op::Progress(_) | Op::Atomic(_) => go(pc + 1),
                Op::Start if self.from == Before::Start => go(pc + 1),
                Op::End if self.symbol == END => go(pc + 1),
                Op::LineEnd if self.symbol == END || self.symbol == usize::from(b'\n') => go(pc + 1),
                Op::Start | Op::End | Op::LineEnd => {}
                Op::Boundary(there) => {
                    let unknown = self.from == Before::Unknown || self.to == Before::Unknown;
                    // Behind the last byte of the text there is no word.
                    if unknown || ((self.from == Before::Word) != (self.to == Before::Word)) == *there {
                        go(pc + 1);
                    }
                }
                // What must stand ahead at the end of an expression is followed in place of what comes then: its end.
                Op::Look { not: false, back: 0, then } if is_end(program, *then) => go(pc + 1),
                Op::Look { then, .. } => go(*then),
            }
        }
    }

    /// Whether a character of that class is read here; a part of one beyond ASCII is not looked at.
    fn reads(&mut self, pattern: u16, class: u32) -> bool {
        let class = self.grammars.class(class);
        match self.symbol {
            symbol @ 0..128 => class.ascii >> symbol & 1 == 1,
            128..END => {
                if !class.ranges.is_empty() {
                    self.fit(pattern);
                }
                false
            }
            _ => false,
        }
    }
}

/// Whether nothing but the end of the expression comes there.
fn is_end(program: &Program, mut pc: u32) -> bool {
    loop {
        match program.ops.get(pc as usize) {
            Some(Op::Save(_)) => pc += 1,
            Some(Op::Jump(to)) if *to > pc => pc = *to,
            _ => break,
        }
    }
    matches!(program.ops.get(pc as usize), Some(Op::Match)) && program.ops.len() == pc as usize + 1
}

/// Whether that `Match` is the end of a part that is matched as it first can be: behind it the expression goes on.
fn ends_atomic(program: &Program, pc: u32) -> bool {
    program.ops.iter().any(|op| matches!(op, Op::Atomic(then) if *then == pc + 1))
}

/// The sieves of a thread, by the numbers of their contexts.
#[derive(Default)]
pub(super) struct Sieves(Vec<Option<Box<Sieve>>>);

thread_local! {
    static SIEVES: RefCell<Sieves> = const { RefCell::new(Sieves(Vec::new())) };
}

impl Sieves {
    /// What this thread has made so far; to be given back.
    pub(super) fn take() -> Self {
        SIEVES.with(|sieves| sieves.try_borrow_mut().map(|mut sieves| std::mem::take(&mut *sieves))).unwrap_or_default()
    }

    /// Gives them back.
    pub(super) fn give_back(self) {
        SIEVES.with(|sieves| {
            if let Ok(mut sieves) = sieves.try_borrow_mut() {
                *sieves = self;
            }
        });
    }

    /// The patterns of a context that may match at a place, in their order; none where that can't be told.
    pub(super) fn fitting(
        &mut self,
        grammars: &'static Grammars,
        context: &'static Context,
        line: &str,
        at: usize,
        before: Before,
    ) -> Option<&[&'static Pattern]> {
        let number = context.number as usize;
        if self.0.len() <= number {
            self.0.resize_with(number + 1, || None);
        }
        let sieve = self.0.get_mut(number)?.get_or_insert_with(|| Box::new(Sieve::new(context)));
        sieve.sift(grammars, line.as_bytes(), at, before)
    }
}
