//! `fieldguide serve`: what it answers to requests, byte by byte, and how it starts and ends.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

mod support;
use support::server::{Answer, Server, free_port};
use support::{Folder, fieldguide, stderr};

#[test]
fn files_have_their_types_and_tags() {
    let folder = Folder::with_book();
    for name in ["a.txt", "b.json", "c.png", "d.xml", "e.unknown", "sub/f.csv"] {
        folder.write(&format!("static/{name}"), "x");
    }
    let server = Server::of(&folder);
    let home = String::from_utf8(server.get("/").body).unwrap();
    let asset = |ending: &str| {
        let end = home.find(ending).unwrap() + ending.len();
        let start = home[..end].rfind("assets/").unwrap();
        format!("/{}", &home[start..end])
    };
    let types = [
        ("/".to_string(), "text/html; charset=utf-8"),
        ("/index.html".to_string(), "text/html; charset=utf-8"),
        ("/stage/".to_string(), "text/html; charset=utf-8"),
        ("/stage/one.html?query=1".to_string(), "text/html; charset=utf-8"),
        (asset(".css"), "text/css; charset=utf-8"),
        (asset(".js"), "text/javascript; charset=utf-8"),
        (asset(".wasm"), "application/wasm"),
        (asset(".svg"), "image/svg+xml"),
        ("/a.txt".to_string(), "text/plain; charset=utf-8"),
        ("/b.json".to_string(), "application/json; charset=utf-8"),
        ("/c.png".to_string(), "image/png"),
        ("/d.xml".to_string(), "text/xml; charset=utf-8"),
        ("/e.unknown".to_string(), "application/octet-stream"),
        ("/sub/f.csv".to_string(), "text/csv; charset=utf-8"),
    ];
    for (path, mime) in types {
        let answer = server.get(&path);
        assert_eq!((answer.status, answer.header("content-type")), (200, mime), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let immutable = answer.header("cache-control").contains("immutable");
        assert_eq!(immutable, path.starts_with("/assets/"), "{path}");

        let tag = answer.header("etag").to_string();
        assert!(tag.starts_with('"') && tag.len() > 8, "{path}: {tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_string()] {
            let again = server.request("GET", &path, &format!("If-None-Match: {known}\r\n"));
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} with {known}");
            assert_eq!(again.header("etag"), tag);
        }
        assert_eq!(server.request("GET", &path, "If-None-Match: \"other\"\r\n").status, 200);

        let head = server.request("HEAD", &path, "");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), answer.body.len().to_string(), "{path}");
        assert_eq!(head.header("content-type"), mime);
    }
}

