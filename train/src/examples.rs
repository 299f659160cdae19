//! Rows and phrases as what the fit takes: which features, which classes.

use crate::fit::Sample;
use crate::phrases::{self, Phrase};
use crate::rows::{FILES, Row, is_success, is_thrown};
use fetch_with_policy::explain::judge::features::Family;
use fetch_with_policy::explain::judge::model::HASH_BITS;
use fetch_with_policy::explain::kind::{KINDS, REASONS};
use fetch_with_policy::explain::{Report, features};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How much of a row's label goes to the other kinds that are as good.
const OTHERS: f64 = 0.3;
/// The weight of the copy of a row under a 200.
const UNDER_200: f64 = 0.3;
/// The weight of a row of the four documents that the project began with: each of them must be right.
const OF_SOURCES: f64 = 6.0;
/// The weight of a row of the cases that the first version was built against, which stay right.
const OF_KNOWN: f64 = 4.0;
/// The weight of a row that an earlier version was tested by.
const OF_FIRST: f64 = 2.0;
/// The weight of a phrase.
const OF_PHRASES: f64 = 1.0;
/// A row that says less than this many words is not believed without its status.
const LEAST_WORDS: usize = 2;
/// A feature of fewer vendors is theirs alone, and does not help with others.
const LEAST_VENDORS: usize = 2;

/// A feature of a row: its hash as the table keeps it, and how to name it.
pub type Features = BTreeMap<u32, (Family, String)>;

/// The features of `report`.
fn of_report(report: &Report<'_>) -> Features {
    let mut found = Features::new();
    features(report, &mut |feature| {
        let text: String = feature.text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        found.entry(feature.hash >> (32 - HASH_BITS)).or_insert((feature.family, text));
    });
    found
}

/// The features of one row.
fn of_row(row: &Row, status: Option<u16>) -> Features {
    let mut report = row.case.report();
    report.status = status;
    of_report(&report)
}

/// The features of a phrase: its words.
fn of_phrase(phrase: &Phrase) -> Features {
    let name = if phrase.is_code() { "code" } else { "message" };
    let body = json!({ name: phrase.text }).to_string();
    let mut found = of_report(&Report { status: Some(400), body: Some(&body), ..Report::default() });
    found.retain(|_, (family, text)| {
        let is_word =
            matches!(family, Family::Word | Family::Pair | Family::Stem | Family::MessageWord | Family::CodeWord);
        is_word && text != name
    });
    found
}

/// How large a feature counts in the fit: one that stands for much is punished less for its weight.
pub fn size(family: Family) -> f64 {
    match family {
        Family::Status | Family::Class | Family::Prior => 2.0,
        Family::HeaderName => 0.5,
        Family::Pair | Family::ThrownPair => 0.6,
        _ => 1.0,
    }
}

/// What to learn from, and the names of the features by place.
pub struct Set {
    /// Which kind: classes are places in [`KINDS`].
    pub kinds: Vec<Sample>,
    /// Which reason of its kind: classes are places in [`REASONS`].
    pub reasons: Vec<Sample>,
    /// By place: hash, family, name.
    pub names: Vec<(u32, Family, String)>,
}

/// What is learned from, before its features have places; of a phrase, no row.
struct Draft {
    row: Option<usize>,
    weight: f64,
    features: Features,
}

impl Set {
    /// Makes the samples of all `rows` and of the phrases.
    pub fn of(rows: &[Row]) -> Self {
        let phrases = phrases::all();
        let (drafts, names) = drafts(rows, &phrases);
        let places: BTreeMap<u32, u32> =
            names.iter().enumerate().map(|(place, (hash, _, _))| (*hash, place as u32)).collect();
        let (mut kinds, mut reasons) = (Vec::new(), Vec::new());
        let mut next_phrase = phrases.iter();
        for draft in drafts {
            let (row, weight) = (draft.row, draft.weight);
            let listed = draft.features.iter();
            let features: Vec<(u32, f64)> =
                listed.filter_map(|(hash, (family, _))| Some((*places.get(hash)?, size(*family)))).collect();
            let Some(index) = row else {
                let kind = next_phrase.next().map_or(0, |phrase| phrase.kind);
                kinds.push(Sample { row, features, targets: vec![(kind, weight)], head: (0, KINDS.len()) });
                continue;
            };
            let labelled = &rows[index];
            if let Some(reason) = labelled.reason {
                let targets = vec![(reason, weight)];
                reasons.push(Sample { row, features: features.clone(), targets, head: head_of(reason) });
            }
            let share = if labelled.others.is_empty() || labelled.is_source { 0.0 } else { OTHERS };
            let mut targets = vec![(labelled.kind, weight * (1.0 - share))];
            let each = weight * share / labelled.others.len().max(1) as f64;
            targets.extend(labelled.others.iter().map(|other| (*other, each)));
            kinds.push(Sample { row, features, targets, head: (0, KINDS.len()) });
        }
        Self { kinds, reasons, names }
    }
}

/// A draft of each row, of some a second under a 200, and of each phrase; and of the features that are more than one vendor's
/// their hashes and names.
fn drafts(rows: &[Row], phrases: &[Phrase]) -> (Vec<Draft>, Vec<(u32, Family, String)>) {
    let mut drafts = Vec::new();
    let mut vendors: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let own = of_row(row, row.case.status);
        for hash in own.keys() {
            vendors.entry(*hash).or_default().insert(&row.vendor);
        }
        let words = own.values().filter(|(family, _)| *family == Family::Word).count();
        let says = !is_thrown(row) && !is_success(row.kind) && row.case.status != Some(200) && words >= LEAST_WORDS;
        let under = says.then(|| of_row(row, Some(200)));
        let weight = match row.file.as_str() {
            _ if row.is_source => OF_SOURCES,
            "errors-collected.json" => OF_KNOWN,
            file if FILES.contains(&file) => OF_FIRST,
            _ => 1.0,
        };
        drafts.push(Draft { row: Some(index), weight, features: own });
        drafts.extend(under.map(|features| Draft { row: Some(index), weight: UNDER_200, features }));
    }
    let of_phrases = phrases.iter().map(|phrase| Draft { row: None, weight: OF_PHRASES, features: of_phrase(phrase) });
    drafts.extend(of_phrases);
    let (mut known, mut names) = (BTreeSet::new(), Vec::new());
    for draft in &drafts {
        for (hash, (family, name)) in &draft.features {
            let is_shared = vendors.get(hash).is_some_and(|vendors| vendors.len() >= LEAST_VENDORS);
            if (is_shared || draft.row.is_none()) && known.insert(*hash) {
                names.push((*hash, *family, name.clone()));
            }
        }
    }
    (drafts, names)
}

/// The reasons of the kind that `reason` is of, as places in [`REASONS`].
fn head_of(reason: usize) -> (usize, usize) {
    let kind = REASONS[reason].0;
    let first = REASONS.iter().position(|(other, _)| *other == kind).unwrap_or(0);
    let count = REASONS.iter().filter(|(other, _)| *other == kind).count();
    (first, first + count)
}
