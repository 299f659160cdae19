//! From a fit to the table: the features that matter, fitted again by themselves, in whole numbers.

use crate::examples::{Set, size};
use crate::fit::{Fit, Sample};
use fetch_with_policy::explain::advise::texts;
use fetch_with_policy::explain::judge::model::{CLASSES, LOW_BITS, POINTS, STEP, UNIT};
use fetch_with_policy::explain::kind::{KINDS, Kind, REASONS};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Features in the table.
pub const FEATURES: usize = 2200;
/// Weights in the table, of all features together.
const WEIGHTS: usize = 8000;

/// A row of the table: the feature's hash, its name, its weights by class.
struct Line {
    hash: u32,
    name: String,
    weights: Vec<(u8, i8)>,
}

/// The table.
pub struct Table {
    bias: [i16; CLASSES],
    confidence: [u8; POINTS],
    lines: Vec<Line>,
}

fn whole(weight: f64) -> f64 {
    (weight * f64::from(UNIT)).round()
}

/// A weight in steps.
fn steps(weight: f64) -> i8 {
    (whole(weight) / f64::from(STEP)).round().clamp(-31.0, 31.0) as i8
}

impl Table {
    /// Fits a table to those samples of `set` whose rows `takes`, and to all phrases.
    pub fn fit(set: &Set, takes: impl Fn(usize) -> bool) -> Self {
        let chosen = |samples: &[Sample]| -> Vec<Sample> {
            samples.iter().filter(|sample| sample.row.is_none_or(&takes)).cloned().collect()
        };
        let mut parts = [chosen(&set.kinds), chosen(&set.reasons)];
        let count = set.names.len();
        let first = Weights::of(&parts, count, &|_, _| true);
        let (kept, pairs) = kept(set, &first);
        let mut places = vec![None; count];
        for (place, feature) in kept.iter().enumerate() {
            places[*feature] = Some(place as u32);
        }
        for sample in parts.iter_mut().flatten() {
            let known = sample.features.iter();
            sample.features = known.filter_map(|(feature, size)| Some((places[*feature as usize]?, *size))).collect();
        }
        let second = Weights::of(&parts, kept.len(), &|place, class| pairs.contains(&(kept[place], class)));
        let bias = std::array::from_fn(|class| whole(second.bias(class)) as i16);
        let mut lines: Vec<Line> = Vec::new();
        for (place, feature) in kept.iter().enumerate() {
            let (hash, family, name) = &set.names[*feature];
            let weights: Vec<(u8, i8)> = (0..CLASSES)
                .filter_map(|class| {
                    let number = steps(second.weight(place, class) * size(*family));
                    (number != 0).then_some((class as u8, number))
                })
                .collect();
            if !weights.is_empty() {
                lines.push(Line { hash: *hash, name: format!("{family:?} {name}"), weights });
            }
        }
        lines.sort_by_key(|line| line.hash);
        // Until it is calibrated, it says what it thinks.
        let confidence = std::array::from_fn(|point| (point * 100 / (POINTS - 1)) as u8);
        Self { bias, confidence, lines }
    }

    /// With what [`crate::calibrate`] found.
    pub fn with_confidence(mut self, confidence: [u8; POINTS]) -> Self {
        self.confidence = confidence;
        self
    }

