//! Twins: beside each file that scripts read, a classic script that hands in its bytes, since from `file://` a page may run
//! scripts but not fetch.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rayon::prelude::*;

use crate::site::Site;

/// Adds the twins of the files that scripts read.
pub(super) fn add(site: &mut Site, read: &BTreeSet<String>) {
    let twins: Vec<_> = read.par_iter().filter_map(|path| Some((path, site.files.get(path)?))).map(twin).collect();
    site.files.extend(twins);
}

/// `siteFile("name","base64");`, the contract of `static/js/files.js`.
fn twin((path, bytes): (&String, &Vec<u8>)) -> (String, Vec<u8>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    // JSON is JavaScript.
    let name = serde_json::Value::from(name).to_string();
    (format!("{path}.js"), format!("siteFile({name},\"{}\");\n", BASE64.encode(bytes)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_hands_in_the_bytes() {
        let mut site = Site { files: [("a/b.bin".to_string(), vec![0, 255, 10])].into() };
        add(&mut site, &["a/b.bin".to_string(), "none".to_string()].into());
        assert_eq!(site.files.len(), 2);
        assert_eq!(site.files.get("a/b.bin.js").unwrap(), b"siteFile(\"b.bin\",\"AP8K\");\n");
    }
}
