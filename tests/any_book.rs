//! Properties that hold for books of any text: the builder ends, says what is wrong at a place that exists, and gives the same
//! bytes for the same files.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use fieldguide::diagnostic::{Place, Severity, terminal};
use fieldguide::pipeline::{self, Build, Options};
use fieldguide::source::Memory;
use proptest::prelude::*;

/// What a book is made of; put together at random, most of it makes no sense.
const FRAGMENTS: &[&str] = &[
    "## Pitfall: p",
    "### Fix",
    "## Q: q?",
    "### Follow-up: f",
    "## Quiz",
    "### Why?",
    "# One",
    "###### Six",
    "## Title {#id}",
    "```python {run}",
    "```python {continue, raises=ValueError}",
    "```python {exercise}",
    "```python {solution}",
    "```python {checks}",
    "```output {python=\"<3.12\"}",
    "```output",
    "```demo {broadcast}",
    "```demo {float title=\"x\"}",
    "```pycon",
    "``` {",
    "```",
    "~~~~",
    "shapes = [\"3,1\", \"4\"]",
    "shapes = [1",
    ">>> 1",
    "print(1)",
    "- [x] right",
    "- [ ] wrong",
    "- [x] `output`",
    "1. one",
    "  - two",
    "    code",
    "> [!NOTE]",
    "> **Myth:** a claim.",
    ">",
    "> fact",
    "> [!TIP] t",
    "| a | b |",
    "|---|:-:|",
    "| 1 | `2` |",
    "Term",
    "",
    ": what it means",
    "[a](01-b.md#x)",
    "[a](../index.md)",
    "![i](i.svg)",
    "![](i.svg)",
    "[^a]",
    "[^a]: note",
    "<!-- see x -->",
    "<b onclick=x>",
    "$x^2$",
    "**b",
    "_e_ ~~s~~",
    "https://a.org",
    "\\",
    "é\u{301} \u{202e} 图 \u{1f469}\u{200d}\u{1f52c}",
    "\0",
    "\t",
    "a term, terms",
    "{}",
    "+++",
    "title = \"T\"",
    "---",
    "***",
    "[x][y]",
    "[y]: z.md",
    "&amp; &nope; &#0;",
    "<svg>",
    "  ",
    "`` ` ``",
];

fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        12 => prop::sample::select(FRAGMENTS).prop_map(str::to_string),
        1 => any::<String>(),
    ];
    let end = prop::sample::select(&["\n", "\n", "\n\n", " ", "\r\n", ""][..]);
    prop::collection::vec((fragment, end), 0..40)
        .prop_map(|parts| parts.into_iter().map(|(fragment, end)| fragment + end).collect())
}

const TOPIC: &str = "+++\ntitle = \"T\"\nsummary = \"s\"\n+++\n";
const STAGE: &str = "+++\ntitle = \"S\"\nsummary = \"s\"\nobjectives = [\"`o` [^a]\"]\ntakeaway = \"t\"\n+++\n";

fn book(files: &[(&str, String)]) -> Build {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    all.insert("book.toml".to_string(), b"title = \"B\"\n".to_vec());
    all.insert("content/index.md".to_string(), b"+++\ntitle = \"B\"\n+++\n".to_vec());
    for (path, text) in files {
        all.insert(path.to_string(), text.clone().into_bytes());
    }
    pipeline::build(&Memory(all), Options::default())
}

/// Every place is in its file, and the report can be printed.
fn places_exist(build: &Build) {
    for diagnostic in &build.diagnostics {
        if let Place::Text(span) = &diagnostic.place {
            let source = build.sources.get(span.file).unwrap();
            assert!(source.text.get(span.bytes()).is_some(), "{diagnostic:?}");
        }
    }
    terminal::report(&build.sources, &build.diagnostics);
}

#[test]
fn mistakes_in_indented_blocks_are_at_places_that_exist() {
    for block in ["```demo {broadcast}\n    code𮯰ᴀ®\n", "```plot {kind=\"line\"}\n    a,𮯰ᴀ®\n    1,GὋₕ\n"]
    {
        let build = book(&[("content/glossary.md", format!("{TOPIC} {block}\n"))]);
        assert!(build.count(Severity::Error) > 0);
        places_exist(&build);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_page_is_built_or_its_mistakes_are_said(topic in text(), stage in text(), glossary in text()) {
        let files = [
            ("content/01-a/index.md", format!("{STAGE}{stage}")),
            ("content/01-a/01-b.md", format!("{TOPIC}{topic}")),
            ("content/glossary.md", format!("{TOPIC}{glossary}")),
        ];
        let build = book(&files);
        places_exist(&build);
        let wrong = build.count(Severity::Error);
        prop_assert_eq!(build.site.is_none(), wrong > 0);
        let again = book(&files);
        prop_assert_eq!(build.site.map(|site| site.files), again.site.map(|site| site.files));
    }

    #[test]
    fn any_front_matter_config_drawing_and_template_is_read_or_said(head in text(), config in text(), drawing in text()) {
        let build = book(&[
            ("book.toml", format!("title = \"B\"\n{config}")),
            ("content/01-a/index.md", head.clone()),
            ("content/01-a/01-b.md", format!("+++\n{head}\n+++\n![i](i.svg)")),
            ("content/01-a/i.svg", format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{drawing}</svg>")),
            ("templates/page.html", drawing),
        ]);
        places_exist(&build);
    }
}
