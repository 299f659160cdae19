//! The policy and the explainer read one table of what fetch throws: for each of its signs the verdict of the one is the advice
//! of the other.

use fetch_with_policy::{
    explain::{Catalogs, Report, Thrown, explain, kind::Retry},
    failures::{Cause, ROWS},
    retry::{
        Ended, Stop, Subject, Verdict,
        classify::failure,
        decide,
        options::{RetryLayer, RetryRules},
    },
    time::Sample,
};

fn rules() -> RetryRules {
    RetryLayer::default().over(&RetryLayer::default(), 60_000).unwrap()
}

/// Whether the policy sends again a request of `method`.
fn is_sent_again(method: &str, (name, message, code): (&str, &str, &str)) -> bool {
    let subject = Subject { method, keyed: false, replayable: true, sends: 1, grown: 0, forgiven: 0, blocked: false };
    match decide(Ended::Failure(failure(name, message, code)), subject, &rules(), Sample::default()) {
        Verdict::Retry { .. } => true,
        Verdict::Stop(Stop::NotRetryable) => false,
        other => panic!("{code}: {other:?}"),
    }
}

/// Whether the explainer advises that, of an idempotent request and of another.
fn is_advised((name, message, code): (&str, &str, &str)) -> (bool, bool) {
    let thrown = vec![Thrown { name, message, code }];
    let report = Report { thrown, url: "https://api.example.com/x", ..Report::default() };
    match explain(&report, &Catalogs::built_in()).retry {
        Retry::Never { .. } => (false, false),
        Retry::WhenOnline => (true, false),
        Retry::Backoff { requires_idempotency, .. } => (true, !requires_idempotency),
        other => panic!("{code}: {other:?}"),
    }
}

#[test]
fn for_each_sign_the_policy_does_what_the_explainer_advises() {
    let mut signs = 0;
    for (row, cause) in ROWS {
        for sign in row.split('|') {
            // In a code, and in a message such as hosts make of it.
            let message = format!("fetch failed: {sign}");
            for thrown in [("Error", "x", sign), ("TypeError", message.as_str(), "")] {
                let sent = (is_sent_again("GET", thrown), is_sent_again("POST", thrown));
                assert_eq!(sent, is_advised(thrown), "{cause:?}: {thrown:?}");
            }
            signs += 1;
        }
    }
    assert!(signs > 100, "{signs}");
}

#[test]
fn what_hosts_say_where_they_do_not_say_how_is_judged_alike() {
    for (name, message) in [
        ("TypeError", "Failed to fetch"),
        ("TypeError", "NetworkError when attempting to fetch resource."),
        ("TypeError", "Load failed"),
        ("TypeError", "fetch failed"),
        ("Error", "internal error; reference = 0123"),
        ("TypeError", "error sending request for url (http://localhost:1/)"),
    ] {
        let thrown = (name, message, "");
        assert_eq!((is_sent_again("GET", thrown), is_sent_again("POST", thrown)), is_advised(thrown), "{message}");
    }
    assert!(ROWS.iter().any(|(_, cause)| *cause == Cause::Unprocessed));
}

/// Written before the table was asked: whether a GET, and a POST, is sent again.
#[test]
fn texts_that_the_table_was_not_made_for_are_judged_as_what_they_mean() {
    for (name, message, code, expected) in [
        ("TypeError", "fetch failed: HTTP/2: \"frameError\" received - type 1, code 2", "UND_ERR_INFO", (true, false)),
        ("Error", "Stream closed with error code NGHTTP2_INTERNAL_ERROR", "ERR_HTTP2_STREAM_ERROR", (true, false)),
        ("Error", "Stream closed with error code 8", "ERR_HTTP2_STREAM_ERROR", (true, false)),
        ("Error", "New streams cannot be created after receiving a GOAWAY", "ERR_HTTP2_GOAWAY_SESSION", (true, true)),
        (
            "TypeError",
            "fetch failed: Client network socket disconnected before secure TLS connection was established",
            "ECONNRESET",
            (true, false),
        ),
        (
            "TypeError",
            "error sending request for url (https://x/): http2 error: stream error received: refused stream before processing any application logic",
            "",
            (true, true),
        ),
        (
            "TypeError",
            "error sending request for url (https://x/): client error (SendRequest): connection closed before message completed",
            "",
            (true, false),
        ),
        (
            "TypeError",
            "error sending request for url (https://x/): client error (Connect): tcp connect error: Network is unreachable (os error 101)",
            "",
            (true, false),
        ),
        ("TypeError", "fetch failed: getaddrinfo EAI_AGAIN api.example.com", "EAI_AGAIN", (true, true)),
        ("TypeError", "fetch failed: connect EHOSTUNREACH 10.0.0.1:443", "EHOSTUNREACH", (true, false)),
        (
            "TypeError",
            "fetch failed: unable to verify the first certificate",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            (false, false),
        ),
        ("TypeError", "fetch failed: invalid onRequestStart method", "UND_ERR_INVALID_ARG", (false, false)),
        (
            "TypeError",
            "fetch failed: Request body length does not match content-length header",
            "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
            (false, false),
        ),
        ("TypeError", "Response body object should not be disturbed or locked", "", (false, false)),
        ("Error", "The request was blocked: Too many subrequests.", "", (false, false)),
        ("TypeError", "Failed to fetch (api.example.com)", "", (true, false)),
        ("TypeError", "network error", "", (true, false)),
        ("Error", "Network connection lost.", "", (true, false)),
        ("Error", "kj/async-io-unix.c++:186: disconnected: connect(): Connection refused", "", (true, true)),
    ] {
        let thrown = (name, message, code);
        assert_eq!((is_sent_again("GET", thrown), is_sent_again("POST", thrown)), expected, "{message}");
        assert_eq!(is_advised(thrown), expected, "explain: {message}");
    }
}
