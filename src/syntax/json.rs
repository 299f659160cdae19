//! A bounded, tolerant reader of JSON: a flat arena of nodes that know where in the text they stand.
//!
//! Errors come cut off, wrongly labelled and with junk behind them, so what was read before the first fault is kept, and
//! [`Document::end`] says how reading ended. Numbers stay text: `f64` parsing alone costs 14 kB brotli. Time and space are
//! linear in the text; depth and node count are capped. Source: RFC 8259; of repeated names the last counts, as in `JSON.parse`.

use super::number;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Containers within containers; deeper text ends the reading.
pub const MAX_DEPTH: usize = 64;
/// Values in one document; more end the reading.
pub const MAX_NODES: usize = 16_384;

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// One whole value and nothing else.
    Complete,
    /// The text ended within a value, or held none.
    Cut,
    /// Too deep or too many values.
    Capped,
    /// The byte here is not JSON.
    Broken(usize),
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as text.
    Number,
    /// A string.
    String,
    /// A list.
    Array,
    /// A map.
    Object,
}

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    text: Cow<'a, str>,
    nodes: Vec<Raw>,
    end: End,
}

/// One value of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    raw: &'d Raw,
    at: usize,
}

/// Reads `text`; a byte order mark in front is passed over.
pub fn parse<'a>(text: impl Into<Cow<'a, str>>) -> Document<'a> {
    let text = text.into();
    let (nodes, end) = Reader { text: text.as_bytes(), at: 0, nodes: Vec::new() }.read();
    Document { text, nodes, end }
}

impl Document<'_> {
    /// The outermost value, as far as it was read.
    pub fn root(&self) -> Option<Node<'_>> {
        self.node(0)
    }

    /// How reading ended.
    pub fn end(&self) -> End {
        self.end
    }

    fn node(&self, at: usize) -> Option<Node<'_>> {
        Some(Node { document: self, raw: self.nodes.get(at)?, at })
    }

    fn slice(&self, range: (u32, u32)) -> &str {
        self.text.get(range.0 as usize..range.1 as usize).unwrap_or("")
    }
}

impl<'d> Node<'d> {
    /// What it is.
    pub fn kind(self) -> Kind {
        self.raw.kind
    }

    /// Where it stands, in bytes of the text; a string without its quotes.
    pub fn span(self) -> Range<usize> {
        self.raw.start as usize..self.raw.end as usize
    }

    /// The text of its span: a number as written, a string with its escapes.
    pub fn source(self) -> &'d str {
        self.document.slice((self.raw.start, self.raw.end))
    }

    /// The value of a string, escapes undone; a surrogate without its other half becomes U+FFFD.
    pub fn text(self) -> Option<Cow<'d, str>> {
        if self.raw.kind == Kind::String { Some(unescape(self.source())) } else { None }
    }

    /// A whole number of at most 15 digits; fractions and exponents are refused.
    pub fn integer(self) -> Option<i64> {
        if self.raw.kind == Kind::Number { number::whole(self.source()) } else { None }
    }

    /// The name under which it stands in its object; "" in an array.
    pub fn key(self) -> Cow<'d, str> {
        unescape(self.document.slice(self.raw.key))
    }

    /// Whether it stands under `key`.
    pub fn is(self, key: &str) -> bool {
        let raw = self.document.slice(self.raw.key);
        if raw.as_bytes().contains(&b'\\') { *unescape(raw) == *key } else { raw == key }
    }

    /// The member called `key`; none if it is not an object.
    #[inline(never)]
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        let mut found = None;
        if self.raw.kind == Kind::Object {
            for node in self.children() {
                if node.is(key) {
                    found = Some(node);
                }
            }
        }
        found
    }

    /// The element at `index`; none if it is not an array.
    pub fn index(self, index: usize) -> Option<Node<'d>> {
        if self.raw.kind != Kind::Array {
            return None;
        }
        let mut children = self.children();
        for _ in 0..index {
            children.next()?;
        }
        children.next()
    }

    /// The value that a JSON pointer names (RFC 6901, without `~` escapes): `/error/code`, `/errors/0`.
    #[inline(never)]
    pub fn pointer(self, path: &str) -> Option<Node<'d>> {
        let mut node = self;
        for step in path.split('/').skip(1) {
            node =
                if node.raw.kind == Kind::Array { node.index(number::whole(step)? as usize) } else { node.get(step) }?;
        }
        Some(node)
    }

    /// The members of an object or the elements of an array, in order.
    pub fn children(self) -> Children<'d> {
        Children { document: self.document, at: self.at + 1, end: self.raw.next as usize }
    }
}

