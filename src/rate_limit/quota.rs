//! A quota as one response told it.

use alloc::string::String;

use crate::time::WallTime;

/// Most quotas that one response may tell; more is noise or an attack.
pub const MOST: usize = 32;

/// The unit of a quota of errors: it binds nobody before it is used up, and then everybody.
pub const ERRORS: &str = "errors";

/// A quota as one response told it. Absent is not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// The policy's, bucket's or dimension's name: `default`, `abc123`, `tokens`. As [`crate::syntax::label::short`] keeps it.
    pub name: Option<String>,
    /// The name is a bucket's that the server named (`X-RateLimit-Bucket`, `-Resource`, `-Name`), not a policy's or a
    /// dimension's: another answer to the same route may name another.
    pub bucket: bool,
    /// What is counted; none is requests. See [`Quota::counts_requests`].
    pub unit: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left.
    pub remaining: Option<u64>,
    /// Milliseconds from the head's arrival to the reset; never negative. By the server's clock where `Date` tells it.
    pub reset_in: Option<i64>,
    /// The window's length in ms; never 0.
    pub window: Option<i64>,
    /// The header that told the reset, else the remaining, else the limit; lower case. Of a body: `body.` and the member.
    pub source: String,
    /// How fine the reset was told, in ms: 1, 1000 or 60000. 0 where none was told.
    pub granularity: i64,
    /// The reset as an instant on the server's clock, past or not, where it was reported as that (date or epoch): what a
    /// window is known by from one answer to the next, and how far away it is hangs on the clocks. `None` of a delta.
    pub reset_at: Option<WallTime>,
    /// The reset was an HTTP-date, which is cut to its second: it comes up to a second later.
    pub cut: bool,
}

impl Quota {
    /// Whether it counts requests, so that a request takes one of it. Tokens, bytes and shares must not pace requests.
    pub fn counts_requests(&self) -> bool {
        self.unit.as_deref().is_none_or(|unit| matches!(unit, "request" | "requests"))
    }

    /// It is a limit and nothing more, so that nobody knows of how long.
    pub fn is_bare(&self) -> bool {
        self.remaining.is_none() && self.reset_in.is_none() && self.window.is_none()
    }

    /// Nothing is left.
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
