//! The options as a Rust caller writes them: structs whose members are the contract's, by their Rust names.
//!
//! The schema stands in [`crate::policy`], where each leaf is checked; this only says the leaves, under the same paths as a
//! shell does that walks an object of JavaScript's. So a bad value is told alike in both languages, and what these
//! structs cannot hold (callbacks, a host of one's own) is what the core does not decide about. `None` inherits.
//!
//! With the feature `serde` they read and write the contract's JSON: durations are milliseconds, `false` is [`Switch::Off`],
//! names are those of JavaScript, and a name that is none is an error.
//!
//! ```
//! use core::time::Duration;
//! use fetch_with_policy::options::{PolicyOptions, RetryOptions, Switch, TimeoutOptions};
//!
//! let mut options = PolicyOptions {
//!     retry: Some(RetryOptions { max_attempts: Some(6), ..Default::default() }.into()),
//!     timeout: Some(TimeoutOptions { total: Some(Duration::from_secs(30)), ..Default::default() }),
//!     ..Default::default()
//! };
//! let rules = options.policy()?.rules("api.example.com");
//! assert_eq!(rules.total_timeout, Some(30_000));
//!
//! options.retry = Some(RetryOptions { statuses: Some(vec![200]), ..Default::default() }.into());
//! let error = options.policy().unwrap_err();
//! assert_eq!((error.field.as_str(), error.expected), ("retry.statuses.0", "an HTTP status from 400 to 599"));
//!
//! options.retry = Some(Switch::Off);
//! assert_eq!(options.policy()?.rules("api.example.com").retry, None);
//! # Ok::<(), fetch_with_policy::syntax::value::OptionError>(())
//! ```

mod say;
#[cfg(feature = "serde")]
mod wire;

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::{fmt, time::Duration};

pub use crate::{rate_limit::options::Pacing, retry::options::Jitter, syntax::value::OptionError};

use crate::{
    options::say::{Say, Walk},
    policy::Policy,
    syntax::value::Value,
};

// A struct of options, and how its members are said. `with`: how a member is read and written by serde.
macro_rules! options {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $member:ident: $type:ty = $path:literal $(, with $with:literal)?;)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[cfg_attr(
            feature = "serde",
            derive(serde::Serialize, serde::Deserialize),
            serde(default, deny_unknown_fields)
        )]
        pub struct $name {
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "serde", serde(rename = $path, skip_serializing_if = "Option::is_none" $(, with = $with)?))]
                pub $member: Option<$type>,
            )*
        }

        impl Say for $name {
            fn say(&self, walk: &mut Walk) -> Result<(), OptionError> {
                walk.leaf(Value::Object)?;
                $(walk.member($path, self.$member.as_ref())?;)*
                Ok(())
            }
        }
    };
}

options! {
    /// What a policy is made of, and what may differ from call to call. Precedence: these, then the profile that the host
    /// matches, then the defaults.
    PolicyOptions {
        /// Known APIs: their hosts, and the quotas that no header tells. Default: none.
        profiles: Vec<Profile> = "profiles";
        /// Whether and when to send again. Default: as [`RetryOptions`] says.
        retry: Switch<RetryOptions> = "retry";
        /// Quotas and pacing. Default: as [`RateLimitOptions`] says.
        rate_limit: Switch<RateLimitOptions> = "rateLimit";
        /// Refuses calls to an origin that keeps failing. Default: off.
        circuit_breaker: Switch<CircuitBreakerOptions> = "circuitBreaker";
        /// Sends a slow safe request again beside the first send. Default: off.
        hedge: Switch<HedgeOptions> = "hedge";
        /// Default: no deadline.
        timeout: TimeoutOptions = "timeout";
        /// Higher goes first where calls wait for the same quota. Default: 0.
        priority: i32 = "priority";
        /// How many units the call takes of a quota. Default: one request.
        cost: Cost = "cost";
        /// Whether a request that is not idempotent is given an Idempotency-Key, so that it may be repeated. Default: off.
        idempotency_key: IdempotencyKey = "idempotencyKey";
        /// Whether an error status ends the call with an error. Default: false.
        throw_http_errors: bool = "throwHttpErrors";
    }
}

