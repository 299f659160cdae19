//! Names that a server chooses: of quotas, buckets, units and headers.
//!
//! They are kept as long as what they name, for thousands of scopes, so a long one is replaced by its hash. Two long names have
//! one hash by chance in one of 10^19 cases. A server can choose two such names, but joins only its own quotas by that.

use alloc::string::String;

use super::number;

/// Bytes of a name that is kept as it is. The longest that servers are known to send have some 70.
pub const MOST: usize = 128;

/// Where a hash begins.
pub const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// The name as it is kept: itself, or `#` and 16 hexadecimal digits of its hash.
#[inline(never)]
pub fn short(name: &str) -> String {
    if name.len() <= MOST {
        return String::from(name);
    }
    let mut short = String::from("#");
    for byte in add(SEED, name).to_be_bytes() {
        number::push_digit(&mut short, usize::from(byte >> 4));
        number::push_digit(&mut short, usize::from(byte & 15));
    }
    short
}

/// `hash` with `text` added: FNV-1a, which is quick and hides no secret.
#[inline(never)]
pub fn add(mut hash: u64, text: &str) -> u64 {
    #[cfg(test)]
    crate::syntax::steps::add(text.len());
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_kept_as_a_hash_that_tells_it_apart() {
        let name = "a".repeat(MOST);
        assert_eq!(short(&name), name);
        let [long, other] = ["b", "c"].map(|end| short(&[&name, end].concat()));
        assert_eq!((long.len(), other.len()), (17, 17));
        assert_ne!(long, other);
        // The vectors of FNV's authors.
        assert_eq!(add(SEED, "foobar"), 0x8594_4171_f739_67e8);
    }
}
