//! Own sends of the last window, as a server that slides its window would count them, and what part of all use they are.
//!
//! A request is logged when its response is here, for then it has surely arrived: servers count arrivals, and a log of
//! departures would free room for the next window by a leg of the network too early. Until then it counts as flying.

use alloc::vec::Vec;

use super::product;
use crate::time::{MonoTime, times};

/// Steps kept: responses of one step count as arrived with the last of them.
const STEPS: usize = 128;
/// Width of a step while nobody knows how long the window is, ms.
const NARROW: i64 = 8;
/// How long what left the window is remembered, ms: responses under way may have counted it.
const KEPT: i64 = 1000;
/// Beyond the window's end, so that clocks that are cut to the millisecond cannot put a send before it, ms.
const MARGIN: i64 = 1;
/// How many are thought to share a quota at most.
const CROWD: u64 = 8;
/// Of what many share, others' part is counted in sixteenths.
pub(super) const SHARE: u64 = 16;

#[derive(Clone, Copy, Debug)]
struct Step {
    first: MonoTime,
    last: MonoTime,
    count: u64,
}

/// What this client uses of one quota.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    steps: Vec<Step>,
    /// Units sent, and not known to have arrived.
    pub flying: u64,
    /// Units whose responses are still to come, however long that takes.
    pub pending: u64,
    /// When one last went.
    pub last: MonoTime,
    /// All users' part to our own, of the window before, in sixteenths; 0 where nobody knows.
    pub crowd: u64,
}

impl Usage {
    /// Of a quota that was just found: `flying` units are under way on it, and `landed` came back.
    pub fn begin(&mut self, flying: u64, landed: u64, window: Option<i64>, now: MonoTime) {
        (self.flying, self.pending) = (flying, flying);
        self.push(now, landed, window);
    }

    /// `cost` units are sent.
    pub fn take(&mut self, cost: u64, now: MonoTime) {
        self.flying = self.flying.saturating_add(cost);
        self.pending = self.pending.saturating_add(cost);
        self.last = now;
    }

    /// They never were.
    pub fn untake(&mut self, cost: u64) {
        self.flying = self.flying.saturating_sub(cost);
        self.settle(cost);
    }

    /// Their answer is here, or will not come.
    pub fn settle(&mut self, cost: u64) {
        self.pending = self.pending.saturating_sub(cost);
    }

    /// They arrived, or never will; `counted`: the server may have counted them.
    pub fn land(&mut self, cost: u64, counted: bool, window: Option<i64>, now: MonoTime) {
        self.flying = self.flying.saturating_sub(cost);
        if counted {
            self.push(now, cost, window);
        }
    }

    /// All users' part to our own, where `taken` of a window are used, `own` of them by this client. Who came late to a window
    /// used little of it, and must not think that so many others do.
    pub fn crowd_of(taken: u64, own: u64) -> u64 {
        (product(taken, SHARE) / own.max(1)).min(SHARE * CROWD)
    }

    /// `count` units arrived by `now`.
    pub fn push(&mut self, now: MonoTime, count: u64, window: Option<i64>) {
        let width = window.map_or(NARROW, |window| window / STEPS as i64);
        match self.steps.last_mut() {
            // By its first: else a stream of sends would be one step for ever, and nothing of it would leave the window.
            Some(step) if now.since(step.first) < width => {
                (step.last, step.count) = (now, step.count.saturating_add(count));
            }
            _ => self.steps.push(Step { first: now, last: now, count }),
        }
        if self.steps.len() > 2 * STEPS {
            // A window longer than was thought: two steps become one, counted with the later of them.
            let mut halves: Vec<Step> = Vec::new();
            for (index, step) in self.steps.iter().enumerate() {
                match halves.last_mut() {
                    Some(half) if index % 2 == 1 => {
                        (half.last, half.count) = (step.last, half.count.saturating_add(step.count));
                    }
                    _ => halves.push(*step),
                }
            }
            self.steps = halves;
        }
    }

    /// Forgets what left the window a while ago.
    pub fn trim(&mut self, now: MonoTime, window: i64) {
        let gone = |step: &Step| now.since(step.last) >= window.saturating_add(KEPT);
        if self.steps.first().is_some_and(gone) {
            self.steps.retain(|step| !gone(step));
        }
    }

    /// Forgets all that arrived.
    pub fn clear(&mut self) {
        self.steps.clear();
    }

    /// Units that arrived in the window that ends at `now`, and those that may yet. Without a window, all.
    pub fn total(&self, now: MonoTime, window: Option<i64>) -> u64 {
        self.kept(now, window).fold(self.flying, |sum, step| sum.saturating_add(step.count))
    }

    /// When the oldest of it leaves a window of this length.
    pub fn first_leaves(&self, now: MonoTime, window: i64) -> Option<MonoTime> {
        Some(self.kept(now, Some(window)).next()?.last.plus(window))
    }

    fn kept(&self, now: MonoTime, window: Option<i64>) -> impl Iterator<Item = &Step> {
        let from = window.map_or(MonoTime(i64::MIN), |window| now.plus(-window).plus(-MARGIN));
        self.steps.iter().filter(move |step| step.last > from)
    }

    /// When the unit after `late` others comes free: its step leaves the window, or a whole number of windows later.
    pub fn turn(&self, late: u64, limit: u64, window: i64, now: MonoTime) -> MonoTime {
        let (rounds, mut rest) = (late / limit, late % limit);
        let mut free = now;
        for step in self.kept(now, Some(window)) {
            free = step.last;
            if rest < step.count {
                break;
            }
            rest -= step.count;
        }
        free.plus(times(window, rounds.saturating_add(1) as i64)).plus(MARGIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrived_leaves_with_its_window_and_what_flies_does_not() {
        let mut log = Usage { flying: 2, ..Usage::default() };
        log.push(MonoTime(0), 3, Some(1000));
        log.push(MonoTime(500), 4, Some(1000));
        let total = |log: &Usage, now| log.total(MonoTime(now), Some(1000));
        assert_eq!((total(&log, 1000), total(&log, 1001), total(&log, 9000)), (9, 6, 2));
        assert_eq!(log.first_leaves(MonoTime(500), 1000), Some(MonoTime(1000)));
        assert_eq!(
            [0, 2, 3, 7, 10].map(|late| log.turn(late, 7, 1000, MonoTime(500)).0),
            [1001, 1001, 1501, 2001, 2501]
        );
        log.trim(MonoTime(1600), 1000);
        assert_eq!(total(&log, 1000), 9, "an answer that was under way may have counted it");
        log.trim(MonoTime(9000), 1000);
        assert_eq!(log.steps.len(), 0);
    }

    #[test]
    fn a_steady_stream_is_bounded_and_nothing_of_it_is_lost() {
        let mut log = Usage::default();
        for n in 0..10_000 {
            log.push(MonoTime(n * 10), 1, None);
        }
        assert!(log.steps.len() <= 2 * STEPS);
        assert_eq!(log.total(MonoTime(0), None), 10_000);
    }
}
