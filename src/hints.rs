//! When to come back: what one response says of it. Both the retry and the explainer ask here.
//!
//! Names come from a short list of shapes; units come from the value's magnitude, since names lie: the same header is
//! seconds from one server and an epoch from the next. Sources: RFC 9110 10.2.3, and the vendors named in each branch.

use alloc::string::String;

pub mod body;
mod instant;
pub mod limits;
mod phrases;
mod wait;

pub use instant::{CUT, UNITS, When, of_number, when, when_in};

use crate::syntax::headers::Headers;
use crate::syntax::{http_date, label, number, words};
use crate::time::{WallTime, times};

/// The response header that lets a page of another origin read what is read here. As a literal, to be built upon.
macro_rules! expose {
    () => {
        "Access-Control-Expose-Headers: Date, Retry-After, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
    };
}
pub(crate) use expose;

/// See [`expose`]; names of dialects are to be added.
pub const EXPOSE: &str = expose!();

/// Whether `status` says by itself that a rate was exceeded: 429, and Twitter's and EVE's older 420.
pub fn is_refusal(status: u16) -> bool {
    matches!(status, 420 | 429)
}

/// "Come back in `delay` ms", as a server said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Milliseconds from the moment the response arrived; never negative.
    pub delay: i64,
    /// The header (lower-case) or the member of the body it came from: `retry-after`, `body.retryDelay`.
    pub source: String,
}

/// The shortest hint that is kept to as it stands, ms: a server that asks for less asks for a hot loop.
const SHORTEST: i64 = 50;

impl Hint {
    /// How long to wait, ms: at least [`SHORTEST`]. `None` where the hint is 0 or past, which says nothing of when there is room
    /// again.
    pub fn wait(&self) -> Option<i64> {
        (self.delay > 0).then(|| self.delay.max(SHORTEST))
    }
}

/// The quota that a response names as the one in the way, as far as it tells. What the explainer needs of
/// a quota, and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The bucket's or policy's name.
    pub bucket: Option<String>,
    /// Units a window.
    pub limit: Option<u64>,
    /// Units left.
    pub remaining: Option<u64>,
    /// Milliseconds until it resets; 0 if past.
    pub reset_in: Option<i64>,
    /// The header that told the reset, else the remaining, else the limit.
    pub source: String,
}

/// The server's clock when it answered, as far as the response tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// What dates of this response are measured against.
    pub at: WallTime,
    /// Its `Date`, unless a cache gave the response: the server's clock was in `[date, date + 1 s)`.
    pub date: Option<WallTime>,
    /// A cache gave the response (`Age` over 0): its quotas are of another time.
    pub cached: bool,
}

/// What the head says about when to come back, if it does. Retry-After and its kin alone: a quota's reset is no hint.
///
/// Headers in milliseconds go before `Retry-After`, and that before its other kin; of two alike the longer wait counts.
/// What is malformed is as if it were not there. Not capped.
pub fn read(headers: Headers<'_>, now: WallTime) -> Option<Hint> {
    read_served(headers, served(headers, now))
}

/// [`read`], where it is known when the response was served.
pub fn read_served(headers: Headers<'_>, served: Served) -> Option<Hint> {
    best(headers, served).map(|(wait, name)| Hint { delay: wait.delay, source: label::short(name) })
}

/// How much later than [`read_served`] says the moment may be, ms: an HTTP-date is cut to its second.
pub fn slack(headers: Headers<'_>, served: Served) -> i64 {
    best(headers, served).map_or(0, |(wait, _)| wait.slack)
}

/// A wait that a header names, and by how much it may be too short.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wait {
    delay: i64,
    slack: i64,
}

#[inline(never)]
fn best(headers: Headers<'_>, served: Served) -> Option<(Wait, &str)> {
    let mut best: Option<(u8, Wait, &str)> = None;
    for (name, value) in headers.iter() {
        let Some((rank, millis)) = rank(name) else { continue };
        // Servers that have not refused send it beside their counters (Cloud Foundry).
        if rank == KIN && value == "0" {
            continue;
        }
        let wait = match rank {
            USAGE => regain_access(value).map(exact),
            _ => wait(value, served.at, millis, rank == STANDARD),
        };
        let Some(wait) = wait else { continue };
        if best.is_none_or(|(other, longest, _)| rank < other || (rank == other && wait > longest)) {
            best = Some((rank, wait, name));
        }
    }
    best.map(|(_, wait, name)| (wait, name))
}

fn exact(delay: i64) -> Wait {
    Wait { delay, slack: 0 }
}

