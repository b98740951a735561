//! Golden books: each folder of `tests/books/` is a small book beside what the command must make of it.
//!
//! `expected.txt` holds the exit code and what is printed on standard error; `expected/` holds files of the site. A book
//! with `expected/` is rendered with the bare templates of `tests/books/templates/` unless it brings its own, so that a change
//! of the theme leaves the goldens alone. `UPDATE=1 cargo test --test books` writes what is made now: read the diff.

// Clippy takes a test without the standard harness for production code.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

mod support;
use support::{Folder, copy, fieldguide, stderr};

fn main() -> ExitCode {
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books");
    let mut cases: Vec<PathBuf> = fs::read_dir(&books).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.is_dir() && !case.ends_with("templates"));
    cases.sort();
    let trial = |case: PathBuf| {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || run(&case))
    };
    libtest_mimic::run(&Arguments::from_args(), cases.into_iter().map(trial).collect()).exit_code()
}

fn run(case: &Path) -> Result<(), Failed> {
    let folder = Folder::new();
    let book = folder.at("book");
    let (text, files) = (case.join("expected.txt"), case.join("expected"));
    if files.exists() {
        copy(&case.with_file_name("templates"), &book.join("templates"));
    }
    for part in ["book.toml", "ids.lock", "code", "content", "static", "templates"] {
        let from = case.join(part);
        if from.is_dir() {
            copy(&from, &book.join(part));
        } else if from.exists() {
            fs::create_dir_all(&book).unwrap();
            fs::copy(&from, book.join(part)).unwrap();
        }
    }
    let site = folder.at("site");
    let output = fieldguide("build", &book).arg("--to").arg(&site).output().unwrap();
    let code = output.status.code();
    let printed = format!("exit {}\n\n{}", code.map_or("by a signal".into(), |code| code.to_string()), stderr(&output));
    if code != Some(0) && site.exists() {
        return Err("a book with mistakes was written".into());
    }
    check_agrees(&book, &printed)?;
    if text.exists() || code != Some(0) || printed.len() > "exit 0\n\n".len() {
        compare(&text, &printed)?;
    }
    let mut found = 0;
    for (path, _) in support::tree(&files) {
        found += 1;
        let page = fs::read(site.join(&path)).unwrap_or_default();
        compare(&files.join(&path), &without_labs(&String::from_utf8_lossy(&page)))?;
    }
    match found == 0 && !text.exists() {
        true => Err("there is neither `expected.txt` nor a file in `expected/`".into()),
        false => Ok(()),
    }
}

/// What a lab draws is held by its own tests: here its figure is only there.
fn without_labs(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    const OPENS: &str = "<fieldset class=\"lab-body\" disabled>";
    const CLOSES: &str = "</fieldset><p class=\"lab-status";
    while let Some((before, lab)) = rest.split_once(OPENS) {
        let (_, behind) = lab.split_once(CLOSES).unwrap_or(("", lab));
        out.push_str(&format!("{before}{OPENS}(drawn){CLOSES}"));
        rest = behind;
    }
    out + rest
}

/// `check` prints the same diagnostics with the same exit code, and writes nothing.
fn check_agrees(book: &Path, built: &str) -> Result<(), Failed> {
    let before = support::tree(book);
    let output = fieldguide("check", book).output().unwrap();
    let diagnostics = |text: &str| text.split_once("not written: ").map_or(text, |(before, _)| before).to_string();
    let checked = format!("exit {}\n\n{}", output.status.code().unwrap_or(-1), stderr(&output));
    if diagnostics(built) != checked {
        return Err(format!("`check` says something else than `build`:\n{checked}").into());
    }
    if before != support::tree(book) {
        return Err("`check` wrote into the book".into());
    }
    Ok(())
}

fn compare(golden: &Path, made: &str) -> Result<(), Failed> {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(golden, made).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(golden).unwrap_or_default();
    if expected == made {
        return Ok(());
    }
    let at = expected.lines().zip(made.lines()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| text.lines().skip(at.saturating_sub(2)).take(12).collect::<Vec<_>>().join("\n");
    Err(format!(
        "{} differs from line {}:\n--- expected\n{}\n--- made\n{}\n(UPDATE=1 cargo test --test books writes what is made)",
        golden.display(),
        at + 1,
        from(&expected),
        from(made)
    )
    .into())
}
