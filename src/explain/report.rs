//! What is to be explained: as the explainer takes it, and as a shell sends it in one JSON text.

use super::network::Thrown;
use super::scan::{behind, cut, split, until};
use crate::hints::{Hint, Told};
use crate::syntax::headers::Headers;
use crate::syntax::json::{Document, Kind};
use crate::time::WallTime;
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
    pub provider: &'a str,
    /// The error and its causes, outermost first.
    pub thrown: Vec<Thrown<'a>>,
    pub online: Option<bool>,
    pub page_url: &'a str,
    pub response_type: &'a str,
    pub now: WallTime,
    /// When to come back, and the quota in the way, where somebody has read more than the headers plainly tell.
    pub hint: Option<Hint>,
    pub told: Option<Told>,
}

impl Report<'_> {
    /// The value of the response header `name`; "" if it was not sent.
    #[inline(never)]
    pub fn header(&self, name: &str) -> &str {
        self.headers.find(name).unwrap_or("")
    }
}

/// The report that a shell sent: `status`, `headers` (one `name:value` a line), `body`, `method`, `url`, `requestBody`,
/// `provider`, `online`, `pageUrl`, `responseType`, `now`, `thrown` (lists of name, message, code). All may be missing, and
/// what is not as it should be counts as missing.
pub fn read(document: &Document) -> Report<'_> {
    let root = document.root();
    let text = |name: &str| root.get(name).text();
    let thrown = root.get("thrown").children();
    Report {
        status: root.get("status").integer().and_then(|status| u16::try_from(status).ok()),
        headers: Headers::new(text("headers")),
        body: if root.get("body").exists() { Some(text("body")) } else { None },
        method: text("method"),
        url: text("url"),
        request_body: text("requestBody"),
        provider: text("provider"),
        thrown: thrown
            .map(|error| Thrown {
                name: error.index(0).text(),
                message: error.index(1).text(),
                code: error.index(2).text(),
            })
            .collect(),
        online: match root.get("online").kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        },
        page_url: text("pageUrl"),
        response_type: text("responseType"),
        now: WallTime(root.get("now").integer().unwrap_or(0)),
        hint: None,
        told: None,
    }
}

/// The host of a URL, without user and port; "" of a relative one.
pub fn host_of(url: &str) -> &str {
    let host = authority_of(url);
    let bracket = host.starts_with('[').then(|| until(host, b"]").len() + 1);
    bracket.and_then(|end| host.get(..end)).unwrap_or(until(host, b":"))
}

/// Host and port of a URL; "" of a relative one.
pub fn authority_of(url: &str) -> &str {
    behind(split(origin_of(url), "://").map_or("", |(_, rest)| rest), b'@')
}

/// Scheme and authority of a URL; "" of a relative one.
pub fn origin_of(url: &str) -> &str {
    // A scheme is letters; the address within a query is not this one's.
    let scheme = until(url, b":");
    let rest = url.get(scheme.len()..).and_then(|rest| rest.strip_prefix("://"));
    match rest {
        Some(rest) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            cut(url, 0, scheme.len() + 3 + until(rest, b"/?#\\").len())
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
        let report = read(&document);
        assert_eq!(
            (report.status, report.headers.find("a"), report.online, report.now),
            (Some(429), Some("b"), Some(false), WallTime(7))
        );
        assert_eq!(
            (report.thrown.len(), report.thrown.first().map(|thrown| thrown.code), report.url, report.body),
            (2, Some("c"), "", None)
        );
        let nothing = parse("nonsense");
        assert_eq!(read(&nothing).status, None);
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
