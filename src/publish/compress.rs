//! `.br` and `.gz` beside each file that they make smaller by a twentieth, for hosts that send what lies ready.

use std::io::Write;

use rayon::prelude::*;

use crate::site::Site;

/// Endings of the files that shrink. Fonts, pictures and the Python of the page are compressed in themselves.
const ENDINGS: [&str; 14] =
    ["html", "css", "js", "json", "jsonld", "md", "txt", "xml", "svg", "wasm", "csv", "map", "webmanifest", "bin"];

/// Below so many bytes an answer fits one packet whatever is done to it.
const SMALLEST: usize = 200;

/// Adds the compressed files to the site: the same bytes for the same bytes, whatever the machine.
pub fn compress(site: &mut Site) {
    let shrinks = |path: &str, bytes: &[u8]| {
        let ending = path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
        ending && bytes.len() >= SMALLEST
    };
    let files: Vec<(&String, &Vec<u8>)> = site.files.iter().filter(|(path, bytes)| shrinks(path, bytes)).collect();
    let made: Vec<(String, Vec<u8>)> = files
        .par_iter()
        .flat_map_iter(|(path, bytes)| [(format!("{path}.br"), brotli(bytes)), (format!("{path}.gz"), gzip(bytes))])
        .collect();
    let smaller = |path: &str, bytes: &[u8]| {
        let whole = path.rsplit_once('.').and_then(|(of, _)| site.files.get(of));
        whole.is_some_and(|whole| bytes.len() < whole.len() / 20 * 19) && !site.files.contains_key(path)
    };
    let kept: Vec<_> = made.into_iter().filter(|(path, bytes)| smaller(path, bytes)).collect();
    site.files.extend(kept);
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
        let mut site =
            Site { files: files.iter().map(|(path, text)| (path.to_string(), text.as_bytes().to_vec())).collect() };
        compress(&mut site);
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
