//! Drives one call from start to end: performs the core's actions.

use alloc::{rc::Rc, string::String, vec::Vec};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response, ResponseType};

use crate::{
    call::{Action, Call, Event, GiveUp, GiveUpReason, WaitReason},
    client::{
        Client, Shared,
        error::Error,
        flight::{self, Flight, let_go},
        host,
        log::Log,
        peek, request,
        sleep::{Alarm, sleep},
    },
    record::{CallRecord, Quota},
    syntax::headers::Headers,
    time::Moment,
};

/// A call in flight. Its end releases what it holds and aborts its sends, also if the future is dropped.
struct Run {
    call: Call,
    shared: Rc<Shared>,
    owner: u32,
    alarm: Rc<Alarm>,
    log: Log,
    /// Where it goes.
    origin: String,
    /// What is sent next.
    request: Request,
    /// A send uses up its body, which can be had again from a clone.
    is_cloned: bool,
    /// The sends in flight.
    flights: Vec<Flight>,
    /// The response or error reported last, until it is discarded.
    outcome: Option<Result<Response, JsValue>>,
    /// The send whose body is looked at, and its status.
    peeked: (u32, u16),
    /// The listener was notified of its end.
    is_over: bool,
}

/// Sends `request` until the core ends the call. Returns the result and the record of the call.
pub async fn drive(client: Client, request: Request, replayable: bool) -> (Result<Response, Error>, CallRecord) {
    let url = request.url();
    let Some((origin, host)) = request::origin(&url).filter(|_| !request.signal().aborted()) else {
        return (pass_on(&request).await, CallRecord::default());
    };
    let mut run = Run::new(client, request, origin, host, replayable);
    let ended = run.go().await;
    run.is_over = true;
    (ended, core::mem::take(&mut run.log.record))
}

// The host's to judge.
async fn pass_on(request: &Request) -> Result<Response, Error> {
    match host::send(request, None).await {
        Ok(response) => Ok(response.unchecked_into()),
        Err(error) if request.signal().aborted() => Err(Error::Aborted(error)),
        Err(error) => Err(Error::Network(error)),
    }
}

impl Run {
    fn new(client: Client, request: Request, origin: &str, host: &str, replayable: bool) -> Self {
        let Client { policy, shared, listener, scope } = client;
        let (owner, alarm) = shared.sleepers.enter();
        let rules = policy.rules(host);
        let rate = rules.rate_limit.clone();
        let subject = request::describe(&request, origin, scope.as_deref(), rate.as_deref(), replayable);
        let call = Call::new(subject, rules, owner, &mut shared.memory.borrow_mut(), host::moment());
        let is_cloned = replayable && request::may_have_body(&request);
        let log = Log::new(listener, request.method(), request::address(&request.url(), origin).0.into());
        let (flights, outcome, origin) = (Vec::new(), None, origin.into());
        Self {
            call,
            shared,
            owner,
            alarm,
            log,
            origin,
            request,
            is_cloned,
            flights,
            outcome,
            peeked: (0, 0),
            is_over: false,
        }
    }

    async fn go(&mut self) -> Result<Response, Error> {
        self.add_key().map_err(Error::Network)?;
        let mut action = self.tell(Event::Start)?;
        self.shared.share(None);
        loop {
            action = match action {
                Action::Await { next } => {
                    self.let_go();
                    self.shared.wake_others();
                    self.land(next).await?
                }
                Action::Ask { .. } => self.tell(Event::Decided(None))?,
                Action::Peek { bytes, within } => self.peek(bytes, within).await?,
                // No callback of this client's makes headers.
                Action::Prepare { .. } => self.tell(Event::Prepared { identity: None, credentials: 0 })?,
                Action::Send { attempt, timeout, next } => {
                    self.send(attempt, timeout).map_err(Error::Network)?;
                    self.land(next).await?
                }
                Action::Wait { delay, reason } => self.pause(delay, reason).await?,
                Action::Resolve { throw, gave_up } => {
                    self.note(gave_up);
                    return self.resolve(throw);
                }
                Action::Reject(give_up) => {
                    self.note(Some(give_up));
                    return Err(self.rejection(give_up));
                }
            }
        }
    }

