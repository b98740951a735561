//! `fieldguide serve`: what it answers to requests, byte by byte, and how it starts and ends.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

mod support;
use support::{Folder, fieldguide, stderr};

/// A server, ended with the test.
struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    fn start(folder: &Folder, more: &[&str]) -> Self {
        let mut child =
            fieldguide("serve", folder.path()).args(more).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("serving at http://") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the server ended: {:?}", child.wait());
        }
        let address = line.trim_start_matches("serving at http://").split('/').next().unwrap().to_string();
        Self { child, output, address }
    }

    /// A server on a port of its own; `Folder` must outlive it.
    fn of(folder: &Folder) -> Self {
        Self::start(folder, &["--port", &free_port().to_string()])
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads the whole answer.
    fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_ascii_lowercase(), body: bytes[end..].to_vec() }
    }

    fn request(&self, method: &str, path: &str, headers: &str) -> Answer {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\n\r\n", self.address);
        self.raw(request.as_bytes())
    }

    fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "")
    }

    /// Sends a signal and waits for the end.
    fn signal(mut self, signal: &str) -> (Option<i32>, String) {
        let killed = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Answer {
    status: u16,
    /// Status line and headers, in lower case.
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

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
fn only_files_of_the_site_can_be_reached() {
    let folder = Folder::with_book();
    folder.write("secret.txt", "SECRET");
    folder.write("static/public.txt", "x");
    folder.write("site/secret.txt", "SECRET of an older build");
    let server = Server::of(&folder);
    let absolute = folder.at("secret.txt").to_string_lossy().into_owned();
    let ups = [
        "..",
        "%2e%2e",
        ".%2e",
        "%2E.",
        "%252e%252e",
        "..%00",
        "..;",
        "%c0%ae%c0%ae",
        "%uff0e%uff0e",
        "....//",
        "..%5c",
        "..\\",
    ];
    let mut paths =
        vec![absolute.clone(), format!("/{absolute}"), absolute.replace('/', "%2f"), absolute.replace('/', "\\")];
    paths.extend(
        ["/secret.txt", "/site/secret.txt", "/book.toml", "/content/index.md", "/static/public.txt"].map(String::from),
    );
    paths.extend(
        ["/public.txt%00.html", "/public.txt%00", "/%00", "/file:///etc/passwd", "/C:/x", "/%2fetc%2fpasswd"]
            .map(String::from),
    );
    for up in ups {
        for depth in 1..6 {
            let up = format!("{up}/").repeat(depth);
            for file in ["secret.txt", "book.toml", "etc/passwd", "content/index.md"] {
                paths.extend([
                    format!("/{up}{file}"),
                    format!("/assets/{up}{file}"),
                    format!("/stage/{}{file}", up.replace('/', "%2f")),
                ]);
                paths.push(format!("/stage/{}{file}", up.replace('/', "%5c")));
            }
        }
    }
    for path in paths {
        for target in [path.clone(), format!("http://{}{path}", server.address)] {
            let answer = server.get(&target);
            let body = String::from_utf8_lossy(&answer.body);
            assert!(matches!(answer.status, 400 | 404), "{target}: {}", answer.status);
            assert!(!body.contains("SECRET") && !body.contains("root:") && !body.contains("title ="), "{target}");
        }
    }
    assert_eq!(server.get("/public.txt").status, 200, "while files of the site are there");
}

#[test]
fn requests_that_are_no_requests_do_not_harm() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "a".repeat(60_000));
    let requests: [&[u8]; 9] = [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        long.as_bytes(),
    ];
    for request in requests {
        let mut stream = server.connect();
        drop(stream.write_all(request));
        drop(stream.shutdown(std::net::Shutdown::Write));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        let text = String::from_utf8_lossy(&answer);
        assert!(
            !text.starts_with("HTTP/1.1 5"),
            "{}: {text}",
            String::from_utf8_lossy(&request[..request.len().min(60)])
        );
        assert_eq!(server.get("/").status, 200, "and the server goes on");
    }
}

