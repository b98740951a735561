//! `feed.xml`: an Atom feed of the pages that changed last. It needs a `base_url`, for the ids, and at least one known date.

use super::{Published, xml};
use crate::book::{Book, PageId};
use crate::history::History;
use crate::page::{Kind, markdown};
use crate::render::meta::updated;

/// Its site path.
pub const PATH: &str = "feed.xml";

/// So many pages are told of.
const ENTRIES: usize = 30;

/// Its site path, where the site has one.
pub fn url(book: &Book, history: &History) -> Option<&'static str> {
    let known = |id: &PageId| {
        let page = book.page(*id);
        told(book, *id) && updated(page.front.updated.as_deref(), history.files.get(&page.path)).is_some()
    };
    (book.config.base_url.is_some() && (0..book.pages.len()).any(|id| known(&id))).then_some(PATH)
}

/// Topics and plain pages: a home page and a stage change with what they list.
fn told(book: &Book, id: PageId) -> bool {
    matches!(book.page(id).kind, Kind::Topic | Kind::Page)
}

/// The feed, the last changed page first; pages of one day in the order of the book.
pub(super) fn feed(published: &Published<'_>) -> Option<String> {
    let (book, config) = (published.book, &published.book.config);
    let home = config.base_url.as_ref()?;
    let dated = book.order.iter().filter(|id| told(book, **id));
    let mut entries: Vec<(String, PageId)> =
        dated.filter_map(|id| Some((instant(published.updated(*id)?), *id))).collect();
    entries.sort_by_key(|(when, _)| std::cmp::Reverse(in_utc(when)));
    entries.truncate(ENTRIES);
    let (newest, _) = entries.first()?;
    let author = config.publish.author.as_deref().unwrap_or(&config.title);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>{home}</id>\n<title>{}</title>\n<updated>{newest}</updated>\n<author><name>{}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"{home}\"/>\n",
        xml(&config.language),
        xml(&config.title),
        xml(author),
        xml(&config.absolute(PATH)?),
    );
    for (when, id) in &entries {
        let front = &book.page(*id).front;
        let address = xml(&config.absolute(book.route(*id))?);
        out.push_str(&format!(
            "<entry>\n<id>{address}</id>\n<title>{}</title>\n<updated>{when}</updated>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{address}\"/>\n<summary>{}</summary>\n</entry>\n",
            xml(&markdown::title_text(&front.title)),
            xml(&markdown::title_text(&front.summary)),
        ));
    }
    Some(out + "</feed>\n")
}

/// An instant: a date alone means its start in UTC.
fn instant(when: &str) -> String {
    if when.contains('T') { when.to_string() } else { format!("{when}T00:00:00Z") }
}

/// Seconds since the year 0, for comparison only: instants are written in any time zone.
fn in_utc(when: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| when.get(range).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let days = number(0..4) * 372 + number(5..7) * 31 + number(8..10);
    let seconds = number(11..13) * 3600 + number(14..16) * 60 + number(17..19);
    let zone = when.get(19..).unwrap_or_default().trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60)
    };
    let shift = match zone.split_at_checked(1) {
        Some(("+", rest)) => offset(rest).unwrap_or(0),
        Some(("-", rest)) => -offset(rest).unwrap_or(0),
        _ => 0,
    };
    days * 86_400 + seconds - shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_several_time_zones_are_in_order() {
        let order =
            ["2026-11-20T23:30:00-02:00", "2026-11-21T03:00:00+01:00", "2026-11-21T02:00:01Z", "2026-11-22T00:00:00Z"];
        assert!(order.is_sorted_by_key(|when| in_utc(when)), "{:?}", order.map(in_utc));
        assert_eq!(in_utc("2026-11-21T01:00:00+01:00"), in_utc(&instant("2026-11-21")));
    }
}
