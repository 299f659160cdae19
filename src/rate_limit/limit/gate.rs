//! How much of a quota is left, when there is more, and what else is asked of it.

use super::{ALONE, Evidence, FORGOTTEN, Facts, Limit, Meter, UNKNOWN_WINDOW, product, usage::SHARE};
use crate::{
    rate_limit::options::Pacing,
    time::{MonoTime, times},
};

/// Whether a call may go as far as one quota goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Now.
    Free,
    /// Then.
    At(MonoTime),
    /// Then, as far as this client's share of it goes; there is room.
    Share(MonoTime),
    /// Then, by the caller's own wish to spread what is left: there is room.
    Wish(MonoTime),
    /// Once a response is here that is under way; then at the latest.
    Answer(MonoTime),
}

impl Meter {
    /// Units that may be taken at `now`. Call `roll` first.
    pub fn room(&self, now: MonoTime) -> u64 {
        let Some(facts) = self.facts() else { return u64::MAX };
        if let Some(trial) = self.trial() {
            return if trial.is_open(&self.usage, now) { facts.limit } else { 0 };
        }
        let logged = || facts.limit.saturating_sub(self.usage.total(now, facts.length));
        match &self.by {
            Limit::Window(window) => window.room(facts.limit, &self.usage),
            // Not all that was sent was counted: what failed on its way may not have been.
            Limit::Sliding(sliding) => logged().max(sliding.left()),
            Limit::Bucket(bucket) => bucket.room(facts.limit, now),
            Limit::Learned(_) => logged(),
        }
    }

    /// Whether a call that takes `cost`, with `ahead` units before it and `in_flight` under way, may go.
    pub fn admits(&self, cost: u64, ahead: u64, in_flight: u64, pacing: Pacing, now: MonoTime) -> Gate {
        let Some(facts) = self.facts() else { return Gate::Free };
        let room = self.room(now);
        let needed = ahead.saturating_add(cost.min(facts.limit));
        if self.trial().is_some_and(|trial| ahead > 0 || !trial.is_open(&self.usage, now)) || self.waits_alone(now) {
            return Gate::Answer(now.plus(ALONE));
        }
        if room < needed {
            let turn = self.turn(room.max(needed - 1), now).max(now.plus(1));
            return match &self.by {
                Limit::Window(window) if window.resets().is_none() && in_flight > 0 => {
                    Gate::Answer(turn.max(now.plus(ALONE)))
                }
                // Nobody says until when, and a while has passed: one finds out.
                Limit::Window(window)
                    if window.resets().is_none() && ahead == 0 && now >= window.end(facts, &self.usage).0 =>
                {
                    Gate::Free
                }
                _ => Gate::At(turn),
            };
        }
        if let Some(gate) = self.share_gate(facts, room, needed, in_flight, now) {
            return gate;
        }
        // Where others draw on it too, what is under way at once is our share of what is left.
        if self.is_crowded() && in_flight > 0 && self.unit.is_none() {
            // Half of it, since the others have seen the same room.
            let share = product(room.saturating_add(in_flight), SHARE) / (2 * self.usage.crowd);
            if in_flight.saturating_add(needed) > share.max(1) {
                return Gate::Answer(now.plus(ALONE));
            }
        }
        let at = if pacing == Pacing::Spread { self.spread(facts, now) } else { now };
        if at > now { Gate::Wish(at) } else { Gate::Free }
    }

    /// When the one who has `ahead` units before it in the queue gets its turn. At least `now`.
    pub fn turn(&self, ahead: u64, now: MonoTime) -> MonoTime {
        let room = self.room(now);
        let Some(facts) = self.facts().filter(|_| ahead >= room) else { return now };
        let late = ahead - room;
        let limit = facts.limit.max(1);
        let turn = match &self.by {
            Limit::Bucket(bucket) => bucket.turn(ahead, now),
            Limit::Window(window) => {
                let (end, period) = (window.end(facts, &self.usage).0, window.period(facts));
                end.plus(times(period, (late / limit) as i64))
            }
            Limit::Sliding(_) | Limit::Learned(_) => {
                self.usage.turn(late, limit, facts.length.unwrap_or(UNKNOWN_WINDOW), now)
            }
        };
        turn.max(now)
    }

