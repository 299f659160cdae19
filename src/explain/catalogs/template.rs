//! Templates of messages: literals, `{holes}` and `*`, anchored at both ends, in any case of ASCII letters.
//!
//! A literal is looked for once, from where the last one ended, and the search itself is linear, so matching takes the time
//! of text and template together; there is no backtracking and no regular expression, so a user's template cannot hang a page.
//! Holes called `field`, `entity`, `code`, `in` and `id` take one word without a colon behind it, of at least one character; other holes and `*` take anything. A `{` that no lower-case name and `}` follow is a literal.

use crate::explain::scan::{after, cut, find};
use crate::syntax::grams::Grams;

/// Where a template fits a text, in bytes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// From the first literal or hole to the last.
    pub span: (usize, usize),
    /// The hole that was asked for; empty where there is none.
    pub hole: (usize, usize),
}

/// Holds `text` against `template`.
pub fn matches(template: &str, text: &str) -> Option<Match> {
    find_hole(template, text, "")
}

/// Whether `template` may fit a text of these `grams`, or a part of one; false is certain.
#[inline(never)]
pub fn may_fit(template: &str, grams: &Grams) -> bool {
    #[cfg(test)]
    crate::syntax::steps::add(template.len());
    let mut last = None;
    let mut hole = false;
    for byte in template.bytes() {
        // What stands in a pair of braces may be a hole's name, and so tells nothing.
        hole = byte == b'{' || (hole && byte != b'}');
        let tells = !hole && !matches!(byte, b'*' | b'}');
        if let Some(first) = last.filter(|_| tells)
            && !grams.has(first, byte)
        {
            return false;
        }
        last = Some(byte).filter(|_| tells);
    }
    true
}

/// What the hole called `name` takes of `text`; "" if it is not there.
pub fn hole<'t>(template: &str, text: &'t str, name: &str) -> &'t str {
    // Most templates have no hole at all.
    let found = if find(template, "{", 0).is_some() { find_hole(template, text, name) } else { None };
    found.map_or("", |found| cut(text, found.hole.0, found.hole.1))
}

/// Holds `text` against `template`, and tells where its hole called `wanted` is.
#[inline(never)]
pub fn find_hole(template: &str, text: &str, wanted: &str) -> Option<Match> {
    #[cfg(test)]
    crate::syntax::steps::add(template.len());
    // Most templates fail at their first letter.
    if let ([first, ..], [byte, ..]) = (template.as_bytes(), text.as_bytes())
        && !matches!(first, b'*' | b'{')
        && !first.eq_ignore_ascii_case(byte)
    {
        return None;
    }
    let mut found = Match { span: (usize::MAX, 0), hole: (0, 0) };
    let mut rest = Some(template);
    let mut at = 0;
    // The hole ("" for `*`) that is waiting for its end.
    let mut open: Option<&str> = None;
    while let Some(template) = rest {
        let (literal, hole, next) = piece(template);
        let last = next.is_none();
        let place = match open {
            None => at,
            Some(_) if literal.is_empty() => {
                if last {
                    text.len()
                } else {
                    at
                }
            }
            // The last literal stands at the end.
            Some(_) if last => text.len().checked_sub(literal.len()).filter(|place| *place >= at)?,
            Some(_) => find(text, literal, at)?,
        };
        let end = place + literal.len();
        if !text.get(place..end)?.eq_ignore_ascii_case(literal) {
            return None;
        }
        let mut start = if literal.is_empty() { usize::MAX } else { place };
        if let Some(name) = open.filter(|name| !name.is_empty()) {
            let value = text.get(at..place)?;
            if matches!(name, "field" | "entity" | "code" | "in" | "id")
                && (value.is_empty() || value.ends_with(':') || value.bytes().any(|byte| byte.is_ascii_whitespace()))
            {
                return None;
            }
            if name == wanted {
                found.hole = (at, place);
            }
            start = at;
        }
        if start != usize::MAX {
            found.span = (found.span.0.min(start), end);
        }
        (at, open, rest) = (end, hole, next);
    }
    if found.span.0 == usize::MAX {
        found.span = (0, text.len());
    }
    if at == text.len() { Some(found) } else { None }
}

