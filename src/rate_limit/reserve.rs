//! The scheduler of one scope: who may send now, and when the others come back to ask.
//!
//! A waiter is told an absolute time, by its place in the queue, and sleeps on its own timer; nobody has to wake anybody,
//! which is what works in an isolate whose requests must not touch each other. Hosts without that rule are told whom to
//! wake, and when, when something better is learnt ([`Scope::pump`]): then the queue is served in order and no room is left
//! idle. There waiters need no timer either: one alarm for all ([`Scope::alarm`]) is set to the first one's time.
//!
//! A scope's counter of what waits goes up and down in [`super::turns`], where a call joins a line or leaves it; that of what is under
//! way goes up here and down in [`super::landing`], where a send or a lease ends. What answers do is in [`super::answer`], which lane a
//! call stands in, in [`super::routes`].
//!
//! Every slot is a lease: a call that was aborted, timed out, or vanished with its isolate's request holds nothing for ever.

use crate::shared::Arc;
use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    rate_limit::{
        MAX_METERS,
        away::Away,
        clock::Clock,
        hidden::Sight,
        identity::Identity,
        lane::{LONG_AGO, Lane},
        limit::{Gate, Meter, product},
        options::{QuotaRule, RateRules},
        routes::Route,
        server::Servers,
        share::Exchange,
        ticket::{Mark, NEVER, Place, Stand, Ticket},
    },
    time::{Moment, MonoTime},
};

/// One send counts against the probes until its headers, at most this long, ms.
pub(super) const PROBE_LEASE: i64 = 1000;
/// A send without a response counts against `maxConcurrent` at most this long, ms: whoever sent it may be gone.
pub(super) const SEND_LEASE: i64 = 60_000;
/// Where nobody wakes it, a waiter for a response asks again after this, ms: about a round trip. One in a long queue after
/// an eighth of a millisecond for each that waits, so that asking costs the same however many do.
pub(super) const POLL: i64 = 40;
/// Where nobody wakes it and its turn is not sure, a waiter asks again after this at the latest, ms.
const UNSURE: i64 = 4000;
/// A waiter who did not come back this long after its time is gone, ms.
pub(super) const LOST: i64 = 10_000;

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
    /// A response that is under way may tell more: nothing is known of the quota yet, or it should just have been reset.
    Probing,
    /// This quota (an index into the scope's meters) has no room.
    Quota(usize),
}

/// What a response says of the server, besides what its quotas are.
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

/// The reply to "may I send?".
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
        /// A server said so, or the policy's own options; else it is a guess.
        is_fact: bool,
        /// Others go before it: its queue moves.
        is_behind: bool,
    },
}

/// What stands in the way of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Until when at least.
    pub until: MonoTime,
    pub why: Why,
    /// A server said so, or the policy's own options; else it is a guess.
    pub is_fact: bool,
}

/// All that is known of what shares one set of credentials at one origin.
#[derive(Debug)]
pub(super) struct Scope {
    pub key: [u8; 16],
    pub name: Arc<str>,
    pub meters: Vec<Meter>,
    pub clock: Clock,
    /// Tickets alive, in whatever stand.
    pub tickets: u32,
    pub in_flight: u32,
    pub waiting: u32,
    pub used_at: MonoTime,
    pub sight: Sight,
    pub away: Away,
    /// The server that the newest call goes to.
    pub server: u32,
    pub lanes: Vec<Lane>,
    pub routes: Vec<Route>,
    /// The quotas that were configured so far.
    pub rules: Vec<Arc<Vec<QuotaRule>>>,
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
    /// Its number is in [`super::Tracker`]'s list of those that something happened to.
    pub touched: bool,
    /// The line that has its turn; see [`super::turns`].
    pub turn: usize,
    /// How it stands with its coordinator, and how long that is waited for, ms; 0 where there is none.
    pub exchange: Exchange,
    pub patience: i64,
}

impl Scope {
    pub(super) fn new(identity: &Identity, rules: &RateRules, now: MonoTime) -> Self {
        let mut meters = Vec::new();
        for rule in rules.quotas.iter().take(MAX_METERS - 1) {
            meters.push(Meter::of_rule(rule, now));
        }
        let configured = (1 << meters.len()) - 1;
        let homes = alloc::vec![0; meters.len()];
        Self {
            key: identity.key,
            name: Arc::clone(&identity.name),
            meters,
            clock: Clock::default(),
            tickets: 0,
            in_flight: 0,
            waiting: 0,
            used_at: now,
            sight: Sight::NEW,
            away: Away::default(),
            server: 0,
            lanes: alloc::vec![Lane::new(configured, rules.probe, 0)],
            routes: Vec::new(),
            rules: alloc::vec![Arc::clone(&rules.quotas)],
            configured,
            homes,
            held: LONG_AGO,
            sent: 0,
            landed: 0,
            flights: VecDeque::new(),
            slow: VecDeque::new(),
            swept: now,
            touched: false,
            turn: 0,
            exchange: Exchange::default(),
            patience: 0,
        }
    }

