//! Included code: proven where it stands, and seen by `serve --watch`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::BTreeSet;
use std::process::Command;

use fieldguide::pipeline::{Changes, Options, Pipeline};
use fieldguide::source::Disk;

mod support;
use support::{Folder, fieldguide, stderr};

#[test]
fn the_proof_points_into_the_included_file() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let folder = Folder::with_book();
    folder.write("code/a.py", "import os\n\n# ANCHOR: f\ndef f():\n    return 1 // 0\n\nf()\n# ANCHOR_END: f\n");
    folder.topic("01-one", "[two](02-two.md)\n\n```python {include=\"/code/a.py\", region=\"f\"}\n```\n");
    let output = fieldguide("check", folder.path()).arg("--run").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("ZeroDivisionError") && said.contains("code/a.py:"), "{said}");
    folder.write("code/a.py", "# ANCHOR: f\nprint(7)\n# ANCHOR_END: f\n");
    folder.topic(
        "01-one",
        "[two](02-two.md)\n\n```python {include=\"/code/a.py\", region=\"f\"}\n```\n\n```output\n6\n```\n",
    );
    let write = || fieldguide("check", folder.path()).args(["--run", "--write"]).output().unwrap();
    let output = write();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(folder.read("content/01-stage/01-one.md").ends_with("```output\n7\n```\n"));
    assert_eq!(folder.read("code/a.py"), "# ANCHOR: f\nprint(7)\n# ANCHOR_END: f\n");
}

#[test]
fn an_edit_of_included_code_reaches_the_page() {
    let folder = Folder::with_book();
    folder.write("code/a.py", "first = 1\n");
    folder.topic("01-one", "[two](02-two.md)\n\n```python {include=\"/code/a.py\"}\n```\n");
    let disk = Disk::new(folder.path());
    let mut pipeline = Pipeline::new(Options::default());
    pipeline.update(&disk, &Changes::Everything);
    let changes = Changes::At(BTreeSet::from(["code/a.py".to_string()]));
    folder.write("code/a.py", "second = 2\n");
    let update = pipeline.update(&disk, &changes);
    assert!(update.changed && update.parsed == 1 && update.saved == ["stage/one.html"], "{update:?}");
    let shown = |pipeline: &mut Pipeline| {
        let site = pipeline.complete(&disk).site.unwrap();
        String::from_utf8(site.files["stage/one.html"].to_vec()).unwrap()
    };
    assert!(shown(&mut pipeline).contains("second"));
    assert!(!pipeline.update(&disk, &changes).changed);
    // Gone, and back again.
    std::fs::remove_file(folder.at("code/a.py")).unwrap();
    pipeline.update(&disk, &changes);
    assert!(pipeline.complete(&disk).site.is_none());
    folder.write("code/a.py", "third = 3\n");
    pipeline.update(&disk, &changes);
    assert!(shown(&mut pipeline).contains("third"));
}
