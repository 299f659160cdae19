//! The explanation as data. Its shape is the package's `Explanation` type; [`crate::explain::write::serialize`] makes the one JSON text of it.
//!
//! Texts are places in [`Explanation::arena`]; an empty one stands for one that is not there (missing or null in the
//! package's type). Lists of words are one text, a line each.

use crate::explain::advise::{SURE, texts};
use crate::explain::judge::kind::{Kind, Retry};
use crate::explain::write::arena::{Arena, Text};
use crate::explain::write::redact;
use crate::syntax::words;
use alloc::{string::String, vec::Vec};

/// What happened, why, and what to do: see the members of `Explanation` in the package's types.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Explanation {
    pub arena: Arena,
    pub id: Text,
    pub kind: Kind,
    pub reason: Text,
    pub status: Option<u16>,
    /// Where it differs from the kind's own.
    pub title: Text,
    pub what_happened: Text,
    pub causes: Vec<Cause>,
    /// Of all causes, each of which has a part of it.
    pub evidence: Vec<Evidence>,
    pub action: Text,
    /// Which of the kind's texts for end users; "" for the kind's own.
    pub variant: &'static str,
    /// Where it is none of those.
    pub user_message: Text,
    /// A rule's own key of the text for end users.
    pub key: Text,
    /// The wait in texts for end users: in seconds, and as a number of a larger unit; "" where none is known.
    pub seconds: Text,
    pub wait: Text,
    pub unit: &'static str,
    pub retry: Retry,
    pub fields: Vec<FieldError>,
    pub api: Api,
    pub format: &'static str,
    pub provider: Text,
    /// Of a hundred.
    pub confidence: u8,
    /// The second likeliest kind, where the first is not sure.
    pub second: Option<Kind>,
    pub notes: Vec<&'static str>,
    pub missing_scopes: Text,
    pub entity_type: Text,
    pub entity_id: Text,
    pub allow: Text,
    pub bucket: Text,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// JSON, the texts in it redacted.
    pub details: Text,
}

/// What the API itself said, word for word.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Api {
    pub code: Text,
    pub message: Text,
    pub user_message: Text,
    pub request_id: Text,
    pub docs_url: Text,
    /// JSON.
    pub details: Text,
}

/// One possible cause.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Cause {
    pub id: Text,
    pub text: Text,
    /// `certain`, `likely` or `possible`.
    pub confidence: &'static str,
    /// Which of [`Explanation::evidence`], from and to.
    pub evidence: (usize, usize),
    pub check: Text,
}

/// What speaks for a cause. `text` is redacted and at most [`crate::explain::write::redact::EXCERPT`] characters.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Evidence {
    pub rule: Text,
    pub from: &'static str,
    pub name: Text,
    pub text: Text,
    /// Bytes of the body.
    pub span: Option<(usize, usize)>,
}

/// An error that is about one field.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct FieldError {
    /// Dotted.
    pub path: Text,
    /// As the API wrote it, where that differs.
    pub raw: Text,
    pub message: Text,
    /// `body`, `query`, `path` or `header`.
    pub place: &'static str,
    pub reason: &'static str,
    pub allowed: Text,
}

impl Explanation {
    /// What the kind says, and nothing else.
    #[inline(never)]
    pub fn new(kind: Kind, reason: &str, status: Option<u16>) -> Self {
        let none = Text::default();
        let mut out = Self {
            arena: Arena { all: String::with_capacity(2048) },
            id: none,
            kind,
            reason: none,
            status,
            title: none,
            what_happened: none,
            causes: Vec::new(),
            evidence: Vec::new(),
            action: none,
            variant: "",
            user_message: none,
            key: none,
            seconds: none,
            wait: none,
            unit: "",
            retry: Retry::None,
            fields: Vec::new(),
            api: Api::default(),
            format: "none",
            provider: none,
            confidence: 0,
            second: None,
            notes: Vec::new(),
            missing_scopes: none,
            entity_type: none,
            entity_id: none,
            allow: none,
            bucket: none,
            limit: None,
            remaining: None,
            details: none,
        };
        out.turn(kind, reason);
        out
    }

    /// Makes it one of `kind`: with that kind's verdict. What was said of the answer stays.
    #[inline(never)]
    pub fn turn(&mut self, kind: Kind, reason: &str) {
        let row = texts::row(kind);
        self.kind = kind;
        self.reason = self.arena.add(reason);
        self.action = Text::default();
        let until = self.arena.add(row.until);
        self.retry = texts::retry(kind, until);
    }

    /// The key of the text for end users, in parts, and the text. Where the kind is not sure, it is one that holds all the same.
    pub fn user(&self) -> ([&str; 4], &str) {
        let own = self.arena.read(self.user_message);
        let (mut kind, mut variant) = (self.kind, self.variant);
        if self.is_unsure() && own.is_empty() && variant.is_empty() {
            let is_well = self.second == Some(Kind::Success);
            (kind, variant) = if is_well { (Kind::Success, "message") } else { (Kind::InvalidRequest, "") };
        }
        let (variant, text) = if own.is_empty() { texts::user(kind, variant) } else { ("after", own) };
        (["user.", texts::row(kind).name, if variant.is_empty() { "" } else { "." }, variant], text)
    }

    /// Whether the kind was judged of a response, and is not sure.
    pub fn is_unsure(&self) -> bool {
        self.confidence < SURE && self.second.is_some() && self.kind != Kind::Unknown
    }

    /// The note that names the second likeliest kind, in parts, where the first is not sure.
    pub fn doubt(&self) -> Option<[&'static str; 3]> {
        let second = self.second.filter(|second| self.confidence < SURE && *second != self.kind)?;
        Some(["It may also be: ", texts::row(second).title, "."])
    }

    /// Whether a catalog's rule decided, and not the trained reader.
    pub fn is_ruled(&self) -> bool {
        let id = self.arena.read(self.id);
        !id.starts_with("http.") && !id.starts_with("body.")
    }

    /// Takes the places in `body` away from evidence that does not stand there word for word, as texts of an opened string do not.
    pub fn keep_true_places(&mut self, body: &str) {
        let arena = &self.arena;
        for seen in &mut self.evidence {
            let text = arena.read(seen.text);
            let shown = text.strip_suffix('…').unwrap_or(text);
            let is_true = |(from, to): (usize, usize)| {
                let there = body.get(from..to).unwrap_or("");
                shown.is_empty() || there.starts_with(shown) || words::holds(shown, redact::GONE)
            };
            seen.span = seen.span.filter(|span| is_true(*span));
        }
    }

    /// Notes evidence for `rule`; `text` is redacted and cut here.
    #[inline(never)]
    pub fn see(&mut self, rule: Text, from: &'static str, name: &str, text: &str, span: Option<(usize, usize)>) {
        let (name, text) = (self.arena.add(name), self.arena.excerpt(text));
        self.evidence.push(Evidence { rule, from, name, text, span });
    }

    /// Adds a cause on the evidence from the `start`th on.
    #[inline(never)]
    pub fn cause(&mut self, id: &str, text: &str, check: &str, confidence: &'static str, start: usize) {
        let (id, text, check) = (self.arena.add(id), self.arena.add(text), self.arena.add(check));
        self.causes.push(Cause { id, text, check, confidence, evidence: (start, self.evidence.len()) });
    }
}
