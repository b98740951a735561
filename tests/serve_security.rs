//! `fieldguide serve` against whoever else can reach it: other pages in the author's browser, other programs, the network.
//! Requests go over raw sockets, because no client library sends what an attacker would.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

mod support;
use support::server::{Server, free_port};
use support::{Folder, fieldguide, stderr};

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
    let long = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "a".repeat(60_000));
    let requests: [&[u8]; 9] = [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
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

/// The request with these lines for headers, and nothing added.
fn with(server: &Server, target: &str, headers: &[&str]) -> u16 {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let answer = server.raw(format!("GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n").as_bytes());
    let body = String::from_utf8_lossy(&answer.body);
    assert!(!answer.head.contains("access-control"), "no other origin is let in: {}", answer.head);
    assert!(answer.status == 200 || !body.contains("What it is about"), "{target} {headers:?}: refused, and yet told");
    answer.status
}

/// DNS rebinding: the attacker's name resolves to this machine, the page's origin is the attacker's.
#[test]
fn a_foreign_host_is_refused_for_pages_and_events() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string(), "--allow-host", "Guide.test"]);
    let port = server.address.split(':').nth(1).unwrap().to_string();
    for path in ["/", "/stage/one.html", "/_fieldguide/client.js"] {
        let host = |host: &str| with(&server, path, &[&format!("Host: {host}")]);
        for own in ["localhost", "LocalHost", "localhost.", "127.0.0.1", "[::1]", "guide.test", "GUIDE.TEST."] {
            assert_eq!(host(own), 200, "{own}");
            assert_eq!(host(&format!("{own}:{port}")), 200, "{own} with its port");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "evil-localhost",
            "127.0.0.1.nip.example",
            "0.0.0.0",
            "127.1",
            "2130706433",
            "0177.0.0.1",
            "192.168.0.1",
            "[::]",
            "sub.guide.test",
            "xn--lcalhost-w6a",
        ] {
            assert_eq!(host(foreign), 403, "{foreign}");
            assert_eq!(host(&format!("{foreign}:{port}")), 403, "{foreign} with the port");
        }
        for odd in
            ["", " ", ":", ":80", "localhost:", "localhost:x", "localhost@evil.example", "localhost/", "a b", "[::1"]
        {
            assert_eq!(host(odd), 400, "{odd:?}");
        }
        assert_eq!(with(&server, path, &[]), 400, "no host");
        assert_eq!(with(&server, path, &["Host: localhost", "Host: localhost"]), 400, "two");
        assert_eq!(with(&server, path, &["Host: localhost", "Host: evil.example"]), 400);
        assert_eq!(with(&server, path, &["Host: evil.example", "X-Forwarded-Host: localhost"]), 403);
    }
    for (headers, status) in [
        (&["Host: evil.example"][..], 403),
        (&[], 400),
        (&["Host: localhost", "Origin: http://evil.example"], 403),
        (&["Host: localhost", "Sec-Fetch-Site: cross-site"], 403),
    ] {
        assert_eq!(with(&server, "/_fieldguide/events", headers), status, "{headers:?}");
    }
    let old = server.raw(b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(old.status, 400, "HTTP/1.0 needs no host, this server does");
}

