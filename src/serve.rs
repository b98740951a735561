//! The site in memory, on localhost. With `watch`, an edit rebuilds it and the open pages are patched.

mod client;
mod connections;
mod editor;
mod events;
mod guard;
mod http;
mod served;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::watch as signal;

pub use self::editor::Editor;
use self::guard::{Guard, Host};
use self::served::Served;
use crate::diagnostic::{Diagnostic, Severity};
use crate::pipeline::{self, Build, Options};
use crate::source::{Disk, Sources};

/// What a build said.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// Counts builds: 0 before the first that was announced.
    pub number: u64,
    /// The texts that diagnostics refer to.
    pub sources: Sources,
    /// What is wrong with the book.
    pub diagnostics: Vec<Diagnostic>,
    /// The site paths of the book's pages whose files were saved, in the order of the book.
    pub saved: Vec<String>,
    /// Why the program failed on the book, where it did; the site is then the one before.
    pub failure: Option<String>,
}

impl News {
    /// How many diagnostics of that severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// The site of the moment, shared with the server.
#[derive(Debug)]
struct Shared {
    served: RwLock<Arc<Served>>,
    /// What the last build said; pages that wait for the next one watch it.
    news: signal::Sender<Arc<News>>,
    guard: Guard,
    editor: Editor,
    watching: bool,
    follow: bool,
}

impl Shared {
    fn now(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// From now on `served` is served, where there is something new, and the open pages hear the news.
    fn publish(&self, served: Option<Served>, mut news: News) -> Arc<News> {
        if let Some(served) = served {
            *self.served.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(served);
        }
        self.news.send_modify(|last| {
            news.number = last.number + 1;
            *last = Arc::new(news);
        });
        self.news.borrow().clone()
    }
}

/// What `serve` is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address or name to listen at; loopback where there is none.
    pub host: Option<String>,
    /// The port that was asked for.
    pub port: Option<u16>,
    /// Names that requests may call this server by, beside `localhost` and its addresses.
    pub names: Vec<String>,
    /// Whether edits rebuild the site.
    pub watch: bool,
    /// Whether the browser goes to the page that was just saved.
    pub follow: bool,
    /// What opens at a diagnostic.
    pub editor: Editor,
}

/// What happens while the server runs, for whoever prints it.
pub enum Event {
    /// The server listens there: on this machine first, then where others of the network find it.
    Listening(Vec<SocketAddr>),
    /// The book was built again.
    Built(Arc<News>, Duration),
    /// The disk can't be watched.
    NotWatching(String),
}

/// How a book is built for `serve`: drafts are shown, and the site stands at the root of its address.
pub fn options() -> Options {
    Options { drafts: true, local: true }
}

/// Whether a name may be given to [`Request::names`]: a name or an address, without a port.
///
/// # Errors
/// What it has to look like.
pub fn parse_name(text: &str) -> Result<String, String> {
    let wrong = || "give a name or an address alone, such as guide.test: no http://, no port".to_string();
    Host::parse(text).map(|_| text.to_string()).ok_or_else(wrong)
}

/// Builds the book; a failure of the program is an answer, not its end.
///
/// # Errors
/// What the program said when it failed.
pub fn build(disk: &Disk) -> Result<Build, String> {
    catch_unwind(AssertUnwindSafe(|| pipeline::build(disk, options()))).map_err(|failed| {
        let text = failed.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| failed.downcast_ref::<&str>().copied()).unwrap_or("no reason was given").to_string()
    })
}

/// Serves what `first` has built until Ctrl-C.
///
/// # Errors
/// A port that is taken, or that can't be listened on.
pub fn run(disk: Disk, first: Result<Build, String>, request: Request, report: fn(Event)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listeners = connections::listen(request.host.as_deref(), request.port).await?;
        let root = disk.root().canonicalize().unwrap_or_else(|_| disk.root().to_path_buf());
        // Addresses are known by where a connection comes in; `0.0.0.0` is none that anybody calls.
        let named = request.host.as_deref().and_then(Host::parse).filter(|host| matches!(host, Host::Name(_)));
        let names = request.names.iter().filter_map(|name| Host::parse(name)).chain(named);
        let shared = Arc::new(Shared {
            served: RwLock::default(),
            news: signal::Sender::new(Arc::default()),
            guard: Guard::new(names),
            editor: request.editor.at(root),
            watching: request.watch,
            follow: request.follow,
        });
        let (site, news) = split(first, &Sources::default());
        shared.publish(site, news);
        if request.watch {
            let shared = shared.clone();
            // The watcher lives as long as the process: it ends with it.
            std::thread::spawn(move || {
                if let Err(error) = watch::run(&disk, |first| rebuild(&shared, &disk, first, report)) {
                    report(Event::NotWatching(error.to_string()));
                }
            });
        }
        let stopped = stopped()?;
        report(Event::Listening(connections::found_at(&listeners)?));
        let lines = Arc::new(connections::Lines::default());
        for listener in listeners {
            tokio::spawn(connections::accept(listener, shared.clone(), lines.clone()));
        }
        stopped.await;
        Ok(())
    })
}

fn rebuild(shared: &Shared, disk: &Disk, first: bool, report: fn(Event)) {
    let start = Instant::now();
    let last = shared.news.borrow().clone();
    let (site, news) = split(build(disk), &last.sources);
    // The first time there is news only where an edit came between the first build and the watch.
    if first && site.as_ref().is_none_or(|site| *site == *shared.now()) && news.diagnostics == last.diagnostics {
        return;
    }
    report(Event::Built(shared.publish(site, news), start.elapsed()));
}

/// What a build made, and what it says; `before` are the texts of the build before it.
fn split(built: Result<Build, String>, before: &Sources) -> (Option<Served>, News) {
    match built {
        Ok(build) => {
            let saved = saved(&build, before);
            let news = News { sources: build.sources, diagnostics: build.diagnostics, saved, ..News::default() };
            (build.site.map(Served::from), news)
        }
        Err(why) => (None, News { sources: before.clone(), failure: Some(why), ..News::default() }),
    }
}

/// The site paths of the pages whose texts are new.
fn saved(build: &Build, before: &Sources) -> Vec<String> {
    let before: BTreeMap<_, _> = before.iter().map(|source| (&source.path, &source.text)).collect();
    let routes = build.book.pages.iter().zip(&build.book.routes);
    let changed = routes.filter(|(page, _)| {
        let source = build.sources.get(page.file);
        source.is_some_and(|source| before.get(&source.path).is_none_or(|text| **text != source.text))
    });
    changed.map(|(_, route)| route.clone()).collect()
}

/// Ends with Ctrl-C or a polite kill, both of which are caught from the call on, not only once somebody waits.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
