//! What syntect makes of a code block: the same spans by the same rule.

use std::sync::OnceLock;

use fieldguide::render::highlight::CLASSES;
use fieldguide_wasm::html::escape;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

pub(crate) fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(SyntaxSet::load_defaults_newlines)
}

/// The scopes that give a class, or none; the first that fits decides.
const TABLE: [(&str, &str); 18] = [
    ("comment", "c"),
    ("constant.character.escape", "n"),
    ("constant", "n"),
    ("string", "s"),
    ("keyword.operator.logical", "k"),
    ("keyword.operator", ""),
    ("keyword", "k"),
    ("storage", "k"),
    ("entity.name", "f"),
    ("support.function", "f"),
    ("support.type", "f"),
    ("variable.function", "f"),
    ("variable.annotation", "f"),
    ("variable.language", "n"),
    ("markup.inserted", "ins"),
    ("markup.deleted", "del"),
    ("meta.diff.range", "hunk"),
    ("meta.diff.header", "hunk"),
];

/// The code of a scope in our grammars.
pub(crate) fn code(scope: Scope) -> u8 {
    static SCOPES: OnceLock<Vec<(Scope, u8)>> = OnceLock::new();
    let code = |class: &str| CLASSES.iter().position(|other| *other == class).map_or(1, |at| at as u8 + 2);
    let scopes =
        SCOPES.get_or_init(|| TABLE.iter().map(|(name, class)| (Scope::new(name).unwrap(), code(class))).collect());
    scopes.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map_or(0, |(_, code)| *code)
}

fn class(stack: &ScopeStack) -> Option<&'static str> {
    let decided = stack.scopes.iter().rev().map(|scope| code(*scope)).find(|code| *code != 0)?;
    CLASSES.get(usize::from(decided).checked_sub(2)?).copied()
}

/// The lines of a text as HTML.
pub(crate) fn lines(language: &str, text: &str) -> Vec<String> {
    let syntax = syntaxes().find_syntax_by_token(language).unwrap();
    let (mut state, mut stack) = (ParseState::new(syntax), ScopeStack::new());
    text.lines().map(|line| self::line(&mut state, &mut stack, line)).collect()
}

fn line(state: &mut ParseState, stack: &mut ScopeStack, line: &str) -> String {
    let mut out = String::new();
    let mut open = None;
    let mut write = |from: usize, to: usize, class: Option<&'static str>| {
        let text = line.get(from..to.min(line.len())).unwrap_or_default();
        if text.is_empty() {
            return;
        }
        if class != open && !text.trim().is_empty() {
            out.push_str(if open.is_some() { "</span>" } else { "" });
            out.push_str(&class.map(|class| format!("<span class=\"{class}\">")).unwrap_or_default());
            open = class;
        }
        out.push_str(&escape(text));
    };
    let mut at = 0;
    for (offset, operation) in state.parse_line(&format!("{line}\n"), syntaxes()).unwrap() {
        write(at, offset, class(stack));
        at = offset;
        stack.apply(&operation).unwrap();
    }
    write(at, line.len(), class(stack));
    out + if open.is_some() { "</span>" } else { "" }
}
