//! The views that list what the book holds: pitfalls, questions, tags, the search page, "on this page".

use super::view::{
    IndexView, ItemView, LabsView, LinkView, MovedView, PageView, SearchGroup, SearchItem, SearchView, StageGroup,
    StageRef, TagLink, TagView, TagsView, TocEntry,
};
use super::{MYTHS, Renderer, lab_url, tag_url};
use crate::book::{Book, PageId, Stage};
use crate::ids::Moved;
use crate::items;
use crate::page::{Demo, Heading, HeadingKind, Kind, Page};
use std::collections::{BTreeMap, HashMap};

/// The second- and third-level headings of a page, those of fixes, follow-ups and quiz questions left out.
pub(super) fn toc(page: &Page) -> Vec<TocEntry> {
    let entry = |heading: &Heading| {
        let kind = match heading.kind {
            HeadingKind::Prose => "prose",
            HeadingKind::Pitfall => "pitfall",
            HeadingKind::Question => "question",
            HeadingKind::Quiz if heading.level == 2 => "quiz",
            HeadingKind::Fix | HeadingKind::FollowUp | HeadingKind::Quiz => return None,
        };
        (heading.level <= 3).then(|| TocEntry {
            level: heading.level,
            title: heading.text.clone(),
            anchor: heading.anchor.clone(),
            kind,
        })
    };
    page.headings.iter().filter_map(entry).collect()
}

/// What stood on each page and is elsewhere now.
pub(super) fn moved(book: &Book, moved: &Moved) -> BTreeMap<PageId, Vec<MovedView>> {
    let mut out: BTreeMap<PageId, Vec<MovedView>> = BTreeMap::new();
    if moved.is_empty() {
        return out;
    }
    let keys: HashMap<&str, PageId> = (0..book.pages.len()).map(|id| (book.key(id), id)).collect();
    let items: HashMap<String, items::Item<'_>> = items::items(book).map(|item| (item.id.clone(), item)).collect();
    for (old, new) in moved {
        let Some((key, anchor)) = old.split_once('#') else { continue };
        if let (Some(page), Some(item)) = (keys.get(key), items.get(new)) {
            out.entry(*page).or_default().push(MovedView {
                anchor: anchor.to_string(),
                url: format!("{}#{}", book.route(item.page), item.anchor),
                title: title(book, item),
            });
        }
    }
    out
}

/// An item's title as text.
fn title(book: &Book, item: &items::Item<'_>) -> String {
    let page = book.page(item.page);
    let heading = page.headings.iter().find(|heading| heading.anchor == item.anchor).map(|heading| &heading.text);
    let myth = page.myths.iter().find(|myth| myth.anchor == item.anchor).map(|myth| &myth.text);
    let lab = page.demos.iter().find(|demo| demo.id == item.anchor).map(|demo| demo.lab.title.to_string());
    heading.or(myth).cloned().or(lab).unwrap_or_default()
}

pub(super) fn tag_link(book: &Book, slug: &str) -> TagLink {
    let tag = book.tags.get(slug);
    TagLink {
        name: tag.map(|tag| tag.name.clone()).unwrap_or_default(),
        url: tag_url(slug),
        count: tag.map_or(0, |tag| tag.pages.len()),
    }
}

/// The headings of a page's pitfalls, or of its questions.
pub(super) fn headings(page: &Page, kind: HeadingKind) -> impl Iterator<Item = &Heading> {
    page.headings.iter().filter(move |heading| heading.kind == kind)
}

