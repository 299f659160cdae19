//! Pages of rules, users' catalogs and their layers, natively.

use crate::explain_support::{Case, load};
use fetch_with_policy::explain::catalogs::lookup::lookup;
use fetch_with_policy::explain::{Catalogs, explain};
use proptest::prelude::*;
use serde_json::{Value, json};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors-source.json");
const COLLECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors-collected.json");

fn page(id: &str) -> Option<Value> {
    let page = lookup(id, &Catalogs::built_in())?;
    Some(serde_json::from_str(&page.to_json()).expect("a page is strict JSON"))
}

fn explained(case: &Case, catalogs: &Catalogs) -> Value {
    serde_json::from_str(&explain(&case.report(), catalogs).to_json()).expect("an explanation is strict JSON")
}

#[test]
fn each_id_that_explains_a_case_and_each_rule_of_its_evidence_has_a_page() {
    let mut cases = load(SOURCE);
    cases.extend(load(COLLECTED));
    for case in &cases {
        let out = Case::of(case).json();
        let causes = out["causes"].as_array().unwrap();
        let evidence = causes.iter().flat_map(|cause| cause["evidence"].as_array().unwrap());
        let rules = evidence.map(|item| &item["rule"]).chain([&out["id"]]);
        for id in rules.map(|id| id.as_str().unwrap()) {
            let page = page(id).unwrap_or_else(|| panic!("{}: {id}", case["id"]));
            assert_eq!(page["id"], id);
            assert!(
                ["kind", "title", "whatHappened", "action"].iter().all(|key| page[key].as_str().unwrap().len() > 2)
            );
        }
        // What was turned by the headers or the fields is told as what it was turned to. Under a 2xx the body's code says what it is.
        let hidden = out["id"].as_str().unwrap().starts_with("hidden.");
        assert!(hidden || page(out["id"].as_str().unwrap()).unwrap()["kind"] == out["kind"], "{}: {}", case["id"], out);
    }
}

#[test]
fn a_page_tells_of_a_failure_of_the_network_and_of_a_status_what_an_explanation_would() {
    for (id, kind, words) in [
        ("network.dns", "network", "host name"),
        ("network.unknown", "network", "No response came"),
        ("network.offline", "network", "offline"),
        ("program.error", "unknown", "program"),
        ("fetch.bad_url", "invalid_request", "relative"),
        ("fetch.opaque", "unexpected_response", "no-cors"),
        ("http.404", "not_found", "responded 404: Not found."),
        ("http.html", "unexpected_response", "web page"),
        ("body.forbidden", "forbidden", "Not permitted"),
        ("http.403.rate_limited", "rate_limited", "Rate limited"),
        ("github.secondary-rate-limit", "rate_limited", "GitHub responded"),
    ] {
        let page = page(id).unwrap_or_else(|| panic!("{id}"));
        assert_eq!(page["kind"], kind, "{id}");
        assert!(page["whatHappened"].as_str().unwrap().contains(words), "{page}");
    }
    assert_eq!(page(&"http.404.rate_limited".repeat(5_000)), None);
}

#[test]
fn users_catalogs_go_first_and_in_their_order() {
    let rule = |id: &str, status: &str| {
        format!(
            r#"{{"catalog":1,"provider":"clever","rules":[{{"id":"{id}","when":{{"status":{status}}},"then":{{"kind":"locked"}}}}]}}"#
        )
    };
    let case = Case {
        status: Some(404),
        url: "https://api.clever.com/v3.0/x".into(),
        body: Some(r#"{"message":"User not found"}"#.into()),
        ..Case::default()
    };
    let id = |catalogs: Catalogs| explained(&case, &catalogs)["id"].clone();
    let built_in = Catalogs::built_in;
    assert_eq!(id(built_in()), "clever.user-not-enrolled");
    assert_eq!(id(built_in().with(&rule("clever.a", "404")).with(&rule("clever.b", "\"4xx\""))), "clever.a");
    assert_eq!(id(built_in().with(&rule("clever.a", "405")).with(&rule("clever.b", "\"4xx\""))), "clever.b");
    assert_eq!(id(built_in().with("no catalog")), "clever.user-not-enrolled");
}

#[test]
fn a_catalog_that_cannot_be_read_whole_says_so() {
    let mut catalogs = Catalogs::built_in();
    assert!(catalogs.add("{}"));
    for broken in ["", "{", "[1,]", &"[".repeat(100)] {
        assert!(!catalogs.add(broken), "{broken}");
    }
}

/// Words of the format where they belong and where they do not, with values of any kind.
fn any_value() -> impl Strategy<Value = Value> {
    const WORDS: &[&str] = &[
        "status",
        "method",
        "header",
        "code",
        "message",
        "body",
        "json",
        "url",
        "host",
        "path",
        "param",
        "gt",
        "lte",
        "equals",
        "contains",
        "startsWith",
        "template",
        "exists",
        "type",
        "bodyIs",
        "format",
        "not",
        "any",
        "kind",
        "reason",
        "retry",
        "verdict",
        "causes",
        "text",
        "id",
        "field",
        "fields",
        "action",
        "title",
        "docsUrl",
        "/error/code",
        "limit",
        "4xx",
        "never",
        "conflict",
        "{field} *",
        "*{x}é{",
        "{url.limit}",
        "*",
        "",
        "number",
    ];
    let word = prop::sample::select(WORDS).prop_map(String::from);
    let leaf = prop_oneof![
        word.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (0..70_000_i64).prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(word.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_catalog_makes_an_explanation_fail(when in any_value(), then in any_value(), hosts in any_value(), ok in any::<bool>()) {
        let any = json!({"not": {"never": 1}});
        let rules = json!([{"id": "x.a", "when": when, "then": then}, {"id": "x.b", "when": any, "then": then}, {"id": "x.c", "when": {"status": [200, 400]}, "then": then}]);
        let catalog = json!({"catalog": 1, "provider": "x", "hosts": hosts, "recognise": when, "extends": then, "rules": rules});
        let case = Case {
            status: Some(if ok { 200 } else { 400 }),
            url: "https://x.example/é/v1?limit=5&x".into(),
            headers: "code:x\nstatus:é\n".into(),
            body: Some(r#"{"error":{"code":"Zé","message":"a é b, c"}}"#.into()),
            ..Case::default()
        };
        let catalogs = Catalogs::built_in().with(&catalog.to_string());
        explained(&case, &catalogs);
        prop_assert!(lookup("x.a", &catalogs).is_some());
    }
}
