//! The driver for front ends in Rust: the same core over `web-sys`, `gloo-timers` and `wasm-bindgen-futures`.
//!
//! ```no_run
//! use fetch_with_policy::{client::{Client, Error, explain_response}, explain::Catalogs, options::{PolicyOptions, TimeoutOptions}};
//! use web_sys::{Request, js_sys::Date};
//!
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! let total = Some(core::time::Duration::from_secs(120));
//! let client = Client::with_options(&PolicyOptions {
//!     timeout: Some(TimeoutOptions { total, ..Default::default() }),
//!     ..Default::default()
//! })?;
//! let request = Request::new_with_str("https://api.example.com/items").expect("an address");
//! match client.fetch(request).await {
//!     Ok(response) if response.ok() => { /* the host's own, unread */ }
//!     Ok(response) => {
//!         let explanation = explain_response(&response, "GET", &Catalogs::built_in()).await;
//!         println!("{}: {}", explanation.what_happened, explanation.action);
//!     }
//!     Err(error) => match error.retry_at() {
//!         Some(at) => println!("{error}; in {} ms", at.0 - Date::now() as i64),
//!         None => println!("{error}"),
//!     },
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It is as thin as the driver in JavaScript, and for the same reason: what is right lives in [`crate::call`]. This one
//! sends, sleeps and lets go when it is told to, in windows and workers alike: `fetch` is looked up on `globalThis` at each send.
//!
//! - The host's own `Response` and errors are handed through. A response that is not the last has its body cancelled.
//! - A wait is a race of a timer, the signal's abort and a nudge (`sleep`). What was added for it is removed when it
//!   ends, however it ends. An abort settles the call in that turn of the task queue, with the signal's own reason.
//! - Dropping the future ends the call wherever it stands: what is under way is aborted, a body that is looked at is
//!   cancelled, timers and listeners go, and its place in the quota is given back (`drive`).
//! - No borrow of the shared state is held across an await, nor while a listener is told, so calls interleave freely.
//! - The options' schema stands in [`crate::policy`]; [`crate::options`] has them as structs, and [`read_options`] walks an
//!   object of JavaScript's.
//!
//! # What differs from the npm package
//!
//! | there | here |
//! |---|---|
//! | `createPolicy(options)`, `policy.extend` | [`Client::with_options`], [`Client::extend`]; from an object of JavaScript's [`Client::extend_js`] |
//! | a call's own options, the third argument of `policy.fetch` | `client.extend(&options)?.fetch(request)`: the state is shared, and making one is cheap |
//! | `onEvent` | [`Client::on_event`] |
//! | `rateLimit.scope` | [`Client::in_scope`] |
//! | `coordinator` | [`Client::with_coordinator`], by the trait [`Coordinator`]; events of sharing are not here, [`Client::quotas`] has `shared` |
//! | `callRecord(response)` | [`Client::fetch_recorded`] |
//! | `explainResponse`, `explain(error)` | [`explain_response`], [`Error::explain`] |
//! | `throwHttpErrors` gives an `HttpError` with its explanation | [`Error::Status`] with the response; [`Error::explain`] explains it |
//! | `prepare`, `body`, `retry.decide`, `idempotencyKey` as a function, `fetch`, `host` | are not here and refused by name. Wrap [`Client::fetch`]; a request's body, a stream's too, is kept by a clone for as long as it may be sent again |
//! | `userTiming`, `unavailable`, `/opentelemetry`, `/testing` | are not here |
//! | an abort by `AbortSignal` | the same, by the request's signal; or drop the future |
//! | the first send goes in the turn of the call | when the future is first polled, from a copy of the request; by [`fetch_with_policy`] a microtask after the call |
//! | one timer for all who wait | one each |
//!
//! # In a Worker
//!
//! In workerd a request may not wake another, so nobody is nudged; each waiter asks again by itself. A client in a
//! `thread_local` serves all requests of an isolate, though they share one executor: `examples/worker`, a Worker by the crate
//! `worker`, keeps sixty requests at once to one quota there, and none hangs, at compatibility dates of 2025 and 2026, also under
//! `no_handle_cross_request_promise_resolution`.

mod coordinator;
mod drive;
mod error;
mod explain;
mod export;
mod flight;
mod host;
mod log;
mod options;
mod peek;
mod request;
mod share;
mod sleep;
mod time_limit;

#[cfg(feature = "serde")]
mod convert;

use alloc::{rc::Rc, vec::Vec};
use core::{cell::RefCell, fmt};

use wasm_bindgen::JsValue;
use web_sys::{Request, Response};

#[cfg(feature = "serde")]
pub use convert::{from_js, to_js};
pub use coordinator::{Coordinator, Exchange, News, QuotaReport, QuotaShare, ShareMessage, ShareReply};
pub use error::Error;
pub use explain::explain_response;
pub use export::fetch_with_policy;
pub use options::read_options;

use crate::{
    call::Memory,
    client::{log::Listener, share::Sharing, sleep::Sleepers},
    options::PolicyOptions,
    policy::Policy,
    record::{CallRecord, PolicyEvent, QuotaState, Snapshot, SnapshotError},
    syntax::value::OptionError,
};

/// A policy at work. Clones, and those made by its methods, share its state: quotas, budgets, circuits.
#[derive(Clone)]
pub struct Client {
    policy: Rc<Policy>,
    shared: Rc<Shared>,
    listener: Option<Listener>,
    scope: Option<Rc<str>>,
}

