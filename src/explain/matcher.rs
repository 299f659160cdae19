//! Holds a rule's `when` against an answer, and notes what of the answer fits: the evidence.

use super::Report;
use super::base::front;
use super::explanation::Explanation;
use super::grammar::{self, Match};
use super::harvest::{Harvest, Said, Shape};
use super::ink::Text;
use super::redact;
use super::report::{host_of, origin_of};
use super::scan::{after, cut, find, has, parts, until, words};
use crate::syntax::json::{Kind, Node};
use crate::syntax::number;
use alloc::vec::Vec;

/// Parts of messages that one template may fit, and how many of them are evidence.
const MAX_HEARD: usize = 100;
const MAX_SEEN: usize = 10;

/// What rules are held against.
pub struct Facts<'f> {
    /// What was asked and answered.
    pub report: &'f Report<'f>,
    /// The status, in digits.
    pub number: &'f str,
    /// What the body says.
    pub harvest: &'f Harvest<'f>,
}

/// A text, or a part of one, and the template that fits it.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'f> {
    /// The part.
    pub part: &'f str,
    /// The template; its holes are asked for by [`grammar::hole`].
    pub template: &'f str,
}

/// Where matches are noted.
pub struct Notes<'f, 'o> {
    /// Takes the evidence.
    pub out: &'o mut Explanation,
    /// Takes what templates fit.
    pub heard: Vec<Heard<'f>>,
    /// The id of the rule that is held against the answer.
    pub rule: Text,
}

impl Notes<'_, '_> {
    #[inline(never)]
    fn see(&mut self, from: &'static str, name: &str, text: &str, span: Option<(usize, usize)>) -> bool {
        self.out.see(self.rule, from, name, text, span);
        true
    }
}

impl<'f> Facts<'f> {
    /// Whether all members of `when` hold; if so, what they saw is added to `notes`.
    #[inline(never)]
    pub fn holds(&self, when: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let (seen, heard) = (notes.out.evidence.len(), notes.heard.len());
        let holds = when.children().all(|test| self.member(test, notes));
        if !holds {
            notes.out.evidence.truncate(seen);
            notes.heard.truncate(heard);
        }
        holds
    }

