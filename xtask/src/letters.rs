//! Bytes as text, for a module that is inlined in JS: a letter for each of the commonest bytes, two for each of the others.
//!
//! What counts is the size after brotli or gzip, and both look for repeats of whole letters. Measured on policy.wasm with its JS
//! (172,640 bytes; brotli): 93.6 kB as hexadecimal, 106.9 as base64, where bytes that repeat are other letters at each of three
//! offsets, 91.4 as the characters U+0000 to U+00FF, 89.9 as here. `pkg-template/entry/inline/decode.js` is the way back.

/// What a literal of any kind, a page or a minifier would escape.
const LEFT_OUT: &str = "\"$<\\`";
/// Letters that begin a pair. Two are enough for the bytes that have no letter of their own; more leave fewer of those.
const PREFIXES: usize = 2;

/// The letters of each byte.
pub struct Letters {
    head: String,
    codes: [String; 256],
}

impl Letters {
    /// By how often a byte is in `sample`: in all modules, for where two of them are in one file, brotli finds what both have
    /// (a table for each: 190.9 kB for both, one for both: 180.6).
    pub fn of(sample: &[u8]) -> Self {
        let letters: Vec<char> = (' '..='~').filter(|letter| !LEFT_OUT.contains(*letter)).collect();
        let is_single = commonest(sample, letters.len() - PREFIXES);
        // Numbered in the order of the bytes, so that bytes that are near stay near. There is a code for each.
        let mut singles = letters[PREFIXES..].iter().map(char::to_string);
        let mut pairs = letters.iter().flat_map(|first| letters.iter().map(move |second| format!("{first}{second}")));
        let codes = is_single.map(|single| if single { singles.next() } else { pairs.next() }.unwrap_or_default());
        let head = is_single.iter().map(|single| letters[usize::from(*single)]).collect();
        Self { head, codes }
    }

    /// The text: first a letter for each byte from 0 to 255, which says whether that byte is one letter (the second letter) or
    /// two (the first one).
    pub fn encode(&self, bytes: &[u8]) -> String {
        let mut text = self.head.clone();
        text.extend(bytes.iter().map(|byte| self.codes[usize::from(*byte)].as_str()));
        text
    }
}

// Which of the 256 bytes are among the `count` commonest.
fn commonest(bytes: &[u8], count: usize) -> [bool; 256] {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let mut order: Vec<usize> = (0..256).collect();
    order.sort_by_key(|byte| std::cmp::Reverse(counts[*byte]));
    let mut found = [false; 256];
    for byte in order.into_iter().take(count) {
        found[byte] = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Letters;

    #[test]
    fn the_commonest_bytes_are_one_letter() {
        let every: Vec<u8> = (0..=255).collect();
        let common: Vec<u8> = (100..188).collect();
        let (head, text) = (256, 88 + 2 * 168);
        let sample = [&every[..], &common].concat();
        assert_eq!(Letters::of(&sample).encode(&sample).len(), head + text + 88);
    }

    #[test]
    fn no_letter_has_to_be_escaped() {
        let every: Vec<u8> = (0..=255).collect();
        let text = Letters::of(&[]).encode(&every);
        assert!(text.chars().all(|letter| (' '..='~').contains(&letter) && !"\"$<\\`".contains(letter)));
    }
}
