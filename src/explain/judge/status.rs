//! What status, code and shape of an answer say before any rule is asked.

use crate::explain::Report;
use crate::explain::advise::texts;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{self, Kind};
use crate::explain::read::body::{Harvest, MAX_BODY, Shape};
use crate::explain::read::keys::{key, keys};
use crate::explain::read::levels::{or_failed, or_first};
use crate::explain::scan::{behind, has, head};
use crate::syntax::json::{self, End};
use crate::syntax::number;

/// A sign in the answer: from where, its name, its text, its place in the body.
type Sign<'h> = (&'static str, &'static str, &'h str, Option<(usize, usize)>);

/// Judges the answer, whose status is `number` in digits, by itself. Gives back whether rules that hold for all APIs may change the kind.
pub fn judge(report: &Report<'_>, harvest: &Harvest<'_>, number: &str, out: &mut Explanation) -> bool {
    let status = report.status.unwrap_or(0);
    let (mut kind, mut reason) = kind::of_status(status);
    // What decides, beside the status; the rule's name in two parts.
    let mut sign: Sign<'_> = ("", "", "", None);
    let (mut open, mut id) = (true, ("http.", ""));
    let media = report.header("content-type");
    let code = &harvest.code;
    out.confidence = 70;
    let page = harvest.shape == Shape::Html && harvest.format == "html";
    // A gateway's failure and a rate limit are told by the status well enough; whose page it is does not matter then.
    if page && (status < 500 || status == 501) && !matches!(status, 408 | 420 | 429) && !(300..400).contains(&status) {
        (kind, reason, id, open) = (Kind::UnexpectedResponse, "html_instead_of_json", ("http.", "html"), false);
        sign = if has(media, "html") { ("header", "content-type", media, None) } else { front(harvest) };
    } else if kind == Kind::Success {
        out.confidence = 95;
        if let Some((name, default)) = hidden_error(report, harvest) {
            let word = if name == "grpc-status" { kind::of_grpc(report.header(name)) } else { code.text };
            // A status of the error's own, within.
            let told = keys!("status_code statusCode code status error_code");
            let told = told.iter().filter_map(|key| u16::try_from(number::whole(harvest.root.at(*key).word())?).ok());
            let default = match told.into_iter().find(|told| (400..600).contains(told)) {
                Some(told) => kind::of_status(told),
                None if code.text.eq_ignore_ascii_case("invalid_request") => (Kind::InvalidRequest, "unknown"),
                None => (default, default_reason(default)),
            };
            (kind, reason) = kind::of_code(word).unwrap_or(default);
            id = ("hidden.", harvest.format);
            let node = harvest.root.get(name);
            sign = if node.exists() { ("body", name, "", Some(node.span())) } else { ("header", name, "", None) };
        } else if has(media, "json") && unreadable(report, harvest, status) {
            (kind, reason, id, open) = (Kind::UnexpectedResponse, "invalid_json", ("http.", "invalid-json"), false);
            sign = ("header", "content-type", media, None);
        }
    } else if harvest.format == "soap" && matches!(behind(code.text, b':'), "Client" | "Sender") {
        // SOAP 1.1 sends even these with a 500.
        (kind, reason, id) = (Kind::InvalidRequest, "unknown", ("code.", "soap"));
        sign = ("body", "code", code.text, code.span);
    } else if let Some((coded, finer)) = kind::of_code(code.text)
        && status < 500
        // Of one kind, the status may know the reason better; 401, 413, 423 and 429 are more certain than a code of another kind.
        && (kind != coded || !finer.is_empty())
        && (!matches!(status, 401 | 413 | 420 | 423 | 429) || kind == coded || coded == Kind::QuotaExhausted)
    {
        (kind, reason) = (coded, finer);
        id = ("code.", texts::row(kind).name);
        out.confidence = 85;
        sign = ("body", "code", code.text, code.span);
    }
    out.turn(kind, reason);
    out.id = out.arena.join(&[id.0, if id.1.is_empty() { number } else { id.1 }]);
    out.see(out.id, "status", "", number, None);
    if !sign.0.is_empty() {
        out.see(out.id, sign.0, sign.1, sign.2, sign.3);
    }
    open
}

/// Whether the explainer reads the body for waits and limits: only where it may have some, since that takes a third of all the time.
pub fn hears(kind: Kind, harvest: &Harvest<'_>) -> bool {
    match kind {
        Kind::Success => {
            let first = or_first(harvest.root);
            ["error", "errors", "error_message", "error_msg", "errmsg"].iter().any(|name| first.get(name).exists())
        }
        _ => matches!(
            kind,
            Kind::RateLimited
                | Kind::Unavailable
                | Kind::ServerError
                | Kind::Locked
                | Kind::Forbidden
                | Kind::InvalidRequest
                | Kind::BusinessRule
        ),
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
pub fn front<'h>(harvest: &Harvest<'h>) -> Sign<'h> {
    let front = head(harvest.body, 15);
    ("body", "", front, Some((0, front.len())))
}

/// Whether what is called JSON is none. A body that was cut here or has more values than are read may well be one.
fn unreadable(report: &Report<'_>, harvest: &Harvest<'_>, status: u16) -> bool {
    let whole = report.body.is_some_and(|body| body.len() < MAX_BODY) && harvest.end != End::Capped;
    let bodiless = matches!(status, 204 | 205 | 304) || report.method.eq_ignore_ascii_case("head");
    whole && !bodiless && harvest.end != End::Complete
}

/// An error under a 2xx, only by the conventions that are known to do so: `error: null`, `errors: []` and counts of errors are none.
fn hidden_error(report: &Report<'_>, harvest: &Harvest<'_>) -> Option<(&'static str, Kind)> {
    let root = harvest.root;
    let kind = |path: &str| root.pointer(path).kind();
    let name = if kind("/errors/0/message") == json::Kind::String {
        "errors"
    } else if root.at(key!("jsonrpc")).exists() && kind("/error/code") == json::Kind::Number {
        "error"
    } else if kind("/ok") == json::Kind::False {
        "ok"
    } else if kind("/success") == json::Kind::False {
        "success"
    } else if !matches!(report.header("grpc-status"), "" | "0") {
        return Some(("grpc-status", Kind::ServerError));
    } else if root.at(key!("id")).exists() {
        // A thing's own state, such as a job's that failed.
        return None;
    } else if kind("/error/0") == json::Kind::String {
        "error"
    } else if !root.at(key!("error_message")).text().is_empty() {
        "error_message"
    } else if root.at(key!("status")).text() == "error" && !root.at(key!("message")).text().is_empty() {
        "status"
    } else if root.kind() == json::Kind::Array && or_failed(root).pointer("/error/code").exists() {
        "error"
    } else {
        return None;
    };
    Some((name, Kind::BusinessRule))
}
