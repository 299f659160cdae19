//! A token bucket: it fills at a steady rate, and its reset says when it is full again.
//!
//! What is kept is a lower bound of the tokens there are: a response's `remaining`, less all that may have been sent
//! since, and what flowed in after that response was here. The rate follows from how far away "full" is told to be for so
//! many tokens missing; each response narrows it. Where it is guessed too slow, responses tell more tokens than expected and
//! those are spent at once, so the error does not add up; so the slowest rate that fits is taken, but for a length of
//! window that people choose.

use super::{
    Facts,
    reset::{Reset, Told, nice},
};
use crate::time::{MonoTime, times};

/// Tokens are counted in thousandths.
const MILLI: i64 = 1000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// When `tokens` were there.
    at: MonoTime,
    /// At least so many, in thousandths; below 0 where more was sent than is known of.
    tokens: i64,
    /// Microseconds a token.
    per: i64,
    /// How long an empty bucket takes to fill lies in (low, high], ms.
    low: i64,
    high: i64,
    /// A guess within that was too quick: only what is certain counts.
    sure: bool,
    /// By how much less flows in for us than in all, in sixteenths: refusals where there should be a token say that
    /// others draw on it too.
    share: i64,
    /// As it was last reported: when it is full.
    reset: Option<Reset>,
    /// When a response last told what there is.
    seen: MonoTime,
}

/// Nobody else.
const ALL: i64 = 16;

impl Default for Bucket {
    fn default() -> Self {
        Self {
            at: MonoTime::default(),
            tokens: 0,
            per: i64::MAX,
            low: 0,
            high: i64::MAX,
            sure: false,
            share: ALL,
            reset: None,
            seen: MonoTime::default(),
        }
    }
}

impl Bucket {
    /// A full one of a known rate.
    pub fn full(limit: u64, window: i64, now: MonoTime) -> Self {
        let mut bucket = Self { at: now, ..Self::default() };
        bucket.set_rate(window, limit);
        bucket.tokens = milli(limit);
        bucket
    }

    /// One of an unknown rate that was full before `sent` units went.
    pub fn spent(limit: u64, sent: u64, now: MonoTime) -> Self {
        let tokens = milli(limit).saturating_sub(milli(sent));
        Self { at: now, tokens: tokens.min(0), ..Self::default() }
    }

    // Takes a rate that is known.
    fn set_rate(&mut self, window: i64, limit: u64) {
        self.per = times(window, MILLI) / (limit.max(1) as i64);
        self.per = self.per.max(1);
    }

    // Learns from a response whose request went at `sent`: `missing` tokens of `limit` flow in by some instant in
    // (after, by].
    fn learn(&mut self, limit: u64, missing: u64, sent: MonoTime, after: MonoTime, by: MonoTime, now: MonoTime) {
        // Few are too coarse a measure, but better than none.
        if self.per != i64::MAX && (missing < 2 || missing < limit.div_ceil(4)) || missing == 0 {
            return;
        }
        let scale = |ms: i64, by: u64| times(ms, limit as i64) / (by.max(1) as i64);
        // What is missing is rounded up to whole tokens.
        let (low, high) = (scale(after.since(now), missing), scale(by.since(sent), (missing - 1).max(1)));
        let both = (self.low.max(low), self.high.min(high));
        (self.low, self.high) = if both.0 < both.1 { both } else { (low, high) };
        let guess = nice(self.low, self.high).filter(|_| !self.sure);
        self.set_rate(guess.map_or(self.high, |(_, longest)| longest), limit);
    }

    /// Takes what a response reported.
    pub fn tell(&mut self, facts: Facts, remaining: u64, reset: Option<Reset>, told: Told) {
        let limit = facts.limit;
        if let Some(window) = facts.length {
            self.set_rate(window, limit);
        } else if let Some(reset) = reset {
            self.learn(limit, limit.saturating_sub(remaining), told.sent, reset.after, reset.by, told.now);
        }
        self.reset = reset.or(self.reset);
        if told.limited && remaining == 0 {
            self.refuse(limit, told.now);
        }
        self.count(limit, remaining, told.others, told.sent, told.now);
    }

    // A response reported `remaining`, with `others` units that it may not have counted.
    fn count(&mut self, limit: u64, remaining: u64, others: u64, sent: MonoTime, now: MonoTime) {
        self.fill(limit, now);
        self.seen = now;
        let least = times(milli(remaining).saturating_sub(milli(others)), ALL) / self.share;
        // It cannot hold more than was told, a token begun, and what flowed in since.
        let most = milli(remaining).saturating_add(MILLI).saturating_add(self.inflow(now.since(sent)));
        self.tokens = self.tokens.max(least).min(most);
        self.share = (self.share - 1).max(ALL);
    }

    /// A refusal: there was nothing, and a rate that was guessed is not to be trusted.
    pub fn refuse(&mut self, limit: u64, now: MonoTime) {
        if self.sure {
            self.share = (self.share * 2).min(16 * ALL);
        }
        (self.at, self.tokens, self.sure, self.seen) = (now, 0, true, now);
        if self.high != i64::MAX {
            self.set_rate(self.high, limit);
        }
    }

    pub fn take(&mut self, cost: u64) {
        self.tokens = self.tokens.saturating_sub(milli(cost));
    }

