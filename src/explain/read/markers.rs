//! A table of envelopes and their signs, written as text and compiled to a few bytes a sign.
//!
//! Read as text for each response, it was a quarter of all the time. A row becomes its length, the envelope's name, and its
//! signs; a sign is the numbers of a path's names (see [`crate::explain::read::keys`]) and what is asked of the value there.

use crate::explain::catalogs::template;
use crate::explain::read::keys;
use crate::explain::scan::parts;
use crate::syntax::json::{Kind, Node};

/// Stands for the step to a list's first element.
const FIRST: u8 = 255;

/// How many bytes `table` compiles to.
pub const fn length(table: &str) -> usize {
    compile::<0>(table).1
}

/// `table` compiled, and its length: rows of a name and pointers (`=a,b`: with one of these values; `:s`, `:n`, `:a`, `:o`,
/// `:b`: of this type; `~`, up to the end of the line: a text that fits this template).
pub const fn compile<const N: usize>(table: &str) -> ([u8; N], usize) {
    let text = table.as_bytes();
    let mut out = Code { bytes: [0; N], length: 0 };
    let mut at = 0;
    while at < text.len() {
        let row = out.length;
        out.push(0);
        out.push(0);
        at = out.text(text, at, *b" \n");
        while text[at] != b'\n' {
            at = out.sign(text, at + 1);
        }
        at += 1;
        out.size(row);
    }
    (out.bytes, out.length)
}

struct Code<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Code<N> {
    const fn push(&mut self, byte: u8) {
        if self.length < N {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }

    // Writes into the two bytes at `at` how many follow them.
    const fn size(&mut self, at: usize) {
        let size = self.length - at - 2;
        if at + 1 < N {
            self.bytes[at] = (size & 255) as u8;
            self.bytes[at + 1] = (size >> 8) as u8;
        }
    }

    // What stands up to one of `ends`, behind its length; gives back where that is.
    const fn text(&mut self, text: &[u8], from: usize, ends: [u8; 2]) -> usize {
        let start = self.length;
        self.push(0);
        self.push(0);
        let mut at = from;
        while text[at] != ends[0] && text[at] != ends[1] {
            self.push(text[at]);
            at += 1;
        }
        self.size(start);
        at
    }

    const fn sign(&mut self, text: &[u8], from: usize) -> usize {
        let mut at = from;
        while text[at] == b'/' {
            let mut end = at + 1;
            while !matches!(text[end], b'/' | b':' | b'=' | b'~' | b' ' | b'\n') {
                end += 1;
            }
            let (_, rest) = text.split_at(at + 1);
            let (word, _) = rest.split_at(end - at - 1);
            self.push(match core::str::from_utf8(word) {
                Ok(_) if matches!(word, b"0") => FIRST,
                Ok(word) => keys::id(word),
                Err(_) => 0,
            });
            at = end;
        }
        // The end of the path.
        self.push(0);
        match text[at] {
            b':' => {
                self.push(text[at + 1]);
                at + 2
            }
            sign @ (b'=' | b'~') => {
                self.push(sign);
                self.text(text, at + 1, if sign == b'=' { *b" \n" } else { *b"\n\n" })
            }
            _ => {
                self.push(b'!');
                at
            }
        }
    }
}

/// The name in the first row of a compiled `table` whose signs are all in the body `root`.
pub fn first(table: &'static [u8], root: Node<'_>) -> Option<&'static str> {
    rows(table).find(|(_, signs)| hold(signs, root)).map(|(name, _)| text(name))
}

/// Whether a row of a compiled `table` has that `name`.
pub fn has(table: &'static [u8], name: &str) -> bool {
    rows(table).any(|(known, _)| known == name.as_bytes())
}

/// All rows of a compiled `table`: the names and the signs.
fn rows(table: &'static [u8]) -> impl Iterator<Item = (&'static [u8], &'static [u8])> {
    let mut rest = table;
    core::iter::from_fn(move || {
        let (row, next) = sized(rest)?;
        rest = next;
        sized(row)
    })
}

fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [low, high, rest @ ..] = bytes else { return None };
    rest.split_at_checked(usize::from(*low) | usize::from(*high) << 8)
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or("")
}

fn hold(signs: &[u8], root: Node<'_>) -> bool {
    let (mut rest, mut node) = (signs, root);
    while let [step, tail @ ..] = rest {
        rest = tail;
        if *step != 0 {
            node = if *step == FIRST { node.index(0) } else { node.at(*step) };
            continue;
        }
        let [asked, tail @ ..] = tail else { return false };
        rest = tail;
        let kind = node.kind();
        let mut wanted: &[u8] = &[];
        if matches!(asked, b'=' | b'~') {
            (wanted, rest) = sized(rest).unwrap_or_default();
        }
        let holds = match asked {
            b'=' => kind == Kind::String && parts(text(wanted), b',').any(|word| word == node.text()),
            b'~' => !node.text().is_empty() && template::matches(text(wanted), node.text()).is_some(),
            b's' => kind == Kind::String,
            b'n' => kind == Kind::Number,
            b'a' => kind == Kind::Array,
            b'o' => kind == Kind::Object,
            b'b' => matches!(kind, Kind::True | Kind::False),
            _ => node.exists(),
        };
        if !holds {
            return false;
        }
        node = root;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_whose_signs_all_hold_counts() {
        const TEXT: &str = "one /error/code:n /status=a,b\ntwo /errors/0/message\nthree /message~* not *\n";
        static TABLE: [u8; length(TEXT)] = compile(TEXT).0;
        for (body, name) in [
            ("{\"error\":{\"code\":1},\"status\":\"b\"}", Some("one")),
            ("{\"error\":{\"code\":1},\"status\":\"\",\"errors\":[{\"message\":null}]}", Some("two")),
            ("{\"message\":\"It is not so\"}", Some("three")),
            ("{\"message\":\"It is so\"}", None),
            ("[]", None),
        ] {
            assert_eq!(first(&TABLE, keys::parse(body).root()), name, "{body}");
        }
    }
}
