//! Stub.

pub mod quota;
pub mod read;
pub mod vendors;
