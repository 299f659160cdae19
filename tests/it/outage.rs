//! A server that is down: few ask it, nobody is lost, and it is not knocked over when it is back.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{Answer, Ended, World};
use fetch_with_policy::{
    call::{GiveUpReason, WaitReason},
    retry::classify::Failure,
    syntax::value::Value,
};

const START: i64 = 1_795_305_601_234;
const TEN: [(&str, Value<'_>); 2] = [("retry", Value::Object), ("retry.maxAttempts", Value::Number(10.0))];

struct Storm {
    ends: Vec<Ended>,
    arrivals: Vec<i64>,
    healed: i64,
}

/// `callers` at once, of a server that gives `down` until `START + lasts` and 200 from then on.
fn storm(
    callers: usize,
    lasts: i64,
    down: &Result<Answer, Failure>,
    nudges: bool,
    options: &[(&str, Value<'_>)],
) -> Storm {
    let arrivals = Rc::new(RefCell::new(Vec::new()));
    let (seen, down) = (Rc::clone(&arrivals), down.clone());
    let server = move |now: i64| {
        seen.borrow_mut().push(now);
        if now < START + lasts { down.clone() } else { Ok((200, String::new())) }
    };
    let mut world = World::new(server, START, nudges, options);
    for _ in 0..callers {
        world.call("GET", "t", START);
    }
    world.run();
    let arrivals = arrivals.borrow().clone();
    Storm { ends: world.results(), arrivals, healed: START + lasts }
}

impl Storm {
    fn during(&self) -> usize {
        self.arrivals.iter().filter(|at| **at < self.healed).count()
    }

    fn lost(&self) -> usize {
        self.ends.iter().filter(|ended| ended.status != Some(200)).count()
    }

    fn recovery(&self) -> i64 {
        self.ends.iter().map(|ended| ended.at).max().unwrap() - self.healed
    }

    fn most_in(&self, span: i64) -> usize {
        let after: Vec<i64> = self.arrivals.iter().copied().filter(|at| *at >= self.healed).collect();
        let within = |from: i64| after.iter().filter(|at| (from..from + span).contains(*at)).count();
        after.iter().map(|at| within(*at)).max().unwrap_or(0)
    }
}

fn kinds() -> [Result<Answer, Failure>; 2] {
    [Ok((503, String::new())), Err(Failure::Network)]
}

#[test]
fn five_hundred_callers_of_a_server_that_is_down_are_neither_lost_nor_a_storm() {
    for down in kinds() {
        for nudges in [true, false] {
            let storm = storm(500, 3000, &down, nudges, &TEN);
            let figures = (storm.during(), storm.lost(), storm.recovery(), storm.most_in(50));
            assert!(storm.during() <= 25, "{figures:?}, {down:?}, nudges {nudges}");
            assert_eq!(storm.lost(), 0, "{figures:?}, {down:?}, nudges {nudges}");
            assert!(storm.most_in(50) <= 50, "{figures:?}, {down:?}, nudges {nudges}");
            assert!(storm.recovery() <= 1000, "{figures:?}, {down:?}, nudges {nudges}");
        }
    }
}

#[test]
fn a_long_outage_is_asked_by_a_share_of_its_length() {
    let storm = storm(200, 60_000, &kinds()[0], true, &TEN);
    assert!(storm.during() <= 80, "{}", storm.during());
    assert_eq!(storm.lost(), 0);
    assert!(storm.recovery() <= 5000, "{}", storm.recovery());
}

#[test]
fn a_lone_caller_hears_what_its_server_says_at_once() {
    let options = [("retry", Value::Flag(false))];
    let mut world = World::new(|_| Ok((503, String::new())), START, true, &options);
    for n in 0..30 {
        world.call("GET", "t", START + n * 100);
    }
    world.run();
    assert!(world.results().iter().all(|ended| ended.waits.is_empty() && ended.status == Some(503)));
}

#[test]
fn those_who_wait_say_that_it_is_for_the_outage() {
    let storm = storm(50, 1000, &kinds()[0], true, &TEN);
    let waits = storm.ends.iter().filter(|ended| ended.waits.iter().any(|wait| wait.1 == WaitReason::Outage)).count();
    assert!(waits >= 10, "{waits}");
}

#[test]
fn without_attempts_left_nobody_waits_for_an_outage() {
    let options = [("retry", Value::Object), ("retry.maxAttempts", Value::Number(1.0))];
    let storm = storm(6, 3000, &kinds()[0], true, &options);
    assert_eq!((storm.arrivals.len(), storm.lost()), (6, 6));
    assert!(storm.ends.iter().all(|ended| ended.gave_up.unwrap().reason == GiveUpReason::AttemptsExhausted));
}

#[test]
fn a_deadline_ends_the_wait_for_an_outage() {
    let options = [TEN[0], TEN[1], ("timeout", Value::Object), ("timeout.total", Value::Number(1000.0))];
    let storm = storm(100, 3000, &kinds()[0], true, &options);
    assert_eq!(storm.lost(), 100);
    assert!(storm.ends.iter().all(|ended| ended.at <= START + 1000), "nobody outlasts its deadline");
}

#[test]
fn a_budget_that_is_spent_ends_a_call_where_there_is_no_outage() {
    let options =
        [("retry", Value::Object), ("retry.budget", Value::Object), ("retry.budget.minPerWindow", Value::Number(0.0))];
    let storm = storm(1, 3000, &kinds()[0], true, &options);
    assert_eq!(storm.arrivals.len(), 1);
    assert_eq!(storm.ends[0].gave_up.unwrap().reason, GiveUpReason::BudgetExhausted);
    assert_eq!((storm.ends[0].status, storm.ends[0].rejected), (Some(503), false));
}

#[test]
fn without_a_budget_each_call_has_all_its_attempts() {
    let options = [("retry", Value::Object), ("retry.budget", Value::Flag(false)), ("rateLimit", Value::Flag(false))];
    let storm = storm(20, 60_000, &kinds()[0], true, &options);
    assert_eq!(storm.arrivals.len(), 80);
}

#[test]
fn a_budget_holds_where_nothing_is_paced() {
    let options = [("rateLimit", Value::Flag(false))];
    let storm = storm(100, 60_000, &kinds()[1], true, &options);
    // A fifth of what was sent.
    assert!((120..=125).contains(&storm.arrivals.len()), "{}", storm.arrivals.len());
}

#[test]
fn what_a_server_asked_for_spends_no_budget() {
    let options =
        [("retry", Value::Object), ("retry.budget", Value::Object), ("retry.budget.minPerWindow", Value::Number(0.0))];
    for answer in [(429, String::new()), (503, "retry-after:1\n".into())] {
        let storm = storm(1, 500, &Ok(answer), true, &options);
        assert_eq!((storm.arrivals.len(), storm.lost()), (2, 0));
    }
}

#[test]
fn an_open_circuit_refuses_at_once_and_its_probe_lets_the_others_in() {
    let options = [
        ("circuitBreaker", Value::Object),
        ("circuitBreaker.openFor", Value::Number(1000.0)),
        ("retry", Value::Flag(false)),
    ];
    let server = |now: i64| Ok((if now < START + 500 { 503 } else { 200 }, String::new()));
    let mut world = World::new(server, START, true, &options);
    let calls: Vec<usize> = (0..40).map(|n| world.call("GET", "t", START + n * 50)).collect();
    world.run();
    let ends = world.results();
    let refused: Vec<&Ended> = calls
        .iter()
        .map(|index| &ends[*index])
        .filter(|ended| reason(ended) == Some(GiveUpReason::CircuitOpen))
        .collect();
    assert!((18..=22).contains(&refused.len()), "about a second's calls: {}", refused.len());
    assert!(refused.iter().all(|ended| ended.sends.is_empty() && ended.rejected && ended.waits.is_empty()));
    assert!(refused.iter().all(|ended| ended.gave_up.unwrap().retry_at.is_some()));
    assert_eq!(ends[39].status, Some(200));
}

#[test]
fn who_waits_in_the_queue_is_refused_too_once_the_circuit_opens() {
    let options = [
        ("circuitBreaker", Value::Object),
        ("circuitBreaker.minimumCalls", Value::Number(2.0)),
        ("circuitBreaker.openFor", Value::Number(60_000.0)),
    ];
    let storm = storm(50, 5000, &kinds()[0], true, &options);
    // Those of the first round that were on their way.
    assert!(storm.arrivals.len() <= 8, "{}", storm.arrivals.len());
    assert!(storm.ends.iter().all(|ended| reason(ended) == Some(GiveUpReason::CircuitOpen)));
}

#[test]
fn a_timeout_and_a_network_failure_are_an_outage_and_being_offline_is_none() {
    for (failure, arrivals) in [(Failure::Timeout, 25), (Failure::Network, 25)] {
        let storm = storm(500, 3000, &Err(failure), true, &TEN);
        assert!(storm.during() <= arrivals && storm.lost() == 0, "{failure:?}: {}", storm.during());
    }
    let storm = storm(20, 3000, &Err(Failure::Offline), true, &TEN);
    assert!(storm.ends.iter().all(|ended| ended.waits.iter().all(|wait| wait.1 != WaitReason::Outage)));
    assert_eq!(storm.lost(), 0);
}

/// Two hundred pages that saw their server go down in the same moment, five calls each: their probes drift apart by chance.
/// All at once each time would be a wall for as long as the server is down; evenly spread, 24 fall into 50 ms.
#[test]
fn clients_that_were_hit_in_the_same_moment_do_not_ask_in_step() {
    const LASTS: i64 = 25_000;
    let arrivals = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&arrivals);
    let server = move |now: i64| {
        seen.borrow_mut().push(now - START);
        Ok((if now < START + LASTS { 503 } else { 200 }, String::new()))
    };
    let mut world =
        World::new(server, START, true, &[("retry", Value::Object), ("retry.maxAttempts", Value::Number(60.0))]);
    world.apart = true;
    for n in 0..1000 {
        world.call("GET", &format!("t{}", n % 200), START);
    }
    world.run();
    let arrivals: Vec<i64> = arrivals.borrow().iter().copied().filter(|at| (5_000..LASTS).contains(at)).collect();
    let within = |from: i64| arrivals.iter().filter(|at| (from..from + 50).contains(*at)).count();
    let most = arrivals.iter().map(|at| within(*at)).max().unwrap();
    assert!(arrivals.len() > 1000 && most <= 40, "{most} of {} in 50 ms", arrivals.len());
}

fn reason(ended: &Ended) -> Option<GiveUpReason> {
    ended.gave_up.map(|gave_up| gave_up.reason)
}
