//! Which members of a tree are the code, the message and the request's id: one bounded walk that scores each by its name,
//! its value and what it stands in.
//!
//! The error's own object counts more than what is around it, the deeper of two errors more than the outer one, and a
//! sentence more than a title or the status in words. The first of equals counts.

use crate::explain::read::body::Quote;
use crate::explain::read::names::{self, bare_type, is_constant, is_echo, is_hollow, is_idle, letters};
use crate::explain::scan::{has, until};
use crate::syntax::json::{Kind, Node};
use crate::syntax::number;

/// Members that are looked at, levels that are followed, and elements of one list.
const MAX_MEMBERS: usize = 600;
const MAX_DEPTH: usize = 8;
const MAX_ITEMS: usize = 4;

/// The best of each so far, with its points.
#[derive(Debug)]
pub struct Pick<'d> {
    status: u16,
    left: usize,
    problem: bool,
    pub code: (i32, Quote<'d>),
    /// The best message, and the list in which it stands, if it does.
    pub message: (i32, Option<Node<'d>>, Option<Node<'d>>),
    pub request_id: (i32, &'d str),
}

/// Looks through `root`, of an answer with `status`; `problem` details have an address as their code.
pub fn pick(root: Node<'_>, status: u16, problem: bool) -> Pick<'_> {
    let mut out = Pick {
        status,
        left: MAX_MEMBERS,
        problem,
        code: (0, Quote::default()),
        message: (0, None, None),
        request_id: (0, ""),
    };
    match root.kind() {
        Kind::Array => out.list(root, "", root, 0, 0),
        Kind::Object => out.object(root, "", 0, 0),
        _ => {}
    }
    out
}

impl<'d> Pick<'d> {
    fn object(&mut self, object: Node<'d>, own: &str, base: i32, depth: usize) {
        for member in object.children() {
            if self.left == 0 || depth > MAX_DEPTH {
                return;
            }
            self.left -= 1;
            let name = letters(member.key());
            match member.kind() {
                // A code or message with its language, or with attributes.
                Kind::String | Kind::Number if matches!(&*name, "value" | "text") && says(own) => {
                    self.leaf(member, own, object, base, None);
                }
                Kind::String | Kind::Number => self.leaf(member, &name, object, base, None),
                Kind::Object if !is_echo(&name) => {
                    let mut more = names::container(&name);
                    if more == 30 && name.ends_with('s') && !speaks(member) {
                        // A map of errors about fields.
                        more = -24;
                    } else if says(&name) {
                        more = more.max(-2);
                    }
                    self.object(member, &name, base + more, depth + 1);
                }
                Kind::Array if !is_echo(&name) => self.list(member, &name, object, base, depth + 1),
                _ => {}
            }
        }
    }

    fn list(&mut self, list: Node<'d>, name: &str, holder: Node<'d>, base: i32, depth: usize) {
        let more = if name.is_empty() { 0 } else { names::container(name) };
        // Beside a list of errors the envelope speaks for all of them.
        let more = match more {
            30 if speaks(holder) => -16,
            30 => 14,
            more => more - 6,
        };
        for (item, at) in list.children().take(MAX_ITEMS).zip(0..) {
            match item.kind() {
                Kind::Object => self.object(item, name, base + more - at, depth),
                Kind::String if at == 0 => self.leaf(item, name, list, base - 3, Some(list)),
                _ => {}
            }
        }
    }

    fn leaf(&mut self, node: Node<'d>, name: &str, object: Node<'d>, base: i32, list: Option<Node<'d>>) {
        let text = if node.kind() == Kind::Number { node.word() } else { node.text() };
        if text.is_empty() {
            return;
        }
        let points = self.code_points(text, name, object, node.kind() == Kind::Number);
        if points > 0 && points + base + 100 > self.code.0 {
            self.code = (points + base + 100, quote(node, bare_type(text)));
        }
        if node.kind() == Kind::String {
            let front = code_in_front(text);
            if !front.is_empty() && names::message(name) > 50 && 40 + base + 100 > self.code.0 {
                let span = node.literal().then(|| (node.span().0, node.span().0 + front.len()));
                self.code =
                    (40 + base + 100, Quote { text: front, span: span.or(Some(node.span())), literal: node.literal() });
            }
            let points = message_points(text, name);
            if points > 0 && points + base + 100 > self.message.0 {
                self.message = (points + base + 100, Some(node), list);
            }
            let points = names::request_id(name);
            if points > 0 && is_id(text, points) && points + base.max(-40) / 4 + 100 > self.request_id.0 {
                self.request_id = (points + base.max(-40) / 4 + 100, text);
            }
        }
    }

    fn code_points(&self, text: &str, name: &str, object: Node<'_>, number: bool) -> i32 {
        let points = names::code(name);
        if points == 0 || !self.is_code(bare_type(text)) {
            return 0;
        }
        let digits = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
        let worded = text.bytes().any(|byte| byte == b'_') || is_constant(text);
        let fits = match name {
            // An address is a code only as the type of problem details.
            "type" if self.problem && object.get("title").exists() => {
                return if text == "about:blank" { 0 } else { 58 };
            }
            "type" if object.children().any(|other| letters(other.key()) == "errors") && !names_message(object) => {
                false
            }
            "type" | "name" | "error" | "errors" | "err" => {
                // `Forbidden` is the status in words; `forbidden` and `FORBIDDEN` are as codes are written.
                let title = is_idle(text)
                    && text.bytes().any(|byte| byte.is_ascii_lowercase())
                    && text.bytes().any(|byte| byte.is_ascii_uppercase());
                !digits && !title && !has(text, "://")
            }
            "category" | "reason" => !digits && !has(text, "://"),
            "status" | "result" | "ret" => {
                if digits {
                    name == "ret" || text.len() > 3
                } else {
                    worded
                }
            }
            "key" => worded,
            "id" => {
                text.len() > 5
                    && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphabetic())
                    && names_message(object)
            }
            "errorid" | "errid" => number || !text.bytes().any(|byte| byte.is_ascii_digit()),
            "label" | "slug" => !digits,
            _ => !has(text, "://") || self.problem,
        };
        if !fits {
            return 0;
        }
        let status = text.len() == 3 && matches!(text.as_bytes().first(), Some(b'1'..=b'5'));
        match (digits, status) {
            (false, _) => points,
            (_, true) if name.ends_with("status") || name.ends_with("statuscode") => 0,
            // A word says more than a number, and what looks like a status least.
            (_, true) => points - 14,
            _ => points - if text.len() < 3 { 12 } else { 6 },
        }
    }

    fn is_code(&self, text: &str) -> bool {
        let zero = text.bytes().all(|byte| byte == b'0') && (text.len() != 3 || self.status < 300);
        !text.is_empty()
            && text.len() <= 128
            && !zero
            && !text.bytes().any(|byte| byte.is_ascii_whitespace())
            && text.is_ascii()
            && number::whole(text) != Some(i64::from(self.status))
            && !is_hollow(text)
    }
}

/// A code in place of a message, or in front of it: `EMAIL_NOT_FOUND`, `WEAK_PASSWORD : Password should be …` (Firebase),
/// `ObjectDoesNotExist|Domain not found`; else "".
fn code_in_front(text: &str) -> &str {
    let front = until(text, b":|").trim_ascii_end();
    let capitals = front.bytes().filter(u8::is_ascii_uppercase).count();
    let camel = front.len() > 8 && capitals > 1 && front.bytes().all(|byte| byte.is_ascii_alphabetic());
    let barred = text.as_bytes().get(front.len()) == Some(&b'|');
    let good = if is_constant(front) { front.len() == text.len() || has(front, "_") } else { camel && barred };
    if good && !is_hollow(front) { front } else { "" }
}

/// Whether `object` has a message, or is called an error.
fn names_message(object: Node<'_>) -> bool {
    object.children().any(|member| {
        let name = letters(member.key());
        names::message(&name) > 45 || (name == "type" && is_hollow(member.text()))
    })
}

/// Whether `object` is one error, and not a map of them.
fn speaks(object: Node<'_>) -> bool {
    object.children().any(|member| {
        let name = letters(member.key());
        member.kind() != Kind::Array && (names::message(&name) > 52 || names::code(&name) > 52)
    })
}

/// Whether a name is that of a code or message.
fn says(name: &str) -> bool {
    names::message(name) > 45 || names::code(name) > 45
}

/// Whether a text is written as ids are.
fn is_id(text: &str, points: i32) -> bool {
    // A name that says what it is needs no proof.
    text.len() <= 200
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && (points > 50 || text.len() > 3 && text.bytes().any(|byte| byte.is_ascii_digit()))
}

fn message_points(text: &str, name: &str) -> i32 {
    let points = names::message(name);
    let text = text.trim_ascii();
    if points == 0 || text.is_empty() || has(text, "://") && !has(text, " ") {
        return 0;
    }
    let sentence = has(text, " ") || !text.is_ascii();
    if number::whole(text).is_some() || text.bytes().all(|byte| !byte.is_ascii_alphanumeric()) && text.is_ascii() {
        0
    } else if is_idle(text) {
        points - 24
    } else if sentence {
        points
    } else if matches!(name, "error" | "err" | "reason" | "errors" | "title" | "info" | "text" | "cause") {
        // A word there is a code, or explains one.
        if name == "reason" { 2 } else { 1 }
    } else {
        points - 26
    }
}

/// `node` as a quotation of `text`, all or part of it.
#[inline(never)]
pub fn quote<'d>(node: Node<'d>, text: &'d str) -> Quote<'d> {
    Quote { text, span: Some(node.span()), literal: node.literal() && node.text().len() == text.len() }
}
