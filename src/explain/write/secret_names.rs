//! Which words name a secret, so that its value may follow.

use crate::explain::scan::{after, cut, lists};
use crate::syntax::grams::Grams;

/// Matched within longer names: `access_token`, `X-Api-Key`, `refreshToken`. After them a value may follow without a colon.
const HARD: &[&str] = &["token", "secret", "passw", "passcode", "passphrase", "apikey", "api_key", "api-key"];
/// The same, but a value follows only behind a colon, an equals sign or a tag: "session expired" is a sentence.
const WEAK: &[&str] = &["auth", "cookie", "session", "credential", "signature", "private", "bearer"];
/// Whole parts of a name.
const PARTS: &str = "pwd pass pin otp cvv cvc ssn passwort kennwort senha";
/// What a key or code is of, if it is secret: "API key", `access_key`, "verification code".
const OF_KEYS: &str =
    "api access account encryption license master private secret shared signing subscription security verification";
/// A name that ends with one of these says something about the secret: `token_type`, `session_timeout`.
const ABOUT: &str = "type types count limit length size expires expiry expiration in at ttl timeout url uri endpoint \
                     method mode enabled required policy max min";
/// What a text has in it that names a secret anywhere, or has a scheme of credentials.
const SIGNS: &str = "token secret passw passcode passphrase apikey api_key api-key auth cookie session credential \
                     signature private bearer pwd pass pin otp cvv cvc ssn kennwort senha key code basic";
/// Words that only begin like one of the names.
const OTHERS: &[(&str, &str)] =
    &[("auth", "author"), ("token", "tokeniz"), ("token", "tokenis"), ("secret", "secretar"), ("secret", "secretion")];

/// Shorter words name no secret.
const SHORTEST: usize = 3;

/// How a word names a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// It does not.
    None,
    /// It names one if a colon or the like follows.
    Weak,
    /// A count of tokens: a number behind it is no secret.
    Count,
    /// It names one.
    Hard,
}

/// How `word` names a secret; `last` is the word before it, which may tell: "API key".
pub fn name_of(word: &str, last: &str) -> Name {
    if word.len() < SHORTEST {
        return Name::None;
    }
    let found = if within(word, HARD) || part_of(word, last) {
        Name::Hard
    } else if within(word, WEAK) {
        Name::Weak
    } else {
        return Name::None;
    };
    let end = last_part(word);
    if end.len() < word.len() && lists(ABOUT, b' ', end) {
        Name::None
    } else if end.eq_ignore_ascii_case("tokens") {
        Name::Count
    } else {
        found
    }
}

/// Whether a word of `text` may name a secret; false is certain. Most texts have none, and need no look at each of their words.
pub fn may_name(text: &str) -> bool {
    let mut found = false;
    Grams::of(text).each_held(SIGNS, |_| found = true);
    found
}

/// Whether `name` names a secret.
pub fn is_secret_name(name: &str) -> bool {
    !matches!(name_of(name, ""), Name::None | Name::Count)
}

/// Whether one of `names` stands in `word`.
fn within(word: &str, names: &[&str]) -> bool {
    let bytes = word.as_bytes();
    let begins = |at: usize, name: &str| {
        bytes.get(at..at + name.len()).is_some_and(|part| part.eq_ignore_ascii_case(name.as_bytes()))
    };
    bytes.iter().enumerate().any(|(at, byte)| {
        // Most letters begin none.
        matches!(byte | 0x20, b'a' | b'b' | b'c' | b'p' | b's' | b't')
            && names.iter().any(|name| {
                begins(at, name)
                    && OTHERS.iter().all(|(known, other)| {
                        known != name || !begins(at, other) || begins(at, "authoriz") || begins(at, "authoris")
                    })
            })
    })
}

/// Whether a whole part of `word` names a secret.
fn part_of(word: &str, last: &str) -> bool {
    let mut before = last;
    let mut rest = word;
    while !rest.is_empty() {
        let (part, next) = first_part(rest);
        if lists(PARTS, b' ', part) || (lists("key code", b' ', part) && lists(OF_KEYS, b' ', before)) {
            return true;
        }
        before = part;
        rest = next;
    }
    false
}

/// Whether `word` is the whole name of something short, as a PIN is.
pub fn is_whole_name(word: &str) -> bool {
    lists(PARTS, b' ', word)
}

/// The first part of `word`, which ends before a separator or a capital that follows a small letter, and the others.
#[inline(never)]
pub fn first_part(word: &str) -> (&str, &str) {
    let (mut last, mut end, mut next) = (b' ', word.len(), word.len());
    for (at, byte) in word.bytes().enumerate() {
        let parts = matches!(byte, b'_' | b'-' | b'.');
        let turns = last.is_ascii_lowercase() && byte.is_ascii_uppercase();
        if end == word.len() && at > 0 && (turns || parts) {
            end = at;
        }
        if end < word.len() && !parts {
            next = at;
            break;
        }
        last = byte;
    }
    (cut(word, 0, end), after(word, next))
}

fn last_part(word: &str) -> &str {
    let mut rest = word;
    loop {
        let (part, next) = first_part(rest);
        if next.is_empty() {
            return part;
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_within_longer_ones() {
        for (word, last, name) in [
            ("access_token", "", Name::Hard),
            ("refreshToken", "", Name::Hard),
            ("X-Api-Key", "", Name::Hard),
            ("key", "API", Name::Hard),
            ("key", "primary", Name::None),
            ("accessKey", "", Name::Hard),
            ("userPin", "", Name::Hard),
            ("spinning", "", Name::None),
            ("Authorization", "", Name::Weak),
            ("author", "", Name::None),
            ("authority_id", "", Name::None),
            ("session_id", "", Name::Weak),
            ("token_type", "", Name::None),
            ("max_tokens", "", Name::Count),
            ("tokenizer", "", Name::None),
            ("_", "", Name::None),
            ("", "", Name::None),
        ] {
            assert_eq!(name_of(word, last), name, "{last} {word}");
        }
    }
}
