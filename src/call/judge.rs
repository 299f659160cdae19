//! What becomes of a call whose attempt has ended: the verdict, the caller's say, and the wait before the next send.

use crate::shared::Arc;
use alloc::boxed::Box;

use crate::{
    call::{Action, Call, GiveUpReason, Memory, NO_QUOTA, State, WaitReason, apart, hedge::settles},
    hints::Hint,
    rate_limit::Loss,
    retry::{
        self, Ended, Pause, Stop, Subject, Verdict,
        classify::{self, Signs},
    },
    time::{Moment, MonoTime},
};

const NO_SIGNS: Signs = Signs { hinted: false, exhausted: false, limited: None, ruled: false, repeats: None };

// What a response from another origin says of the one that was asked: it works, since it sent the call there.
const AWAY: Ended<'_> = Ended::Answer { status: 302, signs: NO_SIGNS, hint: None, reset_in: None };

// What the server asked for when it was overruled or is to be told to the caller: the instant to come back at.
type Hold = MonoTime;

/// So often the backoff of a call grows that is refused alone: it backs off as often as it takes, but not ever longer.
const GROWS: u32 = 2;
/// So many sends at most do not count as attempts: where others are served and one call is refused that often, it is the call.
const MOST_FORGIVEN: u32 = 20;

// Sends of a call that do not count as attempts, and since when it finds out for others whether a server is up.
#[derive(Debug, Default)]
pub(super) struct Forgiven {
    sends: u32,
    probes: Option<MonoTime>,
}

// A judgement that the caller may overrule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    pub verdict: Verdict,
    pub hold: Option<Hold>,
    /// Whether new credentials may put it right.
    pub renews: bool,
}

impl Call {
    pub(super) fn judge(&mut self, ended: Ended<'_>, memory: &mut Memory, at: Moment) -> Action {
        self.in_hand = true;
        let rules = Arc::clone(&self.rules);
        self.circuit = self.note_end(if self.is_away { AWAY } else { ended }, memory, at);
        let Some(retry) = &rules.retry else {
            if retry::has_failed(ended) == Some(true)
                && let Some(action) = self.leave_to_others(at.mono, memory, at)
            {
                return action;
            }
            self.call_off(memory, Some(at));
            let error = !matches!(ended, Ended::Answer { status, .. } if !classify::is_error(status));
            return self.resolve(error.then_some(GiveUpReason::NotRetryable), None, memory);
        };
        let alone = self.forgive(ended, memory, at);
        let subject = Subject {
            method: self.request.method.name(),
            keyed: self.request.keyed,
            replayable: self.request.replayable,
            sends: self.sends,
            forgiven: self.forgiven.as_ref().map_or(0, |forgiven| forgiven.sends),
            grown: if alone { (self.sends - 1).min(GROWS) } else { self.sends - 1 },
            blocked: self.loss == Loss::Blocked,
        };
        let mut verdict = self.afford(retry::decide(ended, subject, retry, at.sample), memory, at);
        let hint = if let Ended::Answer { hint, reset_in, .. } = ended {
            hint.and_then(Hint::wait).or(reset_in)
        } else {
            None
        };
        let mut hold = hint.map(|delay| at.mono.plus(delay));
        if !settles(verdict) {
            let asked = match verdict {
                Verdict::Retry { delay, pause: Pause::Hint | Pause::Flag }
                | Verdict::Stop(Stop::HintTooLong(delay)) => delay,
                _ => 0,
            };
            if let Some(action) = self.leave_to_others(at.mono.plus(asked), memory, at) {
                return action;
            }
            if let (Verdict::Retry { delay, .. }, Some(asked)) = (verdict, self.asked(at)) {
                let most = asked.since(at.mono);
                // What another send of the attempt was told holds for all of it.
                if most > delay {
                    let is_too_long = most > retry.max_retry_after;
                    let retry = Verdict::Retry { delay: most, pause: Pause::Hint };
                    verdict = if is_too_long { Verdict::Stop(Stop::HintTooLong(most)) } else { retry };
                    hold = Some(asked);
                }
            }
        }
        self.call_off(memory, Some(at));
        let question = Question { verdict, hold, renews: self.may_renew(ended) };
        if !retry.decides {
            return self.decided(question, None, memory, at);
        }
        self.state = State::Asking;
        self.question = Some(Box::new(question));
        match verdict {
            _ if question.renews => Action::Ask { retry: true, delay: 0 },
            Verdict::Retry { delay, .. } => Action::Ask { retry: true, delay },
            Verdict::Done | Verdict::Stop(_) => Action::Ask { retry: false, delay: 0 },
        }
    }

