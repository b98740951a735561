//! The facts of pages, kept from one build to the next: a page whose key is among them need not be parsed to be listed.

use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;

use rayon::prelude::*;

use crate::cache::{Cache, Key, hex};
use crate::page::{Facts, Page};

/// The blob's name: a line a page, its key and its facts as JSON.
const BLOB: &str = "pages";

/// Hexadecimal digits of a key.
const DIGITS: usize = 2 * size_of::<Key>();

/// What an earlier build knew.
#[derive(Debug, Default)]
pub(super) struct Known {
    blob: Vec<u8>,
    /// Where the facts of each page stand in the blob.
    lines: HashMap<String, Range<usize>>,
}

impl Known {
    /// What was left; nothing where there is nothing.
    pub(super) fn read(cache: &Cache) -> Self {
        let blob = cache.get(BLOB).unwrap_or_default();
        let mut lines = HashMap::new();
        let mut start = 0;
        for line in blob.split_inclusive(|byte| *byte == b'\n') {
            let end = start + line.len();
            if let Some((key, _)) = line.split_at_checked(DIGITS + 1)
                && let Some(key) = key.get(..DIGITS).and_then(|key| std::str::from_utf8(key).ok())
            {
                lines.insert(key.to_string(), start + DIGITS + 1..end);
            }
            start = end;
        }
        Self { blob, lines }
    }

    /// The facts of the page with that key.
    pub(super) fn facts(&self, key: &Key) -> Option<Facts> {
        serde_json::from_slice(self.line(key)?).ok()
    }

    fn line(&self, key: &Key) -> Option<&[u8]> {
        self.blob.get(self.lines.get(&hex(key))?.clone())
    }

    /// Leaves the facts of these pages.
    pub(super) fn write<'a>(&self, pages: impl Iterator<Item = &'a Page>, cache: &Cache) {
        let pages: Vec<&Page> = pages.collect();
        if pages.len() == self.lines.len() && pages.iter().all(|page| self.line(&page.key).is_some()) {
            return;
        }
        let line = |page: &&Page| {
            let mut line = format!("{} ", hex(page.key)).into_bytes();
            match self.line(&page.key) {
                Some(known) => line.extend_from_slice(known),
                None => {
                    let written = serde_json::to_writer(&mut line, &page.facts).is_ok();
                    if !written || line.write_all(b"\n").is_err() {
                        line.clear();
                    }
                }
            }
            line
        };
        let lines: Vec<Vec<u8>> = pages.par_iter().map(line).collect();
        cache.put(BLOB, &lines.concat());
    }
}
