//! A circuit breaker for a route of an origin: closed, open, half-open with one probe.
//!
//! If many of the last calls failed, further calls are rejected immediately, without a send, for some time. Then one call is
//! let through, and its result decides for all. It is off by default. It is for callers who prefer an immediate error;
//! without it, calls wait during an outage of their scope.

use crate::{retry::tally::Tally, time::MonoTime};

/// When to open, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CircuitRules {
    /// The share of failures among the sends that ended in the window, from 0 to 1.
    pub failure_ratio: f64,
    /// With fewer ended sends in the window, the circuit stays closed.
    pub minimum_calls: u32,
    /// In ms.
    pub window: i64,
    /// In ms.
    pub open_for: i64,
}

/// The state of a circuit, as events report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[allow(missing_docs, reason = "the contract's own words")]
pub enum CircuitState {
    Closed,
    HalfOpen,
    Open,
}

/// The circuit of one route. A probe whose end is never reported keeps it half-open no longer than it was open.
#[derive(Clone, Debug, Default)]
pub struct Circuit {
    tally: Tally,
    /// While it is not closed: until when nobody is let through.
    until: Option<MonoTime>,
}

impl Circuit {
    /// Whether it lets all calls through.
    pub fn is_closed(&self) -> bool {
        self.until.is_none()
    }

    /// When it stops refusing calls; `None` if it refuses none now.
    pub fn refuses(&self, now: MonoTime) -> Option<MonoTime> {
        self.until.filter(|until| *until > now)
    }

    /// Records a call that [`Circuit::refuses`] let through. Returns whether it is the probe.
    pub fn sent(&mut self, rules: &CircuitRules, now: MonoTime) -> bool {
        let is_probe = self.until.is_some();
        if is_probe {
            self.until = Some(now.plus(rules.open_for));
        }
        is_probe
    }

    /// Records the end of a send. Returns the new state if it changed.
    pub fn ended(&mut self, failed: bool, is_probe: bool, rules: &CircuitRules, now: MonoTime) -> Option<CircuitState> {
        if self.until.is_some() {
            // What was under way when it opened says nothing new.
            if !is_probe {
                return None;
            }
            if !failed {
                *self = Self::default();
                return Some(CircuitState::Closed);
            }
        } else {
            self.tally.add(false, rules.window, now);
            if !failed {
                return None;
            }
            self.tally.add(true, rules.window, now);
            let (ends, failures) = self.tally.counts(rules.window, now);
            if ends < rules.minimum_calls || f64::from(failures) < f64::from(ends) * rules.failure_ratio {
                return None;
            }
        }
        self.until = Some(now.plus(rules.open_for));
        Some(CircuitState::Open)
    }

    /// Records that the probe was cancelled: the next call may be the probe.
    pub fn dropped(&mut self) {
        self.until = self.until.map(|_| MonoTime(i64::MIN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: CircuitRules = CircuitRules { failure_ratio: 0.5, minimum_calls: 10, window: 10_000, open_for: 5000 };

    fn open() -> Circuit {
        let mut circuit = Circuit::default();
        for n in 0..9 {
            assert_eq!(circuit.ended(true, false, &RULES, MonoTime(n)), None, "too few to tell");
        }
        assert_eq!(circuit.ended(true, false, &RULES, MonoTime(9)), Some(CircuitState::Open));
        circuit
    }

    #[test]
    fn half_of_ten_open_it_and_it_refuses_until_its_time() {
        let circuit = open();
        assert_eq!(circuit.refuses(MonoTime(5008)), Some(MonoTime(5009)));
        assert_eq!(circuit.refuses(MonoTime(5009)), None);
        let mut mixed = Circuit::default();
        for n in 0..20 {
            assert_eq!(mixed.ended(n % 3 == 0, false, &RULES, MonoTime(n)), None, "a third is not half");
        }
    }

    #[test]
    fn one_probe_is_let_through_and_closes_it_or_opens_it_anew() {
        for (failed, expected) in [(false, CircuitState::Closed), (true, CircuitState::Open)] {
            let mut circuit = open();
            assert!(circuit.sent(&RULES, MonoTime(5009)));
            assert!(circuit.refuses(MonoTime(5010)).is_some(), "one only");
            assert_eq!(circuit.ended(true, false, &RULES, MonoTime(5011)), None, "sent before it opened");
            assert_eq!(circuit.ended(failed, true, &RULES, MonoTime(5020)), Some(expected));
            assert_eq!(circuit.refuses(MonoTime(5021)), failed.then_some(MonoTime(10_020)));
        }
    }

    #[test]
    fn a_probe_that_is_called_off_or_lost_gives_its_place_to_the_next() {
        let mut circuit = open();
        assert!(circuit.sent(&RULES, MonoTime(5009)));
        circuit.dropped();
        assert!(circuit.refuses(MonoTime(5100)).is_none() && circuit.sent(&RULES, MonoTime(5100)));
        assert!(circuit.refuses(MonoTime(10_099)).is_some() && circuit.refuses(MonoTime(10_100)).is_none());
    }
}
