//! The book → `guide.json`.

use super::markdown::Text;
use super::model::{
    FollowUp, GUIDE, Guide, Lab, Myth, Page, Part, QuizOption, QuizQuestion, SCHEMA, Section, Stage, Term,
};
use super::{Published, markdown_path};
use crate::book::{self, PageId};
use crate::cache::{Key, key};
use crate::page::{Heading, HeadingKind, markdown};
use crate::render::lab_url;
use crate::search::plain_text;
use crate::site::{Sink, assemble};

/// Hands the whole book over, stage by stage.
pub(super) fn write(published: &Published<'_>, keys: Option<&[Key]>, sink: &dyn Sink) {
    let book = published.book;
    let config = &book.config;
    let part = |part: &book::Part| Part {
        title: part.title.clone(),
        stages: part.stages.iter().filter_map(|at| Some(book.stages.get(*at)?.slug.clone())).collect(),
    };
    let lab = |lab: &fieldguide_wasm::demo::Lab| Lab {
        name: lab.name.to_string(),
        title: lab.title.to_string(),
        summary: lab.summary.to_string(),
        url: lab_url(lab.name),
    };
    let ordered = book.parts.iter().flat_map(|part| &part.stages).filter_map(|at| book.stages.get(*at));
    let ordered: Vec<&book::Stage> = ordered.collect();
    let guide = Guide {
        schema: SCHEMA,
        title: config.title.clone(),
        summary: markdown::title_text(&config.summary),
        language: config.language.clone(),
        base_url: config.base_url.clone(),
        parts: book.parts.iter().map(part).collect(),
        home: book.home.map(|id| page(published, id)),
        stages: Vec::new(),
        pages: book.plain.iter().map(|id| page(published, *id)).collect(),
        labs: fieldguide_wasm::demo::LABS.iter().map(|one| lab(one)).collect(),
    };
    // Strings and numbers: nothing that JSON could refuse. A part has no pages; in a text such quotes have a backslash in front.
    const HEAD: &str = "\"stages\":[";
    const TAIL: &str = "],\"pages\":[";
    let frame = serde_json::to_string(&guide).unwrap_or_default();
    let (head, tail) = frame.split_at(frame.find(&[HEAD, TAIL].concat()).map_or(frame.len(), |at| at + HEAD.len()));
    let json = |at: usize, one: &book::Stage| {
        let comma = if at == 0 { "" } else { "," };
        format!("{comma}{}", serde_json::to_string(&stage(published, one)).unwrap_or_default())
    };
    let one = |part: usize| ordered.get(part.checked_sub(1)?).copied();
    let key_of = |part: usize| match (keys, one(part)) {
        (None, _) => None,
        (_, None) => Some(key([if part == 0 { head } else { tail }])),
        (Some(keys), Some(one)) => {
            let pages = std::iter::once(&one.page).chain(&one.topics);
            let pages = pages.map(|id| keys.get(*id).copied()).collect::<Option<Vec<_>>>()?;
            let first = if part == 1 { "first" } else { "" };
            Some(key([first.as_bytes(), one.number.as_bytes(), one.slug.as_bytes(), &pages.concat()]))
        }
    };
    let make = |part: usize| match one(part) {
        Some(one) => json(part - 1, one),
        None => if part == 0 { head } else { tail }.to_string(),
    };
    assemble(sink, GUIDE, ordered.len() + 2, key_of, &make);
}

fn stage(published: &Published<'_>, stage: &book::Stage) -> Stage {
    let own = published.book.page(stage.page);
    let texts = |texts: &[crate::page::Markup]| texts.iter().map(|text| plain_text(own, text)).collect();
    let questions = own.body().quiz.iter().flat_map(|quiz| &quiz.questions).map(|question| QuizQuestion {
        anchor: question.heading.anchor.clone(),
        title: question.heading.text.clone(),
        body: plain_text(own, &question.body),
        options: question
            .options
            .iter()
            .map(|option| QuizOption { text: plain_text(own, &option.markup), right: option.right })
            .collect(),
        explanation: plain_text(own, &question.explanation),
    });
    Stage {
        slug: stage.slug.clone(),
        number: stage.number.clone(),
        page: page(published, stage.page),
        objectives: texts(&own.body().stage.objectives),
        takeaway: plain_text(own, &own.body().stage.takeaway),
        slips: texts(&own.body().stage.slips),
        topics: stage.topics.iter().map(|id| page(published, *id)).collect(),
        quiz: questions.collect(),
    }
}

