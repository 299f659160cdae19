//! Rows that no report is behind: other vendors, other numbers.

use super::{
    plan::{Chance, Plan, Run, failure, ok, p95, refusal, reply},
    run::Row,
};
use crate::simulator::{
    limiters::Limit,
    servers::{RetryAfter, Server, Style},
};
use fetch_with_policy::retry::classify::Failure;

/// At most so many at once, each of which takes so long, ms; one more is refused.
fn capped(plan: &mut Plan, most: usize, takes: i64, calls: usize, headers: &'static str) {
    plan.burst(calls);
    let mut ends = Vec::<i64>::new();
    plan.serve(move |arrival| {
        ends.retain(|end| *end > arrival.now);
        if ends.len() >= most {
            return refusal(429, headers, "");
        }
        ends.push(arrival.now + takes);
        arrival.takes = takes;
        ok()
    });
}

/// Two limits, of which only the second is told.
fn beside(plan: &mut Plan, hidden: (u64, i64), told: (u64, i64), hint: RetryAfter, calls: usize) {
    plan.burst(calls);
    let (mut inner, mut outer) =
        (Server::new("first", &[hidden], Style::Nothing), Server::new("first", &[told], Style::Ietf));
    inner.retry_after = hint;
    plan.serve(move |arrival| {
        let (status, headers) = outer.answer(arrival.now);
        if status != 200 {
            return reply((status, headers));
        }
        let (status, hint) = inner.answer(arrival.now);
        reply((status, headers + &hint))
    });
}

fn p95_of(path: &'static str, most: f64) -> impl Fn(&Run) -> Result<(), String> {
    move |run| {
        let time = p95(&run.times_of(path));
        if time <= most { Ok(()) } else { Err(format!("p95 of {path} is {time:.2} s")) }
    }
}

pub fn rows() -> Vec<Row> {
    let mut rows = buckets();
    rows.extend(beside_others());
    rows.extend(failures());
    rows
}

fn buckets() -> Vec<Row> {
    vec![
        Row::new("fresh/Shopify's bucket of 40, 2 a second", "40 at once, then 2 a second", |plan| {
            plan.burst(200);
            let mut server = Server::new("bucket", &[(40, 20_000)], Style::Nothing);
            plan.serve(move |arrival| {
                let (status, _) = server.answer(arrival.now);
                let used = 40 - server.limits[0].info(arrival.now * 1000).remaining;
                let hint = if status == 429 { "retry-after:2.0\n" } else { "" };
                reply((status, format!("x-shopify-shop-api-call-limit:{used}/40\n{hint}")))
            });
        })
        .refused(40)
        .time(96.0),
        Row::new("fresh/3 a second, Retry-After 1", "all served at 3 a second", |plan| {
            plan.burst(100);
            plan.limited(
                "first",
                (3, 1000),
                Style::Nothing,
                |server| server.retry_after = RetryAfter::Seconds,
                |_, _| String::new(),
            );
        })
        .refused(60)
        .time(55.0),
        Row::new("fresh/5 a second, then locked out for 30 s", "few lockouts, none lost", |plan| {
            plan.burst(100);
            let (mut limit, mut locked) = (Limit::new("fixed", 5, 1000), 0);
            plan.serve(move |arrival| {
                let now = arrival.now * 1000;
                if arrival.now < locked || limit.wait(now) > 0 {
                    locked = locked.max(if arrival.now < locked { 0 } else { arrival.now + 30_000 });
                    return refusal(429, "", "");
                }
                limit.take(now);
                ok()
            });
        })
        .refused(95)
        .time(820.0),
    ]
}

fn beside_others() -> Vec<Row> {
    vec![
        Row::new("fresh/one route has a hidden limit", "the other route is served, though it waits", |plan| {
            for n in 0..60 {
                plan.get("/search", n * 100);
                plan.get("/items", n * 100);
            }
            let mut server = Server::new("first", &[(10, 10_000)], Style::Nothing);
            server.retry_after = RetryAfter::Seconds;
            plan.serve(move |arrival| {
                let told = format!("x-rate-limit:700\nx-rate-limit-remaining:{}\n", 699 - arrival.before % 600);
                if arrival.path == "/items" {
                    return reply((200, told));
                }
                let (status, hint) = server.answer(arrival.now);
                reply((status, told + &hint))
            });
        })
        .refused(20)
        .time(70.0)
        // Refusals without a name hold all routes that share a quota, as far as is known: 10.5 s is what the server allows.
        .and(p95_of("/items", 50.0)),
        Row::new("fresh/100 in 10 s told in ms, 4 a second hidden", "paced by what refuses", |plan| {
            plan.burst(80);
            let mut server = Server::new("first", &[(4, 1000)], Style::Nothing);
            plan.serve(move |arrival| {
                let told = format!(
                    "x-hubspot-ratelimit-daily:500000\nx-hubspot-ratelimit-daily-remaining:{}\n\
                     x-hubspot-ratelimit-interval-milliseconds:10000\nx-hubspot-ratelimit-max:100\n\
                     x-hubspot-ratelimit-remaining:{}\n",
                    499_999 - arrival.before,
                    99 - arrival.before % 50
                );
                let (status, _) = server.answer(arrival.now);
                reply((status, told))
            });
        })
        .refused(60)
        .time(40.0),
        Row::new("fresh/50,000 a day told, 30 in 5 s hidden", "1.25 x the 429s of nothing told", |plan| {
            beside(plan, (30, 5000), (50_000, 86_400_000), RetryAfter::Decimal, 240);
        })
        .refused(60)
        .time(70.0),
        Row::new("fresh/100 a minute told, 10 a second hidden", "both are kept to", |plan| {
            beside(plan, (10, 1000), (100, 60_000), RetryAfter::Seconds, 300);
        })
        // The quota of a minute opens the gate: the first hundred go at once.
        .refused(120)
        .time(245.0),
        Row::new("fresh/50 in 20 s, epoch ms, 2 minutes off", "12 429s, 1.3 x the floor", |plan| {
            plan.burst(200);
            plan.skew = -117_000;
            let mut server = Server::new("fixed", &[(50, 20_000)], Style::Nothing);
            plan.serve(move |arrival| {
                let (status, _) = server.answer(arrival.now);
                let info = server.limits[0].info(arrival.now * 1000);
                reply((
                    status,
                    format!(
                        "x-ratelimit-limit:50\nx-ratelimit-remaining:{}\nx-ratelimit-reset:{}\n",
                        info.remaining,
                        info.reset / 1000
                    ),
                ))
            });
        })
        .refused(12)
        .time(78.0),
        Row::new("fresh/two tenants, one limited", "the other does not wait", |plan| {
            for n in 0..40 {
                plan.add("GET", "a", "/a", n * 50);
                plan.add("GET", "b", "/b", n * 50);
            }
            let mut server = Server::new("first", &[(5, 5000)], Style::Clever);
            plan.serve(move |arrival| if arrival.path == "/a" { reply(server.answer(arrival.now)) } else { ok() });
        })
        .refused(2)
        .time(40.0)
        .and(p95_of("/b", 0.1)),
    ]
}

