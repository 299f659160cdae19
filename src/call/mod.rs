//! One logical request: what happened in, one thing to do out.
//!
//! ```text
//!            Start                     granted                Respond, Fail: leave it
//!   Idle ───────────► (ask the tracker) ───────► Flying ───────────────────────────────► Done
//!                       │        ▲                 │  ▲ Decided(false) ▲                   ▲
//!             no room   ▼        │ Elapse          │  │                │                   │
//!                     Queued ────┤        has the  ▼  │                │                   │
//!                       ▲        │   caller a say? Asking ──────────────┘                  │
//!                       │ Elapse │                 │ Decided(true)                         │
//!                     Pausing ◄──┼─────────────────┼── Respond, Fail: send again           │
//!                       │        │ Online(true)    │                                       │
//!                       │     Offline ◄────────────┴── Fail: there is no network           │
//!                       │        │ ▲ Online(false)                                         │
//!                       │        └─┘                                                       │
//!                       └── a wait that cannot fit, a refusal, Abort (from anywhere), Expire ┘
//! ```
//!
//! Between Flying and its judgement an answer may be Peeking: its status and headers leave open what it is, and the shell
//! reads the front of its body (an ok answer's too, where a profile says `errorsUnder200`). Nothing is told to the tracker before that, but the send is over.
//!
//! Flying may be several sends of one attempt (`hedge`): Elapse tells that one more may go. Respond and Fail name theirs; what
//! does not settle the attempt leaves the others Flying, what does ends them. While it is Peeking, answers to them wait.
//!
//! A caller who makes headers for each send (`prepare`) is asked for them in Preparing: before the tracker is asked, since they
//! say whose quota it is, again before a send that had to wait, and after a 401, which new credentials may put right.
//!
//! Before the tracker, the circuit of the route is asked, which may refuse ([`crate::retry::circuit`]); after the verdict
//! the origin's budget, which may be spent ([`crate::retry::budget`]). In an outage the tracker holds whoever asks.
//!
//! An event that makes no sense where the call stands is refused with [`WrongEvent`], and changes nothing.

mod answer;
mod asleep;
mod contract;
mod exhausted;
mod health;
mod hedge;
mod judge;
mod kept;
mod memory;
mod prepare;
mod queue;
mod refusal;
mod signs;

pub use contract::{Action, Event, GiveUp, GiveUpReason, Request, WaitReason, WrongEvent};
pub use memory::Memory;
pub use signs::limited;

use crate::shared::Arc;
use alloc::boxed::Box;
use asleep::{apart, slept};
use hedge::Race;
use judge::{Forgiven, Question};
use kept::Kept;
use prepare::{Prepare, Stage};

use crate::{
    policy::Rules,
    rate_limit::{Loss, QuotaState, TicketId, options::RateRules, quota::Quota, read::Reading},
    retry::{Ended, circuit::CircuitState, classify::Failure, health::HealthId},
    syntax::headers::Headers,
    time::{Moment, MonoTime},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asking,
    Done,
    Flying {
        until: Option<MonoTime>,
    },
    Idle,
    Offline {
        since: MonoTime,
    },
    Pausing {
        until: MonoTime,
        reason: WaitReason,
        /// What the wall clock showed then, less what the monotonic one did, in seconds.
        lead: i32,
    },
    Peeking {
        status: u16,
        foreign: bool,
    },
    Preparing(Stage),
    /// Since when it has waited for what its server said, if that is what it waits for.
    Queued {
        held: Option<MonoTime>,
    },
}

/// In the place of a quota: it waits for none that is known, and a scope whose headers are hidden may say why.
const NO_QUOTA: u32 = u32::MAX;

/// One logical request. A hundred thousand of them may wait, so what a call that was never sent has no use for is boxed.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "five facts, of which none rules out another")]
pub struct Call {
    rules: Arc<Rules>,
    request: Kept,
    ticket: Option<TicketId>,
    origin: HealthId,
    /// Where its circuit is; with none, as `origin`.
    route: HealthId,
    state: State,
    sends: u32,
    /// How often its host had refused to send when it began.
    refusals: u32,
    deadline: Option<MonoTime>,
    /// How long servers have held it in all since its first send, ms.
    held: i64,
    quota: Option<u32>,
    /// The shell holds what an attempt gave: to give up is to end with that.
    in_hand: bool,
    /// The last answer was an error.
    is_error: bool,
    /// What it sent decides about its route's circuit.
    is_probe: bool,
    /// What became of that circuit by the last event.
    circuit: Option<CircuitState>,
    /// What the last failure looks like.
    loss: Loss,
    /// Sends that do not count as attempts.
    forgiven: Option<Box<Forgiven>>,
    /// What the last answer told.
    reading: Option<Box<Reading>>,
    /// Of a caller who makes headers for each send.
    prepare: Option<Box<Prepare>>,
    /// The next answer came from another origin.
    is_away: bool,
    /// The sends of its attempt, where there may be several.
    race: Option<Box<Race>>,
    /// While it is asking.
    question: Option<Box<Question>>,
    /// The headers of an answer whose body is awaited.
    head: Option<Box<str>>,
}

