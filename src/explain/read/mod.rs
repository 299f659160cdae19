//! The first stage: a response's bytes, or a thrown error, become facts. Nothing here says what they mean.

pub mod body;
mod credentials;
pub mod decode;
pub mod documents;
mod field_maps;
pub mod field_paths;
pub mod fields;
pub mod format;
mod ids;
pub mod keys;
pub mod levels;
mod markers;
pub(in crate::explain) mod names;
mod pick;
pub mod quota;
pub mod report;
pub mod request;
pub mod retry_info;
pub mod sentence;
