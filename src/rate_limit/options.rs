//! What callers may say of rate limits, and what holds where they say nothing.

use alloc::{string::String, vec::Vec};

use crate::syntax::value::{Checked, Next, Value};

/// Sends at once per scope while nothing is known of its quota: the connections a browser opens to a host.
pub const PROBE: u32 = 6;
/// Longest wait for a quota, ms.
pub const MAX_WAIT: i64 = 120_000;
/// Most calls waiting per scope.
pub const MAX_QUEUE: u32 = 10_000;

/// How a quota that is not used up is spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pacing {
    /// As fast as it allows, then wait for the reset.
    #[default]
    Burst,
    /// Evenly over what is left of the window.
    Spread,
}

/// A quota known beforehand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuotaRule {
    /// What it is called.
    pub name: Option<String>,
    /// Units a window.
    pub limit: u64,
    /// ms.
    pub window: i64,
    /// What is counted; `None` for requests.
    pub unit: Option<String>,
}

/// What one source (the caller, a profile) says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateLayer {
    off: Option<bool>,
    quotas: Option<Vec<QuotaRule>>,
    pacing: Option<Pacing>,
    probe: Option<u32>,
    max_concurrent: Option<u32>,
    max_wait: Option<i64>,
    max_queue: Option<u32>,
}

/// What holds for one call.
#[derive(Clone, Debug, PartialEq)]
pub struct RateRules {
    /// Quotas known beforehand.
    pub quotas: Vec<QuotaRule>,
    /// How a quota is spent.
    pub pacing: Pacing,
    /// Sends at once while nothing is known.
    pub probe: u32,
    /// Sends at once at any time.
    pub max_concurrent: u32,
    /// Longest wait for a quota, ms.
    pub max_wait: i64,
    /// Most calls waiting.
    pub max_queue: u32,
}

impl RateLayer {
    /// Takes one option; `path` starts below `rateLimit`.
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
            "quotas" => {
                let Value::List(_) = value else { return Err("an array of quotas") };
                self.quotas = Some(Vec::new());
                return Ok(Next::Walk);
            }
            "pacing" => {
                self.pacing = Some(match value {
                    Value::Text("burst") => Pacing::Burst,
                    Value::Text("spread") => Pacing::Spread,
                    _ => return Err("\"burst\" or \"spread\""),
                });
            }
            "probe" => self.probe = Some(value.count(1)?),
            "maxConcurrent" => self.max_concurrent = Some(value.count(1)?),
            "maxWait" => self.max_wait = Some(value.millis()?),
            "maxQueue" => self.max_queue = Some(value.count(0)?),
            // The shell keeps the function and hands over what it says.
            "scope" => return value.function(),
            _ => return self.set_quota(path, value),
        }
        Ok(Next::Leave)
    }

    fn set_quota(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let Some(rest) = path.strip_prefix("quotas.") else { return Err("no such option of rateLimit") };
        let quotas = self.quotas.get_or_insert_default();
        let Some((_, member)) = rest.split_once('.') else {
            value.object()?;
            quotas.push(QuotaRule::default());
            return Ok(Next::Walk);
        };
        // A member follows its object, so there is a last one.
        let Some(quota) = quotas.last_mut() else { return Err("an object") };
        match (member, value) {
            ("name", Value::Text(text)) => quota.name = Some(text.into()),
            ("unit", Value::Text("requests")) => quota.unit = None,
            ("unit", Value::Text(text)) => quota.unit = Some(text.into()),
            ("name" | "unit", _) => return Err("a string"),
            ("limit", _) => quota.limit = u64::from(value.count(1)?),
            ("window", _) => quota.window = value.positive_millis()?,
            // All are paced by the strictest of them until headers tell more; see `meter`.
            ("algorithm", Value::Text("fixed" | "sliding" | "token-bucket")) => {}
            ("algorithm", _) => return Err("\"fixed\", \"sliding\" or \"token-bucket\""),
            _ => return Err("no such option of a quota"),
        }
        Ok(Next::Leave)
    }

    /// What is missing after the whole object was walked: the path below `rateLimit`, and what was expected there.
    pub fn missing(&self) -> Option<(String, &'static str)> {
        let (index, quota) =
            self.quotas.iter().flatten().enumerate().find(|(_, quota)| quota.limit == 0 || quota.window == 0)?;
        let mut path = String::from("quotas.");
        crate::syntax::number::push(&mut path, index as u64);
        path.push_str(if quota.limit == 0 { ".limit" } else { ".window" });
        Some((
            path,
            if quota.limit == 0 { "a whole number of 1 or more" } else { "a number of milliseconds, more than 0" },
        ))
    }

    /// What holds: this layer's word, else `profile`'s, else the defaults above. `None`: no rate limiting.
    pub fn over(&self, profile: &Self) -> Option<RateRules> {
        if self.off.or(profile.off) == Some(true) {
            return None;
        }
        Some(RateRules {
            quotas: self.quotas.as_ref().or(profile.quotas.as_ref()).cloned().unwrap_or_default(),
            pacing: self.pacing.or(profile.pacing).unwrap_or_default(),
            probe: self.probe.or(profile.probe).unwrap_or(PROBE),
            max_concurrent: self.max_concurrent.or(profile.max_concurrent).unwrap_or(u32::MAX),
            max_wait: self.max_wait.or(profile.max_wait).unwrap_or(MAX_WAIT),
            max_queue: self.max_queue.or(profile.max_queue).unwrap_or(MAX_QUEUE),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(layer: &mut RateLayer, members: &[(&str, Value<'_>)]) -> Checked<Next> {
        layer.set("quotas", Value::List(1))?;
        layer.set("quotas.0", Value::Object)?;
        let mut last = Ok(Next::Leave);
        for (member, value) in members {
            last = layer.set(&alloc::format!("quotas.0.{member}"), *value);
        }
        last
    }

    #[test]
    fn a_quota_is_told_with_its_limit_and_window() {
        let mut layer = RateLayer::default();
        quota(&mut layer, &[("limit", Value::Number(1200.0)), ("window", Value::Number(60_000.0))]).unwrap();
        assert_eq!(layer.missing(), None);
        let rules = layer.over(&RateLayer::default()).unwrap();
        assert_eq!(rules.quotas, [QuotaRule { limit: 1200, window: 60_000, ..QuotaRule::default() }]);
        assert_eq!((rules.max_wait, rules.max_queue, rules.probe), (120_000, 10_000, 6));
    }

    #[test]
    fn a_quota_without_a_window_is_named() {
        let mut layer = RateLayer::default();
        quota(&mut layer, &[("limit", Value::Number(10.0))]).unwrap();
        assert_eq!(layer.missing(), Some(("quotas.0.window".into(), "a number of milliseconds, more than 0")));
    }

    #[test]
    fn a_bad_option_is_told_what_was_expected() {
        let mut layer = RateLayer::default();
        assert_eq!(quota(&mut layer, &[("limit", Value::Number(-1.0))]), Err("a whole number of 1 or more"));
        assert_eq!(layer.set("maxWait", Value::Text("1m")), Err("a number of milliseconds, 0 or more"));
        assert_eq!(layer.set("maxwait", Value::Number(1.0)), Err("no such option of rateLimit"));
        assert_eq!(layer.set("", Value::Number(1.0)), Err("false or an object"));
    }
}
