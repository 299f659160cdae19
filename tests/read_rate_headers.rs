//! The readers against recorded and documented responses: `fixtures/rate-headers.json`, whose `conventions` say how a
//! case is compared. Where its notes accept several answers, the row in `ARGUED` says which is ours and why.

use fetch_with_policy::rate_limit::quota::Quota;
use fetch_with_policy::rate_limit::read::{Reading, read, wanted};
use fetch_with_policy::rate_limit::vendors;
use fetch_with_policy::syntax::headers::Headers;
use fetch_with_policy::time::WallTime;
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/rate-headers.json");

/// Cases of which the notes accept more than the expected value: all of low confidence, or optional entries.
const ARGUED: &[(&str, &str)] = &[
    ("prisjakt-ms", "600000 is seconds to anyone who does not know the vendor; the notes accept 600000000"),
    ("reset-micros", "16 digits are beyond what a number may have here; the notes accept no reset"),
    ("github-graphql-200", "the reset is an artefact of the fixture and not asserted"),
    ("ra-weekday-wrong", "a wrong day of the week is no reason to come back early: read, which the notes accept"),
    ("ra-urllib3-5", "`UTC` and a day of one digit are no HTTP date; the notes accept no hint"),
    ("unlimited", "the notes let a retry of 0 be told"),
];

fn cases() -> Vec<Value> {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    fixture["cases"].as_array().unwrap().clone()
}

/// The headers as a shell hands them over: lower-case names, a pair a line.
fn text(case: &Value) -> String {
    let mut text = String::new();
    for (name, value) in case["headers"].as_object().unwrap() {
        text += &format!("{}:{}\n", name.to_lowercase(), value.as_str().unwrap());
    }
    if let Some(date) = case["date_header"].as_str() {
        text += &format!("date:{date}\n");
    }
    text
}

fn difference(case: &Value, reading: &Reading) -> Option<String> {
    let tolerance = if case["date_header"].is_string() { 1000 } else { 1 };
    let now = case["now"].as_i64().unwrap();
    let expected = &case["expected"];
    let limits = expected["limits"].as_array().unwrap();
    let key = |limit: &Value| (limit["limit"].as_u64(), limit["window_ms"].as_i64());
    if limits.len() != reading.quotas.len() {
        return Some(format!("{} quotas", reading.quotas.len()));
    }
    for limit in limits {
        let named = |quota: &&Quota| quota.name.is_some() && quota.name.as_deref() == limit["name"].as_str();
        let alike = |quota: &&Quota| (quota.limit, quota.window) == key(limit);
        let found = reading.quotas.iter().find(named).or_else(|| reading.quotas.iter().find(alike));
        let Some(quota) = found else { return Some(format!("{limit} is missing")) };
        let reset = limit["reset_after_ms"].as_i64().or_else(|| limit["reset_at_ms"].as_i64().map(|at| at - now));
        let near = match (quota.reset_in, reset) {
            (Some(told), Some(wanted)) => (told - wanted).abs() <= tolerance,
            (told, wanted) => told == wanted,
        };
        if quota.name.as_deref() != limit["name"].as_str()
            || !near
            || quota.limit != limit["limit"].as_u64()
            || quota.remaining != limit["remaining"].as_u64()
            || quota.window != limit["window_ms"].as_i64()
            || quota.unit.as_deref() != limit["unit"].as_str()
        {
            return Some(format!("{limit} is told as {quota:?}"));
        }
    }
    let hint = reading.hint.as_ref().map(|hint| hint.delay);
    (hint != expected["retry_after_ms"].as_i64()).then(|| format!("hint {:?}", reading.hint))
}

#[test]
fn every_case_is_read_as_its_source_says() {
    let mut failed = Vec::new();
    for case in cases() {
        let id = case["id"].as_str().unwrap();
        let reading = read(Headers::new(&text(&case)), WallTime(case["now"].as_i64().unwrap()));
        let argued = ARGUED.iter().any(|(argued, _)| *argued == id);
        match difference(&case, &reading) {
            Some(difference) if !argued => failed.push(format!("{id}: {difference}\n   {}", case["headers"])),
            None if argued => failed.push(format!("{id}: argued about, yet read as expected")),
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{}\n{} failed", failed.join("\n"), failed.len());
}
