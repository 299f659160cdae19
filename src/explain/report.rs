//! What is to be explained: as the explainer takes it, and as a shell sends it in one JSON text.

use super::network::Thrown;
use super::scan::{behind, split, until};
use crate::hints::{Hint, Told};
use crate::syntax::headers::Headers;
use crate::syntax::json::{Document, Kind, Node};
use crate::time::WallTime;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// What is to be explained. "" and none: not known.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Report<'a> {
    /// None or 0: no response came, or none that may be read.
    pub status: Option<u16>,
    /// All of the answer's, names in lower case.
    pub headers: Headers<'a>,
    pub body: Option<&'a str>,
    pub method: &'a str,
    pub url: &'a str,
    pub request_body: &'a str,
    pub provider: Option<&'a str>,
    /// The error and its causes, outermost first.
    pub thrown: Vec<Thrown<'a>>,
    pub online: Option<bool>,
    pub page_url: &'a str,
    pub response_type: &'a str,
    pub now: WallTime,
    pub hint: Option<Hint>,
    pub told: Option<Told>,
}

/// A report as a shell sends it: `status`, `headers` (one `name:value` a line), `body`, `method`, `url`, `requestBody`,
/// `provider`, `online`, `pageUrl`, `responseType`, `now`, `thrown` (lists of name, message, code). All may be missing.
#[derive(Debug)]
pub struct Inbox<'d> {
    root: Option<Node<'d>>,
    texts: [Option<Cow<'d, str>>; 8],
    thrown: Vec<[Cow<'d, str>; 3]>,
}

const TEXTS: [&str; 8] = ["headers", "body", "method", "url", "requestBody", "provider", "pageUrl", "responseType"];

impl<'d> Inbox<'d> {
    /// Opens what a shell sent; what is not as it should be counts as missing.
    pub fn open(document: &'d Document<'d>) -> Self {
        let root = document.root();
        let chain = root.and_then(|root| root.get("thrown")).into_iter().flat_map(Node::children);
        let part = |error: Node<'d>, index| error.index(index).and_then(Node::text).unwrap_or_default();
        Self {
            root,
            texts: TEXTS.map(|name| root?.get(name)?.text()),
            thrown: chain.map(|error| [part(error, 0), part(error, 1), part(error, 2)]).collect(),
        }
    }

    /// The report, without hint and quota: who knows the headers' meaning adds these.
    pub fn report(&self) -> Report<'_> {
        let [headers, body, method, url, request_body, provider, page_url, response_type] =
            self.texts.each_ref().map(Option::as_deref);
        let number = |name: &str| self.root?.get(name)?.integer();
        Report {
            status: number("status").and_then(|status| u16::try_from(status).ok()),
            headers: Headers::new(headers.unwrap_or("")),
            body,
            method: method.unwrap_or(""),
            url: url.unwrap_or(""),
            request_body: request_body.unwrap_or(""),
            provider: provider.filter(|name| !name.is_empty()),
            thrown: self.thrown.iter().map(|[name, message, code]| Thrown { name, message, code }).collect(),
            online: self.root.and_then(|root| match root.get("online")?.kind() {
                Kind::Bool(online) => Some(online),
                _ => None,
            }),
            page_url: page_url.unwrap_or(""),
            response_type: response_type.unwrap_or(""),
            now: WallTime(number("now").unwrap_or(0)),
            hint: None,
            told: None,
        }
    }
}

/// The host of a URL, without user and port; "" of a relative one.
pub fn host_of(url: &str) -> &str {
    let authority = split(origin_of(url), "://").map_or("", |(_, rest)| rest);
    let host = behind(authority, b'@');
    let bracket = host.starts_with('[').then(|| until(host, b"]").len() + 1);
    bracket.and_then(|end| host.get(..end)).unwrap_or(until(host, b":"))
}

/// Scheme and authority of a URL; "" of a relative one.
pub fn origin_of(url: &str) -> &str {
    // A scheme is letters; the address within a query is not this one's.
    let scheme = until(url, b":");
    let rest = url.get(scheme.len()..).and_then(|rest| rest.strip_prefix("://"));
    match rest {
        Some(rest) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            url.get(..scheme.len() + 3 + until(rest, b"/?#\\").len()).unwrap_or("")
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::parse;

    #[test]
    fn what_a_shell_sent_is_read_and_the_rest_is_unknown() {
        let document =
            parse(r#"{"status":429,"headers":"a:b\n","online":false,"now":7,"thrown":[["E","m","c"],[]],"url":5}"#);
        let inbox = Inbox::open(&document);
        let report = inbox.report();
        assert_eq!(
            (report.status, report.headers.find("a"), report.online, report.now),
            (Some(429), Some("b"), Some(false), WallTime(7))
        );
        assert_eq!(
            (report.thrown.len(), report.thrown.first().map(|thrown| thrown.code), report.url, report.body),
            (2, Some("c"), "", None)
        );
        let nothing = parse("nonsense");
        assert_eq!(Inbox::open(&nothing).report().status, None);
    }

    #[test]
    fn host_and_origin_are_found_in_any_address() {
        for (url, host, origin) in [
            ("https://u:p@api.example.com:8080/x?y=http://z", "api.example.com", "https://u:p@api.example.com:8080"),
            ("http://[::1]:80/", "[::1]", "http://[::1]:80"),
            ("/relative?x=1", "", ""),
            ("/relative?next=https://other.example/", "", ""),
            ("https://host#x", "host", "https://host"),
        ] {
            assert_eq!((host_of(url), origin_of(url)), (host, origin), "{url}");
        }
    }
}
