//! The second stage: facts become a kind, a reason and how sure that is.
//!
//! A response is judged by the trained reader ([`model`]), what fetch threw by the table of its failures ([`thrown`]).

pub mod carried;
pub mod features;
pub mod kind;
pub mod model;
pub mod own;
pub mod program;
pub mod thrown;

use crate::explain::advise::verdict::Waits;
use crate::explain::advise::{CERTAIN, SURE, texts};
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::Kind;
use crate::explain::judge::model::Judged;
use crate::explain::read::body::Body;
use crate::hints::body::Limited;
use crate::syntax::number;
use alloc::string::String;

/// Makes `out` what was judged of the response, whose status is `digits`, and notes as evidence what spoke for it.
pub fn note(judged: &Judged, body: &Body<'_>, digits: &str, out: &mut Explanation) {
    let status = number::whole(digits).unwrap_or(0) as u16;
    let by_status = kind::of_status(status).0 == judged.kind;
    out.turn(judged.kind, judged.reason);
    out.confidence = judged.confidence;
    out.second = (judged.confidence < SURE).then_some(judged.second);
    let id = if by_status { ["http.", digits] } else { ["body.", texts::row(judged.kind).name] };
    out.id = out.arena.join(&id);
    out.see(out.id, "status", "", digits, None);
    let mut shown = false;
    for span in &judged.places {
        // A word of the code stands for all of it.
        let code = body.code.span.filter(|code| body.code.literal && code.0 <= span.0 && span.1 <= code.1);
        if code.is_some() && shown {
            continue;
        }
        shown |= code.is_some();
        let (name, place) = code.map_or(("", *span), |code| ("code", code));
        let text = String::from(body.body.get(place.0..place.1).unwrap_or(""));
        out.see(out.id, "body", name, &text, Some(place));
    }
}

/// Turns the kind by what the policy acts on, too: a limit that the body names, and a quota or a wait
/// beside a 403; and by a code of the API's own with details (`is_rule`).
pub fn limit(limited: Option<Limited>, waits: Waits<'_>, is_rule: bool, out: &mut Explanation) {
    let refused = matches!(out.kind, Kind::Forbidden | Kind::InvalidRequest | Kind::ValidationFailed);
    // Below 500 the status does not say that the server fails.
    let hidden = out.status.is_some_and(|status| match out.kind {
        Kind::BusinessRule | Kind::Success => status < 300,
        Kind::Unavailable | Kind::ServerError => status < 500,
        _ => false,
    });
    let by_status = out.status.map_or(Kind::Unknown, |status| kind::of_status(status).0);
    let is_vague = matches!(
        by_status,
        Kind::InvalidRequest | Kind::ValidationFailed | Kind::Conflict | Kind::QuotaExhausted | Kind::Forbidden
    ) && (refused || matches!(out.kind, Kind::Conflict | Kind::QuotaExhausted));
    let is_spent = waits.told.is_some_and(|told| told.remaining == Some(0));
    let kind = match limited {
        Some(Limited::Rate) if refused || hidden || out.kind == Kind::QuotaExhausted => Kind::RateLimited,
        Some(Limited::Allowance) if refused || hidden || out.kind == Kind::RateLimited => Kind::QuotaExhausted,
        Some(Limited::TooLarge) => Kind::TooLarge,
        // That waiting does not help is no guess's to say: the policy backs off here, too.
        None if by_status == Kind::RateLimited && out.kind == Kind::QuotaExhausted && out.confidence < CERTAIN => {
            Kind::RateLimited
        }
        _ if out.kind == Kind::Forbidden && (is_spent || waits.hint.is_some_and(|hint| hint.delay > 0)) => {
            Kind::RateLimited
        }
        // A code of the API's own with details of it, where the status says nothing precise.
        _ if is_rule && is_vague && out.kind != Kind::BusinessRule => Kind::BusinessRule,
        _ => return,
    };
    out.turn(kind, "");
    out.second = None;
    out.confidence = out.confidence.max(85);
    let id = String::from(out.arena.read(out.id));
    out.id = out.arena.join(&[&id, ".", texts::row(kind).name]);
}

/// Makes `out`, an error that no table knows, what was judged of it, where that is sure enough.
pub fn note_thrown(judged: &Judged, out: &mut Explanation) {
    // What is no known failure of fetch is one only where the words leave little doubt.
    let is_sure = judged.confidence >= CERTAIN;
    // No response said it.
    let is_open = !matches!(judged.kind, Kind::Unknown | Kind::Success);
    out.second = (is_open && !is_sure).then_some(judged.kind);
    if let Some(cause) = out.causes.first_mut().filter(|_| is_open) {
        cause.confidence = "possible";
    }
    if is_open && is_sure {
        out.turn(judged.kind, if judged.reason.is_empty() { default_reason(judged.kind) } else { judged.reason });
        out.id = out.arena.join(&["body.", texts::row(judged.kind).name]);
        out.confidence = judged.confidence;
        out.causes.clear();
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
        | Kind::Network
        | Kind::InvalidRequest => "unknown",
        Kind::Timeout => "client_deadline",
        Kind::Aborted => "caller",
        _ => "",
    }
}
