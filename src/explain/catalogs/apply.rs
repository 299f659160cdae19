//! Writes what the rules of catalogs say into an explanation.

use crate::explain::advise::texts;
use crate::explain::catalogs::Hit;
use crate::explain::catalogs::condition::{Facts, Heard};
use crate::explain::catalogs::template;
use crate::explain::explanation::{Explanation, FieldError};
use crate::explain::judge::default_reason;
use crate::explain::judge::kind::Retry;
use crate::explain::read::keys::key;
use crate::explain::read::{field_paths, fields};
use crate::explain::scan;
use crate::explain::scan::{after, cut, has, known, parts, split};
use crate::explain::write::arena::Text;
use crate::explain::write::redact;
use crate::syntax::json::Node;
use alloc::string::String;

/// How sure the kind is that a rule chooses, in percent: a rule of one API, as measured on 191 labelled errors, and one for all APIs (19).
const OF_PROVIDER: u8 = 97;
const OF_ALL: u8 = 85;

/// A rule that holds, with what it was held against.
pub struct Rule<'f, 's> {
    /// The rule.
    pub hit: &'s Hit<'f>,
    /// The response.
    pub facts: &'s Facts<'f>,
    /// What its templates fit.
    pub heard: &'s [Heard<'f>],
}

impl<'f> Rule<'f, '_> {
    /// Lets the rule fix kind, reason and action.
    pub fn decide(&self, out: &mut Explanation) {
        let then = self.hit.then;
        let Some(row) = texts::named(then.at(key!("kind")).text()) else { return };
        let mut reason = then.at(key!("reason")).text();
        if reason.is_empty() && out.kind != row.kind {
            reason = default_reason(row.kind);
        }
        let same = out.reason;
        out.turn(row.kind, reason);
        if reason.is_empty() {
            out.reason = same;
        }
        out.id = self.hit.id;
        out.confidence = if self.hit.provider.is_empty() { OF_ALL } else { OF_PROVIDER };
        if out.provider.is_empty() {
            out.provider = out.arena.excerpt(self.hit.provider);
        }
        out.title = self.say(then, "title", out);
        out.what_happened = self.say(then, "whatHappened", out);
        out.key = self.say(then, "userMessageKey", out);
        out.api.docs_url = self.say(then, "docsUrl", out);
        let until = self.say(then, "until", out);
        if !until.is_empty() {
            out.retry = Retry::Never { until };
        }
        let action = self.say(then, "action", out);
        if !action.is_empty() {
            out.action = action;
        }
    }

    /// Adds what the rule knows: causes, fields, code, entity.
    pub fn add(&self, out: &mut Explanation) {
        let then = self.hit.then;
        // What holds for all APIs only explains a kind: it does not choose it.
        let kind = texts::named(then.at(key!("kind")).text());
        let fits = !self.hit.provider.is_empty() || kind.is_none_or(|row| row.kind == out.kind);
        if fits && out.action.is_empty() {
            out.action = self.say(then, "action", out);
        }
        for cause in then.at(key!("causes")).children().filter(|_| fits) {
            let id = cause.at(key!("id")).text();
            if out.causes.iter().any(|known| out.arena.read(known.id) == id) {
                continue;
            }
            let confidence = match known("certain possible", cause.at(key!("confidence")).text()) {
                "" => "likely",
                other => other,
            };
            out.cause(id, "", "", confidence, 0);
            let (text, check) = (self.say(cause, "text", out), self.say(cause, "check", out));
            if let Some(last) = out.causes.last_mut() {
                (last.text, last.check, last.evidence) = (text, check, self.hit.evidence);
            }
        }
        if out.api.code.is_empty() {
            let code = [then.at(key!("code")).text(), self.hole("code")].into_iter().find(|code| !code.is_empty());
            out.api.code = out.arena.add(code.unwrap_or(""));
        }
        if out.entity_type.is_empty() {
            out.entity_type = self.shown("entity", out);
            out.entity_id = self.shown("id", out);
        }
        let said = then.at(key!("fieldMessage")).text();
        for heard in self.heard {
            let hole = |name: &str| {
                let (from, to) = template::find_hole(heard.template, heard.part, name).unwrap_or_default().hole;
                if self.is_taken(heard.part, (from, to)) { redact::GONE } else { cut(heard.part, from, to) }
            };
            for name in parts(hole("fields"), b',') {
                self.field(name, said, "", "", out);
            }
            let name = hole("field");
            if !name.is_empty() {
                self.field(name, message(heard), hole("in"), hole("allowed"), out);
            }
        }
        let whole = self.heard.first().map_or("", |heard| heard.part);
        let message = if said.is_empty() { whole } else { said };
        for node in [then.at(key!("field"))].into_iter().chain(then.at(key!("fields")).children()) {
            let name = self.fill(node.text(), out);
            let name = String::from(out.arena.read(name));
            self.field(&name, message, then.at(key!("in")).text(), "", out);
        }
    }

    #[inline(never)]
    fn field(&self, raw: &str, message: &str, place: &str, allowed: &str, out: &mut Explanation) {
        let count = out.fields.len();
        let bare = scan::trim(raw, b"\"'`");
        // Nor what the message of a field calls the field, where the body names it.
        let is_known = |known: &FieldError| {
            let (path, text) = (out.arena.read(known.path), out.arena.read(known.message));
            path == bare || (text.len() > message.len() && text.ends_with(message) && !has(text, path))
        };
        if raw.is_empty() || out.fields.iter().any(is_known) {
            return;
        }
        fields::push(out, raw, message, field_paths::place_of(place));
        // go-openapi parts what is allowed by blanks, others by commas.
        let separator = if has(allowed, ",") { b',' } else { b' ' };
        let allowed = list(allowed, separator, out);
        let reason = known("required format range choice unknown unique", self.hit.then.at(key!("fieldReason")).text());
        if let Some(field) = out.fields.get_mut(count) {
            field.allowed = allowed;
            if !reason.is_empty() {
                field.reason = reason;
            }
        }
    }

    /// What the hole called `name` takes; `url.limit` is the URL's parameter of that name.
    fn hole(&self, name: &str) -> &'f str {
        if let Some(name) = name.strip_prefix("url.") {
            let value = after(self.facts.pair(name), name.len() + 1);
            return if redact::is_secret_name(name) { redact::GONE } else { value };
        }
        let texts = self.heard.iter().map(|heard| template::hole(heard.template, heard.part, name));
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or("")
    }

    /// What `node`, a part of the rule, says under `key`, with the holes filled in.
    #[inline(never)]
    pub fn say(&self, node: Node<'_>, key: &str, out: &mut Explanation) -> Text {
        self.fill(node.get(key).text(), out)
    }

    /// Whether what stands at `place` of `part` is a secret in the message that it is a part of: a line before may name it.
    fn is_taken(&self, part: &str, place: (usize, usize)) -> bool {
        let at = |text: &str| (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        let mut messages = self.facts.harvest.messages.iter().map(|said| (said.text, at(said.text)));
        let (text, at) = messages.find(|(text, at)| *at < text.len()).unwrap_or((part, 0));
        redact::is_taken(text, (at + place.0, at + place.1))
    }

    /// What the hole called `name` takes, without what must not be shown: what stands around it may tell that it is a secret.
    fn shown(&self, name: &str, out: &mut Explanation) -> Text {
        if has(name, "url.") {
            return out.arena.excerpt(self.hole(name));
        }
        let mut places = self
            .heard
            .iter()
            .map(|heard| (heard.part, template::find_hole(heard.template, heard.part, name).unwrap_or_default().hole));
        let found = places.find(|(_, place)| place.0 < place.1);
        found.map_or(Text::default(), |(part, place)| {
            if self.is_taken(part, place) { out.arena.add(redact::GONE) } else { within(part, place, out) }
        })
    }

    /// `text` with its holes filled in; an unknown hole stays as it is.
    fn fill(&self, text: &str, out: &mut Explanation) -> Text {
        let start = out.arena.mark();
        let mut rest = text;
        while let Some((front, tail)) = split(rest, "{") {
            out.arena.all.push_str(front);
            let (name, after) = split(tail, "}").unwrap_or(("", ""));
            if self.shown(name, out).is_empty() {
                out.arena.all.push('{');
                rest = tail;
            } else {
                rest = after;
            }
        }
        out.arena.all.push_str(rest);
        out.arena.since(start)
    }
}

