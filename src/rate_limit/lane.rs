//! The calls of one scope that share a bucket: their queue, and what a refusal means for them.
//!
//! Which bucket a call draws on only its answer tells. So a scope begins with one lane, in which everybody stands; each
//! set of quotas that answers name is a lane of its own from then on, and the routes whose answers named it go there.

use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    rate_limit::{
        meter::Meter,
        ticket::{Mark, Place, Stand, Ticket},
    },
    time::MonoTime,
};

/// First hold after a refusal that says nothing and is not sent again, ms; doubled with each further one, up to `MAX_HOLD`.
const HOLD: i64 = 1000;
const MAX_HOLD: i64 = 20_000;
/// Who is woken is told anew what it waits for if its time is over by this, ms: most often it is a round trip late.
pub(super) const OVERDUE: i64 = 100;
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
    pub waiting: u32,
    pub in_flight: u32,
    /// Sends that count against the gate.
    pub fresh: u32,
    /// Sends under way at once while the quota is unknown; `u32::MAX` once it is known.
    pub gate: u32,
    /// A refusal holds everybody until then; long ago where none does.
    pub held: MonoTime,
    /// Nobody said until when: `held` is our own curve.
    pub is_own_hold: bool,
    trips: u32,
    tripped: MonoTime,
    answers: u32,
    lesson: Lesson,
    queue: VecDeque<Mark>,
    next_seq: u64,
    served: u64,
}

/// What a run of sends teaches where no header tells: how many were granted before the refusals, and how long those went on.
#[derive(Clone, Copy, Debug)]
struct Lesson {
    /// When the run began, and its first good answer came.
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
            waiting: 0,
            in_flight: 0,
            fresh: 0,
            gate,
            held: LONG_AGO,
            is_own_hold: false,
            trips: 0,
            tripped: LONG_AGO,
            answers: 0,
            lesson: Lesson::default(),
            queue: VecDeque::new(),
            next_seq: 0,
            served: 0,
        }
    }

    /// Whether `index` is the number of a meter that binds it.
    pub fn is_bound_by(&self, index: usize) -> bool {
        self.mask >> index & 1 == 1
    }

    /// Whether nobody waits or is under way in it, and nothing holds it.
    pub fn is_idle(&self, now: MonoTime) -> bool {
        self.waiting == 0 && self.in_flight == 0 && self.held <= now
    }

    /// A call was sent.
    pub fn sent(&mut self, now: MonoTime) {
        (self.in_flight, self.fresh) = (self.in_flight.saturating_add(1), self.fresh.saturating_add(1));
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

    /// A good answer. `known`: it told quotas. `crowded`: which others draw on. Gives the quota that the run taught, if it
    /// did.
    pub fn good(
        &mut self,
        known: bool,
        crowded: bool,
        probe: u32,
        cost: u64,
        ticket: (MonoTime, MonoTime),
    ) -> Option<Meter> {
        let (sent, now) = ticket;
        self.trips = 0;
        self.answers = self.answers.saturating_add(1);
        // Known quotas are spent freely once the first round is back: until then others may be seen who share them.
        // An answer to what was sent before a refusal came says nothing new.
        let stale = self.is_stale(sent);
        self.gate = match known && !crowded {
            _ if stale && !known => self.gate,
            true if self.fresh == 0 || self.answers >= probe => u32::MAX,
            true => self.gate,
            // Else a good answer doubles what may be under way with each round, as in TCP's slow start.
            false => self.gate.saturating_add(1),
        };
        let lesson = self.lesson;
        self.lesson.first.get_or_insert(now);
        self.lesson.good = lesson.good.saturating_add(cost);
        let (open, over) = lesson.refused.filter(|_| !known && sent > self.tripped)?;
        self.lesson = Lesson { began: Some(sent), first: Some(now), good: cost, last: now, refused: None };
        self.gate = u32::MAX;
        let after = open.since(lesson.first?).max(0);
        let by = over.min(now).since(lesson.began?).max(1);
        Some(Meter::observed(lesson.good, after, by))
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

    /// How many wait that go before a newcomer of this priority. Priorities are rare: most often that is all of them.
    pub fn ahead(&self, priority: i32) -> u64 {
        let mut place = self.queue.len();
        while self.queue.get(place.wrapping_sub(1)).is_some_and(|mark| mark.priority < priority) {
            place -= 1;
        }
        (place as u64).min(u64::from(self.waiting))
    }

    /// How many are before one that waits already, as far as the order of asking tells.
    pub fn place(&self, ticket: &Ticket) -> u64 {
        ticket.seq.unwrap_or(0).saturating_sub(self.served).min(u64::from(self.waiting.saturating_sub(1)))
    }

    /// Who waits first, if anybody does.
    pub fn front<'a>(&mut self, tickets: &'a mut [Place]) -> Option<(Mark, &'a mut Ticket)> {
        loop {
            let mark = *self.queue.front()?;
            if mark.of(tickets, Stand::Waiting).is_some() {
                return Some((mark, mark.of(tickets, Stand::Waiting)?));
            }
            self.queue.pop_front();
        }
    }

    pub fn enqueue(&mut self, index: u32, ticket: &mut Ticket, now: MonoTime) {
        if ticket.stand == Stand::Waiting {
            return;
        }
        ticket.stand = Stand::Waiting;
        ticket.asked.get_or_insert(now);
        // One that is sent again keeps its place: those who asked after it wait behind it.
        ticket.seq.get_or_insert_with(|| {
            self.next_seq += 1;
            self.next_seq - 1
        });
        let mark = ticket.mark(index, now);
        let mut place = self.queue.len();
        self.queue.push_back(mark);
        while self.queue.get(place.wrapping_sub(1)).is_some_and(|before| mark.is_before(*before)) {
            self.queue.swap(place, place - 1);
            place -= 1;
        }
        self.waiting = self.waiting.saturating_add(1);
    }

    /// The mark stays in the queue until it comes to the front or is swept.
    pub fn leave(&mut self, ticket: &mut Ticket) {
        if ticket.stand == Stand::Waiting {
            ticket.stand = Stand::Idle;
            self.waiting = self.waiting.saturating_sub(1);
            self.served = self.served.saturating_add(1);
        }
    }

    /// Adds those to `woken` whose time is over, and gives them until `again`. Later ones were told later times, but for
    /// priorities.
    pub fn overdue(&self, tickets: &mut [Place], now: MonoTime, again: MonoTime, woken: &mut VecDeque<Mark>) {
        for mark in &self.queue {
            let Some(ticket) = mark.of(tickets, Stand::Waiting) else { continue };
            if ticket.until.plus(OVERDUE) > now {
                return;
            }
            ticket.until = again;
            woken.push_back(*mark);
        }
    }

    /// Once around the queue: those for whom `is_gone` holds leave; they are given back, in order.
    #[inline(never)]
    pub fn sweep(&mut self, tickets: &mut [Place], is_gone: &dyn Fn(&Ticket) -> bool) -> Vec<Mark> {
        let mut gone = Vec::new();
        for _ in 0..self.queue.len() {
            let Some(mark) = self.queue.pop_front() else { break };
            let Some(ticket) = mark.of(tickets, Stand::Waiting) else { continue };
            if is_gone(ticket) {
                self.leave(ticket);
                gone.push(mark);
            } else {
                self.queue.push_back(mark);
            }
        }
        gone
    }
}
