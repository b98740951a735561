//! What a build writes for hosts, search engines and programs, and what it knows from git.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

mod support;
use support::{Folder, copy, fieldguide, stderr, tree};

fn git(folder: &Path, when: &str, author: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.email=a@example.org", "-c", &format!("user.name={author}"), "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", when)
        .env("GIT_COMMITTER_DATE", when)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", stderr(&output));
}

fn built(book: &Path, to: &Path) {
    let output = fieldguide("build", book).arg("--to").arg(to).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// A book below a repository's root, its second topic changed by someone else later.
fn with_history() -> Folder {
    let folder = Folder::with_book();
    let settings = "title = \"A book\"\nbase_url = \"https://example.org/\"\n[publish]\ncontributors = true\n";
    folder.write("book/book.toml", settings);
    std::fs::rename(folder.at("content"), folder.at("book/content")).unwrap();
    git(folder.path(), "", "Ann", &["init", "-q", "-b", "main"]);
    git(folder.path(), "", "Ann", &["add", "."]);
    git(folder.path(), "2026-03-01T10:00:00+01:00", "Ann", &["commit", "-q", "-m", "one"]);
    folder.write("book/content/01-stage/02-two.md", "+++\ntitle = \"Two\"\nsummary = \"s\"\n+++\n\nNew.\n");
    git(folder.path(), "2026-04-09T10:00:00+01:00", "Bo & Co", &["commit", "-q", "-a", "-m", "two"]);
    folder
}

#[test]
fn pages_say_when_git_says_they_changed_and_who_changed_them() {
    let folder = with_history();
    built(&folder.at("book"), &folder.at("site"));
    let one = folder.read("site/stage/one.html");
    assert!(one.contains("<time datetime=\"2026-03-01T10:00:00+01:00\">1 March 2026</time> by Ann<"), "{one}");
    let two = folder.read("site/stage/two.html");
    assert!(two.contains(">9 April 2026</time> by Ann, Bo &amp; Co<"), "{two}");
    let map = folder.read("site/sitemap.xml");
    assert!(map.contains("stage/two.html</loc><lastmod>2026-04-09T10:00:00+01:00</lastmod>"), "{map}");
    let feed = folder.read("site/feed.xml");
    assert!(feed.find("stage/two.html") < feed.find("stage/one.html"), "the newest first: {feed}");
}

#[test]
fn a_shallow_clone_says_nothing_of_what_it_does_not_know() {
    let folder = with_history();
    let from = format!("file://{}", folder.path().display());
    git(folder.path(), "", "Ann", &["clone", "-q", "--depth", "1", &from, folder.at("clone").to_str().unwrap()]);
    built(&folder.at("clone/book"), &folder.at("site"));
    assert!(!folder.read("site/stage/one.html").contains("<time"));
    assert!(!folder.at("site/feed.xml").exists(), "a feed has dates");
    assert!(folder.read("site/sitemap.xml").contains("stage/one.html</loc></url>"));
}

#[test]
fn a_book_builds_without_git() {
    let folder = with_history();
    let output = fieldguide("build", &folder.at("book")).arg("--to").arg(folder.at("site")).env("PATH", "").output();
    assert!(output.unwrap().status.success());
    assert!(!folder.read("site/stage/one.html").contains("<time"));
}

#[test]
fn what_the_book_brings_stands_for_what_would_be_made() {
    let folder = Folder::with_book();
    folder.write("static/robots.txt", "mine");
    folder.write("static/_headers", "mine too");
    built(folder.path(), &folder.at("site"));
    assert_eq!((folder.read("site/robots.txt"), folder.read("site/_headers")), ("mine".into(), "mine too".into()));
}

#[test]
fn without_an_address_nothing_claims_one_and_the_rest_is_there() {
    let folder = Folder::with_book();
    built(folder.path(), &folder.at("site"));
    let site = tree(&folder.at("site"));
    for path in ["sitemap.xml", "robots.txt", "feed.xml"] {
        assert!(!site.contains_key(path), "{path}");
    }
    for path in ["_headers", "llms.txt", "llms-full.txt", "guide.json", "guide.schema.json", "index.md", "stage/one.md"]
    {
        assert!(site.contains_key(path), "{path}");
    }
    assert!(!folder.read("site/index.html").contains("ld+json"));
    assert_eq!(folder.read("site/stage/one.md"), "# Topic 01-one\n\n> s\n\nSee [two](two.md).\n");
}

#[test]
fn the_address_can_be_given_to_the_build() {
    let folder = Folder::with_book();
    let site = folder.at("site");
    let build =
        |url: &str| fieldguide("build", folder.path()).arg("--to").arg(&site).args(["--base-url", url]).output();
    assert_eq!(build("example.org").unwrap().status.code(), Some(2));
    assert!(build("https://example.org/sub").unwrap().status.success());
    assert!(folder.read("site/index.html").contains("<link rel=\"canonical\" href=\"https://example.org/sub/\">"));
    assert!(folder.read("site/404.html").contains("data-root=\"/sub/\""));
}

#[test]
fn the_shipped_schema_is_that_of_the_types() {
    let folder = Folder::new();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/published");
    copy(&book, &folder.at("book"));
    built(&folder.at("book"), &folder.at("site"));
    let made = serde_json::to_string_pretty(&fieldguide::publish::model::schema()).unwrap();
    assert_eq!(folder.read("site/guide.schema.json"), made);
}

#[test]
fn a_pages_head_holds_whatever_its_author_wrote() {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/published"), &folder.at("book"));
    built(&folder.at("book"), &folder.at("site"));
    let page = folder.read("site/one/first.html");
    let (_, rest) = page.split_once("<script type=\"application/ld+json\">").unwrap();
    let (text, _) = rest.split_once("</script>").unwrap();
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(json["@graph"][0]["headline"], "First, <b>");
    assert_eq!(json["@graph"][0]["dateModified"], "2026-11-21");
    let question = &json["@graph"][2]["mainEntity"][0];
    assert_eq!(question["acceptedAnswer"]["text"], "Yes, and </script> is text. See below.");
    assert!(
        page.contains("href=\"https://example.org/edit/main/content/01-one/01-first.md\">Edit this page<"),
        "{page}"
    );
    let report = "https://example.org/new?title=First%2C%20%3Cb%3E&amp;body=https%3A%2F%2Fexample.org%2Fguide%2Fone%2Ffirst.html";
    assert!(page.contains(report), "{page}");
    let quiz = folder.read("site/one/index.html");
    assert!(quiz.contains("\"@type\":\"Quiz\"") && quiz.contains("No, \\u003c/script>"), "{quiz}");
}

#[test]
fn pictures_for_previews_are_drawn_where_the_book_asks_for_them() {
    let folder = Folder::with_book();
    let settings = "title = \"A book\"\nbase_url = \"https://example.org/\"\n[publish]\nsocial_images = true\n";
    folder.write("book.toml", settings);
    built(folder.path(), &folder.at("site"));
    let page = folder.read("site/stage/one.html");
    let (_, rest) = page.split_once("property=\"og:image\" content=\"https://example.org/").unwrap();
    let (path, _) = rest.split_once('"').unwrap();
    let png = std::fs::read(folder.at("site").join(path)).unwrap();
    let size = imagesize::blob_size(&png).unwrap();
    assert_eq!((size.width, size.height), (1200, 630));
    assert!(page.contains("summary_large_image"));
    assert!(!folder.read("site/pitfalls.html").contains("og:image"));

    // A second build takes over those that would be the same; two pages get one that is new, and the same.
    for name in ["01-one", "03-three"] {
        let renamed = "+++\ntitle = \"Renamed\"\nsummary = \"s\"\n+++\n\nWords.\n";
        folder.write(&format!("content/01-stage/{name}.md"), renamed);
    }
    built(folder.path(), &folder.at("site"));
    let output =
        fieldguide("build", folder.path()).arg("--no-cache").arg("--to").arg(folder.at("cold")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let site = |name: &str| {
        let mut files = tree(&folder.at(name));
        files.remove(".fieldguide");
        files
    };
    assert!(site("site") == site("cold"), "as if all were drawn");
    assert!(!site("site").contains_key(path) && folder.read("site/stage/one.html").contains("Renamed"));
}
