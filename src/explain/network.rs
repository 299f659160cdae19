//! What a thrown error means: a table over the names, codes and messages of the error and its causes, per runtime.
//!
//! Names come first: workerd marks even an abort as retryable. In a page the exception says nothing by design (refused,
//! DNS, TLS, CORS all read "Failed to fetch"), so what is not known is said to be unknown, with what to check.
//! Source: observed in Chromium 147, Node 20, Deno 2.9, Bun 1.4 and workerd; Firefox and Safari by their known messages.

use super::Report;
use super::explanation::Explanation;
use super::kind::{Kind, Retry};
use super::report::{host_of, origin_of};
use super::scan::{self, has, head, parts};
use super::text;

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

/// Signs, kind, reason, repeating, and the cause in words. Of repeating: `-` never, `s` safe (nothing was sent), `i` if
/// idempotent, `o` when the host is online again.
struct Row(&'static str, Kind, &'static str, char, &'static str);

/// Signs, lower-case and separated by `|`: any of them, in any name, code or message of the chain. The first row that fits counts.
const ROWS: &[Row] = &[
    Row(
        "aborterror|err_aborted|user aborted|requestaborted|cancelerror|cancelederror|err_canceled",
        Kind::Aborted,
        "caller",
        '-',
        "The caller's own signal ended the request.",
    ),
    Row(
        "und_err_connect_timeout|etimedout|connectiontimeout|connect timeout|err_connection_timed_out",
        Kind::Timeout,
        "connect",
        's',
        "No connection came about in time.",
    ),
    Row(
        "und_err_headers_timeout|headers timeout",
        Kind::Timeout,
        "headers",
        'i',
        "The server accepted the request and sent no answer in time.",
    ),
    Row("und_err_body_timeout|body timeout", Kind::Timeout, "body", 'i', "The answer began and stalled."),
    Row(
        "timeout|timed out|deadline exceeded",
        Kind::Timeout,
        "client_deadline",
        'i',
        "The deadline that the caller set passed before the answer came.",
    ),
    Row(
        "hpe_|httpparsererror|invalid http version|malformed_http|http parse error|headers_overflow|content_decoding|z_data_error",
        Kind::Network,
        "protocol",
        '-',
        "What came is not HTTP: another protocol answers at that port, or the answer is broken.",
    ),
    Row(
        "failed to parse url|err_invalid_url|invalid url|not a valid url|unsupported protocol|invalid_protocol|protocol must be|url scheme|unknown scheme|includes credentials|bad port|unsafe_port",
        Kind::InvalidRequest,
        "bad_url",
        '-',
        "The address is relative without a base, malformed, or of a scheme or port that fetch refuses.",
    ),
    Row(
        "cannot have body|cannot have a body|duplex|req_content_length_mismatch|bytestring|iso-8859-1|construct a request|allow-net|cleartext|invalid header|invalid value|is not a valid http method|invalid redirect",
        Kind::InvalidRequest,
        "unknown",
        '-',
        "fetch refused the request's options, or may not reach that address, before sending it.",
    ),
    Row(
        "body is unusable|already been read|already read|already been consumed|disturbed or locked|body used already|body already used|stream is locked",
        Kind::InvalidRequest,
        "unknown",
        '-',
        "A body was read twice: it can be read once, or cloned before.",
    ),
    Row(
        "unexpected redirect|redirect mode",
        Kind::UnexpectedResponse,
        "redirect",
        '-',
        "The server redirects, and the request was made with redirect: \"manual\" or \"error\".",
    ),
    Row("err_internet_disconnected|appears to be offline", Kind::Network, "offline", 'o', "The device is offline."),
    Row(
        "content security policy|securitypolicyviolation|blocked_by_csp",
        Kind::Network,
        "csp",
        '-',
        "The page's Content Security Policy (connect-src) forbids this address.",
    ),
    Row(
        "access-control-allow-origin|access control checks|preflight|cors policy|cross-origin|cross origin",
        Kind::Network,
        "cors",
        '-',
        "CORS: the server does not allow this page's origin, or did not answer the preflight.",
    ),
    Row("mixed content", Kind::Network, "mixed_content", '-', "A page on https may not fetch from http."),
    Row(
        "redirect count exceeded|number of redirects|toomanyredirects|too many redirects|err_fr_too_many_redirects",
        Kind::Network,
        "redirect_loop",
        '-',
        "The server redirects in a circle.",
    ),
    Row(
        "enotfound|eai_again|dns error|name resolution|getaddrinfo|err_name_not_resolved|unknownhost|not resolve|unable to resolve|hostname could not be found|name or service not known",
        Kind::Network,
        "dns",
        's',
        "The host name has no address: a typing error, or DNS is unreachable.",
    ),
    Row(
        "econnrefused|connection refused|connectionrefused|err_connection_refused|unable to connect|not connect|failed to connect",
        Kind::Network,
        "refused",
        's',
        "Nothing listens at that host and port.",
    ),
    Row(
        "self_signed|self signed|err_ssl|err_tls|cert_|certificate|unable_to_verify|eproto|ssl error|sslhandshake|unable_to_get_issuer|wrong_version_number",
        Kind::Network,
        "tls",
        '-',
        "The TLS handshake failed: an untrusted, expired or wrong certificate, or the port does not speak TLS.",
    ),
    Row(
        "terminated|reading a body|premature close|content-length mismatch|content_length_mismatch|incomplete_chunked|end of stream|z_buf_error|response body loading was aborted",
        Kind::Network,
        "truncated",
        'i',
        "The connection ended within the answer's body.",
    ),
    Row(
        "econnreset|econnaborted|epipe|reset by peer|other side closed|und_err_socket|socket hang up|err_connection_reset|err_connection_closed|err_empty_response|before message completed|connectionclosed|connection closed|connection was closed|connection reset|remote end closed|connection aborted",
        Kind::Network,
        "reset",
        'i',
        "The connection was closed before an answer came.",
    ),
    Row(
        "ehostunreach|enetunreach|enetdown|network connection lost|connection was lost|unreachable|network_changed|err_http2|err_quic|err_proxy|err_tunnel|nghttp2",
        Kind::Network,
        "connection",
        'i',
        "The connection was lost or has no route.",
    ),
    Row(
        "syntaxerror|unexpected end of json|unexpected token|not valid json|json.parse|json parse|unexpected end of input|unexpected eof",
        Kind::UnexpectedResponse,
        "invalid_json",
        '-',
        "The answer's body is empty or not JSON: json() could not read it.",
    ),
];

/// Explains a request that no response came to.
pub fn explain(report: &Report<'_>) -> Explanation {
    let mut out = Explanation::new(Kind::Network, "unknown", None);
    let surroundings = surroundings(report);
    let thrown = report.thrown.first().copied().unwrap_or_default();
    if let Some((row, place, text)) = find_row(report)
        // A sign that names its reason is believed before a guess from the surroundings.
        && (surroundings.is_none() || row.1 != Kind::Network || !matches!(row.2, "connection" | "dns"))
    {
        tell(&mut out, row, 90, ("exception", place, text));
    } else if let Some((row, name, text)) = surroundings {
        tell(&mut out, row, 90, ("environment", name, text));
    } else if thrown.name.is_empty() && !thrown.message.is_empty() && !has(thrown.message, "net::err_") {
        tell(&mut out, &REASON, 50, ("exception", "", ""));
    } else {
        unknown(report, &mut out);
    }
    out.what_happened = out.ink.add(match out.kind {
        Kind::Aborted => "The request was ended by the caller's own signal.",
        Kind::Timeout => "The request did not end in time.",
        Kind::InvalidRequest => "The request was refused before it was sent.",
        Kind::UnexpectedResponse => "A response came, but its body could not be read as JSON.",
        _ => NO_RESPONSE,
    });
    if out.kind == Kind::InvalidRequest {
        out.action = out.ink.add(MEND);
    }
    out
}

const NO_RESPONSE: &str = "No response came.";
const MEND: &str =
    "Mend the address or the options of the call; relative addresses need a page, or new URL(path, base).";

fn group_of(row: &Row) -> &'static str {
    if row.1 == Kind::Network { "network" } else { "fetch" }
}

