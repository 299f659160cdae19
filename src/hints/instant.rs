//! A moment as a header tells it: a delta, an epoch, a duration or a date, told apart by the value alone.

use crate::syntax::{duration, http_date, number, words};
use crate::time::{WallTime, times};

/// A moment that a header names, as a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// Milliseconds from the head's arrival; never negative.
    pub delay: i64,
    /// How fine it was told, in ms: 1, 1000, or 60000 for a date without seconds.
    pub granularity: i64,
    /// A date or an epoch, not a delta.
    pub absolute: bool,
    /// That instant, on the server's clock.
    pub at: Option<WallTime>,
    /// An HTTP-date, which is cut to its second: the moment may be up to [`CUT`] later.
    pub cut: bool,
}

/// By how much a time that was cut to its second may be too early, ms.
pub const CUT: i64 = 1000;

/// Reads a reset: a number (seconds, or milliseconds where `millis` says so, or an epoch in either, by magnitude), a
/// duration, or a date.
///
/// An instant more than a day past or 400 days ahead is none: it is another unit, a zero value, or a broken clock.
#[inline(never)]
pub fn when(text: &str, served: WallTime, millis: bool) -> Option<When> {
    // More digits than a number may have are an epoch in microseconds or, from 1e17 on, in nanoseconds.
    let finer = match text.len() {
        16 | 17 => 3,
        18..=20 => 6,
        _ => 0,
    };
    let end = text.len() - finer;
    let is_finer = finer > 0 && number::whole(words::cut(text, end, text.len())).is_some();
    let cut = if is_finer { words::cut(text, 0, end) } else { text };
    if let Some(milli) = number::milli(cut, true) {
        return of_number(milli, served, millis);
    }
    if let Some(delay) = duration::read(text) {
        return Some(relative(delay));
    }
    of_date(text, served)
}

/// What the units of [`when_in`] are called by users, in their order.
pub const UNITS: &str = "\"epoch-s\", \"epoch-ms\", \"delta-s\", \"delta-ms\", \"delta-min\", \"date\" or \"duration\"";

/// [`when`], in a unit that is known: a place in [`UNITS`].
pub fn when_in(unit: Option<i64>, text: &str, served: WallTime) -> Option<When> {
    match unit {
        None => return when(text, served, false),
        Some(5) => return of_date(text, served),
        Some(6) => return duration::read(text).map(relative),
        _ => {}
    }
    let milli = number::milli(text, true)?;
    match unit {
        Some(0) => absolute(WallTime(milli), granularity(milli), served),
        Some(1) => absolute(WallTime(milli / 1000), 1, served),
        Some(2) => Some(relative(milli)),
        Some(3) => Some(relative(milli / 1000 + i64::from(milli % 1000 > 0))),
        _ => Some(relative(times(milli, 60))),
    }
}

/// [`when`] for a number that was read already, in thousandths.
#[inline(never)]
pub fn of_number(milli: i64, served: WallTime, millis: bool) -> Option<When> {
    let ms = milli / 1000 + i64::from(milli % 1000 > 0);
    // From 1e11 on it is an epoch in milliseconds (1973), from 1e9 on one in seconds (2001); below, a delta.
    if milli >= 100_000_000_000_000 {
        absolute(WallTime(ms), granularity(ms), served)
    } else if millis {
        Some(relative(ms))
    } else if milli >= 1_000_000_000_000 {
        absolute(WallTime(milli), granularity(milli), served)
    } else {
        Some(relative(milli))
    }
}

fn of_date(text: &str, served: WallTime) -> Option<When> {
    match http_date::read(text, served) {
        Some(date) => absolute(date, 1000, served).map(|when| When { cut: true, ..when }),
        None => http_date::read_internet(text).and_then(|(date, precision)| absolute(date, precision, served)),
    }
}

fn relative(delay: i64) -> When {
    When { delay, granularity: granularity(delay), absolute: false, at: None, cut: false }
}

fn absolute(at: WallTime, granularity: i64, served: WallTime) -> Option<When> {
    const DAY: i64 = 86_400_000;
    let delay = at.since(served);
    let when = When { delay: delay.max(0), granularity, absolute: true, at: Some(at), cut: false };
    (-DAY..=400 * DAY).contains(&delay).then_some(when)
}

// A whole second may be exact by chance; taking it for a rounded one only costs caution.
fn granularity(ms: i64) -> i64 {
    if ms % 1000 == 0 { 1000 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

    #[test]
    fn a_reset_is_read_by_magnitude() {
        let read = |text| when(text, NOW, false).map(|when| (when.delay, when.granularity, when.absolute));
        for (text, expected) in [
            ("30", (30_000, 1000, false)),
            ("0.25", (250, 1, false)),
            ("999999999", (999_999_999_000, 1000, false)),
            ("1795305630", (30_000, 1000, true)),
            ("1795305601.5", (1500, 1, true)),
            ("1795305630123", (30_123, 1, true)),
            ("1795305630123456", (30_123, 1, true)),
            ("1795305660000000000", (60_000, 1000, true)),
            ("1795305630123456789", (30_123, 1, true)),
            ("1795305590", (0, 1000, true)),
            ("2m59.56s", (179_560, 1, false)),
            ("2026-11-22T00:01Z", (60_000, 60_000, true)),
            ("Sun, 22 Nov 2026 00:00:09 GMT", (9000, 1000, true)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for none in [
            "1000000000",
            "9999999999",
            "999999999999999",
            "9999999999999999",
            "17953056301234567890",
            "999999999999999999",
            "179530563012345678901",
            "179530563012345678x",
            "179530563012312x",
            "0001-01-01T00:00:00Z",
            "x",
            "",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(when("500", NOW, true).map(|when| when.delay), Some(500));
        assert_eq!(when("1795305630123", NOW, true).map(|when| when.delay), Some(30_123));
    }
}
