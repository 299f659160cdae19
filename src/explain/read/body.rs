//! What an error's body says, whatever its envelope: code, message, ids and fields.
//!
//! One reader for all APIs: [`crate::explain::read::pick`] scores the members of the tree by their names and values.
//! [`crate::explain::read::format`] only names the envelope. Bytes are believed before the Content-Type, which lies.

use crate::explain::Report;
use crate::explain::explanation::Explanation;
use crate::explain::read::fields;
use crate::explain::read::format;
use crate::explain::read::ids;
use crate::explain::read::keys::{key, keys};
use crate::explain::read::levels::{levels, or_failed};
use crate::explain::read::names::{self, bare_type, letters};
use crate::explain::read::pick::{self, quote};
use crate::explain::scan::{find, has, head, until, words};
use crate::syntax::json::{Document, End, Kind, Node};
use crate::syntax::markup::{self, Markup};
use alloc::borrow::Cow;
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote<'d> {
    /// Escapes undone; "" where nothing was said.
    pub text: &'d str,
    /// Within the body; none if it comes from a header.
    pub span: Option<(usize, usize)>,
    /// Whether the span's bytes are the text, so that a part of it can be pointed at.
    pub literal: bool,
}

/// What a body says; "" for what it does not say.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Body<'d> {
    pub shape: Shape,
    /// At most [`MAX_BODY`] bytes.
    pub body: &'d str,
    pub root: Node<'d>,
    pub end: End,
    pub format: &'static str,
    pub code: Quote<'d>,
    /// The message, and further ones where there is a list.
    pub messages: Vec<Quote<'d>>,
    pub user_message: &'d str,
    pub request_id: Cow<'d, str>,
    pub docs_url: &'d str,
    pub details: Node<'d>,
}

const DOCS: &[u8] = keys!("doc_url documentation_url more_info help errorLink error_uri type url link");

/// Bytes of a message, and of all of them, that are heard; templates are tried on all parts of them.
const MAX_HEARD: usize = 8192;
/// Bytes of a code in a header: the longest known have 60.
const MAX_CODE: usize = 128;

/// Reads the response that `report` holds, whose body was read as `document`. Field errors go to `out`.
pub fn harvest<'d>(report: &'d Report<'_>, document: &'d Document<'_>, out: &mut Explanation) -> Body<'d> {
    let body = head(report.body.unwrap_or(""), MAX_BODY);
    let text = body.strip_prefix('\u{feff}').unwrap_or(body).trim_ascii();
    let media = report.header("content-type");
    let shape = shape(report, text, document, has(media, "html"));
    let format = match shape {
        Shape::Unknown | Shape::Empty => "empty",
        Shape::Json => "json",
        Shape::Html => "html",
        Shape::Xml => "xml",
        Shape::Text => "text",
    };
    let mut found = Body {
        shape,
        body,
        root: document.root(),
        end: document.end(),
        format,
        code: Quote::default(),
        messages: Vec::new(),
        user_message: "",
        request_id: Cow::Borrowed(""),
        docs_url: "",
        details: document.root().get("\0"),
    };
    let (mut request_id, mut points) = ((0, ""), 0);
    match shape {
        Shape::Html => found.page(report),
        _ if is_compound(found.root) || shape == Shape::Json => {
            (request_id, points) = found.tree(report.status.unwrap_or(0), media, out);
        }
        _ if !text.is_empty() && report.body.is_some() => {
            let start = text.as_ptr() as usize - body.as_ptr() as usize;
            let text = head(text, MAX_HEARD);
            found.messages.push(Quote { text, span: Some((start, start + text.len())), literal: true });
            format::proxy(&mut found, report);
        }
        _ => {}
    }
    found.headers(report, points);
    found.request_id = ids::of(report, request_id, &found);
    found
}

fn is_compound(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::Object | Kind::Array)
}

fn shape(report: &Report<'_>, text: &str, document: &Document<'_>, says_html: bool) -> Shape {
    let compound = matches!(document.root().kind(), Kind::Object | Kind::Array);
    match markup::markup(text) {
        _ if report.body.is_none() => {
            if says_html {
                Shape::Html
            } else {
                Shape::Unknown
            }
        }
        _ if text.is_empty() => Shape::Empty,
        Some(Markup::Html) if !compound => Shape::Html,
        Some(Markup::Html | Markup::Xml) => Shape::Xml,
        // What breaks off at once is rather a text in brackets.
        None if matches!(document.end(), End::Complete | End::Faulty(_))
            || (compound && !matches!(document.end(), End::Broken(0 | 1))) =>
        {
            Shape::Json
        }
        None if says_html && has(text, "<") => Shape::Html,
        None => Shape::Text,
    }
}

impl<'d> Body<'d> {
    /// What headers say where the body does not: a code, a message, OAuth's challenge.
    fn headers(&mut self, report: &'d Report<'_>, points: i32) {
        if !report.header("x-amzn-errortype").is_empty() {
            self.format = "aws";
        }
        let mut said = "";
        for (name, value) in report.pairs.iter().copied() {
            let about = has(name, "error");
            let name = if about { letters(name) } else { alloc::string::String::new() };
            if about && points < 150 && (names::code(&name) > 40 || name.ends_with("error")) {
                let code = bare_type(head(value, 2 * MAX_CODE));
                self.code = if code.len() > MAX_CODE || has(code, " ") {
                    self.code
                } else {
                    Quote { text: code, ..Quote::default() }
                };
            }
            if (about && names::message(&name) > 59) || name == "grpc-message" {
                said = value;
            }
        }
        if self.messages.is_empty() {
            self.challenge(report);
            let said = [said, report.header("grpc-message")].into_iter().find(|said| !said.is_empty());
            if let Some(text) = said.filter(|_| self.messages.is_empty()) {
                self.messages.push(Quote { text, ..Quote::default() });
            }
        }
    }

