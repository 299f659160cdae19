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
    let subject = Subject { method, keyed: false, replayable: true, sends: 1 };
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
