//! The id of the request, by the names of headers and members and by the words in front of it in a text or page.
//!
//! A header or member of the API's own comes first, then what a text says, then what stands between client and API knows.

use crate::explain::Report;
use crate::explain::read::body::{Body, Shape};
use crate::explain::read::decode;
use crate::explain::read::names::{self, letters};
use crate::explain::scan;
use crate::explain::scan::{after, find, head, parts, until, words};
use crate::syntax::grams::Grams;
use alloc::borrow::Cow;
use alloc::string::String;

/// Headers of what stands in front of an API, which know less of the request than the body; surest first.
const EDGES: &str = "xnfrequestid cfray xvercelid xamzcfid xazureref xtraceid xcloudtracecontext xfbtraceid xamzntraceid traceparent xservedby xiinfo";
/// Words in front of an id in a text.
const SIGNS: &str = "request id|request_id|requestid|request-id|ray id|incident id|incident number|support id|reference id|reference #|reference number|\
                     reference:|trace id|traceid|error id|event id|correlation id|error reference|reference code|error code:|log id";
/// Bytes of a page's text that are looked at.
const MAX_TEXT: usize = 4096;

/// The id of the request that `report` answers; `member` is one of the body, with its points, 0 for none.
pub fn of<'d>(report: &'d Report<'_>, member: (i32, &'d str), body: &Body<'d>) -> Cow<'d, str> {
    let (mut own, mut edge) = ((0, ""), (0, ""));
    for (name, value) in report.pairs.iter().copied() {
        if value.is_empty() || value.len() > 200 {
            continue;
        }
        let name = letters(name);
        let rank = words(EDGES).zip(0..).find(|(word, _)| *word == name).map(|(_, at)| 100 - at);
        let points = names::request_id(&name);
        if let Some(rank) = rank.filter(|rank| *rank > edge.0) {
            edge = (rank, value);
        } else if rank.is_none() && points > own.0 {
            own = (points, value);
        }
    }
    if own.0 > 0 || member.0 > 0 {
        return Cow::Borrowed(if own.0 > 0 { own.1 } else { member.1 });
    }
    let message = body.messages.first().map_or("", |message| message.text);
    if body.shape == Shape::Html {
        let text = page_text(body.body);
        let found = in_text(&text, true);
        if !found.is_empty() {
            return Cow::Owned(String::from(found));
        }
    }
    let found = in_text(head(message, MAX_TEXT / 4), false);
    Cow::Borrowed(if found.is_empty() { edge.1 } else { found })
}

/// The id behind the first words that announce one; a `page` has some more of them.
fn in_text(text: &str, page: bool) -> &str {
    let grams = Grams::of(text);
    for sign in parts(SIGNS, b'|').filter(|sign| grams.may_hold(sign)) {
        // A code of an error is an id on no API's own text.
        if !page && (sign.starts_with("error code") || sign.ends_with(':')) {
            continue;
        }
        let mut from = 0;
        for _ in 0..4 {
            let Some(at) = find(text, sign, from) else { break };
            from = at + sign.len();
            let rest = scan::trim_start(after(text, from), b" :#=\"'([`\n\r\t");
            let rest = rest.strip_prefix("is").filter(|rest| rest.starts_with([' ', ':'])).unwrap_or(rest);
            let rest = scan::trim_start(rest, b" :#\"'`\n");
            let id = scan::trim_end(until(rest, b" \t\r\n\"'<>()[]{},;`|"), b".:");
            if id.len() >= 6 && id.len() < 130 && id.bytes().any(|byte| byte.is_ascii_digit()) {
                return id;
            }
        }
    }
    ""
}

/// The text of a page: without tags, scripts and styles, and with its character references undone.
fn page_text(page: &str) -> String {
    let mut raw = String::new();
    let mut rest = page;
    while !rest.is_empty() && raw.len() < MAX_TEXT {
        let text = until(rest, b"<");
        raw.push_str(text);
        raw.push(' ');
        rest = after(rest, text.len());
        let hidden = ["script", "style"].into_iter().find(|name| find(head(after(rest, 1), 8), name, 0) == Some(0));
        let end =
            hidden.and_then(|name| find(rest, if name == "style" { "</style" } else { "</script" }, 0)).unwrap_or(0);
        rest = after(rest, end);
        rest = after(rest, until(rest, b">").len() + 1);
    }
    let mut out = String::new();
    decode::markup(&raw, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_behind_the_words_that_announce_it() {
        for (text, id) in [
            ("Your support ID is: 4891230011", "4891230011"),
            ("Request ID: req_0a1b2c (keep it)", "req_0a1b2c"),
            ("An error; Request Id is 9f-11-22.", "9f-11-22"),
            ("request id missing", ""),
            ("(RequestId: 4442587F; Proxy: null)", "4442587F"),
        ] {
            assert_eq!(in_text(text, false), id, "{text}");
        }
        let page = "<style>a{}</style>Reference&#32;&#35;18&#46;2f1a0117&#46;1700000000&#46;1a2b3c";
        assert_eq!(in_text(&page_text(page), true), "18.2f1a0117.1700000000.1a2b3c");
        let page = "<p>Cloudflare Ray ID: <strong class=\"x\">7d1f00aa0bcd1e2f</strong></p>";
        assert_eq!(in_text(&page_text(page), true), "7d1f00aa0bcd1e2f");
    }
}
