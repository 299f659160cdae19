//! One call from its start to its end: does what the core says.

use alloc::{rc::Rc, string::String, vec::Vec};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response, ResponseType};

use crate::{
    call::{Action, Call, Event, GiveUp, GiveUpReason, WaitReason},
    client::{
        Shared,
        error::Error,
        flight::{self, Flight, let_go},
        host, peek, request,
        sleep::{Alarm, sleep},
    },
    policy::Policy,
    syntax::headers::Headers,
};

/// A call under way. Its end gives back what it holds, be it that the future is dropped.
struct Run {
    call: Call,
    shared: Rc<Shared>,
    owner: u32,
    alarm: Rc<Alarm>,
    /// What is sent next.
    request: Request,
    /// A send uses up its body, which can be had again from a clone.
    is_cloned: bool,
    /// Those that are under way.
    flights: Vec<Flight>,
    /// What was told last gave, until it is let go of.
    outcome: Option<Result<Response, JsValue>>,
}

/// Sends `request` until the core says that the call is over.
///
/// # Errors
/// See [`Error`].
pub async fn drive(
    shared: Rc<Shared>,
    policy: Rc<Policy>,
    request: Request,
    replayable: bool,
) -> Result<Response, Error> {
    let url = request.url();
    let Some((origin, host)) = request::origin(&url).filter(|_| !request.signal().aborted()) else {
        return pass_on(&request).await;
    };
    let mut run = Run::new(shared, &policy, request, origin, host, replayable);
    run.add_key().map_err(Error::Network)?;
    let mut action = run.tell(Event::Start)?;
    loop {
        action = match action {
            Action::Await { next } => {
                run.let_go();
                run.shared.wake_others();
                run.land(next).await?
            }
            Action::Ask { .. } => run.tell(Event::Decided(None))?,
            Action::Peek { bytes, within } => run.peek(bytes, within).await?,
            Action::Send { attempt, timeout, next } => {
                run.send(attempt, timeout).map_err(Error::Network)?;
                run.land(next).await?
            }
            Action::Wait { delay, reason } => run.pause(delay, reason).await?,
            Action::Resolve { throw, .. } => return run.resolve(throw),
            Action::Reject(give_up) => return Err(run.rejection(give_up)),
        }
    }
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
    fn new(shared: Rc<Shared>, policy: &Policy, request: Request, origin: &str, host: &str, replayable: bool) -> Self {
        let (owner, alarm) = shared.sleepers.enter();
        let subject = request::describe(&request, origin, replayable);
        let call = Call::new(subject, policy.rules(host), owner, &mut shared.memory.borrow_mut(), host::moment());
        let is_cloned = replayable && request::may_have_body(&request);
        Self { call, shared, owner, alarm, request, is_cloned, flights: Vec::new(), outcome: None }
    }

    fn tell(&mut self, event: Event<'_>) -> Result<Action, Error> {
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
        self.flights.push(Flight::new(attempt, request, timeout, self.call.is_hedged())?);
        Ok(())
    }

    // Tells the first end of a send under way, or that it is time for a further one, and calls the others off once the core
    // is done with them.
    async fn land(&mut self, next: Option<i64>) -> Result<Action, Error> {
        let signal = self.request.signal();
        let action = match flight::land(&mut self.flights, next, &signal, &self.alarm).await {
            None if signal.aborted() => self.tell(Event::Abort)?,
            None => self.tell(Event::Elapse)?,
            Some((attempt, Ok(response), _)) => {
                let response: Response = response.unchecked_into();
                let (status, foreign) = (response.status(), response.type_() == ResponseType::Cors);
                let lines = request::lines(&response.headers(), &self.call.rules().dialects);
                self.outcome = Some(Ok(response));
                self.tell(Event::Respond { attempt, status, headers: Headers::new(&lines), foreign })?
            }
            Some((attempt, Err(error), expired)) => {
                let aborted = !expired && signal.aborted();
                let failure = request::failure(&error);
                self.outcome = Some(Err(error));
                self.tell(if aborted { Event::Abort } else { Event::Fail { attempt, failure } })?
            }
        };
        if !matches!(action, Action::Await { .. } | Action::Peek { .. } | Action::Send { .. }) {
            self.call_off();
        }
        Ok(action)
    }

    fn call_off(&mut self) {
        self.flights.drain(..).for_each(Flight::call_off);
    }

    async fn peek(&mut self, bytes: usize, within: i64) -> Result<Action, Error> {
        let signal = self.request.signal();
        let text = match &self.outcome {
            Some(Ok(response)) => peek::front(response, bytes, within, &signal, &self.alarm).await,
            _ => String::new(),
        };
        if signal.aborted() {
            self.let_go();
            self.call_off();
            return self.tell(Event::Abort);
        }
        let action = self.tell(Event::Body(&text))?;
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
            sleep(delay, &signal, &self.alarm).await;
        }
        self.tell(match reason {
            _ if signal.aborted() => Event::Abort,
            WaitReason::Offline => Event::Online(host::online()),
            _ => Event::Elapse,
        })
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
