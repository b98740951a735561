//! The site in memory, on localhost. With `watch`, an edit rebuilds it and the open pages reload.

mod http;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, RwLock};

use tokio::net::TcpListener;
use tokio::sync::watch as signal;

use crate::assets::fingerprint;
use crate::pipeline::{self, Build, Options};
use crate::site::Site;
use crate::source::Disk;

/// The port that is tried first, and how many behind it, where none was asked for.
const FIRST_PORT: u16 = 4321;
const PORTS_TRIED: u16 = 20;

/// What is served.
#[derive(Debug, Default, PartialEq)]
struct Served {
    files: BTreeMap<String, File>,
}

/// A file in memory.
#[derive(Debug, Clone, PartialEq)]
struct File {
    bytes: axum::body::Bytes,
    etag: String,
}

impl From<Site> for Served {
    fn from(site: Site) -> Self {
        let file = |bytes: Vec<u8>| File { etag: format!("\"{}\"", fingerprint(&bytes)), bytes: bytes.into() };
        Self { files: site.files.into_iter().map(|(path, bytes)| (path, file(bytes))).collect() }
    }
}

/// The site of the moment, shared with the server.
#[derive(Debug)]
struct Shared {
    served: RwLock<Arc<Served>>,
    /// Counts builds; pages that wait for the next one watch it.
    builds: signal::Sender<u64>,
    watching: bool,
}

impl Shared {
    fn now(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn replace(&self, served: Served) {
        *self.served.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(served);
        self.builds.send_modify(|builds| *builds += 1);
    }
}

/// What `serve` is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// The port that was asked for.
    pub port: Option<u16>,
    /// Whether edits rebuild the site.
    pub watch: bool,
}

/// What happens while the server runs, for whoever prints it.
pub enum Event {
    /// The server listens there.
    Listening(SocketAddr),
    /// The book was built again.
    Built(Box<Build>, std::time::Duration),
    /// The disk can't be watched.
    NotWatching(String),
}

/// How a book is built for `serve`: drafts are shown, and the site stands at the root of its address.
pub fn options() -> Options {
    Options { drafts: true, local: true, ..Options::default() }
}

/// Serves `site` until Ctrl-C.
///
/// # Errors
/// A port that is taken, or that can't be listened on.
pub fn run(disk: Disk, site: Option<Site>, request: Request, report: fn(Event)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = listen(request.port).await?;
        let served = RwLock::new(Arc::new(site.map(Served::from).unwrap_or_default()));
        let shared = Arc::new(Shared { served, builds: signal::Sender::new(0), watching: request.watch });
        if request.watch {
            let shared = shared.clone();
            // The watcher lives as long as the process: it ends with it.
            std::thread::spawn(move || {
                let rebuild = |first: bool| {
                    let start = std::time::Instant::now();
                    let mut build = pipeline::build(&disk, options());
                    let fresh = build.site.take().map(Served::from);
                    // The first time there is news only where an edit came between the first build and the watch.
                    let now = shared.now();
                    if first && fresh.as_ref().map_or(now.files.is_empty(), |fresh| *fresh == *now) {
                        return;
                    }
                    if let Some(fresh) = fresh {
                        shared.replace(fresh);
                    }
                    report(Event::Built(Box::new(build), start.elapsed()));
                };
                if let Err(error) = watch::run(&disk, rebuild) {
                    report(Event::NotWatching(error.to_string()));
                }
            });
        }
        let stopped = stopped()?;
        report(Event::Listening(listener.local_addr()?));
        tokio::select! {
            served = async { axum::serve(listener, http::router(shared)).await } => served,
            _ = stopped => Ok(()),
        }
    })
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
