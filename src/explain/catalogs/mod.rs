//! Catalogs: what the errors of an API mean, as plain JSON. Built-in catalogs and a user's have the same form.
//!
//! A catalog names a provider and its hosts, or neither (then it applies to all APIs), and has rules `{id, priority?, when, then}`.
//! `when` matches if all its members match; they are `status`, `method`, `code`, `message`, `body`, `requestBody`, `header`,
//! `request` (see `read/request.rs`), `requestHeader`, `json`, `url`, `bodyIs`, `format`, `not`, `any`. A condition on a text is a template or a list of them, or an object of
//! `equals`, `contains`, `startsWith`, `template`, `gt`, `gte`, `lt`, `lte`, `exists`. An unknown member never matches. Earlier
//! catalogs come first, then the higher priority, then more conditions. Rules are evaluated as they were read: nothing is
//! compiled, nothing backtracks. The package's `defineCatalog` reports mistakes; here a rule with a mistake never matches.
//!
//! A user's catalogs come before all others, whatever their conditions. One without hosts applies if no API is recognised.
//! The rules of a catalog that another `extends` apply to the other's API too: the catalog of a mirror names the API that it mirrors. For
//! 2xx responses only a user's rules that name a status apply: an error with status 200 is never guessed.

#[doc(hidden)]
pub mod apply;
mod compact;
#[doc(hidden)]
pub mod condition;
pub mod lookup;
#[doc(hidden)]
pub mod template;
mod text_test;

use crate::explain::catalogs::compact::{length, squeeze};
use crate::explain::catalogs::condition::{Facts, Heard, Notes};
use crate::explain::explanation::Explanation;
use crate::explain::judge::model::Model;
use crate::explain::read::keys::{self, key};
use crate::explain::read::report::authority_of;
use crate::explain::scan::has;
use crate::explain::write::arena::Text;
use crate::syntax::json::{self, Document, Node};
use alloc::vec::Vec;

/// A file of `providers/`, squeezed.
macro_rules! built_in {
    ($path:expr) => {{
        const JSON: &str = include_str!($path);
        #[allow(long_running_const_eval)]
        const BYTES: [u8; length(JSON)] = squeeze(JSON).0;
        match core::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}

/// The files, as they are bound in; and for tests, as they are written.
macro_rules! files {
    ($($name:literal)*) => {
        const BUILT_IN: &[&str] = &[$(built_in!(concat!("providers/", $name, ".json"))),*];
        #[cfg(test)]
        const SOURCES: &[&str] = &[$(include_str!(concat!("providers/", $name, ".json"))),*];
    };
}

// `messages` holds for all APIs, and so comes last.
files! {
    "anthropic" "aws" "clever" "discord" "facebook" "github" "google" "openai" "shopify" "slack" "stripe" "twilio" "unit21"
    "messages"
}

/// The catalogs that [`explain`](crate::explain::explain) uses, in order of precedence.
#[derive(Debug)]
pub struct Catalogs {
    sets: Vec<Document<'static>>,
    /// How many of them, the first ones, are a user's.
    users: usize,
    /// What judges where no rule does.
    model: Model,
}

/// A rule that matches.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'f> {
    /// The id.
    pub id: Text,
    /// The `then` of the rule.
    pub then: Node<'f>,
    /// The provider; "" if there is none.
    pub provider: &'f str,
    /// Whether it asks for the status alone: then it gives causes only where nothing better does. A user's never counts as such.
    pub coarse: bool,
    /// Why it holds: of the explanation's evidence, from and to.
    pub evidence: (usize, usize),
    /// What its templates fit: of [`Hits::heard`], from and to.
    pub heard: (usize, usize),
    /// Higher goes first.
    pub rank: i64,
}

/// The rules that match, in order of precedence.
#[derive(Debug)]
pub struct Hits<'f> {
    /// The rules.
    pub rules: Vec<Hit<'f>>,
    /// What templates fit.
    pub heard: Vec<Heard<'f>>,
}

impl Catalogs {
    /// The catalogs that come with the crate.
    pub fn built_in() -> Self {
        Self { sets: BUILT_IN.iter().map(|text| keys::parse(text)).collect(), users: 0, model: Model::built_in() }
    }

