//! Who shares a quota: the origin and the credentials, of which only a hash is stored.

use crate::shared::Arc;
use alloc::{string::String, vec::Vec};

use super::{
    buckets,
    credentials::{self, is_own, is_secret},
    secrets::Secrets,
};
use crate::syntax::{headers::Headers, label, number, words};

/// The name and key of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of origin and credentials, cut to 128 bits: the same in every tab, and of no use to a reader.
    pub key: [u8; 16],
    /// The name, for display: the origin, with a few digits of the hash if there are credentials; or the caller's name for the scope.
    pub name: Arc<str>,
    /// The route of the API, as a number; see [`Identity::to`].
    pub route: u32,
    /// The part of the path that has its own quotas, as a number; 0 for none. See [`Identity::within`].
    pub bucket: u32,
    /// The origin as a number: a server's health belongs to its origin, whatever the credentials.
    pub origin: u32,
    /// Hashes of parts of the credentials, so that no displayed name repeats them.
    pub secrets: Secrets,
}

impl Identity {
    /// The identity of an origin (`https://api.example.com`) and a request's headers, of which only the credentials count
    /// ([`credentials::counts`]). The query may be passed with them, as the value of a header named `?`.
    pub fn of(origin: &str, headers: Headers<'_>) -> Self {
        Self::with(origin, headers, &[])
    }

    /// The same, where the headers and parameters named in `own` (lower case) are also credentials.
    pub fn with(origin: &str, headers: Headers<'_>, own: &[String]) -> Self {
        let mut hash = hmac_sha256::Hash::new();
        hash.update(origin);
        let mut known = false;
        // Parts that, joined, no other ones give.
        credentials::each(headers, own, &mut |name, value| {
            known = true;
            for part in ["\n", name, ":", value] {
                hash.update(part);
            }
        });
        let key = cut(hash);
        let mut name = String::from(origin);
        if known {
            mark(&mut name, &key);
        }
        let secrets = Secrets::of_names(headers, &|name| is_secret(name) || is_own(own, name));
        Self { key, name: name.into(), route: 0, bucket: 0, origin: 0, secrets }.at(origin)
    }

    /// The same, for a call of `method` to `path`. Servers with several buckets choose one by method and path, so
    /// what is learned for `/users/17` applies to `/users/18`: all segments that look like an id count as one.
    pub fn to(mut self, method: &str, path: &str) -> Self {
        self.route = add(SEED, method.as_bytes());
        for segment in path.as_bytes().split(|byte| *byte == b'/') {
            self.route = add(self.route, if is_id(segment) { b"*" } else { segment });
        }
        self
    }

    /// The same, for a call to `path`, after [`Identity::to`]: each value that a pattern of `buckets` names has its own routes and
    /// quotas.
    pub fn within(mut self, path: &str, buckets: &[String]) -> Self {
        self.bucket = buckets::of(path, buckets);
        if self.bucket > 0 {
            self.route = add(self.route, &self.bucket.to_be_bytes());
        }
        self
    }

    /// The identity that the caller names `word`. If `word` repeats a part of `sent`, the parts of the request that may be
    /// secret, a few digits of its hash are shown in its place.
    pub fn named(word: &str, sent: Headers<'_>) -> Self {
        let mut hash = hmac_sha256::Hash::new();
        hash.update("scope\n");
        hash.update(word);
        let key = cut(hash);
        let mut name = String::from(word);
        let secrets = Secrets::of(sent);
        if secrets.hide(word).is_some() {
            name.clear();
            mark(&mut name, &key);
        }
        Self { key, name: name.into(), route: 0, bucket: 0, origin: 0, secrets }
    }

    /// The same, for a call to `origin`.
    pub fn at(mut self, origin: &str) -> Self {
        self.origin = number_of(origin);
        self
    }

    /// A part of the key, as a number.
    pub fn number(&self) -> u32 {
        number_of_key(&self.key)
    }

    /// The origin and route as one number.
    pub fn place(&self) -> u32 {
        add(self.origin, &self.route.to_be_bytes())
    }

