//! New books, stages and topics: numbered, wired, and never in place of something that is there.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::book;
use crate::config;
use crate::diagnostic::{Diagnostic, suggestion};
use crate::page::markdown;
use crate::site;
use crate::source::{Disk, Files, Sources};

/// The files of a new book by their path in it; `{{title}}` stands for the title as TOML.
const BOOK: [(&str, &[u8]); 11] = [
    (".gitignore", include_bytes!("scaffold/book/gitignore")),
    ("book.toml", include_bytes!("scaffold/book/book.toml")),
    ("code/shop.py", include_bytes!("scaffold/book/code/shop.py")),
    ("content/index.md", include_bytes!("scaffold/book/content/index.md")),
    ("content/glossary.md", include_bytes!("scaffold/book/content/glossary.md")),
    ("content/01-first-steps/index.md", include_bytes!("scaffold/book/content/01-first-steps/index.md")),
    ("content/01-first-steps/01-a-page.md", include_bytes!("scaffold/book/content/01-first-steps/01-a-page.md")),
    ("content/01-first-steps/steps.svg", include_bytes!("scaffold/book/content/01-first-steps/steps.svg")),
    ("content/02-code/index.md", include_bytes!("scaffold/book/content/02-code/index.md")),
    ("content/02-code/01-snippets.md", include_bytes!("scaffold/book/content/02-code/01-snippets.md")),
    ("content/02-code/02-labs.md", include_bytes!("scaffold/book/content/02-code/02-labs.md")),
];

/// What was made.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// New files, by their path in the book.
    pub files: Vec<String>,
    /// Files that were there and were added to.
    pub edited: Vec<String>,
}

/// Why nothing was made.
#[derive(Debug)]
pub enum Refused {
    /// Something in the book, or in what was asked for, stands in the way.
    Book(Box<(Sources, Vec<Diagnostic>)>),
    /// The disk says no: the path and why.
    Disk(String, io::Error),
}

impl Refused {
    pub(crate) fn because(diagnostic: Diagnostic) -> Self {
        Self::Book(Box::new((Sources::default(), vec![diagnostic])))
    }
}

impl From<(String, io::Error)> for Refused {
    fn from((path, error): (String, io::Error)) -> Self {
        Self::Disk(path, error)
    }
}

