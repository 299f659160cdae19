//! Limits that no header tells beside others that headers tell, and quotas of options and profiles.

use std::collections::HashMap;

use super::{
    plan::{Plan, Run, refusal, reply},
    run::Row,
};
use crate::simulator::{
    limiters::Limit,
    servers::{RetryAfter, Server, Style},
};

const HOURLY: &str = "x-ratelimit-limit:5000\nx-ratelimit-reset:3000\nx-ratelimit-remaining:";
const SECONDARY: &str =
    r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}"#;

fn with_retry_after(server: &mut Server) {
    server.retry_after = RetryAfter::Seconds;
}

/// 20 in 10 s, which no header tells, and 300 calls at once.
fn hidden(plan: &mut Plan, hints: bool, told: &'static str) {
    plan.burst(300);
    plan.limited(
        "first",
        (20, 10_000),
        Style::Nothing,
        |server| {
            if hints {
                with_retry_after(server);
            }
        },
        move |arrival, _| match told {
            "hourly" => format!("{HOURLY}{}\n", 4999_usize.saturating_sub(arrival.before)),
            "daily" => {
                let left = 99_999_usize.saturating_sub(arrival.before);
                format!("ratelimit-policy:\"day\";q=100000;w=86400\nratelimit:\"day\";r={left};t=40000\n")
            }
            "bare" => "x-ratelimit-limit:5000\n".into(),
            told => told.into(),
        },
    );
}

/// GitHub: 80 writes in a minute, then 403 with a message; an hourly quota with room.
fn secondary(plan: &mut Plan, limit: (u64, i64), calls: usize) {
    plan.posts(calls);
    let mut limiter = Limit::new("first", limit.0, limit.1);
    let reset = plan.start / 1000 + 3000;
    plan.serve(move |arrival| {
        let left = 5000_usize.saturating_sub(arrival.before).max(4600);
        let told = format!(
            "x-ratelimit-limit:5000\nx-ratelimit-remaining:{left}\nx-ratelimit-resource:core\nx-ratelimit-reset:{reset}\n"
        );
        let now = arrival.now * 1000;
        if limiter.wait(now) > 0 {
            return refusal(403, &told, SECONDARY);
        }
        limiter.take(now);
        reply((200, told))
    });
}

/// Discord: 5 in 5 s for each channel; all channels name one bucket.
fn channels(plan: &mut Plan) {
    let mut servers = HashMap::<String, Server>::new();
    plan.serve(move |arrival| {
        let server = servers.entry(arrival.path.clone()).or_insert_with(|| {
            let mut server = Server::new("first", &[(5, 5000)], Style::Discord);
            server.name = "80c17d2f203122d936070c88c8d10f33".into();
            server.retry_after = RetryAfter::Decimal;
            server
        });
        reply(server.answer(arrival.now))
    });
}

fn channel(n: usize) -> String {
    format!("/api/v10/channels/{}/messages", 1_039_178_386_623_557_700 + n)
}

