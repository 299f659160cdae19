//! Quotas: what is known of them, and who may send when.
//!
//! A [`Tracker`] holds all of a policy's state: scopes (who shares a quota), in each the quotas as meters, a queue of
//! those who wait, and a clock. A call takes a ticket, asks with it ([`Tracker::reserve`]), and tells what came of it
//! ([`Tracker::observe`]). It is plain data and decides without sleeping: two requests of one isolate share numbers, nothing else.

mod answer;
mod away;
mod beside;
#[doc(hidden)]
pub mod buckets;
#[doc(hidden)]
pub mod clock;
mod configured;
#[cfg(test)]
mod cost;
pub mod credentials;
mod doubt;
mod hidden;
mod holds;
pub mod identity;
mod landing;
mod lane;
#[doc(hidden)]
pub mod limit;
pub mod options;
mod outage;
mod queue;
pub mod quota;
pub mod read;
mod report;
#[doc(hidden)]
pub mod reserve;
mod restore;
mod routes;
pub mod secrets;
mod server;
pub(crate) mod share;
mod sleep;
mod ticket;
mod timers;
mod turns;
#[doc(hidden)]
pub mod unlisted;
#[doc(hidden)]
pub mod vendors;
mod wake;

pub use hidden::Loss;
pub use report::QuotaState;

use crate::shared::Arc;
use alloc::{boxed::Box, collections::VecDeque, vec::Vec};

use crate::{
    hints,
    rate_limit::{
        holds::Holds,
        identity::Identity,
        options::RateRules,
        read::{Answer, Reading},
        reserve::{Reservation, Scope, Sign},
        server::Servers,
        share::Sharing,
        sleep::Sleep,
        ticket::{Mark, NEVER, Place, Stand, Ticket},
        timers::Timers,
    },
    syntax::index::Index,
    time::{Moment, MonoTime},
};

/// Scopes kept while nobody uses them; beyond that the one that was idle longest is forgotten, of those that hold nobody where
/// there are any; of one that does, the hold is kept ([`holds`]).
const MAX_SCOPES: usize = 1000;

/// Quotas kept per scope; a server that names more is one that puts an id into the name.
const MAX_METERS: usize = 64;
/// Lanes kept per scope, and routes of which it is known where they belong. Where each channel has quotas of its own
/// ([`buckets`]), many are in use at a time; beyond these numbers idle ones go.
const MAX_LANES: usize = 128;
const MAX_ROUTES: usize = 256;

/// A quota on which a call was granted within this, ms, is one that serves.
const SERVED: i64 = 120_000;

/// A call's place in a tracker; to be handed back with [`Tracker::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketId(u32);

