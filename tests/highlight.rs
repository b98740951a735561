//! Highlighting is held against syntect's, whose grammars it runs: on samples of every language that the books of this
//! repository use, on all of the book's own code, and on the standard library of the Python that is installed.
//! `UPDATE=1 cargo test --test highlight` makes the grammars again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

#[path = "highlight/compile.rs"]
mod compile;
#[path = "highlight/make.rs"]
mod make;
#[path = "highlight/oracle.rs"]
mod oracle;

use std::path::{Path, PathBuf};
use std::process::Command;

use fieldguide::render::highlight;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn grammars_are_those_of_syntect() {
    let path = root().join("src/render/highlight/grammars.bin");
    let made = make::grammars();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == made, "make them again: UPDATE=1 cargo test --test highlight");
}

/// The first line that differs.
fn difference(language: &str, text: &str) -> Option<String> {
    let (ours, theirs) = (highlight::lines(language, text), oracle::lines(language, text));
    let at = ours.iter().zip(&theirs).position(|(a, b)| a != b)?;
    Some(format!("line {}\nours:    {}\nsyntect: {}", at + 1, ours[at], theirs[at]))
}

#[track_caller]
fn assert_same(name: &Path, language: &str, text: &str) {
    if let Some(difference) = difference(language, text) {
        panic!("{} as {language}, {difference}", name.display());
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|other| other == extension) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_books_are_highlighted_as_by_syntect() {
    for path in files(&root().join("content"), "md") {
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("\n```").skip(1).step_by(2) {
            let (head, code) = block.split_once('\n').unwrap_or((block, ""));
            let language = head.split([' ', ',']).next().unwrap_or_default();
            if oracle::syntaxes().find_syntax_by_token(language).is_some() {
                assert_same(&path, language, code);
            }
        }
    }
}

/// Every file of this repository, by its extension: Rust, Python, JavaScript, HTML, CSS, Markdown, YAML, JSON and more.
#[test]
fn many_languages_are_highlighted_as_by_syntect() {
    for extension in ["rs", "py", "mjs", "js", "html", "css", "md", "json", "yml", "sh", "sql", "diff"] {
        let language = if extension == "mjs" { "js" } else { extension };
        for folder in
            ["src", "tests/highlight/samples", "tests/books", "static/js", "static/css", "templates", "benches"]
        {
            for path in files(&root().join(folder), extension) {
                // Some are there for their bytes that are no UTF-8.
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                let some: String = text.lines().take(300).map(|line| format!("{line}\n")).collect();
                assert_same(&path, language, &some);
            }
        }
    }
}

/// `FIELDGUIDE_STDLIB=all` reads all of the library, in some minutes; else a part of it is read, another file of each folder.
#[test]
fn pythons_library_is_highlighted_as_by_syntect() {
    let ask = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let Ok(answer) = Command::new("python3").args(["-c", ask]).output() else {
        eprintln!("not compared with the standard library: there is no python3");
        return;
    };
    let folder = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    let all = std::env::var("FIELDGUIDE_STDLIB").is_ok_and(|all| all == "all");
    let step = if all { 1 } else { 60 };
    for path in
        files(&folder, "py").iter().filter(|path| !path.to_string_lossy().contains("site-packages")).step_by(step)
    {
        // A few of its own tests are in other encodings.
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let text: String = if all { text } else { text.lines().take(200).map(|line| format!("{line}\n")).collect() };
        assert_same(path, "python", &text);
    }
}
