//! Holds a rule's `when` against a response, and notes what of the response fits: the evidence.

use crate::explain::Report;
use crate::explain::catalogs::template::Match;
use crate::explain::catalogs::text_test::{fits, is_absence, may_fit};
use crate::explain::explanation::{Evidence, Explanation};
use crate::explain::read::body::{Body, Quote, Shape};
use crate::explain::read::keys::key;
use crate::explain::read::report::{host_of, origin_of};
use crate::explain::read::request::Asked;
use crate::explain::scan::{after, cut, has, head, lists, parts, until};
use crate::explain::write::arena::Text;
use crate::explain::write::redact;
use crate::syntax::grams::Grams;
use crate::syntax::json::{Kind, Node};
use alloc::vec::Vec;
use core::cell::OnceCell;

/// Parts of messages that one template may fit, and how many of them are evidence.
const MAX_HEARD: usize = 100;
const MAX_SEEN: usize = 10;
/// Parts that one rule looks at.
const MAX_PARTS: usize = 400;

/// What rules are held against.
pub struct Facts<'f> {
    /// What was asked and answered.
    pub report: &'f Report<'f>,
    /// The status, in digits.
    pub number: &'f str,
    /// What the body says.
    pub harvest: &'f Body<'f>,
    /// The URL's host, path, and what stands behind its `?`.
    pub host: &'f str,
    path: &'f str,
    query: &'f str,
    /// What is wrong with the request by its own look.
    pub asked: &'f Asked,
    /// What all messages are made of.
    said: Grams,
    /// And the body, once it is asked for.
    body: OnceCell<Grams>,
}

/// A text, or a part of one, and the template that fits it.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'f> {
    /// The part.
    pub part: &'f str,
    /// The template; its holes are asked for by [`crate::explain::catalogs::template::hole`].
    pub template: &'f str,
}

/// Where matches are noted.
pub struct Notes<'f, 'o> {
    /// Takes the evidence.
    pub out: &'o mut Explanation,
    /// Takes what templates fit.
    pub heard: Vec<Heard<'f>>,
    /// The id of the rule that is held against the response.
    pub rule: Text,
}

impl Notes<'_, '_> {
    #[inline(never)]
    fn see_part(
        &mut self,
        (from, name): (&'static str, &str),
        text: &str,
        range: (usize, usize),
        base: Option<usize>,
    ) -> bool {
        let (start, end) = redact::whole(text, range);
        let span = base.map(|base| (base + start, base + end));
        let text = self.out.arena.excerpt_from(cut(text, 0, end), start);
        let name = self.out.arena.add(name);
        self.out.evidence.push(Evidence { rule: self.rule, from, name, text, span });
        true
    }

    #[inline(never)]
    fn see(&mut self, from: &'static str, name: &str, text: &str, span: Option<(usize, usize)>) -> bool {
        self.out.see(self.rule, from, name, text, span);
        true
    }
}

const STATUS: u8 = key!("status");
const METHOD: u8 = key!("method");
const CODE: u8 = key!("code");
const MESSAGE: u8 = key!("message");
const BODY: u8 = key!("body");
const REQUEST_BODY: u8 = key!("requestBody");
const HEADER: u8 = key!("header");
const REQUEST: u8 = key!("request");
const REQUEST_HEADER: u8 = key!("requestHeader");
const JSON: u8 = key!("json");
const URL: u8 = key!("url");
const BODY_IS: u8 = key!("bodyIs");
const FORMAT: u8 = key!("format");
const NOT: u8 = key!("not");
const ANY: u8 = key!("any");

impl<'f> Facts<'f> {
    /// What came, and what it says; `number` is the status in digits.
    pub fn new(report: &'f Report<'f>, number: &'f str, harvest: &'f Body<'f>, asked: &'f Asked) -> Self {
        let mut said = Grams::default();
        harvest.messages.iter().for_each(|message| said.add(message.text, false));
        let url = until(report.url, b"#");
        let front = until(url, b"?");
        Self {
            report,
            number,
            harvest,
            host: host_of(url),
            path: after(front, origin_of(url).len()),
            query: after(url, front.len() + 1),
            asked,
            said,
            body: OnceCell::new(),
        }
    }

