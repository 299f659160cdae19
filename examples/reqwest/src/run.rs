//! One call from its start to its end.

use std::{sync::Arc, time::Duration};

use fetch_with_policy::{
    call::{self, Action, Call, Event, GiveUp},
    policy::Rules,
    rate_limit::{identity::Identity, secrets::QUERY},
    retry::{IDEMPOTENCY_KEY, classify::Failure},
    syntax::{header_map::HeaderLines, headers::Headers},
};
use reqwest::{Request, Response, Url};
use tokio::{sync::Notify, time};

use crate::{Client, Error, Shared, peek};

/// A call in flight. When it ends, or its future is dropped, others get its place.
pub struct Run {
    call: Call,
    http: reqwest::Client,
    shared: Arc<Shared>,
    owner: u32,
    sleeper: Arc<Notify>,
    /// What is sent next; none after a body that can be sent once was sent.
    request: Option<Request>,
    origin: String,
    /// The newest response or error of a send.
    outcome: Option<Result<Response, reqwest::Error>>,
}

impl Run {
    pub fn new(client: &Client, request: Request) -> Self {
        let shared = Arc::clone(&client.shared);
        let mut state = shared.state();
        let origin = request.url().origin().ascii_serialization();
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        let rules = state.policy.rules(host);
        let (owner, sleeper) = state.enter();
        let described = describe(&request, &origin, &rules);
        let call = Call::new(described, rules, owner, &mut state.memory, shared.now());
        drop(state);
        let http = client.http.clone();
        Self { call, http, shared, owner, sleeper, request: Some(request), origin, outcome: None }
    }

    pub async fn go(mut self) -> Result<Response, Error> {
        self.add_key();
        let mut action = self.tell(Event::Start)?;
        loop {
            action = match action {
                Action::Send { attempt, timeout, .. } => self.send(attempt, timeout).await?,
                Action::Wait { delay, .. } => self.pause(delay).await?,
                Action::Peek { bytes, within } => self.peek(bytes, within).await?,
                Action::Ask { .. } => self.tell(Event::Decided(None))?,
                Action::Prepare { .. } => self.tell(Event::Prepared { identity: None, credentials: 0 })?,
                // Of hedged calls only, which have several sends in flight.
                Action::Await { .. } => return Err(Error::Internal("hedged")),
                Action::Resolve { throw, gave_up } => return self.resolve(throw, gave_up),
                Action::Reject(give_up) => return Err(self.refusal(give_up)),
            }
        }
    }

    fn tell(&mut self, event: Event<'_>) -> Result<Action, Error> {
        let mut state = self.shared.state();
        let told = self.call.handle(event, &mut state.memory, self.shared.now());
        told.map_err(|wrong| Error::Internal(wrong.state))
    }

    // With a key that the API knows, a POST may be repeated too.
    fn add_key(&mut self) {
        if self.call.wants_key()
            && let Some(request) = &mut self.request
        {
            let key = format!("{:032x}", fastrand::u128(..));
            request.headers_mut().insert(IDEMPOTENCY_KEY, key.parse().expect("hexadecimal digits"));
            self.call.set_keyed();
        }
    }

    async fn send(&mut self, attempt: u32, timeout: Option<i64>) -> Result<Action, Error> {
        self.outcome = None;
        let Some(request) = self.request.take() else { return Err(Error::Internal("sent")) };
        self.request = request.try_clone();
        let sent = self.http.execute(request);
        let landed = match timeout {
            None => Some(sent.await),
            Some(ms) => time::timeout(span(ms), sent).await.ok(),
        };
        let action = match landed {
            Some(Ok(response)) => {
                self.call.came_from(response.url().origin().ascii_serialization() != self.origin);
                let (status, lines) = (response.status().as_u16(), HeaderLines::from(response.headers()));
                self.outcome = Some(Ok(response));
                // A program sees all headers: nothing is foreign to it.
                self.tell(Event::Respond { attempt, status, headers: lines.headers(), foreign: false })?
            }
            Some(Err(error)) => {
                let failure = failure(&error);
                self.outcome = Some(Err(error));
                self.tell(Event::Fail { attempt, failure })?
            }
            None => self.tell(Event::Fail { attempt, failure: Failure::Timeout })?,
        };
        self.shared.wake_others();
        Ok(action)
    }

    async fn pause(&mut self, delay: i64) -> Result<Action, Error> {
        self.outcome = self.outcome.take().map(|outcome| outcome.map(peek::head));
        self.shared.wake_others();
        let _ = time::timeout(span(delay), self.sleeper.notified()).await;
        self.tell(Event::Elapse)
    }

    async fn peek(&mut self, bytes: usize, within: i64) -> Result<Action, Error> {
        let mut text = String::new();
        if let Some(Ok(response)) = self.outcome.take() {
            let (response, front) = peek::front(response, bytes, span(within)).await;
            (self.outcome, text) = (Some(Ok(response)), front);
        }
        let action = self.tell(Event::Body(&text))?;
        self.shared.wake_others();
        Ok(action)
    }

    fn resolve(&mut self, throw: bool, gave_up: Option<GiveUp>) -> Result<Response, Error> {
        match self.outcome.take() {
            Some(Ok(response)) if throw => Err(Error::Status(Box::new(response))),
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(Error::Transport(error)),
            // The last send was over the policy's time limit for one.
            None => Err(gave_up.map_or(Error::Timeout, |give_up| self.refusal(give_up))),
        }
    }

    fn refusal(&self, GiveUp { reason, retry_at }: GiveUp) -> Error {
        let retry_in = retry_at.map(|at| span(at.since(self.shared.now().mono)));
        Error::Refused { reason, retry_in }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        self.call.end(&mut state.memory);
        if let Some(place) = state.sleepers.get_mut(self.owner as usize) {
            *place = None;
        }
        drop(state);
        self.shared.wake_others();
    }
}

// Whose quota it is: the origin, the credentials (of which the core keeps a hash), method and path.
fn describe(request: &Request, origin: &str, rules: &Rules) -> call::Request {
    let url = request.url();
    let lines = with_query(HeaderLines::from(request.headers()).headers(), url);
    let rate = rules.rate_limit.as_deref();
    let own = rate.map_or(&[][..], |rate| &rate.credentials);
    let identity = Identity::with(origin, Headers::new(&lines), own).to(request.method().as_str(), url.path());
    call::Request {
        method: request.method().to_string(),
        identity: rate.map_or(identity.clone(), |rate| identity.within(url.path(), &rate.buckets)),
        keyed: request.headers().contains_key(IDEMPOTENCY_KEY),
        replayable: request.try_clone().is_some(),
    }
}

// Some APIs take their key in the query.
fn with_query(headers: Headers<'_>, url: &Url) -> String {
    format!("{}{QUERY}:{}\n", headers.text(), url.query().map(|query| format!("?{query}")).unwrap_or_default())
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_builder() || error.is_redirect() {
        Failure::Caller
    } else if error.is_connect() {
        // Nothing was sent.
        Failure::Unprocessed
    } else if error.is_timeout() {
        Failure::Timeout
    } else {
        Failure::Network
    }
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
