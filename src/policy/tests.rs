use super::*;
use crate::syntax::value::{OptionError, UNKNOWN, Value};

fn with_profile() -> Policy {
    let mut policy = Policy::default();
    let leaves = [
        ("profiles", Value::List(1)),
        ("profiles.0", Value::Object),
        ("profiles.0.name", Value::Text("acme")),
        ("profiles.0.hosts", Value::List(3)),
        ("profiles.0.hosts.0", Value::Text("api.acme.example")),
        ("profiles.0.hosts.1", Value::Text("*.acme.example")),
        ("profiles.0.hosts.2", Value::Text("[::1]")),
        ("profiles.0.retry", Value::Object),
        ("profiles.0.retry.maxAttempts", Value::Number(6.0)),
        ("retry", Value::Object),
        ("retry.maxDelay", Value::Number(5.0)),
    ];
    for (path, value) in leaves {
        policy.set(path, value).unwrap();
    }
    policy.check().unwrap();
    policy
}

#[test]
fn a_profile_holds_for_its_hosts_and_no_others() {
    let policy = with_profile();
    let attempts = |host| policy.rules(host).retry.as_ref().map(|retry| (retry.max_attempts, retry.max_delay));
    let rows = [
        ("api.acme.example", 6),
        ("api.acme.example:8443", 6),
        ("eu.acme.example", 6),
        ("acme.example", 4),
        ("notacme.example", 4),
        ("other.example", 4),
        ("[::1]", 6),
        ("[::1]:8080", 6),
    ];
    for (host, expected) in rows {
        assert_eq!(attempts(host), Some((expected, 5)), "{host}");
    }
}

#[test]
fn a_cost_by_unit_counts_requests_and_the_last_word_holds() {
    let mut policy = Policy::default();
    let rows = [
        ("cost", Value::Object, 1),
        ("cost.tokens", Value::Number(800.0), 1),
        ("cost.requests", Value::Number(3.0), 3),
        ("cost", Value::Number(2.0), 2),
    ];
    for (path, value, expected) in rows {
        policy.set(path, value).unwrap();
        assert_eq!(policy.rules("a.example").cost, expected, "{path}");
    }
}

#[test]
fn what_is_said_to_a_copy_stays_with_it() {
    let policy = with_profile();
    policy.rules("api.acme.example");
    let mut copy = policy.clone();
    copy.set("retry.maxAttempts", Value::Number(2.0)).unwrap();
    copy.set("timeout.total", Value::Number(0.5)).unwrap();
    let of = |policy: &Policy| {
        let rules = policy.rules("api.acme.example");
        (rules.retry.as_ref().map(|retry| retry.max_attempts), rules.total_timeout)
    };
    assert_eq!((of(&policy), of(&copy)), ((Some(6), None), (Some(2), Some(1))));
}

#[test]
fn profiles_of_a_copy_replace_those_that_it_shared() {
    let policy = with_profile();
    let mut copy = policy.clone();
    assert!(copy.set("profiles.0", Value::Object).is_err(), "the array comes first");
    copy.set("profiles", Value::List(0)).unwrap();
    let attempts = |policy: &Policy| policy.rules("api.acme.example").retry.as_ref().unwrap().max_attempts;
    assert_eq!((attempts(&policy), attempts(&copy)), (6, 4));
}

#[test]
fn rules_are_composed_once() {
    let policy = with_profile();
    assert!(Arc::ptr_eq(&policy.rules("api.acme.example"), &policy.rules("eu.acme.example")));
    assert!(!Arc::ptr_eq(&policy.rules("api.acme.example"), &policy.rules("other.example")));
}