    fn tell(&mut self, event: Event<'_>) -> Result<Action, Error> {
        self.alarm.reset();
        let told = self.call.handle(event, &mut self.shared.memory.borrow_mut(), host::moment());
        told.map_err(|wrong| Error::Internal(wrong.state))
    }

    // Where the host makes no UUID the call goes without a key, and is not repeated.
    fn add_key(&mut self) -> Result<(), JsValue> {
        if let Some(key) = self.call.wants_key().then(host::uuid).flatten() {
            self.request = request::with_key(&self.request, &key)?;
            self.call.set_keyed();
        }
        Ok(())
    }

    fn send(&mut self, attempt: u32, timeout: Option<i64>) -> Result<(), JsValue> {
        self.let_go();
        let request = self.next_request(attempt);
        let at = host::moment();
        self.log.sent(at);
        self.log.circuit(self.call.circuit(), &self.origin, at);
        self.flights.push(Flight::new(attempt, request, timeout, &self.alarm)?);
        Ok(())
    }

    // Tells the first end of a send under way, or that it is time for a further one, and calls the others off once the core
    // is done with them.
    async fn land(&mut self, next: Option<i64>) -> Result<Action, Error> {
        let signal = self.request.signal();
        let action = match flight::land(&mut self.flights, next, &signal, &self.alarm).await {
            None if signal.aborted() => {
                let action = self.tell(Event::Abort)?;
                let (name, code) = request::name_and_code(&signal.reason());
                self.end_flights(&self.call.label(&name, &code));
                action
            }
            None => self.tell(Event::Elapse)?,
            Some((attempt, Ok(response), _)) => {
                let response: Response = response.unchecked_into();
                let (status, foreign) = (response.status(), response.type_() == ResponseType::Cors);
                let lines = request::lines(&response.headers(), self.call.rules());
                let from = response.redirected().then(|| response.url());
                let from = from.as_deref().and_then(request::origin);
                self.call.came_from(from.is_some_and(|(origin, _)| origin != self.origin));
                self.outcome = Some(Ok(response));
                let action = self.tell(Event::Respond { attempt, status, headers: Headers::new(&lines), foreign })?;
                if let Action::Peek { .. } = action {
                    // Told when its body was heard, which tells of quotas too.
                    self.peeked = (attempt, status);
                } else {
                    self.note_answer(attempt, status);
                }
                action
            }
            Some((attempt, Err(error), expired)) => {
                let aborted = !expired && signal.aborted();
                let failure = request::failure(&error);
                let action = self.tell(if aborted { Event::Abort } else { Event::Fail { attempt, failure } })?;
                let at = host::moment();
                let (name, code) = request::name_and_code(&error);
                self.log.failed(attempt, self.call.label(&name, &code), at);
                self.log.circuit(self.call.circuit(), &self.origin, at);
                self.outcome = Some(Err(error));
                action
            }
        };
        if !matches!(action, Action::Await { .. } | Action::Peek { .. } | Action::Send { .. }) {
            self.call_off();
        }
        Ok(action)
    }

    fn call_off(&mut self) {
        self.end_flights("AbortError");
    }

    fn end_flights(&mut self, error: &str) {
        for flight in self.flights.drain(..) {
            self.log.failed(flight.attempt, error.into(), host::moment());
            flight.call_off();
        }
    }

    fn note_answer(&mut self, attempt: u32, status: u16) {
        let at = host::moment();
        let told = || self.call.told().iter().map(|quota| Quota::told(quota, at.wall)).collect();
        self.log.answered(attempt, status, at, told);
        self.log.circuit(self.call.circuit(), &self.origin, at);
    }

    fn note(&mut self, give_up: Option<GiveUp>) {
        if let Some(GiveUp { reason, retry_at }) = give_up {
            let at = host::moment();
            self.log.gave_up(reason, retry_at.map(|retry_at| at.wall_at(retry_at)), at);
        }
    }

