//! The fields of draft-ietf-httpapi-ratelimit-headers: `RateLimit` and `RateLimit-Policy`, drafts 03 to 10.
//!
//! | drafts | shape |
//! |---|---|
//! | 03 | policies beside the limit: `RateLimit-Limit: 100, 100;w=60` |
//! | 04-06 | policies of their own: `RateLimit-Policy: 100;w=60` |
//! | 07 | a dictionary: `RateLimit: limit=100, remaining=50, reset=5` |
//! | 08-10 | lists of names: `RateLimit: "default";r=50;t=30`, `RateLimit-Policy: "default";q=100;w=60` |
//!
//! A field that is malformed is ignored whole, a member that makes no sense alone. The drafts' own examples break their
//! rules (names as tokens, no `r`, `q` among the limits), and so do servers: those are read.

use alloc::vec::Vec;

use super::draft::{Draft, gather};
use crate::rate_limit::quota::MOST;
use crate::syntax::structured::{self, Member, Value};

/// Reads `RateLimit`, told by the header `source`.
pub fn limits<'a>(value: &'a str, source: &'a str, drafts: &mut Vec<Draft<'a>>) {
    if let Some(limits) = list(value, source) {
        for limit in limits.iter().filter(|limit| !limit.head.is_empty()) {
            gather(drafts, limit);
        }
        return;
    }
    let mut draft = Draft::new(source);
    for member in structured::dictionary(value).unwrap_or_default() {
        let number = whole(member.value);
        match member.key {
            "limit" => draft.limit = number,
            "remaining" => draft.remaining = number,
            "reset" if number >= 0 => draft.reset_seconds(number),
            _ => {}
        }
    }
    gather(drafts, &draft);
}

/// Reads `RateLimit-Policy`.
pub fn policies<'a>(value: &'a str, source: &'a str, drafts: &mut Vec<Draft<'a>>) {
    let policies = list(value, source).unwrap_or_default();
    if are_twins(&policies) {
        return;
    }
    // Without a name (drafts 03 to 06) what has no window is none.
    for policy in policies.iter().filter(|policy| !policy.head.is_empty() || policy.window > 0) {
        gather(drafts, policy);
    }
}

/// The members of a list of limits or policies, named or counted, each as far as it makes sense; none if it is no list.
#[inline(never)]
pub fn list<'a>(value: &'a str, source: &'a str) -> Option<Vec<Draft<'a>>> {
    let mut drafts = Vec::new();
    for member in structured::list(value)? {
        if let Some(draft) = draft(member, source) {
            drafts.push(draft);
        }
    }
    Some(drafts)
}

