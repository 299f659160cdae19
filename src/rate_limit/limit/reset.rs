//! The end of an open window, as far as answers bound it.
//!
//! Servers tell resets in whole seconds, most of them rounded up, some down; as an instant, on a clock that differs from
//! this one, or as a delta that was under way for a while. So an end is an interval, and each answer of the window narrows it.

use super::UNKNOWN_WINDOW;
use crate::{
    rate_limit::quota::Quota,
    time::{MonoTime, WallTime, times},
};

/// When an answer came, and what else may not be in its counts.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// When its request went.
    pub sent: MonoTime,
    /// When its head came.
    pub now: MonoTime,
    /// Units sent before it came that it may not have counted: all that was under way meanwhile.
    pub others: u64,
    /// Units that its own request takes.
    pub cost: u64,
    /// What instants were measured against: an absolute one was told as `served + reset_in`.
    pub served: WallTime,
    /// By how much that clock may be off, ms.
    pub unsure: i64,
    /// The request was refused for its rate.
    pub limited: bool,
}

/// The end lies in (after, by], if the server rounds up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reset {
    pub after: MonoTime,
    pub by: MonoTime,
    /// The same on the server's clock, where it told an instant: equal instants are one window, whatever clocks do.
    wall: Option<WallTime>,
    granularity: i64,
    is_dated: bool,
    /// It was past when it came, so how far is not known.
    pub is_past: bool,
}

/// How an answer's end stands to one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Earlier,
    Same,
    Later,
}

impl Reset {
    /// What one answer says.
    pub fn of(quota: &Quota, told: Told) -> Option<Self> {
        let reset_in = quota.reset_in?;
        let by = told.now.plus(reset_in);
        let granularity = quota.granularity.max(1);
        let (from, unsure, wall) = if quota.absolute {
            (by, told.unsure, Some(told.served.plus(reset_in)))
        } else {
            (told.sent.plus(reset_in), 0, None)
        };
        let after = from.plus(-granularity).plus(-unsure);
        let is_dated = !quota.absolute || unsure > 0;
        Some(Self { after, by: by.plus(unsure), wall, granularity, is_dated, is_past: reset_in == 0 })
    }

    /// Whether `other`, told later, is of this window. `window`: how long one is, if known.
    pub fn compare(&self, other: &Self, window: Option<i64>) -> Order {
        let after = other.since(self);
        // A delta is cut to its granularity and was under way, for longer than most at times: that the ends differ shows
        // only where the later one's interval begins after the other's.
        let wide = if after > 0 { other } else { self };
        let slack = match (self.wall, other.wall) {
            (Some(_), Some(_)) => 0,
            _ => self.granularity.max(other.granularity).saturating_add(100).max(wide.by.since(wide.after)),
        };
        let slack = window.map_or(slack, |window| slack.min(window / 2));
        if after > slack {
            Order::Later
        } else if after < -slack {
            Order::Earlier
        } else {
            Order::Same
        }
    }

    /// How much later this one ends than `before`, as they were told, ms.
    pub fn since(&self, before: &Self) -> i64 {
        match (self.wall, before.wall) {
            (Some(this), Some(before)) => this.since(before),
            _ => self.by.since(before.by),
        }
    }

    /// The longest that a window can be, where one was told to end so long before another.
    pub fn most(&self, period: i64) -> i64 {
        period.saturating_add(self.granularity - 1)
    }

    /// Takes what another answer of the same window says.
    pub fn narrow(&mut self, other: &Self) {
        let (after, by) = (self.after.max(other.after), self.by.min(other.by));
        if after < by {
            (self.after, self.by) = (after, by);
        } else if other.is_dated {
            // A clock was set, which the answer's `Date` shows; without one, what was reckoned first holds.
            (self.after, self.by) = (other.after, other.by);
        }
        self.wall = other.wall.or(self.wall);
    }

    /// The same by a server whose resets come `late` ms after they are told.
    pub fn later(mut self, late: i64) -> Self {
        (self.after, self.by) = (self.after.plus(late), self.by.plus(late));
        self
    }

    /// The server refused at `by`: it rounds down, or its clock is behind. Gives by how much this one is moved.
    pub fn postpone(&mut self) -> i64 {
        let late = self.granularity.max(100);
        *self = self.later(late);
        late
    }
}

/// What is known of the length of a window that nobody reports: it lies in (after, by].
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    pub after: i64,
    pub by: i64,
    /// Nothing bounds it from above: `by` is but the next one to try.
    pub open: bool,
}

impl Length {
    /// What it is taken for: the shortest that people choose.
    pub fn guess(&self) -> i64 {
        let chosen = if self.open { None } else { nice(self.after, self.by) };
        chosen.map_or(self.by, |(shortest, _)| shortest)
    }

    /// The shortest that it can be, for who must not come too late.
    pub fn least(&self) -> i64 {
        if self.open { self.after.max(UNKNOWN_WINDOW) } else { self.guess() }
    }

    /// There was no room after that long.
    pub fn lengthen(&mut self) {
        self.after = self.guess().max(self.after);
        if self.by <= self.after {
            (self.by, self.open) = (times(self.after, 2), true);
        }
    }

    /// It lies in (after, by], too. Where that cannot be, what was seen last is right.
    pub fn narrow(&mut self, after: i64, by: i64) {
        let most = if self.open { by } else { by.min(self.by) };
        let least = after.max(self.after);
        (self.after, self.by) = if least < most { (least, most) } else { (after.min(by - 1), by) };
        self.open = false;
    }
}

/// Lengths of windows that people choose: what divides a minute, an hour or a day. In seconds.
const NICE: [i64; 27] = [
    1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600,
    43_200, 86_400, 604_800,
];

/// The shortest and the longest of the lengths of windows in (after, by] ms that people choose, if there are any.
#[inline(never)]
pub(super) fn nice(after: i64, by: i64) -> Option<(i64, i64)> {
    let mut found = None;
    for seconds in NICE {
        let ms = seconds * 1000;
        if ms > after && ms <= by {
            found = Some((found.map_or(ms, |(shortest, _)| shortest), ms));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    // Of an exact delta whose end is `end`, seen by a server at `served`.
    fn span(sent: i64, served: i64, came: i64, end: i64) -> Reset {
        let quota = Quota { reset_in: Some(end - served), granularity: 1, ..Quota::default() };
        let (sent, now) = (MonoTime(sent), MonoTime(came));
        Reset::of(&quota, Told { sent, now, others: 0, cost: 1, served: WallTime(0), unsure: 0, limited: false })
            .unwrap()
    }

    #[test]
    fn of_two_exact_deltas_the_one_that_was_longer_under_way_ends_neither_earlier_nor_later() {
        let (slow, quick) = (span(0, 10, 800, 10_000), span(900, 910, 920, 10_000));
        assert_eq!(slow.compare(&quick, None), Order::Same);
        assert_eq!(quick.compare(&slow, None), Order::Same);
        let next = span(10_020, 10_030, 10_040, 20_000);
        assert_eq!((slow.compare(&next, None), next.compare(&slow, None)), (Order::Later, Order::Earlier));
    }
}
