//! That no header and no body costs more than its length: each reader, on texts that are made to be slow, by counted steps.

use alloc::string::String;
use alloc::vec::Vec;

use super::dialect::{Dialects, NONE};
use super::{Answer, read, wanted};
use crate::hints;
use crate::rate_limit::{quota::MOST, vendors};
use crate::syntax::headers::{Headers, MOST as MAX};
use crate::syntax::patterns::{PATTERNS, Pattern, fill};
use crate::syntax::steps;
use crate::syntax::value::Value;
use crate::time::WallTime;

const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

/// Names of each kind that [`wanted`] matches, beside those of [`vendors::headers`].
const NAMES: &[&str] = &[
    "age",
    "date",
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit",
    "x-rate-limit-limit",
    "x_rate_limit_limit",
    "x-ratelimit-limit",
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-used",
    "x-ratelimit-usage",
    "x-ratelimit-reset",
    "x-ratelimit-reset-after",
    "x-rate-limit-reset-ms",
    "x-ratelimit-window",
    "x-ratelimit-bucket",
    "x-ratelimit-scope",
    "x-ratelimit-global",
    "x-ratelimit-policy",
    "zendesk-ratelimit-tickets-index",
    "x-hubspot-ratelimit-daily",
    "retry-after",
    "retry-after-ms",
    "x-retry-after",
    "x-amz-retry-after",
    "x-retry-in",
    "x-ratelimit-retry-after",
    "x-should-retry",
    "grpc-retry-pushback-ms",
    "x-business-use-case-usage",
    "x-limit-per-second",
    "x-remaining-today",
    "x-app-limit-24hour-limit",
    "x-user-limit-24hour-remaining",
    "x-app-rate-limit",
    "x-app-rate-limit-count",
    "x-pco-api-request-rate-count",
    "x-esi-error-limit-remain",
];

/// One name for each way to read a value.
const KINDS: &[&str] = &[
    "age",
    "date",
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit",
    "x-ratelimit-limit",
    "x-ratelimit-used",
    "x-ratelimit-reset",
    "x-rate-limit-reset-ms",
    "x-ratelimit-window",
    "x-ratelimit-bucket",
    "x-ratelimit-scope",
    "zendesk-ratelimit-tickets-index",
    "retry-after",
    "x-retry-in",
    "x-should-retry",
    "grpc-retry-pushback-ms",
    "x-business-use-case-usage",
    "x-sentry-rate-limits",
    "sforce-limit-info",
    "auth0-client-quota-limit",
];

/// The steps that all readers of headers take together for `text`.
fn steps_of(text: &str, dialects: &Dialects) -> u64 {
    let headers = Headers::new(text);
    steps::of(|| {
        let answer = Answer { dialects, ..Answer::from(headers) };
        let reading = read(answer, NOW);
        assert!(reading.quotas.len() <= MOST);
        let _ = hints::repeats(headers);
    })
}

fn line(name: &str, pattern: Pattern, size: usize) -> String {
    [name, ":", &fill(pattern, size), "\n"].concat()
}

/// Steps to compare all the quotas that one response may tell with each other, once as they are gathered and once as they are
/// joined: how many that are grows with a short text, until they are [`MOST`].
const PAIRS: u64 = (MOST * MOST * 16) as u64;

/// Twice the text is twice the work, and a tenth for how patterns fit into a size.
fn grows(what: &str, pattern: Pattern, sizes: &[usize], mut steps: impl FnMut(usize) -> u64) {
    let mut last: Option<u64> = None;
    for size in sizes {
        let now = steps(*size);
        if let Some(last) = last {
            assert!(
                now * 10 <= last * 22 + PAIRS * 10,
                "{what}, {pattern:?}: {last} steps become {now} at {size} bytes"
            );
        }
        last = Some(now);
    }
}

fn doubled(from: usize, to: usize) -> Vec<usize> {
    core::iter::successors(Some(from), |size| Some(size * 2)).take_while(|size| *size <= to).collect()
}

fn names() -> Vec<&'static str> {
    NAMES.iter().copied().chain(vendors::headers()).collect()
}

#[test]
fn every_name_that_is_wanted_is_tried() {
    for part in wanted().split('|') {
        let (text, from, to) = (part.trim_matches(['^', '$']), part.starts_with('^'), part.ends_with('$'));
        let is =
            |name: &&str| (!from || name.starts_with(text)) && (!to || name.ends_with(text)) && name.contains(text);
        assert!(names().iter().any(is), "{part}");
    }
    assert!(PATTERNS.len() >= 60);
}

#[test]
fn a_header_takes_time_that_grows_no_faster_than_it_and_four_kilobytes_of_anything_take_little() {
    let mut most = (0, String::new());
    for name in names() {
        for pattern in PATTERNS {
            // Beyond the bound it is the same for all.
            let end = if ["ratelimit-policy", "x-ratelimit-limit", "date"].contains(&name) { 65_536 } else { MAX };
            grows(name, *pattern, &doubled(256, end), |size| {
                let steps = steps_of(&line(name, *pattern, size), &NONE);
                if size <= MAX && steps > most.0 {
                    most = (steps, [name, ": ", pattern.0, pattern.1, "…", pattern.2].concat());
                }
                steps
            });
        }
    }
    // A step is a few instructions, some nanoseconds at most: this is a fifth of a millisecond.
    assert!(most.0 < 150_000, "{most:?}");
}