    fn member(&self, test: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let (report, harvest) = (self.report, self.harvest);
        match test.key() {
            "status" => {
                let status = i64::from(report.status.unwrap_or(0));
                let is = |want: Node<'_>| {
                    want.integer() == Some(status) || number::whole(until(want.text(), b"x")) == Some(status / 100)
                };
                let holds = is(test) || test.children().any(is);
                holds && notes.see("status", "", self.number, None)
            }
            "method" => fits(test, report.method).is_some() && notes.see("method", "", report.method, None),
            "code" => {
                let code = &harvest.code;
                let from = if code.span.is_some() { "body" } else { "header" };
                !code.text.is_empty()
                    && heed(test, code.text, notes).is_some()
                    && notes.see(from, "code", code.text, code.span)
            }
            "message" => self.message(test, notes),
            "body" => heed(test, harvest.body, notes).is_some_and(|found| {
                notes.see("body", "", cut(harvest.body, found.span.0, found.span.1), Some(found.span))
            }),
            // What was asked is not quoted: it is the caller's own.
            "requestBody" => {
                hear(test, report.request_body, notes).is_some() && notes.see("environment", "requestBody", "", None)
            }
            "header" => test.children().all(|test| {
                let mut pairs = report.headers.iter();
                let value = pairs.find(|(name, _)| name.eq_ignore_ascii_case(test.key())).unwrap_or_default().1;
                let shown = if redact::is_secret_name(test.key()) { redact::GONE } else { value };
                if is_absence(test) {
                    return value.is_empty();
                }
                !value.is_empty() && heed(test, value, notes).is_some() && notes.see("header", test.key(), shown, None)
            }),
            "json" => test.children().all(|test| {
                let node = harvest.root.pointer(test.key());
                let value = if node.kind() == Kind::String {
                    node.text()
                } else {
                    cut(harvest.body, node.span().0, node.span().1)
                };
                if is_absence(test) {
                    return !node.exists();
                }
                let kind = if test.kind() == Kind::Object { test.get("type").text() } else { test.text() };
                let holds = if words(NAMES).any(|name| name == kind) {
                    kind == name(node) && (test.kind() == Kind::String || fits(test, value).is_some())
                } else {
                    node.exists() && heed(test, value, notes).is_some()
                };
                holds && notes.see("body", test.key(), value, Some(node.span()))
            }),
            "url" => test.children().all(|part| self.url(test, part, notes)),
            "bodyIs" => self.body_is(test, notes),
            "format" => fits(test, harvest.format).is_some(),
            "not" => !self.holds(test, notes),
            "any" => test.children().any(|when| self.holds(when, notes)),
            _ => false,
        }
    }

    /// Tries `test` on each message, then on its lines, then on its comma-separated parts: the first of these that gives anything.
    fn message(&self, test: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let before = notes.heard.len();
        for separators in [&[][..], &["\n", "\\n"], &[", "]] {
            for said in &self.harvest.messages {
                // Without a separator its only part is the whole, which was tried first.
                if !separators.is_empty() && !separators.iter().any(|separator| has(said.text, separator)) {
                    continue;
                }
                hear_parts(said, separators, (test, before), notes);
            }
            if notes.heard.len() > before {
                return true;
            }
        }
        false
    }

    fn body_is(&self, test: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let name = match self.harvest.shape {
            Shape::Empty | Shape::Unknown => "empty",
            Shape::Json => "json",
            // The page of a known proxy is told by its format, not as a page of the API's.
            Shape::Html if self.harvest.format != "html" => "proxy",
            Shape::Html => "html",
            Shape::Xml => "xml",
            Shape::Text => "text",
        };
        let (mut from, mut sign, mut shown, mut span) = front(self.harvest);
        if shown.is_empty() {
            (from, sign, shown, span) = ("header", "content-type", self.report.header("content-type"), None);
        }
        fits(test, name).is_some() && notes.see(from, sign, shown, span)
    }

    /// One `part` of a `test` on the URL: `host`, `path`, `param`. The last is a name, and what else is asked of its value
    /// stands beside it (`gt`, `equals`), or an object of names and tests.
    fn url(&self, test: Node<'f>, part: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let url = self.report.url;
        match part.key() {
            "host" => heed(part, host_of(url), notes).is_some(),
            "path" => {
                let path = after(until(url, b"?#"), origin_of(url).len());
                hear(part, path, notes)
                    .is_some_and(|found| notes.see("url", "path", cut(path, found.span.0, found.span.1), None))
            }
            "param" if part.kind() == Kind::Object => part.children().all(|want| self.param(want.key(), want, notes)),
            "param" => self.param(part.text(), test, notes),
            // Beside `param`, whose they are.
            _ => test.get("param").kind() == Kind::String,
        }
    }

    fn param(&self, name: &str, test: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let pair = self.pair(name);
        if pair.is_empty() || is_absence(test) {
            return pair.is_empty() && is_absence(test);
        }
        let shown = if redact::is_secret_name(name) { redact::GONE } else { pair };
        heed(test, after(pair, name.len() + 1), notes).is_some() && notes.see("url", name, shown, None)
    }

    /// The URL's parameter called `name`, with its value: `limit=20`; "" if there is none.
    pub fn pair(&self, name: &str) -> &'f str {
        let url = until(self.report.url, b"#");
        let query = after(url, until(url, b"?").len());
        let mut pairs = parts(query.strip_prefix('?').unwrap_or(""), b'&');
        pairs.find(|pair| until(pair, b"=").len() < pair.len() && until(pair, b"=") == name).unwrap_or("")
    }
}

