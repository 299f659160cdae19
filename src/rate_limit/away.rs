//! Responses that came from another origin than was asked, after a redirect.
//!
//! Their limits are that origin's. Whoever calls the same route is sent there again and waits; other routes do not.

use alloc::vec::Vec;

use super::{TicketId, Tracker};
use crate::time::{Moment, MonoTime};

/// Routes that are held at a time.
const MOST: usize = 64;

/// Until when which routes are held.
#[derive(Debug, Default)]
pub(super) struct Away {
    held: Vec<(u32, MonoTime)>,
}

impl Away {
    pub fn hold(&mut self, route: u32, until: MonoTime, now: MonoTime) {
        self.held.retain(|(of, end)| *of != route && *end > now);
        if self.held.len() >= MOST {
            self.held.remove(0);
        }
        self.held.push((route, until));
    }

    /// Whether calls of `route` wait.
    pub fn holds(&self, route: u32, now: MonoTime) -> bool {
        self.until(route).is_some_and(|until| until > now)
    }

    /// Until when calls of `route` wait, if they do.
    pub fn until(&self, route: u32) -> Option<MonoTime> {
        self.held.iter().find(|(of, _)| *of == route).map(|(_, until)| *until)
    }
}

impl Tracker {
    /// Holds those whose calls are of the same route as `ticket` until then: whatever their scope makes of it, they would be sent on to
    /// another origin, which asked for it.
    pub fn hold_route(&mut self, ticket: TicketId, until: MonoTime, at: Moment) {
        let at = self.awake(at);
        let until = self.sleep.inside(until);
        if let Some((scope, tickets, _)) = self.at_home(ticket)
            && let Some(ticket) = tickets.get(ticket.0 as usize)
        {
            scope.away.hold(ticket.route, until, at.mono);
        }
    }
}
