//! `sitemap.xml` and `robots.txt`: only an absolute address means anything in them.

use std::collections::HashMap;

use super::{Published, xml};
use crate::book::PageId;

/// Pages that are no answer to anyone's question.
const LEFT_OUT: [&str; 2] = ["404.html", "search.html"];

/// Every page that stays, with the day of its last change where that is known.
pub(super) fn sitemap(published: &Published<'_>) -> Option<String> {
    let book = published.book;
    book.config.base_url.as_ref()?;
    let ids: HashMap<&str, PageId> = book.routes.iter().enumerate().map(|(id, route)| (route.as_str(), id)).collect();
    let moved = |path: &str| book.aliases.iter().any(|(alias, _)| alias == path);
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in published.pages.iter().filter(|path| !LEFT_OUT.contains(path) && !moved(path)) {
        let address = book.config.absolute(path)?;
        let changed = ids.get(path).and_then(|id| published.updated(*id));
        let changed = changed.map(|when| format!("<lastmod>{}</lastmod>", xml(when))).unwrap_or_default();
        out.push_str(&format!("<url><loc>{}</loc>{changed}</url>\n", xml(&address)));
    }
    Some(out + "</urlset>\n")
}

/// Everyone may read everything; where the sitemap is.
pub(super) fn robots(published: &Published<'_>) -> Option<String> {
    let sitemap = published.book.config.absolute("sitemap.xml")?;
    Some(format!("User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n"))
}
