//! Books that no author means to write: the command says what is wrong, or builds; it never panics.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

mod support;
use support::{Folder, fieldguide, stderr, tree};

/// The exit code of `build` and what it printed; the site goes to `site`.
fn build(folder: &Folder) -> (Option<i32>, String) {
    let output = fieldguide("build", folder.path()).output().unwrap();
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    (output.status.code(), stderr(&output))
}

fn builds(folder: &Folder) {
    assert_eq!(build(folder), (Some(0), String::new()));
}

#[test]
fn a_link_out_of_the_book_is_not_followed() {
    let outside = Folder::new();
    outside.write("secret.md", "+++\ntitle = \"SECRET\"\nsummary = \"s\"\n+++\n");
    outside.write("secret.svg", "<svg>SECRET</svg>");
    let folder = Folder::with_book();
    symlink(outside.at("secret.md"), folder.at("content/01-stage/03-secret.md")).unwrap();
    symlink(outside.at("secret.svg"), folder.at("content/01-stage/secret.svg")).unwrap();
    symlink(outside.path(), folder.at("static")).unwrap();
    let (code, said) = build(&folder);
    assert_eq!(code, Some(0), "{said}");
    for link in ["content/01-stage/03-secret.md", "content/01-stage/secret.svg", "static"] {
        assert!(said.contains(&format!("`{link}` leads out of the book and is not followed")), "{said}");
    }
    for (path, bytes) in tree(&folder.at("site")) {
        assert!(!String::from_utf8_lossy(&bytes).contains("SECRET"), "{path}");
    }
    folder.topic("01-one", "![a secret](secret.svg)\n");
    let (code, said) = build(&folder);
    assert!(code == Some(1) && said.contains("there is no image"), "{said}");
}

#[test]
fn links_in_the_book_and_loops_of_them() {
    let folder = Folder::with_book();
    symlink(folder.at("content/01-stage/01-one.md"), folder.at("content/01-stage/03-again.md")).unwrap();
    builds(&folder);
    assert!(folder.at("site/stage/again.html").exists());
    symlink(folder.at("content"), folder.at("content/01-stage/loop")).unwrap();
    let (code, _) = build(&folder);
    assert!(matches!(code, Some(0 | 1)));
}

#[test]
fn what_cannot_be_read_is_an_error_at_its_path() {
    for path in
        ["content/01-stage/03-gone.md", "content/gone.md", "static/gone.txt", "templates/topic.html", "book.toml"]
    {
        let folder = Folder::with_book();
        fs::create_dir_all(folder.at(path).parent().unwrap()).unwrap();
        drop(fs::remove_file(folder.at(path)));
        symlink("nowhere", folder.at(path)).unwrap();
        let (code, said) = build(&folder);
        assert!(code == Some(1) && said.contains(path), "{path}: {code:?} {said}");
    }
}

#[test]
fn folders_with_the_names_of_files() {
    for path in [
        "content/01-stage/x.md/a.txt",
        "content/01-stage/x.svg/a.txt",
        "static/robots.txt/a.txt",
        "static/favicon.svg/a.txt",
    ] {
        let folder = Folder::with_book();
        folder.write(path, "x");
        builds(&folder);
    }
    for path in ["content/x.md/a.txt", "content/index.md/a.txt", "book.toml/a.txt", "content/01-stage/index.md/a.txt"] {
        let folder = Folder::with_book();
        let parent = folder.at(path).parent().unwrap().to_path_buf();
        drop(fs::remove_file(&parent));
        folder.write(path, "x");
        assert_eq!(build(&folder).0, Some(1), "{path}");
    }
    let folder = Folder::with_book();
    fs::remove_dir_all(folder.at("content")).unwrap();
    folder.write("content", "a file");
    assert_eq!(build(&folder).0, Some(1));
}

#[test]
fn names_that_are_not_utf_8() {
    let folder = Folder::with_book();
    fs::write(folder.at("content/01-stage").join(std::ffi::OsStr::from_bytes(b"03-\xff.md")), "+++\n+++\n").unwrap();
    let (code, said) = build(&folder);
    assert!(code == Some(1) && said.contains("content/01-stage/03-"), "{said}");
}

#[test]
fn bytes_that_are_not_utf_8() {
    for path in ["book.toml", "content/index.md", "content/01-stage/03-x.md", "templates/topic.html"] {
        let folder = Folder::with_book();
        folder.write(path, b"+++\ntitle = \"\xff\"\nsummary = \"s\"\n+++\n");
        let (code, said) = build(&folder);
        assert!(code == Some(1) && said.contains("not UTF-8") && said.contains(path), "{path}: {said}");
    }
    let folder = Folder::with_book();
    folder.write("content/01-stage/03-utf16.md", b"\xff\xfe+\0+\0+\0\n\0");
    assert_eq!(build(&folder).0, Some(1));
    // Bytes of no text at all, as an image and as a static file.
    let folder = Folder::with_book();
    folder.write("static/data.bin", [0, 159, 146, 150]);
    folder.write("content/01-stage/a.png", [0, 159, 146, 150]);
    folder.topic("01-one", "![broken](a.png)\n");
    builds(&folder);
}

