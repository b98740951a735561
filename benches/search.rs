//! What the search costs: `cargo bench --bench search [-- BOOK]`. Without a folder the book is the guide;
//! `tests/search/large.mjs` writes larger ones.

// A benchmark prints, and fails loudly.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fieldguide::pipeline::{self, Options};
use fieldguide::search;
use fieldguide::search::terminal::{Place, Searcher};
use fieldguide::source::Disk;
use fieldguide_wasm::search::Request;

/// The least of three runs: what else the machine does only adds.
fn least<T>(mut run: impl FnMut() -> T) -> (T, Duration) {
    let mut timed = || {
        let start = Instant::now();
        let made = run();
        (made, start.elapsed())
    };
    let runs = [timed(), timed(), timed()];
    runs.into_iter().min_by_key(|(_, time)| *time).unwrap()
}

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let book = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).map_or(root.clone(), PathBuf::from);
    let (build, whole) = least(|| pipeline::build(&Disk::new(&book), Options::default()));
    let site = build.site.as_ref().unwrap();
    let (index, indexing) = least(|| search::index(&build.book));
    let size = |start: &str| {
        let of = |(path, _): &&(String, Vec<u8>)| path.starts_with(&format!("{}/{start}", search::FOLDER));
        let files: Vec<usize> = index.files.iter().filter(of).map(|(_, bytes)| bytes.len()).collect();
        format!("{} KB in {} files", files.iter().sum::<usize>() / 1000, files.len())
    };
    let without = whole.saturating_sub(indexing);
    println!("{} pages, {} sections", build.pages, search::sections(&build.book).len());
    println!(
        "build {whole:.2?}; of it the index {indexing:.2?}, {:.0} % of the rest",
        100.0 * indexing.as_secs_f64() / without.as_secs_f64()
    );
    println!("core {}; terms {}; texts {}; words {}", size("i"), size("p"), size("t"), size("w"));

    let text = std::fs::read_to_string(root.join("tests/search/queries.txt")).unwrap();
    let queries: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').next()).collect();
    let mut searcher = Searcher::open(Place::Built(site)).unwrap();
    let mut all = || {
        queries
            .iter()
            .map(|query| searcher.ask(&Request { query, limit: 10, ..Request::default() }).unwrap().hits.len())
            .sum::<usize>()
    };
    let (_, time) = least(&mut all);
    println!("{} queries: {:.0} a second", queries.len(), queries.len() as f64 / time.as_secs_f64());
}