options! {
    /// See the members.
    TimeoutOptions {
        /// One send, until its headers. Default: none.
        attempt: Duration = "attempt", with "wire::millis";
        /// Everything, waits included. A wait that cannot fit is not begun. Default: none.
        total: Duration = "total", with "wire::millis";
    }
}

options! {
    /// See the members. [`Duration::MAX`] is for ever, and `u32::MAX` no limit.
    RetryOptions {
        /// Sends in all, the first one counted. Default: 4.
        max_attempts: u32 = "maxAttempts";
        /// First backoff. Default: 250 ms after a transient failure, 1 s after a 429 without a hint.
        initial_delay: Duration = "initialDelay", with "wire::millis";
        /// What each backoff is multiplied with to give the next. Default: 2.
        backoff_factor: f64 = "backoffFactor";
        /// Cap of one backoff, applied after the jitter. Default: 20 s.
        max_delay: Duration = "maxDelay", with "wire::millis";
        /// Default: [`Jitter::Full`].
        jitter: Jitter = "jitter";
        /// A server's hint over this is not waited for. Default: `max_wait` of [`RateLimitOptions`].
        max_retry_after: Duration = "maxRetryAfter", with "wire::millis";
        /// Default: those of [`crate::retry::classify`].
        statuses: Vec<u16> = "statuses";
        /// Default: the idempotent ones (RFC 9110, and QUERY).
        methods: Vec<String> = "methods";
        /// POST and PATCH on anything that may have been processed. Default: false.
        retry_non_idempotent: bool = "retryNonIdempotent";
        /// Retries as a share of sends per origin, with a floor. Default: a fifth, and 3 in 10 s.
        budget: Switch<BudgetOptions> = "budget";
    }
}

options! {
    /// See the members.
    BudgetOptions {
        /// From 0 to 1. Default: 0.2.
        ratio: f64 = "ratio";
        /// Default: 3.
        min_per_window: u32 = "minPerWindow";
        /// Default: 10 s.
        window: Duration = "window", with "wire::millis";
    }
}

options! {
    /// See the members.
    RateLimitOptions {
        /// Quotas known beforehand; others are learnt from headers.
        quotas: Vec<QuotaRule> = "quotas";
        /// Default: [`Pacing::Burst`].
        pacing: Pacing = "pacing";
        /// Sends at once per scope while nothing is known of its quota. Default: 6.
        probe: u32 = "probe";
        /// Sends at once per scope at any time. Default: no limit.
        max_concurrent: u32 = "maxConcurrent";
        /// How long a call may wait while nothing of its queue moves: before its first send it is refused at once where a quota or a
        /// server's word lets nobody go for longer. After it: all that its own responses ask for, by hints and resets alike. Default:
        /// 120 s, which also holds where rate limiting is off.
        max_wait: Duration = "maxWait", with "wire::millis";
        /// Most calls waiting per scope; one more is refused at once. Default: 100,000.
        max_queue: u32 = "maxQueue";
        /// Whether one send may try a window before its reset as it was reported, where the rounding costs 5 % of it or more, or
        /// the client's clock must be wrong. Default: true.
        early: bool = "early";
        /// Headers and query parameters that say whose a request is, beside those that
        /// [`counts`](crate::rate_limit::credentials::counts) knows.
        credentials: Vec<String> = "credentials";
        /// Paths such as `/channels/{id}`: each value of a part in braces has quotas of its own.
        buckets: Vec<String> = "buckets";
    }
}

options! {
    /// A quota known beforehand. `limit` and `window` must be there.
    QuotaRule {
        /// What it is called.
        name: String = "name";
        /// Units a window.
        limit: u32 = "limit";
        /// How long it is.
        window: Duration = "window", with "wire::millis";
        /// How the server counts. Default: [`Algorithm::Fixed`].
        algorithm: Algorithm = "algorithm";
        /// What is counted. Default: requests.
        unit: String = "unit";
    }
}

