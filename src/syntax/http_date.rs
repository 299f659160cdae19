//! Dates in headers: the three forms of RFC 9110 5.6.7, and the internet's RFC 3339.
//!
//! A date is scanned against a pattern, one letter a field, so that each form is a row and not a parser.

use super::number;
use crate::time::WallTime;

const WEEKDAYS: &str = "sunday monday tuesday wednesday thursday friday saturday";
const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec";
const DAY: i64 = 86_400_000;

/// An HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
///
/// A two-digit year is of this century unless that is more than 50 years after `now`. Letters match in any case and the
/// day of the week need not fit the date, as caches and browsers have it. Second 60 is read where UTC has leap seconds.
/// Years before 1900 are refused (RFC 5322 3.3).
pub fn read(text: &str, now: WallTime) -> Option<WallTime> {
    for pattern in ["w, d o y h:i:s GMT", "W, d-o-z h:i:s GMT", "w o e h:i:s y"] {
        if let Some((mut fields, "")) = Fields::scan(pattern, text) {
            if fields.short_year {
                fields.spell_year(now);
            }
            return fields.instant();
        }
    }
    None
}

/// An RFC 3339 date with its precision in ms: `2025-10-19T00:15:00Z`, `…:00.971772Z`, `…:00+00:00`.
///
/// As servers have it, seconds may be missing (Jira), the `T` may be a space (Ruby), and the offset may lack its colon
/// or be ` UTC`; it may not be missing, since nobody can say then what the hour means. Finer than a millisecond is rounded up.
pub fn read_internet(text: &str) -> Option<(WallTime, i64)> {
    let (mut fields, mut rest) = Fields::scan("y-n-dth:i", text).or_else(|| Fields::scan("y-n-d h:i", text))?;
    let (mut ms, mut precision) = (0, 60_000);
    if let Some(after) = rest.strip_prefix(':') {
        fields.second = number::whole(after.get(..2)?)?;
        (rest, precision) = (after.get(2..)?, 1000);
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.bytes().position(|byte| !byte.is_ascii_digit())?;
            (ms, precision) = (number::thousandths(after.get(..end).filter(|digits| digits.len() < 10)?, true)?, 1);
            rest = after.get(end..)?;
        }
    }
    let offset = offset(rest)?;
    // A leap second is one in UTC.
    fields.minute -= offset;
    Some((fields.instant()?.plus(ms), precision))
}