    /// The trained reader.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Replaces the trained reader. For the trainer.
    pub fn with_model(mut self, model: Model) -> Self {
        self.model = model;
        self
    }

    /// Adds a user's catalog before the built-in ones and after the user's catalogs added earlier. A text that is not a catalog adds no rules.
    pub fn with(mut self, catalog: &str) -> Self {
        self.add(catalog);
        self
    }

    /// See [`Catalogs::with`]. Returns whether all of it could be read: it may be cut off, too deep or too long.
    pub fn add(&mut self, catalog: &str) -> bool {
        self.insert(keys::parse(catalog).into_owned())
    }

    /// The same for a static text, without a copy.
    pub fn add_static(&mut self, catalog: &'static str) -> bool {
        self.insert(keys::parse(catalog))
    }

    fn insert(&mut self, set: Document<'static>) -> bool {
        let whole = set.end() == json::End::Complete;
        self.sets.insert(self.users, set);
        self.users += 1;
        whole
    }

    /// Whether rules may find an error under a 2xx.
    pub fn has_users(&self) -> bool {
        self.users > 0
    }

    /// What `provider` is called in sentences; "" where it is not known.
    pub fn name(&self, provider: &str) -> &str {
        let set = self.sets.iter().find(|set| set.root().at(key!("provider")).text() == provider);
        set.map_or("", |set| set.root().at(key!("name")).text())
    }

    /// The rule `id` and its provider.
    pub fn rule(&self, id: &str) -> Option<(&str, Node<'_>)> {
        self.sets.iter().find_map(|set| {
            let rule = set.root().at(key!("rules")).children().find(|rule| rule.at(key!("id")).text() == id)?;
            Some((set.root().at(key!("provider")).text(), rule))
        })
    }

