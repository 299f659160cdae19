//! The message of a bad option; for an unknown one, with the known option that was probably meant.
//!
//! Three rules, in this order: what other libraries call the same thing, the closest name at the same level by edit distance, the
//! same name in a wing. The candidates are the tables themselves. Plain loops: this runs once, before an error, and is in every page.

use alloc::string::String;

use super::{PROFILE, TABLE};
use crate::{
    rate_limit, retry,
    syntax::{
        value::{OptionError, UNKNOWN},
        words,
    },
};

/// An option in each line, and what others call it, at the top level or beside it. ky and got (`limit`, `statusCodes`,
/// `backoffLimit`), axios-retry (`retries`, `retryDelay`, `retryCondition`), p-retry (`retries`, `factor`, `minTimeout`,
/// `shouldRetry`), ofetch (`retryStatusCodes`), the clients of `OpenAI` and AWS (`maxRetries`), p-queue (`concurrency`).
const ALIASES: &str = "\
retry.maxAttempts maxRetries maxRetry retries attempts limit
retry.initialDelay retryDelay minTimeout delay minDelay
retry.maxDelay backoffLimit maxTimeout
retry.backoffFactor factor
retry.decide shouldRetry retryCondition
retry.statuses statusCodes retryStatusCodes
rateLimit.maxConcurrent concurrency";

/// The options that are no rows of [`TABLE`].
const WINGS: [&str; 3] = ["retry", "rateLimit", "profiles"];
/// Longer names are no misspelled ones.
const LONGEST: usize = 32;

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
                for part in known {
                    out.push_str(part);
                }
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

/// The known option that was probably meant by `path`, in three parts that make its path.
fn similar(path: &str) -> Option<[&str; 3]> {
    // A profile has the wings' options, behind its own path.
    let mut option = path;
    let mut levels = [("", TABLE), ("retry.", retry::options::TABLE), ("rateLimit.", rate_limit::options::TABLE)];
    if let Some(rest) = path.strip_prefix("profiles.") {
        option = words::halves(rest, b'.').1;
        levels[0].1 = &PROFILE;
    }
    let front = words::cut(path, 0, path.len() - option.len());
    let (head, below) = words::halves(option, b'.');
    let name = if below.is_empty() { option } else { below };
    for line in words::split(ALIASES, b"\n") {
        let (known, aliases) = words::halves(line, b' ');
        if (below.is_empty() || head == words::halves(known, b'.').0)
            && words::split(aliases, b" ").any(|alias| alias == name)
        {
            return Some([front, "", known]);
        }
    }
    let mut closest = Closest { least: LONGEST, level: "", name: "" };
    for (level, table) in levels {
        // What stands at the top may be meant for a wing.
        let sought = match option.strip_prefix(level) {
            Some(rest) => rest,
            None if below.is_empty() => option,
            None => continue,
        };
        for row in table {
            closest.consider(sought, level, row.name);
        }
    }
    for wing in WINGS {
        closest.consider(option, "", wing);
    }
    (!closest.name.is_empty()).then_some([front, closest.level, closest.name])
}

struct Closest {
    least: usize,
    level: &'static str,
    name: &'static str,
}

impl Closest {
    // Names are compared below the same parent. A third of a name may be wrong.
    #[inline(never)]
    fn consider(&mut self, sought: &str, level: &'static str, known: &'static str) {
        let ((head, below), (known_head, known_below)) = (words::halves(sought, b'.'), words::halves(known, b'.'));
        if below.is_empty() != known_below.is_empty() || !(below.is_empty() || head == known_head) {
            return;
        }
        let (name, known_name) = if below.is_empty() { (head, known_head) } else { (below, known_below) };
        let far = distance(name, known_name);
        if far < self.least && far * 3 <= name.len() + 1 {
            *self = Self { least: far, level, name: known };
        }
    }
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
    use crate::{policy::Policy, syntax::value::Value};

    fn message(path: &str) -> String {
        let mut policy = Policy::default();
        let lists = ["profiles", "profiles.0.rateLimit.quotas", "profiles.0.dialects", "rateLimit.quotas"];
        for list in lists {
            policy.set(list, Value::List(1)).unwrap();
            policy.set(&[list, ".0"].concat(), Value::Object).unwrap();
        }
        policy.set(path, Value::Other).unwrap_err().message()
    }

    #[test]
    fn an_unknown_option_is_named_with_the_one_that_was_probably_meant() {
        let rows = [
            ("retry.maxRetries", "retry.maxAttempts"),
            ("maxRetries", "retry.maxAttempts"),
            ("retries", "retry.maxAttempts"),
            ("retry.limit", "retry.maxAttempts"),
            ("retry.retries", "retry.maxAttempts"),
            ("retry.maxattempts", "retry.maxAttempts"),
            ("retry.maxAttemps", "retry.maxAttempts"),
            ("maxAttempts", "retry.maxAttempts"),
            ("retry.delay", "retry.initialDelay"),
            ("retry.minTimeout", "retry.initialDelay"),
            ("retry.backoffLimit", "retry.maxDelay"),
            ("retry.statusCodes", "retry.statuses"),
            ("retry.method", "retry.methods"),
            ("retry.shouldRetry", "retry.decide"),
            ("retry.budget.ratios", "retry.budget.ratio"),
            ("rtry", "retry"),
            ("ratelimit", "rateLimit"),
            ("rateLimits", "rateLimit"),
            ("rateLimit.concurrency", "rateLimit.maxConcurrent"),
            ("rateLimit.maxConcurency", "rateLimit.maxConcurrent"),
            ("maxWait", "rateLimit.maxWait"),
            ("maxAttemps", "retry.maxAttempts"),
            ("timeouts", "timeout"),
            ("timeout.totl", "timeout.total"),
            ("hedge.maxHedge", "hedge.maxHedges"),
            ("circuitBreaker.failureRate", "circuitBreaker.failureRatio"),
            ("profile", "profiles"),
            ("profiles.0.host", "profiles.0.hosts"),
            ("profiles.0.retry.maxRetries", "profiles.0.retry.maxAttempts"),
            ("profiles.0.retries", "profiles.0.retry.maxAttempts"),
            ("profiles.0.retry.jiter", "profiles.0.retry.jitter"),
        ];
        for (path, known) in rows {
            let expected = ["unknown option \"", path, "\"; did you mean \"", known, "\"?"].concat();
            assert_eq!(message(path), expected);
        }
    }

    #[test]
    fn an_unknown_option_that_is_like_none_is_named_alone() {
        for path in [
            "hooks",
            "headers",
            "baseURL",
            "x",
            "retry.foo",
            "retry.budget.x",
            "timeout.x",
            "hedge.x.y",
            "rateLimit.limit",
            "é",
            &"a".repeat(9_999),
        ] {
            assert_eq!(message(path), ["unknown option \"", path, "\""].concat());
        }
    }

    #[test]
    fn a_bad_value_is_told_what_was_expected() {
        assert_eq!(message("retry.maxAttempts"), "retry.maxAttempts: expected a whole number of 1 or more");
        assert_eq!(message(""), "options: expected an object");
    }

    #[test]
    fn what_is_proposed_is_an_option() {
        for (known, _) in words::split(ALIASES, b"\n").map(|line| words::halves(line, b' ')) {
            assert!(!message(known).starts_with("unknown option"), "{known}");
        }
        for wing in WINGS {
            assert!(!message(wing).starts_with("unknown option"), "{wing}");
        }
    }

    #[test]
    fn the_distance_is_levenshteins() {
        for (a, b, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("Saturday", "sunday", 3), ("abc", "ABC", 0)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
