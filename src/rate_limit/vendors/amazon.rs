//! Amazon's Selling Partner API: `x-amzn-RateLimit-Limit: 0.0056` is a rate a second, not a count.
//!
//! Its burst is in the documentation only, so no window follows from it.
//! Source: developer-docs.amazon.com/sp-api, usage plans.

use super::{Reads, Row};

/// The header that would read as a limit of 0.
pub const ROWS: &[Row] = &[Row { header: "x-amzn-ratelimit-limit", reads: Reads::Nothing }];
