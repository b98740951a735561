//! The search as a whole: sections in, hits out; and that neither a query nor the bytes of an index can make it panic or hang.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it finds something wrong")]

use fieldguide_wasm::search::batch::Batch;
use fieldguide_wasm::search::encode::{CORE_NAME, File, Texts, in_files, texts};
use fieldguide_wasm::search::index::Index;
use fieldguide_wasm::search::merge::{Merged, Runs};
use fieldguide_wasm::search::stored::Stored;
use fieldguide_wasm::search::tokenize::{BLOCK, INLINE};
use fieldguide_wasm::search::{Found, Kind, Reply, Request, Section, Stage, json};
use proptest::prelude::*;

/// A small book: `text` marks inline code with backticks and a block with `|`.
fn book() -> Vec<Section> {
    let section = |kind, url: &str, title: &str, text: &str| Section {
        kind,
        url: url.to_string(),
        title: title.replace('`', &INLINE.to_string()),
        breadcrumb: vec!["A stage".to_string()],
        text: text.replace('`', &INLINE.to_string()).replace('|', &BLOCK.to_string()),
        hidden: String::new(),
        context: "numpy floats".to_string(),
    };
    use Kind::*;
    vec![
        section(Stage, "a/index.html", "Numbers", "What numbers are made of."),
        section(
            Explanation,
            "a/nan.html",
            "Not a number",
            "`np.nan` is a float and `float('nan')` too. Compare with `math.isclose`.",
        ),
        section(Code, "a/nan.html", "Not a number", "|import numpy as np\nx = np.nan\nx += 1|"),
        section(
            Pitfall,
            "a/nan.html#p",
            "The filter for NaN finds nothing",
            "`x == np.nan` is never true; ask with `isna`.",
        ),
        section(
            Question,
            "a/nan.html#q",
            "When is `is not` right?",
            "For `None` alone: `x is not None`. It is not for numbers.",
        ),
        section(
            Explanation,
            "a/cost.html",
            "What sorting costs",
            "Sorting takes O(n log n), two loops O(n²). A `DataFrame` sorts its index.",
        ),
        section(
            Explanation,
            "a/cache.html",
            "Caching",
            "`functools.lru_cache` caches what was returned; cached values stay. Iterators don't.",
        ),
        section(
            Explanation,
            "a/slots.html",
            "Fewer bytes",
            "`__slots__` and `@property`; `def f(*args, **kwargs)`; `n // 2`; `(n := 3)`; `1e-9`; `lambda: 0`; float64.",
        ),
        section(Explanation, "b/word.html", "Größe", "数据类型 and naïve café words about iterating and iteration."),
        section(Lab, "labs/float.html", "Float", "The bits of a float."),
    ]
}

/// The files of an index by their names.
struct Files {
    core: String,
    files: Vec<(String, Vec<u8>)>,
}

fn files(sections: &[Section]) -> Files {
    files_in(sections, 4)
}

/// The files of an index that is made of runs of so many sections.
fn files_in(sections: &[Section], run: usize) -> Files {
    let stages = [Stage { title: "1 A".to_string(), first: 0 }, Stage { title: "2 B".to_string(), first: 8 }];
    let batches: Vec<Batch> = sections.chunks(run).map(Batch::new).collect();
    let runs = Runs::new(batches.iter().collect());
    let merged = Merged::new(&runs, (0..runs.parts()).map(|number| runs.part(number)).collect());
    let terms: Vec<_> = (0..merged.files()).map(|number| merged.file(number)).collect();
    let groups = in_files(sections);
    let shown: Vec<File> = (0..).zip(&groups).map(|(number, group)| texts(number, group)).collect();
    let words = runs.words();
    let term_sums: Vec<_> = terms.iter().map(|file| file.sum).collect();
    let sums = shown.iter().zip(&groups).map(|(file, group)| (group.len(), file.sum)).collect();
    let shown_as = Texts { first: 0, files: sums };
    assert!(shown_as.names().eq(shown.iter().map(|file| file.name.clone())));
    let core = merged.core(&stages, &term_sums, &[&shown_as], words.sum);
    let files =
        terms.into_iter().chain(shown).chain([words]).map(|file| (file.name, file.bytes)).chain([core]).collect();
    Files { core: CORE_NAME.to_string(), files }
}

