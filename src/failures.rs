//! What fetch throws, in every runtime: one table for the policy and the explainer.
//!
//! Sources: shared measurements of Chromium, Firefox, `WebKit`, Node (undici, also over HTTP/2), Deno, Bun and workerd; RFC 9113
//! section 8.7 for what HTTP/2 promises of a request that was refused.

use alloc::vec::Vec;

use crate::syntax::words;

/// What made a fetch fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The caller's own signal.
    Aborted,
    /// The host sends no more requests (workerd: so many an invocation).
    Exhausted,
    /// HTTP/2 says that the request was not processed.
    Unprocessed,
    /// The connection could not be opened in time.
    ConnectTimeout,
    /// No head came in time.
    HeadersTimeout,
    /// The body stalled.
    BodyTimeout,
    /// A deadline passed; nobody says in which part.
    Timeout,
    /// What came is not HTTP.
    Protocol,
    /// The response is one that the host refuses to read.
    Unreadable,
    /// The address is none.
    Url,
    /// The options are wrong, or forbidden.
    Options,
    /// A body was read before.
    UsedBody,
    /// A redirect that the caller did not want.
    Redirect,
    /// There is no network.
    Offline,
    /// A Content Security Policy.
    Csp,
    /// CORS.
    Cors,
    /// From https to http.
    MixedContent,
    /// Redirects in a circle.
    RedirectLoop,
    /// The name has no address.
    Dns,
    /// Nothing listens.
    Refused,
    /// This machine has no socket, port or file descriptor left.
    NoSocket,
    /// The handshake.
    Tls,
    /// The connection ended within the body.
    Truncated,
    /// The connection ended before a response.
    Reset,
    /// The connection was lost.
    Lost,
    /// The body is not JSON.
    Json,
    /// The network failed, and the host does not say how.
    Unknown,
}

/// Whether the same request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// It would fail again.
    Never,
    /// The host sends nothing more for a while: neither this request nor another.
    Exhausted,
    /// If it is idempotent: nobody knows whether it was processed.
    IfIdempotent,
    /// Whatever its method: it was not processed.
    Always,
}

impl Cause {
    /// Whether a request that failed so may be sent again.
    pub fn repeats(self) -> Repeats {
        match self {
            Self::Exhausted => Repeats::Exhausted,
            Self::Unprocessed | Self::ConnectTimeout | Self::Dns | Self::Refused | Self::NoSocket => Repeats::Always,
            Self::HeadersTimeout
            | Self::BodyTimeout
            | Self::Timeout
            | Self::Protocol
            | Self::Offline
            | Self::Truncated
            | Self::Reset
            | Self::Lost
            | Self::Unknown => Repeats::IfIdempotent,
            _ => Repeats::Never,
        }
    }
}

/// Signs in lower case, parted by `|`, and what they mean. The first row counts of which a sign stands anywhere in a name, code
/// or message.
pub const ROWS: &[(&str, Cause)] = &[
    (
        "aborterror|err_aborted|user aborted|request was aborted|requestaborted|cancelerror|1 cancelled|cancelederror|err_canceled",
        Cause::Aborted,
    ),
    ("too many subrequests", Cause::Exhausted),
    // Node, undici (7 is REFUSED_STREAM), hyper, Bun. A session that is closed takes no stream at all.
    (
        "refused_stream|refused stream|refusedstream|stream error\" received - code 7|goaway|err_http2_invalid_session",
        Cause::Unprocessed,
    ),
    (
        "und_err_connect_timeout|etimedout|connectiontimeout|connect timeout|err_connection_timed_out",
        Cause::ConnectTimeout,
    ),
    ("und_err_headers_timeout|headers timeout", Cause::HeadersTimeout),
    ("und_err_body_timeout|body timeout", Cause::BodyTimeout),
    ("timeout|timed out|timedout|deadline exceeded", Cause::Timeout),
    // llhttp's codes: a newer undici gives some of them none, and browsers never do.
    (
        "hpe_|httpparsererror|invalid http version|malformed_http|http parse error|invalid_http_response|invalidcontentlength|protocol error",
        Cause::Protocol,
    ),
    ("headers_overflow|content_decoding|z_data_error|integrity mismatch", Cause::Unreadable),
    (
        "failed to parse url|err_invalid_url|invalid url|not a valid url|unsupported protocol|invalid_protocol|protocol must be|url scheme|unknown scheme|includes credentials|bad port|bad_port|unsafe_port|only absolute urls|unknown_url_scheme",
        Cause::Url,
    ),
    (
        "cannot have body|cannot have a body|duplex|req_content_length_mismatch|bytestring|iso-8859-1|construct a request|allow-net|cleartext|invalid header|invalid value|is not a valid http method|invalid redirect|und_err_invalid_arg|err_http2_invalid_header|err_http2_invalid_conn|err_http2_header|pseudoheader",
        Cause::Options,
    ),
    (
        "body is unusable|already been read|already read|already been consumed|disturbed or locked|body used already|body already used|stream is locked",
        Cause::UsedBody,
    ),
    ("unexpected redirect|unexpectedredirect|redirect mode", Cause::Redirect),
    ("err_internet_disconnected|appears to be offline", Cause::Offline),
    ("content security policy|securitypolicyviolation|blocked_by_csp", Cause::Csp),
    ("access-control-allow|access control checks|preflight|cors policy|cross-origin|cross origin", Cause::Cors),
    ("mixed content", Cause::MixedContent),
    (
        "redirect count exceeded|number of redirects|toomanyredirects|too many redirects|too_many_redirects|too many http redirects|maximum redirect|exceeded maxredirects",
        Cause::RedirectLoop,
    ),
    (
        "enotfound|eai_|dns error|name resolution|getaddrinfo|err_name_not_resolved|unknownhost|not resolve host|unable to resolve|hostname could not be found|name or service not known",
        Cause::Dns,
    ),
    (
        "econnrefused|connection refused|connectionrefused|err_connection_refused|failedtoopensocket|unable to connect|not connect|failed to connect",
        Cause::Refused,
    ),
    ("eaddrnotavail|emfile|enfile|enobufs", Cause::NoSocket),
    (
        "self_signed|self signed|err_ssl|err_tls|cert_|certificate|unable_to_verify|eproto|ssl error|sslhandshake|certpath|transport security|unable_to_get_issuer|wrong_version_number",
        Cause::Tls,
    ),
    (
        "terminated|reading a body|input stream|premature close|premature_close|content-length mismatch|content_length_mismatch|incomplete_chunked|end of stream|unexpected end of file|stream has been aborted|z_buf_error|response body loading was aborted",
        Cause::Truncated,
    ),
    (
        "econnreset|econnaborted|epipe|enotconn|reset by peer|other side closed|und_err_socket|und_err_closed|und_err_destroyed|socket hang up|err_connection_reset|err_connection_closed|err_empty_response|before message completed|connectionclosed|connection closed|connection was closed|connection reset|remote end closed|connection aborted|connection dropped|peer disconnected",
        Cause::Reset,
    ),
    (
        "ehostunreach|enetunreach|enetdown|network connection lost|connection was lost|unreachable|network_changed|und_err_info|err_http2|err_quic|err_proxy|err_tunnel|nghttp2",
        Cause::Lost,
    ),
    (
        "syntaxerror|unexpected end of json|unexpected token|not valid json|json.parse|json parse|unexpected end of input|unexpected eof",
        Cause::Json,
    ),
];

