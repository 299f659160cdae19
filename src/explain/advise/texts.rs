//! The English words: one row a kind, for developers and, separately, for end users.
//!
//! Texts for end users hold no code, id, address or server's word; a shell translates them by their key (`user.<kind>`),
//! so a row is a fallback and the source for translators. Say what happened, why, and the next step; no blame.

use crate::explain::judge::kind::{BACKOFF, Kind, Retry};
use crate::explain::write::arena::Text;

/// What is said of a kind where no rule says it better.
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// Its name in the contract.
    pub name: &'static str,
    /// For headings.
    pub title: &'static str,
    /// Causes as id and text, likeliest first.
    pub causes: &'static [(&'static str, &'static str)],
    /// What a developer does now.
    pub action: &'static str,
    /// Until when the same request is in vain; "" where it is not.
    pub until: &'static str,
    /// For end users.
    pub user: &'static str,
}

/// The row of `kind`.
pub fn row(kind: Kind) -> &'static Row {
    ROWS.iter().find(|row| row.kind == kind).unwrap_or(&ROWS[0])
}

/// The row whose name is `name`.
pub fn named(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

/// The verdict on repeating the same request, by kind alone; `until` is the row's, in arena.
pub fn retry(kind: Kind, until: Text) -> Retry {
    match kind {
        Kind::Success => Retry::None,
        Kind::Unauthenticated => Retry::AfterReauth { how: "sign-in" },
        // "A few seconds" (Unit21): three, a few times.
        Kind::Locked => Retry::Soon { delay: 3000, max_tries: 3 },
        Kind::RateLimited | Kind::ServerError | Kind::Unavailable => BACKOFF,
        Kind::Network | Kind::Timeout => Retry::Backoff { base_delay: 1000, max_tries: 5, requires_idempotency: true },
        _ => Retry::Never { until },
    }
}

/// Causes of a page in place of data, by id.
pub const PAGE: &[(&str, &str)] = &[
    ("route", "The endpoint does not exist: a web server's page came in place of the API's answer."),
    ("sign-in", "The credentials are missing or of the wrong type, and a sign-in page came."),
    ("proxy", "Something between client and API (proxy, portal, firewall) answered."),
];

/// Causes of a body that is called JSON and is none.
pub const NO_JSON: &[(&str, &str)] = &[
    ("cut", "The body was cut off on the way, or the server broke off."),
    ("not-json", "The server says JSON and sends something else."),
];

const ROWS: [Row; 21] = [
    Row {
        kind: Kind::Success,
        name: "success",
        title: "Success",
        causes: &[],
        action: "Process the response.",
        until: "",
        user: "Done.",
    },
    Row {
        kind: Kind::InvalidRequest,
        name: "invalid_request",
        title: "Invalid request",
        causes: &[
            ("parameter", "A parameter is missing, unknown or badly formatted."),
            ("syntax", "The body is not what the endpoint expects, or not valid JSON."),
        ],
        action: "Check the request's parameters and body against the API's documentation.",
        until: "the request is corrected",
        user: "The request could not be understood. Please check your input.",
    },
    Row {
        kind: Kind::MalformedBody,
        name: "malformed_body",
        title: "Malformed request body",
        causes: &[("syntax", "The request body is not valid JSON.")],
        action: "Build the body with a JSON serializer (JSON.stringify) and send Content-Type: application/json.",
        until: "the body is well-formed",
        user: "Something went wrong while sending your data.",
    },
    Row {
        kind: Kind::ValidationFailed,
        name: "validation_failed",
        title: "Validation failed",
        causes: &[("field", "A value is missing, malformed or not allowed; `fields` names it where the API does.")],
        action: "Correct the named fields and send the request again.",
        until: "the named fields are corrected",
        user: "Please check your input.",
    },
    Row {
        kind: Kind::Unauthenticated,
        name: "unauthenticated",
        title: "Not authenticated",
        causes: &[
            ("missing", "No API key or token was sent."),
            ("invalid", "The key or token is wrong, revoked or expired."),
            ("scope", "With OAuth: the token was not issued for this API or scope."),
        ],
        action: "Send a valid API key or token in the request headers; with OAuth, check its validity and scope. Do not repeat the request unchanged.",
        until: "",
        user: "Please sign in again.",
    },
    Row {
        kind: Kind::Forbidden,
        name: "forbidden",
        title: "Not permitted",
        causes: &[("permission", "The caller is known, but lacks the right to do this.")],
        action: "Check the permissions of the user or key; ask the account's administrator.",
        until: "the permission is granted",
        user: "You do not have permission to do this.",
    },
    Row {
        kind: Kind::NotFound,
        name: "not_found",
        title: "Not found",
        causes: &[
            ("absent", "The resource does not exist, or no longer."),
            ("url", "The URL is wrong."),
            ("hidden", "The resource is not visible to this caller."),
        ],
        action: "Check the URL for typos, and that the resource exists and is accessible to this caller.",
        until: "the URL is corrected or the resource exists",
        user: "This could not be found.",
    },
    Row {
        kind: Kind::UnexpectedResponse,
        name: "unexpected_response",
        title: "Unexpected response",
        causes: &[("redirect", "The server redirects; the redirect was not followed.")],
        action: "Check the URL, the credentials and what stands between client and API.",
        until: "the request reaches the API",
        user: "The service gave an answer that could not be read.",
    },
    Row {
        kind: Kind::NotSupported,
        name: "not_supported",
        title: "Not supported",
        causes: &[("unsupported", "The endpoint does not support this method, media type or feature.")],
        action: "Send a different request: another method, another media type or another endpoint.",
        until: "the request is a supported one",
        user: "This is not supported.",
    },
    Row {
        kind: Kind::Conflict,
        name: "conflict",
        title: "Conflict",
        causes: &[(
            "state",
            "The request does not fit the present state of the target: it exists already, or was changed meanwhile.",
        )],
        action: "Read the target again, then decide whether to apply the change anew.",
        until: "the target was read again",
        user: "This was changed in the meantime. Please reload and try again.",
    },
    Row {
        kind: Kind::Locked,
        name: "locked",
        title: "Locked",
        causes: &[("busy", "The object is being updated.")],
        action: "Try again in a few seconds, a few times.",
        until: "",
        user: "This is being updated. Please try again in a few seconds.",
    },
    Row {
        kind: Kind::TooLarge,
        name: "too_large",
        title: "Too large",
        causes: &[("size", "The request, or what it asks for, is larger than the server accepts.")],
        action: "Send or ask for less at once.",
        until: "the request is smaller",
        user: "This is too large.",
    },
    Row {
        kind: Kind::RateLimited,
        name: "rate_limited",
        title: "Rate limited",
        causes: &[("rate", "More requests were sent than the rate limit allows.")],
        action: "Wait as long as the answer says (Retry-After, or the reset of the quota), else back off; then pace the calls.",
        until: "",
        user: "There were too many requests. Please wait a moment.",
    },
    Row {
        kind: Kind::QuotaExhausted,
        name: "quota_exhausted",
        title: "Quota exhausted",
        causes: &[("quota", "The account's quota, balance or spending limit is used up.")],
        action: "Check plan, balance and spending limits; waiting does not help.",
        until: "the quota or balance is raised",
        user: "The usage limit is reached.",
    },
    Row {
        kind: Kind::BusinessRule,
        name: "business_rule",
        title: "Refused by a rule of the API",
        causes: &[(
            "rule",
            "The request is well-formed, but a rule of the API forbids it; `api.code` and `details` tell which.",
        )],
        action: "Look up the code in the API's documentation and act on the details.",
        until: "the rule is satisfied",
        user: "This is not possible right now.",
    },
    Row {
        kind: Kind::ServerError,
        name: "server_error",
        title: "Server error",
        causes: &[("bug", "An unexpected condition on the server: a bug or overload.")],
        action: "Wait and try again, backing off. If it persists, write to the API's support and name the request id.",
        until: "",
        user: "Something went wrong on the server. Please try again later.",
    },
    Row {
        kind: Kind::Unavailable,
        name: "unavailable",
        title: "Temporarily unavailable",
        causes: &[
            ("overload", "The service, or a gateway in front of it, is overloaded or down."),
            ("maintenance", "The service is under maintenance."),
        ],
        action: "Try again later, backing off; look at the API's status page.",
        until: "",
        user: "The service is unavailable right now. Please try again later.",
    },
    Row {
        kind: Kind::Network,
        name: "network",
        title: "Network failure",
        causes: &[],
        action: "Open the network panel or try the URL with curl: if curl works and the page does not, it is CORS.",
        until: "the request or the server is changed",
        user: "The service could not be reached. Please check your connection.",
    },
    Row {
        kind: Kind::Timeout,
        name: "timeout",
        title: "Timed out",
        causes: &[("slow", "No answer came in time; the server may have acted all the same.")],
        action: "Try again if the request is idempotent; else find out first whether it took effect. Consider a longer deadline.",
        until: "",
        user: "This took too long. Please try again.",
    },
    Row {
        kind: Kind::Aborted,
        name: "aborted",
        title: "Aborted",
        causes: &[("caller", "The caller's own signal ended the request.")],
        action: "Nothing, if the abort was meant; else look for who aborts the signal.",
        until: "the caller asks again",
        user: "Cancelled.",
    },
    Row {
        kind: Kind::Unknown,
        name: "unknown",
        title: "Error in the program",
        causes: &[("program", "Not a failure of the network or the server: the program threw this error itself.")],
        action: "Correct the code at the line that the error's stack names. Sending the request again does not help.",
        until: "the program is corrected",
        user: "Something went wrong. Please try again later.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_of_never_says_until_when_and_no_other_does() {
        for row in &ROWS {
            // Some network failures are for ever; that is told by their reason.
            let never = matches!(retry(row.kind, Text::default()), Retry::Never { .. }) || row.kind == Kind::Network;
            assert_eq!(never, !row.until.is_empty(), "{}", row.name);
            assert_eq!(named(row.name).map(|found| found.kind), Some(row.kind));
        }
    }

    #[test]
    fn texts_for_end_users_hold_no_technical_word() {
        for row in &ROWS {
            for word in ["HTTP", "API", "URL", "JSON", "://", "header", "token", "{"] {
                assert!(!row.user.contains(word), "{}: {word}", row.name);
            }
        }
    }
}
