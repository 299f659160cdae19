//! What a request shows of its own mistakes, under the statuses that blame it, and that nothing of its headers is told.

use crate::explain_support::{Case, text};
use serde_json::Value;

fn ids(out: &Value) -> Vec<String> {
    out["causes"].as_array().unwrap().iter().map(|cause| text(&cause["id"])).collect()
}

fn asked(status: u16, url: &str, headers: &str, body: &str) -> Case {
    Case {
        status: Some(status),
        url: ["https://api.example.com", url].concat(),
        request_headers: headers.into(),
        request_body: body.into(),
        method: if body.is_empty() { "GET" } else { "POST" }.into(),
        ..Case::default()
    }
}

/// status, path and query, first cause, its confidence; "" where nothing is wrong with the address.
const ADDRESSES: &[(u16, &str, &str, &str)] = &[
    (404, "/users/{{user_id}}/a", "placeholder", "likely"),
    (404, "/users/%7B%7Buser_id%7D%7D", "placeholder", "likely"),
    (404, "/users/:id", "placeholder", "likely"),
    (404, "/users/{id}.json", "placeholder", "likely"),
    (404, "/users/%3Cid%3E", "placeholder", "likely"),
    (400, "/users/$%7BuserId%7D/x", "placeholder", "likely"),
    (400, "/users?id=%7B%7Bid%7D%7D", "placeholder", "likely"),
    (400, "/users?id={id}", "placeholder", "likely"),
    (400, "/users?id=:id", "placeholder", "likely"),
    (404, "/users/undefined", "undefined", "likely"),
    (404, "/users/null/x", "undefined", "likely"),
    (422, "/users?page=undefined", "undefined", "likely"),
    (400, "/users?a=1&id=null", "undefined", "possible"),
    (400, "/users?n=NaN", "undefined", "likely"),
    (400, "/users?q=[object Object]", "undefined", "likely"),
    (400, "/users/%5Bobject%20Object%5D", "undefined", "likely"),
    (404, "/users//posts", "empty-segment", "possible"),
    (400, "/users?name=jane%20", "blank", "possible"),
    (404, "/users/a%2520b", "encoded-twice", "possible"),
    // Nothing is wrong with these.
    (400, "/v1/models/gemini:generate", "", ""),
    (400, "/users?filter={\"a\":1}", "", ""),
    (404, "/users/{6fa459ea-ee8a-3ca4-894e-db77e160355e}", "", ""),
    (404, "/proxy/https://other.example/x", "", ""),
    (404, "/a/b/", "", ""),
    (404, "/undefinedness?nullable=nullify", "", ""),
    (404, "/a?time=10:30", "", ""),
    // The address is not to blame.
    (401, "/users/undefined", "", ""),
    (429, "/users/undefined", "", ""),
    (500, "/users/undefined", "", ""),
    (200, "/users/undefined", "", ""),
];

#[test]
fn a_value_that_was_never_filled_in_is_seen_in_path_and_query() {
    for (status, url, id, confidence) in ADDRESSES {
        let out = asked(*status, url, "", "").json();
        let first = &out["causes"][0];
        let request = first["evidence"][0]["rule"].as_str().is_some_and(|rule| rule.starts_with("request."));
        assert_eq!(request, !id.is_empty(), "{status} {url}: {first}");
        if !id.is_empty() {
            assert_eq!((text(&first["id"]).as_str(), text(&first["confidence"]).as_str()), (*id, *confidence), "{url}");
            // What the kind says in general comes behind, and not as likelier.
            assert!(out["causes"].as_array().unwrap().len() > 1, "{url}");
            assert_eq!(out["causes"][1]["confidence"], "possible", "{url}");
        }
    }
}

/// A JWT of the time 1,600,000,000 s, and one of 2,000,000,000 s; the cases' clock stands at 1,700,000,000 s.
const EXPIRED: &str = "authorization:Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE2MDAwMDAwMDB9.c2lnbmF0dXJl";
const VALID: &str = "authorization:Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwMDAwMDAwMDB9.c2lnbmF0dXJl";

