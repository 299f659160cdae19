//! When to come back: what one answer says of it. Both the retry and the explainer ask here.

use alloc::string::String;

/// "Come back in `delay` ms", as a server said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Milliseconds from the moment the answer arrived; never negative.
    pub delay: i64,
    /// The header (lower-case) or the member of the body it came from: `retry-after`, `body.error.details.retryDelay`.
    pub source: String,
}

/// The quota that an answer names as the one in the way, as far as it tells. What the explainer needs of a quota, and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The bucket's or policy's name.
    pub bucket: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left.
    pub remaining: Option<u64>,
    /// Milliseconds until it resets; 0 if past.
    pub reset_in: Option<i64>,
    /// The header that told the reset, else the remaining, else the limit.
    pub source: String,
}
