//! A thousand calls at once, told nothing, against each kind of server: the least possible time, and no refusal that
//! could have been avoided. `cargo xtask bench rate` has the same table for the finished package, beside its peers'.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{
    World,
    servers::{Server, Style, floor},
};
use fetch_with_policy::syntax::value::Value;

const CALLS: u64 = 1000;
const ONE: &[(u64, i64)] = &[(200, 3000)];

struct Case {
    name: &'static str,
    kind: &'static str,
    limits: &'static [(u64, i64)],
    style: Style,
    retry_after: bool,
    date: bool,
    failing: u64,
    skew: i64,
    clients: u64,
    told: bool,
    /// At most: times the floor, refusals.
    most: (f64, u64),
    /// The same where nobody wakes who waits, if that differs: then room that comes too early for those who sleep until
    /// their time is used by whoever asks next, or not at all.
    asleep: Option<(f64, u64)>,
}

impl Case {
    const fn new(name: &'static str, kind: &'static str, style: Style, most: (f64, u64)) -> Self {
        Self {
            name,
            kind,
            limits: ONE,
            style,
            retry_after: false,
            date: false,
            failing: 0,
            skew: 0,
            clients: 1,
            told: false,
            most,
            asleep: None,
        }
    }

    /// Makespan over the floor, refusals, calls lost; of one start phase.
    fn run(&self, phase: i64, nudges: bool) -> (f64, u64, usize) {
        let start = 1_795_305_600_000 + phase;
        let mut server = Server::new(self.kind, self.limits, self.style);
        (server.retry_after, server.date, server.failing) = (self.retry_after, self.date, self.failing);
        let server = Rc::new(RefCell::new(server));
        let shared = Rc::clone(&server);
        let mut options = vec![
            ("retry", Value::Object),
            ("retry.maxAttempts", Value::Number(10.0)),
            ("rateLimit", Value::Object),
            ("rateLimit.maxQueue", Value::Number(200_000.0)),
            ("rateLimit.maxWait", Value::Number(3_600_000.0)),
        ];
        if self.told {
            options.extend([
                ("rateLimit.quotas", Value::List(1)),
                ("rateLimit.quotas.0", Value::Object),
                ("rateLimit.quotas.0.limit", Value::Number(200.0)),
                ("rateLimit.quotas.0.window", Value::Number(3000.0)),
            ]);
        }
        let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(now)), start, nudges, &options);
        world.skew = self.skew;
        // Clients that know nothing of each other: scopes of their own.
        for n in 0..CALLS {
            world.call("GET", &format!("t{}", n % self.clients), start);
        }
        world.run();
        let results = world.results();
        let lost = results.iter().filter(|ended| ended.status != Some(200)).count();
        let makespan = results.iter().map(|ended| ended.at).max().unwrap() - start;
        let floor = floor(self.kind, self.limits, CALLS, start);
        let limited = server.borrow().limited;
        (makespan as f64 / floor as f64, limited, lost)
    }
}

