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
        let resets = quota.reset_in.map(|reset_in| now.plus(reset_in));
        let names = [quota.name.as_deref(), quota.unit.as_deref(), Some(&quota.source)];
        write_parts(json, names, [quota.limit, quota.remaining], resets, quota.window);
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
    if let Some((members, units, until)) = state.shared {
        json.key("shared");
        json.open('{');
        json.number("members", Some(members as i64));
        json.number("units", Some(units as i64));
        json.number("until", Some(until.0));
        json.close('}');
    }
    json.close('}');
}

pub(super) fn write_quota(json: &mut Writer, state: &QuotaState) {
    json.text("scope", Some(state.scope));
    let names = [state.name, state.unit, Some(state.source)];
    write_parts(json, names, [state.limit, state.remaining], state.resets, state.window);
    if !state.expose.is_empty() {
        json.key("headersHidden");
        json.flag(true);
        json.text("expose", Some(state.expose));
    }
}

// Members of both a quota that a response reported and one that is kept.
#[inline(never)]
fn write_parts(
    json: &mut Writer,
    [name, unit, source]: [Option<&str>; 3],
    [limit, remaining]: [Option<u64>; 2],
    resets: Option<WallTime>,
    window: Option<i64>,
) {
    json.text("name", name);
    json.text("unit", unit);
    json.number("limit", limit.map(|limit| limit as i64));
    json.number("remaining", remaining.map(|remaining| remaining as i64));
    json.number("resetAt", resets.map(|resets| resets.0));
    json.number("window", window);
    json.text("source", source);
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