/// Whether two policies without a name have one quota and two windows: drafts 04 to 06 call the field malformed, since
/// nothing says which of them a limit belongs to. Of as many limits as one response may tell.
pub fn are_twins(policies: &[Draft<'_>]) -> bool {
    let mut windows: Vec<(i64, i64)> = Vec::new();
    for policy in policies.iter().filter(|policy| policy.head.is_empty()) {
        #[cfg(test)]
        crate::syntax::steps::add(windows.len() + 1);
        match windows.iter().find(|(limit, _)| *limit == policy.limit) {
            Some((_, window)) if *window != policy.window => return true,
            None if windows.len() < MOST => windows.push((policy.limit, policy.window)),
            _ => {}
        }
    }
    false
}

// `"default";q=100;w=60;r=50;t=30;qu="requests";pk=:…:`, limits and policies alike, or `100;w=60;name="first"`, where
// Envoy says `window`.
fn draft<'a>(member: Member<'a>, source: &'a str) -> Option<Draft<'a>> {
    let mut draft = Draft::new(source);
    (draft.head, draft.limit) = (text(member.value), whole(member.value));
    if draft.head.is_empty() && draft.limit < 0 {
        return None;
    }
    for (key, value) in member.params() {
        let number = whole(value);
        match key {
            // Of the wrong kind or below 0 they spoil the member.
            "q" | "r" | "t" if number < 0 => return None,
            "q" => draft.limit = number,
            "r" => draft.remaining = number,
            "t" => draft.reset_seconds(number),
            "w" | "window" => draft.window = if number > 0 { number * 1000 } else { -1 },
            "name" if draft.head.is_empty() => draft.head = text(value),
            "qu" => draft.unit = text(value),
            "pk" => draft.partition = if let Value::Bytes(key) = value { key } else { "" },
            _ => {}
        }
    }
    Some(draft)
}

// What a string or a token says, escapes and all.
fn text(value: Value<'_>) -> &str {
    if let Value::Text(text) | Value::Token(text) = value { text } else { "" }
}

// A number that counts, else one below 0.
fn whole(value: Value<'_>) -> i64 {
    if let Value::Integer(number) = value { number } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::super::draft::finish;
    use super::*;
    use crate::rate_limit::quota::Quota;
    use alloc::format;
    use alloc::string::String;

    fn read(limit: &str, policy: &str) -> Vec<String> {
        let mut drafts = Vec::new();
        limits(limit, "ratelimit", &mut drafts);
        policies(policy, "ratelimit-policy", &mut drafts);
        let quotas = finish(&drafts);
        let show = |quota: &Quota| {
            let name = quota.name.as_deref().unwrap_or("-");
            format!("{name} {:?} {:?} {:?} {:?}", quota.limit, quota.remaining, quota.reset_in, quota.window)
                .replace("Some(", "")
                .replace([')'], "")
                .replace("None", "-")
        };
        quotas.iter().map(show).collect()
    }

    #[test]
    fn every_draft_is_read_and_joined_to_its_policies() {
        for (limit, policy, quotas) in [
            (
                "\"default\";r=50;t=30",
                "\"burst\";q=100;w=60,\"default\";q=1000;w=86400",
                "default 1000 50 30000 86400000|burst 100 - - 60000",
            ),
            ("limit=100, remaining=50;x=1, reset=5", "100;w=10", "- 100 50 5000 10000"),
            ("limit=10, reset=1", "", "- 10 - 1000 -"),
            ("limit=10", "10;w=1, 10;w=60", "- 10 - - -"),
            ("quota;t=1", "quota;q=100;w=1", "quota 100 - 1000 1000"),
            ("\"a\";q=9;r=5;t=3", "\"a\";q=10;w=0", "a 9 5 3000 -"),
            ("\"a\";r=1;pk=:QQ==:, \"a\";r=2;pk=:Qg==:", "\"a\";q=10;w=1;pk=:Qg==:", "a - 1 - -|a 10 2 - 1000"),
            ("\"api\";r=499;t=295", "\"fixed window\";\"api\";q=500;w=300", "api - 499 295000 -"),
        ] {
            assert_eq!(read(limit, policy).join("|"), quotas, "{limit} {policy}");
        }
    }

    #[test]
    fn twins_are_found_wherever_they_stand_and_looking_for_them_takes_one_pass() {
        for (value, expected) in [
            ("10;w=1, 10;w=60", true),
            ("10;w=1, 20;w=60, 10;w=1", false),
            ("10;w=1, 20;w=60, 10", true),
            ("\"a\";q=10;w=1, \"a\";q=10;w=60", false),
            ("10;w=1, \"a\";q=10;w=60", false),
            ("", false),
        ] {
            assert_eq!(are_twins(&list(value, "").unwrap()), expected, "{value}");
        }
        let steps = |count| {
            let value = alloc::vec!["1"; count].join(",");
            crate::syntax::steps::of(|| policies(&value, "ratelimit-policy", &mut Vec::new()))
        };
        let [small, large] = [200, 400].map(steps);
        assert!(large * 10 <= small * 22, "{small} steps become {large}");
    }

    #[test]
    fn malformed_fields_and_members_without_sense_are_ignored() {
        for bad in [
            "",
            ",",
            "\"a\"",
            "default\",\"r=1",
            "\"a\";r=\"50\";t=30",
            "\"a\";r=-1",
            "\"a\";r=1.5",
            "\"a\";r",
            "10",
            "(\"a\" \"b\");r=1",
            "\"a\";r=5;t=30;",
            "limit=-1, remaining=1.5",
            "limit=\"5\"",
            "?1;r=5",
            "\"é\";r=5",
        ] {
            assert!(read(bad, bad).is_empty(), "{bad}: {:?}", read(bad, bad));
        }
    }
}
