//! What of an explanation is as a row expects.

use crate::rows::{Row, place};
use serde_json::Value;

/// The measures, in the order in which they are printed.
pub const NAMES: [&str; 6] = ["kind", "retry", "code", "message", "request id", "fields"];

/// For each of [`NAMES`], whether it is right; none where the row expects nothing of it.
pub type Marks = [Option<bool>; NAMES.len()];

/// Compares `out`, an explanation as JSON, with what `row` expects.
pub fn marks(row: &Row, out: &Value) -> Marks {
    let expected = &row.value["expected"];
    let one_of = |name: &str, others: &str, actual: &Value| {
        let more = expected[others].as_array().into_iter().flatten();
        let listed: Vec<&Value> = expected.get(name).into_iter().chain(more).collect();
        (!listed.is_empty()).then(|| listed.contains(&actual))
    };
    let api = &out["api"];
    [
        Some(row.accepts(place(out["kind"].as_str().unwrap_or("")))),
        one_of("retry", "accept_retry", &out["retry"]["verdict"]),
        one_of("code", "accept_codes", &api["code"]),
        one_of("message", "accept_messages", &api["message"]),
        one_of("request_id", "accept_request_ids", &api["requestId"]),
        fields(expected, out),
    ]
}

fn fields(expected: &Value, out: &Value) -> Option<bool> {
    let paths = |list: &Value| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        let mut paths: Vec<String> = items.map(|item| item["path"].as_str().unwrap_or("").to_owned()).collect();
        paths.sort();
        paths
    };
    let more = expected["accept_fields"].as_array().into_iter().flatten();
    let listed: Vec<Vec<String>> = expected.get("fields").into_iter().chain(more).map(paths).collect();
    (!listed.is_empty()).then(|| listed.contains(&paths(&out["fields"])))
}
