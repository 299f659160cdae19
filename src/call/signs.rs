//! What an answer says, in the words by which it is judged.

use crate::{
    hints::{self, body::Limited},
    rate_limit::{quota::Quota, read::Reading, reserve::Sign},
    retry::classify::{self, Signs},
    syntax::headers::Headers,
};

/// Whether an answer says that a rate was exceeded (`true`), or that it is none but a spent allowance (`false`).
pub fn limited(status: u16, reading: &Reading) -> Option<bool> {
    let signs = signs(reading, Headers::default());
    signs.rate.or(classify::is_limited(status, signs).then_some(true))
}

pub(super) fn signs(reading: &Reading, headers: Headers<'_>) -> Signs {
    Signs {
        hinted: reading.hint.is_some(),
        exhausted: reading.quotas.iter().any(is_spent),
        rate: reading.limited.map(|limited| limited == Limited::Rate),
        repeats: hints::repeats(headers),
    }
}

/// What that says of the server.
pub(super) fn sign_of(status: u16, signs: Signs) -> Sign {
    if classify::is_limited(status, signs) {
        Sign::Limited
    } else if classify::is_down(status, signs) {
        Sign::Down
    } else {
        Sign::Works
    }
}

pub(super) fn is_spent(quota: &Quota) -> bool {
    quota.counts_requests() && quota.exhausted()
}
