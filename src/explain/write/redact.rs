//! Takes secrets and personal data out of texts before they are quoted. One pass, linear.
//!
//! Taken out: what follows a credential's name (`token=`, `Authorization: Bearer`; see [`crate::explain::write::watch`]), words in the form of
//! keys and tokens, card numbers and IBANs ([`crate::syntax::shapes`]), mail addresses, and of URLs the user, the query and
//! the fragment. What looks like a secret goes, even if it is an id: an explanation may end up in a log, and only `api.*`
//! quotes the server word for word.

use crate::explain::scan::{after, behind, cut, has, head, until};
pub use crate::explain::write::secret_names::is_secret_name;
use crate::explain::write::watch::Watch;
use crate::syntax::shapes;
use alloc::string::String;

/// Characters of evidence that are shown.
pub const EXCERPT: usize = 120;
/// How far before an excerpt the name of the secret that it begins with may stand.
const LEAD: usize = 64;
/// Stands for what was taken out.
pub const GONE: &str = "[redacted]";
/// From this length on, base64 with slashes in it is taken for a key: 24 bytes.
const KEY: usize = 32;

/// What ends a value that stands in no quotes.
const VALUE_ENDS: &[u8] = b" \t\r\n\"'`<>&;,()[]{}|\\";

/// Appends `text` without what must not be shown, on one line.
pub fn redact(text: &str, out: &mut String) {
    scan(text, 0, false, usize::MAX, out);
}

/// The same of what a server says of a field whose name is a secret's: it may repeat the value.
pub fn redact_value(text: &str, out: &mut String) {
    scan(text, 0, true, usize::MAX, out);
}

/// Appends `text` from byte `from` on, without secrets, up to the end of the word at `most` bytes. The text before `from` is read, too:
/// it may name a secret that follows.
fn scan(text: &str, from: usize, is_value: bool, most: usize, out: &mut String) {
    let mut watch = Watch::new(text, is_value);
    let mark = out.len();
    let mut before = from > 0;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        if before && text.len() - rest.len() >= from {
            out.truncate(mark);
            before = false;
        }
        if !before && out.len() - mark > most {
            return;
        }
        if let Some(tail) = rest.strip_prefix(GONE) {
            out.push_str(GONE);
            watch.pass_taken();
            rest = tail;
            continue;
        }
        let length = rest.bytes().position(|byte| !is_word(byte)).unwrap_or(rest.len());
        if length == 0 {
            out.push(if char.is_ascii_control() { ' ' } else { char });
            let phrase = watch.phrase(rest);
            // What is no word is ASCII.
            rest = after(rest, 1);
            if phrase > 0 {
                out.push_str(GONE);
                watch.pass_taken();
                rest = after(rest, phrase);
            } else {
                watch.pass(char);
            }
            continue;
        }
        let next = rest.as_bytes().get(length).copied().unwrap_or(0);
        // What is shorter and no slash follows is no key; within a path it would be the rest of one.
        let key = if (length < KEY && !matches!(next, b'/' | b'=')) || out.ends_with('/') { 0 } else { base64(rest) };
        let key = key.max(shapes::card(rest)).max(shapes::iban(rest));
        let length = length.max(key);
        let word = cut(rest, 0, length);
        let at = text.len() - rest.len();
        // The end of "can't" says nothing by itself.
        if word == "t" && out.ends_with("n'") {
            out.push_str(word);
            rest = after(rest, length);
            continue;
        }
        let quote = text.as_bytes().get(at.wrapping_sub(1)).copied().unwrap_or(b' ');
        let quoted = match quote {
            // The last one may have been trimmed off.
            b'"' | b'\'' | b'`' => next == quote || next == 0,
            b'[' => next == b']',
            _ => false,
        };
        rest = after(rest, length);
        if rest.starts_with("://") {
            out.push_str(word);
            rest = url(rest, out);
            watch.pass_address();
        } else if key > 0 || is_opaque(word) {
            out.push_str(GONE);
            watch.pass_taken();
        } else if watch.takes(word, rest, quoted) {
            out.push_str(GONE);
            watch.pass_taken();
            // What is called a value goes on to where values end: some hold slashes, or are pairs.
            rest = after(rest, until(rest, VALUE_ENDS).len());
        } else {
            out.push_str(word);
            watch.pass_word(word, rest);
        }
    }
}

/// Appends `text` without what must not be shown, at most [`EXCERPT`] characters.
pub fn excerpt(text: &str, out: &mut String) {
    excerpt_from(text, 0, out);
}

