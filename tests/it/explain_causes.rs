//! Causes, actions, evidence and notes, row by row of the sources and of what surrounds them.

use crate::explain_support::{Case, load, text};
use serde_json::{Value, json};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors-source.json");

fn ids(out: &Value) -> Vec<String> {
    out["causes"].as_array().unwrap().iter().map(|cause| text(&cause["id"])).collect()
}

fn of(id: &str) -> (Case, Value) {
    let case = load(SOURCE).into_iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("{id}"));
    let case = Case::of(&case);
    let out = case.json();
    (case, out)
}

fn clever(status: u16, body: &str) -> Case {
    Case {
        status: Some(status),
        body: Some(body.into()),
        url: "https://api.clever.com/v3.0/x".into(),
        ..Case::default()
    }
}

/// id of the case, id of the rule, ids of the causes in order, a word of the action.
const ROWS: &[(&str, &str, &str, &str)] = &[
    ("s000-400", "clever.bad-request", "parameter body token", "API token"),
    ("s000-400-invalid-grant", "clever.grant-reused", "exchanged expired", "duplicate exchange"),
    ("s000-400-invalid-grant-oauth", "clever.grant-reused", "exchanged expired", "Never retry"),
    ("s000-401", "clever.bad-auth", "token", "authentication"),
    ("s000-404", "clever.not-available", "absent unshared deleted token-type", "token"),
    ("s000-413", "clever.limit-too-large", "limit", "10000"),
    ("s000-413-nolimit", "clever.too-large", "size limit", "10000"),
    ("s000-429", "clever.rate-limited", "rate", "window"),
    ("s000-429-noheaders", "clever.rate-limited", "rate", "60 s"),
    ("s000-500", "clever.failure", "failure", "status.clever.com"),
    ("s000-501", "clever.not-implemented", "unsupported", "different request"),
    ("s000-502", "clever.unavailable", "failure", "five retries"),
    ("s000-503", "clever.unavailable", "failure", "1, 2, 4 s"),
    ("s000-html-404", "clever.html", "token-type no-endpoint", "Postman"),
    ("s000-html-200", "clever.html", "token-type no-endpoint", "Postman"),
    ("s001-01-missing-fields", "clever.missing-fields", "required", "title, description, due_date"),
    ("s001-02-empty-body", "lang.go.empty", "no-body dropped", "Content-Type"),
    ("s001-03-due-date-past", "clever.due-date-past", "past zone", "time zone"),
    ("s001-04-text-body", "lang.go.string-escape", "escape", "serializer"),
    ("s001-04-text-body-labelled-json", "lang.go.string-escape", "escape", "serializer"),
    ("s001-05-enum", "clever.no-value", "no-value choice", "link file text discussion"),
    ("s001-05-enum-double-escaped", "clever.no-value", "no-value choice", "link file text discussion"),
    ("s001-06-comma", "lang.go.no-value", "no-value", "value"),
    ("s001-07-colon", "lang.go.after-pair", "separator", "serializer"),
    ("s001-08-invalid-id", "clever.assignment-id", "id", "id in the URL"),
    ("s001-09-person-not-found", "clever.grader-unknown", "grader placeholder", "grader_id"),
    ("s001-10-day-out-of-range", "clever.day-out-of-range", "past no-such-day", "future"),
    ("s001-11-no-auth", "clever.no-token", "missing", "District-app"),
    ("s001-12-bad-token", "clever.bad-token", "invalid", "District-app"),
    ("s001-13-deleted", "clever.assignment-deleted", "deleted", "again"),
    ("s001-14-user-not-found", "clever.user-not-enrolled", "not-enrolled not-assigned", "enrolment"),
    ("s001-15-method", "clever.method", "unsupported", "method"),
    ("s002-401-row", "unit21.unauthorized", "access-token client-secret client-id", "client_secret"),
    ("s002-409-row", "unit21.conflict", "state", "again"),
    ("s002-423-row", "unit21.locked", "busy workflow", "back to back"),
    ("s002-503-row", "unit21.maintenance", "maintenance", "half a minute"),
    ("s002-400-object-message", "unit21.required", "required", "properties"),
    ("s003-400", "message.required", "required syntax", "formatted"),
    ("s003-401", "http.401", "missing invalid scope", "scope"),
    ("s003-403", "http.403", "permission", "administrator"),
    ("s003-404", "http.404", "absent url hidden", "typos"),
    ("s003-429", "http.429", "rate", "Retry-After"),
    ("s003-500", "http.500", "bug", "request id"),
    ("s003-503", "http.503", "overload maintenance", "status page"),
    ("s003-custom-402", "body.business_rule", "rule", "details"),
];

