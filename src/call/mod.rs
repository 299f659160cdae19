//! One logical request: what happened in, one thing to do out.
//!
//! ```text
//!            Start                     granted                Respond, Fail: leave it
//!   Idle ───────────► (ask the tracker) ───────► Flying ───────────────────────────────► Done
//!                       │        ▲                 │  ▲ Decided(false) ▲                   ▲
//!             no room   ▼        │ Elapse          │  │                │                   │
//!                     Queued ────┘        has the  ▼  │                │                   │
//!                       ▲           caller a say? Asking ──────────────┘                   │
//!                       │ Elapse                   │ Decided(true)                         │
//!                     Pausing ◄────────────────────┴── Respond, Fail: send again           │
//!                       │                                                                  │
//!                       └── a wait that cannot fit, a refusal, Abort (from anywhere) ──────┘
//! ```
//!
//! Between Flying and its judgement an answer may be Peeking: its status and headers leave open what it is, and the shell
//! reads the front of its body. Nothing is told to the tracker before that, but the send is over.
//!
//! An event that makes no sense where the call stands is refused with [`WrongEvent`], and changes nothing.

mod contract;
mod kept;

pub use contract::{Action, Event, GiveUp, GiveUpReason, Request, WaitReason, WrongEvent};

use alloc::{boxed::Box, rc::Rc};

use crate::{
    call::kept::Kept,
    hints::body::{self, Limited},
    policy::Rules,
    rate_limit::{
        QuotaState, TicketId, Tracker,
        options::RateRules,
        quota::Quota,
        read::{self, Answer, Reading},
        reserve::{Refusal, Reservation, Why},
    },
    retry::{
        self, Ended, Pause, Stop, Subject, Verdict,
        classify::{self, Failure, Signs},
    },
    syntax::headers::Headers,
    time::{Moment, MonoTime},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asking,
    Done,
    Flying { until: Option<MonoTime> },
    Idle,
    Pausing { until: MonoTime, reason: WaitReason },
    Peeking { status: u16, foreign: bool },
    Queued,
}

/// How long the front of a body may take to come, ms: what tells of a limit is short and comes with its head.
const PEEK: i64 = 1000;

/// In the place of a quota: it waits for none that is known, and a scope whose headers are hidden may say why.
const NO_QUOTA: u32 = u32::MAX;

// What the server asked for when it was overruled or is to be told to the caller: the instant to come back at.
type Hold = MonoTime;

// A judgement that the caller may overrule.
#[derive(Clone, Copy, Debug)]
struct Question {
    verdict: Verdict,
    hold: Option<Hold>,
}

/// One logical request. A hundred thousand of them may wait, so what a call that was never sent has no use for is boxed.
#[derive(Debug)]
pub struct Call {
    rules: Rc<Rules>,
    request: Kept,
    ticket: Option<TicketId>,
    state: State,
    sends: u32,
    deadline: Option<MonoTime>,
    quota: Option<u32>,
    /// The shell holds what an attempt gave: to give up is to end with that.
    in_hand: bool,
    /// The last answer was an error.
    is_error: bool,
    /// The last failure may have been a refusal.
    is_doubted: bool,
    /// What the last answer told.
    reading: Option<Box<Reading>>,
    /// While it is asking.
    question: Option<Box<Question>>,
    /// The headers of an answer whose body is awaited.
    head: Option<Box<str>>,
}

impl Call {
    /// A call that has not begun. `owner` is what [`Tracker::wake`] names it by.
    pub fn new(request: Request, rules: Rc<Rules>, owner: u32, tracker: &mut Tracker, at: Moment) -> Self {
        let enter = |rate: &Rc<RateRules>| {
            tracker.enter(&request.identity, rate, rules.priority, u64::from(rules.cost), owner, at)
        };
        Self {
            ticket: rules.rate_limit.as_ref().map(enter),
            deadline: rules.total_timeout.map(|total| at.mono.plus(total)),
            state: State::Idle,
            sends: 0,
            quota: None,
            in_hand: false,
            is_error: false,
            is_doubted: false,
            reading: None,
            question: None,
            head: None,
            request: request.into(),
            rules,
        }
    }

