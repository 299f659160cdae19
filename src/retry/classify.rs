//! What a response or a failure means for a retry: tables of statuses. [`crate::failures`] has what hosts throw.

use crate::failures::{self, Cause, Repeats};
use crate::hints::{body::Limited, is_refusal};
use crate::retry::options::{METHODS, RetryRules};

/// The class of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not to be retried: a success, or an error that would recur.
    Final,
    /// Refused because of a quota; the request was not processed.
    Limited,
    /// Locked by another change; a few seconds help.
    Locked,
    /// Sent too early in a TLS handshake (RFC 8470): retried once.
    TooEarly,
    /// A failure that may pass.
    Transient,
}

/// What a response reports besides its status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// The response has a hint when to retry. A hint of 0, or in the past, does not count.
    pub hinted: bool,
    /// A quota of requests, or of errors, is used up.
    pub exhausted: bool,
    /// The limit that the body names as exceeded.
    pub limited: Option<Limited>,
    /// A rule of the API's catalog says so, whatever the status is.
    pub ruled: bool,
    /// The server asks for a retry, or forbids it, whatever the status.
    pub repeats: Option<bool>,
}

/// Why a fetch was rejected, as far as it matters for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The caller's mistake: invalid arguments, a blocked URL. It would fail again.
    Caller,
    /// The host sends no more requests, neither this nor another (workerd's "Too many subrequests"). Nothing more can be sent.
    Exhausted,
    /// The network failed, and the host reports that it is offline.
    Offline,
    /// No response came, or it broke off; it is unknown whether the server processed the request.
    Network,
    /// The attempt timed out.
    Timeout,
    /// The network failed before the server processed the request (no connection, a refused HTTP/2 stream): even a POST
    /// may be sent again.
    Unprocessed,
}

impl Failure {
    /// Whether the network failed, in a way that being offline explains.
    pub fn is_network(self) -> bool {
        matches!(self, Self::Network | Self::Unprocessed)
    }
}

/// The transient ones: 408 and 5xx by RFC 9110; 520 to 524 are Cloudflare's, 529 Anthropic's and Notion's "overloaded".
/// 501 and 505 say that the request is not supported, and so will it be later.
const TRANSIENT: [u16; 11] = [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529];

/// Whether a response is a failure of its server.
pub fn is_failure(status: u16) -> bool {
    TRANSIENT.contains(&status)
}

/// Whether a response shows that the server is down. A 408 does not: it reports a slow client.
pub fn is_down(status: u16, signs: Signs) -> bool {
    has_failed(status, signs) && status != 408 && !is_limited(status, signs)
}

/// Whether a response is a failure of its server, by its status or by what the API says.
pub fn has_failed(status: u16, signs: Signs) -> bool {
    match signs.limited {
        Some(limited) if signs.ruled => limited == Limited::Unavailable,
        _ => is_failure(status),
    }
}

/// Classifies a status. If the rules have the caller's `statuses`, only those are retried.
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

/// Whether `status` asks all calls that share the quota to slow down: a 429 or 420, or a rate limit with another status (GitHub 403,
/// Linear and Meta 400, Amazon 503). If the body says it is something else, the body decides.
pub fn is_limited(status: u16, signs: Signs) -> bool {
    match (status, signs.limited) {
        (_, Some(limited)) if signs.ruled => limited == Limited::Rate,
        (200..=299 | 400 | 403 | 420 | 429 | 503, Some(limited)) => limited == Limited::Rate,
        (400 | 403, None) => signs.exhausted || signs.hinted,
        (_, None) => is_refusal(status),
        _ => false,
    }
}

/// Whether a response with this `status` needs its body to be classified: it may be a rate limit with another status, a spent
/// allowance, or have the wait in the body.
pub fn is_unclear(status: u16, signs: Signs) -> bool {
    (matches!(status, 400 | 403) || is_refusal(status)) && !(signs.hinted || signs.exhausted)
}

/// Whether a request with this `method` may be retried at all, by the caller's list or RFC 9110.
pub fn is_idempotent(method: &str, rules: &RetryRules) -> bool {
    match &rules.methods {
        Some(methods) => methods.iter().any(|known| known.eq_ignore_ascii_case(method)),
        None => METHODS.contains(&method),
    }
}

/// Whether the response shows that the request was not processed, so that even a POST may be repeated.
pub fn is_unprocessed(status: u16, signs: Signs) -> bool {
    let is_unavailable = status == 503 || signs.limited == Some(Limited::Unavailable);
    status == 423 || is_refusal(status) || (is_unavailable && signs.hinted) || is_limited(status, signs)
}

/// Classifies the error of a host's fetch by its name, by its message and that of its cause, and by its code or that of its
/// cause ("" if there is none).
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
