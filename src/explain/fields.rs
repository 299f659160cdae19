//! Errors about fields, by the shapes in which APIs give them: lists of objects, maps from name to texts, trees with `_errors`.
//!
//! Shapes, not vendors: each is a reader of a few lines, and all paths come out dotted (`/a/0/b`, `a[0].b`, `$.a[0].b` are
//! one: `a.0.b`). At most [`MAX`] errors, [`DEPTH`] levels of a tree.

use super::explanation::FieldError;
use super::redact::redact;
use super::scan::{has, join, known, words};
use crate::syntax::json::{Kind, Node};
use alloc::string::String;
use alloc::vec::Vec;

/// Errors that are kept.
pub const MAX: usize = 100;
/// Levels of a tree that are followed.
const DEPTH: usize = 8;

const PATHS: &str = "field path loc pointer param parameter propertyPath source target in name fields";
const TEXTS: &str = "message detail msg reason description defaultMessage title error code";
/// Members of an error that hold lists of field errors.
const LISTS: &str =
    "errors invalid-params invalid_params violations fieldViolations fieldList causes details detail error";
/// Members of an error that hold maps of them; `details` only where its values are lists, for amounts are no errors.
const MAPS: &str = "errors message fieldErrors field_errors details";
/// Members of an error that name the one field it is about.
const SINGLE: &str = "param target field parameter";

/// The field errors that `level`, one object of an envelope, tells. `message` is what that level says at large.
pub fn read(level: Node<'_>, message: &str, bare_map: bool, out: &mut Vec<FieldError>) {
    for key in words(LISTS) {
        let Some(list) = level.get(key) else { continue };
        // Google wraps its violations in typed details, Kubernetes its causes in plain ones.
        from_list(list, out);
        from_inner(list, out);
        list.children().for_each(|item| from_inner(item, out));
    }
    for key in words(MAPS) {
        let Some(map) = level.get(key).filter(|map| map.kind() == Kind::Object) else { continue };
        if has_tree(map, 0) {
            from_tree(map, "", 0, out);
        } else if key == "errors" || lists_only(map) {
            from_map(map, out);
        }
    }
    if !out.is_empty() {
        return;
    }
    for key in words(SINGLE) {
        if let Some(name) = level.get(key).and_then(Node::text).filter(|name| !name.is_empty() && !has(name, " ")) {
            return push(out, &name, message, "");
        }
    }
    if let Some(list) = level.get("fields") {
        list.children().for_each(|name| push(out, &name.text().unwrap_or_default(), message, ""));
    } else if bare_map && level.get("errors").is_none() && lists_only(level) {
        from_map(level, out);
    }
}

/// `raw` with dots between its steps.
#[inline(never)]
pub fn dotted(raw: &str) -> String {
    let pointer = raw.starts_with(['/', '#']);
    let mut out = String::new();
    let mut gap = false;
    for char in raw.chars() {
        if matches!(char, '.' | '[' | ']') || (pointer && matches!(char, '/' | '#')) || (char == '$' && out.is_empty())
        {
            gap = !out.is_empty();
        } else if !matches!(char, '\'' | '"') {
            if gap {
                out.push('.');
            }
            gap = false;
            out.push(char);
        }
    }
    out
}

/// Adds an error unless the same stands there or there are enough. Path and message are redacted.
#[inline(never)]
pub fn push(out: &mut Vec<FieldError>, raw: &str, message: &str, place: &'static str) {
    if out.len() >= MAX {
        return;
    }
    let raw = redact(raw);
    let path = dotted(&raw);
    if out.iter().any(|field| field.path == path && field.message == message) {
        return;
    }
    let raw = if path == raw { String::new() } else { raw };
    out.push(FieldError {
        path,
        raw,
        message: redact(message),
        place,
        reason: reason_of(message),
        allowed: Vec::new(),
    });
}

/// `body`, `query`, `path` or `header`, where `word` is one of them; else "".
pub fn place_of(word: &str) -> &'static str {
    known("body query path header", word)
}

fn reason_of(message: &str) -> &'static str {
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
    WORDS.iter().find(|(word, _)| has(message, word)).map_or("", |(_, reason)| reason)
}

fn from_inner(item: Node<'_>, out: &mut Vec<FieldError>) {
    for key in words("fieldViolations causes") {
        if let Some(inner) = item.get(key) {
            from_list(inner, out);
        }
    }
}

fn from_list(list: Node<'_>, out: &mut Vec<FieldError>) {
    if list.kind() == Kind::Array {
        list.children().for_each(|item| from_object(item, out));
    }
}

