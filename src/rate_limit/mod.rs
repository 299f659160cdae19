//! Quotas: what is known of them, and who may send when.
//!
//! A [`Tracker`] holds all of a policy's state: scopes (who shares a quota), in each the quotas as meters, a queue of
//! those who wait, and a clock. A call takes a ticket, asks with it ([`Tracker::reserve`]), and tells what came of it
//! ([`Tracker::observe`]). It is plain data and decides without sleeping: two requests of one isolate share numbers, nothing else.

mod answer;
mod beside;
pub mod clock;
mod hidden;
mod holds;
pub mod identity;
mod landing;
mod lane;
pub mod limit;
pub mod options;
mod outage;
pub mod quota;
pub mod read;
pub mod reserve;
mod restore;
mod routes;
pub mod secrets;
mod sleep;
mod ticket;
pub mod vendors;

use alloc::{boxed::Box, collections::VecDeque, rc::Rc, vec::Vec};

use crate::{
    hints,
    rate_limit::{
        holds::Holds,
        identity::Identity,
        limit::Meter,
        options::RateRules,
        read::{Answer, Reading},
        reserve::{Reservation, Scope, Sign},
        sleep::Sleep,
        ticket::{LOOP, Mark, Place, Stand, Ticket, backed_off},
    },
    time::{Moment, MonoTime, WallTime},
};

/// Scopes kept while nobody uses them; beyond that the one that was idle longest is forgotten, of those that hold nobody where
/// there are any; of one that does, the hold is kept ([`holds`]).
const MAX_SCOPES: usize = 1000;

/// Quotas kept per scope; a server that names more is one that puts an id into the name.
const MAX_METERS: usize = 16;
/// Lanes kept per scope, and routes of which it is known where they belong.
const MAX_LANES: usize = 16;
const MAX_ROUTES: usize = 256;

/// A call's place in a tracker; to be handed back with [`Tracker::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketId(u32);

/// All that a policy knows of quotas.
#[derive(Debug, Default)]
pub struct Tracker {
    scopes: Vec<Scope>,
    tickets: Vec<Place>,
    free: Vec<u32>,
    nudges: bool,
    /// Granted, and not yet named by `wake`.
    woken: VecDeque<Mark>,
    /// The scope that `wake` looks at next.
    turn: usize,
    /// How often in a row `alarm` said to ask at once and nobody could go, and from when on the next one counts.
    due: MonoTime,
    idle: u8,
    /// How far the wall clock leads the monotonic one, and by how much more than at first.
    sleep: Sleep,
    /// Scopes that were forgotten while all their calls had to wait: the key, and until when.
    holds: Holds,
}

/// What is known of one quota, for those who ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaState<'a> {
    /// Its scope's key.
    pub key: &'a [u8],
    /// The name of its scope.
    pub scope: &'a str,
    /// The quota's name.
    pub name: Option<&'a str>,
    /// What is counted; `None` for requests.
    pub unit: Option<&'a str>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left, what is in flight taken off.
    pub remaining: Option<u64>,
    /// When it resets, on this machine's clock.
    pub resets: Option<WallTime>,
    /// ms.
    pub window: Option<i64>,
    /// The header it came from, or `options`.
    pub source: &'a str,
    /// Sends without an answer in this scope.
    pub in_flight: u32,
    /// Calls waiting in this scope.
    pub waiting: u32,
    /// When the next send may go, where something is in its way.
    pub next: Option<WallTime>,
    /// The response header that would let this page read more, where its server hides what it tells; else "".
    pub expose: &'a str,
}

impl Tracker {
    /// An empty one. `nudges`: the host may wake one waiter from another's turn, and does so as [`Tracker::wake`] says.
    pub fn new(nudges: bool) -> Self {
        Self { nudges, ..Self::default() }
    }

