//! The unit of a reset that falls from one response to the next.
//!
//! A bare number is taken for seconds. It must fall by the time that passed between two responses of one window: one that falls
//! a thousand times as fast counts milliseconds, and one that falls a sixtieth as fast minutes.

use crate::{
    rate_limit::quota::Quota,
    time::{MonoTime, times},
};

/// So long between two responses, so that what is measured is not the network, ms.
const APART: i64 = 50;

/// What two responses showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unit {
    #[default]
    Seconds,
    Millis,
    Minutes,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Delta {
    unit: Unit,
    /// Of the newest response: the reset as seconds, what was left, and when it was here.
    newest: Option<(i64, u64, MonoTime)>,
}

impl Delta {
    /// Puts the reset of `quota`, which is here `now`, in its unit. True if that has just been found.
    pub fn correct(&mut self, quota: &mut Quota, now: MonoTime) -> bool {
        let (Some(reset), Some(left), None) = (quota.reset_in, quota.remaining, quota.reset_at) else { return false };
        // What has a fraction, or a unit of its own, needs none.
        if reset % 1000 != 0 || quota.granularity != 1000 {
            return false;
        }
        let mut is_new = false;
        match self.newest {
            Some((before, more, then)) if left <= more && reset <= before => {
                let (fell, passed) = (before - reset, now.since(then));
                if passed < APART || fell == 0 {
                    return self.put(quota, false);
                }
                is_new = self.unit == Unit::Seconds;
                let is_about = |unit: i64, by: i64| unit > by / 2 && unit / 2 < by;
                if is_about(fell, times(passed, 1000)) {
                    self.unit = Unit::Millis;
                } else if is_about(times(fell, 60), passed) && fell > 1000 {
                    self.unit = Unit::Minutes;
                }
                is_new &= self.unit != Unit::Seconds;
            }
            _ => {}
        }
        self.newest = Some((reset, left, now));
        self.put(quota, is_new)
    }

    fn put(self, quota: &mut Quota, is_new: bool) -> bool {
        match self.unit {
            Unit::Seconds => {}
            Unit::Millis => (quota.reset_in, quota.granularity) = (quota.reset_in.map(|reset| reset / 1000), 1),
            Unit::Minutes => {
                (quota.reset_in, quota.granularity) = (quota.reset_in.map(|reset| times(reset, 60)), 60_000);
            }
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(answers: &[(i64, i64)]) -> Option<i64> {
        let (mut delta, mut last) = (Delta::default(), None);
        for (now, reset) in answers {
            let mut quota =
                Quota { remaining: Some(5), reset_in: Some(reset * 1000), granularity: 1000, ..Quota::default() };
            delta.correct(&mut quota, MonoTime(*now));
            last = quota.reset_in;
        }
        last
    }

    #[test]
    fn what_falls_a_thousand_times_as_fast_as_seconds_is_milliseconds() {
        assert_eq!(run(&[(0, 24_000)]), Some(24_000_000));
        assert_eq!(run(&[(0, 24_000), (200, 23_810)]), Some(23_810));
        assert_eq!(run(&[(0, 24_000), (10, 23_990), (210, 23_790), (30_000, 30_000)]), Some(30_000), "for good");
    }

    #[test]
    fn what_falls_a_sixtieth_as_fast_is_minutes() {
        assert_eq!(run(&[(0, 20), (61_000, 19), (122_000, 18)]), Some(18_000), "one step may be chance");
        assert_eq!(run(&[(0, 20), (180_000, 17)]), Some(17 * 60_000));
    }

    #[test]
    fn seconds_are_seconds() {
        assert_eq!(run(&[(0, 60), (1000, 59), (2400, 58), (60_000, 1)]), Some(1000));
        assert_eq!(run(&[(0, 60), (900, 58), (1000, 58), (1500, 57)]), Some(57_000));
        assert_eq!(run(&[(0, 60), (70_000, 55)]), Some(55_000), "another window");
    }
}
