//! What the policy's binding says in text: quotas as JSON, and the contract's words.

use crate::{
    call::{GiveUpReason, WaitReason},
    rate_limit::{QuotaState, identity::hex, quota::Quota},
    syntax::write::Writer,
    time::WallTime,
};

pub(super) fn write_quotas(json: &mut Writer, quotas: &[Quota], now: WallTime) {
    json.open('[');
    for quota in quotas {
        json.open('{');
        json.text("name", quota.name.as_deref());
        json.text("unit", quota.unit.as_deref());
        json.number("limit", quota.limit.map(|limit| limit as i64));
        json.number("remaining", quota.remaining.map(|remaining| remaining as i64));
        json.number("resetAt", quota.reset_in.map(|reset_in| now.plus(reset_in).0));
        json.number("window", quota.window);
        json.text("source", Some(&quota.source));
        json.close('}');
    }
    json.close(']');
}

pub(super) fn write_state(json: &mut Writer, state: &QuotaState, keyed: bool) {
    json.open('{');
    write_quota(json, state);
    if keyed {
        json.text("key", Some(&hex(state.key)));
    }
    json.number("inFlight", Some(i64::from(state.in_flight)));
    json.number("waiting", Some(i64::from(state.waiting)));
    json.number("nextAt", state.next.map(|next| next.0));
    json.close('}');
}

pub(super) fn write_quota(json: &mut Writer, state: &QuotaState) {
    json.text("scope", Some(state.scope));
    json.text("name", state.name);
    json.text("unit", state.unit);
    json.number("limit", state.limit.map(|limit| limit as i64));
    json.number("remaining", state.remaining.map(|remaining| remaining as i64));
    json.number("resetAt", state.resets.map(|resets| resets.0));
    json.number("window", state.window);
    json.text("source", Some(state.source));
    if !state.expose.is_empty() {
        json.key("headersHidden");
        json.flag(true);
        json.text("expose", Some(state.expose));
    }
}

pub(super) fn wait_name(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Backoff => "backoff",
        WaitReason::Concurrency => "concurrency",
        WaitReason::Locked => "locked",
        WaitReason::Offline => "offline",
        WaitReason::Outage => "outage",
        WaitReason::Probing => "probing",
        WaitReason::RateLimit => "rate-limit",
        WaitReason::RetryAfter => "retry-after",
    }
}

pub(super) fn give_up_name(reason: GiveUpReason) -> &'static str {
    match reason {
        GiveUpReason::Aborted => "aborted",
        GiveUpReason::AttemptsExhausted => "attempts-exhausted",
        GiveUpReason::BudgetExhausted => "budget-exhausted",
        GiveUpReason::CircuitOpen => "circuit-open",
        GiveUpReason::Deadline => "deadline",
        GiveUpReason::HintTooLong => "hint-too-long",
        GiveUpReason::HostLimit => "host-limit",
        GiveUpReason::NotReplayable => "not-replayable",
        GiveUpReason::NotRetryable => "not-retryable",
        GiveUpReason::QueueFull => "queue-full",
        GiveUpReason::QuotaWaitTooLong => "quota-wait-too-long",
        GiveUpReason::ServerVeto => "server-veto",
    }
}