    /// Whether all members of `when` hold; if so, what they saw is added to `notes`.
    #[inline(never)]
    pub fn holds(&self, when: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let (seen, heard) = (notes.out.evidence.len(), notes.heard.len());
        let holds = self.may_hold(when) && when.children().all(|test| self.member(test, notes));
        if !holds {
            notes.out.evidence.truncate(seen);
            notes.heard.truncate(heard);
        }
        holds
    }

    /// Whether all members of `when` may hold, as far as that is known without a search; false is certain. What asks for little
    /// is asked first: a rule that does not hold has mostly failed before anything is noted.
    #[inline(never)]
    pub fn may_hold(&self, when: Node<'f>) -> bool {
        when.children().all(|test| self.may(test))
    }

    /// Of a status this is certain either way.
    fn may(&self, test: Node<'f>) -> bool {
        match test.id() {
            STATUS => {
                let is = |want: Node<'_>| match want.text().as_bytes() {
                    [class, b'x', ..] => self.number.len() == 3 && self.number.as_bytes().first() == Some(class),
                    _ => want.word() == self.number,
                };
                is(test) || test.children().any(is)
            }
            MESSAGE => may_fit(test, &self.said),
            BODY => may_fit(test, self.body.get_or_init(|| Grams::of(self.harvest.body))),
            CODE => !self.harvest.code.text.is_empty() && fits(test, self.harvest.code.text).is_some(),
            FORMAT => fits(test, self.harvest.format).is_some(),
            REQUEST => self.asked.signs.iter().any(|sign| fits(test, sign.name).is_some()),
            _ => true,
        }
    }

    fn member(&self, test: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let (report, harvest) = (self.report, self.harvest);
        match test.id() {
            STATUS => notes.see("status", "", self.number, None),
            METHOD => fits(test, report.method).is_some() && notes.see("method", "", report.method, None),
            CODE => {
                let code = &harvest.code;
                let from = if code.span.is_some() { "body" } else { "header" };
                !code.text.is_empty()
                    && heed(test, code.text, notes).is_some()
                    && notes.see(from, "code", code.text, code.span)
            }
            MESSAGE => self.message(test, notes),
            BODY => heed(test, harvest.body, notes)
                .is_some_and(|found| notes.see_part(("body", ""), harvest.body, found.span, Some(0))),
            // What was asked is not quoted: it is the caller's own.
            REQUEST_BODY => {
                hear(test, report.request_body, notes).is_some() && notes.see("environment", "requestBody", "", None)
            }
            HEADER => test.children().all(|test| {
                let value = report.header(test.key());
                let shown = if redact::is_secret_name(test.key()) { redact::GONE } else { value };
                if is_absence(test) {
                    return value.is_empty();
                }
                !value.is_empty() && heed(test, value, notes).is_some() && notes.see("header", test.key(), shown, None)
            }),
            // Of what was sent only the name is shown: where it stands is told, not what.
            REQUEST_HEADER => test.children().all(|test| {
                let value = report.asked(test.key());
                let known = !report.request_headers.text().is_empty();
                if is_absence(test) {
                    return known && value.is_empty();
                }
                let name = ["requestHeader.", test.key()].concat();
                !value.is_empty() && fits(test, value).is_some() && notes.see("environment", &name, "", None)
            }),
            REQUEST => self.asked.signs.iter().any(|sign| {
                let seen = fits(test, sign.name).is_some();
                if seen && !sign.part.is_empty() {
                    notes.heard.push(Heard { part: &sign.part, template: sign.template });
                }
                seen && notes.see(sign.from, &sign.label, &sign.shown, None)
            }),
            JSON => test.children().all(|test| {
                let node = harvest.root.pointer(test.key());
                let value = if node.kind() == Kind::String {
                    node.text()
                } else {
                    cut(harvest.body, node.span().0, node.span().1)
                };
                if is_absence(test) {
                    return !node.exists();
                }
                let kind = if test.kind() == Kind::Object { test.at(key!("type")).text() } else { test.text() };
                let holds = if lists(NAMES, b' ', kind) {
                    kind == name(node) && (test.kind() == Kind::String || fits(test, value).is_some())
                } else {
                    node.exists() && heed(test, value, notes).is_some()
                };
                holds && notes.see("body", test.key(), value, Some(node.span()))
            }),
            URL => test.children().all(|part| self.url(test, part, notes)),
            BODY_IS => self.body_is(test, notes),
            FORMAT => fits(test, harvest.format).is_some(),
            NOT => !self.holds(test, notes),
            ANY => test.children().any(|when| self.holds(when, notes)),
            _ => false,
        }
    }

