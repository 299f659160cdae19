//! Headers that a user names: each dialect is one quota's, as data.
//!
//! They go before the generic reader, which is not asked about a header that a dialect lists: it may be in it only to be
//! understood otherwise. A dialect is set leaf by leaf, as all options are, and kept as the lines of a text, by the digit that is
//! a member's place in [`TABLE`]: that is read by what reads headers, and copied and compared as one.

use alloc::string::String;
use alloc::vec::Vec;

use super::draft::{Draft, OWN, gather};
use super::name::Role;
use super::value;
use crate::hints::{self, UNITS};
use crate::syntax::headers::Headers;
use crate::syntax::value::{self as option, Checked, Kind, Next, Row, Value, row};
use crate::syntax::{number, words};
use crate::time::WallTime;

// Between dialects, and before the first.
const NEXT: &str = "\u{c}";

/// The dialects of one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialects(String);

/// No dialects.
pub static NONE: Dialects = Dialects(String::new());

/// The members of a dialect, below its object, which is the first row.
pub(crate) const TABLE: &[Row] = &[
    row("", Kind::OneOf(TELLING)),
    row("limit", Kind::Name("a header's name")),
    row("remaining", Kind::Name("a header's name")),
    row("used", Kind::Name("a header's name")),
    row("reset", Kind::Name("a header's name")),
    row("bucket", Kind::Name("a header's name")),
    row("name", Kind::Text),
    row("unit", Kind::Text),
    row("resetUnit", Kind::Choice(UNITS)),
    row("window", Kind::Period),
];
const TELLING: &str = "an object with one of limit, remaining, used and reset";
const OBJECT: usize = 0;
const BUCKET: usize = 5;
const RESET_UNIT: usize = 8;
// Those that are kept by these names, as places.
const NAME: &str = "6";
const UNIT: &str = "7";
const IN_UNIT: &str = "8";
const WINDOW: &str = "9";

impl Dialects {
    /// Takes one member of the last one, or the object that begins one, at the path "": see [`TABLE`].
    ///
    /// # Errors
    /// What was expected there.
    pub fn set(&mut self, name: &str, value: Value<'_>) -> Checked<Next> {
        let read = option::read(TABLE, name, value)?;
        self.keep(read.place, read.number, read.text);
        Ok(read.next)
    }

    /// Keeps a member that was checked, by its place in [`TABLE`].
    pub fn keep(&mut self, place: usize, number: f64, text: &str) {
        if place == OBJECT {
            return self.0.push_str(NEXT);
        }
        number::push(&mut self.0, place as u64);
        self.0.push_str(":");
        if place >= RESET_UNIT {
            number::push(&mut self.0, number as u64);
        } else {
            // A line has no breaks.
            let line = words::split(text, b"\n\x0c").next().unwrap_or_default();
            if place > BUCKET {
                self.0.push_str(line);
            } else {
                self.0.push_str(&line.to_ascii_lowercase());
            }
        }
        self.0.push_str("\n");
    }

    /// The first dialect that names no header of a quota, and what was expected there.
    pub fn mute(&self) -> Option<(usize, &'static str)> {
        let tells = |(name, _)| role(name).is_some_and(|role| role != Role::Bucket);
        let mut all = words::split(&self.0, NEXT.as_bytes()).skip(1);
        all.position(|own| !Headers::new(own).iter().any(tells)).map(|at| (at, TELLING))
    }

    /// The headers they name, in lower case.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let lines = words::split(&self.0, b"\n\x0c").filter_map(|line| words::pair(line, b':'));
        lines.filter(|(member, _)| role(member).is_some()).map(|(_, header)| header)
    }

    /// Reads one header by all dialects that name it; whether there is one. `header` in lower case.
    #[inline(never)]
    pub fn read<'a>(&'a self, drafts: &mut Vec<Draft<'a>>, header: &'a str, text: &'a str, served: WallTime) -> bool {
        let mut known = false;
        for (step, own) in words::split(&self.0, NEXT.as_bytes()).enumerate() {
            let own = Headers::new(own);
            for (member, name) in own.iter() {
                let Some(role) = role(member).filter(|_| name == header) else { continue };
                known = true;
                let find = |name| own.find(name).unwrap_or_default();
                let mut draft = Draft::new(header);
                (draft.family, draft.step) = ("", OWN + step);
                (draft.head, draft.unit) = (find(NAME), find(UNIT));
                draft.window = number::whole(find(WINDOW)).unwrap_or(-1);
                match role {
                    Role::Bucket => draft.bucket = text,
                    Role::Reset => match hints::when_in(number::whole(find(IN_UNIT)), text, served) {
                        Some(when) => draft.reset(when, false),
                        None => continue,
                    },
                    _ => {
                        value::counts(drafts, draft, role, text);
                        continue;
                    }
                }
                gather(drafts, &draft);
            }
        }
        known
    }
}

