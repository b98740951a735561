//! What a book holds one by one: pitfalls, questions, quiz questions, myths and labs, each with an id that is its own in the
//! whole book. All of it is told by the facts of pages: no page's body is parsed for it.

use crate::book::{Book, PageId};
use crate::page::{Heading, HeadingKind};

/// One thing of the book.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// `data-types/float-precision#pitfall-the-gate`: see [`id`].
    pub id: String,
    /// The page that holds it.
    pub page: PageId,
    /// Its id on the page.
    pub anchor: &'a str,
}

/// The id of the item that stands at an anchor of a page: the page's key and the anchor.
pub fn id(book: &Book, page: PageId, anchor: &str) -> String {
    format!("{}#{anchor}", book.key(page))
}

/// All items of the book, page by page in reading order, those of drafts included.
pub fn items(book: &Book) -> impl Iterator<Item = Item<'_>> {
    book.order.iter().flat_map(|page| anchors(book, *page).map(|anchor| (*page, anchor))).map(|(page, anchor)| Item {
        id: id(book, page, anchor),
        page,
        anchor,
    })
}

fn anchors(book: &Book, page: PageId) -> impl Iterator<Item = &str> {
    let page = book.page(page);
    let headings = page.headings.iter().filter(|heading| is_item(heading)).map(|heading| &heading.anchor);
    let loose = page.myths.iter().map(|myth| &myth.anchor).chain(page.demos.iter().map(|demo| &demo.id));
    headings.chain(loose).map(String::as_str)
}

fn is_item(heading: &Heading) -> bool {
    match heading.kind {
        HeadingKind::Pitfall | HeadingKind::Question | HeadingKind::FollowUp => true,
        // The quiz itself has a heading too.
        HeadingKind::Quiz => heading.level == 3,
        HeadingKind::Prose | HeadingKind::Fix => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Section;
    use crate::pipeline::{self, Options};
    use crate::source::Disk;

    #[test]
    fn headings_tell_what_bodies_hold() {
        let book = pipeline::build(&Disk::new("tests/books/syntax"), Options::default()).book;
        let mut all = 0;
        for page in 0..book.pages.len() {
            let body = book.page(page).body();
            let of_section = |section: &Section| match section {
                Section::Prose(_) => Vec::new(),
                Section::Pitfall(pitfall) => vec![pitfall.heading.anchor.clone()],
                Section::Question(question) => std::iter::once(&question.heading)
                    .chain(question.follow_ups.iter().map(|(heading, _)| heading))
                    .map(|heading| heading.anchor.clone())
                    .collect(),
            };
            let mut held: Vec<String> = body.sections.iter().flat_map(of_section).collect();
            let quiz = body.quiz.iter().flat_map(|quiz| &quiz.questions);
            held.extend(quiz.map(|question| question.heading.anchor.clone()));
            let headings = book.page(page).headings.iter().filter(|heading| is_item(heading));
            let mut told: Vec<String> = headings.map(|heading| heading.anchor.clone()).collect();
            held.sort();
            told.sort();
            assert_eq!(told, held, "{}", book.page(page).path);
            all += told.len();
        }
        assert!(all > 5, "{all} items");
    }
}
