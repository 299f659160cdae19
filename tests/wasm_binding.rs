//! The npm package's binding in a real browser: what crosses, and what it says back.
#![cfg(all(target_arch = "wasm32", feature = "wasm-policy", feature = "wasm-explain"))]

use fetch_with_policy::{
    policy::Policy,
    wasm::{
        policy::{Engine, Plan, names, read_quotas},
        protocol::{Action, Detail, Event, Names, Quotas},
    },
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const BEGIN: i32 = Event::Begin as i32;
const ELAPSE: i32 = Event::Elapse as i32;
const ABORT: i32 = Event::Abort as i32;
const REFUSED: i32 = Action::Refused as i32;
const SEND: i32 = Action::Send as i32;
const WAIT: i32 = Action::Wait as i32;
const RESOLVE: i32 = Action::Resolve as i32;
const REJECT: i32 = Action::Reject as i32;
const PEEK: i32 = Action::Peek as i32;
const TIME: i32 = Detail::Time as i32;
const FLAG: i32 = Detail::Flag as i32;
const CODE: i32 = Detail::Code as i32;
const WALL: f64 = 1_795_305_600_000.0;

fn started(engine: &mut Engine, plan: &Plan) -> u32 {
    engine.start(
        plan,
        "https://api.example.com\n/\nGET\nauthorization:Bearer secret\n",
        None,
        true,
        false,
        false,
        WALL,
        0.0,
    )
}

/// Options as `check-options.js` hands them over.
fn keep(plan: &mut Plan, options: &[(&str, f64)]) {
    for (path, number) in options {
        plan.keep(Policy::place(path).unwrap() as u32, *number, "");
    }
}

#[wasm_bindgen_test]
fn a_call_goes_from_its_start_to_its_end() {
    let (mut engine, plan) = (Engine::new(true), Plan::new());
    let call = started(&mut engine, &plan);
    assert_eq!(engine.tell(call, BEGIN, WALL, 0.0, 0.5), SEND);
    assert_eq!(engine.respond(call, 1, 503, "retry-after:2\n", false, "", WALL + 10.0, 10.0, 0.0), WAIT);
    assert_eq!((engine.detail(call, TIME), engine.reason(call).as_str()), (2001.0, "retry-after"));
    assert_eq!(engine.tell(call, ELAPSE, WALL + 2011.0, 2011.0, 0.5), SEND);
    assert_eq!(engine.respond(call, 2, 200, "", false, "", WALL + 2020.0, 2020.0, 0.5), RESOLVE);
    assert_eq!((engine.reason(call).as_str(), engine.detail(call, FLAG)), ("", 0.0));
    engine.end(call);
    assert_eq!(engine.tell(call, ELAPSE, WALL, 3000.0, 0.5), REFUSED, "an ended call takes nothing");
}

#[wasm_bindgen_test]
fn a_body_that_is_asked_for_is_told() {
    let (mut engine, plan) = (Engine::new(true), Plan::new());
    let call = started(&mut engine, &plan);
    assert_eq!(engine.tell(call, BEGIN, WALL, 0.0, 0.5), SEND);
    assert_eq!(engine.body(call, "{}", WALL, 0.0, 0.5), REFUSED, "it was not asked for");
    assert_eq!(engine.respond(call, 1, 429, "", false, "", WALL + 10.0, 10.0, 0.0), PEEK);
    assert_eq!((engine.detail(call, TIME), engine.detail(call, CODE)), (1000.0, 64.0));
    assert_eq!(engine.body(call, "{\"retry_after\":2}", WALL + 20.0, 20.0, 0.0), WAIT);
    assert_eq!((engine.detail(call, TIME), engine.reason(call).as_str()), (2001.0, "retry-after"));
    engine.end(call);
}

#[wasm_bindgen_test]
fn a_quota_is_told_without_the_credentials() {
    let (mut engine, plan) = (Engine::new(true), Plan::new());
    let call = started(&mut engine, &plan);
    assert_eq!(engine.tell(call, BEGIN, WALL, 0.0, 0.5), SEND);
    let headers =
        "x-ratelimit-limit:1200\nx-ratelimit-remaining:0\nx-ratelimit-reset:1795305624\nx-ratelimit-bucket:abc123\n";
    assert_eq!(engine.respond(call, 1, 429, headers, false, "", WALL, 0.0, 0.5), WAIT);
    let quota = engine.quotas(Quotas::Awaited as i32, call, WALL, 0.0);
    assert!(quota.contains("\"name\":\"abc123\"") && quota.contains("\"resetAt\":1795305624000"), "{quota}");
    assert!(engine.quotas(Quotas::Reported as i32, call, WALL, 0.0).contains("\"limit\":1200"));
    let all = engine.quotas(Quotas::All as i32, 0, WALL, 0.0);
    assert!(all.starts_with('[') && !all.contains("secret"), "{all}");
    assert_eq!(engine.tell(call, ABORT, WALL, 5.0, 0.5), REJECT);
    assert_eq!(engine.reason(call), "aborted");
    engine.end(call);
}

#[wasm_bindgen_test]
fn who_waits_is_woken_when_there_is_room() {
    let (mut engine, mut plan) = (Engine::new(true), Plan::new());
    keep(&mut plan, &[("rateLimit", 1.0), ("rateLimit.maxConcurrent", 1.0)]);
    let (first, second) = (started(&mut engine, &plan), started(&mut engine, &plan));
    assert_eq!(engine.tell(first, BEGIN, WALL, 0.0, 0.5), SEND);
    assert_eq!(engine.tell(second, BEGIN, WALL, 0.0, 0.5), WAIT);
    assert_eq!(engine.woken(WALL, 1.0), -1);
    assert_eq!(engine.respond(first, 1, 200, "", false, "", WALL, 20.0, 0.5), RESOLVE);
    assert_eq!(engine.woken(WALL, 20.0), second as i32);
    assert_eq!(engine.tell(second, ELAPSE, WALL, 20.0, 0.5), SEND);
    engine.end(first);
    engine.end(second);
}

#[wasm_bindgen_test]
fn one_alarm_tells_when_to_ask_who_may_go_where_the_host_wakes_others() {
    for nudges in [true, false] {
        let (mut engine, mut plan) = (Engine::new(nudges), Plan::new());
        let quota = [("rateLimit.quotas.0.limit", 1.0), ("rateLimit.quotas.0.window", 1000.0)];
        keep(
            &mut plan,
            &[&[("rateLimit", 1.0), ("rateLimit.quotas", 0.0), ("rateLimit.quotas.0", 0.0)], &quota[..]].concat(),
        );
        let (first, second) = (started(&mut engine, &plan), started(&mut engine, &plan));
        assert_eq!(engine.tell(first, BEGIN, WALL, 0.0, 0.5), SEND);
        assert!(engine.alarm(WALL, 0.0) < 0.0, "nobody waits");
        assert_eq!(engine.tell(second, BEGIN, WALL, 0.0, 0.5), WAIT);
        let (delay, alarmed, code) =
            (engine.detail(second, TIME), engine.detail(second, FLAG), engine.detail(second, CODE));
        assert_eq!(
            (delay >= 1000.0, alarmed, engine.reason(second).as_str()),
            (true, f64::from(u8::from(nudges)), "rate-limit")
        );
        assert!(code > 0.0);
        assert_eq!(engine.respond(first, 1, 200, "", false, "", WALL + 10.0, 10.0, 0.5), RESOLVE);
        if nudges {
            // A window after the first one's answer, before which it may have arrived.
            assert_eq!((engine.alarm(WALL + 10.0, 10.0), engine.woken(WALL + 10.0, 10.0)), (1001.0, -1));
            assert_eq!(engine.woken(WALL + 1011.0, 1011.0), second as i32);
        }
        assert_eq!(engine.tell(second, ELAPSE, WALL + 1011.0, 1011.0, 0.5), SEND);
        engine.end(first);
        engine.end(second);
    }
}

#[wasm_bindgen_test]
fn header_names_come_from_the_core() {
    let left_out = names(Names::Unwanted as i32);
    let is_left_out = |name: &str| {
        let parts = left_out.trim_matches(['^', '(', ')']).split('|');
        parts.into_iter().any(|part| part.strip_suffix('$').map_or(name.starts_with(part), |whole| name == whole))
    };
    assert!(is_left_out("user-agent") && is_left_out("sec-fetch-mode"), "{left_out}");
    assert!(!is_left_out("authorization") && !is_left_out("x-api-key") && !is_left_out("originator"), "{left_out}");
    assert!(names(Names::Wanted as i32).contains("retry-after"));
    assert_eq!(names(Names::Key as i32), "idempotency-key");
    let told = read_quotas("ratelimit:\"default\";r=50;t=30\n", WALL, 0, "");
    assert!(told.contains("\"remaining\":50") && told.contains("\"resetAt\":1795305630000"), "{told}");
}
