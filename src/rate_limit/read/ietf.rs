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

use alloc::string::String;
use alloc::vec::Vec;

use crate::rate_limit::quota::{Quota, tell};
use crate::syntax::structured::{self, Member, Value};

/// Reads `RateLimit`, told by the header `source`.
pub fn limits(value: &str, source: &str, quotas: &mut Vec<Quota>) {
    if let Some(members) = structured::list(value) {
        for member in members {
            if let Some(quota) = named(member) {
                tell(quotas, Quota { source: String::from(source), ..quota });
            }
        }
    } else if let Some(members) = structured::dictionary(value) {
        let mut quota = Quota { source: String::from(source), ..Quota::default() };
        for (key, member) in members {
            let number = whole(Some(member.value));
            match key {
                "limit" => quota.limit = number,
                "remaining" => quota.remaining = number,
                "reset" => reset(&mut quota, number),
                _ => {}
            }
        }
        tell(quotas, quota);
    }
}

/// Reads `RateLimit-Policy`, or what of draft 03's `RateLimit-Limit` follows the limit.
pub fn policies(members: &[Member<'_>], source: &str, quotas: &mut Vec<Quota>) {
    let mut read = Vec::new();
    for member in members {
        let policy = match member.value {
            Value::Integer(_) => counted(*member),
            _ => named(*member),
        };
        if let Some(policy) = policy {
            // Two policies of one quota cannot be told apart (drafts 04-06): the field is malformed.
            let twin = |other: &Quota| policy.name.is_none() && other.name.is_none() && other.limit == policy.limit;
            if read.iter().any(|other| twin(other) && other.window != policy.window) {
                return;
            }
            read.push(policy);
        }
    }
    for policy in read {
        tell(quotas, Quota { source: String::from(source), ..policy });
    }
}

/// The window that a member's `w` tells (Envoy: `window`), in ms; 0 is none.
pub fn window(member: Member<'_>) -> Option<i64> {
    let seconds = whole(member.param("w").or_else(|| member.param("window")))?;
    (seconds > 0).then(|| (seconds as i64).saturating_mul(1000))
}

/// A number of a field, if it is one that counts.
pub fn whole(value: Option<Value<'_>>) -> Option<u64> {
    match value? {
        Value::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

// `100;w=60;name="first"`, where what has no window is no policy but another layer's limit, joined.
fn counted(member: Member<'_>) -> Option<Quota> {
    let window = Some(window(member)?);
    Some(Quota { name: text(member.param("name")), limit: whole(Some(member.value)), window, ..Quota::default() })
}

// `"default";q=100;w=60;r=50;t=30;qu="requests";pk=:…:`, limits and policies alike.
fn named(member: Member<'_>) -> Option<Quota> {
    let name = Some(text(Some(member.value))?);
    let mut quota = Quota { name, window: window(member), ..Quota::default() };
    for (key, value) in member.params() {
        match (key, value) {
            // Of the wrong kind or below 0 they spoil the member.
            ("q", value) => quota.limit = Some(whole(Some(value))?),
            ("r", value) => quota.remaining = Some(whole(Some(value))?),
            ("t", value) => reset(&mut quota, Some(whole(Some(value))?)),
            ("qu", value) => quota.unit = text(Some(value)),
            ("pk", Value::Bytes(key)) => quota.partition = Some(String::from(key)),
            _ => {}
        }
    }
    Some(quota)
}

fn reset(quota: &mut Quota, seconds: Option<u64>) {
    quota.reset_in = seconds.map(|seconds| (seconds as i64).saturating_mul(1000));
    quota.granularity = 1000;
}

fn text(value: Option<Value<'_>>) -> Option<String> {
    match value? {
        Value::Text(text) => Some(structured::unescape(text)),
        Value::Token(token) => Some(String::from(token)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn read(limit: &str, policy: &str) -> Vec<String> {
        let mut quotas = Vec::new();
        limits(limit, "ratelimit", &mut quotas);
        if let Some(members) = structured::list(policy) {
            policies(&members, "ratelimit-policy", &mut quotas);
        }
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
