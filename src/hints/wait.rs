//! Waits in prose: "Please try again in 1m30s."
//!
//! What makes a length of time a wait is the words before it, "again in", "retry after", "wait"; so of "limit 3 per 60 seconds"
//! nothing is read. Sources: messages of `OpenAI`, Azure, Google, Telegram, Django REST framework.

use crate::syntax::{duration, number, words};
use crate::time::times;

// Words before "in" or "after" that make what follows a wait.
const BEFORE: &str = "again available retry reset resets retrying this";
// Words within one: "at least 5 minutes and 3 seconds".
const FILLERS: &str = "about and another at for least";
// Starts of units and their milliseconds; the longer of two alike goes first.
const UNITS: &[(&str, i64)] =
    &[("mil", 1), ("ms", 1), ("mo", 2_592_000_000), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// How long a message says to wait, in ms: "Please try again in 1m30s.", "retry after 26 seconds", "Expected available in
/// 1 minute and 5 seconds", "wait 5 minutes". A bare number is seconds (Telegram).
#[inline(never)]
pub fn wait(text: &str) -> Option<i64> {
    let mut longest = None;
    let mut pieces = words::split(text, b" \n\t,;!)\\");
    let (mut before, mut at) = (false, false);
    loop {
        if at {
            longest = longest.max(length(pieces.clone()));
        }
        let Some(piece) = pieces.next() else { return longest };
        let is = |word: &str| piece.eq_ignore_ascii_case(word);
        at = (before && words::of("in after").any(is)) || is("wait");
        before = words::of(BEFORE).any(is);
    }
}

fn length<'a>(mut pieces: impl Iterator<Item = &'a str>) -> Option<i64> {
    let (mut sum, mut found) = (0i64, false);
    let mut held = None;
    loop {
        let piece = pieces.next().unwrap_or_default().trim_matches('\'');
        let word = piece.strip_suffix(".").unwrap_or(piece);
        if let Some(milli) = held.take() {
            let unit = UNITS.iter().find(|(unit, _)| starts(word, unit));
            let Some((_, scale)) = unit else {
                // Where nothing follows, a number that stands alone is in seconds.
                return (found || word.is_empty()).then_some(if found { sum } else { milli });
            };
            sum = sum.saturating_add(milli_of(milli, *scale));
            found = true;
        } else if let Some(ms) = duration::read(word) {
            sum = sum.saturating_add(ms);
            found = true;
        } else if let Some(milli) = number::milli(word, true) {
            held = Some(milli);
        } else if !words::is_in(FILLERS, word) {
            return found.then_some(sum);
        }
    }
}

fn milli_of(milli: i64, scale: i64) -> i64 {
    let micros = times(milli, scale);
    micros / 1000 + i64::from(micros % 1000 > 0)
}

/// Whether `word` begins with `start`, in any case.
pub fn starts(word: &str, start: &str) -> bool {
    words::cut(word, 0, start.len()).eq_ignore_ascii_case(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_after_the_words_of_a_wait_are_read() {
        for (text, ms) in [
            ("Please try again in 20s. Contact us", 20_000),
            ("Please try again in 1m30s.", 90_000),
            ("Please retry after 634ms.", 634),
            ("Please retry after 26 seconds. Please go here", 26_000),
            ("please retry in 12.595337758s.", 12_596),
            ("Too Many Requests: retry after 35", 35_000),
            ("Expected available in 1 minute and 5 seconds.", 65_000),
            ("Wait at least 2 minutes, then go on", 120_000),
            ("wait for another 1.5 hours", 5_400_000),
            ("quota will reset after 18h31m10s.", 66_670_000),
            ("try again in 5s or retry after 1 day", 86_400_000),
            ("try again in 1 month", 2_592_000_000),
            ("try again in 250 milliseconds", 250),
            ("Please try again after '17' seconds.", 17_000),
            ("you can only request this after 42 seconds.", 42_000),
        ] {
            assert_eq!(wait(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn other_lengths_are_not() {
        for none in [
            "",
            "try again later",
            "try again in a while",
            "in 20s",
            "after 20 seconds",
            "3 per 60 seconds",
            "wait",
            "retry after",
            "retry after the 5th",
            "retry in -5s",
            "retry in 1e3 s",
            "try again in and and",
            "available in 3 regions",
            "retry after 35 people",
        ] {
            assert_eq!(wait(none), None, "{none}");
        }
        assert_eq!(wait("wait 999999999999999 days and 999999999999999 days"), Some(2 * (i64::MAX / 1000 + 1)));
    }
}
