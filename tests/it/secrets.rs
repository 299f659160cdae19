//! What is taken out of texts, and what is not: lists of both (`tests/fixtures/secrets.json`), read as a message of a field,
//! as a body and as a message, and redacted once and twice.

use crate::explain_support::Case;
use fetch_with_policy::explain::write::redact::{redact, redact_value};
use proptest::{prelude::*, test_runner::RngSeed};
use serde_json::{Value, json};

fn lists(file: &str) -> Value {
    let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What an explanation shows of `text`, said of `field`: its message, and all of it.
fn shown(text: &str, field: &str) -> (String, String) {
    let body = json!({ "errors": [{ "field": field, "message": text }] }).to_string();
    let mut out = Case { status: Some(422), body: Some(body), ..Case::default() }.json();
    let message = out["fields"][0]["message"].as_str().unwrap_or("").to_owned();
    out["api"] = Value::Null;
    (message, out.to_string())
}

/// Where `secret` is shown of an answer that is no more than `text`: in JSON, and as it stands.
fn leaks(text: &str, secret: &str) -> Vec<String> {
    let bodies = [
        text.to_owned(),
        json!({ "message": text }).to_string(),
        json!({ "error": text, "errors": [text] }).to_string(),
    ];
    let mut found = Vec::new();
    for body in bodies {
        for status in [400, 401, 403, 409, 422, 500] {
            let mut out = Case { status: Some(status), body: Some(body.clone()), ..Case::default() }.json();
            out["api"] = Value::Null;
            if out.to_string().contains(secret) {
                found.push(out.to_string());
            }
        }
    }
    found
}

fn missed_and_false(file: &str) -> (Vec<String>, Vec<String>) {
    let lists = lists(file);
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    for row in lists["taken"].as_array().unwrap() {
        let (text, secret) = (row["text"].as_str().unwrap(), row["secret"].as_str().unwrap());
        let (_, all) = shown(text, row["field"].as_str().unwrap_or("value_of_it"));
        let direct = if row["field"].is_null() { leaks(text, secret) } else { Vec::new() };
        if all.contains(secret) || !direct.is_empty() {
            missed.push(format!("{text:?}: {}", if all.contains(secret) { &all } else { &direct[0] }));
        }
    }
    for row in lists["left"].as_array().unwrap() {
        let text = row["text"].as_str().unwrap();
        let (message, _) = shown(text, row["field"].as_str().unwrap_or("value_of_it"));
        if message != text {
            wrong.push(format!("{text:?}: {message:?}"));
        }
    }
    (missed, wrong)
}

/// The rules were made with the first pair of lists at hand. The others were written down before the rules first saw them, and
/// then the rules missed 6 of 60 in the second pair and 1 of 60 in the third; nothing harmless was taken in either.
#[test]
fn secrets_are_taken_out_and_nothing_harmless_is() {
    for file in ["secrets.json", "secrets-second.json", "secrets-third.json"] {
        let (missed, wrong) = missed_and_false(file);
        assert!(missed.is_empty() && wrong.is_empty(), "{file}: missed: {missed:#?}\nfalse: {wrong:#?}");
        let lists = lists(file);
        assert_eq!((lists["taken"].as_array().unwrap().len(), lists["left"].as_array().unwrap().len()), (60, 60));
    }
}

fn fields(body: &str, status: u16) -> Value {
    Case { status: Some(status), body: Some(body.to_owned()), ..Case::default() }.json()["fields"].take()
}

#[test]
fn a_secret_is_no_name_of_a_field() {
    for text in [
        "api_key: hunter2",
        "X-Api-Key: k9",
        "Authorization: Bearer hunter2\nX-Api-Key: hunter2",
        "Authorization: Basic dXNlcjpodW50ZXIy",
        "Password 'hunter2' is not allowed",
        "password:\nhunter2 is required",
        "Missing required key: sk_live_51HqLyjWDarjtT1zdp7dc",
    ] {
        for (status, body) in [
            (400, text.to_owned()),
            (422, json!({ "message": text }).to_string()),
            (400, json!({ "errors": [text] }).to_string()),
        ] {
            for field in fields(&body, status).as_array().unwrap() {
                let path = field["path"].as_str().unwrap();
                assert!(
                    !["hunter2", "k9", "dXNlcjpodW50ZXIy", "sk_live_51HqLyjWDarjtT1zdp7dc"].contains(&path),
                    "{body}: {field}"
                );
            }
        }
    }
    assert_eq!(fields("The email field is required.", 400)[0]["path"], "email");
    assert_eq!(fields("api_key: is required", 422)[0]["path"], "api_key");
}

#[test]
fn what_is_said_of_a_field_with_a_secrets_name_does_not_repeat_its_value() {
    let body = r#"{"errors":{"password":["hunter is too short"],"address.pin.value":["9021 is wrong"],"name":["hunter is too short"]}}"#;
    let messages: Vec<_> = fields(body, 422).as_array().unwrap().iter().map(|field| field["message"].clone()).collect();
    assert_eq!(messages, ["[redacted] is too short", "[redacted] is wrong", "hunter is too short"]);
}

fn once(way: fn(&str, &mut String), text: &str) -> String {
    let mut out = String::new();
    way(text, &mut out);
    out
}

proptest! {
    // The same cases in each run, so that a verdict is one of the code. 150,000 random ones passed, too.
    #![proptest_config(ProptestConfig {
        cases: 4000,
        rng_seed: RngSeed::Fixed(20_261_129),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Line breaks, too: what is redacted is on one line.
    #[test]
    fn what_was_redacted_once_stays_as_it_is(pieces in proptest::collection::vec(piece(), 0..14)) {
        for way in [redact, redact_value] {
            let first = once(way, &pieces.concat());
            prop_assert_eq!(once(way, &first), first.clone(), "of {:?}", pieces.concat());
        }
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = [
        "password",
        "token",
        "API key",
        "secret",
        "Authorization",
        "Cookie",
        "Bearer",
        "Basic",
        "hunter2",
        "swordfish",
        "is",
        "was",
        "value",
        "required",
        "too short",
        "sid=abc",
        "4111 1111 1111 1111",
        "4111",
        "1111",
        "DE89 3704 0044 0532 0130 00",
        "DE89",
        "3704",
        "sk_live_1a2b3c4d",
        "jane@example.com",
        "https://u:p@h.example/a?b=c#d",
        "://",
        "[redacted]",
        "?…",
        "é",
        "max_tokens",
        "4096",
        "8 characters",
        "a/b",
        "unexpected",
        "x",
    ];
    let marks = [
        " ", ":", "=", "=>", "\n", "\r\n", "\t", "\"", "'", "`", "(", ")", "[", "]", "{", "}", ",", ";", "&", "<", ">",
        ".", "-", "\\", "/", "|", ": ", "\u{b}",
    ];
    prop_oneof![
        proptest::sample::select(words.to_vec()).prop_map(str::to_owned),
        proptest::sample::select(marks.to_vec()).prop_map(str::to_owned),
        proptest::sample::select(marks.to_vec()).prop_map(str::to_owned),
        "[ -~\n]{0,3}",
    ]
}
