//! What an API's own catalog says a limit looks like: the rules of a profile's catalog that the policy goes by.
//!
//! The explainer's matcher is larger than all that reads limits, so a shell hands over a few words of each rule, as lines of a
//! text: kind, statuses and tests, parted by tabs. A test is where the text stands (nothing: any text or number; `/name`: a member
//! of that name; `body`), `=`, and the patterns of which one fits, parted by [`OR`]. A pattern is anchored; `*` stands for
//! anything; letters may be of either case. A line that is malformed never holds.

use alloc::{string::String, vec::Vec};

use super::body::Limited;
use crate::syntax::words;

/// Between the patterns of a test.
pub const OR: u8 = 0x1f;

/// Rules, and of each the tests, that are looked at: what is beyond never holds.
const MOST: usize = 64;

/// The rules of one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(String);

/// No rules.
pub static NONE: Limits = Limits(String::new());

impl Limits {
    /// See the module.
    pub fn new(lines: &str) -> Self {
        Self(lines.to_ascii_lowercase())
    }

    /// Whether there is a rule for responses of `status`.
    pub fn asks(&self, status: u16) -> bool {
        rules(&self.0, status).next().is_some()
    }

    /// What holds the rules for `status` against texts.
    #[inline(never)]
    pub(super) fn trial(&self, status: u16) -> Trial<'_> {
        let mut tests = Vec::new();
        let mut kinds = Vec::new();
        for (kind, texts) in rules(&self.0, status).take(MOST) {
            for test in words::split(texts, b"\t").filter(|test| !test.is_empty()) {
                let (place, patterns) = words::halves(test, b'=');
                tests.push(Test { rule: kinds.len(), place, patterns, holds: false });
            }
            kinds.push(kind);
        }
        tests.truncate(2 * MOST);
        Trial { kinds, tests }
    }
}

// The rules for `status`: what each means, and its tests.
fn rules(lines: &str, status: u16) -> impl Iterator<Item = (Limited, &str)> {
    words::split(lines, b"\n").filter_map(move |line| {
        let (kind, rest) = words::halves(line, b'\t');
        let (statuses, tests) = words::halves(rest, b'\t');
        let limited = match kind {
            "rate_limited" => Limited::Rate,
            "quota_exhausted" => Limited::Allowance,
            "unavailable" => Limited::Unavailable,
            _ => return None,
        };
        // Of a success only what names its status.
        let mut named = words::split(statuses, b",").filter(|word| !word.is_empty()).peekable();
        let is_of = if named.peek().is_none() { status >= 400 } else { named.any(|word| is_of(word, status)) };
        is_of.then_some((limited, tests))
    })
}

// `429`, `4xx`.
fn is_of(word: &str, status: u16) -> bool {
    let mut digits = String::new();
    crate::syntax::number::push(&mut digits, u64::from(status));
    word == digits || (word.ends_with("xx") && word.as_bytes().first() == digits.as_bytes().first())
}

struct Test<'l> {
    rule: usize,
    place: &'l str,
    patterns: &'l str,
    holds: bool,
}

/// Rules that are held against a response.
pub(super) struct Trial<'l> {
    kinds: Vec<Limited>,
    tests: Vec<Test<'l>>,
}

