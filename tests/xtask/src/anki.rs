//! Anki's own importer takes the guide's cards: into a fresh collection, twice, and then with an edit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::browser::first_line;
use crate::tally::Tally;

/// The version of Anki's library that the package is tried with.
const ANKI: &str = "anki==26.9.3";

/// A word that no card holds.
const EDIT: &str = "Zweifelsfall";

/// Packs the guide's cards as it is and with an edited question, and imports both.
pub(crate) fn test(tally: &mut Tally, root: &Path, binary: &Path, target: &Path) {
    const NAME: &str = "Anki imports the cards";
    let folder = target.join("anki-under-test");
    let made = python(target).and_then(|python| {
        drop(fs::remove_dir_all(&folder));
        let edited = edited_copy(root, &folder)?;
        let cards = pack(binary, root, &folder.join("guide"), "1700000000")?;
        pack(binary, &edited, &folder.join("edited"), "1700000100")?;
        let mut command = Command::new(python);
        command.arg(root.join("tests/import_cards.py")).arg(folder.join("guide.apkg")).arg(folder.join("edited.apkg"));
        command.args([&cards.to_string(), EDIT]);
        Ok(command)
    });
    match made {
        Ok(mut command) => {
            tally.check(NAME, &mut command);
        }
        Err(why) => tally.missing(NAME, &why),
    }
}

/// A Python that has Anki's library: the one on the PATH, or a virtual environment made here.
fn python(target: &Path) -> Result<PathBuf, String> {
    let has =
        |python: &Path| first_line(Command::new(python).args(["-c", "import anki.collection; print(1)"])).is_some();
    let names = ["python3", "python"];
    if let Some(python) = names.iter().map(PathBuf::from).find(|python| has(python)) {
        return Ok(python);
    }
    let base = names.iter().find(|name| first_line(Command::new(name).arg("--version")).is_some());
    let base = base.ok_or("Python is needed to try the import: install it")?;
    let venv = target.join("anki-venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if has(&python) {
        return Ok(python);
    }
    println!("making a virtual environment with {ANKI} in {}", venv.display());
    let run = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let made = run(Command::new(base).args(["-m", "venv"]).arg(&venv))
        && run(Command::new(&python).args(["-m", "pip", "install", "--quiet", ANKI]));
    match made && has(&python) {
        true => Ok(python),
        false => Err(format!("{ANKI} could not be installed from PyPI: install it by hand for the Python on the PATH")),
    }
}

/// The guide with one more sentence in its first question.
fn edited_copy(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let to = folder.join("book");
    let wrong = |error: std::io::Error| format!("the guide could not be copied: {error}");
    for part in ["book.toml", "ids.lock", "content"] {
        copy(&root.join(part), &to.join(part)).map_err(wrong)?;
    }
    let mut topics = Vec::new();
    list(&to.join("content"), &mut topics).map_err(wrong)?;
    topics.sort();
    for path in topics {
        let text = fs::read_to_string(&path).map_err(wrong)?;
        let Some((before, after)) = text.split_once("\n## Q: ") else { continue };
        let Some((title, answer)) = after.split_once('\n') else { continue };
        let text = format!("{before}\n## Q: {title}\n\n{EDIT}.\n{answer}");
        return fs::write(&path, text).map(|()| to).map_err(wrong);
    }
    Err("the guide has no question to edit".to_string())
}

/// Writes `<name>.apkg` and `<name>.csv`; how many cards there are.
fn pack(binary: &Path, book: &Path, name: &Path, time: &str) -> Result<usize, String> {
    let mut command = Command::new(binary);
    command.args(["cards", "--book"]).arg(book).arg("--anki").arg(name.with_extension("apkg"));
    command.arg("--csv").arg(name.with_extension("csv")).env("SOURCE_DATE_EPOCH", time);
    let said =
        first_line(&mut command).ok_or("the cards could not be packed: run `fieldguide cards --anki guide.apkg`")?;
    let number =
        said.rsplit(": ").next().and_then(|rest| rest.split(' ').next()).and_then(|number| number.parse().ok());
    number.ok_or(format!("how many cards there are is not said: {said}"))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        return fs::copy(from, to).map(drop);
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => list(&path, found)?,
            false if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
            false => {}
        }
    }
    Ok(())
}
