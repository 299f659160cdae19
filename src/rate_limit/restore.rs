//! Taking up what another tracker knew, in time linear in it.

use core::slice;

use crate::{
    rate_limit::{
        MAX_METERS, MAX_SCOPES, Tracker,
        clock::DATED,
        identity::Identity,
        limit::{Meter, reset::Told},
        options::RateRules,
        quota::Quota,
        reserve::Scope,
        secrets::Secrets,
    },
    time::Moment,
};

impl Tracker {
    /// Takes up a quota that another tracker knew, unless this one knows better, its window is over, or there is no room: no
    /// scope that is kept here is forgotten for one that was kept elsewhere. Its names are hidden where they look like keys.
    pub fn restore(&mut self, identity: &Identity, mut quota: Quota, rules: &RateRules, at: Moment) {
        let at = self.awake(at);
        let known = self.find(&identity.key);
        let is_over = quota.reset_in.is_some_and(|reset_in| reset_in <= 0);
        if is_over || known.is_none() && self.scopes.len() >= MAX_SCOPES {
            return;
        }
        Secrets::default().veil(slice::from_mut(&mut quota));
        let index = known.unwrap_or_else(|| self.scope(identity, rules, at.mono));
        self.touch(index);
        if let Some(scope) = self.scopes.get_mut(index) {
            scope.restore(&quota, at);
        }
    }
}

impl Scope {
    /// Takes up a quota that was known elsewhere, unless it is known here or there is no room for it.
    fn restore(&mut self, quota: &Quota, at: Moment) {
        let known = self.meters.iter().any(|meter| meter.is(quota) && meter.knows_end());
        if known || self.meters.len() >= MAX_METERS {
            return;
        }
        let index = self.meters.iter().position(|meter| meter.is(quota)).unwrap_or(self.meters.len());
        let mut meter = Meter::of_answer(quota);
        let now = at.mono;
        let others = u64::from(self.in_flight);
        meter.tell(
            quota,
            Told {
                sent: now,
                now,
                others,
                cost: 0,
                served: at.wall,
                unsure: 0,
                labels: DATED,
                early: true,
                limited: false,
            },
        );
        let paces = meter.paces(1) && meter.unit.is_none();
        if let Some(old) = self.meters.get_mut(index) {
            *old = meter;
        } else {
            self.meters.push(meter);
            self.homes.push(0);
        }
        if let (Some(lane), true) = (self.lanes.first_mut(), paces) {
            (lane.gate, lane.mask) = (u32::MAX, lane.mask | 1 << index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rate_limit::{identity::hex, options::RateLayer},
        syntax::{headers::Headers, number, steps},
    };
    use alloc::{string::String, vec::Vec};

    /// A key as hashes are: spread over all values.
    fn identity(which: u64) -> Identity {
        let mut name = String::from("https://a.example/");
        number::push(&mut name, which);
        let key = Identity::named(&name, Headers::default()).key;
        Identity::kept(&name, &hex(&key)).unwrap()
    }

    #[test]
    fn many_quotas_are_taken_up_in_time_linear_in_them() {
        let at = Moment::new(1e12, 0.0, 0.0);
        let rules = RateLayer::default().over(&RateLayer::default()).unwrap();
        let quota = Quota { limit: Some(5), remaining: Some(0), reset_in: Some(60_000), ..Quota::default() };
        let steps_of = |count: u64| {
            let mut tracker = Tracker::new(true);
            let kept: Vec<_> = (0..count).map(identity).collect();
            let steps = steps::of(|| kept.iter().for_each(|it| tracker.restore(it, quota.clone(), &rules, at)));
            assert_eq!(tracker.scopes.len() as u64, count.min(MAX_SCOPES as u64));
            steps
        };
        for count in [500, 1000, 2000, 20_000] {
            let steps = steps_of(count);
            // The table grows a few times, and is at most half full.
            assert!(steps <= 4 * count, "{steps} scopes were looked at for {count} quotas");
        }
    }
}
