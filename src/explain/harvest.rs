//! What an error's body says, whatever its envelope: code, message, ids and fields by ranked names, nearest level first.
//!
//! One harvester for all APIs: a body is unwrapped a few levels (`error`, `errors[0]`, …), and at each level the first of
//! the ranked synonyms that holds something counts. [`super::format`] only names the envelope; nothing is read by it but what
//! the harvester cannot know. Bytes are believed before the Content-Type, which lies.

use super::Report;
use super::explanation::FieldError;
use super::{fields, format};
use crate::syntax::json::{self, Document, End, Kind, Node};
use crate::syntax::markup::{self, Markup};
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
    /// Escapes undone.
    pub text: String,
    /// Within the body; none if it comes from a header.
    pub span: Option<(usize, usize)>,
    /// Whether the span's bytes are the text, so that a part of it can be pointed at.
    pub literal: bool,
}

/// What a body says.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Harvest<'a> {
    pub shape: Shape,
    /// "" of none; else at most [`MAX_BODY`] bytes.
    pub body: &'a str,
    pub document: Document<'a>,
    pub format: &'static str,
    pub code: Option<Said>,
    /// The message, and further ones where there is a list.
    pub messages: Vec<Said>,
    pub user_message: Option<String>,
    pub request_id: Option<String>,
    pub docs_url: Option<String>,
    /// JSON pointer's value: the error's `details`.
    pub details: Option<String>,
    pub has_details: bool,
    pub fields: Vec<FieldError>,
}

const UNWRAP: &[&str] = &[
    "error",
    "errors",
    "fault",
    "Fault",
    "Error",
    "message",
    "detail",
    "response",
    "result",
    "innererror",
    "innerError",
    "data",
    "extensions",
];
const CODES: &[&str] =
    &["code", "error_code", "errorCode", "Code", "__type", "reason", "type", "name", "category", "error", "status"];
const MESSAGES: &[&str] = &[
    "message",
    "detail",
    "error_description",
    "errorSummary",
    "description",
    "Message",
    "msg",
    "title",
    "error",
    "reason",
    "faultstring",
    "errors",
    "errorMessages",
    "non_field_errors",
];
const IDS: &[&str] = &[
    "request_id",
    "requestId",
    "RequestId",
    "RequestID",
    "request-id",
    "correlationId",
    "errorId",
    "traceId",
    "fbtrace_id",
];
const ID_HEADERS: &[&str] = &[
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-ms-request-id",
    "x-github-request-id",
    "cf-ray",
    "x-vercel-id",
    "x-correlation-id",
    "traceparent",
];
const DOCS: &[&str] = &["doc_url", "documentation_url", "more_info", "help", "errorLink", "error_uri", "type", "url"];

/// Reads the answer that `report` holds.
pub fn harvest<'a>(report: &Report<'a>) -> Harvest<'a> {
    let whole = report.body.unwrap_or("");
    let body = whole.get(..whole.floor_char_boundary(MAX_BODY)).unwrap_or("");
    let text = body.trim_start_matches('\u{feff}').trim();
    let document = json::parse(body);
    let compound = document.root().is_some_and(|root| matches!(root.kind(), Kind::Object | Kind::Array));
    let says =
        |part: &str| report.headers.find("content-type").is_some_and(|value| markup::find(value, part, 0).is_some());
    let shape = match markup::markup(text) {
        _ if report.body.is_none() => {
            if says("html") {
                Shape::Html
            } else {
                Shape::Unknown
            }
        }
        _ if text.is_empty() => Shape::Empty,
        // A list that breaks off at once is rather a text in brackets.
        _ if compound && (document.end() != End::Broken(1)) => Shape::Json,
        _ if document.end() == End::Complete => Shape::Json,
        Some(Markup::Html) => Shape::Html,
        Some(Markup::Xml) => Shape::Xml,
        None if says("html") && text.contains('<') => Shape::Html,
        None => Shape::Text,
    };
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
        code: None,
        messages: Vec::new(),
        user_message: None,
        request_id: ID_HEADERS.iter().find_map(|name| report.headers.find(name)).map(ToString::to_string),
        docs_url: None,
        details: None,
        has_details: false,
        fields: Vec::new(),
    };
    match shape {
        Shape::Json => from_json(&mut out, report.status.unwrap_or(0), says("problem+")),
        Shape::Html | Shape::Xml => from_markup(&mut out, report),
        Shape::Text => {
            let start = body.len() - body.trim_start_matches('\u{feff}').trim_start().len();
            out.messages.push(Said { text: text.to_string(), span: Some((start, start + text.len())), literal: true });
            format::proxy(&mut out, report);
        }
        _ => {}
    }
    if out.code.is_none() && out.messages.is_empty() {
        challenge(&mut out, report);
    }
    if out.code.is_none()
        && let Some(name) =
            ["x-amzn-errortype", "x-ms-error-code", "x-vercel-error"].iter().find_map(|name| report.headers.find(name))
    {
        out.code = Some(Said { text: bare_type(name).to_string(), ..Said::default() });
    }
    out
}

