//! The schemas against the parser: what it accepts they accept, what it refuses they refuse.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use toml::de::{DeTable, DeValue};

use super::*;
use crate::config;
use crate::lab::find;
use crate::source::{FileId, Source, Sources};

fn validator(schema: &Json) -> Validator {
    jsonschema::options().with_pattern_options(jsonschema::PatternOptions::fancy_regex()).build(schema).unwrap()
}

/// TOML as the editors hand it to a schema; none where it is no TOML.
fn json(text: &str) -> Option<Json> {
    fn value(toml: &DeValue<'_>) -> Json {
        match toml {
            DeValue::String(text) => text.as_ref().into(),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).unwrap().into(),
            DeValue::Float(number) => number.as_str().parse::<f64>().unwrap().into(),
            DeValue::Boolean(flag) => (*flag).into(),
            DeValue::Datetime(date) => date.to_string().into(),
            DeValue::Array(list) => list.iter().map(|item| value(item.get_ref())).collect(),
            DeValue::Table(table) => {
                table.iter().map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref()))).collect()
            }
        }
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    errors.is_empty().then(|| value(&DeValue::Table(table.into_inner())))
}

/// Whether the parser finds nothing wrong with a book.toml by itself.
fn book_is_fine(text: &str) -> bool {
    let mut sources = Sources::default();
    let id = sources.add("book.toml", text);
    config::parse(sources.get(id).unwrap()).diagnostics.is_empty()
}

/// Whether the parser finds nothing wrong with a front matter by itself.
fn front_is_fine(kind: Kind, toml: &str) -> bool {
    let mut sources = Sources::default();
    let id = sources.add("a.md", format!("+++\n{toml}\n+++\n"));
    let source: &Source = sources.get(id).unwrap();
    let mut diagnostics = Vec::new();
    let (range, _) = front_matter::split(source, &mut diagnostics).unwrap();
    front_matter::parse(source, range, kind, &mut diagnostics);
    diagnostics.is_empty()
}

/// The folders of all books of this repository.
fn books() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = fs::read_dir(root.join("tests/books")).unwrap().map(|entry| entry.unwrap().path());
    golden.filter(|path| path.is_dir()).chain([root.to_path_buf(), root.join("src/scaffold/book")]).collect()
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => pages(&path, found),
            false if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
            false => {}
        }
    }
}

fn kind_of(page: &Path, content: &Path) -> Kind {
    let inside = page.strip_prefix(content).unwrap();
    match (inside.components().count(), inside.ends_with("index.md")) {
        (1, true) => Kind::Home,
        (1, false) => Kind::Page,
        (_, true) => Kind::Stage,
        (_, false) => Kind::Topic,
    }
}

#[test]
fn books_are_judged_as_the_parser_judges_them() {
    let validator = validator(&book());
    let (mut fine, mut wrong) = (0, 0);
    for book in books() {
        let Ok(text) = fs::read_to_string(book.join("book.toml")) else { continue };
        let Some(json) = json(&text) else { continue };
        let expected = book_is_fine(&text);
        assert_eq!(validator.is_valid(&json), expected, "{}: {:?}", book.display(), validator.validate(&json).err());
        *if expected { &mut fine } else { &mut wrong } += 1;
    }
    assert!(fine > 30 && wrong >= 3, "{fine} fine, {wrong} wrong");
}

#[test]
fn front_matter_is_judged_as_the_parser_judges_it() {
    let any = validator(&front_matter(None));
    let (mut fine, mut wrong) = (0, 0);
    for book in books() {
        let content = book.join("content");
        let mut found = Vec::new();
        pages(&content, &mut found);
        for page in found {
            let Some(toml) = fs::read_to_string(&page).ok().and_then(|text| front(&text)) else { continue };
            let Some(json) = json(&toml) else { continue };
            let kind = kind_of(&page, &content);
            let expected = front_is_fine(kind, &toml);
            let found = validator(&front_matter(Some(kind))).is_valid(&json);
            assert_eq!(found, expected, "{}", page.display());
            assert!(any.is_valid(&json) || !expected, "{}", page.display());
            *if expected { &mut fine } else { &mut wrong } += 1;
        }
    }
    assert!(fine > 150 && wrong >= 8, "{fine} fine, {wrong} wrong");
}