    /// Tries `test` on each message, then on its lines, then on its comma-separated parts: the first of these that gives anything.
    fn message(&self, test: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        let before = notes.heard.len();
        let mut left = MAX_PARTS;
        for separators in [&[][..], &["\n", "\\n"], &[", "]] {
            for said in &self.harvest.messages {
                // Without a separator its only part is the whole, which was tried first.
                let parted = |separator: &&str| self.said.may_hold(separator) && has(said.text, separator);
                if !separators.is_empty() && !separators.iter().any(parted) {
                    continue;
                }
                hear_parts(said, separators, (test, before), &mut left, notes);
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
        let front = head(self.harvest.body, 15);
        let (mut from, mut sign, mut shown, mut span) = ("body", "", front, Some((0, front.len())));
        if shown.is_empty() {
            (from, sign, shown, span) = ("header", "content-type", self.report.header("content-type"), None);
        }
        fits(test, name).is_some() && notes.see(from, sign, shown, span)
    }

    /// One `part` of a `test` on the URL: `host`, `path`, `param`. The last is a name, and what else is asked of its value
    /// stands beside it (`gt`, `equals`), or an object of names and tests.
    fn url(&self, test: Node<'f>, part: Node<'f>, notes: &mut Notes<'f, '_>) -> bool {
        match part.key() {
            "host" => heed(part, self.host, notes).is_some(),
            "path" => hear(part, self.path, notes)
                .is_some_and(|found| notes.see_part(("url", "path"), self.path, found.span, None)),
            "param" if part.kind() == Kind::Object => part.children().all(|want| self.param(want.key(), want, notes)),
            "param" => self.param(part.text(), test, notes),
            // Beside `param`, whose they are.
            _ => test.at(key!("param")).kind() == Kind::String,
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
        let mut pairs = parts(self.query, b'&');
        pairs.find(|pair| until(pair, b"=").len() < pair.len() && until(pair, b"=") == name).unwrap_or("")
    }
}

/// One message; `test` comes with how much was heard before it.
fn hear_parts<'f>(
    said: &Quote<'f>,
    separators: &[&str],
    test: (Node<'f>, usize),
    left: &mut usize,
    notes: &mut Notes<'f, '_>,
) {
    let mut start = 0;
    while start <= said.text.len() && *left > 0 && notes.heard.len() < test.1 + MAX_HEARD {
        *left -= 1;
        let rest = after(said.text, start);
        let bytes = rest.as_bytes();
        let gap_at = |at: usize| {
            let rest = bytes.get(at..).unwrap_or_default();
            let separator = separators.iter().find(|separator| rest.starts_with(separator.as_bytes()));
            separator.map_or(0, |separator| separator.len())
        };
        let signs = |byte: &u8| matches!(byte, b'\n' | b'\\' | b',');
        let mut length = if separators.is_empty() { bytes.len() } else { 0 };
        while bytes.get(length).is_some_and(|byte| !signs(byte) || gap_at(length) == 0) {
            length += 1;
        }
        let gap = gap_at(length).max(1);
        let part = cut(rest, 0, length);
        if let Some(found) = hear(test.0, part, notes)
            && notes.heard.len() <= test.1 + MAX_SEEN
        {
            match said.span.filter(|_| said.literal) {
                Some((from, _)) => {
                    let range = (start + found.span.0, start + found.span.1);
                    notes.see_part(("body", "message"), said.text, range, Some(from))
                }
                None => notes.see("body", "message", part, said.span),
            };
        }
        start += length + gap;
    }
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
