//! What an error's body says, whatever its envelope: code, message, ids and fields by ranked names, nearest level first.
//!
//! One harvester for all APIs: a body is unwrapped a few levels (`error`, `errors[0]`, …), and at each level the first of
//! the ranked synonyms that holds something counts. [`super::format`] only names the envelope; nothing is read by it but what
//! the harvester cannot know. Bytes are believed before the Content-Type, which lies.

use super::Report;
use super::explanation::FieldError;
use super::scan::{find, has, head, until, words};
use super::write::write_node;
use super::{fields, format};
use crate::syntax::json::{self, Document, End, Kind, Node};
use crate::syntax::markup::{self, Markup};
use crate::syntax::number;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Bytes of a body that are looked at.
pub const MAX_BODY: usize = 65_536;

/// What a body is, by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Shape {
    /// None was given: it was not read, or there is none.
    Unknown,
    Empty,
    Json,
    Html,
    Xml,
    Text,
}

/// A text of the body, and where it stands there in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Escapes undone; "" where nothing was said.
    pub text: String,
    /// Within the body; none if it comes from a header.
    pub span: Option<(usize, usize)>,
    /// Whether the span's bytes are the text, so that a part of it can be pointed at.
    pub literal: bool,
}

/// What a body says; "" for what it does not say.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Harvest<'a> {
    pub shape: Shape,
    /// At most [`MAX_BODY`] bytes.
    pub body: &'a str,
    pub document: Document<'a>,
    pub format: &'static str,
    pub code: Said,
    /// The message, and further ones where there is a list.
    pub messages: Vec<Said>,
    pub user_message: String,
    pub request_id: String,
    pub docs_url: String,
    /// The error's `details`, as JSON.
    pub details: String,
    /// Whether these are an object: facts by name.
    pub has_details: bool,
    pub fields: Vec<FieldError>,
}

const UNWRAP: &str = "error errors fault Fault Error message detail response result data extensions";
const CODES: &str = "code error_code errorCode Code __type reason type name category error status";
const MESSAGES: &str = "message detail error_description errorSummary description Message msg title error reason faultstring errors errorMessages non_field_errors";
const IDS: &str = "request_id requestId RequestId RequestID request-id correlationId errorId traceId fbtrace_id";
const ID_HEADERS: &str = "x-request-id request-id x-amzn-requestid x-amz-request-id x-ms-request-id x-github-request-id cf-ray x-vercel-id x-correlation-id traceparent";
const CODE_HEADERS: &str = "x-amzn-errortype x-ms-error-code x-vercel-error";
const DOCS: &str = "doc_url documentation_url more_info help errorLink error_uri type url";

/// Reads the answer that `report` holds.
pub fn harvest<'a>(report: &Report<'a>) -> Harvest<'a> {
    let body = head(report.body.unwrap_or(""), MAX_BODY);
    let text = body.strip_prefix('\u{feff}').unwrap_or(body).trim_ascii();
    let document = json::parse(body);
    let kind = report.headers.find("content-type").unwrap_or("");
    let shape = shape(report, text, &document, has(kind, "html"));
    let mut out = Harvest {
        shape,
        body,
        document,
        format: match shape {
            Shape::Unknown | Shape::Empty => "empty",
            Shape::Json => "json",
            Shape::Html => "html",
            Shape::Xml => "xml",
            Shape::Text => "text",
        },
        code: Said::default(),
        messages: Vec::new(),
        user_message: String::new(),
        request_id: header(report, ID_HEADERS).to_string(),
        docs_url: String::new(),
        details: String::new(),
        has_details: false,
        fields: Vec::new(),
    };
    match shape {
        Shape::Json => from_json(&mut out, report.status.unwrap_or(0), has(kind, "problem+")),
        Shape::Html | Shape::Xml => from_markup(&mut out, report),
        Shape::Text => {
            let start = body.len() - body.strip_prefix('\u{feff}').unwrap_or(body).trim_ascii_start().len();
            out.messages.push(Said { text: text.to_string(), span: Some((start, start + text.len())), literal: true });
            format::proxy(&mut out, report);
        }
        _ => {}
    }
    if out.code.text.is_empty() {
        out.code.text = bare_type(header(report, CODE_HEADERS)).to_string();
        if out.messages.is_empty() {
            challenge(&mut out, report);
        }
    }
    out
}

