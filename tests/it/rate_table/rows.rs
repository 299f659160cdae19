//! The rows. Bounds are what the server allows, or where that is not reached what is measured today, with little slack.

use super::{Row, START};
use crate::simulator::servers::{
    RetryAfter,
    Style::{Clever, CleverDown, Discord, Ietf, IetfLegacy, Nothing},
};

const TWO: &[(u64, i64)] = &[(40, 1000), (200, 6000)];
const WITH_A_DAY: &[(u64, i64)] = &[(200, 3000), (5000, 86_400_000)];
const AHEAD: i64 = 90_000;

/// One client, one limit that is told.
pub fn told() -> Vec<Row> {
    vec![
        Row::new("fixed, epoch seconds", "fixed", Clever).most(1.02, 1),
        Row::new("first request", "first", Clever).most(1.02, 0),
        Row::new("sliding log", "sliding", Clever).most(1.03, 0),
        Row::new("token bucket", "bucket", Clever).most(1.02, 0),
        Row::new("first, draft-10", "first", Ietf).most(1.02, 0),
        Row::new("fixed, draft-10", "fixed", Ietf).most(1.04, 0),
        Row::new("sliding, draft-10", "sliding", Ietf).most(1.03, 0),
        Row::new("bucket, draft-10", "bucket", Ietf).most(1.02, 0),
        Row::new("fixed, draft-06", "fixed", IetfLegacy).most(1.04, 1).asleep(1.05, 0),
        Row::new("first, draft-06", "first", IetfLegacy).most(1.02, 1).asleep(1.02, 0),
        Row::new("sliding, draft-06", "sliding", IetfLegacy).most(1.03, 0),
        Row::new("bucket, draft-06", "bucket", IetfLegacy).most(1.02, 0),
        Row::new("first, Discord", "first", Discord).most(1.02, 0),
        Row::new("bucket, Discord", "bucket", Discord).most(1.02, 0),
        Row::new("fixed, rounded down", "fixed", CleverDown).most(1.02, 2),
        Row::new("first, rounded down", "first", CleverDown).most(1.1, 2).asleep(1.25, 2),
        Row { latency: (40, 150), ..Row::new("first, slow round trips", "first", Clever).most(1.09, 0) },
        Row { latency: (40, 150), ..Row::new("sliding, slow round trips", "sliding", Clever).most(1.15, 0) },
        Row { latency: (40, 150), ..Row::new("bucket, slow round trips", "bucket", Clever).most(1.05, 0) },
        Row { limits: &[(200, 3700)], ..Row::new("bucket, 3.7 s", "bucket", Clever).most(1.02, 0) },
        Row { limits: &[(200, 3700)], ..Row::new("sliding, 3.7 s", "sliding", Clever).most(1.09, 2) },
        Row { limits: &[(200, 3700)], ..Row::new("first, 3.7 s", "first", Clever).most(1.09, 2) },
        Row {
            server: |server| server.changes = Some((START + 7000, 20)),
            ..Row::new("fixed, limit lowered", "fixed", Clever).most(1.01, 201)
        },
        Row {
            limits: &[(20, 3000)],
            server: |server| server.changes = Some((START + 7000, 100)),
            ..Row::new("fixed, limit raised", "fixed", Clever)
                .most(1.02, 3)
                .asleep(4.15, 3)
                .holds("a limit that answers no longer report is forgotten (limit.rs, is_forgotten)")
        },
    ]
}

/// The clients' clock is not the server's.
pub fn clocks() -> Vec<Row> {
    let dated =
        |name, kind, style, skew| Row { skew, server: |server| server.date = true, ..Row::new(name, kind, style) };
    vec![
        dated("fixed, clocks in step", "fixed", Clever, 0).most(1.02, 2),
        dated("fixed, 90 s ahead", "fixed", Clever, AHEAD).most(1.04, 1),
        dated("fixed, 90 s behind", "fixed", Clever, -AHEAD).most(1.04, 1),
        dated("first, 90 s ahead", "first", Clever, AHEAD).most(1.02, 0),
        dated("first, 90 s behind", "first", Clever, -AHEAD).most(1.02, 0),
        dated("sliding, 90 s ahead", "sliding", Clever, AHEAD).most(1.03, 0),
        dated("bucket, 90 s behind", "bucket", Clever, -AHEAD).most(1.02, 0),
        dated("fixed, 0.4 s ahead", "fixed", Clever, 400).most(1.07, 3),
        dated("fixed, 0.4 s behind", "fixed", Clever, -400).most(1.04, 2),
        Row { skew: 400, ..Row::new("fixed, 0.4 s ahead, undated", "fixed", Clever).most(1.07, 4) },
        Row { skew: -400, ..Row::new("fixed, 0.4 s behind, undated", "fixed", Clever).most(1.05, 2) },
    ]
}

