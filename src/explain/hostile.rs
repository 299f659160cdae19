//! Bodies that are made to be slow: each of a size that is asked for.

use std::{format, string::String, vec::Vec};

/// Repeats `piece` to about `size` bytes.
fn fill(size: usize, piece: &str) -> String {
    piece.repeat(size / piece.len())
}

/// A name, and the body of about so many bytes.
pub type Body = (&'static str, fn(usize) -> String);

pub const BODIES: &[Body] = &[
    ("brackets", |size| fill(size, "[")),
    ("objects within objects", |size| fill(size, "{\"a\":")),
    ("errors within errors", |size| fill(size, "{\"errors\":[")),
    ("trees of _errors", |size| fill(size, "{\"_errors\":{\"a\":")),
    ("titles that do not end", |size| fill(size, "<title ")),
    ("angles", |size| fill(size, "<")),
    ("tags", |size| fill(size, "<a>")),
    ("backslashes", |size| fill(size, "\\")),
    ("parts of a text", |size| fill(size, "a, ")),
    ("placeholders", |size| fill(size, "{{a}}")),
    ("a grant that nearly fits", |size| fill(size, "invalid grant invalid code")),
    ("lines of a message", |size| format!("{{\"message\":\"{}\"}}", fill(size, "x\\n"))),
    ("a message that nearly fits", |size| format!("{{\"message\":\"{}\"}}", fill(size, "must be "))),
    ("a list of messages", |size| format!("{{\"message\":[{}\"x\"]}}", fill(size, "\"'a' is a required property\","))),
    ("a list of messages of parts", |size| {
        let message = format!("\"{}\",", "a, \\n".repeat(700));
        format!("{{\"message\":[{}\"x\"]}}", fill(size, &message))
    }),
    ("a list of fields", |size| format!("{{\"errors\":[{}1]}}", fill(size, "{\"field\":\"f\",\"message\":\"m\"},"))),
    ("a list of fields, all different", |size| {
        let fields: Vec<_> = (0..size / 30).map(|n| format!("{{\"field\":\"f{n}\",\"message\":\"m\"}},")).collect();
        format!("{{\"errors\":[{}1]}}", fields.concat())
    }),
    ("repeated names", |size| format!("{{{}\"b\":1}}", fill(size, "\"errors\":{\"a\":\"b\"},"))),
    ("names, all different", |size| {
        let members: Vec<_> = (0..size / 10).map(|n| format!("\"k{n}\":{n},")).collect();
        format!("{{{}\"b\":1}}", members.concat())
    }),
    ("halves of surrogates", |size| format!("\"{}\"", fill(size, "\\ud800"))),
    ("a long token", |size| format!("{{\"message\":\"{}\"}}", fill(size, "aB3/"))),
    ("mail addresses", |size| format!("{{\"message\":\"{}\"}}", fill(size, "a@b.example "))),
    ("addresses", |size| format!("{{\"details\":{{\"a\":\"{}\"}}}}", fill(size, "https://x/a?b "))),
    ("numbers", |size| format!("{{\"details\":[{}1]}}", fill(size, "1,"))),
    ("waits", |size| fill(size, "retry after 1 second and ")),
    ("units of waits", |size| fill(size, "1 second and ")),
    ("waits before a length", |size| fill(size, "wait 1 s and ")),
];
