//! What a response reports, in the terms of the retry decision.

use core::mem;

use crate::{
    hints::{self, CUT, Hint, body::Limited},
    rate_limit::{
        quota::{ERRORS, Quota},
        read::Reading,
        reserve::Sign,
    },
    retry::classify::{self, Signs},
    syntax::headers::Headers,
};

/// Whether a response reports an exceeded rate (`true`) or a spent allowance (`false`).
pub fn limited(status: u16, reading: &Reading) -> Option<bool> {
    let signs = signs(reading, Headers::default());
    match signs.limited {
        Some(Limited::Rate) => Some(true),
        Some(Limited::Allowance) => Some(false),
        Some(Limited::TooLarge | Limited::Unavailable) => None,
        None => classify::is_limited(status, signs).then_some(true),
    }
}

/// Adds what the policy concludes to what the response says literally. A time that was cut to its second ends with that second. The
/// one quota of a refusal that has a reset and no `remaining` is used up.
pub(super) fn complete(status: u16, reading: &mut Reading, headers: Headers<'_>) {
    if let Some(hint) = &mut reading.hint {
        hint.delay = hint.delay.saturating_add(mem::take(&mut reading.slack));
    }
    for quota in &mut reading.quotas {
        if mem::take(&mut quota.cut) {
            quota.reset_in = quota.reset_in.map(|reset_in| reset_in.saturating_add(CUT));
            quota.reset_at = quota.reset_at.map(|reset_at| reset_at.plus(CUT));
        }
    }
    if !classify::is_limited(status, signs(reading, headers)) || reading.hint.as_ref().and_then(Hint::wait).is_some() {
        return;
    }
    if let Some(spent) = reading.quotas.iter().filter(|quota| is_spent(quota)).max_by_key(|quota| quota.reset_in) {
        // It binds no request of itself.
        if let (false, Some(delay)) = (spent.counts_requests(), spent.reset_in) {
            reading.hint = Some(Hint { delay, source: spent.source.clone() });
        }
        return;
    }
    let mut open = (reading.quotas.iter_mut())
        .filter(|quota| quota.counts_requests() && quota.remaining.is_none() && quota.reset_in > Some(0));
    if let (Some(quota), None) = (open.next(), open.next()) {
        quota.remaining = Some(0);
    }
}

pub(super) fn signs(reading: &Reading, headers: Headers<'_>) -> Signs {
    Signs {
        hinted: reading.hint.as_ref().and_then(Hint::wait).is_some(),
        exhausted: reading.quotas.iter().any(is_spent),
        limited: reading.limited,
        ruled: reading.ruled,
        repeats: hints::repeats(headers),
    }
}

/// What that says of the server.
pub(super) fn sign_of(status: u16, signs: Signs) -> Sign {
    if signs.limited == Some(Limited::TooLarge) {
        // Others are served.
        Sign::Works
    } else if classify::is_limited(status, signs) {
        Sign::Limited
    } else if classify::is_down(status, signs) {
        Sign::Down
    } else {
        Sign::Works
    }
}

pub(super) fn is_spent(quota: &Quota) -> bool {
    (quota.counts_requests() || quota.unit.as_deref() == Some(ERRORS)) && quota.exhausted()
}
