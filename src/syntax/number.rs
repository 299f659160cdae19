//! Numbers as headers print them: ASCII digits with an optional fraction.
//!
//! No sign, exponent, hex, grouping or surrounding space, and at most 15 whole digits, which is what a `double` and
//! RFC 9651 hold: `-1`, `1e309` and `unlimited` are no information. Fixed point, since reading an `f64` costs 14 kB.

use alloc::string::String;

use super::words;

/// A whole number of 1 to 15 digits.
#[inline(never)]
pub fn whole(text: &str) -> Option<i64> {
    // An empty text wraps round to a length that is too long.
    if text.len().wrapping_sub(1) > 14 {
        return None;
    }
    #[cfg(test)]
    crate::syntax::steps::add(text.len());
    let mut value = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(value)
}

/// A count: the fraction, where there is one (Reddit's `60.0`), is dropped.
pub fn count(text: &str) -> Option<i64> {
    Some(milli(text, false)? / 1000)
}

/// Thousandths. What is finer is rounded up where `up` says so, so that a wait is never short.
#[inline(never)]
pub fn milli(text: &str, up: bool) -> Option<i64> {
    let at = words::find(text, b".").unwrap_or(text.len());
    let fraction = if at < text.len() { thousandths(words::cut(text, at + 1, text.len()), up)? } else { 0 };
    Some(whole(words::cut(text, 0, at))? * 1000 + fraction)
}

/// The digits after a decimal point as thousandths, 0 to 1000.
pub fn thousandths(digits: &str, up: bool) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    #[cfg(test)]
    crate::syntax::steps::add(digits.len());
    let (mut value, mut scale, mut finer) = (0, 100, false);
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        let digit = i64::from(byte - b'0');
        value += digit * scale;
        finer |= scale == 0 && digit > 0;
        scale /= 10;
    }
    Some(value + i64::from(finer && up))
}

/// Appends `number` in decimal digits; `core::fmt` is larger than all readers together.
pub fn push(text: &mut String, number: u64) {
    if number >= 10 {
        push(text, number / 10);
    }
    push_digit(text, (number % 10) as usize);
}

/// Appends a hexadecimal digit. As a text: a `char` would bring the encoder of UTF-8 along.
#[inline(never)]
pub fn push_digit(text: &mut String, digit: usize) {
    text.push_str(words::cut("0123456789abcdef", digit, digit + 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_digits_are_a_number() {
        for bad in ["", " 1", "1 ", "+1", "-1", "1e3", "0x10", "1_000", "1,000", "².", "²", "NaN", "1234567890123456"]
        {
            assert_eq!((whole(bad), milli(bad, true)), (None, None), "{bad}");
        }
        assert_eq!(whole("999999999999999"), Some(999_999_999_999_999));
        assert_eq!(whole("007"), Some(7));
    }

    #[test]
    fn a_fraction_needs_digits_on_both_sides() {
        for bad in [".5", "5.", ".", "1.2.3", "1.-2", "1. 5"] {
            assert_eq!(milli(bad, true), None, "{bad}");
        }
    }

    #[test]
    fn what_is_finer_than_a_thousandth_rounds_as_asked() {
        for (text, down, up) in [
            ("64.57", 64_570, 64_570),
            ("0.0001", 0, 1),
            ("0.9991", 999, 1000),
            ("2.5000", 2500, 2500),
            ("999999999999999.9999", 999_999_999_999_999_999, 1_000_000_000_000_000_000),
        ] {
            assert_eq!((milli(text, false), milli(text, true)), (Some(down), Some(up)), "{text}");
        }
        assert_eq!(count("59.999999"), Some(59));
    }
}
