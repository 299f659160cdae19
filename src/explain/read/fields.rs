//! Errors about fields, by the shapes in which APIs give them: lists of objects, maps from name to texts, trees with `_errors`.
//!
//! Shapes, not vendors: each is a reader of a few lines, and all paths come out dotted (`/a/0/b`, `a[0].b`, `$.a[0].b` are
//! one: `a.0.b`). At most [`MAX`] errors. Maps and trees are walked in
//! [`crate::explain::read::field_maps`].

use crate::explain::explanation::{Explanation, FieldError};
use crate::explain::read::field_maps::{DEPTH, WRAPS, from_map, from_tree, has_tree, is_of_errors, lists_only};
use crate::explain::read::field_paths::{dotted, is_secret_path, place_of, step_into};
use crate::explain::read::keys::{key, keys};
use crate::explain::scan;
use crate::explain::scan::{after, has, parts, split, until};
use crate::explain::write::arena::Text;
use crate::syntax::json::{Kind, Node};
use alloc::string::String;

/// Errors that are kept.
pub const MAX: usize = 100;

const PATHS: &[u8] = keys!(
    "field path loc pointer param parameter propertyPath fieldName fieldPath property attribute instancePath dataPath Field Property target key name in source fields"
);
const TEXTS: &[u8] =
    keys!("message detail details msg reason description defaultMessage errorMessage Message title error code");
/// Members of an error that hold lists of field errors.
const LISTS: &[u8] = keys!(
    "errors invalid-params invalid_params invalidParams violations fieldViolations fieldList fieldErrors field_errors validationErrors validation_errors causes details detail error Errors invalid_fields params context_info context extra messages"
);
/// Members of those that hold the lists instead: Google, Kubernetes, Strapi, zod.
const INNER: &[u8] = keys!("fieldViolations causes errors issues fields");
/// Members that hold texts which begin with a field's name: `NestJS` ("email must be an email"), Okta ("login: An object …").
const TEXT_LISTS: &[u8] = keys!("message errorCauses messages");
/// Members of an error that hold maps of them; `details` only where its values are lists, for amounts are no errors.
const MAPS: &[u8] =
    keys!("errors message fieldErrors field_errors validationErrors validation_errors ModelState fields details");
/// Those of them that are maps of errors whatever their values.
const SURE: &[u8] = keys!("errors fieldErrors field_errors validationErrors validation_errors ModelState fields");
/// Members of an error that name the one field it is about.
const SINGLE: &[u8] = keys!("param target field parameter");

/// The field errors that `level`, one object of an envelope, tells. `message` is what that level says at large. Gives back
/// whether the level itself is a map of them.
pub fn read(level: Node<'_>, message: &str, bare_map: bool, out: &mut Explanation) -> bool {
    for key in LISTS {
        let list = level.at(*key);
        from_list(list, out);
        from_inner(list, out);
        list.children().take(MAX).for_each(|item| from_inner(item, out));
    }
    for list in level.children().filter(|list| has(list.key(), "violation") || has(list.key(), "validation")) {
        from_list(list, out);
    }
    if level.at(key!("message")).exists() {
        from_list(level.at(key!("data")), out);
    }
    for key in MAPS {
        let map = level.at(*key);
        if has_tree(map, 0) {
            from_tree(map, "", 0, out);
        } else if map.kind() == Kind::Object
            && (SURE.contains(key) || lists_only(map, 0))
            && map.at(key!("error")).kind() != Kind::Object
            && keys!("errors detail fields error").iter().all(|list| map.at(*list).index(0).kind() != Kind::Object)
        {
            from_map(map, "", 0, out);
        }
    }
    // WordPress: sentences, where the parameters themselves would mostly be words.
    let params = level.at(key!("params"));
    if params.children().all(|text| has(text.text(), " ")) {
        from_map(params, "", 0, out);
    }
    // hapi, celebrate: the names, under where they were sent.
    let validation = level.at(key!("validation"));
    for part in core::iter::once(validation).chain(validation.children()) {
        let said = [part.at(key!("message")).text(), message].into_iter().find(|text| !text.is_empty()).unwrap_or("");
        let place = place_of(part.at(key!("source")).text());
        part.at(key!("keys")).children().for_each(|name| push(out, name.text(), said, place));
    }
    // JSend: of a failure, the data are a map of errors.
    if level.at(key!("status")).text() == "fail" {
        from_map(level.at(key!("data")), "", 0, out);
    }
    for key in TEXT_LISTS {
        let list = level.at(*key);
        list.children().take(MAX).filter(|_| list.kind() == Kind::Array).for_each(|item| from_text(item, out));
    }
    // PostgreSQL: `Key (email)=(…) already exists.`; the value is the user's.
    let key = level.at(key!("details")).text();
    if let Some((name, rest)) = key.strip_prefix("Key (").and_then(|rest| split(rest, ")=(")) {
        let message = split(rest, ") ").map_or("", |(_, message)| message);
        parts(name, b',').for_each(|name| push(out, name, message, ""));
    }
    if !out.fields.is_empty() {
        return false;
    }
    for key in SINGLE {
        let name = level.at(*key).text();
        if !name.is_empty() && !has(name, " ") {
            push(out, name, message, "");
            return false;
        }
    }
    let names = level.at(key!("fields"));
    names.children().filter(|_| names.kind() == Kind::Array).for_each(|name| push(out, name.text(), message, ""));
    let bare = bare_map
        && !names.exists()
        && !level.at(key!("errors")).exists()
        && !level.children().all(|value| WRAPS.contains(&value.id()))
        && lists_only(level, 0)
        && level.children().all(|list| !is_of_errors(list));
    if bare {
        from_map(level, "", 0, out);
    }
    bare
}

