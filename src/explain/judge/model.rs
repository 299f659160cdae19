//! The trained reader: which kind and reason the features of a report speak for, and how sure that is.
//!
//! A multinomial logistic regression. Its weights are the table `weights.bin`, made by `cargo xtask train` out of the labelled
//! errors in `tests/fixtures` and of `train/phrases.txt`; `weights.txt` beside it is the same to read. Everything is whole numbers: the same report gives
//! the same response on every machine.

use super::features::{Feature, Span};
use super::kind::{KINDS, Kind, REASONS};
use alloc::vec::Vec;

/// The bits of a feature's hash that the table keeps. With some 2,200 rows, one feature of 480 that were never trained has a row by chance.
pub const HASH_BITS: u32 = 20;
/// The lower bits of a hash, which the table keeps in a column of their own: the upper bits hardly differ between rows.
pub const LOW_BITS: u32 = 8;
/// The upper bits of a hash by which its row is looked up.
const BUCKET_BITS: u32 = 11;
/// One unit of a score, as a part of a natural logarithm.
pub const UNIT: i32 = 16;
/// Weights are multiples of this many units: finer ones judge no better, and cost two bits each.
pub const STEP: i32 = 4;
/// Classes: the kinds, then the reasons of kinds that have some.
pub const CLASSES: usize = KINDS.len() + REASONS.len();
/// Points at which the probability of the likeliest kind is set against how often it is right.
pub const POINTS: usize = 17;

/// The table, ready to be asked.
#[derive(Clone, Debug)]
pub struct Model {
    bias: [i16; CLASSES],
    /// In percent, at 0/16, 1/16, … of probability.
    confidence: [u8; POINTS],
    /// Sorted.
    hashes: Vec<u32>,
    /// Of each value of a hash's upper bits, the first row that has it or more.
    buckets: Vec<u16>,
    /// Where the weights of each row begin, and the end of the last.
    starts: Vec<u16>,
    /// Class and weight.
    weights: Vec<(u8, i8)>,
}

/// What the reader makes of a report.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The likeliest kind.
    pub kind: Kind,
    /// The likeliest reason of it, "unknown" where none stands out; "" for a kind without reasons.
    pub reason: &'static str,
    /// How often such a judgement is right, in percent.
    pub confidence: u8,
    /// The second likeliest kind.
    pub second: Kind,
    /// The places in the body that spoke most for the kind, strongest first.
    pub places: Vec<Span>,
}

/// How many places are kept.
const PLACES: usize = 3;

impl Model {
    /// The table that comes with the crate.
    pub fn built_in() -> Self {
        Self::read(include_bytes!("weights.bin"))
    }

    /// Reads a table as the trainer writes it, column by column, since like bytes beside one another are pressed best: biases,
    /// confidence, the number of rows; of all rows the gaps between the upper bits of their hashes, then the lower bits, then how
    /// many weights each has; of all weights the gaps between the classes of one row, then the values in steps.
    pub fn read(bytes: &[u8]) -> Self {
        let mut rest = bytes.iter().copied();
        let mut next = || rest.next().unwrap_or(0);
        let bias = core::array::from_fn(|_| i16::from_le_bytes([next(), next()]));
        let confidence = core::array::from_fn(|_| next());
        let count = usize::from(u16::from_le_bytes([next(), next()]));
        let mut upper = 0;
        let mut hashes: Vec<u32> = (0..count)
            .map(|_| {
                upper += u32::from(next());
                upper << LOW_BITS
            })
            .collect();
        for hash in &mut hashes {
            *hash |= u32::from(next());
        }
        let mut starts = Vec::with_capacity(count + 1);
        let mut total = 0_u16;
        for _ in 0..count {
            starts.push(total);
            total = total.saturating_add(u16::from(next()));
        }
        starts.push(total);
        let mut weights: Vec<(u8, i8)> = (0..total).map(|_| (next(), 0)).collect();
        for row in starts.windows(2) {
            let [from, to] = row else { continue };
            let mut class = 0_u8;
            for weight in weights.get_mut(usize::from(*from)..usize::from(*to)).into_iter().flatten() {
                class = class.saturating_add(weight.0);
                weight.0 = class;
            }
        }
        for weight in &mut weights {
            weight.1 = next() as i8;
        }
        let mut buckets = Vec::with_capacity((1 << BUCKET_BITS) + 1);
        let mut row = 0;
        for bucket in 0..=1 << BUCKET_BITS {
            while hashes.get(row).is_some_and(|hash| hash >> (HASH_BITS - BUCKET_BITS) < bucket) {
                row += 1;
            }
            buckets.push(row as u16);
        }
        Self { bias, confidence, hashes, buckets, starts, weights }
    }