    /// A place for a call of `identity`. `owner` is whatever the caller knows it by; [`Tracker::wake`] says it.
    pub fn enter(
        &mut self,
        identity: &Identity,
        rules: &Rc<RateRules>,
        priority: i32,
        cost: u64,
        owner: u32,
        at: Moment,
    ) -> TicketId {
        let at = self.awake(at);
        let scope = self.scope(identity, rules, at.mono);
        self.take(Ticket {
            scope: scope as u32,
            owner,
            lane: 0,
            stand: Stand::Idle,
            unclaimed: false,
            route: identity.route,
            serial: 0,
            rules: Rc::clone(rules),
            priority,
            cost,
            seq: None,
            asked: None,
            until: at.mono,
            sent: at.mono,
            sent_wall: at.wall,
            landed: 0,
            idle: 0,
        })
    }

    // A place for `ticket`.
    fn take(&mut self, mut ticket: Ticket) -> TicketId {
        if let Some(scope) = self.scopes.get_mut(ticket.scope as usize) {
            scope.tickets = scope.tickets.saturating_add(1);
        }
        let index = self.free.pop().unwrap_or(self.tickets.len() as u32);
        if let Some(old) = self.tickets.get_mut(index as usize) {
            ticket.serial = old.serial.wrapping_add(1);
            **old = ticket;
        } else {
            self.tickets.push(Box::new(ticket));
        }
        TicketId(index)
    }

    /// Asks whether `ticket` may send now. If so it counts as sent.
    pub fn reserve(&mut self, ticket: TicketId, at: Moment) -> Reservation {
        let at = self.awake(at);
        let reservation = self.reserve_awake(ticket, at);
        self.sleep.outside(reservation)
    }

    fn reserve_awake(&mut self, ticket: TicketId, at: Moment) -> Reservation {
        let Some(index) = self.scope_of(ticket) else { return Reservation::Granted };
        let Self { scopes, tickets, woken, nudges, .. } = self;
        let Some(scope) = scopes.get_mut(index) else { return Reservation::Granted };
        let waits = |ticket: &Place| ticket.stand == Stand::Waiting;
        if *nudges && tickets.get(ticket.0 as usize).is_some_and(waits) {
            // Who is first goes first: this one is served by its place, even if its timer was the first to fire.
            while let Some(granted) = scope.pump(tickets, at) {
                if granted.ticket == ticket.0 {
                    break;
                }
                woken.push_back(granted);
            }
        }
        scope.reserve(ticket.0, tickets, *nudges, at)
    }

    /// Takes the answer to `ticket`'s attempt. `judge` says from what was read what it says of the server, and may change the names in it.
    pub fn observe(
        &mut self,
        ticket: TicketId,
        answer: Answer<'_>,
        at: Moment,
        judge: impl FnOnce(&mut Reading) -> Sign,
    ) -> Reading {
        let at = self.awake(at);
        let Some((scope, tickets)) = self.at_home(ticket) else { return Reading::default() };
        let sent = tickets.get(ticket.0 as usize);
        let sent = sent.map_or((at.wall, at.mono), |ticket| (ticket.sent_wall, ticket.sent));
        // The date is read before the rest, which is measured against the clock that it corrects.
        let mut served = hints::served(answer.headers, at.wall);
        if let Some(date) = served.date
            && !scope.clock.observe(date, sent, at)
        {
            // A cache gave it, whose date and quotas are of another time.
            (served.date, served.cached) = (None, true);
        }
        let mut reading = read::read_served(answer, served.measured(scope.clock.server(at)));
        if let Some(ticket) = tickets.get(ticket.0 as usize) {
            scope.see(ticket, answer, served.date.is_some() || !reading.quotas.is_empty());
        }
        scope.correct(&mut reading, at.mono);
        let sign = judge(&mut reading);
        scope.answered(ticket.0, tickets, &reading, sign, at);
        reading
    }

