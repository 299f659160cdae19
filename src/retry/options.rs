//! What callers may say of retries, and what holds where they say nothing.

use crate::shared::Arc;
use alloc::{string::String, vec::Vec};

use crate::retry::budget::BudgetRules;
use crate::syntax::value::{self, Checked, Kind, Next, UNSAID, Value, row, table};

/// First backoff after a transient failure, ms. Between AWS's 100 and `OpenAI`'s 500.
pub const TRANSIENT_DELAY: i64 = 250;
/// First backoff after a 429 that gives no hint, ms. AWS's 2026 mode and Octokit.
pub const THROTTLED_DELAY: i64 = 1000;
/// The idempotent methods of RFC 9110 section 9.2.2, and QUERY.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"];

table! {
    /// The options.
    TABLE by Place {
        On: row("", Kind::Switch),
        // Sends in all. Azure, gaxios, axios-retry, TanStack and Octokit retry three times; the SRE book asks for three attempts.
        MaxAttempts: row("maxAttempts", Kind::Attempts).or(4.0),
        // It depends on the failure: see above.
        InitialDelay: row("initialDelay", Kind::Millis),
        // AWS, Azure, gaxios: doubling.
        BackoffFactor: row("backoffFactor", Kind::Factor).or(2.0),
        // AWS.
        MaxDelay: row("maxDelay", Kind::Millis).or(20_000.0),
        Jitter: row("jitter", Kind::Choice("\"full\", \"equal\" or \"none\"")).or(0.0),
        // `rateLimit.maxWait`, where nobody sets it.
        MaxRetryAfter: row("maxRetryAfter", Kind::Millis),
        NonIdempotent: row("retryNonIdempotent", Kind::Flag).or(0.0),
        Decide: row("decide", Kind::Function),
        Budget: row("budget", Kind::Switch),
        BudgetRatio: row("budget.ratio", Kind::Share).or(BudgetRules::DEFAULT.ratio),
        BudgetFloor: row("budget.minPerWindow", Kind::Size).or(BudgetRules::DEFAULT.min_per_window as f64),
        BudgetWindow: row("budget.window", Kind::Period).or(BudgetRules::DEFAULT.window as f64),
        Statuses: row("statuses", Kind::List("an array")),
        Status: row("statuses.*", Kind::Status),
        Methods: row("methods", Kind::List("an array")),
        Method: row("methods.*", Kind::Word("the name of an HTTP method")),
    }
}

/// How chance enters a backoff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Jitter {
    /// Anywhere from 0 to the backoff ("Exponential Backoff And Jitter", AWS 2015).
    #[default]
    Full,
    /// Half of the backoff, and anywhere in the other half.
    Equal,
    /// The backoff itself.
    None,
}

/// What one source (the caller, a profile) says.
#[derive(Clone, Debug)]
pub struct RetryLayer {
    numbers: [f64; DEFAULTS.len()],
    // An array replaces the one before it, so copies share theirs, and one that is still being told has only one owner.
    statuses: Option<Arc<Vec<u16>>>,
    methods: Option<Arc<Vec<String>>>,
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self { numbers: [UNSAID; DEFAULTS.len()], statuses: None, methods: None }
    }
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
    /// Longest server hint that is waited for, ms.
    pub max_retry_after: i64,
    /// The statuses to retry, where somebody said which; else the table in `classify`.
    pub statuses: Option<Arc<Vec<u16>>>,
    /// The methods to retry, where somebody said which.
    pub methods: Option<Arc<Vec<String>>>,
    /// Whether to retry a POST or PATCH that may have been processed.
    pub non_idempotent: bool,
    /// What retries may be spent per origin; `None`: any.
    pub budget: Option<BudgetRules>,
    /// Whether the caller has the last word.
    pub decides: bool,
}

impl RetryLayer {
    /// Takes one option; `path` starts below `retry`.
    ///
    /// # Errors
    /// What was expected there.
    pub fn set(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let read = value::read(TABLE, path, value)?;
        self.keep(read.place, read.number, read.text).map(|()| read.next).ok_or("an array before it")
    }