    /// A stored identity: its name, and its key as 32 hexadecimal digits.
    pub fn kept(name: &str, key: &str) -> Option<Self> {
        let mut digits = key.bytes().map(|digit| char::from(digit).to_digit(16));
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            *byte = (digits.next()?? * 16 + digits.next()??) as u8;
        }
        digits.next().is_none().then(|| Self {
            key: bytes,
            name: name.into(),
            route: 0,
            bucket: 0,
            origin: 0,
            secrets: Secrets::default(),
        })
    }

    /// The host of the origin in its name; "" if the caller named it.
    pub fn host(&self) -> &str {
        words::split(&self.name, b"/#").nth(2).unwrap_or_default()
    }
}

/// The most identities that are stored; beyond that the oldest is dropped and computed again when needed.
const MOST: usize = 64;

/// Recent identities, so that the same credentials are hashed once and not with each call.
///
/// They are found by 64 bits of a fast hash. It does not protect secrets and need not: it never leaves this memory, and the
/// caller has the credentials anyway. Two identities with the same hash, one pair in 10^19, share their quotas.
#[derive(Debug, Default)]
pub struct Recent {
    known: Vec<(u64, Identity)>,
    next: usize,
}

impl Recent {
    /// [`Identity::with`] or, where there is a `word` and what was sent, [`Identity::named`], for a call to `origin`.
    pub fn of(
        &mut self,
        origin: &str,
        headers: Headers<'_>,
        own: &[String],
        word: Option<(&str, Headers<'_>)>,
    ) -> Identity {
        let mut tag = label::add(label::SEED, origin);
        if let Some((word, sent)) = word {
            tag = label::add(label::add(!tag, word), sent.text());
        } else {
            tag = credentials::tag(tag, headers, own);
            for (name, value) in headers.lines().filter(|(name, _)| *name != "idempotency-key" && is_secret(name)) {
                tag = ["\n", name, ":", value].into_iter().fold(tag, label::add);
            }
        }
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == tag) {
            return known.clone();
        }
        let new = word
            .map_or_else(|| Identity::with(origin, headers, own), |(word, sent)| Identity::named(word, sent))
            .at(origin);
        if self.known.len() < MOST {
            self.known.push((tag, new.clone()));
        } else if let Some(oldest) = self.known.get_mut(self.next % MOST) {
            *oldest = (tag, new.clone());
            self.next = self.next.wrapping_add(1);
        }
        new
    }
}

pub(super) fn number_of_key(key: &[u8; 16]) -> u32 {
    key.first_chunk().map_or(0, |first| u32::from_le_bytes(*first))
}

/// An origin as a number.
pub fn number_of(origin: &str) -> u32 {
    add(SEED, origin.as_bytes())
}

/// A few digits of a hash to show in place of `text`; equal texts give equal digits.
pub fn marked(text: &str) -> String {
    let mut hash = hmac_sha256::Hash::new();
    hash.update("name\n");
    hash.update(text);
    let mut name = String::new();
    mark(&mut name, &cut(hash));
    name
}

fn mark(name: &mut String, key: &[u8; 16]) {
    name.push_str("#");
    name.push_str(words::cut(&hex(key), 0, 8));
}

// Numbers, and what is long and has digits in it: hashes, UUIDs, snowflakes, tokens.
fn is_id(segment: &[u8]) -> bool {
    let digits = segment.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits > 0 && (digits == segment.len() || segment.len() >= 16)
}

/// A key as text.
pub fn hex(key: &[u8]) -> String {
    let mut text = String::new();
    for byte in key {
        number::push_digit(&mut text, usize::from(byte >> 4));
        number::push_digit(&mut text, usize::from(byte & 15));
    }
    text
}

// FNV-1a in 32 bits.
pub(super) const SEED: u32 = 0x811c_9dc5;

