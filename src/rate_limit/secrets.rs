//! Detects a name that repeats a credential; such a name is shown as a hash.
//!
//! Servers name quotas after accounts, sometimes after the token itself, and callers name scopes in the same way. This module
//! stores only hashes of the eight-byte windows of a request's credentials, in lower case and only in this memory. A name that
//! contains one of those windows, plain or in base64, is not shown; nor is a name that starts like a well-known key.

use crate::shared::Arc;
use alloc::{string::String, vec::Vec};

use super::{identity, quota::Quota};
use crate::syntax::{base64, headers::Headers, shapes, words};

/// A shorter part of a credential reveals nothing; a tenant's name stays readable.
const WINDOW: usize = 8;
/// Windows kept of one request. Of longer credentials each n-th is, by its hash.
const MOST: usize = 512;
/// Used in place of a header's name for the query of the URL, whose parameters count by their names.
pub const QUERY: &str = "?";
const PARAMETERS: &str = "auth key pass secret session sig token";
/// Headers whose values are no secrets: their words are those of names, too.
const PUBLIC: &str = "? accept cache-control content- idempotency-key if- range sec- user-agent";
/// What parts the words of a value.
const SEPARATORS: &[u8] = b" \t\r\n?#&=;,:\"'";

/// Hashes of the parts of a request's secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets(Option<Arc<Vec<u32>>>);

impl Secrets {
    /// The secrets of `headers`, except public ones. A header without a name is a part of a URL.
    pub fn of(headers: Headers<'_>) -> Self {
        Self::default().and(headers)
    }

    /// The secrets of the headers for whose names `is_meant` returns true.
    pub fn of_names(headers: Headers<'_>, is_meant: &dyn Fn(&str) -> bool) -> Self {
        Self::default().and_names(headers, is_meant)
    }

    /// These secrets and those of `headers`.
    pub fn and(&self, headers: Headers<'_>) -> Self {
        self.and_names(headers, &|_| true)
    }

    #[inline(never)]
    fn and_names(&self, headers: Headers<'_>, is_meant: &dyn Fn(&str) -> bool) -> Self {
        let mut hashes = self.0.as_ref().map(|known| known.to_vec()).unwrap_or_default();
        let is_public = |name: &str| words::of(PUBLIC).any(|public| name.starts_with(public));
        for (_, value) in headers.lines().filter(|(name, _)| !is_public(name) && is_meant(name)) {
            each_word(value, &mut |word| each_window(word, &mut |hash| hashes.push(hash)));
        }
        let each = hashes.len() / MOST + 1;
        hashes.retain(|hash| (*hash as usize).is_multiple_of(each));
        Self((!hashes.is_empty()).then(|| Arc::new(hashes)))
    }

    /// These secrets and those of a URL's query.
    pub fn and_query(&self, query: &str) -> Self {
        let mut lines = String::new();
        for pair in words::split(query, b"?&") {
            let (name, value) = words::halves(pair, b'=');
            let name = name.to_ascii_lowercase();
            if words::of(PARAMETERS).any(|known| words::holds(&name, known)) {
                for part in [":", value, "\n"] {
                    lines.push_str(part);
                }
            }
        }
        if lines.is_empty() { self.clone() } else { self.and(Headers::new(&lines)) }
    }

    /// The text to show in place of `name`; `None` if `name` may be shown.
    pub fn hide(&self, name: &str) -> Option<String> {
        (self.has(name) || shapes::has_known_key(name)).then(|| identity::marked(name))
    }

    /// Whether `name` repeats a part of these secrets.
    fn has(&self, name: &str) -> bool {
        let Some(known) = &self.0 else { return false };
        let has = |bytes: &[u8]| {
            let mut found = false;
            each_window(bytes, &mut |hash| found |= known.contains(&hash));
            found
        };
        let mut runs = name.as_bytes().split(|byte| base64::digit(*byte).is_none());
        // Base64 says the same in four ways, by where in a group of four its first character stands.
        has(name.as_bytes())
            || runs.any(|run| {
                (0..4).any(|at| run.get(at..).is_some_and(|run| has(&base64::decode(run).unwrap_or_default())))
            })
    }

    /// Hides secrets in the names that a server reported.
    pub fn veil(&self, quotas: &mut [Quota]) {
        for quota in quotas {
            let Quota { name, unit, source, .. } = quota;
            for text in [name.as_mut(), unit.as_mut(), Some(source)].into_iter().flatten() {
                if let Some(hidden) = self.hide(text) {
                    *text = hidden;
                }
            }
        }
    }
}

