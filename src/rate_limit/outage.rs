//! A scope whose server is down, and how it is come back to.
//!
//! Several failures in a row with no success between are an outage. While it lasts nobody is sent but one probe at a
//! time, and the others stay in their queue: thousands who each back off by themselves are thousands of requests to a
//! server that cannot answer one, and all of them at once when it can. Probes follow one another by a share of how long
//! the outage has lasted, so that its end is found late by that share at most, whether it took seconds or hours.
//!
//! Where nobody waits and nothing is under way, whoever comes is a probe at once: a lone caller hears what its server
//! says as if there were no policy.
//!
//! A probe that is answered begins the recovery. What may be under way doubles with each round of good answers, as in
//! TCP's slow start, and no more than a few go in each few milliseconds, a number that doubles with each second: a
//! server that has just come up is met by a ramp, not by a wall. Nothing here is about quotas, which bind besides.

use crate::time::{MonoTime, times};

/// Failures in a row. Of a server that fails one in twenty, four in a row are one in 160,000.
const RUN: u32 = 4;
/// From a failed probe to the next one: this share of the outage so far, within bounds.
const SHARE: i64 = 16;
const SHORTEST: i64 = 200;
const LONGEST: i64 = 10_000;
/// In the first second of a recovery at most `PACE` go in `SLOT` ms.
const PACE: i64 = 4;
const SLOT: i64 = 5;
/// A recovery is over after this; the pace has doubled so often then that it is none, ms.
const RECOVERY: i64 = 8000;
/// A guess of a round trip, ms, for those who are told their time beforehand.
const ROUND: i64 = 40;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// No probe was answered yet.
    Down,
    /// Since then.
    Healing(MonoTime),
    #[default]
    Up,
}

/// Whether a scope's server is down.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    phase: Phase,
    /// Failures in a row.
    failures: u32,
    began: MonoTime,
    /// While it is down: when the next probe may go.
    held: MonoTime,
    /// While it heals: sends under way at once.
    window: u32,
    /// When the present few milliseconds began, and what was sent in them.
    slot: MonoTime,
    used: i64,
}

impl Outage {
    /// Whether there is one, or was until just now.
    pub fn is_on(&self) -> bool {
        self.phase != Phase::Up
    }

    /// When the next probe may go, where one is waited for.
    pub fn probes_at(&self) -> Option<MonoTime> {
        (self.phase == Phase::Down).then_some(self.held)
    }

    /// What was `sent` then was not answered, or by one who is unavailable.
    pub fn failed(&mut self, sent: MonoTime, now: MonoTime) {
        self.failures = self.failures.saturating_add(1);
        if self.phase == Phase::Down {
            // What was under way when it began tells nothing new.
            if sent < self.held {
                return;
            }
        } else if self.failures < RUN {
            return;
        } else if self.is_over(now) {
            self.began = now;
        }
        self.phase = Phase::Down;
        let pause = (now.since(self.began) / SHARE).clamp(SHORTEST, LONGEST);
        self.held = now.plus(pause);
    }

    /// What was `sent` then was answered.
    pub fn worked(&mut self, sent: MonoTime, now: MonoTime) {
        match self.phase {
            Phase::Down if sent < self.began => return,
            Phase::Down => (self.phase, self.window) = (Phase::Healing(now), 2),
            _ if self.is_over(now) => self.phase = Phase::Up,
            Phase::Healing(_) => self.window = self.window.saturating_add(1),
            Phase::Up => {}
        }
        self.failures = 0;
    }

    /// One was sent.
    pub fn sent(&mut self, now: MonoTime) {
        if now.since(self.slot) >= SLOT {
            (self.slot, self.used) = (now, 0);
        }
        self.used += 1;
    }

    fn is_over(&self, now: MonoTime) -> bool {
        match self.phase {
            Phase::Down => false,
            Phase::Healing(since) => now.since(since) >= RECOVERY,
            Phase::Up => true,
        }
    }

