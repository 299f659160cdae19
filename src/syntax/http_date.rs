//! Dates in headers: the three forms of RFC 9110 5.6.7, and the internet's RFC 3339.
//!
//! A date is scanned against a pattern, one letter a field, so that each form is a row and not a parser.

use super::{number, words};
use crate::time::WallTime;
use alloc::string::String;

const WEEKDAYS: &str = "sunday monday tuesday wednesday thursday friday saturday";
const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec";
const DAY: i64 = 86_400_000;

// Year, month from 1, day, hour, minute, second.
type Fields = [i64; 6];

/// An HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
///
/// A two-digit year is of this century unless that is more than 50 years after `now`. Letters match in any case and the
/// day of the week need not fit the date, as caches and browsers have it. Second 60 is read where UTC has leap seconds.
/// Years before 1900 are refused (RFC 5322 3.3).
pub fn read(text: &str, now: WallTime) -> Option<WallTime> {
    for pattern in ["w, 2 o y 3:4:5 GMT", "W, 2-o-0 3:4:5 GMT", "w o e 3:4:5 y"] {
        if let Some((mut fields, _)) = scan(pattern, text).filter(|(_, end)| *end == text.len()) {
            if pattern.starts_with('W') {
                spell_year(&mut fields, now);
            }
            return instant(fields, 0);
        }
    }
    None
}

/// An RFC 3339 date with its precision in ms: `2025-10-19T00:15:00Z`, `…:00.971772Z`, `…:00+00:00`.
///
/// As servers have it, seconds may be missing (Jira), the `T` may be a space (Ruby), and the offset may lack its colon
/// or be ` UTC`; it may not be missing, since nobody can say then what the hour means. Finer than a millisecond is
/// rounded up. Mail's form, `Sun, 06 Nov 1994 08:49:37 +0000`, is read too, of which Go makes ` UTC`.
pub fn read_internet(text: &str) -> Option<(WallTime, i64)> {
    if let Some((fields, at)) = scan("w, 2 o y 3:4:5", text) {
        return Some((instant(fields, offset(words::cut(text, at, text.len()))?)?, 1000));
    }
    let spaced = text.as_bytes().get(10) == Some(&b' ');
    let (mut fields, mut at) = scan(if spaced { "y-1-2 3:4" } else { "y-1-2t3:4" }, text)?;
    let (mut ms, mut precision) = (0, 60_000);
    if let Some((exact, end)) = scan(if spaced { "y-1-2 3:4:5" } else { "y-1-2t3:4:5" }, text) {
        (fields, at, precision) = (exact, end, 1000);
        let rest = words::cut(text, at, text.len());
        if rest.starts_with('.') {
            let end = words::find(rest, b"Zz+- ").filter(|end| *end <= 10)?;
            (ms, precision) = (number::thousandths(words::cut(rest, 1, end), true)?, 1);
            at += end;
        }
    }
    let offset = offset(words::cut(text, at, text.len()))?;
    Some((instant(fields, offset)?.plus(ms), precision))
}

// Minutes east of UTC.
fn offset(zone: &str) -> Option<i64> {
    let zone = zone.trim_ascii_start();
    if matches!(zone, "Z" | "z" | "UTC") {
        return Some(0);
    }
    let (hours, colon) = (two(zone, 1)?, usize::from(zone.len() == 6));
    let minutes = two(zone, 3 + colon)?;
    let right = zone.len() == 5 + colon && hours < 24 && minutes < 60;
    let right = right && (colon == 0 || zone.as_bytes().get(3) == Some(&b':'));
    match zone.as_bytes().first()? {
        b'+' if right => Some(hours * 60 + minutes),
        b'-' if right => Some(-(hours * 60 + minutes)),
        _ => None,
    }
}

// Letters of a pattern: a digit is a field of two digits, y a year of four, e a day with a space for its zero, w and W
// a weekday short and long, o a month by name. All else stands for itself, in any case. Also tells where it ended.
#[inline(never)]
fn scan(pattern: &str, text: &str) -> Option<(Fields, usize)> {
    let mut fields = [0; 6];
    let mut at = 0;
    for letter in pattern.bytes() {
        #[cfg(test)]
        crate::syntax::steps::add(if letter.is_ascii_alphabetic() { 12 } else { 2 });
        let [year, month, day, ..] = &mut fields;
        at += match letter {
            b'w' | b'W' => name(WEEKDAYS, text, at, letter == b'W')?.1,
            b'o' => {
                let (index, taken) = name(MONTHS, text, at, false)?;
                *month = index;
                taken
            }
            b'y' => {
                *year = number::whole(words::cut(text, at, at + 4))?;
                4
            }
            b'e' => {
                *day = two(text, at).or_else(|| number::whole(words::cut(text, at, at + 2).strip_prefix(' ')?))?;
                2
            }
            b'0'..=b'5' => {
                *fields.get_mut(usize::from(letter - b'0'))? = two(text, at)?;
                2
            }
            _ if text.as_bytes().get(at)?.eq_ignore_ascii_case(&letter) => 1,
            _ => return None,
        };
    }
    Some((fields, at))
}

