//! The scheduler of one scope: who may send now, and when the others come back to ask.
//!
//! A waiter is told an absolute time, by its place in the queue, and sleeps on its own timer; nobody has to wake anybody,
//! which is what works in an isolate whose requests must not touch each other. Hosts without that rule are told whom to
//! wake early when something better is learnt ([`Scope::pump`]): then the queue is served in order and no room is left idle.
//! There waiters need no timer either: one alarm for all ([`Scope::alarm`]) is set to the first one's time.
//!
//! All of a scope's counters are changed in this file and nowhere else, which is why it is longer than most.
//!
//! Every slot is a lease: a call that was aborted, timed out, or vanished with its isolate's request holds nothing for ever.

use alloc::{collections::VecDeque, string::String, vec::Vec};

use crate::{
    rate_limit::{
        clock::Clock,
        identity::Identity,
        meter::Meter,
        options::RateRules,
        quota::Quota,
        read::Reading,
        ticket::{Mark, Stand, Ticket, due},
    },
    time::{Moment, MonoTime},
};

/// One send counts against the probes until its headers, at most this long, ms.
const PROBE_LEASE: i64 = 1000;
/// A send without an answer counts against `maxConcurrent` at most this long, ms: whoever sent it may be gone.
const SEND_LEASE: i64 = 60_000;
/// Where nobody wakes it, a waiter for a probe's answer asks again after this, ms: about a round trip.
const POLL: i64 = 40;
/// A waiter who did not come back this long after its time is gone, ms.
const LOST: i64 = 10_000;
/// First hold of a scope after a 429 that says nothing, ms; doubled with each further one, up to `MAX_HOLD`.
const HOLD: i64 = 1000;
const MAX_HOLD: i64 = 20_000;
/// Quotas kept per scope; a server that names more is one that puts an id into the name.
const MAX_METERS: usize = 16;
const LONG_AGO: MonoTime = MonoTime(i64::MIN);

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// As many are under way as `maxConcurrent` allows.
    Concurrency,
    /// A 429 holds everybody who shares its quota.
    Held,
    /// Nothing is known of the quota yet; a few probes are under way.
    Probing,
    /// This quota (an index into the scope's meters) has no room.
    Quota(usize),
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `maxQueue` calls wait already.
    QueueFull,
    /// Its turn would come only after `maxWait`.
    WaitTooLong,
}

/// The answer to "may I send?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Now. It counts as sent from here on.
    Granted,
    /// Not before `retry_at`, which is too late for the policy.
    Refused {
        /// Which limit of the policy.
        why: Refusal,
        /// When there may be room.
        retry_at: MonoTime,
        /// What is in the way.
        cause: Why,
    },
    /// Ask again at `until`.
    Wait {
        /// When.
        until: MonoTime,
        /// What for.
        why: Why,
    },
}

/// All that is known of what shares one set of credentials at one origin.
#[derive(Debug)]
pub(super) struct Scope {
    pub key: [u8; 16],
    pub name: String,
    pub meters: Vec<Meter>,
    pub clock: Clock,
    /// Tickets alive, in whatever stand.
    pub tickets: u32,
    pub in_flight: u32,
    pub waiting: u32,
    pub used_at: MonoTime,
    /// Sends under way at once while the quota is unknown; `u32::MAX` once it is known.
    gate: u32,
    fresh: u32,
    /// A 429 holds everybody until then; long ago where none does.
    held: MonoTime,
    trips: u32,
    tripped: MonoTime,
    /// Sends that count against the probes, oldest first, and those that do so no more.
    flights: VecDeque<Mark>,
    slow: VecDeque<Mark>,
    queue: VecDeque<Mark>,
    next_seq: u64,
    served: u64,
    swept: MonoTime,
}

impl Scope {
    pub(super) fn new(identity: &Identity, rules: &RateRules, now: MonoTime) -> Self {
        let meters: Vec<Meter> = rules.quotas.iter().take(MAX_METERS).map(Meter::of_rule).collect();
        Self {
            gate: if meters.iter().any(Meter::paces) { u32::MAX } else { rules.probe },
            key: identity.key,
            name: identity.name.clone(),
            meters,
            clock: Clock::default(),
            tickets: 0,
            in_flight: 0,
            waiting: 0,
            used_at: now,
            fresh: 0,
            held: LONG_AGO,
            trips: 0,
            tripped: LONG_AGO,
            flights: VecDeque::new(),
            slow: VecDeque::new(),
            queue: VecDeque::new(),
            next_seq: 0,
            served: 0,
            swept: now,
        }
    }

