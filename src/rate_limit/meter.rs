//! One quota: what the server told of it, what was sent on it, and so when there is room.
//!
//! Two ways to count. Once a reset is told there is a window with an end: what is left is the limit less own sends less
//! what others were seen to use. While no reset was ever told (hidden headers, a quota known beforehand), own sends of
//! the last window count, wherever the server's windows begin: what the strictest of the usual algorithms would count.
//!
//! What is in flight counts as used from the moment of the grant, so answers that come out of order cannot give room back.

use alloc::{string::String, vec::Vec};

use crate::{
    rate_limit::{
        options::{Pacing, QuotaRule},
        quota::Quota,
    },
    time::{MonoTime, WallTime},
};

/// How long a quota whose window nobody told is taken to last, ms.
const UNKNOWN_WINDOW: i64 = 1000;
/// After a reset, so that rounded clocks on both sides cannot put a send before it, ms.
const MARGIN: i64 = 2;
/// The log of own sends keeps at most so many steps a window: sends of one step count as sent with the last of them.
const STEPS: i64 = 64;

/// One quota of one scope.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// The policy's or bucket's name.
    pub name: Option<String>,
    /// What is counted; `None` for requests.
    pub unit: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Length of a window in ms, told or configured.
    pub window: Option<i64>,
    /// Where it is known from: a header, or `options`.
    pub source: String,
    /// The end of the window that is open.
    ends: Option<MonoTime>,
    /// The same on the server's clock, where it told an instant: equal instants are the same window, whatever clocks do.
    ends_wall: Option<WallTime>,
    /// `ends` was not told but reckoned from the window before.
    guessed: bool,
    /// When the open window was first counted in.
    began: MonoTime,
    /// Own sends counted in the open window.
    used: u64,
    /// What others were seen to use of it.
    foreign: u64,
    last: MonoTime,
    shortest: Option<i64>,
    /// Own sends, oldest first, while the log is what counts.
    log: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    first: MonoTime,
    last: MonoTime,
    count: u64,
}

impl Meter {
    /// A quota known beforehand.
    pub fn of_rule(rule: &QuotaRule) -> Self {
        Self {
            name: rule.name.clone(),
            unit: rule.unit.clone(),
            limit: Some(rule.limit),
            window: Some(rule.window),
            source: "options".into(),
            ..Self::default()
        }
    }

    /// A quota that an answer named; `sent` requests were counted on it before.
    pub fn of_answer(quota: &Quota, sent: u64, now: MonoTime) -> Self {
        let unit = quota.unit.clone().filter(|_| !quota.counts_requests());
        let mut meter = Self { name: quota.name.clone(), unit, ..Self::default() };
        meter.take(sent, now);
        meter
    }

    /// Whether it holds back requests: other units are told, not paced.
    pub fn paces(&self) -> bool {
        self.unit.is_none() && self.limit.is_some()
    }

    /// Whether `quota`, just told, is this one.
    pub fn is(&self, quota: &Quota) -> bool {
        let same_unit = self.unit.as_deref() == quota.unit.as_deref().filter(|_| !quota.counts_requests());
        // One that was configured without a name takes the name that the server gives to the same limit.
        let same_name = self.name == quota.name
            || (self.name.is_none()
                && self.source == "options"
                && (quota.limit.is_none() || quota.limit == self.limit));
        same_unit && same_name
    }

    /// Closes windows that are over; `in_flight` sends may yet be counted in the one that opens.
    pub fn roll(&mut self, now: MonoTime, in_flight: u64) {
        let kept = self.window.unwrap_or(UNKNOWN_WINDOW).saturating_add(MARGIN);
        if self.log.first().is_some_and(|step| now.since(step.last) >= kept) {
            self.log.retain(|step| now.since(step.last) < kept);
        }
        match self.ends {
            Some(ends) if now >= ends.plus(MARGIN) => {
                self.ends_wall = None;
                self.open(now, in_flight);
                self.guessed = self.window.is_some();
                self.ends = self.window.map(|window| ends.plus(windows(window, now.since(ends) / window.max(1) + 1)));
            }
            // Used up, and nobody said until when: try again after a while.
            None if self.window.is_none() && self.left() == 0 && now.since(self.last) >= UNKNOWN_WINDOW => {
                self.open(now, in_flight);
            }
            _ => {}
        }
    }

