//! Servers that are down, with and without a time, and refusals that name their reset and nothing else.

use super::{
    plan::{Arrival, ok, refusal},
    run::Row,
};

/// What a 503 has of Retry-After, and what else.
#[derive(Clone, Copy, Debug)]
enum Hint {
    Bare,
    Seconds,
    Date,
    Zero,
    Negative,
    Past,
}

fn hint(hint: Hint, arrival: &Arrival, until: i64) -> String {
    let left = until - arrival.since;
    match hint {
        Hint::Bare => String::new(),
        Hint::Seconds => format!("retry-after:{}\n", (left + 999) / 1000),
        Hint::Date => format!("retry-after:{}\n", date(arrival.now + left)),
        Hint::Zero => "retry-after:0\n".into(),
        Hint::Negative => "retry-after:-5\n".into(),
        Hint::Past => format!("retry-after:{}\n", date(arrival.now - 60_000)),
    }
}

fn date(ms: i64) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_millis(ms as u64))
}

/// Down from the start on, for so long; so many calls, so many ms apart.
fn down(name: &'static str, says: &'static str, how: (u16, Hint), lasts: i64, calls: (usize, i64), most: usize) -> Row {
    Row::new(name, says, move |plan| {
        plan.spaced(calls.0, calls.1);
        plan.serve(move |arrival| {
            if arrival.since >= lasts {
                return ok();
            }
            refusal(how.0, &hint(how.1, arrival, lasts), "")
        });
    })
    .refused(most)
}

/// A refusal of 30 s that tells it in this way: sent again when it is over, not before.
fn reset(name: &'static str, headers: fn(&Arrival, i64) -> String) -> Row {
    Row::new(name, "waits for the reset", move |plan| {
        plan.burst(1);
        plan.serve(move |arrival| {
            let left = 30_000 - arrival.since;
            if left <= 0 { ok() } else { refusal(429, &headers(arrival, (left + 999) / 1000), "") }
        });
    })
    // An instant on a clock that no Date shows: met to the second, which may be one early.
    .refused(if name.ends_with("epoch") { 2 } else { 1 })
    .longest(34.0)
}

pub fn rows() -> Vec<Row> {
    const SPACED: (usize, i64) = (150, 100);
    const AT_ONCE: (usize, i64) = (150, 0);
    let few = "50 requests while down, none lost";
    vec![
        down("503-retry-after", "a few, the others wait", (503, Hint::Seconds), 30_000, (200, 100), 3),
        down("503-retry-after-date", "a few, the others wait", (503, Hint::Date), 30_000, (200, 100), 5),
        down("503-retry-after-0", "as a bare 503, none lost", (503, Hint::Zero), 30_000, (200, 100), 62),
        down("rule-2/bare", few, (503, Hint::Bare), 20_000, SPACED, 50),
        down("rule-2/seconds", few, (503, Hint::Seconds), 20_000, SPACED, 50),
        down("rule-2/date", few, (503, Hint::Date), 20_000, SPACED, 50),
        down("rule-2/zero", few, (503, Hint::Zero), 20_000, SPACED, 50),
        down("rule-2/negative", few, (503, Hint::Negative), 20_000, SPACED, 50),
        down("rule-2/past", few, (503, Hint::Past), 20_000, SPACED, 50),
        down("rule-2/bare, at once", few, (503, Hint::Bare), 20_000, AT_ONCE, 50),
        down("rule-2/seconds, at once", few, (503, Hint::Seconds), 20_000, AT_ONCE, 50),
        down("rule-2/date, at once", few, (503, Hint::Date), 20_000, AT_ONCE, 50),
        down("rule-2/zero, at once", few, (503, Hint::Zero), 20_000, AT_ONCE, 50),
        down("rule-2/502, seconds", few, (502, Hint::Seconds), 20_000, SPACED, 50),
        down("rule-2/504, date", few, (504, Hint::Date), 20_000, SPACED, 50),
        down("rule-2/529, seconds", few, (529, Hint::Seconds), 20_000, SPACED, 50),
        reset("H2/RateLimit-Reset", |_, left| format!("ratelimit-reset:{left}\n")),
        reset("H2/X-RateLimit-Reset", |_, left| format!("x-ratelimit-reset:{left}\n")),
        reset("H2/X-RateLimit-Reset, epoch", |arrival, left| {
            format!("x-ratelimit-reset:{}\n", (arrival.now + left * 1000) / 1000)
        }),
        reset("H2/RateLimit t", |_, left| format!("ratelimit:\"a\";t={left}\n")),
        reset("H2/X-RateLimit-Reset-After", |_, left| format!("x-ratelimit-reset-after:{left}\n")),
        reset("H2/limit and reset", |_, left| format!("x-ratelimit-limit:100\nx-ratelimit-reset:{left}\n")),
        reset("H2/limit and reset, draft-06", |_, left| format!("ratelimit-limit:100\nratelimit-reset:{left}\n")),
        reset("H2/policy and t", |_, left| format!("ratelimit-policy:\"a\";q=100;w=60\nratelimit:\"a\";t={left}\n")),
        reset("H2/remaining and reset", |_, left| format!("x-ratelimit-remaining:0\nx-ratelimit-reset:{left}\n")),
    ]
}