fn shape(report: &Report<'_>, text: &str, document: &Document<'_>, says_html: bool) -> Shape {
    let compound = document.root().is_some_and(|root| matches!(root.kind(), Kind::Object | Kind::Array));
    match markup::markup(text) {
        _ if report.body.is_none() && says_html => Shape::Html,
        _ if report.body.is_none() => Shape::Unknown,
        _ if text.is_empty() => Shape::Empty,
        // What breaks off at once is rather a text in brackets.
        _ if document.end() == End::Complete || (compound && document.end() != End::Broken(1)) => Shape::Json,
        Some(Markup::Html) => Shape::Html,
        Some(Markup::Xml) => Shape::Xml,
        None if says_html && has(text, "<") => Shape::Html,
        None => Shape::Text,
    }
}

/// The first of the headers named in `names`; else "".
fn header<'a>(report: &Report<'a>, names: &str) -> &'a str {
    words(names).find_map(|name| report.headers.find(name)).unwrap_or("")
}

/// OAuth's bearer challenge: `WWW-Authenticate: Bearer error="invalid_token", error_description="…"` (RFC 6750 section 3).
fn challenge(out: &mut Harvest<'_>, report: &Report<'_>) {
    let value = report.headers.find("www-authenticate").unwrap_or("");
    let quoted = |name: &str| Some(until(value.get(find(value, name, 0)? + name.len()..)?, b"\"").to_string());
    if let Some(text) = quoted("error=\"") {
        (out.code.text, out.format) = (text, "oauth2");
        let message = quoted("error_description=\"");
        out.messages.extend(message.map(|text| Said { text, ..Said::default() }));
    }
}

fn from_markup(out: &mut Harvest<'_>, report: &Report<'_>) {
    let body = out.body;
    let said = |names: &str| {
        let range = words(names).find_map(|name| markup::element(body, name))?;
        let text = body.get(range.clone())?.to_string();
        Some(Said { text, span: Some((range.start, range.end)), literal: true })
    };
    if out.shape == Shape::Html {
        out.messages.extend(said("title h1 pre"));
        return format::proxy(out, report);
    }
    out.messages.extend(said("message faultstring text detail title"));
    if let Some(code) = said("code faultcode") {
        out.code = code;
        if has(body, "<error") {
            out.format = "aws_xml";
        }
    }
    if out.request_id.is_empty() {
        out.request_id = said("requestid").unwrap_or_default().text;
    }
}

fn from_json(out: &mut Harvest<'_>, status: u16, problem: bool) {
    let document = core::mem::replace(&mut out.document, json::parse(""));
    if let Some(root) = document.root() {
        out.format = format::of_json(root, problem);
        let levels = levels(root);
        for (depth, level) in levels.iter().enumerate() {
            level_into(out, *level, status, depth);
        }
        for level in levels {
            // Azure and Graph: the finest code is the deepest; a number there is only a status again.
            let mut inner = inner_error(level);
            while let Some(node) = inner {
                let code = node.get("code").map(|code| code_of(code, status)).unwrap_or_default();
                if code.text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
                    out.code = code;
                }
                inner = inner_error(node);
            }
            typed_details(out, level);
            let message = out.messages.first().map(|said| said.text.as_str()).unwrap_or_default();
            fields::read(level, message, matches!(status, 400 | 422), &mut out.fields);
        }
        if out.messages.is_empty() {
            hear(&mut out.messages, root, false);
        }
    }
    if let Some(first) = out.messages.first()
        && out.code.text.is_empty()
        && is_constant(&first.text)
    {
        out.code = first.clone();
    }
    out.document = document;
}