/// One message; `test` comes with how much was heard before it.
fn hear_parts<'f>(said: &Said<'f>, separators: &[&str], test: (Node<'f>, usize), notes: &mut Notes<'f, '_>) {
    let bytes = said.text.as_bytes();
    let (mut start, mut at) = (0, 0);
    while at <= bytes.len() && notes.heard.len() < test.1 + MAX_HEARD {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let separator = separators.iter().find(|separator| rest.starts_with(separator.as_bytes()));
        if !rest.is_empty() && separator.is_none() {
            at += 1;
            continue;
        }
        let part = cut(said.text, start, at);
        if let Some(found) = hear(test.0, part, notes)
            && notes.heard.len() <= test.1 + MAX_SEEN
        {
            let mut span = said.span;
            let mut shown = part;
            if let Some((from, to)) = span.as_mut().filter(|_| said.literal) {
                (*from, *to) = (*from + start + found.span.0, *from + start + found.span.1);
                shown = cut(part, found.span.0, found.span.1);
            }
            notes.see("body", "message", shown, span);
        }
        at += separator.map_or(1, |separator| separator.len());
        start = at;
    }
}

/// Whether `test` asks that there be nothing.
fn is_absence(test: Node<'_>) -> bool {
    [test, test.get("exists"), test.get("present")].iter().any(|asked| asked.kind() == Kind::False)
}

/// As [`fits`], and notes the template if it has holes.
fn heed<'f>(test: Node<'f>, text: &'f str, notes: &mut Notes<'f, '_>) -> Option<Match> {
    let (template, found) = fits(test, text)?;
    if has(template, "{") {
        notes.heard.push(Heard { part: text, template });
    }
    Some(found)
}

/// As [`fits`], and notes the template.
fn hear<'f>(test: Node<'f>, part: &'f str, notes: &mut Notes<'f, '_>) -> Option<Match> {
    let (template, found) = fits(test, part)?;
    notes.heard.push(Heard { part, template });
    Some(found)
}

/// What a value of JSON may be asked to be.
const NAMES: &str = "missing null boolean number string array object";

fn name(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Missing => "missing",
        Kind::Null => "null",
        Kind::True | Kind::False => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}

/// Holds `text` against a test: a template, a list of tests of which one must hold, an object of which all members must, or
/// `true` for any text. Gives back the template.
fn fits<'f>(want: Node<'f>, text: &str) -> Option<(&'f str, Match)> {
    let all = ("*", Match { span: (0, text.len()), hole: (0, 0) });
    match want.kind() {
        Kind::True => Some(all),
        Kind::String => Some((want.text(), grammar::matches(want.text(), text)?)),
        Kind::Array => want.children().find_map(|want| fits(want, text)),
        Kind::Object => {
            let mut found = None;
            for check in want.children() {
                let want = if check.kind() == Kind::String { check.text() } else { check.word() };
                let same = |text: &str| text.eq_ignore_ascii_case(want);
                let number = |holds: fn(&i64, &i64) -> bool| {
                    let number = number::count(text).zip(check.integer());
                    number.is_some_and(|(number, want)| holds(&number, &want))
                };
                found = Some(match check.key() {
                    "equals" if check.kind() == Kind::Array => check.children().find_map(|want| {
                        let want = if want.kind() == Kind::String { want.text() } else { want.word() };
                        text.eq_ignore_ascii_case(want).then_some(all)
                    })?,
                    "equals" if same(text) => all,
                    "startsWith" if text.get(..want.len()).is_some_and(same) => all,
                    "contains" => {
                        let at = find(text, want, 0)?;
                        ("*", Match { span: (at, at + want.len()), hole: (0, 0) })
                    }
                    "template" => fits(check, text)?,
                    "gt" if number(i64::gt) => all,
                    "gte" if number(i64::ge) => all,
                    "lt" if number(i64::lt) => all,
                    "lte" if number(i64::le) => all,
                    // Others have asked these: see `is_absence`, `json`, `url`.
                    "exists" | "present" | "type" | "param" | "host" | "path" => all,
                    _ => return None,
                });
            }
            found
        }
        _ => None,
    }
}
