//! Which pairs of letters stand side by side in a text: a quick no to most searches.
//!
//! Messages are held against hundreds of words and templates, of which one or none is there. A word that has a pair which
//! the text has not is not in it, which the first or second pair mostly tells; without this, searching was four fifths of
//! all that the explainer did. Letters are five bits each, so that they are one in either case; other characters share
//! those bits, which costs a search in vain now and then and never misses one.

use super::words;

/// The pairs of a text: a row for each first letter, a bit for each second.
#[derive(Clone, Debug, Default)]
pub struct Grams([u32; 32]);

impl Grams {
    /// Those of `text`.
    pub fn of(text: &str) -> Self {
        let mut grams = Self::default();
        grams.add(text, false);
        grams
    }

    /// Adds those of `text`; where it is to be `plain`, of its letters and digits alone, as if nothing stood between them.
    #[inline(never)]
    pub fn add(&mut self, text: &str, plain: bool) {
        #[cfg(test)]
        crate::syntax::steps::add(text.len());
        let mut row = usize::MAX;
        for byte in text.bytes() {
            if plain && !byte.is_ascii_alphanumeric() {
                continue;
            }
            if let Some(bits) = self.0.get_mut(row) {
                *bits |= 1 << (byte & 31);
            }
            row = usize::from(byte & 31);
        }
    }

    /// Whether `part` may be in the text, in any case of its letters; false is certain.
    #[inline(never)]
    pub fn may_hold(&self, part: &str) -> bool {
        let mut last = None;
        for byte in part.bytes() {
            if !last.is_none_or(|last| self.has(last, byte)) {
                return false;
            }
            last = Some(byte);
        }
        true
    }

    /// Gives `found` the words of `list`, which single blanks part, that may be in the text. Of `a*b` both parts are asked for.
    pub fn each_held<'w>(&self, list: &'w str, mut found: impl FnMut(&'w str)) {
        let (mut from, mut at, mut last, mut held) = (0, 0, b' ', true);
        while from < list.len() {
            let byte = list.as_bytes().get(at).copied().unwrap_or(b' ');
            if byte == b' ' {
                if held {
                    found(words::cut(list, from, at));
                }
                (from, last, held) = (at + 1, byte, true);
            } else if held {
                held = last == b' ' || last == b'*' || byte == b'*' || self.has(last, byte);
                last = byte;
            }
            at += 1;
        }
    }

    /// Whether `second` stands behind `first` somewhere.
    pub fn has(&self, first: u8, second: u8) -> bool {
        self.0.get(usize::from(first & 31)).is_some_and(|bits| bits >> (second & 31) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_denied_and_most_else_is() {
        let grams = Grams::of("You have exceeded a Secondary Rate Limit; é");
        for part in ["secondary rate limit", "RATE", "x", "", "; é", "you have"] {
            assert!(grams.may_hold(part), "{part}");
        }
        for part in ["token", "rates", "abuse detection"] {
            assert!(!grams.may_hold(part), "{part}");
        }
    }

    #[test]
    fn of_a_list_those_that_may_be_there_are_found() {
        let mut found = alloc::vec::Vec::new();
        Grams::of("ratelimited").each_held("rate token limit x limits", |word| found.push(word));
        assert_eq!(found, ["rate", "limit", "x"]);
        found.clear();
        Grams::of("monthly rate limit").each_held("monthly*limit monthly*cap month*x", |word| found.push(word));
        assert_eq!(found, ["monthly*limit", "month*x"]);
    }

    #[test]
    fn a_plain_text_is_one_word() {
        let mut grams = Grams::default();
        grams.add("rate-limit_ed", true);
        assert!(grams.may_hold("ratelimited"));
        assert!(!Grams::of("rate-limit_ed").may_hold("ratelimited"));
    }
}
