//! Whatever comes: an explanation in strict JSON, evidence within the body, no secret outside `api`, in linear time.

use crate::explain_support::{Case, hostile};
use proptest::prelude::*;
use serde_json::Value;

const SECRETS: &[&str] = &[
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "jane.doe@example.com",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
];

fn check(case: &Case) {
    let out = case.json();
    let body = case.body.as_deref().unwrap_or("");
    for cause in out["causes"].as_array().unwrap() {
        for evidence in cause["evidence"].as_array().unwrap() {
            assert!(evidence["text"].as_str().unwrap_or("").chars().count() <= 120);
            if let (Some(start), Some(end)) = (evidence["start"].as_u64(), evidence["end"].as_u64()) {
                assert!(body.get(start as usize..end as usize).is_some(), "{evidence} of {body:?}");
            }
        }
    }
}

fn without_api(mut out: Value) -> String {
    out["api"] = Value::Null;
    out.to_string()
}

/// Texts that are nearly an error's body.
fn bodies() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just("\"error\":".to_owned()),
        Just("\"errors\":".to_owned()),
        Just("\"message\":".to_owned()),
        Just("\"code\":".to_owned()),
        Just("\"details\":".to_owned()),
        Just("\"_errors\":".to_owned()),
        Just("\"loc\":".to_owned()),
        Just("\"INVALID_ID\"".to_owned()),
        Just("\"'a' is a required property\"".to_owned()),
        Just("\"\\u00e9\\n{{x}} \\\\n\"".to_owned()),
        Just("404".to_owned()),
        Just("null".to_owned()),
        Just("<html>".to_owned()),
        Just("<title>é".to_owned()),
        Just("error code: ".to_owned()),
        Just("ß".to_owned()),
        "\\PC{0,8}",
    ];
    prop_oneof![proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat()), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_explained(
        status in proptest::option::of(any::<u16>()),
        statuses in proptest::sample::select(vec![200_u16, 400, 401, 403, 404, 413, 422, 423, 429, 500, 503]),
        known in any::<bool>(),
        headers in "((content-type|retry-after|server|allow|www-authenticate):[ -~é]{0,30}\n){0,4}|\\PC{0,60}",
        body in proptest::option::of(bodies()),
        url in "(https?://)?[a-z.@:é]{0,12}(/[a-z{}0-9é]{0,6}){0,3}(\\?limit=[0-9]{0,25})?|\\PC{0,30}",
        error in proptest::collection::vec(("\\PC{0,20}", "\\PC{0,60}", "\\PC{0,10}"), 0..3),
        method in "GET|PATCH|\\PC{0,5}",
        page_url in "https://[a-z]{1,3}/|",
    ) {
        let thrown = error.into_iter().map(|(name, message, code)| [name, message, code]).collect();
        let status = if known { Some(statuses) } else { status };
        check(&Case { status, headers, body, method, url, thrown, page_url, ..Case::default() });
    }

    #[test]
    fn no_secret_gets_out(
        secret in proptest::sample::select(SECRETS),
        status in proptest::sample::select(vec![200_u16, 400, 401, 403, 404, 413, 422, 429, 500]),
        form in 0_usize..8,
    ) {
        let body = [
            format!("{{\"message\":\"{secret} must be in the future\"}}"),
            format!("{{\"error\":{{\"code\":\"X\",\"message\":\"token {secret} is bad\",\"details\":{{\"token\":\"{secret}\",\"a\":\"{secret}\"}}}}}}"),
            format!("{{\"errors\":{{\"{secret}\":[\"{secret} is invalid\"]}}}}"),
            format!("{{\"message\":\"NOT_FOUND: Person with id {secret} not found.\"}}"),
            format!("<html><title>{secret}</title></html>"),
            format!("invalid character '{secret}' in string escape code"),
            format!("{{\"code\":\"{secret}\",\"message\":\"{secret} does not exist\"}}"),
            format!("{{\"message\":\"validation failure list:\\n{secret} in body should be one of [{secret} b]\"}}"),
        ][form].clone();
        let case = Case {
            status: Some(status),
            body: Some(body),
            url: format!("https://u:{secret}@api.clever.com/v1/{secret}/undefined?access_token={secret}&limit=20000#{secret}"),
            headers: format!("set-cookie:{secret}\nallow:{secret}\nwww-authenticate:Bearer scope=\"{secret}\"\nx-ratelimit-bucket:{secret}\nx-ratelimit-remaining:0\n"),
            method: secret.to_owned(),
            provider: Some(secret.to_owned()),
            thrown: vec![[String::new(), format!("see https://x.example/?key={secret} {secret}"), secret.to_owned()]],
            ..Case::default()
        };
        let shown = without_api(case.json());
        prop_assert!(!shown.contains(secret), "{shown}");
        let shown = without_api(Case { status: None, ..case }.json());
        prop_assert!(!shown.contains(secret), "{shown}");
    }
}

/// How long they take is counted in `src/explain/mod.rs`.
#[test]
fn hostile_bodies_are_explained() {
    for (_, body) in hostile::BODIES {
        for provider in [None, Some("clever".to_owned())] {
            check(&Case { status: Some(400), body: Some(body(65_536)), provider, ..Case::default() });
        }
    }
}
