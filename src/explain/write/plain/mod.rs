//! An explanation with owned texts, for Rust callers to store, match and send on.
//!
//! The fields are those of the npm package's `Explanation`, with Rust names. [`crate::explain::Explanation`] keeps all its texts in one
//! string, which keeps the package small; [`plain`](crate::explain::Explanation::plain) converts it. With the feature
//! `serde` it reads and writes the JSON of the npm package, the same that [`to_json`](crate::explain::Explanation::to_json) writes.

mod json;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

pub use json::Json;

use crate::explain::explanation;
use crate::explain::judge::kind::{self, Kind};
use crate::explain::scan::parts;
use crate::explain::write::arena::{Arena, Text};

/// What happened, why, and what to do.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Explanation {
    /// Stable id of the rule that decided: `clever.grant-reused`.
    pub id: String,
    /// The kind of error.
    pub kind: Kind,
    /// The reason, if the kind has reasons: `expired`, `html_instead_of_json`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub reason: Option<String>,
    /// The status; `None` if no response came.
    pub status: Option<u16>,
    /// A title, for headings.
    pub title: String,
    /// For the developer: what happened, in one or two sentences, with the API's own message.
    pub what_happened: String,
    /// The possible causes, likeliest first.
    pub causes: Vec<Cause>,
    /// For the developer: what to do now.
    pub action: String,
    /// For the end user: without codes, ids, URLs or the server's words.
    pub user_message: String,
    /// The key under which `user_message` is translated.
    pub user_message_key: String,
    /// The values of the placeholders in the end user's text.
    pub params: Params,
    /// Whether and when the same request may be sent again.
    pub retry: Retry,
    /// Errors of single fields.
    pub fields: Vec<FieldError>,
    /// What the API said.
    pub api: Api,
    /// The format of the body: `problem_details`, `html`, `empty`.
    pub format: String,
    /// The recognised API.
    pub provider: Option<String>,
    /// How certain the kind is, from 0 to 1.
    pub confidence: f64,
    /// Anything else worth knowing.
    pub notes: Vec<String>,
    /// For [`Kind::NotFound`] and [`Kind::ValidationFailed`]: the thing that the error is about.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub entity: Option<Entity>,
    /// For [`Kind::RateLimited`]: the name of the quota.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub bucket: Option<String>,
    /// For [`Kind::RateLimited`]: units per window.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub limit: Option<u64>,
    /// For [`Kind::RateLimited`]: units left.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub remaining: Option<u64>,
    /// For [`Kind::BusinessRule`]: the details that the API sent, without secrets.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub details: Option<Json>,
    /// For [`Kind::Forbidden`]: the scopes that the token lacks.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub missing_scopes: Vec<String>,
    /// For [`Kind::NotSupported`]: the supported methods.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub allow: Vec<String>,
}

/// The values of the placeholders in the end user's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Params {
    /// The wait in seconds.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub seconds: Option<String>,
    /// The same wait as a number of `unit`, rounded up.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub wait: Option<String>,
    /// `second`, `minute`, `hour` or `day`: the largest unit of which the wait has at least two.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub unit: Option<String>,
}

/// The thing that a response is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entity {
    /// Its type: `user`.
    #[cfg_attr(feature = "serde", serde(rename = "type", default, skip_serializing_if = "Option::is_none"))]
    pub kind: Option<String>,
    /// Its id: `17`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub id: Option<String>,
}

/// One possible cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cause {
    /// A stable id.
    pub id: String,
    /// For the developer.
    pub text: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: String,
    /// The evidence for it.
    pub evidence: Vec<Evidence>,
    /// How to check it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub check: Option<String>,
}

/// Evidence for a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Evidence {
    /// The rule that found it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub rule: Option<String>,
    /// `status`, `header`, `body`, `url`, `method`, `exception` or `environment`.
    pub from: String,
    /// The name of the header or member.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// The text, redacted, at most [`crate::explain::write::redact::EXCERPT`] characters.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub text: Option<String>,
    /// The first byte in the body.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub start: Option<usize>,
    /// The byte after the last.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub end: Option<usize>,
}

/// The error of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FieldError {
    /// The dotted path: `submission_types.0`; "" for the whole body.
    pub path: String,
    /// The path as the API wrote it, if different.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub raw: Option<String>,
    /// The API's message.
    pub message: String,
    /// `body`, `query`, `path` or `header`.
    #[cfg_attr(feature = "serde", serde(rename = "in", default, skip_serializing_if = "Option::is_none"))]
    pub place: Option<String>,
    /// `required`, `format`, `range`, `choice`, `unknown` or `unique`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub reason: Option<String>,
    /// The allowed values.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub allowed: Vec<String>,
}

/// What the API said.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Api {
    /// The error code.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub code: Option<String>,
    /// The message.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub message: Option<String>,
    /// The message for end users.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub user_message: Option<String>,
    /// The id of the request, for the API's support.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub request_id: Option<String>,
    /// The URL of the documentation.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub docs_url: Option<String>,
    /// Further details.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub details: Option<Json>,
}

