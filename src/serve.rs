//! The site in memory, on localhost: pages are rendered when they are asked for. With `watch`, edits reach the open ones.

mod client;
mod connections;
mod editor;
mod events;
mod guard;
mod http;
mod served;
mod watch;

use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::watch as signal;

pub use self::editor::Editor;
use self::guard::{Guard, Host};
use self::served::Served;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::pipeline::{Changes, Options, Pipeline, Update};
use crate::search;
use crate::source::{Disk, Files, Sources};

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
    /// Why the program failed on the book, where it did; what is served is then what was served before.
    pub failure: Option<String>,
}

impl News {
    /// How many diagnostics of that severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        diagnostic::count(&self.diagnostics, severity)
    }
}

/// What open pages are told.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Counts what is served: with another number, pages may have changed.
    served: u64,
    /// The pages that were saved last, and the number of what was served with them.
    saved: (u64, Vec<String>),
    /// What the last build that was checked said.
    news: Arc<News>,
}

/// The site of the moment, shared with the server.
struct Shared {
    served: RwLock<Arc<Served>>,
    told: signal::Sender<Told>,
    guard: Guard,
    editor: Editor,
    watching: bool,
    follow: bool,
}

impl Shared {
    fn now(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// From now on `served` is served; the open pages look whether it is news to them.
    fn serve(&self, served: Served, saved: &[String]) {
        *self.served.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(served);
        self.told.send_modify(|told| {
            told.served += 1;
            told.saved = (told.served, saved.to_vec());
        });
    }

    /// The open pages hear what is wrong with the book.
    fn tell(&self, mut news: News) -> Arc<News> {
        let mut now = Arc::default();
        self.told.send_modify(|told| {
            news.number = told.news.number + 1;
            told.news = Arc::new(std::mem::take(&mut news));
            now = told.news.clone();
        });
        now
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
    /// Whether edits are seen.
    pub watch: bool,
    /// Whether the folder is looked through for edits every so often, for a disk that doesn't tell of them.
    pub poll: bool,
    /// Whether the browser goes to the page that was just saved.
    pub follow: bool,
    /// What opens at a diagnostic.
    pub editor: Editor,
}

/// What happens while the server runs, for whoever prints it.
pub enum Event {
    /// The server listens there: on this machine first, then where others of the network find it.
    Listening(Vec<SocketAddr>),
    /// The book was built, for the first time if there was no build before, and checked.
    Built(Arc<News>, Duration),
    /// The disk doesn't tell of edits: the folder is looked through instead.
    Polling(String),
    /// Edits are not seen.
    NotWatching(String),
}

/// How a book is built for `serve`: drafts are shown, and the site stands at the root of its address.
pub fn options() -> Options {
    Options { drafts: true, local: true, ..Options::default() }
}

/// Whether a name may be given to [`Request::names`]: a name or an address, without a port.
///
/// # Errors
/// What it has to look like.
pub fn parse_name(text: &str) -> Result<String, String> {
    let wrong = || "give a name or an address alone, such as guide.test: no http://, no port".to_string();
    Host::parse(text).map(|_| text.to_string()).ok_or_else(wrong)
}

/// Reads a book that is to be served; none where the program failed on it.
pub fn read(disk: &Disk) -> Option<Box<Pipeline>> {
    let read = || {
        let mut pipeline = Pipeline::new(options());
        pipeline.update(disk, &Changes::Everything);
        Box::new(pipeline)
    };
    caught(read).ok()
}

/// What a part of the program gives, or what it said when it failed: no book ends the server.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|failed| {
        let text = failed.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| failed.downcast_ref::<&str>().copied()).unwrap_or("no reason was given").to_string()
    })
}

