//! Any sequence of edits, then the result: the same bytes and the same diagnostics as a cold build of the same files.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fieldguide::cache::{Cache, Key};

use fieldguide::diagnostic::terminal;
use fieldguide::pipeline::{self, Build, Changes, Options, Pipeline};
use fieldguide::serve;
use fieldguide::site::{Sink, Site};
use fieldguide::source::{Disk, Files, Listing, Memory};

mod support;
use support::Folder;

/// The same numbers on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len())]
    }
}

/// What topics are made of.
const PARTS: &[&str] = &[
    "Some words, and a word more.",
    "## A heading",
    "## Another {#own}",
    "## Pitfall: a surprise\n\nThe symptom.\n\n### Fix\n\nThe remedy.",
    "## Q: Why?\n\nBecause.\n\n### Follow-up: And then?\n\nThen.",
    "A hash, a set of hashes, a list.",
    "```python\nx = [1, 2, 3]\n```",
    "```demo {broadcast}\nshapes = [\"3,1\", \"4\"]\n```",
    "> [!NOTE]\n> **Myth:** a claim.\n>\n> The fact.",
    "<b>raw</b>",
];

/// Some of it is wrong, and some only while another file is not there or says something else.
const RISKY: &[&str] = &[
    "See [one](01-one.md), [its heading](01-one.md#a-heading) and [two](02-two.md#own).",
    "See [the other stage](../02-other/01-one.md).",
    "See [the glossary](../glossary.md#hash) and [all myths](/myths.html).",
    "Tagged: [floats](/tags/floats.html).",
    "![a picture](picture.svg)",
    "![a picture](/shared.svg) and [itself](/shared.svg)",
    "[data](data.csv)",
    "Broken: [nowhere](nowhere.md)",
    "```python {unknown}\n```",
    "```python {run}\nprint(1)\n```\n\n```output\n1\n```",
    "```python {include=\"/code/a.py\"}\n```",
    "```python {include=\"/code/a.py\", region=\"own\"}\n```",
];

const SVG: [&str; 3] = [
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><rect width=\"5\" height=\"5\"/></svg>",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 20\"><circle r=\"3\"/></svg>",
    "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
];

const BOOKS: [&str; 6] = [
    "title = \"A book\"\n",
    "title = \"A book\"\nraw_html = true\n",
    "title = \"Another\"\nlanguage = \"de\"\nbase_url = \"https://example.org/guide\"\n",
    "title = \"Parts\"\n[[parts]]\ntitle = \"First\"\nstages = [\"other\", \"stage\"]\n",
    "titel = \"Wrong\"\n",
    "title = ",
];

fn topic(dice: &mut Dice) -> String {
    let title = dice.pick(&["One", "Two `x`", "Three"]);
    let tags = dice.pick(&["", "tags = [\"floats\"]\n", "tags = [\"floats\", \"sets\"]\n"]);
    let draft = dice.pick(&["", "", "", "draft = true\n"]);
    let aliases = dice.pick(&["", "", "", "aliases = [\"old/place.html\"]\n"]);
    let known = dice.pick(&["", "", "", "requires = [\"first\"]\n", "id = \"first\"\n"]);
    let broken = if dice.roll(20) == 0 { "sumary = 3\n" } else { "" };
    let mut text = format!("+++\ntitle = \"{title}\"\nsummary = \"s\"\n{tags}{draft}{aliases}{known}{broken}+++\n");
    for _ in 0..dice.roll(5) {
        text.push_str(&format!("\n{}\n", dice.pick(PARTS)));
    }
    if dice.roll(5) == 0 {
        text.push_str(&format!("\n{}\n", dice.pick(RISKY)));
    }
    text
}

const STAGE: &str = "+++\ntitle = \"A stage\"\nsummary = \"s\"\nobjectives = [\"o\"]\ntakeaway = \"t\"\n+++\n";

