//! The English words: one row a kind, for developers and, separately, for end users.
//!
//! Texts for end users hold no code, id, address or server's word; a shell translates them by their key (`user.<kind>`),
//! so a row is a fallback and the source for translators. Say what happened, why, and the next step; no blame.

use crate::explain::judge::kind::{BACKOFF, KINDS, Kind, Retry};
use crate::explain::scan::line;
use crate::explain::write::arena::Text;
use crate::syntax::words::halves;

/// What is said of a kind where no rule says it better.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// Its name in the contract.
    pub name: &'static str,
    /// For headings.
    pub title: &'static str,
    /// Until when the same request is in vain; "" where it is not.
    pub until: &'static str,
    /// For end users; see [`USER`] for finer ones.
    pub user: &'static str,
    rest: &'static str,
}

impl Row {
    /// What a developer does now: a template of [`super::actions`].
    pub fn action(&self) -> &'static str {
        halves(self.rest, b'\n').0
    }

    /// Causes as id and text (a template, too), likeliest first: [`pairs`].
    pub fn causes(&self) -> &'static str {
        halves(self.rest, b'\n').1
    }
}

/// The row of `kind`.
#[inline(never)]
pub fn row(kind: Kind) -> Row {
    let mut rest = ROWS.get(kind as usize).copied().unwrap_or("");
    let (name, title, until, user) = (line(&mut rest), line(&mut rest), line(&mut rest), line(&mut rest));
    Row { kind, name, title, until, user, rest }
}

/// The row whose name is `name`.
#[inline(never)]
pub fn named(name: &str) -> Option<Row> {
    KINDS.iter().map(|kind| row(*kind)).find(|row| row.name == name)
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

/// Causes of a page in place of data, as [`pairs`].
pub const PAGE: &str = "route\n\
    The endpoint does not exist, and a web server sent its own page.\n\
    sign-in\n\
    The credentials are missing or of the wrong type, and the server sent a sign-in page.\n\
    proxy\n\
    A proxy, portal or firewall between client and API responded.";

/// The cause of a page that asks to sign in, under a status of success.
pub const SIGN_IN: &str = "sign-in\n\
    The server sent a sign-in page: the session has ended, or no credentials were sent.";

/// Causes of a body that is called JSON and is none.
pub const NO_JSON: &str = "cut\n\
    The body was cut off in transit, or the server stopped sending.\n\
    not-json\n\
    The Content-Type is JSON, but the body is not.";

/// Ids and texts, a line each.
pub fn pairs(text: &'static str) -> Pairs {
    Pairs { rest: text }
}

/// See [`pairs`].
#[derive(Clone, Debug)]
pub struct Pairs {
    rest: &'static str,
}

impl Iterator for Pairs {
    type Item = (&'static str, &'static str);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let (id, text) = (line(&mut self.rest), line(&mut self.rest));
        (!id.is_empty()).then_some((id, text))
    }
}

/// Makes rows of `kind: name title until user action [id cause …];`: one text a kind, with a line for each column.
macro_rules! rows {
    ($($kind:ident: $name:literal $title:literal $until:literal $user:literal $action:literal [$($id:literal $cause:literal)*];)*) => {
        /// In the order of [`KINDS`].
        const ROWS: [&str; KINDS.len()] = [$(concat!(
            $name, "\n", $title, "\n", $until, "\n", $user, "\n", $action, "\n" $(, $id, "\n", $cause, "\n")*
        )),*];
        #[cfg(test)]
        const ORDER: [Kind; KINDS.len()] = [$(Kind::$kind),*];
    };
}

