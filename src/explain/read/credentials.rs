//! Whether the credentials that were sent can be right, by their form alone: a scheme, a missing value, a token's own end.
//!
//! Nothing of a value goes further than here but a well-known scheme's name and the time that a token says it ends at.

use crate::explain::read::report::{Report, origin_of};
use crate::explain::read::request::{Asked, hollow, is_name, placeholder};
use crate::explain::scan::{has, known, lists, until};
use crate::explain::write::redact::{GONE, is_secret_name};
use crate::syntax::words::{halves, holds};
use crate::syntax::{base64, http_date, json, number};
use alloc::string::String;

/// Longer tokens are not read: they may have been cut.
const MAX_TOKEN: usize = 8192;
/// Schemes that may be shown; another first word may be a part of the secret.
const SCHEMES: &str = "bearer basic token digest apikey negotiate ntlm hmac jwt oauth dpop aws4-hmac-sha256";

fn is_credential(name: &str) -> bool {
    is_secret_name(name) || name.len() >= 3 && name.get(name.len() - 3..).is_some_and(|end| has(end, "key"))
}

/// Notes what the request has in place of credentials, under a `status` that may be due to that.
pub fn judge(report: &Report<'_>, status: u16, out: &mut Asked) {
    let by_header = report.request_headers.lines().any(|(name, value)| !value.is_empty() && is_credential(name));
    let (_, query) = halves(until(report.url, b"#"), b'?');
    let mut rest = query;
    let mut by_query = "";
    while !rest.is_empty() {
        let (pair, next) = halves(rest, b'&');
        let (name, value) = halves(pair, b'=');
        if by_query.is_empty() && !value.is_empty() && is_credential(name) {
            by_query = name;
        }
        rest = next;
    }
    let by_user = has(origin_of(report.url), "@");
    out.identified = by_header || by_user || !by_query.is_empty();
    if !matches!(status, 400 | 401 | 403 | 404 | 407) {
        return;
    }
    let header = report.request_headers.lines().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let Some((_, value)) = header {
        authorization(report, value, out);
    } else if !out.identified {
        out.header("no-credentials", "authorization", "");
    } else if !by_header && !by_query.is_empty() {
        out.sign("auth-in-query", "url", by_query, GONE, by_query, "{param}");
    }
}

/// Judges the value of `Authorization`; what was made unreadable already is not judged.
fn authorization(report: &Report<'_>, value: &str, out: &mut Asked) {
    let hidden = has(value, "redacted") || holds(value, "***") || value.len() > MAX_TOKEN;
    let (first, rest) = halves(value, b' ');
    let scheme = known(SCHEMES, first);
    let rest = if scheme.is_empty() { value } else { rest.trim_ascii() };
    // The name of the scheme as it was sent: a word that is known.
    let word = if scheme.is_empty() { "" } else { first };
    let shown = if scheme.is_empty() { String::new() } else { [word, " ", GONE].concat() };
    let next = until(rest, b" ");
    let one_word = matches!(scheme, "" | "bearer" | "basic" | "token" | "jwt");
    let name = if hidden {
        ""
    } else if rest.is_empty() {
        "auth-empty"
    } else if !hollow(rest).is_empty() {
        "auth-undefined"
    } else if is_sample(rest) {
        "auth-placeholder"
    } else if !scheme.is_empty() && next.len() < rest.len() && lists(SCHEMES, b' ', next) {
        "auth-doubled"
    } else if one_word && matches!(rest.as_bytes(), [b'"' | b'\'', ..]) {
        "auth-quoted"
    } else if scheme.is_empty() {
        "auth-bare"
    } else if one_word && rest.bytes().any(|byte| byte.is_ascii_whitespace()) {
        "auth-blank"
    } else if scheme == "basic" && !base64::decode(rest.as_bytes()).is_some_and(|pair| pair.contains(&b':')) {
        "auth-basic"
    } else {
        ""
    };
    if !name.is_empty() {
        out.header(name, "authorization", &shown);
    }
    let wanted = until(report.header("www-authenticate"), b" ,");
    if lists(SCHEMES, b' ', wanted) && !scheme.is_empty() && !has(report.header("www-authenticate"), scheme) {
        let part = [word, " ", wanted].concat();
        out.sign("auth-scheme", "environment", "requestHeader.authorization", &shown, &part, "{sent} {wanted}");
    }
    expiry(report, rest, &shown, out);
}

/// What documentation has in place of a token.
fn is_sample(text: &str) -> bool {
    let name = text.strip_prefix('$').is_some_and(is_name);
    let front = |front: &str| text.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front));
    name || !placeholder(text, true).is_empty() || front("your_") || front("your-") || front("xxxx")
}

/// Whether a token in the form of a JWT (RFC 7519) says that its time is over.
fn expiry(report: &Report<'_>, token: &str, shown: &str, out: &mut Asked) {
    let (_, rest) = halves(token, b'.');
    let (claims, rest) = halves(rest, b'.');
    if !token.starts_with("eyJ") || rest.is_empty() {
        return;
    }
    let bytes = base64::decode(claims.as_bytes()).unwrap_or_default();
    let document = json::parse(core::str::from_utf8(&bytes).unwrap_or(""));
    let end = document.root().get("exp").word();
    if let Some(end) = number::whole(until(end, b".")).filter(|end| (0..100_000_000_000).contains(end))
        && report.now.0 > 0
        && end < report.now.0 / 1000
    {
        let when = http_date::write(end);
        out.sign("auth-expired", "environment", "requestHeader.authorization", shown, &when, "{when}");
    }
}
