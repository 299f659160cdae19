//! Whether and when to send the same request again, from what the rule, the kind and the answer's own hints say.
//!
//! Precedence: a spent quota never; then the server's own delay (Retry-After and kin); then the reset of the quota in the
//! way; then the rule's verdict; then the kind's. A hint never turns a verdict of "never" into a wait.

use super::explanation::Explanation;
use super::kind::{self, Kind, Retry};
use super::scan::{join, known};
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
        out.bucket = redact::excerpt(told.bucket.as_deref().unwrap_or(""));
        (out.limit, out.remaining) = (told.limit, told.remaining);
    }
    let waits = matches!(retry, Retry::Backoff { .. } | Retry::Soon { .. } | Retry::AtReset { .. });
    let spent = kind::is_spent(&out.api.code);
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
        out.seconds = decimal(delay.saturating_add(999).max(1000) / 1000);
        out.user_message = join(&["There were too many requests. Please try again in ", &out.seconds, " seconds."]);
        out.user_message_key = "user.rate_limited.after".to_string();
    }
    retry
}

/// A verdict as catalogs write it, which is as the package's type has it; members that are missing have defaults.
fn read(node: Node<'_>) -> Option<Retry> {
    let how = |word: &str| match known("refresh new-key step-up", word) {
        "" => "sign-in",
        how => how,
    };
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_string();
    let number = |key: &str, default: i64| node.get(key).and_then(Node::integer).unwrap_or(default);
    let delay = number("delay", 3000);
    let max_tries = number("maxTries", 5);
    let source = text("source");
    Some(match text("verdict").as_str() {
        "none" => Retry::None,
        "never" => Retry::Never { until: text("until") },
        "backoff" => Retry::Backoff { base_delay: number("baseDelay", 1000), max_tries, requires_idempotency: false },
        "after" => Retry::After { delay, source },
        "at-reset" => Retry::AtReset { delay, reset_at: None, source },
        "after-reauth" => Retry::AfterReauth { how: how(&text("how")) },
        "soon" => Retry::Soon { delay, max_tries },
        "when-online" => Retry::WhenOnline,
        _ => return None,
    })
}