fn start() -> BTreeMap<String, Vec<u8>> {
    let files = [
        ("book.toml", BOOKS[0].to_string()),
        ("content/index.md", "+++\ntitle = \"A book\"\n+++\n\nWhat it is about.\n".to_string()),
        ("content/01-stage/index.md", STAGE.to_string()),
        ("content/01-stage/01-one.md", "+++\ntitle = \"One\"\nsummary = \"s\"\n+++\n\n## A heading\n".to_string()),
        ("content/01-stage/02-two.md", "+++\ntitle = \"Two\"\nsummary = \"s\"\n+++\n\n## Two {#own}\n".to_string()),
        ("content/02-other/index.md", STAGE.to_string()),
        ("content/02-other/01-one.md", "+++\ntitle = \"Other\"\nsummary = \"s\"\n+++\n\nWords.\n".to_string()),
    ];
    files.into_iter().map(|(path, text)| (path.to_string(), text.into_bytes())).collect()
}

/// Edits the book once; the paths that an editor would have touched.
fn edit(book: &mut BTreeMap<String, Vec<u8>>, dice: &mut Dice) -> BTreeSet<String> {
    let topics = [
        "content/01-stage/01-one.md",
        "content/01-stage/02-two.md",
        "content/01-stage/03-three.md",
        "content/02-other/01-one.md",
        "content/02-other/1-one.md",
    ];
    let mut write = |path: &str, text: String| {
        book.insert(path.to_string(), text.into_bytes());
        BTreeSet::from([path.to_string()])
    };
    match dice.roll(29) {
        0..=9 => {
            let text = topic(dice);
            write(dice.pick(&topics), text)
        }
        10 => write("book.toml", BOOKS[dice.roll(BOOKS.len() + 4) % BOOKS.len()].to_string()),
        11 => {
            let terms =
                dice.pick(&["", "Hash\n: A number.\n", "Hash\n: Other words.\n", "List\n: A list.\n\nHash\n: One.\n"]);
            write("content/glossary.md", format!("+++\ntitle = \"Glossary\"\nsummary = \"s\"\n+++\n\n{terms}"))
        }
        12 => write(dice.pick(&["content/01-stage/picture.svg", "static/shared.svg"]), dice.pick(&SVG).to_string()),
        13 => write(dice.pick(&["content/01-stage/data.csv", "static/own.txt"]), format!("{}\n", dice.roll(3))),
        14 => write("static/css/own.css", format!("body {{ margin: {}px; }}\n", dice.roll(3))),
        15 => {
            let page = "{% extends \"base.html\" %}\n{% block main %}<p>{{ page.title }}</p>{% endblock main %}\n";
            let broken = dice.pick(&["", "", "", "{{ nothing.here }}", "{% if %}"]);
            write("templates/page.html", format!("{page}{broken}"))
        }
        16 => write("content/01-stage/index.md", format!("{STAGE}\n{}\n", dice.pick(PARTS))),
        17 => {
            write("content/index.md", format!("+++\ntitle = \"Home {}\"\n+++\n\n{}\n", dice.roll(3), dice.pick(PARTS)))
        }
        // Files and folders that go.
        18..=20 => {
            let gone: Vec<String> = book.keys().filter(|path| !path.ends_with("index.md")).cloned().collect();
            let gone = gone[dice.roll(gone.len())].clone();
            if gone != "book.toml" {
                book.remove(&gone);
            }
            BTreeSet::from([gone])
        }
        // A file that moves, and one with the same text elsewhere.
        21 => {
            let (from, to) = (dice.pick(&topics), dice.pick(&topics));
            if let Some(text) = book.remove(from) {
                book.insert(to.to_string(), text);
            }
            BTreeSet::from([from.to_string(), to.to_string()])
        }
        // A folder that moves.
        22 => {
            let (from, to) =
                dice.pick(&[("content/02-other/", "content/03-moved/"), ("content/03-moved/", "content/02-other/")]);
            let moving: Vec<String> = book.keys().filter(|path| path.starts_with(from)).cloned().collect();
            for path in moving {
                let text = book.remove(&path).unwrap();
                book.insert(path.replacen(from, to, 1), text);
            }
            BTreeSet::from([from, to].map(|folder| folder.trim_end_matches('/').to_string()))
        }
        // Another branch is checked out.
        23 | 24 => {
            let mut touched: BTreeSet<String> = book.keys().cloned().collect();
            *book = start();
            touched.extend(book.keys().cloned());
            book.insert("content/01-stage/picture.svg".to_string(), SVG[0].into());
            touched.insert("content/01-stage/picture.svg".to_string());
            touched
        }
        25 => {
            let code = dice.pick(&["x = 1\n", "# ANCHOR: own\ny = 2\n# ANCHOR_END: own\n", "x = 3\n"]);
            write("code/a.py", code.to_string())
        }
        26 => {
            let ids = dice.pick(&[
                "stage/one#pitfall-a-surprise\n",
                "stage/gone#pitfall-a-surprise -> stage/one#pitfall-a-surprise\n",
                "stage/one#nothing -> stage/two#q-why\n",
            ]);
            write("ids.lock", ids.to_string())
        }
        // Saved as it is, and bytes that are no text.
        _ => {
            let path = dice.pick(&topics).to_string();
            if dice.roll(4) == 0 {
                book.insert(path.clone(), vec![0xff, 0xfe]);
            }
            BTreeSet::from([path])
        }
    }
}

