//! What a policy remembers about servers from one call to the next.

use crate::{rate_limit::Tracker, retry::health::Health};

/// Quotas, the calls that wait for them, and the health of each origin. All calls of a policy share one `Memory`.
#[derive(Debug, Default)]
pub struct Memory {
    /// Quotas and queues, by scope (origin and credentials).
    pub tracker: Tracker,
    /// Retry budgets and circuits, by origin.
    pub health: Health,
    /// How often the host refused to send more requests.
    pub refusals: u32,
}

impl Memory {
    /// Creates an empty memory. For `nudges` see [`Tracker::new`].
    pub fn new(nudges: bool) -> Self {
        Self { tracker: Tracker::new(nudges), ..Self::default() }
    }
}