    /// Takes what happened, gives what to do.
    ///
    /// # Errors
    /// [`WrongEvent`] where the event makes no sense; the call stands as it did.
    pub fn handle(&mut self, event: Event<'_>, tracker: &mut Tracker, at: Moment) -> Result<Action, WrongEvent> {
        Ok(match (self.state, event) {
            (State::Done, _) => return Err(self.wrong()),
            (state, Event::Abort) => {
                if matches!(state, State::Flying { .. }) {
                    self.land(false, tracker, at);
                }
                self.reject(GiveUpReason::Aborted, None, tracker)
            }
            (State::Pausing { until, reason }, Event::Elapse) if until > at.mono => {
                Action::Wait { delay: until.since(at.mono).max(1), reason }
            }
            (State::Idle, Event::Start) | (State::Queued | State::Pausing { .. }, Event::Elapse) => {
                self.ask(tracker, at)
            }
            (State::Flying { .. }, Event::Respond { status, headers, foreign }) => {
                self.respond((status, foreign), headers, tracker, at)
            }
            (State::Peeking { status, foreign }, Event::Body(body)) => {
                let head = self.head.take().unwrap_or_default();
                self.learn((status, foreign), Headers::new(&head), body, tracker, at)
            }
            (State::Flying { until }, Event::Fail(failure)) => {
                self.is_doubted = self.land(failure == Failure::Network, tracker, at);
                if failure == Failure::Timeout && self.deadline.is_some() && until == self.deadline {
                    return Ok(self.reject(GiveUpReason::Deadline, None, tracker));
                }
                self.judge(Ended::Failure(failure), tracker, at)
            }
            (State::Asking, Event::Decided(said)) => {
                let Some(question) = self.question.take() else { return Err(self.wrong()) };
                self.decided(*question, said, tracker, at)
            }
            _ => return Err(self.wrong()),
        })
    }

    /// Gives back what it holds. To be called once it is over, however it ended.
    pub fn end(&mut self, tracker: &mut Tracker) {
        self.state = State::Done;
        if let Some(ticket) = self.ticket.take() {
            tracker.release(ticket);
        }
    }

