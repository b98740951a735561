//! `new`: what is made builds at once, stands in its place, and is never put in place of something that is there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Output};

mod support;
use support::{Folder, fieldguide, stderr, tree};

fn new(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldguide"));
    command.arg("new").args(args).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

fn checks(book: &Path) {
    let output = fieldguide("check", book).arg("--strict").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_new_book_passes_all_checks_and_holds_one_of_each() {
    let folder = Folder::new();
    let output = new(folder.path(), &["book", "my-guide"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let book = folder.at("my-guide");
    checks(&book);
    assert!(folder.read("my-guide/book.toml").starts_with("title = \"My guide\"\n"));
    let all: String =
        tree(&book.join("content")).into_values().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    for kind in [
        "{run",
        "continue",
        "raises=",
        "```output",
        "{exercise",
        "{solution}",
        "{checks}",
        "```demo",
        "```plot",
        "include=",
        "$$",
        "## Pitfall:",
        "### Fix",
        "## Q:",
        "### Follow-up:",
        "## Quiz",
        "**Myth:**",
        "> [!TIP]",
        "[^",
        "![",
        "|---",
        "- [x]",
    ] {
        assert!(all.contains(kind), "no block shows `{kind}`");
    }
    let built = fieldguide("build", &book).arg("--strict").output().unwrap();
    assert!(built.status.success() && book.join("site/code/labs.html").exists(), "{}", stderr(&built));
}

#[test]
fn a_new_books_snippets_are_proven() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let folder = Folder::new();
    assert!(new(folder.path(), &["book", "b"]).status.success());
    let output = fieldguide("check", &folder.at("b")).args(["--run", "--strict"]).output().unwrap();
    assert!(output.status.success(), "{}{}", stderr(&output), String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_title_is_written_as_toml_and_a_folder_in_use_is_left_alone() {
    let folder = Folder::new();
    assert!(new(folder.path(), &["book", "b", "--title", "A \"b\" \\ c"]).status.success());
    checks(&folder.at("b"));
    let before = tree(folder.path());
    let output = new(folder.path(), &["book", "b"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`b` is there and holds something"), "{}", stderr(&output));
    assert_eq!(new(folder.path(), &["book", "c", "--title", " ?! "]).status.code(), Some(1));
    assert_eq!(before, tree(folder.path()));
    std::fs::create_dir(folder.at("empty")).unwrap();
    assert!(new(folder.path(), &["book", "empty"]).status.success());
}

#[test]
fn stages_and_topics_are_numbered_and_wired() {
    let folder = Folder::with_book();
    folder.write("book.toml", "title = \"A book\"\n[[parts]]\ntitle = \"P\"\nstages = [\"stage\"] # all\n");
    let output = new(folder.path(), &["stage", "Data & `types`"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(folder.read("content/02-data-types/index.md").contains("title = \"Data & `types`\""));
    assert!(folder.read("book.toml").ends_with("stages = [\"stage\", \"data-types\"] # all\n"));
    assert!(new(folder.path(), &["topic", "stage", "Three"]).status.success());
    assert!(new(folder.path(), &["topic", "content/02-data-types/", "First"]).status.success());
    assert!(
        folder.at("content/01-stage/03-three.md").exists() && folder.at("content/02-data-types/01-first.md").exists()
    );
    checks(folder.path());
}

#[test]
fn what_stands_in_the_way_is_said() {
    let folder = Folder::with_book();
    let before = tree(folder.path());
    for (args, said) in [
        (["topic", "stage", "One"].as_slice(), "there is a topic of that name: `content/01-stage/01-one`"),
        (&["topic", "stag", "Four"], "did you mean `stage`?"),
        (&["stage", "Stage"], "there is a stage of that name: `content/01-stage`"),
        (&["stage", "Labs"], "the address `labs` is taken by a page that the builder makes"),
        (&["stage", "…"], "has no letter or digit"),
        (&["stage", "X", "--book", "content"], "there is no book here"),
    ] {
        let output = new(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
    }
    assert_eq!(before, tree(folder.path()));
}

#[test]
fn shells_and_the_manual_know_the_subcommands() {
    let folder = Folder::new();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fieldguide")).args(args).current_dir(folder.path()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    for shell in ["bash", "zsh", "fish"] {
        let text = run(&["completions", shell]);
        assert!(
            text.contains("import") && text.contains("--strict") || shell == "fish" && text.contains("strict"),
            "{shell}"
        );
    }
    let manual = run(&["man"]);
    assert!(manual.contains(".TH fieldguide") && manual.contains("strict") && manual.contains("completions"));
}
