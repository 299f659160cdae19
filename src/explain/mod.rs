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
pub mod text;
mod verdict;
mod words;
pub mod write;

pub use catalog::Catalogs;
pub use explanation::Explanation;
pub use network::Thrown;
pub use report::Report;

use crate::syntax::json;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use explanation::{Api, Cause, Evidence};
use harvest::Harvest;
use kind::Kind;
use matcher::Facts;
use write::write_node;

/// Explains `report` by `catalogs`.
pub fn explain(report: &Report<'_>, catalogs: &Catalogs<'_>) -> Explanation {
    let Some(status) = report.status.filter(|status| *status > 0) else {
        return if report.response_type.starts_with("opaque") { opaque(report) } else { network::explain(report) };
    };
    let harvest = harvest::harvest(report);
    let facts = Facts { report, harvest: &harvest };
    let provider = catalogs.provider(&facts);
    let base = base::base(report, &harvest, status);
    let hits = if base.kind == Kind::Success {
        Vec::new()
    } else {
        catalogs.hits(provider.as_ref().map(|found| found.0.as_str()), &facts)
    };

    let mut out = blank(base.kind, base.reason, Some(status));
    out.id = base.id;
    out.format = harvest.format;
    out.confidence = base.confidence;
    out.provider = provider.as_ref().map(|(name, _)| redact::excerpt(name));
    if let Some((_, true)) = provider {
        out.notes.push("The API was recognised by the shape of the body, not by its host.".to_string());
    }
    out.fields.clone_from(&harvest.fields);
    for field in &mut out.fields {
        field.message = redact::redact(&field.message);
        field.path = redact::redact(&field.path);
        field.raw = field.raw.as_deref().map(redact::redact);
    }
    let mut how = None;
    // A page in place of data says nothing by its words, and what stands in its messages is not the API's.
    let winner = hits.iter().find(|hit| hit.then.get("kind").is_some() && (base.open || hit.provided));
    if let Some(hit) = winner {
        apply::decide(hit, &mut out);
        how = hit.then.get("retry");
    }
    // A rule on the status alone speaks only where it decides: beside a better one it would be noise.
    for hit in hits.iter().filter(|hit| !hit.coarse || winner.is_some_and(|winner| winner.id == hit.id)) {
        apply::add(hit, &mut out);
    }
    refine(report, &harvest, winner.is_some(), status, &mut out);
    if out.causes.is_empty() {
        default_causes(&mut out, &base.evidence);
    }
    out.api = Api {
        code: out.api.code.take().or_else(|| harvest.code.as_ref().map(|code| code.text.clone())),
        message: harvest.messages.first().map(|message| message.text.clone()),
        user_message: harvest.user_message.clone(),
        request_id: harvest.request_id.clone(),
        docs_url: harvest.docs_url.clone(),
        details: harvest.details.clone(),
    };
    out.retry = verdict::retry(report, &mut out, how);
    words::what(&mut out, winner.is_none() && base.open);
    words::notes(report, &harvest, &mut out);
    out
}

/// An explanation with what the kind says and nothing else.
fn blank(kind: Kind, reason: &str, status: Option<u16>) -> Explanation {
    let row = text::row(kind);
    Explanation {
        id: row.name.to_string(),
        kind,
        reason: reason.to_string(),
        status,
        title: row.title.to_string(),
        what_happened: String::new(),
        causes: Vec::new(),
        action: row.action.to_string(),
        user_message: row.user.to_string(),
        user_message_key: ["user.", row.name].concat(),
        params: Vec::new(),
        retry: text::retry(row),
        fields: Vec::new(),
        api: Api::default(),
        format: "",
        provider: None,
        confidence: 0,
        notes: Vec::new(),
        missing_scopes: Vec::new(),
        entity: None,
        allow: Vec::new(),
        offset: None,
        bucket: None,
        limit: None,
        remaining: None,
        details: "{}".to_string(),
    }
}

