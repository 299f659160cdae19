//! Composes what the wings' options say: the caller's word first, then the profile's that the host matches, then the defaults.

use alloc::{rc::Rc, string::String, vec::Vec};
use core::cell::RefCell;

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
        number,
        value::{self, Checked, Kind, Next, OptionError, Row, UNSAID, Value, row, table},
        words,
    },
};

table! {
    /// The options of neither wing. Only a caller says them.
    TABLE by Place {
        AttemptTimeout: row("timeout.attempt", Kind::Period),
        TotalTimeout: row("timeout.total", Kind::Period),
        Priority: Row { name: "priority", kind: Kind::Order, default: 0.0 },
        Cost: Row { name: "cost", kind: Kind::Cost, default: 1.0 },
        ThrowHttpErrors: Row { name: "throwHttpErrors", kind: Kind::Flag, default: 0.0 },
        IdempotencyKey: Row { name: "idempotencyKey", kind: Kind::Key, default: 0.0 },
        CostRequests: row("cost.requests", Kind::Count),
        Circuit: Row { name: "circuitBreaker", kind: Kind::Switch, default: 0.0 },
        // Polly and resilience4j open at half; the rest is between theirs.
        FailureRatio: Row { name: "circuitBreaker.failureRatio", kind: Kind::Share, default: 0.5 },
        MinimumCalls: Row { name: "circuitBreaker.minimumCalls", kind: Kind::Count, default: 10.0 },
        CircuitWindow: Row { name: "circuitBreaker.window", kind: Kind::Period, default: 10_000.0 },
        OpenFor: Row { name: "circuitBreaker.openFor", kind: Kind::Period, default: 5000.0 },
        Hedge: Row { name: "hedge", kind: Kind::Switch, default: 0.0 },
        HedgeDelay: row(HEDGE_DELAY, Kind::Delay),
        // One more is most of the gain (Dean and Barroso).
        MaxHedges: Row { name: "hedge.maxHedges", kind: Kind::Few, default: 1.0 },
    }
    rest [
        row("", Kind::Object),
        row("timeout", Kind::Object),
        // The shell keeps these.
        row("onEvent", Kind::Function),
        row("userTiming", Kind::Flag),
        row("prepare", Kind::Function),
        row("fetch", Kind::Function),
        row("body", Kind::Function),
        row("host", Kind::Kept),
        row("explainer", Kind::Kept),
        // The shell's too: where it counts, this code is not to be had.
        row("unavailable", Kind::Choice("\"throw\" or \"bypass\"")),
        row("coordinator", Kind::Unknown("undefined: quotas shared beyond one realm are not in this version")),
    ]
}

/// The one that has no default: what is slow depends on the server.
const HEDGE_DELAY: &str = "hedge.delay";

/// A profile's own options, beside the wings'.
const PROFILE: [Row; 4] = [
    row("hosts", Kind::List("an array of hosts")),
    row("name", Kind::Text),
    // The explainer's; a shell gives the lines that the policy goes by.
    row("catalog", Kind::Kept),
    row("dialects", Kind::List("an array of header dialects")),
];

const HOST: Kind = Kind::Word("a host: \"api.example.com\", \"*.example.com\" or \"localhost:8080\"");

/// What one source says to the wings.
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

/// A caller's options as they were given, checked. Set one leaf at a time, then `check`.
#[derive(Debug)]
pub struct Policy {
    caller: Layer,
    numbers: [f64; TABLE.len()],
    // What a call takes of other units than requests.
    costs: Vec<(String, u64)>,
    // An array replaces the one before it, so copies share theirs, and one that is still being told has only one owner.
    profiles: Rc<Vec<Profile>>,
    // By profile, the last place for none: composed at the first call that matches it.
    composed: RefCell<Vec<Option<Rc<Rules>>>>,
}

/// When an attempt is sent again while it has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeRules {
    /// After each send, ms.
    pub delay: i64,
    /// So often.
    pub most: u32,
}