#[test]
fn control_characters_do_not_reach_the_page_or_the_terminal() {
    let escapes = [r"\u0000", r"\u0001", r"\u001b[31m", r"\u007f", r"\u0085", r"\u202e"];
    for escape in escapes {
        let folder = Folder::with_book();
        let front =
            format!("+++\ntitle = \"A{escape}B\"\nsummary = \"s{escape}\"\ntags = [\"t{escape}\"]\n+++\n\nText.\n");
        folder.write("content/01-stage/03-x.md", front);
        let (code, said) = build(&folder);
        assert!(matches!(code, Some(0 | 1)), "{escape}");
        assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{escape}: {said:?}");
        if code == Some(0) {
            for (path, bytes) in tree(&folder.at("site")).into_iter().filter(|(path, _)| path.ends_with(".html")) {
                let text = String::from_utf8(bytes).unwrap();
                assert!(!text.chars().any(|c| c.is_control() && !"\n\t".contains(c)), "{escape} in {path}");
            }
        }
    }
    let folder = Folder::with_book();
    folder.write("content/01-stage/03-x.md", "+++\ntitle = \"A\"\nsummary = \"s\"\n\u{1}\u{1b}[2J = 3\n+++\n");
    let (code, said) = build(&folder);
    assert_eq!(code, Some(1));
    assert!(!said.contains('\u{1b}'), "{said:?}");
    let folder = Folder::with_book();
    folder.topic(
        "01-one",
        "A \u{0}, a \u{1} and [a \u{1b}[31m link](no\u{1b}[2J.md) in text.\n\n```text {x\u{1b}}\n\u{1b}[31m\n```\n",
    );
    let (code, said) = build(&folder);
    assert_eq!(code, Some(1));
    assert!(!said.contains('\u{1b}'), "{said:?}");
    folder.topic("01-one", "A \u{0}, a \u{1}, `\u{2}`.\n\n## H\u{3}\n\n```python {title=\"\u{4}\"}\n\u{5} = '\u{1b}'\n```\n\n```output\n\u{6}\n```\n");
    builds(&folder);
    let page = folder.read("site/stage/one.html");
    assert!(!page.chars().any(|c| c.is_control() && !"\n\t".contains(c)), "{page:?}");
}

#[test]
fn sizes_beyond_all_measure() {
    let folder = Folder::with_book();
    let long = "x".repeat(1 << 20);
    folder.write(
        "content/01-stage/03-long.md",
        format!("+++\ntitle = \"{long}\"\nsummary = \"{long}\"\n+++\n\n{long}\n"),
    );
    builds(&folder);
    // A mistake in a line of a megabyte is still shown.
    folder.write(
        "content/01-stage/03-long.md",
        format!("+++\ntitle = \"t\"\nsummary = \"s\"\n+++\n\n{long} [x](no.md) {long}\n"),
    );
    let (code, said) = build(&folder);
    assert!(code == Some(1) && said.contains("03-long.md:6:"), "{}", said.chars().take(300).collect::<String>());
    assert!(said.len() < 20_000, "and not at full length: {} bytes", said.len());
}

#[test]
fn nesting_beyond_all_measure_is_said_once() {
    let folder = Folder::with_book();
    folder.topic("01-one", &(">".repeat(10_000) + " deep\n"));
    let (code, said) = build(&folder);
    assert_eq!(code, Some(1));
    assert_eq!(said.matches("nested deeper").count(), 1, "{}", said.chars().take(3000).collect::<String>());
    folder.topic("01-one", &format!("{}x{}\n", "*_".repeat(3_000), "_*".repeat(3_000)));
    assert!(matches!(build(&folder).0, Some(0 | 1)));
    folder.topic("01-one", &format!("{}x{}\n", "[".repeat(500), "](02-two.md)".repeat(500)));
    assert!(matches!(build(&folder).0, Some(0 | 1)));
    let deep = format!("x = {}{}\n", "[".repeat(20_000), "]".repeat(20_000));
    folder.write("content/01-stage/01-one.md", format!("+++\ntitle = \"t\"\nsummary = \"s\"\n{deep}+++\n"));
    assert_eq!(build(&folder).0, Some(1));
    folder.topic("01-one", &format!("```demo {{broadcast}}\n{deep}```\n"));
    assert_eq!(build(&folder).0, Some(1));
}

#[test]
fn many_pages_and_many_mistakes() {
    let folder = Folder::with_book();
    for number in 10..400 {
        folder.topic(&format!("{number}-t"), "[a](no.md) [b](#no) ![](x.png)\n\n## Pitfall: p\n\ntext\n");
    }
    let (code, said) = build(&folder);
    assert_eq!(code, Some(1));
    // All are there, and the last line counts them; the slug `t` stands 390 times.
    assert!(said.matches("there is no `no.md`").count() == 390, "{}", said.lines().last().unwrap_or_default());
    assert!(said.trim_end().ends_with("errors"), "{}", said.lines().last().unwrap_or_default());
}
