//! The views of the book's own pages, of the labs' pages, of the 404 page and of moved addresses.

use fieldguide_wasm::demo::{Ids, Lab};
use fieldguide_wasm::html::escape;
use fieldguide_wasm::state::State;

use super::cards::PRACTICE;
use super::view::{
    BodyView, Common, FollowUpView, HomeView, LabFigure, LabView, LinkView, OptionView, PracticePaths, PracticeView,
    QuizView, SectionView, StageView,
};
use super::{Renderer, body, lab_url, lists};
use crate::book::PageId;
use crate::check::relative;
use crate::page::{HeadingKind, Kind, Section};

impl Renderer<'_> {
    pub(super) fn home(&self, id: PageId) -> HomeView<'_> {
        HomeView {
            common: self.common(self.page_view(id), Some(id)),
            parts: self.nav(None, None, true),
            body_html: self.prose(id),
            first: self.first(),
            surprise: self.surprise(),
            tags: self.all_tags(),
        }
    }

    /// Where a reader starts.
    pub(super) fn first(&self) -> Option<LinkView> {
        let topic = self.book.order.iter().find(|id| self.book.page(**id).kind == Kind::Topic);
        topic.or(self.book.order.get(1)).map(|id| self.link(*id))
    }

    /// Up to 40 pitfalls, evenly spread.
    pub(super) fn surprise(&self) -> Vec<LinkView> {
        let all: Vec<LinkView> = self
            .book
            .order
            .iter()
            .flat_map(|id| {
                lists::headings(self.book.page(*id), HeadingKind::Pitfall).map(|heading| LinkView {
                    title: heading.text.clone(),
                    title_html: heading.html.clone(),
                    url: format!("{}#{}", self.book.route(*id), heading.anchor),
                    summary: String::new(),
                })
            })
            .collect();
        let step = all.len().div_ceil(40).max(1);
        all.into_iter().step_by(step).collect()
    }

    pub(super) fn stage(&self, id: PageId) -> StageView<'_> {
        let page = self.book.page(id);
        let holes = self.holes(id);
        let at = self.book.stage_index(id).unwrap_or_default();
        let quiz = page.body().quiz.as_ref();
        let questions = quiz.map(|quiz| quiz.questions.as_slice()).unwrap_or_default();
        let question = |question: &crate::page::QuizQuestion| QuizView {
            id: question.heading.anchor.clone(),
            title_html: question.heading.html.clone(),
            body_html: holes.fill(&question.body),
            options: question
                .options
                .iter()
                .map(|option| OptionView { html: holes.fill(&option.markup), right: option.right })
                .collect(),
            explanation_html: holes.fill(&question.explanation),
        };
        StageView {
            common: self.common(self.page_view(id), Some(id)),
            number: self.book.stages[at].number.clone(),
            objectives: page.body().stage.objectives.iter().map(|markup| holes.fill(markup)).collect(),
            sections: self.sections(id),
            takeaway_html: holes.fill(&page.body().stage.takeaway),
            slips: page.body().stage.slips.iter().map(|markup| holes.fill(markup)).collect(),
            topics: self.topics(at, None),
            quiz_id: quiz.map(|quiz| quiz.heading.anchor.clone()).unwrap_or_default(),
            quiz_intro_html: quiz.map(|quiz| holes.fill(&quiz.intro)).unwrap_or_default(),
            quiz: questions.iter().map(question).collect(),
        }
    }

    pub(super) fn topic(&self, id: PageId) -> BodyView<'_> {
        BodyView {
            common: self.common(self.page_view(id), Some(id)),
            sections: self.sections(id),
            requires: self.required(id),
            leads_to: self.leads_to(id),
        }
    }

    pub(super) fn practice(&self) -> PracticeView<'_> {
        let summary = "Questions and pitfalls as cards that come back when you are about to forget them.";
        let page = self.made_page("practice", PRACTICE, "Practice", summary);
        let assets = self.assets;
        let count = |kind| self.book.pages.iter().flat_map(|page| lists::headings(page, kind)).count();
        PracticeView {
            common: self.common(page, None),
            practice: PracticePaths {
                js: &assets.practice_js,
                glue: &assets.practice_glue,
                wasm: &assets.practice_wasm,
                cards: &assets.practice_cards,
            },
            pitfalls: count(HeadingKind::Pitfall),
            questions: count(HeadingKind::Question),
        }
    }

    /// The whole body of a page that holds prose only.
    pub(super) fn prose(&self, id: PageId) -> String {
        let holes = self.holes(id);
        let prose = self.book.page(id).body().sections.iter().filter_map(|section| match section {
            Section::Prose(markup) => Some(holes.fill(markup)),
            _ => None,
        });
        prose.collect()
    }

    fn sections(&self, id: PageId) -> Vec<SectionView> {
        let holes = self.holes(id);
        self.book.page(id).body().sections.iter().map(|section| view_of(section, &holes)).collect()
    }

    pub(super) fn lab(&self, lab: &'static Lab) -> LabView<'_> {
        let id = format!("lab-{}", lab.name);
        let drawing = (lab.draw)(&State::new(), Ids(&id));
        let mut page = self.made_page("lab", &lab_url(lab.name), lab.title, lab.summary);
        page.breadcrumbs.push(LinkView {
            title: "Labs".to_string(),
            title_html: "Labs".to_string(),
            url: "labs/index.html".to_string(),
            summary: String::new(),
        });
        let holds = |id: &&PageId| self.book.page(**id).demos.iter().any(|demo| demo.lab.name == lab.name);
        LabView {
            common: self.common(page, None),
            lab: LabFigure {
                name: lab.name,
                title: lab.title,
                summary: lab.summary,
                // The page's head says the summary already.
                html: body::figure(lab, &id, &drawing.html, ""),
            },
            sections: Vec::new(),
            used_in: self.book.order.iter().filter(holds).map(|id| self.link(*id)).collect(),
        }
    }

    pub(super) fn not_found(&self) -> NotFound<'_> {
        let page = self.made_page("404", "404.html", "Page not found", "There is no page at this address.");
        NotFound { common: self.common(page, None) }
    }

    /// A moved address: a page that leads on at once, with a link for whoever stays.
    pub(super) fn alias(&self, path: &str, id: PageId) -> String {
        let link = self.link(id);
        let url = escape(&relative(path, &link.url));
        let title = escape(&link.title);
        let language = escape(&self.view.language);
        let canonical =
            self.book.config.base_url.as_ref().map_or(url.clone(), |base| escape(&format!("{base}{}", link.url)));
        format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <meta name=\"robots\" content=\"noindex\">\n<link rel=\"canonical\" href=\"{canonical}\">\n\
             <meta http-equiv=\"refresh\" content=\"0; url={url}\">\n</head>\n\
             <body>\n<h1>{title}</h1>\n<p>This page has moved: <a href=\"{url}\">{title}</a>.</p>\n</body>\n</html>\n"
        )
    }

    pub(super) fn tag_link(&self, name: &str) -> super::view::TagLink {
        lists::tag_link(self.book, &crate::page::markdown::slug(name))
    }
}

/// 404.html.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct NotFound<'a> {
    #[serde(flatten)]
    common: Common<'a>,
}

fn view_of(section: &Section, holes: &body::Holes<'_>) -> SectionView {
    match section {
        Section::Prose(markup) => SectionView::Prose { html: holes.fill(markup) },
        Section::Pitfall(pitfall) => SectionView::Pitfall {
            id: pitfall.heading.anchor.clone(),
            title: pitfall.heading.text.clone(),
            title_html: pitfall.heading.html.clone(),
            html: holes.fill(&pitfall.symptom),
            fix_id: pitfall.fix_anchor.clone(),
            fix_html: holes.fill(&pitfall.fix),
        },
        Section::Question(question) => SectionView::Question {
            id: question.heading.anchor.clone(),
            title: question.heading.text.clone(),
            title_html: question.heading.html.clone(),
            html: holes.fill(&question.answer),
            follow_ups: question
                .follow_ups
                .iter()
                .map(|(heading, answer)| FollowUpView {
                    id: heading.anchor.clone(),
                    title_html: heading.html.clone(),
                    html: holes.fill(answer),
                })
                .collect(),
        },
    }
}
