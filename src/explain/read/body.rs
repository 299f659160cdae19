//! What an error's body says, whatever its envelope: code, message, ids and fields by ranked names, nearest level first.
//!
//! One harvester for all APIs: a body is unwrapped a few levels (`error`, `errors[0]`, …), and at each level the first of
//! the ranked synonyms that holds something counts. [`crate::explain::read::format`] only names the envelope; nothing is read by it but what
//! the harvester cannot know. Bytes are believed before the Content-Type, which lies.

use crate::explain::Report;
use crate::explain::explanation::Explanation;
use crate::explain::read::fields;
use crate::explain::read::format;
use crate::explain::read::keys::{key, keys};
use crate::explain::read::levels::{inner_error, levels, loose, or_failed, or_first};
use crate::explain::read::names::{
    CODE_HEADERS, CODES, DOCS, EDGE_IDS, ID_HEADERS, LOOSE_CODES, LOOSE_MESSAGES, MESSAGES, bare_type, code_of, id_of,
    is_constant, said,
};
use crate::explain::scan::{find, has, head, until, words};
use crate::syntax::json::{Document, End, Kind, Node};
use crate::syntax::markup::{self, Markup};
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
pub struct Said<'d> {
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
pub struct Harvest<'d> {
    pub shape: Shape,
    /// At most [`MAX_BODY`] bytes.
    pub body: &'d str,
    pub root: Node<'d>,
    pub end: End,
    pub format: &'static str,
    pub code: Said<'d>,
    /// The message, and further ones where there is a list.
    pub messages: Vec<Said<'d>>,
    pub user_message: &'d str,
    pub request_id: &'d str,
    pub docs_url: &'d str,
    pub details: Node<'d>,
}

const TYPE: u8 = key!("type");
const STATUS: u8 = key!("status");
const NAME: u8 = key!("name");
const CATEGORY: u8 = key!("category");
const REASON: u8 = key!("reason");
const ERROR_ID: u8 = key!("errorId");
const ID: u8 = key!("id");

/// Bytes of a message, and of all of them, that are heard; templates are tried on all parts of them.
const MAX_HEARD: usize = 8192;
/// Bytes of a code in a header: the longest known have 60.
const MAX_CODE: usize = 128;

/// Reads the answer that `report` holds, whose body was read as `document`. Field errors go to `out`.
pub fn harvest<'d>(report: &'d Report<'_>, document: &'d Document<'_>, out: &mut Explanation) -> Harvest<'d> {
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
    let mut found = Harvest {
        shape,
        body,
        root: document.root(),
        end: document.end(),
        format,
        code: Said::default(),
        messages: Vec::new(),
        user_message: "",
        request_id: header(report, ID_HEADERS),
        docs_url: "",
        details: document.root().get("\0"),
    };
    match shape {
        Shape::Json => found.json(report.status.unwrap_or(0), media, out),
        Shape::Html | Shape::Xml => found.markup(report),
        Shape::Text => {
            let start = text.as_ptr() as usize - body.as_ptr() as usize;
            let text = head(text, MAX_HEARD);
            found.messages.push(Said { text, span: Some((start, start + text.len())), literal: true });
            format::proxy(&mut found, report);
        }
        _ => {}
    }
    if !report.header("x-amzn-errortype").is_empty() {
        found.format = "aws";
    }
    if found.code.text.is_empty() {
        found.code.text = head(bare_type(header(report, CODE_HEADERS)), MAX_CODE);
        if found.messages.is_empty() {
            found.challenge(report);
        }
    }
    if found.request_id.is_empty() {
        found.request_id = header(report, EDGE_IDS);
    }
    let said = report.header("grpc-message");
    if found.messages.is_empty() && !said.is_empty() {
        found.messages.push(Said { text: said, ..Said::default() });
    }
    found
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
        // What breaks off at once is rather a text in brackets.
        _ if matches!(document.end(), End::Complete | End::Faulty(_))
            || (compound && document.end() != End::Broken(1)) =>
        {
            Shape::Json
        }
        Some(Markup::Html) if !has(report.header("content-type"), "problem+") => Shape::Html,
        Some(Markup::Html | Markup::Xml) => Shape::Xml,
        None if says_html && has(text, "<") => Shape::Html,
        None => Shape::Text,
    }
}