fn inner_error(node: Node<'_>) -> Option<Node<'_>> {
    words("innererror innerError").find_map(|key| node.get(key))
}

/// The objects that may say something of the error, outermost first.
fn levels(root: Node<'_>) -> Vec<Node<'_>> {
    let mut out = Vec::new();
    let mut level = root.index(0).or(Some(root));
    while let Some(node) = level.filter(|_| out.len() < 4) {
        out.push(node);
        level = words(UNWRAP).find_map(|key| {
            let inner = node.get(key)?;
            inner.index(0).or(Some(inner)).filter(|inner| inner.kind() == Kind::Object)
        });
    }
    out
}

fn level_into(out: &mut Harvest<'_>, level: Node<'_>, status: u16, depth: usize) {
    for key in words(CODES) {
        let Some(node) = level.get(key).filter(|_| out.code.text.is_empty()) else { continue };
        let code = code_of(node, status);
        // An address is a code only as the type of problem details; a status word only in capitals.
        // At the top of a body that wraps its error, a name or type is not the error's.
        let fits = match key {
            "type" => (out.format == "problem_details" || !has(&code.text, "://")) && code.text != "about:blank",
            "status" => is_constant(&code.text),
            "name" | "category" => depth > 0 || level.get("message").is_some(),
            _ => true,
        };
        if fits {
            out.code = code;
        }
    }
    for key in words(MESSAGES) {
        let Some(node) = level.get(key).filter(|_| out.messages.is_empty()) else { continue };
        let sentence = matches!(key, "error" | "reason");
        hear(&mut out.messages, node, sentence);
        if node.kind() == Kind::Array {
            node.children().take(fields::MAX).for_each(|node| hear(&mut out.messages, node, sentence));
        }
    }
    let text = |keys: &str| fields::first(level, keys).and_then(Node::text).unwrap_or_default().to_string();
    if out.request_id.is_empty() {
        out.request_id = text(IDS);
    }
    if out.user_message.is_empty() {
        out.user_message = text("error_user_msg userMessage");
    }
    for key in words(DOCS) {
        let link = text(key);
        if out.docs_url.is_empty() && (link.starts_with("https://") || link.starts_with("http://")) {
            out.docs_url = link;
        }
    }
    if out.details.is_empty()
        && let Some(details) = level.get("details").filter(|node| node.children().next().is_some())
    {
        out.details = write_node(details, false);
        out.has_details = details.kind() == Kind::Object;
        // A code within the details is finer than the class outside.
        if let Some(code) = details.get("error_code") {
            out.code = code_of(code, status);
        }
    }
}

/// Adds what `node` says, if it is a text that says something; one word is no `sentence`.
fn hear(out: &mut Vec<Said>, node: Node<'_>, sentence: bool) {
    let text = node.text().unwrap_or_default();
    if !text.trim_ascii().is_empty() && (!sentence || has(&text, " ")) {
        out.push(said(node, &text));
    }
}

/// Google's typed details: the finer code, the text for users, the help page.
fn typed_details(out: &mut Harvest<'_>, level: Node<'_>) {
    let Some(details) = level.get("details") else { return };
    for detail in details.children() {
        let kind = detail.get("@type").and_then(Node::text).unwrap_or_default();
        if let Some(reason) = detail.get("reason").filter(|_| kind.ends_with(".ErrorInfo")) {
            out.code = code_of(reason, 0);
        } else if kind.ends_with(".LocalizedMessage") {
            out.user_message = detail.get("message").and_then(Node::text).unwrap_or_default().to_string();
        } else if kind.ends_with(".Help") {
            out.docs_url = detail.pointer("/links/0/url").and_then(Node::text).unwrap_or_default().to_string();
        }
    }
}

/// `node` as a code; nothing if it is none, repeats the status or only says that something failed.
#[inline(never)]
fn code_of(node: Node<'_>, status: u16) -> Said {
    let text = match node.kind() {
        Kind::Number => node.source().into(),
        _ => node.text().unwrap_or_default(),
    };
    let text = bare_type(&text);
    let idle = ["error", "failure", "fail", "failed", "Failure", "0", ""].contains(&text)
        || text.len() > 128
        || text.bytes().any(|byte| byte.is_ascii_whitespace())
        || number::whole(text) == Some(i64::from(status));
    if idle { Said::default() } else { said(node, text) }
}

/// AWS writes `namespace#Name:address`; only the name is the code.
fn bare_type(text: &str) -> &str {
    let name = match find(text, "#", 0) {
        Some(at) if !has(text, "//") || find(text, "//", 0) > Some(at) => text.get(at + 1..).unwrap_or(""),
        _ => text,
    };
    if has(name, ":http") { until(name, b":") } else { name }
}

#[inline(never)]
fn said(node: Node<'_>, text: &str) -> Said {
    let span = node.span();
    Said { text: text.to_string(), span: Some((span.start, span.end)), literal: node.source() == text }
}

/// `UPPER_SNAKE`, as codes are written.
fn is_constant(text: &str) -> bool {
    text.len() > 3
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && number::whole(text).is_none()
}