#[test]
fn the_index_is_the_same_however_it_is_cut() {
    let sections: Vec<Section> = std::iter::repeat_with(book).take(150).flatten().collect();
    let whole = files_in(&sections, usize::MAX);
    for run in [1, 7, 400] {
        assert_eq!(files_in(&sections, run).files, whole.files, "{run}");
        let runs: Vec<Stored> =
            sections.chunks(run).map(|run| Stored { batch: Batch::new(run), ..Stored::default() }).collect();
        let joined = Stored::read(Stored::join(runs).write()).unwrap();
        assert_eq!(made_of(&joined.batch), made_of(&Batch::new(&sections)), "{run}");
    }
}

/// The files of terms and of words.
fn made_of(batch: &Batch) -> Vec<Vec<u8>> {
    let runs = Runs::new(vec![batch]);
    let merged = Merged::new(&runs, (0..runs.parts()).map(|number| runs.part(number)).collect());
    (0..merged.files()).map(|number| merged.file(number).bytes).chain([runs.words().bytes]).collect()
}

fn stored() -> Stored {
    let groups = book();
    let files = (0..).zip(in_files(&groups)).map(|(number, group)| (group.len(), texts(number, group).sum)).collect();
    Stored { counts: vec![3, 0, 7], texts: vec![Texts { first: 7, files }], batch: Batch::new(&groups) }
}

#[test]
fn what_is_stored_is_read_again() {
    let bytes = stored().write();
    let read = Stored::read(bytes.clone()).unwrap();
    assert_eq!(read.write(), bytes);
    assert_eq!((&read.counts, &read.texts), (&stored().counts, &stored().texts));
    assert_eq!(made_of(&read.batch), made_of(&stored().batch));
}

#[test]
fn what_is_stored_and_damaged_is_not_read() {
    let bytes = stored().write();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(Stored::read(damaged).is_none(), "byte {at}");
        assert!(Stored::read(bytes[..at].to_vec()).is_none(), "{at} bytes");
    }
}

fn file<'a>(files: &'a Files, name: &str) -> &'a [u8] {
    files.files.iter().find(|(other, _)| other == name).map(|(_, bytes)| bytes.as_slice()).unwrap()
}

/// Answers as the browser does: reads what is needed and asks again.
fn ask(files: &Files, index: &mut Index, request: &Request<'_>) -> Found {
    for _ in 0..8 {
        match index.ask(request) {
            Reply::Found(found) => return found,
            Reply::Need(names) => names.iter().for_each(|name| index.give(name, file(files, name)).unwrap()),
        }
    }
    panic!("{:?} asks for ever", request.query)
}

fn urls(query: &str) -> Vec<String> {
    let files = files(&book());
    let mut index = Index::open(file(&files, &files.core)).unwrap();
    let found = ask(&files, &mut index, &Request { query, limit: 10, ..Request::default() });
    found.hits.into_iter().map(|hit| hit.url).collect()
}