fn page(published: &Published<'_>, id: PageId) -> Page {
    let book = published.book;
    let page = book.page(id);
    let route = book.route(id);
    // Links in the JSON's Markdown start at the site's root, as all its addresses do.
    let text = Text::new(published, id, "");
    Page {
        url: route.to_string(),
        markdown: markdown_path(route),
        source: page.path.clone(),
        id: page.front.id.as_ref().map(|(id, _)| id.clone()),
        title: markdown::title_text(&page.front.title),
        summary: markdown::title_text(&page.front.summary),
        tags: page.front.tags.clone(),
        requires: published.required(id).map(str::to_string).collect(),
        updated: published.updated(id).map(str::to_string),
        minutes: page.minutes(),
        words: page.words,
        sections: text.map(|text| sections(&text)).unwrap_or_default(),
        labs: page.demos.iter().map(|demo| demo.lab.name.to_string()).collect(),
        myths: page.myths.iter().map(|myth| Myth { anchor: myth.anchor.clone(), claim: myth.text.clone() }).collect(),
        terms: page.terms.iter().map(|term| Term { anchor: term.anchor.clone(), term: term.text.clone() }).collect(),
    }
}

/// The parts of a body, cut at the headings that open one. The quiz of a stage stands apart.
fn sections(text: &Text<'_>) -> Vec<Section> {
    let body = text.body();
    let opens = |heading: &&Heading| {
        let typed = matches!(heading.kind, HeadingKind::Fix | HeadingKind::FollowUp);
        (heading.level == 2 || typed) && body.contains(&heading.span.bytes().start)
    };
    let headings: Vec<&Heading> = text.page.headings.iter().filter(opens).collect();
    let mut found = Vec::new();
    // Explanation that goes on over several headings is one part.
    let mut open = Some(body.start);
    for (i, heading) in headings.iter().enumerate() {
        let end = headings.get(i + 1).map_or(body.end, |next| next.span.bytes().start);
        let start = heading.span.bytes().start;
        if heading.kind == HeadingKind::Prose {
            open = open.or(Some(start));
            continue;
        }
        explanation(text, open.take(), start, &mut found);
        let below = text.part(text.below(&heading.span)..end);
        add(heading, below, &mut found);
    }
    explanation(text, open, body.end, &mut found);
    found
}

fn explanation(text: &Text<'_>, from: Option<usize>, to: usize, found: &mut Vec<Section>) {
    let markdown = from.map(|from| text.part(from..to)).unwrap_or_default();
    if !markdown.is_empty() {
        found.push(Section::Explanation { markdown });
    }
}

fn add(heading: &Heading, below: String, found: &mut Vec<Section>) {
    let (anchor, title) = (heading.anchor.clone(), heading.text.clone());
    match (heading.kind, found.last_mut()) {
        (HeadingKind::Pitfall, _) => found.push(Section::Pitfall {
            anchor,
            title,
            symptom_markdown: below,
            fix_anchor: String::new(),
            fix_markdown: String::new(),
        }),
        (HeadingKind::Question, _) => {
            found.push(Section::Question { anchor, title, answer_markdown: below, follow_ups: Vec::new() });
        }
        (HeadingKind::Fix, Some(Section::Pitfall { fix_anchor, fix_markdown, .. })) => {
            *fix_anchor = anchor;
            *fix_markdown = below;
        }
        (HeadingKind::FollowUp, Some(Section::Question { follow_ups, .. })) => {
            follow_ups.push(FollowUp { anchor, title, answer_markdown: below });
        }
        _ => {}
    }
}
