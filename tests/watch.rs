//! `fieldguide serve --watch` on a real disk: whatever way an edit comes, what is served is soon what a build would make of it.

// The helpers of a test fail as the test does: loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fieldguide::pipeline;
use fieldguide::serve;
use fieldguide::source::Disk;

mod support;
use support::{Folder, fieldguide};

/// A server that watches, ended with the test.
struct Server {
    child: Child,
    address: String,
    said: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(folder: &Folder, more: &[&str]) -> Self {
        let mut command = fieldguide("serve", folder.path());
        command.args(more);
        Self::of(command)
    }

    /// A server that is started with a command of its own.
    fn of(mut command: Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        command.args(["--watch", "--port", &port]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let said = Arc::new(Mutex::new(Vec::new()));
        let lines = said.clone();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).for_each(|line| lines.lock().unwrap().push(line))
        });
        let server = Self { child, address: format!("127.0.0.1:{port}"), said };
        server.until("it listens", || server.said("serving at") > 0);
        server
    }

    /// How many lines it printed that hold this.
    fn said(&self, text: &str) -> usize {
        self.said.lock().unwrap().iter().filter(|line| line.contains(text)).count()
    }

    fn until(&self, what: &str, mut there: impl FnMut() -> bool) {
        let start = Instant::now();
        while !there() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}: {:?}", self.said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn get(&self, path: &str) -> (u16, String) {
        get(&self.address, path)
    }

    fn shows(&self, path: &str, text: &str) {
        self.until(&format!("{path} shows {text:?}"), || self.get(path).1.contains(text));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_string()).unwrap_or_default())
}

fn topic(title: &str, body: &str) -> String {
    format!("+++\ntitle = \"{title}\"\nsummary = \"s\"\n+++\n\n{body}\n")
}

#[test]
fn a_page_is_never_seen_half_saved() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &[]);
    let file = folder.at("content/01-stage/01-one.md");
    let beside = |name: &str| folder.at(&format!("content/01-stage/{name}"));
    let pause = || std::thread::sleep(Duration::from_millis(15));
    let write = |path: &Path, text: &str| fs::write(path, text).unwrap();
    let (vim, jetbrains) = (beside("01-one.md~"), beside("01-one.md___jb_tmp___"));
    let old = beside("01-one.md___jb_old___");
    type Save<'a> = Box<dyn Fn(&str) + 'a>;
    let ways: Vec<(&str, Save<'_>)> = vec![
        ("written in one go", Box::new(|text| write(&file, text))),
        (
            "truncated, then written slowly",
            Box::new(|text| {
                let mut open = fs::File::create(&file).unwrap();
                pause();
                let (first, second) = text.split_at(text.len() / 2);
                open.write_all(first.as_bytes()).unwrap();
                pause();
                open.write_all(second.as_bytes()).unwrap();
            }),
        ),
        (
            "emptied and closed, then written",
            Box::new(|text| {
                write(&file, "");
                pause();
                write(&file, text);
            }),
        ),
        (
            "as vim does",
            Box::new(|text| {
                fs::rename(&file, &vim).unwrap();
                pause();
                write(&file, text);
                fs::remove_file(&vim).unwrap();
            }),
        ),
        (
            "as JetBrains' safe write does",
            Box::new(|text| {
                write(&jetbrains, text);
                fs::rename(&file, &old).unwrap();
                pause();
                fs::rename(&jetbrains, &file).unwrap();
                fs::remove_file(&old).unwrap();
            }),
        ),
        (
            "moved into place",
            Box::new(|text| {
                let hidden = beside(".tmp");
                write(&hidden, text);
                fs::rename(&hidden, &file).unwrap();
            }),
        ),
    ];
    let (done, wrong) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let (status, page) = server.get("/stage/one.html");
                // Every text that is saved ends with this; a page without it shows half a text.
                if status != 200 || !page.contains("See") && !page.contains("The end.") {
                    wrong.lock().unwrap().push((status, page.len()));
                }
            }
        });
        for (round, (way, save)) in ways.iter().enumerate() {
            save(&topic("One", &format!("Save {round}: {way}. {}\n\nThe end.", "More words. ".repeat(200))));
            server.until(way, || server.get("/stage/one.html").1.contains(&format!("Save {round}:")));
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(*wrong.lock().unwrap(), []);
    assert_eq!(server.said(" error"), 0, "{:?}", server.said.lock().unwrap());
}

