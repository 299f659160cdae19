//! Headers that a user names: one quota, in a dialect of its own, as data.
//!
//! They go before the generic reader, which is not asked about a header that a dialect lists: it may be in it only to be
//! understood otherwise. A dialect is told leaf by leaf, as all options are.

use alloc::string::String;
use alloc::vec::Vec;

use super::draft::{Draft, OWN, gather};
use super::name::Role;
use super::value;
use crate::hints::{self, UNITS};
use crate::syntax::value::{Checked, Kind, Next, Row, UNSAID, Value, row, set};
use crate::time::WallTime;

const HEADER: Kind = Kind::Name("a header's name");

const TABLE: [Row; 9] = [
    row("limit", HEADER),
    row("remaining", HEADER),
    row("used", HEADER),
    row("reset", HEADER),
    row("bucket", HEADER),
    row("name", Kind::Text),
    row("unit", Kind::Text),
    row("resetUnit", Kind::Choice(UNITS)),
    row("window", Kind::Period),
];
// What the rows that are headers tell, in the same order.
const ROLES: [Role; 5] = [Role::Limit, Role::Remaining, Role::Used, Role::Reset, Role::Bucket];
const BUCKET: usize = 4;
const NAME: usize = 5;
const UNIT: usize = 6;
const RESET_UNIT: usize = 7;
const WINDOW: usize = 8;

/// One quota's headers.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialect {
    // The rows up to the unit; empty where not said.
    texts: [String; RESET_UNIT],
    // All rows.
    numbers: [f64; TABLE.len()],
}

impl Default for Dialect {
    fn default() -> Self {
        Self { texts: Default::default(), numbers: [UNSAID; TABLE.len()] }
    }
}

impl Dialect {
    /// Takes one member: `limit`, `remaining`, `used`, `reset`, `bucket` (names of headers), `name`, `unit`, `resetUnit`
    /// (one of [`UNITS`]) or `window` (ms).
    ///
    /// # Errors
    /// What was expected there.
    pub fn set(&mut self, name: &str, value: Value<'_>) -> Checked<Next> {
        let (index, next) = set(&TABLE, &mut self.numbers, name, value)?;
        if let (Some(place), Value::Text(text)) = (self.texts.get_mut(index), value) {
            *place = if index < NAME { text.to_ascii_lowercase() } else { text.into() };
        }
        Ok(next)
    }

    /// Whether it tells a quota at all.
    pub fn tells(&self) -> bool {
        self.headers().take(BUCKET).any(|header| !header.is_empty())
    }

    /// The headers it names, in lower case, "" for those it does not.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().take(ROLES.len()).map(String::as_str)
    }

    fn text(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", String::as_str)
    }

    fn number(&self, index: usize) -> Option<i64> {
        self.numbers.get(index).filter(|number| !number.is_nan()).map(|number| *number as i64)
    }
}

/// Reads one header by all dialects that name it; whether there is one. `header` in lower case.
#[inline(never)]
pub fn read<'a>(
    dialects: &'a [Dialect],
    drafts: &mut Vec<Draft<'a>>,
    header: &'a str,
    value: &'a str,
    served: WallTime,
) -> bool {
    let mut known = false;
    for (step, dialect) in dialects.iter().enumerate() {
        for (name, role) in dialect.headers().zip(ROLES) {
            if name != header {
                continue;
            }
            known = true;
            let mut draft = Draft {
                family: "",
                step: OWN + step,
                head: dialect.text(NAME),
                unit: dialect.text(UNIT),
                window: dialect.number(WINDOW).unwrap_or(-1),
                ..Draft::new(header)
            };
            match role {
                Role::Bucket => draft.bucket = value,
                Role::Reset => {
                    let when = match dialect.number(RESET_UNIT) {
                        Some(unit) => hints::when_in(unit as usize, value, served),
                        None => hints::when(value, served, false),
                    };
                    let Some(when) = when else { continue };
                    draft.reset(when, false);
                }
                _ => {
                    value::counts(drafts, draft, role, value);
                    continue;
                }
            }
            gather(drafts, &draft);
        }
    }
    known
}

/// Whether one of `dialects` names the header `name` (lower case).
pub fn names(dialects: &[Dialect], name: &str) -> bool {
    dialects.iter().any(|dialect| dialect.headers().any(|header| header == name))
}

