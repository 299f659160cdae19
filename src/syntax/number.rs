//! Whole numbers as text, without `core::fmt`.

use alloc::string::String;

/// Appends `number` in decimal digits.
pub fn push(text: &mut String, number: u64) {
    if number >= 10 {
        push(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}
