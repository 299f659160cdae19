//! Shapes of secrets: keys and tokens, card numbers (ISO/IEC 7812-1, Luhn) and IBANs (ISO 13616).
//!
//! A key is known by its issuer's prefix, or because it looks drawn by chance. Names that people write are not: they are
//! words with a few digits between separators (`claude-3-5-sonnet-20241022`, `line_items.0.price_data.12`), or words in
//! camel case (`StringIndexOutOfBoundsException`).

use super::words;

/// How well-known keys begin, in any case. What begins like one is one if it also has a digit.
const PREFIXES: &str = "sk- sk_ pk_ rk_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xoxa- xoxb- xoxe- xoxp- \
                        xoxr- xoxs- xapp- aiza eyj whsec_ npm_ hf_ shpat_ ya29. dop_v1_ hvs.";
/// Those of AWS: capitals and digits follow. `asia-northeast1` is a region.
const AWS: &str = "akia asia";
const AWS_LENGTH: usize = 16;
/// Shorter words are no keys.
const SHORT: usize = 8;
/// From this length on, a word with letters and digits, or of letters large and small by chance, is taken for a key.
/// `INVALID_PARAMETER_1` and dates stay.
const OPAQUE: usize = 20;

/// Whether a part of `name` begins like a well-known key, and is as long as one.
pub fn has_known_key(name: &str) -> bool {
    const LEAST: usize = 12;
    let mut last = b' ';
    for (at, byte) in name.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() && !last.is_ascii_alphanumeric() {
            let rest = name.get(at..).unwrap_or("");
            let end =
                rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.'));
            let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or("");
            if word.len() >= LEAST && is_known(word) {
                return true;
            }
        }
        last = byte;
    }
    false
}

/// Whether `word` looks like a key or a token.
pub fn is_key(word: &str) -> bool {
    if word.len() < SHORT {
        return false;
    }
    let whole = Counts::of(word.bytes());
    is_known(word)
        || (word.len() >= OPAQUE
            && (whole.digits > 1 && whole.letters > 0 || whole.turns * 3 > word.len())
            && !is_readable(word))
}

#[inline(never)]
fn is_known(word: &str) -> bool {
    let begins = |prefix: &str| word.get(..prefix.len()).is_some_and(|front| front.eq_ignore_ascii_case(prefix));
    let is_plain = || word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let aws = || word.len() >= AWS_LENGTH && is_plain() && words::of(AWS).any(begins);
    word.bytes().any(|byte| byte.is_ascii_digit()) && (words::of(PREFIXES).any(begins) || aws())
}

/// Whether `word` is made of words and short numbers, as names are.
pub fn is_readable(word: &str) -> bool {
    let (mut letters, mut mixed) = (0, 0);
    for part in word.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()) {
        let counts = Counts::of(part.iter().copied());
        let camel = counts.capitals > 1
            && counts.runs > 0
            && counts.numbers == 1
            && counts.digits <= 4
            && counts.small >= 3 * counts.runs;
        if counts.letters == 0 {
            // A date at most.
            if counts.digits > 8 {
                return false;
            }
        } else if counts.digits == 0 || camel {
            if counts.by_chance(part.len()) {
                return false;
            }
            letters += part.len();
        } else if part.len() <= 5 {
            // `4o`, `v1`, `70b`.
            mixed += part.len();
        } else {
            return false;
        }
    }
    letters >= 3 && mixed <= letters
}

/// How many characters of each kind there are, and how often the kind changes.
#[derive(Default)]
struct Counts {
    digits: usize,
    /// Runs of digits.
    numbers: usize,
    letters: usize,
    capitals: usize,
    /// Small letters, and runs of them.
    small: usize,
    runs: usize,
    turns: usize,
    /// Runs that words in camel case seldom have: of one small letter, of several capitals.
    odd: usize,
}

impl Counts {
    fn of(bytes: impl Iterator<Item = u8>) -> Self {
        let mut counts = Self::default();
        let (mut last, mut length) = (0, 0);
        for byte in bytes.chain([b' ']) {
            let kind = match byte {
                b'0'..=b'9' => 1,
                b'a'..=b'z' => 2,
                b'A'..=b'Z' => 3,
                _ => 4,
            };
            if kind == 4 && byte != b' ' {
                // Separators neither begin nor end a run.
                continue;
            }
            counts.digits += usize::from(kind == 1);
            counts.small += usize::from(kind == 2);
            counts.capitals += usize::from(kind == 3);
            if kind == last {
                length += 1;
                continue;
            }
            counts.odd += usize::from((last == 2 && length == 1) || (last == 3 && length > 1));
            counts.numbers += usize::from(kind == 1);
            counts.runs += usize::from(kind == 2);
            counts.turns += usize::from(kind < 4);
            (last, length) = (kind, 1);
        }
        counts.letters = counts.small + counts.capitals;
        counts
    }

    /// Whether letters change between large and small as they do by chance, and not as in camel case.
    fn by_chance(&self, length: usize) -> bool {
        self.turns * 3 > length && self.odd * 3 >= self.turns
    }
}