    fn open(&mut self, now: MonoTime, in_flight: u64) {
        (self.used, self.foreign, self.began) = (in_flight, 0, now);
    }

    /// Units that may be taken now. Call `roll` first.
    pub fn room(&self) -> u64 {
        if !self.paces() {
            return u64::MAX;
        }
        if self.logs() { self.limit.unwrap_or(u64::MAX).saturating_sub(self.logged()) } else { self.left() }
    }

    /// When a call that takes `cost`, with `ahead` units before it, may go as far as this quota goes. `now` or later.
    pub fn admits(&self, cost: u64, ahead: u64, pacing: Pacing, now: MonoTime) -> MonoTime {
        if !self.paces() {
            return now;
        }
        let room = self.room();
        let needed = ahead.saturating_add(cost.min(self.limit.unwrap_or(cost)));
        if room < needed {
            self.turn(room.max(needed - 1), now).max(now.plus(1))
        } else if pacing == Pacing::Spread {
            self.spread(now)
        } else {
            now
        }
    }

    /// When the one who has `ahead` units before it in the queue gets its turn. At least `now`.
    pub fn turn(&self, ahead: u64, now: MonoTime) -> MonoTime {
        let room = self.room();
        let limit = self.limit.unwrap_or(u64::MAX).max(1);
        if ahead < room {
            return now;
        }
        let late = ahead - room;
        if self.logs() {
            return self.log_turn(late, limit);
        }
        let ends = self.ends.unwrap_or(self.last.plus(UNKNOWN_WINDOW)).plus(MARGIN);
        let period = self.window.or(self.shortest).unwrap_or(UNKNOWN_WINDOW);
        ends.plus(windows(period, (late / limit) as i64)).max(now)
    }

    /// The gap to keep after the last send, where what is left is to be spread over the rest of the window.
    fn spread(&self, now: MonoTime) -> MonoTime {
        let rest = match (self.ends, self.window) {
            (Some(ends), _) => ends.since(self.last),
            (None, Some(window)) => window,
            _ => return now,
        };
        let shares = if self.logs() { self.limit.unwrap_or(1) } else { self.room().saturating_add(1) };
        self.last.plus(rest.max(0) / (shares.max(1) as i64))
    }

    /// Counts `cost` as sent.
    pub fn take(&mut self, cost: u64, now: MonoTime) {
        if self.unit.is_some() {
            return;
        }
        self.used = self.used.saturating_add(cost);
        self.last = now;
        if self.ends.is_some() {
            return;
        }
        let Some(window) = self.window else { return };
        match self.log.last_mut() {
            // By its first: else a stream of sends would be one step for ever, and nothing of it would leave the window.
            Some(step) if now.since(step.first) < window / STEPS => {
                (step.last, step.count) = (now, step.count.saturating_add(cost));
            }
            _ => self.log.push(Step { first: now, last: now, count: cost }),
        }
    }

    /// Gives back what was taken and never sent.
    pub fn untake(&mut self, cost: u64) {
        if self.unit.is_some() {
            return;
        }
        self.used = self.used.saturating_sub(cost);
        if let Some(step) = self.log.last_mut() {
            step.count = step.count.saturating_sub(cost);
        }
    }

    /// Takes what an answer told. `sent` is when its request went, `in_flight` what else is under way,
    /// `server` what the server's clock showed at `now`.
    pub fn tell(&mut self, quota: &Quota, sent: MonoTime, in_flight: u64, now: MonoTime, server: WallTime) {
        self.name = self.name.take().or_else(|| quota.name.clone());
        if self.source != quota.source {
            self.source = quota.source.as_str().into();
        }
        self.window = quota.window.or(self.window);
        let fresh = match quota.reset_in {
            Some(reset_in) => match self.tell_reset(quota, reset_in, now, server) {
                Window::Earlier => {
                    // It was counted as carried over into this window, but the server counted it in the one before.
                    if sent < self.began {
                        self.used = self.used.saturating_sub(1);
                    }
                    return;
                }
                Window::Same => false,
                Window::New => {
                    self.open(now, in_flight.saturating_add(1));
                    true
                }
            },
            None => self.ends.is_none(),
        };
        if quota.limit.is_some() {
            self.limit = quota.limit;
        }
        let Some(remaining) = quota.remaining else { return };
        let limit = match self.limit {
            Some(limit) if limit >= remaining => limit,
            _ => remaining.saturating_add(self.used),
        };
        self.limit = Some(limit);
        let told = limit - remaining;
        if self.unit.is_some() {
            (self.used, self.foreign) = (told, 0);
        } else if quota.reset_in.is_none() && fresh {
            // Nothing says which window this is of: the newest answer is the best there is.
            self.used = told.saturating_add(in_flight);
            self.foreign = 0;
        } else if told > self.used.saturating_add(self.foreign) {
            self.foreign = told - self.used;
        }
    }

