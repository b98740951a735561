//! Connections: where the server listens, and how it goes on whatever its callers do.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::{Shared, http};

/// The port that is tried first, and how many behind it, where none was asked for.
const FIRST_PORT: u16 = 4321;
const PORTS_TRIED: u16 = 20;

/// A request's head is complete within this time, or its connection ends.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// A request's head is no longer than this many bytes, or it is refused with 431.
const HEAD_BYTES: usize = 16 * 1024;

/// So many connections are open at once; one more ends the one that is missed least. A process may often open 256 files.
const MOST: usize = 200;

/// After an error of the system, which may be out of files, nobody is let in for this long.
const PAUSE: Duration = Duration::from_millis(20);

/// Opens the listeners: on loopback, or at the address or name of `host`.
///
/// # Errors
/// A port that is taken, an address that is not this machine's, a name that nobody knows.
pub(super) async fn listen(host: Option<&str>, port: Option<u16>) -> io::Result<Vec<TcpListener>> {
    let addresses = match host {
        None => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Some(host) => addresses(host).await?,
    };
    if let Some(port) = port {
        return bind(&addresses, port).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => io::Error::new(
                error.kind(),
                format!("port {port} is taken: stop what listens there, or choose another with --port"),
            ),
            io::ErrorKind::AddrNotAvailable => io::Error::new(
                error.kind(),
                format!(
                    "{} is no address of this machine: --host 0.0.0.0 listens on all it has",
                    host.unwrap_or_default()
                ),
            ),
            kind => io::Error::new(kind, format!("can't listen on port {port}: {error}")),
        });
    }
    let mut last = None;
    for port in FIRST_PORT..FIRST_PORT + PORTS_TRIED {
        match bind(&addresses, port).await {
            Ok(listeners) => return Ok(listeners),
            Err(error) => last = Some(error),
        }
    }
    let last = last.map(|error| error.to_string()).unwrap_or_default();
    let tried = format!("{FIRST_PORT} to {}", FIRST_PORT + PORTS_TRIED - 1);
    Err(io::Error::new(io::ErrorKind::AddrInUse, format!("can't listen on any port from {tried}: {last}")))
}

async fn addresses(host: &str) -> io::Result<Vec<IpAddr>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Ok(vec![address]);
    }
    let unknown = |why: String| {
        io::Error::new(io::ErrorKind::NotFound, format!("--host {host}: {why}; give an address of this machine"))
    };
    let found = tokio::net::lookup_host((host, 0)).await.map_err(|error| unknown(error.to_string()))?;
    let mut found: Vec<_> = found.map(|address| address.ip()).collect();
    found.sort();
    found.dedup();
    match found.is_empty() {
        true => Err(unknown("nobody knows that name".to_string())),
        false => Ok(found),
    }
}

/// Listens at the first address, and at the others where that can be had: not every machine speaks IPv6.
async fn bind(addresses: &[IpAddr], port: u16) -> io::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    let mut port = port;
    for address in addresses {
        match TcpListener::bind(SocketAddr::new(*address, port)).await {
            Ok(listener) => {
                // Of port 0 the system makes a free one, which is then everybody's.
                port = listener.local_addr()?.port();
                listeners.push(listener);
            }
            Err(error) if listeners.is_empty() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(listeners)
}

/// Where a browser finds the server: on this machine, then from others of the network.
pub(super) fn found_at(listeners: &[TcpListener]) -> io::Result<Vec<SocketAddr>> {
    let mut found = Vec::new();
    for listener in listeners {
        let bound = listener.local_addr()?;
        if !bound.ip().is_unspecified() {
            found.push(bound);
            continue;
        }
        found.push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), bound.port()));
        let cards = if_addrs::get_if_addrs().unwrap_or_default().into_iter().filter(|card| !card.is_loopback());
        let mut others: Vec<_> = cards.map(|card| card.ip()).filter(|ip| bound.is_ipv6() || ip.is_ipv4()).collect();
        // An address of IPv6 that holds on its own wire only needs a name of that wire, which no browser takes.
        others.retain(|ip| !matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()));
        others.sort();
        found.extend(others.into_iter().map(|ip| SocketAddr::new(ip, bound.port())));
    }
    Ok(found)
}

