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
//! A probe that is answered begins the recovery. What may be under way doubles with each round of good responses, as in
//! TCP's slow start, and no more than a few go in each few milliseconds, a number that doubles with each second: a
//! server that has just come up is met by a ramp, not by a wall. Nothing here is about quotas, which bind besides.

use crate::{
    rate_limit::doubt::Doubt,
    time::{Moment, MonoTime, times},
};

/// Failures in a row. Of a server that fails one in twenty, four in a row are one in 160,000.
const RUN: u32 = 4;
/// From a failed probe to the next one: this share of the outage so far, within bounds.
const SHARE: i64 = 12;
const SHORTEST: i64 = 200;
const LONGEST: i64 = 10_000;
/// In the first second of a recovery at most `PACE` go in `SLOT` ms.
const PACE: i64 = 4;
const SLOT: i64 = 5;
/// A recovery is over after this; the pace has doubled so often then that it is none, ms.
const RECOVERY: i64 = 8000;
/// A guess of a round trip, ms, for those who get their time beforehand.
const ROUND: i64 = 40;
/// A send counts as under way at most this long, ms.
const LEASE: i64 = 1000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// No probe was answered yet.
    Down,
    /// Since then.
    Healing(MonoTime),
    #[default]
    Up,
}

/// Whether a server is down, or one of its routes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    phase: Phase,
    /// Failures in a row.
    failures: u32,
    began: MonoTime,
    /// While it is down: when the next probe may go.
    held: MonoTime,
    /// The server itself named that time.
    is_told: bool,
    /// Whether what it names for one call holds for all.
    doubt: Doubt,
    /// While it heals: sends under way at once.
    window: u32,
    /// Sends under way, and when the last one went.
    flying: u32,
    last: MonoTime,
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

    /// Whether it is down by the server's own word.
    pub fn is_told(&self) -> bool {
        self.phase == Phase::Down && self.is_told
    }

    /// Since when it is down or heals.
    pub fn began(&self) -> MonoTime {
        self.began
    }

    /// What was `sent` then failed. `is_enough`: so many in a row are an outage.
    pub fn failed(&mut self, sent: MonoTime, is_enough: bool, at: Moment) {
        self.failures = self.failures.saturating_add(1);
        if self.phase == Phase::Down {
            // What was under way when it began says nothing new.
            if sent < self.held {
                return;
            }
        } else if self.failures < RUN || !is_enough {
            return;
        }
        let pause = self.begin(at.mono);
        // Clients that were hit in the same moment are not to ask in step.
        let pause = pause - pause / 4 + at.sample.of(pause / 2);
        (self.held, self.is_told) = (at.mono.plus(pause), false);
    }

    /// The server named the time `until` which it is down, in answer to what was `sent` then.
    pub fn told(&mut self, until: MonoTime, sent: MonoTime, now: MonoTime) {
        self.failures = self.failures.saturating_add(1);
        if self.doubt.refused(sent, now) {
            let held = if self.is_told() { self.held.max(until) } else { until };
            self.begin(now);
            (self.held, self.is_told) = (held, true);
        }
    }

    fn begin(&mut self, now: MonoTime) -> i64 {
        if self.is_over(now) {
            self.began = now;
        }
        self.phase = Phase::Down;
        (now.since(self.began) / SHARE).clamp(SHORTEST, LONGEST)
    }

    /// What was `sent` then was answered.
    pub fn worked(&mut self, sent: MonoTime, now: MonoTime) {
        let is_contradicted = self.doubt.granted(sent);
        match self.phase {
            Phase::Down if is_contradicted && self.is_told => self.phase = Phase::Up,
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
        (self.flying, self.last) = (self.flying.saturating_add(1), now);
    }

    /// One is under way no more.
    pub fn landed(&mut self) {
        self.flying = self.flying.saturating_sub(1);
    }

    fn is_over(&self, now: MonoTime) -> bool {
        match self.phase {
            Phase::Down => false,
            Phase::Healing(since) => now.since(since) >= RECOVERY,
            Phase::Up => true,
        }
    }

    /// Until when the one with `ahead` others before it is held. `is_alone`: no other call is there.
    pub fn blocks(&self, ahead: u64, is_alone: bool, now: MonoTime) -> Option<MonoTime> {
        let lease = self.last.plus(LEASE);
        let under_way = if lease > now { self.flying } else { 0 };
        let (window, pace, from) = match self.phase {
            Phase::Up => return None,
            Phase::Down if self.is_told => (1, PACE, self.held),
            Phase::Down => (1, PACE, if is_alone { now } else { self.held }),
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

    fn at(now: i64) -> Moment {
        Moment::new(now as f64, now as f64, 0.5)
    }

    fn down(since: i64) -> Outage {
        let mut outage = Outage::default();
        for _ in 0..RUN {
            outage.failed(MonoTime(since), true, at(since));
        }
        outage
    }

    #[test]
    fn four_failures_in_a_row_are_an_outage_and_a_success_between_breaks_the_row() {
        let mut outage = Outage::default();
        for n in 0..20 {
            outage.failed(MonoTime(n), true, at(n));
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
        let turn = |outage: &Outage, is_alone, now| outage.blocks(0, is_alone, MonoTime(now)).map(|turn| turn.0);
        assert_eq!(turn(&outage, false, 0), Some(200));
        assert_eq!(turn(&outage, true, 0), None, "nobody else is there");
        assert_eq!(turn(&outage, false, 200), None);
        outage.sent(MonoTime(200));
        assert_eq!(turn(&outage, false, 210), Some(1200), "one is under way");
        outage.failed(MonoTime(199), true, at(210));
        outage.landed();
        assert_eq!(turn(&outage, false, 210), None, "sent before it was due: it says nothing new");
        outage.failed(MonoTime(12_000), true, at(12_000));
        assert_eq!(turn(&outage, false, 12_000), Some(13_000));
        outage.failed(MonoTime(1_000_000), true, at(1_000_000));
        assert_eq!(turn(&outage, false, 1_000_000), Some(1_010_000));
    }

    #[test]
    fn a_recovery_doubles_with_each_round_and_keeps_to_a_pace() {
        let mut outage = down(0);
        outage.worked(MonoTime(200), MonoTime(210));
        let is_blocked = |outage: &Outage, now| outage.blocks(0, false, MonoTime(now)).is_some();
        outage.sent(MonoTime(210));
        assert!(!is_blocked(&outage, 210));
        outage.sent(MonoTime(210));
        assert!(is_blocked(&outage, 210), "two at once");
        for _ in 0..2 {
            outage.landed();
            outage.worked(MonoTime(210), MonoTime(220));
        }
        for n in 0..4 {
            assert!(!is_blocked(&outage, 300 + n * 5), "{n}");
            outage.sent(MonoTime(300 + n * 5));
        }
        assert!(is_blocked(&outage, 320), "four at once");
        for _ in 0..4 {
            outage.landed();
        }
        for _ in 0..PACE {
            outage.sent(MonoTime(400));
            outage.landed();
        }
        assert_eq!(outage.blocks(0, false, MonoTime(404)), Some(MonoTime(405)));
        assert_eq!(outage.blocks(0, false, MonoTime(405)), None);
    }

    #[test]
    fn an_answer_to_what_was_sent_before_says_nothing_of_now() {
        let mut outage = down(1000);
        outage.worked(MonoTime(999), MonoTime(1100));
        assert_eq!(outage.probes_at(), Some(MonoTime(1200)));
        outage.worked(MonoTime(1200), MonoTime(1210));
        assert_eq!((outage.probes_at(), outage.is_on()), (None, true));
        outage.worked(MonoTime(9000), MonoTime(9300));
        assert!(!outage.is_on());
    }

    #[test]
    fn a_recovery_that_fails_is_an_outage_still() {
        let mut outage = down(0);
        outage.worked(MonoTime(3200), MonoTime(3200));
        for _ in 0..RUN {
            outage.failed(MonoTime(4200), true, at(4200));
        }
        assert_eq!(outage.probes_at(), Some(MonoTime(4550)));
    }

    #[test]
    fn the_servers_own_time_holds_until_it_is_there_unless_others_are_answered_meanwhile() {
        let mut outage = Outage::default();
        outage.told(MonoTime(30_000), MonoTime(0), MonoTime(20));
        assert_eq!((outage.blocks(0, true, MonoTime(20)), outage.is_told()), (Some(MonoTime(30_000)), true));
        assert_eq!(outage.blocks(0, false, MonoTime(30_000)), None);
        let mut shed = Outage::default();
        shed.told(MonoTime(30_000), MonoTime(0), MonoTime(20));
        for sent in [12, 15] {
            shed.worked(MonoTime(sent), MonoTime(sent + 20));
        }
        assert!(!shed.is_on());
    }
}