    /// OAuth's bearer challenge: `WWW-Authenticate: Bearer error="invalid_token", error_description="…"` (RFC 6750 section 3).
    fn challenge(&mut self, report: &'d Report<'_>) {
        let value = report.header("www-authenticate");
        let quoted = |name: &str| {
            let text = find(value, name, 0).and_then(|at| value.get(at + name.len()..)).unwrap_or("");
            Quote { text: until(text, b"\""), ..Quote::default() }
        };
        let code = quoted("error=\"");
        if !code.text.is_empty() && self.code.text.is_empty() {
            (self.code, self.format) = (code, "oauth2");
            self.messages.push(quoted("error_description=\""));
        }
    }

    fn page(&mut self, report: &Report<'_>) {
        let body = self.body;
        // Express says what it is in the preformatted part.
        let names = if has(head(body, 4096), "<title>error</title>") { "pre" } else { "title h1 pre" };
        if let Some(range) = words(names).find_map(|name| markup::element(body, name)) {
            let span = Some((range.start, range.end));
            self.messages.push(Quote { text: body.get(range).unwrap_or(""), span, literal: true });
        }
        format::proxy(self, report);
    }

    /// Reads the tree of JSON, XML or a form; gives back the id of the request with its points, and the points of the code.
    fn tree(&mut self, status: u16, media: &str, out: &mut Explanation) -> ((i32, &'d str), i32) {
        let failed = or_failed(self.root);
        if self.shape == Shape::Json {
            self.format = format::of_json(self.root, media);
            if self.format == "json" {
                self.format = format::of_json(failed, media);
            } else if self.format == "errors_array" && (200..300).contains(&status) {
                // Who hides errors under a success in this form speaks GraphQL.
                self.format = "graphql";
            }
        }
        let fault = self.shape == Shape::Xml && (has(self.body, ":fault>") || has(self.body, "<fault>"));
        let problem = self.format == "problem_details" || (self.shape == Shape::Xml && has(self.body, "<problem"));
        let found = pick::pick(failed, status, problem);
        self.code = found.code.1;
        if self.shape == Shape::Xml {
            self.format = if fault {
                "soap"
            } else if problem {
                "problem_details"
            } else if !self.code.text.is_empty() && has(self.body, "<error") {
                "aws_xml"
            } else {
                self.format
            };
        }
        match found.message {
            (_, Some(_), Some(list)) => list.children().for_each(|node| self.hear(node)),
            (_, Some(node), None) => self.hear(node),
            _ => {
                self.hear(self.root);
                self.hear(self.root.index(0));
            }
        }
        if self.messages.first().is_some_and(|said| said.text == self.code.text && found.message.0 < 102) {
            self.messages.clear();
        }
        if status < 500 {
            fields::from_list(self.root, out);
        }
        for level in levels(failed) {
            self.level(level, status);
            let message = self.messages.first().copied().unwrap_or_default().text;
            // What is refused or was not found for other reasons names no fields.
            let asked = status < 500 && !matches!(status, 401 | 405 | 415 | 429);
            if asked && fields::read(level, message, matches!(status, 400 | 422), out) && self.format == "json" {
                self.format = "drf";
            }
        }
        (found.request_id, found.code.0)
    }

    /// What only an error's own objects have: texts for users, links, details.
    fn level(&mut self, level: Node<'d>, status: u16) {
        if self.user_message.is_empty() {
            self.user_message = fields::first(level, keys!("error_user_msg userMessage"));
        }
        for key in DOCS {
            let link = level.at(*key).text();
            if self.docs_url.is_empty() && (link.starts_with("https://") || link.starts_with("http://")) {
                self.docs_url = link;
            }
        }
        let details = level.at(key!("details"));
        if !self.details.exists() && details.children().next().is_some() {
            self.details = details;
            // A code within the details is finer than the class outside.
            let found = pick::pick(details, status, false);
            if details.kind() == Kind::Object && found.code.0 >= 159 {
                self.code = found.code.1;
            }
        }
        // Google's typed details: the finer code, the text for users, the help page.
        for detail in details.children() {
            let kind = detail.at(key!("@type")).text();
            let finer = [key!("reason"), key!("errorCode")]
                .map(|key| detail.at(key))
                .into_iter()
                .find(|node| !node.text().is_empty());
            if kind.ends_with(".ErrorInfo") || kind.ends_with("Error") {
                self.code = finer.map_or(self.code, |node| quote(node, node.text()));
            } else if kind.ends_with(".LocalizedMessage") {
                self.user_message = detail.at(key!("message")).text();
            } else if kind.ends_with(".Help") {
                self.docs_url = detail.pointer("/links/0/url").text();
            }
        }
    }

    /// Adds what `node` says, if it is a text that says something.
    fn hear(&mut self, node: Node<'d>) {
        let text = node.text();
        let heard: usize = self.messages.iter().map(|said| said.text.len()).sum();
        if !text.trim_ascii().is_empty() && heard < MAX_HEARD && self.messages.len() < fields::MAX {
            self.messages.push(quote(node, head(text, MAX_HEARD)));
        }
    }
}
