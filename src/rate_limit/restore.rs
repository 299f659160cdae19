//! Taking up what another tracker knew: all of a snapshot in one pass, in time linear in it.

use alloc::{rc::Rc, vec, vec::Vec};

use crate::{
    rate_limit::{MAX_SCOPES, Tracker, identity::Identity, options::RateRules, quota::Quota, reserve::Scope},
    time::Moment,
};

impl Tracker {
    /// Takes up quotas that another tracker knew, unless this one knows better, a window is over, or there is no room: no
    /// scope that is kept here is forgotten for one that was kept elsewhere.
    pub fn restore(&mut self, kept: impl Iterator<Item = (Identity, Quota, Rc<RateRules>)>, at: Moment) {
        let at = self.awake(at);
        let mut index = Index::of(&self.scopes);
        for (identity, quota, rules) in kept {
            if quota.reset_in.is_some_and(|reset_in| reset_in <= 0) {
                continue;
            }
            let slot = index.slot(&identity.key, &self.scopes);
            let Some(place) = index.slots.get_mut(slot) else { continue };
            if *place == FREE {
                if self.scopes.len() >= MAX_SCOPES {
                    continue;
                }
                *place = self.scopes.len();
                let mut scope = Scope::new(&identity, &rules, at.mono);
                scope.held = self.holds.take(&identity.key).unwrap_or(scope.held);
                self.scopes.push(scope);
            }
            if let Some(scope) = self.scopes.get_mut(*place) {
                scope.restore(&quota, at);
            }
        }
    }
}

const FREE: usize = usize::MAX;

/// Where each scope is, by its key: a table with open addressing, at most a quarter full.
struct Index {
    slots: Vec<usize>,
}

impl Index {
    fn of(scopes: &[Scope]) -> Self {
        let mut index = Self { slots: vec![FREE; (scopes.len().max(MAX_SCOPES) * 4).next_power_of_two()] };
        for (number, scope) in scopes.iter().enumerate() {
            let slot = index.slot(&scope.key, scopes);
            if let Some(place) = index.slots.get_mut(slot) {
                *place = number;
            }
        }
        index
    }

    /// The slot of the scope with this key, or a free one where it belongs.
    fn slot(&self, key: &[u8; 16], scopes: &[Scope]) -> usize {
        // FNV-1a: whoever picks keys that collide makes their own snapshot slow, to the cost of a scan of all scopes.
        let hash = key.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        let mut slot = hash as usize & (self.slots.len() - 1);
        while let Some(scope) = self.slots.get(slot).and_then(|number| scopes.get(*number)) {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            if scope.key == *key {
                break;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rate_limit::{identity::hex, options::RateLayer},
        syntax::{headers::Headers, number, steps},
    };
    use alloc::string::String;

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
        let rules = Rc::new(RateLayer::default().over(&RateLayer::default()).unwrap());
        let quota = Quota { limit: Some(5), remaining: Some(0), reset_in: Some(60_000), ..Quota::default() };
        let steps_of = |count: u64| {
            let mut tracker = Tracker::new(true);
            let kept: Vec<_> = (0..count).map(|which| (identity(which), quota.clone(), Rc::clone(&rules))).collect();
            let steps = steps::of(|| tracker.restore(kept.into_iter(), at));
            assert_eq!(tracker.scopes.len() as u64, count.min(MAX_SCOPES as u64));
            steps
        };
        for count in [500, 1000, 2000, 20_000] {
            let steps = steps_of(count);
            assert!(steps <= count, "{steps} scopes were looked at for {count} quotas");
        }
    }
}
