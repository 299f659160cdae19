//! What a thrown error means: kind, reason and sentence of each cause in [`crate::failures`], by which the policy decides too.
//!
//! Names come first: workerd marks even an abort as retryable. In a page the exception says nothing by design (refused,
//! DNS, TLS, CORS all read "Failed to fetch"), so what is not known is said to be unknown, with what to check.
//! Source: observed in Chromium 147, Node 20, Deno 2.9, Bun 1.4 and workerd; Firefox and Safari by their known messages.

use crate::explain::Report;
use crate::explain::advise::texts;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{Kind, Retry};
use crate::explain::judge::program;
use crate::explain::read::report::{Given, Thrown, host_of, origin_of};
use crate::explain::scan;
use crate::failures::{self, Cause, Repeats};
use alloc::{string::String, vec::Vec};

/// A cause's kind, reason and sentence.
struct Row(Cause, Kind, &'static str, &'static str);

/// Where two rows have one reason, the first stands for it.
const ROWS: &[Row] = &[
    Row(Cause::Aborted, Kind::Aborted, "caller", "The caller's signal aborted the request."),
    Row(Cause::Exhausted, Kind::Network, "subrequests", "This invocation has sent as many requests as it may."),
    Row(Cause::ConnectTimeout, Kind::Timeout, "connect", "The connection could not be opened in time."),
    Row(
        Cause::HeadersTimeout,
        Kind::Timeout,
        "headers",
        "The server accepted the request and sent no response in time.",
    ),
    Row(Cause::BodyTimeout, Kind::Timeout, "body", "The response started, then stalled."),
    Row(
        Cause::Timeout,
        Kind::Timeout,
        "client_deadline",
        "The deadline that the caller set passed before the response came.",
    ),
    Row(
        Cause::Protocol,
        Kind::Network,
        "protocol",
        "The response is not HTTP: another protocol at that port, or a broken response.",
    ),
    Row(
        Cause::Unreadable,
        Kind::Network,
        "protocol",
        "The client refused the response: its headers are too large, its encoding is broken, or its integrity does not match.",
    ),
    Row(
        Cause::Url,
        Kind::InvalidRequest,
        "bad_url",
        "The URL is relative without a base, malformed, or has a scheme or port that fetch refuses.",
    ),
    Row(
        Cause::Options,
        Kind::InvalidRequest,
        "unknown",
        "fetch refused the request's options or URL before sending it.",
    ),
    Row(Cause::UsedBody, Kind::InvalidRequest, "unknown", "A body was read twice: read it once, or clone it first."),
    REDIRECT,
    OFFLINE,
    Row(Cause::Csp, Kind::Network, "csp", "The page's Content Security Policy (connect-src) forbids this URL."),
    Row(
        Cause::Cors,
        Kind::Network,
        "cors",
        "CORS: the server does not allow this page's origin, or did not respond to the preflight.",
    ),
    MIXED,
    Row(Cause::RedirectLoop, Kind::Network, "redirect_loop", "The server redirects in a circle."),
    Row(Cause::Dns, Kind::Network, "dns", "The host name has no address: a typo, or DNS is unreachable."),
    Row(Cause::Refused, Kind::Network, "refused", "Nothing listens at that host and port."),
    Row(
        Cause::Tls,
        Kind::Network,
        "tls",
        "The TLS handshake failed: an untrusted, expired or wrong certificate, or the port does not speak TLS.",
    ),
    Row(Cause::Truncated, Kind::Network, "truncated", "The connection ended in the middle of the response body."),
    Row(Cause::Reset, Kind::Network, "reset", "The connection was closed before a response came."),
    Row(
        Cause::Unprocessed,
        Kind::Network,
        "reset",
        "The server closed the connection or refused the stream (HTTP/2) before it processed the request.",
    ),
    Row(Cause::Lost, Kind::Network, "connection", "The connection was lost or has no route."),
    Row(
        Cause::NoSocket,
        Kind::Network,
        "connection",
        "This machine has no socket, port or file descriptor left: too many connections are open.",
    ),
    Row(Cause::Json, Kind::UnexpectedResponse, "invalid_json", "The response's body is empty or not JSON."),
];

/// Explains a failure of a request that the table knows, or what the surroundings show of one; none of anything else.
#[inline(never)]
pub fn explain(report: &Report<'_>) -> Option<Explanation> {
    explain_from(report, 0)
}