#[test]
fn only_get_and_head_are_answered() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        for path in ["/", "/stage", "/nope"] {
            let answer = server.request(method, path, "Content-Length: 0\r\n");
            assert_eq!((answer.status, answer.header("allow")), (405, "get, head"), "{method} {path}");
        }
    }
}

#[test]
fn it_listens_on_this_machine_only() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    assert!(server.address.starts_with("127.0.0.1:"), "{}", server.address);
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
        waiting.write_all(b"GET /_fieldguide/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
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

/// The next event that is announced.
fn event(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended");
        if let Some(event) = line.strip_prefix("event: ") {
            return event.trim().to_string();
        }
    }
}

#[test]
fn an_edit_reaches_the_page_with_watch_only() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let page = String::from_utf8(server.get("/stage/one.html").body).unwrap();
    assert!(page.contains("/_fieldguide/reload.js"));
    assert_eq!(server.get("/_fieldguide/reload.js").header("content-type"), "text/javascript; charset=utf-8");

    let mut stream = server.connect();
    stream.write_all(b"GET /_fieldguide/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut events = BufReader::new(stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        events.read_line(&mut line).unwrap();
        assert!(!line.starts_with("HTTP/") || line.contains("200"), "{line}");
    }
    folder.topic("01-one", "EDITED once.\n");
    assert_eq!(event(&mut events), "built");
    assert!(String::from_utf8(server.get("/stage/one.html").body).unwrap().contains("EDITED once"));

    // A new file, as an editor writes it: beside, then moved into place.
    folder.write("content/01-stage/.tmp", "+++\ntitle = \"New\"\nsummary = \"s\"\n+++\n\nText.\n");
    std::fs::rename(folder.at("content/01-stage/.tmp"), folder.at("content/01-stage/03-new.md")).unwrap();
    assert_eq!(event(&mut events), "built");
    assert_eq!(server.get("/stage/new.html").status, 200);

    // A mistake leaves the last good site; mending it brings the next event.
    folder.topic("01-one", "[nowhere](no.md)\n");
    let mut server = server;
    let mut said = String::new();
    while !said.contains("1 error") {
        said.clear();
        assert!(server.output.read_line(&mut said).unwrap() > 0);
    }
    // The event tells of the mistake; the page stays as it was.
    assert_eq!(event(&mut events), "built");
    assert!(String::from_utf8(server.get("/stage/one.html").body).unwrap().contains("EDITED once"));
    folder.topic("01-one", "Mended.\n");
    assert_eq!(event(&mut events), "built");
    assert!(String::from_utf8(server.get("/stage/one.html").body).unwrap().contains("Mended"));

    // The theme's own parts are watched too, though they did not exist at the start.
    folder.write("static/new.txt", "x");
    assert_eq!(event(&mut events), "built");
    while server.get("/new.txt").status != 200 {
        assert_eq!(event(&mut events), "built");
    }

    let plain = Server::of(&folder);
    assert!(!String::from_utf8(plain.get("/stage/one.html").body).unwrap().contains("_fieldguide"));
    assert_eq!(plain.get("/_fieldguide/events").status, 404);
}

#[test]
fn a_book_with_mistakes_comes_by_itself_once_it_is_mended() {
    let folder = Folder::with_book();
    folder.write("book.toml", "titel = \"A book\"\n");
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let answer = server.get("/");
    assert_eq!(answer.status, 500);
    assert!(String::from_utf8_lossy(&answer.body).contains("mistakes"));
    let mut stream = server.connect();
    stream.write_all(b"GET /_fieldguide/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut events = BufReader::new(stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        events.read_line(&mut line).unwrap();
    }
    // A mistake of one page takes nothing from the others.
    folder.topic("01-one", "[nowhere](no.md)");
    folder.write("book.toml", "title = \"A book\"\n");
    while server.get("/").status != 200 {
        assert_eq!(event(&mut events), "built");
    }
    assert_eq!(server.get("/stage/two.html").status, 200);
}
