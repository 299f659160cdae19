//! One logical request as a state machine: it takes an event and returns an action.
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
//! After Flying, a call may be Peeking: if status and headers do not settle what a response is, the shell reads the start of its
//! body (also of an ok response, if a profile sets `errorsUnder200`). The tracker learns from the response only after that, but the send is over.
//!
//! Flying may cover several sends of one attempt (`hedge`): Elapse means that one more may go. Respond and Fail name their send. If
//! one does not settle the attempt, the others stay Flying; if it does, they end. While the call is Peeking, their responses wait.
//!
//! If the caller makes headers for each send (`prepare`), the call asks for them in Preparing: before it asks the tracker, because
//! the headers identify whose quota it is; again before a send that had to wait; and after a 401, which new credentials may fix.
//!
//! Before the tracker, the call asks the circuit of the route, which may refuse ([`crate::retry::circuit`]). After the verdict it asks
//! the origin's budget, which may be spent ([`crate::retry::budget`]). In an outage the tracker holds every call.
//!
//! The call refuses an event that does not fit its state with [`WrongEvent`] and changes nothing.

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

/// One logical request. A hundred thousand of them may wait, so state that is only needed after the first send is boxed.
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
    /// The last response was an error.
    is_error: bool,
    /// What it sent decides about its route's circuit.
    is_probe: bool,
    /// What became of that circuit by the last event.
    circuit: Option<CircuitState>,
    /// What the last failure looks like.
    loss: Loss,
    /// Sends that do not count as attempts.
    forgiven: Option<Box<Forgiven>>,
    /// What the last response reported.
    reading: Option<Box<Reading>>,
    /// Of a caller who makes headers for each send.
    prepare: Option<Box<Prepare>>,
    /// The next response came from another origin.
    is_away: bool,
    /// The sends of its attempt, where there may be several.
    race: Option<Box<Race>>,
    /// While it is asking.
    question: Option<Box<Question>>,
    /// The headers of a response whose body is awaited.
    head: Option<Box<str>>,
}

impl Call {
    /// Creates a call that has not started. `owner` is the number that [`crate::rate_limit::Tracker::wake`] reports for it.
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

    /// Takes an event and returns the next action.
    ///
    /// # Errors
    /// [`WrongEvent`] if the event does not fit the call's state; the call is unchanged.
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

    /// Releases what the call holds. Call this once the call is over, however it ended.
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

    /// The quota that the last wait was for, with its current state. If the wait was for no known quota: the scope, if its headers are hidden.
    pub fn quota<'a>(&self, memory: &'a mut Memory, at: Moment) -> Option<QuotaState<'a>> {
        memory.tracker.quota(self.ticket?, self.quota? as usize, at)
    }

    /// The quotas that the last response reported.
    pub fn told(&self) -> &[Quota] {
        self.reading.as_ref().map_or(&[], |reading| &reading.quotas)
    }

    /// The header that asked for the current wait, and when that wait ends; `None` if no header did.
    pub fn hint(&self) -> Option<(&str, MonoTime)> {
        let State::Pausing { until, reason: WaitReason::RetryAfter, .. } = self.state else { return None };
        Some((&self.reading.as_ref()?.hint.as_ref()?.source, until))
    }

    /// Whether the call waits only for [`Tracker::wake`](crate::rate_limit::Tracker::wake), on a host where one call may wake another:
    /// [`Tracker::alarm`](crate::rate_limit::Tracker::alarm) returns when to call that.
    /// A call with a deadline has to ask again by itself, to check whether its wait still fits.
    pub fn is_alarmed(&self) -> bool {
        matches!(self.state, State::Queued { .. }) && self.deadline.is_none()
    }

    /// The time left until the deadline, in ms and more than 0; `None` without a deadline.
    pub fn left(&self, at: Moment) -> Option<i64> {
        self.deadline.map(|deadline| deadline.since(at.mono).max(1))
    }

    /// The state to which the last event changed the route's circuit; `None` if it did not change.
    pub fn circuit(&self) -> Option<CircuitState> {
        self.circuit
    }

    /// The rules of this call.
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