// Minutes east of UTC.
fn offset(zone: &str) -> Option<i64> {
    let zone = zone.strip_prefix(' ').unwrap_or(zone);
    if matches!(zone, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { i64::from(zone.starts_with('+')) };
    let hours = number::whole(zone.get(1..3)?)?;
    let minutes = zone.get(3..)?;
    let minutes = number::whole(minutes.strip_prefix(':').unwrap_or(minutes))?;
    (sign != 0 && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[derive(Default)]
struct Fields {
    year: i64,
    short_year: bool,
    // From 1.
    month: i64,
    day: i64,
    hour: i64,
    // Less than 60 as written; anything once an offset is taken off.
    minute: i64,
    second: i64,
}

impl Fields {
    // Letters of a pattern: weekday (w short, W long), d day (e with a space for a zero), o month by name, n by number,
    // y year (z two digits), h i s time of day. All else stands for itself, in any case.
    fn scan<'a>(pattern: &str, text: &'a str) -> Option<(Self, &'a str)> {
        let mut fields = Self::default();
        let mut rest = text;
        for letter in pattern.bytes() {
            let taken = match letter {
                b'w' | b'W' => name(WEEKDAYS, rest, letter == b'W')?.1,
                b'o' => {
                    let (index, taken) = name(MONTHS, rest, false)?;
                    fields.month = index + 1;
                    taken
                }
                b'e' if rest.starts_with(' ') => {
                    fields.day = number::whole(rest.get(1..2)?)?;
                    2
                }
                b'y' => {
                    fields.year = number::whole(rest.get(..4)?)?;
                    4
                }
                b'd' | b'e' | b'n' | b'z' | b'h' | b'i' | b's' => {
                    let value = number::whole(rest.get(..2)?)?;
                    match letter {
                        b'n' => fields.month = value,
                        b'z' => (fields.year, fields.short_year) = (value, true),
                        b'h' => fields.hour = value,
                        b'i' if value > 59 => return None,
                        b'i' => fields.minute = value,
                        b's' => fields.second = value,
                        _ => fields.day = value,
                    }
                    2
                }
                _ if rest.bytes().next()?.eq_ignore_ascii_case(&letter) => 1,
                _ => return None,
            };
            rest = rest.get(taken..)?;
        }
        Some((fields, rest))
    }

    // The latest year that is not more than 50 years ahead (RFC 9110 5.6.7).
    fn spell_year(&mut self, now: WallTime) {
        // Within a year of right for any clock, and within the calendar for broken ones; the comparison settles it.
        let latest = (now.0 / 31_556_952_000).clamp(0, 7900) + 1970 + 51;
        self.year = latest - (latest - self.year).rem_euclid(100);
        let fifty_before = self.days(-50) * DAY + self.time_of_day();
        if fifty_before > now.0 {
            self.year -= 100;
        }
    }

    fn instant(&self) -> Option<WallTime> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let length = match self.month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        // 23:59 in UTC, whatever the offset was.
        let last_minute = (self.hour * 60 + self.minute).rem_euclid(1440) == 1439;
        let right = (1900..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=length).contains(&self.day)
            && self.hour < 24
            && self.second < 60 + i64::from(last_minute);
        right.then(|| WallTime(self.days(0) * DAY + self.time_of_day()))
    }

    fn time_of_day(&self) -> i64 {
        ((self.hour * 60 + self.minute) * 60 + self.second) * 1000
    }

    // Days since 1970, the year moved by `years`, in a calendar whose year starts in March, so that a leap day is its last.
    fn days(&self, years: i64) -> i64 {
        let year = self.year + years - i64::from(self.month < 3);
        let month = (self.month + 9) % 12;
        year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + self.day - 719_469
    }
}

// Which of `names` the text starts with, and how long that is: three letters, or all of them where `long`.
fn name(names: &str, text: &str, long: bool) -> Option<(i64, usize)> {
    for (index, name) in (0..).zip(names.split(' ')) {
        let taken = if long { name.len() } else { 3 };
        if text.get(..taken)?.eq_ignore_ascii_case(name.get(..taken)?) {
            return Some((index, taken));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime(1_795_305_600_000); // 2026-11-22T00:00:00Z

    #[test]
    fn the_three_forms_of_the_rfc_name_the_same_instant() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(read(text, NOW), Some(WallTime(784_111_777_000)), "{text}");
        }
    }

    #[test]
    fn a_two_digit_year_is_at_most_fifty_years_ahead_of_now() {
        let at = |text, now| read(text, WallTime(now)).map(|date| date.0 / 1000);
        // Exactly 50 years ahead is not more than 50 years ahead; a second later is.
        assert_eq!(at("Sunday, 22-Nov-76 00:00:00 GMT", NOW.0), Some(3_373_228_800));
        assert_eq!(at("Monday, 22-Nov-76 00:00:01 GMT", NOW.0), Some(217_468_801));
        assert_eq!(at("Tuesday, 01-Jan-80 00:00:00 GMT", NOW.0), Some(315_532_800));
        assert_eq!(at("Saturday, 01-Jan-05 00:00:00 GMT", 915_148_800_000), Some(1_104_537_600));
    }

    #[test]
    fn a_broken_clock_leaves_a_two_digit_year_within_the_calendar() {
        for now in [i64::MIN, -1, 0, i64::MAX] {
            let date = read("Sunday, 06-Nov-94 08:49:37 GMT", WallTime(now)).map_or(0, |date| date.0);
            assert!((-3_000_000_000_000..=253_402_300_799_999).contains(&date), "{now}");
        }
    }

    #[test]
    fn second_sixty_is_read_only_where_a_leap_second_can_be() {
        assert_eq!(read("Sat, 31 Dec 2016 23:59:60 GMT", NOW), Some(WallTime(1_483_228_800_000)));
        assert_eq!(read("Sat, 31 Dec 2016 22:59:60 GMT", NOW), None);
        assert_eq!(read_internet("2016-12-31T18:59:60-05:00").map(|date| date.0.0), Some(1_483_228_800_000));
        assert_eq!(read_internet("2016-12-31T23:59:60-05:00"), None);
    }

    #[test]
    fn the_internets_form_is_read_with_its_precision() {
        for (text, ms, precision) in [
            ("2025-10-19T00:15:00Z", 1_760_832_900_000, 1000),
            ("2022-11-05T00:40:00.971772Z", 1_667_608_800_972, 1),
            ("2026-11-22T00:05Z", 1_795_305_900_000, 60_000),
            ("2026-11-22t00:05:00.0000000z", 1_795_305_900_000, 1),
            ("2026-11-22 05:35:00+05:30", 1_795_305_900_000, 1000),
            ("2026-11-21T23:05:00-0100", 1_795_305_900_000, 1000),
            ("2026-11-22 00:05:00 UTC", 1_795_305_900_000, 1000),
            ("2024-02-29T00:00:00+00:00", 1_709_164_800_000, 1000),
        ] {
            assert_eq!(read_internet(text), Some((WallTime(ms), precision)), "{text}");
        }
    }

    #[test]
    fn half_a_date_is_none() {
        for bad in [
            "2025-10-19",
            "2025-10-19T00:15:00",
            "2025-10-19T00:15",
            "2025-10-19T00:15:00.Z",
            "2025-10-19T00:15:00.5",
            "2025-10-19T00:15:00.1234567890Z",
            "2025-10-19T24:00:00Z",
            "2025-10-19T00:60:00Z",
            "2025-10-19T00:15:60Z",
            "2025-13-01T00:00:00Z",
            "2025-00-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2025-10-19T00:15:00+24:00",
            "2025-10-19T00:15:00+00:60",
            "2025-10-19T00:15:00 00:00",
            "0001-01-01T00:00:00Z",
            "2025-10-19T00:15:00+é",
            "2025-10-19T00:15:00Zé",
            "é",
            "",
        ] {
            assert_eq!(read_internet(bad), None, "{bad}");
            assert_eq!(read(bad, NOW), None, "{bad}");
        }
    }
}
