//! `fieldguide build`: the same bytes every time, nothing written in vain, nothing of others touched, never half a site.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant, UNIX_EPOCH};

mod support;
use support::{Folder, copy, fieldguide, stderr, tree};

fn build(book: &Path, to: &Path) -> Output {
    fieldguide("build", book).arg("--to").arg(to).output().unwrap()
}

fn built(book: &Path, to: &Path) {
    let output = build(book, to);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn two_builds_give_the_same_bytes_on_any_number_of_threads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    for book in [root.to_path_buf(), root.join("tests/books/syntax")] {
        let mut trees = Vec::new();
        for threads in ["1", "8", "3"] {
            let to = folder.at(threads);
            drop(fs::remove_dir_all(&to));
            let mut command = fieldguide("build", &book);
            let output = command.arg("--to").arg(&to).env("RAYON_NUM_THREADS", threads).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            trees.push(tree(&to));
        }
        assert!(trees[0].len() > 10);
        assert!(trees[0] == trees[1] && trees[1] == trees[2], "{}", book.display());
    }
}

#[test]
fn the_report_counts_what_the_book_holds() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/syntax");
    let output = fieldguide("check", &book).arg("--report").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers = |start: &str| -> Vec<usize> {
        let line = text.lines().find(|line| line.starts_with(start)).unwrap_or_default();
        line.split_whitespace().rev().map_while(|word| word.parse().ok()).collect()
    };
    // From the end: minutes, links in and out, labs, quiz, questions with follow-ups, pitfalls, outputs, snippets, words.
    let (stage, all) = (numbers("1 The syntax"), numbers("2 stages"));
    assert_eq!(stage.get(3..9), Some(&[2, 2, 4, 2, 6, 9][..]), "{text}");
    assert_eq!((stage.len(), all.len(), all.get(8)), (10, 10, Some(&9)), "{text}");
    assert!(all[0] == stage[0] + numbers("2 The second")[0] && all[9] > stage[9], "{text}");
}

#[test]
fn nothing_is_written_where_nothing_changed() {
    let folder = Folder::with_book();
    let site = folder.at("site");
    built(folder.path(), &site);
    let stamps = |files: &mut dyn Iterator<Item = String>| -> Vec<_> {
        files
            .map(|path| {
                let data = fs::symlink_metadata(site.join(&path)).unwrap();
                (path, data.ino(), data.mtime(), data.mtime_nsec(), data.ctime_nsec())
            })
            .collect()
    };
    let before = stamps(&mut tree(&site).into_keys());
    let folder_before = fs::metadata(&site).unwrap().ino();
    built(folder.path(), &site);
    let after = stamps(&mut tree(&site).into_keys());
    // A second name for a file, taken away again, moves its ctime only.
    let moved =
        |(path, inode, seconds, nanos, _): &(String, u64, i64, i64, i64)| (path.clone(), *inode, *seconds, *nanos);
    assert_eq!(before.iter().map(moved).collect::<Vec<_>>(), after.iter().map(moved).collect::<Vec<_>>());
    assert_eq!(fs::metadata(&site).unwrap().ino(), folder_before, "the folder itself stays");

    // One page changes: the files that do not hold its text keep theirs; those of the search index do.
    folder.topic("02-two", "Changed.\n");
    built(folder.path(), &site);
    let later = stamps(&mut tree(&site).into_keys());
    let kept = |(path, ..): &&(String, u64, i64, i64, i64)| !path.starts_with("search/");
    let changed: Vec<_> = before
        .iter()
        .filter(kept)
        .zip(later.iter().filter(kept))
        .filter(|(a, b)| a.0 != b.0 || a.2 != b.2 || a.3 != b.3)
        .map(|(a, _)| a.0.as_str())
        .collect();
    let with_its_text = [".fieldguide", "guide.json", "llms-full.txt", "print.html", "stage/two.html", "stage/two.md"];
    assert_eq!(changed, with_its_text);
}

