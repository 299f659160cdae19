//! The sentence that says what happened, and the notes beside it.

use crate::explain::Report;
use crate::explain::advise::verdict::Waits;
use crate::explain::advise::{SURE, actions};
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{Kind, Retry};
use crate::explain::read::body::{Body, MAX_BODY, Shape};
use crate::explain::read::report::origin_of;
use crate::explain::write::arena::Text;
use crate::hints::expose;
use crate::syntax::json::End;
use alloc::string::String;

/// Says what happened, unless a rule has said it: who responded with which status and code, and the API's own words. What
/// only the kind says stands where there are none, or where the kind is not sure. The status is `number` in digits.
pub fn what((who, number): (&str, &str), quoted: Text, out: &mut Explanation) {
    if !out.what_happened.is_empty() {
        return;
    }
    let [message, code] = [quoted, out.api.code].map(|text| String::from(out.arena.read(text)));
    let page = out.arena.read(out.reason) == "html_instead_of_json";
    let is_new = !code.is_empty() && code != number && code != message;
    let start = out.arena.join(&[if who.is_empty() { "The server" } else { who }, " responded"]);
    if !number.is_empty() {
        out.arena.join(&[" ", number]);
    }
    if is_new {
        out.arena.add(" (");
        out.arena.excerpt(&code);
        out.arena.add(")");
    }
    let unsure = out.confidence < SURE && out.status.is_some();
    if !message.is_empty() {
        out.arena.add(": “");
        out.arena.add(&message);
        out.arena.add("”");
    }
    let title = String::from(out.title());
    let more = if page {
        ". The body is a web page, not JSON."
    } else if out.format == "empty" && out.kind != Kind::Success && message.is_empty() {
        ". It gave no details."
    } else {
        "."
    };
    let title: &[&str] = match (unsure, message.is_empty()) {
        (true, _) => &[". This looks like: ", &title],
        (false, true) => &[": ", &title],
        (false, false) => &[],
    };
    out.arena.join(title);
    let mut end = out.arena.add(more);
    // Who runs the proxy finds the request by it.
    let id = String::from(out.arena.read(actions::id(out)));
    if out.format == "html" && !id.is_empty() {
        end = out.arena.join(&[" Its reference id is ", &id, "."]);
    }
    out.what_happened = start.and(end);
}

const HIDDEN: &str = concat!(
    " Retry-After and the rate-limit headers are hidden from this page unless the server sends ",
    expose!(),
    ", X-Request-Id."
);

/// Adds what else is worth knowing: hidden headers, a clock that is wrong, a body that is not whole.
pub fn notes(report: &Report<'_>, waits: Waits<'_>, harvest: &Body<'_>, out: &mut Explanation) {
    let foreign = report.response_type == "cors"
        || (!report.page_url.is_empty() && origin_of(report.page_url) != origin_of(report.url));
    let limited = matches!(out.kind, Kind::RateLimited | Kind::Unavailable);
    if limited && foreign && waits.hint.is_none() && waits.told.is_none() {
        let action = String::from(out.arena.read(out.action));
        out.action = out.arena.join(&[&action, HIDDEN]);
        out.notes.push(HIDDEN.trim_ascii_start());
    }
    if matches!(out.retry, Retry::AtReset { delay: 0, .. }) {
        out.notes.push("The reset is in the past: this clock or the server's is wrong, or the window has just ended.");
    }
    if harvest.shape == Shape::Html && out.kind != Kind::UnexpectedResponse {
        out.notes.push("The body is a web page, not JSON: it may come from a proxy in front of the API.");
    }
    if report.body.is_some_and(|body| body.len() > MAX_BODY) || harvest.end == End::Capped {
        out.notes.push("Only the first part of the body was read.");
    } else if harvest.shape == Shape::Json && harvest.end != End::Complete {
        out.notes.push("The body is incomplete or broken JSON; it was read as far as possible.");
    }
}
