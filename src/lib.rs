//! The core of `fetch` with a policy. The core decides; a shell acts.
//!
//! # Which part do I need?
//!
//! | I want to | module | feature |
//! |---|---|---|
//! | explain an error, anywhere | [`explain`] | |
//! | read quotas from a response's headers | [`rate_limit::read`] | |
//! | set options, and keep records and quotas, as plain data | [`options`], [`record`] | `serde` for JSON and `JsValue` |
//! | send requests from a front end in Rust (Yew, Leptos, Dioxus, a worker) | `client` | `client`, on `wasm32-unknown-unknown` |
//! | send requests from a native program | [`call`]; `examples/reqwest` is a driver over reqwest to copy | `http` for `HeaderMap` |
//! | drive the policy over my own transport and clock | [`call`] | |
//!
//! The features `wasm-policy`, `wasm-explain` and `npm` build the npm package and have no other use.
//!
//! Semantic versioning covers what these pages show. The rest of the crate is public only for its own tests, is hidden here, and may change.
//!
//! # Explain an error
//!
//! ```
//! use fetch_with_policy::{explain::{Catalogs, Report, explain, plain::Retry}, syntax::headers::Headers, time::WallTime};
//!
//! // Parsed once, kept for all reports.
//! let catalogs = Catalogs::built_in();
//! let report = Report {
//!     status: Some(429),
//!     // One `name:value` a line, names in lower case.
//!     headers: Headers::new("retry-after:30\ncontent-type:application/json\n"),
//!     body: Some(r#"{"error":{"code":"rate_limited","message":"Slow down"}}"#),
//!     method: "GET",
//!     url: "https://api.example.com/items",
//!     now: WallTime(1_700_000_000_000),
//!     ..Report::default()
//! };
//! let explanation = explain(&report, &catalogs).plain();
//! assert_eq!(explanation.api.message.as_deref(), Some("Slow down"));
//! assert_eq!(explanation.retry, Retry::After { delay: 30_000, source: "retry-after".into() });
//! assert!(!explanation.user_message.contains("429"), "end users see no status codes");
//! ```
//!
//! To explain an error that fetch threw, set [`explain::Report::thrown`]. To add your catalogs, call [`explain::Catalogs::with`].
//!
//! # Drive the policy
//!
//! ```
//! use fetch_with_policy::{
//!     call::{Action, Call, Event, Memory, Request},
//!     options::{PolicyOptions, RetryOptions},
//!     rate_limit::identity::Identity,
//!     syntax::headers::Headers,
//!     time::Moment,
//! };
//!
//! let retry = RetryOptions { max_attempts: Some(2), ..Default::default() };
//! let policy = PolicyOptions { retry: Some(retry.into()), ..Default::default() }.policy()?;
//! let mut memory = Memory::default();
//! let request = Request {
//!     method: "GET".into(),
//!     identity: Identity::of("https://api.example.com", Headers::default()).to("GET", "/items"),
//!     keyed: false,
//!     replayable: true,
//! };
//! // The wall clock and the monotonic clock in ms, and a random number from 0 to 1.
//! let at = |ms: f64| Moment::new(1.7e12 + ms, ms, 0.5);
//! let mut call = Call::new(request, policy.rules("api.example.com"), 0, &mut memory, at(0.0));
//!
//! let Ok(Action::Send { attempt: 1, .. }) = call.handle(Event::Start, &mut memory, at(0.0)) else { panic!() };
//! let headers = Headers::new("retry-after:3\n");
//! let response = Event::Respond { attempt: 1, status: 503, headers, foreign: false };
//! let Ok(Action::Wait { delay, .. }) = call.handle(response, &mut memory, at(20.0)) else { panic!() };
//! assert!(delay >= 3000);
//! // Sleep for `delay` ms on any clock, then:
//! let Ok(Action::Send { attempt: 2, .. }) = call.handle(Event::Elapse, &mut memory, at(20.0 + delay as f64)) else { panic!() };
//! # Ok::<(), fetch_with_policy::options::OptionError>(())
//! ```
//!
//! # The contract
//!
//! A logical request is a state machine. A shell reports what happened and when; the core returns one action:
//!
//! ```text
//! Call::handle(Event, &mut Memory, Moment) -> Action
//! ```
//!
//! The core is synchronous and pure: it has no clock, no randomness and no I/O. Time and random numbers enter only through
//! [`time::Moment`], so a test can replay any history, and the same history gives the same actions in every host.
//! A shell does what the host does well (the fetch itself, timers, aborts, streams). It contains no status code, no header
//! name, no delay arithmetic and no retry condition.
//!
//! [`explain::explain`] is the other half: it takes any response or thrown error and returns an explanation. It does not depend on calls.
//!
//! Dependencies only go down: `wasm`, `client` → `record`, `call` → `policy` → `retry`, `rate_limit` → `hints`, `failures` → `syntax` → `time`;
//! `client` → `options` → `policy`; `wasm`, `client` → `explain` → `hints`, `failures`, `syntax`. `tests/it/arrows.rs` checks this.
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
// The npm package brings its own allocator and panic handler (see `wasm`); everything else links std.
#[cfg(not(feature = "npm"))]
extern crate std;

#[forbid(unsafe_code)]
pub mod call;
#[forbid(unsafe_code)]
pub mod explain;
#[forbid(unsafe_code)]
#[doc(hidden)]
pub mod failures;
#[forbid(unsafe_code)]
#[doc(hidden)]
pub mod hints;
#[forbid(unsafe_code)]
pub mod options;
#[forbid(unsafe_code)]
pub mod policy;
#[forbid(unsafe_code)]
pub mod rate_limit;
#[forbid(unsafe_code)]
pub mod record;
#[forbid(unsafe_code)]
pub mod retry;
#[forbid(unsafe_code)]
pub mod syntax;
#[forbid(unsafe_code)]
pub mod time;

// What several own. The npm package has one thread, and there atomic counts cost 0.2 kB.
mod shared {
    #[cfg(feature = "npm")]
    pub use alloc::rc::Rc as Arc;
    #[cfg(not(feature = "npm"))]
    pub use alloc::sync::Arc;
}

#[cfg(all(target_arch = "wasm32", feature = "client"))]
pub mod client;
#[cfg(all(target_arch = "wasm32", any(feature = "wasm-policy", feature = "wasm-explain")))]
#[allow(unsafe_code)]
pub mod wasm;

// The README's lines in Rust are compiled as the documentation's are.
#[cfg(all(doctest, target_arch = "wasm32", feature = "client"))]
#[doc = include_str!("../README.md")]
pub struct Readme;
