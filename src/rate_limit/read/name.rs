//! What a header's name says of its value: family, role and dimension.
//!
//! A name is text of the vendor's, then `ratelimit`, then a role and what it counts, in any order:
//! `x-ratelimit-remaining-tokens`, `anthropic-ratelimit-tokens-remaining`, `x-rate-limit-api-key-interval-ms`.
//! No table of vendors is needed to read these; the words of the roles are few.

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
    ("left", Role::Remaining),
    ("available", Role::Remaining),
    ("used", Role::Used),
    ("observed", Role::Used),
    ("usage", Role::Used),
    ("count", Role::Used),
    ("resets", Role::Reset),
    ("next", Role::Reset),
    ("window", Role::Window),
    ("period", Role::Window),
    ("interval", Role::Window),
    ("renewalperiod", Role::Window),
];

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
pub fn read(name: &str) -> Option<Name<'_>> {
    let (family, rest) = stem(name)?;
    let plain = Name { family, head: "", tail: rest, role: Role::Plain, millis: false };
    // Waits are hints, whatever family they come in.
    if rest.starts_with("retry") {
        return None;
    }
    if let Some(role) = find(ALONE, rest) {
        return Some(Name { tail: "", role, ..plain });
    }
    // The last word decides; if it is no role, the first that is one.
    let (body, millis, after) = modifier(rest);
    let last = body.rfind(['-', '_']).map_or(0, |at| at + 1);
    let mut at = if role(body.get(last..)?).is_some() { last } else { 0 };
    while let Some(word) = body.get(at..).filter(|text| !text.is_empty()) {
        let end = at + word.find(['-', '_']).unwrap_or(word.len());
        let word = body.get(at..end)?;
        if let Some((role, from, to)) = role(word).map(|role| (role, 0, word.len())).or_else(|| glued(word)) {
            let role = if role == Role::Reset && after { Role::ResetAfter } else { role };
            let head = body.get(..at + from)?;
            let head = head.strip_suffix(['-', '_']).unwrap_or(head);
            // Spring's "burst-capacity" is the limit itself.
            let head = if head == "burst" { "" } else { head };
            let tail = body.get(at + to..)?;
            let tail = tail.strip_prefix(['-', '_']).unwrap_or(tail);
            return Some(Name { family, head, tail, role, millis });
        }
        at = end + 1;
    }
    // A window alone is its limit (HubSpot's "-daily", "-secondly").
    let alone = !rest.contains(['-', '_']) && window(rest).is_some();
    Some(Name { role: if alone { Role::Limit } else { Role::Plain }, ..plain })
}

/// The window that a dimension names at its end: `tokens-minute`, `24hour`, `5h`, `GetVMScaleSet30Min`, `daily`.
pub fn window(dimension: &str) -> Option<i64> {
    let letters = dimension.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let (rest, unit) = dimension.split_at_checked(dimension.len() - letters)?;
    let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
    let number = rest.get(rest.len() - digits..)?;
    let unit = &unit.to_ascii_lowercase();
    let unit =
        if letters > 1 { unit.strip_suffix('s').or_else(|| unit.strip_suffix("ly")).unwrap_or(unit) } else { unit };
    let ms: i64 = match unit {
        "s" | "sec" | "second" => 1000,
        "m" | "min" | "minute" => 60_000,
        "h" | "hr" | "hour" => 3_600_000,
        // What is left of "daily".
        "d" | "day" | "dai" => 86_400_000,
        "w" | "week" => 604_800_000,
        // Calendars differ; a window is a bound.
        "month" => 2_592_000_000,
        "year" => 31_536_000_000,
        _ => return None,
    };
    match crate::syntax::number::whole(number) {
        Some(count) if count > 0 => Some(ms.saturating_mul(count)),
        // One letter is a unit only after a number.
        None if digits == 0 && letters > 1 => Some(ms),
        _ => None,
    }
}

// Where `ratelimit` ends; before it a boundary, so that "corporate-limit" has none, or Strava's "read".
fn stem(name: &str) -> Option<(&str, &str)> {
    for at in 0..name.len() {
        let Some(after) = name.get(at..).and_then(|rest| rest.strip_prefix("rate")) else { continue };
        let Some(rest) = after.strip_prefix(['-', '_']).unwrap_or(after).strip_prefix("limit") else { continue };
        let before = name.get(..at)?;
        if before.is_empty() || before.ends_with(['-', '_']) || before.ends_with("-read") {
            return Some((name.get(..name.len() - rest.len())?, rest.trim_start_matches(['-', '_'])));
        }
    }
    None
}

// Takes off what only says how a reset or a window is told: the rest, whether in ms, whether as a delta.
fn modifier(rest: &str) -> (&str, bool, bool) {
    let (body, word) = rest.rsplit_once(['-', '_']).unwrap_or(("", rest));
    let kind = match word {
        "ms" | "millis" | "milliseconds" => (true, false),
        "after" | "in" | "delta" => (false, true),
        "at" | "date" | "epoch" | "s" | "seconds" | "time" | "timestamp" | "utc" => (false, false),
        _ => return (rest, false, false),
    };
    let of = body.rsplit(['-', '_']).next().and_then(role);
    if matches!(of, Some(Role::Reset | Role::Window)) { (body, kind.0, kind.1) } else { (rest, false, false) }
}

// A role at the end or the start of a word: "userremaining", "resettime". Where it stands in the word.
fn glued(word: &str) -> Option<(Role, usize, usize)> {
    for (text, role) in ROLES.get(..3)? {
        // Bitbucket's "nearlimit" is a flag.
        if let Some(before) = word.strip_suffix(text).filter(|before| *before != "near") {
            return Some((*role, before.len(), word.len()));
        }
        if let Some(after) = word.strip_prefix(text) {
            return Some(match after {
                "after" | "in" => (Role::ResetAfter, 0, word.len()),
                "at" | "time" => (*role, 0, word.len()),
                // "unlimited" does not start so, but "limited" does.
                "ed" => return None,
                _ => (*role, 0, text.len()),
            });
        }
    }
    None
}

fn find(table: &[(&str, Role)], word: &str) -> Option<Role> {
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
            ("x-ratelimit-renewalperiod-tokens", "x-ratelimit", "", "tokens", Window),
            ("zendesk-ratelimit-tickets-index", "zendesk-ratelimit", "", "tickets-index", Plain),
            ("x-ratelimit-replenish-rate", "x-ratelimit", "", "replenish-rate", Plain),
            ("x-ratelimit-limit-__proto__", "x-ratelimit", "", "__proto__", Limit),
            ("x-ratelimit-nearlimit", "x-ratelimit", "", "nearlimit", Plain),
            ("x-envoy-ratelimited", "x-envoy-ratelimit", "", "ed", Plain),
        ] {
            assert_eq!(read(name), Some(Name { family, head, tail, role, millis: false }), "{name}");
        }
        let ms = read("x-rate-limit-api-key-interval-ms").unwrap();
        assert_eq!((ms.head, ms.role, ms.millis), ("api-key", Window, true));
    }

    #[test]
    fn a_name_without_the_stem_is_nobodys() {
        for name in [
            "",
            "x-limit",
            "x-page-limit",
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
