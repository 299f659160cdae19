//! Errors about fields, by the shapes in which APIs give them: lists of objects, maps from name to texts, trees with `_errors`.
//!
//! Shapes, not vendors: each is a reader of a few lines, and all paths come out dotted (`/a/0/b`, `a[0].b`, `$.a[0].b` are
//! one: `a.0.b`). At most [`MAX`] errors, [`DEPTH`] levels of a tree.

use super::explanation::FieldError;
use crate::syntax::json::{Kind, Node};
use crate::syntax::markup::find;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Errors that are kept.
pub const MAX: usize = 100;
/// Levels of a tree that are followed.
const DEPTH: usize = 8;

const PATHS: &[&str] = &[
    "field",
    "path",
    "loc",
    "pointer",
    "param",
    "parameter",
    "propertyPath",
    "source",
    "target",
    "in",
    "name",
    "fields",
];
const TEXTS: &[&str] =
    &["message", "detail", "msg", "reason", "description", "defaultMessage", "title", "error", "code"];
/// Members of an error that hold lists of field errors.
const LISTS: &[&str] = &[
    "errors",
    "invalid-params",
    "invalid_params",
    "violations",
    "fieldViolations",
    "fieldList",
    "causes",
    "details",
    "detail",
    "error",
];
/// Members of an error that hold maps of them; `details` only where its values are lists, for amounts are no errors.
const MAPS: &[&str] = &["errors", "message", "fieldErrors", "field_errors", "details"];
/// Members of an error that name the one field it is about.
const SINGLE: &[&str] = &["param", "target", "field", "parameter"];

/// The field errors that `level`, one object of an envelope, tells. `message` is what that level says at large.
pub fn read(level: Node<'_>, message: &str, bare_map: bool, out: &mut Vec<FieldError>) {
    for key in LISTS {
        if let Some(list) = level.get(key).filter(|list| list.kind() == Kind::Array) {
            for (_, item) in list.entries() {
                from_object(item, out);
                // Google wraps its violations in typed details.
                if let Some(inner) = item.get("fieldViolations") {
                    inner.entries().for_each(|(_, item)| from_object(item, out));
                }
            }
        }
    }
    if let Some(causes) = level.get("details").and_then(|details| details.get("causes")) {
        causes.entries().for_each(|(_, item)| from_object(item, out));
    }
    for key in MAPS {
        let Some(map) = level.get(key).filter(|map| map.kind() == Kind::Object) else { continue };
        if map.entries().any(|(_, value)| has_tree(value, 0)) || map.get("_errors").is_some() {
            from_tree(map, "", 0, out);
        } else if *key == "errors" || lists_only(map) {
            from_map(map, out);
        }
    }
    if out.is_empty() {
        let named =
            SINGLE.iter().filter_map(|key| level.get(key)?.text()).find(|name| !name.is_empty() && !name.contains(' '));
        if let Some(name) = named {
            push(out, &name, message.to_string(), None);
        } else if let Some(list) = level.get("fields").filter(|list| list.kind() == Kind::Array) {
            for (_, name) in list.entries() {
                push(out, &name.text().unwrap_or_default(), message.to_string(), None);
            }
        } else if bare_map && level.get("errors").is_none() && lists_only(level) {
            from_map(level, out);
        }
    }
}

/// `raw` with dots between its steps.
pub fn dotted(raw: &str) -> String {
    let pointer = raw.starts_with(['/', '#']);
    let mut out = String::with_capacity(raw.len());
    for step in raw
        .trim_start_matches(['#', '$'])
        .split(|char: char| matches!(char, '.' | '[' | ']') || (pointer && char == '/'))
    {
        if !step.is_empty() {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(step.trim_matches(['\'', '"']));
        }
    }
    out
}

/// Adds an error unless the same stands there or there are enough.
pub fn push(out: &mut Vec<FieldError>, raw: &str, message: String, place: Option<&'static str>) {
    let (path, reason) = (dotted(raw), reason_of(&message));
    let field =
        FieldError { raw: (path != raw).then(|| raw.to_string()), path, message, place, reason, allowed: Vec::new() };
    if out.len() < MAX && !out.contains(&field) {
        out.push(field);
    }
}

/// `body`, `query`, `path` or `header`, where `word` is one of them.
pub fn place_of(word: &str) -> Option<&'static str> {
    ["body", "query", "path", "header"].into_iter().find(|place| *place == word)
}

fn reason_of(message: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("required", "required"),
        ("missing", "required"),
        ("blank", "required"),
        ("one of", "choice"),
        ("already", "unique"),
        ("must be between", "range"),
        ("in the future", "range"),
        ("valid", "format"),
    ];
    WORDS.iter().find(|(word, _)| find(message, word, 0).is_some()).map(|(_, reason)| *reason)
}

