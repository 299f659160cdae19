//! What only a body tells, and headers in words of their own.

use super::{
    plan::{Plan, Reply, refusal, reply},
    run::Row,
};
use crate::simulator::{
    limiters::Limit,
    servers::{Server, Style},
};
use fetch_with_policy::{
    rate_limit::{
        quota::Quota,
        read::{self, Answer},
    },
    syntax::headers::Headers,
    time::WallTime,
};

const JSON: &str = "content-type:application/json\n";
const HIDES: &str = r#"{"profiles":[{"hosts":["api.example.com"],"errorsUnder200":true}]}"#;
/// Rates under a success: all that was asked is refused.
const UNDER_200: [&str; 6] = [
    r#"{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message."}}"#,
    r#"[{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Too many requests"}}]"#,
    r#"{"error":{"code":-32005,"message":"limit exceeded"}}"#,
    r#"{"error":{"code":-32012,"message":"credits limited to 6000/sec"}}"#,
    r#"[{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}]"#,
    r#"{"errors":[{"message":"x","extensions":{"http":{"status":429}}}]}"#,
];

fn read_at(headers: &str, status: u16) -> Vec<Quota> {
    let answer = Answer { status, ..Answer::from(Headers::new(headers)) };
    read::read(answer, WallTime(super::plan::MINUTE)).quotas
}

/// The one quota that these headers tell: limit, remaining, reset and window.
fn expect(headers: &str, expected: [Option<i64>; 4]) -> Result<(), String> {
    let quotas = read_at(headers, 429);
    let found: Vec<_> = quotas
        .iter()
        .map(|quota| [quota.limit.map(|n| n as i64), quota.remaining.map(|n| n as i64), quota.reset_in, quota.window])
        .collect();
    if found == [expected] { Ok(()) } else { Err(format!("read {found:?}")) }
}

/// The first answers to each path are this one, the others good. A call to each of so many paths, with tokens of their own.
fn once(plan: &mut Plan, count: usize, body: impl Fn(usize) -> Reply + 'static) {
    for n in 0..count {
        plan.add("GET", &format!("t{n}"), &format!("/{n}"), 0);
    }
    plan.options(HIDES);
    plan.serve(move |arrival| {
        if arrival.attempt > 1 {
            return reply((200, format!("{JSON}\n{{\"result\":1}}")));
        }
        body(arrival.call)
    });
}

fn waits(row: Row, least: f64) -> Row {
    row.and(move |run| {
        let first = (0..run.calls.len()).map(|call| run.took(call)).fold(f64::INFINITY, f64::min);
        if first >= least { Ok(()) } else { Err(format!("sent again after {first} s of {least}")) }
    })
}

pub fn rows() -> Vec<Row> {
    let mut rows = headers();
    rows.extend(checks());
    rows.extend(under_200());
    rows.extend(refusals());
    rows
}

fn headers() -> Vec<Row> {
    vec![
        Row::new("kucoin-ms", "300 served in about 424 s", |plan| {
            plan.spaced(300, 0);
            (plan.together, plan.gap) = (1, 200);
            let mut server = Server::new("first", &[(20, 30_000)], Style::Nothing);
            plan.serve(move |arrival| {
                let (status, _) = server.answer(arrival.now);
                let info = server.limits[0].info(arrival.now * 1000);
                let reset = (info.reset - arrival.now * 1000) / 1000;
                reply((
                    status,
                    format!(
                        "gw-ratelimit-limit:20\ngw-ratelimit-remaining:{}\ngw-ratelimit-reset:{reset}\n",
                        info.remaining
                    ),
                ))
            });
        })
        .refused(15)
        .time(500.0),
        Row::new("pubg-ns", "60 served at 10 a minute", |plan| {
            plan.burst(60);
            let mut server = Server::new("fixed", &[(10, 60_000)], Style::Nothing);
            plan.serve(move |arrival| {
                let (status, _) = server.answer(arrival.now);
                let info = server.limits[0].info(arrival.now * 1000);
                let reset = info.reset / 1000;
                reply((
                    status,
                    format!(
                        "x-ratelimit-limit:10\nx-ratelimit-remaining:{}\nx-ratelimit-reset:{reset}000000\n",
                        info.remaining
                    ),
                ))
            });
        })
        .refused(6)
        .time(330.0),
    ]
}

fn checks() -> Vec<Row> {
    vec![
        Row::check("pubg-ns/read", "the reset is in 60 s", || {
            let headers = "x-ratelimit-limit:10\nx-ratelimit-remaining:0\nx-ratelimit-reset:1795305660000000000\n";
            expect(headers, [Some(10), Some(0), Some(60_000), None])
        }),
        Row::check("reset-name-remain", "`remain` is `remaining`", || {
            let headers = "x-gate-ratelimit-limit:200\nx-gate-ratelimit-requests-remain:0\n\
                           x-gate-ratelimit-reset-timestamp:1795305660\n";
            expect(headers, [Some(200), Some(0), Some(60_000), None])
        }),
        Row::check("rollbar-remaining-seconds", "one quota, whose reset is in 60 s", || {
            let headers = "x-rate-limit-limit:5000\nx-rate-limit-remaining:0\nx-rate-limit-reset:1795305660\n\
                           x-rate-limit-remaining-seconds:60\n";
            expect(headers, [Some(5000), Some(0), Some(60_000), None])
        }),
        Row::check("basecamp-json", "50 in 10 s, none left, resets in 20 s", || {
            let headers = "x-ratelimit:{\"name\":\"API\",\"period\":10,\"limit\":50,\"remaining\":0,\
                           \"until\":\"2026-11-22T00:00:20Z\"}\n";
            // That instant, whatever the clock of the other checks.
            let answer = Answer { status: 429, ..Answer::from(Headers::new(headers)) };
            let quotas = read::read(answer, WallTime(1_795_305_600_000)).quotas;
            match &quotas[..] {
                [quota]
                    if (quota.limit, quota.remaining, quota.window, quota.reset_in)
                        == (Some(50), Some(0), Some(10_000), Some(20_000)) =>
                {
                    Ok(())
                }
                quotas => Err(format!("read {quotas:?}")),
            }
        }),
    ]
}

