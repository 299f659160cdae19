//! Writes an explanation as the one JSON text that crosses to a shell, and any node that was read as strict JSON again.

use super::explanation::{Evidence, Explanation};
use super::kind::{Kind, Retry};
use super::{redact, text};
use crate::syntax::json::{self, Node};
use crate::syntax::number;
use crate::syntax::write::Writer;
use alloc::string::{String, ToString};

impl Explanation {
    /// The one JSON text that a shell reads. Linear; no number in it has more than two decimals.
    pub fn to_json(&self) -> String {
        let mut out = Writer::default();
        out.open('{');
        member(&mut out, "id", &self.id);
        member(&mut out, "kind", text::row(self.kind).name);
        some(&mut out, "reason", &self.reason);
        match self.status {
            Some(status) => out.number("status", Some(i64::from(status))),
            None => raw(&mut out, "status", "null"),
        }
        member(&mut out, "title", self.title);
        member(&mut out, "whatHappened", &self.what_happened);
        list(&mut out, "causes");
        for cause in &self.causes {
            out.open('{');
            member(&mut out, "id", &cause.id);
            member(&mut out, "text", &cause.text);
            member(&mut out, "confidence", cause.confidence);
            list(&mut out, "evidence");
            cause.evidence.iter().for_each(|item| evidence(&mut out, item));
            out.close(']');
            some(&mut out, "check", &cause.check);
            out.close('}');
        }
        out.close(']');
        member(&mut out, "action", &self.action);
        member(&mut out, "userMessage", &self.user_message);
        member(&mut out, "userMessageKey", &self.user_message_key);
        out.key("params");
        out.open('{');
        some(&mut out, "seconds", &self.seconds);
        out.close('}');
        self.verdict(&mut out);
        list(&mut out, "fields");
        for field in &self.fields {
            out.open('{');
            member(&mut out, "path", &field.path);
            some(&mut out, "raw", &field.raw);
            member(&mut out, "message", &field.message);
            some(&mut out, "in", field.place);
            some(&mut out, "reason", field.reason);
            texts(&mut out, "allowed", &field.allowed);
            out.close('}');
        }
        out.close(']');
        out.key("api");
        out.open('{');
        some(&mut out, "code", &self.api.code);
        some(&mut out, "message", &self.api.message);
        some(&mut out, "userMessage", &self.api.user_message);
        some(&mut out, "requestId", &self.api.request_id);
        some(&mut out, "docsUrl", &self.api.docs_url);
        if !self.api.details.is_empty() {
            raw(&mut out, "details", &self.api.details);
        }
        out.close('}');
        member(&mut out, "format", self.format);
        if self.provider.is_empty() {
            raw(&mut out, "provider", "null");
        } else {
            member(&mut out, "provider", &self.provider);
        }
        raw(&mut out, "confidence", "0.");
        // Two digits; certainty itself is never claimed.
        out.out.push(char::from(b'0' + self.confidence / 10 % 10));
        out.out.push(char::from(b'0' + self.confidence % 10));
        list(&mut out, "notes");
        self.notes.iter().for_each(|note| out.string(note));
        out.close(']');
        self.particulars(&mut out);
        out.close('}');
        out.out
    }

    /// The members that belong to one kind only.
    fn particulars(&self, out: &mut Writer) {
        if self.kind == Kind::NotFound || self.kind == Kind::ValidationFailed {
            if !self.entity_type.is_empty() {
                out.key("entity");
                out.open('{');
                member(out, "type", &self.entity_type);
                some(out, "id", &self.entity_id);
                out.close('}');
            }
        } else if self.kind == Kind::RateLimited {
            some(out, "bucket", &self.bucket);
            out.number("limit", self.limit.map(|limit| limit as i64));
            out.number("remaining", self.remaining.map(|remaining| remaining as i64));
        } else if self.kind == Kind::BusinessRule {
            raw(out, "details", &self.details);
        }
        texts(out, "missingScopes", &self.missing_scopes);
        texts(out, "allow", &self.allow);
    }

