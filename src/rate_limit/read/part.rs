//! The parts of one quota that come in headers of their own, gathered and then read.

use alloc::string::String;
use alloc::vec::Vec;

use super::ietf;
use super::name::{self, Name, Role};
use crate::hints::{self, When};
use crate::rate_limit::quota::{Quota, tell};
use crate::rate_limit::vendors::strava;
use crate::syntax::{duration, number, structured};
use crate::time::WallTime;

// Words of a family that say which requests are counted: Imgur's "x-post-rate-limit", Strava's "x-readratelimit".
const CLASSES: &[&str] = &["delete", "get", "method", "patch", "post", "put", "read", "service", "user", "write"];

// Words of a dimension, and the unit they mean; all else counts requests.
const UNITS: &[(&str, &str)] = &[
    ("tokens", "tokens"),
    ("bytes", "bytes"),
    ("concurrent", "concurrent-requests"),
    ("complexity", "complexity"),
    ("cost", "cost"),
    ("credits", "credits"),
    ("percent", "percent"),
    ("points", "points"),
];

/// A header's name and value.
pub type Pair<'a> = (&'a str, &'a str);

/// One quota's parts. Values are kept as they came until all of them are there: what a list means depends on the others.
#[derive(Debug)]
pub struct Part<'a> {
    name: Name<'a>,
    limit: Option<Pair<'a>>,
    remaining: Option<Pair<'a>>,
    used: &'a str,
    reset: Option<(Role, &'a str, When)>,
    window: Option<i64>,
    bucket: Option<&'a str>,
}

/// Adds a header to the part it belongs to.
pub fn gather<'a>(parts: &mut Vec<Part<'a>>, name: Name<'a>, pair: Pair<'a>, served: WallTime) {
    let key = |name: &Name<'a>| (name.family, name.head, name.tail);
    let at = parts.iter().position(|part| key(&part.name) == key(&name)).unwrap_or(parts.len());
    if at == parts.len() && at < super::super::quota::MOST {
        parts.push(Part { name, limit: None, remaining: None, used: "", reset: None, window: None, bucket: None });
    }
    let Some(part) = parts.get_mut(at) else { return };
    let (header, value) = pair;
    match name.role {
        Role::Limit | Role::Plain => part.limit = Some(pair),
        Role::Remaining => part.remaining = Some(pair),
        Role::Used => part.used = value,
        Role::Window => part.window = span(value, name.millis),
        Role::Bucket => part.bucket = part.bucket.or(Some(value).filter(|value| !value.is_empty())),
        Role::Reset | Role::ResetAfter => {
            let first = || hints::of_number(first(value)?.0, served, name.millis);
            let Some(when) = hints::when(value, served, name.millis).or_else(first) else { return };
            // The most exact: "reset-after", then a delta, then an instant.
            let rank = |role, when: &When| (role == Role::ResetAfter, !when.absolute);
            if part.reset.is_none_or(|(role, _, known)| rank(name.role, &when) > rank(role, &known)) {
                part.reset = Some((name.role, header, when));
            }
        }
        Role::Policy | Role::Scope => {}
    }
}

/// Reads the values of a part and tells its quotas: one, or as many as its lists name.
pub fn read(part: &Part<'_>, quotas: &mut Vec<Quota>) {
    let mut quota = blank(part);
    let (header, limit) = part.limit.unwrap_or_default();
    let used = number::count(part.used).or_else(|| first(part.used).map(|(milli, _)| (milli / 1000) as u64));
    if let Some((_, remaining)) = part.remaining {
        let listed = || first(remaining).map(|(milli, window)| ((milli / 1000) as u64, window));
        let read = number::count(remaining).map(|count| (count, None)).or_else(listed);
        quota.remaining = read.map(|(count, _)| count);
        quota.window = quota.window.or(read.and_then(|(_, window)| window));
    }
    let mut policies = Vec::new();
    if let Some(count) = number::count(limit) {
        // Less than one is a rate.
        quota.limit =
            Some(count).filter(|count| *count > 0 || !limit.contains(['1', '2', '3', '4', '5', '6', '7', '8', '9']));
    } else if limit.contains(':') {
        return pairs(&quota, limit, part.used, quotas);
    } else if limit.contains(',') && part.used.contains(',') {
        return steps(&quota, limit, part.used, quotas);
    } else if let Some((used, limit)) = limit.split_once('/') {
        quota.limit = number::count(limit);
        quota.remaining = quota.limit.zip(number::count(used)).map(|(limit, used)| limit.saturating_sub(used));
    } else if let Some(ms) = duration::read(limit) {
        // AspNetCoreRateLimit tells the period under the limit's name.
        quota.window = Some(ms);
    } else if let Some((milli, window)) = first(limit) {
        quota.limit = Some((milli / 1000) as u64);
        quota.window = quota.window.or(window);
        policies = structured::list(limit).unwrap_or_default();
    }
    // GitHub tells all three, Discogs these, Reddit no limit.
    quota.remaining = quota.remaining.or_else(|| Some(quota.limit?.saturating_sub(used?)));
    quota.limit = quota.limit.or_else(|| Some(quota.remaining?.saturating_add(used?)));
    tell(quotas, quota);
    ietf::policies(policies.get(1..).unwrap_or_default(), header, quotas);
}

