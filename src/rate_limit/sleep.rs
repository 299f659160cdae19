//! A machine that slept: its wall clock went on, its monotonic one stood still.
//!
//! All times of this module's tickets, holds and limits are on a clock of its own: the monotonic one, and what the wall clock
//! gained on it in leaps. So what has ended in a sleep has ended, and nothing stored is to be moved. A leap may also be a
//! clock that somebody set. Then holds end too early, which one send finds out: after each leap one goes first. A wall clock
//! that is set back moves nothing.

use super::{
    Tracker,
    limit::Meter,
    reserve::{Reservation, Scope},
};
use crate::time::{Moment, MonoTime};

/// Clocks drift, and both are read one after the other: by less than this, ms.
const LEAP: i64 = 2000;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sleep {
    /// By how much the wall clock led the monotonic one when they were last read.
    lead: Option<i64>,
    /// All leaps together, and all steps back.
    slept: i64,
    back: i64,
}

impl Sleep {
    /// `at` on the clock that has not stood still, and whether there was a leap since the last time.
    pub fn awake(&mut self, at: Moment) -> (Moment, bool) {
        let lead = at.wall.0.saturating_sub(at.mono.0);
        let leap = self.lead.map_or(0, |last| lead.saturating_sub(last));
        self.lead = Some(lead);
        let woke = leap > LEAP;
        if woke {
            self.slept = self.slept.saturating_add(leap);
        } else if leap < -LEAP {
            self.back = self.back.saturating_sub(leap);
        }
        (Moment { mono: self.inside(at.mono), wall: at.wall.plus(self.back), ..at }, woke)
    }

    /// The host's time on that clock.
    pub fn inside(&self, time: MonoTime) -> MonoTime {
        time.plus(self.slept)
    }

    /// And the other way.
    pub fn beyond(&self, time: MonoTime) -> MonoTime {
        time.plus(0_i64.saturating_sub(self.slept))
    }

    /// The same for the times of `reservation`.
    pub fn outside(&self, reservation: Reservation) -> Reservation {
        match reservation {
            Reservation::Granted => Reservation::Granted,
            Reservation::Refused { why, retry_at, cause } => {
                Reservation::Refused { why, retry_at: self.beyond(retry_at), cause }
            }
            Reservation::Wait { until, why, is_fact, is_behind } => {
                Reservation::Wait { until: self.beyond(until), why, is_fact, is_behind }
            }
        }
    }
}

impl Tracker {
    // `at` on a clock that has not stood still; what passed in a sleep has passed.
    pub(super) fn awake(&mut self, at: Moment) -> Moment {
        let (at, woke) = self.sleep.awake(at);
        if woke {
            self.scopes.iter_mut().for_each(|scope| scope.woke(at.mono));
            (0..self.scopes.len()).for_each(|scope| self.touch(scope));
        }
        at
    }
}

impl Scope {
    /// Time passed while the machine slept, or its clock was set: of what may have ended meanwhile one send finds out.
    pub(super) fn woke(&mut self, now: MonoTime) {
        self.meters.iter_mut().for_each(|meter: &mut Meter| meter.woke(now));
        self.lanes.iter_mut().for_each(|lane| (lane.gate, lane.answers) = (1, 0));
    }
}
