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

use crate::explain::advise::{SURE, texts};
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::Kind;
use crate::explain::judge::model::Judged;
use crate::explain::read::body::Body;
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
    for span in &judged.places {
        let text = String::from(body.body.get(span.0..span.1).unwrap_or(""));
        out.see(out.id, "body", "", &text, Some(*span));
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
