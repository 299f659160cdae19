//! The scheduler of one scope: who may send now, and when the others come back to ask.
//!
//! A waiter is told an absolute time, by its place in the queue, and sleeps on its own timer; nobody has to wake anybody,
//! which is what works in an isolate whose requests must not touch each other. Hosts without that rule are told whom to
//! wake, and when, when something better is learnt ([`Scope::pump`]): then the queue is served in order and no room is left
//! idle. There waiters need no timer either: one alarm for all ([`Scope::alarm`]) is set to the first one's time.
//!
//! A scope's counters of what waits and what is under way go up in this file. They go down here, where a waiter is sent or leaves,
//! and in [`super::landing`], where a send or a lease ends. What answers do is in [`super::answer`], which lane a call stands in,
//! in [`super::routes`].
//!
//! Every slot is a lease: a call that was aborted, timed out, or vanished with its isolate's request holds nothing for ever.

use alloc::{collections::VecDeque, rc::Rc, vec::Vec};

use crate::{
    rate_limit::{
        MAX_METERS,
        away::Away,
        clock::Clock,
        hidden::Sight,
        identity::Identity,
        lane::{LONG_AGO, Lane, OVERDUE},
        meter::{Gate, Meter, product, span::Told},
        options::{QuotaRule, RateRules},
        outage::Outage,
        quota::Quota,
        routes::Route,
        ticket::{Mark, Place, Stand, Ticket},
    },
    time::{Moment, MonoTime},
};

/// One send counts against the probes until its headers, at most this long, ms.
pub(super) const PROBE_LEASE: i64 = 1000;
/// A send without an answer counts against `maxConcurrent` at most this long, ms: whoever sent it may be gone.
pub(super) const SEND_LEASE: i64 = 60_000;
/// Where nobody wakes it, a waiter for an answer asks again after this, ms: about a round trip. One in a long queue after
/// an eighth of a millisecond for each that waits, so that asking costs the same however many do.
const POLL: i64 = 40;
/// A waiter who did not come back this long after its time is gone, ms.
pub(super) const LOST: i64 = 10_000;
/// How well the server's clock is to be known where resets hang on it, ms; and how many must wait for one to make it
/// worth a delay.
const SCOUT_SLACK: i64 = 60;
const SCOUTED: u32 = 8;

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A 429 that says nothing holds everybody who shares its quota.
    Backoff,
    /// As many are under way as `maxConcurrent` allows.
    Concurrency,
    /// A server's word holds everybody who shares its quota.
    Held,
    /// The server is down, or has just come back: one probe, then a few, and the others wait.
    Outage,
    /// An answer that is under way may tell more: nothing is known of the quota yet, or it should just have been reset.
    Probing,
    /// This quota (an index into the scope's meters) has no room.
    Quota(usize),
}

/// What an answer says of the server, besides what its quotas are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is down: it says so, or what stands before it does.
    Down,
    /// It asks to slow down.
    Limited,
    /// It works, whatever it makes of the request.
    Works,
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
    pub name: Rc<str>,
    pub meters: Vec<Meter>,
    pub clock: Clock,
    /// Tickets alive, in whatever stand.
    pub tickets: u32,
    pub in_flight: u32,
    pub waiting: u32,
    pub used_at: MonoTime,
    pub sight: Sight,
    pub away: Away,
    pub outage: Outage,
    pub lanes: Vec<Lane>,
    pub routes: Vec<Route>,
    /// The quotas that were configured so far.
    pub rules: Vec<Rc<Vec<QuotaRule>>>,
    /// Their meters, a bit each: they bind every lane.
    pub configured: u64,
    /// For each meter the bucket that it is of; 0 for none.
    pub homes: Vec<u32>,
    /// A refusal that holds all lanes.
    pub held: MonoTime,
    /// Units of requests sent, and those of them that are under way no more.
    pub sent: u64,
    pub landed: u64,
    /// Sends that count against the probes, oldest first, and those that do so no more.
    pub flights: VecDeque<Mark>,
    pub slow: VecDeque<Mark>,
    pub swept: MonoTime,
    turn: usize,
}