#[test]
fn symbols_words_and_parts_are_found() {
    for (query, first) in [
        ("np.nan", "a/nan.html"),
        ("isclose", "a/nan.html"),
        ("math.isclose", "a/nan.html"),
        ("is not", "a/nan.html#q"),
        ("+=", "a/nan.html"),
        ("O(n^2)", "a/cost.html"),
        ("O(n**2)", "a/cost.html"),
        ("O(n log n)", "a/cost.html"),
        ("data frame", "a/cost.html"),
        ("dataframe", "a/cost.html"),
        ("lru", "a/cache.html"),
        ("lru cache", "a/cache.html"),
        ("caches", "a/cache.html"),
        ("__slots__", "a/slots.html"),
        ("slots", "a/slots.html"),
        ("@property", "a/slots.html"),
        ("*args", "a/slots.html"),
        ("**kwargs", "a/slots.html"),
        ("//", "a/slots.html"),
        (":=", "a/slots.html"),
        ("1e-9", "a/slots.html"),
        ("float64", "a/slots.html"),
        ("lambda", "a/slots.html"),
        ("float(\"nan\")", "a/nan.html"),
        ("grosse", "b/word.html"),
        ("GRÖSSE", "b/word.html"),
        ("cafe", "b/word.html"),
        ("类型", "b/word.html"),
        ("iterated", "b/word.html"),
        ("filter for nan", "a/nan.html#p"),
        ("cachng", "a/cache.html"),
        ("fitler", "a/nan.html#p"),
        ("sort", "a/cost.html"),
        ("sor", "a/cost.html"),
    ] {
        assert_eq!(urls(query).first().map(String::as_str), Some(first), "{query}: {:?}", urls(query));
    }
    for query in ["", "   ", "?", "qqqq", "\u{1}\u{2}", "....", "数学"] {
        assert_eq!(urls(query).len(), usize::from(query == "数学"), "{query:?}");
    }
}

#[test]
fn a_section_with_all_words_comes_before_one_with_some() {
    let found = urls("lru cached iteration");
    assert_eq!(found.first().map(String::as_str), Some("a/cache.html"), "{found:?}");
}

#[test]
fn kind_and_stage_narrow_and_are_counted() {
    let files = files(&book());
    let mut index = Index::open(file(&files, &files.core)).unwrap();
    let all = ask(&files, &mut index, &Request { query: "float", limit: 10, ..Request::default() });
    let labs = ask(&files, &mut index, &Request { query: "float", limit: 10, kinds: vec![Kind::Lab], stage: None });
    assert_eq!(labs.hits.iter().map(|hit| hit.kind).collect::<Vec<_>>(), [Kind::Lab]);
    assert_eq!(labs.kinds, all.kinds, "the counts are those of all kinds");
    let second = ask(&files, &mut index, &Request { query: "float", limit: 10, kinds: Vec::new(), stage: Some(1) });
    assert!(second.hits.len() < all.hits.len() && second.hits.iter().all(|hit| !hit.url.starts_with("a/")));
    assert!(ask(&files, &mut index, &Request { query: "float", stage: Some(9), ..Request::default() }).hits.is_empty());
}

#[test]
fn a_mistyped_word_is_named_and_a_strange_one_gives_others() {
    let files = files(&book());
    let mut index = Index::open(file(&files, &files.core)).unwrap();
    let found = ask(&files, &mut index, &Request { query: "sortnig", limit: 10, ..Request::default() });
    assert_eq!(found.corrected, [("sortnig".to_string(), "sorting".to_string())]);
    let found = ask(&files, &mut index, &Request { query: "sorxxng", limit: 10, ..Request::default() });
    assert!(found.hits.is_empty() && found.suggestions.contains(&"sorting".to_string()), "{:?}", found.suggestions);
}

#[test]
fn the_same_sections_give_the_same_bytes() {
    assert_eq!(files(&book()).files, files(&book()).files);
}

#[test]
fn every_damaged_byte_is_an_error_that_says_so() {
    let files = files(&book());
    for (name, bytes) in &files.files {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] = damaged[at].wrapping_add(1);
            let error = if *name == files.core {
                Index::open(&damaged).err()
            } else {
                let mut index = Index::open(file(&files, &files.core)).unwrap();
                index.give(name, &damaged).err()
            };
            let error = error.unwrap_or_else(|| panic!("{name}, byte {at}"));
            assert!(error.contains("damaged") || error.contains("another version"), "{error}");
        }
    }
    let mut index = Index::open(file(&files, &files.core)).unwrap();
    for name in ["", "p", "p-", "p9999-00000000.bin", "x0-00000000.bin", "p0"] {
        assert!(index.give(name, file(&files, &files.core)).is_err(), "{name}");
    }
}

