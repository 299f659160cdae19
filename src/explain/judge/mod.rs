//! The second stage: facts become a kind, a reason and how sure that is.

pub mod kind;
pub mod program;
pub mod status;
pub mod thrown;
