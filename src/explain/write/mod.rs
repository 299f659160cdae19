//! The last stage: texts, redacted where they come from outside, and the forms in which an explanation leaves the core.

pub mod arena;
pub mod plain;
pub mod quote;
pub mod redact;
mod secret_names;
pub mod serialize;
mod stop_words;
mod watch;
