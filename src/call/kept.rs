//! What a call keeps of its request: little, since very many may wait. The tracker has the identity; a method hardly ever
//! needs a string of its own.

use alloc::{boxed::Box, string::String};

use crate::{
    call::{Call, Request},
    rate_limit::secrets::Secrets,
    retry::classify,
    syntax::headers::Headers,
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
    pub secrets: Secrets,
}

impl From<Request> for Kept {
    fn from(request: Request) -> Self {
        Self {
            method: Method::of(request.method),
            keyed: request.keyed,
            replayable: request.replayable,
            secrets: request.identity.secrets,
        }
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

    /// It also sends `headers`, which may hold credentials: no name that its server tells is shown if it repeats one.
    pub fn know(&mut self, headers: Headers<'_>) {
        self.request.secrets = self.request.secrets.and(headers);
    }

    /// What a record says of an error: its name, and the code of it or of its cause. Neither where it is no plain word: who made
    /// the error may have put anything there.
    pub fn label(&self, name: &str, code: &str) -> String {
        const MOST: usize = 64;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let mut label = String::new();
        for (word, other) in [(name, "Error"), (code, "")] {
            let word = if word.len() <= MOST && word.bytes().all(fits) { word } else { other };
            let hidden = self.request.secrets.hide(word);
            let shown = hidden.as_deref().unwrap_or(word);
            if !label.is_empty() && !shown.is_empty() {
                label.push(' ');
            }
            label.push_str(shown);
        }
        label
    }

    /// The shell has given it an Idempotency-Key.
    pub fn set_keyed(&mut self) {
        self.request.keyed = true;
    }
}

/// A method: a known one takes no room.
#[derive(Debug)]
pub(super) enum Method {
    Known(u8),
    Other(Box<str>),
}

impl Method {
    pub fn of(name: String) -> Self {
        match KNOWN.iter().position(|known| *known == name) {
            Some(known) => Self::Known(known as u8),
            None => Self::Other(name.into()),
        }
    }

    pub fn is_safe(&self) -> bool {
        SAFE.contains(&self.name())
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Known(known) => KNOWN.get(usize::from(*known)).copied().unwrap_or_default(),
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