fn cases() -> Vec<Case> {
    use Style::{Clever, CleverDown, Discord, Ietf, IetfLegacy, Nothing};
    vec![
        Case::new("fixed, epoch seconds", "fixed", Clever, (1.03, 1)),
        Case::new("first request", "first", Clever, (1.03, 0)),
        Case::new("sliding log", "sliding", Clever, (1.06, 1)),
        Case::new("token bucket", "bucket", Clever, (1.02, 0)),
        Case::new("IETF draft-10", "first", Ietf, (1.03, 0)),
        Case { retry_after: true, ..Case::new("Retry-After only", "first", Nothing, (1.15, 200)) },
        Case { limits: &[(40, 1000), (200, 6000)], ..Case::new("two limits", "first", Ietf, (1.10, 2)) },
        Case { failing: 50, ..Case::new("5 % 503s", "first", Clever, (1.05, 1)) },
        Case { skew: 90_000, date: true, ..Case::new("fixed, 90 s ahead", "fixed", Clever, (1.03, 1)) },
        Case { skew: -90_000, date: true, ..Case::new("fixed, 90 s behind", "fixed", Clever, (1.03, 1)) },
        Case { skew: 90_000, date: true, ..Case::new("first, 90 s ahead", "first", Clever, (1.03, 0)) },
        Case { skew: -90_000, date: true, ..Case::new("first, 90 s behind", "first", Clever, (1.03, 0)) },
        Case { clients: 4, ..Case::new("4 clients", "first", Clever, (1.20, 20)) },
        Case { told: true, ..Case::new("hidden, told", "first", Nothing, (1.05, 2)) },
        Case::new("hidden, nothing", "first", Nothing, (2.0, 400)),
        // Beyond the table.
        Case::new("fixed, IETF draft-10", "fixed", Ietf, (1.09, 1)),
        Case::new("fixed, rounded down", "fixed", CleverDown, (1.03, 2)),
        Case { asleep: Some((1.25, 2)), ..Case::new("first, rounded down", "first", CleverDown, (1.13, 2)) },
        Case::new("fixed, draft-06", "fixed", IetfLegacy, (1.09, 1)),
        Case::new("first, draft-06", "first", IetfLegacy, (1.03, 1)),
        Case::new("sliding, draft-10", "sliding", Ietf, (1.06, 1)),
        Case::new("bucket, draft-10", "bucket", Ietf, (1.02, 0)),
        Case::new("bucket, draft-06", "bucket", IetfLegacy, (1.02, 1)),
        Case::new("first, Discord", "first", Discord, (1.03, 0)),
        Case::new("bucket, Discord", "bucket", Discord, (1.02, 1)),
        Case { failing: 50, asleep: Some((1.30, 1)), ..Case::new("5 % 503s, fixed", "fixed", Clever, (1.05, 1)) },
        Case { clients: 4, asleep: Some((1.20, 100)), ..Case::new("4 clients, fixed", "fixed", Clever, (1.20, 20)) },
        Case { clients: 4, ..Case::new("4 clients, IETF", "first", Ietf, (1.20, 20)) },
        Case { retry_after: true, ..Case::new("Retry-After only, fixed", "fixed", Nothing, (1.4, 400)) },
        Case { retry_after: true, ..Case::new("Retry-After only, bucket", "bucket", Nothing, (1.6, 400)) },
        Case { told: true, ..Case::new("hidden, told, sliding", "sliding", Nothing, (1.05, 2)) },
        Case { told: true, ..Case::new("hidden, told, bucket", "bucket", Nothing, (1.05, 2)) },
        Case::new("hidden, nothing, fixed", "fixed", Nothing, (2.0, 400)),
        Case::new("hidden, nothing, sliding", "sliding", Nothing, (2.0, 400)),
        Case::new("hidden, nothing, bucket", "bucket", Nothing, (2.0, 600)),
    ]
}

#[test]
fn a_thousand_calls_take_the_least_time_and_meet_no_refusal_that_can_be_avoided() {
    let mut missed = Vec::new();
    for case in cases() {
        for nudges in [true, false] {
            let mut runs: Vec<_> = [137, 1240, 2611].iter().map(|phase| case.run(*phase, nudges)).collect();
            let lost: usize = runs.iter().map(|run| run.2).sum();
            let each = runs.iter().map(|run| format!("{:.3}/{}", run.0, run.1)).collect::<Vec<_>>().join(" ");
            runs.sort_by(|a, b| a.0.total_cmp(&b.0));
            let ratio = runs[1].0;
            runs.sort_by_key(|run| run.1);
            let limited = runs[1].1;
            let most = if nudges { case.most } else { case.asleep.unwrap_or(case.most) };
            let met = lost == 0 && ratio <= most.0 && limited <= most.1;
            let line = format!(
                "{} {:28} nudges {nudges:5}  x{ratio:.3} of {:.2}, {limited} 429s of {}, {lost} lost  [{each}]",
                if met { "ok  " } else { "MISS" },
                case.name,
                most.0,
                most.1
            );
            println!("{line}");
            if !met {
                missed.push(line);
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}
