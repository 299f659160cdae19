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
    /// Causes as id and text (a template, too), likeliest first.
    pub causes: &'static [(&'static str, &'static str)],
    /// What a developer does now: a template of [`super::actions`].
    pub action: &'static str,
    /// Until when the same request is in vain; "" where it is not.
    pub until: &'static str,
    /// For end users; see [`USER`] for finer ones.
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
    ("route", "The endpoint does not exist: a web server's page came in place of the API's response."),
    ("sign-in", "The credentials are missing or of the wrong type, and a sign-in page came."),
    ("proxy", "Something between client and API (proxy, portal, firewall) responded."),
];

/// Causes of a body that is called JSON and is none.
pub const NO_JSON: &[(&str, &str)] = &[
    ("cut", "The body was cut off on the way, or the server broke off."),
    ("not-json", "The Content-Type is JSON and the body is something else."),
];

/// The rows of all kinds.
pub const ROWS: [Row; 21] = [
    Row {
        kind: Kind::Success,
        name: "success",
        title: "Success",
        causes: &[],
        action: "{says} Read that before you rely on the response.|Process the response.",
        until: "",
        user: "Done.",
    },
    Row {
        kind: Kind::InvalidRequest,
        name: "invalid_request",
        title: "Invalid request",
        causes: &[("parameter", "A value, a parameter or the form of the request is not what the endpoint takes.")],
        action: "{fields}|{says} Correct that and send the request again.|Look up the code {code} in the API's documentation and correct the request.|Check the request's parameters and body against the API's documentation.",
        until: "the request is corrected",
        user: "This request could not be processed.",
    },
    Row {
        kind: Kind::MalformedBody,
        name: "malformed_body",
        title: "Malformed request body",
        causes: &[("syntax", "The request body is not valid JSON.")],
        action: "[{says} ]Build the body with a JSON serializer (JSON.stringify) and send Content-Type: application/json.",
        until: "the body is well-formed",
        user: "Something went wrong while sending your data.",
    },
    Row {
        kind: Kind::ValidationFailed,
        name: "validation_failed",
        title: "Validation failed",
        causes: &[(
            "field",
            "Required and not sent: {missing}.|What was sent as {names} is not accepted.|The API does not accept a value, or misses one.",
        )],
        action: "{fields}|{says} Correct that and send the request again.|Look up the code {code} in the API's documentation and correct the request.|Check the values that were sent against the API's documentation.",
        until: "the named fields are corrected",
        user: "Please check your input.",
    },
    Row {
        kind: Kind::Unauthenticated,
        name: "unauthenticated",
        title: "Not authenticated",
        causes: &[
            ("missing", "No API key or token was sent, or not where the API looks for it."),
            ("invalid", "The key or token is wrong, revoked or expired."),
            ("scope", "With OAuth: the token was not issued for this API or scope."),
        ],
        action: "[{says} ]Send a valid key or token[ with the scheme {scheme}]; with OAuth, check its validity and scope. Do not repeat the request unchanged.",
        until: "",
        user: "This is not available right now. You may need to sign in again.",
    },
    Row {
        kind: Kind::Forbidden,
        name: "forbidden",
        title: "Not permitted",
        causes: &[("permission", "The caller is known, but lacks the right to do this.")],
        action: "[{says} ]Check what the user or key may do; ask the account's administrator.",
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
        action: "Check that the {entity} exists and that this caller may see it; check the URL for typos.|[{says} ]Check the URL and the ids in it for typos, and that what they name exists and this caller may see it.",
        until: "the URL is corrected or the resource exists",
        user: "This could not be found.",
    },
    Row {
        kind: Kind::UnexpectedResponse,
        name: "unexpected_response",
        title: "Unexpected response",
        causes: &[("redirect", "The server redirects; the redirect was not followed.")],
        action: "Check the URL, the credentials and what stands between client and API[; name the reference {id} to its owner].",
        until: "the request reaches the API",
        user: "The service sent a response that could not be read.",
    },
    Row {
        kind: Kind::NotSupported,
        name: "not_supported",
        title: "Not supported",
        causes: &[("unsupported", "The endpoint does not support this method, media type or feature.")],
        action: "{says} Send a request that the API supports.|Send a different request: another method, another media type or another endpoint.",
        until: "the request is a supported one",
        user: "This is not supported.",
    },
    Row {
        kind: Kind::Conflict,
        name: "conflict",
        title: "Conflict",
        causes: &[("state", "The request does not fit the present state of what it is about.")],
        action: "[{says} ]Read the target again, then decide whether the request still makes sense.",
        until: "the target was read again",
        user: "This is not possible in its present state.",
    },
    Row {
        kind: Kind::Locked,
        name: "locked",
        title: "Locked",
        causes: &[("busy", "The object is being updated.")],
        action: "Try again in {wait}.|[{says} ]Try again in a few seconds, a few times.",
        until: "",
        user: "This is locked right now. Please try again later.",
    },
    Row {
        kind: Kind::TooLarge,
        name: "too_large",
        title: "Too large",
        causes: &[("size", "The request, or what it asks for, is larger than the server accepts.")],
        action: "[{says} ]Send or ask for less at once.",
        until: "the request is smaller",
        user: "This is too large.",
    },
    Row {
        kind: Kind::RateLimited,
        name: "rate_limited",
        title: "Rate limited",
        causes: &[("rate", "More requests were sent than the rate limit allows.")],
        action: "Wait {wait}, as the response says, then pace the calls[: the limit is {limit}].|[{says} ]Wait as long as Retry-After or the reset of the quota says, else back off; then pace the calls[: the limit is {limit}].",
        until: "",
        user: "There were too many requests. Please wait a moment.",
    },
    Row {
        kind: Kind::QuotaExhausted,
        name: "quota_exhausted",
        title: "Quota exhausted",
        causes: &[("quota", "The account's quota, balance or spending limit is used up.")],
        action: "Wait {wait}, until the quota resets, or raise it.|[{says} ]Check plan, balance and spending limits; waiting does not help.",
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
        action: "[{says} ]Look up the code {code} in the API's documentation and act on the details.|{says} Meet that rule, then send the request again.|Look up in the API's documentation which rule this is.",
        until: "the rule is satisfied",
        user: "This is not possible right now.",
    },
    Row {
        kind: Kind::ServerError,
        name: "server_error",
        title: "Server error",
        causes: &[("bug", "An unexpected condition on the server: a bug or overload.")],
        action: "[{unsafe} ]Wait[ {wait}] and try again, backing off. If it persists, write to the API's support and name the request id[ {id}].",
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
        action: "[{unsafe} ]Try again[ in {wait}, or] later, backing off; look at the API's status page.",
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
        user: "The service could not be reached.",
    },
    Row {
        kind: Kind::Timeout,
        name: "timeout",
        title: "Timed out",
        causes: &[("slow", "No response came in time; the server may have acted all the same.")],
        action: "{unsafe} Consider a longer deadline.|Try again if the request is idempotent; else find out first whether it took effect. Consider a longer deadline.",
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

/// Finer texts for end users: kind, variant, text. The key is `user.<kind>.<variant>`.
pub const USER: &[(Kind, &str, &str)] = &[
    (Kind::Success, "message", "The service has responded."),
    (Kind::ValidationFailed, "exists", "This exists already."),
    (Kind::ValidationFailed, "request", "This request could not be processed."),
    (Kind::Unauthenticated, "session", "Please sign in again."),
    (Kind::Unauthenticated, "expired", "Your session has expired. Please sign in again."),
    (Kind::Unauthenticated, "password", "These sign-in details are not correct."),
    (Kind::Unauthenticated, "step_up", "Please confirm that it is you, then try again."),
    (Kind::Unauthenticated, "key", "This is not available right now."),
    (Kind::Forbidden, "key", "This is not available right now."),
    (Kind::Forbidden, "account", "This account is not active."),
    (Kind::Forbidden, "region", "This is not available in your region."),
    (Kind::Forbidden, "blocked", "Access to this is blocked."),
    (Kind::Forbidden, "bot_challenge", "The service could not confirm that you are not a robot."),
    (Kind::Conflict, "exists", "This exists already."),
    (Kind::Conflict, "changed", "This was changed in the meantime. Please reload and try again."),
    (Kind::Conflict, "done", "This was done already."),
    (Kind::Locked, "pending", "This has not been approved yet."),
    (Kind::QuotaExhausted, "plan", "This needs a payment or another plan."),
    (Kind::BusinessRule, "declined", "The payment was declined. Please use another payment method."),
    (Kind::BusinessRule, "funds", "The balance is not sufficient."),
    (Kind::BusinessRule, "sold_out", "This is no longer available."),
    (Kind::BusinessRule, "exists", "This exists already."),
    (Kind::BusinessRule, "done", "This was done already."),
    (
        Kind::ServerError,
        "check",
        "Something went wrong on the server. Please check whether it worked before you try again.",
    ),
    (Kind::Network, "connection", "The service could not be reached. Please check your connection."),
    (Kind::Network, "interrupted", "The connection was interrupted. Please try again."),
    (Kind::Timeout, "check", "This took too long. Please check whether it worked before you try again."),
];

/// The variant of a text for end users, where there is one of that name, and the text; else the kind's own.
pub fn user(kind: Kind, variant: &str) -> (&'static str, &'static str) {
    let found = USER.iter().find(|(known, name, _)| *known == kind && *name == variant);
    found.map_or(("", row(kind).user), |(_, name, text)| (*name, *text))
}

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
        for text in ROWS.iter().map(|row| row.user).chain(USER.iter().map(|(.., text)| *text)) {
            for word in ["HTTP", "API", "URL", "JSON", "://", "header", "token", "{"] {
                assert!(!text.contains(word), "{text}: {word}");
            }
        }
    }
}
