//! Combines options into rules: the caller's options first, then those of the profile that matches the host, then the defaults.

use crate::shared::Arc;
use alloc::{string::String, vec::Vec};
use core::cell::RefCell;

use schema::{DEFAULTS, Place};

use crate::{
    hints::limits::{self, Limits},
    rate_limit::{
        options::{RateLayer, RateRules},
        read::dialect::Dialects,
    },
    retry::{
        circuit::CircuitRules,
        options::{RetryLayer, RetryRules},
    },
    syntax::{
        value::{self, UNSAID},
        words,
    },
};

mod schema;
mod similar;

/// The options of one source.
#[derive(Clone, Debug, Default)]
struct Layer {
    retry: RetryLayer,
    rate_limit: RateLayer,
}

#[derive(Debug, Default)]
struct Profile {
    hosts: Vec<String>,
    dialects: Dialects,
    errors_under_200: bool,
    limits: Limits,
    layer: Layer,
}

/// A caller's options, checked. Set one value at a time, then call `check`.
#[derive(Debug)]
pub struct Policy {
    caller: Layer,
    numbers: [f64; DEFAULTS.len()],
    // What a call takes of other units than requests.
    costs: Vec<(String, u64)>,
    // An array replaces the one before it, so copies share theirs, and one that is still being told has only one owner.
    profiles: Arc<Vec<Profile>>,
    // By profile, the last place for none: composed at the first call that matches it.
    composed: RefCell<Vec<Option<Arc<Rules>>>>,
}

/// When an attempt is sent again while it has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeRules {
    /// The time after each send, in ms.
    pub delay: i64,
    /// The most extra sends.
    pub most: u32,
}

/// The rules of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// `None`: never retried.
    pub retry: Option<RetryRules>,
    /// `None`: sent immediately.
    pub rate_limit: Option<Arc<RateRules>>,
    /// `None`: never rejected because of failures.
    pub circuit: Option<CircuitRules>,
    /// `None`: an attempt is one send.
    pub hedge: Option<HedgeRules>,
    /// How long servers may hold one call in total, by hints and resets, in ms: `rateLimit.maxWait`, or `retry.maxRetryAfter`
    /// if that is set and longer.
    pub max_held: i64,
    /// Headers that the host's profile names.
    pub dialects: Dialects,
    /// Whether the host's profile says that a response with a status of success may be an error.
    pub errors_under_200: bool,
    /// What a rate-limit response looks like, from the host's profile.
    limits: Limits,
    /// The longest time of one send until its headers arrive, in ms.
    pub attempt_timeout: Option<i64>,
    /// The longest time of the whole call, waits included, in ms.
    pub total_timeout: Option<i64>,
    /// Higher goes first.
    pub priority: i32,
    /// The number of requests that the call counts as.
    pub cost: u32,
    /// Whether an error status is thrown.
    pub throw_http_errors: bool,
    /// Whether a request that is not idempotent gets an idempotency key.
    pub idempotency_auto: bool,
}

impl Rules {
    /// What a rate-limit response with `status` looks like, from the host's profile. For a success, only if errors may have that status.
    pub fn limits(&self, status: u16) -> &Limits {
        if status >= 400 || self.errors_under_200 { &self.limits } else { &limits::NONE }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            caller: Layer::default(),
            numbers: [UNSAID; DEFAULTS.len()],
            costs: Vec::new(),
            profiles: Arc::default(),
            composed: RefCell::default(),
        }
    }
}

impl Clone for Policy {
    // A copy is made to say more to it, so what was composed would not hold for it.
    fn clone(&self) -> Self {
        Self {
            caller: self.caller.clone(),
            numbers: self.numbers,
            costs: self.costs.clone(),
            profiles: Arc::clone(&self.profiles),
            composed: RefCell::default(),
        }
    }
}

impl Policy {
    /// Stores a checked option by its index in [`schema`]: its number, or its text. Returns false for an element without its array.
    pub fn keep(&mut self, place: usize, number: f64, text: &str) -> bool {
        self.composed.get_mut().clear();
        self.keep_at(place, number, text).is_some()
    }

    fn keep_at(&mut self, place: usize, number: f64, text: &str) -> Option<()> {
        let Some(own) = Place::ALL.get(place) else {
            return match schema::below(place) {
                (place, false) => self.caller.keep(place, number, text),
                (place, true) => self.profile()?.keep(place, number, text),
            };
        };
        match own {
            Place::Cost => {
                self.costs.clear();
                // By unit: the number is among the members.
                if number > 0.0 {
                    *self.numbers.get_mut(place)? = number;
                }
            }
            Place::CostRequests => *self.numbers.get_mut(Place::Cost as usize)? = number,
            Place::CostUnit => self.costs.push((text.into(), number as u64)),
            Place::Profiles => self.profiles = Arc::default(),
            Place::Profile => Arc::get_mut(&mut self.profiles)?.push(Profile::default()),
            Place::Host => self.profile()?.hosts.push(text.to_ascii_lowercase()),
            Place::Catalog => self.profile()?.limits = Limits::new(text),
            Place::ErrorsUnder200 => self.profile()?.errors_under_200 = number > 0.0,
            _ => {
                if let Some(kept) = self.numbers.get_mut(place) {
                    *kept = number;
                }
            }
        }
        Some(())
    }

