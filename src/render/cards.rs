//! Pitfalls and questions as cards: for the practice page, and for programs elsewhere.

use std::collections::BTreeMap;

use fieldguide_wasm::html::escape;
use rayon::prelude::*;
use serde::Serialize;

use super::body::Holes;
use super::run::Runs;
use super::{Renderer, body};
use crate::assets::fingerprint;
use crate::book::{PageId, Stage};
use crate::cache::{Cache, Key};
use crate::cards::Deck;
use crate::check::Target;
use crate::items;
use crate::page::{Heading, HeadingKind, Markup, Piece, Section, markdown};
use crate::site::{Places, Sink, put_made};

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

/// The blob that tells where the files with the cards of each stage stand.
const BLOB: &str = "cards";

#[derive(Serialize)]
struct List<'a> {
    cards: Vec<ListedCard>,
    stages: Vec<ListedStage>,
    /// Old ids and what they are now.
    moved: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct ListedCard {
    id: String,
    kind: CardKind,
    stage: usize,
    title: String,
    url: String,
    topic: String,
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
        self.cards_of(&self.book.order, shown)
    }

    /// The cards of these pages.
    fn cards_of(&self, pages: &[PageId], shown: Shown<'_>) -> Vec<Card> {
        let of_page = |id: PageId| self.book.page(id).body().sections.iter().map(move |section| (id, section));
        let sections: Vec<_> = pages.iter().flat_map(|id| of_page(*id)).collect();
        sections.par_iter().filter_map(|(page, section)| self.card(*page, section, shown)).collect()
    }

    /// The card of a section; none where it asks nothing.
    fn card(&self, page: PageId, section: &Section, shown: Shown<'_>) -> Option<Card> {
        let stage = self.book.stage_index(page)?;
        let holes = Holes { route: PRACTICE, ..self.holes(page) };
        let holes = match shown {
            Shown::Here => holes,
            Shown::Elsewhere(base) => {
                let runs = Runs { run: None, setups: holes.runs.setups };
                Holes { elsewhere: Some(base), runs, ..holes }
            }
        };
        let (kind, heading, html, markups) = match section {
            Section::Prose(_) => return None,
            Section::Pitfall(pitfall) => {
                let (symptom, fix) = (holes.fill(&pitfall.symptom), holes.fill(&pitfall.fix));
                let html = format!(
                    "<div class=\"symptom\">\n{symptom}</div>\n\
                     <div class=\"fix\">\n<p class=\"kind kind-fix\">Fix</p>\n{fix}</div>\n"
                );
                (CardKind::Pitfall, &pitfall.heading, html, vec![&pitfall.symptom, &pitfall.fix])
            }
            Section::Question(question) => {
                let mut html = format!("<div class=\"answer\">\n{}", holes.fill(&question.answer));
                for (heading, answer) in &question.follow_ups {
                    html.push_str(&format!(
                        "<details class=\"follow-up\">\n<summary><h3><span class=\"follow-up-label\">Follow-up</span> {}</h3></summary>\n\
                         <div class=\"answer\">\n{}</div>\n</details>\n",
                        heading.html,
                        holes.fill(answer)
                    ));
                }
                let answers = question.follow_ups.iter().map(|(_, answer)| answer);
                let markups = std::iter::once(&question.answer).chain(answers).collect();
                (CardKind::Question, &question.heading, html + "</div>\n", markups)
            }
        };
        Some(Card {
            id: items::id(self.book, page, &heading.anchor),
            kind,
            stage,
            title_html: heading.html.clone(),
            url: format!("{}#{}", self.book.route(page), heading.anchor),
            topic: markdown::title_text(&self.book.page(page).front.title),
            tags: self.book.page(page).front.tags.clone(),
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

    /// Hands over what the practice page reads, and says where: a list of all cards, and for each stage a file with their bodies;
    /// nothing where there is no card. The names of the bodies' files change with what they hold, the list's stays.
    pub fn put_cards(&self, moved: &BTreeMap<String, String>, cache: &Cache, sink: &dyn Sink) -> Vec<String> {
        let in_stage = |id: &&PageId| self.book.stage_index(**id).is_some();
        let mut pages = self.book.order.iter().filter(in_stage);
        if !pages.any(|id| self.book.page(*id).headings.iter().any(asks)) {
            return Vec::new();
        }
        let known = Places::read(cache, BLOB);
        let stages: Vec<_> = self.book.stages.par_iter().map(|stage| self.put_bodies(stage, &known, sink)).collect();
        Places::write(cache, BLOB, stages.iter().map(|(path, key)| (*key, path.as_str())));
        let of = |(stage, (path, _)): (&Stage, &(String, Option<Key>))| ListedStage {
            number: stage.number.clone(),
            title: self.link(stage.page).title,
            file: path.rsplit('/').next().unwrap_or_default().to_string(),
        };
        let key = self.key_of_cards(moved, stages.iter().map(|(path, _)| path.as_str()));
        if !key.is_some_and(|key| sink.keep(LIST, &key)) {
            let cards = self.book.order.par_iter().flat_map_iter(|id| self.listed(*id)).collect();
            let list = List { cards, stages: self.book.stages.iter().zip(&stages).map(of).collect(), moved };
            put_made(sink, LIST, key.as_ref(), json(&list));
        }
        let paths = stages.into_iter().map(|(path, _)| path).filter(|path| !path.is_empty());
        paths.chain([LIST.to_string()]).collect()
    }

    /// The cards of a page as the list has them: all of it stands in headings.
    fn listed(&self, id: PageId) -> Vec<ListedCard> {
        let Some(stage) = self.book.stage_index(id) else { return Vec::new() };
        let page = self.book.page(id);
        let topic = markdown::title_text(&page.front.title);
        let card = |heading: &Heading| {
            Some(ListedCard {
                id: items::id(self.book, id, &heading.anchor),
                kind: card_kind(heading)?,
                stage,
                title: heading.html.clone(),
                url: format!("{}#{}", self.book.route(id), heading.anchor),
                topic: topic.clone(),
            })
        };
        page.headings.iter().filter_map(card).collect()
    }

    /// Hands over the bodies of a stage's cards, unless an earlier build's stand there; the file's site path, empty where the stage
    /// has no card, and the key of what they are made from.
    fn put_bodies(&self, stage: &Stage, known: &Places, sink: &dyn Sink) -> (String, Option<Key>) {
        let pages: Vec<PageId> = std::iter::once(stage.page).chain(stage.topics.iter().copied()).collect();
        if !pages.iter().any(|id| self.book.page(*id).headings.iter().any(asks)) {
            return (String::new(), None);
        }
        let key = self.key_of_bodies(&pages);
        if let Some(path) = known.kept(key.as_ref(), sink) {
            return (path.to_string(), key);
        }
        let cards = self.cards_of(&pages, Shown::Here);
        let bodies: BTreeMap<&str, &str> = cards.iter().map(|card| (card.id.as_str(), card.html.as_str())).collect();
        let bytes = json(&bodies);
        let path = format!("{FOLDER}/{}-{}.json", stage.slug, fingerprint(&bytes));
        put_made(sink, &path, key.as_ref(), bytes);
        (path, key)
    }
}

/// Whether a card stands below a heading.
fn asks(heading: &Heading) -> bool {
    card_kind(heading).is_some()
}

/// What the card asks that stands below a heading; none where there is no card.
fn card_kind(heading: &Heading) -> Option<CardKind> {
    match heading.kind {
        HeadingKind::Pitfall => Some(CardKind::Pitfall),
        HeadingKind::Question => Some(CardKind::Question),
        _ => None,
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
