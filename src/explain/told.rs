//! The quota in the way, read off an answer's plain headers.
//!
//! The policy's reader knows every dialect, since it paces by them, and takes 11 kB brotli. An explanation names one quota,
//! so this knows the forms that most APIs use: `x-ratelimit-limit`, `-remaining`, `-reset`, `-bucket` with or without a
//! dimension, in any spelling of the stem, and the list `RateLimit: "name";r=0;t=5`. Who has read more hands it over in
//! [`crate::explain::Report::told`].

use alloc::{string::String, vec::Vec};

use crate::{
    hints::{self, Served, Told},
    syntax::{headers::Headers, number},
    time::WallTime,
};

/// Quotas told by one answer, at most; a server that names more is no help.
const MOST: usize = 8;

/// The quota that is used up, of several the one that resets last. `None` where no header tells of one, or a cache answered.
pub fn read(headers: Headers<'_>, now: WallTime) -> Option<Told> {
    let served = hints::served(headers, now);
    if served.cached {
        return None;
    }
    let mut quotas: Vec<(&str, Told)> = Vec::new();
    for (name, value) in headers.iter() {
        match after_stem(name) {
            Some("") => read_list(name, value, &mut quotas),
            Some(tail) => read_plain(name, tail, value, served, &mut quotas),
            None => {}
        }
    }
    let order =
        |told: &Told| (told.remaining == Some(0), told.reset_in, told.limit.is_some() || told.remaining.is_some());
    quotas.into_iter().map(|(_, told)| told).filter(|told| order(told).2).max_by_key(order)
}

/// What follows `ratelimit` or `rate-limit` in a name, without the hyphen.
fn after_stem(name: &str) -> Option<&str> {
    let bytes = name.as_bytes();
    for stem in ["ratelimit", "rate-limit"] {
        let found = bytes.windows(stem.len()).position(|part| part == stem.as_bytes());
        if let Some(tail) = found.and_then(|at| name.get(at + stem.len()..)) {
            return Some(tail.strip_prefix('-').unwrap_or(tail));
        }
    }
    None
}

fn of<'q, 'a>(quotas: &'q mut Vec<(&'a str, Told)>, dimension: &'a str) -> Option<&'q mut Told> {
    let index = match quotas.iter().position(|(known, _)| *known == dimension) {
        Some(index) => index,
        None if quotas.len() < MOST => {
            quotas.push((dimension, Told::default()));
            quotas.len() - 1
        }
        None => return None,
    };
    quotas.get_mut(index).map(|(_, told)| told)
}

// `limit`, `remaining-requests`, `requests-reset`: the role is the first or the last word, the rest is the dimension.
fn read_plain<'a>(name: &str, tail: &'a str, value: &str, served: Served, quotas: &mut Vec<(&'a str, Told)>) {
    let tail = tail.strip_suffix("-after").or_else(|| tail.strip_suffix("-time")).unwrap_or(tail);
    let roles = ["remaining", "reset", "limit", "bucket", "resource"];
    let found = roles.iter().enumerate().find_map(|(role, word)| {
        let rest = tail.strip_suffix(word).or_else(|| tail.strip_prefix(word))?;
        Some((role, rest.trim_matches('-')))
    });
    let Some((role, dimension)) = found else { return };
    // The first of `100, 100;w=60` is the limit.
    let first = value.split([',', ';']).next().unwrap_or_default().trim();
    let Some(told) = of(quotas, dimension) else { return };
    match role {
        0 => told.remaining = count(first),
        1 => told.reset_in = hints::when(value, served.at, name.ends_with("-ms")).map(|when| when.delay),
        2 => told.limit = count(first),
        _ => told.bucket = Some(String::from(value)),
    }
    cite(told, role, name);
}

// `"name";r=0;t=5, …` (drafts 08 on) or `limit=100, remaining=0, reset=5` (draft 07), where commas part members too.
fn read_list<'a>(name: &str, value: &'a str, quotas: &mut Vec<(&'a str, Told)>) {
    let mut dimension = "";
    for part in value.split([',', ';']) {
        let Some((key, amount)) = part.trim().split_once('=') else {
            dimension = part.trim().trim_matches('"');
            continue;
        };
        let Some(told) = of(quotas, dimension) else { return };
        let role = match key {
            "r" | "remaining" => 0,
            "t" | "reset" => 1,
            "q" | "limit" => 2,
            _ => continue,
        };
        let amount = count(amount);
        match role {
            0 => told.remaining = amount,
            1 => told.reset_in = amount.map(|seconds| (seconds as i64).saturating_mul(1000)),
            _ => told.limit = amount,
        }
        if !dimension.is_empty() {
            told.bucket = Some(String::from(dimension));
        }
        cite(told, role, name);
    }
}

fn count(text: &str) -> Option<u64> {
    number::count(text).and_then(|count| u64::try_from(count).ok())
}

// The header of the reset is the best source, then that of what remains.
fn cite(told: &mut Told, role: usize, name: &str) {
    if role == 1 || told.source.is_empty() || (role == 0 && told.reset_in.is_none()) {
        told.source = String::from(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<(Option<&'static str>, Option<u64>, Option<u64>, Option<i64>)> {
        let told = read(Headers::new(text), WallTime(1_394_506_250_000))?;
        Some((told.bucket.map(|bucket| &*bucket.leak()), told.limit, told.remaining, told.reset_in))
    }

    #[test]
    fn the_usual_forms_are_read() {
        let rows = [
            (
                "x-ratelimit-limit:1200\nx-ratelimit-remaining:0\nx-ratelimit-reset:1394506274\nx-ratelimit-bucket:abc123\n",
                Some((Some("abc123"), Some(1200), Some(0), Some(24_000))),
            ),
            (
                "x-rate-limit-limit:15\nx-rate-limit-remaining:0\nx-rate-limit-reset:30",
                Some((None, Some(15), Some(0), Some(30_000))),
            ),
            ("ratelimit:\"default\";r=0;t=5", Some((Some("default"), None, Some(0), Some(5000)))),
            ("ratelimit:limit=100, remaining=0, reset=50", Some((None, Some(100), Some(0), Some(50_000)))),
            (
                "x-ratelimit-remaining-requests:9\nx-ratelimit-remaining-tokens:0\nx-ratelimit-reset-tokens:6m0s\nx-ratelimit-reset-requests:1s",
                Some((None, None, Some(0), Some(360_000))),
            ),
            ("retry-after:3", None),
            ("x-ratelimit-reset:30", None),
            ("age:9\nx-ratelimit-remaining:0", None),
            ("ratelimit:,;=\";", None),
        ];
        for (text, expected) in rows {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