// What a member's header tells.
fn role(member: &str) -> Option<Role> {
    Some(match member {
        "1" => Role::Limit,
        "2" => Role::Remaining,
        "3" => Role::Used,
        "4" => Role::Reset,
        "5" => Role::Bucket,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, read};
    use super::*;
    use crate::rate_limit::quota::Quota;
    use crate::syntax::headers::Headers;
    use alloc::vec;

    const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

    fn dialect(members: &[(&str, Value<'_>)]) -> Dialects {
        let mut dialects = Dialects::default();
        add(&mut dialects, members);
        dialects
    }

    fn add(dialects: &mut Dialects, members: &[(&str, Value<'_>)]) {
        dialects.set("", Value::Object).unwrap();
        for (name, value) in members {
            assert_eq!(dialects.set(name, *value), Ok(Next::Leave), "{name}");
        }
    }

    fn quotas(dialects: &Dialects, text: &str) -> Vec<Quota> {
        read(Answer { dialects, ..Answer::from(Headers::new(text)) }, NOW).quotas
    }

    #[test]
    fn a_quota_is_told_by_the_headers_that_a_user_names() {
        let own = dialect(&[
            ("name", Value::Text("acme")),
            ("limit", Value::Text("X-Allowance")),
            ("used", Value::Text("X-Spent")),
            ("reset", Value::Text("X-Back")),
            ("resetUnit", Value::Text("delta-min")),
            ("window", Value::Number(3_600_000.0)),
        ]);
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
            let own = dialect(&[("reset", Value::Text("x-back")), ("resetUnit", Value::Text(unit))]);
            let told = quotas(&own, &["x-back:", value].concat()).first().and_then(|quota| quota.reset_in);
            assert_eq!(told, expected, "{unit} {value}");
        }
    }

    #[test]
    fn a_dialect_goes_before_the_generic_reader_for_the_headers_it_lists_and_no_others() {
        let own = dialect(&[
            ("remaining", Value::Text("x-ratelimit-remaining")),
            ("reset", Value::Text("x-ratelimit-reset")),
            ("resetUnit", Value::Text("delta-ms")),
        ]);
        let told = quotas(&own, "x-ratelimit-remaining:0\nx-ratelimit-reset:5000\nratelimit:\"a\";r=3;t=9");
        let shown: Vec<_> = told.iter().map(|quota| (quota.name.as_deref(), quota.remaining, quota.reset_in)).collect();
        assert_eq!(shown, vec![(None, Some(0), Some(5000)), (Some("a"), Some(3), Some(9000))]);
    }

    #[test]
    fn several_dialects_are_several_quotas_and_a_bucket_names_its_own() {
        let mut own = dialect(&[("remaining", Value::Text("x-calls")), ("bucket", Value::Text("x-where"))]);
        add(&mut own, &[("remaining", Value::Text("x-words")), ("unit", Value::Text("tokens"))]);
        assert_eq!(own.headers().collect::<Vec<_>>(), ["x-calls", "x-where", "x-words"]);
        let told = quotas(&own, "x-where:search\nx-calls:4\nx-words:900");
        let shown: Vec<_> = told.iter().map(|quota| (quota.name.as_deref(), quota.bucket, quota.remaining)).collect();
        assert_eq!(shown, vec![(Some("search"), true, Some(4)), (None, false, Some(900))]);
        assert_eq!(told.iter().map(Quota::counts_requests).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_is_no_dialect_is_refused() {
        let mut own = dialect(&[]);
        for (name, value, expected) in [
            ("limit", Value::Text(""), "a header's name"),
            ("limit", Value::Text("x limit"), "a header's name"),
            ("limit", Value::Text("x-limit:"), "a header's name"),
            ("reset", Value::Number(3.0), "a header's name"),
            ("resetUnit", Value::Text("minutes"), UNITS),
            ("window", Value::Number(0.0), "a number of milliseconds, more than 0"),
            ("resets", Value::Text("x"), option::UNKNOWN),
        ] {
            assert_eq!(own.set(name, value), Err(expected), "{name}");
        }
        own.set("bucket", Value::Text("x-bucket")).unwrap();
        assert_eq!(own.mute(), Some((0, TELLING)));
        own.set("", Value::Object).unwrap();
        own.set("used", Value::Text("X-Used")).unwrap();
        assert_eq!((own.mute(), own.headers().last()), (Some((0, TELLING)), Some("x-used")));
    }
}