fn report(build: &Build) -> String {
    terminal::report(&build.sources, &build.diagnostics)
}

/// What was built and a cold build are the same.
fn compare(warm: &Build, cold: &Build, what: &str) {
    assert_eq!(report(warm), report(cold), "{what}");
    match (&warm.site, &cold.site) {
        (Some(warm), Some(cold)) => {
            let names = |site: &fieldguide::site::Site| site.files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(warm), names(cold), "{what}");
            for (path, bytes) in &cold.files {
                assert!(warm.files[path] == *bytes, "{what}: {path}");
            }
        }
        (None, None) => {}
        (warm, cold) => panic!("{what}: {} {}", warm.is_some(), cold.is_some()),
    }
}

/// What is served for each file of a cold build is that file.
fn compare_served(pipeline: &Pipeline, files: &dyn Files, cold: &Build, dice: &mut Dice, all: bool, what: &str) {
    let (Some(site), Some(snapshot)) = (&cold.site, pipeline.snapshot()) else { return };
    for (path, bytes) in &site.files {
        let html = path.ends_with(".html") && path != "search.html" || path.starts_with("assets/");
        if all || html && dice.roll(6) == 0 {
            assert!(snapshot.knows(path), "{what}: {path}");
            let served = snapshot.file(files, path).unwrap().unwrap_or_default();
            assert!(served == *bytes, "{what}: {path} is served as it is not built");
        }
    }
}

/// Edits from one start.
const STEPS: usize = 45;