/// The literal in front, the hole behind it ("" for `*`), and what follows the hole.
fn piece(template: &str) -> (&str, Option<&str>, Option<&str>) {
    let mut at = 0;
    while let Some(&byte) = template.as_bytes().get(at) {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        at += 1;
        if byte != b'*' && byte != b'{' {
            continue;
        }
        let front = cut(template, 0, at - 1);
        let rest = after(template, at);
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
    use crate::syntax::steps;
    use alloc::string::String;
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
            assert_eq!(matches(template, text).is_some(), holes.is_some(), "{template} / {text}");
            for (name, value) in holes.unwrap_or_default() {
                assert_eq!(hole(template, text, name), value, "{template} / {text}");
            }
        }
    }

    #[test]
    fn the_span_is_that_of_the_literals_and_what_lies_between() {
        let text = "id clever:{{x}} not found";
        let span = matches("*{{{name}}}*", text).unwrap().span;
        assert_eq!(&text[span.0..span.1], "{{x}}");
        assert_eq!(matches("*{field} is*", "a, b is c").map(|found| found.span), None);
        assert_eq!(matches("{field} is*", "b is c").map(|found| found.span), Some((0, 4)));
    }

    #[test]
    fn what_fits_is_never_denied() {
        for (template, text) in [
            ("missing required field(s): {fields}", "Missing required field(s): a, b"),
            ("*{{{name}}}*", "id c:{{x_y}} not"),
            ("a{b*c", "A{bxC"),
            ("{field} must be in the future", "due must be in the future"),
            ("*rate limit*", "Rate Limit"),
        ] {
            assert!(matches(template, text).is_some() && may_fit(template, &Grams::of(text)), "{template}");
        }
        assert!(!may_fit("*rate limit*", &Grams::of("Not found")));
    }

    #[test]
    fn long_templates_and_texts_end_soon() {
        let text = "a".repeat(65_536);
        assert!(matches(&"*a".repeat(30_000), &text).is_some());
        assert!(matches(&["*", &"a".repeat(300), "b*"].concat(), &text).is_none());
        assert!(matches(&["*", &"a".repeat(300), "*"].concat(), &text).is_some());
        assert!(matches(&"{".repeat(65_536), &text).is_none());
    }

    type Made = (&'static str, fn(usize) -> String);

    /// Templates and texts by size, each made to have a search start over as often as it can.
    #[test]
    fn matching_takes_linear_time_whatever_the_template_and_the_text() {
        let templates: [Made; 8] = [
            ("one long literal", |size| ["*", &"a".repeat(size), "b*"].concat()),
            ("a literal that fits but for its first letter", |size| ["*b", &"a".repeat(size), "*"].concat()),
            ("many long literals", |size| ["*", &"a".repeat(50), "b"].concat().repeat(size / 52) + "*"),
            ("many stars", |size| "*a".repeat(size / 2) + "*b*"),
            ("many holes", |size| "{field}a".repeat(size / 8) + "{field}b"),
            ("stars and holes", |size| "*{field} {x}a".repeat(size / 13) + "*b"),
            ("braces that are no holes", |size| "*{a{".repeat(size / 4) + "*"),
            ("one word in braces", |size| ["*{", &"a".repeat(size), "*"].concat()),
        ];
        let texts: [Made; 6] = [
            ("one letter", |size| "a".repeat(size)),
            ("it fits at its end", |size| "a".repeat(size - 1) + "b"),
            ("runs that are one short", |size| ["a".repeat(49).as_str(), "b"].concat().repeat(size / 50)),
            ("words", |size| "a ".repeat(size / 2)),
            ("braces", |size| "{a".repeat(size / 2)),
            ("letters of more bytes", |size| "é".repeat(size / 2)),
        ];
        for ((template_is, template), (text_is, text)) in
            templates.iter().flat_map(|template| texts.iter().map(move |text| (template, text)))
        {
            let of = |template: &str, text: &str| steps::of(|| _ = matches(template, text));
            for (pattern, size) in [(100, 16_384), (1000, 16_384), (8192, 65_536)] {
                let before = of(&template(pattern), &text(size));
                let slack = 2000;
                let longer_text = of(&template(pattern), &text(size * 2));
                assert!(longer_text <= before * 22 / 10 + slack, "{template_is}, {text_is}: {before}, {longer_text}");
                let longer = of(&template(pattern * 2), &text(size));
                assert!(longer <= before * 22 / 10 + slack, "{template_is}, {text_is}: {before}, {longer}");
                let both = (pattern + size) as u64;
                assert!(before <= 6 * both, "{template_is}, {text_is}: {before} steps of {both} bytes");
            }
        }
    }
}