/// The same, of the errors from the `first`th of the chain on.
#[inline(never)]
pub fn explain_from(report: &Report<'_>, first: usize) -> Option<Explanation> {
    let texts = texts(report.thrown.get(first..)?)?;
    let mut out = Explanation::new(Kind::Network, "unknown", None);
    let found = find_row(&texts);
    let is_silent = report.thrown.is_empty() && report.given == Given::Fitting;
    let is_zero = report.status == Some(0);
    let is_network = found.is_some_and(|(row, ..)| row.1 == Kind::Network) || is_vague(&texts) || is_silent || is_zero;
    // A sign that names its reason is believed before a guess from the surroundings.
    let is_open = is_network && found.is_none_or(|(row, ..)| matches!(row.2, "connection" | "dns"));
    if let Some((row, name, text)) = surroundings(report).filter(|_| is_open) {
        tell(&mut out, row, NAMED, ("environment", name, text));
    } else if let Some((row, place, text)) = found.filter(|(row, ..)| !report.is_aborted || row.1 == Kind::Timeout) {
        tell(&mut out, row, NAMED, ("exception", place, text));
    } else if report.is_aborted {
        tell(&mut out, &ROWS[0], NAMED, ("environment", "signal.aborted", "true"));
    } else if is_network && (!is_silent || is_zero) {
        unknown(report, &mut out);
    } else {
        return None;
    }
    out.what_happened = out.arena.add(match out.kind {
        Kind::Aborted => "The caller's signal aborted the request.",
        Kind::Timeout => "The request did not end in time.",
        Kind::InvalidRequest => "The request was refused before it was sent.",
        Kind::UnexpectedResponse => "A response came, but its body could not be read as JSON.",
        _ => NO_RESPONSE,
    });
    act(&mut out);
    Some(out)
}

/// What to do, where the reason says more of it than the kind.
fn act(out: &mut Explanation) {
    if out.kind == Kind::InvalidRequest {
        out.action = out.arena.add(CORRECT_THE_CALL);
    } else if out.arena.read(out.reason) == "subrequests" {
        out.action = out.arena.add(FEWER);
    }
}

const NO_RESPONSE: &str = "No response came.";
const CORRECT_THE_CALL: &str =
    "Correct the call: an absolute URL (new URL(path, base)), and options that this fetch accepts.";

const FEWER: &str = "Send fewer requests in one invocation, retries included: batch them, or continue in another one.";

fn group_of(row: &Row) -> &'static str {
    if row.1 == Kind::Network { "network" } else { "fetch" }
}

/// What a row is about, without a case at hand: `id` is `network.dns`, `fetch.opaque`. Gives back whether there is such a row.
pub fn page(id: &str, out: &mut Explanation) -> bool {
    let (group, reason) = scan::split(id, ".").unwrap_or_default();
    if id == "network.unknown" {
        out.turn(Kind::Network, "unknown");
        unknown(&Report { thrown: alloc::vec![Thrown::default()], ..Report::default() }, out);
        out.what_happened = out.arena.add(NO_RESPONSE);
        return true;
    }
    let mut rows = ROWS.iter().chain([&OPAQUE]);
    let Some(row) = rows.find(|row| row.2 == reason && group == group_of(row)) else { return false };
    tell(out, row, NAMED, ("exception", "", ""));
    out.what_happened = out.arena.add(row.3);
    act(out);
    true
}

/// Explains a response that may not be looked into.
pub fn opaque(report: &Report<'_>) -> Explanation {
    let mut out = Explanation::new(Kind::UnexpectedResponse, "", Some(0));
    let redirect = report.response_type == "opaqueredirect";
    let row = if redirect { &REDIRECT } else { &OPAQUE };
    tell(&mut out, row, NAMED, ("environment", "type", report.response_type));
    out.what_happened = out.arena.add(row.3);
    out.action = out.arena.add(if redirect {
        "Follow the redirect, or request the final URL."
    } else {
        "Use mode \"cors\", and have the server allow this page's origin."
    });
    out
}

