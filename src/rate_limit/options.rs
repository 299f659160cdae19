//! What callers may say of rate limits, and what holds where they say nothing.

use alloc::{rc::Rc, string::String, vec::Vec};

use super::buckets;
use crate::syntax::{
    number,
    value::{self, Checked, Kind, Next, Row, UNSAID, Value, row, table},
    words,
};

table! {
    /// The options.
    TABLE by Place {
        On: row("", Kind::Switch),
        Pacing: Row { name: "pacing", kind: Kind::Choice("\"burst\" or \"spread\""), default: 0.0 },
        // The connections a browser opens to a host.
        Probe: Row { name: "probe", kind: Kind::Count, default: 6.0 },
        MaxConcurrent: Row { name: "maxConcurrent", kind: Kind::Count, default: f64::INFINITY },
        MaxWait: Row { name: "maxWait", kind: Kind::Millis, default: 120_000.0 },
        MaxQueue: Row { name: "maxQueue", kind: Kind::Size, default: 100_000.0 },
        Quotas: row("quotas", Kind::List("an array of quotas")),
        Early: Row { name: "early", kind: Kind::Flag, default: 1.0 },
        Credentials: row("credentials", Kind::List("an array of header names")),
        Buckets: row("buckets", Kind::List("an array of paths")),
    }
    rest [
        // The shell keeps the function and hands over what it says.
        row("scope", Kind::Function),
    ]
}

/// A quota's own options.
pub(crate) const QUOTA: [Row; 5] = [
    row("limit", Kind::Count),
    row("window", Kind::Period),
    row("name", Kind::Text),
    row("unit", Kind::Text),
    row("algorithm", Kind::Choice("\"fixed\", \"sliding\" or \"token-bucket\"")),
];

const CREDENTIAL: Kind = Kind::Name("the name of a header or of a query parameter");

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
    numbers: [f64; TABLE.len()],
    // An array replaces the one before it, so copies share theirs, and one that is still being told has only one owner.
    quotas: Option<Rc<Vec<QuotaRule>>>,
    credentials: Option<Rc<Vec<String>>>,
    buckets: Option<Rc<Vec<String>>>,
}

impl Default for RateLayer {
    fn default() -> Self {
        Self { numbers: [UNSAID; TABLE.len()], quotas: None, credentials: None, buckets: None }
    }
}

/// What holds for one call.
#[derive(Clone, Debug, PartialEq)]
pub struct RateRules {
    /// Quotas known beforehand.
    pub quotas: Rc<Vec<QuotaRule>>,
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
    pub credentials: Rc<Vec<String>>,
    /// Paths whose named parts have quotas of their own: see [`super::buckets`].
    pub buckets: Rc<Vec<String>>,
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
        let (head, rest) = words::halves(path, b'.');
        if head == "quotas" && !rest.is_empty() {
            return self.set_quota(rest, value);
        }
        if !rest.is_empty() && matches!(head, "credentials" | "buckets") {
            return self.add_word(head == "buckets", value);
        }
        let (index, next) = value::set(TABLE, &mut self.numbers, path, value)?;
        match index {
            _ if index == Place::Quotas as usize => self.quotas = Some(Rc::default()),
            _ if index == Place::Credentials as usize => self.credentials = Some(Rc::default()),
            _ if index == Place::Buckets as usize => self.buckets = Some(Rc::default()),
            _ => {}
        }
        Ok(next)
    }

    fn add_word(&mut self, is_bucket: bool, value: Value<'_>) -> Checked<Next> {
        let (words, read) = if is_bucket {
            (&mut self.buckets, buckets::check(value))
        } else {
            (&mut self.credentials, CREDENTIAL.read(value).map(|(_, next)| next))
        };
        let (next, words) = (read?, words.as_mut().and_then(Rc::get_mut).ok_or("an array before it")?);
        if let Value::Text(text) = value {
            words.push(if is_bucket { text.into() } else { text.to_ascii_lowercase() });
        }
        Ok(next)
    }

    fn set_quota(&mut self, path: &str, value: Value<'_>) -> Checked<Next> {
        let quotas = self.quotas.as_mut().and_then(Rc::get_mut).ok_or("an array of quotas before it")?;
        let (_, member) = words::halves(path, b'.');
        if member.is_empty() {
            quotas.push(QuotaRule::default());
            return Kind::Object.read(value).map(|(_, next)| next);
        }
        // A member follows its object, so there is a last one.
        let quota = quotas.last_mut().ok_or("an object")?;
        let mut numbers = [0.0; QUOTA.len()];
        let (index, next) = value::set(&QUOTA, &mut numbers, member, value)?;
        match (index, value, numbers) {
            (0, _, [limit, ..]) => quota.limit = u64::from(limit as u32),
            (1, _, [_, window, ..]) => quota.window = window as i64,
            (2, Value::Text(text), _) => quota.name = Some(text.into()),
            (3, Value::Text(text), _) => quota.unit = (text != "requests").then(|| text.into()),
            (4, _, [.., algorithm]) if algorithm > 1.0 => quota.algorithm = Algorithm::TokenBucket,
            _ => {}
        }
        Ok(next)
    }

    /// What is missing after the whole object was walked: adds its path below `rateLimit` to `field`, and says what was
    /// expected there.
    pub fn missing(&self, field: &mut String) -> Option<&'static str> {
        let quotas = self.quotas.as_deref()?;
        let index = quotas.iter().position(|quota| quota.limit == 0 || quota.window == 0)?;
        let row = QUOTA.get(usize::from(quotas.get(index)?.limit != 0))?;
        field.push_str("quotas.");
        number::push(field, index as u64);
        field.push_str(".");
        field.push_str(row.name);
        row.kind.read(Value::Other).err()
    }

    /// How long a server may make a call wait, ms: as [`RateLayer::over`], and the default where rate limiting is off.
    pub fn max_wait(&self, profile: &Self) -> i64 {
        let of = |place: Place| value::over(TABLE, &self.numbers, &profile.numbers, place as usize);
        let default = value::over(TABLE, &[], &[], Place::MaxWait as usize);
        (if of(Place::On) < 1.0 { default } else { of(Place::MaxWait) }) as i64
    }

    /// What holds: this layer's word, else `profile`'s, else the defaults of the table. `None`: no rate limiting.
    pub fn over(&self, profile: &Self) -> Option<RateRules> {
        let of = |place: Place| value::over(TABLE, &self.numbers, &profile.numbers, place as usize);
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
            quotas: Rc::new(alloc::vec![QuotaRule {
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
            credentials: Rc::new(alloc::vec!["x-customer".into()]),
            buckets: Rc::new(alloc::vec!["/channels/{id}".into()]),
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
        assert_eq!(layer.set("buckets.0", Value::Text("channels")), Err(buckets::EXPECTED));
        layer.set("credentials", Value::List(1)).unwrap();
        assert!(layer.set("credentials.0", Value::Text("x key")).is_err());
    }
}
