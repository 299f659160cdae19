//! The explanation as data. Its shape is the package's `Explanation` type; [`super::write`] makes the one JSON text of it.

use super::kind::{Kind, Retry};
use alloc::string::String;
use alloc::vec::Vec;

/// What happened, why, and what to do: see the members of `Explanation` in the package's types.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Explanation {
    pub id: String,
    pub kind: Kind,
    /// "" where the kind has none.
    pub reason: String,
    pub status: Option<u16>,
    pub title: String,
    pub what_happened: String,
    pub causes: Vec<Cause>,
    pub action: String,
    pub user_message: String,
    pub user_message_key: String,
    pub params: Vec<(&'static str, String)>,
    pub retry: Retry,
    pub fields: Vec<FieldError>,
    pub api: Api,
    pub format: &'static str,
    pub provider: Option<String>,
    /// Of a hundred.
    pub confidence: u8,
    pub notes: Vec<String>,
    pub missing_scopes: Vec<String>,
    /// Type and id, as far as told.
    pub entity: Option<(String, String)>,
    pub allow: Vec<String>,
    pub offset: Option<i64>,
    pub bucket: Option<String>,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// JSON, the texts in it redacted; `{}` where there are none.
    pub details: String,
}

/// What the API itself said, word for word.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Api {
    pub code: Option<String>,
    pub message: Option<String>,
    pub user_message: Option<String>,
    pub request_id: Option<String>,
    pub docs_url: Option<String>,
    /// JSON.
    pub details: Option<String>,
}

/// One possible cause.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Cause {
    pub id: String,
    pub text: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: String,
    pub evidence: Vec<Evidence>,
    pub check: Option<String>,
}

/// What speaks for a cause. `text` is redacted and at most [`super::redact::EXCERPT`] characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Evidence {
    pub rule: String,
    pub from: &'static str,
    pub name: Option<String>,
    pub text: Option<String>,
    /// Bytes of the body.
    pub span: Option<(usize, usize)>,
}

/// An error that is about one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct FieldError {
    /// Dotted.
    pub path: String,
    /// As the API wrote it, where that differs.
    pub raw: Option<String>,
    pub message: String,
    /// `body`, `query`, `path` or `header`.
    pub place: Option<&'static str>,
    pub reason: Option<&'static str>,
    pub allowed: Vec<String>,
}
