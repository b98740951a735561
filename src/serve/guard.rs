//! Who is answered: requests that a reader's browser makes for this server's own pages, and no others.
//!
//! A server on loopback is in reach of every page that the author's browser shows. A foreign name that resolves to this
//! machine (DNS rebinding) shows itself in `Host`, a page of another origin in `Origin` or in `Sec-Fetch-Site`.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

/// What a browser says about the page that a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The names that this server answers to, beside the addresses that it is reached at.
#[derive(Debug, Default)]
pub(super) struct Guard {
    names: BTreeSet<Host>,
}

/// Why a request is not answered: a status, and a sentence for whoever reads it.
pub(super) type Refusal = (StatusCode, &'static str);

const NO_HOST: Refusal = (StatusCode::BAD_REQUEST, "A request names its host, once.");
const FOREIGN_HOST: Refusal = (
    StatusCode::FORBIDDEN,
    "This server does not answer to that name. If the name is yours: fieldguide serve --allow-host NAME",
);
const FOREIGN_PAGE: Refusal = (StatusCode::FORBIDDEN, "A page of another origin may link here, and nothing else.");
const NO_PATH: Refusal = (StatusCode::BAD_REQUEST, "A request names a path of this server.");
const NO_METHOD: Refusal = (StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are answered.");

impl Guard {
    /// Answers to these names too.
    pub(super) fn new(names: impl IntoIterator<Item = Host>) -> Self {
        Self { names: names.into_iter().collect() }
    }

    /// Whether a request is answered that came in at the address `at` of this machine.
    pub(super) fn check(&self, head: &Parts, at: IpAddr) -> Result<(), Refusal> {
        let (host, port) = one(&head.headers, &HOST).and_then(authority).ok_or(NO_HOST)?;
        if !self.knows(&host, at) {
            return Err(FOREIGN_HOST);
        }
        match head.headers.contains_key(ORIGIN) {
            true if one(&head.headers, &ORIGIN).and_then(origin) != Some((host, port)) => return Err(FOREIGN_PAGE),
            _ => {}
        }
        let site = one(&head.headers, &SEC_FETCH_SITE);
        let own = !head.headers.contains_key(SEC_FETCH_SITE) || matches!(site, Some("same-origin" | "none"));
        if !own && !navigates(&head.headers) {
            return Err(FOREIGN_PAGE);
        }
        if !matches!(head.method, Method::GET | Method::HEAD) {
            return Err(NO_METHOD);
        }
        // A proxy's form of a target names a host of its own: two names in one request are one too many.
        match head.uri.authority().is_none() && head.uri.path().starts_with('/') {
            true => Ok(()),
            false => Err(NO_PATH),
        }
    }

    fn knows(&self, host: &Host, at: IpAddr) -> bool {
        let this_machine = [Host::Address(Ipv4Addr::LOCALHOST.into()), Host::Address(Ipv6Addr::LOCALHOST.into())];
        *host == Host::Address(at.to_canonical())
            || this_machine.contains(host)
            || *host == Host::Name("localhost".to_string())
            || self.names.contains(host)
    }
}

/// A host as a request names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Host {
    /// An address, written out: no name server can bend it.
    Address(IpAddr),
    /// A name, in lower case, without a dot at its end.
    Name(String),
}

impl Host {
    /// Reads an address (that of IPv6 in brackets or without) or a name; none where it is neither.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        if let Some(address) = bare.and_then(|text| text.parse::<Ipv6Addr>().ok()) {
            return Some(Self::Address(IpAddr::V6(address).to_canonical()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self::Address(address.to_canonical()));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        (name.len() <= 253 && name.split('.').all(label)).then_some(Self::Name(name))
    }
}

/// The value of a header that stands there once, in ASCII.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// `host` or `host:port`.
fn authority(text: &str) -> Option<(Host, Option<u16>)> {
    let (host, port) = match text.rsplit_once(':') {
        // The colons of `[::1]` are its own.
        Some((host, port)) if !port.ends_with(']') => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            (host, Some(port.parse().ok().filter(|_| digits)?))
        }
        _ => (text, None),
    };
    let bracketed = host.starts_with('[');
    let host = Host::parse(host)?;
    // An address of IPv6 has brackets here, else nobody knows where its port begins.
    let plain = !matches!(host, Host::Address(IpAddr::V6(_))) || bracketed;
    plain.then_some((host, port))
}

/// `http://host:port`; the port that goes without saying is none, as in a `Host`.
fn origin(text: &str) -> Option<(Host, Option<u16>)> {
    let (default, rest) = match text.strip_prefix("http://") {
        Some(rest) => (80, rest),
        None => (443, text.strip_prefix("https://")?),
    };
    let (host, port) = authority(rest)?;
    Some((host, port.filter(|port| *port != default)))
}