    fn tell_reset(&mut self, quota: &Quota, reset_in: i64, now: MonoTime, server: WallTime) -> Window {
        let ends = now.plus(reset_in);
        let wall = quota.absolute.then(|| server.plus(reset_in));
        let slack = if quota.absolute { 0 } else { quota.granularity.saturating_add(100) };
        let slack = self.window.map_or(slack, |window| slack.min(window / 2));
        let after = match (self.ends, self.ends_wall, wall) {
            (None, ..) => None,
            _ if self.guessed => Some(0),
            (Some(_), Some(known), Some(told)) => Some(told.since(known)),
            (Some(known), ..) => Some(ends.since(known)),
        };
        let verdict = match after {
            None => Window::New,
            Some(after) if after < -slack => return Window::Earlier,
            Some(after) if after > slack => {
                self.shortest = Some(self.shortest.map_or(after, |shortest| shortest.min(after)));
                Window::New
            }
            Some(_) => Window::Same,
        };
        // A window with an end needs no log; the first one starts from what was logged.
        let first = self.ends.is_none();
        (self.ends, self.ends_wall, self.guessed) = (Some(ends), wall, false);
        if first && !self.log.is_empty() {
            self.used = self.logged();
            self.log.clear();
            return Window::Same;
        }
        verdict
    }

    /// A 429 came that told nothing readable: what is left of the window is gone.
    pub fn trip(&mut self, now: MonoTime) {
        let Some(limit) = self.limit.filter(|_| self.paces()) else { return };
        if self.logs() {
            // The server's window began no later than our own oldest send in it, if there was one.
            let missing = limit.saturating_sub(self.logged());
            match self.log.first_mut() {
                Some(step) => step.count = step.count.saturating_add(missing),
                None => self.log.push(Step { first: now, last: now, count: missing }),
            }
        } else {
            self.foreign = limit.saturating_sub(self.used);
            self.last = now;
        }
    }

    /// Whether all of it is used, as far as is known.
    pub fn is_spent(&self) -> bool {
        self.paces() && self.room() == 0
    }

    /// What is left, for those who ask.
    pub fn remaining(&self) -> Option<u64> {
        self.limit.map(|_| if self.paces() { self.room() } else { self.left() })
    }

    /// When it resets, where that is known.
    pub fn resets(&self) -> Option<MonoTime> {
        let logged = || Some(self.log.first()?.last.plus(self.window?));
        self.ends.or_else(logged)
    }

    fn logs(&self) -> bool {
        self.ends.is_none() && self.window.is_some()
    }

    fn left(&self) -> u64 {
        self.limit.unwrap_or(u64::MAX).saturating_sub(self.used).saturating_sub(self.foreign)
    }

    fn logged(&self) -> u64 {
        self.log.iter().fold(0, |sum, step| sum.saturating_add(step.count))
    }

    // The n-th unit after `room` comes free when the step that holds it leaves the window, or a whole number of windows later.
    fn log_turn(&self, late: u64, limit: u64) -> MonoTime {
        let window = self.window.unwrap_or(UNKNOWN_WINDOW);
        let (rounds, mut rest) = (late / limit, late % limit);
        let mut free = self.last;
        for step in &self.log {
            free = step.last;
            if rest < step.count {
                break;
            }
            rest -= step.count;
        }
        free.plus(windows(window, rounds.saturating_add(1) as i64)).plus(MARGIN)
    }
}

// `count` windows, ms. One place, since a product that saturates takes 128 bits.
#[inline(never)]
fn windows(window: i64, count: i64) -> i64 {
    window.saturating_mul(count)
}

enum Window {
    Earlier,
    Same,
    New,
}

#[cfg(test)]
mod tests;
