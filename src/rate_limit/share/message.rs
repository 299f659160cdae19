//! Messages between clients that share quotas, as whole numbers behind their scope's key: the shell makes objects of them, which
//! a coordinator sees, and checks what comes back.
//!
//! A message is `want`, `sent` and `held`, then [`REPORT`] numbers for each quota; a reply is `members`, `retry` and `held`, then
//! [`REPLY`] numbers for each. The last [`KNOWN`] of a quota are what a client knows, the rest of them 0.

use alloc::{string::String, vec::Vec};

use crate::syntax::{number, words};

/// Numbers of knowledge of one quota; the first says of which kind they are.
pub const KNOWN: usize = 15;
/// What is told of one quota besides: id, limit, mode, used, taken, want, units, back, window, alone, revision.
pub const REPORT: usize = 11;
/// What a reply says of one quota: id, limit, units, next, lease, scarce, alone, revision, age.
pub const REPLY: usize = 9;
/// No number is larger.
const MOST: i64 = 999_999_999_999_999;

/// Appends numbers, each behind a space.
pub fn push(text: &mut String, numbers: &[i64]) {
    for number in numbers {
        let number = (*number).clamp(-MOST, MOST);
        text.push_str(if number < 0 { " -" } else { " " });
        number::push(text, number.unsigned_abs());
    }
}

/// Reads numbers. What is none is 0: the shell hands over what it checked.
pub fn read(text: &str) -> Vec<i64> {
    let mut all = Vec::new();
    for word in words::split(text, b" ") {
        let digits = word.strip_prefix('-');
        let number = number::whole(digits.unwrap_or(word)).unwrap_or(0);
        all.push(if digits.is_some() { -number } else { number });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_are_read() {
        let mut text = String::from("x");
        push(&mut text, &[0, -12, i64::MIN, i64::MAX]);
        assert_eq!(text, "x 0 -12 -999999999999999 999999999999999");
        assert_eq!(read("0 -12 999999999999999 x"), [0, -12, MOST, 0]);
    }
}
