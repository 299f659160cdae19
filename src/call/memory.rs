//! What a policy remembers of servers, beside its calls.

use crate::{rate_limit::Tracker, retry::health::Health};

/// Quotas and who waits for them, and how healthy each origin is. All calls of a policy share one.
#[derive(Debug, Default)]
pub struct Memory {
    /// By scope: what shares credentials.
    pub tracker: Tracker,
    /// By origin.
    pub health: Health,
    /// How often the host refused to send any more.
    pub refusals: u32,
}

impl Memory {
    /// An empty one. `nudges`: see [`Tracker::new`].
    pub fn new(nudges: bool) -> Self {
        Self { tracker: Tracker::new(nudges), ..Self::default() }
    }
}
