//! Words that APIs use for a kind of outcome, in many languages: what an error says whoever wrote it.
//!
//! The rows have some hundred words of each vendor; a fresh vendor says the same in other ones. `phrases.txt` has a line a kind.
//! A phrase is learned from by its words alone, since it stands under any status.

use crate::rows::place;

/// A phrase, and the place of its kind.
pub struct Phrase {
    /// As an API says it: a message, or a code.
    pub text: &'static str,
    /// The place of its kind.
    pub kind: usize,
}

impl Phrase {
    /// Whether it is a code: one word of letters, with a hump or a low line.
    pub fn is_code(&self) -> bool {
        let mut letters = self.text.bytes();
        let first = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic());
        let rest = self.text.as_bytes().get(1..).unwrap_or_default();
        first
            && rest.iter().any(|byte| byte.is_ascii_uppercase() || *byte == b'_')
            && rest.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    }
}

/// All phrases.
///
/// # Panics
/// If a line names no kind.
pub fn all() -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for line in include_str!("../phrases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (kind, texts) = line.split_once(": ").expect("a line is a kind and its phrases");
        let kind = place(kind);
        phrases.extend(texts.split(" | ").map(|text| Phrase { text, kind }));
    }
    phrases
}
