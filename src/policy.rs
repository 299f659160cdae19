//! Composes what the wings' options say: the caller's word first, then the profile's that the host matches, then the defaults.

use alloc::{rc::Rc, string::String, vec::Vec};
use core::cell::RefCell;

use crate::{
    rate_limit::options::{RateLayer, RateRules},
    retry::options::{RetryLayer, RetryRules},
    syntax::value::{Checked, Next, OptionError, Value},
};

/// What one source says of a call.
#[derive(Clone, Debug, Default, PartialEq)]
struct Layer {
    retry: RetryLayer,
    rate_limit: RateLayer,
    attempt_timeout: Option<i64>,
    total_timeout: Option<i64>,
    priority: Option<i32>,
    cost: Option<u32>,
    throw_http_errors: Option<bool>,
    idempotency_auto: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Profile {
    hosts: Vec<String>,
    layer: Layer,
}

/// A caller's options as they were given, checked. Set one leaf at a time, then `check`.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    caller: Layer,
    profiles: Rc<Vec<Profile>>,
    // By profile, the last place for none: composed at the first call that matches it.
    composed: RefCell<Vec<Option<Rc<Rules>>>>,
}

/// What holds for one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// `None`: never sent again.
    pub retry: Option<RetryRules>,
    /// `None`: sent at once.
    pub rate_limit: Option<Rc<RateRules>>,
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
        match path {
            "" => return value.object(),
            "profiles" => {
                let Value::List(_) = value else { return Err("an array of profiles") };
                self.profiles = Rc::default();
                return Ok(Next::Walk);
            }
            // The shell keeps these.
            "onEvent" | "prepare" | "fetch" | "body" => return value.function(),
            "host" => return value.object().map(|_| Next::Leave),
            "coordinator" => return Err("undefined: quotas shared beyond one realm are not in this version"),
            "circuitBreaker" if value != Value::Flag(false) => {
                return Err("false: circuit breakers are not in this version");
            }
            "hedge" if value != Value::Flag(false) => return Err("false: hedging is not in this version"),
            "circuitBreaker" | "hedge" => return Ok(Next::Leave),
            _ => {}
        }
        match path.strip_prefix("profiles.").map(|rest| rest.split_once('.').map_or("", |(_, member)| member)) {
            Some("") => {
                value.object()?;
                Rc::make_mut(&mut self.profiles).push(Profile::default());
                Ok(Next::Walk)
            }
            // A member follows its object, so there is a last one.
            Some(member) => Rc::make_mut(&mut self.profiles).last_mut().ok_or("an object")?.set(member, value),
            None => self.caller.set(path, value),
        }
    }

    /// What only the whole can tell: members that are missing.
    ///
    /// # Errors
    /// The path of the first, and what was expected there.
    pub fn check(&self) -> Result<(), OptionError> {
        let missing = |prefix: &str, layer: &Layer| {
            layer.rate_limit.missing().map(|(path, expected)| {
                let mut field = String::from(prefix);
                field.push_str("rateLimit.");
                field.push_str(&path);
                OptionError { field, expected }
            })
        };
        let of_profile = |(index, profile): (usize, &Profile)| {
            let mut prefix = String::from("profiles.");
            crate::syntax::number::push(&mut prefix, index as u64);
            prefix.push('.');
            if profile.hosts.is_empty() {
                prefix.push_str("hosts");
                return Some(OptionError { field: prefix, expected: "an array of one host or more" });
            }
            missing(&prefix, &profile.layer)
        };
        let error = missing("", &self.caller).or_else(|| self.profiles.iter().enumerate().find_map(of_profile));
        error.map_or(Ok(()), Err)
    }

    /// What holds for a call to `host` (`api.example.com`, `localhost:8080`).
    pub fn rules(&self, host: &str) -> Rc<Rules> {
        let index = self.profiles.iter().position(|profile| profile.is_of(host)).unwrap_or(self.profiles.len());
        let mut composed = self.composed.borrow_mut();
        composed.resize(self.profiles.len() + 1, None);
        let none = Layer::default();
        let compose = || Rc::new(self.caller.over(self.profiles.get(index).map_or(&none, |profile| &profile.layer)));
        // `resize` made the place.
        composed.get_mut(index).map_or_else(compose, |rules| Rc::clone(rules.get_or_insert_with(compose)))
    }
}

impl Profile {
    fn set(&mut self, member: &str, value: Value<'_>) -> Checked<Next> {
        match member {
            "name" => matches!(value, Value::Text(_)).then_some(Next::Leave).ok_or("a string"),
            "hosts" => matches!(value, Value::List(_)).then_some(Next::Walk).ok_or("an array of hosts"),
            // The explainer's.
            "catalog" => value.object().map(|_| Next::Leave),
            "dialects" => Err("undefined: own header dialects are not in this version"),
            "errorsUnder200" if value == Value::Flag(false) => Ok(Next::Leave),
            "errorsUnder200" => Err("false: errors under 200 are not in this version"),
            _ if member.starts_with("hosts.") => match value {
                Value::Text(host) if !host.is_empty() && !host.contains('/') => {
                    self.hosts.push(host.to_ascii_lowercase());
                    Ok(Next::Leave)
                }
                _ => Err("a host: \"api.example.com\", \"*.example.com\" or \"localhost:8080\""),
            },
            _ if member == "retry" || member.starts_with("retry.") || member.starts_with("rateLimit") => {
                self.layer.set(member, value)
            }
            _ => Err("no such member of a profile"),
        }
    }

