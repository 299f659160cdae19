//! An explanation with texts of its own: what Rust callers keep, match and send on.
//!
//! The members are those of the contract's `Explanation`, by their Rust names. [`crate::explain::Explanation`] itself keeps all its texts in one
//! string, which is what the package's size asks for; this is made of it where size is no matter. With the feature
//! `serde` it is read and written as the contract's JSON, the same that [`to_json`](crate::explain::Explanation::to_json) writes.

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
    /// What kind of thing happened.
    pub kind: Kind,
    /// Which of the kind's reasons, where it has some: `expired`, `html_instead_of_json`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub reason: Option<String>,
    /// `None`: no answer came.
    pub status: Option<u16>,
    /// For headings.
    pub title: String,
    /// For the developer: what happened, in one or two sentences, with the API's own message.
    pub what_happened: String,
    /// Likeliest first.
    pub causes: Vec<Cause>,
    /// For the developer: what to do now.
    pub action: String,
    /// For the end user: no codes, ids, addresses or words of the server.
    pub user_message: String,
    /// Under which `user_message` is translated.
    pub user_message_key: String,
    /// What the end user's text is filled with.
    pub params: Params,
    /// Whether and when the same request may be sent again.
    pub retry: Retry,
    /// Errors that are about one field.
    pub fields: Vec<FieldError>,
    /// What the API itself said.
    pub api: Api,
    /// The envelope that was recognised: `problem_details`, `html`, `empty`.
    pub format: String,
    /// The API that was recognised.
    pub provider: Option<String>,
    /// From 0 to 1.
    pub confidence: f64,
    /// Anything else worth knowing.
    pub notes: Vec<String>,
    /// Of [`Kind::NotFound`] and [`Kind::ValidationFailed`]: what it is about.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub entity: Option<Entity>,
    /// Of [`Kind::RateLimited`]: the quota's name.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub bucket: Option<String>,
    /// Of [`Kind::RateLimited`]: units a window.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub limit: Option<u64>,
    /// Of [`Kind::RateLimited`]: units left.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub remaining: Option<u64>,
    /// Of [`Kind::BusinessRule`]: what the API says of it, without secrets.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub details: Option<Json>,
    /// Of [`Kind::Forbidden`]: the scopes that the token lacks.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub missing_scopes: Vec<String>,
    /// Of [`Kind::NotSupported`]: the methods that are.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub allow: Vec<String>,
}

/// What the end user's text is filled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Params {
    /// How long to wait.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub seconds: Option<String>,
    /// The same wait, as how many of `unit`, rounded up.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub wait: Option<String>,
    /// `second`, `minute`, `hour` or `day`: the largest one of which the wait has two.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub unit: Option<String>,
}

/// What an answer is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entity {
    /// `user`
    #[cfg_attr(feature = "serde", serde(rename = "type", default, skip_serializing_if = "Option::is_none"))]
    pub kind: Option<String>,
    /// `17`
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub id: Option<String>,
}

/// One possible cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cause {
    /// Stable.
    pub id: String,
    /// For the developer.
    pub text: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: String,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// How to make sure.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub check: Option<String>,
}

/// What speaks for a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Evidence {
    /// Which rule saw it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub rule: Option<String>,
    /// `status`, `header`, `body`, `url`, `method`, `exception` or `environment`.
    pub from: String,
    /// The header's or member's name.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// Redacted, at most [`crate::explain::write::redact::EXCERPT`] characters.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub text: Option<String>,
    /// First byte in the body.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub start: Option<usize>,
    /// The byte after its last.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub end: Option<usize>,
}

/// An error that is about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FieldError {
    /// Dotted: `submission_types.0`; "" for the whole body.
    pub path: String,
    /// As the API wrote it, where that differs.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub raw: Option<String>,
    /// The API's words.
    pub message: String,
    /// `body`, `query`, `path` or `header`.
    #[cfg_attr(feature = "serde", serde(rename = "in", default, skip_serializing_if = "Option::is_none"))]
    pub place: Option<String>,
    /// `required`, `format`, `range`, `choice`, `unknown` or `unique`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub reason: Option<String>,
    /// What may stand there.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub allowed: Vec<String>,
}

/// What the API itself said.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Api {
    /// Its code.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub code: Option<String>,
    /// Its words.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub message: Option<String>,
    /// Its words for end users.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub user_message: Option<String>,
    /// What its support asks for.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub request_id: Option<String>,
    /// Where it is documented.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub docs_url: Option<String>,
    /// What else it says.
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
    /// There is nothing to repeat.
    None,
    /// In vain until something changes.
    Never {
        /// What has to.
        until: String,
    },
    /// With growing waits.
    Backoff {
        /// The first.
        base_delay: i64,
        /// So often at most.
        max_tries: i64,
        /// Only if repeating does no harm.
        requires_idempotency: bool,
    },
    /// After this wait.
    After {
        /// How long.
        delay: i64,
        /// The header or member that says so.
        source: String,
    },
    /// When the quota resets.
    AtReset {
        /// In how long.
        delay: i64,
        /// Epoch ms, where the clock was told.
        reset_at: Option<i64>,
        /// The header that says so.
        source: String,
    },
    /// With other credentials.
    AfterReauth {
        /// `refresh`, `sign-in`, `new-key` or `step-up`.
        how: String,
    },
    /// In a little while.
    Soon {
        /// How long.
        delay: i64,
        /// So often at most.
        max_tries: i64,
    },
    /// Once there is a network.
    WhenOnline,
}

impl explanation::Explanation {
    /// The same with texts of its own.
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