    /// How many features it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// As `Model::read` takes it.
    ///
    /// # Panics
    /// If a row has more than 255 weights, or no row for 65,536 hashes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out: Vec<u8> = self.bias.iter().flat_map(|bias| bias.to_le_bytes()).collect();
        out.extend(self.confidence);
        out.extend((self.lines.len() as u16).to_le_bytes());
        let mut last = 0;
        for line in &self.lines {
            let upper = line.hash >> LOW_BITS;
            out.push(u8::try_from(upper - last).expect("hashes are spread evenly"));
            last = upper;
        }
        out.extend(self.lines.iter().map(|line| line.hash as u8));
        out.extend(self.lines.iter().map(|line| u8::try_from(line.weights.len()).expect("a row has few weights")));
        for line in &self.lines {
            let mut last = 0;
            for (class, _) in &line.weights {
                out.push(class - last);
                last = *class;
            }
        }
        let weights = self.lines.iter().flat_map(|line| &line.weights);
        out.extend(weights.map(|(_, weight)| *weight as u8));
        out
    }

    /// The same to read: a line a feature, in the order of names.
    pub fn text(&self) -> String {
        let mut out = String::from(
            "# The trained reader's weights, made by `cargo xtask train`; see weights.bin. 16 is one unit of log odds.\n",
        );
        let _ = writeln!(out, "confidence\t{:?}", self.confidence);
        let listed = |weights: &mut dyn Iterator<Item = (usize, i32)>| {
            weights.map(|(class, weight)| format!("{} {weight}", class_name(class))).collect::<Vec<_>>().join(", ")
        };
        let mut bias = self.bias.iter().enumerate().map(|(class, bias)| (class, i32::from(*bias)));
        let _ = writeln!(out, "bias\t{}", listed(&mut bias));
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by(|one, other| one.name.cmp(&other.name).then(one.hash.cmp(&other.hash)));
        for line in lines {
            let mut weights =
                line.weights.iter().map(|(class, weight)| (usize::from(*class), i32::from(*weight) * STEP));
            let _ = writeln!(out, "{:06x} {}\t{}", line.hash, line.name, listed(&mut weights));
        }
        out
    }
}

fn class_name(class: usize) -> String {
    let name = |kind: Kind| texts::row(kind).name;
    KINDS.get(class).map_or_else(
        || {
            let (kind, reason) = REASONS[class - KINDS.len()];
            format!("{}.{reason}", name(kind))
        },
        |kind| name(*kind).to_owned(),
    )
}

/// The weights of all classes: kinds are fitted apart from reasons, since nothing binds them.
struct Weights {
    kinds: Fit,
    reasons: Fit,
}

impl Weights {
    fn of([kinds, reasons]: &[Vec<Sample>; 2], features: usize, may: &dyn Fn(usize, usize) -> bool) -> Self {
        Self {
            kinds: Fit::of(kinds, features, may),
            reasons: Fit::of(reasons, features, |feature, class| may(feature, KINDS.len() + class)),
        }
    }

    fn weight(&self, feature: usize, class: usize) -> f64 {
        match class.checked_sub(KINDS.len()) {
            None => self.kinds.weight(feature, class),
            Some(reason) => self.reasons.weight(feature, reason),
        }
    }

    fn bias(&self, class: usize) -> f64 {
        class.checked_sub(KINDS.len()).map_or_else(|| self.kinds.bias(class), |reason| self.reasons.bias(reason))
    }
}

/// The features with the largest weights. The number of samples is not counted again: the fit already keeps rare features small, and
/// ranking by it would prefer words of the known vendors to those of new ones.
fn kept(set: &Set, fit: &Weights) -> (Vec<usize>, BTreeSet<(usize, usize)>) {
    let rank = |feature: usize, class: usize| fit.weight(feature, class).abs() * size(set.names[feature].1);
    let most = |feature: usize| (0..CLASSES).map(|class| rank(feature, class)).fold(0.0, f64::max);
    let features = (0..set.names.len()).map(|feature| (most(feature), feature)).collect();
    let mut kept = largest(features, FEATURES);
    kept.sort_unstable();
    let each = kept.iter().flat_map(|feature| (0..CLASSES).map(move |class| (*feature, class)));
    let pairs = each.map(|(feature, class)| (rank(feature, class), (feature, class))).collect();
    let pairs = largest(pairs, WEIGHTS).into_iter().collect();
    (kept, pairs)
}

/// The `count` things with the largest numbers.
fn largest<T: Ord>(mut ranked: Vec<(f64, T)>, count: usize) -> Vec<T> {
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    ranked.truncate(count);
    ranked.into_iter().map(|(_, thing)| thing).collect()
}