/// The first of the headers named in `names`; else "".
fn header<'r>(report: &'r Report<'_>, names: &str) -> &'r str {
    words(names).map(|name| report.header(name)).find(|value| !value.is_empty()).unwrap_or("")
}

impl<'d> Harvest<'d> {
    /// OAuth's bearer challenge: `WWW-Authenticate: Bearer error="invalid_token", error_description="…"` (RFC 6750 section 3).
    fn challenge(&mut self, report: &'d Report<'_>) {
        let value = report.header("www-authenticate");
        let quoted = |name: &str| {
            let text = find(value, name, 0).and_then(|at| value.get(at + name.len()..)).unwrap_or("");
            Said { text: until(text, b"\""), ..Said::default() }
        };
        let code = quoted("error=\"");
        if !code.text.is_empty() {
            (self.code, self.format) = (code, "oauth2");
            self.messages.push(quoted("error_description=\""));
        }
    }

    fn markup(&mut self, report: &Report<'_>) {
        let body = self.body;
        let said = |names: &str| {
            let range = words(names).find_map(|name| markup::element(body, name)).unwrap_or(0..0);
            let span = Some((range.start, range.end));
            Said { text: body.get(range).unwrap_or(""), span, literal: true }
        };
        let html = self.shape == Shape::Html;
        let message = said(match html {
            // Express says what it is in the preformatted part.
            true if has(body, "<title>error</title>") => "pre",
            true => "title h1 pre",
            false => "message faultstring text detail title",
        });
        if !message.text.is_empty() {
            self.messages.push(message);
        }
        if html {
            return format::proxy(self, report);
        }
        let fault = has(body, ":fault>") || has(body, "<fault>");
        self.code = said(if fault { "faultcode value" } else { "code" });
        self.format = if fault {
            "soap"
        } else if has(body, "<problem") {
            "problem_details"
        } else if !self.code.text.is_empty() && has(body, "<error") {
            "aws_xml"
        } else {
            self.format
        };
        if self.request_id.is_empty() {
            self.request_id = said("requestid").text;
        }
    }