    /// Asks for ticket `index`. `nudged`: this host wakes waiters in the order of the queue.
    pub(super) fn reserve(&mut self, index: u32, tickets: &mut [Ticket], nudged: bool, at: Moment) -> Reservation {
        let now = at.mono;
        self.used_at = now;
        self.settle(tickets, now);
        // Where one alarm serves all, nobody comes back before it is woken.
        if !nudged && now.since(self.swept) >= LOST / 2 {
            self.swept = now;
            self.sweep(tickets, now);
        }
        let Some(ticket) = tickets.get_mut(index as usize) else { return Reservation::Granted };
        let came = ticket.stand == Stand::Waiting;
        // Whoever waits already goes first, but for those of higher priority.
        let ahead = if came { 0 } else { self.ahead(ticket.priority) };
        let blocked = if ticket.unclaimed { None } else { self.blocked(ticket, ahead, now) };
        let Some(mut blocked) = blocked else {
            if !ticket.unclaimed {
                self.grant(index, ticket, now);
            }
            (ticket.unclaimed, ticket.sent) = (false, at);
            return Reservation::Granted;
        };
        if came {
            // Not its turn after all: it is told the time of its place anew.
            blocked = self.blocked(ticket, self.place(ticket), now).unwrap_or(blocked);
        }
        let (mut until, why) = blocked;
        let full = !came && self.waiting >= ticket.rules.max_queue;
        if full || until.since(ticket.asked.unwrap_or(now)) > ticket.rules.max_wait {
            self.leave_queue(ticket);
            let refusal = if full { Refusal::QueueFull } else { Refusal::WaitTooLong };
            return Reservation::Refused { why: refusal, retry_at: until, cause: why };
        }
        if !nudged && matches!(why, Why::Probing | Why::Concurrency) {
            until = until.min(now.plus(POLL));
        }
        until = until.max(now.plus(1));
        ticket.until = until;
        self.enqueue(index, ticket, now);
        Reservation::Wait { until, why }
    }

    /// Grants whoever is first in the queue, if there is room; returns the one granted.
    pub(super) fn pump(&mut self, tickets: &mut [Ticket], at: Moment) -> Option<Mark> {
        if self.waiting == 0 {
            return None;
        }
        self.settle(tickets, at.mono);
        loop {
            let mark = *self.queue.front()?;
            if let Some(ticket) = mark.of(tickets, Stand::Waiting) {
                if self.blocked(ticket, 0, at.mono).is_some() {
                    return None;
                }
                self.queue.pop_front();
                self.grant(mark.ticket, ticket, at.mono);
                return Some(mark);
            }
            self.queue.pop_front();
        }
    }

    /// When somebody in the queue is to be woken: its first gets its turn, or was told to come back.
    pub(super) fn alarm(&mut self, tickets: &mut [Ticket], at: Moment) -> Option<MonoTime> {
        loop {
            let mark = *self.queue.front()?;
            if let Some(ticket) = mark.of(tickets, Stand::Waiting) {
                let turn = self.blocked(ticket, 0, at.mono).map_or(at.mono, |(until, _)| until);
                return Some(turn.min(ticket.until));
            }
            self.queue.pop_front();
        }
    }

    /// Adds those to `woken` whose time is over without a turn, once its first has had to see that: they ask again, and
    /// are told what they wait for now, or refused. Later ones were told later times, but for priorities.
    pub(super) fn overdue(&mut self, tickets: &mut [Ticket], at: Moment, woken: &mut VecDeque<Mark>) {
        for mark in &self.queue {
            let Some(ticket) = mark.of(tickets, Stand::Waiting) else { continue };
            if ticket.until > at.mono {
                return;
            }
            // Not named twice.
            ticket.until = at.mono.plus(POLL);
            woken.push_back(*mark);
        }
    }

