//! What open pages are told: after each build, and when they begin to listen, what is wrong with the book.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::editor::Editor;
use super::http::{Body, escaped, response};
use super::{News, Shared, Told, client};
use crate::diagnostic::{Severity, overlay};

/// A line is sent this often, so that a page that has gone is noticed.
const ALIVE: Duration = Duration::from_secs(15);

/// A browser that lost the stream asks again after this many milliseconds.
const RETRY: u32 = 500;

/// What a page shows of the news; `editor` makes the links.
fn json(news: &News, editor: Option<&Editor>) -> String {
    let report = match &news.failure {
        Some(why) => overlay::failure(why),
        None => overlay::report(&news.sources, &news.diagnostics),
    };
    let list = report.shown.iter().map(|one| {
        let place = one.place.as_ref();
        let open = place.zip(editor).and_then(|(place, editor)| editor.link(&place.path, place.line, place.column));
        let text: Vec<Value> = one.text.iter().map(|(role, text)| json!([role.name(), text])).collect();
        json!({
            "severity": if one.severity == Severity::Error { "error" } else { "warning" },
            "place": place.map(|place| format!("{}:{}:{}", place.path, place.line, place.column)),
            "open": open,
            "text": text,
        })
    });
    json!({
        "build": news.number,
        "client": client::version(),
        "errors": report.errors,
        "warnings": report.warnings,
        "list": list.collect::<Vec<_>>(),
    })
    .to_string()
}

/// The stream: what is wrong with the book, then every change of that and of what is served. Only pages on this machine are
/// told where the book's files are.
pub(super) fn stream(shared: &Arc<Shared>, near: bool) -> Response<Body> {
    let mut told = shared.told.subscribe();
    told.mark_changed();
    let heard: Option<Told> = None;
    let events = stream::unfold((shared.clone(), told, heard), move |(shared, mut told, heard)| async move {
        let changed = tokio::time::timeout(ALIVE, told.changed()).await;
        let (text, heard) = match changed {
            Err(_) => (":\n\n".to_string(), heard),
            Ok(changed) => {
                changed.ok()?;
                let now = told.borrow_and_update().clone();
                (events(&shared, heard.as_ref(), &now, near), Some(now))
            }
        };
        Some((Ok(Frame::data(Bytes::from(text))), (shared, told, heard)))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    response(StatusCode::OK, &headers, StreamBody::new(events).boxed_unsync())
}

/// What is new to a page that has heard `before`.
fn events(shared: &Shared, before: Option<&Told>, now: &Told, near: bool) -> String {
    let state = || format!("event: state\ndata: {}\n\n", json(&now.news, near.then_some(&shared.editor)));
    // A page that comes late is told what is wrong, not led to where the author was.
    let Some(before) = before else { return format!("retry: {RETRY}\n{}", state()) };
    let mut text = String::new();
    if before.served != now.served {
        text.push_str(&format!("event: served\ndata: {}\n\n", now.served));
    }
    if before.saved.0 != now.saved.0 {
        text.push_str(&follow(shared, &now.saved.1));
    }
    if !Arc::ptr_eq(&before.news, &now.news) {
        text.push_str(&state());
    }
    text
}

/// Where pages are to go: to the page that was saved, if it is one. Many at once come from a checkout, not from a hand.
fn follow(shared: &Shared, saved: &[String]) -> String {
    match saved {
        [path] if shared.follow && shared.now().knows(path) => format!("event: follow\ndata: /{}\n\n", escaped(path)),
        _ => String::new(),
    }
}
