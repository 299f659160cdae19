//! Whether and when to send the same request again, from what the rule, the kind and the response's own hints say.
//!
//! Precedence: a spent quota never; then the server's own delay (Retry-After and kin); then the reset of the quota in the
//! way; then the rule's verdict; then the kind's. A hint never turns a verdict of "never" into a wait.

use crate::explain::advise::Case;
use crate::explain::advise::owner::Owner;
use crate::explain::explanation::Explanation;
use crate::explain::judge::kind::{self, Kind, Retry};
use crate::explain::read::keys::key;
use crate::explain::scan::known;
use crate::explain::write::serialize::decimal;
use crate::hints::{Hint, Told};
use crate::syntax::json::{self, Node};

/// What the response says of when to come back.
#[derive(Clone, Copy, Debug)]
pub struct Waits<'r> {
    /// The server's own delay.
    pub hint: Option<&'r Hint>,
    /// The quota in the way.
    pub told: Option<&'r Told>,
}

/// Fixes the verdict; fills in what the kind tells of the quota, and the words for end users. `rule` is what the deciding
/// rule says of it, if it does.
pub fn judge(case: &Case<'_, '_>, rule: Node<'_>, out: &mut Explanation) {
    let (waits, now) = (case.waits, case.report.now);
    if let Some(retry) = read(rule, out) {
        out.retry = retry;
    } else if let Retry::AfterReauth { how } = &mut out.retry {
        *how = match (out.arena.read(out.reason), case.owner) {
            ("step_up", _) => "step-up",
            ("expired" | "invalid", Owner::Program) => "new-key",
            ("expired", _) => "refresh",
            _ => "sign-in",
        };
    }
    let told = waits.told;
    let limited = out.kind == Kind::RateLimited;
    if let Some(told) = told.filter(|_| limited) {
        out.bucket = out.arena.excerpt(told.bucket.as_deref().unwrap_or(""));
        (out.limit, out.remaining) = (told.limit, told.remaining);
    }
    let may_wait = matches!(out.retry, Retry::Backoff { .. } | Retry::Soon { .. } | Retry::AtReset { .. });
    if may_wait && !kind::is_spent(out.arena.read(out.api.code)) {
        if let Some(hint) = waits.hint {
            let source = out.arena.add(&hint.source);
            out.retry = Retry::After { delay: hint.delay.max(0), source };
        } else if let Some(told) = told.filter(|told| limited || told.remaining == Some(0))
            && let Some(reset) = told.reset_in
        {
            let (delay, source) = (reset.max(0), out.arena.add(&told.source));
            out.retry = Retry::AtReset { delay, reset_at: Some(now.plus(delay).0), source };
        }
    }
    // As the policy behaves: what may have taken effect is not sent twice.
    let harm = case.is_unsafe(out) && !rule.at(key!("requiresIdempotency")).exists();
    if let Retry::Backoff { requires_idempotency, .. } = &mut out.retry {
        *requires_idempotency |= harm;
    }
    if let Retry::After { delay, .. } | Retry::AtReset { delay, .. } = out.retry
        && (limited || out.kind == Kind::Unavailable)
    {
        let seconds = seconds(delay);
        let (count, unit) = in_units(seconds);
        out.seconds = decimal(&mut out.arena, seconds);
        let start = out.arena.add(if limited {
            "There were too many requests. Please try again in "
        } else {
            "The service is unavailable right now. Please try again in "
        });
        out.wait = decimal(&mut out.arena, count);
        out.unit = unit;
        out.user_message = start.and(out.arena.join(&[" ", unit, if count == 1 { "." } else { "s." }]));
    }
}

/// The seconds of a delay, rounded up: who waits as long as is shown does not come too early.
pub fn seconds(delay: i64) -> i64 {
    delay.saturating_add(999).max(1000) / 1000
}

/// Seconds in the largest unit of which they are two or more, rounded up.
pub fn in_units(seconds: i64) -> (i64, &'static str) {
    let (size, unit) = match seconds {
        ..120 => (1, "second"),
        120..7200 => (60, "minute"),
        7200..172_800 => (3600, "hour"),
        _ => (86_400, "day"),
    };
    ((seconds - 1) / size + 1, unit)
}

/// A verdict as catalogs write it, which is as the package's type has it; members that are missing have defaults.
fn read(node: Node<'_>, out: &mut Explanation) -> Option<Retry> {
    let number = |key: &str, default: i64| node.get(key).integer().unwrap_or(default);
    let delay = number("delay", 3000);
    let max_tries = number("maxTries", 5);
    let source = out.arena.add(node.at(key!("source")).text());
    let how = match known("refresh new-key step-up", node.at(key!("how")).text()) {
        "" => "sign-in",
        how => how,
    };
    Some(match node.at(key!("verdict")).text() {
        "none" => Retry::None,
        "never" => Retry::Never { until: out.arena.add(node.at(key!("until")).text()) },
        "backoff" => Retry::Backoff {
            base_delay: number("baseDelay", 1000),
            max_tries,
            requires_idempotency: node.at(key!("requiresIdempotency")).kind() == json::Kind::True,
        },
        "after" => Retry::After { delay, source },
        "at-reset" => Retry::AtReset { delay, reset_at: None, source },
        "after-reauth" => Retry::AfterReauth { how },
        "soon" => Retry::Soon { delay, max_tries },
        "when-online" => Retry::WhenOnline,
        _ => return None,
    })
}
