//! The crate's data as Rust callers and serde see it: typed options, explanations, records, snapshots.

use std::time::Duration;

use crate::explain_support::Case;
#[cfg(feature = "serde")]
use crate::explain_support::load;
use fetch_with_policy::{
    options::{
        Algorithm, CircuitBreakerOptions, Cost, HedgeOptions, IdempotencyKey, Jitter, Pacing, PolicyOptions, Profile,
        QuotaRule, RateLimitOptions, RetryOptions, Switch, TimeoutOptions,
    },
    policy::Policy,
    record::{KeptQuota, QuotaState, Snapshot},
    time::{Moment, WallTime},
};

fn options() -> PolicyOptions {
    PolicyOptions {
        profiles: Some(vec![Profile {
            name: Some("acme".into()),
            hosts: Some(vec!["*.acme.example".into()]),
            retry: Some(RetryOptions { initial_delay: Some(Duration::from_millis(9)), ..Default::default() }.into()),
            dialects: Some(vec![fetch_with_policy::options::HeaderDialect {
                remaining: Some("x-calls-left".into()),
                reset: Some("x-calls-back".into()),
                reset_unit: Some("delta-s".into()),
                ..Default::default()
            }]),
            errors_under_200: Some(true),
            ..Default::default()
        }]),
        retry: Some(Switch::On(RetryOptions {
            max_attempts: Some(7),
            max_delay: Some(Duration::MAX),
            jitter: Some(Jitter::Equal),
            statuses: Some(vec![503]),
            methods: Some(vec!["POST".into()]),
            budget: Some(Switch::Off),
            ..Default::default()
        })),
        rate_limit: Some(Switch::On(RateLimitOptions {
            quotas: Some(vec![QuotaRule {
                name: Some("x".into()),
                limit: Some(5),
                window: Some(Duration::from_micros(100_500)),
                algorithm: Some(Algorithm::TokenBucket),
                ..Default::default()
            }]),
            pacing: Some(Pacing::Spread),
            ..Default::default()
        })),
        circuit_breaker: Some(CircuitBreakerOptions { failure_ratio: Some(0.25), ..Default::default() }.into()),
        hedge: Some(HedgeOptions { delay: Some(Duration::from_millis(40)), ..Default::default() }.into()),
        timeout: Some(TimeoutOptions { total: Some(Duration::from_millis(2500)), ..Default::default() }),
        priority: Some(-1),
        cost: Some(Cost::Units([("requests".into(), 2), ("tokens".into(), 800)].into())),
        idempotency_key: Some(IdempotencyKey::Auto),
        throw_http_errors: Some(true),
    }
}

#[test]
fn every_typed_option_reaches_the_rules() {
    let policy = options().policy().unwrap();
    let rules = policy.rules("api.other.example");
    let retry = rules.retry.as_ref().unwrap();
    assert_eq!((retry.max_attempts, retry.max_delay, retry.jitter), (7, i64::MAX, Jitter::Equal));
    assert_eq!(retry.statuses.as_deref(), Some(&vec![503]));
    assert_eq!((retry.methods.as_ref().unwrap().len(), retry.budget), (1, None));
    let rate = rules.rate_limit.as_ref().unwrap();
    assert_eq!((rate.quotas[0].limit, rate.quotas[0].window, rate.pacing), (5, 101, Pacing::Spread));
    assert_eq!(rate.costs, [("tokens".to_owned(), 800)]);
    assert!(rules.circuit.is_some_and(|circuit| (circuit.failure_ratio - 0.25).abs() < 1e-9));
    assert_eq!(rules.hedge.map(|hedge| (hedge.delay, hedge.most)), Some((40, 1)));
    assert_eq!((rules.total_timeout, rules.attempt_timeout, rules.priority, rules.cost), (Some(2500), None, -1, 2));
    assert!(rules.throw_http_errors && rules.idempotency_auto);
    let acme = policy.rules("api.acme.example");
    assert!(acme.errors_under_200 && !rules.errors_under_200);
    assert_eq!(acme.dialects.headers().collect::<Vec<_>>(), ["x-calls-left", "x-calls-back"]);
}

#[test]
fn options_over_a_policy_leave_what_they_do_not_say() {
    let more = PolicyOptions { priority: Some(3), retry: Some(Switch::Off), ..Default::default() };
    let rules = more.over(options().policy().unwrap()).unwrap().rules("a.example");
    assert_eq!((rules.priority, rules.total_timeout, rules.retry.is_none()), (3, Some(2500), true));
}