    /// Until when the one with `ahead` others before it is held. `under_way`: sends that are awaited; `lease`: until when.
    /// `is_alone`: nobody waits.
    pub fn blocks(
        &self,
        under_way: u32,
        lease: MonoTime,
        ahead: u64,
        is_alone: bool,
        now: MonoTime,
    ) -> Option<MonoTime> {
        let (window, pace, from) = match self.phase {
            Phase::Up => return None,
            Phase::Down => (1, PACE, if is_alone && under_way == 0 { now } else { self.held }),
            Phase::Healing(since) => (self.window, PACE << (now.since(since).clamp(0, RECOVERY) / 1000), now),
        };
        let is_full = now.since(self.slot) < SLOT && self.used >= pace;
        if ahead > 0 {
            // By its place, if all goes well.
            let later = times(ahead as i64, SLOT) / pace;
            return Some(from.max(now).plus(ROUND.saturating_add(later)));
        }
        if from > now {
            return Some(from);
        }
        if under_way >= window {
            return Some(lease);
        }
        is_full.then(|| self.slot.plus(SLOT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(since: i64) -> Outage {
        let mut outage = Outage::default();
        for _ in 0..RUN {
            outage.failed(MonoTime(since), MonoTime(since));
        }
        outage
    }

    #[test]
    fn four_failures_in_a_row_are_an_outage_and_a_success_between_breaks_the_row() {
        let mut outage = Outage::default();
        for n in 0..20 {
            outage.failed(MonoTime(n), MonoTime(n));
            if n % 3 == 2 {
                outage.worked(MonoTime(n), MonoTime(n));
            }
            assert!(!outage.is_on());
        }
        assert!(down(0).is_on());
    }

    #[test]
    fn one_probe_at_a_time_by_a_share_of_how_long_it_has_lasted() {
        let mut outage = down(0);
        let lease = MonoTime(i64::MAX);
        assert_eq!(outage.blocks(0, lease, 0, false, MonoTime(0)), Some(MonoTime(200)));
        assert_eq!(outage.blocks(0, lease, 0, true, MonoTime(0)), None, "nobody else is there");
        assert_eq!(outage.blocks(1, lease, 0, true, MonoTime(0)), Some(MonoTime(200)), "somebody is");
        assert_eq!(outage.blocks(0, lease, 0, false, MonoTime(200)), None);
        assert_eq!(outage.blocks(1, lease, 0, false, MonoTime(200)), Some(lease), "one is under way");
        outage.failed(MonoTime(199), MonoTime(210));
        assert_eq!(
            outage.blocks(0, lease, 0, false, MonoTime(210)),
            None,
            "sent before it was due: it says nothing new"
        );
        outage.failed(MonoTime(16_000), MonoTime(16_000));
        assert_eq!(outage.blocks(0, lease, 0, false, MonoTime(16_000)), Some(MonoTime(17_000)));
        outage.failed(MonoTime(1_000_000), MonoTime(1_000_000));
        assert_eq!(outage.blocks(0, lease, 0, false, MonoTime(1_000_000)), Some(MonoTime(1_010_000)));
    }

    #[test]
    fn a_recovery_doubles_with_each_round_and_keeps_to_a_pace() {
        let mut outage = down(0);
        outage.worked(MonoTime(200), MonoTime(210));
        let lease = MonoTime(1200);
        assert_eq!(outage.blocks(1, lease, 0, false, MonoTime(210)), None);
        assert_eq!(outage.blocks(2, lease, 0, false, MonoTime(210)), Some(lease));
        for _ in 0..2 {
            outage.worked(MonoTime(210), MonoTime(220));
        }
        assert_eq!(outage.blocks(3, lease, 0, false, MonoTime(220)), None);
        assert_eq!(outage.blocks(4, lease, 0, false, MonoTime(220)), Some(lease));
        for _ in 0..PACE {
            outage.sent(MonoTime(300));
        }
        assert_eq!(outage.blocks(0, lease, 0, false, MonoTime(304)), Some(MonoTime(305)));
        assert_eq!(outage.blocks(0, lease, 0, false, MonoTime(305)), None);
    }

    #[test]
    fn an_answer_to_what_was_sent_before_says_nothing_of_now() {
        let mut outage = down(1000);
        outage.worked(MonoTime(999), MonoTime(1100));
        assert_eq!(outage.probes_at(), Some(MonoTime(1200)));
        outage.worked(MonoTime(1200), MonoTime(1210));
        assert_eq!((outage.probes_at(), outage.is_on()), (None, true));
        outage.worked(MonoTime(9000), MonoTime(9210));
        assert!(!outage.is_on());
    }

    #[test]
    fn a_recovery_that_fails_is_an_outage_still() {
        let mut outage = down(0);
        outage.worked(MonoTime(3200), MonoTime(3200));
        for _ in 0..RUN {
            outage.failed(MonoTime(4000), MonoTime(4000));
        }
        assert_eq!(outage.probes_at(), Some(MonoTime(4250)));
    }
}
