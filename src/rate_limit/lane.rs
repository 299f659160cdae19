//! The calls of one scope that share a bucket: their queue, and what a refusal means for them.
//!
//! Which bucket a call draws on only its response tells. So a scope begins with one lane, in which everybody stands; each
//! set of quotas that answers name is a lane of its own from then on, and the routes whose responses named it go there.

use crate::{
    rate_limit::{doubt::Doubt, limit::Meter, queue::Queue, ticket::Stand},
    time::MonoTime,
};

/// First hold after a refusal that says nothing and is not sent again, ms; doubled with each further one, up to `MAX_HOLD`.
const HOLD: i64 = 1000;
const MAX_HOLD: i64 = 20_000;
/// A pause of this length ends a run of sends, for who counts them, ms.
const PAUSE: i64 = 1000;
pub(super) const LONG_AGO: MonoTime = MonoTime(i64::MIN);

/// One of a scope's lines.
#[derive(Debug)]
pub(super) struct Lane {
    /// The scope's meters that bind it, a bit each.
    pub mask: u64,
    /// The bucket that all its routes are in; 0 for those that have none.
    pub bucket: u32,
    /// Its quotas were told.
    pub known: bool,
    pub in_flight: u32,
    /// Sends that count against the gate.
    pub fresh: u32,
    /// Sends under way at once while the quota is unknown; `u32::MAX` once it is known.
    pub gate: u32,
    /// A refusal holds everybody until then; long ago where none does.
    pub held: MonoTime,
    /// Nobody said until when: `held` is our own curve.
    pub is_own_hold: bool,
    /// When a call was granted last, if one was.
    pub granted: Option<MonoTime>,
    /// Calls that were refused a place since one was sent.
    pub turned_away: u64,
    /// A refusal that no known quota explains: what is known is not all there is.
    is_untold: bool,
    /// Whether a refusal of one call is believed to refuse all, and the gate before one was.
    doubt: Doubt,
    before: u32,
    trips: u32,
    tripped: MonoTime,
    pub answers: u32,
    lesson: Lesson,
    /// Calls that wait, and those that wait for their route, which is down.
    pub lines: [Queue; 2],
}

/// What a run of sends teaches where no header tells: how many were granted before the refusals, and how long those went on.
#[derive(Clone, Copy, Debug)]
struct Lesson {
    /// When the run began, and its first good response came.
    began: Option<MonoTime>,
    first: Option<MonoTime>,
    last: MonoTime,
    good: u64,
    /// The window was open still at the one, and is over by the other.
    refused: Option<(MonoTime, MonoTime)>,
}

impl Default for Lesson {
    fn default() -> Self {
        Self { began: None, first: None, last: LONG_AGO, good: 0, refused: None }
    }
}

impl Lane {
    pub fn new(mask: u64, gate: u32, bucket: u32) -> Self {
        Self {
            mask,
            bucket,
            known: false,
            in_flight: 0,
            fresh: 0,
            gate,
            held: LONG_AGO,
            is_own_hold: false,
            granted: None,
            turned_away: 0,
            is_untold: false,
            doubt: Doubt::default(),
            before: gate,
            trips: 0,
            tripped: LONG_AGO,
            answers: 0,
            lesson: Lesson::default(),
            lines: [Queue::default(), Queue::default()],
        }
    }

    /// Whether `index` is the number of a meter that binds it.
    pub fn is_bound_by(&self, index: usize) -> bool {
        self.mask >> index & 1 == 1
    }

    /// Whether nobody waits or is under way in it, and nothing holds it.
    pub fn is_idle(&self, now: MonoTime) -> bool {
        self.lines.iter().all(Queue::is_empty) && self.in_flight == 0 && self.held <= now
    }

    /// A call was sent.
    pub fn sent(&mut self, now: MonoTime) {
        (self.in_flight, self.fresh) = (self.in_flight.saturating_add(1), self.fresh.saturating_add(1));
        self.turned_away = 0;
        let lesson = &mut self.lesson;
        let is_old = self.in_flight == 1 && now.since(lesson.last) > PAUSE;
        if lesson.refused.is_none() && (lesson.began.is_none() || is_old) {
            *lesson = Lesson { began: Some(now), ..Lesson::default() };
        }
    }

