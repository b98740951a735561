//! What the tests of the command share: folders of their own, and the binary.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of a test's own, removed at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("fieldguide-test-{}-{number}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    /// A folder that holds a small book: a home page, a stage and two topics that link to each other.
    pub(crate) fn with_book() -> Self {
        let folder = Self::new();
        folder.write("book.toml", "title = \"A book\"\n");
        folder.write("content/index.md", "+++\ntitle = \"A book\"\n+++\n\nWhat it is about.\n");
        let stage = "+++\ntitle = \"A stage\"\nsummary = \"s\"\nobjectives = [\"o\"]\ntakeaway = \"t\"\n+++\n";
        folder.write("content/01-stage/index.md", stage);
        folder.topic("01-one", "See [two](02-two.md).\n");
        folder.topic("02-two", "See [one](01-one.md).\n");
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Writes `content/01-stage/<name>.md`.
    pub(crate) fn topic(&self, name: &str, body: &str) {
        let text = format!("+++\ntitle = \"Topic {name}\"\nsummary = \"s\"\n+++\n\n{body}");
        self.write(&format!("content/01-stage/{name}.md"), text);
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The command, on that book.
pub(crate) fn fieldguide(subcommand: &str, book: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldguide"));
    command
        .arg(subcommand)
        .arg("--book")
        .arg(book)
        .stdin(Stdio::null())
        .env_remove("CLICOLOR_FORCE")
        .env("NO_COLOR", "1");
    command
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files below a folder, by their path in it, with their bytes.
pub(crate) fn tree(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below)).into_iter().flatten().flatten() {
            let path = below.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                let name = path.to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    found
}

/// Copies a folder with all that is in it; symbolic links stay links.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&from, &to);
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(&from).unwrap(), &to).unwrap();
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}