/// What holds for one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// `None`: never sent again.
    pub retry: Option<RetryRules>,
    /// `None`: sent at once.
    pub rate_limit: Option<Rc<RateRules>>,
    /// `None`: never refused for failures.
    pub circuit: Option<CircuitRules>,
    /// `None`: an attempt is one send.
    pub hedge: Option<HedgeRules>,
    /// How long servers may hold one call in all, by hints and resets alike, ms: `rateLimit.maxWait`, or `retry.maxRetryAfter`
    /// where that is set and longer.
    pub max_held: i64,
    /// Headers that the host's profile names.
    pub dialects: Dialects,
    /// Whether a success may be an error by its body, as the host's profile says.
    pub errors_under_200: bool,
    /// What the host's profile says a limit looks like.
    limits: Limits,
    /// One send, until its headers, ms.
    pub attempt_timeout: Option<i64>,
    /// Everything, waits included, ms.
    pub total_timeout: Option<i64>,
    /// Higher goes first.
    pub priority: i32,
    /// Requests that the call counts as.
    pub cost: u32,
    /// Whether an error status is thrown.
    pub throw_http_errors: bool,
    /// Whether a request that is not idempotent is given a key.
    pub idempotency_auto: bool,
}

impl Rules {
    /// What the host's profile says a limit looks like in an answer of `status`: of a success only where errors may hide there.
    pub fn limits(&self, status: u16) -> &Limits {
        if status >= 400 || self.errors_under_200 { &self.limits } else { &limits::NONE }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            caller: Layer::default(),
            numbers: [UNSAID; TABLE.len()],
            costs: Vec::new(),
            profiles: Rc::default(),
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
            profiles: Rc::clone(&self.profiles),
            composed: RefCell::default(),
        }
    }
}

impl Policy {
    /// Takes one option under its path: `retry.maxAttempts`, `profiles.0.hosts.1`.
    ///
    /// # Errors
    /// Its path, and what was expected there.
    pub fn set(&mut self, path: &str, value: Value<'_>) -> Result<Next, OptionError> {
        self.composed.get_mut().clear();
        self.set_at(path, value).map_err(|expected| OptionError { field: path.into(), expected })
    }

    fn set_at(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let (head, rest) = words::halves(path, b'.');
        match (head, rest) {
            ("profiles", "") => {
                self.profiles = Rc::default();
                return Kind::List("an array of profiles").read(value).map(|(_, next)| next);
            }
            ("profiles", _) => return self.set_profile(rest, value),
            ("cost", "") => self.costs.clear(),
            ("cost", "requests") => {}
            ("cost", unit) => {
                let (units, next) = Kind::Size.read(value)?;
                self.costs.push((unit.into(), units as u64));
                return Ok(next);
            }
            _ => {}
        }
        if let Some(taken) = self.caller.set(head, rest, value) {
            return taken;
        }
        let (index, next) = value::set(TABLE, &mut self.numbers, path, value)?;
        if index == Place::CostRequests as usize {
            self.numbers[Place::Cost as usize] = self.numbers[Place::CostRequests as usize];
        }
        Ok(next)
    }

    fn set_profile(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let profiles = Rc::get_mut(&mut self.profiles).ok_or("an array of profiles before it")?;
        let (_, member) = words::halves(path, b'.');
        if member.is_empty() {
            profiles.push(Profile::default());
            return Kind::Object.read(value).map(|(_, next)| next);
        }
        // A member follows its object, so there is a last one.
        profiles.last_mut().ok_or("an object")?.set(member, value)
    }