/// A page of another origin in the same browser: scripts of it that fetch, frames, event streams, WebSockets
/// (webpack-dev-server CVE-2025-30359 and 30360, Vite CVE-2025-24010).
#[test]
fn other_origins_get_nothing() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let host = format!("Host: {}", server.address);
    let own = format!("Origin: http://{}", server.address);
    assert_eq!(with(&server, "/", &[&host, &own]), 200);
    for path in ["/", "/stage/one.html", "/_fieldguide/client.js", "/_fieldguide/events", "/nope"] {
        for origin in [
            "http://evil.example",
            "http://localhost:3000",
            "http://127.0.0.1",
            "https://evil.example",
            "null",
            "",
            "chrome-extension://abc",
            "file://",
        ] {
            assert_eq!(with(&server, path, &[&host, &format!("Origin: {origin}")]), 403, "{path} from {origin}");
        }
        assert_eq!(with(&server, path, &[&host, &own, "Origin: http://evil.example"]), 403);
        // `<script src>` sends no origin, and its source could be read by the page that holds it.
        for site in ["cross-site", "same-site"] {
            let site = format!("Sec-Fetch-Site: {site}");
            assert_eq!(with(&server, path, &[&host, &site, "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"]), 403);
            assert_eq!(with(&server, path, &[&host, &site, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"]), 403);
        }
    }
    let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];
    assert_eq!(with(&server, "/", &[&host, link[0], link[1], link[2]]), 200, "a link to the guide may stand anywhere");
    let socket =
        [&host, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA=="];
    assert_eq!(with(&server, "/", &[&socket[..], &["Origin: http://evil.example"]].concat()), 403);

    let answer = server.get("/");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'self'"), "{}", answer.head);
    let preflight = server.request("OPTIONS", "/", "Access-Control-Request-Method: GET\r\n");
    assert!(preflight.status == 405 && !preflight.head.contains("access-control"));
}

/// What read files through other servers: Vite CVE-2025-30208, 31125, 31486, 32395 and 46565, webpack-dev-middleware
/// CVE-2024-29180, and the traversals of MkDocs CVE-2021-40978 and Zola CVE-2023-40274.
#[test]
fn what_read_files_through_other_servers() {
    let folder = Folder::with_book();
    folder.write("secret.txt", "SECRET");
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    let secret = folder.at("secret.txt").to_string_lossy().into_owned();
    let targets = [
        format!("/@fs{secret}?raw??"),
        format!("/@fs{secret}?import&raw??"),
        format!("/@fs{secret}?url&inline"),
        format!("/@fs{secret}?.svg?.wasm?init"),
        format!("/@fs{secret}?raw&import"),
        format!("/@fs/x/x/x/vite/../../../..{secret}?import&raw"),
        format!("/@fs{}#/../../../../..{secret}", folder.path().display()),
        format!("/@id/__x00__{secret}"),
        format!("/{}::$DATA", "secret.txt"),
        "/secret.txt/.".to_string(),
        "/public/..%2f..%2fsecret.txt".to_string(),
        "/%5c..%5c..%5csecret.txt".to_string(),
        "/..%252f..%252fsecret.txt".to_string(),
        format!("/..//../..{secret}"),
        format!("//..{secret}"),
        format!("/%2e%2e{secret}"),
        "/\\..\\..\\secret.txt".to_string(),
        "/index.html/../../secret.txt".to_string(),
        "/livereload/../secret.txt".to_string(),
        "/_fieldguide/../../secret.txt".to_string(),
        "/_fieldguide/open?file=secret.txt".to_string(),
        "/.git/config".to_string(),
    ];
    for target in targets {
        let answer = server.get(&target);
        assert!(matches!(answer.status, 400 | 404), "{target}: {}", answer.status);
        assert!(!String::from_utf8_lossy(&answer.body).contains("SECRET"), "{target}");
    }
    let query = server.get("/index.html?raw??&url=/etc/passwd");
    assert_eq!(query.body, server.get("/index.html").body, "a query changes nothing");
}

#[test]
fn a_target_that_names_a_host_is_refused() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    let host = format!("Host: {}", server.address);
    let absolute = format!("http://{}/", server.address);
    for target in
        [absolute.as_str(), "http://evil.example/", "https://localhost/", "localhost:80", "*", "ftp://localhost/x"]
    {
        assert_eq!(with(&server, target, &[&host]), 400, "{target}");
    }
    let connect =
        server.raw(format!("CONNECT {} HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n", server.address).as_bytes());
    assert!(matches!(connect.status, 400 | 405), "{}", connect.status);
}

#[test]
fn a_head_of_more_than_16_kilobytes_is_refused() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    let padded = |bytes: usize| server.request("GET", "/", &format!("X-Pad: {}\r\n", "a".repeat(bytes))).status;
    assert_eq!(padded(15_000), 200);
    assert_eq!(padded(16_400), 431);
    let lines: String = (0..2000).map(|i| format!("X-{i}: {i}\r\n")).collect();
    assert_eq!(server.request("GET", "/", &lines).status, 431);
    let path = server.request("GET", &format!("/{}", "a".repeat(16_400)), "").status;
    assert!(matches!(path, 414 | 431), "{path}");
    // One that never ends is not kept either.
    let mut stream = server.connect();
    drop(stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Pad: "));
    let mut sent = 0;
    while sent < 10_000_000 && stream.write_all(&[b'a'; 1000]).is_ok() {
        sent += 1000;
    }
    assert!(sent < 10_000_000, "the server went on reading");
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let folder = Folder::with_book();
    let server = Server::of(&folder);
    // One says nothing, one begins, one sends a byte now and then: a byte is no reason to wait longer.
    let mut silent = server.connect();
    let mut begun = server.connect();
    begun.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    let start = Instant::now();
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nX: ").unwrap();
    slow.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut buffer = [0; 512];
    loop {
        assert!(start.elapsed() < Duration::from_secs(60), "the slow one is still waited for");
        match slow.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => continue,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
        if slow.write_all(b"a").is_err() {
            break;
        }
    }
    assert!(start.elapsed() > Duration::from_secs(8), "ten seconds are given: {:?}", start.elapsed());
    for stream in [&mut silent, &mut begun] {
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
    }
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn hundreds_of_half_open_connections_keep_nobody_waiting() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--watch", "--port", &free_port().to_string()]);
    // A page listens, before and while.
    let mut listener = server.connect();
    listener.write_all(b"GET /_fieldguide/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut start = [0; 15];
    listener.read_exact(&mut start).unwrap();
    let mut kept: Vec<TcpStream> = Vec::new();
    for i in 0..450 {
        let mut stream = server.connect();
        if i % 2 == 0 {
            drop(stream.write_all(b"GET / HTTP/1.1\r\nHost: local"));
        }
        kept.push(stream);
        if i % 150 == 149 {
            // Far less than the ten seconds after which the first of them would be let go.
            let asked = Instant::now();
            assert_eq!(server.get("/stage/one.html").status, 200);
            assert!(asked.elapsed() < Duration::from_secs(5), "{:?} behind {}", asked.elapsed(), i + 1);
        }
    }
    listener.set_nonblocking(true).unwrap();
    let mut rest = [0; 65_536];
    let open = loop {
        match listener.read(&mut rest) {
            Ok(0) => break false,
            Ok(_) => {}
            Err(error) => break error.kind() == std::io::ErrorKind::WouldBlock,
        }
    };
    assert!(open, "the page that listens was not sent away for them");
}

/// The address of this machine in its network, where it has one; nothing is sent to find it.
fn address_in_the_network() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| address.to_string())
}

