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

use crate::explain::Report;
use crate::explain::explanation::{Cause, Evidence, Explanation};
use crate::explain::judge::kind::Kind;
use crate::explain::read::body::{self, Body, Quote};
use crate::explain::read::fields;
use crate::explain::read::keys;
use crate::explain::read::request::Asked;
use crate::explain::scan;
use crate::explain::scan::{cut, find, has, head, lists, parts};
use crate::explain::write::arena::Text;
use crate::explain::write::{quote, redact};
use crate::syntax::grams::Grams;
use crate::syntax::json::Node;
use alloc::string::String;
use owner::Owner;
use senses::Sense;
use verdict::Waits;

/// Below this confidence, in percent, texts say that they are not sure.
pub const SURE: u8 = 60;
/// Characters of the API's message that are quoted.
const MAX_QUOTE: usize = 240;
/// Messages that say no more than a status does.
const ECHOES: &str = "bad request|not found|unauthorized|forbidden|internal server error|request timeout|request time-out|service unavailable|\
                      bad gateway|gateway timeout|conflict|method not allowed|too many requests|validation failed|validation error|invalid|\
                      invalid request|error|server error|missing|locked|payload too large|request entity too large|unprocessable entity";
/// Bytes of a message, and messages, whose words are looked at.
const MAX_WORDS: usize = 400;
const MAX_MESSAGES: usize = 3;

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
    let of_secret = out.fields.iter().any(|field| fields::is_secret_path(out.arena.read(field.path)));
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
    let sense = sense(&words, out);
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
    if out.causes.is_empty() && out.kind != Kind::Network {
        default_causes(&case, true, 0, out);
    }
    let reason = out.arena.read(out.reason);
    let by_reason = senses::of(out.kind).find(|sense| !reason.is_empty() && sense.reason == reason);
    action(&case, by_reason.filter(|_| out.kind == Kind::Network).map(|sense| (sense, "")), out);
    let reason = out.arena.read(out.reason);
    out.variant = match out.kind {
        Kind::Network if lists("offline dns connection unknown", b' ', reason) => "connection",
        Kind::Network if matches!(reason, "reset" | "truncated") => "interrupted",
        Kind::Timeout if case.is_unsafe(out) => "check",
        _ => out.variant,
    };
}

/// What the words of a response are looked for in.
struct Words<'d> {
    places: [(&'static str, &'static str, Quote<'d>); MAX_MESSAGES + 2],
    /// All of them.
    text: String,
    grams: Grams,
}

impl<'d> Words<'d> {
    fn of(case: &Case<'d, 'd>) -> Self {
        let message = |index: usize| case.body.messages.get(index).copied().unwrap_or_default();
        let header = Quote { text: case.report.header("www-authenticate"), ..Quote::default() };
        let places = [
            ("body", "code", case.body.code),
            ("body", "message", message(0)),
            ("header", "www-authenticate", header),
            ("body", "message", message(1)),
            ("body", "message", message(2)),
        ];
        let mut text = String::new();
        for (.., said) in &places {
            text.push_str(head(said.text, MAX_WORDS));
            text.push('\n');
        }
        let grams = Grams::of(&text);
        Self { places, text, grams }
    }

    /// The first of the `|`-parted `list` that is there.
    fn first<'l>(&self, list: &'l str) -> Option<&'l str> {
        parts(list, b'|').find(|word| self.grams.may_hold(word) && has(&self.text, word))
    }
}