#[test]
fn files_of_others_stay_and_what_is_no_longer_made_goes() {
    let folder = Folder::with_book();
    let site = folder.at("site");
    built(folder.path(), &site);
    folder.write("site/CNAME", "example.org");
    folder.write("site/stage/own/notes.txt", "mine");
    fs::remove_file(folder.at("content/01-stage/02-two.md")).unwrap();
    folder.topic("01-one", "Alone.\n");
    built(folder.path(), &site);
    assert_eq!(folder.read("site/CNAME"), "example.org");
    assert_eq!(folder.read("site/stage/own/notes.txt"), "mine");
    assert!(!folder.at("site/stage/two.html").exists());
    assert!(folder.at("site/stage/one.html").exists());

    // A page that would take the place of a file of someone else's.
    folder.write("site/stage/three.html", "mine");
    folder.topic("03-three", "Text.\n");
    let before = tree(&site);
    let output = build(folder.path(), &site);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("stage/three.html"), "{}", stderr(&output));
    assert!(before == tree(&site), "and nothing else was written");
}

#[test]
fn an_edited_file_of_the_site_is_not_overwritten_in_silence_as_a_foreign_one() {
    // A file of the site that someone edited is still the build's own: the next build puts it right.
    let folder = Folder::with_book();
    let site = folder.at("site");
    built(folder.path(), &site);
    let good = tree(&site);
    folder.write("site/index.html", "edited by hand");
    built(folder.path(), &site);
    assert!(good == tree(&site));
}

#[test]
fn a_failed_build_leaves_the_last_good_site() {
    let folder = Folder::with_book();
    let site = folder.at("site");
    built(folder.path(), &site);
    let good = tree(&site);
    for wrong in ["[nowhere](no.md)", "# A second title", "## Pitfall: without a fix"] {
        folder.topic("01-one", wrong);
        let output = build(folder.path(), &site);
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        assert!(stderr(&output).contains("not written: 1 error"), "{}", stderr(&output));
        assert!(good == tree(&site));
    }
    fs::remove_file(folder.at("book.toml")).unwrap();
    assert_eq!(build(folder.path(), &site).status.code(), Some(1));
    assert!(good == tree(&site));
}

#[test]
fn a_build_that_is_killed_leaves_the_old_site_or_the_new_one() {
    let folder = Folder::with_book();
    let edition = |name: &str| {
        for topic in 10..60 {
            folder.topic(&format!("{topic}-t{topic}"), &format!("Edition {name} of topic {topic}.\n"));
        }
    };
    let (old, new, site) = (folder.at("old"), folder.at("new"), folder.at("site"));
    edition("old");
    built(folder.path(), &old);
    edition("new");
    let start = Instant::now();
    built(folder.path(), &new);
    let whole = start.elapsed();
    let (old, new) = (tree(&old), tree(&new));
    assert!(old != new && old.len() > 50);
    edition("old");
    built(folder.path(), &site);

    let tries = 16;
    for number in 1..=tries {
        edition(if number % 2 == 1 { "new" } else { "old" });
        let mut child = fieldguide("build", folder.path())
            .arg("--to")
            .arg(&site)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Moments spread over the whole run, most of them in its last part, where files are written.
        let part =
            if number % 4 == 0 { number as f64 / tries as f64 } else { 0.6 + 0.6 * number as f64 / tries as f64 };
        std::thread::sleep(whole.mul_f64(part));
        drop(child.kill());
        child.wait().unwrap();
        let now = tree(&site);
        assert!(now == old || now == new, "try {number}: half a site, {} files", now.len());
    }
    edition("new");
    built(folder.path(), &site);
    assert!(tree(&site) == new, "the next build is whole");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("fieldguide-new")), "{left:?}");
}

#[test]
fn an_update_in_place_that_was_interrupted_is_completed_and_the_cache_is_no_authority() {
    let folder = Folder::with_book();
    let site = folder.at("site");
    built(folder.path(), &site);
    let good = tree(&site);
    // All was written beside the site, then the build was killed.
    folder.write(".site.fieldguide-new/index.html", "new");
    let written = fs::metadata(folder.at(".site.fieldguide-new/index.html")).unwrap().modified().unwrap();
    let written = written.duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let steps = format!("+3@{written} index.html\0- stage/two.html\0");
    folder.write(".site.fieldguide-new/.fieldguide-journal", steps);
    let wrong = folder.at("content/01-stage/wrong.md");
    fs::write(&wrong, "no page").unwrap();
    assert_eq!(build(folder.path(), &site).status.code(), Some(1));
    assert_eq!(folder.read("site/index.html"), "new");
    assert!(!folder.at("site/stage/two.html").exists() && !folder.at(".site.fieldguide-new").exists());
    fs::remove_file(wrong).unwrap();
    built(folder.path(), &site);
    assert!(good == tree(&site));

    // Whatever is done to what the last build left, the site is that of the book.
    let cache = folder.at(".fieldguide-cache");
    for damage in [&b""[..], &[0xff; 400]] {
        let blobs: Vec<_> = tree(&cache).into_keys().collect();
        assert!(blobs.iter().any(|path| path.contains("/site-")), "{blobs:?}");
        blobs.iter().for_each(|path| fs::write(cache.join(path), damage).unwrap());
        folder.write("site/stage/two.html", "by hand");
        built(folder.path(), &site);
        assert!(good == tree(&site));
    }
    fs::remove_dir_all(&cache).unwrap();
    fs::remove_file(folder.at("site/stage/two.html")).unwrap();
    built(folder.path(), &site);
    assert!(good == tree(&site));
}

