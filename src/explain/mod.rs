//! Explains any response or thrown error: what happened, why, what to do, and whether to send it again.
//!
//! Total and pure: any report gives an [`Explanation`], the same one each time. Four stages, each in a folder, and the
//! catalogs beside them:
//!
//! 1. [`read`]: bytes to facts. Code, messages, ids, fields, what the request looks like.
//! 2. [`judge`]: facts to a kind, a reason and how sure that is.
//! 3. [`advise`]: the cause, the action, the verdict on a retry.
//! 4. [`write`]: texts, redaction, formats.
//!
//! A user's catalog and a provider's own rules ([`catalogs`]) go before the judgement of the reader.

pub mod advise;
pub mod catalogs;
pub mod explanation;
pub mod judge;
pub mod read;
mod scan;
pub mod write;

pub use catalogs::{Catalogs, lookup};
pub use explanation::Explanation;
pub use judge::kind;
pub use read::report::{Report, Thrown};
pub use write::plain;

use crate::hints::{self, Hint, Served, body::Limited};
use crate::syntax::{json, number};
use advise::verdict::{self, Waits};
use advise::{sentences, texts};
use alloc::string::String;
use catalogs::apply::{self, Rule};
use catalogs::condition::Facts;
use judge::kind::Kind;
use judge::{carried, own, program, status, thrown};
use read::body::{self, Harvest, MAX_BODY, Shape};
use read::keys::{self, key, keys};
use read::{decode, fields, quota, report, request, retry_info, sentence};
use write::arena::{Arena, Text};
use write::serialize;

/// Explains `report` by `catalogs`.
pub fn explain(report: &Report<'_>, catalogs: &Catalogs) -> Explanation {
    let status = report.status.filter(|status| *status != 0);
    if status.is_none() && report.response_type.starts_with("opaque") {
        return thrown::opaque(report);
    }
    // An error beside a success is about the body, or about nothing that the response says.
    let is_failure = status.is_none_or(|status| status < 300 && !report.thrown.is_empty());
    // Some clients give an error of the network a status, and nothing else of a response.
    let is_bare = !is_failure && report.body.is_none() && report.headers.lines().next().is_none();
    let first = usize::from(!is_failure);
    let is_thrown = is_failure || (is_bare && report.thrown.len() > 1);
    if let Some(out) = own::explain(report) {
        return out;
    }
    if let Some(out) = is_thrown.then(|| thrown::explain_from(report, first)).flatten() {
        return out;
    }
    let carried = carried::read(report);
    let Some(read_as) = status.or(carried.as_ref().map(|carried| carried.status)) else {
        return program::explain(report);
    };
    let mut asked = report.clone();
    (asked.status, asked.is_status_assumed) = (Some(read_as), status.is_none());
    asked.body = carried.as_ref().and_then(|carried| carried.body.as_deref()).or(report.body);
    let mut out = answer(&asked, catalogs);
    if out.kind == Kind::Success && status.is_none() {
        asked.status = Some(carried::VAGUE);
        out = answer(&asked, catalogs);
    }
    if is_failure && !carried::is_found(&out) {
        return program::explain(report);
    }
    if status.is_none() {
        carried::restore(&mut out, report);
    }
    if report.given != report::Given::Fitting {
        program::misuse(report.given, &mut out);
    }
    out
}

