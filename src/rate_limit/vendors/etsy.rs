//! Etsy: two quotas, the window in words. Source: developers.etsy.com, rate limits of the v3 API.

use super::{Reads, Role, Row};

/// A second's and a day's.
pub const ROWS: &[Row] = &[
    Row { header: "x-limit-per-second", reads: Reads::Part("second", Role::Limit) },
    Row { header: "x-remaining-this-second", reads: Reads::Part("second", Role::Remaining) },
    Row { header: "x-limit-per-day", reads: Reads::Part("day", Role::Limit) },
    Row { header: "x-remaining-today", reads: Reads::Part("day", Role::Remaining) },
];
