//! What `--watch` puts into a page: a script that keeps it up to date and shows what is wrong with the book.

use std::sync::LazyLock;

use super::served::File;
use crate::assets::fingerprint;

/// Where pages listen for events.
pub(super) const EVENTS: &str = "/_fieldguide/events";
/// The script, and the style of what it shows.
pub(super) const SCRIPT: &str = "/_fieldguide/client.js";
pub(super) const STYLE: &str = "/_fieldguide/client.css";

/// One classic script, whose names are its own: the page's scripts may use the same.
const JS: &str = concat!(
    "(() => {\n",
    include_str!("client/match.js"),
    include_str!("client/patch.js"),
    include_str!("client/overlay.js"),
    include_str!("client/main.js"),
    "})();\n"
);

/// The script as a file of the server.
pub(super) fn script() -> &'static File {
    static FILE: LazyLock<File> = LazyLock::new(|| File::new(JS));
    &FILE
}

/// The style as a file of the server.
pub(super) fn style() -> &'static File {
    static FILE: LazyLock<File> = LazyLock::new(|| File::new(include_str!("client/client.css")));
    &FILE
}

/// Changes with what this program puts into pages: a page that was made by another is loaded anew.
pub(super) fn version() -> &'static str {
    static VERSION: LazyLock<String> =
        LazyLock::new(|| fingerprint(format!("{}{}", script().etag, style().etag).as_bytes()));
    &VERSION
}

/// The script's tag. It knows the tag of the page that it is in, and whether the page is the one that was asked for.
pub(super) fn tag(etag: &str, found: bool) -> String {
    let etag = etag.replace('"', "&quot;");
    let missing = if found { "" } else { " data-missing" };
    format!("\n<script defer src=\"{SCRIPT}\" data-etag=\"{etag}\"{missing}></script>")
}

/// The page with the script: first in the head, so that it sees the page before the page's own scripts change it.
pub(super) fn into_page(page: &File, found: bool) -> File {
    // Another tag than that of the bare page: a browser may have kept that from a server without `--watch`.
    let etag = format!("\"{}-{}\"", page.etag.trim_matches('"'), version());
    let tag = tag(&etag, found);
    let place = |before: &[u8]| {
        page.bytes
            .windows(before.len())
            .position(|window| window.eq_ignore_ascii_case(before))
            .map(|at| (at, before.len()))
    };
    let at = match (place(b"<head>"), place(b"</body>")) {
        (Some((at, length)), _) => at + length,
        (None, Some((at, _))) => at,
        (None, None) => page.bytes.len(),
    };
    let (before, after) = page.bytes.split_at(at);
    File { bytes: [before, tag.as_bytes(), after].concat().into(), etag }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_first_in_the_head() {
        let page = |html: &'static str| String::from_utf8(into_page(&File::new(html), true).bytes.to_vec()).unwrap();
        assert!(page("<html><head><title>").starts_with("<html><head>\n<script defer src=\"/_fieldguide/client.js\""));
        assert!(page("<body>x</body></html>").ends_with("</script></body></html>"));
        assert!(page("x").ends_with("</script>"));
        assert!(!tag("\"<a>\"", true).contains("=\"\""));
    }
}
