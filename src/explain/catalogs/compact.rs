//! The built-in catalogs without blanks and without their tests: 4 of 25 kB that every page would load, done while compiling.

/// The length of `json` when squeezed.
pub const fn length(json: &str) -> usize {
    squeeze::<0>(json).1
}

/// `json` without blanks between its tokens and without `tests`, its last member; and the length of that.
pub const fn squeeze<const N: usize>(json: &str) -> ([u8; N], usize) {
    let text = json.as_bytes();
    let mut out = [0; N];
    let (mut at, mut length) = (0, 0);
    let (mut string, mut escape) = (false, false);
    while at < text.len() {
        let mut byte = text[at];
        if !string && is_tests(text, at) {
            byte = b'}';
            at = text.len();
        }
        if string || !byte.is_ascii_whitespace() {
            if length < N {
                out[length] = byte;
            }
            length += 1;
        }
        string = string != (byte == b'"' && !escape);
        escape = string && byte == b'\\' && !escape;
        at += 1;
    }
    (out, length)
}

/// Whether `,` and the member `tests` follow.
const fn is_tests(text: &[u8], at: usize) -> bool {
    let name = b"\"tests\":";
    let mut next = at + 1;
    let mut same = 0;
    while next < text.len() && same < name.len() {
        if text[next] == name[same] {
            same += 1;
        } else if same > 0 || !text[next].is_ascii_whitespace() {
            return false;
        }
        next += 1;
    }
    text[at] == b',' && same == name.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_tests_go_and_strings_stay() {
        const JSON: &str = "{ \"a b\": [ 1, \" \\\" , \" ],\n \"b\" : {},\n \"tests\": [ { \"x\": 1 } ] }";
        const BYTES: [u8; length(JSON)] = squeeze(JSON).0;
        assert_eq!(core::str::from_utf8(&BYTES), Ok("{\"a b\":[1,\" \\\" , \"],\"b\":{}}"));
    }
}
