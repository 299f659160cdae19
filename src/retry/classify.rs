//! What an answer or a failure means for a retry: tables of statuses; what hosts throw stands in [`crate::failures`].

use crate::failures::{self, Cause, Repeats};
use crate::hints::{body::Limited, is_refusal};
use crate::retry::options::{METHODS, RetryRules};

/// What kind of trouble an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not to be repeated: a success, or an error that would come again.
    Final,
    /// Held back by a quota; the request was not processed.
    Limited,
    /// Busy with somebody else's change; a few seconds help.
    Locked,
    /// Sent too early in a TLS handshake (RFC 8470): once more, and once only.
    TooEarly,
    /// A failure that may pass.
    Transient,
}

/// What one answer says besides its status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// A hint when to come back was given; one of 0, or past, is none.
    pub hinted: bool,
    /// A quota of requests, or of errors, is used up.
    pub exhausted: bool,
    /// What the body says was exceeded.
    pub limited: Option<Limited>,
    /// The API's own catalog says that, whatever the status.
    pub ruled: bool,
    /// The server says that it is to be repeated, or that it is not, whatever the status.
    pub repeats: Option<bool>,
}

/// Why a fetch was rejected, as far as it matters for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller's own doing: bad arguments, a blocked URL. It would fail again.
    Caller,
    /// The host sends no more requests, this one or another (workerd's "Too many subrequests"). Nothing more is to be sent.
    Exhausted,
    /// The network failed, and the host says that there is none.
    Offline,
    /// No answer came, or it broke off; nobody knows whether the request was processed.
    Network,
    /// The attempt's own deadline.
    Timeout,
    /// The network failed before the server processed the request (no connection, a stream that HTTP/2 refused): even a POST
    /// may be sent again.
    Unprocessed,
}

impl Failure {
    /// Whether the network failed: what the host's own word that it is offline explains.
    pub fn is_network(self) -> bool {
        matches!(self, Self::Network | Self::Unprocessed)
    }
}

/// The transient ones: 408 and 5xx by RFC 9110; 520 to 524 are Cloudflare's, 529 Anthropic's and Notion's "overloaded".
/// 501 and 505 say that the request is not supported, and so will it be later.
const TRANSIENT: [u16; 11] = [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529];

/// Whether an answer is a failure of its server.
pub fn is_failure(status: u16) -> bool {
    TRANSIENT.contains(&status)
}

/// Whether an answer is one of a server that is down; a 408 is of one that found its client slow.
pub fn is_down(status: u16, signs: Signs) -> bool {
    has_failed(status, signs) && status != 408 && !is_limited(status, signs)
}

/// Whether an answer is a failure of its server, by its status or by the API's own word.
pub fn has_failed(status: u16, signs: Signs) -> bool {
    match signs.limited {
        Some(limited) if signs.ruled => limited == Limited::Unavailable,
        _ => is_failure(status),
    }
}

/// Sorts a status. `statuses` are the caller's own, if there are any: they are retried and no others.
pub fn class(status: u16, signs: Signs, rules: &RetryRules) -> Class {
    if signs.limited == Some(Limited::TooLarge) {
        return Class::Final;
    }
    let class = match status {
        _ if is_limited(status, signs) => Class::Limited,
        // RFC 9110 section 15.5.14: a condition that is temporary.
        413 if signs.hinted => Class::Transient,
        _ if signs.ruled => {
            if has_failed(status, signs) {
                Class::Transient
            } else {
                Class::Final
            }
        }
        423 => Class::Locked,
        425 => Class::TooEarly,
        _ if TRANSIENT.contains(&status) => Class::Transient,
        _ if is_error(status) && signs.repeats == Some(true) => Class::Transient,
        _ => Class::Final,
    };
    let Some(statuses) = rules.statuses.as_ref().filter(|_| signs.repeats.is_none()) else { return class };
    match class {
        _ if !statuses.contains(&status) => Class::Final,
        Class::Final => Class::Transient,
        class => class,
    }
}

/// Whether `status` is an error.
pub fn is_error(status: u16) -> bool {
    status >= 400
}

