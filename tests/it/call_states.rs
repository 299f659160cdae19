//! A call as the diagram in `call` draws it: every event in every state.

use std::sync::Arc;

use fetch_with_policy::{
    call::{Action, Call, Event, GiveUp, GiveUpReason, Memory, Request},
    policy::{Policy, Rules},
    rate_limit::identity::Identity,
    retry::classify::Failure,
    syntax::{headers::Headers, value::Value},
    time::Moment,
};

/// Each state, and the name by which it refuses an event. Hedged: two sends are under way, and a third may go; or the answer to
/// one of them is looked at.
const STATES: [(&str, &str); 11] = [
    ("idle", "idle"),
    ("queued", "queued"),
    ("flying", "flying"),
    ("hedged", "flying"),
    ("peeking", "peeking"),
    ("hedged peeking", "peeking"),
    ("asking", "asking"),
    ("pausing", "pausing"),
    ("offline", "offline"),
    ("preparing", "preparing"),
    ("done", "done"),
];

const OK: Event<'_> = Event::Respond { attempt: 1, status: 200, headers: NONE, foreign: false };
const GONE: Event<'_> = Event::Respond { attempt: 1, status: 503, headers: NONE, foreign: false };
const LIMITED: Event<'_> = Event::Respond { attempt: 1, status: 429, headers: NONE, foreign: false };
const OTHER: Event<'_> = Event::Respond { attempt: 2, status: 200, headers: NONE, foreign: false };
const NOBODYS: Event<'_> = Event::Respond { attempt: 9, status: 200, headers: NONE, foreign: false };
const NONE: Headers<'_> = Headers::new("");