#[test]
fn every_row_names_its_rule_its_causes_and_what_to_do() {
    for (id, rule, causes, action) in ROWS {
        let (_, out) = of(id);
        let action_said = text(&out["action"]);
        assert_eq!((text(&out["id"]).as_str(), ids(&out).join(" ").as_str()), (*rule, *causes), "{id}");
        assert!(action_said.contains(action), "{id}: {action_said}");
    }
}

#[test]
fn evidence_points_at_the_very_bytes() {
    for (id, from, name, shown) in [
        ("s000-413", "url", "limit", "limit=20000"),
        ("s000-413", "status", "", "413"),
        ("s001-01-missing-fields", "body", "message", "missing required field(s): title, description, due_date"),
        ("s001-03-due-date-past", "body", "message", "due_date must be in the future"),
        ("s001-04-text-body", "body", "message", "Invalid character ' ' in string escape code"),
        ("s001-15-method", "status", "", "405"),
        ("s000-html-404", "body", "", "<!DOCTYPE html>"),
        ("s003-404", "body", "code", "RESOURCE_NOT_FOUND"),
    ] {
        let (case, out) = of(id);
        let evidence: Vec<&Value> =
            out["causes"].as_array().unwrap().iter().flat_map(|cause| cause["evidence"].as_array().unwrap()).collect();
        let found = evidence
            .iter()
            .find(|item| item["from"] == from && text(&item["name"]) == name && text(&item["text"]) == shown.trim());
        let found = found.or_else(|| evidence.iter().find(|item| item["from"] == from && text(&item["text"]) == shown));
        let found = found.unwrap_or_else(|| panic!("{id}: {shown} in {evidence:?}"));
        assert_eq!(found["rule"], out["id"], "{id}");
        if from == "body" {
            let span = found["start"].as_u64().unwrap() as usize..found["end"].as_u64().unwrap() as usize;
            assert_eq!(&case.body.unwrap()[span], shown, "{id}");
        } else {
            assert!(found["start"].is_null(), "{id}");
        }
    }
}

#[test]
fn a_placeholder_is_told_with_its_name_wherever_it_was_sent() {
    let (case, out) = of("s001-09-person-not-found");
    let found = out["causes"].as_array().unwrap().iter().find(|cause| cause["id"] == "placeholder").unwrap();
    assert!(text(&found["text"]).contains("{{lms_canvas_demo_teacher_id}}"), "{found}");
    let (start, end) = (found["evidence"][1]["start"].as_u64().unwrap(), found["evidence"][1]["end"].as_u64().unwrap());
    assert_eq!(&case.body.unwrap()[start as usize..end as usize], "{{lms_canvas_demo_teacher_id}}");
    for url in ["https://x.example/users/{{user_id}}/a", "https://x.example/users/%7B%7Buser_id%7D%7D"] {
        let out = Case { status: Some(404), url: url.into(), ..Case::default() }.json();
        assert_eq!((&out["causes"][0]["id"], &out["kind"]), (&json!("placeholder"), &json!("not_found")), "{url}");
    }
    let out = Case { status: Some(404), url: "https://x.example/users/undefined".into(), ..Case::default() }.json();
    assert_eq!(ids(&out)[0], "undefined");
}

#[test]
fn amounts_stay_texts_and_the_code_of_unit21_is_not_the_status() {
    let (_, out) = of("s003-custom-422");
    assert_eq!(out["details"], json!({"required": "100.00", "available": "50.50"}));
    assert_eq!(out["api"]["details"], out["details"]);
    assert_eq!(out["fields"], json!([]));
    let (_, out) = of("s002-423-row");
    assert!(out["api"]["code"].is_null() && out["provider"] == "unit21");
    let several = r#"{"code":400,"message":{"error_code":"invalid_input","message":["'a' is a required property","'b' is a required property"]}}"#;
    let out = Case { status: Some(400), body: Some(several.into()), ..Case::default() }.json();
    let paths: Vec<_> = out["fields"].as_array().unwrap().iter().map(|field| text(&field["path"])).collect();
    assert_eq!((paths, out["provider"].clone()), (vec!["a".to_owned(), "b".to_owned()], json!("unit21")));
}

