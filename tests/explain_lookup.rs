//! Pages of rules, users' catalogs and their layers, natively.

mod explain_support;
use explain_support::{Case, load};
use fetch_with_policy::explain::lookup::lookup;
use fetch_with_policy::explain::{Catalogs, explain};
use serde_json::{Value, json};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors-source.json");
const ALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/cases/errors.json");

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
    if std::path::Path::new(ALL).exists() {
        cases.extend(load(ALL));
    }
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
        ("fetch.bad_url", "invalid_request", "relative"),
        ("fetch.opaque", "unexpected_response", "no-cors"),
        ("http.404", "not_found", "answered 404: Not found."),
        ("http.html", "unexpected_response", "web page"),
        ("code.forbidden", "forbidden", "Not permitted"),
        ("hidden.slack", "business_rule", "rule"),
        ("http.403.rate_limited", "rate_limited", "Rate limited"),
        ("github.secondary-rate-limit", "rate_limited", "GitHub answered"),
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

#[test]
fn what_a_user_wrote_takes_no_more_than_linear_time() {
    let stars = "*a".repeat(2_000);
    let rules = format!(
        r#"{{"catalog":1,"provider":"x","rules":[{{"id":"x.a","when":{{"body":{{"template":"{stars}b","contains":"ab"}},"not":{{"not":{{"message":"{stars}"}}}}}},"then":{{"kind":"locked"}}}}]}}"#
    );
    let case = Case { status: Some(400), body: Some("a".repeat(65_536)), ..Case::default() };
    let start = std::time::Instant::now();
    let out = explained(&case, &Catalogs::built_in().with(&rules));
    assert_eq!((&out["id"], &out["provider"]), (&json!("http.400"), &json!(null)));
    assert!(start.elapsed().as_millis() < 2_000, "{:?}", start.elapsed());
}