/// An event, and by state what comes of it: an action's name, or `-` for a refusal.
const TABLE: [(&str, Event<'_>, [&str; 11]); 19] = [
    //                                          idle      queued    flying    hedged   peeking hedged  asking   pausing   offline   preparing done
    ("start", Event::Start, ["send", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"]),
    ("its wait is over", Event::Elapse, ["-", "send", "-", "send", "-", "-", "-", "send", "send", "-", "-"]),
    ("online", Event::Online(true), ["-", "-", "-", "-", "-", "-", "-", "-", "send", "-", "-"]),
    ("still offline", Event::Online(false), ["-", "-", "-", "-", "-", "-", "-", "-", "wait", "-", "-"]),
    ("an answer", OK, ["-", "-", "resolve", "resolve", "-", "-", "-", "-", "-", "-", "-"]),
    ("an answer to repeat", GONE, ["-", "-", "wait", "await", "-", "-", "-", "-", "-", "-", "-"]),
    ("an answer that says too little", LIMITED, ["-", "-", "peek", "peek", "-", "-", "-", "-", "-", "-", "-"]),
    (
        "a failure",
        Event::Fail { attempt: 1, failure: Failure::Network },
        ["-", "-", "wait", "await", "-", "-", "-", "-", "-", "-", "-"],
    ),
    (
        "a failure without a network",
        Event::Fail { attempt: 1, failure: Failure::Offline },
        ["-", "-", "wait", "await", "-", "-", "-", "-", "-", "-", "-"],
    ),
    (
        "a mistake",
        Event::Fail { attempt: 1, failure: Failure::Caller },
        ["-", "-", "resolve", "resolve", "-", "-", "-", "-", "-", "-", "-"],
    ),
    ("an answer to the other send", OTHER, ["-", "-", "-", "resolve", "-", "-", "-", "-", "-", "-", "-"]),
    ("an answer to what was never sent", NOBODYS, ["-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"]),
    ("a body", Event::Body("{\"retry_after\":2}"), ["-", "-", "-", "-", "wait", "await", "-", "-", "-", "-", "-"]),
    ("yes", Event::Decided(Some(true)), ["-", "-", "-", "-", "-", "-", "wait", "-", "-", "-", "-"]),
    ("no", Event::Decided(Some(false)), ["-", "-", "-", "-", "-", "-", "resolve", "-", "-", "-", "-"]),
    ("as you think", Event::Decided(None), ["-", "-", "-", "-", "-", "-", "wait", "-", "-", "-", "-"]),
    (
        "its headers",
        Event::Prepared { identity: None, credentials: 1 },
        ["-", "-", "-", "-", "-", "-", "-", "-", "-", "send", "-"],
    ),
    ("its time is over", Event::Expire, ["-", "-", "reject", "reject", "-", "-", "reject", "-", "-", "reject", "-"]),
    (
        "abort",
        Event::Abort,
        ["reject", "reject", "reject", "reject", "reject", "reject", "reject", "reject", "reject", "reject", "-"],
    ),
];

/// The events that bring a new call into each state.
fn way_to(state: &str) -> Vec<Event<'static>> {
    let start = Event::Start;
    match state {
        "idle" => vec![],
        "flying" | "queued" | "preparing" => vec![start],
        "hedged" => vec![start, Event::Elapse],
        "peeking" => vec![start, LIMITED],
        "hedged peeking" => vec![start, Event::Elapse, LIMITED],
        "asking" | "pausing" => vec![start, GONE],
        "offline" => vec![start, Event::Fail { attempt: 1, failure: Failure::Offline }],
        "done" => vec![start, OK],
        _ => panic!("{state}"),
    }
}

struct Stage {
    memory: Memory,
    call: Call,
}

impl Stage {
    fn new(state: &str) -> Self {
        let mut policy = Policy::default();
        if state == "asking" {
            policy.set("retry", Value::Object).unwrap();
            policy.set("retry.decide", Value::Function).unwrap();
        }
        if state.starts_with("hedged") {
            policy.set("hedge", Value::Object).unwrap();
            policy.set("hedge.delay", Value::Number(0.0)).unwrap();
            policy.set("hedge.maxHedges", Value::Number(2.0)).unwrap();
        }
        if state == "queued" {
            policy.set("rateLimit", Value::Object).unwrap();
            policy.set("rateLimit.maxConcurrent", Value::Number(1.0)).unwrap();
        }
        let rules = policy.rules("api.example.com");
        let mut memory = Memory::new(true);
        let make = |owner, memory: &mut Memory| {
            let request = Request {
                method: "GET".into(),
                identity: Identity::of("https://api.example.com", NONE),
                keyed: false,
                replayable: true,
            };
            if state == "preparing" {
                return Call::with_prepare(request, Arc::clone(&rules), owner, false, memory, at(0.0));
            }
            Call::new(request, Arc::clone(&rules), owner, memory, at(0.0))
        };
        if state == "queued" {
            let mut other = make(1, &mut memory);
            assert!(matches!(other.handle(Event::Start, &mut memory, at(0.0)), Ok(Action::Send { .. })));
        }
        let mut call = make(0, &mut memory);
        for event in way_to(state) {
            assert!(call.handle(event, &mut memory, at(10.0)).is_ok());
        }
        Self { memory, call }
    }

    /// Long after, so that whatever it waited for is over.
    fn tell(&mut self, event: Event<'_>) -> Result<&'static str, &'static str> {
        match self.call.handle(event, &mut self.memory, at(100_000.0)) {
            Ok(Action::Ask { .. }) => Ok("ask"),
            Ok(Action::Await { .. }) => Ok("await"),
            Ok(Action::Peek { .. }) => Ok("peek"),
            Ok(Action::Prepare { .. }) => Ok("prepare"),
            Ok(Action::Reject(_)) => Ok("reject"),
            Ok(Action::Resolve { .. }) => Ok("resolve"),
            Ok(Action::Send { .. }) => Ok("send"),
            Ok(Action::Wait { .. }) => Ok("wait"),
            Err(wrong) => Err(wrong.state),
        }
    }
}

fn at(ms: f64) -> Moment {
    Moment::new(1e12 + ms, ms, 0.5)
}

#[test]
fn every_event_in_every_state_is_handled_or_refused() {
    for (name, event, row) in TABLE {
        for ((state, refused), expected) in STATES.into_iter().zip(row) {
            let told = Stage::new(state).tell(event);
            let expected = if expected == "-" { Err(refused) } else { Ok(expected) };
            assert_eq!(told, expected, "{name}, {state}");
        }
    }
}

#[test]
fn a_refused_event_changes_nothing() {
    for (name, event, row) in TABLE {
        for ((state, _), expected) in STATES.into_iter().zip(row) {
            if expected != "-" {
                continue;
            }
            let mut stage = Stage::new(state);
            assert!(stage.tell(event).is_err());
            for (next, other, outcomes) in TABLE {
                let column = STATES.iter().position(|(known, _)| *known == state).unwrap();
                if outcomes[column] != "-" {
                    assert_eq!(stage.tell(other), Ok(outcomes[column]), "{name}, then {next}, {state}");
                    break;
                }
            }
        }
    }
}

#[test]
fn a_wait_that_is_cut_short_goes_on() {
    let mut stage = Stage::new("pausing");
    let early = stage.call.handle(Event::Elapse, &mut stage.memory, at(11.0));
    assert!(matches!(early, Ok(Action::Wait { .. })), "{early:?}");
}

fn limited() -> (Arc<Rules>, Memory) {
    let mut policy = Policy::default();
    policy.set("timeout", Value::Object).unwrap();
    policy.set("timeout.total", Value::Number(5000.0)).unwrap();
    policy.set("rateLimit", Value::Object).unwrap();
    policy.set("rateLimit.maxConcurrent", Value::Number(1.0)).unwrap();
    (policy.rules("api.example.com"), Memory::new(true))
}

fn call(rules: &Arc<Rules>, memory: &mut Memory, ms: f64) -> Call {
    let identity = Identity::of("https://api.example.com", NONE);
    let request = Request { method: "GET".into(), identity, keyed: false, replayable: true };
    Call::new(request, Arc::clone(rules), 0, memory, at(ms))
}

#[test]
fn a_call_whose_time_is_over_in_the_callers_code_ends_by_its_deadline_and_frees_its_place() {
    let (rules, mut memory) = limited();
    let mut hung = call(&rules, &mut memory, 0.0);
    assert!(matches!(hung.handle(Event::Start, &mut memory, at(0.0)), Ok(Action::Send { timeout: Some(5000), .. })));
    assert_eq!((hung.left(at(1000.0)), hung.left(at(9000.0))), (Some(4000), Some(1)));
    let end = hung.handle(Event::Expire, &mut memory, at(5000.0));
    assert_eq!(end, Ok(Action::Reject(GiveUp { reason: GiveUpReason::Deadline, retry_at: None })));
    let mut next = call(&rules, &mut memory, 5000.0);
    assert!(matches!(next.handle(Event::Start, &mut memory, at(5000.0)), Ok(Action::Send { .. })));
}

#[test]
fn time_that_the_callers_code_took_is_no_evidence_against_the_server() {
    let (rules, mut memory) = limited();
    for n in 0..20 {
        let ms = f64::from(n) * 5000.0;
        let mut hung = call(&rules, &mut memory, ms);
        assert!(matches!(hung.handle(Event::Start, &mut memory, at(ms)), Ok(Action::Send { .. })), "{n}");
        assert!(matches!(hung.handle(Event::Expire, &mut memory, at(ms + 4000.0)), Ok(Action::Reject(_))));
    }
}
