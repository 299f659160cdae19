//! What a header's name says of its value: family, role and dimension.
//!
//! A name is text of the vendor's, then `ratelimit`, then a role and what it counts, in any order:
//! `x-ratelimit-remaining-tokens`, `anthropic-ratelimit-tokens-remaining`, `x-rate-limit-api-key-interval-ms`.
//! No table of vendors is needed to read these; the words of the roles are few.

use crate::syntax::{number, words};
use crate::time::times;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Units a window.
    Limit,
    /// Units left.
    Remaining,
    /// Units taken.
    Used,
    /// When it resets.
    Reset,
    /// In how long it resets, told beside a less exact reset.
    ResetAfter,
    /// The window's length.
    Window,
    /// The bucket's name.
    Bucket,
    /// Whom it is shared with.
    Scope,
    /// Structured field of policies.
    Policy,
    /// Nothing but the stem and a dimension: the value tells.
    Plain,
}

/// A name taken apart; the first three fields tell quotas of one response apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The name up to the end of `ratelimit`.
    pub family: &'a str,
    /// What is counted, before the role.
    pub head: &'a str,
    /// What is counted, after the role.
    pub tail: &'a str,
    /// What the value is.
    pub role: Role,
    /// The value counts milliseconds.
    pub millis: bool,
}

const ROLES: &[(&str, Role)] = &[
    ("limit", Role::Limit),
    ("remaining", Role::Remaining),
    ("reset", Role::Reset),
    ("max", Role::Limit),
    ("quota", Role::Limit),
    ("total", Role::Limit),
    ("capacity", Role::Limit),
    ("allowed", Role::Limit),
    ("left", Role::Remaining),
    ("remain", Role::Remaining),
    ("available", Role::Remaining),
    ("used", Role::Used),
    ("observed", Role::Used),
    ("current", Role::Used),
    ("usage", Role::Used),
    ("count", Role::Used),
    ("resets", Role::Reset),
    ("until", Role::Reset),
    ("next", Role::Reset),
    ("expires", Role::Reset),
    ("expiry", Role::Reset),
    ("window", Role::Window),
    ("period", Role::Window),
    ("interval", Role::Window),
    ("duration", Role::Window),
    ("renewalperiod", Role::Window),
];

// What the words after a reset or a window say of it: whether it is a delta, and whether it counts milliseconds.
const MODIFIERS: &[(&str, bool, bool)] = &[
    ("after", true, false),
    ("at", false, false),
    ("date", false, false),
    ("epoch", false, false),
    ("in", true, false),
    ("milliseconds", false, true),
    ("ms", false, true),
    ("sec", false, false),
    ("seconds", false, false),
    ("time", false, false),
    ("timestamp", false, false),
    ("unix", false, false),
    ("utc", false, false),
];

// Milliseconds. Calendars differ: of a month and a year this is a bound.
const WINDOWS: &[(&str, i64)] = &[
    ("s", 1000),
    ("sec", 1000),
    ("second", 1000),
    ("m", 60_000),
    ("min", 60_000),
    ("minute", 60_000),
    ("h", 3_600_000),
    ("hr", 3_600_000),
    ("hour", 3_600_000),
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("w", 604_800_000),
    ("week", 604_800_000),
    ("month", 2_592_000_000),
    ("year", 31_536_000_000),
];

const SEPARATORS: &[u8] = b"-_";

// The end of a family that counts errors, and no requests.
const ERRORS: &str = "error-limit";

// A role only where nothing stands beside it: elsewhere they are dimensions.
const ALONE: &[(&str, Role)] = &[
    ("bucket", Role::Bucket),
    ("resource", Role::Bucket),
    ("name", Role::Bucket),
    ("scope", Role::Scope),
    ("policy", Role::Policy),
];

/// The role that `word` names by itself.
pub fn role(word: &str) -> Option<Role> {
    find(ROLES, word)
}

