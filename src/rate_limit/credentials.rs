//! Which request headers and query parameters identify whose quota a request consumes.
//!
//! Vendors choose these names freely, so one rule about the words of a name decides for both. If a name counts but is no
//! credential, one scope becomes two, and each learns its quotas separately. If a credential does not count, tenants wait
//! for each other. So the rule is broad, and names that change from request to request are left out.

use alloc::string::String;

use super::secrets::QUERY;
use crate::syntax::{
    headers::Headers,
    label,
    words::{self, halves, holds, last},
};

/// A name counts if one of its words (between `-`, `_` and `.`) ends with one of these: `apikey`, `x-figma-token`.
const ENDS: [&str; 9] = ["account", "auth", "cookie", "credential", "key", "secret", "session", "tenant", "token"];
/// Or begins with one of these: `authorization`, `sessionid`. (Not `tokens`, `keyword`.)
const STARTS: [&str; 7] = ["account", "authentic", "authoris", "authoriz", "credential", "session", "tenant"];
/// Or if it ends with one of these.
const WHOLE: [&str; 3] = ["client-id", "client_id", "clientid"];
/// None of which one of these is a part: what it names is made for one request or one form.
const NEVER_PARTS: [&str; 8] = ["captcha", "csrf", "idempoten", "nonce", "signature", "timestamp", "turnstile", "xsrf"];
/// None of which one of these is a word, or the rest of a word (`pagetoken`): places in a list, caches, traces.
const NEVER_WORDS: [&str; 17] = [
    "cache",
    "continuation",
    "cursor",
    "end",
    "exclusivestart",
    "last",
    "lastevaluated",
    "next",
    "nextpage",
    "page",
    "partition",
    "routing",
    "sign",
    "sort",
    "start",
    "surrogate",
    "trace",
];
/// Nor any that begins so: browsers set these themselves.
const NEVER_START: &str = "sec-";
/// Parameters of `Authorization` that change with each request (AWS, OAuth 1, Digest, Hawk).
const FLEETING: [&str; 9] = ["signature", "signedheaders", "nonce", "timestamp", "response", "uri", "nc", "mac", "ts"];
/// What parts the words of a name.
const SEPARATORS: &[u8] = b"-_.";

/// Names of headers that a shell need not pass on: they do not identify an account. A JavaScript regular
/// expression for names in lower case.
pub const LEFT_OUT: &str = "^(accept|access-control-|cache-control$|connection$|content-|host$|if-|origin$|pragma$|priority$|range$|referer$|sec-|te$|upgrade|user-agent$)";

/// Whether a header or query parameter of this name, in lower case, identifies the account of a request.
#[inline(never)]
pub fn counts(name: &str) -> bool {
    if is_fleeting(name) {
        return false;
    }
    let says = |word: &str| {
        let ends = ENDS.iter().filter_map(|end| word.strip_suffix(end));
        // `author` is none.
        ends.into_iter().any(|rest| !NEVER_WORDS.contains(&rest)) || STARTS.iter().any(|start| word.starts_with(start))
    };
    WHOLE.iter().any(|end| name.ends_with(end)) || words::split(name, SEPARATORS).any(says)
}

/// Whether the value of this name is new for each request, page or form.
#[inline(never)]
pub(super) fn is_fleeting(name: &str) -> bool {
    name.starts_with(NEVER_START)
        || NEVER_PARTS.iter().any(|part| holds(name, part))
        || words::split(name, SEPARATORS).any(|word| NEVER_WORDS.contains(&word))
}

/// Whether the value of this name may be secret, even if it does not count.
pub fn is_secret(name: &str) -> bool {
    counts(name) || ENDS.iter().chain(&["password", "signature"]).any(|part| holds(name, part))
}

/// Calls `see` with the name and value of each credential in `headers`, in order; for the query ([`QUERY`]), with those of its
/// parameters. `own` has the names that a profile adds.
#[inline(never)]
pub fn each(headers: Headers<'_>, own: &[String], see: &mut dyn FnMut(&str, &str)) {
    for (name, value) in headers.lines() {
        if name == QUERY {
            for pair in words::split(value, b"?&") {
                let (name, value) = halves(pair, b'=');
                let name = name.to_ascii_lowercase();
                if !value.is_empty() && (counts(&name) || is_own(own, &name)) {
                    see(&name, value);
                }
            }
        } else if counts(name) || is_own(own, name) {
            lasting(name, value, see);
        }
    }
}

/// Whether `own` contains this name.
pub fn is_own(own: &[String], name: &str) -> bool {
    own.iter().any(|known| known == name)
}

