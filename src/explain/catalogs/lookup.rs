//! Looks up a rule by its id, without a response: its meaning, its causes and what to do.
//!
//! Every id that an explanation can have leads to a page: a catalog's rule, a status (`http.404`), a kind found in the body (`body.not_found`),
//! an error of fetch (`network.dns`), and such an id with the kind that the response's headers or fields changed it to
//! (`http.403.rate_limited`). The code that explains also makes the pages, from an empty response, so both say the same.
//! Placeholders in a rule's texts stay as the catalog has them.

use crate::explain::Report;
use crate::explain::advise::texts;
use crate::explain::advise::{self, sentences};
use crate::explain::catalogs::apply::Rule;
use crate::explain::catalogs::condition::Facts;
use crate::explain::catalogs::{Catalogs, Hit};
use crate::explain::explanation::Explanation;
use crate::explain::judge::default_reason;
use crate::explain::judge::kind::{self, Kind};
use crate::explain::judge::own;
use crate::explain::judge::program;
use crate::explain::judge::thrown;
use crate::explain::read::body::harvest;
use crate::explain::read::keys::{self, key};
use crate::explain::scan::{behind, cut, split};
use crate::explain::write::arena::Text;
use crate::syntax::json::Node;
use crate::syntax::number;
use alloc::string::String;

/// What `id` means, as the explanation of an empty response; `None` if no explanation has that id.
pub fn lookup(id: &str, catalogs: &Catalogs) -> Option<Explanation> {
    let mut page = Explanation::new(Kind::InvalidRequest, "", None);
    let found = fill(id, catalogs, &mut page);
    page.id = page.arena.add(id);
    advise::advise_bare(&Report::default(), &mut page);
    found.then_some(page)
}

/// Whether there is such an id; then `page` is what it stands for.
fn fill(id: &str, catalogs: &Catalogs, page: &mut Explanation) -> bool {
    let (group, name) = split(id, ".").unwrap_or_default();
    let (mut who, mut digits) = ("", String::new());
    if let Some((provider, rule)) = catalogs.rule(id) {
        who = catalogs.name(provider);
        number::push(&mut digits, status_of(rule));
        digits.truncate(if digits == "0" { 0 } else { digits.len() });
        apply(rule, provider, page);
    } else if thrown::page(id, page) || program::page(id, page) || own::page(id, page) {
        return true;
    } else if let ("http", Some(status @ 1..=65_535)) = (group, number::whole(name)) {
        let (kind, reason) = kind::of_status(status as u16);
        page.turn(kind, reason);
        digits.push_str(name);
    } else if id == "http.html" {
        page.turn(Kind::UnexpectedResponse, "html_instead_of_json");
    } else if id == "http.invalid-json" {
        page.turn(Kind::UnexpectedResponse, "invalid_json");
    } else if let ("body", Some(row)) = (group, texts::named(name)) {
        page.turn(row.kind, default_reason(row.kind));
    } else {
        // Turned by what no rule knows; the id before the last dot is one of the above. Ids are short: this calls itself.
        let word = behind(id, b'.');
        let below = cut(id, 0, (id.len() - word.len()).saturating_sub(1));
        let turned = |row: &texts::Row| {
            matches!(row.kind, Kind::RateLimited | Kind::QuotaExhausted | Kind::TooLarge | Kind::BusinessRule)
                && id.len() < 200
                && fill(below, catalogs, page)
        };
        let Some(row) = texts::named(word).filter(turned) else { return false };
        page.turn(row.kind, "");
        (page.title, page.what_happened) = (Text::default(), Text::default());
        page.causes.clear();
    }
    sentences::what((who, &digits), Text::default(), page);
    true
}

/// Makes `page` what `rule` says.
fn apply(rule: Node<'_>, provider: &str, page: &mut Explanation) {
    let document = keys::parse("");
    let report = Report::default();
    let harvest = harvest(&report, &document, page);
    let asked = crate::explain::read::request::Asked::default();
    let facts = Facts::new(&report, "", &harvest, &asked);
    let hit = Hit {
        id: page.arena.add(rule.at(key!("id")).text()),
        then: rule.at(key!("then")),
        provider,
        coarse: false,
        evidence: (0, 0),
        heard: (0, 0),
        rank: 0,
    };
    let rule = Rule { hit: &hit, facts: &facts, heard: &[] };
    rule.decide(page);
    rule.add(page);
}

/// The one status that `rule` asks for; 0 where it is for several.
fn status_of(rule: Node<'_>) -> u64 {
    let asked = rule.pointer("/when/status");
    let only = if asked.index(0).exists() && !asked.index(1).exists() { asked.index(0) } else { asked };
    only.integer().unwrap_or(0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_no_explanation_has_has_no_page() {
        for id in [
            "",
            ".",
            "http.",
            "http.0",
            "http.65536",
            "http.x",
            "body.",
            "body.nothing",
            "network.",
            "x.rate_limited",
            "http.404.not_found",
            "rate_limited",
            ".rate_limited",
            "clever.",
            "network.caller",
        ] {
            assert!(lookup(id, &Catalogs::built_in()).is_none(), "{id}");
        }
    }

    #[test]
    fn a_page_says_what_the_rule_says_and_leaves_its_holes() {
        let page = lookup("clever.limit-too-large", &Catalogs::built_in()).unwrap().to_json();
        for part in [
            r#""kind":"too_large""#,
            "Clever responded 413",
            "limit is {url.limit}; the maximum is 10000.",
            "page through",
        ] {
            assert!(page.contains(part), "{page}");
        }
    }
}
