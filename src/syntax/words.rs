//! Splitting at ASCII separators.
//!
//! The same as `str::split` and `str::split_once`, of which each kind of pattern is compiled anew: here it is one
//! function each, which is a kilobyte less.

/// Where the first of `bytes` (ASCII) is.
#[inline(never)]
pub fn find(text: &str, bytes: &[u8]) -> Option<usize> {
    let found = position(text, bytes);
    #[cfg(test)]
    crate::syntax::steps::add(found.unwrap_or(text.len()));
    found
}

fn position(text: &str, bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    if let [only] = bytes {
        while *text.as_bytes().get(at)? != *only {
            at += 1;
        }
        return Some(at);
    }
    loop {
        let byte = text.as_bytes().get(at)?;
        // `contains` would bring a `memchr` along.
        for other in bytes {
            if other == byte {
                return Some(at);
            }
        }
        at += 1;
    }
}

/// Whether `part` is somewhere in `text`. Plain comparison: the searcher of `str::contains` is 2 kB.
pub fn holds(text: &str, part: &str) -> bool {
    place(text, part).is_some()
}

/// Where `part` first is in `text`; nowhere if it is empty.
#[inline(never)]
pub fn place(text: &str, part: &str) -> Option<usize> {
    #[cfg(test)]
    crate::syntax::steps::add(text.len());
    let first = part.as_bytes().first();
    for (at, byte) in text.bytes().enumerate() {
        if Some(&byte) == first && text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(part.as_bytes())) {
            return Some(at);
        }
    }
    None
}

/// The part of `text` that [`str::get`] would give, or nothing.
#[inline(never)]
pub fn cut(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

/// The words of a list, separated by single blanks. For lists that are searched rarely: a table takes 8 bytes more per word, but is
/// several times as fast.
pub fn of(list: &str) -> Pieces<'_, 'static> {
    split(list, b" ")
}

/// Whether `word` is one of the words of `list`.
#[inline(never)]
pub fn is_in(list: &str, word: &str) -> bool {
    list.as_bytes().split(|byte| *byte == b' ').any(|known| {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        known == word.as_bytes()
    })
}

/// The text before and after the first `byte` (ASCII); what is after it is empty where there is none.
#[inline(never)]
pub fn halves(text: &str, byte: u8) -> (&str, &str) {
    let at = find(text, &[byte]).unwrap_or(text.len());
    (cut(text, 0, at), cut(text, at + 1, text.len()))
}

/// The text after the last `byte` (ASCII); all of it where there is none. Not `str::rfind`, which brings a `memrchr` along.
#[inline(never)]
pub fn last(text: &str, byte: u8) -> &str {
    let mut from = text.len();
    while from > 0 && text.as_bytes().get(from - 1) != Some(&byte) {
        from -= 1;
    }
    cut(text, from, text.len())
}

/// The text before and after the first `byte` (ASCII), trimmed, if there is one.
#[inline(never)]
pub fn pair(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (before, after) = halves(text, byte);
    (before.len() < text.len()).then(|| (before.trim_ascii(), after.trim_ascii()))
}

/// The pieces between `separators` (ASCII), trimmed.
pub fn split<'a, 's>(text: &'a str, separators: &'s [u8]) -> Pieces<'a, 's> {
    Pieces { rest: Some(text), separators }
}

/// See [`split`].
#[derive(Clone, Debug)]
pub struct Pieces<'a, 's> {
    rest: Option<&'a str>,
    separators: &'s [u8],
}

impl<'a> Iterator for Pieces<'a, '_> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let at = find(text, self.separators);
        self.rest = at.map(|at| cut(text, at + 1, text.len()));
        Some(cut(text, 0, at.unwrap_or(text.len())).trim_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn pieces_are_trimmed_and_none_is_lost() {
        assert_eq!(split("a, b;;é ,", b",;").collect::<Vec<_>>(), ["a", "b", "", "é", ""]);
        assert_eq!(split("", b",").collect::<Vec<_>>(), [""]);
        assert_eq!(pair("a = b=c", b'='), Some(("a", "b=c")));
        assert_eq!(pair("a", b'='), None);
        assert!(holds("abcab", "cab") && holds("a", "a") && !holds("ab", "abc") && !holds("", "a"));
        assert_eq!((cut("é", 1, 2), cut("ab", 1, 9), cut("ab", 1, 2)), ("", "", "b"));
    }
}