/// The finer sense of the kind: by its words, with the word, else by the reason alone. A reason that is known excludes all others.
fn sense(words: &Words<'_>, out: &mut Explanation) -> Option<(Sense, &'static str)> {
    let reason = out.arena.read(out.reason);
    // A rule's reason stands; what was read of the whole gives way to the words that name one.
    let id = out.arena.read(out.id);
    let open = id.starts_with("http.") || id.starts_with("body.");
    let mut rows = senses::of(out.kind);
    let mut by_words = rows.clone().filter(|sense| {
        // OAuth calls a wrong password an invalid grant.
        (open && reason != "grant_invalid")
            || sense.reason == reason
            || (reason == "grant_invalid" && sense.name == "password")
    });
    let found = by_words.find_map(|sense| Some((sense, words.first(sense.words)?)));
    // That credentials are not valid is what is left where the words say nothing finer.
    let is_vague = reason.is_empty() || (open && reason == "invalid");
    let found = found.or_else(|| Some((rows.find(|sense| !is_vague && sense.name == reason)?, "")));
    if let Some((sense, _)) = found.filter(|(sense, _)| open && !sense.reason.is_empty()) {
        out.reason = out.arena.add(sense.reason);
    }
    found
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
        return default_causes(case, known, basis, out);
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
        "Credentials were sent, and the server sees none where it looks for them."
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
    const FORBIDDEN: &str = "refused\nThe API refuses this to the caller, for the reason that its message gives.";
    const GENERIC: usize = 24;
    let said = case.body.messages.first().copied().unwrap_or_default();
    let rows = match (out.arena.read(out.reason), out.kind) {
        ("html_instead_of_json", _) => texts::PAGE,
        ("invalid_json", _) => texts::NO_JSON,
        (_, Kind::Unauthenticated) if said.text.len() > GENERIC && !known => REFUSED,
        (_, Kind::Forbidden) if said.text.len() > GENERIC && !known => FORBIDDEN,
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
        let text = actions::fill(template, case, out);
        // Nothing shows that none was sent, so it is only possible.
        out.cause(id, "", "", if id == "missing" { "possible" } else { confidence }, 0);
        if let Some(last) = out.causes.last_mut() {
            (last.text, last.evidence) = (text, evidence);
        }
        confidence = "possible";
    }
}

/// What to do, unless a rule says it.
fn action(case: &Case<'_, '_>, sense: Option<(Sense, &str)>, out: &mut Explanation) {
    const UNSURE: &str =
        "{says} This is not certain: go by those words, and look up[ the code {code} in] the API's documentation.";
    if !out.action.is_empty() {
        return;
    }
    let finer = sense.map_or("", |(sense, _)| sense.action);
    let certain = if finer.is_empty() { texts::row(out.kind).action() } else { finer };
    if out.confidence < SURE && out.status.is_some() {
        out.action = actions::fill(UNSURE, case, out);
    }
    for template in [certain, texts::row(out.kind).action()] {
        if out.action.is_empty() {
            out.action = actions::fill(template, case, out);
        }
    }
}

/// Which text the end user reads: a variant of the kind's, "" for the kind's own.
fn variant(case: &Case<'_, '_>, sense: &'static str, text: &str, out: &Explanation) -> &'static str {
    match out.kind {
        Kind::Success if !out.api.message.is_empty() || out.confidence < SURE => "message",
        Kind::Unauthenticated => match (sense, case.owner) {
            ("step_up" | "password", _) => sense,
            (_, Owner::Program) => "key",
            ("expired", _) => "expired",
            ("grant_invalid", _) | (_, Owner::User) => "session",
            _ => "",
        },
        // The user can do nothing about what the program's own key may not do.
        Kind::Forbidden if matches!(sense, "scope" | "product" | "key" | "csrf" | "credentials") => "key",
        Kind::Forbidden if matches!(sense, "permission" | "missing") && case.owner == Owner::Program => "key",
        Kind::ValidationFailed if out.fields.iter().any(|field| field.reason == "unique") => "exists",
        Kind::ValidationFailed
            if !out.fields.is_empty()
                && out.fields.iter().all(|field| !matches!(field.place, "" | "body") || field.reason == "unknown") =>
        {
            "request"
        }
        Kind::ValidationFailed
            if actions::any(text, "already exist|already been taken|already in use|already registered") =>
        {
            "exists"
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