/// Adds an error unless the same stands there or there are enough. Path and message are redacted.
#[inline(never)]
pub fn push(out: &mut Explanation, raw: &str, message: &str, mut place: &'static str) {
    if out.fields.len() >= MAX {
        return;
    }
    // `body/name`, `/query/page`, `.headers.x-id`: where the value was, then its path.
    let bare = scan::trim_start(raw, b"#/.");
    let first = until(bare, b"/.");
    let mut raw = raw;
    if place.is_empty() && first.len() < bare.len() && !place_of(first).is_empty() {
        (place, raw) = (place_of(first), after(bare, first.len() + 1));
    }
    let arena = &mut out.arena;
    let mut steps = String::new();
    // Step by step: a long path with indices is no token. A mail address is not of steps.
    let ends: &[u8] = if has(raw, "@") { b"" } else { b"." };
    let mut rest = raw;
    loop {
        let step = until(rest, ends);
        crate::explain::write::redact::redact(step, &mut steps);
        if step.len() == rest.len() {
            break;
        }
        steps.push('.');
        rest = after(rest, step.len() + 1);
    }
    let path = dotted(&steps, arena);
    let mut raw = arena.add(&steps);
    if arena.read(path) == steps {
        raw = Text::default();
    }
    let message = if is_secret_path(&steps) { arena.redacted_value(message) } else { arena.redacted(message) };
    let same = |text: Text, other: Text| arena.read(text) == arena.read(other);
    if out.fields.iter().all(|field| !same(field.path, path) || !same(field.message, message)) {
        let reason = reason_of(arena.read(message));
        out.fields.push(FieldError { path, raw, message, place, reason, allowed: Text::default() });
    }
}

fn reason_of(message: &str) -> &'static str {
    const WORDS: &[(&str, &str)] = &[
        ("invalid format", "format"),
        ("required", "required"),
        ("missing", "required"),
        ("must be provided", "required"),
        ("must specify", "required"),
        ("not provided", "required"),
        ("not supplied", "required"),
        ("not given", "required"),
        ("not-null", "required"),
        ("blank", "required"),
        ("one of", "choice"),
        ("already", "unique"),
        ("must be between", "range"),
        ("in the future", "range"),
        ("at least", "range"),
        ("too long", "range"),
        ("too short", "range"),
        ("unknown", "unknown"),
        ("valid", "format"),
    ];
    for (word, reason) in WORDS {
        if has(message, word) {
            return reason;
        }
    }
    ""
}

fn from_inner(item: Node<'_>, out: &mut Explanation) {
    for key in INNER {
        from_list(item.at(*key), out);
    }
}

/// The errors of a list of objects, each with a path and a text.
pub fn from_list(list: Node<'_>, out: &mut Explanation) {
    if list.kind() == Kind::Array {
        list.children().take(MAX).for_each(|item| from_object(item, out));
    }
}