/// What a row is about, without a case at hand: `id` is `network.dns`, `fetch.opaque`. Gives back whether there is such a row.
pub fn page(id: &str, out: &mut Explanation) -> bool {
    let (group, reason) = scan::split(id, ".").unwrap_or_default();
    if id == "network.unknown" {
        out.turn(Kind::Network, "unknown");
        unknown(&Report { thrown: alloc::vec![Thrown::default()], ..Report::default() }, out);
        out.what_happened = out.ink.add(NO_RESPONSE);
        return true;
    }
    let mut rows = ROWS.iter().chain([&REASON, &OFFLINE, &MIXED, &REDIRECT, &OPAQUE]);
    let Some(row) = rows.find(|row| row.2 == reason && group == group_of(row)) else { return false };
    tell(out, row, 90, ("exception", "", ""));
    out.what_happened = out.ink.add(row.4);
    if row.1 == Kind::InvalidRequest {
        out.action = out.ink.add(MEND);
    }
    true
}

/// Explains a response that may not be looked into.
pub fn opaque(report: &Report<'_>) -> Explanation {
    let mut out = Explanation::new(Kind::UnexpectedResponse, "", Some(0));
    let redirect = report.response_type == "opaqueredirect";
    let row = if redirect { &REDIRECT } else { &OPAQUE };
    tell(&mut out, row, 90, ("environment", "type", report.response_type));
    out.what_happened = out.ink.add(row.4);
    out.action = out.ink.add(if redirect {
        "Follow the redirect, or request the final address."
    } else {
        "Use mode \"cors\", and have the server allow this page's origin."
    });
    out
}