impl Call {
    /// A call that has not begun. `owner` is what [`crate::rate_limit::Tracker::wake`] names it by.
    pub fn new(request: Request, rules: Arc<Rules>, owner: u32, memory: &mut Memory, at: Moment) -> Self {
        let enter = |rate: &Arc<RateRules>| {
            memory.tracker.enter(&request.identity, rate, rules.priority, u64::from(rules.cost), owner, at)
        };
        let ticket = rules.rate_limit.as_ref().map(enter);
        Self::with_ticket(request, rules, ticket, memory, at)
    }

    fn with_ticket(
        request: Request,
        rules: Arc<Rules>,
        ticket: Option<TicketId>,
        memory: &mut Memory,
        at: Moment,
    ) -> Self {
        let origin = memory.health.enter(request.identity.origin, at.mono);
        let route = rules.circuit.as_ref().map(|_| memory.health.enter(request.identity.place(), at.mono));
        Self {
            origin,
            route: route.unwrap_or(origin),
            ticket,
            deadline: rules.total_timeout.map(|total| at.mono.plus(total)),
            refusals: memory.refusals,
            state: State::Idle,
            sends: 0,
            held: 0,
            quota: None,
            in_hand: false,
            is_error: false,
            is_probe: false,
            circuit: None,
            loss: Loss::Plain,
            forgiven: None,
            reading: None,
            prepare: None,
            is_away: false,
            race: None,
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
    pub fn handle(&mut self, event: Event<'_>, memory: &mut Memory, at: Moment) -> Result<Action, WrongEvent> {
        let action = self.take(event, memory, at)?;
        if let (Action::Wait { .. }, Some(prepare)) = (action, &mut self.prepare) {
            // Headers that were made before it are old after it.
            prepare.forget();
        }
        Ok(action)
    }

    fn take(&mut self, event: Event<'_>, memory: &mut Memory, at: Moment) -> Result<Action, WrongEvent> {
        self.circuit = None;
        if let Event::Respond { attempt, .. } | Event::Fail { attempt, .. } = event
            && !self.turn_to(attempt)
        {
            return Err(self.wrong());
        }
        Ok(match (self.state, event) {
            (State::Done, _) => return Err(self.wrong()),
            (state, Event::Abort)
            | (state @ (State::Asking | State::Flying { .. } | State::Preparing(_)), Event::Expire) => {
                if matches!(state, State::Flying { .. }) {
                    self.land(Failure::Caller, memory, at);
                }
                self.call_off(memory, Some(at));
                let is_abort = matches!(event, Event::Abort);
                self.reject(if is_abort { GiveUpReason::Aborted } else { GiveUpReason::Deadline }, None, memory)
            }
            (State::Pausing { until, reason, lead }, Event::Elapse) if until.since(at.mono) > slept(lead, at) => {
                let until = until.plus(-slept(lead, at));
                let lead = if slept(lead, at) > 0 { apart(at) } else { lead };
                self.state = State::Pausing { until, reason, lead };
                Action::Wait { delay: until.since(at.mono).max(1), reason }
            }
            (State::Idle, Event::Start) if self.prepares_first() => self.ask_headers(Stage::Entering, at),
            (State::Preparing(stage), Event::Prepared { identity, credentials }) => {
                self.prepared(stage, identity, credentials, memory, at)
            }
            (State::Idle, Event::Start) | (State::Queued { .. } | State::Pausing { .. }, Event::Elapse) => {
                self.ask(memory, at)
            }
            (State::Offline { .. }, Event::Online(true) | Event::Elapse) => self.ask(memory, at),
            (State::Offline { since }, Event::Online(false)) => self.stay_offline(since, memory, at),
            (State::Flying { .. }, Event::Elapse) => return self.hedge(memory, at),
            (State::Flying { .. }, Event::Respond { status, headers, foreign, .. }) => {
                self.respond((status, foreign), headers, memory, at)
            }
            (State::Peeking { status, foreign }, Event::Body(body)) => {
                let head = self.head.take().unwrap_or_default();
                self.learn((status, foreign), Headers::new(&head), body, memory, at)
            }
            (State::Flying { until }, Event::Fail { failure, .. }) => {
                self.loss = self.land(failure, memory, at);
                if failure == Failure::Exhausted {
                    return Ok(self.exhaust(memory, at));
                }
                if failure == Failure::Timeout && self.deadline.is_some() && until == self.deadline {
                    self.call_off(memory, Some(at));
                    return Ok(self.reject(GiveUpReason::Deadline, None, memory));
                }
                self.judge(Ended::Failure(failure), memory, at)
            }
            (State::Asking, Event::Decided(said)) => {
                let Some(question) = self.question.take() else { return Err(self.wrong()) };
                self.decided(*question, said, memory, at)
            }
            _ => return Err(self.wrong()),
        })
    }

    /// Gives back what it holds. To be called once it is over, however it ended.
    pub fn end(&mut self, memory: &mut Memory) {
        if self.state == State::Done {
            return;
        }
        self.state = State::Done;
        self.leave_origin(memory);
        self.call_off(memory, None);
        if let Some(ticket) = self.ticket.take() {
            memory.tracker.release(ticket);
        }
    }

    /// The quota that the last wait was for, as it is known now; of a wait for none, its scope, if that hides its headers.
    pub fn quota<'a>(&self, memory: &'a mut Memory, at: Moment) -> Option<QuotaState<'a>> {
        memory.tracker.quota(self.ticket?, self.quota? as usize, at)
    }