rows! {
    Success: "success" "Success"
        "" "Done."
        "Process the response."
        [];
    InvalidRequest: "invalid_request" "Invalid request"
        "the request is corrected" "This request could not be processed."
        "{says} Correct that and send the request again.|Look up the code {code} in the API's documentation and correct the request.|Check the request's parameters and body against the API's documentation."
        [
        "parameter" "The endpoint does not accept a value, a parameter or the format of the request."
        ];
    MalformedBody: "malformed_body" "Malformed request body"
        "the body is well-formed" "Something went wrong while sending your data."
        "Build the body with a JSON serializer (JSON.stringify) and send Content-Type: application/json."
        [
        "syntax" "The request body is not valid JSON."
        ];
    ValidationFailed: "validation_failed" "Validation failed"
        "the named fields are corrected" "Please check your input."
        "{says} Correct that and send the request again.|Look up the code {code} in the API's documentation and correct the request.|Check the request's parameters and body against the API's documentation."
        [
        "field" "Required but not sent: {missing}.|The API does not accept the value of {names}.|A value is missing or not accepted."
        ];
    Unauthenticated: "unauthenticated" "Not authenticated"
        "" "This is not available right now. You may need to sign in again."
        "Send a valid key or token[ with the scheme {scheme}], or sign in again; check its scope."
        [
        "missing" "No API key or token was sent, or not where the API looks for it."
        "invalid" "The key or token is wrong, revoked or expired."
        "scope" "With OAuth: the token was not issued for this API or scope."
        ];
    Forbidden: "forbidden" "Not permitted"
        "the permission is granted" "Access to this was refused."
        "Check the permissions of the user or key; ask the account's administrator[ and include the reference {id}]."
        [
        "permission" "The caller may not do this; usually a permission is missing."
        ];
    NotFound: "not_found" "Not found"
        "the URL is corrected or the resource exists" "This could not be found."
        "Check the URL and its ids for typos. Check that the resource exists and that this caller may see it."
        [
        "absent" "The resource does not exist, or no longer exists."
        "url" "The URL is wrong."
        "hidden" "The resource is not visible to this caller."
        ];
    UnexpectedResponse: "unexpected_response" "Unexpected response"
        "the request reaches the API" "The service sent a response that could not be read."
        "Check the URL, the credentials and any proxy between client and API[; ask its owner and include the reference {id}]."
        [
        "redirect" "The server redirects; the redirect was not followed."
        ];
    NotSupported: "not_supported" "Not supported"
        "the request is changed" "This is not supported."
        "Send a request that the API supports."
        [
        "unsupported" "The API does not support what the request asks for."
        ];
    Conflict: "conflict" "Conflict"
        "the target is read again" "This is not possible in its current state."
        "Read the target again, then decide whether the request still makes sense."
        [
        "state" "The request does not fit the current state of the resource."
        ];
    Locked: "locked" "Locked"
        "" "This is locked right now. Please try again later."
        "Try again in {wait}.|Try again in a few seconds, a few times."
        [
        "busy" "The object is being updated."
        ];
    TooLarge: "too_large" "Too large"
        "the request is smaller" "This is too large."
        "Send or request less at once."
        [
        "size" "The request, or what it asks for, is larger than the server accepts."
        ];
    RateLimited: "rate_limited" "Rate limited"
        "" "There were too many requests. Please wait a moment."
        "Wait {wait}, then pace the calls[: the limit is {limit}].|Wait as long as Retry-After says, or back off; then pace the calls[: the limit is {limit}]."
        [
        "rate" "More requests were sent than the rate limit allows."
        ];
    QuotaExhausted: "quota_exhausted" "Quota exhausted"
        "the quota or balance is raised or renewed" "The usage limit has been reached."
        "Wait {wait}, until the quota resets, or raise it.|Check the account's plan, balance and limits."
        [
        "quota" "The account's quota, balance or spending limit is used up."
        ];
    BusinessRule: "business_rule" "Refused by a rule of the API"
        "the rule is satisfied" "This is not possible right now."
        "Look up the code {code} in the API's documentation, and see `details`.|Find the rule in the API's documentation."
        [
        "rule" "The request is well-formed, but a rule of the API forbids it; `api.code` and `details` identify it."
        ];
    ServerError: "server_error" "Server error"
        "" "Something went wrong on the server. Please try again later."
        "Try again[ in {wait}], backing off. If it persists, contact the API's support and include the request id[ {id}]."
        [
        "bug" "An unexpected condition on the server: a bug or overload."
        ];
    Unavailable: "unavailable" "Temporarily unavailable"
        "" "The service is unavailable right now. Please try again later."
        "Try again[ in {wait}, or] later, backing off; check the API's status page."
        [
        "overload" "The service, or a gateway in front of it, is overloaded, busy or down."
        "maintenance" "The service is under maintenance."
        ];
    Network: "network" "Network failure"
        "the request or the server is changed" "The service could not be reached."
        "Open the network panel or try the URL with curl: if curl works and the page does not, it is CORS."
        [
        "unreachable" "The server could not be reached, or the connection broke."
        ];
    Timeout: "timeout" "Timed out"
        "" "This took too long. Please try again."
        "Try again, backing off; request less at once, or allow more time."
        [
        "slow" "No response came in time; the server may have processed the request anyway."
        ];
    Aborted: "aborted" "Aborted"
        "the caller sends it again" "Cancelled."
        "Nothing if the abort was intended; otherwise find the code that aborts the signal."
        [
        "caller" "The caller's signal aborted the request."
        ];
    Unknown: "unknown" "Error in the program"
        "the program is corrected" "Something went wrong. Please try again later."
        "Read the message, and check the line in the error's stack."
        [
        "program" "The program or a library threw this; no failed request is known."
        ];
}

