//! A page of another origin, to which the server exposes no headers, or not even that it refuses: what is learnt then, what
//! is said of it, and that a network which fails is not taken for a server that refuses.

use std::{cell::RefCell, rc::Rc};

use crate::simulator::{
    Answer, World,
    servers::{Server, Style},
};
use fetch_with_policy::{
    call::{Action, Call, Event, Memory, Request, WaitReason},
    hints::EXPOSE,
    policy::Policy,
    rate_limit::identity::Identity,
    retry::classify::Failure,
    syntax::{headers::Headers, value::Value},
    time::Moment,
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

struct Run {
    ratio: f64,
    refused: u64,
    lost: usize,
}

/// A thousand calls at once. `is_bare`: refusals are made in front of what adds CORS, so that fetches fail.
fn rush(kind: &str, is_bare: bool, phase: i64, nudges: bool, more: &[(&str, Value<'_>)]) -> Run {
    let server = Rc::new(RefCell::new(Server::new(kind, LIMITS, Style::Nothing)));
    let shared = Rc::clone(&server);
    let options = [&PATIENT[..], more].concat();
    let start = START + phase;
    let mut world = World::new(
        move |now| match shared.borrow_mut().answer(now) {
            (429, _) if is_bare => Err(Failure::Network),
            answer => Ok(answer),
        },
        start,
        nudges,
        &options,
    );
    world.foreign = true;
    for _ in 0..1000 {
        world.call("GET", "t", start);
    }
    world.run();
    let results = world.results();
    let end = results.iter().map(|ended| ended.at).max().unwrap();
    Run {
        ratio: (end - start) as f64 / Server::new(kind, LIMITS, Style::Nothing).floor(1000, start) as f64,
        refused: server.borrow().limited,
        lost: results.iter().filter(|ended| ended.status != Some(200)).count(),
    }
}

#[test]
fn refusals_that_fail_for_want_of_cors_teach_as_those_that_can_be_read() {
    for (kind, most) in [("first", 650), ("fixed", 650), ("sliding", 650), ("bucket", 1600)] {
        for nudges in [true, false] {
            let mut runs = [137, 1240, 2611].map(|phase| rush(kind, true, phase, nudges, &[]));
            assert!(runs.iter().all(|run| run.lost == 0), "{kind} {nudges}: a call is lost");
            let refused = runs.iter().map(|run| run.refused).max().unwrap();
            assert!(refused <= most, "{kind} {nudges}: {refused} refused");
            runs.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
            assert!(runs[1].ratio <= 2.6, "{kind} {nudges}: x{:.2} of the least time", runs[1].ratio);
        }
    }
}

#[test]
fn bare_answers_are_paced_by_a_told_quota_or_by_what_refusals_teach() {
    let told = [
        ("rateLimit.quotas", Value::List(1)),
        ("rateLimit.quotas.0", Value::Object),
        ("rateLimit.quotas.0.limit", Value::Number(200.0)),
        ("rateLimit.quotas.0.window", Value::Number(3000.0)),
    ];
    for (more, ratio, refused) in [(&told[..], 1.05, 2), (&[], 2.0, 400)] {
        for is_bare in [true, false] {
            let run = rush("first", is_bare, 137, true, more);
            assert!(
                run.lost == 0 && run.ratio <= ratio && run.refused <= refused,
                "{is_bare}: x{:.2}, {} refused, {} lost",
                run.ratio,
                run.refused,
                run.lost
            );
        }
    }
}

/// Five calls each fifth of a second, in a page of another origin; the calls' ends, and whether a limit was learnt.
fn stream(server: impl FnMut(i64) -> Result<Answer, Failure>) -> (Vec<i64>, bool) {
    let mut world = World::new(server, START, true, &PATIENT);
    world.foreign = true;
    for n in 0..100 {
        world.call("GET", "t", START + n / 5 * 200);
    }
    world.run();
    let results = world.results();
    assert!(results.iter().all(|ended| ended.status == Some(200) && ended.gave_up.is_none()));
    let took = results.iter().enumerate().map(|(n, ended)| ended.at - START - n as i64 / 5 * 200).collect();
    let mut is_learnt = false;
    world.memory.tracker.quotas(moment(60_000.0), |state| is_learnt |= state.limit.is_some());
    (took, is_learnt)
}

#[test]
fn a_page_that_is_offline_for_a_while_holds_nobody_longer_than_a_backoff_and_learns_nothing() {
    let (took, is_learnt) =
        stream(
            |now| {
                if (1000..1600).contains(&(now - START)) { Err(Failure::Network) } else { Ok((200, String::new())) }
            },
        );
    // Those that are asked for once the network is back: their elders may have failed twice by then.
    let late = took[40..].iter().max().unwrap();
    assert!(*late <= 1060, "{late} ms");
    assert!(took[60..].iter().all(|took| *took <= 60), "{took:?}");
    assert!(!is_learnt);
}

#[test]
fn failures_that_come_by_themselves_hold_nobody() {
    let mut count = 0;
    let (took, is_learnt) = stream(move |_| {
        count += 1;
        if count % 25 == 7 { Err(Failure::Network) } else { Ok((200, String::new())) }
    });
    let slow = took.iter().filter(|took| **took > 60).count();
    assert!((1..=5).contains(&slow), "only those that failed: {slow}");
    assert!(!is_learnt);
}

fn moment(ms: f64) -> Moment {
    Moment::new(START as f64 + ms, ms, 0.5)
}

/// Calls of one page.
struct Page {
    memory: Memory,
    policy: Policy,
}

impl Page {
    fn new(options: &[(&str, Value<'_>)]) -> Self {
        let mut policy = Policy::default();
        for (path, value) in options {
            policy.set(path, *value).unwrap();
        }
        Self { memory: Memory::new(true), policy }
    }

    fn call(&mut self, ms: f64) -> (Call, Action) {
        let identity = Identity::of("https://api.example.com", Headers::new(""));
        let request = Request { method: "GET".into(), identity, keyed: false, replayable: true };
        let rules = self.policy.rules("api.example.com");
        let mut call = Call::new(request, rules, 0, &mut self.memory, moment(ms));
        let action = call.handle(Event::Start, &mut self.memory, moment(ms)).unwrap();
        (call, action)
    }

    fn answer(&mut self, headers: &str, foreign: bool, ms: f64) {
        let (mut call, _) = self.call(ms);
        let event = Event::Respond { attempt: 1, status: 200, headers: Headers::new(headers), foreign };
        let action = call.handle(event, &mut self.memory, moment(ms + 20.0)).unwrap();
        assert!(matches!(action, Action::Resolve { .. }));
    }

    fn quotas(&mut self) -> Vec<(String, Option<u64>, String)> {
        let mut seen = Vec::new();
        self.memory.tracker.quotas(moment(0.0), |state| {
            seen.push((state.source.to_owned(), state.limit, state.expose.to_owned()));
        });
        seen
    }
}

#[test]
fn what_a_page_cannot_read_is_said_with_the_line_that_its_server_needs() {
    let mut page = Page::new(&[]);
    page.answer("", false, 0.0);
    assert_eq!(page.quotas(), [], "of its own origin a page sees all there is");
    page.answer("", true, 100.0);
    assert_eq!(page.quotas(), [("none".into(), None, EXPOSE.into())]);
    page.answer("retry-after:5\n", true, 200.0);
    assert_eq!(page.quotas()[0].2, EXPOSE, "that alone is not all");
    page.answer(DATED, true, 300.0);
    assert_eq!(page.quotas(), []);
    page.answer("", true, 400.0);
    assert_eq!(page.quotas(), [], "one answer of a gateway among others");

    let mut page = Page::new(&[]);
    page.answer("x-ratelimit-limit:10\nx-ratelimit-remaining:9\n", true, 0.0);
    page.answer("", true, 100.0);
    assert_eq!(page.quotas(), [("x-ratelimit-remaining".into(), Some(10), String::new())]);
}

#[test]
fn the_line_names_the_profiles_own_headers_and_stands_beside_a_told_quota() {
    let mut page = Page::new(&[
        ("profiles", Value::List(1)),
        ("profiles.0", Value::Object),
        ("profiles.0.hosts", Value::List(1)),
        ("profiles.0.hosts.0", Value::Text("api.example.com")),
        ("profiles.0.rateLimit", Value::Object),
        ("profiles.0.rateLimit.quotas", Value::List(1)),
        ("profiles.0.rateLimit.quotas.0", Value::Object),
        ("profiles.0.rateLimit.quotas.0.limit", Value::Number(60.0)),
        ("profiles.0.rateLimit.quotas.0.window", Value::Number(1000.0)),
        ("profiles.0.dialects", Value::List(1)),
        ("profiles.0.dialects.0", Value::Object),
        ("profiles.0.dialects.0.remaining", Value::Text("X-Calls-Left")),
    ]);
    page.answer("", true, 0.0);
    assert_eq!(page.quotas(), [("options".into(), Some(60), [EXPOSE, ", x-calls-left"].concat())]);
    page.answer("x-calls-left:5\n", true, 100.0);
    assert!(page.quotas().iter().all(|(.., expose)| expose.is_empty()));
}

#[test]
fn a_lone_failure_holds_nobody_and_a_row_of_them_holds_the_others_for_a_backoff_that_says_why() {
    let mut page = Page::new(&[("rateLimit", Value::Object), ("rateLimit.probe", Value::Number(f64::INFINITY))]);
    page.answer("", true, 0.0);
    let mut flying: Vec<Call> = (0..5).map(|_| page.call(100.0).0).collect();
    let mut fail = |page: &mut Page, ms: f64| {
        let action = flying.pop().unwrap().handle(
            Event::Fail { attempt: 1, failure: Failure::Network },
            &mut page.memory,
            moment(ms),
        );
        assert!(matches!(action, Ok(Action::Wait { delay: 1..=250, reason: WaitReason::Backoff })), "{action:?}");
    };
    fail(&mut page, 110.0);
    fail(&mut page, 111.0);
    assert!(matches!(page.call(112.0).1, Action::Send { .. }));
    fail(&mut page, 113.0);
    let (call, action) = page.call(114.0);
    assert!(matches!(action, Action::Wait { delay: 1..=250, reason: WaitReason::Backoff }), "{action:?}");
    let state = call.quota(&mut page.memory, moment(114.0)).unwrap();
    assert_eq!((state.source, state.limit, state.expose), ("none", None, EXPOSE));
}