/// What stands directly within a node.
#[derive(Clone, Debug)]
pub struct Children<'d> {
    document: &'d Document<'d>,
    at: usize,
    end: usize,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    // Called in many places; inlined in each it would be most of the readers' code.
    #[inline(never)]
    fn next(&mut self) -> Option<Node<'d>> {
        if self.at >= self.end {
            return None;
        }
        let node = self.document.node(self.at)?;
        self.at = node.raw.next as usize;
        Some(node)
    }
}

#[derive(Clone, Copy, Debug)]
struct Raw {
    kind: Kind,
    start: u32,
    end: u32,
    key: (u32, u32),
    /// The index behind the last node within this one.
    next: u32,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Raw>,
}

impl Reader<'_> {
    fn read(mut self) -> (Vec<Raw>, End) {
        let mut open = Vec::new();
        if self.text.starts_with(b"\xEF\xBB\xBF") {
            self.at = 3;
        }
        let end = self.values(&mut open);
        // What stands open when reading ends holds all that came after it.
        for index in open {
            self.close(index);
        }
        (self.nodes, end)
    }

    fn values(&mut self, open: &mut Vec<usize>) -> End {
        // Within a container: whether a value stands in front, and whether a comma follows it.
        let (mut value, mut comma) = (false, false);
        loop {
            let Some(byte) = self.peek() else {
                return if value && open.is_empty() { End::Complete } else { End::Cut };
            };
            let mut key = (0, 0);
            if let Some(&index) = open.last() {
                let object = self.nodes.get(index).is_some_and(|node| node.kind == Kind::Object);
                if byte == b',' && value && !comma {
                    comma = true;
                    self.at += 1;
                    continue;
                }
                if byte == if object { b'}' } else { b']' } && !comma {
                    self.at += 1;
                    self.close(index);
                    open.pop();
                    value = true;
                    continue;
                }
                if value && !comma {
                    return End::Broken(self.at);
                }
                if object {
                    if byte != b'"' {
                        return End::Broken(self.at);
                    }
                    let Some(span) = self.string() else { return End::Cut };
                    key = span;
                    match self.peek() {
                        Some(b':') => self.at += 1,
                        Some(_) => return End::Broken(self.at),
                        None => return End::Cut,
                    }
                }
            } else if value {
                return End::Broken(self.at);
            }
            let Some(byte) = self.peek() else { return End::Cut };
            if self.nodes.len() >= MAX_NODES {
                return End::Capped;
            }
            comma = false;
            let start = self.at;
            let kind = match byte {
                b'{' | b'[' => {
                    if open.len() >= MAX_DEPTH {
                        return End::Capped;
                    }
                    self.at += 1;
                    open.push(self.nodes.len());
                    self.push(
                        if byte == b'{' { Kind::Object } else { Kind::Array },
                        key,
                        (start as u32, self.at as u32),
                    );
                    value = false;
                    continue;
                }
                b'"' => {
                    let span = self.string();
                    // A string that the text cuts off still tells what it began with.
                    self.push(Kind::String, key, span.unwrap_or((start as u32 + 1, self.text.len() as u32)));
                    if span.is_none() {
                        return End::Cut;
                    }
                    value = true;
                    continue;
                }
                _ => {
                    self.word();
                    match self.text.get(start..self.at).unwrap_or(&[]) {
                        b"null" => Kind::Null,
                        b"true" => Kind::Bool(true),
                        b"false" => Kind::Bool(false),
                        word if is_number(word) => Kind::Number,
                        _ if self.at == self.text.len() && self.at > start => return End::Cut,
                        _ => return End::Broken(start),
                    }
                }
            };
            self.push(kind, key, (start as u32, self.at as u32));
            value = true;
        }
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn word(&mut self) {
        while self.text.get(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)) {
            self.at += 1;
        }
    }

    /// The span within the quotes; none if the closing one is missing.
    fn string(&mut self) -> Option<(u32, u32)> {
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.text.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some((start as u32, self.at as u32 - 1))
    }

    fn push(&mut self, kind: Kind, key: (u32, u32), (start, end): (u32, u32)) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Raw { kind, start, end, key, next });
    }

    fn close(&mut self, index: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index) {
            node.next = next;
            node.end = self.at.min(self.text.len()) as u32;
        }
    }
}

/// Whether `word` is a number by RFC 8259 section 6.
fn is_number(word: &[u8]) -> bool {
    // Where one is: before or after the sign, in the whole part (after a leading zero or not), the fraction, the exponent.
    let mut state = b's';
    for byte in word {
        state = match (state, byte) {
            (b's', b'-') => b'-',
            (b's' | b'-', b'0') => b'0',
            (b's' | b'-', b'1'..=b'9') | (b'i', b'0'..=b'9') => b'i',
            (b'0' | b'i', b'.') => b'.',
            (b'.' | b'f', b'0'..=b'9') => b'f',
            (b'0' | b'i' | b'f', b'e' | b'E') => b'e',
            (b'e', b'+' | b'-') => b'+',
            (b'e' | b'+' | b'x', b'0'..=b'9') => b'x',
            _ => return false,
        };
    }
    matches!(state, b'0' | b'i' | b'f' | b'x')
}

