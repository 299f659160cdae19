//! The npm package's fallback explanations are generated from what the explainer says of a status alone.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

use crate::{explain_support::Case, generated};

const FILE: &str = "pkg-template/src/status-kinds.js";

fn kinds() -> String {
    let mut retries = BTreeMap::new();
    let (mut rows, mut last) = (String::new(), String::new());
    for status in 200..600 {
        let explained = Case { status: Some(status), ..Case::default() }.json();
        let mut retry = explained["retry"].clone();
        if let Some(until) = retry.get_mut("until") {
            *until = Value::from("the request is changed");
        }
        // The method is not known here.
        if let Some(safe) = retry.get_mut("requiresIdempotency") {
            *safe = Value::from(true);
        }
        let verdict = retry["verdict"].as_str().unwrap_or_default().to_owned();
        let row = [
            explained["kind"].as_str().unwrap_or_default(),
            explained["reason"].as_str().unwrap_or_default(),
            &verdict,
        ]
        .join(" ");
        retries.insert(verdict, retry);
        if row != last {
            write!(rows, "{}{status} {row}", if rows.is_empty() { "" } else { "\\n" }).expect("a text grows");
            last = row;
        }
    }
    let retries = serde_json::to_string_pretty(&retries).expect("plain data");
    format!(
        "// @ts-check\n// Generated from what the explainer says of a status alone: `STATUS_KINDS=write cargo test --test it status_kinds`.\n\n\
         /** The first status of a run of them, and their kind, reason (or nothing) and verdict. */\nexport const KINDS = \"{rows}\";\n\n\
         /** `retry` by verdict. */\nexport const RETRIES = {retries};\n"
    )
}

#[test]
fn the_package_says_of_a_status_what_the_explainer_says() {
    generated::hold(FILE, &kinds(), "STATUS_KINDS");
}
