//! Whether and when to send the same request again, from what the rule, the kind and the answer's own hints say.
//!
//! Precedence: a spent quota never; then the server's own delay (Retry-After and kin); then the reset of the quota in the
//! way; then the rule's verdict; then the kind's. A hint never turns a verdict of "never" into a wait.

use super::explanation::Explanation;
use super::kind::{self, Kind, Retry};
use super::text;
use super::write::decimal;
use super::{Report, redact};
use crate::syntax::json::Node;
use alloc::string::ToString;

/// The verdict; fills in what the kind tells of the quota, and the words for end users.
pub fn retry(report: &Report<'_>, out: &mut Explanation, rule: Option<Node<'_>>) -> Retry {
    let mut retry = rule.and_then(read).unwrap_or_else(|| out.retry.clone());
    let told = report.told.as_ref();
    if out.kind == Kind::RateLimited
        && let Some(told) = told
    {
        out.bucket = told.bucket.as_deref().map(redact::excerpt);
        (out.limit, out.remaining) = (told.limit, told.remaining);
    }
    let waits = matches!(retry, Retry::Backoff { .. } | Retry::Soon { .. } | Retry::AtReset { .. });
    let spent = out.api.code.as_deref().is_some_and(kind::is_spent);
    if waits && !spent {
        let reset = told.filter(|told| out.kind == Kind::RateLimited || told.remaining == Some(0));
        if let Some(hint) = &report.hint {
            retry = Retry::After { delay: hint.delay.max(0), source: hint.source.clone() };
        } else if let Some((told, reset)) = reset.and_then(|told| Some((told, told.reset_in?))) {
            let delay = reset.max(0);
            retry = Retry::AtReset { delay, reset_at: Some(report.now.plus(delay).0), source: told.source.clone() };
        }
    }
    if out.kind == Kind::RateLimited
        && let Retry::After { delay, .. } | Retry::AtReset { delay, .. } = &retry
    {
        // Rounded up: who waits as long as is shown does not come too early.
        let seconds = decimal(delay.saturating_add(999).max(1000) / 1000);
        out.user_message = text::USER_AFTER.replace("{seconds}", &seconds);
        out.user_message_key.push_str(".after");
        out.params.push(("seconds", seconds));
    }
    retry
}

/// A verdict as catalogs write it, which is as the package's type has it; members that are missing have defaults.
fn read(node: Node<'_>) -> Option<Retry> {
    let text = |key: &str, default: &str| {
        node.get(key).and_then(Node::text).map_or_else(|| default.to_string(), |text| text.to_string())
    };
    let number = |key: &str, default: i64| node.get(key).and_then(Node::integer).unwrap_or(default).max(0);
    Some(match &*node.get("verdict")?.text()? {
        "none" => Retry::None,
        "never" => Retry::Never { until: text("until", "the request is corrected") },
        "backoff" => Retry::Backoff {
            base_delay: number("baseDelay", 1000),
            max_tries: number("maxTries", 5),
            requires_idempotency: false,
        },
        "after" => Retry::After { delay: number("delay", 1000), source: text("source", "catalog") },
        "at-reset" => {
            Retry::AtReset { delay: number("delay", 60_000), reset_at: None, source: text("source", "catalog") }
        }
        "after-reauth" => Retry::AfterReauth { how: text("how", "sign-in") },
        "soon" => Retry::Soon { delay: number("delay", 3000), max_tries: number("maxTries", 3) },
        "when-online" => Retry::WhenOnline,
        _ => return None,
    })
}
