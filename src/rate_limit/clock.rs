//! The server's clock, as its answers bound it.
//!
//! A `Date` of second D says that the server's clock stood within [D, D + 1 s) at some moment between send and receipt.
//! Each answer so gives an interval for (server − client); all of them hold at once, so their intersection is far
//! narrower than a second after a few. While it still contains 0 the clocks are taken to agree: most do, and a guess
//! in the middle of a wide interval would move every reset by half a second for nothing.

use crate::time::{Moment, WallTime};

/// What is known of (server clock − client clock), in ms.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    low: i64,
    high: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { low: i64::MIN, high: i64::MAX }
    }
}

impl Clock {
    /// Takes the `Date` of an answer whose request was sent at wall time `sent` and whose head arrived at `at`.
    pub fn observe(&mut self, date: WallTime, sent: WallTime, at: Moment) {
        let (low, high) = (date.since(at.wall), date.plus(1000).since(sent));
        if low > high {
            // The client's clock jumped while the request was under way: nothing can be learnt from this one.
            return;
        }
        let both = (self.low.max(low), self.high.min(high));
        // An empty intersection means that one of the clocks was set since: the newest answer is right.
        (self.low, self.high) = if both.0 <= both.1 { both } else { (low, high) };
    }

    /// What the server's clock shows at `at`, as far as is known.
    pub fn server(&self, at: Moment) -> WallTime {
        at.wall.plus(self.offset())
    }

    /// By how much that may be off either way, ms; 0 where the clocks are taken to agree.
    pub fn unsure(&self) -> i64 {
        if self.low <= 0 && self.high >= 0 { 0 } else { self.high.saturating_sub(self.low) / 2 }
    }

    fn offset(&self) -> i64 {
        if self.low <= 0 && self.high >= 0 {
            return 0;
        }
        // The later edge of what is possible makes a reset look nearest; the earlier one makes us wait longest. Neither
        // is right by much once a few answers came, so the middle.
        self.low.saturating_add(self.high.saturating_sub(self.low) / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall: i64) -> Moment {
        Moment::new(wall as f64, wall as f64, 0.0)
    }

    #[test]
    fn clocks_that_may_agree_do() {
        let mut clock = Clock::default();
        clock.observe(WallTime(5000), WallTime(5400), at(5430));
        assert_eq!(clock.server(at(6000)), WallTime(6000));
    }

    #[test]
    fn many_answers_tell_the_skew_to_a_fraction_of_a_second() {
        // The server is 90 s ahead; answers 130 ms apart, round trips of 20 ms.
        let mut clock = Clock::default();
        for n in 0..20 {
            let sent = 1_000_000 + n * 130;
            let server = sent + 10 + 90_000;
            clock.observe(WallTime(server / 1000 * 1000), WallTime(sent), at(sent + 20));
        }
        let error = clock.server(at(2_000_000)).since(WallTime(2_090_000));
        assert!(error.abs() <= 100, "{error}");
    }

    #[test]
    fn a_clock_that_was_set_is_learnt_anew() {
        let mut clock = Clock::default();
        clock.observe(WallTime(1_000_000), WallTime(1_000_000), at(1_000_010));
        clock.observe(WallTime(1_000_000), WallTime(4_600_000), at(4_600_010));
        assert!(clock.server(at(4_700_000)).0 < 1_200_000);
    }

    #[test]
    fn a_client_clock_that_runs_backwards_under_way_is_not_believed() {
        let mut clock = Clock::default();
        clock.observe(WallTime(1_000_000), WallTime(9_000_000), at(1_000_000));
        assert_eq!(clock.server(at(5)), WallTime(5));
    }
}
