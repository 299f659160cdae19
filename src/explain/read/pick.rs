//! Which members of a tree are the code, the message and the request's id: one bounded walk that scores each by its name,
//! its value and what it stands in.
//!
//! The error's own object counts more than what is around it, the deeper of two errors more than the outer one, and a
//! sentence more than a title or the status in words. The first of equals counts.

use crate::explain::read::body::Quote;
use crate::explain::read::names::{self, bare_type, is_constant, is_echo, is_hollow, is_idle, letters};
use crate::explain::scan::{has, until};
use crate::explain::write::redact::is_secret_name;
use crate::syntax::json::{Kind, Node};
use crate::syntax::number;
use alloc::{string::String, vec::Vec};

/// Members that are looked at, levels that are followed, and elements of one list.
const MAX_MEMBERS: usize = 600;
const MAX_DEPTH: usize = 8;
const MAX_ITEMS: usize = 4;
const MAX_PEERS: usize = 40;

/// The best of each so far, with its points.
#[derive(Debug)]
pub struct Pick<'d> {
    status: u16,
    left: usize,
    /// Whether members are messages whatever their names: of a map from fields to texts.
    loose: bool,
    problem: bool,
    pub code: (i32, Quote<'d>),
    /// The best message, and the list in which it stands, if it does.
    pub message: (i32, Option<Node<'d>>, Option<Node<'d>>),
    pub request_id: (i32, &'d str),
}

/// Looks through `root`, of a response with `status`; `problem` details have an address as their code.
pub fn pick(root: Node<'_>, status: u16, problem: bool) -> Pick<'_> {
    let mut out = Pick {
        status,
        left: MAX_MEMBERS,
        loose: false,
        problem,
        code: (0, Quote::default()),
        message: (0, None, None),
        request_id: (0, ""),
    };
    match root.kind() {
        Kind::Array => out.list(root, &Name::default(), false, 0, 0),
        Kind::Object => out.object(root, &Name::default(), 0, 0),
        _ => {}
    }
    out
}

/// A member and how well its name fits: computed once and used often.
struct Member<'d> {
    node: Node<'d>,
    name: Name,
}

#[derive(Default)]
struct Name {
    letters: String,
    code: i32,
    message: i32,
}

impl Name {
    fn of(name: &str) -> Self {
        let letters = letters(name);
        Self { code: names::code(&letters), message: names::message(&letters), letters }
    }

    /// Whether it is that of a code or message.
    fn says(&self) -> bool {
        self.message > 45 || self.code > 45
    }
}

fn members(object: Node<'_>, most: usize) -> Vec<Member<'_>> {
    object.children().take(most).map(|node| Member { node, name: Name::of(node.key()) }).collect()
}

impl<'d> Pick<'d> {
    fn object(&mut self, object: Node<'d>, own: &Name, base: i32, depth: usize) {
        let before = self.loose;
        let members = members(object, self.left);
        let peers = peers(&members);
        self.loose = own.says() || names::container(&own.letters) == 30;
        for Member { node, name } in &members {
            if self.left == 0 || depth > MAX_DEPTH {
                return;
            }
            self.left -= 1;
            match node.kind() {
                // A code or message with its language, or with attributes.
                Kind::String | Kind::Number if matches!(&*name.letters, "value" | "text") && own.says() => {
                    self.leaf(*node, own, peers, base, None);
                }
                Kind::String | Kind::Number => self.leaf(*node, name, peers, base, None),
                Kind::Object if !is_echo(&name.letters) => {
                    let mut more = names::container(&name.letters);
                    if more == 30
                        && name.letters.ends_with('s')
                        && !self::peers(&self::members(*node, MAX_PEERS)).speaks
                    {
                        // A map of errors about fields.
                        more = -24;
                    } else if name.says()
                        && node.children().take(MAX_PEERS).any(|part| matches!(part.key(), "value" | "text"))
                    {
                        more = more.max(-2);
                    }
                    self.object(*node, name, base + more, depth + 1);
                }
                Kind::Array if !is_echo(&name.letters) => self.list(*node, name, peers.speaks, base, depth + 1),
                _ => {}
            }
        }
        self.loose = before;
    }

    fn list(&mut self, list: Node<'d>, name: &Name, beside: bool, base: i32, depth: usize) {
        let more = if name.letters.is_empty() { 0 } else { names::container(&name.letters) };
        // Beside a list of errors the envelope speaks for all of them.
        let more = match more {
            12 => 12,
            -4.. if beside => -16,
            30 => 14,
            more => more - 6,
        };
        for (item, at) in list.children().take(MAX_ITEMS).zip(0..) {
            match item.kind() {
                Kind::Object => self.object(item, name, base + more - at, depth),
                Kind::String if at == 0 => self.leaf(item, name, Peers::default(), base - 3, Some(list)),
                _ => {}
            }
        }
    }

    fn leaf(&mut self, node: Node<'d>, name: &Name, peers: Peers, base: i32, list: Option<Node<'d>>) {
        let text = if node.kind() == Kind::Number { node.word() } else { node.text() };
        if text.is_empty() {
            return;
        }
        let points = self.code_points(text, name, peers, node.kind() == Kind::Number);
        if points > 0 && points + base + 100 > self.code.0 {
            self.code = (points + base + 100, quote(node, bare_type(text)));
        }
        if node.kind() == Kind::String {
            let front = code_in_front(text);
            if !front.is_empty() && name.message > 50 && 40 + base + 100 > self.code.0 {
                let start = node.span().0 + (front.as_ptr() as usize - text.as_ptr() as usize);
                let span = node.literal().then_some((start, start + front.len()));
                self.code =
                    (40 + base + 100, Quote { text: front, span: span.or(Some(node.span())), literal: node.literal() });
            }
            let mut points = message_points(text, name);
            if points == 0 && self.loose && has(text, " ") {
                points = 24;
            }
            if points > 0 && points + base + 100 > self.message.0 {
                self.message = (points + base + 100, Some(node), list);
            }
            let points = names::request_id(&name.letters);
            if points > 0 && is_id(text, points) && points + base.max(-40) / 4 + 100 > self.request_id.0 {
                self.request_id = (points + base.max(-40) / 4 + 100, text);
            }
        }
    }

    fn code_points(&self, text: &str, name: &Name, peers: Peers, number: bool) -> i32 {
        let (name, points) = (&*name.letters, name.code);
        let points = if peers.aws && name == "type" { 80 } else { points };
        // What is a secret by its name is no code.
        if points == 0 || !self.is_code(bare_type(text)) || (points < 60 && is_secret_name(name)) {
            return 0;
        }
        let digits = text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
        let camel = text.len() > 8 && text.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
        let worded = text.bytes().any(|byte| byte == b'_')
            || is_constant(text)
            || camel && text.bytes().any(|byte| byte.is_ascii_lowercase());
        let fits = match name {
            // An address is a code only as the type of problem details.
            "type" if self.problem && peers.title => {
                return if text == "about:blank" || has(text, "/rfc") { 0 } else { 58 };
            }
            "type" if peers.errors && !peers.message => false,
            "error" | "err" if digits => true,
            "type" | "name" | "error" | "errors" | "err" => {
                // `Forbidden` is the status in words; `forbidden` and `FORBIDDEN` are as codes are written.
                let title = is_idle(text)
                    && text.bytes().any(|byte| byte.is_ascii_lowercase())
                    && text.bytes().any(|byte| byte.is_ascii_uppercase());
                !digits && !title && !has(text, "://")
            }
            "category" | "reason" => !digits && !has(text, "://"),
            _ if name.ends_with("status") || name.ends_with("result") || name == "ret" => {
                if digits {
                    name == "ret" || text.len() > 3 || ((name != "status" || self.status < 300) && peers.message)
                } else {
                    worded
                }
            }
            "key" => worded,
            "id" => {
                text.len() > 5 && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphabetic()) && peers.message
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
            // `BAD_REQUEST_ERROR` is a class of codes.
            (false, _) if name.ends_with("code") && is_class(text) => points - 11,
            (false, _) => points,
            // JSON-RPC's own.
            _ if text.starts_with("-32") => points - 24,
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
            && !text.starts_with('_')
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
    // `Error 1001 - Order rejected.`
    let digits = text.strip_prefix("Error ").map_or("", |rest| until(rest, b" :-"));
    if digits.len() > 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits;
    }
    // `3046 : The field is missing.`
    if front.len() > 3 && front.len() < text.len() && front.bytes().all(|byte| byte.is_ascii_digit()) {
        return front;
    }
    let good = if is_constant(front) { front.len() == text.len() || has(front, "_") } else { camel && barred };
    if good && !is_hollow(front) { front } else { "" }
}

/// Whether a code is a status in words.
fn is_class(text: &str) -> bool {
    let text = text.strip_suffix("_ERROR").or_else(|| text.strip_suffix("_error")).unwrap_or(text);
    let words: String = text.chars().map(|char| if matches!(char, '_' | '-') { ' ' } else { char }).collect();
    is_idle(&words)
}

/// What the members of one object say of one another.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by its name")]
struct Peers {
    /// One is a message, or it is called an error.
    message: bool,
    /// It is one error, and not a map of them.
    speaks: bool,
    /// There is a list or map of errors, a title, a type as AWS writes it.
    errors: bool,
    title: bool,
    aws: bool,
}

fn peers(members: &[Member<'_>]) -> Peers {
    let mut out = Peers::default();
    for Member { node: member, name } in members.iter().take(MAX_PEERS) {
        let (points, code, name) = (name.message, name.code, &*name.letters);
        let plain = !matches!(member.kind(), Kind::Array | Kind::Object | Kind::Null);
        out.message |= points > 45 || (name == "type" && is_hollow(member.text()));
        out.title |= name == "title";
        out.errors |= name == "errors";
        out.aws |= member.key() == "__type";
        out.speaks |= plain && !is_idle(member.text()) && (name == "title" || points > 52 || code > 52);
    }
    out
}

/// Whether a text is written as ids are.
fn is_id(text: &str, points: i32) -> bool {
    // A name that says what it is needs no proof.
    text.len() <= 200
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && (points > 50 || text.len() > 3 && text.bytes().any(|byte| byte.is_ascii_digit()))
}

fn message_points(text: &str, name: &Name) -> i32 {
    let (name, points) = (&*name.letters, name.message);
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