    /// What only the whole can tell: members that are missing.
    ///
    /// # Errors
    /// The path of the first, and what was expected there.
    pub fn check(&self) -> Result<(), OptionError> {
        let mut field = String::from("rateLimit.");
        let mut missing = self.caller.rate_limit.missing(&mut field);
        let said = |place: Place| value::over(TABLE, &self.numbers, &[], place as usize);
        if missing.is_none() && said(Place::Hedge) > 0.0 && said(Place::HedgeDelay).is_nan() {
            field.clear();
            field.push_str(HEDGE_DELAY);
            missing = Some(Kind::Delay.expected());
        }
        for (index, profile) in self.profiles.iter().enumerate() {
            if missing.is_some() {
                break;
            }
            field.clear();
            field.push_str("profiles.");
            number::push(&mut field, index as u64);
            if profile.hosts.is_empty() {
                field.push_str(".hosts");
                missing = Some("an array of one host or more");
            } else if let Some(at) = profile.dialects.mute() {
                field.push_str(".dialects.");
                number::push(&mut field, at as u64);
                missing = Some("one of limit, remaining, used and reset");
            } else {
                field.push_str(".rateLimit.");
                missing = profile.layer.rate_limit.missing(&mut field);
            }
        }
        missing.map_or(Ok(()), |expected| Err(OptionError { field, expected }))
    }

    /// What holds for a call to `host` (`api.example.com`, `localhost:8080`).
    pub fn rules(&self, host: &str) -> Rc<Rules> {
        let index = self.profiles.iter().position(|profile| profile.is_of(host)).unwrap_or(self.profiles.len());
        let compose = || Rc::new(self.compose(self.profiles.get(index)));
        // Nobody else holds it: `compose` does not come back here.
        let Ok(mut composed) = self.composed.try_borrow_mut() else { return compose() };
        while composed.len() <= index {
            composed.push(None);
        }
        composed.get_mut(index).map_or_else(compose, |rules| Rc::clone(rules.get_or_insert_with(compose)))
    }

    /// The same where a policy of its own sends again: this one does not.
    pub fn relayed(&self, host: &str) -> Rc<Rules> {
        let profile = self.profiles.iter().find(|profile| profile.is_of(host));
        Rc::new(Rules { retry: None, ..self.compose(profile) })
    }

    /// The names of the headers that profiles ask for (their dialects', and the type of a body that is looked at), one a line:
    /// of any answer they are wanted too.
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
        let of = |place: Place| value::over(TABLE, &self.numbers, &[], place as usize);
        let max_wait = self.caller.rate_limit.max_wait(&profile.rate_limit);
        let retry = self.caller.retry.over(&profile.retry, max_wait);
        Rules {
            max_held: retry.as_ref().map_or(max_wait, |retry| max_wait.max(retry.max_retry_after)),
            retry,
            rate_limit: (self.caller.rate_limit.over(&profile.rate_limit))
                .map(|rate| Rc::new(RateRules { costs: self.costs.clone(), ..rate })),
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
            idempotency_auto: of(Place::IdempotencyKey) > 0.0,
        }
    }
}

impl Profile {
    fn set(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let (head, rest) = words::halves(path, b'.');
        if head == "hosts" && !rest.is_empty() {
            let (_, next) = HOST.read(value)?;
            if let Value::Text(host) = value {
                self.hosts.push(host.to_ascii_lowercase());
            }
            return Ok(next);
        }
        if path == "errorsUnder200" {
            let (flag, next) = Kind::Flag.read(value)?;
            self.errors_under_200 = flag > 0.0;
            return Ok(next);
        }
        if let ("catalog", Value::Text(lines)) = (path, value) {
            self.limits = Limits::new(lines);
            return Kind::Text.read(value).map(|(_, next)| next);
        }
        if head == "dialects" {
            let (_, member) = words::halves(rest, b'.');
            if !member.is_empty() {
                return self.dialects.set(member, value);
            }
            if !rest.is_empty() {
                self.dialects.begin();
                return Kind::Object.read(value).map(|(_, next)| next);
            }
        }
        if let Some(taken) = self.layer.set(head, rest, value) {
            return taken;
        }
        value::set(&PROFILE, &mut [], path, value).map(|(_, next)| next)
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
    // `None`: neither wing's.
    fn set(&mut self, head: &str, rest: &str, value: Value<'_>) -> Option<Checked<Next>> {
        match head {
            "retry" => Some(self.retry.set(rest, value)),
            "rateLimit" => Some(self.rate_limit.set(rest, value)),
            _ => None,
        }
    }
}

mod similar;

#[cfg(test)]
mod tests;