/// Combines `tag` with the credentials in `headers`: different credentials give a different number.
pub fn tag(mut tag: u64, headers: Headers<'_>, own: &[String]) -> u64 {
    each(headers, own, &mut |name, value| tag = ["\n", name, ":", value].into_iter().fold(tag, label::add));
    tag
}

// A list of parameters without those that change with each request; any other value as it is.
fn lasting(name: &str, value: &str, see: &mut dyn FnMut(&str, &str)) {
    if !holds(name, "authoriz") || !holds(value, ",") {
        return see(name, value);
    }
    for part in words::split(value, b",") {
        // The scheme stands before the first one.
        let pair = part.trim_ascii();
        let key = halves(pair, b'=').0.to_ascii_lowercase();
        let key = last(&key, b' ');
        if !FLEETING.iter().any(|word| key == *word || (word.len() > 3 && key.ends_with(word))) {
            see(name, pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_credential_counts() {
        // From the documentation of the vendors.
        for name in [
            "authorization",
            "proxy-authorization",
            "cookie",
            "x-api-key",
            "api-key",
            "x-goog-api-key",
            "private-token",
            "x-auth-token",
            "x-access-token",
            "x-shopify-access-token",
            "x-api-token",
            "apikey",
            "x-apikey",
            "x-rapidapi-key",
            "circle-token",
            "x-figma-token",
            "x-vault-token",
            "dd-api-key",
            "dd-application-key",
            "x-auth-key",
            "ocp-apim-subscription-key",
            "x-xero-tenant-id",
            "xero-tenant-id",
            "stripe-account",
            "x-redmine-api-key",
            "x-amz-access-token",
            "x-amz-security-token",
            "client-id",
            "x-ibm-client-id",
            "x-mbx-apikey",
            "kc-api-key",
            "x-elastic-api-key",
            "x-nextcloud-token",
            "x-account-id",
            "x-shared-secret",
            "x-session-id",
            "sessionid",
            "x-credentials",
            "api_key",
            "access_token",
            "key",
            "client_id",
            "appkey",
        ] {
            assert!(counts(name), "{name}");
        }
    }

    #[test]
    fn what_is_made_for_one_request_does_not_count() {
        for name in [
            "idempotency-key",
            "x-idempotency-key",
            "x-csrf-token",
            "x-csrftoken",
            "x-xsrf-token",
            "traceparent",
            "x-trace-token",
            "x-request-id",
            "sec-websocket-key",
            "x-auth-timestamp",
            "x-auth-nonce",
            "x-auth-signature",
            "x-auth-sign",
            "x-recaptcha-token",
            "page_token",
            "pagetoken",
            "nextpagetoken",
            "next_token",
            "continuation-token",
            "startkey",
            "exclusivestartkey",
            "sort_key",
            "x-author",
            "keyword",
            "max-tokens",
            "accept",
            "x-version",
        ] {
            assert!(!counts(name), "{name}");
        }
    }

    #[test]
    fn a_signature_that_changes_leaves_the_credentials_as_they_are() {
        let of = |value: &str| tag(label::SEED, Headers::new(&["authorization:", value].concat()), &[]);
        let aws = |id: &str, signature: &str| {
            of(&[
                "AWS4-HMAC-SHA256 Credential=",
                id,
                "/20261130/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=",
                signature,
            ]
            .concat())
        };
        assert_eq!(aws("AKIA1", "aa"), aws("AKIA1", "bb"));
        assert_ne!(aws("AKIA1", "aa"), aws("AKIA2", "aa"));
        let oauth = |token: &str, nonce: &str| {
            of(&[
                "OAuth oauth_consumer_key=\"c\", oauth_token=\"",
                token,
                "\", oauth_nonce=\"",
                nonce,
                "\", oauth_timestamp=\"",
                nonce,
                "\"",
            ]
            .concat())
        };
        assert_eq!(oauth("t", "1"), oauth("t", "2"));
        assert_ne!(oauth("t", "1"), oauth("u", "1"));
        assert_ne!(of("Bearer a"), of("Bearer b"));
    }

    #[test]
    fn of_a_query_the_credentials_alone_count() {
        let of = |query: &str| tag(label::SEED, Headers::new(&["?:", query].concat()), &["shop".into()]);
        assert_eq!(of("?page=1&api_key=a"), of("?api_key=a&page=2"));
        assert_ne!(of("?api_key=a"), of("?api_key=b"));
        assert_ne!(of("?Access_Token=a"), of(""));
        assert_ne!(of("?shop=a"), of("?shop=b"), "a profile names it");
        assert_eq!(of("?key="), of("?page_token=a"));
    }
}