/// Serves the book of `disk`, of which `pipeline` is what was read, until Ctrl-C.
///
/// # Errors
/// A port that is taken, or that can't be listened on.
pub fn run(disk: Disk, pipeline: Option<Box<Pipeline>>, request: Request, report: fn(Event)) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listeners = connections::listen(request.host.as_deref(), request.port).await?;
        let root = disk.root().canonicalize().unwrap_or_else(|_| disk.root().to_path_buf());
        // Addresses are known by where a connection comes in; `0.0.0.0` is none that anybody calls.
        let named = request.host.as_deref().and_then(Host::parse).filter(|host| matches!(host, Host::Name(_)));
        let names = request.names.iter().filter_map(|name| Host::parse(name)).chain(named);
        let disk = Arc::new(disk);
        let served = pipeline.as_ref().and_then(|pipeline| live(pipeline, &disk)).unwrap_or_default();
        let shared = Arc::new(Shared {
            served: RwLock::new(Arc::new(served)),
            told: signal::Sender::new(Told::default()),
            guard: Guard::new(names),
            editor: request.editor.at(root),
            watching: request.watch,
            follow: request.follow,
        });
        let stopped = stopped()?;
        report(Event::Listening(connections::found_at(&listeners)?));
        let own = shared.clone();
        // These live as long as the process: they end with it.
        match request.watch {
            true => std::thread::spawn(move || watch(pipeline, &disk, &own, request.poll, report)),
            // The first who searches shall not wait for the index.
            false => std::thread::spawn(move || drop(own.now().file(search::CORE))),
        };
        let lines = Arc::new(connections::Lines::default());
        for listener in listeners {
            tokio::spawn(connections::accept(listener, shared.clone(), lines.clone()));
        }
        stopped.await;
        Ok(())
    })
}

/// The book of the moment, if there is one that can be shown.
fn live(pipeline: &Pipeline, disk: &Arc<Disk>) -> Option<Served> {
    let files: Arc<dyn Files> = disk.clone();
    pipeline.snapshot().map(|snapshot| Served::live(snapshot.clone(), files))
}

/// Takes every edit to whoever looks at the book, for as long as the process lives.
fn watch(pipeline: Option<Box<Pipeline>>, disk: &Arc<Disk>, shared: &Shared, poll: bool, report: fn(Event)) {
    let mut pipeline = pipeline;
    let mut checked = false;
    let rebuild = |changes: Changes| {
        let start = Instant::now();
        // What the program failed on has left nothing that could be gone on from.
        let whole = pipeline.is_none();
        let mut now = pipeline.take().unwrap_or_else(|| Box::new(Pipeline::new(options())));
        let changes = if whole { Changes::Everything } else { changes };
        let built = caught(|| {
            let update = update(&mut now, disk, shared, &changes);
            let diagnostics = (update.changed || !checked).then(|| now.check(&**disk));
            (update, diagnostics)
        });
        let first = !std::mem::replace(&mut checked, true);
        let news = match built {
            Ok((_, None)) => None,
            Ok((update, Some(wrong))) if first && !whole && !update.changed && wrong.is_empty() => None,
            Ok((update, Some(diagnostics))) => {
                Some(News { sources: now.sources().clone(), diagnostics, saved: update.saved, ..News::default() })
            }
            Err(why) => {
                report(Event::Built(shared.tell(News { failure: Some(why), ..News::default() }), start.elapsed()));
                return Arc::default();
            }
        };
        let read = now.listing();
        pipeline = Some(now);
        if let Some(news) = news {
            report(Event::Built(shared.tell(news), start.elapsed()));
        }
        read
    };
    let instead = |why: String| report(Event::Polling(why));
    if let Err(error) = watch::run(disk, poll, instead, rebuild) {
        report(Event::NotWatching(error.to_string()));
    }
}

/// Reads the changes. Whoever asks for a page gets the new one from here on, whatever the checks will say.
fn update(pipeline: &mut Pipeline, disk: &Arc<Disk>, shared: &Shared, changes: &Changes) -> Update {
    let before = pipeline.snapshot().cloned();
    let update = pipeline.update(&**disk, changes);
    let same = match (&before, pipeline.snapshot()) {
        (Some(before), Some(now)) => Arc::ptr_eq(before, now),
        (before, now) => before.is_none() && now.is_none(),
    };
    if !same && let Some(served) = live(pipeline, disk) {
        shared.serve(served, &update.saved);
    }
    update
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_program_is_a_value() {
        assert_eq!(caught(|| 1), Ok(1));
        let failed: Result<(), String> = caught(|| panic!("the reason {}", 1));
        assert_eq!(failed, Err("the reason 1".to_string()));
    }
}
