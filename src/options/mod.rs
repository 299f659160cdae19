//! The options as Rust structs. Their fields are the options of the npm package, with Rust names.
//!
//! [`crate::policy`] has the schema and checks each value; these structs only pass the values on, under the same paths as the
//! npm package. So both languages report an invalid value in the same way. These structs leave out what the core does not
//! decide about (callbacks, a custom host). `None` inherits.
//!
//! With the feature `serde` they read and write the JSON of the npm package: durations are milliseconds, `false` is [`Switch::Off`],
//! names are those of JavaScript, and an unknown name is an error.
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
    /// The options of a policy or of one call. Precedence: these, then the profile that matches the host, then the
    /// defaults.
    PolicyOptions {
        /// Known APIs: their hosts, and the quotas that no header reports. Default: none.
        profiles: Vec<Profile> = "profiles";
        /// Whether and when to retry. Default: see [`RetryOptions`].
        retry: Switch<RetryOptions> = "retry";
        /// Quotas and pacing. Default: see [`RateLimitOptions`].
        rate_limit: Switch<RateLimitOptions> = "rateLimit";
        /// Rejects calls to an origin that keeps failing. Default: off.
        circuit_breaker: Switch<CircuitBreakerOptions> = "circuitBreaker";
        /// Sends a slow safe request a second time while the first is in flight. Default: off.
        hedge: Switch<HedgeOptions> = "hedge";
        /// Limits on the time of a send and of a call. Default: none.
        timeout: TimeoutOptions = "timeout";
        /// Calls with a higher priority go first when they wait for the same quota. Default: 0.
        priority: i32 = "priority";
        /// The units of a quota that the call consumes. Default: one request.
        cost: Cost = "cost";
        /// Whether a request that is not idempotent gets an Idempotency-Key, so that it may be repeated. Default: off.
        idempotency_key: IdempotencyKey = "idempotencyKey";
        /// Whether an error status ends the call with an error. Default: false.
        throw_http_errors: bool = "throwHttpErrors";
    }
}

options! {
    /// See the members.
    TimeoutOptions {
        /// The longest time of one send, until its headers arrive. Default: none.
        attempt: Duration = "attempt", with "wire::millis";
        /// The longest time of the whole call, waits included. A wait that does not fit is not started. Default: none.
        total: Duration = "total", with "wire::millis";
    }
}

options! {
    /// Options for retries. [`Duration::MAX`] means forever, and `u32::MAX` no limit.
    RetryOptions {
        /// The most sends, including the first. Default: 4.
        max_attempts: u32 = "maxAttempts";
        /// The first backoff. Default: 250 ms after a transient failure, 1 s after a 429 without Retry-After or a reset.
        initial_delay: Duration = "initialDelay", with "wire::millis";
        /// The factor from one backoff to the next. Default: 2.
        backoff_factor: f64 = "backoffFactor";
        /// The longest backoff, applied after the jitter. Default: 20 s.
        max_delay: Duration = "maxDelay", with "wire::millis";
        /// How a backoff is randomized. Default: [`Jitter::Full`].
        jitter: Jitter = "jitter";
        /// The longest wait that a server may ask for; the call gives up on a longer one. Default: `max_wait` of [`RateLimitOptions`].
        max_retry_after: Duration = "maxRetryAfter", with "wire::millis";
        /// The statuses to retry. Default: those of [`crate::retry::classify`].
        statuses: Vec<u16> = "statuses";
        /// The methods to retry. Default: the idempotent ones (RFC 9110, and QUERY).
        methods: Vec<String> = "methods";
        /// Whether to retry POST and PATCH even if the server may have processed the request. Default: false.
        retry_non_idempotent: bool = "retryNonIdempotent";
        /// The most retries as a share of the sends to an origin, with a minimum. Default: 0.2, and 3 in 10 s.
        budget: Switch<BudgetOptions> = "budget";
    }
}

