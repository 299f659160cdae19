//! Why a call was refused before it was sent, in words that name the option.

use alloc::string::String;

use super::{Call, NO_QUOTA};
use crate::syntax::number;

/// The longest that is told in this unit, in that unit; a unit's length in ms, and its name.
const UNITS: [(i64, i64, &str); 4] =
    [(90, 1000, "s"), (90, 60_000, "min"), (48, 3_600_000, "h"), (i64::MAX, 86_400_000, "d")];

impl Call {
    /// Why it was refused: too many wait, or it would have to wait for `retry_in` ms.
    pub fn refusal(&self, is_full: bool, retry_in: i64) -> String {
        let mut text = String::new();
        let Some(rate) = &self.rules.rate_limit else { return text };
        if is_full {
            number::push(&mut text, u64::from(rate.max_queue));
            text.push_str(" calls wait already, which is rateLimit.maxQueue");
            return text;
        }
        let is_quota = self.quota.is_some_and(|quota| quota != NO_QUOTA);
        text.push_str(if is_quota { "the quota resets in " } else { "its turn comes in " });
        push_duration(&mut text, retry_in);
        text.push_str(", rateLimit.maxWait is ");
        push_duration(&mut text, rate.max_wait);
        text
    }
}

/// Rounded, in the largest unit that tells it well.
fn push_duration(text: &mut String, ms: i64) {
    let ms = ms.max(0);
    let mut parts = (ms, "ms");
    if ms >= 1000 {
        for (most, unit, name) in UNITS {
            parts = ((ms + unit / 2) / unit, name);
            if parts.0 < most {
                break;
            }
        }
    }
    number::push(text, parts.0 as u64);
    text.push_str(" ");
    text.push_str(parts.1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_a_unit_that_people_use() {
        for (ms, expected) in [
            (0, "0 ms"),
            (900, "900 ms"),
            (1001, "1 s"),
            (60_000, "60 s"),
            (120_000, "2 min"),
            (470_000, "8 min"),
            (3_600_000, "60 min"),
            (7_200_000, "2 h"),
            (172_800_000, "2 d"),
        ] {
            let mut text = String::new();
            push_duration(&mut text, ms);
            assert_eq!(text, expected);
        }
    }
}