fn from_object(item: Node<'_>, out: &mut Vec<FieldError>) {
    let Some(message) = TEXTS.iter().find_map(|key| item.get(key)?.text()) else { return };
    for key in PATHS {
        let Some(value) = item.get(key) else { continue };
        let (raw, place) = match value.kind() {
            Kind::String => (value.text().unwrap_or_default().to_string(), None),
            Kind::Array => joined(value),
            Kind::Object => match (value.get("pointer"), value.get("parameter")) {
                (Some(path), _) => (path.text().unwrap_or_default().to_string(), None),
                (_, Some(name)) => (name.text().unwrap_or_default().to_string(), Some("query")),
                _ => continue,
            },
            _ => continue,
        };
        push(out, &raw, message.to_string(), place);
        return;
    }
}

/// A path given as a list, as `FastAPI` does: its first element may say where the value was.
fn joined(list: Node<'_>) -> (String, Option<&'static str>) {
    let mut place = None;
    let mut path = String::new();
    let count = list.entries().count();
    for (index, (_, step)) in list.entries().enumerate().take(DEPTH * 2) {
        let text = step.text().unwrap_or_else(|| step.source().into());
        if index == 0 && place_of(&text).is_some() {
            place = place_of(&text);
            // `["body", 12]` is a position in the text, not a path.
            if count == 2 && list.index(1).is_some_and(|step| step.kind() == Kind::Number) {
                break;
            }
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&text);
    }
    (path, place)
}

fn from_map(map: Node<'_>, out: &mut Vec<FieldError>) {
    for (name, value) in map.entries() {
        let name = if name == "non_field_errors" { "" } else { &*name };
        match value.kind() {
            Kind::String => push(out, name, value.text().unwrap_or_default().to_string(), None),
            Kind::Array => {
                for (_, item) in value.entries() {
                    let text =
                        item.text().or_else(|| TEXTS.iter().rev().chain(TEXTS).find_map(|key| item.get(key)?.text()));
                    if let Some(text) = text {
                        push(out, name, text.to_string(), None);
                    }
                }
            }
            _ => {}
        }
    }
}

fn from_tree(node: Node<'_>, path: &str, depth: usize, out: &mut Vec<FieldError>) {
    for (name, value) in node.entries() {
        if name == "_errors" {
            for (_, item) in value.entries() {
                push(out, path, item.get("message").and_then(Node::text).unwrap_or_default().to_string(), None);
            }
        } else if depth < DEPTH && value.kind() == Kind::Object {
            from_tree(
                value,
                &if path.is_empty() { name.to_string() } else { [path, ".", &*name].concat() },
                depth + 1,
                out,
            );
        }
    }
}

fn has_tree(node: Node<'_>, depth: usize) -> bool {
    node.kind() == Kind::Object
        && (node.get("_errors").is_some()
            || (depth < DEPTH && node.entries().any(|(_, value)| has_tree(value, depth + 1))))
}

/// Whether every value is a list of texts or objects, and there is one.
fn lists_only(map: Node<'_>) -> bool {
    let list = |value: Node<'_>| {
        value.kind() == Kind::Array
            && value.entries().next().is_some()
            && value.entries().all(|(_, item)| matches!(item.kind(), Kind::String | Kind::Object))
    };
    map.kind() == Kind::Object && map.entries().next().is_some() && map.entries().all(|(_, value)| list(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::parse;
    use alloc::vec;

    fn paths(text: &str) -> Vec<(String, Option<&'static str>)> {
        let mut out = Vec::new();
        read(parse(text).root().unwrap(), "m", true, &mut out);
        out.into_iter().map(|field| (field.path, field.place)).collect()
    }

    #[test]
    fn every_shape_gives_dotted_paths() {
        for (text, expected) in [
            (r#"{"errors":[{"source":{"pointer":"/data/x/0"},"detail":"d"}]}"#, vec![("data.x.0", None)]),
            (r#"{"errors":[{"source":{"parameter":"include"},"detail":"d"}]}"#, vec![("include", Some("query"))]),
            (
                r#"{"detail":[{"loc":["body","items",0,"price"],"msg":"Field required"}]}"#,
                vec![("items.0.price", Some("body"))],
            ),
            (r#"{"detail":[{"loc":["body",12],"msg":"JSON"}]}"#, vec![("", Some("body"))]),
            (r#"{"errors":{"a.b":["x","y"],"c":"z"}}"#, vec![("a.b", None), ("a.b", None), ("c", None)]),
            (r#"{"errors":{"a":{"0":{"p":{"_errors":[{"message":"v"}]}}}}}"#, vec![("a.0.p", None)]),
            (r#"{"param":"customer[address][0]"}"#, vec![("customer.address.0", None)]),
            (r#"{"amount":["A valid integer is required."]}"#, vec![("amount", None)]),
            (r#"{"details":{"required":"100.00"}}"#, vec![]),
            (r#"{"errors":[{"message":"m","field":null}]}"#, vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(path, place)| (path.to_string(), place)).collect();
            assert_eq!(paths(text), expected, "{text}");
        }
    }

    #[test]
    fn no_more_than_a_hundred_are_kept() {
        let many: Vec<String> =
            (0..500).map(|n| ["{\"field\":\"f", &n.to_string(), "\",\"message\":\"m\"}"].concat()).collect();
        assert_eq!(paths(&["{\"errors\":[", &many.join(","), "]}"].concat()).len(), MAX);
    }
}
