//! A quota that no header reports: refusals taught it.
//!
//! So many were granted in a run of sends, then they were refused, and after a while granted again: that is a limit, and
//! an interval for the length of its window, of which the shortest that people choose is tried first. Where that is
//! refused the window is longer; where a send amid a window is, the limit is lower, but by half at most for one refusal;
//! and each window raises it a little: additive increase, multiplicative decrease.
//!
//! It must predict. A refusal at a rate well under it, or a send beyond it that is granted, is a doubt; a refusal where it
//! expects one takes the doubts away. Two in a row refute it: the refusals follow something else.

use super::{Trial, UNKNOWN_WINDOW, reset::Length, usage::Usage};
use crate::time::MonoTime;

/// So often in a row it may not be wrong.
const REFUTED: u8 = 2;

#[derive(Clone, Copy, Debug)]
pub(super) struct Learned {
    length: Length,
    /// There was room once its window was thought to be over.
    proved: bool,
    trial: Option<Trial>,
    /// The limit when the open window began, and the highest that it ever was.
    before: u64,
    peak: u64,
    /// How often in a row it was wrong, and when last: what was sent before that shows nothing new.
    doubts: u8,
    doubted: MonoTime,
}

impl Learned {
    /// `limit` requests went in a window whose length lies in (after, by].
    pub fn new(limit: u64, after: i64, by: i64) -> Self {
        // What fills again within moments is a bucket; a second's worth of it is as good a measure.
        let by = by.max(UNKNOWN_WINDOW);
        let length = Length { after, by, open: false };
        Self { length, proved: false, trial: None, before: limit, peak: limit, doubts: 0, doubted: MonoTime(i64::MIN) }
    }

    pub fn length(&self) -> i64 {
        self.length.guess()
    }

    pub fn longest(&self) -> i64 {
        self.length.by
    }

    pub fn trial(&self) -> Option<Trial> {
        self.trial
    }

    /// Before `cost` units are sent. Where there is room only because its window is thought to be over, one goes alone.
    pub fn take(&mut self, limit: &mut Option<u64>, cost: u64, usage: &Usage, now: MonoTime) {
        let old = limit.unwrap_or(1);
        if usage.total(now, Some(self.length())) == 0 {
            self.before = old;
            self.try_more(limit);
        }
        if !self.proved && self.trial.is_none() && usage.total(now, None) >= old {
            self.trial = Some(Trial::new(now, None));
        }
        if let Some(trial) = &mut self.trial {
            trial.out = trial.out.saturating_add(cost);
        }
    }

    pub fn untake(&mut self, cost: u64) {
        if let Some(trial) = &mut self.trial {
            trial.out = trial.out.saturating_sub(cost);
        }
    }

    /// What was sent then was granted or refused, which is all that an answer shows.
    pub fn land(&mut self, limit: &mut Option<u64>, granted: bool, sent: MonoTime, usage: &Usage, now: MonoTime) {
        let logged = usage.total(now, Some(self.length()));
        let most = limit.unwrap_or(1);
        let is_trial = self.trial.is_some_and(|trial| sent >= trial.began);
        if is_trial {
            self.trial = None;
            self.proved |= granted;
        }
        // At the beginning of a window its length is in question, not whether there is one.
        if granted && logged > most {
            self.doubt(sent, now);
        } else if !granted && logged > usage.flying && !is_trial {
            if logged.saturating_add(1) < most / 2 { self.doubt(sent, now) } else { self.doubts = 0 }
        }
        if granted {
            return;
        }
        if logged <= usage.flying {
            self.length.lengthen();
            self.proved = false;
        } else {
            // Amid a window: as many as were granted, and may yet be, are its limit; but not for one refusal a fraction of it.
            let most = logged.max(self.before / 2).max(1);
            *limit = limit.map(|old| old.min(most));
            self.peak = self.before;
        }
    }

    fn doubt(&mut self, sent: MonoTime, now: MonoTime) {
        if sent > self.doubted {
            (self.doubts, self.doubted) = (self.doubts.saturating_add(1), now);
        }
    }

    /// Whether refusals do not follow it.
    pub fn is_refuted(&self) -> bool {
        self.doubts >= REFUTED
    }

    // A window was kept to without a refusal, so perhaps there is more: an eighth, and up to half of what there was once as
    // much again.
    fn try_more(&self, limit: &mut Option<u64>) {
        let old = limit.unwrap_or(1);
        let more = if old <= self.peak / 2 { old } else { (old / 8).max(1) };
        *limit = Some(old.saturating_add(more));
    }
}