/// A payload behind a valid seal, as only somebody with ill intent could write it.
fn sealed(kind: u8, payload: &[u8]) -> (String, Vec<u8>) {
    let step = |sum: u32, word: u32| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b1);
    let (words, rest) = payload.as_chunks();
    let sum = words.iter().fold(0x811c_9dc5, |sum, word| step(sum, u32::from_le_bytes(*word)));
    let sum = rest.iter().fold(sum, |sum, byte| step(sum, u32::from(*byte)));
    let mut bytes = vec![b'F', b'G', 2, kind];
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes.extend_from_slice(payload);
    (format!("{}0-{sum:08x}.bin", char::from(kind)), bytes)
}

/// A sound core whose files are those that are given: the sums are put in their places.
fn core(sections: u8, sums: [u32; 3]) -> Vec<u8> {
    let mut core = vec![sections, 16, 16];
    core.extend(std::iter::repeat_n(0, usize::from(sections)));
    core.extend(std::iter::repeat_n(0x11, usize::from(sections)));
    core.extend([0, 1, 0, 0]);
    core.extend(sums[0].to_le_bytes());
    core.extend([1, 0, 0, 0, 0, 1, sections]);
    core.extend(sums[1].to_le_bytes());
    core.extend(sums[2].to_le_bytes());
    sealed(b'i', &core).1
}

fn sum(file: &[u8]) -> u32 {
    u32::from_le_bytes(file[4..8].try_into().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_query_is_answered(query in "\\PC{0,40}|[a-z+=.*@_()\\[\\]\u{1}\u{2}\n ]{0,30}", limit in 0usize..200) {
        let files = files(&book());
        let mut index = Index::open(file(&files, &files.core)).unwrap();
        let found = ask(&files, &mut index, &Request { query: &query, limit, ..Request::default() });
        let answer = json::reply(&Reply::Found(found));
        let is_answer = answer.starts_with("{\"hits\":[");
        prop_assert!(is_answer, "{}", answer);
    }

    #[test]
    fn any_text_is_cut_and_found(title in "\\PC{0,30}", text in "[\\PC\u{1}\u{2}\n]{0,120}", query in "\\PC{0,12}") {
        let section = Section { kind: Kind::Code, url: "a".into(), title, breadcrumb: vec![], text: text.clone(), hidden: text, context: String::new() };
        let files = files(&[section]);
        let mut index = Index::open(file(&files, &files.core)).unwrap();
        ask(&files, &mut index, &Request { query: &query, limit: 10, ..Request::default() });
    }

    #[test]
    fn any_bytes_are_an_index_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Index::open(&bytes).is_err());
        if let Ok(index) = Index::open(&sealed(b'i', &bytes).1) {
            index.ask(&Request { query: "a b", limit: 10, ..Request::default() });
        }
    }

    #[test]
    fn sealed_nonsense_is_read_to_its_end(
        terms in proptest::collection::vec(any::<u8>(), 0..120),
        texts in proptest::collection::vec(any::<u8>(), 0..120),
        words in proptest::collection::vec(any::<u8>(), 0..120),
        small in any::<bool>(),
    ) {
        // Small numbers are counts and lengths that make sense: these come farther.
        let tame = |bytes: Vec<u8>| if small { bytes.into_iter().map(|byte| byte % 7).collect() } else { bytes };
        let given: Vec<_> = [(b'p', terms), (b't', texts), (b'w', words)].map(|(kind, bytes)| sealed(kind, &tame(bytes))).into();
        let core = core(5, [sum(&given[0].1), sum(&given[1].1), sum(&given[2].1)]);
        let mut index = Index::open(&core).unwrap();
        for (name, bytes) in &given {
            let _ = index.give(name, bytes);
        }
        for query in ["a", "\u{1}", "\u{0}\u{0}", "aaaa bbbb", ""] {
            index.ask(&Request { query, limit: 10, ..Request::default() });
        }
    }
}