#[test]
fn addresses_that_are_no_file() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    let missing = server.get("/a/b/c/nope.html");
    assert_eq!((missing.status, missing.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(String::from_utf8_lossy(&missing.body).contains("<style>"), "the 404 page brings its style");
    assert_eq!(server.request("HEAD", "/nope", "").status, 404);
    // A 404 is an answer of its own: no tag makes it "not modified".
    let tag = missing.header("etag").to_string();
    assert_eq!(server.request("GET", "/nope", &format!("If-None-Match: {tag}\r\n")).status, 404);

    let folder_address = server.get("/stage");
    assert_eq!((folder_address.status, folder_address.header("location")), (308, "/stage/"));
    assert_eq!(server.get("/stage?x=1").status, 308);
    for path in
        ["//stage", "/stage//", "/./stage", "//evil.example/..", "/stage/.", "/.fieldguide", "/stage/index.html/"]
    {
        let answer = server.get(path);
        assert!(answer.status == 404 || answer.status == 400, "{path}: {}", answer.status);
    }
}

#[test]
fn a_folder_with_a_name_of_any_script_is_redirected_to_its_address() {
    let folder = Folder::with_book();
    let stage = folder.read("content/01-stage/index.md");
    folder.write("content/02-größe/index.md", stage);
    let server = Server::of(&folder);
    let answer = server.get("/gr%C3%B6%C3%9Fe");
    assert_eq!(answer.status, 308);
    let to = answer.header("location").to_uppercase();
    assert_eq!(to, "/GR%C3%B6%C3%9FE/".to_uppercase(), "an address is ASCII");
    assert_eq!(server.get("/gr%C3%B6%C3%9Fe/").status, 200);
}

#[test]
fn a_port_that_is_taken() {
    let folder = Folder::with_book();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = fieldguide("serve", folder.path()).args(["--port", &port.to_string()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains(&format!("port {port} is taken")) && said.contains("--port"), "{said}");

    // Without `--port`, the next free one. Whether it is this test or someone else that holds the first is all the same.
    let first = TcpListener::bind("127.0.0.1:4321");
    let server = Server::start(&folder, &[]);
    let port: u16 = server.address.split(':').nth(1).unwrap().parse().unwrap();
    assert!(port > 4321 && port < 4321 + 20, "{port}");
    assert_eq!(server.get("/").status, 200);
    drop(first);
}

#[test]
fn signals_end_it_with_success() {
    for signal in ["INT", "TERM"] {
        let folder = Folder::with_book();
        let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
        // Not even a page that waits for events keeps it alive.
        let mut waiting = server.connect();
        waiting.write_all(b"GET /_fieldguide/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut start = [0; 15];
        waiting.read_exact(&mut start).unwrap();
        let (code, said) = server.signal(signal);
        assert_eq!(code, Some(0), "{signal}");
        assert!(said.contains("stopped"), "{said}");
    }
}

#[test]
fn a_book_with_mistakes_is_not_served() {
    let folder = Folder::with_book();
    folder.topic("01-one", "[nowhere](no.md)");
    let output = fieldguide("serve", folder.path()).args(["--port", &free_port().to_string()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not served: 1 error"), "{}", stderr(&output));
}

#[test]
fn drafts_are_shown() {
    let folder = Folder::with_book();
    folder.write("content/01-stage/03-d.md", "+++\ntitle = \"D\"\nsummary = \"s\"\ndraft = true\n+++\n\nText.\n");
    folder.write("book.toml", "title = \"A book\"\nbase_url = \"https://example.org/deep/\"\n");
    let server = Server::of(&folder);
    let page = String::from_utf8(server.get("/stage/d.html").body).unwrap();
    assert!(page.contains("Draft"));
    let missing = String::from_utf8(server.get("/a/b").body).unwrap();
    assert!(
        missing.contains("href=\"/index.html\"") && !missing.contains("/deep/"),
        "links for this server, not for base_url"
    );
}

/// A page that listens for events.
struct Listener<'a> {
    server: &'a Server,
    lines: BufReader<TcpStream>,
}

impl<'a> Listener<'a> {
    fn new(server: &'a Server) -> Self {
        let mut stream = server.connect();
        stream.write_all(b"GET /_fieldguide/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut lines = BufReader::new(stream);
        let mut status = String::new();
        lines.read_line(&mut status).unwrap();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        Self { server, lines }
    }

    /// The data of the next event of that name.
    fn next(&mut self, name: &str) -> String {
        let mut named = false;
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "the stream ended");
            match line.strip_prefix("data: ") {
                Some(data) if named => return data.trim().to_string(),
                _ => named = line.trim() == format!("event: {name}"),
            }
        }
    }

    /// Waits for events until the answer at `path` is as wanted.
    fn until(&mut self, path: &str, wanted: impl Fn(&Answer) -> bool) {
        while !wanted(&self.server.get(path)) {
            self.next("state");
        }
    }

    /// Waits for a state that holds `text`.
    fn until_told(&mut self, text: &str) -> String {
        loop {
            let state = self.next("state");
            if state.contains(text) {
                return state;
            }
        }
    }
}

fn holds(text: &str) -> impl Fn(&Answer) -> bool {
    move |answer| String::from_utf8_lossy(&answer.body).contains(text)
}

#[test]
fn an_edit_reaches_the_page_with_watch_only() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let page = String::from_utf8(server.get("/stage/one.html").body).unwrap();
    assert!(page.contains("/_fieldguide/client.js"));
    assert_eq!(server.get("/_fieldguide/client.js").header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(server.get("/_fieldguide/client.css").header("content-type"), "text/css; charset=utf-8");

    let mut page = Listener::new(&server);
    assert!(page.next("state").contains("\"errors\":0"), "how things are, first");
    folder.topic("01-one", "EDITED once.\n");
    page.until("/stage/one.html", holds("EDITED once"));

    // A new file, as an editor writes it: beside, then moved into place.
    folder.write("content/01-stage/.tmp", "+++\ntitle = \"New\"\nsummary = \"s\"\n+++\n\nText.\n");
    std::fs::rename(folder.at("content/01-stage/.tmp"), folder.at("content/01-stage/03-new.md")).unwrap();
    page.until("/stage/new.html", |answer| answer.status == 200);

    // A mistake leaves the last good site; mending it brings the next.
    folder.topic("01-one", "[nowhere](no.md)\n");
    let told = page.until_told("no.md");
    assert!(told.contains("\"errors\":1") && told.contains("content/01-stage/01-one.md:6:"), "{told}");
    assert!(holds("EDITED once")(&server.get("/stage/one.html")));
    folder.topic("01-one", "Mended.\n");
    page.until("/stage/one.html", holds("Mended"));
    Listener::new(&server).until_told("\"errors\":0");

    // The theme's own parts are watched too, though they did not exist at the start.
    folder.write("static/new.txt", "x");
    page.until("/new.txt", |answer| answer.status == 200);

    let plain = Server::of(&folder);
    assert!(!holds("_fieldguide")(&plain.get("/stage/one.html")));
    for path in ["events", "client.js", "client.css"] {
        assert_eq!(plain.get(&format!("/_fieldguide/{path}")).status, 404);
    }
}

#[test]
fn the_tag_of_a_page_changes_with_it_and_with_watch() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let mut page = Listener::new(&server);
    let tag = |path: &str| server.get(path).header("etag").to_string();
    let (one, two) = (tag("/stage/one.html"), tag("/stage/two.html"));
    let inside = String::from_utf8(server.get("/stage/one.html").body).unwrap();
    assert!(inside.contains(&format!("data-etag=\"{}\"", one.replace('"', "&quot;"))), "the page knows its own");
    folder.topic("01-one", "EDITED once.\n");
    page.until("/stage/one.html", holds("EDITED once"));
    assert_ne!(tag("/stage/one.html"), one);
    let unchanged = server.request("GET", "/stage/two.html", &format!("If-None-Match: {two}\r\n"));
    assert_eq!(unchanged.status, 304, "another page's edit is none of this one");
    let plain = Server::of(&folder);
    assert_ne!(plain.get("/stage/two.html").header("etag"), two, "a browser must not keep the script");
}

#[test]
fn a_book_with_mistakes_comes_by_itself_once_it_is_mended() {
    let folder = Folder::with_book();
    folder.write("book.toml", "titel = \"A book\"\n");
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let answer = server.get("/");
    assert_eq!(answer.status, 500);
    assert!(String::from_utf8_lossy(&answer.body).contains("mistakes"));
    let mut page = Listener::new(&server);
    page.until_told("titel");
    // A mistake of one page takes nothing from the others.
    folder.topic("01-one", "[nowhere](no.md)");
    folder.write("book.toml", "title = \"A book\"\n");
    page.until("/", |answer| answer.status == 200);
    assert_eq!(server.get("/stage/two.html").status, 200);
}

#[test]
fn the_page_that_was_saved_is_named_with_follow_only() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--follow", "--port", &free_port().to_string()]);
    let mut page = Listener::new(&server);
    page.next("state");
    folder.topic("02-two", "EDITED once.\n");
    assert_eq!(page.next("follow"), "/stage/two.html");
    folder.topic("03-größe", "New.\n");
    assert_eq!(page.next("follow").to_lowercase(), "/stage/gr%c3%b6%c3%9fe.html");
}

#[test]
fn diagnostics_link_to_the_editor_on_this_machine() {
    let folder = Folder::with_book();
    folder.topic("01-one", "[nowhere](no.md)");
    let port = free_port().to_string();
    let server = Server::start(&folder, &["--watch", "--editor", "vscode", "--port", &port]);
    let told = Listener::new(&server).until_told("no.md");
    let link = format!("vscode://file{}/content/01-stage/01-one.md:6:", folder.path().display());
    assert!(told.contains(&link), "{told}");
    drop(server);
    let output = fieldguide("serve", folder.path()).args(["--editor", "javascript:{path}"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("opens no editor"), "{}", stderr(&output));
}