    /// The attempt of `ticket` ended without an answer. `down`: which tells of its server. `lost`: on its way, or in a page
    /// for want of a header that lets it be read. True if that is how it looks: then [`Tracker::back_off`] is to be told as
    /// of a refusal.
    pub fn fail(&mut self, ticket: TicketId, down: bool, lost: bool, at: Moment) -> bool {
        let at = self.awake(at);
        let Some((scope, tickets)) = self.at_home(ticket) else { return false };
        let Some(ticket) = tickets.get_mut(ticket.0 as usize) else { return false };
        let is_doubted = scope.fail(ticket, lost, at.mono);
        if down && !is_doubted {
            scope.failed(ticket, at);
        }
        is_doubted
    }

    /// The head of the answer to `ticket` is here; what it says is yet to be told. `counted`: the server may have counted it.
    pub fn land(&mut self, ticket: TicketId, counted: bool, at: Moment) {
        let at = self.awake(at);
        if let Some((scope, tickets)) = self.at_home(ticket)
            && let Some(ticket) = tickets.get_mut(ticket.0 as usize)
        {
            scope.land(ticket, counted, at.mono);
        }
    }

    /// The answer to `ticket` was a refusal that says nothing of when; it will be sent again at `until`, and whoever
    /// shares its quota is held until then.
    pub fn back_off(&mut self, ticket: TicketId, until: MonoTime, at: Moment) {
        let at = self.awake(at);
        let until = self.sleep.inside(until);
        if let Some((scope, tickets)) = self.at_home(ticket)
            && let Some(ticket) = tickets.get(ticket.0 as usize)
        {
            scope.back_off(ticket, until, at.mono);
        }
    }

    /// Whether the server that `ticket` is for is down, or was until just now.
    pub fn is_down(&self, ticket: TicketId) -> bool {
        self.scope_of(ticket).and_then(|scope| self.scopes.get(scope)).is_some_and(|scope| scope.outage.is_on())
    }

    /// Gives the place back, with all it holds.
    pub fn release(&mut self, ticket: TicketId) {
        if let Some((scope, tickets)) = self.at_home(ticket)
            && let Some(place) = tickets.get_mut(ticket.0 as usize)
        {
            scope.release(place);
            self.free.push(ticket.0);
        }
    }

    /// The owner of a waiter that may go now, or has to hear anew what it waits for. Ask until there is none; each one
    /// learns what holds when it asks. Only where the host may wake others.
    pub fn wake(&mut self, at: Moment) -> Option<u32> {
        if !self.nudges {
            return None;
        }
        let at = self.awake(at);
        let granted = self.next_woken(at);
        if granted.is_some() {
            self.idle = 0;
        }
        self.tickets.get(granted?.ticket as usize).map(|ticket| ticket.owner)
    }

    fn next_woken(&mut self, at: Moment) -> Option<Mark> {
        let mut granted = self.woken.pop_front();
        while granted.is_none() && self.turn < self.scopes.len() {
            granted = self.scopes.get_mut(self.turn)?.pump(&mut self.tickets, at);
            if granted.is_none() {
                self.turn += 1;
            }
        }
        self.turn = if granted.is_none() { 0 } else { self.turn };
        for scope in &mut self.scopes {
            if granted.is_none() {
                scope.overdue(&mut self.tickets, at, &mut self.woken);
                granted = self.woken.pop_front();
            }
        }
        granted
    }

    /// When [`Tracker::wake`] is to be asked though nothing happened; `None` while nobody waits. Only where the host may
    /// wake others: there one timer serves all who wait.
    pub fn alarm(&mut self, at: Moment) -> Option<MonoTime> {
        let at = self.awake(at);
        let alarm = self.next_alarm(at)?;
        Some(self.sleep.beyond(alarm))
    }

    fn next_alarm(&mut self, at: Moment) -> Option<MonoTime> {
        if !self.woken.is_empty() {
            return Some(at.mono);
        }
        let mut first: Option<MonoTime> = None;
        for scope in &mut self.scopes {
            if scope.waiting > 0
                && let Some(alarm) = scope.alarm(&mut self.tickets, at)
            {
                first = Some(first.map_or(alarm, |first| first.min(alarm)));
            }
        }
        let first = first?;
        // An alarm that wakes nobody, again and again, is a loop.
        if first.since(at.mono) > 1 {
            (self.idle, self.due) = (0, at.mono);
        } else if at.mono >= self.due {
            let (idle, wait) = backed_off(self.idle, true);
            (self.idle, self.due) = (idle, at.mono.plus(wait));
        }
        Some(if self.idle > LOOP { self.due } else { first })
    }

