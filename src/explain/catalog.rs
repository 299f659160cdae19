//! Catalogs: what an API means by its errors, as plain JSON; the built-in ones and a user's are of one form.
//!
//! A catalog names a provider and its hosts, or nothing (then it holds for all), and has rules `{id, priority?, when, then}`.
//! `when` holds if all its members do; its words are `status`, `method`, `code`, `message`, `body`, `requestBody`, `header`,
//! `json`, `url`, `bodyIs`, `format`, `not`, `any`. A test of a text is a template or a list of them, or an object of
//! `equals`, `contains`, `startsWith`, `template`, `gt`. An unknown word never holds. Earlier catalogs come first, then the
//! higher priority, then more conditions. Rules are walked as they were read: nothing is compiled, nothing backtracks.

use super::explanation::Evidence;
use super::grammar::{self, Match};
use super::harvest::{Harvest, Heard, Shape};
use super::redact;
use super::{Report, host_of};
use crate::syntax::json::{self, Document, Kind, Node};
use crate::syntax::markup::find;
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const BUILT_IN: &[&str] = &[
    include_str!("providers/clever.json"),
    include_str!("providers/unit21.json"),
    include_str!("providers/messages.json"),
];

/// The catalogs to explain by, the most telling first.
#[derive(Debug)]
pub struct Catalogs<'a> {
    sets: Vec<Document<'a>>,
}

/// What rules are held against.
pub struct Facts<'f, 'r> {
    /// What was asked and answered.
    pub report: &'f Report<'r>,
    /// What the body says.
    pub harvest: &'f Harvest<'r>,
}

/// A rule that holds.
#[derive(Debug)]
pub struct Hit<'c> {
    /// Its id.
    pub id: String,
    /// What it says.
    pub then: Node<'c>,
    /// Whether it is a provider's.
    pub provided: bool,
    /// Whether it asks for the status alone: then it gives causes only where nothing better does.
    pub coarse: bool,
    /// Why it holds.
    pub evidence: Vec<Evidence>,
    /// What its templates took from the messages.
    pub heard: Vec<Heard>,
    /// Further holes: `url.<parameter>`.
    pub holes: Vec<(String, String)>,
}

impl<'a> Catalogs<'a> {
    /// The catalogs that come with the crate.
    pub fn built_in() -> Self {
        Self { sets: BUILT_IN.iter().map(|text| json::parse(*text)).collect() }
    }

    /// These, with one more in front of them: a user's. What is not a catalog has no rules.
    pub fn with(mut self, catalog: impl Into<Cow<'a, str>>) -> Self {
        self.sets.insert(0, json::parse(catalog));
        self
    }

    /// The API that answered: as the report says, by the host, or by the shape of the body; and whether it was by shape.
    pub fn provider(&self, facts: &Facts<'_, '_>) -> Option<(String, bool)> {
        let named = |set: Node<'_>| set.get("provider").and_then(Node::text).map(|name| name.to_string());
        if let Some(name) = facts.report.provider {
            return Some((name.to_string(), false));
        }
        let host = host_of(facts.report.url);
        let roots = || self.sets.iter().filter_map(Document::root);
        let by_host = roots().find(|set| {
            let mut hosts = set.get("hosts").into_iter().flat_map(Node::entries).filter_map(|(_, host)| host.text());
            hosts.any(|pattern| match pattern.strip_prefix('*') {
                Some(suffix) => host.ends_with(suffix),
                None => host == pattern,
            })
        });
        if let Some(name) = by_host.and_then(named) {
            return Some((name, false));
        }
        let by_shape =
            roots().find(|set| set.get("recognise").is_some_and(|when| facts.holds(when, &mut Hit::new(when))))?;
        Some((named(by_shape)?, true))
    }

    /// The rules that hold, the most telling first.
    pub fn hits(&self, provider: Option<&str>, facts: &Facts<'_, '_>) -> Vec<Hit<'_>> {
        let mut out = Vec::new();
        for set in self.sets.iter().filter_map(Document::root) {
            let own = set.get("provider").and_then(Node::text);
            if own.is_some() && own.as_deref() != provider {
                continue;
            }
            let mut hits = Vec::new();
            for (_, rule) in set.get("rules").into_iter().flat_map(Node::entries) {
                let (Some(when), Some(then)) = (rule.get("when"), rule.get("then")) else { continue };
                let mut hit = Hit::new(then);
                if facts.holds(when, &mut hit) {
                    hit.id = rule.get("id").and_then(Node::text).unwrap_or_default().to_string();
                    hit.provided = own.is_some();
                    hit.coarse = when.entries().all(|(key, _)| key == "status");
                    for evidence in &mut hit.evidence {
                        evidence.rule.clone_from(&hit.id);
                    }
                    let priority = rule.get("priority").and_then(Node::integer).unwrap_or(0);
                    hits.push(((priority, when.entries().count()), hit));
                }
            }
            hits.sort_by_key(|(rank, _)| core::cmp::Reverse(*rank));
            out.extend(hits.into_iter().map(|(_, hit)| hit));
        }
        out
    }
}