/// Shows the words of a header's value that may be secret, and those that it has in base64: not a scheme, not the names of pairs.
fn each_word(value: &str, see: &mut dyn FnMut(&[u8])) {
    let mut rest = value.trim_ascii();
    let (scheme, credentials) = words::halves(rest, b' ');
    if !credentials.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        rest = credentials;
    }
    while !rest.is_empty() {
        let end = words::find(rest, SEPARATORS).unwrap_or(rest.len());
        let word = words::cut(rest, 0, end);
        let tail = words::cut(rest, end, rest.len());
        rest = words::cut(tail, 1, tail.len());
        // Padding is no equals sign.
        let names = tail.starts_with('=') && !rest.is_empty() && !rest.starts_with(['=', ' ', ';', ',', '&']);
        if !names && word.len() >= WINDOW {
            see(word.as_bytes());
            // What has control characters is no text.
            let bytes = base64::decode(word.as_bytes()).unwrap_or_default();
            if !bytes.iter().any(u8::is_ascii_control) {
                for word in bytes.split(|byte| SEPARATORS.contains(byte)) {
                    see(word);
                }
            }
        }
    }
}

/// Shows a hash (FNV-1a) of each window, in lower case.
#[inline(never)]
fn each_window(bytes: &[u8], see: &mut dyn FnMut(u32)) {
    for window in bytes.windows(WINDOW) {
        let add = |hash: u32, byte: &u8| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
        see(window.iter().fold(0x811c_9dc5, add));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "authorization:Bearer zq_Live-51HqLyjWDarjtT1zdp7dc\ncookie:session_id=Kp3vX9mWq2Lt; theme=dark\nx-none:application/json";

    #[test]
    fn a_name_that_repeats_eight_characters_of_a_credential_is_hidden() {
        let secrets = Secrets::of(Headers::new(TOKEN));
        for name in [
            "zq_Live-51HqLyjWDarjtT1zdp7dc",
            "zq_live-51",
            "bucket/HQLYJWDA/1",
            "user:enFfTGl2ZS01MUhxTHlqV0Rhcmp0VDF6ZHA3ZGM=",
            "xx-SHFMeWpXRGFyanRU",
            "kp3vx9mw",
        ] {
            let shown = secrets.hide(name).unwrap_or_else(|| name.into());
            assert!(shown.starts_with('#') && shown.len() == 9, "{name}: {shown}");
        }
        for name in
            ["default", "session_id", "authorization", "Bearer", "zq_live", "theme", "requests-per-minute", "é", ""]
        {
            assert_eq!(secrets.hide(name), None, "{name}");
        }
    }

    #[test]
    fn what_basic_credentials_say_is_known_and_a_name_in_the_form_of_a_key_too() {
        let secrets = Secrets::of(Headers::new("authorization:Basic amFuZTpvcGVuc2VzYW1lMTI="));
        assert!(secrets.hide("opensesame").is_some() && secrets.hide("amFuZTpvcGVuc2VzYW1lMTI=").is_some());
        assert!(Secrets::default().hide("sk_live_4eC39HqLyjWDarjtT1zdp7dc").is_some());
        assert!(Secrets::default().hide("token-ghp_16C7e42F292c6912E7710c838347Ae178B4a").is_some());
        assert_eq!(Secrets::default().hide("abcd1234abcd1234abcd1234abcd1234"), None, "a bucket's id");
    }

    #[test]
    fn of_a_query_what_is_called_a_secret_is_known() {
        let secrets = Secrets::default().and_query("?page=seventeen-eight&api_key=Kp3vX9mWq2Lt");
        assert!(secrets.hide("kp3vx9mwq2lt").is_some() && secrets.hide("seventeen-eight").is_none());
        assert_eq!(Secrets::default().and_query("?page=seventeen-eight"), Secrets::default());
    }

    #[test]
    fn what_is_kept_is_bounded_and_a_long_credential_is_known_all_the_same() {
        let mut state = 1_u32;
        let long: String = core::iter::repeat_with(|| {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
            char::from(b'a' + (state >> 16) as u8 % 26)
        })
        .take(16_000)
        .collect();
        let secrets = Secrets::of(Headers::new(&["authorization:", &long].concat()));
        assert!(secrets.0.as_ref().is_some_and(|kept| kept.len() <= MOST + MOST / 2));
        assert!((0..50).all(|n| secrets.hide(&long[n * 300..n * 300 + 300]).is_some()));
    }

    #[test]
    fn quotas_are_told_with_a_hash_in_place_of_the_callers_token() {
        let secrets = Secrets::of(Headers::new(TOKEN));
        let mut quotas = [Quota {
            name: Some("zq_Live-51HqLyjWDarjtT1zdp7dc".into()),
            unit: Some("requests".into()),
            source: "x-ratelimit-limit-51hqlyjwdarj".into(),
            ..Quota::default()
        }];
        secrets.veil(&mut quotas);
        let [Quota { name, unit, source, .. }] = &quotas;
        assert!(
            name.as_ref().is_some_and(|name| name.len() == 9)
                && source.len() == 9
                && unit.as_deref() == Some("requests")
        );
    }
}
