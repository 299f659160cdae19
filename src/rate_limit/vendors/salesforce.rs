//! Salesforce: `Sforce-Limit-Info: api-usage=135/5000; per-app-api-usage=17/250(appName=sample)`, used of the maximum.
//!
//! The count goes on beyond the maximum. Source: the REST API developer guide, limit info header.

use super::{Reads, Row};

/// The one header.
pub const ROWS: &[Row] = &[Row { header: "sforce-limit-info", reads: Reads::Records(";N=U/L") }];
