//! Texts for end users: the English pack of the npm package is the core's table, and waits are shown in a unit that suits them.

use crate::explain_support::{Case, text};
use fetch_with_policy::explain::advise::texts::{USER, pairs, row};
use fetch_with_policy::explain::kind::KINDS;
use serde_json::Value;
use std::collections::BTreeMap;

/// Kinds whose text has a form that names the wait.
const WITH_WAIT: [&str; 2] = ["user.rate_limited.after", "user.unavailable.after"];

fn english() -> BTreeMap<String, String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/messages/en.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A key that is missing on either side, or a text that differs, fails here.
#[test]
fn the_english_pack_has_the_keys_and_texts_of_the_core() {
    let mut pack = english();
    assert_eq!(pack.remove("locale").as_deref(), Some("en"));
    for key in WITH_WAIT {
        assert!(pack.remove(key).is_some(), "{key}");
    }
    let kinds = KINDS.map(row).into_iter().map(|row| (format!("user.{}", row.name), row.user.to_owned()));
    let variants = USER.iter().flat_map(|(kind, texts)| {
        pairs(texts).map(|(variant, text)| (format!("user.{}.{variant}", row(*kind).name), text.to_owned()))
    });
    assert_eq!(pack, kinds.chain(variants).collect());
}

fn limited(status: u16, seconds: u64) -> Value {
    Case { status: Some(status), headers: format!("retry-after:{seconds}\n"), ..Case::default() }.json()
}

#[test]
fn a_wait_is_shown_in_the_largest_unit_of_which_it_has_two_rounded_up() {
    for (seconds, wait, unit, shown) in [
        (1, "1", "second", "1 second."),
        (30, "30", "second", "30 seconds."),
        (119, "119", "second", "119 seconds."),
        (120, "2", "minute", "2 minutes."),
        (121, "3", "minute", "3 minutes."),
        (7199, "120", "minute", "120 minutes."),
        (7200, "2", "hour", "2 hours."),
        (172_801, "3", "day", "3 days."),
    ] {
        for (status, key) in [429, 503].into_iter().zip(WITH_WAIT) {
            let out = limited(status, seconds);
            assert_eq!(text(&out["userMessageKey"]), key);
            assert!(
                text(&out["userMessage"]).ends_with(&format!(" Please try again in {shown}")),
                "{}",
                out["userMessage"]
            );
            let params = serde_json::json!({"seconds": seconds.to_string(), "wait": wait, "unit": unit});
            assert_eq!(out["params"], params);
        }
    }
    assert_eq!(limited(404, 30)["params"], serde_json::json!({}));
}
