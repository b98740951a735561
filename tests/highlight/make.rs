//! syntect's grammars → `grammars.bin`: contexts flattened, expressions compiled, of scopes only the classes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use fieldguide::render::highlight::pattern::{Class, Op, Starts};
use syntect::parsing::syntax_definition::{Context, ContextReference, MatchOperation, MatchPattern, Pattern};
use syntect::parsing::{ClearAmount, Scope};

use crate::compile::{Compiled, compile};
use crate::oracle::{code, syntaxes};

/// Writes numbers and bytes.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    fn number(&mut self, mut number: u32) {
        while number >= 128 {
            self.0.push(number as u8 | 128);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u32);
        self.0.extend_from_slice(bytes);
    }

    fn numbers(&mut self, numbers: &[u32]) {
        self.number(numbers.len() as u32);
        numbers.iter().for_each(|number| self.number(*number));
    }

    fn codes(&mut self, scopes: &[Scope]) {
        let codes: Vec<u8> = scopes.iter().map(|scope| code(*scope)).collect();
        self.bytes(&codes);
    }

    fn class(&mut self, class: &Class) {
        self.0.extend_from_slice(&class.ascii.to_le_bytes());
        self.number(class.ranges.len() as u32);
        let mut last = 0;
        for (low, high) in &class.ranges {
            self.number(low - last);
            self.number(high - low);
            last = *high;
        }
    }

    fn program(&mut self, starts: &Starts, slots: usize, ops: &[Op]) {
        let bytes: Vec<u8> = starts.iter().flat_map(|bits| bits.to_le_bytes()).collect();
        self.0.extend_from_slice(&bytes[..33]);
        self.number(slots as u32);
        self.number(ops.len() as u32);
        ops.iter().for_each(|op| self.op(op));
    }

    fn op(&mut self, op: &Op) {
        let (code, numbers): (u8, Vec<u32>) = match op {
            Op::Match => (0, vec![]),
            Op::Bytes(bytes) => {
                self.0.push(1);
                return self.bytes(bytes);
            }
            Op::Class(class) => (2, vec![*class]),
            Op::Repeat { class, least, most } => (3, vec![*class, *least, *most]),
            Op::Split(first, second) => (4, vec![*first, *second]),
            Op::Jump(to) => (5, vec![*to]),
            Op::Save(slot) => (6, vec![*slot]),
            Op::Progress(slot) => (7, vec![*slot]),
            Op::Start => (8, vec![]),
            Op::End => (9, vec![]),
            Op::LineEnd => (10, vec![]),
            Op::Boundary(there) => (11, vec![u32::from(*there)]),
            Op::Look { not, back, then } => (12, vec![u32::from(*not), *back, *then]),
            Op::Atomic(then) => (13, vec![*then]),
            Op::Outer(group, exact) => (14, vec![*group, u32::from(*exact)]),
            Op::Same(group, exact) => (15, vec![*group, u32::from(*exact)]),
        };
        self.0.push(code);
        numbers.into_iter().for_each(|number| self.number(number));
    }
}

/// The number of a thing among all of its kind; the same thing has one number.
#[derive(Default)]
struct Pool {
    numbers: HashMap<Vec<u8>, u32>,
    things: Vec<Vec<u8>>,
}

impl Pool {
    fn add(&mut self, thing: Writer) -> u32 {
        *self.numbers.entry(thing.0).or_insert_with_key(|bytes| {
            self.things.push(bytes.clone());
            self.things.len() as u32 - 1
        })
    }
}

#[derive(Default)]
struct Maker {
    /// All contexts, and the number of the first of each syntax.
    contexts: Vec<Rc<Context>>,
    firsts: Vec<u32>,
    classes: Pool,
    programs: Pool,
    /// The programs of the expressions that were compiled.
    compiled: HashMap<(String, bool), u32>,
    patterns: Pool,
}