/// The first of the members named in `keys` that is a text which says something; else one that says nothing.
#[inline(never)]
pub fn first<'d>(item: Node<'d>, keys: &[u8]) -> &'d str {
    keys.iter().map(|key| item.at(*key).text()).find(|text| !text.is_empty()).unwrap_or("")
}

fn from_object(item: Node<'_>, out: &mut Explanation) {
    if item.kind() != Kind::Object {
        return;
    }
    let mut message = first(item, TEXTS);
    if message.is_empty() {
        // class-validator: one text for each constraint.
        message = item.at(key!("constraints")).children().next().map_or("", Node::text);
    }
    if message.is_empty() {
        message = item.at(key!("messages")).index(0).text();
    }
    if message.is_empty() {
        return;
    }
    for key in PATHS {
        let value = item.at(*key);
        if !value.exists() {
            continue;
        }
        let raw =
            [value, value.at(key!("pointer")), value.at(key!("parameter")), value.at(key!("header"))].map(Node::text);
        let place = if !raw[2].is_empty() {
            "query"
        } else if !raw[3].is_empty() {
            "header"
        } else {
            place_of(first(item, keys!("location in source")))
        };
        if value.kind() == Kind::Array && *key == key!("fields") {
            return value.children().for_each(|name| push(out, name.text(), message, place));
        }
        if value.kind() == Kind::Array {
            return joined(value, message, out);
        }
        // A name has no sentence in it.
        if let Some(raw) = raw.into_iter().find(|raw| !raw.is_empty() && !has(raw, ": ")) {
            return push(out, raw, message, place);
        }
    }
    // X: the value under the parameter's name.
    let asked = item.at(key!("parameters"));
    if let Some(value) = asked.children().next().filter(|_| asked.kind() == Kind::Object) {
        push(out, value.key(), message, "query");
    }
}

/// A path given as a list, as `FastAPI` does: its first element may say where the value was.
fn joined(list: Node<'_>, message: &str, out: &mut Explanation) {
    let mut place = "";
    let mut path = String::new();
    for (index, step) in list.children().enumerate().take(DEPTH * 2) {
        if index == 0 {
            place = place_of(step.text());
            if !place.is_empty() {
                continue;
            }
        }
        let number = step.kind() == Kind::Number;
        // `["body", 12]` is a position in the text, not a path.
        if path.is_empty() && number && !place.is_empty() {
            break;
        }
        step_into(&mut path, if number { step.word() } else { step.text() });
    }
    push(out, &path, message, place);
}

/// A text that begins with the name of a field.
fn from_text(item: Node<'_>, out: &mut Explanation) {
    let text =
        [item.text(), item.at(key!("errorSummary")).text()].into_iter().find(|text| !text.is_empty()).unwrap_or("");
    // Slack: `must provide a string [json-pointer:/blocks/0/text]`.
    if let Some((said, pointer)) = split(text, " [json-pointer:") {
        return push(out, until(pointer, b"]"), said, "");
    }
    let text = text.strip_prefix("property ").unwrap_or(text);
    let name = until(text, b" ");
    let (bare, message) = (name.strip_suffix(":").unwrap_or(name), after(text, name.len() + 1));
    // A sentence begins with a capital.
    if bare.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()) && !message.is_empty() {
        push(out, bare, message, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::read::keys::parse;
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    fn paths(text: &str) -> Vec<(String, &'static str)> {
        let mut out = Explanation::new(crate::explain::kind::Kind::Success, "", None);
        read(parse(text).root(), "m", true, &mut out);
        out.fields.iter().map(|field| (out.arena.read(field.path).to_string(), field.place)).collect()
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
    fn a_long_path_stays_and_a_secret_in_one_does_not() {
        for (name, shown) in [
            ("personalizations.0.to.0.email", "personalizations.0.to.0.email"),
            ("user.sk_live_4eC39HqLyjWDarjtT1zdp7dc", "user.redacted"),
            ("jane.doe@example.com", "redacted"),
        ] {
            let text = ["{\"field\":\"", name, "\"}"].concat();
            assert_eq!(paths(&text), [(shown.to_string(), "")]);
        }
    }

    #[test]
    fn no_more_than_a_hundred_are_kept() {
        let many: Vec<String> =
            (0..500).map(|n| ["{\"field\":\"f", &n.to_string(), "\",\"message\":\"m\"}"].concat()).collect();
        assert_eq!(paths(&["{\"errors\":[", &many.join(","), "]}"].concat()).len(), MAX);
    }
}
