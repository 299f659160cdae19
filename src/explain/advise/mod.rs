//! The third stage: from the kind and the facts, what to do: causes, the verdict on a retry, the action, the texts.
//!
//! A rule of a catalog keeps what it says. Where none says anything, the response's own words choose among the finer
//! [`senses`] of the kind, and each of them brings a cause, with the place of the words as evidence, and an action.

mod actions;
mod owner;
mod senses;
pub mod sentences;
pub mod texts;
pub mod verdict;
mod words;

use crate::explain::Report;
use crate::explain::explanation::{Cause, Evidence, Explanation, FieldError};
use crate::explain::judge::kind::Kind;
use crate::explain::read::body::{self, Body, Shape};
use crate::explain::read::field_paths;
use crate::explain::read::keys;
use crate::explain::read::request::Asked;
use crate::explain::scan;
use crate::explain::scan::{cut, find, has, head, lists};
use crate::explain::write::arena::Text;
use crate::explain::write::{quote, redact};
use crate::syntax::json::Node;
use alloc::{string::String, vec::Vec};
use owner::Owner;
use senses::Sense;
use verdict::Waits;
use words::{MAX_MESSAGES, MAX_WORDS, Words};

/// Below this confidence, in percent, texts say that they are not sure.
pub const SURE: u8 = 60;
/// The least confidence at which a judgement leaves little doubt.
pub const CERTAIN: u8 = 90;
/// Characters of the API's message that are quoted.
const MAX_QUOTE: usize = 240;
/// Messages that say no more than a status does.
const ECHOES: &str = "bad request|not found|unauthorized|forbidden|internal server error|request timeout|request time-out|service unavailable|\
                      bad gateway|gateway timeout|conflict|method not allowed|too many requests|validation failed|validation error|invalid|\
                      invalid request|invalid argument|error|server error|missing|locked|payload too large|request entity too large|unprocessable entity";

/// What is advised on.
#[derive(Debug)]
pub struct Case<'c, 'd> {
    /// What was asked and received.
    pub report: &'c Report<'c>,
    /// What the body says.
    pub body: &'c Body<'d>,
    /// What the request shows.
    pub asked: &'c Asked,
    /// What the response says of when to come back.
    pub waits: Waits<'c>,
    /// Whose credentials they are.
    pub owner: Owner,
    /// The API's message, to be quoted.
    pub quoted: Text,
    /// The one that an action quotes: the first that says more than the status does.
    pub advised: Text,
}

impl<'c, 'd> Case<'c, 'd> {
    /// The case of `report`.
    pub fn new(report: &'c Report<'c>, body: &'c Body<'d>, asked: &'c Asked, waits: Waits<'c>) -> Self {
        Self { report, body, asked, waits, owner: Owner::Unknown, quoted: Text::default(), advised: Text::default() }
    }

    /// Whether the request may have taken effect, and to send it again would do it twice.
    fn is_unsafe(&self, out: &Explanation) -> bool {
        actions::repeats_harm(self.report.method, self.report.asked("idempotency-key")) && actions::may_have_acted(out)
    }
}

/// Completes `out`, whose kind and reason are known. `rule` is what the deciding rule says of a retry, `who` the API's name and the status
/// in digits;
/// the first `basis` pieces of evidence are what the kind was judged by.
pub fn advise(mut case: Case<'_, '_>, rule: Node<'_>, who: (&str, &str), basis: usize, out: &mut Explanation) {
    quote::copy(case.body, out);
    let message = String::from(out.arena.read(out.api.message));
    let of_secret = out.fields.iter().any(|field| field_paths::is_secret_path(out.arena.read(field.path)));
    let text = scan::trim_end(message.trim_ascii_end(), b".");
    case.quoted = quote::quote(text, MAX_QUOTE, of_secret, &mut out.arena);
    case.advised = if is_echo(text) { Text::default() } else { case.quoted };
    if case.advised.is_empty()
        && let Some(said) = case.body.messages.iter().skip(1).take(MAX_MESSAGES).find(|said| !is_echo(said.text))
    {
        case.advised = quote::quote(scan::trim_end(said.text, b"."), MAX_QUOTE, of_secret, &mut out.arena);
    }
    let words = Words::of(&case);
    let provider = String::from(out.arena.read(out.provider));
    case.owner = owner::of(case.report, &provider, &words.text);
    let sense = words.sense(&case, out);
    causes(&case, &words, sense, basis, out);
    verdict::judge(&case, rule, out);
    action(&case, sense, out);
    if out.variant.is_empty() {
        out.variant = variant(&case, sense.map_or("", |(sense, _)| sense.name), &words.text, out);
    }
    sentences::what(who, case.quoted, out);
    sentences::notes(case.report, case.waits, case.body, out);
}

