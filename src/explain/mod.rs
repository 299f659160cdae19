//! Explains any response or thrown error: what happened, why, what to do, and whether to send it again.
//!
//! It is total and pure: every report gives an [`Explanation`], the same each time. It has four stages, each in a folder,
//! and the catalogs:
//!
//! 1. [`read`]: turns bytes into facts: code, messages, ids, fields, and the shape of the request.
//! 2. [`judge`]: turns facts into a kind, a reason and a confidence.
//! 3. [`advise`]: finds the cause, the action and the retry verdict.
//! 4. [`mod@write`]: texts, redaction, formats.
//!
//! The rules of the user's catalogs and of the provider ([`catalogs`]) take precedence over the reader.

#[doc(hidden)]
pub mod advise;
pub mod catalogs;
pub mod explanation;
#[doc(hidden)]
pub mod judge;
#[doc(hidden)]
pub mod read;
mod scan;
#[doc(hidden)]
pub mod write;

pub use catalogs::{Catalogs, lookup};
pub use explanation::Explanation;
pub use judge::kind;
pub use read::report::{Report, Thrown};
pub use write::plain;

use crate::hints::{self, Hint, Served, Told, body::Limited};
use crate::syntax::{json, number};
use advise::Case;
use advise::verdict::Waits;
use alloc::{string::String, vec::Vec};
use catalogs::apply::{self, Rule};
use catalogs::condition::Facts;
use judge::features::Feature;
use judge::kind::Kind;
use judge::{carried, own, program, thrown};
use read::body::{self, Body, MAX_BODY, Shape};
use read::keys::{key, keys};
use read::{documents, fields, levels, quota, report, request, retry_info, sentence};
use write::serialize;

/// Explains `report`, using `catalogs`.
pub fn explain(report: &Report<'_>, catalogs: &Catalogs) -> Explanation {
    explain_owned(report.clone(), catalogs)
}

/// The same, for a report that the caller no longer needs.
pub fn explain_owned(mut report: Report<'_>, catalogs: &Catalogs) -> Explanation {
    report.part_headers();
    let status = report.status.filter(|status| *status != 0);
    if status.is_none() && report.response_type.starts_with("opaque") {
        return thrown::opaque(&report);
    }
    // An error beside a success is about the body, or about nothing that the response says.
    let is_failure = status.is_none_or(|status| status < 300 && !report.thrown.is_empty());
    // Some clients give an error of the network a status, and nothing else of a response.
    let is_bare = !is_failure && report.body.is_none() && report.pairs.is_empty();
    let first = usize::from(!is_failure);
    let is_thrown = is_failure || (is_bare && report.thrown.len() > 1);
    let known = own::explain(&report).or_else(|| is_thrown.then(|| thrown::explain_from(&report, first)).flatten());
    if let Some(mut out) = known {
        advise::advise_bare(&report, &mut out);
        return out;
    }
    let carried = carried::read(&report);
    let Some(read_as) = status.or(carried.as_ref().map(|carried| carried.status)) else {
        return bare(report, catalogs);
    };
    let (own_status, own_body) = (report.status, report.body);
    let mut asked: Report<'_> = report;
    (asked.status, asked.is_status_assumed) = (Some(read_as), status.is_none());
    asked.body = carried.as_ref().and_then(|carried| carried.body.as_deref()).or(own_body);
    let mut out = answer(&asked, catalogs);
    if out.kind == Kind::Success && status.is_none() {
        asked.status = Some(carried::VAGUE);
        out = answer(&asked, catalogs);
    }
    (asked.status, asked.is_status_assumed, asked.body) = (own_status, false, own_body);
    if is_failure && !carried::is_found(&out) {
        return bare(asked, catalogs);
    }
    if carried.as_ref().is_some_and(|carried| carried.body.is_some()) {
        // The body was made of the error's own words.
        for seen in out.evidence.iter_mut().filter(|seen| seen.from == "body") {
            (seen.from, seen.span) = ("exception", None);
        }
    }
    if status.is_none() {
        carried::restore(&mut out, &asked);
    }
    if asked.given != report::Given::Fitting {
        program::misuse(asked.given, &mut out);
    }
    out
}

