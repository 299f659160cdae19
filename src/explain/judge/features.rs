//! What the trained reader looks at: the status, names and values of headers, and the keys, words and codes of a body or of a
//! thrown error. Training and reading take them from here, so that both see the same.
//!
//! A feature is a hash of a family and of one or two tokens. Nothing is copied: a token is hashed letter by letter, in lower
//! case. The walk is bounded, so that a long body costs no more than a short one.

use crate::explain::Report;
use crate::explain::judge::kind::of_status;
use crate::explain::read::body::{Body, Shape};
use crate::syntax::json::{Kind, Node};
use crate::syntax::words::find;

/// What a feature is about. The number is part of its hash: never renumber one without training anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Family {
    Status = 1,
    Class = 2,
    /// What RFC 9110 says of the status.
    Prior = 3,
    Shape = 4,
    HeaderName = 5,
    HeaderWord = 6,
    Key = 7,
    KeyWord = 8,
    Value = 9,
    /// A status of an error within the body.
    InnerStatus = 10,
    Word = 11,
    Pair = 12,
    Stem = 13,
    MessageWord = 14,
    CodeWord = 15,
    /// What other readers found: a quota that is spent, a delay, a limit told in words.
    Fact = 16,
    Thrown = 17,
    ThrownPair = 18,
    ThrownName = 19,
}

/// Where something stands in the body: from and to, in bytes.
pub type Span = (usize, usize);

/// One feature of a report.
#[derive(Clone, Copy, Debug)]
pub struct Feature<'t> {
    /// Of the family and the tokens.
    pub hash: u32,
    /// What it is about.
    pub family: Family,
    /// The text that it was made of, as it stands there; of a pair, from the first word to the end of the second.
    pub text: &'t str,
    /// Where that stands in the body, in bytes, if it does.
    pub span: Option<Span>,
}

/// Bytes of all strings together that are looked at, and values of a body.
const MOST_TEXT: usize = 4096;
const MOST_NODES: usize = 256;
/// Bytes of one string.
const MOST_STRING: usize = 1024;

/// Where features go.
pub type Sink<'s, 't> = &'s mut dyn FnMut(Feature<'t>);

struct Walk<'s, 't> {
    sink: Sink<'s, 't>,
    text_left: usize,
    nodes_left: usize,
}

/// A word of a text: the hash of its letters in lower case, that of the first five, and where it stands.
#[derive(Clone, Copy, Debug)]
struct Token {
    hash: u32,
    stem: u32,
    letters: usize,
    start: usize,
    end: usize,
}

const START: u32 = 0x811c_9dc5;

fn step(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x0100_0193)
}

/// The hash of a feature: the last step spreads it, since its upper bits are kept.
fn mix(family: Family, first: u32, second: u32) -> u32 {
    let mut hash = step(step(step(START, family as u32), first), second);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^ hash >> 12
}

/// Gives all features of a response, or of a thrown error, to `sink`; some of them more than once. `facts` are numbers of
/// what other readers found; `status` is the one that the response stands for.
pub fn each<'t>(report: &'t Report<'_>, status: u16, body: &'t Body<'_>, facts: &[u32], sink: Sink<'_, 't>) {
    let prior = of_status(status).0 as u32;
    let status = u32::from(status);
    let mut walk = Walk { sink, text_left: MOST_TEXT, nodes_left: MOST_NODES };
    walk.add(Family::Status, status, 0, "", None);
    walk.add(Family::Class, status / 100, 0, "", None);
    walk.add(Family::Shape, body.shape as u32, status / 100, "", None);
    walk.add(Family::Prior, prior, 0, "", None);
    for fact in facts {
        walk.add(Family::Fact, *fact, status / 100, "", None);
    }
    walk.headers(report);
    match body.shape {
        Shape::Html => walk.markup(body.body),
        _ if matches!(body.root.kind(), Kind::Object | Kind::Array) => walk.node(body.root),
        Shape::Xml => walk.markup(body.body),
        Shape::Json | Shape::Text => walk.words(body.body, Some(0)),
        Shape::Unknown | Shape::Empty => {}
    }
    let code = body.code.text;
    tokens(code, &mut |token| walk.add(Family::CodeWord, token.hash, 0, code, body.code.span));
    if let Some(message) = body.messages.first() {
        let text = head(message.text, MOST_STRING);
        tokens(text, &mut |token| {
            let span = message.span.filter(|_| message.literal).map(|(at, _)| (at + token.start, at + token.end));
            walk.add(Family::MessageWord, token.hash, 0, part(text, token.start, token.end), span);
        });
    }
}