impl Trial<'_> {
    /// Whether there is anything to be asked.
    pub fn is_open(&self) -> bool {
        !self.tests.is_empty()
    }

    /// Hears a text or number that stands under `key`; `body` is all of it.
    #[inline(never)]
    pub fn hear(&mut self, key: &str, text: &str) {
        if self.tests.is_empty() {
            return;
        }
        let text = &text.to_ascii_lowercase();
        for test in &mut self.tests {
            let is_there = match test.place.strip_prefix('/') {
                Some(name) => name.eq_ignore_ascii_case(key),
                None => test.place.is_empty() || test.place == key,
            };
            test.holds |= is_there && words::split(test.patterns, &[OR]).any(|pattern| fits_part(pattern, text));
        }
    }

    /// Hears the whole body.
    pub fn hear_body(&mut self, body: &str) {
        let body = &body.to_ascii_lowercase();
        for test in self.tests.iter_mut().filter(|test| test.place == BODY) {
            test.holds |= words::split(test.patterns, &[OR]).any(|pattern| fits(pattern, body));
        }
    }

    /// What the first rule means of which all tests hold. Forgets what it heard but of the whole body.
    #[inline(never)]
    pub fn judge(&mut self) -> Option<Limited> {
        let fails = |rule: usize| self.tests.iter().any(|test| test.rule == rule && !test.holds);
        let found = self.kinds.iter().enumerate().find(|(rule, _)| !fails(*rule)).map(|(_, kind)| *kind);
        for test in &mut self.tests {
            test.holds &= test.place == BODY;
        }
        found
    }
}

const BODY: &str = "body";

// As the explainer does: the whole, or a part of it between commas.
fn fits_part(pattern: &str, text: &str) -> bool {
    fits(pattern, text)
        || words::split(text, b",").skip(1).count() > 0 && words::split(text, b",").any(|part| fits(pattern, part))
}

// Leftmost for each part between stars is enough, and linear in the text.
#[inline(never)]
fn fits(pattern: &str, text: &str) -> bool {
    let (first, mut rest) = words::halves(pattern, b'*');
    if first.len() == pattern.len() {
        return text == pattern;
    }
    let Some(mut left) = text.strip_prefix(first) else { return false };
    loop {
        let (part, next) = words::halves(rest, b'*');
        if part.len() == rest.len() {
            return left.ends_with(part);
        }
        if !part.is_empty() {
            let Some(at) = words::place(left, part) else { return false };
            left = words::cut(left, at + part.len(), left.len());
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::steps;

    #[test]
    fn a_pattern_is_anchored_and_a_star_is_anything() {
        for (pattern, text, expected) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("abc", "xabc", false),
            ("*rate limit*", "max calls per sec rate limit reached", true),
            ("max*", "max calls", true),
            ("*reached (*)", "limit reached (5/sec)", true),
            ("*reached (*)", "limit reached (5/sec) now", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("é*", "éa", true),
            ("a*é", "aé", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_rule_holds_where_all_its_tests_do_and_the_first_counts() {
        let limits = Limits::new(
            "rate_limited\t200\t/status=0\t=*rate limit*\nquota_exhausted\t4xx,200\t=SPENT\x1fgone\nunavailable\t\tbody=*busy*\nnonsense\t200\t=*",
        );
        let judged = |status, heard: &[(&str, &str)], body| {
            let mut trial = limits.trial(status);
            for (key, text) in heard {
                trial.hear(key, text);
            }
            trial.hear_body(body);
            trial.judge()
        };
        assert_eq!(judged(200, &[("status", "0"), ("result", "a Rate limit b")], ""), Some(Limited::Rate));
        assert_eq!(judged(200, &[("state", "0"), ("result", "a rate limit b")], ""), None);
        assert_eq!(judged(200, &[("code", "Gone")], ""), Some(Limited::Allowance));
        assert_eq!(judged(404, &[("code", "x, spent")], ""), Some(Limited::Allowance));
        assert_eq!(judged(404, &[], "the server is Busy."), Some(Limited::Unavailable));
        assert_eq!(judged(200, &[], "busy"), None, "a success must be named");
        assert_eq!([200, 404, 500, 302].map(|status| limits.asks(status)), [true, true, true, false]);
        assert!(!NONE.asks(429));
    }

    #[test]
    fn a_pattern_takes_time_that_grows_no_faster_than_the_text() {
        let pattern = ["*", &"a".repeat(200), "b*", &"a".repeat(200), "c"].concat();
        let of = |size: usize| steps::of(|| _ = fits(&pattern, &"a".repeat(size)));
        let [small, large] = [20_000, 40_000].map(of);
        assert!(large <= small * 22 / 10 + 1000, "{small} steps become {large}");
    }
}
