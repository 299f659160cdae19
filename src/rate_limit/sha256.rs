//! SHA-256 (FIPS 180-4), for names: small, not fast, and not for secrets that are guarded by time.
//!
//! Measured on the policy's module: 0.5 kB brotli less than the crate that the tests hold it against.

/// The first bits of the square roots of the first 8 primes.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The first bits of the cube roots of the first 64 primes.
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

/// The first 128 bits of the digest of `text`.
#[inline(never)]
pub fn digest(text: &str) -> [u8; 16] {
    let mut state = START;
    // The text, a bit, and the length in bits in the last 8 bytes.
    let blocks = (text.len() + 8) / 64 + 1;
    let length = (text.len() as u64).wrapping_mul(8);
    let byte = |at: usize| match text.as_bytes().get(at) {
        Some(byte) => *byte,
        None if at == text.len() => 0x80,
        None => length.checked_shr((blocks * 64 - 1 - at) as u32 * 8).unwrap_or(0) as u8,
    };
    for block in 0..blocks {
        let mut words = [0u32; 16];
        let mut mixed = state;
        for (round, constant) in ROUNDS.iter().enumerate() {
            // Only the last 16 words of the schedule are ever asked for.
            let back = |n: usize| words[(round + 16 - n) % 16];
            let word = if round < 16 {
                let at = block * 64 + round * 4;
                (at..at + 4).fold(0, |word, at| (word << 8) | u32::from(byte(at)))
            } else {
                let (two, fifteen) = (back(2), back(15));
                let one = two.rotate_right(17) ^ two.rotate_right(19) ^ (two >> 10);
                let other = fifteen.rotate_right(7) ^ fifteen.rotate_right(18) ^ (fifteen >> 3);
                one.wrapping_add(back(7)).wrapping_add(other).wrapping_add(back(16))
            };
            words[round % 16] = word;
            mixed = mix(mixed, constant.wrapping_add(word));
        }
        for (sum, word) in state.iter_mut().zip(mixed) {
            *sum = sum.wrapping_add(word);
        }
    }
    let mut bytes = [0; 16];
    for (at, to) in bytes.iter_mut().enumerate() {
        *to = (state[at / 4 % 8] >> (24 - at % 4 * 8)) as u8;
    }
    bytes
}

// One round.
fn mix([a, b, c, d, e, f, g, h]: [u32; 8], word: u32) -> [u32; 8] {
    let choice = (e & f) ^ (!e & g);
    let majority = (a & b) ^ (a & c) ^ (b & c);
    let one = h
        .wrapping_add(e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
        .wrapping_add(choice)
        .wrapping_add(word);
    let two = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(majority);
    [one.wrapping_add(two), a, b, c, d.wrapping_add(one), e, f, g]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn it_is_the_digest_of_the_standard() {
        // FIPS 180-4's own example.
        assert_eq!(
            digest("abc"),
            [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23]
        );
    }

    #[test]
    fn every_length_around_the_ends_of_blocks_is_padded_as_another_implementation_pads_it() {
        let mut text = String::new();
        for length in 0..300 {
            assert_eq!(digest(&text), hmac_sha256::Hash::hash(text.as_bytes())[..16], "{length}");
            text.push(char::from(b'!' + (length % 90) as u8));
        }
    }
}
