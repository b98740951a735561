//! Files whose names change with what they hold: where the last build put them, by what they were made from.

use std::collections::BTreeMap;

use super::Sink;
use crate::cache::{Cache, Key, hex};

/// Site paths by key.
#[derive(Debug, Default)]
pub struct Places(BTreeMap<String, String>);

impl Places {
    /// What the last build left in the blob of that name; nothing where there is none.
    pub fn read(cache: &Cache, blob: &str) -> Self {
        Self(cache.get(blob).and_then(|blob| serde_json::from_slice(&blob).ok()).unwrap_or_default())
    }

    /// The site path of the file that the last build made from what `key` tells, if `sink` keeps it.
    pub fn kept(&self, key: Option<&Key>, sink: &dyn Sink) -> Option<&str> {
        let path = self.0.get(&hex(key?))?;
        sink.keep(path, key?).then_some(path.as_str())
    }

    /// Leaves for the next build where these files stand.
    pub fn write<'a>(cache: &Cache, blob: &str, files: impl Iterator<Item = (Option<Key>, &'a str)>) {
        let places: BTreeMap<String, &str> = files.filter_map(|(key, path)| Some((hex(key?), path))).collect();
        if let Ok(bytes) = serde_json::to_vec(&places) {
            cache.put(blob, &bytes);
        }
    }
}
