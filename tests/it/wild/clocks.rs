//! Clocks that differ, that are set, and that go on while the machine sleeps. No answer has a Date, as under CORS.

use super::{
    plan::{Plan, refusal, reply},
    run::Row,
};
use crate::simulator::servers::Style;

const HOUR: i64 = 3_600_000;

fn skewed(plan: &mut Plan, limit: (u64, i64), calls: usize, skew: i64) {
    plan.burst(calls);
    plan.skew = skew;
    plan.limited("fixed", limit, Style::Clever, |_| (), |_, _| String::new());
}

/// 10 an hour: ten calls, a minute later an hour's sleep, then `late` calls a second after it; one may wait through it.
fn suspended(plan: &mut Plan, style: Style, waits: bool) {
    (0..10).for_each(|_| plan.get("/", 0));
    if waits {
        plan.get("/waits", 30_000);
        plan.options(r#"{"rateLimit":{"maxWait":7200000}}"#);
    }
    plan.get("/", 61_000);
    plan.sleep = Some((60_000, HOUR));
    plan.limited("first", (10, HOUR), style, |_| (), |_, _| String::new());
}

fn skews(name: &str, says: &'static str, limit: (u64, i64), calls: usize, most: (usize, f64), all: &[i64]) -> Vec<Row> {
    let row = |skew: &i64| {
        let skew = *skew;
        let name = format!("{name}/{} s", skew / 1000);
        // A clock that is 5 s behind makes a window of 3 s look like one of 6.
        let time = if (limit.1, skew) == (3000, -5000) { most.1 * 2.4 / 1.3 } else { most.1 };
        Row::new(name, says, move |plan| skewed(plan, limit, calls, skew)).refused(most.0).time(time)
    };
    all.iter().map(row).collect()
}

/// A stale Date from a browser's cache, then a quota that is spent, with an instant for its reset.
fn cached(plan: &mut Plan, fresh_first: bool) {
    let stale = usize::from(fresh_first);
    (0..=stale).for_each(|n| plan.get("/", n as i64 * 500));
    plan.get("/", 1000);
    plan.get("/last", 1500);
    plan.serve(move |arrival| {
        let date =
            |at: i64| httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_millis(at as u64));
        let reset = arrival.now - arrival.since + 4000;
        match arrival.call {
            call if call == stale => reply((200, format!("date:{}\n", date(arrival.now - 55_000)))),
            0 => reply((200, format!("date:{}\n", date(arrival.now)))),
            call if call == stale + 1 => reply((
                200,
                format!("x-ratelimit-limit:10\nx-ratelimit-remaining:0\nx-ratelimit-reset:{}\n", reset / 1000),
            )),
            _ if arrival.now < reset / 1000 * 1000 => refusal(429, "", ""),
            _ => reply((200, String::new())),
        }
    });
}

pub fn rows() -> Vec<Row> {
    // The floors: 5 windows of 3 s less the phase, and 7 of 10 s.
    let told = "1.3 x the floor, few 429s";
    let mut rows = skews("skew-no-date", told, (200, 3000), 1000, (25, 15.6), &[5000, -5000, 90_000, -90_000, 0]);
    rows.extend(skews("skew-no-date/20 per 60 s,", told, (20, 60_000), 100, (12, 312.0), &[90_000, -90_000]));
    let rule = "12 429s in 150 calls, none lost, 1.3 x the floor";
    rows.extend(skews("rule-5/20 per 10 s,", rule, (20, 10_000), 150, (12, 91.0), &[120_000, -120_000, 4000, -4000]));
    rows.extend(skews("rule-5/50 per 60 s,", rule, (50, 60_000), 150, (12, 156.0), &[120_000, -120_000]));
    rows.extend([
        Row::new("clock-jump-forward-no-date", "50 served in about 240 s", |plan| {
            skewed(plan, (10, 60_000), 50, 0);
            plan.jump = Some((20_000, HOUR));
        })
        // An hour ahead looks like an hour asleep, after which one goes first.
        .refused(50)
        .lost(5)
        .time(312.0),
        Row::new("clock-jump-forward-no-date/back", "50 served in about 240 s", |plan| {
            skewed(plan, (10, 60_000), 50, 0);
            plan.jump = Some((20_000, -HOUR));
        })
        .refused(12)
        .time(312.0),
        Row::new("cached-date", "the next call after 2 s (arguable: no other date was seen)", |plan| {
            cached(plan, false);
        })
        .refused(0)
        .longest(3.5),
        Row::new("cached-date/after a fresh one", "the next call after 2 s", |plan| cached(plan, true))
            .refused(0)
            .longest(3.5),
    ]);
    for (name, style) in [("epoch", Style::Clever), ("delta", Style::IetfLegacy)] {
        rows.push(
            Row::new(format!("suspend/{name}"), "sent at once after the sleep", move |plan| {
                suspended(plan, style, false);
            })
            .refused(1)
            .longest(1.0),
        );
        rows.push(
            Row::new(format!("suspend/{name}, one waits"), "goes within seconds of the sleep", move |plan| {
                suspended(plan, style, true);
            })
            .refused(1)
            // It waits 30 s before the sleep, and 10 s after it at most. Hosts that wake nobody do not sleep.
            .awake()
            .longest(40.0),
        );
    }
    rows
}