#[test]
fn the_books_own_folders_are_no_place_for_a_site() {
    let folder = Folder::with_book();
    folder.write("static/robots.txt", "x");
    std::os::unix::fs::symlink(folder.at("content"), folder.at("link")).unwrap();
    let before = tree(folder.path());
    let outside = folder.path().parent().unwrap().to_path_buf();
    for to in [
        "",
        "content",
        "content/01-stage",
        "content/new",
        "static",
        "templates",
        "static/deep/er",
        "link",
        "content/../content",
    ] {
        let output = build(folder.path(), &folder.at(to));
        assert_eq!(output.status.code(), Some(2), "--to {to}: {}", stderr(&output));
        assert!(stderr(&output).contains("--to"), "{}", stderr(&output));
    }
    assert_eq!(build(folder.path(), &outside).status.code(), Some(2), "a folder around the book");
    assert_eq!(build(folder.path(), &folder.at("book.toml")).status.code(), Some(2), "a file");
    assert!(before == tree(folder.path()));
}

#[test]
fn warnings_are_errors_with_strict_only() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/warning");
    let folder = Folder::new();
    let strict = |subcommand: &str, more: &[&str]| {
        let mut command = fieldguide(subcommand, &book);
        command.args(more);
        if subcommand == "build" {
            command.arg("--to").arg(folder.at("site"));
        }
        command.output().unwrap().status.code()
    };
    assert_eq!(strict("build", &["--strict"]), Some(1));
    assert!(!folder.at("site").exists());
    assert_eq!(strict("build", &[]), Some(0));
    assert!(folder.at("site/index.html").exists());
    assert_eq!(strict("check", &[]), Some(0));
    assert_eq!(strict("check", &["--strict"]), Some(1));
    assert_eq!(strict("serve", &["--strict"]), Some(1));
}

