//! The third stage: from the kind and the facts, what to do: the verdict on a retry, causes, actions.

pub mod sentences;
pub mod texts;
pub mod verdict;
