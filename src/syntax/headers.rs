//! A borrowed view of headers, with a bound on how much of each is read.
//!
//! All readers of response headers use it, so the bound applies to all of them: hosts let a server send 16 KB (Node) to
//! 256 KB (Chromium) in one header.

use super::words;

/// The most bytes of a value that are read. The longest known value, Meta's usage of some 20 accounts, has 4 KB.
pub const MOST: usize = 4096;

/// The most members of a list that are read: twice the number of quotas that one response may report.
pub const MEMBERS: usize = 64;

/// The headers of one response: one `name:value` per line, names in lower case. A shell passes only those
/// that [`crate::rate_limit::read::wanted`] asks for. Lines without a colon are ignored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    text: &'a str,
}

impl<'a> Headers<'a> {
    /// Creates a view of `text`.
    pub const fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// The text of this view.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// All pairs in order. Values are trimmed and read up to [`MOST`] bytes and [`MEMBERS`] members of a list. A member that is
    /// cut off is left out, and so is a header whose only member is too long.
    pub fn iter(self) -> Pairs<'a> {
        Pairs { lines: self.lines() }
    }

    /// All pairs in order with whole values, trimmed. Use it only for headers that the caller wrote, not for a server's.
    pub fn lines(self) -> Lines<'a> {
        Lines { rest: self.text }
    }

    /// The first value of `name` (lower case), as [`Headers::iter`] returns it.
    #[inline(never)]
    pub fn find(self, name: &str) -> Option<&'a str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// See [`Headers::iter`].
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    lines: Lines<'a>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (name, value) = self.lines.next()?;
            if let Some(value) = front(value) {
                return Some((name, value));
            }
        }
    }
}

/// See [`Headers::lines`].
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a str, &'a str);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let (line, rest) = words::halves(self.rest, b'\n');
            self.rest = rest;
            if let Some(pair) = words::pair(line, b':') {
                return Some(pair);
            }
        }
        None
    }
}

// The part of a value that is read; none where its first member is too long. A comma in quotes separates nothing. One in
// brackets separates parts of a member, as in JSON: the value may be cut there, but those parts are not counted.
fn front(value: &str) -> Option<&str> {
    #[cfg(test)]
    if crate::syntax::steps::is_unbounded() {
        return Some(value);
    }
    // Most values are shorter than so many commas.
    if value.len() < MEMBERS {
        return Some(value);
    }
    let (mut quoted, mut escaped, mut depth, mut members) = (false, false, 0_u32, 0);
    let mut end = None;
    for (at, byte) in value.bytes().enumerate().take(MOST + 1) {
        #[cfg(test)]
        crate::syntax::steps::add(1);
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => {
                end = Some(at);
                members += u32::from(depth == 0);
                if members == MEMBERS as u32 {
                    break;
                }
            }
            _ => {}
        }
    }
    if value.len() <= MOST && members < MEMBERS as u32 {
        return Some(value);
    }
    end.map(|end| words::cut(value, 0, end).trim_ascii_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec, vec::Vec};

    #[test]
    fn a_line_is_a_pair_and_what_is_none_is_passed_over() {
        let headers = Headers::new("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nno colon\n\nretry-after:\nretry-after: 5 ");
        assert_eq!(headers.find("date"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(headers.find("retry-after"), Some(""));
        assert_eq!(headers.find("age"), None);
        assert_eq!(headers.iter().count(), 3);
        assert_eq!(Headers::default().iter().next(), None);
    }

    fn only(value: &str) -> Option<String> {
        Headers::new(&["x:", value].concat()).find("x").map(String::from)
    }

    #[test]
    fn a_value_is_read_to_so_many_bytes_and_a_member_that_is_cut_is_left_out() {
        let member = ["\"", &"a".repeat(998), "\""].concat();
        let list = |count: usize| vec![member.as_str(); count].join(",");
        assert_eq!(only(&list(4)), Some(list(4)));
        assert_eq!(only(&list(5)), Some(list(4)));
        assert_eq!(only(&"1".repeat(MOST)), Some("1".repeat(MOST)));
        assert_eq!(only(&"1".repeat(MOST + 1)), None, "one member that is too long");
        // A member that ends where the reading does is whole.
        let whole = [&"1".repeat(MOST), ",2"].concat();
        assert_eq!(only(&whole), Some("1".repeat(MOST)));
        assert_eq!(only(&["é".repeat(MOST), ",1".into()].concat()), None);
        // A comma in quotes parts nothing.
        assert_eq!(only(&["\"\\\"", &",a".repeat(MOST), "\""].concat()), None);
    }

    #[test]
    fn of_a_list_so_many_members_are_read() {
        let list = |count: usize| vec!["1"; count].join(", ");
        assert_eq!(only(&list(MEMBERS)), Some(list(MEMBERS)));
        assert_eq!(only(&list(MEMBERS + 1)), Some(list(MEMBERS)));
        let quoted = ["\"", &",".repeat(200), "\";r=1"].concat();
        assert_eq!(only(&quoted), Some(quoted));
        let json = ["{\"a\":[", &"1,".repeat(200), "1]}"].concat();
        assert_eq!(only(&json), Some(json));
    }

    #[test]
    fn what_the_caller_wrote_is_whole_and_a_long_header_hides_no_other() {
        let long = "1".repeat(MOST + 1);
        let text = ["a:", &long, "\nb:2"].concat();
        assert_eq!(Headers::new(&text).lines().collect::<Vec<_>>(), [("a", long.as_str()), ("b", "2")]);
        assert_eq!(Headers::new(&text).iter().collect::<Vec<_>>(), [("b", "2")]);
    }
}
