//! The labs from a terminal: `fieldguide lab NAME`.

use std::io::{self, BufRead, Write};

use fieldguide_wasm::demo::{Drawing, FieldKind, Ids, LABS, Lab, lab};
use fieldguide_wasm::state::State;
use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, suggestion};
use crate::keys::TomlText;
use crate::page::demo;
use crate::source::Sources;

/// The lab of that name.
///
/// # Errors
/// A sentence that names the labs there are.
pub fn find(name: &str) -> Result<&'static Lab, String> {
    let names = || LABS.iter().map(|lab| lab.name);
    lab(name).ok_or_else(|| format!("there is no lab called `{name}`: {}", suggestion(name, names())))
}

/// Draws the state that a `demo` fence's TOML describes.
///
/// # Errors
/// Mistakes in the TOML, as diagnostics in `sources`.
pub fn draw(lab: &Lab, toml: &str, sources: &mut Sources) -> Result<Drawing, Vec<Diagnostic>> {
    Ok((lab.draw)(&read(lab, toml, sources)?, Ids("lab")))
}

fn read(lab: &Lab, toml: &str, sources: &mut Sources) -> Result<State, Vec<Diagnostic>> {
    let file = sources.add("--state", toml);
    let mut diagnostics = Vec::new();
    let state = demo::state(lab, TomlText { file, offset: 0, text: toml }, &mut diagnostics);
    state.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
}

/// The JSON answer to the state that a `demo` fence's TOML describes.
///
/// # Errors
/// Mistakes in the TOML, as diagnostics in `sources`.
pub fn answer_toml(lab: &Lab, toml: &str, sources: &mut Sources) -> Result<Value, Vec<Diagnostic>> {
    let state = read(lab, toml, sources)?;
    let mut fields = serde_json::Map::new();
    for field in lab.fields {
        let Some(text) = state.get(field.name) else { continue };
        let value = match field.kind {
            FieldKind::List => state.all(field.name).map(Value::from).collect(),
            FieldKind::Integer(..) => text.parse::<i64>().map_or(Value::Null, Value::from),
            FieldKind::Flag => Value::from(text == "1"),
            FieldKind::Text | FieldKind::Number | FieldKind::Choice(_) => Value::from(text),
        };
        fields.insert(field.name.to_string(), value);
    }
    Ok((lab.answer)(&Value::Object(fields)))
}

/// One JSON state in, one JSON answer out. Never fails: what makes no sense is an answer too.
pub fn answer(lab: &Lab, line: &[u8]) -> Value {
    match serde_json::from_slice(line) {
        Ok(state) => (lab.answer)(&state),
        Err(error) => json!({ "error": format!("not JSON: {error}"), "invalid": true }),
    }
}

/// Answers a state a line until the input ends; empty lines are passed over.
///
/// # Errors
/// What the input or the output says.
pub fn batch(lab: &Lab, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for line in input.split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        serde_json::to_writer(&mut output, &answer(lab, &line))?;
        output.write_all(b"\n")?;
    }
    output.flush()
}
