//! What is wrong with a request by its own look: a value that was never filled in, a header that cannot be right.
//!
//! Each thing that is seen is a [`Sign`] with a name; what it means, and how sure that is, is a rule of a catalog that asks
//! for it by `request`. Only refusals that blame the request are looked at (400 to 422), and of a request's headers nothing
//! goes into an explanation but their names and a well-known scheme: a sign holds no value of one.

use crate::explain::read::credentials;
use crate::explain::read::decode;
use crate::explain::read::report::{Report, origin_of};
use crate::explain::scan::{after, cut, find, has, has_any, head, lists, split, until};
use crate::syntax::json::{self, End, Kind, Node};
use crate::syntax::number;
use crate::syntax::words::{halves, holds};
use alloc::string::String;
use alloc::vec::Vec;

/// Signs that are kept.
const MAX: usize = 8;
/// Members of a request's body, and parts of its address, that are looked at.
const MAX_PARTS: usize = 500;
/// Longer bodies are not read: they may have been cut.
const MAX_BODY: usize = 65_536;

/// One thing that is seen.
#[derive(Clone, Debug)]
pub struct Sign {
    /// What a rule asks for.
    pub name: &'static str,
    /// Where it stands, as evidence says it.
    pub from: &'static str,
    /// What is called so there.
    pub label: String,
    /// What of it may be shown.
    pub shown: String,
    /// What its holes are taken from.
    pub part: String,
    /// How.
    pub template: &'static str,
}

/// What is seen of a request.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// One for each place.
    pub signs: Vec<Sign>,
    /// Whether it had credentials.
    pub identified: bool,
}

/// How parameters that say how many are wanted are called.
const SIZES: &str =
    "limit page_size pagesize per_page perpage size count top $top first max_results maxresults page[size] num";
/// Words of a message that names the most.
const MOST: &str = "max|at most|exceed|less than|between|no more than|<=|up to";

/// Looks at the request of `report`, to which the server said `message`.
pub fn read(report: &Report<'_>, message: &str) -> Asked {
    let mut out = Asked::default();
    let status = report.status.unwrap_or(0);
    if !(400..=422).contains(&status) {
        return out;
    }
    if !report.request_headers.text().is_empty() {
        credentials::judge(report, status, &mut out);
    }
    if !matches!(status, 401 | 402 | 407 | 408) {
        address(report.url, &mut out);
        size(report.url, head(message, 1024), &mut out);
        body(report, &mut out);
    }
    if status == 406 && !matches!(report.asked("accept"), "" | "*/*") {
        out.header("accept", "accept", "");
    }
    if report.redirected && !is_bodiless(report.method) && !report.method.is_empty() {
        out.sign("redirected", "environment", "redirected", report.method, report.method, "{method}");
    }
    out
}

impl Asked {
    /// Whether `name` was seen.
    pub fn has(&self, name: &str) -> bool {
        self.signs.iter().any(|sign| sign.name == name)
    }

    #[inline(never)]
    pub(super) fn sign(
        &mut self,
        name: &'static str,
        from: &'static str,
        label: &str,
        shown: &str,
        part: &str,
        template: &'static str,
    ) {
        if self.signs.len() < MAX && !self.has(name) {
            let (label, shown, part) = (String::from(label), String::from(shown), String::from(part));
            self.signs.push(Sign { name, from, label, shown, part, template });
        }
    }

    /// Of the header `label`, of which `shown` is a scheme at most.
    pub(super) fn header(&mut self, name: &'static str, label: &str, shown: &str) {
        self.sign(name, "environment", &["requestHeader.", label].concat(), shown, "", "");
    }
}

fn is_bodiless(method: &str) -> bool {
    method.eq_ignore_ascii_case("get") || method.eq_ignore_ascii_case("head")
}

