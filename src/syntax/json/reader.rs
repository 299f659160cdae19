//! The reading itself: one pass over the bytes, one stack of what stands open, no recursion.

use super::{End, Kind, MAX_DEPTH, MAX_NODES, MISSING, NOTHING, Raw, Span};
use alloc::string::String;
use alloc::vec::Vec;

/// A reading in progress.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    pub(super) nodes: Vec<Raw>,
    pub(super) plain: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, nodes: Vec::new(), plain: String::new() }
    }

    /// Reads it all, and says how that ended.
    pub(super) fn read(&mut self) -> End {
        let mut open = Vec::new();
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
        }
        let end = self.values(&mut open);
        // What stands open when reading ends holds all that came after it.
        for index in open {
            self.close(index);
        }
        end
    }

    fn values(&mut self, open: &mut Vec<u32>) -> End {
        // Within a container: whether a value stands in front, and whether a comma follows it.
        let (mut value, mut comma) = (false, false);
        loop {
            let Some(mut byte) = self.peek() else {
                return if value && open.is_empty() { End::Complete } else { End::Cut };
            };
            let mut key = NOTHING;
            if let Some(&index) = open.last() {
                let object = self.nodes.get(index as usize).is_some_and(|node| node.kind == Kind::Object);
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
                    let Some((start, end)) = self.string() else { return End::Cut };
                    key = self.unescaped(start, end);
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
            let full = self.nodes.len() >= MAX_NODES || open.len() >= MAX_DEPTH;
            if full {
                return End::Capped;
            }
            comma = false;
            value = true;
            let start = self.at;
            let mut node = Raw { key, start: start as u32, next: self.nodes.len() as u32 + 1, ..MISSING };
            let mut cut = false;
            if byte == b'{' || byte == b'[' {
                self.at += 1;
                open.push(self.nodes.len() as u32);
                node.kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                value = false;
            } else if byte == b'"' {
                // A string that the text cuts off still tells what it began with.
                let span = self.string();
                let (start, end) = span.unwrap_or((start + 1, self.text.len()));
                (node.kind, node.start, node.end) = (Kind::String, start as u32, end as u32);
                node.value = self.unescaped(start, end);
                cut = span.is_none();
            } else {
                while self.byte(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
                    self.at += 1;
                }
                node.kind = match self.text.get(start..self.at).unwrap_or("") {
                    "null" => Kind::Null,
                    "true" => Kind::True,
                    "false" => Kind::False,
                    word if is_number(word.as_bytes()) => Kind::Number,
                    _ if self.at == self.text.len() && self.at > start => return End::Cut,
                    _ => return End::Broken(start),
                };
                node.end = self.at as u32;
            }
            self.nodes.push(node);
            if cut {
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
        self.at = start;
        loop {
            match self.byte(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some((start, self.at - 1))
    }

    fn unescaped(&mut self, start: usize, end: usize) -> Span {
        let text = self.text.get(start..end).unwrap_or("");
        if !text.as_bytes().contains(&b'\\') {
            return Span { start: start as u32, end: end as u32, plain: false };
        }
        let start = self.plain.len() as u32;
        unescape(text, &mut self.plain);
        Span { start, end: self.plain.len() as u32, plain: true }
    }

    fn close(&mut self, index: u32) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(index as usize) {
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

fn unescape(text: &str, out: &mut String) {
    let mut chars = text.chars();
    while let Some(mut char) = chars.next() {
        if char == '\\' {
            char = match chars.next() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('u') => code_point(&mut chars),
                Some(other) => other,
                None => char::REPLACEMENT_CHARACTER,
            };
        }
        out.push(char);
    }
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