/// OAuth's bearer challenge: `WWW-Authenticate: Bearer error="invalid_token", error_description="…"` (RFC 6750 section 3).
fn challenge(out: &mut Harvest<'_>, report: &Report<'_>) {
    let value = report.headers.find("www-authenticate").unwrap_or("");
    let quoted = |name: &str| {
        let text = value.get(markup::find(value, name, 0)? + name.len()..)?.split('"').next()?;
        Some(Said { text: text.to_string(), ..Said::default() })
    };
    if let Some(code) = quoted("error=\"") {
        (out.code, out.format) = (Some(code), "oauth2");
        out.messages.extend(quoted("error_description=\""));
    }
}

fn from_markup(out: &mut Harvest<'_>, report: &Report<'_>) {
    let said = |name: &str| {
        let range = markup::element(out.body, name)?;
        Some(Said {
            text: out.body.get(range.clone())?.to_string(),
            span: Some((range.start, range.end)),
            literal: true,
        })
    };
    let id = ["requestid", "request-id"].iter().find_map(|name| said(name));
    if out.shape == Shape::Xml {
        let code = ["code", "faultcode"].iter().find_map(|name| said(name));
        let message = ["message", "faultstring", "text", "detail", "title"].iter().find_map(|name| said(name));
        if markup::find(out.body, "<error", 0).is_some() && code.is_some() {
            out.format = "aws_xml";
        }
        out.code = code;
        out.messages.extend(message);
        if out.request_id.is_none() {
            out.request_id = id.map(|id| id.text);
        }
    } else {
        let title = ["title", "h1", "pre"].iter().find_map(|name| said(name));
        out.messages.extend(title);
        format::proxy(out, report);
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
        // Azure and Graph: the finest code is the deepest.
        let mut inner =
            levels.iter().rev().find_map(|level| level.get("innererror").or_else(|| level.get("innerError")));
        while let Some(node) = inner {
            if let Some(code) = node
                .get("code")
                .and_then(|code| code_of(code, status))
                .filter(|code| !code.text.starts_with(|char: char| char.is_ascii_digit()))
            {
                out.code = Some(code);
            }
            inner = node.get("innererror").or_else(|| node.get("innerError"));
        }
        typed_details(out, &levels);
        let bare_map = matches!(status, 400 | 422);
        for level in &levels {
            let message = out.messages.first().map(|said| said.text.clone()).unwrap_or_default();
            fields::read(*level, &message, bare_map, &mut out.fields);
        }
        if out.messages.is_empty()
            && let Some(text) = root.text()
        {
            out.messages.push(said(root, &text));
        }
    }
    if out.code.is_none()
        && let Some(first) = out.messages.first().filter(|said| is_constant(&said.text))
    {
        out.code = Some(first.clone());
    }
    out.document = document;
}

