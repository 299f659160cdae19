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
    /// The first byte within a string that JSON does not allow there; reading goes on behind it.
    fault: Option<usize>,
    /// What stands open, outermost first; in front of it a list that takes the outermost value.
    open: Vec<Raw<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, names: &'static Names) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self { text, names, at, count: 0, escaped: false, fault: None, open: Vec::new() }
    }

    /// Reads it all, and says how that ended.
    pub(super) fn read(mut self) -> Document<'a> {
        self.open.push(Raw::new(0, Cow::Borrowed(""), 0));
        let end = match (self.values(), self.fault) {
            (end, None) => end,
            (End::Complete, Some(fault)) => End::Faulty(fault),
            (End::Broken(at), Some(fault)) => End::Broken(at.min(fault)),
            (_, Some(fault)) => End::Broken(fault),
        };
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
                byte => {
                    if byte < b' ' {
                        self.fault_at(self.at);
                    }
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Some((start, self.at - 1))
    }

    /// The last string, which stands there, without escapes, and whether it had none.
    fn unescaped(&mut self, start: usize, end: usize) -> (Cow<'a, str>, bool) {
        let text = cut(self.text, start, end);
        if !self.escaped {
            return (Cow::Borrowed(text), true);
        }
        let (text, fault) = unescape(text);
        // An escape that the text cuts off is no fault.
        if let Some(fault) = fault.map(|fault| start + fault).filter(|fault| *fault < self.text.len()) {
            self.fault_at(fault);
        }
        (Cow::Owned(text), false)
    }

    /// Notes a fault in a string, if it is the first one in the text.
    fn fault_at(&mut self, at: usize) {
        self.fault = Some(self.fault.map_or(at, |fault| fault.min(at)));
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

/// `text` without escapes, and where the first escape that JSON does not know goes wrong. Such an escape is its letter, or
/// U+FFFD where it is half a surrogate pair or lacks digits.
#[inline(never)]
fn unescape(text: &str) -> (String, Option<usize>) {
    let (mut out, mut fault) = (String::new(), None);
    let mut rest = text;
    while let Some(at) = find(rest, b"\\") {
        out.push_str(cut(rest, 0, at));
        rest = cut(rest, at + 1, rest.len());
        let mut chars = rest.chars();
        // How much of the escape is right.
        let mut right = usize::MAX;
        out.push(match chars.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => match code_point(chars.as_str()) {
                (Some(char), length) => {
                    chars = cut(rest, 1 + length, rest.len()).chars();
                    char
                }
                (None, length) => {
                    // Digits that are all there are taken, though they name no character.
                    chars = cut(rest, if length < 4 { 1 } else { 5 }, rest.len()).chars();
                    right = 1 + length;
                    char::REPLACEMENT_CHARACTER
                }
            },
            Some(other) => {
                if !matches!(other, '"' | '\\' | '/') {
                    right = 0;
                }
                other
            }
            None => {
                right = 0;
                char::REPLACEMENT_CHARACTER
            }
        });
        if right != usize::MAX && fault.is_none() {
            fault = Some(text.len() - rest.len() + right);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    (out, fault)
}

/// The character whose digits stand behind `\u`, and how many bytes name it; of none, how many bytes of it are right.
fn code_point(text: &str) -> (Option<char>, usize) {
    let (value, length) = unit(text);
    if length < 4 || !(0xD800..0xDC00).contains(&value) {
        return (char::from_u32(value).filter(|_| length == 4), length);
    }
    let Some(half) = text.get(4..).and_then(|rest| rest.strip_prefix("\\u")) else { return (None, 4) };
    match unit(half) {
        (low @ 0xDC00..=0xDFFF, 4) => (char::from_u32(0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)), 10),
        _ => (None, 4),
    }
}

/// The value of the hexadecimal digits in front, four at most, and how many there are.
fn unit(text: &str) -> (u32, usize) {
    let (mut value, mut length) = (0, 0);
    while let Some(digit) =
        text.as_bytes().get(length).filter(|_| length < 4).and_then(|byte| char::from(*byte).to_digit(16))
    {
        (value, length) = (value * 16 + digit, length + 1);
    }
    (value, length)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn what_a_string_may_not_hold_is_the_first_fault_and_read_over() {
        for (text, end, value) in [
            ("\"a\nb\"", End::Faulty(2), "a\nb"),
            ("\"\u{1f}\"", End::Faulty(1), "\u{1f}"),
            ("\"\u{7f}\"", End::Complete, "\u{7f}"),
            (r#""\x41\y""#, End::Faulty(2), "x41y"),
            (r#""a\u12""#, End::Faulty(6), "a\u{fffd}12"),
            (r#""\ud83dx""#, End::Faulty(7), "\u{fffd}x"),
            (r#""\ude00""#, End::Faulty(7), "\u{fffd}"),
            (r#""\ud83d\u0041""#, End::Faulty(7), "\u{fffd}A"),
            ("\"a\nb\" c", End::Broken(2), "a\nb"),
            ("\"a\nb", End::Broken(2), "a\nb"),
            (r#""\u12"#, End::Cut, "\u{fffd}12"),
            (r#""\ud83d"#, End::Cut, "\u{fffd}"),
            (r#""\"#, End::Cut, "\u{fffd}"),
        ] {
            let document = parse(text);
            assert_eq!((document.end(), document.root().text()), (end, value), "{text}");
        }
        assert_eq!(parse("{\"a\nb\":1,\"\\q\":2}").end(), End::Faulty(3));
        assert_eq!(parse("[\"a\n\",]").end(), End::Broken(3), "the first fault");
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