    /// Keeps an option that was checked, by its place in [`TABLE`]: its number, or its text. `None`: an element without its array.
    pub fn keep(&mut self, place: usize, number: f64, text: &str) -> Option<()> {
        match Place::ALL.get(place)? {
            Place::Statuses => self.statuses = Some(Arc::default()),
            // By way of an u32, since that cast is one instruction.
            Place::Status => Arc::get_mut(self.statuses.as_mut()?)?.push(number as u32 as u16),
            Place::Methods => self.methods = Some(Arc::default()),
            Place::Method => Arc::get_mut(self.methods.as_mut()?)?.push(text.into()),
            place => {
                if let Place::Budget = place {
                    // Options are merged one level deep: a budget replaces the one before it.
                    self.numbers.get_mut(Place::BudgetRatio as usize..)?.fill(UNSAID);
                }
                *self.numbers.get_mut(*place as usize)? = number;
            }
        }
        Some(())
    }

    /// What holds: this layer's word, else `profile`'s, else the defaults of the table. `None`: no retries. `max_wait`: the
    /// longest hint, where neither sets one, ms.
    pub fn over(&self, profile: &Self, max_wait: i64) -> Option<RetryRules> {
        let of = |place: Place| value::over(&DEFAULTS, &self.numbers, &profile.numbers, place as usize);
        if of(Place::On) < 1.0 {
            return None;
        }
        Some(RetryRules {
            max_attempts: of(Place::MaxAttempts) as u32,
            initial_delay: value::millis(of(Place::InitialDelay)),
            backoff_factor: of(Place::BackoffFactor),
            max_delay: of(Place::MaxDelay) as i64,
            jitter: match of(Place::Jitter) as u32 {
                0 => Jitter::Full,
                1 => Jitter::Equal,
                _ => Jitter::None,
            },
            max_retry_after: value::millis(of(Place::MaxRetryAfter)).unwrap_or(max_wait),
            statuses: self.statuses.as_ref().or(profile.statuses.as_ref()).cloned(),
            methods: self.methods.as_ref().or(profile.methods.as_ref()).cloned(),
            non_idempotent: of(Place::NonIdempotent) > 0.0,
            budget: if of(Place::Budget) < 1.0 {
                None
            } else {
                Some(BudgetRules {
                    ratio: of(Place::BudgetRatio),
                    min_per_window: of(Place::BudgetFloor) as u32,
                    window: of(Place::BudgetWindow) as i64,
                })
            },
            decides: !of(Place::Decide).is_nan(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::value::UNKNOWN;

    #[test]
    fn where_nobody_says_anything_the_defaults_hold() {
        let rules = RetryLayer::default().over(&RetryLayer::default(), 60_000);
        let expected = RetryRules {
            max_attempts: 4,
            initial_delay: None,
            backoff_factor: 2.0,
            max_delay: 20_000,
            jitter: Jitter::Full,
            max_retry_after: 60_000,
            statuses: None,
            methods: None,
            non_idempotent: false,
            budget: Some(BudgetRules { ratio: 0.2, min_per_window: 3, window: 10_000 }),
            decides: false,
        };
        assert_eq!(rules, Some(expected));
    }

    #[test]
    fn every_option_arrives() {
        let mut layer = RetryLayer::default();
        let leaves = [
            ("", Value::Object),
            ("maxAttempts", Value::Number(f64::INFINITY)),
            ("initialDelay", Value::Number(0.0)),
            ("backoffFactor", Value::Number(1.5)),
            ("maxDelay", Value::Number(f64::INFINITY)),
            ("jitter", Value::Text("equal")),
            ("maxRetryAfter", Value::Number(0.5)),
            ("retryNonIdempotent", Value::Flag(true)),
            ("decide", Value::Function),
            ("budget", Value::Flag(false)),
            ("statuses", Value::List(1)),
            ("statuses.0", Value::Number(599.0)),
            ("methods", Value::List(1)),
            ("methods.0", Value::Text("post")),
        ];
        for (path, value) in leaves {
            layer.set(path, value).unwrap();
        }
        let expected = RetryRules {
            max_attempts: u32::MAX,
            initial_delay: Some(0),
            backoff_factor: 1.5,
            max_delay: i64::MAX,
            jitter: Jitter::Equal,
            max_retry_after: 1,
            statuses: Some(Arc::new(alloc::vec![599])),
            methods: Some(Arc::new(alloc::vec!["post".into()])),
            non_idempotent: true,
            budget: None,
            decides: true,
        };
        assert_eq!(layer.over(&RetryLayer::default(), 60_000), Some(expected));
    }

    #[test]
    fn the_caller_comes_before_the_profile_and_the_profile_before_the_default() {
        let (mut caller, mut profile) = (RetryLayer::default(), RetryLayer::default());
        profile.set("maxAttempts", Value::Number(6.0)).unwrap();
        profile.set("initialDelay", Value::Number(1000.0)).unwrap();
        caller.set("maxAttempts", Value::Number(2.0)).unwrap();
        let rules = caller.over(&profile, 60_000).unwrap();
        assert_eq!((rules.max_attempts, rules.initial_delay, rules.max_delay), (2, Some(1000), 20_000));
    }

    #[test]
    fn retry_can_be_turned_off_and_on_again_by_the_nearer_layer() {
        let (mut caller, mut profile) = (RetryLayer::default(), RetryLayer::default());
        profile.set("", Value::Flag(false)).unwrap();
        assert_eq!(caller.over(&profile, 60_000), None);
        caller.set("", Value::Object).unwrap();
        assert!(caller.over(&profile, 60_000).is_some());
    }

    #[test]
    fn an_array_replaces_the_one_before_it() {
        let mut layer = RetryLayer::default();
        for status in [500.0, 503.0] {
            layer.set("statuses", Value::List(1)).unwrap();
            layer.set("statuses.0", Value::Number(status)).unwrap();
        }
        assert_eq!(layer.over(&RetryLayer::default(), 60_000).unwrap().statuses, Some(Arc::new(alloc::vec![503])));
    }

    #[test]
    fn an_array_of_a_copy_leaves_the_one_it_shared() {
        let mut layer = RetryLayer::default();
        layer.set("methods", Value::List(1)).unwrap();
        layer.set("methods.0", Value::Text("POST")).unwrap();
        let mut copy = layer.clone();
        assert!(copy.set("methods.1", Value::Text("PATCH")).is_err(), "the array comes first");
        copy.set("methods", Value::List(0)).unwrap();
        let methods = |layer: &RetryLayer| layer.over(&RetryLayer::default(), 60_000).unwrap().methods.unwrap().len();
        assert_eq!((methods(&layer), methods(&copy)), (1, 0));
    }

    #[test]
    fn a_budget_has_members_and_replaces_the_one_before_it() {
        let mut layer = RetryLayer::default();
        let mut say = |leaves: &[(&str, Value<'_>)]| {
            for (path, value) in leaves {
                layer.set(path, *value).unwrap();
            }
            layer.over(&RetryLayer::default(), 60_000).unwrap().budget
        };
        let first = say(&[("budget", Value::Object), ("budget.ratio", Value::Number(0.5))]);
        assert_eq!(first, Some(BudgetRules { ratio: 0.5, min_per_window: 3, window: 10_000 }));
        assert_eq!(say(&[("budget", Value::Flag(false))]), None);
        let last = say(&[
            ("budget", Value::Object),
            ("budget.minPerWindow", Value::Number(0.0)),
            ("budget.window", Value::Number(0.5)),
        ]);
        assert_eq!(last, Some(BudgetRules { ratio: 0.2, min_per_window: 0, window: 1 }));
    }

    #[test]
    fn a_bad_option_is_told_what_was_expected() {
        let rows = [
            ("maxAttempts", Value::Number(0.0), "a whole number of 1 or more, which counts the first send"),
            ("backoffFactor", Value::Number(0.5), "a number of 1 or more"),
            ("jitter", Value::Text("some"), "\"full\", \"equal\" or \"none\""),
            ("statuses", Value::Number(500.0), "an array"),
            ("statuses.0", Value::Number(200.0), "an HTTP status from 400 to 599"),
            ("maxAttemps", Value::Number(3.0), UNKNOWN),
            ("decide", Value::Flag(true), "a function"),
            ("budget", Value::Flag(true), "false or an object"),
            ("budget.ratio", Value::Number(1.5), "a number from 0 to 1"),
            ("budget.min", Value::Number(1.0), UNKNOWN),
        ];
        for (path, value, expected) in rows {
            assert_eq!(RetryLayer::default().set(path, value), Err(expected), "{path}");
        }
    }
}
