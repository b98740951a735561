//! Files → a zip archive: the same files give the same bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use rayon::prelude::*;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// How a file goes into an archive: no time, no rights of its own, so that only names and bytes count.
fn options(path: &str) -> SimpleFileOptions {
    let method = match packed(path) {
        true => CompressionMethod::Stored,
        false => CompressionMethod::Deflated,
    };
    SimpleFileOptions::default()
        .compression_method(method)
        .compression_level((!packed(path)).then_some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// Whether a file's format compresses already, or has to be found as it is: an EPUB's type.
pub(super) fn packed(path: &str) -> bool {
    let extension = path.rsplit('.').next().unwrap_or_default();
    matches!(
        extension,
        "mimetype" | "gz" | "woff2" | "png" | "jpg" | "jpeg" | "webp" | "avif" | "gif" | "mp4" | "webm" | "zip" | "whl"
    )
}

/// Packs files below a folder of the archive, so that unpacking it leaves one thing. `done` is told of each file.
///
/// # Errors
/// What the archive can't hold, such as a path of more than 65,535 bytes.
pub fn zip(files: &BTreeMap<String, Vec<u8>>, folder: &str, done: &(dyn Fn(usize) + Sync)) -> ZipResult<Vec<u8>> {
    let files: Vec<_> = files.iter().map(|(path, bytes)| (format!("{folder}/{path}"), bytes.as_slice())).collect();
    pack(&files, done)
}

/// Packs files in their order. `done` is told of each.
///
/// # Errors
/// What the archive can't hold, such as a path of more than 65,535 bytes.
pub fn pack(files: &[(String, &[u8])], done: &(dyn Fn(usize) + Sync)) -> ZipResult<Vec<u8>> {
    // Compression takes the time: each file becomes an archive of its own, in parallel, and is copied over as it is.
    let packed: Vec<ZipResult<Vec<u8>>> = files
        .par_iter()
        .map(|(path, bytes)| {
            let mut alone = ZipWriter::new(Cursor::new(Vec::new()));
            alone.start_file(path.as_str(), options(path))?;
            alone.write_all(bytes)?;
            done(1);
            Ok(alone.finish()?.into_inner())
        })
        .collect();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for alone in packed {
        archive.raw_copy_file(ZipArchive::new(Cursor::new(alone?))?.by_index_raw(0)?)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn an_archive_holds_the_files_and_is_the_same_each_time() {
        let files: BTreeMap<String, Vec<u8>> = [
            ("a/größe.html".to_string(), b"<p>".repeat(500)),
            ("b.png".to_string(), vec![1, 2, 3]),
            ("empty".to_string(), vec![]),
        ]
        .into();
        let first = zip(&files, "guide", &|_| {}).unwrap();
        assert_eq!(first, zip(&files, "guide", &|_| {}).unwrap());
        assert!(first.len() < 700, "{}", first.len());
        let mut back = ZipArchive::new(Cursor::new(first)).unwrap();
        assert_eq!(back.len(), 3);
        for (path, bytes) in &files {
            let mut content = Vec::new();
            back.by_name(&format!("guide/{path}")).unwrap().read_to_end(&mut content).unwrap();
            assert_eq!(&content, bytes, "{path}");
        }
    }
}