#[test]
fn a_bad_typed_option_names_its_field_and_what_was_expected() {
    let retry = |retry| PolicyOptions { retry: Some(Switch::On(retry)), ..Default::default() };
    let quota = QuotaRule { limit: Some(5), ..Default::default() };
    let rows = [
        (
            retry(RetryOptions { max_attempts: Some(0), ..Default::default() }),
            "retry.maxAttempts",
            "a whole number of 1 or more, which counts the first send",
        ),
        (
            retry(RetryOptions { backoff_factor: Some(f64::NAN), ..Default::default() }),
            "retry.backoffFactor",
            "a number of 1 or more",
        ),
        (
            PolicyOptions { hedge: Some(HedgeOptions::default().into()), ..Default::default() },
            "hedge.delay",
            "a finite number of milliseconds, 0 or more",
        ),
        (
            PolicyOptions {
                rate_limit: Some(RateLimitOptions { quotas: Some(vec![quota]), ..Default::default() }.into()),
                ..Default::default()
            },
            "rateLimit.quotas.0.window",
            "a number of milliseconds, more than 0",
        ),
        (
            PolicyOptions { profiles: Some(vec![Profile::default()]), ..Default::default() },
            "profiles.0.hosts",
            "an array of one host or more",
        ),
    ];
    for (options, field, expected) in rows {
        let error = options.policy().unwrap_err();
        assert_eq!((error.field.as_str(), error.expected), (field, expected));
    }
}

#[test]
fn a_snapshot_that_cannot_be_read_is_refused_and_changes_nothing() {
    let mut tracker = fetch_with_policy::rate_limit::Tracker::new(true);
    let at = Moment::new(1e12, 0.0, 0.0);
    let good = kept();
    let rows = [
        (Snapshot { version: 2, quotas: vec![] }, "version"),
        (
            Snapshot { version: 1, quotas: vec![good.clone(), KeptQuota { key: "xyz".into(), ..good.clone() }] },
            "quotas.1.key",
        ),
        (Snapshot { version: 1, quotas: vec![KeptQuota { scope: " ".into(), ..good.clone() }] }, "quotas.0.scope"),
        (
            Snapshot { version: 1, quotas: vec![good.clone(), KeptQuota { window: Some(-1), ..good.clone() }] },
            "quotas.1.window",
        ),
    ];
    for (snapshot, field) in rows {
        assert_eq!(snapshot.restore(&mut tracker, &Policy::default(), at).unwrap_err().field, field);
    }
    assert_eq!(QuotaState::all(&mut tracker, at), []);
}

#[test]
fn what_a_snapshot_holds_is_known_where_it_is_restored() {
    let mut tracker = fetch_with_policy::rate_limit::Tracker::new(true);
    let at = Moment::new(1e12, 0.0, 0.0);
    let snapshot = Snapshot { version: 1, quotas: vec![kept()] };
    snapshot.restore(&mut tracker, &Policy::default(), at).unwrap();
    let known = QuotaState::all(&mut tracker, at);
    assert_eq!(known[0].quota.scope.as_deref(), Some("https://api.example"));
    assert_eq!((known[0].quota.limit, known[0].quota.remaining), (Some(100), Some(0)));
    assert_eq!(Snapshot::take(&mut tracker, at), snapshot);
}

#[test]
fn a_snapshot_of_a_clock_before_the_epoch_is_taken_up() {
    let mut tracker = fetch_with_policy::rate_limit::Tracker::new(true);
    let at = Moment::new(-1e12, 0.0, 0.0);
    let reset_at = Some(WallTime(-999_999_970_000));
    let snapshot = Snapshot { version: 1, quotas: vec![KeptQuota { reset_at, ..kept() }] };
    snapshot.restore(&mut tracker, &Policy::default(), at).unwrap();
    assert_eq!(Snapshot::take(&mut tracker, at), snapshot);
}

#[test]
fn a_snapshot_takes_no_room_from_what_is_known_and_is_over_where_there_is_none() {
    let mut tracker = fetch_with_policy::rate_limit::Tracker::new(true);
    let at = Moment::new(1e12, 0.0, 0.0);
    let scoped = |index: usize| KeptQuota { key: format!("{index:032x}"), ..kept() };
    let own = Snapshot { version: 1, quotas: (0..900).map(scoped).collect() };
    own.restore(&mut tracker, &Policy::default(), at).unwrap();
    let other = Snapshot { version: 1, quotas: (800..5000).map(scoped).collect() };
    other.restore(&mut tracker, &Policy::default(), at).unwrap();
    let known = Snapshot::take(&mut tracker, at).quotas;
    assert_eq!(known, (0..1000).map(scoped).collect::<Vec<_>>());
    // A window that is over takes none either.
    let mut tracker = fetch_with_policy::rate_limit::Tracker::new(true);
    let over = KeptQuota { reset_at: Some(WallTime(1)), ..kept() };
    let quotas = (0..1000).map(|index| KeptQuota { key: format!("{index:032x}"), ..over.clone() });
    let over = Snapshot { version: 1, quotas: quotas.chain([scoped(2000)]).collect() };
    over.restore(&mut tracker, &Policy::default(), at).unwrap();
    assert_eq!(Snapshot::take(&mut tracker, at).quotas, [scoped(2000)]);
}

