//! Windows with an end: it was reported for the open one, or for the one before.
//!
//! # Rounded resets
//! "In whole seconds" costs up to a second a window to who believes it, and a refusal to who does not. A window that own
//! requests opened shows its length, though: from the arrival of the first to the rounded reset there is one length that
//! people choose. So the first reset is met by one send alone, at that time; if it is granted the length is known for the
//! rest of the run, and if it is refused the reset is believed as it was reported.

mod answers;
mod know;

use super::{
    Facts, Trial, UNKNOWN_WINDOW,
    reset::{Length, Reset, nice},
    usage::{SHARE, Usage},
};
use crate::time::{MonoTime, WallTime};

/// After a reset, so that rounded clocks on both sides cannot put a send before it, ms.
const MARGIN: i64 = 2;
/// An end that was reported this close to one that is reckoned is not worth a try, ms.
const CLOSE: i64 = 25;

/// What a response shows the limit to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    /// What it was taken for.
    Same,
    Window,
    /// Of this length, with the reset that the response reported if those slide.
    Sliding(Option<i64>, Option<Reset>),
    Bucket,
}

/// What is known of the open window.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// When it was first counted in.
    began: MonoTime,
    /// When its first response was here.
    first: Option<MonoTime>,
    /// Of the request that opened it: when it went, and when its response was here.
    opener: Option<(MonoTime, MonoTime)>,
    /// Own units counted in it.
    used: u64,
    /// Units that others were seen to use.
    foreign: u64,
    /// The least that a response of it left.
    least: Option<u64>,
    /// Of its newest response: when the request went, and when it was here.
    newest: Option<(MonoTime, MonoTime)>,
}