#[test]
fn any_edits_end_as_a_cold_build() {
    // More of them take longer: `EDITS=50 cargo test --test edits`.
    let seeds = std::env::var("EDITS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(2_usize);
    let (mut built, mut wrong) = (0, 0);
    for seed in 0..seeds {
        let mut dice = Dice(seed as u64);
        let mut files = start();
        let mut pipeline = Pipeline::new(serve::options());
        pipeline.update(&Memory(files.clone()), &Changes::Everything);
        for step in 0..STEPS {
            let mut touched = edit(&mut files, &mut dice);
            let last = step + 1 == STEPS;
            if last {
                // Without mistakes at the end, so that there is a site to compare.
                touched.extend(files.keys().cloned());
                files = start();
                touched.extend(files.keys().cloned());
            }
            // Two edits may come at once, and what came may be told as "anything".
            if dice.roll(4) == 0 {
                touched.extend(edit(&mut files, &mut dice));
            }
            let changes = if dice.roll(12) == 0 { Changes::Everything } else { Changes::At(touched.clone()) };
            let memory = Memory(files.clone());
            pipeline.update(&memory, &changes);
            if dice.roll(2) == 0 {
                pipeline.check(&memory);
            }
            let what = format!("seed {seed}, step {step}, {touched:?}");
            if last || dice.roll(5) == 0 {
                let cold = pipeline::build(&memory, serve::options());
                compare_served(&pipeline, &memory, &cold, &mut dice, last, &what);
                compare(&pipeline.complete(&memory), &cold, &what);
                built += usize::from(cold.site.is_some());
                wrong += usize::from(cold.site.is_none());
            }
        }
    }
    assert!(built > seeds && wrong > seeds, "{built} sites and {wrong} books with mistakes");
}

/// A site that keeps what it was given from one build to the next.
#[derive(Default)]
struct Keeping {
    before: BTreeMap<String, Made>,
    now: Mutex<BTreeMap<String, Made>>,
    /// How many files and parts of files were kept.
    kept: AtomicUsize,
}

/// A file, the key that it was made from, and its parts.
#[derive(Clone, Default)]
struct Made {
    bytes: Vec<u8>,
    key: Option<Key>,
    parts: BTreeMap<Key, String>,
}

impl Keeping {
    fn insert(&self, path: &str, made: Made) {
        assert!(self.now.lock().unwrap().insert(path.to_string(), made).is_none(), "{path} was put twice");
    }

    /// The site as it is now, for the next build.
    fn next(self) -> (Self, Site, usize) {
        let before = self.now.into_inner().unwrap();
        let files = before.iter().map(|(path, made)| (path.clone(), made.bytes.clone())).collect();
        (Self { before, ..Self::default() }, Site { files }, self.kept.into_inner())
    }
}

impl Sink for Keeping {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.insert(path, Made { bytes, ..Made::default() });
    }

    fn keep(&self, path: &str, key: &Key) -> bool {
        let Some(made) = self.before.get(path).filter(|made| made.key == Some(*key)) else { return false };
        self.insert(path, made.clone());
        self.kept.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        self.insert(path, Made { bytes, key: Some(*key), ..Made::default() });
    }

    fn assemble(&self, path: &str, parts: &[Key], make: &(dyn Fn(usize) -> String + Sync)) {
        let before = self.before.get(path);
        let part = |(at, key): (usize, &Key)| match before.and_then(|made| made.parts.get(key)) {
            Some(text) => {
                self.kept.fetch_add(1, Ordering::Relaxed);
                text.clone()
            }
            None => make(at),
        };
        let texts: Vec<String> = parts.iter().enumerate().map(part).collect();
        let bytes = texts.concat().into_bytes();
        self.insert(path, Made { bytes, key: None, parts: parts.iter().copied().zip(texts).collect() });
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        Some(self.now.lock().unwrap().get(path)?.bytes.clone())
    }
}

#[test]
fn a_build_that_goes_on_from_earlier_ones_is_a_cold_build() {
    let seeds = std::env::var("EDITS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(2_usize);
    for seed in 0..seeds {
        let folder = Folder::new();
        let mut dice = Dice(1000 + seed as u64);
        let (mut files, mut good) = (start(), start());
        let (mut sink, mut all) = (Keeping::default(), 0);
        for step in 0..STEPS {
            let mut touched = BTreeSet::new();
            for _ in 0..dice.roll(3) {
                touched.extend(edit(&mut files, &mut dice));
            }
            if step + 1 == STEPS {
                files = start();
            }
            let memory = Memory(files.clone());
            let what = format!("seed {seed}, step {step}, {touched:?}");
            let hosted = Options { hosted: true, ..Options::default() };
            let cold = pipeline::build(&memory, hosted.clone());
            let cache = Arc::new(Cache::open(folder.path()));
            let mut warm = pipeline::build_to(&memory, Options { cache: cache.clone(), ..hosted }, &sink);
            cache.sweep();
            // What a build with mistakes handed over takes the place of nothing.
            let (next, site, kept) = match warm.whole {
                true => sink.next(),
                false => (Keeping { before: sink.before, ..Keeping::default() }, Site::default(), 0),
            };
            (sink, all) = (next, all + kept);
            warm.site = warm.whole.then_some(site);
            compare(&warm, &cold, &what);
            // Mistakes stay for some steps only, or most books would have some.
            match cold.site {
                Some(_) => good = files.clone(),
                None if dice.roll(2) == 0 => files = good.clone(),
                None => {}
            }
        }
        assert!(all > 10 * STEPS, "only {all} files and parts were kept");
    }
}

/// Files that count how often they are read.
struct Counted(Memory, Mutex<Vec<String>>);

impl Files for Counted {
    fn list(&self) -> Result<Listing, (String, std::io::Error)> {
        self.0.list()
    }

    fn list_at(&self, path: &str) -> Result<Listing, (String, std::io::Error)> {
        self.0.list_at(path)
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_string());
        self.0.read(path)
    }
}

