//! X (Twitter): quotas of 24 hours for the app and the user, whose names have no `rate-limit` in them.
//!
//! Source: docs.x.com, rate limits; captured responses.

use super::{Reads, Role, Row};

/// Three headers each.
pub const ROWS: &[Row] = &[
    Row { header: "x-app-limit-24hour-limit", reads: Reads::Part("app-24hour", Role::Limit) },
    Row { header: "x-app-limit-24hour-remaining", reads: Reads::Part("app-24hour", Role::Remaining) },
    Row { header: "x-app-limit-24hour-reset", reads: Reads::Part("app-24hour", Role::Reset) },
    Row { header: "x-user-limit-24hour-limit", reads: Reads::Part("user-24hour", Role::Limit) },
    Row { header: "x-user-limit-24hour-remaining", reads: Reads::Part("user-24hour", Role::Remaining) },
    Row { header: "x-user-limit-24hour-reset", reads: Reads::Part("user-24hour", Role::Reset) },
];
