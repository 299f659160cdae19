//! Calls whose slow attempts are sent again: what goes, what does not, and what is counted.

use std::sync::Arc;

use fetch_with_policy::{
    call::{Action, Call, Event, GiveUp, GiveUpReason, Memory, Request, WaitReason},
    policy::{Policy, Rules},
    rate_limit::identity::Identity,
    retry::classify::Failure,
    syntax::{headers::Headers, value::Value},
    time::Moment,
};

fn at(ms: f64) -> Moment {
    Moment::new(1.7e12 + ms, ms, 0.0)
}

const DELAY: i64 = 100;

fn rules(options: &[(&str, Value<'_>)]) -> Arc<Rules> {
    let mut policy = Policy::default();
    let hedge = [("hedge", Value::Object), ("hedge.delay", Value::Number(DELAY as f64))];
    for (path, value) in hedge.iter().chain(options) {
        policy.set(path, *value).unwrap();
    }
    policy.check().unwrap();
    policy.rules("api.example.com")
}

struct Stage {
    memory: Memory,
    rules: Arc<Rules>,
    owners: u32,
}

impl Stage {
    fn new(options: &[(&str, Value<'_>)]) -> Self {
        Self { memory: Memory::new(true), rules: rules(options), owners: 0 }
    }

    fn call_by(&mut self, method: &str, replayable: bool, ms: f64) -> Call {
        let identity = Identity::of("https://api.example.com", Headers::new(""));
        let request = Request { method: method.into(), identity, keyed: false, replayable };
        self.owners += 1;
        Call::new(request, Arc::clone(&self.rules), self.owners, &mut self.memory, at(ms))
    }

    /// A call that was sent.
    fn sent(&mut self, ms: f64) -> Call {
        let mut call = self.call_by("GET", true, ms);
        let action = self.tell(&mut call, Event::Start, ms);
        assert!(matches!(action, Action::Send { .. }), "{action:?}");
        call
    }

    fn tell(&mut self, call: &mut Call, event: Event<'_>, ms: f64) -> Action {
        call.handle(event, &mut self.memory, at(ms)).unwrap()
    }

    fn respond(&mut self, call: &mut Call, attempt: u32, answer: (u16, &str), ms: f64) -> Action {
        let (status, headers) = answer;
        let event = Event::Respond { attempt, status, headers: Headers::new(headers), foreign: false };
        self.tell(call, event, ms)
    }

    fn fail(&mut self, call: &mut Call, attempt: u32, failure: Failure, ms: f64) -> Action {
        self.tell(call, Event::Fail { attempt, failure }, ms)
    }

    /// Whether a call that was sent at `ms` is sent again a delay later; it stays under way.
    fn hedges(&mut self, ms: f64) -> (Call, bool) {
        let mut call = self.sent(ms);
        let action = self.tell(&mut call, Event::Elapse, ms + DELAY as f64);
        match action {
            Action::Send { attempt: 2, .. } => (call, true),
            Action::Await { .. } => (call, false),
            _ => panic!("{action:?}"),
        }
    }

    fn in_flight(&mut self) -> u32 {
        let mut seen = None;
        self.memory.tracker.quotas(at(0.0), |state| seen = Some(state.in_flight));
        seen.expect("a quota")
    }

    fn remaining(&mut self, ms: f64) -> u64 {
        let mut seen = None;
        self.memory.tracker.quotas(at(ms), |state| seen = state.remaining);
        seen.expect("a quota")
    }
}

fn quota(limit: f64) -> Vec<(&'static str, Value<'static>)> {
    vec![
        ("rateLimit.quotas", Value::List(1)),
        ("rateLimit.quotas.0", Value::Object),
        ("rateLimit.quotas.0.limit", Value::Number(limit)),
        ("rateLimit.quotas.0.window", Value::Number(10_000.0)),
    ]
}

const DONE: Action = Action::Resolve { gave_up: None, throw: false };

#[test]
fn a_send_without_an_answer_is_followed_by_one_more_and_the_first_answer_to_either_is_the_calls() {
    for winner in [1, 2] {
        let mut stage = Stage::new(&[]);
        let mut call = stage.call_by("GET", true, 0.0);
        let first = stage.tell(&mut call, Event::Start, 0.0);
        assert_eq!(first, Action::Send { attempt: 1, timeout: None, next: Some(100) });
        assert_eq!(
            stage.tell(&mut call, Event::Elapse, 99.0),
            Action::Await { next: Some(1) },
            "a timer that was early"
        );
        let second = stage.tell(&mut call, Event::Elapse, 100.0);
        assert_eq!(second, Action::Send { attempt: 2, timeout: None, next: None });
        assert!(call.handle(Event::Elapse, &mut stage.memory, at(200.0)).is_err(), "there is no third");
        assert_eq!(stage.respond(&mut call, winner, (200, ""), 210.0), DONE);
    }
}

#[test]
fn as_many_go_as_max_hedges_says_each_a_delay_after_the_other() {
    let mut stage = Stage::new(&[("hedge.maxHedges", Value::Number(3.0))]);
    let mut call = stage.sent(0.0);
    for (attempt, next) in [(2, Some(100)), (3, Some(100)), (4, None)] {
        let ms = f64::from(attempt - 1) * 100.0;
        assert_eq!(stage.tell(&mut call, Event::Elapse, ms), Action::Send { attempt, timeout: None, next });
    }
    assert_eq!(
        stage.respond(&mut call, 3, (404, ""), 350.0),
        Action::Resolve { gave_up: Some(GiveUp { reason: GiveUpReason::NotRetryable, retry_at: None }), throw: false }
    );
}

#[test]
fn only_safe_methods_with_a_body_that_can_be_sent_again_are_hedged() {
    let mut stage = Stage::new(&[]);
    let rows = [
        ("GET", true, true),
        ("HEAD", true, true),
        ("OPTIONS", true, true),
        ("TRACE", true, true),
        ("QUERY", true, true),
        ("QUERY", false, false),
        ("POST", true, false),
        ("PUT", true, false),
        ("DELETE", true, false),
        ("PATCH", true, false),
        ("get", true, false),
        ("REPORT", true, false),
    ];
    for (method, replayable, expected) in rows {
        let mut call = stage.call_by(method, replayable, 0.0);
        assert!(call.may_repeat(), "{method}");
        let Action::Send { next, .. } = stage.tell(&mut call, Event::Start, 0.0) else { panic!("{method}") };
        assert_eq!(next.is_some(), expected, "{method} {replayable}");
        assert_eq!(call.handle(Event::Elapse, &mut stage.memory, at(100.0)).is_ok(), expected, "{method}");
        let _ = stage.respond(&mut call, 1, (200, ""), 110.0);
    }
}

#[test]
fn each_spends_one_of_the_budget_and_without_one_left_there_is_none() {
    let mut stage = Stage::new(&[("rateLimit", Value::Flag(false))]);
    let hedged = |stage: &mut Stage, calls: u32| (0..calls).filter(|n| stage.hedges(f64::from(*n)).1).count();
    assert_eq!(hedged(&mut stage, 14), 3, "the floor, while few are sent");
    assert_eq!(hedged(&mut stage, 33), 8, "a fifth of 47 and 11, since each is a send too");
    let mut call = stage.sent(50.0);
    let action = stage.respond(&mut call, 1, (503, ""), 60.0);
    let Action::Resolve { gave_up: Some(GiveUp { reason, .. }), .. } = action else { panic!("{action:?}") };
    assert_eq!(reason, GiveUpReason::BudgetExhausted, "retries spend of the same");

    let mut free = Stage::new(&[("retry.budget", Value::Flag(false)), ("rateLimit", Value::Flag(false))]);
    assert_eq!(hedged(&mut free, 20), 20);
    let mut never_retried = Stage::new(&[("retry", Value::Flag(false)), ("rateLimit", Value::Flag(false))]);
    assert_eq!(hedged(&mut never_retried, 14), 3);
}

#[test]
fn each_takes_of_the_quota_and_is_not_sent_where_it_would_wait() {
    for (limit, expected) in [(3.0, true), (1.0, false)] {
        let mut stage = Stage::new(&quota(limit));
        let (mut call, hedged) = stage.hedges(0.0);
        assert_eq!((hedged, stage.in_flight()), (expected, 1 + u32::from(expected)));
        assert_eq!(stage.respond(&mut call, 1, (200, ""), 150.0), DONE);
        call.end(&mut stage.memory);
        let counted = 1 + u64::from(expected);
        assert_eq!((stage.in_flight(), stage.remaining(150.0)), (0, limit as u64 - counted), "the loser was counted");
    }
}

#[test]
fn it_takes_nothing_of_those_who_wait_nor_of_what_is_held_or_limited_at_once() {
    let mut limited = Stage::new(&[("rateLimit.maxConcurrent", Value::Number(1.0))]);
    assert!(!limited.hedges(0.0).1, "one at once");

    let mut wide = Stage::new(&[("rateLimit.maxConcurrent", Value::Number(2.0))]);
    let (mut first, mut second) = (wide.sent(0.0), wide.sent(0.0));
    let mut third = wide.call_by("GET", true, 0.0);
    assert!(matches!(wide.tell(&mut third, Event::Start, 0.0), Action::Wait { reason: WaitReason::Concurrency, .. }));
    assert_eq!(wide.respond(&mut first, 1, (200, ""), 50.0), DONE);
    assert_eq!(wide.tell(&mut second, Event::Elapse, 100.0), Action::Await { next: None }, "the room is the third's");
    assert_eq!(wide.memory.tracker.wake(at(100.0)), Some(3));

    let mut held = Stage::new(&[("retry", Value::Flag(false))]);
    let (mut slow, mut refused) = (held.sent(0.0), held.sent(0.0));
    let _ = held.respond(&mut refused, 1, (429, "retry-after:5"), 50.0);
    assert_eq!(held.tell(&mut slow, Event::Elapse, 100.0), Action::Await { next: None }, "all are held");
}

#[test]
fn while_the_server_is_down_or_the_circuit_is_not_closed_there_is_none() {
    let mut down = Stage::new(&[("retry", Value::Flag(false))]);
    let mut slow = down.sent(0.0);
    for _ in 0..4 {
        let mut call = down.sent(1.0);
        let _ = down.respond(&mut call, 1, (503, ""), 2.0);
    }
    assert_eq!(down.tell(&mut slow, Event::Elapse, 100.0), Action::Await { next: None });

    let breaker = [
        ("rateLimit", Value::Flag(false)),
        ("retry", Value::Flag(false)),
        ("circuitBreaker", Value::Object),
        ("circuitBreaker.minimumCalls", Value::Number(1.0)),
        ("circuitBreaker.openFor", Value::Number(1000.0)),
    ];
    let mut stage = Stage::new(&breaker);
    let (mut slow, mut failed) = (stage.sent(0.0), stage.sent(0.0));
    let _ = stage.respond(&mut failed, 1, (500, ""), 10.0);
    assert_eq!(stage.tell(&mut slow, Event::Elapse, 100.0), Action::Await { next: None }, "open");
    let mut probe = stage.sent(2000.0);
    assert_eq!(stage.tell(&mut probe, Event::Elapse, 2100.0), Action::Await { next: None }, "half-open");
    let _ = stage.respond(&mut probe, 1, (200, ""), 2200.0);
    assert!(stage.hedges(2300.0).1, "closed again");
}

#[test]
fn an_answer_to_repeat_leaves_the_call_to_the_other_send() {
    for (first, second) in [(1, 2), (2, 1)] {
        let mut stage = Stage::new(&[]);
        let (mut call, _) = stage.hedges(0.0);
        assert_eq!(stage.respond(&mut call, first, (503, ""), 120.0), Action::Await { next: None });
        let again = Event::Respond { attempt: first, status: 200, headers: Headers::new(""), foreign: false };
        assert!(call.handle(again, &mut stage.memory, at(130.0)).is_err(), "that send is over");
        assert_eq!(stage.respond(&mut call, second, (200, ""), 140.0), DONE);
    }
    let mut stage = Stage::new(&[("retry", Value::Flag(false))]);
    let (mut call, _) = stage.hedges(0.0);
    assert_eq!(stage.fail(&mut call, 1, Failure::Network, 120.0), Action::Await { next: None }, "nor is it the end");
    assert_eq!(stage.respond(&mut call, 2, (200, ""), 140.0), DONE);
}

#[test]
fn where_all_fail_the_attempt_has_failed_once_and_the_next_may_be_hedged_too() {
    let options = [("retry.maxAttempts", Value::Number(2.0)), ("retry.jitter", Value::Text("none"))];
    let mut stage = Stage::new(&options);
    let (mut call, _) = stage.hedges(0.0);
    assert_eq!(stage.respond(&mut call, 2, (503, ""), 120.0), Action::Await { next: None });
    let pause = stage.fail(&mut call, 1, Failure::Network, 130.0);
    assert_eq!(pause, Action::Wait { delay: 250, reason: WaitReason::Backoff });
    let third = stage.tell(&mut call, Event::Elapse, 380.0);
    assert_eq!(third, Action::Send { attempt: 3, timeout: None, next: Some(100) });
    let fourth = stage.tell(&mut call, Event::Elapse, 480.0);
    assert_eq!(fourth, Action::Send { attempt: 4, timeout: None, next: None });
    assert_eq!(
        stage.respond(&mut call, 3, (503, ""), 490.0),
        Action::Await { next: None },
        "the last attempt, not yet over"
    );
    let action = stage.respond(&mut call, 4, (503, ""), 500.0);
    let Action::Resolve { gave_up: Some(GiveUp { reason, .. }), .. } = action else { panic!("{action:?}") };
    assert_eq!(reason, GiveUpReason::AttemptsExhausted);
}

#[test]
fn what_one_answer_asks_holds_for_the_attempt() {
    let mut stage = Stage::new(&[("hedge.maxHedges", Value::Number(2.0))]);
    let (mut call, _) = stage.hedges(0.0);
    let hinted = stage.respond(&mut call, 1, (503, "retry-after:3"), 120.0);
    assert_eq!(hinted, Action::Await { next: Some(80) });
    assert_eq!(stage.tell(&mut call, Event::Elapse, 200.0), Action::Await { next: None }, "it asked to be left alone");
    let action = stage.respond(&mut call, 2, (503, ""), 1120.0);
    let Action::Wait { delay, reason: WaitReason::RetryAfter } = action else { panic!("{action:?}") };
    assert!((2000..2400).contains(&delay), "{delay}");

    let mut stage = Stage::new(&[]);
    let (mut call, _) = stage.hedges(0.0);
    let _ = stage.respond(&mut call, 1, (503, "retry-after:3600"), 120.0);
    let action = stage.respond(&mut call, 2, (503, ""), 130.0);
    let Action::Resolve { gave_up: Some(GiveUp { reason, .. }), .. } = action else { panic!("{action:?}") };
    assert_eq!(reason, GiveUpReason::HintTooLong);
}

#[test]
fn each_send_has_the_time_of_an_attempt_and_all_have_that_of_the_call() {
    let options = [("timeout.attempt", Value::Number(300.0)), ("timeout.total", Value::Number(350.0))];
    let mut stage = Stage::new(&options);
    let mut call = stage.call_by("GET", true, 0.0);
    let first = stage.tell(&mut call, Event::Start, 0.0);
    assert_eq!(first, Action::Send { attempt: 1, timeout: Some(300), next: Some(100) });
    let second = stage.tell(&mut call, Event::Elapse, 100.0);
    assert_eq!(second, Action::Send { attempt: 2, timeout: Some(250), next: None });
    assert_eq!(stage.fail(&mut call, 1, Failure::Timeout, 300.0), Action::Await { next: None });
    let end = stage.fail(&mut call, 2, Failure::Timeout, 350.0);
    assert_eq!(end, Action::Reject(GiveUp { reason: GiveUpReason::Deadline, retry_at: None }));

    let mut late = Stage::new(&[("timeout.total", Value::Number(150.0))]);
    let mut call = late.sent(0.0);
    assert_eq!(late.tell(&mut call, Event::Elapse, 150.0), Action::Await { next: None }, "no time is left for it");
}

#[test]
fn an_abort_ends_all_sends_and_gives_back_what_they_held() {
    for peeks in [false, true] {
        let mut stage = Stage::new(&quota(5.0));
        let (mut call, _) = stage.hedges(0.0);
        if peeks {
            assert!(matches!(stage.respond(&mut call, 1, (429, ""), 110.0), Action::Peek { .. }));
        }
        let end = stage.tell(&mut call, Event::Abort, 120.0);
        assert_eq!(end, Action::Reject(GiveUp { reason: GiveUpReason::Aborted, retry_at: None }));
        assert_eq!(stage.in_flight(), 0);
    }
    let mut dropped = Stage::new(&quota(5.0));
    let (mut call, _) = dropped.hedges(0.0);
    call.end(&mut dropped.memory);
    assert_eq!(dropped.in_flight(), 0);
}

#[test]
fn while_the_body_of_one_answer_is_looked_at_the_others_wait_to_be_told() {
    let mut stage = Stage::new(&[]);
    let (mut call, _) = stage.hedges(0.0);
    assert!(matches!(stage.respond(&mut call, 2, (429, ""), 110.0), Action::Peek { .. }));
    let other = Event::Respond { attempt: 1, status: 200, headers: Headers::new(""), foreign: false };
    assert_eq!(call.handle(other, &mut stage.memory, at(115.0)).unwrap_err().state, "peeking");
    assert_eq!(stage.tell(&mut call, Event::Body("{\"retry_after\":2}"), 120.0), Action::Await { next: None });
    assert_eq!(stage.respond(&mut call, 1, (200, ""), 130.0), DONE);
}

#[test]
fn the_caller_is_asked_once_all_sends_of_the_attempt_are_over() {
    let mut stage = Stage::new(&[("retry.decide", Value::Function)]);
    let (mut call, _) = stage.hedges(0.0);
    assert_eq!(stage.respond(&mut call, 1, (503, ""), 110.0), Action::Await { next: None });
    assert!(matches!(stage.respond(&mut call, 2, (200, ""), 120.0), Action::Ask { retry: false, .. }));
    assert_eq!(stage.tell(&mut call, Event::Decided(None), 120.0), DONE);
}
