//! One quota: what the server reported of it, what was sent on it, and so when there is room.
//!
//! Responses show how a server counts, which is one of four kinds ([`Limit`]), each with its own state:
//! - [`Window`]: windows with an end that was reported: what is left is the limit less own sends less what others use;
//! - [`Sliding`]: a window that slides, or whose end nobody reports: own sends of the last window count, which is what the
//!   strictest of the usual algorithms would count;
//! - [`Bucket`]: fills steadily: its reset moves away with each send, long before it has come;
//! - [`Learned`]: no header reports it; refusals taught it.
//!
//! What responses show of another kind makes a new value of that kind. What all kinds share is in [`Meter`]. What is in
//! flight counts as used from the moment of the grant, so responses that come out of order cannot give room back.

mod bucket;
mod delta;
mod gate;
mod know;
mod learned;
pub mod reset;
mod share;
mod sliding;
mod usage;
mod window;

use alloc::string::String;

use crate::{
    rate_limit::{
        options::{Algorithm, QuotaRule},
        quota::Quota,
    },
    time::{MonoTime, WallTime},
};
use bucket::Bucket;
use delta::Delta;
pub use gate::Gate;
use learned::Learned;
use reset::{Reset, Told};
use sliding::Sliding;
use usage::Usage;
use window::{Next, Window};

/// How long a quota whose window nobody reported is taken to last, ms.
const UNKNOWN_WINDOW: i64 = 1000;
/// A send that stands alone and has no response yet is waited for at most this long, ms.
const ALONE: i64 = 1000;
/// A quota that no response names for this long and three windows, while they name others, is gone, ms.
const FORGOTTEN: i64 = 10_000;

/// Where a quota is known from. The first two are facts; what was learnt is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Responses reported it.
    Told,
    /// The caller's options or a profile say so.
    Configured,
    /// Refusals taught it.
    Learned,
}

/// How the server counts. The largest is the most frequent.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)]
enum Limit {
    Window(Window),
    Sliding(Sliding),
    Bucket(Bucket),
    Learned(Learned),
}

/// What every kind needs to know besides its own state.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    limit: u64,
    /// The window's length, where it is known.
    length: Option<i64>,
    /// A coordinator serves: others' sends are no sign of how the server counts, and are kept apart by shares.
    shared: bool,
}

/// One send that finds out whether there is room again; until its response is here the others wait.
#[derive(Clone, Copy, Debug)]
struct Trial {
    /// What was sent before does not count.
    began: MonoTime,
    /// Units sent for it.
    out: u64,
    /// The length of the window that it tries, where that was reckoned.
    length: Option<i64>,
}

impl Trial {
    fn new(began: MonoTime, length: Option<i64>) -> Self {
        Self { began, out: 0, length }
    }

    // Whether the next send is the one.
    fn is_open(&self, usage: &Usage, now: MonoTime) -> bool {
        self.out == 0 || now.since(usage.last) >= ALONE
    }
}

/// One quota of one scope.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The policy's or bucket's name.
    pub name: Option<String>,
    /// What is counted; `None` for requests.
    pub unit: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Length of a window in ms, reported or configured.
    pub window: Option<i64>,
    /// Where it is known from: a header, `options`, or `observed`.
    pub source: String,
    evidence: Evidence,
    /// A response reported what is left, a reset or a window.
    counts: bool,
    /// When a response last named it.
    seen: MonoTime,
    delta: Delta,
    usage: Usage,
    by: Limit,
    /// Where a coordinator is asked.
    share: share::Kept,
}

impl Meter {
    /// A quota known beforehand.
    pub fn of_rule(rule: &QuotaRule, now: MonoTime) -> Self {
        let by = match rule.algorithm {
            Algorithm::TokenBucket => Limit::Bucket(Bucket::full(rule.limit, rule.window, now)),
            Algorithm::Windows => Limit::Sliding(Sliding::default()),
        };
        let mut meter = Self::new(rule.name.clone(), rule.unit.clone(), "options", by);
        (meter.limit, meter.window, meter.evidence) = (Some(rule.limit), Some(rule.window), Evidence::Configured);
        meter
    }

    /// A quota that a response names for the first time.
    pub fn of_answer(quota: &Quota) -> Self {
        let unit = quota.unit.clone().filter(|_| !quota.counts_requests());
        Self::new(quota.name.clone(), unit, "", Limit::Window(Window::new(false)))
    }

    /// A quota that refusals taught: `limit` requests went in a window whose length lies in (after, by].
    pub fn observed(limit: u64, after: i64, by: i64) -> Self {
        let mut meter = Self::new(None, None, "observed", Limit::Learned(Learned::new(limit, after, by)));
        (meter.limit, meter.evidence) = (Some(limit.max(1)), Evidence::Learned);
        meter
    }

    // Nothing is known but what it is called. In one place, since it is a third of a kilobyte of fields.
    #[inline(never)]
    fn new(name: Option<String>, unit: Option<String>, source: &str, by: Limit) -> Self {
        Self {
            name,
            unit,
            limit: None,
            window: None,
            source: source.into(),
            evidence: Evidence::Told,
            counts: false,
            seen: MonoTime::default(),
            delta: Delta::default(),
            usage: Usage::default(),
            by,
            share: None,
        }
    }

