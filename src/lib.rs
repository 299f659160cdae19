//! `fetch` with a policy: the core. It decides; shells act.
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
//! Arrows only go down: `wasm`, `client` → `call` → `policy` → `retry`, `rate_limit` → `hints` → `syntax` → `time`;
//! `wasm` → `explain` → `hints`, `syntax`. `tests/arrows.rs` holds them.
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

#[cfg(all(target_arch = "wasm32", feature = "client"))]
pub mod client;
#[cfg(all(target_arch = "wasm32", any(feature = "wasm-policy", feature = "wasm-explain")))]
#[allow(unsafe_code)]
pub mod wasm;
