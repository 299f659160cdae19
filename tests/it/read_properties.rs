//! What holds for any headers at all, with any clock.

use fetch_with_policy::hints::{self, body, limits::Limits};
use fetch_with_policy::rate_limit::quota::MOST;
use fetch_with_policy::rate_limit::read::{Answer, dialect::Dialects, read, told};
use fetch_with_policy::syntax::headers::Headers;
use fetch_with_policy::syntax::value::Value;
use fetch_with_policy::time::WallTime;
use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("ratelimit"),
        Just("rate-limit"),
        Just("limit"),
        Just("remaining"),
        Just("reset"),
        Just("used"),
        Just("policy"),
        Just("requests"),
        Just("tokens"),
        Just("minute"),
        Just("24hour"),
        Just("after"),
        Just("retry-after"),
        Just("ms"),
        Just("é"),
        Just("_"),
    ];
    let made = proptest::collection::vec(word, 1..5).prop_map(|words| words.join("-"));
    let known = prop_oneof![
        Just("date"),
        Just("age"),
        Just("ratelimit"),
        Just("ratelimit-policy"),
        Just("x-app-rate-limit"),
        Just("x-app-rate-limit-count"),
        Just("retry-after"),
        Just("retry-after-ms"),
        Just("auth0-client-quota-limit"),
        Just("sforce-limit-info"),
        Just("x-sentry-rate-limits"),
        Just("x-ms-ratelimit-remaining-resource"),
        Just("x-business-use-case-usage"),
        Just("x-shopify-shop-api-call-limit"),
        Just("x-ratelimit-usage"),
        Just("x-ratelimit-reset"),
    ];
    prop_oneof![made, known.prop_map(str::to_owned)]
}

// Text that is nearly a body that tells of rates.
fn body_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just("\"error\":".to_owned()),
        Just("\"retry_after\":".to_owned()),
        Just("\"retryDelay\":\"".to_owned()),
        Just("\"code\":\"RATE_LIMITED\"".to_owned()),
        Just("\"message\":\"try again in ".to_owned()),
        Just("\"throttleStatus\":{\"maximumAvailable\":".to_owned()),
        Just("please wait ".to_owned()),
        Just(" minutes and ".to_owned()),
        Just("\"".to_owned()),
        "[0-9]{1,20}(\\.[0-9]{1,5})?(ms|s|m|h|d)?",
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,20}(\\.[0-9]{1,5})?",
        "[0-9]{1,16}(ms|s|m|h|d)([0-9]{1,16}s)?",
        "\"[a-z]{1,3}\";(r|q|t|w)=-?[0-9]{1,16}(, \"[a-z]{1,3}\";(q|t|w)=[0-9]{1,15})?",
        "[0-9]{1,16}[,:/;=][0-9]{1,16}(,[0-9]{1,16}[:;=][0-9]{1,16})?",
        "(Sun|Mon), [0-9]{2} (Nov|Feb) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,10})?)?(Z|[+-][0-9]{2}:?[0-9]{2})",
        "(b|q|r|t)=[0-9]{1,16};(q|r|t)=[0-9]{1,16}",
        "\"estimated_time_to_regain_access\":[0-9]{1,16}",
        "\\PC{0,20}",
    ]
}

#[test]
fn a_quota_without_a_reset_has_no_granularity_of_one() {
    let reading = read(Headers::new("x-ratelimit-usage:0/0\nx-ratelimit-reset:\"a\";t=0\n"), WallTime(0));
    assert!(reading.quotas.iter().all(|quota| quota.reset_in.is_some() == (quota.granularity > 0)), "{reading:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_headers_are_read_without_a_panic_and_no_wait_is_negative(
        lines in proptest::collection::vec((name(), value()), 0..12), now: i64, real: bool,
    ) {
        let now = WallTime(if real { now.rem_euclid(4_000_000_000_000) } else { now });
        let text = lines.iter().map(|(name, value)| [name, ":", value, "\n"].concat()).collect::<String>();
        let reading = read(Headers::new(&text), now);
        prop_assert!(reading.quotas.len() <= MOST);
        for quota in &reading.quotas {
            prop_assert!(quota.reset_in.is_none_or(|reset| reset >= 0), "{quota:?}");
            prop_assert!(quota.window.is_none_or(|window| window > 0), "{quota:?}");
            prop_assert_eq!(quota.reset_in.is_some(), quota.granularity > 0, "{:?}", quota);
            prop_assert!(quota.limit.is_some() || quota.remaining.is_some() || quota.reset_in.is_some());
            prop_assert!(!quota.source.is_empty());
            prop_assert!(text.contains(&quota.source));
        }
        prop_assert!(hints::read(Headers::new(&text), now).is_none_or(|hint| hint.delay >= 0));
        prop_assert!(told(&reading, Some(429)).is_some() != reading.quotas.is_empty());
        prop_assert!(told(&reading, Some(200)).is_none_or(|told| told.remaining == Some(0)));
    }

    #[test]
    fn any_body_under_any_status_is_read_without_a_panic_and_no_wait_is_negative(
        text in body_text(), line in value(), status: u16, now: i64,
        rules in "((rate_limited|unavailable|x)\t([2-5]xx|[1-9]00)?(\t(/a|body|)=[*a-c\u{1f}]{0,5}){0,3}\n){0,3}",
    ) {
        let headers = ["x-ratelimit-remaining:", &line, "\nx-own:", &line].concat();
        let mut own = Dialects::default();
        own.set("", Value::Object).unwrap();
        own.set("remaining", Value::Text("x-own")).unwrap();
        let answer = Answer { status, body: &text, dialects: &own, ..Answer::from(Headers::new(&headers)) };
        let reading = read(answer, WallTime(now));
        prop_assert!(reading.hint.is_none_or(|hint| hint.delay >= 0 && !hint.source.is_empty()));
        prop_assert!(reading.quotas.iter().all(|quota| quota.reset_in.is_none_or(|reset| reset >= 0)));
        let said = body::read(&text, status, WallTime(now));
        prop_assert_eq!(said.limited, reading.limited);
        let limits = Limits::new(&rules);
        let ruled = body::read_by(&limits, &text, status, WallTime(now));
        prop_assert!(!ruled.ruled || (limits.asks(status) && ruled.limited.is_some()));
        prop_assert!(ruled.ruled || ruled.limited == said.limited);
    }

    #[test]
    fn lines_of_any_text_are_read_without_a_panic(text in "(\\PC{0,12}[:\n-]){0,8}", now: i64) {
        let _ = read(Headers::new(&text), WallTime(now));
    }

    #[test]
    fn one_malformed_header_does_not_poison_the_others(bad in value()) {
        let text = format!("x-ratelimit-limit:100\nx-ratelimit-remaining:7\nx-ratelimit-foo-reset:{bad}\nratelimit-policy:{bad}x;;\n");
        let reading = read(Headers::new(&text), WallTime(1_795_305_600_000));
        prop_assert!(reading.quotas.iter().any(|quota| (quota.limit, quota.remaining) == (Some(100), Some(7))));
    }
}
