//! The end of an open window, as far as responses bound it.
//!
//! Servers tell resets in whole seconds, most of them rounded up, some down; as an instant, on a clock that differs from
//! this one, or as a delta that was under way for a while. So an end is an interval, and each response of the window narrows it.

use super::UNKNOWN_WINDOW;
use crate::{
    rate_limit::{clock::Labels, quota::Quota},
    time::{MonoTime, WallTime, times},
};

/// When a response came, and what else may not be in its counts.
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
    /// What the server's clock showed as it came, as far as is known.
    pub served: WallTime,
    /// By how much that clock may be off, ms.
    pub unsure: i64,
    /// What resets showed of that clock.
    pub labels: Labels,
    /// A send may try before the reset.
    pub early: bool,
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
    /// It was past when it came, so how far is not known. Of a delta.
    pub is_past: bool,
    /// Of an instant that cannot be right on a clock that nobody knows: one send tries at `by`, and the next one so long after
    /// that. Else 0.
    step: i64,
    /// The window before was seen to end, which bounds it.
    is_bound: bool,
    /// What all resets are multiples of.
    grid: i64,
    /// The longest window for which a send before it is worth while, ms.
    worth: i64,
    /// When it is, taken at face value.
    face: MonoTime,
}

/// How a response's end stands to one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Earlier,
    Same,
    Later,
}

impl Reset {
    /// What one response says.
    pub fn of(quota: &Quota, told: Told) -> Option<Self> {
        let wall = quota.reset_at;
        let reset_in = wall.map_or(quota.reset_in?, |at| at.since(told.served));
        let face = told.now.plus(reset_in);
        let granularity = quota.granularity.max(1);
        let (from, unsure) = if wall.is_some() { (face, told.unsure) } else { (told.sent.plus(reset_in), 0) };
        let mut reset = Self {
            after: from.plus(-granularity).plus(-unsure),
            by: face.plus(unsure),
            wall,
            granularity,
            is_dated: wall.is_none() || told.unsure > 0,
            is_past: wall.is_none() && reset_in == 0,
            step: 0,
            is_bound: false,
            grid: told.labels.grid,
            // Where the rounding costs a twentieth of it.
            worth: if told.early { times(granularity, 20) } else { 0 },
            face,
        };
        // Nobody else was seen in its window, so that it may have begun with our own.
        let own = told.others.saturating_add(told.cost);
        let opened = quota.limit.zip(quota.remaining).is_some_and(|(limit, left)| left.saturating_add(own) >= limit);
        let is_trusted = told.labels.dated || !told.early && reset_in > 0;
        let Some(at) = wall.filter(|_| !is_trusted) else { return Some(reset) };
        if is_likely(reset_in, opened, granularity, told.labels) {
            return Some(reset);
        }
        // Half of what is possible is ruled out by each try.
        let (by, step) = match told.labels.server {
            Some((server, half)) if half > SURE => (told.now.plus(at.since(server).max(1)), half),
            Some((server, half)) => (told.now.plus(at.since(server)).plus(half), 0),
            None if reset_in > 0 => (told.now.plus(FAR), FAR),
            None => (told.now.plus(PAST), PAST),
        };
        (reset.by, reset.step, reset.is_bound) = (by, step, told.labels.server.is_some());
        reset.after = if step > 0 { told.sent } else { by.plus(-granularity) };
        Some(reset)
    }

    /// As another client knows it.
    pub fn known(after: MonoTime, by: MonoTime, granularity: i64) -> Self {
        let granularity = granularity.max(1);
        Self {
            after,
            by,
            wall: None,
            granularity,
            is_dated: false,
            is_past: false,
            step: 0,
            is_bound: false,
            grid: 0,
            worth: times(granularity, 20),
            face: by,
        }
    }

    /// How fine it was reported, ms.
    pub fn granularity(&self) -> i64 {
        self.granularity
    }

    /// Whether a window of this length is worth a send before it.
    pub fn is_worth(&self, length: i64) -> bool {
        length <= self.worth
    }

    /// The longest from one to the next, where it is a guess: a window may have ended that nobody saw.
    pub fn most_between(&self) -> i64 {
        if self.is_guess() && self.grid > 0 { self.grid } else { i64::MAX }
    }