/// What a server says of repeating a request, whatever its status: `OpenAI`'s, Anthropic's and Stripe's flags, and gRPC's
/// pushback, where what is no delay means never (gRFC A6).
pub fn repeats(headers: Headers<'_>) -> Option<bool> {
    let mut said = None;
    for (name, value) in headers.iter() {
        said = match (name, value) {
            (PUSHBACK, _) => Some(number::whole(value).is_some_and(|delay| delay >= 0)),
            ("x-should-retry" | "stripe-should-retry", "true") => Some(true),
            ("x-should-retry" | "stripe-should-retry", "false") => Some(false),
            _ => continue,
        };
        if said == Some(false) {
            break;
        }
    }
    said
}

const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// The server's clock: its `Date` where that differs from `now` by more than transit and its granularity explain.
#[inline(never)]
pub fn served(headers: Headers<'_>, now: WallTime) -> Served {
    let (mut cached, mut date) = (false, None);
    for (name, value) in headers.iter() {
        match name {
            "age" => cached |= number::count(value).is_some_and(|age| age > 0),
            "date" => date = date.or_else(|| http_date::read(value, now)),
            _ => {}
        }
    }
    Served { at: now, date: date.filter(|_| !cached), cached }.measured(now)
}

impl Served {
    /// The same, by a clock that shows `now`.
    pub fn measured(self, now: WallTime) -> Self {
        // Date is cut to the second, and the response was under way for a while; within that, this clock is the finer one.
        let at = self.date.filter(|date| !(0..=2000).contains(&now.since(*date))).unwrap_or(now);
        Self { at, ..self }
    }
}

const MILLIS: u8 = 0;
const STANDARD: u8 = 1;
const KIN: u8 = 2;
const USAGE: u8 = 3;

// What a name promises: its rank, and whether it counts milliseconds.
#[inline(never)]
fn rank(name: &str) -> Option<(u8, bool)> {
    // Meta: minutes in a JSON value.
    if name == "x-business-use-case-usage" {
        return Some((USAGE, false));
    }
    if name == PUSHBACK {
        return Some((MILLIS, true));
    }
    // Airbrake's X-RateLimit-Delay, Buildr's X-Rate-Limited-For.
    if ["limit-delay", "limited-for"].iter().any(|end| name.ends_with(end)) && words::holds(name, "rate") {
        return Some((KIN, false));
    }
    let mut at = 0;
    let unit = loop {
        let rest = words::cut(name, at, name.len());
        if let Some(unit) = rest.strip_prefix("retry-after").or_else(|| rest.strip_prefix("retry-in")) {
            break unit;
        }
        at += words::find(rest, b"-")? + 1;
    };
    match unit {
        // Amazon counts milliseconds under a name that does not say so (smithy-rs).
        "" if name == "x-amz-retry-after" => Some((MILLIS, true)),
        "" if at == 0 => Some((STANDARD, false)),
        // x-ratelimit-retry-after, x-retry-in (Traefik), x-rate-limit-retry-after-seconds (bucket4j).
        "" | "-seconds" => Some((KIN, false)),
        "-ms" | "-milliseconds" => Some((MILLIS, true)),
        _ => None,
    }
}

fn wait(value: &str, served: WallTime, millis: bool, standard: bool) -> Option<Wait> {
    // Sent twice, a header arrives as a list: the longest wait is safe.
    let mut longest = None;
    for piece in words::split(value, b",") {
        let Some(milli) = number::milli(piece, true) else {
            return if standard {
                http_date::read(value, served).map(|date| dated(date.since(served)))
            } else {
                when(value, served, millis)
                    .map(|when| Wait { delay: when.delay, slack: if when.cut { CUT } else { 0 } })
            };
        };
        // Out of an epoch's bounds it is what the RFC says: seconds, however many.
        longest = longest.max(Some(of_number(milli, served, millis).map_or(milli, |when| when.delay)));
    }
    longest.map(exact)
}

// A date so far ahead. It is past once its second is over.
fn dated(ahead: i64) -> Wait {
    let delay = ahead.max(0);
    Wait { delay, slack: ahead.saturating_add(CUT).max(0) - delay }
}

