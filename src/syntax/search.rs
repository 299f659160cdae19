//! A search for a text in another one, letters of ASCII in any case.
//!
//! What is looked for may be a user's (a catalog's template), and what it is looked for in a server's: together they must not
//! make a search slower than linear. The plain search is the fastest for words and texts as they come, and so it runs first;
//! once its comparisons have cost more than the bytes that it passed, the rest is searched as Knuth, Morris and Pratt do.

use alloc::vec::Vec;

/// Comparisons that the plain search may spend beyond those of one for each byte.
const SPARE: usize = 256;

/// The first place at or behind `from` where `needle` stands. An empty needle stands nowhere.
pub fn find(text: &str, needle: &str, from: usize) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    // One bit parts the cases of a letter; what else it joins is told apart by the comparison.
    let first = needle.first()? | 32;
    let last = text.len().checked_sub(needle.len())?;
    let (mut at, mut spent) = (from, 0);
    // Loops over numbers: iterators that are put together are calls for each byte where code is built to be small.
    while at <= last {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        if text.get(at)? | 32 == first {
            let mut same = 0;
            while same < needle.len() && text.get(at + same)?.eq_ignore_ascii_case(needle.get(same)?) {
                same += 1;
            }
            #[cfg(test)]
            crate::syntax::steps::add(same);
            if same == needle.len() {
                return Some(at);
            }
            spent += same;
            if spent > at - from + SPARE {
                return find_hard(text, needle, at + 1);
            }
        }
        at += 1;
    }
    None
}

/// The search of Knuth, Morris and Pratt: no byte of the text is looked at again for a longer part of the needle than it fits.
#[cold]
#[inline(never)]
fn find_hard(text: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    // Of each prefix of the needle: how long the longest part is that both begins and ends it.
    let mut borders: Vec<usize> = Vec::with_capacity(needle.len());
    let mut fit = 0;
    for byte in needle {
        fit = if borders.is_empty() { 0 } else { extend(needle, &borders, fit, *byte) };
        borders.push(fit);
    }
    fit = 0;
    for (at, byte) in text.iter().enumerate().skip(from) {
        fit = extend(needle, &borders, fit, *byte);
        if fit == needle.len() {
            return Some(at + 1 - fit);
        }
    }
    None
}

/// How much of the needle's front fits what ends with `byte`, if `fit` of it fitted what stands before.
fn extend(needle: &[u8], borders: &[usize], mut fit: usize, byte: u8) -> usize {
    loop {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        if needle.get(fit).is_some_and(|next| next.eq_ignore_ascii_case(&byte)) {
            return fit + 1;
        }
        if fit == 0 {
            return 0;
        }
        fit = borders.get(fit - 1).copied().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::steps;
    use alloc::string::String;

    #[test]
    fn a_search_ignores_case_and_knows_its_end() {
        assert_eq!(find("xÄABc", "abc", 0), Some(3));
        assert_eq!(find("abc", "abcd", 0), None);
        assert_eq!(find("abc", "a", 1), None);
        assert_eq!(
            (find("abc", "", 0), find("", "", 0), find("", "a", 0), find("a", "a", 9)),
            (None, None, None, None)
        );
    }

    /// All texts of two letters, each needle, from each place: the plain search and the other one find what `core`'s finds.
    #[test]
    fn both_searches_find_what_is_there() {
        let word = |bits: usize, length: usize| -> String {
            (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'B' }).collect()
        };
        for (text, needle) in (0..1 << 9).flat_map(|bits| (1..5).map(move |length| (bits, length))) {
            let (text, length) = (word(text, 9), needle);
            for needle in (0..1 << length).map(|bits| word(bits, length)) {
                for from in 0..=text.len() {
                    let expected = text.get(from..).and_then(|rest| rest.find(&needle)).map(|at| at + from);
                    assert_eq!(find(&text, &needle.to_ascii_lowercase(), from), expected, "{needle} in {text}");
                    assert_eq!(find_hard(text.as_bytes(), needle.to_ascii_uppercase().as_bytes(), from), expected);
                }
            }
        }
        // Long enough for the plain search to give up.
        let text = ["é", &"a".repeat(5000), "b", &"A".repeat(50), "B"].concat();
        let needle = ["b", &"a".repeat(50), "b"].concat();
        assert_eq!(find(&text, &needle, 0), Some(5002));
        assert_eq!(find(&text, &"a".repeat(49), 5003), Some(5003));
        assert_eq!(find(&text, &["a".repeat(40).as_str(), "b"].concat(), 0), Some(4962));
    }

    #[test]
    fn a_search_takes_linear_time_whatever_it_looks_for() {
        let needles: [fn(usize) -> String; 5] = [
            |size| "a".repeat(size) + "b",
            |size| ["b", &"a".repeat(size)].concat(),
            |size| ["a".repeat(size / 2).as_str(), "b", &"a".repeat(size / 2)].concat(),
            |size| "ab".repeat(size / 2) + "aa",
            |size| "aab".repeat(size / 3) + "ab",
        ];
        let texts: [fn(usize) -> String; 4] = [
            |size| "a".repeat(size),
            |size| "ab".repeat(size / 2),
            |size| "aab".repeat(size / 3),
            |size| ["a".repeat(99).as_str(), "c"].concat().repeat(size / 100),
        ];
        for (which, needle) in needles.iter().enumerate() {
            for (text, size) in texts.iter().flat_map(|text| [30, 300, 3000].map(|size| (text, size))) {
                let (long, short) = (text(60_000), text(30_000));
                let of = |text: &str, needle: &str| steps::of(|| _ = find(text, needle, 0));
                let before = of(&short, &needle(size));
                assert!(of(&long, &needle(size)) <= before * 22 / 10 + 1000, "needle {which} of {size}, longer text");
                assert!(of(&short, &needle(size * 2)) <= before * 22 / 10 + 1000, "needle {which} of {size}, doubled");
                assert!(before <= 4 * 30_000 + 4 * size as u64, "needle {which} of {size}: {before} steps");
            }
        }
    }
}
