//! The server's clock, as its responses bound it.
//!
//! A `Date` of second D says that the server's clock stood within [D, D + 1 s) at some moment between send and receipt.
//! Each response so gives an interval for (server − client); all of them hold at once, so their intersection is far
//! narrower than a second after a few. While it still contains 0 the clocks are taken to agree: most do, and a guess
//! in the middle of a wide interval would move every reset by half a second for nothing. One `Date` alone is not enough to
//! move a reset by: a cache may have given it.
//!
//! Where no response has a `Date`, as most of another origin's in a page, resets that are reported as instants are labels of
//! windows: before one comes the server's clock is short of it, and where it has changed it was reached. That bounds the
//! server's clock on our monotonic one, which nobody sets.

use crate::time::{Moment, MonoTime, WallTime};

/// What is known of the server's clock without a `Date`.
#[derive(Clone, Copy, Debug)]
pub struct Labels {
    /// Nothing of this matters: there were dates.
    pub dated: bool,
    /// What all resets that were reported are multiples of, ms; 0 where there was none.
    pub grid: i64,
    /// The shortest time from one to the next, ms.
    pub period: i64,
    /// What it shows, and by how much that may be off either way, ms; where a window was seen to end.
    pub server: Option<(WallTime, i64)>,
}

/// Where dates tell, or no instant is reported.
pub const DATED: Labels = Labels { dated: true, grid: 0, period: i64::MAX, server: None };

/// What is known of (server clock − client clock), in ms.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    low: i64,
    high: i64,
    /// The newest `Date`, and when its response was here.
    newest: Option<(WallTime, MonoTime)>,
    /// More than one `Date` agrees.
    is_confirmed: bool,
    /// The same by labels, less the monotonic clock.
    reached: i64,
    short: i64,
    /// See [`Labels::grid`].
    grid: i64,
    /// See [`Labels::period`].
    period: i64,
}

impl Default for Clock {
    fn default() -> Self {
        let (low, high) = (i64::MIN, i64::MAX);
        Self { low, high, newest: None, is_confirmed: false, reached: low, short: high, grid: 0, period: high }
    }
}

impl Clock {
    /// Takes the `Date` of a response whose request was sent at `sent` on both clocks and whose head arrived at `at`. False if it
    /// is older than one that was here before the request went: then a cache gave the response, and it says nothing of now.
    pub fn observe(&mut self, date: WallTime, sent: (WallTime, MonoTime), at: Moment) -> bool {
        if self.newest.is_some_and(|(newest, got)| date < newest && sent.1 >= got) {
            return false;
        }
        let is_first = self.newest.is_none();
        if self.newest.is_none_or(|(newest, _)| date >= newest) {
            self.newest = Some((date, at.mono));
        }
        let (low, high) = (date.since(at.wall), date.plus(1000).since(sent.0));
        if low > high {
            // The client's clock jumped while the request was under way: nothing can be learnt from this one.
            return true;
        }
        let both = (self.low.max(low), self.high.min(high));
        // An empty intersection means that one of the clocks was set since: the newest response is right.
        (self.low, self.high) = if both.0 <= both.1 { both } else { (low, high) };
        self.is_confirmed |= !is_first;
        true
    }

    /// Takes the instant that a response to what went at `sent` reported as its window's end. `before`: that of the window
    /// before, if that has ended by now. Both are rounded to `granularity` ms, most often by as much, so that the time from one
    /// to the next is right.
    pub fn observe_reset(
        &mut self,
        reset: WallTime,
        before: Option<WallTime>,
        granularity: i64,
        sent: MonoTime,
        now: MonoTime,
    ) {
        self.grid = divisor(self.grid, reset.0);
        self.short = self.short.min(reset.0.saturating_sub(sent.0));
        if let Some(before) = before {
            self.period = self.period.min(reset.since(before));
            self.reached = self.reached.max(before.0.saturating_sub(now.0));
        }
        if self.reached.saturating_sub(granularity.max(1)) <= self.short {
            self.reached = self.reached.min(self.short);
        } else {
            // It changed before it was reached: the server fills a bucket, or its clock was set.
            (self.reached, self.short) = (i64::MIN, reset.0.saturating_sub(sent.0));
        }
    }

    /// What the server's clock shows at `at`, as far as dates tell.
    pub fn server(&self, at: Moment) -> WallTime {
        at.wall.plus(self.offset(at))
    }

    /// By how much that may be off either way, ms; 0 where the clocks are taken to agree.
    pub fn unsure(&self, at: Moment) -> i64 {
        if self.offset(at) == 0 { 0 } else { self.high.saturating_sub(self.low) / 2 }
    }

