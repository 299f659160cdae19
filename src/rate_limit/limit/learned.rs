//! A quota that no header reports: refusals taught it.
//!
//! So many were granted in a run of sends, then they were refused, and after a while granted again: that is a limit, and
//! an interval for the length of its window, of which the shortest that people choose is tried first. Where that is
//! refused the window is longer; where a send amid a window is, the limit is lower, but by half at most for one refusal;
//! and what was kept to for a while is raised a little: additive increase, multiplicative decrease.

use super::{Trial, product, reset::Length, usage::Usage};
use crate::time::MonoTime;

/// So often it is kept to before a little more is tried.
const CLEAN: u32 = 3;
/// So many grants in a row say something: of a server that refuses one in five they are one row of six.
const TELLING: u64 = 8;
/// So many refusals that it did not predict are too many.
const REFUTED: u32 = 2;
/// The shortest window, ms: what fills again sooner is a bucket.
const SHORTEST: i64 = 100;

#[derive(Clone, Copy, Debug)]
pub(super) struct Learned {
    length: Length,
    /// There was room once its window was thought to be over.
    proved: bool,
    trial: Option<Trial>,
    /// Windows that it was kept to since it was last changed.
    clean: u32,
    /// The limit when the newest refusal came, and the highest that it ever was.
    before: u64,
    peak: u64,
    /// Refusals that it did not predict, less the windows that were used up without one.
    misses: u32,
    /// Grants since the newest refusal, or since as many as the limit were granted.
    granted: u64,
    /// When the newest refusal came: what was sent before says nothing new. And whether a quarter of the limit was left.
    refused: MonoTime,
    is_early: bool,
    /// When the first grant since then came; and that of the window which the newest refusal shows to be longer than was thought.
    began: Option<MonoTime>,
    longer: Option<MonoTime>,
}

impl Learned {
    /// `limit` requests went in a window whose length lies in (after, by].
    pub fn new(limit: u64, after: i64, by: i64) -> Self {
        // What fills again within moments is a bucket; a second's worth of it is as good a measure.
        let by = by.max(SHORTEST);
        let length = Length { after, by, open: false };
        Self {
            length,
            proved: false,
            trial: None,
            clean: 0,
            before: limit,
            peak: limit,
            misses: 0,
            granted: 0,
            refused: MonoTime(i64::MIN),
            is_early: false,
            began: None,
            longer: None,
        }
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
        if !self.proved && self.trial.is_none() && usage.total(now, None) >= limit.unwrap_or(1) {
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

    /// What was sent then was granted or refused, which is all that a response shows.
    pub fn land(&mut self, limit: &mut Option<u64>, granted: bool, sent: MonoTime, usage: &Usage, now: MonoTime) {
        if self.trial.is_some_and(|trial| sent >= trial.began) {
            self.trial = None;
            self.proved |= granted;
        }
        let old = limit.unwrap_or(1);
        let logged = usage.total(now, Some(self.length()));
        if granted {
            // It forbade this one.
            self.misses += u32::from(logged > old.saturating_add(usage.flying));
            self.granted = self.granted.saturating_add(1);
            self.began.get_or_insert(now);
            if self.granted >= old {
                self.kept(limit);
            }
            return;
        }
        // What was sent before an earlier refusal came says nothing new.
        let is_new = sent > self.refused;
        if is_new {
            (self.refused, self.before, self.peak) = (now, old, self.peak.max(old));
        }
        (self.granted, self.clean) = (0, 0);
        let began = self.began.take();
        self.longer = began.filter(|_| logged <= usage.flying);
        if logged <= usage.flying {
            // Where a window of this length was over once, it is not too short.
            self.misses += u32::from(self.proved && is_new);
            self.length.lengthen();
            self.proved = false;
        } else {
            self.misses += u32::from(is_new && product(logged, 2) <= old);
            self.is_early = product(logged, 4) <= product(old, 3);
            // Amid a window: as many as were granted, and may yet be, are its limit; but not for one refusal a fraction of it.
            *limit = Some(old.min(logged.max(self.before / 2).max(1)));
        }
    }

    /// The newest refusal was only its own call's, as far as those beside it show: it says nothing of the limit.
    pub fn disbelieve(&mut self, limit: &mut Option<u64>) {
        *limit = limit.map(|limit| limit.max(self.before));
        self.misses += u32::from(self.is_early);
    }

    /// The newest refusal names the time until which there is no room: how long the window was until then, where that is longer
    /// than was thought. Whole seconds are rounded up.
    pub fn hint(&mut self, delay: i64, now: MonoTime) {
        if let Some(began) = self.longer.take() {
            self.length.reach(now.plus(delay).plus(-1000).since(began));
        }
    }

    /// Whether it predicts too little.
    pub fn is_refuted(&self) -> bool {
        self.misses >= REFUTED
    }

    // As many as its limit were granted without a refusal: perhaps there is more. Up to half of what there was once at once,
    // and beyond that a little, each time twice as much.
    fn kept(&mut self, limit: &mut Option<u64>) {
        let old = limit.unwrap_or(1);
        (self.granted, self.clean) = (0, self.clean.saturating_add(1));
        if old >= TELLING {
            self.misses = self.misses.saturating_sub(1);
        }
        let more = match self.clean.checked_sub(CLEAN) {
            _ if old <= self.peak / 2 => old,
            Some(clean) => (old >> 4_u32.saturating_sub(clean)).max(1),
            None => 0,
        };
        *limit = Some(old.saturating_add(more));
    }
}