impl Renderer<'_> {
    pub(super) fn pitfalls(&self) -> IndexView<'_> {
        let summary = "Every pitfall of the book, by stage, each with its fix.";
        let page = self.made_page("pitfalls", "pitfalls.html", "All pitfalls", summary);
        self.index(page, |id| self.items(id, HeadingKind::Pitfall))
    }

    pub(super) fn questions(&self) -> IndexView<'_> {
        let summary = "Every question of the book, by stage, each with its answer.";
        let page = self.made_page("questions", "questions.html", "All questions", summary);
        self.index(page, |id| self.items(id, HeadingKind::Question))
    }

    pub(super) fn myths(&self) -> IndexView<'_> {
        let summary = "Common beliefs that are wrong, by stage, each with the fact.";
        let page = self.made_page("myths", MYTHS, "All myths", summary);
        let myths =
            |id: PageId| self.book.page(id).myths.iter().map(move |myth| self.item(id, &myth.html, &myth.anchor));
        self.index(page, |id| myths(id).collect())
    }

    pub(super) fn labs(&self) -> LabsView<'_> {
        let summary = "Every lab of the guide, each on a page of its own: change a number and the answer follows.";
        let page = self.made_page("labs", "labs/index.html", "Labs", summary);
        let link = |lab: &&fieldguide_wasm::demo::Lab| LinkView {
            title: lab.title.to_string(),
            title_html: fieldguide_wasm::html::escape(lab.title),
            url: lab_url(lab.name),
            summary: lab.summary.to_string(),
        };
        let used = |id: PageId| {
            let item = |demo: &Demo| {
                let title = if demo.caption.is_empty() { demo.lab.title } else { &demo.caption };
                self.item(id, &fieldguide_wasm::html::escape(title), &demo.id)
            };
            self.book.page(id).demos.iter().map(item).collect()
        };
        LabsView { index: self.index(page, used), labs: fieldguide_wasm::demo::LABS.iter().map(link).collect() }
    }

    /// A list by stage; of a stage's own page come its items first.
    fn index(&self, page: PageView, items: impl Fn(PageId) -> Vec<ItemView>) -> IndexView<'_> {
        let mut groups = Vec::new();
        for part in &self.book.parts {
            for stage in part.stages.iter().map(|at| &self.book.stages[*at]) {
                let pages = std::iter::once(&stage.page).chain(&stage.topics);
                let items: Vec<_> = pages.flat_map(|id| items(*id)).collect();
                if !items.is_empty() {
                    groups.push(StageGroup { stage: self.stage_ref(stage), items });
                }
            }
        }
        let count = groups.iter().map(|group| group.items.len()).sum();
        IndexView { common: self.common(page, None), groups, count }
    }

    pub(super) fn stage_ref(&self, stage: &Stage) -> StageRef {
        let link = self.link(stage.page);
        StageRef { number: stage.number.clone(), title: link.title, url: link.url }
    }

    fn items(&self, id: PageId, kind: HeadingKind) -> Vec<ItemView> {
        headings(self.book.page(id), kind).map(|heading| self.item(id, &heading.html, &heading.anchor)).collect()
    }

    fn item(&self, id: PageId, title_html: &str, anchor: &str) -> ItemView {
        ItemView {
            id: format!("{}#{anchor}", self.book.key(id)),
            title_html: title_html.to_string(),
            url: format!("{}#{anchor}", self.book.route(id)),
            topic: self.link(id),
            tags: self.book.page(id).front.tags.clone(),
        }
    }

    pub(super) fn all_tags(&self) -> Vec<TagLink> {
        self.book.tags.keys().map(|slug| tag_link(self.book, slug)).collect()
    }

    pub(super) fn tags(&self) -> TagsView<'_> {
        let page =
            self.made_page("tags", "tags/index.html", "Tags", "Entry points to the book that cut across its stages.");
        TagsView { common: self.common(page, None), tags: self.all_tags() }
    }

    pub(super) fn tag(&self, slug: &str) -> TagView<'_> {
        let tag = tag_link(self.book, slug);
        let pages = self.book.tags.get(slug).map(|tag| tag.pages.as_slice()).unwrap_or_default();
        let mut page = self.made_page("tag", &tag.url, &tag.name, &format!("Everything in the book on {}.", tag.name));
        page.breadcrumbs.push(super::view::LinkView {
            title: "Tags".to_string(),
            title_html: "Tags".to_string(),
            url: "tags/index.html".to_string(),
            summary: String::new(),
        });
        TagView {
            common: self.common(page, None),
            tag,
            topics: pages.iter().map(|id| self.topic_link(*id, self.number(*id), None)).collect(),
            pitfalls: pages.iter().flat_map(|id| self.items(*id, HeadingKind::Pitfall)).collect(),
            questions: pages.iter().flat_map(|id| self.items(*id, HeadingKind::Question)).collect(),
        }
    }

    /// `1.2` for a topic, `1` for a stage, nothing for a plain page.
    pub(super) fn number(&self, id: PageId) -> String {
        let Some(stage) = self.book.stage_of(id) else { return String::new() };
        match self.book.topic_index(id) {
            Some(at) => format!("{}.{}", stage.number, at + 1),
            None => stage.number.clone(),
        }
    }

    pub(super) fn search(&self) -> SearchView<'_> {
        let summary = "Find a stage, a topic, a section, a pitfall, a question or a lab by its words.";
        let page = self.made_page("search", "search.html", "Search", summary);
        let kinds = [
            ("stage", "Stages"),
            ("topic", "Topics"),
            ("page", "Pages"),
            ("pitfall", "Pitfalls"),
            ("question", "Questions"),
            ("section", "Sections"),
            ("quiz", "Quiz questions"),
            ("lab", "Labs"),
        ];
        let mut groups: Vec<SearchGroup> =
            kinds.into_iter().map(|(kind, label)| SearchGroup { kind, label, items: Vec::new() }).collect();
        for id in &self.book.order {
            self.findable(*id, &mut |kind, item| {
                if let Some(group) = groups.iter_mut().find(|group| group.kind == kind) {
                    group.items.push(item);
                }
            });
        }
        if let Some(labs) = groups.last_mut() {
            labs.items = fieldguide_wasm::demo::LABS.iter().map(|lab| lab_item(lab)).collect();
        }
        groups.retain(|group| !group.items.is_empty());
        for group in &mut groups {
            group.items.sort_by(|a, b| a.text.cmp(&b.text).then_with(|| a.url.cmp(&b.url)));
        }
        SearchView { common: self.common(page, None), groups }
    }

    /// Everything on a page that can be found.
    fn findable(&self, id: PageId, found: &mut dyn FnMut(&'static str, SearchItem)) {
        let page = self.book.page(id);
        let link = self.link(id);
        let stage =
            self.book.stage_of(id).filter(|_| page.kind == Kind::Topic).map(|stage| self.link(stage.page).title);
        let kind = match page.kind {
            Kind::Home | Kind::Page => "page",
            Kind::Stage => "stage",
            Kind::Topic => "topic",
        };
        let tags = page.front.tags.join(" ");
        found(
            kind,
            SearchItem {
                title_html: link.title_html.clone(),
                text: format!("{} {} {tags}", link.title, link.summary).to_lowercase(),
                url: link.url.clone(),
                place: stage.clone().unwrap_or_default(),
                summary: link.summary.clone(),
            },
        );
        let place = stage.map_or(link.title.clone(), |stage| format!("{stage} › {}", link.title));
        for heading in &page.headings {
            let kind = match heading.kind {
                HeadingKind::Prose => "section",
                HeadingKind::Pitfall => "pitfall",
                HeadingKind::Question | HeadingKind::FollowUp => "question",
                HeadingKind::Quiz if heading.level == 3 => "quiz",
                HeadingKind::Fix | HeadingKind::Quiz => continue,
            };
            let item = SearchItem {
                title_html: heading.html.clone(),
                text: format!("{} {place}", heading.text).to_lowercase(),
                url: format!("{}#{}", link.url, heading.anchor),
                place: place.clone(),
                summary: String::new(),
            };
            found(kind, item);
        }
    }
}

fn lab_item(lab: &fieldguide_wasm::demo::Lab) -> SearchItem {
    SearchItem {
        title_html: fieldguide_wasm::html::escape(lab.title),
        text: format!("{} {}", lab.title, lab.summary).to_lowercase(),
        url: lab_url(lab.name),
        place: "Labs".to_string(),
        summary: lab.summary.to_string(),
    }
}
