//! Templates of messages: literals, `{holes}` and `*`, anchored at both ends, in any case of ASCII letters.
//!
//! A literal is looked for once, from where the last one ended, so matching is linear in the text (times the literal's
//! length, which is bounded); there is no backtracking and no regular expression, so a user's template cannot hang a page.
//! Holes called [`WORDS`] take one word; other holes and `*` take anything. A `{` that no lower-case name and `}` follow is a literal.

use super::scan::{find, words};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Holes that take one word: no blank, at least one character.
pub const WORDS: &str = "field entity code in id";
/// Longer literals never match; it bounds the cost of a search.
const MAX_LITERAL: usize = 256;

/// What a template took from a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Name and text of each hole, in order.
    pub holes: Vec<(String, String)>,
    /// From the first literal to the last, in bytes of the text.
    pub span: (usize, usize),
    /// Where the first hole and the last word-hole end.
    pub tail: (usize, usize),
}

impl Match {
    /// The text of the hole called `name`; else "".
    pub fn hole(&self, name: &str) -> &str {
        self.holes.iter().find(|(hole, _)| hole == name).map_or("", |(_, text)| text.as_str())
    }
}

/// Holds `text` against `template`.
pub fn matches(template: &str, text: &str) -> Option<Match> {
    let mut found = Match { span: (usize::MAX, 0), ..Match::default() };
    let mut rest = template;
    let mut at = 0;
    // The hole ("" for `*`) that is waiting for its end.
    let mut open: Option<&str> = None;
    loop {
        let (literal, hole, next) = piece(rest);
        if literal.len() > MAX_LITERAL {
            return None;
        }
        let place = if literal.is_empty() {
            if next.is_none() && open.is_some() { text.len() } else { at }
        } else if open.is_none() {
            at
        } else if next.is_none() && hole.is_none() {
            // The last literal stands at the end.
            text.len().checked_sub(literal.len()).filter(|place| *place >= at)?
        } else {
            find(text, literal, at)?
        };
        if !text.get(place..)?.get(..literal.len())?.eq_ignore_ascii_case(literal) {
            return None;
        }
        if let Some(name) = open.take().filter(|name| !name.is_empty()) {
            let value = text.get(at..place)?;
            let word = words(WORDS).any(|word| word == name);
            if word && (value.is_empty() || value.bytes().any(|byte| byte.is_ascii_whitespace())) {
                return None;
            }
            if found.tail.0 == 0 {
                found.tail.0 = place;
            }
            if word {
                found.tail.1 = place;
            }
            found.holes.push((name.to_string(), value.to_string()));
        }
        at = place + literal.len();
        if !literal.is_empty() {
            found.span = (found.span.0.min(place), at);
        }
        open = hole;
        match next {
            Some(next) => rest = next,
            None => break,
        }
    }
    if found.span.0 == usize::MAX {
        found.span = (0, text.len());
    }
    (at == text.len()).then_some(found)
}

/// The literal in front, the hole behind it ("" for `*`), and what follows the hole.
fn piece(template: &str) -> (&str, Option<&str>, Option<&str>) {
    for (at, byte) in template.bytes().enumerate() {
        let front = template.get(..at).unwrap_or("");
        let rest = template.get(at + 1..).unwrap_or("");
        if byte == b'*' {
            return (front, Some(""), Some(rest));
        }
        let name = if byte == b'{' { rest.bytes().take_while(u8::is_ascii_lowercase).count() } else { 0 };
        if name > 0 && rest.as_bytes().get(name) == Some(&b'}') {
            return (front, rest.get(..name), rest.get(name + 1..));
        }
    }
    (template, None, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_template_takes_its_holes_from_a_text() {
        for (template, text, holes) in [
            ("missing required field(s): {fields}", "Missing required field(s): a, b", Some(vec![("fields", "a, b")])),
            ("{field} must be in the future", "due_date must be in the future", Some(vec![("field", "due_date")])),
            ("{field} must be in the future", "the due date must be in the future", None),
            (
                "invalid character '{char}' in string*",
                "Invalid character ' ' in string escape code",
                Some(vec![("char", " ")]),
            ),
            (
                "{code}: {entity} with id {id} not found*",
                "A: P with id c:{{x}} not found here.",
                Some(vec![("code", "A"), ("entity", "P"), ("id", "c:{{x}}")]),
            ),
            ("*{{{name}}}*", "id c:{{x_y}} not", Some(vec![("name", "x_y")])),
            ("*rate limit*", "You hit the RATE LIMIT now", Some(vec![])),
            ("*", "", Some(vec![])),
            ("", "", Some(vec![])),
            ("", "x", None),
            ("{entity} not found", "User not found", Some(vec![("entity", "User")])),
            ("{entity} not found", " not found", None),
            ("a*a", "a", None),
        ] {
            let found = matches(template, text);
            let expected = holes.map(|holes| {
                holes.into_iter().map(|(name, text)| (name.to_string(), text.to_string())).collect::<Vec<_>>()
            });
            assert_eq!(found.map(|found| found.holes), expected, "{template} / {text}");
        }
    }

    #[test]
    fn the_span_is_that_of_the_literals_and_what_lies_between() {
        let text = "id clever:{{x}} not found";
        let span = matches("*{{{name}}}*", text).unwrap().span;
        assert_eq!(&text[span.0..span.1], "{{x}}");
    }

    #[test]
    fn long_templates_and_texts_end_soon() {
        let text = "a".repeat(65_536);
        assert!(matches(&"*a".repeat(30_000), &text).is_some());
        assert!(matches(&["*", &"a".repeat(300), "b*"].concat(), &text).is_none());
        assert!(matches(&"{".repeat(65_536), &text).is_none());
    }
}