/// Explains a response.
#[inline(never)]
fn answer(report: &Report<'_>, catalogs: &Catalogs) -> Explanation {
    let served = hints::served(report.headers, report.now);
    let told = if report.told.is_none() {
        quota::read(report.headers, served, report.status.is_some_and(hints::is_refusal))
    } else {
        None
    };
    let mut digits = String::new();
    number::push(&mut digits, u64::from(report.status.unwrap_or(0)));
    let document = keys::parse(scan::head(report.body.unwrap_or(""), MAX_BODY));
    let mut out = Explanation::new(Kind::Success, "", report.status);
    let harvest = body::harvest(report, &document, &mut out);
    let open = status::judge(report, &harvest, &digits, &mut out);
    let waits = status::hears(out.kind, &harvest);
    // Of a page or text the front is enough: what is deep in it is not about the answer.
    let body = match harvest.shape {
        _ if !waits => "",
        Shape::Json => harvest.body,
        _ => scan::head(harvest.body, 2048),
    };
    let spoken = hints::body::read(body, report.status.unwrap_or(0), served.at);
    let hint = if report.hint.is_none() { hint(report, served, &spoken, document.root()) } else { None };
    let waits = Waits { hint: report.hint.as_ref().or(hint.as_ref()), told: report.told.as_ref().or(told.as_ref()) };
    let basis = out.evidence.len();
    let asked = request::read(report, harvest.messages.first().map_or("", |said| said.text));
    let facts = Facts::new(report, &digits, &harvest, &asked);
    let (provider, by_shape) = catalogs.provider(&facts);
    out.format = harvest.format;
    out.provider = out.arena.excerpt(provider);
    if by_shape {
        out.notes.push("The API was recognised by the shape of the body, not by its host.");
    }
    let mut verdict = document.root().get("\0");
    let (mut ruled, mut by_provider) = (false, false);
    let well = out.kind == Kind::Success;
    if !well || catalogs.has_users() {
        let hits = catalogs.hits(provider, &facts, well, &mut out);
        // A page in place of data says nothing by its words, and what stands in its messages is not the API's.
        for hit in &hits.rules {
            let heard = hits.heard.get(hit.heard.0..hit.heard.1).unwrap_or_default();
            let rule = Rule { hit, facts: &facts, heard };
            let decides = !ruled && hit.then.at(key!("kind")).exists() && (open || !hit.provider.is_empty());
            if decides {
                ruled = true;
                by_provider = !hit.provider.is_empty() && !hit.coarse;
                verdict = hit.then.at(key!("retry"));
                rule.decide(&mut out);
            }
            // Beside the provider's own word, what holds for all APIs would be noise; so would a rule on the status alone
            // beside any better one. Rules that are only causes are always heard.
            let beside = !hit.coarse && open && (!hit.provider.is_empty() || !by_provider);
            if decides || ((beside || !hit.then.at(key!("kind")).exists()) && (ruled || !well)) {
                rule.add(&mut out);
            }
        }
    }
    let down =
        out.kind == Kind::Unavailable && kind::of_code(harvest.code.text).is_some_and(|(kind, _)| kind == out.kind);
    if !ruled && !down {
        limit(spoken.limited, &mut out);
    }
    let named = !out.fields.is_empty();
    if matches!(out.kind, Kind::InvalidRequest | Kind::ValidationFailed | Kind::Conflict)
        && (!named || harvest.messages.len() > 1)
    {
        for said in &harvest.messages {
            if out.fields.iter().all(|field| !named || !scan::has(said.text, out.arena.read(field.path))) {
                sentence::read(said.text, &mut out);
            }
        }
        // A list of texts beside a message that is none.
        for path in ["/errors", "/error/errors", "/_embedded/errors"] {
            for item in harvest.root.pointer(path).children().filter(|_| harvest.shape == Shape::Json) {
                sentence::read(fields::first(item, keys!("message detail description")), &mut out);
            }
        }
    }
    refine(report, waits, &harvest, ruled, &mut out);
    if out.kind == Kind::Success {
        // What looks like an error about a field is the data.
        out.fields.clear();
    }
    default_causes(&mut out, basis, &asked);
    said(report, &harvest, &mut out);
    let code = String::from(out.arena.read(out.api.code));
    verdict::judge(waits, report.now, verdict, &code, &mut out);
    let who = String::from(catalogs.name(out.arena.read(out.provider)));
    sentences::what(&who, &code, if report.is_status_assumed { "" } else { &digits }, &mut out);
    sentences::notes(report, waits, &harvest, &mut out);
    out
}

/// When to come back: by the headers, else by the body.
fn hint(report: &Report<'_>, served: Served, spoken: &hints::body::Said<'_>, root: json::Node<'_>) -> Option<Hint> {
    let by_head = hints::read_served(report.headers, served).map(|hint| {
        // As the policy waits: to the end of the second that a date names.
        Hint { delay: hint.delay.saturating_add(hints::slack(report.headers, served)), ..hint }
    });
    by_head.or_else(|| {
        let typed = retry_info::read(root);
        let source = String::from(if typed.is_some() { "RetryInfo" } else { spoken.source });
        let told = Some(spoken.delay).filter(|delay| *delay >= 0 && !spoken.implied);
        typed.or(told).map(|delay| Hint { delay, source })
    })
}

