//! From a fit to the table: the features that matter, fitted again by themselves, in whole numbers.

use crate::examples::{Example, Set, size};
use crate::fit::Fit;
use fetch_with_policy::explain::advise::texts;
use fetch_with_policy::explain::judge::model::{CLASSES, POINTS, UNIT};
use fetch_with_policy::explain::kind::{KINDS, Kind, REASONS};
use std::fmt::Write;

/// Features in the table.
pub const FEATURES: usize = 2200;
/// A weight that is smaller than this counts as none.
const LEAST: f64 = 0.2;

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

impl Table {
    /// Fits a table to those examples of `set` whose rows `takes`.
    pub fn fit(set: &Set, takes: impl Fn(usize) -> bool) -> Self {
        let all: Vec<&Example> = set.examples.iter().filter(|example| takes(example.row)).collect();
        let first = Fit::of(all.clone(), set.names.len());
        let kept = kept(set, &all, &first);
        let mut places = vec![None; set.names.len()];
        for (place, feature) in kept.iter().enumerate() {
            places[*feature] = Some(place as u32);
        }
        let fewer: Vec<Example> = all
            .iter()
            .map(|example| Example {
                row: example.row,
                features: example
                    .features
                    .iter()
                    .filter_map(|(feature, size)| Some((places[*feature as usize]?, *size)))
                    .collect(),
                targets: example.targets.clone(),
                head: example.head,
            })
            .collect();
        let second = Fit::of(fewer.iter().collect(), kept.len());
        let bias = std::array::from_fn(|class| whole(second.weight(kept.len(), class)) as i16);
        let mut lines: Vec<Line> = Vec::new();
        for (place, feature) in kept.iter().enumerate() {
            let (hash, family, name) = &set.names[*feature];
            let weights: Vec<(u8, i8)> = (0..CLASSES)
                .filter_map(|class| {
                    let weight = second.weight(place, class) * size(*family);
                    let number = whole(weight).clamp(-127.0, 127.0) as i8;
                    (weight.abs() >= LEAST && number != 0).then_some((class as u8, number))
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
    /// If a row has more than 255 weights.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out: Vec<u8> = self.bias.iter().flat_map(|bias| bias.to_le_bytes()).collect();
        out.extend(self.confidence);
        out.extend((self.lines.len() as u16).to_le_bytes());
        let mut last = 0;
        for line in &self.lines {
            let mut gap = line.hash - last;
            last = line.hash;
            while gap >= 128 {
                out.push((gap & 127) as u8 | 128);
                gap >>= 7;
            }
            out.push(gap as u8);
        }
        out.extend(self.lines.iter().map(|line| u8::try_from(line.weights.len()).unwrap()));
        let weights = || self.lines.iter().flat_map(|line| &line.weights);
        out.extend(weights().map(|(class, _)| *class));
        out.extend(weights().map(|(_, weight)| *weight as u8));
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
            let mut weights = line.weights.iter().map(|(class, weight)| (usize::from(*class), i32::from(*weight)));
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

/// The features that move most: by their largest weight and in how many examples they are.
fn kept(set: &Set, examples: &[&Example], fit: &Fit) -> Vec<usize> {
    let mut counts = vec![0.0_f64; set.names.len()];
    for (feature, _) in examples.iter().flat_map(|example| &example.features) {
        counts[*feature as usize] += 1.0;
    }
    let rank = |feature: usize| {
        let most = (0..CLASSES).map(|class| fit.weight(feature, class).abs()).fold(0.0, f64::max);
        most * size(set.names[feature].1) * libm::sqrt(counts[feature])
    };
    let mut ranked: Vec<(f64, usize)> = (0..set.names.len()).map(|feature| (rank(feature), feature)).collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    ranked.truncate(FEATURES);
    let mut kept: Vec<usize> = ranked.into_iter().map(|(_, feature)| feature).collect();
    kept.sort_unstable();
    kept
}
