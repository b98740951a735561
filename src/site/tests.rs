//! What a series of builds leaves on the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::journal::{self, Step};
use super::record::{MANIFEST, Stamp};
use super::way::{files_below, site_path};
use super::*;
use crate::cache::{self, Cache, hex};
use crate::publish::compress::Compressed;

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fieldguide-site-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.0.join("site").join(path)).ok()
    }

    fn site(&self) -> PathBuf {
        self.0.join("site")
    }

    /// A build that knows what the one before it knew.
    fn open(&self) -> Staging {
        Staging::remembering(&self.site(), Arc::new(Cache::open(&self.0.join("book")))).unwrap()
    }

    /// What the cache holds of the site.
    fn memory(&self) -> PathBuf {
        let cache = self.0.join("book").join(cache::FOLDER);
        let found = files_below(&cache).unwrap().into_iter().find(|path| site_path(path).contains("/site-"));
        cache.join(found.unwrap())
    }

    /// The site's files but for the list of them.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let paths = files_below(&self.site()).unwrap().into_iter();
        let files = paths.map(|path| (site_path(&path), fs::read(self.site().join(&path)).unwrap()));
        files.filter(|(path, _)| path != MANIFEST).collect()
    }

    fn write(&self, files: &[(&str, &str)]) -> Result<Written, WriteError> {
        let files = files.iter().map(|(path, text)| (path.to_string(), text.as_bytes().to_vec())).collect();
        Site { files }.write(&self.0.join("site"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn only_what_changed_is_written_and_only_what_was_written_is_removed() {
    let folder = Folder::new("changes");
    folder.write(&[("a.html", "1"), ("b/c.html", "2"), ("d.html", "3")]).unwrap();
    let before = fs::metadata(folder.0.join("site/a.html")).unwrap().modified().unwrap();
    fs::write(folder.0.join("site/b/own.txt"), "mine").unwrap();
    let written = folder.write(&[("a.html", "1"), ("d.html", "4")]).unwrap();
    assert_eq!(written, Written { changed: 1, unchanged: 1, removed: 1, bytes: 2 });
    assert_eq!(fs::metadata(folder.0.join("site/a.html")).unwrap().modified().unwrap(), before);
    assert_eq!(folder.read("b/c.html"), None);
    assert_eq!(folder.read("b/own.txt").as_deref(), Some("mine"));
    assert_eq!(folder.read("d.html").as_deref(), Some("4"));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside the site");
}

#[test]
fn files_of_others_are_in_the_way_and_stay() {
    let folder = Folder::new("foreign");
    fs::create_dir_all(folder.0.join("site")).unwrap();
    fs::write(folder.0.join("site/a.html"), "mine").unwrap();
    assert!(folder.write(&[("a.html", "1")]).is_err());
    assert!(folder.write(&[("a.html/b", "1")]).is_err());
    assert_eq!(folder.read("a.html").as_deref(), Some("mine"));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    // They stay in a folder that no build wrote to before, too, and one that is the same is taken over.
    assert_eq!(folder.write(&[("a.html", "mine"), ("b/c.html", "1")]).unwrap().changed, 1);
    fs::write(folder.site().join("own.txt"), "mine").unwrap();
    fs::remove_file(folder.site().join(MANIFEST)).unwrap();
    assert_eq!(folder.write(&[("b/c.html", "1"), ("d.html", "2")]).unwrap().changed, 1);
    assert_eq!(folder.tree().len(), 4);
}

#[test]
fn what_an_interrupted_build_left_is_cleared() {
    let folder = Folder::new("interrupted");
    folder.write(&[("a.html", "1")]).unwrap();
    let beside = folder.0.join(".site.fieldguide-new");
    // Killed while it built the new tree …
    fs::create_dir_all(&beside).unwrap();
    fs::write(beside.join("a.html"), "half").unwrap();
    folder.write(&[("a.html", "2")]).unwrap();
    assert_eq!(folder.read("a.html").as_deref(), Some("2"));
    // … and right behind the exchange: the old tree still holds a file that nobody built.
    fs::create_dir_all(&beside).unwrap();
    fs::write(beside.join("own.txt"), "mine").unwrap();
    fs::write(beside.join(MANIFEST), format!("{} a.html\n", hex(Sha256::digest(b"1")))).unwrap();
    folder.write(&[("a.html", "2")]).unwrap();
    assert_eq!(folder.read("own.txt").as_deref(), Some("mine"));
    assert!(!beside.exists());
}

#[test]
fn one_build_at_a_time_writes_a_site() {
    let folder = Folder::new("two");
    folder.write(&[("a.html", "1")]).unwrap();
    let site = folder.0.join("site");
    let first = Staging::open(&site).unwrap();
    first.put("a.html", b"2".to_vec());
    assert!(Staging::open(&site).unwrap_err().to_string().contains("another build"));
    first.stream("large", &mut |out| out.write_all(b"3"));
    assert_eq!(first.get("large").as_deref(), Some(&b"3"[..]));
    assert_eq!(first.finish().unwrap(), Written { changed: 2, unchanged: 0, removed: 0, bytes: 2 });
    assert_eq!(folder.read("large").as_deref(), Some("3"));
    // A file that was written piece by piece and is the same stays the file that it was.
    let again = Staging::open(&site).unwrap();
    again.put("a.html", b"4".to_vec());
    again.stream("large", &mut |out| out.write_all(b"3"));
    assert_eq!(again.finish().unwrap(), Written { changed: 1, unchanged: 1, removed: 0, bytes: 2 });
    // A build that gives up leaves nothing.
    drop(Staging::open(&site).unwrap());
    assert_eq!(folder.read("a.html").as_deref(), Some("4"));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

/// A key of a test.
fn key(text: &str) -> Key {
    cache::key([text])
}

/// Puts a file of parts, each made from a word; how many were made.
fn assemble(sink: &dyn Sink, path: &str, words: &[String]) -> usize {
    let made = AtomicUsize::new(0);
    let keys: Vec<Key> = words.iter().map(|word| key(word)).collect();
    sink.assemble(path, &keys, &|part| {
        made.fetch_add(1, Ordering::Relaxed);
        format!("<{}>\n", words[part])
    });
    made.into_inner()
}

fn words(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("{}-{}", number, "x".repeat(number % 7))).collect()
}

#[test]
fn what_was_made_from_the_same_is_kept_as_long_as_nobody_touches_it() {
    let folder = Folder::new("keep");
    let first = folder.open();
    assert!(!first.keep("a.html", &key("a")), "there was no build before");
    for name in ["a", "b", "c"] {
        first.put_made(&format!("{name}.html"), &key(name), name.into());
    }
    first.put("d.html", b"d".to_vec());
    assert_eq!(first.finish().unwrap(), Written { changed: 4, unchanged: 0, removed: 0, bytes: 4 });

    fs::write(folder.site().join("b.html"), "by hand").unwrap();
    let second = folder.open();
    assert!(second.keep("a.html", &key("a")));
    assert_eq!(second.get("a.html").as_deref(), Some(&b"a"[..]));
    assert!(!second.keep("b.html", &key("b")), "touched");
    assert!(!second.keep("c.html", &key("other")), "made from something else");
    assert!(!second.keep("d.html", &key("d")), "put without a key");
    assert!(!second.keep("e.html", &key("e")));
    second.put_made("b.html", &key("b"), b"b".to_vec());
    second.put_made("c.html", &key("other"), b"c".to_vec());
    second.put_made("d.html", &key("d"), b"d".to_vec());
    assert_eq!(second.finish().unwrap(), Written { changed: 1, unchanged: 3, removed: 0, bytes: 4 });

    // A new key for the same bytes is remembered too.
    let third = folder.open();
    assert!(third.keep("a.html", &key("a")) && third.keep("c.html", &key("other")) && third.keep("d.html", &key("d")));
    drop(third);
    assert_eq!(folder.read("b.html").as_deref(), Some("b"), "a build that gives up takes nothing with it");
}

#[test]
fn a_damaged_memory_or_list_keeps_nothing_and_harms_nothing() {
    let folder = Folder::new("damaged");
    let build = |text: &str| {
        let staging = folder.open();
        let kept = staging.keep("a.html", &key("a"));
        staging.put_made("a.html", &key("a"), b"a".to_vec());
        if text == "gone" {
            return (kept, staging.finish().unwrap());
        }
        staging.put("b.html", text.into());
        (kept, staging.finish().unwrap())
    };
    build("1");
    assert!(build("2").0);
    fs::write(folder.memory(), "damaged").unwrap();
    assert_eq!(build("3"), (false, Written { changed: 1, unchanged: 1, removed: 0, bytes: 2 }));
    // The list with foreign lines, and one damaged: the file of that line may be replaced.
    let list = fs::read_to_string(folder.site().join(MANIFEST)).unwrap();
    let damaged = list.lines().map(|line| line.replace(&line[10..40], "")).collect::<Vec<_>>().join("\n");
    fs::write(folder.site().join(MANIFEST), format!("{damaged}\n\0\n- ../book\nword\n")).unwrap();
    assert_eq!(build("4"), (false, Written { changed: 1, unchanged: 1, removed: 0, bytes: 2 }));
    assert!(build("4").0);
    assert_eq!(build("gone"), (true, Written { changed: 0, unchanged: 1, removed: 1, bytes: 1 }));
    assert!(folder.0.join("book").exists());
}

#[test]
fn only_the_parts_that_are_new_are_made() {
    let folder = Folder::new("parts");
    let build = |words: &[String]| {
        let staging = folder.open();
        let made = assemble(&staging, "whole.txt", words);
        staging.put("a.html", b"a".to_vec());
        let written = staging.finish().unwrap();
        let expected: String = words.iter().map(|word| format!("<{word}>\n")).collect();
        assert_eq!(folder.read("whole.txt"), Some(expected));
        (made, written.changed)
    };
    let all = words(0..300);
    assert_eq!(build(&all), (300, 2));
    assert_eq!(build(&all), (0, 0));
    let mut edited = all.clone();
    edited[150] = "edited".to_string();
    assert_eq!(build(&edited), (1, 1));
    let inserted = [&words([1000]), &all[..20], &words([1001]), &all[20..], &words([1002])].concat();
    assert_eq!(build(&inserted), (4, 1));
    let turned: Vec<_> = inserted.iter().rev().step_by(2).cloned().collect();
    assert_eq!(build(&turned), (0, 1));
    let mixed: Vec<_> = turned.iter().flat_map(|word| [word.clone(), format!("{word}, new")]).collect();
    assert_eq!(build(&mixed), (turned.len(), 1));
    assert_eq!(build(&[]), (0, 1));
    assert_eq!(build(&[]), (0, 0));
    assert_eq!(build(&all[..70]), (70, 1));
    fs::write(folder.site().join("whole.txt"), "by hand").unwrap();
    assert_eq!(build(&all[..71]), (71, 1), "nothing is copied out of a file that someone touched");
    fs::remove_file(folder.memory()).unwrap();
    assert_eq!(build(&all[..71]), (71, 0), "the same bytes");
    assert_eq!(build(&all[..71]), (0, 0));
}

#[test]
fn a_file_is_kept_only_with_its_compressed_forms() {
    let folder = Folder::new("forms");
    let (text, noise) = (
        "the same words again, ".repeat(50),
        (0..10u8).flat_map(|number| Sha256::digest([number])).collect::<Vec<_>>(),
    );
    let build = |own: bool| {
        let staging = folder.open();
        let compressed = Compressed::new(&staging);
        if own {
            compressed.put("a.html.br", b"own".to_vec());
        }
        let kept = ["a.html", "noise.bin", "b.png"].map(|path| {
            let kept = compressed.keep(path, &key(path));
            if !kept {
                let bytes = if path == "noise.bin" { noise.clone() } else { text.clone().into_bytes() };
                compressed.put_made(path, &key(path), bytes);
            }
            kept
        });
        let made = assemble(&compressed, "whole.txt", &words(0..100));
        staging.finish().unwrap();
        let paths = ["a.html", "a.html.br", "a.html.gz", "b.png", "noise.bin"];
        assert!(folder.tree().into_keys().eq(paths.into_iter().chain(["whole.txt", "whole.txt.br", "whole.txt.gz"])));
        assert_eq!(folder.tree()["a.html.br"] == b"own", own);
        (kept, made)
    };
    assert_eq!(build(false), ([false; 3], 100));
    assert_eq!(build(false), ([true; 3], 0));
    fs::write(folder.site().join("a.html.gz"), "by hand").unwrap();
    assert_eq!(build(false), ([false, true, true], 0));
    assert_eq!(build(true), ([false, true, true], 0), "the book brings its own");
    assert_eq!(build(true), ([true; 3], 0));
    assert_eq!(build(false), ([false, true, true], 0));
}

/// Many files, and some more.
fn many<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let names = (0..40).map(|number| &*format!("f/{number:02}").leak());
    names.map(|name| (name, "same")).chain(more.iter().copied()).collect()
}

#[cfg(unix)]
#[test]
fn few_changes_are_made_in_place_and_many_tree_for_tree() {
    use std::os::unix::fs::MetadataExt;
    let folder = Folder::new("place");
    let stamp = |path: &str| {
        let data = fs::metadata(folder.site().join(path)).unwrap();
        (data.ino(), data.ctime(), data.ctime_nsec())
    };
    folder.write(&many(&[("a.html", "1"), ("deep/er/b.css", "2")])).unwrap();
    fs::create_dir_all(folder.site().join("new/empty/er")).unwrap();
    fs::write(folder.site().join("own.txt"), "mine").unwrap();
    let (site, same) = (stamp("").0, stamp("f/07"));
    let written = folder.write(&many(&[("a.html", "11"), ("new/empty", "3")])).unwrap();
    assert_eq!(written, Written { changed: 2, unchanged: 40, removed: 1, bytes: 163 });
    assert_eq!((stamp("").0, stamp("f/07")), (site, same));
    assert!(!folder.site().join("deep").exists(), "folders that are left empty go");
    let now = |path: &str| folder.read(path).unwrap_or_default();
    assert_eq!([now("a.html"), now("new/empty"), now("own.txt")], ["11", "3", "mine"]);

    // What someone edited and nobody makes any more is theirs.
    fs::write(folder.site().join("new/empty"), "by hand").unwrap();
    assert_eq!(folder.write(&many(&[("a.html", "11")])).unwrap().removed, 0);
    assert_eq!(now("new/empty"), "by hand");
    assert!(folder.write(&many(&[("new/empty", "3")])).is_err(), "and in the way from then on");
    assert_eq!(now("a.html"), "11");

    // A file in the place of a folder, a folder in that of a file, and a name that differs in case only.
    let turned = many(&[("a.html/b", "4"), ("G", "5"), ("g/h", "6")]);
    folder.write(&turned).unwrap();
    let site = stamp("").0;
    folder.write(&many(&[("a.html", "7"), ("G/h", "5"), ("g/H", "6")])).unwrap();
    assert_eq!([now("a.html"), now("G/h"), now("g/H")], ["7", "5", "6"]);
    assert_ne!(stamp("").0, site);
    assert_eq!(folder.tree().len(), 45);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside the site");
}

#[test]
fn an_update_that_was_interrupted_is_completed_by_the_next_build() {
    let folder = Folder::new("journal");
    let old = many(&[("a.html", "1"), ("gone/b.css", "2"), ("c.html", "3")]);
    let new = many(&[("a.html", "11"), ("new/d.css", "4"), ("c.html", "3")]);
    folder.write(&new).unwrap();
    let (expected, list) = (folder.tree(), fs::read(folder.site().join(MANIFEST)).unwrap());
    let beside = folder.0.join(".site.fieldguide-new");
    let moved = |path: &str| Step::Move(path.to_string(), Stamp::at(&beside.join(path)).unwrap());
    for done in 0..=4 {
        fs::remove_dir_all(folder.site()).unwrap();
        folder.write(&old).unwrap();
        let before = folder.tree();
        fs::create_dir_all(beside.join("new")).unwrap();
        fs::write(beside.join("new/d.css"), "4").unwrap();
        fs::write(beside.join("a.html"), "11").unwrap();
        fs::write(beside.join(MANIFEST), &list).unwrap();
        let removed = Step::Remove("gone/b.css".to_string());
        let steps = [moved("new/d.css"), moved("a.html"), removed, moved(MANIFEST)];
        if done == 0 {
            // Before there is a journal, the old site is the site.
            fs::write(beside.join(".fieldguide-journal.fieldguide-new"), "+a.ht").unwrap();
            drop(Staging::open(&folder.site()).unwrap());
            assert_eq!(folder.tree(), before);
            continue;
        }
        journal::write(&beside, &steps).unwrap();
        journal::apply(&beside, &folder.site(), &steps[..done]).unwrap();
        journal::write(&beside, &steps).unwrap();
        drop(Staging::open(&folder.site()).unwrap());
        assert!(folder.tree() == expected, "after {done} steps");
        assert_eq!(fs::read(folder.site().join(MANIFEST)).unwrap(), list);
        assert!(!beside.exists() && !folder.site().join("gone").exists());
        assert_eq!(folder.write(&new).unwrap().changed, 0);
    }
}

/// A file of a random build: how it is handed over, and the words that it holds.
type Handed = (u8, Vec<u8>);

/// A random build: its files by the number of their path, and what happens to the disk before it.
type Turn = (BTreeMap<usize, Handed>, u8);

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let handed = (0..4u8, prop::collection::vec(0..5u8, 0..5));
    let files = prop::collection::btree_map(0..PATHS.len(), handed, 0..PATHS.len());
    prop::collection::vec((files, 0..6u8), 2..7)
}

const PATHS: [&str; 9] =
    ["a.html", "b/c.html", "b/d.txt", "g/h/i.css", "g/h/j", "whole.txt", "other.txt", "e", "e/f.html"];

fn hand_over(sink: &dyn Sink, path: &str, (how, words): &Handed) -> Vec<u8> {
    let words: Vec<String> = words.iter().map(u8::to_string).collect();
    let text: String = words.iter().map(|word| format!("<{word}>\n")).collect();
    let made_from = key(&text);
    match how {
        0 => sink.put(path, text.clone().into_bytes()),
        1 if sink.keep(path, &made_from) => {}
        1 => sink.put_made(path, &made_from, text.clone().into_bytes()),
        2 => drop(assemble(sink, path, &words)),
        _ => sink.stream(path, &mut |out| out.write_all(text.as_bytes())),
    }
    assert_eq!(sink.get(path).as_deref(), Some(text.as_bytes()));
    text.into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_builds_leaves_the_site_that_one_build_would_have_written(turns in turns()) {
        let folder = Folder::new("any");
        for (mut files, happens) in turns {
            // A file and a folder can't have the same name.
            if files.contains_key(&8) {
                files.remove(&7);
            }
            match (happens, files.keys().find(|path| folder.site().join(PATHS[**path]).is_file())) {
                (0, Some(path)) => fs::write(folder.site().join(PATHS[*path]), "edited by hand").unwrap(),
                (1, Some(path)) => fs::remove_file(folder.site().join(PATHS[*path])).unwrap(),
                (2, Some(_)) => fs::remove_dir_all(folder.0.join("book")).unwrap(),
                (3, Some(_)) => drop(folder.open()),
                _ => {}
            }
            let before = if folder.site().exists() { folder.tree() } else { BTreeMap::new() };
            let staging = folder.open();
            let mut expected = BTreeMap::new();
            for (name, text) in many(&[]) {
                expected.insert(name.to_string(), hand_over(&staging, name, &(1, vec![text.len() as u8])));
            }
            for (path, handed) in &files {
                expected.insert(PATHS[*path].to_string(), hand_over(&staging, PATHS[*path], handed));
            }
            let written = staging.finish().unwrap();
            prop_assert_eq!(folder.tree(), expected.clone());
            let unchanged = expected.iter().filter(|(path, bytes)| before.get(*path) == Some(bytes)).count();
            let removed = before.keys().filter(|path| !expected.contains_key(*path)).count();
            let bytes = expected.values().map(|bytes| bytes.len() as u64).sum();
            let told = Written { changed: expected.len() - unchanged, unchanged, removed, bytes };
            prop_assert_eq!(written, told);
            prop_assert!(!folder.0.join(".site.fieldguide-new").exists());
        }
    }
}

#[test]
fn a_file_that_the_disk_never_got_is_made_again() {
    let folder = Folder::new("power");
    folder.write(&many(&[("a.html", "1")])).unwrap();
    let beside = folder.0.join(".site.fieldguide-new");
    fs::create_dir_all(&beside).unwrap();
    fs::write(beside.join("a.html"), "").unwrap();
    let whole = Stamp { length: 2, ..Stamp::at(&beside.join("a.html")).unwrap() };
    let steps = [Step::Move("a.html".to_string(), whole), Step::Remove("f/01".to_string())];
    journal::write(&beside, &steps).unwrap();
    assert_eq!(journal::pending(&beside).as_deref(), Some(&steps[..]));
    drop(Staging::open(&folder.site()).unwrap());
    assert_eq!(folder.read("a.html").as_deref(), Some("1"));
    assert_eq!(folder.write(&many(&[("a.html", "11")])).unwrap().changed, 2);
    // Steps that nobody wrote lead nowhere.
    fs::create_dir_all(&beside).unwrap();
    fs::write(beside.join(journal::JOURNAL), "+1@2 ../up\0- /etc/passwd\0?\0+1 a.html\0+ a.html\0- f").unwrap();
    assert_eq!(journal::pending(&beside), Some(vec![Step::Remove("f".to_string())]));
}
