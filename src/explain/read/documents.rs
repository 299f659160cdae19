//! A body as one tree: JSON, however it is wrapped, XML, and forms.
//!
//! JSON is found behind what stands in front of it (`)]}'`, `while(1);`, `callback(`, `data: `, `Error: `), on the first of
//! many lines that is about an error, and within the strings of other JSON, as gateways send it. What is opened must look
//! like an error, so that no request that an error repeats is taken for one.

use crate::explain::read::decode;
use crate::explain::read::keys;
use crate::explain::read::names::{is_about_error, is_echo};
use crate::explain::scan::{after, cut, find, has, head, parts, until};
use crate::syntax::json::{Document, End, Kind, Node, tree};
use crate::syntax::markup::{Markup, markup};
use alloc::borrow::Cow;

/// Lines that are looked at for the one that is about an error.
const MAX_LINES: usize = 64;

/// Reads `body`.
pub fn read(body: &str) -> Document<'_> {
    let mut document = keys::parse(body);
    if !is_compound(document.root()) || document.end() == End::Broken(1) || is_lines(body, &document) {
        document = match markup(body) {
            Some(Markup::Html) if !has(head(body, 256), "<problem") => return document,
            Some(_) => return tree::parse_xml(body, &keys::NAMES),
            None => wrapped(body).or_else(|| form(body)).unwrap_or(document),
        };
    }
    document.open_strings(in_string, holds_error, &keys::NAMES);
    document
}

fn is_compound(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Object | Kind::Array)
}

/// Whether another value follows on a line of its own, or `{}&&` stands in front.
fn is_lines(body: &str, document: &Document<'_>) -> bool {
    matches!(document.end(), End::Broken(at) if at > 1 && has(cut(body, at, at + 2), "{") || has(cut(body, at, at + 2), "&&"))
}

/// Whether `root` has a member that speaks of an error.
fn holds_error(root: Node<'_>) -> bool {
    let root = if root.kind() == Kind::Array { root.index(0) } else { root };
    root.children().any(|member| is_about_error(member.key()))
}

/// Where JSON stands in `text`: from its first brace to its last.
fn braces(text: &str) -> Option<(usize, usize)> {
    let start = find(text, "{\"", 0).or_else(|| {
        find(text, "{", 0).filter(|at| cut(text, at + 1, text.len()).trim_ascii_start().starts_with('"'))
    })?;
    let end = text.bytes().rposition(|byte| byte == b'}')? + 1;
    if end < start {
        return None;
    }
    // A list of such.
    let front = cut(text, 0, start).trim_ascii_end();
    let list = front.ends_with('[') && cut(text, end, text.len()).trim_ascii_start().starts_with(']');
    if list {
        Some((front.len() - 1, end + cut(text, end, text.len()).bytes().position(|byte| byte == b']')? + 1))
    } else {
        Some((start, end))
    }
}

fn in_string(name: &str, text: &str) -> Option<(usize, usize)> {
    if text.len() < 8 || is_echo(name) { None } else { braces(text) }
}

/// The JSON in a text, or on the first of its lines that is about an error, else on the first one.
fn wrapped(body: &str) -> Option<Document<'_>> {
    let (start, end) = braces(body)?;
    let whole = Document::within(body, start, end, &keys::NAMES);
    if is_compound(whole.root()) && matches!(whole.end(), End::Complete | End::Faulty(_)) {
        return Some(whole);
    }
    let (mut first, mut at) = (None, 0);
    for _ in 0..MAX_LINES {
        let line = until(after(body, at), b"\n");
        if let Some((start, end)) = braces(line) {
            let found = Document::within(body, at + start, at + end, &keys::NAMES);
            let good = found.end() == End::Complete;
            if good && holds_error(found.root()) {
                return Some(found);
            }
            first = first.or(Some(found).filter(|_| good));
        }
        at += line.len() + 1;
    }
    first
}

/// `error=x&error_description=y`, or such pairs a line each.
fn form(body: &str) -> Option<Document<'_>> {
    let separator = if has(body, "&") { b'&' } else { b'\n' };
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() < 64
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']'))
    };
    let pairs = parts(body, separator);
    let good = pairs.clone().all(|pair| has(pair, "=") && is_name(until(pair, b"=").trim_ascii()));
    let about = pairs.clone().any(|pair| is_about_error(until(pair, b"=").trim_ascii()));
    if !good || !about {
        return None;
    }
    let members = pairs.map(|pair| {
        let name = until(pair, b"=");
        let raw = cut(pair, name.len() + 1, pair.len()).trim_ascii();
        let start = raw.as_ptr() as usize - body.as_ptr() as usize;
        let mut value = Cow::Borrowed(raw);
        if raw.bytes().any(|byte| matches!(byte, b'+' | b'%')) {
            let mut text = alloc::string::String::new();
            let mut rest = raw;
            loop {
                let part = until(rest, b"+");
                decode::percent(part, &mut text);
                if part.len() == rest.len() {
                    break;
                }
                text.push_str(" ");
                rest = after(rest, part.len() + 1);
            }
            value = Cow::Owned(text);
        }
        (name.trim_ascii(), value, start, start + raw.len())
    });
    Some(Document::pairs(members, &keys::NAMES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_however_it_is_wrapped() {
        for text in [
            r#"{"error":{"code":"A"}}"#,
            ")]}'\n{\"error\":{\"code\":\"A\"}}",
            r#"while(1);{"error":{"code":"A"}}"#,
            r#"for(;;);{"error":{"code":"A"}}"#,
            r#"{}&&{"error":{"code":"A"}}"#,
            r#"/**/callback({"error":{"code":"A"}});"#,
            "event: error\ndata: {\"error\":{\"code\":\"A\"}}\n\ndata: [DONE]\n",
            "{\"a\":1}\n{\"error\":{\"code\":\"A\"}}\n",
            r#"Error: {"error":{"code":"A"}}"#,
            r#"{"error":"{\"code\":\"A\"}"}"#,
            r#"{"error":"400 Bad Request: {\"code\":\"A\"}"}"#,
            r#""{\"error\":{\"code\":\"A\"}}""#,
            r#""{\"error\":\"[{\\\"code\\\":\\\"A\\\"}]\"}""#,
            "<error><code>A</code></error>",
            "<x:error code='A'/>",
            "<error><member><name>code</name><value><string>A</string></value></member></error>",
        ] {
            let document = read(text);
            let error = document.root().get("error");
            let error = if error.kind() == Kind::Array { error.index(0) } else { error };
            let code = error.get("code");
            assert_eq!(code.text(), "A", "{text}");
            let (start, end) = code.span();
            assert!(!code.literal() || &text[start..end] == "A", "{text}");
        }
    }

    #[test]
    fn pairs_are_read_as_members() {
        let document = read("error=access_denied&error_description=no+such%20user");
        assert_eq!(document.root().get("error_description").text(), "no such user");
        assert_eq!(read("Status=INVALID\r\nStatusDetail=3046 : x\r\n").root().get("StatusDetail").text(), "3046 : x");
        assert!(!read("see https://x.example/?error=1&code=2").root().exists());
    }

    #[test]
    fn what_repeats_the_request_or_is_no_error_stays_a_text() {
        for text in [r#"{"request":"{\"error\":1}"}"#, r#"{"message":"{\"a\":1}"}"#] {
            let root = read(text);
            assert!(root.root().children().all(|member| member.kind() == Kind::String), "{text}");
        }
    }
}