impl Open {
    fn new(began: MonoTime, used: u64) -> Self {
        Self { began, first: None, opener: None, used, foreign: 0, least: None, newest: None }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Window {
    open: Open,
    /// The open window's end, and that of the one before, while nothing is reported of the open one.
    reset: Option<Reset>,
    closed: Option<Reset>,
    /// The least that a response of the window before left.
    closed_left: u64,
    /// The window before should be over, and one send finds out.
    trial: Option<Trial>,
    /// The length that was found out, where none was reported.
    found: Option<i64>,
    /// The length of the window before, by its opening and its rounded end; it holds where nothing better does.
    reckoned: Option<i64>,
    /// The shortest time from one reset to the next.
    shortest: Option<i64>,
    /// A length that was reckoned was wrong.
    refuted: bool,
    /// A reset was met and proved to be one.
    proved: bool,
    /// How often one that stood alone showed whether the window was over, or one that opened a window when it did.
    resolved: u32,
    /// By how much resets come later than they are reported, where the server rounds down, ms.
    late: i64,
    /// Of windows whose end nobody reports: their length, and between which two moments the open one began.
    untold: Length,
    mark: Option<(MonoTime, MonoTime)>,
}

impl Window {
    /// The first one. `proved`: its reset needs no proof.
    pub fn new(proved: bool) -> Self {
        Self {
            open: Open::new(MonoTime(i64::MIN), 0),
            reset: None,
            closed: None,
            closed_left: u64::MAX,
            trial: None,
            found: None,
            reckoned: None,
            shortest: None,
            refuted: false,
            proved,
            resolved: 0,
            late: 0,
            untold: Length { after: 0, by: UNKNOWN_WINDOW, open: true },
            mark: None,
        }
    }

    /// So much of it was used before it was known.
    pub fn begin(&mut self, used: u64) {
        self.open.used = used;
    }

    pub fn take(&mut self, cost: u64) {
        self.open.used = self.open.used.saturating_add(cost);
        if let Some(trial) = &mut self.trial {
            trial.out = trial.out.saturating_add(cost);
        }
    }

    pub fn untake(&mut self, cost: u64) {
        self.open.used = self.open.used.saturating_sub(cost);
        if let Some(trial) = &mut self.trial {
            trial.out = trial.out.saturating_sub(cost);
        }
    }

    /// What was sent then has arrived, or never will.
    pub fn land(&mut self, cost: u64, counted: bool, sent: MonoTime) {
        if sent < self.open.began {
            return;
        }
        if !counted {
            self.open.used = self.open.used.saturating_sub(cost);
        }
        // The one that stood alone is lost if it brings no response; `tell` says otherwise.
        if let Some(trial) = &mut self.trial {
            trial.out = trial.out.saturating_sub(cost);
        }
    }

    /// The machine slept: of a window that has ended by `now` nothing is known any more, and one send finds out.
    pub fn woke(&mut self, now: MonoTime) {
        if self.reset.is_some_and(|reset| reset.by <= now) {
            self.begin_next(now, 0);
            (self.closed, self.trial) = (None, Some(Trial::new(now, None)));
        }
    }

    /// Units left.
    pub fn room(&self, limit: u64, usage: &Usage) -> u64 {
        let own = limit.saturating_sub(self.open.used).saturating_sub(self.open.foreign);
        // Not all that was sent was counted: what failed on its way may not have been.
        own.max(self.open.least.map_or(0, |least| least.saturating_sub(usage.pending)))
    }

    /// Closes the window if it is over.
    pub fn roll(&mut self, facts: Facts, is_spent: bool, in_flight: u64, usage: &mut Usage, now: MonoTime) {
        let (end, length) = self.end(facts, usage);
        match self.reset {
            Some(reset) if now >= end => {
                let early = now < reset.by || reset.is_guess();
                let length = length.filter(|_| early);
                let unproved = length.is_some() || !self.proved || reset.is_guess() || reset.is_bound();
                // A guess is worth a try only where there is no room, and shows something only where nothing else is under way.
                if early && unproved && !(is_spent && in_flight == 0) {
                    return;
                }
                self.measure(facts.limit, usage);
                self.closed = Some(reset);
                let opener = self.open.opener;
                let lengths = opener.and_then(|(sent, got)| nice(reset.after.since(got), reset.by.since(sent)));
                self.reckoned = lengths.map(|(shortest, _)| shortest).or(self.reckoned);
                self.begin_next(now, in_flight);
                if unproved {
                    self.trial = Some(Trial::new(now, length));
                }
            }
            // Used up, and nobody says until when: after a while one tries. It is the same window until that is granted.
            None if now >= end && in_flight == 0 && is_spent => {
                let old = self.open;
                self.begin_next(now, 0);
                if facts.length.is_none() {
                    self.open = Open { first: old.first, newest: old.newest, ..self.open };
                    self.trial = Some(Trial::new(now, None));
                }
            }
            _ => {}
        }
    }

    fn begin_next(&mut self, began: MonoTime, used: u64) {
        if self.reset.is_some() {
            self.closed_left = self.open.least.unwrap_or(u64::MAX);
        }
        self.open = Open::new(began, used);
        (self.reset, self.trial) = (None, None);
    }

    /// When the open window is taken to end; with the length of it, where that is a guess.
    pub fn end(&self, facts: Facts, usage: &Usage) -> (MonoTime, Option<i64>) {
        let Open { first, opener, .. } = self.open;
        let Some(reset) = self.reset else {
            let from = first.unwrap_or(usage.last);
            return (from.plus(facts.length.unwrap_or(self.untold.guess())).plus(MARGIN), None);
        };
        let by = reset.by.plus(MARGIN);
        if let Some(length) = facts.length {
            // Whatever the window, it counted the response's request, so it ends no later than this.
            let first = first.filter(|_| reset.is_worth(length));
            return (first.map_or(by, |first| first.plus(length).plus(MARGIN).min(by)), None);
        }
        if reset.is_guess() {
            // Who has used little of it has no cause to doubt what others were told.
            let is_ours = self.open.used.saturating_mul(2) >= facts.limit;
            return (if is_ours { by } else { reset.told().max(reset.by).plus(MARGIN) }, None);
        }
        let is_early = |(end, length): &(MonoTime, i64)| end.plus(CLOSE) < reset.by && reset.is_worth(*length);
        let guess = opener.filter(|_| !self.refuted).and_then(|(sent, got)| {
            let (length, _) = nice(reset.after.since(got), reset.by.since(sent))?;
            Some((got.plus(length), length)).filter(is_early)
        });
        // Whoever opened it, it counted our own first request in it.
        let bound = || {
            let (_, length) = nice(0, reset.most(self.shortest.filter(|_| !self.refuted)?))?;
            Some((first?.plus(length), length)).filter(is_early)
        };
        guess.or_else(bound).map_or((by, None), |(end, length)| (end, Some(length)))
    }

    /// From one window to the next, at least as far as is known: who is told too early asks again.
    pub fn period(&self, facts: Facts) -> i64 {
        let most = self.reset.map_or(i64::MAX, |reset| reset.most_between());
        facts.length.or(self.shortest).unwrap_or(self.untold.least()).min(most)
    }

    /// A reset came without counters.
    pub fn reset_alone(&mut self, reset: Reset) {
        self.reset = Some(reset);
    }

    /// A refusal came that reported nothing: what is left of the window is gone.
    pub fn trip(&mut self, facts: Facts, sent: MonoTime, now: MonoTime) {
        self.open.least = None;
        if self.trial.is_some() && sent >= self.open.began {
            self.refuse(facts.limit, now);
        } else {
            self.open.foreign = facts.limit.saturating_sub(self.open.used);
        }
    }

    // At the end of a window it is known who used it. Who has used more than half of one alone is alone.
    fn measure(&mut self, limit: u64, usage: &mut Usage) {
        let Open { used, foreign, .. } = self.open;
        usage.crowd = match foreign {
            0 if used > limit / 2 => SHARE,
            0 => usage.crowd,
            foreign => Usage::crowd_of(used.saturating_add(foreign), used),
        };
    }

    pub fn used(&self) -> u64 {
        self.open.used
    }

    pub fn trial(&self) -> Option<Trial> {
        self.trial
    }

    pub fn found(&self) -> Option<i64> {
        self.found
    }

    /// The shortest time from one reset to the next.
    pub fn shortest(&self) -> Option<i64> {
        self.shortest
    }

    /// Of a window that a response which leaves `remaining` shows to be over: when it ended, on the server's clock.
    pub fn ended(&self, label: WallTime, remaining: u64, now: MonoTime) -> Option<WallTime> {
        let old = self.reset.or(self.closed)?;
        let is_over = now >= old.after || self.open.least.is_none_or(|least| remaining > least);
        old.label().filter(|old| is_over && *old < label)
    }

    /// When the open window ends, as it was reported.
    pub fn is_instant(&self) -> bool {
        self.reset.is_some_and(|reset| reset.label().is_some())
    }

    pub fn resets(&self) -> Option<MonoTime> {
        self.reset.map(|reset| reset.told())
    }

    /// An end was reported once, of the open window or the one before.
    pub fn knows_end(&self) -> bool {
        self.reset.or(self.closed).is_some()
    }
}