    pub(super) fn decided(
        &mut self,
        question: Question,
        said: Option<bool>,
        memory: &mut Memory,
        at: Moment,
    ) -> Action {
        if question.renews && said != Some(false) {
            return self.renew(question, said, at);
        }
        let Question { verdict, hold, .. } = question;
        match (verdict, said) {
            (Verdict::Done, None | Some(false)) => self.resolve(None, None, memory),
            (Verdict::Stop(stop), None | Some(false)) => {
                let reason = match stop {
                    Stop::Attempts => GiveUpReason::AttemptsExhausted,
                    Stop::Budget => GiveUpReason::BudgetExhausted,
                    Stop::HintTooLong(_) => GiveUpReason::HintTooLong,
                    Stop::NotReplayable => GiveUpReason::NotReplayable,
                    Stop::NotRetryable => GiveUpReason::NotRetryable,
                    Stop::Veto => GiveUpReason::ServerVeto,
                };
                self.resolve(Some(reason), hold, memory)
            }
            (Verdict::Retry { .. }, Some(false)) => self.resolve(Some(GiveUpReason::NotRetryable), hold, memory),
            // The caller may overrule a judgement, but not bring back a body, nor send more often than it said itself.
            (Verdict::Stop(Stop::NotReplayable), Some(true)) => {
                self.resolve(Some(GiveUpReason::NotReplayable), hold, memory)
            }
            (Verdict::Done | Verdict::Stop(_), Some(true)) => self.overrule(hold, memory, at),
            (Verdict::Retry { delay, pause }, None | Some(true)) => self.pause(delay, pause, hold, memory, at),
        }
    }

    fn overrule(&mut self, hold: Option<Hold>, memory: &mut Memory, at: Moment) -> Action {
        let rules = Arc::clone(&self.rules);
        let Some(retry) = rules.retry.as_ref().filter(|retry| self.sends < retry.max_attempts) else {
            return self.resolve(Some(GiveUpReason::AttemptsExhausted), hold, memory);
        };
        if !self.request.replayable {
            return self.resolve(Some(GiveUpReason::NotReplayable), hold, memory);
        }
        match hold {
            Some(asked) => self.pause(asked.since(at.mono), Pause::Hint, hold, memory, at),
            None => self.pause(retry::backoff(self.sends, retry, at.sample), Pause::Backoff, None, memory, at),
        }
    }

