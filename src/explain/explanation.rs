//! The explanation as data, with the shape of the package's `Explanation` type. [`crate::explain::write::serialize`] writes it as one JSON text.
//!
//! Texts are ranges in [`Explanation::arena`]. An empty text means that there is none (missing or null in the package's
//! type). A list of words is one text with one word per line.

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
    /// The title, if it differs from that of the kind.
    pub title: Text,
    pub what_happened: Text,
    pub causes: Vec<Cause>,
    /// The evidence of all causes; each cause refers to a part of it.
    pub evidence: Vec<Evidence>,
    pub action: Text,
    /// The variant of the kind's text for end users; "" for the default.
    pub variant: &'static str,
    /// The text for end users, if it is not one of the kind's.
    pub user_message: Text,
    /// The key of the text for end users, if a rule sets one.
    pub key: Text,
    /// The wait in texts for end users: in seconds, and as a number of a larger unit; "" if unknown.
    pub seconds: Text,
    pub wait: Text,
    pub unit: &'static str,
    pub retry: Retry,
    pub fields: Vec<FieldError>,
    pub api: Api,
    pub format: &'static str,
    pub provider: Text,
    /// In percent.
    pub confidence: u8,
    /// The second likeliest kind, if the first is not certain.
    pub second: Option<Kind>,
    pub notes: Vec<&'static str>,
    pub missing_scopes: Text,
    pub entity_type: Text,
    pub entity_id: Text,
    pub allow: Text,
    pub bucket: Text,
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// JSON, with its texts redacted.
    pub details: Text,
}

/// What the API said, verbatim.
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
    /// The range in [`Explanation::evidence`].
    pub evidence: (usize, usize),
    pub check: Text,
}

/// Evidence for a cause. `text` is redacted and has at most [`crate::explain::write::redact::EXCERPT`] characters.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Evidence {
    pub rule: Text,
    pub from: &'static str,
    pub name: Text,
    pub text: Text,
    /// The range in the body, in bytes.
    pub span: Option<(usize, usize)>,
}

/// An error that is about one field.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct FieldError {
    /// Dotted.
    pub path: Text,
    /// The path as the API wrote it, if different.
    pub raw: Text,
    pub message: Text,
    /// `body`, `query`, `path` or `header`.
    pub place: &'static str,
    pub reason: &'static str,
    pub allowed: Text,
}

impl Explanation {
    /// Creates an explanation with the texts of its kind and nothing else.
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

    /// Changes the kind, and with it the retry verdict. What is known about the response stays.
    #[inline(never)]
    pub fn turn(&mut self, kind: Kind, reason: &str) {
        let row = texts::row(kind);
        self.kind = kind;
        self.reason = self.arena.add(reason);
        self.action = Text::default();
        let until = self.arena.add(row.until);
        self.retry = texts::retry(kind, until);
    }

    /// The key of the text for end users, in parts, and the text. If the kind is not certain, a general text.
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

    /// Whether the kind was derived from a response and is not certain.
    pub fn is_unsure(&self) -> bool {
        self.confidence < SURE && self.second.is_some() && self.kind != Kind::Unknown
    }

    /// The note that names the second likeliest kind, in parts, if the first is not certain.
    pub fn doubt(&self) -> Option<[&'static str; 3]> {
        let second = self.second.filter(|second| self.confidence < SURE && *second != self.kind)?;
        Some(["It may also be: ", texts::row(second).title, "."])
    }

    /// Whether a rule of a catalog decided, not the trained reader.
    pub fn is_ruled(&self) -> bool {
        let id = self.arena.read(self.id);
        !id.starts_with("http.") && !id.starts_with("body.")
    }

    /// Removes the ranges of evidence whose text is not in `body` verbatim, as for texts of a decoded string.
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

    /// Adds evidence for `rule`; redacts and shortens `text`.
    #[inline(never)]
    pub fn see(&mut self, rule: Text, from: &'static str, name: &str, text: &str, span: Option<(usize, usize)>) {
        let (name, text) = (self.arena.add(name), self.arena.excerpt(text));
        self.evidence.push(Evidence { rule, from, name, text, span });
    }

    /// Adds a cause with the evidence from index `start` on.
    #[inline(never)]
    pub fn cause(&mut self, id: &str, text: &str, check: &str, confidence: &'static str, start: usize) {
        let (id, text, check) = (self.arena.add(id), self.arena.add(text), self.arena.add(check));
        self.causes.push(Cause { id, text, check, confidence, evidence: (start, self.evidence.len()) });
    }
}
