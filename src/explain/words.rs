//! The sentence that says what happened, and the notes beside it.

use super::explanation::Explanation;
use super::harvest::{self, Harvest, Shape};
use super::kind::{Kind, Retry};
use super::report::origin_of;
use super::write::decimal;
use super::{Report, redact};
use crate::syntax::json::End;
use alloc::string::{String, ToString};

/// Says in one sentence what happened, where no rule did.
pub fn what(out: &mut Explanation, plain: bool) {
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

/// Adds what else is worth knowing: hidden headers, a clock that is wrong, a body that is not whole.
pub fn notes(report: &Report<'_>, harvest: &Harvest<'_>, out: &mut Explanation) {
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