/// Status, request headers, response headers, first cause, confidence.
const CREDENTIALS: &[(u16, &str, &str, &str, &str)] = &[
    (401, "accept:*/*", "", "missing", "likely"),
    (404, "accept:*/*", "", "missing", "possible"),
    (401, "authorization:Bearer", "", "auth-empty", "certain"),
    (401, "authorization:", "", "auth-empty", "certain"),
    (401, "Authorization:Bearer undefined", "", "auth-undefined", "certain"),
    (401, "authorization:Bearer null", "", "auth-undefined", "certain"),
    (401, "authorization:undefined", "", "auth-undefined", "certain"),
    (401, "authorization:Bearer [object Object]", "", "auth-undefined", "certain"),
    (401, "authorization:Bearer {{token}}", "", "auth-placeholder", "certain"),
    (401, "authorization:Bearer $API_TOKEN", "", "auth-placeholder", "certain"),
    (401, "authorization:Bearer YOUR_API_KEY", "", "auth-placeholder", "certain"),
    (401, "authorization:Bearer <token>", "", "auth-placeholder", "certain"),
    (401, "authorization:Bearer Bearer abc", "", "auth-doubled", "certain"),
    (401, "authorization:Bearer \"abc\"", "", "auth-quoted", "likely"),
    (401, "authorization:Bearer abc def", "", "auth-blank", "likely"),
    (401, "authorization:Basic secret", "", "auth-basic", "certain"),
    (401, "authorization:hunter2", "", "auth-bare", "likely"),
    (401, "authorization:Bearer abc", "www-authenticate:Basic realm=\"x\"\n", "auth-scheme", "likely"),
    (401, EXPIRED, "", "auth-expired", "likely"),
    (403, EXPIRED, "", "auth-expired", "likely"),
    // Nothing is wrong with these by their look.
    (401, VALID, "", "invalid", "likely"),
    (401, "authorization:Basic dXNlcjpwYXNz", "www-authenticate:Basic realm=\"x\"\n", "invalid", "likely"),
    (401, "authorization:Bearer abc", "www-authenticate:Basic realm=\"x\", Bearer\n", "invalid", "likely"),
    (401, "authorization:Bearer [REDACTED]", "", "invalid", "likely"),
    (401, "x-api-key:abc", "", "invalid", "likely"),
    (401, "authorization:Digest username=\"x\", realm=\"y\"", "", "invalid", "likely"),
    (500, "authorization:Bearer undefined", "", "bug", "likely"),
];

#[test]
fn what_is_wrong_with_the_credentials_is_told_by_their_form() {
    for (status, sent, answered, id, confidence) in CREDENTIALS {
        let out = Case { headers: (*answered).into(), ..asked(*status, "/x", sent, "") }.json();
        let first = &out["causes"][0];
        assert_eq!(
            (text(&first["id"]).as_str(), text(&first["confidence"]).as_str()),
            (*id, *confidence),
            "{status} {sent}"
        );
    }
    let out = asked(401, "/x", EXPIRED, "").json();
    assert_eq!(out["causes"][0]["text"], "The token expired at 2020-09-13T12:26:40Z.");
    let evidence = &out["causes"][0]["evidence"][1];
    assert_eq!(
        (&evidence["name"], &evidence["text"]),
        (&"requestHeader.authorization".into(), &"Bearer [redacted]".into())
    );
    let out = asked(401, "/x?api_key=abc", "accept:*/*", "").json();
    assert_eq!(ids(&out)[0], "auth-in-query");
}