// The longest `"estimated_time_to_regain_access": minutes` in a JSON text. 0 means that access was never lost.
fn regain_access(json: &str) -> Option<i64> {
    let (mut longest, mut follows) = (0, false);
    for piece in words::split(json, b"\",}] ") {
        let number = piece.strip_prefix(':').unwrap_or(piece);
        if follows && let Some(minutes) = number::whole(number) {
            longest = longest.max(minutes);
        }
        // Until the next string begins; between lie the colon and spaces.
        follows = piece == "estimated_time_to_regain_access" || (follows && (piece.is_empty() || piece == ":"));
    }
    (longest > 0).then(|| times(longest, 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_server_says_whether_to_repeat_and_no_goes_before_yes() {
        let rows = [
            ("x-should-retry:true", Some(true)),
            ("x-should-retry:false", Some(false)),
            ("stripe-should-retry:true\nx-should-retry:false", Some(false)),
            ("x-should-retry:false\nstripe-should-retry:true", Some(false)),
            ("x-should-retry:yes", None),
            ("retry-after:5", None),
            // gRFC A6: negative or no number at all.
            ("grpc-retry-pushback-ms:-1", Some(false)),
            ("grpc-retry-pushback-ms:soon", Some(false)),
            ("grpc-retry-pushback-ms:1500", Some(true)),
        ];
        for (headers, expected) in rows {
            assert_eq!(repeats(Headers::new(headers)), expected, "{headers}");
        }
        let hint = super::read(Headers::new("grpc-retry-pushback-ms:1500"), WallTime(0)).unwrap();
        assert_eq!((hint.delay, hint.source.as_str()), (1500, PUSHBACK));
        assert_eq!(super::read(Headers::new("grpc-retry-pushback-ms:-1"), WallTime(0)), None);
    }
    const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

    fn hint(text: &str) -> Option<(i64, String)> {
        read(Headers::new(text), NOW).map(|hint| (hint.delay, hint.source))
    }

    #[test]
    fn each_name_has_its_unit() {
        for (text, delay) in [
            ("retry-after:120", 120_000),
            ("retry-after:0.1", 100),
            ("retry-after-ms:1500", 1500),
            ("x-ms-retry-after-ms:2853.2", 2854),
            ("x-amz-retry-after:1500", 1500),
            ("x-retry-after:1795305630", 30_000),
            ("x-ratelimit-retry-after:30", 30_000),
            ("x-rate-limit-retry-after-seconds:59", 59_000),
            ("x-retry-in:412.3ms", 413),
            ("x-ratelimit-delay:30", 30_000),
            ("x-rate-limited-for:5", 5000),
            ("beta-retry-after:2026-11-22T00:00:05Z", 5000),
            (
                "x-business-use-case-usage:{\"estimated_time_to_regain_access\": 5},{\"estimated_time_to_regain_access\":3}",
                300_000,
            ),
        ] {
            let name = text.split(':').next().unwrap();
            assert_eq!(hint(text), Some((delay, String::from(name))), "{text}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_an_http_date_and_nothing_else() {
        for bad in [
            "",
            "-1",
            "+1",
            "0x10",
            "1e3",
            "nan",
            "5s",
            "soon",
            "2026-11-22T00:00:05Z",
            "1, x",
            "Wed, 29 Feb 2023 00:00:00 GMT",
        ] {
            assert_eq!(hint(&format!("retry-after:{bad}")), None, "{bad}");
        }
        for other in
            ["x-should-retry:5", "retry-afterwards:5", "x-retry-info:5", "xretry-after:5", "retry-after-jitter:5"]
        {
            assert_eq!(hint(other), None, "{other}");
        }
    }

    #[test]
    fn milliseconds_go_before_the_standard_and_that_before_its_kin() {
        assert_eq!(hint("retry-after:9\nretry-after-ms:0"), Some((0, "retry-after-ms".into())));
        assert_eq!(hint("x-retry-in:412.3ms\nretry-after:1"), Some((1000, "retry-after".into())));
        assert_eq!(hint("x-retry-after:3\nretry-after:never"), Some((3000, "x-retry-after".into())));
        assert_eq!(hint("retry-after:60, 120"), Some((120_000, "retry-after".into())));
    }

    #[test]
    fn a_number_that_is_no_epoch_near_now_is_seconds() {
        // ky test/retry.ts: an epoch two years old must not become "at once".
        assert_eq!(hint("retry-after:1735689600"), Some((1_735_689_600_000, "retry-after".into())));
        assert_eq!(hint("retry-after:999999999999999"), Some((999_999_999_999_999_000, "retry-after".into())));
    }

    #[test]
    fn dates_are_measured_on_the_servers_clock() {
        let fast = "date:Sat, 21 Nov 2026 23:00:00 GMT\nretry-after:Sat, 21 Nov 2026 23:00:05 GMT";
        assert_eq!(hint(fast), Some((5000, "retry-after".into())));
        assert_eq!(hint(&format!("{fast}\nage:10")), Some((0, "retry-after".into())));
        let late = Headers::new("date:Sun, 22 Nov 2026 00:00:00 GMT\nretry-after:Sun, 22 Nov 2026 00:00:05 GMT");
        assert_eq!(slack(late, served(late, NOW)), 1000, "it is waited for to the end of its second");
        for (retry_after, expected) in
            [("Sun, 22 Nov 2026 00:00:00 GMT", 1000), ("Sat, 21 Nov 2026 23:59:59 GMT", 0), ("5", 0)]
        {
            let text = format!("retry-after:{retry_after}");
            assert_eq!(slack(Headers::new(&text), served(Headers::new(&text), NOW)), expected, "{retry_after}");
        }
        // Half a second in transit is no skew.
        let near = Headers::new("date:Sat, 21 Nov 2026 23:59:59 GMT");
        assert_eq!(served(near, NOW).at, NOW);
        assert_eq!(served(near, NOW).date, Some(NOW.plus(-1000)));
    }
}
