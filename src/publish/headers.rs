//! `_headers`: what Netlify, Cloudflare Pages and their like send with the files.
//!
//! Where several rules match, both join the values of a header that stands in more than one: so each header stands in rules
//! that never match the same address. Both revalidate whatever has no rule of its own.

use std::collections::BTreeSet;

use crate::assets::Assets;
use crate::search;

/// Headers of every answer besides the policy.
const EVERYWHERE: [(&str, &str); 4] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
];

/// The file's text; `others` are the site paths of all files that are no pages.
pub(super) fn headers(assets: &Assets, others: &BTreeSet<String>) -> String {
    let mut out = String::new();
    // The 404 page is sent at any address, so its style's hash is allowed everywhere; a meta tag can't say who may frame.
    let policy = format!("{}; frame-ancestors 'self'", assets.csp_404);
    let everywhere = std::iter::once(("Content-Security-Policy", policy.as_str())).chain(EVERYWHERE);
    rule(&mut out, "/*", everywhere);
    let revalidated = [("Cache-Control", "public, max-age=0, must-revalidate")];
    rule(&mut out, "/", revalidated);
    rule(&mut out, "/*.html", revalidated);
    // The name of a file in there changes with its bytes.
    let kept = [("Cache-Control", "public, max-age=31536000, immutable")];
    rule(&mut out, "/assets/*", kept);
    for kind in index_kinds(others) {
        rule(&mut out, &format!("/{}/{kind}*", search::FOLDER), kept);
    }
    for path in others.iter().filter(|path| path.ends_with(".wasm")) {
        rule(&mut out, &format!("/{path}"), [("Content-Type", "application/wasm")]);
    }
    out
}

/// How the names of the index's files begin, but for the one that is read first: all others have a checksum in their name.
fn index_kinds(others: &BTreeSet<String>) -> BTreeSet<&str> {
    let below = others.iter().filter(|path| *path != search::CORE);
    let names = below.filter_map(|path| path.strip_prefix(search::FOLDER)?.strip_prefix('/'));
    names.filter_map(|name| name.get(..name.find(|c: char| !c.is_ascii_alphabetic())?)).collect()
}

fn rule<'a>(out: &mut String, address: &str, headers: impl IntoIterator<Item = (&'a str, &'a str)>) {
    out.push_str(address);
    out.push('\n');
    for (name, value) in headers {
        out.push_str(&format!("  {name}: {value}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_stands_in_two_rules_for_one_address() {
        let mut assets = Assets { csp_404: "default-src 'none'".to_string(), ..Assets::default() };
        assets.add("labs.wasm", vec![0]);
        for path in ["search/index.bin", "search/p0-1a2b.bin", "search/t12-1a2b.bin"] {
            assets.files.insert(path.to_string(), vec![0]);
        }
        let text = headers(&assets, &assets.files.keys().cloned().collect());
        let matching = |address: &str| -> Vec<String> {
            let mut found = Vec::new();
            let mut matches = false;
            for line in text.lines() {
                match line.strip_prefix("  ") {
                    Some(header) if matches => found.extend(header.split_once(": ").map(|(name, _)| name.to_string())),
                    Some(_) => {}
                    None => {
                        matches = match line.split_once('*') {
                            Some((start, end)) => address.starts_with(start) && address.ends_with(end),
                            None => line == address,
                        }
                    }
                }
            }
            found
        };
        let wasm = assets.files.keys().next().map(|path| format!("/{path}")).unwrap_or_default();
        for (address, count) in [
            ("/", 6),
            ("/a/b.html", 6),
            ("/a/", 5),
            ("/assets/x.css", 6),
            ("/search/index.bin", 5),
            ("/search/p0-1a2b.bin", 6),
            (wasm.as_str(), 7),
        ] {
            let mut names = matching(address);
            assert_eq!(names.len(), count, "{address}: {names:?}");
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{address}: {names:?}");
        }
        assert!(text.contains("\n  Content-Type: application/wasm\n"));
    }
}
