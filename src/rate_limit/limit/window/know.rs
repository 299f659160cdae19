//! What one client knows of windows, for another to take up. Times are told from now, so that no clock crosses.

use super::{Reset, Window};
use crate::{
    rate_limit::limit::{Facts, reset::Order},
    time::MonoTime,
};

/// Flags of the first number.
const PROVED: i64 = 1;
const REFUTED: i64 = 2;
const OPEN: i64 = 4;
const CLOSED: i64 = 8;
const OPENER: i64 = 16;
const FIRST: i64 = 32;

impl Window {
    /// A mark that changes where others should know more.
    pub fn mark(&self) -> u64 {
        let flags = u64::from(self.proved) | u64::from(self.refuted) << 1;
        let found = self.found.unwrap_or(0) as u64;
        flags | u64::from(self.resolved) << 3 | (((found.wrapping_mul(31) ^ self.late as u64) << 20) & ((1 << 60) - 1))
    }

    /// What is known.
    pub fn know(&self, facts: Facts, now: MonoTime) -> [i64; 14] {
        let reset = self.reset.filter(|reset| !reset.is_guess());
        let closed = self.closed.filter(|reset| !reset.is_guess());
        let (opener, first) = (self.open.opener, self.open.first);
        let flag = |is: bool, flag: i64| if is { flag } else { 0 };
        let flags = flag(self.proved, PROVED)
            | flag(self.refuted, REFUTED)
            | flag(reset.is_some(), OPEN)
            | flag(closed.is_some(), CLOSED)
            | flag(opener.is_some(), OPENER)
            | flag(first.is_some(), FIRST);
        let ends = |reset: Option<Reset>| {
            reset.map_or([0, 0, 0], |it| [it.after.since(now), it.by.since(now), it.granularity()])
        };
        let ([after, by, granularity], [closed_after, closed_by, _]) = (ends(reset), ends(closed));
        let (sent, got) = opener.map_or((0, 0), |(sent, got)| (sent.since(now), got.since(now)));
        let left = facts.limit.saturating_sub(self.open.used).saturating_sub(self.open.foreign);
        let left = left.min(self.open.least.unwrap_or(facts.limit)) as i64;
        let or_0 = |length: Option<i64>| length.unwrap_or(0);
        [
            flags,
            after,
            by,
            granularity,
            closed_after,
            closed_by,
            or_0(self.found),
            or_0(self.shortest),
            or_0(self.reckoned),
            self.late,
            sent,
            got,
            first.map_or(0, |first| first.since(now)),
            left,
        ]
    }

    /// Takes what another client knew at `base`.
    pub fn adopt(&mut self, limit: u64, know: &[i64], base: MonoTime, in_flight: u64, now: MonoTime) {
        let Some(know) = know.first_chunk::<14>() else { return };
        let [
            flags,
            after,
            by,
            granularity,
            closed_after,
            closed_by,
            found,
            shortest,
            reckoned,
            late,
            sent,
            got,
            first,
            left,
        ] = *know;
        let is = |flag: i64| flags & flag != 0;
        let length = |ms: i64| Some(ms).filter(|ms| *ms > 0);
        (self.proved, self.refuted) = (is(PROVED), is(REFUTED));
        self.found = length(found).or(self.found.filter(|_| !self.refuted));
        self.shortest = length(shortest).or(self.shortest);
        self.reckoned = length(reckoned).or(self.reckoned);
        self.late = late.max(0);
        let at = |ms: i64| base.plus(ms);
        if is(CLOSED) && self.closed.is_none() {
            self.closed = Some(Reset::known(at(closed_after), at(closed_by), granularity));
        }
        if !is(OPEN) {
            return;
        }
        let reset = Reset::known(at(after), at(by), granularity);
        if reset.by <= now {
            self.closed = self.closed.or(Some(reset));
            return;
        }
        let length = self.found.or(self.shortest).or(self.reckoned);
        let is_old = self.closed.is_some_and(|closed| closed.compare(&reset, length) != Order::Later);
        if self.reset.is_none() && is_old && (left > 0 || base < self.open.began) {
            // The window that is over here: that it is not after all shows only where nothing is left of it by now.
            return;
        }
        if let Some(own) = &mut self.reset {
            match own.compare(&reset, length) {
                Order::Later => {
                    let own = *own;
                    self.begin_next(now, in_flight);
                    (self.closed, self.reset) = (Some(own), Some(reset));
                }
                Order::Earlier => return,
                Order::Same => own.narrow(&reset),
            }
        } else {
            (self.reset, self.trial) = (Some(reset), None);
        }
        let open = &mut self.open;
        if is(OPENER) {
            open.opener.get_or_insert((at(sent), at(got)));
        }
        if is(FIRST) {
            open.first = Some(open.first.map_or(at(first), |own| own.min(at(first))));
        }
        let taken = limit.saturating_sub(left.max(0) as u64);
        open.foreign = open.foreign.max(taken.saturating_sub(open.used));
    }

    /// From its first response to its end as it was reported, ms; 0 where that is not known.
    pub fn lasts(&self, now: MonoTime) -> i64 {
        self.reset.map_or(0, |reset| reset.by.since(self.open.first.unwrap_or(now)))
    }

    /// Whether the response to the request that opened it is here.
    pub fn has_opener(&self) -> bool {
        self.open.opener.is_some()
    }

    /// Whether a reset was met.
    pub fn is_proved(&self) -> bool {
        self.proved
    }

    /// Whether the open window began before the one before it was to end.
    pub fn is_early(&self, now: MonoTime) -> bool {
        self.closed.is_some_and(|closed| closed.by > now)
    }

    /// When the open window was first counted in.
    pub fn began(&self) -> MonoTime {
        self.open.began
    }
}
