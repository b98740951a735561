//! What is served: files in memory, each under its path, and pages that are rendered when they are asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::body::Bytes;

use crate::assets::fingerprint;
use crate::pipeline::Snapshot;
use crate::site::Site;
use crate::source::Files;

/// A site as it is served. What it holds never changes: a build puts another one in its place.
#[derive(Default)]
pub(super) struct Served {
    files: BTreeMap<String, File>,
    live: Option<(Arc<Snapshot>, Arc<dyn Files>)>,
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
    /// A book whose pages are rendered when they are asked for.
    pub(super) fn live(snapshot: Arc<Snapshot>, files: Arc<dyn Files>) -> Self {
        Self { files: BTreeMap::new(), live: Some((snapshot, files)) }
    }

    /// Whether there is a file at that site path. Nothing is rendered for it.
    pub(super) fn knows(&self, path: &str) -> bool {
        match &self.live {
            Some((snapshot, _)) => snapshot.knows(path),
            None => self.files.contains_key(path),
        }
    }

    /// The file at that site path, rendered where it isn't yet: that takes milliseconds, for a file of the search's index
    /// even seconds, so call it where blocking is fine. None also where a page can't be rendered.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        match &self.live {
            Some((snapshot, files)) => snapshot.file(&**files, path).ok().flatten().map(File::new),
            None => self.files.get(path).cloned(),
        }
    }
}

impl From<Site> for Served {
    fn from(site: Site) -> Self {
        let files = site.files.into_iter().map(|(path, bytes)| (path, File::new(bytes))).collect();
        Self { files, live: None }
    }
}
