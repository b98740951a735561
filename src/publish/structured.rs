//! JSON-LD in the words of schema.org: what a page is, where it stands, which questions it answers.

use serde_json::{Map, Value, json};

use crate::book::{Book, PageId};
use crate::page::{Kind, Page, Section, markdown};
use crate::render::view::LinkView;
use crate::search::plain_text;

/// What is said of a page of the book; nothing without a `base_url`, because every address must be absolute.
pub fn page(
    book: &Book,
    id: PageId,
    breadcrumbs: &[LinkView],
    updated: Option<&str>,
    image: Option<&str>,
) -> Option<String> {
    let page = book.page(id);
    let address = book.config.absolute(book.route(id))?;
    let mut main = match page.kind {
        Kind::Home => json!({ "@type": "WebSite", "name": book.config.title }),
        Kind::Stage => stage(book, id),
        Kind::Topic | Kind::Page => json!({ "@type": "TechArticle", "headline": title(page) }),
    };
    if let Some(main) = main.as_object_mut() {
        common(book, page, &address, main);
        main.extend(updated.map(|when| ("dateModified".to_string(), json!(when))));
        main.extend(image.map(|image| ("image".to_string(), json!(image))));
    }
    let mut graph = vec![main];
    graph.extend(breadcrumb_list(book, id, breadcrumbs));
    graph.extend(faq(page, &address));
    graph.extend(quiz(page, &address));
    let text = json!({ "@context": "https://schema.org", "@graph": graph }).to_string();
    // Nothing in a script element may look like its end.
    Some(text.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

fn title(page: &Page) -> String {
    markdown::title_text(&page.front.title)
}

fn common(book: &Book, page: &Page, address: &str, main: &mut Map<String, Value>) {
    let config = &book.config;
    main.insert("@id".to_string(), json!(address));
    main.insert("url".to_string(), json!(address));
    main.insert("inLanguage".to_string(), json!(config.language));
    let description = markdown::title_text(&page.front.summary);
    let description = if description.is_empty() { markdown::title_text(&config.summary) } else { description };
    if !description.is_empty() {
        main.insert("description".to_string(), json!(description));
    }
    if !page.front.tags.is_empty() {
        main.insert("keywords".to_string(), json!(page.front.tags.join(", ")));
    }
    if page.kind == Kind::Home {
        return;
    }
    if page.minutes() > 0 {
        main.insert("timeRequired".to_string(), json!(format!("PT{}M", page.minutes())));
    }
    let part_of = json!({ "@type": "Book", "name": config.title, "url": config.absolute("index.html") });
    main.insert("isPartOf".to_string(), part_of);
    if let Some(author) = &config.publish.author {
        main.insert("author".to_string(), json!({ "@type": "Person", "name": author }));
    }
}

fn stage(book: &Book, id: PageId) -> Value {
    let page = book.page(id);
    let topics = book.stage_of(id).map(|stage| stage.topics.as_slice()).unwrap_or_default();
    let part = |id: &PageId| json!({ "@type": "TechArticle", "headline": title(book.page(*id)), "url": book.config.absolute(book.route(*id)) });
    json!({
        "@type": "LearningResource",
        "name": title(page),
        "learningResourceType": "Chapter",
        "teaches": page.body().stage.objectives.iter().map(|text| plain_text(page, text)).collect::<Vec<_>>(),
        "hasPart": topics.iter().map(part).collect::<Vec<_>>(),
    })
}

/// The way here from the home page, which needs none itself.
fn breadcrumb_list(book: &Book, id: PageId, breadcrumbs: &[LinkView]) -> Option<Value> {
    if breadcrumbs.is_empty() {
        return None;
    }
    let above = breadcrumbs.iter().map(|link| (link.title.clone(), link.url.as_str()));
    let here = (title(book.page(id)), book.route(id));
    let items = above.chain([here]).enumerate().map(|(i, (name, url))| {
        json!({ "@type": "ListItem", "position": i + 1, "name": name, "item": book.config.absolute(url) })
    });
    Some(json!({ "@type": "BreadcrumbList", "itemListElement": items.collect::<Vec<_>>() }))
}

/// The questions of a topic with their answers, which stand on the page.
fn faq(page: &Page, address: &str) -> Option<Value> {
    let questions: Vec<Value> = page
        .body()
        .sections
        .iter()
        .filter_map(|section| match section {
            Section::Question(question) => Some(json!({
                "@type": "Question",
                "@id": format!("{address}#{}", question.heading.anchor),
                "name": question.heading.text,
                "acceptedAnswer": { "@type": "Answer", "text": plain_text(page, &question.answer) },
            })),
            _ => None,
        })
        .collect();
    (!questions.is_empty())
        .then(|| json!({ "@type": "FAQPage", "@id": format!("{address}#questions"), "mainEntity": questions }))
}

/// The quiz of a stage: each question with its options, the right one apart.
fn quiz(page: &Page, address: &str) -> Option<Value> {
    let quiz = page.body().quiz.as_ref().filter(|quiz| !quiz.questions.is_empty())?;
    let questions = quiz.questions.iter().map(|question| {
        let answer = |right: bool| {
            let options = question.options.iter().enumerate().filter(move |(_, option)| option.right == right);
            options.map(
                |(at, option)| json!({ "@type": "Answer", "position": at, "text": plain_text(page, &option.markup) }),
            )
        };
        let mut accepted = answer(true).next().unwrap_or(Value::Null);
        if let Some(accepted) = accepted.as_object_mut() {
            let why = json!({ "@type": "Comment", "text": plain_text(page, &question.explanation) });
            accepted.insert("answerExplanation".to_string(), why);
        }
        let body = plain_text(page, &question.body);
        json!({
            "@type": "Question",
            "@id": format!("{address}#{}", question.heading.anchor),
            "eduQuestionType": "Multiple choice",
            "text": format!("{}\n{body}", question.heading.text).trim(),
            "suggestedAnswer": answer(false).collect::<Vec<_>>(),
            "acceptedAnswer": accepted,
        })
    });
    Some(json!({
        "@type": "Quiz",
        "@id": format!("{address}#{}", quiz.heading.anchor),
        "about": { "@type": "Thing", "name": title(page) },
        "hasPart": questions.collect::<Vec<_>>(),
    }))
}