fn under_200() -> Vec<Row> {
    vec![
        Row::new("jsonrpc-429-in-200", "each sent again", |plan| {
            once(plan, UNDER_200.len(), |n| refusal(200, JSON, UNDER_200[n]));
        })
        .refused(UNDER_200.len())
        .longest(5.0),
        Row::new("jsonrpc-429-in-200/a part succeeded", "the batch is its caller's", |plan| {
            once(plan, 1, |_| {
                let body = r#"[{"jsonrpc":"2.0","id":1,"result":"0x1"},{"jsonrpc":"2.0","id":2,"error":{"code":429,"message":"Too many requests"}}]"#;
                reply((200, format!("{JSON}\n{body}")))
            });
        })
        .and(|run| if run.arrivals.len() == 1 { Ok(()) } else { Err("it is sent again".into()) }),
        waits(
            Row::new("maxlag-200", "waits 5 s, sent again", |plan| {
                once(plan, 1, |_| {
                    let head = format!("{JSON}retry-after:5\n");
                    refusal(200, &head, r#"{"error":{"code":"maxlag","info":"Waiting for all: 5.3 seconds lagged.","lag":5.3}}"#)
                });
            })
            .refused(1)
            .longest(12.0),
            5.0,
        ),
        waits(
            Row::new("monday-200", "waits 16 s", |plan| {
                once(plan, 1, |_| {
                    refusal(200, JSON, r#"{"errors":["Complexity budget exhausted, query cost 222250 budget remaining 214980 out of 10000000 reset in 16 seconds"],"error_code":"complexityBudgetExhausted","status_code":429}"#)
                });
            })
            .refused(1)
            .longest(25.0),
            16.0,
        ),
    ]
}

fn refusals() -> Vec<Row> {
    vec![
        Row::new("esi-420", "held until the reset: one request at most", |plan| {
            plan.spaced(25, 0);
            plan.together = 1;
            plan.serve(|arrival| {
                let left = (36_000 - arrival.since + 999) / 1000;
                if left <= 0 {
                    return reply((200, "x-esi-error-limit-remain:100\nx-esi-error-limit-reset:60\n".into()));
                }
                refusal(420, &format!("x-esi-error-limit-remain:0\nx-esi-error-limit-reset:{left}\n"), "")
            });
        })
        .refused(1)
        .time(40.0),
        Row::new("feishu-400", "all 20 served within 4 s", |plan| {
            plan.burst(10);
            plan.posts(10);
            let mut limit = Limit::new("fixed", 5, 1000);
            plan.serve(move |arrival| {
                let now = arrival.now * 1000;
                if limit.wait(now) > 0 {
                    let told = format!("{JSON}x-ogw-ratelimit-limit:5\nx-ogw-ratelimit-reset:1\n");
                    return refusal(400, &told, r#"{"code":99991400,"msg":"request trigger frequency limit"}"#);
                }
                limit.take(now);
                reply((200, String::new()))
            });
        })
        .refused(25)
        .time(6.0),
        Row::new("infura-backoff-seconds", "waits 30 s", |plan| {
            plan.burst(1);
            plan.serve(|arrival| {
                if arrival.since >= 30_000 {
                    return reply((200, String::new()));
                }
                refusal(429, JSON, r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"project ID request rate exceeded","data":{"current_rps":13.333,"allowed_rps":10.0,"backoff_seconds":30.0}}}"#)
            });
        })
        .refused(1)
        .longest(36.0),
        Row::new("alchemy-monthly", "an allowance: not sent again", |plan| {
            plan.burst(1);
            plan.serve(|_| {
                refusal(429, JSON, r#"{"jsonrpc":"2.0","id":1,"error":{"code":429,"message":"Monthly capacity limit exceeded. Visit https://dashboard.example.com/settings/billing to upgrade your scaling policy for continued service."}}"#)
            });
        })
        .refused(1)
        .lost(1)
        .longest(1.0),
        Row::new("openai-too-large", "handed back at once, the others are not held", |plan| {
            plan.add("POST", "t", "/big", 0);
            (0..20).for_each(|_| plan.add("POST", "t", "/small", 100));
            plan.serve(|arrival| {
                let told = format!("{JSON}x-ratelimit-remaining-requests:499\nx-ratelimit-remaining-tokens:30000\n");
                if arrival.path == "/small" {
                    return reply((200, told));
                }
                refusal(429, &told, r#"{"error":{"message":"Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 36055. The input or output tokens must be reduced in order to run successfully.","type":"tokens","code":"rate_limit_exceeded"}}"#)
            });
        })
        .refused(1)
        .lost(1)
        .longest(1.0),
    ]
}
