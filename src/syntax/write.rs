//! JSON out, piece by piece: what crosses to a shell as one text.

use alloc::string::String;

use crate::syntax::number;

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
        self.out.push(bracket);
    }

    /// Ends it.
    pub fn close(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    /// A member's name; its value follows.
    pub fn key(&mut self, key: &str) {
        self.string(key);
        self.out.push(':');
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.comma();
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                c if c < ' ' => {
                    self.out.push_str("\\u00");
                    for digit in [c as u32 >> 4, c as u32 & 15] {
                        self.out.push(char::from_digit(digit, 16).unwrap_or('0'));
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// A whole number.
    pub fn integer(&mut self, value: i64) {
        self.comma();
        if value < 0 {
            self.out.push('-');
        }
        number::push(&mut self.out, value.unsigned_abs());
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

    // Between values: not after a bracket, a colon or nothing.
    fn comma(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(',');
        }
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
        json.close(']');
        json.number("last", Some(7));
        json.close('}');
        let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(value["a\"b"], "line\n\u{1}\\ü:");
        assert_eq!(value["n"], i64::MIN);
        assert_eq!(value["list"], serde_json::json!([0, {}, "x:"]));
        assert_eq!(value["last"], 7);
    }
}