/// The names of all headers of `dialects`, one a line, appended to `names`.
pub fn list(dialects: &[Dialect], names: &mut String) {
    for header in dialects.iter().flat_map(Dialect::headers).filter(|header| !header.is_empty()) {
        names.push_str(header);
        names.push_str("\n");
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, read};
    use super::*;
    use crate::rate_limit::quota::Quota;
    use crate::syntax::headers::Headers;
    use alloc::vec;

    const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

    fn dialect(members: &[(&str, Value<'_>)]) -> Dialect {
        let mut dialect = Dialect::default();
        for (name, value) in members {
            assert_eq!(dialect.set(name, *value), Ok(Next::Leave), "{name}");
        }
        dialect
    }

    fn quotas(dialects: &[Dialect], text: &str) -> Vec<Quota> {
        read(Answer { dialects, ..Answer::from(Headers::new(text)) }, NOW).quotas
    }

    #[test]
    fn a_quota_is_told_by_the_headers_that_a_user_names() {
        let own = [dialect(&[
            ("name", Value::Text("acme")),
            ("limit", Value::Text("X-Allowance")),
            ("used", Value::Text("X-Spent")),
            ("reset", Value::Text("X-Back")),
            ("resetUnit", Value::Text("delta-min")),
            ("window", Value::Number(3_600_000.0)),
        ])];
        let [quota] = &quotas(&own, "x-allowance:100\nx-spent:97\nx-back:2\nx-other:5")[..] else { panic!() };
        assert_eq!((quota.name.as_deref(), quota.unit.as_deref()), (Some("acme"), None));
        assert_eq!((quota.limit, quota.remaining), (Some(100), Some(3)));
        assert_eq!((quota.reset_in, quota.window), (Some(120_000), Some(3_600_000)));
        assert_eq!(quota.source, "x-back");
    }

    #[test]
    fn a_reset_is_read_in_the_unit_that_is_said() {
        for (unit, value, expected) in [
            ("epoch-s", "1795305630", Some(30_000)),
            ("epoch-ms", "1795305630500", Some(30_500)),
            ("delta-s", "1.5", Some(1500)),
            ("delta-ms", "600000", Some(600_000)),
            ("delta-min", "2", Some(120_000)),
            ("date", "Sun, 22 Nov 2026 00:00:09 GMT", Some(9000)),
            ("date", "2026-11-22T00:00:05Z", Some(5000)),
            ("duration", "1m30s", Some(90_000)),
            ("epoch-s", "30", None),
            ("duration", "30", None),
            ("date", "30", None),
            ("delta-ms", "1s", None),
        ] {
            let own = [dialect(&[("reset", Value::Text("x-back")), ("resetUnit", Value::Text(unit))])];
            let told = quotas(&own, &["x-back:", value].concat()).first().and_then(|quota| quota.reset_in);
            assert_eq!(told, expected, "{unit} {value}");
        }
    }

    #[test]
    fn a_dialect_goes_before_the_generic_reader_for_the_headers_it_lists_and_no_others() {
        let own = [dialect(&[
            ("remaining", Value::Text("x-ratelimit-remaining")),
            ("reset", Value::Text("x-ratelimit-reset")),
            ("resetUnit", Value::Text("delta-ms")),
        ])];
        let told = quotas(&own, "x-ratelimit-remaining:0\nx-ratelimit-reset:5000\nratelimit:\"a\";r=3;t=9");
        let shown: Vec<_> = told.iter().map(|quota| (quota.name.as_deref(), quota.remaining, quota.reset_in)).collect();
        assert_eq!(shown, vec![(None, Some(0), Some(5000)), (Some("a"), Some(3), Some(9000))]);
    }

    #[test]
    fn several_dialects_are_several_quotas_and_a_bucket_names_its_own() {
        let of = |remaining, unit| dialect(&[("remaining", Value::Text(remaining)), ("unit", Value::Text(unit))]);
        let mut calls = of("x-calls", "requests");
        calls.set("bucket", Value::Text("x-where")).unwrap();
        let told = quotas(&[calls, of("x-words", "tokens")], "x-where:search\nx-calls:4\nx-words:900");
        let shown: Vec<_> = told.iter().map(|quota| (quota.name.as_deref(), quota.bucket, quota.remaining)).collect();
        assert_eq!(shown, vec![(Some("search"), true, Some(4)), (None, false, Some(900))]);
        assert_eq!(told.iter().map(Quota::counts_requests).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_is_no_dialect_is_refused() {
        let mut own = Dialect::default();
        for (name, value, expected) in [
            ("limit", Value::Text(""), "a header's name"),
            ("limit", Value::Text("x limit"), "a header's name"),
            ("limit", Value::Text("x-limit:"), "a header's name"),
            ("reset", Value::Number(3.0), "a header's name"),
            ("resetUnit", Value::Text("minutes"), UNITS),
            ("window", Value::Number(0.0), "a number of milliseconds, more than 0"),
            ("resets", Value::Text("x"), "no such option"),
        ] {
            assert_eq!(own.set(name, value), Err(expected), "{name}");
        }
        own.set("bucket", Value::Text("x-bucket")).unwrap();
        assert!(!own.tells() && names(&[own], "x-bucket"));
    }
}
