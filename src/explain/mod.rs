//! Explains any answer or thrown error: what happened, why, what to do, and whether to send it again.
//!
//! Total and pure: any report gives an [`Explanation`], the same one each time. It knows nothing of calls and quotas; when
//! to come back was read by others and comes in as [`Report::hint`] and [`Report::told`].
//!
//! The order of belief: a catalog's rule (a user's, the provider's, a framework's), then the shape of the body, a
//! well-known code, the status. All rules that hold give causes; the first fixes kind and verdict.

pub mod catalog;
pub mod explanation;
pub mod fields;
pub mod grammar;
pub mod harvest;
pub mod kind;
pub mod network;
pub mod redact;
pub mod text;
mod verdict;

pub use catalog::Catalogs;
pub use explanation::Explanation;
pub use network::Thrown;

use crate::hints::{Hint, Told};
use crate::syntax::headers::Headers;
use crate::syntax::json::{self, End, Node};
use crate::time::WallTime;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use catalog::{Facts, Hit};
use explanation::{Api, Cause, Evidence, FieldError, decimal, write_node};
use harvest::{Harvest, Shape};
use kind::{Kind, Retry};

/// What is to be explained. "" and none: not known.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Report<'a> {
    /// None or 0: no response came, or none that may be read.
    pub status: Option<u16>,
    /// All of the answer's, names in lower case.
    pub headers: Headers<'a>,
    pub body: Option<&'a str>,
    pub method: &'a str,
    pub url: &'a str,
    pub request_body: &'a str,
    pub provider: Option<&'a str>,
    /// The error and its causes, outermost first.
    pub thrown: Vec<Thrown<'a>>,
    pub online: Option<bool>,
    pub page_url: &'a str,
    pub response_type: &'a str,
    pub now: WallTime,
    pub hint: Option<Hint>,
    pub told: Option<Told>,
}

