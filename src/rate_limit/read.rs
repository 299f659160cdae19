//! Reads the quotas that a response reports, in any dialect.
//!
//! It has three steps: it splits names ([`name`]), reads values by their shape ([`value`], [`ietf`]), and joins what several
//! headers report about one quota ([`draft`]). A table of vendors ([`super::vendors`]) has what no rule can know. It ignores
//! each malformed value separately, and no text makes it panic.
//!
//! Sources: draft-ietf-httpapi-ratelimit-headers-03 to -10, and the vendors' pages named in each file.

use alloc::string::String;
use alloc::vec::Vec;

use super::quota::Quota;
use super::vendors::{self, Reads};
use crate::hints::body::{self, Limited};
use crate::hints::limits::{self, Limits};
use crate::hints::{self, Hint, Served, Told};
use crate::syntax::headers::Headers;
use crate::time::WallTime;

pub mod dialect;
pub mod draft;
pub mod ietf;
pub mod name;
pub mod value;

#[cfg(test)]
mod growth;

use dialect::Dialects;
use draft::Draft;
use name::{Name, Role};

/// The parts of a response that report rate limits. Convert it from [`Headers`] if you have nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The headers that [`wanted`] or a dialect asks for.
    pub headers: Headers<'a>,
    /// The status; 0 if unknown.
    pub status: u16,
    /// The body, as far as known; bytes after the first [`body::MOST`] are not read.
    pub body: &'a str,
    /// Headers that the user names.
    pub dialects: &'a Dialects,
    /// What a rate-limit response looks like, from the API's catalog.
    pub limits: &'a Limits,
    /// A page of another origin received it and sees only the headers that the server exposes.
    pub foreign: bool,
}

impl<'a> From<Headers<'a>> for Answer<'a> {
    fn from(headers: Headers<'a>) -> Self {
        Self { headers, status: 0, body: "", dialects: &dialect::NONE, limits: &limits::NONE, foreign: false }
    }
}

/// What one response reports about rate limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts, of which none rules out another")]
pub struct Reading {
    /// The quotas, in no particular order.
    pub quotas: Vec<Quota>,
    /// When to retry, from a header or body that reports just that.
    pub hint: Option<Hint>,
    /// How much later than the hint the retry may be due, in ms.
    pub slack: i64,
    /// The hint comes from the vendor's documentation, because the response has none.
    pub implied: bool,
    /// The server's time that resets are relative to: an absolute reset in the future is `served + reset_in`.
    pub served: WallTime,
    /// The limit that the body names as exceeded, if it does.
    pub limited: Option<Limited>,
    /// A rule of the API's catalog says that a limit was exceeded, whatever the status is.
    pub ruled: bool,
    /// The exceeded limit applies to all routes (Discord's `X-RateLimit-Global`, its scope `global`, its body's `global`).
    pub global: bool,
    /// The exceeded limit is shared with other clients, which consume it too (Discord's scope `shared`).
    pub shared: bool,
}

/// Reads the response whose headers arrived at `now`. A cached response (`Age` over 0) reports no quotas.
pub fn read<'a>(answer: impl Into<Answer<'a>>, now: WallTime) -> Reading {
    let answer = answer.into();
    read_served(answer, hints::served(answer.headers, now))
}