    pub fn untake(&mut self, cost: u64) {
        self.tokens = self.tokens.saturating_add(milli(cost));
    }

    /// Whole tokens at `now`.
    pub fn room(&self, limit: u64, now: MonoTime) -> u64 {
        let mut bucket = *self;
        bucket.fill(limit, now);
        (bucket.tokens / MILLI).max(0) as u64
    }

    /// When there is a token for the one who has `ahead` units before it.
    pub fn turn(&self, ahead: u64, now: MonoTime) -> MonoTime {
        // Others take their part of the first one only: who is told too early asks again, who is told too late comes too late.
        let first = MILLI.saturating_sub(self.tokens);
        let shared = times(times(first.max(0), self.per), self.share) / ALL;
        let wait = shared.saturating_add(times(milli(ahead).saturating_add(first.min(0)), self.per));
        // Upwards to the millisecond, that it is there when asked for.
        let wait = wait / (MILLI * MILLI) + 1;
        self.at.plus(wait).max(now)
    }

    /// How long ago a response told what there is, ms.
    pub fn age(&self, now: MonoTime) -> i64 {
        now.since(self.seen).max(0)
    }

    /// Microseconds a token.
    pub fn per(&self) -> i64 {
        self.per
    }

    /// How long an empty one takes to fill, ms; 0 where nobody knows.
    pub fn window(&self, limit: u64) -> i64 {
        if self.per == i64::MAX { 0 } else { times(self.per, limit as i64) / MILLI }
    }

    /// What is known, for another client; times from now.
    pub fn know(&self, now: MonoTime) -> [i64; 4] {
        let per = if self.per == i64::MAX { 0 } else { self.per };
        let by = self.reset.map_or(1, |reset| reset.by.since(now).max(1));
        [per, i64::from(self.sure), by, self.reset.map_or(1, |reset| reset.granularity())]
    }

    /// Takes what another client knew at `base`: the rate, where it is not known here.
    pub fn adopt(&mut self, know: &[i64], base: MonoTime) {
        if let [per, sure, by, granularity, ..] = *know {
            if self.per == i64::MAX && per > 0 {
                (self.per, self.sure) = (per, sure != 0);
            }
            let by = base.plus(by);
            self.reset = self.reset.or_else(|| Some(Reset::known(by.plus(-granularity), by, granularity)));
        }
    }

    /// When it is full, as it was reported.
    pub fn resets(&self) -> Option<MonoTime> {
        self.reset.map(|reset| reset.by)
    }

    fn fill(&mut self, limit: u64, now: MonoTime) {
        self.tokens = self.tokens.saturating_add(self.inflow(now.since(self.at))).min(milli(limit));
        self.at = self.at.max(now);
    }

    fn inflow(&self, ms: i64) -> i64 {
        times(ms.max(0), MILLI * MILLI * ALL) / times(self.per, self.share)
    }
}

fn milli(units: u64) -> i64 {
    times(i64::try_from(units).unwrap_or(i64::MAX), MILLI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_flow_in_at_the_rate_and_not_beyond_the_limit() {
        let mut bucket = Bucket::full(200, 3000, MonoTime(0));
        for _ in 0..200 {
            bucket.take(1);
        }
        assert_eq!([0, 14, 15, 45, 3000, 9000].map(|ms| bucket.room(200, MonoTime(ms))), [0, 0, 1, 3, 200, 200]);
        assert!((15..=16).contains(&bucket.turn(0, MonoTime(0)).0));
        assert!((3000..=3001).contains(&bucket.turn(199, MonoTime(0)).0));
    }

    #[test]
    fn the_rate_follows_from_how_far_away_full_is_told_to_be() {
        let mut bucket = Bucket::default();
        // 200 missing, full in 2.4 to 3.4 s by a clock of seconds: of the lengths that people choose, 3 s.
        bucket.learn(200, 200, MonoTime(0), MonoTime(2400), MonoTime(3400), MonoTime(20));
        assert_eq!(bucket.per, 15_000);
        bucket.refuse(200, MonoTime(0));
        assert!(bucket.per >= 17_000, "only what is certain, once the guess was wrong");
        // Nine tenths of a second later the same tells more.
        bucket.learn(200, 200, MonoTime(900), MonoTime(3300), MonoTime(4300), MonoTime(920));
        assert!(bucket.per >= 15_000 && bucket.per < 17_100, "{}", bucket.per);
    }

    #[test]
    fn what_others_take_is_seen() {
        let mut bucket = Bucket::full(100, 1000, MonoTime(0));
        bucket.count(100, 10, 2, MonoTime(0), MonoTime(10));
        assert!(bucket.room(100, MonoTime(10)) <= 12);
        bucket.count(100, 50, 2, MonoTime(10), MonoTime(20));
        assert_eq!(bucket.room(100, MonoTime(20)), 48);
    }

    #[test]
    fn clocks_that_run_backwards_take_nothing_and_give_nothing() {
        let mut bucket = Bucket::full(10, 1000, MonoTime(5000));
        bucket.take(10);
        bucket.count(10, 0, 0, MonoTime(5000), MonoTime(4000));
        assert_eq!(bucket.room(10, MonoTime(4000)), 0);
        assert_eq!(bucket.room(10, MonoTime(i64::MAX)), 10);
        assert_eq!(bucket.room(10, MonoTime(i64::MIN)), 0);
    }
}