/// Explains `report` by `catalogs`.
pub fn explain(report: &Report<'_>, catalogs: &Catalogs<'_>) -> Explanation {
    let Some(status) = report.status.filter(|status| *status > 0) else {
        return if report.response_type.starts_with("opaque") { opaque(report) } else { network::explain(report) };
    };
    let harvest = harvest::harvest(report);
    let facts = Facts { report, harvest: &harvest };
    let provider = catalogs.provider(&facts);
    let mut base = base(report, &harvest, status);
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
        decide(hit, &mut out);
        how = hit.then.get("retry");
    }
    for hit in &hits {
        add(hit, &mut out);
    }
    refine(report, &harvest, winner.is_some(), status, &mut out);
    if out.causes.is_empty() {
        default_causes(&mut out, &mut base.evidence);
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
    what(&mut out, winner.is_none() && base.open);
    notes(report, &harvest, &mut out);
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

/// What status, code and shape say before any rule.
struct Base {
    kind: Kind,
    reason: &'static str,
    id: String,
    confidence: u8,
    evidence: Vec<Evidence>,
    /// Whether rules that hold for all APIs may change the kind.
    open: bool,
}

fn base(report: &Report<'_>, harvest: &Harvest<'_>, status: u16) -> Base {
    let (kind, reason) = kind::of_status(status);
    let number = decimal(i64::from(status));
    let mut base =
        Base { kind, reason, id: ["http.", &number].concat(), confidence: 70, evidence: Vec::new(), open: true };
    let see = |from, name: Option<&str>, text: &str, span| Evidence {
        rule: String::new(),
        from,
        name: name.map(ToString::to_string),
        text: Some(redact::excerpt(text)),
        span,
    };
    base.evidence.push(see("status", None, &number, None));
    let json = report.headers.find("content-type").is_some_and(|value| value.contains("json"));
    let bodiless =
        report.body.is_none() || matches!(status, 204 | 205 | 304) || report.method.eq_ignore_ascii_case("head");
    let unreadable = json
        && !bodiless
        && harvest.shape != Shape::Html
        && (harvest.shape != Shape::Json || harvest.document.end() != End::Complete);
    let page = harvest.shape == Shape::Html && harvest.format == "html";
    // A gateway's failure and a rate limit are told by the status well enough; whose page it is does not matter then.
    if page && (status < 500 || status == 501) && status != 429 && !(300..400).contains(&status) {
        (base.kind, base.reason, base.open) = (Kind::UnexpectedResponse, "html_instead_of_json", false);
        base.id = "http.html".to_string();
        base.evidence.push(match report.headers.find("content-type") {
            Some(value) => see("header", Some("content-type"), value, None),
            None => see(
                "body",
                None,
                harvest.body.get(..harvest.body.floor_char_boundary(15)).unwrap_or(""),
                Some((0, harvest.body.floor_char_boundary(15))),
            ),
        });
        base.confidence = 80;
    } else if kind == Kind::Success {
        if let Some((kind, pointer)) = hidden_error(report, harvest) {
            let (found, reason) = harvest
                .code
                .as_ref()
                .and_then(|code| kind::of_code(&code.text))
                .unwrap_or((kind, default_reason(kind)));
            (base.kind, base.reason, base.confidence) = (found, reason, 75);
            base.id = ["hidden.", harvest.format].concat();
            let span = harvest
                .document
                .root()
                .and_then(|root| root.get(pointer))
                .map(|node| (node.span().start, node.span().end));
            base.evidence.push(see(if span.is_some() { "body" } else { "header" }, Some(pointer), "", span));
        } else if unreadable
            && harvest.document.end() != End::Capped
            && report.body.is_some_and(|body| body.len() < harvest::MAX_BODY)
        {
            (base.kind, base.reason, base.open, base.confidence) =
                (Kind::UnexpectedResponse, "invalid_json", false, 90);
            base.id = "http.invalid-json".to_string();
            base.evidence.push(see("header", Some("content-type"), "json", None));
        } else {
            base.confidence = 95;
        }
    } else if let Some(code) = &harvest.code
        && status < 500
        && let Some((kind, reason)) = kind::of_code(&code.text)
        // Of one kind, the status may know the reason better; 401 and 429 are more certain than a code of another kind.
        && (base.kind != kind || !reason.is_empty())
        && (!matches!(status, 401 | 423 | 429) || base.kind == kind || kind == Kind::QuotaExhausted)
    {
        (base.kind, base.reason, base.confidence) = (kind, reason, 85);
        base.id = ["code.", text::row(kind).name].concat();
        base.evidence.push(see("body", Some("code"), &code.text, code.span));
    }
    for evidence in &mut base.evidence {
        evidence.rule.clone_from(&base.id);
    }
    base
}

fn default_reason(kind: Kind) -> &'static str {
    match kind {
        Kind::Unauthenticated
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::NotSupported
        | Kind::MalformedBody
        | Kind::UnexpectedResponse
        | Kind::InvalidRequest => "unknown",
        _ => "",
    }
}

/// An error under a 2xx, only by the conventions that are known to do so: `error: null`, `errors: []` and counts of errors are none.
fn hidden_error(report: &Report<'_>, harvest: &Harvest<'_>) -> Option<(Kind, &'static str)> {
    if report.headers.find("grpc-status").is_some_and(|value| value != "0") {
        return Some((Kind::ServerError, "grpc-status"));
    }
    let root = harvest.document.root()?;
    let refused = |key: &str| root.get(key).is_some_and(|node| node.kind() == json::Kind::Bool(false));
    let graphql = root.pointer("/errors/0/message").is_some_and(|node| node.kind() == json::Kind::String);
    if graphql {
        return Some((Kind::BusinessRule, "errors"));
    }
    if root.get("jsonrpc").is_some() && root.pointer("/error/code").is_some() {
        return Some((Kind::BusinessRule, "error"));
    }
    ["ok", "success"].into_iter().find(|key| refused(key)).map(|key| (Kind::BusinessRule, key))
}

