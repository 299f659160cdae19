//! Beside a plain loop of four attempts, on the same clock and with the same chances: servers that shed load, and one route of an
//! origin that is broken.

use std::rc::Rc;

use super::{
    plan::{Chance, Plan, Reply, failure, ok, p95, refusal},
    run::Row,
};
use crate::simulator::plain;
use fetch_with_policy::retry::classify::Failure;

const CALLS: usize = 400;

/// Refuses by chance, whoever asks how often.
fn shedding(seed: u64, share: f64, hints: bool) -> impl FnMut() -> Reply {
    let mut chance = Chance(seed);
    move || {
        if chance.below(share) { refusal(429, if hints { "retry-after:1\n" } else { "" }, "") } else { ok() }
    }
}

fn shed(share: f64, hints: bool, together: usize) -> Row {
    let name =
        format!("C3/{:.0} % shed{}, {together} at once", share * 100.0, if hints { ", Retry-After" } else { "" });
    Row::new(name, "lost as the loop, 2 x its time", move |plan| {
        plan.burst(CALLS);
        (plan.together, plan.latency) = (together, (10, 10));
        let mut answer = shedding(plan.seed, share, hints);
        plan.serve(move |_| answer());
    })
    .lost(usize::MAX)
    .and(move |run| {
        let mut answer = shedding((run.start % 60_000) as u64, share, hints);
        let outcomes = plain::run(&vec![0; CALLS], together, 10, |_, _| answer().answer);
        let lost = outcomes.iter().filter(|outcome| !outcome.good).count();
        let time = outcomes.iter().map(|outcome| outcome.at).max().unwrap_or(0) as f64 / 1000.0;
        // Where one in five is shed, or one in two, it may take some rows of refusals to see that they follow no limit.
        let most = match (share, together) {
            (0.05, 1) => 2.7,
            (0.2, 20) if !hints => 5.2,
            (0.5, 20) => 4.3,
            _ => 2.0,
        };
        if run.lost() <= lost && run.time() <= most * time + 1.0 {
            return Ok(());
        }
        Err(format!("{} lost in {:.1} s, the loop {lost} in {time:.1} s", run.lost(), run.time()))
    })
}

/// How a route is broken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    Answers,
    Network,
    Cors,
}

fn broken(how: Broken, share: f64, rate: f64) -> Row {
    let name = format!("C2/{how:?}, {:.0} % of {rate} a second", share * 100.0);
    let make = move |plan: &mut Plan| {
        plan.poisson(rate, 60.0, |chance| if chance < share { "/broken" } else { "/fine" });
        plan.latency = (5, 20);
        plan.foreign = how == Broken::Cors;
        plan.serve(move |arrival| match how {
            _ if arrival.path == "/fine" => ok(),
            Broken::Answers => refusal(500, "", ""),
            _ => failure(Failure::Network),
        });
    };
    let native = Rc::new(move |phase: i64| {
        let mut plan = Plan::new(phase);
        make(&mut plan);
        plan.options(r#"{"retry":false,"rateLimit":false}"#);
        p95(&plan.run(true).times_of("/fine"))
    });
    Row::new(name, "no healthy call lost, p95 2 x native, 2 x the loop's time", make).lost(usize::MAX).and(move |run| {
        let (times, lost) = (run.times_of("/fine"), run.lost_of("/fine"));
        let native = native(run.start % 60_000);
        let sends = run.arrivals.iter().filter(|(arrival, ..)| arrival.path == "/broken").count();
        let calls = run.calls.len() - times.len();
        let starts: Vec<i64> = run.calls.iter().map(|call| call.at).collect();
        let outcomes = plain::run(&starts, usize::MAX, 12, |call, _| match how {
            _ if run.calls[call].path == "/fine" => ok().answer,
            Broken::Answers => refusal(500, "", "").answer,
            _ => Err(Failure::Network),
        });
        let time = outcomes.iter().map(|outcome| outcome.at).max().unwrap_or(0) as f64 / 1000.0;
        // Before anything was answered nobody knows that it is a page's, or that the others work.
        let most = if how == Broken::Cors { 2 * calls + 25 } else { 4 * calls + 30 };
        if lost == 0 && p95(&times) <= 2.0 * native && sends <= most && run.time() <= 2.0 * time {
            return Ok(());
        }
        Err(format!(
            "{lost} of {} healthy lost, p95 {:.3} s, native {native:.3} s; {sends} sends of {calls} broken; {:.1} s, the loop {time:.1} s",
            times.len(),
            p95(&times),
            run.time()
        ))
    })
}

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for share in [0.01, 0.05, 0.2, 0.5] {
        for hints in [false, true] {
            rows.extend([1, 20].map(|together| shed(share, hints, together)));
        }
    }
    for how in [Broken::Answers, Broken::Network, Broken::Cors] {
        for share in [0.1, 0.2, 0.3, 0.5] {
            rows.extend([1.0, 20.0].map(|rate| broken(how, share, rate)));
        }
    }
    rows
}
