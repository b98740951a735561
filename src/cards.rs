//! The book's pitfalls and questions for programs elsewhere: a package that Anki imports, and a table.

pub mod anki;
pub mod csv;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use crate::render::cards::{Card, CardKind};

/// What an export is made of.
#[derive(Debug, Clone, Default)]
pub struct Deck {
    /// The book's title.
    pub title: String,
    /// What the book is called wherever its cards must be found again.
    pub key: String,
    /// The cards, in reading order.
    pub cards: Vec<Card>,
    /// The first id that each card had, where it has moved since.
    pub first_ids: BTreeMap<String, String>,
    /// Numbers and titles of the stages.
    pub stages: Vec<(String, String)>,
    /// The site's address with a slash at its end, where the book has one.
    pub base_url: Option<String>,
    /// The images that stand in the cards, by their names there.
    pub images: BTreeMap<String, Vec<u8>>,
}

impl Deck {
    /// Ten letters and digits that stay with a card for good: what it was called first decides.
    pub fn guid(&self, card: &Card) -> String {
        let id = self.first_ids.get(&card.id).unwrap_or(&card.id);
        let digest = Sha256::digest(format!("{}\n{id}", self.key));
        // Letters that a spreadsheet can't take for a number, and that read alike in any case.
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        digest.iter().take(10).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
    }

    /// The name of a card's deck: the book, and below it the stage.
    pub fn name(&self, card: &Card) -> String {
        let (number, title) = self.stages.get(card.stage).cloned().unwrap_or_default();
        // Programs sort names as text; `::` would open one more level.
        let clean = |text: &str| text.replace("::", ":").replace('"', "”");
        format!("{}::{:0>2} {}", clean(&self.title), number, clean(&title))
    }

    /// The tags of a card, without the blanks that would end one.
    pub fn tags(&self, card: &Card) -> Vec<String> {
        let kind = match card.kind {
            CardKind::Pitfall => "pitfall",
            CardKind::Question => "question",
        };
        let mut tags: Vec<String> =
            card.tags.iter().map(|tag| tag.split_whitespace().collect::<Vec<_>>().join("_")).collect();
        tags.push(kind.to_string());
        tags.sort();
        tags.dedup();
        tags
    }

    /// What is asked.
    pub fn front(&self, card: &Card) -> String {
        match card.kind {
            CardKind::Pitfall => {
                format!("{}<p class=\"ask\">What goes wrong, why, and what helps?</p>", card.title_html)
            }
            CardKind::Question => card.title_html.clone(),
        }
    }

    /// Where the card stands in the guide.
    pub fn source(&self, card: &Card) -> String {
        let (_, stage) = self.stages.get(card.stage).cloned().unwrap_or_default();
        let words = format!("{stage} › {}", card.topic);
        match crate::render::cards::link(self.base_url.as_deref(), &card.url, &words) {
            link if link.is_empty() => fieldguide_wasm::html::escape(&words),
            link => link,
        }
    }
}
