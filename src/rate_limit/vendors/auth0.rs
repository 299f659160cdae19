//! Auth0: `Auth0-Client-Quota-Limit: b=per_hour;q=100;r=90;t=3600,b=per_day;q=1000;r=900;t=86400`.
//!
//! Like a structured field, but not one. `t` is seconds to the reset. Source: the tests of Auth0's SDKs.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Quota, Reads, Row};
use crate::rate_limit::read::name;
use crate::syntax::number;

/// Quotas of a client and of an organization.
pub const ROWS: &[Row] = &[
    Row { header: "auth0-client-quota-limit", reads: Reads::Value(read) },
    Row { header: "auth0-organization-quota-limit", reads: Reads::Value(read) },
];

fn read(value: &str, quotas: &mut Vec<Quota>) {
    for record in value.split(',') {
        let mut quota = Quota::default();
        for (key, value) in record.split(';').filter_map(|pair| pair.trim_ascii().split_once('=')) {
            match key {
                "b" => {
                    quota.name = Some(String::from(value));
                    quota.window = name::window(value);
                }
                "q" => quota.limit = number::count(value),
                "r" => quota.remaining = number::count(value),
                "t" => {
                    quota.reset_in = number::milli(value, true);
                    quota.granularity = 1000;
                }
                _ => {}
            }
        }
        super::super::quota::tell(quotas, quota);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_a_quota_and_a_bad_part_is_left_out() {
        let mut quotas = Vec::new();
        read("b=per_hour;q=100;r=90;t=3600, b=per_day;q=x;r=900;t=-1;z", &mut quotas);
        let [hour, day] = &quotas[..] else { panic!("{quotas:?}") };
        assert_eq!((hour.name.as_deref(), hour.limit, hour.remaining), (Some("per_hour"), Some(100), Some(90)));
        assert_eq!((hour.reset_in, hour.window), (Some(3_600_000), Some(3_600_000)));
        assert_eq!((day.limit, day.remaining, day.reset_in, day.window), (None, Some(900), None, Some(86_400_000)));
    }
}
