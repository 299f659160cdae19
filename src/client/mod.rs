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
//! It is as thin as the driver in JavaScript, for the same reason: [`crate::call`] makes the decisions. This driver
//! sends, sleeps and cancels as instructed, in windows and in workers: it looks up `fetch` on `globalThis` at each send.
//!
//! - It returns the host's `Response` and errors unchanged. It cancels the body of every response except the last.
//! - A wait is a race of a timer, the signal's abort and a wake-up by another call (`sleep`). The timer and the listener are removed
//!   when the wait ends, however it ends. An abort settles the call in the same task, with the signal's reason.
//! - Dropping the future ends the call in any state: it aborts what is in flight, cancels a body that is being read,
//!   removes timers and listeners, and releases its place in the quota (`drive`).
//! - It holds no borrow of the shared state across an await or while a listener runs, so calls interleave freely.
//! - [`crate::policy`] has the schema of the options; [`crate::options`] has them as structs, and [`read_options`] reads
//!   a JavaScript object.
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
//! | `throwHttpErrors` throws an `HttpError` with its explanation | [`Error::Status`] with the response; [`Error::explain`] explains it |
//! | `prepare`, `body`, `retry.decide`, `idempotencyKey` as a function, `fetch`, `host` | not supported, refused by name. Wrap [`Client::fetch`]; a clone keeps a request's body, also a stream, as long as it may be sent again |
//! | `userTiming`, `unavailable`, `/opentelemetry`, `/testing` | not supported |
//! | an abort by `AbortSignal` | the same, by the request's signal; or drop the future |
//! | sends first before the call returns | sends first when the future is polled, from a copy of the request; [`fetch_with_policy`] sends one microtask after the call |
//! | one timer for all waiting calls | one timer for each |
//!
//! # In a Worker
//!
//! In workerd a request may not wake another, so each waiting call asks again by itself. A client in a
//! `thread_local` serves all requests of an isolate, although they share one executor: in `examples/worker`, a Worker with the crate
//! `worker`, sixty requests at once keep to one quota and none hangs, at compatibility dates of 2025 and 2026, also under
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

/// A client that sends requests with a policy. Its clones, and the clients that its methods return, share its state: quotas, budgets, circuits.
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
    /// Creates a client with its own state.
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

    /// Creates a client with its own state, with `options` over the defaults.
    ///
    /// # Errors
    /// The path of the first invalid option, and what was expected there.
    pub fn with_options(options: &PolicyOptions) -> Result<Self, OptionError> {
        options.policy().map(Self::new)
    }

    /// Returns a client with the same state and with `options` over its own. Use it for the options of one call too.
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
    /// The path of the first invalid option, and what was expected there.
    pub fn extend(&self, options: &PolicyOptions) -> Result<Self, OptionError> {
        let policy = Rc::new(options.over(Policy::clone(&self.policy))?);
        Ok(Self { policy, ..self.clone() })
    }

    /// The same, with a plain JavaScript object of the type `PolicyOptions`, or `undefined`.
    ///
    /// # Errors
    /// The path of the first invalid option, and what was expected there. Callbacks are refused.
    pub fn extend_js(&self, options: JsValue) -> Result<Self, OptionError> {
        if options.is_undefined() {
            return Ok(self.clone());
        }
        let policy = Rc::new(read_options(Policy::clone(&self.policy), options)?);
        Ok(Self { policy, ..self.clone() })
    }

    /// Returns a client with the same state that calls `listener` for each event of its calls, synchronously: each attempt,
    /// response, failure and wait, and why a call gives up.
    pub fn on_event(&self, listener: impl Fn(&PolicyEvent) + 'static) -> Self {
        Self { listener: Some(Rc::new(listener)), ..self.clone() }
    }

    /// Returns a client with the same state whose calls share the quotas of `scope`, whatever their origin and credentials: for
    /// example a tenant, or a key in the URL. Quotas, events and snapshots show `scope`, so it must not contain a secret.
    pub fn in_scope(&self, scope: &str) -> Self {
        Self { scope: Some(scope.into()), ..self.clone() }
    }

    /// Sends `request` with the policy. The future does not borrow the client, so you can spawn it. It does nothing until
    /// it is polled; dropping it aborts the call.
    ///
    /// The body is kept as long as it may be sent again. A request that is already aborted, or that does not go to an HTTP
    /// server (`data:`, `blob:`), goes straight to the host's fetch.
    ///
    /// # Errors
    /// See [`Error`]. A response with an error status is not an error unless `throwHttpErrors` is on.
    pub fn fetch(&self, request: Request) -> impl Future<Output = Result<Response, Error>> + use<> {
        self.fetch_replayable(request, true)
    }

    /// The same, and returns the record of the call: its attempts, its waits, and why it gave up. The record is empty if the
    /// request went straight to the host's fetch.
    pub fn fetch_recorded(
        &self,
        request: Request,
    ) -> impl Future<Output = (Result<Response, Error>, CallRecord)> + use<> {
        drive::drive(self.clone(), request, true)
    }

    /// The current state of every quota that was seen or configured.
    pub fn quotas(&self) -> Vec<QuotaState> {
        QuotaState::all(&mut self.shared.memory.borrow_mut().tracker, host::moment())
    }

    /// The known quotas, to restore in another page or isolate. The npm package's snapshot has the same shape.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&mut self.shared.memory.borrow_mut().tracker, host::moment())
    }

    /// Restores the quotas of `snapshot`, except where this client knows more.
    ///
    /// # Errors
    /// If the snapshot cannot be read; then nothing is restored.
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
