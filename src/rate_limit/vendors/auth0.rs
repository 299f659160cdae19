//! Auth0: `Auth0-Client-Quota-Limit: b=per_hour;q=100;r=90;t=3600,b=per_day;q=1000;r=900;t=86400`.
//!
//! Like a structured field, but not one. `t` is seconds to the reset. Source: the tests of Auth0's SDKs.

use super::{Reads, Row};

const PATTERN: Reads = Reads::Records(",b=N;q=L;r=R;t=T");

/// Quotas of a client and of an organization.
pub const ROWS: &[Row] = &[
    Row { header: "auth0-client-quota-limit", reads: PATTERN },
    Row { header: "auth0-organization-quota-limit", reads: PATTERN },
];