    /// The API that answered ("" if none is known): as the report says, by the host, or by the shape of the body; and
    /// whether it was by shape.
    pub fn provider<'f>(&'f self, facts: &Facts<'f>) -> (&'f str, bool) {
        if !facts.report.provider.is_empty() {
            return (facts.report.provider, false);
        }
        let mut by_shape = "";
        let mut scratch = Explanation::new(crate::explain::judge::kind::Kind::Success, "", None);
        for set in &self.sets {
            let set = set.root();
            let provider = set.at(key!("provider")).text();
            for pattern in set.at(key!("hosts")).children() {
                let pattern = pattern.text();
                let host = if has(pattern, ":") { authority_of(facts.report.url) } else { facts.host };
                let suffix = pattern.strip_prefix("*").unwrap_or(pattern);
                if host.ends_with(suffix) && (host.len() == suffix.len() || suffix.len() < pattern.len()) {
                    return (provider, false);
                }
            }
            let when = set.at(key!("recognise"));
            let mut notes = Notes { out: &mut scratch, heard: Vec::new(), rule: Text::default() };
            if by_shape.is_empty() && when.exists() && facts.holds(when, &mut notes) {
                by_shape = provider;
            }
        }
        (by_shape, !by_shape.is_empty())
    }

    /// Whether the `index`th catalog, `set`, is one of `provider`.
    fn names(&self, index: usize, set: Node<'_>, provider: &str) -> bool {
        let everywhere = index < self.users && !set.at(key!("hosts")).exists() && !set.at(key!("recognise")).exists();
        set.at(key!("provider")).text() == provider || (everywhere && provider.is_empty())
    }

    /// Holds the rules of `provider`, and those of no provider, against the response. What they saw goes to `out`. Under a 2xx
    /// (`well`) only those are asked that may find an error there.
    pub fn hits<'f>(&'f self, provider: &str, facts: &Facts<'f>, well: bool, out: &mut Explanation) -> Hits<'f> {
        let mut rules: Vec<Hit<'f>> = Vec::new();
        let mut notes = Notes { out, heard: Vec::new(), rule: Text::default() };
        let mut layer = 0;
        // Whose rules hold beside the provider's own.
        let mut extended = Vec::new();
        for (index, set) in self.sets.iter().enumerate() {
            if self.names(index, set.root(), provider) {
                set.root().at(key!("extends")).children().for_each(|name| extended.push(name.text()));
            }
        }
        for (index, set) in self.sets.iter().enumerate() {
            let user = index < self.users;
            let provider_of_set = set.root().at(key!("provider")).text();
            layer -= 100_000_000;
            let applies = provider_of_set.is_empty()
                || self.names(index, set.root(), provider)
                || extended.contains(&provider_of_set);
            if !applies || (well && !user) {
                continue;
            }
            for rule in set.root().at(key!("rules")).children() {
                let (when, then) = (rule.at(key!("when")), rule.at(key!("then")));
                if !facts.may_hold(when) {
                    continue;
                }
                let (seen, heard, mark) = (notes.out.evidence.len(), notes.heard.len(), notes.out.arena.mark());
                notes.rule = notes.out.arena.add(rule.at(key!("id")).text());
                // A rule that asks for nothing is a mistake, not one for every response.
                if when.children().next().is_none()
                    || (well && !when.at(key!("status")).exists())
                    || !facts.holds(when, &mut notes)
                {
                    notes.out.arena.all.truncate(mark);
                    continue;
                }
                let coarse = !user && when.children().all(|test| test.key() == "status");
                let priority = rule.at(key!("priority")).integer().unwrap_or(0).min(10_000);
                // A rule on the status alone, even the provider's, knows less than one that read the message.
                let rank =
                    layer + priority * 100 + when.children().count().min(99) as i64 - if coarse { 1 << 40 } else { 0 };
                let evidence = (seen, notes.out.evidence.len());
                let heard = (heard, notes.heard.len());
                rules.push(Hit { id: notes.rule, then, provider: provider_of_set, coarse, evidence, heard, rank });
                // Kept in order as they come: there are few.
                let mut at = rules.len() - 1;
                while let Some([before, after]) = rules.get_mut(at.wrapping_sub(1)..=at)
                    && before.rank < after.rank
                {
                    core::mem::swap(before, after);
                    at -= 1;
                }
            }
        }
        Hits { rules, heard: notes.heard }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Report;

    #[test]
    fn the_built_in_catalogs_are_whole_json_and_every_rule_has_an_id_of_its_own() {
        let catalogs = Catalogs::built_in();
        let mut ids = Vec::new();
        for set in &catalogs.sets {
            assert_eq!(set.end(), json::End::Complete);
            for rule in set.root().get("rules").children() {
                assert!(rule.get("when").exists() && rule.get("then").exists());
                ids.push(rule.get("id").text());
            }
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    /// A catalog's own tests are reports; the first rule that holds must be the one that is expected.
    #[test]
    fn the_built_in_catalogs_pass_their_own_tests_and_test_each_rule_that_decides() {
        let catalogs = Catalogs::built_in();
        for source in SOURCES {
            let set = keys::parse(source);
            let mut untested: Vec<&str> = set
                .root()
                .get("rules")
                .children()
                .filter(|rule| rule.pointer("/then/kind").exists())
                .map(|rule| rule.get("id").text())
                .collect();
            for test in set.root().get("tests").children() {
                let text = |key: &str| test.get(key).text();
                let report = Report {
                    status: test.get("status").integer().map(|status| status as u16),
                    url: text("url"),
                    method: text("method"),
                    body: Some(text("body")),
                    provider: text("provider"),
                    ..Report::default()
                };
                let out = crate::explain::explain(&report, &catalogs);
                let expected = test.pointer("/expect/id").text();
                assert_eq!(out.arena.read(out.id), expected, "{}", text("body"));
                untested.retain(|id| *id != expected);
            }
            // Clever's, Unit21's and the messages' other rules are tested row by row in `tests/it/explain_causes.rs`.
            let name = set.root().get("provider").text();
            assert!(untested.is_empty() || matches!(name, "" | "clever" | "unit21"), "{untested:?}");
        }
    }

    #[test]
    fn a_rule_with_an_unknown_word_never_holds() {
        let catalogs = Catalogs::built_in().with(r#"{"rules":[{"id":"x","when":{"phase":"moon"},"then":{}}]}"#);
        let report = Report { status: Some(418), ..Report::default() };
        let out = crate::explain::explain(&report, &catalogs);
        assert_eq!(out.arena.read(out.id), "http.418");
    }
}
