//! What a page says of itself to those who link to it, look for it or write back.

use super::Renderer;
use super::view::{Meta, PageView, Updated};
use crate::book::PageId;
use crate::history::Change;
use crate::page::markdown;
use crate::publish::{markdown_path, structured};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Renderer<'_> {
    /// What is said of a page of the book.
    pub(super) fn meta(&self, id: PageId) -> Meta {
        let page = self.book.page(id);
        let config = &self.book.config;
        let route = self.book.route(id);
        let address = config.absolute(route);
        let title = markdown::title_text(&page.front.title);
        let link = |template: &Option<crate::config::LinkTemplate>| {
            template.as_ref().map(|link| link.fill(&page.path, &title, address.as_deref().unwrap_or(route)))
        };
        let change = self.hosted.and_then(|hosted| hosted.history.files.get(&page.path));
        let updated = updated(page.front.updated.as_deref(), change);
        let names = change.filter(|_| config.publish.contributors).into_iter().flat_map(|change| &change.authors);
        let social_image = self.hosted.and_then(|hosted| config.absolute(hosted.social.get(&id)?));
        Meta {
            markdown: self.hosted.map(|_| markdown_path(route)),
            updated: updated.map(|when| Updated { when: when.to_string(), text: in_words(when) }),
            contributors: names.cloned().collect(),
            edit_url: link(&config.publish.edit),
            report_url: link(&config.publish.report),
            social_image,
            structured: None,
        }
    }

    /// What is said in the words of schema.org of a page with that view.
    pub(super) fn structured(&self, id: PageId, view: &PageView) -> Option<String> {
        let updated = view.meta.updated.as_ref().map(|updated| updated.when.as_str());
        structured::page(self.book, id, &view.breadcrumbs, updated, view.meta.social_image.as_deref())
    }
}

/// When a page last changed: what its author says, or else what its history says.
pub fn updated<'a>(said: Option<&'a str>, change: Option<&'a Change>) -> Option<&'a str> {
    said.or(change.map(|change| change.when.as_str()))
}

/// `2026-11-21…` as `21 November 2026`.
fn in_words(when: &str) -> String {
    let day = when.get(..10).unwrap_or(when);
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next(), parts.next(), parts.next());
    let month = month.and_then(|month| MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?));
    match (year, month, date) {
        (Some(year), Some(month), Some(date)) => format!("{} {month} {year}", date.trim_start_matches('0')),
        _ => day.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_said_in_words() {
        assert_eq!(in_words("2026-11-01T18:00:00+01:00"), "1 November 2026");
        assert_eq!(in_words("2026-02-21"), "21 February 2026");
        assert_eq!(in_words("2026-13-21"), "2026-13-21");
        assert_eq!(in_words("soon"), "soon");
    }
}