    /// The quota that the last wait was for, as it is known now; of a wait for none, its scope, if that hides its headers.
    pub fn quota<'a>(&self, tracker: &'a mut Tracker, at: Moment) -> Option<QuotaState<'a>> {
        tracker.quota(self.ticket?, self.quota? as usize, at)
    }

    /// The quotas that the last answer told.
    pub fn told(&self) -> &[Quota] {
        self.reading.as_ref().map_or(&[], |reading| &reading.quotas)
    }

    /// The header that asked for the wait it is in, and until when, where one did.
    pub fn hint(&self) -> Option<(&str, MonoTime)> {
        let State::Pausing { until, reason: WaitReason::RetryAfter } = self.state else { return None };
        Some((&self.reading.as_ref()?.hint.as_ref()?.source, until))
    }

    /// Whether it waits for [`Tracker::wake`] alone, where the host wakes others: [`Tracker::alarm`] says when to ask that.
    /// With a deadline it has to come back by itself, to see whether what it waits for still fits.
    pub fn is_alarmed(&self) -> bool {
        self.state == State::Queued && self.deadline.is_none()
    }

    /// What holds for it.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether to make up an Idempotency-Key for it: it was asked for, there is none, and repeating it might do it twice.
    pub fn wants_key(&self) -> bool {
        let idempotent =
            self.rules.retry.as_ref().is_none_or(|retry| classify::is_idempotent(self.request.method.name(), retry));
        self.rules.idempotency_auto && !self.request.keyed && !idempotent
    }

    /// Whether it may be sent more than once, so that its body is to be kept.
    pub fn may_repeat(&self) -> bool {
        self.rules.retry.as_ref().is_some_and(|retry| retry.max_attempts > 1)
    }

    /// The shell has given it an Idempotency-Key.
    pub fn set_keyed(&mut self) {
        self.request.keyed = true;
    }

    fn wrong(&self) -> WrongEvent {
        let state = match self.state {
            State::Asking => "asking",
            State::Done => "done",
            State::Flying { .. } => "flying",
            State::Idle => "idle",
            State::Pausing { .. } => "pausing",
            State::Peeking { .. } => "peeking",
            State::Queued => "queued",
        };
        WrongEvent { state }
    }

    fn ask(&mut self, tracker: &mut Tracker, at: Moment) -> Action {
        let Some(ticket) = self.ticket else { return self.send(tracker, at) };
        let (until, why) = match tracker.reserve(ticket, at) {
            Reservation::Granted => return self.send(tracker, at),
            Reservation::Refused { why, retry_at, cause } => {
                self.name(cause);
                let reason = match why {
                    Refusal::QueueFull => GiveUpReason::QueueFull,
                    Refusal::WaitTooLong => GiveUpReason::QuotaWaitTooLong,
                };
                return self.give_up(reason, Some(retry_at), tracker);
            }
            Reservation::Wait { until, why } => (until, why),
        };
        self.name(why);
        if self.deadline.is_some_and(|deadline| until >= deadline) {
            return self.give_up(GiveUpReason::Deadline, Some(until), tracker);
        }
        self.state = State::Queued;
        self.in_hand = false;
        let reason = match why {
            Why::Backoff => WaitReason::Backoff,
            Why::Concurrency => WaitReason::Concurrency,
            Why::Held | Why::Quota(_) => WaitReason::RateLimit,
            Why::Probing => WaitReason::Probing,
        };
        Action::Wait { delay: until.since(at.mono).max(1), reason }
    }

    fn name(&mut self, why: Why) {
        self.quota = match why {
            Why::Quota(index) => Some(index as u32),
            Why::Backoff | Why::Held | Why::Probing => Some(NO_QUOTA),
            Why::Concurrency => None,
        };
    }

    fn send(&mut self, tracker: &mut Tracker, at: Moment) -> Action {
        let attempt = self.rules.attempt_timeout.map(|timeout| at.mono.plus(timeout));
        let until = match (attempt, self.deadline) {
            (Some(attempt), Some(deadline)) => Some(attempt.min(deadline)),
            (attempt, deadline) => attempt.or(deadline),
        };
        if until.is_some_and(|until| until <= at.mono) {
            // The wait ended late, and with it the time there was.
            return self.reject(GiveUpReason::Deadline, None, tracker);
        }
        self.sends = self.sends.saturating_add(1);
        (self.in_hand, self.is_doubted) = (false, false);
        self.state = State::Flying { until };
        Action::Send { attempt: self.sends, timeout: until.map(|until| until.since(at.mono)) }
    }

    fn land(&mut self, lost: bool, tracker: &mut Tracker, at: Moment) -> bool {
        self.ticket.is_some_and(|ticket| tracker.fail(ticket, lost, at))
    }

    fn respond(&mut self, head: (u16, bool), headers: Headers<'_>, tracker: &mut Tracker, at: Moment) -> Action {
        let (status, foreign) = head;
        self.is_error = classify::is_error(status);
        let acts = self.ticket.is_some() || self.rules.retry.is_some();
        if acts && classify::is_unclear(status, Signs::default()) {
            let answer = Answer { headers, status, body: "", dialects: &self.rules.dialects, foreign };
            let signs = signs(&read::read(answer, at.wall));
            if classify::is_unclear(status, signs) {
                if let Some(ticket) = self.ticket {
                    tracker.land(ticket, !classify::is_limited(status, signs), at);
                }
                self.head = Some(headers.text().into());
                self.state = State::Peeking { status, foreign };
                let left = self.deadline.map_or(PEEK, |deadline| deadline.since(at.mono).clamp(1, PEEK));
                return Action::Peek { bytes: body::MOST, within: left };
            }
        }
        self.learn(head, headers, "", tracker, at)
    }

    fn learn(
        &mut self,
        (status, foreign): (u16, bool),
        headers: Headers<'_>,
        body: &str,
        tracker: &mut Tracker,
        at: Moment,
    ) -> Action {
        let limited = |reading: &Reading| classify::is_limited(status, signs(reading));
        let rules = Rc::clone(&self.rules);
        let answer = Answer { headers, status, body, dialects: &rules.dialects, foreign };
        let mut reading = match self.ticket {
            Some(ticket) => tracker.observe(ticket, answer, at, limited),
            None => read::read(answer, at.wall),
        };
        if let Some(hint) = reading.hint.as_mut().filter(|_| reading.implied) {
            // "Then grow" (GitHub's documentation of secondary limits).
            hint.delay = hint.delay.saturating_mul(1 << (self.sends - 1).min(20));
        }
        let spent = |quota: &&Quota| is_spent(quota) && quota.reset_in.is_some();
        let ended = Ended::Answer {
            status,
            signs: signs(&reading),
            hint: reading.hint.as_ref(),
            reset_in: reading.quotas.iter().filter(spent).filter_map(|quota| quota.reset_in).max(),
        };
        let action = self.judge(ended, tracker, at);
        let tells = !reading.quotas.is_empty() || reading.hint.is_some();
        self.reading = tells.then(|| Box::new(reading));
        action
    }

    fn judge(&mut self, ended: Ended<'_>, tracker: &mut Tracker, at: Moment) -> Action {
        self.in_hand = true;
        let rules = Rc::clone(&self.rules);
        let Some(retry) = &rules.retry else {
            let error = !matches!(ended, Ended::Answer { status, .. } if !classify::is_error(status));
            return self.resolve(error.then_some(GiveUpReason::NotRetryable), None, tracker);
        };
        let subject = Subject {
            method: self.request.method.name(),
            keyed: self.request.keyed,
            replayable: self.request.replayable,
            sends: self.sends,
        };
        let verdict = retry::decide(ended, subject, retry, at.sample);
        let hint = if let Ended::Answer { hint, reset_in, .. } = ended {
            hint.map(|hint| hint.delay).or(reset_in)
        } else {
            None
        };
        let hold = hint.map(|delay| at.mono.plus(delay));
        if !retry.decides {
            return self.decided(Question { verdict, hold }, None, tracker, at);
        }
        self.state = State::Asking;
        self.question = Some(Box::new(Question { verdict, hold }));
        match verdict {
            Verdict::Retry { delay, .. } => Action::Ask { retry: true, delay },
            Verdict::Done | Verdict::Stop(_) => Action::Ask { retry: false, delay: 0 },
        }
    }

    fn decided(
        &mut self,
        Question { verdict, hold }: Question,
        said: Option<bool>,
        tracker: &mut Tracker,
        at: Moment,
    ) -> Action {
        match (verdict, said) {
            (Verdict::Done, None | Some(false)) => self.resolve(None, None, tracker),
            (Verdict::Stop(stop), None | Some(false)) => {
                let reason = match stop {
                    Stop::Attempts => GiveUpReason::AttemptsExhausted,
                    Stop::HintTooLong(_) => GiveUpReason::HintTooLong,
                    Stop::NotReplayable => GiveUpReason::NotReplayable,
                    Stop::NotRetryable => GiveUpReason::NotRetryable,
                };
                self.resolve(Some(reason), hold, tracker)
            }
            (Verdict::Retry { .. }, Some(false)) => self.resolve(Some(GiveUpReason::NotRetryable), hold, tracker),
            // The caller may overrule a judgement, but not bring back a body, nor send more often than it said itself.
            (Verdict::Stop(Stop::NotReplayable), Some(true)) => {
                self.resolve(Some(GiveUpReason::NotReplayable), hold, tracker)
            }
            (Verdict::Done | Verdict::Stop(_), Some(true)) => self.overrule(hold, tracker, at),
            (Verdict::Retry { delay, pause }, None | Some(true)) => self.pause(delay, pause, tracker, at),
        }
    }

    fn overrule(&mut self, hold: Option<Hold>, tracker: &mut Tracker, at: Moment) -> Action {
        let rules = Rc::clone(&self.rules);
        let Some(retry) = rules.retry.as_ref().filter(|retry| self.sends < retry.max_attempts) else {
            return self.resolve(Some(GiveUpReason::AttemptsExhausted), hold, tracker);
        };
        if !self.request.replayable {
            return self.resolve(Some(GiveUpReason::NotReplayable), hold, tracker);
        }
        match hold {
            Some(hold) => self.pause(hold.since(at.mono), Pause::Hint, tracker, at),
            None => self.pause(retry::backoff(self.sends, retry, at.sample), Pause::Backoff, tracker, at),
        }
    }

    fn pause(&mut self, delay: i64, pause: Pause, tracker: &mut Tracker, at: Moment) -> Action {
        let until = at.mono.plus(delay.max(1));
        if self.deadline.is_some_and(|deadline| until >= deadline) {
            return self.resolve(Some(GiveUpReason::Deadline), Some(until), tracker);
        }
        let reason = match pause {
            Pause::Backoff | Pause::Throttle => WaitReason::Backoff,
            Pause::Hint => WaitReason::RetryAfter,
            Pause::Lock => WaitReason::Locked,
            Pause::Reset => WaitReason::RateLimit,
        };
        if let (Pause::Reset, Some(rate)) = (pause, &self.rules.rate_limit) {
            if delay > rate.max_wait {
                return self.resolve(Some(GiveUpReason::QuotaWaitTooLong), Some(until), tracker);
            }
            // The tracker knows the reset better than one answer does, and who else waits for it.
            return self.ask(tracker, at);
        }
        let is_throttled = pause == Pause::Throttle || self.is_doubted && pause == Pause::Backoff;
        if let (true, Some(ticket)) = (is_throttled, self.ticket) {
            // All who share the quota hold back as long, and one of them goes first: the queue knows which.
            tracker.back_off(ticket, until, at);
            return self.ask(tracker, at);
        }
        self.quota = (reason == WaitReason::Backoff).then_some(NO_QUOTA);
        self.in_hand = false;
        self.state = State::Pausing { until, reason };
        Action::Wait { delay: until.since(at.mono).max(1), reason }
    }

    fn give_up(&mut self, reason: GiveUpReason, retry_at: Option<MonoTime>, tracker: &mut Tracker) -> Action {
        if self.in_hand {
            self.resolve(Some(reason), retry_at, tracker)
        } else {
            self.reject(reason, retry_at, tracker)
        }
    }

    fn resolve(&mut self, reason: Option<GiveUpReason>, retry_at: Option<MonoTime>, tracker: &mut Tracker) -> Action {
        self.end(tracker);
        let throw = self.is_error && self.rules.throw_http_errors;
        Action::Resolve { gave_up: reason.map(|reason| GiveUp { reason, retry_at }), throw }
    }

    fn reject(&mut self, reason: GiveUpReason, retry_at: Option<MonoTime>, tracker: &mut Tracker) -> Action {
        self.end(tracker);
        Action::Reject(GiveUp { reason, retry_at })
    }
}

/// Whether an answer says that a rate was exceeded (`true`), or that it is none but a spent allowance (`false`).
pub fn limited(status: u16, reading: &Reading) -> Option<bool> {
    let signs = signs(reading);
    signs.rate.or(classify::is_limited(status, signs).then_some(true))
}

fn signs(reading: &Reading) -> Signs {
    Signs {
        hinted: reading.hint.is_some(),
        exhausted: reading.quotas.iter().any(is_spent),
        rate: reading.limited.map(|limited| limited == Limited::Rate),
    }
}

fn is_spent(quota: &Quota) -> bool {
    quota.counts_requests() && quota.exhausted()
}