const OFFLINE: Row = Row(Cause::Offline, Kind::Network, "offline", "The device is offline.");
const MIXED: Row = Row(Cause::MixedContent, Kind::Network, "mixed_content", "A page on https may not fetch from http.");
const REDIRECT: Row = Row(
    Cause::Redirect,
    Kind::UnexpectedResponse,
    "redirect",
    "The server redirects, and the request was made with redirect: \"manual\" or \"error\".",
);
const OPAQUE: Row = Row(
    Cause::Redirect,
    Kind::UnexpectedResponse,
    "opaque",
    "A response came, but the request's mode \"no-cors\" hides its status, headers and body.",
);

/// How sure the kind is, in percent, as measured on the labelled errors that were thrown: where a row names the failure (764 of them,
/// 98 % right), where the host reports a network failure without its cause (83, 95 %), and where there is neither a response nor an error.
const NAMED: u8 = 97;
const VAGUE: u8 = 95;
const GUESSED: u8 = 10;

/// Makes `out` what `row` says, on the evidence of (from, name, text).
fn tell(out: &mut Explanation, row: &Row, confidence: u8, seen: (&'static str, &str, &str)) {
    out.turn(row.1, row.2);
    out.retry = match row.0.repeats() {
        _ if row.0 == Cause::Offline => Retry::WhenOnline,
        Repeats::Exhausted => Retry::Never { until: out.arena.add("the next invocation of the Worker") },
        Repeats::Never => Retry::Never { until: out.arena.add(texts::row(row.1).until) },
        repeats => {
            Retry::Backoff { base_delay: 1000, max_tries: 5, requires_idempotency: repeats == Repeats::IfIdempotent }
        }
    };
    out.id = out.arena.join(&[group_of(row), ".", row.2]);
    out.confidence = confidence;
    out.see(out.id, seen.0, seen.1, seen.2, None);
    out.cause(row.2, row.3, "", if confidence > 80 { "certain" } else { "likely" }, 0);
}

/// Code, name and message of each error, as far as they can tell of a request; none where one is a mistake in the program.
fn texts(chain: &[Thrown<'_>]) -> Option<Vec<[String; 3]>> {
    let mut texts = Vec::with_capacity(chain.len());
    for thrown in chain {
        texts.push([thrown.code.into(), thrown.name.into(), program::telling(thrown)?]);
    }
    Some(texts)
}

fn find_row(texts: &[[String; 3]]) -> Option<(&'static Row, &'static str, &str)> {
    let texts: Vec<_> = texts.iter().flatten().map(String::as_str).collect();
    let (cause, at) = failures::find(&texts)?;
    let row = ROWS.iter().find(|row| row.0 == cause)?;
    Some((row, ["code", "name", "message"].get(at % 3)?, texts.get(at)?))
}

/// Whether a host says that the network failed, and not how. A code that no row has says that something else did.
fn is_vague(texts: &[[String; 3]]) -> bool {
    let mut causes = texts.iter().map(|[code, name, message]| failures::cause(name, message, code));
    causes.any(|cause| cause.is_some()) && !texts.iter().any(|[code, ..]| failures::is_foreign(code))
}

/// What the surroundings tell: offline, mixed content.
fn surroundings(report: &Report<'_>) -> Option<(&'static Row, &'static str, &'static str)> {
    let host = host_of(report.url);
    let local = host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]";
    if report.online == Some(false) {
        Some((&OFFLINE, "navigator.onLine", "false"))
    } else if report.page_url.starts_with("https:") && report.url.starts_with("http:") && !local {
        Some((&MIXED, "scheme", "http from https"))
    } else {
        None
    }
}

/// Causes where the error names none: id, confidence, text, check.
const CORS: [&str; 4] = [
    "cors",
    "likely",
    "CORS: the server does not allow this page's origin, or did not respond to the preflight.",
    "Does curl reach the URL while the page does not? Then it is CORS: see the console.",
];
const UNKNOWN: [[&str; 4]; 2] = [
    [
        "unreachable",
        "likely",
        "The server is unreachable: connection refused, wrong host name, TLS, or a broken connection.",
        "Open the URL in a new tab, or with curl.",
    ],
    [
        "blocked",
        "possible",
        "An extension, a proxy or the page's Content Security Policy blocked it.",
        "Try a private window without extensions; look for a CSP report in the console.",
    ],
];

fn unknown(report: &Report<'_>, out: &mut Explanation) {
    out.id = out.arena.add("network.unknown");
    out.confidence = GUESSED;
    if let Some(thrown) = report.thrown.first() {
        out.confidence = VAGUE;
        out.see(out.id, "exception", "message", thrown.message, None);
    }
    // CORS is of pages alone, and a page may always read its own origin.
    let is_page = !report.page_url.is_empty();
    let is_foreign = is_page && origin_of(report.page_url) != origin_of(report.url);
    let rows = [Some(CORS).filter(|_| is_foreign), Some(UNKNOWN[0]), Some(CORS).filter(|_| !is_page), Some(UNKNOWN[1])];
    for [id, confidence, text, check] in rows.into_iter().flatten() {
        out.cause(id, text, check, confidence, 0);
    }
    out.notes.push("By design the exception does not distinguish these; the network panel does.");
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn of(chain: &[(&'static str, &'static str, &'static str)]) -> (Kind, alloc::string::String, Retry) {
        let thrown = chain.iter().map(|(name, message, code)| Thrown { name, message, code }).collect();
        let out = explain(&Report { thrown, url: "https://api.example.com/x", ..Report::default() }).unwrap();
        (out.kind, out.arena.read(out.reason).to_string(), out.retry)
    }

    #[test]
    fn the_name_of_an_abort_or_deadline_comes_before_all_else() {
        let abort =
            of(&[("AbortError", "This operation was aborted", "20"), ("Error", "read ECONNRESET", "ECONNRESET")]);
        assert_eq!((abort.0, abort.1.as_str()), (Kind::Aborted, "caller"));
        let deadline = of(&[("TimeoutError", "signal timed out", "23")]);
        assert_eq!((deadline.0, deadline.1.as_str()), (Kind::Timeout, "client_deadline"));
    }

    #[test]
    fn what_was_given_to_abort_is_an_abort_where_the_signal_shows_it() {
        for (name, is_aborted, kind) in
            [("", true, Some(Kind::Aborted)), ("", false, None), ("TimeoutError", true, Some(Kind::Timeout))]
        {
            let thrown = alloc::vec![Thrown { name, message: "user left", code: "" }];
            let out = explain(&Report { thrown, is_aborted, ..Report::default() });
            assert_eq!(out.map(|out| out.kind), kind, "{name}");
        }
    }

    #[test]
    fn no_response_is_a_failure_of_the_network_only_where_that_was_said() {
        let report = Report::default();
        assert!(explain(&report).is_none());
        assert_eq!(explain(&Report { status: Some(0), ..report }).unwrap().kind, Kind::Network);
    }

    #[test]
    fn a_cause_with_a_code_that_no_row_has_is_no_failure_of_the_network() {
        for (code, is_known) in [("ERR_INVALID_ARG_TYPE", false), ("", true), ("ERR_NETWORK", true), ("20", true)] {
            let outer = Thrown { name: "TypeError", message: "fetch failed", code: "" };
            let cause = Thrown { name: "TypeError", message: "The argument is none", code };
            let out = explain(&Report { thrown: alloc::vec![outer, cause], ..Report::default() });
            assert_eq!(out.is_some(), is_known, "{code}");
        }
    }

    #[test]
    fn requests_that_the_host_sends_no_more_are_told_by_their_name() {
        let message = "Too many subrequests by single Worker invocation.";
        let thrown = alloc::vec![Thrown { name: "Error", message, code: "" }];
        let out = explain(&Report { thrown, url: "https://api.example.com/x", ..Report::default() }).unwrap();
        assert_eq!((out.kind, out.arena.read(out.reason)), (Kind::Network, "subrequests"));
        assert!(matches!(out.retry, Retry::Never { .. }));
        assert_eq!(out.causes.len(), 1, "it is not CORS");
        assert_eq!(out.arena.read(out.action), FEWER);
    }

    #[test]
    fn each_cause_has_a_row() {
        for (signs, cause) in failures::ROWS {
            assert_eq!(ROWS.iter().filter(|row| row.0 == *cause).count(), 1, "{signs}");
        }
    }

    #[test]
    fn what_was_never_sent_may_be_sent_again_whatever_its_method() {
        for (code, expected) in
            [("ECONNREFUSED", false), ("ENOTFOUND", false), ("ECONNRESET", true), ("ERR_HTTP2_GOAWAY_SESSION", false)]
        {
            let (.., retry) = of(&[("TypeError", "fetch failed", ""), ("Error", "x", code)]);
            assert_eq!(
                retry,
                Retry::Backoff { base_delay: 1000, max_tries: 5, requires_idempotency: expected },
                "{code}"
            );
        }
    }
}
