//! Salesforce: `Sforce-Limit-Info: api-usage=135/5000; per-app-api-usage=17/250(appName=sample)`, used of the maximum.
//!
//! Source: the REST API developer guide, limit info header.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Quota, Reads, Row};
use crate::syntax::number;

/// The one header.
pub const ROWS: &[Row] = &[Row { header: "sforce-limit-info", reads: Reads::Value(read) }];

fn read(value: &str, quotas: &mut Vec<Quota>) {
    for (name, counts) in value.split([';', ',']).filter_map(|pair| pair.trim_ascii().split_once('=')) {
        let counts = counts.split('(').next().unwrap_or(counts);
        let Some((used, limit)) = counts.split_once('/') else { continue };
        let (Some(used), Some(limit)) = (number::count(used), number::count(limit)) else { continue };
        // The count goes on beyond the maximum.
        let remaining = Some(limit.saturating_sub(used));
        let name = Some(String::from(name));
        super::super::quota::tell(quotas, Quota { name, limit: Some(limit), remaining, ..Quota::default() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_of_the_organization_and_of_an_app_are_two_quotas() {
        let mut quotas = Vec::new();
        read("api-usage=15001/15000; per-app-api-usage=17/250(appName=a=b), x=1, y=a/b", &mut quotas);
        let counts = |at: usize| (quotas[at].name.as_deref(), quotas[at].limit, quotas[at].remaining);
        assert_eq!(counts(0), (Some("api-usage"), Some(15_000), Some(0)));
        assert_eq!(counts(1), (Some("per-app-api-usage"), Some(250), Some(233)));
        assert_eq!(quotas.len(), 2);
    }
}
