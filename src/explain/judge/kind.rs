//! The kinds of outcome, the kind of each status, and well-known codes that many APIs share.
//!
//! Tables only. Sources: RFC 9110 section 15 for the statuses; the code words are those that many APIs share
//! (Google AIP-193, OAuth 2, AWS, the generic error object).

use crate::explain::read::names::letters;
use crate::explain::scan::{has_any, words};
use crate::explain::write::arena::Text;
use crate::syntax::number;

/// The kind of outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[allow(missing_docs)]
pub enum Kind {
    Success,
    InvalidRequest,
    MalformedBody,
    ValidationFailed,
    Unauthenticated,
    Forbidden,
    NotFound,
    UnexpectedResponse,
    NotSupported,
    Conflict,
    Locked,
    TooLarge,
    RateLimited,
    QuotaExhausted,
    BusinessRule,
    ServerError,
    Unavailable,
    Network,
    Timeout,
    Aborted,
    /// A thrown error that is not a failed request.
    Unknown,
}

/// All kinds, in the order of the enumeration.
pub const KINDS: [Kind; 21] = [
    Kind::Success,
    Kind::InvalidRequest,
    Kind::MalformedBody,
    Kind::ValidationFailed,
    Kind::Unauthenticated,
    Kind::Forbidden,
    Kind::NotFound,
    Kind::UnexpectedResponse,
    Kind::NotSupported,
    Kind::Conflict,
    Kind::Locked,
    Kind::TooLarge,
    Kind::RateLimited,
    Kind::QuotaExhausted,
    Kind::BusinessRule,
    Kind::ServerError,
    Kind::Unavailable,
    Kind::Network,
    Kind::Timeout,
    Kind::Aborted,
    Kind::Unknown,
];

/// The reasons that a response can show, each with its kind. Those of thrown errors are in the table of failures.
pub const REASONS: [(Kind, &str); 26] = [
    (Kind::Unauthenticated, "unknown"),
    (Kind::Unauthenticated, "missing"),
    (Kind::Unauthenticated, "invalid"),
    (Kind::Unauthenticated, "expired"),
    (Kind::Unauthenticated, "grant_invalid"),
    (Kind::Unauthenticated, "step_up"),
    (Kind::Forbidden, "unknown"),
    (Kind::Forbidden, "permission"),
    (Kind::Forbidden, "scope"),
    (Kind::Forbidden, "blocked"),
    (Kind::Forbidden, "bot_challenge"),
    (Kind::NotFound, "unknown"),
    (Kind::NotFound, "resource"),
    (Kind::NotFound, "route"),
    (Kind::NotFound, "gone"),
    (Kind::NotSupported, "unknown"),
    (Kind::NotSupported, "method"),
    (Kind::NotSupported, "feature"),
    (Kind::NotSupported, "media_type"),
    (Kind::MalformedBody, "unknown"),
    (Kind::MalformedBody, "json_syntax"),
    (Kind::MalformedBody, "empty"),
    (Kind::UnexpectedResponse, "unknown"),
    (Kind::UnexpectedResponse, "html_instead_of_json"),
    (Kind::UnexpectedResponse, "invalid_json"),
    (Kind::UnexpectedResponse, "redirect"),
];

/// Whether and when the same request may be sent again. Delays are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Retry {
    None,
    Never { until: Text },
    Backoff { base_delay: i64, max_tries: i64, requires_idempotency: bool },
    After { delay: i64, source: Text },
    AtReset { delay: i64, reset_at: Option<i64>, source: Text },
    AfterReauth { how: &'static str },
    Soon { delay: i64, max_tries: i64 },
    WhenOnline,
}

/// The default backoff: the first wait in ms and the most tries (Clever's advice: 1, 2, 4 s …, then stop after five retries).
pub const BACKOFF: Retry = Retry::Backoff { base_delay: 1000, max_tries: 5, requires_idempotency: false };

/// The kind of a status, and its reason, or "".
pub fn of_status(status: u16) -> (Kind, &'static str) {
    use Kind::{
        Conflict, Forbidden, InvalidRequest, Locked, NotFound, NotSupported, QuotaExhausted, RateLimited, ServerError,
        Success, Timeout, TooLarge, Unauthenticated, Unavailable, UnexpectedResponse, ValidationFailed,
    };
    match status {
        200..=299 | 304 => (Success, ""),
        100..=399 => (UnexpectedResponse, "redirect"),
        401 | 407 | 511 => (Unauthenticated, "unknown"),
        402 => (QuotaExhausted, ""),
        403 => (Forbidden, "unknown"),
        404 => (NotFound, "unknown"),
        405 => (NotSupported, "method"),
        406 | 415 => (NotSupported, "media_type"),
        408 => (Timeout, "server"),
        409 | 412 => (Conflict, ""),
        410 => (NotFound, "gone"),
        413 | 414 | 431 => (TooLarge, ""),
        422 => (ValidationFailed, ""),
        423 => (Locked, ""),
        425 | 502..=504 | 520..=530 | 599 => (Unavailable, ""),
        420 | 429 => (RateLimited, ""),
        451 => (Forbidden, "blocked"),
        501 | 505 => (NotSupported, "feature"),
        500..=u16::MAX => (ServerError, ""),
        _ => (InvalidRequest, "unknown"),
    }
}