#[test]
fn a_checkout_of_many_files_is_few_rebuilds() {
    let folder = Folder::with_book();
    let page = |at: usize, text: &str| folder.topic(&format!("{at:03}-page"), text);
    for at in 3..503 {
        folder.write(&format!("content/01-stage/{at:03}-page-{at}.md"), topic("P", "Before."));
    }
    let server = Server::start(&folder, &[]);
    server.shows("/stage/page-502.html", "Before.");
    page(3, "[self](003-page.md)");
    let before = server.said("rebuilt");
    for at in 3..503 {
        folder.write(&format!("content/01-stage/{at:03}-page-{at}.md"), topic("P", "Behind."));
    }
    for at in [3, 250, 502] {
        server.shows(&format!("/stage/page-{at}.html"), "Behind.");
    }
    let rebuilt = server.said("rebuilt") - before;
    assert!(rebuilt <= 25, "{rebuilt} rebuilds");
}

fn drawing(text: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><text>{text}</text></svg>")
}

fn all_kinds_of_edits(server: &Server, folder: &Folder) {
    // A folder comes with all its files, moves, and goes.
    let stage = "+++\ntitle = \"Later\"\nsummary = \"s\"\nobjectives = [\"o\"]\ntakeaway = \"t\"\n+++\n";
    folder.write("content/02-later/index.md", stage);
    folder.write("content/02-later/01-first.md", topic("First", "Of the new stage."));
    server.shows("/later/first.html", "Of the new stage.");
    server.shows("/stage/one.html", "later/index.html");
    fs::rename(folder.at("content/02-later"), folder.at("content/02-sooner")).unwrap();
    server.shows("/sooner/first.html", "Of the new stage.");
    server.until("the old address is gone", || server.get("/later/first.html").0 == 404);
    fs::remove_dir_all(folder.at("content/02-sooner")).unwrap();
    server.until("the folder is gone", || server.get("/sooner/").0 == 404);
    // A file moves.
    fs::rename(folder.at("content/01-stage/02-two.md"), folder.at("content/01-stage/03-three.md")).unwrap();
    server.shows("/stage/three.html", "Topic 02-two");
    folder.topic("01-one", "See [three](03-three.md) and ![a picture](picture.svg).");
    folder.write("content/01-stage/picture.svg", drawing("FIRST"));
    server.shows("/stage/one.html", "FIRST");
    // What no page's text holds: a drawing, style, a template, book.toml.
    folder.write("content/01-stage/picture.svg", drawing("SECOND"));
    server.shows("/stage/one.html", "SECOND");
    let style = |page: &str| {
        let end = page.find(".css\"").unwrap();
        let start = page[..end].rfind("assets/").unwrap();
        format!("/{}.css", &page[start..end])
    };
    let before = style(&server.get("/stage/one.html").1);
    folder.write("static/css/own.css", ".own-rule { color: red; }\n");
    server.until("the style changes", || style(&server.get("/stage/one.html").1) != before);
    assert!(server.get(&style(&server.get("/stage/one.html").1)).1.contains(".own-rule"));
    assert_eq!(server.get(&before).0, 200, "a page that is still open finds its style");
    folder.write(
        "templates/page.html",
        "{% extends \"base.html\" %}{% block main %}<p>OWN {{ page.title }}</p>{% endblock main %}",
    );
    folder.write("content/plain.md", topic("Plain", "Words."));
    server.shows("/plain.html", "OWN Plain");
    folder.write(
        "templates/page.html",
        "{% extends \"base.html\" %}{% block main %}<p>NEW {{ page.title }}</p>{% endblock main %}",
    );
    server.shows("/plain.html", "NEW Plain");
    folder.write("book.toml", "title = \"Another title\"\n");
    server.shows("/stage/one.html", "Another title");
    // Lists and the search's index are of now when they are asked for.
    folder.topic("01-one", "See [three](03-three.md).\n\n## Pitfall: zanzibar\n\nS.\n\n### Fix\n\nF.");
    server.shows("/pitfalls.html", "zanzibar");
    assert!(server.get("/search.html").1.contains("zanzibar"));
    assert_eq!(server.get("/search/index.bin").0, 200);
}

#[test]
fn all_kinds_of_edits_are_seen() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &[]);
    all_kinds_of_edits(&server, &folder);
}

