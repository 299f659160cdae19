//! Actions from templates: what to do about this response, with what is known of it filled in.
//!
//! `|` parts alternatives, of which the first counts all of whose holes are known; `[…]` is left out where a hole in it is not.
//! A hole is `{name}`, see [`hole`].

use crate::explain::advise::Case;
use crate::explain::advise::owner::Owner;
use crate::explain::advise::verdict;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{Kind, Retry};
use crate::explain::read::body::Shape;
use crate::explain::scan;
use crate::explain::scan::{after, has_any, known, lists, parts, split, until};
use crate::explain::write::arena::Text;
use crate::explain::write::quote::quote;
use crate::explain::write::serialize::decimal;
use crate::syntax::number;
use alloc::string::String;

/// Fields that an action names.
const MAX_FIELDS: usize = 5;

/// Writes the first alternative of `template` that can be filled; nothing where none can.
pub fn fill(template: &str, case: &Case<'_, '_>, out: &mut Explanation) -> Text {
    for alternative in parts(template, b'|') {
        let mut text = String::new();
        if write(alternative, case, out, &mut text) {
            return out.arena.add(&text);
        }
    }
    Text::default()
}

/// Writes `template` to `text`; whether all holes outside of brackets are known.
fn write(template: &str, case: &Case<'_, '_>, out: &mut Explanation, text: &mut String) -> bool {
    let mut rest = template;
    while !rest.is_empty() {
        let front = until(rest, b"[{");
        text.push_str(front);
        rest = after(rest, front.len());
        let mark = text.len();
        if rest.starts_with('[') {
            let (inner, tail) = split(after(rest, 1), "]").unwrap_or_default();
            if !write(inner, case, out, text) {
                text.truncate(mark);
            }
            rest = tail;
        } else if let Some((name, tail)) = split(after(rest, 1), "}") {
            let found = hole(name, case, out);
            text.push_str(out.arena.read(found));
            rest = tail;
            if found.is_empty() {
                return false;
            }
        } else {
            break;
        }
    }
    true
}

/// The value of the hole `name`; empty if nothing is known. A template with `{says}` places the API's words itself.
fn hole(name: &str, case: &Case<'_, '_>, out: &mut Explanation) -> Text {
    match name {
        "says" => says(case, out),
        "names" => names(out),
        "missing" if out.fields.iter().all(|field| field.reason == "required") => names(out),
        "scopes" => lines(out.missing_scopes, out),
        "allow" => lines(out.allow, out),
        "wait" => wait(out),
        "limit" => limit(out),
        "id" => id(out),
        "code" => {
            let code = String::from(out.arena.read(out.api.code));
            out.arena.excerpt(&code)
        }
        "method" => out.arena.excerpt(case.report.method),
        "scheme" => {
            let wanted = until(case.report.header("www-authenticate"), b" ,");
            let scheme = known("Bearer Basic Digest DPoP Negotiate", wanted);
            out.arena.add(scheme)
        }
        "step" => step(case.report.header("www-authenticate"), out),
        "login" if case.owner == Owner::User => {
            out.arena.add("Have the user sign in, or refresh the session, then send the request again.")
        }
        _ => Text::default(),
    }
}

/// The API's own message as a sentence.
pub fn says(case: &Case<'_, '_>, out: &mut Explanation) -> Text {
    let message = String::from(out.arena.read(case.advised));
    let who = if case.body.shape == Shape::Html { "The page says: “" } else { "The API says: “" };
    if message.is_empty() { Text::default() } else { out.arena.join(&[who, &message, "”."]) }
}

fn lines(list: Text, out: &mut Explanation) -> Text {
    let mut text = String::new();
    for line in parts(out.arena.read(list), b'\n') {
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(line);
    }
    out.arena.add(&text)
}

/// The wait that the verdict has, rounded up.
fn wait(out: &mut Explanation) -> Text {
    let (Retry::After { delay, .. } | Retry::AtReset { delay, .. }) = out.retry else { return Text::default() };
    let (count, unit) = verdict::in_units(verdict::seconds(delay));
    let count = decimal(&mut out.arena, count);
    count.and(if unit == "second" { out.arena.add(" s") } else { out.arena.join(&[" ", unit, "s"]) })
}

