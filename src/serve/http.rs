//! Requests → files of the site in memory. Nothing here touches the disk, so no path can lead out of the site.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::Stream;

use super::Shared;
use super::served::{File, Served};

/// Reloads the page when a build is announced; comes with `--watch` only, and only from this server.
const RELOAD_JS: &str = "\"use strict\";\n\
new EventSource(\"/_fieldguide/events\").addEventListener(\"built\", () => location.reload());\n";

/// The server's routes.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new();
    if shared.watching {
        let script = ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], RELOAD_JS);
        router = router
            .route("/_fieldguide/events", get(events))
            .route("/_fieldguide/reload.js", get(move || std::future::ready(script)));
    }
    router.fallback(file).with_state(shared)
}

/// One event for each build from now on.
async fn events(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut news = shared.news.subscribe();
    news.mark_unchanged();
    let stream = futures_util::stream::unfold(news, |mut news| async {
        news.changed().await.ok()?;
        let number = news.borrow_and_update().number.to_string();
        Some((Ok(Event::default().event("built").data(number)), news))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

async fn file(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let served = shared.now();
    let path = fieldguide_wasm::state::decode_percent(request.uri().path());
    let path = path.strip_prefix('/').unwrap_or(&path);
    match look_up(&served, path) {
        Found::File(name) => match read(&served, &name).await {
            Some(file) => respond(StatusCode::OK, &name, &file, request.headers(), shared.watching),
            None => mistakes(shared.watching),
        },
        Found::Folder(name) => {
            // Only a known folder of the site gets here, so the address is one of ours.
            let to = format!("/{}/", escaped(&name));
            (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]).into_response()
        }
        Found::Nothing => match read(&served, "404.html").await {
            Some(file) => respond(StatusCode::NOT_FOUND, "404.html", &file, &HeaderMap::new(), shared.watching),
            None => mistakes(shared.watching),
        },
    }
}

/// A file of the site; where it has to be rendered, requests for others go on meanwhile.
async fn read(served: &Arc<Served>, path: &str) -> Option<File> {
    let (served, path) = (served.clone(), path.to_string());
    tokio::task::spawn_blocking(move || served.file(&path)).await.ok().flatten()
}

#[derive(Debug, PartialEq)]
enum Found {
    File(String),
    Folder(String),
    Nothing,
}

fn look_up(served: &Served, path: &str) -> Found {
    let index = match path {
        "" => "index.html".to_string(),
        folder if folder.ends_with('/') => format!("{folder}index.html"),
        file => file.to_string(),
    };
    if served.knows(&index) {
        return Found::File(index);
    }
    match !path.is_empty() && !path.ends_with('/') && served.knows(&format!("{path}/index.html")) {
        true => Found::Folder(path.to_string()),
        false => Found::Nothing,
    }
}

/// A path as a header may hold it: ASCII only.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(escape).collect()
}

fn respond(status: StatusCode, name: &str, file: &File, headers: &HeaderMap, watching: bool) -> Response<Body> {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let text = mime.type_() == "text" || matches!(mime.subtype().as_str(), "javascript" | "json" | "xml");
    let content_type = if text { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let fresh = known
        .flat_map(|value| value.split(','))
        .any(|tag| matches!(tag.trim().trim_start_matches("W/"), tag if tag == file.etag || tag == "*"));
    let common = [
        (ETAG, file.etag.clone()),
        (
            CACHE_CONTROL,
            if name.starts_with("assets/") { "max-age=31536000, immutable" } else { "no-cache" }.to_string(),
        ),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_string()),
    ];
    if fresh && status == StatusCode::OK {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let bytes = match watching && mime.subtype() == "html" {
        true => with_reload(&file.bytes),
        false => file.bytes.clone(),
    };
    (status, common, [(CONTENT_TYPE, content_type)], bytes).into_response()
}

/// The page with the script that reloads it, before the end of its body.
fn with_reload(page: &axum::body::Bytes) -> axum::body::Bytes {
    let Some(end) = page.windows(7).rposition(|window| window == b"</body>") else { return page.clone() };
    let (before, after) = page.split_at(end);
    [before, b"<script defer src=\"/_fieldguide/reload.js\"></script>\n", after].concat().into()
}

/// What there is to see before the first build that succeeds.
fn mistakes(watching: bool) -> Response<Body> {
    let script = if watching { "<script defer src=\"/_fieldguide/reload.js\"></script>" } else { "" };
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>The book has mistakes</title></head>\
         <body><h1>The book has mistakes</h1><p>The terminal says where. The page comes by itself when they are mended.</p>\
         {script}</body></html>\n"
    );
    (StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Site;

    fn served() -> Served {
        let files = ["index.html", "a/index.html", "a/b.html", "404.html"];
        Site { files: files.iter().map(|path| (path.to_string(), b"<body></body>".to_vec())).collect() }.into()
    }

    #[test]
    fn only_files_of_the_site_are_found() {
        let served = served();
        for path in ["", "index.html", "a/", "a/b.html"] {
            assert!(matches!(look_up(&served, path), Found::File(_)), "{path}");
        }
        assert_eq!(look_up(&served, "a"), Found::Folder("a".to_string()));
        for path in
            ["..", "../Cargo.toml", "a/../index.html", "/etc/passwd", "//", "a//b.html", "a\\b.html", "a/b.html\0", "b"]
        {
            assert!(matches!(look_up(&served, path), Found::Nothing), "{path}");
        }
    }

    #[test]
    fn the_reload_script_stands_at_the_end_of_the_body() {
        let page = with_reload(&axum::body::Bytes::from_static(b"<body>x</body></html>"));
        assert!(page.ends_with(b"</script>\n</body></html>"));
        assert_eq!(with_reload(&axum::body::Bytes::from_static(b"x")), "x");
    }
}
