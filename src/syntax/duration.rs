//! Durations in text: Go's `6m0s` and ISO 8601's `PT1M30S`.

use super::{number, words};
use crate::time::times;

// Units and their milliseconds. Go has no `d`, but Groq and others send it.
const GO: &[(&str, i64)] = &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
const ISO_DATE: &[(&str, i64)] = &[("D", 86_400_000), ("W", 604_800_000)];
const ISO_TIME: &[(&str, i64)] = &[("S", 1000), ("M", 60_000), ("H", 3_600_000)];

/// Milliseconds, rounded up, of `1m30s`, `2m59.56s`, `412.3ms`, `PT1M30S` or `P1DT2H`.
///
/// Refuses bare numbers, signs, spaces, and ISO's years and months, which have no fixed length. Saturates.
/// Sources: Go `time.ParseDuration`; ISO 8601-1 5.5.2; the values of `OpenAI`, Groq, Traefik and Crossref.
pub fn read(text: &str) -> Option<i64> {
    let iso = text.starts_with('P');
    let mut units = if iso { ISO_DATE } else { GO };
    let mut at = usize::from(iso);
    let mut micros = 0i64;
    loop {
        if iso && text.as_bytes().get(at) == Some(&b'T') {
            (at, units) = (at + 1, ISO_TIME);
        }
        let end = run(text, at, |byte| byte.is_ascii_digit() || byte == b'.');
        let number = number::milli(words::cut(text, at, end), true)?;
        at = if iso { end + 1 } else { run(text, end, |byte| byte.is_ascii_lowercase()) };
        let unit = words::cut(text, end, at);
        let (_, scale) = units.iter().find(|(name, _)| *name == unit)?;
        micros = micros.saturating_add(times(number, *scale));
        if at == text.len() {
            return Some(micros / 1000 + i64::from(micros % 1000 > 0));
        }
    }
}

// Where the bytes `of` a kind that begin at `from` end.
fn run(text: &str, from: usize, of: fn(u8) -> bool) -> usize {
    let bytes = text.as_bytes().get(from..).unwrap_or_default();
    let length = bytes.iter().take_while(|byte| of(**byte)).count();
    #[cfg(test)]
    crate::syntax::steps::add(length + 1);
    from + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_and_iso_durations_are_read_in_milliseconds() {
        for (text, ms) in [
            ("1s", 1000),
            ("6m0s", 360_000),
            ("12ms", 12),
            ("2m59.56s", 179_560),
            ("1m30s", 90_000),
            ("34.07s", 34_070),
            ("412.3ms", 413),
            ("1h2m3s", 3_723_000),
            ("1d", 86_400_000),
            ("200d", 17_280_000_000),
            ("0s", 0),
            ("PT1M30S", 90_000),
            ("PT0.5S", 500),
            ("P1DT2H", 93_600_000),
            ("P2W", 1_209_600_000),
        ] {
            assert_eq!(read(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn what_is_not_wholly_a_duration_is_refused() {
        for bad in [
            "",
            "10",
            "10x",
            "-5s",
            "+5s",
            "5 s",
            "s",
            ".s",
            "5.s",
            "1m30",
            "1M",
            "1sec",
            "5s ",
            "P",
            "PT",
            "P1",
            "P1M",
            "P1Y",
            "PT1",
            "PT1D",
            "P1H",
            "p1d",
            "PT-1S",
            "T1S",
            "P1Dé",
            "1é",
            "999999999999999999s",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_sum_beyond_all_bounds_saturates() {
        assert_eq!(read("999999999999999d999999999999999d"), Some(i64::MAX / 1000 + 1));
    }
}
