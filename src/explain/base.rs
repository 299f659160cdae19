//! What status, code and shape of an answer say before any rule is asked.

use super::explanation::Evidence;
use super::harvest::{self, Harvest, Shape};
use super::kind::{self, Kind};
use super::write::decimal;
use super::{Report, redact, text};
use crate::syntax::json::{self, End};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What status, code and shape say before any rule.
pub struct Base {
    pub kind: Kind,
    pub reason: &'static str,
    pub id: String,
    pub confidence: u8,
    pub evidence: Vec<Evidence>,
    /// Whether rules that hold for all APIs may change the kind.
    pub open: bool,
}

/// Judges the answer by itself.
pub fn base(report: &Report<'_>, harvest: &Harvest<'_>, status: u16) -> Base {
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

/// The reason of a kind that has reasons, where none is known.
pub fn default_reason(kind: Kind) -> &'static str {
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