    /// The quotas that the last answer told.
    pub fn told(&self) -> &[Quota] {
        self.reading.as_ref().map_or(&[], |reading| &reading.quotas)
    }

    /// The header that asked for the wait it is in, and until when, where one did.
    pub fn hint(&self) -> Option<(&str, MonoTime)> {
        let State::Pausing { until, reason: WaitReason::RetryAfter, .. } = self.state else { return None };
        Some((&self.reading.as_ref()?.hint.as_ref()?.source, until))
    }

    /// Whether it waits for [`Tracker::wake`](crate::rate_limit::Tracker::wake) alone, where the host wakes others:
    /// [`Tracker::alarm`](crate::rate_limit::Tracker::alarm) says when to ask that.
    /// With a deadline it has to come back by itself, to see whether what it waits for still fits.
    pub fn is_alarmed(&self) -> bool {
        matches!(self.state, State::Queued { .. }) && self.deadline.is_none()
    }

    /// How long it may still take, ms and more than 0, where it has a deadline.
    pub fn left(&self, at: Moment) -> Option<i64> {
        self.deadline.map(|deadline| deadline.since(at.mono).max(1))
    }

    /// How the last event changed its route's circuit, if it did.
    pub fn circuit(&self) -> Option<CircuitState> {
        self.circuit
    }

    /// What holds for it.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    fn wrong(&self) -> WrongEvent {
        let state = match self.state {
            State::Asking => "asking",
            State::Done => "done",
            State::Flying { .. } => "flying",
            State::Idle => "idle",
            State::Offline { .. } => "offline",
            State::Pausing { .. } => "pausing",
            State::Peeking { .. } => "peeking",
            State::Preparing(_) => "preparing",
            State::Queued { .. } => "queued",
        };
        WrongEvent { state }
    }

    fn send(&mut self, memory: &mut Memory, at: Moment) -> Action {
        if self.prepare.as_ref().is_some_and(|prepare| !prepare.is_fresh()) {
            return self.ask_headers(Stage::Granted, at);
        }
        let until = self.limit(at);
        if until.is_some_and(|until| until <= at.mono) {
            // The wait ended late, and with it the time there was.
            return self.reject(GiveUpReason::Deadline, None, memory);
        }
        self.sends = self.sends.saturating_add(1);
        self.note_send(memory, at);
        (self.in_hand, self.loss, self.is_away) = (false, Loss::Plain, false);
        self.state = State::Flying { until };
        let (attempt, next) = self.begin_race(at);
        if let Some(prepare) = &mut self.prepare {
            prepare.forget();
        }
        Action::Send { attempt, timeout: until.map(|until| until.since(at.mono)), next }
    }

    fn give_up(&mut self, reason: GiveUpReason, retry_at: Option<MonoTime>, memory: &mut Memory) -> Action {
        if self.in_hand { self.resolve(Some(reason), retry_at, memory) } else { self.reject(reason, retry_at, memory) }
    }

    fn resolve(&mut self, reason: Option<GiveUpReason>, retry_at: Option<MonoTime>, memory: &mut Memory) -> Action {
        self.end(memory);
        let throw = self.is_error && self.rules.throw_http_errors;
        Action::Resolve { gave_up: reason.map(|reason| GiveUp { reason, retry_at }), throw }
    }

    fn reject(&mut self, reason: GiveUpReason, retry_at: Option<MonoTime>, memory: &mut Memory) -> Action {
        self.end(memory);
        Action::Reject(GiveUp { reason, retry_at })
    }
}