/// Explains what no response and no known failure is behind: what the trained reader makes of the words, where it is sure.
fn bare(report: Report<'_>, catalogs: &Catalogs) -> Explanation {
    let mut out = program::explain(&report);
    // A mistake in the code names what it likes.
    let text = report.thrown.first().and_then(program::telling);
    let mut report: Report<'_> = report;
    let whole = report.thrown.first().map_or("", |first| first.message);
    if let (Some(text), Some(first)) = (&text, report.thrown.first_mut()) {
        first.message = text;
        let judged = catalogs.model().judge(|sink| judge::features::each_thrown(&report, sink));
        judge::note_thrown(&judged, &mut out);
    }
    if let Some(first) = report.thrown.first_mut() {
        first.message = whole;
    }
    advise::advise_bare(&report, &mut out);
    out
}

/// Explains a response.
#[inline(never)]
fn answer(report: &Report<'_>, catalogs: &Catalogs) -> Explanation {
    let document = documents::read(scan::head(report.body.unwrap_or(""), MAX_BODY));
    let mut out = Explanation::new(Kind::Success, "", report.status);
    let facts = Reading::of(report, &document, &mut out);
    let mut judged = catalogs.model().judge(|sink| facts.features(report, sink));
    if judged.kind == Kind::Success {
        // A resource was created, or will be: there may be nothing to send (RFC 9110, 15.3.2 and 15.3.3).
        let may_be_empty = facts.body.shape == Shape::Empty && matches!(report.status, Some(201 | 202));
        let reason = judge::default_reason(judged.second);
        let instead = if facts.facts.contains(&FAILED) {
            Some((judged.second, reason, judged.second))
        } else if facts.facts.contains(&UNREADABLE) && !may_be_empty {
            Some((Kind::UnexpectedResponse, "invalid_json", Kind::Success))
        } else {
            None
        };
        if let Some(found) = instead {
            (judged.kind, judged.reason, judged.second) = found;
            judged.confidence = judged.confidence.min(advise::SURE - 1);
        }
    }
    let mut digits = String::new();
    number::push(&mut digits, u64::from(report.status.unwrap_or(0)));
    judge::note(&judged, &facts.body, &digits, &mut out);
    let basis = out.evidence.len();
    let waits = facts.waits(report);
    let asked = request::read(report, facts.body.messages.first().map_or("", |said| said.text));
    let rule = ruled(report, catalogs, &facts.body, &asked, &digits, &mut out);
    if rule.kind() == json::Kind::Missing && !out.is_ruled() {
        let code = facts.body.code.text;
        let is_rule = facts.facts.contains(&DETAILS) && !code.is_empty() && !kind::is_shared(code);
        let limited = facts.limited.filter(|limited| *limited != Limited::Rate || !kind::is_spent(code));
        judge::limit(limited, waits, is_rule, &mut out);
    }
    complete(report, &facts.body, &mut out);
    let who = String::from(catalogs.name(out.arena.read(out.provider)));
    let case = Case::new(report, &facts.body, &asked, waits);
    let shown = if report.is_status_assumed { "" } else { &digits };
    advise::advise(case, rule, (&who, shown), basis, &mut out);
    out.keep_true_places(report.body.unwrap_or(""));
    out
}

/// Passes the features of `report` that the trained reader uses to `sink`. For the trainer.
pub fn features(report: &Report<'_>, sink: &mut dyn FnMut(Feature<'_>)) {
    if report.status.unwrap_or(0) == 0 {
        return judge::features::each_thrown(report, sink);
    }
    let document = documents::read(scan::head(report.body.unwrap_or(""), MAX_BODY));
    let mut out = Explanation::new(Kind::Success, "", report.status);
    let mut parted = report.clone();
    parted.part_headers();
    Reading::of(&parted, &document, &mut out).features(&parted, sink);
}

