//! The npm package's binding in a real browser: what crosses, and what it says back.
#![cfg(all(target_arch = "wasm32", feature = "wasm-policy", feature = "wasm-explain"))]

use fetch_with_policy::{
    policy::Policy,
    wasm::policy::{Engine, Plan, names, read_quotas},
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SEND: i32 = 0;
const WAIT: i32 = 1;
const RESOLVE: i32 = 2;
const REJECT: i32 = 3;
const PEEK: i32 = 5;
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
    assert_eq!(engine.tell(call, 0, WALL, 0.0, 0.5), SEND);
    assert_eq!(engine.respond(call, 1, 503, "retry-after:2\n", false, "", WALL + 10.0, 10.0, 0.0), WAIT);
    assert_eq!((engine.number(call, 0), engine.reason(call).as_str()), (2001.0, "retry-after"));
    assert_eq!(engine.tell(call, 1, WALL + 2011.0, 2011.0, 0.5), SEND);
    assert_eq!(engine.respond(call, 2, 200, "", false, "", WALL + 2020.0, 2020.0, 0.5), RESOLVE);
    assert_eq!((engine.reason(call).as_str(), engine.number(call, 1)), ("", 0.0));
    engine.end(call);
    assert_eq!(engine.tell(call, 1, WALL, 3000.0, 0.5), -1, "an ended call takes nothing");
}

#[wasm_bindgen_test]
fn a_body_that_is_asked_for_is_told() {
    let (mut engine, plan) = (Engine::new(true), Plan::new());
    let call = started(&mut engine, &plan);
    assert_eq!(engine.tell(call, 0, WALL, 0.0, 0.5), SEND);
    assert_eq!(engine.body(call, "{}", WALL, 0.0, 0.5), -1, "it was not asked for");
    assert_eq!(engine.respond(call, 1, 429, "", false, "", WALL + 10.0, 10.0, 0.0), PEEK);
    assert_eq!((engine.number(call, 0), engine.number(call, 2)), (1000.0, 64.0));
    assert_eq!(engine.body(call, "{\"retry_after\":2}", WALL + 20.0, 20.0, 0.0), WAIT);
    assert_eq!((engine.number(call, 0), engine.reason(call).as_str()), (2001.0, "retry-after"));
    engine.end(call);
}

#[wasm_bindgen_test]
fn a_quota_is_told_without_the_credentials() {
    let (mut engine, plan) = (Engine::new(true), Plan::new());
    let call = started(&mut engine, &plan);
    assert_eq!(engine.tell(call, 0, WALL, 0.0, 0.5), SEND);
    let headers =
        "x-ratelimit-limit:1200\nx-ratelimit-remaining:0\nx-ratelimit-reset:1795305624\nx-ratelimit-bucket:abc123\n";
    assert_eq!(engine.respond(call, 1, 429, headers, false, "", WALL, 0.0, 0.5), WAIT);
    let quota = engine.quotas(call as i32, WALL, 0.0);
    assert!(quota.contains("\"name\":\"abc123\"") && quota.contains("\"resetAt\":1795305624000"), "{quota}");
    assert!(engine.quotas(-2 - call as i32, WALL, 0.0).contains("\"limit\":1200"));
    let all = engine.quotas(-1, WALL, 0.0);
    assert!(all.starts_with('[') && !all.contains("secret"), "{all}");
    assert_eq!(engine.tell(call, 2, WALL, 5.0, 0.5), REJECT);
    assert_eq!(engine.reason(call), "aborted");
    engine.end(call);
}

#[wasm_bindgen_test]
fn who_waits_is_woken_when_there_is_room() {
    let (mut engine, mut plan) = (Engine::new(true), Plan::new());
    keep(&mut plan, &[("rateLimit", 1.0), ("rateLimit.maxConcurrent", 1.0)]);
    let (first, second) = (started(&mut engine, &plan), started(&mut engine, &plan));
    assert_eq!(engine.tell(first, 0, WALL, 0.0, 0.5), SEND);
    assert_eq!(engine.tell(second, 0, WALL, 0.0, 0.5), WAIT);
    assert_eq!(engine.woken(WALL, 1.0), -1);
    assert_eq!(engine.respond(first, 1, 200, "", false, "", WALL, 20.0, 0.5), RESOLVE);
    assert_eq!(engine.woken(WALL, 20.0), second as i32);
    assert_eq!(engine.tell(second, 1, WALL, 20.0, 0.5), SEND);
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
        assert_eq!(engine.tell(first, 0, WALL, 0.0, 0.5), SEND);
        assert!(engine.alarm(WALL, 0.0) < 0.0, "nobody waits");
        assert_eq!(engine.tell(second, 0, WALL, 0.0, 0.5), WAIT);
        let (delay, alarmed, code) = (engine.number(second, 0), engine.number(second, 1), engine.number(second, 2));
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
        assert_eq!(engine.tell(second, 1, WALL + 1011.0, 1011.0, 0.5), SEND);
        engine.end(first);
        engine.end(second);
    }
}

#[wasm_bindgen_test]
fn header_names_come_from_the_core() {
    let left_out = names(0);
    let is_left_out = |name: &str| {
        let parts = left_out.trim_matches(['^', '(', ')']).split('|');
        parts.into_iter().any(|part| part.strip_suffix('$').map_or(name.starts_with(part), |whole| name == whole))
    };
    assert!(is_left_out("user-agent") && is_left_out("sec-fetch-mode"), "{left_out}");
    assert!(!is_left_out("authorization") && !is_left_out("x-api-key") && !is_left_out("originator"), "{left_out}");
    assert!(names(1).contains("retry-after"));
    assert_eq!(names(2), "idempotency-key");
    let told = read_quotas("ratelimit:\"default\";r=50;t=30\n", WALL, 0, "");
    assert!(told.contains("\"remaining\":50") && told.contains("\"resetAt\":1795305630000"), "{told}");
}
