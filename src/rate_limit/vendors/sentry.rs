//! Sentry: `X-Sentry-Rate-Limits: 60:error;transaction:organization, 2700::key`: refused, and how long.
//!
//! Seconds, then categories of data (none is all of them), scope, reason. Source: develop.sentry.dev, SDK rate limiting.

use super::{Reads, Row};

/// The header of the ingestion API; its web API's are generic.
pub const ROWS: &[Row] = &[Row { header: "x-sentry-rate-limits", reads: Reads::Records(",B:N:X") }];