fn at(path: &str) -> Changes {
    Changes::At(BTreeSet::from([path.to_string()]))
}

#[test]
fn an_edit_goes_only_as_far_as_it_reaches() {
    let mut files = Counted(Memory(start()), Mutex::default());
    let glossary = "+++\ntitle = \"Glossary\"\nsummary = \"s\"\n+++\n\nHash\n: A number.\n";
    files.0.0.insert("content/glossary.md".to_string(), glossary.into());
    let mut pipeline = Pipeline::new(Options::default());
    let first = pipeline.update(&files, &Changes::Everything);
    assert_eq!((first.parsed, first.changed), (7, true));
    let one = "content/01-stage/01-one.md";
    let before = pipeline.snapshot().unwrap().clone();
    let mut set = |files: &mut Counted, path: &str, text: String| {
        files.0.0.insert(path.to_string(), text.into_bytes());
        files.1.lock().unwrap().clear();
        pipeline.update(files, &at(path))
    };

    // The text of one page: that file is read and parsed, nothing else is.
    let topic =
        |title: &str, body: &str| format!("+++\ntitle = \"{title}\"\nsummary = \"s\"\n+++\n\n## A heading\n\n{body}\n");
    let update = set(&mut files, one, topic("One", "New words."));
    assert_eq!((update.parsed, update.saved.as_slice()), (1, &["stage/one.html".to_string()][..]));
    assert_eq!(*files.1.lock().unwrap(), [one]);
    // The same text again: nothing happens.
    let update = set(&mut files, one, topic("One", "New words."));
    assert_eq!((update.parsed, update.changed, update.saved.len()), (0, false, 0));
    // A title stands in every page's nav, but in no other file.
    assert_eq!(set(&mut files, one, topic("Won", "New words.")).parsed, 1);
    // What a term means is the glossary's own affair; a term concerns every page.
    assert_eq!(set(&mut files, "content/glossary.md", glossary.replace("A number", "An int")).parsed, 1);
    assert_eq!(set(&mut files, "content/glossary.md", glossary.replace("Hash", "Array")).parsed, 7);
    // Style concerns no page's text.
    assert_eq!(set(&mut files, "static/css/own.css", "b { color: red; }".to_string()).parsed, 0);

    // The snapshot from before all this still shows what was.
    let page = |snapshot: &pipeline::Snapshot| {
        String::from_utf8(snapshot.file(&files, "stage/one.html").unwrap().unwrap()).unwrap()
    };
    assert!(!page(&before).contains("New words") && page(pipeline.snapshot().unwrap()).contains("New words"));
}

