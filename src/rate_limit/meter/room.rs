//! How much of a quota is left, and when there is more.

use super::{ALONE, Gate, Meter, Mode, SHARE, Stage, UNKNOWN_WINDOW, product};
use crate::{
    rate_limit::options::Pacing,
    time::{MonoTime, times},
};

impl Meter {
    /// Units that may be taken at `now`. Call `roll` first.
    pub fn room(&self, now: MonoTime) -> u64 {
        let Some(limit) = self.limit else { return u64::MAX };
        if self.stage != Stage::Open {
            return if self.stands_alone(now) { limit } else { 0 };
        }
        let own = match self.mode {
            Mode::Bucket => return self.bucket.room(limit, now),
            Mode::Log => limit.saturating_sub(self.logged(now)),
            Mode::Window => limit.saturating_sub(self.used).saturating_sub(self.foreign),
        };
        // Not all that was sent was counted: what failed on its way may not have been.
        let told = match self.mode {
            Mode::Window => self.least.map_or(0, |least| least.saturating_sub(self.pending)),
            _ => self.left.unwrap_or(0).max(0) as u64,
        };
        own.max(told)
    }

    /// Whether a call that takes `cost`, with `ahead` units before it and `in_flight` under way, may go.
    pub fn admits(&self, cost: u64, ahead: u64, in_flight: u64, pacing: Pacing, now: MonoTime) -> Gate {
        let Some(limit) = self.limit else { return Gate::Free };
        let room = self.room(now);
        let needed = ahead.saturating_add(cost.min(limit));
        if self.stage != Stage::Open && !(ahead == 0 && self.stands_alone(now)) {
            return Gate::Answer(now.plus(ALONE));
        }
        if room < needed {
            let turn = self.turn(room.max(needed - 1), now).max(now.plus(1));
            let untold = self.mode == Mode::Window && self.span.is_none();
            return match untold {
                true if in_flight > 0 => Gate::Answer(turn.max(now.plus(ALONE))),
                // Nobody says until when, and a while has passed: one finds out.
                true if ahead == 0 && now >= self.end().0 => Gate::Free,
                _ => Gate::At(turn),
            };
        }
        // Where others draw on it too, what is under way at once is our share of what is left.
        let crowd = self.crowd;
        if crowd > SHARE && in_flight > 0 && self.unit.is_none() {
            // Half of it, since the others have seen the same room.
            let share = product(room.saturating_add(in_flight), SHARE) / (2 * crowd);
            if in_flight.saturating_add(needed) > share.max(1) {
                return Gate::Answer(now.plus(ALONE));
            }
        }
        match pacing {
            Pacing::Spread => {
                let at = self.spread(now);
                if at > now { Gate::At(at) } else { Gate::Free }
            }
            Pacing::Burst => Gate::Free,
        }
    }

    // Whether the next send would be the one that finds out whether a window is over.
    fn stands_alone(&self, now: MonoTime) -> bool {
        self.since == 0 || now.since(self.last) >= ALONE
    }

    /// When the one who has `ahead` units before it in the queue gets its turn. At least `now`.
    pub fn turn(&self, ahead: u64, now: MonoTime) -> MonoTime {
        let room = self.room(now);
        let limit = self.limit.unwrap_or(u64::MAX).max(1);
        if ahead < room {
            return now;
        }
        let late = ahead - room;
        let turn = match (self.mode, self.length()) {
            (Mode::Bucket, _) => self.bucket.turn(ahead, now),
            (Mode::Log, Some(length)) => self.log.turn(late, limit, length, now),
            _ => {
                let period = self.length().or(self.shortest).unwrap_or(UNKNOWN_WINDOW);
                self.end().0.plus(times(period, (late / limit) as i64))
            }
        };
        turn.max(now)
    }

    /// The gap to keep after the last send, where what is left is to be spread over the rest of the window.
    fn spread(&self, now: MonoTime) -> MonoTime {
        let limit = self.limit.unwrap_or(1);
        let (rest, shares) = match (self.mode, self.span, self.length()) {
            (Mode::Window, Some(span), _) => (span.by.since(self.last), self.room(now).saturating_add(1)),
            (_, _, Some(length)) => (length, limit),
            _ => return now,
        };
        self.last.plus(rest.max(0) / (shares.max(1) as i64))
    }
}
