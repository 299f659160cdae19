//! What status, code and shape of an answer say before any rule is asked.

use super::Report;
use super::explanation::Evidence;
use super::harvest::{Harvest, MAX_BODY, Shape};
use super::kind::{self, Kind};
use super::scan::{has, head, join};
use super::text;
use super::write::decimal;
use crate::syntax::json::{self, End};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The first judgement.
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
        Base { kind, reason, id: join(&["http.", &number]), confidence: 70, evidence: Vec::new(), open: true };
    // What decides, beside the status.
    let mut sign = ("", "", "", None);
    let media = report.headers.find("content-type").unwrap_or("");
    let code = &harvest.code;
    let page = harvest.shape == Shape::Html && harvest.format == "html";
    // A gateway's failure and a rate limit are told by the status well enough; whose page it is does not matter then.
    if page && (status < 500 || status == 501) && status != 429 && !(300..400).contains(&status) {
        base.turn(Kind::UnexpectedResponse, "html_instead_of_json", "http.html", 80);
        base.open = false;
        sign = if has(media, "html") { ("header", "content-type", media, None) } else { front(harvest) };
    } else if kind == Kind::Success {
        base.confidence = 95;
        if let Some((kind, name)) = hidden_error(report, harvest) {
            let (found, reason) = kind::of_code(&code.text).unwrap_or((kind, default_reason(kind)));
            base.turn(found, reason, &join(&["hidden.", harvest.format]), 75);
            let span = harvest
                .document
                .root()
                .and_then(|root| root.get(name))
                .map(|node| (node.span().start, node.span().end));
            sign = (if span.is_some() { "body" } else { "header" }, name, "", span);
        } else if has(media, "json") && unreadable(report, harvest, status) {
            base.turn(Kind::UnexpectedResponse, "invalid_json", "http.invalid-json", 90);
            base.open = false;
            sign = ("header", "content-type", media, None);
        }
    } else if let Some((kind, reason)) = kind::of_code(&code.text)
        && status < 500
        // Of one kind, the status may know the reason better; 401, 423 and 429 are more certain than a code of another kind.
        && (base.kind != kind || !reason.is_empty())
        && (!matches!(status, 401 | 423 | 429) || base.kind == kind || kind == Kind::QuotaExhausted)
    {
        base.turn(kind, reason, &join(&["code.", text::row(kind).name]), 85);
        sign = ("body", "code", &code.text, code.span);
    }
    base.evidence.push(Evidence::new(&base.id, "status", "", &number, None));
    if !sign.0.is_empty() {
        base.evidence.push(Evidence::new(&base.id, sign.0, sign.1, sign.2, sign.3));
    }
    base
}

impl Base {
    fn turn(&mut self, kind: Kind, reason: &'static str, id: &str, confidence: u8) {
        (self.kind, self.reason, self.id, self.confidence) = (kind, reason, id.to_string(), confidence);
    }
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

/// The first bytes of the body, as a sign of what it is.
pub fn front<'h>(harvest: &Harvest<'h>) -> (&'static str, &'static str, &'h str, Option<(usize, usize)>) {
    let front = head(harvest.body, 15);
    ("body", "", front, Some((0, front.len())))
}

/// Whether what is called JSON is none. A body that was cut here or has more values than are read may well be one.
fn unreadable(report: &Report<'_>, harvest: &Harvest<'_>, status: u16) -> bool {
    let whole = report.body.is_some_and(|body| body.len() < MAX_BODY) && harvest.document.end() != End::Capped;
    let bodiless = matches!(status, 204 | 205 | 304) || report.method.eq_ignore_ascii_case("head");
    whole && !bodiless && harvest.document.end() != End::Complete
}

/// An error under a 2xx, only by the conventions that are known to do so: `error: null`, `errors: []` and counts of errors are none.
fn hidden_error(report: &Report<'_>, harvest: &Harvest<'_>) -> Option<(Kind, &'static str)> {
    if report.headers.find("grpc-status").is_some_and(|value| value != "0") {
        return Some((Kind::ServerError, "grpc-status"));
    }
    let root = harvest.document.root()?;
    let is = |path: &str, kind: json::Kind| root.pointer(path).is_some_and(|node| node.kind() == kind);
    let name = if is("/errors/0/message", json::Kind::String) {
        "errors"
    } else if root.get("jsonrpc").is_some() && is("/error/code", json::Kind::Number) {
        "error"
    } else if is("/ok", json::Kind::Bool(false)) {
        "ok"
    } else if is("/success", json::Kind::Bool(false)) {
        "success"
    } else {
        return None;
    };
    Some((Kind::BusinessRule, name))
}