    /// What it says of its confidence, in percent, at 0/16, 1/16, … of probability: for the trainer.
    pub fn confidence(&self) -> [u8; POINTS] {
        self.confidence
    }

    fn row(&self, hash: u32) -> Option<usize> {
        let hash = hash >> (32 - HASH_BITS);
        let bucket = (hash >> (HASH_BITS - BUCKET_BITS)) as usize;
        let at = |index: usize| usize::from(self.buckets.get(index).copied().unwrap_or(0));
        let from = at(bucket);
        let rows = self.hashes.get(from..at(bucket + 1)).unwrap_or_default();
        rows.iter().position(|known| *known == hash).map(|row| from + row)
    }

    fn weights(&self, row: usize) -> &[(u8, i8)] {
        let at = |index: usize| usize::from(self.starts.get(index).copied().unwrap_or(0));
        self.weights.get(at(row)..at(row + 1)).unwrap_or_default()
    }

    /// Judges by the features that `each` gives.
    pub fn judge<'t>(&self, each: impl FnOnce(&mut dyn FnMut(Feature<'t>))) -> Judged {
        // A row counts once, however often its feature is there.
        let mut found: Vec<(usize, Option<Span>)> = Vec::new();
        let mut seen = [0_u64; 64];
        each(&mut |feature| {
            let Some(row) = self.row(feature.hash) else { return };
            let Some(bits) = seen.get_mut(row / 64) else { return };
            if *bits >> (row % 64) & 1 == 0 {
                *bits |= 1 << (row % 64);
                found.push((row, feature.span));
            }
        });
        let mut scores = self.bias.map(i32::from);
        for (row, _) in &found {
            for (class, weight) in self.weights(*row) {
                if let Some(score) = scores.get_mut(usize::from(*class)) {
                    *score += i32::from(*weight) * STEP;
                }
            }
        }
        let (kinds, reasons) = scores.split_at(KINDS.len());
        let (first, second) = best_two(kinds);
        let kind = KINDS.get(first).copied().unwrap_or(Kind::Unknown);
        Judged {
            kind,
            reason: reason_of(kind, reasons),
            confidence: self.confidence_of(kinds, first),
            second: KINDS.get(second).copied().unwrap_or(kind),
            places: self.places(&found, first, second),
        }
    }

    fn confidence_of(&self, kinds: &[i32], first: usize) -> u8 {
        let most = kinds.get(first).copied().unwrap_or(0);
        let sum: u32 = kinds.iter().map(|score| exp(most - score)).sum();
        // In 1/4096 of one, of which 256 lie between two points.
        let chance = (1 << 28) / sum.max(1 << 16);
        let (index, part) = ((chance / 256) as usize, (chance % 256) as i32);
        let at = |index: usize| self.confidence.get(index).copied().map_or(100, i32::from);
        // Rounded: a percentage that is cut is half a point too low on average.
        ((at(index) * 256 + (at((index + 1).min(POINTS - 1)) - at(index)) * part + 128) / 256) as u8
    }

    fn places(&self, found: &[(usize, Option<Span>)], first: usize, second: usize) -> Vec<Span> {
        let mut best: Vec<(i32, Span)> = Vec::new();
        for (row, span) in found {
            let Some(span) = span else { continue };
            let of = |class: usize| {
                let weight = self.weights(*row).iter().find(|(other, _)| usize::from(*other) == class);
                weight.map_or(0, |(_, weight)| i32::from(*weight))
            };
            let gain = of(first) - of(second);
            // A word and its pair are one place.
            let beside = best.iter_mut().find(|(_, other)| other.0 < span.1 && span.0 < other.1);
            match beside {
                Some(other) if other.0 < gain => *other = (gain, *span),
                None if gain > 0 => best.push((gain, *span)),
                _ => {}
            }
        }
        // The strongest first, by hand: the sort of `core` is larger than all of this.
        let mut places = Vec::new();
        while places.len() < PLACES
            && let Some(most) = best.iter().map(|(gain, _)| *gain).max()
            && most > 0
        {
            let strongest = best.iter_mut().find(|(gain, _)| *gain == most);
            places.extend(strongest.map(|(gain, span)| {
                *gain = 0;
                *span
            }));
        }
        places
    }
}