#[test]
fn a_bad_option_names_its_field_and_what_was_expected() {
    let rows = [
        ("retry.maxAttempts", Value::Number(0.0), "a whole number of 1 or more, which counts the first send"),
        ("timeout.total", Value::Text("5s"), "a number of milliseconds, more than 0"),
        ("retries", Value::Number(3.0), UNKNOWN),
        ("onEvent", Value::Object, "a function or an array of functions"),
        ("onEvent.0", Value::Object, "a function"),
        ("rateLimit", Value::Number(3.0), "false or an object"),
        ("hedge", Value::Flag(true), "false or an object"),
        ("hedge.delay", Value::Number(f64::INFINITY), "a finite number of milliseconds, 0 or more"),
        ("hedge.delay", Value::Number(-1.0), "a finite number of milliseconds, 0 or more"),
        ("hedge.maxHedges", Value::Number(0.0), "a whole number from 1 to 10"),
        ("hedge.maxHedges", Value::Number(1.5), "a whole number from 1 to 10"),
        ("hedge.maxHedges", Value::Number(11.0), "a whole number from 1 to 10"),
        ("hedge.after", Value::Number(1.0), UNKNOWN),
        (
            "profiles.0.hosts.0",
            Value::Number(1.0),
            "a host: \"api.example.com\", \"*.example.com\" or \"localhost:8080\"",
        ),
    ];
    for (path, value, expected) in rows {
        let mut policy = with_profile();
        assert_eq!(policy.set(path, value), Err(OptionError { field: path.into(), expected }));
    }
}

fn with_dialect(members: &[(&str, &str)]) -> Policy {
    let mut policy = with_profile();
    policy.set("profiles.0.dialects", Value::List(1)).unwrap();
    policy.set("profiles.0.dialects.0", Value::Object).unwrap();
    for (name, text) in members {
        policy.set(&["profiles.0.dialects.0.", name].concat(), Value::Text(text)).unwrap();
    }
    policy
}

#[test]
fn a_profiles_dialects_hold_for_its_hosts_and_their_headers_are_named() {
    let policy = with_dialect(&[("remaining", "X-Calls-Left"), ("reset", "X-Calls-Back")]);
    policy.check().unwrap();
    assert_eq!(policy.dialects(), "x-calls-left\nx-calls-back\n");
    assert_eq!(policy.rules("api.acme.example").dialects.headers().count(), 2);
    assert_eq!(policy.rules("other.example").dialects.headers().count(), 0);
}

#[test]
fn a_dialect_that_tells_nothing_or_has_unknown_members_is_refused() {
    let error = with_dialect(&[("name", "calls"), ("bucket", "x-bucket")]).check().unwrap_err();
    assert_eq!(error.field, "profiles.0.dialects.0");
    let mut policy = with_dialect(&[]);
    let rows = [
        ("profiles.0.dialects.0.resets", Value::Text("x"), UNKNOWN),
        ("profiles.0.dialects.0.limit", Value::Text("x y"), "a header's name"),
        ("profiles.0.dialects.0", Value::Text("x"), "an object with one of limit, remaining, used and reset"),
        ("profiles.0.dialects", Value::Object, "an array of header dialects"),
    ];
    for (path, value, expected) in rows {
        assert_eq!(policy.set(path, value), Err(OptionError { field: path.into(), expected }));
    }
}

#[test]
fn a_profile_without_hosts_is_refused() {
    let mut policy = Policy::default();
    policy.set("profiles", Value::List(1)).unwrap();
    policy.set("profiles.0", Value::Object).unwrap();
    assert_eq!(policy.check().unwrap_err().field, "profiles.0.hosts");
}

#[test]
fn hedging_is_off_until_its_delay_is_said() {
    let mut policy = Policy::default();
    assert_eq!(policy.rules("api.acme.example").hedge, None);
    policy.set("hedge", Value::Object).unwrap();
    let error = policy.check().unwrap_err();
    assert_eq!((error.field.as_str(), error.expected), ("hedge.delay", "a finite number of milliseconds, 0 or more"));
    policy.set("hedge.delay", Value::Number(0.5)).unwrap();
    policy.check().unwrap();
    assert_eq!(policy.rules("api.acme.example").hedge, Some(HedgeRules { delay: 1, most: 1 }));
    policy.set("hedge", Value::Flag(false)).unwrap();
    assert_eq!(policy.rules("api.acme.example").hedge, None);
}