fn two(text: &str, at: usize) -> Option<i64> {
    number::whole(words::cut(text, at, at + 2))
}

// Which of `names`, from 1, is at `at`, and how long it is: three letters, or all of them where `long`.
fn name(names: &str, text: &str, at: usize, long: bool) -> Option<(i64, usize)> {
    // Bytes: every response has a date, and pieces of text are looked at for their boundaries.
    let text = text.as_bytes().get(at..)?;
    for (index, name) in (1..).zip(names.as_bytes().split(|byte| *byte == b' ')) {
        let taken = if long { name.len() } else { 3 };
        let (Some(text), Some(name)) = (text.get(..taken), name.get(..taken)) else { continue };
        if text.eq_ignore_ascii_case(name) {
            return Some((index, taken));
        }
    }
    None
}

// The latest year that is not more than 50 years ahead (RFC 9110 5.6.7).
fn spell_year(fields: &mut Fields, now: WallTime) {
    // Within a year of right for any clock, and within the calendar for broken ones; the comparison settles it.
    let latest = (now.0 / 31_556_952_000).clamp(0, 7900) + 1970 + 51;
    let year = latest - (latest - fields[0]).rem_euclid(100);
    fields[0] = year - 50;
    let ahead = epoch(*fields) > now.0;
    fields[0] = if ahead { year - 100 } else { year };
}

fn instant(fields: Fields, offset: i64) -> Option<WallTime> {
    let [year, month, day, hour, minute, second] = fields;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    // A leap second is one in UTC.
    let last_minute = (hour * 60 + minute - offset).rem_euclid(1440) == 1439;
    let right = (1900..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=length).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60 + i64::from(last_minute);
    right.then(|| WallTime(epoch(fields) - offset * 60_000))
}

/// A time in seconds since 1970, not before it, in the internet's form (RFC 3339).
pub fn write(seconds: i64) -> String {
    // The same calendar backwards: a year starts in March, 400 years are 146,097 days.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let years = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * years + years / 4 - years / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + years + i64::from(month < 3);
    let mut out = String::new();
    let rest = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    for (part, front) in [year, month, day].into_iter().chain(rest).zip(["", "-", "-", "T", ":", ":"]) {
        out.push_str(front);
        if part < 10 {
            out.push('0');
        }
        number::push(&mut out, part.unsigned_abs());
    }
    out.push('Z');
    out
}

// In a calendar whose year starts in March, so that a leap day is its last.
fn epoch([year, month, day, hour, minute, second]: Fields) -> i64 {
    let year = year - i64::from(month < 3);
    let days = year * 365 + year / 4 - year / 100 + year / 400 + ((month + 9) % 12 * 153 + 2) / 5 + day - 719_469;
    days * DAY + ((hour * 60 + minute) * 60 + second) * 1000
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
            ("Sun, 22 Nov 2026 00:05:00 UTC", 1_795_305_900_000, 1000),
            ("Sun, 22 Nov 2026 01:05:00 +0100", 1_795_305_900_000, 1000),
        ] {
            assert_eq!(read_internet(text), Some((WallTime(ms), precision)), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same_time() {
        assert_eq!(write(0), "1970-01-01T00:00:00Z");
        for seconds in [951_782_399, 951_868_800, 1_709_210_096, 1_735_689_599, 4_107_542_400, 32_503_679_999] {
            assert_eq!(read_internet(&write(seconds)).map(|(at, _)| at.0), Some(seconds * 1000), "{seconds}");
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
            "Sun, 19 Oct 2025 00:15:00",
            "Sun, 19 Oct 2025 00:15:00 PST",
            "2025-10-19T00:15:00Zé",
            "é",
            "",
        ] {
            assert_eq!(read_internet(bad), None, "{bad}");
            assert_eq!(read(bad, NOW), None, "{bad}");
        }
    }
}