    /// Where it is known from.
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Whether it holds back what takes `cost` of it. A limit alone, without what is left, a reset or a window, does not.
    pub fn paces(&self, cost: u64) -> bool {
        cost > 0 && self.limit.is_some() && (self.counts || self.evidence != Evidence::Told)
    }

    /// Whether the response to what went at `sent` shows if there is room again.
    pub fn tries(&self, sent: MonoTime) -> bool {
        self.trial().is_some_and(|trial| sent >= trial.began)
    }

    /// Whether `quota`, just reported, is this one. Names alone do not decide: some servers report two limits under one name,
    /// whichever is nearer.
    pub fn is(&self, quota: &Quota) -> bool {
        let same_unit = self.unit.as_deref() == quota.unit.as_deref().filter(|_| !quota.counts_requests());
        let same_limit = quota.limit.is_none() || self.limit.is_none() || quota.limit == self.limit;
        // One that was configured without a name takes the name that the server gives to the same limit.
        let same_name = self.name == quota.name || (self.name.is_none() && self.source == "options");
        let same_window = quota.window.is_none() || self.window.is_none() || quota.window == self.window;
        same_unit && same_name && same_limit && same_window
    }

    /// Of a quota that was just found, be it in headers: `flying` units are under way on it, and `landed` came back.
    pub fn begin(&mut self, flying: u64, landed: u64, now: MonoTime) {
        if let Limit::Window(window) = &mut self.by {
            window.begin(flying.saturating_add(landed));
        }
        let length = self.length();
        self.usage.begin(flying, landed, length, now);
    }

    /// Puts the reset of `quota`, just reported, in the unit that answers showed it to have.
    pub fn correct(&mut self, quota: &mut Quota, now: MonoTime) {
        if self.delta.correct(quota, now) {
            // What was reported before was another time.
            let used = self.usage.total(now, None);
            let mut window = Window::new(false);
            window.begin(used);
            self.by = Limit::Window(window);
        }
    }

    /// Takes what a response reported.
    pub fn tell(&mut self, quota: &Quota, told: Told) {
        self.seen = told.now;
        self.name = self.name.take().or_else(|| quota.name.clone());
        if self.source != quota.source {
            self.source = quota.source.as_str().into();
        }
        self.window = quota.window.or(self.window);
        self.counts |= !quota.is_bare();
        let used = if let Limit::Window(window) = &self.by { window.used() } else { 0 };
        let limit = quota.limit.or(self.limit).or_else(|| Some(quota.remaining?.saturating_add(used)));
        self.limit = limit.map(|limit| limit.max(quota.remaining.unwrap_or(0)));
        let reset = Reset::of(quota, told);
        let (Some(facts), Some(remaining)) = (self.facts(), quota.remaining) else {
            if let (Limit::Window(window), Some(reset)) = (&mut self.by, reset) {
                window.reset_alone(reset);
            }
            return;
        };
        self.tell_kind(facts, remaining, reset, told);
        self.follow_told(told.now);
    }

    // Where the response shows that the limit is of another kind, that kind reads it, too.
    fn tell_kind(&mut self, facts: Facts, remaining: u64, reset: Option<Reset>, told: Told) {
        let usage = &mut self.usage;
        let next = match &mut self.by {
            Limit::Window(window) => window.tell(facts, remaining, reset, told, usage),
            Limit::Sliding(sliding) => sliding.tell(facts, remaining, reset.map(Reset::at_face), told, usage),
            Limit::Bucket(bucket) => return bucket.tell(facts, remaining, reset.map(Reset::at_face), told),
            // No response names what refusals taught.
            Limit::Learned(_) => return,
        };
        match next {
            Next::Same => return,
            Next::Bucket => {
                self.by = Limit::Bucket(Bucket::spent(facts.limit, usage.total(told.now, facts.length), told.now));
            }
            Next::Sliding(length, reset) => self.by = Limit::Sliding(Sliding::new(length, reset)),
            // A window with an end needs no log; the first one starts from what was logged.
            Next::Window => {
                let mut window = Window::new(self.evidence == Evidence::Configured);
                window.begin(usage.total(told.now, facts.length));
                self.by = Limit::Window(window);
            }
        }
        let facts = Facts { length: self.length(), ..facts };
        self.tell_kind(facts, remaining, reset, told);
    }

    /// When the window before that of `quota` ended, on the server's clock, if that one is over by what `quota` reports.
    pub fn ended(&self, quota: &Quota, now: MonoTime) -> Option<WallTime> {
        match &self.by {
            Limit::Window(window) => window.ended(quota.reset_at?, quota.remaining?, now),
            _ => None,
        }
    }

