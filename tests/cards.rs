//! The cards for Anki: what a package holds, what stays over edits, and that the same book gives the same bytes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

mod support;
use support::{Folder, copy, fieldguide, stderr};

/// The notes of a package by their ids: guid, fields and tags.
type Notes = BTreeMap<String, (String, Vec<String>, String)>;

fn pack(book: &Path, to: &Path, time: &str) -> Vec<u8> {
    let mut command = fieldguide("cards", book);
    let output = command.arg("--anki").arg(to).env("SOURCE_DATE_EPOCH", time).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    fs::read(to).unwrap()
}

fn unpack(package: &[u8], name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut bytes = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn notes(package: &[u8], folder: &Folder) -> Notes {
    let path = folder.at("collection.anki2");
    fs::write(&path, unpack(package, "collection.anki2")).unwrap();
    let database = rusqlite::Connection::open(path).unwrap();
    let cards: i64 = database.query_row("select count(*) from cards", [], |row| row.get(0)).unwrap();
    let mut statement = database.prepare("select guid, flds, tags from notes").unwrap();
    let rows = statement.query_map([], |row| {
        let fields: String = row.get(1)?;
        let fields: Vec<String> = fields.split('\u{1f}').map(str::to_string).collect();
        Ok((fields[3].clone(), (row.get(0)?, fields, row.get(2)?)))
    });
    let notes: Notes = rows.unwrap().map(Result::unwrap).collect();
    assert_eq!(usize::try_from(cards), Ok(notes.len()), "a card for each note");
    notes
}

#[test]
fn guids_stay_over_edits_and_moves_and_bytes_over_runs() {
    let folder = Folder::new();
    let book = folder.at("book");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/syntax"), &book);
    let package = pack(&book, &folder.at("a.apkg"), "1700000000");
    assert_eq!(package, pack(&book, &folder.at("b.apkg"), "1700000000"));
    let before = notes(&package, &folder);
    let titles = before.values().filter(|(_, _, tags)| tags.contains(" pitfall ")).count();
    assert!(titles > 0 && titles < before.len(), "pitfalls and questions");
    for (id, (_, fields, _)) in &before {
        assert!(fields[0].len() > 3 && fields[1].contains('<') && id.contains('#'), "{fields:?}");
        assert!(!fields[1].contains("href=\"../"), "a link out of Anki leads nowhere: {}", fields[1]);
    }
    // Images stand in the package, under the names that the cards use.
    let media: BTreeMap<String, String> = serde_json::from_slice(&unpack(&package, "media")).unwrap();
    for (number, name) in &media {
        assert!(before.values().any(|(_, fields, _)| fields[1].contains(&format!("src=\"{name}\""))), "{name}");
        assert!(!unpack(&package, number).is_empty());
    }

    // An item gets another id and says so.
    let path = book.join("content/01-syntax/01-all.md");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|line| line.starts_with("## q: ")).unwrap();
    let title = line.trim_start_matches("## q: ");
    let (old, (guid, fields, _)) = before.iter().find(|(_, (_, fields, _))| fields[0] == title).unwrap();
    let page = old.split_once('#').unwrap().0;
    fs::write(&path, text.replace(line, "## Q: Quite another title? {#renamed}")).unwrap();
    fs::write(book.join("ids.lock"), format!("{old} -> {page}#renamed\n")).unwrap();
    let after = notes(&pack(&book, &folder.at("c.apkg"), "1700000001"), &folder);
    let (same, changed, _) = &after[&format!("{page}#renamed")];
    assert_eq!(same, guid, "the note is the same");
    assert_eq!(changed[0], "Quite another title?");
    assert_ne!(changed[0], fields[0]);
    assert_eq!(after.len(), before.len());
}

#[test]
fn a_table_has_a_row_for_each_card_and_quotes_what_it_must() {
    let folder = Folder::new();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/syntax");
    let table = folder.at("cards.csv");
    let output = fieldguide("cards", &book).arg("--csv").arg(&table).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(table).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let (head, body) = lines.split_at(6);
    assert!(head.iter().all(|line| line.starts_with('#')));
    // Every quote is one of a pair, so that fields end where they should: what stands outside them is commas and line ends.
    let outside: String = body.join("\n").split('"').step_by(2).collect();
    let rows: Vec<&str> = outside.split('\n').collect();
    assert!(rows.iter().all(|row| *row == ",,,,,"), "{outside}");
    assert!(said.contains(&format!("{} cards", rows.len())), "{said}");
}

#[test]
fn a_book_without_cards_says_so() {
    let folder = Folder::new();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/smallest");
    let output = fieldguide("cards", &book).arg("--anki").arg(folder.at("a.apkg")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("neither a pitfall nor a question"));
    assert!(!folder.at("a.apkg").exists());
}