    /// Whether the host wakes others.
    pub fn nudges(&self) -> bool {
        self.nudges
    }

    /// The meter that a reservation's [`reserve::Why::Quota`] names. For an index of none, the scope itself if its headers are
    /// hidden.
    pub fn quota(&mut self, ticket: TicketId, index: usize, at: Moment) -> Option<QuotaState<'_>> {
        let at = self.awake(at);
        let scope = self.scope_of(ticket)?;
        let scope = self.scopes.get_mut(scope)?;
        scope.roll(at.mono);
        let meter = scope.meters.get(index);
        (meter.is_some() || !scope.sight.line.is_empty()).then(|| state(scope, meter, at))
    }

    /// Shows what is known of all quotas, one after the other. A scope of which none is known shows itself if its headers
    /// are hidden, without a limit.
    pub fn quotas(&mut self, at: Moment, mut see: impl FnMut(&QuotaState<'_>)) {
        let at = self.awake(at);
        for scope in &mut self.scopes {
            scope.roll(at.mono);
            for meter in &scope.meters {
                see(&state(scope, Some(meter), at));
            }
            if scope.meters.is_empty() && !scope.sight.line.is_empty() {
                see(&state(scope, None, at));
            }
        }
    }

    // The scope of `ticket`, and all tickets.
    fn at_home(&mut self, ticket: TicketId) -> Option<(&mut Scope, &mut Vec<Place>)> {
        let scope = self.scope_of(ticket)?;
        Some((self.scopes.get_mut(scope)?, &mut self.tickets))
    }

    fn scope_of(&self, ticket: TicketId) -> Option<usize> {
        self.tickets.get(ticket.0 as usize).map(|ticket| ticket.scope as usize)
    }

    fn scope(&mut self, identity: &Identity, rules: &RateRules, now: MonoTime) -> usize {
        if let Some(index) = self.scopes.iter().position(|scope| scope.key == identity.key) {
            return index;
        }
        let mut new = Scope::new(identity, rules, now);
        new.held = self.holds.take(&identity.key).unwrap_or(new.held);
        if self.scopes.len() >= MAX_SCOPES {
            let idle = self.scopes.iter_mut().enumerate().filter(|(_, scope)| scope.tickets == 0);
            let oldest = idle.min_by_key(|(_, scope)| (scope.next_at(now).is_some(), scope.used_at));
            if let Some((index, old)) = oldest {
                if let Some(until) = old.holds_all(now) {
                    self.holds.keep(old.key, until, now);
                }
                *old = new;
                return index;
            }
        }
        self.scopes.push(new);
        self.scopes.len() - 1
    }
}

#[inline(never)]
fn state<'a>(scope: &'a Scope, meter: Option<&'a Meter>, at: Moment) -> QuotaState<'a> {
    QuotaState {
        key: &scope.key,
        scope: &scope.name,
        name: meter.and_then(|meter| meter.name.as_deref()),
        unit: meter.and_then(|meter| meter.unit.as_deref()),
        limit: meter.and_then(|meter| meter.limit),
        remaining: meter.and_then(|meter| meter.remaining(at.mono)),
        resets: meter.and_then(|meter| meter.resets(at.mono)).map(|resets| at.wall_at(resets)),
        window: meter.and_then(|meter| meter.window),
        source: meter.map_or("none", |meter| &meter.source),
        expose: &scope.sight.line,
        in_flight: scope.in_flight,
        waiting: scope.waiting,
        next: scope.next_at(at.mono).map(|next| at.wall_at(next)),
    }
}