/// Finer texts for end users, by kind: variants and texts as [`pairs`]. The key is `user.<kind>.<variant>`.
pub const USER: &[(Kind, &str)] = &[
    (Kind::Success, "message\nThe service responded. Please check the result.\n"),
    (
        Kind::ValidationFailed,
        concat!("exists\nThis already exists.\n", "request\nThis request could not be processed.\n",),
    ),
    (
        Kind::Unauthenticated,
        concat!(
            "session\nPlease sign in again.\n",
            "expired\nYour session has expired. Please sign in again.\n",
            "password\nThese sign-in details are not correct.\n",
            "step_up\nPlease confirm that it is you, then try again.\n",
            "key\nThis is not available right now.\n",
        ),
    ),
    (
        Kind::Forbidden,
        concat!(
            "key\nThis is not available right now.\n",
            "account\nThis needs an active account.\n",
            "region\nThis is not available in your region.\n",
            "blocked\nAccess to this is blocked.\n",
            "bot_challenge\nThe service could not confirm that you are not a robot.\n",
        ),
    ),
    (
        Kind::Conflict,
        concat!(
            "exists\nThis already exists.\n",
            "changed\nThis was changed in the meantime. Please reload and try again.\n",
            "done\nThis has already been done.\n",
        ),
    ),
    (Kind::Locked, "pending\nThis has not been approved yet.\n"),
    (Kind::QuotaExhausted, "plan\nThis needs a payment or another plan.\n"),
    (
        Kind::BusinessRule,
        concat!(
            "declined\nThe payment was declined. Please use another payment method.\n",
            "funds\nThe balance is not sufficient.\n",
            "sold_out\nThis is no longer available.\n",
            "exists\nThis already exists.\n",
            "done\nThis has already been done.\n",
        ),
    ),
    (
        Kind::ServerError,
        "check\nSomething went wrong on the server. Please check whether it worked before you try again.\n",
    ),
    (
        Kind::Network,
        concat!(
            "connection\nThe service could not be reached. Please check your connection.\n",
            "interrupted\nThe connection was interrupted. Please try again.\n",
        ),
    ),
    (Kind::Timeout, "check\nThis took too long. Please check whether it worked before you try again.\n"),
];

/// The variant of a text for end users, where there is one of that name, and the text; else the kind's own.
pub fn user(kind: Kind, variant: &str) -> (&'static str, &'static str) {
    let of_kind = USER.iter().find(|(known, _)| *known == kind).map_or("", |(_, texts)| texts);
    pairs(of_kind).find(|(name, _)| *name == variant).unwrap_or(("", row(kind).user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_of_never_says_until_when_and_no_other_does() {
        assert_eq!(ORDER, KINDS);
        for row in KINDS.map(row) {
            // Some network failures are permanent: their reason decides.
            let never = matches!(retry(row.kind, Text::default()), Retry::Never { .. }) || row.kind == Kind::Network;
            assert_eq!(never, !row.until.is_empty(), "{}", row.name);
            assert_eq!(named(row.name).map(|found| found.kind), Some(row.kind));
        }
    }

    #[test]
    fn texts_for_end_users_hold_no_technical_word() {
        for text in KINDS.map(|kind| row(kind).user).into_iter().chain(USER.iter().map(|(.., text)| *text)) {
            for word in ["HTTP", "API", "URL", "JSON", "://", "header", "token", "{"] {
                assert!(!text.contains(word), "{text}: {word}");
            }
        }
    }
}