/// From small sizes on, so that a reader that is far from linear fails here and does not run for minutes.
#[test]
fn no_reader_relies_on_the_bound_to_be_linear() {
    for name in KINDS {
        for pattern in PATTERNS {
            grows(name, *pattern, &doubled(512, 2 * MAX), |size| {
                steps::unbounded(|| steps_of(&line(name, *pattern, size), &NONE))
            });
        }
    }
}

#[test]
fn headers_that_a_user_names_are_read_as_cheaply() {
    let mut own = Dialects::default();
    own.set("", Value::Object).unwrap();
    for role in ["limit", "remaining", "used", "bucket"] {
        assert!(own.set(role, Value::Text(&["x-own-", role].concat())).is_ok());
    }
    for (unit, name) in
        hints::UNITS.split('"').skip(1).step_by(2).zip(["x-a", "x-b", "x-c", "x-d", "x-e", "x-f", "x-g"])
    {
        own.set("", Value::Object).unwrap();
        assert!(own.set("reset", Value::Text(name)).is_ok() && own.set("resetUnit", Value::Text(unit)).is_ok());
    }
    let all: Vec<String> = own.headers().map(String::from).collect();
    assert!(all.len() >= 11);
    for name in &all {
        for pattern in PATTERNS {
            grows(name, *pattern, &doubled(512, 2 * MAX), |size| {
                steps::unbounded(|| steps_of(&line(name, *pattern, size), &own))
            });
        }
    }
}

#[test]
fn long_names_of_headers_and_many_headers_grow_no_faster_either() {
    for unit in ["a", "-", "a-", "limit", "reset-", "ratelimit-", "1", "read", "rate-", "retry-", "é", "remaining-in-"]
    {
        for (front, back) in [("x-ratelimit-", ""), ("", "-ratelimit-limit"), ("retry-after-", ""), ("x-", "")] {
            let name = |size| fill((front, unit, back), size);
            grows(unit, (front, unit, back), &doubled(256, 16_384), |size| {
                steps_of(&[&name(size), ":5\n"].concat(), &NONE)
            });
        }
    }
    for unit in [
        "x-ratelimit-limit:1\n",
        "x-ratelimit-limit-a@:1\n",
        "ratelimit:\"a@\";r=1;t=1\n",
        "date:x\n",
        "retry-after:@\n",
        "\n",
        ":",
        "a\n",
    ] {
        grows("lines", ("", unit, ""), &doubled(256, 65_536), |size| steps_of(&fill(("", unit, ""), size), &NONE));
    }
}

/// What bodies are made of beside [`PATTERNS`].
const BODIES: &[Pattern] = &[
    ("{\"message\":\"", "a ", "\"}"),
    ("{\"message\":\"", "wait ", "\"}"),
    ("{\"message\":\"", "retry in ", "\"}"),
    ("{\"message\":\"", "try again in 1s and ", "\"}"),
    ("{\"message\":\"wait ", "1s ", "\"}"),
    ("{\"message\":\"", "rate limit exceeded ", "\"}"),
    ("{\"a\":[", "\"rate limit exceeded\",", "1]}"),
    ("{\"retry_after\":[", "1,", "1]}"),
    ("{\"retry_after\":[", "\"1s\",", "1]}"),
    ("{\"retry_after\":\"", "1s", "\"}"),
    ("{", "\"retry_after\":1,", "\"a\":1}"),
    ("{", "\"--------@\":1,", "\"a\":1}"),
    ("{\"a\"", " ", ":1}"),
    ("{\"a\":\"b\"", " ", "}"),
    ("[", "\"a\" ", "]"),
    ("[", "\"\\\\\",", "1]"),
    ("[", "1,", "1]"),
    ("", "<Code>Throttling</Code>", ""),
    ("", "<Message>try again in 5s</Message>\n", ""),
    ("", "\n", "wait 5s"),
];

#[test]
fn a_body_takes_time_that_grows_no_faster_than_it() {
    let steps = |text: &str, status| {
        steps::of(|| {
            let _ = hints::body::read(text, status, NOW);
        })
    };
    for pattern in BODIES.iter().chain(PATTERNS) {
        for status in [0, 403] {
            grows("body", *pattern, &doubled(256, 65_536), |size| steps(&fill(*pattern, size), status));
        }
    }
    // A key is looked at for each element of its array.
    for letter in ["-", "r", "a", "é", " ", "\\\\", "_retry_after"] {
        for elements in ["1,", "\"a\",", "\"1s\",", "true,"] {
            let body = |size: usize| {
                let (key, list) = (fill(("", letter, ""), size / 2), fill(("", elements, "1"), size / 2));
                ["{\"", &key, "\":[", &list, "]}"].concat()
            };
            grows("long key", ("", letter, elements), &doubled(256, 65_536), |size| steps(&body(size), 429));
        }
    }
}
