//! The explanation as data. Its shape is the package's `Explanation` type; [`super::write`] makes the one JSON text of it.
//!
//! An empty text stands for one that is not there: the package's type has it missing or null.

use super::kind::{Kind, Retry};
use super::scan::join;
use super::{redact, text};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What happened, why, and what to do: see the members of `Explanation` in the package's types.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Explanation {
    pub id: String,
    pub kind: Kind,
    pub reason: String,
    pub status: Option<u16>,
    pub title: &'static str,
    pub what_happened: String,
    pub causes: Vec<Cause>,
    pub action: String,
    pub user_message: String,
    pub user_message_key: String,
    /// The one parameter that texts for end users have.
    pub seconds: String,
    pub retry: Retry,
    pub fields: Vec<FieldError>,
    pub api: Api,
    pub format: &'static str,
    pub provider: String,
    /// Of a hundred.
    pub confidence: u8,
    pub notes: Vec<String>,
    pub missing_scopes: Vec<String>,
    pub entity_type: String,
    pub entity_id: String,
    pub allow: Vec<String>,
    pub bucket: String,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// JSON, the texts in it redacted; `{}` where there are none.
    pub details: String,
}

/// What the API itself said, word for word.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Api {
    pub code: String,
    pub message: String,
    pub user_message: String,
    pub request_id: String,
    pub docs_url: String,
    /// JSON.
    pub details: String,
}

/// One possible cause.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Cause {
    pub id: String,
    pub text: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: &'static str,
    pub evidence: Vec<Evidence>,
    pub check: String,
}

/// What speaks for a cause. `text` is redacted and at most [`redact::EXCERPT`] characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Evidence {
    pub rule: String,
    pub from: &'static str,
    pub name: String,
    pub text: String,
    /// Bytes of the body.
    pub span: Option<(usize, usize)>,
}

/// An error that is about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct FieldError {
    /// Dotted.
    pub path: String,
    /// As the API wrote it, where that differs.
    pub raw: String,
    pub message: String,
    /// `body`, `query`, `path` or `header`.
    pub place: &'static str,
    pub reason: &'static str,
    pub allowed: Vec<String>,
}

impl Evidence {
    /// Evidence for `rule`; `text` is redacted and cut here.
    #[inline(never)]
    pub fn new(rule: &str, from: &'static str, name: &str, text: &str, span: Option<(usize, usize)>) -> Self {
        Self { rule: rule.to_string(), from, name: name.to_string(), text: redact::excerpt(text), span }
    }
}

impl Explanation {
    /// What the kind says, and nothing else.
    pub fn new(kind: Kind, reason: &str, status: Option<u16>) -> Self {
        let mut out = Self {
            id: String::new(),
            kind,
            reason: String::new(),
            status,
            title: "",
            what_happened: String::new(),
            causes: Vec::new(),
            action: String::new(),
            user_message: String::new(),
            user_message_key: String::new(),
            seconds: String::new(),
            retry: Retry::None,
            fields: Vec::new(),
            api: Api::default(),
            format: "none",
            provider: String::new(),
            confidence: 0,
            notes: Vec::new(),
            missing_scopes: Vec::new(),
            entity_type: String::new(),
            entity_id: String::new(),
            allow: Vec::new(),
            bucket: String::new(),
            limit: None,
            remaining: None,
            details: "{}".to_string(),
        };
        out.turn(kind, reason);
        out
    }

    /// Makes it one of `kind`: with that kind's words and verdict. What was said of the answer stays.
    #[inline(never)]
    pub fn turn(&mut self, kind: Kind, reason: &str) {
        let row = text::row(kind);
        self.kind = kind;
        self.reason = reason.to_string();
        self.title = row.title;
        self.action = row.action.to_string();
        self.user_message = row.user.to_string();
        self.user_message_key = join(&["user.", row.name]);
        self.retry = text::retry(row);
    }

    /// Adds a cause.
    #[inline(never)]
    pub fn cause(&mut self, id: &str, text: &str, confidence: &'static str, evidence: &[Evidence]) {
        let (id, text) = (id.to_string(), text.to_string());
        self.causes.push(Cause { id, text, confidence, evidence: evidence.to_vec(), check: String::new() });
    }
}