/// Whether `message` only repeats what the status says.
fn is_echo(message: &str) -> bool {
    let bare = scan::trim_start(message.trim_ascii(), b"0123456789 ");
    lists(ECHOES, b'|', bare)
}

/// Completes what was thrown, or a page: no response says more of it.
pub fn advise_bare(report: &Report<'_>, out: &mut Explanation) {
    let (nothing, document, asked) = (Report::default(), keys::parse(""), Asked::default());
    let body = body::harvest(&nothing, &document, out);
    let waits = Waits { hint: report.hint.as_ref(), told: report.told.as_ref() };
    let case = Case::new(report, &body, &asked, waits);
    if waits.hint.is_some() || waits.told.is_some() {
        verdict::judge(&case, document.root().get("\0"), out);
    }
    if out.causes.is_empty() {
        default_causes(&case, true, out.evidence.len(), out);
    }
    let reason = out.arena.read(out.reason);
    let by_reason = senses::of(out.kind).find(|sense| !reason.is_empty() && sense.reason == reason);
    action(
        &case,
        by_reason.filter(|_| matches!(out.kind, Kind::Network | Kind::Timeout)).map(|sense| (sense, "")),
        out,
    );
    let reason = out.arena.read(out.reason);
    out.variant = match out.kind {
        Kind::Network if lists("offline dns connection", b' ', reason) => "connection",
        Kind::Network if matches!(reason, "reset" | "truncated") => "interrupted",
        Kind::Timeout if case.is_unsafe(out) => "check",
        _ => out.variant,
    };
}

/// What the sense, else the kind, says of its causes, where no rule has said one, or only what the request looks like.
fn causes(case: &Case<'_, '_>, words: &Words<'_>, sense: Option<(Sense, &str)>, basis: usize, out: &mut Explanation) {
    let of_request = |cause: &Cause| {
        out.evidence.get(cause.evidence.0).is_some_and(|seen| out.arena.read(seen.rule).starts_with("request."))
    };
    if !out.causes.iter().all(of_request) {
        return;
    }
    let known = sense.is_some();
    let Some((sense, word)) = sense.filter(|(sense, _)| !sense.cause.is_empty()) else {
        // The API's words about a field come before mistakes that the request shows.
        let named = out.kind == Kind::ValidationFailed && !out.fields.is_empty();
        let mut of_request = if named { core::mem::take(&mut out.causes) } else { Vec::new() };
        default_causes(case, known, basis, out);
        out.causes.append(&mut of_request);
        return;
    };
    // Where a kind has one cause, its id is stable; the sense only says it better.
    let id = match out.kind {
        Kind::BusinessRule => "rule",
        Kind::NotSupported => "unsupported",
        _ => sense.name,
    };
    if out.causes.iter().any(|cause| out.arena.read(cause.id) == id) {
        return;
    }
    // Credentials that were sent are not missing.
    let cause = if id == "missing" && case.asked.identified {
        "Credentials were sent, but not where the server looks for them."
    } else {
        sense.cause
    };
    let start = out.evidence.len();
    for (from, name, said) in &words.places {
        if !word.is_empty()
            && let Some(at) = find(head(said.text, MAX_WORDS), word, 0)
        {
            let (from_byte, to) = redact::whole(said.text, (at, at + word.len()));
            let span = said.span.filter(|_| said.literal).map(|(base, _)| (base + from_byte, base + to));
            let text = out.arena.excerpt_from(cut(said.text, 0, to), from_byte);
            let name = out.arena.add(name);
            out.evidence.push(Evidence { rule: out.id, from, name, text, span });
            break;
        }
    }
    let sure = if out.confidence < SURE || !out.causes.is_empty() { "possible" } else { "likely" };
    out.cause(id, cause, "", sure, start);
    if let Some(last) = out.causes.last_mut()
        && start == last.evidence.1
    {
        last.evidence = (0, basis);
    }
}

