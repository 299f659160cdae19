//! An options object in JSON, as a shell passes it to the core.

use fetch_with_policy::syntax::value::Value;
use serde_json::Value as Json;

/// The value of one option.
pub fn leaf(value: &Json) -> Value<'_> {
    match value {
        Json::Array(items) => Value::List(items.len()),
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Null => Value::Other,
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::Object(_) => Value::Object,
        Json::String(text) => Value::Text(text),
    }
}

/// The members of the option at `path`, each with its own path.
pub fn members<'a>(path: &str, value: &'a Json) -> Vec<(String, &'a Json)> {
    let join = |member: &str| if path.is_empty() { member.into() } else { format!("{path}.{member}") };
    match value {
        Json::Object(members) => members.iter().map(|(name, value)| (join(name), value)).collect(),
        Json::Array(items) => items.iter().enumerate().map(|(n, value)| (join(&n.to_string()), value)).collect(),
        _ => Vec::new(),
    }
}