/// The same of what stands at and behind byte `from`, a place that [`whole`] gave.
pub fn excerpt_from(text: &str, from: usize, out: &mut String) {
    let start = out.len();
    // As far back as the name of a secret may stand.
    let lead = text.floor_char_boundary(from.saturating_sub(LEAD));
    // Redacting comes first: a token that is cut short is no longer known as one. What is far behind the cut is not looked at.
    let text = head(after(text, lead), from - lead + EXCERPT * 16);
    // Of four bytes each at most.
    scan(text, from - lead, false, EXCERPT * 4, out);
    let long = out
        .get(start..)
        .filter(|shown| shown.len() > EXCERPT)
        .and_then(|shown| shown.char_indices().nth(EXCERPT - 1))
        .filter(|(at, char)| start + at + char.len_utf8() < out.len());
    if let Some((at, _)) = long {
        out.truncate(start + at);
        out.push('…');
    }
}

/// Whether the word at the start of `range` of `text` would be taken out where it stands: because of its form, of the name of a
/// secret or the query of an address before it, or as the rest of a token.
pub fn is_taken(text: &str, range: (usize, usize)) -> bool {
    let word = until(cut(text, range.0, range.1), b" \t\r\n");
    let (from, to) = whole(text, (range.0, range.0 + word.len()));
    let lead = text.floor_char_boundary(from.saturating_sub(LEAD));
    let end = text.floor_char_boundary(to.saturating_add(LEAD));
    let mut out = String::new();
    let part = cut(text, lead, end);
    scan(part, from - lead, false, usize::MAX, &mut out);
    !out.starts_with(cut(text, from, range.0 + word.len()))
}

/// `range` of `text`, widened so that no word, and so no secret, is cut in two. Words that slashes part are one here, since
/// some keys have them.
pub fn whole(text: &str, (mut from, mut to): (usize, usize)) -> (usize, usize) {
    let within = |byte: &u8| is_word(*byte) || matches!(byte, b'/' | b'=');
    let bytes = text.as_bytes();
    // What ends with no word may stand before one.
    while bytes.get(from).is_some_and(within) && bytes.get(from.wrapping_sub(1)).is_some_and(within) {
        from -= 1;
    }
    while bytes.get(to).is_some_and(within) && bytes.get(to.wrapping_sub(1)).is_some_and(within) {
        to += 1;
    }
    (from, to)
}

/// Copies host and path of a URL (`text` begins with its `://`) and gives back the text behind the URL.
fn url<'a>(text: &'a str, out: &mut String) -> &'a str {
    let address = until(text, b" \t\r\n\"'<>)");
    let path = until(address, b"?#");
    let mut rest = after(path, 3);
    out.push_str("://");
    let authority = until(rest, b"/");
    out.push_str(behind(authority, b'@'));
    rest = after(rest, authority.len());
    while let Some(path) = rest.strip_prefix('/') {
        let segment = until(path, b"/");
        out.push('/');
        out.push_str(if is_opaque(segment) { GONE } else { segment });
        rest = after(path, segment.len());
    }
    if path.len() < address.len() {
        out.push_str("?…");
    }
    after(text, address.len())
}

/// Whether a byte may stand in a word.
pub fn is_word(byte: u8) -> bool {
    byte >= 0x80
        || byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'+' | b'~' | b'%' | b'$' | b'!' | b'*')
}

/// How long a key in base64 is that `text` begins with; 0 if it begins with none. Slashes part words, so without this a key
/// would be words that are too short to be known. It is told from a path by its capitals.
fn base64(text: &str) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let (mut length, mut slashes, mut capitals, mut digits) = (0, 0, 0, 0);
    // What is looked at is bounded, since each word of a path is asked.
    for byte in text.bytes().take(2 * KEY).take_while(is_part) {
        length += 1;
        slashes += u8::from(byte == b'/');
        capitals += u8::from(byte.is_ascii_uppercase());
        digits += u8::from(byte.is_ascii_digit());
    }
    if length < KEY || slashes == 0 || capitals < 6 || (digits < 2 && !shapes::is_key(head(text, length))) {
        return 0;
    }
    text.bytes().position(|byte| !is_part(&byte)).unwrap_or(text.len())
}

