//! Pitfalls and questions as cards: for the practice page, and for programs elsewhere.

use std::collections::BTreeMap;

use fieldguide_wasm::html::escape;
use rayon::prelude::*;
use serde::Serialize;

use super::body::Holes;
use super::run::Runs;
use super::{Renderer, body};
use crate::assets::fingerprint;
use crate::book::Stage;
use crate::cards::Deck;
use crate::check::Target;
use crate::items::{self, Item, What};
use crate::page::{Markup, Piece, markdown};

/// A card.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its id in the whole book.
    pub id: String,
    /// What it is.
    pub kind: CardKind,
    /// Index of its stage in the book.
    pub stage: usize,
    /// Its title as markup.
    pub title_html: String,
    /// Where it stands in the site, anchor included.
    pub url: String,
    /// The title of its topic.
    pub topic: String,
    /// The tags of its topic.
    pub tags: Vec<String>,
    /// The answer, or what goes wrong and the fix.
    pub html: String,
    /// The images in it: their names there, and their site paths.
    pub images: Vec<(String, String)>,
}

/// What a card asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CardKind {
    /// What goes wrong, why, and what helps.
    Pitfall,
    /// A question.
    Question,
}

/// Where cards are shown.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// On the practice page.
    Here,
    /// In another program: links need the site's address, images stand beside the card.
    Elsewhere(Option<&'a str>),
}

/// The practice page's site path.
pub const PRACTICE: &str = "practice.html";

/// The folder of the cards in the site.
pub const FOLDER: &str = "practice";

/// The site path of the list of cards, which names the other files.
pub const LIST: &str = "practice/cards.json";

/// The files that the practice page reads; none where there is no card.
#[derive(Debug, Default)]
pub struct CardFiles {
    /// All files with their site paths.
    pub files: Vec<(String, Vec<u8>)>,
}

#[derive(Serialize)]
struct List<'a> {
    cards: Vec<ListedCard<'a>>,
    stages: Vec<ListedStage>,
    /// Old ids and what they are now.
    moved: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct ListedCard<'a> {
    id: &'a str,
    kind: CardKind,
    stage: usize,
    title: &'a str,
    url: &'a str,
    topic: &'a str,
}

#[derive(Serialize)]
struct ListedStage {
    number: String,
    title: String,
    /// The file with the bodies of its cards, beside the list; empty where it has none.
    file: String,
}