/// A text as a TOML string.
pub fn quoted(text: &str) -> String {
    // JSON's escapes are TOML's, but for one character that JSON leaves as it is.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A title's slug: what an address and a file's name may hold, without hyphens side by side or at an end.
pub fn slug(title: &str) -> String {
    let slug = markdown::slug(title);
    slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// `my-first_book` → `My first book`.
pub fn title_of_name(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Makes a small book that builds at once. The folder may be there if it is empty.
///
/// # Errors
/// A folder that holds something, a title that says nothing, or what the disk says; then nothing is written.
pub fn book(root: &Path, title: &str) -> Result<Made, Refused> {
    let title = one_line(title)?;
    let files = BOOK.into_iter().map(|(path, bytes)| {
        let bytes = match std::str::from_utf8(bytes) {
            Ok(text) => text.replace("{{title}}", &quoted(&title)).into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        (path.to_string(), bytes)
    });
    write_folder(root, &files.collect())
}

/// Writes a folder of new files: all of them, or none.
///
/// # Errors
/// A folder that holds something, or what the disk says.
pub fn write_folder(root: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<Made, Refused> {
    let shown = root.display().to_string();
    let fail = |error| Refused::Disk(shown.clone(), error);
    let taken = match std::fs::read_dir(root) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(_) => true,
    };
    if taken {
        let message = format!("`{shown}` is there and holds something");
        return Err(Refused::because(
            Diagnostic::file(shown, message).help("choose another name, or empty the folder"),
        ));
    }
    let absolute = std::path::absolute(root).map_err(fail)?;
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        let message = format!("`{shown}` can't be the folder of a book");
        return Err(Refused::because(Diagnostic::file(shown, message).help("name a folder that is not there yet")));
    };
    std::fs::create_dir_all(parent).map_err(fail)?;
    let beside = parent.join(format!(".{}.fieldguide-{}", name.to_string_lossy(), std::process::id()));
    let written = write_all(&beside, files).and_then(|()| std::fs::rename(&beside, &absolute));
    if let Err(error) = written {
        drop(std::fs::remove_dir_all(&beside));
        return Err(fail(error));
    }
    Ok(Made { files: files.keys().cloned().collect(), edited: Vec::new() })
}

fn write_all(root: &Path, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for (path, bytes) in files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

/// Makes a stage behind those that are there; where book.toml has parts, in the last of them.
///
/// # Errors
/// No book, an address that is taken, a title that says nothing, or what the disk says; then nothing is written.
pub fn stage(root: &Path, title: &str) -> Result<Made, Refused> {
    let title = one_line(title)?;
    let disk = Disk::new(root);
    let listed = listed(&disk)?;
    let (sources, config) = read_config(&disk)?;
    let stages = stage_folders(&listed);
    let name = free_name(&title, &stages, "content", "stage")?;
    let slug = book::numbered(&name).1;
    refuse_taken_address(&listed, slug)?;
    let path = format!("content/{name}/index.md");
    let text = format!(
        "+++\ntitle = {}\nsummary = \"What this stage is about, in one sentence.\"\nobjectives = [\"What the reader will be able to do\"]\ntakeaway = \"What to remember.\"\n+++\n\nWhat this stage is about, and why its topics stand in this order.\n",
        quoted(&title)
    );
    // The file first: a stage that no part names is shown all the same, a part that names no stage is a mistake.
    create(root, &path, &text)?;
    let mut made = Made { files: vec![path], edited: Vec::new() };
    let last = config.parts.last().and_then(|part| part.stages.last());
    if let (Some((_, span)), Some(source)) = (last, sources) {
        let mut toml = source;
        if toml.is_char_boundary(span.bytes().end) {
            toml.insert_str(span.bytes().end, &format!(", {}", quoted(slug)));
            replace(root, "book.toml", &toml)?;
            made.edited.push("book.toml".to_string());
        }
    }
    Ok(made)
}

/// Makes a topic behind those of its stage, which is named by its slug or by its folder.
///
/// # Errors
/// No book, no such stage, an address that is taken, a title that says nothing, or what the disk says; then nothing is written.
pub fn topic(root: &Path, stage: &str, title: &str) -> Result<Made, Refused> {
    let title = one_line(title)?;
    let disk = Disk::new(root);
    let listed = listed(&disk)?;
    read_config(&disk)?;
    let stages = stage_folders(&listed);
    let wanted = stage.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let found = stages.iter().find(|folder| *folder == wanted || book::numbered(folder).1 == wanted);
    let Some(folder) = found else {
        let message = format!("there is no stage `{wanted}`");
        let slugs = stages.iter().map(|folder| book::numbered(folder).1);
        let help = match stages.is_empty() {
            true => "make one with `fieldguide new stage TITLE`".to_string(),
            false => suggestion(wanted, slugs),
        };
        return Err(Refused::because(Diagnostic::file("content", message).help(help)));
    };
    let within = format!("content/{folder}");
    let prefix = format!("{within}/");
    let topics: Vec<String> = listed
        .iter()
        .filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix(".md"))
        .filter(|name| !name.contains('/') && *name != "index")
        .map(str::to_string)
        .collect();
    let name = free_name(&title, &topics, &within, "topic")?;
    let path = format!("{within}/{name}.md");
    let text = format!(
        "+++\ntitle = {}\nsummary = \"What this topic is about, in one sentence.\"\n+++\n\nWhat this is, and why it matters.\n",
        quoted(&title)
    );
    create(root, &path, &text)?;
    Ok(Made { files: vec![path], edited: Vec::new() })
}

fn one_line(title: &str) -> Result<String, Refused> {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if slug(&title).is_empty() || title.contains(char::is_control) {
        let message = format!("the title `{}` has no letter or digit, or a control character", title.escape_debug());
        return Err(Refused::because(Diagnostic::file("the title", message).help("write it as it shall be read")));
    }
    Ok(title)
}

fn listed(disk: &Disk) -> Result<Vec<String>, Refused> {
    let listing = disk.list().map_err(|(path, error)| Refused::Disk(path, error))?;
    Ok(listing.paths)
}

/// The text and the meaning of book.toml; a book whose book.toml is wrong gets nothing new.
fn read_config(disk: &Disk) -> Result<(Option<String>, config::Config), Refused> {
    let text = match disk.read("book.toml").map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => {
            return Err(Refused::because(Diagnostic::file("book.toml", "not UTF-8").help("save the file as UTF-8")));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let help = "make a book with `fieldguide new book NAME`, or name its folder with `--book`";
            let message = "there is no book here: book.toml is missing";
            return Err(Refused::because(Diagnostic::file("book.toml", message).help(help)));
        }
        Err(error) => return Err(Refused::Disk("book.toml".to_string(), error)),
    };
    // Positions are those of the text without its byte order mark; with one, book.toml is left alone.
    let bare = text.strip_prefix('\u{feff}').map(str::to_string);
    let mut sources = Sources::default();
    let id = sources.add("book.toml", bare.clone().unwrap_or_else(|| text.clone()));
    let Some(source) = sources.get(id).cloned() else { return Ok((None, config::Config::default())) };
    let outcome = config::parse(&source);
    match outcome.diagnostics.is_empty() {
        true => Ok((bare.is_none().then_some(text), outcome.value)),
        false => Err(Refused::Book(Box::new((sources, outcome.diagnostics)))),
    }
}

/// The folders directly below `content/` that hold pages.
fn stage_folders(listed: &[String]) -> Vec<String> {
    let folder = |path: &String| {
        let (folder, file) = path.strip_prefix("content/")?.split_once('/')?;
        (file == "index.md").then(|| folder.to_string())
    };
    listed.iter().filter_map(folder).collect()
}

/// The name of what comes behind `siblings`: the next number, as wide as theirs, and the title's slug.
fn free_name(title: &str, siblings: &[String], within: &str, noun: &str) -> Result<String, Refused> {
    let slug = slug(title);
    if let Some(other) = siblings.iter().find(|other| book::numbered(other).1.to_lowercase() == slug) {
        let message = format!("there is a {noun} of that name: `{within}/{other}`");
        return Err(Refused::because(
            Diagnostic::file(format!("{within}/{other}"), message).help("give the new one another title"),
        ));
    }
    let numbers = siblings.iter().map(|name| book::numbered(name).0).filter(|number| *number != u64::MAX);
    let digits = |name: &String| name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let width = siblings.iter().map(digits).max().unwrap_or(0).max(2);
    match numbers.max() {
        None if !siblings.is_empty() => Ok(slug),
        last => Ok(format!("{:0width$}-{slug}", last.unwrap_or(0).saturating_add(1))),
    }
}

fn refuse_taken_address(listed: &[String], slug: &str) -> Result<(), Refused> {
    let plain = listed.iter().find(|path| {
        let name = path.strip_prefix("content/").and_then(|name| name.strip_suffix(".md"));
        name.is_some_and(|name| !name.contains('/') && book::numbered(name).1 == slug)
    });
    let owner = match plain {
        Some(page) => page.as_str(),
        None if book::RESERVED.contains(&slug) => "a page that the builder makes",
        None => return Ok(()),
    };
    let message = format!("the address `{slug}` is taken by {owner}");
    Err(Refused::because(Diagnostic::file("the title", message).help("give the stage another title")))
}

/// Writes a new file; one that is there stays.
fn create(root: &Path, path: &str, text: &str) -> Result<(), Refused> {
    let fail = |error| Refused::Disk(path.to_string(), error);
    let place = root.join(path);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut file = std::fs::File::create_new(place).map_err(fail)?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(fail)
}

/// Replaces a file as a whole: an interruption leaves the old one.
fn replace(root: &Path, path: &str, text: &str) -> Result<(), Refused> {
    site::replace(&root.join(path), text.as_bytes()).map_err(|error| Refused::Disk(path.to_string(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names_and_names_titles() {
        assert_eq!(slug("  Why `0.1 + 0.2` — is not 0.3? "), "why-01-02-is-not-03");
        assert_eq!(title_of_name("my-first_book"), "My first book");
        assert_eq!(quoted("a \"b\" \\ \u{7f}\t"), "\"a \\\"b\\\" \\\\ \\u007f\\t\"");
    }

    #[test]
    fn numbers_go_on() {
        let name = |siblings: &[&str]| {
            let siblings: Vec<String> = siblings.iter().map(|name| name.to_string()).collect();
            free_name("A new one", &siblings, "content", "stage").ok()
        };
        assert_eq!(name(&[]).as_deref(), Some("01-a-new-one"));
        assert_eq!(name(&["01-a", "07-b"]).as_deref(), Some("08-a-new-one"));
        assert_eq!(name(&["001-a", "b"]).as_deref(), Some("002-a-new-one"));
        assert_eq!(name(&["99-a"]).as_deref(), Some("100-a-new-one"));
        assert_eq!(name(&["a", "b"]).as_deref(), Some("a-new-one"));
        assert_eq!(name(&["03-a-new-one"]), None);
    }
}
