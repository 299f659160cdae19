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
use crate::explain::read::body::{self, Harvest, Said};
use crate::explain::read::fields;
use crate::explain::read::keys;
use crate::explain::read::request::Asked;
use crate::explain::scan::{cut, find, has, head, known, parts};
use crate::explain::write::arena::Text;
use crate::explain::write::{quote, redact};
use crate::syntax::grams::Grams;
use crate::syntax::json::Node;
use alloc::string::String;
use owner::Owner;
use senses::{SENSES, Sense};
use verdict::Waits;

/// Below this confidence, in percent, texts say that they are not sure.
pub const SURE: u8 = 60;
/// Characters of the API's message that are quoted.
const MAX_QUOTE: usize = 240;
/// Bytes of a message, and messages, whose words are looked at.
const MAX_WORDS: usize = 400;
const MAX_MESSAGES: usize = 3;

/// What is advised on.
#[derive(Debug)]
pub struct Case<'c, 'd> {
    /// What was asked and received.
    pub report: &'c Report<'c>,
    /// What the body says.
    pub body: &'c Harvest<'d>,
    /// What the request shows.
    pub asked: &'c Asked,
    /// What the response says of when to come back.
    pub waits: Waits<'c>,
    /// Whose credentials they are.
    pub owner: Owner,
    /// The API's message, to be quoted.
    pub quoted: Text,
}

impl<'c, 'd> Case<'c, 'd> {
    /// The case of `report`.
    pub fn new(report: &'c Report<'c>, body: &'c Harvest<'d>, asked: &'c Asked, waits: Waits<'c>) -> Self {
        Self { report, body, asked, waits, owner: Owner::Unknown, quoted: Text::default() }
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
    let text = message.trim_ascii_end().trim_end_matches('.');
    case.quoted = quote::quote(text, MAX_QUOTE, of_secret, &mut out.arena);
    let words = Words::of(&case);
    let provider = String::from(out.arena.read(out.provider));
    case.owner = owner::of(case.report, &provider, &words.text);
    let sense = sense(&words, out);
    causes(&case, sense, basis, out);
    verdict::judge(&case, rule, out);
    action(&case, sense, out);
    if out.variant.is_empty() {
        out.variant = variant(&case, sense.map_or("", |(sense, _)| sense.name), &words.text, out);
    }
    sentences::what(who, case.quoted, out);
    sentences::notes(case.report, case.waits, case.body, out);
}

/// Completes what was thrown, or a page: no response says more of it.
pub fn advise_bare(report: &Report<'_>, out: &mut Explanation) {
    let (nothing, document, asked) = (Report::default(), keys::parse(""), Asked::default());
    let body = body::harvest(&nothing, &document, out);
    let case = Case::new(report, &body, &asked, Waits { hint: None, told: None });
    if out.causes.is_empty() && out.kind != Kind::Network {
        default_causes(&case, true, 0, out);
    }
    action(&case, None, out);
    let reason = out.arena.read(out.reason);
    out.variant = match out.kind {
        Kind::Network if !known("offline dns connection unknown", reason).is_empty() => "connection",
        Kind::Network if matches!(reason, "reset" | "truncated") => "interrupted",
        Kind::Timeout if case.is_unsafe(out) => "check",
        _ => out.variant,
    };
}

/// What the words of a response are looked for in.
struct Words<'d> {
    places: [(&'static str, &'static str, Said<'d>); MAX_MESSAGES + 2],
    /// All of them.
    text: String,
    grams: Grams,
}

impl<'d> Words<'d> {
    fn of(case: &Case<'d, 'd>) -> Self {
        let message = |index: usize| case.body.messages.get(index).copied().unwrap_or_default();
        let header = Said { text: case.report.header("www-authenticate"), ..Said::default() };
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
fn sense<'l>(words: &Words<'_>, out: &mut Explanation) -> Option<(&'l Sense, &'l str)> {
    let reason = out.arena.read(out.reason);
    let open = matches!(reason, "" | "unknown" | "invalid" | "permission");
    let mut rows = SENSES.iter().filter(|sense| sense.kind == out.kind);
    // A page of a proxy names no field of the API.
    let by_words = rows.clone().filter(|sense| open || sense.reason == reason);
    let found = by_words.filter_map(|sense| Some((sense, words.first(sense.words)?))).next();
    let found = found.or_else(|| Some((rows.find(|sense| !reason.is_empty() && sense.name == reason)?, "")));
    if let Some((sense, _)) = found.filter(|(sense, _)| open && !sense.reason.is_empty()) {
        out.reason = out.arena.add(sense.reason);
    }
    found.map(|(sense, word)| (sense, word))
}

/// What the sense, else the kind, says of its causes, where no rule has said one, or only what the request looks like.
fn causes(case: &Case<'_, '_>, sense: Option<(&Sense, &str)>, basis: usize, out: &mut Explanation) {
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
    let id = match texts::row(sense.kind).causes {
        [(id, _)] if matches!(sense.kind, Kind::BusinessRule | Kind::NotSupported) => id,
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
    let seen = Words::of(case);
    for (from, name, said) in &seen.places {
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
    let sure = if out.confidence < SURE { "possible" } else { "likely" };
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
    const REFUSED: &[(&str, &str)] = &[("refused", "The API does not accept the credentials, or finds none.")];
    const GENERIC: usize = 24;
    let said = case.body.messages.first().copied().unwrap_or_default();
    let rows = match (out.arena.read(out.reason), out.kind) {
        ("html_instead_of_json", _) => texts::PAGE,
        ("invalid_json", _) => texts::NO_JSON,
        (_, Kind::Unauthenticated) if said.text.len() > GENERIC && !known => REFUSED,
        _ => texts::row(out.kind).causes,
    };
    let mut evidence = (0, basis);
    if rows.len() == 1 && !said.text.is_empty() {
        evidence.0 = out.evidence.len();
        // Redacted already, as what it is said of asks for.
        let shown = String::from(head(out.arena.read(case.quoted), redact::EXCERPT));
        let (name, text) = (out.arena.add("message"), out.arena.add(&shown));
        out.evidence.push(Evidence { rule: out.id, from: "body", name, text, span: said.span });
        evidence.1 = out.evidence.len();
    }
    let mut confidence = if out.causes.is_empty() && out.confidence >= SURE { "likely" } else { "possible" };
    for (id, template) in rows {
        let known = out.causes.iter().any(|cause| out.arena.read(cause.id) == *id);
        if known || (*id == "missing" && case.asked.identified) {
            continue;
        }
        let text = actions::fill(template, case, out);
        out.cause(id, "", "", confidence, 0);
        if let Some(last) = out.causes.last_mut() {
            (last.text, last.evidence) = (text, evidence);
        }
        confidence = "possible";
    }
}

/// What to do, unless a rule says it.
fn action(case: &Case<'_, '_>, sense: Option<(&Sense, &str)>, out: &mut Explanation) {
    const UNSURE: &str =
        "{says} This is not certain: go by those words, and look up[ the code {code} in] the API's documentation.";
    if !out.action.is_empty() {
        return;
    }
    let finer = sense.map_or("", |(sense, _)| sense.action);
    let certain = if finer.is_empty() { texts::row(out.kind).action } else { finer };
    if out.confidence < SURE && out.status.is_some() {
        out.action = actions::fill(UNSURE, case, out);
    }
    if out.action.is_empty() {
        out.action = actions::fill(certain, case, out);
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
        Kind::Forbidden if matches!(sense, "scope" | "product" | "key" | "csrf") => "key",
        Kind::Forbidden if sense == "permission" && case.owner == Owner::Program => "key",
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