/// All that a policy knows of quotas.
#[derive(Debug, Default)]
pub struct Tracker {
    scopes: Vec<Scope>,
    /// Where each is, by its key.
    index: Index,
    tickets: Vec<Place>,
    servers: Servers,
    free: Vec<u32>,
    nudges: bool,
    /// Granted, and not yet named by `wake`.
    woken: VecDeque<Mark>,
    /// Scopes that something happened to since `wake` last looked at them, and when it looks at each of the others in which calls
    /// wait: what an event costs does not grow with them.
    touched: Vec<u32>,
    timers: Timers,
    /// How often in a row `alarm` said to ask at once and nobody could go, and from when on the next one counts.
    due: MonoTime,
    idle: u8,
    /// How far the wall clock leads the monotonic one, and by how much more than at first.
    sleep: Sleep,
    /// Scopes that were forgotten while all their calls had to wait: the key, and until when.
    holds: Holds,
    /// Where quotas are shared.
    sharing: Option<Box<Sharing>>,
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
        rules: &Arc<RateRules>,
        priority: i32,
        cost: u64,
        owner: u32,
        at: Moment,
    ) -> TicketId {
        let at = self.awake(at);
        let scope = self.scope(identity, rules, at.mono);
        let guess = self.scopes.get(scope).map(|scope| scope.server);
        let server = self.servers.find(identity.origin, guess, at.mono);
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.server = server;
        }
        self.take(Ticket {
            scope: scope as u32,
            owner,
            lane: 0,
            line: 0,
            server,
            stand: Stand::Idle,
            unclaimed: false,
            route: identity.route,
            bucket: identity.bucket,
            serial: 0,
            rules: Arc::clone(rules),
            priority,
            cost,
            seq: None,
            asked: NEVER,
            patience: rules.max_wait,
            joined: false,
            probes: false,
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

    /// The call of `ticket` ends in `left` ms: a guess holds it back for half of that at most.
    pub fn hurry(&mut self, ticket: TicketId, left: i64) {
        if let Some(ticket) = self.tickets.get_mut(ticket.0 as usize).filter(|ticket| ticket.asked == NEVER) {
            ticket.patience = ticket.rules.max_wait.min(left / 2);
        }
    }

    /// Asks whether `ticket` may send now. If so it counts as sent.
    pub fn reserve(&mut self, ticket: TicketId, at: Moment) -> Reservation {
        let at = self.awake(at);
        let reservation = self.reserve_awake(ticket, at);
        self.sleep.outside(reservation)
    }

    fn reserve_awake(&mut self, ticket: TicketId, at: Moment) -> Reservation {
        let Some(index) = self.scope_of(ticket) else { return Reservation::Granted };
        self.touch(index);
        let Self { scopes, tickets, servers, woken, nudges, .. } = self;
        let Some(scope) = scopes.get_mut(index) else { return Reservation::Granted };
        let waits = |ticket: &Place| ticket.stand == Stand::Waiting;
        if *nudges && tickets.get(ticket.0 as usize).is_some_and(waits) {
            // Who is first goes first: this one is served by its place, even if its timer was the first to fire.
            while let Some(granted) = scope.pump(tickets, servers, at) {
                if granted.ticket == ticket.0 {
                    break;
                }
                woken.push_back(granted);
            }
        }
        scope.reserve(ticket.0, tickets, servers, *nudges, at)
    }

    /// Takes the response to `ticket`'s attempt. `judge` says from what was read what it says of the server, and may change the names in it.
    pub fn observe(
        &mut self,
        ticket: TicketId,
        answer: Answer<'_>,
        at: Moment,
        judge: impl FnOnce(&mut Reading) -> Sign,
    ) -> Reading {
        let at = self.awake(at);
        let Some((scope, tickets, servers)) = self.at_home(ticket) else { return Reading::default() };
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
        scope.answered(ticket.0, tickets, servers, &reading, sign, at);
        self.touch_server(ticket);
        reading
    }

    /// The attempt of `ticket` ended without a response. `down`: which shows that its server fails. `lost`: on its way, or in a page
    /// for want of a header that lets it be read. What it looks like: of a refusal, report it to [`Tracker::back_off`], too.
    pub fn fail(&mut self, id: TicketId, down: bool, lost: bool, at: Moment) -> Loss {
        let at = self.awake(at);
        let Some((scope, tickets, servers)) = self.at_home(id) else { return Loss::Plain };
        let Some(ticket) = tickets.get_mut(id.0 as usize) else { return Loss::Plain };
        let loss = scope.fail(ticket, lost, servers, at.mono);
        if down && loss == Loss::Plain {
            Scope::failed(ticket, None, servers, at);
        }
        self.touch_server(id);
        loss
    }

    /// The head of the response to `ticket` is here; what it says is yet to be told. `counted`: the server may have counted it.
    pub fn land(&mut self, ticket: TicketId, counted: bool, at: Moment) {
        let at = self.awake(at);
        if let Some((scope, tickets, servers)) = self.at_home(ticket)
            && let Some(ticket) = tickets.get_mut(ticket.0 as usize)
        {
            scope.land(ticket, counted, servers, at.mono);
        }
    }

    /// The response to `ticket` was a refusal that says nothing of when; it will be sent again at `until`. True if those who
    /// share its quota are held, too: then it asks for its turn among them.
    pub fn back_off(&mut self, ticket: TicketId, until: MonoTime, at: Moment) -> bool {
        let at = self.awake(at);
        let until = self.sleep.inside(until);
        let Some((scope, tickets, _)) = self.at_home(ticket) else { return false };
        tickets.get(ticket.0 as usize).is_some_and(|ticket| scope.back_off(ticket, until, at.mono))
    }

    /// Whether a refusal holds those who share the quota of `ticket`.
    pub fn is_held(&mut self, ticket: TicketId, at: Moment) -> bool {
        let at = self.awake(at);
        let scope = self.scope_of(ticket).and_then(|scope| self.scopes.get(scope));
        let lane = self.tickets.get(ticket.0 as usize).map(|ticket| usize::from(ticket.lane));
        lane.and_then(|lane| scope?.lanes.get(lane)).is_some_and(|lane| lane.held > at.mono)
    }

    /// Whether `ticket` was sent to find out for others whether its server is up again.
    pub fn is_probe(&self, ticket: TicketId) -> bool {
        self.tickets.get(ticket.0 as usize).is_some_and(|ticket| ticket.probes)
    }

    /// Whether others on the quota of `ticket` are served: a refusal is not the last word on it.
    pub fn is_served(&mut self, ticket: TicketId, at: Moment) -> bool {
        let at = self.awake(at);
        let scope = self.scope_of(ticket).and_then(|scope| self.scopes.get(scope));
        let lane = self.tickets.get(ticket.0 as usize).map(|ticket| usize::from(ticket.lane));
        let granted = lane.and_then(|lane| scope?.lanes.get(lane)?.granted);
        granted.is_some_and(|granted| at.mono.since(granted) <= SERVED)
    }

    /// Whether the server that `ticket` is for is down, or was until just now.
    pub fn is_down(&self, ticket: TicketId) -> bool {
        let ticket = self.tickets.get(ticket.0 as usize);
        ticket
            .and_then(|ticket| Some((self.servers.at(ticket.server)?, ticket.route)))
            .is_some_and(|(server, route)| server.holds(route))
    }

    /// Gives the place back, with all it holds.
    pub fn release(&mut self, ticket: TicketId) {
        if let Some((scope, tickets, servers)) = self.at_home(ticket)
            && let Some(place) = tickets.get_mut(ticket.0 as usize)
        {
            scope.release(place, servers);
            self.free.push(ticket.0);
        }
    }

    /// Whether the host wakes others.
    pub fn nudges(&self) -> bool {
        self.nudges
    }

    // The scope of `ticket`, and all tickets.
    fn at_home(&mut self, ticket: TicketId) -> Option<(&mut Scope, &mut Vec<Place>, &mut Servers)> {
        let scope = self.scope_of(ticket)?;
        self.touch(scope);
        Some((self.scopes.get_mut(scope)?, &mut self.tickets, &mut self.servers))
    }

    fn scope_of(&self, ticket: TicketId) -> Option<usize> {
        self.tickets.get(ticket.0 as usize).map(|ticket| ticket.scope as usize)
    }

    fn scope(&mut self, identity: &Identity, rules: &RateRules, now: MonoTime) -> usize {
        if let Some(index) = self.find(&identity.key) {
            if let Some(scope) = self.scopes.get_mut(index) {
                scope.configure(rules, now);
            }
            return index;
        }
        let hash = identity::number_of_key(&identity.key);
        let mut new = Scope::new(identity, rules, now);
        new.held = self.holds.take(&identity.key).unwrap_or(new.held);
        if self.scopes.len() >= MAX_SCOPES {
            let idle = self.scopes.iter_mut().enumerate().filter(|(_, scope)| scope.tickets == 0);
            let oldest = idle.min_by_key(|(_, scope)| (scope.next_at(&self.servers, now).is_some(), scope.used_at));
            if let Some((index, old)) = oldest {
                if let Some(until) = old.holds_all(&self.servers, now) {
                    self.holds.keep(old.key, until, now);
                }
                self.index.remove(identity::number_of_key(&old.key), index);
                self.index.add(hash, index);
                new.touched = old.touched;
                new.exchange.keep(&old.exchange);
                *old = new;
                return index;
            }
        }
        self.index.add(hash, self.scopes.len());
        self.scopes.push(new);
        self.scopes.len() - 1
    }

    fn find(&self, key: &[u8; 16]) -> Option<usize> {
        let is_it = |index: usize| self.scopes.get(index).is_some_and(|scope| scope.key == *key);
        self.index.find(identity::number_of_key(key), &is_it)
    }
}