/// Parts of the codes that many APIs share, of letters and digits alone, parted by `|`.
const SHARED: &str = "unauth|authentication|authorized|invalidtoken|tokenexpired|tokenrevoked|tokeninvalid|expiredtoken|accesstoken|idtoken|apikey|\
    credentials|invalidclient|invalidauth|sessionid|jwt|accountinactive|signature|unrecognizedclient|accesskey|clienttoken|\
    timetooskewed|invalidpassword|notfound|nonexistent|notauthed|invalidgrant|mfarequired|interactionrequired|loginrequired|\
    consentrequired|permission|accessdenied|forbidden|scope|nosuchkey|ratelimit|throttl|toomanyrequests|toomanyattempts|\
    slowdown|exhausted|quota|throughputexceeded|limitexceeded|querylimit|spendlimit|hardlimit|insufficient|validation|\
    invalidargument|invalidvalue|baduserinput|outofrange|invalidjson|malformedjson|badjson|notjson|jsonparse|conflict|alreadyexists|\
    idempotency|concurrentmodification|duplicatevalue|constraintviolation|conditionalcheck|failedprecondition|aborted|toolarge|\
    lengthexceeded|locked|unimplemented|deadlineexceeded|internal|unavailable|overloaded";

/// Of these, what waiting does not change, even under a 429: a quota that only money or a person refills.
const SPENT: &str = "quotaexceeded|insufficientquota|spendlimitreached|hardlimitreached";

/// Whether many APIs share this code, in any spelling: `NOT_FOUND`, `notFound` and `not-found` are equal.
pub fn is_shared(code: &str) -> bool {
    holds_part(code, SHARED)
}

/// Whether a code names a quota that waiting does not refill. The problem type of the IETF's draft can mean any limit, so it is not one.
pub fn is_spent(code: &str) -> bool {
    !code.starts_with("http") && holds_part(code, SPENT)
}

#[inline(never)]
fn holds_part(code: &str, list: &str) -> bool {
    let bare = letters(code);
    has_any(&bare, list, b'|')
}

/// The name of the gRPC status `number`, given in digits (grpc/grpc doc/statuscodes.md); "" if unknown.
pub fn of_grpc(number: &str) -> &'static str {
    const NAMES: &str = "ok cancelled unknown invalid_argument deadline_exceeded not_found already_exists permission_denied resource_exhausted failed_precondition aborted out_of_range unimplemented internal unavailable data_loss unauthenticated";
    let index = number::whole(number).and_then(|index| usize::try_from(index).ok());
    index.and_then(|index| words(NAMES).nth(index)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_in_any_spelling() {
        for code in ["NOT_FOUND", "notFound", "not-found", "NotFoundException", "not_found_error"] {
            assert!(is_shared(code), "{code}");
        }
        for code in ["", "error", "ITEM_SOLD", "404", "ENOENT", "ERR_INVALID_ARG_TYPE"] {
            assert!(!is_shared(code), "{code}");
        }
    }

    #[test]
    fn a_quota_that_is_spent_is_no_rate_limit() {
        for (code, spent) in
            [("insufficient_quota", true), ("daily_quota_exceeded", true), ("rate_limit_exceeded", false)]
        {
            assert_eq!(is_spent(code), spent, "{code}");
        }
        assert!(!is_spent("https://iana.org/assignments/http-problem-types#quota-exceeded"));
    }

    #[test]
    fn every_status_has_a_kind() {
        for (status, kind) in [
            (0, Kind::InvalidRequest),
            (100, Kind::UnexpectedResponse),
            (204, Kind::Success),
            (304, Kind::Success),
            (418, Kind::InvalidRequest),
            (420, Kind::RateLimited),
            (501, Kind::NotSupported),
            (521, Kind::Unavailable),
            (599, Kind::Unavailable),
            (65_535, Kind::ServerError),
        ] {
            assert_eq!(of_status(status).0, kind, "{status}");
        }
    }
}
