//! What callers may say of retries, and what holds where they say nothing.

use alloc::{string::String, vec::Vec};

use crate::syntax::value::{Checked, Next, Value};

/// Sends in all. Azure, gaxios, axios-retry, TanStack and Octokit retry three times; the SRE book asks for three attempts.
pub const MAX_ATTEMPTS: u32 = 4;
/// First backoff after a transient failure, ms. Between AWS's 100 and `OpenAI`'s 500.
pub const TRANSIENT_DELAY: i64 = 250;
/// First backoff after a 429 that gives no hint, ms. AWS's 2026 mode and Octokit.
pub const THROTTLED_DELAY: i64 = 1000;
/// AWS, Azure, gaxios: doubling.
pub const BACKOFF_FACTOR: f64 = 2.0;
/// Cap of one backoff, ms. AWS.
pub const MAX_DELAY: i64 = 20_000;
/// Longest server hint that is waited for, ms. `OpenAI`, renovate, fetch-extras: 60 s.
pub const MAX_RETRY_AFTER: i64 = 60_000;
/// The idempotent methods of RFC 9110 section 9.2.2, and QUERY.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"];

/// How chance enters a backoff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Anywhere from 0 to the backoff ("Exponential Backoff And Jitter", AWS 2015).
    #[default]
    Full,
    /// Half of the backoff, and anywhere in the other half.
    Equal,
    /// The backoff itself.
    None,
}

/// What one source (the caller, a profile) says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RetryLayer {
    /// `retry: false`.
    pub off: Option<bool>,
    max_attempts: Option<u32>,
    initial_delay: Option<i64>,
    backoff_factor: Option<f64>,
    max_delay: Option<i64>,
    jitter: Option<Jitter>,
    max_retry_after: Option<i64>,
    statuses: Option<Vec<u16>>,
    methods: Option<Vec<String>>,
    non_idempotent: Option<bool>,
    decides: Option<bool>,
}

/// What holds for one call.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryRules {
    /// Sends in all.
    pub max_attempts: u32,
    /// First backoff, where somebody said one; else it depends on the failure.
    pub initial_delay: Option<i64>,
    /// What each backoff is multiplied with to give the next.
    pub backoff_factor: f64,
    /// Cap of one backoff.
    pub max_delay: i64,
    /// How chance enters.
    pub jitter: Jitter,
    /// Longest server hint that is waited for.
    pub max_retry_after: i64,
    /// The statuses to retry, where somebody said which; else the table in `classify`.
    pub statuses: Option<Vec<u16>>,
    /// The methods to retry, where somebody said which.
    pub methods: Option<Vec<String>>,
    /// Whether to retry a POST or PATCH that may have been processed.
    pub non_idempotent: bool,
    /// Whether the caller has the last word.
    pub decides: bool,
}

impl RetryLayer {
    /// Takes one option; `path` starts below `retry`.
    ///
    /// # Errors
    /// What was expected there.
    pub fn set(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        match path {
            "" => {
                let next = value.false_or_object()?;
                self.off = Some(next == Next::Leave);
                return Ok(next);
            }
            "maxAttempts" => self.max_attempts = Some(value.count(1)?),
            "initialDelay" => self.initial_delay = Some(value.millis()?),
            "backoffFactor" => {
                self.backoff_factor = match value {
                    Value::Number(n) if (1.0..1e6).contains(&n) => Some(n),
                    _ => return Err("a number of 1 or more"),
                }
            }
            "maxDelay" => self.max_delay = Some(value.millis()?),
            "jitter" => {
                self.jitter = Some(match value {
                    Value::Text("full") => Jitter::Full,
                    Value::Text("equal") => Jitter::Equal,
                    Value::Text("none") => Jitter::None,
                    _ => return Err("\"full\", \"equal\" or \"none\""),
                });
            }
            "maxRetryAfter" => self.max_retry_after = Some(value.millis()?),
            "retryNonIdempotent" => self.non_idempotent = Some(value.flag()?),
            "decide" => {
                self.decides = Some(true);
                return value.function();
            }
            "budget" if value == Value::Flag(false) => return Ok(Next::Leave),
            "budget" => return Err("false: retry budgets are not in this version"),
            "statuses" | "methods" => return self.start_list(path, value),
            _ => return self.list_member(path, value),
        }
        Ok(Next::Leave)
    }

