//! One quota: what the server told of it, what was sent on it, and so when there is room.
//!
//! Three ways to count, of which the answers tell which is the server's ([`Mode`]):
//! - a window with an end that was told: what is left is the limit less own sends less what others were seen to use;
//! - a window that slides, or whose end nobody tells (hidden headers, a quota known beforehand): own sends of the last
//!   window count, which is what the strictest of the usual algorithms would count;
//! - a bucket that fills steadily: its reset moves away with each send, long before it has come.
//!
//! What is in flight counts as used from the moment of the grant, so answers that come out of order cannot give room back.
//!
//! # Rounded resets
//! "In whole seconds" costs up to a second a window to who believes it, and a refusal to who does not. A window that own
//! requests opened tells its length, though: from the arrival of the first to the rounded reset there is one length that
//! people choose. So the first reset is met by one send alone, at that time; if it is granted the length is known for the
//! rest of the run, and if it is refused the reset is believed as it was told.

mod bucket;
mod log;
mod observed;
mod room;
pub mod span;
mod tell;

use alloc::string::String;

use crate::{
    rate_limit::{
        options::{Algorithm, QuotaRule},
        quota::Quota,
    },
    time::{MonoTime, times},
};
use bucket::Bucket;
use log::Log;
use span::{Span, nice};

/// How long a quota whose window nobody told is taken to last, ms.
const UNKNOWN_WINDOW: i64 = 1000;
/// After a reset, so that rounded clocks on both sides cannot put a send before it, ms.
const MARGIN: i64 = 2;
/// An end that is told this close to one that is reckoned is not worth a try, ms.
const CLOSE: i64 = 25;
/// A send that stands alone and has no answer yet is waited for at most this long, ms.
const ALONE: i64 = 1000;
/// Windows that a quota of our own finding is kept to before a little more is tried.
const CLEAN: u32 = 3;
/// What is not told for this long and three windows, while others are, is told no more, ms.
const FORGOTTEN: i64 = 10_000;
/// How many are thought to share a quota at most.
const CROWD: u64 = 8;
/// Of what many share, others' part is counted in sixteenths.
const SHARE: u64 = 16;

/// How the server counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    Bucket,
    Log,
    #[default]
    Window,
}

/// Whether the open window is what it seems to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// The window before should be over; one send finds out. With the length of a window that was reckoned, if it was.
    Alone { length: Option<i64> },
}

/// Whether a call may go as far as one quota goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Now.
    Free,
    /// Then.
    At(MonoTime),
    /// Once an answer is here that is under way; then at the latest.
    Answer(MonoTime),
}

/// One quota of one scope.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// The policy's or bucket's name.
    pub name: Option<String>,
    /// What is counted; `None` for requests.
    pub unit: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Length of a window in ms, told or configured.
    pub window: Option<i64>,
    /// Where it is known from: a header, `options`, or `observed`.
    pub source: String,
    /// The length that was found out, where none was told.
    found: Option<i64>,
    mode: Mode,
    stage: Stage,
    /// The open window's end, and that of the one before, while nothing is told of the open one.
    span: Option<Span>,
    closed: Option<Span>,
    /// When the open window was first counted in.
    began: MonoTime,
    /// When the first answer of it was here, and of the request that opened it: when it went, and when its answer was here.
    first: Option<MonoTime>,
    opened: Option<(MonoTime, MonoTime)>,
    /// Of the one before, by its opening and its rounded end; it holds where nothing better does.
    reckoned: Option<i64>,
    /// Own sends counted in the open window.
    used: u64,
    /// Units whose answers are still to come, however long that takes.
    pending: u64,
    /// Units granted since it began.
    since: u64,
    /// What others were seen to use of it.
    foreign: u64,
    /// All users' part to our own, of the window before, in sixteenths.
    crowd: u64,
    /// The least that an answer of this window left; where the window slides, what the newest left.
    least: Option<u64>,
    /// Of a window that slides: that, less what the answer may not have counted; and when its request went.
    left: Option<i64>,
    told: Option<MonoTime>,
    last: MonoTime,
    /// When it was last told.
    seen: MonoTime,
    /// A reset was met and proved to be one.
    proved: bool,
    /// A length that was reckoned was wrong.
    refuted: bool,
    /// By how much resets come later than they are told, where the server rounds down, ms.
    late: i64,
    shortest: Option<i64>,
    log: Log,
    bucket: Bucket,
    /// Of a quota of our own finding: the length of its window lies in (.0, .1], and how many windows it was kept to.
    observed: Option<(i64, i64)>,
    clean: u32,
    /// Its limit when the open window began, and the highest that it ever was.
    before: u64,
    peak: u64,
}

