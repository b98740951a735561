//! Requests → files of the site in memory. Nothing here touches the disk, so no path can lead out of the site.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Request, Response, StatusCode};

use super::connections::{Ends, Line, Use};
use super::served::{File, Served};
use super::{Shared, client, events};

/// What an answer brings.
pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Forbids other origins to load a file into a page of theirs.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers a request. A mistake of this program costs the request, not the server.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    ends: Ends,
    line: &Line,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, _) = request.into_parts();
    let mut response = match shared.guard.check(&head, ends.here) {
        Err((status, why)) => refuse(status, why),
        Ok(()) => {
            line.note(Use::Asked);
            match head.uri.path() {
                client::EVENTS if shared.watching => {
                    line.note(Use::Listens);
                    events::stream(shared, ends.there.is_loopback())
                }
                path @ client::SCRIPT if shared.watching => {
                    respond(StatusCode::OK, path, client::script(), &head.headers)
                }
                path @ client::STYLE if shared.watching => {
                    respond(StatusCode::OK, path, client::style(), &head.headers)
                }
                path => file(shared, path, &head.headers).await,
            }
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    // A page's own policy is in the page; a frame of another origin is what that can't forbid.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("frame-ancestors 'self'"));
    response
}

/// A response with these headers; of a value that no header may hold, nothing is sent.
pub(super) fn response(status: StatusCode, headers: &[(HeaderName, &str)], body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

fn refuse(status: StatusCode, why: &str) -> Response<Body> {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CONNECTION, "close"), (ALLOW, "GET, HEAD")];
    let headers = headers.get(..if status == StatusCode::METHOD_NOT_ALLOWED { 3 } else { 2 }).unwrap_or_default();
    response(status, headers, full(format!("{why}\n")))
}

async fn file(shared: &Shared, path: &str, headers: &HeaderMap) -> Response<Body> {
    let served = shared.now();
    let path = fieldguide_wasm::state::decode_percent(path);
    let path = path.strip_prefix('/').unwrap_or(&path);
    let (status, name) = match look_up(&served, path) {
        Found::File(name) => (StatusCode::OK, name),
        Found::Folder(name) => {
            // Only a known folder of the site gets here, so the address is one of ours.
            let to = format!("/{}/", escaped(&name));
            return response(StatusCode::PERMANENT_REDIRECT, &[(LOCATION, &to)], full(""));
        }
        Found::Nothing if served.knows("404.html") => (StatusCode::NOT_FOUND, "404.html".to_string()),
        Found::Nothing => return placeholder(shared.watching),
    };
    // Where it has to be rendered, requests for others go on meanwhile; one that fails is a panic caught here.
    let (watching, wanted) = (shared.watching, name.clone());
    let read = move || {
        let file = served.file(&wanted)?;
        let html = watching && wanted.ends_with(".html");
        Some(if html { client::into_page(&file, status == StatusCode::OK) } else { file })
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Some(file)) => respond(status, &name, &file, headers),
        Ok(None) => placeholder(shared.watching),
        Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "This page could not be made: the terminal says more."),
    }
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
pub(super) fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(escape).collect()
}

/// A file, or that it is still the one that the browser has.
fn respond(status: StatusCode, name: &str, file: &File, headers: &HeaderMap) -> Response<Body> {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let text = mime.type_() == "text" || matches!(mime.subtype().as_str(), "javascript" | "json" | "xml");
    let content_type = if text { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let fresh = known
        .flat_map(|value| value.split(','))
        .any(|tag| matches!(tag.trim().trim_start_matches("W/"), tag if tag == file.etag || tag == "*"));
    let cache = if name.starts_with("assets/") { "max-age=31536000, immutable" } else { "no-cache" };
    let common = [(ETAG, file.etag.as_str()), (CACHE_CONTROL, cache), (CONTENT_TYPE, content_type.as_str())];
    match fresh && status == StatusCode::OK {
        true => response(StatusCode::NOT_MODIFIED, common.get(..2).unwrap_or_default(), full("")),
        false => response(status, &common, full(file.bytes.clone())),
    }
}

/// What there is to see before the first build that succeeds.
fn placeholder(watching: bool) -> Response<Body> {
    let style = client::STYLE;
    let link = format!("{}<link rel=\"stylesheet\" href=\"{style}\">", client::tag("", false));
    let script = if watching { link.as_str() } else { "" };
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head>{script}<meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>The book has mistakes</title></head>\
         <body class=\"placeholder\"><h1>The book has mistakes</h1><p>The terminal says where. The page comes by itself when they are mended.</p>\
         </body></html>\n"
    );
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                  form-action 'none'; frame-ancestors 'self'";
    let headers =
        [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy), (CACHE_CONTROL, "no-store")];
    response(StatusCode::INTERNAL_SERVER_ERROR, &headers, full(page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Disk;

    /// A book with a page `syntax/all.html`.
    fn served() -> Served {
        let disk = Arc::new(Disk::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/books/syntax")));
        let pipeline = crate::serve::read(&disk).unwrap();
        crate::serve::live(&pipeline, &disk).unwrap()
    }

    #[test]
    fn only_files_of_the_site_are_found() {
        let served = served();
        for path in ["", "index.html", "syntax/", "syntax/all.html"] {
            assert!(matches!(look_up(&served, path), Found::File(_)), "{path}");
        }
        assert_eq!(look_up(&served, "syntax"), Found::Folder("syntax".to_string()));
        for path in [
            "..",
            "../book.toml",
            "syntax/../index.html",
            "/etc/passwd",
            "//",
            "syntax//all.html",
            "syntax\\all.html",
            "syntax/all.html\0",
            "all",
        ] {
            assert!(matches!(look_up(&served, path), Found::Nothing), "{path}");
        }
    }
}
