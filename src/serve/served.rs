//! What is served: pages, rendered when they are asked for, and the files beside them.

use std::sync::Arc;

use hyper::body::Bytes;

use crate::assets::fingerprint;
use crate::pipeline::Snapshot;
use crate::source::Files;

/// A book as it is served; nothing, before there is one that can be. It never changes: an edit puts another one in its place.
#[derive(Default)]
pub(super) struct Served {
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
        Self { live: Some((snapshot, files)) }
    }

    /// Whether there is a file at that site path. Nothing is rendered for it.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.live.as_ref().is_some_and(|(snapshot, _)| snapshot.knows(path))
    }

    /// The file at that site path, rendered where it isn't yet: that takes milliseconds, for a file of the search's index
    /// even seconds, so call it where blocking is fine. None also where a page can't be rendered.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        let (snapshot, files) = self.live.as_ref()?;
        snapshot.file(&**files, path).ok().flatten().map(File::new)
    }
}