/// Whether `status` asks to slow down, all who share its quota: a 429 or 420, or a rate limit under another name (GitHub 403,
/// Linear and Meta 400, Amazon 503). A body that says it is something else is believed.
pub fn is_limited(status: u16, signs: Signs) -> bool {
    match (status, signs.limited) {
        (_, Some(limited)) if signs.ruled => limited == Limited::Rate,
        (200..=299 | 400 | 403 | 420 | 429 | 503, Some(limited)) => limited == Limited::Rate,
        (400 | 403, None) => signs.exhausted || signs.hinted,
        (_, None) => is_refusal(status),
        _ => false,
    }
}

/// Whether an answer of this `status` is to be judged by its body too: a rate limit under another name, or one that may be
/// a spent allowance, or that says there how long to wait.
pub fn is_unclear(status: u16, signs: Signs) -> bool {
    (matches!(status, 400 | 403) || is_refusal(status)) && !(signs.hinted || signs.exhausted)
}

/// Whether a request of this `method` may be sent again at all, by the caller's list or RFC 9110.
pub fn is_idempotent(method: &str, rules: &RetryRules) -> bool {
    match &rules.methods {
        Some(methods) => methods.iter().any(|known| known.eq_ignore_ascii_case(method)),
        None => METHODS.contains(&method),
    }
}

/// Whether the answer itself says that the request was not processed, so that even a POST may be repeated.
pub fn is_unprocessed(status: u16, signs: Signs) -> bool {
    let is_unavailable = status == 503 || signs.limited == Some(Limited::Unavailable);
    status == 423 || is_refusal(status) || (is_unavailable && signs.hinted) || is_limited(status, signs)
}

