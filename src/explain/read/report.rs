//! The input of the explainer, and how a shell sends it as one text.

use crate::explain::scan::{behind, cut, split, until};
use crate::hints::{Hint, Told};
use crate::syntax::headers::Headers;
use crate::syntax::json::Node;
use crate::syntax::number;
use crate::time::WallTime;
use alloc::string::String;
use alloc::vec::Vec;

/// One error of a chain: the one that was thrown, then its `cause`, and so on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Thrown<'a> {
    /// `error.name`; "" for what is not an error.
    pub name: &'a str,
    /// `error.message`.
    pub message: &'a str,
    /// `error.code` as text.
    pub code: &'a str,
}

/// What a caller passed, if it is neither a report nor an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Given {
    #[default]
    Fitting,
    Nothing,
    Promise,
    Response,
    /// An object that has neither a status nor an error.
    Object,
}

/// The response or error to explain. "" and `None` mean unknown.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, clippy::struct_excessive_bools, reason = "facts that do not depend on one another")]
pub struct Report<'a> {
    /// The status. `None` or 0: no response came, or it cannot be read.
    pub status: Option<u16>,
    /// All response headers, names in lower case.
    pub headers: Headers<'a>,
    /// The same headers, split into pairs, for faster look-ups. [`crate::explain::explain`] fills it if it is empty.
    pub pairs: Vec<(&'a str, &'a str)>,
    pub body: Option<&'a str>,
    pub method: &'a str,
    pub url: &'a str,
    pub request_body: &'a str,
    /// The request headers, as far as known. Their values are checked, and appear in no explanation.
    pub request_headers: Headers<'a>,
    /// Whether the response came after a redirect.
    pub redirected: bool,
    pub provider: &'a str,
    /// The error and its causes, outermost first.
    pub thrown: Vec<Thrown<'a>>,
    pub online: Option<bool>,
    pub page_url: &'a str,
    pub response_type: &'a str,
    pub now: WallTime,
    /// The id of the request, if a client's error has one.
    pub request_id: &'a str,
    /// Whether the code of the thrown error is a gRPC status.
    pub is_grpc: bool,
    /// Whether the request's signal is aborted.
    pub is_aborted: bool,
    /// Whether `status` is from the code of the thrown error, not from the server.
    pub is_status_assumed: bool,
    /// What the caller passed instead of a report or an error.
    pub given: Given,
    /// When to retry, and the exhausted quota, if the caller knows more than the headers report.
    pub hint: Option<Hint>,
    pub told: Option<Told>,
}

impl Report<'_> {
    /// Sets until when nothing is sent, and the quota that blocks it, if known.
    pub fn wait_until(&mut self, at: WallTime, quota: Told) {
        let (delay, source) = (at.since(self.now).max(0), String::from("retryAt"));
        if quota.limit.or(quota.remaining).is_some() {
            self.told = Some(Told { reset_in: Some(delay), source, ..quota });
        } else {
            self.hint = Some(Hint { delay, source });
        }
    }

    /// Splits the headers into [`Report::pairs`], which [`Report::header`] reads.
    pub fn part_headers(&mut self) {
        if self.pairs.is_empty() {
            self.pairs.extend(self.headers.iter());
        }
    }

    /// The value of the response header `name`, in any case; "" if it was not sent.
    #[inline(never)]
    pub fn header(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The value of the request header `name`; "" if it is not known.
    pub fn asked(&self, name: &str) -> &str {
        self.request_headers.lines().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// The report that a shell sent: `facts` are lines of `name:value`, whose names are those of the arms below; `thrown` is a list
/// of name, message and code for each error. All may be missing, and what is not as it should be counts as missing.
pub fn read<'a>(facts: &'a str, thrown: Node<'a>) -> Report<'a> {
    let mut report = Report::default();
    let (mut retry_at, mut quota) = (None, Told::default());
    for (name, value) in Headers::new(facts).lines() {
        let number = number::whole(value);
        let count = number.and_then(|number| u64::try_from(number).ok());
        match name {
            "status" => {
                report.status =
                    number.and_then(|status| u16::try_from(status).ok()).filter(|status| is_status(*status));
            }
            // An error's numeric code may be anything; only one of an error's status is taken for that.
            "code" if report.status.is_none() => {
                report.status =
                    number.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code));
            }
            "method" => report.method = value,
            "url" => report.url = value,
            "provider" => report.provider = value,
            "online" => report.online = Some(value == "true"),
            "redirected" => report.redirected = value == "true",
            "pageUrl" => report.page_url = value,
            "responseType" => report.response_type = value,
            "requestId" => report.request_id = value,
            "grpc" => report.is_grpc = value == "true",
            "aborted" => report.is_aborted = value == "true",
            "given" => report.given = given(value),
            "now" => report.now = WallTime(number.unwrap_or(0)),
            "retryAt" => retry_at = number.map(WallTime),
            "limit" => quota.limit = count,
            "remaining" => quota.remaining = count,
            "bucket" => quota.bucket = Some(value.into()),
            _ => {}
        }
    }
    if let Some(at) = retry_at {
        report.wait_until(at, quota);
    }
    let errors = thrown.children().map(|error| [error.index(0), error.index(1), error.index(2)].map(Node::text));
    report.thrown.extend(errors.map(|[name, message, code]| Thrown { name, message, code }));
    report
}

/// Three digits, as RFC 9110 section 15 has it; 0 stands for no response.
fn is_status(status: u16) -> bool {
    status == 0 || (100..1000).contains(&status)
}

fn given(word: &str) -> Given {
    match word {
        "nothing" => Given::Nothing,
        "promise" => Given::Promise,
        "response" => Given::Response,
        "object" => Given::Object,
        _ => Given::Fitting,
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
        let thrown = parse(r#"[["E","m","c"],[]]"#);
        let report = read("status:429\nonline:false\nnow:7\nurl:https://x.example/\nother:x\n", thrown.root());
        assert_eq!((report.status, report.online, report.now), (Some(429), Some(false), WallTime(7)));
        assert_eq!(
            (report.thrown.len(), report.thrown.first().map(|thrown| thrown.code), report.url),
            (2, Some("c"), "https://x.example/")
        );
        let nothing = parse("nonsense");
        assert_eq!(read("nonsense\nstatus:x\nnow:x", nothing.root()).status, None);
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