/// The objects that may say something of the error, outermost first.
fn levels(root: Node<'_>) -> Vec<Node<'_>> {
    let mut out = Vec::new();
    let mut level = Some(if root.kind() == Kind::Array { root.index(0).unwrap_or(root) } else { root });
    while let Some(node) = level.filter(|_| out.len() < 4) {
        out.push(node);
        level = UNWRAP.iter().find_map(|key| {
            let inner = node.get(key)?;
            let inner = if inner.kind() == Kind::Array { inner.index(0)? } else { inner };
            (inner.kind() == Kind::Object && !matches!(*key, "innererror" | "innerError")).then_some(inner)
        });
    }
    out
}

fn level_into(out: &mut Harvest<'_>, level: Node<'_>, status: u16, depth: usize) {
    if out.code.is_none() {
        out.code = CODES.iter().find_map(|key| {
            let code = code_of(level.get(key)?, status)?;
            // An address is a code only as the type of problem details; a status word only in capitals.
            let fits = match *key {
                "type" => out.format == "problem_details" || !code.text.contains("://"),
                "status" => is_constant(&code.text),
                // At the top of a body that wraps its error, a name or type is not the error's.
                "name" | "category" => depth > 0 || level.get("message").is_some(),
                _ => true,
            };
            (fits && code.text != "about:blank").then_some(code)
        });
    }
    if out.messages.is_empty() {
        let any = MESSAGES.iter().find_map(|key| {
            let value = level.get(key)?;
            let texts: Vec<_> = match value.kind() {
                Kind::String => [value].into_iter().collect(),
                Kind::Array => value.entries().map(|(_, item)| item).take(fields::MAX).collect(),
                _ => return None,
            };
            let blank =
                |text: &str| text.trim().is_empty() || (matches!(*key, "error" | "reason") && !text.contains(' '));
            let texts: Vec<_> = texts
                .into_iter()
                .filter_map(|node| node.text().filter(|text| !blank(text)).map(|text| said(node, &text)))
                .collect();
            (!texts.is_empty()).then_some(texts)
        });
        out.messages = any.unwrap_or_default();
    }
    let first = |keys: &[&str]| {
        keys.iter().find_map(|key| level.get(key)?.text()).filter(|text| !text.is_empty()).map(|text| text.to_string())
    };
    out.request_id = out.request_id.take().or_else(|| first(IDS));
    out.user_message = out.user_message.take().or_else(|| first(&["error_user_msg", "userMessage"]));
    if out.docs_url.is_none() {
        let links = DOCS.iter().filter_map(|key| level.get(key)?.text());
        out.docs_url = links
            .into_iter()
            .find(|text| text.starts_with("https://") || text.starts_with("http://"))
            .map(|text| text.to_string());
    }
    if out.details.is_none()
        && let Some(details) = level.get("details").filter(|node| node.entries().next().is_some())
    {
        out.details = Some(super::write::write_node(details, false));
        out.has_details = details.kind() == Kind::Object;
        // A code within the details is finer than the class outside.
        if let Some(code) = details.get("error_code").and_then(|code| code_of(code, status)) {
            out.code = Some(code);
        }
    }
}

/// Google's typed details: the finer code, the text for users, the help page.
fn typed_details(out: &mut Harvest<'_>, levels: &[Node<'_>]) {
    for (_, detail) in levels.iter().filter_map(|level| level.get("details")).flat_map(Node::entries) {
        let kind = detail.get("@type").and_then(Node::text).unwrap_or_default();
        let text = |key: &str| detail.get(key).and_then(Node::text).map(|text| text.to_string());
        if kind.ends_with(".ErrorInfo") {
            let reason = detail.get("reason");
            out.code = reason.and_then(|node| code_of(node, 0)).or(out.code.take());
        } else if kind.ends_with(".LocalizedMessage") {
            out.user_message = text("message");
        } else if kind.ends_with(".Help") {
            out.docs_url = detail.pointer("/links/0/url").and_then(Node::text).map(|text| text.to_string());
        }
    }
}

fn code_of(node: Node<'_>, status: u16) -> Option<Said> {
    let text = match node.kind() {
        Kind::String => node.text()?,
        Kind::Number => node.source().into(),
        _ => return None,
    };
    let text = bare_type(&text);
    let idle = text.is_empty()
        || text.len() > 128
        || text.contains(char::is_whitespace)
        || ["error", "failure", "fail", "failed", "Failure", "0"].contains(&text);
    (!idle && text.parse() != Ok(status)).then(|| said(node, text))
}

/// AWS writes `namespace#Name:address`; only the name is the code.
fn bare_type(text: &str) -> &str {
    let text = text.rsplit_once('#').filter(|(space, _)| !space.contains("//")).map_or(text, |(_, name)| name);
    if text.contains(":http") { text.split(':').next().unwrap_or(text) } else { text }
}

fn said(node: Node<'_>, text: &str) -> Said {
    let span = node.span();
    Said { text: text.to_string(), span: Some((span.start, span.end)), literal: node.source() == text }
}

/// `UPPER_SNAKE`, as codes are written.
fn is_constant(text: &str) -> bool {
    text.len() > 3
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && !text.starts_with(|char: char| char.is_ascii_digit())
}
