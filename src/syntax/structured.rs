//! Structured fields (RFC 8941, which RFC 9651 keeps): lists, dictionaries and items with parameters, borrowed.
//!
//! A field is read whole or not at all, as the RFC has it. What is kept points into the text; parameters and inner
//! lists are checked at once and walked again when asked for, so only the members of a field take memory. Strings keep
//! their escapes and byte sequences their base64. RFC 9651's dates and display strings are not read: no rate-limit
//! field has one.

use alloc::string::String;
use alloc::vec::Vec;

use super::words;

/// A bare item, or an inner list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `?0` or `?1`.
    Boolean(bool),
    /// The base64 text between the colons of `:aGk=:`.
    Bytes(&'a str),
    /// Thousandths: all that a decimal can have.
    Decimal(i64),
    /// `(1 2);a`: see [`inner`].
    Inner(&'a str),
    /// At most 15 digits.
    Integer(i64),
    /// What is between the quotes: see [`unescape`].
    Text(&'a str),
    /// `default`, `*`, `text/html`.
    Token(&'a str),
}

/// A value and its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its key in a dictionary; else empty.
    pub key: &'a str,
    /// The value.
    pub value: Value<'a>,
    params: &'a str,
}

impl<'a> Member<'a> {
    /// All parameters in the order of the text; of those with one key the last counts.
    pub fn params(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let mut reader = Reader { text: self.params, at: 0 };
        core::iter::from_fn(move || reader.param())
    }

    /// The value of the parameter `key`.
    pub fn param(self, key: &str) -> Option<Value<'a>> {
        self.params().filter(|(name, _)| *name == key).last().map(|(_, value)| value)
    }
}

/// The members of a list; an empty field is an empty list.
pub fn list(text: &str) -> Option<Vec<Member<'_>>> {
    members(text, false)
}

/// The members of a dictionary in the order of the text; of those with one key the last counts.
pub fn dictionary(text: &str) -> Option<Vec<Member<'_>>> {
    members(text, true)
}

#[inline(never)]
fn members(text: &str, keyed: bool) -> Option<Vec<Member<'_>>> {
    let mut members = Vec::new();
    let mut reader = Reader::new(text);
    while reader.more(members.is_empty())? {
        let key = if keyed { reader.key()? } else { "" };
        let bare = keyed && !reader.eat(b'=');
        let member = if bare { reader.with_params(Value::Boolean(true))? } else { reader.member()? };
        members.push(Member { key, ..member });
    }
    Some(members)
}

/// A lone item.
pub fn item(text: &str) -> Option<Member<'_>> {
    let mut reader = Reader::new(text);
    let item = reader.item()?;
    reader.spaces();
    reader.peek().is_none().then_some(item)
}

/// The items of an inner list that was read.
pub fn inner(text: &str) -> impl Iterator<Item = Member<'_>> {
    let mut reader = Reader { text, at: 1 };
    core::iter::from_fn(move || {
        reader.spaces();
        reader.item()
    })
}

