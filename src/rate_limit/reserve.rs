//! The scheduler of one scope: who may send now, and when the others come back to ask.
//!
//! A waiter is told an absolute time, by its place in the queue, and sleeps on its own timer; nobody has to wake anybody,
//! which is what works in an isolate whose requests must not touch each other. Hosts without that rule are told whom to
//! wake early when something better is learnt ([`Scope::pump`]): then the queue is served in order and no room is left idle.
//!
//! Every slot is a lease: a call that was aborted, timed out, or vanished with its isolate's request holds nothing for ever.

use alloc::{collections::VecDeque, rc::Rc, string::String, vec::Vec};

use crate::{
    rate_limit::{
        clock::Clock,
        meter::Meter,
        options::{Pacing, RateRules},
        read::Reading,
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

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Idle,
    Waiting {
        until: MonoTime,
    },
    /// Counted as sent; `fresh` for as long as it counts against the probes.
    Flying {
        fresh: bool,
    },
}

/// One call's place in its scope.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub scope: usize,
    /// New for each ticket under the same index and for each of its grants, so that what is said of an old one is known as such.
    pub serial: u32,
    pub stand: Stand,
    /// Granted by [`Scope::pump`] while its caller sleeps; it learns of it when it asks again.
    pub unclaimed: bool,
    pub rules: Rc<RateRules>,
    pub priority: i32,
    pub cost: u64,
    /// Its place in the order of asking; kept over retries.
    pub seq: Option<u64>,
    /// When it first asked.
    pub asked: Option<MonoTime>,
    pub sent: Moment,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    ticket: u32,
    serial: u32,
    priority: i32,
    seq: u64,
}

impl Entry {
    fn is_before(self, other: Self) -> bool {
        self.priority > other.priority || (self.priority == other.priority && self.seq < other.seq)
    }
}

#[derive(Clone, Copy, Debug)]
struct Flight {
    ticket: u32,
    serial: u32,
    sent: MonoTime,
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
    held: Option<MonoTime>,
    trips: u32,
    tripped: Option<MonoTime>,
    flights: VecDeque<Flight>,
    slow: VecDeque<Flight>,
    queue: VecDeque<Entry>,
    next_seq: u64,
    served: u64,
    swept: MonoTime,
}

