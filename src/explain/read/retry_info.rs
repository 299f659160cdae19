//! Connect's `google.rpc.RetryInfo`: a duration in protobuf, in base64, among an error's details.
//!
//! `debug` beside it is for people, and may say something else (connectrpc.com, protocol: error details). A message of a few
//! bytes needs no reader of protobuf: field 1 is the duration, in which field 1 is seconds and field 2 nanoseconds.

use crate::explain::read::keys::key;
use crate::syntax::base64;
use crate::syntax::json::Node;

/// The longest message that is looked at, in base64; a duration has at most 18 bytes.
const MOST: usize = 64;

/// How long to wait, in ms, where one of the `details` of `error` says so.
pub fn read(error: Node<'_>) -> Option<i64> {
    error.at(key!("details")).children().find_map(|detail| {
        let named = detail.at(key!("type")).text().ends_with("google.rpc.RetryInfo");
        let value = detail.at(key!("value")).text();
        let bytes = if named && value.len() <= MOST { base64::decode(value.as_bytes())? } else { return None };
        let inner = match bytes.as_slice() {
            [0x0A, length, rest @ ..] => rest.get(..usize::from(*length))?,
            _ => return None,
        };
        let (seconds, rest) = field(0x08, inner)?;
        let (nanos, _) = field(0x10, rest)?;
        seconds.checked_mul(1000)?.checked_add(nanos.div_euclid(1_000_000) + i64::from(nanos % 1_000_000 > 0))
    })
}

/// The number under `tag`, and what follows; 0 where another field comes first, as protobuf leaves out what is 0.
fn field(tag: u8, bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut rest = match bytes {
        [first, rest @ ..] if *first == tag => rest,
        _ => return Some((0, bytes)),
    };
    let (mut value, mut shift) = (0_i64, 0);
    while let [byte, more @ ..] = rest {
        // A tenth byte would be a negative number.
        value |= i64::from(byte & 0x7F).checked_shl(shift).filter(|_| shift < 63)?;
        (rest, shift) = (more, shift + 7);
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::read::keys::parse;

    fn wait(value: &str) -> Option<i64> {
        let text =
            ["{\"details\":[{\"type\":\"x\"},{\"type\":\"google.rpc.RetryInfo\",\"value\":\"", value, "\"}]}"].concat();
        read(parse(&text).root())
    }

    #[test]
    fn the_duration_is_decoded() {
        for (value, expected) in [
            ("CgIIPA", Some(60_000)),
            ("CgIIPA==", Some(60_000)),
            ("CgYQgMq17gE", Some(500)),
            ("CggIARCAyrXuAQ", Some(1500)),
            ("CgA", Some(0)),
        ] {
            assert_eq!(wait(value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for value in ["", "!", "Cg", "CgII", "CgwI", "CgsI////////////AQ", "EgIIPA", &"C".repeat(100)] {
            assert_eq!(wait(value), None, "{value}");
        }
    }
}