impl Meter {
    /// A quota known beforehand.
    pub fn of_rule(rule: &QuotaRule, now: MonoTime) -> Self {
        let mut meter = Self::new(rule.name.clone(), rule.unit.clone(), "options");
        (meter.limit, meter.window) = (Some(rule.limit), Some(rule.window));
        meter.mode = if rule.algorithm == Algorithm::TokenBucket { Mode::Bucket } else { Mode::Log };
        meter.bucket = Bucket::full(rule.limit, rule.window, now);
        meter.proved = true;
        meter
    }

    /// A quota that an answer names for the first time.
    pub fn of_answer(quota: &Quota) -> Self {
        let unit = quota.unit.clone().filter(|_| !quota.counts_requests());
        Self::new(quota.name.clone(), unit, "")
    }

    // Nothing is known but what it is called. In one place, since it is half a kilobyte of fields.
    #[inline(never)]
    fn new(name: Option<String>, unit: Option<String>, source: &str) -> Self {
        Self { name, unit, source: source.into(), began: MonoTime(i64::MIN), ..Self::default() }
    }

    /// Whether it holds back what takes `cost` of it.
    pub fn paces(&self, cost: u64) -> bool {
        cost > 0 && self.limit.is_some()
    }

    /// Whether `quota`, just told, is this one. Names alone do not tell: some servers tell of two limits under one name
    /// whichever is nearer.
    pub fn is(&self, quota: &Quota) -> bool {
        let same_unit = self.unit.as_deref() == quota.unit.as_deref().filter(|_| !quota.counts_requests());
        let same_limit = quota.limit.is_none() || self.limit.is_none() || quota.limit == self.limit;
        // One that was configured without a name takes the name that the server gives to the same limit.
        let same_name = self.name == quota.name || (self.name.is_none() && self.source == "options");
        let same_window = quota.window.is_none() || self.window.is_none() || quota.window == self.window;
        same_unit && same_name && same_limit && same_window
    }

    /// Closes the window if it is over; `in_flight` units may yet be counted in the one that opens.
    pub fn roll(&mut self, now: MonoTime, in_flight: u64) {
        if let (Mode::Log, Some(window)) = (self.mode, self.length()) {
            // One that may prove longer is remembered longer.
            self.log.trim(now, self.observed.map_or(window, |(_, by)| by.max(window)));
        }
        if self.mode != Mode::Window {
            return;
        }
        let (end, length) = self.end();
        match self.span {
            Some(span) if now >= end => {
                let (spent, early) = (self.is_spent(now), now < span.by);
                let length = length.filter(|_| early);
                let unproved = length.is_some() || !self.proved;
                // A guess is worth a try only where there is no room, and tells only where nothing else is under way.
                if early && unproved && !(spent && in_flight == 0) {
                    return;
                }
                self.measure();
                self.closed = Some(span);
                let lengths = self.opened.and_then(|(sent, got)| nice(span.after.since(got), span.by.since(sent)));
                self.reckoned = lengths.map(|(shortest, _)| shortest);
                self.open(now, in_flight);
                if unproved {
                    self.stage = Stage::Alone { length };
                }
            }
            // Used up, and nobody says until when: try again after a while.
            None if now >= end && in_flight == 0 && self.is_spent(now) => self.open(now, 0),
            _ => {}
        }
    }

    fn open(&mut self, now: MonoTime, in_flight: u64) {
        (self.used, self.since, self.foreign) = (in_flight, 0, 0);
        (self.least, self.left, self.told) = (None, None, None);
        (self.began, self.first, self.opened, self.span) = (now, None, None, None);
        self.stage = Stage::Open;
    }

    // When the open window is taken to end; with the length of it, where that is a guess.
    fn end(&self) -> (MonoTime, Option<i64>) {
        let Some(span) = self.span else {
            let from = self.first.filter(|_| self.length().is_some()).unwrap_or(self.last);
            return (from.plus(self.length().unwrap_or(UNKNOWN_WINDOW)).plus(MARGIN), None);
        };
        let by = span.by.plus(MARGIN);
        if let Some(length) = self.length() {
            // Whatever the window, it counted the answer's request, so it ends no later than this.
            return (self.first.map_or(by, |first| first.plus(length).plus(MARGIN).min(by)), None);
        }
        let guess = self.opened.filter(|_| !self.refuted).and_then(|(sent, got)| {
            let (length, _) = nice(span.after.since(got), span.by.since(sent))?;
            Some((got.plus(length), length)).filter(|(end, _)| end.plus(CLOSE) < span.by)
        });
        // Whoever opened it, it counted our own first request in it.
        let bound = || {
            let (_, length) = nice(0, span.most(self.shortest.filter(|_| !self.refuted)?))?;
            Some((self.first?.plus(length), length)).filter(|(end, _)| end.plus(CLOSE) < span.by)
        };
        guess.or_else(bound).map_or((by, None), |(end, length)| (end, Some(length)))
    }

