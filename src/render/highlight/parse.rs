//! A text by a grammar: the stack of contexts, and what happens to the stack of scopes at which place of a line.
//!
//! This is the machine of Sublime Text as syntect runs it, to the letter: of all patterns of the context the one that matches first
//! in the line wins, of several at one place the first in the grammar.

use std::rc::Rc;

use super::grammar::{Action, Clear, Code, Context, Grammars, Pattern};
use super::pattern::{Captured, END, Input, Matcher, range};
use super::sieve::{Before, Sieves};

/// A change of the stack of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A scope more.
    Push(Code),
    /// So many scopes less.
    Pop(usize),
    /// Scopes count for nothing for now.
    Clear(Clear),
    /// The scopes that were cleared last count again.
    Restore,
}

/// The deepest that contexts may nest; behind it the rest of a line stays as it is.
const DEEPEST: usize = 100;

/// Steps of matching that a byte of a line may cost on average, and a line at least.
const STEPS: (usize, usize) = (2_000, 200_000);

struct Level {
    context: u32,
    prototypes: Vec<u32>,
    captured: Option<Rc<Captured>>,
}

/// The state between two lines.
pub struct Parser {
    grammars: &'static Grammars,
    stack: Vec<Level>,
    first_line: bool,
    /// The heights of the stack at which the patterns of a `with_prototype` pushed: those below don't hold above.
    prototype_starts: Vec<usize>,
    matcher: Matcher,
    /// The groups of the match that won.
    slots: Vec<usize>,
    chain: Chain,
    /// Whether `chain` is of the stack as it is.
    linked: bool,
    /// What the groups of a match push and pop.
    grouped: Vec<((usize, isize), Change)>,
    sieves: Sieves,
    /// The changes in the last line, each with its place.
    pub changes: Vec<(usize, Change)>,
}

impl Drop for Parser {
    fn drop(&mut self) {
        std::mem::take(&mut self.sieves).give_back();
    }
}

/// The match that wins.
struct Found {
    pattern: &'static Pattern,
    start: usize,
    end: usize,
    from_prototype: bool,
}

enum Best {
    Found(Found),
    /// A pop that would undo the push before it, without a character between them.
    Loop,
    None,
}