/// Sorts what a host's fetch rejected with, by its name, its message and that of its cause, and the code of it or of its cause
/// ("" where none).
pub fn failure(name: &str, message: &str, code: &str) -> Failure {
    if name == "TimeoutError" {
        return Failure::Timeout;
    }
    match failures::cause(name, message, code).map_or(Repeats::Never, Cause::repeats) {
        Repeats::Never => Failure::Caller,
        Repeats::Exhausted => Failure::Exhausted,
        Repeats::IfIdempotent => Failure::Network,
        Repeats::Always => Failure::Unprocessed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::options::RetryLayer;

    fn rules() -> RetryRules {
        RetryLayer::default().over(&RetryLayer::default(), 60_000).unwrap()
    }

    #[test]
    fn statuses_are_sorted_as_the_contract_lists_them() {
        let none = Signs::default();
        let hinted = Signs { hinted: true, ..none };
        let exhausted = Signs { exhausted: true, ..none };
        let rate = Signs { limited: Some(Limited::Rate), ..none };
        let allowance = Signs { limited: Some(Limited::Allowance), hinted: true, ..none };
        let large = Signs { limited: Some(Limited::TooLarge), hinted: true, ..none };
        let rows = [
            (200, none, Class::Final),
            (400, none, Class::Final),
            (400, exhausted, Class::Limited),
            (401, none, Class::Final),
            (403, none, Class::Final),
            (403, exhausted, Class::Limited),
            (404, none, Class::Final),
            (408, none, Class::Transient),
            (409, none, Class::Final),
            (413, none, Class::Final),
            (413, hinted, Class::Transient),
            (423, none, Class::Locked),
            (425, none, Class::TooEarly),
            (420, none, Class::Limited),
            (429, none, Class::Limited),
            (429, large, Class::Final),
            (400, large, Class::Final),
            (509, Signs { ruled: true, ..rate }, Class::Limited),
            (200, Signs { ruled: true, ..rate }, Class::Limited),
            (503, Signs { ruled: true, ..allowance }, Class::Final),
            (423, Signs { ruled: true, ..allowance }, Class::Final),
            (200, Signs { ruled: true, limited: Some(Limited::Unavailable), ..none }, Class::Transient),
            (404, Signs { ruled: true, limited: Some(Limited::Unavailable), ..none }, Class::Transient),
            (413, large, Class::Final),
            (500, none, Class::Transient),
            (501, none, Class::Final),
            (501, hinted, Class::Final),
            (502, none, Class::Transient),
            (503, none, Class::Transient),
            (505, none, Class::Final),
            (400, rate, Class::Limited),
            (403, allowance, Class::Final),
            (404, rate, Class::Final),
            (429, allowance, Class::Final),
            (503, rate, Class::Limited),
            (522, none, Class::Transient),
            (529, none, Class::Transient),
            (409, Signs { repeats: Some(true), ..none }, Class::Transient),
            (200, Signs { repeats: Some(true), ..none }, Class::Final),
        ];
        for (status, signs, expected) in rows {
            assert_eq!(class(status, signs, &rules()), expected, "{status} {signs:?}");
        }
    }

    #[test]
    fn a_body_is_asked_where_status_and_headers_do_not_tell() {
        let none = Signs::default();
        let rows = [
            (400, true),
            (403, true),
            (420, true),
            (429, true),
            (200, false),
            (401, false),
            (404, false),
            (500, false),
            (503, false),
        ];
        for (status, expected) in rows {
            assert_eq!(is_unclear(status, none), expected, "{status}");
        }
        assert!(
            !is_unclear(429, Signs { hinted: true, ..none }) && !is_unclear(403, Signs { exhausted: true, ..none })
        );
    }

    #[test]
    fn who_fails_is_down_whether_or_not_it_says_until_when() {
        let none = Signs::default();
        for (status, expected) in [
            (502, true),
            (503, true),
            (504, true),
            (529, true),
            (500, true),
            (408, false),
            (501, false),
            (429, false),
            (200, false),
        ] {
            assert_eq!(is_down(status, none), expected, "{status}");
        }
        assert!(is_down(503, Signs { hinted: true, ..none }), "until then");
        assert!(is_down(200, Signs { ruled: true, limited: Some(Limited::Unavailable), ..none }), "by its catalog");
        assert!(!is_down(503, Signs { ruled: true, limited: Some(Limited::Allowance), ..none }), "by its catalog");
        assert!(!is_down(503, Signs { limited: Some(Limited::Rate), ..none }), "it is a limit");
    }

    #[test]
    fn own_statuses_replace_the_table() {
        let own = RetryRules { statuses: Some(crate::shared::Arc::new(alloc::vec![418, 429])), ..rules() };
        let none = Signs::default();
        assert_eq!(class(418, none, &own), Class::Transient);
        assert_eq!(class(429, none, &own), Class::Limited);
        assert_eq!(class(503, none, &own), Class::Final);
        let large = Signs { limited: Some(Limited::TooLarge), ..none };
        assert_eq!(class(429, large, &own), Class::Final, "it would come again whatever the list says");
    }

    #[test]
    fn failures_are_told_apart_in_every_host() {
        let rows = [
            ("TypeError", "Failed to fetch", "", Failure::Network),
            ("TypeError", "NetworkError when attempting to fetch resource.", "", Failure::Network),
            ("TypeError", "Load failed (api.example.com)", "", Failure::Network),
            ("TypeError", " A network error occurred.", "", Failure::Network),
            ("TypeError", "network error", "", Failure::Network),
            ("TypeError", "NETWORK DOWN", "", Failure::Network),
            ("Error", "socket hang up", "", Failure::Network),
            ("Error", "connection reset by peer", "", Failure::Network),
            ("TypeError", "Invalid URL: network", "", Failure::Caller),
            ("Error", "fetch failed: java.net.UnknownHostException", "", Failure::Unprocessed),
            ("TypeError", "error reading a body from connection", "", Failure::Network),
            ("Error", "internal error; reference = 0123", "", Failure::Network),
            ("TypeError", "fetch failed", "ECONNRESET", Failure::Network),
            ("TypeError", "fetch failed", "HPE_INVALID_CONSTANT", Failure::Network),
            ("TypeError", "fetch failed", "UND_ERR_INVALID_ARG", Failure::Caller),
            ("TypeError", "fetch failed", "", Failure::Network),
            ("TypeError", "fetch failed: some mock's cause", "", Failure::Network),
            ("TypeError", "fetch failed: redirect count exceeded", "", Failure::Caller),
            ("TypeError", "fetch failed: unexpected redirect", "", Failure::Caller),
            ("TypeError", "fetch failed: integrity mismatch", "", Failure::Caller),
            ("TypeError", "fetch failed: bad port", "", Failure::Caller),
            ("TypeError", "error sending request for url (http://localhost:1/)", "", Failure::Network),
            (
                "TypeError",
                "fetch failed: Stream closed with error code NGHTTP2_REFUSED_STREAM",
                "ERR_HTTP2_STREAM_ERROR",
                Failure::Unprocessed,
            ),
            (
                "TypeError",
                "fetch failed: HTTP/2: \"GOAWAY\" frame received with code 0",
                "UND_ERR_SOCKET",
                Failure::Unprocessed,
            ),
            (
                "TypeError",
                "fetch failed: HTTP/2: \"stream error\" received - code 7",
                "UND_ERR_INFO",
                Failure::Unprocessed,
            ),
            (
                "TypeError",
                "fetch failed: HTTP/2: \"stream error\" received - code 11",
                "UND_ERR_INFO",
                Failure::Network,
            ),
            (
                "TypeError",
                "fetch failed: Stream closed with error code NGHTTP2_ENHANCE_YOUR_CALM",
                "ERR_HTTP2_STREAM_ERROR",
                Failure::Network,
            ),
            ("TypeError", "fetch failed: x", "ERR_HTTP2_GOAWAY_SESSION", Failure::Unprocessed),
            ("TypeError", "fetch failed: x", "ERR_HTTP2_INVALID_SESSION", Failure::Unprocessed),
            ("TypeError", "fetch failed: x", "ERR_HTTP2_INVALID_HEADER_VALUE", Failure::Caller),
            ("TypeError", "fetch failed: x", "UND_ERR_CLOSED", Failure::Network),
            ("TypeError", "fetch failed: x", "EAI_FAIL", Failure::Unprocessed),
            ("TypeError", "fetch failed: x", "EAI_NODATA", Failure::Unprocessed),
            ("TypeError", "fetch failed: x", "ENOTCONN", Failure::Network),
            ("TypeError", "fetch failed: x", "EADDRNOTAVAIL", Failure::Unprocessed),
            ("TypeError", "fetch failed: x", "EMFILE", Failure::Unprocessed),
            ("TypeError", "fetch failed: x", "ERR_STREAM_PREMATURE_CLOSE", Failure::Network),
            ("Error", "x", "ConnectionClosed", Failure::Network),
            ("Error", "Was there a typo in the url or port?", "FailedToOpenSocket", Failure::Unprocessed),
            ("TypeError", "other side closed", "", Failure::Network),
            ("TypeError", "The socket connection was closed unexpectedly", "", Failure::Network),
            ("Error", "disconnected: peer disconnected without gracefully ending TLS session", "", Failure::Network),
            ("Error", "Too many subrequests by single Worker invocation.", "", Failure::Exhausted),
            (
                "TypeError",
                "error sending request for url (https://x/): client error (Connect): invalid peer certificate: Expired",
                "",
                Failure::Caller,
            ),
            ("TypeError", "fetch failed: certificate has expired", "CERT_HAS_EXPIRED", Failure::Caller),
            ("Error", "Network connection lost.", "", Failure::Network),
            (
                "Error",
                " Unable to connect. Is the computer able to access the url?",
                "ConnectionRefused",
                Failure::Unprocessed,
            ),
            ("TypeError", "Failed to parse URL from /x", "ERR_INVALID_URL", Failure::Caller),
            ("TypeError", "Request with GET/HEAD method cannot have body.", "", Failure::Caller),
            ("Error", "Too many subrequests by single Worker invocation.", "", Failure::Exhausted),
            ("AbortError", "signal is aborted without reason", "20", Failure::Caller),
            ("TimeoutError", "signal timed out", "23", Failure::Timeout),
        ];
        for (name, message, code, expected) in rows {
            assert_eq!(failure(name, message, code), expected, "{name}: {message} {code}");
        }
    }
}
