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
use crate::syntax::json::{self, Document, Node};
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
        // A rule on the status alone, even the provider's, knows less than one that read the message.
        out.sort_by_key(|hit| hit.coarse);
        out
    }
}

impl<'c> Hit<'c> {
    pub(super) fn new(then: Node<'c>) -> Self {
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

    pub(super) fn see(&mut self, from: &'static str, name: Option<&str>, text: &str, span: Option<(usize, usize)>) {
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