/// Takes `name` (lower case) apart; none if it is no rate-limit header's.
#[inline(never)]
pub fn read(name: &str) -> Option<Name<'_>> {
    let start = stem(name)?;
    let (family, rest) = (words::cut(name, 0, start), skip(words::cut(name, start, name.len())));
    // Waits are hints, whatever family they come in.
    if rest.starts_with("retry") {
        return None;
    }
    let plain = Name { family, head: "", tail: rest, role: Role::Plain, millis: false };
    if let Some(role) = find(ALONE, rest) {
        return Some(Name { tail: "", role, ..plain });
    }
    // The last word decides; if it is no role, the first that is one. What follows a role may say how it is told.
    let (mut role, mut from, mut to, mut millis) = (Role::Plain, rest.len(), 0, false);
    let mut at = 0;
    for word in words::split(rest, SEPARATORS) {
        let end = at + word.len();
        let last = end == rest.len();
        if let Some((of, begins, ends)) = role_in(word) {
            if role == Role::Plain || (last && ends - begins == word.len()) {
                (role, from, to) = (of, at + begins, at + ends);
            }
        } else if to + 1 == at
            && matches!(role, Role::Reset | Role::ResetAfter | Role::Window)
            && let Some((_, delta, counts)) = MODIFIERS.iter().find(|(text, ..)| *text == word)
        {
            role = if *delta && role == Role::Reset { Role::ResetAfter } else { role };
            (to, millis) = (end, *counts);
        } else if to + 1 == at && last && role == Role::Remaining && matches!(word, "seconds" | "milliseconds" | "ms") {
            // Rollbar: what remains of the window.
            (role, to, millis) = (Role::ResetAfter, end, word != "seconds");
        }
        at = end + 1;
    }
    // A window alone is its limit (HubSpot's "-daily", "-secondly").
    if role == Role::Plain && words::find(rest, SEPARATORS).is_none() && window(rest).is_some() {
        role = Role::Limit;
    }
    // A head ends in a separator, unless its role is glued to it.
    let head = words::cut(rest, 0, from);
    let head = if to == 0 { "" } else { head.strip_suffix('-').unwrap_or(head) };
    // Spring's "burst-capacity" is the limit itself, BigCommerce's "time-reset-ms" a reset.
    let head = match (head, role) {
        ("burst", Role::Limit) if rest.ends_with("capacity") => "",
        ("", _) if family.ends_with(ERRORS) => "errors",
        ("limit" | "time", Role::Reset | Role::ResetAfter | Role::Window) => "",
        _ => head,
    };
    Some(Name { family, head, tail: skip(words::cut(rest, to, rest.len())), role, millis })
}

/// The window that a dimension names at its end: `tokens-minute`, `24hour`, `5h`, `GetVMScaleSet30Min`, `daily`.
#[inline(never)]
pub fn window(dimension: &str) -> Option<i64> {
    let (rest, unit) = last_run(dimension, u8::is_ascii_alphabetic);
    let (_, count) = last_run(rest, u8::is_ascii_digit);
    // "daily" loses what is not "day".
    let unit = if unit == "daily" { "day" } else { unit.strip_suffix("ly").unwrap_or(unit) };
    let short = |unit: &str| unit.len() > 1 && unit.bytes().last() == Some(b's');
    let unit = if short(unit) { words::cut(unit, 0, unit.len() - 1) } else { unit };
    // One letter is a unit only after a number.
    let (_, ms) =
        WINDOWS.iter().find(|(text, _)| text.eq_ignore_ascii_case(unit) && (unit.len() > 1 || !count.is_empty()))?;
    let count = if count.is_empty() { 1 } else { number::whole(count)? };
    (count > 0).then(|| times(count, *ms))
}

