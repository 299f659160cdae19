//! Words that APIs use for a kind of outcome, in many languages.
//!
//! The rows have the words of known vendors; a new vendor uses others for the same outcome. `phrases.txt` has a line for each kind.
//! The fit takes the words of a phrase alone, since it may come with any status.

use crate::rows::place;

/// A phrase, and the place of its kind.
pub struct Phrase {
    /// A message or a code.
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
