//! A thousand calls at once, told nothing, against each kind of server: how near the least possible time they come, how
//! many are refused, and that none is lost. Each row runs where calls can be woken and where each sleeps on its own timer.
//!
//! This is the net under the scheduler: each of its rules is held by a row that fails without it, which the row names.
//! `cargo test --test it rate_table -- --nocapture` prints the figures. `cargo xtask bench rate` has much the same table
//! for the finished package, beside its peers.

mod rows;

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{
    World,
    servers::{Server, Style},
};
use fetch_with_policy::syntax::value::Value;

const CALLS: u64 = 1000;
/// When in a second, and in a window, the calls come: ms.
const PHASES: [i64; 3] = [137, 1240, 2611];
const ONE: &[(u64, i64)] = &[(200, 3000)];
const START: i64 = 1_795_305_600_000;

/// What a row may show at most: times the floor and refusals, both as medians over the phases, and calls lost in all.
#[derive(Clone, Copy, Debug)]
struct Most(f64, u64, usize);

/// A server, what is between it and the calls, and what may come of it.
struct Row {
    name: &'static str,
    /// Which rules of the scheduler it holds, or what else it is there for.
    holds: &'static str,
    kind: &'static str,
    limits: &'static [(u64, i64)],
    style: Style,
    /// What differs from a server of this kind.
    server: fn(&mut Server),
    /// Each way, ms.
    latency: (i64, i64),
    /// The clients' clocks less the server's, ms.
    skew: i64,
    /// Paths with a quota each, of which the clients learn from answers.
    routes: u64,
    /// Clients that know nothing of one another and share the quota.
    clients: u64,
    /// Of several clients, the first makes nine calls of ten.
    uneven: bool,
    /// The quota is an option.
    configured: bool,
    awake: Most,
    /// Where nobody is woken: room that comes too early for those who sleep until their time is used by whoever asks next,
    /// or not at all.
    asleep: Most,
}

impl Row {
    const fn new(name: &'static str, kind: &'static str, style: Style) -> Self {
        Self {
            name,
            holds: "",
            kind,
            limits: ONE,
            style,
            server: |_| (),
            latency: (2, 15),
            skew: 0,
            routes: 1,
            clients: 1,
            uneven: false,
            configured: false,
            awake: Most(0.0, 0, 0),
            asleep: Most(0.0, 0, 0),
        }
    }

    const fn holds(self, holds: &'static str) -> Self {
        Self { holds, ..self }
    }

    /// At most this, awake and asleep.
    const fn most(self, ratio: f64, limited: u64) -> Self {
        Self { awake: Most(ratio, limited, 0), asleep: Most(ratio, limited, 0), ..self }
    }

    /// Asleep at most this.
    const fn asleep(self, ratio: f64, limited: u64) -> Self {
        Self { asleep: Most(ratio, limited, 0), ..self }
    }

    /// What came of it, from one start phase.
    fn run(&self, phase: i64, nudges: bool) -> Most {
        let start = START + phase;
        let servers = Rc::new(RefCell::new((0..self.routes).map(|route| self.server(route)).collect::<Vec<_>>()));
        let (shared, path) = (Rc::clone(&servers), Rc::<RefCell<String>>::default());
        let arriving = Rc::clone(&path);
        let mut options = vec![
            ("retry", Value::Object),
            ("retry.maxAttempts", Value::Number(10.0)),
            ("rateLimit", Value::Object),
            ("rateLimit.maxQueue", Value::Number(200_000.0)),
            ("rateLimit.maxWait", Value::Number(3_600_000.0)),
        ];
        if self.configured {
            options.extend([
                ("rateLimit.quotas", Value::List(1)),
                ("rateLimit.quotas.0", Value::Object),
                ("rateLimit.quotas.0.limit", Value::Number(200.0)),
                ("rateLimit.quotas.0.window", Value::Number(3000.0)),
            ]);
        }
        let answer = move |now| {
            let route: usize = arriving.borrow()[1..].parse().unwrap();
            Ok(shared.borrow_mut()[route].answer(now))
        };
        let mut world = World::new(answer, start, nudges, &options);
        (world.skew, world.latency, world.arriving) = (self.skew, self.latency, path);
        world.apart = self.clients > 1;
        // Clients that know nothing of each other: scopes of their own.
        for n in 0..CALLS {
            let client =
                if self.uneven && n % 10 > 0 { 0 } else { n / if self.uneven { 10 } else { 1 } % self.clients };
            let route = n / self.clients % self.routes;
            world.call_to("GET", &format!("t{client}"), &format!("/{route}"), start);
        }
        world.run();
        let results = world.results();
        let lost = results.iter().filter(|ended| ended.status != Some(200)).count();
        let makespan = results.iter().map(|ended| ended.at).max().unwrap() - start;
        let floor = self.server(0).floor(CALLS.div_ceil(self.routes), start);
        let limited = servers.borrow().iter().map(|server| server.limited).sum();
        Most(makespan as f64 / floor as f64, limited, lost)
    }

    fn server(&self, route: u64) -> Server {
        let mut server = Server::new(self.kind, self.limits, self.style);
        server.name = format!("q{route}");
        (self.server)(&mut server);
        server
    }

    /// The medians over all phases, and what is lost in them.
    fn measure(&self, nudges: bool) -> Most {
        let runs = PHASES.map(|phase| self.run(phase, nudges));
        let (mut ratios, mut limited) = (runs.map(|run| run.0), runs.map(|run| run.1));
        ratios.sort_by(f64::total_cmp);
        limited.sort_unstable();
        Most(ratios[1], limited[1], runs.iter().map(|run| run.2).sum())
    }
}

/// Runs the rows, prints what they show and fails if one shows more than it may.
fn judge(rows: &[Row]) {
    let mut missed = Vec::new();
    for row in rows {
        for (how, nudges, most) in [("awake", true, row.awake), ("asleep", false, row.asleep)] {
            let Most(ratio, limited, lost) = row.measure(nudges);
            let met = ratio <= most.0 && limited <= most.1 && lost <= most.2;
            let line = format!(
                "{} {:36} {how:6} x{ratio:.3} of {:.3}, {limited} 429s of {}, {lost} lost of {}  {}",
                if met { "ok  " } else { "MISS" },
                row.name,
                most.0,
                most.1,
                most.2,
                row.holds,
            );
            println!("{line}");
            if !met {
                missed.push(line);
            }
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn quotas_that_headers_tell_are_met_in_the_least_time_without_an_avoidable_refusal() {
    judge(&rows::told());
}

#[test]
fn clocks_that_differ_cost_next_to_nothing() {
    judge(&rows::clocks());
}

#[test]
fn several_limits_at_once_are_kept_to_whichever_is_told() {
    judge(&rows::limits());
}

#[test]
fn each_route_keeps_to_the_quota_that_its_answers_name() {
    judge(&rows::routes());
}

#[test]
fn failures_among_the_answers_take_no_more_of_the_quota_than_they_must() {
    judge(&rows::failures());
}

#[test]
fn clients_that_do_not_know_of_one_another_share_what_there_is() {
    judge(&rows::clients());
}

#[test]
fn quotas_that_nobody_tells_are_found_out_from_refusals() {
    judge(&rows::hidden());
}
