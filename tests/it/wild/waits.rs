//! What makes a call wait, how long, and which are refused.

use super::{
    plan::{Plan, ok, refusal, reply},
    run::Row,
};
use crate::simulator::servers::{Server, Style};

fn told(plan: &mut Plan, limit: (u64, i64), calls: usize, kind: &str) {
    plan.burst(calls);
    plan.limited(kind, limit, Style::Clever, |_| (), |_, _| String::new());
}

/// So many clients on one token, each with calls at once, on windows of 200 in 3 s.
fn clients(plan: &mut Plan, count: usize, calls: usize, kind: &str, style: Style) {
    for client in 0..count {
        (0..calls).for_each(|_| plan.add("GET", &format!("t{client}"), "/", 0));
    }
    plan.limited(kind, (200, 3000), style, |_| (), |_, _| String::new());
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::new("spread-refuses", "sent: there is room", |plan| {
            (0..4).for_each(|n| plan.get("/", n.min(1) * 1000));
            plan.options(r#"{"rateLimit":{"pacing":"spread"}}"#);
            plan.serve(|arrival| {
                let left = 100 - arrival.before;
                let told = format!("x-ratelimit-limit:1000\nx-ratelimit-remaining:{left}\nx-ratelimit-reset:86400\n");
                reply((200, told))
            });
        })
        .longest(121.0),
        Row::new("refused-late", "a queue that moves: all served", |plan| told(plan, (20, 60_000), 200, "first"))
            .refused(2)
            .time(595.0),
        Row::new("refused-late/10 an hour", "those that no window serves are refused at once", |plan| {
            told(plan, (10, 3_600_000), 200, "first");
        })
        .refused(0)
        .lost(190)
        .longest(2.0),
        Row::new("refused-late/10 an hour, retryAt", "spread: not one instant for all", |plan| {
            told(plan, (10, 3_600_000), 200, "first");
        })
        .lost(190)
        .and(|run| {
            let mut times: Vec<_> =
                run.ends.iter().filter_map(|ended| ended.gave_up.and_then(|gave_up| gave_up.retry_at)).collect();
            times.sort();
            times.dedup();
            if times.len() >= 10 { Ok(()) } else { Err(format!("{} instants for 190 calls", times.len())) }
        }),
        Row::new("default-maxwait", "600 at 60 a minute: all served", |plan| told(plan, (60, 60_000), 600, "fixed"))
            .refused(2)
            .time(595.0),
        Row::new("default-maxwait/first", "600 at 60 a minute: all served", |plan| {
            told(plan, (60, 60_000), 600, "first");
        })
        .refused(2)
        .time(595.0),
        Row::new("etag-304-burst", "served in rounds", |plan| {
            plan.burst(200);
            plan.serve(|_| {
                reply((304, "x-ratelimit-limit:60\nx-ratelimit-remaining:59\nx-ratelimit-reset:3600\n".into()))
            });
        })
        .longest(10.0),
        Row::new("503-hint-vs-maxwait", "the call and its sibling alike", |plan| {
            plan.get("/", 0);
            plan.get("/", 0);
            plan.get("/", 1000);
            plan.serve(|arrival| {
                let left = 119_000 - arrival.since;
                if left <= 0 { ok() } else { refusal(429, &format!("retry-after:{}\n", (left + 999) / 1000), "") }
            });
        })
        .refused(2)
        .longest(125.0),
    ];
    rows.extend(shared());
    for wait in [0, 100, 300, 900] {
        rows.push(
            Row::new(format!("rule-8/maxWait {wait} ms"), "no limit: nobody refused", move |plan| {
                plan.burst(20);
                plan.options(&format!(r#"{{"rateLimit":{{"maxWait":{wait}}}}}"#));
                plan.latency = (20, 60);
            })
            .longest(2.0),
        );
    }
    rows.push(
        Row::new("rule-8/100,000 wait", "maxQueue is 100,000 by default", |plan| {
            plan.burst(20_000);
            let mut server = Server::new("first", &[(5000, 10_000)], Style::Clever);
            plan.serve(move |arrival| reply(server.answer(arrival.now)));
        })
        .refused(2)
        .time(40.0),
    );
    rows
}

/// Clients that share a token.
fn shared() -> Vec<Row> {
    let mut rows = vec![
        // The table of rates has four clients with patience; these have the defaults.
        Row::new("clients/20, fixed windows", "none of 800 lost", |plan| clients(plan, 20, 40, "fixed", Style::Clever))
            .refused(400)
            .time(30.0),
        Row::new("clients/20, fixed windows, draft-10", "none of 800 lost", |plan| {
            clients(plan, 20, 40, "fixed", Style::Ietf);
        })
        .refused(400)
        .time(30.0),
        Row::new("clients/20, windows from the first request", "none of 800 lost", |plan| {
            clients(plan, 20, 40, "first", Style::Clever);
        })
        .refused(400)
        .time(30.0),
        Row::new("clients/20, hidden", "none of 800 lost", |plan| clients(plan, 20, 40, "fixed", Style::Nothing))
            .refused(800)
            .time(60.0),
    ];
    for kind in ["fixed", "first", "sliding", "bucket"] {
        rows.push(
            Row::new(format!("clients/4, {kind}"), "none of 1000 lost, with the defaults", move |plan| {
                clients(plan, 4, 250, kind, Style::Clever);
            })
            .refused(330)
            .time(25.0),
        );
    }
    rows
}