/// Patterns that apply now: whether they come from a `with_prototype`, their context, what the context's opening captured.
type Chain = Vec<(bool, &'static Context, Option<Rc<Captured>>)>;

fn what_is_before(grammars: &'static Grammars, line: &str, at: usize) -> Before {
    match line.get(..at).and_then(|before| before.chars().next_back()) {
        None => Before::Start,
        // The first class is that of the characters of words.
        Some(c) if grammars.class(0).has(c) => Before::Word,
        Some(_) => Before::Other,
    }
}

impl Parser {
    /// At the start of a text.
    pub fn new(grammars: &'static Grammars, start: u32) -> Self {
        Self {
            grammars,
            stack: vec![Level { context: start, prototypes: Vec::new(), captured: None }],
            first_line: true,
            prototype_starts: Vec::new(),
            matcher: Matcher::default(),
            slots: Vec::new(),
            chain: Chain::new(),
            linked: false,
            grouped: Vec::new(),
            sieves: Sieves::take(),
            changes: Vec::new(),
        }
    }

    /// Reads a line, which ends with a line feed; `changes` then holds what happened to the scopes.
    pub fn line(&mut self, line: &str) {
        self.changes.clear();
        if self.first_line {
            let first = self.top().and_then(|context| context.content.first());
            self.changes.extend(first.map(|scope| (0, Change::Push(*scope))));
            self.first_line = false;
        }
        self.matcher.steps = u32::try_from(STEPS.1.max(line.len() * STEPS.0)).unwrap_or(u32::MAX);
        let mut start = 0;
        // Where, and how deep, a push was that matched nothing.
        let mut idle_push = (0, 0);
        // A grammar that changes contexts in a circle is left there.
        for _ in 0..line.len() * 10 + 1000 {
            if !self.token(line, &mut start, &mut idle_push) {
                break;
            }
        }
    }

    fn top(&self) -> Option<&'static Context> {
        self.stack.last().and_then(|level| self.grammars.context(level.context))
    }

    /// The next match; whether there was one.
    fn token(&mut self, line: &str, start: &mut usize, idle_push: &mut (usize, usize)) -> bool {
        let may_loop = *idle_push == (*start, self.stack.len());
        while self.prototype_starts.last().is_some_and(|height| *height >= self.stack.len()) {
            self.prototype_starts.pop();
            self.linked = false;
        }
        match self.best(line, *start, may_loop) {
            Best::None => false,
            Best::Loop => match line.get(*start..).and_then(|rest| rest.char_indices().nth(1)) {
                Some((next, _)) => {
                    *start += next;
                    true
                }
                None => false,
            },
            Best::Found(found) => {
                if found.end <= *start && matches!(found.pattern.action, Action::Push(_)) {
                    *idle_push = (found.end, self.stack.len() + 1);
                }
                *start = found.end;
                if found.from_prototype {
                    self.prototype_starts.push(self.stack.len());
                    self.linked = false;
                }
                let Some(context) = self.top() else { return false };
                self.scopes(&found, context);
                self.act(line, &found);
                !self.stack.is_empty()
            }
        }
    }

    /// Fills `chain`, in the order in which patterns apply.
    fn link(&self, chain: &mut Chain) {
        chain.clear();
        let from = self.prototype_starts.last().copied().unwrap_or(0);
        for level in self.stack.get(from..).unwrap_or_default() {
            for prototype in &level.prototypes {
                chain.extend(self.grammars.context(*prototype).map(|context| (true, context, level.captured.clone())));
            }
        }
        if let Some(level) = self.stack.last() {
            let own = self.grammars.context(level.context);
            let prototype = own.and_then(|own| self.grammars.context(own.prototype?));
            chain.extend(prototype.into_iter().chain(own).map(|context| (false, context, level.captured.clone())));
        }
    }

    fn best(&mut self, line: &str, start: usize, may_loop: bool) -> Best {
        let mut chain = std::mem::take(&mut self.chain);
        if !self.linked {
            self.link(&mut chain);
            self.linked = true;
        }
        let best = self.best_of(&chain, line, start, may_loop);
        self.chain = chain;
        best
    }

    fn best_of(&mut self, chain: &Chain, line: &str, start: usize, may_loop: bool) -> Best {
        let grammars = self.grammars;
        let classes = |number| grammars.class(number);
        let too_deep = self.stack.len() >= DEEPEST;
        // Patterns whose first match is empty and does nothing: they don't match at all this time.
        let mut idle: Vec<&Pattern> = Vec::new();
        let mut at = start;
        loop {
            let byte = line.as_bytes().get(at).map_or(END, |byte| usize::from(*byte));
            let mut looping = false;
            let mut before = None;
            for (from_prototype, context, captured) in chain {
                if !context.any_fits(byte) {
                    continue;
                }
                let before = *before.get_or_insert_with(|| what_is_before(grammars, line, at));
                let sifted = self.sieves.fitting(grammars, context, line, at, before);
                let outer = captured.as_deref();
                let input = Input { line, classes: &classes, outer };
                let unsifted = sifted.is_none().then(|| context.fitting(byte));
                let sifted = sifted.unwrap_or_default().iter().copied();
                for pattern in sifted.chain(unsifted.into_iter().flatten()) {
                    if idle.iter().any(|other| std::ptr::eq(*other, pattern)) {
                        continue;
                    }
                    let Some(end) = self.matcher.at(pattern.program, input, at) else { continue };
                    match pattern.action {
                        Action::None if end == at => {
                            idle.push(pattern);
                            continue;
                        }
                        Action::Push(_) if too_deep => return Best::None,
                        Action::Pop if may_loop && end == start => {
                            looping = true;
                            continue;
                        }
                        _ => {}
                    }
                    std::mem::swap(&mut self.slots, &mut self.matcher.slots);
                    return Best::Found(Found { pattern, start: at, end, from_prototype: *from_prototype });
                }
            }
            if looping {
                return Best::Loop;
            }
            match line.get(at..).and_then(|rest| rest.chars().next()) {
                Some(c) => at += c.len_utf8(),
                None => return Best::None,
            }
        }
    }

    /// What the match does to the scopes.
    fn scopes(&mut self, found: &Found, context: &'static Context) {
        let pattern = found.pattern;
        self.meta_before(found.start, context, &pattern.action);
        let push = |scope: &Code| (found.start, Change::Push(*scope));
        self.changes.extend(pattern.scopes.iter().map(push));
        // In the order of their places, the outer ones first.
        let mut captures = std::mem::take(&mut self.grouped);
        for (group, scopes) in &pattern.captures {
            let Some(place) = range(&self.slots, *group as usize).filter(|place| !place.is_empty()) else { continue };
            let length = isize::try_from(place.len()).unwrap_or(isize::MAX);
            captures.extend(scopes.iter().map(|scope| ((place.start, -length), Change::Push(*scope))));
            captures.push(((place.end, isize::MIN), Change::Pop(scopes.len())));
        }
        captures.sort_by_key(|(key, _)| *key);
        self.changes.extend(captures.drain(..).map(|((at, _), change)| (at, change)));
        self.grouped = captures;
        if !pattern.scopes.is_empty() {
            self.changes.push((found.end, Change::Pop(pattern.scopes.len())));
        }
        self.meta_after(found.end, context, &pattern.action);
    }

    fn opened<'a>(&self, numbers: &'a [u32]) -> impl Iterator<Item = &'static Context> + 'a + use<'a> {
        let grammars = self.grammars;
        numbers.iter().filter_map(move |number| grammars.context(*number))
    }

    /// The contexts' own scopes, before the match.
    fn meta_before(&mut self, at: usize, context: &'static Context, action: &Action) {
        match action {
            Action::None => {}
            Action::Pop if context.content.is_empty() => {}
            Action::Pop => self.changes.push((at, Change::Pop(context.content.len()))),
            Action::Push(opened) | Action::Set(opened) => {
                let set = matches!(action, Action::Set(_));
                if set && context.clear.is_some() {
                    self.changes.push((at, Change::Restore));
                }
                for opened in self.opened(opened) {
                    let clear = opened.clear.filter(|_| !set).map(Change::Clear);
                    let scopes = opened.meta.iter().map(|scope| Change::Push(*scope));
                    self.changes.extend(clear.into_iter().chain(scopes).map(|change| (at, change)));
                }
            }
        }
    }

    /// The contexts' own scopes, behind the match.
    fn meta_after(&mut self, at: usize, context: &'static Context, action: &Action) {
        match action {
            Action::None => {}
            Action::Pop => {
                if !context.meta.is_empty() {
                    self.changes.push((at, Change::Pop(context.meta.len())));
                }
                if context.clear.is_some() {
                    self.changes.push((at, Change::Restore));
                }
            }
            Action::Push(opened) | Action::Set(opened) => {
                let set = matches!(action, Action::Set(_));
                let again = set && (!context.meta.is_empty() || !context.content.is_empty())
                    || self.opened(opened).any(|opened| !opened.content.is_empty() || set && opened.clear.is_some());
                if !again {
                    return;
                }
                let own = if set { context.content.len() + context.meta.len() } else { 0 };
                let count = own + self.opened(opened).map(|opened| opened.meta.len()).sum::<usize>();
                if count > 0 {
                    self.changes.push((at, Change::Pop(count)));
                }
                for opened in self.opened(opened) {
                    let clear = opened.clear.filter(|_| set).map(Change::Clear);
                    let scopes = opened.meta.iter().chain(&opened.content).map(|scope| Change::Push(*scope));
                    self.changes.extend(clear.into_iter().chain(scopes).map(|change| (at, change)));
                }
            }
        }
    }

    /// What the match does to the contexts.
    fn act(&mut self, line: &str, found: &Found) {
        self.linked &= matches!(found.pattern.action, Action::None);
        let (opened, mut old) = match &found.pattern.action {
            Action::None => return,
            Action::Pop => {
                self.stack.pop();
                return;
            }
            Action::Push(opened) => (opened, Vec::new()),
            // A `with_prototype` holds until the level that it was given to ends.
            Action::Set(opened) => (opened, self.stack.pop().map(|level| level.prototypes).unwrap_or_default()),
        };
        let mut captured = None;
        for (i, number) in opened.iter().enumerate() {
            let mut prototypes = std::mem::take(&mut old);
            if i + 1 == opened.len() {
                prototypes.extend(found.pattern.with_prototype);
            }
            let refers = prototypes
                .iter()
                .chain([number])
                .any(|number| self.grammars.context(*number).is_some_and(|context| context.refers));
            let kept = refers.then(|| {
                let keep = || Rc::new(Captured { line: line.to_string(), slots: self.slots.clone() });
                Rc::clone(captured.get_or_insert_with(keep))
            });
            self.stack.push(Level { context: *number, prototypes, captured: kept });
        }
    }
}
