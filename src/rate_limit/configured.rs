//! Quotas that a caller or a profile names, for a scope that is in use already.

use crate::shared::Arc;

use super::{MAX_METERS, limit::Meter, options::RateRules, reserve::Scope};
use crate::time::MonoTime;

impl Scope {
    /// Takes up quotas that a caller names while the scope is in use already. They bind all lanes.
    pub(super) fn configure(&mut self, rules: &RateRules, now: MonoTime) {
        let mut is_new = false;
        for rule in rules.quotas.iter() {
            if self.rules.iter().any(|known| known.contains(rule)) || self.meters.len() >= MAX_METERS {
                continue;
            }
            is_new = true;
            let mut meter = Meter::of_rule(rule, now);
            meter.begin(u64::from(self.in_flight), 0, now);
            self.meters.push(meter);
            self.homes.push(0);
            let bit = 1 << (self.meters.len() - 1);
            self.configured |= bit;
            self.lanes.iter_mut().for_each(|lane| lane.mask |= bit);
        }
        if is_new {
            self.rules.push(Arc::clone(&rules.quotas));
        }
    }
}
