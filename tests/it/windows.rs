//! Windows that a client must find out by its own observation: no reset is reported, or one on a clock that nobody knows.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{
    World,
    servers::{Server, Style},
};
use fetch_with_policy::syntax::value::Value;

const START: i64 = 1_795_305_600_000;
/// With the default number of attempts, so that a call which is refused too often is lost.
const PATIENT: [(&str, Value<'static>); 2] =
    [("rateLimit", Value::Object), ("rateLimit.maxWait", Value::Number(3_600_000.0))];

#[derive(Debug)]
struct Run {
    lost: usize,
    limited: u64,
    ratio: f64,
}

/// So many calls at once, or each `gap` ms, to a server of `kind`, by a client whose clock is ahead by `skew`.
fn run(kind: &str, limit: (u64, i64), style: Style, skew: i64, calls: u64, phase: i64, nudges: bool) -> Run {
    let start = START + phase;
    let server = Rc::new(RefCell::new(Server::new(kind, &[limit], style)));
    let shared = Rc::clone(&server);
    let mut world = World::new(move |now| Ok(shared.borrow_mut().answer(now)), start, nudges, &PATIENT);
    world.skew = skew;
    for _ in 0..calls {
        world.call("GET", "t", start);
    }
    world.run();
    let results = world.results();
    let lost = results.iter().filter(|ended| ended.status != Some(200)).count();
    let makespan = results.iter().map(|ended| ended.at).max().unwrap() - start;
    let floor = Server::new(kind, &[limit], style).floor(calls, start);
    Run { lost, limited: server.borrow().limited, ratio: makespan as f64 / floor as f64 }
}

#[test]
fn a_limit_without_a_reset_is_learnt_from_where_its_remaining_jumps() {
    for (kind, window) in [("first", 60_000), ("fixed", 60_000), ("first", 10_000), ("fixed", 10_000)] {
        for (phase, nudges) in [(137, true), (21_240, true), (52_611, true), (137, false), (21_240, false)] {
            let run = run(kind, (20, window), Style::Counts, 0, 200, phase, nudges);
            assert_eq!(run.lost, 0, "{kind} {window} {phase} {nudges}: {run:?}");
            assert!(run.limited <= 8 && run.ratio <= 1.2, "{kind} {window} {phase} {nudges}: {run:?}");
        }
    }
}

#[test]
fn a_limit_alone_is_no_quota() {
    for nudges in [true, false] {
        let bare = run("first", (20, 10_000), Style::Bare, 0, 200, 137, nudges);
        let nothing = run("first", (20, 10_000), Style::Nothing, 0, 200, 137, nudges);
        assert!(bare.limited <= nothing.limited && bare.lost <= nothing.lost, "{bare:?} {nothing:?}");
    }
}
