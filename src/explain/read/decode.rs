//! Undoes what a text was wrapped in on its way: character references of markup and percent signs of a `grpc-message`.
//!
//! Only where a text is shown. What is matched and pointed at stays as it was sent, so that evidence is of the very bytes.

use crate::explain::scan::{after, head, split};
use crate::syntax::number;
use alloc::string::String;
use alloc::vec::Vec;

/// The references that XML itself knows; pages use few others in titles.
const NAMED: &[(&str, &str)] = &[("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", "\""), ("apos", "'"), ("nbsp", " ")];

/// Appends `text` with its character references (XML 1.0 section 4.1) undone; what is none stays.
pub fn markup(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((front, tail)) = split(rest, "&") {
        out.push_str(front);
        rest = tail;
        let (name, _) = split(head(tail, 10), ";").unwrap_or_default();
        let code =
            name.strip_prefix('#').and_then(number::whole).and_then(|code| char::from_u32(u32::try_from(code).ok()?));
        let known = NAMED.iter().find(|(known, _)| *known == name);
        if let Some(char) = code {
            out.push(char);
        } else if let Some((_, char)) = known {
            out.push_str(char);
        } else {
            out.push('&');
            continue;
        }
        rest = after(tail, name.len() + 1);
    }
    out.push_str(rest);
}

/// Appends `text` with `%20` and the like undone (gRPC over HTTP2, "Percent-Encoded"); all of it as it is where that gives no UTF-8.
pub fn percent(text: &str, out: &mut String) {
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text;
    while let Some((front, tail)) = split(rest, "%") {
        bytes.extend_from_slice(front.as_bytes());
        let hex = head(tail, 2);
        if hex.len() == 2
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
            && let Ok(byte) = u8::from_str_radix(hex, 16)
        {
            bytes.push(byte);
            rest = after(tail, hex.len());
        } else {
            bytes.push(b'%');
            rest = tail;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    out.push_str(core::str::from_utf8(&bytes).unwrap_or(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_characters_are_undone_and_other_ampersands_stay() {
        for (text, expected) in [
            ("Tag &lt;a&gt; &amp;amp; it&#39;s", "Tag <a> &amp; it's"),
            ("a & b &unknown; &#xZZ; &", "a & b &unknown; &#xZZ; &"),
            ("&#1114112;", "&#1114112;"),
        ] {
            let mut out = String::new();
            markup(text, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn percent_signs_are_undone_where_they_give_text() {
        for (text, expected) in
            [("bad%20name", "bad name"), ("caf%C3%A9", "café"), ("100%", "100%"), ("%FF", "%FF"), ("%+1", "%+1")]
        {
            let mut out = String::new();
            percent(text, &mut out);
            assert_eq!(out, expected);
        }
    }
}
