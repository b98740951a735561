//! The labs from a terminal: `fieldguide lab NAME`.

use std::io::{self, BufRead, Write};

use fieldguide_wasm::demo::{Drawing, Ids, LABS, Lab, lab};
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

/// Draws the state that a `demo` fence's TOML describes; mistakes in it are diagnostics in `sources`.
pub fn draw(lab: &Lab, toml: &str, sources: &mut Sources) -> Result<Drawing, Vec<Diagnostic>> {
    let file = sources.add("--state", toml);
    let mut diagnostics = Vec::new();
    let state = demo::state(lab, TomlText { file, offset: 0, text: toml }, &mut diagnostics);
    match state.filter(|_| diagnostics.is_empty()) {
        Some(state) => Ok((lab.draw)(&state, Ids("lab"))),
        None => Err(diagnostics),
    }
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
