//! `fetch` with a policy: the core. It decides; shells act.
//!
//! # Which part do I need?
//!
//! | I want to | module | feature |
//! |---|---|---|
//! | explain an error, anywhere | [`explain`] | |
//! | read quotas off a response's headers | [`rate_limit::read`] | |
//! | set options, and keep records and quotas, as plain data | [`options`], [`record`] | `serde` for JSON and `JsValue` |
//! | send requests from a front end in Rust (Yew, Leptos, Dioxus, a worker) | `client` | `client`, on `wasm32-unknown-unknown` |
//! | send requests from a native program | [`call`]; `examples/reqwest` is a driver over reqwest to copy | `http` for `HeaderMap` |
//! | drive the policy over a transport and a clock of my own | [`call`] | |
//!
//! The features `wasm-policy`, `wasm-explain` and `npm` make the npm package, and are of no use elsewhere.
//!
//! What these pages show is what a version keeps. The rest of the crate is public for its own tests, hidden here, and may change.
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
//! assert!(!explanation.user_message.contains("429"), "for people who never heard of it");
//! ```
//!
//! What a fetch threw is a report too: [`explain::Report::thrown`]. Own catalogs go in by [`explain::Catalogs::with`].
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
//! // The wall clock, the monotonic one, and a number from 0 to 1: ms.
//! let at = |ms: f64| Moment::new(1.7e12 + ms, ms, 0.5);
//! let mut call = Call::new(request, policy.rules("api.example.com"), 0, &mut memory, at(0.0));
//!
//! let Ok(Action::Send { attempt: 1, .. }) = call.handle(Event::Start, &mut memory, at(0.0)) else { panic!() };
//! let headers = Headers::new("retry-after:3\n");
//! let answer = Event::Respond { attempt: 1, status: 503, headers, foreign: false };
//! let Ok(Action::Wait { delay, .. }) = call.handle(answer, &mut memory, at(20.0)) else { panic!() };
//! assert!(delay >= 3000);
//! // Sleep so long by whatever clock there is, then:
//! let Ok(Action::Send { attempt: 2, .. }) = call.handle(Event::Elapse, &mut memory, at(20.0 + delay as f64)) else { panic!() };
//! # Ok::<(), fetch_with_policy::options::OptionError>(())
//! ```
//!
//! # The contract
//!
//! A logical request is a state machine. A shell tells it what happened and when, and is given one thing to do:
//!
//! ```text
//! Call::handle(Event, &mut Memory, Moment) -> Action
//! ```
//!
//! The core is synchronous and pure: no clock, no chance, no I/O. Time and chance enter through [`time::Moment`] alone,
//! so a test drives any history, and the same history gives the same answers in every host.
//! A shell owns what the host does well (the fetch itself, timers, aborts, streams) and holds no status code, no header
//! name, no delay arithmetic and no retry condition.
//!
//! [`explain::explain`] is the other half: any response or thrown error in, an explanation out. It knows nothing of calls.
//!
//! Arrows only go down: `wasm`, `client` → `record`, `call` → `policy` → `retry`, `rate_limit` → `hints`, `failures` → `syntax` → `time`;
//! `client` → `options` → `policy`; `wasm`, `client` → `explain` → `hints`, `failures`, `syntax`. `tests/it/arrows.rs` holds them.
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
