//! What ends a send or a wait: a response, a failure, a lease that is over, somebody who is gone.
//!
//! A send holds a slot for as long as it is under way, but a lease of a minute at most; and it counts as not yet arrived
//! for a second at most.

use alloc::vec::Vec;

use super::{
    TicketId, Tracker,
    limit::Meter,
    reserve::{LOST, PROBE_LEASE, SEND_LEASE, Scope},
    server::Servers,
    ticket::{Place, Stand, Ticket, due},
};
use crate::time::MonoTime;

impl Tracker {
    /// Gives back a place that was granted and is not used: nothing was sent for it.
    pub fn cancel(&mut self, ticket: TicketId) {
        if let Some(place) = self.tickets.get_mut(ticket.0 as usize) {
            place.unclaimed |= matches!(place.stand, Stand::Probing | Stand::Flying);
        }
        self.release(ticket);
    }
}

impl Scope {
    /// The attempt of `ticket` ended without a response that says anything.
    pub(super) fn land(&mut self, ticket: &mut Ticket, counted: bool, servers: &mut Servers, now: MonoTime) {
        if matches!(ticket.stand, Stand::Probing | Stand::Flying) {
            self.in_flight = self.in_flight.saturating_sub(1);
            if let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) {
                lane.landed(ticket.stand, now);
            }
            if let Some(server) = servers.of(ticket.server) {
                server.landed(ticket.route);
            }
            // What was never sent was given back whole.
            if !ticket.unclaimed {
                self.bound(ticket, &Meter::settle);
            }
        }
        if ticket.stand == Stand::Probing && !ticket.unclaimed {
            self.arrived(ticket, counted, now);
        }
        (ticket.stand, ticket.unclaimed) = (Stand::Idle, false);
    }

    // The request of `ticket` has reached the server, or never will: its response is here, or late. A server counts a request
    // when it comes, and one that works on its response for a minute must not hold a quota of seconds.
    fn arrived(&mut self, ticket: &Ticket, counted: bool, now: MonoTime) {
        self.landed = self.landed.saturating_add(ticket.cost);
        self.bound(ticket, &|meter, cost| meter.land(cost, counted, ticket.sent, now));
    }

    // Does this with each quota that `ticket` was counted on, and what it took of it.
    #[inline(never)]
    fn bound(&mut self, ticket: &Ticket, act: &dyn Fn(&mut Meter, u64)) {
        let Some(lane) = self.lanes.get(usize::from(ticket.lane)) else { return };
        for (index, meter) in self.meters.iter_mut().enumerate() {
            let cost = ticket.rules.cost(meter.unit.as_deref(), ticket.cost);
            if cost > 0 && (lane.is_bound_by(index) || meter.unit.is_some()) {
                act(meter, cost);
            }
        }
    }

    /// The one that was refused, `ticket`, will be sent again at `until`. Whether others are held, too, so that it waits among
    /// them.
    pub(super) fn back_off(&mut self, ticket: &Ticket, until: MonoTime, now: MonoTime) -> bool {
        let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) else { return false };
        lane.back_off(until, now);
        lane.held > now || self.held > now
    }

    /// Gives up whatever `ticket` holds.
    pub(super) fn release(&mut self, ticket: &mut Ticket, servers: &mut Servers) {
        self.leave(ticket);
        if ticket.unclaimed && matches!(ticket.stand, Stand::Probing | Stand::Flying) {
            // Never sent: what it took is there again.
            self.bound(ticket, &Meter::untake);
            self.sent = self.sent.saturating_sub(ticket.cost);
        }
        let sent = !ticket.unclaimed;
        self.land(ticket, sent, servers, self.used_at);
        if ticket.joined {
            servers.leave(ticket.server);
        }
        self.tickets = self.tickets.saturating_sub(1);
    }

    // Ends what is over: windows, leases, waiters who are gone.
    #[inline(never)]
    pub(super) fn settle(&mut self, tickets: &mut [Place], servers: &mut Servers, nudged: bool, now: MonoTime) {
        self.roll(now);
        while let Some(mark) = due(&mut self.flights, tickets, Stand::Probing, now, PROBE_LEASE) {
            if let Some(ticket) = mark.of(tickets, Stand::Probing) {
                ticket.stand = Stand::Flying;
                if let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) {
                    lane.fresh = lane.fresh.saturating_sub(1);
                }
                self.arrived(ticket, true, mark.sent.plus(PROBE_LEASE));
                self.slow.push_back(mark);
            }
        }
        while let Some(mark) = due(&mut self.slow, tickets, Stand::Flying, now, SEND_LEASE) {
            if let Some(ticket) = mark.of(tickets, Stand::Flying) {
                self.land(ticket, true, servers, now);
            }
        }
        // Where waiters are woken, none of them comes back by itself, and none can be lost without saying so.
        if !nudged && now.since(self.swept) >= LOST / 2 {
            self.swept = now;
            for line in self.lanes.iter_mut().flat_map(|lane| &mut lane.lines) {
                // Should one come back after all (a frozen tab), it asks again.
                let gone = line.sweep(tickets, &|ticket| now.since(ticket.until) >= LOST);
                self.waiting = self.waiting.saturating_sub(gone.len() as u32);
            }
        }
    }

    /// Those under way, by their number and what they cost, for whom `is_meant` holds.
    #[inline(never)]
    pub(super) fn flying(&self, tickets: &[Place], is_meant: &dyn Fn(&Ticket) -> bool) -> Vec<(u32, u64)> {
        let mut flying = Vec::new();
        for marks in [&self.flights, &self.slow] {
            for mark in marks {
                if let Some(ticket) = tickets.get(mark.ticket as usize)
                    && ticket.serial == mark.serial
                    && matches!(ticket.stand, Stand::Probing | Stand::Flying)
                    && is_meant(ticket)
                {
                    flying.push((mark.ticket, ticket.cost));
                }
            }
        }
        flying
    }

    /// What those under way in `lane` cost.
    pub(super) fn flying_in(&self, lane: u8, tickets: &[Place]) -> u64 {
        let mut sum: u64 = 0;
        for (_, cost) in self.flying(tickets, &|ticket| ticket.lane == lane) {
            sum = sum.saturating_add(cost);
        }
        sum
    }
}
