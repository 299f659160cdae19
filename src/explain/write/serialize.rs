//! Writes an explanation as the one JSON text that crosses to a shell, and any node that was read as strict JSON again.

use crate::explain::advise::texts;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{Kind, Retry};
use crate::explain::scan::parts;
use crate::explain::write::arena::{Arena, Text};
use crate::explain::write::redact;
use crate::syntax::json::{self, Node};
use crate::syntax::number;
use crate::syntax::write::Writer;
use alloc::string::String;

impl Explanation {
    /// The one JSON text that a shell reads. Linear; no number in it has more than two decimals.
    pub fn to_json(&self) -> String {
        let row = texts::row(self.kind);
        let mut out = Pen { arena: &self.arena, out: Writer { out: String::with_capacity(2048) } };
        out.open('{');
        out.text("id", self.id);
        out.member("kind", row.name);
        out.text("reason", self.reason);
        match self.status {
            Some(status) => out.number("status", i64::from(status)),
            None => out.raw("status", "null"),
        }
        out.member("title", self.title());
        out.text("whatHappened", self.what_happened);
        out.list("causes");
        for cause in &self.causes {
            out.open('{');
            out.text("id", cause.id);
            out.text("text", cause.text);
            out.member("confidence", cause.confidence);
            out.list("evidence");
            for evidence in self.evidence.get(cause.evidence.0..cause.evidence.1).unwrap_or_default() {
                out.open('{');
                out.text("rule", evidence.rule);
                out.member("from", evidence.from);
                out.text("name", evidence.name);
                out.text("text", evidence.text);
                if let Some((start, end)) = evidence.span {
                    out.number("start", start as i64);
                    out.number("end", end as i64);
                }
                out.close('}');
            }
            out.close(']');
            out.text("check", cause.check);
            out.close('}');
        }
        out.close(']');
        out.text("action", self.action);
        let (key, message) = self.user();
        out.member("userMessage", message);
        if self.key.is_empty() {
            out.key("userMessageKey");
            out.string(&key);
        }
        out.text("userMessageKey", self.key);
        out.key("params");
        out.open('{');
        out.text("seconds", self.seconds);
        out.text("wait", self.wait);
        out.some("unit", self.unit);
        out.close('}');
        self.verdict(&mut out);
        out.list("fields");
        for field in &self.fields {
            out.open('{');
            // These two are there even if empty: the path of the whole body is "".
            out.member("path", self.arena.read(field.path));
            out.text("raw", field.raw);
            out.member("message", self.arena.read(field.message));
            out.some("in", field.place);
            out.some("reason", field.reason);
            out.lines("allowed", field.allowed);
            out.close('}');
        }
        out.close(']');
        out.key("api");
        out.open('{');
        out.text("code", self.api.code);
        out.text("message", self.api.message);
        out.text("userMessage", self.api.user_message);
        out.text("requestId", self.api.request_id);
        out.text("docsUrl", self.api.docs_url);
        if !self.api.details.is_empty() {
            out.raw("details", self.arena.read(self.api.details));
        }
        out.close('}');
        out.member("format", self.format);
        if self.provider.is_empty() {
            out.raw("provider", "null");
        }
        out.text("provider", self.provider);
        out.raw("confidence", "0.");
        // Two digits; certainty itself is never claimed.
        out.out.out.push(char::from(b'0' + self.confidence / 10 % 10));
        out.out.out.push(char::from(b'0' + self.confidence % 10));
        out.list("notes");
        for note in &self.notes {
            out.string(&[note]);
        }
        if let Some(note) = self.doubt() {
            out.string(&note);
        }
        out.close(']');
        self.particulars(&mut out);
        out.close('}');
        out.out.out
    }

    /// The heading: a rule's, else the kind's.
    pub fn title(&self) -> &str {
        if self.title.is_empty() { texts::row(self.kind).title } else { self.arena.read(self.title) }
    }

    /// The members that belong to one kind only.
    fn particulars(&self, out: &mut Pen<'_>) {
        match self.kind {
            Kind::NotFound | Kind::ValidationFailed if !self.entity_type.is_empty() => {
                out.key("entity");
                out.open('{');
                out.text("type", self.entity_type);
                out.text("id", self.entity_id);
                out.close('}');
            }
            Kind::RateLimited => {
                out.text("bucket", self.bucket);
                for (name, number) in [("limit", self.limit), ("remaining", self.remaining)] {
                    if let Some(number) = number {
                        out.number(name, number as i64);
                    }
                }
            }
            Kind::BusinessRule => {
                let details = self.arena.read(self.details);
                out.raw("details", if details.is_empty() { "{}" } else { details });
            }
            _ => {}
        }
        out.lines("missingScopes", self.missing_scopes);
        out.lines("allow", self.allow);
    }