/// Both ends of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// The address of this machine that was called.
    pub(super) here: IpAddr,
    /// Who called.
    pub(super) there: IpAddr,
}

/// How much an open connection would be missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Use {
    /// No request has come yet.
    HalfOpen = 0,
    /// A request was answered.
    Asked = 1,
    /// A page listens for events.
    Listens = 2,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Line {
    used: AtomicU8,
    end: Notify,
}

impl Line {
    fn new() -> Self {
        Self { used: AtomicU8::new(Use::HalfOpen as u8), end: Notify::new() }
    }

    /// Notes what the connection is used for.
    pub(super) fn note(&self, what: Use) {
        self.used.fetch_max(what as u8, Ordering::Relaxed);
    }
}

/// The open connections by their number: the lower, the older.
#[derive(Debug, Default)]
pub(super) struct Lines {
    open: Mutex<(u64, BTreeMap<u64, Arc<Line>>)>,
}

impl Lines {
    fn enter(&self) -> (u64, Arc<Line>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.1.len() >= MOST {
            Self::end_one(&mut open.1);
        }
        open.0 += 1;
        let number = open.0;
        let line = Arc::new(Line::new());
        open.1.insert(number, line.clone());
        (number, line)
    }

    fn leave(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number);
    }

    /// Ends the connection that is missed least: the oldest of those that are used least.
    fn make_room(&self) {
        Self::end_one(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner).1);
    }

    fn end_one(open: &mut BTreeMap<u64, Arc<Line>>) {
        let least = open.iter().min_by_key(|(number, line)| (line.used.load(Ordering::Relaxed), **number));
        if let Some(line) = least.map(|(number, _)| *number).and_then(|number| open.remove(&number)) {
            line.end.notify_one();
        }
    }
}

/// Lets callers in for as long as the program runs.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>, lines: Arc<Lines>) {
    loop {
        match listener.accept().await {
            Ok((stream, caller)) => {
                let (shared, lines) = (shared.clone(), lines.clone());
                tokio::spawn(async move {
                    let (number, line) = lines.enter();
                    let left = Left { lines, number };
                    tokio::select! {
                        () = line.end.notified() => {}
                        () = answer(stream, caller, shared, line.clone()) => {}
                    }
                    drop(left);
                });
            }
            // The caller has gone already.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
            }
            Err(_) => {
                lines.make_room();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Strikes a connection off when its task ends, however it ends.
struct Left {
    lines: Arc<Lines>,
    number: u64,
}

impl Drop for Left {
    fn drop(&mut self) {
        self.lines.leave(self.number);
    }
}

/// Answers the requests of a connection until it ends. What is wrong with it is the caller's affair.
async fn answer(stream: TcpStream, caller: SocketAddr, shared: Arc<Shared>, line: Arc<Line>) {
    let Ok(here) = stream.local_addr() else { return };
    drop(stream.set_nodelay(true));
    let ends = Ends { here: here.ip().to_canonical(), there: caller.ip().to_canonical() };
    let service = service_fn(move |request| {
        let (shared, line) = (shared.clone(), line.clone());
        async move { Ok::<_, std::convert::Infallible>(http::answer(&shared, ends, &line, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_header_size(HEAD_BYTES);
    drop(builder.serve_connection(TokioIo::new(stream), service).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_missed_connection_makes_room() {
        let lines = Lines::default();
        let all: Vec<_> = (0..MOST).map(|_| lines.enter()).collect();
        for (number, line) in &all {
            line.note(if number % 2 == 0 { Use::Listens } else { Use::Asked });
        }
        all[6].1.note(Use::HalfOpen);
        let (half_open, _) = lines.enter();
        let open = |number: u64| lines.open.lock().unwrap().1.contains_key(&number);
        assert!(!open(all[0].0), "the oldest that only asked");
        assert!(open(all[1].0) && open(all[2].0) && open(half_open));
        lines.enter();
        assert!(!open(half_open) && open(all[2].0), "one that never asked goes first");
    }
}
