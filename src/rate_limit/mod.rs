//! Quotas: what is known of them, and who may send when.
//!
//! A [`Tracker`] holds all of a policy's state: scopes (who shares a quota), in each the quotas as meters, a queue of
//! those who wait, and a clock. A call takes a ticket, asks with it ([`Tracker::reserve`]), and tells what came of it
//! ([`Tracker::observe`]). It is plain data and decides without sleeping: two requests of one isolate share numbers, nothing else.

pub mod clock;
pub mod identity;
pub mod meter;
pub mod options;
pub mod quota;
pub mod read;
pub mod reserve;
mod ticket;
pub mod vendors;

use alloc::{collections::VecDeque, rc::Rc, vec::Vec};

use crate::{
    hints,
    rate_limit::{
        identity::Identity,
        meter::Meter,
        options::RateRules,
        quota::Quota,
        read::{Answer, Reading},
        reserve::{Reservation, Scope},
        ticket::{Mark, Stand, Ticket},
    },
    time::{Moment, MonoTime, WallTime},
};

/// Scopes kept while nobody uses them; beyond that the one that was idle longest is forgotten.
const MAX_SCOPES: usize = 1000;

/// A call's place in a tracker; to be handed back with [`Tracker::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketId(u32);

/// All that a policy knows of quotas.
#[derive(Debug, Default)]
pub struct Tracker {
    scopes: Vec<Scope>,
    tickets: Vec<Ticket>,
    free: Vec<u32>,
    nudges: bool,
    /// Granted, and not yet named by `wake`.
    woken: VecDeque<Mark>,
    /// The scope in which something may have changed since `wake` was last asked to the end.
    touched: Option<usize>,
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
        let scope = self.scope(identity, rules, at.mono);
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.tickets = scope.tickets.saturating_add(1);
        }
        let mut ticket = Ticket {
            scope,
            owner,
            serial: 0,
            stand: Stand::Idle,
            unclaimed: false,
            rules: Rc::clone(rules),
            priority,
            cost,
            seq: None,
            asked: None,
            until: at.mono,
            sent: at,
        };
        let index = self.free.pop().unwrap_or(self.tickets.len() as u32);
        if let Some(old) = self.tickets.get_mut(index as usize) {
            ticket.serial = old.serial.wrapping_add(1);
            *old = ticket;
        } else {
            self.tickets.push(ticket);
        }
        TicketId(index)
    }

    /// Asks whether `ticket` may send now. If so it counts as sent.
    pub fn reserve(&mut self, ticket: TicketId, at: Moment) -> Reservation {
        let Some(index) = self.scope_of(ticket) else { return Reservation::Granted };
        let Self { scopes, tickets, woken, nudges, .. } = self;
        let Some(scope) = scopes.get_mut(index) else { return Reservation::Granted };
        if *nudges {
            self.touched = Some(index);
            let waits = |ticket: &Ticket| ticket.stand == Stand::Waiting;
            if tickets.get(ticket.0 as usize).is_some_and(waits) {
                // Who is first goes first: this one is served by its place, even if its timer was the first to fire.
                while let Some(granted) = scope.pump(tickets, at) {
                    if granted.ticket == ticket.0 {
                        break;
                    }
                    woken.push_back(granted);
                }
            }
        }
        scope.reserve(ticket.0, tickets, *nudges, at)
    }

    /// Takes the answer to `ticket`'s attempt. `limited` judges from what was read whether it asks to slow down.
    pub fn observe(
        &mut self,
        ticket: TicketId,
        answer: Answer<'_>,
        at: Moment,
        limited: impl FnOnce(&Reading) -> bool,
    ) -> Reading {
        let Some((scope, ticket)) = self.touch(ticket) else { return Reading::default() };
        // The date is read before the rest, which is measured against the clock that it corrects.
        if let Some(date) = hints::served(answer.headers, at.wall).date {
            scope.clock.observe(date, ticket.sent.wall, at);
        }
        let reading = read::read(answer, scope.clock.server(at));
        let limited = limited(&reading);
        scope.answered(ticket, &reading, limited, at);
        reading
    }

    /// The attempt of `ticket` ended without an answer.
    pub fn fail(&mut self, ticket: TicketId) {
        if let Some((scope, ticket)) = self.touch(ticket) {
            scope.land(ticket);
        }
    }

    /// Gives the place back, with all it holds.
    pub fn release(&mut self, ticket: TicketId) {
        if let Some((scope, place)) = self.touch(ticket) {
            scope.release(place);
            self.free.push(ticket.0);
        }
    }

    /// The owner of a waiter that may go now because of what was just told or given back. Ask until there is none;
    /// each one named is granted and learns so when it asks. Only where the host may wake others.
    pub fn wake(&mut self, at: Moment) -> Option<u32> {
        if !self.nudges {
            return None;
        }
        let mut granted = self.woken.pop_front();
        if let (None, Some(index)) = (granted, self.touched) {
            granted = self.scopes.get_mut(index)?.pump(&mut self.tickets, at);
            if granted.is_none() {
                self.touched = None;
            }
        }
        self.tickets.get(granted?.ticket as usize).map(|ticket| ticket.owner)
    }

    /// The meter that a reservation's [`reserve::Why::Quota`] names.
    pub fn quota(&mut self, ticket: TicketId, index: usize, at: Moment) -> Option<QuotaState<'_>> {
        let scope = self.scope_of(ticket)?;
        let scope = self.scopes.get_mut(scope)?;
        scope.roll(at.mono, u64::from(scope.in_flight));
        Some(state(scope, scope.meters.get(index)?, at))
    }

    /// Shows what is known of all quotas, one after the other.
    pub fn quotas(&mut self, at: Moment, mut see: impl FnMut(&QuotaState<'_>)) {
        for scope in &mut self.scopes {
            scope.roll(at.mono, u64::from(scope.in_flight));
            for meter in &scope.meters {
                see(&state(scope, meter, at));
            }
        }
    }

    /// Takes up a quota that another tracker knew, unless this one knows better.
    pub fn restore(&mut self, identity: &Identity, quota: &Quota, rules: &RateRules, at: Moment) {
        let scope = self.scope(identity, rules, at.mono);
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.restore(quota, at);
        }
    }

    // The two that an event of `ticket` is about; what it changes may let others go.
    fn touch(&mut self, ticket: TicketId) -> Option<(&mut Scope, &mut Ticket)> {
        let ticket = self.tickets.get_mut(ticket.0 as usize)?;
        self.touched = Some(ticket.scope);
        Some((self.scopes.get_mut(ticket.scope)?, ticket))
    }

    fn scope_of(&self, ticket: TicketId) -> Option<usize> {
        self.tickets.get(ticket.0 as usize).map(|ticket| ticket.scope)
    }

    fn scope(&mut self, identity: &Identity, rules: &RateRules, now: MonoTime) -> usize {
        if let Some(index) = self.scopes.iter().position(|scope| scope.key == identity.key) {
            return index;
        }
        let new = Scope::new(identity, rules, now);
        if self.scopes.len() >= MAX_SCOPES {
            let idle = self.scopes.iter_mut().enumerate().filter(|(_, scope)| scope.tickets == 0);
            if let Some((index, old)) = idle.min_by_key(|(_, scope)| scope.used_at) {
                *old = new;
                return index;
            }
        }
        self.scopes.push(new);
        self.scopes.len() - 1
    }
}

#[inline(never)]
fn state<'a>(scope: &'a Scope, meter: &'a Meter, at: Moment) -> QuotaState<'a> {
    QuotaState {
        key: &scope.key,
        scope: &scope.name,
        name: meter.name.as_deref(),
        unit: meter.unit.as_deref(),
        limit: meter.limit,
        remaining: meter.remaining(),
        resets: meter.resets().map(|resets| at.wall_at(resets)),
        window: meter.window,
        source: &meter.source,
        in_flight: scope.in_flight,
        waiting: scope.waiting,
        next: scope.next_at(at.mono).map(|next| at.wall_at(next)),
    }
}
