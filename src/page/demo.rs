//! A `demo` fence → a lab's first state, drawn.

use fieldguide_wasm::demo::{FieldKind, Ids, LABS, Lab, lab};
use fieldguide_wasm::state::State;

use super::Demo;
use super::fence::{self, Info};
use crate::diagnostic::{Diagnostic, suggestion};
use crate::keys::shape::{Key, Shape, Value};
use crate::keys::{Keys, TomlText};

/// Reads a fence's name and body; `id` makes the lab's id on the page from its name. The lab, and its first state as it is drawn.
pub fn read(
    info: &Info,
    body: TomlText<'_>,
    id: impl FnOnce(&str) -> String,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Demo, String)> {
    let (name, title) = fence::demo(info, diagnostics);
    let names = || LABS.iter().map(|lab| lab.name);
    let Some(name) = name else {
        let message = "the demo has no name";
        let help = format!("write ```demo {{broadcast}}; {}", suggestion("", names()));
        diagnostics.push(Diagnostic::error(info.span.clone(), message).help(help));
        return None;
    };
    let Some(lab) = lab(&name.key) else {
        let message = format!("there is no demo called `{}`", name.key);
        diagnostics.push(Diagnostic::error(name.span, message).help(suggestion(&name.key, names())));
        return None;
    };
    let known = diagnostics.len();
    let state = state(lab, body, diagnostics)?;
    let id = id(lab.name);
    let drawing = (lab.draw)(&state, Ids(&id));
    if let (Some(problem), true) = (drawing.problem, known == diagnostics.len()) {
        let span =
            if body.text.trim().is_empty() { info.span.clone() } else { body.span(0..body.text.trim_end().len()) };
        diagnostics.push(
            Diagnostic::error(
                span,
                format!("the demo's first state makes no sense: {}", problem.trim_end_matches('.')),
            )
            .help("change the state: the lab itself would say the same sentence"),
        );
    }
    Some((Demo { lab, id, caption: title.unwrap_or_else(|| lab.summary.to_string()) }, drawing.html))
}

/// TOML → the lab's state text, by the fields the lab declares. Also what `--state` of the command line means.
pub fn state(lab: &Lab, toml: TomlText<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<State> {
    let table = toml.parse(diagnostics)?;
    let known = keys(lab);
    let shape = Shape { name: "the demo", about: lab.summary, keys: &known };
    let mut keys = Keys::new(toml, table, &shape, diagnostics);
    let mut state = State::new();
    for field in lab.fields {
        match field.kind {
            FieldKind::Text => {
                if let Some((text, _)) = keys.string(field.name) {
                    state.push(field.name, text);
                }
            }
            FieldKind::List => {
                for (text, _) in keys.strings(field.name) {
                    state.push(field.name, text);
                }
            }
            FieldKind::Integer(least, most) => {
                if let Some((number, span)) = keys.integer(field.name) {
                    if (least..=most).contains(&number) {
                        state.push(field.name, number);
                    } else {
                        let message = format!("`{}` must be from {least} to {most}", field.name);
                        keys.diagnostics().push(Diagnostic::error(span, message));
                    }
                }
            }
            FieldKind::Number => {
                if let Some(number) = keys.number(field.name) {
                    state.push(field.name, number);
                }
            }
            FieldKind::Choice(options) => {
                if let Some((choice, span)) = keys.string(field.name) {
                    if options.contains(&choice.as_str()) {
                        state.push(field.name, choice);
                    } else {
                        let message = format!("`{choice}` is no choice of `{}`", field.name);
                        let help = suggestion(&choice, options.iter().copied());
                        keys.diagnostics().push(Diagnostic::error(span, message).help(help));
                    }
                }
            }
            FieldKind::Flag => {
                if let Some(flag) = keys.flag(field.name) {
                    state.push(field.name, u8::from(flag));
                }
            }
        }
    }
    keys.finish(&toml.span(0..0));
    Some(state)
}

/// The keys of a lab's state, as its fields declare them.
pub fn keys(lab: &Lab) -> Vec<Key> {
    let value = |kind: &FieldKind| match *kind {
        FieldKind::Text => Value::Text,
        FieldKind::List => Value::Texts { least: 0 },
        FieldKind::Integer(least, most) => Value::Integer(least, most),
        FieldKind::Number => Value::Number,
        FieldKind::Choice(options) => Value::Choice(options),
        FieldKind::Flag => Value::Flag,
    };
    lab.fields.iter().map(|field| Key::new(field.name, value(&field.kind), "")).collect()
}
