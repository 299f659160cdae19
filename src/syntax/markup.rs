//! Just enough of HTML and XML to know a page from data and to read the text of an element. Linear; nothing is nested.
//!
//! No entity is decoded and no tree is built: pages that proxies send in place of a response need neither.

use super::search::find;
use core::ops::Range;

/// What a text is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// A page for people.
    Html,
    /// Data in tags.
    Xml,
}

/// Which markup `text` is; none if it does not begin with a tag.
pub fn markup(text: &str) -> Option<Markup> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii_start();
    let next = text.as_bytes().get(1).copied().unwrap_or(0);
    if !text.starts_with('<') || !(next.is_ascii_alphabetic() || matches!(next, b'!' | b'?')) {
        return None;
    }
    // An XML declaration may stand in front of XHTML, a comment in front of either.
    let head = text.get(..text.floor_char_boundary(512)).unwrap_or(text);
    let html = ["<html", "<!doctype html", "<head", "<body", "<title", "<h1", "<pre", "<p>", "<center", "<div"];
    let ends = |at: usize| head.as_bytes().get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let is_html =
        html.iter().any(|tag| find(head, tag, 0).is_some_and(|at| tag.ends_with('>') || ends(at + tag.len())));
    Some(if is_html { Markup::Html } else { Markup::Xml })
}

/// Where the text of the first element called `name` (lower case, without prefix) stands, up to the next tag; trimmed, never empty.
pub fn element(text: &str, name: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let next = |byte: u8, from: usize| Some(from + bytes.get(from..)?.iter().position(|other| *other == byte)?);
    let mut at = 0;
    loop {
        // The name, behind its prefix if it has one.
        let (mut from, mut end) = (next(b'<', at)? + 1, 0);
        at = from;
        while let Some(byte) =
            bytes.get(at).filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.'))
        {
            at += 1;
            end = at;
            if *byte == b':' {
                from = at;
            }
        }
        if !bytes.get(from..end).is_some_and(|label| label.eq_ignore_ascii_case(name.as_bytes())) {
            continue;
        }
        let open = next(b'>', at)? + 1;
        // Going on behind the tag keeps this linear.
        at = open;
        let plain = text.get(open..)?;
        // A section of character data may hold tags, which are none.
        let (open, end) = match plain.strip_prefix("<![CDATA[") {
            Some(_) => (open + 9, find(text, "]]>", open)?),
            None => (open, next(b'<', open).unwrap_or(text.len())),
        };
        let inner = text.get(open..end)?;
        let content = inner.trim_ascii();
        if !content.is_empty() {
            let start = open + (inner.len() - inner.trim_ascii_start().len());
            return Some(start..start + content.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_data_are_told_apart() {
        for (text, expected) in [
            ("\u{feff}\n<!DOCTYPE html><html>", Some(Markup::Html)),
            ("<HTML>", Some(Markup::Html)),
            ("<?xml version='1.0'?><html xmlns='x'>", Some(Markup::Html)),
            ("<?xml version='1.0'?><Error><Code>X</Code></Error>", Some(Markup::Xml)),
            ("<ErrorResponse>", Some(Markup::Xml)),
            ("<3 is not a tag", None),
            ("{\"a\":\"<html>\"}", None),
            ("", None),
        ] {
            assert_eq!(markup(text), expected, "{text}");
        }
    }

    #[test]
    fn the_text_of_an_element_is_found_with_its_place() {
        let text = "<s:Fault><Code/><s:code a='b'> Client <b>x</b></s:code></s:Fault>";
        assert_eq!(element(text, "code").map(|range| &text[range]), Some("Client"));
        assert_eq!(element("<title>502 Bad\nGateway", "title"), Some(7..22));
        assert_eq!(element("<m><![CDATA[ a <b> ]]></m>", "m"), Some(13..18));
        assert_eq!(element("<m><![CDATA[", "m"), None);
        assert_eq!(element("<title", "title"), None);
        assert_eq!(element("<title></title>", "title"), None);
        assert_eq!(element(&"<".repeat(65_536), "title"), None);
        assert_eq!(element(&"<title ".repeat(9_000), "title"), None);
    }
}