#[test]
fn the_plain_explanation_has_the_members_that_belong_to_its_kind() {
    let limited = Case {
        status: Some(429),
        headers: "retry-after:7\nx-ratelimit-limit:100\nx-ratelimit-remaining:0\n".into(),
        ..Default::default()
    };
    let plain = limited.explain().plain();
    assert_eq!((plain.limit, plain.remaining, plain.status), (Some(100), Some(0), Some(429)));
    assert_eq!(
        plain.retry,
        fetch_with_policy::explain::write::plain::Retry::After { delay: 7000, source: "retry-after".into() }
    );
    let params = [&plain.params.seconds, &plain.params.wait, &plain.params.unit];
    assert_eq!(params.map(|param| param.as_deref()), [Some("7"), Some("7"), Some("second")]);
    assert!(!plain.user_message.is_empty() && plain.provider.is_none());
}

fn kept() -> KeptQuota {
    KeptQuota {
        scope: "https://api.example".into(),
        key: "00112233445566778899aabbccddeeff".into(),
        source: "x-ratelimit-remaining".into(),
        limit: Some(100),
        remaining: Some(0),
        reset_at: Some(WallTime(1_000_000_030_000)),
        window: Some(60_000),
        ..Default::default()
    }
}

#[cfg(feature = "serde")]
mod wire {
    use fetch_with_policy::{
        call::{GiveUpReason, WaitReason},
        explain::{Catalogs, explain, plain::Explanation},
        record::{AttemptRecord, CallRecord, PolicyEvent, Quota, What},
        retry::circuit::CircuitState,
    };
    use serde_json::{Value, from_str, from_value, json, to_value};

    use super::*;

    #[test]
    fn every_explanation_is_the_json_that_crosses_to_a_shell_and_is_read_back() {
        let mut cases: Vec<_> = load("tests/fixtures/errors-source.json").iter().map(Case::of).collect();
        assert!(cases.len() > 50, "{} cases", cases.len());
        for details in ["null", "[1.5e300,-0.25,9007199254740993,{\"a\\\"\":[]}]", "{\"field\":null}", "\"\\u0001\""] {
            let body = format!("{{\"error\":{{\"code\":\"ITEM_SOLD\",\"message\":\"Sold\",\"details\":{details}}}}}");
            cases.push(Case { status: Some(409), body: Some(body), ..Default::default() });
        }
        for (index, case) in cases.iter().enumerate() {
            let explanation = case.explain();
            let plain = explanation.plain();
            let written = to_value(&plain).unwrap();
            assert_eq!(written, from_str::<Value>(&explanation.to_json()).unwrap(), "case {index}");
            let read: Explanation = from_value(written.clone()).unwrap();
            assert_eq!(to_value(&read).unwrap(), written, "case {index}");
        }
    }