/// Reads a value that holds all parts, as Zendesk's `total=100; remaining=99; resets=41`.
pub fn record<'a>(parts: &mut Vec<Part<'a>>, name: Name<'a>, pair: Pair<'a>, served: WallTime) {
    for (key, value) in pair.1.split([';', ',']).filter_map(|word| word.split_once('=')) {
        if let Some(role) = name::role(key.trim_ascii()) {
            gather(parts, Name { role, ..name }, (pair.0, value.trim_ascii()), served);
        }
    }
}

fn blank(part: &Part<'_>) -> Quota {
    let mut name = String::new();
    for word in [class(part.name.family), part.name.head, part.name.tail] {
        if !name.is_empty() && !word.is_empty() {
            name.push('-');
        }
        name.push_str(word);
    }
    let unit = name.split(['-', '_']).find_map(|word| UNITS.iter().find(|(text, _)| *text == word));
    let unit = unit.map(|(_, unit)| String::from(*unit));
    let window = part.window.or_else(|| name::window(&name)).filter(|ms| *ms > 0);
    if let Some(bucket) = part.bucket {
        name = String::from(bucket);
    }
    let (header, when) = match part.reset {
        Some((_, header, when)) => (header, Some(when)),
        None => (part.remaining.or(part.limit).unwrap_or_default().0, None),
    };
    Quota {
        name: (!name.is_empty()).then_some(name),
        unit,
        window,
        reset_in: when.map(|when| when.delay),
        granularity: when.map_or(0, |when| when.granularity),
        absolute: when.is_some_and(|when| when.absolute),
        source: String::from(header),
        ..Quota::default()
    }
}

fn class(family: &str) -> &str {
    let mut words = family.split(['-', '_']).map(|word| word.strip_suffix("ratelimit").unwrap_or(word));
    words.find(|word| CLASSES.contains(word)).unwrap_or_default()
}

// Riot's `100:1,1000:10`: limit and seconds; what is used comes in another order.
fn pairs(quota: &Quota, limits: &str, used: &str, quotas: &mut Vec<Quota>) {
    for (limit, seconds) in limits.split(',').filter_map(|pair| pair.trim_ascii().split_once(':')) {
        let Some((limit, window)) = number::count(limit).zip(span(seconds, false)) else { continue };
        let mut counts = used.split(',').filter_map(|pair| pair.trim_ascii().split_once(':'));
        let used = counts.find(|(_, other)| *other == seconds).and_then(|(count, _)| number::count(count));
        let remaining = used.map(|used| limit.saturating_sub(used));
        tell(quotas, Quota { limit: Some(limit), remaining, window: Some(window), ..quota.clone() });
    }
}

// Strava's `600,30000` used `314,27536`: in step.
fn steps(quota: &Quota, limits: &str, used: &str, quotas: &mut Vec<Quota>) {
    let both = limits.split(',').count() == 2 && used.split(',').count() == 2;
    for (at, (limit, used)) in limits.split(',').zip(used.split(',')).enumerate() {
        let Some(limit) = number::count(limit.trim_ascii()) else { continue };
        let remaining = number::count(used.trim_ascii()).map(|used| limit.saturating_sub(used));
        let window = strava::WINDOWS.get(at).copied().filter(|_| both);
        tell(quotas, Quota { limit: Some(limit), remaining, window, ..quota.clone() });
    }
}

// The first number of a list, in thousandths, with its window: `100, 100;w=60`, or one header joined to another.
fn first(value: &str) -> Option<(i64, Option<i64>)> {
    let member = *structured::list(value)?.first()?;
    match member.value {
        structured::Value::Integer(number) if number >= 0 => Some((number * 1000, ietf::window(member))),
        structured::Value::Decimal(milli) if milli >= 0 => Some((milli, ietf::window(member))),
        _ => None,
    }
}

// A window's length: seconds, milliseconds, or `60s`.
fn span(value: &str, millis: bool) -> Option<i64> {
    match number::milli(value, true) {
        Some(milli) if millis => Some(milli / 1000),
        Some(milli) => Some(milli),
        None => duration::read(value),
    }
}
