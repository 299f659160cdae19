//! Writes an explanation as the one JSON text that crosses to a shell, and any node that was read as strict JSON again.

use super::explanation::{Cause, Evidence, Explanation, FieldError};
use super::kind::{Kind, Retry};
use super::{redact, text};
use crate::syntax::json::{self, Node};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

impl Explanation {
    /// The one JSON text that a shell reads. Linear; no number in it has more than two decimals.
    pub fn to_json(&self) -> String {
        let mut out = Writer { out: String::with_capacity(2048) };
        let kind = text::row(self.kind);
        out.open('{');
        out.member("id", &self.id);
        out.member("kind", kind.name);
        if !self.reason.is_empty() {
            out.member("reason", &self.reason);
        }
        out.key("status");
        match self.status {
            Some(status) => out.integer(i64::from(status)),
            None => out.out.push_str("null"),
        }
        out.member("title", &self.title);
        out.member("whatHappened", &self.what_happened);
        out.list("causes", &self.causes, Writer::cause);
        out.member("action", &self.action);
        out.member("userMessage", &self.user_message);
        out.member("userMessageKey", &self.user_message_key);
        out.key("params");
        out.open('{');
        for (name, value) in &self.params {
            out.member(name, value);
        }
        out.close('}');
        out.retry(&self.retry);
        out.list("fields", &self.fields, Writer::field);
        out.key("api");
        out.open('{');
        out.some("code", self.api.code.as_ref());
        out.some("message", self.api.message.as_ref());
        out.some("userMessage", self.api.user_message.as_ref());
        out.some("requestId", self.api.request_id.as_ref());
        out.some("docsUrl", self.api.docs_url.as_ref());
        if let Some(details) = &self.api.details {
            out.raw("details", details);
        }
        out.close('}');
        out.member("format", self.format);
        out.key("provider");
        match &self.provider {
            Some(provider) => out.string(provider),
            None => out.out.push_str("null"),
        }
        out.key("confidence");
        out.out.push_str(if self.confidence >= 100 { "1" } else { "0." });
        if self.confidence < 100 {
            out.out.push((b'0' + self.confidence / 10) as char);
            out.out.push((b'0' + self.confidence % 10) as char);
        }
        out.texts("notes", &self.notes);
        self.particulars(&mut out);
        out.close('}');
        out.out
    }

    /// The members that belong to one kind only.
    fn particulars(&self, out: &mut Writer) {
        if !self.missing_scopes.is_empty() && self.kind == Kind::Forbidden {
            out.texts("missingScopes", &self.missing_scopes);
        }
        if let Some((name, id)) = &self.entity {
            out.key("entity");
            out.open('{');
            out.some("type", Some(name).filter(|name| !name.is_empty()));
            out.some("id", Some(id).filter(|id| !id.is_empty()));
            out.close('}');
        }
        if !self.allow.is_empty() && self.kind == Kind::NotSupported {
            out.texts("allow", &self.allow);
        }
        if self.kind == Kind::MalformedBody {
            out.number("offset", self.offset);
        }
        if self.kind == Kind::RateLimited {
            out.some("bucket", self.bucket.as_ref());
            out.number("limit", self.limit.map(|limit| limit as i64));
            out.number("remaining", self.remaining.map(|remaining| remaining as i64));
        }
        if self.kind == Kind::BusinessRule {
            out.raw("details", &self.details);
        }
    }
}

/// Writes `node` as JSON again: strict, whatever it was read from; with `redacted`, without secrets.
pub fn write_node(node: Node<'_>, redacted: bool) -> String {
    let mut out = Writer { out: String::new() };
    out.node(node, redacted);
    out.out
}

struct Writer {
    out: String,
}

impl Writer {
    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    fn close(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    fn comma(&mut self) {
        if !self.out.ends_with(['{', '[']) && !self.out.is_empty() {
            self.out.push(',');
        }
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.out.push(':');
    }

    fn member(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    fn some(&mut self, key: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.member(key, value);
        }
    }

    fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.push_str(json);
    }