/// Like [`read`], if it is known when the server sent the response.
#[inline(never)]
pub fn read_served(answer: Answer<'_>, served: Served) -> Reading {
    let headers = answer.headers;
    let mut reading = Reading { served: served.at, ..Reading::default() };
    reading.hint = hints::read_served(headers, served);
    reading.slack = if reading.hint.is_some() { hints::slack(headers, served) } else { 0 };
    let mut drafts = Vec::new();
    if !answer.body.is_empty() || answer.limits.asks(answer.status) {
        let said = body::read_by(answer.limits, answer.body, answer.status, served.at);
        (reading.limited, reading.ruled, reading.global) = (said.limited, said.ruled, said.global);
        // An error under a success that says in its head when to come back (MediaWiki's maxlag).
        if said.blames && reading.hint.as_ref().and_then(Hint::wait).is_some() {
            reading.limited = reading.limited.or(Some(Limited::Rate));
        }
        if reading.hint.is_none() && said.delay >= 0 {
            let mut source = String::from("body.");
            source.push_str(said.source);
            reading.hint = Some(Hint { delay: said.delay, source });
            reading.implied = said.implied;
        }
        let mut draft = Draft::new("body.throttleStatus");
        (draft.head, draft.limit, draft.remaining) = ("throttleStatus", said.limit, said.remaining);
        drafts.push(draft);
    }
    if served.cached {
        return reading;
    }
    for (header, value) in headers.iter() {
        if answer.dialects.read(&mut drafts, header, value, served.at) {
            continue;
        }
        let name = match vendors::find(header) {
            Some(Reads::Nothing) => continue,
            Some(Reads::Records(pattern)) => {
                let mut blank = Draft::new(header);
                blank.worded = true;
                value::records(&mut drafts, &blank, pattern, value);
                continue;
            }
            Some(Reads::Part(tail, role)) => Name { family: "", head: "", tail, role, millis: false },
            None => match name::read(header) {
                Some(name) => name,
                None => continue,
            },
        };
        match name.role {
            Role::Scope => {
                reading.global |= value == "global";
                reading.shared |= value == "shared";
            }
            Role::Plain if name.tail == "global" => reading.global |= value == "true",
            Role::Plain if value.as_bytes().first() == Some(&b'{') => {
                value::object(&mut drafts, &name, header, value, served.at);
            }
            Role::Policy => ietf::policies(value, header, &mut drafts),
            // The registered field is what its draft says; others under that stem may be a bare limit.
            Role::Plain if name.tail.is_empty() && !is_bare_limit(header, value) => {
                ietf::limits(value, header, &mut drafts);
            }
            _ => value::read(&mut drafts, &name, header, value, served.at),
        }
    }
    reading.quotas = draft::finish(&drafts);
    reading
}

/// The quota that blocks a retry: of the exhausted quotas the one that resets last, since all of them must reset.
///
/// If none is exhausted and the status reports an exceeded rate, the one with the least left: a 429 overrides counters.
///
/// Use it for the explainer's `Report::told` if you link both. By itself the explainer reads only the plain headers,
/// since this reader would double its size.
pub fn told(reading: &Reading, status: Option<u16>) -> Option<Told> {
    let refused = status.is_some_and(hints::is_refusal);
    let quota = reading.quotas.iter().min_by_key(|quota| tightness(quota))?;
    if !refused && !quota.exhausted() {
        return None;
    }
    Some(Told {
        bucket: quota.name.clone(),
        limit: quota.limit,
        remaining: quota.remaining,
        reset_in: quota.reset_in,
        source: quota.source.clone(),
    })
}

/// A JavaScript regular expression for the lower-case names of the response headers that the readers use:
/// alternatives of literals, anchored or not. A shell passes only headers that match. It may match a few more names,
/// which the readers ignore.
pub fn wanted() -> &'static str {
    "^age$|^date$|ratelimit|rate-limit|rate_limit|request-rate-|error-limit-|retry-after|retry-in|should-retry$|^grpc-retry-pushback-ms$|^x-business-use-case-usage$|\
     ^auth0-client-quota-limit$|^auth0-organization-quota-limit$|^sforce-limit-info$|^x-shopify-shop-api-call-limit$|\
     ^x-limit-per-|^x-remaining-t|^x-app-limit-24hour-|^x-user-limit-24hour-"
}

fn is_bare_limit(header: &str, value: &str) -> bool {
    !matches!(header, "ratelimit" | "beta-ratelimit") && value.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

// Lower is tighter: the exhausted by their resets, then what is left in thousandths of the limit, then the unknown.
fn tightness(quota: &Quota) -> (u8, i64) {
    match (quota.remaining, quota.limit) {
        (Some(0), _) => (0, quota.reset_in.map_or(0, |reset| -reset)),
        (Some(remaining), limit) => {
            let share = remaining.saturating_mul(1000) / limit.unwrap_or(remaining).max(1);
            (1, i64::try_from(share).unwrap_or(i64::MAX))
        }
        (None, _) => (2, 0),
    }
}