    fn length(&self) -> Option<i64> {
        self.window.or(self.found)
    }

    /// Counts `cost` as sent.
    pub fn take(&mut self, cost: u64, now: MonoTime) {
        if self.observed.is_some() {
            self.begin_observed(now);
        }
        self.used = self.used.saturating_add(cost);
        self.since = self.since.saturating_add(cost);
        self.log.flying = self.log.flying.saturating_add(cost);
        self.pending = self.pending.saturating_add(cost);
        self.left = self.left.map(|left| left.saturating_sub_unsigned(cost));
        self.bucket.take(cost);
        self.last = now;
    }

    /// Gives back what was taken and never sent.
    pub fn untake(&mut self, cost: u64) {
        self.used = self.used.saturating_sub(cost);
        self.since = self.since.saturating_sub(cost);
        self.log.flying = self.log.flying.saturating_sub(cost);
        self.settle(cost);
        self.left = self.left.map(|left| left.saturating_add_unsigned(cost));
        self.bucket.untake(cost);
    }

    /// The answer to what was taken is here, or will not come.
    pub fn settle(&mut self, cost: u64) {
        self.pending = self.pending.saturating_sub(cost);
    }

    /// What was taken has arrived, or will not any more. `counted`: the server may have counted it.
    pub fn land(&mut self, cost: u64, counted: bool, sent: MonoTime, now: MonoTime) {
        self.log.flying = self.log.flying.saturating_sub(cost);
        if counted {
            self.log.push(now, cost, self.length());
        } else if sent >= self.began {
            self.used = self.used.saturating_sub(cost);
        }
        if self.observed.is_some() {
            self.landed_observed(counted, sent, now);
        }
        // The one that stood alone is lost if it brings no answer; `tell` says otherwise.
        if self.stage != Stage::Open && sent >= self.began {
            self.since = self.since.saturating_sub(cost);
        }
    }

    /// Whether an answer told it, and none has for so long that it is no more what its name means.
    pub fn is_forgotten(&self, now: MonoTime) -> bool {
        let told = self.span.or(self.closed).is_some();
        told && now.since(self.seen) > FORGOTTEN.saturating_add(times(self.length().or(self.shortest).unwrap_or(0), 3))
    }

    /// Whether others draw on it.
    pub fn is_crowded(&self) -> bool {
        self.crowd > SHARE
    }

    /// Whether all of it is used, as far as is known.
    pub fn is_spent(&self, now: MonoTime) -> bool {
        self.unit.is_none() && self.room(now) == 0
    }

    /// What is left, for those who ask.
    pub fn remaining(&self, now: MonoTime) -> Option<u64> {
        self.limit.map(|limit| self.room(now).min(limit))
    }

    /// When it resets, as it was told or is reckoned.
    pub fn resets(&self, now: MonoTime) -> Option<MonoTime> {
        let logged = || self.log.first_leaves(now, self.length()?);
        self.span.map(|span| span.told()).or_else(logged)
    }

    /// The end of a window that was told once, open or over.
    pub fn knows_end(&self) -> bool {
        self.span.or(self.closed).is_some()
    }

    fn logged(&self, now: MonoTime) -> u64 {
        self.log.total(now, self.length())
    }

    // Who came late to a window used little of it, and must not think that so many others do.
    fn crowd_of(&self, taken: u64) -> u64 {
        (product(taken, SHARE) / self.used.max(1)).min(SHARE * CROWD)
    }

    // At the end of a window it is known. Who has used more than half of one alone is alone.
    fn measure(&mut self) {
        self.crowd = match self.foreign {
            0 if self.used > self.limit.unwrap_or(0) / 2 => SHARE,
            0 => self.crowd,
            foreign => self.crowd_of(self.used.saturating_add(foreign)),
        };
    }
}

/// A product of counts; see [`times`].
#[inline(never)]
pub(super) fn product(one: u64, other: u64) -> u64 {
    one.saturating_mul(other)
}

#[cfg(test)]
mod tests;
