//! JSON out, piece by piece: what crosses to a shell as one text.

use alloc::string::String;

use crate::syntax::{number, words};

/// A text that grows. Commas are put where they are needed; brackets are the caller's to pair.
#[derive(Debug, Default)]
pub struct Writer {
    /// What is written so far.
    pub out: String,
}

impl Writer {
    /// Begins an object or array: `{` or `[`.
    pub fn open(&mut self, bracket: char) {
        self.comma();
        self.bracket(bracket);
    }

    /// Ends it.
    pub fn close(&mut self, bracket: char) {
        self.bracket(bracket);
    }

    /// A member's name; its value follows.
    pub fn key(&mut self, key: &str) {
        self.string(key);
        self.out.push_str(":");
    }

    /// A member's name in which nothing is to be escaped.
    pub fn plain(&mut self, key: &str) {
        self.quote();
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.quote();
        let (mut from, mut at) = (0, 0);
        while let Some(&byte) = text.as_bytes().get(at) {
            at += 1;
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.out.push_str(words::cut(text, from, at - 1));
            from = at;
            match byte {
                b'"' => self.out.push_str("\\\""),
                b'\\' => self.out.push_str("\\\\"),
                b'\n' => self.out.push_str("\\n"),
                _ => {
                    self.out.push_str("\\u00");
                    number::push_digit(&mut self.out, usize::from(byte >> 4));
                    number::push_digit(&mut self.out, usize::from(byte & 15));
                }
            }
        }
        self.out.push_str(words::cut(text, from, text.len()));
        self.out.push_str("\"");
    }

    /// A whole number.
    pub fn integer(&mut self, value: i64) {
        self.comma();
        if value < 0 {
            self.out.push_str("-");
        }
        number::push(&mut self.out, value.unsigned_abs());
    }

    /// `true` or `false`.
    pub fn flag(&mut self, value: bool) {
        self.word(if value { "true" } else { "false" });
    }

    /// A number or word that is JSON as it stands.
    pub fn word(&mut self, word: &str) {
        self.comma();
        self.out.push_str(word);
    }

    /// A member with a string, where there is one.
    pub fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            self.string(value);
        }
    }

    /// A member with a number, where there is one.
    pub fn number(&mut self, key: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.key(key);
            self.integer(value);
        }
    }

    // As a text: a `char` would bring the encoder of UTF-8 along.
    fn bracket(&mut self, bracket: char) {
        self.out.push_str(match bracket {
            '{' => "{",
            '}' => "}",
            '[' => "[",
            _ => "]",
        });
    }

    // Between values: not after a bracket, a colon or nothing.
    fn follows(&self) -> bool {
        !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':'))
    }

    fn comma(&mut self) {
        self.out.push_str(if self.follows() { "," } else { "" });
    }

    // Both in one, since most of a text is strings.
    fn quote(&mut self) {
        self.out.push_str(if self.follows() { ",\"" } else { "\"" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut json = Writer::default();
        json.open('{');
        json.text("a\"b", Some("line\n\u{1}\\ü:"));
        json.number("n", Some(i64::MIN));
        json.text("none", None);
        json.key("list");
        json.open('[');
        json.integer(0);
        json.open('{');
        json.close('}');
        json.string("x:");
        json.flag(true);
        json.flag(false);
        json.close(']');
        json.number("last", Some(7));
        json.close('}');
        let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(value["a\"b"], "line\n\u{1}\\ü:");
        assert_eq!(value["n"], i64::MIN);
        assert_eq!(value["list"], serde_json::json!([0, {}, "x:", true, false]));
        assert_eq!(value["last"], 7);
    }
}
