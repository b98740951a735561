//! `.br` and `.gz` beside each file that they make smaller by a twentieth, for hosts that send what lies ready.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::cache::{self, Key};
use crate::site::{Sink, put_made, write_parts};

/// Endings of the files that shrink. Fonts, pictures and the Python of the page are compressed in themselves.
const ENDINGS: [&str; 14] =
    ["html", "css", "js", "json", "jsonld", "md", "txt", "xml", "svg", "wasm", "csv", "map", "webmanifest", "bin"];

/// The two compressed forms of a file: each a bit in a set, and its ending.
const FORMS: [(u8, &str); 2] = [(1, BROTLI), (2, GZIP)];

const BROTLI: &str = "br";
const GZIP: &str = "gz";

/// Below so many bytes an answer fits one packet whatever is done to it.
const SMALLEST: usize = 200;

/// Hands files on, each with its compressed versions: the same bytes for the same bytes, whatever the machine. A compressed file
/// that the book brings itself must come before the file that it stands for.
pub struct Compressed<'a> {
    sink: &'a dyn Sink,
    /// The compressed files that came.
    own: Mutex<HashSet<String>>,
}

impl<'a> Compressed<'a> {
    /// Hands on to `sink`.
    pub fn new(sink: &'a dyn Sink) -> Self {
        Self { sink, own: Mutex::default() }
    }
}

impl Compressed<'_> {
    /// The forms that are to be made of a file, as a set: not those that the book brings itself.
    fn wanted(&self, path: &str) -> u8 {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if [BROTLI, GZIP].contains(&ending) {
            own.insert(path.to_string());
        }
        let wanted = FORMS.iter().filter(|(_, form)| !own.contains(&format!("{path}.{form}")));
        if ENDINGS.contains(&ending) { wanted.map(|(bit, _)| bit).sum() } else { 0 }
    }

    /// Hands a file on, and before it those of its forms that are small enough.
    fn hand_on(&self, path: &str, key: Option<&Key>, bytes: Vec<u8>) {
        let wanted = self.wanted(path);
        let made = |(bit, form): &(u8, &str)| {
            let small = if *form == BROTLI { brotli(&bytes) } else { gzip(&bytes) };
            let fits = small.len() < bytes.len() / 20 * 19;
            if fits {
                put_made(self.sink, &format!("{path}.{form}"), key, small);
            }
            if fits { *bit } else { 0 }
        };
        let forms = FORMS.into_par_iter().filter(|(bit, _)| wanted & bit != 0 && bytes.len() >= SMALLEST);
        let made = forms.map(|form| made(&form)).sum();
        let key = key.map(|key| with_forms(key, wanted, made));
        put_made(self.sink, path, key.as_ref(), bytes);
    }
}

/// The key of a file, and of which forms of it were to be made and are there.
fn with_forms(key: &Key, wanted: u8, made: u8) -> Key {
    cache::key([&key[..], &[wanted, made]])
}

impl Sink for Compressed<'_> {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.hand_on(path, None, bytes);
    }

    fn put_made(&self, path: &str, key: &Key, bytes: Vec<u8>) {
        self.hand_on(path, Some(key), bytes);
    }

    fn keep(&self, path: &str, key: &Key) -> bool {
        let wanted = self.wanted(path);
        // Which forms were small enough is told by the key under which the file itself is kept.
        let sets = (0..=wanted).rev().filter(|set| set & !wanted == 0);
        let kept = sets.into_iter().find(|set| self.sink.keep(path, &with_forms(key, wanted, *set)));
        let form_kept = |form: &str| self.sink.keep(&format!("{path}.{form}"), key);
        kept.is_some_and(|set| FORMS.iter().filter(|(bit, _)| set & bit != 0).all(|(_, form)| form_kept(form)))
    }

    /// The file is compressed as a whole, so it is made as a whole, unless all of it is as it was.
    fn assemble(&self, path: &str, parts: &[Key], make: &(dyn Fn(usize) -> String + Sync)) {
        let key = cache::key(parts);
        if !self.keep(path, &key) {
            let all: Vec<usize> = (0..parts.len()).collect();
            let mut bytes = Vec::new();
            if write_parts(&mut bytes, &all, |part| Some(make(*part))).is_ok() {
                self.put_made(path, &key, bytes);
            }
        }
    }

    fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.sink.get(path)
    }
}

/// The best that Brotli does, in a window that every browser has room for; empty is never smaller, so an error makes no file.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    match brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters) {
        Ok(_) => out,
        Err(_) => bytes.to_vec(),
    }
}

/// Without name and time, which would change the bytes; an error leaves the bytes as they are.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    match out.write_all(bytes).and_then(|()| out.finish()) {
        Ok(out) => out,
        Err(_) => bytes.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::site::Collected;

    #[test]
    fn what_shrinks_is_there_twice_and_opens_to_the_same_bytes() {
        let text = "the same words again, ".repeat(50);
        let files = [
            ("a/b.html", text.as_str()),
            ("short.txt", "x"),
            ("font.woff2", &text),
            ("c.css.br", &text),
            ("c.css", &text),
        ];
        let collected = Collected::default();
        let compressed = Compressed::new(&collected);
        files.iter().for_each(|(path, text)| compressed.put(path, text.as_bytes().to_vec()));
        let site = collected.site();
        let made: Vec<_> = site.files.keys().filter(|path| path.ends_with(".br") || path.ends_with(".gz")).collect();
        assert_eq!(made, ["a/b.html.br", "a/b.html.gz", "c.css.br", "c.css.gz"]);
        assert_eq!(site.files["c.css.br"], text.as_bytes(), "a book's own file is not replaced");
        let mut back = String::new();
        flate2::read::GzDecoder::new(&*site.files["a/b.html.gz"]).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*site.files["a/b.html.br"], &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
        assert_eq!(site.files["a/b.html.gz"][4..8], [0; 4], "no time in it");
    }
}