/// Two limits at once.
pub fn limits() -> Vec<Row> {
    let two = |name, kind, style| Row { limits: TWO, ..Row::new(name, kind, style) };
    vec![
        two("two limits", "first", Ietf).most(1.02, 0),
        two("two fixed limits", "fixed", Ietf).most(1.03, 0),
        two("two sliding limits", "sliding", Ietf).most(1.13, 52).asleep(1.28, 76),
        two("two buckets", "bucket", Ietf).most(1.05, 132).asleep(1.06, 0),
        two("two limits, one told", "first", Clever)
            .most(1.16, 5)
            .asleep(1.24, 10)
            .holds("a quota of the same name is another limit of the same bucket (routes.rs, is_kin)"),
        two("two fixed limits, one told", "fixed", Clever).most(1.02, 5).asleep(1.09, 4).holds("the same"),
        two("two sliding limits, one told", "sliding", Clever).most(1.71, 0).asleep(1.75, 8),
        two("two limits, one told, draft-06", "first", IetfLegacy)
            .most(1.02, 5)
            .asleep(1.8, 9)
            .holds("the same, without a name"),
        Row {
            server: |server| server.tells = 1,
            ..two("two limits, the short one told", "first", Clever).most(1.16, 181).asleep(1.09, 179)
        },
        Row { limits: WITH_A_DAY, ..Row::new("a limit a day besides", "first", Ietf).most(1.02, 0) },
        Row {
            limits: WITH_A_DAY,
            server: |server| server.bare = 20,
            ..Row::new("a limit a day, bare 429s", "first", Ietf)
                .most(1.1, 146)
                .asleep(1.28, 29)
                .holds("a refusal without headers does not close the day's quota (answer.rs, is_nearly_spent)")
        },
    ]
}

/// A quota for each of several paths.
pub fn routes() -> Vec<Row> {
    let three = |name, kind, style| Row { routes: 3, ..Row::new(name, kind, style) };
    vec![
        three("3 buckets by route", "first", Discord).most(1.06, 0).asleep(2.12, 0),
        three("3 buckets by route, sliding", "sliding", Clever).most(2.12, 0).asleep(2.28, 0),
        three("3 buckets by route, draft-10", "first", Ietf).most(1.06, 0).asleep(4.1, 0),
        Row {
            latency: (40, 150),
            ..three("3 buckets by route, slow", "bucket", Discord).most(1.72, 0).asleep(4.67, 0)
        },
        Row { clients: 4, ..three("4 clients, 3 buckets by route", "first", Discord).most(1.21, 4).asleep(1.39, 5) },
        Row { limits: TWO, ..three("3 routes, two limits, one told", "first", Clever).most(1.52, 16).asleep(2.73, 4) },
    ]
}

/// Some answers are failures.
pub fn failures() -> Vec<Row> {
    let failing = |name, kind, style| Row { server: |server| server.failing = 50, ..Row::new(name, kind, style) };
    let counted = |name, kind, style| Row {
        server: |server| (server.failing, server.counts_failures) = (50, true),
        ..Row::new(name, kind, style)
    };
    vec![
        failing("5 % 503s", "first", Clever).most(1.04, 0).asleep(1.1, 0),
        failing("5 % 503s, fixed", "fixed", Clever).most(1.05, 1).asleep(1.3, 1),
        failing("5 % 503s, sliding", "sliding", Clever).most(1.29, 0).asleep(1.3, 0),
        failing("5 % 503s, bucket", "bucket", Clever).most(1.02, 0),
        failing("5 % 503s, draft-10", "first", Ietf).most(1.06, 0).asleep(1.29, 0),
        counted("5 % 503s, counted", "first", Clever).most(1.29, 0),
        counted("5 % 503s, counted, sliding", "sliding", Ietf).most(1.29, 0).asleep(1.3, 0),
        Row {
            server: |server| server.bare = 20,
            ..Row::new("2 % bare 429s", "first", Clever).most(1.09, 228).asleep(1.29, 30)
        },
        Row {
            server: |server| server.bare = 20,
            ..Row::new("2 % bare 429s, sliding", "sliding", Ietf).most(1.29, 32).asleep(1.3, 29)
        },
        Row {
            server: |server| server.bare = 20,
            ..Row::new("2 % bare 429s, bucket", "bucket", Ietf).most(1.02, 22).asleep(1.1, 22)
        },
    ]
}

