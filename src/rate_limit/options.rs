//! What callers may say of rate limits, and what holds where they say nothing.

use crate::shared::Arc;
use alloc::{string::String, vec::Vec};

use crate::syntax::{
    number,
    value::{self, Checked, Kind, Next, UNSAID, Value, row, table},
};

table! {
    /// The options.
    TABLE by Place {
        On: row("", Kind::Switch),
        Pacing: row("pacing", Kind::Choice("\"burst\" or \"spread\"")).or(0.0),
        // The connections a browser opens to a host.
        Probe: row("probe", Kind::Count).or(6.0),
        MaxConcurrent: row("maxConcurrent", Kind::Count).or(f64::INFINITY),
        MaxWait: row("maxWait", Kind::Millis).or(120_000.0),
        MaxQueue: row("maxQueue", Kind::Size).or(100_000.0),
        Early: row("early", Kind::Flag).or(1.0),
        Quotas: row("quotas", Kind::List("an array of quotas")),
        Quota: row("quotas.*", Kind::Object),
        Limit: row("quotas.*.limit", Kind::Count).needed(),
        Window: row("quotas.*.window", Kind::Period).needed(),
        Name: row("quotas.*.name", Kind::Text),
        Unit: row("quotas.*.unit", Kind::Text),
        Algorithm: row("quotas.*.algorithm", Kind::Choice("\"fixed\", \"sliding\" or \"token-bucket\"")),
        Credentials: row("credentials", Kind::List("an array of header names")),
        Credential: row("credentials.*", Kind::Name("the name of a header or of a query parameter")),
        Buckets: row("buckets", Kind::List("an array of paths")),
        Bucket: row("buckets.*", Kind::Path("a path with a part in braces: \"/channels/{id}\"")),
        // The shell keeps the function and hands over what it returns.
        Scope: row("scope", Kind::Function),
    }
}

/// How a quota that is not used up is spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Pacing {
    /// As fast as it allows, then wait for the reset.
    #[default]
    Burst,
    /// Evenly over what is left of the window.
    Spread,
}

/// How a server counts a quota that is known beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// By windows. Wherever they begin: until headers tell, own sends of the last window count.
    #[default]
    Windows,
    /// By a bucket that fills steadily.
    TokenBucket,
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
    /// How.
    pub algorithm: Algorithm,
}

/// What one source (the caller, a profile) says.
#[derive(Clone, Debug)]
pub struct RateLayer {
    numbers: [f64; DEFAULTS.len()],
    // An array replaces the one before it, so copies share theirs, and one that is still being told has only one owner.
    quotas: Option<Arc<Vec<QuotaRule>>>,
    credentials: Option<Arc<Vec<String>>>,
    buckets: Option<Arc<Vec<String>>>,
}

impl Default for RateLayer {
    fn default() -> Self {
        Self { numbers: [UNSAID; DEFAULTS.len()], quotas: None, credentials: None, buckets: None }
    }
}

/// What holds for one call.
#[derive(Clone, Debug, PartialEq)]
pub struct RateRules {
    /// Quotas known beforehand.
    pub quotas: Arc<Vec<QuotaRule>>,
    /// How a quota is spent.
    pub pacing: Pacing,
    /// Sends at once while nothing is known.
    pub probe: u32,
    /// Sends at once at any time.
    pub max_concurrent: u32,
    /// Longest wait for a quota, ms; see [`crate::policy::Rules::max_held`] for all that a server asks of one call.
    pub max_wait: i64,
    /// Most calls waiting.
    pub max_queue: u32,
    /// Whether one send may try if a window is over before its reset as it was reported: where that is rounded coarsely for
    /// so short a window, or a clock that nobody knows makes it unlikely.
    pub early: bool,
    /// What a call takes of other units than requests.
    pub costs: Vec<(String, u64)>,
    /// Names that say whose a request is, in lower case, beside those of [`super::credentials`].
    pub credentials: Arc<Vec<String>>,
    /// Paths whose named parts have quotas of their own: see [`super::buckets`].
    pub buckets: Arc<Vec<String>>,
}

impl RateRules {
    /// What a call whose cost in requests is `requests` takes of a quota of `unit`.
    pub fn cost(&self, unit: Option<&str>, requests: u64) -> u64 {
        let Some(unit) = unit else { return requests };
        self.costs.iter().find(|(of, _)| of == unit).map_or(0, |(_, cost)| *cost)
    }
}

