//! SHA-256 (FIPS 180-4) of a text that is there as a whole.
//!
//! What streams, and can be keyed, is three times the code; the tests compare with it.

use alloc::{string::String, vec::Vec};

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
const ROUNDS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];
/// The same of the square roots of the first 8 primes (FIPS 180-4, 5.3.3).
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The first 128 bits of the hash of `text`.
#[inline(never)]
pub fn hash(text: String) -> [u8; 16] {
    let length = text.len() as u64 * 8;
    let mut bytes = Vec::from(text);
    bytes.push(0x80);
    while bytes.len() % 64 != 56 {
        bytes.push(0);
    }
    bytes.extend_from_slice(&length.to_be_bytes());
    let mut state = START;
    for block in bytes.chunks_exact(64) {
        let before = state;
        rounds(&mut state, block);
        for (word, before) in state.iter_mut().zip(before) {
            *word = word.wrapping_add(before);
        }
    }
    let mut hash = [0; 16];
    for (part, word) in hash.chunks_exact_mut(4).zip(state) {
        part.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

#[allow(clippy::many_single_char_names, reason = "as the standard names them")]
fn rounds(state: &mut [u32; 8], block: &[u8]) {
    let mut words = [0_u32; 16];
    let mut block = block.chunks_exact(4);
    for (at, constant) in ROUNDS.iter().enumerate() {
        let old = |back: usize| words[(at + 16 - back) % 16];
        let word = match block.next() {
            Some(bytes) => bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)),
            None => mixed(old(15), 7, 18, old(15) >> 3)
                .wrapping_add(mixed(old(2), 17, 19, old(2) >> 10))
                .wrapping_add(old(16))
                .wrapping_add(old(7)),
        };
        words[at % 16] = word;
        let [a, b, c, d, e, f, g, h] = *state;
        let first = h
            .wrapping_add(mixed(e, 6, 11, e.rotate_right(25)))
            .wrapping_add((e & f) ^ (!e & g))
            .wrapping_add(*constant)
            .wrapping_add(word);
        let second = mixed(a, 2, 13, a.rotate_right(22)).wrapping_add((a & b) ^ (a & c) ^ (b & c));
        *state = [first.wrapping_add(second), a, b, c, d.wrapping_add(first), e, f, g];
    }
}

fn mixed(word: u32, one: u32, two: u32, rest: u32) -> u32 {
    word.rotate_right(one) ^ word.rotate_right(two) ^ rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_others_make_of_texts_of_all_lengths() {
        let mut text = String::new();
        for length in 0..300_u32 {
            let expected = hmac_sha256::Hash::hash(text.as_bytes());
            assert_eq!(hash(text.clone())[..], expected[..16], "{length}");
            text.push(char::from((length * 37 % 95 + 32) as u8));
        }
    }

    #[test]
    fn the_standards_own_example() {
        let start = [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23];
        assert_eq!(hash(String::from("abc")), start);
    }
}
