//! Hedging: one attempt sent again while its first send has no response, and the first response that settles it taken.
//!
//! Of many calls to a healthy server a few are slow for no reason of their own, and a second send of those few costs little
//! and is most often fast ("The Tail at Scale", Dean and Barroso 2013). Of many calls to a slow server all would be sent
//! twice, which is how it gets slower; so a further send goes only where nothing speaks against it:
//!
//! - the method is safe (RFC 9110, section 9.2.1), and the body can be sent again;
//! - the budget of retries has one left, which it spends;
//! - the circuit is closed, and no response to this attempt asked to come back later;
//! - its quota has room at once and nobody waits for it: it takes a place of its own there
//!   ([`crate::rate_limit::Tracker::beside`]), and is counted as the server counts it.
//!
//! What cannot go at its time does not go later: its turn is over. A send that ends in what would be sent again leaves the
//! attempt to the others; only the last of them is judged by what comes next. One that settles it ends the others.
//!
//! The call itself always stands for one of its sends, by its ticket and its time limit; the others are kept beside it, and
//! whichever is told of changes places with that one.

use alloc::boxed::Box;
use core::mem;

use super::{Action, Call, Memory, State, WrongEvent};
use crate::{
    rate_limit::{Loss, TicketId},
    retry::{Stop, Verdict},
    time::{Moment, MonoTime},
};

/// The sends of one attempt.
#[derive(Debug)]
pub(super) struct Race {
    /// The number of the send that the call stands for.
    current: u32,
    /// The newest of the others that are under way, each with the one before it: a few at most, and a `Vec` is more code.
    others: Option<Box<Rival>>,
    /// Further sends that may go yet, and when the next one.
    left: u32,
    due: MonoTime,
    /// In all attempts so far.
    hedges: u32,
    /// When a response to this attempt asked to come back.
    asked: MonoTime,
}

#[derive(Debug)]
struct Rival {
    send: u32,
    ticket: Option<TicketId>,
    until: Option<MonoTime>,
    before: Option<Box<Self>>,
}

impl Call {
    /// Whether further sends may go beside the first.
    pub fn is_hedged(&self) -> bool {
        self.rules.hedge.is_some() && self.request.replayable && self.request.method.is_safe()
    }

    /// Until when a send of now may take.
    pub(super) fn limit(&self, at: Moment) -> Option<MonoTime> {
        let began = self.prepare.as_ref().and_then(|prepare| prepare.began()).unwrap_or(at.mono);
        let attempt = self.rules.attempt_timeout.map(|timeout| began.plus(timeout));
        match (attempt, self.deadline) {
            (Some(attempt), Some(deadline)) => Some(attempt.min(deadline)),
            (attempt, deadline) => attempt.or(deadline),
        }
    }

    /// An attempt begins: its first send's number, and when to ask for a further one.
    pub(super) fn begin_race(&mut self, at: Moment) -> (u32, Option<i64>) {
        let Some(rules) = self.rules.hedge.filter(|_| self.is_hedged()) else { return (self.sends, None) };
        let hedges = self.race.as_ref().map_or(0, |race| race.hedges);
        let current = self.sends.saturating_add(hedges);
        let due = at.mono.plus(rules.delay);
        let race = Race { current, others: None, left: rules.most, due, hedges, asked: at.mono };
        self.race = Some(race.into());
        (current, Some(rules.delay))
    }

    /// Makes the send of this number the one that the call stands for. False if it is not under way.
    pub(super) fn turn_to(&mut self, send: u32) -> bool {
        let State::Flying { until } = &mut self.state else { return false };
        let Some(race) = self.race.as_deref_mut() else { return send == self.sends };
        if send == race.current {
            return true;
        }
        let mut others = race.others.as_deref_mut();
        while let Some(rival) = others {
            if rival.send == send {
                mem::swap(&mut race.current, &mut rival.send);
                mem::swap(&mut self.ticket, &mut rival.ticket);
                mem::swap(until, &mut rival.until);
                return true;
            }
            others = rival.before.as_deref_mut();
        }
        false
    }

    /// The time for a further send is here, if it is.
    pub(super) fn hedge(&mut self, memory: &mut Memory, at: Moment) -> Result<Action, WrongEvent> {
        let (State::Flying { until }, Some(rules)) = (self.state, self.rules.hedge) else { return Err(self.wrong()) };
        let limit = self.limit(at);
        let is_closed = self.is_closed(memory);
        let Some(race) = self.race.as_mut().filter(|race| race.left > 0) else { return Err(self.wrong()) };
        if race.due > at.mono {
            return Ok(Action::Await { next: race.next(at) });
        }
        (race.left, race.due) = (race.left - 1, at.mono.plus(rules.delay));
        let (next, asked) = (race.next(at), race.asked);
        let is_late = limit.is_some_and(|limit| limit <= at.mono);
        if is_late || asked > at.mono || !is_closed || !self.has_budget(memory, at) {
            return Ok(Action::Await { next });
        }
        let beside = self.ticket.map(|ticket| memory.tracker.beside(ticket, at));
        if beside == Some(None) {
            return Ok(Action::Await { next });
        }
        self.spend(memory, at);
        self.note_send(memory, at);
        let ticket = mem::replace(&mut self.ticket, beside.flatten());
        self.state = State::Flying { until: limit };
        let mut attempt = self.sends;
        if let Some(race) = &mut self.race {
            let rival = Rival { send: race.current, ticket, until, before: race.others.take() };
            race.others = Some(Box::new(rival));
            race.hedges = race.hedges.saturating_add(1);
            attempt = attempt.saturating_add(race.hedges);
            race.current = attempt;
        }
        Ok(Action::Send { attempt, timeout: limit.map(|limit| limit.since(at.mono)), next })
    }

    /// Leaves the attempt to its other sends, if some are under way: this one ended in what does not settle it. `asked`: when
    /// its response asked to come back.
    pub(super) fn leave_to_others(&mut self, asked: MonoTime, memory: &mut Memory, at: Moment) -> Option<Action> {
        let race = self.race.as_mut()?;
        race.asked = race.asked.max(asked);
        let Rival { send, ticket, until, before } = *race.others.take()?;
        race.others = before;
        race.current = send;
        let next = race.next(at);
        if let Some(ended) = mem::replace(&mut self.ticket, ticket) {
            memory.tracker.release(ended);
        }
        self.state = State::Flying { until };
        (self.in_hand, self.loss) = (false, Loss::Plain);
        Some(Action::Await { next })
    }

    /// When the responses to this attempt asked to come back, where that is still to come.
    pub(super) fn asked(&self, at: Moment) -> Option<MonoTime> {
        self.race.as_ref().map(|race| race.asked).filter(|asked| *asked > at.mono)
    }

    /// The attempt is settled, or the call is over: its other sends are called off. Their server has most likely counted them.
    pub(super) fn call_off(&mut self, memory: &mut Memory, at: Option<Moment>) {
        let mut others = self.race.as_mut().and_then(|race| race.others.take());
        while let Some(rival) = others {
            if let Some(ticket) = rival.ticket {
                if let Some(at) = at {
                    memory.tracker.land(ticket, true, at);
                }
                memory.tracker.release(ticket);
            }
            others = rival.before;
        }
    }
}

impl Race {
    fn next(&self, at: Moment) -> Option<i64> {
        (self.left > 0).then(|| self.due.since(at.mono).max(0))
    }
}

/// Whether a response settles its attempt whatever another send may bring: it is what was asked for, or would come again.
pub(super) fn settles(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Done | Verdict::Stop(Stop::NotRetryable | Stop::Veto))
}