/// Whether and when the same request may be sent again. Delays are milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "verdict", rename_all = "kebab-case", rename_all_fields = "camelCase")
)]
pub enum Retry {
    /// Nothing failed.
    None,
    /// The same request fails until something changes.
    Never {
        /// What has to change.
        until: String,
    },
    /// Retry with growing waits.
    Backoff {
        /// The first wait.
        base_delay: i64,
        /// The most tries.
        max_tries: i64,
        /// Only if the request is safe to repeat.
        requires_idempotency: bool,
    },
    /// Retry after this wait.
    After {
        /// The wait.
        delay: i64,
        /// The header or member that reports it.
        source: String,
    },
    /// Retry when the quota resets.
    AtReset {
        /// The time until then.
        delay: i64,
        /// The reset in epoch ms, if the report has the current time.
        reset_at: Option<i64>,
        /// The header that reports it.
        source: String,
    },
    /// Retry with other credentials.
    AfterReauth {
        /// `refresh`, `sign-in`, `new-key` or `step-up`.
        how: String,
    },
    /// Retry shortly.
    Soon {
        /// The wait.
        delay: i64,
        /// The most tries.
        max_tries: i64,
    },
    /// Retry when the device is online.
    WhenOnline,
}

impl explanation::Explanation {
    /// Converts this explanation into one with owned texts.
    pub fn plain(&self) -> Explanation {
        let read = Reader(&self.arena);
        let (key, message) = self.user();
        let is = |kinds: &[Kind]| kinds.contains(&self.kind);
        let entity = (is(&[Kind::NotFound, Kind::ValidationFailed]) && !self.entity_type.is_empty())
            .then(|| Entity { kind: read.text(self.entity_type), id: read.text(self.entity_id) });
        let is_limited = is(&[Kind::RateLimited]);
        Explanation {
            id: read.owned(self.id),
            kind: self.kind,
            reason: read.text(self.reason),
            status: self.status,
            title: self.title().to_owned(),
            what_happened: read.owned(self.what_happened),
            causes: self.causes.iter().map(|cause| read.cause(cause, &self.evidence)).collect(),
            action: read.owned(self.action),
            user_message_key: read.text(self.key).unwrap_or_else(|| key.concat()),
            user_message: message.to_owned(),
            params: Params {
                seconds: read.text(self.seconds),
                wait: read.text(self.wait),
                unit: Some(self.unit).filter(|unit| !unit.is_empty()).map(str::to_owned),
            },
            retry: read.retry(self.retry),
            fields: self.fields.iter().map(|field| read.field(field)).collect(),
            api: Api {
                code: read.text(self.api.code),
                message: read.text(self.api.message),
                user_message: read.text(self.api.user_message),
                request_id: read.text(self.api.request_id),
                docs_url: read.text(self.api.docs_url),
                details: read.text(self.api.details).map(Json),
            },
            format: self.format.to_owned(),
            provider: read.text(self.provider),
            confidence: f64::from(self.confidence) / 100.0,
            notes: self
                .notes
                .iter()
                .copied()
                .map(str::to_owned)
                .chain(self.doubt().map(|note| note.concat()))
                .collect(),
            entity,
            bucket: read.text(self.bucket).filter(|_| is_limited),
            limit: self.limit.filter(|_| is_limited),
            remaining: self.remaining.filter(|_| is_limited),
            details: is(&[Kind::BusinessRule])
                .then(|| Json(read.text(self.details).unwrap_or_else(|| "{}".to_owned()))),
            missing_scopes: read.lines(self.missing_scopes),
            allow: read.lines(self.allow),
        }
    }
}

struct Reader<'e>(&'e Arena);

impl Reader<'_> {
    fn owned(&self, place: Text) -> String {
        self.0.read(place).to_owned()
    }

    fn text(&self, place: Text) -> Option<String> {
        some(self.0.read(place))
    }

    fn lines(&self, place: Text) -> Vec<String> {
        if place.is_empty() { Vec::new() } else { parts(self.0.read(place), b'\n').map(str::to_owned).collect() }
    }

    fn cause(&self, cause: &explanation::Cause, evidence: &[explanation::Evidence]) -> Cause {
        let (from, to) = cause.evidence;
        let seen = evidence.get(from..to).unwrap_or_default().iter().map(|evidence| Evidence {
            rule: self.text(evidence.rule),
            from: evidence.from.to_owned(),
            name: self.text(evidence.name),
            text: self.text(evidence.text),
            start: evidence.span.map(|(start, _)| start),
            end: evidence.span.map(|(_, end)| end),
        });
        Cause {
            id: self.owned(cause.id),
            text: self.owned(cause.text),
            confidence: cause.confidence.to_owned(),
            evidence: seen.collect(),
            check: self.text(cause.check),
        }
    }

    fn field(&self, field: &explanation::FieldError) -> FieldError {
        FieldError {
            path: self.owned(field.path),
            raw: self.text(field.raw),
            message: self.owned(field.message),
            place: some(field.place),
            reason: some(field.reason),
            allowed: self.lines(field.allowed),
        }
    }

    fn retry(&self, retry: kind::Retry) -> Retry {
        match retry {
            kind::Retry::None => Retry::None,
            kind::Retry::Never { until } => Retry::Never { until: self.owned(until) },
            kind::Retry::Backoff { base_delay, max_tries, requires_idempotency } => {
                Retry::Backoff { base_delay, max_tries, requires_idempotency }
            }
            kind::Retry::After { delay, source } => Retry::After { delay, source: self.owned(source) },
            kind::Retry::AtReset { delay, reset_at, source } => {
                Retry::AtReset { delay, reset_at, source: self.owned(source) }
            }
            kind::Retry::AfterReauth { how } => Retry::AfterReauth { how: how.to_owned() },
            kind::Retry::Soon { delay, max_tries } => Retry::Soon { delay, max_tries },
            kind::Retry::WhenOnline => Retry::WhenOnline,
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
