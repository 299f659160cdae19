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
pub mod vendors;

use alloc::{collections::VecDeque, rc::Rc, string::String, vec::Vec};

use crate::{
    hints,
    rate_limit::{
        identity::Identity,
        meter::Meter,
        options::RateRules,
        read::Reading,
        reserve::{Reservation, Scope, Stand, Ticket},
    },
    syntax::headers::Headers,
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
    owners: Vec<u32>,
    free: Vec<u32>,
    nudges: bool,
    /// Granted, and not yet named by `wake`.
    woken: VecDeque<u32>,
    /// The scope in which something may have changed since `wake` was last asked to the end.
    touched: Option<usize>,
}

/// What is known of one quota, for those who ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaState {
    /// The name of its scope.
    pub scope: String,
    /// The quota's name.
    pub name: Option<String>,
    /// What is counted; `None` for requests.
    pub unit: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left, what is in flight taken off.
    pub remaining: Option<u64>,
    /// When it resets, on this machine's clock.
    pub resets: Option<WallTime>,
    /// ms.
    pub window: Option<i64>,
    /// The header it came from, or `options`.
    pub source: String,
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
        identity: Identity,
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
            serial: 0,
            stand: Stand::Idle,
            unclaimed: false,
            rules: Rc::clone(rules),
            priority,
            cost,
            seq: None,
            asked: None,
            sent: at,
        };
        let index = self.free.pop().unwrap_or(self.tickets.len() as u32);
        if let (Some(old), Some(of)) = (self.tickets.get_mut(index as usize), self.owners.get_mut(index as usize)) {
            ticket.serial = old.serial.wrapping_add(1);
            (*old, *of) = (ticket, owner);
        } else {
            self.tickets.push(ticket);
            self.owners.push(owner);
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
            let waits = |ticket: &Ticket| matches!(ticket.stand, Stand::Waiting { .. });
            if tickets.get(ticket.0 as usize).is_some_and(waits) {
                // Who is first goes first: this one is served by its place, even if its timer was the first to fire.
                while let Some(granted) = scope.pump(tickets, at) {
                    if granted == ticket.0 {
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
        headers: Headers<'_>,
        at: Moment,
        limited: impl FnOnce(&Reading) -> bool,
    ) -> Reading {
        let Some(index) = self.scope_of(ticket) else { return Reading::default() };
        self.touched = Some(index);
        let Self { scopes, tickets, .. } = self;
        let (Some(scope), Some(ticket)) = (scopes.get_mut(index), tickets.get_mut(ticket.0 as usize)) else {
            return Reading::default();
        };
        // The date is read before the rest, which is measured against the clock that it corrects.
        if let Some(date) = hints::served(headers, at.wall).date {
            scope.clock.observe(date, ticket.sent.wall, at);
        }
        let reading = read::read(headers, scope.clock.server(at));
        let limited = limited(&reading);
        scope.answered(ticket, &reading, limited, at);
        reading
    }

    /// The attempt of `ticket` ended without an answer.
    pub fn fail(&mut self, ticket: TicketId) {
        let Some(index) = self.scope_of(ticket) else { return };
        self.touched = Some(index);
        let Self { scopes, tickets, .. } = self;
        if let (Some(scope), Some(ticket)) = (scopes.get_mut(index), tickets.get_mut(ticket.0 as usize)) {
            scope.land(ticket);
        }
    }

    /// Gives the place back, with all it holds.
    pub fn release(&mut self, ticket: TicketId) {
        let Some(index) = self.scope_of(ticket) else { return };
        self.touched = Some(index);
        let Self { scopes, tickets, .. } = self;
        if let Some(scope) = scopes.get_mut(index) {
            scope.release(ticket.0, tickets);
            self.free.push(ticket.0);
        }
    }

    /// The owner of a waiter that may go now because of what was just told or given back. Ask until there is none;
    /// each one named is granted and learns so when it asks. Only where the host may wake others.
    pub fn wake(&mut self, at: Moment) -> Option<u32> {
        if !self.nudges {
            return None;
        }
        let Self { scopes, tickets, owners, woken, .. } = self;
        let touched = &mut self.touched;
        let granted = woken.pop_front().or_else(|| touched.and_then(|index| scopes.get_mut(index)?.pump(tickets, at)));
        if granted.is_none() {
            *touched = None;
        }
        owners.get(granted? as usize).copied()
    }

    /// The meter that a reservation's [`reserve::Why::Quota`] names.
    pub fn quota(&self, ticket: TicketId, index: usize, at: Moment) -> Option<QuotaState> {
        let scope = self.scopes.get(self.scope_of(ticket)?)?;
        Some(state(scope, scope.meters.get(index)?, at))
    }

    /// What is known of all quotas.
    pub fn quotas(&self, at: Moment) -> Vec<QuotaState> {
        self.scopes.iter().flat_map(|scope| scope.meters.iter().map(move |meter| state(scope, meter, at))).collect()
    }

    fn scope_of(&self, ticket: TicketId) -> Option<usize> {
        self.tickets.get(ticket.0 as usize).map(|ticket| ticket.scope)
    }

    fn scope(&mut self, identity: Identity, rules: &RateRules, now: MonoTime) -> usize {
        if let Some(index) = self.scopes.iter().position(|scope| scope.key == identity.key) {
            return index;
        }
        let new = Scope::new(identity.key, identity.name, rules, now);
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

fn state(scope: &Scope, meter: &Meter, at: Moment) -> QuotaState {
    let mut meter = meter.clone();
    meter.roll(at.mono, u64::from(scope.in_flight));
    QuotaState {
        scope: scope.name.clone(),
        limit: meter.limit,
        remaining: meter.remaining(),
        resets: meter.resets().map(|resets| at.wall_at(resets)),
        window: meter.window,
        in_flight: scope.in_flight,
        waiting: scope.waiting,
        next: scope.next_at(at.mono).map(|next| at.wall_at(next)),
        name: meter.name,
        unit: meter.unit,
        source: meter.source,
    }
}
