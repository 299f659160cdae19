//! A page of another origin, to which the server exposes no headers, or not even that it refuses: what is learnt then, what
//! is said of it, and that a network which fails is not taken for a server that refuses.

mod simulator;

use std::{cell::RefCell, rc::Rc};

use fetch_with_policy::{
    call::{Action, Call, Event, Request, WaitReason},
    hints::EXPOSE,
    policy::Policy,
    rate_limit::{Tracker, identity::Identity},
    retry::classify::Failure,
    syntax::{headers::Headers, value::Value},
    time::Moment,
};
use simulator::{
    Answer, World,
    servers::{Server, Style, floor},
};

const START: i64 = 1_795_305_600_000;
const LIMITS: &[(u64, i64)] = &[(200, 3000)];
const PATIENT: [(&str, Value<'static>); 5] = [
    ("retry", Value::Object),
    ("retry.maxAttempts", Value::Number(10.0)),
    ("rateLimit", Value::Object),
    ("rateLimit.maxQueue", Value::Number(200_000.0)),
    ("rateLimit.maxWait", Value::Number(3_600_000.0)),
];
const DATED: &str = "date:Wed, 25 Nov 2026 00:00:00 GMT\n";

/// A limiter whose refusals are answers without a header, or, in front of what adds CORS, failures.
fn gateway(kind: &str, is_bare: bool) -> Rc<RefCell<Server>> {
    let mut server = Server::new(kind, LIMITS, Style::Nothing);
    server.bare = is_bare;
    Rc::new(RefCell::new(server))
}

struct Run {
    ratio: f64,
    refused: u64,
    lost: usize,
}

/// A thousand calls at once.
fn rush(kind: &str, is_bare: bool, phase: i64, nudges: bool, more: &[(&str, Value<'_>)]) -> Run {
    let server = gateway(kind, is_bare);
    let shared = Rc::clone(&server);
    let options = [&PATIENT[..], more].concat();
    let start = START + phase;
    let mut world = World::new(move |now| shared.borrow_mut().answer(now), start, nudges, &options);
    world.foreign = true;
    for _ in 0..1000 {
        world.call("GET", "t", start);
    }
    world.run();
    let results = world.results();
    let end = results.iter().map(|ended| ended.at).max().unwrap();
    Run {
        ratio: (end - start) as f64 / floor(kind, LIMITS, 1000, start) as f64,
        refused: server.borrow().limited,
        lost: results.iter().filter(|ended| ended.status != Some(200)).count(),
    }
}

#[test]
fn refusals_that_fail_for_want_of_cors_teach_as_those_that_can_be_read() {
    for (kind, most) in [("first", (2.0, 500)), ("fixed", (2.0, 500)), ("sliding", (2.0, 500)), ("bucket", (2.0, 900))]
    {
        for nudges in [true, false] {
            for phase in [137, 1240, 2611] {
                let run = rush(kind, true, phase, nudges, &[]);
                println!(
                    "{kind} nudges {nudges} phase {phase}: x{:.2}, {} refused, {} lost",
                    run.ratio, run.refused, run.lost
                );
                if std::env::var("SHOW").is_err() {
                    assert_eq!(run.lost, 0, "{kind} {nudges} {phase}");
                    assert!(run.ratio <= most.0, "{kind} {nudges} {phase}: x{}", run.ratio);
                    assert!(run.refused <= most.1, "{kind} {nudges} {phase}: {} refused", run.refused);
                }
            }
        }
    }
}