#[test]
fn what_cannot_run_says_so_with_exit_code_2() {
    let folder = Folder::with_book();
    for arguments in [
        &["build", "--book", "/nonexistent/book"][..],
        &["build", "--nonsense"],
        &["nonsense"],
        &["lab", "nonsense", "--json"],
        &["lab", "broadcast"],
        &["check", "--write"],
        &[],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_fieldguide"))
            .current_dir(folder.path())
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["build", "--help"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_fieldguide")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn output_into_a_pipe_has_no_colours() {
    let folder = Folder::with_book();
    folder.topic("01-one", "[nowhere](no.md)");
    let output = Command::new(env!("CARGO_BIN_EXE_fieldguide"))
        .args(["check", "--book"])
        .arg(folder.path())
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    assert!(!output.stderr.contains(&0x1b), "{}", stderr(&output));
    assert!(stderr(&output).contains("content/01-stage/01-one.md:6:11"), "{}", stderr(&output));
}

#[test]
fn drafts_are_not_built_and_are_checked() {
    let folder = Folder::with_book();
    let draft = "+++\ntitle = \"Draft\"\nsummary = \"s\"\ndraft = true\n+++\n\nSECRET\n";
    folder.write("content/01-stage/03-draft.md", draft);
    built(folder.path(), &folder.at("site"));
    for (path, bytes) in tree(&folder.at("site")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!path.contains("draft") && !text.contains("SECRET") && !text.contains("draft.html"), "{path}");
    }
    folder.write("content/01-stage/03-draft.md", draft.to_string() + "[x](no.md)\n");
    assert_eq!(fieldguide("check", folder.path()).output().unwrap().status.code(), Some(1));
    assert!(build(folder.path(), &folder.at("site")).status.success());
}

#[test]
fn a_books_own_files_override_the_themes_one_by_one() {
    let folder = Folder::new();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/overrides");
    copy(&case, &folder.at("book"));
    built(&folder.at("book"), &folder.at("site"));
    let site = tree(&folder.at("site"));
    let joined = |ending: &str| {
        let found: Vec<_> =
            site.iter().filter(|(path, _)| path.starts_with("assets/") && path.ends_with(ending)).collect();
        found.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect::<String>()
    };
    let css = joined(".css");
    assert!(css.contains("--mine: 1") && css.contains(".own {"), "own tokens and an own file");
    assert!(css.contains(".pitfall"), "the theme's other files are still there");
    assert!(joined(".js").contains("\"own\";"));
    assert!(joined(".svg").contains("<title>mine</title>"));
    assert_eq!(site["robots.txt"], b"User-agent: *\n");
    assert_eq!(site["sub/data.json"], b"{}\n");
    assert!(
        !site.keys().any(|path| path.starts_with("css/") || path.starts_with("js/") || path.starts_with("templates/"))
    );
    let home = String::from_utf8_lossy(&site["index.html"]);
    assert!(home.contains("<main"), "the theme's page stands in its frame");
}

#[test]
fn a_build_is_done_in_bounded_time_for_input_that_is_made_to_be_slow() {
    let folder = Folder::with_book();
    let many = [
        ("quotes", ">".repeat(10_000) + " text"),
        ("lists", (0..2_000).map(|i| " ".repeat(i % 400 * 2) + "- x\n").collect()),
        ("stars", "*a **b ".repeat(20_000)),
        ("brackets", "[".repeat(50_000)),
        ("images", "![".repeat(50_000)),
        ("links", "[a](".repeat(20_000)),
        ("backticks", (1..600).map(|i| "`".repeat(i) + " ").collect()),
        ("line", "word ".repeat(200_000)),
        ("table", "|a".repeat(3_000) + "|\n" + &"|-".repeat(3_000) + "|\n"),
        ("notes", (0..3_000).map(|i| format!("[^{i}] \n\n[^{i}]: x\n\n")).collect()),
        ("same", "## Same\n\n".repeat(3_000)),
        ("html", "<a ".repeat(30_000)),
        ("dollars", "$x$ ".repeat(20_000)),
    ];
    for (name, body) in many {
        folder.topic("01-one", &body);
        let start = Instant::now();
        let output = fieldguide("check", folder.path()).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {:?} {}", output.status, stderr(&output));
        // Generous on purpose: what is quadratic or worse takes minutes.
        assert!(start.elapsed() < Duration::from_secs(60), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn the_pages_python_is_written_only_where_something_can_be_run() {
    let folder = Folder::with_book();
    let engine = |folder: &Folder| -> Vec<String> {
        let site = tree(&folder.at("site"));
        site.into_keys()
            .filter(|path| path.ends_with(".gz") || path.contains("run-") || path.contains("python"))
            .collect()
    };
    folder.topic("01-one", "```python\nprint(1)\n```\n");
    built(folder.path(), &folder.at("site"));
    assert_eq!(engine(&folder), Vec::<String>::new());
    folder.topic("01-one", "```python {run}\nprint(1)\n```\n");
    built(folder.path(), &folder.at("site"));
    let names = engine(&folder);
    let starts = ["pyodide.js-", "pyodide.wasm-", "python-licences-", "run-", "stdlib.zip-"];
    assert_eq!(names.len(), starts.len(), "{names:?}");
    for (name, start) in names.iter().zip(starts) {
        assert!(name.starts_with(&format!("assets/{start}")), "{name}");
    }
    let site = tree(&folder.at("site"));
    let script = site.keys().find(|path| path.starts_with("assets/run-")).unwrap();
    let text = String::from_utf8_lossy(&site[script]);
    for path in names.iter().filter(|path| *path != script) {
        assert!(text.contains(path.trim_start_matches("assets/")), "the script names {path}");
    }
    let home = String::from_utf8_lossy(&site["index.html"]);
    assert!(home.contains(&format!("data-run=\"{script}\"")), "the page names the script");
}
