//! A regular expression → a program for our matcher. fancy-regex parses it, as syntect has it parse them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use fancy_regex::{Assertion, Expr, LookAround};
use fieldguide::render::highlight::pattern::{Class, END, Op, Starts};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{self, HirKind};

/// fancy-regex's flags for Unicode and for the way of Oniguruma.
const FLAGS: u32 = 1 << 5 | 1 << 6;

/// In place of a reference to the match that opened the context stands a character of a private area.
const OUTER: u32 = 0xe000;

/// A program.
pub(crate) struct Compiled {
    pub(crate) starts: Starts,
    pub(crate) slots: usize,
    pub(crate) ops: Vec<Op>,
}

/// Compiles an expression; with `refers` its references are to the match that opened the context.
pub(crate) fn compile(text: &str, refers: bool, number: &mut dyn FnMut(&Class) -> u32) -> Compiled {
    let text = if refers { outer(text) } else { text.to_string() };
    let tree = Expr::parse_tree_with_flags(&text, FLAGS).unwrap_or_else(|error| panic!("{text}: {error}"));
    let slots = 2 * (1 + groups(&tree.expr));
    let mut compiler = Compiler { text: &text, ops: Vec::new(), group: 0, slots, number };
    compiler.expr(&tree.expr);
    compiler.ops.push(Op::Match);
    let Compiler { ops, slots, .. } = compiler;
    let mut starts = first(&tree.expr, ALL);
    starts[4] &= 1;
    Compiled { starts, slots, ops }
}

fn outer(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(digit @ '0'..='9')) => {
                chars.next();
                out.push(char::from_u32(OUTER + u32::from(digit) - 48).unwrap());
            }
            ('\\', Some(other)) => {
                chars.next();
                out.extend(['\\', other]);
            }
            _ => out.push(c),
        }
    }
    out
}

fn groups(expr: &Expr) -> usize {
    match expr {
        Expr::Concat(all) | Expr::Alt(all) => all.iter().map(groups).sum(),
        Expr::Group(inner) => 1 + groups(inner),
        Expr::LookAround(inner, _) | Expr::AtomicGroup(inner) | Expr::Repeat { child: inner, .. } => groups(inner),
        _ => 0,
    }
}

/// The characters that a piece of an expression stands for.
pub(crate) fn class(text: &str, folded: bool) -> Class {
    static KNOWN: Mutex<BTreeMap<(String, bool), Class>> = Mutex::new(BTreeMap::new());
    let read = || read_class(text, folded);
    KNOWN.lock().unwrap().entry((text.to_string(), folded)).or_insert_with(read).clone()
}

fn read_class(text: &str, folded: bool) -> Class {
    let hir = ParserBuilder::new().case_insensitive(folded).build().parse(text).unwrap();
    let ranges = match hir.kind() {
        HirKind::Class(hir::Class::Unicode(class)) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        HirKind::Class(hir::Class::Bytes(class)) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).unwrap();
            assert_eq!(text.chars().count(), 1, "{text}");
            let c = u32::from(text.chars().next().unwrap());
            vec![(c, c)]
        }
        other => panic!("{text} is no class: {other:?}"),
    };
    from_ranges(&ranges)
}

fn from_ranges(ranges: &[(u32, u32)]) -> Class {
    let mut class = Class::default();
    for (low, high) in ranges {
        for code in *low..=(*high).min(127) {
            class.ascii |= 1 << code;
        }
        if *high >= 128 {
            class.ranges.push(((*low).max(128), *high));
        }
    }
    class
}

fn any(newline: bool) -> Class {
    let mut class = from_ranges(&[(0, 0x10ffff)]);
    if !newline {
        class.ascii &= !(1 << 10);
    }
    class
}

/// The characters of an expression that stands for one.
fn single(expr: &Expr) -> Option<Class> {
    match expr {
        Expr::Any { newline } => Some(any(*newline)),
        Expr::Delegate { inner, size: 1, casei } => Some(class(inner, *casei)),
        Expr::Literal { val, casei } if val.chars().count() == 1 && !is_outer(val) => {
            Some(class(&regex_syntax::escape(val), *casei))
        }
        _ => None,
    }
}

fn is_outer(text: &str) -> bool {
    text.chars().any(|c| (OUTER..OUTER + 10).contains(&u32::from(c)))
}

struct Compiler<'a> {
    text: &'a str,
    ops: Vec<Op>,
    group: u32,
    slots: usize,
    number: &'a mut dyn FnMut(&Class) -> u32,
}

