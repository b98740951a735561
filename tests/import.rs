//! An mdBook with everything in it, against the book that must come of it: `tests/import/`. `UPDATE=1 cargo test --test import`
//! writes what is made now: read the diff.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod support;
use support::{Folder, copy, fieldguide, stderr, tree};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(path)
}

fn import(folder: &Folder, dir: &str) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldguide"));
    command.args(["import", "mdbook", dir, "--to", "new"]).current_dir(folder.path()).env("NO_COLOR", "1");
    command.output().unwrap()
}

#[test]
fn everything_has_its_place_or_is_listed() {
    let folder = Folder::new();
    copy(&here("old"), &folder.at("old"));
    let output = import(&folder, "old");
    let said = format!("{}{}", stderr(&output), String::from_utf8_lossy(&output.stdout));
    if std::env::var_os("UPDATE").is_some() {
        drop(fs::remove_dir_all(here("new")));
        copy(&folder.at("new"), &here("new"));
        fs::write(here("said.txt"), &said).unwrap();
    }
    assert_eq!(said, fs::read_to_string(here("said.txt")).unwrap());
    let (made, expected) = (tree(&folder.at("new")), tree(&here("new")));
    assert_eq!(made.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, bytes) in &made {
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&expected[path]), "{path}");
    }
    // The one thing that is wrong is wrong in the mdBook, too.
    let page = folder.read("new/content/01-the-guide/02-two.md").replace("[nowhere](missing.md)", "");
    folder.write("new/content/01-the-guide/02-two.md", page);
    let built = fieldguide("build", &folder.at("new")).arg("--strict").output().unwrap();
    assert!(built.status.success(), "{}", stderr(&built));
}

#[test]
fn a_folder_without_an_mdbook_is_refused() {
    let folder = Folder::new();
    folder.write("old/book.toml", "[book]\nsrc = \"text\"\n");
    let output = import(&folder, "old");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`text/SUMMARY.md` is missing"), "{}", stderr(&output));
    assert!(!folder.at("new").exists());
}

#[test]
fn a_text_that_includes_itself_ends() {
    let folder = Folder::new();
    folder.write("old/src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n");
    folder.write("old/src/a.md", "# A\n\nText.\n\n{{#include a.md}}\n");
    folder.write("old/src/b.md", "");
    let output = import(&folder, "old");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("src/a.md:5: `src/a.md` includes itself"), "{said}{}", stderr(&output));
}