/// Whether a word looks like a key, a token or a mail address.
fn is_opaque(word: &str) -> bool {
    has(word, "@") || shapes::is_key(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(way: fn(&str, &mut String), text: &str) -> String {
        let mut out = String::new();
        way(text, &mut out);
        out
    }

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (text, shown) in [
            ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
            ("{\"access_token\":\"hunter2\",\"limit\":5}", "{\"access_token\":\"[redacted]\",\"limit\":5}"),
            ("password=hunter2&x=1", "password=[redacted]&x=1"),
            ("Cookie: sid", "Cookie: [redacted]"),
            ("key sk-abcdef123 was wrong", "key [redacted] was wrong"),
            ("mail to jane.doe@example.com now", "mail to [redacted] now"),
            ("see https://u:p@host.example/a/b?token=1#x then", "see https://host.example/a/b?… then"),
            ("at https://h.example/abcdefghij0123456789/x", "at https://h.example/[redacted]/x"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln", "[redacted]"),
            ("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY17= is bad", "key [redacted] is bad"),
            (
                "/data/attributes/submissionTypes/0/kindOfThing/12 is bad",
                "/data/attributes/submissionTypes/0/kindOfThing/12 is bad",
            ),
            ("of qWeRtYuIoPaSdFgHjKlZxCvB or", "of [redacted] or"),
            ("OAuth2AuthenticationException", "OAuth2AuthenticationException"),
            ("com.example.api.v1.ResourceNotFoundException", "com.example.api.v1.ResourceNotFoundException"),
            ("Could not authorize token", "Could not authorize token"),
            ("clever:{{lms_canvas_demo_teacher_id}} not found", "clever:{{lms_canvas_demo_teacher_id}} not found"),
            (
                "submission_types.0 in body should be one of [link file]",
                "submission_types.0 in body should be one of [link file]",
            ),
            ("{\"required\":\"100.00\"}", "{\"required\":\"100.00\"}"),
        ] {
            assert_eq!(shown_of(redact, text), shown);
        }
    }

    #[test]
    fn a_part_is_shown_as_it_would_be_within_the_whole() {
        for (text, part, shown) in [
            ("the key sk_live_4eC39HqLyjWDarjtT1zdp7dc is bad", "sk_live_4eC39", "[redacted]"),
            ("the key sk_live_4eC39HqLyjWDarjtT1zdp7dc is bad", "HqLyjWDarjtT1zdp7dc is bad", "[redacted] is bad"),
            ("password: hunter2 is wrong", "hunter2 is wrong", "[redacted] is wrong"),
            ("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY17= is bad", "bPxRfi", "[redacted]"),
            ("id clever:{{x}} not found", "{{x}} not", "{{x}} not"),
            ("Größe falsch", "alsch", "falsch"),
            ("see https://x.example/a?token=hunter2 now", "hunter2 now", " now"),
        ] {
            let at = text.find(part).unwrap();
            let (from, to) = whole(text, (at, at + part.len()));
            let mut out = String::from("before ");
            excerpt_from(&text[..to], from, &mut out);
            assert_eq!(out.strip_prefix("before ").unwrap().trim_start(), shown.trim_start(), "{part} of {text}");
        }
    }

    #[test]
    fn what_stands_before_a_word_tells_whether_it_is_a_secret() {
        for (text, word, told) in [
            ("password: hunter2 is wrong", "hunter2", true),
            ("password = hunter2 is wrong", "hunter2", true),
            ("password => hunter2", "hunter2", true),
            ("<password>hunter2</password>", "hunter2", true),
            ("<token>x</token><id>7</id>", "7", false),
            ("at https://x.example/?page=hunter2", "hunter2", true),
            ("Authorization: Bearer hunter2", "hunter2", true),
            ("the key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "zdp7dc", true),
            ("missing: password, name", "name", false),
            ("hunter2 is wrong", "hunter2", false),
            ("go struct field Assignment.due_date", "due_date", false),
        ] {
            let at = text.find(word).unwrap();
            assert_eq!(is_taken(text, (at, at + word.len())), told, "{text}");
        }
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        let shown = shown_of(excerpt, &"ä\n".repeat(500));
        assert_eq!((shown.chars().count(), shown.contains('\n')), (EXCERPT, false));
        assert_eq!(shown_of(excerpt, "short"), "short");
        assert_eq!(shown_of(excerpt, &"ä ".repeat(60)), "ä ".repeat(60));
        assert!(
            !shown_of(excerpt, &["x".repeat(110).as_str(), " sk-abcdefghijklmnop1234567890"].concat()).contains("sk-")
        );
    }
}