/// The first of the members named in `keys` that is a text.
pub fn first<'d>(item: Node<'d>, keys: &str) -> Option<Node<'d>> {
    for key in words(keys) {
        if let Some(node) = item.get(key).filter(|node| node.kind() == Kind::String) {
            return Some(node);
        }
    }
    None
}

fn from_object(item: Node<'_>, out: &mut Vec<FieldError>) {
    let Some(message) = first(item, TEXTS).and_then(Node::text) else { return };
    for key in words(PATHS) {
        let Some(mut value) = item.get(key) else { continue };
        let mut place = "";
        if let Some(name) = value.get("parameter") {
            (value, place) = (name, "query");
        }
        if value.kind() == Kind::Array {
            return joined(value, &message, out);
        }
        if let Some(raw) = value.get("pointer").unwrap_or(value).text() {
            return push(out, &raw, &message, place);
        }
    }
}

/// A path given as a list, as `FastAPI` does: its first element may say where the value was.
fn joined(list: Node<'_>, message: &str, out: &mut Vec<FieldError>) {
    let mut place = "";
    let mut path = String::new();
    for (index, step) in list.children().enumerate() {
        let text = step.text().unwrap_or_else(|| step.source().into());
        if index == 0 {
            place = place_of(&text);
            if !place.is_empty() {
                continue;
            }
        }
        // `["body", 12]` is a position in the text, not a path.
        if path.is_empty() && step.kind() == Kind::Number && !place.is_empty() || index > DEPTH * 2 {
            break;
        }
        path = join(&[&path, if path.is_empty() { "" } else { "." }, &text]);
    }
    push(out, &path, message, place);
}

fn from_map(map: Node<'_>, out: &mut Vec<FieldError>) {
    for value in map.children() {
        let name = value.key();
        let name = if name == "non_field_errors" { "" } else { &name };
        if let Some(text) = value.text() {
            push(out, name, &text, "");
        }
        for item in value.children() {
            let text = item.text().or_else(|| first(item, "description message detail msg error")?.text());
            if let Some(text) = text {
                push(out, name, &text, "");
            }
        }
    }
}

fn from_tree(node: Node<'_>, path: &str, depth: usize, out: &mut Vec<FieldError>) {
    for value in node.children() {
        let name = value.key();
        if name == "_errors" {
            for item in value.children() {
                push(out, path, &item.get("message").and_then(Node::text).unwrap_or_default(), "");
            }
        } else if depth < DEPTH {
            from_tree(value, &join(&[path, if path.is_empty() { "" } else { "." }, &name]), depth + 1, out);
        }
    }
}

fn has_tree(node: Node<'_>, depth: usize) -> bool {
    node.get("_errors").is_some()
        || (depth < DEPTH && node.kind() == Kind::Object && node.children().any(|value| has_tree(value, depth + 1)))
}

/// Whether every value is a list of texts or objects, and there is one.
fn lists_only(map: Node<'_>) -> bool {
    let text = |item: Node<'_>| matches!(item.kind(), Kind::String | Kind::Object);
    let list = |value: Node<'_>| value.kind() == Kind::Array && value.index(0).is_some() && value.children().all(text);
    map.kind() == Kind::Object && map.children().next().is_some() && map.children().all(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::parse;
    use alloc::string::ToString;
    use alloc::vec;

    fn paths(text: &str) -> Vec<(String, &'static str)> {
        let mut out = Vec::new();
        read(parse(text).root().unwrap(), "m", true, &mut out);
        out.into_iter().map(|field| (field.path, field.place)).collect()
    }

    #[test]
    fn every_shape_gives_dotted_paths() {
        for (text, expected) in [
            (r#"{"errors":[{"source":{"pointer":"/data/x/0"},"detail":"d"}]}"#, vec![("data.x.0", "")]),
            (r#"{"errors":[{"source":{"parameter":"include"},"detail":"d"}]}"#, vec![("include", "query")]),
            (
                r#"{"detail":[{"loc":["body","items",0,"price"],"msg":"Field required"}]}"#,
                vec![("items.0.price", "body")],
            ),
            (r#"{"detail":[{"loc":["body",12],"msg":"JSON"}]}"#, vec![("", "body")]),
            (r#"{"errors":{"a.b":["x","y"],"c":"z"}}"#, vec![("a.b", ""), ("a.b", ""), ("c", "")]),
            (r#"{"errors":{"a":{"0":{"p":{"_errors":[{"message":"v"}]}}}}}"#, vec![("a.0.p", "")]),
            (r#"{"param":"customer[address][0]"}"#, vec![("customer.address.0", "")]),
            (r#"{"amount":["A valid integer is required."]}"#, vec![("amount", "")]),
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