    #[test]
    fn what_a_rule_words_itself_is_as_it_says() {
        let catalog = r#"{"catalog":1,"provider":"acme","hosts":["acme.example"],"rules":[{"id":"acme.sold","when":{"status":409},
            "then":{"kind":"conflict","title":"Sold","userMessageKey":"acme.sold","whatHappened":"It is sold."}}]}"#;
        let case = Case { status: Some(409), url: "https://acme.example/".into(), ..Default::default() };
        let explanation = explain(&case.report(), &Catalogs::built_in().with(catalog));
        let plain = explanation.plain();
        assert_eq!((plain.title.as_str(), plain.user_message_key.as_str()), ("Sold", "acme.sold"));
        assert_eq!(to_value(&plain).unwrap(), from_str::<Value>(&explanation.to_json()).unwrap());
    }

    #[test]
    fn options_are_the_contracts_json_and_are_read_back() {
        let written = to_value(options()).unwrap();
        assert_eq!(
            (&written["retry"]["budget"], &written["timeout"], &written["idempotencyKey"], &written["cost"]["tokens"]),
            (&json!(false), &json!({ "total": 2500.0 }), &json!("auto"), &json!(800))
        );
        assert_eq!(written["rateLimit"]["quotas"][0]["algorithm"], "token-bucket");
        let read: PolicyOptions = from_value(written).unwrap();
        assert_eq!(read, options());
    }

    #[test]
    fn the_packages_profiles_are_read() {
        for file in ["clever", "unit21"] {
            let text = std::fs::read_to_string(format!("pkg-template/profiles/{file}.json")).unwrap();
            let profile: Profile = from_str(&text).unwrap();
            let host = profile.hosts.as_ref().unwrap()[0].clone();
            let policy = PolicyOptions { profiles: Some(vec![profile]), ..Default::default() }.policy().unwrap();
            assert_eq!(policy.rules(&host).retry.as_ref().unwrap().initial_delay, Some(1000), "{file}");
        }
    }

    #[test]
    fn json_that_is_no_options_is_refused_with_what_was_expected() {
        let rows = [
            (r#"{"retries":3}"#, "unknown field `retries`"),
            (r#"{"retry":true}"#, "false or an object"),
            (r#"{"retry":{"maxAttemps":3}}"#, "unknown field `maxAttemps`"),
            (r#"{"timeout":{"total":-1}}"#, "expected a number of milliseconds, 0 or more"),
            (r#"{"idempotencyKey":"always"}"#, "expected false or \"auto\""),
            (r#"{"retry":{"jitter":"some"}}"#, "unknown variant `some`"),
        ];
        for (text, expected) in rows {
            let error = from_str::<PolicyOptions>(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn records_events_and_snapshots_have_the_contracts_shape_and_are_read_back() {
        let quota = Quota {
            scope: Some("https://a.example".into()),
            limit: Some(5),
            reset_at: Some(WallTime(9)),
            source: "ratelimit".into(),
            ..Default::default()
        };
        let record = CallRecord {
            call: 1,
            attempts: vec![AttemptRecord {
                started_at: WallTime(1),
                ended_at: WallTime(2),
                status: Some(429),
                wait_reason: Some(WaitReason::RateLimit),
                quota: Some(quota.clone()),
                ..Default::default()
            }],
            waited: 7,
            gave_up: Some(GiveUpReason::QuotaWaitTooLong),
            retry_at: Some(WallTime(3)),
        };
        same(
            &record,
            json!({ "call": 1, "waited": 7, "gaveUp": "quota-wait-too-long", "retryAt": 3, "attempts": [{ "startedAt": 1,
                "endedAt": 2, "status": 429, "waitedBefore": 0, "waitReason": "rate-limit",
                "quota": { "scope": "https://a.example", "limit": 5, "resetAt": 9, "source": "ratelimit" } }] }),
        );
        let event = |what| PolicyEvent {
            call: 1,
            url: "https://a.example/b".into(),
            method: "GET".into(),
            attempt: 2,
            at: WallTime(5),
            what,
        };
        let base = |more: Value| {
            let mut base = json!({ "call": 1, "url": "https://a.example/b", "method": "GET", "attempt": 2, "at": 5 });
            base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            base
        };
        same(&event(What::Attempt), base(json!({ "type": "attempt" })));
        same(
            &event(What::Wait { reason: WaitReason::RetryAfter, delay: 4, until: WallTime(9), quota: None }),
            base(json!({ "type": "wait", "reason": "retry-after", "delay": 4, "until": 9 })),
        );
        same(
            &event(What::GiveUp { reason: GiveUpReason::ServerVeto, retry_at: Some(WallTime(8)) }),
            base(json!({ "type": "give-up", "reason": "server-veto", "retryAt": 8 })),
        );
        same(
            &event(What::Circuit { scope: "https://a.example".into(), state: CircuitState::HalfOpen }),
            base(json!({ "type": "circuit", "scope": "https://a.example", "state": "half-open" })),
        );
        same(
            &QuotaState { quota, in_flight: 1, waiting: 2, next_at: None, shared: None },
            json!({ "scope": "https://a.example", "limit": 5, "resetAt": 9, "source": "ratelimit", "inFlight": 1, "waiting": 2 }),
        );
        same(
            &Snapshot { version: 1, quotas: vec![kept()] },
            json!({ "version": 1, "quotas": [{ "scope": "https://api.example", "key": "00112233445566778899aabbccddeeff",
                "source": "x-ratelimit-remaining", "limit": 100, "remaining": 0, "resetAt": 1_000_000_030_000_i64,
                "window": 60000 }] }),
        );
    }

    fn same<T>(value: &T, expected: Value)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        assert_eq!(to_value(value).unwrap(), expected);
        assert_eq!(&from_value::<T>(expected).unwrap(), value);
    }
}
