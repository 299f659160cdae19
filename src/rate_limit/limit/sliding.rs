//! A window that slides, or whose end nobody reports: own sends of the last window count.

use super::{
    Facts,
    reset::{Reset, Told},
    usage::Usage,
    window::Next,
};
use crate::time::MonoTime;

#[derive(Clone, Debug, Default)]
pub(super) struct Sliding {
    /// Its length, where that was found out.
    found: Option<i64>,
    /// Its resets were seen to slide: as it was last reported, when the oldest send leaves it.
    reset: Option<Reset>,
    /// What the newest response left, less what that may not have counted, and less what went since.
    left: Option<i64>,
    /// When the request of that response went.
    newest: Option<MonoTime>,
}

impl Sliding {
    pub fn new(found: Option<i64>, reset: Option<Reset>) -> Self {
        Self { found, reset, ..Self::default() }
    }

    pub fn take(&mut self, cost: u64) {
        self.left = self.left.map(|left| left.saturating_sub_unsigned(cost));
    }

    pub fn untake(&mut self, cost: u64) {
        self.left = self.left.map(|left| left.saturating_add_unsigned(cost));
    }

    /// Takes what a response reported.
    pub fn tell(&mut self, facts: Facts, remaining: u64, reset: Option<Reset>, told: Told, usage: &mut Usage) -> Next {
        if let Some(reset) = reset {
            if reset.is_past && (told.limited || self.reset.is_some()) {
                return Next::Same;
            }
            if self.reset.is_none() {
                return Next::Window;
            }
            self.reset = Some(reset);
        }
        if self.newest.is_none_or(|newest| told.sent >= newest) {
            self.newest = Some(told.sent);
            self.left = Some(i64::try_from(remaining).unwrap_or(i64::MAX).saturating_sub_unsigned(told.others));
        }
        // What others used.
        let missing = facts.limit.saturating_sub(remaining).saturating_sub(usage.total(told.sent, facts.length));
        if missing > 0 && (!facts.shared || told.limited) {
            usage.push(told.now, missing, facts.length);
        }
        Next::Same
    }

    /// A refusal came that reported nothing. The server's window began no later than our own oldest send in it, if there
    /// was one.
    pub fn trip(&mut self, facts: Facts, usage: &mut Usage, now: MonoTime) {
        self.left = None;
        usage.push(now, facts.limit.saturating_sub(usage.total(now, facts.length)), facts.length);
    }

    /// Units that the newest response left.
    pub fn left(&self) -> u64 {
        self.left.unwrap_or(0).max(0) as u64
    }

    /// What is known, for another client; times from now.
    pub fn know(&self, now: MonoTime) -> [i64; 3] {
        let by = self.reset.filter(|reset| !reset.is_guess()).map_or(0, |reset| reset.by.since(now).max(1));
        [self.found.unwrap_or(0), by, self.reset.map_or(1, |reset| reset.granularity())]
    }

    /// Takes what another client knew at `base`.
    pub fn adopt(&mut self, know: &[i64], base: MonoTime) {
        if let [found, by, granularity, ..] = *know {
            self.found = self.found.or(Some(found).filter(|found| *found > 0));
            let by = base.plus(by);
            self.reset = self.reset.or_else(|| Some(Reset::known(by.plus(-granularity), by, granularity)));
        }
    }

    pub fn found(&self) -> Option<i64> {
        self.found
    }

    /// When the oldest send leaves it, as it was reported.
    pub fn is_instant(&self) -> bool {
        self.reset.is_some_and(|reset| reset.label().is_some())
    }

    pub fn resets(&self) -> Option<MonoTime> {
        self.reset.map(|reset| reset.by)
    }
}