/// The file.
pub(crate) fn grammars() -> Vec<u8> {
    let mut maker = Maker::default();
    let mut starts = Vec::new();
    let set = syntaxes().clone().into_builder();
    for syntax in set.syntaxes() {
        let first = maker.contexts.len() as u32;
        maker.firsts.push(first);
        // syntect numbers the contexts of a syntax by their names' order.
        let contexts: BTreeMap<_, _> = syntax.contexts.iter().collect();
        starts.push(first + contexts.keys().position(|name| *name == "__start").unwrap() as u32);
        maker.contexts.extend(contexts.into_values().cloned().map(Rc::new));
    }
    // The first class is that of words: the matcher asks it for boundaries.
    let mut word = Writer::default();
    word.class(&crate::compile::class("\\w", false));
    maker.classes.add(word);
    let contexts: Vec<Vec<u8>> = (0..maker.contexts.len()).map(|at| maker.context(at)).collect();

    let mut file = Writer::default();
    let names = set.syntaxes().iter().flat_map(|syntax| syntax.file_extensions.iter().chain([&syntax.name]));
    let names: BTreeSet<String> = names.map(|name| name.to_ascii_lowercase()).collect();
    file.number(names.len() as u32);
    for name in names {
        let found = syntaxes().find_syntax_by_token(&name).unwrap();
        let at = set.syntaxes().iter().position(|syntax| syntax.scope == found.scope && syntax.name == found.name);
        file.bytes(name.as_bytes());
        file.number(starts[at.unwrap()]);
    }
    let kinds = [&maker.classes.things, &maker.programs.things, &maker.patterns.things, &contexts];
    let mut gap = 0;
    for things in kinds {
        file.number(things.len() as u32);
        let mut before = None;
        for thing in things {
            // The first of a kind counts from the start of all things, the others from the one before.
            file.number(before.unwrap_or(gap));
            before = Some(thing.len() as u32);
        }
        gap += things.iter().map(|thing| thing.len() as u32).sum::<u32>();
    }
    kinds.into_iter().flatten().for_each(|thing| file.0.extend_from_slice(thing));
    file.0
}

impl Maker {
    fn id(&self, reference: &ContextReference) -> Option<u32> {
        // The fields of a reference can be read in its serialized form only.
        let value = serde_json::to_value(reference).unwrap();
        let id = value.get("Direct")?;
        self.number(id)
    }

    fn number(&self, id: &serde_json::Value) -> Option<u32> {
        let syntax = id["syntax_index"].as_u64()? as usize;
        Some(self.firsts[syntax] + id["context_index"].as_u64()? as u32)
    }

    fn context(&mut self, at: usize) -> Vec<u8> {
        let context = self.contexts[at].clone();
        let mut writer = Writer::default();
        writer.codes(&context.meta_scope);
        writer.codes(&context.meta_content_scope);
        writer.number(match context.clear_scopes {
            None => 0,
            Some(ClearAmount::All) => 1,
            Some(ClearAmount::TopN(count)) => count as u32 + 2,
        });
        let prototype = context.prototype.map(|id| self.number(&serde_json::to_value(id).unwrap()).unwrap() + 1);
        writer.number(prototype.unwrap_or(0));
        writer.number(u32::from(context.uses_backrefs));
        let patterns = self.patterns(&context);
        writer.numbers(&patterns);
        writer.0
    }

    /// The patterns of a context and of what it includes.
    fn patterns(&mut self, context: &Context) -> Vec<u32> {
        let mut numbers = Vec::new();
        for pattern in &context.patterns {
            match pattern {
                Pattern::Match(pattern) => numbers.push(self.pattern(pattern)),
                Pattern::Include(reference) => {
                    if let Some(id) = self.id(reference) {
                        let included = self.contexts[id as usize].clone();
                        numbers.extend(self.patterns(&included));
                    }
                }
            }
        }
        numbers
    }

    fn pattern(&mut self, pattern: &MatchPattern) -> u32 {
        let mut writer = Writer::default();
        writer.number(self.program(pattern.regex.regex_str(), pattern.has_captures));
        writer.codes(&pattern.scope);
        let captures = pattern.captures.as_deref().unwrap_or_default();
        writer.number(captures.len() as u32);
        for (group, scopes) in captures {
            writer.number(*group as u32);
            writer.codes(scopes);
        }
        let ids = |references: &[ContextReference]| -> Vec<u32> {
            references.iter().map(|reference| self.id(reference).unwrap()).collect()
        };
        match &pattern.operation {
            MatchOperation::None => writer.number(0),
            MatchOperation::Pop => writer.number(1),
            MatchOperation::Push(contexts) => {
                writer.number(2);
                writer.numbers(&ids(contexts));
            }
            MatchOperation::Set(contexts) => {
                writer.number(3);
                writer.numbers(&ids(contexts));
            }
        }
        let prototype = pattern.with_prototype.as_ref().map(|reference| self.id(reference).unwrap() + 1);
        writer.number(prototype.unwrap_or(0));
        self.patterns.add(writer)
    }

    fn program(&mut self, text: &str, refers: bool) -> u32 {
        if let Some(number) = self.compiled.get(&(text.to_string(), refers)) {
            return *number;
        }
        let Compiled { starts, slots, ops } = compile(text, refers, &mut |class| {
            let mut writer = Writer::default();
            writer.class(class);
            self.classes.add(writer)
        });
        let mut program = Writer::default();
        program.program(&starts, slots, &ops);
        let number = self.programs.add(program);
        self.compiled.insert((text.to_string(), refers), number);
        number
    }
}
