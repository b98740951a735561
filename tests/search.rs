//! `fieldguide search` on the guide: whether what readers type leads to the section with the answer.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

mod support;
use serde_json::Value;
use support::{Folder, fieldguide, stderr};

/// The mean reciprocal rank, and the share of queries whose first hit is right, below which the test fails.
const LEAST: (f64, f64) = (0.9, 0.85);

fn search(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldguide"));
    command.arg("search").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn built(book: &Path, folder: &Folder) -> String {
    let site = folder.at("site");
    let output = fieldguide("build", book).arg("--to").arg(&site).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    site.display().to_string()
}

/// Whether a hit's address is that of the section: its end, without `.html`.
fn is(url: &str, section: &str) -> bool {
    let url = url.replacen(".html", "", 1);
    url == section || url.ends_with(&format!("/{section}"))
}

#[test]
fn what_readers_type_leads_to_the_right_section() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    let site = built(root, &folder);
    let text = std::fs::read_to_string(root.join("tests/search/queries.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let queries: Vec<(&str, Vec<&str>)> = lines
        .map(|line| line.split_once('\t').unwrap())
        .map(|(query, sections)| (query, sections.split(' ').collect()))
        .collect();
    assert!(queries.len() >= 150);
    every_section_is_there(&folder, &queries);

    let input: String = queries.iter().map(|(query, _)| format!("{query}\n")).collect();
    let output = search(&["--batch", "--limit", "10", "--site", &site], &input);
    assert!(output.status.success(), "{}", stderr(&output));
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), queries.len());
    let (mut reciprocal, mut first) = (0.0, 0.0);
    let mut report = String::new();
    for ((query, sections), hits) in queries.iter().zip(&answers) {
        let urls: Vec<&str> = hits.as_array().unwrap().iter().map(|hit| hit["url"].as_str().unwrap()).collect();
        let rank = urls.iter().position(|url| sections.iter().any(|section| is(url, section)));
        reciprocal += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        first += f64::from(rank == Some(0));
        if rank != Some(0) {
            let rank = rank.map_or("not found".to_string(), |rank| format!("at {}", rank + 1));
            report += &format!("{query}: {rank}; first is {}\n", urls.first().unwrap_or(&"nothing"));
        }
    }
    let many = queries.len() as f64;
    println!("{report}{many} queries: MRR {:.3}, right first {:.1} %", reciprocal / many, 100.0 * first / many);
    assert!(reciprocal / many >= LEAST.0 && first / many >= LEAST.1, "see the report above");
}

/// A query whose section was renamed would count as a miss for ever.
fn every_section_is_there(folder: &Folder, queries: &[(&str, Vec<&str>)]) {
    let tree = support::tree(&folder.at("site"));
    for (query, sections) in queries {
        for section in sections {
            let (page, anchor) = section.split_once('#').unwrap_or((section, ""));
            let is_page = |path: &&String| is(path, page) && path.ends_with(".html");
            let paths: Vec<&String> = tree.keys().filter(is_page).collect();
            let there = paths.iter().any(|path| {
                anchor.is_empty() || folder.read(&format!("site/{path}")).contains(&format!("id=\"{anchor}\""))
            });
            assert!(there, "{query}: there is no section {section}");
        }
    }
}

#[test]
fn hits_are_json_words_and_lines_of_json() {
    let folder = Folder::with_book();
    folder.topic("03-three", "## Pitfall: `a < b` & co\n\nText on *zebras* and `np.nan`.\n\n### Fix\n\nDo it.\n");
    let site = built(folder.path(), &folder);
    let json = search(&["zebras", "--json", "--site", &site], "");
    let hits: Value = serde_json::from_slice(&json.stdout).unwrap();
    let hit = &hits[0];
    assert_eq!(hit["url"], "stage/three.html#pitfall-a--b--co");
    assert_eq!((&hit["title"], &hit["kind"]), (&"a < b & co".into(), &"pitfall".into()));
    assert_eq!(hit["breadcrumb"], "A stage › Topic 03-three");
    assert!(hit["score"].as_f64().unwrap() > 0.0);

    let book = folder.path().display().to_string();
    let words = String::from_utf8(search(&["np.nan", "--book", &book], "").stdout).unwrap();
    assert!(words.starts_with("a < b & co\n  pitfall · A stage › Topic 03-three\n"), "{words}");
    let nothing = search(&["qqqqq", "--site", &site], "");
    assert!(nothing.status.success() && nothing.stdout.starts_with(b"nothing matches"));

    let batch = search(&["--batch", "--limit", "1", "--site", &site], "zebras\n\nqqqqq\r\ntopic");
    let lines: Vec<Value> = batch
        .stdout
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let counts: Vec<usize> = lines.iter().map(|line| line.as_array().unwrap().len()).collect();
    assert_eq!(counts, [1, 0, 0, 1]);
}

#[test]
fn what_is_wrong_with_the_site_is_said() {
    let folder = Folder::with_book();
    let none = search(&["x", "--site", &folder.at("nowhere").display().to_string()], "");
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("fieldguide build"), "{}", stderr(&none));
    let site = built(folder.path(), &folder);
    let name = std::fs::read_dir(folder.at("site/search")).unwrap().map(|entry| entry.unwrap().file_name());
    for name in name {
        let path = format!("site/search/{}", name.to_string_lossy());
        let mut bytes = std::fs::read(folder.at(&path)).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 0x55;
        std::fs::write(folder.at(&path), bytes).unwrap();
    }
    let damaged = search(&["topic", "--site", &site], "");
    assert_eq!(damaged.status.code(), Some(2));
    assert!(stderr(&damaged).contains("damaged"), "{}", stderr(&damaged));
    assert_eq!(search(&["x", "--kind", "nonsense"], "").status.code(), Some(2));
    assert_eq!(search(&[], "").status.code(), Some(2));
}