/// Gives all features of a thrown error to `sink`.
pub fn each_thrown<'t>(report: &'t Report<'_>, sink: Sink<'_, 't>) {
    let mut walk = Walk { sink, text_left: MOST_TEXT, nodes_left: MOST_NODES };
    walk.add(Family::Status, 0, 0, "", None);
    walk.thrown(report);
}

impl<'t> Walk<'_, 't> {
    fn add(&mut self, family: Family, first: u32, second: u32, text: &'t str, span: Option<Span>) {
        (self.sink)(Feature { hash: mix(family, first, second), family, text, span });
    }

    fn headers(&mut self, report: &'t Report<'_>) {
        for (name, value) in report.pairs.iter().copied().take(64) {
            let mut whole = START;
            tokens(name, &mut |token| whole = step(whole, token.hash));
            self.add(Family::HeaderName, whole, 0, name, None);
            let value = head(value, 200);
            tokens(value, &mut |token| self.add(Family::HeaderWord, whole, token.hash, value, None));
        }
    }

    fn node(&mut self, node: Node<'t>) {
        if self.nodes_left == 0 {
            return;
        }
        self.nodes_left -= 1;
        let mut key = START;
        if !node.key().is_empty() {
            let name = head(node.key(), 64);
            tokens(name, &mut |token| {
                key = step(key, token.hash);
                self.add(Family::KeyWord, token.hash, 0, name, None);
            });
            self.add(Family::Key, key, 0, name, None);
        }
        let text = match node.kind() {
            Kind::Object | Kind::Array => {
                if node.children().next().is_none() {
                    self.value(key, "empty", node);
                }
                return node.children().for_each(|child| self.node(child));
            }
            Kind::String => node.text(),
            _ => node.word(),
        };
        if text.len() <= 24 {
            self.value(key, text, node);
        }
        if node.kind() == Kind::String {
            self.words(text, node.literal().then_some(node.span().0));
        }
    }

    // A short value under its key: `success: false`, `status: "error"`, `errcode: 40001`.
    fn value(&mut self, key: u32, text: &'t str, node: Node<'t>) {
        let mut value = START;
        for byte in text.bytes() {
            value = step(value, u32::from(byte.to_ascii_lowercase()));
        }
        let span = Some(node.span());
        self.add(Family::Value, key, value, text, span);
        if let Some(status) = crate::syntax::number::whole(text).filter(|status| (400..600).contains(status)) {
            self.add(Family::InnerStatus, status as u32, 0, text, span);
        }
    }

    /// The words of `text`, which stands at byte `at` of the body.
    fn words(&mut self, text: &'t str, at: Option<usize>) {
        let text = head(text, MOST_STRING.min(self.text_left));
        self.text_left -= text.len();
        let mut last: Option<Token> = None;
        tokens(text, &mut |token| {
            let span = |from: usize| at.map(|at| (at + from, at + token.end));
            let word = part(text, token.start, token.end);
            self.add(Family::Word, token.hash, 0, word, span(token.start));
            if token.letters > 5 {
                self.add(Family::Stem, token.stem, 0, word, span(token.start));
            }
            if let Some(last) = last {
                let both = part(text, last.start, token.end);
                self.add(Family::Pair, last.hash, token.hash, both, span(last.start));
            }
            last = Some(token);
        });
    }

    /// The text between tags, without scripts and styles.
    fn markup(&mut self, text: &'t str) {
        let text = head(text, 16_384);
        let mut at = 0;
        while let Some(open) = find(part(text, at, text.len()), b"<").map(|open| at + open) {
            self.words(part(text, at, open), Some(at));
            let tag = part(text, open, text.len());
            let skipped = ["<script", "<style"].iter().find(|name| starts(tag, name));
            let end = match skipped {
                Some(name) => crate::explain::scan::find(tag, &["</", part(name, 1, name.len())].concat(), 1),
                None => None,
            };
            let from = end.unwrap_or(0);
            at = open + find(part(tag, from, tag.len()), b">").map_or(tag.len(), |close| from + close + 1);
        }
        self.words(part(text, at, text.len()), Some(at));
    }

    fn thrown(&mut self, report: &'t Report<'_>) {
        for (depth, thrown) in report.thrown.iter().take(4).enumerate() {
            let mut name = START;
            tokens(thrown.name, &mut |token| name = step(name, token.hash));
            self.add(Family::ThrownName, name, depth.min(1) as u32, thrown.name, None);
            for text in [thrown.name, thrown.message, thrown.code] {
                let text = head(text, MOST_STRING);
                let mut last: Option<Token> = None;
                tokens(text, &mut |token| {
                    self.add(Family::Thrown, token.hash, 0, part(text, token.start, token.end), None);
                    if let Some(last) = last {
                        self.add(Family::ThrownPair, last.hash, token.hash, part(text, last.start, token.end), None);
                    }
                    last = Some(token);
                });
            }
        }
    }
}