fn limit(out: &mut Explanation) -> Text {
    let Some(limit) = out.limit else { return Text::default() };
    let mut text = String::new();
    number::push(&mut text, limit);
    out.arena.add(&text)
}

/// The id for the API's support, where it is one by its look: whatever else a server puts there is only in `api`.
pub fn id(out: &Explanation) -> Text {
    let id = out.arena.read(out.api.request_id);
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    if id.len() > 100 || !id.bytes().all(is_id) {
        return Text::default();
    }
    out.api.request_id
}

/// What a step-up asks for (RFC 9470).
fn step(header: &str, out: &mut Explanation) -> Text {
    let mut text = String::new();
    for name in ["acr_values", "max_age"] {
        let Some((_, tail)) = split(header, &[name, "="].concat()) else { continue };
        let value = until(scan::trim_start(tail, b"\""), b"\",");
        text.push_str(if text.is_empty() { "" } else { " and " });
        for part in [name, "=", value] {
            text.push_str(part);
        }
    }
    out.arena.excerpt(&text)
}

/// The fields by name: `a, b`.
fn names(out: &mut Explanation) -> Text {
    let mut text = String::new();
    for field in out.fields.iter().take(MAX_FIELDS).filter(|field| !field.path.is_empty()) {
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(out.arena.read(field.path));
    }
    out.arena.add(&text)
}

/// What is to be done about each field: those that are missing together, others with what the API says of them.
pub fn fields(out: &mut Explanation) -> Text {
    let mut texts = [String::new(), String::new()];
    for index in 0..out.fields.len().min(MAX_FIELDS) {
        let Some(field) = out.fields.get(index).copied() else { break };
        let is_missing = field.reason == "required" && !field.path.is_empty();
        let [sent, corrected] = &mut texts;
        let (text, start) = if is_missing { (sent, "Send ") } else { (corrected, "Correct ") };
        let part = match (text.is_empty(), is_missing) {
            (true, _) => start,
            (false, true) => ", ",
            (false, false) => "; ",
        };
        let path = out.arena.read(field.path);
        text.push_str(part);
        text.push_str(if path.is_empty() { "the request" } else { path });
        if !matches!(field.place, "" | "body") {
            for part in [" (", field.place, ")"] {
                text.push_str(part);
            }
        }
        if is_missing {
            continue;
        }
        let allowed = lines(field.allowed, out);
        let message = String::from(out.arena.read(field.message));
        if !allowed.is_empty() {
            text.push_str(": one of ");
            text.push_str(out.arena.read(allowed));
        } else if !message.is_empty() {
            let quoted = quote(scan::trim_end(message.trim_ascii(), b"."), 120, false, &mut out.arena);
            text.push_str(": ");
            text.push_str(out.arena.read(quoted));
        }
    }
    let [sent, corrected] = texts;
    let end = |text: &str| if text.is_empty() { "" } else { "." };
    let space = if sent.is_empty() || corrected.is_empty() { "" } else { " " };
    out.arena.join(&[&sent, end(&sent), space, &corrected, end(&corrected)])
}

/// Whether the request changes something each time that it is sent (RFC 9110 section 9.2.2), and has no key against that.
pub fn repeats_harm(method: &str, key: &str) -> bool {
    let safe = "GET HEAD PUT DELETE OPTIONS TRACE QUERY";
    !method.is_empty() && key.is_empty() && !lists(safe, b' ', method)
}

/// Whether the kind is one after which the server may have acted all the same.
pub fn may_have_acted(out: &Explanation) -> bool {
    let waits = matches!(out.retry, Retry::After { .. } | Retry::AtReset { .. });
    match out.kind {
        Kind::ServerError | Kind::Timeout | Kind::Network => true,
        // A 503 that says when to come back was not processed.
        Kind::Unavailable => !waits,
        _ => false,
    }
}

/// Whether a text has one of the `|`-parted words.
pub fn any(text: &str, words: &str) -> bool {
    has_any(text, words, b'|')
}
