//! The readers against recorded and documented responses: `fixtures/rate-headers.json`, whose `conventions` say how a
//! case is compared. Where its notes accept several answers, the row in `ARGUED` says which is ours and why.

use fetch_with_policy::call::limited;
use fetch_with_policy::rate_limit::quota::Quota;
use fetch_with_policy::rate_limit::read::{Answer, Reading, read, told, wanted};
use fetch_with_policy::rate_limit::vendors;
use fetch_with_policy::syntax::headers::Headers;
use fetch_with_policy::time::WallTime;
use serde_json::Value;

// Recorded and documented answers, and fresh ones after the same dialects, written before the reader was asked.
const FIXTURES: &[&str] = &[
    include_str!("../fixtures/rate-headers.json"),
    include_str!("../fixtures/rate-headers-fresh.json"),
    include_str!("../fixtures/rate-headers-vendors.json"),
];

/// Cases of which the notes accept more than the expected value: all of low confidence, or optional entries.
const ARGUED: &[(&str, &str)] = &[
    ("prisjakt-ms", "600000 is seconds to anyone who does not know the vendor; the notes accept 600000000"),
    ("github-graphql-200", "the reset is an artefact of the fixture and not asserted"),
    ("ra-weekday-wrong", "a wrong day of the week is no reason to come back early: read, which the notes accept"),
    ("ra-urllib3-5", "`UTC` and a day of one digit are no HTTP date; the notes accept no hint"),
];

fn cases() -> Vec<Value> {
    let read = |text: &&str| serde_json::from_str::<Value>(text).unwrap()["cases"].as_array().unwrap().clone();
    FIXTURES.iter().flat_map(read).collect()
}

/// The headers as a shell hands them over: lower-case names, a pair a line.
fn text(case: &Value) -> String {
    let mut text = String::new();
    for (name, value) in case["headers"].as_object().unwrap() {
        text += &[&name.to_lowercase(), ":", value.as_str().unwrap(), "\n"].concat();
    }
    if let Some(date) = case["date_header"].as_str() {
        text += &["date:", date, "\n"].concat();
    }
    text
}

fn answer<'a>(case: &'a Value, text: &'a str) -> Answer<'a> {
    let status = case["status"].as_u64().unwrap() as u16;
    Answer { status, body: case["body"].as_str().unwrap_or_default(), ..Answer::from(Headers::new(text)) }
}

fn difference(case: &Value, reading: &Reading) -> Option<String> {
    let tolerance = if case["date_header"].is_string() { 1000 } else { 1 };
    let now = case["now"].as_i64().unwrap();
    let expected = &case["expected"];
    let limits = expected["limits"].as_array().unwrap();
    if limits.len() != reading.quotas.len() {
        return Some(format!("{} quotas", reading.quotas.len()));
    }
    for limit in limits {
        let reset = limit["reset_after_ms"].as_i64().or_else(|| limit["reset_at_ms"].as_i64().map(|at| at - now));
        let is_told = |quota: &Quota| {
            let near = match (quota.reset_in, reset) {
                (Some(told), Some(wanted)) => (told - wanted).abs() <= tolerance,
                (told, wanted) => told == wanted,
            };
            near && quota.name.as_deref() == limit["name"].as_str()
                && quota.limit == limit["limit"].as_u64()
                && quota.remaining == limit["remaining"].as_u64()
                && quota.window == limit["window_ms"].as_i64()
                && quota.unit.as_deref() == limit["unit"].as_str()
        };
        if !reading.quotas.iter().any(is_told) {
            return Some(format!("{limit} is not among {:?}", reading.quotas));
        }
    }
    let hint = reading.hint.as_ref().map(|hint| hint.delay);
    // A least wait that the vendor documents is no hint of the answer's.
    let least = hint.filter(|_| reading.implied);
    if expected["policy_min_wait_ms"].as_i64().is_some_and(|expected| least != Some(expected)) {
        return Some(format!("least wait {least:?}"));
    }
    let is_limited = limited(case["status"].as_u64().unwrap() as u16, reading) == Some(true);
    if expected["is_rate_limited"].as_bool().is_some_and(|expected| expected != is_limited) {
        return Some(format!("limited: {is_limited}"));
    }
    let hint = hint.filter(|_| !reading.implied);
    (hint != expected["retry_after_ms"].as_i64()).then(|| format!("hint {:?}", reading.hint))
}

