//! What the npm package says of a status where no explainer is imported is written from what the explainer says, never by hand.

use std::{collections::BTreeMap, env, fmt::Write, fs, path::Path};

use serde_json::Value;

use crate::explain_support::Case;

const FILE: &str = "pkg-template/src/status-kinds.js";

fn kinds() -> String {
    let mut retries = BTreeMap::new();
    let (mut rows, mut last) = (String::new(), String::new());
    for status in 200..600 {
        let told = Case { status: Some(status), ..Case::default() }.json();
        let mut retry = told["retry"].clone();
        if let Some(until) = retry.get_mut("until") {
            *until = Value::from("the request is changed");
        }
        // Nothing is known here of the method.
        if let Some(safe) = retry.get_mut("requiresIdempotency") {
            *safe = Value::from(true);
        }
        let verdict = retry["verdict"].as_str().unwrap_or_default().to_owned();
        let row = [told["kind"].as_str().unwrap_or_default(), told["reason"].as_str().unwrap_or_default(), &verdict]
            .join(" ");
        retries.insert(verdict, retry);
        if row != last {
            write!(rows, "{}{status} {row}", if rows.is_empty() { "" } else { "\\n" }).expect("a text grows");
            last = row;
        }
    }
    let retries = serde_json::to_string_pretty(&retries).expect("plain data");
    format!(
        "// @ts-check\n// Written from what the explainer says of a status alone: `STATUS_KINDS=write cargo test --test it status_kinds`.\n\n\
         /** From which status on: its kind, its reason or nothing, its verdict. */\nexport const KINDS = \"{rows}\";\n\n\
         /** By verdict. */\nexport const RETRIES = {retries};\n"
    )
}

#[test]
fn the_package_says_of_a_status_what_the_explainer_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let kinds = kinds();
    if env::var_os("STATUS_KINDS").is_some() {
        fs::write(&file, &kinds).expect("the file can be written");
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), kinds);
}