/// Status, method, request headers, request body, first cause.
const BODIES: &[(u16, &str, &str, &str, &str)] = &[
    (415, "POST", "accept:*/*", "{\"a\":1}", "unlabelled"),
    (400, "POST", "content-type:text/plain;charset=UTF-8", "{\"a\":1}", "json-as-text"),
    (400, "POST", "content-type:application/x-www-form-urlencoded", "{\"a\":1}", "json-as-form"),
    (400, "POST", "content-type:application/json", "a=1&b=2", "form-as-json"),
    (400, "POST", "content-type:multipart/form-data", "", "no-boundary"),
    (400, "POST", "content-type:application/json", "[object Object]", "body-object"),
    (400, "POST", "content-type:application/json", "{\"a\":1,\n}", "broken-json"),
    (400, "POST", "content-type:application/json", "{\"a\":\"one\ntwo\"}", "broken-json"),
    (400, "POST", "content-type:application/json", "{\"a\":\"\u{1}\"}", "broken-json"),
    (400, "POST", "content-type:application/json", r#"{"a":"\x41"}"#, "broken-json"),
    (400, "POST", "content-type:application/json", r#"{"a":"\u12"}"#, "broken-json"),
    (400, "POST", "content-type:application/json", r#"{"a":"C:\path"}"#, "broken-json"),
    (400, "POST", "content-type:application/json", r#"{"a":"one\ntwo"}"#, "parameter"),
    (400, "POST", "content-type:application/json", "{\"a\":{\"id\":\"undefined\"}}", "undefined-member"),
    (400, "POST", "content-type:application/x-www-form-urlencoded", "a=1&id=undefined", "undefined-member"),
    (400, "GET", "content-type:application/json", "{\"a\":1}", "body-on-get"),
    (400, "POST", "content-type:application/json", "{\"a\":1}", "parameter"),
    (400, "POST", "content-type:application/x-www-form-urlencoded", "a=1", "parameter"),
    (400, "POST", "content-type:multipart/form-data; boundary=x", "", "parameter"),
    (500, "POST", "content-type:application/json", "{", "bug"),
    (406, "GET", "accept:application/xml", "", "accept"),
    (406, "GET", "accept:*/*", "", "unsupported"),
];

#[test]
fn a_body_that_cannot_be_what_it_is_called_is_told() {
    for (status, method, sent, body, id) in BODIES {
        let out = Case { method: (*method).into(), ..asked(*status, "/x", sent, body) }.json();
        assert_eq!(ids(&out)[0], *id, "{status} {sent} {body}");
    }
    let out = asked(400, "/x", "content-type:application/json", "{\"a\":1,\n}").json();
    assert_eq!(out["causes"][0]["text"], "The request body is not valid JSON at line 2, column 1.");
    // The first fault, not what it led to further down.
    let out = asked(400, "/x", "content-type:application/json", "{\"a\":\"x\n\"b\":1\n}").json();
    assert_eq!(out["causes"][0]["text"], "The request body is not valid JSON at line 1, column 8.");
}

#[test]
fn a_response_with_line_breaks_in_its_strings_is_read_and_said_to_be_broken() {
    let said = |body: &str| Case { body: Some(body.to_owned()), ..asked(404, "/x", "", "") }.json();
    for body in ["{\"message\":\"No such\nuser\"}", "\"No such\nuser\""] {
        let out = said(body);
        assert_eq!(out["api"]["message"], "No such\nuser", "{out}");
        assert!(out["notes"].to_string().contains("broken JSON"), "{out}");
    }
    assert_eq!(said("{\"message\":\"x\"}")["notes"].as_array().map_or(0, Vec::len), 0);
}

#[test]
fn a_post_that_was_redirected_became_a_get() {
    let case = Case { redirected: true, method: "POST".into(), ..asked(405, "/x", "", "") };
    assert_eq!(ids(&case.json())[0], "redirected");
    assert_eq!(ids(&Case { redirected: false, ..case }.json()), ["unsupported"]);
}

#[test]
fn the_servers_words_and_the_request_are_held_against_each_other() {
    let said = |body: &str| Some(body.to_owned());
    let out =
        Case { body: said(r#"{"message":"Invalid token"}"#), ..asked(401, "/x", "authorization:Bearer undefined", "") };
    assert_eq!(ids(&out.json()), ["auth-undefined", "invalid"]);
    let out =
        Case { body: said(r#"{"message":"No API key provided"}"#), ..asked(401, "/x", "authorization:Bearer abc", "") };
    let out = out.json();
    assert_eq!(ids(&out), ["missing"]);
    assert!(text(&out["causes"][0]["text"]).starts_with("Credentials were sent"), "{out}");
    let out = Case { body: said(r#"{"message":"name is required"}"#), ..asked(400, "/x?page=undefined", "", "") };
    assert_eq!(ids(&out.json()), ["field", "undefined"]);
}

#[test]
fn a_number_over_the_most_that_the_message_names_is_told() {
    for (query, message, seen) in [
        ("limit=500", "limit must be at most 100", true),
        ("per_page=500", "The value 500 exceeds the maximum of 100.", true),
        ("page[size]=1000", "must be between 1 and 100", true),
        ("limit=50", "limit must be at most 100", false),
        ("limit=500", "code 9000: exceeds the maximum of 100", false),
        ("offset=500", "offset must be at most 100", false),
        ("limit=500", "error 100", false),
        ("limit=x", "limit must be at most 100", false),
    ] {
        let body = Some(serde_json::json!({ "message": message }).to_string());
        let out = Case { body, ..asked(400, &["/x?", query].concat(), "", "") }.json();
        let cause = out["causes"].as_array().unwrap().iter().find(|cause| {
            let rule = &cause["evidence"][0]["rule"];
            cause["id"] == "size" && rule.as_str().is_some_and(|rule| rule.starts_with("request."))
        });
        let cause = cause.cloned();
        assert_eq!(cause.is_some(), seen, "{query} {message}");
        let name = query.split('=').next().unwrap();
        assert!(cause.is_none_or(
            |cause| text(&cause["text"]).starts_with(name) && text(&cause["text"]).ends_with("the maximum is 100.")
        ));
    }
}

#[test]
fn no_value_of_a_request_header_is_told() {
    for status in [400, 401, 403, 404, 406, 415, 422] {
        for form in [
            "hunter2x",
            "Bearer hunter2x",
            "hunter2x hunter2x",
            "Basic hunter2x",
            "Bearer Bearer hunter2x",
            "Bearer \"hunter2x",
            "Bearer {{hunter2x}}",
        ] {
            let names = ["authorization", "cookie", "accept", "content-type", "x-api-key", "x-own"];
            let sent: String = names.iter().map(|name| [name, ":", form, "\n"].concat()).collect();
            let out = asked(status, "/x", &sent, "{\"a\":1}").explain().to_json();
            assert!(!out.contains("hunter2x"), "{status} {form}: {out}");
        }
    }
}
