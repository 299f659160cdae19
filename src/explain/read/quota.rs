//! The quota in the way, read off a response's plain headers.
//!
//! The policy's reader knows every dialect, since it paces by them, and takes 11 kB brotli. An explanation names one quota,
//! so this knows the forms that most APIs use: `x-ratelimit-limit`, `-remaining`, `-reset`, `-bucket` with or without a
//! dimension, in any spelling of the stem, and the list `RateLimit: "name";r=0;t=5`. Who has read more hands it over in
//! [`crate::explain::Report::told`].

use crate::explain::scan::{after, find, parts, words as names};
use crate::hints::{self, CUT, Served, Told};
use crate::syntax::{label, number, words};
use alloc::vec::Vec;

/// Quotas told by one response, at most; a server that names more is no help.
const MOST: usize = 8;

/// What the headers tell of one quota, borrowed.
#[derive(Debug, Default)]
struct Found<'a> {
    dimension: &'a str,
    bucket: &'a str,
    source: &'a str,
    limit: Option<u64>,
    remaining: Option<u64>,
    reset_in: Option<i64>,
}

/// The quota that is used up, of several the one that resets last. `None` where no header tells of one, or a cache answered. A
/// reset alone counts where the request was refused (`refused`).
pub fn read(headers: &[(&str, &str)], served: Served, refused: bool) -> Option<Told> {
    if served.cached {
        return None;
    }
    let mut quotas: Vec<Found<'_>> = Vec::new();
    for (name, value) in headers.iter().copied() {
        match after_stem(name) {
            Some("") => read_list(name, value, &mut quotas),
            Some(tail) => read_plain(name, tail, value, served, &mut quotas),
            None => {}
        }
    }
    let counts = |found: &Found<'_>| found.limit.or(found.remaining).is_some() || refused && found.reset_in > Some(0);
    let order = |found: &Found<'_>| (found.remaining == Some(0), found.reset_in);
    let found = quotas.into_iter().filter(counts).max_by_key(order)?;
    Some(Told {
        bucket: (!found.bucket.is_empty()).then(|| label::short(found.bucket)),
        limit: found.limit,
        remaining: found.remaining,
        reset_in: found.reset_in,
        source: label::short(found.source),
    })
}

/// What follows `ratelimit` or `rate-limit` in a name, without the hyphen.
fn after_stem(name: &str) -> Option<&str> {
    let stem = find(name, "ratelimit", 0).map(|at| at + 9).or_else(|| Some(find(name, "rate-limit", 0)? + 10));
    stem.map(|end| after(name, end)).map(|tail| tail.strip_prefix("-").unwrap_or(tail))
}

/// What is told; for lists, their short names are in the same order.
const ROLES: &str = "remaining reset limit bucket resource";
const SHORT: &str = "r t q";

/// The quota of `dimension`, if there is room for it.
#[inline(never)]
fn quota<'q, 'a>(quotas: &'q mut Vec<Found<'a>>, dimension: &'a str) -> Option<&'q mut Found<'a>> {
    #[cfg(test)]
    crate::syntax::steps::add(quotas.len() * dimension.len());
    let index = quotas.iter().position(|found| found.dimension == dimension).unwrap_or(quotas.len());
    if index == quotas.len() && index < MOST {
        quotas.push(Found { dimension, ..Found::default() });
    }
    quotas.get_mut(index)
}

/// Notes the amount or text that the header `name` has for a role.
#[inline(never)]
fn note<'a>(found: &mut Found<'a>, role: usize, amount: Option<i64>, text: &'a str, name: &'a str) {
    let count = amount.and_then(|amount| u64::try_from(amount).ok());
    match role {
        0 => found.remaining = count,
        1 => found.reset_in = amount,
        2 => found.limit = count,
        _ => found.bucket = text,
    }
    // The header of the reset is the best source, then that of what remains.
    if role == 1 || found.source.is_empty() || (role == 0 && found.reset_in.is_none()) {
        found.source = name;
    }
}

// `limit`, `remaining-requests`, `requests-reset`: the role is the first or the last word, the rest is the dimension.
fn read_plain<'a>(name: &'a str, tail: &'a str, value: &'a str, served: Served, quotas: &mut Vec<Found<'a>>) {
    let tail = tail.strip_suffix("-after").or_else(|| tail.strip_suffix("-time")).unwrap_or(tail);
    let found = names(ROLES).enumerate().find_map(|(role, word)| {
        let rest = tail.strip_suffix(word).or_else(|| tail.strip_prefix(word))?;
        let rest = rest.strip_suffix("-").unwrap_or(rest);
        Some((role, rest.strip_prefix("-").unwrap_or(rest)))
    });
    let Some((role, dimension)) = found else { return };
    let amount = if role == 1 {
        hints::when(value, served.at, name.ends_with("-ms"))
            .map(|when| if when.cut { when.delay.saturating_add(CUT) } else { when.delay })
    } else {
        // The first of `100, 100;w=60` is the limit.
        words::split(value, b",;").next().and_then(number::count)
    };
    if let Some(found) = quota(quotas, dimension) {
        note(found, role, amount, value, name);
    }
}

// `"name";r=0;t=5, …` (drafts 08 on) or `limit=100, remaining=0, reset=5` (draft 07), where commas part members too.
fn read_list<'a>(name: &'a str, value: &'a str, quotas: &mut Vec<Found<'a>>) {
    let mut dimension = "";
    // Looked for once for each dimension, however many members it has.
    let mut known = None;
    for part in words::split(value, b",;") {
        let Some((key, amount)) = words::pair(part, b'=') else {
            dimension = parts(part, b'"').next().unwrap_or("");
            known = None;
            continue;
        };
        let Some(role) = [SHORT, ROLES].into_iter().find_map(|list| names(list).take(3).position(|word| word == key))
        else {
            continue;
        };
        if known.is_none() {
            known = quota(quotas, dimension);
        }
        let Some(found) = &mut known else { continue };
        let scale = if role == 1 { 1000 } else { 1 };
        let amount = number::count(amount).map(|amount| amount.saturating_mul(scale));
        note(found, role, amount, "", name);
        if !dimension.is_empty() {
            found.bucket = dimension;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::headers::Headers;
    use crate::time::WallTime;

    type Row = (Option<&'static str>, Option<u64>, Option<u64>, Option<i64>);

    fn told(text: &str) -> Option<Row> {
        let headers = Headers::new(text);
        let pairs: Vec<_> = headers.iter().collect();
        let told = read(&pairs, hints::served(headers, WallTime(1_394_506_250_000)), false)?;
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
        let headers = Headers::new("x-ratelimit-reset:30");
        let pairs: Vec<_> = headers.iter().collect();
        let told = read(&pairs, hints::served(headers, WallTime(1_394_506_250_000)), true).unwrap();
        assert_eq!(told.reset_in, Some(30_000), "a refusal with a reset and no more");
    }
}
