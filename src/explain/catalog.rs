//! Catalogs: what an API means by its errors, as plain JSON; the built-in ones and a user's are of one form.
//!
//! A catalog names a provider and its hosts, or nothing (then it holds for all), and has rules `{id, priority?, when, then}`.
//! `when` holds if all its members do; its words are `status`, `method`, `code`, `message`, `body`, `requestBody`, `header`,
//! `json`, `url`, `bodyIs`, `format`, `not`, `any`. A test of a text is a template or a list of them, or an object of
//! `equals`, `contains`, `startsWith`, `template`, `gt`. An unknown word never holds. Earlier catalogs come first, then the
//! higher priority, then more conditions. Rules are walked as they were read: nothing is compiled, nothing backtracks.

use super::explanation::Evidence;
use super::heard::Heard;
use super::matcher::Facts;
use super::redact;
use super::report::host_of;
use super::scan::split;
use crate::syntax::json::{self, Document, Node};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const BUILT_IN: [&str; 3] = [
    include_str!("providers/clever.json"),
    include_str!("providers/unit21.json"),
    include_str!("providers/messages.json"),
];

/// The catalogs to explain by, the most telling first.
#[derive(Debug)]
pub struct Catalogs<'a> {
    sets: Vec<Document<'a>>,
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
    /// A parameter of the URL that it asked for: `url.<name>`, and its value.
    pub parameter: (String, String),
    /// Higher goes first.
    rank: i64,
}

impl<'a> Catalogs<'a> {
    /// The catalogs that come with the crate.
    pub fn built_in() -> Self {
        Self { sets: BUILT_IN.into_iter().map(json::parse).collect() }
    }

    /// These, with one more in front of them: a user's. What is not a catalog has no rules.
    pub fn with(mut self, catalog: impl Into<Cow<'a, str>>) -> Self {
        self.sets.insert(0, json::parse(catalog));
        self
    }

    /// The API that answered ("" if none is known): as the report says, by the host, or by the shape of the body; and
    /// whether it was by shape.
    pub fn provider(&self, facts: &Facts<'_, '_>) -> (String, bool) {
        if let Some(name) = facts.report.provider {
            return (name.to_string(), false);
        }
        let host = host_of(facts.report.url);
        let mut by_shape = String::new();
        for set in self.sets.iter().filter_map(Document::root) {
            let name = text_of(set, "provider");
            let fits = |pattern: Node<'_>| {
                let pattern = pattern.text().unwrap_or_default();
                pattern.strip_prefix('*').map_or(host == pattern, |suffix| host.ends_with(suffix))
            };
            if set.get("hosts").is_some_and(|hosts| hosts.children().any(fits)) {
                return (name, false);
            }
            if by_shape.is_empty()
                && set.get("recognise").is_some_and(|when| facts.holds(when, &mut Hit::new(set, set)))
            {
                by_shape = name;
            }
        }
        let found = !by_shape.is_empty();
        (by_shape, found)
    }

    /// The rules that hold, the most telling first.
    pub fn hits(&self, provider: &str, facts: &Facts<'_, '_>) -> Vec<Hit<'_>> {
        let mut out: Vec<Hit<'_>> = Vec::new();
        let mut sets = 0;
        for set in self.sets.iter().filter_map(Document::root) {
            sets += 1;
            let own = text_of(set, "provider");
            let Some(rules) = set.get("rules").filter(|_| own.is_empty() || own == provider) else { continue };
            for rule in rules.children() {
                let (Some(when), Some(then)) = (rule.get("when"), rule.get("then")) else { continue };
                let mut hit = Hit::new(rule, then);
                if !facts.holds(when, &mut hit) {
                    continue;
                }
                hit.provided = !own.is_empty();
                hit.coarse = when.children().all(|test| test.is("status"));
                // A rule on the status alone, even the provider's, knows less than one that read the message.
                let priority = rule.get("priority").and_then(Node::integer).unwrap_or(0).min(10_000);
                hit.rank = priority * 100 + when.children().count().min(99) as i64 - sets * 100_000_000;
                if hit.coarse {
                    hit.rank -= 1 << 40;
                }
                // Kept in order as they come: there are few.
                out.push(hit);
                let mut at = out.len() - 1;
                while let Some([before, after]) = out.get_mut(at.wrapping_sub(1)..=at)
                    && before.rank < after.rank
                {
                    core::mem::swap(before, after);
                    at -= 1;
                }
            }
        }
        out
    }
}

impl<'c> Hit<'c> {
    pub(super) fn new(rule: Node<'c>, then: Node<'c>) -> Self {
        Self {
            id: text_of(rule, "id"),
            then,
            provided: false,
            coarse: false,
            evidence: Vec::new(),
            heard: Vec::new(),
            parameter: (String::new(), String::new()),
            rank: 0,
        }
    }

    #[inline(never)]
    pub(super) fn see(&mut self, from: &'static str, name: &str, text: &str, span: Option<(usize, usize)>) {
        self.evidence.push(Evidence::new(&self.id, from, name, text, span));
    }

    /// The text of the hole called `name`; else "".
    pub fn hole(&self, name: &str) -> &str {
        if self.parameter.0 == name {
            return &self.parameter.1;
        }
        self.heard.iter().map(|heard| heard.found.hole(name)).find(|text| !text.is_empty()).unwrap_or("")
    }

    /// What `node`, a part of the rule, says under `key`, with the holes filled in; an unknown hole stays as it is.
    #[inline(never)]
    pub fn say(&self, node: Node<'_>, key: &str) -> String {
        let template = text_of(node, key);
        let mut out = String::new();
        let mut rest = template.as_str();
        while let Some((front, tail)) = split(rest, "{") {
            let value =
                split(tail, "}").map(|(name, after)| (self.hole(name), after)).filter(|(value, _)| !value.is_empty());
            out.push_str(front);
            rest = match value {
                Some((value, after)) => {
                    out.push_str(&redact::excerpt(value));
                    after
                }
                None => {
                    out.push('{');
                    tail
                }
            };
        }
        out.push_str(rest);
        out
    }
}

fn text_of(node: Node<'_>, key: &str) -> String {
    node.get(key).and_then(Node::text).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Report;
    use crate::explain::harvest::harvest;

    #[test]
    fn the_built_in_catalogs_are_whole_json_and_every_rule_has_an_id_of_its_own() {
        let catalogs = Catalogs::built_in();
        let mut ids = Vec::new();
        for set in &catalogs.sets {
            assert_eq!(set.end(), json::End::Complete);
            for rule in set.root().unwrap().get("rules").unwrap().children() {
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
            for test in set.get("tests").into_iter().flat_map(Node::children) {
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
                let (provider, _) = catalogs.provider(&facts);
                let hits = catalogs.hits(&provider, &facts);
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
        assert!(catalogs.hits("", &Facts { report: &report, harvest: &harvest }).iter().all(|hit| hit.id != "x"));
    }
}
