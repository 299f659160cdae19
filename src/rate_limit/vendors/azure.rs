//! Azure Resource Manager: `x-ms-ratelimit-remaining-resource: Microsoft.Compute/GetVMScaleSet3Min;197,…30Min;1297`.
//!
//! Name and count; the window is in the name. Source: Azure's documentation of throttling of virtual machine APIs.

use super::{Reads, Row};

/// What a resource provider has left.
pub const ROWS: &[Row] = &[Row { header: "x-ms-ratelimit-remaining-resource", reads: Reads::Records(",N;R") }];
