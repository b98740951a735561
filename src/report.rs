//! What a book holds, stage by stage and topic by topic, as a table for its authors.

use std::collections::BTreeMap;

use crate::book::{Book, PageId};
use crate::check::{Target, Targets};
use crate::page::{Page, Section};

/// The counts of a row; a stage's are the sums of its pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    words: usize,
    snippets: usize,
    outputs: usize,
    pitfalls: usize,
    questions: usize,
    quiz: usize,
    labs: usize,
    links_out: usize,
    links_in: usize,
    minutes: usize,
}

const HEADS: [&str; 10] =
    ["words", "snippets", "outputs", "pitfalls", "questions", "quiz", "labs", "links out", "links in", "min"];

impl Counts {
    fn values(self) -> [usize; 10] {
        [
            self.words,
            self.snippets,
            self.outputs,
            self.pitfalls,
            self.questions,
            self.quiz,
            self.labs,
            self.links_out,
            self.links_in,
            self.minutes,
        ]
    }

    fn add(&mut self, other: Self) {
        self.words += other.words;
        self.snippets += other.snippets;
        self.outputs += other.outputs;
        self.pitfalls += other.pitfalls;
        self.questions += other.questions;
        self.quiz += other.quiz;
        self.labs += other.labs;
        self.links_out += other.links_out;
        self.links_in += other.links_in;
        self.minutes += other.minutes;
    }
}

/// The table: a line for each stage with its topics below it, a line for the whole book, and the topics that no other page links to.
pub fn table(book: &Book, targets: &Targets) -> String {
    let links = links(book, targets);
    let counts = |id: PageId| count(book.page(id), links.get(&id).copied().unwrap_or_default());
    let mut rows: Vec<(String, Option<Counts>)> = Vec::new();
    let mut total = Counts::default();
    let mut topics = 0;
    let mut orphans = Vec::new();
    for stage in &book.stages {
        let mut sum = counts(stage.page);
        let at = rows.len();
        for (i, id) in stage.topics.iter().enumerate() {
            let topic = counts(*id);
            sum.add(topic);
            topics += 1;
            let title = &book.page(*id).front.title;
            if topic.links_in == 0 {
                orphans.push(format!("no link leads to {}: {title}", book.page(*id).path));
            }
            rows.push((format!("  {}.{} {title}", stage.number, i + 1), Some(topic)));
        }
        total.add(sum);
        let title = &book.page(stage.page).front.title;
        rows.insert(at, (format!("{} {title} ({} topics)", stage.number, stage.topics.len()), Some(sum)));
        rows.push((String::new(), None));
    }
    rows.push((format!("{} stages, {topics} topics", book.stages.len()), Some(total)));
    let mut out = aligned(&rows);
    for orphan in orphans {
        out.push_str(&format!("\n{orphan}"));
    }
    out
}

fn aligned(rows: &[(String, Option<Counts>)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!("{:width$}  {}", "", HEADS.join("  "))];
    for (name, counts) in rows {
        let cells = counts.map(|counts| {
            let cells = counts
                .values()
                .into_iter()
                .zip(HEADS)
                .map(|(count, head)| format!("{count:>width$}", width = head.len()));
            cells.collect::<Vec<_>>().join("  ")
        });
        lines.push(format!("{name:width$}  {}", cells.unwrap_or_default()).trim_end().to_string());
    }
    lines.join("\n")
}

/// Links from and to each page, those of a page to itself and those that the builder makes left out.
fn links(book: &Book, targets: &Targets) -> BTreeMap<PageId, (usize, usize)> {
    let by_route: BTreeMap<&str, PageId> = (0..book.pages.len()).map(|id| (book.route(id), id)).collect();
    let mut counts: BTreeMap<PageId, (usize, usize)> = BTreeMap::new();
    for id in 0..book.pages.len() {
        let links = targets.of(id).map(|targets| targets.links.as_slice()).unwrap_or_default();
        for (link, target) in book.page(id).links.iter().zip(links) {
            let Target::Page(route, _) = target else { continue };
            let Some(to) = by_route.get(route.as_str()).copied().filter(|to| *to != id && !link.made) else { continue };
            counts.entry(id).or_default().0 += 1;
            counts.entry(to).or_default().1 += 1;
        }
    }
    counts
}

fn count(page: &Page, (links_out, links_in): (usize, usize)) -> Counts {
    let python = || page.body().snippets.iter().filter(|snippet| snippet.language == "python");
    let mut counts = Counts {
        words: page.words,
        snippets: python().count(),
        outputs: python().map(|snippet| snippet.outputs.len()).sum(),
        quiz: page.body().quiz.as_ref().map_or(0, |quiz| quiz.questions.len()),
        labs: page.demos.len(),
        links_out,
        links_in,
        minutes: page.minutes(),
        ..Counts::default()
    };
    for section in &page.body().sections {
        match section {
            Section::Pitfall(_) => counts.pitfalls += 1,
            Section::Question(question) => counts.questions += 1 + question.follow_ups.len(),
            Section::Prose(_) => {}
        }
    }
    counts
}