// The bytes `of` a kind that a text ends in, and what is before them.
fn last_run(text: &str, of: fn(&u8) -> bool) -> (&str, &str) {
    let at = text.len() - text.bytes().rev().take_while(of).count();
    #[cfg(test)]
    crate::syntax::steps::add(text.len() - at);
    (words::cut(text, 0, at), words::cut(text, at, text.len()))
}

// Where `ratelimit` ends; before it a boundary, so that "corporate-limit" has none, or Strava's "read".
fn stem(name: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = words::cut(name, at, name.len());
        // Planning Center: `request-rate-limit`, `-count` and `-period` are one family.
        if rest.strip_prefix("request-rate-").is_some_and(|rest| role(rest).is_some()) {
            return Some(at + "request-rate".len());
        }
        // EVE's: so many errors a window.
        if rest.strip_prefix(ERRORS).is_some_and(|rest| role(skip(rest)).is_some()) {
            return Some(at + ERRORS.len());
        }
        let word = rest.strip_prefix("read").unwrap_or(rest);
        if let Some(rest) = word.strip_prefix("rate").and_then(|rest| skip(rest).strip_prefix("limit")) {
            return Some(name.len() - rest.len());
        }
        at += words::find(rest, SEPARATORS)? + 1;
    }
}

// What is after one separator, if there is one.
fn skip(text: &str) -> &str {
    words::cut(text, usize::from(words::find(text, SEPARATORS) == Some(0)), text.len())
}

/// The role in a word, and where it stands: all of it, or glued to its end or start, as in "userremaining", "resettime".
pub fn role_in(word: &str) -> Option<(Role, usize, usize)> {
    if let Some(role) = role(word) {
        return Some((role, 0, word.len()));
    }
    // A flag, and no count (Bitbucket).
    if word == "nearlimit" || word == "limited" {
        return None;
    }
    for (text, role) in ROLES.get(..3)? {
        if let Some(before) = word.strip_suffix(text) {
            return Some((*role, before.len(), word.len()));
        }
        if let Some(after) = word.strip_prefix(text) {
            let told = *role == Role::Reset && MODIFIERS.iter().any(|(text, ..)| *text == after);
            let role = if told && matches!(after, "after" | "in") { Role::ResetAfter } else { *role };
            return Some((role, 0, if told { word.len() } else { text.len() }));
        }
    }
    None
}

