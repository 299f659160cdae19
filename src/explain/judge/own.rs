//! The package's own errors: what the policy refused to send, and why.

use crate::explain::Report;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::Kind;

/// Explains a refusal of the policy's; none of anything else.
#[inline(never)]
pub fn explain(report: &Report<'_>) -> Option<Explanation> {
    let thrown = report.thrown.first()?;
    if report.hint.is_none() && report.told.is_none() {
        return None;
    }
    let (kind, id) = match (thrown.name, thrown.code) {
        ("RateLimitError", _) => (Kind::RateLimited, "policy.rate_limited"),
        ("CircuitOpenError", "circuit-open") => (Kind::Unavailable, "policy.unavailable"),
        _ => return None,
    };
    let mut out = Explanation::new(kind, "", None);
    tell(id, &mut out);
    out.see(out.id, "exception", "message", thrown.message, None);
    if let Some(cause) = out.causes.first_mut() {
        cause.evidence = (0, 1);
    }
    Some(out)
}

/// What `id` is about, without a case at hand. Gives back whether it is one of these.
pub fn page(id: &str, out: &mut Explanation) -> bool {
    let kind = match id {
        "policy.rate_limited" => Kind::RateLimited,
        "policy.unavailable" => Kind::Unavailable,
        _ => return false,
    };
    out.turn(kind, "");
    tell(id, out);
    true
}

fn tell(id: &str, out: &mut Explanation) {
    let (what, cause, text, action) = if out.kind == Kind::RateLimited {
        (
            "The policy did not send the request: it would wait too long for the quota.",
            "quota",
            "The quota is used up, and the queue is full or the wait is longer than allowed.",
            "Try again when the quota resets; rateLimit.maxWait and rateLimit.maxQueue limit the wait.",
        )
    } else {
        (
            "The policy did not send the request: the circuit of its route is open.",
            "circuit",
            "Earlier requests kept failing on this route.",
            "Try again when the circuit lets a request through; check why earlier requests failed.",
        )
    };
    out.confidence = 95;
    out.id = out.arena.add(id);
    out.what_happened = out.arena.add(what);
    out.action = out.arena.add(action);
    out.cause(cause, text, "", "certain", 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Thrown;
    use crate::explain::judge::kind::Retry;
    use crate::hints::Told;
    use crate::time::WallTime;

    fn of(name: &'static str, code: &'static str, quota: Told) -> Option<Explanation> {
        let thrown = alloc::vec![Thrown { name, message: "GET https://a.example: not sent", code }];
        let mut report = Report { thrown, now: WallTime(1000), ..Report::default() };
        report.wait_until(WallTime(31_000), quota);
        explain(&report).map(|mut out| {
            crate::explain::advise::advise_bare(&report, &mut out);
            out
        })
    }

    #[test]
    fn a_refusal_says_when_to_come_back_and_for_which_quota() {
        let out = of("RateLimitError", "queue-full", Told::default()).unwrap();
        assert!(matches!(out.retry, Retry::After { delay: 30_000, .. }) && out.kind == Kind::RateLimited);
        let quota = Told { bucket: Some("a".into()), limit: Some(5), remaining: Some(0), ..Told::default() };
        let out = of("RateLimitError", "quota-wait-too-long", quota).unwrap();
        assert!(matches!(out.retry, Retry::AtReset { delay: 30_000, reset_at: Some(31_000), .. }), "{:?}", out.retry);
        assert_eq!((out.limit, out.remaining, out.arena.read(out.bucket)), (Some(5), Some(0), "a"));
        assert_eq!(out.arena.read(out.seconds), "30");
        let out = of("CircuitOpenError", "circuit-open", Told::default()).unwrap();
        assert!(matches!(out.retry, Retry::After { delay: 30_000, .. }) && out.kind == Kind::Unavailable);
        assert!(of("Error", "circuit-open", Told::default()).is_none());
    }
}