    /// Closes the window if it is over; `in_flight` units may yet be counted in the one that opens.
    pub fn roll(&mut self, now: MonoTime, in_flight: u64) {
        // A share that is spent says nothing of a window whose end nobody knows.
        let knows_end = matches!(&self.by, Limit::Window(window) if window.resets().is_some());
        let is_spent = self.is_spent(now) || knows_end && self.is_share_spent(now);
        let Some(facts) = self.facts() else { return };
        // What is in flight on other quotas is not counted in this one.
        let (room, began, in_flight) = (self.room(now), self.began(), in_flight.min(self.usage.pending));
        match &mut self.by {
            Limit::Window(window) => window.roll(facts, is_spent, in_flight, &mut self.usage, now),
            Limit::Sliding(_) => self.usage.trim(now, facts.length.unwrap_or(UNKNOWN_WINDOW)),
            // One that may prove longer is remembered longer.
            Limit::Learned(learned) => self.usage.trim(now, learned.longest()),
            Limit::Bucket(_) => {}
        }
        self.close_share(began, room, in_flight, now);
    }

    /// The machine slept: where a window has ended meanwhile, one send finds out what there is.
    pub fn woke(&mut self, now: MonoTime) {
        if let Limit::Window(window) = &mut self.by {
            window.woke(now);
        }
    }

    /// Counts `cost` as sent.
    pub fn take(&mut self, cost: u64, now: MonoTime) {
        let limit = &mut self.limit;
        match &mut self.by {
            Limit::Window(window) => window.take(cost),
            Limit::Sliding(sliding) => sliding.take(cost),
            Limit::Bucket(bucket) => bucket.take(cost),
            Limit::Learned(learned) => learned.take(limit, cost, &self.usage, now),
        }
        self.usage.take(cost, now);
        self.take_share(cost);
    }

    /// Gives back what was taken and never sent.
    pub fn untake(&mut self, cost: u64) {
        match &mut self.by {
            Limit::Window(window) => window.untake(cost),
            Limit::Sliding(sliding) => sliding.untake(cost),
            Limit::Bucket(bucket) => bucket.untake(cost),
            Limit::Learned(learned) => learned.untake(cost),
        }
        self.usage.untake(cost);
        self.untake_share(cost);
    }

    /// The response to what was taken is here, or will not come.
    pub fn settle(&mut self, cost: u64) {
        self.usage.settle(cost);
    }

    /// What was taken has arrived, or will not any more. `counted`: the server may have counted it.
    pub fn land(&mut self, cost: u64, counted: bool, sent: MonoTime, now: MonoTime) {
        let length = self.length();
        self.usage.land(cost, counted, length, now);
        match &mut self.by {
            Limit::Window(window) => window.land(cost, counted, sent),
            Limit::Learned(learned) => learned.land(&mut self.limit, counted, sent, &self.usage, now),
            Limit::Sliding(_) | Limit::Bucket(_) => {}
        }
    }

    /// A refusal came that reported nothing readable: what is left of the window is gone. `sent`: when its request went.
    /// False if it cannot be this quota that was meant.
    pub fn trip(&mut self, sent: MonoTime, now: MonoTime) -> bool {
        let Some(facts) = self.facts().filter(|_| self.unit.is_none()) else { return false };
        match &mut self.by {
            Limit::Window(window) => window.trip(facts, sent, now),
            Limit::Sliding(sliding) => sliding.trip(facts, &mut self.usage, now),
            Limit::Bucket(bucket) => bucket.refuse(facts.limit, now),
            // It learnt of it when the response landed; who is refused holds back all the same.
            Limit::Learned(_) => return false,
        }
        true
    }

    /// Binds nobody from now on; its place is free.
    pub fn retire(&mut self) {
        (self.limit, self.evidence) = (None, Evidence::Learned);
    }

    /// Whether its place is free.
    pub fn is_retired(&self) -> bool {
        self.limit.is_none() && self.evidence == Evidence::Learned
    }

    /// Whether a reported or configured quota of requests has no more than a part of it left, one in `part`.
    pub fn is_nearly_spent(&self, part: u64, now: MonoTime) -> bool {
        let is_known = self.unit.is_none() && !self.is_learnt() && self.paces(1);
        is_known && self.limit.is_some_and(|limit| product(self.room(now), part) <= limit)
    }

    fn trial(&self) -> Option<Trial> {
        match &self.by {
            Limit::Window(window) => window.trial(),
            Limit::Learned(learned) => learned.trial(),
            Limit::Sliding(_) | Limit::Bucket(_) => None,
        }
    }

    fn facts(&self) -> Option<Facts> {
        Some(Facts { limit: self.limit?, length: self.length(), shared: self.is_shared() })
    }

    fn length(&self) -> Option<i64> {
        self.window.or(match &self.by {
            Limit::Window(window) => window.found(),
            Limit::Sliding(sliding) => sliding.found(),
            Limit::Learned(learned) => Some(learned.length()),
            Limit::Bucket(_) => None,
        })
    }
}

/// A product of counts; see [`times`].
#[inline(never)]
pub(super) fn product(one: u64, other: u64) -> u64 {
    one.saturating_mul(other)
}

#[cfg(test)]
mod tests;
