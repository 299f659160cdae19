//! Sentry: `X-Sentry-Rate-Limits: 60:error;transaction:organization, 2700::key`, what is refused now, and for how long.
//!
//! Seconds, then categories of data (none is all of them), scope, reason. Source: develop.sentry.dev, SDK rate limiting.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Quota, Reads, Row};
use crate::syntax::number;

/// The header of the ingestion API; its web API's are generic.
pub const ROWS: &[Row] = &[Row { header: "x-sentry-rate-limits", reads: Reads::Value(read) }];

fn read(value: &str, quotas: &mut Vec<Quota>) {
    for (seconds, rest) in value.split(',').filter_map(|limit| limit.trim_ascii().split_once(':')) {
        let name = rest.split(':').next().filter(|categories| !categories.is_empty()).map(String::from);
        let reset_in = number::milli(seconds, true);
        let remaining = reset_in.map(|_| 0);
        super::super::quota::tell(quotas, Quota { name, remaining, reset_in, granularity: 1000, ..Quota::default() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_has_nothing_left() {
        let mut quotas = Vec::new();
        read("60:error;transaction:organization, 2700::key, x:y:z", &mut quotas);
        let seen: Vec<_> =
            quotas.iter().map(|quota| (quota.name.as_deref(), quota.remaining, quota.reset_in)).collect();
        assert_eq!(seen, [(Some("error;transaction"), Some(0), Some(60_000)), (None, Some(0), Some(2_700_000))]);
    }
}