/// Only an abort's own reason is thrown as something else than an error.
const REASON: Row = Row(
    "",
    Kind::Aborted,
    "caller",
    '-',
    "What was thrown is not an Error: fetch throws such a value only if it is the reason given to abort().",
);
const OFFLINE: Row = Row("", Kind::Network, "offline", 'o', "The device is offline.");
const MIXED: Row = Row("", Kind::Network, "mixed_content", '-', "A page on https may not fetch from http.");
const REDIRECT: Row = Row(
    "",
    Kind::UnexpectedResponse,
    "redirect",
    '-',
    "The server redirects, and the request was made with redirect: \"manual\" or \"error\".",
);
const OPAQUE: Row = Row(
    "",
    Kind::UnexpectedResponse,
    "opaque",
    '-',
    "A response came, but the request's mode \"no-cors\" hides its status, headers and body.",
);

/// Makes `out` what `row` says, on the evidence of (from, name, text).
fn tell(out: &mut Explanation, row: &Row, confidence: u8, seen: (&'static str, &str, &str)) {
    out.turn(row.1, row.2);
    out.retry = match row.3 {
        'o' => Retry::WhenOnline,
        '-' => Retry::Never { until: out.ink.add(text::row(row.1).until) },
        repeat => Retry::Backoff { base_delay: 1000, max_tries: 5, requires_idempotency: repeat == 'i' },
    };
    out.id = out.ink.join(&[group_of(row), ".", row.2]);
    out.confidence = confidence;
    out.see(out.id, seen.0, seen.1, seen.2, None);
    out.cause(row.2, row.4, "", if confidence > 80 { "certain" } else { "likely" }, 0);
}

fn find_row<'a>(report: &Report<'a>) -> Option<(&'static Row, &'static str, &'a str)> {
    for row in ROWS {
        for thrown in &report.thrown {
            for (place, text) in [("code", thrown.code), ("name", thrown.name), ("message", thrown.message)] {
                // Messages are short; of a long one the front is enough.
                if parts(row.0, b'|').any(|sign| has(head(text, 1024), sign)) {
                    return Some((row, place, text));
                }
            }
        }
    }
    None
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

/// Causes by likelihood where the exception does not say: id, confidence, text, check.
const UNKNOWN: &[(&str, &str, &str, &str)] = &[
    (
        "cors",
        "likely",
        "CORS: the server does not allow this page's origin, or did not answer the preflight.",
        "Does curl reach the URL while the page does not? Then it is CORS: see the console.",
    ),
    (
        "unreachable",
        "likely",
        "The server is unreachable: refused, a wrong host name, TLS, or a connection that broke.",
        "Open the URL in a tab of its own, or with curl.",
    ),
    (
        "blocked",
        "possible",
        "An extension, a proxy or the page's Content Security Policy blocked it.",
        "Try a private window without extensions; look for a CSP report in the console.",
    ),
];

fn unknown(report: &Report<'_>, out: &mut Explanation) {
    out.id = out.ink.add("network.unknown");
    out.confidence = 10;
    let Some(thrown) = report.thrown.first() else {
        return out.notes.push("Neither a response nor an error was given.");
    };
    out.confidence = 30;
    out.see(out.id, "exception", "message", thrown.message, None);
    // A page may always read its own origin.
    let own = !report.page_url.is_empty() && origin_of(report.page_url) == origin_of(report.url);
    for (id, confidence, text, check) in UNKNOWN {
        if !own || *id != "cors" {
            out.cause(id, text, check, confidence, 0);
        }
    }
    out.notes.push("By design a page cannot tell these apart from the exception; the network panel can.");
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn of(chain: &[(&'static str, &'static str, &'static str)]) -> (Kind, alloc::string::String, Retry) {
        let thrown = chain.iter().map(|(name, message, code)| Thrown { name, message, code }).collect();
        let out = explain(&Report { thrown, url: "https://api.example.com/x", ..Report::default() });
        (out.kind, out.ink.read(out.reason).to_string(), out.retry)
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
    fn a_thrown_value_that_is_no_error_is_a_reason_to_abort() {
        assert_eq!(of(&[("", "user left", "")]).0, Kind::Aborted);
        assert_eq!(of(&[]).0, Kind::Network);
    }

    #[test]
    fn what_was_never_sent_may_be_sent_again_whatever_its_method() {
        for (code, expected) in [("ECONNREFUSED", false), ("ENOTFOUND", false), ("ECONNRESET", true)] {
            let (.., retry) = of(&[("TypeError", "fetch failed", ""), ("Error", "x", code)]);
            assert_eq!(
                retry,
                Retry::Backoff { base_delay: 1000, max_tries: 5, requires_idempotency: expected },
                "{code}"
            );
        }
    }
}
