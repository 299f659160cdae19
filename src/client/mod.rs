//! The driver for front ends in Rust: the same core over `web-sys`, `gloo-timers` and `wasm-bindgen-futures`.
//!
//! ```ignore
//! let client = Client::new(read_options(Policy::default(), options)?);
//! let response = client.fetch(web_sys::Request::new_with_str("https://api.example.com/items")?).await?;
//! ```
//!
//! It is as thin as the driver in JavaScript, and for the same reason: what is right lives in [`crate::call`]. This one
//! sends, sleeps and lets go when it is told to, in windows and workers alike: `fetch` is looked up on `globalThis` at each send.
//!
//! - The host's own `Response` and errors are handed through. A response that is not the last has its body cancelled.
//! - A wait is a race of a timer, the signal's abort and a nudge (`sleep`). What was added for it is removed when it
//!   ends, however it ends. An abort settles the call in that turn of the task queue, with the signal's own reason.
//! - A call holds its place in the quota by a guard (`drive`): dropping the future gives it back. A send that is under
//!   way goes on in the host, as that of any promise that nobody awaits; who wants it stopped aborts the request's signal.
//! - No borrow of the shared state is held across an await, so calls interleave freely.
//! - The options' schema stands in [`crate::policy`]; `options` is a walk. Callbacks among them are refused by name: a
//!   Rust caller wraps [`Client::fetch`] instead, and a page in JavaScript has the npm package.
//!
//! Two things the npm package does that an executor in wasm cannot: the first send comes a microtask after the call, not
//! in its turn (the request itself is made in it); and in workerd, where a request may not wake another, the executor's
//! queue is one for all. There nobody is nudged; each waiter asks again by itself.

mod drive;
mod error;
mod export;
mod flight;
mod host;
mod options;
mod peek;
mod request;
mod sleep;
mod time_limit;

use alloc::rc::Rc;
use core::{cell::RefCell, fmt};

use wasm_bindgen::JsValue;
use web_sys::{Request, Response};

pub use error::Error;
pub use export::fetch_with_policy;
pub use options::read_options;

use crate::{
    call::Memory, client::sleep::Sleepers, policy::Policy, rate_limit::QuotaState, syntax::value::OptionError,
};

/// A policy at work. Clones, and those made by [`Client::extend`], share its state.
#[derive(Clone)]
pub struct Client {
    policy: Rc<Policy>,
    shared: Rc<Shared>,
}

/// What all calls of a policy share.
struct Shared {
    memory: RefCell<Memory>,
    sleepers: Sleepers,
}

impl Client {
    /// A client with state of its own.
    pub fn new(policy: Policy) -> Self {
        let memory = RefCell::new(Memory::new(host::nudges()));
        Self { policy: Rc::new(policy), shared: Rc::new(Shared { memory, sleepers: Sleepers::default() }) }
    }

    /// A client over the same state, with `options` over those that it has: a plain object as `PolicyOptions` has it,
    /// or `undefined` for none.
    ///
    /// # Errors
    /// The path of the first bad option, and what was expected there.
    pub fn extend(&self, options: JsValue) -> Result<Self, OptionError> {
        if options.is_undefined() {
            return Ok(self.clone());
        }
        let policy = read_options(Policy::clone(&self.policy), options)?;
        Ok(Self { policy: Rc::new(policy), shared: Rc::clone(&self.shared) })
    }

    /// Sends `request` by the policy. The future holds no borrow of the client, so it can be spawned.
    ///
    /// Its body is kept for as long as it may be sent again. A request that is aborted already, or goes to no HTTP
    /// server (`data:`, `blob:`), is the host's to judge.
    ///
    /// # Errors
    /// See [`Error`]. A response of any status is none, unless `throwHttpErrors` says so.
    pub fn fetch(&self, request: Request) -> impl Future<Output = Result<Response, Error>> + use<> {
        self.fetch_replayable(request, true)
    }

    /// Shows what is known now of every quota that was seen or configured, one after the other. `see` must not call the
    /// client: its state is lent meanwhile.
    pub fn quotas(&self, see: impl FnMut(&QuotaState<'_>)) {
        self.shared.memory.borrow_mut().tracker.quotas(host::moment(), see);
    }

    fn fetch_replayable(
        &self,
        request: Request,
        replayable: bool,
    ) -> impl Future<Output = Result<Response, Error>> + use<> {
        drive::drive(Rc::clone(&self.shared), Rc::clone(&self.policy), request, replayable)
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
    fn wake_others(&self) {
        loop {
            // Let go of before anybody is rung: an executor may poll the one who wakes at once.
            let woken = self.memory.borrow_mut().tracker.wake(host::moment());
            let Some(owner) = woken else { return };
            self.sleepers.ring(owner);
        }
    }
}
