//! Small searches in texts. They stand in for `core`'s, whose searcher, sorter and tables of Unicode are larger than all of
//! the explainer's rules; letters are compared in ASCII, which is what codes, headers and error messages are written in.

pub use crate::syntax::search::find;
use crate::syntax::words as syntax;
pub use crate::syntax::words::cut;

/// What stands at and behind byte `from`.
pub fn after(text: &str, from: usize) -> &str {
    cut(text, from, text.len())
}

/// Whether `needle` (lower-case ASCII) stands anywhere in `text`, in any case.
pub fn has(text: &str, needle: &str) -> bool {
    find(text, needle, 0).is_some()
}

/// What stands before and after the first `separator`.
pub fn split<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let at = find(text, separator, 0)?;
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

/// What stands before the first of `ends`; all of it where there is none.
#[inline(never)]
pub fn until<'t>(text: &'t str, ends: &[u8]) -> &'t str {
    cut(text, 0, syntax::find(text, ends).unwrap_or(text.len()))
}

/// At most `most` bytes, cut between characters.
#[inline(never)]
pub fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or("")
}

/// Whether `text` contains one of the parts of `list` (lower-case ASCII), in any case.
#[inline(never)]
pub fn has_any(text: &str, list: &str, separator: u8) -> bool {
    parts(list, separator).any(|part| has(text, part))
}

/// The words of `list`, which single blanks part.
pub fn words(list: &str) -> Parts<'_> {
    parts(list, b' ')
}

/// The parts of `text` between `separator`s that are not empty; blanks at their ends are taken off.
pub fn parts(text: &str, separator: u8) -> Parts<'_> {
    Parts { rest: text, separator }
}

/// The first of the words of `list` that is `word`, in any case of its letters, as it lives there.
pub fn known<'l>(list: &'l str, word: &str) -> &'l str {
    let end = end_of(list, b' ', word);
    cut(list, end.wrapping_sub(word.len()), end)
}

/// Whether `word` is one of the parts of `list`, in any case of its letters. Nothing is one only of an empty list.
pub fn lists(list: &str, separator: u8, word: &str) -> bool {
    end_of(list, separator, word) > 0
}

/// Where the part of `list` that is `word` ends; 0 where there is none. One pass over the bytes: cutting the list into its
/// parts first took five times as long, and was a sixth of all that the explainer did.
#[inline(never)]
fn end_of(list: &str, separator: u8, word: &str) -> usize {
    #[cfg(test)]
    crate::syntax::steps::add(list.len());
    let (list, word) = (list.as_bytes(), word.as_bytes());
    let (mut at, mut same) = (0, 0);
    loop {
        let byte = list.get(at).copied().unwrap_or(separator);
        if byte == separator {
            if same == word.len() && same > 0 {
                return at;
            }
            if at >= list.len() {
                return 0;
            }
            same = 0;
        } else if word.get(same).is_some_and(|other| other.eq_ignore_ascii_case(&byte)) {
            same += 1;
        } else {
            same = usize::MAX;
        }
        at += 1;
    }
}

/// `text` without the `bytes` (ASCII) at its front.
#[inline(never)]
pub fn trim_start<'t>(text: &'t str, bytes: &[u8]) -> &'t str {
    let count = text.bytes().take_while(|byte| bytes.iter().any(|other| other == byte)).count();
    after(text, count)
}

/// `text` without the `bytes` (ASCII) at its end.
#[inline(never)]
pub fn trim_end<'t>(text: &'t str, bytes: &[u8]) -> &'t str {
    let count = text.bytes().rev().take_while(|byte| bytes.iter().any(|other| other == byte)).count();
    cut(text, 0, text.len() - count)
}

/// `text` without the `bytes` (ASCII) at both ends.
pub fn trim<'t>(text: &'t str, bytes: &[u8]) -> &'t str {
    trim_start(trim_end(text, bytes), bytes)
}

/// Takes the first line off `rest`.
#[inline(never)]
pub fn line<'t>(rest: &mut &'t str) -> &'t str {
    let (line, behind) = syntax::halves(rest, b'\n');
    *rest = behind;
    line
}

/// What stands behind the last `separator`; all of it where there is none.
#[inline(never)]
pub fn behind(text: &str, separator: u8) -> &str {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte == separator {
            start = at + 1;
        }
    }
    after(text, start)
}

/// See [`parts`].
#[derive(Clone, Debug)]
pub struct Parts<'l> {
    rest: &'l str,
    separator: u8,
}

impl<'l> Iterator for Parts<'l> {
    type Item = &'l str;

    // Called in many places; inlined in each it would be most of their code.
    #[inline(never)]
    fn next(&mut self) -> Option<&'l str> {
        while !self.rest.is_empty() {
            let (part, rest) = syntax::halves(self.rest, self.separator);
            self.rest = rest;
            let part = part.trim_ascii();
            if !part.is_empty() {
                return Some(part);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn texts_are_parted_and_joined() {
        assert_eq!(words("a bc d").collect::<Vec<_>>(), ["a", "bc", "d"]);
        assert_eq!(words("").next(), None);
        assert_eq!(parts(" a ,, b c", b',').collect::<Vec<_>>(), ["a", "b c"]);
        assert_eq!((behind("u:p@h", b'@'), behind("h", b'@'), behind("", b'@')), ("h", "h", ""));
        assert_eq!((known("ab cd", "cd"), known("ab cd", "AB"), known("ab cd", "c")), ("cd", "ab", ""));
        assert_eq!([known("ab", "abc"), known("", ""), known("ab cd", ""), known("ab cd", "b")], [""; 4]);
        assert!(lists("a b|c", b'|', "A B") && !lists("a b|c", b'|', "b") && !lists("a||b", b'|', "c"));
        assert_eq!(split("a://b://c", "://"), Some(("a", "b://c")));
        assert_eq!((until("a?b#c", b"#?"), until("abc", b"#")), ("a", "abc"));
        assert_eq!((head("aä", 2), head("a", 2)), ("a", "a"));
    }
}
