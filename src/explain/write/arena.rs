//! All texts of an explanation in one string, and the places in it.
//!
//! An explanation has some hundred texts, most of them copied once and never changed. As places in one string they are two
//! numbers that are copied freely and need no freeing; with a `String` each, the code that moves and frees them was a third
//! of the module.

use crate::explain::write::redact;
use alloc::string::String;

/// A place in [`Arena`]; the default one is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text(u64);

/// The string.
#[derive(Clone, Debug, Default)]
pub struct Arena {
    /// What was written so far; texts are made from what is added at its end.
    pub all: String,
}

impl Text {
    /// From the start of this to the end of `last`, which was written later.
    pub fn and(self, last: Self) -> Self {
        Self::at(self.start(), last.end())
    }

    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self.start() == self.end()
    }

    // One number, so that it is handed over and stored as one.
    fn at(start: usize, end: usize) -> Self {
        Self((start as u64) << 32 | end as u64 & 0xFFFF_FFFF)
    }

    fn start(self) -> usize {
        (self.0 >> 32) as usize
    }

    fn end(self) -> usize {
        self.0 as u32 as usize
    }
}

impl Arena {
    /// The text at `place`.
    #[inline(never)]
    pub fn read(&self, place: Text) -> &str {
        self.all.get(place.start()..place.end()).unwrap_or("")
    }

    /// A copy of `text`.
    #[inline(never)]
    pub fn add(&mut self, text: &str) -> Text {
        let start = self.mark();
        self.all.push_str(text);
        self.since(start)
    }

    /// All of `parts` as one.
    #[inline(never)]
    pub fn join(&mut self, parts: &[&str]) -> Text {
        let start = self.mark();
        for part in parts {
            self.all.push_str(part);
        }
        self.since(start)
    }

    /// A copy of `text` without what must not be shown.
    #[inline(never)]
    pub fn redacted(&mut self, text: &str) -> Text {
        let start = self.mark();
        redact::redact(text, &mut self.all);
        self.since(start)
    }

    /// The same of what is said of a field whose name is a secret's.
    #[inline(never)]
    pub fn redacted_value(&mut self, text: &str) -> Text {
        let start = self.mark();
        redact::redact_value(text, &mut self.all);
        self.since(start)
    }

    /// The same as [`Arena::redacted`], at most [`redact::EXCERPT`] characters.
    #[inline(never)]
    pub fn excerpt(&mut self, text: &str) -> Text {
        let start = self.mark();
        redact::excerpt(text, &mut self.all);
        self.since(start)
    }

    /// The same of what stands at and behind byte `from` of `text`.
    #[inline(never)]
    pub fn excerpt_from(&mut self, text: &str, from: usize) -> Text {
        let start = self.mark();
        redact::excerpt_from(text, from, &mut self.all);
        self.since(start)
    }

    /// Where the next text begins.
    pub fn mark(&self) -> usize {
        self.all.len()
    }

    /// What was written since `start`.
    pub fn since(&self, start: usize) -> Text {
        Text::at(start, self.all.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_where_it_was_written() {
        let mut arena = Arena::default();
        let (one, two) = (arena.add("a"), arena.join(&["b", "", "c"]));
        assert_eq!((arena.read(one), arena.read(two), arena.read(Text::default())), ("a", "bc", ""));
        assert!(Text::default().is_empty() && !two.is_empty());
        let shown = arena.excerpt("mail jane@example.com");
        assert_eq!(arena.read(shown), "mail [redacted]");
    }
}