/// The number of the fact that the body is not the JSON that it is called: under a success too, nothing came of it.
const UNREADABLE: u32 = 6;
/// The number of the fact that the body has details which name no field.
const DETAILS: u32 = 8;
/// The number of the fact that the body itself says it failed: such a response is no success, whatever else it looks like.
const FAILED: u32 = 9;
/// Codes that mean that nothing failed.
const NO_ERROR: &str = "0|00|000|0000|200|201|1|ok|success";

/// What the first stage found in a response.
#[derive(Debug)]
struct Reading<'d> {
    body: Body<'d>,
    hint: Option<Hint>,
    quota: Option<Told>,
    facts: Vec<u32>,
    limited: Option<Limited>,
}

impl<'d> Reading<'d> {
    fn of(report: &'d Report<'_>, document: &'d json::Document<'_>, out: &mut Explanation) -> Self {
        let status = report.status.unwrap_or(0);
        let served = hints::served(report.headers, report.now);
        let quota =
            if report.told.is_none() { quota::read(&report.pairs, served, hints::is_refusal(status)) } else { None };
        let body = body::harvest(report, document, out);
        // Of a page or text the front is enough: what is deep in it is not about the response.
        let front = if body.shape == Shape::Json { body.body } else { scan::head(body.body, 2048) };
        let spoken = hints::body::read(front, status, served.at);
        let hint = if report.hint.is_none() { hint(report, served, &spoken, document.root()) } else { None };
        let told = report.told.as_ref().or(quota.as_ref());
        let is_ok = status < 300;
        let is_set = |kind| ["ok", "success"].iter().any(|name| body.root.get(name).kind() == kind);
        let facts = [
            (spoken.limited == Some(Limited::Rate), 1),
            (spoken.limited == Some(Limited::Allowance), 2),
            (spoken.limited == Some(Limited::TooLarge), 3),
            (report.hint.is_some() || hint.is_some(), 4),
            (told.is_some_and(|told| told.remaining == Some(0)), 5),
            (unreadable(report, &body), UNREADABLE),
            (!out.fields.is_empty(), 7),
            (body.details.kind() == json::Kind::Object && out.fields.is_empty(), DETAILS),
            (is_set(json::Kind::False), FAILED),
            // What under a success speaks for an error, and what against it.
            (is_ok && levels::says_failed(body.root), 10),
            (is_ok && levels::has_error(body.root), 11),
            (is_ok && !body.code.text.is_empty() && !scan::lists(NO_ERROR, b'|', body.code.text), 12),
            (is_ok && is_set(json::Kind::True), 13),
        ];
        let facts = facts.into_iter().filter(|(holds, _)| *holds).map(|(_, fact)| fact).collect();
        Self { body, hint, quota, facts, limited: spoken.limited }
    }

    fn features<'t>(&'t self, report: &'t Report<'_>, sink: &mut dyn FnMut(Feature<'t>)) {
        let grpc = number::whole(report.header("grpc-status")).filter(|number| *number > 0);
        let status = grpc.and_then(carried::of_grpc).or(report.status).unwrap_or(0);
        judge::features::each(report, status, &self.body, &self.facts, sink);
    }

    fn waits<'t>(&'t self, report: &'t Report<'_>) -> Waits<'t> {
        Waits { hint: report.hint.as_ref().or(self.hint.as_ref()), told: report.told.as_ref().or(self.quota.as_ref()) }
    }
}

/// Whether what is called JSON is none. A body that was cut here or has more values than are read may well be one.
fn unreadable(report: &Report<'_>, body: &Body<'_>) -> bool {
    let whole = report.body.is_some_and(|body| body.len() < MAX_BODY) && body.end != json::End::Capped;
    let bodiless = matches!(report.status, Some(204 | 205 | 304)) || report.method.eq_ignore_ascii_case("head");
    scan::has(report.header("content-type"), "json") && whole && !bodiless && body.end != json::End::Complete
}