/// The kind's own causes, likeliest first. Where the response has words that no sense knows, they are the evidence, and no
/// guess stands beside them.
fn default_causes(case: &Case<'_, '_>, known: bool, basis: usize, out: &mut Explanation) {
    const REFUSED: &str = "refused\nThe API does not accept the credentials, or finds none.";
    let said = case.body.messages.first().copied().unwrap_or_default();
    let is_page = case.body.shape == Shape::Html && case.report.status.is_some_and(|status| status < 300);
    let unsure = out.is_unsure();
    let rows = match (out.arena.read(out.reason), out.kind) {
        ("html_instead_of_json", _) => texts::PAGE,
        ("invalid_json", _) => texts::NO_JSON,
        (_, Kind::Unauthenticated) if is_page => texts::SIGN_IN,
        (_, Kind::Unauthenticated) if !case.advised.is_empty() && !known => REFUSED,
        _ => texts::row(out.kind).causes(),
    };
    let mut evidence = (0, basis);
    if texts::pairs(rows).nth(1).is_none() && !rows.is_empty() && !said.text.is_empty() {
        evidence.0 = out.evidence.len();
        // Redacted already, as what it is said of asks for.
        let shown = String::from(head(out.arena.read(case.quoted), redact::EXCERPT));
        let (name, text) = (out.arena.add("message"), out.arena.add(&shown));
        out.evidence.push(Evidence { rule: out.id, from: "body", name, text, span: said.span });
        evidence.1 = out.evidence.len();
    }
    let mut confidence = if out.causes.is_empty() && out.confidence >= SURE { "likely" } else { "possible" };
    for (id, template) in texts::pairs(rows) {
        let known = out.causes.iter().any(|cause| out.arena.read(cause.id) == id);
        if known || (id == "missing" && case.asked.identified) {
            continue;
        }
        let text = match (unsure, case.advised.is_empty()) {
            (false, _) => actions::fill(template, case, out),
            (true, false) => out.arena.add("The API's message says why."),
            (true, true) => out.arena.add("The response does not say why."),
        };
        // Nothing shows that none was sent, so it is only possible.
        out.cause(id, "", "", if id == "missing" { "possible" } else { confidence }, 0);
        if let Some(last) = out.causes.last_mut() {
            (last.text, last.evidence) = (text, evidence);
        }
        confidence = "possible";
        if unsure {
            break;
        }
    }
}

/// Writes what to do, unless a rule did: a warning if the request may have taken effect, then the fields or the API's words, then the step.
fn action(case: &Case<'_, '_>, sense: Option<(Sense, &str)>, out: &mut Explanation) {
    const UNSURE: &str =
        "This is not certain: rely on the API's words, and look up[ the code {code} in] the API's documentation.";
    const HARM: &str = "It may have taken effect: check first, or send it with an Idempotency-Key. ";
    if !out.action.is_empty() {
        return;
    }
    let is_unsure = out.is_unsure();
    let is_about_values = matches!(out.kind, Kind::InvalidRequest | Kind::ValidationFailed) && !is_unsure;
    if is_about_values && !out.fields.is_empty() {
        out.action = actions::fields(out);
        return;
    }
    let is_done = out.kind == Kind::Success && !is_unsure;
    let says = if is_done { Text::default() } else { actions::says(case, out) };
    let own = texts::row(out.kind).action();
    let template = match sense {
        _ if is_unsure && !says.is_empty() => UNSURE,
        Some((sense, _)) if !sense.action.is_empty() => sense.action,
        _ => own,
    };
    let todo = actions::fill(template, case, out);
    let harm = if case.is_unsafe(out) { HARM } else { "" };
    let parts = if has(template, "{says}") { [Text::default(), todo] } else { [says, todo] };
    let [says, todo] = parts.map(|part| String::from(out.arena.read(part)));
    let space = if says.is_empty() { "" } else { " " };
    out.action = out.arena.join(&[harm, &says, space, &todo]);
}

