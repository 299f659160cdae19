//! Calls whose answer's body says what its status and headers do not.

use fetch_with_policy::call::{Action, Call, Event, GiveUpReason, Memory, Request, WaitReason};
use fetch_with_policy::hints::body;
use fetch_with_policy::policy::Policy;
use fetch_with_policy::rate_limit::identity::Identity;
use fetch_with_policy::syntax::{headers::Headers, value::Value};
use fetch_with_policy::time::Moment;

const SECONDARY: &str = r#"{"message":"You have exceeded a secondary rate limit"}"#;
const DISCORD: &str = r#"{"message":"You are being rate limited.","retry_after":2.5,"global":false}"#;
const SPENT: &str = r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#;

fn at(ms: f64) -> Moment {
    Moment::new(1.7e12 + ms, ms, 0.0)
}

struct Stage {
    memory: Memory,
    call: Call,
    attempt: u32,
}

impl Stage {
    fn new(options: &[(&str, Value<'_>)], method: &str) -> Self {
        let mut policy = Policy::default();
        for (path, value) in options {
            policy.set(path, *value).unwrap();
        }
        let mut memory = Memory::new(true);
        let identity = Identity::of("https://api.example.com", Headers::new(""));
        let request = Request { method: method.into(), identity, keyed: false, replayable: true };
        let mut call = Call::new(request, policy.rules("api.example.com"), 0, &mut memory, at(0.0));
        assert!(matches!(call.handle(Event::Start, &mut memory, at(0.0)), Ok(Action::Send { .. })));
        Self { memory, call, attempt: 1 }
    }

    fn tell(&mut self, event: Event<'_>, ms: f64) -> Action {
        let action = self.call.handle(event, &mut self.memory, at(ms)).unwrap();
        if let Action::Send { attempt, .. } = action {
            self.attempt = attempt;
        }
        action
    }

    fn respond(&mut self, status: u16, headers: &str, ms: f64) -> Action {
        let attempt = self.attempt;
        self.tell(Event::Respond { attempt, status, headers: Headers::new(headers), foreign: false }, ms)
    }

    // What is done about `status` and `body`, told 20 ms after its head.
    fn answer(&mut self, status: u16, body: &str, ms: f64) -> Action {
        assert_eq!(self.respond(status, "", ms), Action::Peek { bytes: body::MOST, within: 1000 });
        self.tell(Event::Body(body), ms + 20.0)
    }
}

fn gave_up(action: Action) -> Option<GiveUpReason> {
    let Action::Resolve { gave_up, .. } = action else { panic!("{action:?}") };
    gave_up.map(|gave_up| gave_up.reason)
}

#[test]
fn a_body_is_asked_for_only_where_status_and_headers_leave_it_open() {
    for (status, headers, peeks) in [
        (200, "", false),
        (404, "", false),
        (500, "", false),
        (503, "", false),
        (400, "", true),
        (403, "", true),
        (429, "", true),
        (429, "retry-after:1", false),
        (403, "retry-after:1", false),
        (429, "x-ratelimit-remaining:0\nx-ratelimit-reset:5", false),
        (429, "x-ratelimit-remaining:7\nx-ratelimit-reset:5", true),
    ] {
        let action = Stage::new(&[], "GET").respond(status, headers, 10.0);
        assert_eq!(matches!(action, Action::Peek { .. }), peeks, "{status} {headers}: {action:?}");
    }
    let off = [("retry", Value::Flag(false)), ("rateLimit", Value::Flag(false))];
    assert_eq!(gave_up(Stage::new(&off, "GET").respond(429, "", 10.0)), Some(GiveUpReason::NotRetryable));
}

#[test]
fn a_429_waits_as_long_as_its_body_says() {
    for method in ["GET", "POST"] {
        let Action::Wait { delay, reason } = Stage::new(&[], method).answer(429, DISCORD, 10.0) else { panic!() };
        assert!((2500..2800).contains(&delay) && reason == WaitReason::RetryAfter, "{delay} {reason:?}");
    }
}

#[test]
fn a_403_that_is_a_secondary_limit_waits_a_minute_and_then_longer() {
    let mut stage = Stage::new(&[("retry.maxRetryAfter", Value::Number(f64::INFINITY))], "GET");
    let Action::Wait { delay, .. } = stage.answer(403, SECONDARY, 10.0) else { panic!() };
    assert!((60_000..67_000).contains(&delay), "{delay}");
    let mut now = 70_000.0;
    while !matches!(stage.tell(Event::Elapse, now), Action::Send { .. }) {
        now += 10_000.0;
        assert!(now < 200_000.0);
    }
    let Action::Wait { delay, .. } = stage.answer(403, SECONDARY, now + 10.0) else { panic!() };
    assert!((120_000..133_000).contains(&delay), "{delay}");
    let mut short = Stage::new(&[("retry.maxRetryAfter", Value::Number(59_999.0))], "GET");
    let Action::Wait { delay, .. } = short.answer(403, SECONDARY, 10.0) else { panic!() };
    assert!((59_999..66_000).contains(&delay), "what only words imply must not end the call: {delay}");
}

#[test]
fn an_allowance_that_is_spent_is_not_waited_for_and_holds_nobody() {
    let mut stage = Stage::new(&[], "GET");
    assert_eq!(gave_up(stage.answer(429, SPENT, 10.0)), Some(GiveUpReason::NotRetryable));
    let identity = Identity::of("https://api.example.com", Headers::new(""));
    let request = Request { method: "GET".into(), identity, keyed: false, replayable: true };
    let mut next = Call::new(request, Policy::default().rules("api.example.com"), 1, &mut stage.memory, at(40.0));
    assert!(matches!(next.handle(Event::Start, &mut stage.memory, at(40.0)), Ok(Action::Send { .. })));
}

#[test]
fn a_body_that_says_nothing_leaves_it_to_the_status() {
    for body in ["", "{}", "<html>", "\u{0}"] {
        assert_eq!(gave_up(Stage::new(&[], "GET").answer(403, body, 10.0)), Some(GiveUpReason::NotRetryable));
        assert!(matches!(
            Stage::new(&[], "GET").answer(429, body, 10.0),
            Action::Wait { reason: WaitReason::Backoff, .. }
        ));
    }
}

#[test]
fn while_a_body_is_read_the_call_can_be_aborted_and_a_deadline_cuts_it_short() {
    let mut stage = Stage::new(&[("timeout.total", Value::Number(100.0))], "GET");
    assert_eq!(stage.respond(429, "", 60.0), Action::Peek { bytes: body::MOST, within: 40 });
    let wrong = stage.call.handle(Event::Elapse, &mut stage.memory, at(70.0)).unwrap_err();
    assert_eq!(wrong.state, "peeking");
    let Action::Reject(give_up) = stage.tell(Event::Abort, 80.0) else { panic!() };
    assert_eq!(give_up.reason, GiveUpReason::Aborted);
}