fn failures() -> Vec<Row> {
    vec![
        Row::new("fresh/5 at once, bare", "a cap is learnt: none lost", |plan| capped(plan, 5, 300, 100, ""))
            .refused(60)
            .time(18.0),
        Row::new("fresh/3 at once, Retry-After 1", "a cap is learnt: none lost", |plan| {
            capped(plan, 3, 500, 60, "retry-after:1\n");
        })
        .refused(40)
        .time(30.0),
        Row::new("fresh/8 at once, a quota with room", "a cap is learnt: none lost", |plan| {
            capped(plan, 8, 1000, 80, "x-ratelimit-limit:1000\nx-ratelimit-remaining:990\nx-ratelimit-reset:60\n");
        })
        .refused(60)
        .time(30.0),
        Row::new("fresh/down for 45 s, 502", "about one request a second, none lost", |plan| {
            plan.spaced(60, 1000);
            plan.serve(|arrival| if arrival.since < 45_000 { refusal(502, "", "") } else { ok() });
        })
        // The first call makes its four attempts alone, as a loop would.
        .refused(53)
        .lost(1)
        .time(75.0),
        Row::new("fresh/overloaded for 36 s, 529, Retry-After 12", "asked each 12 s, none lost", |plan| {
            plan.spaced(100, 50);
            plan.serve(|arrival| if arrival.since < 36_000 { refusal(529, "retry-after:12\n", "") } else { ok() });
        })
        .refused(20)
        .time(50.0),
        Row::new("fresh/a network that is gone for 8 s", "none lost", |plan| {
            plan.spaced(100, 100);
            plan.serve(
                |arrival| {
                    if (2000..10_000).contains(&arrival.since) { failure(Failure::Network) } else { ok() }
                },
            );
        })
        .refused(40)
        .time(22.0),
        Row::new("fresh/8 % 503s at 30 a second", "one lost by chance at most, others do not wait", |plan| {
            plan.poisson(30.0, 30.0, |_| "/");
            let mut chance = Chance(plan.seed);
            plan.serve(move |_| if chance.below(0.08) { refusal(503, "", "") } else { ok() });
        })
        .lost(1)
        .time(36.0)
        .and(p95_of("/", 0.6)),
        Row::new("fresh/one bare 429 among 300", "the others wait 2 s at most", |plan| {
            plan.spaced(300, 20);
            plan.serve(|arrival| if arrival.before == 100 { refusal(429, "", "") } else { ok() });
        })
        .refused(1)
        .longest(2.5),
        Row::new("fresh/Retry-After of the past with a 429", "as without: none lost", |plan| {
            plan.burst(30);
            plan.limited(
                "first",
                (10, 5000),
                Style::Nothing,
                |_| (),
                |_, good| {
                    if good { String::new() } else { "retry-after:Sun, 06 Nov 1994 08:49:37 GMT\n".into() }
                },
            );
        })
        .refused(25)
        .time(30.0),
        Row::new("fresh/420 with Retry-After 10", "held for 10 s", |plan| {
            plan.spaced(20, 100);
            plan.serve(|arrival| if arrival.since < 9900 { refusal(420, "retry-after:10\n", "") } else { ok() });
        })
        .refused(3)
        .time(16.0),
        Row::new("fresh/two routes down with a time", "the origin is held, none lost", |plan| {
            for n in 0..50 {
                plan.get("/a", n * 100);
                plan.get("/b", n * 100);
            }
            plan.serve(|arrival| {
                let left = 15_000 - arrival.since;
                if left > 0 { refusal(503, &format!("retry-after:{}\n", (left + 999) / 1000), "") } else { ok() }
            });
        })
        .refused(6)
        .time(25.0),
        Row::new("fresh/a route that always times out", "others do not wait", |plan| {
            for n in 0..100 {
                plan.get(if n % 4 == 0 { "/slow" } else { "/fine" }, n * 200);
            }
            plan.serve(|arrival| if arrival.path == "/slow" { failure(Failure::Timeout) } else { ok() });
        })
        .lost(25)
        .and(p95_of("/fine", 0.06)),
    ]
}
