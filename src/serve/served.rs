//! What is served: files in memory, each under its path.

use std::collections::BTreeMap;

use hyper::body::Bytes;

use crate::assets::fingerprint;
use crate::site::Site;

/// A site as it is served. What it holds never changes: a build puts another one in its place.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Served {
    files: BTreeMap<String, File>,
}

/// A file as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    /// Its bytes.
    pub(super) bytes: Bytes,
    /// Changes with the bytes; quotes included.
    pub(super) etag: String,
}

impl File {
    pub(super) fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { etag: format!("\"{}\"", fingerprint(&bytes)), bytes }
    }
}

impl Served {
    /// Whether there is a file at that site path. Nothing is rendered for it.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The file at that site path, rendered where it isn't yet: that takes milliseconds, for a file of the search's index
    /// even seconds, so call it where blocking is fine.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        self.files.get(path).cloned()
    }
}

impl From<Site> for Served {
    fn from(site: Site) -> Self {
        Self { files: site.files.into_iter().map(|(path, bytes)| (path, File::new(bytes))).collect() }
    }
}
