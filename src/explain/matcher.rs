//! Holds a rule's `when` against an answer, and notes what of the answer fits: the evidence.

use super::catalog::Hit;
use super::grammar::{self, Match};
use super::harvest::{Harvest, Shape};
use super::heard::Heard;
use super::redact;
use super::{Report, report::host_of};
use crate::syntax::json::{Kind, Node};
use crate::syntax::markup::find;
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
        when.entries().all(|(key, check)| self.member(&key, check, hit))
    }

    fn member(&self, key: &str, check: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let (report, harvest) = (self.report, self.harvest);
        match key {
            "status" => {
                let Some(status) = report.status else { return false };
                let number = super::write::decimal(i64::from(status));
                // `"4xx"` or a number.
                let fits = each(check).any(|want| match want.text() {
                    Some(class) => class.get(..1) == number.get(..1) && class.ends_with("xx"),
                    None => want.integer() == Some(i64::from(status)),
                });
                if fits {
                    hit.see("status", None, &number, None);
                }
                fits
            }
            "method" => {
                let fits = text_test(check, report.method).is_some();
                if fits {
                    hit.see("method", None, report.method, None);
                }
                fits
            }
            "code" => {
                let code = harvest.code.as_ref();
                let fits = code.filter(|code| text_test(check, &code.text).is_some());
                if let Some(code) = fits {
                    hit.see(if code.span.is_some() { "body" } else { "header" }, Some("code"), &code.text, code.span);
                }
                fits.is_some()
            }
            "message" => {
                let heard = harvest.matching(|part| text_test(check, part));
                for heard in &heard {
                    let text = heard.span.and_then(|(start, end)| harvest.body.get(start..end)).unwrap_or(&heard.part);
                    hit.see("body", Some("message"), text, heard.span);
                }
                hit.heard.extend(heard.iter().cloned());
                !heard.is_empty()
            }
            "body" => {
                let found = text_test(check, harvest.body);
                if let Some(found) = &found {
                    let text = harvest.body.get(found.span.0..found.span.1).unwrap_or("");
                    hit.see("body", None, text, Some(found.span));
                }
                found.is_some()
            }
            // What was asked is not quoted: it is the caller's own.
            "requestBody" => text_test(check, report.request_body).is_some(),
            "header" => check.entries().all(|(name, check)| {
                let value = report.headers.find(&name).filter(|value| text_test(check, value).is_some());
                if let Some(value) = value {
                    let shown = if redact::is_secret_name(&name) { redact::GONE } else { value };
                    hit.see("header", Some(&name), shown, None);
                }
                value.is_some()
            }),
            "json" => check.entries().all(|(path, check)| {
                let node =
                    harvest.document.root().and_then(|root| root.pointer(&path)).filter(|node| json_test(check, *node));
                if let Some(node) = node {
                    let span = node.span();
                    let text = if matches!(node.kind(), Kind::Array | Kind::Object) { "" } else { node.source() };
                    hit.see("body", Some(&path), text, Some((span.start, span.end)));
                }
                node.is_some()
            }),
            "url" => self.url(check, hit),
            "bodyIs" => {
                // The page of a known proxy is told by its format, not as a page of the API's.
                let name = match harvest.shape {
                    Shape::Empty | Shape::Unknown => "empty",
                    Shape::Json => "json",
                    Shape::Html if harvest.format != "html" => "proxy",
                    Shape::Html => "html",
                    Shape::Xml => "xml",
                    Shape::Text => "text",
                };
                let fits = text_test(check, name).is_some();
                if fits {
                    let end = harvest.body.floor_char_boundary(15);
                    let text = harvest.body.get(..end).unwrap_or("");
                    match report.headers.find("content-type").filter(|_| text.is_empty()) {
                        Some(value) => hit.see("header", Some("content-type"), value, None),
                        None => hit.see("body", None, text, Some((0, end))),
                    }
                }
                fits
            }
            "format" => text_test(check, harvest.format).is_some(),
            "not" => !self.holds(check, &mut Hit::new(check)),
            "any" => check.entries().any(|(_, when)| self.holds(when, hit)),
            _ => false,
        }
    }

    fn url(&self, check: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let url = self.report.url;
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let path = address
            .split_once("://")
            .map_or(address, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
        check.entries().all(|(key, want)| match &*key {
            "host" => text_test(want, host_of(url)).is_some(),
            "path" => match text_test(want, path) {
                Some(found) => {
                    hit.see("url", Some("path"), path.get(found.span.0..found.span.1).unwrap_or(""), None);
                    hit.heard.push(Heard { part: String::new(), span: None, found });
                    true
                }
                None => false,
            },
            "param" => {
                let name = want.text().unwrap_or_default();
                let pairs = query.split('#').next().unwrap_or("").split('&').filter_map(|pair| pair.split_once('='));
                let value = pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value);
                let gt = check.get("gt").and_then(Node::integer);
                let value = value.filter(|value| gt.is_none_or(|gt| integer(value).is_some_and(|value| value > gt)));
                if let Some(value) = value {
                    let shown = if redact::is_secret_name(&name) { redact::GONE } else { value };
                    hit.see("url", Some(&name), &[&*name, "=", shown].concat(), None);
                    hit.holes.push((["url.", &*name].concat(), shown.to_string()));
                }
                value.is_some()
            }
            // Goes with `param`.
            "gt" => true,
            _ => false,
        })
    }
}

/// The elements of a list, or the value itself.
fn each(check: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let single = (check.kind() != Kind::Array).then_some(check);
    single.into_iter().chain(check.entries().filter(move |_| single.is_none()).map(|(_, item)| item))
}

fn text_test(check: Node<'_>, text: &str) -> Option<Match> {
    let whole = || Some(Match { span: (0, text.len()), ..Match::default() });
    match check.kind() {
        Kind::Bool(wanted) => {
            if wanted {
                whole()
            } else {
                None
            }
        }
        Kind::String => grammar::matches(&check.text()?, text),
        Kind::Array => check.entries().find_map(|(_, check)| text_test(check, text)),
        Kind::Object => {
            let mut found = None;
            for (key, want) in check.entries() {
                found = Some(match (&*key, want.text()) {
                    ("equals", Some(want)) if text.eq_ignore_ascii_case(&want) => whole()?,
                    ("contains", Some(want)) => {
                        let at = find(text, &want, 0)?;
                        Match { span: (at, at + want.len()), ..Match::default() }
                    }
                    ("startsWith", Some(want)) if text.get(..want.len())?.eq_ignore_ascii_case(&want) => whole()?,
                    ("template", _) => text_test(want, text)?,
                    ("gt", _) if integer(text)? > want.integer()? => whole()?,
                    _ => return None,
                });
            }
            found
        }
        _ => None,
    }
}

fn json_test(check: Node<'_>, node: Node<'_>) -> bool {
    if matches!(check.kind(), Kind::Bool(true)) {
        return true;
    }
    let name = match node.kind() {
        Kind::Null => "null",
        Kind::Bool(_) => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    };
    match check.text() {
        Some(kind) => kind == name,
        None => text_test(check, &node.text().unwrap_or_else(|| node.source().into())).is_some(),
    }
}

fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}
