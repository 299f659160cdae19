//! A call and its place in the queue: whether it may be sent now, what it waits for, and for how long it may.

use super::{Action, Call, GiveUpReason, Memory, NO_QUOTA, State, WaitReason};
use crate::{
    rate_limit::reserve::{Refusal, Reservation, Why},
    time::Moment,
};

impl Call {
    pub(super) fn ask(&mut self, memory: &mut Memory, at: Moment) -> Action {
        if self.is_exhausted(memory) {
            return self.resolve(Some(GiveUpReason::HostLimit), None, memory);
        }
        if let Some(until) = self.is_refused(memory, at) {
            return self.give_up(GiveUpReason::CircuitOpen, Some(until), memory);
        }
        let Some(ticket) = self.ticket else { return self.send(memory, at) };
        let since = if let State::Queued { held } = self.state { held } else { None };
        if let Some(deadline) = self.deadline {
            memory.tracker.hurry(ticket, deadline.since(at.mono));
        }
        let (until, why, is_fact, is_behind) = match memory.tracker.reserve(ticket, at) {
            Reservation::Granted => {
                if let Some(since) = since {
                    self.held = self.held.saturating_add(at.mono.since(since).max(0));
                }
                return self.send(memory, at);
            }
            Reservation::Refused { why, retry_at, cause } => {
                self.name(cause);
                let reason = match why {
                    Refusal::QueueFull => GiveUpReason::QueueFull,
                    Refusal::WaitTooLong => GiveUpReason::QuotaWaitTooLong,
                };
                return self.give_up(reason, Some(retry_at), memory);
            }
            Reservation::Wait { until, why, is_fact, is_behind } => (until, why, is_fact, is_behind),
        };
        self.name(why);
        if self.deadline.is_some_and(|deadline| until >= deadline && (is_fact || deadline <= at.mono)) {
            return self.give_up(GiveUpReason::Deadline, Some(until), memory);
        }
        let until = self.deadline.map_or(until, |deadline| until.min(deadline));
        // Once it was sent, what it waits for is what its own responses said, and those waits add up.
        let is_held = self.sends > 0 && is_fact && !is_behind && matches!(why, Why::Held | Why::Quota(_));
        let held = is_held.then(|| since.unwrap_or(at.mono));
        if held.is_some_and(|since| self.is_held_too_long(until.since(since))) {
            return self.give_up(GiveUpReason::QuotaWaitTooLong, Some(until), memory);
        }
        self.state = State::Queued { held };
        self.in_hand = false;
        let reason = match why {
            Why::Backoff => WaitReason::Backoff,
            Why::Concurrency => WaitReason::Concurrency,
            Why::Held | Why::Quota(_) => WaitReason::RateLimit,
            Why::Outage => WaitReason::Outage,
            Why::Probing => WaitReason::Probing,
        };
        Action::Wait { delay: until.since(at.mono).max(1), reason }
    }

    fn name(&mut self, why: Why) {
        self.quota = match why {
            Why::Quota(index) => Some(index as u32),
            Why::Backoff | Why::Held | Why::Probing => Some(NO_QUOTA),
            Why::Concurrency | Why::Outage => None,
        };
    }
}