impl Compiler<'_> {
    fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    /// A place for an instruction that is known later.
    fn hole(&mut self) -> usize {
        self.ops.push(Op::Match);
        self.ops.len() - 1
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Empty => {}
            Expr::Any { newline } => self.class(&any(*newline)),
            Expr::Delegate { inner, size: 1, casei } => self.class(&class(inner, *casei)),
            // \Z
            Expr::Delegate { inner, size: 0, .. } if inner == "\\n*$" => {
                let newlines = (self.number)(&from_ranges(&[(10, 10)]));
                self.ops.extend([Op::Repeat { class: newlines, least: 0, most: u32::MAX }, Op::End]);
            }
            Expr::Literal { val, casei } => self.literal(val, *casei),
            Expr::Assertion(assertion) => self.assertion(assertion),
            Expr::Concat(all) => all.iter().for_each(|expr| self.expr(expr)),
            Expr::Alt(all) => self.alternatives(all),
            Expr::Group(inner) => {
                self.group += 1;
                let slot = self.group * 2;
                self.ops.push(Op::Save(slot));
                self.expr(inner);
                self.ops.push(Op::Save(slot + 1));
            }
            Expr::LookAround(inner, kind) => self.look(inner, *kind),
            Expr::AtomicGroup(inner) => {
                let hole = self.hole();
                self.expr(inner);
                self.ops.push(Op::Match);
                self.ops[hole] = Op::Atomic(self.here());
            }
            Expr::Backref { group, casei } => self.ops.push(Op::Same(*group as u32, !*casei)),
            Expr::Repeat { child, lo, hi, greedy } => self.repeat(child, *lo, *hi, *greedy),
            other => panic!("{}: not known: {other:?}", self.text),
        }
    }

    fn class(&mut self, class: &Class) {
        let number = (self.number)(class);
        self.ops.push(Op::Class(number));
    }

    fn literal(&mut self, text: &str, folded: bool) {
        for c in text.chars() {
            let code = u32::from(c);
            if (OUTER..OUTER + 10).contains(&code) {
                self.ops.push(Op::Outer(code - OUTER, !folded));
            } else if folded && c.is_alphabetic() {
                self.class(&class(&regex_syntax::escape(&c.to_string()), true));
            } else if let Some(Op::Bytes(bytes)) =
                self.ops.last_mut().filter(|_| text.len() > c.len_utf8() && !text.starts_with(c))
            {
                bytes.extend_from_slice(c.to_string().as_bytes());
            } else {
                self.ops.push(Op::Bytes(c.to_string().into_bytes()));
            }
        }
    }

    fn assertion(&mut self, assertion: &Assertion) {
        self.ops.push(match assertion {
            Assertion::StartText => Op::Start,
            Assertion::EndText => Op::End,
            Assertion::EndLine { crlf: false } => Op::LineEnd,
            Assertion::WordBoundary => Op::Boundary(true),
            Assertion::NotWordBoundary => Op::Boundary(false),
            // A line feed stands at a line's end only.
            Assertion::StartLine { crlf: false } => Op::Start,
            other => panic!("{}: not known: {other:?}", self.text),
        });
    }

    fn alternatives(&mut self, all: &[Expr]) {
        let mut ends = Vec::new();
        for (i, expr) in all.iter().enumerate() {
            if i + 1 == all.len() {
                self.expr(expr);
            } else {
                let hole = self.hole();
                self.expr(expr);
                ends.push(self.hole());
                self.ops[hole] = Op::Split(hole as u32 + 1, self.here());
            }
        }
        for end in ends {
            self.ops[end] = Op::Jump(self.here());
        }
    }

    fn look(&mut self, inner: &Expr, kind: LookAround) {
        let not = matches!(kind, LookAround::LookAheadNeg | LookAround::LookBehindNeg);
        if matches!(kind, LookAround::LookAhead | LookAround::LookAheadNeg) {
            return self.look_from(inner, not, 0);
        }
        match (inner, size(inner)) {
            (_, Some(back)) => self.look_from(inner, not, back),
            // None of them behind, or one of them: each has a length of its own.
            (Expr::Alt(all), None) if not => all.iter().for_each(|one| self.look(one, kind)),
            (Expr::Alt(all), None) => {
                let all: Vec<Expr> = all.iter().map(|one| Expr::LookAround(Box::new(one.clone()), kind)).collect();
                self.alternatives(&all);
            }
            _ => panic!("{}: looks behind without a fixed length", self.text),
        }
    }

    fn look_from(&mut self, inner: &Expr, not: bool, back: u32) {
        let hole = self.hole();
        self.expr(inner);
        self.ops.push(Op::Match);
        self.ops[hole] = Op::Look { not, back, then: self.here() };
    }

    fn repeat(&mut self, child: &Expr, least: usize, most: usize, greedy: bool) {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        if let Some(class) = single(child).filter(|_| greedy) {
            let class = (self.number)(&class);
            return self.ops.push(Op::Repeat { class, least: least as u32, most });
        }
        let group = self.group;
        let round = |compiler: &mut Self| {
            // All rounds keep the same groups.
            compiler.group = group;
            compiler.expr(child);
        };
        (0..least).for_each(|_| round(self));
        let split = |next: usize, end: u32| match greedy {
            true => Op::Split(next as u32, end),
            false => Op::Split(end, next as u32),
        };
        if most == u32::MAX {
            let slot = self.slots as u32;
            self.slots += 1;
            let start = self.here();
            let hole = self.hole();
            self.ops.push(Op::Save(slot));
            round(self);
            self.ops.extend([Op::Progress(slot), Op::Jump(start)]);
            self.ops[hole] = split(hole + 1, self.here());
        } else {
            let holes: Vec<usize> = (least as u32..most)
                .map(|_| {
                    let hole = self.hole();
                    round(self);
                    hole
                })
                .collect();
            for hole in holes {
                self.ops[hole] = split(hole + 1, self.here());
            }
        }
        self.group = group + groups(child) as u32;
    }
}