    // `hold`: until when the server asked to wait, if it did.
    fn pause(&mut self, delay: i64, pause: Pause, hold: Option<Hold>, memory: &mut Memory, at: Moment) -> Action {
        let until = at.mono.plus(delay.max(1));
        if self.is_exhausted(memory) {
            return self.resolve(Some(GiveUpReason::HostLimit), Some(until), memory);
        }
        if self.deadline.is_some_and(|deadline| until >= deadline) {
            return self.resolve(Some(GiveUpReason::Deadline), Some(until), memory);
        }
        if let Some(open) = self.is_refused(memory, at).filter(|open| *open > until) {
            return self.resolve(Some(GiveUpReason::CircuitOpen), Some(open), memory);
        }
        let (reason, too_long) = match pause {
            Pause::Backoff | Pause::Throttle => (WaitReason::Backoff, None),
            Pause::Flag | Pause::Hint => (WaitReason::RetryAfter, Some(GiveUpReason::HintTooLong)),
            Pause::Lock => (WaitReason::Locked, None),
            Pause::Offline => (WaitReason::Offline, None),
            Pause::Outage => (WaitReason::Outage, None),
            Pause::Reset => (WaitReason::RateLimit, Some(GiveUpReason::QuotaWaitTooLong)),
        };
        // What we add to a hint, so that those who were told the same do not come back together, is not the server's.
        let asked = hold.map_or(delay, |hold| hold.since(at.mono).min(delay)).max(0);
        if pause == Pause::Reset && self.rules.rate_limit.is_some() {
            // The tracker knows the reset better than one response does, and who else waits for it.
            return self.ask(memory, at);
        }
        if let Some(too_long) = too_long.filter(|_| self.is_held_too_long(asked)) {
            return self.resolve(Some(too_long), hold.or(Some(until)), memory);
        }
        if too_long.is_some() {
            self.held = self.held.saturating_add(asked);
        }
        let is_throttled = pause == Pause::Throttle || self.loss == Loss::Refused && pause == Pause::Backoff;
        if let (true, true, Some(ticket)) = (is_throttled, self.is_away, self.ticket) {
            memory.tracker.hold_route(ticket, until, at);
            return self.ask(memory, at);
        }
        if is_throttled && self.ticket.is_some_and(|ticket| memory.tracker.back_off(ticket, until, at)) {
            // All who share the quota hold back as long, and one of them goes first: the queue knows which.
            return self.ask(memory, at);
        }
        if !is_throttled && matches!(pause, Pause::Backoff | Pause::Flag | Pause::Lock) {
            self.spend(memory, at);
        }
        self.quota = (reason == WaitReason::Backoff).then_some(NO_QUOTA);
        self.in_hand = false;
        if pause == Pause::Offline {
            return self.stay_offline(at.mono, memory, at);
        }
        self.state = State::Pausing { until, reason, lead: apart(at) };
        Action::Wait { delay: until.since(at.mono).max(1), reason }
    }

    fn is_refusal(&self, ended: Ended<'_>) -> bool {
        match ended {
            Ended::Answer { status, signs, .. } => classify::is_limited(status, signs),
            Ended::Failure(_) => self.loss == Loss::Refused,
        }
    }

    // Two ends are no attempts of its own: a refusal while others are served, and, for as long as it may wait, a failure that shows
    // to others who wait that their server is still down.
    // Whether it is a refusal of this call alone.
    fn forgive(&mut self, ended: Ended<'_>, memory: &mut Memory, at: Moment) -> bool {
        // What another origin refuses, those who are served here say nothing of.
        let Some(ticket) = self.ticket.filter(|_| !self.is_away) else { return false };
        let is_forgiven = if self.is_refusal(ended) {
            let is_served = memory.tracker.is_served(ticket, at);
            if is_served {
                // Its queue moves, so what it waited until now is not what `maxWait` measures.
                self.held = 0;
            }
            is_served
        } else if retry::has_failed(ended) == Some(true) && memory.tracker.is_probe(ticket) {
            let since = *self.forgiven.get_or_insert_default().probes.get_or_insert(at.mono);
            at.mono.since(since) <= self.rules.max_held
        } else {
            false
        };
        if is_forgiven {
            let forgiven = self.forgiven.get_or_insert_default();
            forgiven.sends = (forgiven.sends + 1).min(MOST_FORGIVEN);
        }
        is_forgiven && self.is_refusal(ended) && !memory.tracker.is_held(ticket, at)
    }

    /// Whether servers would have held it for longer than they may, with another hold of `more` ms.
    pub(super) fn is_held_too_long(&self, more: i64) -> bool {
        self.held.saturating_add(more) > self.rules.max_held
    }
}