/// Four clients that share one token and nothing else.
pub fn clients() -> Vec<Row> {
    let four = |name, kind, style| Row { clients: 4, ..Row::new(name, kind, style) };
    vec![
        four("4 clients", "first", Clever).most(1.14, 10).asleep(1.14, 11),
        four("4 clients, fixed", "fixed", Clever).most(1.08, 16).asleep(1.17, 95),
        four("4 clients, sliding", "sliding", Clever)
            .most(1.31, 21)
            .asleep(1.36, 294)
            .holds("what the newest answer left (sliding.rs, left)"),
        four("4 clients, bucket", "bucket", Clever)
            .most(1.02, 35)
            .asleep(1.1, 30)
            .holds("what flows in is shared, and a rate that was guessed is not trusted (bucket.rs, share, sure)"),
        four("4 clients, draft-10", "first", Ietf).most(1.07, 13).asleep(1.1, 14),
        four("4 clients, fixed, draft-10", "fixed", Ietf).most(1.09, 13).asleep(1.14, 14),
        four("4 clients, sliding, draft-10", "sliding", Ietf)
            .most(1.05, 23)
            .asleep(1.1, 205)
            .holds("what others used is logged (sliding.rs, missing)"),
        four("4 clients, bucket, draft-10", "bucket", Ietf).most(1.04, 42).asleep(1.04, 13),
        Row { limits: TWO, ..four("4 clients, two limits", "first", Ietf).most(1.04, 70).asleep(1.05, 70) },
        Row {
            limits: TWO,
            ..four("4 clients, two limits, one told", "first", Clever).most(1.19, 100).asleep(1.13, 100)
        },
        four("4 clients, hidden", "first", Nothing).most(1.9, 196).asleep(2.08, 346),
        four("4 clients, hidden, fixed", "fixed", Nothing).most(1.91, 216).asleep(1.74, 351),
        four("4 clients, hidden, sliding", "sliding", Nothing).most(2.14, 233).asleep(1.43, 504),
        four("4 clients, hidden, bucket", "bucket", Nothing).most(1.09, 983).asleep(1.57, 1209),
        Row {
            configured: true,
            ..four("4 clients, hidden, configured", "first", Nothing).most(1.39, 190).asleep(1.32, 380)
        },
        Row {
            server: |server| server.retry_after = RetryAfter::Seconds,
            ..four("4 clients, Retry-After only", "first", Nothing).most(1.3, 172).asleep(1.31, 291)
        },
        Row {
            server: |server| server.failing = 50,
            ..four("4 clients, 5 % 503s", "first", Clever).most(1.16, 10).asleep(1.14, 11)
        },
        Row {
            clients: 2,
            ..Row::new("2 clients, sliding, draft-10", "sliding", Ietf).most(1.04, 12).asleep(1.31, 147)
        },
        Row { uneven: true, ..four("4 clients, one of them busy", "first", Clever).most(1.09, 0).asleep(1.02, 0) },
        Row { uneven: true, ..four("4 clients, one of them busy, fixed", "fixed", Ietf).most(1.04, 0).asleep(1.32, 0) },
        Row {
            uneven: true,
            ..four("4 clients, one of them busy, bucket", "bucket", Clever).most(1.02, 0).asleep(1.07, 0)
        },
        Row {
            uneven: true,
            ..four("4 clients, one of them busy, sliding", "sliding", Ietf).most(1.08, 0).asleep(1.31, 0)
        },
        Row {
            clients: 2,
            ..Row::new("2 clients, bucket", "bucket", Clever).most(1.02, 15).asleep(1.03, 15).holds("the same")
        },
    ]
}

/// No header tells a quota.
pub fn hidden() -> Vec<Row> {
    let configured = |name, kind| Row { configured: true, ..Row::new(name, kind, Nothing) };
    let waits =
        |name, kind| Row { server: |server| server.retry_after = RetryAfter::Seconds, ..Row::new(name, kind, Nothing) };
    let decimal =
        |name, kind| Row { server: |server| server.retry_after = RetryAfter::Decimal, ..Row::new(name, kind, Nothing) };
    vec![
        Row::new("hidden", "first", Nothing)
            .most(1.14, 145)
            .asleep(1.36, 109)
            .holds("an answer to what was sent before a refusal says nothing new (lane.rs, is_stale)"),
        Row::new("hidden, fixed", "fixed", Nothing).most(1.08, 197).asleep(1.39, 104),
        Row::new("hidden, sliding", "sliding", Nothing).most(1.14, 145).asleep(1.38, 109),
        Row::new("hidden, bucket", "bucket", Nothing).most(1.11, 772).asleep(1.22, 1270),
        Row {
            limits: &[(20, 3000)],
            server: |server| server.changes = Some((START + 10_000, 100)),
            ..Row::new("hidden, limit raised", "first", Nothing)
                .most(1.37, 193)
                .asleep(1.74, 109)
                .holds("a limit that was found is raised with each window (learned.rs, kept)")
        },
        Row {
            server: |server| server.bare = 20,
            ..Row::new("hidden, 2 % bare 429s", "first", Nothing).most(2.26, 333).asleep(3.08, 132)
        },
        configured("hidden, configured", "first").most(1.03, 0).asleep(1.06, 0),
        configured("hidden, configured, fixed", "fixed").most(1.16, 0).asleep(1.18, 0),
        configured("hidden, configured, sliding", "sliding").most(1.03, 0).asleep(1.06, 0),
        configured("hidden, configured, bucket", "bucket").most(1.03, 0).asleep(1.06, 0),
        waits("Retry-After only", "first").most(1.04, 141).asleep(1.04, 97),
        waits("Retry-After only, fixed", "fixed").most(1.36, 191).asleep(1.13, 151),
        waits("Retry-After only, sliding", "sliding").most(1.04, 141).asleep(1.04, 97),
        waits("Retry-After only, bucket", "bucket").most(1.05, 695).asleep(1.09, 535),
        decimal("Retry-After only, decimal", "first").most(1.03, 141).asleep(1.03, 97),
        decimal("Retry-After only, decimal, bucket", "bucket").most(1.02, 2705).asleep(1.02, 536),
    ]
}
