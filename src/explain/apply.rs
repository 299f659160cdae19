//! Writes what the rules of catalogs say into an explanation.

use super::base::default_reason;
use super::catalog::Hit;
use super::explanation::Explanation;
use super::heard::Heard;
use super::kind::Retry;
use super::redact::redact;
use super::scan::{has, known, parts};
use super::{fields, text};
use crate::syntax::json::Node;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Lets the first rule fix kind, reason and action.
pub fn decide(hit: &Hit<'_>, out: &mut Explanation) {
    let kind = hit.say(hit.then, "kind");
    let Some(row) = text::named(&kind) else { return };
    let mut reason = hit.say(hit.then, "reason");
    if reason.is_empty() {
        reason =
            if out.kind == row.kind { core::mem::take(&mut out.reason) } else { default_reason(row.kind).to_string() };
    }
    out.turn(row.kind, &reason);
    out.id.clone_from(&hit.id);
    out.confidence = if hit.provided { 95 } else { 85 };
    let until = hit.say(hit.then, "until");
    if !until.is_empty() {
        out.retry = Retry::Never { until };
    }
    let action = hit.say(hit.then, "action");
    if !action.is_empty() {
        out.action = action;
    }
}

/// Adds what a rule knows: causes, fields, code, entity.
pub fn add(hit: &Hit<'_>, out: &mut Explanation) {
    for cause in hit.then.get("causes").into_iter().flat_map(Node::children) {
        let id = hit.say(cause, "id");
        if out.causes.iter().all(|known| known.id != id) {
            let confidence = known("certain likely possible", &hit.say(cause, "confidence"));
            out.cause(&id, &hit.say(cause, "text"), confidence, &hit.evidence);
            if let Some(last) = out.causes.last_mut() {
                last.check = hit.say(cause, "check");
            }
        }
    }
    if out.api.code.is_empty() {
        out.api.code = hit.say(hit.then, "code");
    }
    if out.api.code.is_empty() {
        out.api.code = hit.hole("code").to_string();
    }
    if out.entity_type.is_empty() {
        (out.entity_type, out.entity_id) = (redact(hit.hole("entity")), redact(hit.hole("id")));
    }
    let said = hit.say(hit.then, "fieldMessage");
    for heard in &hit.heard {
        for name in parts(heard.found.hole("fields"), b',') {
            push(hit, out, name, &said, "", Vec::new());
        }
        let field = heard.found.hole("field");
        let list = heard.found.hole("allowed");
        // go-openapi parts them by blanks, others by commas.
        let separator = if has(list, ",") { b',' } else { b' ' };
        let allowed = parts(list, separator).map(redact).collect();
        push(hit, out, field, message(heard, field), heard.found.hole("in"), allowed);
    }
    let whole = hit.heard.first().map_or("", |heard| heard.part.as_str());
    let said = if said.is_empty() { whole } else { &said };
    push(hit, out, &hit.say(hit.then, "field"), said, &hit.say(hit.then, "in"), Vec::new());
}

/// "'x' is required": what stands behind the name is the message; in other sentences, all of it.
fn message<'h>(heard: &'h Heard, field: &str) -> &'h str {
    let front = heard.found.tail.0.saturating_sub(field.len());
    let tail = heard.part.get(heard.found.tail.1..).unwrap_or("");
    let tail = tail.strip_prefix(['\'', '"']).unwrap_or(tail).trim_ascii_start();
    if front <= 1 && !tail.is_empty() { tail } else { &heard.part }
}

#[inline(never)]
fn push(hit: &Hit<'_>, out: &mut Explanation, raw: &str, message: &str, place: &str, allowed: Vec<String>) {
    let known_already = out.fields.iter().any(|known| known.path == raw);
    if raw.is_empty() || known_already {
        return;
    }
    let count = out.fields.len();
    fields::push(&mut out.fields, raw, message, fields::place_of(place));
    let reason = known("required format range choice unknown unique", &hit.say(hit.then, "fieldReason"));
    if let Some(field) = out.fields.get_mut(count) {
        field.allowed = allowed;
        if !reason.is_empty() {
            field.reason = reason;
        }
    }
}