#[test]
fn a_disk_that_tells_nothing_is_looked_through() {
    let folder = Folder::with_book();
    let server = Server::start(&folder, &["--poll"]);
    all_kinds_of_edits(&server, &folder);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_cannot_be_watched_is_looked_through() {
    // In a namespace of its own a process may be left without any watch.
    let without_watches = |program: &str| {
        let mut command = Command::new("unshare");
        let script = "echo 0 > /proc/sys/user/max_inotify_instances && exec \"$@\"";
        command.args(["--user", "--map-root-user", "sh", "-c", script, "sh", program]);
        command
    };
    if !without_watches("true").status().is_ok_and(|status| status.success()) {
        println!("not tested: this system lets no process limit its own watches");
        return;
    }
    let folder = Folder::with_book();
    let mut command = without_watches(env!("CARGO_BIN_EXE_fieldguide"));
    command.args(["serve", "--book"]).arg(folder.path());
    let server = Server::of(command);
    server.shows("/stage/one.html", "See");
    // The first of them may have come in time for the first look.
    for round in 0..2 {
        folder.topic("01-one", &format!("Seen without a watch: {round}."));
        server.shows("/stage/one.html", &format!("Seen without a watch: {round}."));
    }
}

/// A page without what the server puts into it for the browser to listen.
fn as_built(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find("/_fieldguide/") {
        let start = rest[..at].rfind('<').unwrap();
        let end = at + rest[at..].find("</script>").unwrap() + "</script>".len();
        out.push_str(&rest[..start]);
        rest = &rest[end..];
    }
    out + rest
}

/// Kilobytes in memory.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

/// `SOAK=1000 cargo test --release --test watch soak -- --nocapture` is the long one.
#[test]
fn soak() {
    let edits: u64 = std::env::var("SOAK").ok().and_then(|edits| edits.parse().ok()).unwrap_or(40);
    let folder = Folder::with_book();
    for at in 3..40 {
        folder.topic(&format!("{at:02}-page-{at}"), "Words.");
    }
    let server = Server::start(&folder, &[]);
    let (done, answers, wrong) = (AtomicBool::new(false), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let mut early = None;
    let mut dice = 1_u64;
    std::thread::scope(|scope| {
        for reader in 0..3 {
            let (server, done, answers, wrong) = (&server, &done, &answers, &wrong);
            scope.spawn(move || {
                let pages =
                    ["/", "/stage/", "/stage/one.html", "/stage/page-7.html", "/pitfalls.html", "/search/index.bin"];
                for page in pages.iter().cycle().skip(reader) {
                    if done.load(Ordering::Relaxed) {
                        return;
                    }
                    let (status, body) = server.get(page);
                    std::thread::sleep(Duration::from_millis(2));
                    answers.fetch_add(1, Ordering::Relaxed);
                    if status != 200 || page.ends_with(".html") && !body.ends_with("</html>\n") {
                        wrong.lock().unwrap().push((page.to_string(), status, body.len()));
                    }
                }
            });
        }
        for edit in 0..edits {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = 8 + (dice >> 33) % 32;
            let name = format!("{at:02}-page-{at}");
            match (dice >> 50) % 8 {
                0 => drop(fs::remove_file(folder.at(&format!("content/01-stage/{name}.md")))),
                1 => folder.topic(&name, &format!("## Pitfall: {edit}\n\nS.\n\n### Fix\n\nF.")),
                2 => folder.topic(&name, "[nowhere](nowhere.md)"),
                3 => folder.write("static/css/own.css", format!(".e{edit} {{ color: red; }}\n")),
                4 => folder.topic("01-one", &format!("Edit {edit}, see [two](02-two.md).")),
                _ => folder.topic(&name, &format!("Edit {edit} of this page. {}", "Words. ".repeat(300))),
            }
            std::thread::sleep(Duration::from_millis(dice % 20));
            if edit == edits / 4 {
                // As at the end: every page has been asked for.
                (3..40).for_each(|at| drop(server.get(&format!("/stage/page-{at}.html"))));
                early = resident(server.child.id());
            }
        }
        for at in 8..40 {
            folder.topic(&format!("{at:02}-page-{at}"), &format!("At the end: {at}."));
        }
        server.shows("/stage/page-39.html", "At the end: 39.");
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(*wrong.lock().unwrap(), [], "of {} answers", answers.load(Ordering::Relaxed));
    let cold = pipeline::build(&Disk::new(folder.path()), serve::options());
    for (path, bytes) in cold.site.unwrap().files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let built = String::from_utf8_lossy(bytes);
        server.until(&format!("{path} is as it is built"), || as_built(&server.get(&format!("/{path}")).1) == built);
    }
    let late = resident(server.child.id());
    if let (Some(early), Some(late)) = (early, late) {
        println!(
            "{edits} edits under {} answers: {early} kB after a quarter, {late} kB at the end",
            answers.load(Ordering::Relaxed)
        );
        assert!(
            edits < 500 || late * 10 <= early * 11,
            "{early} kB after a quarter of the edits, {late} kB at the end"
        );
    }
}
