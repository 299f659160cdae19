//! Strava: `X-RateLimit-Limit: 600,30000` and `X-RateLimit-Usage: 314,27536`, in step; the windows are prose.
//!
//! The names are generic, so there are no rows: the generic reader asks here where limits and usage are lists alike.
//! Source: developers.strava.com, rate limits.

/// 15 minutes and a day, in ms.
pub const WINDOWS: [i64; 2] = [900_000, 86_400_000];