fn find(table: &[(&str, Role)], word: &str) -> Option<Role> {
    #[cfg(test)]
    crate::syntax::steps::add(table.len());
    table.iter().find(|(text, _)| *text == word).map(|(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Bucket, Limit, Plain, Policy, Remaining, Reset, ResetAfter, Scope, Used, Window};

    #[test]
    fn a_name_is_family_role_and_dimension_in_any_order() {
        for (name, family, head, tail, role) in [
            ("x-ratelimit-limit", "x-ratelimit", "", "", Limit),
            ("x-rate-limit", "x-rate-limit", "", "", Plain),
            ("ratelimit-policy", "ratelimit", "", "", Policy),
            ("x-ratelimit-remaining-tokens", "x-ratelimit", "", "tokens", Remaining),
            ("x-ratelimit-limit-tokens_usage_based", "x-ratelimit", "", "tokens_usage_based", Limit),
            ("anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit", "input-tokens", "", Reset),
            ("x-ratelimit-requests-remaining-minute", "x-ratelimit", "requests", "minute", Remaining),
            ("x-ratelimit-reset-after", "x-ratelimit", "", "", ResetAfter),
            ("ratelimit-resettime", "ratelimit", "", "", Reset),
            ("x-ratelimit-clientremaining", "x-ratelimit", "client", "", Remaining),
            ("x-sentry-rate-limit-concurrentlimit", "x-sentry-rate-limit", "concurrent", "", Limit),
            ("x-ratelimit-resource", "x-ratelimit", "", "", Bucket),
            ("x-ratelimit-limit-resource", "x-ratelimit", "", "resource", Limit),
            ("x-ratelimit-scope", "x-ratelimit", "", "", Scope),
            ("x-readratelimit-usage", "x-readratelimit", "", "", Used),
            ("x-hubspot-ratelimit-daily", "x-hubspot-ratelimit", "", "daily", Limit),
            ("x-ratelimit-burst-capacity", "x-ratelimit", "", "", Limit),
            ("x-ratelimit-burst-remaining", "x-ratelimit", "burst", "", Remaining),
            ("x-ratelimit-limit-reset", "x-ratelimit", "", "", Reset),
            ("x-ratelimit-reset-utc", "x-ratelimit", "", "", Reset),
            ("x-ratelimit-reset-in-seconds", "x-ratelimit", "", "", ResetAfter),
            ("x-ratelimit-renewalperiod-tokens", "x-ratelimit", "", "tokens", Window),
            ("zendesk-ratelimit-tickets-index", "zendesk-ratelimit", "", "tickets-index", Plain),
            ("x-ratelimit-replenish-rate", "x-ratelimit", "", "replenish-rate", Plain),
            ("x-ratelimit-limit-__proto__", "x-ratelimit", "", "__proto__", Limit),
            ("x-ratelimit-nearlimit", "x-ratelimit", "", "nearlimit", Plain),
            ("x-pco-api-request-rate-limit", "x-pco-api-request-rate", "", "", Limit),
            ("x-pco-api-request-rate-count", "x-pco-api-request-rate", "", "", Used),
            ("x-pco-api-request-rate-period", "x-pco-api-request-rate", "", "", Window),
            ("x-request-rate-limit-remaining", "x-request-rate-limit", "", "", Remaining),
            ("x-gate-ratelimit-requests-remain", "x-gate-ratelimit", "requests", "", Remaining),
            ("x-gate-ratelimit-reset-timestamp", "x-gate-ratelimit", "", "", Reset),
            ("x-esi-error-limit-remain", "x-esi-error-limit", "errors", "", Remaining),
            ("x-esi-error-limit-reset", "x-esi-error-limit", "errors", "", Reset),
            ("x-rate-limit-remaining-seconds", "x-rate-limit", "", "", ResetAfter),
            ("x-ratelimit-remaining-second", "x-ratelimit", "", "second", Remaining),
            ("x-envoy-ratelimited", "x-envoy-ratelimit", "", "ed", Plain),
        ] {
            assert_eq!(read(name), Some(Name { family, head, tail, role, millis: false }), "{name}");
        }
        let ms = read("x-rate-limit-api-key-interval-ms").unwrap();
        assert_eq!((ms.head, ms.role, ms.millis), ("api-key", Window, true));
        let ms = read("x-rate-limit-time-reset-ms").unwrap();
        assert_eq!((ms.head, ms.tail, ms.role, ms.millis), ("", "", Reset, true));
    }

    #[test]
    fn a_name_without_the_stem_is_nobodys() {
        for name in [
            "",
            "x-limit",
            "x-page-limit",
            "x-request-rate",
            "x-request-rate-info",
            "x-error-limit-exceeded",
            "x-corporate-limit",
            "x-corporatelimit",
            "rate",
            "é-ratelimi",
            "x-ratelimit-retry-after",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }

    #[test]
    fn a_dimension_may_name_its_window_at_its_end() {
        for (dimension, ms) in [
            ("videos-hour", 3_600_000),
            ("secondly", 1000),
            ("daily", 86_400_000),
            ("unified-5h", 18_000_000),
            ("app-24hour", 86_400_000),
            ("Microsoft.Compute/GetVMScaleSet3Min", 180_000),
            ("30-minutes", 60_000),
        ] {
            assert_eq!(window(dimension), Some(ms), "{dimension}");
        }
        for none in ["", "requests", "s", "x-s", "0s", "tokens", "api-keys", "99999999999999999s", "é"] {
            assert_eq!(window(none), None, "{none}");
        }
    }
}