impl Scope {
    pub(super) fn new(key: [u8; 16], name: String, rules: &RateRules, now: MonoTime) -> Self {
        let meters: Vec<Meter> = rules.quotas.iter().take(MAX_METERS).map(Meter::of_rule).collect();
        Self {
            gate: if meters.iter().any(Meter::paces) { u32::MAX } else { rules.probe },
            key,
            name,
            meters,
            clock: Clock::default(),
            tickets: 0,
            in_flight: 0,
            waiting: 0,
            used_at: now,
            fresh: 0,
            held: None,
            trips: 0,
            tripped: None,
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
        let Some(ticket) = tickets.get(index as usize) else { return Reservation::Granted };
        if ticket.unclaimed {
            return self.claim(index, tickets, at);
        }
        let came = matches!(ticket.stand, Stand::Waiting { .. });
        // Whoever waits already goes first, but for those of higher priority.
        let ahead = if came { 0 } else { self.ahead(ticket.priority) };
        let Some(mut blocked) = self.blocked(ticket, ahead, now) else {
            self.grant(index, tickets, now);
            return self.claim(index, tickets, at);
        };
        if came {
            // Not its turn after all: it is told the time of its place anew.
            blocked = self.blocked(ticket, self.place(ticket), now).unwrap_or(blocked);
        }
        let (until, why) = blocked;
        let rules = Rc::clone(&ticket.rules);
        let asked = ticket.asked.unwrap_or(now);
        if !came && self.waiting >= rules.max_queue {
            return Reservation::Refused { why: Refusal::QueueFull, retry_at: until, cause: why };
        }
        if until.since(asked) > rules.max_wait {
            self.leave_queue(index, tickets);
            return Reservation::Refused { why: Refusal::WaitTooLong, retry_at: until, cause: why };
        }
        let until = match why {
            Why::Probing | Why::Concurrency if !nudged => until.min(now.plus(POLL)),
            _ => until,
        };
        let until = until.max(now.plus(1));
        self.enqueue(index, tickets, until, now);
        Reservation::Wait { until, why }
    }

    /// Grants whoever is first in the queue, as long as there is room; returns the one granted.
    pub(super) fn pump(&mut self, tickets: &mut [Ticket], at: Moment) -> Option<u32> {
        if self.waiting == 0 {
            return None;
        }
        self.settle(tickets, at.mono);
        loop {
            let entry = *self.queue.front()?;
            let ticket = tickets.get(entry.ticket as usize);
            let Some(ticket) = ticket.filter(|ticket| Self::is_waiting(ticket, entry)) else {
                self.queue.pop_front();
                continue;
            };
            if self.blocked(ticket, 0, at.mono).is_some() {
                return None;
            }
            self.queue.pop_front();
            self.grant(entry.ticket, tickets, at.mono);
            return Some(entry.ticket);
        }
    }

    /// The attempt of `ticket` was answered.
    pub(super) fn answered(&mut self, ticket: &mut Ticket, reading: &Reading, limited: bool, at: Moment) {
        self.land(ticket);
        self.used_at = at.mono;
        let others = u64::from(self.in_flight);
        for meter in &mut self.meters {
            meter.roll(at.mono, others.saturating_add(1));
        }
        let mut known = false;
        for quota in &reading.quotas {
            let meter = match self.meters.iter().position(|meter| meter.is(quota)) {
                Some(index) => self.meters.get_mut(index),
                None if self.meters.len() < MAX_METERS => {
                    // What was sent before anything was known was counted all the same.
                    self.meters.push(Meter::of_answer(quota, others.saturating_add(1), at.mono));
                    self.meters.last_mut()
                }
                None => None,
            };
            let Some(meter) = meter else { continue };
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
        if let Stand::Flying { fresh } = ticket.stand {
            self.in_flight = self.in_flight.saturating_sub(1);
            self.fresh = self.fresh.saturating_sub(u32::from(fresh));
        }
        (ticket.stand, ticket.unclaimed) = (Stand::Idle, false);
    }

    /// Gives up whatever ticket `index` holds.
    pub(super) fn release(&mut self, index: u32, tickets: &mut [Ticket]) {
        self.leave_queue(index, tickets);
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        if ticket.unclaimed {
            // Never sent: what it took is there again.
            for meter in &mut self.meters {
                meter.untake(ticket.cost);
            }
        }
        self.land(ticket);
        self.tickets = self.tickets.saturating_sub(1);
    }

    /// When the next waiter gets its turn, if anything is in its way.
    pub(super) fn next_at(&self, now: MonoTime) -> Option<MonoTime> {
        let meters = self.meters.iter().filter(|meter| meter.is_spent()).map(|meter| meter.turn(0, now));
        meters.chain(self.held.filter(|held| *held > now)).max()
    }

    // A 429 overrides the counters. One that says which quota is used up and until when is in its meter already.
    fn trip(&mut self, reading: &Reading, sent: MonoTime, now: MonoTime) {
        if let Some(hint) = reading.hint.as_ref().filter(|hint| hint.delay > 0) {
            self.hold(now.plus(hint.delay));
            return;
        }
        if reading.quotas.iter().any(|quota| quota.remaining == Some(0) && quota.reset_in.is_some_and(|ms| ms > 0)) {
            return;
        }
        if self.tripped.is_some_and(|tripped| sent <= tripped) {
            // Sent before an earlier 429 of the same burst came: it says nothing new.
            return;
        }
        self.tripped = Some(now);
        let unread =
            reading.quotas.is_empty() && self.meters.iter().any(|meter| meter.paces() && meter.limit.is_some());
        if unread {
            for meter in &mut self.meters {
                meter.trip(now);
            }
            return;
        }
        let delay = HOLD.saturating_mul(1 << self.trips.min(5)).min(MAX_HOLD);
        self.trips = self.trips.saturating_add(1);
        self.hold(now.plus(delay));
    }

    // Everybody waits, and then one goes first.
    fn hold(&mut self, until: MonoTime) {
        self.held = Some(self.held.map_or(until, |held| held.max(until)));
        self.gate = 1;
    }

    // What stands in the way of `ticket`, with `ahead` others before it: until when at least, and why.
    fn blocked(&self, ticket: &Ticket, ahead: u64, now: MonoTime) -> Option<(MonoTime, Why)> {
        let held = self.held.filter(|held| *held > now).map(|held| (held, Why::Held));
        let quota = self.quota_turn(ticket, ahead, now);
        let latest = match (held, quota) {
            (Some(held), Some(quota)) => Some(if quota.0 > held.0 { quota } else { held }),
            (held, quota) => held.or(quota),
        };
        latest.or_else(|| {
            let under =
                |flights: &VecDeque<Flight>, lease| flights.front().map_or(now, |flight| flight.sent).plus(lease);
            if u64::from(self.in_flight) + ahead >= u64::from(ticket.rules.max_concurrent) {
                return Some((under(&self.flights, SEND_LEASE), Why::Concurrency));
            }
            let full = self.gate != u32::MAX && u64::from(self.fresh) + ahead >= u64::from(self.gate);
            full.then(|| (under(&self.flights, PROBE_LEASE), Why::Probing))
        })
    }

    fn quota_turn(&self, ticket: &Ticket, ahead: u64, now: MonoTime) -> Option<(MonoTime, Why)> {
        let mut latest: Option<(MonoTime, Why)> = None;
        for (index, meter) in self.meters.iter().enumerate().filter(|(_, meter)| meter.paces()) {
            let cost = ticket.cost.min(meter.limit.unwrap_or(u64::MAX));
            let room = meter.room();
            let mut turn = now;
            if room < ahead.saturating_add(cost) {
                turn = meter.turn(ahead.saturating_add(cost).saturating_sub(1).max(room), now).max(now.plus(1));
            } else if ticket.rules.pacing == Pacing::Spread {
                turn = meter.spread(now);
            }
            if turn > now && latest.is_none_or(|(until, _)| turn > until) {
                latest = Some((turn, Why::Quota(index)));
            }
        }
        latest
    }

    // How many are before one that waits already, as far as the order of asking tells.
    fn place(&self, ticket: &Ticket) -> u64 {
        ticket.seq.unwrap_or(0).saturating_sub(self.served).min(u64::from(self.waiting.saturating_sub(1)))
    }

    // How many wait that go before a newcomer of this priority.
    fn ahead(&self, priority: i32) -> u64 {
        let before = match self.queue.back() {
            Some(last) if last.priority < priority => self.queue.partition_point(|entry| entry.priority >= priority),
            _ => self.queue.len(),
        };
        (before as u64).min(u64::from(self.waiting))
    }

    fn grant(&mut self, index: u32, tickets: &mut [Ticket], now: MonoTime) {
        self.leave_queue(index, tickets);
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        ticket.serial = ticket.serial.wrapping_add(1);
        (ticket.stand, ticket.unclaimed, ticket.asked) = (Stand::Flying { fresh: true }, true, None);
        for meter in &mut self.meters {
            meter.take(ticket.cost, now);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        self.fresh = self.fresh.saturating_add(1);
        self.flights.push_back(Flight { ticket: index, serial: ticket.serial, sent: now });
    }

    fn claim(&mut self, index: u32, tickets: &mut [Ticket], at: Moment) -> Reservation {
        if let Some(ticket) = tickets.get_mut(index as usize) {
            (ticket.unclaimed, ticket.sent) = (false, at);
        }
        Reservation::Granted
    }

    fn enqueue(&mut self, index: u32, tickets: &mut [Ticket], until: MonoTime, now: MonoTime) {
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        let came = matches!(ticket.stand, Stand::Waiting { .. });
        ticket.stand = Stand::Waiting { until };
        if came {
            return;
        }
        ticket.asked.get_or_insert(now);
        // One that is sent again keeps its place: those who asked after it wait behind it.
        let seq = *ticket.seq.get_or_insert_with(|| {
            self.next_seq += 1;
            self.next_seq - 1
        });
        let entry = Entry { ticket: index, serial: ticket.serial, priority: ticket.priority, seq };
        let place = match self.queue.back() {
            Some(last) if !last.is_before(entry) => self.queue.partition_point(|other| other.is_before(entry)),
            _ => self.queue.len(),
        };
        self.queue.insert(place, entry);
        self.waiting = self.waiting.saturating_add(1);
    }

    // The entry stays in the queue until it comes to the front or is swept.
    fn leave_queue(&mut self, index: u32, tickets: &mut [Ticket]) {
        let Some(ticket) = tickets.get_mut(index as usize) else { return };
        if matches!(ticket.stand, Stand::Waiting { .. }) {
            ticket.stand = Stand::Idle;
            self.waiting = self.waiting.saturating_sub(1);
            self.served = self.served.saturating_add(1);
        }
    }

    fn is_waiting(ticket: &Ticket, entry: Entry) -> bool {
        ticket.serial == entry.serial && matches!(ticket.stand, Stand::Waiting { .. })
    }

    // Ends what is over: windows, leases, waiters who are gone.
    fn settle(&mut self, tickets: &mut [Ticket], now: MonoTime) {
        let in_flight = u64::from(self.in_flight);
        for meter in &mut self.meters {
            meter.roll(now, in_flight);
        }
        if self.held.is_some_and(|held| held <= now) {
            self.held = None;
        }
        while let Some(flight) = self.flights.front().copied().filter(|flight| now.since(flight.sent) >= PROBE_LEASE) {
            self.flights.pop_front();
            let Some(ticket) = tickets.get_mut(flight.ticket as usize).filter(|ticket| ticket.serial == flight.serial)
            else {
                continue;
            };
            if ticket.stand == (Stand::Flying { fresh: true }) {
                ticket.stand = Stand::Flying { fresh: false };
                self.fresh = self.fresh.saturating_sub(1);
                self.slow.push_back(flight);
            }
        }
        while let Some(flight) = self.slow.front().copied().filter(|flight| now.since(flight.sent) >= SEND_LEASE) {
            self.slow.pop_front();
            let Some(ticket) = tickets.get_mut(flight.ticket as usize).filter(|ticket| ticket.serial == flight.serial)
            else {
                continue;
            };
            if ticket.stand == (Stand::Flying { fresh: false }) {
                self.land(ticket);
            }
        }
        if now.since(self.swept) >= LOST / 2 {
            self.swept = now;
            self.sweep(tickets, now);
        }
    }

    fn sweep(&mut self, tickets: &mut [Ticket], now: MonoTime) {
        let (mut gone, mut dead) = (0, 0);
        self.queue.retain(|entry| {
            let Some(ticket) = tickets.get_mut(entry.ticket as usize).filter(|ticket| Self::is_waiting(ticket, *entry))
            else {
                dead += 1;
                return false;
            };
            let lost = matches!(ticket.stand, Stand::Waiting { until } if now.since(until) >= LOST);
            if lost {
                // Should it come back after all (a frozen tab), it asks anew.
                ticket.stand = Stand::Idle;
                gone += 1;
            }
            !lost
        });
        self.waiting = self.waiting.saturating_sub(gone);
        self.served = self.served.saturating_add(u64::from(gone));
    }
}