impl RateLayer {
    /// Takes one option; `path` starts below `rateLimit`.
    ///
    /// # Errors
    /// What was expected there.
    pub fn set(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let read = value::read(TABLE, path, value)?;
        self.keep(read.place, read.number, read.text).map(|()| read.next).ok_or("an array before it")
    }

    /// Keeps an option that was checked, by its place in [`TABLE`]: its number, or its text. `None`: an element without its array.
    pub fn keep(&mut self, place: usize, number: f64, text: &str) -> Option<()> {
        let place = Place::ALL.get(place)?;
        match place {
            Place::Quotas => self.quotas = Some(Arc::default()),
            Place::Quota => Arc::get_mut(self.quotas.as_mut()?)?.push(QuotaRule::default()),
            Place::Limit | Place::Window | Place::Name | Place::Unit | Place::Algorithm => {
                // A member follows its object, so it is the last one's.
                let quota = Arc::get_mut(self.quotas.as_mut()?)?.last_mut()?;
                match place {
                    Place::Limit => quota.limit = u64::from(number as u32),
                    Place::Window => quota.window = number as i64,
                    Place::Name => quota.name = Some(text.into()),
                    Place::Unit => quota.unit = (text != "requests").then(|| text.into()),
                    _ if number > 1.0 => quota.algorithm = Algorithm::TokenBucket,
                    _ => {}
                }
            }
            Place::Credentials => self.credentials = Some(Arc::default()),
            Place::Credential => Arc::get_mut(self.credentials.as_mut()?)?.push(text.to_ascii_lowercase()),
            Place::Buckets => self.buckets = Some(Arc::default()),
            Place::Bucket => Arc::get_mut(self.buckets.as_mut()?)?.push(text.into()),
            Place::Scope => {}
            place => *self.numbers.get_mut(*place as usize)? = number,
        }
        Some(())
    }