#[test]
fn an_unknown_code_with_details_is_a_rule_of_the_api_but_not_against_a_precise_status() {
    let body = r#"{"error":{"code":"SEAT_TAKEN","message":"Taken.","details":{"seat":"12A"}}}"#;
    for (status, kind) in [
        (400, "business_rule"),
        (402, "business_rule"),
        (409, "business_rule"),
        (422, "business_rule"),
        (429, "rate_limited"),
        (401, "unauthenticated"),
        (500, "server_error"),
    ] {
        let out = Case { status: Some(status), body: Some(body.into()), ..Case::default() }.json();
        assert_eq!(out["kind"], kind, "{status}");
    }
    let bare = r#"{"error":{"code":"SEAT_TAKEN","message":"Taken."}}"#;
    assert_ne!(Case { status: Some(400), body: Some(bare.into()), ..Case::default() }.json()["kind"], "business_rule");
}

#[test]
fn a_reset_in_the_past_is_clamped_and_one_of_another_year_not_believed() {
    let at = |reset: &str| {
        let headers =
            ["x-ratelimit-limit:1200\nx-ratelimit-remaining:0\nx-ratelimit-bucket:abc123\nx-ratelimit-reset:", reset];
        Case { headers: headers.concat(), ..clever(429, "") }.json()
    };
    // The cases' clock stands at 1,700,000,000 s.
    let just_past = at("1699999990");
    assert_eq!((&just_past["retry"]["verdict"], &just_past["retry"]["delay"]), (&json!("at-reset"), &json!(0)));
    assert_eq!(
        (&just_past["bucket"], &just_past["limit"], &just_past["remaining"]),
        (&json!("abc123"), &json!(1200), &json!(0))
    );
    assert!(text(&just_past["notes"][0]).contains("clock"));
    assert_eq!(
        (text(&just_past["userMessageKey"]).as_str(), &just_past["params"]),
        ("user.rate_limited.after", &json!({"seconds": "1", "wait": "1", "unit": "second"}))
    );
    // The documentation's own example lies in 2014: without a Date of that time, one window is waited for.
    let other_year = at("1394506274");
    assert_eq!((&other_year["retry"]["verdict"], &other_year["retry"]["delay"]), (&json!("at-reset"), &json!(60_000)));
}

#[test]
fn five_retries_are_six_requests() {
    let (_, out) = of("s000-500");
    assert_eq!(
        out["retry"],
        json!({"verdict": "backoff", "baseDelay": 1000, "maxTries": 5, "requiresIdempotency": false})
    );
}

#[test]
fn hidden_headers_are_named_to_a_page_of_another_origin() {
    let cors = Case { response_type: "cors".into(), page_url: "https://app.example.com/".into(), ..clever(429, "") };
    let out = cors.json();
    let line = "Access-Control-Expose-Headers: Date, Retry-After, RateLimit, RateLimit-Policy, X-RateLimit-Limit";
    assert!(text(&out["action"]).contains(line));
    assert!(out["notes"].as_array().unwrap().iter().any(|note| text(note).contains(line)), "{}", out["notes"]);
    let own = Case { page_url: "https://api.clever.com/docs".into(), ..clever(429, "") };
    assert!(!text(&own.json()["action"]).contains("Access-Control"));
}

#[test]
fn a_proxy_is_told_from_the_api() {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>";
    let out = clever(502, page).json();
    assert_eq!((&out["kind"], &out["format"]), (&json!("unavailable"), &json!("nginx")));
    assert!(text(&out["notes"][0]).contains("proxy"));
}