    // A member follows its object, so it is the last one's.
    fn profile(&mut self) -> Option<&mut Profile> {
        Arc::get_mut(&mut self.profiles)?.last_mut()
    }

    /// The rules for a call to `host` (`api.example.com`, `localhost:8080`).
    pub fn rules(&self, host: &str) -> Arc<Rules> {
        let index = self.profiles.iter().position(|profile| profile.is_of(host)).unwrap_or(self.profiles.len());
        let compose = || Arc::new(self.compose(self.profiles.get(index)));
        // Nobody else holds it: `compose` does not come back here.
        let Ok(mut composed) = self.composed.try_borrow_mut() else { return compose() };
        while composed.len() <= index {
            composed.push(None);
        }
        composed.get_mut(index).map_or_else(compose, |rules| Arc::clone(rules.get_or_insert_with(compose)))
    }

    /// The same for a call whose `fetch` is another policy: that policy retries, this one does not.
    pub fn relayed(&self, host: &str) -> Arc<Rules> {
        let profile = self.profiles.iter().find(|profile| profile.is_of(host));
        Arc::new(Rules { retry: None, ..self.compose(profile) })
    }

    /// The names of the headers that profiles need (those of their dialects, and the type of a body to read), one per line.
    /// A shell passes them on for every response.
    pub fn dialects(&self) -> String {
        let mut names = String::new();
        for profile in self.profiles.iter() {
            let kind = profile.errors_under_200.then_some("content-type");
            for header in profile.dialects.headers().chain(kind) {
                names.push_str(header);
                names.push_str("\n");
            }
        }
        names
    }

    fn compose(&self, of_host: Option<&Profile>) -> Rules {
        // Without one, what the caller does not say its own layer does not say either.
        let profile = of_host.map_or(&self.caller, |profile| &profile.layer);
        let of = |place: Place| value::over(&DEFAULTS, &self.numbers, &[], place as usize);
        let max_wait = self.caller.rate_limit.max_wait(&profile.rate_limit);
        let retry = self.caller.retry.over(&profile.retry, max_wait);
        Rules {
            max_held: retry.as_ref().map_or(max_wait, |retry| max_wait.max(retry.max_retry_after)),
            retry,
            rate_limit: (self.caller.rate_limit.over(&profile.rate_limit))
                .map(|rate| Arc::new(RateRules { costs: self.costs.clone(), ..rate })),
            circuit: (of(Place::Circuit) > 0.0).then(|| CircuitRules {
                failure_ratio: of(Place::FailureRatio),
                minimum_calls: of(Place::MinimumCalls) as u32,
                window: of(Place::CircuitWindow) as i64,
                open_for: of(Place::OpenFor) as i64,
            }),
            hedge: (of(Place::Hedge) > 0.0)
                .then(|| HedgeRules { delay: of(Place::HedgeDelay) as i64, most: of(Place::MaxHedges) as u32 }),
            dialects: of_host.map(|profile| profile.dialects.clone()).unwrap_or_default(),
            errors_under_200: of_host.is_some_and(|profile| profile.errors_under_200),
            limits: of_host.map(|profile| profile.limits.clone()).unwrap_or_default(),
            attempt_timeout: value::millis(of(Place::AttemptTimeout)),
            total_timeout: value::millis(of(Place::TotalTimeout)),
            priority: of(Place::Priority) as i32,
            cost: of(Place::Cost) as u32,
            throw_http_errors: of(Place::ThrowHttpErrors) > 0.0,
            idempotency_auto: of(Place::IdempotencyKey) as u32 == 1,
        }
    }
}

impl Profile {
    fn keep(&mut self, place: usize, number: f64, text: &str) -> Option<()> {
        if let Some(member) = schema::of_dialect(place) {
            self.dialects.keep(member, number, text);
            return Some(());
        }
        self.layer.keep(place, number, text)
    }

    fn is_of(&self, host: &str) -> bool {
        let bare = words::halves(host, b':').0;
        self.hosts.iter().any(|known| match known.strip_prefix('*') {
            Some(tail) => bare.len() > tail.len() && bare.ends_with(tail),
            None => host.strip_prefix(known.as_str()).is_some_and(|port| port.is_empty() || port.starts_with(':')),
        })
    }
}

impl Layer {
    fn keep(&mut self, place: usize, number: f64, text: &str) -> Option<()> {
        match place.checked_sub(schema::RATE_LIMIT) {
            None => self.retry.keep(place - schema::RETRY, number, text),
            Some(place) => self.rate_limit.keep(place, number, text),
        }
    }
}

#[cfg(test)]
mod tests;