/// The likeliest reason of `kind` by the scores of all reasons: "unknown" where it is hardly likelier than the next one.
fn reason_of(kind: Kind, scores: &[i32]) -> &'static str {
    let (mut best, mut next, mut found) = (i32::MIN, i32::MIN, "");
    for ((_, reason), score) in REASONS.iter().zip(scores).filter(|((of, _), _)| *of == kind) {
        if *score > best {
            (next, best, found) = (best, *score, reason);
        } else {
            next = next.max(*score);
        }
    }
    if !found.is_empty() && best.saturating_sub(next) < UNIT { "unknown" } else { found }
}

/// The places of the largest and of the second largest number.
fn best_two(scores: &[i32]) -> (usize, usize) {
    let (mut first, mut second) = (0, usize::from(scores.len() > 1));
    let at = |index: usize| scores.get(index).copied().unwrap_or(i32::MIN);
    if at(second) > at(first) {
        (first, second) = (second, first);
    }
    for index in 2..scores.len() {
        if at(index) > at(first) {
            (first, second) = (index, first);
        } else if at(index) > at(second) {
            second = index;
        }
    }
    (first, second)
}

/// e to the power of -`down`/[`UNIT`], in 1/65536.
fn exp(down: i32) -> u32 {
    /// 2 to the power of -i/16.
    const ROOTS: [u32; 16] = [
        65536, 62757, 60097, 57549, 55109, 52772, 50535, 48393, 46341, 44376, 42495, 40693, 38968, 37316, 35734, 34219,
    ];
    // log2(e) / 16 in 1/65536 is 5909.3.
    let halvings = down.clamp(0, 400) as u32 * 5909;
    let root = ROOTS.get((halvings >> 12 & 15) as usize).copied().unwrap_or(0);
    root.checked_shr(halvings >> 16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::judge::features::Family;

    #[test]
    fn powers_of_e_are_near_the_true_ones() {
        for down in 0..160 {
            let truth = (-f64::from(down) / f64::from(UNIT)).exp() * 65536.0;
            assert!((f64::from(exp(down)) - truth).abs() <= truth * 0.05 + 1.0, "{down}");
        }
        assert_eq!(exp(i32::MAX), 0);
    }

    #[test]
    fn the_two_best_are_found() {
        assert_eq!(best_two(&[1, 3, 2]), (1, 2));
        assert_eq!(best_two(&[3, 1, 4, 4]), (2, 3));
        assert_eq!(best_two(&[5]), (0, 0));
    }

    #[test]
    fn a_table_that_is_cut_judges_without_panic() {
        let bytes = include_bytes!("weights.bin");
        for length in [0, 1, 50, 200, bytes.len() / 2, bytes.len() - 1] {
            let model = Model::read(bytes.get(..length).unwrap());
            let feature = Feature { hash: 7, family: Family::Word, text: "", span: None };
            let _ = model.judge(|sink| sink(feature));
        }
    }
}
