//! Whom to wake, and when to ask: where the host may wake one waiter from another's turn.
//!
//! Scopes that something happened to are on a list, and those in which calls wait are in a heap by the time of the next one that may
//! go. So what an event costs does not grow with the scopes.

use super::{
    TicketId, Tracker,
    server::Server,
    ticket::{LOOP, Mark, backed_off},
};
use crate::time::{Moment, MonoTime};

/// Twice as many as a page sends at once before the core is loaded: the default of `rateLimit.probe`.
const ADOPTED: u32 = 12;

impl Tracker {
    /// All sends that were made before the core was loaded are known now. They went a few at once while others waited: their success
    /// opened the gates, but shows nothing of more at once.
    pub fn adopted(&mut self) {
        for lane in self.scopes.iter_mut().flat_map(|scope| &mut scope.lanes) {
            if lane.gate != u32::MAX {
                lane.gate = lane.gate.min(ADOPTED);
            }
        }
    }

    // Something happens to this scope: `wake` looks at it.
    pub(super) fn touch(&mut self, index: usize) {
        if let Some(scope) = self.scopes.get_mut(index).filter(|scope| self.nudges && !scope.touched) {
            scope.touched = true;
            self.touched.push(index as u32);
        }
        self.touch_share(index);
    }

    // What happens to a server that fails is news for all who wait for it, whatever their credentials.
    pub(super) fn touch_server(&mut self, ticket: TicketId) {
        let server = self.tickets.get(ticket.0 as usize).map(|ticket| ticket.server);
        let Some(server) = server.filter(|server| self.servers.at(*server).is_some_and(Server::changes)) else {
            return;
        };
        for index in 0..self.scopes.len() {
            if self.scopes.get(index).is_some_and(|scope| scope.server == server && scope.waiting > 0) {
                self.touch(index);
            }
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
        while let Some((_, index)) = self.timers.first().filter(|(time, _)| *time <= at.mono) {
            self.timers.set(index, None);
            self.touch(index);
        }
        while self.woken.is_empty()
            && let Some(index) = self.touched.first().map(|index| *index as usize)
        {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let scope = self.scopes.get_mut(index)?;
            if let Some(granted) = scope.pump(&mut self.tickets, &mut self.servers, at) {
                return Some(granted);
            }
            scope.overdue(&mut self.tickets, &self.servers, at, &mut self.woken);
            if self.woken.is_empty() {
                scope.touched = false;
                let alarm = scope.alarm(&mut self.tickets, &self.servers, at);
                self.timers.set(index, alarm);
                self.touched.remove(0);
            }
        }
        self.woken.pop_front()
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
        let mut first = self.timers.first().map(|(time, _)| time);
        for index in &self.touched {
            let alarm = self
                .scopes
                .get_mut(*index as usize)
                .and_then(|scope| scope.alarm(&mut self.tickets, &self.servers, at));
            first = first.into_iter().chain(alarm).min();
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
}