#[test]
fn with_host_a_phone_is_told_the_address_and_let_in() {
    let folder = Folder::with_book();
    folder.topic("01-one", "[nowhere](no.md)");
    let port = free_port();
    let args = ["--watch", "--editor", "vscode", "--host", "0.0.0.0", "--port", &port.to_string()];
    let mut server = Server::start(&folder, &args);
    assert_eq!(server.address, format!("127.0.0.1:{port}"));
    assert_eq!(with(&server, "/_fieldguide/client.js", &["Host: evil.example"]), 403, "names are still not believed");
    assert_eq!(with(&server, "/_fieldguide/client.js", &["Host: 0.0.0.0"]), 403);
    let Some(address) = address_in_the_network() else { return };
    let mut line = String::new();
    while !line.contains(&format!("http://{address}:{port}/")) {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut server.output, &mut line).unwrap() > 0, "the address was not told");
    }
    let loopback = std::mem::replace(&mut server.address, format!("{address}:{port}"));
    let own = format!("Host: {address}:{port}");
    assert_eq!(with(&server, "/_fieldguide/client.js", &[&own]), 200);
    assert_eq!(with(&server, "/_fieldguide/client.js", &["Host: 203.0.113.9"]), 403, "an address that is not ours");
    // Where the book is on the author's disk is none of the network's business.
    let events = |server: &Server| {
        let mut stream = server.connect();
        stream
            .write_all(format!("GET /_fieldguide/events HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).as_bytes())
            .unwrap();
        let mut told = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&told).contains("no.md") {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the stream ended");
            told.extend_from_slice(&buffer[..read]);
        }
        // All of the event is in one write.
        String::from_utf8_lossy(&told).into_owned()
    };
    assert!(!events(&server).contains("vscode://"));
    server.address = loopback;
    assert!(events(&server).contains("\"open\":"));
}

#[test]
fn names_and_addresses_that_make_no_sense() {
    let folder = Folder::with_book();
    for (arguments, why) in [
        (["--allow-host", "http://guide.test"], "a name or an address alone"),
        (["--allow-host", "guide.test:80"], "a name or an address alone"),
        (["--host", "203.0.113.9"], "no address of this machine"),
        (["--host", "no such name"], "give an address of this machine"),
    ] {
        let output = fieldguide("serve", folder.path())
            .args(arguments)
            .args(["--port", &free_port().to_string()])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(why), "{arguments:?}: {}", stderr(&output));
    }
}