impl<'c> Hit<'c> {
    fn new(then: Node<'c>) -> Self {
        Self {
            id: String::new(),
            then,
            provided: false,
            coarse: false,
            evidence: Vec::new(),
            heard: Vec::new(),
            holes: Vec::new(),
        }
    }

    fn see(&mut self, from: &'static str, name: Option<&str>, text: &str, span: Option<(usize, usize)>) {
        let (rule, name) = (String::new(), name.map(ToString::to_string));
        self.evidence.push(Evidence { rule, from, name, text: Some(redact::excerpt(text)), span });
    }

    /// The text of the hole called `name`.
    pub fn hole(&self, name: &str) -> Option<&str> {
        let outer = self.holes.iter().find(|(hole, _)| hole == name).map(|(_, text)| text.as_str());
        outer.or_else(|| self.heard.iter().find_map(|heard| heard.found.hole(name)))
    }

    /// `template` with its holes filled in, redacted; an unknown hole stays as it is.
    pub fn fill(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            out.push_str(before);
            if let Some(value) = self.hole(name) {
                out.push_str(&redact::excerpt(value));
                rest = after;
            } else {
                out.push('{');
                rest = rest.get(before.len() + 1..).unwrap_or("");
            }
        }
        out.push_str(rest);
        out
    }
}

impl Facts<'_, '_> {
    /// Whether all members of `when` hold; what they saw is added to `hit`.
    fn holds(&self, when: Node<'_>, hit: &mut Hit<'_>) -> bool {
        when.entries().all(|(key, check)| self.member(&key, check, hit))
    }

    fn member(&self, key: &str, check: Node<'_>, hit: &mut Hit<'_>) -> bool {
        let (report, harvest) = (self.report, self.harvest);
        match key {
            "status" => {
                let Some(status) = report.status else { return false };
                let number = super::explanation::decimal(i64::from(status));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::harvest::harvest;

    #[test]
    fn the_built_in_catalogs_are_whole_json_and_every_rule_has_an_id_of_its_own() {
        let catalogs = Catalogs::built_in();
        let mut ids = Vec::new();
        for set in &catalogs.sets {
            assert_eq!(set.end(), json::End::Complete);
            for (_, rule) in set.root().unwrap().get("rules").unwrap().entries() {
                assert!(rule.get("when").is_some() && rule.get("then").is_some());
                ids.push(rule.get("id").unwrap().text().unwrap());
            }
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    /// A catalog's own tests are reports; the first rule that holds must be the one that is expected.
    #[test]
    fn the_built_in_catalogs_pass_their_own_tests() {
        let catalogs = Catalogs::built_in();
        let mut count = 0;
        for set in catalogs.sets.iter().filter_map(Document::root) {
            for (_, test) in set.get("tests").into_iter().flat_map(Node::entries) {
                let text = |key: &str| test.get(key).and_then(Node::text).unwrap_or_default();
                let (url, body, method, provider) = (text("url"), text("body"), text("method"), text("provider"));
                let report = Report {
                    status: test.get("status").and_then(Node::integer).map(|status| status as u16),
                    url: &url,
                    method: &method,
                    body: Some(&body),
                    provider: Some(&*provider).filter(|name| !name.is_empty()),
                    ..Report::default()
                };
                let harvest = harvest(&report);
                let facts = Facts { report: &report, harvest: &harvest };
                let provider = catalogs.provider(&facts).map(|(name, _)| name);
                let hits = catalogs.hits(provider.as_deref(), &facts);
                let expected = test.pointer("/expect/id").unwrap().text().unwrap();
                assert_eq!(hits.first().map(|hit| hit.id.as_str()), Some(&*expected), "{body}");
                count += 1;
            }
        }
        assert!(count >= 10);
    }

    #[test]
    fn a_rule_with_an_unknown_word_never_holds() {
        let catalogs = Catalogs::built_in().with(r#"{"rules":[{"id":"x","when":{"phase":"moon"},"then":{}}]}"#);
        let report = Report { status: Some(418), ..Report::default() };
        let harvest = harvest(&report);
        assert!(catalogs.hits(None, &Facts { report: &report, harvest: &harvest }).iter().all(|hit| hit.id != "x"));
    }
}
