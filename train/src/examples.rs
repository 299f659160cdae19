//! Rows as what the fit takes: which features, which classes.

use crate::rows::{Row, is_success, is_thrown};
use fetch_with_policy::explain::features;
use fetch_with_policy::explain::judge::features::Family;
use fetch_with_policy::explain::judge::model::HASH_BITS;
use fetch_with_policy::explain::kind::{KINDS, REASONS};
use std::collections::BTreeMap;

/// How much of a row's label goes to the other kinds that are as good.
const OTHERS: f64 = 0.3;
/// The weight of the copy of a row under a 200.
const UNDER_200: f64 = 0.3;
/// The weight of a row of the four documents that the project began with: each of them must be right.
const OF_SOURCES: f64 = 4.0;
/// A row that says less than this many words is not believed without its status.
const LEAST_WORDS: usize = 2;

/// A feature of a row: its hash as the table keeps it, and how to name it.
pub type Features = BTreeMap<u32, (Family, String)>;

/// The features of one row.
pub fn of_row(row: &Row, status: Option<u16>) -> Features {
    let mut report = row.case.report();
    report.status = status;
    let mut found = Features::new();
    features(&report, &mut |feature| {
        let text: String = feature.text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        found.entry(feature.hash >> (32 - HASH_BITS)).or_insert((feature.family, text));
    });
    found
}

/// One thing to learn from: the classes from `head.0` to `head.1` share one softmax.
pub struct Example {
    /// Of which row.
    pub row: usize,
    /// Place of the feature, and its size.
    pub features: Vec<(u32, f64)>,
    /// Class and share; they sum up to the example's weight.
    pub targets: Vec<(usize, f64)>,
    /// The classes that compete.
    pub head: (usize, usize),
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

/// The examples of `rows`, and the names of their features by place.
pub struct Set {
    /// What to learn from.
    pub examples: Vec<Example>,
    /// By place: hash, family, name.
    pub names: Vec<(u32, Family, String)>,
}

impl Set {
    /// Makes the examples of all `rows`; features that only one row has are left out.
    pub fn of(rows: &[Row]) -> Self {
        let mut drafts: Vec<(usize, f64, Features)> = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let own = of_row(row, row.case.status);
            let words = own.values().filter(|(family, _)| *family == Family::Word).count();
            let says = !is_thrown(row) && !is_success(row.kind) && row.case.status != Some(200) && words >= LEAST_WORDS;
            let under = says.then(|| of_row(row, Some(200)));
            drafts.push((index, if row.is_source { OF_SOURCES } else { 1.0 }, own));
            drafts.extend(under.map(|features| (index, UNDER_200, features)));
        }
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for hash in drafts.iter().filter(|(_, weight, _)| *weight >= 1.0).flat_map(|(_, _, features)| features.keys()) {
            *counts.entry(*hash).or_default() += 1;
        }
        let mut places: BTreeMap<u32, u32> = BTreeMap::new();
        let mut names = Vec::new();
        for (hash, (family, name)) in drafts.iter().flat_map(|(_, _, features)| features) {
            if counts.get(hash).is_some_and(|count| *count > 1) && !places.contains_key(hash) {
                places.insert(*hash, names.len() as u32);
                names.push((*hash, *family, name.clone()));
            }
        }
        let mut examples = Vec::new();
        for (index, weight, features) in drafts {
            let row = &rows[index];
            let listed: Vec<(u32, f64)> =
                features.iter().filter_map(|(hash, (family, _))| Some((*places.get(hash)?, size(*family)))).collect();
            let share = if row.others.is_empty() { 0.0 } else { OTHERS };
            let mut targets = vec![(row.kind, weight * (1.0 - share))];
            targets.extend(row.others.iter().map(|other| (*other, weight * share / row.others.len() as f64)));
            examples.push(Example { row: index, features: listed.clone(), targets, head: (0, KINDS.len()) });
            if let Some(reason) = row.reason {
                examples.push(Example {
                    row: index,
                    features: listed,
                    targets: vec![(KINDS.len() + reason, weight)],
                    head: head_of(reason),
                });
            }
        }
        Self { examples, names }
    }
}

/// The reasons of the kind that `reason` is of, as classes.
fn head_of(reason: usize) -> (usize, usize) {
    let kind = REASONS[reason].0;
    let first = REASONS.iter().position(|(other, _)| *other == kind).unwrap_or(0);
    let count = REASONS.iter().filter(|(other, _)| *other == kind).count();
    (KINDS.len() + first, KINDS.len() + first + count)
}