/// What may part the groups of a number: a line break does as a blank does.
fn parts_groups(byte: u8) -> bool {
    byte == b'-' || byte == b'.' || byte == b' ' || byte.is_ascii_control()
}

/// How long a card number of 13 to 19 digits is that `text` begins with, in groups or not; 0 if it begins with none.
pub fn card(text: &str) -> usize {
    let bytes = text.as_bytes();
    // The networks' first digits; milliseconds since 1970 begin with 1.
    if !matches!(bytes.first(), Some(b'2'..=b'6' | b'8' | b'9')) {
        return 0;
    }
    // The sums if the digits at even, and if those at odd places count double: which it is the last one tells.
    let (mut sums, mut count, mut group, mut found, mut parted) = ([0; 2], 0, 0, 0, false);
    let mut at = 0;
    while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| usize::from(byte - b'0')) {
        let double = digit * 2 % 10 + digit / 5;
        let [even, odd] = &mut sums;
        (*even, *odd) = if count % 2 == 0 { (*even + double, *odd + digit) } else { (*even + digit, *odd + double) };
        (count, group, at) = (count + 1, group + 1, at + 1);
        let next = bytes.get(at).copied().unwrap_or(b' ');
        if next.is_ascii_digit() {
            continue;
        }
        if next.is_ascii_alphabetic() || next == b'_' || count > 19 || (parted && !(3..=7).contains(&group)) {
            break;
        }
        if count > 12 && sums[count % 2] % 10 == 0 {
            found = at;
        }
        if !parts_groups(next) || (!parted && group != 4) {
            break;
        }
        (parted, group, at) = (true, 0, at + 1);
    }
    found
}

/// How long an IBAN is that `text` begins with, in groups of four or not; 0 if it begins with none.
pub fn iban(text: &str) -> usize {
    let bytes = text.as_bytes();
    let Some([one, two, three, four, ..]) = bytes.get(..4) else { return 0 };
    if !one.is_ascii_alphabetic() || !two.is_ascii_alphabetic() || !three.is_ascii_digit() || !four.is_ascii_digit() {
        return 0;
    }
    let (mut rest, mut count, mut group, mut at, mut found) = (0, 4, 4, 4, 0);
    loop {
        let next = bytes.get(at).copied().unwrap_or(b' ');
        if next.is_ascii_alphanumeric() {
            rest = modulo(rest, next);
            (count, group, at) = (count + 1, group + 1, at + 1);
            if count > 34 {
                break;
            }
            continue;
        }
        // Country and check digits count last.
        if count > 14 && [one, two, three, four].into_iter().fold(rest, |rest, byte| modulo(rest, *byte)) == 1 {
            found = at;
        }
        if !parts_groups(next) || group != 4 || !bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) {
            break;
        }
        (group, at) = (0, at + 1);
    }
    found
}

/// `rest` with one more digit, or letter as two digits, modulo 97.
fn modulo(rest: u32, byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_prefix_or_because_it_is_drawn_by_chance() {
        for key in [
            "sk-abcdef123",
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "6fa459ea-ee8a-3ca4-894e-db77e160355e",
            "12345678-1234-4123-8123-123456789abc",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
            "qWeRtYuIoPaSdFgHjKlZxCvB",
            "abcdefghij0123456789",
            "prod-ab12-cd34-ef56-gh78-ij90",
        ] {
            assert!(is_key(key), "{key}");
        }
    }

    #[test]
    fn names_are_no_keys() {
        for name in [
            "claude-3-5-sonnet-20241022",
            "gpt-4o-mini-2024-07-18",
            "Llama-4-Maverick-17B-128E-Instruct-FP8",
            "line_items.0.price_data.12",
            "StringIndexOutOfBoundsException",
            "Base64DecodingException",
            "ERR_HTTP2_STREAM_CANCEL_401",
            "com.example.api.v1.ResourceNotFoundException",
            "asia-northeast1-docker",
            "INVALID_PARAMETER_1",
            "2024-01-01T00",
        ] {
            assert!(!is_key(name), "{name}");
        }
    }

    #[test]
    fn a_card_number_fits_luhn_in_groups_or_not() {
        for (text, length) in [
            ("4111111111111111", 16),
            ("4111 1111 1111 1111 is bad", 19),
            ("4111-1111-1111-1111", 19),
            ("4111\n1111 1111 1111", 19),
            ("3782 822463 10005", 17),
            ("4222222222222", 13),
            ("4111111111111112", 0),
            ("1700000000000", 0),
            ("4111111111111111x", 0),
            ("5555 5555 5555 4444 12", 19),
            ("3.141592653589793", 0),
        ] {
            assert_eq!(card(text), length, "{text}");
        }
    }

    #[test]
    fn an_iban_fits_its_check_digits() {
        for (text, length) in [
            ("DE89370400440532013000", 22),
            ("DE89 3704 0044 0532 0130 00 is bad", 27),
            ("gb29 nwbk 6016 1331 9268 19", 27),
            ("NO93 8601 1117 947.", 18),
            ("DE88370400440532013000", 0),
            ("AB12", 0),
            ("é", 0),
        ] {
            assert_eq!(iban(text), length, "{text}");
        }
    }
}