/// What stands at `place` of `text`, redacted as it would be within all of it.
fn within(text: &str, place: (usize, usize), out: &mut Explanation) -> Text {
    let start = out.arena.mark();
    let end = redact::whole(text, place).1;
    let shown = out.arena.excerpt(cut(text, place.0, end));
    if end > place.1 && has(out.arena.read(shown), redact::GONE) {
        out.arena.all.truncate(start);
        return out.arena.add(redact::GONE);
    }
    out.arena.all.truncate(start);
    out.arena.excerpt(cut(text, place.0, place.1))
}

/// The parts of `text`, redacted, a line each; no more than 50.
pub fn list(text: &str, separator: u8, out: &mut Explanation) -> Text {
    let start = out.arena.mark();
    for part in parts(text, separator).take(50) {
        out.arena.excerpt(part);
        out.arena.all.push('\n');
    }
    out.arena.since(start)
}

/// "'x' is required": what stands behind the name is the message; in other sentences, all of it.
fn message<'f>(heard: &Heard<'f>) -> &'f str {
    let place = |name: &str| template::find_hole(heard.template, heard.part, name).unwrap_or_default().hole;
    let end = place("field").1.max(place("in").1);
    let tail = after(heard.part, end);
    let tail = after(tail, usize::from(matches!(tail.as_bytes(), [b'\'' | b'"', ..]))).trim_ascii_start();
    if place("field").0 <= 1 && !tail.is_empty() { tail } else { heard.part }
}