    async fn peek(&mut self, bytes: usize, within: i64) -> Result<Action, Error> {
        let signal = self.request.signal();
        let text = match &self.outcome {
            Some(Ok(response)) => peek::front(response, bytes, sleep(within, &signal, &self.alarm)).await,
            _ => None,
        };
        let (attempt, status) = self.peeked;
        if signal.aborted() {
            self.note_answer(attempt, status);
            self.let_go();
            self.call_off();
            return self.tell(Event::Abort);
        }
        let action = self.tell(Event::Body(&text.unwrap_or_default()))?;
        self.note_answer(attempt, status);
        if !matches!(action, Action::Await { .. }) {
            self.call_off();
        }
        Ok(action)
    }

    // A body is sent from a clone's other half for as long as another send may follow.
    fn next_request(&mut self, attempt: u32) -> Request {
        let most = self.call.rules().retry.as_ref().map_or(1, |retry| retry.max_attempts);
        let spare =
            if self.is_cloned && (attempt < most || self.call.is_hedged()) { self.request.clone().ok() } else { None };
        match spare {
            Some(spare) => core::mem::replace(&mut self.request, spare),
            None => Clone::clone(&self.request),
        }
    }

    async fn pause(&mut self, delay: i64, reason: WaitReason) -> Result<Action, Error> {
        self.let_go();
        self.shared.wake_others();
        let signal = self.request.signal();
        if !signal.aborted() {
            let since = host::moment();
            let quota = self.quota(since);
            self.log.waits(reason, delay, quota, since);
            self.shared.share(Some(self.owner));
            sleep(delay, &signal, &self.alarm).await;
            self.log.waited(host::moment().mono.since(since.mono));
        }
        self.tell(match reason {
            _ if signal.aborted() => Event::Abort,
            WaitReason::Offline => Event::Online(host::online()),
            _ => Event::Elapse,
        })
    }

    // What it waits for: a quota, or what a header asked for.
    fn quota(&self, at: Moment) -> Option<Quota> {
        if let Some(state) = self.call.quota(&mut self.shared.memory.borrow_mut(), at) {
            return Some(Quota::known(&state));
        }
        let (source, until) = self.call.hint()?;
        Some(Quota { source: source.into(), reset_at: Some(at.wall_at(until)), ..Quota::default() })
    }

    fn let_go(&mut self) {
        if let Some(Ok(response)) = self.outcome.take() {
            let_go(&response);
        }
    }

    fn resolve(&mut self, throw: bool) -> Result<Response, Error> {
        match self.outcome.take() {
            Some(Ok(response)) if throw => Err(Error::Status(response)),
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(Error::Network(error)),
            None => Err(Error::Internal("empty")),
        }
    }

    fn rejection(&mut self, give_up: GiveUp) -> Error {
        match give_up.reason {
            // The host's own rejection, where it made one; during a wait there was nobody to make it.
            GiveUpReason::Aborted => match self.outcome.take() {
                Some(Err(error)) => Error::Aborted(error),
                _ => Error::Aborted(self.request.signal().reason()),
            },
            GiveUpReason::Deadline => Error::Deadline,
            GiveUpReason::CircuitOpen => {
                let at = host::moment();
                Error::CircuitOpen(at.wall_at(give_up.retry_at.unwrap_or(at.mono)))
            }
            reason => {
                let at = host::moment();
                Error::Refused { reason, retry_at: at.wall_at(give_up.retry_at.unwrap_or(at.mono)) }
            }
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.let_go();
        self.call_off();
        if !self.is_over {
            self.log.gave_up(GiveUpReason::Aborted, None, host::moment());
        }
        self.call.end(&mut self.shared.memory.borrow_mut());
        self.shared.sleepers.leave(self.owner);
        self.shared.wake_others();
    }
}

/// Method and origin of a request, for messages: the rest of a URL holds secrets.
pub fn subject(request: &Request) -> String {
    let mut text = request.method();
    text.push(' ');
    text.push_str(request::origin(&request.url()).map_or("", |(origin, _)| origin));
    text
}