/// Lets the first rule fix kind, reason and action.
fn decide(hit: &Hit<'_>, out: &mut Explanation) {
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
fn add(hit: &Hit<'_>, out: &mut Explanation) {
    let text = |node: Node<'_>, key: &str| node.get(key).and_then(Node::text).map(|text| hit.fill(&text));
    if out.causes.is_empty() || !hit.coarse {
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

/// What no rule can say: details of a refusal, fields under a 400, a 403 that is a rate limit, header lists.
fn refine(report: &Report<'_>, harvest: &Harvest<'_>, ruled: bool, status: u16, out: &mut Explanation) {
    let turn = |out: &mut Explanation, kind: Kind| {
        let fresh = blank(kind, default_reason(kind), out.status);
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

fn default_causes(out: &mut Explanation, evidence: &mut Vec<Evidence>) {
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
            evidence: evidence.clone(),
            check: None,
        });
    }
}

/// Says in one sentence what happened, where no rule did.
fn what(out: &mut Explanation, plain: bool) {
    if !out.what_happened.is_empty() {
        return;
    }
    let mut text = String::from(match out.provider.as_deref() {
        Some("clever") => "Clever",
        Some("unit21") => "Unit21",
        _ => "The server",
    });
    text.push_str(" answered ");
    text.push_str(&decimal(i64::from(out.status.unwrap_or(0))));
    if let Some(code) = &out.api.code {
        text.push_str(" with the code ");
        text.push_str(&redact::excerpt(code));
    }
    text.push_str(": ");
    text.push_str(&out.title.to_ascii_lowercase());
    text.push('.');
    if out.reason == "html_instead_of_json" {
        text.push_str(" The body is a web page, not JSON.");
    } else if plain && out.format == "empty" && out.kind != Kind::Success {
        text.push_str(" It gave no details.");
    }
    out.what_happened = text;
}

fn notes(report: &Report<'_>, harvest: &Harvest<'_>, out: &mut Explanation) {
    let foreign = report.response_type == "cors"
        || (!report.page_url.is_empty() && origin_of(report.page_url) != origin_of(report.url));
    let waits = matches!(out.kind, Kind::RateLimited | Kind::Unavailable);
    if waits && foreign && report.hint.is_none() && report.told.is_none() {
        let line = "Retry-After and the rate-limit headers are hidden from this page unless the server sends Access-Control-Expose-Headers: Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id.";
        out.notes.push(line.to_string());
        out.action.push(' ');
        out.action.push_str(line);
    }
    if report.told.as_ref().is_some_and(|told| told.reset_in == Some(0)) && matches!(out.retry, Retry::AtReset { .. }) {
        out.notes.push(
            "The reset lies in the past: this clock or the server's is wrong, or the window has just ended."
                .to_string(),
        );
    }
    if harvest.shape == Shape::Html && out.kind != Kind::UnexpectedResponse {
        out.notes.push("The body is a web page, not JSON: it may come from a proxy in front of the API.".to_string());
    }
    if report.body.is_some_and(|body| body.len() > harvest::MAX_BODY) || harvest.document.end() == End::Capped {
        out.notes.push("Only the first part of the body was looked at.".to_string());
    } else if harvest.shape == Shape::Json && harvest.document.end() != End::Complete {
        out.notes.push("The body is incomplete or broken JSON; it was read as far as possible.".to_string());
    }
}

/// The host of a URL, without user and port; "" of a relative one.
fn host_of(url: &str) -> &str {
    let authority = origin_of(url).split_once("://").map_or("", |(_, rest)| rest);
    let host = authority.rsplit('@').next().unwrap_or("");
    if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or("")
    } else {
        host.split(':').next().unwrap_or("")
    }
}

fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(url.len(), |at| at + 3);
    let rest = url.get(start..).unwrap_or("");
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    url.get(..start + end).unwrap_or("")
}
