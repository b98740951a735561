//! The search's index is the same whatever earlier builds left.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use fieldguide::cache::{Cache, FOLDER, Key};
use fieldguide::pipeline::{self, Options};
use fieldguide::search;
use fieldguide::site::{Nowhere, Sink};
use fieldguide::source::Memory;
use proptest::prelude::*;

mod support;
use support::Folder;

type Made = BTreeMap<String, (Option<Key>, Vec<u8>)>;

/// A site's folder: what the last build made, and what this one does.
#[derive(Default)]
struct Site {
    last: Made,
    now: Mutex<Made>,
    kept: Mutex<usize>,
}

impl Sink for Site {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        let before = self.now.lock().unwrap().insert(path.to_string(), (None, bytes));
        assert!(before.is_none(), "{path} is made twice");
    }

    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        self.now.lock().unwrap().insert(path.to_string(), (Some(*key), bytes));
    }

    fn keep(&self, path: &str, key: &Key) -> bool {
        let Some(there) = self.last.get(path).filter(|(made_of, _)| *made_of == Some(*key)) else { return false };
        *self.kept.lock().unwrap() += usize::from(path.starts_with("search/t"));
        self.now.lock().unwrap().insert(path.to_string(), there.clone());
        true
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.now.lock().unwrap().get(path).map(|(_, bytes)| bytes.clone())
    }
}

/// A book that changes, its site and its cache.
struct Desk {
    folder: Folder,
    files: BTreeMap<String, Vec<u8>>,
    site: Made,
}

fn topic(stage: usize, number: usize, words: usize) -> (String, Vec<u8>) {
    let text = format!(
        "+++\ntitle = \"Topic {number} of {words}\"\nsummary = \"It says {words}\"\ntags = [\"t{}\"]\n+++\n\n\
         Words before word{words}, and `np.name{words}`.\n\n## Heading {words}\n\n{}\n\n```python\nx = {words}\n```\n\n\
         ## Pitfall: it is {words}\n\nIt was.\n\n### Fix\n\nCount.\n",
        words % 3,
        (0..words * 7).map(|word| format!("word{} and more", word % 50)).collect::<Vec<_>>().join(" "),
    );
    (format!("content/{stage:02}-stage-{stage}/{number:02}-topic-{number}.md"), text.into_bytes())
}

fn stage(stage: usize, title: usize) -> (String, Vec<u8>) {
    let front = format!("title = \"Stage {title}\"\nsummary = \"s\"\nobjectives = [\"o\"]\ntakeaway = \"t\"");
    (format!("content/{stage:02}-stage-{stage}/index.md"), format!("+++\n{front}\n+++\n").into_bytes())
}

impl Desk {
    fn new() -> Self {
        let mut files = BTreeMap::new();
        files.insert("book.toml".to_string(), b"title = \"A book\"\n".to_vec());
        files.insert("content/index.md".to_string(), b"+++\ntitle = \"A book\"\n+++\n\nWords.\n".to_vec());
        for number in 1..=3 {
            files.extend([stage(number, number)]);
            files.extend((1..=20).map(|at| topic(number, at, at % 5)));
        }
        Self { folder: Folder::new(), files, site: Made::new() }
    }

    /// Builds with what the last build left, and holds the index against that of a build that finds nothing. How many files
    /// of texts were kept.
    fn build(&mut self) -> usize {
        let cache = Cache::open(self.folder.path());
        // Pages have keys where something is kept; what is kept of the index is looked at by itself.
        let keys = self.folder.at("keys");
        fs::create_dir_all(&keys).unwrap();
        let options = Options { cache: Arc::new(Cache::open(&keys)), ..Options::default() };
        let built = pipeline::build_to(&Memory(self.files.clone()), options, &Nowhere);
        assert!(built.whole, "{:?}", built.diagnostics);
        let site = Site { last: std::mem::take(&mut self.site), ..Site::default() };
        search::write(&built.book, &site, &cache);
        cache.sweep();
        self.site = site.now.into_inner().unwrap();
        let made: Vec<(&String, &Vec<u8>)> = self.site.iter().map(|(path, (_, bytes))| (path, bytes)).collect();
        let cold = search::index(&built.book).files;
        let names = |(path, _): &(&String, &Vec<u8>)| path.to_string();
        let cold: Vec<(&String, &Vec<u8>)> = cold.iter().map(|(path, bytes)| (path, bytes)).collect();
        assert_eq!(made.iter().map(names).collect::<Vec<_>>(), cold.iter().map(names).collect::<Vec<_>>());
        assert!(made == cold);
        site.kept.into_inner().unwrap()
    }

    fn texts(&self) -> usize {
        self.site.keys().filter(|path| path.starts_with("search/t")).count()
    }

    fn change(&mut self, what: u8, stage_number: usize, number: usize, words: usize) {
        let (path, text) = topic(stage_number, number, words);
        match what {
            0 | 1 => drop(self.files.insert(path, text)),
            2 => drop(self.files.remove(&path)),
            3 => {
                if let Some(text) = self.files.remove(&path) {
                    self.files.insert(path.replace("topic-", "moved-"), text);
                }
            }
            4 => self.files.extend([stage(stage_number, words)]),
            _ => self.site = Made::new(),
        }
    }

    /// Damages every blob of the cache.
    fn damage(&self, how: usize) -> usize {
        let own = fs::read_dir(self.folder.at(FOLDER)).unwrap().map(|entry| entry.unwrap().path());
        let own = own.into_iter().find(|path| path.is_dir()).unwrap();
        let blobs: Vec<_> = fs::read_dir(own).unwrap().map(|entry| entry.unwrap().path()).collect();
        for (number, blob) in blobs.iter().enumerate() {
            let mut bytes = fs::read(blob).unwrap();
            let at = (how + number * 31) % bytes.len();
            match (how + number) % 3 {
                0 => bytes.truncate(at),
                1 => bytes[at] ^= 1 << (at % 8),
                _ => bytes.extend([0; 3]),
            }
            fs::write(blob, bytes).unwrap();
        }
        blobs.len()
    }
}

#[test]
fn a_second_build_keeps_the_texts() {
    let mut desk = Desk::new();
    assert_eq!(desk.build(), 0);
    let labs = 2;
    assert!(desk.build() + labs >= desk.texts());
    let (path, text) = topic(2, 7, 40);
    desk.files.insert(path, text);
    let kept = desk.build();
    assert!(kept > desk.texts() / 2, "{kept} of {}", desk.texts());
    desk.site.clear();
    assert_eq!(desk.build(), 0, "the site is gone, the cache is not");
}

#[test]
fn damage_changes_nothing() {
    let mut desk = Desk::new();
    desk.build();
    for how in [0, 1, 2, 100, 1001, 20_002] {
        assert!(desk.damage(how) > 2);
        desk.site.clear();
        desk.build();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_cached_the_index_is_the_same(
        changes in proptest::collection::vec((0u8..6, 1usize..4, 1usize..24, 0usize..9), 1..12),
        how in 0usize..5000,
    ) {
        let mut desk = Desk::new();
        desk.build();
        for some in changes.chunks(3) {
            some.iter().for_each(|(what, stage, number, words)| desk.change(*what, *stage, *number, *words));
            desk.build();
        }
        desk.damage(how);
        desk.build();
    }
}