/// Whether the browser opens a page of its own for the answer, as it does for a link.
fn navigates(headers: &HeaderMap) -> bool {
    one(headers, &SEC_FETCH_MODE) == Some("navigate") && one(headers, &SEC_FETCH_DEST) == Some("document")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn status(guard: &Guard, at: IpAddr, target: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        guard.check(&head, at).err().map_or(200, |(status, _)| status.as_u16())
    }

    #[test]
    fn hosts() {
        let guard = Guard::new([Host::parse("Laptop.local.").unwrap(), Host::parse("192.0.2.7").unwrap()]);
        let lan: IpAddr = "192.168.1.20".parse().unwrap();
        for (host, at, expected) in [
            ("localhost", HERE, 200),
            ("LOCALHOST:4321", HERE, 200),
            ("localhost.:4321", HERE, 200),
            ("127.0.0.1:4321", HERE, 200),
            ("127.0.0.1", HERE, 200),
            ("[::1]:4321", HERE, 200),
            ("[::1]", HERE, 200),
            ("[::ffff:127.0.0.1]:1", HERE, 200),
            ("laptop.local", HERE, 200),
            ("192.0.2.7:80", HERE, 200),
            ("192.168.1.20:4321", lan, 200),
            ("192.168.1.20:4321", HERE, 403),
            ("192.168.1.21", lan, 403),
            ("0.0.0.0:4321", HERE, 403),
            ("evil.example", HERE, 403),
            ("localhost.evil.example", HERE, 403),
            ("127.0.0.1.evil.example", HERE, 403),
            ("127.1", HERE, 403),
            ("2130706433", HERE, 403),
            ("0x7f000001", HERE, 403),
            ("", HERE, 400),
            (":4321", HERE, 400),
            ("localhost:", HERE, 400),
            ("localhost:+80", HERE, 400),
            ("localhost:99999", HERE, 400),
            ("localhost:1:2", HERE, 400),
            ("localhost..", HERE, 400),
            ("a@localhost", HERE, 400),
            ("evil.example@localhost", HERE, 400),
            ("localhost, evil.example", HERE, 400),
            ("localhost/..", HERE, 400),
            ("::1", HERE, 400),
            ("[::1", HERE, 400),
        ] {
            assert_eq!(status(&guard, at, "/", &[("host", host)]), expected, "{host:?} at {at}");
        }
        assert_eq!(status(&guard, HERE, "/", &[]), 400);
        assert_eq!(status(&guard, HERE, "/", &[("host", "localhost"), ("host", "localhost")]), 400);
    }

    #[test]
    fn origins() {
        let guard = Guard::default();
        for (host, origin, expected) in [
            ("localhost:4321", "http://localhost:4321", 200),
            ("LocalHost:4321", "http://localhost:4321", 200),
            ("localhost", "http://localhost", 200),
            ("localhost", "https://localhost", 200),
            ("localhost:4321", "http://localhost:3000", 403),
            ("localhost:4321", "http://127.0.0.1:4321", 403),
            ("localhost:4321", "http://evil.example", 403),
            ("localhost:4321", "null", 403),
            ("localhost:4321", "", 403),
            ("localhost:4321", "file://", 403),
            ("localhost:4321", "http://localhost:4321.evil.example", 403),
        ] {
            assert_eq!(status(&guard, HERE, "/", &[("host", host), ("origin", origin)]), expected, "{origin}");
        }
    }

    #[test]
    fn pages_of_other_sites_may_only_link_here() {
        let guard = Guard::default();
        let with = |more: &[(&str, &str)]| status(&guard, HERE, "/", &[&[("host", "localhost")], more].concat());
        for site in ["cross-site", "same-site", "odd"] {
            let mode = |mode| [("sec-fetch-site", site), ("sec-fetch-mode", mode)];
            assert_eq!(with(&mode("no-cors")), 403, "a script of another page: {site}");
            assert_eq!(with(&mode("cors")), 403);
            assert_eq!(with(&[&mode("navigate")[..], &[("sec-fetch-dest", "document")]].concat()), 200);
            assert_eq!(with(&[&mode("navigate")[..], &[("sec-fetch-dest", "iframe")]].concat()), 403);
        }
        for site in ["same-origin", "none"] {
            assert_eq!(with(&[("sec-fetch-site", site), ("sec-fetch-mode", "cors")]), 200);
        }
    }

    #[test]
    fn targets() {
        let guard = Guard::default();
        for (target, expected) in
            [("/", 200), ("//a", 200), ("*", 400), ("http://localhost/", 400), ("http://evil.example/", 400)]
        {
            assert_eq!(status(&guard, HERE, target, &[("host", "localhost")]), expected, "{target}");
        }
    }
}
