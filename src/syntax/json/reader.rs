//! The reading itself: one pass over the bytes, one stack of what stands open, no recursion.

use super::names::Names;
use super::{Document, End, Kind, MAX_DEPTH, MAX_NODES, Raw};
use crate::syntax::words::{cut, find};
use alloc::vec::Vec;
use alloc::{borrow::Cow, string::String};

/// A reading in progress.
pub(super) struct Reader<'a> {
    text: &'a str,
    names: &'static Names,
    at: usize,
    count: usize,
    /// Whether the last string has escapes in it.
    escaped: bool,
    /// What stands open, outermost first; in front of it a list that takes the outermost value.
    open: Vec<Raw<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, names: &'static Names) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, names, at, count: 0, escaped: false, open: Vec::new() }
    }

    /// Reads it all, and says how that ended.
    pub(super) fn read(mut self) -> Document<'a> {
        self.open.push(Raw::new(0, Cow::Borrowed(""), 0));
        let end = self.values();
        // What stands open when reading ends holds all that came after it.
        while self.open.len() > 1 {
            self.close();
        }
        let root = self.open.pop().and_then(|mut base| base.children.pop());
        Document { root: root.unwrap_or(Raw::new(0, Cow::Borrowed(""), 0)), end }
    }

    fn values(&mut self) -> End {
        // Within a container: whether a value stands in front, and whether a comma follows it.
        let (mut value, mut comma) = (false, false);
        loop {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let depth = self.open.len() - 1;
            let Some(mut byte) = self.peek() else {
                return if value && depth == 0 { End::Complete } else { End::Cut };
            };
            let mut key = Cow::Borrowed("");
            if depth > 0 {
                let object = self.open.last().is_some_and(|node| node.kind == Kind::Object);
                if byte == b',' && value && !comma {
                    comma = true;
                    self.at += 1;
                    continue;
                }
                if byte == if object { b'}' } else { b']' } && !comma {
                    self.at += 1;
                    self.close();
                    value = true;
                    continue;
                }
                if (value && !comma) || (object && byte != b'"') {
                    return End::Broken(self.at);
                }
                if object {
                    let Some((start, end)) = self.string() else { return End::Cut };
                    key = self.unescaped(start, end).0;
                    if self.peek().is_some_and(|byte| byte != b':') {
                        return End::Broken(self.at);
                    }
                    self.at += 1;
                    let Some(next) = self.peek() else { return End::Cut };
                    byte = next;
                }
            } else if value {
                return End::Broken(self.at);
            }
            if self.count >= MAX_NODES || depth >= MAX_DEPTH {
                return End::Capped;
            }
            comma = false;
            value = true;
            let mut whole = true;
            let start = self.at;
            let id = self.names.id(&key);
            let mut node = Raw::new(start, key, id);
            if byte == b'{' || byte == b'[' {
                self.at += 1;
                node.kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                value = false;
            } else if byte == b'"' {
                // A string that the text cuts off still tells what it began with.
                let span = self.string();
                whole = span.is_some();
                (node.start, node.end) = span.unwrap_or((start + 1, self.text.len()));
                node.kind = Kind::String;
                (node.text, node.literal) = self.unescaped(node.start, node.end);
            } else {
                while self
                    .byte(self.at)
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
                {
                    self.at += 1;
                }
                let word = cut(self.text, start, self.at);
                node.kind = match word {
                    "null" => Kind::Null,
                    "true" => Kind::True,
                    "false" => Kind::False,
                    word if is_number(word.as_bytes()) => Kind::Number,
                    _ if self.at == self.text.len() && self.at > start => return End::Cut,
                    _ => return End::Broken(start),
                };
                node.end = self.at;
                node.text = Cow::Borrowed(word);
            }
            self.count += 1;
            self.open.push(node);
            if value {
                self.shut();
            }
            if !whole {
                return End::Cut;
            }
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// What stands within the quotes; none if the closing one is missing.
    fn string(&mut self) -> Option<(usize, usize)> {
        let start = self.at + 1;
        (self.at, self.escaped) = (start, false);
        loop {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            match self.byte(self.at)? {
                b'"' => break,
                b'\\' => (self.at, self.escaped) = (self.at + 2, true),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some((start, self.at - 1))
    }

    /// The last string, which stands there, without escapes, and whether it had none.
    fn unescaped(&self, start: usize, end: usize) -> (Cow<'a, str>, bool) {
        let text = cut(self.text, start, end);
        if self.escaped { unescape(text) } else { (Cow::Borrowed(text), true) }
    }

    /// Ends the container that stands open.
    fn close(&mut self) {
        if let Some(node) = self.open.last_mut() {
            node.end = self.at.min(self.text.len());
        }
        self.shut();
    }

    /// Puts the last value into the one that holds it.
    #[inline(never)]
    fn shut(&mut self) {
        if let Some(node) = self.open.pop()
            && let Some(outer) = self.open.last_mut()
        {
            outer.ids |= 1 << (node.id & 63);
            outer.children.push(node);
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

/// `text` without escapes, and whether it had none.
#[inline(never)]
fn unescape(text: &str) -> (Cow<'_, str>, bool) {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = find(rest, b"\\") {
        out.push_str(cut(rest, 0, at));
        let mut chars = cut(rest, at + 1, rest.len()).chars();
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
        rest = chars.as_str();
    }
    if rest.len() == text.len() {
        return (Cow::Borrowed(text), true);
    }
    out.push_str(rest);
    (Cow::Owned(out), false)
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
    use super::super::parse;
    use super::*;

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
