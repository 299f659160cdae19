//! The message of a bad option; for an unknown one, with the known option that was probably meant.
//!
//! The one at the same level that other libraries call so, or the closest name there by edit distance; at the top also those of
//! the groups `retry` and `rateLimit`. The candidates are the tables themselves. `check-options.js` does the same for the npm package.

use alloc::{string::String, vec::Vec};

use super::schema;
use crate::syntax::{
    value::{OptionError, UNKNOWN},
    words,
};

/// An option in each line, and what others call it, at the top level or beside it. ky and got (`limit`, `statusCodes`,
/// `backoffLimit`), axios-retry (`retries`, `retryDelay`, `retryCondition`), p-retry (`retries`, `factor`, `minTimeout`,
/// `shouldRetry`), ofetch (`retryStatusCodes`), the clients of `OpenAI` and AWS (`maxRetries`), p-queue (`concurrency`).
pub(super) const ALIASES: &str = "\
retry.maxAttempts maxRetries maxRetry retries attempts limit
retry.initialDelay retryDelay minTimeout delay minDelay
retry.maxDelay backoffLimit maxTimeout
retry.backoffFactor factor
retry.decide shouldRetry retryCondition
retry.statuses statusCodes retryStatusCodes
rateLimit.maxConcurrent concurrency";

/// An option at the top may be meant for one of these.
const GROUPS: [&str; 2] = ["retry", "rateLimit"];
/// Longer names get no suggestion.
const LONGEST: usize = 20;

impl OptionError {
    /// What is wrong, in a sentence: `retry.maxAttempts: expected a whole number of 1 or more`, or
    /// `unknown option "retry.maxRetries"; did you mean "retry.maxAttempts"?`
    pub fn message(&self) -> String {
        let mut out = String::new();
        if self.expected == UNKNOWN {
            out.push_str("unknown option \"");
            out.push_str(&self.field);
            out.push_str("\"");
            if let Some(known) = similar(&self.field) {
                out.push_str("; did you mean \"");
                out.push_str(&known);
                out.push_str("\"?");
            }
        } else {
            out.push_str(if self.field.is_empty() { "options" } else { &self.field });
            out.push_str(": expected ");
            out.push_str(self.expected);
        }
        out
    }
}

/// The known option that was probably meant by `path`.
fn similar(path: &str) -> Option<String> {
    let at = path.rfind('.');
    let parent: Vec<&str> = at.map(|at| path[..at].split('.').collect()).unwrap_or_default();
    let name = at.map_or(path, |at| &path[at + 1..]);
    let (mut least, mut found) = (LONGEST, None);
    for (option, _) in schema::all() {
        let parts: Vec<&str> = option.split('.').collect();
        if parts.len() <= parent.len() || !parts.iter().zip(&parent).all(|(part, given)| part == given || *part == "*")
        {
            continue;
        }
        let (known, is_there) = match parts[parent.len()..] {
            [known] => (known, true),
            [group, known] => (known, GROUPS.contains(&group)),
            _ => ("", false),
        };
        if !is_there || known.starts_with('*') {
            continue;
        }
        let far = distance(name, known);
        let is_alias = is_alias(&parts, name);
        if is_alias || (far < least && far * 3 <= name.len() + 1) {
            let rest = parts[parent.len()..].join(".");
            found = Some(at.map_or_else(|| rest.clone(), |at| [&path[..=at], &rest].concat()));
            least = if is_alias { 0 } else { far };
        }
    }
    found
}

/// Whether others call the option of these parts so.
fn is_alias(parts: &[&str], name: &str) -> bool {
    let [.., group, option] = parts else { return false };
    aliases(&[group, ".", option].concat()).any(|alias| alias == name)
}

/// The names of an option of a group in other libraries.
pub(super) fn aliases(option: &str) -> impl Iterator<Item = &'static str> {
    let line = ALIASES.lines().find(|line| words::halves(line, b' ').0 == option).unwrap_or_default();
    line.split(' ').skip(1)
}

/// How many letters must be put in, taken out or changed to make `b` of `a`, whatever their case (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row = [0; LONGEST];
    if a.len() > LONGEST || b.len() > LONGEST {
        return LONGEST;
    }
    let mut last = 0;
    for cell in &mut row {
        last += 1;
        *cell = last;
    }
    last = b.len();
    for (before, x) in a.bytes().enumerate() {
        let mut corner = before;
        last = before + 1;
        for (y, cell) in b.bytes().zip(&mut row) {
            let change = corner + usize::from(!x.eq_ignore_ascii_case(&y));
            corner = *cell;
            last = change.min(corner + 1).min(last + 1);
            *cell = last;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_call_an_option_is_an_option_of_a_wing_here() {
        for line in ALIASES.lines() {
            let (known, _) = words::halves(line, b' ');
            assert!(schema::all().any(|(option, _)| option == known), "{known}");
            assert!(aliases(known).count() > 0, "{known}");
        }
    }

    #[test]
    fn a_long_name_is_like_none() {
        assert_eq!(similar(&"a".repeat(9_999)), None);
    }

    #[test]
    fn the_distance_is_levenshteins() {
        for (a, b, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("Saturday", "sunday", 3), ("abc", "ABC", 0)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