/// Starts of the messages or names of hosts and clients that do not say how: Chromium; Firefox, workerd, React Native; `WebKit`, twice; undici; Deno;
/// workerd; sockets, twice; Electron, urql, Supabase, Angular,
/// `XMLHttpRequest`.
const UNKNOWN: &str = "failed to fetch|network|load failed|a network error occurred|fetch failed|error sending request|\
                       internal error; reference|connection|socket|net::err_|[network]|failed to send|http failure response|\
                       progressevent";

/// Bytes of a text that are looked at: messages are short.
const MOST: usize = 1024;

/// What the first row says that fits one of `texts` (codes, names, messages), and which of them it fits.
#[inline(never)]
pub fn find(texts: &[&str]) -> Option<(Cause, usize)> {
    let texts: Vec<_> = texts
        .iter()
        .map(|text| words::cut(text, 0, text.floor_char_boundary(MOST)).trim_ascii_start().to_ascii_lowercase())
        .collect();
    for (signs, cause) in ROWS {
        for (at, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            if words::split(signs, b"|").any(|sign| words::holds(text, sign)) {
                return Some((*cause, at));
            }
        }
    }
    None
}

/// What a fetch failed of, by the name, message and code of what it threw and of its cause; none where it was no failure of the
/// network. A code that no row has decides: a host gives one for each of its own mistakes.
pub fn cause(name: &str, message: &str, code: &str) -> Option<Cause> {
    if let Some((cause, _)) = find(&[code, name, message]) {
        return Some(cause);
    }
    let message = message.trim_ascii_start();
    let begins =
        |start: &str| [message, name].iter().any(|text| words::cut(text, 0, start.len()).eq_ignore_ascii_case(start));
    // All that Safari says of a request that it gave up.
    let is_cancelled = message.eq_ignore_ascii_case("cancelled");
    let is_vague = !is_foreign(code) && (is_cancelled || words::split(UNKNOWN, b"|").any(begins));
    is_vague.then_some(Cause::Unknown)
}

/// Whether `code` says more than that the network failed. A `DOMException`'s is a number, and says no more than its name;
/// axios has one for the network.
pub fn is_foreign(code: &str) -> bool {
    code != "ERR_NETWORK" && code.bytes().any(|b| !b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_found_in_any_text_and_the_first_row_counts() {
        let rows: [(&[&str], _); 8] = [
            (&["ECONNRESET", "", "x"], Some((Cause::Reset, 0))),
            (&["", "Error", "read ECONNRESET"], Some((Cause::Reset, 2))),
            (&["UND_ERR_SOCKET", "", "HTTP/2: \"GOAWAY\" frame received with code 0"], Some((Cause::Unprocessed, 2))),
            (&["UND_ERR_INFO", "", "HTTP/2: \"stream error\" received - code 7"], Some((Cause::Unprocessed, 2))),
            (&["UND_ERR_INFO", "", "HTTP/2: \"stream error\" received - code 11"], Some((Cause::Lost, 0))),
            (&["ERR_HTTP2_INVALID_HEADER_VALUE", "", ""], Some((Cause::Options, 0))),
            (&["", "TypeError", "boom"], None),
            (&[], None),
        ];
        for (texts, expected) in rows {
            assert_eq!(find(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn no_row_is_hidden_by_one_before_it() {
        for (signs, cause) in ROWS {
            for sign in words::split(signs, b"|") {
                assert_eq!(find(&[sign]), Some((*cause, 0)), "{sign}");
                assert_eq!(sign, sign.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn a_long_message_is_looked_at_in_front_only() {
        let long = ["x".repeat(MOST).as_str(), "ECONNRESET"].concat();
        assert_eq!(find(&[&long]), None);
        assert_eq!(find(&["é".repeat(MOST).as_str()]), None);
    }
}