    /// What is missing after the whole object was walked: adds its path below `rateLimit` to `field`, and says what was
    /// expected there.
    pub fn missing(&self, field: &mut String) -> Option<&'static str> {
        let quotas = self.quotas.as_deref()?;
        let index = quotas.iter().position(|quota| quota.limit == 0 || quota.window == 0)?;
        let (name, kind) =
            if quotas.get(index)?.limit == 0 { (".limit", Kind::Count) } else { (".window", Kind::Period) };
        field.push_str("quotas.");
        number::push(field, index as u64);
        field.push_str(name);
        Some(kind.expected())
    }

    /// How long a server may make a call wait, ms: as [`RateLayer::over`], and the default where rate limiting is off.
    pub fn max_wait(&self, profile: &Self) -> i64 {
        let of = |place: Place| value::over(&DEFAULTS, &self.numbers, &profile.numbers, place as usize);
        let default = value::over(&DEFAULTS, &[], &[], Place::MaxWait as usize);
        (if of(Place::On) < 1.0 { default } else { of(Place::MaxWait) }) as i64
    }

    /// What holds: this layer's word, else `profile`'s, else the defaults of the table. `None`: no rate limiting.
    pub fn over(&self, profile: &Self) -> Option<RateRules> {
        let of = |place: Place| value::over(&DEFAULTS, &self.numbers, &profile.numbers, place as usize);
        if of(Place::On) < 1.0 {
            return None;
        }
        Some(RateRules {
            quotas: self.quotas.as_ref().or(profile.quotas.as_ref()).cloned().unwrap_or_default(),
            pacing: if of(Place::Pacing) > 0.0 { Pacing::Spread } else { Pacing::Burst },
            probe: of(Place::Probe) as u32,
            max_concurrent: of(Place::MaxConcurrent) as u32,
            max_wait: of(Place::MaxWait) as i64,
            max_queue: of(Place::MaxQueue) as u32,
            early: of(Place::Early) > 0.0,
            costs: Vec::new(),
            credentials: self.credentials.as_ref().or(profile.credentials.as_ref()).cloned().unwrap_or_default(),
            buckets: self.buckets.as_ref().or(profile.buckets.as_ref()).cloned().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::value::UNKNOWN;

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
    fn every_option_arrives() {
        let mut layer = RateLayer::default();
        let leaves = [
            ("", Value::Object),
            ("pacing", Value::Text("spread")),
            ("probe", Value::Number(1.0)),
            ("maxConcurrent", Value::Number(2.0)),
            ("maxWait", Value::Number(3.0)),
            ("maxQueue", Value::Number(0.0)),
            ("early", Value::Flag(false)),
            ("scope", Value::Function),
            ("quotas", Value::List(1)),
            ("quotas.0", Value::Object),
            ("quotas.0.limit", Value::Number(f64::INFINITY)),
            ("quotas.0.window", Value::Number(0.5)),
            ("quotas.0.name", Value::Text("day")),
            ("quotas.0.unit", Value::Text("tokens")),
            ("quotas.0.algorithm", Value::Text("sliding")),
            ("credentials", Value::List(1)),
            ("credentials.0", Value::Text("X-Customer")),
            ("buckets", Value::List(1)),
            ("buckets.0", Value::Text("/channels/{id}")),
        ];
        for (path, value) in leaves {
            layer.set(path, value).unwrap();
        }
        let expected = RateRules {
            quotas: Arc::new(alloc::vec![QuotaRule {
                name: Some("day".into()),
                limit: u64::from(u32::MAX),
                window: 1,
                unit: Some("tokens".into()),
                algorithm: Algorithm::Windows,
            }]),
            pacing: Pacing::Spread,
            probe: 1,
            max_concurrent: 2,
            max_wait: 3,
            max_queue: 0,
            early: false,
            costs: Vec::new(),
            credentials: Arc::new(alloc::vec!["x-customer".into()]),
            buckets: Arc::new(alloc::vec!["/channels/{id}".into()]),
        };
        assert_eq!(layer.over(&RateLayer::default()), Some(expected));
    }

    #[test]
    fn the_caller_comes_before_the_profile_and_what_is_off_stays_off_until_said() {
        let (mut caller, mut profile) = (RateLayer::default(), RateLayer::default());
        profile.set("", Value::Flag(false)).unwrap();
        assert_eq!(caller.over(&profile), None);
        caller.set("", Value::Object).unwrap();
        let rules = caller.over(&profile).unwrap();
        assert_eq!((rules.max_concurrent, rules.pacing), (u32::MAX, Pacing::Burst));
    }

    #[test]
    fn a_quota_is_told_with_its_limit_and_window() {
        let mut layer = RateLayer::default();
        quota(&mut layer, &[("limit", Value::Number(1200.0)), ("window", Value::Number(60_000.0))]).unwrap();
        let mut field = String::new();
        assert_eq!((layer.missing(&mut field), field.as_str()), (None, ""));
        let rules = layer.over(&RateLayer::default()).unwrap();
        assert_eq!(*rules.quotas, [QuotaRule { limit: 1200, window: 60_000, ..QuotaRule::default() }]);
        assert_eq!((rules.max_wait, rules.max_queue, rules.probe), (120_000, 100_000, 6));
    }

    #[test]
    fn a_quota_without_a_window_is_named() {
        let mut layer = RateLayer::default();
        quota(&mut layer, &[("limit", Value::Number(10.0))]).unwrap();
        let mut field = String::from("rateLimit.");
        assert_eq!(layer.missing(&mut field), Some("a number of milliseconds, more than 0"));
        assert_eq!(field, "rateLimit.quotas.0.window");
    }

    #[test]
    fn a_bad_option_is_told_what_was_expected() {
        let mut layer = RateLayer::default();
        assert_eq!(quota(&mut layer, &[("limit", Value::Number(-1.0))]), Err("a whole number of 1 or more"));
        assert_eq!(layer.set("maxWait", Value::Text("1m")), Err("a number of milliseconds, 0 or more"));
        assert_eq!(layer.set("maxwait", Value::Number(1.0)), Err(UNKNOWN));
        assert_eq!(layer.set("", Value::Number(1.0)), Err("false or an object"));
        layer.set("buckets", Value::List(1)).unwrap();
        assert_eq!(
            layer.set("buckets.0", Value::Text("channels")),
            Err("a path with a part in braces: \"/channels/{id}\"")
        );
        layer.set("credentials", Value::List(1)).unwrap();
        assert!(layer.set("credentials.0", Value::Text("x key")).is_err());
    }
}