/// How many characters an expression matches, if that is fixed.
fn size(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Empty | Expr::Assertion(_) | Expr::LookAround(..) => Some(0),
        Expr::Any { .. } => Some(1),
        Expr::Delegate { size, .. } => Some(*size as u32),
        Expr::Literal { val, .. } => (!is_outer(val)).then_some(val.chars().count() as u32),
        Expr::Concat(all) => all.iter().map(size).sum(),
        Expr::Alt(all) => {
            let first = size(all.first()?)?;
            all.iter().all(|expr| size(expr) == Some(first)).then_some(first)
        }
        Expr::Group(inner) | Expr::AtomicGroup(inner) => size(inner),
        Expr::Repeat { child, lo, hi, .. } if lo == hi => Some(size(child)? * *lo as u32),
        _ => None,
    }
}

const ALL: Starts = [u64::MAX; 5];

fn and(a: Starts, b: Starts) -> Starts {
    std::array::from_fn(|at| a[at] & b[at])
}

fn or(a: Starts, b: Starts) -> Starts {
    std::array::from_fn(|at| a[at] | b[at])
}

fn of_class(class: &Class) -> Starts {
    let beyond = if class.ranges.is_empty() { 0 } else { u64::MAX };
    [class.ascii as u64, (class.ascii >> 64) as u64, beyond, beyond, 0]
}

fn of_bytes(bytes: &[usize]) -> Starts {
    let mut starts = Starts::default();
    bytes.iter().for_each(|byte| starts[byte / 64] |= 1 << (byte % 64));
    starts
}

/// The bytes that can stand where the expression starts, if what follows it starts at one of `behind`; rather too many.
fn first(expr: &Expr, behind: Starts) -> Starts {
    match expr {
        Expr::Any { .. } | Expr::Delegate { size: 1, .. } => single(expr).map_or(ALL, |class| of_class(&class)),
        Expr::Literal { val, casei } => match val.chars().next() {
            Some(c) if !is_outer(&c.to_string()) => of_class(&class(&regex_syntax::escape(&c.to_string()), *casei)),
            Some(_) => ALL,
            None => behind,
        },
        Expr::Assertion(Assertion::EndText) => and(behind, of_bytes(&[END])),
        Expr::Assertion(Assertion::EndLine { .. }) => and(behind, of_bytes(&[10, END])),
        Expr::Concat(all) => all.iter().rev().fold(behind, |behind, expr| first(expr, behind)),
        Expr::Alt(all) => all.iter().fold(Starts::default(), |starts, expr| or(starts, first(expr, behind))),
        Expr::Group(inner) | Expr::AtomicGroup(inner) => first(inner, behind),
        Expr::LookAround(inner, LookAround::LookAhead) => and(behind, first(inner, ALL)),
        Expr::Repeat { child, lo, .. } => {
            let round = first(child, ALL);
            if *lo == 0 { or(round, behind) } else { round }
        }
        Expr::Delegate { .. } | Expr::Backref { .. } => ALL,
        _ => behind,
    }
}
