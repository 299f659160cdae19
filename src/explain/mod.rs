//! Explains any answer or thrown error: what happened, why, what to do, and whether to send it again.
//!
//! Total and pure: any report gives an [`Explanation`], the same one each time. It knows nothing of calls, and of
//! quotas what the answer's headers plainly tell.
//!
//! The order of belief: a catalog's rule (a user's, the provider's, a framework's), then the shape of the body, a
//! well-known code, the status. All rules that hold give causes; the first fixes kind and verdict.

mod apply;
mod base;
pub mod catalog;
pub mod explanation;
pub mod fields;
pub mod format;
pub mod grammar;
pub mod harvest;
pub mod ink;
pub mod kind;
pub mod matcher;
pub mod network;
pub mod plain;
pub mod redact;
pub mod report;
mod scan;
mod squeeze;
pub mod text;
mod told;
mod verdict;
mod words;
pub mod write;

pub use catalog::Catalogs;
pub use explanation::Explanation;
pub use network::Thrown;
pub use report::Report;

use crate::hints;
use crate::syntax::{json, number};
use alloc::string::String;
use apply::Rule;
use harvest::{Harvest, MAX_BODY};
use kind::Kind;
use matcher::Facts;
use verdict::Waits;

/// Explains `report` by `catalogs`.
pub fn explain(report: &Report<'_>, catalogs: &Catalogs) -> Explanation {
    if report.status.unwrap_or(0) == 0 {
        let opaque = report.response_type.starts_with("opaque");
        return if opaque { network::opaque(report) } else { network::explain(report) };
    }
    let hint = if report.hint.is_none() { hints::read(report.headers, report.now) } else { None };
    let told = if report.told.is_none() { told::read(report.headers, report.now) } else { None };
    let waits = Waits { hint: report.hint.as_ref().or(hint.as_ref()), told: report.told.as_ref().or(told.as_ref()) };
    let mut digits = String::new();
    number::push(&mut digits, u64::from(report.status.unwrap_or(0)));
    let document = json::parse(scan::head(report.body.unwrap_or(""), MAX_BODY));
    let mut out = Explanation::new(Kind::Success, "", report.status);
    let harvest = harvest::harvest(report, &document, &mut out);
    let open = base::judge(report, &harvest, &digits, &mut out);
    let basis = out.evidence.len();
    let facts = Facts { report, number: &digits, harvest: &harvest };
    let (provider, by_shape) = catalogs.provider(&facts);
    out.format = harvest.format;
    out.provider = out.ink.excerpt(provider);
    if by_shape {
        out.notes.push("The API was recognised by the shape of the body, not by its host.");
    }
    let mut verdict = document.root().get("\0");
    let (mut ruled, mut by_provider) = (false, false);
    if out.kind != Kind::Success {
        let hits = catalogs.hits(provider, &facts, &mut out);
        // A page in place of data says nothing by its words, and what stands in its messages is not the API's.
        for hit in &hits.rules {
            let heard = hits.heard.get(hit.heard.0..hit.heard.1).unwrap_or_default();
            let rule = Rule { hit, facts: &facts, heard };
            let decides = !ruled && hit.then.get("kind").exists() && (open || hit.provided);
            if decides {
                ruled = true;
                by_provider = hit.provided && !hit.coarse;
                verdict = hit.then.get("retry");
                rule.decide(&mut out);
            }
            // Beside the provider's own word, what holds for all APIs would be noise; so would a rule on the status alone
            // beside any better one. Rules that are only causes are always heard.
            let beside = !hit.coarse && open && (hit.provided || !by_provider);
            if decides || beside || !hit.then.get("kind").exists() {
                rule.add(&mut out);
            }
        }
    }
    refine(report, waits, &harvest, ruled, &mut out);
    if out.causes.is_empty() {
        default_causes(&mut out, basis);
    }
    said(&harvest, &mut out);
    let code = String::from(out.ink.read(out.api.code));
    verdict::judge(waits, report.now, verdict, &code, &mut out);
    words::what(&code, &digits, &mut out);
    words::notes(report, waits, &harvest, &mut out);
    out
}

/// Copies what the API itself said.
fn said(harvest: &Harvest<'_>, out: &mut Explanation) {
    let ink = &mut out.ink;
    let api = &mut out.api;
    if api.code.is_empty() {
        api.code = ink.add(harvest.code.text);
    }
    api.message = ink.add(harvest.messages.first().copied().unwrap_or_default().text);
    api.user_message = ink.add(harvest.user_message);
    api.request_id = ink.add(harvest.request_id);
    api.docs_url = ink.add(harvest.docs_url);
    if harvest.details.exists() {
        api.details = ink.add(&write::write_node(harvest.details, false));
    }
}

/// What no rule can say: details of a refusal, fields under a 400, a 403 that is a rate limit, header lists.
fn refine(report: &Report<'_>, waits: Waits<'_>, harvest: &Harvest<'_>, ruled: bool, out: &mut Explanation) {
    let spent = waits.told.is_some_and(|told| told.remaining == Some(0));
    let facts = harvest.details.kind() == json::Kind::Object;
    // Where the status says something precise (401, 404, 429, …) a strange code does not turn it into a refusal.
    let vague = !ruled
        && matches!(
            out.kind,
            Kind::InvalidRequest | Kind::ValidationFailed | Kind::Conflict | Kind::QuotaExhausted | Kind::Forbidden
        );
    let code = harvest.code.text;
    let turned = if out.kind == Kind::Forbidden && (spent || waits.hint.is_some()) {
        Kind::RateLimited
    } else if vague && facts && out.fields.is_empty() && !code.is_empty() && kind::of_code(code).is_none() {
        Kind::BusinessRule
    } else if vague && out.kind == Kind::InvalidRequest && !out.fields.is_empty() {
        Kind::ValidationFailed
    } else {
        out.kind
    };
    if turned != out.kind {
        out.turn(turned, "");
        let id = String::from(out.ink.read(out.id));
        out.id = out.ink.join(&[&id, ".", text::row(turned).name]);
    }
    match out.kind {
        Kind::BusinessRule if facts => out.details = out.ink.add(&write::write_node(harvest.details, true)),
        Kind::NotSupported => out.allow = apply::list(report.header("allow"), b',', out),
        Kind::Forbidden => {
            let (_, scopes) = scan::split(report.header("www-authenticate"), "scope=\"").unwrap_or_default();
            out.missing_scopes = apply::list(scan::until(scopes, b"\""), b' ', out);
            if !scopes.is_empty() {
                out.reason = out.ink.add("scope");
            }
        }
        _ => {}
    }
}

fn default_causes(out: &mut Explanation, basis: usize) {
    let rows = match out.ink.read(out.reason) {
        "html_instead_of_json" => text::PAGE,
        "invalid_json" => text::NO_JSON,
        _ => text::row(out.kind).causes,
    };
    // Rules that gave no cause may have seen more than what they are judged by here.
    out.evidence.truncate(basis);
    let mut confidence = "likely";
    for (id, text) in rows {
        out.cause(id, text, "", confidence, 0);
        confidence = "possible";
    }
}