    /// What labels alone tell.
    pub fn labels(&self, at: Moment) -> Labels {
        let half = self.short.saturating_sub(self.reached) / 2;
        let is_bound = self.newest.is_none() && self.reached != i64::MIN;
        let server = is_bound.then(|| (WallTime(at.mono.0.saturating_add(self.reached).saturating_add(half)), half));
        Labels { dated: self.newest.is_some(), grid: self.grid, period: self.period, server }
    }

    fn offset(&self, at: Moment) -> i64 {
        // The response that has just come has its own.
        let is_own = self.newest.is_some_and(|(_, got)| got == at.mono);
        if !(self.is_confirmed || is_own) || self.low <= 0 && self.high >= 0 {
            return 0;
        }
        // The later edge of what is possible makes a reset look nearest; the earlier one makes us wait longest. Neither
        // is right by much once a few responses came, so the middle.
        self.low.saturating_add(self.high.saturating_sub(self.low) / 2)
    }
}

// The greatest common one.
fn divisor(one: i64, other: i64) -> i64 {
    let (mut one, mut other) = (one.saturating_abs(), other.saturating_abs());
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
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
        clock.observe(WallTime(5000), (WallTime(5400), MonoTime(5400)), at(5430));
        assert_eq!(clock.server(at(6000)), WallTime(6000));
    }

    #[test]
    fn many_answers_tell_the_skew_to_a_fraction_of_a_second() {
        // The server is 90 s ahead; responses 130 ms apart, round trips of 20 ms.
        let mut clock = Clock::default();
        for n in 0..20 {
            let sent = 1_000_000 + n * 130;
            let server = sent + 10 + 90_000;
            clock.observe(WallTime(server / 1000 * 1000), (WallTime(sent), MonoTime(sent)), at(sent + 20));
        }
        let error = clock.server(at(2_000_000)).since(WallTime(2_090_000));
        assert!(error.abs() <= 100, "{error}");
    }

    #[test]
    fn a_clock_that_was_set_is_learnt_anew() {
        let mut clock = Clock::default();
        clock.observe(WallTime(1_000_000), (WallTime(1_000_000), MonoTime(1_000_000)), at(1_000_010));
        clock.observe(WallTime(1_000_000), (WallTime(4_600_000), MonoTime(4_600_000)), at(4_600_010));
        assert!(clock.server(at(4_700_000)).0 < 1_200_000);
    }

    #[test]
    fn a_client_clock_that_runs_backwards_under_way_is_not_believed() {
        let mut clock = Clock::default();
        clock.observe(WallTime(1_000_000), (WallTime(9_000_000), MonoTime(9_000_000)), at(1_000_000));
        assert_eq!(clock.server(at(5)), WallTime(5));
    }

    #[test]
    fn a_date_that_is_older_than_one_seen_before_came_from_a_cache() {
        let mut clock = Clock::default();
        let sent = |ms: i64| (WallTime(ms), MonoTime(ms));
        assert!(clock.observe(WallTime(100_000), sent(100_300), at(100_320)));
        assert!(!clock.observe(WallTime(45_000), sent(101_000), at(101_010)));
        assert!(
            clock.observe(WallTime(99_000), sent(100_200), at(101_020)),
            "it was under way when the newer one came"
        );
    }

    #[test]
    fn one_date_alone_moves_no_reset_but_its_own() {
        let mut clock = Clock::default();
        clock.observe(WallTime(45_000), (WallTime(100_000), MonoTime(100_000)), at(100_010));
        assert!(clock.server(at(100_010)) < WallTime(47_000));
        assert_eq!(clock.server(at(101_000)), WallTime(101_000));
    }

    #[test]
    fn a_reset_that_changes_bounds_the_clock_without_a_date() {
        let mut clock = Clock::default();
        // The server is 90 s ahead of the monotonic clock; a window ends at 93 s, the next one at 96 s.
        clock.observe_reset(WallTime(93_000), None, 1000, MonoTime(2500), MonoTime(2510));
        assert!(clock.labels(at(2510)).server.is_none());
        clock.observe_reset(WallTime(96_000), Some(WallTime(93_000)), 1000, MonoTime(3100), MonoTime(3110));
        let labels = clock.labels(at(3110));
        let (server, half) = labels.server.unwrap();
        assert!(server.since(WallTime(93_110)).abs() <= half && half <= 310, "{server:?} {half}");
        assert_eq!((labels.grid, labels.period), (3000, 3000));
    }
}