options! {
    /// `failure_ratio` of at least `minimum_calls` to a route within `window` opens its circuit for `open_for`; then one probe decides.
    CircuitBreakerOptions {
        /// Default: 0.5.
        failure_ratio: f64 = "failureRatio";
        /// Default: 10.
        minimum_calls: u32 = "minimumCalls";
        /// Default: 10 s.
        window: Duration = "window", with "wire::millis";
        /// Default: 5 s.
        open_for: Duration = "openFor", with "wire::millis";
    }
}

options! {
    /// `delay` must be there.
    HedgeOptions {
        /// After each send without an answer.
        delay: Duration = "delay", with "wire::millis";
        /// Default: 1.
        max_hedges: u32 = "maxHedges";
    }
}

options! {
    /// A known API. The explainer's catalogs are given to [`crate::explain::Catalogs::with`] instead.
    Profile {
        /// For people.
        name: String = "name";
        /// `api.example.com`, `*.example.com` or `localhost:8080`; one at least.
        hosts: Vec<String> = "hosts";
        /// What holds for its quotas.
        rate_limit: Switch<RateLimitOptions> = "rateLimit";
        /// What holds for retries.
        retry: Switch<RetryOptions> = "retry";
        /// Headers that the generic reader cannot know.
        dialects: Vec<HeaderDialect> = "dialects";
        /// It hides errors under a success: a bounded part of ok JSON bodies is looked at. Default: false.
        errors_under_200: bool = "errorsUnder200";
    }
}

options! {
    /// The headers of one quota, by name. One of `limit`, `remaining`, `used` and `reset` must be there.
    HeaderDialect {
        /// What the quota is called.
        name: String = "name";
        /// What is counted. Default: requests.
        unit: String = "unit";
        /// The header that tells units a window.
        limit: String = "limit";
        /// The header that tells units left.
        remaining: String = "remaining";
        /// The header that tells units used.
        used: String = "used";
        /// The header that tells when it resets.
        reset: String = "reset";
        /// `epoch-s`, `epoch-ms`, `delta-s`, `delta-ms`, `delta-min`, `date` or `duration`.
        reset_unit: String = "resetUnit";
        /// How long a window is.
        window: Duration = "window", with "wire::millis";
        /// The header that names the bucket.
        bucket: String = "bucket";
    }
}

/// Off, or on with options.
#[derive(Clone, Debug, PartialEq)]
pub enum Switch<T> {
    /// `false`
    Off,
    /// With these; what they leave open is as by default.
    On(T),
}

/// How many units a call takes.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
pub enum Cost {
    /// Of requests.
    Requests(u32),
    /// By unit: `requests`, `tokens`.
    Units(BTreeMap<String, u32>),
}

/// Where an idempotency key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "wire::Key", try_from = "wire::Key")
)]
pub enum IdempotencyKey {
    /// Where the caller sets none, there is none.
    Off,
    /// A UUID is made up.
    Auto,
}

/// How a server counts a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Algorithm {
    /// By windows that begin at fixed times.
    #[default]
    Fixed,
    /// By what was sent in the last window.
    Sliding,
    /// By a bucket that fills steadily.
    TokenBucket,
}

impl PolicyOptions {
    /// A policy of these over the defaults.
    ///
    /// # Errors
    /// The path of the first bad option, in the contract's names, and what was expected there.
    pub fn policy(&self) -> Result<Policy, OptionError> {
        self.over(Policy::default())
    }

    /// `policy` with these over it: merged one level deep, lists replace, and what is `None` stays as it was.
    ///
    /// # Errors
    /// As [`PolicyOptions::policy`].
    pub fn over(&self, policy: Policy) -> Result<Policy, OptionError> {
        let mut walk = Walk::new(policy);
        self.say(&mut walk)?;
        walk.end()
    }
}

impl<T> From<T> for Switch<T> {
    fn from(options: T) -> Self {
        Self::On(options)
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for OptionError {}
