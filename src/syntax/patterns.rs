//! Texts that are made to be slow to read, each of a size that is asked for: for tests that count [`super::steps`].

use alloc::string::String;
use std::format;

/// What stands first, what is repeated (`@` is the number of the repetition), and what stands last.
pub type Pattern = (&'static str, &'static str, &'static str);

/// `pattern` in `size` bytes, or in a few less.
pub fn fill((front, unit, back): Pattern, size: usize) -> String {
    let mut text = String::from(front);
    for count in 0.. {
        let next = if unit.contains('@') { unit.replace('@', &format!("{count}")) } else { String::from(unit) };
        if text.len() + next.len() + back.len() > size {
            break;
        }
        text.push_str(&next);
    }
    text.push_str(back);
    text
}

/// Those that are tried on every reader.
pub const PATTERNS: &[Pattern] = &[
    // Lists of numbers, in every way that servers part them.
    ("", "1,", "1"),
    ("", "1, ", "1"),
    ("", "1,", ""),
    ("", "@,", "1"),
    ("", "@, ", "x"),
    ("", "1;", "1"),
    ("", "1 ", "1"),
    ("", "1:2,", "1:2"),
    ("", "@:@,", "1:2"),
    ("", "1/2,", "1/2"),
    ("", "123,", "123"),
    ("", "1;w=@,", "1;w=1"),
    ("", "@;w=1,", "1;w=1"),
    ("", "1;w=60,", "1;w=60"),
    ("", "100, 100;w=@,", "1"),
    ("", ",", ""),
    ("", ", ", ""),
    ("", ";", ""),
    ("", ";,", ""),
    ("", ":", ""),
    ("", "/", ""),
    ("", "=", ""),
    // Digits.
    ("", "1", ""),
    ("", "0", ""),
    ("", "9", "s"),
    ("0.", "0", "1"),
    ("", "1.", "1"),
    ("", ".", ""),
    ("", "-", ""),
    ("", "-1,", "-1"),
    ("1e", "9", ""),
    // Durations and dates.
    ("", "1s", ""),
    ("", "1ms1", "s"),
    ("P", "1D", ""),
    ("PT", "1S", ""),
    ("P", "T", ""),
    ("", "Sun, 06 Nov 1994 08:49:37 GMT, ", ""),
    ("2026-11-22T00:00:00.", "0", "Z"),
    ("2026-11-22T00:00:00Z", " ", "x"),
    ("Sunday, 06-Nov-94 08:49:37 GMT", " ", "x"),
    // Structured fields.
    ("", "\"a\";r=1;t=2,", "\"a\";r=1"),
    ("", "\"a@\";r=1;t=2,", "\"a\";r=1"),
    ("", "\"a@\";q=@;w=@,", "\"a\";q=1"),
    ("", "\"a\";r=1;pk=:@@@@:,", "\"a\";r=1"),
    ("\"a\"", ";r=1", ""),
    ("\"a\"", ";r@=1", ""),
    ("\"", "a", "\";r=1;t=2"),
    ("\"", "\\\\", "\";r=1"),
    ("\"", "a", "\";r=1,\"b\";r=2"),
    ("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", ";r=1;t=5", ""),
    ("a", ";b=1", ""),
    ("", "a;b=", ""),
    ("", "a;b,", "a"),
    ("", "a@=1,", "a=1"),
    ("", "limit=1,", "limit=1"),
    ("", "limit=@, remaining=@, reset=@, ", "limit=1"),
    ("", "total=1; remaining=1; resets=1; ", "x"),
    ("", "(", ""),
    ("(", "1 ", ")"),
    ("", "(1),", "(1)"),
    ("", "(1 2);a=(", ""),
    (":", "A", ":"),
    ("1;pk=:", "=", ":"),
    ("", "?1,", "?1"),
    ("", "\"", ""),
    ("", "\"a", ""),
    ("", "\"\",", "\"\""),
    ("", "\\", ""),
    ("", "'", ""),
    ("", "*", ""),
    ("", "a", ""),
    ("", "a-", ""),
    ("", "a b ", ""),
    ("", "a=b;", ""),
    ("", "a=b,", ""),
    ("", "=,", ""),
    ("", "a/b/", ""),
    ("", "a:b:c,", ""),
    // Vendors' records.
    ("", "60:error;transaction:organization, ", "2700::key"),
    ("", "api-usage=18/5000(appName=x), ", "a=1/2"),
    ("", "b=per_hour;q=1;r=2;t=3,", "b=x;q=1;r=1;t=1"),
    ("", "{\"estimated_time_to_regain_access\":@},", "{}"),
    ("", "\"estimated_time_to_regain_access\" ", ":1"),
    ("", "Microsoft.Compute/GetVMScaleSet3Min;@,", "x;1"),
    ("{", "\"a@\":1,", "\"b\":2}"),
    ("", "[", ""),
    ("", "{\"a\":", ""),
    // White space, and what is no ASCII.
    ("", " ", "1"),
    ("1", " ", ""),
    ("1", " ", ",2"),
    ("", "\t", "1"),
    ("", "\t,", "1"),
    ("", "é", ""),
    ("", "é,", "1"),
    ("\"", "é", "\";r=1"),
    ("", "\u{feff}", "1"),
    ("", "😀 ", ""),
    ("", "\u{0}", ""),
    ("", "\u{7f},", ""),
    ("", "<a>", ""),
    ("", "%41", ""),
];
