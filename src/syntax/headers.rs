//! A borrowed view of a response's headers.

/// The headers of one response as a shell hands them over: one `name:value` a line, names in lower case, only those that
/// [`crate::rate_limit::read::wanted`] asks for. Lines without a colon are passed over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    text: &'a str,
}

impl<'a> Headers<'a> {
    /// A view of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// All pairs in order; values trimmed.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
    }

    /// The first value under `name` (lower case).
    pub fn find(self, name: &str) -> Option<&'a str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}