    fn verdict(&self, out: &mut Pen<'_>) {
        out.key("retry");
        out.open('{');
        out.key("verdict");
        match self.retry {
            Retry::None => out.string(&["none"]),
            Retry::WhenOnline => out.string(&["when-online"]),
            Retry::Never { until } => {
                out.string(&["never"]);
                out.text("until", until);
            }
            Retry::AfterReauth { how } => {
                out.string(&["after-reauth"]);
                out.member("how", how);
            }
            Retry::Backoff { base_delay, max_tries, requires_idempotency } => {
                out.string(&["backoff"]);
                out.number("baseDelay", base_delay);
                out.number("maxTries", max_tries);
                out.raw("requiresIdempotency", if requires_idempotency { "true" } else { "false" });
            }
            Retry::Soon { delay, max_tries } => {
                out.string(&["soon"]);
                out.number("delay", delay);
                out.number("maxTries", max_tries);
            }
            Retry::After { delay, source } => {
                out.string(&["after"]);
                out.number("delay", delay);
                out.text("source", source);
            }
            Retry::AtReset { delay, reset_at, source } => {
                out.string(&["at-reset"]);
                out.number("delay", delay);
                match reset_at {
                    Some(at) => out.number("resetAt", at),
                    None => out.raw("resetAt", "null"),
                }
                out.text("source", source);
            }
        }
        out.close('}');
    }
}

/// A writer that can read the arena.
struct Pen<'i> {
    arena: &'i Arena,
    out: Writer,
}

impl Pen<'_> {
    #[inline(never)]
    fn open(&mut self, bracket: char) {
        self.out.open(bracket);
    }

    #[inline(never)]
    fn close(&mut self, bracket: char) {
        self.out.close(bracket);
    }

    /// A name of ours, in which nothing is to be escaped.
    #[inline(never)]
    fn key(&mut self, key: &str) {
        self.out.plain(key);
    }

    #[inline(never)]
    fn member(&mut self, key: &str, value: &str) {
        self.key(key);
        self.out.string(value);
    }

    #[inline(never)]
    fn some(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.member(key, value);
        }
    }

    #[inline(never)]
    fn text(&mut self, key: &str, value: Text) {
        self.some(key, self.arena.read(value));
    }

    #[inline(never)]
    fn number(&mut self, key: &str, value: i64) {
        self.key(key);
        self.out.integer(value);
    }

    #[inline(never)]
    fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.out.push_str(json);
    }

    #[inline(never)]
    fn list(&mut self, key: &str) {
        self.key(key);
        self.open('[');
    }

    /// One string of several parts, none of which needs an escape but the only one.
    #[inline(never)]
    fn string(&mut self, parts: &[&str]) {
        match parts {
            [text] => self.out.string(text),
            parts => self.out.string(&parts.concat()),
        }
    }

    /// A list of the lines of a text, if it has any.
    fn lines(&mut self, key: &str, lines: Text) {
        if !lines.is_empty() {
            self.list(key);
            for line in parts(self.arena.read(lines), b'\n') {
                self.out.string(line);
            }
            self.close(']');
        }
    }
}

/// Writes `node` as JSON again: strict, whatever it was read from; with `redacted`, without secrets.
pub fn write_node(node: Node<'_>, redacted: bool) -> String {
    let mut out = Writer::default();
    write(&mut out, node, redacted);
    out.out
}

/// Appends a number in decimal digits.
pub fn decimal(arena: &mut Arena, value: i64) -> Text {
    let start = arena.mark();
    number::push(&mut arena.all, value.unsigned_abs());
    arena.since(start)
}

/// Depth is bounded by the reader's cap.
fn write(out: &mut Writer, node: Node<'_>, redacted: bool) {
    let (open, close) = match node.kind() {
        json::Kind::String => return string(out, node.text(), redacted, false),
        json::Kind::Array => ('[', ']'),
        json::Kind::Object => ('{', '}'),
        _ => return out.word(node.word()),
    };
    out.open(open);
    for child in node.children() {
        let secret = redacted && redact::is_secret_name(child.key());
        if open == '{' {
            string(out, child.key(), redacted, true);
        }
        if secret {
            out.string(redact::GONE);
        } else {
            write(out, child, redacted);
        }
    }
    out.close(close);
}

fn string(out: &mut Writer, text: &str, redacted: bool, key: bool) {
    let mut shown = String::new();
    if redacted {
        redact::redact(text, &mut shown);
    }
    let text = if redacted { &shown } else { text };
    if key { out.key(text) } else { out.string(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_as_strict_json_again() {
        let source = "{\"a\\u0001\":[1,-2.5e3,null,true,\"x\\ty\"],\"b\":{}}";
        let document = crate::explain::read::keys::parse(source);
        let written = write_node(document.root(), false);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            serde_json::from_str::<serde_json::Value>(source).unwrap()
        );
    }

    #[test]
    fn a_comma_in_a_text_that_ends_with_a_bracket_is_not_lost() {
        let document = crate::explain::read::keys::parse("[\"[\",\"{\",1]");
        assert_eq!(write_node(document.root(), false), "[\"[\",\"{\",1]");
    }

    #[test]
    fn what_stands_under_a_secret_name_is_not_shown() {
        let document = crate::explain::read::keys::parse("{\"access_token\":[1],\"x\":\"jane@example.com\"}");
        assert_eq!(write_node(document.root(), true), "{\"access_token\":\"[redacted]\",\"x\":\"[redacted]\"}");
    }
}