/// Adds to `plain` what a string with escapes stands for.
pub fn unescape(text: &str, plain: &mut String) {
    let mut rest = text;
    while let Some(at) = words::find(rest, b"\\") {
        plain.push_str(words::cut(rest, 0, at));
        // What is escaped is one byte, or in no string at all the whole rest.
        plain.push_str(words::cut(rest, at + 1, at + 2));
        rest = words::cut(rest, at + 2, rest.len());
    }
    plain.push_str(rest);
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let mut reader = Self { text, at: 0 };
        reader.spaces();
        reader
    }

    fn peek(&self) -> Option<u8> {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn spaces(&mut self) {
        while self.eat(b' ') {}
    }

    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    fn run(&mut self, of: fn(u8) -> bool) -> Option<&'a str> {
        let start = self.at;
        while self.peek().is_some_and(of) {
            self.at += 1;
        }
        self.since(start)
    }

    // Whether another member follows; none if what follows is none.
    fn more(&mut self, first: bool) -> Option<bool> {
        if !first {
            self.whitespace();
        }
        if self.peek().is_none() {
            return Some(false);
        }
        if first {
            return Some(true);
        }
        let comma = self.eat(b',');
        self.whitespace();
        // A comma at the end is an error.
        (comma && self.peek().is_some()).then_some(true)
    }

    fn whitespace(&mut self) {
        while self.eat(b' ') || self.eat(b'\t') {}
    }

    fn member(&mut self) -> Option<Member<'a>> {
        let start = self.at;
        if !self.eat(b'(') {
            return self.item();
        }
        loop {
            self.spaces();
            if self.eat(b')') {
                break;
            }
            self.item()?;
            if !matches!(self.peek()?, b' ' | b')') {
                return None;
            }
        }
        let items = self.since(start)?;
        self.with_params(Value::Inner(items))
    }

    fn item(&mut self) -> Option<Member<'a>> {
        let value = self.bare()?;
        self.with_params(value)
    }

    fn with_params(&mut self, value: Value<'a>) -> Option<Member<'a>> {
        let start = self.at;
        while self.peek() == Some(b';') {
            self.param()?;
        }
        Some(Member { key: "", value, params: self.since(start)? })
    }

    fn param(&mut self) -> Option<(&'a str, Value<'a>)> {
        if !self.eat(b';') {
            return None;
        }
        self.spaces();
        let key = self.key()?;
        Some((key, if self.eat(b'=') { self.bare()? } else { Value::Boolean(true) }))
    }

    fn key(&mut self) -> Option<&'a str> {
        if !matches!(self.peek()?, b'a'..=b'z' | b'*') {
            return None;
        }
        self.run(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*'))
    }

    fn bare(&mut self) -> Option<Value<'a>> {
        let first = self.peek()?;
        match first {
            b'-' | b'0'..=b'9' => return self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'*' => return self.run(is_token).map(Value::Token),
            _ => self.at += 1,
        }
        match first {
            b'"' => {
                let start = self.at;
                while !self.eat(b'"') {
                    if self.eat(b'\\') && !matches!(self.peek()?, b'"' | b'\\') {
                        return None;
                    }
                    if !matches!(self.peek()?, b' '..=b'~') {
                        return None;
                    }
                    self.at += 1;
                }
                self.text.get(start..self.at - 1).map(Value::Text)
            }
            b':' => {
                let base64 = self.run(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))?;
                let digits = words::find(base64, b"=").unwrap_or(base64.len());
                // Padding is at the end, no more than the last group lacks, and may be missing (RFC 9651 4.2.7).
                let lacks = digits.wrapping_neg() % 4;
                let right = self.eat(b':') && base64.len() - digits <= lacks && lacks < 3;
                let right = right && base64.bytes().skip(digits).all(|byte| byte == b'=');
                right.then_some(Value::Bytes(base64))
            }
            b'?' if self.eat(b'0') => Some(Value::Boolean(false)),
            b'?' if self.eat(b'1') => Some(Value::Boolean(true)),
            _ => None,
        }
    }

    // Up to 15 digits, or up to 12, a point, and 1 to 3.
    fn number(&mut self) -> Option<Value<'a>> {
        let sign = if self.eat(b'-') { -1 } else { 1 };
        let (value, length) = self.digits(15)?;
        if !self.eat(b'.') {
            return Some(Value::Integer(sign * value));
        }
        let (fraction, places) = self.digits(3)?;
        let scale = [100, 10, 1].get(places - 1)?;
        (length <= 12).then_some(Value::Decimal(sign * (value * 1000 + fraction * scale)))
    }

    // One to `most` digits.
    fn digits(&mut self, most: usize) -> Option<(i64, usize)> {
        let digits = self.run(|byte| byte.is_ascii_digit()).filter(|digits| digits.len() <= most)?;
        super::number::whole(digits).map(|value| (value, digits.len()))
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'/' | b':' | b'^'..=b'`' | b'|' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_limit_field_is_a_list_of_named_items() {
        let members = list("\"burst\";q=100;w=60, \"da\\\"ily\";q=1000;pk=:aGk=:;q=7 \t,\ttok").unwrap();
        let [burst, daily, token] = members[..] else { panic!("{members:?}") };
        assert_eq!((burst.value, burst.param("w")), (Value::Text("burst"), Some(Value::Integer(60))));
        assert_eq!((daily.param("q"), daily.param("pk")), (Some(Value::Integer(7)), Some(Value::Bytes("aGk="))));
        assert_eq!((token.value, token.param("q")), (Value::Token("tok"), None));
        let mut plain = String::new();
        unescape("da\\\"i\\\\ly", &mut plain);
        assert_eq!(plain, "da\"i\\ly");
    }

    #[test]
    fn a_dictionary_may_hold_inner_lists_and_bare_keys() {
        let members = dictionary("limit=100;x=1, flag;y, list=(1 \"(\" a);z=1.5").unwrap();
        assert_eq!(members[0].value, Value::Integer(100));
        assert_eq!((members[1].value, members[1].param("y")), (Value::Boolean(true), Some(Value::Boolean(true))));
        let Value::Inner(items) = members[2].value else { panic!() };
        assert_eq!(inner(items).map(|item| item.value).last(), Some(Value::Token("a")));
        assert_eq!(members[2].param("z"), Some(Value::Decimal(1500)));
    }

    #[test]
    fn a_field_is_read_whole_or_not_at_all() {
        for bad in [
            ",",
            "a,",
            "a b",
            "\"a",
            "\"\\x\"",
            "a;",
            "a;=1",
            "a;B",
            "(a",
            "(a,b)",
            "(a)b",
            "1.",
            "1.2345",
            "-",
            "1e3",
            ":a:",
            ":a=a:",
            ":a",
            "?2",
            "?",
            "@1",
            "é",
            "\"é\"",
            "1234567890123456",
            "1234567890123.1",
            "\"fixed window\";\"api\";q=500",
        ] {
            assert_eq!(list(bad), None, "{bad}");
        }
        assert_eq!(list(" "), Some(Vec::new()));
        assert_eq!(item("1 , 2"), None);
    }
}