fn opaque(report: &Report<'_>) -> Explanation {
    let redirect = report.response_type == "opaqueredirect";
    let mut out = blank(Kind::UnexpectedResponse, if redirect { "redirect" } else { "opaque" }, Some(0));
    out.id = ["fetch.", &out.reason].concat();
    out.format = "none";
    out.confidence = 95;
    let (what, action, id) = if redirect {
        (
            "The server redirects, and the request was made with redirect: \"manual\".",
            "Follow the redirect, or request the final address.",
            "manual",
        )
    } else {
        (
            "A response came, but the request's mode \"no-cors\" hides its status, headers and body.",
            "Use mode \"cors\", and have the server allow this page's origin.",
            "no-cors",
        )
    };
    (out.what_happened, out.action) = (what.to_string(), action.to_string());
    let evidence = Evidence {
        rule: out.id.clone(),
        from: "environment",
        name: Some("type".to_string()),
        text: Some(report.response_type.to_string()),
        span: None,
    };
    out.causes.push(Cause {
        id: id.to_string(),
        text: what.to_string(),
        confidence: "certain".to_string(),
        evidence: [evidence].into(),
        check: None,
    });
    out
}

/// What no rule can say: details of a refusal, fields under a 400, a 403 that is a rate limit, header lists.
fn refine(report: &Report<'_>, harvest: &Harvest<'_>, ruled: bool, status: u16, out: &mut Explanation) {
    let turn = |out: &mut Explanation, kind: Kind| {
        let fresh = blank(kind, base::default_reason(kind), out.status);
        (out.kind, out.reason, out.title, out.action, out.retry) =
            (kind, fresh.reason, fresh.title, fresh.action, fresh.retry);
        (out.user_message, out.user_message_key) = (fresh.user_message, fresh.user_message_key);
        out.id = [out.id.as_str(), ".", text::row(kind).name].concat();
    };
    let known = harvest.code.as_ref().is_some_and(|code| kind::of_code(&code.text).is_some());
    let spent = report.told.as_ref().is_some_and(|told| told.remaining == Some(0));
    if out.kind == Kind::Forbidden && (spent || report.hint.is_some()) {
        turn(out, Kind::RateLimited);
    } else if !ruled
        && matches!(
            out.kind,
            Kind::InvalidRequest | Kind::ValidationFailed | Kind::Conflict | Kind::QuotaExhausted | Kind::Forbidden
        )
        && (400..500).contains(&status)
    {
        // Where the status says something precise (401, 404, 429, …) a strange code does not turn it into a refusal.
        let strange = harvest.code.is_some() && !known && harvest.has_details && out.fields.is_empty();
        if strange {
            turn(out, Kind::BusinessRule);
        } else if out.kind == Kind::InvalidRequest && !out.fields.is_empty() {
            turn(out, Kind::ValidationFailed);
        }
    }
    if let Some(details) = harvest.details.as_ref().filter(|_| out.kind == Kind::BusinessRule && harvest.has_details) {
        out.details =
            json::parse(details.as_str()).root().map_or_else(|| "{}".to_string(), |root| write_node(root, true));
    }
    if out.kind == Kind::NotSupported {
        let allow = report.headers.find("allow").into_iter().flat_map(|value| value.split(','));
        out.allow =
            allow.map(|method| redact::excerpt(method.trim())).filter(|method| !method.is_empty()).take(20).collect();
    }
    if out.kind == Kind::Forbidden
        && let Some((_, scopes)) =
            report.headers.find("www-authenticate").and_then(|value| value.split_once("scope=\""))
    {
        out.missing_scopes = scopes
            .split('"')
            .next()
            .unwrap_or("")
            .split(' ')
            .map(redact::excerpt)
            .filter(|scope| !scope.is_empty())
            .take(50)
            .collect();
        out.reason = "scope".to_string();
    }
}

fn default_causes(out: &mut Explanation, evidence: &[Evidence]) {
    let mut rows = text::row(out.kind).causes;
    if out.kind == Kind::UnexpectedResponse {
        rows = match out.reason.as_str() {
            "html_instead_of_json" => &[
                ("route", "The endpoint does not exist: a web server's page came in place of the API's answer."),
                ("sign-in", "The credentials are missing or of the wrong type, and a sign-in page came."),
                ("proxy", "Something between client and API (proxy, portal, firewall) answered."),
            ],
            "invalid_json" => &[
                ("cut", "The body was cut off on the way, or the server broke off."),
                ("not-json", "The server says JSON and sends something else."),
            ],
            _ => &[("redirect", "The server redirects; the redirect was not followed.")],
        };
    }
    for (index, (id, text)) in rows.iter().enumerate() {
        let confidence = if index == 0 { "likely" } else { "possible" };
        out.causes.push(Cause {
            id: (*id).to_string(),
            text: (*text).to_string(),
            confidence: confidence.to_string(),
            evidence: evidence.to_vec(),
            check: None,
        });
    }
}
