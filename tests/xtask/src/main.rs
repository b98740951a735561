//! The project's own commands. `cargo xtask test` runs everything that must hold, on a machine that has rustup and Node;
//! `cargo xtask package` makes the packages.

// A command for developers prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod anki;
mod browser;
mod epub;
mod instructions;
mod package;
mod parts;
mod tally;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test|package";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => parts::test(),
        ["package"] => package::package(),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