#[test]
fn every_case_is_read_as_its_source_says() {
    let mut failed = Vec::new();
    for case in cases() {
        let id = case["id"].as_str().unwrap();
        let reading = read(answer(&case, &text(&case)), WallTime(case["now"].as_i64().unwrap()));
        let argued = ARGUED.iter().any(|(argued, _)| *argued == id);
        match difference(&case, &reading) {
            Some(difference) if !argued => failed.push(format!("{id}: {difference}\n   {}", case["headers"])),
            None if argued => failed.push(format!("{id}: argued about, yet read as expected")),
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{}\n{} failed", failed.join("\n"), failed.len());
}

/// `wanted()` is alternatives of literals with anchors, so this is all of its grammar.
fn is_wanted(name: &str) -> bool {
    wanted().split('|').any(|literal| {
        let text = literal.trim_start_matches('^').trim_end_matches('$');
        match (literal.starts_with('^'), literal.ends_with('$')) {
            (true, true) => name == text,
            (true, false) => name.starts_with(text),
            (false, true) => name.ends_with(text),
            (false, false) => name.contains(text),
        }
    })
}

#[test]
fn every_header_that_changes_a_reading_is_wanted() {
    assert!(!wanted().contains(['(', '[', '\\', '.', '*', '+', '?']), "the matcher here knows only literals");
    for case in cases() {
        let now = WallTime(case["now"].as_i64().unwrap());
        let text = text(&case);
        let whole = read(answer(&case, &text), now);
        for line in text.lines() {
            let without = text.replace(&format!("{line}\n"), "");
            let name = line.split(':').next().unwrap();
            if read(answer(&case, &without), now) != whole {
                assert!(is_wanted(name), "{name} of {}", case["id"]);
            }
        }
    }
    for header in vendors::headers() {
        assert!(is_wanted(header), "{header}");
    }
    for other in ["content-type", "cache-control", "x-limit", "x-request-id", "server", "x-date", "content-range"] {
        assert!(!is_wanted(other), "{other}");
    }
}

#[test]
fn a_cached_answer_tells_no_quotas() {
    let text = "x-ratelimit-limit:10\nx-ratelimit-remaining:0\nretry-after:5\n";
    assert_eq!(read(Headers::new(text), WallTime(0)).quotas.len(), 1);
    let cached = format!("{text}age:1\n");
    let reading = read(Headers::new(&cached), WallTime(0));
    assert_eq!((reading.quotas.len(), reading.hint.map(|hint| hint.delay)), (0, Some(5000)));
}

/// Dialects beyond the fixture's, from the vendors' pages and captures: headers, then each quota as
/// `name unit limit remaining reset window`, sorted.
const DIALECTS: &[(&str, &str)] = &[
    (
        "x-hubspot-ratelimit-max:100|x-hubspot-ratelimit-remaining:99|x-hubspot-ratelimit-interval-milliseconds:10000|\
         x-hubspot-ratelimit-secondly:10|x-hubspot-ratelimit-secondly-remaining:9|x-hubspot-ratelimit-daily:250000|\
         x-hubspot-ratelimit-daily-remaining:249999",
        "- - 100 99 - 10000|daily - 250000 249999 - 86400000|secondly - 10 9 - 1000",
    ),
    (
        "x-rate-limit-api-key-interval-ms:10000|x-rate-limit-api-key-max:300|x-rate-limit-api-key-remaining:299|\
         x-rate-limit-api-token-interval-ms:10000|x-rate-limit-api-token-max:100|x-rate-limit-api-token-remaining:98",
        "api-key - 300 299 - 10000|api-token - 100 98 - 10000",
    ),
    ("x-rate-limit:700|x-rate-limit-remaining:699|ratelimit-reset:41", "- - 700 699 41000 -"),
    ("zendesk-ratelimit-tickets-index:total=100; remaining=99; resets=41", "tickets-index - 100 99 41000 -"),
    (
        "ratelimit-limit:5|ratelimit-remaining:4|ratelimit-reset:47|x-ratelimit-limit-minute:5|x-ratelimit-remaining-minute:4",
        "minute - 5 4 47000 60000",
    ),
    (
        "x-ratelimit-userlimit:500|x-ratelimit-userremaining:499|x-ratelimit-clientlimit:12500|x-ratelimit-clientremaining:12499|\
         x-post-rate-limit-limit:1250|x-post-rate-limit-remaining:1249|x-post-rate-limit-reset:3600",
        "client - 12500 12499 - -|post - 1250 1249 3600000 -|user - 500 499 - -",
    ),
    ("x-ratelimit-limit:600,30000|x-ratelimit-usage:314,27536", "- - 30000 2464 - 86400000|- - 600 286 - 900000"),
    (
        "x-rate-limit-limit:15m|x-rate-limit-remaining:9|x-rate-limit-reset:2026-11-22T00:15:00.0000000Z",
        "- - - 9 900000 900000",
    ),
    ("x-discogs-ratelimit:60|x-discogs-ratelimit-used:1", "- - 60 59 - -"),
    ("x-shopify-shop-api-call-limit:32/40", "- - 40 8 - -"),
    ("x-amzn-ratelimit-limit:0.0056", ""),
    ("x-ratelimit-limit:0.5|x-ratelimit-remaining:0", "- - - 0 - -"),
    ("x-ratelimit-limit:60|x-ratelimit-remaining:0|x-ratelimit-next:2026-11-22T00:00:02Z", "- - 60 0 2000 -"),
    (
        "x-ratelimit-limit:1000|x-ratelimit-period:3600|x-ratelimit-reset:892|x-ratelimit-name:logs",
        "logs - 1000 - 892000 3600000",
    ),
    ("x-ratelimit-remaining-tokens-month:5|x-ratelimit-tokens-query-cost:12", "tokens-month tokens - 5 - 2592000000"),
    (
        "anthropic-ratelimit-unified-5h-utilization:0.4|anthropic-ratelimit-unified-5h-reset:1795309200",
        "unified-5h - - - 3600000 18000000",
    ),
    (
        "x-sentry-rate-limit-concurrentlimit:25|x-sentry-rate-limit-concurrentremaining:24",
        "concurrent concurrent-requests 25 24 - -",
    ),
    (
        "x-contentful-ratelimit-hour-limit:36000|x-contentful-ratelimit-second-limit:10|x-contentful-ratelimit-reset:0",
        "- - - - 0 -|hour - 36000 - - 3600000|second - 10 - - 1000",
    ),
    ("ratelimit:\"a\";r=1;t=2|ratelimit-policy:\"a\";q=9;w=60;qu=\"content-bytes\"", "a content-bytes 9 1 2000 60000"),
    (
        "auth0-client-quota-limit:b=per_hour;q=100;r=90;t=3600,b=per_day;q=1000;r=900;t=86400",
        "per_day - 1000 900 86400000 86400000|per_hour - 100 90 3600000 3600000",
    ),
    (
        "sforce-limit-info:api-usage=1/9; per-app-api-usage=17/250(appName=x)",
        "api-usage - 9 8 - -|per-app-api-usage - 250 233 - -",
    ),
    (
        "x-sentry-rate-limits:60:error;transaction:organization, 2700::key",
        "- - - 0 2700000 -|error;transaction - - 0 60000 -",
    ),
];

#[test]
fn dialects_that_no_recording_shows_are_read_by_the_same_rules() {
    fn show(number: Option<i64>) -> String {
        number.map_or("-".into(), |number| number.to_string())
    }
    for (text, expected) in DIALECTS {
        let text = text.replace('|', "\n");
        let reading = read(Headers::new(&text), WallTime(1_795_305_600_000));
        let mut told: Vec<String> = Vec::new();
        for quota in &reading.quotas {
            let words = [quota.name.as_deref().unwrap_or("-"), quota.unit.as_deref().unwrap_or("-")].join(" ");
            let counts = [quota.limit, quota.remaining].map(|count| show(count.map(|count| count as i64))).join(" ");
            told.push([words, counts, show(quota.reset_in), show(quota.window)].join(" "));
        }
        told.sort();
        assert_eq!(told.join("|"), *expected, "{text}");
    }
}

#[test]
fn the_quota_in_the_way_is_the_exhausted_one_that_resets_last() {
    let told = |text: &str, status| told(&read(Headers::new(text), WallTime(0)), Some(status));
    let two = "x-ratelimit-limit-minute:5\nx-ratelimit-remaining-minute:0\nx-ratelimit-reset-minute:9\n\
               x-ratelimit-limit-hour:50\nx-ratelimit-remaining-hour:0\nx-ratelimit-reset-hour:999\n";
    let hour = told(two, 403).unwrap();
    assert_eq!((hour.bucket.as_deref(), hour.limit, hour.reset_in), (Some("hour"), Some(50), Some(999_000)));
    assert_eq!(hour.source, "x-ratelimit-reset-hour");
}

#[test]
fn a_429_overrides_the_counters_and_no_other_status_does() {
    let told = |status| {
        let text = "ratelimit:\"a\";r=50, \"b\";r=9\nratelimit-policy:\"a\";q=1000, \"b\";q=10";
        told(&read(Headers::new(text), WallTime(0)), Some(status)).map(|told| told.bucket.unwrap())
    };
    assert_eq!(told(429).as_deref(), Some("a"));
    assert_eq!((told(403), told(200)), (None, None));
}

#[test]
fn resets_are_told_by_the_servers_clock_and_a_bucket_is_a_name() {
    let text = "date:Tue, 11 Mar 2014 02:50:50 GMT\nx-ratelimit-limit:10\nx-ratelimit-bucket:abcd\nx-ratelimit-scope:shared\n\
                x-ratelimit-reset:1394506274";
    let reading = read(Headers::new(text), WallTime(1_394_509_850_000));
    assert_eq!(reading.served, WallTime(1_394_506_250_000));
    let quota = &reading.quotas[0];
    assert_eq!((quota.reset_in, quota.granularity, quota.reset_at.is_some()), (Some(24_000), 1000, true));
    assert_eq!((quota.name.as_deref(), quota.source.as_str()), (Some("abcd"), "x-ratelimit-reset"));
}

#[test]
fn whom_a_limit_holds_for_is_told_and_which_names_are_buckets() {
    let read = |text: &str, body: &'static str| {
        read(Answer { body, status: 429, ..Answer::from(Headers::new(text)) }, WallTime(0))
    };
    for (text, body, expected) in [
        ("x-ratelimit-global:true", "", (true, false)),
        ("x-ratelimit-global:false\nx-ratelimit-scope:user", "", (false, false)),
        ("x-ratelimit-scope:global", "", (true, false)),
        ("x-ratelimit-scope:shared", "", (false, true)),
        ("retry-after:1", "{\"message\":\"x\",\"retry_after\":0.5,\"global\":true}", (true, false)),
        ("", "{\"global\":\"true\"}", (false, false)),
    ] {
        let reading = read(text, body);
        assert_eq!((reading.global, reading.shared), expected, "{text} {body}");
    }
    for (text, bucket) in [
        ("x-ratelimit-limit:5\nx-ratelimit-bucket:abc", true),
        ("x-ratelimit-limit:5\nx-ratelimit-resource:core", true),
        ("ratelimit-limit:5\nratelimit-name:throttle_api", true),
        ("ratelimit:\"default\";r=5;t=3", false),
        ("x-ratelimit-limit-requests:5", false),
        ("x-ratelimit-limit:5", false),
    ] {
        assert_eq!(read(text, "").quotas[0].bucket, bucket, "{text}");
    }
}