/// Whether it is a rate or an allowance that is used up, where the body knows more of it than the status.
fn limit(limited: Option<Limited>, out: &mut Explanation) {
    let refused = matches!(out.kind, Kind::Forbidden | Kind::InvalidRequest | Kind::ValidationFailed);
    let kind = match limited {
        Some(Limited::Rate)
            if refused || matches!(out.kind, Kind::BusinessRule | Kind::Success | Kind::Unavailable) =>
        {
            Kind::RateLimited
        }
        Some(Limited::Allowance)
            if refused
                || matches!(out.kind, Kind::RateLimited | Kind::Success)
                || (out.kind == Kind::BusinessRule && out.status.is_some_and(|status| status < 300)) =>
        {
            Kind::QuotaExhausted
        }
        Some(Limited::TooLarge) => Kind::TooLarge,
        _ => return,
    };
    become_of(kind, out);
}

/// Turns the kind, and says so in the id.
fn become_of(kind: Kind, out: &mut Explanation) {
    out.turn(kind, "");
    let id = String::from(out.arena.read(out.id));
    out.id = out.arena.join(&[&id, ".", texts::row(kind).name]);
}

/// Copies what the API itself said.
fn said(report: &Report<'_>, harvest: &Harvest<'_>, out: &mut Explanation) {
    let arena = &mut out.arena;
    let api = &mut out.api;
    if api.code.is_empty() {
        api.code = arena.add(harvest.code.text);
    }
    let message = harvest.messages.first().copied().unwrap_or_default();
    let start = arena.mark();
    match harvest.shape {
        Shape::Xml | Shape::Html => decode::markup(message.text, &mut arena.all),
        _ if message.span.is_none() => decode::percent(message.text, &mut arena.all),
        _ => arena.all.push_str(message.text),
    }
    api.message = arena.since(start);
    api.user_message = for_show(harvest.user_message, arena);
    api.request_id = arena.add(if harvest.request_id.is_empty() { report.request_id } else { harvest.request_id });
    if !harvest.docs_url.is_empty() {
        api.docs_url = arena.add(harvest.docs_url);
    }
    if harvest.details.exists() {
        api.details = arena.add(&serialize::write_node(harvest.details, false));
    }
}

/// A server's text that an application may choose to show: on one line, of bounded length, and without the marks that turn
/// the direction of what stands around it.
fn for_show(text: &str, arena: &mut Arena) -> Text {
    const MOST: usize = 500;
    let start = arena.mark();
    for char in scan::head(text, MOST).chars() {
        match char {
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => arena.all.push(' '),
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            char => arena.all.push(char),
        }
    }
    arena.since(start)
}

/// What no rule can say: details of a refusal, fields under a 400, a 403 that is a rate limit, header lists.
fn refine(report: &Report<'_>, waits: Waits<'_>, harvest: &Harvest<'_>, ruled: bool, out: &mut Explanation) {
    let spent = waits.told.is_some_and(|told| told.remaining == Some(0));
    let facts = harvest.details.kind() == json::Kind::Object;
    // Where the status says something precise (401, 404, 429, …) a strange code does not turn it into a refusal.
    let vague = !ruled
        && matches!(
            out.kind,
            Kind::InvalidRequest | Kind::ValidationFailed | Kind::Conflict | Kind::QuotaExhausted | Kind::Forbidden
        );
    let code = harvest.code.text;
    let turned = if out.kind == Kind::Forbidden && (spent || waits.hint.is_some()) {
        Kind::RateLimited
    } else if vague && facts && out.fields.is_empty() && !code.is_empty() && kind::of_code(code).is_none() {
        Kind::BusinessRule
    } else if vague && out.kind == Kind::InvalidRequest && !out.fields.is_empty() {
        Kind::ValidationFailed
    } else {
        out.kind
    };
    if turned != out.kind {
        become_of(turned, out);
    }
    match out.kind {
        Kind::Unauthenticated | Kind::Forbidden | Kind::NotFound if harvest.shape != Shape::Html => finer(harvest, out),
        _ => {}
    }
    match out.kind {
        Kind::BusinessRule if facts => out.details = out.arena.add(&serialize::write_node(harvest.details, true)),
        Kind::NotSupported => out.allow = apply::list(report.header("allow"), b',', out),
        Kind::Forbidden => {
            let (_, scopes) = scan::split(report.header("www-authenticate"), "scope=\"").unwrap_or_default();
            out.missing_scopes = apply::list(scan::until(scopes, b"\""), b' ', out);
            if !scopes.is_empty() {
                out.reason = out.arena.add("scope");
            }
        }
        _ => {}
    }
}

