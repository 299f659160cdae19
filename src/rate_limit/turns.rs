//! Whose turn it is in a scope: its lines of calls that wait, two of each lane, and who is woken when.
//!
//! The second line of a lane is of those whose route alone is held, so that nobody waits behind them.

use alloc::collections::VecDeque;

use super::{
    queue::{OVERDUE, Queue},
    reserve::{POLL, Scope},
    server::Servers,
    ticket::{Mark, Place, Stand, Ticket},
};
use crate::time::{Moment, MonoTime};

impl Scope {
    /// Grants whoever is first in a queue, if there is room; returns the one granted. Lanes take turns.
    pub(super) fn pump(&mut self, tickets: &mut [Place], servers: &mut Servers, at: Moment) -> Option<Mark> {
        if self.waiting == 0 {
            return None;
        }
        self.settle(tickets, servers, true, at.mono);
        for _ in 0..self.lanes.len() * 2 {
            self.turn = (self.turn + 1) % (self.lanes.len() * 2).max(1);
            self.sort_out(self.turn, tickets, servers, at.mono);
            let Some((mark, ticket)) = self.line(self.turn).and_then(|line| line.front(tickets)) else { continue };
            if self.blocked(ticket, 0, servers, at).is_none() {
                self.grant(mark.ticket, ticket, servers, at.mono);
                return Some(mark);
            }
        }
        None
    }

    /// When somebody who waits is to be woken: a line's first gets its turn, is to be refused, or was to come back.
    pub(super) fn alarm(&mut self, tickets: &mut [Place], servers: &Servers, at: Moment) -> Option<MonoTime> {
        let mut first: Option<MonoTime> = None;
        if self.waiting == 0 {
            return None;
        }
        for index in 0..self.lanes.len() * 2 {
            self.sort_out(index, tickets, servers, at.mono);
            let Some((_, ticket)) = self.line(index).and_then(|line| line.front(tickets)) else { continue };
            let turn = self.blocked(ticket, 0, servers, at).map_or(at.mono, |block| block.until);
            let until = turn.min(ticket.until.plus(OVERDUE));
            first = Some(first.map_or(until, |first| first.min(until)));
        }
        first
    }

    /// Adds those to `woken` who are to ask again: their time is over without a turn, once their line's first has had to see
    /// that, or what holds them now holds them for too long.
    pub(super) fn overdue(&mut self, tickets: &mut [Place], servers: &Servers, at: Moment, woken: &mut VecDeque<Mark>) {
        for index in 0..self.lanes.len() * 2 {
            let Some((_, ticket)) = self.line(index).and_then(|line| line.front(tickets)) else { continue };
            let most = ticket.rules.max_wait;
            let refused = self.is_refused(ticket, servers, at).then_some(most);
            // Not named twice.
            let again = at.mono.plus(POLL);
            if let Some(line) = self.line(index) {
                line.overdue(tickets, refused, at.mono, again, woken);
            }
        }
    }

    // A line by its number: two of each lane.
    fn line(&mut self, number: usize) -> Option<&mut Queue> {
        self.lanes.get_mut(number / 2)?.lines.get_mut(number % 2)
    }

    pub(super) fn queue_mut(&mut self, ticket: &Ticket) -> Option<&mut Queue> {
        self.lanes.get_mut(usize::from(ticket.lane))?.lines.get_mut(usize::from(ticket.line))
    }

    pub(super) fn enqueue(&mut self, index: u32, ticket: &mut Ticket, now: MonoTime) {
        let Some(lane) = self.lanes.get_mut(usize::from(ticket.lane)) else { return };
        if let Some(queue) = lane.lines.get_mut(usize::from(ticket.line)) {
            queue.enqueue(index, ticket, now);
            self.waiting = self.waiting.saturating_add(1);
        }
    }

    // Whether something holds the route of `ticket` alone.
    pub(super) fn is_aside(&self, ticket: &Ticket, servers: &Servers, now: MonoTime) -> bool {
        let server = servers.at(ticket.server);
        server.is_some_and(|server| server.holds_route(ticket.route)) || self.away.holds(ticket.route, now)
    }

    // Whoever is first in a line and waits for a route that is down stands aside, so that nobody waits behind it.
    fn sort_out(&mut self, number: usize, tickets: &mut [Place], servers: &Servers, now: MonoTime) {
        if number % 2 == 1 {
            return;
        }
        while let Some((mark, ticket)) = self.line(number).and_then(|line| line.front(tickets)) {
            if !self.is_aside(ticket, servers, now) {
                return;
            }
            self.leave(ticket);
            // Its mark in the other line is one of another time.
            (ticket.line, ticket.seq, ticket.serial) = (1, None, ticket.serial.wrapping_add(1));
            let mark = ticket.mark(mark.ticket, now);
            self.enqueue(mark.ticket, ticket, now);
        }
    }

    pub(super) fn leave(&mut self, ticket: &mut Ticket) {
        if ticket.stand == Stand::Waiting {
            self.waiting = self.waiting.saturating_sub(1);
        }
        if let Some(queue) = self.queue_mut(ticket) {
            queue.leave(ticket);
        }
    }
}