impl Scope {
    pub(super) fn new(identity: &Identity, rules: &RateRules, now: MonoTime) -> Self {
        let mut meters = Vec::new();
        for rule in rules.quotas.iter().take(MAX_METERS - 1) {
            meters.push(Meter::of_rule(rule, now));
        }
        let configured = (1 << meters.len()) - 1;
        let homes = alloc::vec![0; meters.len()];
        let gate = if meters.iter().any(|meter| meter.unit.is_none()) { u32::MAX } else { rules.probe };
        Self {
            key: identity.key,
            name: Rc::clone(&identity.name),
            meters,
            clock: Clock::default(),
            tickets: 0,
            in_flight: 0,
            waiting: 0,
            used_at: now,
            sight: Sight::NEW,
            away: Away::default(),
            outage: Outage::default(),
            lanes: alloc::vec![Lane::new(configured, gate, 0)],
            routes: Vec::new(),
            rules: alloc::vec![Rc::clone(&rules.quotas)],
            configured,
            homes,
            held: LONG_AGO,
            sent: 0,
            landed: 0,
            flights: VecDeque::new(),
            slow: VecDeque::new(),
            swept: now,
            turn: 0,
        }
    }

    /// Asks for ticket `index`. `nudged`: this host wakes waiters in the order of the queue.
    pub(super) fn reserve(&mut self, index: u32, tickets: &mut [Place], nudged: bool, at: Moment) -> Reservation {
        let now = at.mono;
        self.used_at = now;
        self.settle(tickets, nudged, now);
        let Some(ticket) = tickets.get_mut(index as usize) else { return Reservation::Granted };
        let came = ticket.stand == Stand::Waiting;
        if ticket.stand == Stand::Idle {
            let lane = self.lane_of(ticket);
            if lane != ticket.lane {
                (ticket.lane, ticket.seq) = (lane, None);
            }
        }
        let (priority, waiting) = (ticket.priority, i64::from(self.waiting));
        let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) else { return Reservation::Granted };
        let place = if came { lane.place(ticket) } else { lane.ahead(priority) };
        // Whoever waits already goes first, but for those of higher priority. Where nobody wakes them, room that is there
        // before their time is anybody's.
        let polls = now.plus(POLL.max(waiting / 8));
        let is_due = nudged || lane.front(tickets).is_some_and(|(_, first)| first.until <= polls);
        let ahead = if came || !is_due { 0 } else { place };
        let Some(ticket) = tickets.get_mut(index as usize) else { return Reservation::Granted };
        let blocked = if ticket.unclaimed { None } else { self.blocked(ticket, ahead, at) };
        let Some(mut blocked) = blocked else {
            if !ticket.unclaimed {
                self.grant(index, ticket, now);
            }
            (ticket.unclaimed, ticket.sent, ticket.sent_wall) = (false, now, at.wall);
            return Reservation::Granted;
        };
        if place > ahead {
            // Not its turn after all: it is told the time of its place.
            blocked = self.blocked(ticket, place, at).unwrap_or(blocked);
        }
        let (mut until, why) = blocked;
        let full = !came && self.waiting >= ticket.rules.max_queue;
        if full || until.since(ticket.asked.unwrap_or(now)) > ticket.rules.max_wait {
            self.leave(ticket);
            let refusal = if full { Refusal::QueueFull } else { Refusal::WaitTooLong };
            return Reservation::Refused { why: refusal, retry_at: until, cause: why };
        }
        let may_end = matches!(why, Why::Probing | Why::Concurrency) || (why == Why::Outage && place == 0);
        if !nudged && may_end {
            until = until.min(polls);
        }
        until = until.max(now.plus(ticket.least_wait(until, self.sent.wrapping_add(self.landed), now)));
        ticket.until = until;
        if let (Some(lane), false) = (self.lanes.get_mut(usize::from(ticket.lane)), came) {
            lane.enqueue(index, ticket, now);
            self.waiting = self.waiting.saturating_add(1);
        }
        Reservation::Wait { until, why }
    }

    /// Grants whoever is first in a queue, if there is room; returns the one granted. Lanes take turns.
    pub(super) fn pump(&mut self, tickets: &mut [Place], at: Moment) -> Option<Mark> {
        if self.waiting == 0 {
            return None;
        }
        self.settle(tickets, true, at.mono);
        for _ in 0..self.lanes.len() {
            self.turn = (self.turn + 1) % self.lanes.len().max(1);
            let Some((mark, ticket)) = self.lanes.get_mut(self.turn)?.front(tickets) else { continue };
            if self.blocked(ticket, 0, at).is_none() {
                self.grant(mark.ticket, ticket, at.mono);
                return Some(mark);
            }
        }
        None
    }

    /// When somebody who waits is to be woken: a lane's first gets its turn, or was told to come back.
    pub(super) fn alarm(&mut self, tickets: &mut [Place], at: Moment) -> Option<MonoTime> {
        let mut first: Option<MonoTime> = None;
        for index in 0..self.lanes.len() {
            let Some((_, ticket)) = self.lanes.get_mut(index)?.front(tickets) else { continue };
            let turn = self.blocked(ticket, 0, at).map_or(at.mono, |(until, _)| until);
            let until = turn.min(ticket.until.plus(OVERDUE));
            first = Some(first.map_or(until, |first| first.min(until)));
        }
        first
    }

    /// Adds those to `woken` whose time is over without a turn, once their lane's first has had to see that: they ask
    /// again, and are told what they wait for now, or refused.
    pub(super) fn overdue(&mut self, tickets: &mut [Place], at: Moment, woken: &mut VecDeque<Mark>) {
        if self.waiting > 0 {
            // Not named twice.
            let again = at.mono.plus(POLL);
            self.lanes.iter_mut().for_each(|lane| lane.overdue(tickets, at.mono, again, woken));
        }
    }

    /// Takes up a quota that was known elsewhere, unless it is known here or there is no room for it.
    pub(super) fn restore(&mut self, quota: &Quota, at: Moment) {
        let known = self.meters.iter().any(|meter| meter.is(quota) && meter.knows_end());
        if known || self.meters.len() >= MAX_METERS {
            return;
        }
        let index = self.meters.iter().position(|meter| meter.is(quota)).unwrap_or(self.meters.len());
        let mut meter = Meter::of_answer(quota);
        let now = at.mono;
        let others = u64::from(self.in_flight);
        meter.tell(quota, Told { sent: now, now, others, cost: 0, served: at.wall, unsure: 0, limited: false });
        let paces = meter.paces(1) && meter.unit.is_none();
        if let Some(old) = self.meters.get_mut(index) {
            *old = meter;
        } else {
            self.meters.push(meter);
            self.homes.push(0);
        }
        if let (Some(lane), true) = (self.lanes.first_mut(), paces) {
            (lane.gate, lane.mask) = (u32::MAX, lane.mask | 1 << index);
        }
    }

    /// When the next waiter gets its turn, if anything is in its way.
    pub(super) fn next_at(&self, now: MonoTime) -> Option<MonoTime> {
        let held = self.outage.probes_at().map_or(self.held, |probe| probe.max(self.held));
        let mut next = self.lanes.iter().fold(held, |next, lane| next.max(lane.held));
        for meter in self.meters.iter().filter(|meter| meter.is_spent(now)) {
            next = next.max(meter.turn(0, now));
        }
        (next > now).then_some(next)
    }

    /// Closes the windows that are over.
    pub(super) fn roll(&mut self, now: MonoTime) {
        for meter in &mut self.meters {
            meter.roll(now, u64::from(self.in_flight));
        }
    }

    // What stands in the way of `ticket`, with `ahead` others before it: until when at least, and why.
    #[inline(never)]
    pub(super) fn blocked(&self, ticket: &Ticket, ahead: u64, at: Moment) -> Option<(MonoTime, Why)> {
        let now = at.mono;
        let lane = self.lanes.get(usize::from(ticket.lane))?;
        let (mut until, mut why) = (now, Why::Held);
        if lane.held > until {
            (until, why) = (lane.held, if lane.is_own_hold { Why::Backoff } else { Why::Held });
        }
        if self.held > until {
            (until, why) = (self.held, Why::Held);
        }
        if let Some(held) = self.away.until(ticket.route).filter(|held| *held > until) {
            (until, why) = (held, Why::Held);
        }
        // Those behind wait for the reset anyway, and it comes the earlier for them the better the clock is known.
        let scouts = self.clock.unsure() > SCOUT_SLACK && lane.waiting > SCOUTED;
        if self.outage.is_on() {
            let under_way = self.lanes.iter().map(|lane| lane.fresh).sum();
            let is_alone = self.waiting == 0 && ticket.stand == Stand::Idle;
            let turn = self.outage.blocks(under_way, self.lease(now), ahead, is_alone, now);
            if let Some(turn) = turn.filter(|turn| *turn > until) {
                (until, why) = (turn, Why::Outage);
            }
        }
        let mut awaits = None;
        for (index, meter) in self.meters.iter().enumerate() {
            let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
            if !lane.is_bound_by(index) && (meter.unit.is_none() || cost == 0) || !meter.paces(cost) {
                continue;
            }
            match meter.admits(cost, product(ahead, cost), u64::from(lane.fresh), ticket.rules.pacing, now) {
                Gate::At(turn) if turn > until => (until, why) = (turn, Why::Quota(index)),
                Gate::Answer(turn) => awaits = awaits.max(Some(turn)),
                Gate::Free if scouts && meter.scouts(now) => {
                    let wait = self.clock.scout(at.wall);
                    if wait > SCOUT_SLACK {
                        awaits = awaits.max(Some(now.plus(wait)));
                    }
                }
                _ => {}
            }
        }
        if until > now {
            return Some((until, why));
        }
        if awaits.is_some() {
            return Some((awaits?.max(now.plus(1)), Why::Probing));
        }
        let (extra, why) = if u64::from(self.in_flight) + ahead >= u64::from(ticket.rules.max_concurrent) {
            (SEND_LEASE - PROBE_LEASE, Why::Concurrency)
        } else if lane.gate != u32::MAX && u64::from(lane.fresh) + ahead >= u64::from(lane.gate) {
            (0, Why::Probing)
        } else {
            return None;
        };
        Some((self.lease(now).plus(extra), why))
    }

    // When the oldest send counts against the probes no more.
    fn lease(&self, now: MonoTime) -> MonoTime {
        self.flights.front().map_or(now, |flight| flight.sent).plus(PROBE_LEASE)
    }

    pub(super) fn grant(&mut self, index: u32, ticket: &mut Ticket, now: MonoTime) {
        self.leave(ticket);
        ticket.serial = ticket.serial.wrapping_add(1);
        (ticket.stand, ticket.unclaimed, ticket.asked) = (Stand::Probing, true, None);
        ticket.landed = self.landed;
        let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) else { return };
        for (index, meter) in self.meters.iter_mut().enumerate() {
            let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
            if cost > 0 && (lane.is_bound_by(index) || meter.unit.is_some()) {
                meter.take(cost, now);
            }
        }
        lane.sent(now);
        self.outage.sent(now);
        self.in_flight = self.in_flight.saturating_add(1);
        self.sent = self.sent.saturating_add(ticket.cost);
        self.flights.push_back(ticket.mark(index, now));
    }

    pub(super) fn leave(&mut self, ticket: &mut Ticket) {
        if ticket.stand == Stand::Waiting {
            self.waiting = self.waiting.saturating_sub(1);
        }
        if let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) {
            lane.leave(ticket);
        }
    }
}