    fn is_of(&self, host: &str) -> bool {
        let bare = host.rsplit_once(':').map_or(host, |(name, _)| name);
        self.hosts.iter().any(|known| match known.strip_prefix('*') {
            Some(tail) => bare.len() > tail.len() && bare.ends_with(tail),
            None => known == host || known == bare,
        })
    }
}

impl Layer {
    fn set(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        match path {
            "retry" => return self.retry.set("", value),
            "rateLimit" => return self.rate_limit.set("", value),
            "timeout" => return value.object(),
            "timeout.attempt" => self.attempt_timeout = Some(value.positive_millis()?),
            "timeout.total" => self.total_timeout = Some(value.positive_millis()?),
            "priority" => match value {
                Value::Number(n) if n.abs() <= 1e9 => self.priority = Some(n as i32),
                _ => return Err("a finite number"),
            },
            "cost" if value == Value::Object => return Ok(Next::Walk),
            "cost" | "cost.requests" => self.cost = Some(value.count(1)?),
            "throwHttpErrors" => self.throw_http_errors = Some(value.flag()?),
            // The shell's: where it counts, this code is not to be had.
            "unavailable" if matches!(value, Value::Text("bypass" | "throw")) => {}
            "unavailable" => return Err("\"throw\" or \"bypass\""),
            "idempotencyKey" => {
                self.idempotency_auto = Some(match value {
                    Value::Text("auto") => true,
                    Value::Flag(false) | Value::Function => false,
                    _ => return Err("false, \"auto\" or a function"),
                });
            }
            _ => {
                return match path.split_once('.') {
                    Some(("retry", rest)) => self.retry.set(rest, value),
                    Some(("rateLimit", rest)) => self.rate_limit.set(rest, value),
                    Some(("cost", _)) => value.count(0).map(|_| Next::Leave),
                    _ => Err("no such option"),
                };
            }
        }
        Ok(Next::Leave)
    }

    fn over(&self, profile: &Self) -> Rules {
        Rules {
            retry: self.retry.over(&profile.retry),
            rate_limit: self.rate_limit.over(&profile.rate_limit).map(Rc::new),
            attempt_timeout: self.attempt_timeout,
            total_timeout: self.total_timeout,
            priority: self.priority.unwrap_or(0),
            cost: self.cost.unwrap_or(1),
            throw_http_errors: self.throw_http_errors.unwrap_or(false),
            idempotency_auto: self.idempotency_auto.unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_profile() -> Policy {
        let mut policy = Policy::default();
        let leaves = [
            ("profiles", Value::List(1)),
            ("profiles.0", Value::Object),
            ("profiles.0.name", Value::Text("acme")),
            ("profiles.0.hosts", Value::List(2)),
            ("profiles.0.hosts.0", Value::Text("api.acme.example")),
            ("profiles.0.hosts.1", Value::Text("*.acme.example")),
            ("profiles.0.retry", Value::Object),
            ("profiles.0.retry.maxAttempts", Value::Number(6.0)),
            ("retry", Value::Object),
            ("retry.maxDelay", Value::Number(5.0)),
        ];
        for (path, value) in leaves {
            policy.set(path, value).unwrap();
        }
        policy.check().unwrap();
        policy
    }

    #[test]
    fn a_profile_holds_for_its_hosts_and_no_others() {
        let policy = with_profile();
        let attempts = |host| policy.rules(host).retry.as_ref().map(|retry| (retry.max_attempts, retry.max_delay));
        let rows = [
            ("api.acme.example", 6),
            ("api.acme.example:8443", 6),
            ("eu.acme.example", 6),
            ("acme.example", 4),
            ("notacme.example", 4),
            ("other.example", 4),
        ];
        for (host, expected) in rows {
            assert_eq!(attempts(host), Some((expected, 5)), "{host}");
        }
    }

    #[test]
    fn rules_are_composed_once() {
        let policy = with_profile();
        assert!(Rc::ptr_eq(&policy.rules("api.acme.example"), &policy.rules("eu.acme.example")));
        assert!(!Rc::ptr_eq(&policy.rules("api.acme.example"), &policy.rules("other.example")));
    }

    #[test]
    fn a_bad_option_names_its_field_and_what_was_expected() {
        let rows = [
            ("retry.maxAttempts", Value::Number(0.0), "a whole number of 1 or more"),
            ("timeout.total", Value::Text("5s"), "a number of milliseconds, more than 0"),
            ("retries", Value::Number(3.0), "no such option"),
            ("onEvent", Value::Object, "a function"),
            ("rateLimit", Value::Number(3.0), "false or an object"),
            ("hedge", Value::Object, "false: hedging is not in this version"),
            (
                "profiles.0.hosts.0",
                Value::Number(1.0),
                "a host: \"api.example.com\", \"*.example.com\" or \"localhost:8080\"",
            ),
        ];
        for (path, value, expected) in rows {
            let mut policy = with_profile();
            assert_eq!(policy.set(path, value), Err(OptionError { field: path.into(), expected }));
        }
    }

    #[test]
    fn a_profile_without_hosts_is_refused() {
        let mut policy = Policy::default();
        policy.set("profiles", Value::List(1)).unwrap();
        policy.set("profiles.0", Value::Object).unwrap();
        assert_eq!(policy.check().unwrap_err().field, "profiles.0.hosts");
    }
}