#[test]
fn a_success_is_an_error_only_by_the_known_conventions() {
    for (body, kind) in [
        (r#"{"data":[]}"#, "success"),
        (r#"{"error":null,"errors":[]}"#, "success"),
        (r#"{"errors":{"total":3}}"#, "success"),
        (r#"{"ok":true,"success":true}"#, "success"),
        (r#"{"jsonrpc":"2.0","result":1}"#, "success"),
        (r#"{"ok":false,"error":"not_authed"}"#, "unauthenticated"),
        (r#"{"success":false}"#, "business_rule"),
        (r#"{"errors":[{"message":"x","extensions":{"code":"NOT_FOUND"}}]}"#, "not_found"),
        (r#"{"jsonrpc":"2.0","error":{"code":-32000,"message":"failed"}}"#, "business_rule"),
        (r#"{"a":"#, "unexpected_response"),
        ("", "unexpected_response"),
    ] {
        let case = Case {
            status: Some(200),
            body: Some(body.into()),
            headers: "content-type:application/json\n".into(),
            ..Case::default()
        };
        assert_eq!(case.json()["kind"], kind, "{body}");
    }
    assert_eq!(Case { status: Some(204), body: Some(String::new()), ..Case::default() }.json()["kind"], "success");
    for status in [201, 202] {
        let headers = "content-type:application/json\n".into();
        let case = Case { status: Some(status), body: Some(String::new()), headers, ..Case::default() };
        assert_eq!(case.json()["kind"], "success", "{status}");
    }
    // Cut off: unsure, and it says what else it may be.
    let cut = r#"{"items":[{"id":1},{"id":"#;
    let headers = "content-type:application/json\n".into();
    let out = Case { status: Some(200), body: Some(cut.into()), headers, ..Case::default() }.json();
    assert_eq!((&out["kind"], &out["reason"]), (&"unexpected_response".into(), &"invalid_json".into()));
    assert!(out["confidence"].as_f64().is_some_and(|confidence| confidence < 0.6), "{out}");
    let said = out["notes"].to_string();
    assert!(said.contains("Success"), "{said}");
    assert_eq!(Case { status: Some(200), ..Case::default() }.json()["kind"], "success");
}

#[test]
fn what_was_thrown_is_told_by_runtime() {
    for (chain, kind, reason, verdict) in [
        (
            &[("TypeError", "fetch failed", ""), ("Error", "connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED")][..],
            "network",
            "refused",
            "backoff",
        ),
        (
            &[("TypeError", "error sending request", ""), ("Error", "dns error: failed to lookup address", "")],
            "network",
            "dns",
            "backoff",
        ),
        (
            &[("TypeError", "fetch failed", ""), ("Error", "self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT")],
            "network",
            "tls",
            "never",
        ),
        (&[("Error", "Network connection lost.", "")], "network", "connection", "backoff"),
        (&[("TypeError", "redirect count exceeded", "")], "network", "redirect_loop", "never"),
        (
            &[("TypeError", "terminated", ""), ("SocketError", "other side closed", "UND_ERR_SOCKET")],
            "network",
            "truncated",
            "backoff",
        ),
        (&[("TypeError", "Failed to parse URL from /api/x", "")], "invalid_request", "bad_url", "never"),
        (&[("TypeError", "Invalid URL: /api/x", "")], "invalid_request", "bad_url", "never"),
        (&[("TimeoutError", "signal timed out", "23")], "timeout", "client_deadline", "backoff"),
        (&[("AbortError", "This operation was aborted", "20")], "aborted", "caller", "never"),
        (&[("SyntaxError", "Unexpected end of JSON input", "")], "unexpected_response", "invalid_json", "never"),
        (&[("TypeError", "Load failed", "")], "network", "unknown", "backoff"),
    ] {
        let thrown = chain
            .iter()
            .map(|(name, message, code)| [(*name).to_owned(), (*message).to_owned(), (*code).to_owned()])
            .collect();
        let out = Case { thrown, url: "https://api.example.com/x".into(), ..Case::default() }.json();
        assert_eq!(
            (&out["kind"], &out["reason"], &out["retry"]["verdict"]),
            (&json!(kind), &json!(reason), &json!(verdict)),
            "{chain:?}"
        );
        assert!(out["status"].is_null());
    }
}

#[test]
fn an_opaque_answer_is_no_error_of_the_api() {
    for (kind, reason) in [("opaque", "opaque"), ("opaqueredirect", "redirect")] {
        let out = Case { status: Some(0), response_type: kind.into(), ..Case::default() }.json();
        assert_eq!(
            (&out["kind"], &out["reason"], &out["status"]),
            (&json!("unexpected_response"), &json!(reason), &json!(0))
        );
    }
}
