//! The quota in the way, read off an answer's plain headers.
//!
//! The policy's reader knows every dialect, since it paces by them, and takes 11 kB brotli. An explanation names one quota,
//! so this knows the forms that most APIs use: `x-ratelimit-limit`, `-remaining`, `-reset`, `-bucket` with or without a
//! dimension, in any spelling of the stem, and the list `RateLimit: "name";r=0;t=5`. Who has read more hands it over in
//! [`crate::explain::Report::told`].

use super::scan::{after, find, parts, words as names};
use crate::hints::{self, Served, Told};
use crate::syntax::headers::Headers;
use crate::syntax::{number, words};
use alloc::string::String;
use alloc::vec::Vec;

/// Quotas told by one answer, at most; a server that names more is no help.
const MOST: usize = 8;

/// The quota that is used up, of several the one that resets last. `None` where no header tells of one, or a cache answered.
pub fn read(headers: Headers<'_>, served: Served) -> Option<Told> {
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
    let stem = find(name, "ratelimit", 0).map(|at| at + 9).or_else(|| Some(find(name, "rate-limit", 0)? + 10));
    stem.map(|end| after(name, end)).map(|tail| tail.strip_prefix("-").unwrap_or(tail))
}

/// What is told; for lists, their short names are in the same order.
const ROLES: &str = "remaining reset limit bucket resource";
const SHORT: &str = "r t q";

/// Notes under `dimension` the amount or text that a header called `name` has for a role.
#[inline(never)]
fn note<'a>(
    quotas: &mut Vec<(&'a str, Told)>,
    dimension: &'a str,
    (role, amount, text): (usize, Option<i64>, &str),
    name: &str,
) {
    let index = quotas.iter().position(|(known, _)| *known == dimension).unwrap_or(quotas.len());
    if index == quotas.len() && index < MOST {
        quotas.push((dimension, Told::default()));
    }
    let Some((_, told)) = quotas.get_mut(index) else { return };
    let count = amount.and_then(|amount| u64::try_from(amount).ok());
    match role {
        0 => told.remaining = count,
        1 => told.reset_in = amount,
        2 => told.limit = count,
        _ => told.bucket = Some(String::from(text)),
    }
    cite(told, role, name);
}

// `limit`, `remaining-requests`, `requests-reset`: the role is the first or the last word, the rest is the dimension.
fn read_plain<'a>(name: &str, tail: &'a str, value: &str, served: Served, quotas: &mut Vec<(&'a str, Told)>) {
    let tail = tail.strip_suffix("-after").or_else(|| tail.strip_suffix("-time")).unwrap_or(tail);
    let found = names(ROLES).enumerate().find_map(|(role, word)| {
        let rest = tail.strip_suffix(word).or_else(|| tail.strip_prefix(word))?;
        let rest = rest.strip_suffix("-").unwrap_or(rest);
        Some((role, rest.strip_prefix("-").unwrap_or(rest)))
    });
    let Some((role, dimension)) = found else { return };
    let amount = if role == 1 {
        hints::when(value, served.at, name.ends_with("-ms")).map(|when| when.delay)
    } else {
        // The first of `100, 100;w=60` is the limit.
        words::split(value, b",;").next().and_then(number::count)
    };
    note(quotas, dimension, (role, amount, value), name);
}

// `"name";r=0;t=5, …` (drafts 08 on) or `limit=100, remaining=0, reset=5` (draft 07), where commas part members too.
fn read_list<'a>(name: &str, value: &'a str, quotas: &mut Vec<(&'a str, Told)>) {
    let mut dimension = "";
    for part in words::split(value, b",;") {
        let Some((key, amount)) = words::pair(part, b'=') else {
            dimension = parts(part, b'"').next().unwrap_or("");
            continue;
        };
        let Some(role) = [SHORT, ROLES].into_iter().find_map(|list| names(list).take(3).position(|word| word == key))
        else {
            continue;
        };
        let scale = if role == 1 { 1000 } else { 1 };
        let amount = number::count(amount).map(|amount| amount.saturating_mul(scale));
        note(quotas, dimension, (role, amount, ""), name);
        if !dimension.is_empty() {
            note(quotas, dimension, (3, None, dimension), name);
        }
    }
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
    use crate::time::WallTime;

    type Row = (Option<&'static str>, Option<u64>, Option<u64>, Option<i64>);

    fn told(text: &str) -> Option<Row> {
        let headers = Headers::new(text);
        let told = read(headers, hints::served(headers, WallTime(1_394_506_250_000)))?;
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