    /// Asks for ticket `index`. `nudged`: this host wakes waiters in the order of the queue.
    pub(super) fn reserve(
        &mut self,
        index: u32,
        tickets: &mut [Place],
        servers: &mut Servers,
        nudged: bool,
        at: Moment,
    ) -> Reservation {
        let now = at.mono;
        self.used_at = now;
        self.settle(tickets, servers, nudged, now);
        let Some(ticket) = tickets.get_mut(index as usize) else { return Reservation::Granted };
        if !ticket.joined {
            ticket.joined = true;
            servers.enter(ticket.server, now);
        }
        if ticket.unclaimed {
            (ticket.unclaimed, ticket.sent, ticket.sent_wall) = (false, now, at.wall);
            return Reservation::Granted;
        }
        let came = ticket.stand == Stand::Waiting;
        if ticket.stand == Stand::Idle {
            let lane = self.lane_of(ticket);
            if lane != ticket.lane {
                (ticket.lane, ticket.seq) = (lane, None);
            }
            ticket.line = u8::from(self.is_aside(ticket, servers, now));
        }
        let (priority, waiting) = (ticket.priority, i64::from(self.waiting));
        let Some(queue) = self.queue_mut(ticket) else { return Reservation::Granted };
        let place = if came { queue.place(ticket) } else { queue.ahead(priority) };
        // Whoever waits already goes first, but for those of higher priority. Where nobody wakes them, room that is there
        // before their time is anybody's.
        let polls = now.plus(POLL.max(waiting / 8));
        let is_due = nudged || queue.front(tickets).is_some_and(|(_, first)| first.until <= polls);
        let ahead = if came || !is_due { 0 } else { place };
        let Some(ticket) = tickets.get_mut(index as usize) else { return Reservation::Granted };
        let Some(first) = self.blocked(ticket, ahead, servers, at) else {
            self.grant(index, ticket, servers, now);
            (ticket.unclaimed, ticket.sent, ticket.sent_wall) = (false, now, at.wall);
            return Reservation::Granted;
        };
        let full = !came && self.waiting >= ticket.rules.max_queue;
        if full || self.is_refused(ticket, servers, at) {
            return self.refuse(ticket, full, place, servers, at);
        }
        // Not its turn after all: it gets the time of its place.
        let block = if place > ahead { self.blocked(ticket, place, servers, at).unwrap_or(first) } else { first };
        let Block { mut until, why, is_fact } = block;
        let may_end = matches!(why, Why::Probing | Why::Concurrency) || (why == Why::Outage && place == 0);
        if !nudged && may_end {
            until = until.min(polls);
        }
        let is_undated = || self.meters.iter().any(Meter::is_instant) && !self.clock.labels(at).dated;
        if !nudged && matches!(why, Why::Quota(_)) && (!is_fact || is_undated()) {
            // It is a guess, or its reset is on a clock that nobody knows: it asks what others found out meanwhile.
            until = until.min(now.plus(UNSURE));
        }
        until = until.max(now.plus(ticket.least_wait(until, self.sent.wrapping_add(self.landed), now)));
        ticket.until = until;
        if !came {
            self.enqueue(index, ticket, now);
        }
        Reservation::Wait { until, why, is_fact, is_behind: place > 0 }
    }

    // Whether a fact holds the first in the line of `ticket` for longer than it may: then it waits for nothing that moves.
    pub(super) fn is_refused(&self, ticket: &Ticket, servers: &Servers, at: Moment) -> bool {
        let block = self.blocked(ticket, 0, servers, at);
        block.is_some_and(|block| block.is_fact && block.until.since(at.mono) > ticket.rules.max_wait)
    }