#[test]
fn a_page_with_mistakes_stays_as_it_was_and_holds_up_nobody() {
    let mut files = Memory(start());
    let mut pipeline = Pipeline::new(Options::default());
    pipeline.update(&files, &Changes::Everything);
    let page = |pipeline: &Pipeline, files: &Memory, route: &str| {
        String::from_utf8(pipeline.snapshot().unwrap().file(files, route).unwrap().unwrap()).unwrap()
    };
    let good = page(&pipeline, &files, "stage/one.html");
    let (one, two) = ("content/01-stage/01-one.md", "content/01-stage/02-two.md");
    for broken in ["+++\ntitle = ", "no front matter", "+++\ntitle = \"T\"\nsummary = \"s\"\n+++\n\n[x](no.md)\n"] {
        files.0.insert(one.to_string(), broken.into());
        pipeline.update(&files, &at(one));
        assert!(!pipeline.check(&files).is_empty());
        assert!(page(&pipeline, &files, "stage/one.html") == good, "{broken}");
        let text =
            format!("+++\ntitle = \"Two\"\nsummary = \"s\"\n+++\n\n## Two {{#own}}\n\nFresh {}.\n", broken.len());
        files.0.insert(two.to_string(), text.into());
        pipeline.update(&files, &at(two));
        assert!(page(&pipeline, &files, "stage/two.html").contains(&format!("Fresh {}.", broken.len())));
        files.0.insert(one.to_string(), start()[one].clone());
        pipeline.update(&files, &at(one));
        assert!(pipeline.check(&files).is_empty());
    }
    // A template that fails on one page only is said when that page is saved, and no more once it is mended.
    let odd = "{% extends \"base.html\" %}{% block main %}{% if page.title == \"Odd\" %}{{ page.nothing.here }}{% endif %}{% endblock main %}";
    files.0.insert("templates/topic.html".to_string(), odd.into());
    pipeline.update(&files, &at("templates/topic.html"));
    assert!(pipeline.check(&files).is_empty());
    files.0.insert(one.to_string(), "+++\ntitle = \"Odd\"\nsummary = \"s\"\n+++\n\n## A heading\n".into());
    pipeline.update(&files, &at(one));
    assert_eq!(pipeline.check(&files).len(), 1);
    files.0.insert(one.to_string(), start()[one].clone());
    pipeline.update(&files, &at(one));
    assert!(pipeline.check(&files).is_empty());
    files.0.remove("templates/topic.html");
    pipeline.update(&files, &at("templates/topic.html"));
    assert!(pipeline.check(&files).is_empty() && page(&pipeline, &files, "stage/one.html") == good);
    // A mistake that concerns the whole book leaves all of it as it was.
    files.0.insert("book.toml".to_string(), "title = ".into());
    pipeline.update(&files, &at("book.toml"));
    files.0.insert(one.to_string(), "+++\ntitle = \"Later\"\nsummary = \"s\"\n+++\n".into());
    pipeline.update(&files, &at(one));
    assert!(page(&pipeline, &files, "stage/one.html") == good);
    files.0.insert("book.toml".to_string(), start()["book.toml"].clone());
    pipeline.update(&files, &at("book.toml"));
    assert!(page(&pipeline, &files, "stage/one.html").contains("Later"));
}

#[test]
fn edits_on_a_disk_end_as_a_cold_build() {
    let folder = Folder::new();
    let mut files = start();
    for (path, bytes) in &files {
        folder.write(path, bytes);
    }
    let disk = Disk::new(folder.path());
    let mut pipeline = Pipeline::new(serve::options());
    pipeline.update(&disk, &Changes::Everything);
    let mut dice = Dice(99);
    for step in 0..40 {
        let before = files.clone();
        let touched = edit(&mut files, &mut dice);
        for path in before.keys().filter(|path| !files.contains_key(*path)) {
            std::fs::remove_file(folder.at(path)).unwrap();
        }
        for (path, bytes) in files.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)) {
            folder.write(path, bytes);
        }
        for stage in ["content/02-other", "content/03-moved"] {
            // Fails where something is left in it: a folder without files goes with its last file.
            drop(std::fs::remove_dir(folder.at(stage)));
        }
        let touched = touched.into_iter().chain(["content/02-other", "content/03-moved"].map(str::to_string));
        pipeline.update(&disk, &Changes::At(touched.collect()));
        if step % 5 == 4 {
            let cold = pipeline::build(&disk, serve::options());
            compare_served(&pipeline, &disk, &cold, &mut dice, false, &format!("step {step}"));
            compare(&pipeline.complete(&disk), &cold, &format!("step {step}"));
        }
    }
}

#[test]
fn threads_that_ask_while_the_book_changes_get_whole_pages() {
    let files = Memory(start());
    let pipeline = Mutex::new(Pipeline::new(Options::default()));
    pipeline.lock().unwrap().update(&files, &Changes::Everything);
    let one = "content/01-stage/01-one.md";
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let snapshot = pipeline.lock().unwrap().snapshot().map(Arc::clone).unwrap();
                    let page = snapshot.file(&files, "stage/one.html").unwrap().unwrap();
                    assert!(page.ends_with(b"</html>\n"));
                }
            });
        }
        for round in 0..40 {
            let mut edited = files.clone();
            edited.0.insert(
                one.to_string(),
                format!("+++\ntitle = \"One\"\nsummary = \"s\"\n+++\n\nRound {round}.\n").into(),
            );
            let mut pipeline = pipeline.lock().unwrap();
            pipeline.update(&edited, &at(one));
            let page = pipeline.snapshot().unwrap().file(&edited, "stage/one.html").unwrap().unwrap();
            assert!(String::from_utf8(page).unwrap().contains(&format!("Round {round}.")));
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