pub(super) fn add(mut hash: u32, text: &[u8]) -> u32 {
    for byte in text.iter().chain(b"/") {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

fn cut(hash: hmac_sha256::Hash) -> [u8; 16] {
    hash.finalize().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(word: &str) -> Identity {
        Identity::named(word, Headers::default())
    }

    #[test]
    fn credentials_tell_scopes_apart_and_are_not_kept() {
        let of = |text| Identity::of("https://api.example.com", Headers::new(text));
        let (one, two) = (of("authorization:Bearer abc"), of("authorization:Bearer abd"));
        assert_ne!(one.key, two.key);
        assert_eq!(one, of("accept:*/*\nauthorization:Bearer abc"));
        assert!(one.name.starts_with("https://api.example.com#") && !one.name.contains("abc"));
        assert_eq!(&*of("accept:*/*").name, "https://api.example.com");
    }

    #[test]
    fn a_route_is_the_method_that_is_called_whoever_it_is_about() {
        let route = |method: &str, path: &str| named("x").to(method, path).route;
        let user = route("GET", "/v3/users/17");
        assert_eq!(user, route("GET", "/v3/users/18"));
        assert_eq!(user, route("GET", "/v3/users/3b241101-e2bb-4255-8caf-4136c566a962"));
        for other in [
            route("POST", "/v3/users/17"),
            route("GET", "/v3/users/me"),
            route("GET", "/v3/users"),
            route("GET", "/v3/users/17/x"),
        ] {
            assert_ne!(user, other);
        }
    }

    #[test]
    fn a_key_survives_being_kept() {
        let identity = Identity::of("https://api.example.com", Headers::new("cookie:a=b"));
        let kept = Identity::kept(&identity.name, &hex(&identity.key)).map(|kept| kept.at("https://api.example.com"));
        assert_eq!(kept, Some(identity));
        for key in ["", "00", "g0000000000000000000000000000000", "000000000000000000000000000000000"] {
            assert_eq!(Identity::kept("x", key), None, "{key}");
        }
    }

    #[test]
    fn a_word_that_holds_a_secret_is_shown_by_its_hash() {
        let sent = Headers::new("x-tenant:Key-Of-A-Tenant\naccept:application/json\n:hunter2hunter2");
        let shown = named("key-of-a-tenant");
        for word in ["key-of-a-tenant", "tenant/key-of-a", "a2V5LU9mLUEtVGVuYW50", "hunter2hunter2"] {
            let hidden = Identity::named(word, sent);
            assert_eq!(*hidden.name, *["#", &hex(&hidden.key)[..8]].concat(), "{word}");
            assert_eq!(hidden.key, named(word).key);
        }
        assert_eq!(&*shown.name, "key-of-a-tenant");
        for word in ["tenant-1", "application/json", "x-tenant"] {
            assert_eq!(&*Identity::named(word, sent).name, word);
        }
    }

    #[test]
    fn a_word_of_the_callers_own_cannot_meet_an_origin() {
        let origin = Identity::of("scope\nx", Headers::new(""));
        assert_eq!(&*named("tenant-1").name, "tenant-1");
        assert_ne!(named("https://a.example").key, Identity::of("https://a.example", Headers::new("")).key);
        assert_eq!(origin.key, named("x").key, "an origin never holds a line break");
    }

    #[test]
    fn what_is_remembered_is_what_would_be_made_again() {
        let mut recent = Recent::default();
        let origins: Vec<String> = (0..MOST * 2).map(|n| alloc::format!("https://{n}.example")).collect();
        for origin in origins.iter().chain(&origins).chain(origins.iter().rev()) {
            for text in ["", "authorization:Bearer a", "cookie:a\nidempotency-key:1", "cookie:a\nidempotency-key:2"] {
                let headers = Headers::new(text);
                assert_eq!(recent.of(origin, headers, &[], None), Identity::of(origin, headers));
                assert_eq!(recent.of(origin, headers, &[], None), Identity::of(origin, headers), "at once");
            }
            assert_eq!(
                recent.of(origin, Headers::new("cookie:a"), &[], Some(("me", Headers::default()))),
                named("me").at(origin)
            );
        }
        assert_eq!(recent.known.len(), MOST);
    }
}