    fn start_list(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let Value::List(_) = value else { return Err("an array") };
        if path == "statuses" {
            self.statuses = Some(Vec::new());
        } else {
            self.methods = Some(Vec::new());
        }
        Ok(Next::Walk)
    }

    fn list_member(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        match (path.split_once('.').map(|(list, _)| list), value) {
            (Some("statuses"), Value::Number(n)) if (400.0..600.0).contains(&n) => {
                self.statuses.get_or_insert_default().push(n as u16);
            }
            (Some("statuses"), _) => return Err("an HTTP status from 400 to 599"),
            (Some("methods"), Value::Text(method)) if !method.is_empty() => {
                self.methods.get_or_insert_default().push(method.to_ascii_uppercase());
            }
            (Some("methods"), _) => return Err("the name of an HTTP method"),
            _ => return Err("no such option of retry"),
        }
        Ok(Next::Leave)
    }

    /// What holds: this layer's word, else `profile`'s, else the defaults above. `None`: no retries.
    pub fn over(&self, profile: &Self) -> Option<RetryRules> {
        if self.off.or(profile.off) == Some(true) {
            return None;
        }
        Some(RetryRules {
            max_attempts: self.max_attempts.or(profile.max_attempts).unwrap_or(MAX_ATTEMPTS),
            initial_delay: self.initial_delay.or(profile.initial_delay),
            backoff_factor: self.backoff_factor.or(profile.backoff_factor).unwrap_or(BACKOFF_FACTOR),
            max_delay: self.max_delay.or(profile.max_delay).unwrap_or(MAX_DELAY),
            jitter: self.jitter.or(profile.jitter).unwrap_or_default(),
            max_retry_after: self.max_retry_after.or(profile.max_retry_after).unwrap_or(MAX_RETRY_AFTER),
            statuses: self.statuses.as_ref().or(profile.statuses.as_ref()).cloned(),
            methods: self.methods.as_ref().or(profile.methods.as_ref()).cloned(),
            non_idempotent: self.non_idempotent.or(profile.non_idempotent).unwrap_or(false),
            decides: self.decides.unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_comes_before_the_profile_and_the_profile_before_the_default() {
        let (mut caller, mut profile) = (RetryLayer::default(), RetryLayer::default());
        profile.set("maxAttempts", Value::Number(6.0)).unwrap();
        profile.set("initialDelay", Value::Number(1000.0)).unwrap();
        caller.set("maxAttempts", Value::Number(2.0)).unwrap();
        let rules = caller.over(&profile).unwrap();
        assert_eq!((rules.max_attempts, rules.initial_delay, rules.max_delay), (2, Some(1000), MAX_DELAY));
    }

    #[test]
    fn retry_can_be_turned_off_and_on_again_by_the_nearer_layer() {
        let (mut caller, mut profile) = (RetryLayer::default(), RetryLayer::default());
        profile.set("", Value::Flag(false)).unwrap();
        assert_eq!(caller.over(&profile), None);
        caller.set("", Value::Object).unwrap();
        assert!(caller.over(&profile).is_some());
    }

    #[test]
    fn an_array_replaces_the_one_before_it() {
        let mut layer = RetryLayer::default();
        for status in [500.0, 503.0] {
            layer.set("statuses", Value::List(1)).unwrap();
            layer.set("statuses.0", Value::Number(status)).unwrap();
        }
        assert_eq!(layer.over(&RetryLayer::default()).unwrap().statuses, Some(alloc::vec![503]));
    }

    #[test]
    fn a_bad_option_is_told_what_was_expected() {
        let rows = [
            ("maxAttempts", Value::Number(0.0), "a whole number of 1 or more"),
            ("backoffFactor", Value::Number(0.5), "a number of 1 or more"),
            ("jitter", Value::Text("some"), "\"full\", \"equal\" or \"none\""),
            ("statuses", Value::Number(500.0), "an array"),
            ("statuses.0", Value::Number(200.0), "an HTTP status from 400 to 599"),
            ("maxAttemps", Value::Number(3.0), "no such option of retry"),
            ("decide", Value::Flag(true), "a function"),
        ];
        for (path, value, expected) in rows {
            assert_eq!(RetryLayer::default().set(path, value), Err(expected), "{path}");
        }
    }
}