options! {
    /// See the members.
    BudgetOptions {
        /// The share, from 0 to 1. Default: 0.2.
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
        /// Quotas known in advance. Others are learned from headers.
        quotas: Vec<QuotaRule> = "quotas";
        /// How sends are spread over a window. Default: [`Pacing::Burst`].
        pacing: Pacing = "pacing";
        /// The most concurrent sends per scope while its quota is unknown. Default: 6.
        probe: u32 = "probe";
        /// The most concurrent sends per scope at any time. Default: no limit.
        max_concurrent: u32 = "maxConcurrent";
        /// How long a call may wait while its queue does not move. Before its first send, a call is rejected immediately if a quota or
        /// a server's hint blocks its queue for longer. After that: the total wait that its own responses ask for, by hints and resets.
        /// Default: 120 s, which also applies while rate limiting is off.
        max_wait: Duration = "maxWait", with "wire::millis";
        /// The most calls that may wait per scope; further calls are rejected immediately. Default: 100,000.
        max_queue: u32 = "maxQueue";
        /// Whether one send may try a window before its reported reset, if rounding costs 5 % of the window or more, or if
        /// the client's clock must be wrong. Default: true.
        early: bool = "early";
        /// Headers and query parameters that identify the account of a request, in addition to those that
        /// [`counts`](crate::rate_limit::credentials::counts) knows.
        credentials: Vec<String> = "credentials";
        /// Paths such as `/channels/{id}`: each value of a part in braces has its own quotas.
        buckets: Vec<String> = "buckets";
    }
}

options! {
    /// A quota known in advance. `limit` and `window` are required.
    QuotaRule {
        /// The name of the quota.
        name: String = "name";
        /// Units per window.
        limit: u32 = "limit";
        /// The length of the window.
        window: Duration = "window", with "wire::millis";
        /// How the server counts. Default: [`Algorithm::Fixed`].
        algorithm: Algorithm = "algorithm";
        /// The unit that is counted. Default: requests.
        unit: String = "unit";
    }
}

options! {
    /// If `failure_ratio` of at least `minimum_calls` to a route fail within `window`, its circuit opens for `open_for`; then one probe decides.
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
    /// Options for hedging. `delay` is required.
    HedgeOptions {
        /// The time after each send without a response.
        delay: Duration = "delay", with "wire::millis";
        /// Default: 1.
        max_hedges: u32 = "maxHedges";
    }
}

options! {
    /// A known API. Pass catalogs for the explainer to [`crate::explain::Catalogs::with`] instead.
    Profile {
        /// The name, for display.
        name: String = "name";
        /// `api.example.com`, `*.example.com` or `localhost:8080`; at least one.
        hosts: Vec<String> = "hosts";
        /// Options for its quotas.
        rate_limit: Switch<RateLimitOptions> = "rateLimit";
        /// Options for its retries.
        retry: Switch<RetryOptions> = "retry";
        /// Rate-limit headers with names that the generic reader does not know.
        dialects: Vec<HeaderDialect> = "dialects";
        /// Whether the API sends errors with a status of success: then a bounded part of each ok JSON body is read. Default: false.
        errors_under_200: bool = "errorsUnder200";
    }
}

options! {
    /// The headers of one quota, by name. At least one of `limit`, `remaining`, `used` and `reset` is required.
    HeaderDialect {
        /// The name of the quota.
        name: String = "name";
        /// The unit that is counted. Default: requests.
        unit: String = "unit";
        /// The header with the units per window.
        limit: String = "limit";
        /// The header with the units left.
        remaining: String = "remaining";
        /// The header with the units used.
        used: String = "used";
        /// The header with the reset.
        reset: String = "reset";
        /// `epoch-s`, `epoch-ms`, `delta-s`, `delta-ms`, `delta-min`, `date` or `duration`.
        reset_unit: String = "resetUnit";
        /// The length of a window.
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
    /// On with these options; those left out have their defaults.
    On(T),
}

/// The units that a call consumes.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
pub enum Cost {
    /// A number of requests.
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
    /// No key, unless the caller sets one.
    Off,
    /// A random UUID.
    Auto,
}

/// How a server counts a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Algorithm {
    /// In windows that start at fixed times.
    #[default]
    Fixed,
    /// The sends within the last window up to now.
    Sliding,
    /// A bucket that refills at a steady rate.
    TokenBucket,
}

impl PolicyOptions {
    /// Returns a policy with these options over the defaults.
    ///
    /// # Errors
    /// The path of the first invalid option, with the names of the npm package, and what was expected there.
    pub fn policy(&self) -> Result<Policy, OptionError> {
        self.over(Policy::default())
    }

    /// Returns `policy` with these options over it: merged one level deep; lists replace lists, and `None` changes nothing.
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