fn head(text: &str, most: usize) -> &str {
    crate::explain::scan::head(text, most)
}

fn part(text: &str, from: usize, to: usize) -> &str {
    crate::explain::scan::cut(text, from, to)
}

fn starts(text: &str, front: &str) -> bool {
    text.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front))
}

/// How a character takes part in words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    None,
    Upper,
    Lower,
    Digit,
    /// Of a script without blanks between words: two of them are a token.
    Dense,
}

fn class_of(char: char) -> Class {
    match char {
        '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' => Class::Dense,
        'a'..='z' | '\u{aa}' | '\u{b5}' | '\u{ba}' | '\u{c0}'..='\u{1fff}' => Class::Lower,
        'A'..='Z' => Class::Upper,
        '0'..='9' => Class::Digit,
        _ => Class::None,
    }
}

/// Lower case, for the alphabets in which errors are written: Latin, Greek, Cyrillic.
fn lower(char: char) -> u32 {
    let code = char as u32;
    match code {
        0x41..=0x5A | 0xC0..=0xD6 | 0xD8..=0xDE | 0x391..=0x3A9 | 0x410..=0x42F => code + 0x20,
        0x100..=0x137 | 0x14A..=0x177 => code | 1,
        0x400..=0x40F => code + 0x50,
        _ => code,
    }
}

/// Words of two letters and more, parted at every change from lower to upper case; numbers of three to six digits; and pairs
/// of neighbours in scripts that have no blanks.
fn tokens(text: &str, each: &mut dyn FnMut(Token)) {
    let none = Token { hash: START, stem: START, letters: 0, start: 0, end: 0 };
    let mut word = none;
    let mut last = Class::None;
    let mut dense: Option<(char, usize)> = None;
    let end = |word: &mut Token, last: Class, each: &mut dyn FnMut(Token)| {
        if word.letters >= 2 && (last != Class::Digit || (3..=6).contains(&word.letters)) {
            each(*word);
        }
        *word = none;
    };
    for (at, char) in text.char_indices() {
        let class = class_of(char);
        if class == Class::Dense {
            end(&mut word, last, each);
            if let Some((before, start)) = dense {
                let hash = step(step(START, before as u32), char as u32);
                each(Token { hash, stem: hash, letters: 2, start, end: at + char.len_utf8() });
            }
            dense = Some((char, at));
            last = class;
            continue;
        }
        dense = None;
        let next = text.get(at + char.len_utf8()..).and_then(|rest| rest.chars().next()).map_or(Class::None, class_of);
        let hump = class == Class::Upper && (last == Class::Lower || (last == Class::Upper && next == Class::Lower));
        let turn = (class == Class::Digit) != (last == Class::Digit);
        if class == Class::None || hump || turn {
            end(&mut word, last, each);
        }
        if class != Class::None {
            if word.letters == 0 {
                word.start = at;
            }
            word.letters += 1;
            word.hash = step(word.hash, lower(char));
            if word.letters <= 5 {
                word.stem = word.hash;
            }
            word.end = at + char.len_utf8();
        }
        last = class;
    }
    end(&mut word, last, each);
}
