//! The sentence that says what happened, and the notes beside it.

use super::Report;
use super::explanation::Explanation;
use super::harvest::{MAX_BODY, Shape};
use super::kind::{Kind, Retry};
use super::redact;
use super::report::origin_of;
use super::scan::join;
use super::write::decimal;
use crate::syntax::json::{Document, End};
use alloc::string::ToString;

/// Says in one sentence what happened.
pub fn what(out: &mut Explanation) {
    let who = match out.provider.as_str() {
        "clever" => "Clever",
        "unit21" => "Unit21",
        _ => "The server",
    };
    let code = redact::excerpt(&out.api.code);
    let with = if code.is_empty() { "" } else { " with the code " };
    let more = if out.reason == "html_instead_of_json" {
        ". The body is a web page, not JSON."
    } else if out.format == "empty" && out.kind != Kind::Success {
        ". It gave no details."
    } else {
        "."
    };
    let status = decimal(i64::from(out.status.unwrap_or(0)));
    out.what_happened = join(&[who, " answered ", &status, with, &code, ": ", &out.title.to_ascii_lowercase(), more]);
}

const HIDDEN: &str = "Retry-After and the rate-limit headers are hidden from this page unless the server sends Access-Control-Expose-Headers: Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id.";

/// Adds what else is worth knowing: hidden headers, a clock that is wrong, a body that is not whole.
pub fn notes(report: &Report<'_>, document: &Document<'_>, shape: Shape, out: &mut Explanation) {
    let mut note = |holds: bool, text: &str| {
        if holds {
            out.notes.push(text.to_string());
        }
    };
    let foreign = report.response_type == "cors"
        || (!report.page_url.is_empty() && origin_of(report.page_url) != origin_of(report.url));
    let waits = matches!(out.kind, Kind::RateLimited | Kind::Unavailable);
    let hidden = waits && foreign && report.hint.is_none() && report.told.is_none();
    note(hidden, HIDDEN);
    let past = matches!(out.retry, Retry::AtReset { delay: 0, .. });
    note(past, "The reset lies in the past: this clock or the server's is wrong, or the window has just ended.");
    let page = shape == Shape::Html && out.kind != Kind::UnexpectedResponse;
    note(page, "The body is a web page, not JSON: it may come from a proxy in front of the API.");
    let end = document.end();
    let part = report.body.is_some_and(|body| body.len() > MAX_BODY) || end == End::Capped;
    note(part, "Only the first part of the body was looked at.");
    let broken = !part && shape == Shape::Json && end != End::Complete;
    note(broken, "The body is incomplete or broken JSON; it was read as far as possible.");
    if hidden {
        out.action = join(&[&out.action, " ", HIDDEN]);
    }
}
