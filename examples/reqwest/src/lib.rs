//! The policy over reqwest, for native programs on tokio: copy it into yours, and change what you need.
//!
//! A driver does what the core says: it sends, sleeps, reads the front of a body. It knows no status, no header and no delay.
//!
//! ```no_run
//! use fetch_with_policy::options::PolicyOptions;
//! use reqwest_policy::Client;
//!
//! # async fn sync() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(reqwest::Client::new(), &PolicyOptions::default())?;
//! let request = client.http().get("https://api.example.com/items").build()?;
//! let response = client.execute(request).await?;
//! # Ok(())
//! # }
//! ```

mod peek;
mod run;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use fetch_with_policy::{
    call::{GiveUpReason, Memory},
    options::{OptionError, PolicyOptions},
    policy::Policy,
    time::Moment,
};
use tokio::sync::Notify;

/// Sends requests by a policy. Clones share quotas and everything else that was learned.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    shared: Arc<Shared>,
}

/// Why a call ended without a response.
#[derive(Debug)]
pub enum Error {
    /// reqwest's own error: the request could not be sent, or no response came.
    Transport(reqwest::Error),
    /// The policy ended the call. `retry_in`: when another try may help.
    Refused { reason: GiveUpReason, retry_in: Option<Duration> },
    /// No headers came within `timeout.attempt`, and it is not sent again.
    Timeout,
    /// A response was an error, and `throwHttpErrors` asks for it to be one here, too.
    Status(Box<reqwest::Response>),
    /// A defect of this driver: it reported an event that the core did not expect in this state.
    Internal(&'static str),
}

struct Shared {
    /// Behind the lock too, because a policy composes its rules for a host when they are first asked for.
    state: Mutex<State>,
    started: Instant,
}

struct State {
    policy: Policy,
    memory: Memory,
    /// Wakes the call of each number. A number is given to one call at a time.
    sleepers: Vec<Option<Arc<Notify>>>,
}

impl Client {
    /// A client with state of its own.
    ///
    /// # Errors
    /// The path of the first bad option, and what was expected there.
    pub fn new(http: reqwest::Client, options: &PolicyOptions) -> Result<Self, OptionError> {
        let state = State { policy: options.policy()?, memory: Memory::new(true), sleepers: Vec::new() };
        Ok(Self { http, shared: Arc::new(Shared { state: Mutex::new(state), started: Instant::now() }) })
    }

    /// What sends, to build requests with.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends `request` by the policy. To drop the future is to abort the call.
    ///
    /// # Errors
    /// See [`Error`]. A response is returned whatever its status, unless the option `throwHttpErrors` is set.
    pub async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response, Error> {
        run::Run::new(self, request).go().await
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Moment {
        Moment::of_clocks(SystemTime::now(), self.started.elapsed(), fastrand::f64())
    }

    /// Wakes those that may go now, in the core's order.
    fn wake_others(&self) {
        let mut state = self.state();
        while let Some(owner) = state.memory.tracker.wake(self.now()) {
            if let Some(Some(sleeper)) = state.sleepers.get(owner as usize) {
                // Kept for one that is not asleep yet.
                sleeper.notify_one();
            }
        }
    }
}

impl State {
    /// A number for a new call, and what wakes it.
    fn enter(&mut self) -> (u32, Arc<Notify>) {
        let sleeper = Arc::new(Notify::new());
        let free = self.sleepers.iter().position(Option::is_none).unwrap_or_else(|| {
            self.sleepers.push(None);
            self.sleepers.len() - 1
        });
        self.sleepers[free] = Some(Arc::clone(&sleeper));
        (u32::try_from(free).unwrap_or(u32::MAX), sleeper)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Refused { reason, .. } => write!(f, "the policy ended the call: {reason:?}"),
            Self::Timeout => f.write_str("no response came within the time for it"),
            Self::Status(response) => write!(f, "status {}", response.status()),
            Self::Internal(state) => write!(f, "a defect of the driver, in the state {state}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => Some(error),
            _ => None,
        }
    }
}
