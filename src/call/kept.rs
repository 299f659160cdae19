//! What a call keeps of its request: little, since very many may wait. The tracker has the identity; a method hardly ever
//! needs a string of its own.

use alloc::{boxed::Box, string::String};

use crate::{
    call::{Call, Request},
    retry::classify,
};

/// As fetch has them, with those that the registry of RFC 9110 and its kin call idempotent.
const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// The safe ones (RFC 9110, section 9.2.1), and QUERY.
const SAFE: [&str; 5] = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// What decides about repeating it.
#[derive(Debug)]
pub(super) struct Kept {
    pub method: Method,
    pub keyed: bool,
    pub replayable: bool,
}

impl From<Request> for Kept {
    fn from(request: Request) -> Self {
        Self { method: Method::of(request.method), keyed: request.keyed, replayable: request.replayable }
    }
}

impl Call {
    /// Whether to make up an Idempotency-Key for it: it was asked for, there is none, and repeating it might do it twice.
    pub fn wants_key(&self) -> bool {
        let idempotent =
            self.rules.retry.as_ref().is_none_or(|retry| classify::is_idempotent(self.request.method.name(), retry));
        self.rules.idempotency_auto && !self.request.keyed && !idempotent
    }

    /// Whether it may be sent more than once, so that its body is to be kept.
    pub fn may_repeat(&self) -> bool {
        self.rules.retry.as_ref().is_some_and(|retry| retry.max_attempts > 1) || self.is_hedged()
    }

    /// The shell has given it an Idempotency-Key.
    pub fn set_keyed(&mut self) {
        self.request.keyed = true;
    }
}

/// A method: a known one takes no room.
#[derive(Debug)]
pub(super) enum Method {
    Known(&'static str),
    Other(Box<str>),
}

impl Method {
    pub fn of(name: String) -> Self {
        match KNOWN.iter().find(|known| **known == name) {
            Some(known) => Self::Known(known),
            None => Self::Other(name.into()),
        }
    }

    pub fn is_safe(&self) -> bool {
        SAFE.contains(&self.name())
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Other(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_keeps_its_name_and_a_known_one_has_no_string() {
        for name in ["GET", "QUERY", "PROPFIND", "get", ""] {
            assert_eq!(Method::of(name.into()).name(), name);
        }
        assert!(matches!(Method::of("POST".into()), Method::Known(_)));
        assert!(matches!(Method::of("post".into()), Method::Other(_)), "fetch sends it as it is");
    }
}