#[inline(never)]
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.as_bytes().contains(&b'\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        out.push(match chars.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => code_point(&mut chars),
            Some(other) => other,
            None => char::REPLACEMENT_CHARACTER,
        });
    }
    Cow::Owned(out)
}

fn code_point(chars: &mut core::str::Chars<'_>) -> char {
    let Some(mut value) = unit(chars) else { return char::REPLACEMENT_CHARACTER };
    if (0xD800..0xDC00).contains(&value) {
        let mut rest = chars.clone();
        if rest.next() == Some('\\')
            && rest.next() == Some('u')
            && let Some(low @ 0xDC00..=0xDFFF) = unit(&mut rest)
        {
            *chars = rest;
            value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Four hexadecimal digits; where they are not all there, none is taken.
fn unit(chars: &mut core::str::Chars<'_>) -> Option<u32> {
    let mut rest = chars.clone();
    let mut value = 0;
    for _ in 0..4 {
        value = value * 16 + rest.next()?.to_digit(16)?;
    }
    *chars = rest;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn members_elements_and_spans_are_found() {
        let text = "\u{feff} {\"a\":{\"b\":[1,-2.5e3,\"x\\n\\u00e9\"]},\"a\":{\"b\":[true,null,7,\"z\"]}} ";
        let document = parse(text);
        assert_eq!(document.end(), End::Complete);
        let list = document.root().unwrap().pointer("/a/b").unwrap();
        assert_eq!(list.index(0).unwrap().kind(), Kind::Bool(true), "the last of repeated names counts");
        assert_eq!(list.index(2).unwrap().integer(), Some(7));
        let end = list.index(3).unwrap();
        assert_eq!((end.text().unwrap(), &text[end.span()]), ("z".into(), "z"));
        let first = document.root().unwrap().children().next().unwrap();
        assert!(first.is("a") && first.key() == "a");
        let first = first.pointer("/b/2").unwrap();
        assert_eq!((first.text().unwrap(), first.source()), ("x\né".into(), "x\\n\\u00e9"));
    }

    #[test]
    fn reading_says_how_it_ended_and_keeps_what_came_before() {
        let rows = vec![
            ("{}", End::Complete, 1),
            ("", End::Cut, 0),
            ("{\"a\":1", End::Cut, 2),
            ("{\"a\":\"x", End::Cut, 2),
            ("{\"a\":\"x\\", End::Cut, 2),
            ("[1,2", End::Cut, 3),
            ("[1,]", End::Broken(3), 2),
            ("[1 2]", End::Broken(3), 2),
            ("{\"a\" 1}", End::Broken(5), 1),
            ("{a:1}", End::Broken(1), 1),
            ("{} x", End::Broken(3), 1),
            ("01", End::Cut, 0),
            ("[01]", End::Broken(1), 1),
            ("not json", End::Broken(0), 0),
            ("[tru", End::Cut, 1),
        ];
        for (text, end, nodes) in rows {
            let document = parse(text);
            assert_eq!((document.end(), document.nodes.len()), (end, nodes), "{text}");
        }
    }

    #[test]
    fn depth_and_count_are_capped() {
        assert_eq!(parse("[".repeat(100_000)).end(), End::Capped);
        assert_eq!(parse("{\"a\":".repeat(20_000)).end(), End::Capped);
        let many = parse(["[", &"1,".repeat(MAX_NODES), "1]"].concat());
        assert_eq!((many.end(), many.nodes.len()), (End::Capped, MAX_NODES));
    }

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        for (text, value) in [
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83dx""#, "\u{fffd}x"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\ude00""#, "\u{fffd}"),
            (r#""\u12""#, "\u{fffd}12"),
            (r#""\"\\\/""#, "\"\\/"),
        ] {
            assert_eq!(parse(text).root().unwrap().text().unwrap(), value, "{text}");
        }
    }

    #[test]
    fn numbers_are_those_of_the_grammar() {
        for text in ["0", "-0", "10", "1.50", "1e9", "1E-9", "-1.2e+3"] {
            assert_eq!(parse(text).end(), End::Complete, "{text}");
        }
        for text in ["[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[--1]", "[NaN]"] {
            assert!(matches!(parse(text).end(), End::Broken(_)), "{text}");
        }
    }
}
