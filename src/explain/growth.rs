//! That no header of a response costs the explainer more than its length, by counted steps. Bodies are tried beside `explain`.

use super::*;
use crate::explain::read::quota;
use crate::syntax::headers::Headers;
use crate::syntax::patterns::{PATTERNS, fill};
use crate::syntax::steps;
use crate::time::WallTime;

/// Headers that the explainer reads, one for each way to read a value.
const NAMES: &[&str] = &[
    "ratelimit",
    "x-ratelimit-limit",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset",
    "x-ratelimit-bucket",
    "retry-after",
    "date",
    "content-type",
    "www-authenticate",
    "allow",
    "grpc-message",
    "grpc-status",
    "x-amzn-errortype",
    "x-request-id",
    "server",
    "x-unknown",
];

fn steps_of(name: &str, value: &str, status: u16, catalogs: &Catalogs) -> u64 {
    let text = [name, ":", value, "\n"].concat();
    let headers = Headers::new(&text);
    steps::of(|| {
        // As the shell hands them over.
        let pairs = headers.iter().collect();
        let report = Report { status: Some(status), headers, pairs, body: Some("{}"), ..Report::default() };
        drop(explain(&report, catalogs).to_json());
    })
}

#[test]
fn a_header_takes_time_that_grows_no_faster_than_it() {
    let catalogs = Catalogs::built_in();
    for name in NAMES {
        // What is explained of any response at all.
        let least = steps_of(name, "", 401, &catalogs).max(steps_of(name, "", 405, &catalogs));
        for pattern in PATTERNS {
            let of = |size: usize| {
                let value = fill(*pattern, size);
                [401, 405, 429].map(|status| steps_of(name, &value, status, &catalogs)).into_iter().max().unwrap_or(0)
            };
            let (small, large) = steps::unbounded(|| (of(4096), of(8192)));
            assert!(large * 10 <= small * 22 + least, "{name}, {pattern:?}: {small} steps become {large}");
            let bounded = of(4096);
            assert!(bounded < least + 200_000, "{name}, {pattern:?}: {bounded} steps, {least} without it");
        }
    }
}

#[test]
fn what_is_told_of_one_quota_again_and_again_is_looked_for_once() {
    let steps = |size: usize| {
        let value = ["\"", &"a".repeat(size / 2), "\"", &";r=1;t=5".repeat(size / 16)].concat();
        let text = ["ratelimit:", &value, "\n"].concat();
        steps::unbounded(|| {
            let headers = Headers::new(&text);
            let pairs: alloc::vec::Vec<_> = headers.iter().collect();
            steps::of(|| assert!(quota::read(&pairs, hints::served(headers, WallTime(0)), false).is_some()))
        })
    };
    let [small, large] = [4096, 8192].map(steps);
    assert!(large * 10 <= small * 22, "{small} steps become {large}");
}
