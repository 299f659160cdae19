//! Calls that wait, in the order in which they are to be sent: by priority, then by the order of asking.

use alloc::{collections::VecDeque, vec::Vec};
use core::num::NonZeroU64;

use crate::{
    rate_limit::ticket::{Mark, Place, Stand, Ticket},
    time::MonoTime,
};

/// A call that is woken learns what it waits for now if its time ended this long ago, ms: most often it is a round trip late.
pub(super) const OVERDUE: i64 = 100;

/// One line of calls that wait.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Sorted. One who goes to its middle costs a move of those on the shorter side, which is quick: 32 bytes each.
    marks: VecDeque<Mark>,
    pub waiting: u32,
    last_seq: u64,
    served: u64,
}

impl Queue {
    /// Whether nobody waits in it.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// How many wait that go before a new call of this priority.
    pub fn ahead(&self, priority: i32) -> u64 {
        (self.marks.partition_point(|other| other.priority >= priority) as u64).min(u64::from(self.waiting))
    }

    /// How many are before one that waits already, as far as the order of asking shows.
    pub fn place(&self, ticket: &Ticket) -> u64 {
        let asked = ticket.seq.map_or(0, |seq| seq.get() - 1);
        asked.saturating_sub(self.served).min(u64::from(self.waiting.saturating_sub(1)))
    }

    /// The call that waits first, if any does.
    pub fn front<'a>(&mut self, tickets: &'a mut [Place]) -> Option<(Mark, &'a mut Ticket)> {
        loop {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let mark = *self.marks.front()?;
            if mark.of(tickets, Stand::Waiting).is_some() {
                return Some((mark, mark.of(tickets, Stand::Waiting)?));
            }
            self.marks.pop_front();
        }
    }

    /// Adds a call that does not wait yet.
    pub fn enqueue(&mut self, index: u32, ticket: &mut Ticket, now: MonoTime) {
        if ticket.stand == Stand::Waiting {
            return;
        }
        ticket.stand = Stand::Waiting;
        ticket.asked = ticket.asked.min(now);
        // A call that is sent again keeps its place: those that asked after it wait behind it.
        if ticket.seq.is_none() {
            self.last_seq += 1;
            ticket.seq = NonZeroU64::new(self.last_seq);
        }
        let mark = ticket.mark(index, now);
        self.marks.insert(self.marks.partition_point(|other| !mark.is_before(*other)), mark);
        self.waiting = self.waiting.saturating_add(1);
    }

    /// The call waits no more. Its mark stays until it comes to the front or is swept.
    pub fn leave(&mut self, ticket: &mut Ticket) {
        if ticket.stand == Stand::Waiting {
            ticket.stand = Stand::Idle;
            self.waiting = self.waiting.saturating_sub(1);
            self.served = self.served.saturating_add(1);
        }
    }

    /// Adds those to `woken` whose time is over, and gives them until `again`. Later ones have later times, but for
    /// priorities. `refused`: so long a wait, and any shorter one, is too long now for those who wait.
    pub fn overdue(
        &self,
        tickets: &mut [Place],
        refused: Option<i64>,
        now: MonoTime,
        again: MonoTime,
        woken: &mut VecDeque<Mark>,
    ) {
        for mark in &self.marks {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let Some(ticket) = mark.of(tickets, Stand::Waiting) else { continue };
            let is_due = ticket.until.plus(OVERDUE) <= now;
            match refused {
                None if !is_due => return,
                Some(most) if !is_due && (ticket.rules.max_wait > most || ticket.until == again) => continue,
                _ => {}
            }
            ticket.until = again;
            woken.push_back(*mark);
        }
    }

    /// Once through the queue: those for whom `is_gone` holds leave; they are given back, in order.
    #[inline(never)]
    pub fn sweep(&mut self, tickets: &mut [Place], is_gone: &dyn Fn(&Ticket) -> bool) -> Vec<Mark> {
        let mut gone = Vec::new();
        self.marks.retain(|mark| {
            let Some(ticket) = mark.of(tickets, Stand::Waiting) else { return false };
            let leaves = is_gone(ticket);
            if leaves {
                gone.push(*mark);
            }
            !leaves
        });
        for mark in &gone {
            if let Some(ticket) = mark.of(tickets, Stand::Waiting) {
                self.leave(ticket);
            }
        }
        gone
    }
}
