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
use super::{News, Shared, client};
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

/// The stream: how things are, then every change. Only pages on this machine are told where the book's files are.
pub(super) fn stream(shared: &Arc<Shared>, near: bool) -> Response<Body> {
    let mut news = shared.news.subscribe();
    news.mark_changed();
    let shared = shared.clone();
    let events = stream::unfold((shared, news, true), move |(shared, mut news, first)| async move {
        let text = match tokio::time::timeout(ALIVE, news.changed()).await {
            Err(_) => ":\n\n".to_string(),
            Ok(changed) => {
                changed.ok()?;
                let news = news.borrow_and_update().clone();
                let retry = if first { format!("retry: {RETRY}\n") } else { String::new() };
                let state = json(&news, near.then_some(&shared.editor));
                // A page that comes late is told what is wrong, not led to where the author was.
                let follow = if first { String::new() } else { follow(&shared, &news) };
                format!("{retry}event: state\ndata: {state}\n\n{follow}")
            }
        };
        Some((Ok(Frame::data(Bytes::from(text))), (shared, news, false)))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    response(StatusCode::OK, &headers, StreamBody::new(events).boxed_unsync())
}

/// Where pages are to go: to the page that was saved, if it is one. Many at once come from a checkout, not from a hand.
fn follow(shared: &Shared, news: &News) -> String {
    match news.saved.as_slice() {
        [path] if shared.follow && shared.now().knows(path) => format!("event: follow\ndata: /{}\n\n", escaped(path)),
        _ => String::new(),
    }
}