/// The reason by the first word of code or message that tells it, where nothing else did.
fn finer(harvest: &Harvest<'_>, out: &mut Explanation) {
    const WORDS: &[(Kind, &str, &str)] = &[
        (Kind::Unauthenticated, "expired", "expired"),
        (Kind::Unauthenticated, "missing", "missing|logged in|need to sign in|not provided"),
        (Kind::Unauthenticated, "invalid", "invalid|incorrect"),
        (Kind::Forbidden, "scope", "scope"),
        (Kind::Forbidden, "blocked", "blocked"),
        (Kind::NotFound, "route", "route"),
    ];
    let message = harvest.messages.first().copied().unwrap_or_default().text;
    let known = out.arena.read(out.reason);
    if !matches!(known, "unknown" | "invalid" | "permission") {
        return;
    }
    let found = WORDS.iter().find(|(kind, _, signs)| {
        *kind == out.kind
            && scan::parts(signs, b'|').any(|sign| scan::has(message, sign) || scan::has(harvest.code.text, sign))
    });
    if let Some((_, reason, _)) = found {
        out.reason = out.arena.add(reason);
    }
}

/// What the kind says of its causes, where no rule has said one, or only what the request looks like.
fn default_causes(out: &mut Explanation, basis: usize, asked: &request::Asked) {
    let of_request = |cause: &explanation::Cause| {
        out.evidence.get(cause.evidence.0).is_some_and(|seen| out.arena.read(seen.rule).starts_with("request."))
    };
    if !out.causes.iter().all(of_request) {
        return;
    }
    let rows = match out.arena.read(out.reason) {
        "html_instead_of_json" => texts::PAGE,
        "invalid_json" => texts::NO_JSON,
        _ => texts::row(out.kind).causes,
    };
    let mut confidence = if out.causes.is_empty() { "likely" } else { "possible" };
    for (id, text) in rows {
        let known = out.causes.iter().any(|cause| out.arena.read(cause.id) == *id);
        if known || (*id == "missing" && asked.identified) {
            continue;
        }
        out.cause(id, text, "", confidence, 0);
        // Rules that gave no cause may have seen more than what this one is judged by.
        if let Some(last) = out.causes.last_mut() {
            last.evidence.1 = basis;
        }
        confidence = "possible";
    }
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod hostile;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::steps;

    fn steps_of(status: u16, provider: &str, body: &str) -> u64 {
        let catalogs = Catalogs::built_in();
        let report = Report { status: Some(status), body: Some(body), provider, ..Report::default() };
        steps::of(|| drop(explain(&report, &catalogs).to_json()))
    }

    #[test]
    fn what_a_user_wrote_takes_no_longer_than_linear_time() {
        let stars = "*a".repeat(2_000);
        let when =
            [r#"{"body":{"template":""#, &stars, r#"b","contains":"ab"},"not":{"not":{"message":""#, &stars, r#""}}}"#];
        let rules = [
            r#"{"catalog":1,"provider":"x","rules":[{"id":"x.a","when":"#,
            &when.concat(),
            r#","then":{"kind":"locked"}}]}"#,
        ];
        let catalogs = Catalogs::built_in().with(&rules.concat());
        let [small, large] = [16_384, 65_536].map(|size| {
            let body = "a".repeat(size);
            let report = Report { status: Some(400), body: Some(&body), ..Report::default() };
            steps::of(|| {
                let out = explain(&report, &catalogs);
                assert_eq!((out.arena.read(out.id), out.provider.is_empty()), ("http.400", true));
            })
        });
        assert!(large <= small * 9 / 2, "{small} steps become {large}");
    }

    /// Counted, not timed: so it fails on no machine because of what else that does.
    #[test]
    fn hostile_bodies_take_no_longer_than_linear_time() {
        for (name, body) in hostile::BODIES {
            for (status, provider) in [(400, ""), (400, "clever"), (403, "github"), (429, ""), (503, "")] {
                let [small, large] = [16_384, 65_536].map(|size| steps_of(status, provider, &body(size)));
                // The large one is cut off at its end, for which it may be looked at once more.
                assert!(large <= small * 9 / 2 + 65_536, "{name}, {status}: {small} steps become {large}");
                assert!(large < 20 * 65_536, "{name}, {status}: {large} steps");
            }
        }
    }
}