/// What all calls of a policy share.
struct Shared {
    memory: RefCell<Memory>,
    sleepers: Sleepers,
    /// Where there is a coordinator.
    sharing: Option<Sharing>,
}

impl Client {
    /// A client with state of its own.
    pub fn new(policy: Policy) -> Self {
        Self::make(policy, None)
    }

    /// A client with state of its own, whose quotas are shared with other clients through `coordinator`. All that are made of this
    /// one share them, too.
    pub fn with_coordinator(policy: Policy, coordinator: impl Coordinator + 'static) -> Self {
        Self::make(policy, Some(Sharing::new(Rc::new(coordinator))))
    }

    fn make(policy: Policy, sharing: Option<Sharing>) -> Self {
        let mut memory = Memory::new(host::nudges());
        if let Some(sharing) = &sharing {
            memory.tracker.share(i64::from(sharing.patience()));
        }
        let shared = Rc::new(Shared { memory: RefCell::new(memory), sleepers: Sleepers::default(), sharing });
        Self { policy: Rc::new(policy), shared, listener: None, scope: None }
    }

    /// A client with state of its own, by `options` over the defaults.
    ///
    /// # Errors
    /// The path of the first bad option, and what was expected there.
    pub fn with_options(options: &PolicyOptions) -> Result<Self, OptionError> {
        options.policy().map(Self::new)
    }

    /// A client over the same state, with `options` over those that it has. Also what a call's own options are told by.
    ///
    /// ```no_run
    /// # use fetch_with_policy::{client::{Client, Error}, options::{Cost, PolicyOptions}};
    /// # async fn f(client: Client, request: web_sys::Request) -> Result<(), Error> {
    /// let urgent = PolicyOptions { priority: Some(10), cost: Some(Cost::Requests(2)), ..Default::default() };
    /// let response = client.extend(&urgent)?.fetch(request).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The path of the first bad option, and what was expected there.
    pub fn extend(&self, options: &PolicyOptions) -> Result<Self, OptionError> {
        let policy = Rc::new(options.over(Policy::clone(&self.policy))?);
        Ok(Self { policy, ..self.clone() })
    }

    /// The same by a plain object as `PolicyOptions` has it, or `undefined` for none.
    ///
    /// # Errors
    /// The path of the first bad option, and what was expected there. Callbacks are refused.
    pub fn extend_js(&self, options: JsValue) -> Result<Self, OptionError> {
        if options.is_undefined() {
            return Ok(self.clone());
        }
        let policy = Rc::new(read_options(Policy::clone(&self.policy), options)?);
        Ok(Self { policy, ..self.clone() })
    }

    /// A client over the same state, of whose calls `listener` is told each thing that happens, in its turn: each attempt,
    /// answer, failure and wait, and why a call is given up.
    pub fn on_event(&self, listener: impl Fn(&PolicyEvent) + 'static) -> Self {
        Self { listener: Some(Rc::new(listener)), ..self.clone() }
    }

    /// A client over the same state, whose calls share the quotas of `scope`, whatever their origin and credentials: a
    /// tenant, a key that is in the address. It is shown in quotas, events and snapshots, so it is to hold no secret.
    pub fn in_scope(&self, scope: &str) -> Self {
        Self { scope: Some(scope.into()), ..self.clone() }
    }

    /// Sends `request` by the policy. The future holds no borrow of the client, so it can be spawned; it does nothing until
    /// it is polled, and to drop it is to abort the call.
    ///
    /// Its body is kept for as long as it may be sent again. A request that is aborted already, or goes to no HTTP
    /// server (`data:`, `blob:`), is the host's to judge.
    ///
    /// # Errors
    /// See [`Error`]. A response of any status is none, unless `throwHttpErrors` says so.
    pub fn fetch(&self, request: Request) -> impl Future<Output = Result<Response, Error>> + use<> {
        self.fetch_replayable(request, true)
    }

    /// The same, with the story of the call: its attempts, waits, and why it was given up. That of a call which was the
    /// host's to judge is empty.
    pub fn fetch_recorded(
        &self,
        request: Request,
    ) -> impl Future<Output = (Result<Response, Error>, CallRecord)> + use<> {
        drive::drive(self.clone(), request, true)
    }

    /// What is known now of every quota that was seen or configured.
    pub fn quotas(&self) -> Vec<QuotaState> {
        QuotaState::all(&mut self.shared.memory.borrow_mut().tracker, host::moment())
    }

    /// What is known of quotas, to be carried to another page or isolate; the npm package's snapshot has the same shape.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&mut self.shared.memory.borrow_mut().tracker, host::moment())
    }

    /// Takes up what `snapshot` knows, unless more is known here.
    ///
    /// # Errors
    /// Where it cannot be read; then nothing is taken up.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        snapshot.restore(&mut self.shared.memory.borrow_mut().tracker, &self.policy, host::moment())
    }

    fn fetch_replayable(
        &self,
        request: Request,
        replayable: bool,
    ) -> impl Future<Output = Result<Response, Error>> + use<> {
        let call = drive::drive(self.clone(), request, replayable);
        async move { call.await.0 }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new(Policy::default())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Shared {
    /// Rings those who may go now, in the core's order.
    fn wake_others(self: &Rc<Self>) {
        self.share(None);
        loop {
            // Let go of before anybody is rung: an executor may poll the one who wakes at once.
            let woken = self.memory.borrow_mut().tracker.wake(host::moment());
            let Some(owner) = woken else { return };
            self.sleepers.ring(owner);
        }
    }
}
