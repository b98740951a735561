//! The files that pages show or link to: each is read when a page first needs it, and again when it has changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::text;
use crate::assets::fingerprinted;
use crate::check::{PageTargets, Target};
use crate::diagnostic::Diagnostic;
use crate::render::Media;
use crate::source::{FileId, Files, Source};
use crate::svg;

/// An SVG of more bytes stays an image of its own: it would weigh on every visit to its page.
const LARGEST_DRAWING: usize = 64 * 1024;

/// What is known of a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// What a page is given; none where the file can't be read.
    pub(super) media: Option<Arc<Media>>,
    /// The file's bytes.
    pub(super) bytes: Vec<u8>,
    /// The text of a drawing, for its diagnostics.
    pub(super) text: Option<Arc<str>>,
    /// What is wrong with it.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A file's path, and whether it is shown as an image rather than linked to.
type Key = (String, bool);

/// The files that were needed so far. A changed file needs another store: so a thread that still reads for an older site
/// can't put what it read into the newer one.
#[derive(Debug, Default)]
pub(super) struct MediaStore {
    entries: Mutex<HashMap<Key, Arc<Entry>>>,
    /// The indices of all SVG files, in case one of them is a drawing with a mistake.
    drawings: HashMap<String, FileId>,
}

impl MediaStore {
    /// The store that follows `self` once the files that `touched` names may have changed; whether one of them has.
    pub(super) fn next(
        &self,
        files: &dyn Files,
        drawings: HashMap<String, FileId>,
        touched: impl Fn(&str) -> bool,
    ) -> (Self, bool) {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let before = entries.len();
        let same = |path: &str, entry: &Entry| match (&entry.media, files.read(path)) {
            (Some(_), Ok(bytes)) => bytes == entry.bytes,
            _ => false,
        };
        let kept = entries.into_iter().filter(|((path, _), entry)| !touched(path) || same(path, entry));
        let kept: HashMap<_, _> = kept.collect();
        let changed = kept.len() != before;
        (Self { entries: Mutex::new(kept), drawings }, changed)
    }

    /// The SVG files that it knows.
    pub(super) fn drawings(&self) -> impl Iterator<Item = &String> {
        self.drawings.keys()
    }

    /// Forgets what no page needs.
    pub(super) fn retain(&self, needed: &BTreeSet<Key>) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, _| needed.contains(key));
    }

    /// The file at that path of the book.
    pub(super) fn get(&self, files: &dyn Files, path: &str, shown: bool) -> Arc<Entry> {
        let key = (path.to_string(), shown);
        if let Some(entry) = self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return entry.clone();
        }
        let entry = Arc::new(read(files, path, shown, self.drawings.get(path).copied()));
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(entry).clone()
    }

    /// What the holes of a page with these targets are filled from.
    pub(super) fn of_page(&self, files: &dyn Files, targets: &PageTargets) -> BTreeMap<String, Arc<Media>> {
        let mut media: BTreeMap<String, Arc<Media>> = BTreeMap::new();
        for path in paths(&targets.links) {
            if let Some(linked) = &self.get(files, path, false).media {
                media.insert(path.to_string(), linked.clone());
            }
        }
        for path in paths(&targets.images) {
            if let Some(shown) = &self.get(files, path, true).media {
                // A drawing that is linked to as well has a place of its own.
                let site_path =
                    media.get(path).map_or_else(|| shown.site_path.clone(), |linked| linked.site_path.clone());
                media.insert(path.to_string(), Arc::new(Media { site_path, ..Media::clone(shown) }));
            }
        }
        media
    }

    /// The bytes of a file that was needed, by its site path.
    pub(super) fn at(&self, site_path: &str) -> Option<Vec<u8>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = |entry: &&Arc<Entry>| entry.media.as_ref().is_some_and(|media| media.site_path == site_path);
        entries.values().find(stands).map(|entry| entry.bytes.clone())
    }
}

/// The files of the book among some targets.
fn paths(targets: &[Target]) -> impl Iterator<Item = &str> {
    targets.iter().filter_map(|target| match target {
        Target::File(path) => Some(path.as_str()),
        _ => None,
    })
}

/// Which files the pages with these targets need, and how.
pub(super) fn needed<'a>(targets: impl Iterator<Item = &'a PageTargets>) -> BTreeSet<Key> {
    let mut needed = BTreeSet::new();
    for targets in targets {
        needed.extend(paths(&targets.links).map(|path| (path.to_string(), false)));
        needed.extend(paths(&targets.images).map(|path| (path.to_string(), true)));
    }
    needed
}

fn read(files: &dyn Files, path: &str, shown: bool, drawing: Option<FileId>) -> Entry {
    let mut entry = Entry { media: None, bytes: Vec::new(), text: None, diagnostics: Vec::new() };
    entry.bytes = match files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            entry.diagnostics.push(Diagnostic::file(path, format!("can't be read: {error}")));
            return entry;
        }
    };
    let mut drawn = None;
    if let Some(id) = drawing.filter(|_| shown && entry.bytes.len() <= LARGEST_DRAWING) {
        match text::decode(path, entry.bytes.clone()) {
            Ok(text) => {
                let source = Source { id, path: path.to_string(), text: text.into() };
                let outcome = svg::read(&source);
                entry.text = Some(source.text);
                entry.diagnostics.extend(outcome.diagnostics);
                drawn = Some(outcome.value);
            }
            Err(diagnostic) => entry.diagnostics.push(diagnostic),
        }
    }
    let site_path = match path.strip_prefix("static/") {
        Some(below) => below.to_string(),
        // It stands in the page itself.
        None if drawn.is_some() => String::new(),
        None => fingerprinted(path.rsplit('/').next().unwrap_or(path), &entry.bytes),
    };
    entry.media = Some(Arc::new(Media { site_path, size: image_size(path, &entry.bytes), drawing: drawn }));
    entry
}

/// Width and height in CSS pixels, so that the page keeps room for the image.
fn image_size(path: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    if path.ends_with(".svg") {
        return svg_size(&String::from_utf8_lossy(bytes));
    }
    let size = imagesize::blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
}

/// The size that an SVG's first tag tells: `width` and `height`, or else its `viewBox`.
fn svg_size(text: &str) -> Option<(u32, u32)> {
    let tag = text.get(text.find("<svg")?..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let attribute = |name: &str| {
        let after = tag.split_once(&format!(" {name}=\""))?.1;
        after.split_once('"').map(|(value, _)| value)
    };
    let pixels =
        |value: &str| value.trim_end_matches("px").trim().parse::<f64>().ok().filter(|n| *n >= 1.0 && *n < 1e6);
    let given = attribute("width").and_then(pixels).zip(attribute("height").and_then(pixels));
    let from_box = || {
        let numbers: Vec<f64> = attribute("viewBox")?.split([' ', ',']).filter_map(|n| n.parse().ok()).collect();
        numbers.get(2).copied().zip(numbers.get(3).copied())
    };
    given.or_else(from_box).map(|(width, height)| (width.round() as u32, height.round() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_sizes_are_read() {
        assert_eq!(svg_size("<?xml?><svg xmlns=\"x\" viewBox=\"0 0 40.4 30\">"), Some((40, 30)));
        assert_eq!(svg_size("<svg width=\"12px\" height=\"9\" viewBox=\"0 0 1 1\">"), Some((12, 9)));
        assert_eq!(svg_size("<svg width=\"100%\">"), None);
        assert_eq!(svg_size("no picture"), None);
    }
}