    /// The attempt of `ticket` was answered.
    pub(super) fn answered(&mut self, ticket: &mut Ticket, reading: &Reading, limited: bool, at: Moment) {
        self.land(ticket);
        self.used_at = at.mono;
        let others = u64::from(self.in_flight);
        self.roll(at.mono, others + 1);
        let mut known = false;
        for quota in &reading.quotas {
            let mut index = self.meters.iter().position(|meter| meter.is(quota)).unwrap_or(self.meters.len());
            if index >= MAX_METERS {
                continue;
            }
            if index == self.meters.len() {
                // What was sent before anything was known was counted all the same.
                self.meters.push(Meter::of_answer(quota, others + 1, at.mono));
                index = self.meters.len() - 1;
            }
            let Some(meter) = self.meters.get_mut(index) else { continue };
            meter.tell(quota, ticket.sent.mono, others, at.mono, reading.served);
            known |= meter.paces() && (quota.remaining.is_some() || quota.limit.is_some());
        }
        if limited {
            self.trip(reading, ticket.sent.mono, at.mono);
        } else {
            self.trips = 0;
            // A good answer that tells nothing doubles what may be under way with each round, as in TCP's slow start.
            self.gate = if known { u32::MAX } else { self.gate.saturating_add(1) };
        }
    }

    /// The attempt of `ticket` ended without an answer.
    pub(super) fn land(&mut self, ticket: &mut Ticket) {
        let probing = ticket.stand == Stand::Probing;
        if probing || ticket.stand == Stand::Flying {
            self.in_flight = self.in_flight.saturating_sub(1);
            self.fresh = self.fresh.saturating_sub(u32::from(probing));
        }
        (ticket.stand, ticket.unclaimed) = (Stand::Idle, false);
    }

    /// Gives up whatever `ticket` holds.
    pub(super) fn release(&mut self, ticket: &mut Ticket) {
        self.leave_queue(ticket);
        if ticket.unclaimed {
            // Never sent: what it took is there again.
            for meter in &mut self.meters {
                meter.untake(ticket.cost);
            }
        }
        self.land(ticket);
        self.tickets = self.tickets.saturating_sub(1);
    }

    /// Takes up a quota that was known elsewhere, unless it is known here or its window is over.
    pub(super) fn restore(&mut self, quota: &Quota, at: Moment) {
        let known = self.meters.iter().any(|meter| meter.is(quota) && meter.resets().is_some());
        if known || quota.reset_in.is_some_and(|reset_in| reset_in <= 0) || self.meters.len() >= MAX_METERS {
            return;
        }
        let mut meter = Meter::of_answer(quota, 0, at.mono);
        meter.tell(quota, at.mono, u64::from(self.in_flight), at.mono, at.wall);
        if meter.paces() {
            self.gate = u32::MAX;
        }
        self.meters.retain(|meter| !meter.is(quota));
        self.meters.push(meter);
    }

    /// When the next waiter gets its turn, if anything is in its way.
    pub(super) fn next_at(&self, now: MonoTime) -> Option<MonoTime> {
        let mut next = self.held;
        for meter in self.meters.iter().filter(|meter| meter.is_spent()) {
            next = next.max(meter.turn(0, now));
        }
        (next > now).then_some(next)
    }

    /// Closes the windows that are over; `in_flight` sends may yet be counted in those that open.
    pub(super) fn roll(&mut self, now: MonoTime, in_flight: u64) {
        for meter in &mut self.meters {
            meter.roll(now, in_flight);
        }
    }

    // A 429 overrides the counters. One that says which quota is used up and until when is in its meter already.
    fn trip(&mut self, reading: &Reading, sent: MonoTime, now: MonoTime) {
        if let Some(hint) = reading.hint.as_ref().filter(|hint| hint.delay > 0) {
            self.hold(now.plus(hint.delay));
            return;
        }
        let told = reading.quotas.iter().any(|quota| quota.remaining == Some(0) && quota.reset_in > Some(0));
        // Sent before an earlier 429 of the same burst came: it says nothing new.
        let stale = sent <= self.tripped;
        if told || stale {
            return;
        }
        self.tripped = now;
        if reading.quotas.is_empty() && self.meters.iter().any(Meter::paces) {
            for meter in &mut self.meters {
                meter.trip(now);
            }
            return;
        }
        let delay = (HOLD << self.trips.min(5)).min(MAX_HOLD);
        self.trips = self.trips.saturating_add(1);
        self.hold(now.plus(delay));
    }

