//! Shopify's REST API: `X-Shopify-Shop-Api-Call-Limit: 32/40`, used of the bucket's size.
//!
//! A leaky bucket: it never resets, it drains. Source: shopify.dev, REST Admin API rate limits.

use super::{Reads, Role, Row};

/// The one header; a limit that holds both counts is read as `used/limit`.
pub const ROWS: &[Row] = &[Row { header: "x-shopify-shop-api-call-limit", reads: Reads::Part("", Role::Limit) }];