    fn number(&mut self, key: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.key(key);
            self.integer(value);
        }
    }

    fn integer(&mut self, value: i64) {
        self.out.push_str(&decimal(value));
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: fn(&mut Self, &T)) {
        self.key(key);
        self.open('[');
        for item in items {
            self.comma();
            write(self, item);
        }
        self.close(']');
    }

    fn texts(&mut self, key: &str, items: &[String]) {
        self.list(key, items, |out, item| out.string(item));
    }

    fn cause(&mut self, cause: &Cause) {
        self.open('{');
        self.member("id", &cause.id);
        self.member("text", &cause.text);
        self.member("confidence", &cause.confidence);
        self.list("evidence", &cause.evidence, Self::evidence);
        self.some("check", cause.check.as_ref());
        self.close('}');
    }

    fn evidence(&mut self, evidence: &Evidence) {
        self.open('{');
        self.member("rule", &evidence.rule);
        self.member("from", evidence.from);
        self.some("name", evidence.name.as_ref());
        self.some("text", evidence.text.as_ref());
        self.number("start", evidence.span.map(|span| span.0 as i64));
        self.number("end", evidence.span.map(|span| span.1 as i64));
        self.close('}');
    }

    fn field(&mut self, field: &FieldError) {
        self.open('{');
        self.member("path", &field.path);
        self.some("raw", field.raw.as_ref());
        self.member("message", &field.message);
        if let Some(place) = field.place {
            self.member("in", place);
        }
        if let Some(reason) = field.reason {
            self.member("reason", reason);
        }
        if !field.allowed.is_empty() {
            self.texts("allowed", &field.allowed);
        }
        self.close('}');
    }

    fn retry(&mut self, retry: &Retry) {
        self.key("retry");
        self.open('{');
        let verdict = match retry {
            Retry::None => "none",
            Retry::Never { .. } => "never",
            Retry::Backoff { .. } => "backoff",
            Retry::After { .. } => "after",
            Retry::AtReset { .. } => "at-reset",
            Retry::AfterReauth { .. } => "after-reauth",
            Retry::Soon { .. } => "soon",
            Retry::WhenOnline => "when-online",
        };
        self.member("verdict", verdict);
        match retry {
            Retry::None | Retry::WhenOnline => {}
            Retry::Never { until } => self.member("until", until),
            Retry::Backoff { base_delay, max_tries, requires_idempotency } => {
                self.number("baseDelay", Some(*base_delay));
                self.number("maxTries", Some(*max_tries));
                self.raw("requiresIdempotency", if *requires_idempotency { "true" } else { "false" });
            }
            Retry::After { delay, source } => {
                self.number("delay", Some(*delay));
                self.member("source", source);
            }
            Retry::AtReset { delay, reset_at, source } => {
                self.number("delay", Some(*delay));
                match reset_at {
                    Some(at) => self.number("resetAt", Some(*at)),
                    None => self.raw("resetAt", "null"),
                }
                self.member("source", source);
            }
            Retry::AfterReauth { how } => self.member("how", how),
            Retry::Soon { delay, max_tries } => {
                self.number("delay", Some(*delay));
                self.number("maxTries", Some(*max_tries));
            }
        }
        self.close('}');
    }

    /// Depth is bounded by the reader's cap.
    fn node(&mut self, node: Node<'_>, redacted: bool) {
        let shown = |text: &str| if redacted { redact::redact(text) } else { text.to_string() };
        match node.kind() {
            json::Kind::String => self.string(&shown(&node.text().unwrap_or_default())),
            json::Kind::Array => {
                self.open('[');
                for (_, item) in node.entries() {
                    self.comma();
                    self.node(item, redacted);
                }
                self.close(']');
            }
            json::Kind::Object => {
                self.open('{');
                for (key, value) in node.entries() {
                    self.key(&shown(&key));
                    if redacted && redact::is_secret_name(&key) {
                        self.string(redact::GONE);
                    } else {
                        self.node(value, redacted);
                    }
                }
                self.close('}');
            }
            _ => self.out.push_str(node.source()),
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for char in text.chars() {
            match char {
                '"' | '\\' => {
                    self.out.push('\\');
                    self.out.push(char);
                }
                '\n' => self.out.push_str("\\n"),
                '\0'..='\u{1f}' => {
                    self.out.push_str("\\u00");
                    for digit in [char as u8 >> 4, char as u8 & 15] {
                        self.out.push((if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }) as char);
                    }
                }
                _ => self.out.push(char),
            }
        }
        self.out.push('"');
    }
}

/// `value` in decimal digits; `core::fmt` is kept out for its size.
pub fn decimal(value: i64) -> String {
    let mut digits = Vec::new();
    let mut rest = value.unsigned_abs();
    while rest > 0 || digits.is_empty() {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    let sign = if value < 0 { "-" } else { "" };
    sign.chars().chain(digits.iter().rev().map(|digit| *digit as char)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_to_the_ends_of_their_range() {
        for (value, text) in [(0, "0"), (-7, "-7"), (1200, "1200"), (i64::MIN, "-9223372036854775808")] {
            assert_eq!(decimal(value), text);
        }
    }

    #[test]
    fn a_value_is_written_as_strict_json_again() {
        let source = "{\"a\\u0001\":[1,-2.5e3,null,true,\"x\\ty\"],\"b\":{}}";
        let document = json::parse(source);
        let written = write_node(document.root().unwrap(), false);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            serde_json::from_str::<serde_json::Value>(source).unwrap()
        );
    }

    #[test]
    fn a_comma_in_a_text_that_ends_with_a_bracket_is_not_lost() {
        let document = json::parse("[\"[\",\"{\",1]");
        assert_eq!(write_node(document.root().unwrap(), false), "[\"[\",\"{\",1]");
    }
}