fn address(url: &str, out: &mut Asked) {
    let (url, _) = halves(url, b'#');
    let (path, query) = halves(after(url, origin_of(url).len()), b'?');
    if let Some(at) = find(path, "//", 0)
        // An address within the path has two of its own.
        && !cut(path, 0, at).ends_with(':')
    {
        out.sign("empty-segment", "url", "path", "//", "", "");
    }
    let mut rest = path;
    for _ in 0..MAX_PARTS {
        let (segment, next) = halves(rest, b'/');
        value(segment, "path", segment, false, out);
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    pairs(query, "url", out);
}

/// The pairs of a query or a form.
fn pairs(text: &str, from: &'static str, out: &mut Asked) {
    let mut rest = text;
    for _ in 0..MAX_PARTS {
        let (pair, next) = halves(rest, b'&');
        let (name, given) = halves(pair, b'=');
        if from == "url" {
            value(given, name, pair, true, out);
        } else if hollow(given) == "undefined" {
            out.sign("body-undefined", from, "requestBody", "", name, "{member}");
        }
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
}

/// A parameter that asks for more than the most that `message` names.
fn size(url: &str, message: &str, out: &mut Asked) {
    if !has_any(message, MOST, b'|') {
        return;
    }
    let (_, mut rest) = halves(until(url, b"#"), b'?');
    while !rest.is_empty() {
        let (pair, next) = halves(rest, b'&');
        let (name, value) = halves(pair, b'=');
        rest = next;
        let Some(given) = number::whole(value).filter(|_| lists(SIZES, b' ', name)) else {
            continue;
        };
        let (mut largest, mut above, mut text) = (0, false, message);
        while let Some(at) = text.bytes().position(|byte| byte.is_ascii_digit()) {
            text = after(text, at);
            let length = text.bytes().take_while(u8::is_ascii_digit).count();
            let found = number::whole(cut(text, 0, length)).unwrap_or(i64::MAX);
            above |= found > given;
            largest = if found < given { largest.max(found) } else { largest };
            text = after(text, length);
        }
        if !above && largest > 0 {
            let mut part = [pair, " "].concat();
            number::push(&mut part, largest.unsigned_abs());
            out.sign("size", "url", name, pair, &part, "{param}={value} {most}");
        }
        // One is enough: what is looked at stays linear.
        return;
    }
}

/// One value of the address.
fn value(raw: &str, label: &str, shown: &str, in_query: bool, out: &mut Asked) {
    let mut plain = String::new();
    decode::percent(raw, &mut plain);
    let found = placeholder(&plain, in_query);
    if !found.is_empty() {
        out.sign("placeholder", "url", label, found, found, "{placeholder}");
    }
    match (hollow(&plain), in_query) {
        ("", _) => {}
        ("null", true) => out.sign("null", "url", label, shown, &plain, "{value}"),
        _ => out.sign("undefined", "url", label, shown, &plain, "{value}"),
    }
    let blank = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_whitespace());
    if blank(plain.bytes().next()) || blank(plain.bytes().last()) {
        out.sign("blank", "url", label, "", "", "");
    }
    let twice = raw.as_bytes().windows(5).any(
        |bytes| matches!(bytes, [b'%', b'2', b'5', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
    );
    if twice {
        out.sign("encoded-twice", "url", label, "", "", "");
    }
}

/// What a missing value became: "undefined" where that is sure, "null" where it may be meant, else "".
pub(super) fn hollow(text: &str) -> &'static str {
    match text {
        "undefined" | "NaN" => "undefined",
        "null" | "None" => "null",
        _ if text.starts_with("[object ") && text.ends_with(']') || text == "[object+Object]" => "undefined",
        _ => "",
    }
}

/// The first variable of a template in `text`, with what marks it; "" if there is none. In a query, where braces have other
/// uses, one alone makes the whole value.
pub(super) fn placeholder(text: &str, in_query: bool) -> &str {
    for (open, close) in [("{{", "}}"), ("${", "}"), ("{", "}"), ("<", ">")] {
        if let Some((front, rest)) = split(text, open)
            && let Some((inner, tail)) = split(rest, close)
            && is_name(inner.trim_ascii())
            && (!in_query || open == "{{" || (front.is_empty() && tail.is_empty()))
        {
            return cut(text, front.len(), text.len() - tail.len());
        }
    }
    if text.strip_prefix(':').is_some_and(is_name) { text } else { "" }
}

/// Not a number (a quantifier), nor an id in braces.
pub(super) fn is_name(text: &str) -> bool {
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || (byte == b'-' && !digit);
    text.len() <= 64
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && text.bytes().all(part)
}

fn body(report: &Report<'_>, out: &mut Asked) {
    let text = report.request_body.trim_ascii();
    let media = report.asked("content-type");
    let unknown = report.request_headers.text().is_empty();
    if has(media, "multipart/") && !has(media, "boundary=") {
        out.header("no-boundary", "content-type", "");
    }
    if text.is_empty() {
        return;
    }
    let see = |out: &mut Asked, name: &'static str| out.sign(name, "environment", "requestBody", "", "", "");
    if is_bodiless(report.method) {
        see(out, "body-on-get");
    }
    if text.starts_with("[object ") && text.ends_with(']') {
        return see(out, "body-object");
    }
    let is_json = matches!(text.as_bytes(), [b'{' | b'[', ..]);
    let labelled = has(media, "json");
    let form = has(media, "x-www-form-urlencoded");
    if is_json && !labelled {
        let name = if unknown {
            ""
        } else if media.is_empty() {
            "unlabelled"
        } else if form {
            "json-as-form"
        } else if has(media, "text/plain") {
            "json-as-text"
        } else {
            ""
        };
        if !name.is_empty() {
            out.header(name, "content-type", "");
        }
    }
    if !is_json && labelled && holds(text, "=") && !text.starts_with('"') {
        return out.header("form-as-json", "content-type", "");
    }
    if form && !is_json {
        return pairs(text, "environment", out);
    }
    if !(labelled || is_json && (unknown || media.is_empty())) || report.request_body.len() >= MAX_BODY {
        return;
    }
    let document = json::parse(report.request_body);
    match document.end() {
        End::Broken(at) | End::Faulty(at) => broken(report.request_body, at, out),
        End::Cut => broken(report.request_body, report.request_body.len(), out),
        End::Complete => {
            let mut left = MAX_PARTS;
            members(document.root(), &mut left, out);
        }
        End::Capped => {}
    }
}

/// Where the text is no JSON; not what stands there, which is the caller's.
fn broken(text: &str, at: usize, out: &mut Asked) {
    let front = head(text, at);
    let line = 1 + front.bytes().filter(|byte| *byte == b'\n').count();
    let column = 1 + front.bytes().rev().take_while(|byte| *byte != b'\n').count();
    let mut place = String::from("line ");
    number::push(&mut place, line as u64);
    place.push_str(", column ");
    number::push(&mut place, column as u64);
    out.sign("broken-json", "environment", "requestBody", "", &place, "{place}");
}

/// Members whose value is the text of a missing one. Depth is bounded by the reader.
fn members(node: Node<'_>, left: &mut usize, out: &mut Asked) {
    for child in node.children() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        if child.kind() == Kind::String && hollow(child.text()) == "undefined" {
            let name = if child.key().is_empty() { "an element" } else { child.key() };
            out.sign("body-undefined", "environment", "requestBody", "", name, "{member}");
        }
        members(child, left, out);
    }
}
