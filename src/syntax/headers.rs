//! A borrowed view of a response's headers.

use super::words;

/// The headers of one response as a shell hands them over: one `name:value` a line, names in lower case, only those
/// that [`crate::rate_limit::read::wanted`] asks for. Lines without a colon are passed over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    text: &'a str,
}

impl<'a> Headers<'a> {
    /// A view of `text`.
    pub const fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// What it is a view of.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// All pairs in order; values trimmed.
    pub fn iter(self) -> Pairs<'a> {
        Pairs { rest: self.text }
    }

    /// The first value under `name` (lower case).
    #[inline(never)]
    pub fn find(self, name: &str) -> Option<&'a str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// See [`Headers::iter`].
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pairs<'a> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_pair_and_what_is_none_is_passed_over() {
        let headers = Headers::new("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nno colon\n\nretry-after:\nretry-after: 5 ");
        assert_eq!(headers.find("date"), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(headers.find("retry-after"), Some(""));
        assert_eq!(headers.find("age"), None);
        assert_eq!(headers.iter().count(), 3);
        assert_eq!(Headers::default().iter().next(), None);
    }
}
