//! Reads the quotas that a response tells, in whatever dialect.
//!
//! Three steps: names are taken apart ([`name`]), values read by shape ([`value`], [`ietf`]), and what several headers
//! say of one quota is joined ([`draft`]). A table of vendors ([`super::vendors`]) has what no rule can know. Each
//! malformed value is ignored by itself; any text at all is read without a panic.
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

/// A response, as far as it tells of rates. Made from [`Headers`], where there is nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Those of its headers that [`wanted`] or a dialect asks for.
    pub headers: Headers<'a>,
    /// Its status; 0 where that is not known.
    pub status: u16,
    /// What is known of its body; of more than [`body::MOST`] bytes the rest is not read.
    pub body: &'a str,
    /// Headers that the user named.
    pub dialects: &'a Dialects,
    /// What the API's catalog says a limit looks like.
    pub limits: &'a Limits,
    /// It came to a page of another origin, which sees only those headers that the server exposes.
    pub foreign: bool,
}

impl<'a> From<Headers<'a>> for Answer<'a> {
    fn from(headers: Headers<'a>) -> Self {
        Self { headers, status: 0, body: "", dialects: &dialect::NONE, limits: &limits::NONE, foreign: false }
    }
}

/// What one response says of rates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four facts, of which none rules out another")]
pub struct Reading {
    /// Quotas, in no order that means anything.
    pub quotas: Vec<Quota>,
    /// When to come back, from a header or a body that says just that.
    pub hint: Option<Hint>,
    /// How much later than the hint says the moment may be, ms.
    pub slack: i64,
    /// The hint is the vendor's documentation's, for want of one in the answer.
    pub implied: bool,
    /// The server's clock that resets were measured against: an absolute one not past was told as `served + reset_in`.
    pub served: WallTime,
    /// What the body says was exceeded, if it says so.
    pub limited: Option<Limited>,
    /// The API's catalog says that, whatever the status.
    pub ruled: bool,
    /// What is exceeded holds for all routes (Discord's `X-RateLimit-Global`, its scope `global`, its body's `global`).
    pub global: bool,
    /// What is exceeded is shared with others, who may spend it too (Discord's scope `shared`).
    pub shared: bool,
}

/// Reads the answer whose head arrived at `now`. A cached one (`Age` over 0) tells no quotas.
pub fn read<'a>(answer: impl Into<Answer<'a>>, now: WallTime) -> Reading {
    let answer = answer.into();
    read_served(answer, hints::served(answer.headers, now))
}

/// [`read`], where it is known when the answer was served.
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

/// The quota in the way: of the exhausted the one that resets last, since all of them must.
///
/// Where none is, and the status says that a rate was exceeded, the one with the least left: a 429 overrides counters.
///
/// For the explainer's `Report::told`, by those who link both: left alone, the explainer reads the plain headers itself,
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

/// A regular expression, as JavaScript has them, for the lower-case names of the response headers that the readers use:
/// alternatives of literals, anchored or not. A shell hands over only what it matches. It may match a few names more,
/// which the readers pass over.
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
