//! The first stage: a response's bytes, or a thrown error, become facts. Nothing here says what they mean.

pub mod body;
mod credentials;
pub mod decode;
mod field_maps;
pub mod fields;
pub mod format;
pub mod keys;
pub mod levels;
mod markers;
mod names;
pub mod quota;
pub mod report;
pub mod request;
pub mod retry_info;
pub mod sentence;