    // Everybody waits, and then one goes first.
    fn hold(&mut self, until: MonoTime) {
        self.held = self.held.max(until);
        self.gate = 1;
    }

    // What stands in the way of `ticket`, with `ahead` others before it: until when at least, and why.
    #[inline(never)]
    fn blocked(&self, ticket: &Ticket, ahead: u64, now: MonoTime) -> Option<(MonoTime, Why)> {
        let (mut until, mut why) = (now, Why::Held);
        if self.held > now {
            until = self.held;
        }
        for (index, meter) in self.meters.iter().enumerate() {
            let turn = meter.admits(ticket.cost, ahead, ticket.rules.pacing, now);
            if turn > until {
                (until, why) = (turn, Why::Quota(index));
            }
        }
        if until > now {
            return Some((until, why));
        }
        let (lease, why) = if u64::from(self.in_flight) + ahead >= u64::from(ticket.rules.max_concurrent) {
            (SEND_LEASE, Why::Concurrency)
        } else if self.gate != u32::MAX && u64::from(self.fresh) + ahead >= u64::from(self.gate) {
            (PROBE_LEASE, Why::Probing)
        } else {
            return None;
        };
        Some((self.flights.front().map_or(now, |flight| flight.sent).plus(lease), why))
    }

    // How many are before one that waits already, as far as the order of asking tells.
    fn place(&self, ticket: &Ticket) -> u64 {
        ticket.seq.unwrap_or(0).saturating_sub(self.served).min(u64::from(self.waiting.saturating_sub(1)))
    }

    // How many wait that go before a newcomer of this priority. Priorities are rare: most often that is all of them.
    fn ahead(&self, priority: i32) -> u64 {
        let mut place = self.queue.len();
        while self.queue.get(place.wrapping_sub(1)).is_some_and(|mark| mark.priority < priority) {
            place -= 1;
        }
        (place as u64).min(u64::from(self.waiting))
    }

    fn grant(&mut self, index: u32, ticket: &mut Ticket, now: MonoTime) {
        self.leave_queue(ticket);
        ticket.serial = ticket.serial.wrapping_add(1);
        (ticket.stand, ticket.unclaimed, ticket.asked) = (Stand::Probing, true, None);
        for meter in &mut self.meters {
            meter.take(ticket.cost, now);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        self.fresh = self.fresh.saturating_add(1);
        self.flights.push_back(ticket.mark(index, now));
    }

    fn enqueue(&mut self, index: u32, ticket: &mut Ticket, now: MonoTime) {
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

    // The mark stays in the queue until it comes to the front or is swept.
    fn leave_queue(&mut self, ticket: &mut Ticket) {
        if ticket.stand == Stand::Waiting {
            ticket.stand = Stand::Idle;
            self.waiting = self.waiting.saturating_sub(1);
            self.served = self.served.saturating_add(1);
        }
    }

    // Ends what is over: windows, leases, waiters who are gone.
    #[inline(never)]
    fn settle(&mut self, tickets: &mut [Ticket], now: MonoTime) {
        self.roll(now, u64::from(self.in_flight));
        while let Some(mark) = due(&mut self.flights, now, PROBE_LEASE) {
            if let Some(ticket) = mark.of(tickets, Stand::Probing) {
                ticket.stand = Stand::Flying;
                self.fresh = self.fresh.saturating_sub(1);
                self.slow.push_back(mark);
            }
        }
        while let Some(mark) = due(&mut self.slow, now, SEND_LEASE) {
            if let Some(ticket) = mark.of(tickets, Stand::Flying) {
                self.land(ticket);
            }
        }
    }

    // Once around the queue: who is still there is put back at its end.
    fn sweep(&mut self, tickets: &mut [Ticket], now: MonoTime) {
        for _ in 0..self.queue.len() {
            let Some(mark) = self.queue.pop_front() else { return };
            let Some(ticket) = mark.of(tickets, Stand::Waiting) else { continue };
            if now.since(ticket.until) >= LOST {
                // Should it come back after all (a frozen tab), it asks anew.
                self.leave_queue(ticket);
            } else {
                self.queue.push_back(mark);
            }
        }
    }
}