/// Lets the rules of catalogs decide and add what they know. Gives back what the deciding one says of a retry.
fn ruled<'c>(
    report: &'c Report<'_>,
    catalogs: &'c Catalogs,
    body: &'c Body<'_>,
    asked: &'c request::Asked,
    digits: &'c str,
    out: &mut Explanation,
) -> json::Node<'c> {
    let facts = Facts::new(report, digits, body, asked);
    let (provider, by_shape) = catalogs.provider(&facts);
    out.format = body.format;
    out.provider = out.arena.excerpt(provider);
    if by_shape {
        out.notes.push("The API was recognised by the shape of the body, not by its host.");
    }
    let mut retry = body.root.get("\0");
    let (mut decided, mut by_provider) = (false, false);
    // A page in place of data says nothing by its words.
    let open = out.kind != Kind::UnexpectedResponse;
    // Whether it was a success is for the provider's own rules where the reader is unsure.
    let well = out.kind == Kind::Success && (out.confidence >= advise::SURE || provider.is_empty());
    if well && !catalogs.has_users() {
        return retry;
    }
    let hits = catalogs.hits(provider, &facts, well, out);
    for hit in &hits.rules {
        let heard = hits.heard.get(hit.heard.0..hit.heard.1).unwrap_or_default();
        let rule = Rule { hit, facts: &facts, heard };
        let decides = !decided && hit.then.at(key!("kind")).exists() && (open || !hit.provider.is_empty());
        if decides {
            decided = true;
            by_provider = !hit.provider.is_empty() && !hit.coarse;
            retry = hit.then.at(key!("retry"));
            rule.decide(out);
        }
        // Beside the provider's own word, what holds for all APIs would be noise; so would a rule on the status alone
        // beside any better one. Rules that are only causes are always heard.
        let beside = !hit.coarse && open && (!hit.provider.is_empty() || !by_provider);
        if decides || ((beside || !hit.then.at(key!("kind")).exists()) && (decided || !well)) {
            rule.add(out);
        }
    }
    retry
}

/// What only the kind shows the sense of: fields that a sentence names, details of a refusal, lists in headers.
fn complete(report: &Report<'_>, body: &Body<'_>, out: &mut Explanation) {
    let named = !out.fields.is_empty();
    match out.kind {
        kind if (matches!(
            kind,
            Kind::InvalidRequest | Kind::ValidationFailed | Kind::MalformedBody | Kind::Conflict
        ) || (kind == Kind::Unauthenticated && report.status == Some(422)))
            && (!named || body.messages.len() > 1) =>
        {
            for said in &body.messages {
                if out.fields.iter().all(|field| !named || !scan::has(said.text, out.arena.read(field.path))) {
                    sentence::read(said.text, out);
                }
            }
            // A list of texts beside a message that is none.
            for path in ["/errors", "/error/errors", "/_embedded/errors"] {
                for item in body.root.pointer(path).children().filter(|_| body.shape == Shape::Json) {
                    sentence::read(fields::first(item, keys!("message detail description")), out);
                }
            }
        }
        Kind::BusinessRule if body.details.kind() == json::Kind::Object => {
            out.details = out.arena.add(&serialize::write_node(body.details, true));
        }
        Kind::NotSupported => out.allow = apply::list(report.header("allow"), b',', out),
        Kind::Forbidden => {
            let (_, scopes) = scan::split(report.header("www-authenticate"), "scope=\"").unwrap_or_default();
            out.missing_scopes = apply::list(scan::until(scopes, b"\""), b' ', out);
            if !scopes.is_empty() {
                out.reason = out.arena.add("scope");
            }
        }
        // What looks like an error about a field is the data.
        Kind::Success => out.fields.clear(),
        _ => {}
    }
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
                assert_ne!(out.arena.read(out.id), "x.a");
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