impl Renderer<'_> {
    /// All cards of stages and topics, in reading order.
    pub fn cards(&self, shown: Shown<'_>) -> Vec<Card> {
        let items = items::items(self.book);
        items.par_iter().filter_map(|item| self.card(item, shown)).collect()
    }

    fn card(&self, item: &Item<'_>, shown: Shown<'_>) -> Option<Card> {
        let holes = Holes { route: PRACTICE, ..self.holes(item.page) };
        let holes = match shown {
            Shown::Here => holes,
            Shown::Elsewhere(base) => {
                let runs = Runs { run: None, setups: holes.runs.setups };
                Holes { elsewhere: Some(base), runs, ..holes }
            }
        };
        let (kind, heading, markups) = match item.what {
            What::Pitfall(pitfall) => (CardKind::Pitfall, &pitfall.heading, vec![&pitfall.symptom, &pitfall.fix]),
            What::Question(question) => {
                let answers = question.follow_ups.iter().map(|(_, answer)| answer);
                (CardKind::Question, &question.heading, std::iter::once(&question.answer).chain(answers).collect())
            }
            _ => return None,
        };
        let html = match item.what {
            What::Pitfall(pitfall) => format!(
                "<div class=\"symptom\">\n{}</div>\n<div class=\"fix\">\n<p class=\"kind kind-fix\">Fix</p>\n{}</div>\n",
                holes.fill(&pitfall.symptom),
                holes.fill(&pitfall.fix)
            ),
            What::Question(question) => {
                let mut html = format!("<div class=\"answer\">\n{}", holes.fill(&question.answer));
                for (heading, answer) in &question.follow_ups {
                    html.push_str(&format!(
                        "<details class=\"follow-up\">\n<summary><h3><span class=\"follow-up-label\">Follow-up</span> {}</h3></summary>\n\
                         <div class=\"answer\">\n{}</div>\n</details>\n",
                        heading.html,
                        holes.fill(answer)
                    ));
                }
                html + "</div>\n"
            }
            _ => return None,
        };
        let stage =
            self.book.stages.iter().position(|stage| stage.topics.contains(&item.page) || stage.page == item.page)?;
        Some(Card {
            id: item.id.clone(),
            kind,
            stage,
            title_html: heading.html.clone(),
            url: format!("{}#{}", self.book.route(item.page), item.anchor),
            topic: markdown::title_text(&self.book.page(item.page).front.title),
            tags: self.book.page(item.page).front.tags.clone(),
            html,
            images: markups.into_iter().flat_map(|markup| images(markup, &holes)).collect(),
        })
    }

    /// The cards for other programs, with all that an export needs; ids that have moved are not known here. `image` reads an image
    /// by its site path.
    pub fn deck(&self, image: &dyn Fn(&str) -> Option<Vec<u8>>) -> Deck {
        let base_url = self.book.config.base_url.clone();
        let cards = self.cards(Shown::Elsewhere(base_url.as_deref()));
        let images = cards.iter().flat_map(|card| &card.images);
        let images = images.filter_map(|(name, path)| Some((name.clone(), image(path)?)));
        let stage = |stage: &Stage| (stage.number.clone(), self.link(stage.page).title);
        Deck {
            title: self.view.title.clone(),
            key: self.view.key.clone(),
            first_ids: BTreeMap::new(),
            stages: self.book.stages.iter().map(stage).collect(),
            images: images.collect(),
            cards,
            base_url,
        }
    }

    /// What the practice page reads: a list of all cards, and for each stage a file with their bodies. The names of the
    /// bodies' files change with what they hold, the list's stays.
    pub fn card_files(&self, moved: &BTreeMap<String, String>) -> CardFiles {
        let cards = self.cards(Shown::Here);
        if cards.is_empty() {
            return CardFiles::default();
        }
        let mut files = Vec::new();
        let mut place = |name: &str, bytes: Vec<u8>| {
            let name = format!("{name}-{}.json", fingerprint(&bytes));
            files.push((format!("{FOLDER}/{name}"), bytes));
            name
        };
        let mut stages = Vec::new();
        for (at, stage) in self.book.stages.iter().enumerate() {
            let of_stage = cards.iter().filter(|card| card.stage == at);
            let bodies: BTreeMap<&str, &str> = of_stage.map(|card| (card.id.as_str(), card.html.as_str())).collect();
            let link = self.link(stage.page);
            let file = if bodies.is_empty() { String::new() } else { place(&stage.slug, json(&bodies)) };
            stages.push(ListedStage { number: stage.number.clone(), title: link.title, file });
        }
        let listed = cards.iter().map(|card| ListedCard {
            id: &card.id,
            kind: card.kind,
            stage: card.stage,
            title: &card.title_html,
            url: &card.url,
            topic: &card.topic,
        });
        files.push((LIST.to_string(), json(&List { cards: listed.collect(), stages, moved })));
        CardFiles { files }
    }
}

/// Strings, numbers and maps with keys of text: nothing that JSON could refuse.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// The image files that stand in a markup; drawings are part of the text.
fn images(markup: &Markup, holes: &Holes<'_>) -> Vec<(String, String)> {
    let path = |at: &usize| match holes.images.get(*at) {
        Some(Target::File(path)) => holes.media.get(path).filter(|media| media.drawing.is_none()),
        _ => None,
    };
    let images = markup.iter().filter_map(|piece| match piece {
        Piece::Image(at) => path(at),
        _ => None,
    });
    images.map(|media| (body::flat(&media.site_path), media.site_path.clone())).collect()
}

/// A link to where a card stands, for a program elsewhere; nothing where the book has no address.
pub fn link(base: Option<&str>, url: &str, text: &str) -> String {
    base.map(|base| format!("<a href=\"{}\">{}</a>", escape(&format!("{base}{url}")), escape(text))).unwrap_or_default()
}
