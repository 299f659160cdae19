//! How long to back off: (retry, sample) to delay.

use crate::{retry::options::Jitter, time::Sample};

/// One curve: exponential, with jitter, capped after the jitter, so that no delay is ever over the cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first delay, ms.
    pub initial: i64,
    /// Each delay is this times the one before.
    pub factor: f64,
    /// No delay is longer, ms.
    pub cap: i64,
    /// How chance enters.
    pub jitter: Jitter,
}

impl Backoff {
    /// The delay before the `retry`-th retry, counted from 0.
    pub fn delay(&self, retry: u32, sample: Sample) -> i64 {
        let mut full = self.initial as f64;
        // Bounded: after 64 doublings the cap has long decided.
        for _ in 0..retry.min(64) {
            full *= self.factor;
        }
        let full = full.min(9e15) as i64;
        let jittered = match self.jitter {
            Jitter::Full => sample.of(full),
            Jitter::Equal => full / 2 + sample.of(full - full / 2),
            Jitter::None => full,
        };
        jittered.min(self.cap)
    }
}

/// A server's hint with a little added, never taken away: up to a tenth of it and at most a second, so that those
/// who were told the same do not come back together; and 1 ms for the fractions that clocks are read without.
pub fn after_hint(delay: i64, sample: Sample) -> i64 {
    delay.saturating_add(1 + sample.of((delay / 10).min(1000)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_jitter_the_delays_double() {
        // Clever's documentation: 1 s, 2 s, 4 s.
        let curve = Backoff { initial: 1000, factor: 2.0, cap: 20_000, jitter: Jitter::None };
        let delays: alloc::vec::Vec<i64> = (0..6).map(|n| curve.delay(n, Sample::new(0.7))).collect();
        assert_eq!(delays, [1000, 2000, 4000, 8000, 16_000, 20_000]);
    }

    proptest! {
        #[test]
        fn a_delay_is_within_its_bounds(
            initial in 0..100_000i64, factor in 1.0..10.0f64, cap in 0..100_000i64, retry in 0..200u32, sample in 0.0..1.0f64, kind in 0..3
        ) {
            let jitter = [Jitter::Full, Jitter::Equal, Jitter::None][kind as usize];
            let curve = Backoff { initial, factor, cap, jitter };
            let delay = curve.delay(retry, Sample::new(sample));
            prop_assert!((0..=cap).contains(&delay));
            let bare = Backoff { jitter: Jitter::None, ..curve }.delay(retry, Sample::new(0.0));
            prop_assert!(delay <= bare);
            prop_assert!(jitter != Jitter::Equal || delay >= bare / 2 || delay == cap);
        }

        #[test]
        fn a_hint_is_never_cut_short(delay in 0..i64::MAX, sample in 0.0..1.0f64) {
            let with = after_hint(delay, Sample::new(sample));
            prop_assert!(with >= delay && with - delay <= 1001);
        }
    }
}
