//! Writes what the rules of catalogs say into an explanation.

use super::base::default_reason;
use super::catalog::Hit;
use super::explanation::{Cause, Explanation, FieldError};
use super::kind::Retry;
use super::{blank, fields, redact, text};
use crate::syntax::json::Node;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Lets the first rule fix kind, reason and action.
pub fn decide(hit: &Hit<'_>, out: &mut Explanation) {
    let text = |key: &str| hit.then.get(key).and_then(Node::text);
    let Some(row) = text("kind").and_then(|name| text::named(&name)) else { return };
    let mut reason = text("reason").map(|reason| reason.to_string());
    if reason.is_none() && out.kind == row.kind {
        reason = Some(core::mem::take(&mut out.reason));
    }
    let (confidence, notes) = (if hit.provided { 95 } else { 85 }, core::mem::take(&mut out.notes));
    let kept = Explanation {
        id: hit.id.clone(),
        format: out.format,
        provider: out.provider.take(),
        fields: core::mem::take(&mut out.fields),
        confidence,
        notes,
        ..blank(row.kind, default_reason(row.kind), out.status)
    };
    *out = kept;
    if let Some(reason) = reason {
        out.reason = reason;
    }
    if let Some(until) = text("until") {
        out.retry = Retry::Never { until: hit.fill(&until) };
    }
    for (key, place) in
        [("title", &mut out.title), ("action", &mut out.action), ("whatHappened", &mut out.what_happened)]
    {
        if let Some(text) = text(key) {
            *place = hit.fill(&text);
        }
    }
}

/// Adds what a rule knows: causes, fields, code, entity.
pub fn add(hit: &Hit<'_>, out: &mut Explanation) {
    let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::text).map(|text| hit.fill(&text));
    for (_, cause) in hit.then.get("causes").into_iter().flat_map(Node::entries) {
        let id = text(cause, "id").unwrap_or_default();
        if out.causes.iter().all(|known| known.id != id) {
            let confidence = text(cause, "confidence").unwrap_or_else(|| "possible".to_string());
            out.causes.push(Cause {
                id,
                text: text(cause, "text").unwrap_or_default(),
                confidence,
                evidence: hit.evidence.clone(),
                check: text(cause, "check"),
            });
        }
    }
    if out.api.code.is_none() {
        out.api.code = text(hit.then, "code").or_else(|| hit.hole("code").map(ToString::to_string));
    }
    if out.entity.is_none() && hit.hole("entity").is_some() {
        let hole = |name: &str| hit.hole(name).map(redact::redact).unwrap_or_default();
        out.entity = Some((hole("entity"), hole("id")));
    }
    let reason = text(hit.then, "fieldReason").and_then(|word| {
        ["required", "format", "range", "choice", "unknown", "unique"].into_iter().find(|known| *known == word)
    });
    let message = text(hit.then, "fieldMessage");
    let mut push = |raw: &str, said: String, place: Option<&str>, allowed: Vec<String>| {
        let path = fields::dotted(&redact::redact(raw));
        if !path.is_empty() && out.fields.len() < fields::MAX && out.fields.iter().all(|known| known.path != path) {
            let raw = (path != raw).then(|| redact::redact(raw));
            out.fields.push(FieldError {
                path,
                raw,
                message: said,
                place: place.and_then(fields::place_of),
                reason,
                allowed,
            });
        }
    };
    for heard in &hit.heard {
        if let Some(list) = heard.found.hole("fields") {
            for name in list.split(", ") {
                push(name, message.clone().unwrap_or_default(), None, Vec::new());
            }
        }
        if let Some(field) = heard.found.hole("field") {
            // "'x' is required": what stands behind the name is the message; in other sentences, all of it.
            let front = heard.found.tail.0.saturating_sub(field.len());
            let tail = heard.part.get(heard.found.tail.1..).unwrap_or("").trim_start_matches(['\'', '"', ' ']);
            let said = if front <= 1 && !tail.is_empty() { tail } else { &heard.part };
            let allowed = heard
                .found
                .hole("allowed")
                .map(|list| list.split([' ', ',']).filter(|item| !item.is_empty()).map(redact::redact).collect());
            push(field, redact::redact(said), heard.found.hole("in"), allowed.unwrap_or_default());
        }
    }
    if let Some(field) = text(hit.then, "field") {
        let said = message.or_else(|| hit.heard.first().map(|heard| redact::redact(&heard.part))).unwrap_or_default();
        let place = text(hit.then, "in");
        push(&field, said, place.as_deref(), Vec::new());
    }
}