/// Which text the end user reads: a variant of the kind's, "" for the kind's own.
fn variant(case: &Case<'_, '_>, sense: &'static str, text: &str, out: &Explanation) -> &'static str {
    match out.kind {
        Kind::Success if !out.api.message.is_empty() || out.confidence < SURE => "message",
        Kind::Unauthenticated => match (sense, case.owner) {
            ("step_up", _) => sense,
            (_, Owner::Program) => "key",
            ("password" | "expired", _) => sense,
            ("grant_invalid", _) | (_, Owner::User) => "session",
            _ => "",
        },
        // The user can do nothing about what the program's own key may not do.
        Kind::Forbidden if matches!(sense, "scope" | "product" | "key" | "csrf" | "credentials") => "key",
        Kind::Forbidden if matches!(sense, "permission" | "missing") && case.owner == Owner::Program => "key",
        Kind::ValidationFailed => {
            let is_input = |field: &FieldError| matches!(field.place, "" | "body") && field.reason != "unknown";
            let is_taken = out.fields.iter().any(|field| field.reason == "unique")
                || actions::any(text, "already exist|already been taken|already in use|already registered");
            // Which input it is about is known by its name; without one, only a sure judgement asks to check it.
            let is_of_user = out.fields.iter().any(is_input) || (out.fields.is_empty() && out.confidence >= CERTAIN);
            match (is_taken, is_of_user) {
                (true, _) => "exists",
                (false, true) => "",
                (false, false) => "request",
            }
        }
        Kind::ServerError | Kind::Timeout if case.is_unsafe(out) => "check",
        _ => sense,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::judge::kind::KINDS;

    /// A 422 with a message, judged as `kind` with `confidence`.
    fn judged(kind: Kind, confidence: u8) -> Explanation {
        let body_text = r#"{"message":"Widget is not ready"}"#;
        let report = Report { status: Some(422), body: Some(body_text), ..Report::default() };
        let document = keys::parse(body_text);
        let mut out = Explanation::new(kind, "", Some(422));
        let body = body::harvest(&report, &document, &mut out);
        (out.confidence, out.second) = (confidence, Some(Kind::Conflict));
        let asked = Asked::default();
        let case = Case::new(&report, &body, &asked, Waits { hint: None, told: None });
        advise(case, document.root().get("\0"), ("", "422"), 0, &mut out);
        out
    }

    #[test]
    fn below_sixty_the_texts_hedge_and_a_note_names_the_second_kind() {
        let out = judged(Kind::ValidationFailed, 59);
        let what = out.arena.read(out.what_happened);
        assert_eq!(what, "The server responded 422: “Widget is not ready”. This looks like: Validation failed.");
        assert!(out.arena.read(out.action).contains("not certain"), "{}", out.arena.read(out.action));
        assert!(out.causes.iter().all(|cause| cause.confidence == "possible"));
        assert!(out.to_json().contains("It may also be: Conflict."));
        assert_eq!(out.plain().notes, ["It may also be: Conflict."]);
        let sure = judged(Kind::ValidationFailed, 60);
        assert!(!sure.arena.read(sure.what_happened).contains("looks like") && !sure.to_json().contains("It may also"));
    }

    #[test]
    fn a_success_that_is_not_sure_is_not_done() {
        let out = judged(Kind::Success, 50);
        assert!(!out.to_json().contains("Done."));
        assert!(out.arena.read(out.action).contains("Widget is not ready"));
    }

    #[test]
    fn each_sense_and_kind_has_an_action_without_a_hole_where_nothing_is_known() {
        for (kind, template) in KINDS.iter().flat_map(|kind| senses::of(*kind).map(|sense| (*kind, sense.action))) {
            let mut out = Explanation::new(kind, "", None);
            let (report, document, asked) = (Report::default(), keys::parse(""), Asked::default());
            let body = body::harvest(&report, &document, &mut out);
            let case = Case::new(&report, &body, &asked, Waits { hint: None, told: None });
            let filled = actions::fill(template, &case, &mut out);
            let text = out.arena.read(filled);
            assert!(!text.contains(['{', '[', '|']), "{template}");
            // What quotes the message has none here; the kind's own action stands in.
            assert!(!text.is_empty() || template.is_empty() || template.contains("{says}"), "{template}");
        }
    }
}
