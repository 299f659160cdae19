//! Whose quota a request takes from, by the text that the shell hands over.

use alloc::string::String;

use super::Engine;
use crate::{
    rate_limit::{identity::Identity, options::RateRules, secrets::QUERY},
    syntax::{headers::Headers, words},
};

impl Engine {
    /// Whose a request is. `text`: as that of `start`; `made`: headers set over its own.
    pub(super) fn identify(
        &mut self,
        text: &str,
        made: &str,
        word: Option<(&str, Headers<'_>)>,
        rate: Option<&RateRules>,
    ) -> Identity {
        let (origin, rest) = words::halves(text, b'\n');
        let (path, rest) = words::halves(rest, b'\n');
        let (method, own) = words::halves(rest, b'\n');
        let merged = (!made.is_empty()).then(|| merged(own, made));
        let headers = Headers::new(merged.as_deref().unwrap_or(own));
        let names = rate.map_or(&[][..], |rate| &rate.credentials);
        let mut identity = self.recent.of(origin, headers, names, word).to(method, path);
        if let Some(rate) = rate {
            identity = identity.within(path, &rate.buckets);
        }
        if let Some((_, query)) = headers.lines().find(|(name, _)| *name == QUERY) {
            identity.secrets = identity.secrets.and_query(query);
        }
        if let Some(rate) = rate.filter(|_| word.is_none()) {
            self.unlisted.see(&identity, headers, rate);
        }
        identity
    }
}

/// The header lines of a call's `text`, behind its origin, path and method.
pub fn headers_of(text: &str) -> Headers<'_> {
    Headers::new((0..3).fold(text, |text, _| words::halves(text, b'\n').1))
}

/// Header lines with those of `made` set over them.
pub fn merged(lines: &str, made: &str) -> String {
    let mut merged = String::from(made);
    for (name, value) in Headers::new(lines).lines() {
        if Headers::new(made).lines().all(|(known, _)| known != name) {
            for part in [name, ":", value, "\n"] {
                merged.push_str(part);
            }
        }
    }
    merged
}

/// A word, and the header lines that stand before it and an empty line.
pub fn parted(text: &str) -> (&str, Headers<'_>) {
    let bytes = text.as_bytes();
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(0);
    let (sent, word) = (words::cut(text, 0, end), words::cut(text, end + 2, text.len()));
    (word, Headers::new(sent))
}
