//! Holds a rule's `when` against an answer, and notes what of the answer fits: the evidence.

use super::Report;
use super::base::front;
use super::catalog::Hit;
use super::grammar::{self, Match};
use super::harvest::{Harvest, Shape};
use super::heard::Heard;
use super::redact;
use super::report::{host_of, origin_of};
use super::scan::{find, join, parts, until};
use super::write::decimal;
use crate::syntax::json::{Kind, Node};
use crate::syntax::number;
use alloc::string::{String, ToString};

/// What rules are held against.
pub struct Facts<'f, 'r> {
    /// What was asked and answered.
    pub report: &'f Report<'r>,
    /// What the body says.
    pub harvest: &'f Harvest<'r>,
}

impl Facts<'_, '_> {
    /// Whether all members of `when` hold; what they saw is added to `hit`.
    pub fn holds(&self, when: Node<'_>, hit: &mut Hit<'_>) -> bool {
        when.children().all(|test| self.member(&test.key(), test, hit))
    }

    fn member(&self, key: &str, test: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let (report, harvest) = (self.report, self.harvest);
        match key {
            "status" => self.status(test, hit),
            "method" => fits(test, report.method).is_some_and(|_| {
                hit.see("method", "", report.method, None);
                true
            }),
            "code" => {
                let code = &harvest.code;
                !code.text.is_empty()
                    && fits(test, &code.text).is_some_and(|_| {
                        hit.see(if code.span.is_some() { "body" } else { "header" }, "code", &code.text, code.span);
                        true
                    })
            }
            "message" => {
                let heard = harvest.matching(&|part| fits(test, part));
                for heard in &heard {
                    let text = heard.span.and_then(|(start, end)| harvest.body.get(start..end)).unwrap_or(&heard.part);
                    hit.see("body", "message", text, heard.span);
                }
                let any = !heard.is_empty();
                hit.heard.extend(heard);
                any
            }
            "body" => fits(test, harvest.body).is_some_and(|found| {
                let text = harvest.body.get(found.span.0..found.span.1).unwrap_or("");
                hit.see("body", "", text, Some(found.span));
                true
            }),
            "requestBody" => {
                // What was asked is not quoted whole: it is the caller's own.
                fits(test, report.request_body).is_some_and(|found| {
                    hit.see("environment", "requestBody", "", None);
                    hit.heard.push(Heard { part: String::new(), span: None, found });
                    true
                })
            }
            "header" => test.children().all(|test| {
                let name = test.key();
                let Some(value) = report.headers.find(&name).filter(|value| fits(test, value).is_some()) else {
                    return false;
                };
                hit.see("header", &name, if redact::is_secret_name(&name) { redact::GONE } else { value }, None);
                true
            }),
            "json" => test.children().all(|test| self.json(test, hit)),
            "url" => test.children().all(|part| self.url(test, part, hit)),
            "bodyIs" => self.body_is(test, hit),
            "format" => fits(test, harvest.format).is_some(),
            "not" => !self.holds(test, &mut Hit::new(test, test)),
            "any" => test.children().any(|when| self.holds(when, hit)),
            _ => false,
        }
    }

    /// A number or a class as `"4xx"`, or a list of these.
    fn status(&self, test: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let status = i64::from(self.report.status.unwrap_or(0));
        let is = |want: Node<'_>| match want.text() {
            Some(class) => class.ends_with("xx") && number::whole(until(&class, b"x")) == Some(status / 100),
            None => want.integer() == Some(status),
        };
        let holds = is(test) || test.children().any(is);
        if holds {
            hit.see("status", "", &decimal(status), None);
        }
        holds
    }

    fn json(&self, test: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let path = test.key();
        let Some(node) = self.harvest.document.root().and_then(|root| root.pointer(&path)) else { return false };
        let name = match node.kind() {
            Kind::Null => "null",
            Kind::Bool(_) => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        };
        let value = node.text().unwrap_or_else(|| node.source().into());
        let holds = match test.text() {
            Some(kind) => *kind == *name,
            None => fits(test, &value).is_some(),
        };
        if holds {
            let span = node.span();
            hit.see("body", &path, &value, Some((span.start, span.end)));
        }
        holds
    }

    fn body_is(&self, test: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let name = match self.harvest.shape {
            Shape::Empty | Shape::Unknown => "empty",
            Shape::Json => "json",
            // The page of a known proxy is told by its format, not as a page of the API's.
            Shape::Html if self.harvest.format != "html" => "proxy",
            Shape::Html => "html",
            Shape::Xml => "xml",
            Shape::Text => "text",
        };
        let holds = fits(test, name).is_some();
        if holds {
            let (from, name, text, span) = front(self.harvest);
            match self.report.headers.find("content-type").filter(|_| text.is_empty()) {
                Some(value) => hit.see("header", "content-type", value, None),
                None => hit.see(from, name, text, span),
            }
        }
        holds
    }

    /// One `part` of a `test` on the URL: `host`, `path`, `param` (and with it `gt`).
    fn url(&self, test: Node<'_>, part: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let url = until(self.report.url, b"#");
        let address = until(url, b"?");
        match &*part.key() {
            "host" => fits(part, host_of(url)).is_some(),
            "path" => {
                let path = address.get(origin_of(url).len()..).unwrap_or("");
                fits(part, path).is_some_and(|found| {
                    hit.see("url", "path", path.get(found.span.0..found.span.1).unwrap_or(""), None);
                    hit.heard.push(Heard { part: String::new(), span: None, found });
                    true
                })
            }
            "param" => {
                let name = part.text().unwrap_or_default();
                let least = test.get("gt").and_then(Node::integer);
                for pair in url
                    .get(address.len()..)
                    .and_then(|query| query.get(1..))
                    .map(|query| parts(query, b'&'))
                    .into_iter()
                    .flatten()
                {
                    let Some(value) = pair.strip_prefix(&*name).and_then(|rest| rest.strip_prefix('=')) else {
                        continue;
                    };
                    if least.is_none_or(|least| number::whole(value).is_some_and(|value| value > least)) {
                        let shown = if redact::is_secret_name(&name) { redact::GONE } else { value };
                        hit.see("url", &name, &join(&[&name, "=", shown]), None);
                        hit.parameter = (join(&["url.", &name]), shown.to_string());
                        return true;
                    }
                }
                false
            }
            key => key == "gt",
        }
    }
}

/// Holds `text` against a test: a template, a list of tests of which one must hold, an object of which all members must, or
/// `true` for any text.
fn fits(test: Node<'_>, text: &str) -> Option<Match> {
    let all = Match { span: (0, text.len()), ..Match::default() };
    match test.kind() {
        Kind::Bool(true) => Some(all),
        Kind::String => grammar::matches(&test.text()?, text),
        Kind::Array => test.children().find_map(|test| fits(test, text)),
        Kind::Object => {
            let mut found = None;
            for test in test.children() {
                let want = test.text().unwrap_or_default();
                found = Some(match &*test.key() {
                    "equals" if text.eq_ignore_ascii_case(&want) => all.clone(),
                    "contains" => {
                        let at = find(text, &want.to_ascii_lowercase(), 0)?;
                        Match { span: (at, at + want.len()), ..Match::default() }
                    }
                    "startsWith" if text.get(..want.len())?.eq_ignore_ascii_case(&want) => all.clone(),
                    "template" => fits(test, text)?,
                    "gt" if number::whole(text)? > test.integer()? => all.clone(),
                    _ => return None,
                });
            }
            found
        }
        _ => None,
    }
}
