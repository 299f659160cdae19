//! Explains any answer or thrown error: what happened, why, what to do, and whether to send it again.
//!
//! Total and pure: any report gives an [`Explanation`], the same one each time. It knows nothing of calls and quotas; when
//! to come back was read by others and comes in as [`Report::hint`] and [`Report::told`].
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
pub mod heard;
pub mod kind;
pub mod matcher;
pub mod network;
pub mod redact;
pub mod report;
mod scan;
pub mod text;
mod verdict;
mod words;
pub mod write;

pub use catalog::Catalogs;
pub use explanation::Explanation;
pub use network::Thrown;
pub use report::Report;

use crate::syntax::json;
use alloc::string::ToString;
use alloc::vec::Vec;
use explanation::Evidence;
use harvest::Harvest;
use kind::Kind;
use matcher::Facts;

/// Explains `report` by `catalogs`.
pub fn explain(report: &Report<'_>, catalogs: &Catalogs<'_>) -> Explanation {
    let Some(status) = report.status.filter(|status| *status > 0) else {
        return if report.response_type.starts_with("opaque") {
            network::opaque(report)
        } else {
            network::explain(report)
        };
    };
    let mut harvest = harvest::harvest(report);
    let base = base::base(report, &harvest, status);
    let fields = core::mem::take(&mut harvest.fields);
    let facts = Facts { report, harvest: &harvest };
    let (provider, by_shape) = catalogs.provider(&facts);
    let hits = if base.kind == Kind::Success { Vec::new() } else { catalogs.hits(&provider, &facts) };

    let mut out = Explanation::new(base.kind, base.reason, Some(status));
    (out.id, out.format, out.confidence, out.fields) = (base.id, harvest.format, base.confidence, fields);
    out.provider = redact::excerpt(&provider);
    if by_shape {
        out.notes.push("The API was recognised by the shape of the body, not by its host.".to_string());
    }
    // A page in place of data says nothing by its words, and what stands in its messages is not the API's.
    let winner = hits.iter().find(|hit| hit.then.get("kind").is_some() && (base.open || hit.provided));
    if let Some(hit) = winner {
        apply::decide(hit, &mut out);
    }
    for hit in &hits {
        // A rule on the status alone speaks only where it decides: beside a better one it would be noise.
        if !hit.coarse || out.id == hit.id {
            apply::add(hit, &mut out);
        }
    }
    refine(report, &harvest, winner.is_some(), &mut out);
    if out.causes.is_empty() {
        default_causes(&mut out, &base.evidence);
    }
    if out.api.code.is_empty() {
        out.api.code.clone_from(&harvest.code.text);
    }
    if let Some(message) = harvest.messages.into_iter().next() {
        out.api.message = message.text;
    }
    (out.api.user_message, out.api.request_id) = (harvest.user_message, harvest.request_id);
    (out.api.docs_url, out.api.details) = (harvest.docs_url, harvest.details);
    out.retry = verdict::retry(report, &mut out, winner.and_then(|hit| hit.then.get("retry")));
    words::what(&mut out);
    words::notes(report, &harvest.document, harvest.shape, &mut out);
    out
}

/// What no rule can say: details of a refusal, fields under a 400, a 403 that is a rate limit, header lists.
fn refine(report: &Report<'_>, harvest: &Harvest<'_>, ruled: bool, out: &mut Explanation) {
    let spent = report.told.as_ref().is_some_and(|told| told.remaining == Some(0));
    // Where the status says something precise (401, 404, 429, …) a strange code does not turn it into a refusal.
    let vague = !ruled
        && matches!(
            out.kind,
            Kind::InvalidRequest | Kind::ValidationFailed | Kind::Conflict | Kind::QuotaExhausted | Kind::Forbidden
        );
    let code = &harvest.code.text;
    let turned = if out.kind == Kind::Forbidden && (spent || report.hint.is_some()) {
        Kind::RateLimited
    } else if vague && harvest.has_details && out.fields.is_empty() && !code.is_empty() && kind::of_code(code).is_none()
    {
        Kind::BusinessRule
    } else if vague && out.kind == Kind::InvalidRequest && !out.fields.is_empty() {
        Kind::ValidationFailed
    } else {
        out.kind
    };
    if turned != out.kind {
        out.turn(turned, "");
        out.id = scan::join(&[&out.id, ".", text::row(turned).name]);
    }
    let list = |text: &str, separator: u8| scan::parts(text, separator).take(50).map(redact::excerpt).collect();
    match out.kind {
        Kind::BusinessRule if harvest.has_details => {
            if let Some(details) = json::parse(harvest.details.as_str()).root() {
                out.details = write::write_node(details, true);
            }
        }
        Kind::NotSupported => out.allow = list(report.headers.find("allow").unwrap_or(""), b','),
        Kind::Forbidden => {
            let challenge = report.headers.find("www-authenticate").unwrap_or("");
            if let Some((_, scopes)) = scan::split(challenge, "scope=\"") {
                out.missing_scopes = list(scan::until(scopes, b"\""), b' ');
                out.reason = "scope".to_string();
            }
        }
        _ => {}
    }
}

fn default_causes(out: &mut Explanation, evidence: &[Evidence]) {
    let rows = match out.reason.as_str() {
        "html_instead_of_json" => text::PAGE,
        "invalid_json" => text::NO_JSON,
        _ => text::row(out.kind).causes,
    };
    let mut confidence = "likely";
    for (id, text) in rows {
        out.cause(id, text, confidence, evidence);
        confidence = "possible";
    }
}