    // The gap to keep after the last send, where what is left is to be spread over the rest of the window.
    fn spread(&self, facts: Facts, now: MonoTime) -> MonoTime {
        let last = self.usage.last;
        let (rest, shares) = match (&self.by, facts.length) {
            (Limit::Window(window), _) if window.resets().is_some() => {
                let end = window.resets().unwrap_or(now);
                (end.since(last), self.room(now).saturating_add(1))
            }
            (_, Some(length)) => (length, facts.limit),
            _ => return now,
        };
        last.plus(rest.max(0) / (shares.max(1) as i64))
    }

    /// Whether a response named it, and none has for so long that it is no more what its name means.
    pub fn is_forgotten(&self, now: MonoTime) -> bool {
        let period = if let Limit::Window(window) = &self.by { window.shortest() } else { None };
        let window = self.length().or(period).unwrap_or(0);
        self.knows_end() && now.since(self.seen) > FORGOTTEN.saturating_add(times(window, 3))
    }

    /// Whether it begins again within `ms`, as far as is known.
    pub fn is_near(&self, ms: i64, now: MonoTime) -> bool {
        match (self.length(), self.resets(now)) {
            (Some(length), _) => length <= ms,
            (None, Some(reset)) => reset.since(now) <= ms,
            (None, None) => true,
        }
    }

    /// Whether others draw on it.
    pub fn is_crowded(&self) -> bool {
        self.usage.crowd > SHARE && !self.is_shared()
    }

    /// Whether one is to try alone, and it is not known to be this client's turn.
    pub fn waits_alone(&self, now: MonoTime) -> bool {
        self.trial().is_some_and(|trial| trial.is_open(&self.usage, now)) && self.awaits_turn(now)
    }

    /// Whether all of it is used, as far as is known.
    pub fn is_spent(&self, now: MonoTime) -> bool {
        self.unit.is_none() && self.room(now) == 0
    }

    /// Whether what is known of it was found out, and may be wrong.
    pub fn is_learnt(&self) -> bool {
        self.evidence == Evidence::Learned || self.trial().is_some()
    }

    /// The newest refusal names the time until which there is no room.
    pub fn hint(&mut self, delay: i64, now: MonoTime) {
        if let Limit::Learned(learned) = &mut self.by {
            learned.hint(delay, now);
        }
    }

    /// The newest refusal was only its own call's, as far as those beside it show.
    pub fn disbelieve(&mut self) {
        if let Limit::Learned(learned) = &mut self.by {
            learned.disbelieve(&mut self.limit);
        }
    }

    /// Whether it was learnt from refusals that do not follow it: then it is to be dropped.
    pub fn is_refuted(&self) -> bool {
        matches!(&self.by, Limit::Learned(learned) if learned.is_refuted())
    }

    /// What is left, for those who ask.
    pub fn remaining(&self, now: MonoTime) -> Option<u64> {
        self.limit.map(|limit| self.room(now).min(limit))
    }

    /// Whether its reset is an instant on the server's clock.
    pub fn is_instant(&self) -> bool {
        match &self.by {
            Limit::Window(window) => window.is_instant(),
            Limit::Sliding(sliding) => sliding.is_instant(),
            Limit::Bucket(_) | Limit::Learned(_) => false,
        }
    }

    /// When it resets, as it was reported or is reckoned.
    pub fn resets(&self, now: MonoTime) -> Option<MonoTime> {
        let told = match &self.by {
            Limit::Window(window) => window.resets(),
            Limit::Sliding(sliding) => sliding.resets(),
            Limit::Bucket(bucket) => bucket.resets(),
            Limit::Learned(_) => None,
        };
        told.or_else(|| self.usage.first_leaves(now, self.length()?))
    }

    /// An end was reported once, of a window that is open or over.
    pub fn knows_end(&self) -> bool {
        match &self.by {
            Limit::Window(window) => window.knows_end(),
            Limit::Sliding(sliding) => sliding.resets().is_some(),
            Limit::Bucket(bucket) => bucket.resets().is_some(),
            Limit::Learned(_) => false,
        }
    }
}