    fn verdict(&self, out: &mut Writer) {
        out.key("retry");
        out.open('{');
        let (verdict, delay, tries, source) = match &self.retry {
            Retry::None => ("none", None, None, ""),
            Retry::Never { .. } => ("never", None, None, ""),
            Retry::Backoff { max_tries, .. } => ("backoff", None, Some(*max_tries), ""),
            Retry::After { delay, source } => ("after", Some(*delay), None, source.as_str()),
            Retry::AtReset { delay, source, .. } => ("at-reset", Some(*delay), None, source.as_str()),
            Retry::AfterReauth { .. } => ("after-reauth", None, None, ""),
            Retry::Soon { delay, max_tries } => ("soon", Some(*delay), Some(*max_tries), ""),
            Retry::WhenOnline => ("when-online", None, None, ""),
        };
        member(out, "verdict", verdict);
        out.number("delay", delay);
        out.number("maxTries", tries);
        some(out, "source", source);
        match &self.retry {
            Retry::Never { until } => member(out, "until", until),
            Retry::AfterReauth { how } => member(out, "how", how),
            Retry::Backoff { base_delay, requires_idempotency, .. } => {
                out.number("baseDelay", Some(*base_delay));
                raw(out, "requiresIdempotency", if *requires_idempotency { "true" } else { "false" });
            }
            Retry::AtReset { reset_at: None, .. } => raw(out, "resetAt", "null"),
            Retry::AtReset { reset_at, .. } => out.number("resetAt", *reset_at),
            _ => {}
        }
        out.close('}');
    }
}

/// Writes `node` as JSON again: strict, whatever it was read from; with `redacted`, without secrets.
pub fn write_node(node: Node<'_>, redacted: bool) -> String {
    let mut out = Writer::default();
    write(&mut out, node, redacted);
    out.out
}

/// `value` in decimal digits.
pub fn decimal(value: i64) -> String {
    let mut out = String::new();
    number::push(&mut out, value.unsigned_abs());
    out
}

#[inline(never)]
fn member(out: &mut Writer, key: &str, value: &str) {
    out.text(key, Some(value));
}

#[inline(never)]
fn some(out: &mut Writer, key: &str, value: &str) {
    if !value.is_empty() {
        out.text(key, Some(value));
    }
}

#[inline(never)]
fn raw(out: &mut Writer, key: &str, json: &str) {
    out.key(key);
    out.out.push_str(json);
}

/// A number, `true`, `false` or `null` as it was read.
fn word(out: &mut Writer, text: &str) {
    if !out.out.ends_with(['[', ':']) && !out.out.is_empty() {
        out.out.push(',');
    }
    out.out.push_str(text);
}

fn list(out: &mut Writer, key: &str) {
    out.key(key);
    out.open('[');
}

fn texts(out: &mut Writer, key: &str, items: &[String]) {
    if !items.is_empty() {
        list(out, key);
        items.iter().for_each(|item| out.string(item));
        out.close(']');
    }
}

fn evidence(out: &mut Writer, evidence: &Evidence) {
    out.open('{');
    member(out, "rule", &evidence.rule);
    member(out, "from", evidence.from);
    some(out, "name", &evidence.name);
    some(out, "text", &evidence.text);
    if let Some((start, end)) = evidence.span {
        out.number("start", Some(start as i64));
        out.number("end", Some(end as i64));
    }
    out.close('}');
}

/// Depth is bounded by the reader's cap.
fn write(out: &mut Writer, node: Node<'_>, redacted: bool) {
    let shown = |text: &str| if redacted { redact::redact(text) } else { text.to_string() };
    let (open, close) = match node.kind() {
        json::Kind::String => return out.string(&shown(&node.text().unwrap_or_default())),
        json::Kind::Array => ('[', ']'),
        json::Kind::Object => ('{', '}'),
        _ => return word(out, node.source()),
    };
    out.open(open);
    for child in node.children() {
        if open == '{' {
            let key = child.key();
            out.key(&shown(&key));
            if redacted && redact::is_secret_name(&key) {
                out.string(redact::GONE);
                continue;
            }
        }
        write(out, child, redacted);
    }
    out.close(close);
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn what_stands_under_a_secret_name_is_not_shown() {
        let document = json::parse("{\"access_token\":[1],\"x\":\"jane@example.com\"}");
        assert_eq!(
            write_node(document.root().unwrap(), true),
            "{\"access_token\":\"[redacted]\",\"x\":\"[redacted]\"}"
        );
    }
}