/// The TOML between the first two `+++` lines.
fn front(text: &str) -> Option<String> {
    let (toml, _) = text.strip_prefix("+++\n")?.split_once("+++\n")?;
    Some(toml.to_string())
}

#[test]
fn each_mistake_in_a_key_is_refused() {
    let book = validator(&book());
    for wrong in [
        "",
        "title = ''",
        "title = 'T'\n[python]\nleast_proven = 101",
        "title = 'T'\n[[parts]]\ntitle = 'P'",
        "title = 'T'\n[[parts]]\ntitle = 'P'\nstages = []",
        "title = 'T'\n[publish]\nedit = 'x'",
        "title = 'T'\n[publish]\nedit = 'https://a.org/{file}'",
        "title = 'T'\n[theme.light]\naccent = 3",
        "title = 'T'\n[python.setup]\na = 1",
        "title = 'T'\nparts = 'x'",
        "title = 'T'\n[theme]\ncolor = 'red'",
    ] {
        assert!(!book_is_fine(wrong), "{wrong}");
        assert!(!book.is_valid(&json(wrong).unwrap()), "{wrong}");
    }
    let page = validator(&front_matter(Some(Kind::Page)));
    for (updated, fine) in [("2026-11-21", true), ("2026-11-21T18:00:00Z", true), ("18:00:00", false), ("3", false)] {
        let toml = format!("title = 'T'\nsummary = 's'\nupdated = {updated}");
        assert_eq!((front_is_fine(Kind::Page, &toml), page.is_valid(&json(&toml).unwrap())), (fine, fine), "{updated}");
    }
}

#[test]
fn a_labs_state_is_judged_as_the_builder_judges_it() {
    let lab = find("broadcast").unwrap();
    let validator = validator(&super::lab(lab));
    for (toml, fine) in [("shapes = ['3,1', '4']", true), ("shapes = '3'", false), ("shape = ['3']", false)] {
        let text = crate::keys::TomlText { file: FileId(0), offset: 0, text: toml };
        let mut diagnostics = Vec::new();
        demo::state(lab, text, &mut diagnostics);
        assert_eq!((diagnostics.is_empty(), validator.is_valid(&json(toml).unwrap())), (fine, fine), "{toml}");
    }
}

#[test]
fn the_themes_colors_are_offered() {
    assert!(book()["properties"]["theme"]["properties"]["light"]["properties"]["accent"].is_object());
}

/// A text of what addresses, tags, ids and templates are made of, and of what they must not hold.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "B", "é", "É", "1", "-", "_", ".", "..", "/", ".html", " ", "?", "#", "{", "}", "path", "{path}",
        "{title}", "https://", "http://", "mailto:", "en", "pt-BR", "\\", "\"", "!", "|", "*", "%", ":", "\u{a0}",
    ]);
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

static BOOK_SCHEMA: LazyLock<Validator> = LazyLock::new(|| validator(&book()));
static PAGE_SCHEMA: LazyLock<Validator> = LazyLock::new(|| validator(&front_matter(Some(Kind::Page))));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn patterns_say_what_the_parser_says(text in text()) {
        let value = Json::from(text.as_str()).to_string();
        let (book, page) = (&*BOOK_SCHEMA, &*PAGE_SCHEMA);
        for key in ["language", "base_url"] {
            let toml = format!("title = 'T'\n{key} = {value}");
            prop_assert_eq!(book.is_valid(&json(&toml).unwrap()), book_is_fine(&toml), "{}", toml);
        }
        let toml = format!("title = 'T'\n[publish]\nreport = {value}");
        prop_assert_eq!(book.is_valid(&json(&toml).unwrap()), book_is_fine(&toml), "{}", toml);
        for (key, value) in [("id", value.clone()), ("tags", format!("[{value}]")), ("aliases", format!("[{value}]"))] {
            let toml = format!("title = 'T'\nsummary = 's'\n{key} = {value}");
            let (schema, parser) = (page.is_valid(&json(&toml).unwrap()), front_is_fine(Kind::Page, &toml));
            // Which letters of other alphabets are capitals the schema doesn't know: there it only must not refuse too much.
            prop_assert!(schema == parser || (schema && key == "id" && !text.is_ascii()), "{}", toml);
        }
    }
}
