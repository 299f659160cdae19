//! A quota of our own finding: no header tells it, refusals do.
//!
//! So many were granted in a run of sends, then they were refused, and after a while granted again: that is a limit, and
//! an interval for the length of its window, of which the shortest that people choose is tried first. Where that is
//! refused the window is longer; where a send amid a window is, the limit is lower, but by half at most for one refusal;
//! and what was kept to for a while is raised a little: additive increase, multiplicative decrease.

use super::{CLEAN, Meter, Mode, Stage, UNKNOWN_WINDOW, span::nice};
use crate::time::{MonoTime, times};

impl Meter {
    /// A quota that refusals taught: `limit` requests went in a window whose length lies in (after, by].
    pub fn observed(limit: u64, after: i64, by: i64) -> Self {
        // What fills again within moments is a bucket; a second's worth of it is as good a measure.
        let by = by.max(UNKNOWN_WINDOW);
        let mut meter = Self::new(None, None, "observed");
        meter.limit = Some(limit.max(1));
        (meter.before, meter.peak) = (limit, limit);
        meter.found = Some(nice(after, by).map_or(by, |(shortest, _)| shortest));
        meter.observed = Some((after, by));
        (meter.mode, meter.began) = (Mode::Log, MonoTime::default());
        meter
    }

    /// Of a quota that was just found, be it in headers: `flying` units are under way on it, and `landed` came back.
    pub fn begin(&mut self, flying: u64, landed: u64, now: MonoTime) {
        self.used = flying.saturating_add(landed);
        (self.log.flying, self.pending) = (flying, flying);
        self.log.push(now, landed, self.length());
    }

    // Of a quota of our own finding: before a send on it. Where there is room only because its window is thought to be
    // over, one goes alone.
    pub(super) fn begin_observed(&mut self, now: MonoTime) {
        let limit = self.limit.unwrap_or(1);
        if self.logged(now) == 0 {
            self.before = limit;
            self.try_more();
        }
        if !self.proved && self.stage == Stage::Open && self.log.total(now, None) >= limit {
            (self.stage, self.began, self.since) = (Stage::Alone { length: None }, now, 0);
        }
    }

    // Of the same, where no answer tells anything but whether it was granted.
    pub(super) fn landed_observed(&mut self, granted: bool, sent: MonoTime, now: MonoTime) {
        if self.stage != Stage::Open && sent >= self.began {
            self.stage = Stage::Open;
            self.proved |= granted;
        }
        let logged = self.logged(now);
        if granted {
            return;
        }
        if logged <= self.log.flying {
            self.lengthen();
        } else {
            // Amid a window: as many as were granted, and may yet be, are its limit; but not for one refusal a fraction of it.
            let limit = logged.max(self.before / 2).max(1);
            (self.limit, self.clean) = (self.limit.map(|old| old.min(limit)), 0);
            self.peak = self.before;
        }
    }

    // It was refused at what should have been the beginning of a window: that is longer.
    fn lengthen(&mut self) {
        let Some((after, by)) = self.observed else { return };
        let after = self.length().unwrap_or(after).max(after);
        let by = if by > after { by } else { times(after, 2) };
        (self.observed, self.proved) = (Some((after, by)), false);
        self.found = Some(nice(after, by).map_or(by, |(shortest, _)| shortest));
    }

    // It was kept to for a while without a refusal: perhaps there is more. Up to half of what there was once, quickly.
    fn try_more(&mut self) {
        self.clean += 1;
        let limit = self.limit.unwrap_or(1);
        let more = if limit <= self.peak / 2 { limit } else { (limit / 16).max(1) };
        if self.clean > CLEAN || limit <= self.peak / 2 {
            self.clean = 0;
            self.limit = Some(limit.saturating_add(more));
        }
    }

    /// Whether what is known of it was found out, and may be wrong.
    pub fn is_learnt(&self) -> bool {
        self.observed.is_some() || self.stage != Stage::Open
    }
}