    fn json(&mut self, status: u16, media: &str, out: &mut Explanation) {
        self.format = format::of_json(self.root, media);
        let failed = or_failed(self.root);
        if self.format == "json" {
            self.format = format::of_json(failed, media);
        } else if self.format == "errors_array" && (200..300).contains(&status) {
            // Who hides errors under a success in this form speaks GraphQL.
            self.format = "graphql";
        }
        let levels = levels(failed);
        for (depth, level) in levels.iter().enumerate() {
            self.level(*level, status, depth);
        }
        fields::from_list(self.root, out);
        for level in levels {
            // Azure and Graph: the finest code is the deepest; a number there is only a status again.
            let mut inner = inner_error(level);
            while inner.exists() {
                let code = code_of(inner.at(key!("code")), status);
                if code.text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) {
                    self.code = code;
                }
                if self.request_id.is_empty() {
                    self.request_id = id_of(inner);
                }
                inner = inner_error(inner);
            }
            // tRPC: the number outside is JSON-RPC's, which is coarser.
            let data = level.at(key!("data"));
            if data.at(key!("httpStatus")).exists() {
                self.code = code_of(data.at(key!("code")), status);
            }
            self.typed_details(level);
            let message = self.messages.first().copied().unwrap_or_default().text;
            if fields::read(level, message, matches!(status, 400 | 422), out) && self.format == "json" {
                self.format = "drf";
            }
        }
        if self.messages.is_empty() {
            self.hear(or_first(self.root), false);
            // Spring's `error` is the status in words.
            if self.root.at(key!("timestamp")).exists() {
                self.hear(self.root.at(key!("error")), false);
            }
        }
        // Beside the error.
        for key in keys!("meta extensions") {
            if self.request_id.is_empty() {
                self.request_id = id_of(self.root.at(*key));
            }
        }
        self.constant();
    }

    /// A code in place of a message, or in front of it: `EMAIL_NOT_FOUND`, `WEAK_PASSWORD : Password should be …` (Firebase).
    fn constant(&mut self) {
        let first = self.messages.first().copied().unwrap_or_default();
        let front = until(first.text, b":").trim_ascii_end();
        if self.code.text.is_empty() && is_constant(front) && (front.len() == first.text.len() || has(front, "_")) {
            let span = first.span.filter(|_| first.literal).map(|(start, _)| (start, start + front.len()));
            self.code = Said { text: front, span: span.or(first.span), ..first };
        }
    }

    fn level(&mut self, level: Node<'d>, status: u16, depth: usize) {
        for key in CODES.iter().copied().filter(|_| self.code.text.is_empty()) {
            let code = code_of(level.at(key), status);
            // An address is a code only as the type of problem details; a status word only in capitals.
            // At the top of a body that wraps its error, a name or type is not the error's.
            let fits = match key {
                TYPE => {
                    (self.format == "problem_details" || !has(code.text, "://"))
                        && code.text != "about:blank"
                        && (depth > 0 || !level.at(key!("errors")).exists() || level.at(key!("title")).exists())
                        && ["error", "Error"].iter().all(|list| level.get(list).index(0).kind() != Kind::Object)
                }
                STATUS => is_constant(code.text) || (depth > 0 && has(code.text, "_")),
                // eBay: a number is no one answer's.
                ERROR_ID => level.at(key).kind() == Kind::Number,
                // Heroku, Contentful: a word names no one thing.
                ID => {
                    code.text.len() > 5
                        && code.text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphabetic())
                        && (level.at(key!("message")).exists() || level.at(TYPE).text() == "Error")
                }
                NAME | CATEGORY => depth > 0 || level.at(key!("message")).exists(),
                // CouchDB: a word that explains the error's.
                REASON => code_of(level.at(key!("error")), status).text.is_empty(),
                _ => true,
            };
            if fits && self.code.text.is_empty() {
                self.code = code;
            }
        }
        for word in LOOSE_CODES {
            if self.code.text.is_empty() {
                self.code = code_of(loose(level, word), status);
            }
        }
        for key in MESSAGES.iter().copied() {
            if self.messages.is_empty() {
                let sentence =
                    key == key!("error") || (key == REASON && code_of(level.at(key!("error")), status).text.is_empty());
                let node = level.at(key);
                self.hear_all(node, sentence);
                // OData 2: a text with its language.
                self.hear(node.at(key!("value")), sentence);
            }
        }
        for word in LOOSE_MESSAGES {
            if self.messages.is_empty() {
                self.hear_all(loose(level, word), false);
            }
        }
        // Before a coarser word further in is taken for it.
        self.constant();
        if self.request_id.is_empty() {
            self.request_id = id_of(level);
        }
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
            let code = code_of(details.at(key!("error_code")), status);
            if !code.text.is_empty() {
                self.code = code;
            }
        }
    }

    /// Adds what `node` or, of a list, each of its elements says.
    fn hear_all(&mut self, node: Node<'d>, sentence: bool) {
        self.hear(node, sentence);
        if node.kind() == Kind::Array {
            node.children().for_each(|node| self.hear(node, sentence));
        }
    }

    /// Adds what `node` says, if it is a text that says something; one word is no `sentence`.
    fn hear(&mut self, node: Node<'d>, sentence: bool) {
        let text = node.text();
        let heard: usize = self.messages.iter().map(|said| said.text.len()).sum();
        if !text.trim_ascii().is_empty()
            && (!sentence || has(text, " "))
            && heard < MAX_HEARD
            && self.messages.len() < fields::MAX
        {
            self.messages.push(said(node, head(text, MAX_HEARD)));
        }
    }

    /// Google's typed details: the finer code, the text for users, the help page.
    fn typed_details(&mut self, level: Node<'d>) {
        for detail in level.at(key!("details")).children() {
            let kind = detail.at(key!("@type")).text();
            let finer = [key!("reason"), key!("errorCode")].map(|key| code_of(detail.at(key), 0));
            if kind.ends_with(".ErrorInfo") && !finer[0].text.is_empty() {
                self.code = finer[0];
            } else if kind.ends_with("Error") && !finer[1].text.is_empty() {
                self.code = finer[1];
            } else if kind.ends_with(".LocalizedMessage") {
                self.user_message = detail.at(key!("message")).text();
            } else if kind.ends_with(".Help") {
                self.docs_url = detail.pointer("/links/0/url").text();
            }
        }
    }
}
