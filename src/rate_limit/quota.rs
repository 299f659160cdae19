//! A quota as one response reported it.

use alloc::string::String;

use crate::time::WallTime;

/// The most quotas that one response may report; more is noise or an attack.
pub const MOST: usize = 32;

/// The unit of a quota of errors: it limits no call until it is used up, and then all calls.
pub const ERRORS: &str = "errors";

/// A quota as one response reported it. A field is `None` if the response did not report it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// The name of the policy, bucket or dimension: `default`, `abc123`, `tokens`. As [`crate::syntax::label::short`] shortens it.
    pub name: Option<String>,
    /// The name is that of a bucket that the server chose (`X-RateLimit-Bucket`, `-Resource`, `-Name`), not of a policy or
    /// dimension: another response of the same route may name another bucket.
    pub bucket: bool,
    /// The unit that is counted; `None` for requests. See [`Quota::counts_requests`].
    pub unit: Option<String>,
    /// Units per window.
    pub limit: Option<u64>,
    /// Units left.
    pub remaining: Option<u64>,
    /// Milliseconds from the arrival of the headers to the reset; never negative. By the server's clock if `Date` reports it.
    pub reset_in: Option<i64>,
    /// The length of the window in ms; never 0.
    pub window: Option<i64>,
    /// The header that reported the reset, else the remaining units, else the limit; lower case. For a body: `body.` and the member.
    pub source: String,
    /// The precision of the reset, in ms: 1, 1000 or 60000; 0 without a reset.
    pub granularity: i64,
    /// The reset as an instant on the server's clock, past or future, if it was reported as a date or epoch. It identifies the
    /// window from one response to the next; how far away it is depends on the clocks. `None` for a delta.
    pub reset_at: Option<WallTime>,
    /// The reset was an HTTP-date, which is cut to the second: the reset can be up to a second later.
    pub cut: bool,
}

impl Quota {
    /// Whether it counts requests, so that a request consumes one unit. Tokens, bytes and shares must not pace requests.
    pub fn counts_requests(&self) -> bool {
        self.unit.as_deref().is_none_or(|unit| matches!(unit, "request" | "requests"))
    }

    /// Whether only the limit is known, without a window or a reset.
    pub fn is_bare(&self) -> bool {
        self.remaining.is_none() && self.reset_in.is_none() && self.window.is_none()
    }

    /// Whether no units are left.
    pub fn exhausted(&self) -> bool {
        self.remaining == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_pace_requests() {
        for (unit, counts) in [(None, true), (Some("requests"), true), (Some("request"), true), (Some("tokens"), false)]
        {
            let quota = Quota { unit: unit.map(String::from), ..Quota::default() };
            assert_eq!(quota.counts_requests(), counts, "{unit:?}");
        }
    }
}