    /// Whether it is surely to come, as it was reported.
    pub fn is_ahead(&self, now: MonoTime) -> bool {
        self.is_guess() || now < self.after
    }

    /// As it was reported, whatever the clock.
    pub fn at_face(mut self) -> Self {
        if self.is_guess() {
            (self.after, self.by, self.step) = (self.face.plus(-self.granularity), self.face, 0);
        }
        self
    }

    /// Where it is the first that is known of a window: a refusal that names a time to come holds until then.
    pub fn first(self, told: Told) -> Self {
        if told.limited && self.face > told.now { self.at_face() } else { self }
    }

    /// As it was reported, or when it is tried where that is past.
    pub fn told(&self) -> MonoTime {
        if self.is_guess() && self.face > self.after { self.face } else { self.by }
    }

    /// Whether it is but a time to try at.
    pub fn is_guess(&self) -> bool {
        self.step > 0
    }

    /// Whether it follows from when the window before was seen to end: each refusal tells more of when, and one send goes first.
    pub fn is_bound(&self) -> bool {
        self.is_bound
    }

    /// The instant that was reported, on the server's clock.
    pub fn label(&self) -> Option<WallTime> {
        self.wall
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
        if self.is_guess() || other.is_guess() {
            // Of two times to try at the first; and what is known is better.
            if !other.is_guess() {
                *self = *other;
            }
        } else if after < by {
            (self.after, self.by) = (after, by);
        } else if other.is_dated {
            // A clock was set, which the response's `Date` shows; without one, what was reckoned first holds.
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
    pub fn postpone(&mut self, now: MonoTime) -> i64 {
        if self.is_guess() {
            self.step = times(self.step, 2);
            let (next, is_far) = (now.plus(self.step), self.step > LONGEST);
            (self.after, self.by) = (now, if is_far { next.max(self.face) } else { next });
            return 0;
        }
        let late = self.granularity.max(100);
        *self = self.later(late);
        late
    }
}

/// A reset that is as near is taken at face value, whatever the clock: no more than that is lost, ms.
const NEAR: i64 = 6000;
/// When one first tries whether a window is over whose reset is past, or too far away to be right, ms; then twice as long after
/// that, and so on up to so long: clocks are not off by more.
const PAST: i64 = 1000;
const FAR: i64 = 4000;
const LONGEST: i64 = 64_000;
/// Clocks that are off are so by less than this, and most windows that are shorter are no longer than a minute, ms.
const OFF: i64 = 240_000;
const MINUTE: i64 = 60_000;
/// What is known to this is known, ms.
const SURE: i64 = 250;
/// A round trip takes no longer, most often, ms.
const ROUND: i64 = 500;

/// Whether a reset `away` ms from now, by a clock that was never compared with the server's, may be one: it is near, or so far
/// that no clock is off by that much, or a window of a length that people choose ends then, on the clock or after the request
/// that opened it (`opened`: one of ours).
fn is_likely(away: i64, opened: bool, granularity: i64, labels: Labels) -> bool {
    let most = MINUTE.min(labels.period);
    let ends = |length: i64| length <= most && away <= length && labels.grid % length == 0;
    let is_whole = NICE.iter().any(|seconds| ends(seconds * 1000));
    let most = most.min(away.saturating_add(ROUND));
    let is_own = opened && nice(away.saturating_sub(granularity), most).is_some();
    away > -granularity && (away <= NEAR || away > OFF || is_whole || is_own)
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
            self.by = times(self.after, 2);
        }
    }

    /// It is longer than that.
    pub fn reach(&mut self, after: i64) {
        self.after = self.after.max(after);
        if self.by <= self.after {
            self.by = times(self.after, 2);
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
    use crate::rate_limit::clock::DATED;

    // Of an exact delta whose end is `end`, seen by a server at `served`.
    fn span(sent: i64, served: i64, came: i64, end: i64) -> Reset {
        let quota = Quota { reset_in: Some(end - served), granularity: 1, ..Quota::default() };
        let (sent, now) = (MonoTime(sent), MonoTime(came));
        Reset::of(
            &quota,
            Told {
                sent,
                now,
                others: 0,
                cost: 1,
                served: WallTime(0),
                unsure: 0,
                labels: DATED,
                early: true,
                limited: false,
            },
        )
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