fn tokens(plan: &mut Plan, hints: bool) {
    plan.posts(20);
    let mut bucket = Limit::new("bucket", 3, 60_000);
    plan.serve(move |arrival| {
        let now = arrival.now * 1000;
        let wait = bucket.wait(now);
        if wait == 0 {
            bucket.take(now);
        }
        let info = bucket.info(now);
        let (left, reset) = (info.remaining * 10_000, (info.reset - now) as f64 / 1e6);
        let told = format!(
            "x-ratelimit-limit-requests:500\nx-ratelimit-remaining-requests:499\nx-ratelimit-reset-requests:120ms\n\
             x-ratelimit-limit-tokens:30000\nx-ratelimit-remaining-tokens:{left}\nx-ratelimit-reset-tokens:{reset:.3}s\n\
             content-type:application/json\n"
        );
        if wait == 0 {
            return reply((200, told));
        }
        let again = if hints { format!(" Please try again in {:.1}s.", wait as f64 / 1e6 + 0.05) } else { String::new() };
        let message = format!(
            "Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 30000, \
             Requested 10000.{again}"
        );
        refusal(
            429,
            &told,
            &format!(r#"{{"error":{{"message":"{message}","type":"tokens","code":"rate_limit_exceeded"}}}}"#),
        )
    });
}

fn quiet_channels(run: &Run) -> Result<(), String> {
    let most = (100..120).map(|call| run.took(call)).fold(0.0, f64::max);
    if most <= 1.5 { Ok(()) } else { Err(format!("an idle channel waits {most} s")) }
}

pub fn rows() -> Vec<Row> {
    let mut rows = reports();
    for told in ["", "daily", "bare"] {
        for (hints, most, lost) in [(true, 38, 0), (false, 39, 2)] {
            let name =
                format!("rule-1/{} beside 20 per 10 s, hints {hints}", if told.is_empty() { "nothing" } else { told });
            rows.push(
                Row::new(name, "1.25 x the 429s of nothing told", move |plan| hidden(plan, hints, told))
                    .refused(most)
                    .lost(lost),
            );
        }
    }
    rows.push(
        Row::new("rule-1/quota of options beside a hidden one", "as without the option", |plan| {
            hidden(plan, true, "");
            plan.options(r#"{"rateLimit":{"quotas":[{"limit":100,"window":1000}]}}"#);
        })
        .refused(38),
    );
    rows.push(Row::new("rule-1/secondary, 10 s", "none lost", |plan| secondary(plan, (20, 10_000), 300)).refused(300));
    rows
}

fn reports() -> Vec<Row> {
    vec![
        Row::new("unexplained-hourly-retry-after", "1.25 x the 429s of nothing told, none lost", |plan| {
            hidden(plan, true, "hourly");
        })
        .refused(38),
        Row::new("unexplained-hourly-no-hint", "as without the hourly headers", |plan| hidden(plan, false, "hourly"))
            .refused(39)
            .lost(2),
        Row::new("github-secondary-message", "none lost, tens of 403s", |plan| secondary(plan, (80, 60_000), 400))
            .refused(120),
        Row::new("github-secondary-message/profile", "none lost, tens of 403s", |plan| {
            secondary(plan, (80, 60_000), 400);
            plan.profile("github");
        })
        .refused(120),
        Row::new("limit-only-retry-after", "as good as Retry-After alone", |plan| {
            plan.burst(300);
            let (mut count, mut since) = (0, i64::MIN);
            plan.limited("first", (20, 10_000), Style::Nothing, with_retry_after, move |arrival, good| {
                if good && arrival.now >= since.saturating_add(10_000) {
                    (count, since) = (0, arrival.now);
                }
                count += i32::from(good);
                format!(
                    "x-pco-api-request-rate-limit:20\nx-pco-api-request-rate-count:{count}\n\
                     x-pco-api-request-rate-period:10\n"
                )
            });
        })
        .refused(38),
        Row::new("limit-remaining-no-reset", "no worse than nothing told", |plan| {
            plan.burst(200);
            let (mut left, mut since) = (20, i64::MIN);
            plan.limited(
                "first",
                (20, 60_000),
                Style::Nothing,
                |_| (),
                move |arrival, good| {
                    if good && arrival.now >= since.saturating_add(60_000) {
                        (left, since) = (20, arrival.now);
                    }
                    left -= i32::from(good);
                    format!("x-ratelimit-limit:20\nx-ratelimit-remaining:{left}\n")
                },
            );
        })
        .refused(46)
        .lost(3),
        Row::new("configured-quota-lifts-probe", "no 429s, as without the option", |plan| {
            plan.burst(60);
            plan.options(r#"{"rateLimit":{"quotas":[{"limit":100,"window":1000}]}}"#);
            plan.limited("first", (10, 60_000), Style::Clever, |_| (), |_, _| String::new());
        })
        .refused(1)
        .time(330.0),
        Row::new("discord-profile-worse", "1 429 at most, as without the profile", |plan| {
            (0..20).for_each(|_| plan.add("POST", "t", &channel(0), 0));
            channels(plan);
            plan.profile("discord");
        })
        .refused(1)
        .time(20.0),
        Row::new("discord-profile-worse/two channels", "none without the profile", |plan| {
            (0..40).for_each(|n| plan.add("POST", "t", &channel(n % 2), 0));
            channels(plan);
            plan.profile("discord");
        })
        .refused(2)
        .time(25.0),
        Row::new("discord-major-parameter", "idle channels wait under 1.5 s", |plan| {
            (0..100).for_each(|_| plan.add("POST", "t", &channel(0), 0));
            (1..=20).for_each(|n| plan.add("POST", "t", &channel(n), 1000));
            channels(plan);
            plan.profile("discord");
        })
        .refused(3)
        .time(115.0)
        .and(quiet_channels),
        Row::new("tpm-no-cost", "slow, none lost", |plan| tokens(plan, true)).refused(80).time(680.0),
        // The loop of four attempts loses 16 of 20.
        Row::new("tpm-no-cost/no hint", "slow, fewer lost than by a loop", |plan| tokens(plan, false))
            .refused(420)
            .lost(15)
            .time(680.0),
    ]
}
