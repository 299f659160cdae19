//! Holds that outlive their scopes: who was asked to wait is not sent early because others came by.
//!
//! A scope is a kilobyte; of one that is forgotten while all its calls have to wait, the key and the time are kept, which are
//! 24 bytes. Sorted by key, so that a newcomer's is found at once.

use alloc::vec::Vec;

use super::{
    lane::{LONG_AGO, Lane},
    reserve::Scope,
    server::{Server, Servers},
};
use crate::time::MonoTime;

/// Holds kept, 400 kB. Where there are more, those that are over go first, then the one that ends first.
const MAX_HOLDS: usize = 16_384;

/// A scope's key.
type Key = [u8; 16];

/// Until when scopes that were forgotten have to wait.
#[derive(Debug, Default)]
pub(super) struct Holds {
    sorted: Vec<(Key, MonoTime)>,
}

impl Holds {
    /// Keeps the hold of a scope that is forgotten.
    pub fn keep(&mut self, key: Key, until: MonoTime, now: MonoTime) {
        if self.sorted.len() >= MAX_HOLDS {
            self.sorted.retain(|(_, until)| *until > now);
        }
        if self.sorted.len() >= MAX_HOLDS {
            let first = self.sorted.iter().enumerate().min_by_key(|(_, (_, until))| *until).map(|(index, _)| index);
            first.map(|first| self.sorted.remove(first));
        }
        match self.find(&key) {
            Ok(_) => {}
            Err(place) => self.sorted.insert(place, (key, until)),
        }
    }

    /// Takes out the hold of a scope that is there again.
    pub fn take(&mut self, key: &Key) -> Option<MonoTime> {
        let place = self.find(key).ok()?;
        Some(self.sorted.remove(place).1)
    }

    fn find(&self, key: &Key) -> Result<usize, usize> {
        self.sorted.binary_search_by(|(known, _)| known.cmp(key))
    }
}

impl Scope {
    /// Until when nobody can send, whichever lane its route belongs to.
    pub(super) fn holds_all(&mut self, servers: &Servers, now: MonoTime) -> Option<MonoTime> {
        self.roll(now);
        let until = |lane: &Lane| {
            let spent = self.meters.iter().enumerate();
            let spent = spent.filter(|(index, meter)| lane.is_bound_by(*index) && meter.is_spent(now));
            spent.fold(lane.held, |until, (_, meter)| until.max(meter.turn(0, now)))
        };
        let first = self.lanes.iter().map(until).min().unwrap_or(LONG_AGO);
        let outage = servers.at(self.server).and_then(Server::probes_at).unwrap_or(LONG_AGO);
        Some(first.max(self.held).max(outage)).filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Key {
        let mut key = [0; 16];
        // Not in order.
        key[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        key
    }

    #[test]
    fn a_hold_is_found_by_its_key_and_only_once() {
        let mut holds = Holds::default();
        for n in 0..100 {
            holds.keep(key(n), MonoTime(n as i64), MonoTime(0));
        }
        for n in (0..100).rev() {
            assert_eq!(holds.take(&key(n)), Some(MonoTime(n as i64)));
            assert_eq!(holds.take(&key(n)), None);
        }
    }

    #[test]
    fn they_are_bounded_and_the_one_that_ends_first_goes_first() {
        let mut holds = Holds::default();
        for n in 0..MAX_HOLDS + 10 {
            holds.keep(key(n), MonoTime(1000 + n as i64), MonoTime(0));
        }
        assert_eq!(holds.sorted.len(), MAX_HOLDS);
        assert_eq!(holds.take(&key(9)), None);
        assert!(holds.take(&key(10)).is_some());
        // Those that are over make room all at once.
        holds.keep(key(1), MonoTime(i64::MAX), MonoTime(0));
        holds.keep(key(2), MonoTime(i64::MAX), MonoTime(1_000_000));
        assert_eq!(holds.sorted.len(), 2);
    }
}
