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

/// What large mdBooks have that was lost or wrong: regions in pieces, anchors in HTML, drawings with a DOCTYPE, links to what
/// stands beside the book on its host.
#[test]
fn what_mdbook_lets_pass_builds() {
    let folder = Folder::new();
    folder.write("old/src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n");
    folder.write(
        "old/src/x.rs",
        "// ANCHOR: r\nfirst();\n// ANCHOR_END: r\nno();\n// ANCHOR: r\nsecond();\n// ANCHOR_END: r\n",
    );
    folder.write("old/src/a.md", "# A\n\n```rust\n{{#include x.rs:r}}\n```\n\n[own](b.md#own) [*std*](../std/vec--x.html) [ref]\n\n[ref]: ../std/\n");
    folder.write("old/src/b.md", "# B\n\n<a id=\"own\"></a>\n\n![drawn](d.svg)\n");
    let doctype =
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 0h1\"/></svg>";
    folder.write("old/src/d.svg", format!("<?xml version=\"1.0\"?>\n{doctype}\n{svg}\n"));
    let output = import(&folder, "old");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}{said}", stderr(&output));
    assert_eq!(said.matches("leads to nothing in the mdBook").count(), 2, "{said}");
    let pages = tree(&folder.at("new"));
    let page = pages
        .iter()
        .find(|(path, _)| path.ends_with("-a.md"))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes))
        .unwrap();
    assert!(page.contains("first();\nsecond();\n") && !page.contains("no();"), "{page}");
    assert!(page.contains("*std*<!-- ../std/vec%2D%2Dx.html --> ref<!-- ../std/ -->"), "{page}");
}
