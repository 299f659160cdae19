//! A call and the health of where it goes: what it spends of its origin's budget, what it makes of its route's circuit; and being offline.

use core::mem;

use crate::{
    call::{Action, Call, GiveUpReason, Memory, State, WaitReason},
    rate_limit::Loss,
    retry::{self, Ended, Pause, Stop, Verdict, budget::BudgetRules, circuit::CircuitState},
    time::{Moment, MonoTime},
};

/// How often a host that does not say when it is online again is asked, ms: as long as it was offline, within these.
const POLL: i64 = 1000;
const LONGEST_POLL: i64 = 30_000;

impl Call {
    /// Until when its route's circuit refuses it, if it does.
    pub(super) fn is_refused(&self, memory: &mut Memory, at: Moment) -> Option<MonoTime> {
        self.rules.circuit.as_ref()?;
        memory.health.of(self.route)?.circuit.refuses(at.mono)
    }

    /// It is sent now.
    pub(super) fn note_send(&mut self, memory: &mut Memory, at: Moment) {
        if let (Some(budget), Some(origin)) = (self.budget(), memory.health.of(self.origin)) {
            origin.budget.sent(budget, at.mono);
        }
        if let (Some(rules), Some(route)) = (&self.rules.circuit, memory.health.of(self.route)) {
            self.is_probe = route.circuit.sent(rules, at.mono);
            self.circuit = self.is_probe.then_some(CircuitState::HalfOpen);
        }
    }

    /// What it sent has ended. What has become of the circuit, if that changed.
    pub(super) fn note_end(&mut self, ended: Ended<'_>, memory: &mut Memory, at: Moment) -> Option<CircuitState> {
        let rules = self.rules.circuit.as_ref()?;
        let circuit = &mut memory.health.of(self.route)?.circuit;
        let is_probe = mem::take(&mut self.is_probe);
        if let Some(failed) = retry::has_failed(ended) {
            return circuit.ended(failed, is_probe, rules, at.mono);
        }
        if is_probe {
            circuit.dropped();
        }
        None
    }

    /// What comes of a retry that nobody asked for, or only a flag: it is spent from the budget, but for an outage, which lets
    /// through as few as it will.
    pub(super) fn afford(&self, verdict: Verdict, memory: &mut Memory, at: Moment) -> Verdict {
        let Verdict::Retry { delay, pause: pause @ (Pause::Backoff | Pause::Flag | Pause::Lock) } = verdict else {
            return verdict;
        };
        if self.loss == Loss::Refused {
            // It may be a 429.
            return verdict;
        }
        let (Some(budget), Some(origin)) = (self.budget(), memory.health.of(self.origin)) else { return verdict };
        if pause == Pause::Backoff && self.ticket.is_some_and(|ticket| memory.tracker.is_down(ticket)) {
            return Verdict::Retry { delay, pause: Pause::Outage };
        }
        if origin.budget.allows(budget, at.mono) { verdict } else { Verdict::Stop(Stop::Budget) }
    }

    /// Whether a further send may be spent from its budget.
    pub(super) fn has_budget(&self, memory: &mut Memory, at: Moment) -> bool {
        let Some(budget) = self.budget() else { return true };
        memory.health.of(self.origin).is_none_or(|origin| origin.budget.allows(budget, at.mono))
    }

    /// Whether the circuit of its route is closed.
    pub(super) fn is_closed(&self, memory: &mut Memory) -> bool {
        memory.health.of(self.route).is_none_or(|route| route.circuit.is_closed())
    }

    /// A retry is on its way, or a further send.
    pub(super) fn spend(&self, memory: &mut Memory, at: Moment) {
        if let (Some(budget), Some(origin)) = (self.budget(), memory.health.of(self.origin)) {
            origin.budget.spend(budget, at.mono);
        }
    }

    /// It is over. A probe of which nothing was heard decides nothing.
    pub(super) fn leave_origin(&mut self, memory: &mut Memory) {
        if let (true, Some(route)) = (self.is_probe, memory.health.of(self.route)) {
            route.circuit.dropped();
        }
        memory.health.leave(self.origin);
        if self.rules.circuit.is_some() {
            memory.health.leave(self.route);
        }
    }

    /// There is no network, since then.
    pub(super) fn stay_offline(&mut self, since: MonoTime, memory: &mut Memory, at: Moment) -> Action {
        let poll = at.mono.since(since).clamp(POLL, LONGEST_POLL);
        let left = self.deadline.map_or(poll, |deadline| deadline.since(at.mono));
        if left <= 0 {
            return self.reject(GiveUpReason::Deadline, None, memory);
        }
        self.state = State::Offline { since };
        Action::Wait { delay: poll.min(left), reason: WaitReason::Offline }
    }

    fn budget(&self) -> Option<&BudgetRules> {
        match &self.rules.retry {
            Some(retry) => retry.budget.as_ref(),
            // What is not sent again is hedged within what retries might have been.
            None => self.rules.hedge.and(Some(&BudgetRules::DEFAULT)),
        }
    }
}
