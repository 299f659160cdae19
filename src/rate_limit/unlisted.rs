//! Notices a header that seems to hold credentials though its name does not count ([`super::credentials`]).
//!
//! Then tenants share a scope that their server does not share, and wait for each other. Nobody can know that for sure, so it is
//! reported once and changes nothing. Of the values hashes of 32 bits are kept, and no more of them than it takes.

use alloc::{boxed::Box, vec::Vec};

use super::{
    credentials::{is_fleeting, is_own, is_secret},
    identity::Identity,
    secrets::QUERY,
};
use crate::{
    rate_limit::options::RateRules,
    syntax::{headers::Headers, label, shapes, words},
};

/// More values of one header than this, in one scope, are many.
const MANY: usize = 20;
/// Headers that are watched at a time, over all scopes.
const MOST: usize = 64;
/// Shorter values are no keys, longer ones are no header of a tenant's.
const LENGTHS: core::ops::RangeInclusive<usize> = 16..=2048;
/// Words of names whose values come once for each request, or are about it.
const PASSING: &str = "attempt baggage checksum correlation date digest etag event hash invocation md5 message \
                       operation request sha256 span traceid traceparent tracestate transaction";

/// What was seen of such headers.
#[derive(Debug, Default)]
pub struct Unlisted {
    watched: Vec<Watched>,
    next: usize,
    reported: Vec<(u32, Box<str>)>,
    /// To be reported: of which origin, and the name.
    due: Vec<(u32, Box<str>)>,
}

#[derive(Debug)]
struct Watched {
    /// Of the scope and the name.
    tag: u64,
    values: Vec<u32>,
}

impl Unlisted {
    /// Sees what a call of `identity` sends.
    pub fn see(&mut self, identity: &Identity, headers: Headers<'_>, rules: &RateRules) {
        for (name, value) in headers.lines() {
            // Most values look like no credential, which is cheaper to check than their names.
            if name == QUERY || !looks_secret(value) || is_own(&rules.credentials, name) {
                continue;
            }
            if is_secret(name) || is_passing(name) {
                continue;
            }
            if self.has_many(identity, name, value) && self.is_news(identity.origin, name) {
                self.due.push((identity.origin, name.into()));
            }
        }
    }

    /// The name of a header of `origin` to report: each once.
    pub fn take(&mut self, origin: u32) -> Option<Box<str>> {
        let index = self.due.iter().position(|(of, _)| *of == origin)?;
        Some(self.due.swap_remove(index).1)
    }

    fn has_many(&mut self, identity: &Identity, name: &str, value: &str) -> bool {
        let key = identity.key.iter().fold(label::SEED, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
        let tag = label::add(key, name);
        let place = self.watched.iter().position(|watched| watched.tag == tag).unwrap_or_else(|| {
            let new = Watched { tag, values: Vec::new() };
            if self.watched.len() < MOST {
                self.watched.push(new);
                return self.watched.len() - 1;
            }
            self.next = (self.next + 1) % MOST;
            if let Some(oldest) = self.watched.get_mut(self.next) {
                *oldest = new;
            }
            self.next
        });
        let Some(Watched { values, .. }) = self.watched.get_mut(place) else { return false };
        let hash = label::add(label::SEED, value) as u32;
        if values.len() <= MANY && !values.contains(&hash) {
            values.push(hash);
        }
        values.len() > MANY
    }

    /// Whether nothing was reported of this origin under this name before.
    pub fn is_news(&mut self, origin: u32, name: &str) -> bool {
        if self.reported.len() >= MOST || self.reported.iter().any(|(of, known)| *of == origin && **known == *name) {
            return false;
        }
        self.reported.push((origin, name.into()));
        true
    }
}

fn is_passing(name: &str) -> bool {
    is_fleeting(name) || words::split(name, b"-_.").any(|word| words::is_in(PASSING, word))
}

// One word, behind a scheme perhaps, of letters and digits, as keys are.
fn looks_secret(value: &str) -> bool {
    let word = words::last(value, b' ');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || words::find("-._~+/=:", &[byte]).is_some();
    let is_mixed =
        word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic());
    LENGTHS.contains(&word.len()) && word.bytes().all(is_plain) && !words::holds(word, "://") && is_mixed
        || shapes::has_known_key(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate_limit::options::RateLayer;
    use alloc::{format, string::String};

    const NEVER: &[u32] = &[];

    fn reported(name: &str, value: impl Fn(u32) -> String) -> Vec<u32> {
        let mut unlisted = Unlisted::default();
        let rules = RateLayer::default().over(&RateLayer::default()).unwrap();
        let see = |n: &u32| {
            let line = format!("accept:*/*\n{name}:{}", value(*n));
            let headers = Headers::new(&line);
            let identity = Identity::of("https://api.example.com", headers);
            unlisted.see(&identity, headers, &rules);
            unlisted.take(identity.origin).is_some_and(|found| *found == *name)
        };
        (1..100).filter(see).collect()
    }

    #[test]
    fn a_header_of_many_values_that_look_like_keys_is_reported_once() {
        let key = |n: u32| format!("a81bc9f00d{n:06}c3");
        assert_eq!(reported("x-customer", key), [21]);
        assert_eq!(reported("x-customer", |n| key(n % 20)), NEVER, "20 are not many");
        assert_eq!(reported("x-customer", |n| format!("Partner {}", key(n))), [21]);
    }

    #[test]
    fn what_counts_and_what_passes_is_not() {
        let key = |n: u32| format!("a81bc9f00d{n:06}c3");
        for name in ["x-api-key", "x-csrf-token", "x-request-id", "x-b3-traceid", "x-content-sha256", "?"] {
            assert_eq!(reported(name, key), NEVER, "{name}");
        }
        assert_eq!(reported("x-customer", |n| format!("{n:020}")), NEVER, "a number");
        assert_eq!(reported("x-from", |n| format!("https://a.example/{n}")), NEVER, "an address");
    }
}
