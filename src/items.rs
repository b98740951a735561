//! What a book holds one by one: pitfalls, questions, quiz questions, myths and labs, each with an id that is its own in the
//! whole book.

use crate::book::{Book, PageId};
use crate::page::{Heading, Page, Pitfall, Question, QuizQuestion, Section};
use crate::source::Span;

/// One thing of the book.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// `data-types/float-precision#pitfall-the-gate`: the page's key and the anchor there.
    pub id: String,
    /// The page that holds it.
    pub page: PageId,
    /// Its id on the page.
    pub anchor: &'a str,
    /// Where it stands in the source, where that is known.
    pub span: Option<&'a Span>,
    /// What it is.
    pub what: What<'a>,
}

/// What an item is.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// A pitfall with its fix.
    Pitfall(&'a Pitfall),
    /// A question with its answer.
    Question(&'a Question),
    /// A follow-up question, which stands below another.
    FollowUp,
    /// A question of a quiz.
    Quiz(&'a QuizQuestion),
    /// A myth.
    Myth,
    /// A lab in a page.
    Lab,
}

/// All items of the book in reading order, those of drafts included.
pub fn items(book: &Book) -> Vec<Item<'_>> {
    book.order.iter().flat_map(|id| of_page(book, *id)).collect()
}

/// The items of a page: pitfalls and questions as they stand, then the quiz, myths and labs.
pub fn of_page(book: &Book, id: PageId) -> Vec<Item<'_>> {
    let page = book.page(id);
    let key = book.key(id);
    let mut found = Vec::new();
    let mut add = |anchor, span, what| found.push(Item { id: format!("{key}#{anchor}"), page: id, anchor, span, what });
    for section in &page.body().sections {
        match section {
            Section::Prose(_) => {}
            Section::Pitfall(pitfall) => headed(&pitfall.heading, What::Pitfall(pitfall), &mut add),
            Section::Question(question) => {
                headed(&question.heading, What::Question(question), &mut add);
                for (heading, _) in &question.follow_ups {
                    headed(heading, What::FollowUp, &mut add);
                }
            }
        }
    }
    for question in page.body().quiz.iter().flat_map(|quiz| &quiz.questions) {
        headed(&question.heading, What::Quiz(question), &mut add);
    }
    loose(page, &mut add);
    found
}

fn headed<'a>(heading: &'a Heading, what: What<'a>, add: &mut impl FnMut(&'a str, Option<&'a Span>, What<'a>)) {
    add(&heading.anchor, Some(&heading.span), what);
}

fn loose<'a>(page: &'a Page, add: &mut impl FnMut(&'a str, Option<&'a Span>, What<'a>)) {
    for myth in &page.myths {
        add(&myth.anchor, None, What::Myth);
    }
    for demo in &page.demos {
        add(&demo.id, None, What::Lab);
    }
}
