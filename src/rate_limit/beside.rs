//! A further send of a request that is under way already: it takes of a quota only what nobody else waits for.

use super::{
    TicketId, Tracker,
    reserve::Scope,
    server::Servers,
    ticket::{Stand, Ticket},
};
use crate::time::{Moment, MonoTime};

impl Tracker {
    /// A second place beside that of `ticket`, for another send of its request; it counts as sent. `None`, and nothing
    /// taken, where that send would have to wait, others wait, or the server is down.
    pub fn beside(&mut self, ticket: TicketId, at: Moment) -> Option<TicketId> {
        let at = self.awake(at);
        let first = self.tickets.get(ticket.0 as usize)?;
        let mut twin =
            Ticket { stand: Stand::Idle, unclaimed: false, sent: at.mono, sent_wall: at.wall, ..Ticket::clone(first) };
        let Self { scopes, tickets, servers, nudges, .. } = self;
        let scope = scopes.get_mut(twin.scope as usize)?;
        scope.settle(tickets, servers, *nudges, at.mono);
        if !scope.is_free_for(&mut twin, servers, at) {
            return None;
        }
        let id = self.take(twin);
        let Self { scopes, tickets, servers, .. } = self;
        let twin = tickets.get_mut(id.0 as usize)?;
        scopes.get_mut(twin.scope as usize)?.send(id.0, twin, servers, at.mono);
        Some(id)
    }
}

impl Scope {
    // Whether `ticket` may go now without being before anybody.
    fn is_free_for(&mut self, ticket: &mut Ticket, servers: &Servers, at: Moment) -> bool {
        ticket.lane = self.lane_of(ticket);
        let is_down = servers.at(ticket.server).is_some_and(|server| server.holds(ticket.route));
        self.waiting == 0 && !is_down && self.blocked(ticket, 0, servers, at).is_none()
    }

    // Counts `ticket` as sent.
    fn send(&mut self, index: u32, ticket: &mut Ticket, servers: &mut Servers, now: MonoTime) {
        self.used_at = now;
        self.grant(index, ticket, servers, now);
        ticket.unclaimed = false;
    }
}
