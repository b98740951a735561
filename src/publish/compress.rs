//! `.br` and `.gz` beside each file that they make smaller by a twentieth, for hosts that send what lies ready.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::site::Sink;

/// Endings of the files that shrink. Fonts, pictures and the Python of the page are compressed in themselves.
const ENDINGS: [&str; 14] =
    ["html", "css", "js", "json", "jsonld", "md", "txt", "xml", "svg", "wasm", "csv", "map", "webmanifest", "bin"];

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

impl Sink for Compressed<'_> {
    fn put(&self, path: &str, bytes: Vec<u8>) {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if [BROTLI, GZIP].contains(&ending) {
            own.insert(path.to_string());
        }
        let wanted = |ending: &&str| !own.contains(&format!("{path}.{ending}"));
        let endings: Vec<&str> = [BROTLI, GZIP].into_iter().filter(wanted).collect();
        drop(own);
        if ENDINGS.contains(&ending) && bytes.len() >= SMALLEST {
            endings.into_par_iter().for_each(|ending| {
                let small = if ending == BROTLI { brotli(&bytes) } else { gzip(&bytes) };
                if small.len() < bytes.len() / 20 * 19 {
                    self.sink.put(&format!("{path}.{ending}"), small);
                }
            });
        }
        self.sink.put(path, bytes);
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
