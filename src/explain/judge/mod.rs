//! The second stage: facts become a kind, a reason and how sure that is.

pub mod carried;
pub mod kind;
pub mod own;
pub mod program;
pub mod status;
pub mod thrown;
