//! stub
use super::quota::Quota;
use crate::{hints::Hint, syntax::headers::Headers, time::WallTime};
use alloc::vec::Vec;
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Reading {
    pub quotas: Vec<Quota>,
    pub hint: Option<Hint>,
}
#[allow(missing_docs)]
pub fn read(h: Headers<'_>, _s: Option<u16>, now: WallTime) -> Reading {
    let n = |k| h.find(k).and_then(|v| v.parse::<u64>().ok());
    let mut r = Reading::default();
    if let Some(s) = n("retry-after") {
        r.hint = Some(Hint { delay: s as i64 * 1000, source: "retry-after".into() });
    }
    if let Some(rem) = n("x-ratelimit-remaining") {
        r.quotas.push(Quota {
            name: h.find("x-ratelimit-bucket").map(Into::into),
            limit: n("x-ratelimit-limit"),
            remaining: Some(rem),
            reset_in: n("x-ratelimit-reset").map(|e| (e as i64 * 1000).saturating_sub(now.0).max(0)),
            granularity: 1000,
            absolute: true,
            source: "x-ratelimit-remaining".into(),
            ..Quota::default()
        });
    }
    r
}
#[allow(missing_docs)]
pub fn wanted() -> &'static str {
    "ratelimit|retry-after|date|age"
}
