//! Included code: proven where it stands, and seen by `serve --watch`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::process::Command;

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
