//! The site in memory, on localhost. With `watch`, pages are rendered when they are asked for, and edits reach the open ones.

mod http;
mod served;
mod watch;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, RwLock};
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::sync::watch as signal;

use crate::diagnostic::{Diagnostic, Severity};
use crate::pipeline::{Changes, Options, Pipeline};
use crate::site::Site;
use crate::source::{Disk, Files, Sources};
use served::Served;

/// The port that is tried first, and how many behind it, where none was asked for.
const FIRST_PORT: u16 = 4321;
const PORTS_TRIED: u16 = 20;

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
}

impl News {
    /// How many diagnostics of that severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// The site of the moment, shared with the server.
struct Shared {
    served: RwLock<Arc<Served>>,
    /// What the last build said; pages that wait for the next one watch it.
    news: signal::Sender<Arc<News>>,
    watching: bool,
}

impl Shared {
    fn now(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// From now on `served` is served.
    fn serve(&self, served: Served) {
        *self.served.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(served);
    }

    /// The open pages hear the news.
    fn tell(&self, mut news: News) -> Arc<News> {
        let mut told = Arc::default();
        self.news.send_modify(|last| {
            news.number = last.number + 1;
            *last = Arc::new(std::mem::take(&mut news));
            told = last.clone();
        });
        told
    }
}

/// What `serve` is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// The port that was asked for.
    pub port: Option<u16>,
    /// Whether edits rebuild the site.
    pub watch: bool,
    /// Whether the folder is looked through for edits every so often, for a disk that doesn't tell of them.
    pub poll: bool,
}

/// What happens while the server runs, for whoever prints it.
pub enum Event {
    /// The server listens there.
    Listening(SocketAddr),
    /// The book was built, for the first time if there was no build before, and checked.
    Built(Arc<News>, std::time::Duration),
    /// The disk doesn't tell of edits: the folder is looked through instead.
    Polling(String),
    /// Edits are not seen.
    NotWatching(String),
}

/// How a book is built for `serve`: drafts are shown, and the site stands at the root of its address.
pub fn options() -> Options {
    Options { drafts: true, local: true }
}

/// What is served: a site that stays as it is, or a book whose edits are seen.
pub enum Book {
    /// A finished site.
    Finished(Site),
    /// A book, with what was read of it.
    Live(Box<Pipeline>),
}

/// Serves the book of `disk` until Ctrl-C.
///
/// # Errors
/// A port that is taken, or that can't be listened on.
pub fn run(disk: Disk, book: Book, request: Request, report: fn(Event)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = listen(request.port).await?;
        let disk = Arc::new(disk);
        let (served, pipeline) = match book {
            Book::Finished(site) => (Served::from(site), None),
            Book::Live(pipeline) => (live(&pipeline, &disk).unwrap_or_default(), Some(pipeline)),
        };
        let served = RwLock::new(Arc::new(served));
        let news = signal::Sender::new(Arc::default());
        let shared = Arc::new(Shared { served, news, watching: pipeline.is_some() });
        let stopped = stopped()?;
        report(Event::Listening(listener.local_addr()?));
        if let Some(pipeline) = pipeline {
            let shared = shared.clone();
            // The watcher lives as long as the process: it ends with it.
            std::thread::spawn(move || watch(*pipeline, &disk, &shared, request.poll, report));
        }
        tokio::select! {
            served = async { axum::serve(listener, http::router(shared)).await } => served,
            _ = stopped => Ok(()),
        }
    })
}

/// The book of the moment, if there is one that can be shown.
fn live(pipeline: &Pipeline, disk: &Arc<Disk>) -> Option<Served> {
    let files: Arc<dyn Files> = disk.clone();
    pipeline.snapshot().map(|snapshot| Served::live(snapshot.clone(), files))
}

/// Takes every edit to whoever looks at the book, for as long as the process lives.
fn watch(mut pipeline: Pipeline, disk: &Arc<Disk>, shared: &Shared, poll: bool, report: fn(Event)) {
    let mut checked = false;
    let rebuild = |changes: Changes| {
        let start = Instant::now();
        let before = pipeline.snapshot().cloned();
        let update = pipeline.update(&**disk, &changes);
        let same = match (&before, pipeline.snapshot()) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (before, now) => before.is_none() && now.is_none(),
        };
        if !same && let Some(served) = live(&pipeline, disk) {
            // Whoever asks for a page gets the new one from here on, whatever the checks will say.
            shared.serve(served);
        }
        if !update.changed && checked {
            return;
        }
        let first = !std::mem::replace(&mut checked, true);
        let diagnostics = pipeline.check(&**disk);
        if first && !update.changed && diagnostics.is_empty() {
            return;
        }
        let news = News { sources: pipeline.sources().clone(), diagnostics, saved: update.saved, ..News::default() };
        report(Event::Built(shared.tell(news), start.elapsed()));
    };
    let instead = |why: String| report(Event::Polling(why));
    if let Err(error) = watch::run(disk, poll, instead, rebuild) {
        report(Event::NotWatching(error.to_string()));
    }
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

async fn listen(port: Option<u16>) -> io::Result<TcpListener> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return TcpListener::bind(at(port)).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => io::Error::new(
                error.kind(),
                format!("port {port} is taken: stop what listens there, or choose another with --port"),
            ),
            kind => io::Error::new(kind, format!("can't listen on port {port}: {error}")),
        });
    }
    let mut last = None;
    for port in FIRST_PORT..FIRST_PORT + PORTS_TRIED {
        match TcpListener::bind(at(port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    let last = last.map(|error| error.to_string()).unwrap_or_default();
    let tried = format!("{FIRST_PORT} to {}", FIRST_PORT + PORTS_TRIED - 1);
    Err(io::Error::new(io::ErrorKind::AddrInUse, format!("can't listen on any port from {tried}: {last}")))
}