    /// It is under way no more.
    pub fn landed(&mut self, stand: Stand, now: MonoTime) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.fresh = self.fresh.saturating_sub(u32::from(stand == Stand::Probing));
        self.lesson.last = now;
    }

    /// A good response to what was `sent` then, which took `cost`. `opens`: it told quotas that others do not draw on, and that end
    /// soon enough to be the ones that bind. Gives the quota that the run taught, if it did.
    pub fn good(&mut self, opens: bool, probe: u32, cost: u64, sent: MonoTime, now: MonoTime) -> Option<Meter> {
        (self.trips, self.granted) = (0, Some(now));
        self.answers = self.answers.saturating_add(1);
        if self.doubt.granted(sent) {
            self.reopen(now);
        }
        // Such quotas are spent freely once the first round is back: until then others may be seen who share them. Else what may
        // be under way doubles with each round, as in TCP's slow start.
        let opens = opens && !self.is_untold;
        if opens && (self.fresh == 0 || self.answers >= probe) {
            self.gate = u32::MAX;
        } else if !opens && !self.is_stale(sent) {
            // A response to what was sent before a refusal came says nothing new.
            self.gate = self.gate.saturating_add(1);
        }
        let lesson = self.lesson;
        self.lesson.first.get_or_insert(now);
        self.lesson.good = lesson.good.saturating_add(cost);
        let (open, over) = lesson.refused.filter(|_| !opens && sent > self.tripped)?;
        self.lesson = Lesson { began: Some(sent), first: Some(now), good: cost, last: now, refused: None };
        self.gate = u32::MAX;
        let after = open.since(lesson.first?).max(0);
        let by = over.min(now).since(lesson.began?).max(1);
        Some(Meter::observed(lesson.good, after, by))
    }

    // What was believed of a refusal is contradicted: it was that one call's.
    fn reopen(&mut self, now: MonoTime) {
        (self.held, self.is_own_hold, self.is_untold) = (now, false, false);
        (self.gate, self.lesson.refused) = (self.before.max(self.gate), None);
        self.tripped = LONG_AGO;
    }

    /// A quota that was learnt here proved wrong.
    pub fn unlearn(&mut self, now: MonoTime) {
        self.doubt.weaken();
        self.reopen(now);
    }

    /// A refusal that no known quota explains came to what was `sent` then. Whether it is believed to refuse all.
    pub fn believes(&mut self, sent: MonoTime, now: MonoTime) -> bool {
        let was_open = self.doubt.is_open();
        let is_believed = self.doubt.refused(sent, now);
        if is_believed && !was_open {
            (self.before, self.is_untold) = (self.gate, true);
        }
        is_believed
    }

    /// A refusal holds everybody until the server's own word, `until`, and then one goes first.
    pub fn hold(&mut self, until: MonoTime) {
        if self.is_own_hold {
            (self.held, self.is_own_hold) = (until, false);
        }
        self.held = self.held.max(until);
        self.close();
    }

    /// Whether a refused request was sent before an earlier refusal of the same burst came: it says nothing new.
    pub fn is_stale(&self, sent: MonoTime) -> bool {
        sent <= self.tripped
    }

    /// A refusal that says nothing: a hold of our own, until [`Lane::back_off`] says better.
    pub fn trip(&mut self, now: MonoTime) {
        let delay = (HOLD << self.trips.min(5)).min(MAX_HOLD);
        self.trips = self.trips.saturating_add(1);
        self.tripped = now;
        if self.held <= now {
            (self.held, self.is_own_hold) = (now.plus(delay), true);
        }
        self.close();
    }

    /// The one that was refused will be sent again at `until`: that is when the others may know more, too.
    pub fn back_off(&mut self, until: MonoTime, now: MonoTime) {
        if self.is_own_hold && self.tripped == now {
            self.held = until;
        }
    }

    /// Notes a refusal in the run. `hint`: when it asked to come back.
    pub fn refused(&mut self, hint: Option<i64>, sent: MonoTime, now: MonoTime) {
        let (open, over) = self.lesson.refused.unwrap_or((LONG_AGO, MonoTime(i64::MAX)));
        let (after, by) = match hint {
            Some(hint) => {
                // Whole seconds are rounded up.
                let cut = if hint % 1000 == 0 { 1000 } else { 1 };
                (sent.plus(hint.saturating_sub(cut).max(0)), now.plus(hint))
            }
            None => (sent, MonoTime(i64::MAX)),
        };
        self.lesson.refused = Some((open.max(after), over.min(by)));
    }

    /// Takes back what the run has taught so far, since it ended for another reason than a refusal. Another begins at `sent`.
    pub fn forget(&mut self, sent: MonoTime) {
        self.lesson = Lesson { began: Some(sent), ..Lesson::default() };
    }

    fn close(&mut self) {
        (self.gate, self.answers) = (1, 0);
    }
}