    // Those who are turned away come back one after the other.
    fn refuse(&mut self, ticket: &mut Ticket, full: bool, place: u64, servers: &Servers, at: Moment) -> Reservation {
        self.leave(ticket);
        let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) else { return Reservation::Granted };
        let ahead = place.saturating_add(lane.turned_away);
        lane.turned_away = lane.turned_away.saturating_add(1);
        let block = self.blocked(ticket, ahead, servers, at);
        let block = block.unwrap_or(Block { until: at.mono, why: Why::Probing, is_fact: false });
        let why = if full { Refusal::QueueFull } else { Refusal::WaitTooLong };
        Reservation::Refused { why, retry_at: block.until, cause: block.why }
    }

    /// Closes the windows that are over.
    pub(super) fn roll(&mut self, now: MonoTime) {
        for meter in &mut self.meters {
            meter.roll(now, u64::from(self.in_flight));
        }
    }

    // What stands in the way of `ticket`, with `ahead` others before it.
    //
    // A guess holds back only as long as others of the lane go on, and for `maxWait` after that: then it is worth a try.
    #[inline(never)]
    pub(super) fn blocked(&self, ticket: &Ticket, ahead: u64, servers: &Servers, at: Moment) -> Option<Block> {
        let now = at.mono;
        let lane = self.lanes.get(usize::from(ticket.lane))?;
        let asked = ticket.asked.min(now);
        let patience = lane.granted.map_or(asked, |granted| granted.max(asked)).plus(ticket.patience);
        let guess_until = if ahead == 0 { patience } else { MonoTime(i64::MAX) };
        let mut block = Block { until: now, why: Why::Held, is_fact: true };
        let mut add = |until: MonoTime, why, is_fact: bool| {
            let until = if is_fact { until } else { until.min(guess_until) };
            if until > block.until {
                block = Block { until, why, is_fact };
            }
        };
        add(self.held, Why::Held, true);
        add(self.exchange.held, Why::Held, false);
        add(lane.held, if lane.is_own_hold { Why::Backoff } else { Why::Held }, !lane.is_own_hold);
        if let Some(held) = self.away.until(ticket.route) {
            add(held, Why::Held, true);
        }
        if let Some(turn) = servers.at(ticket.server).and_then(|it| it.blocks(ticket.route, ahead, asked, now)) {
            add(turn.until, Why::Outage, turn.is_told);
        }
        let mut awaits = None;
        let early = self.exchange.early(self.patience, now);
        for (index, meter) in self.meters.iter().enumerate() {
            let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
            if !lane.is_bound_by(index) && (meter.unit.is_none() || cost == 0) || !meter.paces(cost) {
                continue;
            }
            if let Some(until) = early.filter(|_| meter.is_shareable() && !meter.is_heard())
                && (u64::from(lane.fresh) + ahead > 0 || meter.is_contested(now))
            {
                awaits = awaits.max(Some(until));
            }
            match meter.admits(cost, product(ahead, cost), u64::from(lane.fresh), ticket.rules.pacing, now) {
                // A response that is under way may show that there is room.
                Gate::At(turn) if lane.fresh > 0 && turn.since(now) > ticket.rules.max_wait => {
                    awaits = awaits.max(Some(self.lease(now)));
                }
                Gate::At(turn) => add(turn, Why::Quota(index), !meter.is_learnt()),
                // A share is no fact: no call is refused for it.
                Gate::Share(turn) => add(turn, Why::Quota(index), false),
                Gate::Wish(turn) => add(turn.min(patience), Why::Quota(index), false),
                Gate::Answer(turn) => awaits = awaits.max(Some(turn)),
                Gate::Free => {}
            }
        }
        if block.until > now {
            return Some(block);
        }
        let in_flight = u64::from(self.in_flight) + ahead;
        let (gate, first) = self.exchange.gate(lane.gate, self.patience, now);
        let (until, why) = if awaits.is_some() {
            (awaits?.max(now.plus(1)).min(guess_until), Why::Probing)
        } else if in_flight >= u64::from(ticket.rules.max_concurrent) {
            (self.lease(now).plus(SEND_LEASE - PROBE_LEASE), Why::Concurrency)
        } else if gate != u32::MAX && u64::from(lane.fresh) + ahead >= u64::from(gate) {
            let until = self.lease(now).min(guess_until);
            (if first > now { until.min(first) } else { until }, Why::Probing)
        } else {
            return None;
        };
        (until > now || why == Why::Concurrency).then_some(Block { until, why, is_fact: false })
    }

    // When the oldest send counts against the probes no more.
    fn lease(&self, now: MonoTime) -> MonoTime {
        self.flights.front().map_or(now, |flight| flight.sent).plus(PROBE_LEASE)
    }

    pub(super) fn grant(&mut self, index: u32, ticket: &mut Ticket, servers: &mut Servers, now: MonoTime) {
        self.leave(ticket);
        ticket.serial = ticket.serial.wrapping_add(1);
        (ticket.stand, ticket.unclaimed, ticket.asked) = (Stand::Probing, true, NEVER);
        ticket.landed = self.landed;
        let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) else { return };
        for (index, meter) in self.meters.iter_mut().enumerate() {
            let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
            if cost > 0 && (lane.is_bound_by(index) || meter.unit.is_some()) {
                meter.take(cost, now);
            }
        }
        lane.sent(now);
        self.exchange.sent(now);
        if let Some(server) = servers.of(ticket.server) {
            ticket.probes = server.probes(ticket.route);
            server.sent(ticket.route, now);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        self.sent = self.sent.saturating_add(ticket.cost);
        self.flights.push_back(ticket.mark(index, now));
    }
}
